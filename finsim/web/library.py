"""The scenarios that can be opened: the file that the server was started with, those that come along, and what readers keep.

What a reader keeps is a text in an SQLite file; a request names it by an id, and no part of a request is ever part of a path.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from finsim.scenario.document import parse
from finsim.scenario.loading import one_file
from finsim.scenario.problems import ScenarioError
from finsim.sheet import Text
from finsim.web.desk import Desk

DESKS_KEPT = 12
"""Scenarios that stay loaded; another one is loaded again when it is asked for."""
KEPT_AT_MOST = 200
"""Scenarios that one reader may keep."""
LONGEST_NAME, LONGEST_NOTE = 60, 300
COMING_ALONG = Path(__file__).parents[2] / "scenarios"

_TABLE = """
create table if not exists scenarios (
    id text primary key, owner text not null, name text not null, note text not null, parent text not null, text text not null,
    created real not null
)
"""


@dataclass(frozen=True)
class Entry:
    """A scenario of the library. ``created`` is in seconds since 1970, None for a file; ``parent`` is what it was made from."""

    id: str
    title: Text
    name: str
    note: str = ""
    parent: str = ""
    created: float | None = None


class Full(Exception):
    """The reader keeps as many scenarios as may be kept."""


def home() -> Path:
    """Where scenarios are kept: the folder that ``FINSIM_DATA`` names, or one of the user's own."""
    if given := os.environ.get("FINSIM_DATA"):
        return Path(given)
    local = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_DATA_HOME")
    return (Path(local) if local else Path.home() / ".local" / "share") / "finsim"


class Library:
    """Opens scenarios by id. Making one raises ``ScenarioError`` if the first file does not hold."""

    def __init__(self, first: str | Path, folder: Path | None = None) -> None:
        first = Path(first)
        self.default = first.stem
        self._files = {first.stem: first} | {path.stem: path for path in coming_along() if path.stem != first.stem}
        self._desks: dict[str, Desk] = {}
        self._lock = Lock()
        folder = folder or home()
        folder.mkdir(parents=True, exist_ok=True)
        self._records_file = folder / "scenarios.sqlite"
        with self._records() as records:
            records.execute(_TABLE)
        self.desk(self.default)

    # ---- opening -------------------------------------------------------------------------------------------
    def desk(self, name: str) -> Desk:
        """The scenario of this id, loaded. Raises ``KeyError`` if there is none."""
        with self._lock:
            desk = self._desks.get(name)
        desk = desk or self._open(name)  # others are not kept waiting; if two load it, one of the two stays
        with self._lock:
            desk = self._desks.pop(name, desk)
            self._desks[name] = desk  # the latest last
            while len(self._desks) > DESKS_KEPT:
                self._desks.pop(next(one for one in self._desks if one != self.default))
        return desk

    def _open(self, name: str) -> Desk:
        if path := self._files.get(name):
            return Desk(path, path.stem)
        with self._records() as records:
            row = records.execute("select name, text from scenarios where id = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return Desk(parse(row[1].encode(), f"{row[0]}.yaml"), row[0])

    def text(self, name: str) -> str | None:
        """The scenario as one file that needs no other; as it was written if it needs none. None if there is none of this id."""
        if path := self._files.get(name):
            return one_file(path)
        with self._records() as records:
            row = records.execute("select text from scenarios where id = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    # ---- listing -------------------------------------------------------------------------------------------
    def files(self) -> list[Entry]:
        """The files that can be opened, the first one first."""
        found = []
        for name, path in self._files.items():
            with contextlib.suppress(ScenarioError, OSError, UnicodeError):  # an unreadable neighbour is no reason to show none
                found.append(Entry(name, _title(path, name), path.name))
        return found

    def kept(self, owner: str) -> list[Entry]:
        """What the reader keeps, the latest first."""
        with self._records() as records:
            rows = records.execute(
                "select id, name, note, parent, created from scenarios where owner = ? order by created desc", (owner,)
            ).fetchall()
        return [Entry(name, Text(title, title), title, note, parent, created) for name, title, note, parent, created in rows]

    # ---- keeping -------------------------------------------------------------------------------------------
    def keep(self, owner: str, name: str, text: str, note: str = "", parent: str = "") -> str:
        """Keep a scenario and give its id. Raises ``ScenarioError`` if it does not hold, ``Full`` if there are too many."""
        name, note = _plain(name)[:LONGEST_NAME] or "情景", note.strip()[:LONGEST_NOTE]
        desk = Desk(parse(text.encode(), f"{name}.yaml"), name)
        key = secrets.token_urlsafe(9)
        with self._records() as records:
            count = records.execute("select count(*) from scenarios where owner = ?", (owner,)).fetchone()[0]
            if count >= KEPT_AT_MOST:
                raise Full
            records.execute("insert into scenarios values (?, ?, ?, ?, ?, ?, ?)", (key, owner, name, note, parent, text, time.time()))
        with self._lock:
            self._desks[key] = desk
        return key

    def drop(self, owner: str, name: str) -> None:
        """Keep it no longer; nothing happens if the reader does not keep it."""
        with self._records() as records:
            gone = records.execute("delete from scenarios where id = ? and owner = ?", (name, owner)).rowcount
        if gone:
            with self._lock:
                self._desks.pop(name, None)

    @contextmanager
    def _records(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._records_file, timeout=10)) as connection, connection:
            yield connection


def _plain(name: str) -> str:
    """A name that can be the name of a file, on any system."""
    return re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', " ", name).strip(" .")


def coming_along() -> list[Path]:
    """The scenario files beside the package: what others extend is not among them."""
    return sorted(path for path in COMING_ALONG.rglob("*.yaml") if path.name != "base.yaml")


def _title(path: Path, name: str) -> Text:
    """The title as the file itself states it, without reading all of it."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith(("title:", "title_en:"))]
    stated = parse("\n".join(lines).encode(), path.name).value if lines else {}
    assert isinstance(stated, dict)
    title = str(stated.get("title", name))
    return Text(title, str(stated.get("title_en", title)))
