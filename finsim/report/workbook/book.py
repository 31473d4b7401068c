"""What the sheets of one workbook share: the result, the account with its units, and where each number stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from finsim.report.statements import statements
from finsim.report.workbook.layout import Columns, Layout, quoted, sheet_names
from finsim.report.workbook.paper import Paper
from finsim.result import Result
from finsim.scenario.scenario import Account, Unit
from finsim.sheet import Text
from finsim.sheet.model import Model
from finsim.sheet.numpy_backend import Array

MOST_UNITS = 20
"""Above so many units a book has no unit sheets: it states the sums over units as inputs."""
COVER, INPUTS, SERIES, SUMS, ACCOUNT = "封面", "假设", "时序假设", "单元汇总", "计算-主体"
STATEMENTS, MEASURES, RATES, CHECKS = "报表", "指标", "内部收益率", "检查"
BLUE, AMBER, GREEN, RED = "#1F3864", "#FFC000", "#00703C", "#C00000"


class Values:
    """The engine's numbers of one unit or account."""

    def __init__(self, result: Result, sheet: str, member: str) -> None:
        n = result.scenario.numbers
        unit = sheet == "unit"
        self.rows = result.unit_rows if unit else result.rows
        self.inputs = n.unit_inputs if unit else n.account_inputs
        self.schedules = n.unit_schedules if unit else n.account_schedules
        members = n.units if unit else tuple(a.id for a in result.accounts)
        self.position = members.index(member)

    def _own(self, array: Array, axis: int) -> Array:
        own: Array = np.take(array, self.position if array.shape[axis] > 1 else 0, axis)
        return own

    def input(self, path: str) -> float:
        return float(self._own(self.inputs[path], 0))

    def schedule(self, path: str) -> list[float]:
        """A number per year."""
        return [float(value) for value in self._own(self.schedules[path], 1)]

    def cell(self, path: str) -> float:
        return float(self._own(self.rows[path], 0)[0])

    def yearly(self, path: str, years: int) -> list[float]:
        """A number per year, also of a row that has one for all."""
        array = self.rows[path]
        return self.series(path)[1:-1] if array.ndim == 3 else [self.cell(path)] * years

    def series(self, path: str) -> list[float]:
        """The opening value, a number per year, and what stands after the last year."""
        return [float(value) for value in self._own(self.rows[path], 1)[:, 0]]


@dataclass(frozen=True)
class RecoveryRows:
    """Lines of the rows below the account's calculation that payback is worked out from."""

    to_date: int
    turning: int


@dataclass
class Book:
    """One workbook. The sheets that are written first say where their inputs stand, the others read them there."""

    result: Result
    account: Account
    paper: Paper
    inputs: dict[tuple[str, str], str] = field(default_factory=dict)
    """(unit or "", path) → cell of an input; "" where all units share it, or where it is the account's."""
    schedules: dict[tuple[str, str], str] = field(default_factory=dict)
    """(unit or "", path) → template of a schedule's cell."""
    input_states: list[str] = field(default_factory=list)
    """Ranges that say of every input whether it was changed or cannot be used."""
    sums: dict[str, str] = field(default_factory=dict)
    """Unit-sum row of the account → template of the cell in which it is stated, in a book without unit sheets."""

    recovery: RecoveryRows = RecoveryRows(0, 0)
    tests: dict[str, int] = field(default_factory=dict)
    """Line of each test on the sheet of measures, and of ``balanced``."""
    indicator_lines: dict[str, int] = field(default_factory=dict)
    """Line of each indicator and total on the sheet of measures, and of the ``first`` and ``last`` of them."""

    def __post_init__(self) -> None:
        scenario = self.result.scenario
        self.columns = Columns(scenario.years)
        unit, account = scenario.sheets.unit, scenario.sheets.account
        self.unit_layout = Layout(unit, {})
        self.account_layout = Layout(account, {path: unit.label(path) for path in account.units.values()})
        self.statements = statements(scenario.structure)
        self.strong = {e.rows[0] for s in self.statements for e in s.entries if e.strong and len(e.rows) == 1}
        """Rows of the account drawn as totals."""
        self.values = Values(self.result, "account", self.account.id)
        self.merged = len(self.account.units) > MOST_UNITS
        self.units: tuple[Unit, ...] = (
            ()
            if self.merged
            else tuple(u for u in sorted(scenario.units, key=lambda u: u.id) if u.id in self.account.units)
        )
        self.names = sheet_names([unit.id for unit in self.units])
        self.illustrative = self.result.illustrative(self.account.id)

    @property
    def model(self) -> Model:
        return self.account_layout.model

    def of_unit(self, unit: str) -> Values:
        return Values(self.result, "unit", unit)

    @property
    def label(self) -> Text:
        """The account's name, marked where its figures rest on a split of programme totals."""
        zh, en = self.account.label
        return Text(f"{zh}（示意）", f"{en} (illustrative)") if self.illustrative else self.account.label

    # ---- where the account's numbers stand -----------------------------------------------------------------
    def once(self, path: str) -> str:
        """The account's one value of a row, or the total of a series."""
        return self.at(self.account_layout.lines[path], self.columns.once)

    def yearly(self, path: str) -> str:
        """The account's value of a year, as a template."""
        if path in self.account_layout.once:
            return self.once(path)
        return f"{quoted(ACCOUNT)}!{{c}}{self.account_layout.lines[path] + 1}"

    def before(self, path: str) -> str:
        """The account's value of the year before, as a template."""
        return self.once(path) if path in self.account_layout.once else self.yearly(path).replace("{c}", "{p}")

    def all_years(self, path: str) -> str:
        """The range of the account's values over the years."""
        if path in self.account_layout.once:
            return self.once(path)
        return self.span(self.account_layout.lines[path])

    def span(self, line: int) -> str:
        """All years of a line of the account's sheet, counted from 0."""
        return self.columns.range(line, quoted(ACCOUNT))

    def at(self, line: int, letter: str) -> str:
        """One cell of the account's sheet, its line counted from 0."""
        return f"{quoted(ACCOUNT)}!${letter}${line + 1}"

    # ---- and the units' -----------------------------------------------------------------------------------
    def years_of_unit(self, unit: str, path: str) -> str:
        """The range of a unit's values over the years."""
        sheet, line = quoted(self.names[unit]), self.unit_layout.lines[path]
        return (
            f"{sheet}!${self.columns.once}${line + 1}"
            if path in self.unit_layout.once
            else self.columns.range(line, sheet)
        )

    def unit_sum(self, path: str) -> str:
        """One of the units' rows added up over their sheets, in the order of their ids, as a template."""
        column = f"${self.columns.once}$" if path in self.unit_layout.once else "{c}"
        line = self.unit_layout.lines[path] + 1
        return "+".join(f"{quoted(self.names[unit.id])}!{column}{line}" for unit in self.units)
