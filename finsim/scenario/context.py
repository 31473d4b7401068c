"""What the chapters of resolving share: the form, the places in the files, the problems, and the numbers found so far."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

from finsim.model.engine import Numbers
from finsim.model.structure import Sheets
from finsim.scenario.composing import COMMAND_LINE
from finsim.scenario.document import Document, Path, Place
from finsim.scenario.goals import full_label, solved_values
from finsim.scenario.policy import SOURCE, Policies
from finsim.scenario.problems import Problem, dotted
from finsim.scenario.scenario import Origin, SplitNote
from finsim.scenario.units import Units
from finsim.scenario.values import Stated
from finsim.scenario.wanted import Wanted, said
from finsim.scenario.words import UNSAID, allowed, near, shown
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array


class Context:
    """One document on its way to a scenario. Chapters note what is wrong and go on, so that all is told at once."""

    sheets: Sheets
    """Known once the catalogue has been read."""

    def __init__(
        self, form: Any, document: Document, units: Units, policies: Policies, problems: list[Problem]
    ) -> None:
        self.form, self.document, self.units, self.policies = form, document, units, policies
        self.years = tuple(range(form.timeline.first, form.timeline.last + 1))
        self.problems = problems
        self.unit_inputs: dict[str, Array] = {}
        self.unit_schedules: dict[str, Array] = {}
        self.account_inputs: dict[str, Array] = {}
        self.account_schedules: dict[str, Array] = {}
        self.origins: dict[tuple[str, str], Origin] = {}
        self.unit_origins: dict[tuple[str, str], Origin] = {}
        self.splits: list[SplitNote] = []

    def numbers(self) -> Numbers:
        """What has been found, for good: the arrays can be read, not written."""
        for arrays in (self.unit_inputs, self.unit_schedules, self.account_inputs, self.account_schedules):
            for array in arrays.values():
                array.flags.writeable = False
        return Numbers(
            self.years, self.units.ids, self.unit_inputs, self.unit_schedules, self.account_inputs, self.account_schedules
        )  # fmt: skip

    # ---- entries of the file -------------------------------------------------------------------------------
    def entries(self, chapter: str, kind: str) -> Iterator[tuple[Path, str, Any]]:
        """Path, id and terms of the entries of a list that hold their form."""
        section = getattr(self.form, chapter)
        for name, terms in getattr(section, kind).items() if section else ():
            yield (chapter, kind, name), name, terms

    def names(self, *path: str) -> list[str]:
        """Ids written in a list, whether their entries hold or not: what other parts of the file may refer to."""
        value: Any = self.document.value
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return [key for key in value if isinstance(key, str)] if isinstance(value, dict) else []

    @cached_property
    def solved(self) -> tuple[tuple[Path, Stated], ...]:
        """What is left to be solved (``goals.solved_values``)."""
        return tuple(solved_values(self.form))

    @cached_property
    def assumptions(self) -> frozenset[str]:
        """Sources that are no documents but explain assumptions."""
        return frozenset(name for name in self.names("sources") if self.document.get(("sources", name, "assumed")) is True)

    # ---- problems ------------------------------------------------------------------------------------------
    def refuse(
        self, path: Path, what: Text, found: object, allowed: Text, remedy: Text, place: Place | None = None
    ) -> None:
        """Note a problem; it stands where ``path`` stands in the file unless a ``place`` is given."""
        at = place or self.document.place_of(path)
        self.problems.append(Problem(at.file, at.line, dotted(path), what, shown(found), allowed, remedy))

    def known(self, path: Path, name: str, names: Collection[str], what: Text, place: Place | None = None) -> bool:
        """Whether ``name`` is one of ``names``; else a problem that offers the one that was perhaps meant."""
        if name in names:
            return True
        remedy = near(name, names, Text("改为已有的名称。", "Use a name that is there."))
        self.refuse(path, what, name, allowed(name, names), remedy, place)
        return False

    def known_unit(self, path: Path, name: str) -> bool:
        """The same for the id of a unit, unless the units could not be read."""
        what = Text("没有这个改造单元。", "There is no such unit.")
        return not self.units.named or self.known(path, name, sorted(self.units.named), what)

    def in_timeline(self, path: Path, *years: int) -> bool:
        first, last = self.years[0], self.years[-1]
        outside = [year for year in years if not first <= year <= last]
        for year in outside:
            self.refuse(
                path, Text("年份超出计算期。", "The year is outside the timeline."), year, Text(f"{first} 至 {last}", f"{first} to {last}"),
                Text("改年份，或延长 timeline。", "Change the year or lengthen the timeline."),
            )  # fmt: skip
        return not outside

    # ---- where a number comes from -------------------------------------------------------------------------
    def source_known(self, path: Path, name: str | None, place: Place | None = None) -> None:
        """A source that is named must be registered."""
        registered = self.names("sources")
        if name is not None and name not in registered:
            remedy = Text("在 sources 中登记。", "Register it under sources.")
            what = Text("没有登记这个来源。", "There is no such source.")
            self.refuse(path, what, name, allowed(name, registered), near(name, registered, remedy), place)

    def origin(
        self, stated: Stated, path: Path, inherited: str | None, note: Text | None = None, place: Place | None = None
    ) -> Origin:
        """Its own source or assumption, else the source of its block, else that of the file; else it does not load.

        A source speaks for the file in which it stands: a value that another file or the command line sets is not its.
        What is solved comes from its goal and needs none.
        """
        self.source_known((*path, "source"), stated.source, place)
        at = place or self.document.place_of(path)
        note = note or Text(stated.note, stated.note)
        if stated.policy:
            return self.policy_origin(stated.policy, at, stated.assumed, note)
        if stated.wanted is not None:
            note = self._with_goal(note, stated.wanted)
        if stated.assumed is not None:
            return Origin("assumed", at, stated.source or "", stated.assumed, note)
        if at.file.startswith(COMMAND_LINE) and stated.source is None:
            return Origin("changed", at, "", None, note)
        source = stated.source or self._inherited(path, inherited, at)
        if source is None and stated.wanted is None:
            self.refuse(
                path, Text("这个数值没有来源，也没有标为假设。", "This value has neither a source nor a range of assumption."),
                f"{stated.number:g}", Text("source: 来源编号，或 assumed: [低, 高]", "source: a key of sources, or assumed: [low, high]"),
                Text("写明来源，或写成 {value: …, assumed: [低, 高], note: 理由}。",
                     "State the source, or write {value: …, assumed: [low, high], note: reason}."), place,
            )  # fmt: skip
        kind = "solved" if stated.wanted else "assumed" if source in self.assumptions else "published"
        return Origin(kind, at, source or "", None, note)

    def policy_origin(self, name: str, place: Place, assumed: tuple[float, float] | None, note: Text) -> Origin:
        """Of a policy value: its document, its period and how sure it is; the file may call it an assumption."""
        _, entry = self.policies.find(name)
        uncertain = entry.uncertain(self.policies.date)
        state = entry.state(self.policies.date) if uncertain else UNSAID
        words = Text(
            "".join(p for p in (f"政策 {name}（{entry.period.zh}；{entry.checked} 核对{uncertain * '；'}{state.zh}）。", entry.note.zh, note.zh)),
            " ".join(p for p in (f"Policy {name} ({entry.period.en}; checked {entry.checked}{uncertain * '; '}{state.en}).", entry.note.en, note.en) if p),
        )  # fmt: skip
        kind = "assumed" if assumed else "unverified" if uncertain else "published"
        return Origin(kind, place, SOURCE + name, assumed, words)

    def _inherited(self, path: Path, of_block: str | None, at: Place) -> str | None:
        table = self.units.heading
        file = self.document.file_of(("units", "table")) if table and at.file == table.file else at.file
        if of_block is not None and self.document.file_of((*path[:-1], "source")) == file:
            return of_block
        defaults = [(self.document.get(("source",)), self.document.place_of(("source",))), *self.document.former.get(("source",), ())]
        return next((name if isinstance(name, str) else "" for name, place in defaults if name is not None and place.file == file), None)

    def _with_goal(self, note: Text, wanted: Wanted) -> Text:
        """A note that says what the value was solved for."""
        rows = self.sheets.account.rows
        subject = full_label(self.sheets.account, wanted.row) if wanted.row in rows else Text(wanted.row, wanted.row)
        goal = said(subject, wanted.row, wanted.period, wanted.sense, wanted.target)
        return Text(f"{goal.zh}。{note.zh}", f"{goal.en}. {note.en}".rstrip())
