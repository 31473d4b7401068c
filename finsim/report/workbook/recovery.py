"""Rows below the account's calculation that internal rate of return and payback are worked out from."""

from __future__ import annotations

from itertools import pairwise

from finsim.report.workbook.book import Book, RecoveryRows
from finsim.report.workbook.formulas import literal
from finsim.report.workbook.layout import ENGLISH, FIRST, ID, LABEL, ONCE, OPENING, WORDS
from finsim.report.workbook.paper import AMOUNT, FLAG, SMALL, YEARS, Page
from finsim.sheet import TOLERANCE, Text

FLOW = "project_flow.before_tax"
_GUESSES = ("0.05", "-0.03", "-0.1", "-0.3", "0.3")
SEVERAL = "现金流变号多次，内部收益率可能不唯一 several sign changes"


def write_recovery_rows(book: Book, page: Page) -> None:
    """Flow to date, sign of the flow, change of sign, and the time at which the flow to date turns positive."""
    columns = book.columns
    heading = book.account_layout.last + 2
    rows = book.recovery = RecoveryRows(*range(heading + 1, heading + 5))
    flow = book.yearly(FLOW).partition("!")[2]
    line = book.account_layout.lines[FLOW] + 1
    nothing = literal(TOLERANCE)
    total, sign = rows.to_date + 1, rows.sign + 1
    number = f"COLUMNS(${columns.first}${line}:{{c}}${line})"
    flows = book.values.yearly(FLOW, len(columns.years))
    to_date, signs = [0.0], [0.0]
    for value in flows:
        to_date.append(to_date[-1] + value)
        signs.append(1.0 if value > TOLERANCE else -1.0 if value < -TOLERANCE else signs[-1])
    changes = [1.0 if a * b < 0 else 0.0 for a, b in pairwise(signs)]
    turns = [
        n - 1 - before / value if before < 0 <= after else 0.0
        for n, (value, (before, after)) in enumerate(zip(flows, pairwise(to_date), strict=True), 1)
    ]
    page.section(heading, "附  内部收益率与回收期的推算  Rows behind FIRR and payback", columns.end)
    for at, label, words, template, values, shape in (
        (rows.to_date, Text("累计净现金流量", "cash flow to date"), "上期累计 + 项目投资净现金流量", f"{{p}}{total}+{flow}", to_date[1:], AMOUNT),
        (rows.sign, Text("流量方向", "sign of the flow"), "流入为 1，流出为 −1，为 0 时同上期",
         f"IF({flow}>{nothing},1,IF({flow}<(-{nothing}),-1,{{p}}{sign}))", signs[1:], FLAG),
        (rows.change, Text("变号", "change of sign"), "流量方向与上期相反时为 1", f"IF({{c}}{sign}*{{p}}{sign}<0,1,0)", changes, FLAG),
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
    for at in (rows.to_date, rows.sign):
        page.number(at, OPENING, 0.0, num_format=AMOUNT)
    page.formula(rows.change, ONCE, f"SUM({columns.range(rows.change)})", sum(changes), num_format=FLAG, bold=True)


def rate_of_return(book: Book) -> str:
    """IRR of the project's flow, tried from several guesses; blank where there is none.

    Some programs answer with a rate below −100 %, where the present value has roots that mean nothing: they are passed over.
    """
    formula = '""'
    for guess in reversed(_GUESSES):
        rate = f"IRR({book.all_years(FLOW)},{guess})"
        formula = f"IF(IFERROR({rate},-1)>-0.99,{rate},{formula})"
    return formula


def payback(book: Book) -> str:
    """Years until the flow to date turns positive for the last time; blank where it ends below zero or never was."""
    last = book.at(book.recovery.to_date, book.columns.last)
    turning = f"MAX({book.span(book.recovery.turning)})"
    return f'IF({last}<0,"",IF({turning}>0,{turning},""))'


def several(book: Book) -> tuple[str, str]:
    """A warning that a rate of return may not be the only one: its formula and what it says now."""
    flows = [value for value in book.values.yearly(FLOW, len(book.columns.years)) if abs(value) > TOLERANCE]
    changes = sum(1 for a, b in pairwise(flows) if a * b < 0)
    cell = book.at(book.recovery.change, book.columns.once)
    return f'IF({cell}>1.5,"{SEVERAL}","")', SEVERAL if changes > 1 else ""
