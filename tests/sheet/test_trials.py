"""Many columns at once: however the work is cut, the numbers have the same bits, and what is not drawn is calculated once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finsim.model import engine
from finsim.model.engine import Engine, Numbers
from finsim.model.structure import Sheets
from finsim.sheet import Block, Input, Schedule, Text, line, otherwise, ratio, share, where
from finsim.sheet.errors import SheetError
from finsim.sheet.expression import MEASURES, Expression, operands, path_of
from finsim.sheet.model import Model, build
from finsim.sheet.numpy_backend import Array
from finsim.sheet.over_arrays import NAMES
from finsim.sheet.planner import split
from tests.sheet.models import random_model, random_sheets, random_values
from tests.sheet.oracle import NotFinite, Oracle

PERIODS, MEMBERS, TRIALS = 4, 3, 13
randoms = st.integers(0, 2**32 - 1).map(Random)


def bits(array: Array, *shape: int) -> bytes:
    return np.broadcast_to(array, shape if array.ndim == 2 else (len(array), *shape)).tobytes()


def some(random: Random, items: Collection[str]) -> list[str]:
    return [item for item in items if random.random() < 0.4]


# ---- once and per trial ------------------------------------------------------------------------------------------
@settings(max_examples=40)
@given(randoms)
def test_what_no_drawn_input_reaches_is_calculated_once(random: Random) -> None:
    model = random_model(random)
    drawn = some(random, model.inputs)
    first, second = split(model.rows, list(model.rows), drawn)
    moving = _reached(model, drawn)
    assert first.rows.keys() & second.rows.keys() == set()
    assert second.rows.keys() == moving
    for row in second.rows.values():
        for node in _nodes(row.formula):
            fixed = [path_of(leaf) not in {*moving, *drawn} for leaf, _ in operands(node)]
            assert not node.args or node.condition or not fixed or not all(fixed), (
                f"{row.path} calculates {node} per trial"
            )


def _reached(model: Model, drawn: Collection[str]) -> set[str]:
    reached: set[str] = set(drawn)
    for _ in model.rows:
        for path, row in model.rows.items():
            leaves = [*operands(row.formula), *(operands(row.start) if row.start is not None else ())]
            if any(path_of(leaf) in reached for leaf, _ in leaves):
                reached.add(path)
    return reached - set(drawn)


def _nodes(node: Expression) -> Iterator[Expression]:
    yield node
    if node.op not in MEASURES:
        for child in node.args:
            yield from _nodes(child)


class Loan(Block):
    title = Text("贷款", "Loan")
    rate = Input("利率", "rate", unit="1")
    fee = Input("费率", "fee", unit="1")
    due = Schedule("到期", "due", unit="1")

    @line("固定覆盖", "fixed cover", unit="1")
    def cover(self):
        return ratio(self.due, self.fee)

    @line("利息", "interest")
    def interest(self):
        """The share, and the ratio that may have no value, are the same in every trial."""
        known = otherwise(ratio(self.due, self.fee + self.fee), 2)
        return self.rate * share(self.due * 2, self.due.total) + where(self.due > self.fee, known, 0)

    @line("一个数", "one number")
    def once(self):
        """One cell, of which a part is the same in every trial."""
        return self.rate * (self.due.total + self.fee)


def test_parts_of_a_drawn_row_that_stay_the_same_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = {"share": 0, "ratio": 0, "total": 0}

    def counting(name: str, function: Any) -> Any:
        def counted(*args: Array) -> Array:
            calls[name] += 1
            return function(*args)  # type: ignore[no-any-return]

        return counted

    for name in calls:
        monkeypatch.setitem(NAMES, name, counting(name, NAMES[name]))
    unit = build([Loan("loan")])
    sheets = Sheets(unit, build([]))
    numbers = Numbers(
        (2021, 2022, 2023), ("u1", "u2"),
        {"loan.rate": np.zeros(2), "loan.fee": np.array([0.0, 0.5])}, {"loan.due": np.array([[1.0], [0.0], [3.0]])}, {}, {},
    )  # fmt: skip
    made = Engine(sheets, numbers, [[0, 1]], [], ["loan.interest", "loan.once"], [("unit", "loan.rate")])
    once = dict(calls)
    assert once == {"share": 1, "ratio": 1, "total": 2}, "for all three periods at a time, and once for the one cell"
    for _ in range(5):
        _, rows = made({("unit", "loan.rate"): np.array([[0.1, 0.2], [0.3, 0.4]])}, 2)
    assert calls == once
    np.testing.assert_allclose(rows["loan.interest"][1:-1, 1], [[1.15, 1.2], [0, 0], [3.45, 3.6]])
    np.testing.assert_allclose(rows["loan.once"], [[0.4, 0.8], [1.35, 1.8]])


class Floating(Block):
    """A price that grows by what each year's growth is, and what the next year brings of it."""

    title = Text("浮动", "Floating")
    growth = Input("涨幅", "growth", unit="1", yearly=True)
    level = Input("水平", "level")
    due = Schedule("到期", "due", unit="1")
    index = line("指数", "index", unit="1", start=1)(lambda self: self.index.prev * (1 + self.growth * self.due))
    price = line("价格", "price")(lambda self: self.index * self.level + self.later.next)
    later = line("以后", "later")(lambda self: self.growth * self.due * self.level)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_drawn_input_may_have_a_value_for_every_period(backend: str) -> None:
    unit = build([Floating("p")])
    numbers = Numbers(
        (2021, 2022, 2023), ("u1", "u2"), {"p.growth": np.array([0.5]), "p.level": np.array([10.0, 20.0])},
        {"p.due": np.array([[1.0], [0.0], [1.0]])}, {}, {},
    )  # fmt: skip
    key, trials = ("unit", "p.growth"), 1000
    made = Engine(Sheets(unit, build([])), numbers, [[0, 1]], [], ["p.index", "p.price"], [key], backend, yearly=[key])
    growth = np.zeros((5, 2, trials))
    growth[1:-1] = np.array([0.1, 0.2, 0.4])[:, None, None] * np.array([1.0, 2.0])[:, None]
    rows = made({key: growth}, trials)[1]
    for trial in (0, trials - 1):
        np.testing.assert_allclose(rows["p.index"][1:-1, :, trial], [[1.1, 1.2], [1.1, 1.2], [1.54, 2.16]], rtol=1e-15)
        np.testing.assert_allclose(rows["p.price"][1:-1, :, trial], [[11, 24], [15, 40], [15.4, 43.2]], rtol=1e-14)
    stated = Engine(Sheets(unit, build([])), numbers, [[0, 1]], [], ["p.index"])()[1]["p.index"]
    assert stated[1:-1, 0, 0].tolist() == [1.5, 1.5, 2.25], "the input itself is one for all periods"


def test_only_an_input_that_is_read_by_period_may_have_one_for_each() -> None:
    unit = build([Floating("p")])
    numbers = Numbers((2021,), ("u1",), {"p.growth": np.zeros(1), "p.level": np.zeros(1)}, {"p.due": np.ones((1, 1))}, {}, {})
    with pytest.raises(ValueError, match=r"p\.level has one value for all periods"):
        Engine(Sheets(unit, build([])), numbers, [[0]], [], ["p.index"], [("unit", "p.level")], yearly=[("unit", "p.level")])


# ---- units and accounts -------------------------------------------------------------------------------------------
GROUPS = [[0, 2], [1], [3, 4]]
UNITS = 6
"""The last unit belongs to no account."""


def numbers_of(random: Random, sheets: Sheets, trials: int) -> tuple[Numbers, dict[tuple[str, str], Array]]:
    unit = random_values(random, sheets.unit, PERIODS, UNITS, 1, [])
    account = random_values(random, sheets.account, PERIODS, len(GROUPS), 1, [])
    drawn = {
        (sheet, path): random_values(random, model, PERIODS, members, trials, [path])[path]
        for sheet, model, members in (("unit", sheets.unit, UNITS), ("account", sheets.account, len(GROUPS)))
        for path in some(random, model.inputs)
    }  # fmt: skip
    numbers = Numbers(
        tuple(range(2021, 2021 + PERIODS)), tuple(f"u{i}" for i in range(UNITS)),
        {path: unit[path][:, 0] for path in sheets.unit.inputs}, {path: unit[path] for path in sheets.unit.schedules},
        {path: account[path][:, 0] for path in sheets.account.inputs}, {path: account[path] for path in sheets.account.schedules},
    )  # fmt: skip
    return numbers, drawn


def both(made: Engine, drawn: Mapping[tuple[str, str], Array], trials: int) -> dict[str, bytes]:
    """All rows of all columns as bits."""
    rows, units = made(drawn, trials)
    found = {f"account {path}": bits(array, len(GROUPS), trials) for path, array in rows.items()}
    return found | {f"unit {path}": bits(array, UNITS, trials) for path, array in units.items()}


@settings(max_examples=30)
@given(randoms)
def test_sums_over_units_are_those_of_the_oracle(random: Random) -> None:
    sheets = random_sheets(random)
    numbers, drawn = numbers_of(random, sheets, 2)
    try:
        expected = [_expected(sheets, numbers, drawn, trial) for trial in (0, 1)]
    except NotFinite:
        return
    made = Engine(sheets, numbers, GROUPS, sheets.account.rows, sheets.unit.rows, drawn)
    rows, units = made(drawn, 2)
    for trial, (unit_rows, account_rows) in enumerate(expected):
        for model, found, wanted in ((sheets.unit, units, unit_rows), (sheets.account, rows, account_rows)):
            for path, row in model.rows.items():
                array = found[path] if row.cell else found[path][1:-1]
                for member, oracle in enumerate(wanted):
                    column = np.broadcast_to(array, (*array.shape[:-2], len(wanted), 2))[..., member, trial]
                    np.testing.assert_array_equal(np.broadcast_to(column, PERIODS), oracle.row(path), err_msg=path)


def _expected(
    sheets: Sheets, numbers: Numbers, drawn: Mapping[tuple[str, str], Array], trial: int
) -> tuple[list[Oracle], list[Oracle]]:
    """Oracles of all units and accounts in one trial, with every row calculated."""

    def made(sheet: str, member: int, sums: Mapping[str, list[float]]) -> Oracle:
        model, inputs, schedules = (
            (sheets.unit, numbers.unit_inputs, numbers.unit_schedules) if sheet == "unit"
            else (sheets.account, numbers.account_inputs, numbers.account_schedules)
        )  # fmt: skip
        given = {path: float(array[member % len(array)]) for path, array in inputs.items()}
        given |= {path: float(array[member, trial]) for (where_, path), array in drawn.items() if where_ == sheet}
        series = {path: [float(x) for x in array[:, member % array.shape[1]]] for path, array in schedules.items()}
        oracle = Oracle(model, PERIODS, given, series, sums)
        for path in model.rows:
            oracle.row(path)
        return oracle

    units = [made("unit", i, {}) for i in range(UNITS)]
    accounts = []
    for a, group in enumerate(GROUPS):
        sums = {path: [0.0] * PERIODS for path in [*sheets.unit.rows, *sheets.unit.inputs]}
        for unit in group:
            for path, summed in sums.items():
                row = units[unit].row(path) if path in sheets.unit.rows else [units[unit].inputs[path]] * PERIODS
                sums[path] = [x + y for x, y in zip(summed, row, strict=True)]
        accounts.append(made("account", a, sums))
    return units, accounts


@settings(max_examples=20)
@given(randoms, st.sampled_from([1, 20, 40]))
def test_units_in_slices_and_trials_in_chunks_have_the_same_bits(random: Random, columns: int) -> None:
    sheets = random_sheets(random)
    numbers, drawn = numbers_of(random, sheets, TRIALS)

    def made() -> Engine:
        return Engine(sheets, numbers, GROUPS, sheets.account.rows, sheets.unit.rows, drawn)

    try:
        whole = both(made(), drawn, TRIALS)
    except SheetError:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "COLUMNS", columns)
        assert both(made(), drawn, TRIALS) == whole, "units a few at a time"
    full, all_units = made()(drawn, TRIALS)
    chunked = made()
    for part in (slice(0, 1), slice(1, 9), slice(9, TRIALS)):
        size = part.stop - part.start
        rows, units = chunked({key: array[:, part] for key, array in drawn.items()}, size)
        for found, expected, members in ((rows, full, len(GROUPS)), (units, all_units, UNITS)):
            for path, array in expected.items():
                own = array[..., part] if array.shape[-1] > 1 else array
                assert bits(found[path], members, size) == bits(own, members, size), path
