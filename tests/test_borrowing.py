"""Loans against numpy-financial, published schedules and their own identities."""

import doctest
import math

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim import borrowing
from finsim.borrowing import (
    annuity_balance,
    annuity_interest,
    annuity_payment,
    annuity_principal,
    borrowing_term,
    capitalised_interest,
    debt_capacity,
    effective_rate,
    future_value,
    loan_schedule,
    remaining_value,
    sculpted_schedule,
)
from finsim.indicators import npv

rates = st.floats(0.001, 0.3)
debts = st.floats(1, 100_000)
terms = st.integers(1, 40)
cash_of_years = st.lists(st.floats(1, 1000), min_size=1, max_size=30).map(np.array)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(borrowing).failed == 0


# ---- interest ----------------------------------------------------------------------------------------------
def test_effective_rates() -> None:
    """CN-COST-2008-NPV12: 6.72 % by the quarter is 6.89 %. Once a year it is the rate itself."""
    assert float(effective_rate(0.0672, 4)) == pytest.approx(0.0689, abs=5e-5)
    assert effective_rate(np.array([0.0, 0.05]), 1).tolist() == pytest.approx([0.0, 0.05])
    assert float(effective_rate(0.05, 12)) == pytest.approx(1.004166666666667**12 - 1)


@pytest.mark.parametrize(
    ("draws", "rate", "part", "published", "source"),
    [
        ([300, 600, 400], 0.12, 0.5, [18, 74.16, 143.06], "CN-IDC-01"),
        ([400, 1000, 600], 0.12, 0.5, [24, 110.88, 220.19], "CN-IDC-03"),
        ([80, 0, 0, 0], 0.1, 1, [8, 8.8, 9.68, 10.648], "CN-LOAN-03, rolled up"),
        ([1000, 1000], 0.06, 0, [0, 60], "drawn at the end of the year"),
    ],
)
def test_interest_during_construction(
    draws: list[float], rate: float, part: float, published: list[float], source: str
) -> None:
    np.testing.assert_allclose(
        capitalised_interest(np.array(draws, dtype=float), rate, part), published, atol=0.005, err_msg=source
    )


# ---- annuities ---------------------------------------------------------------------------------------------
@given(debts, rates, terms)
def test_annuities_are_numpy_financials(debt: float, rate: float, periods: int) -> None:
    period = np.arange(1, periods + 1)
    close = {"rtol": 1e-9, "atol": 1e-9 * debt}
    np.testing.assert_allclose(annuity_payment(debt, rate, periods), -npf.pmt(rate, periods, debt), **close)
    np.testing.assert_allclose(
        annuity_interest(debt, rate, periods, period), -npf.ipmt(rate, period, periods, debt), **close
    )
    np.testing.assert_allclose(
        annuity_principal(debt, rate, periods, period), -npf.ppmt(rate, period, periods, debt), **close
    )
    payment = annuity_payment(debt, rate, periods)
    np.testing.assert_allclose(
        annuity_balance(debt, rate, periods, period), -npf.fv(rate, period, -payment, debt), **close
    )


@given(debts, st.one_of(st.just(0.0), st.floats(1e-15, 0.3)), terms)
def test_an_annuity_repays_its_debt(debt: float, rate: float, periods: int) -> None:
    """Without interest too, where numpy-financial divides by the rate, and at rates next to it."""
    period = np.arange(1, periods + 1)
    principal = annuity_principal(debt, rate, periods, period)
    assert float(principal.sum()) == pytest.approx(debt)
    schedule = loan_schedule(debt, principal, rate)
    np.testing.assert_allclose(schedule.debt_service, annuity_payment(debt, rate, periods), rtol=1e-9)
    np.testing.assert_allclose(schedule.closing, annuity_balance(debt, rate, periods, period), atol=1e-8 * debt)


@given(st.floats(0, 1000), st.floats(-100, 100), rates, terms)
def test_future_value_is_numpy_financials(present: float, payment: float, rate: float, periods: int) -> None:
    expected = -npf.fv(rate, periods, payment, present)
    scale = (present + abs(payment) * periods) * (1 + rate) ** periods
    assert float(future_value(rate, periods, payment, present)) == pytest.approx(expected, abs=1e-9 * scale + 1e-9)


def test_saving_without_interest() -> None:
    assert float(future_value(0.0, 10, 5.0, 50.0)) == 100.0


# ---- schedules ---------------------------------------------------------------------------------------------
def test_equal_principal_of_a_published_loan() -> None:
    """CN-LOAN-01 (xiaomilidoc.com/p-10660355.html), printed in whole numbers, each from the rounded one before."""
    schedule = loan_schedule(2364.88, np.full(4, 2364.88 / 4), 0.06)
    np.testing.assert_allclose(schedule.opening, [2365, 1774, 1183, 592], atol=1)
    np.testing.assert_allclose(schedule.interest, [142, 106, 71, 36], atol=0.6)
    np.testing.assert_allclose(schedule.closing[-1], 0, atol=1e-9)


@given(cash_of_years, st.floats(1, 3), rates)
def test_a_sculpted_loan_of_full_capacity_is_repaid_at_the_target(cash: np.ndarray, target: float, rate: float) -> None:
    """Unless interest ever exceeds what is allowed, and then it says so."""
    debt = debt_capacity(cash, target, rate)
    assert float(debt) == pytest.approx(float(npv(rate, cash)) / target)
    schedule = sculpted_schedule(float(debt), cash, target, rate)
    np.testing.assert_allclose(schedule.opening - schedule.principal, schedule.closing, atol=1e-9 * float(debt))
    assert np.all(schedule.principal >= 0)
    if schedule.exceeded.any():
        assert np.all(schedule.principal[schedule.exceeded] == 0)
    else:
        np.testing.assert_allclose(schedule.debt_service, cash / target, rtol=1e-6)
        assert abs(float(schedule.closing[-1])) <= 1e-6 * float(debt)


def test_a_smaller_sculpted_loan_is_repaid_early() -> None:
    schedule = sculpted_schedule(250.0, np.array([100.0, *[120.0] * 5]), 1.5, 0.1)
    np.testing.assert_allclose(schedule.closing[4:], 0, atol=1e-9)
    assert not schedule.exceeded.any()


def test_every_trial_is_sculpted_as_if_alone() -> None:
    random = np.random.default_rng(2)
    cash, debt = random.uniform(50, 150, (6, 5)), random.uniform(200, 400, 5)
    together = sculpted_schedule(debt, cash, 1.3, 0.08)
    for trial in range(5):
        alone = sculpted_schedule(float(debt[trial]), cash[:, trial], 1.3, 0.08)
        for one, many in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one, many[:, trial])


@pytest.mark.parametrize("target", [0.0, -1.0])
def test_no_capacity_without_a_target(target: float) -> None:
    with pytest.raises(ValueError, match="target coverage"):
        debt_capacity(np.array([100.0]), target, 0.1)


def test_the_rate_may_differ_by_period() -> None:
    flows, rates = np.array([100.0, 100.0]), np.array([0.1, 0.2])
    assert remaining_value(rates, flows).tolist() == pytest.approx([(100 / 1.2 + 100) / 1.1, 100 / 1.2])


# ---- borrowing term ----------------------------------------------------------------------------------------
def test_borrowing_term() -> None:
    """Repaid in the third year of 20 of its 40; a year of loss repays nothing and owes nothing more."""
    assert float(borrowing_term(100.0, np.array([40.0, 40, 40]))) == 2.5
    assert float(borrowing_term(100.0, np.array([40.0, -30, 40, 40]), before=1)) == 4.5
    assert float(borrowing_term(80.0, np.array([40.0, 40, 40]))) == 2.0
    assert float(borrowing_term(0.0, np.array([40.0, 40]))) == 0.0
    assert math.isnan(borrowing_term(100.0, np.array([40.0, 40, 19])))
    assert math.isnan(borrowing_term(100.0, np.array([0.0, 0.0])))


def test_borrowing_term_of_many_trials() -> None:
    capacity = np.array([[40.0, 60, 10], [40, 60, 10], [40, 60, 10]])
    np.testing.assert_array_equal(borrowing_term(100.0, capacity), [2.5, 1 + 40 / 60, np.nan])
