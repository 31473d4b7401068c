"""What the written programs call, over arrays of (…, member, trial); a whole row has its periods first, with one more at either end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from finsim.sheet.expression import TOLERANCE

Array = NDArray[np.float64]
FEW_NUMBERS = 64
"""Up to so many numbers in a period NumPy adds periods up faster by itself, in the same order."""


def ratio(part: Array, whole: Array) -> Array:
    nothing = np.abs(whole) < TOLERANCE
    return np.where(nothing, np.nan, part / np.where(nothing, 1.0, whole))


def share(part: Array, whole: Array) -> Array:
    nothing = np.abs(whole) < TOLERANCE
    return np.where(nothing, 0.0, part / np.where(nothing, 1.0, whole))


def known(value: Array) -> NDArray[np.bool_]:
    return ~np.isnan(value)


def power(base: Array, exponent: int) -> Array:
    result = base
    for _ in range(exponent - 1):
        result = result * base
    return result


def added(*terms: Array) -> Array:
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def least(*values: Array) -> Array:
    result = values[0]
    for value in values[1:]:
        result = np.minimum(result, value)
    return result


def greatest(*values: Array) -> Array:
    result = values[0]
    for value in values[1:]:
        result = np.maximum(result, value)
    return result


def total(row: Array) -> Array:
    if row[0].size <= FEW_NUMBERS:
        sums: Array = np.add.accumulate(row[1:-1], axis=0)[-1]
        return sums
    return added(*row[1:-1])


def to_date(row: Array) -> Array:
    result = np.zeros_like(row)
    for period in range(1, len(row) - 1):
        result[period] = result[period - 1] + row[period]
    return result


def lowest(row: Array) -> Array:
    unknown = np.isnan(row[1:-1])
    return np.where(unknown.all(axis=0), np.nan, least(*np.where(unknown, np.inf, row[1:-1])))


def highest(row: Array) -> Array:
    unknown = np.isnan(row[1:-1])
    return np.where(unknown.all(axis=0), np.nan, greatest(*np.where(unknown, -np.inf, row[1:-1])))


def average(row: Array) -> Array:
    unknown = np.isnan(row)
    count = np.sum(~unknown[1:-1], axis=0)
    return np.where(count > 0, total(np.where(unknown, 0.0, row)) / np.maximum(count, 1), np.nan)


OF_ROWS = (total, to_date, lowest, highest, average)
_CALLED = (ratio, share, known, power, added, least, greatest, *OF_ROWS)
NAMES: dict[str, object] = {"np": np} | {function.__name__: function for function in _CALLED}
