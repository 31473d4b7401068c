"""What a job is asked, and which of the questions a page is about: the one its tab asked last, or the one of its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finsim.report.comparison import Side
from finsim.web.address import Shown, View, asked
from finsim.web.jobs import Job, Jobs
from finsim.web.results import key_of
from finsim.web.work import STUDIED, compare_schemes, simulate_variants, study_account

FEWEST, MOST = 100, 1_000_000
LARGEST_SEED = 2**31 - 1
TRIALS, SEED = 10_000, 1
"""What stands in the form at first."""


@dataclass(frozen=True)
class Question:
    """``work(report, *arguments)`` answers it; ``key`` is the same for the same question; ``settings`` are trials and seed."""

    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    total: int
    key: str
    settings: Mapping[str, int]


def simulation(shown: Shown, trials: int, seed: int) -> Question:
    """The trials of every variant, for the grouping shown."""
    scenarios = shown.desk.scenarios
    key = key_of(
        "simulation", variants=[(name, scenario.digest) for name, scenario in scenarios.items()], by=shown.view.by, trials=trials, seed=seed
    )
    arguments = (tuple(scenarios.values()), trials, seed, shown.view.by)
    return Question(simulate_variants, arguments, trials * len(scenarios), key, {"trials": trials, "seed": seed})


def study(shown: Shown, seed: int) -> Question:
    """What matters to the account and variant shown."""
    view = shown.view
    key = key_of("study", digest=shown.scenario.digest, by=view.by, account=view.account, trials=STUDIED, seed=seed)
    return Question(study_account, (shown.scenario, STUDIED, seed, view.by, view.account), STUDIED, key, {"trials": STUDIED, "seed": seed})


def comparison(sides: Sequence[Side], seed: int) -> Question:
    """The schemes in the same trials."""
    schemes = tuple((side.result.scenario, side.result.by, side.account) for side in sides)
    key = key_of("comparison", schemes=[(scenario.digest, by, account) for scenario, by, account in schemes], trials=STUDIED, seed=seed)
    return Question(compare_schemes, (schemes, STUDIED, seed), STUDIED * len(schemes), key, {"trials": STUDIED, "seed": seed})


def valid(trials: Any, seed: Any) -> bool:
    return isinstance(trials, int) and FEWEST <= trials <= MOST and isinstance(seed, int) and 0 <= seed <= LARGEST_SEED


def of_address(address: str) -> dict[str, int]:
    """Trials and seed that an address asks for; empty if it asks for none."""
    query = asked(address)
    texts = [query.get("trials", ""), query.get("seed", "")]
    if all(text.isascii() and text.isdigit() and len(text) <= 10 for text in texts):
        trials, seed = map(int, texts)
        if valid(trials, seed):
            return {"trials": trials, "seed": seed}
    return {}


def remembered(names: Any, place: str) -> dict[str, Any]:
    """What the tab remembers of its last question about a place: job, trials, seed and the address where it asked."""
    entry = names.get(place) if isinstance(names, dict) else None
    known = isinstance(entry, dict) and isinstance(entry.get("job"), str) and isinstance(entry.get("at"), str)
    return entry if isinstance(entry, dict) and known and valid(entry.get("trials"), entry.get("seed")) else {}


def place_of(view: View) -> str:
    """What a simulation is about, whatever is looked at of it."""
    return f"{view.scenario} {view.by}"


def inputs_place(view: View) -> str:
    """What inputs are of: a variant of a scenario."""
    return f"{view.scenario} {view.variant}"


def study_place(view: View) -> str:
    return f"{view.scenario} {view.variant} {view.by} {view.account}"


def settings_of(names: Any, place: str, address: str) -> dict[str, int]:
    """Trials and seed that a page is about. An address that is opened says so, until something else is asked there."""
    entry, there = remembered(names, place), of_address(address)
    if entry and (not there or entry["at"] == address):
        return {"trials": entry["trials"], "seed": entry["seed"]}
    return there


def job_of(jobs: Jobs, question: Question, entry: Mapping[str, Any]) -> Job | None:
    """The tab's own job for the question; where there is none, its answer, if anybody has asked it before."""
    own = jobs.get(entry.get("job")) if all(entry.get(name) == value for name, value in question.settings.items()) else None
    return own if own is not None and (own.state != "done" or own.result is not None) else jobs.answer(question.key)
