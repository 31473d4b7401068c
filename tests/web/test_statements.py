"""The page of statements: the statement of the address, its table, its checks, and the file that is taken along."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from finsim.report.statement_file import as_text, csv_of
from finsim.report.statements import statements, statements_json
from finsim.report.wording import Wording
from finsim.result import Result, run
from finsim.scenario.loading import load
from finsim.scenario.scenario import MODEL_VERSION
from finsim.web.address import Shown, view
from finsim.web.library import Library
from finsim.web.pages.statements import GROUPS, chosen

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")
in_browser = pytest.mark.browser
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def result() -> Result:
    return run(load(SCENARIO, "card"), "all")


def open_page(page: Page, address: str, query: str) -> None:
    page.goto(f"{address}/statements?{query}")
    expect(page.locator("#statement table")).to_be_visible()


# ---- the file ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("lang", "money", "scale"), [("zh", "万元", 1.0), ("en", "亿元", 10_000.0)])
def test_the_file_says_what_the_statement_says(result: Result, lang: str, money: str, scale: float) -> None:
    expected = {table["id"]: table for table in statements_json(result, "all")["tables"]}
    for one in statements(result.scenario.structure):
        text = csv_of(result, "all", one, Wording(lang, money))
        assert text.startswith("\ufeff") and (lang == "zh" or not CHINESE.search(text))
        rows = list(csv.reader(text.removeprefix("\ufeff").splitlines()))
        gap = rows.index([])
        about = dict(rows[:gap])
        assert result.scenario.digest in about.values() and str(MODEL_VERSION) in about.values()
        assert one.title.say(lang).lower() in [value.lower() for value in about.values()]
        assert rows[gap + 1][3:] == [str(year) for year in result.years]
        table = expected[one.id]["rows"]
        assert len(rows) - gap - 2 == len(table)
        for cells, row in zip(rows[gap + 2 :], table, strict=True):
            factor = scale if row["unit"] == "万元" else 1.0
            values = [row["total"], *row["values"]]
            assert [cell == "" for cell in cells[2:]] == [value is None for value in values]
            for cell, value in zip(cells[2:], values, strict=True):
                assert not cell or float(cell) * factor == pytest.approx(value, rel=1e-14, abs=1e-14)
            assert row["number"] in cells[0] and row["label" if lang == "zh" else "label_en"].lower() in cells[0].lower()


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert as_text(text) == "'" + text and as_text("资产") == "资产"


# ---- the page ----------------------------------------------------------------------------------------------------
def test_every_statement_is_listed_once(result: Result) -> None:
    listed = [name for names in GROUPS.values() for name in names]
    assert listed == sorted(listed, key=listed.index) and len(listed) == len(set(listed))
    assert set(listed) == {one.id for one in statements(result.scenario.structure)}


@pytest.mark.parametrize(("query", "name"), [("", "construction"), ("statement=debt", "debt"), ("statement=<x>", "construction")])
def test_the_address_says_which(query: str, name: str) -> None:
    library = Library(SCENARIO)
    here = view("/statements?" + query, library)
    assert chosen(Shown(library.desk(here.scenario), here, "zh")).id == name
    assert ("statement=" in here.link()) == bool(query) and "statement=" not in here.link(page="overview")


@in_browser
def test_a_statement_is_chosen_and_its_address_opens_it_again(page: Page, address: str) -> None:
    open_page(page, address, "by=all")
    page.get_by_role("link", name="资产负债表", exact=True).click()
    expect(page.locator("#statement h2")).to_have_text("资产负债表万元")
    expect(page.locator("#statement tbody tr").first).to_contain_text("资产")
    expect(page.locator('#statements-list [aria-current="true"]')).to_have_text("资产负债表")
    assert "statement=balance_sheet" in page.url
    page.get_by_role("link", name="亿元", exact=True).click()
    expect(page.locator("#statement h2")).to_have_text("资产负债表亿元")
    page.reload()
    expect(page.locator("#statement h2")).to_have_text("资产负债表亿元")
    page.go_back()
    page.go_back()
    expect(page.locator("#statement h2")).to_have_text("建设投资估算表万元")


@in_browser
def test_headings_stay_while_the_table_scrolls(page: Page, address: str) -> None:
    open_page(page, address, "by=all&statement=cash_plan")
    place = """() => [...document.querySelectorAll("#statement thead th:first-child, #statement tbody tr:last-child th, #statement thead th:last-child")]
        .map(cell => [Math.round(cell.getBoundingClientRect().left), Math.round(cell.getBoundingClientRect().top)])"""
    before = page.evaluate(place)
    page.locator("#statement .scroll").evaluate("box => box.scrollTo(600, 300)")
    after = page.evaluate(place)
    assert after[0] == before[0], "the corner"
    assert after[1] == [before[1][0] - 600, before[1][1]], "years move left only"
    assert after[2] == [before[2][0], before[2][1] - 300], "names of rows move up only"
    aligned = page.locator("#statement tbody td").evaluate_all("all => all.every(one => getComputedStyle(one).textAlign === 'right')")
    assert aligned


@in_browser
def test_numbers_years_and_totals(page: Page, address: str, result: Result) -> None:
    open_page(page, address, "by=all&statement=profit")
    texts = page.locator("#statement tbody td").all_inner_texts()
    assert all(re.fullmatch(r"−?[\d,]+\.\d\d|–|—|", text) for text in texts) and any(text.startswith("−") for text in texts)
    profit = next(one for one in statements(result.scenario.structure) if one.id == "profit")
    strong = page.locator("#statement tbody tr").evaluate_all("all => all.map(row => getComputedStyle(row.cells[2]).fontWeight === '600')")
    assert strong == [entry.strong for entry in profit.entries]
    marks = page.locator("#statement thead th small").all_inner_texts()
    share = result.series("investment.under_construction", "all")
    assert marks == ["建设" if part > 0.999999 else "运营" if part < 0.000001 else "建设·运营" for part in share]
    assert marks[0] == "建设" and marks[-1] == "运营"


@in_browser
def test_checks_stand_below(page: Page, address: str, result: Result) -> None:
    open_page(page, address, "by=all&statement=budget")
    checks = [row for row in result.scenario.sheets.account.rows.values() if row.check]
    expect(page.locator("#checks .checks").first.locator("li")).to_have_count(len(checks))
    expect(page.locator("#checks .checks").first.locator(".pill-pass")).to_have_count(len(checks))
    expect(page.locator("#platform-checks li")).to_have_count(len(statements_json(result, "all")["platform_checks"]))
    page.get_by_role("link", name="资产负债表", exact=True).click()
    expect(page.locator("#platform-checks")).to_have_count(0)


@in_browser
def test_the_file_is_downloaded(page: Page, address: str, result: Result) -> None:
    open_page(page, address, "by=all&statement=debt")
    with page.expect_download() as waiting:
        page.locator("#statement-download").click()
    assert waiting.value.suggested_filename == "songxian-2023-card-all-debt.csv"
    debt = next(one for one in statements(result.scenario.structure) if one.id == "debt")
    assert Path(waiting.value.path()).read_bytes().decode() == csv_of(result, "all", debt, Wording())


@in_browser
def test_a_long_table_is_printed_a_few_years_at_a_time(page: Page, address: str, result: Result) -> None:
    open_page(page, address, "by=all&statement=investment")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    heads = page.locator(".printed thead tr").evaluate_all("all => all.map(row => [...row.cells].map(cell => cell.firstChild.textContent))")
    assert [year for head in heads for year in head[2:]] == [str(year) for year in result.years]
    assert all(head[:2] == ["项目", "合计"] and len(head) <= 13 for head in heads) and len(heads) == 3
    expect(page.locator("#statement .scroll")).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".printed").count() == 0


@in_browser
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_english_has_no_chinese_and_nothing_overflows(page: Page, address: str, width: int) -> None:
    page.context.add_cookies([{"name": "lang", "value": "en", "url": address}])
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, address, "by=unit&account=d2&statement=budget")
    page.locator("#language").evaluate("button => button.remove()")
    assert CHINESE.findall(page.locator("body").inner_text()) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    outside = page.evaluate(
        """() => [...document.querySelectorAll("#statements-page *")].filter(e => !e.closest(".scroll, .statements-list")
            && e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert outside == []
    chosen = page.locator("#statements-list [aria-current]").bounding_box()
    assert chosen and 0 <= chosen["x"] < width, "the chosen one is in sight"
