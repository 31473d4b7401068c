"""The reference back end: a plan written out as plain Python over NumPy arrays, one function per stage.

Axes are (period, member, trial). A stored row has shape (periods + 2, members, trials): index 0 is what ``.prev`` reads in
the first period, the last index what ``.next`` reads in the last one (0). A length of 1 stands for "the same for all".
Only + - * / sqrt, comparisons, minimum, maximum and where are used, period by period in order, so the bits of a column do
not depend on which other columns are calculated beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finsim.sheet.by_column import MOST_COLUMNS, ByColumn
from finsim.sheet.errors import SheetError
from finsim.sheet.expression import WHOLE, Expression, operands, path_of
from finsim.sheet.model import Row, reads
from finsim.sheet.over_arrays import NAMES, OF_ROWS
from finsim.sheet.planner import Plan, by_row
from finsim.sheet.text import Text

Array = NDArray[np.float64]
Values = Mapping[str, Array]
_INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "and": "&",
    "or": "|",
}
_FUNCTION = {
    "sum": "added",
    "min": "least",
    "max": "greatest",
    "sqrt": "np.sqrt",
    "where": "np.where",
    "not": "np.logical_not",
    "neg": "-",
}
MOST_TERMS = 100
"""Terms written out with plus signs; Python cannot read arbitrarily many."""
Stepping = Callable[[int, tuple[int, int], dict[str, Array]], None]


# ---- programs --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """A stage as readable Python, each row's line ending in its path; ``done`` are rows nobody needs afterwards.

    ``by_column`` does the same faster where there are few columns.
    """

    source: str
    run: Stepping
    done: tuple[str, ...]
    by_column: ByColumn | None = None


@dataclass(frozen=True)
class Program:
    """A compiled plan; calling it gives the wanted rows. ``plan`` goes by periods, also where the steps go row by row."""

    plan: Plan
    steps: tuple[Step, ...]
    by_period: bool = True

    @property
    def source(self) -> str:
        return "\n\n".join(step.source for step in self.steps)

    def __call__(self, periods: int, shape: tuple[int, int], values: Values) -> dict[str, Array]:
        """Calculate the wanted rows. A division by zero or an overflow is an error that names the row.

        ``values`` gives inputs of shape (members, trials), and schedules, unit sums and given rows of shape
        (periods + 2, members, trials), or (members, trials) where they are cells; any axis but the first may be 1.
        """
        rows: dict[str, Array] = dict(values)
        few = shape[0] <= MOST_COLUMNS and shape[1] == 1
        with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
            for step in self.steps:
                run = step.by_column if few and step.by_column else step.run
                try:
                    run(periods, shape, rows)
                except ArithmeticError as error:
                    if not self.by_period:  # it fails again, and tells the period
                        return compile_plan(self.plan)(periods, shape, values)
                    raise self._failure(step, error) from error
                for path in step.done:
                    del rows[path]
        return {path: rows[path] for path in self.plan.wanted}

    def checked(self, periods: int, shape: tuple[int, int], values: Values) -> dict[str, Array]:
        """The wanted rows, of which none may hold a number that is not finite."""
        rows = self(periods, shape, values)
        refuse_infinite(self.plan, rows)
        return rows

    def _failure(self, step: Step, error: ArithmeticError) -> SheetError:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code is not step.run.__code__:
            trace = trace.tb_next
        assert trace is not None
        path = step.source.splitlines()[trace.tb_lineno - 1].rpartition("  # ")[2]
        return _not_finite(self.plan.rows[path], trace.tb_frame.f_locals.get("t"))


def compile_plan(plan: Plan, rowwise: bool = False) -> Program:
    """Write a plan as Python: period by period, or row by row (:func:`by_row`), which is much faster for one trial and takes
    much more room for many. The numbers have the same bits.
    """
    writer = _Writer(by_row(plan) if rowwise else plan)
    steps, done = [], writer.done()
    for number in range(len(writer.plan.stages)):
        source = writer.stage(number)
        space: dict[str, Stepping] = {}
        name = f"stage_{number}"
        exec(compile(source, f"<stage {number}>", "exec"), dict(NAMES), space)
        loop = rowwise and writer.plan.stages[number].direction in ("forward", "backward")
        by_column = ByColumn(source, name, NAMES, [function.__name__ for function in OF_ROWS]) if loop else None
        steps.append(Step(source, space[name], tuple(done.get(number, ())), by_column))
    return Program(plan, tuple(steps), by_period=not rowwise)


def refuse_infinite(plan: Plan, rows: Values) -> None:
    """A calculated number that is not finite is an error that names the row (NA only where the row may be without value)."""
    for path in plan.wanted:
        row = plan.rows[path]
        body = rows[path] if row.cell else rows[path][1:-1]
        finite = np.isfinite(body)
        if finite.all():
            continue
        bad = np.isinf(body) if row.missing else ~finite
        if bad.any():
            raise _not_finite(row, None if row.cell else int(np.argwhere(bad)[0][0]) + 1)


def _not_finite(row: Row, period: int | None) -> SheetError:
    path = row.path.partition("~")[0]  # a part of a row stands for the row
    zh, en = ("", "") if period is None else (f"（第 {period} 期）", f" (period {period})")
    return SheetError(
        Text(
            f"{path}「{row.label.zh}」算出的不是有限数{zh}：请检查除数和输入",
            f"{path} '{row.label.en}' is not a finite number{en}: check divisors and inputs",
        )
    )


class _Writer:
    """Writes stages as Python source.

    In a stage ``r_x`` is row x in the running period, ``b_x`` in the one before (or after, going backward), ``s_x`` its
    sum to date, and ``k_x`` the row as it is kept for later stages.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names: dict[str, str] = {}
        self.taken: set[str] = set()
        self.stage_of = {path: number for number, stage in enumerate(plan.stages) for path in stage.rows}
        self.last_use = dict(self.stage_of)
        for path, row in plan.rows.items():
            for leaf, _ in reads(row):
                other = path_of(leaf)
                if leaf.op == "row" and other in self.stage_of:
                    self.last_use[other] = max(self.last_use[other], self.stage_of[path])
        self.wanted = set(plan.wanted)
        self.kept = [
            path for path, number in self.stage_of.items()
            if plan.rows[path].cell or path in self.wanted or self.last_use[path] > number or plan.stages[number].direction == "whole"
        ]  # fmt: skip
        """Rows that are stored: cells, what has all its periods at a time, and what is wanted or read by a later stage."""

    def done(self) -> dict[int, list[str]]:
        """What is stored and has its last use in a stage."""
        found: dict[int, list[str]] = {}
        for path in self.kept:
            if path not in self.wanted:
                found.setdefault(self.last_use[path], []).append(path)
        return found

    def name(self, path: str) -> str:
        if path not in self.names:
            plain = re.sub(r"\W", "_", path, flags=re.ASCII)
            while plain in self.taken:
                plain += "_"
            self.names[path] = plain
            self.taken.add(plain)
        return self.names[path]

    def stage(self, number: int) -> str:
        stage = self.plan.stages[number]
        rows = {path: self.plan.rows[path] for path in stage.rows}
        head = f"def stage_{number}(periods, shape, rows):"
        if stage.direction == "cell":
            cells = (
                f"    rows[{path!r}] = np.broadcast_to({self.formula(row.formula, None)}, shape)  # {path}"
                for path, row in rows.items()
            )
            return "\n".join([head, *cells])
        if stage.direction == "whole":
            return "\n".join([head, *(line for path, row in rows.items() for line in self.whole(path, row, number))])
        forward = stage.direction == "forward"
        kept = rows.keys() & set(self.kept)
        leaves = [(path, leaf, way) for path, row in rows.items() for leaf, way in operands(row.formula)]
        carried = {path_of(leaf) for _, leaf, way in leaves if way in ("prev", "next") and path_of(leaf) in rows}
        sums = {path_of(leaf): path for path, leaf, way in leaves if way == "to_date"}
        before: list[str] = []
        body: list[str] = []
        after: list[str] = []
        for path, reader in sums.items():
            name = self.name(path)
            if not forward:
                before.append(f"    s_{name} = to_date(rows[{path!r}])  # {reader}")
                continue
            before.append(f"    s_{name} = 0.0")
            if path not in rows:
                body.append(f"        s_{name} = s_{name} + rows[{path!r}][t]  # {reader}")
        for path, row in rows.items():
            name = self.name(path)
            begin = "0.0" if row.start is None else self.formula(row.start, None)
            body.append(f"        r_{name} = {self.formula(row.formula, number)}  # {path}")
            if path in sums and forward:
                body.append(f"        s_{name} = s_{name} + r_{name}  # {sums[path]}")
            if path in kept:
                before.append(f"    k_{name} = rows[{path!r}] = np.zeros((periods + 2, *shape))")
                before += [f"    k_{name}[0] = {begin}"] if row.start is not None else []
                body.append(f"        k_{name}[t] = r_{name}")
            if path in carried:
                before.append(f"    b_{name} = {begin if forward else '0.0'}")
                after.append(f"        b_{name} = r_{name}")
        turn = f"    for t in {'range(1, periods + 1)' if forward else 'range(periods, 0, -1)'}:"
        return "\n".join([head, *before, turn, *body, *after])

    def whole(self, path: str, row: Row, number: int) -> Iterator[str]:
        """A row for all periods at a time."""
        yield f"    row = rows[{path!r}] = np.zeros((periods + 2, *shape))"
        if row.start is not None:
            yield f"    row[0] = {self.formula(row.start, None)}"
        yield f"    row[1:-1] = {self.formula(row.formula, number)}  # {path}"

    def at(self, number: int | None, shift: int = 0) -> str:
        """Which periods of a stored row are read."""
        if number is not None and self.plan.stages[number].direction == "whole":
            return f"[{1 + shift}:periods{1 + shift:+d}]"
        return f"[t{shift:+d}]" if shift else "[t]"

    def formula(self, node: Expression, number: int | None) -> str:
        """Source of a formula in a stage; ``number`` is None outside the loop over periods."""
        return self.part(node, number, _repeated(node), {})

    def part(
        self, node: Expression, number: int | None, repeated: set[Expression], known: dict[Expression, str]
    ) -> str:
        """Source of a part of a formula; what stands in it repeatedly is calculated where it comes first."""
        if node in known:
            return known[node]
        text = self.operation(node, number, [self.part(child, number, repeated, known) for child in node.args])
        if node not in repeated:
            return text
        known[node] = f"v{len(known) + 1}"
        return f"({known[node]} := {text})"

    def operation(self, node: Expression, number: int | None, parts: list[str]) -> str:
        op = node.op
        if op == "number":
            return repr(node.data)
        if op in ("missing", "nothing"):
            return "np.nan" if op == "missing" else "0.0"
        if op == "input":
            return f"rows[{path_of(node)!r}]"
        if op == "units":
            return f"rows['units:{path_of(node)}']" + (self.at(number) if isinstance(node.data, tuple) else "")
        if op == "row":
            return self.row(node, number)
        if op == "schedule":
            path, shift = node._place()
            return f"rows[{path!r}]{self.at(number, shift)}"
        if op in WHOLE:
            return f"{op}(rows[{path_of(node.args[0])!r}])"
        if op == "to_date":
            path = path_of(node.args[0])
            direction = "forward" if number is None else self.plan.stages[number].direction
            if direction == "whole":
                return f"to_date(rows[{path!r}])[1:-1]"
            return f"s_{self.name(path)}" + ("[t]" if direction == "backward" else "")
        if op in _INFIX:
            return f"({parts[0]} {_INFIX[op]} {parts[1]})"
        if op == "sum" and len(parts) <= MOST_TERMS:
            return f"({' + '.join(parts)})"
        if op == "power":
            return f"power({parts[0]}, {node.data})"
        if op in ("min", "max") and len(parts) == 2:
            return f"np.{op}imum({parts[0]}, {parts[1]})"
        return f"{_FUNCTION.get(op, op)}({', '.join(parts)})"

    def row(self, node: Expression, number: int | None) -> str:
        path, shift = node._place()
        if number is not None and self.stage_of.get(path) == number and self.plan.stages[number].direction != "whole":
            return f"b_{self.name(path)}" if shift else f"r_{self.name(path)}"
        row = self.plan.rows.get(path)
        if path in self.plan.given_cells if row is None else row.cell:
            return f"rows[{path!r}]"
        if number is None:  # a start is the same in all periods
            return f"rows[{path!r}][1]"
        return f"rows[{path!r}]{self.at(number, shift)}"


def _repeated(formula: Expression) -> set[Expression]:
    """Operations that stand in a formula more than once."""
    seen: set[Expression] = set()
    repeated: set[Expression] = set()
    front = [formula]
    while front:
        node = front.pop()
        if node.args and node.op != "to_date":
            (repeated if node in seen else seen).add(node)
            front += node.args if node not in repeated else ()
    return repeated
