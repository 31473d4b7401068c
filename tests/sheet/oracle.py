"""A second reading of a model: one cell at a time, in plain Python floats, by recursion from what a cell reads.

It shares the formulas' trees with finsim and nothing else: no plan, no stages, no arrays, no notion of a one-cell row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from finsim.sheet.expression import TOLERANCE, Expression
from finsim.sheet.model import Model


class Circular(Exception):
    """A cell needs itself."""


class NotFinite(Exception):
    """A division by zero, or a result beyond all numbers."""


class Oracle:
    """Cells of one model for one column of numbers; unit sums are given by the path of the unit's row."""

    def __init__(
        self, model: Model, periods: int, inputs: Mapping[str, float], schedules: Mapping[str, Sequence[float]],
        sums: Mapping[str, Sequence[float]] | None = None,
    ) -> None:  # fmt: skip
        self.model, self.periods = model, periods
        self.inputs, self.schedules, self.sums = inputs, schedules, sums or {}
        self.cells: dict[tuple[str, int], float] = {}
        self.open: set[tuple[str, int]] = set()

    def row(self, path: str) -> list[float]:
        return [self.cell(path, t) for t in range(1, self.periods + 1)]

    def cell(self, path: str, t: int) -> float:
        """Row or schedule ``path`` in period t; 0 is before the first period, beyond the last there is nothing."""
        if path in self.schedules:
            return self.schedules[path][t - 1] if 1 <= t <= self.periods else 0.0
        row = self.model.rows[path]
        if t > self.periods:
            return 0.0
        if t == 0:
            return 0.0 if row.start is None else self.value(row.start, 1)
        if (path, t) not in self.cells:
            if (path, t) in self.open:
                raise Circular(path)
            self.open.add((path, t))
            self.cells[path, t] = self.value(row.formula, t)
            self.open.discard((path, t))
        return self.cells[path, t]

    def value(self, node: Expression, t: int) -> float:
        found = self._value(node, t)
        if math.isinf(found):
            raise NotFinite(node.op)
        return found

    def _value(self, node: Expression, t: int) -> float:
        match node.op:
            case "number":
                return node.data  # type: ignore[return-value]
            case "nothing":
                return 0.0
            case "missing":
                return math.nan
            case "input":
                return self.inputs[node.data]  # type: ignore[index]
            case "units":
                path = node.data if isinstance(node.data, str) else node.data[0]  # type: ignore[index]
                return self.sums[path][t - 1]
            case "row" | "schedule":
                path, shift = node.data  # type: ignore[misc]
                return self.cell(path, t + shift)
            case "to_date":
                return _sum([0.0, *self._periods(node, t)])
            case "total":
                return _sum(self._periods(node, self.periods))
            case "lowest" | "highest" | "average":
                known = [x for x in self._periods(node, self.periods) if not math.isnan(x)]
                if not known:
                    return math.nan
                return (
                    min(known)
                    if node.op == "lowest"
                    else max(known)
                    if node.op == "highest"
                    else _sum(known) / len(known)
                )
        args = [self.value(child, t) for child in node.args]
        if node.op == "where":
            return args[1] if args[0] else args[2]
        if node.op == "power":
            return math.prod([args[0]] * node.data)  # type: ignore[operator]
        try:
            return float(_FUNCTIONS[node.op](*args))
        except (ZeroDivisionError, ValueError) as error:
            raise NotFinite(node.op) from error

    def _periods(self, node: Expression, last: int) -> list[float]:
        path, _ = node.args[0].data  # type: ignore[misc]
        return [self.cell(path, t) for t in range(1, last + 1)]


def _sum(values: Sequence[float]) -> float:
    """From left to right: the built-in sum() of Python 3.12 compensates."""
    total = values[0]
    for value in values[1:]:
        total += value
    return total


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "sum": lambda *a: _sum(a),
    "min": lambda *a: min(a),
    "max": lambda *a: max(a),
    "sqrt": math.sqrt,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "known": lambda a: not math.isnan(a),
    "ratio": lambda a, b: math.nan if abs(b) < TOLERANCE else a / b,
    "share": lambda a, b: 0.0 if abs(b) < TOLERANCE else a / b,
}
