"""Observed values in a column of a table beside the scenario: put into the scenario before its form is checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from finsim.scenario.document import Document
from finsim.scenario.document import Path as Where
from finsim.scenario.problems import Problem, ScenarioError, dotted
from finsim.scenario.tables import table_rows
from finsim.scenario.words import listed, near, shown
from finsim.sheet import Text


def with_observed(document: Document, folder: Path | None) -> tuple[Document, list[Problem]]:
    """The document with every ``empirical: {table: …, column: …}`` under ``uncertain`` turned into the list of its values.

    ``folder`` is that of the scenario; None where no other file may be read. Each value keeps its line of the table.
    """
    problems: list[Problem] = []
    given = document.value.get("uncertain") if isinstance(document.value, dict) else None
    for name, terms in given.items() if isinstance(given, dict) else ():
        if isinstance(terms, dict) and isinstance(terms.get("empirical"), dict):
            at: Where = ("uncertain", name, "empirical")
            try:
                column = _column(document, at, terms["empirical"], folder)
                document = document.without(at).merged(column.under(at))
            except ScenarioError as error:
                problems += error.problems
                document = document.without(("uncertain", name))
    return document, problems


def _column(document: Document, at: Where, given: Any, folder: Path | None) -> Document:
    """The values of the column, as they are written."""
    names = {"table", "column"} <= given.keys() <= {"table", "column", "sheet"} and all(isinstance(v, str) for v in given.values())
    place, path = document.place_of(at), dotted(at)
    if not names or folder is None:
        what = Text("观测值的写法不对。", "This is not how observed values are written.")
        allowed = Text("数值列表，或 {table: 表格, column: 列名}", "a list of numbers, or {table: file, column: heading}")
        remedy = Text("例如 {table: rents.csv, column: 月租}。", "For example {table: rents.csv, column: rent}.")
        if folder is None:
            what = Text("这份方案引用了另外的表格。", "This scenario refers to a table of its own.")
        raise ScenarioError([Problem(place.file, place.line, path, what, shown(given), allowed, remedy)])
    beside = Path(place.file).parent if place.line else folder
    (first, headings), *lines = table_rows(beside, given["table"], document.place_of((*at, "table")), given.get("sheet"), path)
    file = (beside / given["table"]).as_posix()
    if given["column"] not in headings:
        what, found = Text("表格没有这一列。", "The table has no such column."), given["column"]
        remedy = near(found, headings, Text("改为表中的列名。", "Use a heading of the table."))
        place = document.place_of((*at, "column"))
        raise ScenarioError([Problem(place.file, place.line, path, what, found, listed(headings), remedy)])
    index = headings.index(given["column"])
    found = [(line, cells[index]) for line, cells in lines if len(cells) > index and cells[index]]
    places: dict[Where, Any] = {(): type(place)(file, first)} | {(i,): type(place)(file, line) for i, (line, _) in enumerate(found)}
    return Document([cell for _, cell in found], places)
