"""A formula as a sentence for the auditor, in Chinese and English, from the same tree that gives the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from finsim.sheet.expression import NOTHING, WHOLE, Expression, path_of
from finsim.sheet.model import Model, Row
from finsim.sheet.text import Text

_RANK = {
    "or": 1,
    "and": 2,
    "lt": 3,
    "le": 3,
    "gt": 3,
    "ge": 3,
    "add": 4,
    "sub": 4,
    "sum": 4,
    "mul": 5,
    "div": 5,
    "neg": 6,
    "power": 7,
}
_SIGN = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}
_WORDS = {
    "prev": Text("上期", "last year's "), "next": Text("下期", "next year's "), "total": Text("全期合计", "total of"),
    "lowest": Text("各期最小值", "lowest of"), "highest": Text("各期最大值", "highest of"), "average": Text("各期平均值", "average of"),
    "to_date": Text("截至本期累计", "to date, sum of"), "min": Text("取小", "lesser of"), "max": Text("取大", "greater of"),
    "sqrt": Text("平方根", "square root of"), "units": Text("各单元合计", "sum over units of"), "and": Text(" 且 ", " and "),
    "or": Text(" 或 ", " or "), "not": Text("非", "not"), "missing": Text("无值", "no value"),
}  # fmt: skip


def sentence(row: Row, model: Model, summed: Mapping[str, Text] | None = None) -> Text:
    """The row's formula in words. ``summed`` labels the unit rows that unit sums add up."""
    return Text(*(_Speaker(row, model, summed or {}, lang).say(row.formula) for lang in ("zh", "en")))


class _Speaker:
    def __init__(self, row: Row, model: Model, summed: Mapping[str, Text], lang: str) -> None:
        self.row, self.model, self.summed, self.lang = row, model, summed, lang

    def word(self, key: str) -> str:
        return _WORDS[key].say(self.lang)

    def name(self, path: str) -> str:
        """The label; with its section in front unless the row stands in the same section."""
        item = self.model.item(path)
        if item.section == self.row.section:
            return item.label.say(self.lang)
        section = self.model.sections[item.section].label.say(self.lang)
        return f"{section}·{item.label.say(self.lang)}"

    def call(self, key: str, parts: list[str]) -> str:
        return (
            f"{self.word(key)}({'，'.join(parts)})" if self.lang == "zh" else f"{self.word(key)} ({', '.join(parts)})"
        )

    def say(self, node: Expression, above: int = 0, right: bool = False) -> str:
        op = node.op
        if op in ("number", "nothing"):
            text = "0" if op == "nothing" else _plain(node.data)
            return f"({text})" if above and text[0] == "−" else text
        if op in ("input", "row", "schedule"):
            shift = 0 if op == "input" else node._place()[1]
            return {0: "", -1: self.word("prev"), 1: self.word("next")}[shift] + self.name(path_of(node))
        if op == "units":
            label = self.summed.get(path_of(node))
            return self.call("units", [label.say(self.lang) if label else path_of(node)])
        if op in WHOLE or op == "to_date" or op in ("min", "max", "sqrt"):
            return self.call(op, [self.say(child, 1) for child in node.args])
        if op == "missing":
            return self.word("missing")
        if op == "where":
            return f"({self._where(node)})" if above else self._where(node)
        if op in ("ratio", "share"):
            text = f"{self.say(node.args[0], 5)} ÷ {self.say(node.args[1], 5, True)}"
            return f"({text})" if above >= 5 else text
        if op == "known":
            inside = self.say(node.args[0])
            return f"{inside} 有值" if self.lang == "zh" else f"{inside} exists"
        if op == "not":
            return f"{self.word('not')}({self.say(node.args[0])})"
        if op in ("add", "sum") or (op == "sub" and _nothing(node.args[1])):
            terms = tuple(child for child in node.args if not _nothing(child))
            if len(terms) < len(node.args):
                return self.say(
                    Expression("sum", terms) if len(terms) > 1 else terms[0] if terms else NOTHING, above, right
                )
        rank = _RANK[op]
        if op in ("and", "or"):
            text = self.word(op).join(self.say(child, rank) for child in node.args)
        elif op == "sum":
            text = " + ".join(self.say(child, rank) for child in node.args)
        elif op == "neg":
            text = f"−{self.say(node.args[0], rank)}"
            return f"({text})" if above else text
        elif op == "power":
            text = f"{self.say(node.args[0], rank + 1)}^{node.data}"
        else:
            left, other = node.args
            text = f"{self.say(left, rank)} {_SIGN[op]} {self.say(other, rank, op in ('sub', 'div'))}"
        return f"({text})" if rank < above or (right and rank == above) else text

    def _where(self, node: Expression) -> str:
        condition, yes, no = (self.say(child, 1) for child in node.args)
        flag = all(child.op == "number" for child in node.args[1:])
        if self.lang == "zh":
            return f"{condition} 时为 {yes}，否则为 {no}" if flag else f"若 {condition}，则 {yes}，否则 {no}"
        return f"{yes} if {condition}, else {no}"


def _nothing(node: Expression) -> bool:
    """Whether it adds up no instances: a sentence passes over it."""
    return node is NOTHING or (node.op in ("add", "sub", "sum") and all(_nothing(child) for child in node.args))


def _plain(value: object) -> str:
    """All digits of a number, without an exponent.

    >>> _plain(5e-7), _plain(10_000.0), _plain(-0.5)
    ('0.0000005', '10000', '−0.5')
    """
    text = format(Decimal(repr(value)), "f").replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text
