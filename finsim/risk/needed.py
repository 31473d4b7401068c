"""How much of an input a wanted probability needs: subsidy, bond size, price, occupancy.

In every trial the least value that passes is searched, the same draws throughout; the value that suffices in a share p of the
trials is then a quantile of these, with the interval of its order statistics, and is simulated again with other draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from finsim.model.structure import BALANCED, PASSES
from finsim.risk.exact import Floats
from finsim.risk.intervals import ranks, wilson
from finsim.risk.sampling import Sampler
from finsim.risk.study import Outcomes, account_of
from finsim.scenario.goals import Named
from finsim.scenario.measured import numbers_of
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text
from finsim.sheet.errors import SheetError
from finsim.sheet.numpy_backend import Array
from finsim.solve import check_range, named_input, range_of, slope_of

HALVINGS = 40
LOOKS = 9
"""Values at which each trial is looked at beforehand: a trial that passes, fails and passes again has no least value."""
MOST_MIXED = 0.005
AGAIN = 1_000_003
"""What the seed of the second look is further on."""


@dataclass(frozen=True)
class Needed:
    """``status``: found | everywhere (enough at the easy end of the range) | none (not even at the hard end).

    value, low, high   what suffices with the wanted probability, and the 95 % interval of that
    rising      whether more of the input helps
    unreached   share of the trials that fail in the whole range
    reached, reached_low, reached_high   the probability at ``value`` in other trials, with its 95 % interval
    """

    named: Named
    test: str
    wanted: float
    status: str
    value: float
    low: float
    high: float
    stated: float
    rising: bool
    unreached: float
    reached: float
    reached_low: float
    reached_high: float
    trials: int


def needed(
    scenario: Scenario, input: str, wanted: float, trials: int, seed: int, *, test: str = BALANCED,
    between: tuple[float, float] | None = None, by: str | None = None, account: str = "", unit: str = "", factor: bool = False,
) -> Needed:  # fmt: skip
    """The value of ``input`` with which the account passes ``test`` with probability ``wanted``; an uncertain input is held at it.

    Raises ``SheetError`` for a question that cannot be asked, and where some trials pass, fail and pass again.
    """
    if not 0 < wanted < 1:
        raise SheetError(Text("概率须在 0 与 1 之间。", "A probability lies between 0 and 1."))
    if test not in PASSES:
        raise SheetError(Text(f"没有检验 {test}；可用：{'、'.join(PASSES)}", f"There is no test {test}; there are: {', '.join(PASSES)}"))
    named = named_input(scenario, input)
    slope, stated = slope_of(scenario, named, unit, factor)
    if between:
        check_range(named, *between, slope[slope != 0] if factor else np.ones(1))
    low, high = between or range_of(named, slope, stated, factor)
    chosen = account_of(scenario, by, account)
    sampler, key = Sampler(scenario, seed), (named.sheet, named.path)
    asked = _Asked(scenario, named, slope, stated, Outcomes(scenario, chosen, {*sampler.inputs, key}, sampler.yearly - {key}), test)
    drawn = sampler(0, trials)
    looks = np.array([asked(drawn, np.full(trials, at)) for at in np.linspace(low, high, LOOKS)])
    rising = bool(looks[-1].mean() >= looks[0].mean())
    steps = looks.astype(int) if rising else looks[::-1].astype(int)
    mixed = float((np.diff(steps, axis=0) < 0).any(axis=0).mean())
    if mixed > MOST_MIXED:
        raise SheetError(
            Text(
                f"{mixed:.1%} 的模拟随{named.label.zh}时过时不过，没有“最少要多少”；请缩小范围。",
                f"In {mixed:.1%} of the trials the test passes, fails and passes again as {named.label.en} moves: narrow the range.",
            )
        )
    requirement = _requirement(asked, drawn, low, high, rising, trials)
    return _answer(asked, requirement, wanted, low, high, rising, trials, seed)


class _Asked:
    """Whether the test passes in each trial, with the input at these values."""

    def __init__(self, scenario: Scenario, named: Named, slope: Array, stated: float, outcomes: Outcomes, test: str) -> None:
        self.scenario, self.named, self.slope, self.stated, self.outcomes, self.test = scenario, named, slope, stated, outcomes, test
        self.key = named.sheet, named.path
        self.base = numbers_of(scenario, *self.key)

    def __call__(self, drawn: dict[tuple[str, str], Array], at: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        moved = self.base[:, None] + self.slope[:, None] * (at - self.stated)
        return np.asarray(self.outcomes({**drawn, self.key: moved}, len(at))[f"passes.{self.test}"] > 0.5)


def _requirement(asked: _Asked, drawn: dict[tuple[str, str], Array], low: float, high: float, rising: bool, trials: int) -> Floats:
    """The value, from the side that passes, at which each trial only just passes; infinite where none does."""
    passing, failing = (high, low) if rising else (low, high)
    good, bad = np.full(trials, passing), np.full(trials, failing)
    never, always = ~asked(drawn, good), asked(drawn, bad)
    for _ in range(HALVINGS):
        middle = 0.5 * (good + bad)
        passes = asked(drawn, middle)
        good, bad = np.where(passes, middle, good), np.where(passes, bad, middle)
    good = np.where(always, failing, good)
    return np.where(never, np.inf if rising else -np.inf, good)


def _answer(asked: _Asked, requirement: Floats, wanted: float, low: float, high: float, rising: bool, trials: int, seed: int) -> Needed:
    cost = np.sort(requirement if rising else -requirement)  # rising: more is needed in harder trials
    place = min(trials - 1, math.ceil(wanted * trials) - 1)
    first, last = ranks(trials, wanted)
    sign = 1.0 if rising else -1.0
    value, ends = sign * cost[place], [sign * cost[min(max(i - 1, 0), trials - 1)] for i in (first, last)]
    unreached = float(np.isinf(cost).mean())
    easy = low if rising else high
    status = "none" if math.isinf(value) else "everywhere" if value == easy else "found"
    reached = reached_low = reached_high = math.nan
    if status != "none":
        again = Sampler(asked.scenario, seed + AGAIN)(0, trials)
        passed = int(asked(again, np.full(trials, value)).sum())
        reached, (reached_low, reached_high) = passed / trials, wilson(passed, trials)
    return Needed(
        asked.named, asked.test, wanted, status, math.nan if status == "none" else float(value), float(min(ends)), float(max(ends)),
        asked.stated, rising, unreached, reached, reached_low, reached_high, trials,
    )  # fmt: skip
