"""两个方案的差别: which inputs differ, which results follow, and which input moves which indicator most.

An input's share is what its change alone does to the first scenario. Changes act together, so the shares need not add up to the
whole difference; what is left is the joint effect.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from finsim.result import Result, run
from finsim.scenario.composing import layered
from finsim.scenario.document import Document, Path, Place, Value, is_stated, parse
from finsim.scenario.loading import load_document
from finsim.scenario.problems import ScenarioError, dotted
from finsim.scenario.scenario import Account, Scenario
from finsim.scenario.writing import as_yaml
from finsim.sheet import TOLERANCE, Text

WORDS = {"label", "label_en", "note", "note_en", "title", "title_en"}
"""Keys that name things and decide nothing."""

Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Change:
    """One value that differs: as it stands in either scenario, with its place; None where it is not there.

    ``source`` is what the value rests on in either: a key of sources, or 假设.
    """

    path: Path
    before: Value | None
    after: Value | None
    places: tuple[Place, Place]

    @property
    def name(self) -> str:
        return dotted(self.path)


@dataclass(frozen=True)
class Effect:
    """What one change alone does to the first scenario: the indicators it gives, or why it cannot be made alone."""

    change: Change
    indicators: dict[str, float | None]
    refused: str = ""


@dataclass(frozen=True)
class Moved:
    """A figure of an account in both scenarios; ``kind`` is test, test value, indicator or total. A test has its ``label``."""

    account: str
    kind: str
    name: str
    label: Text | None
    before: float | bool | None
    after: float | bool | None

    @property
    def same(self) -> bool:
        """Whether they differ by less than half a fen, or by what binary arithmetic leaves."""
        if self.before is None or self.after is None:
            return self.before is self.after
        return math.isclose(self.before, self.after, rel_tol=1e-12, abs_tol=TOLERANCE if self.kind == "total" else 1e-12)


@dataclass(frozen=True)
class Difference:
    """Two scenarios compared, the second against the first."""

    results: tuple[Result, Result]
    changes: tuple[Change, ...]
    effects: tuple[Effect, ...]
    whole: tuple[Result, Result]
    """Both as one account each, of which the effects are told, if there are any."""

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """Accounts that both have."""
        others = {account.id for account in self.results[1].accounts}
        return tuple(account for account in self.results[0].accounts if account.id in others)

    @cached_property
    def moved(self) -> tuple[Moved, ...]:
        """Every figure that is not the same."""
        return tuple(one for account in self.accounts for one in _figures(self.results, account.id) if not one.same)

    def movers(self, indicator: str) -> list[tuple[Effect, float]]:
        """Changes that move an indicator, each with what it does alone, the strongest first."""
        before = self.whole[0].indicators(self.whole[0].accounts[0].id)[indicator]
        found = [(effect, effect.indicators.get(indicator)) for effect in self.effects]
        moved = [(effect, value - before) for effect, value in found if value is not None and before is not None]
        return sorted(((e, by) for e, by in moved if abs(by) > 1e-12 * max(1.0, abs(before or 0))), key=lambda pair: -abs(pair[1]))


# ---- comparing ---------------------------------------------------------------------------------------------
def compare(
    before: tuple[Scenario, Document], after: tuple[Scenario, Document], by: str | None = None, progress: Progress | None = None,
) -> Difference:  # fmt: skip
    """Compare two scenarios, each with its self-contained document, for a grouping (that of the first if none is given).

    Every change is also tried alone; ``progress(done, all)`` is called after each.
    """
    first, second = before[0], after[0]
    by = by or first.by
    results = run(first, by), run(second, by)
    whole = run(first, "all"), run(second, "all")
    found = list(_changes(before[1], after[1], ()))
    changes, tried = [], []
    for number, change in enumerate(found, 1):
        effect = _alone(before[1], after[1], change, first.digest)
        if effect is not None:
            tried.append(effect)
        if effect is not None or change.path[-1] == "source":
            changes.append(change)
        if progress is not None:
            progress(number, len(found))
    return Difference(results, tuple(changes), tuple(tried), whole)


def differing(before: tuple[Result, Document], after: tuple[Result, Document]) -> Difference:
    """Two results with the documents that gave them. No change is tried alone, so changes of notes and sources are there too."""
    results = before[0], after[0]
    return Difference(results, tuple(_changes(before[1], after[1], ())), (), results)


def _changes(before: Document, after: Document, path: Path) -> Iterator[Change]:
    """Values that differ, each as a person states it; an entry that only one has is one change."""
    one, other = before.get(path), after.get(path)
    if one == other or path == ("sources",) or (path and path[-1] in WORDS):
        return
    if _mapping(one) and _mapping(other):
        assert isinstance(one, dict) and isinstance(other, dict)
        for key in dict.fromkeys([*one, *other]):
            yield from _changes(before, after, (*path, key))
    elif path == ("units", "list"):
        yield from _units(before, after)
    else:
        yield Change(path, one, other, (before.place_of(path), after.place_of(path)))


def _units(before: Document, after: Document) -> Iterator[Change]:
    """Units are compared by their ids, whatever their order."""
    one, other = (_by_id(document) for document in (before, after))
    for name in dict.fromkeys([*one, *other]):
        mine, theirs = one.get(name), other.get(name)
        if mine is None or theirs is None:
            places = tuple(document.place_of(()) if document else Place("", None) for document in (mine, theirs))
            values = [document.value if document else None for document in (mine, theirs)]
            yield Change(("units", name), values[0], values[1], (places[0], places[1]))
            continue
        for change in _changes(mine, theirs, ()):
            yield Change(("units", name, *change.path), change.before, change.after, change.places)


def _by_id(document: Document) -> dict[str, Document]:
    rows = document.get(("units", "list"))
    assert isinstance(rows, list)
    return {str(row["id"]): document.at(("units", "list", i)) for i, row in enumerate(rows) if isinstance(row, dict)}


def _mapping(value: Value | None) -> bool:
    return isinstance(value, dict) and not is_stated(value)


def _alone(before: Document, after: Document, change: Change, digest: str) -> Effect | None:
    """The first scenario with this one change; None if its numbers stay what they are."""
    try:
        text = as_yaml(_with(before, after, change).value)
        scenario = load_document(parse(text.encode(), change.name))  # one file: each source speaks for all of it
    except ScenarioError as error:
        return Effect(change, {}, error.problems[0].what.zh + "\n" + error.problems[0].what.en)
    if scenario.digest == digest:
        return None
    result = run(scenario, "all")
    return Effect(change, result.indicators(result.accounts[0].id))


def _with(before: Document, after: Document, change: Change) -> Document:
    """``before`` with one value of ``after``. Sources come with it, so that no value stands without one."""
    sources = after.get(("sources",))
    known = before.merged(Document({"sources": sources}, {})) if isinstance(sources, dict) else before
    if change.path[0] == "units" and len(change.path) > 1:
        return _with_unit(known, change)
    result = known.without(change.path)
    return result if change.after is None else layered(result, Document(change.after, {}).under(change.path))


def _with_unit(document: Document, change: Change) -> Document:
    rows = document.get(("units", "list"))
    assert isinstance(rows, list)
    _, name, *path = change.path
    kept: list[Value] = []
    for row in rows:
        assert isinstance(row, dict)
        if row.get("id") == name:
            inner = Document(row, {}).without(tuple(path)) if path else Document({}, {})
            if change.after is not None:
                inner = inner.merged(Document(change.after, {}).under(tuple(path)))
            row = inner.value if inner.value else {}
            assert isinstance(row, dict)
        if row:
            kept.append(row)
    if not path and change.before is None and change.after is not None:
        kept.append(change.after)
    return document.without(("units", "list")).merged(Document({"units": {"list": kept}}, {}))


def _figures(results: tuple[Result, Result], account: str) -> Iterator[Moved]:
    tests = [{verdict.id: verdict for verdict in result.verdicts(account)} for result in results]
    for name in dict.fromkeys([*tests[0], *tests[1]]):
        pair = [one.get(name) for one in tests]
        label = next(verdict.label for verdict in pair if verdict)
        yield Moved(account, "test", name, label, *(verdict.passed if verdict else None for verdict in pair))
        yield Moved(account, "test value", name, label, *(verdict.value if verdict else None for verdict in pair))
    for kind in ("indicator", "total"):
        figures = [result.indicators(account) if kind == "indicator" else result.totals(account) for result in results]
        for name in dict.fromkeys([*figures[0], *figures[1]]):
            yield Moved(account, kind, name, None, figures[0].get(name), figures[1].get(name))
