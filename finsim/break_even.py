"""Uncertainty: break-even points, sensitivity coefficients and critical points.

Conventions: amounts and prices exclude VAT, in one unit of money; a year at full load is meant throughout, and the caller
says which. Everything is vectorised by broadcasting. A point that does not exist is NaN.

Formulas: as edujzs.com/qiche/zn/8586 prints the standard's; with VAT as the example CN-IND-BEP-VAT solves it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from finsim.indicators import Amount, quotient
from finsim.sheet import TOLERANCE
from finsim.sheet.numpy_backend import Array


# ---- break-even --------------------------------------------------------------------------------------------
def break_even_utilisation(fixed_cost: Amount, revenue: Amount, variable_cost: Amount, taxes: Amount = 0) -> Array:
    """Break-even point as use of capacity 盈亏平衡点(生产能力利用率) = fixed ÷ (revenue − variable − taxes and surcharges).

    Amounts of a year at full load; ``fixed_cost`` contains depreciation, amortisation and interest. NaN where revenue does
    not exceed the other two: no load breaks even.

    >>> round(float(break_even_utilisation(834.2, 3000.0, 1680.0, 24.0)), 4)
    0.6437
    """
    margin = np.asarray(revenue, dtype=np.float64) - variable_cost - taxes
    return quotient(fixed_cost, np.where(margin > 0, margin, np.nan))


def break_even_output(fixed_cost: Amount, price: Amount, variable_cost: Amount, taxes: Amount = 0) -> Array:
    """Break-even output 盈亏平衡点产量 = fixed ÷ (price − variable − taxes), the last three for one unit of output.

    >>> round(float(break_even_output(12_000_000.0, 900.0, 560.0, 120.0)))
    54545
    """
    return break_even_utilisation(fixed_cost, price, variable_cost, taxes)


def break_even_price(fixed_cost: Amount, variable_cost: Amount, output: Amount, taxes: Amount = 0) -> Array:
    """Break-even price 盈亏平衡点价格 = (fixed + variable + taxes of the year) ÷ output at full load.

    For taxes that do not move with the price; with surcharges on VAT see :func:`break_even_price_with_vat`.

    >>> float(break_even_price(834.2, 1680.0, 1000.0, 24.0).round(4))
    2.5382
    """
    return quotient(np.asarray(fixed_cost) + variable_cost + taxes, output)


def surcharge_per_unit(price: Amount, vat: Amount, input_vat: Amount, surcharges: Amount) -> Array:
    """Surcharges on the VAT of one unit of output: (price × VAT rate − input VAT of the unit) × rate of surcharges.

    No credit from construction is left in the year that is meant.

    >>> round(float(surcharge_per_unit(3.0, 0.13, 0.15, 0.1)), 4)
    0.024
    """
    return np.asarray((np.asarray(price) * vat - input_vat) * surcharges)


def break_even_output_with_vat(
    fixed_cost: Amount, price: Amount, variable_cost: Amount, vat: Amount, input_vat: Amount, surcharges: Amount
) -> Array:
    """:func:`break_even_output` where the taxes are surcharges on the VAT payable; ``input_vat`` is that of one unit.

    >>> float(break_even_output_with_vat(834.2, 3.0, 1.68, 0.13, 0.15, 0.1).round(1))
    643.7
    """
    return break_even_output(
        fixed_cost, price, variable_cost, surcharge_per_unit(price, vat, input_vat, surcharges)
    )  # fmt: skip


def break_even_price_with_vat(
    fixed_cost: Amount, variable_cost: Amount, output: Amount, vat: Amount, input_vat: Amount, surcharges: Amount
) -> Array:
    """Break-even price where surcharges on the VAT payable rise with it; costs and ``input_vat`` are those of the year.

    p × output = fixed + variable + (p × output × VAT rate − input VAT) × surcharges, solved for p.

    >>> float(break_even_price_with_vat(834.2, 1680.0, 1000.0, 0.13, 150.0, 0.1).round(3))
    2.532
    """
    kept = np.asarray(output) * (1 - np.asarray(vat) * surcharges)
    return quotient(np.asarray(fixed_cost) + variable_cost - np.asarray(input_vat) * surcharges, kept)


# ---- sensitivity -------------------------------------------------------------------------------------------
def sensitivity_coefficient(base: Amount, changed: Amount, change: Amount) -> Array:
    """Sensitivity coefficient 敏感度系数 SAF = (ΔA ÷ A) ÷ (ΔF ÷ F): relative change of the measure by that of the factor.

    ``change`` is ΔF ÷ F with its sign (−0.1 is 10 % less). Above 0: measure and factor move the same way. Divided by the
    size of ``base``, so that the sign says so for a negative measure too. NaN without a change or at a measure of nothing.

    >>> round(float(sensitivity_coefficient(1300.0, 320.0, -0.1)), 2)
    7.54
    """
    moved = np.asarray(changed, dtype=np.float64) - base
    return quotient(quotient(moved, np.abs(np.asarray(base, dtype=np.float64))), change)


def linear_critical_point(base: Amount, changed: Amount, change: Amount, threshold: Amount = 0) -> Array:
    """Change of the factor at which the measure meets ``threshold`` 临界点, on the straight line through two points.

    The points are (no change, base) and (``change``, ``changed``); NaN where the measure did not move. An approximation
    wherever the measure is not linear in the factor: see :func:`critical_point`.

    >>> round(float(linear_critical_point(1300.0, 320.0, -0.1)), 4)
    -0.1327
    """
    distance = np.asarray(threshold, dtype=np.float64) - base
    return quotient(distance * change, np.asarray(changed, dtype=np.float64) - base)


def critical_point(
    measure: Callable[[Array], Array], low: float, high: float, threshold: float = 0, tolerance: float = 1e-9
) -> Array:
    """Change of the factor between ``low`` and ``high`` at which the measure meets ``threshold`` 临界点, re-solved by bisection.

    ``measure`` is the whole calculation: given changes (…), or a single one, it returns its values in the shape (…) of its
    result, each depending on its own change only. It is asked about log2((high − low) ÷ tolerance) + 2 times. NaN where the
    measure is on the same side at both ends; one of the points where it crosses several times. ``low`` not below ``high``
    is a ValueError.

    >>> round(float(critical_point(lambda change: 1000 / (1 + change) - 1250, -0.5, 0.5)), 6)
    -0.2
    """
    if not low < high:
        raise ValueError(f"no room between {low} and {high}")
    at_low, at_high = measure(np.asarray(low)) - threshold, measure(np.asarray(high)) - threshold
    left, right = np.full(np.shape(at_low), low), np.full(np.shape(at_low), high)
    for _ in range(math.ceil(math.log2((high - low) / tolerance))):
        middle = 0.5 * (left + right)
        short = (measure(middle) - threshold < 0) == (at_low < 0)
        left, right = np.where(short, middle, left), np.where(short, right, middle)
    found = np.where((at_low < 0) != (at_high < 0), 0.5 * (left + right), np.nan)
    return np.where(np.abs(at_low) < TOLERANCE, low, np.where(np.abs(at_high) < TOLERANCE, high, found))
