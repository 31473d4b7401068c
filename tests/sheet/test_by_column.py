"""Few columns go over Python's own floats: to the same bits as arrays, and with the same words about what is not finite."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from finsim.sheet import Block, Input, Text, known, line, maximum, minimum, otherwise, ratio, share, sqrt, where
from finsim.sheet.by_column import MOST_COLUMNS
from finsim.sheet.errors import SheetError
from finsim.sheet.model import build
from finsim.sheet.numpy_backend import compile_plan
from finsim.sheet.planner import Plan, plan
from tests.sheet.test_program import same_bits

PERIODS = 4
NONE = math.nan


class Growing(Block):
    """A row tied to the period before, of a number that an operation may refuse."""

    title = Text("增长", "Growing")
    number = Input("数", "number")

    @line("值", "value")
    def value(self) -> object:
        return self.formula(self)


def growing(formula: Callable[[Growing], object]) -> Plan:
    kind = type("Growing", (Growing,), {"formula": staticmethod(formula)})
    return plan(build([kind("g")]).rows, ["g.value"])


@pytest.mark.parametrize(
    "formula",
    [
        pytest.param(lambda b: b.value.prev + 1 / b.number, id="1÷0"),
        pytest.param(lambda b: b.value.prev + sqrt(b.number - 1), id="root"),
        pytest.param(lambda b: b.value.prev * 1e200 + 1e200, id="overflow"),
        pytest.param(lambda b: b.value.prev + (b.number + 1e200) * 1e200 - (b.number + 2e200) * 1e200, id="overflow-inside"),
    ],
)
@pytest.mark.parametrize("members", [1, MOST_COLUMNS, MOST_COLUMNS + 1])
def test_what_is_not_finite_is_told_alike_however_it_is_calculated(formula: Callable[[Growing], object], members: int) -> None:
    told = []
    for rowwise in (False, True):
        with pytest.raises(SheetError, match="period") as error:
            compile_plan(growing(formula), rowwise).checked(PERIODS, (members, 1), {"g.number": np.zeros((1, 1))})
        told.append(str(error.value))
    assert told[0] == told[1]


@pytest.mark.parametrize("members", [1, 2, MOST_COLUMNS, MOST_COLUMNS + 1])
def test_columns_of_no_value_and_of_both_zeros_have_the_same_bits(members: int) -> None:
    numbers = np.array([0.0, -0.0, NONE, 1.0, -1.0])
    formulas: list[Callable[[Growing], object]] = [
        lambda b: minimum(b.value.prev, b.number) + maximum(b.number, b.value.prev),
        lambda b: where(known(ratio(1, b.value.prev)) & ~(b.number > 0), share(b.number, b.value.prev), otherwise(ratio(b.number, b.value.prev), b.number)),
        lambda b: maximum(b.value.prev, b.number, -b.number) - minimum(b.number, -b.number, b.value.prev),
    ]
    for formula in formulas:
        values = {"g.number": np.resize(numbers, (members, 1))}
        one, other = (compile_plan(growing(formula), rowwise)(PERIODS, (members, 1), values)["g.value"] for rowwise in (False, True))
        assert same_bits(other, one)
