"""计算: one sheet per unit and one for the account; every row a live formula, the same over all its years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finsim.report.units import unit_words
from finsim.report.workbook.book import INPUTS, SERIES, SUMS, Book, Values
from finsim.report.workbook.formulas import Printer
from finsim.report.workbook.layout import (
    ENGLISH,
    FIRST,
    ID,
    LABEL,
    ONCE,
    OPENING,
    UNIT,
    WORDS,
    Layout,
)
from finsim.report.workbook.paper import (
    FAINT,
    FONT,
    GREY,
    LINK,
    NAVY,
    SMALL,
    Page,
    input_format,
    number_format,
)
from finsim.report.workbook.recovery import write_recovery_rows
from finsim.sheet import Text
from finsim.sheet.model import Row, Section

ADDED = ("万元", "次")
"""Units of flows whose sum over the years is shown."""


def write_unit(book: Book, page: Page, unit: str, label: Text) -> None:
    """The sheet of one unit."""
    shared = book.result.scenario.splits and len(book.result.scenario.units) > 1
    mark = Text("（示意：部分数值由合计分摊）", " (illustrative: some values are split from totals)")
    zh, en = mark if shared else Text("", "")
    page.title(Text(f"计算 · {unit} {label.zh}{zh}", f"Calculation · {label.en}{en}"), _NOTE)
    _Calculation(book, page, book.unit_layout, book.of_unit(unit), unit).write()
    page.finish(book.unit_layout.last, book.columns.end, book.columns.pages, repeat=True)


def write_account(book: Book, page: Page) -> None:
    """The sheet of the account."""
    page.title(Text(f"计算 · 主体：{book.label.zh}", f"Calculation · account: {book.label.en}"), _NOTE)
    _Calculation(book, page, book.account_layout, book.values, "").write()
    write_recovery_rows(book, page)
    page.finish(book.recovery.turning, book.columns.end, book.columns.pages, repeat=True)


_NOTE = Text(
    "每行一个公式，各年一致；“上期”取左侧一列，期初列为首年的上期值。绿色行引自其他表；未采用的参数行已隐藏。单位：万元（另注除外）。",
    "One formula a row, the same in all years; last year's value is the cell to the left. Green rows are links.",
)


class _Calculation:
    """Writes one sheet: ``unit`` is "" for the account."""

    def __init__(self, book: Book, page: Page, layout: Layout, values: Values, unit: str) -> None:
        self.book, self.page, self.layout, self.values, self.unit = book, page, layout, values, unit
        self.columns = book.columns
        self.model = layout.model
        self.printer = Printer(
            layout.numbered, layout.once, self.columns.first, self.columns.last, self.columns.once, book.unit_sum
        )

    def write(self) -> None:
        page, columns = self.page, self.columns
        page.columns_with_years(columns, "计算说明 formula in words")
        for number, (line, section) in enumerate(self.layout.headings, 1):
            page.section(line, _heading(number, section), columns.end)
        for path, line in self.layout.lines.items():
            if path in self.model.inputs:
                self.input(path, line)
            elif path in self.model.schedules:
                self.schedule(path, line)
            else:
                self.row(self.model.rows[path], line)

    def names(self, path: str, line: int, words: str, hidden: bool = False, **look: Any) -> None:
        """The cells left of the numbers."""
        item = self.model.item(path)
        page = self.page
        strong = {key: value for key, value in look.items() if key in ("bold", "top", "top_color", "bg_color")}
        page.text(line, ID, path, font_size=8, font_color=GREY)
        page.text(line, LABEL, item.label.zh, indent=1, **look)
        page.text(line, ENGLISH, item.label.en, **SMALL | strong | {"bold": False})
        page.text(
            line, UNIT, unit_words(item.unit, "zh"), align="center", **strong | {"font_color": GREY, "bold": False}
        )
        page.text(line, WORDS, words, **SMALL | strong | {"bold": False})
        page.height(line, (words, 44), (item.label.en, 26), hidden=hidden)

    def input(self, path: str, line: int) -> None:
        row = self.model.inputs[path]
        unused = self.book.result.scenario.origin(self._sheet, path, self.unit).kind == "default"
        self.names(path, line, f"← {INPUTS}", hidden=unused, italic=True, font_color=LINK)
        place = self.book.inputs.get((self.unit, path)) or self.book.inputs["", path]
        look = {"num_format": input_format(row), "font_color": LINK}
        self.page.formula(line, ONCE, place, self.values.input(path), **look)

    @property
    def _sheet(self) -> str:
        return "unit" if self.unit else "account"

    def schedule(self, path: str, line: int) -> None:
        self.names(path, line, f"← {SERIES}", italic=True, font_color=LINK)
        template = self.book.schedules.get((self.unit, path)) or self.book.schedules["", path]
        values = self.values.schedule(path)
        look = {"num_format": number_format(self.model.schedules[path].unit, values), "font_color": LINK}
        self.years(line, template, values, look)
        self.edges(path, line, look)

    def row(self, row: Row, line: int) -> None:
        stated = self.book.sums.get(row.path)
        words = f"← {SUMS}" if stated else self.layout.words[row.path]
        link = stated or row.formula.op == "units"
        strong: dict[str, Any] = (
            {"bold": True, "top": 1, "top_color": NAVY, "bg_color": FAINT} if row.path in self.book.strong else {}
        )
        tint: dict[str, Any] = {"font_color": LINK} if link else {}
        self.names(row.path, line, words, **strong | tint)
        if row.note:
            comment = f"{row.note}\n〔{row.written}〕"
            self.page.sheet.write_comment(line, LABEL, comment, {"x_scale": 2, "font_name": FONT, "font_size": 9})
        series = [self.values.cell(row.path)] if row.cell else self.values.series(row.path)
        look = {"num_format": number_format(row.unit, series), **strong, **tint}
        template = stated or self.printer(row.formula, row.path)
        if row.cell:
            self.page.formula(line, ONCE, template, series[0], **look | {"bold": True})
            return
        self.years(line, template, series[1:-1], look)
        if row.unit in ADDED and not (row.stock or row.missing or row.check):
            total = f"SUM({self.columns.range(line)})"
            self.page.formula(line, ONCE, total, sum(series[1:-1]), **look | {"bold": True})
        elif strong:
            self.page.blank(line, range(ONCE, ONCE + 1), **strong)
        self.edges(row.path, line, look, row)

    def years(self, line: int, template: str, values: list[float], look: Mapping[str, Any]) -> None:
        drawn = self.page.paper.look(**look)
        for t, value in enumerate(values):
            self.page.put(line, FIRST + t, self.columns.fill(template, t), value, drawn)

    def edges(self, path: str, line: int, look: Mapping[str, Any], row: Row | None = None) -> None:
        """What stands before the first year and after the last."""
        if path in self.layout.followed:
            self.page.number(line, self.columns.end + 1, 0.0)
        if path not in self.layout.opened:
            if "top" in look:
                self.page.blank(line, range(OPENING, OPENING + 1), **look)
        elif row is None or row.start is None:
            self.page.number(line, OPENING, 0.0, **look)
        else:
            opening = self.values.series(path)[0]
            self.page.formula(line, OPENING, self.printer(row.start, path), opening, **look)


def _heading(number: int, section: Section) -> str:
    zh, en = section.label
    if section.label != section.title:
        zh, en = f"{section.title.zh} · {zh}", f"{section.title.en} · {en}"
    return f"{number}  {zh}  {en}"
