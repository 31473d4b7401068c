"""A scenario with other numbers: what was typed is put where its file states it, and the whole is loaded again."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from finsim.importing.edited import SAME
from finsim.importing.places import Typed, of_input, of_stakes
from finsim.report.units import unit_words
from finsim.report.wording import in_full
from finsim.report.workbook.inputs import Given, given, number_of
from finsim.result import Result, run
from finsim.scenario.document import Document, Path, Value
from finsim.scenario.goals import AMOUNTS
from finsim.scenario.loading import load_document
from finsim.scenario.problems import Problem, ScenarioError, dotted
from finsim.scenario.quantity import QuantityError, convert
from finsim.scenario.scenario import Scenario
from finsim.scenario.values import read_stated
from finsim.scenario.writing import as_yaml
from finsim.sheet import Text
from finsim.sheet.block import Bounds
from finsim.web.texts import TEXTS, Words

TRIALS_KEPT = 32
LONGEST = 60
"""Characters of a number that are read; more is no number."""

Items = dict[str, Given]
"""The inputs that a scenario uses, by id."""
Refused = dict[str, Text]
"""What is wrong, by the id of the input; "" for what belongs to none of them."""


@dataclass(frozen=True)
class Change:
    """An input whose number is another than before: typed, or following from what was."""

    item: Given
    new: float
    typed: bool


@dataclass(frozen=True)
class Trial:
    """A scenario with other numbers, as a file that needs no other. Its results are calculated once for each grouping.

    ``of`` says with what it is compared, in the words of whoever asked.
    """

    of: str
    scenario: Scenario
    value: Value
    changes: tuple[Change, ...]
    _results: dict[str, Result] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The file."""
        return as_yaml(self.value)

    def result(self, by: str) -> Result:
        if by not in self._results:
            self._results[by] = run(self.scenario, by)
        return self._results[by]


class Trials:
    """The latest trials by ids that cannot be guessed; the browser holds the id, the server everything else."""

    def __init__(self) -> None:
        self._kept: dict[str, Trial] = {}
        self._lock = Lock()

    def keep(self, trial: Trial) -> str:
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[name] = trial
            while len(self._kept) > TRIALS_KEPT:
                del self._kept[next(iter(self._kept))]
        return name

    def get(self, name: object) -> Trial | None:
        return self._kept.get(name) if isinstance(name, str) else None


def used(scenario: Scenario) -> Items:
    return {item.id: item for item in given(scenario, scenario.units) if item.origin.kind != "default"}


def editable(item: Given) -> bool:
    """Whether the file states the number, so that another can be put there."""
    kind = item.origin.kind
    if item.row.path.startswith("stakes."):
        return item.row.path.split(".")[1] in AMOUNTS and kind != "solved"
    return kind not in ("derived", "solved")


def written(number: float) -> str:
    """A number as it stands in a field, with all digits that a person wants to see."""
    return f"{number:.12g}"


def allowed(bounds: Bounds) -> str:
    """The values of an input that are allowed; empty if all are."""
    if bounds.ge is not None and bounds.le is not None:
        return f"{in_full(bounds.ge)} – {in_full(bounds.le)}"
    signs = (("≥", bounds.ge), (">", bounds.gt), ("≤", bounds.le), ("<", bounds.lt))
    return " · ".join(f"{sign} {in_full(limit)}" for sign, limit in signs if limit is not None)


def tried(of: str, scenario: Scenario, document: Document, items: Items, typed: Mapping[str, str]) -> Trial | Refused:
    """The trial of what was typed, by ids of inputs; or what is wrong with it. Empty if nothing is other than it was."""
    new, refused = _numbers(items, typed)
    if refused or not new:
        return refused
    value: Any = copy.deepcopy(document.value)
    places: dict[str, str] = {}
    for key, number in new.items():
        if (where := _put(value, scenario, items, key, number, new)) is None:
            return {key: TEXTS["follows"]}
        places[dotted(where)] = key
    try:
        after = load_document(Document(value, document.places))
    except ScenarioError as error:
        return _at_their_fields(error.problems, places)
    changes = tuple(_changes(scenario, after, new))
    if lost := [c for c in changes if c.item.id in new and _differ(c.new, new[c.item.id])]:
        return {c.item.id: TEXTS["follows"] for c in lost}
    if unmoved := new.keys() - {c.item.id for c in changes}:
        return {key: TEXTS["follows"] for key in unmoved}
    return Trial(of, after, value, changes)


def _numbers(items: Items, typed: Mapping[str, str]) -> tuple[dict[str, float], Refused]:
    """The numbers that are other than they were, and what is no number for its input."""
    new: dict[str, float] = {}
    refused: Refused = {}
    for key, text in typed.items():
        item = items.get(key)
        if item is None or not editable(item) or text.strip() == written(item.value):
            continue
        row, problem = item.row, "no_number"
        limits = Text(*(f"{allowed(row.bounds)} {unit_words(row.unit, lang)}".strip() for lang in ("zh", "en")))
        try:
            number = convert(text[:LONGEST], row.unit)
            problem = "outside"
            read_stated(number, row)
        except QuantityError:
            refused[key] = _said(TEXTS[problem], limits)
            continue
        if _differ(number, item.value):
            new[key] = number
    return new, refused


def _put(value: Any, scenario: Scenario, items: Items, key: str, number: float, new: Mapping[str, float]) -> Path | None:
    """Put a number where the file states it; says where."""
    item = items[key]
    note = f"网页试算：由 {written(item.value)} 改为 {written(number)}"
    if not item.row.path.startswith("stakes."):
        return of_input(value, scenario, item.unit, item.row.path, number, note)
    units = scenario.numbers.units
    parts: Typed = {(items[k].unit or units[0], items[k].row.path, None): n for k, n in new.items()}
    return of_stakes(value, scenario, item.row.path, parts, note)


def _at_their_fields(problems: tuple[Problem, ...], places: Mapping[str, str]) -> Refused:
    """What the scenario says of a value, told of the input for which it was typed."""
    found: Refused = {}
    for problem in problems:
        here = [key for at, key in places.items() if f"{problem.path}.".startswith(f"{at}.") or at.startswith(f"{problem.path}.")]
        for key in here or [""]:
            found.setdefault(key, _said(problem.what, problem.allowed))
    return found


def _said(what: Text, allowed: Text) -> Text:
    return Text(*(Words(lang)("refused_input", what=what.say(lang), allowed=allowed.say(lang)) if allowed.say(lang) else what.say(lang) for lang in ("zh", "en")))


def _changes(before: Scenario, after: Scenario, new: Mapping[str, float]) -> Iterator[Change]:
    for item in given(before, before.units):
        number = number_of(after, item.sheet, item.row.path, item.unit)
        if _differ(number, item.value):
            yield Change(item, number, item.id in new)


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > SAME * max(1.0, abs(other))
