"""A table beside the scenario, CSV or .xlsx: plain values that know their line, one unit a line."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import Any

from finsim.scenario import refusals
from finsim.scenario.catalogue_form import UnitTerms
from finsim.scenario.checking import missing
from finsim.scenario.document import Document, Place
from finsim.scenario.document import Path as Where
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.refusals import Refusal
from finsim.scenario.spreadsheet import rows_of
from finsim.scenario.words import near, nearest
from finsim.sheet import Text

LARGEST = 8 * 2**20  # bytes
HEADINGS = {
    "编号": "id", "名称": "label", "英文名称": "label_en", "所属片区": "district", "所属片区（英文）": "district_en",
    "户数": "households", "建筑面积": "area", "楼栋数": "buildings", "小区数": "neighbourhoods", "来源": "source", "备注": "note",
    "所属县区": "county", "所属县区（英文）": "county_en", "实施企业": "company", "实施企业（英文）": "company_en", "单元门数": "entrances",
    "层数": "floors", "加装电梯数": "lifts", "2000年底前建成比例": "old_share", "承诺出资": "pledged", "相邻单元": "neighbours",
    "开工年份": "begins",
}  # fmt: skip
"""Chinese headings of a table → keys."""
_KEYS = tuple(name for name in UnitTerms.model_fields if name != "values")

_SAVE = Text("用表格软件另存为“CSV UTF-8”。", "Save it as CSV UTF-8 in your spreadsheet program.")
_OUTSIDE = Refusal(
    Text("表格须是方案所在文件夹内的 .csv 或 .xlsx 文件。", "The table must be a .csv or .xlsx file in the scenario's folder."),
    Text("文件名，如 districts.csv", "a file name such as districts.csv"),
    Text("把表格放到方案旁边，只写文件名。", "Put the table beside the scenario and write its name only."),
)
_MISSING = Refusal(
    Text("找不到表格文件。", "There is no such table."), Text("方案旁边的 .csv 或 .xlsx 文件", "a .csv or .xlsx file beside the scenario"),
    Text("检查文件名；表格应在方案所在的文件夹。", "Check the name; the table belongs in the scenario's folder."),
)  # fmt: skip
_TOO_LARGE = Refusal(
    Text("表格过大。", "The table is too large."), Text(f"{LARGEST // 2**20} MiB 以内", f"up to {LARGEST // 2**20} MiB"),
    Text("删去多余的行和列。", "Remove rows and columns that are not needed."),
)  # fmt: skip
_NO_CSV = Refusal(
    Text("表格的写法有误。", "This is not CSV."),
    Text("每行一个单元，逗号分隔", "a unit a line, cells between commas"),
    _SAVE,
)
_EMPTY = Refusal(
    Text("表格是空的。", "The table is empty."), Text("第一行为列名", "headings in the first line"),
    Text("第一行写列名，以下每行一个单元。", "Write headings in the first line, then a unit a line."),
)  # fmt: skip
_TWICE = Refusal(
    Text("两列同名。", "Two columns have one heading."), Text("每个列名只用一次", "each heading once"),
    Text("删去或改名其中一列。", "Remove or rename one of the two."),
)  # fmt: skip
_NAMELESS = Refusal(
    Text("有内容的列没有列名。", "A column with content has no heading."), Text("每列有列名", "a heading for each column"),
    Text("补上列名，或删去这一列。", "Give it a heading or remove the column."),
)  # fmt: skip


def read_table(
    folder: Path, name: str, place: Place, sheet: str | None = None, inputs: Mapping[str, str] | None = None
) -> Document:
    """A list of mappings; cells under a heading that is no fact of a unit stand together under ``values``.

    ``place`` is where the scenario names the table; ``sheet`` the sheet of a workbook, the first if none is named;
    ``inputs`` what headings may call inputs of the catalogue, with the path of each.
    Raises :class:`ScenarioError`.
    """
    rows = table_rows(folder, name, place, sheet)
    return _records(rows, (folder / name).as_posix(), inputs or {})


def table_rows(
    folder: Path, name: str, place: Place, sheet: str | None = None, path: str = "units.table"
) -> list[tuple[int, list[str]]]:
    """Every line of a table with its number, headings first; ``path`` is that of the scenario which names it.

    Only a file inside the scenario's folder is read. Raises :class:`ScenarioError`.
    """
    where = PureWindowsPath(name)  # it knows both kinds of slashes, and drives
    if where.anchor or ".." in where.parts or where.suffix.lower() not in (".csv", ".xlsx"):
        raise _refused(_OUTSIDE, place, name, path)
    beside = folder / name
    try:
        with beside.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError:
        raise _refused(_MISSING, place, name, path) from None
    file = beside.as_posix()
    if where.suffix.lower() == ".csv":
        return _rows(_decoded(data, file, path), file, path)
    rows = rows_of(beside, sheet, place)
    if not rows:
        raise _refused(_EMPTY, Place(file, 1), path=path)
    width = max(len(cells) for _, cells in rows)
    return [(line, cells + [""] * (width - len(cells))) for line, cells in rows]


def _decoded(data: bytes, file: str, path: str) -> str:
    if len(data) > LARGEST:
        raise _refused(_TOO_LARGE, Place(file, None), path=path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(refusals.UTF16._replace(remedy=_SAVE), Place(file, 1), data[:2].hex(" "), path)
    try:
        return unicodedata.normalize("NFC", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = error.object[error.start : error.end].hex(" ")
        raise _refused(refusals.NOT_UTF8._replace(remedy=_SAVE), Place(file, line), found, path) from None


def _rows(text: str, file: str, path: str) -> list[tuple[int, list[str]]]:
    """Cells of every line that has any, with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise _refused(_NO_CSV, Place(file, reader.line_num), str(error), path) from None
    if not rows:
        raise _refused(_EMPTY, Place(file, 1), path=path)
    return rows


def _records(rows: list[tuple[int, list[str]]], file: str, inputs: Mapping[str, str]) -> Document:
    """The lines below the headings as mappings, each with its place."""
    (first, written), *lines = rows
    keys = {**inputs, **HEADINGS}
    headings = [keys.get(heading, heading) for heading in written]
    problems = [
        _problem(_TWICE, Place(file, first), heading) for heading in dict.fromkeys(headings) if heading and headings.count(heading) > 1
    ]  # fmt: skip
    unknown = [heading for heading in headings if heading and heading not in _KEYS and "." not in heading]
    problems += [_problem(_unknown(heading, inputs), Place(file, first), heading) for heading in unknown]
    misspelt = {nearest(heading, _KEYS) for heading in unknown}
    for key, field in UnitTerms.model_fields.items():
        if field.is_required() and key not in headings and key not in misspelt:
            problems.append(_problem(missing(key, UnitTerms), Place(file, first)))
    records: list[Any] = []
    places: dict[Where, Place] = {(): Place(file, first)}
    for line, cells in lines:
        if len(cells) != len(headings):
            problems.append(_problem(_width(len(headings)), Place(file, line), str(len(cells))))
            continue
        record: dict[str, Any] = {}
        for heading, cell in zip(headings, cells, strict=True):
            if cell and not heading:
                problems.append(_problem(_NAMELESS, Place(file, line), cell))
            elif cell:
                (record if heading in _KEYS else record.setdefault("values", {}))[heading] = cell
        places[(len(records),)] = Place(file, line)
        records.append(record)
        if len(problems) >= refusals.MOST_PROBLEMS:
            break
    if problems:
        raise ScenarioError(problems)
    return Document(records, places)


def _unknown(heading: str, inputs: Mapping[str, str]) -> Refusal:
    return Refusal(
        Text("未知的列名。", "Unknown heading."),
        Text(f"{'、'.join(HEADINGS)}，或输入的路径或名称", f"{', '.join(_KEYS)}, or the path or name of an input"),
        near(heading, [*_KEYS, *HEADINGS, *inputs],
             Text("改列名，或删去这一列；输入写完整路径或名称，如 streams.parking.quantity、停车·数量。",
                  "Rename or remove the column; an input has its path or name, such as streams.parking.quantity or parking: quantity.")),
    )  # fmt: skip


def _width(cells: int) -> Refusal:
    return Refusal(
        Text("这一行的单元格数与表头不符。", "This line has another number of cells than the headings."),
        Text(f"{cells} 个单元格", f"{cells} cells"),
        Text(
            "补齐或删去单元格；文字中有逗号时加英文引号。", "Fill in or remove cells; quote a text that holds a comma."
        ),
    )


def _problem(refusal: Refusal, place: Place, found: str = "", path: str = "units.table") -> Problem:
    return Problem(place.file, place.line, path, found=found, **refusal._asdict())


def _refused(refusal: Refusal, place: Place, found: str = "", path: str = "units.table") -> ScenarioError:
    return ScenarioError([_problem(refusal, place, found, path)])
