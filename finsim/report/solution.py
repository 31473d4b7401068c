"""求解结果：one answer, or the inputs that a file leaves to be solved with their check, on the terminal."""

from __future__ import annotations

import math

from rich.console import Console
from rich.text import Text as Styled

from finsim.report.terminal import WholeTable as Table
from finsim.report.units import unit_words
from finsim.result import Result
from finsim.scenario.scenario import Scenario
from finsim.scenario.search import DIGITS
from finsim.sheet import Text
from finsim.solve import Solution

SAID = {
    "found": Text("求得", "found"),
    "everywhere": Text("处处达到", "met everywhere"),
    "none": Text("无解", "none in the range"),
    "several": Text("多个解", "several solutions"),
    "must": Text("应取", "must be"),
    "value": Text("取值", "value"),
    "stated": Text("现取值", "as stated"),
    "change": Text("变动", "change"),
    "goal": Text("目标", "goal"),
    "result": Text("结果 / 要求", "result / required"),
    "reached": Text("结果", "result"),
    "residual": Text("目标 − 结果", "goal − result"),
    "range": Text("求解范围", "range"),
    "tried": Text("试算次数", "values tried"),
    "input": Text("求解得出的输入", "input solved"),
    "check": Text("检查", "check"),
    "passed": Text("通过", "pass"),
    "room": Text("通过（由范围一端决定，有余量）", "pass (an end of the range decides, with room)"),
    "failed": Text("未通过", "FAIL"),
    "fixed": Text("求解得出的输入在每次模拟中保持不变", "Inputs that were solved are the same in every trial"),
}


def exact(value: float, unit: str, lang: str) -> str:
    """A number with all the digits that were found, so that it can be typed in, and its unit."""
    return "—" if math.isnan(value) else f"{value:,.{DIGITS}g} {unit_words(unit, lang)}".rstrip()


def show_solution(solution: Solution, lang: str) -> None:
    """Status and reason first, then the numbers."""
    console, goal = Console(), solution.goal
    label = f"{goal.label.say(lang)} ({goal.name})"
    console.print(Styled(f"{SAID[solution.status].say(lang)}：{label}", style="bold"))
    console.print(solution.reason.say(lang), highlight=False)
    changed = not math.isnan(solution.value) and solution.stated != 0
    table = Table("", "", show_header=False)
    for key, words in (
        ("must", exact(solution.value, goal.unit, lang)),
        ("stated", exact(solution.stated, goal.unit, lang)),
        ("change", f"{solution.value / solution.stated - 1:+.2%}" if changed else "—"),
        ("goal", goal.words.say(lang)),
        ("result", f"{exact(solution.reached, '', lang)} / {exact(solution.target, '', lang)}"),
        ("residual", "—" if math.isnan(solution.residual) else f"{solution.residual:.3g}"),
        ("range", f"{exact(goal.low, '', lang)} – {exact(goal.high, goal.unit, lang)}"),
        ("tried", f"{solution.iterations:,}"),
    ):
        table.add_row(SAID[key].say(lang), words)
    console.print(table)


def show_goals(console: Console, result: Result, lang: str) -> None:
    """The inputs that the file leaves to be solved, each with its goal and the check "goal − result"."""
    if not (found := result.goals()):
        return
    headings = ("input", "value", "goal", "reached", "residual", "check")
    table = Table(*(SAID[key].say(lang) for key in headings))
    for reached in found:
        goal = reached.goal
        outcome = "failed" if not reached.holds else "passed" if goal.just else "room"
        table.add_row(
            f"{goal.label.say(lang)} ({goal.name})", exact(goal.value, goal.unit, lang), goal.words.say(lang),
            exact(reached.result, goal.row_unit, lang), f"{reached.difference:.3g}", SAID[outcome].say(lang),
        )  # fmt: skip
    console.print()
    console.print(table)


def show_fixed(console: Console, scenario: Scenario, lang: str) -> None:
    """Which inputs were solved at the base case and do not move in trials."""
    if scenario.goals:
        listed = "；".join if lang == "zh" else "; ".join
        values = listed(f"{g.label.say(lang)} = {exact(g.value, g.unit, lang)}" for g in scenario.goals)
        console.print(f"{SAID['fixed'].say(lang)}：{values}", highlight=False)
