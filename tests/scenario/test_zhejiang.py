"""Zhejiang's special bonds of 2021: 58 projects and 4.764 billion yuan as published, the central money nowhere, the rest as arithmetic gives."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

import finsim
from finsim.result import Result
from finsim.risk.trials import simulate
from finsim.scenario.loading import check, load

FOLDER = Path(__file__).parents[2] / "scenarios" / "zhejiang-bonds-2021"
FILE = FOLDER / "zhejiang-bonds-2021.yaml"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
SUMMARY = README.split("## 什么是公布的")[0]
VARIANTS = ("bullet_30", "level_30", "bullet_20", "bullet_15", "income_cut", "low_card")

FACE = 476_400
"""万元: 47.64 亿元."""
CENTRAL = 256_600
"""万元: 25.66 亿元 of central money, for another population."""

# ---- the table, read without finsim ------------------------------------------------------------------------
with (FOLDER / "projects.csv").open(encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream))
HOUSEHOLDS, PRICE = ([float(row[heading]) for row in ROWS] for heading in ("户数", "经营收入·单价"))
TOTAL = sum(HOUSEHOLDS)
NET = 0.67 * sum(h * price for h, price in zip(HOUSEHOLDS, PRICE, strict=True)) / 10_000
"""万元: net income of a full year, a third being cost."""


def earned(until: int) -> float:
    """Years of full income from 2024 on; the first two ramp up by 60 and 80 %."""
    return until - 2024 + 1 - 0.4 - 0.2


@cache
def result(variant: str = "bullet_30", by: str = "all", *changes: str) -> Result:
    return finsim.run(load(FILE, variant, changes), by)


def counted(found: Result, least: float) -> int:
    return sum(found.cell("cover.full", account.id) >= least for account in found.accounts)


def balanced(found: Result) -> int:
    return sum(found.balanced(account.id) for account in found.accounts)


# ---- what is published, and what is not --------------------------------------------------------------------
def test_it_checks_clean_and_says_that_the_projects_are_synthetic() -> None:
    assert check(FILE) == []
    scenario = result().scenario
    assert tuple(variant.id for variant in scenario.variants) == VARIANTS
    assert "虚构合成" in scenario.title.zh and "synthetic" in scenario.title.en
    assert scenario.origin("unit", "facts.households", "z01").source == "synthetic"
    assert len(ROWS) == len(scenario.units) == 58


@pytest.mark.parametrize("variant", VARIANTS)
def test_of_the_reply_only_the_face_of_the_bonds_is_a_number_and_the_central_money_is_none(variant: str) -> None:
    found = result(variant)
    scenario = found.scenario
    origins = {**scenario.origins, **scenario.unit_origins}
    assert {key for key, origin in origins.items() if origin.source == "reply"} == {("unit", "stakes.bonds.b2021.face")}
    assert "25.66 亿元" in scenario.sources["central_money"].document.zh
    assert not any(origin.source == "central_money" for origin in origins.values())
    totals = found.totals("all")
    assert totals["bonds"] == pytest.approx(FACE, abs=1e-6)
    assert totals["grants"] == 0 and not dict(scenario.structure.pays), "no source of funds, central or other"
    money = [totals[key] for key in ("grants", "operators", "residents", "others", "equity", "bonds", "loans")]
    assert not any(amount == pytest.approx(sum_, rel=1e-3) for amount in money for sum_ in (CENTRAL, CENTRAL + FACE))


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_number_is_sourced_or_assumed_with_range_and_reason(variant: str) -> None:
    scenario = result(variant).scenario
    for key, origin in {**scenario.origins, **scenario.unit_origins}.items():
        assert origin.kind in {"published", "assumed", "derived", "default"}, key
        assert not origin.source or origin.source in scenario.sources, key
        if origin.kind == "assumed":
            assert (origin.assumed and origin.note.zh) or " 至 " in origin.note.zh or scenario.sources[origin.source].assumed, key


def test_projects_lie_within_the_ranges_they_were_drawn_from() -> None:
    service = FACE / TOTAL * 10_000 * (1 + 30 * 0.037)
    for households, price in zip(HOUSEHOLDS, PRICE, strict=True):
        assert 1_000 <= FACE * households / TOTAL <= 40_000
        assert 1.16 <= 0.67 * price * earned(2051) / service <= 1.54


# ---- amounts -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("by", ["all", "unit"])
def test_investment_capital_and_bonds(by: str) -> None:
    found = result("bullet_30", by)
    works, coupons = 5.3 * TOTAL, FACE * 0.037 * 2.5  # from the middle of 2021 to the end of 2023
    sums = {
        key: sum(found.totals(account.id)[key] for account in found.accounts) for key in ("works", "financing_cost", "equity", "bonds")
    }
    assert sums == pytest.approx({"works": works, "financing_cost": coupons, "equity": works + coupons - FACE, "bonds": FACE})
    assert max(found.checks().values()) < 1e-6
    if by == "unit":
        shares = [found.totals(account.id)["bonds"] for account in found.accounts]
        assert shares == pytest.approx([FACE * h / TOTAL for h in HOUSEHOLDS])


@pytest.mark.parametrize(
    ("variant", "years", "last", "paid"),
    [
        ("bullet_30", 30, 2051, 1.0),
        ("bullet_20", 20, 2041, 1.0),
        ("bullet_15", 15, 2036, 1.0),
        ("income_cut", 30, 2051, 0.8),
        ("low_card", 30, 2051, 0.13),
    ],
)
def test_coupons_and_income_to_maturity(variant: str, years: int, last: int, paid: float) -> None:
    found = result(variant)
    assert found.cell("cover.service", "all") == pytest.approx(FACE * (1 + years * 0.037), abs=1e-5)
    assert found.cell("cover.income", "all") == pytest.approx(NET * earned(last) * paid, abs=1e-5)


def test_level_repayment_pays_equal_parts_and_less_interest() -> None:
    found = result("level_30")
    repaid = found.series("bonds.b2021.repaid", "all")
    assert [float(amount) for amount in repaid if amount > 0] == pytest.approx([FACE / 25] * 25)
    saved = result().cell("cover.service", "all") - found.cell("cover.service", "all")
    assert f"少付利息 {saved:,.0f} 万元，覆盖 {found.cell('cover.full', 'all'):.3f} 倍；但 2027 年起每年要还 {FACE / 25:,.0f} 万元" in README


# ---- the README --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_readme_tells_what_comes_out(variant: str) -> None:
    whole, alone = result(variant), result(variant, "unit")
    assert whole.scenario.variant is not None
    cells = [f"`{variant}` {whole.scenario.variant.label.zh}"]
    cells += [f"{whole.cell(name, 'all'):,.0f}" for name in ("cover.service", "cover.income")]
    cells += [f"{whole.cell('cover.full', 'all'):.3f}", f"{whole.cell('liquidity.peak', 'all'):,.0f}"]
    cells += ["平" if whole.balanced("all") else "不平", f"{balanced(alone)}/58", f"{counted(alone, 1)}/58"]
    assert f"| {' | '.join(cells)} |" in README


def test_the_readme_tells_how_much_income_is_needed() -> None:
    whole = result()
    cover, totals = whole.cell("cover.full", "all"), whole.totals("all")
    needed = {
        years: 1.1 * FACE * (1 + years * 0.037) / earned(2021 + years) for years in (30, 20, 15)
    }  # of every full year, 万元
    household = {years: f"{amount / TOTAL * 10_000:,.0f}" for years, amount in needed.items()}
    assert f"每年净收益 {needed[30]:,.0f} 万元，即 **{household[30]} 元/户·年**" in SUMMARY
    assert f"（{NET / TOTAL * 10_000:,.0f} 元/户·年）覆盖 {cover:.3f} 倍" in SUMMARY
    assert f"20 年期每户每年须 {household[20]} 元，15 年期须 {household[15]} 元" in README
    assert f"降到 {110 / cover:.1f} %，合账刚好 1.1 倍；降到 {100 / cover:.1f} %，刚好 1 倍" in README
    left = [balanced(result("bullet_30", "unit", f"catalogue.streams.income.occupancy={share}%")) for share in (90, 85)]
    assert f"剩 {left[0]} 个，85 % 时剩 {left[1]} 个" in README
    value, capital = whole.cell("recovery.r3", "all"), totals["equity"]
    assert f"财务净现值 −{-value:,.0f} 万元（4 % 折现），债券之外的 {capital:,.0f} 万元资金" in README
    assert f"（总投资的 {capital / totals['investment'] * 100:.1f} %）" in README
    assert f"| {FACE / totals['investment'] * 100:.1f} % |" in README and f"| {FACE / 58:,.0f} 万元 |" in README


# ---- probability -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("variant", ["bullet_30", "level_30", "bullet_20", "income_cut"])
def test_the_readme_gives_probabilities_that_fewer_trials_confirm(variant: str) -> None:
    """README: 4,096 trials of the same seed, of all in one account and of 58 accounts."""
    interval = r"([\d.]+) %（([\d.]+)—([\d.]+)）"
    told = re.search(rf"\| `{variant}` \| {interval} \| {interval} \|", README)
    assert told
    for by, (value, low, high) in zip(("all", "unit"), (told.groups()[:3], told.groups()[3:]), strict=True):
        found = simulate(load(FILE, variant), 128, 1, by).probability_of_all()
        assert float(low) <= float(value) <= float(high)
        assert found.low * 100 <= float(high) and float(low) <= found.high * 100
        assert variant != "bullet_30" or f"{value} %" in SUMMARY


@pytest.mark.parametrize(("shared", "told"), [(0, "合账几乎必平（{} %），却没有一次个个都平（{} %）"), (1, "合账 {} %，个个都平 {} %")])
def test_good_projects_make_up_for_bad_ones_only_in_the_sum(shared: int, told: str) -> None:
    uncertain = {
        "streams.income.price": "triangular: [0.7, 1, 1.1], factor: true", "costs.running.share_of_income": "triangular: [0.25, 0.33, 0.45]",
        "construction.overrun": "triangular: [-0.05, 0, 0.15]", "construction.delay": "triangular: [0, 0, 1]",
    }  # fmt: skip
    changes = [f"uncertain.{path}={{{drawn}, shared: {shared}}}" for path, drawn in uncertain.items()]
    values = re.search(re.escape(told).replace(r"\{\}", r"([\d.]+)"), README)
    assert values
    for by, value in zip(("all", "unit"), values.groups(), strict=True):
        found = simulate(load(FILE, None, changes), 128, 1, by).probability_of_all()
        assert found.low * 100 <= float(value) <= found.high * 100
