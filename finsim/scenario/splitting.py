"""分摊：programme totals, capital, bonds and loans divided over the units, each by a rule that the file states."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

import numpy as np

from finsim.model.engine import prepared
from finsim.model.structure import Structure, sheets
from finsim.scenario import calendar
from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.fields import Split
from finsim.scenario.goals import AMOUNTS
from finsim.scenario.scenario import Origin, SplitNote
from finsim.scenario.values import Stated, Weights
from finsim.sheet import Text
from finsim.sheet.model import InputRow
from finsim.sheet.numpy_backend import Array, Program, compile_plan
from finsim.sheet.planner import plan

KEYS = {
    "households": Text("户数", "households"), "area": Text("建筑面积", "floor area"),
    "buildings": Text("楼栋数", "buildings"), "neighbourhoods": Text("小区数", "neighbourhoods"),
    "entrances": Text("单元门数", "entrances"), "lifts": Text("加装电梯数", "lifts to be added"),
    "equal": Text("平均", "equal parts"), "need": Text("主体承担投资", "investment left to the account"),
    "need_then": Text("资金到位年份的主体承担投资", "investment left to the account in the years for which the money comes"),
    "investment": Text("建设投资", "cost of works"), "income": Text("净收益", "net income"),
    "listed": Text("列明份额", "listed shares"),
}  # fmt: skip
"""How a key of a split is called."""
_MEASURES = {
    "need": "contributions.gap", "need_then": "contributions.gap",
    "investment": "construction.cost", "income": "operations.net",
}  # fmt: skip


def split_total(context: Context, row: InputRow, stated: Stated, path: Path, inherited: str | None) -> None:
    """A programme total of the catalogue, divided over the units that it reaches by facts, each with its weight (因素法)."""
    weights = stated.split or ()
    rule = _words(weights)
    whole = context.origin(stated, path, inherited, _note(stated, rule))
    context.origins["unit", row.path] = whole if len(weights) == 1 else _part(whole)
    # a source that does not reach a unit leaves it out of the division
    reaches = context.unit_inputs.get(f"{row.section}.eligible", np.ones(1))
    parts = np.zeros(len(context.units.ids))
    for key, weight in weights:
        by = _by_fact(context, key) * reaches
        parts = parts + weight * (by / _whole(context, by, key, path))
    context.unit_inputs[row.path] = stated.number * parts
    section = context.sheets.unit.sections[row.section].label
    subject = Text(f"{section.zh}·{row.label.zh}", f"{section.en}: {row.label.en}")
    context.splits.append(SplitNote(subject, rule))


def _words(weights: Weights) -> Text:
    if len(weights) == 1:
        return KEYS[weights[0][0]]
    parts = [(KEYS[key], f"{weight:.6g}") for key, weight in weights]
    return Text("、".join(f"{k.zh} {w}" for k, w in parts), ", ".join(f"{k.en} {w}" for k, w in parts))


def check_rules(context: Context) -> None:
    """Every entry of finance needs a rule, its own or that of all finance; so does a budget."""
    finance = context.form.finance
    if finance is None:
        return
    _check_budget_rule(context)
    if finance.split:
        _check_listed(context, finance.split, ("finance", "split"))
    for kind in AMOUNTS:
        for path, _, terms in context.entries("finance", kind):
            if terms.split:
                _check_listed(context, terms.split, (*path, "split"))
            elif "split" not in context.names("finance") and getattr(terms, AMOUNTS[kind]) is not None:
                context.refuse(
                    path, Text("没有写明怎样分摊到各单元。", "It does not say how this is split over the units."), "",
                    Text("finance.split，或本项的 split", "finance.split, or a split of its own"),
                    Text("例如 split: {by: need}。", "For example split: {by: need}."),
                )  # fmt: skip


def split_finance(context: Context, shape: Structure) -> None:
    """Each unit's part of every capital amount, bond and loan, by the stated rule at base values."""
    measures: dict[str, Array] = {}
    for kind, amount in AMOUNTS.items():
        for path, name, terms in context.entries("finance", kind):
            rule = terms.split or context.form.finance.split
            then = _money_comes(context, kind, terms) if rule and rule.by == "need_then" else np.ones(len(context.years))
            weights = _weights(context, shape, rule, measures, then) if rule else np.empty(0)
            stated, row = getattr(terms, amount), f"stakes.{kind}.{name}.face"
            if stated is None:
                _of_no_amount(context, path, row)
                continue
            at = (*path, "split") if terms.split else ("finance", "split")
            context.unit_inputs[row] = stated.number * weights / _whole(context, weights, rule.by, at)
            whole = context.origin(stated, (*path, amount), terms.source, _note(stated, KEYS[rule.by]))
            alone = len(context.units.ids) == 1
            context.origins["unit", row] = whole if alone else _part(whole)
            context.splits.append(SplitNote(Text(terms.label, terms.label_en), KEYS[rule.by]))
    _split_budget(context, shape, measures)


def _weights(context: Context, shape: Structure, rule: Split, measures: dict[str, Array], then: Array) -> Array:
    """The weights of the units under a rule; ``measures`` are worked out once, when a rule first asks for them.

    ``then`` is 1 in the years whose measure counts.
    """
    if rule.by in _MEASURES:
        if not measures:
            measures.update(_measured(context, shape))
        counted: Array = np.maximum((measures[rule.by] * then[:, None]).sum(axis=0), 0.0)
        return counted
    if rule.by == "listed":
        return np.array([dict(rule.listed).get(unit, 0.0) for unit in context.units.ids])
    return _by_fact(context, rule.by)


# ---- the budget of the place -------------------------------------------------------------------------------
def _budget_stated(context: Context) -> bool:
    public = context.form.public
    return bool(public and (public.budget or public.to_others or public.debt_limit is not None))


def _check_budget_rule(context: Context) -> None:
    """Accounts share one budget: with several units it must be said how."""
    split = context.form.public.split if context.form.public else None
    if split:
        _check_listed(context, split, ("public", "split"))
    elif _budget_stated(context) and len(context.units.ids) > 1 and "split" not in context.names("finance"):
        context.refuse(
            ("public",), Text("没有写明预算和限额怎样分摊到各单元。", "It does not say how budget and limit are split over the units."), "",
            Text("public.split，或 finance.split", "public.split, or finance.split"), Text("例如 split: {by: need}。", "For example split: {by: need}."),
        )  # fmt: skip


def _split_budget(context: Context, shape: Structure, measures: dict[str, Array]) -> None:
    """Each unit's share of budget, debt limit and awards to others; of nothing stated, equal parts."""
    row, public = "stakes.public.budget.share", context.form.public
    rule = (public.split if public else None) or context.form.finance.split or Split("equal")
    at = ("public", "split") if public and public.split else ("finance", "split")
    if not _budget_stated(context) or len(context.units.ids) == 1:
        rule = Split("equal")
    weights = _weights(context, shape, rule, measures, np.ones(len(context.years)))
    context.unit_inputs[row] = weights / _whole(context, weights, rule.by, at)
    note = Text(f"按{KEYS[rule.by].zh}分摊。", f"Split by {KEYS[rule.by].en}.")
    context.origins["unit", row] = Origin("derived", context.document.place_of(at), note=note)
    if _budget_stated(context):
        context.splits.append(SplitNote(Text("财政预算与债务限额", "budget and debt limit"), KEYS[rule.by]))


def _of_no_amount(context: Context, path: Path, row: str) -> None:
    """Capital in proportion to investment, and bonds that refinance others, have no amount to divide."""
    context.unit_inputs[row] = np.array([0.0])
    note = Text("按投资比例或接续到期债券，不另列金额。", "In proportion to investment, or refinancing: no amount of its own.")
    context.origins["unit", row] = Origin("derived", context.document.place_of(path), note=note)


def _part(whole: Origin) -> Origin:
    """Where a unit's part of a total comes from; the part of one that is solved is solved with it."""
    return whole if whole.kind == "solved" else dataclasses.replace(whole, kind="derived")


def _note(stated: Stated, rule: Text) -> Text:
    return Text(
        f"合计 {stated.number:g}，按{rule.zh}分摊。{stated.note}",
        f"Total {stated.number:g}, split by {rule.en}. {stated.note}",
    )


def _by_fact(context: Context, key: str) -> Array:
    return np.ones(len(context.units.ids)) if key == "equal" else context.unit_inputs[f"facts.{key}"]


def _whole(context: Context, weights: Array, key: str, path: Path) -> float:
    """The sum of the weights, by which they are divided."""
    whole = float(weights.sum())
    if whole > 0 or not len(weights):
        return whole or 1.0
    word = KEYS[key]
    context.refuse(
        path, Text(f"分摊依据（{word.zh}）在各单元全为 0。", f"The key of the split ({word.en}) is 0 for all units."), key,
        Text("至少一个单元大于 0", "more than 0 in one unit at least"), Text("改用其他依据。", "Use another key."),
    )  # fmt: skip
    return 1.0


def _check_listed(context: Context, rule: Split, path: Path) -> None:
    if rule.by != "listed":
        return
    for unit, _ in rule.listed:
        context.known_unit(path, unit)
    whole = sum(share for _, share in rule.listed)
    if abs(whole - 1) > 1e-9:
        context.refuse(
            path, Text("份额合计须为 1。", "The shares must add up to 1."), f"{whole:.6g}", Text("合计为 1", "1 in all"),
            Text("改份额。", "Correct the shares."),
        )  # fmt: skip


def _measured(context: Context, shape: Structure) -> dict[str, Array]:
    """Need, investment and net income of each unit in each year, before any finance: (years, units)."""
    unfunded = {path: np.zeros(1) for path in context.sheets.unit.inputs if path.startswith("stakes.")}
    numbers = context.numbers()
    size = (len(numbers.years), len(numbers.units))
    values = prepared({**numbers.unit_inputs, **unfunded}, numbers.unit_schedules, size[1])
    rows = _measuring(shape)(size[0], (size[1], 1), values)
    return {key: np.broadcast_to(rows[row][1:-1, :, 0], size) for key, row in _MEASURES.items()}


@lru_cache(maxsize=64)
def _measuring(shape: Structure) -> Program:
    """The rows measured, planned once for all variants of one structure."""
    return compile_plan(plan(sheets(shape).unit.rows, list(dict.fromkeys(_MEASURES.values()))), rowwise=True)


def _money_comes(context: Context, kind: str, terms: Any) -> Array:
    """1 in the years for which the money is: a bond's from its issue until the next one's, a loan's of drawing, all of capital's."""
    years = context.years
    if kind == "capital":
        return np.ones(len(years))
    if kind == "loans":
        return calendar.span(years, *terms.drawn)
    new = [bond for _, _, bond in context.entries("finance", "bonds") if not bond.refinances]
    issues = [calendar.year_of(bond.issued.value) for bond in new]
    issued = calendar.year_of(terms.issued.value)
    later = [year for year in issues if year > issued]
    return calendar.span(years, issued, min(later) - 1 if later else years[-1])
