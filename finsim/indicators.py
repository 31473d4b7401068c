"""Whole-row measures that no sum of rows gives: internal rate of return and payback.

Conventions: a flow sits at the end of its year, the first at the end of year 1; outflows are negative. Vectorised over any
number of flows without a Python loop over them.
"""

from __future__ import annotations

import numpy as np

from finsim.sheet import TOLERANCE
from finsim.sheet.numpy_backend import Array

NONE, ONE, SEVERAL = 0, 1, 2
"""Status of an internal rate of return: no root, one root, several roots (then none is reported)."""

LOWEST, HIGHEST = -0.99, 10.0
_GRID = np.concatenate([np.linspace(LOWEST, -0.1, 90), np.linspace(-0.09, 1.0, 219), np.linspace(1.1, HIGHEST, 90)])


def npv(rate: float, flows: Array) -> Array:
    """Net present value of flows (periods, …) at ``rate``, each at the end of its period, as a spreadsheet's NPV.

    >>> round(float(npv(0.1, np.array([-100.0, 60.0, 60.0]))), 4)
    3.7566
    """
    factors = (1 + rate) ** -np.arange(1.0, len(flows) + 1)
    return np.tensordot(factors, flows, axes=(0, 0))


def irr(flows: Array) -> tuple[Array, Array]:
    """Internal rate of return of flows (periods, …), and its status (0 none, 1 one root, 2 several).

    Roots between −99 % and 1,000 % a year are looked for on a grid and closed in by bisection; where there is not exactly
    one, the value is NaN, since no single rate then describes the flows.

    >>> value, status = irr(np.array([-100.0, 60.0, 60.0]))
    >>> round(float(value), 6), int(status)
    (0.130662, 1)
    """
    periods, shape = len(flows), flows.shape[1:]
    columns = flows.reshape(periods, -1)
    discount = 1 / (1 + _GRID)
    values = np.zeros((len(_GRID), columns.shape[1]))
    for flow in columns[::-1]:
        values = values * discount[:, None] + flow
    crossing = np.signbit(values[:-1]) != np.signbit(values[1:])
    roots = crossing.sum(axis=0)
    at = crossing.argmax(axis=0)
    low, high = _GRID[at].copy(), _GRID[at + 1].copy()
    rising = np.signbit(values[at, np.arange(len(at))])
    for _ in range(64):
        middle = 0.5 * (low + high)
        value = np.zeros(columns.shape[1])
        for flow in columns[::-1]:
            value = value / (1 + middle) + flow
        before = np.signbit(value) == rising
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    status = np.where(roots == 0, NONE, np.where(roots == 1, ONE, SEVERAL))
    empty = ~columns.any(axis=0)
    status[empty] = NONE
    result = np.where(status == ONE, 0.5 * (low + high), np.nan)
    return result.reshape(shape), status.reshape(shape)


def payback(flows: Array) -> Array:
    """Static payback in years from the first period, straight within the year; the last crossing counts; NaN if never.

    >>> float(payback(np.array([-100.0, 60.0, 60.0])))
    2.6666666666666665
    """
    total = np.cumsum(flows, axis=0)
    below = total < -TOLERANCE
    last = len(flows) - 1 - np.argmax(below[::-1], axis=0)  # last period still below zero
    after = np.minimum(last + 1, len(flows) - 1)
    before_value = np.take_along_axis(total, last[None], 0)[0]
    flow = np.take_along_axis(flows, after[None], 0)[0]
    with np.errstate(all="ignore"):
        years = last + 1 - before_value / flow
    return np.where(below[-1] | ~below.any(axis=0), np.nan, years)
