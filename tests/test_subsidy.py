"""Subsidies: what they are meant to make possible is put back into the profit statement."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim import subsidy
from finsim.subsidy import gap_subsidy, subsidy_for_debt_service, subsidy_for_return_on_equity

amounts = st.floats(0, 10_000)
rates = st.floats(0, 0.4)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(subsidy).failed == 0


@given(amounts, amounts, amounts, amounts, amounts, rates)
def test_the_subsidy_just_repays_the_principal(
    cost: float, principal: float, depreciation: float, amortisation: float, income: float, tax: float
) -> None:
    paid = float(subsidy_for_debt_service(cost, principal, depreciation, amortisation, income, tax))
    profit = income + paid - cost
    able = profit - max(profit, 0) * tax + depreciation + amortisation
    assert paid >= 0 and able >= principal - 1e-6 and profit >= -1e-6
    if paid > 0 and principal > depreciation + amortisation:
        assert able == pytest.approx(principal, abs=1e-6), "no more than is needed"


@given(amounts, amounts, st.floats(0, 0.2), amounts, rates)
def test_the_subsidy_just_gives_the_return(
    cost: float, equity: float, target: float, income: float, tax: float
) -> None:
    paid = float(subsidy_for_return_on_equity(cost, equity, target, income, tax))
    net = (income + paid - cost) * (1 - tax)
    assert net >= target * equity - 1e-6
    if paid > 0:
        assert net == pytest.approx(target * equity, abs=1e-6)


def test_the_gap_rises_with_the_year_and_may_be_none() -> None:
    """CN-PPP-VGF: 9044.46 in the first year; users who pay for everything leave nothing to be paid."""
    gap = gap_subsidy(94200.0, 0.06, 0.05, np.arange(1, 11), 10, 1000.0, 2500.0)
    assert float(gap[0]) == pytest.approx(9044.46, abs=0.005)
    np.testing.assert_allclose((gap[1:] + 1440) / (gap[:-1] + 1440), 1.05)
    assert float(gap_subsidy(1000.0, 0.06, 0.05, 1, 10, 100.0, 500.0)) < 0
