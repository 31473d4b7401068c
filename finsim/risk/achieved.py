"""Rank correlations that the drawn inputs have, beside those that the scenario asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from finsim.risk.exact import Floats
from finsim.risk.sampling import Sampler
from finsim.scenario.scenario import Scenario

TRIALS = 4096
FIRST_DRAWN = 2
"""Of the rows of a path, the first year that is drawn: after a row of zeros and the year that is as stated."""


@dataclass(frozen=True)
class Achieved:
    """Two inputs, the rank correlation stated and the one found in the first 4,096 trials of the first unit.

    Inputs that take few values, such as events, are correlated less than stated: their ranks are tied. Of paths, in the first year
    that is drawn, where ranks are those of the year's shocks.
    """

    between: tuple[str, str]
    rank: float
    found: float | None

    def to_json(self) -> dict[str, Any]:
        return {"between": list(self.between), "rank": self.rank, "achieved": self.found}


def achieved(scenario: Scenario, sampler: Sampler) -> list[Achieved]:
    """Of every pair under ``dependence``. None where an input does not move."""
    if not scenario.dependence:
        return []
    drawn = {path: (values[FIRST_DRAWN] if (sheet, path) in sampler.yearly else values)[0] for (sheet, path), values in sampler(0, TRIALS).items()}
    pairs = [pair for group in scenario.dependence for pair in group.ranks]
    return [Achieved((a, b), rank, spearman(drawn[a], drawn[b])) for a, b, rank in pairs]


def spearman(x: Floats, y: Floats) -> float | None:
    """Correlation of the ranks; ties have the middle of their ranks. From whole numbers, so the same on every machine."""
    (a, b), count = (_ranks(x), _ranks(y)), x.size
    covariance, left, right = (
        count * int((u * v).sum()) - int(u.sum()) * int(v.sum()) for u, v in ((a, b), (a, a), (b, b))
    )
    return float(covariance / (left * right) ** 0.5) if left and right else None


def _ranks(x: Floats) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Twice the rank of each value."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((2 * last - count + 1)[place], dtype=np.int64)
