"""Workbooks read back: what a file says, what an independent engine makes of it, and a file that lies."""

import csv
import re
from collections.abc import Callable, Mapping
from datetime import datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZipFile

import formualizer
import openpyxl
from xlsxwriter.utility import xl_rowcol_to_cell

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
PLACE = re.compile(rb'\br="(\w+)"')
NUMBER = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?(?:E[-+][0-9]+)?)(%?)")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def stored(path: Path) -> Reader:
    """The values that stand in the file."""
    book = openpyxl.load_workbook(path, data_only=True)
    return lambda sheet, row, column: plain(book[sheet].cell(row, column).value)


class Recalculated:
    """A workbook as formualizer computes it from the file's formulas and inputs; it is a :data:`Reader`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._book = formualizer.load_workbook(str(path))
        self.sheets = tuple(self._book.sheet_names)
        self._book.evaluate_all()

    def __call__(self, sheet: str, row: int, column: int) -> Any:
        if sheet not in self.sheets:  # the engine would give None
            raise KeyError(f"no sheet {sheet!r} in {self.path}")
        value = self._book.get_value(sheet, row, column)
        if isinstance(value, dict):
            if value["kind"] not in ERRORS:  # not a value of the sheet: the engine cannot compute it
                raise ValueError(f"{sheet} row {row} column {column} of {self.path}: {value}")
            return ERRORS[value["kind"]]
        return plain(value)

    def block(self, sheet: str, columns: int, rows: int = 4_000) -> list[list[Any]]:
        """The cells of the first columns, line by line, as the engine gives them."""
        found: list[list[Any]] = self._book.sheet(sheet).get_values(
            formualizer.RangeAddress(sheet, 1, 1, rows, columns)
        )
        if any(cell is not None for cell in found[-1]):
            raise ValueError(f"{sheet} of {self.path} may have more than {rows} lines")
        return found


def recalculated(path: Path) -> Recalculated:
    """The values that formualizer computes from the file's formulas and inputs."""
    return Recalculated(path)


def exported(folder: Path, book: str) -> Reader:
    """The values of a workbook of which every sheet was exported as ``book-sheet.csv``; a per cent is a number."""
    sheets: dict[str, list[list[str]]] = {}

    def read(sheet: str, row: int, column: int) -> Any:
        if sheet not in sheets:
            with open(folder / f"{book}-{sheet}.csv", encoding="utf-8", newline="") as file:
                sheets[sheet] = list(csv.reader(file))
        lines = sheets[sheet]
        text = lines[row - 1][column - 1] if row <= len(lines) and column <= len(lines[row - 1]) else ""
        number = NUMBER.fullmatch(text)
        if number is None:
            return text
        return float(number[1]) / (100 if number[2] else 1)

    return read


def plain(value: Any) -> Any:
    """One type for each kind of value, whoever read it: every number a float, a day without a time a date."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


def poison(source: Path, target: Path, typed: Mapping[tuple[str, int, int], float] = MappingProxyType({})) -> None:
    """Copy a workbook with 0 stored for every formula: whoever then gives a right value has computed it.

    ``typed`` gives numbers that stand in the copy in place of other numbers, by (sheet, row, column) from 1.
    """
    formulas = 0
    left = {(sheet, xl_rowcol_to_cell(row - 1, column - 1)): value for (sheet, row, column), value in typed.items()}

    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as new:
        names = _sheet_names(old) if typed else {}

        def lie(match: re.Match[bytes]) -> bytes:
            nonlocal formulas
            formula = FORMULA.search(match[2])
            if formula is not None:
                formulas += 1
                return b"<c%s>%s<v>0</v></c>" % (TYPE.sub(b"", match[1]), formula[0])
            if left and TYPE.search(match[1]) is None:
                value = left.pop((name, PLACE.search(match[1])[1].decode()), None)  # type: ignore[index]
                if value is not None:
                    return b"<c%s><v>%s</v></c>" % (match[1], repr(float(value)).encode())
            return match[0]

        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/"):
                name = names.get(part.filename, "")
                content = CELL.sub(lie, content)
            new.writestr(part.filename, content)
    if left:
        raise ValueError(f"no numbers to replace in {source}: {[*left]}")
    if not formulas:
        raise ValueError(f"{source} has no formula")


def _sheet_names(book: ZipFile) -> dict[str, str]:
    """The name of the sheet in each part."""
    target = {
        relation.get("Id"): str(relation.get("Target")).removeprefix("/xl/")
        for relation in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    }
    sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{{{MAIN}}}sheet")
    return {f"xl/{target[sheet.get(f'{{{RELATIONS}}}id')]}": str(sheet.get("name")) for sheet in sheets}
