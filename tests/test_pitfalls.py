"""Where simple engines go wrong, one test each: the wrong figure is a different one, the right one is the published case's.

Here are the pitfalls that functions and plain arithmetic show. Published figures come from ``tests/data/published_cases.yaml``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy_financial as npf
import pytest

from finsim.borrowing import capitalised_interest, debt_capacity, effective_rate, remaining_value, sculpted_schedule
from finsim.break_even import (
    break_even_output,
    break_even_output_with_vat,
    break_even_price,
    break_even_price_with_vat,
    break_even_utilisation,
    critical_point,
    linear_critical_point,
    sensitivity_coefficient,
)
from finsim.coverage import debt_service_coverage, interest_coverage, loan_life_coverage, lowest
from finsim.indicators import (
    NONE,
    ONE,
    SEVERAL,
    dynamic_payback,
    irr,
    irr_roots,
    npv,
    payback,
    return_on_investment,
)
from finsim.subsidy import gap_subsidy
from tests.conformance import figures

TWELVE_YEARS = np.array([-1800, -1800, 369.48, 902.2, *[1302.2] * 7, 2264.48])
"""Project cash flow after tax of CN-COST-2008-NPV12; production starts in year 3."""


def test_p02_nominal_rate_used_as_yearly_rate() -> None:
    """6.72 % by the quarter is 6.89 % a year; 12 % by the quarter gives 142.78 of interest during construction."""
    rate = effective_rate(0.0672, 4)
    assert float(rate) == pytest.approx(figures("CN-COST-2008-NPV12")["effective_rate"], abs=5e-5)
    draws = np.array([600.0, 400.0])
    right = capitalised_interest(draws, effective_rate(0.12, 4))
    assert float(right.sum()) == pytest.approx(figures("CN-IDC-04")["idc_total_option_C"], abs=0.01)
    assert float(capitalised_interest(draws, 0.12).sum()) == pytest.approx(136.32, abs=0.005), "12 % as if effective"
    assert float(right[-1]) == pytest.approx(105.13, abs=0.005), "the last year alone"


def test_p05_interest_paid_or_capitalised_in_the_gap_formula() -> None:
    """Paid as it falls due, interest is 4200 and the subsidy the one of option A; capitalised, 4263 and 7.01 more."""
    draws = np.array([35000.0, 35000.0])
    paid = float(np.sum((np.cumsum(draws) - draws / 2) * 0.06))
    capitalised = float(capitalised_interest(draws, 0.06).sum())
    assert (paid, capitalised) == pytest.approx((4200, 4263))
    gaps = gap_subsidy(90000 + np.array([paid, capitalised]), 0.06, 0.05, 1, 10, 1000.0, 2500.0)
    (published,) = figures("CN-PPP-VGF").values()
    assert float(gaps[0]) == pytest.approx(published, abs=0.005)
    assert float(gaps[1]) == pytest.approx(9051.47, abs=0.005)


def test_p19_discount_origin_off_by_one() -> None:
    """The first flow sits at the end of year 1: neither today nor in the middle of the year."""
    flows = np.array([-113500.0, 29878, 32824, 30052, 30052, 36394])
    assert float(npv(0.1, flows)) == pytest.approx(figures("CN-CONSULT-113500")["FNPV_exact"], abs=0.01)
    assert float(npv(0.1, flows, first=0)) == pytest.approx(6491.33, abs=0.01)
    assert float(npf.npv(0.1, flows)) == pytest.approx(6491.33, abs=0.01), "numpy-financial begins today"
    assert float(npv(0.1, flows, first=0.5)) == pytest.approx(6189.24, abs=0.01)


def test_p20_one_rate_claimed_where_there_are_three_or_none() -> None:
    flows = np.array([-1000.0, 6000, -10900, 5800])
    value, status = irr(flows)
    assert int(status) == SEVERAL and math.isnan(value)
    np.testing.assert_allclose(irr_roots(flows), figures("EN-IRR-MULTI")["all_irr"], atol=1e-4)
    assert not math.isnan(npf.irr(flows)), "numpy-financial picks one and says nothing"
    assert float(npv(0.1, flows, first=0)) == pytest.approx(figures("EN-IRR-MULTI")["pvvar_10pct"], abs=1e-4)
    assert int(irr(np.array([1.0, 2, 3]))[1]) == NONE
    assert int(irr(np.array([-100.0, 60, 60]))[1]) == ONE


def test_p21_payback_from_production_or_at_the_first_crossing() -> None:
    published = figures("CN-COST-2008-NPV12")["Pt"]
    assert float(payback(TWELVE_YEARS)) == pytest.approx(published, abs=0.005)
    assert float(payback(TWELVE_YEARS, construction=2)) == pytest.approx(published - 2, abs=0.005), "from production"
    assert float(dynamic_payback(0.0689, TWELVE_YEARS)) > published + 0.5, "discounted it is another figure"
    renewed = np.array([-100.0, 100, -50, 100])
    assert float(payback(renewed)) == 3.5, "and not 2, before the renewal"


def test_p22_return_on_investment_over_the_wrong_capital() -> None:
    """Interest during construction and all working capital belong to the capital; EBIT, not net profit, is the return."""
    case = figures("CN-COST-2012")
    ebit, construction, interest, working_capital = case["EBIT_normal"], 3000.0, case["idc_total"], 300.0
    assert construction + interest + working_capital == pytest.approx(case["total_investment"])
    assert float(return_on_investment(ebit, case["total_investment"])) == pytest.approx(case["ROI"], abs=1e-4)
    for wrong in (construction, construction + interest, construction + working_capital):
        assert abs(float(return_on_investment(ebit, wrong)) - case["ROI"]) > 0.003
    assert abs(float(return_on_investment(ebit * 0.75, case["total_investment"])) - case["ROI"]) > 0.02


def test_p23_coverage_averaged_or_before_tax() -> None:
    """CN-WIND-50MW: the mean is above 1, the worst year 0.825, and 0.808 with short loans in the debt service."""
    case = figures("CN-WIND-50MW")
    repaying = slice(1, 16)  # years 2 to 16
    ebitda, tax, principal, interest, short = (
        np.array(case[key], dtype=float)[repaying]
        for key in ("EBITDA", "income_tax", "principal", "interest", "short_term_loan")
    )
    long_interest = interest - 0.0535 * short
    yearly = debt_service_coverage(ebitda, tax, principal, long_interest)
    assert float(lowest(yearly)) == pytest.approx(0.825, abs=5e-4)
    assert float(yearly.mean()) == pytest.approx(1.023, abs=5e-4), "the mean hides seven years below 1"
    of_sums = debt_service_coverage((ebitda - tax).sum(), 0.0, principal.sum(), long_interest.sum())
    assert float(of_sums) == pytest.approx(0.998, abs=5e-4)
    short_repaid = np.concatenate([[0.0], short[:-1]])  # principal falls due in the next year
    assert float(lowest(debt_service_coverage(ebitda, tax, principal + short_repaid, interest))) == pytest.approx(
        0.808, abs=5e-4
    )
    assert int((yearly < 1).sum()) == 7
    before_tax = debt_service_coverage(ebitda, 0.0, principal, long_interest)
    assert float(before_tax[-1] - yearly[-1]) > 0.1, "income tax comes before debt service"
    ebit = np.array(case["EBIT"], dtype=float)[repaying]
    assert float(lowest(interest_coverage(ebit, interest))) < 0.7 < float(np.mean(ebit) / np.mean(interest))


def test_p25_break_even_with_vat_or_without_surcharges() -> None:
    """CN-IND-BEP-VAT: amounts exclude VAT, and the unit's surcharges move with its price."""
    case = figures("CN-IND-BEP-VAT")
    fixed, variable, output = case["fixed_cost"], 1680.0, 1000.0
    right = float(break_even_output_with_vat(fixed, 3.0, 1.68, 0.13, 0.15, 0.1))
    assert right == pytest.approx(case["BEP_Q"], abs=0.5)
    assert float(break_even_price_with_vat(fixed, variable, output, 0.13, 150.0, 0.1)) == pytest.approx(
        case["BEP_price"], abs=0.005
    )
    no_surcharges = float(break_even_output(fixed, 3.0, 1.68))
    with_vat = float(break_even_output(fixed, 3.39, 1.83, 0.024))
    assert right - no_surcharges > 10 and right - with_vat > 100
    frozen = float(break_even_price(fixed, variable, output, 24.0))
    assert frozen - case["BEP_price"] > 0.005, "the surcharges of the price of 3 at a price of 2.53"
    after_repayment = float(break_even_utilisation(fixed - 31.83, 3000.0, variable, 24.0))
    assert case["BEP_utilisation"] - after_repayment > 0.02, "another year, another point: say which"


def test_p26_sign_of_a_coefficient_and_straight_line_to_a_curved_point() -> None:
    case = figures("CN-IND-SAF-01")
    price = float(sensitivity_coefficient(1300.0, 320.0, -0.1))
    assert price == pytest.approx(case["SAF_price"], abs=0.005)
    assert float(sensitivity_coefficient(1300.0, 320.0, 0.1)) == pytest.approx(-price), "the change without its sign"
    assert float(linear_critical_point(1300.0, 320.0, -0.1)) == pytest.approx(case["critical_price"], abs=5e-5)
    assert float(sensitivity_coefficient(11394.0, 7149.0, 0.05)) == pytest.approx(
        figures("CN-IND-SAF-03")["SAF_opex"], abs=0.005
    )

    def worth(rate_change: np.ndarray) -> np.ndarray:
        return npv(0.0689 * (1 + rate_change), TWELVE_YEARS)

    line = float(linear_critical_point(float(worth(np.asarray(0.0))), float(worth(np.asarray(0.1))), 0.1))
    solved = float(critical_point(worth, 0, 5))
    assert 0.0689 * (1 + solved) == pytest.approx(float(irr(TWELVE_YEARS)[0])), "the rate that leaves nothing"
    assert solved - line > 0.3, "net present value is not linear in the rate"


def test_p27_life_coverage_of_one_period_by_the_debt_of_another() -> None:
    """Cash from the start of the period by the debt at its start; then the last LLCR is the last DSCR."""
    cash = np.array([100.0, *[120.0] * 5])
    schedule = sculpted_schedule(float(debt_capacity(cash, 1.5, 0.1)), cash, 1.5, 0.1)
    yearly = debt_service_coverage(cash, 0.0, schedule.principal, schedule.interest)
    right = loan_life_coverage(cash, schedule.opening, 0.1)
    np.testing.assert_allclose(right, 1.5)
    assert float(right[-1]) == pytest.approx(float(yearly[-1]))
    worth = remaining_value(0.1, cash)  # at the start of each period
    assert np.all(worth[:-1] / schedule.closing[:-1] > 1.6), "this period's cash, but the debt after its repayment"
    assert np.all(worth[1:] / schedule.opening[:-1] < 1.4), "cash of later periods only, but the debt before repayment"


def test_p28_sculpted_principal_without_a_cap_or_a_sign() -> None:
    """In year 5 the trial repays the 12.49 that are left, not the 78.75 there is room for."""
    cash = np.array([100.0, *[120.0] * 5])
    schedule = sculpted_schedule(250.0, cash, 1.5, 0.1)
    case = figures("EN-PF-SCULPT")
    np.testing.assert_allclose(schedule.principal[:5], case["trial.principal"], atol=0.01)
    uncapped = float(schedule.allowed[4] - schedule.interest[4])
    assert uncapped == pytest.approx(case["trial.max_principal_y5"], abs=0.01)
    assert schedule.opening[4] - uncapped < -60, "the debt would fall below nothing"
    too_large = sculpted_schedule(800.0, cash, 1.5, 0.1)
    assert too_large.exceeded[0] and not too_large.principal[0], (
        "80 of interest on 66.67 of room: no drawing in silence"
    )
    assert np.all(too_large.closing <= too_large.opening)
