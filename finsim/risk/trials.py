"""Monte Carlo: the trials of a scenario, chunk by chunk, each reduced at once to counts, so memory does not grow with them."""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np

from finsim.model.engine import COLUMNS, Engine
from finsim.model.structure import PASSES
from finsim.result import INDICATORS, refuse_contradiction
from finsim.risk.achieved import achieved
from finsim.risk.failure import BY_YEAR, ROWS, sum_of
from finsim.risk.keeping import TrialFile
from finsim.risk.sample import FAN_ROW, Sample
from finsim.risk.sampling import Design, Sampler
from finsim.risk.stopping import Cancelled, Goal, Progress, Watch
from finsim.risk.streams import BLOCK
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text, llvm_backend
from finsim.sheet.numpy_backend import Array

FEWEST = 256
"""Trials of a chunk at least: drawing has a price for every unit and variable, however few the trials."""

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
    ``executor`` calculates the chunks, in other processes or on other machines; without one they run here, on all processors
    where vector code calculates them. The numbers do not depend on it. ``keep`` is given every trial.
    """
    if trials < 1:
        raise ValueError(f"trials must be at least 1: {trials}")
    if not scenario.draws:
        raise ScenarioError([_certain(scenario)])
    goal = Goal(until, wanted)
    watch = Watch(goal, trials)
    job = _Job(scenario, by, seed, sampler)
    sample = Sample(scenario, by or scenario.by, job.accounts, seed, sampler, goal)
    sample.dependence = achieved(scenario, job.drawing)
    for stop, drawn, rows, unit_rows in _calculated(job, _spans(watch, job.first, job.step, trials), executor):
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

    def __init__(self, scenario: Scenario, by: str | None, seed: int, design: Design) -> None:
        self.scenario, self.by, self.seed, self.design = scenario, by, seed, design
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
        self.step = max(FEWEST, COLUMNS // columns)
        if self.engine.accelerated:  # a block is drawn fastest as a whole; what is kept of it grows with accounts and units
            self.step = max(FEWEST, min(BLOCK, 4 * COLUMNS // len(self.accounts), 16 * COLUMNS // len(place)))
        self.first = max(1, min(self.step, (llvm_backend.FEWEST - 1) // columns))
        """Trials of the first chunk: so few that it is not worth compiling, and there is something to show at once."""

    def __call__(self, start: int, stop: int) -> Chunk:
        drawn = self.drawing(start, stop)
        rows, unit_rows = self.engine(drawn, stop - start)
        series = {FAN_ROW, *BY_YEAR, *self.checks}
        return stop, drawn, {path: row if path in series else sum_of(row) for path, row in rows.items()}, unit_rows


def _spans(watch: Watch, first: int, step: int, trials: int) -> Iterator[tuple[int, int]]:
    """Chunks of so many trials, after a small first one; one ends wherever the sample is to be looked at."""
    start = 0
    while start < trials:
        stop = min((start // step + 1) * step if start else first, watch.next_stop(start))
        yield start, stop
        start = stop


def _calculated(job: _Job, spans: Iterator[tuple[int, int]], executor: Executor | None) -> Iterator[Chunk]:
    """The chunks in their order, some calculated ahead.

    The first is calculated here, before the others take the interpreter's time. NumPy keeps all rows of a chunk, and so
    takes one after the other.
    """
    yield job(*next(spans))
    workers = (os.cpu_count() or 1) if executor is not None or job.engine.accelerated else 1
    pool: Executor = executor or ThreadPoolExecutor(workers)
    calculate = partial(_elsewhere, pickle.dumps((job.scenario, job.by, job.seed, job.design))) if executor else job
    running: deque[tuple[int, int, Future[Chunk] | None]] = deque()
    try:
        for start, stop in spans:
            running.append((start, stop, _submitted(pool, calculate, start, stop)))
            if len(running) > workers:
                yield _result(job, *running.popleft())
        while running:
            yield _result(job, *running.popleft())
    finally:
        for _, _, future in running:
            if future is not None:
                future.cancel()
        if executor is None:
            pool.shutdown(cancel_futures=True)


def _submitted(pool: Executor, calculate: Callable[[int, int], Chunk], start: int, stop: int) -> Future[Chunk] | None:
    """None where the pool has lost its workers."""
    try:
        return pool.submit(calculate, start, stop)
    except BrokenExecutor:
        return None


def _result(job: _Job, start: int, stop: int, future: Future[Chunk] | None) -> Chunk:
    """A chunk; one that was lost with its worker is calculated here, to the same bits."""
    if future is not None:
        try:
            return future.result()
        except BrokenExecutor:
            pass
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
