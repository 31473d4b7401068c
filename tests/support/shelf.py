"""Many workbooks, each before and after fifteen edits of its inputs, in two programs.

LibreOffice works beside the tests, a batch of books at a time: one start of it takes longer than a book.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from finsim.result import Result
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario
from finsim.sheet.model import Model
from tests.model.programmes import amounts
from tests.support.books import GREEN, RED, Edit, Wanted, Written, differences, edited, outcome, written
from tests.support.libreoffice import export
from tests.support.sheets import Reader, exported, recalculated

BATCH = 13
EDITS = 15
FOLLOWING = ("existing_share", "draw_weight", "eligible", "by_others")
"""Inputs that no number but the one that follows from the rest of the scenario makes sense of."""
HIGHEST = {
    "stated": 60.0, "budget": 300.0, "committed": 100.0, "fixed": 50.0, "repriced": 1.0, "open": 1.0, "vat_change": 0.03, "falls": 1.0,
    "coupon_years": 1.0, "set_aside": 1.0, "rate_change": 0.01, "reduction": 1.0, "counted": 1.0, "leaves": 0.5,
}  # fmt: skip
"""Yearly inputs that may have any value up to here; those that rise to 1 are moved between their neighbours."""
RISING = ("planned", "released")


Case = Callable[[], tuple[Scenario, str | None, str]]
"""What makes a book: the scenario, the grouping of its units, and the account."""


@dataclass(frozen=True)
class Pair:
    """A book before and after edits: its files, what their cells and the cover must be, and what formualizer has otherwise."""

    files: tuple[Path, Path]
    rows: tuple[list[Wanted], list[Wanted]]
    said: tuple[str, str]
    wrong: list[Any]


class Shelf:
    """Books by name, written as they are asked for; each full batch goes to LibreOffice at once."""

    def __init__(self, folder: Path, cases: Mapping[str, Case]) -> None:
        self.folder, self.cases = folder, cases
        names = [*cases]
        self.batches = [names[i : i + BATCH] for i in range(0, len(names), BATCH)]
        self.office = ThreadPoolExecutor(1)
        self.pairs: dict[str, Pair] = {}
        self.exports: dict[str, Future[None]] = {}

    def wrong(self, name: str) -> list[Any]:
        """What formualizer makes otherwise of a book."""
        return self._pair(name).wrong

    def wrong_in_libreoffice(self, name: str) -> list[Any]:
        batch = self._batch(name)
        pairs = {other: self._pair(other) for other in batch}
        self.exports[batch[0]].result()
        return [
            error for file, rows, said in zip(pairs[name].files, pairs[name].rows, pairs[name].said, strict=True)
            for error in _wrong(exported(self.folder / "office", file.stem), rows, said)
        ]  # fmt: skip

    def _batch(self, name: str) -> Sequence[str]:
        return next(batch for batch in self.batches if name in batch)

    def _pair(self, name: str) -> Pair:
        if name not in self.pairs:
            self.pairs[name] = self._written(name)
            batch = self._batch(name)
            if self.pairs.keys() >= {*batch}:
                files = [file for other in batch for file in self.pairs[other].files]
                self.exports[batch[0]] = self.office.submit(export, files, self.folder / "office")
        return self.pairs[name]

    def _written(self, name: str) -> Pair:
        number = [*self.cases].index(name)
        before = written(*self.cases[name](), self.folder, f"{number}-before")
        after = self.folder / f"{number}-after.xlsx"
        result = edited(before, after, edits(before, np.random.default_rng(number)))
        rows, said = (before.cells(), before.cells(result)), (_outcome(before.result), _outcome(result))
        wrong = [*_wrong(before.read, rows[0], said[0]), *_wrong(recalculated(after), rows[1], said[1])]
        return Pair((before.path, after), rows, said, wrong)


def _outcome(result: Result) -> str:
    """What the cover must say: all checks pass, unless an edit undid what a value was solved for."""
    return GREEN if all(reached.holds for reached in result.goals()) else RED


def _wrong(read: Reader, rows: Collection[Wanted], must: str) -> list[Any]:
    """Cells that differ, and what the cover says if that is not what it must."""
    found, said = differences(read, rows), outcome(read)
    return found if said == must else [*found, said]


def edits(book: Written, random: np.random.Generator) -> list[Edit]:
    """Other values for inputs of any kind; about a third by year."""
    found: dict[tuple[str, int | None], Edit] = {}
    listed = [(sheet, id) for sheet in ("假设", "时序假设") for id in book.lines.ids[sheet].values()]
    while len(found) < EDITS:
        sheet, id = listed[random.integers(len(listed))]
        edit = _edit(book, id, sheet == "时序假设", random)
        if edit:
            found[edit.id, edit.year] = edit
    return [*found.values()]


def _edit(book: Written, id: str, by_year: bool, random: np.random.Generator) -> Edit | None:
    result = book.result
    unit, path = id.split(".", 2)[1:] if id.startswith("units.") else ("", id)
    name = path.rpartition(".")[2]
    sheets = result.scenario.sheets
    kind, model = ("unit", sheets.unit) if path in known(sheets.unit) else ("account", sheets.account)
    if not by_year:
        return None if name in FOLLOWING else Edit(path, float(amounts(model.inputs[path], 1, random)[0]), unit)
    t = int(random.integers(len(result.years)))
    member = unit or (book.account if kind == "account" else result.scenario.numbers.units[0])
    values = [result.value(kind, member, path, year) for year in result.years]
    if name in RISING:
        low, high = values[t - 1] if t else 0.0, values[t + 1] if t + 1 < len(values) else 1.0
        return Edit(path, float(random.uniform(low, high)), unit, result.years[t])
    return Edit(path, float(random.uniform(0, HIGHEST[name])), unit, result.years[t]) if name in HIGHEST else None


def known(model: Model) -> set[str]:
    return {*model.inputs, *model.schedules}


# ---- books of a scenario file ------------------------------------------------------------------------------
GROUPINGS = ("all", "district", "unit", "accounts")
MOST, LARGE, OF_LARGE = 10, 8, 2
"""Books of a file at most, and of one with more units than ``LARGE``."""


def books_of(file: Path) -> dict[str, Case]:
    """Books of every variant and grouping of a file.

    Where a grouping has many accounts, the variants take turns: each account has its book under one of them; of a file
    with more books than that, evenly ``MOST`` of them, or ``OF_LARGE``.
    """
    found: dict[str, Case] = {}
    most = OF_LARGE if len(load(file).units) > LARGE else MOST
    variants = [variant.id for variant in load(file).variants] or [None]
    for turn, variant in enumerate(variants):
        scenario = load(file, variant)
        seen: set[tuple[str, ...]] = set()
        for by in GROUPINGS:
            accounts = [account for account in scenario.accounts(by) if account.units not in seen]
            seen |= {account.units for account in accounts}
            for account in accounts[turn % (len(accounts) or 1) :: len(variants)]:
                found[f"{variant}, {by}, {account.id}"] = partial(_made, scenario, by, account.id)
    return dict([*found.items()][:: ceil(len(found) / most)])


def _made(scenario: Scenario, by: str, account: str) -> tuple[Scenario, str, str]:
    return scenario, by, account
