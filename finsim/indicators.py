"""Profitability measures that no sum of rows gives: net present value, rate of return, payback, return on capital.

Conventions: a flow sits at the end of its year, the first at the end of year 1, the first year of construction; outflows
are negative. Flows have the shape (periods, …); everything is vectorised over what follows the periods, without a Python
loop over it. Amounts in 万元, rates as decimals (0.08 is 8 %). A figure that does not exist is NaN, never 0.

Formulas: 《建设项目经济评价方法与参数》(第三版), as the published examples of ``tests/cases`` apply it; its text was not at hand.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from finsim.sheet import TOLERANCE
from finsim.sheet.numpy_backend import Array
from finsim.sheet.over_arrays import ratio
from finsim.sheet.roots import only_root

Amount: TypeAlias = float | Array
"""One number or an array that broadcasts against the others."""

NONE, ONE, SEVERAL = 0, 1, 2
"""Status of an internal rate of return: no root, one root, several roots (then none is reported)."""

LOWEST, HIGHEST = -0.99, 10.0
_NEGATIVE = np.concatenate([np.linspace(LOWEST, -0.1, 90), np.arange(-18, 1) * 0.005])
_POSITIVE = np.concatenate([np.arange(0, 200) * 0.005, np.linspace(1.0, HIGHEST, 91)])
_GRID = np.concatenate([_NEGATIVE, _POSITIVE])
_AT_END = np.arange(len(_GRID)) < len(_NEGATIVE)
_HALVINGS = 64


# ---- net present value -------------------------------------------------------------------------------------
def npv(rate: Amount, flows: Array, first: float = 1) -> Array:
    """Financial net present value 财务净现值 FNPV = Σ flow ÷ (1 + rate)^t of flows (periods, …), shape (…).

    ``first`` is the time t of the first flow: 1, the end of year 1, as the standard's tables and a spreadsheet's NPV have
    it; 0, today, as numpy-financial has it. ``rate`` broadcasts against (…); not above −100 % is a ValueError.

    >>> flows = np.array([-100.0, 60.0, 60.0])
    >>> round(float(npv(0.1, flows)), 4), round(float(npv(0.1, flows, first=0)), 4)
    (3.7566, 4.1322)
    """
    growth = 1 + np.asarray(rate, dtype=np.float64)
    if np.any(growth <= 0):
        raise ValueError("a discount rate must be above −100 %")
    value: Array = np.zeros(())
    for flow in flows[::-1]:
        value = (value + flow) / growth
    return np.asarray(value * growth ** (1 - first))


# ---- internal rate of return -------------------------------------------------------------------------------
def irr(flows: Array, backend: str | None = None) -> tuple[Array, NDArray[np.int64]]:
    """Financial internal rate of return 财务内部收益率 FIRR of flows (periods, …), and its status (0 none, 1 one, 2 several).

    The rate at which the net present value is nothing; it does not depend on where time begins. Where there is not exactly
    one, the value is NaN, since no single rate then describes the flows. Where money stays invested from the first year to
    the last at the rate that is found, that rate is the only one. Otherwise roots between −99 % and 1,000 % a year are looked
    for on a grid (in steps of at most 1 % up to 100 %, of 10 % above), pairs between two points of the grid by the turn
    between them, and closed in by bisection; three roots within two steps may be taken for one.

    >>> value, status = irr(np.array([-100.0, 60.0, 60.0]))
    >>> round(float(value), 6), int(status)
    (0.130662, 1)
    """
    shape = flows.shape[1:]
    every = flows.reshape(len(flows), -1)
    factor, proved = only_root(every, backend)
    rate, status = 1 / factor - 1, np.full(every.shape[1], ONE)
    rest = np.flatnonzero(~proved)
    if len(rest):
        rate[rest], status[rest] = _on_grid(every[:, rest])
    return rate.reshape(shape), status.reshape(shape)


def _on_grid(columns: Array) -> tuple[Array, NDArray[np.int64]]:
    """:func:`irr` of columns (periods, columns) of which nothing is known."""
    column, low, high, below = _brackets(columns)
    count = np.bincount(column, minlength=columns.shape[1])
    single = count[column] == 1
    column, low, high, below = column[single], low[single], high[single], below[single]
    value = np.full(columns.shape[1], np.nan)
    value[column] = _closed_in(low, high, below, columns[:, column], 0)
    return value, np.minimum(count, SEVERAL)


def irr_roots(flows: Array) -> Array:
    """Every rate between −99 % and 1,000 % at which one series of flows (periods,) is worth nothing, rising; may be empty.

    Several roots are shown so that the reader sees why none is chosen; the net present value decides then.

    >>> irr_roots(np.array([-1000.0, 6000.0, -10900.0, 5800.0])).round(4).tolist()
    [-0.0488, 1.0, 2.0488]
    """
    value, status = irr(flows)
    if status == ONE:
        return value.reshape(1)
    column, low, high, below = _brackets(flows[:, None])
    return np.sort(_closed_in(low, high, below, flows[:, None][:, column], 0))


def _worth(rates: Array, at_end: NDArray[np.bool_], flows: Array) -> tuple[Array, Array]:
    """Worth of flows at these rates and its slope as the rate rises, each times a positive number.

    Counted at the end of the flows where ``at_end``, which is for negative rates, otherwise at their beginning: so no
    flow is ever multiplied by more than 1, and long series overflow nothing.
    """
    step = np.where(at_end, 1 + rates, 1 / (1 + rates))
    value = slope = np.zeros(())
    for early, late in zip(flows, flows[::-1], strict=True):
        slope = slope * step + value
        value = value * step + np.where(at_end, early, late)
    return value, np.where(at_end, slope, -slope)


def _brackets(columns: Array) -> tuple[NDArray[np.int64], Array, Array, NDArray[np.bool_]]:
    """Of every root of columns (periods, columns): its column, a lower and an upper rate, whether the worth is below 0 at the lower."""
    value, slope = _worth(_GRID[:, None], _AT_END[:, None], columns)
    below = value < 0
    zero = len(_NEGATIVE)  # 0 % stands in the grid twice, once for either side, and must have one sign
    below[zero] = below[zero - 1]
    cell, column = np.nonzero(below[:-1] != below[1:])
    # Between two points of one sign, slopes that lead towards nothing from both hint at a pair of roots.
    towards = np.where(below, slope, -slope)
    turning = (below[:-1] == below[1:]) & (towards[:-1] > 0) & (towards[1:] < 0)
    turning[zero - 1] = False
    at, of = np.nonzero(turning)
    turn = _closed_in(_GRID[at], _GRID[at + 1], slope[at, of] < 0, columns[:, of], 1)
    pair = (_worth(turn, _GRID[at] < 0, columns[:, of])[0] < 0) != below[at, of]
    at, of, turn = at[pair], of[pair], turn[pair]
    return (
        np.concatenate([column, of, of]),
        np.concatenate([_GRID[cell], _GRID[at], turn]),
        np.concatenate([_GRID[cell + 1], turn, _GRID[at + 1]]),
        np.concatenate([below[cell, column], below[at, of], ~below[at, of]]),
    )


def _closed_in(low: Array, high: Array, before: NDArray[np.bool_], flows: Array, which: int) -> Array:
    """Rate between ``low`` and ``high`` at which the worth (which = 0) or its slope (1) changes sign, by bisection.

    ``before``: whether it is below 0 at ``low``, as the bracket has it; at 0 % rounding may say otherwise on the other side.
    """
    at_end = low < 0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        short = (_worth(middle, at_end, flows)[which] < 0) == before
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return 0.5 * (low + high)


# ---- payback -----------------------------------------------------------------------------------------------
def payback(flows: Array, construction: Amount = 0) -> Array:
    """Static payback period 静态投资回收期 Pt in years, from the start of construction, of flows (periods, …), shape (…).

    Straight within the year: (first year to date not below nothing) − 1 + |to date a year before| ÷ flow of that year.
    Where renewals pull the sum below nothing again, the last crossing counts. NaN where it ends below, or never was.
    With ``construction``, years until production, the count starts there.

    >>> flows = np.array([-100.0, 60.0, 60.0])
    >>> float(payback(flows)), float(payback(flows, construction=1))
    (2.6666666666666665, 1.6666666666666665)
    """
    total = np.cumsum(flows, axis=0)
    below = total < -TOLERANCE
    last = len(flows) - 1 - np.argmax(below[::-1], axis=0)  # last period still below zero
    after = np.minimum(last + 1, len(flows) - 1)
    before_value = np.take_along_axis(total, last[None], 0)[0]
    flow = np.take_along_axis(flows, after[None], 0)[0]
    with np.errstate(all="ignore"):
        years = last + 1 - before_value / flow
    return np.where(below[-1] | ~below.any(axis=0), np.nan, years - construction)


def dynamic_payback(rate: Amount, flows: Array, construction: Amount = 0) -> Array:
    """Dynamic payback period 动态投资回收期 Pt': :func:`payback` of flows (periods, …) discounted at ``rate``.

    >>> round(float(dynamic_payback(0.1, np.array([-100.0, 60.0, 60.0]))), 4)
    2.9167
    """
    period = np.arange(1.0, len(flows) + 1).reshape(-1, *[1] * (flows.ndim - 1))
    return payback(flows / (1 + np.asarray(rate)) ** period, construction)


# ---- return on capital -------------------------------------------------------------------------------------
def return_on_investment(ebit: Amount, total_investment: Amount) -> Array:
    """Return on investment 总投资收益率 ROI = EBIT ÷ total investment; NaN without investment.

    ``ebit`` of a normal year or the average of the operating years, before interest and income tax; ``total_investment``
    is construction investment + interest during construction + all working capital.

    >>> float(return_on_investment(250.0, 2000.0 + 500.0))
    0.1
    """
    return quotient(ebit, total_investment)


def return_on_equity(net_profit: Amount, equity: Amount) -> Array:
    """Return on equity 项目资本金净利润率 ROE = net profit ÷ equity of the project; NaN without equity.

    ``net_profit`` of a normal year or the average of the operating years, after income tax.

    >>> float(return_on_equity(60.0, 800.0))
    0.075
    """
    return quotient(net_profit, equity)


def quotient(part: Amount, whole: Amount) -> Array:
    """``part`` ÷ ``whole``, NaN where the whole is nothing; the rows of the sheet divide by the same rule."""
    return ratio(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
