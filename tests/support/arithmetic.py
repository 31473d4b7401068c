"""The arithmetic of a case, written as a clerk writes it: + − × ÷ ^ % and brackets. Nothing of finsim takes part."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping

_OPERATIONS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg,
}  # fmt: skip


def arithmetic(text: str, names: Mapping[str, float] | None = None) -> float | None:
    """Value of a calculation such as ``(1000 + 500 ÷ 2) × 6%``, with ``names`` for numbers; None for words.

    >>> arithmetic("(1000 + 500 ÷ 2) × 6%"), arithmetic("half a year's interest")
    (75.0, None)
    >>> arithmetic("4 × payment − 80", {"payment": 25.0})
    20.0
    """
    plain = re.sub(r"([\d.]+)%", r"(\1/100)", text)
    for sign, python in (("×", "*"), ("÷", "/"), ("−", "-"), ("^", "**"), (",", "")):
        plain = plain.replace(sign, python)

    def value(node: ast.AST) -> float:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return node.value
        if isinstance(node, ast.Name):
            return (names or {})[node.id]
        if isinstance(node, ast.BinOp):
            return _OPERATIONS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return _OPERATIONS[type(node.op)](value(node.operand))
        raise KeyError

    try:
        return value(ast.parse(plain.strip(), mode="eval").body)
    except (SyntaxError, KeyError):
        return None
