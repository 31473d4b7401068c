"""Every refusal of the sheet: the whole message, in Chinese and in English, naming the row."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from finsim.sheet import Block, Input, Schedule, Text, UnitSum, known, line, maximum, ratio, sqrt, total, where
from finsim.sheet.errors import SheetError
from finsim.sheet.model import build
from finsim.sheet.numpy_backend import compile_plan, refuse_infinite
from finsim.sheet.planner import check, plan

TITLE = Text("贷款", "Loan")


def refusal(make: Callable[[], object]) -> Text:
    with pytest.raises(SheetError) as caught:
        make()
    zh, en = caught.value.message
    assert str(caught.value) == f"{zh} / {en}"
    return caught.value.message


def loan(formula: Callable[["Block"], object]) -> type[Block]:
    """A block with a rate, a balance, a row that may have no value, and the row under test."""

    class Loan(Block):
        title = TITLE
        rate = Input("利率", "rate", unit="1")
        due = Schedule("还款比例", "share due", unit="1")

        @line("余额", "closing", stock=True)
        def closing(self):
            return self.due * 100

        @line("覆盖倍数", "cover", unit="1")
        def cover(self):
            return ratio(self.closing, self.due)

        interest = line("利息", "interest")(formula)

    return Loan


def refused(formula: Callable[["Block"], object]) -> Text:
    block = loan(formula)("loans.a")
    return refusal(lambda: build([block]))


# ---- formulas that a sheet cannot hold ---------------------------------------------------------------------
BRANCH = Text(
    "公式里不能用 if / and / or / not / min() / max() 判断模型数值：请用 where、&、|、~、minimum、maximum",
    "if / and / or / not / min() / max() on a model value: use where, &, |, ~, minimum, maximum",
)
NO_NUMBER = Text(
    "公式里不能用 float()、int()、round()、abs() 或 math 函数处理模型数值",
    "float(), int(), round(), abs() or a math function on a model value",
)
EQUALITY = Text(
    "金额不做相等比较（== 或 !=）：请用 < > 和半分钱的容差",
    "model values are never compared with == or !=: use < > and the tolerance of half a fen",
)
LOOP = Text("公式里不能对模型数值做循环", "a loop over a model value")
POWER = Text("乘方只允许 2 至 9 的整数次", "a power must be a whole number from 2 to 9: write a recursion")
CONDITION = Text("条件必须是比较式，例如 flag > 0.5", "a condition must be a comparison, such as flag > 0.5")
SHIFT = Text(
    ".prev 和 .next 只能用于有名称的行，且只移动一期：请给该表达式单独一行",
    ".prev and .next need a named row and move one period: give the expression a row of its own",
)
NO_VALUE = Text(
    "对可能无值的行做运算；请先用 otherwise(行, 代替值) 说明无值时取什么",
    "arithmetic on a row that may have no value; say what stands instead: otherwise(row, value)",
)


def measure(name: str) -> Text:
    return Text(
        f".{name} 只能用于有名称的行：请给该表达式单独一行",
        f".{name} needs a named row: give the expression a row of its own",
    )


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        pytest.param(lambda b: b.closing if b.closing > 0 else 0, BRANCH, id="if"),
        pytest.param(lambda b: b.closing > 0 and b.rate > 0, BRANCH, id="and"),
        pytest.param(lambda b: b.closing or b.rate, BRANCH, id="or"),
        pytest.param(lambda b: not b.closing, BRANCH, id="not"),
        pytest.param(lambda b: min(b.closing, 5), BRANCH, id="min"),
        pytest.param(lambda b: max(0, b.closing), BRANCH, id="max"),
        pytest.param(lambda b: where(0 < b.closing < 5, 1, 0), BRANCH, id="a<b<c"),
        pytest.param(lambda b: float(b.closing), NO_NUMBER, id="float"),
        pytest.param(lambda b: int(b.closing), NO_NUMBER, id="int"),
        pytest.param(lambda b: round(b.closing, 2), NO_NUMBER, id="round"),
        pytest.param(lambda b: abs(b.closing), NO_NUMBER, id="abs"),
        pytest.param(lambda b: math.sqrt(b.closing), NO_NUMBER, id="math.sqrt"),
        pytest.param(lambda b: math.floor(b.closing), NO_NUMBER, id="math.floor"),
        pytest.param(lambda b: [5.0, 6.0][b.closing], NO_NUMBER, id="index"),
        pytest.param(lambda b: where(b.closing == 0, 1, 0), EQUALITY, id="=="),
        pytest.param(lambda b: where(b.closing != 0, 1, 0), EQUALITY, id="!="),
        pytest.param(lambda b: b.closing in (b.rate, 5), EQUALITY, id="in"),
        pytest.param(lambda b: sum(x for x in b.closing), LOOP, id="loop"),
        pytest.param(lambda b: total(b.closing), LOOP, id="total"),
        pytest.param(lambda b: b.closing**0.5, POWER, id="root"),
        pytest.param(lambda b: b.closing**1, POWER, id="power-1"),
        pytest.param(lambda b: b.closing**10, POWER, id="power-10"),
        pytest.param(lambda b: b.closing**b.rate, POWER, id="power-row"),
        pytest.param(lambda b: where(b.closing, 1, 0), CONDITION, id="where"),
        pytest.param(lambda b: where(True, 1, 0), CONDITION, id="where-python"),
        pytest.param(lambda b: where((b.closing > 0) & b.rate, 1, 0), CONDITION, id="&"),
        pytest.param(lambda b: where(b.rate | (b.closing > 0), 1, 0), CONDITION, id="|"),
        pytest.param(lambda b: where(~b.closing, 1, 0), CONDITION, id="~"),
        pytest.param(lambda b: (b.closing + b.due).prev, SHIFT, id="prev"),
        pytest.param(lambda b: b.closing.prev.prev, SHIFT, id="prev-twice"),
        pytest.param(lambda b: b.rate.next, SHIFT, id="next"),
        pytest.param(lambda b: (b.closing + b.due).total, measure("total"), id="measure"),
        pytest.param(lambda b: b.closing.prev.to_date, measure("to_date"), id="to_date"),
        pytest.param(lambda b: b.rate.lowest, measure("lowest"), id="lowest"),
        pytest.param(lambda b: b.closing * b.cover, NO_VALUE, id="missing"),
        pytest.param(lambda b: b.cover.total, NO_VALUE, id="missing-total"),
        pytest.param(lambda b: b.cover.lowest + 1, NO_VALUE, id="missing-lowest"),
        pytest.param(lambda b: b.cover.prev - 1, NO_VALUE, id="missing-prev"),
        pytest.param(lambda b: maximum(b.cover, 1), NO_VALUE, id="missing-maximum"),
        pytest.param(lambda b: ratio(b.cover, b.due), NO_VALUE, id="missing-ratio"),
        pytest.param(lambda b: where(b.cover > 1, 1, 0), NO_VALUE, id="missing-condition"),
        pytest.param(lambda b: where(~known(b.cover), 0, b.cover) * 2, NO_VALUE, id="missing-where"),
        pytest.param(lambda b: where(known(b.cover), ratio(1, b.due), 0) * 2, NO_VALUE, id="missing-other-known"),
        pytest.param(lambda b: known(b.cover + 1) * 2, NO_VALUE, id="missing-within-known"),
        pytest.param(
            lambda b: None,
            Text("公式没有返回值（缺 return？）", "the formula returns nothing (is `return` missing?)"),
            id="nothing-returned",
        ),
        pytest.param(
            lambda b: b.closing * "2", Text("公式中不能使用 str", "a formula cannot use a str"), id="words"
        ),
        pytest.param(
            lambda b: b.closing * True,
            Text("公式中的常数无效：True", "not a number a formula can hold: True"),
            id="truth",
        ),
        pytest.param(lambda b: maximum(), Text("maximum() 中没有数", "maximum() of nothing"), id="maximum-of-nothing"),
        pytest.param(
            lambda b: 2**b.closing,
            Text(
                "公式不成立（unsupported operand type(s) for ** or pow(): 'int' and 'Expression'）",
                "not a formula (unsupported operand type(s) for ** or pow(): 'int' and 'Expression')",
            ),
            id="power-of-number",
        ),
        pytest.param(
            lambda b: b.closing * math.inf,
            Text("公式中的常数无效：inf", "not a number a formula can hold: inf"),
            id="infinite",
        ),
    ],
)  # fmt: skip
def test_a_formula_that_no_sheet_can_hold(formula: Callable[[Block], object], sentence: Text) -> None:
    assert refused(formula) == Text(
        f"loans.a.interest「利息」：{sentence.zh}", f"loans.a.interest 'interest': {sentence.en}"
    )


def test_a_formula_that_is_too_long() -> None:
    def added_one_by_one(b: Block) -> object:
        return sum(b.closing for _ in range(100))  # type: ignore[attr-defined]

    assert refused(added_one_by_one) == Text(
        "loans.a.interest「利息」：公式嵌套超过 60 层或运算超过 20000 个：请拆成几行；各实例求和请用 total(…)",
        "loans.a.interest 'interest': a formula nested more than 60 deep or of more than 20000 operations: "
        "split it into rows, and add instances up with total(…)",
    )


# ---- names ------------------------------------------------------------------------------------------------
def test_an_unknown_name_with_what_comes_near() -> None:
    assert refused(lambda b: b.closng * b.rate) == Text(
        "loans.a.interest「利息」：用到不存在的名称 closng；相近的名称：closing",
        "loans.a.interest 'interest': uses an unknown name: closng; did you mean closing?",
    )


def test_an_unknown_name_that_nothing_comes_near() -> None:
    assert refused(lambda b: b.zzz) == Text(
        "loans.a.interest「利息」：用到不存在的名称 zzz", "loans.a.interest 'interest': uses an unknown name: zzz"
    )


def test_an_unknown_name_of_python() -> None:
    assert refused(lambda b: b.closing * price) == Text(  # type: ignore[name-defined]  # noqa: F821
        "loans.a.interest「利息」：用到不存在的名称 price", "loans.a.interest 'interest': uses an unknown name: price"
    )


def test_a_block_that_is_not_on_the_sheet() -> None:
    other = loan(lambda b: 0)("loans.b")
    assert refused(lambda b: other.closing) == Text(
        "loans.a.interest「利息」：用到不存在的名称 loans.b.closing"
        "；相近的名称：loans.a.closing、loans.a.cover",
        "loans.a.interest 'interest': uses an unknown name: loans.b.closing"
        "; did you mean loans.a.closing, loans.a.cover?",
    )  # fmt: skip


def test_two_rows_of_one_name_in_a_class() -> None:
    def make() -> None:
        class Twice(Block):
            title = TITLE
            paid = Input("支付", "paid")

            @line("实付", "paid out")
            def paid(self):  # noqa: F811
                return 0

    block = "test_two_rows_of_one_name_in_a_class.<locals>.make.<locals>.Twice"
    assert refusal(make) == Text(
        f"{block} 内有两行同名 paid「支付」", f"two rows of {block} have one name: paid 'paid'"
    )


def test_a_row_named_like_one_of_the_class_it_extends() -> None:
    def make() -> None:
        class Bond(loan(lambda b: 0)):  # type: ignore[misc]
            rate = Input("票面利率", "coupon")

    block = "test_a_row_named_like_one_of_the_class_it_extends.<locals>.make.<locals>.Bond"
    assert refusal(make) == Text(
        f"{block} 内有两行同名 rate「利率」", f"two rows of {block} have one name: rate 'rate'"
    )


def test_two_rows_of_one_label_in_a_class() -> None:
    def make() -> None:
        class Twice(Block):
            title = TITLE
            paid = Input("支付", "paid")
            spent = Input("支付", "paid")

    assert refusal(make) == Text(
        "Twice 内两行同用名称「支付」：paid 与 spent", "two rows of Twice share the label '支付': paid and spent"
    )


def test_two_rows_of_one_english_label_in_a_class() -> None:
    def make() -> None:
        class Twice(Block):
            title = TITLE
            paid = Input("支付", "paid")
            spent = Input("支出", "paid")

    assert refusal(make) == Text(
        "Twice 内两行同用名称「paid」：paid 与 spent", "two rows of Twice share the label 'paid': paid and spent"
    )


def test_two_blocks_of_one_path() -> None:
    Loan = loan(lambda b: 0)
    blocks = [Loan("loans.a", Text("贷款甲", "loan A")), Loan("loans.a", Text("贷款乙", "loan B"))]
    assert refusal(lambda: build(blocks)) == Text(
        "loans.a「贷款乙」：两个块同用一个路径", "loans.a 'loan B': two blocks have one path"
    )


# ---- circularity ------------------------------------------------------------------------------------------
class Circle(Block):
    title = Text("循环", "Circle")
    formulas: dict[str, Callable[["Circle"], object]]

    @line("甲", "first")
    def a(self):
        return self.formulas["a"](self)

    @line("乙", "second")
    def b(self):
        return self.formulas["b"](self)

    @line("丙", "third")
    def c(self):
        return self.formulas["c"](self)


def circular(**formulas: Callable[[Circle], object]) -> Text:
    model = build([Circle("x", formulas={"a": lambda s: 0, "b": lambda s: 0, "c": lambda s: 0, **formulas})])
    message = refusal(lambda: check(model))
    assert refusal(lambda: plan(model.rows, ["x.a"])) == message
    return message


@pytest.mark.parametrize("read", [lambda row: row, lambda row: row.to_date], ids=["row", "to_date"])
def test_circularity_in_one_period_with_its_path(read: Callable[[object], object]) -> None:
    assert circular(a=lambda s: s.b + 1, b=lambda s: s.c * 2, c=lambda s: s.a.prev + read(s.a)) == Text(
        "同一期内循环引用：x.a「甲」 → x.b「乙」 → x.c「丙」 → x.a「甲」；请改用 .prev 或写出闭式解",
        "circular in one period: x.a 'first' → x.b 'second' → x.c 'third' → x.a 'first'; "
        "use .prev, or solve it in closed form",
    )


def test_a_row_of_itself() -> None:
    assert circular(a=lambda s: s.a + 1) == Text(
        "同一期内循环引用：x.a「甲」 → x.a「甲」；请改用 .prev 或写出闭式解",
        "circular in one period: x.a 'first' → x.a 'first'; use .prev, or solve it in closed form",
    )


def test_circularity_through_a_total_of_an_earlier_period() -> None:
    assert circular(a=lambda s: s.b.prev, b=lambda s: s.a.total) == Text(
        "循环引用（经全期合计）：x.b「乙」 → x.a「甲」 → x.b「乙」",
        "circular through a measure over all periods: x.b 'second' → x.a 'first' → x.b 'second'",
    )


@pytest.mark.parametrize("name", ["total", "lowest", "highest", "average"])
def test_circularity_through_a_measure(name: str) -> None:
    assert circular(a=lambda s: s.b * 2, b=lambda s: getattr(s.a, name) + 1) == Text(
        "循环引用（经全期合计）：x.a「甲」 → x.b「乙」 → x.a「甲」",
        "circular through a measure over all periods: x.a 'first' → x.b 'second' → x.a 'first'",
    )


BOTH_WAYS = Text(
    "一个循环中既用 .prev（或 .to_date）又用 .next：x.a「甲」 → x.b「乙」 → x.a「甲」",
    ".prev (or .to_date) and .next in one loop: x.a 'first' → x.b 'second' → x.a 'first'",
)


def test_back_and_on_in_one_loop() -> None:
    assert circular(a=lambda s: s.b.prev, b=lambda s: s.a.next) == BOTH_WAYS


def test_to_date_and_on_in_one_loop() -> None:
    """The sum to date holds the period itself and earlier ones, which look on."""
    assert circular(a=lambda s: s.b.to_date, b=lambda s: s.a.next) == BOTH_WAYS


# ---- sums over units --------------------------------------------------------------------------------------
class Sum(Block):
    title = Text("合计", "Sum")
    unit: Block


def summed(name: str, of: type[Block]) -> Text:
    """What is said of an account that adds up the row ``name`` of its units."""
    unit = of("works.roof")
    block = type("Sums", (Sum,), {"title": Sum.title, "sum": UnitSum(getattr(of, name), label=Text("合计", "sum"))})
    return refusal(lambda: build([block("account", unit=unit)], units=build([unit])))


def test_a_unit_sum_of_a_row_that_may_have_no_value() -> None:
    assert summed("cover", loan(lambda b: 0)) == Text(
        "account.sum「合计」：可能无值的行 works.roof.cover 不能汇总",
        "account.sum 'sum': a row that may have no value cannot be summed: works.roof.cover",
    )


def test_a_unit_sum_of_a_schedule() -> None:
    assert summed("due", loan(lambda b: 0)) == Text(
        "account.sum「合计」：用到不存在的名称 works.roof.due；相近的名称：works.roof.rate、works.roof.cover、works.roof.interest",
        "account.sum 'sum': uses an unknown name: works.roof.due; did you mean works.roof.rate, works.roof.cover, works.roof.interest?",
    )


def test_a_unit_sum_of_a_row_that_no_unit_has() -> None:
    of = loan(lambda b: 0)
    unit = of("loans.a")
    block = type("Sums", (Sum,), {"title": Sum.title, "sum": UnitSum(of.closing, label=Text("合计", "sum"))})
    sheet = build([of("loans.c")])
    assert refusal(lambda: build([block("account", unit=unit)], units=sheet)) == Text(
        "account.sum「合计」：用到不存在的名称 loans.a.closing；相近的名称：loans.c.closing、loans.c.cover",
        "account.sum 'sum': uses an unknown name: loans.a.closing; did you mean loans.c.closing, loans.c.cover?",
    )


# ---- the first period and the numbers ---------------------------------------------------------------------
@pytest.mark.parametrize("start", ["due", "closing"])
def test_a_start_that_is_no_single_number(start: str) -> None:
    class Account(Block):
        title = TITLE
        due = Schedule("到期", "due")

        @line("余额", "closing")
        def closing(self):
            return self.due * 2

        opening = line("期初", "opening", start={"due": due, "closing": closing}[start])(lambda self: self.opening.prev)

    assert refusal(lambda: build([Account("account")])) == Text(
        f"account.opening「期初」：起始值 account.{start} 必须是一个数：参数，或只有一个值且必有值的行",
        "account.opening 'opening': its start must be one number, an input or a row with one value that never lacks: "
        f"account.{start}",
    )


def test_an_input_by_year_where_there_are_no_years() -> None:
    growth = Input("涨幅", "growth", unit="1", yearly=True)

    class Cell(Block):
        title = TITLE
        rate = growth
        due = Schedule("到期", "due")
        doubled = line("两倍", "doubled")(lambda self: self.rate * self.due.total)

    class Begin(Block):
        title = TITLE
        rate = Input("涨幅", "growth", unit="1", yearly=True)
        due = Schedule("到期", "due")
        opening = line("期初", "opening", start=rate)(lambda self: self.opening.prev + self.due)

    class Unit(Block):
        title = TITLE
        rate = Input("涨幅", "growth", unit="1", yearly=True)

    class Sums(Block):
        title = TITLE
        unit: Unit
        added = UnitSum(Unit.rate, label=Text("合计", "sum"))

    unit = Unit("u")
    for path, make in (
        ("account.doubled「两倍」", lambda: build([Cell("account")])),
        ("account.opening「期初」", lambda: build([Begin("account")])),
        ("account.added「合计」", lambda: build([Sums("account", unit=unit)], units=build([unit]))),
    ):
        said = refusal(make)
        assert said.zh.startswith(path) and "可以逐年取值" in said.zh and "may differ by year" in said.en


def test_a_start_in_another_block() -> None:
    class Account(Block):
        title = TITLE
        opening = line("期初", "opening", start=loan(lambda b: 0).rate)(lambda self: self.opening.prev)

    assert refusal(lambda: build([Account("account")])) == Text(
        "account.opening「期初」：起始值「利率」不是本块的行：请在本块另设一行",
        "account.opening 'opening': its start 'rate' is no row of this block: give the block one",
    )


def test_the_opening_of_a_unit_sum() -> None:
    class Debt(Block):
        title = TITLE
        closing = line("余额", "closing", start=5)(lambda self: self.closing.prev)

    class Debts(Block):
        title = TITLE
        unit: Debt
        closing = UnitSum(Debt.closing)
        opening = line("期初", "opening")(lambda self: self.closing.prev)

    unit = Debt("debt")
    assert refusal(lambda: build([Debts("debts", unit=unit)], units=build([unit]))) == Text(
        "debts.opening「期初」：单元合计 debts.closing 没有期初值，而所汇总的行有：请把 .prev 写在单元表中",
        "debts.opening 'opening': the unit sum debts.closing has no opening value, but the row it adds up has one: "
        "take .prev on the unit's sheet",
    )


NOT_FINITE = Text(
    "loans.a.interest「利息」算出的不是有限数（第 2 期）：请检查除数和输入",
    "loans.a.interest 'interest' is not a finite number (period 2): check divisors and inputs",
)


def numbers(formula: Callable[[Block], object], due: list[float], rate: float = 0) -> Callable[[], object]:
    """The row under test in three periods, for a column in which all is well beside one with these numbers."""
    model = build([loan(formula)("loans.a")])
    program = compile_plan(plan(model.rows, ["loans.a.interest"]))
    values = {"loans.a.rate": np.array([[0.5], [rate]]), "loans.a.due": np.ones((5, 2, 1))}
    values["loans.a.due"][1:-1, 1, 0] = due

    def calculated() -> dict[str, object]:
        rows = program(3, (2, 1), values)
        refuse_infinite(program.plan, rows)
        return rows

    return calculated


@pytest.mark.parametrize(
    ("formula", "due"),
    [
        pytest.param(lambda b: b.rate / b.due, [1, 0, 1], id="0÷0"),
        pytest.param(lambda b: 1 / b.due, [1, 0, 1], id="1÷0"),
        pytest.param(lambda b: where(b.due > 0, 1 / b.due, 0), [1, 0, 1], id="not-chosen"),
        pytest.param(lambda b: sqrt(b.due), [1, -1, 1], id="root"),
        pytest.param(lambda b: b.due**2, [1, 1e200, 1], id="overflow"),
        pytest.param(lambda b: b.due + 1, [1, math.nan, 1], id="no-number"),
        pytest.param(lambda b: b.due + 1, [1, math.inf, 1], id="infinite"),
    ],
)
def test_a_row_that_is_not_finite(formula: Callable[[Block], object], due: list[float]) -> None:
    assert refusal(numbers(formula, due)) == NOT_FINITE


def test_a_cell_that_is_not_finite() -> None:
    assert refusal(numbers(lambda b: 1 / b.rate, [1, 1, 1])) == Text(
        "loans.a.interest「利息」算出的不是有限数：请检查除数和输入",
        "loans.a.interest 'interest' is not a finite number: check divisors and inputs",
    )


def test_a_row_that_may_have_no_value_is_not_refused_without_one() -> None:
    model = build([loan(lambda b: 0)("loans.a")])
    program = compile_plan(plan(model.rows, ["loans.a.cover"]))
    rows = program(3, (1, 1), {"loans.a.due": np.zeros((5, 1, 1))})
    assert np.isnan(rows["loans.a.cover"][1:-1]).all()
    refuse_infinite(program.plan, rows)
