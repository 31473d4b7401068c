"""Models for the tests: evaluated small ones, and random ones whose formulas use everything a formula may use."""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from random import Random

import numpy as np

from finsim.model.structure import Sheets
from finsim.sheet import (
    MISSING,
    Block,
    Input,
    Schedule,
    Text,
    UnitSum,
    clip,
    known,
    line,
    maximum,
    minimum,
    otherwise,
    ratio,
    share,
    sqrt,
    total,
    where,
)
from finsim.sheet.expression import Expression
from finsim.sheet.model import Model, build
from finsim.sheet.numpy_backend import Array, compile_plan
from finsim.sheet.planner import plan

WHOLE = ("total", "lowest", "highest", "average")


# ---- evaluating --------------------------------------------------------------------------------------------------
def evaluated(
    model: Model, periods: int, shape: tuple[int, int] = (1, 1), wanted: Collection[str] = (), **given: object
) -> dict[str, Array]:
    """All rows (or the wanted ones) of a model; ``given`` numbers are for all columns, lists are one number a period.

    A name stands for the one path that ends in it. Series come without their opening and closing period.
    """
    values = {}
    for name, value in given.items():
        (path,) = (p for p in [*model.inputs, *model.schedules] if p.rpartition(".")[2] == name)
        values[path] = stored(value) if path in model.schedules else np.array(value, dtype=float).reshape(-1, 1)
    program = compile_plan(plan(model.rows, wanted or list(model.rows)))
    rows = program(periods, shape, values)
    return {path: row if model.rows[path].cell else row[1:-1] for path, row in rows.items()}


def stored(series: object) -> Array:
    """A series of (periods), (periods, members) or (periods, members, trials), with an opening and a closing period."""
    array = np.array(series, dtype=float)
    array = array.reshape(*array.shape, *[1] * (3 - array.ndim))
    return np.concatenate([np.zeros_like(array[:1]), array, np.zeros_like(array[:1])])


def series(rows: Mapping[str, Array], path: str) -> list[float]:
    """The first column of a row, or the value of a cell."""
    return rows[path][..., 0, 0].tolist() if rows[path].ndim == 3 else [float(rows[path][0, 0])]


# ---- random models -----------------------------------------------------------------------------------------------
@dataclass
class Layer:
    """Rows that may read each other in one direction; of earlier layers they may read everything."""

    kind: str
    rows: list[str] = field(default_factory=list)


NUMBERS = (0.0, 1.0, 2.0, -1.0, 0.5, 0.1, 3.0)


class Formulas:
    """Writes random formulas. ``tangled`` ones read any row any way, so that most of them are circular."""

    def __init__(self, random: Random, layers: list[Layer], absent: set[str], tangled: bool) -> None:
        self.random, self.layers, self.absent, self.tangled = random, layers, absent, tangled

    def readable(self, name: str, kind: str) -> list[tuple[str, str]]:
        """Rows that the row may read, each with a way."""
        found: list[tuple[str, str]] = []
        for layer in self.layers:
            if self.tangled:
                found += [
                    (other, way) for other in layer.rows for way in ("same", "prev", "prev", "next", "total", "to_date")
                ]
            elif name not in layer.rows:
                found += [(other, way) for other in layer.rows for way in ("same", "prev", "next", "to_date", *WHOLE)]
            else:
                before = layer.rows[: layer.rows.index(name)]
                found += [(other, "same") for other in before] * 2
                if kind == "forward":
                    found += [(other, "to_date") for other in before] + [(other, "prev") for other in layer.rows] * 3
                if kind == "backward":
                    found += [(other, "next") for other in layer.rows] * 3
                break
        if kind == "cell":
            cells = {row for layer in self.layers if layer.kind == "cell" for row in layer.rows}
            found = [(other, way) for other, way in found if way in WHOLE or (way == "same" and other in cells)]
        return [(other, way) for other, way in found if way not in ("total", "to_date") or other not in self.absent]

    def row(self, name: str, kind: str) -> Callable[[Block], object]:
        random = self.random
        choices = self.readable(name, kind)

        def formula(block: Block) -> object:
            def number() -> float:
                return random.choice((0.0, 1.0, 2.0, -1.0, 0.5, 0.1, 3.0))

            def read() -> Expression:
                pick = random.random()
                if choices and pick < 0.6:
                    other, way = random.choice(choices)
                    found: Expression = getattr(block, other)
                    found = found if way == "same" else getattr(found, way)
                    return otherwise(found, number()) if other in self.absent else found
                if kind != "cell" and pick < 0.8:
                    row = getattr(block, random.choice("sv"))
                    return random.choice([row, row, row.prev, row.next, row.total, row.to_date, row.highest])  # type: ignore[no-any-return]
                return getattr(block, random.choice("abc"))  # type: ignore[no-any-return]

            def condition(depth: int) -> Expression:
                pick = random.random()
                if depth > 1 and pick < 0.3:
                    one, two = condition(depth - 1), condition(depth - 1)
                    return random.choice([one & two, one | two, ~one])
                x, y = minimum(value(depth - 1), 99), value(depth - 1)
                return known(ratio(x, y)) if pick < 0.4 else random.choice([x < y, x <= y, x > y, x >= y])

            def value(depth: int) -> Expression | float:
                if depth <= 0 or random.random() < 0.15:
                    return read() if random.random() < 0.8 else number()
                x, y = minimum(value(depth - 1)), value(depth - 1)
                match random.randrange(15):
                    case 0 | 1:
                        return x + y
                    case 2 | 3:
                        return x - y
                    case 4:
                        return x * y
                    case 5:
                        return share(x, y)
                    case 6:
                        return otherwise(ratio(x, y), number())
                    case 7:
                        return minimum(x, y, *([number()] * random.randrange(2)))
                    case 8:
                        return maximum(x, y)
                    case 9:
                        return where(condition(depth - 1), x, y)
                    case 10:
                        return total([x, y, value(depth - 1)][: random.randrange(4)])
                    case 11:
                        return clip(x, -5, 5) ** random.choice([2, 3])
                    case 12:
                        return x / (2 if random.random() < 0.9 else y)
                    case 13:
                        return sqrt(maximum(x, 0))
                    case _:
                        return -x

            if name not in self.absent:
                return value(3)
            nothing = where(condition(2), ratio(value(2), value(1)), MISSING)
            passed = [
                (other, way) for other, way in choices if other in self.absent and way in ("same", "prev", "next")
            ]
            if not passed or random.random() < 0.5:
                return nothing
            other, way = random.choice(passed)
            return where(
                condition(1), getattr(block, other) if way == "same" else getattr(getattr(block, other), way), nothing
            )

        return formula


def random_block(random: Random, units: tuple[type[Block], Model] | None = None, tangled: bool = False) -> type[Block]:
    """A block with inputs a, b, c, schedules s, v, and rows r1, r2, …; and with sums of rows of ``units`` where there are any."""
    layers: list[Layer] = []
    absent: set[str] = set()
    count = 0
    for _ in range(1 if tangled else random.randint(1, 4)):
        layer = Layer("" if tangled else random.choice(["forward", "forward", "backward", "cell"]))
        for _ in range(random.randint(1, 4)):
            count += 1
            layer.rows.append(f"r{count}")
            if random.random() < 0.15 and not tangled:
                absent.add(f"r{count}")
        layers.append(layer)
    body: dict[str, object] = {"title": Text("随机", "random"), "__annotations__": {"unit": Block}}
    body |= {name: Input(name, name) for name in ("a", "b", "c")}
    body |= {name: Schedule(name, name) for name in ("s", "v")}
    starts: list[object] = [None, None, 1.5, body["b"]]
    formulas = Formulas(random, layers, absent, tangled)
    for layer in layers:
        for name in layer.rows:
            body[name] = line(name, name, start=random.choice(starts))(formulas.row(name, layer.kind))  # type: ignore[arg-type]
        starts += [body[name] for name in layer.rows if layer.kind == "cell" and name not in absent]
    if units is not None:
        block, model = units
        rows = [path.rpartition(".")[2] for path, row in model.rows.items() if not row.missing]
        of = {f"sum_{name}": getattr(block, name) for name in ["a", *random.sample(rows, min(3, len(rows)))]}
        body |= {name: UnitSum(declared, label=Text(name, name)) for name, declared in of.items()}
        layers.insert(
            0, Layer("forward", [name for name, d in of.items() if not isinstance(d, line) or d.start is None])
        )
    return types.new_class("Random", (Block,), exec_body=lambda space: space.update(body))


def random_model(random: Random, tangled: bool = False) -> Model:
    return build([random_block(random, tangled=tangled)("x", unit=None)])


def random_sheets(random: Random) -> Sheets:
    """A model of units and a model of accounts that adds up some of its rows."""
    block = random_block(random)
    unit = build([block("u", unit=None)])
    account = build([random_block(random, (block, unit))("x", unit=block("u", unit=None))], units=unit)
    return Sheets(unit, account)


def random_values(
    random: Random, model: Model, periods: int, members: int, trials: int, drawn: Collection[str]
) -> dict[str, Array]:
    """Inputs of shape (members or 1, 1), drawn ones (members, trials); schedules (periods, members or 1)."""

    def numbers(*shape: int) -> Array:
        return np.array(
            [random.choice((0.0, 0.0, 1.0, -1.0, 0.5, 2.0, 0.3, 7.0)) for _ in range(int(np.prod(shape)))]
        ).reshape(shape)

    found = {path: numbers(random.choice([1, members]), 1) for path in model.inputs}
    found |= {path: numbers(members, trials) for path in drawn}
    return found | {path: numbers(periods, random.choice([1, members])) for path in model.schedules}
