"""An edited finsim workbook: what was typed over its inputs, put back into the scenario that the book holds."""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from finsim.importing.places import of_input, of_series, of_stakes
from finsim.report.workbook.book import INPUTS, SERIES, SUMS
from finsim.report.workbook.layout import BODY, FIRST, ID, LABEL, ONCE
from finsim.report.workbook.text import SCENARIO
from finsim.scenario.document import Document, parse
from finsim.scenario.loading import load_document
from finsim.scenario.problems import Problem, ScenarioError, dotted
from finsim.scenario.quantity import QuantityError, convert
from finsim.scenario.refusals import Refusal
from finsim.scenario.scenario import Scenario
from finsim.scenario.spreadsheet import MOST_COLUMNS, Sheets, address, sheets
from finsim.scenario.values import read_stated
from finsim.scenario.writing import as_yaml
from finsim.sheet import Text
from finsim.sheet.model import InputRow, ScheduleRow
from finsim.sheet.numpy_backend import Array

SAME = 1e-9
"""Relative difference up to which a cell still has its number: programs write 15 digits."""

_BY_YEAR = (ID + 1, ONCE + 1, *range(FIRST + 1, MOST_COLUMNS + 1))
_READ = {INPUTS: (ID + 1, ONCE + 1), SERIES: _BY_YEAR, SUMS: _BY_YEAR, SCENARIO: (LABEL + 1,)}
"""What is read of each sheet: ids, numbers that may be typed, and the scenario; all else is worked out."""

_NO_BOOK = Refusal(
    Text("这本工作簿里没有情景。", "This workbook holds no scenario."),
    Text("finsim workbook 写出的工作簿，或第一张表是片区一览表的工作簿", "a workbook written by finsim, or one whose sheet lists neighbourhoods"),
    Text("用现在的版本重新生成工作簿。", "Write the workbook again with this version."),
)  # fmt: skip
_BLANK = Refusal(
    Text("这一格是空的。", "The cell is blank."), Text("数值", "a number"), Text("填上数值；没有就写 0。", "Type a number, 0 for none."),
)  # fmt: skip
_GONE = Refusal(
    Text("输入的行不见了。", "The line of an input is gone."), Text("原有的各行", "the lines as they were"),
    Text("不要删去行；从原来的工作簿改起。", "Do not remove lines; begin with the book as it was written."),
)  # fmt: skip
_FOLLOWS = Refusal(
    Text("这个数由方案的其他内容推出，不能从工作簿改回。", "This number follows from other parts of the scenario and cannot be taken from a workbook."),
    Text("与生成时相同的数值", "the number as it was written"), Text("恢复原值，在情景文件中改它所据的内容。", "Restore it, and change in the scenario file what it follows from."),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One number that was typed into the book: its cell, its id and label, what the scenario has, what the cell has."""

    address: str
    id: str
    label: Text
    unit: str
    old: float
    new: float


@dataclass(frozen=True)
class Edited:
    """The scenario with the changes of a workbook, as one file that needs no other."""

    document: Document
    scenario: Scenario
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class _Typed:
    """A cell whose number is not what the scenario has there."""

    place: str
    line: int
    row: InputRow | ScheduleRow
    unit: str
    year: int | None
    old: float
    new: float
    text: str

    @property
    def id(self) -> str:
        return f"units.{self.unit}.{self.row.path}" if self.unit else self.row.path


def holds_scenario(found: Sheets) -> bool:
    return SCENARIO in found and INPUTS in found


def read_edited(path: Path) -> Edited:
    """The scenario that an edited workbook now stands for: every input has the number of its cell.

    Where a fact decides how totals are divided, units keep the parts that the book shows.
    Raises :class:`ScenarioError` with the address of every cell that cannot be used.
    """
    found = sheets(path, _READ)
    if not holds_scenario(found):
        raise ScenarioError([Problem(path.as_posix(), None, "", found="", **_NO_BOOK._asdict())])
    text = "\n".join(cells[LABEL] for line, cells in found[SCENARIO] if line > BODY)
    document = parse(text.encode(), f"{path.name}:{SCENARIO}")
    scenario = load_document(document)
    problems = [*_gone(scenario, found, path), *_sums(found, path)]
    typed = list(_typed(scenario, found, path, problems))
    if problems:
        raise ScenarioError(problems)
    changed = _put_back(scenario, document, typed, path) if typed else document
    after = load_document(changed)
    followed = list(_followed(scenario, after, typed))
    if lost := [one for one in typed if any(_is(one, *other) for other in followed)]:
        raise ScenarioError(_problem(path, one, _FOLLOWS) for one in lost)
    if followed:
        changed = _put_back(scenario, document, [*typed, *(_kept(scenario, *one) for one in followed)], path)
        after = load_document(changed)
        if list(_followed(scenario, after, typed)):
            raise ScenarioError(_problem(path, one, _FOLLOWS) for one in typed)
    return Edited(changed, after, tuple(_told(scenario, one) for one in typed))


# ---- what was typed ----------------------------------------------------------------------------------------
def _typed(scenario: Scenario, found: Sheets, path: Path, problems: list[Problem]) -> Iterator[_Typed]:
    """Every cell with another number than the scenario has; ids say what it is, wherever its line stands now."""
    n = scenario.numbers
    for line, cells in found[INPUTS]:
        if (input := _row(scenario, cells[ID], "inputs")) and line > BODY:
            unit, row, array = input
            old = float(array[n.units.index(unit) if unit and len(array) > 1 else 0])
            yield from _cell(path, INPUTS, line, ONCE, cells, row, unit, None, old, problems)
    for line, cells in found.get(SERIES, ()):
        if (schedule := _row(scenario, cells[ID], "schedules")) and line > BODY:
            unit, row, array = schedule
            member = n.units.index(unit) if unit and array.shape[1] > 1 else 0
            for t, year in enumerate(scenario.years):
                yield from _cell(path, SERIES, line, FIRST + t, cells, row, unit, year, float(array[t, member]), problems)


def _row(scenario: Scenario, id: str, kind: str) -> tuple[str, Any, Array] | None:
    """Of an id: the unit ("" for what is the same for all units, or the account's), its row, and its numbers."""
    unit, _, path = id.removeprefix("units.").partition(".") if id.startswith("units.") else ("", "", id)
    for sheet, model in (("unit", scenario.sheets.unit), ("account", scenario.sheets.account)):
        rows = getattr(model, kind)
        if path in rows and (not unit or unit in scenario.numbers.units):
            return unit, rows[path], getattr(scenario.numbers, f"{sheet}_{kind}")[path]
    return None


def _cell(
    path: Path, sheet: str, line: int, column: int, cells: list[str], row: InputRow | ScheduleRow, unit: str,
    year: int | None, old: float, problems: list[Problem],
) -> Iterator[_Typed]:  # fmt: skip
    text = cells[column].strip() if column < len(cells) else ""
    typed = _Typed(f"{sheet}!{address(line, column + 1)}", line, row, unit, year, old, old, text)
    try:
        given = _as_number(text)
        new = read_stated(given, row).number if isinstance(row, InputRow) else convert(given, row.unit)
    except QuantityError as error:
        problems.append(_problem(path, typed, Refusal(error.what, error.allowed, error.remedy) if text else _BLANK))
        return
    if abs(new - old) > SAME * max(1.0, abs(old)):
        yield dataclasses.replace(typed, new=new)


def _as_number(text: str) -> float | str:
    """A cell's number with all its digits; a text, which may have a unit, as it is."""
    try:
        return float(text)
    except ValueError:
        return text


def _gone(scenario: Scenario, found: Sheets, path: Path) -> Iterator[Problem]:
    """Inputs of the account that have no line any more; every book has them all."""
    here = {cells[ID] for _, cells in found[INPUTS]}
    for name in scenario.sheets.account.inputs:
        if name not in here:
            yield Problem(path.as_posix(), None, f"{INPUTS}  {name}", found="", **_GONE._asdict())


def _sums(found: Sheets, path: Path) -> Iterator[Problem]:
    """A book of many units states their sums, which no scenario can have been made to give."""
    lines = {line: cells for line, cells in found.get(SUMS, ())}
    count = sum(1 for line, cells in lines.items() if line > BODY and cells[ID])
    for line, cells in lines.items():
        if line > BODY and cells[ID]:
            copy_ = lines.get(line + count + 1, [])
            for column in range(ONCE, len(cells)):
                if column < len(copy_) and cells[column] != copy_[column]:
                    yield Problem(
                        path.as_posix(), line, f"{SUMS}!{address(line, column + 1)}  {cells[ID]}", found=cells[column], **_FOLLOWS._asdict()
                    )


def _kept(scenario: Scenario, sheet: str, path: str, unit: str, number: float) -> _Typed:
    """A unit's part of a total, as the book shows it."""
    model = scenario.sheets.unit if sheet == "unit" else scenario.sheets.account
    row = model.schedules[path] if math.isnan(number) else model.inputs[path]
    return _Typed(INPUTS, 0, row, unit, None, number, number, "")


def _told(scenario: Scenario, typed: _Typed) -> Change:
    unit = scenario.sheets.unit
    model = unit if typed.row.path in {*unit.inputs, *unit.schedules} else scenario.sheets.account
    section, label = model.sections[typed.row.section].label, typed.row.label
    year = f" {typed.year}" if typed.year else ""
    owner = f"{typed.unit} " if typed.unit else ""
    subject = Text(f"{owner}{section.zh}·{label.zh}{year}", f"{owner}{section.en}: {label.en}{year}")
    return Change(typed.place, typed.id, subject, typed.row.unit, typed.old, typed.new)


def _problem(path: Path, typed: _Typed, refusal: Refusal) -> Problem:
    return Problem(path.as_posix(), typed.line or None, f"{typed.place}  {typed.id}", found=typed.text, **refusal._asdict())


# ---- put back into the scenario ----------------------------------------------------------------------------
def _put_back(scenario: Scenario, document: Document, typed: list[_Typed], path: Path) -> Document:
    """The document with every number at its place, marked as an assumption that spans the old value and the new."""
    value: Any = copy.deepcopy(document.value)
    now = {(one.unit, one.row.path, one.year): one.new for one in typed}
    problems, at = [], {}
    for one in typed:
        note = (
            f"工作簿 {path.name} 的 {one.place}：由 {one.old:.6g} 改为 {one.new:.6g}" if one.line
            else f"工作簿 {path.name} 中本单元分得的数"
        )  # fmt: skip
        if one.row.path.startswith("stakes."):
            where = of_stakes(value, scenario, one.row.path, now, note)
        elif isinstance(one.row, InputRow):
            where = of_input(value, scenario, one.unit, one.row.path, one.new, note)
        else:
            where = of_series(value, scenario, one.unit, one.row.path, now)
        if where is None:
            problems.append(_problem(path, one, _FOLLOWS))
        else:
            at[dotted(where)] = one
    if problems:
        raise ScenarioError(problems)
    changed = parse(as_yaml(value).encode(), f"{path.name}:{SCENARIO}")
    try:
        load_document(changed)
    except ScenarioError as error:
        raise ScenarioError(_at_their_cells(error.problems, at, path)) from None
    return changed


def _at_their_cells(problems: Iterable[Problem], at: Mapping[str, _Typed], path: Path) -> Iterator[Problem]:
    """What the scenario says of a value, told of the cell in which it was typed."""
    for problem in problems:
        cells = [one for where, one in at.items() if f"{problem.path}.".startswith(f"{where}.") or where.startswith(f"{problem.path}.")]
        if cells:
            yield dataclasses.replace(problem, file=path.as_posix(), line=cells[0].line, path=f"{cells[0].place}  {problem.path}")
        else:
            yield dataclasses.replace(problem, file=path.as_posix(), line=None)


Followed: TypeAlias = tuple[str, str, str, float]
"""A number of the scenario that is not the book's: sheet, path, unit ("" for all, or the account), the book's number."""


def _followed(before: Scenario, after: Scenario, typed: Collection[_Typed]) -> Iterator[Followed]:
    """Numbers of the scenario that are not, or no longer, those of the book; a schedule is told once, as NaN."""
    wanted: dict[str, list[_Typed]] = {}
    for one in typed:
        wanted.setdefault(one.row.path, []).append(one)
    n, m = before.numbers, after.numbers
    for sheet, units in (("unit", n.units), ("account", ("",))):
        for path, old in getattr(n, f"{sheet}_inputs").items():
            book = np.broadcast_to(old, (len(units),)).copy()
            for one in wanted.get(path, ()):
                book[units.index(one.unit) if one.unit else slice(None)] = one.new
            for member in np.flatnonzero(_differ(book, getattr(m, f"{sheet}_inputs")[path])):
                yield sheet, path, units[member], float(book[member])
        for path, old in getattr(n, f"{sheet}_schedules").items():
            book = np.broadcast_to(old, (len(n.years), len(units))).copy()
            for one in wanted.get(path, ()):
                book[n.years.index(one.year or 0), units.index(one.unit) if one.unit else slice(None)] = one.new
            if _differ(book, getattr(m, f"{sheet}_schedules")[path]).any():
                yield sheet, path, "", math.nan


def _differ(book: Array, scenario: Array) -> NDArray[np.bool_]:
    return np.asarray(np.abs(book - scenario) > SAME * np.maximum(1.0, np.abs(book)))


def _is(typed: _Typed, sheet: str, path: str, unit: str, number: float) -> bool:
    return typed.row.path == path and (typed.unit in ("", unit) or math.isnan(number))
