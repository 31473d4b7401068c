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
from finsim.scenario.fields import BOND_TERMS, Choice
from finsim.scenario.scenario import Origin
from finsim.scenario.schema import RED_FLAGS
from finsim.scenario.values import Stated
from finsim.sheet import TOLERANCE, Text
from finsim.sheet.model import InputRow

SECTIONS = (
    "opening", "working_capital", "working_loan", "assets", "vat", "tax", "surcharges", "appropriation", "project_flow",
    "cover", "recovery", "lender", "public",
)  # fmt: skip
"""Parts of the file that are sections of the account's sheet."""
FINANCED = ("capital", "bonds", "loans", "short_loans")
"""Lists of finance whose entries are sections of the account's sheet."""
FOLLOWING = ("draw_weight", "existing_share", "to_the_end", "debt_limited", *RED_FLAGS)
"""Inputs that follow from other parts of the scenario."""
DRAW_WEIGHTS = {"start": 1.0, "middle": 0.5, "end": 0.0}
"""Share of the year in which a loan drawn so bears interest."""


def account_inputs(context: Context) -> None:
    """Fill the inputs and schedules of the account's sheet, each with its origin."""
    sections = {name: (path, terms) for path, name, terms in _sections(context)}
    for path, terms in sections.values():
        context.source_known((*path, "source"), terms.source)
    for row in context.sheets.account.inputs.values():
        if row.section in sections:  # it is not where the section's form does not hold
            _input(context, row, *sections[row.section])
    _capital(context)
    _bonds(context)
    _loans(context)
    _short_loans(context)
    _by_year(context)
    _opening(context)


def settable_of_account(context: Context) -> dict[str, InputRow]:
    """Inputs of accounts that may be drawn: not those that follow from other parts of the scenario."""
    inputs = context.sheets.account.inputs
    return {path: row for path, row in inputs.items() if path.rpartition(".")[2] not in FOLLOWING}


def _sections(context: Context) -> Iterator[tuple[Path, str, Any]]:
    for name in SECTIONS:
        if terms := getattr(context.form, name):
            yield (name,), name, terms
    for kind in FINANCED:
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
    elif name == "existing_share":
        number, note = _existing(context, terms), Text("由发行与还本年份得出。", "Follows from issue and repayment.")
        origin = Origin("derived", context.document.place_of((*path, "issued")), note=note)
    elif name == "to_the_end":
        number, note = float(terms.income_until == "end"), Text("由 income_until 得出。", "Follows from income_until.")
        origin = Origin("derived", context.document.place_of((*path, "income_until")), note=note)
    elif name == "debt_limited":
        number, note = float(terms.debt_limit is not None), Text("写明 debt_limit 即有限额。", "Stated where debt_limit is.")
        origin = Origin("derived", context.document.place_of((*path, "debt_limit")), note=note)
    elif (stated := getattr(terms.declared if name in RED_FLAGS else terms, name)) is None:
        assert row.default is not None
        number, origin = row.default, Origin("default", context.document.place_of((*path, name)))
    else:
        assert isinstance(stated, Stated)
        at = (*path, "declared", name) if name in RED_FLAGS else (*path, name)
        number, origin = stated.number, context.origin(stated, at, terms.source)
    context.account_inputs[row.path] = np.array([number])
    context.origins["account", row.path] = origin


def _capital(context: Context) -> None:
    for path, name, terms in context.entries("finance", "capital"):
        if terms.phasing and not context.in_timeline((*path, "phasing"), *terms.phasing):
            continue
        released = calendar.to_date(context.years, terms.phasing)
        context.account_schedules[f"capital.{name}.released"] = released[:, None]


# ---- bonds -------------------------------------------------------------------------------------------------
def _shares_repaid(terms: Any) -> dict[int, float]:
    """Shares of the bond repaid by year: whole at maturity, in equal parts from a year on, or as named."""
    maturity = calendar.year_of(terms.issued.value) + terms.term.value
    if terms.repay is None:
        return {maturity: 1.0}
    if terms.repay.shares is not None:
        return dict(terms.repay.shares)
    first = terms.repay.first or maturity
    return {year: 1.0 / (maturity - first + 1) for year in range(first, maturity + 1)}


def _existing(context: Context, terms: Any) -> float:
    return _bond_years(context, terms).existing


def _bond_years(context: Context, terms: Any) -> calendar.BondYears:
    repaid = _shares_repaid(terms)
    return calendar.bond_years(context.years, terms.issued.value, terms.term.value, terms.coupons_a_year.value, repaid)


def _repayment_fits(context: Context, path: Path, terms: Any) -> None:
    """Repayment by parts goes from a year after issue to maturity and no further."""
    issued = calendar.year_of(terms.issued.value)
    maturity = issued + terms.term.value
    repay = terms.repay
    if repay is None:
        return
    named = [repay.first] if repay.shares is None else sorted(repay.shares)
    if (repay.method == "shares") != (repay.shares is not None) or None in named or not (
        issued < named[0] <= named[-1] <= maturity and (repay.shares is None or named[-1] == maturity)
    ):
        context.refuse(
            (*path, "repay"), Text("还本年份与债券期限不符。", "The years of repayment do not fit the bond's term."),
            [year for year in named if year is not None],
            Text(f"level 写 first，shares 写各年比例；{issued + 1} 至 {maturity} 年，到期年还清", f"first for level, shares by year; from {issued + 1} to {maturity}, the last of them in {maturity}"),
            Text("改 repay 中的年份。", "Correct the years under repay."),
        )  # fmt: skip


def _refinanced(context: Context, path: Path, terms: Any) -> None:
    """A refinancing bond is issued in the year in which the bonds mature whose principal it pays."""
    others = {name: other for _, name, other in context.entries("finance", "bonds")}
    for name in terms.refinances:
        what = Text("没有这只债券。", "There is no such bond.")
        if not context.known((*path, "refinances"), name, context.names("finance", "bonds"), what) or name not in others:
            continue
        maturity = calendar.year_of(others[name].issued.value) + others[name].term.value
        if maturity != calendar.year_of(terms.issued.value):
            context.refuse(
                (*path, "issued"), Text("再融资债券须在所接续债券的到期年发行。", "A refinancing bond is issued in the year in which the other matures."),
                calendar.year_of(terms.issued.value), Text(f"{maturity} 年", f"{maturity}"), Text("改 issued。", "Correct issued."),
            )  # fmt: skip


def _bonds(context: Context) -> None:
    """Issue, coupons and repayment of every bond."""
    for path, name, terms in context.entries("finance", "bonds"):
        issued, term = terms.issued.value, terms.term.value
        if terms.kind == "special" and term not in BOND_TERMS:
            allowed = "、".join(map(str, BOND_TERMS))
            context.refuse(
                (*path, "term"), Text("专项债券没有这个期限。", "Special bonds have no such term."), term,
                Text(allowed, allowed.replace("、", ", ")), Text("改期限；其他债券写 kind: corporate。", "Change the term; other bonds have kind: corporate."),
            )  # fmt: skip
        _repayment_fits(context, path, terms)
        _refinanced(context, path, terms)
        bond = _bond_years(context, terms)
        year = calendar.year_of(issued)
        before = year < context.years[0] < bond.maturity
        if (before or context.in_timeline((*path, "issued"), year)) and bond.maturity > context.years[-1]:
            last = context.years[-1]
            context.refuse(
                (*path, "term"), Text(f"债券在 {bond.maturity} 年到期，超出计算期。", f"The bond matures in {bond.maturity}, after the timeline."),
                term, Text(f"{last} 年或以前到期", f"maturity in {last} or before"),
                Text("缩短期限，或延长 timeline。", "Shorten the term or lengthen the timeline."),
            )  # fmt: skip
        for key in ("issued", "coupon_years", "matured"):
            context.account_schedules[f"bonds.{name}.{key}"] = getattr(bond, key)[:, None]
        aside = terms.set_aside or {}
        context.in_timeline((*path, "set_aside"), *aside)
        held = np.cumsum(calendar.amounts(context.years, aside)) * (np.array(context.years) < bond.maturity)
        context.account_schedules[f"bonds.{name}.set_aside"] = held[:, None]
        context.origins["account", f"bonds.{name}.issued"] = _origin(
            context, terms.issued, (*path, "issued"), terms.source
        )
        of_term = _origin(context, terms.term, (*path, "term"), terms.source)
        for key in ("coupon_years", "matured"):
            context.origins["account", f"bonds.{name}.{key}"] = of_term
        if terms.coupons_a_year.policy:
            of_coupons = _origin(context, terms.coupons_a_year, (*path, "coupons_a_year"), terms.source)
            context.origins["account", f"bonds.{name}.coupon_years"] = of_coupons


def _origin(context: Context, choice: Choice, path: Path, inherited: str | None) -> Origin:
    """Where a date or a term comes from; the range of an assumed one stands in the note."""
    if choice.policy:
        note = Text(choice.note, choice.note)
        return context.policy_origin(choice.policy, context.document.place_of(path), None, note)
    if choice.assumed is None:
        number = choice.value.year if isinstance(choice.value, datetime.date) else choice.value
        return context.origin(Stated(float(number), source=choice.source, note=choice.note), path, inherited)
    low, high = choice.assumed
    context.source_known((*path, "source"), choice.source)
    note = Text(f"{low} 至 {high}。{choice.note}", f"{low} to {high}. {choice.note}")
    return Origin("assumed", context.document.place_of(path), choice.source or "", None, note)


# ---- loans -------------------------------------------------------------------------------------------------
def _loans(context: Context) -> None:
    """Years of drawing and repayment of every loan."""
    for path, name, terms in context.entries("finance", "loans"):
        spans = [segment.years for segment in terms.repay]
        ends = spans[-1][1]
        context.in_timeline((*path, "drawn"), *dict.fromkeys(terms.drawn))
        context.in_timeline((*path, "repay"), *dict.fromkeys(itertools.chain(*spans)))
        gaps = any(later[0] != earlier[1] + 1 for earlier, later in itertools.pairwise(spans))
        never_drawn = terms.commitment.number == 0
        if gaps or (ends <= terms.drawn[1] and not never_drawn):
            context.refuse(
                (*path, "repay"), Text("还款期须首尾相接，并在最后一次提款之后结束。", "Repayment must run without gaps and end after the last draw."),
                [list(span) for span in spans],
                Text(f"首尾相接的年份，最后一年晚于 {terms.drawn[1]}", f"years that follow on each other, the last after {terms.drawn[1]}"),
                Text("改 repay 中的 years；宽限期在第一段之前，不用写。", "Correct years under repay; grace comes before the first span and is not written."),
            )  # fmt: skip
        if terms.rolls and terms.rolls[1] >= ends:
            context.refuse(
                (*path, "rolls"), Text("最后一个还款年的利息不能转入本金：之后不再还款。", "Interest of the last year of repayment cannot be rolled up: nothing is repaid after it."),
                list(terms.rolls), Text(f"{ends - 1} 年或以前", f"{ends - 1} or before"),
                Text("提前 rolls 的末年，或延长 repay。", "End rolls earlier, or lengthen repay."),
            )  # fmt: skip
        schedules = vars(calendar.loan_years(context.years, [_segment(s) for s in terms.repay])) | {
            "available": calendar.span(context.years, *terms.drawn),
            "released": calendar.to_date(context.years, terms.phasing),
            "rolls": calendar.span(context.years, *terms.rolls) if terms.rolls else np.zeros(len(context.years)),
            "rate_change": calendar.from_then_on(context.years, terms.rate_path or {}, terms.rate.number) - terms.rate.number,
        }
        for key in ("phasing", "rate_path"):
            context.in_timeline((*path, key), *(getattr(terms, key) or {}))
        for key, schedule in schedules.items():
            context.account_schedules[f"loans.{name}.{key}"] = schedule[:, None]


def _segment(s: Any) -> calendar.Segment:
    first, last = s.years
    return calendar.Segment(s.method, first, last, s.shares or {}, s.amounts or {})


def _short_loans(context: Context) -> None:
    """Not in the last year: what is drawn then could not be repaid."""
    for path, name, terms in context.entries("finance", "short_loans"):
        context.in_timeline((*path, "years"), *dict.fromkeys(terms.years))
        first, last = terms.years
        years = calendar.span(context.years, first, min(last, context.years[-1] - 1))
        context.account_schedules[f"short_loans.{name}.available"] = years[:, None]


# ---- amounts and shares stated by year ---------------------------------------------------------------------
def _by_year(context: Context) -> None:
    """Schedules of whole sections: the calendar, opening assets, working capital, tax reduction, the budget."""
    years, found = context.years, context.account_schedules
    found["horizon.year"] = np.array(years, dtype=float)[:, None]
    stated = {
        ("opening", "depreciation"): "opening.depreciation", ("working_capital", "added"): "working_capital.stated",
        ("tax", "reduction"): "tax.reduction",
        ("public", "budget"): "public.budget", ("public", "committed"): "public.committed",
        ("public", "to_others"): "public.to_others",
    }  # fmt: skip
    for (section, key), row in stated.items():
        terms = getattr(context.form, section)
        amounts = (getattr(terms, key) if terms else None) or {}
        context.in_timeline((section, key), *amounts)
        found[row] = calendar.amounts(years, amounts)[:, None]
        if amounts:
            whole = Stated(sum(amounts.values()))
            context.origins["account", row] = context.origin(whole, (section, key), terms.source)
    found["working_capital.stated"] = np.cumsum(found["working_capital.stated"], axis=0)
    public = context.form.public
    budget, committed = (public and public.budget) or {}, (public and public.committed) or {}
    found["public.limited"] = np.array([float(year in budget) for year in years])[:, None]
    if committed and committed.keys() != budget.keys():
        missing = sorted(committed.keys() ^ budget.keys())
        context.refuse(
            ("public", "committed"), Text("已有支出责任与预算所列年份不同。", "Commitments and budget do not name the same years."), missing,
            Text("、".join(map(str, sorted(budget))), ", ".join(map(str, sorted(budget)))),
            Text("两处写同样的年份；没有支出责任的年份写 0。", "Name the same years in both; write 0 where nothing is committed."),
        )  # fmt: skip


def _opening(context: Context) -> None:
    """Not more is written off than stands in the books."""
    terms = context.form.opening
    if terms is None or terms.depreciation is None:
        return
    net = terms.fixed.number if terms.fixed else 0.0
    if sum(terms.depreciation.values()) > net + TOLERANCE:
        context.refuse(
            ("opening", "depreciation"), Text("列明的折旧多于期初固定资产净值。", "More is written off than the opening fixed assets, net."),
            f"{sum(terms.depreciation.values()):g}", Text(f"合计不超过 fixed（{net:g} 万元）", f"in all up to fixed ({net:g}, CNY 10,000)"),
            Text("改 depreciation 或 fixed。", "Correct depreciation or fixed."),
        )  # fmt: skip
