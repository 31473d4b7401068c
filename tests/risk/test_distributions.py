"""Quantiles against scipy.stats, bounds, order, refused parameters; dependence between units."""

import hashlib
import math
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from finsim.risk.distributions import correlate, quantile
from finsim.risk.exact import Floats
from finsim.risk.streams import EDGE, uniforms
from finsim.scenario.distributions import (
    KINDS,
    Beta,
    Discrete,
    Distribution,
    DistributionError,
    Empirical,
    Event,
    Lognormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
)

_TAIL = 10.0 ** np.arange(-12, -2, 0.25)
U = np.concatenate([_TAIL, np.linspace(0.01, 0.99, 9801), 1 - _TAIL[::-1]])


def pert(low: float, mode: float, high: float) -> Any:
    shapes = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
    return scipy.stats.beta(*shapes, loc=low, scale=high - low)


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        (Triangular(0.6, 0.85, 0.95), scipy.stats.triang(0.25 / 0.35, 0.6, 0.35)),
        (Triangular(-3, -3, 5), scipy.stats.triang(0, -3, 8)),
        (Triangular(-3, 5, 5), scipy.stats.triang(1, -3, 8)),
        (Uniform(-1, 3), scipy.stats.uniform(-1, 4)),
        (Normal(10, 2, 5, 18), scipy.stats.truncnorm(-2.5, 4, 10, 2)),
        (Normal(0, 1, 3, 6), scipy.stats.truncnorm(3, 6)),
        (Normal(0, 1, -20, -15), scipy.stats.truncnorm(-20, -15)),
        (Normal(0, 1, 15, 20), scipy.stats.truncnorm(15, 20)),
        (Lognormal(2, 0.3), scipy.stats.lognorm(0.3, scale=2)),
    ],
    ids=lambda value: repr(value) if isinstance(value, Distribution) else "scipy",
)
def test_quantiles_are_those_of_scipy(distribution: Distribution, reference: Any) -> None:
    np.testing.assert_allclose(quantile(distribution, U), reference.ppf(U), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("low", [5.0, 10.0, 14.0])
def test_a_normal_distribution_without_a_high_end(low: float) -> None:
    """What lies above a value has the share 1 − u of what lies above the low end. (The truncated one of SciPy has lost digits there.)"""
    whole = scipy.stats.norm(10, 2)
    np.testing.assert_allclose(quantile(Normal(10, 2, low), U), whole.isf((1 - U) * whole.sf(low)), rtol=1e-12)


@pytest.mark.parametrize(
    ("low", "mode", "high"),
    [(0.6, 0.85, 0.95), (0, 0, 1), (0, 1, 1), (0, 0.5, 1), (-2, -1.999, 5), (100, 130, 135)],
)
def test_pert_quantiles_are_within_half_a_millionth_of_the_width(low: float, mode: float, high: float) -> None:
    error = quantile(Pert(low, mode, high), U) - pert(low, mode, high).ppf(U)
    assert np.abs(error).max() < 5e-7 * (high - low)


@pytest.mark.parametrize(
    ("first", "second", "error"),
    [(2, 3, 5e-7), (1, 1, 1e-15), (0.5, 0.5, 5e-7), (1, 9, 1e-6), (30, 70, 4e-6), (100, 100, 4e-6), (0.5, 100, 4e-5), (100, 1, 4e-5)],
)
def test_beta_quantiles_are_those_of_scipy(first: float, second: float, error: float) -> None:
    found = quantile(Beta(first, second, -1, 3), U)
    assert np.abs(found - scipy.stats.beta(first, second, -1, 4).ppf(U)).max() < 4 * error
    assert found.min() >= -1 and found.max() <= 3 and np.all(np.diff(found) >= 0)
    assert np.array_equal(quantile(Beta(first, second, 2, 2), U), np.full_like(U, 2))


def test_pert_is_a_beta_distribution() -> None:
    assert np.array_equal(quantile(Pert(0, 0.25, 1), U), quantile(Beta(2, 4, 0, 1), U))


def test_discrete_values_have_their_probabilities() -> None:
    u = uniforms(0, "delay", "", 0, 100_000)
    found = quantile(Discrete((0.0, 1.0, 2.0), (0.7, 0.2, 0.1)), u)
    assert [float((found == value).mean()) for value in (0, 1, 2)] == pytest.approx([0.7, 0.2, 0.1], abs=0.005)
    ends = quantile(Discrete((0.0, 1.0, 2.0), (0.7, 0.2, 0.1)), np.array([0.0, EDGE, 0.7, 1 - EDGE, 1.0]))
    assert ends.tolist() == [0, 0, 1, 2, 2]


def test_observed_values_are_drawn_alike() -> None:
    found = quantile(Empirical((1.0, 1.0, 4.0, 9.0)), np.array([EDGE, 0.24, 0.26, 0.5, 0.76, 1 - EDGE, 1.0]))
    assert found.tolist() == [1, 1, 1, 4, 9, 9, 9]


@pytest.mark.parametrize("probability", [0.0, 0.2, 1.0])
def test_an_event_happens_with_its_probability(probability: float) -> None:
    found = quantile(Event(probability, 5.0), uniforms(0, "delay", "", 0, 100_000))
    assert float((found == 5.0).mean()) == pytest.approx(probability, abs=0.005)
    assert np.all(np.isnan(found) | (found == 5.0))


@pytest.mark.parametrize("mode", [0.0, 0.3, 1.0])
def test_pert_is_exact_at_the_points_of_its_table(mode: float) -> None:
    step = np.arange(1000, 3000) / 4096
    position = step * step * (3 - 2 * step)
    found = quantile(Pert(0, mode, 1), pert(0, mode, 1).cdf(position))
    np.testing.assert_allclose(found, position, rtol=0, atol=1e-12)


def test_pert_has_an_end_where_its_tail_is_thinner_than_a_float() -> None:
    assert quantile(Pert(2, 2, 4), np.array([0.0, 1.0])).tolist() == [2.0, 4.0]


def test_pert_mean_weighs_the_mode_four_times() -> None:
    middle = (np.arange(100_000) + 0.5) / 100_000
    assert quantile(Pert(1, 2, 6), middle).mean() == pytest.approx((1 + 4 * 2 + 6) / 6, abs=1e-5)


@pytest.mark.parametrize(("low", "high"), [(1.5, 3.0), (None, 3.0), (1.5, None), (0.0, 3.0), (5.0, 9.0)])
def test_truncated_lognormal_is_the_exponential_of_a_truncated_normal(low: float | None, high: float | None) -> None:
    lower = -math.inf if not low else math.log(low / 2) / 0.3
    upper = math.inf if high is None else math.log(high / 2) / 0.3
    normal = scipy.stats.truncnorm(lower, upper)
    expected = 2 * np.exp(0.3 * np.where(U < 0.5, normal.ppf(U), normal.isf(1 - U)))
    np.testing.assert_allclose(quantile(Lognormal(2, 0.3, low, high), U), expected, rtol=1e-9)


@pytest.mark.parametrize("rest", [1e-6, 1e-9, 1e-12])
def test_truncation_loses_no_digits_in_the_far_tail(rest: float) -> None:
    """Where SciPy's own quantile is off by 2 in a million."""
    u = 1.0 - rest
    score = float(quantile(Normal(0, 1, -1, 100), np.array(u)))
    with mpmath.workdps(40):
        beyond = mpmath.ncdf(-score) / mpmath.ncdf(1)
        assert float(beyond / (1 - mpmath.mpf(u))) == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize(
    "distribution",
    [
        Triangular(5, 5, 5),
        Pert(5, 5, 5),
        Uniform(5, 5),
        Normal(3, 1, 5, 5),
        Normal(7, 1, 5, 5),
        Lognormal(3, 0.5, 5, 5),
    ],
    ids=str,
)
def test_no_width_is_a_constant(distribution: Distribution) -> None:
    assert np.all(quantile(distribution, U) == 5.0)


@st.composite
def distributions(draw: st.DrawFn) -> tuple[Distribution, float, float]:
    number = st.floats(-1e9, 1e9)
    low, mode, high = sorted(draw(st.tuples(number, number, number)))
    kind = draw(st.sampled_from(["triangular", "pert", "uniform", "normal", "lognormal"]))
    if kind in ("triangular", "pert"):
        return KINDS[kind](low, mode, high), low, high
    if kind == "uniform":
        return Uniform(low, high), low, high
    if kind == "normal":
        sd = draw(st.floats(1e-3, 1e9))
        return Normal(draw(st.floats(low - 30 * sd, high + 30 * sd)), sd, low, high), low, high
    low, high = sorted(draw(st.tuples(st.floats(0, 1e3, allow_subnormal=False), st.floats(1, 1e3))))
    return Lognormal(draw(st.floats(1, 1e3)), draw(st.floats(0.3, 3)), low, high), low, high


@given(distributions(), st.lists(st.floats(EDGE, 1 - EDGE), min_size=2, max_size=50))
def test_rises_within_its_bounds(drawn: tuple[Distribution, float, float], u: list[float]) -> None:
    distribution, low, high = drawn
    values = quantile(distribution, np.sort([0.0, EDGE, *u, 1 - EDGE, 1.0]))
    assert values.min() >= low
    assert values.max() <= high
    # Normal quantiles of neighbouring floats may fall by a rounding; everything else rises without exception.
    slack = 1e-14 if isinstance(distribution, Normal | Lognormal) else 0.0
    sizes = np.abs(values) + sum(abs(vars(distribution).get(name, 0.0)) for name in ("mean", "sd"))
    assert np.all(np.diff(values) >= -slack * sizes[1:])


def test_rounding_carries_nothing_past_mode_or_end() -> None:
    for low, mode, high in np.sort(np.random.Generator(np.random.PCG64(1)).uniform(-10, 10, (1000, 3))).tolist():
        turn = (mode - low) / (high - low)
        around = quantile(Triangular(low, mode, high), turn + np.arange(-8, 9) * 2.0**-54)
        assert np.all(np.diff(around) >= 0)
        assert quantile(Uniform(low, high), np.array(1.0)) <= high


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "path"])
def test_keeps_the_shape(kind: str) -> None:
    parameters: dict[str, Any] = {
        "normal": (2.0, 1.0, 0.0, 5.0), "uniform": (0.0, 1.0), "lognormal": (1.0, 0.2), "beta": (2.0, 3.0, 0.0, 1.0),
        "discrete": ((1.0, 2.0), (0.4, 0.6)), "empirical": ((1.0, 2.0, 5.0),), "event": (1.0, 2.0),
    }  # fmt: skip
    distribution = KINDS[kind](*parameters.get(kind, (0.0, 1.0, 3.0)))
    u = uniforms(0, kind, "", 0, 60).reshape(3, 20)
    values = quantile(distribution, u)
    assert values.dtype == np.float64
    assert np.array_equal(values.ravel(), quantile(distribution, u.ravel()))
    assert values.shape == u.shape


@pytest.mark.parametrize(
    ("kind", "parameters", "sentence"),
    [
        ("triangular", (3, 2, 5), "not in rising order: 3, 2, 5"),
        ("triangular", (1, 2, math.inf), "not finite: 1, 2, inf"),
        ("pert", (1, 6, 5), "not in rising order"),
        ("pert", (math.nan, 2, 5), "not finite"),
        ("uniform", (2, 1), "not in rising order"),
        ("normal", (1, 0, 0, 2), "sd is not above 0: 0"),
        ("normal", (math.nan, 1, 0, 2), "not finite"),
        ("normal", (1, 1, 2, 0), "not in rising order"),
        ("normal", (1, 1, 0, math.inf), "not finite"),
        ("normal", (0, 1, 38), "37 standard deviations"),
        ("normal", (0, 1, 38, 39), "37 standard deviations"),
        ("normal", (0, 1, -39, -38), "37 standard deviations"),
        ("lognormal", (0, 1), "median is not above 0: 0"),
        ("lognormal", (1, -1), "sigma is not above 0: -1"),
        ("lognormal", (1, 1, -1, 2), "not in rising order"),
        ("lognormal", (1, 1, 3, 2), "not in rising order"),
        ("lognormal", (1, 1, None, math.nan), "not finite"),
        ("lognormal", (1, 0.01, 2, 3), "37 standard deviations"),
        ("beta", (0.4, 2, 0, 1), "a shape is not between 0.5 and 100"),
        ("beta", (2, math.nan, 0, 1), "not finite"),
        ("beta", (2, 2, 1, 0), "not in rising order"),
        ("discrete", ((), ()), "there are no values"),
        ("discrete", ((1, 1), (0.5, 0.5)), "a value stands there twice"),
        ("discrete", ((1, 2), (0.5, 0.6)), "do not add up to 1: 1.1"),
        ("discrete", ((1, 2), (-0.5, 1.5)), "a probability is not between 0 and 1"),
        ("empirical", ((1,),), "fewer than 2 values"),
        ("empirical", ((2, 1),), "not in rising order"),
        ("event", (1.1, 2), "a probability is not between 0 and 1"),
        ("event", (0.5, math.inf), "not finite"),
        ("path", (2, 0.5, 1, 3, 1), "not in rising order: 3, 1"),
        ("path", (4, 0.5, 1, 1, 3), "mean is not between low and high: 4"),
        ("path", (2, 1.1, 1, 1, 3), "speed is not above 0 and at most 1: 1.1"),
        ("path", (2, math.nan, 1, 1, 3), "not finite"),
        ("path", (2, 0.5, -1, 1, 3), "sd is negative: -1"),
        ("path", (2, 0.5, 1, 1, math.inf), "not finite"),
    ],
)
def test_refused_in_both_languages(kind: str, parameters: tuple[float, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refused:
        KINDS[kind](*parameters)
    assert isinstance(refused.value, DistributionError)
    assert refused.value.message.en in str(refused.value)
    assert any("\u4e00" <= character <= "\u9fff" for character in refused.value.message.zh)


def scores(shared: float, trials: int = 40_000) -> Floats:
    """Normal scores of 3 units: shape (3, trials)."""
    city = uniforms(0, "price", "", 0, trials)
    units = [correlate(city, uniforms(0, "price", unit, 0, trials), shared) for unit in "甲乙丙"]
    return scipy.stats.norm.ppf(units)


@pytest.mark.parametrize("shared", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_units_are_correlated_as_stated(shared: float) -> None:
    found = np.corrcoef(scores(shared))[np.triu_indices(3, 1)]
    np.testing.assert_allclose(found, shared, atol=0.02)


@pytest.mark.parametrize("shared", [0.2, 0.5, 0.9])
def test_each_unit_stays_uniform(shared: float) -> None:
    for unit in scores(shared):
        assert scipy.stats.kstest(unit, "norm").pvalue > 1e-3


def test_the_ends_of_the_share() -> None:
    city, own = uniforms(0, "price", "", 0, 100), uniforms(0, "price", "甲", 0, 100)
    assert np.array_equal(correlate(city, own, 0.0), own)
    assert np.array_equal(correlate(city, own, 1.0), city)


def test_correlated_numbers_stay_strictly_within() -> None:
    extreme = np.array([EDGE, 1 - EDGE])
    assert correlate(extreme, extreme, 0.5).tolist() == [EDGE, 1 - EDGE]


@pytest.mark.parametrize("shared", [-0.1, 1.1, math.nan])
def test_refused_share(shared: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        correlate(U, U, shared)


def test_bits_of_a_beta_distribution_are_the_same_on_every_machine() -> None:
    values = quantile(Beta(1.5, 20, 0, 1), uniforms(0, "price", "", 0, 10_000))
    assert hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()[:16] == "70f85f09fc2b381d"


def test_bits_are_the_same_on_every_machine() -> None:
    city, own = uniforms(0, "price", "", 0, 10_000), uniforms(0, "price", "甲", 0, 10_000)
    u = correlate(city, own, 0.5)
    kinds: list[Distribution] = [
        Triangular(0.6, 0.85, 0.95),
        Pert(0.6, 0.85, 0.95),
        Uniform(-1, 3),
        Normal(10, 2, 5, 18),
        Lognormal(2, 0.3, 1, None),
    ]
    values = np.array([u, *(quantile(kind, u) for kind in kinds)])
    assert hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()[:16] == "29078b4912b86edd"
