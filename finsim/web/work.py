"""What a worker does: trials and studies, reduced to what the pages show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from finsim.model.structure import BALANCED, STANDARD_TESTS
from finsim.risk.comparison import Compared, compare
from finsim.risk.discovery import discover
from finsim.risk.exact import Floats
from finsim.risk.importance import regression, tornado
from finsim.risk.sample import Sample
from finsim.risk.sampling import Key
from finsim.risk.shifts import SHIFTS, STEP, Shift, all_factors, each_factor, switching
from finsim.risk.stopping import Cancelled, Progress
from finsim.risk.study import BALANCES, Outcomes, Study, base_values, study
from finsim.risk.trials import simulate
from finsim.scenario.scenario import Scenario
from finsim.web.jobs import Report

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Percentiles of the accumulated surplus."""
DISTRIBUTED = ("lowest_surplus", "cover_full", "cover_operating", "cover_all_debt", "fnpv", "peak_unfunded", "dscr_lowest")
"""Indicators of which the distribution is told."""
POINTS = tuple(i / 200 for i in range(201))
"""Levels of the quantiles that stand for a distribution."""
BARS = 40
OUTER = 0.005
"""Share of the trials beyond either end of the bars."""
BIN, NEAR = 0.002, 0.001
"""Width of a bin of the sample, relative and near 0."""
STUDIED = 8_192
EXPLAINED = ("lowest_surplus", "cover_full", "fnpv", "peak_unfunded")
"""Indicators, besides whether it balances, of which a study says what matters."""
COMPARED = ("cover_full", "lowest_surplus")
"""Indicators by which schemes are compared in the same trials."""
TEST_OF = {"lowest_surplus": "liquidity", "peak_unfunded": "liquidity", "cover_full": "cover_full", "cover_operating": "cover_operating",
           "cover_all_debt": "cover_all_debt", "fnpv": "recovery"}  # fmt: skip
"""The test that an indicator is put to."""
WARMING = 600
"""Trials after which all code has been compiled: of whole vectors, and of the rest."""
CELLS = 7
"""Values of an input in a map of two."""


def make_ready(scenario: Scenario, groupings: Sequence[str]) -> None:
    """Let a worker do once what takes long the first time: code is compiled for each grouping."""
    if scenario.draws:
        for by in groupings:
            simulate(scenario, WARMING, 0, by)


def simulate_variants(report: Report, scenarios: Sequence[Scenario], trials: int, seed: int, by: str) -> dict[str, Any]:
    """Every variant with the same seed. Variants stand in the given order, by id ("" where there are none)."""
    found: dict[str, Any] = {}
    for i, scenario in enumerate(scenarios):
        sample = simulate(scenario, trials, seed, by, _counting_on(report, i * trials))
        found[scenario.variant.id if scenario.variant else ""] = reduced(sample)
    return {"by": by, "trials": trials, "seed": seed, "levels": LEVELS, "variants": found}


def _counting_on(report: Report, before: int) -> Progress:
    return lambda done, _: report(before + done)


def reduced(sample: Sample) -> dict[str, Any]:
    """Of each account and of all together: probabilities, distributions, percentiles of each year's accumulated surplus."""
    return {
        "digest": sample.scenario.digest,
        "warnings": [{"zh": warning.zh, "en": warning.en} for warning in sample.warnings()],
        "all": sample.probability_of_all().to_json(),
        "accounts": {
            account.id: {
                "probability": sample.probability(account.id).to_json(),
                "tests": {test: sample.test_probability(account.id, test).to_json() for test in STANDARD_TESTS},
                "failure": sample.failure(account.id),
                "fan": sample.fan(account.id, LEVELS),
                "distributions": {
                    name: _distribution(sample, account.id, name)
                    for name in DISTRIBUTED if sample.missing(account.id, name) < sample.trials
                },
            }
            for account in sample.accounts
        },
    }  # fmt: skip


def _distribution(sample: Sample, account: str, indicator: str) -> dict[str, Any]:
    """Quantiles at POINTS, and the shares between edges; what lies beyond the edges is in neither."""
    quantiles = sample.quantiles(account, indicator, POINTS)
    low, high = sample.quantiles(account, indicator, (OUTER, 1 - OUTER))
    assert low is not None and high is not None
    edges = [float(edge) for edge in np.linspace(low, high, BARS + 1)]
    if not high > low:
        return {"missing": sample.missing(account, indicator), "quantiles": quantiles, "edges": [low, high], "shares": [1.0]}
    # many trials may be exactly at an end, and are spread over a bin of the sample
    first, last = low - BIN * abs(low) - NEAR, high + BIN * abs(high) + NEAR
    shares = sample.shares(account, indicator, [first, *edges[1:-1], last])
    return {"missing": sample.missing(account, indicator), "quantiles": quantiles, "edges": edges, "shares": shares}


# ---- what matters ------------------------------------------------------------------------------------------------
def study_account(report: Report, scenario: Scenario, trials: int, seed: int, by: str, account: str) -> dict[str, Any]:
    """What matters to an account; inputs by their position in ``inputs``, which are (sheet, path)."""
    studied = study(scenario, trials, seed, by, account, progress=lambda done, _: report(done))

    def go_on() -> None:
        if not report(trials):
            raise Cancelled(trials)

    keys = [list(variable.key) for variable in studied.variables]
    position = {variable.key: i for i, variable in enumerate(studied.variables)}
    outcomes: dict[str, Any] = {}
    for outcome in (BALANCES, *EXPLAINED):
        if not np.isnan(studied.came[outcome]).any():
            go_on()
            weights, r2 = regression(studied, outcome)
            outcomes[outcome] = {
                "tornado": [[position[bar.variable.key], bar.at_low, bar.low, bar.at_high, bar.high] for bar in tornado(studied, outcome)],
                "weights": [[position[w.variable.key], w.coefficient, w.correlation] for w in weights],
                "r2": _plain(r2), "mean": float(studied.came[outcome].mean()),
            }
    boxes: dict[str, Any] = {}
    tests = (BALANCED, *dict.fromkeys(TEST_OF[name] for name in EXPLAINED))
    for test in tests:
        go_on()
        box = discover(studied, test)
        boxes[test] = {"failing": float((studied.came[f"passes.{test}"] < 0.5).mean())} | ({} if box is None else {
            **{name: getattr(box, name) for name in ("density", "coverage", "support", "overall")},
            "limits": [[position[limit.variable.key], _plain(limit.low), _plain(limit.high)] for limit in box.limits],
        })  # fmt: skip
    go_on()
    factors = all_factors(scenario, by, account)
    go_on()
    shifts = each_factor(factors, EXPLAINED)
    go_on()
    ranges: dict[Key, tuple[float, float]] = {
        v.key: (float(drawn.min()), float(drawn.max())) for v, drawn in zip(studied.variables, studied.drawn, strict=True)
    }
    switches = switching(factors, tests, ranges)
    places = [SHIFTS.index(-STEP), SHIFTS.index(STEP)]
    return {
        "trials": trials, "seed": seed, "account": account, "dependent": studied.dependent, "inputs": keys,
        "cells": [_cells(drawn, stated) for drawn, stated in zip(studied.drawn, _stated(studied, factors), strict=True)], "outcomes": outcomes, "boxes": boxes,
        "shifts": {
            name: [[*shift.variable.key, _whole(shift, factors), _plain(shift.coefficient), *(_plain(float(shift.outcomes[i])) for i in places)] for shift in found]
            for name, found in shifts.items()
        },
        "switches": {test: [[*one.variable.key, one.base, _plain(one.value)] for one in found] for test, found in switches.items()},
    }  # fmt: skip


# ---- two schemes in the same trials ------------------------------------------------------------------------------
def compare_schemes(report: Report, schemes: Sequence[tuple[Scenario, str, str]], trials: int, seed: int) -> dict[str, Any]:
    """Every scheme (scenario, grouping, account) but the first against it, in the same trials; by indicator of COMPARED."""
    studies = []
    for i, (scenario, by, account) in enumerate(schemes):
        done = _counting_on(report, i * trials)
        studies.append(study(scenario, trials, seed, by, account, progress=done))
    chances = [float((one.came[BALANCES] > 0.5).mean()) for one in studies]
    found = [{name: _compared(compare(studies[0], other, name)) for name in COMPARED} for other in studies[1:]]
    return {"trials": trials, "seed": seed, "chances": chances, "found": found}


def _compared(found: Compared) -> dict[str, Any]:
    numbers = {name: _plain(getattr(found, name)) for name in ("more", "low", "high", "only_first", "only_second", "better", "equal", "mean")}
    return {**numbers, "differences": [[level, _plain(value)] for level, value in found.differences.items()]}


def _whole(shift: Shift, factors: Outcomes) -> float:
    """The stated value of an input; of an amount of finance, that of all units of the account."""
    return shift.base * (len(factors.members) if shift.variable.id.startswith("stakes.") else 1)


def _stated(studied: Study, factors: Outcomes) -> list[float]:
    base = base_values(studied.scenario, {variable.key for variable in studied.variables})
    return [float(factors.told(variable.key, base[variable.key])[0]) for variable in studied.variables]


def _cells(drawn: Floats, stated: float) -> list[float]:
    """Values of an input for a map: all it has, if few; else evenly over its middle nine tenths and what is stated."""
    values = np.unique([*drawn, stated])
    if len(values) > CELLS:
        low, high = np.quantile(drawn, (0.05, 0.95))
        values = np.linspace(min(low, stated), max(high, stated), CELLS)
    return [float(value) for value in values]


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
