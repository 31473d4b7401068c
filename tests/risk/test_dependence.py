"""Rank correlations: as stated, whatever the units share; what is impossible is refused with what would be possible."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from finsim.risk.achieved import achieved, spearman
from finsim.risk.sampling import Sampler
from finsim.risk.trials import simulate
from finsim.scenario.dependence import cholesky, nearest, rank_of, score_of
from finsim.scenario.loading import check, load
from finsim.scenario.scenario import Scenario

MINIMAL = (Path(__file__).parents[1] / "bad" / "minimal.yaml").read_text("utf-8")
DRAW = "  streams.bays.occupancy: {triangular: [0.6, 0.85, 0.95], shared: 0.5}\n"
INPUTS = {
    "streams.bays.occupancy": "{triangular: [0.6, 0.85, 0.95], shared: SHARED}",
    "works.pipes.per_household": "{lognormal: [9000, 0.2], shared: SHARED}",
    "streams.bays.price": "{pert: [100, 150, 250], shared: SHARED}",
    "bonds.special.coupon": "{uniform: [2%, 4%]}",
}
OCCUPANCY, PIPES, PRICE, COUPON = INPUTS


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(*pairs: tuple[str, str, float], shared: float = 0.5, inputs: list[str] | None = None, one_unit: bool = False) -> Path:
        names = inputs or [*INPUTS]
        text = "".join(f"  {name}: {INPUTS[name]}\n".replace("SHARED", str(shared)) for name in names)
        if one_unit:
            text = text.replace(f", shared: {shared}", "")
        entries = "".join(f"  - {{between: [{a}, {b}], rank: {rank}}}\n" for a, b, rank in pairs)
        whole = MINIMAL.replace(DRAW, text + (f"dependence:\n{entries}" if entries else ""))
        if one_unit:
            start = whole.index("  - {id: b")
            whole = whole[:start] + whole[whole.index("finance:") :]
        path = tmp_path / "s.yaml"
        path.write_text(whole, "utf-8")
        return path

    return written


Write = Callable[..., Path]


def ranks(scenario: Scenario, trials: int = 16_384) -> dict[tuple[str, int, str, int], float]:
    """Rank correlation of every two inputs of every two units."""
    drawn = {(path, i): row for (_, path), rows in Sampler(scenario, 1)(0, trials).items() for i, row in enumerate(rows)}
    return {(*a, *b): float(scipy.stats.spearmanr(drawn[a], drawn[b]).statistic) for a, b in itertools.combinations(drawn, 2)}


@pytest.mark.parametrize("shared", [0.1, 0.5, 1.0])
def test_inputs_of_a_unit_are_correlated_as_stated_and_units_as_before(write: Write, shared: float) -> None:
    stated = [(OCCUPANCY, PRICE, 0.5), (PRICE, PIPES, -0.4)]
    own, apart = (ranks(load(write(*pairs, shared=shared))) for pairs in (stated, []))
    for a, b, rank in [*stated, (OCCUPANCY, PIPES, 0.0)]:
        for unit in (0, 1):
            assert own.get((a, unit, b, unit), own.get((b, unit, a, unit))) == pytest.approx(rank, abs=0.02)
    for name in (OCCUPANCY, PRICE, PIPES):
        assert own[name, 0, name, 1] == pytest.approx(apart[name, 0, name, 1], abs=0.02)


def test_an_input_of_the_account_goes_with_what_the_units_share(write: Write) -> None:
    found = ranks(load(write((COUPON, PRICE, 0.6), shared=0.5)))
    for unit in (0, 1):
        assert found.get((COUPON, 0, PRICE, unit), found.get((PRICE, unit, COUPON, 0))) == pytest.approx(0.6, abs=0.02)
    assert check(write((COUPON, PRICE, 0.6), shared=0.5)) == []
    (problem,) = check(write((COUPON, PRICE, 0.8), shared=0.5))
    assert problem.path == "dependence.0.rank" and problem.allowed.en == "between −0.69 and 0.69"


@pytest.mark.parametrize("first", [COUPON, PRICE])
def test_with_one_unit_all_belong_to_it(write: Write, first: str) -> None:
    other = PRICE if first == COUPON else COUPON
    found = ranks(load(write((first, other, 0.8), (OCCUPANCY, COUPON, -0.5), one_unit=True)))
    assert found.get((PRICE, 0, COUPON, 0), found.get((COUPON, 0, PRICE, 0))) == pytest.approx(0.8, abs=0.02)
    assert found.get((OCCUPANCY, 0, COUPON, 0), found.get((COUPON, 0, OCCUPANCY, 0))) == pytest.approx(-0.5, abs=0.02)


@pytest.mark.parametrize("one_unit", [False, True])
@pytest.mark.parametrize("last", [PIPES, COUPON])
def test_an_input_added_last_to_its_group_moves_no_other(write: Write, one_unit: bool, last: str) -> None:
    two = load(write((PRICE, OCCUPANCY, 0.5), one_unit=one_unit))
    three = load(write((PRICE, OCCUPANCY, 0.5), (PRICE, last, -0.3), one_unit=one_unit))
    before, after = Sampler(two, 2)(0, 100), Sampler(three, 2)(0, 100)
    moved = {path for sheet, path in before if not np.array_equal(before[sheet, path], after[sheet, path])}
    assert moved == {last}


@pytest.mark.parametrize("design", ["lhs", "plain"])
def test_any_chunks_give_the_same_bits(write: Write, design: str) -> None:
    scenario = load(write((PRICE, OCCUPANCY, 0.5), (PRICE, PIPES, -0.3)))
    whole = Sampler(scenario, 2, design)(0, 1500)  # type: ignore[arg-type]
    for cuts in ([0, 1, 1500], [0, 700, 1024, 1030, 1500]):
        parts = [Sampler(scenario, 2, design)(*span) for span in itertools.pairwise(cuts)]  # type: ignore[arg-type]
        assert all(np.array_equal(np.concatenate([part[key] for part in parts], axis=1), whole[key]) for key in whole)


def test_the_digest_knows_and_the_sample_says_what_was_found(write: Write) -> None:
    plain, own = load(write()), load(write((PRICE, OCCUPANCY, 0.5)))
    assert plain.digest != own.digest
    assert plain.digest == dataclasses.replace(own, dependence=()).digest
    (found,) = simulate(own, 100, 1).to_json()["dependence"]
    assert found["between"] == [PRICE, OCCUPANCY] and found["rank"] == 0.5 and found["achieved"] == pytest.approx(0.5, abs=0.03)
    assert "dependence" not in simulate(plain, 10, 1).to_json()
    assert achieved(plain, Sampler(plain, 1)) == []


def test_an_event_is_correlated_less_and_that_is_said(write: Write) -> None:
    path = write((PRICE, OCCUPANCY, 0.5))
    path.write_text(path.read_text("utf-8").replace("{triangular: [0.6, 0.85, 0.95], ", "{event: {probability: 10%, value: 0.5}, "), "utf-8")
    (one,) = simulate(load(path), 10, 1).dependence
    assert one.found is not None and -0.45 < one.found < 0.45 and abs(one.found) > 0.05


# ---- what is impossible ----------------------------------------------------------------------------------------
def test_three_that_contradict_each_other_are_told_what_is_possible(write: Write) -> None:
    (problem,) = check(write((OCCUPANCY, PRICE, 0.9), (PRICE, PIPES, 0.8), (OCCUPANCY, PIPES, -0.3)))
    assert problem.path == "dependence.2.rank" and "0.9" in problem.found and "-0.3" in problem.found
    low, high = (float(x) for x in problem.allowed.en.partition(": ")[2].split(" to "))
    assert (low, high) == pytest.approx((0.46, 0.96), abs=0.03)
    for rank, possible in ((low + 0.01, True), (high - 0.01, True), (low - 0.03, False)):
        assert (check(write((OCCUPANCY, PRICE, 0.9), (PRICE, PIPES, 0.8), (OCCUPANCY, PIPES, rank))) == []) == possible


def test_the_nearest_that_is_offered_is_possible(write: Write) -> None:
    (problem,) = check(write((OCCUPANCY, PRICE, 0.9), (PRICE, PIPES, 0.8), (OCCUPANCY, PIPES, -0.3)))
    offered = [part.rpartition(" ") for part in problem.remedy.zh.removeprefix("最近的可行取值：").removesuffix("。").split("；")]
    pairs = [(*pair.strip("[]").split(", "), float(rank)) for pair, _, rank in offered]
    assert len(pairs) == 3 and check(write(*pairs)) == []


@given(st.integers(2, 7), st.integers(0, 2**32))
def test_the_nearest_matrix_is_a_correlation_matrix(size: int, seed: int) -> None:
    random = np.random.Generator(np.random.PCG64(seed)).uniform(-1, 1, (size, size))
    matrix = np.triu(random, 1) + np.triu(random, 1).T + np.eye(size)
    found = nearest(matrix.tolist())
    assert cholesky(found) is not None and np.allclose(np.diag(found), 1) and np.abs(found).max() <= 1


def test_an_input_may_be_determined_by_others(write: Write) -> None:
    """A matrix may be semi-definite: what is wholly correlated goes the same way, bit for bit or nearly, and a third with both."""
    assert check(write((OCCUPANCY, PRICE, 1.0), (PRICE, PIPES, 0.5), (OCCUPANCY, PIPES, 0.5))) == []
    found = ranks(load(write((OCCUPANCY, PRICE, 1.0), (PRICE, PIPES, 0.5), (OCCUPANCY, PIPES, 0.5))), 4096)
    assert found[OCCUPANCY, 0, PRICE, 0] == pytest.approx(1, abs=1e-6) and found[PIPES, 0, PRICE, 0] == pytest.approx(0.5, abs=0.03)
    (problem,) = check(write((OCCUPANCY, PRICE, 1.0), (PRICE, PIPES, 0.5), (OCCUPANCY, PIPES, 0.4)))
    assert problem.path == "dependence.2.rank"
    assert cholesky([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]]) == [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.5, 0.0, pytest.approx(0.75**0.5)]]


def test_cholesky_is_that_of_numpy() -> None:
    random = np.random.Generator(np.random.PCG64(3)).normal(size=(6, 9))
    matrix = np.corrcoef(random)
    assert np.allclose(cholesky(matrix.tolist()), np.linalg.cholesky(matrix), atol=1e-14)
    assert cholesky([[1.0, 1.01], [1.01, 1.0]]) is None and cholesky([[1.0, 1.0, 0.5], [1.0, 1.0, 0.4], [0.5, 0.4, 1.0]]) is None


@pytest.mark.parametrize("rank", [-1.0, -0.3, 0.0, 0.5, 1.0])
def test_ranks_and_scores(rank: float) -> None:
    assert score_of(rank) == pytest.approx(2 * np.sin(np.pi * rank / 6), abs=1e-15)
    assert rank_of(score_of(rank)) == pytest.approx(rank, abs=1e-14)


def test_spearman_is_that_of_scipy() -> None:
    x, y = np.random.Generator(np.random.PCG64(3)).normal(size=(2, 500)).round(1)
    assert spearman(x, y + x) == pytest.approx(scipy.stats.spearmanr(x, y + x).statistic, abs=1e-14)
    assert spearman(x, np.ones(500)) is None
