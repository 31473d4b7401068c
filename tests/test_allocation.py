"""The best allocation of restricted money: by hand, against every order, and against the waterfall at random."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from finsim.allocation import Shortage, avoidable_shortage
from finsim.result import run
from finsim.scenario.loading import load
from tests.support.cases import evaluated

SCENARIOS = Path(__file__).parents[1] / "scenarios"
Shortages = Callable[..., dict[str, Shortage]]


@pytest.fixture
def shortages(tmp_path: Path) -> Shortages:
    def found(works: dict[str, Any], sources: dict[str, Any], **more: Any) -> dict[str, Shortage]:
        """Works in 2021 unless they say otherwise; sources in drawing order."""
        entries = {
            "works": {
                k: {**_named(k), "category": "基础类", "owner": "government", "years": 2021, **v}
                for k, v in works.items()
            },
            "sources": {k: {**_named(k), "nature": "fiscal", **v} for k, v in sources.items()},
        }
        return avoidable_shortage(evaluated({"title": "例", "scenario": {"catalogue": entries, **more}}, tmp_path))

    return found


def _named(name: str) -> dict[str, str]:
    return {"label": name, "label_en": name}


def test_greedy_order_wastes_the_money_that_may_pay_everything(shortages: Shortages) -> None:
    """General money (100) may pay a and b, special money (100) only a; a and b cost 100 each.

    Drawn first, general money pays a and b half each; special money pays the other half of a and keeps 50: b lacks 50.
    Special money first, nothing lacks.
    """
    works = {"a": {"amount": 100}, "b": {"amount": 100}}
    general, special = {"pays": {}, "amount": 100}, {"pays": {"works": ["a"]}, "amount": 100}
    greedy = shortages(works, {"general": general, "special": special})["u"]
    assert greedy == pytest.approx((50, 0, 50))
    assert shortages(works, {"special": special, "general": general})["u"] == pytest.approx((0, 0, 0))


def test_money_earned_later_pays_nothing_earlier(shortages: Shortages) -> None:
    """2021 and 2022 call 100 each; flexible money (100) pays 2021, and 2022 gets what the county has earned by then.

    At 80 % of each year's cost it has earned 160: nothing lacks. At 40 % it has 80, and 20 lack in every order.
    """
    works = {"w": {"amount": 200, "years": [2021, 2022]}}
    for part, lacks in ((0.8, 0.0), (0.4, 20.0)):
        county = {"pays": {}, "share_of_cost": part}
        found = shortages(works, {"flexible": {"pays": {}, "amount": 100}, "county": county})["u"]
        assert found == pytest.approx((lacks, lacks, 0))


def test_a_cap_on_the_share_of_cost_holds_in_each_period(shortages: Shortages) -> None:
    """Capped at 30 % of the cost to date, 100 pay 30 in 2021 and 30 in 2022: 140 of 200 lack in any order."""
    capped = {"pays": {}, "amount": 100, "cap_share": 0.3}
    found = shortages({"w": {"amount": 200, "years": [2021, 2022]}}, {"capped": capped})["u"]
    assert found == pytest.approx((140, 140, 0))


def test_a_maintenance_fund_bears_interest_until_it_pays(shortages: Shortages) -> None:
    """100 at 2 % are 104.04 at the end of 2022; a source that comes first takes the work that the fund could pay, too."""
    fund = {"nature": "maintenance_fund", "pays": {}, "amount": 100, "interest_rate": 0.02}
    found = shortages({"w": {"amount": 200, "years": 2022}}, {"fund": fund})["u"]
    assert found == pytest.approx((200 - 104.04, 200 - 104.04, 0))


def test_what_is_not_built_counts(shortages: Shortages) -> None:
    works = {"lift": {"amount": 100, "owner": "owners", "if_unpaid": "not_built"}, "road": {"amount": 100}}
    residents = {"nature": "residents", "pays": {"works": ["lift"]}, "amount": 100}
    found = shortages(works, {"anything": {"pays": {}, "amount": 100}, "residents": residents})["u"]
    assert found == pytest.approx((50, 0, 50))


@pytest.mark.parametrize("seed", range(6))
def test_no_order_of_the_sources_is_better(seed: int, shortages: Shortages) -> None:
    """Every drawing order leaves at least the least shortage; that one does not depend on the order."""
    random = np.random.default_rng(seed)
    works = {f"w{i}": {"amount": int(random.integers(20, 200)), "years": [2021, 2021 + i]} for i in range(3)}
    sources = {
        f"s{i}": {
            "pays": {"works": [w for w in works if random.random() < 0.6] or ["w0"]},
            "amount": int(random.integers(0, 150)), "share_of_cost": float(random.choice([0, 0.2])),
        }
        for i in range(3)
    }  # fmt: skip
    found = [shortages(works, {s: sources[s] for s in order})["u"] for order in itertools.permutations(sources)]
    assert len({round(one.max_flow, 6) for one in found}) == 1
    for one in found:
        assert one.waterfall >= one.max_flow - 1e-6
        assert one.avoidable == pytest.approx(one.waterfall - one.max_flow, abs=2e-3)


def test_units_are_told_apart_and_works_may_be_missing(shortages: Shortages) -> None:
    assert shortages({}, {})["u"] == (0, 0, 0)
    found = avoidable_shortage(run(load(SCENARIOS / "two-loans.yaml")))
    assert sorted(found) == sorted(unit.id for unit in load(SCENARIOS / "two-loans.yaml").units)
    assert all(one.avoidable >= 0 and one.waterfall >= one.max_flow - 1e-6 for one in found.values())
