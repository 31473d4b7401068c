"""Writing on a sheet: formats, texts that stay texts, and formulas that are counted."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from finsim.report.workbook.layout import (
    BODY,
    ENGLISH,
    FIRST,
    HEADINGS,
    ID,
    LABEL,
    NOTE,
    ONCE,
    OPENING,
    TITLE,
    UNIT,
    WORDS,
    Columns,
)
from finsim.sheet import Text
from finsim.sheet.model import InputRow

FONT = "微软雅黑"
NAVY, BAND, LINK, GREY, FAINT, RULE = "#1F3864", "#D9E2F3", "#00703C", "#7F7F7F", "#F2F2F2", "#D0D0D0"
GOOD, BAD = {"bg_color": "#C6EFCE", "font_color": "#006100"}, {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
TYPED = {"bg_color": "#FFF9E1", "font_color": "#0000FF", "border": 1, "border_color": "#BFBFBF", "locked": False}
HEAD = {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "text_wrap": True}
SECTION = {"bold": True, "font_color": NAVY, "bg_color": BAND}
SMALL = {"font_size": 8, "font_color": "#595959", "text_wrap": True}

AMOUNT = '[>=0.005]#,##0.00_);[Red][<=-0.005]\\-#,##0.00_);"–"_)'
"""What would read 0.00 or -0.00 is a dash."""
PER_CENT = "0.00%_)"
WHOLE = '#,##0_);[Red]\\-#,##0_);"–"_)'
TIMES = "0.000_)"
# A section with a condition shows no minus sign of its own.
FACTOR = '[=0]"–"_);[<0]\\-0.0000_);0.0000_)'
FLAG = '[=0]"–"_);[<0]\\-General_);General_)'
YEARS = '[=0]"–"_);[<0]\\-0.00_);0.00_)'
YEAR = "0_)"
SWITCH = "General"
LONGEST_TEXT = 32_767

_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Directions of characters that would show a text in another order than it has."""
_FORBIDDEN = re.compile("[\ud800-\udfff\ufffe\uffff]")


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """A user's text without characters that a cell cannot hold or that would turn its order around."""
    kept = "".join(
        " " if c in "\t\r\n" else c for c in _FORBIDDEN.sub("", text)
        if c in "\t\r\n" or (unicodedata.category(c) != "Cc" and unicodedata.bidirectional(c) not in _TURNING)
    )  # fmt: skip
    return kept[:LONGEST_TEXT]


def number_format(unit: str, values: Sequence[float] = ()) -> str:
    """How a calculated number of this unit is shown; pure numbers that are whole, such as flags, without decimals."""
    if unit == "1" and values and all(value % 1 == 0 for value in values):
        return FLAG
    return {"1": FACTOR, "倍": TIMES, "年": YEARS, "户": WHOLE, "栋": WHOLE, "个": WHOLE, "次": WHOLE, "年份": YEAR}.get(unit, AMOUNT)


def input_format(row: InputRow) -> str:
    """How an input is shown: shares and rates as per cent, other pure numbers as amounts, a nought as a nought."""
    if row.unit != "1":
        shape = number_format(row.unit)
        return {AMOUNT: "#,##0.00_)", WHOLE: "#,##0_)", YEARS: "0.00_)"}.get(shape, shape)
    if row.label.en.endswith("(1 yes, 0 no)"):
        return SWITCH  # in a cell of per cent, Excel would read a typed 1 as 1 %
    return PER_CENT if row.bounds.le is not None and row.bounds.le <= 2 else "#,##0.00_)"


@lru_cache(maxsize=8192)
def width_of(text: str) -> float:
    """Width in half-width Chinese characters; Latin letters are a little narrower."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 0.9 for c in text)


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are: the library would search each for functions that we never write."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class Paper:
    """A workbook being written, with its formats made once each."""

    def __init__(self, workbook: Any, title: str) -> None:
        self.workbook = workbook
        self.title = title
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def look(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 9, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format(base | properties)
        return self._formats[key]

    def page(self, name: str, colour: str) -> Page:
        return Page(self, name, colour)


class Page:
    """One sheet. It counts its formulas and adds up the numbers in its columns from the constants on."""

    def __init__(self, paper: Paper, name: str, colour: str) -> None:
        self.paper, self.name = paper, name
        self.sheet = paper.workbook.add_worksheet(name, _Sheet)
        self.sheet.hide_gridlines(2)
        self.sheet.set_tab_color(colour)
        self.sheet.set_zoom(85)
        self.formulas = 0
        self.total = 0.0
        self.size = 0.0

    # ---- cells ---------------------------------------------------------------------------------------------
    def text(self, line: int, column: int, text: str, **look: Any) -> None:
        """A text that never becomes a formula, not even when it is edited."""
        shown = clean(text)
        if shown[:1] in tuple("=+-@"):
            look["quote_prefix"] = True
        if shown:
            self.sheet.write_string(line, column, shown, self.paper.look(**look))
        else:
            self.sheet.write_blank(line, column, None, self.paper.look(**look))

    def blank(self, line: int, columns: range, **look: Any) -> None:
        for column in columns:
            self.sheet.write_blank(line, column, None, self.paper.look(**look))

    def number(self, line: int, column: int, value: float, **look: Any) -> None:
        self.sheet.write_number(line, column, value, self.paper.look(**look))
        self._add(value)

    def formula(self, line: int, column: int, formula: str, value: float | str, **look: Any) -> None:
        """A live formula (without its equals sign), with the value that it has now."""
        self.put(line, column, formula, value, self.paper.look(**look))

    def put(self, line: int, column: int, formula: str, value: float | str, look: Any) -> None:
        shown = "" if isinstance(value, float) and math.isnan(value) else value
        self.sheet.write_formula(line, column, formula, look, shown)
        self.formulas += 1
        if not isinstance(shown, str):
            self._add(shown)

    def _add(self, value: float) -> None:
        self.total += value
        self.size += abs(value)

    def colour(self, first: int, last: int, column: int, condition: str, colours: dict[str, str]) -> None:
        """Colours the cells of a column where a condition, written for the first of them, holds."""
        rule = {"type": "formula", "criteria": f"={condition}", "format": self.paper.workbook.add_format(colours)}
        self.sheet.conditional_format(first, column, last, column, rule)

    # ---- the frame of a sheet ------------------------------------------------------------------------------
    def title(self, title: Text, note: Text) -> None:
        self.sheet.set_row(TITLE, 26)
        self.text(TITLE, LABEL, f"{title.zh}  {title.en}", bold=True, font_size=15, font_color=NAVY)
        self.text(NOTE, LABEL, f"{note.zh} {note.en}", font_color=GREY)

    def headings(self, line: int, headings: dict[int, str], last: int, first: int = ID) -> None:
        self.sheet.set_row(line, 32)
        for column in range(first, last + 1):
            align = "left" if column in (LABEL, ENGLISH) else "center"
            self.text(line, column, headings.get(column, ""), align=align, **HEAD)

    def section(self, line: int, text: str, last: int) -> None:
        self.sheet.set_row(line, 17)
        self.blank(line, range(ID, last + 1), **SECTION)
        self.text(line, LABEL, text, **SECTION)

    def columns_with_years(
        self, columns: Columns, words: str, once: str = "合计/常数 total", opening: str = "期初 opening"
    ) -> None:
        """Widths and headings of a sheet whose columns are years."""
        sheet = self.sheet
        for column, width in {LABEL: 30, ENGLISH: 26, UNIT: 7, WORDS: 44, ONCE: 13, OPENING: 11}.items():
            sheet.set_column(column, column, width)
        sheet.set_column(ID, ID, 30, None, {"hidden": True})
        sheet.set_column(FIRST, columns.end, 10.5)
        sheet.set_column(columns.end + 1, columns.end + 1, 3, None, {"hidden": True})
        texts = {
            ID: "id",
            LABEL: "项目",
            ENGLISH: "item",
            UNIT: "单位 unit",
            WORDS: words,
            ONCE: once,
            OPENING: opening,
        }
        self.headings(HEADINGS, texts, columns.end)
        for t, year in enumerate(columns.years):
            self.sheet.write_number(
                HEADINGS, FIRST + t, year, self.paper.look(num_format='0"年"', align="center", **HEAD)
            )
        sheet.freeze_panes(BODY, WORDS)

    def height(self, line: int, *cells: tuple[str, float], hidden: bool = False) -> None:
        """High enough for wrapped small texts, each given with the width of its column."""
        lines = max((math.ceil(width_of(text) / (1.3 * width)) for text, width in cells), default=1)
        self.sheet.set_row(line, max(15, 11.5 * lines + 2), None, {"hidden": True} if hidden else {})

    def finish(self, last_line: int, last_column: int, pages: int = 1, repeat: bool = False) -> None:
        """Print set-up (A3, landscape, headings repeated) and protection without a password."""
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(pages, 0)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.print_area(0, ID, last_line, last_column)
        everywhere = f"A1:{xl_col_to_name(last_column + 1)}{last_line + 1}"
        sheet.ignore_errors(
            {"formula_differs": everywhere, "formula_range": everywhere, "empty_cell_reference": everywhere}
        )
        sheet.repeat_rows(HEADINGS)
        if repeat:
            sheet.repeat_columns(ID, UNIT)
        footer = clean(self.paper.title)[:80].replace("&", "&&")
        sheet.set_footer(f"&L&8{footer}&C&8&A&R&8第 &P 页，共 &N 页")
        self.protect()

    def protect(self) -> None:
        self.sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
