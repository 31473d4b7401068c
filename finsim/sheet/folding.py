"""What is known of a plan before it runs: rows that are 0 or 1 in a period for every member, whatever is drawn.

Most years of most works, payments and debts are empty; vector code leaves out what such a 0 or 1 decides. Nothing is taken to
be known past an operation that may fail, so that the failure is still met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from finsim.sheet.expression import TOLERANCE, WHOLE, Expression, operands, path_of
from finsim.sheet.planner import Plan

Known = float | bool | None
"""A number or a condition that is the same in every column, or None."""

TO_COMPILE = 4
"""Periods that take as long to calculate, in a run of the usual size, as it takes to compile what is calculated in them."""


class Folding:
    """What is known of the rows of a plan.

    cells   the value of what has one value for all periods, where all members have it
    series  likewise for each period, from before the first to after the last
    """

    def __init__(
        self, plan: Plan, periods: int, cells: Mapping[str, float], series: Mapping[str, Sequence[float | None]]
    ) -> None:
        self.plan, self.periods, self.cells = plan, periods, cells
        self.series: dict[str, list[Known]] = {name: [_plain(value) for value in row] for name, row in series.items()}
        self.rows: dict[str, list[Known]] = {}
        self.fails: dict[Expression, bool] = {}
        for stage in plan.stages:
            if stage.direction == "cell":
                for path in stage.rows:
                    self.rows[path] = [_plain(self.fold(plan.rows[path].formula, self.at(None), {}))]
                continue
            for path in stage.rows:
                start = plan.rows[path].start
                begin = 0.0 if start is None else _plain(self.fold(start, self.at(1), {}))
                self.rows[path] = [begin, *[None] * periods, 0.0]
            forward = stage.direction == "forward"
            for t in range(1, periods + 1) if forward else range(periods, 0, -1):
                memo: dict[Expression, Known] = {}
                for path in stage.rows:
                    self.rows[path][t] = _plain(self.fold(plan.rows[path].formula, self.at(t), memo))

    def at(self, t: int | None) -> Callable[[Expression], Known]:
        """What is known of a leaf in period t; outside the periods (None), of a leaf that has none."""

        def known(leaf: Expression) -> Known:
            if leaf.op in ("input", "units") and isinstance(leaf.data, str):
                return self.cells.get(leaf.data if leaf.op == "input" else f"units:{leaf.data}")
            if leaf.op in WHOLE:
                row = self.row(path_of(leaf.args[0]))
                return 0.0 if leaf.op == "total" and row and all(value == 0.0 for value in row[1:-1]) else None
            if leaf.op == "to_date":
                row = self.row(path_of(leaf.args[0]))
                return 0.0 if t is not None and row and all(value == 0.0 for value in row[1 : t + 1]) else None
            path, shift = leaf._place()
            row = self.row(f"units:{path}" if leaf.op == "units" else path)
            if row is None:
                return self.cells.get(path)
            return row[0] if len(row) == 1 else row[(t or 1) + shift]

        return known

    def during(self, periods: range) -> Callable[[Expression], Known]:
        """What is known of a leaf in each of these periods alike."""

        def known(leaf: Expression) -> Known:
            found = self.at(periods[0])(leaf)
            return found if found is not None and all(self.at(t)(leaf) == found for t in periods) else None

        return known

    def row(self, path: str) -> list[Known] | None:
        return self.rows.get(path) or self.series.get(path)

    # ---- formulas ----------------------------------------------------------------------------------------------
    def fold(self, node: Expression, leaf: Callable[[Expression], Known], memo: dict[Expression, Known]) -> Known:
        """What is known of a formula, given what is known of its leaves."""
        if node.op == "number":
            assert isinstance(node.data, float)
            return node.data
        if node.op == "nothing":
            return 0.0
        if node.op == "missing":
            return None
        if node not in memo:
            if not node.args or node.op in WHOLE or node.op == "to_date":
                memo[node] = leaf(node)
            else:
                memo[node] = self._operation(node, [self.fold(child, leaf, memo) for child in node.args])
        return memo[node]

    def _operation(self, node: Expression, parts: list[Known]) -> Known:
        op = node.op

        def idle(*places: int) -> bool:
            """What is known may be left out, and so may what cannot fail."""
            return all(parts[i] is not None or not self.may_fail(node.args[i]) for i in places)

        if op in ("mul", "and", "or"):
            decisive = op == "or" if node.condition else 0.0
            if any(part is not None and part == decisive for part in parts) and idle(0, 1):
                return decisive
        if op == "share":
            part, whole = parts
            if (part == 0.0 or (whole is not None and abs(whole) < TOLERANCE)) and idle(0, 1):
                return 0.0
        if op == "where" and parts[0] is not None and idle(2 if parts[0] else 1):
            return parts[1 if parts[0] else 2]
        if op == "where" and parts[1] == parts[2] and idle(0):
            return parts[1]
        if None in parts:
            return None
        return _result(op, parts, node.data)

    def may_fail(self, node: Expression) -> bool:
        """Whether an operation of the formula may have no finite result: a division, a root. Rows it reads answer for themselves."""
        if node not in self.fails:
            own = node.op == "sqrt" or (node.op == "div" and (node.args[1].op != "number" or not node.args[1].data))
            self.fails[node] = own or (
                node.op not in WHOLE and node.op != "to_date" and any(self.may_fail(child) for child in node.args)
            )
        return self.fails[node]

    # ---- phases ------------------------------------------------------------------------------------------------
    def phases(self, rows: Iterable[str], backward: bool) -> list[range]:
        """Spans of periods in which much the same is known of these rows and of what they read, in the order of calculation."""
        rows = list(rows)
        leaves = dict.fromkeys(leaf for path in rows for leaf, _ in operands(self.plan.rows[path].formula))
        order = range(self.periods, 0, -1) if backward else range(1, self.periods + 1)

        def facts(t: int) -> list[float]:
            known = self.at(t)
            found = [*(self.rows[path][t] for path in rows), *(known(leaf) for leaf in leaves)]
            return [np.nan if value is None else float(value) for value in found]

        spans = [(range(t, t + order.step, order.step), np.array(facts(t))) for t in order]
        while len(spans) > 1:
            best, gain = 0, -1.0
            for i, ((one, known), (two, also)) in enumerate(pairwise(spans)):
                both = np.where(known == also, known, np.nan)
                saved = _cost(one, known) + _cost(two, also) - _cost(range(len(one) + len(two)), both)
                if saved > gain:
                    best, gain = i, saved
            if gain < 0:
                break
            (one, known), (two, also) = spans[best : best + 2]
            spans[best : best + 2] = [(range(one.start, two.stop, order.step), np.where(known == also, known, np.nan))]
        return [span for span, _ in spans]


def _cost(span: range, known: np.typing.NDArray[np.float64]) -> float:
    """Time to calculate in these periods what is not known, and to compile it, in rows."""
    return int(np.isnan(known).sum()) * (len(span) + TO_COMPILE)


def _plain(value: Known) -> Known:
    """What is worth knowing of a row: that it is 0 or 1."""
    return value + 0.0 if value is not None and value in (0.0, 1.0) else None


def _result(op: str, parts: Sequence[Known], data: object) -> Known:
    """An operation on known numbers, as the processor does it; None where it is not worth knowing, or has no result."""
    a = parts[0]
    assert a is not None
    if len(parts) == 1:
        if op == "neg":
            return -a
        if op == "not":
            return not a
        if op == "power" and a in (0.0, 1.0):
            return a
        return True if op == "known" else a if op == "sqrt" and a in (0.0, 1.0) else None
    if op == "sum":
        result = 0.0
        for part in parts:
            result += part  # type: ignore[operator]
        return result
    if op in ("min", "max"):
        return (min if op == "min" else max)(parts)  # type: ignore[type-var]
    if len(parts) > 2:
        return None
    b = parts[1]
    assert b is not None
    if op == "div" or op == "ratio":
        return a / b if abs(b) >= TOLERANCE else None
    simple: dict[str, Callable[[float, float], Known]] = {
        "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
        "lt": lambda x, y: x < y, "le": lambda x, y: x <= y, "gt": lambda x, y: x > y, "ge": lambda x, y: x >= y,
        "and": lambda x, y: bool(x) and bool(y), "or": lambda x, y: bool(x) or bool(y), "share": lambda x, y: x / y,
    }  # fmt: skip
    return simple[op](a, b) if op in simple else None
