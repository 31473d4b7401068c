"""Both sheets evaluated: units first, then accounts over the sums of their units; once for all, or trial by trial.

Axes are (period, member, trial). What no drawn input reaches is calculated once, when the engine is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from finsim.model.structure import Sheets
from finsim.sheet.llvm_backend import Accelerated, accelerated
from finsim.sheet.numpy_backend import Array, Program, Values, compile_plan
from finsim.sheet.planner import Plan, drawn_rows, given_of, split

COLUMNS = 8_192
"""Columns (members × trials) calculated together: what fits the processor's cache, and bounds the memory."""

TOGETHER = 2_048
"""Columns of accounts that vector code calculates together: it keeps what their units add up to, in every period."""

@dataclass(frozen=True)
class Numbers:
    """What the scenario says, as arrays: inputs of shape (members,), schedules of shape (periods, members).

    A member axis of length 1 stands for "the same for all". Units stand in the order of their ids.
    """

    years: tuple[int, ...]
    units: tuple[str, ...]
    unit_inputs: Mapping[str, Array]
    unit_schedules: Mapping[str, Array]
    account_inputs: Mapping[str, Array]
    account_schedules: Mapping[str, Array]


class Engine:
    """Evaluates the wanted rows of one pair of sheets for a grouping of the units.

    groups   per account the positions of its units, ascending: sums over units go in the order of the ids
    drawn    inputs that change from trial to trial, by sheet: ``("unit", path)`` or ``("account", path)``
    yearly   those of them that have a value for every period
    wanted   account rows (and, with ``wanted_units``, unit rows) to give back
    peaks    rows, by sheet, of which only the greatest absolute value over periods, members and trials is given back: (1, 1)
    backend  what calculates the trials: see :func:`~finsim.sheet.llvm_backend.accelerated`
    """

    def __init__(
        self, sheets: Sheets, numbers: Numbers, groups: Sequence[Sequence[int]], wanted: Collection[str],
        wanted_units: Collection[str] = (), drawn: Collection[tuple[str, str]] = (), backend: str | None = None,
        peaks: Collection[tuple[str, str]] = (), yearly: Collection[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        self.sheets, self.numbers = sheets, numbers
        self.peaks = {path for sheet, path in peaks if sheet == "account"}.difference(wanted)
        self.unit_peaks = {path for sheet, path in peaks if sheet == "unit"}.difference(wanted_units)
        self.wanted, self.wanted_units = (*wanted, *sorted(self.peaks)), (*wanted_units, *sorted(self.unit_peaks))
        self.groups = [list(group) for group in groups]
        self.periods = len(numbers.years)
        self.group_of = np.full(len(numbers.units), -1)
        for a, group in enumerate(self.groups):
            self.group_of[group] = a
        for sheet, path in drawn:
            inputs = (sheets.unit if sheet == "unit" else sheets.account).inputs
            if path not in inputs:
                raise KeyError(f"{path} is not an input of the {sheet} sheet")
            if (sheet, path) in yearly and not inputs[path].yearly:
                raise ValueError(f"{path} has one value for all periods")
        unit_drawn = {path for sheet, path in drawn if sheet == "unit"}
        account_drawn = {path for sheet, path in drawn if sheet == "account"}
        plans = _planned(sheets, self.wanted, self.wanted_units, frozenset(drawn), frozenset(yearly))
        self.fixed, self.unit_fixed, self.sums = plans.fixed, plans.unit_fixed, plans.sums
        self._calculate_fixed()
        stays = {path: array for path, array in self.unit_values.items() if path not in unit_drawn}
        self.unit_moved = accelerated(plans.unit_moved, self.periods, stays, backend)
        self.unit_read = given_of(plans.unit_moved)
        account_drawn |= {f"units:{path}" for path in unit_drawn}
        stays = {path: array for path, array in self.values.items() if path not in account_drawn}
        self.moved = accelerated(plans.moved, self.periods, stays, backend)

    @property
    def accelerated(self) -> bool:
        """Whether vector code calculates the trials; it needs little memory."""
        return isinstance(self.moved, Accelerated) or isinstance(self.unit_moved, Accelerated)

    def compile(self) -> None:
        """Make at once the vector code that many trials will need: a process forked from this one then has it."""
        if isinstance(self.unit_moved, Accelerated) and self.unit_moved.plan.wanted:
            self.unit_moved.prepare(*self._unit_rows(self.unit_moved.plan))
        if isinstance(self.moved, Accelerated):
            self.moved.prepare(*self.moved.apart(self.peaks))

    def _unit_rows(self, plan: Plan) -> tuple[list[str], list[str], list[str]]:
        """Moving unit rows that vector code stores, sums over units, and keeps the greatest absolute value of."""
        stored = [path for path in plan.wanted if path in self.wanted_units and path not in self.unit_peaks]
        return stored, [path for path in plan.wanted if path in self.sums], [path for path in plan.wanted if path in self.unit_peaks]

    def _calculate_fixed(self) -> None:
        n, units, accounts = self.numbers, len(self.numbers.units), len(self.groups)
        self.unit_values = prepared(n.unit_inputs, n.unit_schedules, units)
        self.unit_values |= self._run(self.unit_fixed, (units, 1), self.unit_values)
        self.values = prepared(n.account_inputs, n.account_schedules, accounts)
        alike: dict[tuple[int, ...], list[str]] = {}
        for path in self.sums & self.unit_values.keys():
            alike.setdefault(self.unit_values[path].shape, []).append(path)
        for paths in alike.values():
            sums = self._summed(np.array([self.unit_values[path] for path in paths]))
            self.values |= {f"units:{path}": sums[i] for i, path in enumerate(paths)}
        self.values |= self._run(self.fixed, (accounts, 1), self.values)

    def __call__(
        self, drawn: Mapping[tuple[str, str], Array] | None = None, trials: int = 1
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Wanted rows of the accounts and of the units.

        ``drawn`` gives each drawn input as (members, trials), a yearly one as (periods + 2, members, trials). Rows come as
        (periods + 2, members, trials or 1), cells as (members, trials or 1); rows that no drawn input reaches keep a trial
        axis of 1, and peaks are (1, 1).
        """
        drawn = drawn or {}
        values = dict(self.values)
        values.update({path: array for (sheet, path), array in drawn.items() if sheet == "account"})
        for path in self.sums:
            array = drawn.get(("unit", path))
            if array is not None:
                values[f"units:{path}"] = self._summed(array)
        count = len(self.groups)
        in_parts = self.accelerated and self.unit_peaks.issuperset(self.wanted_units)
        step = max(1, TOGETHER // trials if in_parts else count)
        parts = [self._some(slice(i, min(i + step, count)), drawn, trials, values) for i in range(0, max(1, count), step)]
        if len(parts) == 1:
            return parts[0]
        return _joined([rows for rows, _ in parts], self.peaks), _joined([rows for _, rows in parts], self.unit_peaks)

    def _some(
        self, part: slice, drawn: Mapping[tuple[str, str], Array], trials: int, values: Values
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Wanted rows of some accounts and of their units; with the first accounts go units that belong to none."""
        accounts, units = part.stop - part.start, len(self.numbers.units)
        here = {path: self.unit_values[path] for path in self.unit_read}
        here.update({path: array for (sheet, path), array in drawn.items() if sheet == "unit"})
        groups, inside = self.group_of, dict(values)
        if accounts < len(self.groups):
            chosen = np.flatnonzero((groups >= (part.start or -1)) & (groups < part.stop))
            groups = np.maximum(groups[chosen] - part.start, -1)
            here = {path: _members(array, chosen, units) for path, array in here.items()}
            inside = {path: _members(array, part, len(self.groups)) for path, array in values.items()}
        unit_rows: dict[str, Array] = {}
        if self.unit_moved.plan.wanted:
            unit_rows, sums = self._units(here, (len(groups), trials), groups, accounts)
            inside |= {f"units:{path}": array for path, array in sums.items()}
        moved = self._run(self.moved, (accounts, trials), inside)
        rows, unit_rows = inside | moved, self.unit_values | unit_rows
        return (
            {path: _peak(rows[path]) if path in self.peaks else rows[path] for path in self.wanted},
            {path: _peak(unit_rows[path]) if path in self.unit_peaks else unit_rows[path] for path in self.wanted_units},
        )

    def _units(
        self, values: Values, shape: tuple[int, int], groups: NDArray[np.int64], accounts: int
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """The moving unit rows and their sums over the units of each account, in the order of the ids; by NumPy some units at a time."""
        program, (count, trials) = self.unit_moved, shape
        if isinstance(program, Accelerated):
            stored, summed, peaks = self._unit_rows(program.plan)
            found = program.summed(self.periods, shape, values, stored, summed, groups, peaks)
            if found is not None:
                return found
            program = program.by_numpy(shape)
        step = max(1, COLUMNS // trials)
        kept: dict[str, list[Array]] = {}
        sums: dict[str, Array] = {}
        for first in range(0, count, step):
            part = slice(first, min(first + step, count))
            inside = {path: _members(array, part, count) for path, array in values.items()}
            rows = self._run(program, (part.stop - part.start, trials), inside)
            for path, row in rows.items():
                if path in self.sums:
                    if first == 0:
                        sums[path] = np.zeros((*row.shape[:-2], accounts, trials))
                    for offset, account in enumerate(groups[part]):
                        if account >= 0:
                            sums[path][..., account, :] += row[..., offset, :]
                if path in self.wanted_units:
                    kept.setdefault(path, []).append(_peak(row) if path in self.unit_peaks else row)
        return {path: parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-2) for path, parts in kept.items()}, sums

    def _summed(self, array: Array) -> Array:
        """Sums over the units of each account, in the order of the ids: (…, units or 1, trials) gives (…, accounts, trials)."""
        count = len(self.numbers.units)
        full = np.broadcast_to(array, (*array.shape[:-2], count, array.shape[-1]))
        result = np.zeros((*array.shape[:-2], len(self.groups), array.shape[-1]))
        for a, group in enumerate(self.groups):
            for unit in group:
                result[..., a, :] += full[..., unit, :]
        return result

    def _run(
        self, program: Program | Accelerated, shape: tuple[int, int], values: Mapping[str, Array]
    ) -> dict[str, Array]:
        if isinstance(program, Accelerated):
            return program.checked(self.periods, shape, values, self.peaks)
        return program.checked(self.periods, shape, values)


@dataclass(frozen=True)
class _Plans:
    """What is calculated once and what trial by trial, on both sheets; ``sums`` are the unit rows that accounts add up."""

    fixed: Program
    unit_fixed: Program
    moved: Plan
    unit_moved: Plan
    sums: frozenset[str]


@lru_cache(maxsize=32)
def _planned(
    sheets: Sheets, wanted: tuple[str, ...], wanted_units: tuple[str, ...], drawn: frozenset[tuple[str, str]], yearly: frozenset[tuple[str, str]]
) -> _Plans:  # fmt: skip
    """Planned once for a structure: to plan takes longer than to calculate the base case."""
    unit_drawn, account_drawn = ({path for sheet, path in drawn if sheet == s} for s in ("unit", "account"))
    unit_yearly, account_yearly = ({path for sheet, path in yearly if sheet == s} for s in ("unit", "account"))
    moving = drawn_rows(sheets.unit.rows, unit_drawn) | unit_drawn
    moved_sums = {path for path, source in sheets.account.units.items() if source in moving}
    fixed, moved = split(sheets.account.rows, wanted, account_drawn | moved_sums, account_yearly)
    sums = frozenset(sheets.account.units[path] for path in [*_sums_read(fixed), *_sums_read(moved)])
    sources = sums & sheets.unit.rows.keys()
    unit_fixed, unit_moved = split(sheets.unit.rows, [*sorted(sources), *wanted_units], unit_drawn, unit_yearly)
    return _Plans(compile_plan(fixed, rowwise=True), compile_plan(unit_fixed, rowwise=True), moved, unit_moved, sums)


def _joined(parts: Sequence[Mapping[str, Array]], peaks: Collection[str]) -> dict[str, Array]:
    """Rows of some accounts after those of others; of ``peaks`` the greatest."""
    rows = {path: np.concatenate([part[path] for part in parts], axis=-2) for path in parts[0]}
    return {path: _peak(row) if path in peaks else row for path, row in rows.items()}


def _peak(row: Array) -> Array:
    return np.full((1, 1), np.abs(row).max())


def _sums_read(plan: Plan) -> list[str]:
    return [path for path, row in plan.rows.items() if row.formula.op == "units"]


def _members(array: Array, part: slice | NDArray[np.intp], count: int) -> Array:
    return array[..., part, :] if array.ndim >= 2 and array.shape[-2] == count and count > 1 else array


def prepared(inputs: Mapping[str, Array], schedules: Mapping[str, Array], members: int) -> dict[str, Array]:
    """Inputs as (members, 1); schedules padded with an opening and a closing period, as (periods + 2, members, 1)."""
    values = {path: np.asarray(array, dtype=float)[:, None] for path, array in inputs.items()}
    for path, array in schedules.items():
        full = np.zeros((array.shape[0] + 2, array.shape[1], 1))
        full[1:-1, :, 0] = array
        values[path] = full
    return values
