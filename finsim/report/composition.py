"""A scenario as it is put together, as text: the whole or a part, and where each of its values is written."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from finsim.scenario.composing import missing_at, split
from finsim.scenario.document import Document, Path, Place, Value, is_stated
from finsim.scenario.problems import Problem, ScenarioError, dotted, placed
from finsim.scenario.words import shown
from finsim.scenario.writing import as_yaml
from finsim.sheet import Text

_REPLACED = Text("替换了", "replaced")


def show_document(document: Document, path: str, origin: bool, lang: str) -> None:
    """Print the part at ``path`` (all of it without one) as YAML, or each value with its place and what it replaced.

    Raises :class:`ScenarioError` for a path that is not there.
    """
    where = _where(document, path)
    part = document.at(where)
    if not origin:
        sys.stdout.write(as_yaml(part.value) if isinstance(part.value, dict | list) else f"{shown(part.value)}\n")
        return
    for inner, value in _values(part.value, ()):
        line = f"{dotted((*where, *inner))}: {shown(value)}   ← {placed(*document.place_of((*where, *inner)))}"
        for former, place in _former(document, (*where, *inner)):
            line += f"   {_REPLACED.say(lang)} {shown(former)} ({placed(*place)})"
        sys.stdout.write(line + "\n")


def _where(document: Document, path: str) -> Path:
    """The path that is meant; a unit stands under its id."""
    where = tuple(key for key in split(path) if key != "override") if path else ()
    if refusal := missing_at(document, where, Text("没有这一项。", "There is no such entry.")):
        place = document.place_of(where)
        raise ScenarioError([Problem(place.file, place.line, dotted(where), found=path, **refusal._asdict())])
    return where


def _values(value: Value, path: Path) -> Iterator[tuple[Path, Value]]:
    """Every value that a person states as one: a scalar, a list, a quantity with its source."""
    if isinstance(value, dict) and not is_stated(value):
        for key, inner in value.items():
            yield from _values(inner, (*path, key))
    else:
        yield path, value


def _former(document: Document, path: Path) -> Iterator[tuple[Value, Place]]:
    """What stood there before, latest first, itself or as part of something larger that was replaced."""
    for length in range(len(path), -1, -1):
        for value, place in document.former.get(path[:length], ()):
            inside = Document(value, {}).get(path[length:])
            if inside is not None:
                yield inside, place

