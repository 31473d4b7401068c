"""为什么 of what is not a cell of a sheet: studies and trials, differences between schemes, sums over accounts, tried inputs."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from plotly.utils import PlotlyJSONEncoder

from finsim.report.reasons import Number, Reason
from finsim.report.trials import MEASURES, OF_BASE, OF_INPUT, explained
from finsim.result import Result, run
from finsim.scenario.loading import load
from finsim.sheet import Text
from finsim.verdicts import ROWS
from finsim.web.address import Shown, view
from finsim.web.app import make_app
from finsim.web.jobs import Jobs
from finsim.web.library import Library
from finsim.web.markup import markup
from finsim.web.pages.mattering import sentences
from finsim.web.site import Site
from finsim.web.trial import Trial, tried
from finsim.web.why import ELSEWHERE, TRIED, said
from tests.support.browser import serve

FOLDER = Path(__file__).parents[2] / "scenarios"
FILE, SONGXIAN = FOLDER / "two-loans.yaml", FOLDER / "songxian-2023.yaml"
in_browser = pytest.mark.browser
expect.set_options(timeout=60_000)
RENT = "unit:streams.premises.price"


@cache
def result_of(by: str = "all", *changes: str) -> Result:
    return run(load(FILE, None, changes), by)


def why(what: str, by: str = "all", account: str = "all") -> Reason:
    return explained(result_of(by), Number("account", account, what))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Jobs(lanes=1) as jobs:
        yield Site(Library(SONGXIAN), jobs)


def shown(site: Site, lang: str = "zh", search: str = "?s=songxian-2023&variant=card&by=unit&account=d2") -> Shown:
    found = view(f"/comparison{search}", site.library)
    return Shown(site.library.desk(found.scenario), found, lang)


# ---- changed inputs ----------------------------------------------------------------------------------------------
def fnpv(*changes: str) -> float:
    found = result_of("all", *changes).indicators("all")["fnpv"]
    assert found is not None
    return found


def test_an_outcome_with_an_input_a_tenth_less_is_that_of_the_scenario_so_written() -> None:
    less = why(f"~recovery.r3~less~{RENT}")
    assert less.value == pytest.approx(fnpv("catalogue.streams.premises.price=28.8 元"), rel=1e-9)
    assert less.value != pytest.approx(fnpv(), rel=1e-3)
    assert less.unit == "万元" and "10%" in less.words.zh and "10%" in less.words.en
    stated, own = less.parts
    assert (stated.what, stated.value, stated.kind) == ("streams.premises.price", 32.0, "input") and stated.origin is not None
    assert (own.what, own.value) == ("recovery.r3", fnpv())


def test_an_elasticity_is_the_mean_of_two_slopes() -> None:
    rate = "account:loans.commercial_bank.rate"
    base, less, more = fnpv(), fnpv("finance.loans.commercial_bank.rate=3.69%"), fnpv("finance.loans.commercial_bank.rate=4.51%")
    slopes = [(less / base - 1) / -0.1, (more / base - 1) / 0.1]
    assert why(f"~recovery.r3~elasticity~{rate}").value == pytest.approx(sum(slopes) / 2, rel=1e-6)
    assert why(f"~recovery.r3~more~{rate}").value == pytest.approx(more, rel=1e-9)


def test_a_cell_of_the_map_is_the_scenario_with_both_values() -> None:
    both = why(f"~recovery.r3~at~account:loans.commercial_bank.rate=0.05~{RENT}=30")
    written = fnpv("finance.loans.commercial_bank.rate=5%", "catalogue.streams.premises.price=30 元")
    assert both.value == pytest.approx(written, rel=1e-9)
    assert "= 0.05" in both.words.zh and "= 30" in both.words.zh and "as stated" in both.words.en
    assert [part.value for part in both.parts] == [0.041, 32.0, fnpv()]
    balances = why(f"~~at~{RENT}=30")
    assert balances.value is None and balances.label.zh == "是否平衡"


def test_what_is_stated_is_the_input_itself_or_what_its_units_come_to() -> None:
    result = result_of()
    rate = why("~~stated~account:loans.commercial_bank.rate")
    assert rate.origin is not None and (rate.number.what, rate.value) == ("loans.commercial_bank.rate", 0.041)
    face = why("~~stated~unit:stakes.bonds.b2026.face")
    assert face.value == pytest.approx(800) and [part.value for part in face.parts] == pytest.approx([400, 160, 240])
    assert [part.number for part in face.parts] == [Number("unit", unit, "stakes.bonds.b2026.face") for unit in result.accounts[0].units]
    cost = [result.value("unit", unit.id, "costs.running.amount", None) for unit in result.scenario.units]
    assert why("~~stated~unit:costs.running.amount").value == pytest.approx(sum(cost) / 3) and len(set(cost)) == 3


def test_measures_of_trials_name_the_input_first_and_what_is_drawn_besides() -> None:
    drawn = {(draw.sheet, draw.path) for draw in result_of().scenario.draws}
    for kind, (name, _) in MEASURES.items():
        if kind in ("stated", *OF_BASE):
            continue
        found = why(f"~cover.full~{kind}~{RENT}")
        assert found.value is None and found.parts[0].what == "streams.premises.price" and found.parts[0].origin is not None
        assert name.zh in found.label.zh and name.en in found.label.en
        assert {(part.sheet, part.what) for part in found.parts if part.kind == "input"} == drawn
        assert ("cover.full" in [part.what for part in found.parts]) == (kind not in OF_INPUT)


def test_break_even_names_the_row_of_the_test_and_what_it_requires() -> None:
    found = why(f"~cover.full~break_even~{RENT}")
    assert [part.what for part in found.parts] == ["streams.premises.price", "cover.full", "cover.threshold"]
    counted = [ROWS[one.id] for one in result_of().verdicts("all") if one.counted]
    rows = [part.what for part in why(f"~~change~{RENT}").parts]
    assert rows == ["streams.premises.price", *(row for row, _ in counted), *dict.fromkeys(required for _, required in counted if required)]


def test_all_accounts_at_once_leads_to_each_and_a_sum_over_them_adds_up() -> None:
    result = result_of("unit")
    ids = [account.id for account in result.accounts]
    both = explained(result, Number("account", ids[0], "~all"))
    assert [str(part.number) for part in both.parts] == [f"account|{one}|~|" for one in ids]
    peaks = explained(result, Number("account", ids[0], "+liquidity.peak"))
    assert peaks.value == pytest.approx(sum(result.indicators(one)["peak_unfunded"] or 0.0 for one in ids)) and peaks.value > 0
    assert [(part.member, part.value) for part in peaks.parts] == [(one, result.indicators(one)["peak_unfunded"]) for one in ids]


@pytest.mark.parametrize(
    "what",
    ["~nothing", "~cover.full~nothing~unit:costs.running.amount", "~cover.full~less", "~cover.full~less~unit:no.such", "~cover.full~less~x:costs.running.amount",
     "~tax.tax~less~unit:sources.residents.realised", "~cover.full~at~unit:costs.running.amount=x", "~cover.full~at~unit:costs.running.amount=nan", "~cover.full~at", "+nothing",
     "~cover.full~less~account:loans.nobody.rate", "~cover.full~lowest~unit:a~unit:b"],
)  # fmt: skip
def test_what_is_not_there_is_refused(what: str) -> None:
    with pytest.raises(LookupError):
        why(what)
    with pytest.raises(LookupError):
        explained(result_of(), Number("account", "nobody", "~cover.full"))


def test_limits_within_which_it_mostly_fails_open_inside_their_sentence(site: Site) -> None:
    here = shown(site, search="?s=two-loans&by=all&account=all")
    box = {"failing": 0.3, "limits": [[0, None, 30.0], [1, 0.04, 0.05]], "density": 0.8, "coverage": 0.7, "support": 0.2, "overall": 0.3}
    found = {"inputs": [["unit", "streams.premises.price"], ["account", "loans.commercial_bank.rate"]], "boxes": {"cover_full": box}}
    text = markup(sentences(found, here))
    names = [f"account|all|~cover.full~limit~{key}|" for key in (RENT, "account:loans.commercial_bank.rate")]
    assert re.findall('data-why="([^"]*)"', text) == names
    assert text.index("≤ 30 ") < text.index("4% ≤") < text.index("80% 未通过")
    assert [part.what for part in why("~cover.full~limit~unit:streams.premises.price").parts][:2] == ["streams.premises.price", "cover.full"]


# ---- other schemes -----------------------------------------------------------------------------------------------
def told(site: Site, name: str, lang: str = "zh") -> str:
    """What is said of a number, as the JSON of its components."""
    return json.dumps(said(name, shown(site, lang), site), cls=PlotlyJSONEncoder, ensure_ascii=False)


def named(text: str) -> list[str]:
    return re.findall(r'"data-why": "([^"]*)"', text)


def values(text: str) -> list[float | None]:
    return [float(one) if one else None for one in re.findall(r'"data-value": "([^"]*)"', text)]


@cache
def songxian(variant: str, by: str = "unit") -> Result:
    return run(load(SONGXIAN, variant), by)


def test_a_difference_opens_both_values_each_in_its_own_scheme(site: Site) -> None:
    card, density = (songxian(one).indicators("d2")["cover_full"] or 0.0 for one in ("card", "density"))
    scheme = f"{ELSEWHERE}songxian-2023~density~unit~d2"
    text = told(site, f"account|d2|cover.full|{scheme}~difference")
    assert values(text) == pytest.approx([density - card, card, density])
    first, second = named(text)
    assert (first, second) == ("account|d2|cover.full|", f"account|d2|cover.full|{ELSEWHERE}songxian-2023~density~unit")
    assert values(told(site, second))[0] == pytest.approx(density)
    assert values(told(site, f"account|d2|cover.full|{scheme}~percent"))[0] == pytest.approx(100 * (density - card) / card)
    assert "全国平均密度" in told(site, second) and "national densities" in told(site, second, "en")


def test_the_other_scheme_may_have_other_accounts_units_and_years(site: Site) -> None:
    two = result_of().indicators("all")["cover_full"] or 0.0
    scheme = f"{ELSEWHERE}two-loans~base~all~all"
    text = told(site, f"account|d2|cover.full|{scheme}~difference")
    assert values(text)[2] == pytest.approx(two)
    assert values(told(site, named(text)[1]))[0] == pytest.approx(two)
    assert values(told(site, f"unit|d2|construction.overrun|{scheme}"))[0] == 0.0
    for gone in ("unit|d2|facts.households|", "account|d2|cash.accumulated|2023"):  # of each unit its own; a year before its first
        with pytest.raises(LookupError):
            told(site, gone + scheme)


def test_differences_in_the_same_trials_lead_to_the_trials_of_both(site: Site) -> None:
    text = told(site, f"account|d2|~cover.full|{ELSEWHERE}songxian-2023~density~unit~d2~better")
    assert named(text) == ["account|d2|~cover.full|", f"account|d2|~cover.full|{ELSEWHERE}songxian-2023~density~unit"]
    assert songxian("density").scenario.draws and len(named(told(site, named(text)[1]))) == 1 + len(songxian("density").scenario.draws)


def test_names_of_entries_of_statements_are_not_taken_for_other_schemes(site: Site) -> None:
    assert values(told(site, "account|d2|@interest:14|2040"))


@pytest.mark.parametrize("scheme", ["songxian-2023~density", "songxian-2023~density~nothing", "nothing~x~unit", "songxian-2023~density~unit~d2~nothing", "songxian-2023~density~unit~nobody", "~nothing"])
def test_a_scheme_that_is_not_there_is_refused(site: Site, scheme: str) -> None:
    with pytest.raises(LookupError):
        told(site, f"account|d2|cover.full|{ELSEWHERE}{scheme}")


def test_a_tried_input_explains_what_came_of_it(site: Site) -> None:
    here = shown(site)
    desk = here.desk
    found = tried("songxian-2023 card", here.scenario, desk.document("card"), desk.items["card"], {"streams.parking_monthly.price": "400"})
    assert isinstance(found, Trial)
    where = f"{TRIED}{site.trials.keep(found)}"
    after = run(load(SONGXIAN, "card", ["catalogue.streams.parking_monthly.price=400 元"]), "unit").indicators("d2")["cover_full"]
    text = told(site, f"account|d2|cover.full|{where}")
    assert values(text)[0] == pytest.approx(after)
    assert "试算" in text and "100 → 400" in text and all(name.endswith(where) for name in named(text))
    assert values(told(site, f"unit|d1|streams.parking_monthly.price|{where}"))[0] == 400
    other = view("/inputs?s=songxian-2023&variant=density", site.library)
    with pytest.raises(LookupError):  # a trial is of one variant
        said(f"account|d2|cover.full|{where}", Shown(desk, other, "zh"), site)


# ---- the pages ---------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def address(jobs: Jobs) -> Iterator[str]:
    with serve(make_app(Library(FILE), jobs).server) as address:
        yield address


BARE = r"""() => [...document.querySelectorAll("main td, main .number")]
    .filter(e => e.checkVisibility() && /\d/.test(e.textContent) && !e.closest("[data-why]") && !e.querySelector("[data-why], input"))
    .map(e => { const table = e.closest("table");
        return [table ? table.parentNode.getAttribute("aria-label") : "", table ? table.tHead.rows[0].cells[e.cellIndex].textContent : "", e.textContent]; })"""
UNITS = re.compile(r"(年|户|㎡|位|个|次|月|天|kWh|元)$")


def plain(page: Page) -> list[list[str]]:
    """Tables and columns that hold numbers which open nothing, other than the names of units of measure."""
    for summary in page.locator("main summary:visible").all():
        summary.click()
    page.wait_for_timeout(500)
    found: list[list[str]] = page.evaluate(BARE)
    return [one for one in found if not (one[1] == "单位" and UNITS.search(one[2]))]


def columns(found: list[list[str]]) -> set[str]:
    return {column for _, column, _ in found}


@in_browser
@pytest.mark.parametrize(
    ("there", "ready"),
    [
        ("/?by=all", "#cover .main-svg"), ("/statements?by=all", "#statement td[data-why]"), ("/portfolio?by=unit", "#account-table td[data-why]"),
        ("/comparison?by=all&with=two-loans~high_subsidy,songxian-2023~card&mode=value,all", "#compared-inputs td[data-why]"),
        ("/comparison?by=all&with=two-loans~high_subsidy,songxian-2023~card&mode=difference,only", "#compared-inputs td[data-why]"),
        ("/library", "#files a"), ("/exports", "#commands"),
    ],
)  # fmt: skip
def test_every_number_in_a_table_or_tile_opens(page: Page, address: str, there: str, ready: str) -> None:
    page.goto(address + there)
    expect(page.locator(ready).first).to_be_visible()
    assert columns(plain(page)) <= {"单元数", "片区"}, "counts of units and districts are the only numbers that open nothing"


@in_browser
def test_every_number_of_trials_opens(page: Page, address: str) -> None:
    page.goto(f"{address}/probability?by=unit&account=river")
    page.locator("#risk-trials").fill("300")
    page.locator("#risk-run").click()
    expect(page.locator("#spread .likelihood")).to_be_visible()
    page.locator("#study-run").click()
    expect(page.locator("#map .main-svg").first).to_be_visible(timeout=120_000)
    assert columns(plain(page)) <= {"自", "至"}, "the edges of the bars of a histogram"
    places = [
        ".likelihood .why", ".probabilities .why >> nth=1", "#tests-all", "#percentiles td", "#spread-data td[data-why]", "#fan-data td", "#tornado-data td >> nth=0",
        "#tornado-data td >> nth=1", "#regression td", "#elasticities td >> nth=0", "#elasticities td >> nth=1", "#elasticities td >> nth=2", "#elasticities td >> nth=4", "#map-data td",
    ]  # fmt: skip
    for place in places:
        number = page.locator(place).first
        if place == "#tests-all":  # in the table of tests by variant, the last row is that of all accounts
            number = page.locator("#risk-outcome .tall tbody tr").last.locator("td").last
        name = number.get_attribute("data-why") or ""
        assert name, place
        number.click()
        expect(page.locator("#why h2")).to_be_focused()
        assert quote(name, safe="!'()*") in page.url
        expect(page.locator("#why .why-part, #why .why-source").first).to_be_visible()  # not: there is no such number
        page.keyboard.press("Escape")
        expect(page.locator("#why")).to_be_hidden()


@in_browser
def test_every_number_of_a_comparison_in_trials_and_of_tried_inputs_opens(page: Page, address: str) -> None:
    page.goto(f"{address}/comparison?by=all&with=two-loans~high_subsidy")
    page.locator("#same-run").click()
    expect(page.locator("#same-outcome table")).to_be_visible(timeout=120_000)
    assert plain(page) == []
    page.locator("#same-outcome tbody tr").nth(4).locator("td").last.click()
    expect(page.locator("#why h2")).to_contain_text("大于基准的比例")
    assert page.locator("#why .why-parts button").count() == 2
    page.locator("#why .why-parts button").last.click()
    expect(page.locator("#why .why-whose")).to_contain_text("提高补助")
    page.locator("#why-back").click()
    expect(page.locator("#why .why-parts button").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#same-outcome td:focus")).to_have_count(1)
    page.goto(f"{address}/inputs?by=all")
    expect(page.locator("#inputs-sections summary").first).to_be_visible()
    own = plain(page)  # this page says itself where every input comes from; a number that can be typed over is a field
    assert columns(own) <= {"允许范围", "假设范围", "来源文件", "文件：行"}
    page.locator('[data-input$="costs.running.amount"]').first.fill("50")
    page.locator("#inputs-try").click()
    expect(page.locator("#inputs-after")).to_be_visible()
    assert columns(plain(page)) <= {"允许范围", "假设范围", "来源文件", "文件：行"}
    for side, whose in (("before", 0), ("after", 1)):
        number = page.locator(f'[data-figure="{side}.fnpv"]')
        number.click()
        expect(page.locator("#why .amount [data-value]")).to_have_attribute("data-value", number.get_attribute("data-value") or "")
        expect(page.locator("#why .why-whose")).to_have_count(whose)
        page.keyboard.press("Escape")


def test_every_measure_speaks_both_languages() -> None:
    for texts in MEASURES.values():
        assert all(isinstance(text, Text) and text.zh and text.en for text in texts)
