"""How exact a share of trials, or a quantile of them, is: intervals of confidence, and the same bits on every processor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finsim.risk.exact import Floats, exp, log, ndtri
from finsim.risk.streams import BLOCK
from finsim.sheet import Text

FEW = 10
"""With fewer successes, or fewer failures, only the exact interval is honest; a tail of fewer trials is warned of."""
ENOUGH_BLOCKS = 16
"""Blocks whose means say how exact their mean is."""

METHODS = {
    "wilson": Text("Wilson 区间", "Wilson"),
    "clopper-pearson": Text("精确区间", "exact"),
    "block-t": Text("分块 t 区间", "blocks, Student's t"),
}


@dataclass(frozen=True)
class Probability:
    """Share of trials with its interval of confidence ``low`` … ``high`` at ``level``.

    ``method``: wilson (independent trials; too wide for evenly spread ones) | clopper-pearson (exact, where successes or
    failures are few) | block-t (from the spread of the blocks).
    """

    value: float
    low: float
    high: float
    level: float
    method: str

    @property
    def half_width(self) -> float:
        return 0.5 * (self.high - self.low)

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


class Successes:
    """Counts, for each row, the trials that succeed, in all and by block of 1,024: integers, so memory is bounded."""

    def __init__(self, rows: int) -> None:
        self.trials = 0
        self.total = np.zeros(rows, dtype=np.int64)
        """Successes of each row, shape (rows,)."""
        self._open, self._open_trials = np.zeros(rows, dtype=np.int64), 0  # of the block that is not whole yet
        self._squares = np.zeros(rows, dtype=np.int64)  # of the successes of each whole block

    def add(self, passed: NDArray[np.bool_]) -> None:
        """Take in the next trials, in their order: shape (rows, trials)."""
        done = 0
        while done < passed.shape[1]:
            piece = passed[:, done : done + BLOCK - self._open_trials]
            self._open += piece.sum(axis=1)
            self._open_trials += piece.shape[1]
            done += piece.shape[1]
            if self._open_trials == BLOCK:
                self._squares += self._open**2
                self._open, self._open_trials = np.zeros_like(self._open), 0
            self.total += piece.sum(axis=1)
            self.trials += piece.shape[1]

    def probability(self, row: int, level: float = 0.95, blocks_tell: bool = True) -> Probability:
        """The share of a row. ``blocks_tell``: trials are spread evenly over each block, so only blocks are independent."""
        k, n = int(self.total[row]), self.trials
        blocks = n // BLOCK
        if min(k, n - k) < FEW:
            return Probability(k / n, *clopper_pearson(k, n, level), level, "clopper-pearson")
        if blocks_tell and blocks >= ENOUGH_BLOCKS:
            spread = block_t(k, n, k - int(self._open[row]), int(self._squares[row]), level)
            return Probability(k / n, *spread, level, "block-t")
        return Probability(k / n, *wilson(k, n, level), level, "wilson")


def wilson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a probability after independent trials, at this level of confidence.

    Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22, 1927.
    """
    _check(successes, trials, level)
    score = float(ndtri(0.5 + 0.5 * level))
    square = score * score
    centre = successes + 0.5 * square
    spread = score * math.sqrt(successes * (trials - successes) / trials + 0.25 * square)
    low = 0.0 if successes == 0 else (centre - spread) / (trials + square)
    high = 1.0 if successes == trials else (centre + spread) / (trials + square)
    return low, high


@lru_cache(maxsize=1024)  # most tests of most accounts pass always, or never
def clopper_pearson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval: the probabilities under which so many successes are not too unlikely on either side.

    Clopper & Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
    Biometrika 26, 1934. The number of terms is that of the successes or failures, whichever are fewer.
    """
    _check(successes, trials, level)
    if 2 * successes > trials:
        low, high = clopper_pearson(trials - successes, trials, level)
        return 1.0 - high, 1.0 - low
    tail = 0.5 * (1.0 - level)
    low = 0.0 if successes == 0 else _probability_at(successes - 1, trials, 1.0 - tail)
    return low, 1.0 if successes == trials else _probability_at(successes, trials, tail)


def block_t(successes: int, trials: int, in_blocks: int, squares: int, level: float) -> tuple[float, float]:
    """Interval from the spread of the means of whole blocks, by Student's t.

    ``in_blocks`` is the sum of the blocks' successes, ``squares`` of their squares. Trials after the last whole block
    count as independent. At least as wide as what could still be hidden if all blocks agreed ("rule of three").
    """
    blocks = trials // BLOCK
    variance = (squares - in_blocks * in_blocks / blocks) / (blocks - 1)  # of the successes of a block
    p, rest = successes / trials, trials - blocks * BLOCK
    error = math.sqrt(max(0.0, blocks * variance) + rest * p * (1.0 - p)) / trials
    half = max(student(blocks - 1, 0.5 + 0.5 * level) * error, -float(log(1.0 - level)) / trials)
    return max(0.0, p - half), min(1.0, p + half)


def student(freedom: int, probability: float) -> float:
    """Quantile of Student's t: Abramowitz & Stegun 26.7.5, for 15 degrees and more right to 1 in 10,000 (tails to 0.1 %)."""
    x = float(ndtri(probability))
    square = x * x
    terms = (
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92160.0,
    )
    series = 1.0
    power = 1.0
    for term in terms:
        power /= freedom
        series += term * power
    return x * series


def ranks(trials: int, p: float, level: float = 0.95) -> tuple[int, int]:
    """Places, counted from 1, of the two ordered values between which the quantile p lies; 0 or trials + 1 where there is none.

    How many of the values lie below the quantile is binomial (David & Nagaraja, "Order Statistics", 2003, section 7.1).
    On evenly spread trials the interval is wider than it need be.
    """
    if not 0.0 < p < 1.0:
        raise ValueError(f"quantile {p} is not between 0 and 1")
    _check(0, trials, level)
    mode = min(int((trials + 1) * p), trials)
    reach = int(12.0 * math.sqrt(trials * p * (1.0 - p))) + 60
    up = np.arange(mode, min(mode + reach, trials), dtype=np.float64)
    down = np.arange(mode, max(mode - reach, 0), -1, dtype=np.float64)
    above = np.cumprod((trials - up) / (up + 1.0) * (p / (1.0 - p)))
    below = np.cumprod(down / (trials - down + 1.0) * ((1.0 - p) / p))
    weights = np.concatenate([below[::-1], [1.0], above])  # of mode - reach, …, mode + reach, relative to the mode's
    reached = np.cumsum(weights)
    share, first, tail = reached / reached[-1], mode - below.size, 0.5 * (1.0 - level)
    lower = first + int(np.searchsorted(share, tail, side="right"))
    upper = first + int(np.searchsorted(share, 1.0 - tail, side="left")) + 1
    return lower, min(upper, trials + 1)


def _probability_at(most: int, trials: int, wanted: float) -> float:
    """The probability of success at which at most ``most`` successes have the probability ``wanted``; by bisection."""
    low, high = 0.0, 1.0
    while low < (middle := 0.5 * (low + high)) < high:
        low, high = (middle, high) if _at_most(most, trials, middle) > wanted else (low, middle)
    return middle


def _at_most(most: int, trials: int, p: float) -> float:
    """Probability of at most ``most`` successes, term by term."""
    number = np.arange(most + 1, dtype=np.float64)
    ways = np.cumsum(log(np.concatenate([[1.0], (trials - number[:-1]) / number[1:]])))
    terms: Floats = exp(ways + number * log(p) + (trials - number) * log(1.0 - p))
    return float(np.cumsum(terms)[-1])


def _check(successes: int, trials: int, level: float) -> None:
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} successes in {trials} trials")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level {level} is not between 0 and 1")
