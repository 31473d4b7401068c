"""Changji 2021: the published totals, grants by what was built before 2001, own money by year against the budget, and no hidden debt."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

import finsim
from finsim.flags import flags
from finsim.result import Result
from finsim.risk.trials import simulate
from finsim.scenario.loading import check, load
from finsim.scenario.schema import RED_FLAGS

FOLDER = Path(__file__).parents[2] / "scenarios" / "changji-2021"
FILE = FOLDER / "changji-2021.yaml"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
VARIANTS = ("plan", "old_only", "half_new", "even_budget", "reserve", "special_bond", "advance")

# ---- the table, read without finsim ------------------------------------------------------------------------
with (FOLDER / "places.csv").open(encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream))
HOUSEHOLDS, AREA, BUILDINGS, NEIGHBOURHOODS, OLD = (
    [float(row[heading].removesuffix("%")) for row in ROWS]
    for heading in ("户数", "建筑面积", "楼栋数", "小区数", "2000年底前建成比例")
)
BUILT_BEFORE_2001 = sum(h * share / 100 for h, share in zip(HOUSEHOLDS, OLD, strict=True))
PER_AREA = {"heating": 40, "water": 50, "power": 30, "roads": 25, "body": 110, "environment": 25, "other": 30}
WORKS = {name: yuan * sum(AREA) / 10_000 for name, yuan in PER_AREA.items()} | {
    "parking": 102 * 15.8 * 1.2, "charging": 102 * 0.68 * 0.8, "premises": 102 * 0.39 * 100 * 0.25,
}  # fmt: skip


@cache
def result(variant: str = "plan", by: str = "all", *changes: str) -> Result:
    return finsim.run(load(FILE, variant, changes), by)


def outlay(found: Result) -> list[float]:
    return [found.value("account", "all", "public.outlay", year) for year in range(2021, 2026)]


def passed(found: Result) -> dict[str, bool]:
    return {test.id: test.passed for test in found.verdicts("all")}


def balanced(found: Result) -> list[str]:
    return [account.id for account in found.accounts if found.balanced(account.id)]


# ---- what is published, and what is not --------------------------------------------------------------------
def test_it_checks_clean_and_says_what_is_synthetic() -> None:
    assert check(FILE) == []
    plan = result().scenario
    assert tuple(variant.id for variant in plan.variants) == VARIANTS
    assert "虚构合成" in plan.title.zh and "synthetic" in plan.title.en
    assert plan.origin("unit", "facts.households", "c01").source == "synthetic"


def test_neighbourhoods_and_households_are_those_of_the_opinion() -> None:
    assert (sum(NEIGHBOURHOODS), sum(HOUSEHOLDS), len(ROWS)) == (102, 28_400, 10)
    told = f"28,400 户、102 个小区、{sum(AREA):,.0f} ㎡、{sum(BUILDINGS):.0f} 栋，2000 年底前建成的占 {BUILT_BEFORE_2001 / 284:.1f} %"
    assert told in README


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_number_is_sourced_or_assumed_with_range_and_reason(variant: str) -> None:
    scenario = result(variant).scenario
    for key, origin in {**scenario.origins, **scenario.unit_origins}.items():
        assert origin.kind in {"published", "assumed", "derived", "default"}, key
        assert not origin.source or origin.source in scenario.sources, key
        if origin.kind == "assumed":
            assert (origin.assumed and origin.note.zh) or " 至 " in origin.note.zh or scenario.sources[origin.source].assumed, key
        if origin.source == "opinion":  # it prints no amount: only what is forbidden rests on it
            assert key[-1].removeprefix("public.") in RED_FLAGS, key


def test_the_budget_says_that_it_is_assumed() -> None:
    entry = result().scenario.sources["budget_assumed"].document
    assert entry.zh.startswith("假设，不是公布数") and entry.en.startswith("Assumed")


# ---- amounts -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("by", ["all", "unit"])
def test_investment(by: str) -> None:
    found = result("plan", by)
    for name, amount in WORKS.items():
        assert sum(found.cell(f"works.{name}.cost", a.id) for a in found.accounts) == pytest.approx(amount, abs=1e-6)
    assert max(found.checks().values()) < 1e-6


@pytest.mark.parametrize(
    ("variant", "eligible"),
    [("plan", BUILT_BEFORE_2001 + 0.5 * (28_400 - BUILT_BEFORE_2001)), ("old_only", BUILT_BEFORE_2001), ("half_new", 14_200)],
)  # fmt: skip
def test_the_central_grant_is_4000_yuan_for_every_eligible_household_and_the_budget_pays_the_rest(
    variant: str, eligible: float
) -> None:
    found = result(variant)
    central, region = 0.4 * eligible, 0.05 * 28_400
    investment = 0.4 * (WORKS["heating"] + WORKS["water"] + WORKS["roads"])
    operators = 0.2 * (WORKS["heating"] + WORKS["water"] + WORKS["power"])
    residents = 0.8 * 5 * sum(AREA) / 10_000
    own = sum(WORKS[name] for name in PER_AREA) - central - region - investment - operators - residents
    for name, amount in {
        "central": central, "region": region, "budget_investment": investment, "operators": operators, "residents": residents,
        "facilities": WORKS["premises"] / 2, "local": own,
    }.items():  # fmt: skip
        assert found.cell(f"sources.{name}.paid", "all") == pytest.approx(amount, abs=1e-6), name
    subsidy = 0.15 * 12 * sum(AREA) / 10_000 * (1 + 0.6 + 0.3)
    assert sum(outlay(found)) == pytest.approx(own + subsidy, abs=1e-6)


def test_the_company_pays_only_for_what_earns_and_repays_its_loan_from_it() -> None:
    found, own = result(), WORKS["parking"] + WORKS["charging"] + WORKS["premises"] / 2
    totals = found.totals("all")
    assert totals["equity"] + totals["loans"] == pytest.approx(own, abs=1e-6)
    assert f"{own:,.0f} 万元，资本金 {totals['equity']:,.0f}、贷款 {totals['loans']:,.0f}" in README
    assert f"覆盖 {found.cell('cover.all_debt', 'all'):.3f} 倍" in README


def test_coupons_and_cover_of_the_special_bonds() -> None:
    found = result("special_bond")
    service = 4_400 * (1 + 20 * 0.036) + 17_400 * (1 + 20 * 0.033)
    assert found.cell("cover.service", "all") == pytest.approx(service, abs=1e-6)
    income = found.cell("cover.income", "all")
    assert found.cell("cover.full", "all") == pytest.approx(income / service)
    carried = income / 1.2 / (service / 21_800)
    assert f"净收益 {income:,.0f} 万元，覆盖 1.2 倍只承担得起约 {carried:,.0f} 万元债券，不是 21,800 万元" in README
    assert f"只覆盖本息的 {income / service:.3f} 倍" in README


# ---- no new hidden debt ------------------------------------------------------------------------------------
def test_all_forbidden_practices_are_denied_by_the_opinion_and_the_advance_is_caught() -> None:
    for name in RED_FLAGS:
        assert result().value("account", "all", f"public.{name}", None) == 0
        assert result().scenario.origin("account", f"public.{name}").source == "opinion"
    assert [flag.id for flag in flags(result(), "all") if flag.colour == "red"] == []
    advance = result("advance")
    assert [flag.id for flag in flags(advance, "all") if flag.colour == "red"] == ["advances_repaid_by_budget"]
    assert advance.cell("public.beyond", "all") == 0 and not passed(advance)["public_money"]
    assert f"2023 年财政付 {outlay(advance)[2]:,.0f}，" in README


# ---- the README --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_readme_tells_what_the_budget_bears(variant: str) -> None:
    found = result(variant)
    assert found.scenario.variant is not None
    paid, tests = outlay(found), passed(found)
    cells = [f"`{variant}` {found.scenario.variant.label.zh}", f"{found.cell('sources.central.paid', 'all'):,.0f}"]
    cells += [f"{paid[0]:,.0f}", f"{paid[1]:,.0f}", f"{sum(paid[2:]):,.0f}", f"{found.cell('public.beyond', 'all'):,.0f}"]
    cells += ["通过" if tests[name] else "不通过" for name in ("public_money", "cover_full", "liquidity")]
    cells.append(f"{len(balanced(result(variant, 'unit')))}/10")
    assert f"| {' | '.join(cells)} |" in README
    assert tests["ring_fence"]


def test_the_readme_tells_the_other_numbers() -> None:
    plan = result()
    for label, name in {"本级配套": "matching", "本级支出合计": "outlay", "预算余额": "left", "上级财政资金": "from_above"}.items():
        years = [f"{plan.value('account', 'all', f'public.{name}', year):,.0f}" for year in range(2021, 2026)]
        assert f"| {label} | {' | '.join(years)} |" in README, label
    total, own, central = (plan.totals("all")["investment"], plan.cell("sources.local.paid", "all"), plan.cell("sources.central.paid", "all"))
    more = result("half_new").cell("sources.local.paid", "all") - own
    higher = [outlay(result("plan", "all", change)) for change in (
        "construction.overrun=10%", "catalogue.sources.budget_investment.share_of_cost=20%",
    )]  # fmt: skip
    for phrase in (
        f"总投资 {total:,.0f} 万元（{total / 28_400:.2f} 万元/户），中央财政补助 {central:,.0f} 万元只占 {central / total:.1%}".replace("%", " %"),
        f"本级配套要 {own:,.0f} 万元（{own / 28_400:.2f} 万元/户）",
        f"本级多出 {more:,.0f} 万元",
        f"的 {48_000 / 404_633:.1%}".replace("%", " %"),
        f"两年各要 {higher[0][0]:,.0f} 和 {higher[0][1]:,.0f}，都超",
        f"本级两年要 {higher[1][0]:,.0f} 和 {higher[1][1]:,.0f}，也超",
        f"财务净现值 −{-plan.cell('recovery.r3', 'all'):,.0f} 万元",
        *(f"{label} {plan.cell(f'sources.{name}.paid', 'all'):,.0f}" for label, name in (
            ("中央预算内投资", "budget_investment"), ("自治区", "region"), ("公共服务设施专项资金", "facilities"))),
    ):  # fmt: skip
        assert phrase in README, phrase
    beyond = sorted({account.id for account in result("plan", "unit").accounts} - {*balanced(result("plan", "unit"))})
    assert f"{len(beyond)} 个单位（{'、'.join(beyond)}）" in README
    assert len(balanced(result("plan", "unit", "public.split={by: area}"))) == 10


@pytest.mark.parametrize("variant", ["plan", "half_new", "even_budget", "reserve"])
def test_the_readme_gives_a_probability_that_fewer_trials_confirm(variant: str) -> None:
    told = re.search(rf"\| `{variant}` \| ([\d.]+) %（([\d.]+)—([\d.]+)） \|", README)
    assert told
    value, low, high = map(float, told.groups())
    found = simulate(load(FILE, variant), 256, 1, "all").probability_of_all()
    assert low <= value <= high and found.low * 100 <= high and low <= found.high * 100
    assert f"{value} %" in README.split("## 什么是公布的")[0] or variant in {"half_new", "even_budget"}
