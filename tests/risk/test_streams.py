"""A random number depends on seed, variable, unit and trial, and on nothing else."""

import hashlib
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim.risk import streams
from finsim.risk.streams import uniforms

WHOLE = uniforms(7, "streams.parking.occupancy", "东关", 0, 5000)


@given(st.lists(st.integers(0, 5000), max_size=20))
def test_any_chunks_give_the_same_bits(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), 5000]
    chunks = [uniforms(7, "streams.parking.occupancy", "东关", *pair) for pair in itertools.pairwise(places)]
    assert np.array_equal(np.concatenate(chunks), WHOLE)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 1024])
def test_equal_chunks_give_the_same_bits(size: int) -> None:
    starts = range(0, 1100, size)
    chunks = [uniforms(7, "streams.parking.occupancy", "东关", start, start + size) for start in starts]
    joined = np.concatenate(chunks)
    assert np.array_equal(joined, WHOLE[: joined.size])


def test_a_single_distant_trial() -> None:
    distant = 2**40
    around = uniforms(7, "a", "", distant - 3, distant + 6)
    assert uniforms(7, "a", "", distant, distant + 1)[0] == around[3]


def test_shape_and_type() -> None:
    assert WHOLE.shape == (5000,)
    assert WHOLE.dtype == np.float64
    assert uniforms(7, "a", "", 12, 12).shape == (0,)


def test_every_part_of_the_address_counts() -> None:
    addresses = [
        (0, "rent", ""),
        (1, "rent", ""),
        (2**64, "rent", ""),
        (0, "rent", "东关"),
        (0, "rent", "西关"),
        (0, "cost", ""),
        (0, "", "rent"),
        (0, "ren", "t"),
        (0, 'rent", "', ""),
        (0, "rent\x00", ""),
        (10, "rent", ""),
        (1, "0rent", ""),
    ]
    table = np.array([uniforms(seed, variable, unit, 0, 4096) for seed, variable, unit in addresses])
    others = np.corrcoef(table)[np.triu_indices(len(addresses), 1)]
    assert np.abs(others).max() < 0.07  # 4.5 standard errors
    shifted = np.corrcoef(table[:, 1:], table[:, :-1])[: len(addresses), len(addresses) :]
    assert np.abs(shifted).max() < 0.07


def test_numbers_are_uniform() -> None:
    counts = np.bincount((uniforms(0, "a", "", 0, 100_000) * 50).astype(int), minlength=50)
    assert ((counts - 2000) ** 2 / 2000).sum() < 94  # chi-square, 49 degrees, 0.01 %


@pytest.mark.parametrize(("word", "number"), [(0, 2.0**-53), (2**64 - 1, 1 - 2.0**-53)])
def test_extreme_words_stay_strictly_within(word: int, number: float, monkeypatch: pytest.MonkeyPatch) -> None:
    class Extreme:
        def random_raw(self, size: int) -> np.ndarray:
            return np.full(size, word, dtype=np.uint64)

    monkeypatch.setattr(streams, "_stream", lambda key, counter: Extreme())
    assert uniforms(0, "a", "", 0, 1).tolist() == [number]
    assert number in (streams.EDGE, 1 - streams.EDGE)


def test_whole_numbers_of_numpy_are_seeds_too() -> None:
    assert np.array_equal(uniforms(np.int64(7), "a", "", 0, 9), uniforms(7, "a", "", 0, 9))


@pytest.mark.parametrize(("seed", "start", "stop"), [(-1, 0, 1), (0, -1, 1), (0, 2, 1)])
def test_refused(seed: int, start: int, stop: int) -> None:
    with pytest.raises(ValueError, match=r"negative|no trials"):
        uniforms(seed, "a", "", start, stop)


@pytest.mark.parametrize(
    ("seed", "variable", "unit", "digest"),
    [
        (0, "streams.parking.occupancy", "", "93a785d7b816475f"),
        (1, "streams.parking.occupancy", "", "139b01f52ff7d0af"),
        (0, "streams.parking.occupancy", "东关", "d3ba11a75ffe113f"),
    ],
)
def test_bits_are_the_same_on_every_machine(seed: int, variable: str, unit: str, digest: str) -> None:
    numbers = uniforms(seed, variable, unit, 0, 10_000)
    assert hashlib.sha256(numbers.astype("<f8").tobytes()).hexdigest()[:16] == digest
