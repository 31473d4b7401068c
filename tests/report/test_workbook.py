"""The live workbook, recalculated by programs that share no code with the engine, must agree with it in every cell."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import openpyxl
import pytest
from openpyxl.formula.translate import Translator

from finsim.report.statements import amounts, statements
from finsim.report.workbook import write
from finsim.result import Result, run
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario, Unit
from finsim.sheet import Text
from tests.support.everything import everything
from tests.support.libreoffice import recalculate
from tests.support.sheets import Reader, poison, recalculated, stored

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SONGXIAN = SCENARIOS / "songxian-2023.yaml"
TOLERANCE = 1e-6
BODY = 5
ONCE, OPENING, FIRST = 6, 7, 8
ACCOUNT = "计算-主体"
RED, GREEN = "有未通过项 some fail", "全部通过 all pass"
KNOWN = {"IF", "AND", "OR", "NOT", "MIN", "MAX", "ABS", "SUM", "AVERAGE", "COUNT", "COUNTIF", "SUMPRODUCT", "SUMXMY2",
         "IRR", "IFERROR", "ISNUMBER", "ISERROR", "COLUMNS", "SQRT", "_xlfn.ISFORMULA"}  # fmt: skip
"""Functions that Excel, WPS and LibreOffice have in common."""


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


EDITS = (
    Edit("facts.households", 500, "d2"),
    Edit("works.body.amount", 710.5, "d2"),
    Edit("stakes.bonds.b2024.face", 301.25, "d2"),
    Edit("streams.parking_monthly.price", 137),
    Edit("sources.county.realised", 0.81),
    Edit("works.parking.life", 12),
    Edit("construction.delay", 0.4),
    Edit("construction.overrun", 0.12),
    Edit("streams.parking_monthly.vat_rate", 0.09),
    Edit("bonds.b2024.coupon", 0.0345),
    Edit("cover.threshold", 1.35),
    Edit("recovery.discount_rate", 0.055),
    Edit("works.pipes.planned", 0.65, year=2024),
    Edit("streams.premises.repriced", 1, year=2031),
    Edit("bonds.b2023.coupon_years", 0.75, year=2026),
)


def changed(scenario: Scenario, edits: tuple[Edit, ...]) -> Scenario:
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


def type_into(source: Path, target: Path, edits: tuple[Edit, ...], first_year: int) -> None:
    """The edits typed into the file by a program that does not calculate; the stored values are poisoned."""
    book = openpyxl.load_workbook(source)
    for edit in edits:
        sheet = book["假设" if edit.year is None else "时序假设"]
        lines = {sheet.cell(line, 1).value: line for line in range(BODY, sheet.max_row + 1)}
        column = ONCE if edit.year is None else FIRST + edit.year - first_year
        cell = sheet.cell(lines[edit.id], column)
        assert not cell.protection.locked, edit
        cell.value = edit.value
    book.save(target)
    poison(target, target.with_suffix(".poisoned.xlsx"))
    target.with_suffix(".poisoned.xlsx").replace(target)


@dataclass(frozen=True)
class Lines:
    """What stands on which line of each sheet, by the hidden first column, and which opening cells are filled."""

    ids: Mapping[str, Mapping[int, str]]
    opened: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, path: Path) -> Lines:
        book = openpyxl.load_workbook(path, read_only=True)
        ids: dict[str, dict[int, str]] = {}
        opened = set()
        for sheet in book.worksheets:
            for line, cells in enumerate(sheet.iter_rows(min_row=BODY, max_col=OPENING, values_only=True), BODY):
                if cells and cells[0]:
                    ids.setdefault(sheet.title, {})[line] = str(cells[0])
                    if len(cells) >= OPENING and cells[OPENING - 1] is not None:
                        opened.add((sheet.title, line))
        book.close()
        return cls(ids, frozenset(opened))


def differences(read: Reader, lines: Lines, result: Result, account: str) -> list[Any]:
    """Every cell of the calculation sheets, statements and measures that is not what the engine says."""
    found = []
    cells = 0

    def check(sheet: str, line: int, column: int, wanted: float | None, name: object) -> None:
        nonlocal cells
        cells += 1
        value = read(sheet, line, column)
        if wanted is None or math.isnan(wanted):
            right = value in ("", None)
        else:
            right = isinstance(value, float) and abs(value - wanted) <= TOLERANCE
        if not right:
            found.append((sheet, name, wanted, value))

    years = result.years
    for sheet in (name for name in lines.ids if name.startswith("计算-")):
        kind = "account" if sheet == ACCOUNT else "unit"
        member = account if kind == "account" else sheet.removeprefix("计算-")
        model = result.scenario.sheets.account if kind == "account" else result.scenario.sheets.unit
        assert {*model.order} == {*lines.ids[sheet].values()}
        for line, path in lines.ids[sheet].items():
            if path in model.inputs or (path in model.rows and model.rows[path].cell):
                check(sheet, line, ONCE, result.value(kind, member, path, None), path)
                continue
            for column, year in enumerate(years, FIRST):
                check(sheet, line, column, result.value(kind, member, path, year), (path, year))
            if path in model.rows and (sheet, line) in lines.opened:
                check(sheet, line, OPENING, result.value(kind, member, path, years[0] - 1), (path, "opening"))
    indicators = result.indicators(account)
    known = indicators | {f"total.{key}": value for key, value in result.totals(account).items()}
    tests = {f"test.{verdict.id}": verdict for verdict in result.verdicts(account)}
    for line, name in lines.ids["指标"].items():
        if name in tests:
            check("指标", line, ONCE, tests[name].value, name)
            if read("指标", line, 8) != ("通过 pass" if tests[name].passed else "未通过 fail"):
                found.append(("指标", name, tests[name].passed, read("指标", line, 8)))
        elif name == "result.balanced":
            if read("指标", line, 8) != ("平衡 balanced" if result.balanced(account) else "不平衡 not balanced"):
                found.append(("指标", name, result.balanced(account), read("指标", line, 8)))
        elif name != "firr" or indicators["firr_status"] != 2:  # several rates: a spreadsheet gives one of them
            check("指标", line, ONCE, known[name], name)
    entries = [e for statement in statements(result.scenario.structure) for e in statement.entries if e.terms]
    assert [entry.formula for entry in entries] == list(lines.ids["报表"].values())
    for line, entry in zip(lines.ids["报表"], entries, strict=True):
        values, total = amounts(result, account, entry)
        for column, value in enumerate(values, FIRST):
            check("报表", line, column, value, (entry.label.zh, column))
        check("报表", line, ONCE, total, (entry.label.zh, "total"))
    assert cells > 1000
    return found


def outcome(read: Reader) -> Any:
    """What the cover says of the checks."""
    return next(read("封面", line, 3) for line in range(1, 20) if read("封面", line, 2) == "模型检查 checks")


def by_account(file: str, variant: str | None, by: str, account: str) -> tuple[Scenario, str, str]:
    return load(SCENARIOS / file, variant), by, account


CASES: dict[str, Callable[[], tuple[Scenario, str, str]]] = {
    "songxian": lambda: by_account("songxian-2023.yaml", None, "all", "all"),
    "density": lambda: by_account("songxian-2023.yaml", "density", "all", "all"),
    "one unit": lambda: by_account("songxian-2023.yaml", "density", "unit", "d2"),
}


@dataclass(frozen=True)
class Written:
    result: Result
    account: str
    path: Path
    lines: Lines


def written(scenario: Scenario, by: str, account: str, folder: Path) -> Written:
    """The workbook as written, with poison in place of the stored values."""
    result = run(scenario, by)
    honest, path = folder / "honest.xlsx", folder / "测算表.xlsx"
    write(result, account, honest)
    poison(honest, path)
    return Written(result, account, path, Lines.of(path))


@pytest.fixture(scope="module", params=CASES)
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(*CASES[request.param](), tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(*CASES["one unit"](), tmp_path_factory.mktemp("small"))


def rewritten(book: Written, target: Path, edits: tuple[Edit, ...]) -> Result:
    """The edits in the file, and the engine's result on the same numbers."""
    type_into(book.path, target, edits, book.result.years[0])
    return run(changed(book.result.scenario, edits), book.result.by)


# ---- the same numbers --------------------------------------------------------------------------------------
def test_every_cell_agrees_with_the_engine(book: Written) -> None:
    read = recalculated(book.path)
    assert differences(read, book.lines, book.result, book.account) == []
    assert outcome(read) == GREEN


def test_every_cell_agrees_after_inputs_are_edited_in_the_file(book: Written, tmp_path: Path) -> None:
    target = tmp_path / "改后.xlsx"
    result = rewritten(book, target, EDITS)
    assert abs(result.cell("recovery.r3", book.account) - book.result.cell("recovery.r3", book.account)) > 1
    read = recalculated(target)
    assert differences(read, book.lines, result, book.account) == []
    assert outcome(read) == GREEN


def other_values(scenario: Scenario) -> tuple[Edit, ...]:
    """Every input and schedule of a scenario moved a little, within its bounds."""
    n, sheets = scenario.numbers, scenario.sheets
    edits = []
    for model, inputs in ((sheets.unit, n.unit_inputs), (sheets.account, n.account_inputs)):
        for path, array in inputs.items():
            bounds = model.inputs[path].bounds
            units = n.units if len(array) > 1 else ("",)
            for i, (unit, value) in enumerate(zip(units, array, strict=True)):
                highest = math.inf if bounds.le is None else bounds.le
                value = min(highest, float(value) * (1.03 + 0.01 * i))
                edits.append(Edit(path, 0.01 if value == 0 and highest < 2 else value, unit))
    return tuple(edits)


@pytest.mark.parametrize("file", sorted(path.name for path in SCENARIOS.glob("*.yaml")))
def test_every_input_of_every_scenario_is_live(file: str, tmp_path: Path) -> None:
    scenario = load(SCENARIOS / file)
    book = written(scenario, "all", "all", tmp_path)
    assert differences(recalculated(book.path), book.lines, book.result, "all") == []
    target = tmp_path / "改后.xlsx"
    result = rewritten(book, target, other_values(scenario))
    assert differences(recalculated(target), book.lines, result, "all") == []


def test_a_book_of_everything_agrees(tmp_path: Path) -> None:
    book = written(everything(), "all", "all", tmp_path)
    assert differences(recalculated(book.path), book.lines, book.result, "all") == []


@pytest.mark.libreoffice
@pytest.mark.parametrize("book", ["songxian", "one unit"], indirect=True)
def test_libreoffice_agrees_before_and_after_edits(book: Written, tmp_path: Path) -> None:
    read = stored(recalculate(book.path, tmp_path / "before"))
    assert differences(read, book.lines, book.result, book.account) == []
    assert outcome(read) == GREEN
    target = tmp_path / "改后.xlsx"
    result = rewritten(book, target, EDITS)
    read = stored(recalculate(target, tmp_path / "after"))
    assert differences(read, book.lines, result, book.account) == []
    assert outcome(read) == GREEN


def test_the_stored_values_are_the_engine_s(small: Written) -> None:
    read = stored(small.path.with_name("honest.xlsx"))
    assert differences(read, small.lines, small.result, small.account) == []
    assert outcome(read) == GREEN


# ---- the form of the file ----------------------------------------------------------------------------------
def formulas(path: Path) -> Iterator[tuple[str, str, str]]:
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate, cell.value


def test_formulas_are_short_and_use_known_functions_only(small: Written) -> None:
    for sheet, cell, formula in formulas(small.path):
        assert len(formula) < 8192, (sheet, cell)
        assert {*re.findall(r"[A-Za-z_.]+(?=\()", formula)} <= KNOWN, (sheet, cell, formula)


def test_a_row_has_one_formula_over_all_years(small: Written) -> None:
    book = openpyxl.load_workbook(small.path)
    years = len(small.result.years)
    for name in ("计算-d2", ACCOUNT, "报表"):
        for line in small.lines.ids[name]:
            row = [book[name].cell(line, FIRST + t) for t in range(years)]
            if row[0].value is None:
                continue
            for cell in row[1:]:
                moved = Translator(row[0].value, row[0].coordinate).translate_formula(cell.coordinate)
                assert moved == cell.value, (name, cell.coordinate)


def test_only_inputs_may_be_edited(small: Written) -> None:
    book = openpyxl.load_workbook(small.path)
    for sheet in book:
        assert sheet.protection.sheet and not sheet.protection.password, sheet.title
        free = [c for row in sheet.iter_rows() for c in row if not c.protection.locked]
        assert bool(free) == (sheet.title in ("假设", "时序假设")), sheet.title
        assert all(cell.data_type == "n" for cell in free)


def test_every_input_stands_once_with_its_source(small: Written) -> None:
    sheet = openpyxl.load_workbook(small.path)["假设"]
    shown = [str(sheet.cell(line, 1).value) for line in small.lines.ids["假设"]]
    model = small.result.scenario.sheets
    paths = [name.split(".", 2)[2] if name.startswith("units.") else name for name in shown]
    assert sorted(paths) == sorted([*model.unit.inputs, *model.account.inputs])
    for line in small.lines.ids["假设"]:
        kind = sheet.cell(line, 13).value
        assert kind in ("有来源 sourced", "假设 assumed", "推算 derived", "未采用 not used")
        assert sheet.row_dimensions[line].hidden == (kind == "未采用 not used")
        assert kind.startswith("未采用") or sheet.cell(line, 14 if kind.startswith("有来源") else 15).value


def test_the_same_result_gives_the_same_file(small: Written, tmp_path: Path) -> None:
    write(small.result, small.account, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == small.path.with_name("honest.xlsx").read_bytes()


def test_a_file_is_written_whole_or_not_at_all(small: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"earlier")

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("finsim.report.workbook.writing.os.replace", fails)
    with pytest.raises(OSError, match="disk full"):
        write(small.result, small.account, path)
    assert [p.name for p in tmp_path.iterdir()] == ["book.xlsx"]
    assert path.read_bytes() == b"earlier"
    with pytest.raises(KeyError):
        write(small.result, "no such account", path)


# ---- sabotage ----------------------------------------------------------------------------------------------
def sabotaged(book: Written, target: Path, sheet: str, id: str, column: int, value: object) -> Path:
    workbook = openpyxl.load_workbook(book.path)
    line = next(line for line, name in book.lines.ids[sheet].items() if name == id)
    workbook[sheet].cell(line, column).value = value
    workbook.save(target)
    return target


@pytest.mark.parametrize(
    ("sheet", "id", "column", "value"),
    [
        ("假设", "streams.charging.occupancy", ONCE, 1.7),
        ("假设", "construction.delay", ONCE, "半年"),
        ("假设", "bonds.b2023.coupon", ONCE, None),
        ("时序假设", "works.pipes.planned", FIRST + 2, "一半"),
        ("计算-d2", "streams.charging.revenue", FIRST + 9, 1.0),
        (ACCOUNT, "tax.tax", FIRST + 20, 0.5),
    ],
)
def test_sabotage_turns_the_cover_red(
    small: Written, tmp_path: Path, sheet: str, id: str, column: int, value: object
) -> None:
    assert outcome(recalculated(sabotaged(small, tmp_path / "bad.xlsx", sheet, id, column, value))) == RED


@pytest.mark.libreoffice
def test_an_overwritten_formula_is_found_even_after_inputs_were_changed(small: Written, tmp_path: Path) -> None:
    rewritten(small, tmp_path / "edited.xlsx", EDITS)
    edited = replace(small, path=tmp_path / "edited.xlsx")
    bad = sabotaged(edited, tmp_path / "bad.xlsx", "计算-d2", "streams.charging.revenue", FIRST + 9, 1.0)
    assert outcome(stored(recalculate(bad, tmp_path / "out"))) == RED


def test_a_changed_input_is_marked(small: Written, tmp_path: Path) -> None:
    rewritten(small, tmp_path / "edited.xlsx", EDITS)
    read = recalculated(tmp_path / "edited.xlsx")
    marked = {
        name for sheet in ("假设", "时序假设") for line, name in small.lines.ids[sheet].items()
        if read(sheet, line, 7) == "已改 changed"
    }  # fmt: skip
    assert marked == {edit.id for edit in EDITS}


# ---- texts of users ----------------------------------------------------------------------------------------
HOSTILE = "=cmd|'/c calc'!A0\x07\u202e<&>\"{c}\uffff"


def hostile(scenario: Scenario) -> Scenario:
    bad = Text(HOSTILE, HOSTILE)
    structure = scenario.structure
    return replace(
        scenario, title=bad, note=bad, units=tuple(Unit(u.id, bad, bad) for u in scenario.units),
        structure=replace(structure, works=tuple((n, Text(f"{HOSTILE}{n}", HOSTILE)) for n, _ in structure.works)),
        sources={k: replace(s, document=bad, link=HOSTILE, note=HOSTILE) for k, s in scenario.sources.items()},
        origins={k: replace(o, note=bad) for k, o in scenario.origins.items()},
    )  # fmt: skip


def test_texts_of_users_never_become_formulas(small: Written, tmp_path: Path) -> None:
    path = tmp_path / "hostile.xlsx"
    write(run(hostile(small.result.scenario), "unit"), "d2", path)
    assert sorted(formulas(path)) == sorted(formulas(small.path))
    with ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    assert not [name for name, text in parts.items() if set(text) & {"\x07", "\u202e", "\uffff"}]
    assert not [name for name, text in parts.items() if "externalLink" in text or 'TargetMode="External"' in text]
    texts = {cell.value for cell in openpyxl.load_workbook(path)["封面"]["B"]}
    assert "=cmd|'/c calc'!A0<&>\"{c}" in texts


# ---- many units --------------------------------------------------------------------------------------------
def test_many_units_are_stated_as_sums(tmp_path: Path) -> None:
    text = SONGXIAN.read_text(encoding="utf-8")
    (tmp_path / "many.yaml").write_text(text.replace("songxian-2023.csv", "many.csv"), encoding="utf-8")
    units = [f"u{i:02},单元{i},unit {i},{100 + i},{1000 + 10 * i},{i + 1},1" for i in range(23)]
    heading = SONGXIAN.with_suffix(".csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "many.csv").write_text("\n".join([heading, *units]), encoding="utf-8")
    book = written(load(tmp_path / "many.yaml"), "all", "all", tmp_path)
    assert [name for name in book.lines.ids if name.startswith("计算-")] == [ACCOUNT]
    read = recalculated(book.path)
    assert differences(read, book.lines, book.result, "all") == []
    assert outcome(read) == GREEN
    target = sabotaged(book, tmp_path / "edited.xlsx", "单元汇总", "operations.revenue", FIRST + 10, 9000.0)
    line = next(line for line, name in book.lines.ids[ACCOUNT].items() if name == "operations.revenue")
    read = recalculated(target)
    assert read(ACCOUNT, line, FIRST + 10) == 9000.0
    assert outcome(read) == GREEN
