"""Red and yellow flags of public money, each an item of its own: declared in the scenario, or found in the rows.

A red flag fails the test of public money. A yellow one is shown and fails nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finsim.scenario.schema import RED_FLAGS
from finsim.sheet import TOLERANCE, Text

if TYPE_CHECKING:
    from finsim.result import Result

FOUND_RED = ("coupons_from_bonds", "bonds_after", "concession_paid")
FOUND_YELLOW = ("subsidy_unbudgeted", "unbudgeted", "pledged_twice", "idle")
"""Rows of public money that find something where they are not nothing."""

BY_YEAR = (
    "matching", "awards", "injected", "bond_support", "subsidies", "outlay", "from_above", "available", "left", "beyond",
    "unbudgeted", "over_limit",
)  # fmt: skip
"""Rows of public money that are given year by year."""


@dataclass(frozen=True)
class Flag:
    """One flag that is up. ``amount`` (万元) and ``years`` are there where a row has found it, ``source`` where it is declared."""

    id: str
    label: Text
    colour: str
    amount: float | None
    years: tuple[int, ...]
    source: Text

    @property
    def reason(self) -> Text:
        """What is wrong, by how much and when, or where it is written."""
        if self.amount is None:
            said = Text("方案声明有此情形", "the scenario says so")
            return Text(
                f"{self.label.zh}：{said.zh}{f'（{self.source.zh}）' if self.source.zh else ''}",
                f"{self.label.en}: {said.en}{f' ({self.source.en})' if self.source.en else ''}",
            )
        when = spans(self.years)
        return Text(
            f"{self.label.zh}：{when.zh} 年，{self.amount:z,.2f} 万元",
            f"{self.label.en}: {self.amount:z,.2f} (CNY 10,000) in {when.en}",
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "colour": self.colour, "label": self.label.zh, "label_en": self.label.en, "found": self.amount is not None,
            "amount": self.amount, "years": list(self.years), "reason": self.reason.zh, "reason_en": self.reason.en,
        }  # fmt: skip


def flags(result: Result, account: str) -> Iterator[Flag]:
    """The flags of an account that are up: red ones declared, red ones found, yellow ones."""
    model = result.scenario.sheets.account
    for name in RED_FLAGS:
        if result.value("account", account, f"public.{name}", None) > 0.5:
            origin = result.scenario.origin("account", f"public.{name}")
            entry = result.scenario.sources.get(origin.source)
            source = entry.document if entry else Text("", "")
            yield Flag(name, model.inputs[f"public.{name}"].label, "red", None, (), source)
    for colour, rows in (("red", FOUND_RED), ("yellow", FOUND_YELLOW)):
        for name in rows:
            series = zip(result.years, result.series(f"public.{name}", account), strict=True)
            found = [(year, float(amount)) for year, amount in series if amount > TOLERANCE]
            if found:
                row = model.rows[f"public.{name}"]
                # a balance is told at its highest, a flow as the sum of its years
                amount = max(a for _, a in found) if row.stock else sum(a for _, a in found)
                yield Flag(name, row.label, colour, amount, tuple(y for y, _ in found), Text("", ""))


def listed(found: Sequence[Flag], colour: str, heading: Text) -> Text:
    """The flags of a colour in one sentence; empty where there is none."""
    reasons = [flag.reason for flag in found if flag.colour == colour]
    if not reasons:
        return Text("", "")
    return Text(f"{heading.zh}：{'；'.join(r.zh for r in reasons)}。", f"{heading.en}: {'; '.join(r.en for r in reasons)}.")


def by_year(result: Result, account: str) -> dict[str, Any]:
    """The rows of public money year by year; a value that does not exist is null."""
    rows = {name: [None if v != v else float(v) for v in result.series(f"public.{name}", account)] for name in BY_YEAR}
    return {"years": list(result.years), **rows}


def spans(years: Sequence[int]) -> Text:
    """Years as spans.

    >>> spans([2027, 2029, 2030, 2031]).en
    '2027, 2029–2031'
    """
    found: list[list[int]] = []
    for year in years:
        if found and found[-1][-1] == year - 1:
            found[-1].append(year)
        else:
            found.append([year])
    said = [str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in found]
    return Text("、".join(said), ", ".join(said))
