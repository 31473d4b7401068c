"""方案对比, 片区组合 and 成果 in the browser: every figure is the engine's, and what is taken along holds it too."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from finsim.record import replay
from finsim.report.spread import spread
from finsim.report.wording import Wording
from finsim.result import INDICATORS, Result, run
from finsim.risk.comparison import compare
from finsim.risk.study import study
from finsim.scenario.document import parse
from finsim.scenario.loading import load, variants_of
from finsim.web.library import Library
from finsim.web.work import STUDIED

pytestmark = pytest.mark.browser

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
WORDS = Wording("zh")


def result(variant: str, by: str) -> Result:
    return run(load(SCENARIO, variant), by)


def cells(page: Page, table: str, row: str) -> list[str]:
    """The cells of the row of a table that begins with a text."""
    found = page.locator(f"{table} tbody tr", has=page.get_by_role("rowheader", name=row, exact=True))
    return [text.strip() for text in found.locator("td").all_inner_texts()]


# ---- 方案对比 ------------------------------------------------------------------------------------------------------
def test_schemes_stand_against_the_baseline(page: Page, address: str) -> None:
    page.goto(f"{address}/comparison?by=unit&account=d3")
    expect(page.locator("#compared table")).to_be_visible(timeout=60_000)
    card, density = (result(variant, "unit").indicators("d3") for variant in ("card", "density"))
    assert cells(page, "#compared", "债券本息覆盖倍数（全口径）")[1:] == [WORDS.times(card["cover_full"]), WORDS.times(density["cover_full"])]
    page.locator("#mode").get_by_role("link", name="与基准之差", exact=True).click()
    expect(page.locator('#mode [aria-current="true"]')).to_have_text("与基准之差")
    lowest = (density["lowest_surplus"] or 0.0) - (card["lowest_surplus"] or 0.0)
    assert cells(page, "#compared", "最低累计盈余资金")[1:] == [WORDS.amount(card["lowest_surplus"]), WORDS.amount(lowest)]
    assert cells(page, "#compared", "项目总投资")[2] == "相同"
    page.locator("#mode").get_by_role("link", name="与基准之差（%）").click()
    expect(page.locator('#mode [aria-current="true"]')).to_have_text("与基准之差（%）")
    share = ((density["cover_full"] or 0.0) - (card["cover_full"] or 0.0)) / (card["cover_full"] or 1.0)
    assert cells(page, "#compared", "债券本息覆盖倍数（全口径）")[2] == WORDS.percent(share)
    page.reload()
    expect(page.locator('#mode [aria-current="true"]')).to_have_text("与基准之差（%）")


def test_only_what_differs_is_listed_unless_all_is_asked_for(page: Page, address: str) -> None:
    page.goto(f"{address}/comparison")
    rows = page.locator("#compared-inputs tbody tr")
    expect(rows.first).to_be_visible(timeout=60_000)
    differing = rows.count()
    items = Library(SCENARIO).desk(SCENARIO.stem).items
    one, other = ({key: item.value for key, item in items[name].items()} for name in ("card", "density"))
    same = [key for key in one.keys() & other.keys() if abs(one[key] - other[key]) <= 1e-9 * max(1, abs(one[key]))]
    assert differing == len((one.keys() | other.keys()) - set(same))
    expect(page.locator("#compared-inputs .finding")).to_contain_text(f"{differing} 项")
    page.locator("#range").get_by_role("link", name="全部").click()
    expect(rows).to_have_count(len(one.keys() | other.keys()))


def test_another_scenario_can_stand_beside_it(page: Page, address: str) -> None:
    page.goto(f"{address}/comparison?with=two-loans~")
    expect(page.locator("#compared thead")).to_contain_text("两笔贷款", timeout=60_000)
    two = run(load(SCENARIO.with_name("two-loans.yaml")), "all")
    assert cells(page, "#compared", "项目总投资")[2] == WORDS.amount(two.indicators("all")["total_investment"])
    page.locator("#against").click()
    page.get_by_role("option", name="全国平均密度").click()
    expect(page.locator("#compared thead th")).to_have_count(5)
    assert "density" in page.url


def test_numbers_of_either_scheme_are_explained(page: Page, address: str) -> None:
    page.goto(f"{address}/comparison?by=unit&account=d3")
    row = page.locator("#compared tbody tr", has=page.get_by_role("rowheader", name="债券本息覆盖倍数（全口径）", exact=True))
    for place, variant in ((1, "card"), (2, "density")):
        row.locator("td").nth(place).click(timeout=60_000)
        cover = result(variant, "unit").indicators("d3")["cover_full"]
        expect(page.locator("#why .amount [data-value]")).to_have_attribute("data-value", repr(cover))
        income = result(variant, "unit").cell("cover.income", "d3")  # over all years
        expect(page.locator("#why-said")).to_contain_text(WORDS.amount(income))
        page.locator("#why-said summary").first.click()
        page.locator("#why-said details").first.locator(".why-part").last.click()  # what follows is of the same scheme
        last = result(variant, "unit").value("account", "d3", "cover.income", 2055)
        expect(page.locator("#why .amount [data-value]")).to_have_attribute("data-value", repr(last))
        page.keyboard.press("Escape")


def test_schemes_are_compared_in_the_same_trials(page: Page, address: str) -> None:
    page.goto(f"{address}/comparison?by=unit&account=d3")
    expect(page.locator("#compared table")).to_be_visible(timeout=60_000)
    page.locator("#same-run").click()
    expect(page.locator("#same-outcome table")).to_be_visible(timeout=120_000)
    card, density = (study(load(SCENARIO, variant), STUDIED, 1, "unit", "d3") for variant in ("card", "density"))
    found = compare(card, density, "cover_full")
    assert cells(page, "#same-outcome", "债券本息覆盖倍数（全口径）：大于基准的比例") == ["", WORDS.percent(found.better)]
    assert cells(page, "#same-outcome", "债券本息覆盖倍数（全口径）：平均相差") == ["", WORDS.times(found.mean)]
    assert found.mean < 0
    page.reload()
    expect(page.locator("#same-outcome table")).to_be_visible(timeout=60_000)


# ---- 片区组合 ------------------------------------------------------------------------------------------------------
def test_every_grouping_and_every_account_is_told(page: Page, address: str) -> None:
    page.goto(f"{address}/portfolio?by=unit")
    expect(page.locator("#account-table table")).to_be_visible(timeout=60_000)
    for by in ("unit", "district", "all"):
        found = result("card", by)
        gap = sum(found.indicators(account.id)["peak_unfunded"] or 0.0 for account in found.accounts)
        expect(page.locator(f'[data-figure="gap.{by}"]')).to_have_attribute("data-value", repr(gap))
    alone = result("card", "unit")
    for account in alone.accounts:
        row = cells(page, "#account-table", account.label.zh)
        assert row[3] == WORDS.amount(alone.totals(account.id)["investment"])
        assert row[6] == WORDS.times(alone.indicators(account.id)["cover_full"])


def test_accounts_are_ordered_and_opened(page: Page, address: str) -> None:
    page.goto(f"{address}/portfolio?by=unit")
    expect(page.locator("#account-table table")).to_be_visible(timeout=60_000)
    alone = result("card", "unit")
    by_cover = sorted(alone.accounts, key=lambda account: alone.indicators(account.id)["cover_full"] or 0.0)
    heading = page.locator("#account-table").get_by_role("button", name="本息覆盖倍数")
    heading.click()
    assert page.locator("#account-table tbody th").all_inner_texts() == [account.label.zh for account in by_cover]
    heading.press("Enter")
    assert page.locator("#account-table tbody th").all_inner_texts() == [account.label.zh for account in reversed(by_cover)]
    expect(page.locator('#account-table [aria-sort="descending"]')).to_have_text("本息覆盖倍数")
    page.locator("#account-table tbody th a").first.click()
    expect(page.locator(".crumb")).to_have_text(f"概览 / {by_cover[-1].label.zh}")


# ---- 成果 ----------------------------------------------------------------------------------------------------------
def taken(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download(timeout=120_000) as download:
        page.locator(f"#export-{kind}").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_what_is_taken_along_agrees(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}/exports?by=unit&account=d2")
    expect(page.locator("#commands")).to_be_visible(timeout=60_000)
    found = result("card", "unit")
    assert json.loads(taken(page, "results", tmp_path).read_text("utf-8")) == json.loads(json.dumps(found.to_json()))
    assert replay(taken(page, "record", tmp_path)).same

    rows = list(csv.reader(io.StringIO(taken(page, "figures", tmp_path).read_text("utf-8-sig"))))
    digest = next(row[1] for row in rows if row and row[0] == "参数版本")
    assert digest == found.scenario.digest
    head = next(i for i, row in enumerate(rows) if row and row[0] == "平衡主体" and len(row) > 10)
    table = {row[0]: dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]}
    for account in found.accounts:
        for key, _, label, unit in INDICATORS:
            value = found.indicators(account.id)[key]
            column = label.zh + ("" if unit == "1" else f" ({unit})")
            assert table[account.id][column] == ("" if value is None else str(value))

    scenario = taken(page, "scenario", tmp_path)
    variants = variants_of(parse(scenario.read_bytes(), scenario.name))
    assert variants.scenarios["card"].digest == found.scenario.digest
    book = openpyxl.load_workbook(taken(page, "workbook", tmp_path), read_only=True)
    assert "假设" in "".join(book.sheetnames)
    for command in page.locator("#commands").inner_text().splitlines():
        assert command.startswith("finsim ")


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    text = spread([("=1+1", -2.5, None, "+86", "甲")]).decode("utf-8-sig")
    assert text == "'=1+1,-2.5,,'+86,甲\r\n"
