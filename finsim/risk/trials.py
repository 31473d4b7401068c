"""Monte Carlo: the only place where numbers are drawn.

Trial i of an input for a unit depends on (seed, input, unit, i) alone, so the result does not depend on how the trials are
cut into chunks. Each chunk is reduced at once to counts, so memory does not grow with the number of trials.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from finsim.model.engine import COLUMNS, Engine
from finsim.model.structure import BALANCED, PASSES, STANDARD_TESTS
from finsim.result import INDICATORS, refuse_contradiction, run
from finsim.risk.distributions import correlate, quantile
from finsim.risk.statistics import Histogram, wilson
from finsim.risk.streams import uniforms
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.scenario import Account, Draw, Scenario
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Quantiles given for every indicator."""

_FAN_ROW = "cash.accumulated"

Progress = Callable[[int, int], bool]


class Cancelled(Exception):
    """The caller asked to stop; ``done`` trials had been run."""

    def __init__(self, done: int) -> None:
        super().__init__(f"cancelled after {done} trials")
        self.done = done


@dataclass(frozen=True)
class Probability:
    """Share of trials with its interval of confidence ``low`` … ``high`` at ``level``."""

    value: float
    low: float
    high: float
    level: float
    method: str

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


def simulate(
    scenario: Scenario, trials: int, seed: int, by: str | None = None, progress: Progress | None = None
) -> Sample:
    """Run ``trials`` trials of the scenario's uncertain inputs for one grouping of its units.

    ``progress(done, trials)`` is called after each chunk; when it returns False, :class:`Cancelled` is raised.
    """
    if trials < 1:
        raise ValueError(f"trials must be at least 1: {trials}")
    if not scenario.draws:
        raise ScenarioError([_certain(scenario)])
    sampler = Sampler(scenario, seed)
    accounts = scenario.accounts(by)
    place = {unit: i for i, unit in enumerate(scenario.numbers.units)}
    groups = [[place[unit] for unit in account.units] for account in accounts]
    checks = [path for path, row in scenario.sheets.account.rows.items() if row.check]
    unit_checks = [path for path, row in scenario.sheets.unit.rows.items() if row.check]
    wanted = [*PASSES.values(), _FAN_ROW, *(path for _, path, _, _ in INDICATORS), *checks]
    engine = Engine(scenario.sheets, scenario.numbers, groups, wanted, unit_checks, sampler.inputs)
    sample = Sample(scenario, by or scenario.by, accounts, seed)
    step = max(1, COLUMNS // max(len(place), len(accounts)))
    for start in range(0, trials, step):
        stop = min(start + step, trials)
        rows, unit_rows = engine(sampler(start, stop), stop - start)
        checked = [*((path, rows[path]) for path in checks), *unit_rows.items()]
        refuse_contradiction({path: float(np.abs(row).max()) for path, row in checked})
        sample.add(rows, stop - start)
        if progress is not None and not progress(stop, trials):
            raise Cancelled(stop)
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


class Sampler:
    """Draws the uncertain inputs of a scenario for any span of trials."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.seed = seed
        self.units = scenario.numbers.units
        self.draws: dict[tuple[str, str], list[Draw]] = {}
        for draw in scenario.draws:
            self.draws.setdefault((draw.sheet, draw.path), []).append(draw)
        numbers = scenario.numbers
        self.base = {
            (sheet, path): (numbers.unit_inputs if sheet == "unit" else numbers.account_inputs)[path]
            for sheet, path in self.draws
        }

    @property
    def inputs(self) -> set[tuple[str, str]]:
        return set(self.draws)

    def __call__(self, start: int, stop: int) -> dict[tuple[str, str], Array]:
        """Values of trials start, …, stop − 1: (units, trials), or (1, trials) on the account's sheet."""
        return {key: self._input(key, draws, start, stop) for key, draws in self.draws.items()}

    def _input(self, key: tuple[str, str], draws: Sequence[Draw], start: int, stop: int) -> Array:
        sheet, path = key
        members = self.units if sheet == "unit" else ("",)
        base = np.broadcast_to(self.base[key], (len(members),))
        values = np.repeat(base[:, None].astype(float), stop - start, axis=1)
        for draw in draws:
            variable = f"{sheet}.{path}"
            drawn_for = [i for i, member in enumerate(members) if draw.unit in ("", member)]
            own = np.array([uniforms(self.seed, variable, members[i], start, stop) for i in drawn_for])
            # all units at once: their common score is worked out once, and the arrays are long enough to be fast
            u = correlate(uniforms(self.seed, variable, "", start, stop), own, draw.shared) if draw.shared else own
            drawn = quantile(draw.distribution, u)
            values[drawn_for] = base[drawn_for, None] * drawn if draw.factor else drawn
        return values


class Sample:
    """Trials reduced to counts: how often each test passes, and the distribution of each indicator and of each year's cash."""

    def __init__(self, scenario: Scenario, by: str, accounts: tuple[Account, ...], seed: int) -> None:
        self.scenario, self.by, self.accounts, self.seed = scenario, by, accounts, seed
        self.trials = 0
        self.all_balanced = 0
        self._passed = {test: np.zeros(len(accounts), dtype=np.int64) for test in PASSES}
        self._indicators = Histogram(len(INDICATORS) * len(accounts))
        self._fan = Histogram(len(scenario.years) * len(accounts))
        self._position = {account.id: i for i, account in enumerate(accounts)}

    def add(self, rows: Mapping[str, Array], trials: int) -> None:
        """Take in a chunk of trials: rows of shape (periods + 2, accounts, trials), cells of (accounts, trials)."""
        count = len(self.accounts)
        self.trials += trials
        for test, path in PASSES.items():
            self._passed[test] += (np.broadcast_to(rows[path], (count, trials)) > 0.5).sum(axis=1)
        balanced = np.broadcast_to(rows[PASSES[BALANCED]], (count, trials)) > 0.5
        self.all_balanced += int(balanced.all(axis=0).sum())
        cells = [np.broadcast_to(_cell(rows[path]), (count, trials)) for _, path, _, _ in INDICATORS]
        self._indicators.add(np.concatenate(cells))
        fan = np.broadcast_to(rows[_FAN_ROW][1:-1], (len(self.scenario.years), count, trials))
        self._fan.add(fan.reshape(-1, trials))

    def _share(self, successes: int, level: float) -> Probability:
        low, high = wilson(successes, self.trials, level)
        return Probability(successes / self.trials, low, high, level, "wilson")

    def probability(self, account: str, level: float = 0.95) -> Probability:
        """Probability that the account passes its balance standard."""
        return self.test_probability(account, BALANCED, level)

    def test_probability(self, account: str, test: str, level: float = 0.95) -> Probability:
        return self._share(int(self._passed[test][self._position[account]]), level)

    def probability_of_all(self, level: float = 0.95) -> Probability:
        """Probability that every account balances in the same trial."""
        return self._share(self.all_balanced, level)

    def quantiles(self, account: str, indicator: str, levels: Sequence[float] = LEVELS) -> list[float | None]:
        """Quantiles of an indicator (relative error at most 0.2 %); None where it never has a value."""
        names = [key for key, _, _, _ in INDICATORS]
        row = names.index(indicator) * len(self.accounts) + self._position[account]
        found = [float(self._indicators.quantile(level)[row]) for level in levels]
        return [None if np.isnan(value) else value for value in found]

    def fan(self, account: str, levels: Sequence[float] = LEVELS) -> list[list[float]]:
        """For each level, the quantile of the accumulated surplus at each year end."""
        count, i = len(self.accounts), self._position[account]
        return [[float(v) for v in self._fan.quantile(level)[i::count]] for level in levels]

    def to_json(self) -> dict[str, Any]:
        """As the JSON of a run, with probability and quantiles beside each account's figures."""
        result = run(self.scenario, self.by).to_json()
        quantiles = [self._indicators.quantile(level) for level in LEVELS]
        for account in result["accounts"]:
            name, count = account["id"], len(self.accounts)
            account["probability"] = self.probability(name).to_json()
            account["test_probabilities"] = {t: self.test_probability(name, t).to_json() for t in STANDARD_TESTS}
            account["quantiles"] = {
                key: {
                    f"p{round(level * 100)}": _plain(row[k * count + self._position[name]])
                    for level, row in zip(LEVELS, quantiles, strict=True)
                }
                for k, (key, _, _, _) in enumerate(INDICATORS)
            }
        return result | {"probability": self.probability_of_all().to_json(), "trials": self.trials, "seed": self.seed}


def _cell(row: Array) -> Array:
    """A cell as it is; a series summed over its periods, in order."""
    if row.ndim == 2:
        return row
    total: Array = row[1]
    for period in row[2:-1]:
        total = total + period
    return total


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
