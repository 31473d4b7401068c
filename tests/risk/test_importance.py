"""Which inputs matter: each estimator on a function whose answer is known, and on a scenario beside what the engine says."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from finsim.cli import main
from finsim.result import run
from finsim.risk.comparison import compare
from finsim.risk.discovery import box_of, discover
from finsim.risk.importance import indices, regression, sobol, tornado
from finsim.risk.needed import needed
from finsim.risk.shifts import (
    SHIFTS,
    all_factors,
    each_factor,
    one_factor,
    plane,
    principal_shocks,
    switching,
    two_factors,
)
from finsim.risk.stopping import Cancelled
from finsim.risk.streams import uniforms
from finsim.risk.study import BALANCES, MOST, Study, account_of, study
from finsim.risk.trials import simulate
from finsim.scenario.loading import load
from finsim.scenario.measured import numbers_of
from finsim.sheet.errors import SheetError
from finsim.solve import solve

FILE = Path(__file__).parents[2] / "scenarios" / "two-loans.yaml"
TRIALS = 2048
OCCUPANCY = "streams.parking.occupancy"


@pytest.fixture(scope="module")
def base() -> Study:
    return study(load(FILE), TRIALS, 7)


def made(base: Study, drawn: Any, came: Any) -> Study:
    """A study with other numbers."""
    return dataclasses.replace(base, drawn=np.asarray(drawn), came={**base.came, BALANCES: came, "fnpv": came}, variables=base.variables[: len(drawn)])


# ---- estimators on known functions -------------------------------------------------------------------------
def test_sobol_indices_of_ishigamis_function() -> None:
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1 (Ishigami & Homma 1990): first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437."""
    n = 65_536

    def draws(seed: int) -> Any:
        return np.array([math.pi * (2 * uniforms(seed, f"x{i}", "", 0, n) - 1) for i in range(3)])

    def f(x: Any) -> Any:
        return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])

    a, b = draws(1), draws(2)
    for i, (first, total) in enumerate([(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)]):
        mixed = a.copy()
        mixed[i] = b[i]
        s1, e1, st, et = indices(f(a), f(b), f(mixed))
        assert s1 == pytest.approx(first, abs=2 * e1 + 1e-3) and st == pytest.approx(total, abs=2 * et + 1e-3)
        assert e1 < 0.05 and et < 0.05


def test_indices_where_nothing_varies() -> None:
    assert all(math.isnan(value) for value in indices(np.ones(64), np.ones(64), np.ones(64)))


def test_regression_and_tornado_of_a_sum(base: Study) -> None:
    """3 x1 + x2 of uniform numbers: coefficients about as 3 to 1, bars three times as wide, x3 without effect."""
    x = np.array([uniforms(3, f"x{i}", "", 0, 8192) for i in range(3)])
    known = made(base, x, 3 * x[0] + x[1])
    weights, r2 = regression(known, "fnpv")
    by = {weight.variable: weight for weight in weights}
    first, second, third = (by[variable] for variable in known.variables)
    assert first.coefficient / second.coefficient == pytest.approx(3, rel=0.1) and abs(third.coefficient) < 0.02
    assert r2 > 0.97 and weights[0] is first
    bars = tornado(known, "fnpv")
    assert [bar.variable for bar in bars] == list(known.variables)
    assert bars[0].high - bars[0].low == pytest.approx(3 * 0.9, abs=0.1) and bars[0].at_low == pytest.approx(0.05, abs=0.01)


def test_a_box_of_failures_is_found_again() -> None:
    """Fails when x1 > 0.7 and x2 < 0.4, and in one of a hundred other trials."""
    x = np.array([uniforms(4, f"x{i}", "", 0, 8192) for i in range(5)])
    failed = ((x[0] > 0.7) & (x[1] < 0.4)) | (uniforms(4, "chance", "", 0, 8192) < 0.01)
    found = box_of(x, failed)
    assert found is not None
    low, high = found
    assert low[0] == pytest.approx(0.7, abs=0.08) and high[1] == pytest.approx(0.4, abs=0.08)
    assert np.isinf(np.delete(low, 0)).all() and np.isinf(np.delete(high, 1)).all()


def test_what_never_or_always_fails_has_no_box() -> None:
    x = np.array([uniforms(4, "x", "", 0, 1024)])
    assert box_of(x, np.zeros(1024, dtype=bool)) is None and box_of(x, np.ones(1024, dtype=bool)) is None


# ---- on a scenario -----------------------------------------------------------------------------------------
def test_a_study_has_the_trials_of_a_simulation(base: Study) -> None:
    sample = simulate(base.scenario, TRIALS, 7)
    assert base.came[BALANCES].mean() == sample.probability("all").value
    for level, value in zip((0.05, 0.5, 0.95), sample.quantiles("all", "cover_full", (0.05, 0.5, 0.95)), strict=True):
        assert float(np.quantile(base.came["cover_full"], level)) == pytest.approx(value, rel=5e-3)


def test_a_box_in_words_covers_what_it_says(base: Study) -> None:
    box = discover(base, "balanced")
    assert box is not None and 1 <= len(box.limits) <= 4
    inside = np.ones(TRIALS, dtype=bool)
    for limit in box.limits:
        drawn = base.drawn[base.variables.index(limit.variable)]
        inside &= (drawn >= limit.low) & (drawn <= limit.high)
    failed = base.came[BALANCES] < 0.5
    assert box.density == failed[inside].mean() > box.overall == failed.mean()
    assert box.coverage == (failed & inside).sum() / failed.sum()


def test_one_factor_at_a_time_is_the_engines_answer(base: Study) -> None:
    shifts = {shift.variable.id: shift for shift in one_factor(base.scenario, "cover_full")}
    price = shifts["streams.premises.price"]
    for change in (-0.2, 0.1):
        again = run(load(FILE, None, [f"catalogue.streams.premises.price={32 * (1 + change)} 元"]))
        assert price.outcomes[SHIFTS.index(change)] == pytest.approx(again.indicators("all")["cover_full"], rel=1e-9)
    occupancy = shifts[OCCUPANCY]
    assert np.isnan(occupancy.outcomes[SHIFTS.index(0.2)])  # 108 % is no occupancy
    at = {change: price.outcomes[SHIFTS.index(change)] for change in (-0.1, 0.0, 0.1)}
    elasticity = ((at[0.1] / at[0.0] - 1) / 0.1 + (at[-0.1] / at[0.0] - 1) / -0.1) / 2
    assert price.coefficient == pytest.approx(elasticity)


def test_principal_shocks(base: Study) -> None:
    """800 of principal and ten coupons of 2.4 %: service 992 (before the fees of payment, which follow)."""
    together, alone = principal_shocks(base.scenario)
    result = run(base.scenario)
    income, service = result.cell("cover.income", "all"), result.cell("cover.service", "all")
    i = SHIFTS.index(0.1)
    assert together[i] == pytest.approx(income / (1.1 * service)) and alone[i] == pytest.approx(income / (service + 80))
    assert together[SHIFTS.index(0.0)] == alone[SHIFTS.index(0.0)] == pytest.approx(result.indicators("all")["cover_full"])


def test_two_factors_are_the_engines_answer(base: Study) -> None:
    grid = two_factors(base.scenario, OCCUPANCY, "streams.premises.price", "cover_full")
    assert grid.outcomes.shape == (7, 7) and grid.base == pytest.approx((0.9, 32))
    changes = ["catalogue.streams.parking.occupancy=81%", "catalogue.streams.premises.price=38.4 元"]
    assert grid.outcomes[1, 6] == pytest.approx(run(load(FILE, None, changes)).indicators("all")["cover_full"], rel=1e-9)
    assert np.isnan(grid.outcomes[6]).all() and np.isfinite(grid.outcomes[:6]).all(), "no occupancy above 1"


def test_two_factors_keep_the_proportions_of_the_units(base: Study) -> None:
    """Bays of 1,200 by households but for Riverside's own 110, and a bond divided by a list: each unit's moves by the same share."""
    grid = two_factors(base.scenario, "bonds.b2026.face", "streams.parking.quantity", "cover_full", shifts=(0.0, 0.1))
    assert grid.base[0] == pytest.approx(800)
    more = ["finance.bonds.b2026.face=880 万元", "catalogue.streams.parking.quantity={total: 1320, split: households}", "units.river.values.streams.parking.quantity=121"]
    for i, j, changes in ((0, 0, []), (1, 0, more[:1]), (1, 1, more)):
        assert grid.outcomes[i, j] == pytest.approx(run(load(FILE, None, changes)).indicators("all")["cover_full"], rel=1e-9)


def test_sobol_indices_of_a_scenario_add_up_about_to_one(base: Study) -> None:
    account = account_of(base.scenario, None, "")
    found = sobol(base.scenario, account, "fnpv", 1024, 5)
    assert {index.variable for index in found} == set(base.variables)
    assert sum(index.first for index in found) == pytest.approx(1, abs=0.2)
    assert all(index.total >= index.first - index.first_error - index.total_error - 0.02 for index in found)


# ---- comparison --------------------------------------------------------------------------------------------
def test_a_scheme_beside_itself(base: Study) -> None:
    same = compare(base, base, "fnpv")
    assert (same.more, same.only_first, same.only_second, same.better, same.equal, same.mean) == (0, 0, 0, 0, 1, 0)


def test_a_higher_grant_is_compared_in_the_same_trials(base: Study) -> None:
    other = study(load(FILE, None, ["catalogue.sources.central.per_household=4300 元/户"]), TRIALS, 7)
    found = compare(base, other, "lowest_surplus")
    more = other.came[BALANCES].mean() - base.came[BALANCES].mean()
    assert found.more == pytest.approx(more) and found.low <= more <= found.high
    assert found.only_second - found.only_first == pytest.approx(more)
    apart = 1.96 * math.sqrt(sum(s.came[BALANCES].var() / TRIALS for s in (base, other)))
    assert found.high - found.low < 2 * apart  # narrower than from two samples


def test_other_trials_are_not_compared(base: Study) -> None:
    with pytest.raises(SheetError, match="Trials"):
        compare(base, study(load(FILE), TRIALS, 8), "fnpv")


# ---- what a probability needs ------------------------------------------------------------------------------
def test_a_grant_for_a_wanted_probability_holds_in_other_trials() -> None:
    scenario = load(FILE)
    found = needed(scenario, "sources.central.per_household", 0.8, 1024, 3, between=(0.0, 12_000.0))
    assert found.status == "found" and found.rising and found.low <= found.value <= found.high
    assert found.reached == pytest.approx(0.8, abs=0.04)
    # a little less does not do in the same trials
    less = load(FILE, None, [f"catalogue.sources.central.per_household={found.value * 0.97} 元/户"])
    assert simulate(less, 1024, 3).probability("all").value < 0.8


def test_what_is_enough_everywhere_and_what_never_is() -> None:
    scenario = load(FILE)
    assert needed(scenario, "streams.premises.price", 0.5, 256, 3, test="cover_full", between=(30.0, 60.0)).status == "everywhere"
    none = needed(scenario, "streams.premises.price", 0.99, 256, 3, between=(0.0, 1.0))
    assert none.status == "none" and math.isnan(none.value) and none.unreached > 0.01


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({"input": "streams.nothing.price"}, "nothing"),
        ({"wanted": 1.5}, "between 0 and 1"),
        ({"test": "no_test"}, "no_test"),
        ({"between": (0.5, 1.5)}, "range"),
        ({"account": "nobody"}, "nobody"),
    ],
)
def test_a_question_that_cannot_be_asked(ask: dict[str, Any], said: str) -> None:
    question: dict[str, Any] = {"input": OCCUPANCY, "wanted": 0.9, "trials": 64, "seed": 1} | ask
    with pytest.raises(SheetError) as caught:
        needed(load(FILE), **question)
    assert said in caught.value.message.en


def test_too_many_trials_to_keep() -> None:
    with pytest.raises(SheetError, match="65,536"):
        study(load(FILE), MOST + 1, 1)


# ---- the commands ------------------------------------------------------------------------------------------
def finsim(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_commands_speak_both_languages(lang: str) -> None:
    told = finsim("--lang", lang, "sensitivity", FILE, "--trials", 512, "--sobol")
    assert told.exit_code == 0 and ("龙卷风图" if lang == "zh" else "Tornado") in told.output
    told = finsim("--lang", lang, "compare", FILE, FILE, "--variant-b", "high_subsidy", "--trials", 512)
    assert told.exit_code == 0 and ("平衡概率相差" if lang == "zh" else "Probability of balance") in told.output
    told = finsim("--lang", lang, "need", FILE, "--input", OCCUPANCY, "--probability", "60%", "--trials", 128)
    assert told.exit_code == 0 and ("使用率" if lang == "zh" else "occupancy") in told.output


def test_json() -> None:
    found = json.loads(finsim("sensitivity", FILE, "--trials", 512, "--outcome", "fnpv", "--json").output)
    assert {"tornado", "regression", "one_factor", "discovery", "digest", "seed"} <= found.keys()
    assert len(found["one_factor"]["inputs"][0]["outcomes"]) == len(SHIFTS)
    same = json.loads(finsim("compare", FILE, FILE, "--trials", 64, "--json").output)
    assert same["more"] == 0 and same["digests"] == [found["digest"]] * 2
    least = json.loads(finsim("need", FILE, "--input", OCCUPANCY, "--probability", "60%", "--trials", 64, "--json").output)
    assert least["status"] and least["digest"] == found["digest"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_grid_of_two_inputs(lang: str) -> None:
    told = finsim("--lang", lang, "sensitivity", FILE, "--grid", OCCUPANCY, "streams.premises.price")
    assert told.exit_code == 0 and "+20%" in told.output
    words = ("是否平衡", "通过", "未通过", "停车·使用率", "用房租赁·单价") if lang == "zh" else ("whether it balances", "passes", "fails", "Parking: occupancy", "Premises: price")
    assert all(word in told.output for word in words)
    found = json.loads(finsim("sensitivity", FILE, "--grid", OCCUPANCY, "bonds.b2026.face", "--outcome", "cover_full", "--json").output)
    assert [one["input"] for one in found["inputs"]] == [OCCUPANCY, "bonds.b2026.face"]
    assert found["outcomes"][3][3] == pytest.approx(run(load(FILE)).indicators("all")["cover_full"], rel=1e-9)
    assert found["outcomes"][6] == [None] * 7 and found["outcomes"][3][6] < found["outcomes"][3][0]


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["streams.parking.lag"], 1, "'parking: years from completion to the start (negative: before)' is 0"),
        ([OCCUPANCY], 1, "Name two different inputs"),
        (["streams.parking.pric"], 1, "streams.parking.price"),
        (["streams.premises.price", "--by", "unit"], 1, "Choose an account: east, west, river"),
        (["streams.premises.price", "--sobol"], 2, "Use either --grid or --sobol."),
        (["streams.premises.price", "--outcome", "fnvp"], 2, "fnpv"),
    ],
)
def test_a_grid_that_cannot_be_made(more: list[str], code: int, said: str) -> None:
    told = finsim("--lang", "en", "sensitivity", FILE, "--grid", OCCUPANCY, *more)
    assert told.exit_code == code and said in told.stderr


def test_an_unknown_outcome_names_those_there_are() -> None:
    told = finsim("sensitivity", FILE, "--outcome", "fnvp")
    assert told.exit_code == 2 and "fnpv" in told.stderr


# ---- what a page asks at once ------------------------------------------------------------------------------
def test_where_a_test_changes_is_what_solving_finds(base: Study) -> None:
    """Each input alone, in proportion: the answers of ``solve``, one by one."""
    scenario = base.scenario
    ranges = {v.key: (float(d.min()), float(d.max())) for v, d in zip(base.variables, base.drawn, strict=True)}
    found = switching(all_factors(scenario), ["liquidity", "cover_full"], ranges)
    solved = 0
    for test, switches in found.items():
        assert [one.variable.key for one in switches] == [v.key for v in base.variables]
        for one in switches:
            if one.base > 0:
                answer = solve(scenario, one.variable.id, test=test, factor=True)
                assert (answer.status == "found") == math.isfinite(one.value)
                if answer.status == "found":
                    assert one.value == pytest.approx(answer.value * one.base, rel=1e-6)
                    solved += 1
            elif math.isfinite(one.value):
                assert ranges[one.variable.key][0] <= one.value <= ranges[one.variable.key][1]
    assert solved >= 2


def test_several_outcomes_at_once_are_as_one_by_one(base: Study) -> None:
    found = each_factor(all_factors(base.scenario), ["cover_full", "fnpv"])
    for outcome, shifts in found.items():
        for one, other in zip(shifts, one_factor(base.scenario, outcome), strict=True):
            assert (one.variable, one.base) == (other.variable, other.base)
            assert np.array_equal(one.outcomes, other.outcomes, equal_nan=True)


def test_units_keep_their_proportions_in_a_grid() -> None:
    """Where the units' numbers differ, an input at its stated mean gives the stated result."""
    scenario = load(FILE.parent / "songxian-2023.yaml")
    keys = ("unit", "costs.running.amount"), ("unit", "streams.premises.price")
    stated = [numbers_of(scenario, *key) for key in keys]
    assert np.ptp(stated[0]) > 0 and len(stated[0]) == 7
    at = [np.array([amounts.mean(), 1.1 * amounts.mean()]) for amounts in stated]
    grid = plane(scenario, *keys, *at, "lowest_surplus", "all", "all", all_factors(scenario, "all"))
    assert grid.outcomes[0, 0] == pytest.approx(run(scenario, "all").indicators("all")["lowest_surplus"], rel=1e-9)
    dearer = next(shift for shift in one_factor(scenario, "lowest_surplus", "all") if shift.variable.key == keys[0])
    assert grid.outcomes[1, 0] == pytest.approx(dearer.outcomes[SHIFTS.index(0.1)], rel=1e-9)


def test_a_study_can_be_stopped() -> None:
    seen: list[tuple[int, int]] = []

    def stop(done: int, whole: int) -> bool:
        seen.append((done, whole))
        return False

    with pytest.raises(Cancelled):
        study(load(FILE), 40_000, 1, progress=stop)
    assert len(seen) == 1 and 0 < seen[0][0] < seen[0][1] == 40_000


def test_shares_of_a_sample_are_counted_from_its_trials(base: Study) -> None:
    sample, came = simulate(base.scenario, TRIALS, 7), base.came["cover_full"]
    edges = [float(edge) for edge in np.quantile(came, (0.1, 0.3, 0.6))]
    assert sample.shares("all", "cover_full", edges) == pytest.approx([0.2, 0.3], abs=0.01)
    assert sample.missing("all", "cover_full") == 0


def test_no_elasticity_of_what_is_nothing() -> None:
    """The lowest surplus of the base case is nothing but rounding: a change relative to it says nothing."""
    scenario = load(FILE)
    assert abs(run(scenario).indicators("all")["lowest_surplus"]) < 1e-6
    assert all(math.isnan(shift.coefficient) for shift in one_factor(scenario, "lowest_surplus"))
