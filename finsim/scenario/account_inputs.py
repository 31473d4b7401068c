"""平衡主体的输入：tests, taxes, assets, bonds and loans, and the years in which debts are issued, drawn and repaid."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from finsim.scenario import calendar
from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.fields import Choice
from finsim.scenario.scenario import Origin
from finsim.scenario.values import Stated
from finsim.sheet import Text
from finsim.sheet.model import InputRow

SECTIONS = ("assets", "tax", "surcharges", "cover", "recovery")
"""Parts of the file that are sections of the account's sheet."""
DRAW_WEIGHTS = {"start": 1.0, "middle": 0.5, "end": 0.0}
"""Share of the year in which a loan drawn so bears interest."""


def account_inputs(context: Context) -> None:
    """Fill the inputs and schedules of the account's sheet, each with its origin."""
    sections = {name: (path, terms) for path, name, terms in _sections(context)}
    for path, terms in sections.values():
        context.source_known((*path, "source"), terms.source)
    for path, _, terms in context.entries("finance", "capital"):
        context.source_known((*path, "source"), terms.source)
    for row in context.sheets.account.inputs.values():
        if row.section in sections:  # it is not where the section's form does not hold
            _input(context, row, *sections[row.section])
    last = max([context.years[0], *_bonds(context), *_loans(context)])
    cover = context.form.cover
    if cover:
        until = context.years[-1] if cover.income_until == "end" else last
        context.account_schedules["cover.counted"] = calendar.span(context.years, context.years[0], until)[:, None]


def settable_of_account(context: Context) -> dict[str, InputRow]:
    """Inputs of accounts that may be drawn: not those that follow from other parts of the scenario."""
    inputs = context.sheets.account.inputs
    return {path: row for path, row in inputs.items() if not path.endswith(".draw_weight")}


def _sections(context: Context) -> Iterator[tuple[Path, str, Any]]:
    for name in SECTIONS:
        if terms := getattr(context.form, name):
            yield (name,), name, terms
    for kind in ("bonds", "loans"):
        for path, name, terms in context.entries("finance", kind):
            yield path, f"{kind}.{name}", terms


def _input(context: Context, row: InputRow, path: Path, terms: Any) -> None:
    name = row.path.rpartition(".")[2]
    if name == "draw_weight":
        number = DRAW_WEIGHTS[terms.draws]
        note = Text(
            "由 draws 得出（年中提款按半年计息）。", "Follows from draws (drawn through the year: half a year)."
        )
        origin = Origin("derived", context.document.place_of((*path, "draws")), note=note)
    elif (stated := getattr(terms, name)) is None:
        assert row.default is not None
        number, origin = row.default, Origin("default", context.document.place_of((*path, name)))
    else:
        assert isinstance(stated, Stated)
        number, origin = stated.number, context.origin(stated, (*path, name), terms.source)
    context.account_inputs[row.path] = np.array([number])
    context.origins["account", row.path] = origin


def _bonds(context: Context) -> Iterator[int]:
    """Issue, coupons and maturity of every bond; yields the years of maturity."""
    for path, name, terms in context.entries("finance", "bonds"):
        issued, term = terms.issued.value, terms.term.value
        first = issued.year if isinstance(issued, datetime.date) else issued
        bond = calendar.bond_years(context.years, issued, term, terms.coupons_a_year)
        if context.in_timeline((*path, "issued"), first) and bond.maturity > context.years[-1]:
            last = context.years[-1]
            context.refuse(
                (*path, "term"), Text(f"债券在 {bond.maturity} 年到期，超出计算期。", f"The bond matures in {bond.maturity}, after the timeline."),
                term, Text(f"{last} 年或以前到期", f"maturity in {last} or before"),
                Text("缩短期限，或延长 timeline。", "Shorten the term or lengthen the timeline."),
            )  # fmt: skip
        for key in ("issued", "coupon_years", "matured"):
            context.account_schedules[f"bonds.{name}.{key}"] = getattr(bond, key)[:, None]
        context.origins["account", f"bonds.{name}.issued"] = _origin(
            context, terms.issued, (*path, "issued"), terms.source
        )
        of_term = _origin(context, terms.term, (*path, "term"), terms.source)
        for key in ("coupon_years", "matured"):
            context.origins["account", f"bonds.{name}.{key}"] = of_term
        yield bond.maturity


def _origin(context: Context, choice: Choice, path: Path, inherited: str | None) -> Origin:
    """Where a date or a term comes from; the range of an assumed one stands in the note."""
    if choice.assumed is None:
        number = choice.value.year if isinstance(choice.value, datetime.date) else choice.value
        return context.origin(Stated(float(number), source=choice.source, note=choice.note), path, inherited)
    low, high = choice.assumed
    context.source_known((*path, "source"), choice.source)
    note = Text(f"{low} 至 {high}。{choice.note}", f"{low} to {high}. {choice.note}")
    return Origin("assumed", context.document.place_of(path), choice.source or "", None, note)


def _loans(context: Context) -> Iterator[int]:
    """Years of drawing and repayment of every loan; yields the years in which repayment ends."""
    for path, name, terms in context.entries("finance", "loans"):
        spans = [segment.years for segment in terms.repay]
        ends = spans[-1][1]
        context.in_timeline((*path, "drawn"), *dict.fromkeys(terms.drawn))
        context.in_timeline((*path, "repay"), *dict.fromkeys(itertools.chain(*spans)))
        gaps = any(later[0] != earlier[1] + 1 for earlier, later in itertools.pairwise(spans))
        if gaps or ends <= terms.drawn[1]:
            context.refuse(
                (*path, "repay"), Text("还款期须首尾相接，并在最后一次提款之后结束。", "Repayment must run without gaps and end after the last draw."),
                [list(span) for span in spans],
                Text(f"首尾相接的年份，最后一年晚于 {terms.drawn[1]}", f"years that follow on each other, the last after {terms.drawn[1]}"),
                Text("改 repay 中的 years；宽限期在第一段之前，不用写。", "Correct years under repay; grace comes before the first span and is not written."),
            )  # fmt: skip
        loan = calendar.loan_years(context.years, terms.drawn, [(s.method, s.years) for s in terms.repay])
        for key in ("available", "due", "instalment", "level"):
            context.account_schedules[f"loans.{name}.{key}"] = getattr(loan, key)[:, None]
        yield ends
