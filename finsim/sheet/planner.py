"""The order in which rows are calculated. The planner knows neither NumPy nor finance: a plan is plain data.

Rows read each other in the same period, one period back (``.prev``), one period on (``.next``), over all periods to date
and over the whole. Strongly connected rows are calculated together, period by period: forward when they look back,
backward when they look on. What a period needs of itself, or of the whole, is refused with its path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from finsim.sheet.errors import SheetError
from finsim.sheet.expression import MEASURES, Expression, may_miss, operands, path_of
from finsim.sheet.model import Model, Row, reads
from finsim.sheet.text import Text

Direction = Literal["cell", "forward", "backward", "whole"]
Edges = list[list[tuple[int, str]]]
"""For each row the rows it reads, each with the way it is read."""

WITHIN = frozenset({"same", "to_date", "start", "whole"})
"""Ways of reading that need the other row's value of the same period, or of all."""


@dataclass(frozen=True)
class Stage:
    """Rows calculated in this order: in one pass over the periods, for all of them at a time (``whole``), or as cells."""

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
    return Plan(used, _stages(used), tuple(wanted), frozenset(given_cells))


def by_row(plan: Plan) -> Plan:
    """The same plan row by row: all periods at a time, but for rows that are tied to what they were in another period.

    Each number comes of the same operations, so it has the same bits; every row takes room for all its periods.
    """
    stages: list[Stage] = []
    for stage in plan.stages:
        if stage.direction == "cell":
            stages.append(stage)
            continue
        place = {path: i for i, path in enumerate(stage.rows)}
        edges = [
            [place[path_of(leaf)] for leaf, _ in reads(plan.rows[path]) if leaf.op == "row" and path_of(leaf) in place]
            for path in stage.rows
        ]
        group = _groups(edges)
        for _, members in groupby(sorted(range(len(edges)), key=group.__getitem__), key=group.__getitem__):
            first, *others = members
            tied = bool(others) or first in edges[first]
            rows = tuple(stage.rows[i] for i in (first, *others))
            if not tied and stages and stages[-1].direction == "whole":
                rows = (*stages.pop().rows, *rows)
            stages.append(Stage(stage.direction if tied else "whole", rows))
    return replace(plan, stages=tuple(stages))


def given_of(plan: Plan) -> dict[str, bool]:
    """What the plan reads and does not calculate, by its name among the values: whether it is a series."""
    found: dict[str, bool] = {}
    for row in plan.rows.values():
        for leaf, _ in reads(row):
            path = path_of(leaf)
            if leaf.op == "units":
                found[f"units:{path}"] = isinstance(leaf.data, tuple)
            elif leaf.op in ("input", "schedule"):
                found[path] = leaf.op == "schedule"
            elif path not in plan.rows:
                found[path] = path not in plan.given_cells
    return dict(sorted(found.items()))


def check(model: Model) -> None:
    """Refuse circularity anywhere in the model."""
    _stages(model.rows)


def drawn_rows(rows: Mapping[str, Row], drawn: Collection[str]) -> set[str]:
    """Rows that a drawn input, or a unit sum in ``drawn``, reaches."""
    readers: dict[str, list[str]] = {}
    for path, row in rows.items():
        for leaf, _ in reads(row):
            if leaf.op != "units":
                readers.setdefault(path_of(leaf), []).append(path)
    reached: set[str] = set()
    front = [path for name in drawn for path in [*readers.get(name, ()), *([name] if name in rows else ())]]
    while front:
        path = front.pop()
        if path not in reached:
            reached.add(path)
            front += readers.get(path, [])
    return reached


def split(
    rows: Mapping[str, Row], wanted: Collection[str], drawn: Collection[str], yearly: Collection[str] = ()
) -> tuple[Plan, Plan]:
    """Two plans: what no drawn input reaches, calculated once; and the rest, calculated per trial.

    Within a drawn row every largest part that stays the same is given a row of its own in the first plan. Drawn inputs that
    have a value for every period (``yearly``) are read as schedules are.
    """
    reached = drawn_rows(rows, drawn)
    needed = _needed(rows, wanted)
    lifting = _Lifting(rows, reached | set(drawn), yearly)
    moving = {path: lifting.row(rows[path]) for path in rows if path in reached and path in needed}
    fixed = {path: row for path, row in rows.items() if path not in reached} | lifting.parts
    first = plan(fixed, dict.fromkeys([*(w for w in wanted if w in fixed), *sorted(lifting.read)]))
    second = plan(moving, [w for w in wanted if w in moving], [path for path in lifting.read if fixed[path].cell])
    return first, second


class _Lifting:
    """Takes out of the rows that move from trial to trial the parts that do not."""

    def __init__(self, rows: Mapping[str, Row], moving: Collection[str], yearly: Collection[str]) -> None:
        self.rows, self.moving, self.yearly = rows, moving, yearly
        self.missing = {path for path, row in rows.items() if row.missing}
        self.parts: dict[str, Row] = {}
        self.read: set[str] = set()
        """Fixed rows and parts that moving rows read."""

    def row(self, row: Row) -> Row:
        lifted = replace(row, formula=self.lift(row.formula, row, {}))
        self.read |= {path_of(leaf) for leaf, _ in reads(lifted) if leaf.op == "row"} - set(self.moving)
        return lifted

    def lift(self, node: Expression, row: Row, parts: dict[Expression, str]) -> Expression:
        if node.op == "input" and path_of(node) in self.yearly:
            return Expression("schedule", (), (path_of(node), 0))
        if not node.args:
            return node
        if self.fixed(node) and not node.condition:  # a condition is no row; its two sides are
            path = parts.setdefault(node, f"{row.path}~{len(parts) + 1}")
            if path not in self.parts:
                self.parts[path] = self.part(node, row, path)
            return Expression("row", (), (path, 0))
        if node.op in MEASURES:
            return node
        return Expression(node.op, tuple(self.lift(child, row, parts) for child in node.args), node.data)

    def fixed(self, node: Expression) -> bool:
        """Whether it is calculated from something, none of which moves."""
        leaves = [leaf for leaf, _ in operands(node)]
        return bool(leaves) and not any(path_of(leaf) in self.moving for leaf in leaves)

    def part(self, node: Expression, row: Row, path: str) -> Row:
        cell = all(
            way == "whole"
            or leaf.op == "input"
            or (way == "same" and leaf.op == "row" and self.rows[path_of(leaf)].cell)
            for leaf, way in operands(node)
        )
        missing = may_miss(node, self.missing)
        return replace(row, path=path, formula=node, start=None, cell=cell, missing=missing, check=False)


def _needed(rows: Mapping[str, Row], wanted: Iterable[str]) -> set[str]:
    needed: set[str] = set()
    front = list(wanted)
    while front:
        path = front.pop()
        if path not in needed:
            needed.add(path)
            front += [path_of(leaf) for leaf, _ in reads(rows[path]) if leaf.op == "row" and path_of(leaf) in rows]
    return needed


def _stages(rows: Mapping[str, Row]) -> tuple[Stage, ...]:
    names = list(rows)
    place = {path: i for i, path in enumerate(names)}
    edges: Edges = [
        [(place[path_of(leaf)], way) for leaf, way in reads(rows[path]) if leaf.op == "row" and path_of(leaf) in place]
        for path in names
    ]
    order = _same_period_order(rows, names, edges)
    group = _groups([[other for other, _ in own] for own in edges])
    members: dict[int, list[int]] = {}
    for i, g in enumerate(group):
        members.setdefault(g, []).append(i)
    level: dict[int, int] = {}
    backward: set[int] = set()
    for g in sorted(members):  # groups are numbered in the order of their dependencies
        _refuse_loop(rows, names, edges, set(members[g]))
        if any(way == "next" and group[other] == g for i in members[g] for other, way in edges[i]):
            backward.add(g)
        own = 0
        for i in members[g]:
            for other, way in edges[i]:
                h = group[other]
                if h != g:
                    # what needs more than the periods to date waits until the stage is over; backward stages come last
                    later = way in ("next", "whole", "start") or h in backward
                    own = max(own, level[h] + (later and not rows[names[other]].cell))
        level[g] = own
    stages: list[Stage] = []
    for depth in range(max(level.values(), default=-1) + 1):
        chosen: dict[Direction, list[str]] = {"cell": [], "forward": [], "backward": []}
        for i in order:
            if level[group[i]] == depth:
                path = names[i]
                chosen["cell" if rows[path].cell else "backward" if group[i] in backward else "forward"].append(path)
        stages += [Stage(direction, tuple(paths)) for direction, paths in chosen.items() if paths]
    return tuple(stages)


def _same_period_order(rows: Mapping[str, Row], names: list[str], edges: Edges) -> list[int]:
    """Rows so that each comes after what it reads in its own period; a loop is refused with its path."""
    order: list[int] = []
    state = [0] * len(names)
    for root in range(len(names)):
        stack = [(root, "", iter(edges[root]))] if not state[root] else []
        state[root] = state[root] or 1
        while stack:
            i, _, rest = stack[-1]
            for other, way in rest:
                if way not in WITHIN:
                    continue
                if state[other] == 1:
                    loop = stack[[j for j, _, _ in stack].index(other) :]
                    ways = {way, *(entered for _, entered, _ in loop[1:])}
                    raise _circular(rows, [names[j] for j, _, _ in loop], "whole" if "whole" in ways else "same")
                if state[other] == 0:
                    state[other] = 1
                    stack.append((other, way, iter(edges[other])))
                    break
            else:
                state[i] = 2
                order.append(i)
                stack.pop()
    return order


def _refuse_loop(rows: Mapping[str, Row], names: list[str], edges: Edges, loop: set[int]) -> None:
    """Rows that need each other go through the periods in one direction, and need nothing of the whole."""
    inside = [(i, other, way) for i in sorted(loop) for other, way in edges[i] if other in loop]

    def walk(begin: int, end: int) -> list[int]:
        """Shortest way from one row of the loop to another, the last left out."""
        came = {begin: begin}
        front = [begin]
        for i in front:
            for other, _ in edges[i]:
                if other in loop and other not in came:
                    came[other] = i
                    front.append(other)
        path = [end]
        while path[-1] != begin:
            path.append(came[path[-1]])
        return path[:0:-1]

    for i, other, way in inside:
        if way == "whole":
            raise _circular(rows, [names[j] for j in [i, *walk(other, i)]], "whole")
    back = next(((i, other) for i, other, way in inside if way in ("prev", "to_date")), None)
    on = next(((i, other) for i, other, way in inside if way == "next"), None)
    if back and on:
        path = [back[0], *walk(back[1], on[0]), on[0], *walk(on[1], back[0])]
        raise _circular(rows, [names[j] for j in path], "both")


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


def _circular(rows: Mapping[str, Row], loop: list[str], kind: Literal["same", "whole", "both"]) -> SheetError:
    zh = " → ".join(f"{path}「{rows[path].label.zh}」" for path in [*loop, loop[0]])
    en = " → ".join(f"{path} '{rows[path].label.en}'" for path in [*loop, loop[0]])
    if kind == "whole":
        return SheetError(Text(f"循环引用（经全期合计）：{zh}", f"circular through a measure over all periods: {en}"))
    if kind == "both":
        return SheetError(
            Text(
                f"一个循环中既用 .prev（或 .to_date）又用 .next：{zh}",
                f".prev (or .to_date) and .next in one loop: {en}",
            )
        )
    return SheetError(
        Text(
            f"同一期内循环引用：{zh}；请改用 .prev 或写出闭式解",
            f"circular in one period: {en}; use .prev, or solve it in closed form",
        )
    )
