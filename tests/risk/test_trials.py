"""Trials: the same bits however they are cut, an honest probability, and memory that does not grow with their number."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections import OrderedDict

import numpy as np
import pytest

import finsim
from finsim.model import engine
from finsim.model.structure import BALANCED
from finsim.result import INDICATORS, run
from finsim.risk.sampling import Sampler
from finsim.risk.stopping import Cancelled
from finsim.risk.trials import simulate
from finsim.scenario.distributions import Triangular, Uniform
from finsim.scenario.document import Place
from finsim.scenario.loading import load
from finsim.scenario.problems import ScenarioError
from finsim.scenario.scenario import Draw, Scenario
from finsim.sheet import llvm_backend

FILE = "scenarios/songxian-2023.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(FILE, "card")


@pytest.mark.parametrize("by", ["unit", "all"])
@pytest.mark.parametrize("columns", [1, 7 * 33, 7 * 1000])
def test_the_result_does_not_depend_on_the_chunks(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, columns: int, by: str
) -> None:
    trials = 12 if columns == 1 else 500
    whole = simulate(scenario, trials, 7, by).to_json()
    monkeypatch.setattr("finsim.risk.trials.COLUMNS", columns)
    monkeypatch.setattr("finsim.risk.trials.FEWEST", 1)
    monkeypatch.setattr(engine, "COLUMNS", max(1, columns // 3))  # units some at a time
    assert simulate(scenario, trials, 7, by).to_json() == whole


def test_a_trial_has_the_same_numbers_alone_and_among_others(scenario: Scenario) -> None:
    sampler = Sampler(scenario, 3)
    many = sampler(0, 200)
    for trial in (0, 1, 57, 199):
        alone = sampler(trial, trial + 1)
        assert all(np.array_equal(alone[key][:, 0], many[key][:, trial]) for key in many)


def test_a_draw_added_moves_no_other(scenario: Scenario) -> None:
    more = Draw("account", "recovery.discount_rate", "", Uniform(0.03, 0.05), False, None, Place("", None))
    longer = dataclasses.replace(scenario, draws=(more, *scenario.draws))
    few, many = Sampler(scenario, 3)(0, 50), Sampler(longer, 3)(0, 50)
    assert all(np.array_equal(few[key], many[key]) for key in few)


def test_another_seed_gives_other_trials(scenario: Scenario) -> None:
    first, second = Sampler(scenario, 0)(0, 50), Sampler(scenario, 1)(0, 50)
    assert all(not np.array_equal(first[key], second[key]) for key in first)


def test_units_share_the_city_factor_as_stated(scenario: Scenario) -> None:
    sampled = Sampler(scenario, 11)(0, 20_000)
    together = np.corrcoef(sampled["unit", "sources.county.realised"])
    apart = np.corrcoef(sampled["unit", "streams.parking_monthly.occupancy"])
    assert np.allclose(together, 1)
    assert np.allclose(apart[~np.eye(7, dtype=bool)], 0.5, atol=0.03)


def test_a_factor_multiplies_the_stated_value(scenario: Scenario) -> None:
    base = scenario.numbers.unit_inputs["costs.running.amount"]
    drawn = Sampler(scenario, 1)(0, 300)["unit", "costs.running.amount"] / base[:, None]
    assert 0.9 <= drawn.min() < drawn.max() <= 1.25


def test_draws_that_cannot_move_give_the_run_itself(scenario: Scenario) -> None:
    """With every distribution at its stated value, each trial is the run."""
    still = []
    for draw in scenario.draws:
        base = scenario.numbers.unit_inputs if draw.sheet == "unit" else scenario.numbers.account_inputs
        value = 1.0 if draw.factor else float(base[draw.path][0])
        still.append(dataclasses.replace(draw, distribution=Triangular(value, value, value)))
    fixed = dataclasses.replace(scenario, draws=tuple(still))
    sample, result = simulate(fixed, 40, 5, "all"), run(scenario, "all")
    assert sample.probability("all").value == float(result.balanced("all"))
    found = result.indicators("all")
    for key, _, _, _ in INDICATORS:
        low, high = sample.quantiles("all", key, [0, 1])
        assert low == pytest.approx(found[key], rel=1e-9, abs=1e-6)
        assert high == pytest.approx(found[key], rel=1e-9, abs=1e-6)
    fan = sample.fan("all", [0.5])[0]
    assert fan == pytest.approx(list(result.series("cash.accumulated", "all")), rel=2e-3, abs=1e-3)


def test_shares_and_quantiles_are_those_of_single_trials(scenario: Scenario) -> None:
    """Counted one trial at a time, through the same engine but another reduction."""
    sample = simulate(scenario, 200, 9, "all")
    groups = [list(range(7))]
    sampler = Sampler(scenario, 9)
    wanted = ["cover.full", "result.balanced"]
    rows, _ = engine.Engine(scenario.sheets, scenario.numbers, groups, wanted, (), sampler.inputs)(sampler(0, 200), 200)
    cover = rows["cover.full"][0]
    assert sample.test_probability("all", "cover_full").value == (cover >= 1.2).mean()
    assert sample.probability("all").value == (rows["result.balanced"][0] > 0.5).mean()
    assert sample.quantiles("all", "cover_full", [0, 0.5, 1]) == pytest.approx(
        [cover.min(), np.quantile(cover, 0.5), cover.max()], rel=2e-3
    )


def test_the_interval_holds_the_probability(scenario: Scenario) -> None:
    p = simulate(scenario, 500, 1, "all").test_probability("all", "cover_full")
    assert 0 <= p.low <= p.value <= p.high <= 1
    assert (p.level, p.method) == (0.95, "wilson")


def test_every_account_balancing_is_rarer_than_each(scenario: Scenario) -> None:
    sample = simulate(scenario, 300, 2, "unit")
    assert sample.probability_of_all().value <= min(
        sample.test_probability(a.id, BALANCED).value for a in sample.accounts
    )


def test_the_first_result_comes_after_few_trials_before_anything_is_compiled(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven units: 18 trials are 126 columns of the 128 that are calculated first. Whole blocks follow."""
    if not llvm_backend.use_llvm():
        pytest.skip("no vector code here")
    compiled: list[str] = []
    making = llvm_backend.MachineCode.__init__

    def watched(self: llvm_backend.MachineCode, text: str, name: str, addresses: int, numbers: int) -> None:
        compiled.append(name)
        making(self, text, name, addresses, numbers)

    monkeypatch.setattr(llvm_backend.MachineCode, "__init__", watched)
    monkeypatch.setattr(llvm_backend, "_kept", OrderedDict())
    said: list[tuple[int, int]] = []

    def progress(done: int, trials: int) -> bool:
        said.append((done, len(compiled)))
        return True

    simulate(scenario, 2500, 3, "all", progress)
    assert said[0] == (18, 0)
    assert [done for done, _ in said[1:]] == [1024, 2048, 2500]


def test_cancelling_stops_and_says_how_far_it_came(scenario: Scenario) -> None:
    calls: list[tuple[int, int]] = []

    def progress(done: int, trials: int) -> bool:
        calls.append((done, trials))
        return len(calls) < 2

    with pytest.raises(Cancelled) as stopped:
        simulate(scenario, 100_000, 1, "all", progress)
    assert stopped.value.done == calls[-1][0] < 100_000


def test_a_draw_of_no_input_is_refused(scenario: Scenario) -> None:
    with pytest.raises(KeyError, match="is not an input of the account sheet"):
        engine.Engine(scenario.sheets, scenario.numbers, [[0]], ["cover.full"], drawn=[("account", "cover.full")])


def test_a_scenario_without_uncertainty_is_refused(scenario: Scenario) -> None:
    with pytest.raises(ScenarioError, match="没有不确定的输入"):
        simulate(dataclasses.replace(scenario, draws=()), 10, 1)


def test_the_public_names_are_three() -> None:
    assert finsim.__all__ == ["load", "run", "simulate"]
    assert finsim.simulate(finsim.load(FILE), trials=10, seed=1).trials == 10
    with pytest.raises(AttributeError):
        finsim.unknown  # noqa: B018


def test_memory_does_not_grow_with_the_trials() -> None:
    """Peak memory of all processes at 100,000 trials is at most 1.1 times that at 10,000."""
    code = (
        "import sys, finsim\n"
        "from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage\n"
        f"finsim.simulate(finsim.load({FILE!r}), trials=int(sys.argv[1]), seed=1, by='unit')\n"
        "print(getrusage(RUSAGE_SELF).ru_maxrss + 2 * getrusage(RUSAGE_CHILDREN).ru_maxrss)"
    )

    def peak(trials: int) -> int:
        done = subprocess.run([sys.executable, "-c", code, str(trials)], capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert peak(100_000) <= 1.1 * peak(10_000)
