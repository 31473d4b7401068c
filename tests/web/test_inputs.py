"""The inputs on the page: where each comes from, and what comes of another number before anything is changed."""

import re
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from finsim.result import run
from finsim.scenario.loading import check, load, load_document
from finsim.scenario.scenario import Scenario
from finsim.web.desk import Desk
from finsim.web.trial import TRIALS_KEPT, Refused, Trial, Trials, editable, tried, used, written

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SCENARIO = SCENARIOS / "songxian-2023.yaml"
CHINESE = re.compile(r"[\u2e80-\u9fff\uff01-\uff60]")
PRICE = "streams.parking_monthly.price"
browser = pytest.mark.browser
expect.set_options(timeout=30_000)


@cache
def desk(file: Path = SCENARIO) -> Desk:
    return Desk(file, file.stem)


def attempt(typed: dict[str, str], file: Path = SCENARIO) -> Trial | Refused:
    here = desk(file)
    scenario = here.scenario(here.default)
    return tried(here.default, scenario, here.document(here.default), used(scenario), typed)


def succeeded(typed: dict[str, str], file: Path = SCENARIO) -> Trial:
    found = attempt(typed, file)
    assert isinstance(found, Trial), found
    return found


# ---- trials ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("variant", ["card", "density"])
def test_the_scenario_as_one_file_is_the_scenario(variant: str) -> None:
    assert load_document(desk().document(variant)).digest == desk().scenario(variant).digest


def test_a_number_that_is_tried_is_that_of_the_changed_file() -> None:
    trial = succeeded({PRICE: "150"})
    changed = load(SCENARIO, "card", [f"catalogue.{PRICE}=150"])
    assert trial.result("all").indicators("all") == run(changed, "all").indicators("all")
    assert [(c.item.id, c.item.value, c.new, c.typed) for c in trial.changes] == [(PRICE, 100, 150, True)]


def test_a_changed_number_is_an_assumption_that_spans_both() -> None:
    origin = succeeded({PRICE: "200 元"}).scenario.origin("unit", PRICE)
    assert origin.kind == "assumed" and origin.assumed == (80, 200)


def test_what_follows_from_a_number_is_told() -> None:
    trial = succeeded({"units.d1.facts.households": "3000"})
    typed = {c.item.id: c.typed for c in trial.changes}
    assert typed.pop("units.d1.facts.households") and typed and not any(typed.values())


def test_a_unit_s_part_of_a_bond_can_be_tried() -> None:
    trial = succeeded({"units.d1.stakes.bonds.b2023.face": "1400"})
    n = trial.scenario.numbers
    assert n.unit_inputs["stakes.bonds.b2023.face"][n.units.index("d1")] == pytest.approx(1400)


def test_a_fact_of_a_single_unit_can_be_tried() -> None:
    trial = succeeded({"facts.households": "950"}, SCENARIOS / "sized-debt.yaml")
    assert trial.scenario.numbers.unit_inputs["facts.households"] == 950


@pytest.mark.parametrize("text", ["", "abc", "<b>1</b>", "nan", "1e999", "1_0", "../../etc/passwd", "-1", "5 公斤", "9" * 10_000])
def test_what_cannot_be_used_is_told_of_its_input(text: str) -> None:
    found = attempt({PRICE: text, "streams.parking_monthly.occupancy": "0.8"})
    assert isinstance(found, dict) and found.keys() == {PRICE}
    assert found[PRICE].zh and found[PRICE].en and not CHINESE.search(found[PRICE].en)
    assert "<" not in found[PRICE].zh


@pytest.mark.parametrize("typed", [{}, {PRICE: "100"}, {PRICE: " 100 元 "}, {"nobody": "5"}, {"works.pipes.owned": "0.5"}])
def test_nothing_other_is_no_trial(typed: dict[str, str]) -> None:
    assert attempt(typed) == {}


def test_what_the_scenario_refuses_is_told_of_its_input() -> None:
    """A loan that is sized for a ratio cannot reach every ratio."""
    found = attempt({"loans.bank.dscr": "1.287"}, SCENARIOS / "sized-debt.yaml")
    assert isinstance(found, dict) and found and not any(CHINESE.search(said.en) for said in found.values())


def test_only_what_the_file_states_can_be_edited() -> None:
    scenario: Scenario = desk().scenario("card")
    items = used(scenario)
    assert all(item.origin.kind != "default" for item in items.values())
    assert editable(items[PRICE]) and not editable(items["works.pipes.owned"])


def test_trials_are_few_and_their_ids_cannot_be_guessed() -> None:
    trials, trial = Trials(), succeeded({PRICE: "150"})
    names = [trials.keep(trial) for _ in range(TRIALS_KEPT + 1)]
    assert len(set(names)) == len(names) and all(len(name) > 20 for name in names)
    assert trials.get(names[0]) is None and trials.get(names[-1]) is trial
    assert [trials.get(bad) for bad in (None, "", 7, ["x"], {"id": 1}, "../x")] == [None] * 6


# ---- the page --------------------------------------------------------------------------------------------------
def open_page(page: Page, address: str, lang: str = "zh", query: str = "") -> None:
    page.context.add_cookies([{"name": "lang", "value": lang, "url": address}])
    page.goto(f"{address}/inputs{query}")
    page.locator("#inputs-sections summary", has_text={"zh": "停车月租", "en": "Monthly parking"}[lang]).click()
    expect(field(page)).to_be_visible()


def field(page: Page, name: str = PRICE) -> Locator:
    return page.locator(f'[data-input="{name}"]')


def attempt_on(page: Page, text: str, name: str = PRICE) -> None:
    field(page, name).fill(text)
    page.locator("#inputs-try").click()


def value(page: Page, key: str) -> float:
    return float(page.locator(f'[data-figure="{key}"]').get_attribute("data-value") or "nan")


@browser
@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ["单价", "元", "≥ 0", "80 – 150", "假设"]), ("en", ["Price", "CNY", "≥ 0", "80 – 150", "assumed"])]
)
def test_an_input_says_where_it_comes_from(page: Page, address: str, lang: str, words: list[str]) -> None:
    open_page(page, address, lang)
    row = page.locator("tr", has=field(page))
    place = load(SCENARIO).origin("unit", PRICE).place
    for text in [*words, f"songxian-2023.yaml:{place.line}"]:
        expect(row).to_contain_text(text)
    assert field(page).input_value() == written(100)
    expect(field(page)).to_have_attribute("aria-label", re.compile(words[0]))
    said = page.locator("#inputs").inner_text()
    assert lang == "zh" or not CHINESE.search(said)


@browser
def test_a_trial_shows_what_the_engine_says(page: Page, address: str) -> None:
    open_page(page, address)
    attempt_on(page, "150")
    expect(page.locator("#inputs-outcome tbody tr")).to_have_count(1)
    expect(page.locator("#inputs-outcome tbody")).to_contain_text("单价")
    before, after = load(SCENARIO, "card"), load(SCENARIO, "card", [f"catalogue.{PRICE}=150"])
    for side, scenario in (("before", before), ("after", after)):
        found = run(scenario, "all").indicators("all")
        for key in ("cover_full", "lowest_surplus", "fnpv"):
            assert value(page, f"{side}.{key}") == found[key]
    page.get_by_role("link", name="大片区统筹").click()  # another view keeps the trial and what was typed
    expect(page.locator('#by [aria-current="true"]')).to_have_text("大片区统筹")
    expect(page.locator("#inputs-after")).to_be_visible()
    assert field(page).input_value() == "150"
    page.get_by_role("link", name="全国平均密度").click()
    expect(page.locator("#inputs-outcome")).to_be_empty()
    expect(page.locator("#inputs-download")).to_be_disabled()
    expect(field(page)).to_have_count(0)
    page.locator("#inputs-sections summary", has_text="停车月租").click()
    expect(field(page)).to_have_value("100")
    page.get_by_role("link", name="项目卡口径").click()
    expect(page.locator("#inputs-after")).to_be_visible()
    expect(field(page)).to_have_value("100")  # the section that was open here is filled in again


@browser
@pytest.mark.parametrize(("lang", "number", "range"), [("zh", "不是能用的数值", "允许：≥ 0 元"), ("en", "not a number", "Allowed: ≥ 0 CNY")])
def test_what_is_no_number_is_told_at_its_field(page: Page, address: str, lang: str, number: str, range: str) -> None:
    open_page(page, address, lang)
    attempt_on(page, "<img src=x onerror=alert(1)>")
    problem = field(page).locator("xpath=following-sibling::p")
    expect(problem).to_contain_text(number)
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    assert field(page).get_attribute("aria-describedby") == problem.get_attribute("id")
    expect(page.locator("#inputs-outcome")).to_be_empty()
    expect(page.locator("#inputs-download")).to_be_disabled()
    attempt_on(page, "-5")
    expect(problem).to_contain_text(range)
    attempt_on(page, "120")
    expect(page.locator("#inputs-after")).to_be_visible()
    expect(problem).to_have_count(0)
    kept = value(page, "after.fnpv")
    for _ in "12":  # the same once more is told once more
        attempt_on(page, "x")
        expect(problem).to_contain_text(number)
    assert value(page, "after.fnpv") == kept
    attempt_on(page, "121")
    expect(problem).to_have_count(0)
    attempt_on(page, "x")
    expect(problem).to_contain_text(number)
    assert lang == "zh" or not CHINESE.search(page.locator("#inputs").inner_text())


@browser
def test_nothing_changed_is_said(page: Page, address: str) -> None:
    open_page(page, address)
    page.locator("#inputs-try").click()
    expect(page.locator("#inputs-problem")).to_have_text("没有改动任何数值。")


@browser
def test_the_download_is_the_scenario_that_was_tried(page: Page, address: str, tmp_path: Path) -> None:
    open_page(page, address)
    attempt_on(page, "150")
    expect(page.locator("#inputs-download")).to_be_enabled()
    with page.expect_download() as download:
        page.locator("#inputs-download").click()
    assert download.value.suggested_filename == "songxian-2023-trial.yaml"
    file = tmp_path / "tried.yaml"
    download.value.save_as(file)
    assert check(file) == []
    scenario = load(file)
    assert run(scenario, "all").indicators("all")["fnpv"] == value(page, "after.fnpv")
    origin = scenario.origin("unit", PRICE)
    assert origin.kind == "assumed" and origin.assumed == (80, 150)


@browser
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_overflows_and_everything_has_a_name(page: Page, address: str, lang: str) -> None:
    open_page(page, address, lang)
    attempt_on(page, "x")
    expect(page.locator("#inputs .problem:not(:empty)")).to_have_count(2)
    attempt_on(page, "150")
    expect(page.locator("#inputs-after")).to_be_visible()
    for width, height in ((1440, 900), (1024, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        outside = page.evaluate(
            """() => [...document.querySelectorAll("#inputs *")].filter(e => !e.closest(".scroll")
                && (e.getBoundingClientRect().right > innerWidth + 0.5 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth))
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert outside == []
    assert page.locator("#inputs .scroll input:not([aria-label])").count() == 0
    names = page.locator("#inputs .scroll input").evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
    assert len(set(names)) == len(names)


@browser
def test_keyboard_is_enough(page: Page, address: str) -> None:
    open_page(page, address)
    summary = page.locator("#inputs-sections summary", has_text="充电电费")
    summary.focus()
    page.keyboard.press("Enter")
    expect(field(page, "costs.power.per_use")).to_be_visible()
    page.keyboard.press("Tab")  # the frame of the table, which scrolls
    page.keyboard.press("Tab")
    expect(field(page, "costs.power.per_use")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("0.5")
    page.locator("#inputs-try").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#inputs-after")).to_be_visible()
