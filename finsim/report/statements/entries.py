"""What a statement is made of: entries, each a signed sum of rows of the account's sheet."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from finsim.result import Result
from finsim.sheet import Text
from finsim.sheet.model import Model, Row

CONSTRUCTION, OPERATION = "construction", "operation"
UNDER_CONSTRUCTION = "investment.under_construction"
"""Row with the share of the works that is not yet in operation: it divides a year between construction and operation."""
_WORDS = {"": "", CONSTRUCTION: "在建部分 ", OPERATION: "运营部分 "}


@dataclass(frozen=True)
class Term:
    """One row of the account's sheet in an entry.

    sign     -1 where the row is subtracted
    opening  the balance at the end of the year before, instead of the year's own
    during   "construction" or "operation": only the share that belongs to works not yet, or already, in operation
    """

    path: str
    sign: int = 1
    opening: bool = False
    during: str = ""

    @property
    def words(self) -> str:
        return f"{_WORDS[self.during]}{'上期 ' if self.opening else ''}"


@dataclass(frozen=True)
class Entry:
    """One row of a statement.

    number   as the standard counts; empty for "of which" rows
    terms    rows of the account's sheet, added up; an entry without any has no amounts
    strong   a total, shown in bold
    balance  a sum over the years would mean nothing, although its rows are flows
    heading  a title of the rows below; an entry that has neither terms nor this is a row of the standard that no account
             here can have, or whose amount cannot be told apart
    """

    number: str
    label: Text
    terms: tuple[Term, ...] = ()
    strong: bool = False
    balance: bool = False
    heading: bool = False

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(term.path for term in self.terms)

    @property
    def formula(self) -> str:
        """Its rows by their paths, such as ``profit.net-tax.tax``."""
        text = "".join(f"{'-' if term.sign < 0 else '+'}{term.path}" for term in self.terms)
        return text.removeprefix("+")

    def origin(self, model: Model) -> str:
        """Its rows by their Chinese names."""
        text = ""
        for term in self.terms:
            item = model.item(term.path)
            sign = "− " if term.sign < 0 else "+ " if text else ""
            text += f" {sign}{term.words}{model.sections[item.section].label.zh}·{item.label.zh}"
        return text.strip()

    def unit(self, model: Model) -> str:
        return model.item(self.terms[0].path).unit if self.terms else "万元"


@dataclass(frozen=True)
class Statement:
    """A table: a column per year and, for flows, a total."""

    id: str
    title: Text
    entries: tuple[Entry, ...] = field(repr=False)


def amounts(result: Result, account: str, entry: Entry) -> tuple[list[float | None], float | None]:
    """The entry's value in each year, and its total; None where there is none (a balance or ratio has no total)."""
    years = result.years
    if not entry.terms:
        return [None] * len(years), None
    values = np.zeros(len(years))
    for term in entry.terms:
        shift = -1 if term.opening else 0
        own = np.array([result.value("account", account, term.path, year + shift) for year in years])
        if term.during:
            building = result.series(UNDER_CONSTRUCTION, account)
            own = own * (building if term.during == CONSTRUCTION else 1 - building)
        values += term.sign * own
    shown = [None if math.isnan(value) else float(value) for value in values]
    return shown, float(values.sum()) if has_total(entry, result.scenario.sheets.account) else None


def has_total(entry: Entry, model: Model) -> bool:
    """Whether a sum over the years means anything: for flows, not for balances, ratios, checks and constants."""
    rows = [model.item(term.path) for term in entry.terms]
    lasting = any(isinstance(row, Row) and (row.stock or row.missing or row.check or row.cell) for row in rows)
    return bool(rows) and not entry.balance and not lasting and not any(term.opening for term in entry.terms)


# ---- making entries --------------------------------------------------------------------------------------------
def terms(*rows: str, opening: bool = False, during: str = "") -> tuple[Term, ...]:
    """Paths as terms; one that begins with a minus sign is subtracted.

    >>> [term.sign for term in terms("profit.before_tax", "-tax.tax")]
    [1, -1]
    """
    return tuple(
        Term(path.removeprefix("-"), -1 if path.startswith("-") else 1, opening, during) for path in rows
    )  # fmt: skip


def row(
    number: str, zh: str, en: str, *rows: str, opening: bool = False, during: str = "", strong: bool = False,
    balance: bool = False,
) -> Entry:  # fmt: skip
    return Entry(number, Text(zh, en), terms(*rows, opening=opening, during=during), strong, balance)


def heading(number: str, zh: str, en: str) -> Entry:
    return Entry(number, Text(zh, en), heading=True)


def absent(number: str, zh: str, en: str) -> Entry:
    """A row of the standard without a quantity here: shown, and left blank."""
    return Entry(number, Text(zh, en))


Items = Iterable[tuple[str, Text]]
"""Works, sources, debts …: the id of each, and its label."""


def each(number: str, items: Items, *rows: str, first: int = 1) -> list[Entry]:
    """One numbered entry per item; {} in a row's path stands for its id."""
    return [
        Entry(f"{number}.{i}", label, terms(*(path.format(name) for path in rows)))
        for i, (name, label) in enumerate(items, first)
    ]


def of_which(items: Items, *rows: str, during: str = "") -> list[Entry]:
    """One entry without a number per item."""
    return [
        row("", f"其中：{label.zh}", f"of which {label.en}", *(path.format(name) for path in rows), during=during)
        for name, label in items
    ]
