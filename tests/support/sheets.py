"""Workbooks read back: what a file says, what an independent engine makes of it, and a file that lies."""

import re
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import formualizer
import openpyxl

Reader = Callable[[str, int, int], Any]
"""(sheet, row, column), from 1, to a float, text, bool, date or None; an error is its text, like #DIV/0!."""

ERRORS = {
    "Div": "#DIV/0!",
    "Na": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}

CELL = re.compile(rb"<c\b([^>]*)(?<!/)>(.*?)</c>", re.DOTALL)
FORMULA = re.compile(rb"<f\b[^>]*/>|<f\b.*?</f>", re.DOTALL)
TYPE = re.compile(rb' t="\w+"')


def stored(path: Path) -> Reader:
    """The values that stand in the file."""
    book = openpyxl.load_workbook(path, data_only=True)
    return lambda sheet, row, column: plain(book[sheet].cell(row, column).value)


def recalculated(path: Path) -> Reader:
    """The values that formualizer computes from the file's formulas and inputs."""
    book = formualizer.load_workbook(str(path))
    sheets = frozenset(book.sheet_names)
    book.evaluate_all()

    def read(sheet: str, row: int, column: int) -> Any:
        if sheet not in sheets:  # the engine would give None
            raise KeyError(f"no sheet {sheet!r} in {path}")
        value = book.get_value(sheet, row, column)
        if isinstance(value, dict):
            if value["kind"] not in ERRORS:  # not a value of the sheet: the engine cannot compute it
                raise ValueError(f"{sheet} row {row} column {column} of {path}: {value}")
            return ERRORS[value["kind"]]
        return plain(value)

    return read


def plain(value: Any) -> Any:
    """One type for each kind of value, whoever read it: every number a float, a day without a time a date."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


def poison(source: Path, target: Path) -> None:
    """Copy a workbook with 0 stored for every formula: whoever then gives a right value has computed it."""
    formulas = 0

    def lie(match: re.Match[bytes]) -> bytes:
        nonlocal formulas
        formula = FORMULA.search(match[2])
        if formula is None:
            return match[0]
        formulas += 1
        return b"<c%s>%s<v>0</v></c>" % (TYPE.sub(b"", match[1]), formula[0])

    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = CELL.sub(lie, content)
            new.writestr(part, content)
    if not formulas:
        raise ValueError(f"{source} has no formula")
