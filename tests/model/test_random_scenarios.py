"""What must hold for every programme holds for scenario files at random, in every grouping of their units."""

from __future__ import annotations

import numpy as np
import pytest

from finsim.scenario.scenario import Scenario
from tests.model.programmes import Programme, drawings, evaluated
from tests.model.test_comparisons import money_scales
from tests.model.test_properties import everything_holds
from tests.support.scenarios import random_scenario

SEEDS = range(50, 75)
"""Not those of the workbooks."""


def programme(scenario: Scenario, by: str) -> Programme:
    place = {unit: i for i, unit in enumerate(scenario.numbers.units)}
    return Programme(
        scenario.structure, scenario.numbers, [[place[unit] for unit in account.units] for account in scenario.accounts(by)]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_holds(seed: int) -> None:
    scenario = random_scenario(seed)
    for by in ("all", "unit"):
        everything_holds(evaluated(programme(scenario, by)))


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_everything_holds_in_trials(seed: int) -> None:
    own = programme(random_scenario(seed), "district")
    drawn = drawings(own, 5, np.random.default_rng(seed))
    # what was outstanding when the timeline began follows from years, which no trial draws; a path of rates is stated as
    # changes of the rate, which drawn from zero on would fall below zero
    apart = (".existing_share", *(f"loans.{name}.rate" for name, _ in own.structure.loans))
    drawn = {key: array for key, array in drawn.items() if not key[1].endswith(apart)}
    everything_holds(evaluated(own, drawn, 5))


@pytest.mark.parametrize("seed", SEEDS[1::3])
def test_money_scales(seed: int) -> None:
    money_scales(programme(random_scenario(seed), "all"), {})
