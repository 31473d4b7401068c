"""Latin hypercubes and Sobol nets by block: evenly spread, addressed by trial, the same bits everywhere."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finsim.risk import sampling, streams
from finsim.risk.exact import Floats, ndtri
from finsim.risk.sampling import DESIGNS, Design, Sampler
from finsim.risk.streams import BLOCK, scrambled, shuffled, stratified, uniforms
from finsim.risk.trials import simulate
from finsim.scenario.distributions import Uniform
from finsim.scenario.document import Place
from finsim.scenario.loading import load
from finsim.scenario.problems import ScenarioError
from finsim.scenario.scenario import Draw, Scenario
from finsim.sheet import Text

FILE = "scenarios/songxian-2023.yaml"
NOWHERE = Place("", None)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return loaded()


@cache
def loaded() -> Scenario:
    return load(FILE, "card")


def alone(scenario: Scenario) -> Scenario:
    """The same with its first unit only, which has nothing to share."""
    n = scenario.numbers
    first = {path: array[:1] for path, array in n.unit_inputs.items()}
    numbers = dataclasses.replace(n, units=n.units[:1], unit_inputs=first)
    draws = tuple(dataclasses.replace(draw, shared=None) for draw in scenario.draws)
    return dataclasses.replace(scenario, numbers=numbers, units=scenario.units[:1], draws=draws)


def lhs(seed: int, variable: str, unit: str, blocks: int) -> Floats:
    strata = np.concatenate([shuffled(seed, variable, unit, block) for block in range(blocks)])
    return stratified(seed, variable, unit, 0, blocks * BLOCK, strata)


# ---- evenly spread ---------------------------------------------------------------------------------------------
def test_every_block_has_one_trial_in_each_stratum() -> None:
    for block in lhs(7, "rent", "东关", 5).reshape(5, BLOCK):
        assert np.array_equal(np.sort((block * BLOCK).astype(int)), np.arange(BLOCK))


def test_blocks_variables_and_units_are_shuffled_apart() -> None:
    first = [shuffled(*address) for address in ((0, "a", "", 0), (0, "a", "", 1), (0, "b", "", 0), (0, "a", "甲", 0), (1, "a", "", 0))]
    others = np.corrcoef(np.array(first, dtype=float))[np.triu_indices(5, 1)]
    assert np.abs(others).max() < 0.14  # 4.5 standard errors


def test_within_its_stratum_a_trial_lies_anywhere() -> None:
    within = np.modf(lhs(3, "rent", "", 50) * BLOCK)[0]
    counts = np.bincount((within * 50).astype(int), minlength=50)
    assert ((counts - 1024) ** 2 / 1024).sum() < 94  # chi-square, 49 degrees, 0.01 %


def test_extreme_words_stay_strictly_within(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = np.array([0, 2**64 - 1], dtype=np.uint64)
    monkeypatch.setattr(streams, "_words", lambda *_: ends)
    numbers = stratified(0, "a", "", 0, 2, np.array([0, BLOCK - 1], dtype=np.uint16))
    assert numbers.tolist() == [streams.EDGE, 1 - streams.EDGE]


@pytest.mark.parametrize("dimensions", [2, 12])
def test_a_scrambled_net_is_a_net(dimensions: int) -> None:
    """Each variable has every stratum once; in any two, no box of 1/32 × 1/32 holds more points than before."""
    net = sampling._net(dimensions)
    for block in range(2):
        points = np.array([scrambled(0, f"v{i}", "", block, net[i]) for i in range(dimensions)])
        assert all(np.array_equal(np.sort(row), np.arange(BLOCK)) for row in points)
        for i, j in itertools.combinations(range(dimensions), 2):
            found, plain = (np.bincount((p[i] // 32).astype(int) * 32 + p[j] // 32, minlength=BLOCK) for p in (points, net))
            assert np.array_equal(np.sort(found), np.sort(plain))


def smooth(u: Floats) -> Floats:
    """Mean 0 for inputs that are uniform and independent: nearly a sum."""
    return (u - 0.5).sum(axis=0) + 0.3 * (u[0] - 0.5) * (u[1] - 0.5)


def test_blocks_are_more_exact_than_independent_trials() -> None:
    names = [f"v{i}" for i in range(6)]
    net = sampling._net(6)
    errors: dict[str, list[float]] = {design: [] for design in DESIGNS}
    for seed in range(40):
        strata = {"lhs": [shuffled(seed, v, "", 0) for v in names], "sobol": [scrambled(seed, v, "", 0, row) for v, row in zip(names, net, strict=True)]}
        for design, rows in strata.items():
            u = np.array([stratified(seed, v, "", 0, BLOCK, row) for v, row in zip(names, rows, strict=True)])
            errors[design].append(float(smooth(u).mean()))
        errors["plain"].append(float(smooth(np.array([uniforms(seed, v, "", 0, BLOCK) for v in names])).mean()))
    plain, latin, sobol = (np.std(errors[design]) for design in ("plain", "lhs", "sobol"))
    assert latin < plain / 10 and sobol < latin


# ---- addressed -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("design", DESIGNS)
@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 2500), max_size=6))
def test_any_chunks_give_the_same_bits(design: Design, cuts: list[int]) -> None:
    whole = drawn(design, [(0, 2500)])
    assert drawn(design, [*itertools.pairwise([0, *sorted(cuts), 2500])]) == whole


def drawn(design: Design, spans: list[tuple[int, int]]) -> bytes:
    """Everything a sampler draws, chunk by chunk, as bytes."""
    sampler = Sampler(loaded(), 3, design)
    chunks = [np.concatenate([*sampler(*span).values()]) for span in spans]
    return np.concatenate(chunks, axis=1).astype("<f8").tobytes()


@pytest.mark.parametrize("design", DESIGNS)
def test_chunks_may_come_in_any_order(design: Design) -> None:
    spans = [(0, 100), (100, 1500), (1500, 2500)]
    one, other = (Sampler(loaded(), 3, design) for _ in range(2))
    forward = [one(*span) for span in spans]
    backward = [other(*span) for span in reversed(spans)][::-1]
    for a, b in zip(forward, backward, strict=True):
        assert all(np.array_equal(a[key], b[key]) for key in a)


def test_two_processes_give_the_bits_of_one() -> None:
    spans = [(0, 700), (700, 1400)]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        parts = [*pool.map(drawn, ["lhs", "lhs"], [[span] for span in spans])]
    rows = [np.frombuffer(part).reshape(-1, 700) for part in parts]
    assert np.concatenate(rows, axis=1).tobytes() == drawn("lhs", spans)


def test_the_order_of_the_file_does_not_matter(scenario: Scenario) -> None:
    turned = dataclasses.replace(scenario, draws=scenario.draws[::-1])
    for design in DESIGNS:
        one, other = Sampler(scenario, 3, design)(0, 50), Sampler(turned, 3, design)(0, 50)
        assert all(np.array_equal(one[key], other[key]) for key in one)


def test_a_variable_or_a_unit_added_moves_no_other(scenario: Scenario) -> None:
    more = Draw("account", "recovery.discount_rate", "", Uniform(0.03, 0.05), False, None, NOWHERE)
    few, many = (Sampler(s, 3)(0, 50) for s in (scenario, dataclasses.replace(scenario, draws=(more, *scenario.draws))))
    assert all(np.array_equal(few[key], many[key]) for key in few)
    shared = dataclasses.replace(alone(scenario), draws=scenario.draws)
    one = Sampler(shared, 3)(0, 50)
    assert all(np.array_equal(one[key][0], few[key][0]) for key in one)


def test_a_negative_seed_or_another_sampler_is_refused(scenario: Scenario) -> None:
    with pytest.raises(ValueError, match="negative"):
        Sampler(scenario, -1)(0, 1)
    with pytest.raises(ValueError, match="none of lhs, sobol, plain"):
        Sampler(scenario, 1, "halton")  # type: ignore[arg-type]


def test_sobol_for_several_accounts_is_refused(scenario: Scenario) -> None:
    with pytest.raises(ScenarioError) as refused:
        Sampler(scenario, 1, "sobol", "unit")
    (problem,) = refused.value.problems
    assert (problem.path, problem.found, problem.allowed.en) == ("balance", "7", "1 account")
    assert "Latin hypercubes" in problem.remedy.en and "--by all" in problem.remedy.zh
    assert problem.what == Text("变体 card：Sobol 抽样只能用于一个平衡主体。", "Variant card: Sobol sampling is for one account only.")
    with pytest.raises(ScenarioError, match="1 account"):
        simulate(scenario, 64, 1, "unit", sampler="sobol")
    assert simulate(scenario, 64, 1, "all", sampler="sobol").trials == 64


def test_more_dimensions_than_there_are_are_refused(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    most = len(Sampler(scenario, 1, "sobol").dimension)
    monkeypatch.setattr(sampling, "MOST_DIMENSIONS", most)
    Sampler(scenario, 1, "sobol")
    monkeypatch.setattr(sampling, "MOST_DIMENSIONS", most - 1)
    with pytest.raises(ScenarioError, match=f"{most - 1} dimensions at most"):
        Sampler(scenario, 1, "sobol")


# ---- one net for all units -------------------------------------------------------------------------------------
def sole(*shared: float | None, units: int = 7) -> Scenario:
    """A scenario of these units that draws an input of the units for each of ``shared``, uniform between 0 and 1, and one of the account."""
    paths = ("streams.adverts.occupancy", "streams.charging.occupancy", "streams.parking_hourly.occupancy")
    draws = [Draw("unit", path, "", Uniform(0, 1), False, s, NOWHERE) for path, s in zip(paths, shared, strict=False)]
    own = Draw("account", "recovery.discount_rate", "", Uniform(0, 1), False, None, NOWHERE)
    one = alone(loaded()) if units == 1 else loaded()
    return dataclasses.replace(one, draws=(own, *draws), dependence=())


def test_every_input_of_every_unit_is_a_dimension_of_one_net() -> None:
    """By hand: names in order, units in order; where two of the scores are shared, the units' own or the city's."""
    scenario = sole(0.0, 1.0)
    names = [("account.recovery.discount_rate", ""), *(("unit.streams.adverts.occupancy", u) for u in scenario.numbers.units),
             ("unit.streams.charging.occupancy", "")]  # fmt: skip
    net, drawn = sampling._net(len(names)), Sampler(scenario, 5, "sobol")(0, 2 * BLOCK)
    expected = [
        stratified(5, v, u, 0, 2 * BLOCK, np.concatenate([scrambled(5, v, u, block, row) for block in range(2)]))
        for (v, u), row in zip(names, net, strict=True)
    ]
    assert np.array_equal(drawn["account", "recovery.discount_rate"][0], expected[0])
    assert np.array_equal(drawn["unit", "streams.adverts.occupancy"], expected[1:8])
    assert all(np.array_equal(row, expected[8]) for row in drawn["unit", "streams.charging.occupancy"])


def test_with_one_unit_the_net_is_that_of_its_inputs() -> None:
    scenario = sole(None, None, units=1)
    drawn, net = Sampler(scenario, 5, "sobol")(0, BLOCK), sampling._net(3)
    for number, (sheet, path) in enumerate(sorted(drawn)):  # the names of the account's inputs come first
        unit = scenario.numbers.units[0] if sheet == "unit" else ""
        strata = scrambled(5, f"{sheet}.{path}", unit, 0, net[number])
        assert np.array_equal(drawn[sheet, path][0], stratified(5, f"{sheet}.{path}", unit, 0, BLOCK, strata))


def test_units_of_one_net_are_correlated_as_stated_and_no_further() -> None:
    """Points of one number in nets of their own would be correlated by 0.75 on average; here only by what is shared."""
    blocks = 64
    drawn = Sampler(sole(0.0, 0.4, 1.0), 2, "sobol")(0, blocks * BLOCK)
    first, second = drawn["unit", "streams.adverts.occupancy"], drawn["unit", "streams.charging.occupancy"]
    assert np.abs(np.corrcoef(np.concatenate([first, second[:1]]))[np.triu_indices(8, 1)]).max() < 0.02
    scores = np.corrcoef(ndtri(second))[np.triu_indices(7, 1)]
    assert scores == pytest.approx(np.full(21, 0.4), abs=0.02)
    assert np.ptp(drawn["unit", "streams.parking_hourly.occupancy"], axis=0).max() == 0


def test_the_sum_over_units_is_more_exact_than_by_latin_hypercubes() -> None:
    errors: dict[str, list[float]] = {"lhs": [], "sobol": []}
    for seed in range(40):
        for design in ("lhs", "sobol"):
            u = Sampler(sole(0.0, 0.0), seed, design)(0, BLOCK)
            total = u["unit", "streams.adverts.occupancy"].sum(axis=0) + u["unit", "streams.charging.occupancy"].sum(axis=0)
            errors[design].append(float(((total - 7) ** 2).mean() - 14 / 12))  # the variance of the sum of fourteen
    lhs, net = (np.sqrt(np.mean(np.square(errors[design]))) for design in ("lhs", "sobol"))
    assert net < lhs / 2


@pytest.mark.parametrize(("design", "digest"), [("lhs", "097272ae6d769c7c"), ("sobol", "e240c6c419a3e12e"), ("plain", "0f1ba203b5f5d464")])
def test_bits_are_the_same_on_every_machine(design: Design, digest: str) -> None:
    """What the samplers add to the uniform numbers: which stratum each trial has."""
    if design == "plain":
        numbers = uniforms(0, "rent", "东关", 0, 3 * BLOCK)
    else:
        net = sampling._net(8)[5]
        strata = [shuffled(0, "rent", "东关", b) if design == "lhs" else scrambled(0, "rent", "东关", b, net) for b in range(3)]
        numbers = stratified(0, "rent", "东关", 0, 3 * BLOCK, np.concatenate(strata))
    assert hashlib.sha256(numbers.astype("<f8").tobytes()).hexdigest()[:16] == digest
