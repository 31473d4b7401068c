"""Paths over the years: beside a mean-reverting process in plain Python, by year and trial the same bits however they are cut."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pyarrow.parquet as pq
import pytest
import scipy.stats
from click.testing import CliRunner

from finsim.cli import main
from finsim.model import engine
from finsim.model.engine import Engine
from finsim.result import run
from finsim.risk.distributions import path
from finsim.risk.exact import Floats, ndtri
from finsim.risk.importance import sobol
from finsim.risk.needed import needed
from finsim.risk.sampling import Sampler
from finsim.risk.shifts import one_factor
from finsim.risk.streams import uniforms
from finsim.risk.study import BALANCES, Outcomes, column, study
from finsim.risk.trials import simulate
from finsim.scenario.distributions import MeanReverting, Uniform
from finsim.scenario.document import Place
from finsim.scenario.loading import load
from finsim.scenario.scenario import Draw, Scenario

FILE = Path(__file__).parents[2] / "scenarios" / "two-loans.yaml"
PARKING, RATE, LOAN = "streams.parking.growth", "loans.policy_bank.rate", "loans.commercial_bank.rate"
GROWTH = ("unit", PARKING)
WIDE = {"mean": 0.02, "speed": 0.3, "sd": 0.01, "low": -0.4, "high": 0.9}
Write = Callable[..., Scenario]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Two loans with these entries under ``uncertain`` instead of its own."""

    def written(*entries: str, dependence: Sequence[tuple[str, str, float]] = ()) -> Scenario:
        text = FILE.read_text("utf-8")
        start, end = text.index("uncertain:"), text.index("default_variant:")
        lines = "".join(f"  {entry}\n" for entry in entries)
        pairs = "".join(["dependence:\n"] * bool(dependence) + [f"  - {{between: [{a}, {b}], rank: {rank}}}\n" for a, b, rank in dependence])
        apart = all("shared: 0}" in entry or "shared: 0," in entry for entry in entries)
        file = tmp_path / "paths.yaml"
        file.write_text(f"{text[:start]}uncertain:\n{lines}{'independent: 测试' * apart}\n{pairs}{text[end:]}", "utf-8")
        return load(file)

    return written


def entry(name: str, shared: float | None = None, factor: bool = False, **terms: float) -> str:
    inside = ", ".join(f"{key}: {value}" for key, value in terms.items())
    more = (f", shared: {shared}" if shared is not None else "") + (", factor: true" if factor else "")
    return f"{name}: {{path: {{{inside}}}{more}}}"


def sampled(scenario: Scenario, trials: int = 16_384, seed: int = 1) -> Floats:
    """The years of the growth of the price of parking: (years, units, trials)."""
    return Sampler(scenario, seed)(0, trials)[GROWTH][1:-1]


# ---- the process -------------------------------------------------------------------------------------------
def test_a_trial_is_the_process_of_its_own_addresses(write: Write) -> None:
    """By Python's normal quantiles, from the uniform numbers that (seed, input, unit, year, trial) name."""
    scenario = write(entry(PARKING, shared=0, mean=0.02, speed=0.3, sd=0.03, low=-0.02, high=0.08), entry(RATE, mean=0.03, speed=0.5, sd=0.01, low=0.01, high=0.06))
    drawn = Sampler(scenario, 9, "plain")(0, 40)
    growth, rate = drawn[GROWTH], drawn["account", RATE]
    assert growth.shape == (27, 3, 40) and rate.shape == (27, 1, 40)
    assert not growth[[0, -1]].any()
    for (unit, name), trial in itertools.product(enumerate(scenario.numbers.units), (0, 7, 39)):
        x = [0.05]
        for year in range(2027, 2051):
            z = NormalDist().inv_cdf(float(uniforms(9, f"unit.{PARKING}@{year}", name, trial, trial + 1)[0]))
            x.append(min(max(x[-1] + 0.3 * (0.02 - x[-1]) + 0.03 * z, -0.02), 0.08))
        assert growth[1:-1, unit, trial] == pytest.approx(x, abs=1e-12)
    x = [0.036]
    for year in range(2027, 2051):
        z = NormalDist().inv_cdf(float(uniforms(9, f"account.{RATE}@{year}", "", 3, 4)[0]))
        x.append(min(max(x[-1] + 0.5 * (0.03 - x[-1]) + 0.01 * z, 0.01), 0.06))
    assert rate[1:-1, 0, 3] == pytest.approx(x, abs=1e-12)


def test_it_has_the_mean_variance_and_memory_of_the_process(write: Write) -> None:
    """Mean m + (x0 − m)(1 − k)^t; variance sd² (1 − (1 − k)^2t) ÷ (1 − (1 − k)²); correlation of neighbours tends to 1 − k."""
    x = sampled(write(entry(PARKING, shared=0, **WIDE)))[:, 0]
    for t in (0, 1, 2, 5, 24):
        kept = 0.7**t
        assert x[t].mean() == pytest.approx(0.02 + 0.03 * kept, abs=5e-4)
        assert x[t].std() == pytest.approx(0.01 * ((1 - kept**2) / (1 - 0.49)) ** 0.5, rel=0.03, abs=1e-12)
    assert np.corrcoef(x[23], x[24])[0, 1] == pytest.approx(0.7, abs=0.02)
    assert np.corrcoef(x[14], x[24])[0, 1] == pytest.approx(0.7**10, abs=0.03)


def test_it_stays_between_its_ends_and_goes_on_from_there(write: Write) -> None:
    x = sampled(write(entry(PARKING, shared=0, mean=0.02, speed=0.1, sd=0.05, low=0, high=0.06)), 2048)
    assert x.min() == 0.0 and x.max() == 0.06
    was, now = x[:-1][x[:-1] == 0.0], x[1:][x[:-1] == 0.0]
    assert len(was) > 1000 and (now > 0).mean() == pytest.approx(NormalDist().cdf(0.1 * 0.02 / 0.05), abs=0.02)


def test_without_shocks_it_is_the_way_to_the_mean(write: Write) -> None:
    """5 %, then half of the distance to 3 % each year: the price index of the years in which prices step, by hand."""
    scenario = write(entry(PARKING, shared=0, mean=0.03, speed=0.5, sd=0, low=0, high=0.06), entry(RATE, mean=0.036, speed=1, sd=0, low=0, high=0.1),
                     entry(LOAN, mean=0.045, speed=1, sd=0, low=0, high=0.1))  # fmt: skip
    growth = [0.03 + 0.02 * 0.5**t for t in range(25)]
    sampler = Sampler(scenario, 1)
    drawn = sampler(0, 2)
    assert drawn[GROWTH][1:-1, 0, 0] == pytest.approx(growth, abs=1e-15)
    wanted = ["loans.commercial_bank.yearly_rate", "loans.policy_bank.yearly_rate"]
    made = Engine(scenario.sheets, scenario.numbers, [[0, 1, 2]], wanted, ["streams.parking.index"], sampler.inputs, yearly=sampler.yearly)
    rows, units = made(drawn, 2)
    index = 1.0
    for t in range(25):
        if (t - 5) % 3 == 0 and t >= 5:  # every third year from 2031
            index *= 1 + growth[t]
        assert units["streams.parking.index"][t + 1] == pytest.approx(np.full((3, 2), index), abs=1e-12)
    assert rows["loans.policy_bank.yearly_rate"][1:-1] == pytest.approx(np.full((25, 1, 2), 0.036), abs=1e-15)
    assert rows["loans.commercial_bank.yearly_rate"][1:-1, 0, 0] == pytest.approx([0.041, *[0.045] * 24], abs=1e-15)


def test_a_path_that_does_not_move_is_the_run_itself(write: Write) -> None:
    scenario = write(entry(PARKING, shared=0, mean=0.05, speed=0.5, sd=0, low=0, high=0.06), entry(RATE, mean=0.036, speed=1, sd=0, low=0, high=0.1))
    found, sample = run(scenario).indicators("all"), simulate(scenario, 32, 1)
    for key in ("cover_full", "fnpv"):
        assert sample.quantiles("all", key, [0, 1]) == pytest.approx([found[key]] * 2, rel=1e-9)


def test_the_base_run_stays_at_what_is_stated(write: Write) -> None:
    with_path, without = write(entry(PARKING, shared=0.5, **WIDE)), load(FILE)
    assert run(with_path).to_json()["accounts"] == run(without).to_json()["accounts"]


def test_a_factor_is_a_path_from_one(write: Write) -> None:
    x = sampled(write(entry(PARKING, shared=0, factor=True, mean=2, speed=0.5, sd=0, low=0.5, high=3)), 2)[:, 1, 0]
    assert x == pytest.approx([0.05 * (2 - 0.5**t) for t in range(25)], abs=1e-15)


def test_one_unit_may_have_a_path_of_its_own(write: Write) -> None:
    x = sampled(write(f"{PARKING}: {{uniform: [1%, 4%], shared: 0.5}}", entry(f"units.west.{PARKING}", mean=0.06, speed=1, sd=0, low=0, high=0.1)), 64)
    assert np.array_equal(x[:, :2], np.broadcast_to(x[:1, :2], (25, 2, 64))) and np.ptp(x[0, 0]) > 0.02
    assert x[:, 2] == pytest.approx(np.tile(np.array([[0.05], *[[0.06]] * 24]), (1, 64)), abs=1e-15)


# ---- addressed -------------------------------------------------------------------------------------------------
def test_a_later_year_or_another_input_moves_nothing(write: Write) -> None:
    scenario = write(entry(PARKING, shared=0.5, **WIDE))
    few = Sampler(scenario, 3)(0, 50)[GROWTH]
    years = dataclasses.replace(scenario.numbers, years=(*scenario.years, 2051, 2052))
    longer = Sampler(dataclasses.replace(scenario, numbers=years), 3)(0, 50)[GROWTH]
    assert np.array_equal(longer[1:-3], few[1:-1])
    more = Draw("account", "recovery.discount_rate", "", Uniform(0.03, 0.05), False, None, Place("", None))
    loan = Draw("account", RATE, "", MeanReverting(0.03, 0.2, 0.01, 0.0, 0.1), False, None, Place("", None))
    many = Sampler(dataclasses.replace(scenario, draws=(more, loan, *scenario.draws)), 3)(0, 50)[GROWTH]
    assert np.array_equal(many, few)


def test_units_share_the_shocks_of_each_year_as_stated(write: Write) -> None:
    """The shocks of two units are correlated as stated in the same year and not otherwise; so is what comes of them."""
    x = sampled(write(entry(PARKING, shared=0.6, **WIDE)))
    shocks = x[1:] - x[:-1] - 0.3 * (0.02 - x[:-1])
    for t in (0, 11, 23):
        assert np.corrcoef(shocks[t])[0, 1] == pytest.approx(0.6, abs=0.02)
        assert np.corrcoef(x[t + 1])[1, 2] == pytest.approx(0.6, abs=0.025)
    assert abs(np.corrcoef(shocks[3, 0], shocks[4, 1])[0, 1]) < 0.03
    together = sampled(write(entry(PARKING, shared=1, **WIDE)), 64)
    assert np.array_equal(together[:, 0], together[:, 1])


def test_every_year_of_a_block_is_a_latin_hypercube(write: Write) -> None:
    x = sampled(write(entry(PARKING, shared=0, **WIDE)), 1024)[:, 0]
    shocks = (x[1:] - x[:-1] - 0.3 * (0.02 - x[:-1])) / 0.01
    for year in shocks:
        strata = np.sort([NormalDist().cdf(float(z)) * 1024 for z in year])
        assert np.all(np.abs(strata - np.arange(1024) - 0.5) < 0.5 + 1e-6)


# ---- correlated with other paths -------------------------------------------------------------------------------
def test_paths_are_correlated_in_the_same_year_as_stated(write: Write) -> None:
    """Through what units share and within each unit; not across years, and every other year the same."""
    premises = "streams.premises.growth"
    scenario = write(entry(PARKING, shared=0.5, **WIDE), entry(premises, shared=0.5, **WIDE), dependence=[(PARKING, premises, 0.7)])
    drawn = Sampler(scenario, 2)(0, 16_384)
    one, other = (drawn["unit", name][1:-1] for name in (PARKING, premises))
    shocks, others = (x[1:] - x[:-1] - 0.3 * (0.02 - x[:-1]) for x in (one, other))
    for year, unit in itertools.product((0, 9, 23), range(3)):
        assert scipy.stats.spearmanr(shocks[year, unit], others[year, unit]).statistic == pytest.approx(0.7, abs=0.02)
        assert abs(scipy.stats.spearmanr(shocks[year, unit], others[year - 1, unit]).statistic) < 0.03
        assert np.corrcoef(others[year])[0, 1] == pytest.approx(0.5, abs=0.02)
    (found,) = simulate(scenario, 256, 2).dependence
    assert found.found == pytest.approx(0.7, abs=0.02)


def test_loans_on_one_rate_move_together(write: Write) -> None:
    """Wholly correlated, each has the shocks of the other: loans on one LPR do not make up for each other."""
    terms = {"mean": 0.03, "speed": 0.4, "sd": 0.004, "low": 0.0, "high": 0.2}
    scenario = write(entry(RATE, **terms), entry(LOAN, **terms), dependence=[(RATE, LOAN, 1.0)])
    drawn = Sampler(scenario, 5)(0, 2_000)
    rate, loan = (drawn["account", name][1:-1, 0] for name in (RATE, LOAN))
    apart = (loan[0] - rate[0])[:1] * 0.6 ** np.arange(25)
    assert np.ptp(rate[10]) > 0.02 and loan - rate == pytest.approx(np.tile(apart[:, None], (1, 2_000)), abs=1e-12)
    opposed = Sampler(write(entry(RATE, **terms), entry(LOAN, **terms), dependence=[(RATE, LOAN, -1.0)]), 5)(0, 500)["account", LOAN][1:-1, 0]
    assert np.corrcoef(opposed[1], rate[1, :500])[0, 1] == pytest.approx(-1, abs=1e-9)


def test_a_path_added_last_to_its_group_moves_no_other_and_any_chunks_give_the_same(write: Write) -> None:
    terms = {"mean": 0.03, "speed": 0.4, "sd": 0.004, "low": 0.0, "high": 0.2}
    alone = Sampler(write(entry(RATE, **terms)), 5)(0, 300)["account", RATE]
    scenario = write(entry(LOAN, **terms), entry(RATE, **terms), dependence=[(RATE, LOAN, 0.6)])
    whole = Sampler(scenario, 5)(0, 1_500)
    assert np.array_equal(whole["account", RATE][..., :300], alone)
    parts = [Sampler(scenario, 5)(start, stop) for start, stop in ((0, 700), (700, 1_500))]
    assert all(np.array_equal(np.concatenate([part[key] for part in parts], axis=-1), whole[key]) for key in whole)


# ---- the same bits -----------------------------------------------------------------------------------------
def several(write: Write) -> Scenario:
    return write(entry(PARKING, shared=0.5, **WIDE), entry(RATE, mean=0.03, speed=0.4, sd=0.004, low=0.01, high=0.06),
                 entry("streams.premises.occupancy", shared=0.3, mean=0.85, speed=0.5, sd=0.05, low=0.4, high=0.97),
                 entry("costs.running.growth", shared=1, factor=True, mean=1.2, speed=0.5, sd=0.2, low=0, high=3),
                 "streams.premises.price: {pert: [26 元, 32 元, 36 元], shared: 0.8}")  # fmt: skip


def test_both_back_ends_give_the_same_bits(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = several(write)
    sampler, wanted = Sampler(scenario, 2), [*scenario.sheets.account.rows]
    assert len(sampler.yearly) == 4
    drawn = sampler(0, 1500)
    fast, plain = (
        Engine(scenario.sheets, scenario.numbers, [[0, 2], [1]], wanted, scenario.sheets.unit.rows, sampler.inputs, name, yearly=sampler.yearly)
        for name in ("llvm", "numpy")
    )
    for one, other in zip(fast(drawn, 1500), plain(drawn, 1500), strict=True):
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[row], other[row], equal_nan=True) for row in one)
    whole = simulate(scenario, 3000, 3).to_json()
    monkeypatch.setenv("FINSIM_BACKEND", "numpy")
    assert simulate(scenario, 3000, 3).to_json() == whole


@pytest.mark.parametrize("backend", ["llvm", "numpy"])
def test_the_same_value_in_every_year_is_one_value(backend: str) -> None:
    """Every input that may have a path, at another value in each trial: the bits of a draw for all years."""
    scenario, trials = load(FILE), 600
    sheets, numbers = scenario.sheets, scenario.numbers
    given = {("unit", path): array for path, array in numbers.unit_inputs.items() if sheets.unit.inputs[path].yearly}
    given |= {("account", path): array for path, array in numbers.account_inputs.items() if sheets.account.inputs[path].yearly}
    factor = np.linspace(0.8, 1.1, trials)
    once = {key: array[:, None] * factor for key, array in given.items()}
    yearly = {key: np.repeat(array[None], len(numbers.years) + 2, axis=0) for key, array in once.items()}
    assert {"growth", "occupancy", "price_growth", "rate", "interest_rate"} <= {path.rpartition(".")[2] for _, path in given}
    found = []
    for drawn, by_year in ((once, set[tuple[str, str]]()), (yearly, set(given))):
        made = Engine(sheets, numbers, [[0, 1, 2]], sheets.account.rows, sheets.unit.rows, given, backend, yearly=by_year)
        found.append(made(drawn, trials))
    for one, other in zip(*found, strict=True):
        for row in one:
            np.testing.assert_array_equal(*np.broadcast_arrays(one[row], other[row]), err_msg=row)


def test_chunks_and_workers_give_the_same_bits(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = several(write)
    whole = simulate(scenario, 2500, 3, "unit").to_json()
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        assert simulate(scenario, 2500, 3, "unit", executor=pool).to_json() == whole
    monkeypatch.setattr("finsim.risk.trials.COLUMNS", 3 * 333)
    monkeypatch.setattr("finsim.risk.trials.FEWEST", 1)
    monkeypatch.setattr(engine, "COLUMNS", 444)  # units some at a time, by NumPy
    monkeypatch.setenv("FINSIM_BACKEND", "numpy")
    assert simulate(scenario, 2500, 3, "unit").to_json() == whole


def test_a_single_trial_is_the_engine_on_stated_schedules(write: Write) -> None:
    """Against the price index as a price stated anew: no path, no sampler, one trial at a time."""
    scenario = write(entry(PARKING, shared=0, **WIDE))
    sampler = Sampler(scenario, 4)
    drawn = sampler(0, 3)
    made = Engine(scenario.sheets, scenario.numbers, [[0, 1, 2]], ["cover.full"], ["streams.parking.charges"], sampler.inputs, yearly=sampler.yearly)
    charges = made(drawn, 3)[1]["streams.parking.charges"]
    base = Engine(scenario.sheets, scenario.numbers, [[0, 1, 2]], ["cover.full"], ["streams.parking.charges", "streams.parking.index"])()[1]
    repriced = scenario.numbers.unit_schedules["streams.parking.repriced"][:, 0]
    for unit, trial in itertools.product(range(3), range(3)):
        index = np.cumprod(1 + drawn[GROWTH][1:-1, unit, trial] * repriced)
        stated = base["streams.parking.charges"][1:-1, unit, 0] / base["streams.parking.index"][1:-1, -1, 0]
        assert charges[1:-1, unit, trial] == pytest.approx(stated * index, rel=1e-12)


def test_bits_are_the_same_on_every_machine() -> None:
    """Of the recursion on normal scores; where these come from has its own digests."""
    shocks = [ndtri(uniforms(0, "growth", f"{year}", 0, 4096))[None] for year in range(30)]
    values = path(MeanReverting(0.02, 0.3, 0.01, 0.0, 0.05), np.array([[0.03], [0.01]]), shocks)
    assert values.shape == (31, 2, 4096)
    assert hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()[:16] == "4c52db6fbed36429"


# ---- what is told of it ------------------------------------------------------------------------------------
def test_a_study_tells_the_mean_over_the_years_and_says_so(write: Write) -> None:
    scenario = several(write)
    found = study(scenario, 512, 5)
    names = [variable.id for variable in found.variables]
    assert {f"{PARKING}.mean", f"{RATE}.mean", "streams.premises.price"} <= set(names)
    growth = found.variables[names.index(f"{PARKING}.mean")]
    assert growth.label.zh.endswith("（各年平均）") and growth.label.en.endswith("(mean over the years)")
    assert found.drawn[names.index(f"{PARKING}.mean")] == pytest.approx(Sampler(scenario, 5)(0, 512)[GROWTH][1:-1].mean(axis=(0, 1)), rel=1e-12)


def test_sobol_indices_exchange_the_whole_path(write: Write) -> None:
    """One path alone explains all of the outcome, and a path that cannot move nothing."""
    still = entry(RATE, mean=0.036, speed=1, sd=0, low=0, high=0.1)
    scenario = write(entry(PARKING, shared=1, **WIDE), still)
    (account,) = scenario.accounts()
    by_name = {index.variable.id: index for index in sobol(scenario, account, "fnpv", 2048, 1)}
    assert by_name[PARKING].total == pytest.approx(1, abs=0.1) and by_name[PARKING].first == pytest.approx(1, abs=0.1)
    assert by_name[RATE].total == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_says_how_a_path_is_told(write: Write, lang: str) -> None:
    scenario = several(write)
    told = CliRunner().invoke(main, ["--lang", lang, "sensitivity", scenario.file, "--trials", "256"])
    assert told.exit_code == 0
    assert ("各年平均" if lang == "zh" else "mean over") in told.output
    assert ("整条路径一起换" if lang == "zh" else "exchange the whole path") in told.output.replace("\n", " ")
    found = json.loads(CliRunner().invoke(main, ["sensitivity", scenario.file, "--trials", "256", "--json"]).output)
    assert set(found["paths"]) == {PARKING, RATE, "streams.premises.occupancy", "costs.running.growth"}
    assert f"{PARKING}.mean" in [bar["input"] for bar in found["tornado"]]
    plain = CliRunner().invoke(main, ["sensitivity", str(FILE), "--trials", "256"])
    assert "整条路径" not in plain.output


def test_one_factor_moves_the_stated_value_of_all_years(write: Write) -> None:
    scenario = write(entry(PARKING, shared=1, **WIDE))
    (shift,) = [one for one in one_factor(scenario, "fnpv") if one.variable.id == PARKING]
    assert shift.base == pytest.approx(0.05)
    more = load(FILE, changes=("catalogue.streams.parking.growth=5.5%",))
    assert shift.outcomes[13] == pytest.approx(run(more).indicators("all")["fnpv"], rel=1e-9)


def test_an_input_that_is_looked_for_is_held_in_all_years(write: Write) -> None:
    """With as much cover required as half of the trials have, about the mean occupancy is needed for one half."""
    scenario = several(write)
    required = float(np.median(study(scenario, 256, 1).came["cover_full"]))
    scenario = load(scenario.file, changes=(f"cover.threshold={required:.6f}",))
    found = needed(scenario, "streams.premises.occupancy", 0.5, 256, 1, test="cover_full", between=(0, 1))
    assert found.status == "found" and found.value == pytest.approx(0.85, abs=0.03)
    (account,) = scenario.accounts()
    sampler, key = Sampler(scenario, 1), ("unit", "streams.premises.occupancy")
    asked = Outcomes(scenario, account, sampler.inputs, sampler.yearly - {key})
    came = asked({**sampler(0, 256), key: np.full((3, 256), found.value)}, 256)["passes.cover_full"]
    assert came.mean() == pytest.approx(0.5, abs=1 / 256)


def test_every_trial_is_kept_with_the_mean_over_the_years(write: Write, tmp_path: Path) -> None:
    scenario = several(write)
    kept_in = tmp_path / "trials.parquet"
    told = CliRunner().invoke(main, ["simulate", scenario.file, "--trials", "300", "--seed", "6", "--save-trials", str(kept_in), "--json"])
    assert told.exit_code == 0, told.output
    table = pq.read_table(kept_in).to_pydict()
    rows = [i for i, variant in enumerate(table["variant"]) if variant == "base"]
    assert len(rows) == 300 and PARKING not in table
    kept = [table[column(PARKING, True)][i] for i in rows]
    assert kept == pytest.approx(Sampler(scenario, 6)(0, 300)[GROWTH][1:-1].mean(axis=(0, 1)), rel=1e-12)
    assert json.loads(told.output)["trials"] == 300
    assert BALANCES in table


def test_sobol_points_are_refused_with_the_line(write: Write) -> None:
    scenario = write(entry(PARKING, shared=0.5, **WIDE))
    told = CliRunner().invoke(main, ["--lang", "en", "simulate", scenario.file, "--trials", "64", "--seed", "1", "--sampler", "sobol"])
    line = next(i for i, text in enumerate(Path(scenario.file).read_text("utf-8").splitlines(), 1) if text.startswith(f"  {PARKING}:"))
    assert told.exit_code == 1
    assert f"paths.yaml:{line}  uncertain.{PARKING}.path" in told.output and "--sampler lhs" in told.output
