"""What this process and those that it has forked have used."""

from __future__ import annotations

from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from finsim.risk.workers import PROCESSES

MEBIBYTE = 1024.0


def processor_time() -> float:
    """Seconds, of the processes that have ended and of this one."""
    return sum(used.ru_utime + used.ru_stime for used in (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)))


def memory() -> float:
    """MiB at most at a time: the peak of this process and those of as many as it forks, what they share counted in each."""
    return (getrusage(RUSAGE_SELF).ru_maxrss + PROCESSES * getrusage(RUSAGE_CHILDREN).ru_maxrss) / MEBIBYTE
