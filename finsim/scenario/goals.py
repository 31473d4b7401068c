"""求解的目标：which inputs are solved outside the sheet, and what each must bring about at the base case."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from finsim.model.structure import Sheets
from finsim.scenario.document import Path, Place
from finsim.scenario.search import Sense
from finsim.scenario.values import Stated
from finsim.scenario.wanted import said
from finsim.sheet import TOLERANCE, Text
from finsim.sheet.block import Bounds
from finsim.sheet.model import Model
from finsim.sheet.numpy_backend import Array

CLOSE = 1e-9
"""A ratio, rate or count may differ from its target by this much, a large one by this share of the target."""
AMOUNTS = {"capital": "amount", "bonds": "face", "loans": "commitment"}
"""What is divided over the units of an entry of finance; each unit's part stands on its sheet under ``stakes``."""


@dataclass(frozen=True)
class Goal:
    """What an input must bring about: a row of the account's sheet against a target.

    path      of the input in the file: ``finance.loans.bank.commitment``
    label, unit   of the input
    row, period, subject, row_unit   the row, its year or lowest, highest, total (None for a row of one value), its name, unit
    sense, target   equals | at_least | at_most this much
    account   whose row it is
    low, high   the range in which the input is looked for
    value     what was found; NaN until then
    just      whether the goal is just met; otherwise an end of the range, or a result that jumps, meets it with room
    """

    path: str
    label: Text
    unit: str
    row: str
    period: int | str | None
    subject: Text
    row_unit: str
    sense: Sense
    target: float
    account: str
    low: float
    high: float
    place: Place
    value: float = math.nan
    just: bool = True

    @property
    def name(self) -> str:
        """Of the input, as under ``uncertain``."""
        return input_name(self.path)

    @property
    def tolerance(self) -> float:
        """Half a fen for amounts; for anything else a billionth of the target, or of 1 where that is more."""
        return TOLERANCE if self.row_unit == "万元" else CLOSE * max(1.0, abs(self.target))

    def holds(self, result: float) -> bool:
        """Whether target less result is nothing or, where the goal is met with room, not on the wrong side."""
        off = self.target - result
        if self.just or self.sense == "equals":
            return abs(off) <= self.tolerance
        return (off if self.sense == "at_least" else -off) <= self.tolerance

    def pick(self, row: Array, position: int, years: Sequence[int]) -> Array:
        """Of a calculated row, what the goal is about: one number for each trial, NaN where there is none.

        ``row`` is (periods + 2, accounts, trials), or (accounts, trials) for a row of one value.
        """
        own: Array = row[..., position if row.shape[-2] > 1 else 0, :]
        if self.period is None:
            return own
        if isinstance(self.period, int):
            picked: Array = own[self.period - years[0] + 1]
            return picked
        known = ~np.isnan(own[1:-1])
        if self.period == "total":
            return np.where(known.all(axis=0), own[1:-1].sum(axis=0), np.nan)
        least = np.where(known, own[1:-1], np.inf).min(axis=0)
        most = np.where(known, own[1:-1], -np.inf).max(axis=0)
        return np.where(known.any(axis=0), least if self.period == "lowest" else most, np.nan)

    @property
    def words(self) -> Text:
        return said(self.subject, self.row, self.period, self.sense, self.target)


@dataclass(frozen=True)
class GoalReached:
    """A goal at the base case: its result, target less result, and whether that is as it must be."""

    goal: Goal
    result: float
    difference: float
    holds: bool

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and texts; a value that does not exist is null."""
        g = self.goal
        none = math.isnan(self.result)
        return {
            "input": g.name, "label": g.label.zh, "label_en": g.label.en, "value": g.value, "unit": g.unit,
            "goal": g.words.zh, "goal_en": g.words.en, "row": g.row, "period": g.period, "sense": g.sense,
            "account": g.account, "target": g.target, "result": None if none else self.result,
            "difference": None if none else self.difference, "holds": self.holds,
        }  # fmt: skip


# ---- which values are left to be solved --------------------------------------------------------------------
def solved_values(form: Any, path: Path = ()) -> Iterator[tuple[Path, Stated]]:
    """Path and terms of every value of a form that is left to be solved, in the order of the file."""
    if isinstance(form, Stated):
        if form.wanted is not None:
            yield path, form
    elif isinstance(form, BaseModel):
        for key in type(form).model_fields:
            yield from solved_values(getattr(form, key), (*path, key))
    elif isinstance(form, dict):
        for key, inner in form.items():
            yield from solved_values(inner, (*path, key))
    elif isinstance(form, list):
        for i, inner in enumerate(form):
            yield from solved_values(inner, (*path, i))


def with_number(form: Any, path: Path, number: float) -> Any:
    """The form with another number for the value at a path."""
    if not path:
        return Stated(**{**vars(form), "number": number})
    key, rest = path[0], path[1:]
    if isinstance(form, BaseModel):
        return form.model_copy(update={str(key): with_number(getattr(form, str(key)), rest, number)})
    if isinstance(form, dict):
        return {**form, key: with_number(form[key], rest, number)}
    return [with_number(inner, rest, number) if i == key else inner for i, inner in enumerate(form)]


def input_name(path: Path | str) -> str:
    """How an input is called wherever inputs are named: without the chapter that the file puts it in.

    >>> input_name("finance.loans.bank.commitment"), input_name("tax.rate")
    ('loans.bank.commitment', 'tax.rate')
    """
    parts = path.split(".") if isinstance(path, str) else [str(part) for part in path]
    return ".".join(parts[1:] if parts[0] in ("catalogue", "finance") else parts)


@dataclass(frozen=True)
class Named:
    """An input by its name: where it stands on a sheet, how it is called, and what it may be."""

    sheet: str
    path: str
    label: Text
    unit: str
    bounds: Bounds


def named_inputs(sheets: Sheets) -> dict[str, Named]:
    """Every input by name. Amounts of finance bear the name of the account's sum over the units' parts."""
    found: dict[str, Named] = {}
    for sheet, model in (("unit", sheets.unit), ("account", sheets.account)):
        for path, row in model.inputs.items():
            name, labelled = path, model
            if path.startswith("stakes."):
                _, kind, of, _ = path.split(".")
                if kind not in AMOUNTS:
                    continue  # it follows from a rule of splitting
                name, labelled = f"{kind}.{of}.{AMOUNTS[kind]}", sheets.account
            found[name] = Named(sheet, path, full_label(labelled, name), row.unit, row.bounds)
    return found


def full_label(model: Model, path: str) -> Text:
    """Section and name of a row, as it is called outside its section."""
    item = model.item(path)
    section = model.sections[item.section].label
    return Text(f"{section.zh}·{item.label.zh}", f"{section.en}: {item.label.en}")
