"""Which inputs matter: conditional tornado, rank regression and Sobol indices of one outcome.

Sources: SRRC: Saltelli et al., "Global Sensitivity Analysis" (2008), §1.2.5; first-order index: Saltelli et al., Computer
Physics Communications 181 (2010), table 2 (b); total index: Jansen, Computer Physics Communications 117 (1999).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from finsim.risk.exact import Floats
from finsim.risk.intervals import student
from finsim.risk.sampling import Sampler
from finsim.risk.study import Outcomes, Study, Variable, variable
from finsim.scenario.scenario import Account, Scenario

TAIL = 0.1
"""Share of the trials at either end of a bar of the tornado."""
OTHER = 1_000_003
"""What the seed of the second, independent set of draws is further on."""
BLOCKS = 16


@dataclass(frozen=True)
class Bar:
    """Mean outcome where an input is in its lowest and in its highest tenth, and the input's mean there."""

    variable: Variable
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        return abs(self.high - self.low)


@dataclass(frozen=True)
class Weight:
    """Rank correlation of an input with the outcome (Spearman), and its standardised rank regression coefficient."""

    variable: Variable
    correlation: float
    coefficient: float


@dataclass(frozen=True)
class Index:
    """Share of the outcome's variance: of the input alone, and with all its interactions; half-widths of 95 % intervals."""

    variable: Variable
    first: float
    first_error: float
    total: float
    total_error: float


def tornado(study: Study, outcome: str) -> list[Bar]:
    """Bars of the same sample, widest first: dependence between the inputs is kept."""
    came = study.came[outcome]
    count = max(1, round(TAIL * study.trials))
    bars = []
    for which, drawn in zip(study.variables, study.drawn, strict=True):
        order = np.argsort(drawn, kind="stable")
        low, high = order[:count], order[-count:]
        means = (came[low].mean(), came[high].mean(), drawn[low].mean(), drawn[high].mean())
        bars.append(Bar(which, *(float(mean) for mean in means)))
    return sorted(bars, key=lambda bar: (math.isnan(bar.width), -bar.width))


def regression(study: Study, outcome: str) -> tuple[list[Weight], float]:
    """Weights of the inputs, greatest coefficient first, and the share of the ranks' variance that they explain (R²)."""
    varied = [i for i, drawn in enumerate(study.drawn) if np.ptp(drawn) > 0]
    y = _standard(_ranks(study.came[outcome]))
    if not varied or not np.any(y):
        return [], math.nan
    x = np.array([_standard(_ranks(study.drawn[i])) for i in varied]).T
    coefficients = np.linalg.lstsq(x, y, rcond=None)[0]
    r2 = 1.0 - float(((y - x @ coefficients) ** 2).sum() / (y**2).sum())
    correlations = x.T @ y / len(y)
    weights = [
        Weight(study.variables[i], float(r), float(b)) for i, r, b in zip(varied, correlations, coefficients, strict=True)
    ]
    return sorted(weights, key=lambda weight: -abs(weight.coefficient)), r2


def sobol(
    scenario: Scenario, account: Account, outcome: str, trials: int, seed: int, progress: Callable[[int, int], bool] | None = None
) -> list[Index]:
    """Indices of every uncertain input, by (inputs + 2) · ``trials`` trials; each input with all its units, and all years of its path, as one.

    They are about independent inputs: a correlation between inputs is broken where one of them is exchanged.
    """
    first, second = Sampler(scenario, seed), Sampler(scenario, seed + OTHER)
    outcomes = Outcomes(scenario, account, first.inputs, first.yearly)
    a, b = first(0, trials), second(0, trials)
    of_a, of_b = outcomes(a, trials)[outcome], outcomes(b, trials)[outcome]
    found = []
    for number, key in enumerate(a, 1):
        mixed = outcomes({**a, key: b[key]}, trials)[outcome]
        found.append(Index(variable(scenario, key), *indices(of_a, of_b, mixed)))
        if progress is not None and not progress(number, len(a)):
            break
    return sorted(found, key=lambda index: -index.total)


def indices(a: Floats, b: Floats, mixed: Floats) -> tuple[float, float, float, float]:
    """First-order index with its half-width, total index with its half-width; NaN where nothing varies.

    ``a`` and ``b`` are outcomes of two independent sets of draws, ``mixed`` of the first with one input of the second.
    Half-widths are by t over blocks of the trials.
    """
    variance = float(np.concatenate([a, b]).var())
    if not variance > 0:
        return (math.nan,) * 4
    first, total = b * (mixed - a) / variance, (a - mixed) ** 2 / (2 * variance)
    return float(first.mean()), _half_width(first), float(total.mean()), _half_width(total)


def _half_width(values: Floats) -> float:
    size = len(values) // BLOCKS
    if size == 0:
        return math.nan
    means = values[: size * BLOCKS].reshape(BLOCKS, size).mean(axis=1)
    return float(student(BLOCKS - 1, 0.975) * means.std(ddof=1) / math.sqrt(BLOCKS))


def _ranks(values: Floats) -> Floats:
    from scipy.stats import rankdata  # slow to import

    return np.asarray(rankdata(values), dtype=float)


def _standard(values: Floats) -> Floats:
    spread = values.std()
    return np.asarray((values - values.mean()) / spread if spread > 0 else np.zeros_like(values))
