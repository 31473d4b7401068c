"""What was read from a workbook, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rich.console import Console

from finsim.report.terminal import WholeTable as Table
from finsim.report.wording import Wording
from finsim.sheet import Text


class Change(Protocol):
    """A number that was typed into a book."""

    @property
    def address(self) -> str: ...
    @property
    def label(self) -> Text: ...
    @property
    def unit(self) -> str: ...
    @property
    def old(self) -> float: ...
    @property
    def new(self) -> float: ...


def show_changes(changes: Iterable[Change], digest: str, lang: str) -> None:
    """Every cell that was edited, with the number before and after."""
    console, wording = Console(), Wording(lang)
    shown = Table(*(one.say(lang) for one in _HEADS))
    for column in (3, 4):
        shown.columns[column].justify = "right"
    for change in changes:
        label = wording.name(change.label)
        shown.add_row(change.address, label, wording.unit(change.unit), f"{change.old:,.6g}", f"{change.new:,.6g}")
    if shown.row_count:
        console.print(shown)
    else:
        console.print(Text("工作簿中没有改动。", "Nothing was edited in the workbook.").say(lang))
    console.print(f"digest {digest}", highlight=False)


def show_remarks(units: int, remarks: Iterable[Text], lang: str) -> None:
    console = Console()
    console.print(Text(f"{units} 个小区。", f"{units} neighbourhoods.").say(lang), highlight=False)
    for remark in remarks:
        console.print(f"· {remark.say(lang)}", highlight=False)


_HEADS = (
    Text("单元格", "cell"), Text("输入", "input"), Text("单位", "unit"), Text("原值", "was"), Text("现值", "is"),
)  # fmt: skip
