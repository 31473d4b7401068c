"""When it fails: by how much, in which year first and by which test, and how bad the worst cases are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from finsim.model.lender import ROUNDING
from finsim.model.structure import BALANCED, PASSES
from finsim.risk.exact import Floats
from finsim.risk.statistics import Histogram
from finsim.sheet import TOLERANCE, Text
from finsim.sheet.numpy_backend import Array

GAPS: dict[str, Text] = {
    "peak_unfunded": Text("待落实资金峰值", "peak of funds still to be secured"),
    "cover_shortfall": Text("覆盖所缺收益", "income missing for cover"),
}
"""What is missing, in 万元: money at the worst year end; income over all years up to the bond cover required."""
TAILS = (0.9, 0.95, 0.99)
"""Shares of the trials beyond which the worst cases begin."""
ROWS = (
    "liquidity.peak",
    "liquidity.short",
    "cover.full",
    "cover.income",
    "cover.service",
    "lender.tested",
    "public.beyond",
)
"""Rows of the account's sheet that are read here, besides those of the tests."""
BY_YEAR = ("liquidity.short", "lender.tested", "public.beyond")
"""Those of them that are looked at year by year; of the others the sum over the years is enough."""
_SCALE = 1024.0  # sums are of whole 1,024ths of 万元, about a yuan


@dataclass(frozen=True)
class Tail:
    """The gap that is exceeded in 1 − ``level`` of the trials (VaR), and its mean in these trials (CVaR), in 万元."""

    level: float
    value: float
    mean: float


@dataclass(frozen=True)
class Break:
    """How often a test is the first to fail. ``year`` is None where it looks at all years together."""

    test: str
    year: int | None
    count: int


class Failures:
    """Counts the trials in which accounts do not balance. Memory does not grow with the trials.

    ``standard`` are the tests that count.
    """

    def __init__(self, accounts: int, years: Sequence[int], standard: Sequence[str]) -> None:
        self.years, self.standard = tuple(years), tuple(standard)
        self.failed = np.zeros(accounts, dtype=np.int64)
        """Trials in which each account does not balance, shape (accounts,)."""
        self._sums: list[list[int]] = [[0] * accounts for _ in GAPS]  # of the gaps of these trials
        self._gaps = Histogram(len(GAPS) * accounts)  # of all trials
        # by test, account and year; the last year stands for "all years together"
        self._first = np.zeros((len(self.standard), accounts, len(self.years) + 1), dtype=np.int64)

    def add(self, rows: Mapping[str, Array], trials: int, cover: Array, dscr: Array) -> None:
        """Take in some trials. ``cover`` and ``dscr`` are the cover and the DSCR required: (accounts or 1, trials or 1)."""
        count = self.failed.size
        failed = np.broadcast_to(rows[PASSES[BALANCED]], (count, trials)) < 0.5
        self.failed += failed.sum(axis=1)
        gaps = np.array([
            np.broadcast_to(rows["liquidity.peak"], (count, trials)),
            np.broadcast_to(_cover_shortfall(rows, cover), (count, trials)),
        ])  # fmt: skip
        self._gaps.add(gaps.reshape(-1, trials))
        scaled = np.where(failed, np.rint(gaps * _SCALE), 0.0).astype(np.int64).sum(axis=2)
        for kind, sums in enumerate(self._sums):
            sums[:] = [total + int(more) for total, more in zip(sums, scaled[kind], strict=True)]
        self._count_first(rows, failed, dscr)

    def _count_first(self, rows: Mapping[str, Array], failed: np.ndarray[Any, Any], dscr: Array) -> None:
        """A failing trial counts once: for the test that fails in the earliest year, in the order of the standard."""
        (count, trials), late = failed.shape, len(self.years)
        when = np.full((len(self.standard), count, trials), late + 1)
        for i, test in enumerate(self.standard):
            fails = np.broadcast_to(rows[PASSES[test]], (count, trials)) < 0.5
            when[i] = np.where(fails, np.broadcast_to(_year(test, rows, dscr, late), (count, trials)), late + 1)
        first = when.argmin(axis=0)
        year = np.take_along_axis(when, first[np.newaxis], axis=0)[0]
        account = np.broadcast_to(np.arange(count)[:, np.newaxis], (count, trials))
        np.add.at(self._first, (first[failed], account[failed], year[failed]), 1)

    def mean(self, account: int, gap: str) -> float | None:
        """Mean of a gap over the trials in which the account fails; None if it never does."""
        failed = int(self.failed[account])
        return self._sums[list(GAPS).index(gap)][account] / (_SCALE * failed) if failed else None

    def tails(self, account: int, gap: str) -> list[Tail]:
        """VaR and CVaR of a gap over all trials; 0 is no gap."""
        row = list(GAPS).index(gap) * self.failed.size + account
        return [Tail(p, float(self._gaps.quantile(p)[row]), float(self._gaps.tail_mean(row, p))) for p in TAILS]

    def first(self, account: int) -> list[Break]:
        """Which test failed first and when, most frequent first."""
        counts = self._first[:, account]
        found = [
            Break(self.standard[i], self.years[year] if year < len(self.years) else None, int(counts[i, year]))
            for i, year in zip(*np.nonzero(counts), strict=True)
        ]
        return sorted(found, key=lambda b: (-b.count, b.year or 9999, self.standard.index(b.test)))

    def to_json(self, account: int) -> dict[str, Any]:
        return {
            "trials": int(self.failed[account]),
            "gaps": {
                gap: {
                    "mean_when_failing": self.mean(account, gap),
                    "tails": {
                        f"p{round(100 * t.level)}": {"var": t.value, "cvar": t.mean} for t in self.tails(account, gap)
                    },
                }
                for gap in GAPS
            },
            "first": [vars(b) for b in self.first(account)],
        }


def _cover_shortfall(rows: Mapping[str, Array], required: Array) -> Floats:
    """Income that is missing up to the cover required; none where there is no special bond."""
    income, service = (sum_of(rows[path]) for path in ("cover.income", "cover.service"))
    missing = np.maximum(0.0, required * service - income)
    return np.where(np.isnan(rows["cover.full"]), 0.0, missing)


def _year(test: str, rows: Mapping[str, Array], dscr: Array, late: int) -> Any:
    """Number of the first year in which a test that fails breaks; ``late`` where it looks at all years together."""
    if test == "liquidity":
        broken = rows["liquidity.short"][1:-1] > 0.5
    elif test == "lender":
        broken = rows["lender.tested"][1:-1] < dscr - ROUNDING  # NA is not below
    elif test == "public_money":
        broken = rows["public.beyond"][1:-1] > TOLERANCE
    else:
        return np.full((1, 1), late)
    return np.where(broken.any(axis=0), broken.argmax(axis=0), late)


def sum_of(row: Array) -> Array:
    """A cell as it is; a series summed over its periods, in order."""
    if row.ndim == 2:
        return row
    total: Array = row[1]
    for period in row[2:-1]:
        total = total + period
    return total
