"""The random scenarios reach everything that the form of a scenario has."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from finsim.scenario.catalogue_form import UnitTerms
from finsim.scenario.schema import ScenarioFile
from tests.support.scenarios import random_document

ELSEWHERE = {"ScenarioFile.default_variant"}
"""What another test holds."""
SEEDS = range(50)
"""Those of the workbooks."""


def inside(annotation: Any) -> Iterator[Any]:
    """Forms of mappings and lists of choices that a value may have, however deep they stand in its annotation."""
    if (isinstance(annotation, type) and issubclass(annotation, BaseModel)) or typing.get_origin(annotation) is typing.Literal:
        yield annotation
    else:
        for part in typing.get_args(annotation):
            yield from inside(part)


def known(form: type[BaseModel]) -> Iterator[str]:
    for name, field in form.model_fields.items():
        yield f"{form.__name__}.{name}"
        for part in inside(field.annotation):
            if typing.get_origin(part) is typing.Literal:
                yield from (f"{form.__name__}.{name}={choice}" for choice in typing.get_args(part))
            else:
                yield from known(part)


def used(form: type[BaseModel], value: dict[Any, Any]) -> Iterator[str]:
    for name, given in value.items():
        yield f"{form.__name__}.{name}"
        for part in inside(form.model_fields[name].annotation):
            if typing.get_origin(part) is typing.Literal:
                yield from (f"{form.__name__}.{name}={choice}" for choice in (given if isinstance(given, list) else [given]))
            else:
                for inner in mappings(given, part):
                    yield from used(part, inner)


def mappings(given: Any, form: type[BaseModel]) -> Iterator[dict[Any, Any]]:
    """What of a value has this form: itself, or the entries of a list or a mapping of entries."""
    if isinstance(given, dict) and given.keys() <= form.model_fields.keys():
        yield given
    elif isinstance(given, dict | list):
        for inner in given.values() if isinstance(given, dict) else given:
            yield from mappings(inner, form)


def test_every_key_and_every_choice_is_used() -> None:
    found: set[str] = set()
    for seed in SEEDS:
        document = random_document(seed)
        found |= {*used(ScenarioFile, document)}
        for unit in document["units"]:
            found |= {*used(UnitTerms, unit)}
    assert {*known(ScenarioFile), *known(UnitTerms)} - ELSEWHERE - found == set()


def test_a_seed_always_gives_the_same_file() -> None:
    assert random_document(7) == random_document(7)
    assert random_document(7) != random_document(8)
