"""A formula in words, for the auditor."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from finsim.sheet import (
    MISSING,
    TOLERANCE,
    Block,
    Input,
    Schedule,
    Text,
    UnitSum,
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
from finsim.sheet.model import build
from finsim.sheet.words import sentence


class Loan(Block):
    title = Text("贷款", "Loan")
    formula: Callable[[Block], object]

    a = Input("甲", "A")
    b = Schedule("乙", "B")

    @line("丙", "C")
    def c(self):
        return ratio(self.a, self.b)

    @line("丁", "D")
    def d(self):
        return self.formula(self)


def said(formula: Callable[[Block], object]) -> tuple[str, str]:
    model = build([Loan("loan", formula=formula)])
    return sentence(model.rows["loan.d"], model)


@pytest.mark.parametrize(
    ("formula", "zh", "en"),
    [
        (lambda x: x.a + x.b, "甲 + 乙", "A + B"),
        (lambda x: x.a - (x.b - x.a), "甲 − (乙 − 甲)", "A − (B − A)"),
        (lambda x: (x.a - x.b) - x.a, "甲 − 乙 − 甲", "A − B − A"),
        (lambda x: (x.a + x.b) * x.a, "(甲 + 乙) × 甲", "(A + B) × A"),
        (lambda x: x.a / (x.a / x.b), "甲 ÷ (甲 ÷ 乙)", "A ÷ (A ÷ B)"),
        (lambda x: share(x.a, x.b) * 2, "(甲 ÷ 乙) × 2", "(A ÷ B) × 2"),
        (lambda x: x.a - -x.b, "甲 − (−乙)", "A − (−B)"),
        (lambda x: -(x.a + x.b), "−(甲 + 乙)", "−(A + B)"),
        (lambda x: x.a * -0.5, "甲 × (−0.5)", "A × (−0.5)"),
        (lambda x: (x.a**2) ** 3, "(甲^2)^3", "(A^2)^3"),
        (lambda x: (-x.a) ** 2, "(−甲)^2", "(−A)^2"),
        (lambda x: x.a * 12_345_678, "甲 × 12345678", "A × 12345678"),
        (lambda x: x.a * TOLERANCE, "甲 × 0.0000005", "A × 0.0000005"),
        (lambda x: x.b.prev + x.b.next, "上期乙 + 下期乙", "last year's B + next year's B"),
        (lambda x: x.b.to_date / x.b.total, "截至本期累计(乙) ÷ 全期合计(乙)", "to date, sum of (B) ÷ total of (B)"),
        (lambda x: minimum(x.a, x.b, sqrt(x.a)), "取小(甲，乙，平方根(甲))", "lesser of (A, B, square root of (A))"),
        (lambda x: where(x.a > 0, 1, 0), "甲 > 0 时为 1，否则为 0", "1 if A > 0, else 0"),
        (lambda x: where(x.a > 0, x.b, 0) * x.a, "(若 甲 > 0，则 乙，否则 0) × 甲", "(B if A > 0, else 0) × A"),
        (
            lambda x: maximum(where(x.a > 0, x.b, 0), x.a),
            "取大((若 甲 > 0，则 乙，否则 0)，甲)",
            "greater of ((B if A > 0, else 0), A)",
        ),
        (
            lambda x: where(x.a > 0, where(x.b > 0, x.a, 2), x.b),
            "若 甲 > 0，则 (若 乙 > 0，则 甲，否则 2)，否则 乙",
            "(A if B > 0, else 2) if A > 0, else B",
        ),
        (
            lambda x: where(((x.a > 0) | (x.b > 0)) & ~(x.a < 1), x.a, MISSING),
            "若 (甲 > 0 或 乙 > 0) 且 非(甲 < 1)，则 甲，否则 无值",
            "A if (A > 0 or B > 0) and not(A < 1), else no value",
        ),
        (lambda x: otherwise(x.c, x.a), "若 丙 有值，则 丙，否则 甲", "C if C exists, else A"),
        (lambda x: where(known(x.c), 1, 0), "丙 有值 时为 1，否则为 0", "1 if C exists, else 0"),
        (lambda x: total([x.a, x.b]) - 1, "甲 + 乙 − 1", "A + B − 1"),
        (lambda x: x.a - total([]), "甲", "A"),
        (lambda x: x.a * (total([]) + x.b), "甲 × 乙", "A × B"),
        (lambda x: x.a - (x.b + total([]) + x.a), "甲 − (乙 + 甲)", "A − (B + A)"),
        (lambda x: total([]) + total([]), "0", "0"),
        (lambda x: total([]) - x.a, "0 − 甲", "0 − A"),
    ],
)  # fmt: skip
def test_a_formula_in_words(formula: Callable[[Block], object], zh: str, en: str) -> None:
    assert said(formula) == (zh, en)


def test_rows_of_other_sections_and_units() -> None:
    class Sum(Block):
        title = Text("合计", "Sum")
        unit: Block
        loan: Block
        a = UnitSum(Loan.a)

        @line("和", "all")
        def all(self):
            return self.a + self.loan.d

    def one(_: Block) -> float:
        return 1

    unit = build([Loan("loan", formula=one)])
    loan = Loan("loans.x", Text("贷款一", "loan 1"), formula=one)
    model = build([loan, Sum("sum", unit=Loan("loan", formula=one), loan=loan)], units=unit)
    assert sentence(model.rows["sum.all"], model) == ("甲 + 贷款一·丁", "A + loan 1·D")
    summed = {"loan.a": Text("甲", "A")}
    assert sentence(model.rows["sum.a"], model, summed) == ("各单元合计(甲)", "sum over units of (A)")
