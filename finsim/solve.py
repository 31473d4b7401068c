"""What must an input be for a row or a test to be just met? Debt to a DSCR, capital with a minimum, break-even, subsidy.

One input is varied on the base case, everything else as stated, in one grouping of the units. The parts of an amount of
finance, or of a programme total, keep their proportions. A scenario file may leave the same question to be answered when
it is loaded: see ``finsim.scenario.wanted``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from finsim.model.structure import BALANCED, PASSES
from finsim.result import run
from finsim.scenario.goals import Goal, Named, full_label, input_name, named_inputs
from finsim.scenario.measured import Measured, numbers_of
from finsim.scenario.quantity import QuantityError, check
from finsim.scenario.scenario import Origin, Scenario
from finsim.scenario.search import Found, Sense, Status, search
from finsim.scenario.solving import met, reason
from finsim.scenario.wanted import PERIODS
from finsim.scenario.words import allowed, near
from finsim.sheet import Text
from finsim.sheet.errors import SheetError
from finsim.sheet.numpy_backend import Array

TIMES = 10
"""Without a range, an input without an upper bound is looked for up to this many times its stated value."""


class SolveError(SheetError):
    """A question that cannot be asked: no such input, row or account, or no range to look in."""


@dataclass(frozen=True)
class Solution:
    """What an input must be.

    status    found | everywhere (met in the whole range) | none (nowhere met) | several
    value     of the input, in its unit, or the factor on its stated values; NaN where there is none
    stated    the value, or factor, that the scenario has
    target, reached, residual   what was wanted, the result at ``value``, and target less result; of a test, its threshold
              and value, NaN where it has none
    iterations  how many values were tried
    reason    the outcome in a sentence
    scenario  with the value put in, for ``run`` and ``simulate``; None unless found
    """

    status: Status
    value: float
    stated: float
    target: float
    reached: float
    residual: float
    iterations: int
    reason: Text
    goal: Goal
    scenario: Scenario | None

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and texts; a value that does not exist is null."""
        g = self.goal
        numbers = {key: getattr(self, key) for key in ("value", "stated", "target", "reached", "residual")}
        return {
            "status": self.status, "input": g.name, "label": g.label.zh, "label_en": g.label.en, "unit": g.unit,
            "row": g.row, "period": g.period, "sense": g.sense, "account": g.account, "between": [g.low, g.high],
            "iterations": self.iterations, "reason": self.reason.zh, "reason_en": self.reason.en,
            **{key: number if math.isfinite(number) else None for key, number in numbers.items()},
        }  # fmt: skip


def solve(
    scenario: Scenario, input: str, *, row: str = "", sense: Sense = "equals", target: float = math.nan, test: str = "",
    period: int | str | None = None, between: tuple[float, float] | None = None, by: str | None = None, account: str = "",
    unit: str = "", factor: bool = False,
) -> Solution:  # fmt: skip
    """The value of ``input`` at which ``row`` just meets ``target``, or at which ``test`` is just passed.

    input    as under ``uncertain``, such as ``streams.parking.price``; amounts of finance as ``loans.bank.commitment``
    row, sense, target, period   a row of the account's sheet, equals | at_least | at_most, in the row's unit; a year, lowest,
             highest or total for a row that has a value for each year
    test     instead of a row: a test of the balance standard, or ``balanced`` for all that count
    between  the range to look in, in the unit of the input; without it, from its least to its greatest value or to ten
             times the stated one
    by, account   the grouping, and one of its accounts where there are several
    unit, factor  vary the value of one unit; vary a factor on the stated values, which may differ between units

    Raises :class:`SolveError` for a name that is not there or a range that cannot be, and ``SheetError`` where the model
    gives no result with a value of the range.
    """
    named = named_input(scenario, input)
    slope, stated = slope_of(scenario, named, unit, factor)
    goal = _goal(scenario, named, _target_row(row, test), sense, target, period, by, account, test)
    if between:
        check_range(named, *between, slope[slope != 0] if factor else np.ones(1))
    low, high = between or range_of(named, slope, stated, factor)
    goal = dataclasses.replace(goal, low=low, high=high, unit="倍" if factor else named.unit, path=input_name(input))
    measured = Measured(scenario, [goal], [{(named.sheet, named.path): slope}], [stated], by)
    found = search(lambda x: _only(measured(x[None, :])), low, high, goal.sense, goal.target, goal.tolerance)
    return _solution(scenario, goal, named, found, slope, stated, by, test)


def debt_for_dscr(scenario: Scenario, loan: str, dscr: float, most: float, by: str | None = None) -> Solution:
    """The largest commitment of a loan, up to ``most`` 万元, with which no year's DSCR is below ``dscr``."""
    return solve(
        scenario, f"loans.{loan}.commitment", row="lender.lowest", sense="at_least", target=dscr, between=(0.0, most), by=by
    )  # fmt: skip


def capital_for_share(
    scenario: Scenario, capital: str, share: float, least: float, most: float, by: str | None = None
) -> Solution:
    """The least capital amount that is both ``least`` 万元 and ``share`` of total investment with its construction interest.

    Status ``everywhere`` with value ``least`` says that the minimum decides.
    """
    return solve(
        scenario, f"capital.{capital}.amount", row="lender.own_share", sense="at_least", target=share,
        between=(least, most), by=by,
    )  # fmt: skip


def break_even(
    scenario: Scenario, input: str, test: str = BALANCED, between: tuple[float, float] | None = None, by: str | None = None
) -> Solution:
    """The price, occupancy, cost, bond … at which a test is just passed; a subsidy at its least. Status as of ``Solution``.

    ``everywhere`` says that the test passes in the whole range, ``none`` that it fails in it.
    """
    return solve(scenario, input, test=test, between=between, by=by)


# ---- the question ------------------------------------------------------------------------------------------
def named_input(scenario: Scenario, input: str) -> Named:
    inputs = named_inputs(scenario.sheets)
    name = input_name(input)
    if name not in inputs:
        raise _unknown(Text("输入", "input"), name, list(inputs))
    return inputs[name]


def _unknown(what: Text, name: str, names: Sequence[str]) -> SolveError:
    choices, remedy = allowed(name, names), near(name, names, Text("", ""))
    return SolveError(
        Text(f"没有{what.zh} {name}。{remedy.zh}可用：{choices.zh}", f"There is no {what.en} {name}. {remedy.en} There are: {choices.en}")
    )  # fmt: skip


def slope_of(scenario: Scenario, named: Named, unit: str, factor: bool) -> tuple[Array, float]:
    """By how much the input of each member follows the value that is looked for, and what that is as stated."""
    base = numbers_of(scenario, named.sheet, named.path)
    units = scenario.numbers.units
    if unit:
        if named.sheet != "unit" or unit not in units:
            raise _unknown(Text("改造单元", "unit"), unit, units if named.sheet == "unit" else [])
        alone = np.array([1.0 if name == unit else 0.0 for name in units])
        own = np.broadcast_to(base, alone.shape)[units.index(unit)]
        return (alone * own, 1.0) if factor else (alone, float(own))
    if factor:
        return base, 1.0
    if len(base) == 1:
        return np.ones(1), float(base[0])
    whole = float(base.sum())
    divided = named.path.startswith("stakes.") or named.label in {note.subject for note in scenario.splits}
    if divided and whole > 0:
        return base / whole, whole
    if not divided and np.all(base == base[0]):
        return np.ones(len(base)), float(base[0])
    raise SolveError(
        Text(
            f"{named.label.zh}在各单元不同，或合计为 0 而不知怎样分摊：请选一个单元，或按倍数求解。",
            f"{named.label.en} differs between units, or is 0 in all with no split: choose a unit, or solve for a factor.",
        )
    )


def _target_row(row: str, test: str) -> str:
    if bool(row) == bool(test):
        raise SolveError(Text("请写明一行或一项检验，二者之一。", "Name either a row or a test."))
    if test and test not in PASSES:
        raise _unknown(Text("检验", "test"), test, list(PASSES))
    return PASSES[test] if test else row


def _goal(
    scenario: Scenario, named: Named, row: str, sense: Sense, target: float, period: int | str | None, by: str | None,
    account: str, test: str,
) -> Goal:  # fmt: skip
    rows = scenario.sheets.account.rows
    if row not in rows:
        raise _unknown(Text("行", "row"), row, list(rows))
    if rows[row].cell != (period is None) or not (period is None or period in PERIODS or period in scenario.years):
        first, last = scenario.years[0], scenario.years[-1]
        raise SolveError(
            Text(f"{row} 只有一个数值，不写期间。", f"{row} has one value: give no period.") if rows[row].cell
            else Text(f"{row} 逐年计算，请写期间：{first}–{last}，或 {'、'.join(PERIODS)}。",
                      f"{row} has a value for each year: give a period, {first}–{last} or {', '.join(PERIODS)}.")
        )  # fmt: skip
    ids = [one.id for one in scenario.accounts(by)]
    if (account or (ids[0] if len(ids) == 1 else "")) not in ids:
        raise _unknown(Text("平衡主体", "account"), account, ids)
    if not test and math.isnan(target):
        raise SolveError(Text("请写明目标值。", "Give a target."))
    wanted: tuple[Sense, float] = ("at_least", 1.0) if test else (sense, target)
    return Goal(
        "", named.label, named.unit, row, period, full_label(scenario.sheets.account, row), rows[row].unit, *wanted,
        account or ids[0], 0.0, 0.0, scenario.origin(named.sheet, named.path).place,
    )  # fmt: skip


def range_of(named: Named, slope: Array, stated: float, factor: bool) -> tuple[float, float]:
    low, high = named.bounds.ge, named.bounds.le
    if factor:
        largest = float(slope.max())
        return 0.0, float(TIMES) if high is None or largest <= 0 else min(float(TIMES), high / largest)
    if high is None and stated > 0:
        high = TIMES * stated
    if low is None or high is None:
        raise SolveError(
            Text(f"请写明{named.label.zh}的求解范围。", f"Give the range in which {named.label.en} is looked for.")
        )
    return low, high


def check_range(named: Named, low: float, high: float, scales: Array) -> None:
    """Whether every value that would be tried, times any of the scales, is one that the input may have."""
    if not low < high:
        raise SolveError(Text("求解范围的下限须低于上限。", "The low end of the range must be below the high end."))
    b = named.bounds
    try:
        for scale in scales:
            for end in (low, high):
                check(float(end * scale), b.ge, b.gt, b.le, b.lt, named.unit)
    except QuantityError as error:
        raise SolveError(
            Text(f"求解范围超出{named.label.zh}允许的取值：{error.allowed.zh}。", f"The range goes beyond what {named.label.en} may be: {error.allowed.en}.")
        ) from None  # fmt: skip


# ---- the answer --------------------------------------------------------------------------------------------
def _only(results: Array) -> Array:
    found: Array = results[0]
    return found


def _solution(
    scenario: Scenario, goal: Goal, named: Named, found: Found, slope: Array, stated: float, by: str | None, test: str
) -> Solution:
    put, target, reached = None, goal.target, found.result
    if found.status == "found":
        goal = met(goal, found)
        put = _put(scenario, goal, named, slope * (found.value - stated))
        verdicts = {verdict.id: verdict for verdict in run(put, by).verdicts(goal.account)}
        if test in verdicts:  # the lender's tests and public money are told only where the standard counts them
            verdict = verdicts[test]
            target, reached = verdict.threshold, math.nan if verdict.value is None else verdict.value
    return Solution(
        found.status, found.value, stated, target, reached, target - reached, found.tried, reason(goal, found), goal, put
    )


def _put(scenario: Scenario, goal: Goal, named: Named, moved: Array) -> Scenario:
    """The scenario with the value that was found, its origin saying what for. What it was loaded to solve no longer holds."""
    array = numbers_of(scenario, named.sheet, named.path) + moved
    array.flags.writeable = False
    n = scenario.numbers
    if named.sheet == "unit":
        numbers = dataclasses.replace(n, unit_inputs={**n.unit_inputs, named.path: array})
    else:
        numbers = dataclasses.replace(n, account_inputs={**n.account_inputs, named.path: array})
    origin = Origin("solved", goal.place, note=goal.words)
    return dataclasses.replace(
        scenario, numbers=numbers, goals=(), origins={**scenario.origins, (named.sheet, named.path): origin},
        unit_origins={place: old for place, old in scenario.unit_origins.items() if place[0] != named.path},
    )  # fmt: skip
