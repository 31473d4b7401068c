"""The files of policy values, ``finsim/data/policy/*.yaml``: read once, checked like a scenario, refused with their place.

A file has ``documents`` (name in both languages, link) and ``values``, each with a label, a unit and its ``entries``:

    from, to     first and last day; ``to`` only where the document states it
    value        a number in the unit, or a list of what is allowed
    document     key of the document
    checked      the day on which it was last compared with its source
    confidence   high | medium | low; only ``high`` is not to be verified, and only a document with a link can be that sure
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, create_model

from finsim.scenario.checking import problems_of
from finsim.scenario.document import Document, read
from finsim.scenario.document import Path as Where
from finsim.scenario.fields import DocumentName, Label, LabelEn, Link, Words
from finsim.scenario.form import Terms
from finsim.scenario.policy import Entry, Policy
from finsim.scenario.problems import Problem, ScenarioError, dotted, placed
from finsim.scenario.quantity import QuantityError, convert
from finsim.scenario.words import listed, near, shown
from finsim.sheet import Text

DATA = Path(__file__).parents[1] / "data" / "policy"
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_DAY = datetime.timedelta(days=1)


class _Document(Terms):
    document: DocumentName
    document_en: DocumentName
    link: Link = ""


class _Entry(Terms):
    value: Any
    document: str
    checked: datetime.date
    confidence: Literal["high", "medium", "low"]
    note: Words = ""
    note_en: Words = ""


_Period: Any = create_model(  # `from` is a word of Python
    "_Period", __base__=_Entry, **{"from": (datetime.date, ...), "to": (datetime.date | None, None)}  # type: ignore[call-overload]
)  # fmt: skip


class _Value(Terms):
    label: Label
    label_en: LabelEn
    unit: str
    entries: Annotated[list[_Period], Field(min_length=1)]


class _File(Terms):
    title: Label
    title_en: LabelEn
    documents: dict[str, _Document]
    values: dict[str, _Value]


@dataclass(frozen=True)
class Chapter:
    """One file: policy values of one subject."""

    title: Text
    policies: tuple[Policy, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """The files that come with the program."""
    return read_chapters(sorted(DATA.glob("*.yaml")))


@cache
def policies() -> dict[str, Policy]:
    """Every policy value by name."""
    return {policy.name: policy for chapter in chapters() for policy in chapter.policies}


def value(name: str, on: datetime.date) -> float | tuple[float, ...]:
    """What holds on a day. Raises :class:`QuantityError` for a day that is not covered, KeyError for an unknown name."""
    return policies()[name].on(on).value


def read_chapters(paths: Sequence[Path]) -> tuple[Chapter, ...]:
    """Files as chapters. Raises :class:`ScenarioError` with everything that is wrong with any of them."""
    found: list[Chapter] = []
    problems: list[Problem] = []
    names: dict[str, str] = {}
    for path in paths:
        document = read(path)
        try:
            form = _File.model_validate(document.value)
        except ValidationError as error:
            problems += problems_of(error, document, _File)
            continue
        reading = _Reading(document, form, names)
        found.append(Chapter(Text(form.title, form.title_en), tuple(reading.policies())))
        problems += reading.problems
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


class _Reading:
    """One file that holds its form, on its way to a chapter."""

    def __init__(self, document: Document, form: _File, names: dict[str, str]) -> None:
        self.document, self.form, self.names = document, form, names
        self.problems: list[Problem] = []

    def policies(self) -> Iterator[Policy]:
        for name, terms in self.form.values.items():
            at: Where = ("values", name)
            place = self.document.place_of(at)
            if not _NAME.fullmatch(name):
                self.refuse(at, _NO_NAME, name, Text("vat.parking", "vat.parking"), _RENAME)
            if name in self.names:
                other = self.names[name]
                remedy = Text(f"改名，另一处在 {other}。", f"Rename it; the other is in {other}.")
                self.refuse(at, _TWICE, name, Text("每个名称只用一次", "each name once"), remedy)
            self.names[name] = placed(*place)
            entries = tuple(self.entries((*at, "entries"), terms))
            yield Policy(name, Text(terms.label, terms.label_en), terms.unit, entries, place)

    def entries(self, at: Where, terms: _Value) -> Iterator[Entry]:
        for i, (given, later) in enumerate(pairwise([*terms.entries, None])):
            begins, ends = getattr(given, "from"), given.to
            eve = getattr(later, "from") - _DAY if later else None
            if ends and ends < begins:
                self.refuse((*at, i, "to"), _BACKWARDS, ends, _after(begins), _DATES)
            if eve and eve < (ends or begins):
                self.refuse((*at, i + 1, "from"), _OVERLAP, eve + _DAY, _after((ends or begins) + _DAY), _DATES)
            if bool(given.note) != bool(given.note_en):
                self.refuse((*at, i, "note"), _ONE_LANGUAGE, given.note or given.note_en, _NOTES, _BOTH)
            document = self.named(given, (*at, i))
            try:
                number = _number(given.value, terms.unit)
            except QuantityError as error:
                self.refuse((*at, i, "value"), error.what, given.value, error.allowed, error.remedy)
                continue
            if document:
                said, note = Text(document.document, document.document_en), Text(given.note, given.note_en)
                yield Entry(
                    begins, ends, ends or eve, number, said, document.link, given.checked, given.confidence, note
                )  # fmt: skip

    def named(self, given: _Entry, at: Where) -> _Document | None:
        """The document of an entry, which must be one that anybody can read if the entry is sure."""
        documents, name = self.form.documents, given.document
        found = documents.get(name)
        if found is None:
            remedy = near(name, documents, _REGISTER)
            self.refuse((*at, "document"), _NO_DOCUMENT, name, listed(list(documents)), remedy)
        elif given.confidence == "high" and not found.link:
            self.refuse((*at, "confidence"), _NO_LINK, "high", Text("medium | low", "medium | low"), _LINK)
        return found

    def refuse(self, path: Where, what: Text, found: object, allowed: Text, remedy: Text) -> None:
        place = self.document.place_of(path)
        self.problems.append(Problem(place.file, place.line, dotted(path), what, shown(found), allowed, remedy))


def _number(given: object, unit: str) -> float | tuple[float, ...]:
    return tuple(convert(one, unit) for one in given) if isinstance(given, list) else convert(given, unit)


def _after(day: datetime.date) -> Text:
    return Text(f"{day} 或以后", f"{day} or after")


_NO_NAME = Text("政策取值的名称写法不对。", "This is not the name of a policy value.")
_RENAME = Text("小写字母、数字和 _，各段以点相连。", "Small letters, digits and _, its parts joined by points.")
_TWICE = Text("两个政策取值同名。", "Two policy values have one name.")
_BACKWARDS = Text("截止日早于起始日。", "It ends before it begins.")
_OVERLAP = Text("与前一时段重叠，或不按先后排列。", "It overlaps the period before it, or is out of order.")
_DATES = Text("改日期。", "Correct the dates.")
_ONE_LANGUAGE = Text("说明只有一种语言。", "The note is in one language only.")
_NOTES = Text("note 与 note_en", "note and note_en")
_BOTH = Text("补上另一种语言。", "Add the other language.")
_NO_DOCUMENT = Text("没有登记这个文件。", "There is no such document.")
_REGISTER = Text("在 documents 中登记。", "Register it under documents.")
_NO_LINK = Text("没有网址的文件不能标为 high。", "A document without a link cannot be of high confidence.")
_LINK = Text("给文件补上 link，或改 confidence。", "Give the document a link, or change the confidence.")
