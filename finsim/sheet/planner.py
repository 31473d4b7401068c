"""The order in which rows are calculated. The planner knows neither NumPy nor finance: a plan is plain data.

Rows read each other in four ways: in the same period, one period back (``.prev``), one period on (``.next``) and over all
periods. Strongly connected rows are calculated together, period by period: forward when they look back, backward when
they look on. What one period needs of itself is refused with its path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from finsim.sheet.errors import SheetError
from finsim.sheet.expression import Expression, operands, path_of
from finsim.sheet.model import Model, Row
from finsim.sheet.text import Text

Direction = Literal["cell", "forward", "backward"]
LEAVES = ("number", "input", "schedule", "row", "units", "missing")


@dataclass(frozen=True)
class Stage:
    """Rows calculated in one pass over the periods (or, for cells, at once), in this order."""

    direction: Direction
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Stages that give ``wanted`` from inputs, schedules, unit sums and ``given`` rows known before."""

    rows: Mapping[str, Row]
    stages: tuple[Stage, ...]
    wanted: tuple[str, ...]
    given_cells: frozenset[str] = frozenset()


def plan(rows: Mapping[str, Row], wanted: Collection[str], given_cells: Collection[str] = ()) -> Plan:
    """Plan the rows that ``wanted`` needs. Rows that are read but not in ``rows`` are given; those of one cell are named."""
    needed = _needed(rows, wanted)
    used = {path: rows[path] for path in rows if path in needed}
    return Plan(used, _stages(used), tuple(w for w in wanted if w in used), frozenset(given_cells))


def check(model: Model) -> None:
    """Refuse circularity anywhere in the model."""
    _stages(model.rows)


def drawn_rows(rows: Mapping[str, Row], drawn: Collection[str]) -> set[str]:
    """Rows that a drawn input, or a unit sum in ``drawn``, reaches."""
    readers: dict[str, list[str]] = {}
    for path, row in rows.items():
        for leaf, _ in _reads(row):
            readers.setdefault(path_of(leaf) if leaf.op != "units" else path, []).append(path)
    reached: set[str] = set()
    front = [path for name in drawn for path in [*readers.get(name, ()), *([name] if name in rows else ())]]
    while front:
        path = front.pop()
        if path not in reached:
            reached.add(path)
            front += readers.get(path, [])
    return reached


def split(rows: Mapping[str, Row], wanted: Collection[str], drawn: Collection[str]) -> tuple[Plan, Plan]:
    """Two plans: what no drawn input reaches, calculated once; and the rest, calculated per trial.

    Within a drawn row every largest part that stays the same is given a row of its own in the first plan.
    """
    reached = drawn_rows(rows, drawn)
    fixed = {path: row for path, row in rows.items() if path not in reached}
    needed = _needed(rows, wanted)
    moving: dict[str, Row] = {}
    known: set[str] = set()

    def is_fixed(node: Expression) -> bool:
        return all(path_of(leaf) not in drawn and path_of(leaf) not in reached for leaf, _ in operands(node))

    for path in (p for p in rows if p in reached and p in needed):
        row = rows[path]
        parts: dict[int, str] = {}

        def lift(node: Expression, row: Row = row, parts: dict[int, str] = parts) -> Expression:
            if node.op in ("row", "schedule") and is_fixed(node):
                if node.op == "row":
                    known.add(path_of(node))
                return node
            if node.op in LEAVES:
                return node
            if is_fixed(node) and not node.condition and any(True for _ in operands(node)):
                name = parts.setdefault(id(node), f"{row.path}~{len(parts) + 1}")
                series = any(
                    leaf.op == "schedule" or (_is_series(fixed, leaf) and way != "whole") for leaf, way in operands(node)
                )
                fixed[name] = replace(
                    row, path=name, formula=node, start=None, cell=not series, missing=False, check=False
                )
                known.add(name)
                return Expression("row", (), (name, 0))
            if node.op in ("total", "lowest", "highest", "average", "to_date"):
                return node
            return Expression(node.op, tuple(lift(child) for child in node.args), node.data)

        start = row.start if row.start is None else lift(row.start)
        moving[path] = replace(row, formula=lift(row.formula), start=start)
    first = plan(fixed, [*(w for w in wanted if w in fixed), *sorted(known)])
    second = plan(moving, [w for w in wanted if w in moving], [k for k in known if fixed[k].cell])
    return first, second


def _is_series(rows: Mapping[str, Row], leaf: Expression) -> bool:
    return leaf.op == "row" and not rows[path_of(leaf)].cell


def _reads(row: Row) -> Iterable[tuple[Expression, str]]:
    yield from operands(row.formula)
    if row.start is not None:
        yield from ((leaf, "start") for leaf, _ in operands(row.start))


def _needed(rows: Mapping[str, Row], wanted: Iterable[str]) -> set[str]:
    needed: set[str] = set()
    front = [w for w in wanted if w in rows]
    while front:
        path = front.pop()
        if path not in needed:
            needed.add(path)
            front += [path_of(leaf) for leaf, _ in _reads(rows[path]) if leaf.op == "row" and path_of(leaf) in rows]
    return needed


def _stages(rows: Mapping[str, Row]) -> tuple[Stage, ...]:
    names = list(rows)
    place = {path: i for i, path in enumerate(names)}
    reads = [
        [(place[path_of(leaf)], way) for leaf, way in _reads(rows[path]) if leaf.op == "row" and path_of(leaf) in place]
        for path in names
    ]
    order = _same_period_order(rows, names, reads)
    group = _groups([[other for other, _ in own] for own in reads])
    members: dict[int, list[int]] = {}
    for i, g in enumerate(group):
        members.setdefault(g, []).append(i)
    level: dict[int, int] = {}
    backward: set[int] = set()
    for g in sorted(members):  # groups are numbered in the order of their dependencies
        ways = {way for i in members[g] for other, way in reads[i] if group[other] == g}
        if "whole" in ways or {"prev", "next"} <= ways:
            raise _circular(rows, [names[i] for i in members[g]], whole="whole" in ways)
        looks_on = "next" in ways
        if looks_on:
            backward.add(g)
        own = 0
        for i in members[g]:
            cell = rows[names[i]].cell
            for other, way in reads[i]:
                h = group[other]
                if h == g:
                    continue
                ready = level[h]
                if not rows[names[other]].cell:
                    ready += way in ("next", "whole") or h in backward or looks_on or cell
                own = max(own, ready)
        level[g] = own
    stages: list[Stage] = []
    for depth in range(max(level.values(), default=-1) + 1):
        here = [i for i in order if level[group[i]] == depth]
        for direction in ("cell", "forward", "backward"):
            chosen = tuple(
                names[i]
                for i in here
                if direction == ("cell" if rows[names[i]].cell else "backward" if group[i] in backward else "forward")
            )
            if chosen:
                stages.append(Stage(direction, chosen))  # type: ignore[arg-type]
    return tuple(stages)


def _same_period_order(rows: Mapping[str, Row], names: list[str], reads: list[list[tuple[int, str]]]) -> list[int]:
    """Rows so that each comes after what it reads in its own period; a loop is refused with its path."""
    order: list[int] = []
    state = [0] * len(names)
    for root in range(len(names)):
        stack = [(root, iter(reads[root]))] if not state[root] else []
        state[root] = state[root] or 1
        while stack:
            i, rest = stack[-1]
            for other, way in rest:
                if way not in ("same", "to_date", "start", "whole"):
                    continue
                if state[other] == 1:
                    path = [j for j, _ in stack]
                    raise _circular(rows, [names[j] for j in path[path.index(other) :]])
                if state[other] == 0:
                    state[other] = 1
                    stack.append((other, iter(reads[other])))
                    break
            else:
                state[i] = 2
                order.append(i)
                stack.pop()
    return order


def _groups(edges: list[list[int]]) -> list[int]:
    """Strongly connected components (Tarjan, without recursion), numbered so that a group follows what it reads."""
    index = [-1] * len(edges)
    low = [0] * len(edges)
    group = [-1] * len(edges)
    stack: list[int] = []
    counter = groups = 0
    for root in range(len(edges)):
        work = [(root, 0)] if index[root] < 0 else []
        while work:
            node, at = work.pop()
            if at == 0:
                index[node] = low[node] = counter
                counter += 1
                stack.append(node)
            for position in range(at, len(edges[node])):
                other = edges[node][position]
                if index[other] < 0:
                    work += [(node, position + 1), (other, 0)]
                    break
                if group[other] < 0:
                    low[node] = min(low[node], index[other])
            else:
                if low[node] == index[node]:
                    while True:
                        member = stack.pop()
                        group[member] = groups
                        if member == node:
                            break
                    groups += 1
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
    return group


def _circular(rows: Mapping[str, Row], loop: list[str], whole: bool = False) -> SheetError:
    zh = " → ".join(f"{path}「{rows[path].label.zh}」" for path in [*loop, loop[0]])
    en = " → ".join(f"{path} '{rows[path].label.en}'" for path in [*loop, loop[0]])
    if whole:
        return SheetError(Text(f"循环引用（经全期合计）：{zh}", f"circular through a measure over all periods: {en}"))
    return SheetError(
        Text(
            f"同一期内循环引用：{zh}；请改用 .prev 或写出闭式解",
            f"circular in one period: {en}; use .prev, or solve it in closed form",
        )
    )
