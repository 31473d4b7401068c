"""Where simple engines go wrong in the statements: the model's rows are the right figure and not the wrong one.

The right figure is published (``tests/data/published_cases.yaml``) or worked out here without finsim; the wrong one is
worked out as the mistake would. The rules of the wind farm CN-WIND-50MW that are not the standard's are named.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.conformance import figures
from tests.support.cases import Sheet, differs

Account = Callable[..., Sheet]

PLAIN = """
timeline: {first: 2021, last: 2031}
catalogue:
  works: {w: {label: 工程, label_en: works, category: 其他, owner: company, amount: 2000, life: 20, residual: 5%, years: 2021}}
  streams: {fee: {label: 收费, label_en: fees, quantity: 400, price: 1 万元, times: 1, occupancy: 1, ours: 1}}
finance: {capital: {own: {label: 资本金, label_en: equity, amount: 2000}}}
tax: {rate: 25%}
"""
"""An asset of 2000 with a life of 20 years, looked at for ten years of operation."""

PROFITS = """
timeline: {first: 2021, last: 2028}
catalogue:
  works: {w: {label: 土地, label_en: land, category: 其他, owner: company, amount: 200, life: 70, residual: 100%, years: 2021}}
  streams: {fee: {label: 收费, label_en: fees, ours: 1, stated: {2022: 60, 2023: 80, 2024: 300, 2025: 400, 2026: 500, 2027: 500, 2028: 500}}}
  costs: {start: {label: 筹建, label_en: start, stated: {2021: 100}, lag: -1}}
finance: {capital: {own: {label: 资本金, label_en: equity, amount: 200}}}
opening: {cash: 100}
appropriation: {reserve_rate: 10%}
"""
"""A loss of 100, then profits of 60, 80, 300 and more on a capital of 200."""

SHORT = """
timeline: {first: 2021, last: 2026}
catalogue:
  works: {w: {label: 工程, label_en: works, category: 其他, owner: company, amount: 1000, life: 10, residual: 0, years: 2021}}
  streams: {fee: {label: 收费, label_en: fees, ours: 1, stated: {2022: 90, 2023: 110, 2024: 110, 2025: 110, 2026: 110}}}
finance: {capital: {own: {label: 资本金, label_en: equity, amount: 600}}}
"""
"""400 of 1000 have no source; 90 and then 110 a year come in."""


def wind() -> dict[str, np.ndarray]:
    return {key: np.array(value) for key, value in figures("CN-WIND-50MW").items() if isinstance(value, list)}


# ---- assets ------------------------------------------------------------------------------------------------
def test_p24_salvage_value_for_book_value(account: Account) -> None:
    """After ten of twenty years 1050 are left of 2000: its salvage value of 100 comes ten years later."""
    result = account(PLAIN)
    right = result.of("project_flow.residual", 2031)
    assert right == pytest.approx(2000 - 10 * 2000 * 0.95 / 20)
    assert right == pytest.approx(result.of("assets.fixed_net", 2031))
    differs(right, 2000 * 0.05, 0, 2000 * 0.95 / 2, by=90)
    assert result.of("project_flow.before_tax", 2031) == pytest.approx(400 + 1050)
    financed = account(PLAIN, """
finance:
  capital: {own: {amount: 1000}}
  loans: {l: {label: 贷款, label_en: loan, commitment: 1000, rate: 6%, drawn: 2021, draws: middle, repay: {method: annuity, years: [2022, 2028]}}}
""")  # fmt: skip
    assert financed.of("project_flow.residual", 2031) == pytest.approx(1050), "before financing: without its interest"
    with_interest = 1050 + 30 * (1 - 0.95 / 2)
    assert financed.of("equity_flow.residual", 2031) == pytest.approx(with_interest), "of the asset as it stands"


def test_p24_asset_that_ends_before_the_project(account: Account) -> None:
    """A life of six years in a project of ten needs replacement (维持运营投资), which is written off in its turn."""
    short = "catalogue: {works: {w: {life: 6, residual: 0}}}"
    renewed = account(PLAIN, short, """
catalogue: {replacements: {again: {label: 更新, label_en: renewal, amount: 1500, years: [2027], life: 6}}}
""")  # fmt: skip
    for_ever = account(PLAIN, short)
    assert renewed["assets.depreciation"][1:] == pytest.approx([2000 / 6] * 6 + [1500 / 6] * 4)
    assert renewed["project_flow.before_tax"][1:] == pytest.approx([400] * 5 + [400 - 1500] + [400] * 3 + [400 + 500])
    assert renewed.of("project_flow.residual", 2031) == pytest.approx(1500 * 2 / 6)
    assert for_ever["assets.depreciation"][7:].sum() == pytest.approx(0), "earning on from an asset that is used up"
    differs(renewed["project_flow.npv"], for_ever["project_flow.npv"], by=700)
    differs(renewed.of("tax.tax", 2028), for_ever.of("tax.tax", 2028), by=60)
    assert renewed.of("tax.tax", 2028) == pytest.approx((400 - 250) * 0.25)


# ---- balance sheet -----------------------------------------------------------------------------------------
def test_p29_balance_sheet_of_the_wind_farm(account: Account) -> None:
    """Both sides rebuilt from published flows agree in 21 years, and every usual mistake opens a gap."""
    result, published = account("cn-wind-50mw"), wind()
    years = np.arange(21)
    output, pool, absorbed = published["output_vat"], 3500.0, []
    for collected in output:
        absorbed.append(min(pool, collected))
        pool -= absorbed[-1]
    credit = 3500 - np.cumsum(absorbed)
    working = np.where((years > 0) & (years < 20), 150.0, 0.0)
    short = published["short_term_loan"]
    flow = (
        published["EBITDA"] + absorbed - published["interest"] - published["principal"] - published["income_tax"]
        - published["dividends"] + short - np.concatenate([[0], short[:-1]])
    )  # fmt: skip
    flow[-1] += 150 - 105  # the first year's 150 are 105 of loan and 45 of capital
    interest = 821.16
    fixed = 35000 + interest - 3500 - np.cumsum(published["depreciation"])
    assets = np.cumsum(flow) + working + fixed + credit
    debt = 28656.92 - np.cumsum(published["principal"]) + short + np.where(working > 0, 105.0, 0.0)
    earned = published["EBIT"] - published["interest"] - published["income_tax"] - published["dividends"]
    capital = 7164.23 + np.where(years > 0, 45.0, 0.0)
    claims = debt + capital + np.cumsum(earned)
    assert assets == pytest.approx(claims, abs=0.3), "published to the second digit, summed over 21 years"
    assert result["balance_sheet.total_assets"] == pytest.approx(assets, abs=0.3)
    assert result["balance_sheet.claims"] == pytest.approx(claims, abs=0.3)
    assert np.abs(result["balance_sheet.difference"]).max() < 1e-6
    for forgotten in (credit, 0 * credit + interest, working, short, np.cumsum(published["dividends"])):
        differs(0, np.abs(assets - forgotten - claims).max(), by=100)
    assert result["balance_sheet.vat_credit"] == pytest.approx(credit, abs=0.3), "a credit is an asset"
    assert result["balance_sheet.fixed"] == pytest.approx(fixed, abs=0.3), "with the interest capitalised"
    assert result["balance_sheet.other_current"] == pytest.approx(working), "working capital, beside its loan"
    assert result["balance_sheet.bridges"] == pytest.approx(short, abs=0.02)


def test_p29_grants_without_a_home(account: Account) -> None:
    """A special payable until completion, then capital reserve of the asset, or gone with what is handed over."""
    result = account(PLAIN, """
catalogue:
  works:
    w: {years: [2021, 2022]}
    pipes: {label: 管网, label_en: pipes, category: 基础类, owner: government, amount: 300, years: [2021, 2022]}
  sources: {g: {label: 补助, label_en: grant, nature: fiscal, pays: {}, amount: 1150}}
finance: {capital: {own: {amount: 1150}}}
""")  # fmt: skip
    spent, of_both = 1150.0, 2300.0  # the grant pays the first year, capital the second
    assert result["balance_sheet.in_progress"][:2] == pytest.approx([spent, 0])
    assert result["balance_sheet.special_payable"][:2] == pytest.approx([spent, 0])
    assert result["balance_sheet.capital"][:2] == pytest.approx([0, 1150])
    kept, right = 2000 / of_both * spent, result.of("assets.right_net", 2022)
    assert right == pytest.approx(300 - 150), "what the company paid for the pipes is its operating right"
    assert result.of("balance_sheet.reserve", 2022) == pytest.approx(kept)
    assert result.of("balance_sheet.total_assets", 2022) == pytest.approx(2000 + right)
    differs(2000 + right, 1150, by=kept - 1)  # claims without the grant
    assert np.abs(result["balance_sheet.difference"]).max() < 1e-6


# ---- cash --------------------------------------------------------------------------------------------------
def test_p30_negative_surplus_behind_a_plug(account: Account) -> None:
    """400 that nobody pays are owed, shown every year and fail the test: no capital appears to pay them."""
    result = account(SHORT)
    surplus = np.cumsum([600 - 1000, 90, 110, 110, 110, 110])
    assert result["cash.accumulated"] == pytest.approx(surplus)
    for row in ("cash.unfunded", "balance_sheet.unfunded"):
        assert result[row] == pytest.approx(np.maximum(0, -surplus))
    assert result["balance_sheet.capital"] == pytest.approx([600] * 6)
    differs(result["funding.capital_drawn"].sum(), 1000, by=399)
    assert (result["liquidity.passes"], result["liquidity.first"], result["liquidity.years"]) == (0, 1, 4)
    assert (result["liquidity.lowest"], result["liquidity.peak"]) == pytest.approx((-400, 400))
    differs(result["liquidity.lowest"], 0, surplus[-1], by=100)
    (verdict,) = (v for v in result.result.verdicts("all") if v.id == "liquidity")
    assert not verdict.passed and verdict.period == 2021 and not result.result.balanced("all")


# ---- appropriation -----------------------------------------------------------------------------------------
def test_p31_order_of_dividends(account: Account) -> None:
    """After losses, tax and reserve, at most 8 % of capital, first in year 14. The wind farm makes its reserve before
    losses are made good and distributes while it owes: its own rules."""
    result, published = account("cn-wind-50mw"), wind()
    profits = published["EBIT"] - published["interest"] - published["income_tax"]
    limit, retained, paid, at_hand = 0.08 * 7209.23, 0.0, [], []
    for profit in profits:
        to_reserve = 0.1 * max(0.0, profit)
        at_hand.append(retained + profit - to_reserve)
        paid.append(min(max(0.0, at_hand[-1]), limit))
        retained = at_hand[-1] - paid[-1]
    right = result["appropriation.dividends"]
    assert right == pytest.approx(paid, abs=0.06) and right == pytest.approx(published["dividends"], abs=0.06)
    assert int(np.flatnonzero(right)[0]) + 1 == 14 and right[13] == pytest.approx(59.82, abs=0.02)
    before_losses, before_reserve = min(0.9 * profits[13], limit), right[13] + 0.1 * profits[13]
    differs(right[13], before_losses, before_reserve, by=50)
    differs(right[7], 0.9 * profits[7], by=1.5)
    differs(right[15], at_hand[15], by=50)


def test_p31_dividends_capped_by_cash_and_by_the_loan(account: Account) -> None:
    loan = """
finance:
  capital: {own: {amount: 1400}}
  loans: {l: {label: 贷款, label_en: loan, commitment: 600, rate: 5%, drawn: 2021, draws: end, repay: {method: equal_principal, years: [2022, 2024]}}}
appropriation: {payout: 1}
"""
    profit = np.array([(400 - 95 - interest) * 0.75 for interest in (30, 20, 10, 0)])
    cash = profit + 95 - np.array([200, 200, 200, 0])
    waiting = account(PLAIN, loan)
    assert waiting["profit.net"][1:5] == pytest.approx(profit)
    allowed = waiting["appropriation.dividends"][1:5]
    assert allowed == pytest.approx([0, 0, cash[:3].sum(), cash[3]]), "nothing while it owes, then what cash there is"
    differs(allowed[2], profit[:3].sum(), by=100)
    at_once = account(PLAIN, loan, "appropriation: {while_owing: 1}")["appropriation.dividends"][1:5]
    assert at_once == pytest.approx(cash), "less than the profit, as principal takes more than depreciation leaves"
    differs(at_once[0], profit[0], allowed[0], by=90)


def test_p32_statutory_reserve(account: Account) -> None:
    """10 % of what is left of a profit after old losses, never of a loss, until it is half of the capital."""
    result = account(PROFITS)
    profits = np.array([-100.0, 60, 80, 300, 400, 500, 500, 500])
    assert result["profit.net"] == pytest.approx(profits)
    right = result["appropriation.reserve"]
    assert right == pytest.approx([0, 0, 4, 30, 40, 26, 0, 0])
    assert result["appropriation.reserves"][-1] == pytest.approx(100)
    of_each_profit, uncapped = 0.1 * np.maximum(0, profits), [0, 0, 4, 30, 40, 50, 50, 50]
    differs(right[1], of_each_profit[1], by=5)
    differs(right[2], of_each_profit[2], by=3)
    differs(right.sum(), sum(uncapped), of_each_profit.sum(), 0.1 * profits.sum(), by=100)
    at_once = account(PROFITS, "appropriation: {after_losses: 0}")["appropriation.reserve"]
    assert at_once[:3] == pytest.approx([0, 6, 8]), "as the wind farm does, where the scenario says so"


def test_p33_interest_of_three_sources(account: Account) -> None:
    """Long-term, working-capital and short-term: 1705.69 in the cost, the cash and the debt service of the second
    year."""
    result = account("cn-wind-50mw")
    parts = np.array([28656.92 * 0.059, 105 * 0.0535, 174.05 * 0.0535])
    right = result.of("profit.interest", 2022)
    assert pytest.approx(parts.sum(), abs=0.01) == right == pytest.approx(wind()["interest"][1], abs=0.02)
    for left_out in parts:
        differs(right, parts.sum() - left_out, by=5)
    cost = result["profit.total_cost"] - result["operations.cost"] - result["assets.depreciation"]
    assert cost[1:] == pytest.approx(result["cash.interest_paid"][1:]), "of the cost statement and of the cash plan"
    service = result["lender.service"] - result["loans.l.repaid"] - result["short_loans.s.repaid"]
    assert service == pytest.approx(result["profit.interest"]) and cost == pytest.approx(result["profit.interest"])
    assert result["equity_flow.interest"] == pytest.approx(result["profit.interest"])
