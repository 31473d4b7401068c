"""Where simple engines go wrong with money borrowed: the model's rows are the right figure and not the wrong one.

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

EXAM_2012 = """
timeline: {first: 2021, last: 2030}
catalogue:
  works: {w: {label: 工程, label_en: works, category: 其他, owner: company, amount: 3000, life: 8, residual: 5%, years: [2021, 2022]}}
  streams: {sales: {label: 销售, label_en: sales, quantity: 1500, price: 1 万元, times: 1, occupancy: 1, ours: 1, ramp_first: 80%, ramp_rise: 20%}}
  costs: {running: {label: 经营成本, label_en: running cost, stated: {2023: 544, 2024: 680, 2025: 680, 2026: 680, 2027: 680, 2028: 680, 2029: 680, 2030: 680}}}
finance:
  capital:
    equity: {label: 资本金, label_en: equity, amount: 1200, phasing: {2021: 0.5, 2022: 0.5}}
    working: {label: 流动资金自有, label_en: own working capital, amount: 300, phasing: {2023: 1}}
  loans: {l: {label: 贷款, label_en: loan, commitment: 1800, rate: 6%, drawn: [2021, 2022], draws: middle, repay: {method: annuity, years: [2023, 2026]}}}
working_capital: {added: {2023: 300}}
tax: {rate: 25%}
surcharges: {on_revenue: 6%}
"""
"""CN-COST-2012: 3000 in two years, 900 of each borrowed at 6 %."""

EXAM_2015 = """
timeline: {first: 2021, last: 2032}
catalogue:
  works: {w: {label: 工程, label_en: works, category: 其他, owner: company, amount: 3600, life: 10, residual: 5%, years: [2021, 2022]}}
  streams: {sales: {label: 销售, label_en: sales, quantity: 900, price: 1 万元, times: 1, occupancy: 1, ours: 1, ramp_first: 80%, ramp_rise: 20%}}
  costs: {running: {label: 经营成本, label_en: running cost, serves: [sales], share_of_income: 0.3111111111111111}}
finance:
  capital:
    equity: {label: 资本金, label_en: equity, amount: 1600, phasing: {2021: 0.5, 2022: 0.5}}
    working: {label: 流动资金自有, label_en: own working capital, amount: 250, phasing: {2023: 1}}
  loans: {l: {label: 贷款, label_en: loan, commitment: 2000, rate: 6%, drawn: [2021, 2022], draws: middle, repay: [{method: capacity, years: [2023, 2023]}, {method: annuity, years: [2024, 2027]}]}}
working_capital: {added: {2023: 250}}
tax: {rate: 25%}
surcharges: {on_revenue: 6%}
"""
"""CN-COST-2015: 1000 and 1000 borrowed at 6 %, repaid by capacity in the first year of operation."""

BRIDGED = """
timeline: {first: 2021, last: 2026}
catalogue:
  works: {w: {label: 工程, label_en: works, category: 其他, owner: company, amount: 1000, life: 10, residual: 0, years: 2021}}
  streams: {fee: {label: 收费, label_en: fees, ours: 1, vat_rate: 9%, stated: {2022: 300, 2023: 300, 2024: 300, 2025: 300, 2026: 300}}}
  costs: {running: {label: 成本, label_en: cost, vat_rate: 6%, stated: {2022: 60, 2023: 60, 2024: 60, 2025: 60, 2026: 60}}}
  replacements: {pump: {label: 水泵, label_en: pump, amount: 80, years: [2023], life: 4}}
finance:
  capital: {own: {label: 资本金, label_en: equity, amount: 400}}
  loans: {l: {label: 贷款, label_en: loan, commitment: 600, rate: 5%, drawn: 2021, draws: end, repay: {method: equal_principal, years: [2022, 2024]}}}
  short_loans: {s: {label: 短期借款, label_en: short-term loan, limit: 1000, rate: 6%, years: [2022, 2026]}}
tax: {rate: 25%}
surcharges: {on_vat: 10%}
appropriation: {payout: 1, while_owing: 1}
"""
"""Three years in which 200 of principal, a pump, surcharges and income tax are more than is earned."""

BULLET = """
timeline: {first: 2021, last: 2031}
catalogue:
  works: {w: {label: 工程, label_en: works, category: 其他, owner: company, amount: 1000, life: 50, residual: 0, years: 2021}}
  streams: {fee: {label: 收费, label_en: fees, quantity: 200, price: 1 万元, times: 1, occupancy: 1, ours: 1}}
  costs: {running: {label: 成本, label_en: cost, amount: 20}}
finance:
  bonds: {b: {label: 专项债券, label_en: special bond, face: 1000, issued: 2021, term: 10, coupons_a_year: 1, coupon: 3%}}
"""
"""A special bond of 1000, whole at maturity in 2031, that 180 a year serve."""


# ---- construction interest ---------------------------------------------------------------------------------
def interest_of(draws: list[float], rate: float, weight: float, compounded: bool = True) -> float:
    """Construction interest when a draw bears interest for ``weight`` of its year."""
    owed, interest = 0.0, 0.0
    for draw in draws:
        due = (owed + weight * draw) * rate
        interest += due
        owed += draw + (due if compounded else 0)
    return interest


def test_p01_construction_interest(account: Account) -> None:
    """On the opening balance and half of the year's draws, and on interest: 121.80. Other timing only where it is
    stated."""
    draws, published = [1000.0, 1000.0], figures("CN-COST-2015")["idc_total"]
    right = account(EXAM_2015)["funding.capitalised"].sum()
    assert pytest.approx(interest_of(draws, 0.06, 0.5)) == right == pytest.approx(published, abs=0.005)
    whole_year, no_interest_on_interest, year_end = (
        interest_of(draws, 0.06, 1), interest_of(draws, 0.06, 0.5, compounded=False), interest_of(draws, 0.06, 0),
    )  # fmt: skip
    assert (whole_year, no_interest_on_interest, year_end) == pytest.approx((183.6, 120, 60))
    differs(right, whole_year, no_interest_on_interest, year_end, by=1)
    for when, other in (("start", whole_year), ("end", year_end)):
        stated = account(EXAM_2015, f"finance: {{loans: {{l: {{draws: {when}}}}}}}")
        assert stated["funding.capitalised"].sum() == pytest.approx(other)


def test_p03_draws_repaid_without_their_construction_interest(account: Account) -> None:
    """551.10 a year repay 1909.62; 519.46 would repay the 1800 drawn."""
    case, result = figures("CN-COST-2012"), account(EXAM_2012)
    service = result["lender.service"][2:6]
    annuity = 0.06 / (1 - 1.06**-4)
    assert service == pytest.approx([1909.62 * annuity] * 4)
    assert service[0] == pytest.approx(case["annuity"], abs=0.01)
    assert 1800 * annuity == pytest.approx(519.46, abs=0.005)
    differs(service[0], 1800 * annuity, by=30)


def test_p04_construction_interest_counted_twice_or_lost(account: Account) -> None:
    """In total investment and in the asset, once; not in the project's cash flow, not in interest expense, not in
    cash."""
    case, result = figures("CN-COST-2012"), account(EXAM_2012)
    interest, works, working = case["idc_total"], 3000, 300
    assert result["funding.total_investment"].sum() == pytest.approx(works + interest + working, abs=0.005)
    assert result["funding.total_investment"].sum() == pytest.approx(case["total_investment"], abs=0.01)
    assert result["project_flow.before_tax"][:2] == pytest.approx([-1500, -1500]), "financing is left out of it"
    assert result.of("assets.fixed_net", 2022) == pytest.approx(case["fixed_asset_original"], abs=0.01)
    depreciation = result.of("assets.depreciation", 2023)
    assert depreciation == pytest.approx((works + interest) * 0.95 / 8, abs=0.005)
    differs(depreciation, works * 0.95 / 8, (works + 2 * interest) * 0.95 / 8, by=10)
    assert result["profit.interest"][:2] == pytest.approx([0, 0]), "capitalised, so no expense"
    assert result["debts.drawn"][:2] == pytest.approx([900, 900]) and not result["cash.interest_paid"][:2].any()
    raised = result["capital.equity.draw"] + result["debts.drawn"] + result["capital.working.draw"]
    gap = result["funding.uses"] - raised
    assert gap.sum() == pytest.approx(interest, abs=0.005), "what is missing if rolled-up interest is no source"
    assert result["funding.difference"] == pytest.approx(np.zeros(10), abs=1e-6)
    differs(result["funding.total_investment"].sum(), works + working, works + 2 * interest + working, by=100)


def test_p06_capital_as_a_share_of_investment_without_its_interest(account: Account) -> None:
    """20 % of an investment with interest that itself depends on the capital: 7164.23, and 7000 without."""
    share, works, half = 0.2, 35000, 0.059 / 2
    capital = works * share
    for _ in range(50):  # capital -> loan -> interest -> capital
        capital = share * (works + (works - capital) * half)
    wind = account("cn-wind-50mw")
    right = wind.of("capital.equity.draw", 2021)
    assert right == pytest.approx(capital, abs=1e-6)
    assert right == pytest.approx(figures("CN-WIND-50MW")["equity_construction"], abs=0.01)
    assert right / wind["funding.total_investment"][0] == pytest.approx(share)
    static = account("cn-wind-50mw", "finance: {capital: {equity: {dynamic: 0}}}")
    assert static.of("capital.equity.draw", 2021) == pytest.approx(7000), "only where the scenario says so"
    differs(right, 7000, by=100)
    assert static["capital.equity.draw"][0] / static["funding.total_investment"][0] < 0.196, "the share is not met"


# ---- repayment ---------------------------------------------------------------------------------------------
def test_p07_repayment_by_capacity(account: Account) -> None:
    """EBITDA less tax and interest: 325.49. Tax is never negative, and working capital that equity pays is no
    deduction."""
    case, result = figures("CN-COST-2015"), account(EXAM_2015)
    ebitda = 900 * 0.8 * 0.94 - 224
    interest, depreciation = 2121.8 * 0.06, 3721.8 * 0.95 / 10
    loss = ebitda - depreciation - interest
    assert loss == pytest.approx(case["profit_op1"], abs=0.011)
    right = result.of("loans.l.repaid", 2023)
    assert pytest.approx(ebitda - interest) == right == pytest.approx(case["principal_op1"], abs=0.011)
    wrong = {"negative tax": ebitda - interest - 0.25 * loss, "working capital": right - 250, "no interest": ebitda}
    assert list(wrong.values()) == pytest.approx([332.51, 75.49, 452.8], abs=0.005)
    differs(right, *wrong.values(), by=5)
    assert result.of("cash.accumulated", 2023) == pytest.approx(0), "all of it is there, and no more"


def test_p08_loan_draws_as_inflow_of_equity_or_working_capital_loan_not_repaid(account: Account) -> None:
    """The draws pay for works beside the capital; the last year recovers 150 and repays 105, or recovers the own 45."""
    wind, published = account("cn-wind-50mw"), np.array(figures("CN-WIND-50MW")["equity_ncf"])
    right = wind["equity_flow.net"]
    assert right == pytest.approx(published, abs=0.05)
    with_draws = right[0] + wind["debts.drawn"][0]
    assert with_draws == pytest.approx(-7164.23 + 27835.77, abs=0.02)
    differs(right[0], with_draws, by=20000)
    revenue, surcharges, refund, cost, tax, interest = 3592.92, 37.37, 233.54, 1090.4, 673.27, 105 * 0.0535
    last = revenue - surcharges + refund - cost - tax - interest
    assert pytest.approx(last + 150 - 105, abs=0.02) == right[-1] == pytest.approx(last + 45, abs=0.02)
    differs(right[-1], last + 150, last, by=40)


def test_p36_first_operating_interest_on_the_draws_alone(account: Account) -> None:
    """On the closing balance of construction, interest included: 114.58, not 108.00."""
    result = account(EXAM_2012)
    right = result.of("profit.interest", 2023)
    assert right == pytest.approx((1800 + 109.62) * 0.06, abs=0.005)
    assert right == pytest.approx(figures("CN-COST-2012")["interest_op1"], abs=0.01)
    assert result.of("loans.l.opening", 2023) == pytest.approx(1909.62, abs=0.005)
    differs(right, 1800 * 0.06, by=6)


def test_p35_working_capital_left_out_or_its_stock_taken_for_a_flow(account: Account) -> None:
    """250 of the first year are investment and capital, -250 of equity cash flow in that year, and come back in the
    last one."""
    case, result = figures("CN-COST-2015"), account(EXAM_2015)
    investment = result["funding.total_investment"].sum()
    assert investment == pytest.approx(3600 + 121.8 + 250)
    assert result.of("equity_flow.net", 2023) == pytest.approx(case["equity_ncf_op1"], abs=0.02)
    assert result.of("balance_sheet.capital", 2023) == pytest.approx(1850)
    ebit = 900 * 0.94 - 280 - 353.571
    differs(ebit / investment, ebit / (3600 + 121.8), by=0.003)
    assert result.of("profit.ebit", 2024) == pytest.approx(ebit, abs=0.001)
    last = result.of("project_flow.before_tax", 2032)
    operation, salvage = 900 * 0.94 - 280, 3600 * 0.05
    assert last == pytest.approx(operation + salvage + 250)
    differs(last, operation + salvage, by=249)
    by_days = account(EXAM_2015, "working_capital: {added: {2023: 0}, receivable_days: 45}")
    stock = np.array([224, *[280] * 9]) * 45 / 360
    assert by_days["working_capital.added"][2:] == pytest.approx(np.diff(stock, prepend=0))
    differs(by_days["working_capital.added"].sum(), stock.sum(), by=200)
    assert by_days["working_capital.recovered"].sum() == pytest.approx(by_days["working_capital.added"].sum())


# ---- short-term loans --------------------------------------------------------------------------------------
def bridged(
    replacement: float = 80, tax: float = 0.25, surcharge: float = 2.34, own_interest: float = 0.06, repaid: bool = True
) -> list[float]:
    """Short-term loans of BRIDGED in 2022 to 2024 from first principles, each as it pays for itself after some rounds.

    VAT passes through: 300 × 9 % − 60 × 6 % = 23.40 are collected and paid, and bear 10 % of surcharges.
    """
    loans, left = [0.0], 0.0
    for year, interest in ((2022, 30.0), (2023, 20.0), (2024, 10.0)):
        depreciation = 100 + (20 if year > 2023 else 0)
        earned = 300 - 60 - surcharge
        loan = 0.0
        for _ in range(200):
            own = own_interest * loan
            paid = 200 + interest + (replacement if year == 2023 else 0) + (loans[-1] if repaid else 0)
            profit = earned - depreciation - interest - own
            left_over = left + earned - paid - own - tax * max(0.0, profit)
            loan = max(0.0, -left_over)
        left = max(0.0, left_over)
        loans.append(loan)
    return loans[1:]


def test_p09a_short_term_loan_not_tested_against_all_cash(account: Account) -> None:
    """A test of operation and debt service alone leaves out the pump of 2023."""
    result = account(BRIDGED)
    right = result["short_loans.s.draw"][1:4]
    assert right == pytest.approx(bridged(), abs=1e-6)
    assert result["cash.accumulated"][1:4] == pytest.approx([0, 0, 0], abs=1e-9)
    differs(right[1], bridged(replacement=0)[1], by=75)


def test_p09b_short_term_loan_not_grossed_up_for_its_interest(account: Account) -> None:
    """It pays its own interest of the year: 164.74 ÷ (1 − 5.35 %) = 174.05. The wind farm pays no tax in these
    years."""
    wind = account("cn-wind-50mw")
    earned = 3592.92 + 467.08 - 617.9  # output VAT is kept while construction credits last
    gap = 28656.92 / 15 + 28656.92 * 0.059 + 105 * 0.0535 - earned
    assert gap == pytest.approx(164.74, abs=0.02)
    right = wind.of("short_loans.s.draw", 2022)
    assert right == pytest.approx(gap / (1 - 0.0535), abs=0.02)
    assert right == pytest.approx(figures("CN-WIND-50MW")["short_term_loan"][1], abs=0.02)
    differs(right, gap, gap * (1 + 0.0535), by=0.4)
    differs(account(BRIDGED).of("short_loans.s.draw", 2023), bridged(own_interest=0)[1], by=5)


def test_p09c_principal_of_the_next_year_forgotten(account: Account) -> None:
    """The 174.05 of 2022 are repaid in 2023, out of a new loan of 238.85; without that, 54.96."""
    wind = account("cn-wind-50mw")
    first, second = wind["short_loans.s.draw"][1:3]
    assert second == pytest.approx(figures("CN-WIND-50MW")["short_term_loan"][2], abs=0.02)
    assert wind.of("short_loans.s.repaid", 2023) == pytest.approx(first)
    forgotten = second - first / (1 - 0.0535)
    assert forgotten == pytest.approx(54.96, abs=0.02)
    differs(second, forgotten, by=180)
    right = account(BRIDGED)["short_loans.s.draw"][1:4]
    differs(right[1], bridged(repaid=False)[1], by=20)


def test_p09d_short_term_loan_left_out_of_debt_service(account: Account) -> None:
    """0.808 with its interest and principal. The wind farm's own figure, 0.825, leaves both out."""
    wind, case = account("cn-wind-50mw"), figures("CN-WIND-50MW")
    ebitda, tax, principal, interest, short = (
        np.array(case[key]) for key in ("EBITDA", "income_tax", "principal", "interest", "short_term_loan")
    )
    cash, years = ebitda - tax, slice(1, 16)
    repaid = np.concatenate([[0], short[:-1]])
    right = (cash[years] / (principal + interest + repaid)[years]).min()
    without = (cash[years] / (principal + interest - 0.0535 * short)[years]).min()
    assert (right, without) == pytest.approx((0.808, 0.825), abs=5e-4)
    assert wind["lender.lowest"] == pytest.approx(right, abs=5e-5)
    differs(wind["lender.lowest"], without, by=0.015)


def test_p09e_roll_over_that_never_ends(account: Account) -> None:
    """Each loan repaid by a greater one until the last cannot be: insolvent from the first of them on, and not just
    in the end."""
    little = ", ".join(f"{year}: 100" for year in range(2022, 2027))
    never = account(BRIDGED, f"catalogue: {{streams: {{fee: {{stated: {{{little}}}}}}}}}")
    owed = never["short_loans.s.closing"]
    assert np.all(np.diff(owed[:5]) > 0) and owed[-1] == 0, "it only grows, and is due in the last year"
    plugged = never["cash.accumulated"] >= -1e-9
    assert plugged.tolist() == [True] * 5 + [False], "what the plug shows: short in the last year alone"
    assert never["liquidity.short"].tolist() == [0, 1, 1, 1, 1, 1]
    assert (never["liquidity.first"], never["liquidity.years"], never["liquidity.passes"]) == (2, 5, 0)
    (verdict,) = (v for v in never.result.verdicts("all") if v.id == "liquidity")
    assert not verdict.passed and verdict.period == 2022
    assert "其中 4 年只靠短期借款借新还旧" in verdict.reason.zh and "In 4 of them" in verdict.reason.en
    ends = account(BRIDGED)
    assert ends["short_loans.s.renewed"].sum() == 2 and ends["liquidity.passes"] == 1, "a bridge that ends is one"
    assert not ends["liquidity.short"].any()
    limited = account(BRIDGED, "finance: {short_loans: {s: {limit: 100}}}")
    assert limited["liquidity.short"][:3].tolist() == [0, 0, 1], "beyond its limit it is no plug either"


def test_p09f_tax_surcharges_or_dividends_left_out_of_the_test(account: Account) -> None:
    """The wind farm's own test leaves taxes out; it pays none in those years. Here they make the whole need of 2022."""
    result = account(BRIDGED)
    right = result["short_loans.s.draw"][1:4]
    assert right == pytest.approx(bridged(), abs=1e-6)
    assert bridged(tax=0)[0] == 0, "no need at all before income tax"
    differs(right[0], bridged(tax=0)[0], bridged(surcharge=0)[0], by=1.5)
    profit = result["profit.net"][1:4]
    assert np.all(profit > 60) and not result["appropriation.dividends"][1:4].any(), "nothing is left to distribute"
    assert np.all(result["cash.accumulated"] > -1e-9)
    differs(result["cash.accumulated"][1], -profit[0], by=60)


# ---- bonds -------------------------------------------------------------------------------------------------
def test_p37_bullet_bond_whose_cover_hides_the_last_year(account: Account) -> None:
    """1800 cover 1300 by 1.38, while the year of maturity has 180 for 1030: what was saved decides, and is shown."""
    result = account(BULLET)
    assert result["cover.full"] == pytest.approx(180 * 10 / (1000 + 10 * 30))
    yearly = result["lender.dscr"][1:]
    assert yearly == pytest.approx([180 / 30] * 9 + [180 / 1030])
    assert result["lender.lowest"] == pytest.approx(180 / 1030)
    differs(result["lender.lowest"], yearly.mean(), result["cover.full"], by=1)
    assert result["lender.dscr_with_cash"][-1] == pytest.approx((180 + 9 * 150) / 1030)
    assert result["cash.accumulated"][1:] == pytest.approx([*(150.0 * n for n in range(1, 10)), 500.0])
    paid_out = account(BULLET, "appropriation: {payout: 1}")
    assert paid_out["cover.full"] == result["cover.full"], "the cover says nothing of it"
    left = 9 * (150 - 130)  # 130 of profit a year go out, depreciation of 20 stays
    assert paid_out.of("cash.accumulated", 2031) == pytest.approx(left + 180 - 1030)
    assert (result["liquidity.passes"], paid_out["liquidity.passes"]) == (1, 0)
    aside = ", ".join(f"{year}: 0.125" for year in range(2023, 2031))
    saved = account(BULLET, "appropriation: {payout: 1}", f"finance: {{bonds: {{b: {{set_aside: {{{aside}}}}}}}}}")
    assert saved["debts.sinking"][1:] == pytest.approx([*(125.0 * n for n in range(9)), 0.0])
    assert saved["liquidity.passes"] == 1 and saved["cover.full"] == result["cover.full"]
