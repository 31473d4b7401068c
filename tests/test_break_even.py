"""Break-even and critical points: what they promise is put back into the arithmetic they come from."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim import break_even
from finsim.break_even import (
    break_even_output,
    break_even_output_with_vat,
    break_even_price,
    break_even_price_with_vat,
    break_even_utilisation,
    critical_point,
    linear_critical_point,
    sensitivity_coefficient,
    surcharge_per_unit,
)
from finsim.indicators import npv

fixed_costs, unit_costs, outputs = st.floats(10, 10_000), st.floats(0.1, 10), st.floats(10, 10_000)
vats, surcharges = st.floats(0, 0.17), st.floats(0, 0.12)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(break_even).failed == 0


@given(fixed_costs, unit_costs, st.floats(0.1, 10), vats, surcharges, st.floats(0, 0.1))
def test_nothing_is_earned_at_the_break_even_output(
    fixed: float, cost: float, margin: float, vat: float, rate: float, input_vat: float
) -> None:
    price = (cost + margin) / (1 - vat * rate)  # high enough to leave something after surcharges
    output = float(break_even_output_with_vat(fixed, price, cost, vat, input_vat, rate))
    taxes = (price * output * vat - input_vat * output) * rate
    assert price * output - cost * output - taxes - fixed == pytest.approx(0, abs=1e-6 * price * output)


@given(fixed_costs, unit_costs, outputs, vats, surcharges, st.floats(0, 0.1))
def test_nothing_is_earned_at_the_break_even_price(
    fixed: float, cost: float, output: float, vat: float, rate: float, input_vat: float
) -> None:
    price = float(break_even_price_with_vat(fixed, cost * output, output, vat, input_vat * output, rate))
    taxes = float(surcharge_per_unit(price, vat, input_vat, rate)) * output
    assert price * output - cost * output - taxes - fixed == pytest.approx(0, abs=1e-6 * (fixed + cost * output))
    assert float(break_even_price(fixed, cost * output, output, taxes)) == pytest.approx(price), "once taxes are known"


def test_use_of_capacity_is_output_by_capacity() -> None:
    """CN-IND-BEP-01, whole and by the unit."""
    output = float(break_even_output(12e6, 900.0, 560.0, 120.0))
    assert float(break_even_utilisation(12e6, 900e5, 560e5, 120e5)) == pytest.approx(output / 100_000)


def test_where_nothing_breaks_even() -> None:
    """Each unit loses, or earns just its own cost."""
    np.testing.assert_array_equal(break_even_output(100.0, np.array([1.0, 2.0, 3.0]), 2.0), [np.nan, np.nan, 100.0])
    assert math.isnan(break_even_utilisation(100.0, 50.0, 60.0))
    assert math.isnan(break_even_price(100.0, 50.0, 0.0))


# ---- sensitivity -------------------------------------------------------------------------------------------
def test_the_sign_of_a_coefficient_is_that_of_the_effect() -> None:
    assert float(sensitivity_coefficient(100.0, 120.0, 0.1)) == pytest.approx(2)
    assert float(sensitivity_coefficient(100.0, 80.0, -0.1)) == pytest.approx(2)
    assert float(sensitivity_coefficient(100.0, 80.0, 0.1)) == pytest.approx(-2)
    assert float(sensitivity_coefficient(-100.0, -80.0, 0.1)) == pytest.approx(2), "a smaller loss is an improvement"
    assert math.isnan(sensitivity_coefficient(0.0, 10.0, 0.1)) and math.isnan(sensitivity_coefficient(10.0, 10.0, 0.0))


@given(st.floats(1, 1000), st.floats(-50, 50), st.floats(-0.3, 0.3))
def test_linear_and_solved_critical_points_agree_on_a_line(base: float, threshold: float, change: float) -> None:
    if abs(change) < 1e-3:
        return
    slope = -4 * base
    exact = float(linear_critical_point(base, base + slope * change, change, threshold))
    assert exact == pytest.approx((threshold - base) / slope)
    if abs(exact) < 0.99:
        assert float(critical_point(lambda x: base + slope * x, -1, 1, threshold)) == pytest.approx(exact, abs=1e-8)


def test_critical_points_of_many_trials() -> None:
    """Investment at which each trial's present value is nothing; the last never gets there."""
    income = np.array([[60.0, 65.0, 20.0], [60.0, 65.0, 20.0]])

    def worth(change: np.ndarray) -> np.ndarray:
        return npv(0.1, np.stack([-100 * (1 + change) * np.ones(3), *income]))

    found = critical_point(worth, -0.5, 0.5)
    expected = (60 / 1.1 + 60 / 1.21) / 100 - 1
    assert float(found[0]) == pytest.approx(expected) and found.shape == (3,)
    assert math.isnan(found[2])
    assert np.abs(worth(found)[:2]).max() < 1e-6


def test_critical_points_at_the_ends_and_threshold() -> None:
    assert float(critical_point(lambda x: x, 0, 1)) == 0
    assert float(critical_point(lambda x: 1 - x, 0, 1)) == 1
    assert float(critical_point(lambda x: 2 * x, 0, 1, threshold=0.5)) == pytest.approx(0.25)
    assert math.isnan(critical_point(lambda x: x + 1, 0, 1))
    with pytest.raises(ValueError, match="no room"):
        critical_point(lambda x: x, 1, 1)


def test_how_often_the_model_is_asked() -> None:
    asked = []

    def measure(change: np.ndarray) -> np.ndarray:
        asked.append(float(change))
        return change - 0.3

    assert float(critical_point(measure, 0, 1, tolerance=1e-3)) == pytest.approx(0.3, abs=1e-3)
    assert len(asked) == 12
