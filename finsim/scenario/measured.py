"""Results of goals for many values of their inputs at once, and the values at which every goal is just met."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from finsim.model.engine import Engine
from finsim.scenario.goals import CLOSE, Goal
from finsim.scenario.scenario import Scenario
from finsim.scenario.search import Found, search
from finsim.sheet.numpy_backend import Array

Slopes = Mapping[tuple[str, str], Array]
"""By how much inputs of the sheets (sheet, path) move with one of the value that is solved, for each member."""
CLOSENESS = 1e-12
"""Several values are found once none moves by more than this share of itself."""
MOST_SWEEPS = 60
SAME = 1e-6
"""Share of a range by which two searches may differ in what they found."""


class Measured:
    """Results of goals for values of their inputs, many at once: what a search asks.

    ``slopes`` says for each goal which inputs of the sheets follow its value, and how steeply; they go through the numbers
    of the scenario at ``values``.
    """

    def __init__(
        self, scenario: Scenario, goals: Sequence[Goal], slopes: Sequence[Slopes], values: Sequence[float], by: str | None = None
    ) -> None:  # fmt: skip
        self.goals, self.slopes = goals, slopes
        self.years = scenario.years
        accounts = scenario.accounts(by)
        places = {unit: i for i, unit in enumerate(scenario.numbers.units)}
        groups = [[places[unit] for unit in account.units] for account in accounts]
        ids = [account.id for account in accounts]
        self.positions = [ids.index(goal.account) for goal in goals]
        self.moved = list(dict.fromkeys(key for slope in slopes for key in slope))
        rows = list(dict.fromkeys(goal.row for goal in goals))
        # a search asks for too few columns to be worth compiling
        self.engine = Engine(scenario.sheets, scenario.numbers, groups, rows, (), self.moved, backend="numpy")
        self.through(scenario, values)

    def through(self, scenario: Scenario, values: Sequence[float]) -> None:
        """Take the numbers of a scenario as those at ``values``."""
        self.origin = {}
        for key in self.moved:
            at = numbers_of(scenario, *key)
            for slope, value in zip(self.slopes, values, strict=True):
                at = at - slope.get(key, np.zeros(1)) * value
            self.origin[key] = at

    def __call__(self, values: Array) -> Array:
        """Results (goals, n) for values (goals, n) of the inputs."""
        return self._results(self._numbers(values), values.shape[1])

    def at(self, scenario: Scenario) -> Array:
        """Results (goals,) with the numbers of a scenario as they are."""
        return self._results({key: numbers_of(scenario, *key)[:, None] for key in self.moved}, 1)[:, 0]

    def straight(self, scenario: Scenario, values: Sequence[float]) -> bool:
        """Whether the numbers of a scenario at ``values`` are those that a search took them to be."""
        taken = self._numbers(np.array(values)[:, None])
        return all(np.allclose(numbers_of(scenario, *key), taken[key][:, 0], rtol=CLOSE, atol=CLOSENESS) for key in self.moved)

    def _numbers(self, values: Array) -> dict[tuple[str, str], Array]:
        numbers = {}
        for key, origin in self.origin.items():
            moved = origin[:, None]
            for slope, value in zip(self.slopes, values, strict=True):
                if key in slope:
                    moved = moved + slope[key][:, None] * value
            numbers[key] = moved
        return numbers

    def _results(self, drawn: Mapping[tuple[str, str], Array], count: int) -> Array:
        rows, _ = self.engine(drawn, count)
        picked = (goal.pick(rows[goal.row], i, self.years) for goal, i in zip(self.goals, self.positions, strict=True))
        return np.array([np.broadcast_to(results, (count,)) for results in picked])


def numbers_of(scenario: Scenario, sheet: str, path: str) -> Array:
    """An input of a sheet as the scenario has it, (members,)."""
    n = scenario.numbers
    return np.asarray((n.unit_inputs if sheet == "unit" else n.account_inputs)[path], dtype=float)


def settle(measured: Measured) -> list[Found] | None:
    """What is found for each goal; None where several depend on each other and do not come to rest, or not in one place.

    Each value is searched with the others held, in the order of the file, again and again until none moves: the loop that
    modellers close with a copy-and-paste macro, here scipy's ``fixed_point``. Begun twice, at a quarter and at three
    quarters of the ranges, it must come to the same values.
    """
    goals = measured.goals
    low, high = np.array([goal.low for goal in goals]), np.array([goal.high for goal in goals])
    found: dict[int, Found] = {}

    def sweep(start: Array) -> Array:
        values = start.copy()
        for i, goal in enumerate(goals):
            found[i] = search(_along(measured, values, i), goal.low, goal.high, goal.sense, goal.target, goal.tolerance)
            if not math.isnan(found[i].value):
                values[i] = found[i].value
        return values

    if len(goals) == 1:
        sweep(low)
        return [found[0]]
    from scipy.optimize import fixed_point  # slow to import, and seldom needed

    def at_rest(part: float, closeness: float) -> Array:
        start = low + part * (high - low)
        return sweep(fixed_point(sweep, start, xtol=closeness, maxiter=MOST_SWEEPS, method="iteration"))

    try:
        other, values = at_rest(0.75, SAME / 10), at_rest(0.25, CLOSENESS)
    except RuntimeError:
        return None
    if np.any(np.abs(values - other) > SAME * (high - low)):
        return None
    return [found[i] for i in range(len(goals))]


def _along(measured: Measured, values: Array, i: int) -> Callable[[Array], Array]:
    """Results of goal ``i`` as its own input moves and the others stay."""

    def results(tried: Array) -> Array:
        together = np.repeat(values[:, None], len(tried), axis=1)
        together[i] = tried
        found: Array = measured(together)[i]
        return found

    return results
