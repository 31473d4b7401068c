"""Statements, indicators and rules as tables of texts."""

from __future__ import annotations

from finsim.report.reasons import of_entry
from finsim.report.statements import Statement, amounts
from finsim.report.wording import NOTHING, Table, Wording
from finsim.result import INDICATORS, TOTALS, WHOLE_ROW, Result
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text

_SAID = {
    "row": Text("项目", "item"),
    "total": Text("合计", "total"),
    "subject": Text("分摊对象", "what is split"),
    "rule": Text("分摊依据", "split by"),
    "indicator": Text("指标", "indicator"),
    "value": Text("数值", "value"),
    "unit": Text("单位", "unit"),
}


def statement(result: Result, account: str, shown: Statement, wording: Wording) -> Table:
    """A row for each entry, a column for the total and for each year; what is nothing is a dash, NA is blank.

    A row of the standard without a quantity here has long dashes, a heading is blank.
    """
    model = result.scenario.sheets.account
    body: list[tuple[str, ...]] = []
    for entry in shown.entries:
        values, total = amounts(result, account, entry)
        unit = entry.unit(model)
        cells = [wording.value(value, unit) for value in values]
        if not entry.terms and not entry.heading:
            cells = [NOTHING] * len(values)
        label = f"{entry.number}\N{EN SPACE}{wording.name(entry.label)}{_in_brackets(unit, wording)}"
        body.append((label, wording.value(total, unit), *cells))
    years = tuple(map(str, result.years))
    head = (wording.name(_SAID["row"]), wording.name(_SAID["total"]), *years)
    what = [of_entry(shown.id, i, entry) for i, entry in enumerate(shown.entries)]
    rows = tuple(f"account|{account}|{one}|{{}}" if one else "" for one in what)
    strong = tuple(i for i, entry in enumerate(shown.entries) if entry.strong)
    return Table(head, tuple(body), strong, rows, (None, "", *years))


def _in_brackets(unit: str, wording: Wording) -> str:
    """The unit of a row that is not in money."""
    if unit == "万元" or not wording.unit(unit):
        return ""
    return f"（{wording.unit(unit)}）" if wording.lang == "zh" else f" ({wording.unit(unit)})"


def indicators(result: Result, account: str, wording: Wording) -> Table:
    """Totals over all years, then the indicators."""
    totals, found = result.totals(account), result.indicators(account)
    money = wording.unit("万元")
    body = [(wording.name(label), wording.amount(totals[key]), money) for key, _, label in TOTALS]
    rows = [path for _, path, _ in TOTALS]
    for key, path, label, unit in INDICATORS:
        if key == "total_investment":
            continue
        value = found[key]
        share = unit == "1"
        amount = wording.percent(value) if share else wording.amount(value) if unit == "万元" else wording.times(value)
        body.append((wording.name(label), amount, "" if share else wording.unit(unit)))
        rows.append(path)
    body.append((wording.name(WHOLE_ROW["firr"][0]), wording.percent(found["firr"], 2), ""))
    body.append((wording.name(WHOLE_ROW["payback"][0]), wording.times(found["payback"], 2), wording.unit("年")))
    head = tuple(wording.name(_SAID[key]) for key in ("indicator", "value", "unit"))
    named = tuple(f"account|{account}|{what}|{{}}" for what in (*rows, *WHOLE_ROW))
    return Table(head, tuple(body), rows=named, columns=(None, "", None))


def splits(scenario: Scenario, wording: Wording) -> Table:
    """The rules by which something of the programme is divided over the units."""
    body = tuple((wording.name(n.subject), wording.name(n.rule)) for n in scenario.splits)
    return Table((wording.name(_SAID["subject"]), wording.name(_SAID["rule"])), body)
