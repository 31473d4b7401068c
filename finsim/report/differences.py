"""Two scenarios compared, on the terminal and as plain data."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console

from finsim.difference import Change, Difference, Moved
from finsim.report.screen import number
from finsim.report.terminal import WholeTable as Table
from finsim.report.units import unit_words
from finsim.result import INDICATORS, TOTALS, WHOLE_ROW
from finsim.scenario.document import Value
from finsim.scenario.problems import placed
from finsim.scenario.words import shown
from finsim.sheet import Text

MOST = 12
"""Movers of an indicator that are listed."""
_SAID = {
    "inputs": Text("输入的差别", "inputs that differ"), "path": Text("路径", "path"), "first": Text("甲", "first"), "second": Text("乙", "second"),
    "where": Text("写在", "written in"), "none": Text("（无）", "(none)"), "results": Text("结果的差别", "results that differ"),
    "account": Text("平衡主体", "account"), "figure": Text("项目", "figure"), "less": Text("乙 − 甲", "second − first"),
    "movers": Text("各输入单独改变的影响", "what each input does alone"), "input": Text("输入", "input"), "effect": Text("影响", "effect"),
    "joint": Text("共同作用", "joint effect"), "whole": Text("全部", "all together"), "same": Text("两个方案的输入和结果都相同。", "Inputs and results are the same."),
    "no_effect": Text("没有结果上的差别。", "No result differs."), "refused": Text("不能单独改变", "cannot be changed alone"),
    "only": Text("只在其中一个方案：", "only in one of them: "), "passed": Text("通过", "pass"), "failed": Text("未通过", "FAIL"),
    "total": Text("合计", "total"), "test": Text("检验", "test"),
}  # fmt: skip
_NAMES = {key: (label, unit) for key, _, label, unit in INDICATORS} | WHOLE_ROW
_TOTALS = {key: label for key, _, label in TOTALS}


def show_difference(difference: Difference, lang: str) -> None:
    """Inputs, then results, then which input moves which indicator most."""
    console = Console()
    for name, result in zip(("first", "second"), difference.results, strict=True):
        scenario = result.scenario
        variant = f" · {scenario.variant.label.say(lang)}" if scenario.variant else ""
        console.print(f"{_SAID[name].say(lang)}：{scenario.title.say(lang)}{variant} · by {result.by} · digest {scenario.digest}", highlight=False)
    if not difference.changes and not difference.moved:
        console.print(_SAID["same"].say(lang))
        return
    console.print(_inputs(difference, lang))
    _results(console, difference, lang)
    for indicator in dict.fromkeys(moved.name for moved in difference.moved if moved.kind == "indicator"):
        if table := _movers(difference, indicator, lang):
            console.print(table)


def _inputs(difference: Difference, lang: str) -> Table:
    table = Table(*(_SAID[key].say(lang) for key in ("path", "first", "second", "where")), title=_SAID["inputs"].say(lang), box=box.SIMPLE_HEAD)
    refused = {effect.change.name for effect in difference.effects if effect.refused}
    for change, (name, *cells) in zip(difference.changes, inputs(difference, lang), strict=True):
        note = f"\n{_SAID['refused'].say(lang)}" if change.name in refused else ""
        table.add_row(name + note, *cells)
    return table


def inputs(difference: Difference, lang: str) -> list[tuple[str, ...]]:
    """Path, value in either scenario, and where it is written in either, of every input that differs."""
    return [
        (change.name, stated(change.before, lang), stated(change.after, lang), "\n".join(placed(*place) for place in change.places))
        for change in difference.changes
    ]


def results(difference: Difference, lang: str) -> list[tuple[str, ...]]:
    """Account, figure, its value in either scenario and how much greater the second's is, of every figure that differs."""
    found = []
    for moved in difference.moved:
        label, unit = _label(moved)
        found.append((moved.account, label.say(lang), *(_figure(v, unit, lang) for v in (moved.before, moved.after)), _less(moved, unit, lang)))
    return found


def _results(console: Console, difference: Difference, lang: str) -> None:
    if not difference.moved:
        console.print(_SAID["no_effect"].say(lang))
    else:
        table = Table(
            *(_SAID[key].say(lang) for key in ("account", "figure", "first", "second", "less")),
            title=_SAID["results"].say(lang), box=box.SIMPLE_HEAD,
        )  # fmt: skip
        for row in results(difference, lang):
            table.add_row(*row)
        console.print(table)
    ids = [{account.id for account in result.accounts} for result in difference.results]
    if alone := ids[0] ^ ids[1]:
        console.print(_SAID["only"].say(lang) + ", ".join(sorted(alone)), highlight=False)


def _movers(difference: Difference, indicator: str, lang: str) -> Table | None:
    movers = difference.movers(indicator)
    if not movers:
        return None
    label, unit = _NAMES.get(indicator) or (Text(indicator, indicator), "1")
    title = f"{_SAID['movers'].say(lang)} — {label.say(lang)}"
    table = Table(_SAID["input"].say(lang), _SAID["effect"].say(lang), title=title, box=box.SIMPLE_HEAD)
    table.columns[1].justify = "right"
    for effect, by in movers[:MOST]:
        table.add_row(effect.change.name, _signed(by, unit, lang))
    figures = [result.indicators(result.accounts[0].id)[indicator] for result in difference.whole]
    if figures[0] is not None and figures[1] is not None:
        whole = figures[1] - figures[0]
        table.add_row(_SAID["joint"].say(lang), _signed(whole - sum(by for _, by in movers), unit, lang))
        table.add_row(_SAID["whole"].say(lang), _signed(whole, unit, lang), style="bold")
    return table


# ---- as plain data -----------------------------------------------------------------------------------------
def difference_json(difference: Difference) -> dict[str, Any]:
    """Inputs, results and movers as plain data; a value that does not exist is null."""
    names = dict.fromkeys(moved.name for moved in difference.moved if moved.kind == "indicator")
    return {
        "digests": [result.scenario.digest for result in difference.results],
        "by": difference.results[0].by,
        "inputs": [_change_json(change) for change in difference.changes],
        "results": [
            {"account": m.account, "kind": m.kind, "name": m.name, "before": m.before, "after": m.after} for m in difference.moved
        ],
        "alone": {
            name: [{"path": effect.change.name, "effect": by} for effect, by in difference.movers(name)] for name in names
        },
        "cannot_change_alone": [effect.change.name for effect in difference.effects if effect.refused],
    }  # fmt: skip


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "path": change.name,
        **{
            name: {"value": shown(value) if value is not None else None, "file": place.file, "line": place.line}
            for name, value, place in zip(("before", "after"), (change.before, change.after), change.places, strict=True)
        },
    }  # fmt: skip


# ---- words -------------------------------------------------------------------------------------------------
def _label(moved: Moved) -> tuple[Text, str]:
    if moved.kind == "total":
        label = _TOTALS[moved.name]
        return Text(f"{_SAID['total'].zh}·{label.zh}", f"{_SAID['total'].en}: {label.en}"), "万元"
    if moved.kind == "indicator":
        return _NAMES.get(moved.name) or (Text(moved.name, moved.name), "1")
    label = moved.label or Text(moved.name, moved.name)
    said = Text(f"{_SAID['test'].zh}·{label.zh}", f"{_SAID['test'].en}: {label.en}")
    return said, "倍" if moved.name.startswith("cover") else "万元"


def _figure(value: float | bool | None, unit: str, lang: str) -> str:
    if isinstance(value, bool):
        return _SAID["passed" if value else "failed"].say(lang)
    return number(value, unit)


def _less(moved: Moved, unit: str, lang: str) -> str:
    if moved.before is None or moved.after is None or isinstance(moved.before, bool):
        return ""
    return _signed(moved.after - moved.before, unit, lang)


def _signed(value: float, unit: str, lang: str) -> str:
    text = number(abs(value), unit)
    return f"{'−' if value < 0 else '+'}{text} {unit_words(unit, lang)}".rstrip()


def stated(value: Value | None, lang: str) -> str:
    """A value as it is written in its file; of an input that is not there, that."""
    return _SAID["none"].say(lang) if value is None else shown(value)
