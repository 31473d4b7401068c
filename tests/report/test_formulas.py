"""The formula printer: precedence, signs, missing values; and random formulas recalculated beside the engine."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from finsim.report.workbook.formulas import LONGEST, Printer, call, literal
from finsim.report.workbook.layout import sheet_names
from finsim.report.workbook.paper import clean
from finsim.sheet import MISSING, clip, known, maximum, minimum, otherwise, ratio, share, sqrt, total, where
from finsim.sheet.errors import SheetError
from finsim.sheet.expression import Expression, number
from finsim.sheet.over_arrays import ratio as engine_ratio
from finsim.sheet.over_arrays import share as engine_share
from tests.support.sheets import recalculated


def row(path: str) -> Expression:
    return Expression("row", (), (path, 0))


a, b, c = row("a"), row("b"), row("c")
rate = Expression("input", (), "rate")
printer = Printer(
    {"a": 1, "b": 2, "c": 3, "rate": 4, "once": 5, "plan": 6}, {"rate", "once"}, "H", "J", "F",
    lambda path: f"'计算-d1'!{{c}}{path}+'计算-d2'!{{c}}{path}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (a + b * c, "{c}1+{c}2*{c}3"),
        ((a + b) * c, "({c}1+{c}2)*{c}3"),
        (a - (b - c), "{c}1-({c}2-{c}3)"),
        (a - b - c, "{c}1-{c}2-{c}3"),
        (a / (b * c), "{c}1/({c}2*{c}3)"),
        (-a, "-{c}1"),
        (-(a * b), "-({c}1*{c}2)"),
        (a * -b, "{c}1*(-{c}2)"),
        ((-a) ** 2, "(-{c}1)^2"),
        (-(a**2), "-({c}1^2)"),
        ((a + b) ** 3, "({c}1+{c}2)^3"),
        ((a**2) ** 3, "({c}1^2)^3"),
        (a.prev + b.next, "{p}1+{n}2"),
        (rate * row("once"), "$F$4*$F$5"),
        (row("once").prev, "$F$5"),
        (a.total, "SUM($H1:$J1)"),
        (a.to_date, "SUM($H1:{c}1)"),
        (a.lowest, 'IF(COUNT($H1:$J1)=0,"",MIN($H1:$J1))'),
        (a.highest, 'IF(COUNT($H1:$J1)=0,"",MAX($H1:$J1))'),
        (a.average, 'IFERROR(AVERAGE($H1:$J1),"")'),
        (ratio(a, b + c), 'IF(ABS({c}2+{c}3)<0.0000005,"",{c}1/({c}2+{c}3))'),
        (share(a + b, c), "IF(ABS({c}3)<0.0000005,0,({c}1+{c}2)/{c}3)"),
        (where(a < -5e-7, 1, 0), "IF({c}1<(-0.0000005),1,0)"),
        (where((a > 0.5) & (b <= c) | ~(a >= 1), a, b), "IF(OR(AND({c}1>0.5,{c}2<={c}3),NOT({c}1>=1)),{c}1,{c}2)"),
        (otherwise(a, rate), "IF(ISNUMBER({c}1),{c}1,$F$4)"),
        (where(known(a), a, MISSING), 'IF(ISNUMBER({c}1),{c}1,"")'),
        (clip(a, 0, 1), "MIN(MAX({c}1,0),1)"),
        (minimum(a, b, c), "MIN({c}1,{c}2,{c}3)"),
        (total([a, b, c]) * 2, "({c}1+{c}2+{c}3)*2"),
        (total([]) + a, "0+{c}1"),
        (sqrt(a), "SQRT({c}1)"),
        (Expression("units", (), "9") * 2, "('计算-d1'!{c}9+'计算-d2'!{c}9)*2"),
    ],
)
def test_formulas_are_written_as_spreadsheets_read_them(formula: Expression, text: str) -> None:
    assert printer(formula) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (5e-7, "0.0000005"), (-0.25, "-0.25"), (1e21, "1" + "0" * 21), (0.1, "0.1")]
)
def test_numbers_have_no_exponent(value: float, text: str) -> None:
    assert literal(value) == text
    assert float(text) == value


def test_many_arguments_are_nested() -> None:
    text = call("MIN", [f"A{i}" for i in range(600)])
    assert text.startswith("MIN(MIN(A0,") and text.count("MIN(") == 4


def test_a_formula_that_no_spreadsheet_can_hold_is_refused_with_its_row() -> None:
    with pytest.raises(SheetError, match=f"works.cost.*{LONGEST}"):
        printer(total([a * i for i in range(2_000)]), "works.cost")


def test_names_of_sheets_are_short_and_differ_without_regard_to_case() -> None:
    long = "a" * 40
    names = sheet_names(["d1", "D1", long, long[:-1] + "b"])
    assert names["d1"] == "计算-d1"
    assert len({name.lower() for name in names.values()}) == 4
    assert all(len(name) <= 31 for name in names.values())


def test_texts_lose_what_a_cell_cannot_hold() -> None:
    assert clean("甲\x00乙\x1f\u202e丙\ud800\ufffe\n丁") == "甲乙丙 丁"
    assert len(clean("长" * 40_000)) == 32_767


# ---- random formulas ---------------------------------------------------------------------------------------
def grown(random_: random.Random, depth: int) -> Expression:
    if depth == 0:
        return random_.choice([a, b, c, rate, number(random_.choice([0, 1, 2, -3, 0.25, -0.5]))])
    x, y = grown(random_, depth - 1), grown(random_, random_.randrange(depth))
    if random_.random() < 0.5:
        x, y = y, x
    kind = random_.randrange(10)
    if kind == 9:
        condition = random_.choice([x < y, x <= y, (x > 1) & (y < 2), (x >= y) | ~(x < 0)])
        return where(condition, y, x)
    return [x + y, x - y, x * y, -x, x**2, share(x, y), minimum(x, y, 1), maximum(x, -y), total([x, y, x])][kind]


def value(node: Expression, known_: dict[str, float]) -> float:
    """The formula's value, worked out node by node."""
    if node.op == "number":
        return float(node.data)  # type: ignore[arg-type]
    if node.op in ("row", "input"):
        return known_[node.data if isinstance(node.data, str) else node.data[0]]  # type: ignore[index]
    x = [value(child, known_) for child in node.args]
    if node.op in ("ratio", "share"):
        both = np.array(x[0]), np.array(x[1])
        return float((engine_ratio if node.op == "ratio" else engine_share)(*both))
    return float({
        "add": lambda: x[0] + x[1], "sub": lambda: x[0] - x[1], "mul": lambda: x[0] * x[1], "neg": lambda: -x[0],
        "power": lambda: math.prod(x * int(node.data)), "min": lambda: min(x), "max": lambda: max(x),  # type: ignore[call-overload]
        "sum": lambda: sum(x), "where": lambda: x[1] if x[0] else x[2], "lt": lambda: x[0] < x[1],
        "le": lambda: x[0] <= x[1], "gt": lambda: x[0] > x[1], "ge": lambda: x[0] >= x[1],
        "and": lambda: bool(x[0]) and bool(x[1]), "or": lambda: bool(x[0]) or bool(x[1]), "not": lambda: not x[0],
    }[node.op]())  # fmt: skip


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero", "ignore:overflow")
def test_random_formulas_give_the_same_number(tmp_path: Path) -> None:
    random_ = random.Random(11)
    formulas = [grown(random_, 1 + i % 5) for i in range(600)]
    known_ = {"a": 1.75, "b": -2.5, "c": 0.125, "rate": 1.5}
    with xlsxwriter.Workbook(tmp_path / "random.xlsx") as book:
        sheet = book.add_worksheet("计算")
        for line, path in enumerate(("a", "b", "c")):
            sheet.write_number(line, 7, known_[path])
        sheet.write_number(3, 5, known_["rate"])
        for line, formula in enumerate(formulas, 10):
            sheet.write_formula(line, 0, "=" + printer(formula).format(p="G", c="H", n="I"))
    read = recalculated(tmp_path / "random.xlsx")
    for line, formula in enumerate(formulas, 11):
        wanted = value(formula, known_)
        assert read("计算", line, 1) == pytest.approx(wanted, rel=1e-9, abs=1e-12), printer(formula)
