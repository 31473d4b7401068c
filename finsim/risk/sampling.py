"""The uncertain inputs of a scenario, drawn for any span of trials.

Trial i of an input for a unit depends on (seed, input, unit, i) alone, whatever the chunks, the workers, the order of the
file and the other inputs. Only the scrambled Sobol points are made for all inputs together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from finsim.risk.distributions import correlate, mixed, quantile
from finsim.risk.exact import Floats
from finsim.risk.streams import BLOCK, Strata, scrambled, shuffled, stratified, uniforms
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.scenario import Draw, Scenario
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array

Design = Literal["lhs", "sobol", "plain"]
DESIGNS: tuple[Design, ...] = get_args(Design)
"""分块拉丁超立方、加扰 Sobol 点、独立抽样: how trials are spread. Each block of 1,024 is a Latin hypercube, or a scrambled
Sobol net; or all trials are independent."""


class Sampler:
    """Draws the uncertain inputs of a scenario for any span of trials."""

    def __init__(self, scenario: Scenario, seed: int, design: Design = "lhs") -> None:
        if design not in DESIGNS:
            raise ValueError(f"sampler {design!r} is none of {', '.join(DESIGNS)}")
        if design == "sobol" and len(scenario.numbers.units) > 1:
            raise ScenarioError([_several_units(scenario)])
        self.seed, self.design = seed, design
        self.units = scenario.numbers.units
        self.draws: dict[tuple[str, str], list[Draw]] = {}
        for draw in scenario.draws:
            self.draws.setdefault((draw.sheet, draw.path), []).append(draw)
        numbers = scenario.numbers
        self.base = {
            (sheet, path): (numbers.unit_inputs if sheet == "unit" else numbers.account_inputs)[path]
            for sheet, path in self.draws
        }
        self.dimension = {variable: i for i, variable in enumerate(sorted(f"{s}.{p}" for s, p in self.draws))}
        self._before = {
            (group.sheets[i], path): (
                tuple(zip(group.sheets, group.paths, strict=True))[: i + 1],
                group.lower[i][: i + 1],
            )
            for group in scenario.dependence
            for i, path in enumerate(group.paths)
        }
        """Of an input that is correlated: the inputs up to it in its group, and the weight of each one's score."""
        self._strata: dict[tuple[str, str], tuple[int, Strata]] = {}
        """The strata of the block drawn last, by variable and unit: chunks of few trials come back to them."""

    @property
    def inputs(self) -> set[tuple[str, str]]:
        return set(self.draws)

    def __call__(self, start: int, stop: int) -> dict[tuple[str, str], Array]:
        """Values of trials start, …, stop − 1: (units, trials), or (1, trials) on the account's sheet."""
        return {key: self._input(key, draws, start, stop) for key, draws in self.draws.items()}

    def _input(self, key: tuple[str, str], draws: Sequence[Draw], start: int, stop: int) -> Array:
        members = self.units if key[0] == "unit" else ("",)
        base = np.broadcast_to(self.base[key], (len(members),))
        values = np.repeat(base[:, None].astype(float), stop - start, axis=1)
        for draw in draws:
            drawn_for = [i for i, member in enumerate(members) if draw.unit in ("", member)]
            # all units at once: their common score is worked out once, and the arrays are long enough to be fast
            own = np.array([self._scored(key, members[i], start, stop) for i in drawn_for])
            u = correlate(self._scored(key, "", start, stop), own, draw.shared) if draw.shared else own
            drawn = quantile(draw.distribution, u)
            stated = base[drawn_for, None]
            drawn = stated * drawn if draw.factor else drawn
            values[drawn_for] = np.where(np.isnan(drawn), stated, drawn)  # an event that does not happen
        return values

    def _scored(self, key: tuple[str, str], unit: str, start: int, stop: int) -> Floats:
        """Uniform numbers of an input, for the city ("") or for a unit, correlated with those of the inputs before it.

        Scores of the city are correlated among themselves, and those of a unit among themselves, so the correlation
        between units stays as stated. With one unit, an input of the account belongs to the unit.
        """
        others, weights = self._before.get(key, ((key,), (1.0,)))
        alone = len(self.units) == 1 and len(others) > 1
        u = [
            self._uniforms(f"{s}.{p}", unit if not alone else self.units[0] if s == "unit" else "", start, stop)
            for s, p in others
        ]
        return mixed(u, weights)

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
                strata = scrambled(
                    self.seed, variable, unit, block, _net(len(self.dimension))[self.dimension[variable]]
                )
            self._strata[variable, unit] = block, strata
        return strata


@lru_cache(maxsize=4)
def _net(dimensions: int) -> Strata:
    """The first 1,024 Sobol points, in 1,024ths: shape (dimensions, 1024) (Joe & Kuo 2008, as SciPy has them)."""
    from scipy.stats import qmc  # slow to import, and seldom needed

    points = qmc.Sobol(dimensions, scramble=False, bits=30).random_base2(10)
    return np.asarray((points.T * BLOCK).astype(np.uint16))


def _several_units(scenario: Scenario) -> Problem:
    """Sobol points of several units at the same trial would be correlated with one another."""
    what = Text("Sobol 抽样只能用于一个改造单元的方案。", "Sobol sampling is for a scenario of one unit only.")
    remedy = Text(
        "改用默认的分块拉丁超立方（--sampler lhs）。", "Use the default, Latin hypercubes by block (--sampler lhs)."
    )
    found = len(scenario.numbers.units)
    return Problem(scenario.file, None, "units", what, f"{found}", Text("1 个单元", "1 unit"), remedy)
