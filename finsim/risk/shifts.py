"""One input moved at a time, or two, on the base case: the tables that evaluators print.

敏感度系数 S = (ΔA ÷ A) ÷ (ΔF ÷ F), the relative change of the indicator over that of the factor, and 临界点, the value of the
factor at which the indicator only just suffices (《建设项目经济评价方法与参数》第三版, 不确定性分析).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finsim.result import run
from finsim.risk.exact import Floats
from finsim.risk.sampling import Key
from finsim.risk.study import Outcomes, Variable, account_of, base_values, variable
from finsim.scenario.goals import Named
from finsim.scenario.measured import numbers_of
from finsim.scenario.scenario import Account, Scenario
from finsim.sheet import TOLERANCE, Text
from finsim.sheet.block import Bounds
from finsim.sheet.errors import SheetError
from finsim.solve import named_input, range_of

SHIFTS = (-0.2, -0.1, -0.08, -0.06, -0.05, -0.04, -0.02, 0.0, 0.02, 0.04, 0.05, 0.06, 0.08, 0.1, 0.2)
GRID = (-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2)
STEP = 0.1
"""Change of the factor at which the coefficient is taken."""
LOOKS = 49
"""Values on either side of the stated one at which a test is looked at, to see where it changes."""
PARTS, ROUNDS = 16, 9
"""Into how many parts the span in which it changes is divided, and how often."""


@dataclass(frozen=True)
class Shift:
    """An outcome (shifts,) as one input changes by these shares of itself; NaN where the input may not be so."""

    variable: Variable
    base: float
    outcomes: Floats
    coefficient: float


@dataclass(frozen=True)
class Switch:
    """The value of an input at which a test only just passes, others as stated; NaN where none between ``low`` and ``high``."""

    variable: Variable
    base: float
    low: float
    high: float
    value: float


@dataclass(frozen=True)
class Grid:
    """An outcome (shifts, shifts) as the first input (down) and the second (across) change by these shares of themselves.

    ``base`` are the two as stated: amounts of finance in all, other inputs of the units as their mean. The outcome is NaN where
    an input may not be so.
    """

    account: Account
    outcome: str
    names: tuple[str, str]
    inputs: tuple[Named, Named]
    base: tuple[float, float]
    shifts: tuple[float, ...]
    outcomes: Floats


@dataclass(frozen=True)
class Plane:
    """An outcome (across, down) at values of two inputs."""

    across: Variable
    down: Variable
    at_across: Floats
    at_down: Floats
    outcomes: Floats


def one_factor(scenario: Scenario, outcome: str, by: str | None = None, account: str = "", shifts: Sequence[float] = SHIFTS) -> list[Shift]:
    """Every uncertain input, and the amounts of finance, moved alone; others as stated."""
    return each_factor(all_factors(scenario, by, account), [outcome], shifts)[outcome]


def all_factors(scenario: Scenario, by: str | None = None, account: str = "") -> Outcomes:
    """What comes of an account as any of its uncertain inputs and amounts of finance move."""
    return Outcomes(scenario, account_of(scenario, by, account), {*_keys(scenario), *_drawn(scenario)})


def each_factor(factors: Outcomes, outcomes: Sequence[str], shifts: Sequence[float] = SHIFTS) -> dict[str, list[Shift]]:
    """For several outcomes what :func:`one_factor` is for one."""
    scenario, keys = factors.scenario, _keys(factors.scenario)
    base, moved = base_values(scenario, {*keys, *_drawn(scenario)}), np.asarray(shifts, dtype=float)
    own = factors(base, 1)
    found: dict[str, list[Shift]] = {outcome: [] for outcome in outcomes}
    for key in keys:
        values = {**base, key: base[key] * (1 + moved)}
        came, allowed = factors(values, len(moved)), _allowed(scenario, key, values[key])
        which, stated = variable(scenario, key), float(factors.told(key, base[key])[0])
        for outcome in outcomes:
            after = np.where(allowed, came[outcome], np.nan)
            found[outcome].append(Shift(which, stated, after, _coefficient(after, own[outcome][0], moved)))
    return {
        outcome: sorted(shifts, key=lambda s: -abs(s.coefficient) if math.isfinite(s.coefficient) else 0.0)
        for outcome, shifts in found.items()
    }


def _coefficient(outcomes: Floats, own: float, moved: Floats) -> float:
    at = np.isclose(np.abs(moved), STEP)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = (outcomes[at] / own - 1) / moved[at]
    known = slopes[np.isfinite(slopes)]
    return float(known.mean()) if known.size and abs(own) > TOLERANCE else math.nan  # what rounding leaves of nothing has no share


def switching(factors: Outcomes, tests: Sequence[str], ranges: Mapping[Key, tuple[float, float]]) -> dict[str, list[Switch]]:
    """For each test and input the value, nearest to the stated one, at which the test only just passes or fails.

    An input is moved in proportion in all units, from nothing to ten times what is stated, as far as it may be so; one that is
    stated as 0, over its ``ranges``.
    """
    scenario = factors.scenario
    keys = _drawn(scenario)
    base = base_values(scenario, {*_keys(scenario), *keys})
    moves: dict[Key, Floats] = {}
    flips: list[tuple[str, Key, float, float]] = []
    for key in keys:
        at = moves[key] = _looks(scenario, key, base[key], ranges)
        values = _moved(base[key], at)
        came, allowed = factors({**base, key: values}, len(at)), _allowed(scenario, key, values)
        home = 1.0 if np.any(base[key]) else 0.0
        for test in tests:
            passes = came[f"passes.{test}"] > 0.5
            here = [i for i in np.flatnonzero(passes[1:] != passes[:-1]) if allowed[i] and allowed[i + 1]]
            if here:
                i = min(here, key=lambda i: abs((at[i] + at[i + 1]) / 2 - home))
                flips.append((test, key, float(at[i]), float(at[i + 1])))
    exact = {(test, key): value for (test, key, _, _), value in zip(flips, _narrowed(factors, base, flips), strict=True)}
    found: dict[str, list[Switch]] = {test: [] for test in tests}
    for key in keys:
        stated = float(factors.told(key, base[key])[0])
        scale = stated if np.any(base[key]) else 1.0
        low, high = scale * moves[key][0], scale * moves[key][-1]
        for test in tests:
            value = scale * exact.get((test, key), math.nan)
            found[test].append(Switch(variable(scenario, key), stated, float(low), float(high), value))
    return found


def _looks(scenario: Scenario, key: Key, base: Floats, ranges: Mapping[Key, tuple[float, float]]) -> Floats:
    """Where an input is looked at: factors on what is stated, or its values where that is 0."""
    if not np.any(base):
        low, high = ranges[key]
        return np.unique(np.concatenate([np.linspace(low, high, LOOKS), [0.0]]))
    low, high = range_of(named_input(scenario, key[1]), base[:, 0], 1.0, True)
    return np.unique(np.concatenate([np.linspace(low, 1.0, LOOKS), np.linspace(1.0, high, LOOKS)]))


def _moved(base: Floats, at: Floats) -> Floats:
    return base * at if np.any(base) else base + at


def _narrowed(factors: Outcomes, base: Mapping[Key, Floats], flips: Sequence[tuple[str, Key, float, float]]) -> list[float]:
    """The value within each span at which the test changes, on the side that passes; all spans at once."""
    if not flips:
        return []
    low, high = (np.array([flip[i] for flip in flips]) for i in (2, 3))
    rises = np.zeros(len(flips), dtype=bool)
    for _ in range(ROUNDS):
        at = np.linspace(low, high, PARTS + 1, axis=1)
        values = {key: np.repeat(array, at.size, axis=1) for key, array in base.items()}
        for i, (_, key, _, _) in enumerate(flips):
            values[key][:, i * (PARTS + 1) : (i + 1) * (PARTS + 1)] = _moved(base[key], at[i])
        came = factors(values, at.size)
        for i, (test, _, _, _) in enumerate(flips):
            passes = came[f"passes.{test}"][i * (PARTS + 1) : (i + 1) * (PARTS + 1)] > 0.5
            place = int(np.argmax(passes[1:] != passes[:-1]))
            low[i], high[i], rises[i] = at[i, place], at[i, place + 1], passes[place + 1]
    return [float(value) for value in np.where(rises, high, low)]


def two_factors(
    scenario: Scenario, first: str, second: str, outcome: str, by: str | None = None, account: str = "", shifts: Sequence[float] = GRID
) -> Grid:
    """Two inputs moved together, each unit's by the same share; others as stated. Inputs are named as under ``uncertain``.

    Raises ``SheetError`` for an input that is not there, that is stated as 0, or that is named twice.
    """
    inputs = named_input(scenario, first), named_input(scenario, second)
    keys = [(named.sheet, named.path) for named in inputs]
    if keys[0] == keys[1]:
        raise SheetError(Text(f"须写两个不同的输入：{first}", f"Name two different inputs: {first}"))
    chosen = account_of(scenario, by, account)
    outcomes = Outcomes(scenario, chosen, set(keys))
    base = base_values(scenario, set(keys))
    for named, key in zip(inputs, keys, strict=True):
        if not np.any(base[key]):
            raise SheetError(
                Text(f"“{named.label.zh}”为 0，按比例变动仍为 0；请先写一个取值（--set）。",
                     f"'{named.label.en}' is 0, and 0 by any share of itself: state a value first (--set).")
            )  # fmt: skip
    moved = np.meshgrid(1 + np.asarray(shifts, dtype=float), 1 + np.asarray(shifts, dtype=float), indexing="ij")
    values = {key: base[key] * factor.ravel() for key, factor in zip(keys, moved, strict=True)}
    right = _allowed(scenario, keys[0], values[keys[0]]) & _allowed(scenario, keys[1], values[keys[1]])
    came = np.where(right, outcomes(values, right.size)[outcome], np.nan).reshape(moved[0].shape)
    one, other = (
        float(base[key][outcomes.members].sum() if key[1].startswith("stakes.") else outcomes.told(key, base[key])[0]) for key in keys
    )
    return Grid(chosen, outcome, (first, second), inputs, (one, other), tuple(shifts), came)


def plane(
    scenario: Scenario, across: Key, down: Key, at_across: Floats, at_down: Floats, outcome: str, by: str | None = None, account: str = "",
    factors: Outcomes | None = None,
) -> Plane:  # fmt: skip
    """Two inputs at these values; others as stated. What differs between units keeps its proportions, with this as the mean
    over the units of the account. ``factors`` of :func:`all_factors` serve for many planes.
    """
    outcomes = factors or Outcomes(scenario, account_of(scenario, by, account), {across, down})
    base = base_values(scenario, {*_keys(scenario), *_drawn(scenario)} if factors else {across, down})
    first, second = np.meshgrid(at_across, at_down, indexing="ij")
    values = dict(base)
    for key, at in ((across, first.ravel()), (down, second.ravel())):
        mean = float(outcomes.told(key, base[key])[0])
        alike = not mean or np.all(base[key] == base[key][0])
        values[key] = np.repeat(at[None, :], len(base[key]), axis=0) if alike else base[key] * (at / mean)
    came = outcomes(values, first.size)[outcome].reshape(first.shape)
    return Plane(variable(scenario, across), variable(scenario, down), at_across, at_down, came)


def principal_shocks(scenario: Scenario, by: str | None = None, account: str = "", shifts: Sequence[float] = SHIFTS) -> tuple[Floats, Floats]:
    """Bond cover when the principal changes by these shares: with its interest in proportion, and with the interest as it is."""
    chosen = account_of(scenario, by, account)
    result = run(scenario, by)
    income, service = result.cell("cover.income", chosen.id), result.cell("cover.service", chosen.id)
    repaid = sum(float(result.series(f"bonds.{name}.repaid", chosen.id).sum()) for name, _ in scenario.structure.bonds)
    moved = np.asarray(shifts, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return income / (service * (1 + moved)), income / (service + repaid * moved)


def _drawn(scenario: Scenario) -> list[Key]:
    return list(dict.fromkeys((draw.sheet, draw.path) for draw in scenario.draws))


def _keys(scenario: Scenario) -> list[Key]:
    finance = [("unit", path) for path in scenario.sheets.unit.inputs if path.startswith("stakes.") and path.endswith(".face")]
    return [key for key in dict.fromkeys([*_drawn(scenario), *finance]) if np.any(numbers_of(scenario, *key))]


def _allowed(scenario: Scenario, key: Key, values: Floats) -> NDArray[np.bool_]:
    model = scenario.sheets.unit if key[0] == "unit" else scenario.sheets.account
    bounds: Bounds = model.inputs[key[1]].bounds
    right = np.ones(values.shape[1], dtype=bool)
    for limit, fits in ((bounds.ge, np.greater_equal), (bounds.gt, np.greater), (bounds.le, np.less_equal), (bounds.lt, np.less)):
        if limit is not None:
            right &= fits(values, limit).all(axis=0)
    return right
