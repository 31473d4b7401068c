"""时序假设 and 单元汇总: numbers by year that may be edited, each line marked where it was changed."""

from __future__ import annotations

from finsim.report.units import unit_words
from finsim.report.workbook.book import SERIES, SUMS, Book
from finsim.report.workbook.inputs import CHANGED, LARGEST, NO_NUMBER, mark
from finsim.report.workbook.layout import BODY, ENGLISH, FIRST, ID, LABEL, ONCE, OPENING, UNIT, WORDS, quoted
from finsim.report.workbook.paper import GREY, SMALL, TYPED, Page, number_format
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text
from finsim.sheet.model import ScheduleRow


def write_series(book: Book, page: Page) -> None:
    """时序假设: schedules that the scenario's years, terms and instalments give, one line each."""
    page.title(
        Text("时序假设（逐年输入）", "Inputs by year"),
        Text(
            "由方案中的年份、期限、还款方式和调价周期排出，可逐年修改。",
            "Worked out from the scenario's years, terms, instalments and price steps; each year may be edited.",
        ),
    )
    scenario = book.result.scenario
    lines: list[tuple[str, str, str, ScheduleRow, Text, str, list[float]]] = []
    for sheet, model in (("unit", scenario.sheets.unit), ("account", scenario.sheets.account)):
        for row in model.schedules.values():
            label = model.sections[row.section].label
            if sheet == "account":
                lines.append((sheet, "", row.path, row, label, "主体 account", book.values.schedule(row.path)))
            elif book.units:
                own = scenario.numbers.unit_schedules[row.path].shape[1] > 1
                for unit in book.units if own else book.units[:1]:
                    name, member = (unit.id, f"{unit.id} {unit.label.zh}") if own else ("", "全部单元 all units")
                    lines.append((sheet, name, row.path, row, label, member, book.of_unit(unit.id).schedule(row.path)))
    table = _Table(book, page, SERIES, len(lines))
    for number, (sheet, owner, path, row, label, member, values) in enumerate(lines):
        id = f"units.{owner}.{path}" if owner else path
        table.row(
            number,
            id,
            Text(f"{label.zh}·{row.label.zh}", f"{label.en}: {row.label.en}"),
            row.unit,
            f"{_origin(scenario, sheet, path)}；{member}",
            values,
        )
        book.schedules[owner, path] = table.template(number)
    table.finish()


def _origin(scenario: Scenario, sheet: str, path: str) -> str:
    """Where a series comes from: a bond's date and term are stated values, the rest follows from the file's years."""
    origin = scenario.origins.get((sheet, path))
    if origin is None:
        return "推算 derived"
    document = scenario.sources[origin.source].document.zh if origin.source else ""
    return " · ".join(part for part in (f"{origin.word.zh} {origin.word.en}", document, origin.note.zh) if part)


def write_sums(book: Book, page: Page) -> None:
    """单元汇总: the sums over the units, stated because the book has too many units for a sheet each."""
    page.title(
        Text(
            f"单元汇总（{len(book.account.units)} 个单元合计，输入）",
            f"Sums over {len(book.account.units)} units (inputs)",
        ),
        Text(
            "单元较多，本簿不含各单元的计算表；下列合计为计算引擎的结果，可修改，主体各表随之重算。",
            "The units have no sheets in this book: these sums are the engine's results; the account follows when they are edited.",
        ),
    )
    model, layout = book.model, book.account_layout
    table = _Table(book, page, SUMS, len(model.units))
    for number, path in enumerate(model.units):
        row = model.rows[path]
        section = model.sections[row.section].label
        values = [book.values.cell(path)] if path in layout.once else book.values.series(path)[1:-1]
        label = Text(f"{section.zh}·{row.label.zh}", f"{section.en}: {row.label.en}")
        table.row(number, path, label, row.unit, "推算 derived；全部单元合计 sum over units", values)
        book.sums[path] = (
            f"{quoted(SUMS)}!${book.columns.once}${table.line(number) + 1}"
            if path in layout.once
            else table.template(number)
        )
    table.finish()


class _Table:
    """A table of numbers by year that may be edited; the values as written stand hidden below, to tell what was changed."""

    def __init__(self, book: Book, page: Page, name: str, count: int) -> None:
        self.book, self.page, self.name, self.count = book, page, name, count
        page.columns_with_years(book.columns, "来源 source", "取值 value", "状态 state")
        page.sheet.set_column(LABEL, LABEL, 40)
        page.sheet.set_column(WORDS, WORDS, 30)

    def line(self, number: int) -> int:
        return BODY + number

    def template(self, number: int) -> str:
        return f"{quoted(self.name)}!{{c}}{self.line(number) + 1}"

    def row(self, number: int, id: str, label: Text, unit: str, source: str, values: list[float]) -> None:
        """``values`` has a number per year, or one for all."""
        page, columns = self.page, self.book.columns
        line, copy = self.line(number), self.line(number) + self.count + 1
        first, last = (FIRST, columns.end) if len(values) > 1 else (ONCE, ONCE)
        page.text(line, ID, id, font_size=8, font_color=GREY)
        page.text(line, LABEL, label.zh, indent=1, text_wrap=True)
        page.text(line, ENGLISH, label.en, **SMALL)
        page.text(line, UNIT, unit_words(unit, "zh"), align="center", font_color=GREY)
        page.text(line, WORDS, source, **SMALL)
        page.height(line, (label.zh, 33), (label.en, 26), (source, 30))
        page.sheet.set_row(copy, None, None, {"hidden": True})
        for column, value in enumerate(values, first):
            page.number(line, column, value, num_format=number_format(unit, values), **TYPED)
            page.number(copy, column, value, font_color=GREY)
        place = columns.range(line) if len(values) > 1 else f"$F${line + 1}"
        base = columns.range(copy) if len(values) > 1 else f"$F${copy + 1}"
        changed = f'IF(SUMXMY2({place},{base})=0,"","{CHANGED}")'
        page.formula(
            line, OPENING, f'IF(COUNT({place})={len(values)},{changed},"{NO_NUMBER}")', "", align="center", font_size=8
        )
        rule = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -LARGEST,
            "maximum": LARGEST,
            "ignore_blank": False,
        }
        page.sheet.data_validation(line, first, line, last, rule)

    def finish(self) -> None:
        last = self.line(self.count) - 1
        if self.count:
            mark(self.page, "G", OPENING, last)
            self.book.input_states.append(f"{quoted(self.name)}!$G${BODY + 1}:$G${last + 1}")
        self.page.finish(last, self.book.columns.end, self.book.columns.pages, repeat=True)
