"""Any number on a page opens where it comes from, down to the inputs with their source, and there is a way back."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from finsim.report import figures, tables
from finsim.report.reasons import Number, reason
from finsim.report.statements import amounts, statements
from finsim.report.trials import explained
from finsim.report.wording import Table, Wording
from finsim.result import WHOLE_ROW, Result, run
from finsim.scenario.loading import load
from finsim.verdicts import ROWS

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")
in_browser = pytest.mark.browser
expect.set_options(timeout=30_000)


@cache
def result_of(by: str = "all") -> Result:
    return run(load(SCENARIO, "card"), by)


# ---- reasons -----------------------------------------------------------------------------------------------------
def names(table: Table) -> Iterator[tuple[str, str]]:
    """Each number of a table that can be explained, with what is shown."""
    for row, name in zip(table.body, table.rows, strict=True):
        for shown, column in zip(row, table.columns, strict=True):
            if name and column is not None and shown:
                yield name.replace("{}", column), shown


def every_table(result: Result, account: str, wording: Wording) -> list[Table]:
    charts = [make(result, account, wording).table for make in (figures.sources_and_uses, figures.cash_flow, figures.cover)]
    listed = [tables.statement(result, account, one, wording) for one in statements(result.scenario.structure)]
    return [*charts, *listed, tables.indicators(result, account, wording)]


@pytest.mark.parametrize(("by", "money"), [("all", "万元"), ("unit", "亿元")])
def test_what_is_explained_is_what_is_shown(by: str, money: str) -> None:
    """Every tenth number of every table; each table has some."""
    result, wording = result_of(by), Wording("zh", money)
    for table in every_table(result, result.accounts[0].id, wording):
        found = list(names(table))
        assert len(found) > len(table.body) / 2
        for name, shown in found[::10]:
            why = reason(result, Number.named(name))
            if why.value is None:
                assert shown == "—"
                continue
            said = {"万元": wording.amount(why.value), "1": wording.percent(why.value)}.get(why.unit, wording.times(why.value))
            others = [wording.percent(why.value, 2), wording.times(why.value, 2), wording.value(why.value, why.unit)]
            assert shown in (said, *others), name


def test_every_number_of_a_statement_has_a_name() -> None:
    result = result_of()
    for one in statements(result.scenario.structure):
        table = tables.statement(result, "all", one, Wording())
        for entry, row, name in zip(one.entries, table.body, table.rows, strict=True):
            assert bool(name) == bool(entry.terms), (one.id, entry.label)
            assert entry.terms or not any(char.isdigit() for cell in row[1:] for char in cell)


def test_a_cell_is_explained_as_the_result_explains_it() -> None:
    result = result_of()
    expected = result.explain("cash.accumulated", 2027, "all")
    why = reason(result, Number("account", "all", "cash.accumulated", 2027))
    assert (why.value, why.words, why.unit, why.label, why.section) == (expected.value, expected.words, expected.unit, expected.label, expected.section)
    assert [(part.what, part.year, part.value) for part in why.parts] == [(o.path, o.year, o.value) for o in expected.operands]


def test_an_entry_of_several_rows_lists_them_with_their_signs() -> None:
    result = result_of()
    profit = next(one for one in statements(result.scenario.structure) if one.id == "profit")
    position = next(i for i, entry in enumerate(profit.entries) if entry.number == "16")
    why = reason(result, Number("account", "all", f"@profit:{position}", 2050))
    assert [(part.sign, part.what) for part in why.parts] == [
        (1, "appropriation.distributable"), (-1, "appropriation.to_preferred"), (-1, "appropriation.optional"),
    ]  # fmt: skip
    assert why.label.zh == "应付普通股股利" and why.section == profit.title
    rows = [result.value("account", "all", path, 2050) for path in ("appropriation.distributable", "appropriation.to_preferred", "appropriation.optional")]
    assert why.value == pytest.approx(rows[0] - rows[1] - rows[2], rel=1e-12)


@pytest.mark.parametrize("name", ["interest", "budget", "debt"])
def test_parts_of_an_entry_add_up_to_what_the_statement_shows(name: str) -> None:
    """Shares of a year in construction or operation, and opening balances, among them."""
    result = result_of()
    one = next(one for one in statements(result.scenario.structure) if one.id == name)
    for position, entry in enumerate(one.entries):
        values, total = amounts(result, "all", entry)
        if not entry.terms:
            continue
        what = tables.statement(result, "all", one, Wording()).rows[position]
        for year, value in [(2024, values[1]), (2030, values[7]), (None, total)]:
            if value is None:
                continue
            why = reason(result, Number.named(what.replace("{}", str(year or ""))))
            assert why.value == pytest.approx(value, rel=1e-12, abs=1e-9)
            if all(part.sign for part in why.parts) and why.parts:
                assert sum(part.sign * (part.value or 0.0) for part in why.parts) == pytest.approx(value, rel=1e-9, abs=1e-9)


def test_part_of_a_year_is_the_row_times_the_share_of_works() -> None:
    result = result_of()
    why = reason(result, Number("account", "all", "construction:debts.coupons", 2024))
    assert [part.what for part in why.parts] == ["debts.coupons", "investment.under_construction"]
    assert why.value == pytest.approx(why.parts[0].value * why.parts[1].value)  # type: ignore[operator]
    rest = reason(result, Number("account", "all", "operation:debts.coupons", 2024))
    assert why.value + rest.value == pytest.approx(result.value("account", "all", "debts.coupons", 2024))  # type: ignore[operator]


def test_totals_shares_and_measures() -> None:
    result = result_of()
    total = reason(result, Number("account", "all", "operations.revenue"))
    assert total.value == result.totals("all")["revenue"] == pytest.approx(sum(part.value or 0.0 for part in total.parts))
    assert [part.year for part in total.parts] == list(result.years)
    share = reason(result, Number("account", "all", "funding.bond_used/funding.total_investment"))
    assert [part.value for part in share.parts] == [result.totals("all")["bonds"], result.totals("all")["investment"]]
    assert share.value == pytest.approx(share.parts[0].value / share.parts[1].value)  # type: ignore[operator]
    rate = reason(result, Number("account", "all", "firr"))
    flow = np.array([part.value for part in rate.parts])
    assert rate.value is None or float((flow / (1 + rate.value) ** np.arange(1, len(flow) + 1)).sum()) == pytest.approx(0, abs=1e-6)
    payback = reason(result, Number("account", "all", "payback"))
    to_date = [part.value for part in payback.parts if part.what.endswith("_to_date")]
    assert to_date == pytest.approx(list(np.cumsum(flow)))
    below = max(t for t, value in enumerate(to_date) if value < -1e-6)
    assert payback.value == pytest.approx(below + 1 - to_date[below] / flow[below + 1])
    assert set(WHOLE_ROW) == {"firr", "payback"}


def test_what_trials_gave_names_what_is_drawn_for_it() -> None:
    result = result_of("unit")
    scenario = result.scenario
    why = explained(result, Number.named("account|d2|~cover.full|"))
    assert why.value is None and why.parts[0].value == result.indicators("d2")["cover_full"]
    drawn = {(part.sheet, part.what): part for part in why.parts[1:]}
    assert drawn.keys() == {(draw.sheet, draw.path) for draw in scenario.draws}
    for (sheet, path), part in drawn.items():
        assert part.member == "d2"
        assert part.value == result.value(sheet, part.member, path, None)
        assert part.origin == scenario.origin(sheet, path, part.member if sheet == "unit" else "")
    both = explained(result, Number.named("account|d2|~|"))
    counted = [ROWS[verdict.id][0] for verdict in result.verdicts("d2") if verdict.counted]
    assert [part.what for part in both.parts[: len(counted)]] == counted


@pytest.mark.parametrize("file", ["sized-debt.yaml", "changji-2021/changji-2021.yaml"])
def test_rows_of_the_tests_hold_their_values_and_thresholds(file: str) -> None:
    """One scenario has a lender's tests, the other public money and its ring-fence."""
    result = run(load(SCENARIO.parent / file))
    account = result.accounts[0].id
    for test in result.verdicts(account):
        value, threshold = ROWS[test.id]
        assert reason(result, Number("account", account, value)).value == pytest.approx(test.value)
        assert not threshold or reason(result, Number("account", account, threshold)).value == test.threshold
        assert threshold or test.threshold == 0


def test_an_input_names_its_source_and_place() -> None:
    result = result_of()
    why = reason(result, Number("unit", "d1", "streams.parking_monthly.price"))
    origin = result.scenario.origin("unit", "streams.parking_monthly.price", "d1")
    assert why.origin == origin and why.parts == ()
    assert why.value == result.value("unit", "d1", "streams.parking_monthly.price", None)


@pytest.mark.parametrize(
    "name",
    ["", "account|all", "account|nobody|tax.tax|2030", "account|all|tax.nothing|2030", "account|all|tax.tax|1900", "x|all|tax.tax|2030",
     "account|all|@profit:999|2030", "account|all|@profit:x|2030", "account|all|@nothing:1|2030", "account|all|tax.tax|-1", "account|all|zz=tax.tax|2030",
     "account|all|/|2030", "account|all|,|2030", "account|all|tax.tax/tax.tax/tax.tax|", f"account|all|{'tax.tax,' * 600}tax.tax|2030"],
)  # fmt: skip
def test_what_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(LookupError):
        reason(result_of(), Number.named(name))


# ---- the page ----------------------------------------------------------------------------------------------------
def open_page(page: Page, address: str, there: str) -> None:
    page.goto(address)
    expect(page.locator(there).first).to_be_visible()


def opened(page: Page, name: str) -> Locator:
    """The dialog, once it tells of this number."""
    expect(page.locator("#why")).to_be_visible()
    expect(page.locator("#why h2")).to_be_focused()
    assert quote(name, safe="!'()*") in page.url
    return page.locator("#why")


def told(page: Page) -> dict[str, Any]:
    """What the dialog says: the value with all its digits, the row, the formula, and each part."""
    return {
        "value": page.locator("#why .amount [data-value]").get_attribute("data-value"),
        "row": page.locator("#why .amount [data-path]").get_attribute("data-path"),
        "formula": page.locator("#why .why-formula").all_inner_texts(),
        "parts": page.locator("#why .why-amount").evaluate_all("all => all.map(one => one.dataset.value)"),
    }


def check_told(page: Page, path: str, year: int | None, member: str = "all", sheet: str = "account") -> None:
    expected = result_of().explain(path, year, member, sheet)
    assert told(page) == {
        "value": repr(expected.value), "row": path, "formula": [expected.words.zh],
        "parts": [repr(operand.value) for operand in expected.operands],
    }  # fmt: skip


@in_browser
def test_from_a_tile_down_to_an_input_and_back(page: Page, address: str) -> None:
    """Yearly liquidity, 2030: to the revenue of a unit, and the price that was typed."""
    result = result_of()
    open_page(page, f"{address}/?by=all", "#tests .why")
    page.locator('[data-figure="test.liquidity"]').click()
    opened(page, "account|all|liquidity.lowest|")
    check_told(page, "liquidity.lowest", None)
    steps = [
        ("account", "all", "cash.accumulated"), ("account", "all", "cash.balance"), ("account", "all", "cash.net"),
        ("account", "all", "cash.operating"), ("account", "all", "cash.operating_in"), ("account", "all", "operations.revenue"),
        ("unit", "d1", "operations.revenue"), ("unit", "d1", "streams.parking_monthly.revenue"),
    ]  # fmt: skip
    followed = []
    for sheet, member, path in steps:
        followed.append(str(Number(sheet, member, path, 2030)))
        page.locator(f'#why [data-why="{followed[-1]}"]').click()
        opened(page, followed[-1])
        check_told(page, path, 2030, member, sheet)
    while page.get_by_role("link", name="在“假设与来源”中查看和试改").count() == 0:  # whatever comes first, until it is an input
        part = page.locator("#why button.why-part").first
        followed.append(part.get_attribute("data-why") or "")
        part.click()
        opened(page, followed[-1])
        assert len(followed) < 20
    number = Number.named(followed[-1])
    origin = result.scenario.origin(number.sheet, number.what, number.member if number.sheet == "unit" else "")
    said = page.locator("#why .why-source").first
    expect(said).to_contain_text(f"{PurePath(origin.place.file).name}:{origin.place.line}")
    expect(said).to_contain_text(origin.word.zh)
    if origin.source:
        expect(said).to_contain_text(result.scenario.sources[origin.source].document.zh)
    expect(page.get_by_role("link", name="在“假设与来源”中查看和试改")).to_have_attribute("href", re.compile(r"^/inputs\?.*variant=card"))
    for name in reversed(followed):
        page.locator("#why-back").click()
        expect(page.locator("#why [data-why]:focus")).to_have_attribute("data-why", name)
    check_told(page, "liquidity.lowest", None)
    expect(page.locator("#why-back")).to_be_hidden()
    page.locator("#why-close").click()
    expect(page.locator('[data-figure="test.liquidity"]')).to_be_focused()
    assert "#" not in page.url


@in_browser
def test_keyboard_alone(page: Page, address: str) -> None:
    """A table is one tab stop; arrows move, Enter opens, Tab stays inside, Escape returns to the same cell and place."""
    open_page(page, f"{address}/statements?by=all&statement=cash_plan", "#statement table")
    assert page.locator('#statement td[tabindex="0"]').count() == 1
    assert page.locator("#statement .scroll").get_attribute("tabindex") is None
    page.locator("#statement-download").focus()
    page.keyboard.press("Tab")
    cell = "document.activeElement.dataset.why"
    first = page.evaluate(cell)
    assert first.endswith("|") and first.startswith("account|all|")
    for key in ("ArrowRight", "ArrowDown", "End", "Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    name = page.evaluate(cell)
    assert name.endswith("|2024") and page.locator('#statement td[tabindex="0"]').count() == 1
    page.keyboard.press("End")
    assert page.evaluate(cell).endswith("|2055")
    for _ in range(30):
        page.keyboard.press("ArrowDown")
    there = page.evaluate("[document.activeElement.dataset.why, scrollY, document.querySelector('#statement .scroll').scrollLeft, document.querySelector('#statement .scroll').scrollTop]")
    hidden = page.evaluate("""() => { const cell = document.activeElement.getBoundingClientRect(), head = document.querySelector("#statement thead th").getBoundingClientRect();
        return cell.top < head.bottom - 1 || cell.left < head.right - 1; }""")
    assert not hidden, "the pinned headings cover the cell that has the focus"
    page.keyboard.press("Enter")
    opened(page, there[0])
    number = Number.named(there[0])
    if not number.what.startswith("@"):
        check_told(page, number.what, number.year)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#why')")
    page.keyboard.press("Escape")
    expect(page.locator("#why")).to_be_hidden()
    after = page.evaluate("[document.activeElement.dataset.why, scrollY, document.querySelector('#statement .scroll').scrollLeft, document.querySelector('#statement .scroll').scrollTop]")
    assert after == there and after[2] > 0


@in_browser
def test_every_number_of_the_overview_opens_one(page: Page, address: str) -> None:
    open_page(page, f"{address}/?by=all", "#cover .main-svg")  # charts come last
    for summary in page.locator("#view-charts summary").all():
        summary.click()
    expect(page.locator("#view-charts table")).to_have_count(4)
    tiles = page.locator(".tiles .number")
    assert tiles.count() == page.locator(".tiles .number[data-why]").count() == 10
    left_over = page.evaluate(
        r"""() => [...document.querySelectorAll("#view-charts tbody td")].filter(td => /\d/.test(td.textContent) && !td.dataset.why)
            .map(td => td.closest("[aria-label]").getAttribute("aria-label") + ": " + td.textContent)"""
    )
    assert [one for one in left_over if not re.search(r"(年|户|㎡|位)$", one)] == []  # units of measure are no numbers
    for number in [*tiles.all(), *[table.locator("td[data-why]").last for table in page.locator("#view-charts table").all()]]:
        name = number.get_attribute("data-why") or ""
        number.click()
        opened(page, name)
        expected = reason(result_of(), Number.named(name))
        assert told(page)["value"] == repr(expected.value)
        if data := number.get_attribute("data-value"):
            assert float(data) == pytest.approx(expected.value)
        page.keyboard.press("Escape")


@in_browser
def test_every_statement_opens_explanations(page: Page, address: str) -> None:
    """On the page of statements no cell with a digit is without one."""
    open_page(page, f"{address}/statements?by=all", "#statement table")
    for one in statements(result_of().scenario.structure):
        page.get_by_role("link", name=one.title.zh, exact=True).click()
        expect(page.get_by_role("grid", name=one.title.zh)).to_be_visible()
        bare = page.evaluate(r"""() => [...document.querySelectorAll("#statement tbody td")].filter(td => /\d/.test(td.textContent) && !td.dataset.why).length""")
        assert bare == 0, one.id
        cells = page.locator("#statement td[data-why]")
        cell = cells.nth(cells.count() // 2)
        name = cell.get_attribute("data-why") or ""
        cell.click()
        opened(page, name)
        assert told(page)["value"] == repr(reason(result_of(), Number.named(name)).value)
        page.keyboard.press("Escape")


@in_browser
def test_an_address_opens_the_explanation_again(page: Page, address: str) -> None:
    name = "unit|d1|streams.parking_monthly.revenue|2030"
    open_page(page, f"{address}/?by=all#why={quote(name)}", "#why h2")
    opened(page, name)
    check_told(page, "streams.parking_monthly.revenue", 2030, "d1", "unit")
    page.keyboard.press("Escape")
    expect(page.locator("#main")).to_be_focused()
    page.goto(f"{address}/?by=all#why={quote('account|all|no.such.row|2030')}")  # the same page: nothing is loaded again
    expect(page.locator("#why h2")).to_have_text("这里没有这个数。")
    page.keyboard.press("Escape")
    page.goto(f"{address}/?by=all#why=%E0%A4%A")
    page.get_by_role("link", name="财务报表").click()
    expect(page.locator("#statement table")).to_be_visible()
    expect(page.locator("#why")).to_be_hidden()


@in_browser
@pytest.mark.parametrize("width", [1440, 390])
def test_english_explains_in_english_and_fits(page: Page, address: str, width: int) -> None:
    page.context.add_cookies([{"name": "lang", "value": "en", "url": address}])
    page.set_viewport_size({"width": width, "height": 844})
    for name in ("account|all|cover.full|", "account|all|payback|", "account|all|firr|", "account|all|cover.threshold|", "account|all|funding.bond_used/funding.total_investment|",
                 "account|all|taxes=-surcharges.surcharges,-vat.payable,-tax.tax|2030", "unit|d1|streams.parking_monthly.revenue|2030", "account|all|construction:debts.coupons|2024",
                 "account|all|opening:debts.bonds_closing|2030", "account|all|operations.revenue|2030",
                 "account|all|~|", "account|all|~all|", "account|all|+liquidity.peak|", "account|all|~cover.full~lowest~unit:construction.overrun|", "account|all|~cover.full~at~unit:construction.overrun=0.1|",
                 "account|all|cover.full||!songxian-2023~density~all~all~percent", "account|all|~cover.full||!songxian-2023~density~all~all~better", "account|all|cover.full||!songxian-2023~density~all"):  # fmt: skip
        page.goto("about:blank")
        open_page(page, f"{address}/?by=all#why={quote(name)}", "#why h2")
        opened(page, name)
        page.locator("#why details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        quoted = page.locator("#why .why-source [lang=zh]")  # a value's remark is there in the words of the file alone
        for words in re.findall(f"{CHINESE.pattern}+", " ".join(quoted.all_inner_texts())):
            assert words in SCENARIO.read_text("utf-8")
        quoted.evaluate_all("all => all.forEach(one => one.remove())")
        assert CHINESE.findall(page.locator("#why").inner_text()) == [], name
        box = page.locator("#why").bounding_box()
        assert box and box["x"] + box["width"] == pytest.approx(width, abs=0.5) and box["width"] == (500 if width > 500 else 390)
        assert page.evaluate("document.querySelector('#why').scrollWidth - document.querySelector('#why').clientWidth") <= 0, name
