"""The invented example: three units that balance together though one alone does not, with a bond and two kinds of loan."""

from __future__ import annotations

import numpy as np
import pytest

import finsim
from finsim.result import Result
from finsim.scenario.distributions import Lognormal, Normal, Pert, Triangular, Uniform
from finsim.scenario.loading import check
from finsim.scenario.scenario import Scenario
from finsim.sheet.numpy_backend import Array

FILE = "scenarios/two-loans.yaml"
VARIANTS = ("base", "high_subsidy", "two_accounts")
DEBTS = ("bonds.b2026", "loans.policy_bank", "loans.commercial_bank")
NOTHING = pytest.approx(0, abs=1e-6)


@pytest.fixture(scope="module")
def base() -> Scenario:
    return finsim.load(FILE)


@pytest.fixture(scope="module")
def whole(base: Scenario) -> Result:
    return finsim.run(base, "all")


def years(result: Result, path: str, first: int, last: int) -> Array:
    """A row of the whole programme from one year to another."""
    return result.series(path, "all")[first - result.years[0] : last - result.years[0] + 1]


# ---- the file ----------------------------------------------------------------------------------------------
def test_it_is_marked_as_invented(base: Scenario) -> None:
    assert check(FILE) == []
    assert base.title.zh.endswith("（虚构示例）")
    assert base.title.en.endswith("(invented example)")
    policies = {f"policy.{use.policy.name}" for use in base.policies}
    documents = {key: (s.document.zh, s.document.en) for key, s in base.sources.items() if key not in policies}
    assert documents == {"invented": ("虚构示例", "invented example")}
    published = [origin for origin in base.origins.values() if origin.kind == "published"]
    assert {origin.source for origin in published} == {"policy.income_tax.rate"}  # nothing invented is shown as fact
    assert {origin.kind for origin in base.origins.values() if origin.source == "invented"} == {"assumed", "derived"}


def test_three_units_in_two_districts(base: Scenario) -> None:
    assert [unit.id for unit in base.units] == ["east", "west", "river"]
    assert [account.units for account in base.accounts("district")] == [("east", "west"), ("river",)]
    assert [account.label.en for account in base.accounts("district")] == ["East district", "River district"]
    assert base.years == tuple(range(2026, 2051))


def test_all_kinds_of_distribution_are_there(base: Scenario) -> None:
    assert {type(draw.distribution) for draw in base.draws} == {Triangular, Pert, Uniform, Normal, Lognormal}


def test_the_variants_differ_in_the_grant_and_in_the_accounts(base: Scenario) -> None:
    assert tuple(variant.id for variant in base.variants) == VARIANTS
    assert base.variant is not None and base.variant.id == "base"
    assert (base.by, base.listed) == ("all", ())
    grants = {name: finsim.run(finsim.load(FILE, name), "all").totals("all")["grants"] for name in VARIANTS}
    assert grants["base"] == grants["two_accounts"] < grants["high_subsidy"]
    named = finsim.load(FILE, "two_accounts")
    assert named.by == "accounts"
    assert [(account.id, account.units) for account in named.listed] == [
        ("joint", ("east", "river")),
        ("west", ("west",)),
    ]
    assert len({finsim.load(FILE, name).digest for name in VARIANTS}) == 3


# ---- does it balance ---------------------------------------------------------------------------------------
def test_together_they_balance(whole: Result) -> None:
    assert whole.balanced("all")
    assert whole.cell("cover.full", "all") >= 1.2
    assert whole.cell("liquidity.lowest", "all") >= -1e-6
    assert whole.totals("all")["unfunded"] == NOTHING


@pytest.mark.parametrize("by", ["unit", "district"])
def test_riverside_alone_does_not(base: Scenario, by: str) -> None:
    result = finsim.run(base, by)
    short = [account.units for account in result.accounts if not result.balanced(account.id)]
    assert short == [("river",)]


@pytest.mark.parametrize(
    ("variant", "by"),
    [(variant, by) for variant in VARIANTS for by in ("unit", "district", "all")] + [("two_accounts", "accounts")],
)
def test_the_books_agree_and_debts_end_at_nothing(variant: str, by: str) -> None:
    result = finsim.run(finsim.load(FILE, variant), by)
    assert max(result.checks().values()) < 1e-6
    for account in result.accounts:
        for debt in (*DEBTS, "debts"):
            assert result.series(f"{debt}.closing", account.id)[-1] == NOTHING


# ---- debts and tax -----------------------------------------------------------------------------------------
def test_both_loans_are_drawn_and_bear_half_a_year_of_interest_in_that_year(whole: Result) -> None:
    for loan, rate in (("policy_bank", 0.036), ("commercial_bank", 0.041)):
        draw, interest = whole.series(f"loans.{loan}.draw", "all"), whole.series(f"loans.{loan}.interest", "all")
        first = int(np.flatnonzero(draw)[0])
        assert draw[first] > 0
        assert interest[first] == pytest.approx(rate * draw[first] / 2)
    assert whole.totals("all")["interest_rolled_up"] > 0


def test_the_annuity_is_level(whole: Result) -> None:
    loan = "loans.policy_bank"
    paid = years(whole, f"{loan}.repaid", 2029, 2046) + years(whole, f"{loan}.interest_paid", 2029, 2046)
    assert paid == pytest.approx(np.full(18, paid[0]))
    assert (np.diff(years(whole, f"{loan}.repaid", 2029, 2046)) > 0).all()


def test_equal_principal_is_level_and_its_interest_falls(whole: Result) -> None:
    repaid = years(whole, "loans.commercial_bank.repaid", 2029, 2043)
    assert repaid == pytest.approx(np.full(15, repaid[0]))
    assert (np.diff(years(whole, "loans.commercial_bank.interest", 2029, 2043)) < 0).all()


def test_the_bond_pays_ten_yearly_coupons_and_its_face(whole: Result) -> None:
    coupons = whole.series("bonds.b2026.interest", "all")
    assert [whole.years[i] for i in np.flatnonzero(coupons)] == list(range(2027, 2037))
    assert coupons.sum() == pytest.approx(800 * 0.024 * 10)
    assert whole.value("account", "all", "bonds.b2026.repaid", 2036) == pytest.approx(800)


def test_early_losses_are_made_good_later(whole: Result) -> None:
    losses, relief = whole.series("tax.new_loss", "all"), whole.series("tax.relief", "all")
    assert losses.sum() > 0
    assert relief.sum() == pytest.approx(losses.sum())
    assert np.flatnonzero(losses).max() < np.flatnonzero(relief).min()
    before_tax = whole.series("profit.before_tax", "all")
    taxable = before_tax[before_tax > 0].sum() - relief.sum()
    assert whole.totals("all")["income_tax"] == pytest.approx(0.25 * taxable)


# ---- uncertainty -------------------------------------------------------------------------------------------
def test_it_can_be_simulated(base: Scenario) -> None:
    sample = finsim.simulate(base, trials=256, seed=1)
    assert 0 < sample.probability("all").value < 1
