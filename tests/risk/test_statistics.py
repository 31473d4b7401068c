"""The histogram against NumPy, whatever the chunks."""

import itertools
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from finsim.risk.exact import Floats
from finsim.risk.statistics import Histogram

RANDOM = np.random.Generator(np.random.PCG64(20230601))


def histogram(values: Floats) -> Histogram:
    result = Histogram(values.shape[0])
    result.add(values)
    return result


def same(left: Histogram, right: Histogram) -> bool:
    """Equal in every bit that is kept; pages of bins may stand in another order."""
    return pickle.dumps(kept(left)) == pickle.dumps(kept(right))


def kept(histogram: Histogram) -> list[object]:
    bins = [[part.tolist() for part in histogram._met(row)] for row in range(histogram.minimum.size)]
    beside = {name: value for name, value in vars(histogram).items() if name not in ("_page_of", "_counts", "_pages")}
    return [bins, histogram.missing, beside]


SAMPLES = {
    "normal": RANDOM.normal(1000, 400, 20_000),
    "about 0": RANDOM.normal(0, 50, 20_000),
    "lognormal": RANDOM.lognormal(3, 2, 20_000),
    "rates": RANDOM.uniform(0.02, 0.09, 20_000),
    "heavy tails": RANDOM.standard_t(2, 20_000),
    "negative": -RANDOM.exponential(1e6, 20_000),
    "few values": RANDOM.choice([0.0, 1.0, 1.2, 500.0, 1e5], 20_000),
    "constant": np.full(20_000, 1.2),
    "small sample": RANDOM.normal(100, 40, 7),
    "one value": np.array([math.pi]),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("p", [0.0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1.0])
def test_quantiles_are_within_the_stated_error(name: str, p: float) -> None:
    values = SAMPLES[name]
    found = histogram(values[np.newaxis]).quantile(p)[0]
    below, above = np.quantile(values, p, method="lower"), np.quantile(values, p, method="higher")
    allowed = 0.002 * max(abs(below), abs(above)) + 2.0**-12
    assert found == pytest.approx(np.quantile(values, p), rel=0, abs=allowed)


def test_within_a_bin_values_count_as_spread_evenly() -> None:
    values = np.linspace(900.0, 1100.0, 100_001)
    for p in np.linspace(0, 1, 37):
        assert histogram(values[np.newaxis]).quantile(p)[0] == pytest.approx(900 + 200 * p, rel=5e-6)


def test_a_bin_crowded_at_its_edge_is_within_the_stated_error() -> None:
    assert histogram(np.array([[1.0] * 999 + [2.0]])).quantile(0.998)[0] == pytest.approx(1.0, rel=0.002)


def test_a_value_alone_in_its_bin_counts_as_its_middle() -> None:
    middle = 1 + 2.0**-10
    assert histogram(np.array([[0.0, middle - 2.0**-12, 4.0]])).quantile(0.5)[0] == middle


def test_nothing_and_zero_are_exactly_zero() -> None:
    found = histogram(np.array([[-5.0, 0.0, 0.0, -0.0, 1e-5, 7.0]]))
    assert found.quantile(0.4)[0] == 0.0
    assert found.quantile(0.0)[0] == -5.0
    assert found.quantile(1.0)[0] == 7.0


def test_powers_of_two_begin_a_bin() -> None:
    """Values on both sides of an edge must not share a bin: the quantile between them would be off."""
    edges = 2.0 ** np.arange(-12, 31)
    pairs = np.stack([np.nextafter(edges, 0), edges], axis=1)
    below = histogram(np.repeat(pairs, [99, 2], axis=1)).quantile(0.5)
    np.testing.assert_allclose(below, pairs[:, 0], rtol=0.002, atol=2.0**-12)
    assert np.all(below <= pairs[:, 0])


def test_beyond_the_bins_the_extreme_stands() -> None:
    found = histogram(np.array([[-1e300, -1e12, -1e12, 1.0, 1e12, 1e12, 1e300]]))
    assert found.quantile(0.25)[0] == -1e300
    assert found.quantile(0.5)[0] == pytest.approx(1.0, rel=0.002)
    assert found.quantile(0.75)[0] == 1e300
    assert np.isnan(found.mean()[0])


def test_missing_values_are_counted_apart() -> None:
    nan = np.nan
    found = histogram(np.array([[1.0, nan, 3.0], [nan, nan, nan], [4.0, 5.0, 6.0]]))
    assert found.trials == 3
    assert found.valid.tolist() == [2, 0, 3]
    assert found.missing.tolist() == [1, 3, 0]
    for result, expected in [
        (found.minimum, [1.0, nan, 4.0]),
        (found.maximum, [3.0, nan, 6.0]),
        (found.mean(), [2.0, nan, 5.0]),
        (found.quantile(1.0), [3.0, nan, 6.0]),
    ]:
        np.testing.assert_array_equal(result, expected)


def test_nothing_added() -> None:
    empty = histogram(np.empty((2, 0)))
    assert empty.trials == 0
    assert np.isnan([empty.quantile(0.5), empty.mean(), empty.minimum, empty.maximum]).all()


def test_mean_is_exact_to_its_fraction() -> None:
    values = np.concatenate([RANDOM.normal(0, 1e-3, 999), RANDOM.normal(0, 2.0**28, 1000), [-(2.0**31) * 0.999]])
    assert histogram(values[np.newaxis]).mean()[0] == pytest.approx(math.fsum(values) / 2000, rel=0, abs=2.0**-30)


def test_mean_does_not_overflow() -> None:
    values = np.full((1, 100_000), 2.0**31 * 0.999)
    found = histogram(values)
    for _ in range(10):  # 100,000 · 2**10 trials
        found.merge(pickle.loads(pickle.dumps(found)))
    assert found.mean()[0] == values[0, 0]


TABLE = RANDOM.lognormal(3, 3, (40, 3000)) * RANDOM.choice([-1.0, 1.0, 0.0, -0.0, np.nan], (40, 3000))


@given(st.lists(st.integers(0, 3000), max_size=6), st.permutations(range(7)))
def test_chunks_and_their_order_do_not_matter(cuts: list[int], order: list[int]) -> None:
    places = [0, *sorted(cuts), *[3000] * (7 - len(cuts))]
    chunks = [TABLE[:, start:stop] for start, stop in itertools.pairwise(places)]
    pieces = Histogram(40)
    for number in order:
        pieces.add(chunks[number])
    assert same(pieces, WHOLE)


WHOLE = histogram(TABLE)


def test_only_pages_that_values_have_met_are_kept() -> None:
    """Of the 44,035 bins of a row (4 bytes each), few: those about the values. What is added later is added to them."""
    rows = 200
    values = RANDOM.normal(1000, 100, (rows, 2000))
    found = histogram(values)
    first = found._counts.nbytes + found._page_of.nbytes
    assert first / rows < 8_000
    found.add(values)
    assert found._counts.nbytes + found._page_of.nbytes == first
    assert found._counts.sum() == 2 * values.size


def test_signs_of_zeros_do_not_matter() -> None:
    zeros = [0.0, -0.0, -0.0, 0.0]
    assert same(histogram(np.array([zeros])), histogram(np.array([zeros[1:] + zeros[:1]])))
    assert same(histogram(np.array([[0.0]])), histogram(np.array([[-0.0]])))


def test_order_and_layout_of_values_do_not_matter() -> None:
    assert same(histogram(TABLE[:, RANDOM.permutation(3000)]), WHOLE)
    assert same(histogram(np.asfortranarray(TABLE)), WHOLE)


def test_merged_is_as_added() -> None:
    left, right = histogram(TABLE[:, :1100]), histogram(TABLE[:, 1100:])
    right.merge(left)
    assert same(right, WHOLE)
    assert same(left, histogram(TABLE[:, :1100]))


@given(arrays(np.float64, (2, 30), elements=st.floats(-1e9, 1e9) | st.just(math.nan)), st.floats(0, 1))
def test_quantile_lies_between_the_extremes_and_rises(values: Floats, p: float) -> None:
    found = histogram(values)
    known = found.valid > 0
    quantiles = np.array([found.quantile(q)[known] for q in (0.0, p * p, p, 1.0)])
    assert np.all(np.diff(quantiles, axis=0) >= 0)
    assert np.array_equal(quantiles[0], found.minimum[known])
    assert np.array_equal(quantiles[-1], found.maximum[known])


def test_refused() -> None:
    found = Histogram(2)
    with pytest.raises(ValueError, match="infinite value in row 1"):
        found.add(np.array([[1.0, 2.0], [3.0, -np.inf]]))
    with pytest.raises(ValueError, match=r"shape \(3, 1\) for 2 rows"):
        found.add(np.zeros((3, 1)))
    with pytest.raises(ValueError, match=r"shape \(2,\) for 2 rows"):
        found.add(np.zeros(2))
    with pytest.raises(ValueError, match="3 rows do not fit 2"):
        found.merge(Histogram(3))
    with pytest.raises(ValueError, match=r"quantile 1\.5"):
        found.quantile(1.5)
    assert same(found, Histogram(2))


def test_more_trials_than_a_bin_can_count() -> None:
    found = histogram(np.ones((1, 2)))
    found.trials = 2**31 - 2
    with pytest.raises(OverflowError):
        found.add(np.ones((1, 2)))


def test_values_below_limits_are_counted() -> None:
    rng = np.random.default_rng(5)
    values = np.concatenate([rng.normal(-20.0, 300.0, 4_000), np.zeros(500)])
    found = histogram(np.concatenate([values, np.full(40, np.nan)])[np.newaxis])
    limits = np.concatenate([np.linspace(-1200.0, 1200.0, 97), [1.0, 1.0625, math.nextafter(0.0, 1.0)]])
    for limit, count in zip(limits, found.below(0, limits), strict=True):
        near = (np.abs(values - limit) <= 0.002 * abs(limit)).sum()  # those that may share a bin with the limit
        assert abs(count - (values < limit).sum()) <= near + (500 if 0.0 < limit < 1e-300 else 0)
    assert found.below(0, [0.0])[0] == (values < 0).sum()
    assert found.below(0, [-1e9, 1e9]).tolist() == [0.0, 4_500.0]


def test_several_quantiles_are_as_one_by_one() -> None:
    values = np.random.default_rng(6).lognormal(3.0, 1.0, (2, 999))
    found, levels = histogram(values), (0.0, 0.005, 0.3, 0.5, 1.0)
    assert found.quantiles_of(1, levels).tolist() == [found.quantile(level)[1] for level in levels]
    assert found.quantiles_of(1, levels) == pytest.approx(np.quantile(values[1], levels), rel=0.002)
    assert np.isnan(Histogram(1).quantiles_of(0, levels)).all()
