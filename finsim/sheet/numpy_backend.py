"""The reference back end: a plan written out as plain Python over NumPy arrays, one function per stage.

Axes are (period, member, trial). A stored row has shape (periods + 2, members, trials): index 0 is what ``.prev`` reads in
the first period, the last index what ``.next`` reads in the last one (0). A length of 1 stands for "the same for all".
Only + - * / sqrt, comparisons, minimum, maximum and where are used, period by period in order, so the bits of a column do
not depend on which other columns are calculated beside it.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from finsim.sheet.errors import SheetError
from finsim.sheet.expression import TOLERANCE, WHOLE, Expression, operands, path_of
from finsim.sheet.planner import Plan, Stage
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


def ratio(part: Array, whole: Array) -> Array:
    something = np.abs(whole) >= TOLERANCE
    return np.where(something, part / np.where(something, whole, 1.0), np.nan)


def share(part: Array, whole: Array) -> Array:
    something = np.abs(whole) >= TOLERANCE
    return np.where(something, part / np.where(something, whole, 1.0), 0.0)


def total(row: Array) -> Array:
    result = row[1]
    for period in range(2, len(row) - 1):
        result = result + row[period]
    return result


def lowest(row: Array) -> Array:
    return np.fmin.reduce(row[1:-1], axis=0)  # type: ignore[no-any-return]


def highest(row: Array) -> Array:
    return np.fmax.reduce(row[1:-1], axis=0)  # type: ignore[no-any-return]


def average(row: Array) -> Array:
    count = np.sum(~np.isnan(row[1:-1]), axis=0)
    return np.where(count > 0, total(np.where(np.isnan(row), 0.0, row)) / np.maximum(count, 1), np.nan)


_NAMES = {
    "np": np, "ratio": ratio, "share": share, "total": total, "lowest": lowest, "highest": highest, "average": average,
}  # fmt: skip


@dataclass
class Program:
    """A compiled plan. ``source`` is its readable Python; calling it gives the wanted rows."""

    plan: Plan
    source: str
    stages: list[Callable[..., None]]
    last_use: list[list[str]]

    def __call__(self, periods: int, shape: tuple[int, int], values: Values) -> dict[str, Array]:
        """Calculate the wanted rows.

        ``values`` gives inputs of shape (members, trials), and schedules, unit sums and given rows of shape
        (periods + 2, members, trials), or (members, trials) where they are cells; any axis but the first may be 1.
        """
        rows: dict[str, Array] = dict(values)
        with np.errstate(all="ignore"):
            for stage, done in zip(self.stages, self.last_use, strict=True):
                stage(periods, shape, rows)
                for path in done:
                    del rows[path]
        return {path: rows[path] for path in self.plan.wanted}


def compile_plan(plan: Plan) -> Program:
    writer = _Writer(plan)
    sources, stages = [], []
    for number, stage in enumerate(plan.stages, 1):
        source = writer.stage(stage, f"stage_{number}")
        space: dict[str, object] = {}
        exec(compile(source, f"<plan stage {number}>", "exec"), dict(_NAMES), space)
        sources.append(source)
        stages.append(space[f"stage_{number}"])
    return Program(plan, "\n\n".join(sources), stages, _last_use(plan))  # type: ignore[arg-type]


def refuse_infinite(plan: Plan, rows: Values) -> None:
    """A calculated number that is not finite is an error that names the row (NA only where the row may be without value)."""
    for path in plan.wanted:
        row = plan.rows[path]
        body = rows[path] if row.cell else rows[path][1:-1]
        bad = np.isinf(body) if row.missing else ~np.isfinite(body)
        if bad.any():
            where = [int(i) for i in np.argwhere(bad)[0]]
            raise SheetError(
                Text(
                    f"{path}「{row.label.zh}」算出的不是有限数（位置 {where}）：请检查除数和输入",
                    f"{path} '{row.label.en}' is not a finite number (at {where}): check divisors and inputs",
                )
            )


def _last_use(plan: Plan) -> list[list[str]]:
    last: dict[str, int] = {}
    for number, stage in enumerate(plan.stages):
        for path in stage.rows:
            row = plan.rows[path]
            last[path] = max(last.get(path, 0), number)
            for part in [row.formula, *([row.start] if row.start is not None else [])]:
                for leaf, _ in operands(part):
                    if leaf.op == "row" and path_of(leaf) in plan.rows:
                        last[path_of(leaf)] = number
    stored = set().union(*(_Writer(plan).kept(stage) for stage in plan.stages)) if plan.stages else set()
    done: list[list[str]] = [[] for _ in plan.stages]
    for path, number in last.items():
        if path in stored and path not in plan.wanted:
            done[number].append(path)
    return done


@dataclass
class _Writer:
    """Writes stages as Python source. Within a stage, rows of one period are local variables."""

    plan: Plan
    names: dict[str, str] = field(default_factory=dict)
    read_later: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stage_of = {path: n for n, stage in enumerate(self.plan.stages) for path in stage.rows}
        for path, row in self.plan.rows.items():
            for part in [row.formula, *([row.start] if row.start is not None else [])]:
                for leaf, _ in operands(part):
                    if leaf.op == "row" and path_of(leaf) in self.stage_of:
                        other = path_of(leaf)
                        self.read_later[other] = max(self.read_later.get(other, -1), self.stage_of[path])

    def kept(self, stage: Stage) -> set[str]:
        """Rows of the stage that must outlive it: wanted, read by a later stage, or cells."""
        here = {path: self.stage_of[path] for path in stage.rows}
        return {
            path for path, n in here.items()
            if path in self.plan.wanted or self.read_later.get(path, -1) > n or self.plan.rows[path].cell
        }  # fmt: skip

    def name(self, path: str) -> str:
        if path not in self.names:
            plain = re.sub(r"\W", "_", path).strip("_") or "row"
            plain = plain if not keyword.iskeyword(plain) and not plain[0].isdigit() else f"row_{plain}"
            while plain in self.names.values() or plain in _NAMES:
                plain += "_"
            self.names[path] = plain
        return self.names[path]

    def stage(self, stage: Stage, title: str) -> str:
        if stage.direction == "cell":
            lines = [
                f"    rows[{path!r}] = np.broadcast_to({self.formula(self.plan.rows[path].formula, None)}, shape)"
                for path in stage.rows
            ]
            return "\n".join([f"def {title}(periods, shape, rows):", *lines])
        here = set(stage.rows)
        kept = self.kept(stage)
        carried: dict[str, None] = {}
        sums: dict[str, None] = {}
        for path in stage.rows:
            for leaf, way in operands(self.plan.rows[path].formula):
                if leaf.op == "row" and way in ("prev", "next") and path_of(leaf) in here:
                    carried[path_of(leaf)] = None
                if way == "to_date":
                    sums[path_of(leaf)] = None
        forward = stage.direction == "forward"
        head = [f"def {title}(periods, shape, rows):"]
        for path in sorted(kept, key=stage.rows.index):
            head.append(f"    kept_{self.name(path)} = rows[{path!r}] = np.zeros((periods + 2, *shape))")
        for path in [p for p in stage.rows if p in carried or p in kept]:
            begin = self.plan.rows[path].start if forward else None
            value = self.formula(begin, None) if begin is not None else "0.0"
            if path in carried:
                head.append(f"    before_{self.name(path)} = {value}")
            if path in kept and begin is not None:
                head.append(f"    kept_{self.name(path)}[0] = {value}")
        head += [f"    sum_{self.name(path)} = 0.0" for path in sums]
        turn = "range(1, periods + 1)" if forward else "range(periods, 0, -1)"
        body = [f"    for t in {turn}:"]
        for path in [p for p in sums if p not in here]:
            body.append(f"        sum_{self.name(path)} = sum_{self.name(path)} + {self.stored(path, 0)}")
        for path in stage.rows:
            body.append(f"        {self.name(path)} = {self.formula(self.plan.rows[path].formula, here)}")
            if path in sums:
                body.append(f"        sum_{self.name(path)} = sum_{self.name(path)} + {self.name(path)}")
            if path in kept:
                body.append(f"        kept_{self.name(path)}[t] = {self.name(path)}")
        body += [f"        before_{self.name(path)} = {self.name(path)}" for path in carried]
        return "\n".join([*head, *body])

    def stored(self, path: str, shift: int) -> str:
        return f"rows[{path!r}][t{shift:+d}]" if shift else f"rows[{path!r}][t]"

    def formula(self, node: Expression, here: set[str] | None) -> str:
        """Source of a formula; ``here`` are the rows of the running stage, None outside the loop over periods."""
        op = node.op
        if op == "number":
            return repr(node.data)
        if op == "missing":
            return "np.nan"
        if op in ("input", "units"):
            return f"rows[{path_of(node)!r}]" if op == "input" else self._units(node, here)
        if op == "row":
            return self._row(node, here)
        if op == "schedule":
            return self.stored(path_of(node), node._place()[1])
        if op in WHOLE:
            return f"{op}(rows[{path_of(node.args[0])!r}])"
        if op == "to_date":
            return f"sum_{self.name(path_of(node.args[0]))}"
        parts = [self.formula(child, here) for child in node.args]
        if op in _INFIX:
            return f"({parts[0]} {_INFIX[op]} {parts[1]})"
        if op == "sum":
            return f"({' + '.join(parts)})"
        if op in ("min", "max"):
            nested = parts[0]
            for part in parts[1:]:
                nested = f"np.{op}imum({nested}, {part})"
            return nested
        return {
            "neg": "(-{0})", "not": "(~{0})", "known": "(~np.isnan({0}))", "sqrt": "np.sqrt({0})",
            "where": "np.where({0}, {1}, {2})", "ratio": "ratio({0}, {1})", "share": "share({0}, {1})",
            "power": "(" + " * ".join(["{0}"] * (node.data if isinstance(node.data, int) else 1)) + ")",
        }[op].format(*parts)  # fmt: skip

    def _units(self, node: Expression, here: set[str] | None) -> str:
        source = f"rows['units:{path_of(node)}']"
        return source if here is None else f"{source}[t]"

    def _row(self, node: Expression, here: set[str] | None) -> str:
        path, shift = node._place()
        row = self.plan.rows.get(path)
        if here is not None and path in here:
            return self.name(path) if shift == 0 else f"before_{self.name(path)}"
        cell = row.cell if row is not None else path in self.plan.given_cells
        return f"rows[{path!r}]" if cell or here is None else self.stored(path, shift)
