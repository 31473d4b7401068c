"""Statements as tables on the terminal, in one language."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.text import Text as Styled

from finsim.report import tables
from finsim.report.statements import platform_checks, statements
from finsim.report.terminal import WholeTable as Table
from finsim.report.wording import Wording
from finsim.result import Result
from finsim.sheet import Text

LABELS, CELLS = 36, 12
"""Columns of the terminal for the label of a row, and for an amount."""
_SAID = {
    "check": Text("平台校验", "check of the platform"),
    "verdict": Text("结论", "verdict"),
    "found": Text("数值", "found"),
    "passed": Text("通过", "pass"),
    "failed": Text("未通过", "FAIL"),
}


def show_statements(result: Result, lang: str) -> None:
    """Every statement of every account; years that do not fit side by side stand below each other."""
    console, wording = Console(), Wording(lang)
    at_once = max(3, (console.width - LABELS - CELLS) // CELLS)
    for account in result.accounts:
        for shown in statements(result.scenario.structure):
            whole = tables.statement(result, account.id, shown, wording)
            title = f"{wording.name(account.label)} · {wording.name(shown.title)}（{wording.unit('万元')}）"
            console.print()
            console.print(Styled(title if lang == "zh" else title.replace("（", " (").replace("）", ")"), style="bold"))
            for first in range(2, len(whole.head), at_once):
                columns = [0, 1, *range(first, min(first + at_once, len(whole.head)))]
                table = Table(*(whole.head[i] for i in columns), box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
                table.columns[0].min_width = min(LABELS, console.width // 2)
                for column in table.columns[1:]:
                    column.justify = "right"
                for i, line in enumerate(whole.body):
                    table.add_row(*(line[c] for c in columns), style="bold" if i in whole.strong else "")
                console.print(table)
        checks = Table(*(_SAID[key].say(lang) for key in ("check", "verdict", "found")))
        for check, holds, found in platform_checks(result, account.id):
            checks.add_row(check.say(lang), _SAID["passed" if holds else "failed"].say(lang), found.say(lang))
        console.print(checks)
