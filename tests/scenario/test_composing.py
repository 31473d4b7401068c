"""Scenarios made of several files: what is laid over what, where each value is written, what is refused."""

from __future__ import annotations

import doctest
import zipfile
from pathlib import Path

import openpyxl
import pytest

import finsim.scenario.composing
import finsim.scenario.spreadsheet
from finsim.result import run
from finsim.scenario import spreadsheet
from finsim.scenario.composing import compose
from finsim.scenario.loading import load, resolved
from finsim.scenario.problems import ScenarioError

BASE = (Path(__file__).parents[2] / "scenarios" / "two-loans.yaml").read_text("utf-8")
LOAN = "[finance.loans.commercial_bank, uncertain.loans.commercial_bank.rate]"
FACTS = "id,label,label_en,households,area,buildings,neighbourhoods\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE, "utf-8")
    return tmp_path


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def refused(path: Path, variant: str | None = None, changes: tuple[str, ...] = ()) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(path, variant, changes)
    for problem in caught.value.problems:
        assert problem.what.en and problem.remedy.en
    return caught.value.say("zh")


def test_doctests() -> None:
    for module in (finsim.scenario.composing, finsim.scenario.spreadsheet):
        assert doctest.testmod(module).failed == 0


# ---- extends -----------------------------------------------------------------------------------------------
def test_a_file_that_only_extends_is_the_file_it_extends(folder: Path) -> None:
    child = load(written(folder, "child.yaml", "extends: base.yaml\n"))
    assert child.digest == load(folder / "base.yaml").digest
    assert child.file.endswith("child.yaml")


def test_the_later_of_two_files_is_on_top_and_the_file_itself_above_both(folder: Path) -> None:
    written(folder, "a.yaml", "tax: {rate: {value: 20%, source: invented}}\nrecovery: {discount_rate: 3%}\n")
    written(folder, "b.yaml", "tax: {rate: {value: 15%, source: invented}}\n")
    both = written(folder, "both.yaml", "extends: [base.yaml, a.yaml, b.yaml]\nsource: invented\ncover: {threshold: 1.3}\n")
    document = compose(both)
    assert document.get(("tax", "rate", "value")) == "15%"
    assert document.get(("recovery", "discount_rate")) == "3%"
    assert document.get(("cover", "threshold")) == 1.3


def test_files_are_read_depth_first(folder: Path) -> None:
    written(folder, "deep.yaml", "extends: base.yaml\ntitle: 深\n")
    written(folder, "middle.yaml", "extends: deep.yaml\ntitle_en: middle\n")
    document = compose(written(folder, "top.yaml", "extends: middle.yaml\n"))
    assert (document.get(("title",)), document.get(("title_en",))) == ("深", "middle")


def test_a_replaced_value_leads_to_both_places(folder: Path) -> None:
    path = written(
        folder, "child.yaml", "extends: base.yaml\ncatalogue:\n  streams:\n    parking:\n      occupancy: {value: 70%, assumed: [0.5, 0.9]}\n"
    )
    document = resolved(path)
    price = ("catalogue", "streams", "parking", "occupancy")
    assert document.place_of(price) == ((folder / "child.yaml").as_posix(), 5)
    (former, place), *more = document.former[price]
    assert former == {"value": "90%", "assumed": [0.6, 0.98], "note": "车位使用率"}
    assert place.file == (folder / "base.yaml").as_posix() and place.line and not more


def test_a_table_is_beside_the_file_that_names_it(folder: Path) -> None:
    written(folder, "parts/units.csv", FACTS + "".join(f"{name},甲,A,9,90,1,1\n" for name in ("east", "west", "river")))
    part = BASE.partition("\nunits:")[0] + "\nunits: {table: units.csv}\n" + BASE[BASE.index("\nfinance:") :]
    written(folder, "parts/part.yaml", part)
    scenario = load(written(folder, "child.yaml", "extends: parts/part.yaml\n"))
    assert scenario.origin("unit", "facts.households", "west").place == ((folder / "parts/units.csv").as_posix(), 3)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"child.yaml": "extends: child.yaml\n"}, "循环"),
        ({"child.yaml": "extends: a.yaml\n", "a.yaml": "extends: b.yaml\n", "b.yaml": "extends: a.yaml\n"}, "a.yaml、b.yaml、a.yaml"),
        ({"child.yaml": "extends: bse.yaml\n"}, "是否想写 base.yaml？"),
        ({"child.yaml": "extends: ../base.yaml\n"}, "须在方案所在的文件夹内"),
        ({"child.yaml": "extends: /etc/passwd\n"}, "须在方案所在的文件夹内"),
        ({"child.yaml": "extends: C:\\base.yaml\n"}, "须在方案所在的文件夹内"),
        ({"child.yaml": "extends: base.txt\n"}, "须在方案所在的文件夹内"),
        ({"child.yaml": "extends: {a: b}\n"}, "extends 的写法不对"),
        ({"child.yaml": "extends: [base.yaml, 3]\n"}, "extends 的写法不对"),
        ({"child.yaml": "extends: base.yaml\nremove: catalogue\n"}, "remove 的写法不对"),
        ({"child.yaml": "extends: base.yaml\nremove: [catalogue.sources.centrel]\n"}, "是否想写 central？"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_together_is_refused_at_its_place(folder: Path, files: dict[str, str], said: str) -> None:
    for name, text in files.items():
        written(folder, name, text)
    words = refused(folder / "child.yaml")
    assert said in words and ".yaml:" in words


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text(BASE, "utf-8")
    (folder / "link.yaml").symlink_to(outside)
    assert "须在方案所在的文件夹内" in refused(written(folder, "child.yaml", "extends: link.yaml\n"))


# ---- entries taken out, units, sources ---------------------------------------------------------------------
def test_an_entry_may_be_taken_out_by_a_file_and_by_a_variant(folder: Path) -> None:
    assert "commercial_bank" in dict(load(folder / "base.yaml").structure.loans)
    child = load(written(folder, "child.yaml", f"extends: base.yaml\nremove: {LOAN}\n"))
    assert "commercial_bank" not in dict(child.structure.loans)
    text = f"extends: base.yaml\nvariants: {{bare: {{label: 无, label_en: bare, remove: {LOAN}}}}}\n"
    varied = written(folder, "varied.yaml", text)
    assert "commercial_bank" not in dict(load(varied, "bare").structure.loans)
    assert load(varied).digest == load(folder / "base.yaml").digest


def test_a_variant_that_removes_what_is_not_there_is_refused(folder: Path) -> None:
    text = "extends: base.yaml\nvariants: {bare: {label: 无, label_en: bare, remove: [catalogue.sources.nobody]}}\n"
    assert "没有可删除的这一项" in refused(written(folder, "varied.yaml", text))


def test_single_units_have_other_values(folder: Path) -> None:
    text = "extends: base.yaml\nunits: {override: {river: {households: {value: 320, assumed: [300, 350]}}}}\n"
    document = resolved(written(folder, "child.yaml", text))
    households = ("units", "river", "households")
    assert document.get((*households, "value")) == 320
    assert document.former[households][0][0] == 300
    assert "是否想写 river？" in refused(written(folder, "bad.yaml", text.replace("{river", "{rivr")))
    assert load(folder / "child.yaml").numbers.unit_inputs["facts.households"].tolist() == [600, 320, 400]


def test_a_new_list_of_units_replaces_the_old_one(folder: Path) -> None:
    facts = "households: 10, area: 100, buildings: 1, neighbourhoods: 1"
    units = ", ".join(f"{{id: {name}, label: {name}, label_en: {name}, {facts}}}" for name in ("east", "west", "river"))
    child = load(written(folder, "child.yaml", f"extends: base.yaml\nsource: invented\nunits: [{units}]\n"))
    assert child.numbers.unit_inputs["facts.households"].tolist() == [10, 10, 10]
    assert len(child.accounts("district")) == 3, "their districts went with the old list"


def test_a_source_speaks_only_for_the_file_in_which_it_stands(folder: Path) -> None:
    """The base's default source does not vouch for a figure that another file puts in its place."""
    bare = written(folder, "bare.yaml", "extends: base.yaml\ntax: {rate: 20%}\n")
    words = refused(bare)
    assert "bare.yaml:2" in words and "没有来源" in words
    own = "extends: base.yaml\nsources: {own: {document: 甲, document_en: A}}\nsource: own\ntax: {rate: 20%}\n"
    scenario = load(written(folder, "own.yaml", own))
    assert scenario.origins["account", "tax.rate"].source == "own"
    assert scenario.origins["account", "recovery.discount_rate"].source == "invented", "the base's own figures keep theirs"


# ---- changes by path ---------------------------------------------------------------------------------------
def test_a_variant_may_name_paths(folder: Path) -> None:
    changes = "{catalogue.streams.parking.price: 200 元, units.east.households: 700}"
    text = BASE + f"  dear:\n    label: 贵\n    label_en: dear\n    set: {changes}\n"
    dear = load(written(folder, "dear.yaml", text), "dear")
    assert dear.numbers.unit_inputs["streams.parking.price"].tolist() == [200]
    assert dear.numbers.unit_inputs["facts.households"][0] == 700


def test_a_change_leaves_other_variants_alone(folder: Path) -> None:
    """One of them has removed what is changed."""
    gone = f"variants:\n  gone: {{label: 无, label_en: without, remove: {LOAN}}}\n"
    path = written(folder, "whole.yaml", BASE.replace("variants:\n", gone, 1))
    changed = load(path, "high_subsidy", ["finance.loans.commercial_bank.rate={value: 4%, assumed: [0.03, 0.05]}"])
    assert changed.numbers.account_inputs["loans.commercial_bank.rate"].tolist() == [0.04]
    assert "loans.commercial_bank.rate" not in load(path, "gone").numbers.account_inputs


def test_changes_of_the_command_line_come_last_and_say_so(folder: Path) -> None:
    scenario = load(folder / "base.yaml", None, ["catalogue.streams.parking.price=200 元", "units.river.households=310"])
    assert scenario.numbers.unit_inputs["streams.parking.price"].tolist() == [200]
    origin = scenario.origins["unit", "streams.parking.price"]
    assert (origin.kind, origin.source) == ("changed", "") and origin.place.file.startswith("--set")
    assert scenario.unit_origins["facts.households", "river"].kind == "changed"
    assert run(scenario).to_json() != run(load(folder / "base.yaml")).to_json()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("catalogue.streams.parking.price", "修改的写法不对"),
        ("=3", "修改的写法不对"),
        ("catalogue.streams.parking.pric=3", "是否想写 price？"),
        ("catalogue.streams.parking.price=3 元/户", "单位不符"),
        ("catalogue.streams.parking.occupancy=40", "百分数请写成 40%"),
        ("units.nobody.households=3", "没有这个改造单元"),
        ("catalogue.streams.parking.price=!!python/object:os.system x", "不支持 YAML 标签"),
        ("units.east.values.streams.parkng.price=3", "没有这个输入"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_made_is_refused(folder: Path, change: str, said: str) -> None:
    words = refused(folder / "base.yaml", None, (change,))
    assert said in words and "--set" in words


# ---- a table in a workbook ---------------------------------------------------------------------------------
def workbook(folder: Path, rows: list[list[object]], name: str = "units.xlsx") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "片区"
    for row in rows:
        sheet.append(row)
    book.create_sheet("备注").append(["不读"])
    book.save(folder / name)
    head, rest = BASE.partition("\nunits:")[0], BASE[BASE.index("\nfinance:") :]
    return written(folder, "table.yaml", f"{head}\nunits: {{table: {name}, sheet: 片区}}\n{rest}\n")


HEADINGS = ["编号", "名称", "英文名称", "户数", "建筑面积", "楼栋数", "小区数", "streams.parking.quantity"]


def test_units_of_a_workbook_with_chinese_headings(folder: Path) -> None:
    east, west = ["east", "东园", "East", 600, "5.4 万㎡", 18, 1, 40.5], ["west", "西园", "West", 400, 36000, 12, 1, None]
    scenario = load(workbook(folder, [HEADINGS, east, [], west, ["river", "河滨", "River", 300, 24000, 9, 1]]))
    assert scenario.numbers.unit_inputs["facts.area"].tolist() == [54000, 24000, 36000]
    assert scenario.numbers.unit_inputs["streams.parking.quantity"][0] == 40.5
    assert scenario.origin("unit", "facts.households", "west").place.line == 4


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=1+1", "单元格是公式"),
        ('=HYPERLINK("http://x","y")', "单元格是公式"),
        ("#REF!", "单元格是错误值"),
        ("很多", "不是数值"),
        (-3, "超出允许范围"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_number_is_refused(folder: Path, cell: object, said: str) -> None:
    words = refused(workbook(folder, [HEADINGS, ["east", "东园", "East", cell, 54000, 18, 1, 40]]))
    assert said in words and "units.xlsx:2" in words
    if "单元格" in said:
        assert "片区!D2" in words


def test_a_sheet_that_is_not_there_is_named(folder: Path) -> None:
    path = workbook(folder, [HEADINGS, ["east", "东园", "East", 600, 54000, 18, 1, 40]])
    path.write_text(path.read_text("utf-8").replace("sheet: 片区", "sheet: 片"), "utf-8")
    assert "是否想写 片区？" in refused(path)


def test_no_workbook_and_a_bomb_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(folder, [HEADINGS, ["east", "东园", "East", 600, 54000, 18, 1, 40]])
    (folder / "units.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    assert "已损坏" in refused(path)
    with zipfile.ZipFile(folder / "units.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (spreadsheet.UNPACKED + 1))
    assert (folder / "units.xlsx").stat().st_size < spreadsheet.LARGEST / 10
    monkeypatch.setattr("openpyxl.load_workbook", lambda *_, **__: pytest.fail("it was opened"))
    assert "工作簿过大" in refused(path)


def test_entities_of_a_workbook_do_not_unfold(folder: Path) -> None:
    path = workbook(folder, [HEADINGS, ["east", "东园", "East", 600, 54000, 18, 1, 40]])
    laughs = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 9))
    with zipfile.ZipFile(folder / "units.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]>'.encode() + parts[sheet].replace(b"<v>600</v>", b"<v>&a8;</v>")
    with zipfile.ZipFile(folder / "units.xlsx", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "已损坏" in refused(path)
