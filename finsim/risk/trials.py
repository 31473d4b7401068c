"""Monte Carlo: the trials of a scenario, chunk by chunk, each reduced at once to counts, so memory does not grow with them."""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from contextlib import closing
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np

from finsim.model.engine import COLUMNS, Engine
from finsim.model.structure import PASSES
from finsim.result import INDICATORS, refuse_contradiction
from finsim.risk.achieved import achieved
from finsim.risk.failure import BY_YEAR, ROWS, sum_of
from finsim.risk.keeping import TrialFile
from finsim.risk.sample import FAN_ROW, REQUIRED, Sample
from finsim.risk.sampling import Design, Sampler
from finsim.risk.stopping import Cancelled, Goal, Progress, Watch
from finsim.risk.streams import BLOCK
from finsim.risk.workers import LOST, PROCESSES, can_fork, forked, here, submitted
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array

FEWEST = 256
"""Trials of a chunk at least: drawing has a price for every unit and variable, however few the trials. By NumPy half as many."""

FIRST = 128
"""Columns (trials × units) of the first chunk: so few that it is not worth compiling, and there is something to show at once."""

Rows: TypeAlias = dict[str, Array]
Chunk: TypeAlias = tuple[int, dict[tuple[str, str], Array], Rows, Rows]
"""The trial after the last; what was drawn; rows of the accounts; checks of the units."""


def simulate(
    scenario: Scenario, trials: int, seed: int, by: str | None = None, progress: Progress | None = None,
    sampler: Design = "lhs", until: float | None = None, wanted: float | None = None,
    executor: Executor | None = None, keep: TrialFile | None = None,
) -> Sample:  # fmt: skip
    """Run ``trials`` trials of the scenario's uncertain inputs for one grouping of its units.

    ``sampler``: lhs spreads each block of 1,024 trials evenly over every input, sobol over all inputs jointly (one account only),
    plain draws every trial independently. With ``until``, stop as soon as the probability of balance of every account is known
    to ± this much; with ``wanted``, as soon as it is known of every account whether it reaches this probability.
    ``progress(done, trials)`` is called after each chunk; when it returns False, :class:`Cancelled` is raised.
    ``executor`` calculates the chunks, in other processes or on other machines; without one two processes do, where they can be
    forked (on Linux) and there is enough to do, else this one. The numbers do not depend on it. ``keep`` is given every trial.
    """
    if trials < 1:
        raise ValueError(f"trials must be at least 1: {trials}")
    if not scenario.draws:
        raise ScenarioError([_certain(scenario)])
    goal = Goal(until, wanted)
    watch = Watch(goal, trials)
    job = _Job(scenario, by, seed, sampler, keep is not None)
    sample = Sample(scenario, by or scenario.by, job.accounts, seed, sampler, goal)
    sample.dependence = achieved(scenario, job.drawing)
    with closing(_calculated(job, watch, trials, executor)) as chunks:
        for stop, drawn, rows, unit_rows in chunks:
            checked = [*((path, rows[path]) for path in job.checks), *unit_rows.items()]
            refuse_contradiction({path: float(np.abs(row).max()) for path, row in checked})
            start, count = sample.trials, stop - sample.trials
            sample.add(rows, drawn, count)
            if keep is not None:
                keep.add(scenario, job.accounts, start, count, drawn, rows)
            if progress is not None and not progress(stop, trials):
                raise Cancelled(stop)
            if stop == watch.next_stop(start) and watch.enough(sample):
                break
    return sample


# ---- chunks ------------------------------------------------------------------------------------------------
class _Job:
    """What a chunk of trials is calculated from."""

    def __init__(self, scenario: Scenario, by: str | None, seed: int, design: Design, kept: bool) -> None:
        self.made_of, self.kept = (scenario, by, seed, design, kept), kept
        place = {unit: i for i, unit in enumerate(scenario.numbers.units)}
        self.accounts = scenario.accounts(by)
        self.drawing = Sampler(scenario, seed, design, by)
        sheets = {"unit": scenario.sheets.unit, "account": scenario.sheets.account}
        checks = [(name, path) for name, sheet in sheets.items() for path, row in sheet.rows.items() if row.check]
        self.checks = [path for name, path in checks if name == "account"]
        measured = [*PASSES.values(), *ROWS, FAN_ROW, *(path for _, path, _, _ in INDICATORS)]
        groups = [[place[unit] for unit in account.units] for account in self.accounts]
        wanted = list(dict.fromkeys(measured))
        self.engine = Engine(
            scenario.sheets, scenario.numbers, groups, wanted, (), self.drawing.inputs, peaks=checks, yearly=self.drawing.yearly
        )
        columns = max(len(place), len(self.accounts))
        self.step = max((FEWEST + 1) // 2, COLUMNS // columns)
        if self.engine.accelerated:  # a block is drawn fastest as a whole; what is kept of it grows with accounts and units
            self.step = max(FEWEST, min(BLOCK, 4 * COLUMNS // len(self.accounts), 16 * COLUMNS // len(place)))
        self.first = max(1, min(self.step, FIRST // columns))

    def __call__(self, start: int, stop: int) -> Chunk:
        drawn = self.drawing(start, stop)
        rows, unit_rows = self.engine(drawn, stop - start)
        series = {FAN_ROW, *BY_YEAR, *self.checks}
        if not self.kept:
            drawn = {key: array for key, array in drawn.items() if key in REQUIRED}
        return stop, drawn, {path: row if path in series else sum_of(row) for path, row in rows.items()}, unit_rows


def _spans(watch: Watch, first: int, step: int, trials: int) -> Iterator[tuple[int, int]]:
    """Chunks of so many trials, after a small first one; one ends wherever the sample is to be looked at."""
    start = 0
    while start < trials:
        stop = min((start // step + 1) * step if start else first, watch.next_stop(start))
        yield start, stop
        start = stop


def _calculated(job: _Job, watch: Watch, trials: int, executor: Executor | None) -> Generator[Chunk]:
    """The chunks in their order, some calculated ahead. The first is calculated here, before others take the processors."""
    spans = _spans(watch, job.first, job.step, trials)
    yield job(*next(spans))
    ahead, way = 0, here(job)
    if executor is not None:
        ahead, way = os.cpu_count() or 1, submitted(executor, partial(_elsewhere, pickle.dumps(job.made_of)))
    elif trials > 2 * job.step and can_fork():
        job.engine.compile()
        ahead, way = PROCESSES, forked(job)
    running: deque[tuple[int, int, Callable[[], Chunk]]] = deque()
    with way as begin:
        for start, stop in spans:
            running.append((start, stop, begin(start, stop)))
            if len(running) > ahead:
                yield _result(job, *running.popleft())
        while running:
            yield _result(job, *running.popleft())


def _result(job: _Job, start: int, stop: int, wait: Callable[[], Chunk]) -> Chunk:
    """A chunk; one that was lost with its worker is calculated here, to the same bits."""
    try:
        return wait()
    except LOST:
        return job(start, stop)


def _elsewhere(packed: bytes, start: int, stop: int) -> Chunk:
    """A chunk in the process of a worker, which keeps what the last scenario needed."""
    return _unpacked(packed)(start, stop)


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> _Job:
    return _Job(*pickle.loads(packed))


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
