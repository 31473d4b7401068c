"""Words that problems share: names that are near, lists of what is allowed, values as they are written in a file."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Collection

from finsim.sheet import Text

UNSAID = Text("", "")
_MOST = 30
"""Names that are listed."""


def nearest(name: str, names: Collection[str]) -> str | None:
    """The name that was perhaps meant."""
    return next(iter(difflib.get_close_matches(name, names, n=1)), None)


def near(name: str, names: Collection[str], otherwise: Text) -> Text:
    """The remedy for a name that is not there."""
    meant = nearest(name, names)
    return Text(f"是否想写 {meant}？", f"Did you mean {meant}?") if meant else otherwise


def listed(names: Collection[str]) -> Text:
    return Text("、".join(names) or "（无）", ", ".join(names) or "(none)")


def allowed(name: str, names: Collection[str]) -> Text:
    """The names of the same section as this one, else the sections; not more than a person reads."""
    section = name.rpartition(".")[0]
    siblings = [one for one in names if one.rpartition(".")[0] == section]
    found = siblings or list(dict.fromkeys(f"{one.rpartition('.')[0]}.…" for one in names))
    return listed([*found[:_MOST], "…"] if len(found) > _MOST else found)


def shown(value: object) -> str:
    """A value as it is written in a file."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
