"""Where in a scenario file a number of the sheet is written, and how it is put there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from finsim.scenario.account_inputs import FINANCED
from finsim.scenario.catalogue_form import CATALOGUE
from finsim.scenario.document import Path, is_stated
from finsim.scenario.goals import AMOUNTS
from finsim.scenario.scenario import Scenario
from finsim.scenario.schema import RED_FLAGS

Typed = Mapping[tuple[str, str, int | None], float]
"""(unit, path, year) → the number that stands in the workbook."""

_SHARES = {"planned": "phasing", "released": "phasing"}
"""Shares to date, which the file states year by year."""
_AMOUNTS = {
    "opening.depreciation": ("opening", "depreciation"), "tax.reduction": ("tax", "reduction"),
    "public.budget": ("public", "budget"), "public.committed": ("public", "committed"), "public.to_others": ("public", "to_others"),
}  # fmt: skip
_DIGITS = 12


def of_input(file: Any, scenario: Scenario, unit: str, path: str, number: float, note: str) -> Path:
    """Put a number where the file ``file`` (plain values) states that input; says where."""
    if path.startswith("facts.") and len(scenario.numbers.units) == 1:
        unit = scenario.numbers.units[0]
    if unit:
        at, mapping = _of_unit(file, unit, path)
    else:
        at, mapping = _of_all(file, path)
    key = at[-1]
    if path.rpartition(".")[2] in RED_FLAGS:
        mapping[key] = {"value": number > 0.5, "note": note}
        return at
    ends = [number, *_numbers_before(scenario, unit, path)]
    mapping[key] = {"value": number, "assumed": [min(ends), max(ends)], "note": note}
    return at


def of_stakes(file: Any, scenario: Scenario, path: str, typed: Typed, note: str) -> Path | None:
    """Put the units' parts of an amount of finance, as its sum and the share of each."""
    _, kind, name, *_ = path.split(".")
    if kind not in AMOUNTS:
        return None
    n = scenario.numbers
    stood = np.broadcast_to(n.unit_inputs[path], (len(n.units),))
    parts = {unit: typed.get((unit, path, None), float(old)) for unit, old in zip(n.units, stood, strict=True)}
    total = sum(parts.values())
    entry = file["finance"][kind][name]
    entry[AMOUNTS[kind]] = {"value": total, "assumed": sorted([total, float(stood.sum())]), "note": note}
    if total > 0:
        entry["split"] = {"listed": {unit: part / total for unit, part in parts.items()}}
    return ("finance", kind, name, AMOUNTS[kind])


def of_series(file: Any, scenario: Scenario, unit: str, path: str, typed: Typed) -> Path | None:
    """Put a number by year that the file states by year; None for one that follows from years, terms and instalments."""
    if unit:
        return None
    section, _, name = path.rpartition(".")
    kind = section.partition(".")[0]
    n = scenario.numbers
    stood = n.unit_schedules[path] if path in n.unit_schedules else n.account_schedules[path]
    if stood.shape[1] > 1 and kind in CATALOGUE:
        return None
    now = [typed.get(("", path, year), float(old)) for year, old in zip(n.years, stood[:, 0], strict=True)]
    if path in _AMOUNTS:
        at: Path = _AMOUNTS[path]
        mapping = _inside(file, at[:-1])
        mapping[at[-1]] = _by_year(n.years, now)
        return at
    if name in _SHARES and kind in (*CATALOGUE, *FINANCED):
        at = (*_entry(section), _SHARES[name])
        mapping = _inside(file, at[:-1])
        mapping.pop("years", None)
        mapping[at[-1]] = _by_year(n.years, list(np.diff([0.0, *now])))
        return at
    if name == "stated" and kind in CATALOGUE:
        at = (*_entry(section), "stated")
        _inside(file, at[:-1])["stated"] = _by_year(n.years, now)
        return at
    return None


def _by_year(years: tuple[int, ...], amounts: list[float]) -> dict[int, float]:
    return {year: round(float(amount), _DIGITS) for year, amount in zip(years, amounts, strict=True) if abs(amount) > 10**-_DIGITS}


def _numbers_before(scenario: Scenario, unit: str, path: str) -> list[float]:
    """The number as it was, and the ends of the range that was assumed for it."""
    n = scenario.numbers
    sheet = "unit" if path in n.unit_inputs else "account"
    array = n.unit_inputs[path] if sheet == "unit" else n.account_inputs[path]
    old = float(array[n.units.index(unit) if unit and len(array) > 1 else 0])
    # the range of a programme total says nothing of a unit's part
    whole = unit and (path, unit) not in scenario.unit_origins
    return [old] if whole else [old, *(scenario.origin(sheet, path, unit).assumed or ())]


def _of_unit(file: Any, unit: str, path: str) -> tuple[Path, Any]:
    rows = file["units"]["list"]
    number = next(i for i, row in enumerate(rows) if str(row["id"]) == unit)
    if path.startswith("facts."):
        return ("units", unit, path.removeprefix("facts.")), rows[number]
    return ("units", unit, "values", path), rows[number].setdefault("values", {})


def _of_all(file: Any, path: str) -> tuple[Path, Any]:
    section, _, name = path.rpartition(".")
    at: Path = ("public", "declared", name) if name in RED_FLAGS else (*_entry(section), name)
    if ".ramp_table." in path:
        stream, year = section.split(".ramp_table.")
        ramp = _inside(file, _entry(stream))["ramp"]
        return (*_entry(stream), "ramp", int(year) - 1), ramp
    return at, _inside(file, at[:-1])


def _entry(section: str) -> Path:
    kind = section.partition(".")[0]
    parent = ("catalogue",) if kind in CATALOGUE else ("finance",) if kind in FINANCED else ()
    return (*parent, *section.split("."))


def _inside(file: Any, path: Path) -> Any:
    """The mapping at a path; made where the file leaves it out."""
    for key in path:
        if not isinstance(file.get(key), dict) or is_stated(file[key]):
            file[key] = {}
        file = file[key]
    return file


