"""Workbooks read back: a bureau's list becomes a table and a scenario, an edited book the scenario it stands for."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner, Result

from finsim.cli import main
from finsim.importing.edited import Edited, read_edited
from finsim.importing.listing import Listing
from finsim.importing.workbook import read_workbook
from finsim.report.workbook import write
from finsim.result import run
from finsim.scenario.loading import check, load, load_document, self_contained
from finsim.scenario.problems import ScenarioError
from finsim.scenario.writing import as_yaml
from tests.support.books import FIRST, ONCE

SCENARIOS = Path(__file__).parents[1] / "scenarios"
HEADS = ["序号", "县（区）", "片区", "小区名称", "建成年代", "户数\n（户）", "建筑面积（万平方米）", "楼栋数", "投资（万元）", "联系人"]
LINES = [
    [1, "甲县", "城东片", "一号院", "1996年", 320, 2.71, 9, 900, "某"],
    [2, None, None, "二号院", "2003", 210, 1.85, 6, 600, ""],
    [3, None, "城西片", "三号院", 1988, "1,500", 12.4, 44, 4000, ""],
    ["合计", None, None, None, None, 2030, 16.96, 60, 5500, ""],
]


def finsim(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


# ---- a file to start from ----------------------------------------------------------------------------------
def test_the_starting_file_checks_and_balances(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert finsim("new", path).exit_code == 0
    assert check(path) == []
    scenario = load(path)
    assert run(scenario).balanced("all")
    origins = (*scenario.origins.values(), *scenario.unit_origins.values())
    own = [o for o in origins if o.kind == "published" and not o.source.startswith("policy.")]
    assert own == []  # nothing assumed is shown as fact


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    result = finsim("new", path)
    assert result.exit_code == 2 and "已存在" in result.stderr and path.read_text() == "mine"


# ---- a list ------------------------------------------------------------------------------------------------
def listed(folder: Path, lines: Sequence[Sequence[Any]] = LINES, heads: Sequence[str] = HEADS, above: int = 2) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "一览表"
    for _ in range(above):
        sheet.append(["某县老旧小区改造一览表"])
    sheet.append(list(heads))
    for line in lines:
        sheet.append(list(line))
    path = folder / "list.xlsx"
    book.save(path)
    return path


def test_a_list_becomes_a_table_and_a_scenario(tmp_path: Path) -> None:
    result = finsim("import", listed(tmp_path), "-o", tmp_path / "county.yaml")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "county.csv").read_text("utf-8").splitlines() == [
        "编号,名称,英文名称,所属片区,所属片区（英文）,户数,建筑面积,楼栋数,小区数,所属县区,所属县区（英文）,2000年底前建成比例,来源",
        "u001,一号院,neighbourhood 1,城东片,district 1,320,2.71 万㎡,9,1,甲县,county 1,100%,list",
        "u002,二号院,neighbourhood 2,城东片,district 1,210,1.85 万㎡,6,1,甲县,county 1,0%,list",
        "u003,三号院,neighbourhood 3,城西片,district 2,1500,12.4 万㎡,44,1,甲县,county 1,100%,list",
    ]
    assert check(tmp_path / "county.yaml") == []
    numbers = load(tmp_path / "county.yaml").numbers
    assert numbers.unit_inputs["facts.area"].tolist() == [27100, 18500, 124000]
    assert numbers.unit_inputs["works.parking.quantity"].sum() == pytest.approx(880)  # 500 × 2030 / 1150, two digits
    assert "联系人" in result.output and "第 7 行是合计" in result.output
    assert "某" not in (tmp_path / "county.csv").read_text("utf-8").replace("某县", "")  # a person's name stays behind


def test_a_total_that_is_not_the_sum_is_said(tmp_path: Path) -> None:
    lines = [*LINES[:3], ["合计", None, None, None, None, 2031, None, 59]]
    read = read_workbook(listed(tmp_path, lines))
    assert isinstance(read, Listing)
    assert [r.en for r in read.remarks if r.en.startswith("Note")] == [
        "Note: line 7 has 2,031 households in all, the lines add up to 2,030.",
    ]


def _cell(line: int, column: int, value: object) -> Callable[[list[list[Any]]], None]:
    def change(lines: list[list[Any]]) -> None:
        lines[line][column] = value

    return change


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (_cell(0, 5, "约320"), "一览表!F4"),
        (_cell(0, 5, -3), "一览表!F4"),
        (_cell(1, 5, None), "一览表!F5"),
        (_cell(1, 3, None), "一览表!D5"),
        (_cell(2, 4, "八十年代"), "一览表!E6"),
        (_cell(2, 4, "1998-2003"), "一览表!E6"),
        (_cell(2, 6, "12.4 亩"), "一览表!G6"),
        (_cell(2, 7, "=40+4"), "一览表!H6"),
        (_cell(2, 7, "#REF!"), "一览表!H6"),
    ],
)
def test_a_cell_that_cannot_be_used_is_refused_by_its_address(
    tmp_path: Path, change: Callable[[list[list[Any]]], None], place: str
) -> None:
    lines = [list(line) for line in LINES]
    change(lines)
    result = finsim("import", listed(tmp_path, lines), "-o", tmp_path / "county.yaml")
    assert result.exit_code == 1 and place in result.stderr, result.output
    assert not (tmp_path / "county.yaml").exists() and not (tmp_path / "county.csv").exists()


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        (["序号", "甲", "乙"], "找不到表头"),
        ([head for head in HEADS if head != "楼栋数"], "缺少楼栋数列"),
        ([*HEADS, "总户数"], "两列是同一内容"),
    ],
)
def test_headings_that_do_not_do(tmp_path: Path, heads: list[str], said: str) -> None:
    result = finsim("import", listed(tmp_path, LINES[:3], heads), "-o", tmp_path / "county.yaml")
    assert result.exit_code == 1 and said in result.stderr


def test_two_ids_alike(tmp_path: Path) -> None:
    heads, lines = ["编号", *HEADS[3:]], [["a", *line[3:]] for line in LINES[:2]]
    result = finsim("import", listed(tmp_path, lines, heads), "-o", tmp_path / "county.yaml")
    assert result.exit_code == 1 and "编号相同" in result.stderr and "一览表!A5" in result.stderr


def test_another_sheet_and_one_that_is_not_there(tmp_path: Path) -> None:
    path = listed(tmp_path)
    assert isinstance(read_workbook(path, "一览表"), Listing)
    result = finsim("import", path, "-o", tmp_path / "x.yaml", "--sheet", "一览")
    assert result.exit_code == 1 and "是否想写 一览表" in result.stderr


def test_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "no.xlsx").write_text("no")
    for name, said in (("no.xlsx", "不是 .xlsx 工作簿"), ("none.xlsx", "找不到该文件")):
        result = finsim("import", tmp_path / name, "-o", tmp_path / "x.yaml")
        assert result.exit_code == 1 and said in result.stderr


# ---- an edited book ----------------------------------------------------------------------------------------
def written(folder: Path, file: str = "two-loans.yaml", account: str = "all", by: str | None = None) -> Path:
    path = folder / "book.xlsx"
    scenario = load(SCENARIOS / file)
    text = as_yaml(self_contained(SCENARIOS / file, scenario.variant.id if scenario.variant else None).value)
    write(run(scenario, by), account, path, text)
    return path


def typed(path: Path, *cells: tuple[str, str, object, int | None]) -> list[str]:
    """Type into the cells of inputs, given by sheet, id, value and year from 0; their addresses."""
    book = openpyxl.load_workbook(path)
    for sheet in set(book.sheetnames) - {"假设", "时序假设", "单元汇总", "情景"}:
        del book[sheet]
    found = []
    for sheet, id, value, year in cells:
        page = book[sheet]
        line = next(row for row in range(5, page.max_row + 1) if page.cell(row, 1).value == id)
        cell = page.cell(line, ONCE if year is None else FIRST + year)
        cell.value = value
        found.append(f"{sheet}!{cell.coordinate}")
    book.save(path)
    return found


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("book"))


@pytest.mark.parametrize("file", ["two-loans.yaml", "songxian-2023.yaml", "published/ruichang-2025.yaml"])
def test_an_unedited_book_is_the_scenario_itself(tmp_path: Path, file: str) -> None:
    read = read_edited(written(tmp_path, file))
    assert read.changes == () and read.scenario.digest == load(SCENARIOS / file).digest


def test_edits_come_back_and_the_file_has_the_numbers_of_the_book(tmp_path: Path) -> None:
    path = written(tmp_path)
    typed(
        path, ("假设", "streams.parking.occupancy", 0.8, None), ("假设", "loans.policy_bank.rate", "4.1%", None),
        ("假设", "units.river.streams.premises.quantity", 500, None), ("假设", "units.east.streams.parking.quantity", 700, None),
        ("假设", "units.west.facts.households", 450, None), ("假设", "units.east.stakes.bonds.b2026.face", 300, None),
        ("时序假设", "works.pipes.planned", 0.25, 0),
    )  # fmt: skip
    result = finsim("import", path, "-o", tmp_path / "back.yaml")
    assert result.exit_code == 0, result.output
    before, after = load(SCENARIOS / "two-loans.yaml"), load(tmp_path / "back.yaml")
    u = after.numbers.unit_inputs
    east, river, west = (after.numbers.units.index(unit) for unit in ("east", "river", "west"))
    assert u["streams.parking.occupancy"].tolist() == [0.8]
    assert after.numbers.account_inputs["loans.policy_bank.rate"].tolist() == [0.041]
    assert (u["streams.premises.quantity"][river], u["streams.parking.quantity"][east], u["facts.households"][west]) == (500, 700, 450)
    assert u["stakes.bonds.b2026.face"][[east, river, west]] == pytest.approx([300, 160, 240])
    assert after.numbers.unit_schedules["works.pipes.planned"][:2, 0].tolist() == [0.25, 1.0]
    # what a fact would divide anew keeps the parts that the book shows
    parking = before.numbers.unit_inputs["streams.parking.quantity"]
    assert u["streams.parking.quantity"][west] == pytest.approx(parking[west])
    # all else is as it was
    for name, array in before.numbers.account_inputs.items():
        if name != "loans.policy_bank.rate":
            np.testing.assert_allclose(after.numbers.account_inputs[name], array, rtol=1e-12)
    origin = after.origin("unit", "streams.parking.occupancy")
    assert origin.kind == "assumed" and "0.9 改为 0.8" in origin.note.zh


def test_an_account_of_one_district_leaves_the_others_alone(tmp_path: Path) -> None:
    path = written(tmp_path, account="district-1", by="district")
    typed(path, ("假设", "units.east.streams.parking.quantity", 700, None))
    read = read_edited(path)
    before = load(SCENARIOS / "two-loans.yaml").numbers.unit_inputs["streams.parking.quantity"]
    after = read.scenario.numbers.unit_inputs["streams.parking.quantity"]
    assert after.tolist() == pytest.approx([700, *before[1:]]) and len(read.changes) == 1


@pytest.mark.parametrize(
    ("sheet", "id", "value", "year"),
    [
        ("假设", "streams.parking.occupancy", 1.2, None),
        ("假设", "streams.parking.occupancy", "很高", None),
        ("假设", "streams.parking.occupancy", None, None),
        ("假设", "streams.parking.occupancy", "=0.5+0.3", None),
        ("假设", "loans.policy_bank.draw_weight", 1, None),
        ("假设", "works.pipes.life", 5, None),
        ("时序假设", "loans.policy_bank.instalment", 0.5, 4),
        ("时序假设", "works.pipes.planned", 1.4, 0),
        ("时序假设", "bonds.b2026.issued", 0.5, 0),
    ],
)
def test_what_cannot_be_taken_back_is_refused_by_its_address(
    tmp_path: Path, book: Path, sheet: str, id: str, value: object, year: int | None
) -> None:
    path = tmp_path / "book.xlsx"
    shutil.copy(book, path)
    [place] = typed(path, (sheet, id, value, year))
    result = finsim("import", path, "-o", tmp_path / "back.yaml")
    assert result.exit_code == 1 and place in result.stderr, result.output
    assert not (tmp_path / "back.yaml").exists()


def test_a_line_that_was_removed_is_missed(tmp_path: Path, book: Path) -> None:
    opened, path = openpyxl.load_workbook(book), tmp_path / "book.xlsx"
    page = opened["假设"]
    page.delete_rows(next(row for row in range(5, page.max_row + 1) if page.cell(row, 1).value == "recovery.discount_rate"))
    opened.save(path)
    with pytest.raises(ScenarioError, match=r"recovery\.discount_rate"):
        read_edited(path)


def test_a_book_without_its_scenario(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write(run(load(SCENARIOS / "two-loans.yaml")), "all", path)
    with pytest.raises(ScenarioError, match="没有情景"):
        read_edited(path)


def test_many_units_without_sheets(tmp_path: Path) -> None:
    """A book of 85 units states their sums: the account's inputs come back, a sum that was edited is refused."""
    path = written(tmp_path, "yichang-85/yichang-85.yaml", by="all")
    typed(path, ("假设", "recovery.discount_rate", 0.05, None))
    read = read_edited(path)
    assert isinstance(read, Edited) and [change.new for change in read.changes] == [0.05]
    assert load_document(read.document).digest == read.scenario.digest
    opened = openpyxl.load_workbook(path)
    opened["单元汇总"].cell(5, FIRST).value = 12345
    opened.save(path)
    with pytest.raises(ScenarioError, match="单元汇总!H5"):
        read_edited(path)
