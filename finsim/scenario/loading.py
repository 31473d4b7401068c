"""Load a scenario: read it with what it extends, put each variant and change on top, check the form, turn it into numbers, and
solve what is left to be solved."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from finsim.scenario.checking import checked
from finsim.scenario.composing import assigned, compose, layered, taken, without
from finsim.scenario.document import Document, parse
from finsim.scenario.observed import with_observed
from finsim.scenario.policy import Policies
from finsim.scenario.policy_files import policies
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.resolving import resolve
from finsim.scenario.scenario import Scenario
from finsim.scenario.solving import solved
from finsim.scenario.units import Units, read_units
from finsim.scenario.words import listed, near
from finsim.scenario.writing import as_yaml
from finsim.sheet import Text

_BASE = ""
"""Name of the file as it stands, without a variant."""


def load(path: str | pathlib.Path, variant: str | None = None, changes: Iterable[str] = ()) -> Scenario:
    """The scenario in a file, with one of its variants on top (by default the file's own ``default_variant``).

    ``changes`` come last, each ``path=value`` as on the command line: ``catalogue.streams.parking.price=150 元``.
    Raises :class:`ScenarioError` with every problem of the file and of all its variants, each with its place and remedy.
    """
    document = compose(pathlib.Path(path))
    wanted = variant or _default(document)
    scenarios, _, problems = _examined(document, pathlib.Path(path).parent, assigned(changes), wanted)
    if variant and variant not in scenarios:
        problems.append(_unknown(document, "variants", variant, scenarios))
    scenario = scenarios.get(wanted)
    if problems or scenario is None:
        raise ScenarioError(problems)
    return scenario


def check(path: str | pathlib.Path) -> list[Problem]:
    """Everything that is wrong with a file or any of its variants, each thing once, in the order of the file."""
    try:
        load(path)
    except ScenarioError as error:
        return list(error.problems)
    return []


def resolved(path: str | pathlib.Path, variant: str | None = None, changes: Iterable[str] = ()) -> Document:
    """The document that :func:`load` turns into numbers, for people: units stand under their ids, wherever they come from."""
    whole, units = _resolved(path, variant, changes)
    listed = Document({}, {(): units.document.place_of(())})
    for row in units.rows:
        listed = listed.merged(units.document.at((row.number,)).under((row.terms.id,)))
    return whole.without(("units",)).merged(listed.under(("units",)))


def self_contained(path: str | pathlib.Path, variant: str | None = None, changes: Iterable[str] = ()) -> Document:
    """The scenario with one of its variants as one file that needs no other, for :func:`load_document`."""
    return _listed(*_resolved(path, variant, changes))


class _Whole(NamedTuple):
    """A document with everything it extends and its changes on top, and its units."""

    document: Document
    units: Units


def _listed(whole: Document, units: Units) -> Document:
    """The document with its units as a list of its own."""
    own = units.document.under(("units", "list"))
    if units.source:
        own = own.merged(Document({"units": {"source": units.source}}, {}))
    return whole.without(("units",)).merged(own)


def one_file(path: pathlib.Path) -> str:
    """The text of the file with all its variants as one that needs no other; as it was written if it needs none."""
    document, written = compose(path), path.read_text("utf-8-sig")
    whole, problems = with_observed(document, path.parent)
    units, more = read_units(whole, path.parent, _policies(whole))
    if problems := problems + more:
        raise ScenarioError(problems)
    if whole.value == parse(written.encode(), path.name).value and whole.get(("units", "table")) is None:
        return written
    return as_yaml(_listed(whole, units).value)


@dataclasses.dataclass(frozen=True)
class Variants:
    """Every variant of a file by its id, one named "" where there are none."""

    default: str
    scenarios: dict[str, Scenario]
    _wholes: dict[str, _Whole]

    def document(self, name: str) -> Document:
        """The file with a variant on top, as a document that needs no other file."""
        whole, units = self._wholes[name]
        return _listed(_one(whole), units)


def variants_of(source: pathlib.Path | Document) -> Variants:
    """Every variant of a file, or of a document that refers to no other file. Raises :class:`ScenarioError`."""
    folder = source.parent if isinstance(source, pathlib.Path) else None
    document = compose(source) if isinstance(source, pathlib.Path) else _alone(source)
    default = _default(document)
    found, wholes, problems = _examined(document, folder, Document({}, {}), default)
    scenarios = {name: scenario for name, scenario in found.items() if scenario and (name != _BASE or len(found) == 1)}
    if problems:
        raise ScenarioError(problems)
    return Variants(default or next(iter(scenarios)), scenarios, wholes)


def load_document(document: Document, changes: Iterable[str] = ()) -> Scenario:
    """The scenario of a document that refers to no other file, ``changes`` as in :func:`load`. Raises :class:`ScenarioError`."""
    document = _alone(document)
    wanted = _default(document)
    scenarios, _, problems = _examined(document, None, assigned(changes), wanted)
    scenario = scenarios.get(wanted)
    if problems or scenario is None:
        raise ScenarioError(problems)
    return scenario


def _alone(document: Document) -> Document:
    """The document, if it refers to no other file."""
    if document.get(("units", "table")) is not None:
        what = Text("这份方案引用了另外的表格。", "This scenario refers to a table of its own.")
        place, path = document.place_of(("units", "table")), "units.table"
        allowed, remedy = Text("units: {list: …}", "units: {list: …}"), Text("用 --save 重新保存。", "Save it again with --save.")
        raise ScenarioError([Problem(place.file, place.line, path, what, "", allowed, remedy)])
    return document


def _resolved(path: str | pathlib.Path, variant: str | None, changes: Iterable[str]) -> _Whole:
    """Everything extended, the variant and the changes on top; and the units."""
    document, folder = compose(pathlib.Path(path)), pathlib.Path(path).parent
    name = variant or _default(document)
    wholes = dict([(_BASE, document), *_variants(document)])
    if name not in wholes:
        raise ScenarioError([_unknown(document, "variants", name, wholes)])
    if isinstance(whole := wholes[name], ScenarioError):
        raise whole
    whole, problems = with_observed(_one(layered(whole, assigned(changes))), folder)
    units, more = read_units(whole, folder, _policies(whole))
    if problems := problems + more:
        raise ScenarioError(problems)
    return _Whole(whole, units)


def _one(document: Document) -> Document:
    """The document without its variants: one of them is what it is."""
    return document.without(("variants",)).without(("default_variant",))


def _examined(
    document: Document, folder: pathlib.Path | None, changes: Document, wanted: str
) -> tuple[dict[str, Scenario | None], dict[str, _Whole], list[Problem]]:
    """The file as it stands and each of its variants, each with what it was made of, and everything that is wrong.

    Without a ``folder`` no table is read. Changes go to the ``wanted`` one alone: another may have removed what they change.
    """
    scenarios: dict[str, Scenario | None] = {}
    wholes: dict[str, _Whole] = {}
    found: dict[Problem, list[str]] = {}
    for name, whole in [(_BASE, document), *_variants(document)]:
        if isinstance(whole, ScenarioError):
            scenarios[name] = None
            found |= {problem: [name] for problem in whole.problems}
            continue
        changed = bool(changes.value) and name == wanted
        same = whole is document and not (changes.value and wanted in (name, _BASE))
        if same and (base := scenarios.get(_BASE)):  # a variant that changes nothing
            note = next(variant for variant in base.variants if variant.id == name)
            scenarios[name], wholes[name] = dataclasses.replace(base, variant=note), wholes[_BASE]
            continue
        whole = layered(whole, changes) if changed else whole
        on_date = _policies(whole)
        whole, problems = with_observed(whole, folder)
        form, more = checked(whole, on_date)
        problems += more
        units, more = read_units(whole, folder or pathlib.Path(), on_date)
        problems += more
        wholes[name] = _Whole(whole, units)
        scenarios[name] = solved(form, problems, partial(_numbers, whole, units, on_date, problems, name))
        for problem in dict.fromkeys(problems):
            found.setdefault(problem, []).append(name)
    if (default := _default(document)) not in scenarios:
        found[_unknown(document, "default_variant", default, scenarios)] = [_BASE]
    return scenarios, wholes, [problem if _BASE in names else _of_variants(problem, names) for problem, names in found.items()]


def _numbers(
    document: Document, units: Units, on_date: Policies, problems: list[Problem], name: str, form: Any
) -> Scenario | None:
    return resolve(form, document, units, on_date, problems, name)


def _variants(document: Document) -> Iterator[tuple[str, Document | ScenarioError]]:
    """The document with the changes of each variant on top; what is no variant has been refused in the file itself."""
    variants = document.value.get("variants") if isinstance(document.value, dict) else None
    for name, given in variants.items() if isinstance(variants, dict) else ():
        if isinstance(name, str) and isinstance(given, dict) and isinstance(given.get("set", {}), dict):
            try:
                changes, removed = taken(document.at(("variants", name)))
                yield name, layered(without(document, removed), changes) if changes.value or removed else document
            except ScenarioError as error:
                yield name, error


def _policies(document: Document) -> Policies:
    """Policy values on the scenario's date, which must be known before any value is read; what is no date the form refuses."""
    as_of = document.get(("policy", "as_of"))
    day = as_of if isinstance(as_of, datetime.date) else None
    return Policies(policies() if day else {}, day)


def _default(document: Document) -> str:
    default = document.value.get("default_variant") if isinstance(document.value, dict) else None
    return default if isinstance(default, str) else _BASE


def _unknown(document: Document, key: str, name: str, scenarios: Collection[str]) -> Problem:
    names = [one for one in scenarios if one != _BASE]
    place = document.place_of((key,))
    what = Text("没有这个方案变体。", "There is no such variant.")
    remedy = near(name, names, Text("改为已有的变体名。", "Use the name of a variant in the file."))
    return Problem(place.file, place.line, key, what, name, listed(names), remedy)


def _of_variants(problem: Problem, names: Collection[str]) -> Problem:
    """A problem that the file has only with some of its variants on top."""
    inside = listed(names)
    what = Text(f"变体 {inside.zh}：{problem.what.zh}", f"Variant {inside.en}: {problem.what.en}")
    return dataclasses.replace(problem, what=what)
