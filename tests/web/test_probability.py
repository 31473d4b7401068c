"""概率分析 in Chromium: what it shows is what the engine finds, a link opens it again, and readers do not disturb each other."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from finsim.report.factors import input_number, shown_name
from finsim.report.wording import Wording
from finsim.result import run
from finsim.risk.importance import tornado
from finsim.risk.sample import Sample
from finsim.risk.shifts import plane
from finsim.risk.study import Study, study
from finsim.risk.trials import simulate
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario
from finsim.solve import solve
from finsim.web.app import make_app
from finsim.web.jobs import EACH, Jobs
from finsim.web.library import Library
from finsim.web.work import STUDIED, reduced
from tests.support.browser import serve, watched_page
from tests.web.test_jobs import count_slowly

pytestmark = pytest.mark.browser

FILE = Path(__file__).parents[2] / "scenarios" / "two-loans.yaml"
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")
TRIALS, SEED = 2_000, 7
READ = 0.005
"""Within what the page says that a probability is read from the distribution."""
ROUNDING = 1e-6
"""Amounts that differ by less are the same: many trials have a lowest surplus of nothing."""
expect.set_options(timeout=60_000)  # the machine may be busy with other tests


@pytest.fixture(scope="module")
def jobs() -> Iterator[Jobs]:
    with Jobs(lanes=2) as jobs:
        yield jobs


@pytest.fixture(scope="module")
def address(jobs: Jobs) -> Iterator[str]:
    with serve(make_app(Library(FILE), jobs).server) as address:
        yield address


@cache
def scenario() -> Scenario:
    return load(FILE)


@cache
def sample() -> Sample:
    return simulate(scenario(), TRIALS, SEED, "all")


@cache
def trials(count: int) -> Study:
    return study(scenario(), count, SEED, "all", "all")


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/probability{query}")
    expect(page.locator("#risk-run")).to_be_enabled()


def start(page: Page) -> None:
    page.locator("#risk-trials").fill(f"{TRIALS}")
    page.locator("#risk-seed").fill(f"{SEED}")
    page.locator("#risk-seed").press("Tab")
    page.locator("#risk-run").click()
    expect(page.locator('[data-figure="probability.base"]')).to_be_visible()
    expect(page).to_have_url(re.compile(f"trials={TRIALS}&seed={SEED}$"))


def choose(page: Page, name: str, option: str) -> None:
    page.locator(name).click()
    page.get_by_role("option", name=option, exact=True).locator("visible=true").click()


def likelihood(page: Page) -> float:
    return float(page.locator(".likelihood .number").get_attribute("data-value") or "nan")


def cells(table: Locator) -> list[list[str]]:
    """The texts of a table, once it is drawn."""
    expect(table.locator("tbody tr").first).to_be_attached()
    return [row.locator("th, td").all_text_contents() for row in table.locator("tbody tr").all()]


def plain(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").split()[0])


def test_probabilities_and_distributions_are_the_engines(page: Page, address: str) -> None:
    open_page(page, address)
    expect(page.locator("#spread")).to_contain_text("运行模拟后")
    start(page)
    shown = float(page.locator('[data-figure="probability.base"]').get_attribute("data-value") or "nan")
    assert shown == sample().probability("all").value
    assert page.url == f"{address}/probability?trials={TRIALS}&seed={SEED}"
    verdicts = {verdict.id: verdict for verdict in run(scenario(), "all").verdicts("all")}
    for name, label, test in (("lowest_surplus", "最低累计盈余资金", "liquidity"), ("cover_full", "债券本息覆盖倍数（全口径）", "cover_full")):
        choose(page, "#spread-of", label)
        expect(page.locator("#percentiles thead")).to_contain_text(label)
        came = trials(TRIALS).came[name]
        for row in cells(page.locator("#percentiles table")):
            expected = np.quantile(came, int(row[0][1:]) / 100)
            assert plain(row[1]) == pytest.approx(expected, rel=0.002, abs=0.006)  # of a bin, and of two decimals
        counted = sample().test_probability("all", test)
        assert float(page.locator(".threshold input[type=number]").input_value()) == verdicts[test].threshold
        assert likelihood(page) == counted.value
        expect(page.locator(".likelihood")).to_contain_text("按次计数")
        for level in (0.1, 0.37, 0.5):
            at = float(f"{np.quantile(came, level):.4f}")
            page.locator(".threshold input[type=number]").fill(str(at))
            assert likelihood(page) == pytest.approx((came >= at - ROUNDING).mean(), abs=READ)
            expect(page.locator(".likelihood")).to_contain_text("误差不超过 0.5 个百分点")
            assert float(page.locator(".threshold input[type=range]").input_value()) == pytest.approx(at)


def test_bars_hold_all_trials_between_their_ends() -> None:
    """Also those that are exactly at an end: in many trials the lowest surplus is nothing."""
    for name, found in reduced(sample())["accounts"]["all"]["distributions"].items():
        came, edges = trials(TRIALS).came[name], found["edges"]
        assert sum(found["shares"]) == pytest.approx(((came >= edges[0] - 0.001) & (came <= edges[-1] + 0.001)).mean(), abs=READ)
        if len(edges) > 2:
            for i in range(len(edges) - 1):
                inside = ((came >= edges[i]) & (came < edges[i + 1] + (0.001 if i == len(edges) - 2 else 0.0))).mean()
                assert found["shares"][i] == pytest.approx(inside, abs=0.01)


def test_the_threshold_is_moved_by_keys_and_by_the_line(page: Page, address: str) -> None:
    open_page(page, address)
    start(page)
    choose(page, "#spread-of", "R3 财务净现值")
    expect(page.locator("#percentiles thead")).to_contain_text("R3")
    typed, slider = page.locator(".threshold input[type=number]"), page.locator(".threshold input[type=range]")
    came = trials(TRIALS).came["fnpv"]
    typed.fill(str(round(float(np.median(came)), 3)))
    before = likelihood(page)
    assert before == pytest.approx(0.5, abs=READ)
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert likelihood(page) < before
    assert likelihood(page) == pytest.approx((came >= float(typed.input_value())).mean(), abs=READ)
    line = page.locator(".distribution .shapelayer path").first
    expect(line).to_be_attached()
    box = line.bounding_box()
    assert box is not None
    page.locator(".distribution").scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box is not None
    value, x, y = float(typed.input_value()), box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 30, steps=6)
    page.mouse.up()
    expect(typed).not_to_have_value(str(value))
    assert float(typed.input_value()) < value
    assert likelihood(page) == pytest.approx((came >= float(typed.input_value())).mean(), abs=READ)
    page.get_by_role("button", name="累积分布").click()
    expect(page.get_by_role("button", name="累积分布")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".distribution .scatterlayer path.js-line")).to_have_count(1)


def test_a_link_opens_the_same_result_for_anybody(browser: Browser, address: str, jobs: Jobs) -> None:
    with watched_page(browser) as one:
        open_page(one, address)
        start(one)
        link = one.url
    with watched_page(browser) as other:
        other.goto(link)
        expect(other.locator('[data-figure="probability.base"]')).to_be_visible()
        expect(other.locator("#risk-trials")).to_have_value("2,000")
        expect(other.locator("#risk-seed")).to_have_value(str(SEED))
        expect(other.locator(".likelihood")).to_be_visible()
        other.get_by_role("link", name="亿元").click()  # the tab asked nothing: the link it follows is about no run
        expect(other.locator("#risk-status")).to_have_text("当前口径尚未模拟。")
        other.go_back()
        expect(other.locator('[data-figure="probability.base"]')).to_be_visible()
        open_page(other, address, f"?trials={TRIALS + 1}&seed={SEED}")
        expect(other.locator("#risk-status")).to_have_text("当前口径尚未模拟。")
        expect(other.locator("#risk-trials")).to_have_value("2,001")


def test_a_run_is_kept_while_the_reader_looks_around(page: Page, address: str) -> None:
    open_page(page, address)
    start(page)
    page.get_by_role("link", name="亿元").click()
    expect(page.locator("#money [aria-current]")).to_have_text("亿元")
    expect(page.locator('[data-figure="probability.base"]')).to_be_visible()
    expect(page.locator("#percentiles thead")).to_be_visible()
    page.wait_for_url(f"**/probability?*money=yi&trials={TRIALS}&seed={SEED}")
    page.get_by_role("link", name="概览").click()
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator('[data-figure="probability.base"]')).to_be_visible()
    page.locator("#risk-more a").click()
    expect(page.locator("#percentiles thead")).to_be_visible()


def test_progress_then_cancel_then_run(page: Page, address: str) -> None:
    open_page(page, address)
    page.locator("#risk-trials").fill("1,000,000")
    page.locator("#risk-run").click()
    expect(page.locator("#risk-status")).to_contain_text("约剩")
    expect(page.locator("#risk-run")).to_be_disabled()
    page.locator("#risk-cancel").click()
    expect(page.locator("#risk-status")).to_contain_text("已取消", timeout=5_000)
    start(page)


def test_a_reader_has_so_many_runs_and_is_told(page: Page, address: str, jobs: Jobs) -> None:
    open_page(page, address)
    cookie = next(cookie for cookie in page.context.cookies() if cookie.get("name") == "reader")
    names = [jobs.start(count_slowly, 100_000, total=100_000, owner=str(cookie.get("value"))) for _ in range(EACH)]
    page.locator("#risk-trials").fill("3,333")
    page.locator("#risk-run").click()
    expect(page.locator("#risk-problem")).to_contain_text(f"最多 {EACH} 个")
    for name in names:
        jobs.cancel(name)
    start(page)
    expect(page.locator("#risk-problem")).to_be_empty()


def test_what_matters_is_what_the_engine_finds(page: Page, address: str) -> None:
    open_page(page, address)
    page.locator("#risk-seed").fill(str(SEED))
    page.locator("#risk-seed").press("Tab")
    page.locator("#study-run").click()
    expect(page.locator("#tornado .main-svg").first).to_be_visible()
    found = trials(STUDIED)
    page.locator("#tornado summary").click()
    bars = tornado(found, "lowest_surplus")
    for row, bar in zip(cells(page.locator("#tornado table")), bars, strict=True):
        assert row[0].startswith(bar.variable.label.zh)
        assert row[1] == input_number(bar.variable, bar.at_low) and row[3] == input_number(bar.variable, bar.at_high)
        assert plain(row[2]) == pytest.approx(bar.low, abs=0.0051) and plain(row[4]) == pytest.approx(bar.high, abs=0.0051)
    # the map of the two inputs that matter most
    two = [bar.variable for bar in bars[:2]]
    page.locator("#map summary").click()
    body = cells(page.locator("#map table"))
    head = page.locator("#map thead th").all_text_contents()[1:]
    drawn = {variable: values for variable, values in zip(found.variables, found.drawn, strict=True)}
    axes = []
    for variable, texts in zip(two, (head, [row[0] for row in body]), strict=True):
        stated = float(np.mean(getattr(scenario().numbers, f"{variable.key[0]}_inputs")[variable.key[1]]))
        low, high = np.quantile(drawn[variable], (0.05, 0.95))
        values = np.linspace(min(low, stated), max(high, stated), 7)
        axes.append(values)
        assert texts == [input_number(variable, float(value)) for value in values]
    grid = plane(scenario(), two[0].key, two[1].key, *axes, "lowest_surplus", "all", "all")
    for j, row in enumerate(body):
        for i, text in enumerate(row[1:]):
            assert plain(text) == pytest.approx(grid.outcomes[i, j], abs=0.0051)
            assert text.endswith("✓") == (grid.outcomes[i, j] >= -1e-6)
    # break-even values of the test to which the surplus is put
    table = {row[0]: row for row in cells(page.locator("#elasticities table"))}
    asked = 0
    for variable in found.variables:
        stated = float(np.mean(getattr(scenario().numbers, f"{variable.key[0]}_inputs")[variable.key[1]]))
        if stated > 0:
            answer = solve(scenario(), variable.id, test="liquidity", by="all", factor=True)
            if answer.status in ("found", "none", "everywhere"):
                expected = input_number(variable, answer.value * stated) if answer.status == "found" else "无"
                assert table[shown_name(variable, Wording())][3] == expected
                asked += answer.status == "found"
    assert asked


def test_english_page_has_no_chinese_and_nothing_overflows(page: Page, address: str) -> None:
    page.context.add_cookies([{"name": "lang", "value": "en", "url": address}])
    open_page(page, address)
    start(page)
    page.locator("#study-run").click()
    expect(page.locator("#map .main-svg").first).to_be_visible()
    for summary in page.locator("main summary:visible").all():
        summary.click()
    page.locator("#language").evaluate("button => button.remove()")  # it offers Chinese in Chinese
    said = page.evaluate(
        """() => [document.title, document.body.innerText, ...[...document.querySelectorAll("svg text, [aria-label], [title], [aria-valuetext]")]
            .map(e => [e.textContent, e.getAttribute("aria-label"), e.getAttribute("title"), e.getAttribute("aria-valuetext")].join(" "))].join("\\n")"""
    )
    assert len(said) > 5_000
    assert CHINESE.findall(said) == []
    for width, height in ((1440, 900), (1024, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        outside = page.evaluate(
            """() => [...document.querySelectorAll("main *")].filter(e => !e.closest(".scroll, svg, .svg-container")
                && e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 120))"""
        )
        assert outside == []
