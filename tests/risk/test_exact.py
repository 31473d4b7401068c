"""exp, log, ndtr and ndtri against mpmath at 40 digits, and the bits they give."""

import hashlib
from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from finsim.risk import exact
from finsim.risk.exact import Floats

RANDOM = np.random.Generator(np.random.PCG64(20230601))


def relative_error(function: Callable[[Floats], Floats], truth: Callable[[mpmath.mpf], mpmath.mpf], x: Floats) -> float:
    with mpmath.workdps(40):
        truths = [truth(mpmath.mpf(value)) for value in x.tolist()]
        return float(max(abs(found / true - 1) for found, true in zip(function(x).tolist(), truths, strict=True)))


def percentage_point(p: mpmath.mpf) -> mpmath.mpf:
    """The normal quantile by Newton's rule on mpmath's own distribution function."""
    if p > 0.5:
        return -percentage_point(1 - p)
    x = mpmath.mpf(float(exact.ndtri(float(p))))
    for _ in range(3):
        x -= (mpmath.ncdf(x) - p) / mpmath.npdf(x)
    return x


@pytest.mark.parametrize(
    "x",
    [RANDOM.uniform(-708, 709, 1000), RANDOM.normal(0, 1, 1000), RANDOM.uniform(-1e-6, 1e-6, 200)],
    ids=["everywhere", "moderate", "near 0"],
)
def test_exp(x: Floats) -> None:
    assert relative_error(exact.exp, mpmath.exp, x) < 2.0**-52


@pytest.mark.parametrize(
    "x",
    [
        10 ** RANDOM.uniform(-307, 308, 1000),
        RANDOM.uniform(0.5, 2, 1000),
        1 + RANDOM.uniform(-1e-6, 1e-6, 200),
    ],
    ids=["everywhere", "moderate", "near 1"],
)
def test_log(x: Floats) -> None:
    assert relative_error(exact.log, mpmath.log, x) < 2.0**-52


@pytest.mark.parametrize(("low", "high"), [(-37, -5.6), (-5.7, -0.6), (-0.7, 0.7), (0.6, 8)])
def test_ndtr(low: float, high: float) -> None:
    assert relative_error(exact.ndtr, mpmath.ncdf, RANDOM.uniform(low, high, 500)) < 1e-15


@pytest.mark.parametrize("x", [-9.0, -5.65, -0.67, 0.0, 0.67, 5.66, 9.0])
def test_ndtr_is_absolutely_exact_to_a_rounding(x: float) -> None:
    assert abs(float(exact.ndtr(x)) - mpmath.ncdf(x)) < 2e-16


@pytest.mark.parametrize(
    "p",
    [
        10 ** RANDOM.uniform(-300, -1, 500),
        RANDOM.uniform(0, 1, 500),
        1 - 10 ** RANDOM.uniform(-15.9, -1, 500),
        0.5 + RANDOM.uniform(-1e-6, 1e-6, 200),
    ],
    ids=["lower tail", "everywhere", "upper tail", "centre"],
)
def test_ndtri(p: Floats) -> None:
    assert relative_error(exact.ndtri, percentage_point, p) < 1e-15


def test_limits() -> None:
    nan, inf = np.nan, np.inf
    np.testing.assert_array_equal(
        exact.exp([-inf, -746.0, 0.0, 709.79, inf, nan]), [0.0, 0.0, 1.0, inf, inf, nan], strict=True
    )
    np.testing.assert_array_equal(exact.log([-1.0, 0.0, 1.0, inf, nan]), [nan, -inf, 0.0, inf, nan], strict=True)
    np.testing.assert_array_equal(
        exact.ndtr([-inf, -40.0, 0.0, 40.0, inf, nan]), [0.0, 0.0, 0.5, 1.0, 1.0, nan], strict=True
    )
    np.testing.assert_array_equal(
        exact.ndtri([-0.1, 0.0, 0.5, 1.0, 1.1, nan]), [nan, -inf, 0.0, inf, nan, nan], strict=True
    )


def test_floats_too_small_to_be_normal() -> None:
    assert float(exact.exp(-744.0)) == pytest.approx(10e-324, abs=6e-324)
    assert float(exact.log(5e-324)) == pytest.approx(-744.4400719213812, rel=1e-15)


@pytest.mark.parametrize("function", [exact.exp, exact.log, exact.ndtr, exact.ndtri])
def test_shape_layout_and_neighbours_do_not_matter(function: Callable[[Floats], Floats]) -> None:
    x = RANDOM.uniform(0.001, 0.999, (50, 7))
    whole = function(x)
    assert whole.shape == x.shape
    assert whole.dtype == np.float64
    assert np.array_equal(function(np.asfortranarray(x)), whole)
    assert np.array_equal(function(x[::-3, ::2]), whole[::-3, ::2])
    assert [float(function(np.float64(value))) for value in x[0]] == whole[0].tolist()


@pytest.mark.parametrize(
    ("function", "low", "high", "digest"),
    [
        (exact.exp, -700.0, 700.0, "0c1e403d19d1064e"),
        (exact.log, 1e-9, 1e9, "506c338dcd919188"),
        (exact.ndtr, -10.0, 10.0, "02a809e9c5a694ed"),
        (exact.ndtri, 0.0, 1.0, "e38fbb270a342166"),
    ],
)
def test_bits_are_the_same_on_every_machine(
    function: Callable[[Floats], Floats], low: float, high: float, digest: str
) -> None:
    x = low + (high - low) * (np.arange(100_000) / 99_999.0)
    assert hashlib.sha256(function(x).astype("<f8").tobytes()).hexdigest()[:16] == digest
