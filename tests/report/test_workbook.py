"""The live workbook, recalculated by programs that share no code with the engine, must agree with it in every cell."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.formula.translate import Translator

from finsim.report.statements import statements
from finsim.report.workbook import write
from finsim.result import run
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario, Unit
from finsim.sheet import Text
from tests.report.test_statements import STANDARD, standard
from tests.support.books import (
    ACCOUNT,
    BODY,
    FIRST,
    GREEN,
    ONCE,
    RED,
    Edit,
    Written,
    differences,
    edited,
    outcome,
    written,
)
from tests.support.everything import everything
from tests.support.libreoffice import recalculate
from tests.support.sheets import recalculated, stored

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SONGXIAN = SCENARIOS / "songxian-2023.yaml"
KNOWN = {"IF", "AND", "OR", "NOT", "MIN", "MAX", "ABS", "SUM", "AVERAGE", "COUNT", "COUNTIF", "NPV", "SUMPRODUCT", "SUMXMY2",
         "IRR", "IFERROR", "ISNUMBER", "ISERROR", "COLUMNS", "SQRT", "_xlfn.ISFORMULA"}  # fmt: skip
"""Functions that Excel, WPS and LibreOffice have in common."""


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


def by_account(file: str, variant: str | None, by: str, account: str) -> tuple[Scenario, str, str]:
    return load(SCENARIOS / file, variant), by, account


CASES: dict[str, Callable[[], tuple[Scenario, str, str]]] = {
    "songxian": lambda: by_account("songxian-2023.yaml", None, "all", "all"),
    "density": lambda: by_account("songxian-2023.yaml", "density", "all", "all"),
    "one unit": lambda: by_account("songxian-2023.yaml", "density", "unit", "d2"),
}


@pytest.fixture(scope="module", params=CASES)
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(*CASES[request.param](), tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(*CASES["one unit"](), tmp_path_factory.mktemp("small"))


# ---- the same numbers --------------------------------------------------------------------------------------
def test_every_cell_agrees_with_the_engine(book: Written) -> None:
    assert differences(book.read, book.cells()) == []
    assert outcome(book.read) == GREEN


def test_every_cell_agrees_after_inputs_are_edited_in_the_file(book: Written, tmp_path: Path) -> None:
    target = tmp_path / "改后.xlsx"
    result = edited(book, target, EDITS)
    assert abs(result.cell("recovery.r3", book.account) - book.result.cell("recovery.r3", book.account)) > 1
    read = recalculated(target)
    assert differences(read, book.cells(result)) == []
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
    assert differences(recalculated(book.path), book.cells()) == []
    target = tmp_path / "改后.xlsx"
    result = edited(book, target, other_values(scenario))
    assert differences(recalculated(target), book.cells(result)) == []


def test_a_book_of_everything_agrees(tmp_path: Path) -> None:
    book = written(everything(), "all", "all", tmp_path)
    assert differences(recalculated(book.path), book.cells()) == []


def test_a_book_of_units_that_begin_in_other_years_agrees(tmp_path: Path) -> None:
    scenario = load(SONGXIAN, None, ["units.d2.begins=2024", "units.d5.begins=2025"])
    assert scenario.numbers.unit_schedules["works.pipes.planned"].shape == (33, 7)
    book = written(scenario, "all", "all", tmp_path)
    assert differences(recalculated(book.path), book.cells()) == []


@pytest.mark.libreoffice
@pytest.mark.parametrize("book", ["songxian", "one unit"], indirect=True)
def test_libreoffice_agrees_before_and_after_edits(book: Written, tmp_path: Path) -> None:
    read = stored(recalculate(book.path, tmp_path / "before"))
    assert differences(read, book.cells()) == []
    assert outcome(read) == GREEN
    target = tmp_path / "改后.xlsx"
    result = edited(book, target, EDITS)
    read = stored(recalculate(target, tmp_path / "after"))
    assert differences(read, book.cells(result)) == []
    assert outcome(read) == GREEN


def test_the_stored_values_are_the_engine_s(small: Written) -> None:
    read = stored(small.path.with_name("honest-测算表.xlsx"))
    assert differences(read, small.cells()) == []
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


@pytest.mark.parametrize("scenario", [everything, lambda: load(SONGXIAN)], ids=["everything", "songxian"])
def test_every_statement_of_the_standard_stands_in_the_book(
    scenario: Callable[[], Scenario], tmp_path: Path
) -> None:
    """With its number and its name, in its order, and with a formula in every year unless no account here has it."""
    given = scenario()
    account = given.accounts("unit")[0].id
    write(run(given, "unit"), account, tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["报表"]
    shown = ((line, str(sheet.cell(line, 2).value or "").strip()) for line in range(BODY, sheet.max_row + 1))
    years = len(given.years)
    live = 0
    for table in statements(given.structure):
        assert any(label.startswith(STANDARD[table.id]["title"]) for _, label in shown), table.id
        for row in standard(table):
            wanted = f"{row.number}  {row.label}" if row.number != "·" else row.label
            line = next((line for line, label in shown if label.partition("（不含")[0] == wanted), 0)
            assert line, (table.id, wanted)
            if sheet.cell(line, 1).value:
                cells = [sheet.cell(line, FIRST + t) for t in range(years)]
                assert all(cell.data_type == "f" and "计算-主体" in cell.value for cell in cells), (table.id, wanted)
                live += 1
    assert live > 150


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
    assert (tmp_path / "again.xlsx").read_bytes() == small.path.with_name("honest-测算表.xlsx").read_bytes()


def test_a_file_is_written_whole_or_not_at_all(small: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"earlier")

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("finsim.files.os.replace", fails)
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
    edited(small, tmp_path / "edited.xlsx", EDITS)
    other = replace(small, path=tmp_path / "edited.xlsx")
    bad = sabotaged(other, tmp_path / "bad.xlsx", "计算-d2", "streams.charging.revenue", FIRST + 9, 1.0)
    assert outcome(stored(recalculate(bad, tmp_path / "out"))) == RED


def test_a_changed_input_is_marked(small: Written, tmp_path: Path) -> None:
    edited(small, tmp_path / "edited.xlsx", EDITS)
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
    assert differences(read, book.cells()) == []
    assert outcome(read) == GREEN
    target = sabotaged(book, tmp_path / "edited.xlsx", "单元汇总", "operations.revenue", FIRST + 10, 9000.0)
    line = next(line for line, name in book.lines.ids[ACCOUNT].items() if name == "operations.revenue")
    read = recalculated(target)
    assert read(ACCOUNT, line, FIRST + 10) == 9000.0
    assert outcome(read) == GREEN
