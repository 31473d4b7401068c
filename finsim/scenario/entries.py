"""A scenario text read entry by entry, and an entry once as long as its text stays: what is edited is not all read again.

An entry is a key with what is indented below it; entries below it are read the same way. A text that is not plainly made of
entries is read as a whole, and so is one with something wrong in it, so that what is told is told of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from finsim.scenario.parsing import Path, Place, Value, parsed
from finsim.scenario.problems import ScenarioError
from finsim.scenario.refusals import DEEPEST
from finsim.scenario.scalars import plain

LONGEST = 100_000
"""Characters of a text that is read by entries; the parts of a longer one could pass the limit that the whole has."""
ENTRIES_KEPT = 1_000

_BEGIN = re.compile(r"^(?=[^\s#])", re.M)
"""Before a line that is not indented."""
_HEAD = re.compile(r"([A-Za-z_]\w{0,60}):(?=\s|$)(?: *(?:#.*)?\n)?", re.A)
"""A key without quotes; with the end of its line, if nothing but a remark stands behind it."""
_REMARKS = re.compile(r"(?: *(?:#.*)?\n)*")
_INDENT = re.compile(r" +(?=[^ #\n])")
_ODD = re.compile(rf"\t|^ +$|^ {{{2 * DEEPEST}}}", re.M)
"""What the parser takes differently by the column in which it stands, and what may be too deep."""

Values = dict[str | int, Value]
Lines = Sequence[tuple[Path, int]]
"""The line of every key and item below a text, counted from its beginning."""


def read_text(text: str, file: str) -> tuple[Value, dict[Path, Place]]:
    """The value of a YAML text and the place of every key and list item; raises `ScenarioError`."""
    try:
        found = _mapping(text) if len(text) <= LONGEST and not _ODD.search(text) else None
    except ScenarioError:
        found = None
    if found is None or max(len(path) for path, _ in found[1]) > DEEPEST // 2:
        return parsed(text, file)
    values, lines = found
    return _copied(values), {(): Place(file, 1)} | {path: Place(file, line) for path, line in lines}


def _mapping(text: str) -> tuple[Values, Lines] | None:
    """The entries of a text that begin at its edge; none if it is not made of entries, or one key stands twice."""
    remarks, *entries = _BEGIN.split(text)
    if not entries or not _REMARKS.fullmatch(remarks) or not all(map(_has_name, entries)):
        return None
    values: Values = {}
    lines: list[tuple[Path, int]] = []
    above = remarks.count("\n")
    for entry in entries:
        value, known = _entry(entry)
        if not values.keys().isdisjoint(value):
            return None
        values |= value
        lines += [(path, line + above) for path, line in known]
        above += entry.count("\n")
    return values, lines


def _has_name(entry: str) -> bool:
    """Whether its key is a name: not a truth value, and nothing that is refused."""
    head = _HEAD.match(entry)
    return head is not None and plain(head[1]) == head[1]


@lru_cache(ENTRIES_KEPT)
def _entry(text: str) -> tuple[Values, Lines]:
    head = _HEAD.match(text)
    assert head is not None
    below = _outdented(text[head.end() :]) if head[0].endswith("\n") else None
    if below is not None and (found := _mapping(below)):
        values, lines = found
        return {head[1]: values}, [((head[1],), 1), *(((head[1], *path), line + 1) for path, line in lines)]
    value, places = parsed(text, "")
    assert isinstance(value, dict)
    return value, [(path, place.line or 1) for path, place in places.items() if path]


def _outdented(text: str) -> str | None:
    """The text moved to the edge by the blanks before its first words, if so many stand before every line that says something."""
    lines = text.split("\n")
    blanks = next((found[0] for line in lines if (found := _INDENT.match(line))), "")
    if not blanks:
        return None
    if any(line and not line.startswith(blanks) for line in lines):
        return None
    return "\n".join(line[len(blanks) :] for line in lines)


def _copied(value: Value) -> Value:
    """What is kept is nobody else's to change; entries of one text are kept once, and each gets values of its own (`copy.deepcopy` would share)."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
