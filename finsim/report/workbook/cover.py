"""封面: what the book is about, its verdict and main figures, whether its checks pass, where things are and how to edit."""

from __future__ import annotations

import math
from pathlib import PurePath
from typing import Any

from finsim.report.workbook.book import (
    ACCOUNT,
    CHECKS,
    INPUTS,
    MEASURES,
    MOST_UNITS,
    RATES,
    SERIES,
    STATEMENTS,
    SUMS,
    Book,
)
from finsim.report.workbook.checks import ALL_PASS, SOME_FAIL
from finsim.report.workbook.layout import quoted
from finsim.report.workbook.measures import BALANCED, FAILED, OUTCOME_LETTER, PASSED, UNBALANCED
from finsim.report.workbook.paper import (
    AMOUNT,
    BAD,
    GOOD,
    GREY,
    HEAD,
    LINK,
    NAVY,
    RULE,
    SMALL,
    TYPED,
    Page,
    clean,
    number_format,
)
from finsim.result import INDICATORS, TOTALS, WHOLE_ROW
from finsim.sheet import Text

_KEY, _VALUE, _MORE = 1, 2, 3
_PLAIN = {"bottom": 7, "bottom_color": RULE}
_SHOWN = (
    "total_investment",
    "cover_full",
    "lowest_surplus",
    "peak_unfunded",
    "fnpv",
    "dscr_lowest",
    "grants_per_household",
)
_PAID = (
    "grants",
    "operators",
    "residents",
    "others",
    "equity",
    "bonds",
    "loans",
    "interest_rolled_up",
    "from_surplus",
    "unfunded",
)


def write_cover(book: Book, page: Page, outcome: str) -> None:
    """``outcome`` is the cell that says whether all checks pass."""
    _Cover(book, page).write(outcome)


class _Cover:
    def __init__(self, book: Book, page: Page) -> None:
        self.book, self.page, self.line = book, page, 0

    def write(self, outcome: str) -> None:
        page, scenario = self.page, self.book.result.scenario
        for column, width in {0: 3, _KEY: 52, _VALUE: 30, _MORE: 66}.items():
            page.sheet.set_column(column, column, width)
        page.sheet.set_row(1, 34)
        page.text(1, _KEY, scenario.title.zh, bold=True, font_size=20, font_color=NAVY)
        page.text(2, _KEY, scenario.title.en, font_size=12, font_color=NAVY)
        page.text(3, _KEY, "老旧小区改造资金平衡测算（活公式工作簿） Financial balance, live workbook", font_color=GREY)
        self.line = 5
        self.facts(outcome)
        self.verdict()
        self.figures()
        self.splits()
        self.contents()
        self.colours()
        self.how()
        sheet = page.sheet
        sheet.set_portrait()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 1)
        sheet.set_margins(0.6, 0.6, 0.8, 0.8)
        sheet.center_horizontally()
        sheet.print_area(0, 0, self.line, _MORE)
        page.protect()

    # ---- pieces --------------------------------------------------------------------------------------------
    def heading(self, zh: str, en: str, more: str = "") -> None:
        self.line += 1
        self.page.text(self.line, _KEY, f"{zh}  {en}", **HEAD)
        self.page.text(self.line, _VALUE, "", **HEAD)
        self.page.text(self.line, _MORE, more, **HEAD)
        self.line += 1

    def fact(self, key: Text, value: str, more: str = "") -> None:
        page = self.page
        page.text(self.line, _KEY, f"{key.zh} {key.en}", **_PLAIN | {"font_color": GREY})
        page.text(self.line, _VALUE, value, text_wrap=True, **_PLAIN)
        page.text(self.line, _MORE, more, **SMALL | _PLAIN)
        page.height(self.line, (value, 30), (more, 66))
        self.line += 1

    def live(self, key: Text, formula: str, value: float | str, more: str = "", **look: Any) -> None:
        page = self.page
        page.text(self.line, _KEY, f"{key.zh} {key.en}", **_PLAIN)
        page.formula(self.line, _VALUE, formula, value, bold=True, align="left", **_PLAIN | look)
        page.text(self.line, _MORE, more, **SMALL | _PLAIN)
        page.height(self.line, (more, 66))
        self.line += 1

    def colour(self, good: str, bad: str) -> None:
        """Green or red for the cell of the line before."""
        for text, colours in ((good, GOOD), (bad, BAD)):
            self.page.colour(self.line - 1, self.line - 1, _VALUE, f'C{self.line}="{text}"', colours)

    def facts(self, outcome: str) -> None:
        book, scenario = self.book, self.book.result.scenario
        self.live(Text("模型检查", "checks"), outcome, ALL_PASS, "详见“检查”表 See sheet 检查")
        self.colour(ALL_PASS, SOME_FAIL)
        if scenario.variant:
            self.fact(
                Text("方案变体", "variant"),
                scenario.variant.label.zh,
                f"{scenario.variant.label.en} {scenario.variant.note.zh}",
            )
        units = "、".join(unit.label.zh for unit in scenario.units if unit.id in book.account.units)
        if len(book.account.units) > MOST_UNITS:
            units = f"{len(book.account.units)} 个改造单元，合计数见“{SUMS}”"
        self.fact(Text("平衡主体", "account"), book.label.zh, f"{book.label.en}。{units}")
        if book.illustrative:
            words = "本主体的数值由合计数分摊而来，只作示意。 Figures come from splitting programme totals: illustrative only."
            self.fact(Text("示意", "illustrative"), "示意 illustrative", words)
        self.fact(
            Text("计算期", "timeline"), f"{scenario.years[0]}—{scenario.years[-1]}，{len(scenario.years)} 年 years"
        )
        self.fact(
            Text("金额单位", "unit"),
            "人民币万元（另有注明者除外）",
            "CNY 10,000 unless stated; flows at year end, nominal",
        )
        self.fact(Text("方案文件", "scenario file"), PurePath(scenario.file).name, scenario.note.zh)
        self.fact(
            Text("方案指纹", "fingerprint"),
            scenario.digest,
            "同一方案、同一公式的指纹相同 The same scenario and formulas have the same fingerprint",
        )

    def verdict(self) -> None:
        book = self.book
        self.heading("能否平衡", "Verdict", "各项检验（计入平衡标准的标 ●） Tests (● counts)")
        place = f"{quoted(MEASURES)}!${OUTCOME_LETTER}$"
        now = BALANCED if book.result.balanced(book.account.id) else UNBALANCED
        self.live(Text("是否平衡", "balanced"), f"{place}{book.tests['balanced'] + 1}", now)
        self.colour(BALANCED, UNBALANCED)
        for verdict in book.result.verdicts(book.account.id):
            mark = "● " if verdict.counted else ""
            passed = PASSED if verdict.passed else FAILED
            self.live(Text(f"{mark}{verdict.label.zh}", verdict.label.en), f"{place}{book.tests[verdict.id] + 1}", passed,
                      f"生成时：{verdict.reason.zh}")  # fmt: skip
            self.colour(PASSED, FAILED)

    def figures(self) -> None:
        book = self.book
        self.heading("主要结果", "Main figures")
        found = book.result.indicators(book.account.id) | book.result.totals(book.account.id)
        units = {key: (label, unit) for key, _, label, unit in INDICATORS}
        for key in _SHOWN:
            label, unit = units[key]
            self.figure(key, label, unit, found[key], number_format(unit))
        self.figure("firr", WHOLE_ROW["firr"][0], "", found["firr"], "0.00%")
        self.figure("payback", *WHOLE_ROW["payback"], found["payback"], "0.0")
        self.heading("资金来源合计", "Sources of funds")
        for key, _, label in TOTALS:
            if key in _PAID:
                self.figure(f"total.{key}", label, "万元", found[key], AMOUNT)

    def figure(self, key: str, label: Text, unit: str, value: float | None, shape: str) -> None:
        place = f"{quoted(MEASURES)}!$F${self.book.indicator_lines[key] + 1}"
        number = math.nan if value is None else value
        named = Text(f"{label.zh}（{unit}）" if unit not in ("", "1") else label.zh, label.en)
        self.live(named, place, number, font_color=LINK, num_format=shape)

    def splits(self) -> None:
        scenario = self.book.result.scenario
        if not scenario.splits or len(scenario.units) < 2:
            return
        self.heading("分摊规则", "How totals are split over the units")
        rules: dict[Text, list[str]] = {}
        for note in scenario.splits:
            rules.setdefault(note.rule, []).append(note.subject.zh)
        for rule, subjects in rules.items():
            self.fact(Text(f"按{rule.zh}", f"by {rule.en}"), f"{len(subjects)} 项 items", "、".join(subjects))

    def contents(self) -> None:
        book = self.book
        self.heading("目录", "Contents")
        names = list(book.names.values())
        units = f"（{names[0]} 至 {names[-1]}）" if len(names) > 1 else ""
        listed = [
            (INPUTS, "全部参数：取值、范围、来源；可修改 every input with range and source"),
            (SERIES, "逐年参数；可修改 inputs by year"),
            *([(names[0], f"各改造单元的计算{units} calculation of each unit")] if names else []),
            *([(SUMS, "各单元合计（输入） sums over units")] if book.merged else []),
            (ACCOUNT, "平衡主体的计算 calculation of the account"),
            (STATEMENTS, "财务报表 statements"), (MEASURES, "检验、指标与图 tests, indicators, charts"),
            (RATES, "内部收益率的推算 how the rate of return is found"), (CHECKS, "模型检查 checks"),
        ]  # fmt: skip
        link = self.page.paper.look(font_color="#0563C1", underline=1, **_PLAIN)
        for name, words in listed:
            self.page.sheet.write_url(self.line, _KEY, f"internal:{quoted(name)}!A1", link, name)
            self.page.text(self.line, _VALUE, words, **_PLAIN)
            self.page.blank(self.line, range(_MORE, _MORE + 1), **_PLAIN)
            self.line += 1

    def colours(self) -> None:
        self.heading("颜色", "Colours")
        shown: tuple[tuple[dict[str, Any], str], ...] = (
            (TYPED, "输入，可修改 input, may be edited"), ({}, "计算，公式 calculation, a formula"),
            ({"font_color": LINK}, "引自其他表 link to another sheet"),
        )  # fmt: skip
        for look, words in shown:
            self.page.number(self.line, _KEY, 1234.5, num_format=AMOUNT, **{**look, "locked": True})
            self.page.text(self.line, _VALUE, words)
            self.line += 1
        for look, text in ((GOOD, "通过 pass"), (BAD, "未通过 fail")):
            self.page.text(self.line, _KEY, text, align="center", **look)
            self.page.text(self.line, _VALUE, "检查或检验的结果 outcome of a check or test")
            self.line += 1

    def how(self) -> None:
        self.heading("怎样使用", "How to use")
        for words in (
            "在“假设”“时序假设”中修改黄底单元格，所有表随即重算；“状态”列标出已改和超限的输入。",
            "Edit yellow cells on 假设 and 时序假设: everything follows, and changed or impossible inputs are marked.",
            "工作表已保护但没有密码，可在“审阅”中撤销；改写公式会使检查变红。 Sheets are protected without a password.",
            "分摊和融资份额是生成时的数值，改动户数等依据不会重新分摊；需要重新分摊时请改方案文件后重新生成。",
            "Splits are values as written: to split anew, change the scenario file and write the book again.",
        ):
            self.page.text(self.line, _KEY, clean(words), font_size=9)
            self.line += 1
