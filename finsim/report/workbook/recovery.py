"""Rows below the account's calculation that payback is worked out from."""

from __future__ import annotations

from itertools import pairwise

from finsim.report.workbook.book import Book, RecoveryRows
from finsim.report.workbook.layout import ENGLISH, FIRST, ID, LABEL, OPENING, WORDS
from finsim.report.workbook.paper import AMOUNT, SMALL, YEARS, Page
from finsim.sheet import Text

FLOW = "project_flow.before_tax"


def write_recovery_rows(book: Book, page: Page) -> None:
    """Flow to date, and the time at which it turns positive."""
    columns = book.columns
    heading = book.account_layout.last + 2
    rows = book.recovery = RecoveryRows(*range(heading + 1, heading + 3))
    flow = book.yearly(FLOW).partition("!")[2]
    line = book.account_layout.lines[FLOW] + 1
    total = rows.to_date + 1
    number = f"COLUMNS(${columns.first}${line}:{{c}}${line})"
    flows = book.values.yearly(FLOW, len(columns.years))
    to_date = [0.0]
    for value in flows:
        to_date.append(to_date[-1] + value)
    turns = [
        n - 1 - before / value if before < 0 <= after else 0.0
        for n, (value, (before, after)) in enumerate(zip(flows, pairwise(to_date), strict=True), 1)
    ]
    page.section(heading, "附  投资回收期的推算  Rows behind payback", columns.end)
    for at, label, words, template, values, shape in (
        (rows.to_date, Text("累计净现金流量", "cash flow to date"), "上期累计 + 项目投资净现金流量", f"{{p}}{total}+{flow}", to_date[1:], AMOUNT),
        (rows.turning, Text("累计转正时间", "time at which the flow to date turns positive"),
         "累计由负转正的年份：期号 − 1 − 上期累计 ÷ 本期流量；其余为 0",
         f"IF(AND({{p}}{total}<0,{{c}}{total}>=0),{number}-1-{{p}}{total}/{flow},0)", turns, YEARS),
    ):  # fmt: skip
        page.text(at, ID, "")
        page.text(at, LABEL, label.zh, indent=1)
        page.text(at, ENGLISH, label.en, **SMALL)
        page.text(at, WORDS, words, **SMALL)
        page.height(at, (words, 44), (label.en, 26))
        look = page.paper.look(num_format=shape)
        for t, value in enumerate(values):
            page.put(at, FIRST + t, columns.fill(template, t), value, look)
    page.number(rows.to_date, OPENING, 0.0, num_format=AMOUNT)


def payback(book: Book) -> str:
    """Years until the flow to date turns positive for the last time; blank where it ends below zero or never was."""
    last = book.at(book.recovery.to_date, book.columns.last)
    turning = f"MAX({book.span(book.recovery.turning)})"
    return f'IF({last}<0,"",IF({turning}>0,{turning},""))'
