"""Where chunks of trials are calculated ahead: in two processes forked from this one, by an executor, or not at all.

Each is a function that begins a chunk and gives back what waits for it. A forked process has the scenario and its compiled
code from the beginning; only numbers pass between.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from multiprocessing import connection, current_process, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeAlias, TypeVar

PROCESSES = 2

LOST = (BrokenExecutor, EOFError, OSError)
"""What waiting for a chunk raises where its process has died."""

T = TypeVar("T")
Calculate: TypeAlias = Callable[[int, int], T]
Begin: TypeAlias = Callable[[int, int], Callable[[], T]]


@contextmanager
def here(calculate: Calculate[T]) -> Iterator[Begin[T]]:
    """In this process, when it is waited for."""
    yield partial(partial, calculate)


# ---- forked processes --------------------------------------------------------------------------------------
def can_fork() -> bool:
    """Whether forking is safe here and processors are there for it."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and not current_process().daemon


@contextmanager
def forked(calculate: Calculate[T]) -> Iterator[Begin[T]]:
    """In two processes in turn; chunks must be waited for in the order in which they began. At the end no process is left."""
    workers: list[tuple[BaseProcess, Connection]] = []
    turns = count()

    def begin(start: int, stop: int) -> Callable[[], T]:
        if not workers:
            return partial(calculate, start, stop)
        pipe = workers[next(turns) % len(workers)][1]
        with suppress(OSError):  # it has died: waiting will tell
            pipe.send((start, stop))
        return pipe.recv

    try:
        # Ctrl-C is for this process alone: what is blocked here when they begin stays so there.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with suppress(OSError):  # no more processes to be had: fewer, or none
                while len(workers) < PROCESSES:
                    workers.append(_worker(calculate))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield begin
    finally:
        for process, pipe in workers:
            process.kill()
            process.join()
            pipe.close()


def _worker(calculate: Calculate[T]) -> tuple[BaseProcess, Connection]:
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(calculate, theirs, ours), daemon=True)
    process.start()
    theirs.close()  # else its death would not end what it was sending
    return process, ours


def _work(calculate: Calculate[T], pipe: Connection, other_end: Connection) -> None:
    """In the forked process. An error ends it in silence: the chunk is calculated again where it can be told."""
    other_end.close()
    end_with_parent()
    with pipe, suppress(Exception):
        while True:
            pipe.send(calculate(*pipe.recv()))


def end_with_parent() -> None:
    """See to it that this process does not outlive the one that started it."""
    parent = parent_process()
    assert parent is not None

    def follow() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


# ---- the caller's executor ---------------------------------------------------------------------------------
@contextmanager
def submitted(executor: Executor, calculate: Calculate[T]) -> Iterator[Begin[T]]:
    """By an executor of the caller, which stays open; what nobody waits for any more is cancelled."""
    begun: set[Future[T]] = set()

    def begin(start: int, stop: int) -> Callable[[], T]:
        try:
            future = executor.submit(calculate, start, stop)
        except BrokenExecutor as error:
            future = Future()
            future.set_exception(error)
        begun.add(future)
        return partial(wait, future)

    def wait(future: Future[T]) -> T:
        found = future.result()
        begun.remove(future)
        return found

    try:
        yield begin
    finally:
        for future in begun:
            future.cancel()
