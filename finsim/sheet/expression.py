"""What a formula may say: the expressions that a row's Python method leaves behind when it is read once.

A method such as ``return self.rate * self.opening`` runs with symbolic operands and returns an :class:`Expression`.
Every reading of the row (numbers, workbook, words) starts from that tree, so there is one formula and no second copy.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import NoReturn, Union
from weakref import WeakValueDictionary

from finsim.sheet.errors import FormulaError
from finsim.sheet.text import Text

TOLERANCE = 5e-7
"""Half a fen, in 万元: amounts nearer than this to nothing are nothing. The one tolerance of the project."""

Operand = Union["Expression", int, float]

CONDITIONS = frozenset({"lt", "le", "gt", "ge", "and", "or", "not", "known"})
WHOLE = frozenset({"total", "lowest", "highest", "average"})
"""Measures over all periods: their value is one cell."""
MEASURES = WHOLE | {"to_date"}
"""What is taken of a named row over its periods."""

DEEPEST, LARGEST = 60, 20_000
"""Bounds of one formula, in nested operations and in operations: a row that long is no longer one idea."""

_pool: WeakValueDictionary[tuple[object, ...], Expression] = WeakValueDictionary()


class Expression:
    """One node: ``op`` with its operands; ``data`` is the number, the path, or (path, shift in periods).

    What is written twice is one node: two expressions are the same where they are identical (``is``).
    """

    __slots__ = ("__weakref__", "args", "condition", "data", "depth", "op", "size")

    op: str
    args: tuple[Expression, ...]
    data: object
    condition: bool
    depth: int
    size: int

    def __new__(cls, op: str, args: tuple[Expression, ...] = (), data: object = None) -> Expression:
        key = (op, data, *map(id, args))
        found = _pool.get(key)
        if found is None:
            found = object.__new__(cls)
            found.op, found.args, found.data = op, args, data
            found.condition = op in CONDITIONS
            found.depth = 1 + max((a.depth for a in args), default=0)
            found.size = 1 + sum(a.size for a in args)
            if found.depth > DEEPEST or found.size > LARGEST:
                raise FormulaError(
                    Text(
                        f"公式嵌套超过 {DEEPEST} 层或运算超过 {LARGEST} 个：请拆成几行；各实例求和请用 total(…)",
                        f"a formula nested more than {DEEPEST} deep or of more than {LARGEST} operations: "
                        "split it into rows, and add instances up with total(…)",
                    )
                )
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
        assert isinstance(self.data, tuple)
        path, shift = self.data
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

    __eq__ = _no_equality
    __ne__ = _no_equality
    __hash__ = object.__hash__


def number(value: float) -> Expression:
    if isinstance(value, bool) or not math.isfinite(value):
        raise FormulaError(Text(f"公式中的常数无效：{value}", f"not a number a formula can hold: {value}"))
    return Expression("number", (), float(value) + 0.0)  # -0.0 is 0


def number_or_row(value: object) -> Expression:
    """An operand: a number becomes a constant, a condition becomes 1 or 0."""
    if isinstance(value, Expression):
        return Expression("where", (value, number(1), number(0))) if value.condition else value
    if isinstance(value, int | float):
        return number(value)
    if value is None:
        raise FormulaError(Text("公式没有返回值（缺 return？）", "the formula returns nothing (is `return` missing?)"))
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
    return _extreme("min", values)


def maximum(*values: Operand) -> Expression:
    return _extreme("max", values)


def _extreme(op: str, values: tuple[Operand, ...]) -> Expression:
    if not values:
        raise FormulaError(Text(f"{op}imum() 中没有数", f"{op}imum() of nothing"))
    return _arithmetic(op, *values)


def clip(value: Operand, low: Operand, high: Operand) -> Expression:
    """``value`` held between ``low`` and ``high``."""
    return minimum(maximum(value, low), high)


def where(condition: Expression, yes: Operand, no: Operand) -> Expression:
    """One of two values. Both are calculated: what may divide by nothing is a ``share`` or a ``ratio``."""
    return Expression("where", (_condition(condition), number_or_row(yes), number_or_row(no)))


def total(values: Iterable[Operand]) -> Expression:
    """Sum over instances (works, sources, …), in their order; of none, 0 in every period."""
    items = list(values)
    if not items:
        return NOTHING
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


NOTHING = Expression("nothing")
"""Sum over no instances. It is 0 in each period, so that a row does not turn into one cell where a structure lacks works."""

MISSING = Expression("missing")
"""No value (NA): shown blank, passed over by lowest, highest and average."""


@lru_cache(maxsize=2**15)
def operands(expression: Expression) -> tuple[tuple[Expression, str], ...]:
    """Leaves of a formula that name something, each with the way it is read: same, prev, next, to_date or whole."""
    found: dict[tuple[Expression, str], None] = {}

    def walk(node: Expression, way: str) -> None:
        if node.op in ("row", "schedule"):
            found[node, way or {0: "same", -1: "prev", 1: "next"}[node._place()[1]]] = None
        elif node.op in ("input", "units"):
            found[node, way or "same"] = None
        inner = "whole" if node.op in WHOLE else "to_date" if node.op == "to_date" else way
        for child in node.args:
            walk(child, inner)

    walk(expression, "")
    return tuple(found)


def path_of(leaf: Expression) -> str:
    """Path named by a leaf (row, schedule, input, unit sum)."""
    data = leaf.data
    return data if isinstance(data, str) else data[0]  # type: ignore[index]


def may_miss(node: Expression, missing: Container[str]) -> bool:
    """Whether the expression may be without a value (NA), where the rows ``missing`` may be."""
    op, args = node.op, node.args
    if op in ("missing", "ratio"):
        return True
    if op in ("row", "schedule"):
        return path_of(node) in missing
    if op == "where":
        guarded = args[0].op == "known" and args[0].args[0] is args[1]
        return any(may_miss(child, missing) for child in (args[2:] if guarded else args[1:]))
    return op in WHOLE and op != "total" and may_miss(args[0], missing)


def calculates_with_missing(node: Expression, missing: Container[str]) -> bool:
    """Whether anything but known, otherwise, where and the measures that pass over NA is done to what may be NA."""
    passes = ("where", "known", "lowest", "highest", "average")
    used = () if node.op in passes else node.args
    return any(may_miss(child, missing) for child in used) or any(
        calculates_with_missing(child, missing) for child in node.args
    )
