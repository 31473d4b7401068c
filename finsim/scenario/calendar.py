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


def price_steps(years: Sequence[int], first: int, every: int) -> Array:
    """1 in the years in which prices step: ``first`` and every so many years after it."""
    return np.array([float(y >= first and (y - first) % every == 0) for y in years])


def span(years: Sequence[int], first: int, last: int) -> Array:
    return np.array([float(first <= y <= last) for y in years])


@dataclass(frozen=True)
class BondYears:
    issued: Array
    coupon_years: Array
    matured: Array
    maturity: int


def bond_years(years: Sequence[int], issued: datetime.date | int, term: int, coupons_a_year: int) -> BondYears:
    """Issue, coupons and maturity of a bullet bond by calendar year.

    Given by year it is issued at year end, so n yearly coupons follow (evaluators' total: P(1 + r n)). Given by date, coupons
    fall on their dates, from one coupon period after issue to maturity, and are summed by calendar year.
    """
    coupons: dict[int, float] = {}
    if isinstance(issued, datetime.date):
        year = issued.year
        step = 12 // coupons_a_year
        for k in range(1, term * coupons_a_year + 1):
            falls = year + (issued.month - 1 + k * step) // 12
            coupons[falls] = coupons.get(falls, 0.0) + 1.0 / coupons_a_year
    else:
        year = issued
        coupons = dict.fromkeys(range(year + 1, year + term + 1), 1.0)
    return BondYears(
        issued=span(years, year, year),
        coupon_years=np.array([coupons.get(y, 0.0) for y in years]),
        matured=span(years, year + term, year + term),
        maturity=year + term,
    )


@dataclass(frozen=True)
class LoanYears:
    available: Array
    due: Array
    instalment: Array
    level: Array


def loan_years(
    years: Sequence[int], drawn: tuple[int, int], segments: Sequence[tuple[str, tuple[int, int]]]
) -> LoanYears:
    """Years of drawing and repayment.

    Equal principal repays 1 ÷ (years of repayment left) of the opening balance; a bullet nothing until its last year and
    then all; an annuity is worked out from the rate by the loan's own rows.
    """
    last = segments[-1][1][1]
    due = np.zeros(len(years))
    instalment = np.zeros(len(years))
    level = np.zeros(len(years))
    for method, (begin, end) in segments:
        for i, year in enumerate(years):
            if begin <= year <= end:
                due[i] = 1.0
                if method == "annuity":
                    level[i] = 1.0
                elif method == "equal_principal":
                    instalment[i] = 1.0 / (last - year + 1)
                elif year == last:
                    instalment[i] = 1.0
    return LoanYears(span(years, *drawn), due, instalment, level)
