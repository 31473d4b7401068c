"""J30 written by hand twice, as fast as each tool lets it: plain NumPy in one batch, and numba over vectors of 32 trials.

Neither knows a row, a unit or a test, neither looks for a second rate of return, and both take the first rate they meet.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from j30 import (
    BOND,
    BUILT,
    COST,
    COST_GROWTH,
    COST_SHARE,
    COUPON,
    DISCOUNT,
    FIXED_COST,
    LAST_PAYMENT,
    LOAN,
    PAYMENTS,
    RESIDUAL,
    SPLIT,
    STREAMS,
    TAX,
    USUAL,
    WRITTEN_OFF,
    YEARS,
)

_YEAR = np.arange(YEARS)
_OPERATING = _YEAR >= BUILT


def _planned(linked: int) -> np.ndarray:
    """Income as planned of the streams that follow the occupancy, or of the others."""
    rows = [
        base * (1 + growth) ** _YEAR * np.clip((_YEAR - 1) / ramp, 0, 1) * _OPERATING
        for base, growth, ramp, follows in STREAMS.values() if follows == linked
    ]  # fmt: skip
    return np.sum(rows, axis=0)


LET, OTHER = _planned(1), _planned(0)
FIXED = FIXED_COST * (1 + COST_GROWTH) ** _YEAR * _OPERATING
FACTOR = (1 + DISCOUNT) ** -_YEAR.astype(float)


# ---- NumPy -----------------------------------------------------------------------------------------------------
def newton(flows: np.ndarray, begin: float = 0.08) -> np.ndarray:
    """Rates of return of flows (years, trials) by Newton's iteration, all until the last has come to rest."""
    rate = np.full(flows.shape[1], begin)
    for _ in range(50):
        factor = 1.0 / (1.0 + rate)
        value, slope = flows[-1].copy(), np.zeros_like(rate)
        for flow in flows[-2::-1]:
            slope *= factor
            slope += value
            value *= factor
            value += flow
        step = value / (-slope * factor * factor)
        rate -= step
        np.maximum(rate, -0.95, out=rate)
        if np.max(np.abs(step)) < 1e-12:
            break
    return rate


def with_numpy(draws: np.ndarray) -> tuple[np.ndarray, ...]:
    """Flow of the project and DSCR by year, both rates of return and the NPV of draws (4, trials)."""
    price, occupancy, overrun, rate = draws
    trials = len(price)
    works = COST * (1 + overrun)
    first, second = LOAN * SPLIT[0] * works, LOAN * SPLIT[1] * works
    loan = first * (1 + rate) + second
    payment = loan * rate / (1 - (1 + rate) ** -PAYMENTS)
    bond, early = BOND * works, BOND * SPLIT[0] * works * COUPON
    coupon = bond * COUPON
    yearly = (works + first * rate + early) * (1 - RESIDUAL) / WRITTEN_OFF
    project, equity = np.empty((YEARS, trials)), np.empty((YEARS, trials))
    dscr = np.empty((PAYMENTS, trials))
    for t in range(BUILT):
        project[t] = -works * SPLIT[t]
        equity[t] = project[t] * (1 - LOAN - BOND)
    equity[1] -= early
    let, losses = price * (occupancy / USUAL), np.zeros(trials)
    for t in range(BUILT, YEARS):
        cash = (1 - COST_SHARE) * (LET[t] * let + OTHER[t] * price) - FIXED[t]
        profit = cash.copy()
        if t < BUILT + WRITTEN_OFF:
            profit -= yearly
        if t <= LAST_PAYMENT:
            interest = loan * rate
            loan -= payment - interest
            profit -= interest + coupon
        losses -= profit
        cash -= np.maximum(-losses, 0.0) * TAX
        np.maximum(losses, 0.0, out=losses)
        project[t] = cash
        equity[t] = cash
        if t <= LAST_PAYMENT:
            service = payment + coupon + (bond if t == LAST_PAYMENT else 0.0)
            dscr[t - BUILT] = cash / service
            equity[t] -= service
    return project, dscr, newton(project), newton(equity), FACTOR @ project


# ---- numba -----------------------------------------------------------------------------------------------------
WIDTH = 32


def with_numba() -> Callable[[np.ndarray], tuple[np.ndarray, ...]]:
    """The same as one compiled loop over vectors of trials, with Halley's iteration in 1 ÷ (1 + rate)."""
    import numba

    @numba.njit(fastmath={"contract", "arcp", "nsz"}, error_model="numpy")
    def halley(flows, lanes, rates, first):
        factor, value, slope, bend = np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH)
        for b in range(WIDTH):
            factor[b] = 1.0 / 1.07
        for _ in range(30):
            for b in range(WIDTH):
                value[b], slope[b], bend[b] = flows[YEARS - 1, b], 0.0, 0.0
            for t in range(YEARS - 2, -1, -1):
                for b in range(WIDTH):
                    bend[b] = bend[b] * factor[b] + slope[b]
                    slope[b] = slope[b] * factor[b] + value[b]
                    value[b] = value[b] * factor[b] + flows[t, b]
            worst = 0.0
            for b in range(WIDTH):
                step = value[b] * slope[b] / (slope[b] * slope[b] - value[b] * bend[b])
                factor[b] -= step
                worst = max(worst, abs(step))
            if worst < 1e-5:
                break
        for b in range(lanes):
            rates[first + b] = 1 / factor[b] - 1

    @numba.njit(fastmath={"contract", "arcp", "nsz"}, error_model="numpy")
    def run(draws, LET, OTHER, FIXED, FACTOR):
        trials = draws.shape[1]
        projects, dscrs = np.empty((YEARS, trials)), np.empty((PAYMENTS, trials))
        rate_project, rate_equity, npv = np.empty(trials), np.empty(trials), np.empty(trials)
        project, equity, dscr = np.empty((YEARS, WIDTH)), np.empty((YEARS, WIDTH)), np.empty((PAYMENTS, WIDTH))
        loan, payment, bond, coupon = np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH)
        yearly, let, price, rate = np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH)
        losses, worth = np.empty(WIDTH), np.empty(WIDTH)
        for first in range(0, trials, WIDTH):
            lanes = min(WIDTH, trials - first)
            for b in range(WIDTH):
                i = first + b if b < lanes else first
                price[b], rate[b] = draws[0, i], draws[3, i]
                let[b] = price[b] * draws[1, i] / USUAL
                works = COST * (1 + draws[2, i])
                begun = LOAN * SPLIT[0] * works
                loan[b] = begun * (1 + rate[b]) + LOAN * SPLIT[1] * works
                q = 1.0 / (1.0 + rate[b])
                q2 = q * q
                q4 = q2 * q2
                payment[b] = loan[b] * rate[b] / (1 - q4 * q4 * q4 * q2 * q)
                bond[b] = BOND * works
                coupon[b] = bond[b] * COUPON
                yearly[b] = (works + begun * rate[b] + SPLIT[0] * coupon[b]) * (1 - RESIDUAL) / WRITTEN_OFF
                project[0, b], project[1, b] = -SPLIT[0] * works, -SPLIT[1] * works
                equity[0, b] = (1 - LOAN - BOND) * project[0, b]
                equity[1, b] = (1 - LOAN - BOND) * project[1, b] - SPLIT[0] * coupon[b]
                worth[b], losses[b] = project[0, b] + project[1, b] * FACTOR[1], 0.0
            for t in range(BUILT, LAST_PAYMENT + 1):
                for b in range(WIDTH):
                    cash = (1 - COST_SHARE) * (LET[t] * let[b] + OTHER[t] * price[b]) - FIXED[t]
                    interest = loan[b] * rate[b]
                    loan[b] -= payment[b] - interest
                    left = losses[b] - (cash - yearly[b] - interest - coupon[b])
                    losses[b] = max(left, 0.0)
                    cash -= max(-left, 0.0) * TAX
                    service = payment[b] + coupon[b] + (bond[b] if t == LAST_PAYMENT else 0.0)
                    project[t, b], equity[t, b], dscr[t - BUILT, b] = cash, cash - service, cash / service
                    worth[b] += cash * FACTOR[t]
            for t in range(LAST_PAYMENT + 1, YEARS):
                written_off = 1.0 if t < BUILT + WRITTEN_OFF else 0.0
                for b in range(WIDTH):
                    cash = (1 - COST_SHARE) * (LET[t] * let[b] + OTHER[t] * price[b]) - FIXED[t]
                    left = losses[b] - (cash - yearly[b] * written_off)
                    losses[b] = max(left, 0.0)
                    cash -= max(-left, 0.0) * TAX
                    project[t, b], equity[t, b] = cash, cash
                    worth[b] += cash * FACTOR[t]
            halley(project, lanes, rate_project, first)
            halley(equity, lanes, rate_equity, first)
            for b in range(lanes):
                npv[first + b] = worth[b]
            for t in range(YEARS):
                for b in range(lanes):
                    projects[t, first + b] = project[t, b]
            for t in range(PAYMENTS):
                for b in range(lanes):
                    dscrs[t, first + b] = dscr[t, b]
        return projects, dscrs, rate_project, rate_equity, npv

    return lambda draws: run(draws, LET, OTHER, FIXED, FACTOR)
