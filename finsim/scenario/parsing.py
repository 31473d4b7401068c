"""YAML text into plain values, strictly: what two people could read differently is refused.

YAML readers guess: `NO` becomes false, `010` eight, and of two equal keys the last one wins. Here the parser
only cuts the text into events; `scalars` says what an unquoted scalar means, and this module what may stand
around it. Anchors, tags and merge keys are refused, so a value stands where it is used and a short file
cannot unfold into a huge one.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple, NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from finsim.scenario import refusals
from finsim.scenario.problems import Problem, ScenarioError, dotted
from finsim.scenario.refusals import DEEPEST, MOST_NODES, MOST_PROBLEMS, Refusal
from finsim.scenario.scalars import Scalar, plain
from finsim.sheet.text import Text

Value: TypeAlias = "dict[str | int, Value] | list[Value] | Scalar"
Path: TypeAlias = tuple[str | int, ...]

# Controls, line ends only some programs know, zero-width and direction marks, half characters: nobody sees
# them, yet they make two keys of one, hide text or turn it round.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


class Place(NamedTuple):
    """Where a value was written."""

    file: str
    line: int | None


def parsed(text: str, file: str) -> tuple[Value, dict[Path, Place]]:
    """The value of a YAML text and the place of every key and list item; raises `ScenarioError`."""
    return _Parsing(text, file).document()


class _Parsing:
    """One pass over one text: builds the values and collects the problems."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.line = 1  # of the event being read
        self.places: dict[Path, Place] = {(): Place(file, 1)}
        self.problems: list[Problem] = []
        self.events = self.limited()

    def document(self) -> tuple[Value, dict[Path, Place]]:
        """The one document of the text."""
        next(self.events)  # the stream begins
        if isinstance(next(self.events), StreamEndEvent):
            self.stop(refusals.EMPTY)
        root = next(self.events)
        if isinstance(root, ScalarEvent) and not root.value:
            self.stop(refusals.EMPTY)
        if not isinstance(root, MappingStartEvent):
            self.report(refusals.NO_MAPPING, ())
        value = self.node(root, ())
        next(self.events)  # the document ends
        if not isinstance(next(self.events), StreamEndEvent):
            self.report(refusals.SEVERAL, (), "---")
        if self.problems or value is None:
            raise ScenarioError(self.problems)
        return value, self.places

    def limited(self) -> Iterator[Event]:
        """The parser's events, as long as they stay within the limits."""
        depth = nodes = 0
        try:
            for event in YAML(typ="safe", pure=True).parse(self.text):  # pure: the same on every machine
                self.line = event.start_mark.line + 1
                depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
                nodes += isinstance(event, NodeEvent)
                if depth > DEEPEST:
                    self.stop(refusals.TOO_DEEP)
                if nodes > MOST_NODES:
                    self.stop(refusals.TOO_MANY)
                yield event
        except (YAMLError, ValueError, OverflowError) as error:
            # The parser lets the last two escape: a code point or a YAML version out of range.
            raise ScenarioError([self.syntax(error)]) from None

    def node(self, event: Event, path: Path) -> Value | None:
        """The value that begins with `event`; none if it is refused, and then the problem is noted."""
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event, path)
        if isinstance(event, ScalarEvent):
            return self.scalar(event, path)
        if isinstance(event, AliasEvent):
            self.report(refusals.ALIAS, path, f"*{event.anchor}")
        return None

    def mapping(self, start: MappingStartEvent, path: Path) -> dict[str | int, Value]:
        """Keys and values up to the end of the mapping."""
        self.no_properties(start, path)
        values: dict[str | int, Value] = {}
        lines: dict[str, int] = {}  # by the key as text: to a reader `2023` and `"2023"` are one key
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self.key(event, path)
            if key is None:
                self.value(path)
                continue
            inner = (*path, key)
            if str(key) in lines:
                self.report(refusals.duplicate(lines[str(key)]), inner, str(key))
            lines.setdefault(str(key), self.line)
            self.places[inner] = Place(self.file, self.line)
            value = self.value(inner)
            if value is not None:
                values[key] = value
        return values

    def value(self, path: Path) -> Value | None:
        """The value behind a key; where nothing is written the parser would name the line of the next key."""
        line = self.line
        event = next(self.events)
        if isinstance(event, ScalarEvent) and not event.value:
            self.line = line
        return self.node(event, path)

    def sequence(self, start: SequenceStartEvent, path: Path) -> list[Value]:
        """Items up to the end of the list."""
        self.no_properties(start, path)
        values: list[Value] = []
        for number in itertools.count():
            event = next(self.events)
            if isinstance(event, SequenceEndEvent):
                break
            inner = (*path, number)
            self.places[inner] = Place(self.file, self.line)
            value = self.node(event, inner)
            if value is not None:
                values.append(value)
        return values

    def key(self, event: Event, path: Path) -> str | int | None:
        """A key: a text or a whole number (a year)."""
        if not isinstance(event, ScalarEvent):
            self.report(refusals.KEY, path)
            self.node(event, path)
            return None
        if event.style is None and event.value == "<<":
            self.report(refusals.MERGE, path, "<<")
            return None
        if event.value != event.value.strip():  # the parser has taken the ASCII blanks of an unquoted key
            self.report(refusals.BLANKS, path, event.value)
            return None
        key = self.scalar(event, path)
        if key == "" or isinstance(key, bool) or not isinstance(key, str | int | None):
            self.report(refusals.KEY, path, event.value)
            return None
        return key

    def scalar(self, event: ScalarEvent, path: Path) -> Scalar | None:
        """A number, date, truth value or text; quoted and block scalars are always text."""
        self.no_properties(event, path)
        text = unicodedata.normalize("NFC", event.value).strip()
        value = plain(text) if event.style is None else text
        if isinstance(value, Refusal):
            self.report(value, path, event.value)
            return None
        hidden = UNSEEN.search(text)
        if hidden:  # written as an escape, else the file would not have been read
            self.report(refusals.CONTROL, path, code(hidden[0]))
            return None
        return value

    def no_properties(self, event: ScalarEvent | CollectionStartEvent, path: Path) -> None:
        """Refuse what may stand before a value: an anchor, a tag."""
        if event.anchor:
            self.report(refusals.ANCHOR, path, f"&{event.anchor}")
        if event.tag:
            self.report(refusals.TAG, path, event.tag)

    def report(self, refusal: Refusal, path: Path, found: str = "") -> None:
        """Note a problem on the line being read."""
        self.problems.append(Problem(self.file, self.line, dotted(path), found=found, **refusal._asdict()))
        if len(self.problems) == MOST_PROBLEMS:
            raise ScenarioError(self.problems)

    def stop(self, refusal: Refusal) -> NoReturn:
        """Note a problem after which reading on makes no sense."""
        self.report(refusal, ())
        raise ScenarioError(self.problems)

    def syntax(self, error: Exception) -> Problem:
        """What the parser could not read; it names the line, and where the part began if that was earlier."""
        line = began = self.line
        reason = "an escape or a version number is out of range"
        if isinstance(error, MarkedYAMLError):
            reason = error.problem or error.context  # of some errors the parser names but where they began
            mark = error.problem_mark or error.context_mark
            line = began = mark.line + 1 if mark else self.line
            if error.context_mark:
                began = error.context_mark.line + 1
        lines = self.text.split("\n")
        while line > 1 and not lines[line - 1].strip():  # something missing at the end: show the last words
            line -= 1
        since = Text("", "")
        if began < line:
            since = Text(f"（始于第 {began} 行的部分）", f" (in the part begun on line {began})")
        what = Text(f"YAML 写法有误{since.zh}。", f"This is not YAML: {reason}{since.en}.")
        return Problem(self.file, line, "", what, lines[line - 1], *refusals.SYNTAX)


def code(character: str) -> str:
    """The number of a character that cannot be shown."""
    return f"U+{ord(character):04X}"
