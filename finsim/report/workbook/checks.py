"""检查: what must be nothing, on every sheet, and whether the book is still what was written; the cover shows the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finsim.report.workbook.book import MEASURES, Book
from finsim.report.workbook.formulas import call, literal
from finsim.report.workbook.inputs import CHANGED, NO_NUMBER, OUTSIDE
from finsim.report.workbook.layout import BODY, HEADINGS, ID, quoted
from finsim.report.workbook.measures import OUTCOME_LETTER
from finsim.report.workbook.paper import BAD, GOOD, GREY, RULE, SMALL, Page
from finsim.scenario.goals import Goal
from finsim.sheet import TOLERANCE, Text

PASS, FAIL, NOT_CHECKED = "通过 pass", "未通过 fail", "本程序不支持 n/a"
ALL_PASS, SOME_FAIL = "全部通过 all pass", "有未通过项 some fail"
_LABEL, _ENGLISH, _VALUE, _LIMIT, _RESULT, _WORDS = range(1, 7)
_ONE = 0.5


@dataclass(frozen=True)
class Check:
    """A number that must not exceed its limit. ``optional``: not every program can work it out."""

    label: Text
    formula: str
    limit: float
    words: str
    optional: bool = False


def write_checks(book: Book, page: Page, calculations: Sequence[Page]) -> str:
    """Writes the checks and gives the cell of the outcome."""
    page.title(
        Text("模型检查", "Checks"),
        Text(
            "全部通过方可使用结果。显示两位小数的合计可能有 0.01 的尾差，属四舍五入。",
            "Use the results only if all pass. Displayed sums may differ by 0.01 from rounding.",
        ),
    )
    for column, width in {ID: 3, _LABEL: 44, _ENGLISH: 44, _VALUE: 16, _LIMIT: 13, _RESULT: 18, _WORDS: 60}.items():
        page.sheet.set_column(column, column, width)
    texts = {
        _LABEL: "检查项",
        _ENGLISH: "check",
        _VALUE: "偏差或个数 value",
        _LIMIT: "容差 limit",
        _RESULT: "结果 result",
        _WORDS: "说明 note",
    }
    page.headings(HEADINGS, texts, _WORDS, _LABEL)
    checks = [*_states(book), *_rows(book), *_goals(book), *_sheets(book, page, calculations), _against_engine(book)]
    plain = {"bottom": 7, "bottom_color": RULE}
    for line, check in enumerate(checks, BODY):
        page.text(line, _LABEL, check.label.zh, indent=1, text_wrap=True, **plain)
        page.text(line, _ENGLISH, check.label.en, **SMALL | plain)
        counted = check.limit == _ONE
        page.formula(line, _VALUE, check.formula, 0.0, num_format="0_)" if counted else "#,##0.000000_)", **plain)
        shape = "0.0_)" if counted else "0.0000000_)" if check.limit >= TOLERANCE else "0.0E+00_)"
        page.number(line, _LIMIT, check.limit, num_format=shape, **plain | {"font_color": GREY})
        cell, limit = f"D{line + 1}", f"E{line + 1}"
        otherwise = NOT_CHECKED if check.optional else FAIL
        verdict = f'IF(ISNUMBER({cell}),IF({cell}<={limit},"{PASS}","{FAIL}"),"{otherwise}")'
        page.formula(line, _RESULT, verdict, PASS, align="center", bold=True, **plain)
        page.text(line, _WORDS, check.words, **SMALL | plain)
        page.height(line, (check.label.zh, 36), (check.label.en, 44), (check.words, 60))
    last = BODY + len(checks) - 1
    end = last + 2
    strong = {"bold": True, "top": 1, "bottom": 1, "font_size": 11}
    page.blank(end, range(_LABEL, _WORDS + 1), **strong)
    page.text(end, _LABEL, "总体结论 outcome", **strong)
    results = f"F{BODY + 1}:F{last + 1}"
    fine = f'COUNTIF({results},"{PASS}")+COUNTIF({results},"{NOT_CHECKED}")={len(checks)}'
    page.formula(end, _RESULT, f'IF({fine},"{ALL_PASS}","{SOME_FAIL}")', ALL_PASS, align="center", **strong)
    for text, colours in ((PASS, GOOD), (ALL_PASS, GOOD), (FAIL, BAD), (SOME_FAIL, BAD)):
        page.colour(BODY, end, _RESULT, f'F{BODY + 1}="{text}"', colours)
    page.sheet.freeze_panes(BODY, 0)
    page.finish(end, _WORDS)
    return f"{quoted(page.name)}!$F${end + 1}"


def _count(book: Book, state: str) -> str:
    return "+".join(f'COUNTIF({states},"{state}")' for states in book.input_states) or "0"


def _states(book: Book) -> list[Check]:
    return [
        Check(
            Text("超出允许范围的输入个数", "inputs out of range"), _count(book, OUTSIDE), _ONE,
            "粘贴可以绕过数据有效性，此处再次核查。",
        ),
        Check(
            Text("不是数值的输入个数", "inputs that are not numbers"), _count(book, NO_NUMBER), _ONE,
            "空白或文字不会被当作 0 使用。",
        ),
    ]  # fmt: skip


def _rows(book: Book) -> list[Check]:
    """The check rows of the model; those of the units over all units at once."""
    found = []
    if book.units:
        layout = book.unit_layout
        for path, row in layout.model.rows.items():
            if row.check:
                spans = [book.years_of_unit(unit.id, path) for unit in book.units]
                section = layout.model.sections[row.section].label
                label = Text(f"各单元 {section.zh}·{row.label.zh}", f"units, {section.en}: {row.label.en}")
                found.append(Check(label, _greatest(spans), TOLERANCE, layout.words[path]))
    layout = book.account_layout
    for path, row in layout.model.rows.items():
        if row.check:
            section = layout.model.sections[row.section].label
            label = Text(f"主体 {section.zh}·{row.label.zh}", f"account, {section.en}: {row.label.en}")
            found.append(Check(label, _greatest([book.all_years(path)]), TOLERANCE, layout.words[path]))
    return found


def _goals(book: Book) -> list[Check]:
    """Target less result of every input that was solved for this account: nothing as written, not after an edit."""
    found = []
    for reached in book.result.goals():
        goal = reached.goal
        if goal.account != book.account.id:
            continue
        off = f"{literal(goal.target)}-{_picked(book, goal)}"
        if goal.just or goal.sense == "equals":
            formula = f"ABS({off})"
        else:
            formula = f"MAX(0,{off})" if goal.sense == "at_least" else f"MAX(0,-({off}))"
        label = Text(f"求解目标减结果：{goal.label.zh}", f"goal less result of what was solved: {goal.label.en}")
        words = f"{goal.words.zh}。改动输入后须重新求解，方能再次通过。"
        found.append(Check(label, formula, goal.tolerance, words))
    return found


def _picked(book: Book, goal: Goal) -> str:
    """The cell, or the lowest, highest or total of the years, that a goal is about."""
    if goal.period is None:
        return book.once(goal.row)
    if isinstance(goal.period, int):
        return book.columns.fill(book.yearly(goal.row), goal.period - book.result.years[0])
    return f"{_OF_YEARS[goal.period]}({book.all_years(goal.row)})"


_OF_YEARS = {"lowest": "MIN", "highest": "MAX", "total": "SUM"}


def _greatest(spans: list[str]) -> str:
    """The greatest amount by which anything differs from nothing."""
    return call("MAX", [part for span in spans for part in (f"MAX({span})", f"-MIN({span})")])


def _sheets(book: Book, page: Page, calculations: Sequence[Page]) -> list[Check]:
    """Each calculation sheet as a whole: errors, formulas overwritten, and its sum against the engine's."""
    changed = _count(book, CHANGED)
    found = []
    for calculation in calculations:
        last = book.recovery.turning if calculation is calculations[-1] else book.unit_layout.last
        span = f"{quoted(calculation.name)}!$F${BODY + 1}:${book.columns.last}${last + 1}"
        count = f"{calculation.formulas}-SUMPRODUCT(--_xlfn.ISFORMULA({span}))"
        name = calculation.name
        found += [
            Check(Text(f"{name}：错误值个数", f"{name}: errors"), f"SUMPRODUCT(--ISERROR({span}))", _ONE, "#DIV/0!、#VALUE! 等"),
            Check(
                Text(f"{name}：被改写的公式个数", f"{name}: formulas overwritten"),
                f'IF(_xlfn.ISFORMULA($D${BODY + 1}),{count},"")', _ONE, f"生成时共 {calculation.formulas:,} 个公式", optional=True,
            ),
            Check(
                Text(f"{name}：全表合计与引擎之差", f"{name}: sum of the sheet less the engine's"),
                f"IF({changed}=0,ABS(SUM({span})-({literal(calculation.total)})),0)",
                max(1e-5, 1e-11 * calculation.size), "输入未改动时，全表重算结果应与计算引擎一致；改动后不再核对。",
            ),
        ]  # fmt: skip
    return found


def _against_engine(book: Book) -> Check:
    first, last = book.indicator_lines["first"] + 1, book.indicator_lines["last"] + 1
    span = f"{quoted(MEASURES)}!${OUTCOME_LETTER}${first}:${OUTCOME_LETTER}${last}"
    return Check(
        Text("指标与引擎之差", "indicators less the engine's"),
        f"IF({_count(book, CHANGED)}=0,{_greatest([span])},0)", 1e-6, "输入未改动时，各指标应与计算引擎一致。",
    )  # fmt: skip
