"""Load a scenario: read, put the variant on top, check the form, then turn it into numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finsim.scenario.checking import problems_of
from finsim.scenario.document import Document, read
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.resolving import resolve
from finsim.scenario.scenario import Scenario
from finsim.scenario.schema import ScenarioFile
from finsim.scenario.units import read_units
from finsim.sheet import Text


def load(path: str | Path, variant: str | None = None) -> Scenario:
    """The scenario in a file, with one of its variants on top (by default the file's own ``default_variant``).

    Raises :class:`ScenarioError` with every problem found, each with its place and remedy.
    """
    path = Path(path)
    document = read(path)
    assert isinstance(document.value, dict)
    chosen, document = _with_variant(document, variant)
    problems: list[Problem] = []
    form: Any = None
    try:
        form = ScenarioFile.model_validate(document.value)
    except ValidationError as error:
        problems += problems_of(error, document, ScenarioFile)
    units: list[Any] = []
    places: list[Any] = []
    table = document
    if "units" in document.value:
        units, places, table, more = read_units(document, path.parent)
        problems += more
    if problems:
        raise ScenarioError(problems)
    return resolve(form, document, units, places, table, chosen)


def _with_variant(document: Document, variant: str | None) -> tuple[str | None, Document]:
    """The chosen variant's name, and the document with its changes on top."""
    assert isinstance(document.value, dict)
    variants = document.value.get("variants")
    names = [str(name) for name in variants] if isinstance(variants, dict) else []
    chosen = variant or document.value.get("default_variant")
    if chosen is None:
        return None, document
    if chosen not in names:
        place = document.place_of(("default_variant",) if variant is None else ("variants",))
        what = Text("没有这个方案变体。", "There is no such variant.")
        remedy = Text("改为已有的变体名。", "Use the name of a variant in the file.")
        allowed = Text("、".join(names), ", ".join(names))
        raise ScenarioError([Problem(place.file, place.line, "variants", what, str(chosen), allowed, remedy)])
    changes = variants[chosen]  # type: ignore[index, call-overload]
    if isinstance(changes, dict) and isinstance(changes.get("set"), dict):
        document = document.merged(document.at(("variants", str(chosen), "set")))
    return str(chosen), document
