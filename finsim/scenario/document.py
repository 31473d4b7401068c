"""A scenario file as plain values that know where they were written: reading, sub-documents, merging."""

from __future__ import annotations

import codecs
import itertools
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from finsim.scenario import refusals
from finsim.scenario.entries import read_text
from finsim.scenario.parsing import UNSEEN, Path, Place, Value, code
from finsim.scenario.problems import Problem, ScenarioError, dotted
from finsim.scenario.refusals import LARGEST, MOST_PROBLEMS, Refusal

__all__ = ["Document", "Path", "Place", "Value", "is_stated", "parse", "read"]


@dataclass(frozen=True)
class Document:
    """Plain values and the place of every key and list item; to be read, never changed.

    ``former`` is what stood at a path before it was replaced, latest first, each with its place.
    """

    value: Value
    places: Mapping[Path, Place]
    former: Mapping[Path, tuple[tuple[Value, Place], ...]] = field(default_factory=dict)

    def place_of(self, path: Path) -> Place:
        """The place of the longest known beginning of `path`, so that a missing key points at its parent."""
        beginnings = (path[:length] for length in range(len(path), -1, -1))
        return next((self.places[known] for known in beginnings if known in self.places), Place("", None))

    def line_of(self, path: Path) -> int | None:
        return self.place_of(path).line

    def file_of(self, path: Path) -> str:
        return self.place_of(path).file

    def at(self, path: Path) -> Document:
        """The part under `path` as a document of its own, each value with its place."""
        value = self.value
        for key in path:
            if isinstance(value, dict) or (isinstance(value, list) and isinstance(key, int)):
                value = value[key]  # type: ignore[index]
            else:
                raise KeyError(dotted(path))
        depth = len(path)
        places = {known[depth:]: place for known, place in self.places.items() if known[:depth] == path}
        former = {known[depth:]: values for known, values in self.former.items() if known[:depth] == path}
        return Document(value, places, former)

    def get(self, path: Path) -> Value | None:
        """The value at `path`; none where there is none."""
        try:
            return self.at(path).value
        except (KeyError, IndexError):
            return None

    def under(self, path: Path) -> Document:
        """This document as the part under `path` of another."""
        value = self.value
        for key in reversed(path):
            value = {key: value}
        places = {(*path, *known): place for known, place in self.places.items()}
        places |= {path[:length]: self.place_of(()) for length in range(len(path))}
        return Document(value, places, {(*path, *known): values for known, values in self.former.items()})

    def without(self, path: Path) -> Document:
        """This document without the key at `path`, if it is there."""
        value = _without(self.value, path)
        depth = len(path)
        kept = {known: place for known, place in self.places.items() if known[:depth] != path}
        return Document(value, kept, {known: values for known, values in self.former.items() if known[:depth] != path})

    def moved(self, path: Path, to: Path) -> Document:
        """This document with what stands at `path` at another one."""
        return self.without(path).merged(self.at(path).under(to))

    def merged(self, override: Document) -> Document:
        """This document with the values of `override` on top.

        Mappings merge key by key; lists, scalars and stated quantities (`{value: …, source: …}`) are
        replaced whole, so that no figure keeps the source of another. Every value keeps its place.
        """
        replaced: set[Path] = set()
        value = _merged(self.value, override.value, (), replaced)

        def of_override(path: Path) -> bool:
            return any(path[:length] in replaced for length in range(len(path) + 1))

        places = {path: place for path, place in self.places.items() if not of_override(path)}
        places |= {path: place for path, place in override.places.items() if of_override(path)}
        former = {path: values for path, values in self.former.items() if path in replaced or not of_override(path)}
        for path in replaced:
            if (stood := self.get(path)) is not None:
                former[path] = ((stood, self.place_of(path)), *self.former.get(path, ()))
        for path, values in override.former.items():
            former[path] = (*values, *former.get(path, ()))
        return Document(value, places, former)


def _merged(base: Value, override: Value, path: Path, replaced: set[Path]) -> Value:
    """The merged value; notes in `replaced` the paths at which the override won."""
    if isinstance(base, dict) and isinstance(override, dict) and not (is_stated(base) and is_stated(override)):
        result = dict(base)
        for key, value in override.items():
            inner = (*path, key)
            if key in base:
                result[key] = _merged(base[key], value, inner, replaced)
            else:
                result[key] = value
                replaced.add(inner)
        return result
    replaced.add(path)
    return override


def _without(value: Value, path: Path) -> Value:
    if not path or not isinstance(value, dict) or path[0] not in value:
        return value
    if len(path) == 1:
        return {key: inner for key, inner in value.items() if key != path[0]}
    return {key: _without(inner, path[1:]) if key == path[0] else inner for key, inner in value.items()}


def is_stated(mapping: dict[str | int, Value]) -> bool:
    """Whether a mapping states one quantity, with its source beside it; ``policy`` of the whole file is a mapping."""
    return not mapping.keys().isdisjoint(("value", "total", "solve")) or isinstance(mapping.get("policy"), str)


def read(path: pathlib.Path) -> Document:
    """The document in a file; raises `ScenarioError` with every problem found."""
    file = path.as_posix()
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise ScenarioError([_problem(refusals.MISSING, file)]) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        refusal = refusals.FOLDER if path.is_dir() else refusals.UNREADABLE
        raise ScenarioError([_problem(refusal, file, found=str(error))]) from None
    return parse(data, file)


def parse(data: bytes, file: str) -> Document:
    """The document in `data`; problems call it `file`. Raises `ScenarioError` with every problem found."""
    return Document(*read_text(_decoded(data, file), file))


def _decoded(data: bytes, file: str) -> str:
    """The text of a UTF-8 file, with or without its mark, every line ending in a line feed."""
    if len(data) > LARGEST:
        raise ScenarioError([_problem(refusals.TOO_LARGE, file)])
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ScenarioError([_problem(refusals.UTF16, file, 1, data[:2].hex(" "))])
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = error.object[error.start : error.end].hex(" ")
        raise ScenarioError([_problem(refusals.NOT_UTF8, file, line, found)]) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    hidden = (
        _problem(refusals.CONTROL, file, line, code(character[0]))
        for line, words in enumerate(text.split("\n"), start=1)
        if (character := UNSEEN.search(words))
    )
    if problems := list(itertools.islice(hidden, MOST_PROBLEMS)):
        raise ScenarioError(problems)
    return text


def _problem(refusal: Refusal, file: str, line: int | None = None, found: str = "") -> Problem:
    """A problem of the file as a whole."""
    return Problem(file, line, "", found=found, **refusal._asdict())
