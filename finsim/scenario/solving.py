"""求解：values left to be solved are found outside the sheet, on the base case, and put in as inputs.

What has a closed form is in the sheet; what has none (debt sized to a DSCR, capital with a minimum, the price at which a
test is just passed) is an input here: found once at the stated values, in the grouping of the file, and then a number like
any other, the same in every trial.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.goals import Goal, full_label, input_name, named_inputs, solved_values, with_number
from finsim.scenario.measured import Measured, Slopes, numbers_of, settle
from finsim.scenario.problems import Problem, dotted
from finsim.scenario.quantity import QuantityError
from finsim.scenario.scenario import Account, Scenario
from finsim.scenario.search import Found
from finsim.scenario.values import Stated
from finsim.scenario.wanted import PERIODS, target_of
from finsim.sheet import Text
from finsim.sheet.errors import SheetError
from finsim.sheet.numpy_backend import Array

AGAIN = 40
"""Times that the search starts anew where what the value decides does not follow it on a straight line."""


# ---- goals of a file ---------------------------------------------------------------------------------------
def goals_of(context: Context, accounts: Sequence[Account]) -> list[Goal]:
    """Every goal that holds its form, for the accounts of the file's grouping; what is wrong is noted."""
    found: list[Goal] = []
    for path, stated in context.solved:
        goal = _goal(context, path, stated, accounts)
        if goal is None:
            continue
        for other in found:
            if (goal.row, goal.period, goal.account) == (other.row, other.period, other.account):
                context.refuse(
                    (*path, "solve"), Text("两个数值求解同一个目标。", "Two values are solved for one goal."), goal.row,
                    Text("每个目标求解一个数值", "one value for each goal"), Text(f"直接写明 {other.path} 或这一项。", f"State {other.path} or this one."),
                )  # fmt: skip
        found.append(goal)
    return found


def _goal(context: Context, path: Path, stated: Stated, accounts: Sequence[Account]) -> Goal | None:
    wanted, at = stated.wanted, (*path, "solve")
    assert wanted is not None and stated.high is not None
    sheet = context.sheets.account
    if not context.known((*at, "row"), wanted.row, sheet.rows, Text("没有这一行。", "There is no such row.")):
        return None
    row = sheet.rows[wanted.row]
    year = isinstance(wanted.period, int) and not isinstance(wanted.period, bool)
    if row.cell != (wanted.period is None) or not (row.cell or year or wanted.period in PERIODS):
        context.refuse(
            (*at, "period"), Text("这一行要写明期间，或不能写。", "This row needs a period, or has none."), wanted.period or "",
            Text("不写 period", "no period") if row.cell else Text(f"年份，或 {'、'.join(PERIODS)}", f"a year, or {', '.join(PERIODS)}"),
            Text("删去 period。", "Remove period.") if row.cell else Text("例如 period: lowest。", "For example period: lowest."),
        )  # fmt: skip
        return None
    if year and not context.in_timeline((*at, "period"), int(str(wanted.period))):
        return None
    ids = [account.id for account in accounts]
    account = wanted.account or (ids[0] if len(ids) == 1 else "")
    what = Text("没有写明是哪个平衡主体，或没有这个主体。", "It does not say of which account, or there is no such account.")
    if not context.known((*at, "account"), account, ids, what):
        return None
    try:
        target = target_of(wanted, row.unit)
    except QuantityError as error:
        context.refuse((*at, wanted.sense), error.what, wanted.target, error.allowed, error.remedy)
        return None
    named = named_inputs(context.sheets).get(input_name(path))
    label = named.label if named else Text(input_name(path), input_name(path))
    return Goal(
        dotted(path), label, named.unit if named else "", wanted.row, wanted.period, full_label(sheet, wanted.row),
        row.unit, wanted.sense, target, account, stated.number, stated.high, context.document.place_of(path),
    )  # fmt: skip


# ---- solving a file ----------------------------------------------------------------------------------------
def solved(form: Any, problems: list[Problem], resolve: Callable[[Any], Scenario | None]) -> Scenario | None:
    """The scenario of a form with every value found that it leaves to be solved, or None and more ``problems``.

    ``resolve`` turns a form into a scenario. What a value decides is seen by resolving the form at both ends of its range:
    a programme total moves every unit's part. Where that is no straight line (finance split by an income that the value
    moves) the search starts anew from what it found, until the goal holds with the numbers as they are.
    """
    scenario = resolve(form)
    if scenario is None or not scenario.goals or problems:
        return scenario
    goals = scenario.goals
    paths = [path for path, _ in solved_values(form)]
    slopes: list[Slopes] = []
    for goal, path in zip(goals, paths, strict=True):
        high = resolve(with_number(form, path, goal.high))
        if high is None:
            return None
        slopes.append(_slopes(scenario, high, goal.high - goal.low))
        problems += _immovable(scenario, high, goal, slopes[-1])
    if problems:
        return None
    try:
        return _found(form, paths, scenario, slopes, problems, resolve)
    except SheetError as error:  # with a value of the range the model gives no numbers
        problems.append(_problem(goals[0], error.message, goals[0].words, Text("收窄 between。", "Narrow between.")))
        return None


def _found(
    form: Any, paths: Sequence[Path], scenario: Scenario, slopes: Sequence[Slopes], problems: list[Problem],
    resolve: Callable[[Any], Scenario | None],
) -> Scenario | None:  # fmt: skip
    """The scenario with every value found, resolved anew; None and more ``problems`` where one is not."""
    goals = scenario.goals
    values = [goal.low for goal in goals]
    measured = Measured(scenario, goals, slopes, values)
    for _ in range(AGAIN):
        measured.through(scenario, values)
        found = settle(measured)
        if found is None:
            problems.append(_unsettled(goals))
            return None
        problems += [problem(goal, one) for goal, one in zip(goals, found, strict=True) if refused(goal, one)]
        if problems:
            return None
        values = [one.value for one in found]
        for path, value in zip(paths, values, strict=True):
            form = with_number(form, path, value)
        resolved = resolve(form)
        if resolved is None:
            return None
        scenario, results = resolved, measured.at(resolved)
        reached = tuple(met(goal, one) for goal, one in zip(goals, found, strict=True))
        holds = all(goal.holds(float(result)) for goal, result in zip(reached, results, strict=True))
        if holds and measured.straight(scenario, values):
            return dataclasses.replace(scenario, goals=reached)
    problems.append(_unsettled(goals))
    return None


def _slopes(low: Scenario, high: Scenario, step: float) -> dict[tuple[str, str], Array]:
    """The inputs that differ where the value differs by a step, and by how much for one of the value."""
    found = {}
    for sheet, inputs in (("unit", low.numbers.unit_inputs), ("account", low.numbers.account_inputs)):
        for path in inputs:
            risen = numbers_of(high, sheet, path) - numbers_of(low, sheet, path)
            if np.any(risen != 0):
                found[sheet, path] = risen / step
    return found


def met(goal: Goal, found: Found) -> Goal:
    """The goal with the value that was found."""
    just = found.status == "found" and abs(goal.target - found.result) <= goal.tolerance
    return dataclasses.replace(goal, value=found.value, just=just)


# ---- what a person must mend -------------------------------------------------------------------------------
def refused(goal: Goal, found: Found) -> bool:
    """Whether a search gave no value to put in: none or several, or one that does not matter to the goal."""
    return found.status in ("none", "several") or math.isnan(found.value) or (
        found.status == "everywhere" and goal.sense == "equals"
    )  # fmt: skip


def reason(goal: Goal, found: Found) -> Text:
    """What was found, in a sentence."""
    low, high, target = f"{goal.low:,.6g}", f"{goal.high:,.6g}", f"{goal.target:.6g}"
    where_zh, where_en = f"在 {low} 至 {high} 之间", f"between {low} and {high}"
    ends = f"{found.lowest:,.6g}", f"{found.highest:,.6g}"
    if found.status == "several":
        near_zh, near_en = ("、".join(f"{x:,.6g}" for x in found.near), ", ".join(f"{x:,.6g}" for x in found.near))
        return Text(
            f"{where_zh}不止一个解，约在 {near_zh}。", f"More than one solution {where_en}, near {near_en}."
        )
    if found.status == "everywhere":
        taken = "" if math.isnan(found.value) else f"{found.value:,.6g}"
        return Text(
            f"{where_zh}处处达到目标" + (f"，取最接近目标的一端 {taken}。" if taken else "，且与取值无关。"),
            f"The goal is met everywhere {where_en}" + (f"; taken is the end nearest to it, {taken}." if taken else ", whatever the value."),
        )  # fmt: skip
    if found.status == "none" and math.isnan(found.lowest):
        return Text(f"{where_zh}该行没有数值。", f"The row has no value {where_en}.")
    if found.status == "none" and found.lowest < goal.target < found.highest:
        return Text(
            f"{where_zh}结果从目标 {target} 的一侧跳到另一侧（在 {found.value:,.6g} 处为 {found.result:,.6g}），没有正好达到的取值。",
            f"Between {low} and {high} the result jumps over {target} ({found.result:,.6g} at {found.value:,.6g}): no value meets it.",
        )  # fmt: skip
    if found.status == "none":
        return Text(
            f"{where_zh}没有取值能达到目标 {target}：结果为 {ends[0]} 至 {ends[1]}。",
            f"No value {where_en} meets {target}: the results are {ends[0]} to {ends[1]}.",
        )
    return Text(f"取 {found.value:,.6g} 时正好达到目标。", f"The goal is just met at {found.value:,.6g}.")


def problem(goal: Goal, found: Found) -> Problem:
    """A search that gave no value, as a problem of the file."""
    remedies = {
        "several": Text("收窄 between，使其中只有一个解。", "Narrow between so that it holds one solution."),
        "everywhere": Text("直接写明取值，或改目标。", "State the value, or change the goal."),
    }
    otherwise = Text("放宽 between，或改目标。", "Widen between, or change the goal.")
    return _problem(goal, reason(goal, found), goal.words, remedies.get(found.status, otherwise))


def _problem(goal: Goal, what: Text, allowed: Text, remedy: Text) -> Problem:
    return Problem(goal.place.file, goal.place.line, f"{goal.path}.solve", what, "", allowed, remedy)


def _immovable(low: Scenario, high: Scenario, goal: Goal, slopes: Slopes) -> Iterator[Problem]:
    """A value that also decides amounts by year, which are the same in every trial, or that decides nothing."""
    schedules = [
        (low.numbers.unit_schedules, high.numbers.unit_schedules), (low.numbers.account_schedules, high.numbers.account_schedules)
    ]  # fmt: skip
    moved = [path for one, other in schedules for path in one if not np.array_equal(one[path], other[path])]
    if moved:
        yield _problem(
            goal, Text(f"这个数值还决定逐年的 {'、'.join(moved)}，不能求解。", f"The value also decides {', '.join(moved)} year by year: it cannot be solved."),
            Text("", ""), Text("直接写明取值，或删去逐年的写法。", "State the value, or remove what is stated by year."),
        )  # fmt: skip
    elif not slopes:
        yield _problem(
            goal, Text("这个数值不影响任何结果。", "The value decides nothing."), Text("", ""),
            Text("直接写明取值。", "State the value."),
        )  # fmt: skip


def _unsettled(goals: Sequence[Goal]) -> Problem:
    names = [goal.path for goal in goals]
    return _problem(
        goals[0],
        Text(f"{'、'.join(names)} 的求解没有收敛到唯一的取值：它们相互影响，或影响自身的分摊。",
             f"Solving {', '.join(names)} does not come to rest at one set of values: they move each other, or their own split."),
        goals[0].words, Text("收窄 between，或直接写明其中一个取值。", "Narrow between, or state one of the values."),
    )  # fmt: skip
