"""改造单元的年份：the years in which works are built, streams and costs run, prices and rates change, and equipment is replaced."""

from __future__ import annotations

from typing import Any

import numpy as np

from finsim.scenario import calendar
from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.scenario import Origin
from finsim.scenario.units import UnitRow
from finsim.scenario.values import Stated
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array


def unit_schedules(context: Context) -> None:
    """Periods counted from 1, and a schedule for every choice of years in the catalogue."""
    years = context.years
    context.unit_schedules["construction.number"] = np.arange(1.0, len(years) + 1)[:, None]
    context.unit_schedules["construction.year"] = np.array(years, dtype=float)[:, None]
    _works(context)
    for kind in ("streams", "costs"):
        for path, name, terms in context.entries("catalogue", kind):
            _of_operation(context, path, f"{kind}.{name}", terms)
    for _, name, _ in context.entries("catalogue", "streams"):
        context.unit_schedules[f"streams.{name}.leaves"] = np.zeros((len(years), 1))
    _leaves(context)
    for path, name, terms in context.entries("catalogue", "replacements"):
        context.in_timeline((*path, "years"), *terms.years)
        falls, written_off = calendar.replacements(years, terms.years, terms.life)
        context.unit_schedules[f"replacements.{name}.falls"] = falls[:, None]
        context.unit_schedules[f"replacements.{name}.written_off"] = written_off[:, None]


def _change_of_rate(context: Context, path: Path, section: str, terms: Any) -> Array:
    """As the file states; before its first year, and without it, a policy value goes by its calendar at each year's end."""
    changes = terms.vat_changes or {}
    context.in_timeline((*path, "vat_changes"), *changes)
    if terms.vat_rate is None or terms.vat_rate.policy is None:
        return calendar.changes(context.years, terms.vat_rate.number if terms.vat_rate else 0.0, changes)
    policy = terms.vat_rate.policy
    known = context.policies.by_year(policy, context.years)
    first = min(changes, default=context.years[-1] + 1)
    followed = {year: rate for year, rate in known.items() if year < first}
    note = Text(f"随政策 {policy} 的日期变动。", f"Follows the dates of policy {policy}.")
    place = context.document.place_of((*path, "vat_rate"))
    context.origins["unit", f"{section}.vat_change"] = Origin("derived", place, note=note)
    return calendar.changes(context.years, terms.vat_rate.number, followed | changes)


def _of_operation(context: Context, path: Path, section: str, terms: Any) -> None:
    """Price steps, amounts stated year by year, the years within which a stream or a cost runs, and its rates of VAT."""
    years, step, stated = context.years, terms.repriced, terms.stated or {}
    if step:
        context.in_timeline((*path, "repriced", "first"), step.first)
    steps = calendar.price_steps(years, step.first, step.every) if step else np.zeros(len(years))
    context.unit_schedules[f"{section}.repriced"] = steps[:, None]
    context.in_timeline((*path, "stated"), *stated)
    context.unit_schedules[f"{section}.stated"] = calendar.amounts(years, stated)[:, None]
    if stated:
        origin = context.origin(Stated(sum(stated.values())), (*path, "stated"), terms.source)
        context.origins["unit", f"{section}.stated"] = origin
    if terms.years:
        context.in_timeline((*path, "years"), *dict.fromkeys(terms.years))
    open_ = calendar.span(years, *terms.years) if terms.years else np.ones(len(years))
    context.unit_schedules[f"{section}.open"] = open_[:, None]
    context.unit_schedules[f"{section}.vat_change"] = _change_of_rate(context, path, section, terms)[:, None]


def _leaves(context: Context) -> None:
    """The income of a stream that goes to who financed it, in the units that the source reaches."""
    for _, name, terms in context.entries("catalogue", "sources"):
        for stream in terms.takes.streams if terms.takes else ():
            row = f"streams.{stream}.leaves"
            if row in context.unit_schedules:
                leaves = (
                    calendar.span(context.years, *terms.takes.years)[:, None]
                    * context.unit_inputs[f"sources.{name}.eligible"]
                )
                context.unit_schedules[row] = context.unit_schedules[row] + leaves


def _works(context: Context) -> None:
    """Planned progress of every work; a unit that begins in another year than the catalogue moves all its works."""
    planned = {name: _progress(context, path, terms) for path, name, terms in context.entries("catalogue", "works")}
    begin = min((int(np.argmax(plan > 0)) for plan in planned.values()), default=0)
    end = max((int(np.argmax(plan >= 1)) for plan in planned.values()), default=0)
    moves = [_move(context, unit, begin, end) for unit in context.units.ordered]
    for name, plan in planned.items():
        moved = [calendar.moved(plan, years) for years in moves] if any(moves) else [plan]
        context.unit_schedules[f"works.{name}.planned"] = np.stack(moved, axis=1)


def _move(context: Context, unit: UnitRow, begin: int, end: int) -> int:
    """Years by which the unit's works begin later than the catalogue's, which begin and end in these periods."""
    if unit.terms.begins is None:
        return 0
    year: int = round(unit.terms.begins.number)
    years = context.years
    last = years[-1] - (end - begin)
    if not years[0] <= year <= last:
        context.refuse(
            ("units", unit.terms.id, "begins"), Text("按这一开工年份，工程不在计算期内。", "Works that begin in this year do not fit into the timeline."), year,
            Text(f"{years[0]} 至 {last} 年", f"{years[0]} to {last}"), Text("改开工年份，或延长 timeline。", "Change the year, or lengthen the timeline."),
            context.units.place(unit, "begins"),
        )  # fmt: skip
        return 0
    return year - years[begin]


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
