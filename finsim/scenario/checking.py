"""Whether a document has the form of a scenario, and what a person must mend: where, what was found, what is allowed, how."""

from __future__ import annotations

import typing
from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ValidationError

from finsim.scenario.document import Document, Path
from finsim.scenario.policy import Policies
from finsim.scenario.problems import Problem, dotted
from finsim.scenario.refusals import Refusal
from finsim.scenario.schema import LISTS, Draft, ScenarioFile
from finsim.scenario.words import listed, near, nearest, shown
from finsim.sheet import Text

_KINDS = {
    "string_type": Refusal(Text("应为文字。", "This must be text."), Text("文字", "text"), Text("加引号写成文字。", "Write it as text in quotes.")),
    "int_type": Refusal(Text("应为整数。", "This must be a whole number."), Text("整数", "a whole number"), Text("写整数，不带引号和单位，如 2026。", "Write a whole number without quotes or unit, such as 2026.")),
    "bool_type": Refusal(Text("应为 true 或 false。", "This must be true or false."), Text("true、false", "true, false"), Text("写 true 或 false，不带引号。", "Write true or false without quotes.")),
    "list_type": Refusal(Text("应为列表。", "This must be a list."), Text("列表", "a list"), Text("写成 [甲, 乙]，或每行一个“- ”。", "Write [a, b], or a `- ` on each line.")),
    "date_type": Refusal(Text("应为日期。", "This must be a date."), Text("日期", "a date"), Text("例如 2023-06-30。", "For example 2023-06-30.")),
}  # fmt: skip
_MAPPING = Refusal(
    Text("应为“键: 值”。", "This must be `key: value` lines."), Text("“键: 值”", "`key: value` lines"),
    Text("写成“键: 值”，下级内容缩进。", "Write `key: value` lines, indented below."),
)  # fmt: skip
_LIMITS = {
    "too_short": ("min_length", Text("列表太短。", "The list is too short."), "≥"),
    "greater_than_equal": ("ge", Text("数值过小。", "The number is too small."), "≥"),
    "less_than_equal": ("le", Text("数值过大。", "The number is too large."), "≤"),
}


def checked(document: Document, policies: Policies) -> tuple[Any, list[Problem]]:
    """The form of a scenario as far as it holds, with the policy values it names, and what is wrong with the rest.

    An entry of the catalogue or of finance that does not hold is left out; any other part becomes None.
    """
    try:
        return ScenarioFile.model_validate(document.value, context=policies), []
    except ValidationError as error:
        broken = {_part(item["loc"]) for item in error.errors()}
        draft = Draft.model_validate(_without(document.value, broken), context=policies)
        return draft, problems_of(error, document, ScenarioFile)


def problems_of(
    error: ValidationError, document: Document, root: type[BaseModel], at: Path = (), named: Path | None = None
) -> list[Problem]:
    """Every error of the part ``at`` a path as a problem at its place; ``named`` is how people call that path."""
    items = [(tuple(part for part in item["loc"] if part != "[key]"), item) for item in error.errors()]
    unknown = [loc for loc, item in items if item["type"] == "extra_forbidden"]
    problems = []
    for loc, item in items:
        if item["type"] == "missing" and any(_meant(other, root) == loc for other in unknown):
            continue  # it is there, misspelt
        place = document.place_of((*at, *loc))
        path = dotted((*(at if named is None else named), *loc))
        found = "" if item["type"] == "missing" else shown(item["input"])
        problems.append(Problem(place.file, place.line, path, found=found, **_refusal(item, loc, root)._asdict()))
    return problems


def missing(key: str, model: type[BaseModel]) -> Refusal:
    """The words for a required key that is not there; a number is also called by its name."""
    field = model.model_fields[key]
    zh, en = (f"{key}（{field.title}）", f"{key} ({field.description})") if field.title else (key, key)
    required = [name for name, each in model.model_fields.items() if each.is_required()]
    return Refusal(
        Text(f"缺少必填项 {zh}。", f"The required key {en} is missing."),
        Text(f"必填：{'、'.join(required)}", f"required: {', '.join(required)}"),
        Text(f"补上 {key}。", f"Add {key}."),
    )


# ---- what still holds --------------------------------------------------------------------------------------
def _part(loc: Path) -> Path:
    """The part of the file that an error spoils: one entry of a list, or a whole section."""
    for container in LISTS:
        if loc[: len(container)] == container and len(loc) > len(container):
            return loc[: len(container) + 1]
    return loc[:2] if loc[0] in ("catalogue", "finance") else loc[:1]


def _without(value: Any, broken: Collection[Path]) -> Any:
    """The document's value without the broken parts."""
    return {
        key: _without(inner, {path[1:] for path in broken if path[0] == key}) if isinstance(inner, dict) else inner
        for key, inner in value.items()
        if (key,) not in broken
    }


# ---- words for every error ---------------------------------------------------------------------------------
def _refusal(item: Any, loc: Path, root: type[BaseModel]) -> Refusal:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "finsim":
        return Refusal(**context)
    if kind == "missing":
        return missing(str(loc[-1]), _model(root, loc[:-1]))
    if kind == "extra_forbidden":
        keys = list(_model(root, loc[:-1]).model_fields)
        what = Text(f"未知的键 {loc[-1]}。", f"Unknown key {loc[-1]}.")
        return Refusal(what, listed(keys), near(str(loc[-1]), keys, Text("删去这个键。", "Remove the key.")))
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        what = Text("不是允许的选项。", "This is not one of the choices.")
        use = Text("改为允许的选项之一。", "Use one of the choices.")
        return Refusal(what, listed(choices), near(str(item["input"]), choices, use))
    if kind in _LIMITS:
        name, what, sign = _LIMITS[kind]
        allowed = Text(f"{sign} {context[name]}", f"{sign} {context[name]}")
        return Refusal(what, allowed, Text("改到允许范围内。", "Bring it within what is allowed."))
    return _KINDS.get(kind, _MAPPING)


def _meant(loc: Path, root: type[BaseModel]) -> Path:
    """The place of the key that an unknown one was perhaps meant for."""
    return (*loc[:-1], nearest(str(loc[-1]), list(_model(root, loc[:-1]).model_fields)) or "")


def _model(root: type[BaseModel], loc: Path) -> type[BaseModel]:
    """The mapping of the schema at a place."""
    current: Any = root
    for part in loc:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = current.model_fields[str(part)].annotation
        else:
            current = typing.get_args(current)[-1]
        while typing.get_origin(current) in (typing.Annotated, typing.Union, type(int | None)):
            current = next(a for a in typing.get_args(current) if a is not type(None))
    found: type[BaseModel] = current
    return found
