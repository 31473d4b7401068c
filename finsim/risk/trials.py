"""Monte Carlo: the trials of a scenario, chunk by chunk, each reduced at once to counts, so memory does not grow with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from finsim.model.engine import COLUMNS, Engine
from finsim.model.structure import PASSES
from finsim.result import INDICATORS, refuse_contradiction
from finsim.risk.achieved import achieved
from finsim.risk.failure import ROWS
from finsim.risk.sample import FAN_ROW, Sample
from finsim.risk.sampling import Design, Sampler
from finsim.risk.stopping import Goal, Watch
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text

Progress = Callable[[int, int], bool]


class Cancelled(Exception):
    """The caller asked to stop; ``done`` trials had been run."""

    def __init__(self, done: int) -> None:
        super().__init__(f"cancelled after {done} trials")
        self.done = done


def simulate(
    scenario: Scenario, trials: int, seed: int, by: str | None = None, progress: Progress | None = None,
    sampler: Design = "lhs", until: float | None = None, wanted: float | None = None,
) -> Sample:  # fmt: skip
    """Run ``trials`` trials of the scenario's uncertain inputs for one grouping of its units.

    ``sampler``: lhs spreads each block of 1,024 trials evenly over every input, sobol over all inputs jointly (one unit only),
    plain draws every trial independently. With ``until``, stop as soon as the probability of balance of every account is known
    to ± this much; with ``wanted``, as soon as it is known of every account whether it reaches this probability.
    ``progress(done, trials)`` is called after each chunk; when it returns False, :class:`Cancelled` is raised.
    """
    if trials < 1:
        raise ValueError(f"trials must be at least 1: {trials}")
    if not scenario.draws:
        raise ScenarioError([_certain(scenario)])
    goal = Goal(until, wanted)
    watch = Watch(goal, trials)
    drawing = Sampler(scenario, seed, sampler)
    accounts = scenario.accounts(by)
    place = {unit: i for i, unit in enumerate(scenario.numbers.units)}
    groups = [[place[unit] for unit in account.units] for account in accounts]
    checks = [path for path, row in scenario.sheets.account.rows.items() if row.check]
    unit_checks = [path for path, row in scenario.sheets.unit.rows.items() if row.check]
    measured = [*PASSES.values(), *ROWS, FAN_ROW, *(path for _, path, _, _ in INDICATORS), *checks]
    wanted_rows = [*dict.fromkeys(measured)]
    engine = Engine(scenario.sheets, scenario.numbers, groups, wanted_rows, unit_checks, drawing.inputs)
    sample = Sample(scenario, by or scenario.by, accounts, seed, sampler, goal)
    sample.dependence = achieved(scenario, drawing)
    step = max(1, COLUMNS // max(len(place), len(accounts)))
    while sample.trials < trials:
        start = sample.trials
        stop = min(start + step, watch.next_stop(start))
        drawn = drawing(start, stop)
        rows, unit_rows = engine(drawn, stop - start)
        checked = [*((path, rows[path]) for path in checks), *unit_rows.items()]
        refuse_contradiction({path: float(np.abs(row).max()) for path, row in checked})
        sample.add(rows, drawn, stop - start)
        if progress is not None and not progress(stop, trials):
            raise Cancelled(stop)
        if stop == watch.next_stop(start) and watch.enough(sample):
            break
    return sample


def _certain(scenario: Scenario) -> Problem:
    """Without an uncertain input a probability would say nothing."""
    what = Text(
        "方案没有不确定的输入，无从模拟。", "The scenario has no uncertain input: there is nothing to simulate."
    )
    remedy = Text(
        "在 uncertain 中写明，例如 streams.parking.occupancy: {triangular: [0.6, 0.85, 0.95], shared: 0.5}。",
        "State some under uncertain, such as streams.parking.occupancy: {triangular: [0.6, 0.85, 0.95], shared: 0.5}.",
    )
    return Problem(scenario.file, None, "uncertain", what, "", Text("", ""), remedy)
