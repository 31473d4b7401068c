"""A bureau's list of neighbourhoods, as it is kept in a spreadsheet, turned into a table beside a scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from finsim.model.facts import Facts
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.quantity import QuantityError
from finsim.scenario.refusals import MOST_PROBLEMS, Refusal
from finsim.scenario.spreadsheet import Sheets, address
from finsim.scenario.tables import HEADINGS
from finsim.scenario.values import read_stated
from finsim.scenario.words import listed, near
from finsim.sheet import Input, Text

Cells = Sequence[str]

FACTS = {fact.name: fact for fact in Facts.declarations() if isinstance(fact, Input)}
NAMES = {
    "编号": ("编号", "代码", "小区编号", "项目编号", "id", "code"),
    "名称": ("名称", "小区名称", "小区", "老旧小区名称", "改造小区", "改造小区名称", "项目名称", "单元名称", "name", "neighbourhood"),
    "英文名称": ("英文名称", "english name"),
    "所属片区": ("所属片区", "片区", "片区名称", "district"),
    "所属县区": ("所属县区", "县", "区", "区县", "县区", "县市区", "区市县", "所属区县", "所属区", "county"),
    "实施企业": ("实施企业", "实施主体", "实施单位", "company"),
    "户数": ("户数", "总户数", "居民户数", "涉及户数", "改造户数", "住户数", "households"),
    "建筑面积": ("建筑面积", "总建筑面积", "改造面积", "改造建筑面积", "涉及建筑面积", "面积", "floor area", "area"),
    "楼栋数": ("楼栋数", "栋数", "楼栋", "楼幢数", "幢数", "涉及楼栋", "改造楼栋数", "buildings"),
    "小区数": ("小区数", "小区个数", "neighbourhoods"),
    "单元门数": ("单元门数", "单元数", "楼道数", "entrances"),
    "层数": ("层数", "楼层", "楼层数", "floors"),
    "加装电梯数": ("加装电梯数", "加装电梯", "拟加装电梯", "拟加装电梯数", "lifts"),
    "2000年底前建成比例": ("2000年底前建成比例", "share built by 2000"),
    "建成年份": ("建成年份", "建成年代", "建成时间", "竣工年份", "竣工时间", "建造年代", "建设年代", "year built"),
    "开工年份": ("开工年份", "计划开工年份", "改造年度", "计划改造年度", "改造年份", "begins"),
    "承诺出资": ("承诺出资", "居民承诺出资", "pledged"),
    "相邻单元": ("相邻单元", "neighbours"),
    "备注": ("备注", "note"),
}  # fmt: skip
"""Heading of finsim's own table → what bureaus call it."""
REQUIRED = ("名称", "户数", "建筑面积", "楼栋数")
_KNOWN = {name.replace(" ", ""): heading for heading, names in NAMES.items() for name in names}
_BUILT = "建成年份"
_PASSED_DOWN = ("所属片区", "所属县区", "实施企业")
"""Columns in which merged cells stand: a blank one means the same as above."""
_ENGLISH = (("所属片区", "所属片区（英文）", "district"), ("所属县区", "所属县区（英文）", "county"), ("实施企业", "实施企业（英文）", "company"))
_TOTALS = ("合计", "总计", "小计", "共计", "total", "totals")
_NUMBERS = ("序号", "no.", "no", "#")
_FIRST_LINES, _FEWEST = 20, 3
"""Headings stand within so many lines, and are recognised by so many known names in one."""
_TURN = 2000
_WHOLE = {"层数": "层", "开工年份": "年"}
"""Whole numbers, and the word that may stand behind them."""
_YEAR = re.compile(r"(1[89]|20)\d\d(?=年|$|[-./])")
_UNIT = re.compile(r"[（(\[【](.*?)[)）\]】]")
_SQUARE = {"万平方米": "万㎡", "万平米": "万㎡", "万㎡": "万㎡", "万m2": "万㎡", "万m²": "万㎡", "平方米": "㎡", "平米": "㎡", "㎡": "㎡", "m2": "㎡", "m²": "㎡"}
_MONEY = {"万元": "万元", "元": "元", "亿元": "亿元"}

_NO_HEADINGS = Refusal(
    Text("找不到表头。", "There are no headings."), Text(f"前 {_FIRST_LINES} 行内，一行含名称、户数、建筑面积、楼栋数等列名", f"within {_FIRST_LINES} lines, names such as households, area, buildings in one line"),
    Text("表头写成一行，例如 小区名称、户数、建筑面积（㎡）、楼栋数。", "Write the headings in one line, such as name, households, area (㎡), buildings."),
)  # fmt: skip
_NO_ROWS = Refusal(
    Text("表头下面没有小区。", "There is no neighbourhood below the headings."), Text("每行一个小区", "a neighbourhood a line"), Text("补上各行。", "Add the lines."),
)  # fmt: skip
_BLANK = Refusal(
    Text("必填的单元格是空的。", "A cell that must be filled in is blank."), Text("数值或名称", "a number or a name"), Text("填上；没有就写 0。", "Fill it in, with 0 for none."),
)  # fmt: skip
_TWICE = Refusal(
    Text("两列是同一内容。", "Two columns say the same thing."), Text("每项一列", "one column each"), Text("删去其中一列。", "Remove one of them."),
)  # fmt: skip
_SAME_ID = Refusal(
    Text("两个小区编号相同。", "Two neighbourhoods have one id."), Text("每个编号只用一次", "each id once"), Text("改其中一个编号。", "Change one of them."),
)  # fmt: skip
_NO_WHOLE = Refusal(
    Text("不是整数。", "This is no whole number."), Text("整数，如 6、6层、2026年", "a whole number, such as 6 or 2026"),
    Text("只写一个整数；跨层或跨年的分行写。", "Write one whole number."),
)  # fmt: skip
_NO_YEAR = Refusal(
    Text("看不出建成年份。", "The year of completion cannot be told."), Text("四位年份，如 1998、1998年", "four digits, such as 1998"),
    Text("改写成年份；跨 2000 年的小区写“2000年底前建成比例”列。", "Write the year; one built on both sides of 2000 needs the column of the share built by 2000."),
)  # fmt: skip


@dataclass
class Listing:
    """A list as it was understood: finsim's headings, a line for each unit, and remarks on what was read how."""

    headings: list[str]
    rows: list[list[str]]
    remarks: list[Text] = field(default_factory=list)
    households: float = 0.0


def read_listing(found: Sheets, path: Path, sheet: str | None = None) -> Listing:
    """The units of a list. Raises :class:`ScenarioError` with the address of every cell that cannot be used."""
    if sheet is not None and sheet not in found:
        what, names = Text("工作簿中没有这张工作表。", "The workbook has no such sheet."), list(found)
        remedy = near(sheet, names, Text("改为已有的工作表。", "Use a sheet that is there."))
        raise ScenarioError([Problem(path.as_posix(), None, "--sheet", what, sheet, listed(names), remedy)])
    name = sheet or next(iter(found))
    reader = _Reader(path.as_posix(), name, [(line, [c.strip() for c in cells]) for line, cells in found[name]])
    return reader.listing()


class _Reader:
    def __init__(self, file: str, sheet: str, lines: Sequence[tuple[int, Cells]]) -> None:
        self.file, self.sheet, self.lines = file, sheet, lines
        self.problems: list[Problem] = []
        self.remarks: list[Text] = []
        self.english: dict[str, dict[str, int]] = {}

    def listing(self) -> Listing:
        start = next((i for i, (_, cells) in enumerate(self.lines[:_FIRST_LINES]) if sum(map(bool, map(_known, cells))) >= _FEWEST), None)
        if start is None:
            raise ScenarioError([self._problem(1, None, _NO_HEADINGS)])
        line, heads = self.lines[start]
        columns = self._columns(line, heads)
        rows = list(self._units(columns, heads, self.lines[start + 1 :]))
        if not rows and not self.problems:
            self.problems.append(self._problem(line, None, _NO_ROWS))
        if self.problems:
            raise ScenarioError(self.problems)
        headings = [heading for heading in HEADINGS if any(row.get(heading) for row in rows)]
        households = sum(read_stated(row["户数"], FACTS["households"]).number for row in rows)
        return Listing(headings, [[row.get(heading, "") for heading in headings] for row in rows], self.remarks, households)

    # ---- headings ------------------------------------------------------------------------------------------
    def _columns(self, line: int, heads: Cells) -> dict[int, str]:
        """Column → finsim's heading; what is not known is left out and said."""
        found: dict[int, str] = {}
        left = []
        for column, head in enumerate(heads):
            heading = _known(head)
            if heading and heading in found.values():
                self.problems.append(self._problem(line, column, _TWICE, head))
            elif heading:
                found[column] = heading
            elif head and _plain(head) not in _NUMBERS:
                left.append(head)
        for heading in REQUIRED:
            if heading not in found.values():
                names = NAMES[heading]
                what = Text(f"缺少{heading}列。", f"There is no column of {names[-1]}.")
                remedy = Text(f"补上“{heading}”列。", f"Add the column {names[-1]}.")
                self.problems.append(self._problem(line, None, Refusal(what, Text("、".join(names[:4]), names[-1]), remedy)))
        if left:
            self.remarks.append(Text(f"未采用的列：{'、'.join(left)}。", f"Columns left out: {', '.join(left)}."))
        return found

    # ---- lines ---------------------------------------------------------------------------------------------
    def _units(self, columns: dict[int, str], heads: Cells, lines: Sequence[tuple[int, Cells]]) -> Iterator[dict[str, str]]:
        above: dict[str, str] = {}
        ids: dict[str, int] = {}
        sums = dict.fromkeys(("户数", "楼栋数"), 0.0)
        derived = False
        for line, cells in lines:
            if len(self.problems) >= MOST_PROBLEMS:
                return
            said = {heading: cells[column] for column, heading in columns.items() if column < len(cells)}
            if any(_plain(cell).rstrip("：:") in _TOTALS for cell in cells):
                self._total(line, said, sums)
                continue
            if not any(said.values()):
                continue
            above |= {heading: said[heading] for heading in _PASSED_DOWN if said.get(heading)}
            row = {**said, **{heading: above[heading] for heading in _PASSED_DOWN if heading in columns.values() and heading in above}}
            derived |= self._row(line, row, columns, heads)
            row.setdefault("编号", "")
            row["编号"] = row["编号"] or f"u{len(ids) + 1:03}"
            if row["编号"] in ids:
                self.problems.append(self._problem(line, _column(columns, "编号"), _SAME_ID, row["编号"]))
            ids[row["编号"]] = line
            self._english(row, len(ids))
            row.setdefault("小区数", "1")
            for heading in sums:
                sums[heading] += _number(row.get(heading, ""))
            yield row
        if "小区数" not in columns.values():
            self.remarks.append(Text("每行按一个小区计（没有“小区数”列）。", "Each line counts as one neighbourhood: there is no column of their number."))
        if "英文名称" not in columns.values():
            self.remarks.append(Text("英文名称暂按次序编排，请在表中改写。", "English names are numbered for now; write them into the table."))
        if derived:
            self.remarks.append(Text(f"“2000年底前建成比例”由建成年份推出：{_TURN} 年及以前为 100%，以后为 0。", f"The share built by {_TURN} follows from the year of completion: 100 % or 0."))

    def _row(self, line: int, row: dict[str, str], columns: dict[int, str], heads: Cells) -> bool:
        """Check the cells of a line and give each its unit; whether the share built by 2000 was derived."""
        for column, heading in columns.items():
            text = row.get(heading, "")
            key = HEADINGS.get(heading, "")
            if not text:
                if heading in REQUIRED:
                    self.problems.append(self._problem(line, column, _BLANK))
                continue
            if key in FACTS:
                row[heading] = text = f"{text.replace(',', '').replace('，', '')}{_suffix(heads[column], text)}"
                try:
                    read_stated(text, FACTS[key])
                except QuantityError as error:
                    self.problems.append(self._problem(line, column, Refusal(error.what, error.allowed, error.remedy), text))
            elif heading in _WHOLE:
                row[heading] = text.removesuffix(_WHOLE[heading])
                if not row[heading].isdecimal():
                    self.problems.append(self._problem(line, column, _NO_WHOLE, text))
        built = row.pop(_BUILT, "")
        if not built or row.get("2000年底前建成比例"):
            return False
        year = _YEAR.match(built)
        if year is None or len(set(_YEAR.findall(built))) > 1:
            self.problems.append(self._problem(line, _column(columns, _BUILT), _NO_YEAR, built))
        else:
            row["2000年底前建成比例"] = "100%" if int(year.group()) <= _TURN else "0%"
        return True

    def _english(self, row: dict[str, str], number: int) -> None:
        """Numbered names where the list has none; one name for one place."""
        row["英文名称"] = row.get("英文名称") or f"neighbourhood {number}"
        for heading, english, word in _ENGLISH:
            if row.get(heading):
                numbers = self.english.setdefault(heading, {})
                row[english] = f"{word} {numbers.setdefault(row[heading], len(numbers) + 1)}"

    def _total(self, line: int, said: dict[str, str], sums: dict[str, float]) -> None:
        """A line of totals is no neighbourhood; what it says is compared with the lines above."""
        self.remarks.append(Text(f"第 {line} 行是合计，未作为小区。", f"Line {line} is a total, not a neighbourhood."))
        for heading, total in sums.items():
            stated = _number(said.get(heading, ""))
            if stated and abs(stated - total) > 0.5:
                self.remarks.append(
                    Text(f"注意：第 {line} 行的{heading}合计 {stated:,.0f}，各行之和为 {total:,.0f}。",
                         f"Note: line {line} has {stated:,.0f} {NAMES[heading][-1]} in all, the lines add up to {total:,.0f}.")
                )  # fmt: skip

    def _problem(self, line: int, column: int | None, refusal: Refusal, found: str = "") -> Problem:
        place = self.sheet if column is None else f"{self.sheet}!{address(line, column + 1)}"
        return Problem(self.file, line, place, found=found, **refusal._asdict())


def _plain(head: str) -> str:
    """A heading without its unit, spaces and line breaks."""
    return re.sub(r"\s+|[*＊]", "", _UNIT.sub("", head)).lower()


def _known(head: str) -> str:
    return _KNOWN.get(_plain(head), "")


def _suffix(head: str, text: str) -> str:
    """The unit that stands in the heading, for a cell that has none: ``建筑面积（万平方米）``."""
    if not re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", text.replace(",", ""), re.IGNORECASE):
        return ""
    for said in _UNIT.findall(head):
        word = re.sub(r"\s+", "", said).lower().removeprefix("单位：").removeprefix("单位:")
        if unit := _SQUARE.get(word) or _MONEY.get(word):
            return f" {unit}"
    return ""


def _column(columns: dict[int, str], heading: str) -> int | None:
    return next((column for column, name in columns.items() if name == heading), None)


def _number(text: str) -> float:
    found = re.match(r"[\d.]+", text.replace(",", ""))
    return float(found.group()) if found else 0.0
