"""Where everything stands: columns common to all sheets with years, and the line of every row of a calculation sheet.

Lines and columns count from 0, as the writer does; formulas name lines from 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlsxwriter.utility import xl_col_to_name

from finsim.sheet import Text
from finsim.sheet.expression import operands, path_of
from finsim.sheet.model import Model, Section
from finsim.sheet.words import sentence

ID, LABEL, ENGLISH, UNIT, WORDS, ONCE, OPENING, FIRST = range(8)
"""Columns: hidden id, label, label in English, unit, words or source, constant or total, opening value, first year."""
TITLE, NOTE, HEADINGS, BODY = 0, 1, 3, 4
"""Lines of the title, the note below it, the headings of the columns and the first row of a table."""
PREFIX = "计算-"
LONGEST_NAME = 31


@dataclass(frozen=True)
class Columns:
    """The years of a book: the same column on every sheet."""

    years: tuple[int, ...]

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """Columns from the opening value to the one after the last year."""
        return tuple(xl_col_to_name(c) for c in range(OPENING, self.end + 2))

    @property
    def end(self) -> int:
        return FIRST + len(self.years) - 1

    @property
    def first(self) -> str:
        return self.letters[1]

    @property
    def last(self) -> str:
        return self.letters[-2]

    @property
    def once(self) -> str:
        return str(xl_col_to_name(ONCE))

    @property
    def pages(self) -> int:
        """Pages side by side that print so many years readably."""
        return -(-len(self.years) // 20)

    def fill(self, template: str, t: int) -> str:
        """A template's formula in year ``t``, counted from 0; -1 is the opening column."""
        before = self.letters[t] if t >= 0 else ""
        return template.format(p=before, c=self.letters[t + 1], n=self.letters[min(t + 2, len(self.letters) - 1)])

    def range(self, line: int, sheet: str = "") -> str:
        """All years of a line counted from 0, on another sheet where one is named."""
        place = f"${self.first}${line + 1}:${self.last}${line + 1}"
        return f"{sheet}!{place}" if sheet else place


class Layout:
    """The lines of a calculation sheet: sections with their inputs, schedules and rows, as the model orders them."""

    def __init__(self, model: Model, summed: Mapping[str, Text]) -> None:
        """``summed`` labels the unit rows that the model's unit sums add up."""
        self.model = model
        self._summed = summed
        self.lines: dict[str, int] = {}
        self.headings: list[tuple[int, Section]] = []
        section, line = None, BODY - 1
        for path in model.order:
            own = model.item(path).section
            if own != section:
                section, line = own, line + (1 if section is None else 2)
                self.headings.append((line, model.sections[own]))
            line += 1
            self.lines[path] = line
        self.last = line
        self.once = {*model.inputs, *(path for path, row in model.rows.items() if row.cell)}
        read = [
            (path_of(leaf), way)
            for row in model.rows.values() for leaf, way in operands(row.formula)
        ]  # fmt: skip
        opened = {path for path, way in read if way == "prev"}
        opened |= {path for path, row in model.rows.items() if row.stock or row.start is not None} - model.units.keys()
        self.opened = opened - self.once
        """Series whose opening column is filled."""
        self.followed = {path for path, way in read if way == "next"} - self.once
        """Series of which the year after the last is read: a 0 stands there."""

    @cached_property
    def words(self) -> dict[str, str]:
        """Each row's formula as a sentence."""
        return {path: sentence(row, self.model, self._summed).zh for path, row in self.model.rows.items()}

    @property
    def numbered(self) -> dict[str, int]:
        """Line of each path counted from 1, as formulas name it."""
        return {path: line + 1 for path, line in self.lines.items()}


def sheet_names(units: Sequence[str]) -> dict[str, str]:
    """The calculation sheet of each unit: its id, shortened and numbered where names would be too long or alike."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for number, unit in enumerate(units, 1):
        name = f"{PREFIX}{unit}"
        if len(name) > LONGEST_NAME or name.lower() in taken:
            tail = f"~{number}"
            name = name[: LONGEST_NAME - len(tail)] + tail
        taken.add(name.lower())
        names[unit] = name
    return names


def quoted(name: str) -> str:
    """A sheet's name in a formula."""
    return "'" + name.replace("'", "''") + "'"
