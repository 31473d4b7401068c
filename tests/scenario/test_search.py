"""The search of one number, on functions whose answer is known."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim.scenario import search as module
from finsim.scenario.search import Found, search
from finsim.sheet.numpy_backend import Array

CLOSE = 1e-9


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(module).failed == 0


@given(st.floats(0.01, 999.9), st.floats(0.001, 1000), st.booleans(), st.sampled_from(["equals", "at_least", "at_most"]))
def test_a_straight_line_crosses_once(root: float, slope: float, falling: bool, sense: module.Sense) -> None:
    """Wherever the root lies, rising or falling: found to 12 digits, on the side that meets the target."""
    sign = -1 if falling else 1
    found = search(lambda x: 7 + sign * slope * (x - root), 0, 1000, sense, 7, CLOSE)
    assert found.status == "found"
    assert found.value == pytest.approx(root, rel=1e-9, abs=2 * CLOSE / slope)
    if sense == "at_least":
        assert found.result >= 7 - CLOSE
    if sense == "at_most":
        assert found.result <= 7 + CLOSE


@pytest.mark.parametrize("root", [0.0, 250.0, 500.0, 1000.0])
def test_a_root_that_is_one_of_the_points_tried(root: float) -> None:
    found = search(lambda x: x - root, 0, 1000, "equals", 0, CLOSE)
    assert (found.status, found.value) == ("found", pytest.approx(root, abs=CLOSE))


def test_a_solution_has_13_digits_and_meets_the_target_strictly() -> None:
    """Rounded away from the edge: a third of 1000 does not meet "at least 1000 ÷ 3", the number above it does."""
    up = search(lambda x: x, 0, 1000, "at_least", 1000 / 3, CLOSE)
    down = search(lambda x: x, 0, 1000, "at_most", 1000 / 3, CLOSE)
    assert (up.value, down.value) == (333.3333333334, 333.3333333333)


def test_a_step_is_found_though_nothing_lies_on_it() -> None:
    """A test passes or not: 0 below 432.1, 1 from there on."""
    found = search(lambda x: np.where(x >= 432.1, 1.0, 0.0), 0, 1000, "at_least", 1, CLOSE)
    assert (found.status, found.result) == ("found", 1.0)
    assert 432.1 <= found.value < 432.1 + 1e-9


def test_a_result_that_jumps_over_its_target() -> None:
    """The lowest value with at least 0.5 exists, one with exactly 0.5 does not."""

    def jump(x: Array) -> Array:
        return np.where(x >= 432.1, 1.0, 0.0)

    assert search(jump, 0, 1000, "at_least", 0.5, CLOSE).status == "found"
    over = search(jump, 0, 1000, "equals", 0.5, CLOSE)
    assert over.status == "none" and over.lowest < 0.5 < over.highest


@pytest.mark.parametrize("sense", ["equals", "at_least"])
@pytest.mark.parametrize("noise", [0.0, 3e-16])
def test_a_level_stretch_ends_where_the_result_leaves_the_target(sense: module.Sense, noise: float) -> None:
    """A sculpted loan has the wanted DSCR up to its capacity and a lower one beyond, give or take the last bits."""

    def dscr(debt: Array) -> Array:
        return np.minimum(1.3, 1.3 - 0.01 * (debt - 336.3)) + noise * np.sin(1e6 * debt)

    found = search(dscr, 0, 1000, sense, 1.3, CLOSE)
    assert (found.status, found.value) == ("found", pytest.approx(336.3, abs=1e-6))
    assert found.result == pytest.approx(1.3, abs=CLOSE)


@pytest.mark.parametrize(
    ("measure", "sense", "status", "near"),
    [
        (lambda x: (x - 3) ** 2, "equals", "several", [1, 5]),
        (lambda x: (x - 3) ** 2, "at_least", "several", [1, 5]),
        (lambda x: np.where(x < 2, 5.0, np.where(x > 7, 3.0, 4.0)), "equals", "several", [2, 7]),
        (lambda x: x + 10, "at_least", "everywhere", []),
        (lambda x: x + 10, "at_most", "none", []),
        (lambda x: x + 10, "equals", "none", []),
        (lambda x: 0 * x + 4, "equals", "everywhere", []),
        (lambda x: np.full_like(x, np.nan), "equals", "none", []),
        (lambda x: np.full_like(x, np.nan), "at_least", "none", []),
    ],
)
def test_where_there_is_not_one_solution(
    measure: Callable[[Array], Array], sense: module.Sense, status: str, near: list[float]
) -> None:
    found = search(measure, 0, 10, sense, 4, CLOSE)
    assert found.status == status
    np.testing.assert_allclose(found.near, near, atol=10 / 256)


def test_met_everywhere_the_end_nearest_to_the_target_is_taken() -> None:
    def end(measure: Callable[[Array], Array]) -> float:
        return search(measure, 500, 900, "at_least", 0.25, CLOSE).value

    assert end(lambda capital: capital / 1000) == 500  # the least capital
    assert end(lambda debt: 1000 / debt) == 900  # the largest debt
    assert math.isnan(end(lambda x: 0 * x + 0.3))  # nothing to choose by


def test_values_without_a_result_are_no_edge() -> None:
    """A loan repaid early has no service in its last year: no DSCR below 100, then one that falls through 1.5 at 750."""
    found = search(lambda x: np.where(x < 100, np.nan, 3 - x / 500), 0, 1000, "equals", 1.5, CLOSE)
    assert (found.status, found.value) == ("found", pytest.approx(750))
    met = search(lambda x: np.where(x < 100, np.nan, 3 - x / 5000), 0, 1000, "at_least", 1.5, CLOSE)
    assert (met.status, met.value) == ("everywhere", 1000)


def test_a_solution_far_smaller_than_the_range() -> None:
    found = search(lambda x: x, 0, 1e9, "equals", 0.001, 1e-12)
    assert (found.status, found.value) == ("found", pytest.approx(0.001, abs=1e-12))


def test_every_value_tried_is_counted() -> None:
    tried = 0

    def measure(x: Array) -> Array:
        nonlocal tried
        tried += len(x)
        return x

    found: Found = search(measure, 0, 1, "equals", 0.3, CLOSE)
    assert found.tried == tried
