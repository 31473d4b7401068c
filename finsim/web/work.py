"""What a worker does: the trials of every variant, reduced to what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from finsim.model.structure import STANDARD_TESTS
from finsim.risk.sample import Sample
from finsim.risk.trials import Progress, simulate
from finsim.scenario.scenario import Scenario
from finsim.web.jobs import Report

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Percentiles of the accumulated surplus."""


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
    """Probabilities of each account and of all together, and the percentiles of each year's accumulated surplus."""
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
            }
            for account in sample.accounts
        },
    }
