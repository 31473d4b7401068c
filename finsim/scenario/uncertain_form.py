"""The form of an uncertain input: one distribution, how much of it is shared between units, and whether it is a factor."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import WithJsonSchema

from finsim.scenario.form import Terms

_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\s*[+-]?[0-9]"}]}
_PAIR = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_COLUMN = {
    "type": "object", "properties": {key: {"type": "string"} for key in ("table", "column", "sheet")},
    "required": ["table", "column"], "additionalProperties": False,
}  # fmt: skip
Number = Annotated[Any, WithJsonSchema(_NUMBER)]
Parameters = Annotated[list[Any], WithJsonSchema({"type": "array", "items": _NUMBER})]


class EventTerms(Terms):
    """Something that happens or not."""

    probability: Number
    value: Number


class PathTerms(Terms):
    """A value for every year that is drawn back to its mean."""

    mean: Number
    speed: Number
    sd: Number
    low: Number
    high: Number


class Uncertain(Terms):
    """How one input is drawn."""

    triangular: Parameters | None = None
    pert: Parameters | None = None
    uniform: Parameters | None = None
    normal: Parameters | None = None
    lognormal: Parameters | None = None
    beta: Parameters | None = None
    discrete: Annotated[list[Any], WithJsonSchema({"type": "array", "items": _PAIR})] | None = None
    empirical: Annotated[list[Any], WithJsonSchema({"anyOf": [{"type": "array", "items": _NUMBER}, _COLUMN]})] | None = None
    event: EventTerms | None = None
    path: PathTerms | None = None
    shared: Number = None
    factor: bool = False


class Dependence(Terms):
    """Rank correlation of two inputs."""

    between: list[str]
    rank: Number
