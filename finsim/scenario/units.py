"""改造单元: read from the scenario itself or from a table beside it, one unit a line."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finsim.scenario.checking import problems_of
from finsim.scenario.document import Document, Place
from finsim.scenario.problems import Problem
from finsim.scenario.schema import Table, UnitTerms
from finsim.sheet import Text

LARGEST_TABLE = 8 * 2**20
HEADINGS = {
    "编号": "id", "名称": "label", "英文名称": "label_en", "所属片区": "district", "所属片区（英文）": "district_en",
    "户数": "households", "建筑面积": "area", "楼栋数": "buildings", "小区数": "neighbourhoods", "备注": "note",
}  # fmt: skip
"""Chinese headings of a table → keys."""


def read_units(document: Document, folder: Path) -> tuple[list[Any], list[Place], Document, list[Problem]]:
    """The units with the place of each, the document they stand in, and what is wrong with them."""
    given = document.value["units"]  # type: ignore[index, call-overload]
    source: str | None = None
    problems: list[Problem] = []
    if isinstance(given, dict):
        try:
            table = Table.model_validate(given)
        except ValidationError as error:
            return [], [], document, problems_of(error, document, Table, ("units",))
        place = document.place_of(("units", "table"))
        table_document, problems = _read_table(folder, table.table, place)
        source = table.source
    elif isinstance(given, list):
        table_document = document.at(("units",))
    else:
        what = Text("改造单元应为列表或 {table: 文件}。", "Units are a list or {table: file}.")
        place = document.place_of(("units",))
        remedy = Text("例如 units: {table: districts.csv}。", "For example units: {table: districts.csv}.")
        return (
            [],
            [],
            document,
            [Problem(place.file, place.line, "units", what, str(given), Text("", ""), remedy)],
        )
    units, places = [], []
    rows = table_document.value
    assert isinstance(rows, list)
    seen: dict[str, Place] = {}
    for i, row in enumerate(rows):
        place = table_document.place_of((i,))
        try:
            unit: Any = UnitTerms.model_validate(row)
        except ValidationError as error:
            problems += problems_of(error, table_document, UnitTerms, (i,))
            continue
        if unit.id in seen:
            problems.append(_twice(unit.id, place, seen[unit.id]))
        seen[unit.id] = place
        units.append(unit if unit.source or not source else unit.model_copy(update={"source": source}))
        places.append(place)
    if not units and not problems:
        place = document.place_of(("units",))
        what = Text("没有改造单元。", "There are no units.")
        problems.append(
            Problem(
                place.file,
                place.line,
                "units",
                what,
                "",
                Text("≥ 1", "≥ 1"),
                Text("至少写一个单元。", "Give at least one unit."),
            )
        )
    return units, places, table_document, problems


def _twice(name: str, place: Place, first: Place) -> Problem:
    what = Text("两个改造单元编号相同。", "Two units have one id.")
    remedy = Text(
        f"改其中一个（另一处在第 {first.line} 行）。",
        f"Change one of them (the other is on line {first.line}).",
    )
    return Problem(place.file, place.line, "id", what, name, Text("", ""), remedy)


def _read_table(folder: Path, name: str, place: Place) -> tuple[Document, list[Problem]]:
    empty = Document([], {(): place})

    def problem(what: Text, remedy: Text, line: int | None = None, found: str = "", at: Place = place) -> Problem:
        return Problem(at.file, line or at.line, "units.table", what, found, Text("", ""), remedy)

    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts or path.suffix.lower() != ".csv":
        what = Text(
            "表格须是方案所在文件夹内的 .csv 文件。",
            "The table must be a .csv file in the scenario's folder.",
        )
        return empty, [problem(what, Text("把表格放到方案旁边。", "Put the table beside the scenario."), found=name)]
    try:
        data = path.read_bytes()[: LARGEST_TABLE + 1]
        text = data.decode("utf-8-sig")
        if len(data) > LARGEST_TABLE or "\x00" in text:
            raise ValueError("size or NUL")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except OSError:
        what = Text("找不到表格文件。", "There is no such table.")
        return empty, [problem(what, Text("检查文件名。", "Check the name of the file."), found=name)]
    except (ValueError, csv.Error):
        what = Text("表格不是 UTF-8 编码的 CSV，或过大。", "The table is not CSV in UTF-8, or too large.")
        return empty, [problem(what, Text("另存为“CSV UTF-8”。", "Save it as CSV UTF-8."), found=name)]
    file = path.as_posix()
    if not rows:
        what = Text("表格是空的。", "The table is empty.")
        return empty, [
            problem(what, Text("第一行写列名。", "Write the headings in the first line."), 1, "", Place(file, 1))
        ]
    headings = [HEADINGS.get(h.strip(), h.strip()) for h in rows[0]]
    problems: list[Problem] = []
    values: list[Any] = []
    places: dict[tuple[str | int, ...], Place] = {(): Place(file, 1)}
    for double in sorted({h for h in headings if headings.count(h) > 1}):
        what = Text("两列同名。", "Two columns have one heading.")
        problems.append(problem(what, Text("改其中一个列名。", "Rename one."), 1, double, Place(file, 1)))
    facts = {name for name in UnitTerms.model_fields if name != "values"}
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(headings):
            what = Text("这一行的列数与表头不符。", "This line has another number of cells than the headings.")
            remedy = Text("补齐或删去多余的单元格。", "Fill in or remove cells.")
            problems.append(problem(what, remedy, line, f"{len(row)} ≠ {len(headings)}", Place(file, line)))
            continue
        record: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for heading, cell in zip(headings, row, strict=True):
            if cell.strip():
                (record if heading in facts else own)[heading] = cell.strip()
        if own:
            record["values"] = own
        places[(len(values),)] = Place(file, line)
        values.append(record)
    return Document(values, places), problems
