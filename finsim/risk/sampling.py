"""The uncertain inputs of a scenario, drawn for any span of trials.

Trial i of an input for a unit depends on (seed, input, unit, i) alone, whatever the chunks, the workers, the order of the
file and the other inputs; of a path, year by year, on (seed, input, unit, year, i) and the years before. Only the scrambled
Sobol points are made for all inputs and units together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from finsim.risk.distributions import correlate, mixed, path, quantile, scores
from finsim.risk.exact import Floats, ndtri
from finsim.risk.streams import BLOCK, Strata, scrambled, shuffled, stratified, uniforms
from finsim.scenario.distributions import MeanReverting
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.scenario import Draw, Scenario
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array

Design = Literal["lhs", "sobol", "plain"]
DESIGNS: tuple[Design, ...] = get_args(Design)
"""分块拉丁超立方、加扰 Sobol 点、独立抽样: how trials are spread. Each block of 1,024 is a Latin hypercube, or a scrambled
Sobol net; or all trials are independent."""


MOST_DIMENSIONS = 21_201
"""Of the direction numbers of Joe & Kuo."""

Key = tuple[str, str]
"""An input: sheet and path."""
Address = tuple[str, str]
"""Of a stream of random numbers: variable and unit, "" for the city."""


class Sampler:
    """Draws the uncertain inputs of a scenario for any span of trials; ``by`` is the grouping of its units that is calculated."""

    def __init__(self, scenario: Scenario, seed: int, design: Design = "lhs", by: str | None = None) -> None:
        if design not in DESIGNS:
            raise ValueError(f"sampler {design!r} is none of {', '.join(DESIGNS)}")
        self.seed, self.design = seed, design
        self.units, self.years = scenario.numbers.units, scenario.years
        self.draws: dict[Key, list[Draw]] = {}
        for draw in scenario.draws:
            self.draws.setdefault((draw.sheet, draw.path), []).append(draw)
        self.yearly = yearly(scenario.draws)
        numbers = scenario.numbers
        self.base = {
            (sheet, path): (numbers.unit_inputs if sheet == "unit" else numbers.account_inputs)[path]
            for sheet, path in self.draws
        }
        self._before = {
            (group.sheets[i], path): (
                tuple(zip(group.sheets, group.paths, strict=True))[: i + 1],
                group.lower[i][: i + 1],
            )
            for group in scenario.dependence
            for i, path in enumerate(group.paths)
        }
        """Of an input that is correlated: the inputs up to it in its group, and the weight of each one's score."""
        self.dimension: dict[Address, int] = {}
        """Of the Sobol points, the one of each variable for each unit and for the city."""
        if design == "sobol":
            addresses = {a for key, draws in self.draws.items() for draw in draws for a in self._addresses(key, draw)}
            problems = [*_not_for_sobol(scenario, len(scenario.accounts(by)), len(addresses))]
            if problems:
                raise ScenarioError(problems)
            self.dimension = {address: i for i, address in enumerate(sorted(addresses))}
        self._strata: dict[Address, tuple[int, Strata]] = {}
        """The strata of the block drawn last, by variable and unit: chunks of few trials come back to them."""

    @property
    def inputs(self) -> set[Key]:
        return set(self.draws)

    def __call__(self, start: int, stop: int) -> dict[Key, Array]:
        """Values of trials start, …, stop − 1: (units, trials), or (1, trials) on the account's sheet.

        Of a path they are (years + 2, units, trials), with a row of zeros before the first year and after the last.
        """
        return {key: self._input(key, draws, start, stop) for key, draws in self.draws.items()}

    def _input(self, key: Key, draws: Sequence[Draw], start: int, stop: int) -> Array:
        members = self._members(key)
        base = np.broadcast_to(self.base[key], (len(members),))
        values = np.repeat(base[:, None].astype(float), stop - start, axis=1)
        if key in self.yearly:
            values = np.repeat(values[None], len(self.years) + 2, axis=0)
            values[[0, -1]] = 0.0
        body = values[1:-1] if key in self.yearly else values
        for draw in draws:
            drawn_for = [i for i, member in enumerate(members) if draw.unit in ("", member)]
            stated, names = base[drawn_for, None], [members[i] for i in drawn_for]
            if isinstance(draw.distribution, MeanReverting):
                shocks = [self._shocks(key, draw, names, start, stop, year) for year in self.years[1:]]
                drawn = path(draw.distribution, np.ones_like(stated) if draw.factor else stated, shocks)
            else:
                drawn = quantile(draw.distribution, self._uniform(key, draw, names, start, stop))
            drawn = stated * drawn if draw.factor else drawn
            body[..., drawn_for, :] = np.where(np.isnan(drawn), stated, drawn)  # an event that does not happen
        return values

    def _members(self, key: Key) -> Sequence[str]:
        return self.units if key[0] == "unit" else ("",)

    def _uniform(self, key: Key, draw: Draw, members: Sequence[str], start: int, stop: int) -> Floats:
        """Uniform numbers of these units, (units, trials), correlated through the city's as far as they share it.

        All units at once: their common score is worked out once, and the arrays are long enough to be fast. (1, trials) where
        they share all.
        """
        if draw.shared == 1.0:
            return self._scored(key, "", start, stop)[None]
        own = np.array([self._scored(key, member, start, stop) for member in members])
        return correlate(self._scored(key, "", start, stop), own, draw.shared) if draw.shared else own

    def _shocks(self, key: Key, draw: Draw, members: Sequence[str], start: int, stop: int, year: int) -> Floats:
        """Normal scores of one year of a path, (units, trials), or (1, trials) where the units share all."""
        when = f"@{year}"
        if draw.shared == 1.0:
            return ndtri(self._scored(key, "", start, stop, when))[None]
        own = np.array([self._scored(key, member, start, stop, when) for member in members])
        return scores(self._scored(key, "", start, stop, when), own, draw.shared) if draw.shared else ndtri(own)

    def _scored(self, key: Key, unit: str, start: int, stop: int, when: str = "") -> Floats:
        """Uniform numbers of an input, for the city ("") or for a unit, correlated with those of the inputs before it.

        Scores of the city are correlated among themselves, and those of a unit among themselves, so the correlation
        between units stays as stated.
        """
        addresses, weights = self._mixture(key, unit)
        return mixed([self._uniforms(f"{variable}{when}", member, start, stop) for variable, member in addresses], weights)

    def _mixture(self, key: Key, unit: str) -> tuple[list[Address], tuple[float, ...]]:
        """The streams whose scores make up that of an input, with their weights.

        With one unit, an input of the account belongs to the unit.
        """
        others, weights = self._before.get(key, ((key,), (1.0,)))
        alone = len(self.units) == 1 and len(others) > 1
        return [(f"{s}.{p}", unit if not alone else self.units[0] if s == "unit" else "") for s, p in others], weights

    def _addresses(self, key: Key, draw: Draw) -> Iterator[Address]:
        """The streams that a draw reads."""
        own = [draw.unit] if draw.unit else self._members(key) if draw.shared != 1.0 else []
        for member in [*own, *([""] if draw.shared else [])]:
            yield from self._mixture(key, member)[0]

    def _uniforms(self, variable: str, unit: str, start: int, stop: int) -> Floats:
        if self.design == "plain":
            return uniforms(self.seed, variable, unit, start, stop)
        first, last = start // BLOCK, max(stop - 1, start) // BLOCK
        strata = np.concatenate([self._of_block(variable, unit, block) for block in range(first, last + 1)])
        offset = start - first * BLOCK
        return stratified(self.seed, variable, unit, start, stop, strata[offset : offset + stop - start])

    def _of_block(self, variable: str, unit: str, block: int) -> Strata:
        known, strata = self._strata.get((variable, unit), (-1, None))
        if strata is None or known != block:
            if self.design == "lhs":
                strata = shuffled(self.seed, variable, unit, block)
            else:
                net = _net(len(self.dimension))[self.dimension[variable, unit]]
                strata = scrambled(self.seed, variable, unit, block, net)
            self._strata[variable, unit] = block, strata
        return strata


def yearly(draws: Sequence[Draw]) -> set[Key]:
    """Inputs that have a value for every year."""
    return {(draw.sheet, draw.path) for draw in draws if isinstance(draw.distribution, MeanReverting)}


@lru_cache(maxsize=4)
def _net(dimensions: int) -> Strata:
    """The first 1,024 Sobol points, in 1,024ths: shape (dimensions, 1024) (Joe & Kuo 2008, as SciPy has them)."""
    from scipy.stats import qmc  # slow to import, and seldom needed

    points = qmc.Sobol(dimensions, scramble=False, bits=30).random_base2(10)
    return np.asarray((points.T * BLOCK).astype(np.uint16))


def _not_for_sobol(scenario: Scenario, accounts: int, dimensions: int) -> Iterator[Problem]:
    """What a net of Sobol points cannot be made for."""
    remedy = Text(
        "改用默认的分块拉丁超立方（--sampler lhs）。", "Use the default, Latin hypercubes by block (--sampler lhs)."
    )
    if accounts > 1:
        variant = scenario.variant
        of = Text(f"变体 {variant.id}：", f"Variant {variant.id}: ") if variant else Text("", "")
        yield Problem(
            scenario.file, None, "balance",
            Text(f"{of.zh}Sobol 抽样只能用于一个平衡主体。", f"{of.en}Sobol sampling is for one account only."), f"{accounts}",
            Text("1 个平衡主体", "1 account"),
            Text("改用默认的分块拉丁超立方（--sampler lhs），或合为一个主体（--by all）。",
                 "Use the default, Latin hypercubes by block (--sampler lhs), or combine all into one account (--by all)."),
        )  # fmt: skip
    if dimensions > MOST_DIMENSIONS:
        yield Problem(
            scenario.file, None, "uncertain",
            Text("不确定的输入和单元太多，没有这么多维的 Sobol 点。", "There are no Sobol points for so many uncertain inputs and units."),
            f"{dimensions:,}", Text(f"不超过 {MOST_DIMENSIONS:,} 维", f"{MOST_DIMENSIONS:,} dimensions at most"), remedy,
        )  # fmt: skip
    for draw in scenario.draws:
        if isinstance(draw.distribution, MeanReverting):
            name = f"units.{draw.unit}.{draw.path}" if draw.unit else draw.path
            yield Problem(
                draw.place.file, draw.place.line, f"uncertain.{name}.path",
                Text("逐年变动的路径维数太多，不能用 Sobol 抽样。", "A path over the years has too many dimensions for Sobol sampling."), "sobol",
                Text("lhs、plain", "lhs, plain"), remedy,
            )  # fmt: skip
