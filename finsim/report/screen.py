"""Results as tables on the terminal, in one language."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text as Styled
from rich.tree import Tree

from finsim.report.policies import show_uses
from finsim.report.solution import show_goals
from finsim.report.terminal import WholeTable as Table
from finsim.report.units import unit_words
from finsim.result import INDICATORS, TOTALS, Explanation, Operand, Result
from finsim.scenario.problems import placed
from finsim.scenario.scenario import Origin, Scenario
from finsim.scope import MissingWork
from finsim.sheet import Text

SAID = {
    "balanced": Text("平衡", "balances"),
    "not": Text("不平衡", "does not balance"),
    "passed": Text("通过", "pass"),
    "failed": Text("未通过", "FAIL"),
    "outside": Text("参考", "for information"),
    "illustrative": Text("示意", "illustrative"),
    "test": Text("检验", "test"),
    "value": Text("数值", "value"),
    "threshold": Text("要求", "threshold"),
    "verdict": Text("结论", "verdict"),
    "reason": Text("原因", "reason"),
    "item": Text("项目", "item"),
    "amount": Text("合计（万元）", "total (CNY 10,000)"),
    "indicator": Text("指标", "indicator"),
    "account": Text("平衡主体", "account"),
    "splits": Text("分摊规则", "rules of splitting"),
    "red": Text("红线", "FORBIDDEN"),
    "yellow": Text("提示", "to be looked at"),
    "warning": Text("提醒", "warning"),
    "variant": Text("方案变体", "variant"),
    "formula": Text("公式", "formula"),
    "written": Text("公式位置", "formula at"),
    "source": Text("来源", "source"),
}

def number(value: float | None, unit: str) -> str:
    """A number as people read it: money to the fen of 万元, ratios to three places, shares in per cent."""
    if value is None:
        return "—"
    if unit == "1":
        return f"{value:,.6g}"
    return f"{value:z,.3f}" if unit == "倍" else f"{value:z,.2f}"


def heading(console: Console, scenario: Scenario, by: str, lang: str) -> None:
    console.print(Styled(scenario.title.say(lang), style="bold"))
    parts = [f"{SAID['variant'].say(lang)} {scenario.variant.label.say(lang)}"] if scenario.variant else []
    first, last = scenario.years[0], scenario.years[-1]
    console.print(" · ".join([*parts, f"{first}–{last}", f"by {by}", f"digest {scenario.digest}"]), highlight=False)
    if scenario.note.say(lang):
        console.print(scenario.note.say(lang), highlight=False)


def show_result(result: Result, lang: str) -> None:
    console = Console()
    heading(console, result.scenario, result.by, lang)
    for account in result.accounts:
        balanced = result.balanced(account.id)
        word = SAID["balanced" if balanced else "not"].say(lang)
        tag = f" [{SAID['illustrative'].say(lang)}]" if result.illustrative(account.id) else ""
        mark = "✔" if balanced else "✘"
        console.print()
        console.print(Styled(f"{mark} {account.label.say(lang)} ({account.id}){tag}：{word}", style="bold"))
        tests = Table(*(SAID[k].say(lang) for k in ("test", "value", "threshold", "verdict", "reason")))
        for v in result.verdicts(account.id):
            verdict = SAID["passed" if v.passed else "failed"].say(lang)
            if not v.counted:
                verdict += f"（{SAID['outside'].say(lang)}）" if lang == "zh" else f" ({SAID['outside'].say(lang)})"
            tests.add_row(
                v.label.say(lang), number(v.value, v.unit), number(v.threshold, v.unit), verdict, v.reason.say(lang)
            )
        console.print(tests)
        for flag in result.flags(account.id):
            console.print(f"{SAID[flag.colour].say(lang)}：{flag.reason.say(lang)}", highlight=False)
        if len(result.accounts) == 1:
            _amounts(console, result, account.id, lang)
    show_missing_works(result.missing_works, lang)
    show_goals(console, result, lang)
    show_splits(console, result.scenario, lang)
    show_uses(console, result.scenario.policies, lang)


def show_missing_works(missing: Sequence[MissingWork], lang: str) -> None:
    """Mandatory works that units lack, one a line."""
    console = Console()
    for one in missing:
        console.print(f"{SAID['warning'].say(lang)}：{one.message.say(lang)}", highlight=False)


def _amounts(console: Console, result: Result, account: str, lang: str) -> None:
    totals = Table(SAID["item"].say(lang), SAID["amount"].say(lang))
    totals.columns[1].justify = "right"
    found = result.totals(account)
    for key, _, label in TOTALS:
        totals.add_row(label.say(lang), number(found[key], "万元"))
    console.print(totals)
    measures = Table(SAID["indicator"].say(lang), SAID["value"].say(lang))
    measures.columns[1].justify = "right"
    indicators = result.indicators(account)
    for key, _, label, unit in INDICATORS:
        measures.add_row(label.say(lang), number(indicators[key], unit))
    console.print(measures)


def show_splits(console: Console, scenario: Scenario, lang: str) -> None:
    if len(scenario.units) > 1 and scenario.splits:
        console.print()
        rules = "；".join if lang == "zh" else "; ".join
        text = rules(f"{n.subject.say(lang)} — {n.rule.say(lang)}" for n in scenario.splits)
        console.print(f"{SAID['splits'].say(lang)}：{text}", highlight=False)


def show_explanation(
    result: Result, sheet: str, member: str, path: str, year: int | None, deep: bool, lang: str
) -> None:
    console = Console()
    seen: set[tuple[str, str, str, int | None]] = set()
    tree = Tree(_headline(result.explain(path, year, member, sheet), lang))
    _grow(tree, result, result.explain(path, year, member, sheet), deep, lang, seen)
    console.print(tree)
    console.print(f"digest {result.scenario.digest}", highlight=False, style="dim")


def _headline(e: Explanation, lang: str) -> Styled:
    when = f" {e.year}" if e.year is not None else ""
    lines = [
        f"{e.section.say(lang)}·{e.label.say(lang)} ({e.member}:{e.path}){when} = {number(e.value, e.unit)} {unit_words(e.unit, lang)}".rstrip(),
        f"{SAID['formula'].say(lang)}：{e.words.say(lang)}",
    ]
    if e.written:
        lines.append(f"{SAID['written'].say(lang)}：finsim/{e.written}")
    return Styled("\n".join(lines))


def _grow(
    tree: Tree, result: Result, e: Explanation, deep: bool, lang: str, seen: set[tuple[str, str, str, int | None]]
) -> None:
    for o in e.operands:
        branch = tree.add(_operand(result, o, lang))
        key = (o.sheet, o.member, o.path, o.year)
        inside = o.year is None or o.year in result.years
        if deep and o.kind == "row" and key not in seen and inside:
            seen.add(key)
            inner = result.explain(o.path, o.year, o.member, o.sheet)
            formula = f"\n{SAID['formula'].say(lang)}：{inner.words.say(lang)}"
            branch.label = Styled.assemble(_operand(result, o, lang), formula)
            _grow(branch, result, inner, deep, lang, seen)


def _operand(result: Result, o: Operand, lang: str) -> Styled:
    when = f" {o.year}" if o.year is not None else ""
    text = f"{o.label.say(lang)} ({o.member}:{o.path}){when} = {number(o.value, o.unit)} {unit_words(o.unit, lang)}".rstrip()
    return Styled(text + (f"\n{source_line(result.scenario, o.origin, lang)}" if o.origin else ""))


def source_line(scenario: Scenario, origin: Origin, lang: str) -> str:
    """Where an input comes from: kind, document or range, file and line."""
    place = placed(*origin.place)
    parts = [origin.word.say(lang)]
    if origin.source:
        parts.append(scenario.sources[origin.source].document.say(lang))
    if origin.assumed:
        parts.append(f"[{origin.assumed[0]:g}, {origin.assumed[1]:g}]")
    if origin.note.say(lang):
        parts.append(origin.note.say(lang))
    return f"{SAID['source'].say(lang)}：{' · '.join(parts)} · {place}"
