"""Quantiles of the distributions of uncertain inputs, paths over the years, and the dependence between units.

A trial's value, other than of a path, is ``quantile(distribution, u)`` of a uniform number u, so it depends on u alone. ``quantile`` takes an
array and returns one of the same shape, in the unit of the input; it rises with u and stays within the support.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache, singledispatch

import numpy as np

from finsim.risk.exact import Floats, exp, log, ndtr, ndtri
from finsim.risk.streams import EDGE
from finsim.scenario.distributions import (
    Beta,
    Discrete,
    Distribution,
    Empirical,
    Event,
    Lognormal,
    MeanReverting,
    Normal,
    Pert,
    Triangular,
    Uniform,
)


@singledispatch
def quantile(distribution: Distribution, u: Floats) -> Floats:
    """Value below which the share u of the distribution lies."""
    raise NotImplementedError(type(distribution).__name__)


@quantile.register
def _(d: Uniform, u: Floats) -> Floats:
    return np.minimum(d.low + u * (d.high - d.low), d.high)


@quantile.register
def _(d: Triangular, u: Floats) -> Floats:
    width, left, right = d.high - d.low, d.mode - d.low, d.high - d.mode
    rising = d.low + np.sqrt(u * width) * math.sqrt(left)
    falling = d.high - np.sqrt((1.0 - u) * width) * math.sqrt(right)
    # Rounding must not carry either side past the mode, or the quantile would not rise there.
    return np.where(u * width < left, np.minimum(rising, d.mode), np.maximum(falling, d.mode))


@quantile.register
def _(d: Pert, u: Floats) -> Floats:
    width, left, right = d.high - d.low, d.mode - d.low, d.high - d.mode
    if width == 0.0:
        return np.full_like(u, d.low)
    return _stretched_beta(u, 1.0 + 4.0 * left / width, 1.0 + 4.0 * right / width, 6.0, d)


@quantile.register
def _(d: Beta, u: Floats) -> Floats:
    if d.high == d.low:
        return np.full_like(u, d.low)
    return _stretched_beta(u, d.first, d.second, d.first + d.second, d)


def _stretched_beta(u: Floats, first: float, second: float, both: float, d: Pert | Beta) -> Floats:
    """Linear between the points of a table: error below 5e-7 of the width for u up to 1 - 1e-12, if no shape is below 1."""
    width = d.high - d.low
    probability, position = _beta_table(first, second, both)
    cell = np.minimum(np.searchsorted(probability, u, side="right") - 1, probability.size - 2)
    share = (u - probability[cell]) / (probability[cell + 1] - probability[cell])
    place = position[cell] + share * (position[cell + 1] - position[cell])
    return np.asarray(np.minimum(d.low + width * place, d.high))


@quantile.register
def _(d: Normal, u: Floats) -> Floats:
    low, high = d.support
    score = _normal_between(u, (low - d.mean) / d.sd, (high - d.mean) / d.sd)
    return np.clip(d.mean + d.sd * score, low, high)


@quantile.register
def _(d: Lognormal, u: Floats) -> Floats:
    low = -math.inf if d.low is None else float(log(d.low / d.median)) / d.sigma
    high = math.inf if d.high is None else float(log(d.high / d.median)) / d.sigma
    return np.clip(d.median * exp(d.sigma * _normal_between(u, low, high)), d.low, d.high)


@quantile.register
def _(d: Discrete, u: Floats) -> Floats:
    reached = np.cumsum(d.probabilities)[:-1]  # the last value has all that is left, whatever rounding makes of the sum
    return np.array(d.values)[np.searchsorted(reached, u, side="right")]


@quantile.register
def _(d: Empirical, u: Floats) -> Floats:
    place = np.minimum((u * len(d.values)).astype(np.int64), len(d.values) - 1)
    return np.array(d.values)[place]


@quantile.register
def _(d: Event, u: Floats) -> Floats:
    """NaN where it does not happen: the input is what the scenario states."""
    return np.where(u >= 1.0 - d.probability, d.value, np.nan)


def path(d: MeanReverting, begin: Floats, shocks: Sequence[Floats]) -> Floats:
    """Values of every year, (years, units, trials): the first year's are ``begin``, (units, 1).

    ``shocks`` are normal scores of each year after it, (units, trials), or (1, trials) where the units share them.
    """
    values = [begin]
    for z in shocks:
        last = values[-1]
        values.append(np.clip(last + d.speed * (d.mean - last) + d.sd * z, d.low, d.high))
    return np.stack(np.broadcast_arrays(*values))


def correlate(city: Floats, own: Floats, shared: float) -> Floats:
    """Uniform numbers of units that share the city's fate: ``city`` has one per trial, ``own`` (…, trials) is each unit's.

    ``shared`` is the city's share of the variance of the normal scores, hence the correlation of the scores
    of any two units (one-factor Gaussian copula; Vasicek, "Loan portfolio value", Risk, 2002).
    """
    if not 0.0 <= shared <= 1.0:
        raise ValueError(f"the shared part is not between 0 and 1: {shared}")
    if shared == 0.0:
        return own
    if shared == 1.0:
        return city
    return np.clip(ndtr(scores(city, own, shared)), EDGE, 1.0 - EDGE)


def scores(city: Floats, own: Floats, shared: float) -> Floats:
    """The normal scores of such uniform numbers; ``shared`` is between 0 and 1, neither included."""
    return math.sqrt(shared) * ndtri(city) + math.sqrt(1.0 - shared) * ndtri(own)


def mixed(independent: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Uniform numbers whose normal score is the weighted sum of the scores of independent ones; squares of the weights add up to 1.

    A row of a Cholesky factor makes a Gaussian copula of them. One after the other: a product of matrices would depend on the
    processor and on how many trials there are.
    """
    if len(independent) == 1:
        return independent[0]
    score = np.zeros_like(independent[0])
    for u, weight in zip(independent, weights, strict=True):
        if weight != 0.0:
            score = score + weight * ndtri(u)
    return np.clip(ndtr(score), EDGE, 1.0 - EDGE)


def _normal_between(u: Floats, low: float, high: float) -> Floats:
    """Quantiles of a standard normal variable cut off at low and high."""
    below, not_above, not_below, above = ndtr([low, high, -low, -high])
    within = not_below - above if low > 0.0 else not_above - below
    # Each value is measured from the end that is nearer: probabilities near 1 have lost their digits.
    from_low, from_high = below + u * within, above + (1.0 - u) * within
    score = ndtri(np.minimum(from_low, from_high))
    return np.clip(np.where(from_low < from_high, score, -score), low, high)


@lru_cache(maxsize=256)
def _beta_table(first: float, second: float, both: float) -> tuple[Floats, Floats]:
    """Points (probability, position) of the beta distribution with these shapes, whose sum is ``both``; both rise.

    The positions s²(3-2s), s = 0, 1/4096, …, 1, lie close together at both ends and are exact floats. Their
    probabilities need no inverse, and points chosen by position keep the error small in the tails too.
    """
    step = np.arange(4097) / 4096.0
    position = step * step * (3.0 - 2.0 * step)
    half = position[:2049]
    left, right = _incomplete_beta(half, first, second, both), _incomplete_beta(half, second, first, both)
    total = left[-1] + right[-1]
    probability = np.concatenate([left / total, 1.0 - right[-2::-1] / total])
    # Where a tail is so thin that neighbours have the same probability, only the last of them is kept.
    rising = np.append(np.diff(probability) > 0.0, True)
    return probability[rising], position[rising]


def _incomplete_beta(x: Floats, first: float, second: float, both: float) -> Floats:
    """Integral of t^(first-1) (1-t)^(second-1) from 0 to x, for x up to 1/2; ``both`` is the sum of the shapes.

    The series of positive terms in DLMF 8.17.8, summed from its far end. Terms fall by half at least once their number is
    well beyond the second shape: then 100 of them are complete.
    """
    series = np.ones_like(x)
    for term in range(100 + max(0, round(6.0 * second) - 30), 0, -1):
        series = 1.0 + series * x * ((both - 1.0 + term) / (first + term))
    return exp(first * log(x) + second * log(1.0 - x)) / first * series
