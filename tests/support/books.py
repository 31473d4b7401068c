"""A workbook beside the engine: what every cell must be, inputs typed into the file, and what differs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from finsim.report.statements import amounts, statements
from finsim.report.workbook import write
from finsim.result import Result, run
from finsim.scenario.scenario import Scenario
from tests.support.sheets import Reader, Recalculated, poison, recalculated

TOLERANCE = 1e-6
BODY = 5
ONCE, OPENING, FIRST, VERDICT = 6, 7, 8, 8
"""Columns, from 1: constants and totals, opening values, the first year; on the sheet of measures, verdicts."""
ACCOUNT = "计算-主体"
RED, GREEN = "有未通过项 some fail", "全部通过 all pass"


# ---- the file ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Lines:
    """What stands on which line of each sheet, by the hidden first column, and which opening cells are filled."""

    ids: Mapping[str, Mapping[int, str]]
    opened: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, book: Recalculated) -> Lines:
        ids: dict[str, dict[int, str]] = {}
        opened = set()
        for sheet in book.sheets:
            for line, cells in enumerate(book.block(sheet, OPENING), 1):
                if line >= BODY and cells[0]:
                    ids.setdefault(sheet, {})[line] = str(cells[0])
                    if cells[OPENING - 1] is not None:
                        opened.add((sheet, line))
        return cls(ids, frozenset(opened))


@dataclass(frozen=True)
class Written:
    """The workbook of one account, with poison in place of the stored values, and as formualizer recalculates it."""

    result: Result
    account: str
    path: Path
    read: Recalculated
    lines: Lines

    def cells(self, result: Result | None = None) -> list[Wanted]:
        """What every cell must be, as written or after edits."""
        return wanted(result or self.result, self.account, self.lines)


def written(scenario: Scenario, by: str | None, account: str, folder: Path, name: str = "测算表") -> Written:
    """The engine's own values stay in ``honest-….xlsx`` beside it."""
    result = run(scenario, by)
    honest, path = folder / f"honest-{name}.xlsx", folder / f"{name}.xlsx"
    write(result, account, honest)
    poison(honest, path)
    read = recalculated(path)
    return Written(result, account, path, read, Lines.of(read))


# ---- edits -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Edit:
    """A new value of an input; of one ``year`` of a schedule; of one ``unit`` or of all (or the account)."""

    path: str
    value: float
    unit: str = ""
    year: int | None = None

    @property
    def id(self) -> str:
        return f"units.{self.unit}.{self.path}" if self.unit else self.path


def changed(scenario: Scenario, edits: Collection[Edit]) -> Scenario:
    """The same scenario with other numbers, as the file has them after the edits."""
    n = scenario.numbers
    parts: dict[str, dict[str, Any]] = {
        name: dict(getattr(n, name))
        for name in ("unit_inputs", "unit_schedules", "account_inputs", "account_schedules")
    }
    for edit in edits:
        kind = "inputs" if edit.year is None else "schedules"
        sheet = "unit" if edit.path in parts[f"unit_{kind}"] else "account"
        array = np.array(parts[f"{sheet}_{kind}"][edit.path], dtype=float)
        member: Any = n.units.index(edit.unit) if edit.unit else slice(None)
        if edit.year is None:
            array[member] = edit.value
        else:
            array[n.years.index(edit.year), member] = edit.value
        parts[f"{sheet}_{kind}"][edit.path] = array
    return replace(scenario, numbers=replace(n, **parts))


def edited(book: Written, target: Path, edits: Collection[Edit]) -> Result:
    """The edits typed into the file, its stored values poisoned, and the engine's result on the same numbers."""
    places = {id: (sheet, line) for sheet in ("假设", "时序假设") for line, id in book.lines.ids.get(sheet, {}).items()}
    typed = {}
    for edit in edits:
        sheet, line = places[edit.id]
        typed[sheet, line, ONCE if edit.year is None else FIRST + edit.year - book.result.years[0]] = edit.value
    poison(book.path, target, typed)
    return run(changed(book.result.scenario, edits), book.result.by)


# ---- what the cells must be --------------------------------------------------------------------------------
class Wanted(NamedTuple):
    """What the cells of a line from ``column`` on must show: numbers, nothing (None), or a text."""

    sheet: str
    line: int
    column: int
    name: str
    values: Sequence[float | str | None]


def wanted(result: Result, account: str, lines: Lines) -> list[Wanted]:
    """Every cell of the calculation sheets, statements and measures, as the engine has it."""
    found = [*_calculations(result, account, lines), *_measures(result, account, lines)]
    entries = [e for statement in statements(result.scenario.structure) for e in statement.entries if e.terms]
    assert [entry.formula for entry in entries] == list(lines.ids["报表"].values())
    for line, entry in zip(lines.ids["报表"], entries, strict=True):
        values, total = amounts(result, account, entry)
        found += [Wanted("报表", line, FIRST, entry.label.zh, values), Wanted("报表", line, ONCE, entry.label.zh, [total])]
    assert sum(len(row.values) for row in found) > 1000
    return found


def _calculations(result: Result, account: str, lines: Lines) -> Iterator[Wanted]:
    years = result.years
    for sheet in (name for name in lines.ids if name.startswith("计算-")):
        kind = "account" if sheet == ACCOUNT else "unit"
        member = account if kind == "account" else sheet.removeprefix("计算-")
        model = result.scenario.sheets.account if kind == "account" else result.scenario.sheets.unit
        assert {*model.order} == {*lines.ids[sheet].values()}
        for line, path in lines.ids[sheet].items():
            if path in model.inputs or (path in model.rows and model.rows[path].cell):
                yield Wanted(sheet, line, ONCE, path, [result.value(kind, member, path, None)])
                continue
            yield Wanted(sheet, line, FIRST, path, [result.value(kind, member, path, year) for year in years])
            if path in model.rows and (sheet, line) in lines.opened:
                yield Wanted(sheet, line, OPENING, path, [result.value(kind, member, path, years[0] - 1)])


def _measures(result: Result, account: str, lines: Lines) -> Iterator[Wanted]:
    known = result.indicators(account) | {f"total.{key}": value for key, value in result.totals(account).items()}
    tests = {f"test.{verdict.id}": verdict for verdict in result.verdicts(account)}
    for line, name in lines.ids["指标"].items():
        if name in tests:
            yield Wanted("指标", line, ONCE, name, [tests[name].value])
            yield Wanted("指标", line, VERDICT, name, ["通过 pass" if tests[name].passed else "未通过 fail"])
        elif name == "result.balanced":
            balanced = result.balanced(account)
            yield Wanted("指标", line, VERDICT, name, ["平衡 balanced" if balanced else "不平衡 not balanced"])
        else:
            yield Wanted("指标", line, ONCE, name, [known[name]])


def differences(read: Reader, rows: Collection[Wanted]) -> list[Any]:
    """The cells that are not what they must be: sheet, name, column, what it must be, what it is."""
    found = []
    for row in rows:
        for column, value in enumerate(row.values, row.column):
            shown = read(row.sheet, row.line, column)
            if isinstance(value, str):
                right = shown == value
            elif value is None or math.isnan(value):
                right = shown in ("", None)
            else:
                right = isinstance(shown, float) and abs(shown - value) <= TOLERANCE
            if not right:
                found.append((row.sheet, row.name, column, value, shown))
    return found


def outcome(read: Reader) -> Any:
    """What the cover says of the checks."""
    return next(read("封面", line, 3) for line in range(1, 20) if read("封面", line, 2) == "模型检查 checks")
