"""Loans: rates and interest, annuities, repayment schedules, and the debt that cash can carry.

Conventions: amounts are positive, in 万元; rates are decimals a year; interest runs on the opening balance and is paid,
like principal, at the end of the period. Series have the shape (periods, …) and are vectorised over what follows.
Annuities are closed forms of our own that hold at a rate of 0 as well, where numpy-financial divides by it.

Formulas: as the published examples of ``tests/cases`` apply the standard's; sculpting as edbodmer.com describes it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from finsim.indicators import Amount
from finsim.sheet import TOLERANCE
from finsim.sheet.numpy_backend import Array


# ---- interest ----------------------------------------------------------------------------------------------
def effective_rate(nominal: Amount, times: Amount) -> Array:
    """Effective yearly rate 年实际利率 (1 + r ÷ m)^m − 1 of a nominal rate r charged ``times`` m a year.

    >>> round(float(effective_rate(0.0672, 4)), 4)
    0.0689
    """
    return np.asarray(np.expm1(times * np.log1p(np.asarray(nominal) / times)))


def capitalised_interest(draws: Array, rate: Amount, part: float = 0.5) -> Array:
    """Interest during construction 建设期利息 of draws (periods, …), added to the debt: opening × i + part × draw × i.

    ``part`` is the part of the year that the year's draw bears interest: 0.5 where it is drawn evenly through the year, as
    the standard has it, 1 where at the start, 0 where at the end.

    >>> capitalised_interest(np.array([1000.0, 1000.0]), 0.06).tolist()
    [30.0, 91.8]
    """
    interest, debt = [], np.zeros(())
    for draw in draws:
        interest.append((debt + part * draw) * rate)
        debt = debt + draw + interest[-1]
    return np.array(interest)


# ---- annuities ---------------------------------------------------------------------------------------------
def future_value(rate: Amount, periods: Amount, payment: Amount, present: Amount = 0) -> Array:
    """Value after ``periods`` of ``present`` laid by today and of ``payment`` at the end of each period.

    >>> round(float(future_value(0.1, 3, 100.0)), 2)
    331.0
    """
    return np.asarray(present * _growth(rate, periods) + payment * _growth_of_payments(rate, periods))


def annuity_payment(debt: Amount, rate: Amount, periods: Amount) -> Array:
    """Equal payment 等额还本付息 A = P·i·(1 + i)^n ÷ ((1 + i)^n − 1) at each period's end that repays ``debt`` in ``periods``.

    >>> round(float(annuity_payment(1909.62, 0.06, 4)), 2)
    551.1
    """
    return np.asarray(debt * _growth(rate, periods) / _growth_of_payments(rate, periods))


def annuity_balance(debt: Amount, rate: Amount, periods: Amount, period: Amount) -> Array:
    """What is owed after the payment of ``period`` (1 is the first, 0 before it) of an annuity.

    >>> round(float(annuity_balance(1909.62, 0.06, 4, 1)), 2)
    1473.1
    """
    return future_value(rate, period, -annuity_payment(debt, rate, periods), debt)


def annuity_interest(debt: Amount, rate: Amount, periods: Amount, period: Amount) -> Array:
    """Interest in the payment of ``period`` (1 is the first) of an annuity: opening balance × rate.

    >>> round(float(annuity_interest(1909.62, 0.06, 4, 2)), 2)
    88.39
    """
    return np.asarray(annuity_balance(debt, rate, periods, np.asarray(period) - 1) * rate)


def annuity_principal(debt: Amount, rate: Amount, periods: Amount, period: Amount) -> Array:
    """Principal in the payment of ``period`` (1 is the first) of an annuity: the payment less interest.

    >>> round(float(annuity_principal(1909.62, 0.06, 4, 2)), 2)
    462.71
    """
    return np.asarray(annuity_payment(debt, rate, periods) - annuity_interest(debt, rate, periods, period))


def _growth(rate: Amount, periods: Amount) -> Array:
    return np.asarray((1 + np.asarray(rate, dtype=np.float64)) ** periods)


def _growth_of_payments(rate: Amount, periods: Amount) -> Array:
    """((1 + i)^n − 1) ÷ i, or n at a rate of 0; exact for small rates too."""
    i = np.asarray(rate, dtype=np.float64)
    charged = np.where(i == 0, 1.0, i)
    return np.where(i == 0, periods, np.expm1(periods * np.log1p(charged)) / charged)


# ---- schedules ---------------------------------------------------------------------------------------------
class Repayments(NamedTuple):
    """A loan's schedule 借款还本付息计划, each (periods, …): opening − principal = closing; principal + interest = debt service."""

    opening: Array
    interest: Array
    principal: Array
    debt_service: Array
    closing: Array


def loan_schedule(debt: Amount, principal: Array, rate: Amount) -> Repayments:
    """Schedule of a debt whose principal is repaid as given (periods, …): equal parts, all at the end, or any other.

    >>> loan_schedule(80.0, np.array([20.0, 20.0, 20.0, 20.0]), 0.1).debt_service.tolist()
    [28.0, 26.0, 24.0, 22.0]
    """
    closing = debt - np.cumsum(principal, axis=0)
    opening = closing + principal
    interest = opening * rate
    return Repayments(opening, interest, principal, principal + interest, closing)


class Sculpted(NamedTuple):
    """A sculpted schedule, each (periods, …): that of :class:`Repayments`, what the cash allows, and where that is too little."""

    opening: Array
    interest: Array
    principal: Array
    debt_service: Array
    closing: Array
    allowed: Array
    """Debt service that the target leaves room for: cash ÷ target."""
    exceeded: NDArray[np.bool_]
    """Whether interest alone is more than allowed: the target is missed, and nothing is repaid."""


def sculpted_schedule(debt: Amount, cash: Array, target: Amount, rate: Amount) -> Sculpted:
    """Schedule that keeps cash ÷ debt service at ``target``: principal = min(opening, cash ÷ target − interest).

    ``cash`` is the cash available for debt service (periods, …). Principal is never negative: a loan that grows to pay its
    own interest is not drawn in silence, ``exceeded`` says where it would be. Last year's closing shows what stays unpaid.

    >>> schedule = sculpted_schedule(100.0, np.array([15.0, 60.0, 120.0]), 1.5, 0.12)
    >>> schedule.principal.round(2).tolist(), schedule.exceeded.tolist()
    ([0.0, 28.0, 71.36], [True, False, False])
    >>> round(float(schedule.closing[-1]), 2)
    0.64
    """
    allowed = cash / np.asarray(target)
    principal, balance = [], np.asarray(debt, dtype=np.float64)
    for most in allowed:
        principal.append(np.clip(most - balance * rate, 0.0, balance))
        balance = balance - principal[-1]
    schedule = loan_schedule(debt, np.array(principal), rate)
    return Sculpted(*schedule, allowed, schedule.interest > allowed + TOLERANCE)


def remaining_value(rate: Amount, flows: Array) -> Array:
    """Value of this and all later flows (periods, …) at the start of each period, same shape.

    ``rate`` is one number or broadcasts against the flows, so that it may differ by period: (periods, 1) for one per period.

    >>> remaining_value(0.1, np.array([110.0, 121.0])).round(6).tolist()
    [200.0, 110.0]
    """
    rates = np.broadcast_to(np.asarray(rate, dtype=np.float64), flows.shape)
    values, value = np.empty(flows.shape), np.zeros(flows.shape[1:])
    for t in range(len(flows) - 1, -1, -1):
        values[t] = value = (value + flows[t]) / (1 + rates[t])
    return values


def debt_capacity(cash: Array, target: Amount, rate: Amount) -> Array:
    """Largest debt (…) that cash (periods, …) of the loan's life carries at this coverage: Σ present value of cash ÷ target.

    At the debt's own rate and with a sculpted schedule the debt is repaid in the last period and every year's coverage is
    the target. A target not above 0 is a ValueError.

    >>> round(float(debt_capacity(np.array([100.0, 120.0, 120.0, 120.0, 120.0, 120.0]), 1.5, 0.1)), 2)
    336.3
    """
    if np.any(np.asarray(target) <= 0):
        raise ValueError("a target coverage must be above 0")
    return np.asarray(remaining_value(rate, cash / np.asarray(target))[0])


def borrowing_term(debt: Amount, capacity: Array, before: Amount = 0) -> Array:
    """Borrowing term 借款偿还期 in years (…) of a debt repaid with all that can be: for capacity repayment only, never beside
    a fixed term.

    Whole years before the surplus + due in its year ÷ capacity of its year. ``capacity`` (periods, …) is what each year can
    repay of principal, interest being a cost before it; a year below nothing repays nothing. ``before`` are the years from
    the first draw to the first repayment. NaN where the debt is never repaid.

    >>> float(borrowing_term(100.0, np.array([40.0, 40.0, 40.0]), before=2))
    4.5
    """
    able = np.maximum(capacity, 0.0)
    due = debt - np.concatenate([np.zeros((1, *able.shape[1:])), np.cumsum(able, axis=0)])  # at the start of each year
    repaid = due[1:] <= TOLERANCE
    year = np.argmax(repaid, axis=0)
    fraction = np.take_along_axis(due, year[None], 0)[0] / np.maximum(
        np.take_along_axis(able, year[None], 0)[0], TOLERANCE
    )
    years = np.where(due[0] <= TOLERANCE, 0.0, before + year + fraction)
    return np.where(repaid.any(axis=0), years, np.nan)
