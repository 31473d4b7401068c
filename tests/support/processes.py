"""Processes looked at from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def children(process: int) -> list[int]:
    """Ids of the processes that this one has started, on Linux."""
    return [
        int(child) for task in Path(f"/proc/{process}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def lives(process: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait for something to come true, at most so long; whether it has."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()
