"""改造单元的基本情况：facts of the units, which of them an amount needs, and which units a source reaches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.scenario import Origin
from finsim.scenario.units import UnitRow
from finsim.sheet import Text

NEEDS = {
    "per_entrance": ("entrances", 0.0), "per_lift": ("lifts", 0.0), "per_pledge": ("pledged", 0.0), "newer_weight": ("old_share", 1.0),
}  # fmt: skip
"""Inputs that read a fact which may be left out, and the value with which they do not."""


def facts(context: Context) -> None:
    """A fact that a unit leaves out has its default; whether anything needs it is checked in the end."""
    units = context.units
    for row in units.rows:
        context.source_known(("units", row.terms.id, "source"), row.terms.source, units.place(row, "source"))
    context.source_known(("units", "source"), units.source)
    for path, declared in context.sheets.unit.inputs.items():
        if declared.section != "facts":
            continue
        name = path.removeprefix("facts.")
        numbers: list[float] = []
        for row in units.ordered:
            stated, at = getattr(row.terms, name), ("units", row.terms.id, name)
            if stated is None:
                assert declared.default is not None
                numbers.append(declared.default)
                origin = Origin("default", units.place(row, name))
            else:
                numbers.append(stated.number)
                origin = context.origin(stated, at, units.source_of(row), place=units.place(row, name))
            context.unit_origins[path, row.terms.id] = origin
            context.origins.setdefault(("unit", path), origin)
        context.unit_inputs[path] = np.array(numbers)


def check_needed_facts(context: Context) -> None:
    """An amount per lift needs the number of lifts: a fact that is left out is not nothing."""
    told: set[tuple[str, str]] = set()
    for path, array in context.unit_inputs.items():
        fact, idle = NEEDS.get(path.rpartition(".")[2], ("", 0.0))
        if not fact:
            continue
        values = np.broadcast_to(array, (len(context.units.ids),))
        for unit, value in zip(context.units.ordered, values, strict=True):
            if value != idle and getattr(unit.terms, fact) is None and (unit.terms.id, fact) not in told:
                told.add((unit.terms.id, fact))
                label = context.sheets.unit.inputs[f"facts.{fact}"].label
                _left_out(context, unit, fact, label, path)


def _left_out(context: Context, unit: UnitRow, fact: str, label: Text, by: str) -> None:
    """Refuse a unit without a fact that an input reads; only of what is counted may there be none."""
    keys = Text(f"{fact}: 数值", f"{fact}: a number")
    remedy = Text(f"补上 {fact}。", f"Add {fact}.")
    if fact == "county":
        keys = Text("county 与 county_en", "county and county_en")
        remedy = Text("补上 county 和 county_en。", "Add county and county_en.")
    elif fact in ("entrances", "lifts", "pledged"):
        remedy = Text(f"补上 {fact}；没有就写 0。", f"Add {fact}; write 0 if there is none.")
    context.refuse(
        ("units", unit.terms.id, fact), Text(f"{by} 需要{label.zh}，本单元没有写明。", f"{by} needs the {label.en}, which the unit does not state."),
        "", keys, remedy, context.units.place(unit),
    )  # fmt: skip


# ---- which units a source reaches --------------------------------------------------------------------------
def reach(context: Context) -> None:
    """1 for the units of a source's counties whose buildings are high enough, else 0; without such a condition 1 for all."""
    for path, name, terms in context.entries("catalogue", "sources"):
        row = f"sources.{name}.eligible"
        note = Text("由 county、floors_from 得出。", "Follows from county and floors_from.")
        key = "county" if terms.county else "floors_from"
        context.origins["unit", row] = Origin("derived", context.document.place_of((*path, key)), note=note)
        inside = np.ones(1)
        if terms.county or terms.floors_from:
            inside = np.array([float(_reached(context, unit, terms, row)) for unit in context.units.ordered])
        context.unit_inputs[row] = inside
        counties = sorted({unit.terms.county for unit in context.units.ordered if unit.terms.county})
        without = [county for county in terms.county or () if not inside.any() or county not in counties]
        if without and context.units.ids:
            context.refuse(
                (*path, key), Text("没有单元可用这项资金。", "The source reaches no unit."), ", ".join(without),
                Text("、".join(counties) or "（无）", ", ".join(counties) or "(none)"), Text("改 county，或单元的 county。", "Change county, here or of the units."),
            )  # fmt: skip


def _reached(context: Context, unit: UnitRow, terms: object, by: str) -> bool:
    inside = True
    for key, fact in (("county", "county"), ("floors_from", "floors")):
        wanted, found = getattr(terms, key), getattr(unit.terms, fact)
        if wanted is None:
            continue
        if found is None:
            label = Text("所属县区", "county") if fact == "county" else Text("层数", "number of floors")
            _left_out(context, unit, fact, label, by.replace("eligible", key))
            continue
        inside = inside and (found in wanted if key == "county" else found.number >= wanted)
    return inside


def out_of_reach(context: Context, path: str, position: int) -> bool:
    """Whether a value of one unit belongs to a source that does not reach it."""
    kind, _, rest = path.partition(".")
    eligible = context.unit_inputs.get(f"sources.{rest.partition('.')[0]}.eligible")
    return kind == "sources" and eligible is not None and not eligible[position if len(eligible) > 1 else 0]


# ---- adjacency ---------------------------------------------------------------------------------------------
def check_neighbours(context: Context) -> None:
    """Units side by side name each other."""
    beside = {unit.terms.id: unit.terms.neighbours for unit in context.units.ordered}
    for unit in context.units.ordered:
        path: Path = ("units", unit.terms.id, "neighbours")
        place = context.units.place(unit, "neighbours")
        for other in unit.terms.neighbours:
            if not context.known(
                path, other, sorted(context.units.named), Text("没有这个改造单元。", "There is no such unit."), place
            ):
                continue
            if other == unit.terms.id or (other in beside and unit.terms.id not in beside[other]):
                context.refuse(
                    path, Text("相邻关系不是相互的。", "The two units do not name each other as neighbours."), other,
                    Text("互相列为相邻", "each names the other"),
                    Text(f"在 {other} 的 neighbours 中加上 {unit.terms.id}，或删去这里的 {other}。",
                         f"Add {unit.terms.id} to the neighbours of {other}, or remove {other} here.")
                    if other != unit.terms.id else Text("删去自己。", "Remove the unit itself."), place,
                )  # fmt: skip


def unit_names(context: Context, unit: UnitRow, english: dict[tuple[str, str], str]) -> Iterator[tuple[str, Text]]:
    """District, county and company of a unit in both languages, each with one English name throughout."""
    words = {
        "district": Text("片区", "A district"),
        "county": Text("县区", "A county"),
        "company": Text("实施企业", "A company"),
    }
    for key, word in words.items():
        zh, en = getattr(unit.terms, key), getattr(unit.terms, f"{key}_en")
        path: Path = ("units", unit.terms.id, f"{key}_en")
        if (zh is None) != (en is None):
            context.refuse(
                path, Text(f"{word.zh}须同时有中文和英文名称。", f"{word.en} needs its name in Chinese and in English."), zh or en,
                Text(f"{key} 与 {key}_en", f"{key} and {key}_en"), Text(f"补上 {key} 或 {key}_en。", f"Add {key} or {key}_en."),
                context.units.place(unit, key),
            )  # fmt: skip
        elif zh and english.setdefault((key, zh), en) != en:
            context.refuse(
                path, Text(f"同一{word.zh}的英文名称不一致。", f"One {word.en[2:]} has two English names."), en,
                Text(english[key, zh], english[key, zh]), Text("统一英文名称。", "Use one of them."),
                context.units.place(unit, f"{key}_en"),
            )  # fmt: skip
        yield key, Text(zh or "", en or "")
