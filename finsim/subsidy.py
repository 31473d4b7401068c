"""What a government must pay: the viability gap formula, and the yearly subsidy that debt service or a return calls for.

Amounts are of one year, in 万元, without VAT; everything is vectorised by broadcasting. Subsidies of the last two are
taxable and not below 0.
"""

from __future__ import annotations

import numpy as np

from finsim.indicators import Amount
from finsim.sheet.numpy_backend import Array


def gap_subsidy(
    construction_cost: Amount,
    margin: Amount,
    discount: Amount,
    year: Amount,
    years: Amount,
    operating_cost: Amount,
    user_payments: Amount,
) -> Array:
    """Viability gap subsidy 可行性缺口补助 of operating year ``year`` (1 is the first) of ``years`` years of subsidy.

    construction cost × (1 + margin) × (1 + discount)^year ÷ years + operating cost × (1 + margin) − user payments:
    财政部 财金〔2015〕21号. Whether the construction cost contains interest as paid or as capitalised is for the contract to
    say. Below 0 where the users pay more.

    >>> round(float(gap_subsidy(94200.0, 0.06, 0.05, 1, 10, 1000.0, 2500.0)), 2)
    9044.46
    """
    profit = 1 + np.asarray(margin, dtype=np.float64)
    capital = construction_cost * profit * (1 + np.asarray(discount)) ** year / years
    return np.asarray(capital + operating_cost * profit - user_payments)


def subsidy_for_debt_service(
    total_cost: Amount, principal: Amount, depreciation: Amount, amortisation: Amount, income: Amount, tax_rate: Amount
) -> Array:
    """Taxable subsidy with which a year's principal can be repaid, costs being covered before it.

    total cost + max(0, principal − depreciation − amortisation) ÷ (1 − tax rate) − other income, where total cost contains
    interest and income is net of surcharges. Net profit must repay what depreciation and amortisation leave.

    >>> float(subsidy_for_debt_service(1000.0, 300.0, 200.0, 25.0, 900.0, 0.25))
    200.0
    """
    profit = np.maximum(np.asarray(principal) - depreciation - amortisation, 0.0) / (1 - np.asarray(tax_rate))
    return np.asarray(np.maximum(total_cost + profit - income, 0.0))


def subsidy_for_return_on_equity(
    total_cost: Amount, equity: Amount, target: Amount, income: Amount, tax_rate: Amount
) -> Array:
    """Taxable subsidy with which a year's net profit is ``target`` × equity: target × equity ÷ (1 − tax rate) + cost − income.

    >>> float(subsidy_for_return_on_equity(1000.0, 500.0, 0.06, 900.0, 0.25))
    140.0
    """
    profit = np.asarray(target) * equity / (1 - np.asarray(tax_rate))
    return np.asarray(np.maximum(profit + total_cost - income, 0.0))
