"""Two schemes in the same trials: common random numbers leave only the difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from finsim.risk.exact import Floats
from finsim.risk.intervals import student
from finsim.risk.study import BALANCES, Study
from finsim.sheet import TOLERANCE, Text
from finsim.sheet.errors import SheetError

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_BLOCKS = 16


@dataclass(frozen=True)
class Compared:
    """The second scheme against the first, in the same trials.

    more, low, high   by how much the second's probability of balance is greater, with a paired 95 % interval
    only_first, only_second   shares of the trials in which only the one balances
    better, equal   shares of the trials in which the second's indicator is greater, or as great within half a fen
    differences   quantiles of second less first, by level
    """

    indicator: str
    trials: int
    more: float
    low: float
    high: float
    only_first: float
    only_second: float
    better: float
    equal: float
    mean: float
    differences: Mapping[float, float]


def compare(first: Study, second: Study, indicator: str) -> Compared:
    """Raises ``SheetError`` where the trials are not the same."""
    if (first.trials, first.seed, first.sampler) != (second.trials, second.seed, second.sampler):
        raise SheetError(Text("两个方案的模拟次数、种子、抽样方式须相同。", "Trials, seed and sampler of the two schemes must be the same."))
    one, other = first.came[BALANCES] > 0.5, second.came[BALANCES] > 0.5
    gained = other.astype(float) - one
    more = float(gained.mean())
    half = _half_width(gained)
    difference = second.came[indicator] - first.came[indicator]
    known = difference[np.isfinite(difference)]
    quantiles = {level: float(np.quantile(known, level)) if len(known) else math.nan for level in LEVELS}
    return Compared(
        indicator, first.trials, more, max(-1.0, more - half), min(1.0, more + half), float((one & ~other).mean()),
        float((other & ~one).mean()), float((difference > TOLERANCE).mean()), float((np.abs(difference) <= TOLERANCE).mean()),
        float(known.mean()) if len(known) else math.nan, quantiles,
    )  # fmt: skip


def _half_width(values: Floats) -> float:
    """By t over blocks of the trials: also right where each block is a Latin hypercube."""
    size = len(values) // _BLOCKS
    if size == 0:
        return math.nan
    means = values[: size * _BLOCKS].reshape(_BLOCKS, size).mean(axis=1)
    return student(_BLOCKS - 1, 0.975) * float(means.std(ddof=1)) / math.sqrt(_BLOCKS)
