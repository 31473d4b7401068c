"""What may stand in a scenario file, read off its forms: as a JSON Schema for editors, and as a page for people."""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, BeforeValidator, WithJsonSchema

from finsim.scenario.catalogue_form import Table, UnitTerms
from finsim.scenario.help import help_of
from finsim.scenario.schema import ScenarioFile
from finsim.scenario.values import FACT_KEYS, Quantity
from finsim.scenario.words import UNSAID
from finsim.sheet import Text
from finsim.sheet.block import Bounds

Json = dict[str, Any]
_PLAIN: dict[type, Json] = {
    str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"},
    datetime.date: {"type": "string", "format": "date"},
}  # fmt: skip
_COMPOSED: tuple[tuple[str, Text, Json], ...] = (
    ("extends", Text("引用的方案文件，逐层叠加", "files that this one extends"), {"type": ["string", "array"], "items": {"type": "string"}}),
    ("remove", Text("删去的路径", "paths taken out"), {"type": "array", "items": {"type": "string"}}),
)
"""Keys that are gone once a scenario is put together."""


@dataclass(frozen=True)
class Key:
    """A key of a form: what it means, in which unit, within which bounds, whether it must be there.

    ``forms`` are the mappings that it may hold, each with whether they are several, in a list or under names of their own.
    """

    name: str
    meaning: Text
    unit: str
    bounds: Bounds
    required: bool
    default: object
    choices: tuple[object, ...]
    divisible: bool
    forms: tuple[tuple[Form, bool], ...]


@dataclass(frozen=True)
class Form:
    """A mapping of the file with its keys."""

    name: str
    keys: tuple[Key, ...]


# ---- forms -------------------------------------------------------------------------------------------------
def scenario_form() -> Form:
    """The whole file."""
    return _form(ScenarioFile)


def _form(model: type[BaseModel]) -> Form:
    return Form(model.__name__, tuple(_key(model, name) for name in model.model_fields))


def _key(model: type[BaseModel], name: str) -> Key:
    declared = model.model_fields[name]
    annotation: Any = declared.annotation if (model, name) != (ScenarioFile, "units") else list[UnitTerms] | Table  # type: ignore[valid-type]
    notes = [*declared.metadata, *_notes(annotation)]
    quantity = next((note for note in notes if isinstance(note, Quantity)), None)
    said = help_of(model.__name__, name)
    meaning = said or (quantity.declared.label if quantity else UNSAID)
    default: object = quantity.declared.default if quantity else None if declared.is_required() else declared.default
    return Key(
        name, meaning, quantity.declared.unit if quantity else "", quantity.declared.bounds if quantity else Bounds(),
        declared.is_required(), default, tuple(_choices(annotation)), bool(quantity and quantity.divisible),
        tuple((_form(inner), several) for inner, several in _models(annotation)),
    )  # fmt: skip


def _models(annotation: Any, several: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    """The mappings that a key may hold, and whether they stand in a list or mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, several
    for inner in typing.get_args(annotation):
        yield from _models(inner, several or typing.get_origin(annotation) in (list, dict))


def _choices(annotation: Any) -> Iterator[object]:
    if typing.get_origin(annotation) is Literal:
        yield from typing.get_args(annotation)
    else:
        for inner in typing.get_args(annotation):
            yield from _choices(inner)


def _notes(annotation: Any) -> Iterator[object]:
    """What is written beside a type, as in ``Annotated``."""
    if typing.get_origin(annotation) is typing.Annotated:
        yield from annotation.__metadata__
    for inner in typing.get_args(annotation):
        yield from _notes(inner)


# ---- JSON Schema -------------------------------------------------------------------------------------------
def json_schema() -> Json:
    """The schema of a scenario file (JSON Schema 2020-12): a file that extends another may leave out anything."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "finsim 情景文件 · scenario file",
        "if": {"required": ["extends"]},
        "then": _schema(ScenarioFile, (), whole=False),
        "else": _schema(ScenarioFile, (), whole=True),
    }


def _schema(annotation: Any, notes: tuple[object, ...], whole: bool) -> Json:
    quantity = next((note for note in notes if isinstance(note, Quantity)), None)
    if quantity:
        return _quantity(quantity)
    said = next((note for note in notes if isinstance(note, WithJsonSchema)), None)
    if said and said.json_schema is not None:
        return dict(said.json_schema)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _mapping(annotation, whole)
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _schema(inner[0], annotation.__metadata__, whole)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (typing.Union, types.UnionType):
        options = [_schema(one, (), whole) for one in inner if one is not type(None)]
        return options[0] if len(options) == 1 else {"anyOf": options}
    if origin is list:
        item = _schema(inner[0], (), whole)
        several = {"type": "array", "items": item}
        # a validator before a list makes one of a single item
        return {"anyOf": [item, several]} if any(isinstance(note, BeforeValidator) for note in notes) else several
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(inner[1], (), whole)}
    return dict(_PLAIN.get(annotation, {}))


def _mapping(model: type[BaseModel], whole: bool) -> Json:
    keys = {key.name: key for key in _form(model).keys}
    own: Json = {}
    for name, declared in model.model_fields.items():
        if (model, name) == (ScenarioFile, "units"):
            held: Json = {"anyOf": [{"type": "array", "items": _schema(UnitTerms, (), whole)}, _schema(Table, (), whole)]}
        else:
            held = _schema(declared.annotation, tuple(declared.metadata), whole)
        own[name] = {"description": _described(keys[name]), **held}
    if model is ScenarioFile:
        own |= {name: {"description": f"{text.zh} · {text.en}", **held} for name, text, held in _COMPOSED}
    schema: Json = {"type": "object", "properties": own, "additionalProperties": False}
    return schema | {"required": [key.name for key in keys.values() if key.required]} if whole else schema


def _described(key: Key) -> str:
    unit = f"（{key.unit}）" if key.unit not in ("", "1") else ""
    return f"{key.meaning.zh}{unit} · {key.meaning.en}"


def _quantity(quantity: Quantity) -> Json:
    """A number, a text with its unit, or a mapping with its source."""
    bounds = quantity.declared.bounds
    limits = {"minimum": bounds.ge, "exclusiveMinimum": bounds.gt, "maximum": bounds.le, "exclusiveMaximum": bounds.lt}
    number = {"type": "number", **{key: value for key, value in limits.items() if value is not None}}
    plain = [number, {"type": "string", "pattern": r"^\s*[+-]?[0-9]"}]
    ends = {"type": "array", "items": {"anyOf": plain}, "minItems": 2, "maxItems": 2}
    parts: Json = {"value": {"anyOf": plain}, "policy": {"type": "string"}, "source": {"type": "string"}, "assumed": ends, "note": {"type": "string"}}
    if quantity.solvable:
        parts["solve"] = {"type": "object"}
    if quantity.divisible:
        keys = {"type": "object", "propertyNames": {"enum": list(FACT_KEYS)}}
        parts |= {"total": {"anyOf": plain}, "split": {"anyOf": [{"enum": list(FACT_KEYS)}, keys]}}
    stated = {"type": "object", "properties": parts, "additionalProperties": False}
    return {"anyOf": [*plain, stated]}
