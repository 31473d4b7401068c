"""Long work in processes of its own, with progress, cancelling and a record that outlives a reload of the page.

A record is a row of an SQLite file in a folder of its own; the page reads it, the worker writes it. Each lane is a thread
that hands one job after another to one worker process, so a worker that dies takes only its own job along. What a job found
is kept by the question that it answers, so that the next reader who asks it need not wait.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from finsim.risk.workers import end_with_parent
from finsim.web.results import Results

LIVE = ("queued", "running")
ENDED = ("done", "cancelled", "failed", "interrupted")

BETWEEN_REPORTS = 0.2
"""Seconds between two writes of progress, each of which also reads whether to stop."""

PATIENCE = 3.0
"""Seconds that a worker has to obey before its process is ended."""

EACH = 4
"""Live jobs that one reader may have."""

Report = Callable[[int], bool]
"""Called with the amount of work done; says whether to go on."""

_TABLE = """
create table if not exists jobs (
    id text primary key, owner text not null, key text not null, state text not null, done integer not null default 0, total integer not null,
    stop integer not null default 0, process integer, created real not null, started real, ended real,
    reason text not null default ''
)
"""


@dataclass(frozen=True)
class Job:
    """``state`` is one of LIVE or ENDED; ``reason`` says why it failed; ``result`` is there when it is done."""

    id: str
    state: str
    done: int
    total: int
    seconds: float
    reason: str
    result: Any

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes if it goes on like this; None where nothing is done yet."""
        return self.seconds * (self.total - self.done) / self.done if self.done else None


class Busy(Exception):
    """As many jobs as may wait are waiting."""


class TooMany(Exception):
    """The reader has as many live jobs as one may have."""


class Jobs:
    """Starts jobs, tells how they are doing, stops them. A job is known by an id that cannot be guessed, a result by its question.

    ``results`` is the file in which results stay; without one they go with the jobs. ``ready`` is called in each worker before
    its first job, so that what takes long to begin has begun.
    """

    def __init__(
        self, lanes: int | None = None, waiting: int = 8, results: Path | None = None, ready: Callable[[], Any] | None = None
    ) -> None:
        self._lanes = lanes or min(4, max(2, (os.cpu_count() or 2) - 1))
        self._waiting, self._ready = waiting, ready
        self._folder = Path(tempfile.mkdtemp(prefix="finsim-"))
        self._file = self._folder / "jobs.sqlite"
        self._threads = ThreadPoolExecutor(self._lanes, thread_name_prefix="finsim-lane")
        self._lane = threading.local()
        self._pools: set[ProcessPoolExecutor] = set()
        with _records(self._file) as records:
            records.execute("pragma journal_mode = wal")
            records.execute(_TABLE)
        self._results = Results(results or self._folder / "results.sqlite")
        self._results.begin()
        if ready is not None:
            together = threading.Barrier(self._lanes)  # so that each lane takes one
            for _ in range(self._lanes):
                self._threads.submit(self._make_ready, together)

    def __enter__(self) -> Jobs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, work: Callable[..., Any], *arguments: Any, total: int, owner: str = "", key: str = "") -> str:
        """Queue ``work(report, *arguments)``, a function that a new process can import; its result must be JSON.

        ``key`` is the question that it answers, "" if nobody else will ask it. Raises :class:`TooMany` if ``owner`` has as many
        live jobs as one may have, :class:`Busy` if too many wait.
        """
        name = secrets.token_urlsafe(16)
        with _records(self._file) as records:
            live, own = records.execute(
                "select count(*), count(*) filter (where owner = ?) from jobs where state in ('queued', 'running')", (owner,)
            ).fetchone()
            if owner and own >= EACH:
                raise TooMany
            if live >= self._lanes + self._waiting:
                raise Busy
            records.execute(
                "insert into jobs (id, owner, key, state, total, created) values (?, ?, ?, 'queued', ?, ?)",
                (name, owner, key or name, total, time.time()),
            )
        self._threads.submit(self._see_through, name, work, arguments)
        return name

    def get(self, name: object) -> Job | None:
        """The job of this id, or None where there is none."""
        if not isinstance(name, str):
            return None
        with _records(self._file) as records:
            row = records.execute(
                "select state, done, total, coalesce(ended, ?) - coalesce(started, ?), reason, key from jobs where id = ?",
                (now := time.time(), now, name),
            ).fetchone()
        if row is None:
            return None
        state, done, total, seconds, reason, key = row
        kept = self._results.get(key) if state == "done" else None
        return Job(name, state, done, total, seconds, reason, kept.result if kept else None)

    def answered(self, key: str) -> bool:
        """Whether a question has been answered."""
        return self._results.has(key)

    def answer(self, key: str) -> Job | None:
        """A question that has been answered, as the job that answered it; None where nobody has asked it."""
        kept = self._results.get(key)
        return None if kept is None else Job("", "done", kept.total, kept.total, kept.seconds, "", kept.result)

    def cancel(self, name: object) -> None:
        """Stop the job: at once if it waits, at its next report if it runs. Nothing happens if it is not live."""
        if isinstance(name, str):
            with _records(self._file) as records:
                records.execute("update jobs set stop = 1 where id = ? and state in ('queued', 'running')", (name,))
                records.execute(
                    "update jobs set state = 'cancelled', ended = ? where id = ? and state = 'queued'",
                    (time.time(), name),
                )

    def close(self) -> None:
        """Stop everything and remove the records."""
        with _records(self._file) as records:
            records.execute("update jobs set stop = 1 where state = 'running'")
            records.execute("update jobs set state = 'cancelled' where state = 'queued'")
        self._threads.shutdown(cancel_futures=True)
        for pool in self._pools:
            pool.shutdown()
        shutil.rmtree(self._folder, ignore_errors=True)

    # ---- a lane ------------------------------------------------------------------------------------------------
    def _make_ready(self, together: threading.Barrier) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(timeout=10)
        self._pool()

    def _see_through(self, name: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Run one job in this lane's process, and record its end if the process cannot."""
        pool = self._pool()
        asked: float | None = None
        try:
            future = pool.submit(_perform, self._file, self._results, name, work, arguments)
            while True:
                with contextlib.suppress(TimeoutError):
                    return future.result(timeout=BETWEEN_REPORTS)
                asked = self._asked_to_stop(name, asked)
                if asked is not None and time.monotonic() - asked > PATIENCE:
                    self._kill(name)
        except BrokenProcessPool:
            pool.shutdown(wait=False)
            self._pools.discard(pool)
            self._lane.pool = None
            _end(self._file, name, "interrupted" if asked is None else "cancelled")
            if self._ready is not None:
                self._pool()  # for the next job
        except BaseException as error:  # the work cannot be handed over, or would end the process
            _end(self._file, name, "failed", reason=_words(error))

    def _pool(self) -> ProcessPoolExecutor:
        pool: ProcessPoolExecutor | None = getattr(self._lane, "pool", None)
        if pool is None:
            pool = self._lane.pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin)
            self._pools.add(pool)
            if self._ready is not None:
                pool.submit(self._ready)
        return pool

    def _asked_to_stop(self, name: str, since: float | None) -> float | None:
        if since is not None:
            return since
        with _records(self._file) as records:
            stop = records.execute("select stop from jobs where id = ?", (name,)).fetchone()[0]
        return time.monotonic() if stop else None

    def _kill(self, name: str) -> None:
        with _records(self._file) as records:
            process = records.execute("select process from jobs where id = ?", (name,)).fetchone()[0]
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))


# ---- in the worker's process ---------------------------------------------------------------------------------------
def _begin() -> None:
    """A worker leaves Ctrl-C to the server, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def _perform(file: Path, results: Results, name: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    begun = time.time()
    with _records(file) as records:
        row = records.execute(
            "update jobs set state = 'running', process = ?, started = ? where id = ? and state = 'queued' returning key, total",
            (os.getpid(), begun, name),
        ).fetchone()
    if row is None:
        return
    stopped = False
    reported = 0.0

    def report(done: int) -> bool:
        nonlocal stopped, reported
        if time.monotonic() - reported >= BETWEEN_REPORTS:
            reported = time.monotonic()
            with _records(file) as records:
                row = records.execute("update jobs set done = ? where id = ? returning stop", (done, name)).fetchone()
            stopped = bool(row[0])
        return not stopped

    try:
        results.keep(row[0], json.dumps(work(report, *arguments), allow_nan=False), row[1], time.time() - begun)
    except Exception as error:  # whatever it is, the reader is told
        _end(file, name, "cancelled" if stopped else "failed", reason="" if stopped else _words(error))
    else:
        _end(file, name, "done")


def _end(file: Path, name: str, state: str, reason: str = "") -> None:
    """Record the end of a job that has not ended yet."""
    with _records(file) as records:
        records.execute(
            "update jobs set state = ?, ended = ?, reason = ?, done = case when ? = 'done' then total else done end "
            "where id = ? and state in ('queued', 'running')",
            (state, time.time(), reason, state, name),
        )


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


@contextmanager
def _records(file: Path) -> Iterator[sqlite3.Connection]:
    """One transaction on the records."""
    with contextlib.closing(sqlite3.connect(file, timeout=10)) as connection, connection:
        yield connection
