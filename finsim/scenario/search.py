"""Search of one number: the value in a range at which a result just meets its target. Knows no finance.

Many values are tried at once, first over the whole range and then again and again between the two neighbours where the
target is met and missed, so steps, flat stretches and values without a result need no care of their own, and a second
solution is seen.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from finsim.sheet.numpy_backend import Array

POINTS = 257
"""Values tried at once. Two solutions nearer to each other than the range ÷ 256 are taken for one."""
ROUNDS = 12
"""At most; each divides the range by 256, until the two ends are neighbouring numbers."""
DIGITS = 13
"""Significant digits of a solution, so that it can be typed in; more only where the result is so steep that it needs them."""

Sense = Literal["equals", "at_least", "at_most"]
Status = Literal["found", "everywhere", "none", "several"]


@dataclass(frozen=True)
class Found:
    """What a search found.

    status   found | everywhere: met in the whole range | none: nowhere met | several: it does not say which
    value    found: the value, rounded to the side that meets the target; everywhere: the end of the range at
             which the result is nearer to the target, NaN where it is as near at both; none: the value tried whose result is
             nearest; NaN where several
    result   the result at ``value``
    near     where the target is crossed, for ``several``
    lowest, highest   of the results in the range; NaN where there is none
    tried    how many values were tried
    """

    status: Status
    value: float
    result: float
    near: tuple[float, ...]
    lowest: float
    highest: float
    tried: int


def search(
    measure: Callable[[Array], Array], low: float, high: float, sense: Sense, target: float, tolerance: float
) -> Found:
    """The value between ``low`` and ``high`` at which ``measure`` just meets ``target``.

    ``measure`` gives the results of many values, NaN where there is none. ``at_least`` and ``at_most`` look for the edge of
    what meets the target, ``equals`` for the crossing; a result within a tenth of ``tolerance`` meets it, and one found is
    within ``tolerance`` of an ``equals``. A result that jumps over the target meets ``at_least`` and ``at_most``, not
    ``equals``.

    >>> found = search(lambda debt: 500 / debt, 100, 1000, "at_least", 1.25, 1e-9)
    >>> found.status, found.value
    ('found', 400.0)
    >>> search(lambda x: (x - 3) ** 2, 0, 10, "equals", 4, 1e-9).status
    'several'
    """
    x = np.linspace(low, high, POINTS)
    results = np.asarray(measure(x))
    slack = tolerance / 10
    edges = {sign: _edges(sign * (results - target), slack) for sign in _SIGNS[sense]}
    crossed = sorted({i for found in edges.values() for i in found})
    known = results[~np.isnan(results)]
    span = (float(known.min()), float(known.max())) if len(known) else (math.nan, math.nan)
    if crossed and (max(map(len, edges.values())) > 1 or crossed[-1] - crossed[0] > 1):
        apart = [i for i in crossed if i - 1 not in crossed]  # a point exactly on target has an edge on both sides
        crossings = tuple(float(x[i] + x[i + 1]) / 2 for i in apart)
        return Found("several", math.nan, math.nan, crossings, *span, POINTS)
    if not crossed:
        met = len(known) > 0 and not any(np.any(sign * (known - target) < -slack) for sign in _SIGNS[sense])
        at = _nearer_end(results, target, tolerance) if met else _nearest(results, target)
        value, result = (math.nan, math.nan) if at is None else (float(x[at]), float(results[at]))
        return Found("everywhere" if met else "none", value, result, (), *span, POINTS)
    sign = next(sign for sign, found in edges.items() if found)
    edge, up, rounds = _edge(measure, x, sign * (results - target), edges[sign][0], sign, target, slack)
    rounded = np.clip([*(_rounded(edge, up, digits) for digits in range(DIGITS, 16)), edge], low, high)
    near = np.asarray(measure(rounded))
    close = np.flatnonzero(np.abs(near - target) <= tolerance)
    best = int(close[0]) if len(close) else 0  # over the target at a jump
    status: Status = "found" if len(close) or (sense != "equals" and sign * (near[0] - target) > 0) else "none"
    tried = POINTS * (1 + rounds) + len(rounded)
    return Found(status, float(rounded[best]), float(near[best]), (), *span, tried)


_SIGNS: dict[Sense, tuple[int, ...]] = {"equals": (1, -1), "at_least": (1,), "at_most": (-1,)}
"""Signs that make the result less the target not negative where the target is met; what equals it meets both."""


def _edges(margin: Array, slack: float) -> list[int]:
    """Positions of the points before each change between met and missed; where a neighbour has no result there is none."""
    met = margin >= -slack
    known = ~np.isnan(margin)
    return [int(i) for i in np.flatnonzero((met[1:] != met[:-1]) & known[1:] & known[:-1])]


def _nearest(results: Array, target: float) -> int | None:
    """Position of the result that is nearest to the target."""
    return None if np.isnan(results).all() else int(np.nanargmin(np.abs(results - target)))


def _nearer_end(results: Array, target: float, tolerance: float) -> int | None:
    """The end of the range whose result is nearer to the target, unless both are as near; an end without a result is not taken."""
    first, last = np.abs(results[[0, -1]] - target)
    if np.isnan(first) != np.isnan(last):
        return -1 if np.isnan(first) else 0
    if not abs(first - last) > tolerance:
        return None
    return -1 if last < first else 0


def _edge(
    measure: Callable[[Array], Array], x: Array, margin: Array, i: int, sign: int, target: float, slack: float
) -> tuple[float, bool, int]:
    """The edge between points i and i + 1 on the side that meets the target, whether that is the upper side, and the rounds."""
    inward = 1 if margin[i + 1] >= -slack else -1  # towards the side that meets the target
    a = i + 1 if inward > 0 else i
    b = i if inward > 0 else i + 1
    beyond = a + inward
    if margin[a] <= slack and 0 <= beyond < len(x) and margin[beyond] > slack:
        a = beyond  # the point itself is exactly on target, so the edge is looked for on both sides of it
    # where the target is met with room there is a crossing; a stretch that is level with the target ends by the slack
    least = 0.0 if margin[a] > slack else -slack
    met, missed = float(x[a]), float(x[b])
    up, rounds = met > missed, 0
    while rounds < ROUNDS and met != missed and math.nextafter(met, missed) != missed:
        rounds += 1
        points = np.linspace(met, missed, POINTS)
        margins = sign * (np.asarray(measure(points)) - target)
        first = int(np.argmin(margins[1:] >= least)) + 1  # NaN is missed too
        met, missed = float(points[first - 1]), float(points[first])
    return met, up, rounds


def _rounded(value: float, up: bool, digits: int) -> float:
    """The value with so many significant digits, rounded up or down."""
    if value == 0.0 or not math.isfinite(value):
        return value
    exact = decimal.Decimal(value)
    step = decimal.Decimal(1).scaleb(exact.adjusted() - digits + 1)
    return float(exact.quantize(step, decimal.ROUND_CEILING if up else decimal.ROUND_FLOOR))
