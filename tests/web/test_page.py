"""The page in Chromium: its numbers are those of a run, and it stays usable in every language, size and mishap."""

import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from finsim.result import run
from finsim.risk.trials import simulate
from finsim.scenario.loading import load
from finsim.web.jobs import Jobs
from tests.support.browser import watched_page

pytestmark = pytest.mark.browser

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")
expect.set_options(timeout=30_000)  # the machine may be busy with other tests
LONG = "400,000"  # trials that take long enough to be interrupted


@pytest.fixture(scope="module")
def jobs() -> Iterator[Jobs]:
    with Jobs(lanes=2) as jobs:
        yield jobs


def open_page(page: Page, address: str, there: str = "") -> None:
    page.goto(address)
    if there:
        expect(page.locator(there)).to_be_visible()
        return
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator(".js-plotly-plot .main-svg").nth(5)).to_be_attached()


def figure(page: Page, key: str) -> Locator:
    return page.locator(f'[data-figure="{key}"]')


def value(page: Page, key: str) -> float:
    return float(figure(page, key).get_attribute("data-value") or "nan")


def start(page: Page, trials: str, seed: str = "7") -> None:
    page.locator("#risk-trials").fill(trials)
    page.locator("#risk-seed").fill(seed)
    page.locator("#risk-seed").press("Tab")
    page.locator("#risk-run").click()


def running(page: Page) -> None:
    """Wait until a run has told of progress."""
    expect(page.locator("#risk-bar")).not_to_have_js_property("value", 0)


def result_of(variant: str, by: str) -> dict[str, Any]:
    return run(load(SCENARIO, variant), by).to_json()


def check_numbers(page: Page, account: dict[str, Any]) -> None:
    """The numbers are those of the account, once they are there."""
    first = account["tests"][0]
    expect(figure(page, f"test.{first['id']}")).to_have_attribute("data-value", repr(first["value"]))
    for test in account["tests"]:
        assert value(page, f"test.{test['id']}") == test["value"]
        expect(page.locator("#tests")).to_contain_text(test["reason"])
    assert value(page, "total_investment") == account["indicators"]["total_investment"]
    assert value(page, "cover_full") == account["indicators"]["cover_full"]
    assert value(page, "fnpv") == account["indicators"]["fnpv"]
    assert value(page, "grants") == account["totals"]["grants"]


def test_numbers_are_those_of_a_run(page: Page, address: str) -> None:
    open_page(page, address)
    account = result_of("card", "all")["accounts"][0]
    check_numbers(page, account)
    shown = figure(page, "total_investment").inner_text()
    assert shown == f"{account['indicators']['total_investment']:,.2f}" == "31,511.75"
    expect(page).to_have_title("嵩县老旧小区综合改造工程（2023） · 老旧小区改造资金平衡测算")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#verdict")).to_contain_text("不能平衡")
    assert page.locator(".modebar-btn[data-title*=hare]").count() == 0


def test_grouping_is_a_switch(page: Page, address: str) -> None:
    open_page(page, address)
    expect(page.locator("#accounts")).to_have_count(0)
    page.get_by_role("link", name="小区内自求平衡").click()
    expect(page.locator("#accounts li")).to_have_count(7)
    accounts = result_of("card", "unit")["accounts"]
    check_numbers(page, accounts[0])
    expect(page.locator(".facts")).to_contain_text("示意")
    page.locator("#accounts a", has_text="供销社片区").click()
    expect(page.locator(".crumb")).to_contain_text("供销社片区")
    check_numbers(page, next(a for a in accounts if a["id"] == "d4"))
    page.go_back()
    expect(page.locator(".crumb")).to_contain_text("片区一")
    page.get_by_role("link", name="大片区统筹").click()
    expect(page.locator('#by [aria-current="true"]')).to_have_text("大片区统筹")
    page.get_by_role("link", name="跨片区组合").click()
    expect(page.locator("#accounts")).to_have_count(0)
    check_numbers(page, result_of("card", "all")["accounts"][0])


def test_another_account_is_chosen_by_its_name(page: Page, address: str) -> None:
    open_page(page, f"{address}/statements?by=unit", "#statement table")
    page.locator("#account").click()
    page.get_by_role("option", name="供销社片区").click()
    expect(page.locator(".crumb")).to_have_text("财务报表 / 供销社片区")
    page.get_by_role("link", name="概览").click()
    check_numbers(page, next(a for a in result_of("card", "unit")["accounts"] if a["id"] == "d4"))
    page.go_back()
    page.go_back()
    expect(page.locator(".crumb")).to_contain_text("片区一")


def test_address_opens_the_view_again(page: Page, address: str) -> None:
    open_page(page, f"{address}/?variant=density&by=unit&account=d2&money=yi")
    account = result_of("density", "unit")["accounts"][1]
    check_numbers(page, account)
    expect(page.locator('#variant [aria-current="true"]')).to_have_text("全国平均密度")
    assert figure(page, "total_investment").inner_text() == f"{account['indicators']['total_investment'] / 10_000:,.4f}"
    expect(page.locator("#key-figures .unit").first).to_have_text("亿元")
    open_page(page, f"{address}/?variant=<b>&by=nobody&account=%00&money=x")
    check_numbers(page, result_of("card", "all")["accounts"][0])


def test_data_statements_and_rules_stand_behind(page: Page, address: str) -> None:
    open_page(page, address)
    for name in ("sources-and-uses", "cash-flow", "cover"):
        expect(page.locator(f"#{name} .finding")).to_contain_text("。")
        page.locator(f"#{name} summary").click()
        expect(page.locator(f"#{name} table")).to_be_visible()
    expect(page.locator("#cash-flow tbody tr")).to_have_count(33)
    page.get_by_role("link", name="财务报表").click()
    page.get_by_role("link", name="资产负债表").click()
    expect(page.locator("#statement")).to_contain_text("负债及所有者权益")
    page.get_by_role("link", name="片区组合", exact=True).click()
    rules = result_of("card", "all")["scenario"]["splits"]
    page.locator("#splits summary").click()
    expect(page.locator("#splits tbody tr")).to_have_count(len(rules))
    expect(page.locator("#splits")).to_contain_text(rules[0]["subject"])


def test_simulation_gives_the_probabilities_of_all_variants(page: Page, address: str) -> None:
    open_page(page, address)
    expect(page.locator("#risk-status")).to_have_text("当前口径尚未模拟。")
    start(page, "3,000")
    expect(page.locator(".fan .main-svg").first).to_be_visible()
    expect(page.locator("#risk-status")).to_contain_text("已完成 6,000/6,000 次")
    for variant in ("card", "density"):
        sample = simulate(load(SCENARIO, variant), 3_000, 7, "all")
        p = sample.probability("all")
        assert value(page, f"probability.{variant}") == p.value
        tests = page.locator("#risk-outcome table").first
        full = sample.test_probability("all", "cover_full")
        expect(tests).to_contain_text(f"[{100 * full.low:.2f}%, {100 * full.high:.2f}%]")
    page.locator("#fan-data summary").click()
    median = simulate(load(SCENARIO, "card"), 3_000, 7, "all").fan("all", (0.5,))[0][-1]
    expect(page.locator("#fan-data tbody tr").last).to_contain_text(f"{median:,.2f}".replace("-", "−"))
    page.get_by_role("link", name="小区内自求平衡").click()
    expect(page.locator("#risk-status")).to_have_text("当前口径尚未模拟。")
    page.get_by_role("link", name="跨片区组合").click()
    expect(figure(page, "probability.card")).to_be_visible()


def test_cancel_then_run_again(page: Page, address: str) -> None:
    open_page(page, address)
    start(page, LONG)
    running(page)
    expect(page.locator("#risk-run")).to_be_disabled()
    page.locator("#risk-cancel").click()
    expect(page.locator("#risk-status")).to_contain_text("已取消", timeout=3_000)
    expect(page.locator("#risk-cancel")).to_be_disabled()
    start(page, "200")
    expect(figure(page, "probability.card")).to_be_visible()


def test_bad_settings_are_refused_in_words(page: Page, address: str) -> None:
    open_page(page, address)
    page.locator("#risk-trials").fill("")
    page.locator("#risk-run").click()
    expect(page.locator("#risk-problem")).to_contain_text("整数")
    start(page, "200")
    expect(figure(page, "probability.card")).to_be_visible()
    expect(page.locator("#risk-problem")).to_be_empty()


def test_reload_keeps_the_run(page: Page, address: str) -> None:
    open_page(page, address)
    start(page, LONG)
    running(page)
    before = page.evaluate("document.querySelector('#risk-bar').value")
    page.reload()
    running(page)
    assert page.evaluate("document.querySelector('#risk-bar').value") >= before
    expect(page.locator("#risk-run")).to_be_disabled()
    page.locator("#risk-cancel").click()
    expect(page.locator("#risk-status")).to_contain_text("已取消", timeout=3_000)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_worker_is_told_and_the_next_run_works(page: Page, address: str, jobs: Jobs) -> None:
    open_page(page, address)
    start(page, LONG)
    running(page)
    with closing(sqlite3.connect(jobs._file)) as records:
        process = records.execute("select process from jobs where state = 'running'").fetchone()[0]
    os.kill(process, signal.SIGKILL)
    expect(page.locator("#risk-status")).to_contain_text("中断", timeout=5_000)
    start(page, "200")
    expect(figure(page, "probability.card")).to_be_visible()


def test_two_readers_do_not_disturb_each_other(browser: Browser, address: str) -> None:
    with watched_page(browser) as one, watched_page(browser) as other:
        open_page(one, address)
        open_page(other, address)
        start(one, "2,000")
        start(other, "2,000")
        for page in (one, other):
            expect(figure(page, "probability.card")).to_be_visible()
        assert value(one, "probability.card") == value(other, "probability.card")
        other.reload()
        expect(figure(other, "probability.card")).to_be_visible()
    with watched_page(browser) as third:
        open_page(third, address)
        expect(third.locator("#risk-status")).to_have_text("当前口径尚未模拟。")


def test_english_page_has_no_chinese(page: Page, address: str) -> None:
    open_page(page, f"{address}/?by=unit&account=d2")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#verdict")).to_contain_text("Does not balance")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "Renovation balance" in page.title()
    expect(page.locator(".crumb")).to_contain_text("Cultural Centre district")
    start(page, "200")
    expect(page.locator(".fan .main-svg").first).to_be_visible()
    for summary in page.locator("main summary:visible").all():
        summary.click()
    page.locator("#language").evaluate("button => button.remove()")  # it offers Chinese in Chinese
    said = page.evaluate(
        """() => [document.title, document.body.innerText, ...[...document.querySelectorAll("svg text, [aria-label], [title]")]
            .map(e => [e.textContent, e.getAttribute("aria-label"), e.getAttribute("title")].join(" "))].join("\\n")"""
    )
    assert len(said) > 5_000
    assert CHINESE.findall(said) == []


def test_language_is_kept_and_can_be_changed_back(page: Page, address: str) -> None:
    open_page(page, address)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    open_page(page, f"{address}/?by=district")
    expect(page.locator('#by [aria-current="true"]')).to_have_text("Each district")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("#verdict")).to_contain_text("不能平衡")


def test_keyboard_reaches_everything(page: Page, address: str) -> None:
    open_page(page, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    for name in ("亿元", "全国平均密度", "小区内自求平衡", "查看数据表", "risk-trials", "risk-seed", "risk-run"):
        assert name in reached
    page.get_by_role("link", name="全国平均密度").focus()
    page.keyboard.press("Enter")
    expect(page.locator('#variant [aria-current="true"]')).to_have_text("全国平均密度")
    assert page.evaluate("document.activeElement.textContent") == "全国平均密度"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "2px"
