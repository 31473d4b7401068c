"""The only positive root of many polynomials: proved or left alone, with the same bits with and without vector code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim.sheet.roots import HIGH, LANES, LOW, only_root


def investments(seed: int, count: int, columns: int) -> np.ndarray:
    """Outlays that later income pays back, and some columns of anything."""
    random = np.random.default_rng(seed)
    terms = random.uniform(0, 100, (count, columns))
    terms[0] = -terms[1:].sum(axis=0) * random.uniform(0.2, 1.2, columns)
    terms[:, ::5] = random.normal(0, 50, terms[:, ::5].shape)
    terms[:, ::7] = np.round(terms[:, ::7], -2)
    return terms


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(LANES, 3 * LANES))
def test_vector_code_has_the_same_bits(seed: int, count: int, columns: int) -> None:
    pytest.importorskip("llvmlite")
    terms = investments(seed, count, columns)
    (root, proved), (plain, also) = only_root(terms, "llvm"), only_root(terms, "numpy")
    assert root.tobytes() == plain.tobytes() and proved.tolist() == also.tolist()


@given(st.integers(0, 2**32 - 1), st.integers(2, 25))
def test_what_is_proved_is_the_only_positive_root(seed: int, count: int) -> None:
    """Against the eigenvalues of the companion matrix."""
    terms = investments(seed, count, 30)
    root, proved = only_root(terms, "numpy")
    for i in np.flatnonzero(proved):
        all_roots = np.roots(terms[::-1, i])
        positive = all_roots.real[(np.abs(all_roots.imag) < 1e-7) & (all_roots.real > 1e-9)]
        assert len(positive) == 1 and LOW < root[i] < HIGH
        np.testing.assert_allclose(positive[0], root[i], rtol=1e-6)
        value = sum(term * root[i] ** k for k, term in enumerate(terms[:, i]))
        assert abs(value) <= 1e-12 * sum(abs(term) * root[i] ** k for k, term in enumerate(terms[:, i]))


def test_an_investment_is_proved_and_a_doubtful_flow_is_not() -> None:
    """One outlay and income; two roots; no root; nothing at all; a root beyond the bounds."""
    terms = np.array([[-100.0, 60, 60], [-100.0, 220, -120.9], [-100.0, 220, -122], [0.0, 0, 0], [-1.0, 10, 10]]).T
    root, proved = only_root(terms)
    assert proved.tolist() == [True, False, False, False, False]
    assert 1 / root[0] - 1 == pytest.approx(0.130662, abs=1e-6)
    assert not only_root(np.array([[1.0, 0.0]]))[1].any(), "a number has no root"


def test_a_column_does_not_depend_on_the_others() -> None:
    terms = investments(1, 20, 50)
    root, proved = only_root(terms)
    for i in range(50):
        own, alone = only_root(terms[:, i : i + 1])
        assert own[0] == root[i] and alone[0] == proved[i]
