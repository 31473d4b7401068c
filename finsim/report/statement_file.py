"""A statement as a CSV file that a spreadsheet opens: headings, unit and origin above, numbers with all their digits."""

from __future__ import annotations

import csv
import io

from finsim.report.statements import Statement, amounts
from finsim.report.wording import MONEY, Wording
from finsim.result import Result
from finsim.scenario.scenario import MODEL_VERSION
from finsim.sheet import Text

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets take the file for one of the machine's own encoding."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SAID = {
    "statement": Text("报表", "Statement"),
    "money": Text("金额单位", "Unit of money"),
    "scenario": Text("情景", "Scenario"),
    "digest": Text("参数版本", "Inputs (digest)"),
    "variant": Text("方案变体", "Variant"),
    "account": Text("平衡主体", "Account"),
    "model": Text("模型版本", "Model version"),
    "row": Text("项目", "Item"),
    "unit": Text("单位", "Unit"),
    "total": Text("合计", "Total"),
}


def csv_of(result: Result, account: str, shown: Statement, wording: Wording) -> str:
    """The statement of an account, with a byte order mark. Amounts are in the reader's unit of money; NA is empty."""
    scenario = result.scenario
    label = next(a.label for a in result.accounts if a.id == account)
    about = [
        ("statement", wording.name(shown.title)), ("money", wording.unit("万元")), ("scenario", wording.say(scenario.title)),
        ("digest", scenario.digest), ("variant", wording.name(scenario.variant.label) if scenario.variant else ""),
        ("account", wording.name(label)), ("model", str(MODEL_VERSION)),
    ]  # fmt: skip
    target = io.StringIO()
    out = csv.writer(target, lineterminator="\r\n")
    out.writerows((wording.say(_SAID[key]), as_text(value)) for key, value in about)
    out.writerow(())
    out.writerow([*(wording.say(_SAID[key]) for key in ("row", "unit", "total")), *result.years])
    for entry in shown.entries:
        unit = entry.unit(scenario.sheets.account)
        values, total = amounts(result, account, entry)
        # One cell: a number alone, such as 1.10 or 2.3.1, would become 1.1 or a date.
        name = as_text(f"{entry.number} {wording.name(entry.label)}".strip())
        scale = MONEY[wording.money][0] if unit == "万元" else 1.0
        cells = ["" if value is None else repr(value / scale) for value in (total, *values)]
        out.writerow([name, as_text(wording.unit(unit)) if entry.terms else "", *cells])
    return BYTE_ORDER_MARK + target.getvalue()


def as_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> as_text("=1+1"), as_text("资产")
    ("'=1+1", '资产')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
