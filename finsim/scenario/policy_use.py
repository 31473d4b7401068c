"""Policy values in a scenario: which inputs they are, and what must be said where one is not known to hold to the end."""

from __future__ import annotations

import datetime

from finsim.scenario.account_inputs import FINANCED
from finsim.scenario.catalogue_form import CATALOGUE
from finsim.scenario.context import Context
from finsim.scenario.policy import SOURCE, PolicyUse
from finsim.scenario.problems import Problem
from finsim.scenario.scenario import Origin
from finsim.sheet import Text

_ONCE = ("per_household", "per_area", "per_building", "per_neighbourhood", "per_entrance", "per_lift", "issue_fee")
"""Inputs that are read once, when money is granted or raised, so that a later end of the policy does not matter."""
_PARTNERS = {"vat_exempt_until": "vat_rate", "income_relief": "relief_until", "relief_until": "income_relief"}
"""Inputs that say together what applies up to a year and what after it."""


def policies_used(context: Context) -> tuple[PolicyUse, ...]:
    """Every input that is a policy value, in the order of its path."""
    paths = {path: origin for (_, path), origin in context.origins.items()}
    paths |= {f"units.{unit}.{path}": origin for (path, unit), origin in context.unit_origins.items()}
    found = []
    for path, origin in sorted(paths.items()):
        if origin.source.startswith(SOURCE):
            policy, entry = context.policies.find(origin.source.removeprefix(SOURCE))
            found.append(PolicyUse(path, policy, entry, context.policies.date))
    return tuple(found)


def check_policies(context: Context) -> None:
    """Refuse a policy value that is not known to hold to the end of the timeline, unless the file says what applies then.

    It says so by the year until which a relief holds, by a rate from a year on, or by a range of assumption.
    """
    for (_, path), origin in context.origins.items():
        _check(context, path, "", origin)
    for (path, unit), origin in context.unit_origins.items():
        _check(context, path, unit, origin)


def _check(context: Context, path: str, unit: str, origin: Origin) -> None:
    section, _, name = path.rpartition(".")
    if origin.kind == "assumed" or not origin.source.startswith(SOURCE) or name in _ONCE:
        return
    policy, _ = context.policies.find(origin.source.removeprefix(SOURCE))
    followed = name == "vat_rate" and section.startswith(("streams.", "costs.")) and not unit
    on = context.policies.date
    last = policy.known_until(on) if followed else policy.holds_until(on)
    end = datetime.date(context.years[-1], 12, 31)
    partner = _PARTNERS.get(name)
    if last is None or last >= end or (partner and _stated(context, f"{section}.{partner}", unit)):
        return
    remedy = Text(
        "标为假设：加 assumed: [低, 高]，并在 note 说明理由。",
        "Call it an assumption: add assumed: [low, high], and say why in note.",
    )
    if followed:
        first = next(year for year in context.years if datetime.date(year, 12, 31) > last)
        if any(year <= first for year in _changes(context, section)):
            return
        remedy = Text(
            f"写明此后的税率，如 vat_changes: {{{first}: 6%}}。",
            f"State the rate from then on, such as vat_changes: {{{first}: 6%}}.",
        )
    elif partner:
        remedy = Text(
            f"写明 {partner}，或标为假设（assumed: [低, 高]）。",
            f"State {partner}, or call it an assumption (assumed: [low, high]).",
        )
    kind = path.partition(".")[0]
    chapter = "catalogue." if kind in CATALOGUE else "finance." if kind in FINANCED else ""
    where = f"units.{unit}.values.{path}" if unit else chapter + path
    what = Text(
        f"政策取值 {policy.name} 只知道到 {last}，计算期到 {end}；此后怎样，须写明。",
        f"The policy value {policy.name} is known until {last} only, and the timeline ends on {end}: say what applies afterwards.",
    )
    found = f"policy: {policy.name}"
    context.problems.append(Problem(origin.place.file, origin.place.line, where, what, found, policy.periods, remedy))


def _stated(context: Context, path: str, unit: str) -> bool:
    """Whether the file states an input, for the unit or for all."""
    origin = context.unit_origins.get((path, unit)) or context.origins.get(("unit", path))
    return origin is not None and origin.kind != "default"


def _changes(context: Context, section: str) -> dict[int, float]:
    """Rates of VAT that the file states for a stream or a cost, by the year from which they hold."""
    kind, _, name = section.partition(".")
    terms = next(terms for _, entry, terms in context.entries("catalogue", kind) if entry == name)
    return terms.vat_changes or {}
