"""What happens when it fails, against a count of single trials; worst cases against NumPy."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from finsim.model.engine import Engine
from finsim.model.structure import PASSES
from finsim.report.findings import TESTS
from finsim.result import run
from finsim.risk.failure import ROWS, Failures
from finsim.risk.sampling import Sampler
from finsim.risk.statistics import Histogram
from finsim.risk.trials import simulate
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario

TRIALS = 400


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("scenarios/two-loans.yaml")


def failing_trials(scenario: Scenario) -> list[dict[str, Any]]:
    """Peak of unfunded money and first year of shortage of each failing trial, from the rows one by one."""
    sampler = Sampler(scenario, 3)
    wanted = [*PASSES.values(), *ROWS, "cash.accumulated"]
    groups = [list(range(len(scenario.units)))]
    rows, _ = Engine(scenario.sheets, scenario.numbers, groups, wanted, (), sampler.inputs)(sampler(0, TRIALS), TRIALS)
    found = []
    for trial in range(TRIALS):
        cash = rows["cash.accumulated"][1:-1, 0, trial]
        if rows["result.balanced"][0, trial] < 0.5:
            short = [year for year, value in zip(scenario.years, cash, strict=True) if value < -5e-7]
            found.append({"peak": max(0.0, -cash.min()), "year": short[0] if short else None})
    return found


def test_means_and_first_years_are_those_of_single_trials(scenario: Scenario) -> None:
    sample, expected = simulate(scenario, TRIALS, 3), failing_trials(scenario)
    assert int(sample.failures.failed[0]) == len(expected) == round(TRIALS * (1 - sample.probability("all").value)) > 50
    assert sample.failures.mean(0, "peak_unfunded") == pytest.approx(np.mean([e["peak"] for e in expected]), abs=1e-3)
    years = [e["year"] for e in expected]
    assert all(b.test == "liquidity" for b in sample.failures.first(0)), "cover does not fail here"
    assert {b.year: b.count for b in sample.failures.first(0)} == {year: years.count(year) for year in set(years)}
    counts = [b.count for b in sample.failures.first(0)]
    assert counts == sorted(counts, reverse=True) and sum(counts) == len(expected)


def test_worst_cases_are_those_of_the_sorted_trials(scenario: Scenario) -> None:
    sample, expected = simulate(scenario, TRIALS, 3), failing_trials(scenario)
    peaks = np.sort([e["peak"] for e in expected] + [0.0] * (TRIALS - len(expected)))
    for tail in sample.failures.tails(0, "peak_unfunded"):
        worst = peaks[round(tail.level * TRIALS) :]
        assert tail.mean == pytest.approx(worst.mean(), rel=2e-3)
        assert tail.value == pytest.approx(np.quantile(peaks, tail.level), rel=2e-3, abs=1e-3)
        assert tail.value <= tail.mean


def test_what_is_missing_for_cover_is_in_money() -> None:
    scenario = load("scenarios/songxian-2023.yaml", "density")
    draws = (dataclasses.replace(scenario.draws[-1], distribution=type(scenario.draws[0].distribution)(1, 1, 1), factor=True),)
    sample, result = simulate(dataclasses.replace(scenario, draws=draws), 20, 1, "all"), run(scenario, "all")
    missing = 1.2 * result.series("cover.service", "all").sum() - result.series("cover.income", "all").sum()
    assert sample.failures.mean(0, "cover_shortfall") == pytest.approx(missing, rel=1e-6)
    (tail, *_) = sample.failures.tails(0, "cover_shortfall")
    assert (tail.value, tail.mean) == pytest.approx((missing, missing), rel=2e-3)


def rows(**given: Any) -> dict[str, np.ndarray]:
    """Rows of one account over three years and one trial; every test passes unless it is given."""
    found = {path: np.ones((1, 1)) for path in PASSES.values()}
    found |= {"liquidity.peak": np.zeros((1, 1)), "cover.full": np.full((1, 1), np.nan)}
    found |= {path: np.zeros((5, 1, 1)) for path in ("liquidity.short", "cover.income", "cover.service", "public.beyond")}
    found["lender.tested"] = np.full((5, 1, 1), np.nan)
    for name, values in given.items():
        path = name.replace("_of_", ".")
        found[path] = np.array([[float(values)]]) if np.isscalar(values) else np.array([0, *values, 0], dtype=float).reshape(5, 1, 1)
    return found


def first_of(standard: list[str], **given: Any) -> tuple[str, int | None]:
    failures = Failures(1, (2025, 2026, 2027), standard)
    failures.add(rows(result_of_balanced=0, **given), 1, np.array([[1.2]]), np.array([[1.3]]))
    (found,) = failures.first(0)
    assert found.count == 1
    return found.test, found.year


def test_the_test_that_fails_in_the_earliest_year_is_first() -> None:
    short = {"liquidity_of_passes": 0, "liquidity_of_short": [0, 1, 1]}
    low = {"lender_of_passes": 0, "lender_of_tested": [np.nan, 1.4, 1.2]}
    assert first_of(["liquidity", "lender"], **short, **low) == ("liquidity", 2026)
    assert first_of(["liquidity", "lender"], **short, lender_of_passes=0, lender_of_tested=[1.1, 2, 2]) == ("lender", 2025)
    assert first_of(["public_money", "lender"], **low, public_of_passes=0, public_of_beyond=[0, 0, 5]) == ("public_money", 2027)
    assert first_of(["cover_full", "liquidity"], **short, cover_of_full_passes=0) == ("liquidity", 2026)


def test_a_test_of_all_years_has_no_year() -> None:
    assert first_of(["cover_full", "liquidity"], cover_of_full_passes=0) == ("cover_full", None)
    assert first_of(["lender"], lender_of_passes=0, lender_of_tested=[2, 2, 2]) == ("lender", None)  # its capital, say


def test_nothing_fails() -> None:
    failures = Failures(1, (2025, 2026, 2027), ["liquidity"])
    failures.add(rows(), 1, np.array([[1.2]]), np.array([[1.3]]))
    assert failures.mean(0, "peak_unfunded") is None and failures.first(0) == []
    assert failures.to_json(0)["gaps"]["peak_unfunded"]["tails"]["p95"] == {"var": 0.0, "cvar": 0.0}


@pytest.mark.parametrize("p", [0.0, 0.5, 0.9, 0.95, 0.99, 0.9999])
def test_the_mean_of_a_tail(p: float) -> None:
    values = np.random.Generator(np.random.PCG64(5)).lognormal(3, 1, 3001)
    found = Histogram(2)
    found.add(np.array([values, np.full(3001, np.nan)]))
    ordered, count = np.sort(values)[::-1], (1 - p) * 3001
    whole = int(count)
    expected = (ordered[:whole].sum() + (count - whole) * ordered[whole]) / count if whole < 3001 else ordered.mean()
    assert found.tail_mean(0, p) == pytest.approx(expected, rel=2e-3)
    assert np.isnan(found.tail_mean(1, p))
    with pytest.raises(ValueError, match="not between"):
        found.tail_mean(0, 1.0)


def test_the_tests_have_the_names_of_their_verdicts() -> None:
    result = run(load("scenarios/yichang-85/yichang-85.yaml", "card_income"), "all")
    labels = {v.id: v.label for v in result.verdicts("all")}
    assert labels.items() <= TESTS.items()
