"""What every mapping of a scenario file is made of: strict fields, names with their source, a field for each input of a block."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from finsim.model.costs import Cost, Replacement
from finsim.model.sources import Source
from finsim.model.streams import Stream
from finsim.model.works import Work
from finsim.scenario.fields import Label, LabelEn, Words
from finsim.scenario.values import stated
from finsim.sheet import Block, Input

DIVISIBLE = frozenset(
    {
        Work.amount, Work.quantity, Work.input_vat, Source.amount, Source.cap, Source.renewal, Stream.quantity, Cost.amount,
        Replacement.amount,
    }
)  # fmt: skip
"""Inputs that may be stated as a total of the programme."""

M = TypeVar("M", bound="Terms")


class Terms(BaseModel):
    """A mapping of the file: unknown keys are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


def with_inputs(
    base: type[M],
    block: type[Block],
    optional: Collection[Input] = frozenset(),
    without: str | Collection[str] = (),
    solvable: bool = True,
) -> type[M]:
    """``base`` with a field for every input of ``block``; those with a default, or ``optional``, may be left out."""
    follows = {without} if isinstance(without, str) else set(without)
    fields: dict[str, Any] = {}
    for declared in block.declarations():
        if isinstance(declared, Input) and declared.name not in follows:
            default = ... if declared.default is None and declared not in optional else None
            field = Field(default, title=declared.label.zh, description=declared.label.en)
            fields[declared.name] = (stated(declared, declared in DIVISIBLE, solvable), field)
    return create_model(base.__name__.removeprefix("_"), __base__=base, **fields)


class Named(Terms):
    label: Label
    label_en: LabelEn
    source: str | None = None
    note: Words = ""


class Section(Terms):
    source: str | None = None
