"""Pictures of rows of the account; the numbers behind them stand on its calculation sheet."""

from __future__ import annotations

from finsim.report.workbook.book import ACCOUNT, Book
from finsim.report.workbook.layout import HEADINGS, LABEL, quoted
from finsim.report.workbook.paper import NAVY, Page

_COLOURS = ("#1F4E79", "#C55A11", "#548235")
_WIDTH, _LINES = 580, 16
"""Pixels from one chart to the next, and the lines that they cover."""
_PICTURES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("各年末累计盈余资金与债务余额（万元） Surplus and debt at year end", "line",
     (("累计盈余资金 surplus", "cash.accumulated"), ("期末债务余额 debt", "debts.closing"))),
    ("收入、成本与还本付息（万元） Revenue, cost and debt service", "line",
     (("经营收入 revenue", "operations.revenue"), ("经营成本 cost", "operations.cost"),
      ("全部债务本息 debt service", "cover.all_service"))),
    ("偿债备付率（倍，无还本付息的年份不显示） DSCR", "column", (("偿债备付率 DSCR", "lender.dscr"),)),
)  # fmt: skip


def draw(book: Book, page: Page, line: int) -> int:
    """Puts the charts side by side below ``line`` and gives the last line that they cover."""
    columns = book.columns
    years = f"={quoted(ACCOUNT)}!${columns.first}${HEADINGS + 1}:${columns.last}${HEADINGS + 1}"
    drawn = 0
    for title, kind, series in _PICTURES:
        chart = page.paper.workbook.add_chart({"type": kind})
        for (name, path), colour in zip(series, _COLOURS, strict=False):
            if path not in book.account_layout.once:
                paint = {"line": {"color": colour, "width": 1.75}} if kind == "line" else {"fill": {"color": colour}}
                chart.add_series({"name": name, "categories": years, "values": f"={book.all_years(path)}", **paint})
        if not chart.series:
            continue
        chart.set_title({"name": title, "name_font": {"size": 10, "color": NAVY}})
        chart.set_legend({"position": "bottom", "font": {"size": 8}} if len(series) > 1 else {"none": True})
        chart.set_x_axis({"num_font": {"size": 8, "rotation": -90}, "num_format": "0", "label_position": "low"})
        grid = {"visible": True, "line": {"color": "#E0E0E0"}}
        shape = "#,##0" if kind == "line" else "0.0"
        chart.set_y_axis({"num_format": shape, "num_font": {"size": 8}, "major_gridlines": grid})
        chart.set_size({"width": _WIDTH - 20, "height": 20 * _LINES})
        page.sheet.insert_chart(line, LABEL, chart, {"x_offset": _WIDTH * drawn})
        drawn += 1
    return line + _LINES if drawn else line
