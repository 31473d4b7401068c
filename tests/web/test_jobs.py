"""Jobs: progress, cancelling, workers that fail, die or hang, and ids that are not ids."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from finsim.web.jobs import Busy, Job, Jobs

Report = Callable[[int], bool]


# What the workers do; a new process imports it from here.
def add(report: Report, *numbers: int) -> dict[str, Any]:
    report(1)
    return {"sum": sum(numbers), "process": os.getpid()}


def count_slowly(report: Report, steps: int) -> str:
    for done in range(steps):
        if not report(done):
            raise RuntimeError("told to stop")
        time.sleep(0.02)
    return "counted"


def fail(report: Report) -> None:
    raise ValueError("no such district")


def give_what_is_no_json(report: Report) -> float:
    return float("nan")


def leave(report: Report) -> None:
    raise SystemExit(3)


def hang(report: Report) -> None:
    report(1)
    while True:
        time.sleep(0.1)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    with Jobs(lanes=1) as jobs:
        yield jobs


def wait_until(jobs: Jobs, name: str, holds: Callable[[Job], bool], seconds: float = 30) -> Job:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = jobs.get(name)
        assert job is not None
        if holds(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"still {jobs.get(name)}")


def ended(job: Job) -> bool:
    return not job.live


def process_of(jobs: Jobs, name: str) -> int:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(jobs._file)) as records:
        return int(records.execute("select process from jobs where id = ?", (name,)).fetchone()[0])


def test_result_comes_back(jobs: Jobs) -> None:
    job = wait_until(jobs, jobs.start(add, 1, 2, 39, total=3), ended)
    assert job.state == "done" and job.result["sum"] == 42
    assert (job.done, job.total) == (3, 3)
    assert job.result["process"] != os.getpid()


def test_worker_is_used_again(jobs: Jobs) -> None:
    first, second = (wait_until(jobs, jobs.start(add, total=1), ended) for _ in range(2))
    assert first.result["process"] == second.result["process"]


def test_progress_is_told(jobs: Jobs) -> None:
    name = jobs.start(count_slowly, 100, total=100)
    seen = {wait_until(jobs, name, lambda job, least=least: job.done > least).done for least in (0, 20, 40)}
    assert len(seen) == 3 and wait_until(jobs, name, ended).result == "counted"


def test_cancel_within_a_second(jobs: Jobs) -> None:
    name = jobs.start(count_slowly, 10_000, total=10_000)
    wait_until(jobs, name, lambda job: job.done > 0)
    begun = time.monotonic()
    jobs.cancel(name)
    job = wait_until(jobs, name, ended)
    assert job.state == "cancelled" and job.result is None and 0 < job.done < job.total
    assert time.monotonic() - begun < 1
    assert wait_until(jobs, jobs.start(add, 1, total=1), ended).state == "done"


def test_cancel_what_waits(jobs: Jobs) -> None:
    running = jobs.start(count_slowly, 10_000, total=10_000)
    waiting = jobs.start(count_slowly, 10_000, total=10_000)
    jobs.cancel(waiting)
    job = jobs.get(waiting)
    assert job is not None and job.state == "cancelled" and job.done == 0
    jobs.cancel(running)
    assert wait_until(jobs, running, ended).state == "cancelled"


def test_cancel_after_the_end_changes_nothing(jobs: Jobs) -> None:
    name = jobs.start(add, 5, total=1)
    done = wait_until(jobs, name, ended)
    jobs.cancel(name)
    assert jobs.get(name) == done


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_worker_is_an_interruption(jobs: Jobs) -> None:
    name = jobs.start(count_slowly, 10_000, total=10_000)
    wait_until(jobs, name, lambda job: job.done > 0)
    os.kill(process_of(jobs, name), signal.SIGKILL)
    assert wait_until(jobs, name, ended, seconds=3).state == "interrupted"
    assert wait_until(jobs, jobs.start(add, 1, total=1), ended).state == "done"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_worker_takes_no_other_job_along() -> None:
    with Jobs(lanes=2) as jobs:
        names = [jobs.start(count_slowly, 200, total=200) for _ in range(2)]
        for name in names:
            wait_until(jobs, name, lambda job: job.done > 0)
        os.kill(process_of(jobs, names[0]), signal.SIGKILL)
        assert [wait_until(jobs, name, ended).state for name in names] == ["interrupted", "done"]


def test_worker_that_does_not_obey_is_ended(jobs: Jobs) -> None:
    name = jobs.start(hang, total=2)
    wait_until(jobs, name, lambda job: job.done > 0)
    jobs.cancel(name)
    assert wait_until(jobs, name, ended, seconds=10).state == "cancelled"
    assert wait_until(jobs, jobs.start(add, 1, total=1), ended).state == "done"


@pytest.mark.parametrize(
    ("work", "reason"),
    [(fail, "ValueError: no such district"), (give_what_is_no_json, "ValueError"), (leave, "SystemExit: 3")],
)
def test_failure_says_why(jobs: Jobs, work: Callable[..., Any], reason: str) -> None:
    job = wait_until(jobs, jobs.start(work, total=1), ended)
    assert job.state == "failed" and job.reason.startswith(reason)
    assert wait_until(jobs, jobs.start(add, 1, total=1), ended).state == "done"


def test_work_that_cannot_be_handed_over_fails(jobs: Jobs) -> None:
    job = wait_until(jobs, jobs.start(add, threading.Lock(), total=1), ended)
    assert job.state == "failed" and "pickle" in job.reason


@pytest.mark.parametrize("name", [None, "", "nobody", "' or 1=1 --", 7, ["x"], {"id": "x"}, "x" * 100_000])
def test_bad_ids_are_nobody(jobs: Jobs, name: object) -> None:
    jobs.start(add, 1, total=1)
    assert jobs.get(name) is None
    jobs.cancel(name)


def test_ids_cannot_be_guessed(jobs: Jobs) -> None:
    names = {jobs.start(add, total=1) for _ in range(5)}
    assert len(names) == 5 and all(len(name) >= 20 for name in names)


def test_queue_has_an_end() -> None:
    with Jobs(lanes=1, waiting=2) as jobs:
        names = [jobs.start(count_slowly, 10_000, total=10_000) for _ in range(3)]
        with pytest.raises(Busy):
            jobs.start(add, total=1)
        for name in names:
            jobs.cancel(name)
        wait_until(jobs, names[0], ended)
        assert wait_until(jobs, jobs.start(add, total=1), ended).state == "done"


def test_closing_stops_what_runs_and_removes_the_records() -> None:
    with Jobs(lanes=1) as jobs:
        name = jobs.start(count_slowly, 10_000, total=10_000)
        wait_until(jobs, name, lambda job: job.done > 0)
        process = process_of(jobs, name)
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    assert not jobs._folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
