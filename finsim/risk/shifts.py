"""One input moved at a time, or two, on the base case: the tables that evaluators print.

敏感度系数 S = (ΔA ÷ A) ÷ (ΔF ÷ F), the relative change of the indicator over that of the factor, and 临界点, the value of the
factor at which the indicator only just suffices (《建设项目经济评价方法与参数》第三版, 不确定性分析).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
from finsim.sheet import Text
from finsim.sheet.block import Bounds
from finsim.sheet.errors import SheetError
from finsim.solve import named_input

SHIFTS = (-0.2, -0.1, -0.08, -0.06, -0.05, -0.04, -0.02, 0.0, 0.02, 0.04, 0.05, 0.06, 0.08, 0.1, 0.2)
GRID = (-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2)
STEP = 0.1
"""Change of the factor at which the coefficient is taken."""


@dataclass(frozen=True)
class Shift:
    """An outcome (shifts,) as one input changes by these shares of itself; NaN where the input may not be so."""

    variable: Variable
    base: float
    outcomes: Floats
    coefficient: float


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


def one_factor(scenario: Scenario, outcome: str, by: str | None = None, account: str = "", shifts: Sequence[float] = SHIFTS) -> list[Shift]:
    """Every uncertain input, and the amounts of finance, moved alone; others as stated."""
    chosen = account_of(scenario, by, account)
    keys = _keys(scenario)
    outcomes = Outcomes(scenario, chosen, set(keys))
    base = base_values(scenario, set(keys))
    moved = np.asarray(shifts, dtype=float)
    own = outcomes(base, 1)[outcome][0]
    found = []
    for key in keys:
        values = {**base, key: base[key] * (1 + moved)}
        came = outcomes(values, len(moved))[outcome]
        came = np.where(_allowed(scenario, key, values[key]), came, np.nan)
        at = [float(came[i]) for i in np.flatnonzero(np.isclose(np.abs(moved), STEP))]
        slopes = [(value / own - 1) / shift for value, shift in zip(at, (s for s in moved if math.isclose(abs(s), STEP)), strict=True)]
        known = [slope for slope in slopes if math.isfinite(slope)]
        coefficient = float(np.mean(known)) if known and own else math.nan
        found.append(Shift(variable(scenario, key), float(outcomes.told(key, base[key])[0]), came, coefficient))
    return sorted(found, key=lambda shift: -abs(shift.coefficient) if math.isfinite(shift.coefficient) else 0.0)


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


def principal_shocks(scenario: Scenario, by: str | None = None, account: str = "", shifts: Sequence[float] = SHIFTS) -> tuple[Floats, Floats]:
    """Bond cover when the principal changes by these shares: with its interest in proportion, and with the interest as it is."""
    chosen = account_of(scenario, by, account)
    result = run(scenario, by)
    income, service = result.cell("cover.income", chosen.id), result.cell("cover.service", chosen.id)
    repaid = sum(float(result.series(f"bonds.{name}.repaid", chosen.id).sum()) for name, _ in scenario.structure.bonds)
    moved = np.asarray(shifts, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return income / (service * (1 + moved)), income / (service + repaid * moved)


def _keys(scenario: Scenario) -> list[Key]:
    drawn = dict.fromkeys((draw.sheet, draw.path) for draw in scenario.draws)
    finance = [("unit", path) for path in scenario.sheets.unit.inputs if path.startswith("stakes.") and path.endswith(".face")]
    return [key for key in dict.fromkeys([*drawn, *finance]) if np.any(numbers_of(scenario, *key))]


def _allowed(scenario: Scenario, key: Key, values: Floats) -> NDArray[np.bool_]:
    model = scenario.sheets.unit if key[0] == "unit" else scenario.sheets.account
    bounds: Bounds = model.inputs[key[1]].bounds
    right = np.ones(values.shape[1], dtype=bool)
    for limit, fits in ((bounds.ge, np.greater_equal), (bounds.gt, np.greater), (bounds.le, np.less_equal), (bounds.lt, np.less)):
        if limit is not None:
            right &= fits(values, limit).all(axis=0)
    return right
