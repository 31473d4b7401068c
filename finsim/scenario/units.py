"""改造单元: read from the scenario itself or from a table beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finsim.scenario.catalogue_form import Table, UnitTerms, input_headings
from finsim.scenario.checking import problems_of
from finsim.scenario.document import Document, Place, Value
from finsim.scenario.document import Path as Where
from finsim.scenario.policy import Policies
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.refusals import MOST_PROBLEMS, Refusal
from finsim.scenario.tables import read_table
from finsim.scenario.words import allowed, near, shown
from finsim.sheet import Text

_NOTHING = Document([], {})


@dataclass(frozen=True)
class UnitRow:
    """A unit that holds its form, and the number of its row."""

    terms: Any
    number: int


@dataclass(frozen=True)
class Units:
    """The units of a scenario, as they stand in ``document``."""

    document: Document = _NOTHING
    rows: tuple[UnitRow, ...] = ()
    source: str | None = None
    """Source of a whole table."""
    heading: Place | None = None
    """The line of a table's headings."""

    @cached_property
    def ordered(self) -> tuple[UnitRow, ...]:
        """In the order of the ids, in which arrays and sums go."""
        return tuple(sorted(self.rows, key=lambda row: row.terms.id))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(row.terms.id for row in self.ordered)

    @cached_property
    def named(self) -> frozenset[str]:
        """Ids that are written, whether their rows hold or not: what other parts of the file may refer to."""
        rows = self.document.value
        return (
            frozenset(str(row.get("id")) for row in rows if isinstance(row, dict))
            if isinstance(rows, list)
            else frozenset()
        )

    def place(self, row: UnitRow, *key: str) -> Place:
        return self.document.place_of((row.number, *key))

    def source_of(self, row: UnitRow) -> str | None:
        return row.terms.source or self.source


def read_units(document: Document, folder: Path, policies: Policies) -> tuple[Units, list[Problem]]:
    """The units of a scenario that hold their form, and what is wrong with the others."""
    if not isinstance(document.value, dict) or "units" not in document.value:
        return Units(), []  # the check of the form has said so
    given = document.value["units"]
    if isinstance(given, list):
        return _units(document.at(("units",)), policies)
    if not isinstance(given, dict):
        return Units(), [_problem(_NO_UNITS, document.place_of(("units",)), "units", shown(given))]
    try:
        table = Table.model_validate(given)
        if (table.table is None) == (table.list is None):
            return Units(), [_problem(_NO_UNITS, document.place_of(("units",)), "units", shown(given))]
        if table.table is None:
            rows, heading = document.at(("units", "list")), None
        else:
            place = document.place_of(("units", "table"))
            beside = Path(place.file).parent if place.line else folder
            inputs = input_headings(document.value.get("catalogue"))
            rows = read_table(beside, table.table, place, table.sheet, inputs)
            heading = rows.place_of(())
    except ValidationError as error:
        return Units(), problems_of(error, document, Table, ("units",))
    except ScenarioError as error:
        return Units(), list(error.problems)
    if not isinstance(rows.value, list):
        return Units(), [_problem(_NO_UNITS, document.place_of(("units", "list")), "units.list", shown(rows.value))]
    rows, problems = _overridden(rows, document)
    units, more = _units(rows, policies, table.source, heading)
    return units, problems + more


def _overridden(rows: Document, document: Document) -> tuple[Document, list[Problem]]:
    """The rows with the values that single units have instead of their own."""
    problems: list[Problem] = []
    numbers = {str(row.get("id")): i for i, row in enumerate(_list(rows)) if isinstance(row, dict)}
    override = document.get(("units", "override"))
    for name in override if isinstance(override, dict) else ():
        path: Where = ("units", "override", name)
        if str(name) not in numbers:
            what = Text("没有这个改造单元。", "There is no such unit.")
            remedy = near(str(name), list(numbers), Text("改为已有的编号。", "Use the id of a unit."))
            refusal = Refusal(what, allowed(str(name), sorted(numbers)), remedy)
            problems.append(_problem(refusal, document.place_of(path), f"units.override.{name}", str(name)))
            continue
        number = numbers[str(name)]
        merged = rows.at((number,)).merged(document.at(path))
        row = merged.under((number,))
        values = _list(rows)
        values[number] = merged.value
        places = {known: place for known, place in rows.places.items() if known[:1] != (number,)}
        rows = Document(values, {**places, **row.places, (): rows.place_of(())}, {**rows.former, **row.former})
    return rows, problems


def _list(rows: Document) -> list[Value]:
    assert isinstance(rows.value, list)
    return list(rows.value)


def _units(
    document: Document, policies: Policies, source: str | None = None, heading: Place | None = None
) -> tuple[Units, list[Problem]]:
    assert isinstance(document.value, list)
    rows: list[UnitRow] = []
    problems: list[Problem] = []
    lines: dict[str, int | None] = {}
    for number, given in enumerate(document.value):
        if len(problems) >= MOST_PROBLEMS:
            break
        name = str(given.get("id", number)) if isinstance(given, dict) else str(number)
        place = document.place_of((number,))
        try:
            rows.append(UnitRow(UnitTerms.model_validate(given, context=policies), number))
        except ValidationError as error:
            problems += problems_of(error, document, UnitTerms, (number,), ("units", name))
        if name in lines:
            problems.append(_problem(_twice(lines[name]), place, f"units.{name}.id", name))
        lines[name] = place.line
    if not rows and not problems:
        problems.append(_problem(_NO_UNITS, document.place_of(()), "units"))
    return Units(document, tuple(rows), source, heading), problems


_NO_UNITS = Refusal(
    Text("没有改造单元。", "There are no units."), Text("列表，或 {table: 文件}", "a list, or {table: file}"),
    Text("至少写一个单元，例如 units: {table: districts.csv}。", "Give at least one unit, for example units: {table: districts.csv}."),
)  # fmt: skip


def _twice(first: int | None) -> Refusal:
    return Refusal(
        Text("两个改造单元编号相同。", "Two units have one id."), Text("每个编号只用一次", "each id once"),
        Text(f"改其中一个（另一处在第 {first} 行）。", f"Change one of them (the other is on line {first})."),
    )  # fmt: skip


def _problem(refusal: Refusal, place: Place, path: str, found: str = "") -> Problem:
    return Problem(place.file, place.line, path, found=found, **refusal._asdict())
