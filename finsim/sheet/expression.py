"""What a formula may say: the expressions that a row's Python method leaves behind when it is read once.

A method such as ``return self.rate * self.opening`` runs with symbolic operands and returns an :class:`Expression`.
Every reading of the row (numbers, workbook, words) starts from that tree, so there is one formula and no second copy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NoReturn, Union

from finsim.sheet.errors import FormulaError
from finsim.sheet.text import Text

TOLERANCE = 5e-7
"""Half a fen, in 万元: amounts nearer than this to nothing are nothing. The one tolerance of the project."""

Operand = Union["Expression", int, float]

CONDITIONS = frozenset({"lt", "le", "gt", "ge", "and", "or", "not", "known"})
WHOLE = frozenset({"total", "lowest", "highest", "average"})
"""Measures over all periods: their value is one cell."""

_pool: dict[tuple[object, ...], Expression] = {}


class Expression:
    """One node: ``op`` with its operands; ``data`` is the number, the path, or (path, shift in periods)."""

    __slots__ = ("args", "condition", "data", "op")

    op: str
    args: tuple[Expression, ...]
    data: object
    condition: bool

    def __new__(cls, op: str, args: tuple[Expression, ...] = (), data: object = None) -> Expression:
        key = (op, data, *map(id, args))
        found = _pool.get(key)
        if found is None:
            found = object.__new__(cls)
            found.op, found.args, found.data = op, args, data
            found.condition = op in CONDITIONS
            _pool[key] = found
        return found

    def __reduce__(self) -> tuple[object, ...]:
        return Expression, (self.op, self.args, self.data)

    def __repr__(self) -> str:
        inside = ", ".join([repr(self.data)] * (self.data is not None) + [repr(a) for a in self.args])
        return f"{self.op}({inside})"

    # ---- arithmetic and comparison -------------------------------------------------------------------------
    def __add__(self, other: Operand) -> Expression:
        return _arithmetic("add", self, other)

    def __radd__(self, other: Operand) -> Expression:
        # lets the built-in sum(), which starts from 0, add rows up
        return self if isinstance(other, int) and other == 0 else _arithmetic("add", other, self)

    def __sub__(self, other: Operand) -> Expression:
        return _arithmetic("sub", self, other)

    def __rsub__(self, other: Operand) -> Expression:
        return _arithmetic("sub", other, self)

    def __mul__(self, other: Operand) -> Expression:
        return _arithmetic("mul", self, other)

    def __rmul__(self, other: Operand) -> Expression:
        return _arithmetic("mul", other, self)

    def __truediv__(self, other: Operand) -> Expression:
        return _arithmetic("div", self, other)

    def __rtruediv__(self, other: Operand) -> Expression:
        return _arithmetic("div", other, self)

    def __neg__(self) -> Expression:
        return _arithmetic("neg", self)

    def __pow__(self, exponent: object) -> Expression:
        if not isinstance(exponent, int) or isinstance(exponent, bool) or not 2 <= exponent <= 9:
            raise FormulaError(
                Text("乘方只允许 2 至 9 的整数次", "a power must be a whole number from 2 to 9: write a recursion")
            )
        return Expression("power", (number_or_row(self),), exponent)

    def __lt__(self, other: Operand) -> Expression:
        return _arithmetic("lt", self, other)

    def __le__(self, other: Operand) -> Expression:
        return _arithmetic("le", self, other)

    def __gt__(self, other: Operand) -> Expression:
        return _arithmetic("gt", self, other)

    def __ge__(self, other: Operand) -> Expression:
        return _arithmetic("ge", self, other)

    def __and__(self, other: Expression) -> Expression:
        return Expression("and", (_condition(self), _condition(other)))

    def __or__(self, other: Expression) -> Expression:
        return Expression("or", (_condition(self), _condition(other)))

    def __invert__(self) -> Expression:
        return Expression("not", (_condition(self),))

    # ---- time ----------------------------------------------------------------------------------------------
    @property
    def prev(self) -> Expression:
        """The row one period back; in the first period its ``start``."""
        return self._shifted(-1)

    @property
    def next(self) -> Expression:
        """The row one period on; after the last period nothing (0)."""
        return self._shifted(+1)

    @property
    def total(self) -> Expression:
        return self._whole("total")

    @property
    def lowest(self) -> Expression:
        """Over all periods, passing over those without a value."""
        return self._whole("lowest")

    @property
    def highest(self) -> Expression:
        return self._whole("highest")

    @property
    def average(self) -> Expression:
        return self._whole("average")

    @property
    def to_date(self) -> Expression:
        """Sum from the first period to this one."""
        return self._whole("to_date")

    def _shifted(self, by: int) -> Expression:
        if self.op not in ("row", "schedule") or self._place()[1] != 0:
            raise FormulaError(
                Text(
                    ".prev 和 .next 只能用于有名称的行，且只移动一期：请给该表达式单独一行",
                    ".prev and .next need a named row and move one period: give the expression a row of its own",
                )
            )
        return Expression(self.op, (), (self._place()[0], by))

    def _whole(self, op: str) -> Expression:
        if self.op not in ("row", "schedule") or self._place()[1] != 0:
            raise FormulaError(
                Text(
                    f".{op} 只能用于有名称的行：请给该表达式单独一行",
                    f".{op} needs a named row: give the expression a row of its own",
                )
            )
        return Expression(op, (self,))

    def _place(self) -> tuple[str, int]:
        path, shift = self.data  # type: ignore[misc]
        return path, shift

    # ---- what would freeze a model value into the structure is refused --------------------------------------
    def __bool__(self) -> NoReturn:
        raise FormulaError(
            Text(
                "公式里不能用 if / and / or / not / min() / max() 判断模型数值：请用 where、&、|、~、minimum、maximum",
                "if / and / or / not / min() / max() on a model value: use where, &, |, ~, minimum, maximum",
            )
        )

    def _no_number(self, *_: object) -> NoReturn:
        raise FormulaError(
            Text(
                "公式里不能用 float()、int()、round()、abs() 或 math 函数处理模型数值",
                "float(), int(), round(), abs() or a math function on a model value",
            )
        )

    __float__ = __int__ = __index__ = __round__ = __abs__ = __floor__ = __ceil__ = __trunc__ = _no_number

    def __iter__(self) -> Iterator[Expression]:
        raise FormulaError(Text("公式里不能对模型数值做循环", "a loop over a model value"))

    def _no_equality(self, _: object) -> NoReturn:
        raise FormulaError(
            Text(
                "金额不做相等比较（== 或 !=）：请用 < > 和半分钱的容差",
                "model values are never compared with == or !=: use < > and the tolerance of half a fen",
            )
        )

    __eq__ = _no_equality  # type: ignore[assignment]
    __ne__ = _no_equality  # type: ignore[assignment]
    __hash__ = object.__hash__


def number(value: float) -> Expression:
    if isinstance(value, bool) or not math.isfinite(value):
        raise FormulaError(Text(f"公式中的常数无效：{value}", f"not a number a formula can hold: {value}"))
    return Expression("number", (), float(value))


def number_or_row(value: object) -> Expression:
    """An operand: a number becomes a constant, a condition becomes 1 or 0."""
    if isinstance(value, Expression):
        return Expression("where", (value, number(1), number(0))) if value.condition else value
    if isinstance(value, int | float):
        return number(value)
    raise FormulaError(Text(f"公式中不能使用 {type(value).__name__}", f"a formula cannot use a {type(value).__name__}"))


def _arithmetic(op: str, *operands: object) -> Expression:
    return Expression(op, tuple(number_or_row(o) for o in operands))


def _condition(value: object) -> Expression:
    if isinstance(value, Expression) and value.condition:
        return value
    raise FormulaError(
        Text(
            "条件必须是比较式，例如 flag > 0.5",
            "a condition must be a comparison, such as flag > 0.5",
        )
    )


# ---- the functions of the language -------------------------------------------------------------------------
def minimum(*values: Operand) -> Expression:
    return _arithmetic("min", *values)


def maximum(*values: Operand) -> Expression:
    return _arithmetic("max", *values)


def clip(value: Operand, low: Operand, high: Operand) -> Expression:
    """``value`` held between ``low`` and ``high``."""
    return minimum(maximum(value, low), high)


def where(condition: Expression, yes: Operand, no: Operand) -> Expression:
    return Expression("where", (_condition(condition), number_or_row(yes), number_or_row(no)))


def total(values: Iterable[Operand]) -> Expression:
    """Sum over instances (works, sources, …), in their order; of none, 0."""
    items = list(values)
    if not items:
        return number(0)
    return number_or_row(items[0]) if len(items) == 1 else _arithmetic("sum", *items)


def ratio(part: Operand, whole: Operand) -> Expression:
    """part ÷ whole; without a value (NA) where the whole is nothing."""
    return _arithmetic("ratio", part, whole)


def share(part: Operand, whole: Operand) -> Expression:
    """part ÷ whole; 0 where the whole is nothing."""
    return _arithmetic("share", part, whole)


def sqrt(value: Operand) -> Expression:
    return _arithmetic("sqrt", value)


def known(value: Expression) -> Expression:
    """Whether the value exists: the only condition that may be put to an NA."""
    return _arithmetic("known", value)


def otherwise(value: Expression, instead: Operand) -> Expression:
    """The value, or ``instead`` where it is NA."""
    return where(known(value), value, instead)


MISSING = Expression("missing")
"""No value (NA): shown blank, passed over by lowest, highest and average."""


def operands(expression: Expression) -> Iterator[tuple[Expression, str]]:
    """Leaves of a formula that name something, each with the way it is read: same, prev, next, to_date or whole."""
    seen: set[tuple[int, str]] = set()

    def walk(node: Expression, way: str) -> Iterator[tuple[Expression, str]]:
        if node.op in ("row", "schedule"):
            shift = node._place()[1]
            mode = way or {0: "same", -1: "prev", 1: "next"}[shift]
            if (id(node), mode) not in seen:
                seen.add((id(node), mode))
                yield node, mode
        elif node.op in ("input", "units"):
            if (id(node), way) not in seen:
                seen.add((id(node), way))
                yield node, way or "same"
        inner = "whole" if node.op in WHOLE else "to_date" if node.op == "to_date" else way
        for child in node.args:
            yield from walk(child, inner)

    yield from walk(expression, "")


def path_of(leaf: Expression) -> str:
    """Path named by a leaf (row, schedule, input, unit sum)."""
    return leaf.data if isinstance(leaf.data, str) else leaf._place()[0]
