"""输入之间的相关：rank correlations of drawn inputs, checked to be possible together.

Inputs that are correlated, directly or through others, are one group. Its matrix holds the correlations of the normal scores
(Gaussian copula): r = 2 sin(π ρ / 6) for the rank correlation ρ (Kruskal, "Ordinal measures of association", 1958).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from finsim.scenario.context import Context
from finsim.scenario.distributions import MeanReverting
from finsim.scenario.quantity import QuantityError, check, convert
from finsim.scenario.scenario import Correlated, Draw
from finsim.sheet import Text

Matrix = list[list[float]]
TOLERANCE = 1e-9
"""Below which a variance is that of a rounding error."""


@dataclass(frozen=True)
class _Pair:
    """What the file says of two inputs; ``most`` is the correlation of scores they reach at most through what they share."""

    number: int
    first: str
    second: str
    rank: float
    most: float

    @property
    def score(self) -> float:
        """Correlation of the scores of the city, and of those of each unit, that gives the rank correlation."""
        return score_of(self.rank) / self.most


def correlated(context: Context, draws: Sequence[Draw]) -> list[Correlated]:
    """The groups under ``dependence``, each in the order in which its inputs are first named."""
    entries = context.form.dependence or []
    pairs = [pair for i, given in enumerate(entries) if (pair := _pair(context, i, given.between, given.rank, draws))]
    for one, other in itertools.combinations(pairs, 2):
        if {one.first, one.second} == {other.first, other.second}:
            context.refuse(
                ("dependence", other.number, "between"), Text("这一对输入的相关写了两次。", "The correlation of this pair is stated twice."),
                [other.first, other.second], Text("每对一次", "each pair once"), Text("删去其中一条。", "Remove one of the two."),
            )  # fmt: skip
            return []
    sheets = {draw.path: draw.sheet for draw in draws}
    found = []
    for names in _groups(pairs):
        own = [pair for pair in pairs if pair.first in names]
        matrix = _matrix(names, own)
        if _possible(context, names, own, matrix):
            ranks = tuple((p.first, p.second, p.rank) for p in own)
            lower = tuple(tuple(row) for row in cholesky(matrix) or ())
            found.append(Correlated(tuple(names), tuple(sheets[name] for name in names), ranks, lower))
    return found


def _pair(context: Context, number: int, between: list[str], given: object, draws: Sequence[Draw]) -> _Pair | None:
    at = ("dependence", number)
    if len(between) != 2 or between[0] == between[1]:
        context.refuse(
            (*at, "between"), Text("相关须写明两个不同的输入。", "A correlation is between two different inputs."), between,
            Text("[输入, 输入]", "[input, input]"), Text("例如 between: [streams.parking.price, streams.parking.occupancy]。",
                                                   "For example between: [streams.parking.price, streams.parking.occupancy]."),
        )  # fmt: skip
        return None
    for name in between:
        if not context.known((*at, "between"), name, [draw.path for draw in draws if not draw.unit], Text("没有对这个输入抽样。", "This input is not drawn.")):
            return None
        if any(draw.path == name and draw.unit for draw in draws):
            context.refuse(
                (*at, "between"), Text("单个单元另有分布的输入不能写相关。", "An input that single units draw for themselves cannot be correlated."), name,
                Text("对全部单元同样抽样的输入", "an input drawn alike for all units"), Text("删去这一条，或删去单个单元的分布。", "Remove this entry, or the distribution of the single unit."),
            )  # fmt: skip
            return None
    try:
        rank = convert(given, "1")
        check(rank, ge=-1.0, le=1.0)
    except QuantityError as error:
        context.refuse((*at, "rank"), error.what, given, error.allowed, error.remedy)
        return None
    one, other = (next(draw for draw in draws if draw.path == name) for name in between)
    if len({isinstance(draw.distribution, MeanReverting) for draw in (one, other)}) > 1:
        context.refuse(
            (*at, "between"), Text("逐年变动的路径每年有一个冲击，只能与另一条路径相关。", "A path has a shock for every year: it can be correlated with another path only."), between,
            Text("两条路径，或两个一次抽样取一个值的输入", "two paths, or two inputs with one value in each trial"), Text("删去这一条，或两者都写 path。", "Remove this entry, or let both have a path."),
        )  # fmt: skip
        return None
    most = _most(one, other, len(context.units.ids))
    if abs(score_of(rank)) > most * (1.0 + TOLERANCE):
        limit = math.floor(rank_of(most) * 1000) / 1000
        context.refuse(
            (*at, "rank"), Text("两个输入的共同因素相差太大，达不到这样的相关。", "The two share too differently between units to be so correlated."), rank,
            Text(f"−{limit:g} 至 {limit:g} 之间", f"between −{limit:g} and {limit:g}") if limit else Text("0", "0"), Text("减小 rank，或使两者的 shared 相近。", "Lower the rank, or let their shared be alike."),
        )  # fmt: skip
        return None
    return _Pair(number, between[0], between[1], rank, most)


def _most(one: Draw, other: Draw, units: int) -> float:
    """Two inputs of one unit go together through the city's scores and through the unit's own, each as far as both have them."""
    if units <= 1:
        return 1.0
    a, b = (1.0 if draw.sheet == "account" else draw.shared or 0.0 for draw in (one, other))
    return math.sqrt(a * b) + math.sqrt((1.0 - a) * (1.0 - b))


def _groups(pairs: Sequence[_Pair]) -> Iterator[list[str]]:
    names = list(dict.fromkeys(name for pair in pairs for name in (pair.first, pair.second)))
    while names:
        group = {names[0]}
        while more := {n for p in pairs for n in (p.first, p.second) if group & {p.first, p.second}} - group:
            group |= more
        yield [name for name in names if name in group]
        names = [name for name in names if name not in group]


def _matrix(names: Sequence[str], pairs: Sequence[_Pair]) -> Matrix:
    """Correlations of scores; what is not stated is 0."""
    matrix = [[float(i == j) for j in range(len(names))] for i in range(len(names))]
    for pair in pairs:
        i, j = names.index(pair.first), names.index(pair.second)
        matrix[i][j] = matrix[j][i] = pair.score
    return matrix


# ---- possible or not ---------------------------------------------------------------------------------------
def _possible(context: Context, names: Sequence[str], pairs: Sequence[_Pair], matrix: Matrix) -> bool:
    """Whether there are such inputs; else the worst three of them, what the last one stated may be, and the nearest matrix."""
    if cholesky(matrix) is not None:
        return True
    known = {frozenset((p.first, p.second)): p for p in pairs}
    last, limits = pairs[-1], None
    threes = [t for t in itertools.combinations(range(len(names)), 3) if cholesky([[matrix[i][j] for j in t] for i in t]) is None]
    if threes:
        three = min(threes, key=lambda t: float(np.linalg.eigvalsh([[matrix[i][j] for j in t] for i in t])[0]))
        inside = [p for p in pairs if {p.first, p.second} <= {names[i] for i in three}]
        last = inside[-1]
        (third,) = (i for i in three if names[i] not in (last.first, last.second))
        limits = _limits(matrix, names.index(last.first), names.index(last.second), third, last.most)
    shown = "；".join(f"{p.first} ~ {p.second} = {p.rank:g}" for p in (inside if threes else pairs))
    whole = Text("可同时成立的相关", "correlations that are possible together")
    allowed = Text(f"{last.first} ~ {last.second}：{limits[0]:.2f} 至 {limits[1]:.2f}", f"{last.first} ~ {last.second}: {limits[0]:.2f} to {limits[1]:.2f}") if limits else whole
    near = nearest(matrix)
    changed = [
        (names[i], names[j], rank_of(near[i][j] * (pair.most if pair else 1.0)))
        for i, j in itertools.combinations(range(len(names)), 2)
        for pair in [known.get(frozenset((names[i], names[j])))]
    ]
    offer = "；".join(f"[{a}, {b}] {rank:.3f}" for a, b, rank in changed)
    context.refuse(
        ("dependence", last.number, "rank"), Text("这些相关不可能同时成立。", "These correlations are not possible together."), shown,
        allowed, Text(f"最近的可行取值：{offer}。", f"The nearest that are possible: {offer}."),
    )  # fmt: skip
    return False


def _limits(matrix: Matrix, i: int, j: int, k: int, most: float) -> tuple[float, float]:
    """Between which rank correlations i and j must lie, given those of each with k; rounded inwards."""
    a, b = matrix[i][k], matrix[j][k]
    spread = math.sqrt((1.0 - a * a) * (1.0 - b * b))
    low, high = (rank_of(max(-1.0, min(1.0, a * b + sign * spread)) * most) for sign in (-1.0, 1.0))
    return math.ceil(low * 100 + 1e-6) / 100, math.floor(high * 100 - 1e-6) / 100


def cholesky(matrix: Sequence[Sequence[float]]) -> Matrix | None:
    """The lower triangle whose product with its transpose is the matrix; None if it is not positive semi-definite.

    An input that the ones before it determine has nothing of its own. Plain loops: libraries give other last digits on
    other processors, and refuse such inputs.
    """
    lower = [[0.0] * len(matrix) for _ in matrix]
    for i, row in enumerate(matrix):
        for j in range(i + 1):
            rest = row[j]
            for k in range(j):
                rest -= lower[i][k] * lower[j][k]
            if rest < -TOLERANCE if i == j else lower[j][j] == 0.0 and abs(rest) > TOLERANCE:
                return None
            if i == j:
                lower[i][j] = math.sqrt(rest) if rest > TOLERANCE else 0.0
            elif lower[j][j] > 0.0:
                lower[i][j] = rest / lower[j][j]
    return lower


def nearest(matrix: Matrix) -> Matrix:
    """The nearest correlation matrix (Higham, "Computing the nearest correlation matrix", 2002), to three places and possible.

    Projected in turn on the matrices without negative eigenvalues and on those with a diagonal of ones.
    """
    found, correction = np.array(matrix), np.zeros((len(matrix), len(matrix)))
    for _ in range(200):
        raised = found - correction
        values, vectors = np.linalg.eigh(raised)
        positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
        correction = positive - raised
        found = positive.copy()
        np.fill_diagonal(found, 1.0)
    shrink = 1.0
    while True:  # rounding must not spoil it, nor the way from ranks to scores
        rounded = np.round(found * shrink, 3)
        np.fill_diagonal(rounded, 1.0)
        if cholesky((rounded * 1.002 - 0.002 * np.eye(len(matrix))).tolist()) is not None:
            return [[float(x) for x in row] for row in rounded]
        shrink -= 0.002


# ---- ranks and scores --------------------------------------------------------------------------------------
def score_of(rank: float) -> float:
    """2 sin(π ρ / 6), by the series of the sine: libraries differ in the last digit."""
    x = math.pi / 6.0 * rank
    series = 1.0
    for n in range(16, 0, -2):
        series = 1.0 - x * x / (n * (n + 1)) * series
    return 2.0 * x * series


def rank_of(score: float) -> float:
    """The rank correlation of scores with this correlation."""
    return 6.0 / math.pi * math.asin(0.5 * score)
