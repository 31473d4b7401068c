"""指标: tests, indicators and totals, live beside the engine's values."""

from __future__ import annotations

import math

from finsim.report.units import unit_words
from finsim.report.workbook.book import Book
from finsim.report.workbook.charts import draw
from finsim.report.workbook.layout import BODY, ENGLISH, HEADINGS, ID, LABEL, ONCE, UNIT, WORDS
from finsim.report.workbook.paper import AMOUNT, BAD, GOOD, GREY, LINK, RULE, SECTION, SMALL, Page, number_format
from finsim.report.workbook.rates import rate_of_return, several
from finsim.report.workbook.recovery import payback
from finsim.result import INDICATORS, TOTALS, WHOLE_ROW
from finsim.sheet import Text

PASSED, FAILED = "通过 pass", "未通过 fail"
BALANCED, UNBALANCED = "平衡 balanced", "不平衡 not balanced"
ENGINE, OUTCOME, REMARK, LAST = 6, 7, 8, 9
"""Columns after the live value: the engine's (or what is required), difference or verdict, whether a test counts, remark."""
OUTCOME_LETTER = "H"
TESTS = {
    "cover_full": ("cover.full", "cover.full_passes"),
    "cover_operating": ("cover.operating", "cover.operating_passes"),
    "cover_all_debt": ("cover.all_debt", "cover.all_debt_passes"),
    "liquidity": ("liquidity.lowest", "liquidity.passes"),
    "recovery": ("recovery.r3", "recovery.passes"),
    "lender": ("lender.covenant", "lender.passes"),
    "public_money": ("public.beyond", "public.passes"),
    "ring_fence": ("public.astray", "public.ring_fenced"),
}
"""Rows of each test: its value, and 1 where it passes."""
_PLAIN = {"bottom": 7, "bottom_color": RULE}


def write_measures(book: Book, page: Page) -> None:
    """Three tables one below the other, then the charts."""
    page.title(
        Text(f"评价指标 · {book.label.zh}", f"Tests and indicators · {book.label.en}"),
        Text(
            "“重算值”为活公式；“引擎值”是生成本簿时计算引擎的结果，未改动输入时二者应一致。",
            "The live value is a formula; the engine's is what the engine gave when the book was written.",
        ),
    )
    widths = {LABEL: 32, ENGLISH: 34, UNIT: 8, WORDS: 52, ONCE: 14, ENGINE: 16, OUTCOME: 20, REMARK: 10, LAST: 62}
    page.sheet.set_column(ID, ID, 24, None, {"hidden": True})
    for column, width in widths.items():
        page.sheet.set_column(column, column, width)
    texts = {
        ID: "id", LABEL: "项目", ENGLISH: "item", UNIT: "单位 unit", WORDS: "计算说明 formula in words", ONCE: "重算值 live",
        ENGINE: "引擎值/要求 engine/required", OUTCOME: "差异或结论 difference or verdict", REMARK: "计入标准 counts",
        LAST: "备注 remark",
    }  # fmt: skip
    page.headings(HEADINGS, texts, LAST)
    line = _tests(book, page, BODY)
    line = _indicators(book, page, line + 1)
    line = _totals(book, page, line + 1)
    last = draw(book, page, line + 1)
    page.sheet.freeze_panes(BODY, UNIT)
    page.finish(last, LAST)
    page.sheet.fit_to_pages(1, 1)


def _names(page: Page, line: int, id: str, label: Text, unit: str, words: str) -> None:
    page.text(line, ID, id, font_size=8, font_color=GREY)
    page.text(line, LABEL, label.zh, indent=1, **_PLAIN)
    page.text(line, ENGLISH, label.en, **SMALL | _PLAIN)
    page.text(line, UNIT, unit_words(unit, "zh"), align="center", **_PLAIN | {"font_color": GREY})
    page.text(line, WORDS, words, **SMALL | _PLAIN)
    page.height(line, (label.en, 34), (words, 52))


def _section(page: Page, line: int, text: str, engine: str, outcome: str) -> None:
    page.section(line, text, LAST)
    for column, heading in ((ONCE, "重算值 live"), (ENGINE, engine), (OUTCOME, outcome)):
        page.text(line, column, heading, align="right", **SECTION)


def _tests(book: Book, page: Page, line: int) -> int:
    """Each test with its value, threshold and verdict; gives the line after the table."""
    _section(page, line, "能否平衡  Balance tests", "要求 required", "结论 verdict")
    page.text(line, LAST, "生成时的说明（修改输入后不更新） reason when written", **SECTION)
    first = line + 1
    for verdict in book.result.verdicts(book.account.id):
        line += 1
        value, passes = TESTS[verdict.id]
        _names(page, line, f"test.{verdict.id}", verdict.label, verdict.unit, book.account_layout.words[passes])
        look = {"num_format": number_format(verdict.unit), **_PLAIN}
        now = math.nan if verdict.value is None else verdict.value
        page.formula(line, ONCE, book.once(value), now, bold=True, font_color=LINK, **look)
        if verdict.id.startswith("cover"):
            page.formula(line, ENGINE, book.once("cover.threshold"), verdict.threshold, font_color=LINK, **look)
        else:
            page.number(line, ENGINE, verdict.threshold, **look | {"num_format": "0.00_)"})
        _outcome(page, line, book.once(passes), verdict.passed, PASSED, FAILED)
        page.text(line, REMARK, "是 yes" if verdict.counted else "否 no", align="center", **_PLAIN)
        reason = f"{verdict.reason.zh} {verdict.reason.en}"
        page.text(line, LAST, reason, **SMALL | _PLAIN)
        page.height(line, (verdict.label.en, 34), (book.account_layout.words[passes], 52), (reason, 62))
        book.tests[verdict.id] = line
    line += 1
    label = Text("是否平衡（计入的检验均通过）", "balanced (every test that counts passes)")
    _names(page, line, "result.balanced", label, "", book.account_layout.words["result.balanced"])
    page.blank(line, range(ONCE, LAST + 1), **_PLAIN)
    _outcome(page, line, book.once("result.balanced"), book.result.balanced(book.account.id), BALANCED, UNBALANCED)
    book.tests["balanced"] = line
    for text, colours in ((PASSED, GOOD), (BALANCED, GOOD), (FAILED, BAD), (UNBALANCED, BAD)):
        page.colour(first, line, OUTCOME, f'{OUTCOME_LETTER}{first + 1}="{text}"', colours)
    return line + 1


def _outcome(page: Page, line: int, cell: str, passed: bool, yes: str, no: str) -> None:
    formula = f'IF({cell}>0.5,"{yes}","{no}")'
    page.formula(line, OUTCOME, formula, yes if passed else no, bold=True, align="center", **_PLAIN)


def _compared(page: Page, line: int, formula: str, value: float | None, shape: str) -> None:
    """Live value, the engine's, and their difference where both exist."""
    live, engine = f"F{line + 1}", f"G{line + 1}"
    number = math.nan if value is None else value
    grey = _PLAIN | {"font_color": GREY}
    page.formula(line, ONCE, formula, number, bold=True, font_color=LINK, num_format=shape, **_PLAIN)
    if value is None:
        page.text(line, ENGINE, "不适用 n/a", align="right", **grey)
    else:
        page.number(line, ENGINE, value, num_format=shape, **grey)
    difference = f'IF(ISNUMBER({live}),IF(ISNUMBER({engine}),{live}-{engine},""),"")'
    shape = '[>=0.0000005]0.000000_);[<=-0.0000005]-0.000000_);"–"_)'
    page.formula(line, OUTCOME, difference, math.nan if value is None else 0.0, num_format=shape, **grey)
    page.blank(line, range(REMARK, LAST + 1), **_PLAIN)


def _indicators(book: Book, page: Page, line: int) -> int:
    found = book.result.indicators(book.account.id)
    _section(page, line, "评价指标  Indicators", "引擎值 engine", "差异 difference")
    book.indicator_lines["first"] = line + 1
    measures = [
        (key, label, unit, book.account_layout.words[path], book.once(path), number_format(unit))
        for key, path, label, unit in INDICATORS
    ]
    (rate, _), (back, _) = WHOLE_ROW["firr"], WHOLE_ROW["payback"]
    measures += [
        (
            "firr",
            rate,
            "",
            "使项目投资净现金流量（税前）现值为 0 的折现率；没有或不止一个时为空，见“内部收益率”",
            rate_of_return(),
            "0.00%_)",
        ),
        (
            "payback",
            back,
            "年",
            "自首年起，累计净现金流量最后一次由负转正的时间，年内按直线；未收回时为空",
            payback(book),
            "0.00_)",
        ),
    ]
    for key, label, unit, words, formula, shape in measures:
        line += 1
        _names(page, line, key, label, unit, words)
        _compared(page, line, formula, found[key], shape)
        book.indicator_lines[key] = line
        if key == "firr":
            warning, now = several(book)
            page.formula(line, LAST, warning, now, **SMALL | _PLAIN)
    return line + 1


def _totals(book: Book, page: Page, line: int) -> int:
    """What the account spends and who pays, over all years."""
    found = book.result.totals(book.account.id)
    _section(page, line, "全期合计  Totals over all years", "引擎值 engine", "差异 difference")
    for key, path, label in TOTALS:
        line += 1
        _names(page, line, f"total.{key}", label, "万元", book.account_layout.words[path])
        _compared(page, line, book.once(path), found[key], AMOUNT)
        book.indicator_lines[f"total.{key}"] = line
    book.indicator_lines["last"] = line
    return line + 1
