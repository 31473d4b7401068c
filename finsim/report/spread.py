"""Figures as CSV that a spreadsheet opens as it is: headings, units, and what the figures belong to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from finsim.result import INDICATORS, TOTALS, WHOLE_ROW, Result
from finsim.scenario.scenario import MODEL_VERSION
from finsim.sheet import Text

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SAID = {
    "scenario": Text("方案", "scenario"), "variant": Text("方案变体", "variant"), "by": Text("平衡口径", "balanced by"),
    "digest": Text("参数版本", "digest"), "model": Text("模型版本", "model version"), "account": Text("平衡主体", "account"),
    "name": Text("名称", "name"), "balanced": Text("平衡", "balanced"), "passed": Text("通过", "passed"), "yes": Text("是", "yes"), "no": Text("否", "no"),
}  # fmt: skip


def spread(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows as CSV in UTF-8 with its mark. A text that a spreadsheet would take for a formula is told apart by a quote."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else "" if cell is None else cell for cell in row])
    return stream.getvalue().encode("utf-8-sig")


def belonging(result: Result, lang: str) -> list[tuple[str, str]]:
    """What the figures of a result belong to."""
    scenario = result.scenario
    return [
        (_SAID["scenario"].say(lang), scenario.title.say(lang)),
        (_SAID["variant"].say(lang), scenario.variant.label.say(lang) if scenario.variant else ""),
        (_SAID["by"].say(lang), result.by),
        (_SAID["digest"].say(lang), scenario.digest),
        (_SAID["model"].say(lang), MODEL_VERSION),
    ]


def figures(result: Result, lang: str) -> bytes:
    """Every account in a row: whether it balances, each test, the totals and the indicators with all their digits."""

    def said(flag: bool) -> str:
        return _SAID["yes" if flag else "no"].say(lang)

    tests = {verdict.id: verdict.label for account in result.accounts for verdict in result.verdicts(account.id)}
    names = {key: (label, unit) for key, _, label, unit in INDICATORS} | WHOLE_ROW
    head = [_SAID["account"].say(lang), _SAID["name"].say(lang), _SAID["balanced"].say(lang)]
    head += [f"{_SAID['passed'].say(lang)} {label.say(lang)}" for label in tests.values()]
    head += [f"{label.say(lang)} (万元)" for _, _, label in TOTALS]
    head += [f"{label.say(lang)}" + ("" if unit == "1" else f" ({unit})") for label, unit in names.values()]
    rows: list[Sequence[object]] = [*belonging(result, lang), (), head]
    for account in result.accounts:
        passed = {verdict.id: said(verdict.passed) for verdict in result.verdicts(account.id)}
        totals, found = result.totals(account.id), result.indicators(account.id)
        cells = [account.id, account.label.say(lang), said(result.balanced(account.id)), *(passed.get(test) for test in tests)]
        rows.append([*cells, *(totals[key] for key, _, _ in TOTALS), *(found[key] for key in names)])
    return spread(rows)
