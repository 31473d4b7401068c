"""Years of the scenario turned into schedules: phasing, price steps, coupon dates, instalments.

Every function returns one number per year of the timeline. Choices are data: a way of repayment is a schedule of shares.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from finsim.sheet.numpy_backend import Array


def even_progress(years: Sequence[int], first: int, last: int) -> Array:
    """Progress to date when the same share is done each year from ``first`` to ``last``."""
    return np.array([min(max((y - first + 1) / (last - first + 1), 0.0), 1.0) for y in years])


def phased_progress(years: Sequence[int], phasing: Mapping[int, float]) -> Array:
    """Progress to date from the share of each year; the last one closes at exactly 1."""
    done = np.cumsum([phasing.get(y, 0.0) for y in years])
    return np.where(np.array(years) >= max(phasing), 1.0, done)


def moved(plan: Array, later: int) -> Array:
    """Progress to date of a plan that begins so many years later (negative: earlier)."""
    before, after = np.zeros(max(later, 0)), np.ones(max(-later, 0))
    return np.concatenate([before, plan[max(-later, 0) : len(plan) - max(later, 0)], after])


def price_steps(years: Sequence[int], first: int, every: int) -> Array:
    """1 in the years in which prices step: ``first`` and every so many years after it."""
    return np.array([float(y >= first and (y - first) % every == 0) for y in years])


def amounts(years: Sequence[int], stated: Mapping[int, float]) -> Array:
    """Amounts stated year by year; nothing in a year that is not stated."""
    return np.array([stated.get(y, 0.0) for y in years])


def changes(years: Sequence[int], rate: float, new: Mapping[int, float]) -> Array:
    """What is added to a rate that changes: from each named year on it is another."""
    found = np.zeros(len(years))
    for first, changed in sorted(new.items()):
        found[np.array(years) >= first] = changed - rate
    return found


def replacements(years: Sequence[int], named: Sequence[int], life: int) -> tuple[Array, Array]:
    """How many replacements fall in each year, and the shares of them written off: straight line from the year after."""
    falls = np.array([float(sum(y == n for n in named)) for y in years])
    written_off = np.array([sum(n < y <= n + life for n in named) / life for y in years])
    return falls, written_off


def span(years: Sequence[int], first: int, last: int) -> Array:
    return np.array([float(first <= y <= last) for y in years])


def year_of(issued: datetime.date | int) -> int:
    """The year of an issue that is given by date or by year."""
    return issued.year if isinstance(issued, datetime.date) else issued


@dataclass(frozen=True)
class BondYears:
    """``existing`` is the share that was outstanding when the timeline began."""

    issued: Array
    coupon_years: Array
    matured: Array
    existing: float
    maturity: int


def bond_years(
    years: Sequence[int], issued: datetime.date | int, term: int, coupons_a_year: int, repaid: Mapping[int, float]
) -> BondYears:
    """Issue, coupons and repayment of a bond by calendar year; ``repaid`` gives the share repaid in each year.

    Given by year it is issued at year end, so n yearly coupons follow (evaluators' total: P(1 + r n)). Given by date, coupons
    fall on their dates, from one coupon period after issue to maturity, and are summed by calendar year. A coupon is on what
    is outstanding before the repayment of its day; repayments fall on the last coupon of their year.
    """
    coupons: dict[int, float] = {}
    dated = isinstance(issued, datetime.date)
    year = year_of(issued)
    step, month = (12 // coupons_a_year, issued.month) if isinstance(issued, datetime.date) else (12, 12)
    for k in range(1, term * 12 // step + 1):
        falls = year + (month - 1 + k * step) // 12 if dated else year + k
        outstanding = 1.0 - sum(share for y, share in repaid.items() if y < falls)
        coupons[falls] = coupons.get(falls, 0.0) + step / 12 * outstanding
    before = 1.0 - sum(share for y, share in repaid.items() if y < years[0])
    return BondYears(
        issued=span(years, year, year),
        coupon_years=np.array([coupons.get(y, 0.0) for y in years]),
        matured=np.array([repaid.get(y, 0.0) for y in years]),
        existing=before if year < years[0] else 0.0,
        maturity=year + term,
    )


def to_date(years: Sequence[int], shares: Mapping[int, float] | None) -> Array:
    """Share released to date; all of it from the beginning where nothing is said."""
    return np.ones(len(years)) if shares is None else phased_progress(years, shares)


def from_then_on(years: Sequence[int], steps: Mapping[int, float], before: float) -> Array:
    """The value that holds in each year: that of the last step not later, ``before`` ahead of the first."""
    found = [max((s for s in steps if s <= y), default=None) for y in years]
    return np.array([before if step is None else steps[step] for step in found])


@dataclass(frozen=True)
class Segment:
    """Part of the years of repayment and how it repays; ``shares`` of the debt or ``amounts`` where it names them."""

    method: str
    first: int
    last: int
    shares: Mapping[int, float]
    amounts: Mapping[int, float]


@dataclass(frozen=True)
class LoanYears:
    """``lump`` marks the years in which more than half of the debt is agreed to fall due at once."""

    due: Array
    instalment: Array
    level: Array
    fixed: Array
    by_capacity: Array
    sculpted: Array
    lump: Array


def loan_years(years: Sequence[int], segments: Sequence[Segment]) -> LoanYears:
    """Years of repayment.

    Equal principal repays 1 ÷ (years of repayment left) of the opening balance; named shares are turned into shares of what
    is left; a bullet, and whatever goes by capacity or DSCR, repays all that is left in the last year; an annuity is worked
    out from the rate by the loan's own rows.
    """
    last = segments[-1].last
    arrays = LoanYears(*(np.zeros(len(years)) for _ in range(7)))
    for segment in segments:
        for i, year in enumerate(years):
            if not segment.first <= year <= segment.last:
                continue
            arrays.due[i] = 1.0
            arrays.level[i] = segment.method == "annuity"
            arrays.by_capacity[i] = segment.method == "capacity" and year < last
            arrays.sculpted[i] = segment.method == "sculpted" and year < last
            arrays.fixed[i] = segment.amounts.get(year, 0.0)
            arrays.lump[i] = segment.shares.get(year, 0.0) > 0.5 or (segment.method == "bullet" and year == last)
            if segment.method == "equal_principal":
                arrays.instalment[i] = 1.0 / (last - year + 1)
            elif segment.method == "shares":
                left = 1.0 - sum(share for y, share in segment.shares.items() if y < year)
                arrays.instalment[i] = segment.shares.get(year, 0.0) / left if left > 1e-12 else 0.0
            elif segment.method != "annuity" and year == last:
                arrays.instalment[i] = 1.0
    return arrays
