"""What the trials of a scenario say: probabilities with their intervals, quantiles, and the fan of each year's cash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from finsim.model.structure import BALANCED, PASSES, STANDARD_TESTS
from finsim.result import INDICATORS, run
from finsim.risk.achieved import Achieved
from finsim.risk.failure import Failures, sum_of
from finsim.risk.intervals import FEW, Probability, Successes
from finsim.risk.sampling import Design
from finsim.risk.statistics import Histogram
from finsim.risk.stopping import Decision, Goal
from finsim.scenario.scenario import Account, Scenario
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Quantiles given for every indicator."""

FAN_ROW = "cash.accumulated"

REQUIRED = (("account", "cover.threshold"), ("account", "lender.dscr_required"))
"""Inputs that are looked at where they are drawn."""


class Sample:
    """Trials reduced to counts: how often each test passes, and the distribution of each indicator and of each year's cash."""

    def __init__(
        self, scenario: Scenario, by: str, accounts: tuple[Account, ...], seed: int, sampler: Design = "lhs",
        goal: Goal | None = None,
    ) -> None:  # fmt: skip
        self.scenario, self.by, self.accounts, self.seed, self.sampler = scenario, by, accounts, seed, sampler
        self.goal = goal or Goal()
        self.dependence: list[Achieved] = []
        """Rank correlations stated and found."""
        self.decisions: dict[str, Decision] = {}
        """Whether each account reaches the wanted probability, if one was wanted."""
        self._passed = Successes(len(PASSES) * len(accounts))
        self._all = Successes(1)
        self._indicators = Histogram(len(INDICATORS) * len(accounts))
        self._fan = Histogram(len(scenario.years) * len(accounts))
        self.failures = Failures(len(accounts), scenario.years, scenario.structure.standard)
        """What happens in trials in which an account does not balance; accounts by their position."""
        self._position = {account.id: i for i, account in enumerate(accounts)}

    @property
    def trials(self) -> int:
        return self._all.trials

    def add(self, rows: Mapping[str, Array], drawn: Mapping[tuple[str, str], Array], trials: int) -> None:
        """Take in the next trials, in order: rows of shape (periods + 2, accounts, trials), cells of (accounts, trials).

        ``drawn`` are inputs of these trials, as the engine was given them: those of REQUIRED that are drawn, at least.
        """
        count = len(self.accounts)
        passed = [np.broadcast_to(rows[path], (count, trials)) > 0.5 for path in PASSES.values()]
        self._passed.add(np.concatenate(passed))
        self._all.add(np.all(passed[list(PASSES).index(BALANCED)], axis=0, keepdims=True))
        cells = [np.broadcast_to(sum_of(rows[path]), (count, trials)) for _, path, _, _ in INDICATORS]
        self._indicators.add(np.concatenate(cells))
        fan = np.broadcast_to(rows[FAN_ROW][1:-1], (len(self.scenario.years), count, trials))
        self._fan.add(fan.reshape(-1, trials))
        cover, dscr = (self._required(key, drawn) for key in REQUIRED)
        self.failures.add(rows, trials, cover, dscr)

    def _required(self, key: tuple[str, str], drawn: Mapping[tuple[str, str], Array]) -> Array:
        """An input of the accounts, drawn or as stated: (accounts or 1, trials or 1)."""
        stated = np.asarray(self.scenario.numbers.account_inputs[key[1]], dtype=float)[:, np.newaxis]
        return drawn.get(key, stated)

    def probability(self, account: str, level: float = 0.95) -> Probability:
        """Probability that the account passes its balance standard."""
        return self.test_probability(account, BALANCED, level)

    def test_probability(self, account: str, test: str, level: float = 0.95) -> Probability:
        row = list(PASSES).index(test) * len(self.accounts) + self._position[account]
        return self._passed.probability(row, level, self.sampler != "plain")

    def probability_of_all(self, level: float = 0.95) -> Probability:
        """Probability that every account balances in the same trial."""
        return self._all.probability(0, level, self.sampler != "plain")

    def quantiles(self, account: str, indicator: str, levels: Sequence[float] = LEVELS) -> list[float | None]:
        """Quantiles of an indicator (relative error at most 0.2 %); None where it never has a value."""
        return [_plain(value) for value in self._indicators.quantiles_of(self._row(account, indicator), levels)]

    def missing(self, account: str, indicator: str) -> int:
        """Trials in which an indicator has no value."""
        return int(self._indicators.missing[self._row(account, indicator)])

    def shares(self, account: str, indicator: str, edges: Sequence[float]) -> list[float]:
        """Of the trials in which an indicator has a value, the share between each edge and the next."""
        row = self._row(account, indicator)
        counts = np.diff(self._indicators.below(row, edges))
        return [float(count) for count in counts / max(1, int(self._indicators.valid[row]))]

    def _row(self, account: str, indicator: str) -> int:
        names = [key for key, _, _, _ in INDICATORS]
        return names.index(indicator) * len(self.accounts) + self._position[account]

    def failure(self, account: str) -> dict[str, Any]:
        """What happens when the account does not balance, as in the JSON."""
        return self.failures.to_json(self._position[account])

    def quantile_interval(
        self, account: str, indicator: str, quantile: float, level: float = 0.95
    ) -> tuple[float | None, float | None]:
        """Between which values a quantile of an indicator lies; None for an end for which there are too few trials."""
        row = self._row(account, indicator)
        low, high = self._indicators.quantile_interval(quantile, level)
        return _plain(low[row]), _plain(high[row])

    def warnings(self) -> list[Text]:
        """Where a figure rests on fewer than ten trials, and so says little."""
        found = []
        tails = [level for level in LEVELS if round(self.trials * min(level, 1.0 - level), 6) < FEW]
        if tails:
            listed = "、".join(f"P{round(100 * level)}" for level in tails)
            found.append(Text(
                f"只有 {self.trials} 次模拟，{listed} 以外不足 {FEW} 次，分位数不可靠；请增加次数。",
                f"With {self.trials} trials fewer than {FEW} lie beyond {listed.replace('、', ', ')}: run more trials to rely on these quantiles.",
            ))  # fmt: skip
        rare = {a.id: self.probability(a.id) for a in self.accounts}
        few = [a.label for a in self.accounts if rare[a.id].method == "clopper-pearson"]
        if few:
            found.append(Text(
                f"几乎全部平衡或几乎全部不平衡（另一种结果不足 {FEW} 次），概率只能看区间：{'、'.join(label.zh for label in few)}。",
                f"Nearly all trials balance or nearly none (fewer than {FEW} of the other kind); only the interval tells the probability: {', '.join(label.en for label in few)}.",
            ))  # fmt: skip
        return found

    def fan(self, account: str, levels: Sequence[float] = LEVELS) -> list[list[float]]:
        """For each level, the quantile of the accumulated surplus at each year end."""
        count, i = len(self.accounts), self._position[account]
        years = [self._fan.quantiles_of(row, levels) for row in range(i, count * len(self.scenario.years), count)]
        return [[float(quantiles[k]) for quantiles in years] for k in range(len(levels))]

    def to_json(self) -> dict[str, Any]:
        """As the JSON of a run, with probability and quantiles beside each account's figures."""
        result = run(self.scenario, self.by).to_json()
        quantiles = [self._indicators.quantile(level) for level in LEVELS]
        intervals = [np.stack(self._indicators.quantile_interval(level), axis=1) for level in LEVELS]
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
            account["quantile_intervals"] = {
                key: {
                    f"p{round(level * 100)}": [_plain(end) for end in ends[k * count + self._position[name]]]
                    for level, ends in zip(LEVELS, intervals, strict=True)
                }
                for k, (key, _, _, _) in enumerate(INDICATORS)
            }
            account["failure"] = self.failure(name)
            if name in self.decisions:
                account["decision"] = self.decisions[name].to_json()
        warnings = [{"zh": warning.zh, "en": warning.en} for warning in self.warnings()]
        how: dict[str, Any] = {"trials": self.trials, "seed": self.seed, "sampler": self.sampler, "warnings": warnings}
        if self.dependence:
            how["dependence"] = [one.to_json() for one in self.dependence]
        return result | {"probability": self.probability_of_all().to_json()} | how


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
