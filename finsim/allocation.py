"""可避免的缺口：what the drawing order of the sources leaves unpaid that another legal order would not.

A waterfall is greedy: an early source may use itself up on works that a later one could have paid, and leave works that only
it may pay. Against it stands the best allocation over the whole horizon under the same law: each source pays its eligible works
only, in no period more than it holds by then (what is unused is carried forward), within the cap on its share of cost, and no
work receives more than is called for it. That is a linear programme, one for each unit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from finsim.result import Result
from finsim.sheet import TOLERANCE
from finsim.sheet.numpy_backend import Array


class Shortage(NamedTuple):
    """What the sources leave unpaid of a unit's works, in 万元 over all years: the account's gap and what is not built."""

    waterfall: float
    max_flow: float
    avoidable: float


def avoidable_shortage(result: Result) -> dict[str, Shortage]:
    """For each unit the shortage in drawing order, the least one possible, and the difference."""
    return {unit: _shortage(result, unit) for unit in result.scenario.numbers.units}


def _shortage(result: Result, unit: str) -> Shortage:
    structure = result.scenario.structure
    called = {work: result.series(f"works.{work}.called", unit, "unit") for work, _ in structure.works}
    left = result.cell("contributions.gap", unit, "unit") + result.cell("construction.unbuilt", unit, "unit")
    whole = float(sum(cost.sum() for cost in called.values()))
    least = max(0.0, whole - _most_paid(result, unit, called))
    avoidable = left - least
    rounding = TOLERANCE + 1e-9 * whole
    return Shortage(left, least, avoidable if avoidable > rounding else 0.0)


class _Rows:
    """Bounds on sums of payments, row by row."""

    def __init__(self) -> None:
        self.at: tuple[list[int], list[int]] = ([], [])
        self.weights: list[float] = []
        self.bounds: list[float] = []

    def add(self, weights: dict[int, float], bound: float) -> None:
        if weights:
            self.at[0].extend([len(self.bounds)] * len(weights))
            self.at[1].extend(weights)
            self.weights.extend(weights.values())
            self.bounds.append(max(0.0, bound))


def _most_paid(result: Result, unit: str, called: dict[str, Array]) -> float:
    """The most that the sources can pay together."""
    sources = dict(result.scenario.structure.pays)
    places = [(s, w, t) for s, works in sources.items() for w in works for t in _years(called[w])]
    number = {place: i for i, place in enumerate(places)}
    if not number:
        return 0.0
    rows = _Rows()
    for work, cost in called.items():
        for t in _years(cost):
            payers = {number[s, work, t]: 1.0 for s, works in sources.items() if work in works}
            rows.add(payers, float(cost[t]))
    for source in sources:
        mine = {i: t for (s, _, t), i in number.items() if s == source}
        _within_what_it_holds(result, unit, source, mine, rows)
        _within_its_share(result, unit, source, mine, rows)
    matrix = csr_array((rows.weights, rows.at), shape=(len(rows.bounds), len(places)))
    found = linprog(-np.ones(len(places)), A_ub=matrix, b_ub=rows.bounds, bounds=(0, None), method="highs")
    if found.status != 0:
        raise ArithmeticError(f"no best allocation of the money of {unit}: {found.message}")
    return float(-found.fun)


def _years(cost: Array) -> list[int]:
    return [int(t) for t in np.flatnonzero(cost > 0)]


def _within_what_it_holds(result: Result, unit: str, source: str, mine: dict[int, int], rows: _Rows) -> None:
    """In each period: paid to date ≤ entitled, earned and renewed to date, all with the interest that they bear."""
    path = f"sources.{source}"
    growth = 1 + result.value("unit", unit, f"{path}.interest_rate", None)
    comes = result.series(f"{path}.earned", unit, "unit") + result.series(f"{path}.renewed", unit, "unit")
    holds = result.cell(f"{path}.entitled", unit, "unit")
    for t, more in enumerate(comes):
        holds = holds * growth + float(more)
        if t in mine.values():
            rows.add({i: growth ** (t - at) for i, at in mine.items() if at <= t}, holds)


def _within_its_share(result: Result, unit: str, source: str, mine: dict[int, int], rows: _Rows) -> None:
    """In each period: paid to date ≤ the capped share of the eligible cost to date."""
    share = result.value("unit", unit, f"sources.{source}.cap_share", None)
    cost = result.series(f"sources.{source}.eligible_cost", unit, "unit")
    if share > 0:
        for t in sorted(set(mine.values())):
            rows.add({i: 1.0 for i, at in mine.items() if at <= t}, share * float(cost[: t + 1].sum()))
