"""Intervals against published values and SciPy; coverage of 95 % over 500 repetitions of a function with known probabilities."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from finsim.risk import sampling
from finsim.risk.exact import Floats
from finsim.risk.intervals import (
    ENOUGH_BLOCKS,
    FEW,
    Probability,
    Successes,
    block_t,
    clopper_pearson,
    ranks,
    student,
    wilson,
)
from finsim.risk.sampling import DESIGNS, Design
from finsim.risk.statistics import Histogram
from finsim.risk.stopping import Goal, Watch, decide, looks
from finsim.risk.streams import BLOCK, scrambled, shuffled, stratified, uniforms

REPETITIONS = 500
VARIABLES = 4


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17, 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("trials", "p", "coverage"), [(100, 0.99, 0.921), (1000, 0.9, 0.949), (1000, 0.999, 0.920)])
def test_wilson_covers_as_it_should(trials: int, p: float, coverage: float) -> None:
    inside = [low <= p <= high for low, high in (wilson(k, trials) for k in range(trials + 1))]
    covered = scipy.stats.binom.pmf(np.arange(trials + 1), trials, p)[inside].sum()
    assert covered == pytest.approx(coverage, abs=6e-4)


def test_wilson_reaches_certainty_without_rounding() -> None:
    for trials in range(1, 300):
        assert wilson(0, trials)[0] == 0.0
        assert wilson(trials, trials)[1] == 1.0


@given(st.integers(1, 10**9), st.floats(0, 1), st.floats(0.5, 0.999))
def test_wilson_is_an_interval_about_the_share(trials: int, share: float, level: float) -> None:
    successes = int(share * trials)
    low, high = wilson(successes, trials, level)
    assert 0.0 <= low <= successes / trials <= high <= 1.0
    assert wilson(trials - successes, trials, level) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(("successes", "trials", "level"), [(0, 0, 0.9), (-1, 5, 0.9), (6, 5, 0.9), (1, 5, 1.0)])
def test_wilson_refuses(successes: int, trials: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"trials|level"):
        wilson(successes, trials, level)


# ---- Clopper and Pearson ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("successes", "trials"), [(0, 20), (1, 29), (9, 16_384), (3, 1000), (20, 20), (99, 100), (5, 10**7), (500, 1000)]
)
@pytest.mark.parametrize("level", [0.9, 0.95, 1 - 0.05 / 7])
def test_clopper_pearson_is_that_of_scipy(successes: int, trials: int, level: float) -> None:
    expected = scipy.stats.binomtest(successes, trials).proportion_ci(level, "exact")
    assert clopper_pearson(successes, trials, level) == pytest.approx((expected.low, expected.high), rel=1e-6)


@pytest.mark.parametrize(("trials", "p"), [(100, 0.99), (1000, 0.999), (1000, 0.003)])
def test_clopper_pearson_never_covers_less_than_it_says(trials: int, p: float) -> None:
    weights = scipy.stats.binom.pmf(np.arange(trials + 1), trials, p)
    inside = [k for k in np.flatnonzero(weights > 1e-9).tolist() if clopper_pearson(k, trials)[0] <= p <= clopper_pearson(k, trials)[1]]
    assert weights[inside].sum() >= 0.95


# ---- Student's t and blocks ------------------------------------------------------------------------------------
@pytest.mark.parametrize("freedom", [15, 16, 31, 100, 10_000])
@pytest.mark.parametrize("probability", [0.95, 0.975, 0.995, 1 - 0.025 / 7])
def test_student(freedom: int, probability: float) -> None:
    assert student(freedom, probability) == pytest.approx(scipy.stats.t.ppf(probability, freedom), rel=1e-5)


def test_block_t_is_student_s_interval_of_the_block_means() -> None:
    counts = np.random.Generator(np.random.PCG64(4)).binomial(BLOCK, 0.8, 20)
    low, high = block_t(int(counts.sum()), 20 * BLOCK, int(counts.sum()), int((counts**2).sum()), 0.95)
    expected = scipy.stats.t.interval(0.95, 19, counts.mean() / BLOCK, scipy.stats.sem(counts / BLOCK))
    assert (low, high) == pytest.approx(expected, rel=1e-6)


def test_blocks_that_all_agree_do_not_make_certainty() -> None:
    low, high = block_t(16 * 500, 16 * BLOCK, 16 * 500, 16 * 500**2, 0.95)
    assert high - low == pytest.approx(2 * math.log(20) / (16 * BLOCK))


# ---- which interval --------------------------------------------------------------------------------------------
def counted(successes: int, trials: int) -> Successes:
    found = Successes(1)
    found.add((np.arange(trials) % (trials // max(successes, 1)) == 0)[np.newaxis] if successes else np.zeros((1, trials), bool))
    return found


@pytest.mark.parametrize(
    ("successes", "trials", "spread", "method"),
    [
        (0, 20_480, True, "clopper-pearson"), (FEW - 1, 900, True, "clopper-pearson"), (8, 16, False, "clopper-pearson"),
        (FEW, 1000, False, "wilson"), (FEW, 1000, True, "wilson"), (1024, 20_480, False, "wilson"),
        (1024, 20_480, True, "block-t"), (15 * 32, 15 * BLOCK, True, "wilson"), (16 * 32, 16 * BLOCK, True, "block-t"),
    ],
)  # fmt: skip
def test_the_interval_is_the_one_that_is_honest(successes: int, trials: int, spread: bool, method: str) -> None:
    p = counted(successes, trials).probability(0, 0.95, spread)
    assert p.method == method and p.value == successes / trials and p.low <= p.value <= p.high


@given(st.lists(st.integers(0, 3000), max_size=6))
def test_chunks_do_not_matter(cuts: list[int]) -> None:
    passed = np.random.Generator(np.random.PCG64(1)).random((3, 3000)) < 0.3
    whole, pieces = Successes(3), Successes(3)
    whole.add(passed)
    for start, stop in itertools.pairwise([0, *sorted(cuts), 3000]):
        pieces.add(passed[:, start:stop])
    assert all(np.array_equal(value, vars(pieces)[key]) for key, value in vars(whole).items())


# ---- coverage --------------------------------------------------------------------------------------------------
def sums(design: Design, blocks: int, repetitions: range = range(REPETITIONS)) -> Floats:
    """A sum of four uniform inputs, of which the probabilities are known (Irwin and Hall): shape (repetitions, trials)."""
    return np.array([one_sum(design, seed, 0, blocks) for seed in repetitions])


def one_sum(design: Design, seed: int, first: int, last: int) -> Floats:
    """Of the trials of blocks first, …, last − 1."""
    found = np.zeros((last - first) * BLOCK)
    for i in range(VARIABLES):
        if design == "plain":
            found += uniforms(seed, f"v{i}", "", first * BLOCK, last * BLOCK)
            continue
        net = sampling._net(VARIABLES)[i]
        strata = [shuffled(seed, f"v{i}", "", b) if design == "lhs" else scrambled(seed, f"v{i}", "", b, net) for b in range(first, last)]
        found += stratified(seed, f"v{i}", "", first * BLOCK, last * BLOCK, np.concatenate(strata))
    return found


KNOWN = scipy.stats.irwinhall(VARIABLES)


@pytest.mark.parametrize("design", DESIGNS)
def test_coverage_of_a_probability(design: Design) -> None:
    """Of 1,000 repetitions: their own spread is 0.7 %."""
    known = (0.5, 0.593, 0.9, 0.99)
    intervals: dict[float, list[Probability]] = {p: [] for p in known}
    for first in range(0, 2 * REPETITIONS, 100):
        values = sums(design, ENOUGH_BLOCKS, range(first, first + 100))
        for p in known:
            found = Successes(100)
            found.add(values < KNOWN.ppf(p))
            intervals[p] += [found.probability(row, 0.95, design != "plain") for row in range(100)]
    for p in known:
        assert 0.93 <= np.mean([i.low <= p <= i.high for i in intervals[p]]) <= 0.97
        assert {i.method for i in intervals[p]} == {"wilson" if design == "plain" else "block-t"}
    if design != "plain":  # and it is the narrower one
        n = ENOUGH_BLOCKS * BLOCK
        low, high = wilson(n // 2, n)
        assert np.mean([i.half_width for i in intervals[0.5]]) < 0.7 * (high - low) / 2


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_wilson_on_few_blocks_is_wide_enough(design: Design) -> None:
    found = Successes(REPETITIONS)
    found.add(sums(design, 4) < KNOWN.ppf(0.8))
    intervals = [found.probability(row) for row in range(REPETITIONS)]
    assert {i.method for i in intervals} == {"wilson"}
    assert np.mean([i.low <= 0.8 <= i.high for i in intervals]) >= 0.95


@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_coverage_of_a_quantile(p: float) -> None:
    """Of independent trials; evenly spread ones do better."""
    values = Histogram(REPETITIONS)
    values.add(1000 * sums("plain", 1))
    low, high = values.quantile_interval(p)
    assert 0.93 <= np.mean((low <= 1000 * KNOWN.ppf(p)) & (1000 * KNOWN.ppf(p) <= high)) <= 0.97
    spread = Histogram(REPETITIONS)
    spread.add(1000 * sums("lhs", 1))
    low, high = spread.quantile_interval(p)
    assert np.mean((low <= 1000 * KNOWN.ppf(p)) & (1000 * KNOWN.ppf(p) <= high)) >= 0.95


@pytest.mark.parametrize(("trials", "p"), [(1, 0.5), (10, 0.05), (100, 0.05), (1000, 0.5), (16_384, 0.95), (10**7, 0.9)])
def test_ranks_are_those_of_the_binomial(trials: int, p: float) -> None:
    low, high = scipy.stats.binom.ppf([0.025, 0.975], trials, p)
    assert ranks(trials, p) == (low, high + 1)


def test_a_quantile_beyond_the_trials_has_no_end() -> None:
    few = Histogram(2)
    few.add(np.array([np.arange(10.0), np.full(10, np.nan)]))
    low, high = few.quantile_interval(0.05)
    assert np.isnan(low).tolist() == [True, True] and np.isnan(high[1])
    assert high[0] == pytest.approx(2.0, rel=0.002)


# ---- stopping --------------------------------------------------------------------------------------------------
class Sampled:
    """As much of a sample as a watch looks at: one account that balances where the sum of the inputs is small enough."""

    accounts = (SimpleNamespace(id="all"),)

    def __init__(self, design: Design, seed: int, p: float) -> None:
        self.design, self.seed, self.limit = design, seed, float(KNOWN.ppf(p))
        self.passed, self.decisions = Successes(1), dict[str, Any]()

    @property
    def trials(self) -> int:
        return self.passed.trials

    def probability(self, _: str, level: float) -> Any:
        return self.passed.probability(0, level, self.design != "plain")

    def run(self, goal: Goal, trials: int) -> Sampled:
        watch = Watch(goal, trials)
        while self.trials < trials:
            stop = watch.next_stop(self.trials)
            self.passed.add(one_sum(self.design, self.seed, self.trials // BLOCK, stop // BLOCK)[np.newaxis] < self.limit)
            if watch.enough(self):  # type: ignore[arg-type]
                break
        return self


@pytest.mark.parametrize("design", ["plain", "lhs"])
def test_stopping_at_a_precision_keeps_the_coverage(design: Design) -> None:
    runs = [Sampled(design, seed, 0.8).run(Goal(until=0.0075), 40 * BLOCK) for seed in range(REPETITIONS)]
    intervals = [run.probability("all", 0.95) for run in runs]
    assert all(i.half_width <= 0.0075 for i in intervals)
    assert np.mean([i.low <= 0.8 <= i.high for i in intervals]) >= 0.93


@pytest.mark.parametrize(("p", "wrong"), [(0.899, "reached"), (0.901, "missed")])
@pytest.mark.parametrize("design", ["plain", "lhs"])
def test_a_verdict_is_seldom_wrong(design: Design, p: float, wrong: str) -> None:
    runs = [Sampled(design, seed, p).run(Goal(wanted=0.9), 32 * BLOCK) for seed in range(200)]
    outcomes = [run.decisions["all"].outcome for run in runs]
    assert outcomes.count(wrong) <= 0.05 * 200
    assert outcomes.count("undecided") > 100  # too near to tell with so few trials


@pytest.mark.parametrize(("p", "outcome"), [(0.95, "reached"), (0.85, "missed")])
def test_a_clear_case_is_decided_at_the_first_looks(p: float, outcome: str) -> None:
    run = Sampled("lhs", 1, p).run(Goal(wanted=0.9), 64 * BLOCK)
    (decision,) = run.decisions.values()
    assert (decision.outcome, decision.looks) == (outcome, 7) and run.trials == decision.trials <= 2 * BLOCK


def test_looks_double() -> None:
    assert looks(16_384) == [1024, 2048, 4096, 8192, 16_384]
    assert looks(10_000) == [1024, 2048, 3072, 5120, 10_000]
    assert looks(500) == [500] and looks(1024) == [1024]
    assert len(looks(10_000_000)) == 7 and looks(10_000_000)[-1] == 10_000_000


def test_both_goals_are_met_before_it_stops() -> None:
    run = Sampled("lhs", 1, 0.99).run(Goal(until=0.004, wanted=0.9), 64 * BLOCK)
    assert run.decisions["all"].outcome == "reached" and run.decisions["all"].trials == BLOCK < run.trials
    assert run.probability("all", 0.95).half_width <= 0.004


@pytest.mark.parametrize("goal", [Goal(until=0.0), Goal(wanted=1.0), Goal(wanted=90.0)])
def test_a_goal_that_is_no_share_is_refused(goal: Goal) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        Watch(goal, 100)


def test_an_interval_that_touches_what_is_wanted() -> None:
    p = counted(1024, 20_480).probability(0)
    assert decide(p, p.low) == "reached"
    assert decide(p, p.high) == "undecided"
