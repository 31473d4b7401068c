"""Coverage ratios against published examples and the identities between them."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim import coverage
from finsim.borrowing import annuity_principal, loan_schedule
from finsim.coverage import (
    debt_service_coverage,
    interest_coverage,
    liability_ratio,
    loan_life_coverage,
    lowest,
    project_life_coverage,
    reserve_target,
    total_coverage,
)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(coverage).failed == 0


def test_yearly_ratios() -> None:
    """CN-COST-2012 (233.com/zaojia/anli/zhenti/20121022/08340580.html): DSCR 1.01 of (584 − 25.04) ÷ 551.1."""
    assert float(debt_service_coverage(584.0, 25.04, 436.52, 114.58)) == pytest.approx(1.01, abs=0.005)
    assert float(debt_service_coverage(584.0, 25.04, 436.52, 114.58, sustaining_investment=58.96)) < 1
    assert float(interest_coverage(1179.4, 1705.69)) == pytest.approx(0.69, abs=0.005)
    assert float(liability_ratio(80.0, 100.0)) == 0.8


def test_a_year_without_debt_has_no_coverage_and_the_worst_year_counts() -> None:
    ratios = debt_service_coverage(
        np.array([50.0, 60, 70, 80]), 0.0, np.array([0.0, 40, 50, 0]), np.array([0.0, 8, 14, 0])
    )
    np.testing.assert_array_equal(np.isnan(ratios), [True, False, False, True])
    assert float(lowest(ratios)) == pytest.approx(70 / 64)
    assert math.isnan(lowest(np.array([np.nan, np.nan])))
    np.testing.assert_array_equal(lowest(np.array([[np.nan, 2.0, np.nan], [1.5, 1.2, np.nan]])), [1.5, 1.2, np.nan])


@given(
    st.lists(st.floats(10, 1000), min_size=1, max_size=20).map(np.array), st.floats(10, 1000), st.floats(0.001, 0.2),
    st.integers(0, 5),
)  # fmt: skip
def test_the_last_life_coverage_is_the_last_debt_service_coverage(
    cash: np.ndarray, debt: float, rate: float, tail: int
) -> None:
    """Whatever the schedule, when interest runs on the opening balance; the project's life is worth at least the loan's."""
    term = len(cash)
    schedule = loan_schedule(debt, annuity_principal(debt, rate, term, np.arange(1, term + 1)), rate)
    yearly = debt_service_coverage(cash, 0.0, schedule.principal, schedule.interest)
    opening, later = np.append(schedule.opening, np.zeros(tail)), np.append(cash, np.full(tail, 50.0))
    of_loan, of_project = loan_life_coverage(later, opening, rate), project_life_coverage(later, opening, rate)
    assert of_loan[term - 1] == pytest.approx(yearly[-1])
    assert np.all(of_project[:term] >= of_loan[:term] * (1 - 1e-12)) and np.isnan(of_loan[term:]).all()
    assert float(of_loan[0]) >= float(lowest(yearly)) * (1 - 1e-9), "a mean of the years, weighted by debt service"


def test_a_loan_drawn_later_lives_from_its_first_debt() -> None:
    """No debt is open in the first period; its cash does not count for later ones."""
    ratios = loan_life_coverage(np.array([500.0, 110, 121]), np.array([0.0, 100, 50]), 0.1)
    np.testing.assert_allclose(ratios, [np.nan, 2.0, 2.2])


def test_coverage_of_many_trials() -> None:
    cash = np.random.default_rng(3).uniform(50, 100, (4, 6))
    debt = np.array([100.0, 70, 40, 0])[:, None]
    ratios = loan_life_coverage(cash, debt, 0.05)
    for trial in range(6):
        np.testing.assert_array_equal(ratios[:, trial], loan_life_coverage(cash[:, trial], debt[:, 0], 0.05))


def test_total_coverage_of_a_bullet_hides_its_last_year() -> None:
    income, service = np.full(10, 15.0), np.array([4.0] * 9 + [104.0])
    assert float(total_coverage(income, service)) == pytest.approx(150 / 140)
    assert float(lowest(debt_service_coverage(income, 0.0, service, 0.0))) == pytest.approx(15 / 104)


@pytest.mark.parametrize(
    ("months", "target"), [(0, [0, 0, 0]), (3, [20, 15, 0]), (12, [80, 60, 0]), (24, [140, 60, 0]), (60, [140, 60, 0])]
)
def test_reserve_for_the_months_ahead(months: float, target: list[float]) -> None:
    assert reserve_target(np.array([100.0, 80, 60]), months).tolist() == target
    assert reserve_target(np.array([100.0]), months).tolist() == [0]
