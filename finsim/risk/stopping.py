"""When enough trials have been run: for a precision that is wanted, or for a verdict on a probability that is wanted.

Looking again and again until the answer pleases makes wrong verdicts. A verdict is therefore looked at only a few times, each time
with twice as many trials, and each look is so much stricter that all together err in 5 % at most (Bonferroni). To stop at a
precision is harmless: it does not depend on which answer comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finsim.risk.streams import BLOCK
from finsim.sheet import Text

if TYPE_CHECKING:
    from finsim.risk.intervals import Probability
    from finsim.risk.sample import Sample

LEVEL = 0.95
MOST_LOOKS = 7

OUTCOMES = {
    "reached": Text("达标", "reached"),
    "missed": Text("不达标", "missed"),
    "undecided": Text("无法判定", "undecided"),
}

Progress = Callable[[int, int], bool]
"""Called with the work done and the whole; says whether to go on."""


class Cancelled(Exception):
    """The caller asked to stop; ``done`` trials had been run."""

    def __init__(self, done: int) -> None:
        super().__init__(f"cancelled after {done} trials")
        self.done = done


@dataclass(frozen=True)
class Goal:
    """What a simulation is for, besides its most trials. ``until`` is the half-width of the interval of the probability of
    balance, ``wanted`` a probability of balance; each for every account."""

    until: float | None = None
    wanted: float | None = None


@dataclass(frozen=True)
class Decision:
    """Whether an account reaches the wanted probability: ``outcome`` of OUTCOMES, found after ``trials``, in one of ``looks``."""

    wanted: float
    outcome: str
    trials: int
    looks: int

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


def looks(trials: int) -> list[int]:
    """After how many trials a verdict is looked at: whole blocks, each look about twice the one before, at most seven.

    >>> looks(16_384), looks(10_000), looks(500)
    ([1024, 2048, 4096, 8192, 16384], [1024, 2048, 3072, 5120, 10000], [500])
    """
    found = [trials]
    while len(found) < MOST_LOOKS and (half := -(-found[0] // (2 * BLOCK)) * BLOCK) < found[0]:
        found.insert(0, half)
    return found


def decide(p: Probability, wanted: float) -> str:
    """The outcome that an interval of a probability allows."""
    return "reached" if p.low >= wanted else "missed" if p.high < wanted else "undecided"


class Watch:
    """Looks at a sample at the right times, and says when it may stop."""

    def __init__(self, goal: Goal, trials: int) -> None:
        for value in (goal.until, goal.wanted):
            if value is not None and not 0.0 < value < 1.0:
                raise ValueError(f"{value} is not between 0 and 1")
        self.goal, self.trials, self.looks = goal, trials, looks(trials)

    def next_stop(self, done: int) -> int:
        """The trial before which the next look is due."""
        if self.goal.until is not None:
            return min((done // BLOCK + 1) * BLOCK, self.trials)
        if self.goal.wanted is not None:
            return next(look for look in self.looks if look > done)
        return self.trials

    def enough(self, sample: Sample) -> bool:
        """Look at what has been sampled; a verdict, once it has been reached, stands."""
        precise = decided = True
        if self.goal.until is not None:
            precise = all(sample.probability(a.id, LEVEL).half_width <= self.goal.until for a in sample.accounts)
        if self.goal.wanted is not None:
            if sample.trials in self.looks:
                sample.decisions = self._decided(sample, sample.decisions, self.goal.wanted)
            decided = bool(sample.decisions) and all(d.outcome != "undecided" for d in sample.decisions.values())
        return precise and decided and self.goal != Goal()

    def _decided(self, sample: Sample, before: Mapping[str, Decision], wanted: float) -> dict[str, Decision]:
        found = dict(before)
        level = 1.0 - (1.0 - LEVEL) / len(self.looks)
        for account in sample.accounts:
            if account.id not in before or before[account.id].outcome == "undecided":
                outcome = decide(sample.probability(account.id, level), wanted)
                found[account.id] = Decision(wanted, outcome, sample.trials, len(self.looks))
        return found
