"""改造单元的输入：the catalogue's values, for all units or divided over them, and what one unit has of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from finsim.scenario.catalogue_checks import follows_from_others
from finsim.scenario.catalogue_form import BY_QUANTITY, CATALOGUE
from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.quantity import QuantityError
from finsim.scenario.scenario import Origin
from finsim.scenario.splitting import split_total
from finsim.scenario.unit_facts import check_needed_facts, check_neighbours, facts, out_of_reach, reach
from finsim.scenario.unit_schedules import unit_schedules
from finsim.scenario.values import Stated, read_stated
from finsim.sheet import Text
from finsim.sheet.model import InputRow


def unit_inputs(context: Context) -> None:
    """Fill the inputs and schedules of the units' sheet, each with its origin."""
    inputs: dict[str, dict[str, InputRow]] = {}
    for row in context.sheets.unit.inputs.values():
        inputs.setdefault(row.section, {})[row.path.rpartition(".")[2]] = row
    facts(context)
    reach(context)
    _section(context, ("construction",), context.form.construction, inputs["construction"])
    for kind in CATALOGUE:
        for path, name, terms in context.entries("catalogue", kind):
            rows = inputs[f"{kind}.{name}"]
            if kind == "streams":
                _ramp(
                    context,
                    path,
                    terms,
                    [inputs[f"streams.{name}.ramp_table.{i + 1}"]["reached"] for i in range(len(terms.ramp or ()))],
                )
                if terms.quantity is None:
                    _by_amounts(context, path, rows)
                    rows = {key: row for key, row in rows.items() if key not in BY_QUANTITY}
            if kind == "works":
                _owner(context, path, terms, rows)
                rows = {key: row for key, row in rows.items() if key not in _DERIVED}
            _section(context, path, terms, {key: row for key, row in rows.items() if key != "eligible"})
    _own_values(context)
    check_needed_facts(context)
    check_neighbours(context)
    unit_schedules(context)


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
        split_total(context, row, stated, path, inherited)


def _by_amounts(context: Context, path: Path, rows: Mapping[str, InputRow]) -> None:
    """A stream stated year by year has no quantity and price."""
    note = Text("金额逐年列明。", "Stated year by year.")
    for key in BY_QUANTITY:
        context.unit_inputs[rows[key].path] = np.array([0.0])
        origin = Origin("derived", context.document.place_of((*path, "stated")), note=note)
        context.origins["unit", rows[key].path] = origin


def _ramp(context: Context, path: Path, terms: Any, rows: list[InputRow]) -> None:
    """达产率表: one input for each year of operation."""
    for i, (row, stated) in enumerate(zip(rows, terms.ramp or (), strict=True)):
        _input(context, row, stated, (*path, "ramp", i), terms.source)


_OF_ASSETS = {"owned": 0.0, "life": 1.0, "residual": 0.0}
"""Inputs that only the company's assets have, and what stands in for them in other works."""
_DERIVED = {*_OF_ASSETS, "by_others"}
_NO_ASSET = Text("不形成企业资产，不提折旧。", "Not the company's asset: no depreciation.")
_CONCESSION = {
    "life": Text("折旧年限与特许经营期取短。", "The shorter of its life and the concession."),
    "residual": Text("特许经营期满无偿移交。", "Handed over free at the end of the concession."),
}


def _owner(context: Context, path: Path, terms: Any, rows: Mapping[str, InputRow]) -> None:
    """The owner after completion decides whether a work is the company's asset; then its life must be stated."""
    ours = terms.owner == "company"

    def derived(name: str, number: float, key: str, note: Text) -> None:
        context.unit_inputs[rows[name].path] = np.array([number])
        context.origins["unit", rows[name].path] = Origin("derived", context.document.place_of((*path, key)), note=note)

    derived(
        "by_others",
        float(terms.paid_by_others),
        "paid_by_others",
        Text("由 paid_by_others 得出。", "Follows from paid_by_others."),
    )
    derived("owned", float(ours), "owner", Text("由 owner 得出。", "Follows from owner."))
    for name in ("life", "residual"):
        row, stated = rows[name], getattr(terms, name)
        if not ours:
            derived(name, _OF_ASSETS[name], "owner", _NO_ASSET)
        elif terms.concession_years and (name == "residual" or stated is not None):
            number = min(stated.number, terms.concession_years) if name == "life" else 0.0
            derived(name, number, "concession_years", _CONCESSION[name])
        elif stated is not None:
            _input(context, row, stated, (*path, name), terms.source)
        else:
            derived(name, _OF_ASSETS[name], "owner", _NO_ASSET)
            context.refuse(
                (*path, name), Text(f"企业资产须写明{row.label.zh}。", f"A company's asset needs its {row.label.en}."), "",
                Text(f"数值，单位 {row.unit}", f"a number in {row.unit}") if row.unit != "1" else Text("小数或百分数", "a decimal or per cent"),
                Text(f"补上 {name}，或改 owner。", f"Add {name}, or change the owner."),
            )  # fmt: skip


# ---- of one unit -------------------------------------------------------------------------------------------
def settable(context: Context) -> dict[str, InputRow]:
    """Inputs of units that a scenario may state unit by unit, or draw: not those that follow from other parts of it."""
    follows = follows_from_others(context)
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
                stated = read_stated(given, inputs[name], policies=context.policies)
            except QuantityError as error:
                context.refuse(path, error.what, given, error.allowed, error.remedy, place)
                continue
            if stated.number > 0 and out_of_reach(context, name, position):
                context.refuse(
                    path, Text("这项资金不到本单元。", "The source does not reach this unit."), given, Text("0", "0"),
                    Text("删去这个数值，或改资金的 county、floors_from。", "Remove the value, or change the source's county or floors_from."), place,
                )  # fmt: skip
                continue
            if name in context.unit_inputs:
                full = np.broadcast_to(context.unit_inputs[name], (len(units.ids),)).copy()
                full[position] = stated.number
                context.unit_inputs[name] = full
            origin = context.origin(stated, path, units.source_of(unit), place=place)
            context.unit_origins[name, unit.terms.id] = origin
