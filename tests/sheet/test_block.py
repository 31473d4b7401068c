"""Blocks, the cells they make, and what the first period reads."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable

import numpy as np
import pytest

from finsim.sheet import Block, Input, Schedule, Text, UnitSum, line, maximum, ratio, total
from finsim.sheet.errors import FormulaError, SheetError
from finsim.sheet.expression import DEEPEST, Expression, _pool
from finsim.sheet.model import Model, build
from finsim.sheet.numpy_backend import compile_plan
from finsim.sheet.planner import check, plan
from tests.sheet.models import stored


class Loan(Block):
    """A loan."""

    title = Text("贷款", "Loan")
    formula: Callable[[Block], object]

    rate = Input("利率", "rate", unit="1")
    due = Schedule("到期", "due")

    @line("费用", "fee")
    def fee(self):
        return self.rate * 2

    @line("余额", "closing", start=fee)
    def closing(self):
        return self.closing.prev - self.due

    @line("结果", "result")
    def result(self):
        return self.formula(self)


def loan(formula: Callable[[Block], object] = lambda b: b.rate) -> Model:
    model = build([Loan("loan", formula=formula)])
    check(model)
    return model


def refusal(make: Callable[[], object]) -> Text:
    with pytest.raises(SheetError) as caught:
        make()
    return caught.value.message


def series(model: Model, path: str, units: dict[str, object] | None = None) -> list[float]:
    """A row in three periods: the rate is 4, the schedules are 1, 2, 3."""
    values = {path: np.array([[4.0]]) for path in model.inputs} | {path: stored([1, 2, 3]) for path in model.schedules}
    rows = compile_plan(plan(model.rows, [path]))(3, (1, 1), values | (units or {}))  # type: ignore[arg-type]
    return rows[path].ravel().tolist() if model.rows[path].cell else rows[path][1:-1].ravel().tolist()


# ---- blocks ---------------------------------------------------------------------------------------------------
def test_a_name_is_a_declaration_of_the_class_and_a_symbol_of_the_instance() -> None:
    assert isinstance(Loan.rate, Input) and Loan.rate.label == ("利率", "rate")
    assert Loan("loans.x", formula=None).rate is Expression("input", (), "loans.x.rate")
    assert Loan("", formula=None).due.prev is Expression("schedule", (), ("due", -1))
    assert [d.name for d in Loan.declarations()] == ["rate", "due", "fee", "closing", "result"]


def test_links_are_all_given_and_rows_are_never_set() -> None:
    with pytest.raises(TypeError, match=r"Loan 'x': links missing \['formula'\], unknown \['other'\]"):
        Loan("x", other=1)
    with pytest.raises(AttributeError, match="rate is declared by the block and cannot be set"):
        Loan("x", formula=None).rate = 3  # type: ignore[misc]


def test_a_subclass_adds_rows_after_those_of_its_base() -> None:
    class Mortgage(Loan):
        title = Text("按揭", "Mortgage")

        @line("手续费", "charge")
        def charge(self):
            return self.fee * 3

    assert [d.name for d in Mortgage.declarations()][-2:] == ["result", "charge"]
    assert series(build([Mortgage("m", formula=lambda b: 0)]), "m.charge") == [24]


def test_a_model_says_where_a_formula_is_written() -> None:
    row = loan().rows["loan.fee"]
    assert row.written.startswith("sheet/test_block.py:") and row.section == "loan"
    assert (loan().sections["loan"].title, loan().sections["loan"].note) == (Loan.title, "A loan.")
    assert loan().order == ("loan.rate", "loan.due", "loan.fee", "loan.closing", "loan.result")


def test_a_model_of_nothing() -> None:
    model = build([])
    check(model)
    assert compile_plan(plan(model.rows, []))(3, (1, 1), {}) == {}


def test_errors_pass_between_processes() -> None:
    for error in (SheetError(Text("甲", "A")), FormulaError(Text("甲", "A"))):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.message, str(again)) == (type(error), error.message, str(error))


# ---- expressions ----------------------------------------------------------------------------------------------
def test_what_is_written_twice_is_one_node_and_what_nobody_holds_is_forgotten() -> None:
    rate = Expression("input", (), "x.rate")
    assert rate * 2 is Expression("input", (), "x.rate") * 2.0
    assert repr(rate * -0.0 + 1) == "add(mul(input('x.rate'), number(0.0)), number(1.0))"
    gc.collect()
    before = len(_pool)
    held = rate * 12345.678
    assert len(_pool) == before + 2
    del held
    assert len(_pool) == before


def test_the_deepest_formula_is_calculated_and_pickled() -> None:
    def deep(levels: int) -> Callable[[Block], object]:
        def formula(b: Block) -> object:
            value = b.rate  # type: ignore[attr-defined]
            for _ in range(levels - 1):
                value = -value
            return value

        return formula

    model = loan(deep(DEEPEST))
    assert series(model, "loan.result") == [-4]
    assert pickle.loads(pickle.dumps(model)).rows["loan.result"].formula is model.rows["loan.result"].formula
    with pytest.raises(SheetError, match="nested more than 60 deep"):
        loan(deep(DEEPEST + 1))


def test_what_stands_twice_in_a_formula_does_not_double_its_program() -> None:
    def doubled(b: Block) -> object:
        value = b.rate  # type: ignore[attr-defined]
        for _ in range(7):
            value = value - value * value / 64
        return value

    model = loan(doubled)
    source = compile_plan(plan(model.rows, ["loan.result"])).source
    assert source.count("rows['loan.rate']") == 3 and len(source) < 2000
    value = 4.0
    for _ in range(7):
        value = value - value * value / 64
    assert series(model, "loan.result") == [value]


def test_thousands_of_instances() -> None:
    model = loan(lambda b: total(b.due * i for i in range(3000)) + maximum(*(b.due - i for i in range(1000))))  # type: ignore[attr-defined]
    assert series(model, "loan.result") == [t * 2999 * 1500 + t for t in (1, 2, 3)]


def test_names_that_python_takes_for_one() -> None:
    """Ａ is A to Python; and no row is mistaken for a variable of the program."""
    names = [
        "rows.t",
        "np.t",
        "r_x.t",
        "k_x.t",
        "b_x.t",
        "s_x.t",
        "x.t",
        "x_t",
        "Ａ.t",
        "A.t",
        "收入.t",
        "支出.t",
        "for.t",
        "2.t",
    ]

    class Named(Block):
        title = Text("名", "named")
        number: int
        due = Schedule("到期", "due")

        @line("值", "value")
        def t(self):
            return self.due * self.number + self.t.prev

        @line("用", "use")
        def use(self):
            return self.t.to_date

    model = build([Named(name, number=i) for i, name in enumerate(names)])
    values = {path: stored([1, 2, 3]) for path in model.schedules}
    rows = compile_plan(plan(model.rows, list(model.rows)))(3, (1, 1), values)
    for i, name in enumerate(names):
        assert rows[f"{name}.t"][1:-1].ravel().tolist() == [i, 3 * i, 6 * i], name
        assert rows[f"{name}.use"][1:-1].ravel().tolist() == [i, 4 * i, 10 * i], name


# ---- cells ----------------------------------------------------------------------------------------------------
def cells(model: Model) -> set[str]:
    return {path.rpartition(".")[2] for path, row in model.rows.items() if row.cell}


@pytest.mark.parametrize(
    ("formula", "cell"),
    [
        (lambda b: b.rate, True),
        (lambda b: b.fee + b.due.total, True),
        (lambda b: b.closing.lowest, True),
        (lambda b: b.due, False),
        (lambda b: b.due.prev, False),
        (lambda b: b.closing.to_date, False),
        (lambda b: 5, False),  # a constant is the same in every period
        (lambda b: total([]) * b.rate, False),
    ],
)
def test_a_row_without_a_period_left_in_it_is_one_cell(formula: Callable[[Block], object], cell: bool) -> None:
    assert cells(loan(formula)) == {"fee", *(["result"] if cell else [])}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda b: b.fee.total, [24]),
        (lambda b: b.fee.average + 0 * b.due, [8, 8, 8]),
        (lambda b: b.fee.to_date, [8, 16, 24]),
        (lambda b: b.fee.prev, [0, 8, 8]),
        (lambda b: b.fee.next, [8, 8, 0]),
    ],
)
def test_one_number_that_is_read_over_the_periods_is_there_in_each(
    formula: Callable[[Block], object], expected: list[float]
) -> None:
    model = loan(formula)
    assert "fee" not in cells(model)
    assert series(model, "loan.result") == expected
    assert series(model, "loan.fee") == [8, 8, 8]
    assert series(model, "loan.closing") == [7, 5, 2], "and its first value may still be where another row starts"


# ---- openings -------------------------------------------------------------------------------------------------
def test_a_start_that_may_have_no_value_is_refused() -> None:
    class Other(Block):
        title = Text("其他", "Other")
        fee = Input("费", "fee")

        @line("倍数", "cover")
        def cover(self):
            return ratio(1, self.fee)

        @line("余额", "closing", start=cover)
        def closing(self):
            return self.closing.prev

    assert refusal(lambda: build([Other("other")])) == Text(
        "other.closing「余额」：起始值 other.cover 必须是一个数：参数，或只有一个值且必有值的行",
        "other.closing 'closing': its start must be one number, an input or a row with one value that never lacks: other.cover",
    )


def test_the_start_may_be_declared_by_the_base() -> None:
    class Mortgage(Loan):
        title = Text("按揭", "Mortgage")

        @line("累计", "sum", start=Loan.rate)
        def sum(self):
            return self.sum.prev + self.due

    assert series(build([Mortgage("m", formula=lambda b: 0)]), "m.sum") == [5, 7, 10]


# ---- sums over units ------------------------------------------------------------------------------------------
class Sum(Block):
    title = Text("合计", "Sum")
    unit: Loan
    formula: Callable[[Block], object]

    rate = UnitSum(Loan.rate)
    fee = UnitSum(Loan.fee)
    closing = UnitSum(Loan.closing)
    result = UnitSum(Loan.result)

    @line("主体", "account")
    def account(self):
        return self.formula(self)


def summed(formula: Callable[[Block], object]) -> Model:
    unit = loan(lambda b: b.due)
    return build([Sum("sum", unit=Loan("loan", formula=None), formula=formula)], units=unit)


UNITS = {
    "units:loan.rate": np.array([[4.0]]),
    "units:loan.fee": np.array([[8.0]]),
    "units:loan.closing": stored([7, 5, 2]),
    "units:loan.result": stored([1, 2, 3]),
}


@pytest.mark.parametrize(
    ("formula", "cell", "expected"),
    [
        (lambda b: b.rate + b.fee, True, [12]),
        (lambda b: b.closing + b.rate, False, [11, 9, 6]),
        (lambda b: b.rate.total, True, [12]),
        (lambda b: b.fee.to_date, False, [8, 16, 24]),
        (lambda b: b.result.prev, False, [0, 1, 2]),
        (lambda b: b.closing.next + b.rate.prev, False, [5, 6, 4]),
        (lambda b: b.closing.total, True, [14]),
    ],
)
def test_a_sum_over_units_is_a_series_where_their_row_is(
    formula: Callable[[Block], object], cell: bool, expected: list[float]
) -> None:
    model = summed(formula)
    check(model)
    assert model.rows["sum.account"].cell == cell
    assert series(model, "sum.account", UNITS) == expected  # type: ignore[arg-type]


def test_a_sum_of_what_stands_at_year_end_stands_at_year_end() -> None:
    class Store(Block):
        title = Text("仓", "Store")
        flow = Schedule("流量", "flow")

        @line("余额", "left", stock=True)
        def left(self):
            return self.left.prev + self.flow

        @line("支付", "paid")
        def paid(self):
            return self.flow

    class Stores(Block):
        title = Text("合计", "Sum")
        unit: Store
        left = UnitSum(Store.left)
        paid = UnitSum(Store.paid)

    store = Store("store")
    rows = build([Stores("stores", unit=store)], units=build([store])).rows
    assert rows["stores.left"].stock and not rows["stores.paid"].stock


def test_a_unit_of_another_class_is_not_summed() -> None:
    class Other(Block):
        title = Text("其他", "Other")
        rate = Input("利率", "rate")
        fee = Input("费用", "fee")

    unit = build([Other("loan")])
    assert refusal(lambda: build([Sum("sum", unit=Other("loan"), formula=None)], units=unit)) == Text(
        "sum.rate「利率」：汇总 Loan 的行，而 loan 是 Other", "sum.rate 'rate': sums a row of Loan, but loan is Other"
    )
