"""From pydantic's errors to problems a person can mend: where, what was found, what is allowed, how."""

from __future__ import annotations

import difflib
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

from finsim.scenario.document import Document, Path
from finsim.scenario.problems import Problem, dotted
from finsim.sheet import Text

_KINDS = {
    "string_type": Text("应为文字。", "This must be text."),
    "int_type": Text("应为整数。", "This must be a whole number."),
    "float_type": Text("应为数值。", "This must be a number."),
    "list_type": Text("应为列表。", "This must be a list."),
    "dict_type": Text("应为“键: 值”的映射。", "This must be a mapping of `key: value`."),
    "model_type": Text("应为“键: 值”的映射。", "This must be a mapping of `key: value`."),
    "date_type": Text("应为日期。", "This must be a date."),
}
_LIMITS = {
    "string_too_short": ("min_length", Text("文字为空。", "The text is empty."), "≥"),
    "string_too_long": ("max_length", Text("文字过长。", "The text is too long."), "≤"),
    "too_short": ("min_length", Text("列表太短。", "The list is too short."), "≥"),
    "greater_than_equal": ("ge", Text("数值过小。", "The number is too small."), "≥"),
    "less_than_equal": ("le", Text("数值过大。", "The number is too large."), "≤"),
}


def problems_of(error: ValidationError, document: Document, root: type[BaseModel], under: Path = ()) -> list[Problem]:
    """Every error as a problem at its place in ``document``; ``under`` is the path of the validated part."""
    return [_problem(item, document, root, under) for item in error.errors()]


def _problem(item: Any, document: Document, root: type[BaseModel], under: Path) -> Problem:
    loc = tuple(part for part in item["loc"] if part != "[key]")
    path = (*under, *loc)
    place = document.place_of(path)
    kind, context = item["type"], item.get("ctx", {})
    found = "" if kind == "missing" else _shown(item["input"])
    if kind == "finsim":
        what, allowed, remedy = context["what"], context["allowed"], context["remedy"]
    elif kind == "missing":
        what = Text(f"缺少必填项 {loc[-1]}。", f"The required key {loc[-1]} is missing.")
        allowed = Text("", "")
        remedy = Text(f"补上 {loc[-1]}。", f"Add {loc[-1]}.")
    elif kind == "extra_forbidden":
        keys = _keys(root, loc[:-1])
        near = difflib.get_close_matches(str(loc[-1]), keys, n=1)
        what = Text(f"未知的键 {loc[-1]}。", f"Unknown key {loc[-1]}.")
        allowed = Text("、".join(keys), ", ".join(keys))
        remedy = (
            Text(f"是否想写 {near[0]}？", f"Did you mean {near[0]}?")
            if near
            else Text("删去这个键。", "Remove the key.")
        )
    elif kind == "literal_error":
        expected = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        what = Text("不是允许的选项。", "This is not one of the choices.")
        allowed = Text(expected.replace(", ", "、"), expected)
        remedy = Text("改为允许的选项之一。", "Use one of the choices.")
    elif kind == "string_pattern_mismatch":
        what = Text("编号写法不对。", "This is not how an id is written.")
        allowed = Text("以字母开头，只含字母、数字、- 和 _", "a letter first, then letters, digits, - and _")
        remedy = Text("改编号；名称写在 label。", "Change the id; the name belongs in label.")
    elif kind in _LIMITS:
        name, what, sign = _LIMITS[kind]
        allowed = Text(f"{sign} {context[name]}", f"{sign} {context[name]}")
        remedy = Text("改到允许范围内。", "Bring it within what is allowed.")
    else:
        what = _KINDS.get(kind, Text("写法不对。", "This is not how it is written."))
        allowed = Text("", "")
        remedy = Text("按说明改写。", "Rewrite it as said.")
    return Problem(place.file, place.line, dotted(path), what, found, allowed, remedy)


def _keys(root: type[BaseModel], loc: Path) -> list[str]:
    """Keys allowed at a place of the schema."""
    current: Any = root
    for part in loc:
        if isinstance(current, type) and issubclass(current, BaseModel) and part in current.model_fields:
            current = current.model_fields[str(part)].annotation
        else:
            arguments = typing.get_args(current)
            current = arguments[-1] if arguments else None
        while typing.get_origin(current) in (typing.Annotated, typing.Union, type(int | None)):
            current = next(a for a in typing.get_args(current) if a is not type(None))
    is_model = isinstance(current, type) and issubclass(current, BaseModel)
    return list(current.model_fields) if is_model else []


def _shown(value: object) -> str:
    return "" if isinstance(value, dict) and len(value) > 4 else str(value)
