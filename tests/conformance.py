"""Published figures against ours: what was printed, what may differ, and one table of all of it at the end of a session.

A case says ``conforms: <id>`` at its top and ``key:`` in the entries of ``expect`` that a source prints; ids, keys and printed
values are in ``tests/data/published_cases.yaml``. A test makes a :class:`Record` of each figure and hands them to ``check``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

TESTS = Path(__file__).parent
AGREES, DIFFERS, WRONG = "agrees", "differs as said", "WRONG"
PROPERTY = "conformance"
ROUNDING = 1 + 1e-9  # 2.32 − 2.325 is a little more than 0.005 in binary


@dataclass(frozen=True)
class Record:
    """One figure. With ``source_convention``, why the source prints another one, ``right`` is what ours must be."""

    case: str
    grade: str
    key: str
    published: float
    printed_unit: float
    tol: float
    ours: float
    source_convention: str = ""
    right: float | None = None


def allowed(record: Record) -> float:
    """Difference from the published figure that its rounding, and that of its intermediate figures, explains."""
    return max(record.printed_unit, record.tol)


def verdict(record: Record) -> str:
    """Whether ours is the published figure, or, where the source is off, the right one that differs from it.

    The right one is ours, not rounded by a source: it is held to the narrower of the two tolerances. It must differ from
    the published one by more than printing explains, or no convention of the source needs a mention.
    """
    if not record.source_convention:
        return AGREES if abs(record.ours - record.published) <= allowed(record) * ROUNDING else WRONG
    if record.right is None:
        return WRONG
    met = abs(record.ours - record.right) <= min(record.printed_unit, record.tol) * ROUNDING
    return DIFFERS if met and abs(record.right - record.published) > record.printed_unit / 2 else WRONG


def table(records: Iterable[Record]) -> str:
    """One line for each figure: case, key, published, ours, difference, verdict."""
    lines = [f"{'case':20} {'key':44} {'published':>16} {'ours':>16} {'difference':>14}  verdict"]
    for record in sorted(records, key=lambda r: r.case):  # stable: keys stay in the order of the case
        said = verdict(record)
        why = f": {record.source_convention}" if record.source_convention else ""
        must = f" (must be {record.right:,.6f})" if said == WRONG and record.right is not None else ""
        lines.append(
            f"{record.case + ' ' + record.grade:20} {record.key:44} {record.published:>16,.6f} {record.ours:>16,.6f} "
            f"{record.ours - record.published:>+14.6f}  {said}{why}{must}"
        )
    return "\n".join(lines)


def check(records: list[Record], record_property: Callable[[str, object], None]) -> None:
    """Fail with the table of these figures if one is wrong; pytest's ``record_property`` carries them to the one table."""
    assert records, "no figure to compare"
    record_property(PROPERTY, [asdict(record) for record in records])
    assert all(verdict(record) != WRONG for record in records), f"\n{table(records)}"


# ---- what is published, and which cases there are --------------------------------------------------------------
def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


@cache
def published() -> dict[str, dict[str, Any]]:
    """Published cases by id: ``grade`` and ``printed``, a list of key, value, printed_unit, tol."""
    cases: dict[str, dict[str, Any]] = read(TESTS / "data" / "published_cases.yaml")
    return cases


def figures(case: str) -> dict[str, Any]:
    """Published values of a case by key."""
    return {entry["key"]: entry["value"] for entry in published()[case]["printed"]}


def printed(case: str, key: str) -> dict[str, Any]:
    """How a case prints a figure: value, printed_unit, tol."""
    found = next((entry for entry in published()[case]["printed"] if entry["key"] == key), None)
    assert found is not None, f"{case} prints no {key}"
    return found


@cache
def case_files() -> tuple[tuple[Path, dict[str, Any]], ...]:
    """Every file below ``tests/cases`` that conforms to a published case, with what it says."""
    cases = ((path, read(path)) for path in sorted((TESTS / "cases").rglob("*.yaml")))
    return tuple((path, case) for path, case in cases if "conforms" in case)


def recorded(case: str, entry: Mapping[str, Any], ours: Any) -> list[Record]:
    """A record of an entry of ``expect`` for each of its values, with what ours are.

    What has a ``key`` is published: printed unit and tolerance are those of the list. Otherwise the entry says them.
    ``ours`` are the right values where the source is off; those that equal the published ones need no reason.
    """
    key = entry.get("key")
    as_printed = printed(case, key) if key else entry
    grade = published()[case]["grade"] if key else "derived"
    name = key or f"({entry.get('part') or entry.get('measure', 'arithmetic')})"
    reason = entry.get("source_convention", "")
    values, found, right = (
        np.atleast_1d(x).astype(float) for x in (as_printed["value"], ours, entry.get("ours", as_printed["value"]))
    )
    assert values.shape == found.shape == right.shape, f"{name}: {values.size} published, {found.size} ours"
    off = right != values
    assert off.any() == bool(reason), f"{name}: source_convention goes with ours that differ"
    return [
        Record(
            case, grade, name if values.size == 1 else f"{name} {i + 1}", float(value),
            float(as_printed["printed_unit"]), float(as_printed["tol"]), float(found[i]),
            reason if off[i] else "", float(right[i]) if off[i] else None,
        )
        for i, value in enumerate(values)
    ]  # fmt: skip


# ---- the one table -----------------------------------------------------------------------------------------
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """All figures of the session in one table with ``-v``, their count without."""
    reports = (report for group in ("passed", "failed") for report in terminalreporter.stats.get(group, []))
    records = [
        Record(**record)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == PROPERTY
        for record in value
    ]
    if not records:
        return
    verdicts = [verdict(record) for record in records]
    terminalreporter.section("published figures")
    if terminalreporter.config.get_verbosity() > 0:
        terminalreporter.write_line(table(records))
    counts = ", ".join(f"{verdicts.count(kind)} {kind}" for kind in (AGREES, DIFFERS, WRONG) if kind in verdicts)
    terminalreporter.write_line(f"{len(records)} compared: {counts}")
