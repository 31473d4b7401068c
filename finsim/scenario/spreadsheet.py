"""Cells of an .xlsx file as text, read as data only: a formula, an error value or a bomb is refused, nothing is executed."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from finsim.scenario import refusals
from finsim.scenario.parsing import UNSEEN, Place
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.refusals import MOST_PROBLEMS, Refusal
from finsim.scenario.words import listed, near
from finsim.sheet import Text

LARGEST, UNPACKED = 16 * 2**20, 256 * 2**20  # bytes: a workbook of twenty units has 10 and 130 MiB
MOST_ROWS, MOST_COLUMNS = 20_000, 500

_NO_XLSX = Refusal(
    Text("不是 .xlsx 工作簿，或文件已损坏。", "This is no .xlsx workbook, or it is damaged."), Text(".xlsx 工作簿", "an .xlsx workbook"),
    Text("用表格软件重新另存为 .xlsx，不加密码。", "Save it again as .xlsx in your spreadsheet program, without a password."),
)  # fmt: skip
_TOO_LARGE = Refusal(
    Text("工作簿过大。", "The workbook is too large."),
    Text(f"{LARGEST // 2**20} MiB 以内，解压后 {UNPACKED // 2**20} MiB 以内", f"up to {LARGEST // 2**20} MiB, {UNPACKED // 2**20} MiB unpacked"),
    Text("删去多余的工作表、行、列和图片。", "Remove sheets, rows, columns and pictures that are not needed."),
)  # fmt: skip
_FORMULA = Refusal(
    Text("单元格是公式。", "The cell holds a formula."), Text("数值或文字", "a number or a text"),
    Text("复制后选择性粘贴为数值。", "Copy it and paste it as a value."),
)  # fmt: skip
_ERROR = Refusal(
    Text("单元格是错误值。", "The cell holds an error."), Text("数值或文字", "a number or a text"),
    Text("改正这一格，没有数值就留空。", "Mend the cell, or leave it blank if there is no value."),
)  # fmt: skip
_HIDDEN = Refusal(
    Text("单元格文字中有看不见的控制字符。", "The text of the cell has an invisible control character."), Text("普通文字", "plain text"),
    Text("重新键入这一格。", "Type the cell again."),
)  # fmt: skip
_SHOWN = 10
Found = TypeVar("Found")
Sheets: TypeAlias = dict[str, list[tuple[int, list[str]]]]
"""Names of sheets that are listed."""


def address(row: int, column: int) -> str:
    """How people call a cell: row and column counted from 1.

    >>> address(3, 28)
    'AB3'
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def sheets(path: Path, columns: Mapping[str, Collection[int]] | None = None) -> Sheets:
    """Every sheet's rows that have any content, each with its number; cells as text, blank ones empty.

    With ``columns`` the named sheets alone, those that are there, and of each only these columns, counted from 1 (none named:
    all); what stands in the others is not looked at.
    Raises :class:`ScenarioError` with the address of each cell that cannot be read.
    """
    file = path.as_posix()
    problems: list[Problem] = []

    def read(book: Any) -> Sheets:
        names = [sheet.title for sheet in book.worksheets] if columns is None else columns
        return {
            sheet.title: list(_rows(sheet, file, problems, columns[sheet.title] if columns else ()))
            for sheet in book.worksheets
            if sheet.title in names
        }

    found = _opened(path, read)
    if problems:
        raise ScenarioError(problems)
    return found


def _opened(path: Path, read: Callable[[Any], Found]) -> Found:
    """What ``read`` finds in the workbook, opened as data only."""
    file = path.as_posix()
    _refuse_bombs(path, file)
    import openpyxl

    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")  # of what it does not keep: charts, validation, styles
            book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
            found = read(book)
            book.close()
    except ScenarioError:
        raise
    except Exception:  # whatever a damaged archive makes of its reader
        raise _refused(_NO_XLSX, file) from None
    return found


def sheet_names(path: Path) -> list[str]:
    """Raises :class:`ScenarioError` for what is no workbook."""
    return list(_opened(path, lambda book: [sheet.title for sheet in book.worksheets]))


def rows_of(path: Path, sheet: str | None, place: Place) -> list[tuple[int, list[str]]]:
    """The rows of one sheet, the first if none is named. ``place`` is where the scenario names it."""
    found = sheets(path)
    if sheet is None:
        sheet = next(iter(found))
    if sheet not in found:
        names = list(found)
        remedy = near(sheet, names, Text("改为已有的工作表。", "Use a sheet that is there."))
        what = Text("工作簿中没有这张工作表。", "The workbook has no such sheet.")
        problem = Problem(place.file, place.line, "units.sheet", what, sheet, listed(names[:_SHOWN]), remedy)
        raise ScenarioError([problem])
    return [(number, [cell.strip() for cell in cells]) for number, cells in found[sheet]]


def _refuse_bombs(path: Path, file: str) -> None:
    """A small archive may unfold into a huge one; what it says of itself is what will be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise _refused(_TOO_LARGE, file)
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except FileNotFoundError:
        raise _refused(refusals.MISSING, file) from None
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _refused(_NO_XLSX, file) from None
    if unpacked > UNPACKED:
        raise _refused(_TOO_LARGE, file, f"{unpacked / 2**20:,.0f} MiB")


def _rows(
    sheet: Any, file: str, problems: list[Problem], columns: Collection[int]
) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
            raise _refused(_TOO_LARGE, file, sheet.title)
        row = [
            _text(cell, sheet.title, file, number, column, problems) if not columns or column in columns else ""
            for column, cell in enumerate(cells, start=1)
        ]
        if len(problems) >= MOST_PROBLEMS:
            raise ScenarioError(problems)
        if any(row):
            yield number, row


def _text(cell: Any, sheet: str, file: str, row: int, column: int, problems: list[Problem]) -> str:
    """A cell as a person would type it; numbers in full."""
    value = cell.value

    def refused(refusal: Refusal) -> str:
        place = f"{sheet}!{address(row, column)}"
        problems.append(Problem(file, row, place, found=str(value), **refusal._asdict()))
        return ""

    if value is None:
        return ""
    if cell.data_type == "f" or (isinstance(value, str) and value.startswith("=")):
        return refused(_FORMULA)
    if cell.data_type == "e":
        return refused(_ERROR)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime | datetime.date):
        return value.date().isoformat() if isinstance(value, datetime.datetime) else value.isoformat()
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return refused(_HIDDEN) if UNSEEN.search(str(value)) else str(value).rstrip()


def _refused(refusal: Refusal, file: str, found: str = "") -> ScenarioError:
    return ScenarioError([Problem(file, None, "", found=found, **refusal._asdict())])
