"""What has been calculated, by the question asked: the same question has the same answer, whoever asks it and whenever."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finsim.scenario.scenario import MODEL_VERSION

MOST = 400
"""Answers that are kept; then those go that have not been asked for the longest."""

_TABLE = """
create table if not exists results (
    key text primary key, total integer not null, seconds real not null, result text not null, asked real not null
)
"""


def key_of(kind: str, **question: object) -> str:
    """The key of a question: of everything that decides the answer, the model among it. ``question`` must be JSON."""
    text = json.dumps([kind, MODEL_VERSION, question], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Kept:
    """An answer, with the amount of work and the seconds that it took."""

    total: int
    seconds: float
    result: Any


@dataclass(frozen=True)
class Results:
    """The answers in an SQLite file, which several processes may write."""

    file: Path

    def begin(self) -> None:
        with self._records() as records:
            records.execute("pragma journal_mode = wal")
            records.execute(_TABLE)

    def keep(self, key: str, text: str, total: int, seconds: float) -> None:
        """Keep an answer, which is JSON."""
        with self._records() as records:
            records.execute("insert or replace into results values (?, ?, ?, ?, ?)", (key, total, seconds, text, time.time()))
            records.execute("delete from results where key not in (select key from results order by asked desc limit ?)", (MOST,))

    def get(self, key: str) -> Kept | None:
        with self._records() as records:
            row = records.execute(
                "update results set asked = ? where key = ? returning total, seconds, result", (time.time(), key)
            ).fetchone()
        return None if row is None else Kept(row[0], row[1], json.loads(row[2]))

    def has(self, key: str) -> bool:
        with self._records() as records:
            return records.execute("select 1 from results where key = ?", (key,)).fetchone() is not None

    @contextmanager
    def _records(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self.file, timeout=10)) as connection, connection:
            yield connection
