"""A formula as a spreadsheet writes it, from the same tree that gives the numbers.

The text is a template: ``{c}`` stands for the column of the year, ``{p}`` for the one before and ``{n}`` for the one after,
so a row has one formula over all its years. Only functions that Excel, WPS and LibreOffice have in common are used. NA is "".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from finsim.sheet import TOLERANCE, Text
from finsim.sheet.errors import SheetError
from finsim.sheet.expression import Expression, path_of

LONGEST = 8_192
"""Characters that a spreadsheet accepts in one formula."""
MOST_ARGUMENTS = 255

_SIGN = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_COMPARED, _ADDED, _MULTIPLIED, _RAISED, _WHOLE = 1, 2, 3, 4, 5
"""How tightly an operator binds. A minus sign in front never stands bare beside one: Excel reads -2^2 as 4."""
_RANK = {"add": _ADDED, "sub": _ADDED, "sum": _ADDED, "mul": _MULTIPLIED, "div": _MULTIPLIED, "power": _RAISED}


def literal(value: float) -> str:
    """A number as every spreadsheet reads it, without an exponent.

    >>> literal(5e-7), literal(10000.0), literal(-0.5)
    ('0.0000005', '10000', '-0.5')
    """
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def call(function: str, arguments: list[str]) -> str:
    """A function of many arguments, nested where a spreadsheet would refuse their number (MIN, MAX and SUM may be).

    >>> call("MIN", ["A1", "B1"])
    'MIN(A1,B1)'
    """
    while len(arguments) > MOST_ARGUMENTS:
        chunks = [arguments[i : i + MOST_ARGUMENTS] for i in range(0, len(arguments), MOST_ARGUMENTS)]
        arguments = [f"{function}({','.join(chunk)})" for chunk in chunks]
    return f"{function}({','.join(arguments)})"


@dataclass(frozen=True)
class Printer:
    """Writes the formulas of one sheet.

    lines   line of each input, schedule and row on the sheet, from 1
    once    paths that have one value, in the column of constants
    first, last, constants  letters of the columns of the first and last year and of the constants
    units   the sum over the units of one of their rows, as a template
    """

    lines: Mapping[str, int]
    once: Collection[str]
    first: str
    last: str
    constants: str
    units: Callable[[str], str]

    def __call__(self, formula: Expression, path: str = "") -> str:
        """The template of the row ``path``, without the equals sign."""
        text = self.show(formula)
        if len(text) + 8 * text.count("{") > LONGEST:  # a column and a sign are never longer
            raise SheetError(
                Text(
                    f"{path}：公式超过电子表格允许的 {LONGEST} 个字符，请拆成几行",
                    f"{path}: the formula is longer than the {LONGEST} characters a spreadsheet allows: split the row",
                )
            )
        return text

    def place(self, path: str, shift: int = 0) -> str:
        if path in self.once:
            return f"${self.constants}${self.lines[path]}"
        return "{" + "pcn"[shift + 1] + "}" + str(self.lines[path])

    def years(self, path: str) -> str:
        """All years of a row."""
        line = self.lines[path]
        return self.place(path) if path in self.once else f"${self.first}{line}:${self.last}{line}"

    def show(self, node: Expression, above: int = 0, right: bool = False) -> str:
        """``above`` is how tightly the operator around it binds, ``right`` whether it stands right of it."""
        op, args = node.op, node.args
        if op == "nothing":
            return "0"
        if op == "number":
            assert isinstance(node.data, float)
            return f"({literal(node.data)})" if node.data < 0 and above else literal(node.data)
        if op in ("input", "row", "schedule"):
            return self.place(path_of(node), 0 if op == "input" else node._place()[1])
        if op == "units":
            text = self.units(path_of(node))
            return f"({text})" if above else text
        if op in ("missing", "nothing"):
            return '""' if op == "missing" else "0"
        if op == "neg":
            text = f"-{self.show(args[0], _WHOLE)}"
            return f"({text})" if above else text
        if op in _SIGN or op in _RANK:
            return self.infix(node, above, right)
        return self.function(node)

    def infix(self, node: Expression, above: int, right: bool) -> str:
        rank = _RANK.get(node.op, _COMPARED)
        if node.op == "power":
            text = f"{self.show(node.args[0], _WHOLE)}^{node.data}"
        else:
            sign = "+" if node.op == "sum" else _SIGN[node.op]
            text = sign.join(self.show(child, rank, i > 0) for i, child in enumerate(node.args))
        return f"({text})" if rank < above or (right and rank == above) else text

    def function(self, node: Expression) -> str:
        op, args = node.op, node.args
        if op in ("total", "lowest", "highest", "average", "to_date"):
            return self.measure(op, path_of(args[0]))
        if op in ("ratio", "share"):
            part, whole = self.show(args[0], _MULTIPLIED), self.show(args[1], _MULTIPLIED, True)
            nothing = '""' if op == "ratio" else "0"
            return f"IF(ABS({self.show(args[1])})<{literal(TOLERANCE)},{nothing},{part}/{whole})"
        names = {
            "min": "MIN", "max": "MAX", "and": "AND", "or": "OR", "not": "NOT", "where": "IF", "known": "ISNUMBER",
            "sqrt": "SQRT",
        }  # fmt: skip
        return call(names[op], [self.show(child) for child in args])

    def measure(self, op: str, path: str) -> str:
        """A measure over the years, passing over those without a value."""
        years = self.years(path)
        if op == "total":
            return f"SUM({years})"
        if op == "to_date":
            return f"SUM(${self.first}{self.lines[path]}:{{c}}{self.lines[path]})"
        if op == "average":
            return f'IFERROR(AVERAGE({years}),"")'
        return f'IF(COUNT({years})=0,"",{"MIN" if op == "lowest" else "MAX"}({years}))'
