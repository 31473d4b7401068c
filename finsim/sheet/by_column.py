"""A stage that goes period by period, one member after another over Python's own floats: the same program as over arrays, with
other functions behind its names.

For few columns an array costs more to handle than its numbers to calculate. The bits are those of NumPy: both are IEEE doubles,
operated on in the same order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

from finsim.sheet.expression import TOLERANCE

MOST_COLUMNS = 16
"""With more columns arrays are faster."""
_READ = re.compile(r"rows\['([^']+)'\]")


# ---- what the written programs call ----------------------------------------------------------------------------
def _ratio(part: float, whole: float) -> float:
    return math.nan if abs(whole) < TOLERANCE else part / whole


def _share(part: float, whole: float) -> float:
    return 0.0 if abs(whole) < TOLERANCE else part / whole


def _known(value: float) -> bool:
    return value == value


def _root(value: float) -> float:
    if value < 0:
        raise ArithmeticError
    return math.sqrt(value)


def _where(condition: bool, one: float, other: float) -> float:
    return one if condition else other


def _not(condition: bool) -> bool:
    return not condition


def _lesser(one: float, other: float) -> float:
    """Of a number and none: none, as NumPy has it."""
    return one if one < other or one != one else other


def _greater(one: float, other: float) -> float:
    return one if one > other or one != one else other


def _least(*values: float) -> float:
    result = values[0]
    for value in values[1:]:
        result = _lesser(result, value)
    return result


def _greatest(*values: float) -> float:
    result = values[0]
    for value in values[1:]:
        result = _greater(result, value)
    return result


def _zeros(shape: tuple[int, ...]) -> list[float]:
    return [0.0] * shape[0]


def _of_row(function: Callable[[Any], Any]) -> Callable[[Sequence[float]], Any]:
    """A function of a whole row, which is given as a list."""
    return lambda row: function(np.array(row)).tolist()


_NUMPY = SimpleNamespace(where=_where, minimum=_lesser, maximum=_greater, sqrt=_root, logical_not=_not, nan=math.nan, zeros=_zeros)
_CALLED = {"np": _NUMPY, "ratio": _ratio, "share": _share, "known": _known, "least": _least, "greatest": _greatest}


# ---- stages ----------------------------------------------------------------------------------------------------
class ByColumn:
    """A stage by its source; calling it adds its rows to those that are there, as the stage over arrays does.

    ``names`` are the functions over arrays; those that take a whole row, named in ``of_rows``, are called with one.
    """

    def __init__(self, source: str, function: str, names: Mapping[str, Any], of_rows: Sequence[str]) -> None:
        self.source, self.function, self.names, self.of_rows = source, function, names, of_rows
        self.paths = tuple(dict.fromkeys(_READ.findall(source)))

    @cached_property
    def run(self) -> Callable[[int, tuple[int, int], dict[str, Any]], None]:
        """Compiled when there first are few columns."""
        space = {**self.names, **_CALLED, **{name: _of_row(self.names[name]) for name in self.of_rows}}
        exec(compile(self.source, f"<{self.function} by column>", "exec"), space)
        found: Callable[[int, tuple[int, int], dict[str, Any]], None] = space[self.function]
        return found

    def __call__(self, periods: int, shape: tuple[int, int], rows: dict[str, Any]) -> None:
        """For shapes of one trial. What overflows is an ``ArithmeticError`` if it is found in a row."""
        members = shape[0]
        read = [(path, _columns(rows[path], members)) for path in self.paths if path in rows]
        found: dict[str, Any] = {path: np.empty((periods + 2, *shape)) for path in self.paths if path not in rows}
        for member in range(members):
            column = {path: columns[member] for path, columns in read}
            self.run(periods, shape, column)
            for path, row in found.items():
                row[:, member, 0] = column[path]
        if any(np.isinf(row).any() for row in found.values()):  # Python's floats overflow in silence
            raise OverflowError
        rows |= found


def _columns(array: Any, members: int) -> list[Any]:
    """What each member has: a list over periods, or a number."""
    columns: list[Any] = array[..., 0].T.tolist()
    return columns * members if len(columns) == 1 else columns
