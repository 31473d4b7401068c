"""Scenarios that readers hand in, edit, keep and drop: nothing that does not hold is kept, and nobody's is another's."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from finsim.result import run
from finsim.scenario.document import parse
from finsim.scenario.loading import load, variants_of
from finsim.scenario.problems import ScenarioError
from finsim.scenario.writing import as_yaml
from finsim.web import library as shelf
from finsim.web.app import make_app
from finsim.web.jobs import Jobs
from finsim.web.library import Full, Library, coming_along
from finsim.web.received import scenario_text
from finsim.web.security import LARGEST_FILE
from tests.support.browser import serve, watched_page

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
TWO_LOANS = SCENARIO.with_name("two-loans.yaml")
BROKEN = "finsim: 1\ntitle: 没有内容\n"


def sent(data: bytes) -> str:
    """As the browser sends a file."""
    return "data:application/octet-stream;base64," + base64.b64encode(data).decode()


# ---- what the server keeps -----------------------------------------------------------------------------------
@pytest.mark.parametrize("path", coming_along(), ids=lambda path: path.stem)
def test_a_file_is_given_as_one_that_needs_no_other(path: Path, tmp_path: Path) -> None:
    text = Library(path, tmp_path).text(path.stem)
    assert text is not None
    alone, own = variants_of(parse(text.encode(), "alone.yaml")), variants_of(path)
    assert {name: one.digest for name, one in alone.scenarios.items()} == {name: one.digest for name, one in own.scenarios.items()}
    assert alone.default == own.default


def test_a_file_that_needs_no_other_keeps_its_comments(tmp_path: Path) -> None:
    assert Library(TWO_LOANS, tmp_path).text("two-loans") == TWO_LOANS.read_text("utf-8")


def test_what_is_kept_is_there_again_and_is_its_owners(tmp_path: Path) -> None:
    library = Library(TWO_LOANS, tmp_path)
    text = TWO_LOANS.read_text("utf-8")
    key = library.keep("one", "../a<b>:c\n", text, "说明 " * 200, "two-loans")
    again = Library(TWO_LOANS, tmp_path)
    (entry,) = again.kept("one")
    assert (entry.id, entry.name, entry.parent) == (key, "a b c", "two-loans")
    assert len(entry.note) == shelf.LONGEST_NOTE
    assert again.kept("other") == [] and again.text(key) == text
    assert again.desk(key).scenario(again.desk(key).default).digest == load(TWO_LOANS).digest
    again.drop("other", key)
    assert again.text(key) == text
    again.drop("one", key)
    assert again.text(key) is None
    with pytest.raises(KeyError):
        again.desk(key)


def test_what_does_not_hold_is_not_kept(tmp_path: Path) -> None:
    library = Library(TWO_LOANS, tmp_path)
    with pytest.raises(ScenarioError):
        library.keep("one", "broken", BROKEN)
    assert library.kept("one") == []


def test_no_more_are_kept_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT_AT_MOST", 1)
    library, text = Library(TWO_LOANS, tmp_path), TWO_LOANS.read_text("utf-8")
    library.keep("one", "a", text)
    with pytest.raises(Full):
        library.keep("one", "b", text)
    library.keep("other", "b", text)


def test_a_request_names_no_path(tmp_path: Path) -> None:
    library = Library(TWO_LOANS, tmp_path)
    for name in ("../two-loans", str(TWO_LOANS), "scenarios/two-loans", "base", ""):
        assert library.text(name) is None
        with pytest.raises(KeyError):
            library.desk(name)


# ---- what is handed in -----------------------------------------------------------------------------------------
def test_a_scenario_is_taken_as_it_is() -> None:
    assert scenario_text("我的.yaml", sent(TWO_LOANS.read_bytes())) == ("我的", TWO_LOANS.read_text("utf-8"))
    with_mark = b"\xef\xbb\xbf" + TWO_LOANS.read_bytes()
    assert scenario_text("C:\\a\\b.YML", sent(with_mark)) == ("b", TWO_LOANS.read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"1", "不能接收这种文件"),
        ("a.yaml.exe", b"1", "不能接收这种文件"),
        ("a.xlsx", b"not a workbook", "不是 .xlsx 工作簿"),
        ("a.yaml", b"finsim: 1\nextends: base.yaml\n", "要用到另外的文件"),
        ("a.yaml", b"finsim: 1\nunits: {table: units.csv}\n", "要用到另外的文件"),
        ("a.yaml", b"a: &b 1\nc: *b\n", ""),
        ("a.yaml", b"\xff\xfe\x00", "UTF-16"),
    ],
)
def test_what_cannot_be_taken_is_explained(name: str, data: bytes, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        scenario_text(name, sent(data))
    problem = refused.value.problems[0]
    assert said in problem.what.zh + problem.allowed.zh and problem.file == name
    assert problem.remedy.zh and problem.remedy.en


def test_content_that_is_no_base64_is_an_empty_file() -> None:
    with pytest.raises(ScenarioError, match="文件是空的"):
        scenario_text("a.yaml", "data:;base64,äö")


def test_a_list_of_neighbourhoods_becomes_a_scenario() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["小区名称", "户数", "楼栋数", "建筑面积（万㎡）"], ["甲小区", 300, 6, 2.4], ["乙小区", 200, 4, 1.6]):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    name, text = scenario_text("清单.xlsx", sent(stream.getvalue()))
    scenario = next(iter(variants_of(parse(text.encode(), name)).scenarios.values()))
    assert [unit.label.zh for unit in scenario.units] == ["甲小区", "乙小区"] and name == "清单"


# ---- in the browser --------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("library")
    with Jobs(lanes=1) as jobs, serve(make_app(Library(SCENARIO, folder), jobs).server) as address:
        yield address


def open_library(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/library{query}")
    expect(page.locator("#files a").first).to_be_visible(timeout=60_000)
    expect(page.locator("#yaml-text")).not_to_have_value("")


def edit(page: Page, old: str, new: str) -> None:
    text = page.locator("#yaml-text").input_value()
    assert text.count(old) == 1
    page.locator("#yaml-text").fill(text.replace(old, new))


@pytest.mark.browser
def test_a_file_with_problems_says_where_and_is_not_kept(page: Page, address: str) -> None:
    open_library(page, address)
    page.locator('#upload input[type="file"]').set_input_files({"name": "坏的.yaml", "mimeType": "text/yaml", "buffer": BROKEN.encode()})
    expect(page.locator("#upload-problem")).to_contain_text("“坏的.yaml”有")
    expect(page.locator("#upload-problems tbody tr").first).to_contain_text("坏的.yaml")
    expect(page.locator("#kept li")).to_have_count(0)


@pytest.mark.browser
def test_a_file_that_is_too_large_is_not_sent(page: Page, address: str) -> None:
    open_library(page, address)
    large = b"#" * (LARGEST_FILE + 1)
    page.locator('#upload input[type="file"]').set_input_files({"name": "大.yaml", "mimeType": "text/yaml", "buffer": large})
    expect(page.locator("#upload-problem")).to_contain_text("文件过大：不超过 16 MiB")


@pytest.mark.browser
def test_hand_in_edit_compare_keep_and_drop(page: Page, browser: Browser, address: str) -> None:
    open_library(page, address)
    text = as_yaml(variants_of(TWO_LOANS).document(variants_of(TWO_LOANS).default).value)
    page.locator('#upload input[type="file"]').set_input_files({"name": "两笔 <b>.yaml", "mimeType": "text/yaml", "buffer": text.encode()})
    expect(page.locator("#kept li")).to_have_count(1)
    expect(page.locator("#kept .account-name")).to_have_text("两笔 b")  # no markup in a name
    expect(page.locator("#yaml-text")).to_have_value(text)

    edit(page, "title: 两笔贷款（虚构示例）", "title: 改了名（虚构示例）")
    page.locator("#yaml-check").click()
    expect(page.locator("#yaml-outcome")).to_contain_text("没有问题")
    line = next(line for line in text.splitlines() if line.startswith("  last:"))
    edit(page, line, "  last: 二零五零")
    page.locator("#yaml-check").click()
    place = page.locator("#yaml-outcome tbody th button").first
    expect(place).to_contain_text(".yaml:")
    place.click()
    selected = page.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)")
    assert selected == "  last: 二零五零"
    year = int(line.split()[1])
    edit(page, "  last: 二零五零", f"  last: {year + 1}")
    page.locator("#yaml-check").click()
    expect(page.locator("#yaml-outcome tbody").first).to_contain_text("timeline.last")
    expect(page.locator("#yaml-problem")).to_be_empty()

    page.locator("#yaml-name").fill("长一年")
    page.locator("#yaml-note").fill("多算一年")
    page.locator("#yaml-keep").click()
    expect(page.locator("#kept li")).to_have_count(2)
    expect(page.locator('#kept [aria-current="true"]')).to_contain_text("长一年")
    page.locator("#kept .account-name", has_text="长一年").click()
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator(".facts").first).to_contain_text(f"–{year + 1}")
    link = page.url
    with watched_page(browser) as other:
        open_library(other, address)
        expect(other.locator("#kept li")).to_have_count(0)  # it is not theirs,
        other.goto(link)  # but whoever has the link can open it
        expect(other.locator(".facts").first).to_contain_text(f"–{year + 1}")

    open_library(page, address)
    page.locator("#kept li", has_text="长一年").locator("summary").click()
    page.get_by_role("button", name="确认删除“长一年”").click()
    expect(page.locator("#kept li")).to_have_count(1)
    page.goto(link)  # what is gone falls back to the first scenario
    expect(page.locator("h1:visible")).to_contain_text("嵩县")


@pytest.mark.browser
def test_a_trial_is_kept_with_its_numbers(page: Page, address: str) -> None:
    page.goto(f"{address}/inputs")
    page.locator("#inputs-sections summary", has_text="停车月租").click()
    expect(page.locator("#inputs-sections input").first).to_be_visible()
    page.locator('[data-input="streams.parking_monthly.price"]').fill("150")
    page.locator("#inputs-try").click()
    expect(page.locator("#inputs-after")).to_be_visible()
    page.locator("#inputs-name").fill("月租一百五")
    page.locator("#inputs-keep").click()
    expect(page.locator("h1:visible")).to_contain_text("嵩县")
    page.wait_for_url("**/inputs?s=*")
    kept = page.url.split("s=")[1].split("&")[0]
    expect(page.locator(f'#nav a[href*="{kept}"]').first).to_be_visible()
    page.locator("#nav").get_by_role("link", name="概览").click()
    found = run(load(SCENARIO, "card", ["catalogue.streams.parking_monthly.price=150"]), "all").indicators("all")
    expect(page.locator('[data-figure="cover_full"]')).to_have_attribute("data-value", repr(found["cover_full"]))
    page.locator("#nav").get_by_role("link", name="情景库").click()
    expect(page.locator("#kept")).to_contain_text("月租一百五")
