"""内部收益率: net present values of the project's flow, where they change sign, and the rate of return where they do once.

A spreadsheet's IRR gives one root of several without a word, and from a far guess none. Here the roots are counted first,
between the same ends as the engine looks for them, and IRR starts beside the one.
"""

from __future__ import annotations

from itertools import pairwise

from finsim.indicators import npv
from finsim.report.workbook.book import RATES, Book
from finsim.report.workbook.layout import BODY, HEADINGS, ID, NOTE, quoted
from finsim.report.workbook.paper import AMOUNT, GREY, RULE, Page
from finsim.report.workbook.recovery import FLOW
from finsim.sheet import TOLERANCE, Text

SEVERAL = "内部收益率不止一个，故不列 several rates of return: none is given"
GRID = tuple(
    round(x - 1, 4)
    for x in (
        0.01, 0.011, 0.012, 0.0135, 0.015, 0.0165, 0.018, 0.02, 0.0225, 0.025, 0.0275, 0.03, 0.034, 0.038, 0.042, 0.047, 0.052,
        0.058, 0.065, 0.072, 0.08, 0.09, 0.1, 0.11, 0.12, 0.135, 0.15, 0.165, 0.18, 0.2, 0.22, 0.24, 0.26, 0.28, 0.3, 0.33, 0.36,
        0.4, 0.44, 0.48, 0.52, 0.56, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.02, 1.04, 1.06, 1.08, 1.1, 1.12, 1.15, 1.2,
        1.25, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.25, 2.5, 2.8, 3.2, 3.6, 4, 4.5, 5, 5.6, 6.3, 7, 8, 9, 10, 11,
    )
)  # fmt: skip
"""Rates between which a rate of return is looked for, so close that IRR finds it from the lower of two."""
_LABEL, _VALUE, _CHANGE = 1, 2, 3
_COUNT, _FOUND, _TABLE = BODY, BODY + 1, BODY + 4
"""Lines of the number of rates of return, of the one, and of the first rate of the table."""
_POWERS = "0.00E+00_);[Red]\\-0.00E+00_)"
"""Far below zero per cent the values are too long to be written out."""


def rate_of_return() -> str:
    """The cell of the rate of return; blank where there is not exactly one."""
    return f"{quoted(RATES)}!$C${_FOUND + 1}"


def write_rates(book: Book, page: Page) -> None:
    """Two results above a table of rates."""
    page.title(
        Text("内部收益率的推算", "Rate of return"),
        Text("净现值（税前）在相邻两个折现率之间变号，其间就有一个内部收益率；只有一个时才列出。", ""),
    )
    note = "Where the net present value changes sign lies a rate of return; it is given if it is the only one."
    page.text(NOTE + 1, _LABEL, note, font_color=GREY)
    for column, width in {ID: 3, _LABEL: 44, _VALUE: 22, _CHANGE: 22}.items():
        page.sheet.set_column(column, column, width)
    page.headings(HEADINGS, {_LABEL: "项目 item", _VALUE: "数值 value"}, _CHANGE, _LABEL)
    flow, last = book.all_years(FLOW), _TABLE + len(GRID)
    changes = f"$D${_TABLE + 2}:$D${last}"
    worth = [float(npv(rate, book.result.series(FLOW, book.account.id))) for rate in GRID]
    turned = [float((a < 0) != (b < 0)) for a, b in pairwise(worth)]
    found = book.result.indicators(book.account.id)["firr"]
    plain = {"bottom": 7, "bottom_color": RULE}
    page.text(_COUNT, _LABEL, "内部收益率的个数（−99% 至 1000%） how many there are", indent=1, **plain)
    # what rounding leaves of nothing is no income, though far below 0 % it would weigh like one
    earns = f"AND(MAX({flow})>{TOLERANCE!r},MIN({flow})<-{TOLERANCE!r})"
    series = book.result.series(FLOW, book.account.id)
    count = sum(turned) if max(series) > TOLERANCE and min(series) < -TOLERANCE else 0.0
    page.formula(_COUNT, _VALUE, f"IF({earns},SUM({changes}),0)", count, num_format="0_)", **plain)
    page.text(_FOUND, _LABEL, "内部收益率 rate of return", bold=True, indent=1, **plain)
    beside = f"SUMPRODUCT({changes},$B${_TABLE + 1}:$B${last - 1})"
    formula = f'IF(ABS($C${_COUNT + 1}-1)<0.5,IFERROR(IRR({flow},{beside}),""),"")'
    page.formula(_FOUND, _VALUE, formula, "" if found is None else found, bold=True, num_format="0.00%_)", **plain)
    heads = {_LABEL: "折现率 rate", _VALUE: "净现值（万元） net present value", _CHANGE: "其间变号 change of sign"}
    page.headings(_TABLE - 1, heads, _CHANGE, _LABEL)
    for line, (rate, value) in enumerate(zip(GRID, worth, strict=True), _TABLE):
        page.number(line, _LABEL, rate, num_format="0.00%_)", font_color=GREY, **plain)
        page.formula(line, _VALUE, f"NPV($B{line + 1},{flow})", value, num_format=_POWERS if rate < -0.2 else AMOUNT, **plain)
        if line > _TABLE:
            turn = f"IF($C{line + 1}<0,IF($C{line}<0,0,1),IF($C{line}<0,1,0))"
            page.formula(line, _CHANGE, turn, turned[line - _TABLE - 1], num_format='[=0]"–"_);0_)', **plain)
        else:
            page.text(line, _CHANGE, "", **plain)
    page.sheet.freeze_panes(BODY, 0)
    page.finish(last - 1, _CHANGE)
    page.sheet.set_portrait()
    page.sheet.set_paper(9)
    page.sheet.fit_to_pages(1, 1)


def several(book: Book) -> tuple[str, str]:
    """Why no rate of return is given where there are several: the formula, and what it says now."""
    now = SEVERAL if book.result.indicators(book.account.id)["firr_status"] == 2 else ""
    return f'IF({quoted(RATES)}!$C${_COUNT + 1}>1.5,"{SEVERAL}","")', now
