"""Songxian 2023: what the project card prints comes back, and the seven districts add up to the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import finsim
from finsim.result import Result
from finsim.scenario.loading import check
from finsim.scenario.scenario import Scenario

FILE = "scenarios/songxian-2023.yaml"

NOT_ADDITIVE = frozenset({"income_tax"})
"""Totals that do not add up: each account is its own taxpayer."""
ADDITIVE_ROWS = (
    "operations.revenue", "operations.cost", "investment.cost", "contributions.contributed", "contributions.gap",
    "debts.proceeds", "debts.coupons", "debts.bonds_repaid", "debts.bonds_closing", "result.grants", "result.residents",
    "result.operators", "investment.depreciation", "cover.income",
)  # fmt: skip
"""Rows that are sums over units, or follow from them and from split finance by addition alone."""


@pytest.fixture(scope="module")
def card() -> Scenario:
    return finsim.load(FILE, "card")


@pytest.fixture(scope="module")
def whole(card: Scenario) -> Result:
    return finsim.run(card, "all")


@pytest.fixture(scope="module")
def units(card: Scenario) -> Result:
    return finsim.run(card, "unit")


def test_both_variants_load(card: Scenario) -> None:
    assert check(FILE) == []
    assert [variant.id for variant in card.variants] == ["card", "density"]
    assert finsim.load(FILE).variant == card.variant
    assert len(card.units) == 7
    assert card.years == tuple(range(2023, 2056))


def test_total_investment_is_as_printed(whole: Result) -> None:
    assert whole.totals("all")["investment"] == pytest.approx(31511.75, abs=1e-6)


def test_bonds_are_as_printed(whole: Result) -> None:
    assert whole.totals("all")["bonds"] == pytest.approx(13000, abs=1e-6)
    assert whole.cell("debts.proceeds", "all") == pytest.approx(13000, abs=1e-6)


def test_money_other_than_bonds_is_as_printed(whole: Result) -> None:
    totals = whole.totals("all")
    own = sum(totals[key] for key in ("grants", "operators", "residents", "others", "equity"))
    assert own == pytest.approx(18511.75, abs=1e-6)
    for key in ("loans", "interest_rolled_up", "from_surplus", "unfunded"):
        assert totals[key] == pytest.approx(0, abs=1e-6)


def test_net_income_comes_back_within_half_a_per_cent(whole: Result) -> None:
    assert whole.cell("cover.income", "all") == pytest.approx(34852.24, rel=0.005)


def test_cost_comes_back_within_half_a_per_cent(whole: Result) -> None:
    assert whole.totals("all")["operating_cost"] == pytest.approx(20447, rel=0.005)


def test_at_national_densities_the_bonds_are_far_from_covered() -> None:
    result = finsim.run(finsim.load(FILE, "density"), "all")
    assert 0.2 < result.cell("cover.full", "all") < 0.4
    assert not result.balanced("all")


@pytest.mark.parametrize("variant", ["card", "density"])
@pytest.mark.parametrize("by", ["unit", "district", "all"])
def test_the_books_agree(variant: str, by: str) -> None:
    result = finsim.run(finsim.load(FILE, variant), by)
    assert max(result.checks().values()) < 1e-6


@pytest.mark.parametrize("by", ["unit", "district"])
def test_accounts_add_up_to_the_whole_in_every_year(card: Scenario, whole: Result, by: str) -> None:
    parts = finsim.run(card, by)
    for path in ADDITIVE_ROWS:
        together = np.sum([parts.series(path, account.id) for account in parts.accounts], axis=0)
        assert together == pytest.approx(whole.series(path, "all"), abs=1e-6), path


@pytest.mark.parametrize("by", ["unit", "district"])
def test_additive_totals_of_accounts_add_up_to_the_whole(card: Scenario, whole: Result, by: str) -> None:
    parts = finsim.run(card, by)
    for key, total in whole.totals("all").items():
        if key not in NOT_ADDITIVE:
            together = sum(parts.totals(account.id)[key] for account in parts.accounts)
            assert together == pytest.approx(total, abs=1e-6), key


def test_losses_of_one_district_do_not_spare_another_its_tax(whole: Result, units: Result) -> None:
    apart = sum(units.totals(account.id)["income_tax"] for account in units.accounts)
    assert apart >= whole.totals("all")["income_tax"] - 1e-6


def test_a_district_alone_is_an_illustration(card: Scenario, whole: Result, units: Result) -> None:
    assert card.splits
    assert not whole.illustrative("all")
    for result in (units, finsim.run(card, "district")):
        assert len(result.accounts) == 7
        assert all(result.illustrative(account.id) for account in result.accounts)
    written = units.to_json()["accounts"]
    assert all(account["illustrative"] for account in written)


def test_every_number_is_sourced_assumed_or_left_out(card: Scenario) -> None:
    for (sheet, path), origin in card.origins.items():
        assert origin.kind in {"published", "assumed", "derived", "default"}
        assert origin.place.file and origin.place.line, (sheet, path)
        if origin.kind == "published":
            assert origin.source in card.sources, (sheet, path)
        if origin.kind == "assumed":  # the range of a date or a term stands in words
            assert origin.assumed or " 至 " in origin.note.zh, (sheet, path)
            assert origin.note.zh and origin.note.en, (sheet, path)


def test_the_readme_says_what_came_out() -> None:
    text = Path("scenarios/README.md").read_text("utf-8")
    card, density = (finsim.run(finsim.load(FILE, variant)).indicators("all") for variant in ("card", "density"))
    for number in (
        f"{card['cover_full']:.3f}", f"{density['cover_full']:.3f}", f"{-card['lowest_surplus']:,.2f}",
        f"{-density['lowest_surplus']:,.2f}", f"−{-card['fnpv']:,.2f}",
    ):  # fmt: skip
        assert text.count(number) == 2, number  # in Chinese and in English
