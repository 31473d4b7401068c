"""Solvency: how income and cash cover interest, debt service and the debt outstanding, year by year.

Conventions: series have the shape (periods, …); amounts are positive, in 万元. A year in which nothing is due has no
coverage: NaN, which :func:`lowest` passes over. The worst year decides, so there is a minimum here and no mean.

Formulas: ICR as cooboys.com/chuangtou/202308/1191476 prints the standard's, DSCR as gongkaowang.com.cn/baike/119636 does,
usual limits from m.kang5.net/2021/10/22/312639; life coverage as optimisedfm.com.au/blog/loan-life-cover-ratio defines it.
"""

from __future__ import annotations

import numpy as np

from finsim.borrowing import remaining_value
from finsim.indicators import Amount, quotient
from finsim.sheet import TOLERANCE
from finsim.sheet.numpy_backend import Array


# ---- year by year ------------------------------------------------------------------------------------------
def interest_coverage(ebit: Amount, interest: Amount) -> Array:
    """Interest coverage ratio 利息备付率 ICR = EBIT ÷ interest charged to the year's cost; usually not below 2.

    >>> interest_coverage(np.array([180.0, 180.0]), np.array([30.0, 0.0])).tolist()
    [6.0, nan]
    """
    return quotient(ebit, interest)


def debt_service_coverage(
    ebitda: Amount, income_tax: Amount, principal: Amount, interest: Amount, sustaining_investment: Amount = 0
) -> Array:
    """Debt service coverage ratio 偿债备付率 DSCR = (EBITDA − income tax − sustaining investment) ÷ (principal + interest).

    ``income_tax`` is the tax of the profit statement, not the adjusted one of the project cash flow; ``principal`` and
    ``interest`` are of all loans, short ones too, interest as charged to cost (not what is capitalised). Usually not
    below 1.3.

    >>> round(float(debt_service_coverage(200.0, 37.5, 40.0, 30.0)), 2)
    2.32
    """
    cash = np.asarray(ebitda) - income_tax - sustaining_investment
    return quotient(cash, np.asarray(principal) + interest)


def lowest(ratios: Array) -> Array:
    """Worst year (…) of ratios (periods, …), years without one left out; NaN where no year has one.

    >>> float(lowest(np.array([np.nan, 1.4, 1.1, 1.8])))
    1.1
    """
    missing = np.isnan(ratios)
    return np.where(missing.all(axis=0), np.nan, np.where(missing, np.inf, ratios).min(axis=0))


def liability_ratio(liabilities: Amount, assets: Amount) -> Array:
    """Liabilities to assets 资产负债率 LOAR at each year's end: total liabilities ÷ total assets.

    >>> float(liability_ratio(28656.92, 35821.15).round(3))
    0.8
    """
    return quotient(liabilities, assets)


# ---- over a life -------------------------------------------------------------------------------------------
def loan_life_coverage(cash: Array, opening_debt: Array, rate: Amount) -> Array:
    """Loan life coverage ratio LLCR (periods, …): value at the debt's rate of the cash over the loan's remaining life ÷ debt.

    Both at the start of the period: the cash available for debt service of this period counts, the debt is the opening one.
    With interest on the opening balance the last LLCR is the last DSCR. The loan lives until its last opening debt.

    >>> loan_life_coverage(np.array([60.0, 60.0, 60.0]), np.array([70.0, 40.0, 0.0]), 0.1).round(4).tolist()
    [1.4876, 1.3636, nan]
    """
    cash, debt = np.broadcast_arrays(cash, opening_debt)
    alive = np.logical_or.accumulate((debt > TOLERANCE)[::-1], axis=0)[::-1]
    return project_life_coverage(np.where(alive, cash, 0.0), debt, rate)


def project_life_coverage(cash: Array, opening_debt: Array, rate: Amount) -> Array:
    """Project life coverage ratio PLCR: :func:`loan_life_coverage` with the cash of the whole remaining project.

    >>> project_life_coverage(np.array([60.0, 60.0, 60.0]), np.array([70.0, 40.0, 0.0]), 0.1).round(4).tolist()
    [2.1316, 2.6033, nan]
    """
    cash, debt = np.broadcast_arrays(cash, opening_debt)
    return np.where(debt > TOLERANCE, quotient(remaining_value(rate, cash), debt), np.nan)


def total_coverage(income: Array, debt_service: Array) -> Array:
    """Coverage of a special bond 本息覆盖倍数 (…): Σ net income over its life ÷ Σ principal and interest, undiscounted.

    It says nothing about single years: a bullet may be covered 1.2 times and still fall due in a year without cash.

    >>> float(total_coverage(np.array([50.0, 50.0, 50.0]), np.array([4.0, 4.0, 104.0])).round(4))
    1.3393
    """
    return quotient(np.sum(income, axis=0), np.sum(debt_service, axis=0))


def reserve_target(debt_service: Array, months: float = 6) -> Array:
    """Balance of a debt service reserve 偿债准备金 DSRA due at each period's end: debt service of the next ``months``.

    Debt service is spread evenly over its year; after the last period there is none. Deposit what is missing, release the
    rest.

    >>> reserve_target(np.array([80.0, 80.0, 60.0])).tolist(), reserve_target(np.array([80.0, 80.0, 60.0]), 18).tolist()
    ([40.0, 30.0, 0.0], [110.0, 60.0, 0.0])
    """
    target = np.zeros(debt_service.shape)
    for ahead in range(1, len(debt_service)):
        target[:-ahead] += np.clip(months / 12 - (ahead - 1), 0.0, 1.0) * debt_service[ahead:]
    return target
