"""求解的写法：what a scenario writes in place of a number that is to be found outside the sheet.

    commitment: {solve: {row: lender.lowest, at_least: 1.3, between: [0, 9000 万元]}}
    price: {solve: {test: cover_full, between: [10 元, 90 元]}}

Either a ``row`` of the account's sheet with ``equals``, ``at_least`` or ``at_most``, or a ``test`` that must just be passed;
``period`` (a year, lowest, highest, total) for a row that has a value for each year; ``account`` where there are several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from finsim.model.structure import PASSES
from finsim.scenario.quantity import QuantityError, convert
from finsim.scenario.search import Sense
from finsim.sheet import Text
from finsim.sheet.block import Bounds

SENSES: dict[Sense, Text] = {
    "equals": Text("等于", "equal to"), "at_least": Text("不低于", "at least"), "at_most": Text("不高于", "at most"),
}  # fmt: skip
PERIODS = {
    "lowest": Text("各年最低", "lowest of all years"), "highest": Text("各年最高", "highest of all years"),
    "total": Text("各年合计", "total of all years"),
}  # fmt: skip
_KEYS = ("row", "test", *SENSES, "period", "account", "between")


@dataclass(frozen=True)
class Wanted:
    """What is wanted of an input that is solved, as the file says it; ``target`` is in the unit of the row."""

    row: str
    period: int | str | None
    sense: Sense
    target: object
    account: str
    low: object
    high: object


def read_wanted(given: object, bounds: Bounds) -> Wanted:
    """Read what stands after ``solve:``; without ``between`` the bounds of the input are the range. Raises QuantityError."""
    parts: dict[Any, Any] = given if isinstance(given, dict) else {}
    senses = [sense for sense in SENSES if sense in parts]
    unknown = [str(key) for key in parts if key not in _KEYS]
    test, row, account, period = (parts.get(key) for key in ("test", "row", "account", "period"))
    named = all(isinstance(name, str | None) for name in (test, row, account)) and isinstance(period, int | str | None)
    right = named and ((test in PASSES and not row and not senses) or (test is None and row and len(senses) == 1))
    if unknown or not right:
        raise QuantityError(
            Text("求解的写法不对。", "This is not how a value is left to be solved."),
            Text(f"row 加 {'、'.join(SENSES)} 之一，或 test（{'、'.join(PASSES)}）；另可有 period、account、between",
                 f"row with one of {', '.join(SENSES)}, or test ({', '.join(PASSES)}); with period, account, between"),
            Text("例如 {solve: {row: lender.lowest, at_least: 1.3, between: [0, 9000]}}。",
                 "For example {solve: {row: lender.lowest, at_least: 1.3, between: [0, 9000]}}."),
        )  # fmt: skip
    low, high = _range(parts, bounds)
    if test is not None:
        return Wanted(PASSES[test], period, "at_least", 1, account or "", low, high)
    return Wanted(str(row), period, senses[0], parts[senses[0]], account or "", low, high)


def _range(parts: dict[Any, Any], bounds: Bounds) -> tuple[object, object]:
    between = parts.get("between", [bounds.ge, bounds.le])
    if isinstance(between, list) and len(between) == 2 and None not in between:
        return between[0], between[1]
    raise QuantityError(
        Text("求解须给出范围。", "Solving needs a range to search."), Text("between: [低, 高]", "between: [low, high]"),
        Text("例如 between: [0, 9000]。", "For example between: [0, 9000]."),
    )  # fmt: skip


def said(subject: Text, row: str, period: int | str | None, sense: Sense, target: object) -> Text:
    """A goal in words: such that the lowest DSCR (lender.lowest) is at least 1.3, or that a test passes."""
    if test := next((name for name, passes in PASSES.items() if passes == row), ""):
        return Text(f"使 {test} 检验通过（{subject.zh}）", f"such that the test {test} passes ({subject.en})")
    when = Text("", "") if period is None else PERIODS.get(str(period), Text(str(period), str(period)))
    word, number = SENSES[sense], f"{target:.12g}" if isinstance(target, int | float) else str(target)
    return Text(
        f"使{subject.zh}（{f'{row} {when.zh}'.rstrip()}）{word.zh} {number}",
        f"such that {subject.en} ({f'{row} {when.en}'.rstrip()}) is {word.en} {number}",
    )


def target_of(wanted: Wanted, unit: str) -> float:
    """The target as a number in the unit of the row. Raises QuantityError."""
    return convert(wanted.target, unit)
