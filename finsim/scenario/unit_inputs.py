"""改造单元的输入：facts, the catalogue's values, what one unit has of its own, and the years in which works are built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from finsim.scenario import calendar
from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.quantity import QuantityError
from finsim.scenario.scenario import Origin
from finsim.scenario.schema import CATALOGUE
from finsim.scenario.splitting import split_total
from finsim.scenario.values import Stated, read_stated
from finsim.sheet import Text
from finsim.sheet.model import InputRow
from finsim.sheet.numpy_backend import Array

FACTS = ("households", "area", "buildings", "neighbourhoods")


def unit_inputs(context: Context) -> None:
    """Fill the inputs and schedules of the units' sheet, each with its origin."""
    inputs: dict[str, dict[str, InputRow]] = {}
    for row in context.sheets.unit.inputs.values():
        inputs.setdefault(row.section, {})[row.path.rpartition(".")[2]] = row
    _facts(context)
    _section(context, ("construction",), context.form.construction, inputs["construction"])
    for kind in CATALOGUE:
        for path, name, terms in context.entries("catalogue", kind):
            rows = inputs[f"{kind}.{name}"]
            if kind == "works":
                _owner(context, path, terms, rows)
                rows = {key: row for key, row in rows.items() if key not in _OF_ASSETS}
            _section(context, path, terms, rows)
    _own_values(context)
    _years(context)


# ---- facts -------------------------------------------------------------------------------------------------
def _facts(context: Context) -> None:
    units = context.units
    for row in units.rows:
        context.source_known(("units", row.terms.id, "source"), row.terms.source, units.place(row, "source"))
    context.source_known(("units", "source"), units.source)
    for name in FACTS:
        context.unit_inputs[f"facts.{name}"] = np.array([getattr(row.terms, name).number for row in units.ordered])
        for row in units.ordered:
            stated, path = getattr(row.terms, name), ("units", row.terms.id, name)
            origin = context.origin(stated, path, units.source_of(row), place=units.place(row, name))
            context.unit_origins[f"facts.{name}", row.terms.id] = origin
            context.origins.setdefault(("unit", f"facts.{name}"), origin)


# ---- the same for all units --------------------------------------------------------------------------------
def _section(context: Context, path: Path, terms: Any, rows: Mapping[str, InputRow]) -> None:
    """The inputs of a section; one that the file leaves out has its defaults."""
    source = terms.source if terms else None
    context.source_known((*path, "source"), source)
    for name, row in rows.items():
        _input(context, row, getattr(terms, name, None), (*path, name), source)


def _input(context: Context, row: InputRow, stated: Stated | None, path: Path, inherited: str | None) -> None:
    """A value that holds for all units, or a programme total divided over them."""
    if stated is None:
        assert row.default is not None
        context.unit_inputs[row.path] = np.array([row.default])
        context.origins["unit", row.path] = Origin("default", context.document.place_of(path))
    elif stated.split is None:
        context.unit_inputs[row.path] = np.array([stated.number])
        context.origins["unit", row.path] = context.origin(stated, path, inherited)
    else:
        split_total(context, row, stated, stated.split, path, inherited)


_OF_ASSETS = {"owned": 0.0, "life": 1.0, "residual": 0.0}
"""Inputs that only the company's assets have, and what stands in for them in other works."""
_NO_ASSET = Text("不形成企业资产，不提折旧。", "Not the company's asset: no depreciation.")


def _owner(context: Context, path: Path, terms: Any, rows: Mapping[str, InputRow]) -> None:
    """The owner after completion decides whether a work is the company's asset; then its life must be stated."""
    ours = terms.owner == "company"
    place = context.document.place_of((*path, "owner"))
    owned = rows["owned"].path
    context.unit_inputs[owned] = np.array([float(ours)])
    context.origins["unit", owned] = Origin("derived", place, note=Text("由 owner 得出。", "Follows from owner."))
    for name in ("life", "residual"):
        row, stated = rows[name], getattr(terms, name)
        if ours and stated is not None:
            _input(context, row, stated, (*path, name), terms.source)
            continue
        context.unit_inputs[row.path] = np.array([_OF_ASSETS[name]])
        context.origins["unit", row.path] = Origin("derived", place, note=_NO_ASSET)
        if ours:
            context.refuse(
                (*path, name), Text(f"企业资产须写明{row.label.zh}。", f"A company's asset needs its {row.label.en}."), "",
                Text(f"数值，单位 {row.unit}", f"a number in {row.unit}") if row.unit != "1" else Text("小数或百分数", "a decimal or per cent"),
                Text(f"补上 {name}，或改 owner。", f"Add {name}, or change the owner."),
            )  # fmt: skip


# ---- of one unit -------------------------------------------------------------------------------------------
def settable(context: Context) -> dict[str, InputRow]:
    """Inputs of units that a scenario may state unit by unit, or draw: not those that follow from other parts of it."""
    not_ours = {name for _, name, terms in context.entries("catalogue", "works") if terms.owner != "company"}
    follows = {f"works.{name}.{key}" for name in not_ours for key in _OF_ASSETS}
    inputs = context.sheets.unit.inputs
    return {path: row for path, row in inputs.items() if path not in follows and not path.startswith("stakes.")}


def _own_values(context: Context) -> None:
    """Values that one unit has instead of the catalogue's."""
    units = context.units
    inputs = {path: row for path, row in settable(context).items() if not path.startswith("facts.")}
    for position, unit in enumerate(units.ordered):
        for name, given in unit.terms.values.items():
            path: Path = ("units", unit.terms.id, "values", name)
            place = units.place(unit, "values", name)
            # an unknown column is told once, at its heading, and not on each line
            at = ("units", name) if units.heading else path
            what = Text("没有这个输入。", "There is no such input.")
            if not context.known(at, name, inputs, what, units.heading or place):
                continue
            try:
                stated = read_stated(given, inputs[name])
            except QuantityError as error:
                context.refuse(path, error.what, given, error.allowed, error.remedy, place)
                continue
            if name in context.unit_inputs:
                full = np.broadcast_to(context.unit_inputs[name], (len(units.ids),)).copy()
                full[position] = stated.number
                context.unit_inputs[name] = full
            origin = context.origin(stated, path, units.source_of(unit), place=place)
            context.unit_origins[name, unit.terms.id] = origin


# ---- years -------------------------------------------------------------------------------------------------
def _years(context: Context) -> None:
    """Periods counted from 1, the planned progress of works, the years in which prices step."""
    years = context.years
    context.unit_schedules["construction.number"] = np.arange(1.0, len(years) + 1)[:, None]
    for path, name, terms in context.entries("catalogue", "works"):
        context.unit_schedules[f"works.{name}.planned"] = _progress(context, path, terms)[:, None]
    for kind in ("streams", "costs"):
        for path, name, terms in context.entries("catalogue", kind):
            step = terms.repriced
            if step:
                context.in_timeline((*path, "repriced", "first"), step.first)
            steps = calendar.price_steps(years, step.first, step.every) if step else np.zeros(len(years))
            context.unit_schedules[f"{kind}.{name}.repriced"] = steps[:, None]


def _progress(context: Context, path: Path, terms: Any) -> Array:
    if (terms.years is None) == (terms.phasing is None):
        context.refuse(
            path, Text("须写明建设年份：years 或 phasing 二者之一。", "Say when it is built: either years or phasing."),
            "" if terms.years is None else "years, phasing",
            Text("years: [首年, 末年]，或 phasing: {年: 比例}", "years: [first, last], or phasing: {year: share}"),
            Text("补上其中一个。", "Give one of them.") if terms.years is None else Text("删去其中一个。", "Remove one of them."),
        )  # fmt: skip
    elif terms.years is not None:
        context.in_timeline((*path, "years"), *dict.fromkeys(terms.years))
        return calendar.even_progress(context.years, *terms.years)
    elif context.in_timeline((*path, "phasing"), *terms.phasing):
        return calendar.phased_progress(context.years, terms.phasing)
    return np.ones(len(context.years))
