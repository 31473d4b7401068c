"""假设: every input once, with its unit, bounds, source and whether it was changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from finsim.report.units import unit_words
from finsim.report.workbook.book import INPUTS, Book
from finsim.report.workbook.formulas import literal
from finsim.report.workbook.layout import (
    BODY,
    ENGLISH,
    HEADINGS,
    ID,
    LABEL,
    quoted,
)
from finsim.report.workbook.paper import BAD, GREY, RULE, SECTION, SMALL, TYPED, Page, input_format
from finsim.scenario.scenario import Origin, Scenario, Unit
from finsim.sheet import Text
from finsim.sheet.block import Bounds
from finsim.sheet.model import InputRow, Model

CHANGED, OUTSIDE, NO_NUMBER = "已改 changed", "超限 out of range", "非数值 not a number"
"""What the state of an input may say; empty where it is as it was."""

# Columns of the sheet of inputs, after id, label and label in English.
_MEMBER, _UNIT, _VALUE, _STATE, _BASE, _LOW, _HIGH, _FROM, _TO, _KIND, _SOURCE, _NOTE, _PLACE = range(3, 16)
LARGEST = 1e12


@dataclass(frozen=True)
class Given:
    """One value of an input: of all units, of one unit, or of the account."""

    row: InputRow
    sheet: str
    section: Text
    unit: str
    member: Text
    value: float
    origin: Origin
    split: bool
    """Whether the value is a unit's part of a programme total, whose range the assumption states."""

    @property
    def id(self) -> str:
        return f"units.{self.unit}.{self.row.path}" if self.unit else self.row.path


def given(scenario: Scenario, units: Sequence[Unit]) -> Iterator[Given]:
    """Every input of the account and of these units once, in the order of the sheets."""
    everywhere = Text("全部单元", "all units")
    listed, sheets = {note.subject for note in scenario.splits}, scenario.sheets
    for row in sheets.unit.inputs.values():
        if len(scenario.numbers.unit_inputs[row.path]) > 1:
            for unit in units:
                member = Text(f"{unit.id} {unit.label.zh}", f"{unit.id} {unit.label.en}")
                yield _given(scenario, sheets.unit, row, "unit", unit.id, member, listed)
        elif units:
            yield _given(scenario, sheets.unit, row, "unit", "", everywhere, listed)
    for row in sheets.account.inputs.values():
        yield _given(scenario, sheets.account, row, "account", "", Text("主体", "account"), listed)


def number_of(scenario: Scenario, sheet: str, path: str, unit: str) -> float:
    """The number of an input: of one unit, or the one for all units or the account (``unit`` "")."""
    array = scenario.numbers.unit_inputs[path] if sheet == "unit" else scenario.numbers.account_inputs[path]
    return float(array[scenario.numbers.units.index(unit) if unit and len(array) > 1 else 0])


def _given(scenario: Scenario, model: Model, row: InputRow, sheet: str, unit: str, member: Text, listed: Collection[Text]) -> Given:
    """``model`` is the sheet; ``listed`` are the subjects of all splits among units."""
    label = model.sections[row.section].label
    subject = Text(f"{label.zh}·{row.label.zh}", f"{label.en}: {row.label.en}")
    shared = row.path.startswith("stakes.") or subject in listed
    split = bool(unit) and shared and (row.path, unit) not in scenario.unit_origins
    origin = scenario.origin(sheet, row.path, unit)
    return Given(row, sheet, label, unit, member, number_of(scenario, sheet, row.path, unit), origin, split)


def write_inputs(book: Book, page: Page) -> None:
    """假设: one line per value; what the scenario does not use is filtered away, not left out."""
    page.title(
        Text("假设（输入）", "Inputs"),
        Text(
            "黄底蓝字的单元格可以修改，其余各表自动重算；“未采用”的行已筛去，用“性质”列的筛选按钮可显示。",
            "Edit the yellow cells; all other sheets follow. Inputs not used are filtered out: use the button in column M.",
        ),
    )
    _columns(page)
    line, section = BODY, ""
    items = list(given(book.result.scenario, book.units))
    used = {item.row.section for item in items if item.origin.kind != "default"}
    for item in items:
        if item.row.section != section:
            section = item.row.section
            page.section(line, f"{item.section.zh}  {item.section.en}", _PLACE)
            if section not in used:
                page.text(line, _KIND, _UNUSED, align="center", **SMALL | SECTION)
                page.sheet.set_row(line, 17, None, {"hidden": True})
            line += 1
        _input(book, page, line, item)
        book.inputs[item.unit, item.row.path] = f"{quoted(INPUTS)}!$F${line + 1}"
        line += 1
    page.sheet.autofilter(HEADINGS, ID, line - 1, _PLACE)
    page.sheet.filter_column_list(_KIND, [*_KINDS, "Blanks"])
    _sources(book, page, line + 1)
    mark(page, "G", _STATE, line - 1)
    book.input_states.append(f"{quoted(INPUTS)}!$G${BODY + 1}:$G${line}")
    page.sheet.freeze_panes(BODY, _UNIT)
    page.finish(line + len(book.result.scenario.sources) + 2, _PLACE)


_UNUSED = "未采用 not used"
_KINDS = ("有来源 sourced", "待核实 to be verified", "假设 assumed", "推算 derived", "求解得出 solved", "命令行改动 set on the command line")


def _columns(page: Page) -> None:
    widths = {
        ID: 30, LABEL: 26, ENGLISH: 26, _MEMBER: 24, _UNIT: 9, _VALUE: 14, _STATE: 13, _BASE: 14, _LOW: 9, _HIGH: 9,
        _FROM: 11, _TO: 11, _KIND: 13, _SOURCE: 30, _NOTE: 50, _PLACE: 20,
    }  # fmt: skip
    for column, width in widths.items():
        page.sheet.set_column(column, column, width, None, {"hidden": True} if column == ID else {})
    texts = {
        ID: "id", LABEL: "参数", ENGLISH: "input", _MEMBER: "适用范围 of", _UNIT: "单位 unit", _VALUE: "取值 value", _STATE: "状态 state",
        _BASE: "生成时 as written", _LOW: "下限 from", _HIGH: "上限 to", _FROM: "假设低 assumed low", _TO: "假设高 assumed high",
        _KIND: "性质 kind", _SOURCE: "来源 source", _NOTE: "说明 note", _PLACE: "方案文件：行 file: line",
    }  # fmt: skip
    page.headings(HEADINGS, texts, _PLACE)


def _input(book: Book, page: Page, line: int, item: Given) -> None:
    row, origin, shape = item.row, item.origin, input_format(item.row)
    plain = {"bottom": 7, "bottom_color": RULE}
    small = SMALL | plain
    grey = plain | {"font_color": GREY, "num_format": shape}
    page.text(line, ID, item.id, font_size=8, font_color=GREY)
    page.text(line, LABEL, row.label.zh, indent=1, **plain)
    page.text(line, ENGLISH, row.label.en, **small)
    page.text(line, _MEMBER, item.member.zh, **small)
    page.text(line, _UNIT, unit_words(row.unit, "zh"), align="center", **plain | {"font_color": GREY})
    page.number(line, _VALUE, item.value, num_format=shape, **TYPED)
    page.formula(line, _STATE, _state(line, row.bounds), "", align="center", **plain)
    page.number(line, _BASE, item.value, **grey)
    low, high = _limits(row.bounds)
    for column, limit in ((_LOW, low), (_HIGH, high)):
        if limit is None:
            page.blank(line, range(column, column + 1), **plain)
        else:
            page.number(line, column, limit, **grey)
    note = origin.note.zh
    assumed = origin.assumed
    if assumed and item.split:
        note = f"{note.rstrip('。 ')}；合计的假设范围：{assumed[0]:,g} 至 {assumed[1]:,g}。"
        assumed = None
    for column, end in ((_FROM, 0), (_TO, 1)):
        if assumed:
            page.number(line, column, assumed[end], **grey)
        else:
            page.blank(line, range(column, column + 1), **plain)
    page.text(line, _KIND, f"{origin.word.zh} {origin.word.en}", align="center", **small)
    source = book.result.scenario.sources.get(origin.source)
    shown = source.document.zh if source else ""
    page.text(line, _SOURCE, shown, **small)
    page.text(line, _NOTE, note, **small)
    page.text(line, _PLACE, f"{PurePath(origin.place.file).name}: {origin.place.line}", **small)
    page.height(
        line, (row.label.en, 26), (item.member.zh, 24), (shown, 30), (note, 50), hidden=origin.kind == "default"
    )
    page.sheet.data_validation(line, _VALUE, line, _VALUE, _validation(line, row.bounds))


def _limits(bounds: Bounds) -> tuple[float | None, float | None]:
    low = bounds.ge if bounds.ge is not None else bounds.gt
    return low, bounds.le if bounds.le is not None else bounds.lt


def _outside(cell: str, bounds: Bounds) -> list[str]:
    """Conditions under which a value lies outside its bounds."""
    limits = ((bounds.ge, "<"), (bounds.gt, "<="), (bounds.le, ">"), (bounds.lt, ">="))
    return [f"{cell}{sign}{literal(limit)}" for limit, sign in limits if limit is not None]


def _state(line: int, bounds: Bounds) -> str:
    value, base = f"F{line + 1}", f"H{line + 1}"
    changed = f'IF({value}={base},"","{CHANGED}")'
    outside = _outside(value, bounds)
    if outside:
        changed = f'IF(OR({",".join(outside)}),"{OUTSIDE}",{changed})'
    return f'IF(ISNUMBER({value}),{changed},"{NO_NUMBER}")'


def _validation(line: int, bounds: Bounds) -> dict[str, Any]:
    low, high = _limits(bounds)
    words = [f"{a} {literal(x)}" for x, a in (
        (bounds.ge, "≥"), (bounds.gt, ">"), (bounds.le, "≤"), (bounds.lt, "<")) if x is not None]  # fmt: skip
    message = f"允许的范围 Allowed: {'，'.join(words) or '数值 a number'}"
    common = {"error_title": "超出允许范围 Out of range", "error_message": message, "ignore_blank": False}
    if bounds.gt is not None or bounds.lt is not None:
        cell = f"F{line + 1}"
        return common | {
            "validate": "custom",
            "value": f"=AND(ISNUMBER({cell}),NOT(OR({','.join(_outside(cell, bounds))})))",
        }
    return common | {
        "validate": "decimal", "criteria": "between",
        "minimum": -LARGEST if low is None else low, "maximum": LARGEST if high is None else high,
    }  # fmt: skip


def mark(page: Page, letter: str, column: int, last: int) -> None:
    """States in colour: red where the value cannot be used, amber where it was changed."""
    for text, colours in (
        (OUTSIDE, BAD),
        (NO_NUMBER, BAD),
        (CHANGED, {"bg_color": "#FFE699", "font_color": "#7F6000"}),
    ):
        page.colour(BODY, last, column, f'{letter}{BODY + 1}="{text}"', colours)


def _sources(book: Book, page: Page, line: int) -> None:
    """The documents that the sources name."""
    entries = book.result.scenario.sources.values()
    if not entries:
        return
    page.section(line, "来源文件  Sources", _PLACE)
    for number, entry in enumerate(entries, line + 1):
        words = [entry.document.zh, entry.document.en, entry.date, entry.link, entry.note]
        page.text(number, LABEL, " · ".join(word for word in words if word), font_size=8, indent=1)
