"""Programs calculate what the formulas say, whole or split into what stays and what is drawn, however they are cut up."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Collection, Mapping
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finsim.sheet import (
    MISSING,
    Block,
    Input,
    Schedule,
    Text,
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
from finsim.sheet.errors import SheetError
from finsim.sheet.model import Model, build
from finsim.sheet.numpy_backend import Array, Program, compile_plan, refuse_infinite
from finsim.sheet.planner import by_row, check, plan, split
from tests.sheet.models import random_model, random_values, stored
from tests.sheet.oracle import Oracle

PERIODS, MEMBERS, TRIALS = 4, 2, 6
NONE = math.nan
randoms = st.integers(0, 2**32 - 1).map(Random)


def calculated(
    program: Program, values: Mapping[str, Array], periods: int, members: int, trials: int
) -> dict[str, Array]:
    rows = program(periods, (members, trials), values)
    refuse_infinite(program.plan, rows)
    return rows


def everything(model: Model, wanted: Collection[str] = ()) -> Program:
    return compile_plan(plan(model.rows, wanted or list(model.rows)))


def padded(model: Model, values: Mapping[str, Array]) -> dict[str, Array]:
    return {path: stored(array) if path in model.schedules else array for path, array in values.items()}


# ---- rows by hand -----------------------------------------------------------------------------------------
class Sheet(Block):
    """An opening balance of 8, a rate of 50 %, payments of 2, 0, 4 and a row of which the second value is missing."""

    title = Text("例", "Example")
    formula: Callable[[Block], object]

    rate = Input("利率", "rate", unit="1")
    opening = Input("期初", "opening")
    pay = Schedule("支付", "pay")

    @line("余额", "closing", start=opening, stock=True)
    def closing(self):
        return self.closing.prev - self.pay

    @line("折现余额", "worth", start=7)
    def worth(self):
        return (self.worth.next + self.pay) * self.rate

    @line("倍数", "cover", unit="1", start=rate)
    def cover(self):
        return ratio(self.closing, self.pay)

    @line("无值", "never")
    def never(self):
        return MISSING

    @line("最大支付", "peak")
    def peak(self):
        return self.pay.highest * self.rate

    @line("结果", "result")
    def result(self):
        return self.formula(self)

    @line("上期结果", "result a year before", start=2)
    def earlier(self):
        return self.result.prev + self.earlier.prev


BY_HAND = [
    # closing 6, 6, 2; worth (2 + (0 + 2) / 2) / 2, 1, 2; cover 3, none, 0.5; peak 2
    ("same", lambda b: b.closing, [6, 6, 2]),
    ("start", lambda b: b.closing.prev, [8, 6, 6]),
    ("schedule before", lambda b: b.pay.prev, [0, 2, 0]),
    ("schedule next", lambda b: b.pay.next, [0, 4, 0]),
    ("next", lambda b: b.closing.next, [6, 2, 0]),
    ("backward", lambda b: b.worth, [1.5, 1, 2]),
    ("backward next", lambda b: b.worth.next, [1, 2, 0]),
    ("backward prev reads the start", lambda b: b.worth.prev, [7, 1.5, 1]),
    ("total", lambda b: b.closing.total, 14),
    ("total in series", lambda b: b.closing / b.closing.total, [3 / 7, 3 / 7, 1 / 7]),
    ("to date", lambda b: b.closing.to_date, [6, 12, 14]),
    ("to date of schedule", lambda b: b.pay.to_date, [2, 2, 6]),
    ("to date of backward", lambda b: b.worth.to_date, [1.5, 2.5, 4.5]),
    ("to date of itself before", lambda b: b.closing.to_date - b.result.prev, [6, 6, 8]),
    ("to date while going back", lambda b: b.result.next + b.closing.to_date, [32, 26, 14]),
    ("schedule to date while going back", lambda b: b.result.next + b.pay.to_date, [10, 8, 6]),
    ("lowest", lambda b: b.closing.lowest, 2),
    ("highest", lambda b: b.closing.highest, 6),
    ("average", lambda b: b.closing.average, 14 / 3),
    ("lowest passes over none", lambda b: otherwise(b.cover.lowest, 9), 0.5),
    ("highest passes over none", lambda b: otherwise(b.cover.highest, 9), 3),
    ("average passes over none", lambda b: otherwise(b.cover.average, 9), 1.75),
    ("lowest of none", lambda b: otherwise(b.never.lowest, 9), 9),
    ("highest of none", lambda b: otherwise(b.never.highest, 9), 9),
    ("average of none", lambda b: otherwise(b.never.average, 9), 9),
    ("known", lambda b: where(known(b.cover), 1, 0), [1, 0, 1]),
    ("not known", lambda b: where(~known(b.cover), 1, 0), [0, 1, 0]),
    ("otherwise", lambda b: otherwise(b.cover, b.pay - 1), [3, -1, 0.5]),
    ("none before", lambda b: otherwise(b.cover.prev, 9), [0.5, 3, 9]),
    ("none on", lambda b: otherwise(b.cover.next, 9), [9, 0.5, 0]),
    ("ratio", lambda b: otherwise(ratio(b.closing, b.pay), -1), [3, -1, 0.5]),
    ("share", lambda b: share(b.closing, b.pay), [3, 0, 0.5]),
    ("share of almost nothing", lambda b: share(1, b.pay + 4e-7), [1 / (2 + 4e-7), 0, 1 / (4 + 4e-7)]),
    ("share of half a fen", lambda b: share(1, 5e-7 - b.pay * 0), [2e6, 2e6, 2e6]),
    ("condition is a number", lambda b: (b.pay > 1) * 5, [5, 0, 5]),
    ("lt", lambda b: where(b.pay < 2, 1, 0), [0, 1, 0]),
    ("le", lambda b: where(b.pay <= 2, 1, 0), [1, 1, 0]),
    ("gt", lambda b: where(b.pay > 2, 1, 0), [0, 0, 1]),
    ("ge", lambda b: where(b.pay >= 2, 1, 0), [1, 0, 1]),
    ("and", lambda b: where((b.pay > 1) & (b.pay < 3), 1, 0), [1, 0, 0]),
    ("or", lambda b: where((b.pay < 1) | (b.pay > 3), 1, 0), [0, 1, 1]),
    ("not", lambda b: where(~(b.pay > 1), 1, 0), [0, 1, 0]),
    ("not of what was before", lambda b: where(~(b.result.prev < 1), 1, 2), [2, 1, 1]),
    ("not of a constant", lambda b: where(~(total([]) < 1), 1, 0) + b.pay, [2, 0, 4]),
    ("minimum", lambda b: minimum(b.pay, b.closing, 3), [2, 0, 2]),
    ("maximum", lambda b: maximum(b.pay, 1), [2, 1, 4]),
    ("maximum of many", lambda b: maximum(b.pay, b.closing, b.rate, 5), [6, 6, 5]),
    ("clip", lambda b: clip(b.pay, 1, 3), [2, 1, 3]),
    ("square", lambda b: b.pay**2, [4, 0, 16]),
    ("ninth power", lambda b: b.pay**9, [512, 0, 262144]),
    ("root", lambda b: sqrt(b.pay), [math.sqrt(2), 0, 2]),
    ("minus", lambda b: -b.pay - -1.0, [-1, 1, -3]),
    ("right operands", lambda b: (10 - b.pay) + 12 / (b.pay + 2) + 2 * b.pay, [15, 16, 16]),
    ("sum of instances", lambda b: total([b.pay, b.closing, 1]), [9, 7, 7]),
    ("python sum", lambda b: sum([b.pay, b.closing]), [8, 6, 6]),
    ("sum of many", lambda b: total([b.pay] * 300), [600, 0, 1200]),
    ("sum of one", lambda b: total([b.pay]), [2, 0, 4]),
    ("cell in series", lambda b: b.pay + b.peak, [4, 2, 6]),
    ("input", lambda b: b.rate * b.opening, 4),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "expected"), [c[1:] for c in BY_HAND], ids=[c[0] for c in BY_HAND])
def test_a_row_by_hand(formula: Callable[[Block], object], expected: float | list[float]) -> None:
    """The row, what the year before reads of it, and the oracle's reading, in two members of which one is the example."""
    inputs, pay = {"x.rate": [0.5, 0.25], "x.opening": [8.0, 20.0]}, [[2.0, 3.0], [0.0, 0.5], [4.0, 0.0]]
    model = build([Sheet("x", formula=formula)])
    check(model)
    values = {path: np.array(column)[:, None] for path, column in inputs.items()} | {"x.pay": stored(pay)}
    rows = calculated(everything(model), values, 3, 2, TRIALS)
    result = (
        rows["x.result"][1:-1, 0, 0] if isinstance(expected, list) else np.full(3, rows["x.result"][..., 1:-1, 0, 0])
    )
    np.testing.assert_allclose(result, expected, rtol=1e-15, atol=0)
    for member in range(2):
        oracle = Oracle(model, 3, {p: c[member] for p, c in inputs.items()}, {"x.pay": [at[member] for at in pay]})
        for path, row in rows.items():
            for trial in range(TRIALS):
                ours = np.broadcast_to(row[..., member, trial] if row.ndim == 2 else row[1:-1, member, trial], 3)
                np.testing.assert_array_equal(ours, oracle.row(path), err_msg=path)


# ---- random models ----------------------------------------------------------------------------------------
def same_bits(ours: Array, theirs: Array) -> bool:
    """Whether the numbers are the same to the last bit, the sign of a zero included."""
    ours, theirs = np.broadcast_arrays(ours, theirs)
    return ours.tobytes() == theirs.tobytes()


def outcome(calculate: Callable[[], dict[str, Array]]) -> dict[str, Array] | str:
    """The rows, or that some number is not finite (which row is found first is left open)."""
    try:
        return calculate()
    except SheetError as error:
        assert "is not a finite number" in error.message.en
        assert "~" not in error.message.en, "a part of a row stands for the row"
        return "not finite"


def drawn_case(random: Random) -> tuple[Model, list[str], list[str], dict[str, Array]]:
    """A random model, what is drawn, what is wanted, and the numbers."""
    model = random_model(random)
    drawn = [path for path in model.inputs if random.random() < 0.4]
    wanted = [path for path in model.rows if random.random() < 0.5] or list(model.rows)
    values = random_values(random, model, PERIODS, MEMBERS, TRIALS, drawn)
    return model, drawn, wanted, padded(model, values)


def in_two(model: Model, drawn: list[str], wanted: list[str], values: dict[str, Array]) -> dict[str, Array]:
    first, second = split(model.rows, wanted, drawn)
    fixed = {path: array for path, array in values.items() if path not in drawn}
    once = compile_plan(first)(PERIODS, (MEMBERS, 1), fixed)
    refuse_infinite(first, once)
    assert all(array.shape[-1] == 1 for array in once.values())
    rows = compile_plan(second)(PERIODS, (MEMBERS, TRIALS), values | once)
    refuse_infinite(second, rows)
    assert not once.keys() & rows.keys()
    return {path: rows[path] if path in rows else once[path] for path in wanted}


@settings(max_examples=60)
@given(randoms)
def test_a_split_plan_gives_the_same_bits(random: Random) -> None:
    model, drawn, wanted, values = drawn_case(random)
    whole = outcome(lambda: calculated(everything(model, wanted), values, PERIODS, MEMBERS, TRIALS))
    parts = outcome(lambda: in_two(model, drawn, wanted, values))
    if isinstance(whole, str) or isinstance(parts, str):
        assert whole == parts
        return
    assert whole.keys() == parts.keys()
    for path in wanted:
        assert same_bits(parts[path], whole[path]), path


@settings(max_examples=60)
@given(randoms, st.integers(1, TRIALS - 1))
def test_trials_in_parts_and_a_member_alone_give_the_same_bits(random: Random, cut: int) -> None:
    model, drawn, wanted, values = drawn_case(random)
    program = everything(model, wanted)
    whole = outcome(lambda: calculated(program, values, PERIODS, MEMBERS, TRIALS))
    if isinstance(whole, str):
        return
    for part in (slice(0, cut), slice(cut, TRIALS)):
        own = values | {path: values[path][:, part] for path in drawn}
        rows = calculated(program, own, PERIODS, MEMBERS, len(range(TRIALS)[part]))
        assert all(same_bits(rows[path], whole[path][..., part]) for path in wanted)
    for member in range(MEMBERS):
        own = {path: array[..., [member % array.shape[-2]], :] for path, array in values.items()}
        rows = calculated(program, own, PERIODS, 1, TRIALS)
        assert all(same_bits(rows[path], whole[path][..., [member], :]) for path in wanted)


@settings(max_examples=200)
@given(randoms, st.sampled_from((1, TRIALS)))
def test_row_by_row_gives_the_same_bits(random: Random, trials: int) -> None:
    """Or the same words about what is not finite, the period among them; one trial of few members goes column by column."""
    model, drawn, wanted, values = drawn_case(random)
    values |= {path: values[path][:, :trials] for path in drawn}
    found: list[object] = []
    for rowwise in (False, True):
        program = compile_plan(plan(model.rows, wanted), rowwise)
        try:
            found.append(program(PERIODS, (MEMBERS, trials), values))
        except SheetError as error:
            found.append(str(error))
    one, other = found
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other)
    assert all(same_bits(other[path], one[path]) for path in wanted)


def test_only_rows_tied_to_another_period_go_period_by_period() -> None:
    directions = {path: stage.direction for stage in by_row(plan(LOAN.rows, list(LOAN.rows))).stages for path in stage.rows}
    assert directions == {"l.factor": "forward", "l.repaid": "whole", "l.worth": "cell", "l.cover": "whole"}


@settings(max_examples=20)
@given(randoms)
def test_models_and_plans_pass_between_processes(random: Random) -> None:
    model, drawn, wanted, _ = drawn_case(random)
    copied: Model = pickle.loads(pickle.dumps(model))
    assert (copied.order, copied.units, list(copied.rows)) == (model.order, model.units, list(model.rows))
    for path, row in model.rows.items():
        assert copied.rows[path].formula is row.formula, "what is written twice is one node"
        assert copied.rows[path].start is row.start
    for one in (plan(model.rows, wanted), *split(model.rows, wanted, drawn)):
        again = pickle.loads(pickle.dumps(one))
        assert (again.stages, again.wanted, again.given_cells) == (one.stages, one.wanted, one.given_cells)
        assert compile_plan(again).source == compile_plan(one).source


# ---- what a split does ------------------------------------------------------------------------------------
class Loan(Block):
    """Discount factors stay, whatever is drawn of the amount."""

    title = Text("贷款", "Loan")
    amount = Input("金额", "amount")
    rate = Input("利率", "rate", unit="1")
    due = Schedule("比例", "share", unit="1")

    @line("系数", "factor", unit="1", start=1)
    def factor(self):
        return self.factor.prev / (1 + self.rate)

    @line("还款", "repaid")
    def repaid(self):
        return self.amount * (self.due * self.factor + self.due.total)

    @line("现值", "worth")
    def worth(self):
        return self.repaid.total * (self.factor.total * self.due.highest * sqrt(self.rate))

    @line("倍数", "cover", unit="1")
    def cover(self):
        return otherwise(ratio(self.rate, self.due), self.amount)


LOAN = build([Loan("l")])
NUMBERS = {
    "l.amount": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    "l.rate": np.array([[0.1], [0.2]]),
    "l.due": stored([0.5, 0.0, 0.5]),
}


def test_what_no_drawn_input_reaches_is_calculated_once() -> None:
    first, second = split(LOAN.rows, ["l.factor", "l.worth", "l.cover"], ["l.amount"])
    assert "l.factor" in first.rows and set(second.rows) == {"l.repaid", "l.worth", "l.cover"}
    once = compile_plan(first)(3, (2, 1), NUMBERS)
    assert all(array.shape[-2:] == (2, 1) for array in once.values())
    assert "l.due" not in compile_plan(second).source, "all that is said of the shares stays"
    assert "l.rate" not in compile_plan(second).source


def test_a_cell_of_fixed_and_drawn_parts() -> None:
    """A measure over a schedule stays one number where it is lifted out of a one-cell row."""
    model = LOAN
    assert model.rows["l.worth"].cell
    first, second = split(model.rows, ["l.worth", "l.cover"], ["l.amount"])
    values = NUMBERS | compile_plan(first)(3, (2, 1), NUMBERS)
    rows = compile_plan(second)(3, (2, 3), values)
    whole = compile_plan(plan(model.rows, ["l.worth", "l.cover"]))(3, (2, 3), NUMBERS)
    assert same_bits(rows["l.worth"], whole["l.worth"]) and rows["l.worth"].shape == (2, 3)
    assert same_bits(rows["l.cover"], whole["l.cover"])
    refuse_infinite(first, compile_plan(first)(3, (2, 1), NUMBERS))  # a part without a value is no error by itself


def test_a_part_that_is_not_finite_stands_for_its_row() -> None:
    class Divided(Block):
        title = Text("例", "Example")
        amount = Input("金额", "amount")
        rate = Input("利率", "rate", unit="1")

        @line("结果", "result")
        def result(self):
            return self.amount * (1 / self.rate)

    first, _ = split(build([Divided("x")]).rows, ["x.result"], ["x.amount"])
    assert list(first.rows) == ["x.result~1"]
    with pytest.raises(SheetError) as caught:
        compile_plan(first)(3, (1, 1), {"x.rate": np.zeros((1, 1))})
    assert caught.value.message == Text(
        "x.result「结果」算出的不是有限数：请检查除数和输入",
        "x.result 'result' is not a finite number: check divisors and inputs",
    )


def test_nothing_drawn_leaves_nothing_to_calculate_again() -> None:
    first, second = split(LOAN.rows, list(LOAN.rows), [])
    assert first.wanted == tuple(LOAN.rows)
    assert (second.rows, second.stages, second.wanted) == ({}, (), ())


def test_only_what_is_wanted_is_calculated() -> None:
    assert set(plan(LOAN.rows, ["l.factor"]).rows) == {"l.factor"}
    assert set(compile_plan(plan(LOAN.rows, ["l.repaid"]))(3, (2, 3), NUMBERS)) == {"l.repaid"}


# ---- sums over no instances -------------------------------------------------------------------------------
class Work(Block):
    title = Text("工程", "Work")
    amount = Input("造价", "amount")
    progress = Schedule("进度", "progress", unit="1")

    @line("支付", "paid")
    def paid(self):
        return self.amount * self.progress


class Works(Block):
    title = Text("合计", "Works")
    works: list[Work]
    more = Input("其他", "more")

    @line("支付合计", "all paid")
    def paid(self):
        return total(work.paid for work in self.works)

    @line("支付与其他", "all paid and more")
    def with_more(self):
        return total(work.paid for work in self.works) + self.more

    @line("只看本期", "read in its period only")
    def alone(self):
        return total(work.paid for work in self.works) * self.more

    @line("总额", "amount")
    def amount(self):
        return self.paid.total + self.with_more.total

    @line("上期支付", "paid a year before")
    def earlier(self):
        return self.paid.prev + self.paid.to_date


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_sum_over_no_instances_stays_a_series(count: int) -> None:
    """The same rows are series, and the same are cells, whatever the structure holds."""
    works = [Work(f"works.{i}") for i in range(count)]
    model = build([*works, Works("all", works=works)])
    cells = {path for path, row in model.rows.items() if row.cell}
    assert cells == {"all.amount"}
    values = {f"works.{i}.amount": np.array([[10.0]]) for i in range(count)} | {"all.more": np.array([[1.0]])}
    values |= {f"works.{i}.progress": stored([0.5, 0.25, 0.25]) for i in range(count)}
    rows = compile_plan(plan(model.rows, list(model.rows)))(3, (1, 1), values)
    np.testing.assert_array_equal(rows["all.paid"][1:-1, 0, 0], np.array([5.0, 2.5, 2.5]) * count)
    np.testing.assert_array_equal(rows["all.with_more"][1:-1, 0, 0], np.array([5.0, 2.5, 2.5]) * count + 1)
    np.testing.assert_array_equal(rows["all.earlier"][1:-1, 0, 0], np.array([5.0, 12.5, 12.5]) * count)
    assert rows["all.amount"].tolist() == [[20.0 * count + 3]]
