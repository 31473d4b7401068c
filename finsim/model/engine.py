"""Both sheets evaluated: units first, then accounts over the sums of their units; once for all, or trial by trial.

Axes are (period, member, trial). What no drawn input reaches is calculated once, when the engine is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from finsim.model.structure import Sheets
from finsim.sheet.llvm_backend import Accelerated, accelerated
from finsim.sheet.numpy_backend import Array, Program, compile_plan
from finsim.sheet.planner import Plan, drawn_rows, given_of, split

COLUMNS = 8_192
"""Columns (members × trials) calculated together: what fits the processor's cache, and bounds the memory."""

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
    backend  what calculates the trials: see :func:`~finsim.sheet.llvm_backend.accelerated`
    """

    def __init__(
        self, sheets: Sheets, numbers: Numbers, groups: Sequence[Sequence[int]], wanted: Collection[str],
        wanted_units: Collection[str] = (), drawn: Collection[tuple[str, str]] = (), backend: str | None = None,
        yearly: Collection[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        self.sheets, self.numbers = sheets, numbers
        self.wanted, self.wanted_units = tuple(wanted), tuple(wanted_units)
        self.groups = [list(group) for group in groups]
        self.periods = len(numbers.years)
        self.group_of = np.full(len(numbers.units), -1)
        for a, group in enumerate(self.groups):
            self.group_of[group] = a
        self.account_of = {unit: a for a, group in enumerate(self.groups) for unit in group}
        for sheet, path in drawn:
            inputs = (sheets.unit if sheet == "unit" else sheets.account).inputs
            if path not in inputs:
                raise KeyError(f"{path} is not an input of the {sheet} sheet")
            if (sheet, path) in yearly and not inputs[path].yearly:
                raise ValueError(f"{path} has one value for all periods")
        unit_drawn = {path for sheet, path in drawn if sheet == "unit"}
        account_drawn = {path for sheet, path in drawn if sheet == "account"}
        unit_yearly, account_yearly = ({path for sheet, path in yearly if sheet == s} for s in ("unit", "account"))
        moving = drawn_rows(sheets.unit.rows, unit_drawn) | unit_drawn
        moved_sums = {path for path, source in sheets.account.units.items() if source in moving}
        fixed, moved = split(sheets.account.rows, wanted, account_drawn | moved_sums, account_yearly)
        read = [*_sums_read(fixed), *_sums_read(moved)]
        sources = {sheets.account.units[path] for path in read} & sheets.unit.rows.keys()
        unit_fixed, unit_moved = split(sheets.unit.rows, [*sorted(sources), *wanted_units], unit_drawn, unit_yearly)
        self.fixed, self.unit_fixed = compile_plan(fixed), compile_plan(unit_fixed)
        self.sums = {sheets.account.units[path] for path in read}
        self._calculate_fixed()
        stays = {path: array for path, array in self.unit_values.items() if path not in unit_drawn}
        self.unit_moved = accelerated(unit_moved, self.periods, stays, backend)
        self.unit_read = given_of(unit_moved)
        account_drawn |= {f"units:{path}" for path in unit_drawn}
        stays = {path: array for path, array in self.values.items() if path not in account_drawn}
        self.moved = accelerated(moved, self.periods, stays, backend)

    @property
    def accelerated(self) -> bool:
        """Whether vector code calculates the trials; it needs little memory, so that several chunks may run at a time."""
        return isinstance(self.moved, Accelerated) or isinstance(self.unit_moved, Accelerated)

    def _calculate_fixed(self) -> None:
        n, units, accounts = self.numbers, len(self.numbers.units), len(self.groups)
        self.unit_values = prepared(n.unit_inputs, n.unit_schedules, units)
        self.unit_values |= self._run(self.unit_fixed, (units, 1), self.unit_values)
        self.values = prepared(n.account_inputs, n.account_schedules, accounts)
        for path in self.sums:
            if path in self.unit_values:
                self.values[f"units:{path}"] = self._summed(self.unit_values[path], path, 1)
        self.values |= self._run(self.fixed, (accounts, 1), self.values)

    def __call__(
        self, drawn: Mapping[tuple[str, str], Array] | None = None, trials: int = 1
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Wanted rows of the accounts and of the units.

        ``drawn`` gives each drawn input as (members, trials), a yearly one as (periods + 2, members, trials). Rows come as
        (periods + 2, members, trials or 1), cells as (members, trials or 1); rows that no drawn input reaches keep a trial
        axis of 1.
        """
        drawn = drawn or {}
        values = dict(self.values)
        values.update({path: array for (sheet, path), array in drawn.items() if sheet == "account"})
        unit_rows: dict[str, Array] = {}
        for path in self.sums:
            array = drawn.get(("unit", path))
            if array is not None:
                values[f"units:{path}"] = self._summed(array, path, trials)
        if self.unit_moved.plan.wanted:
            unit_rows = self._units(drawn, trials, values)
        rows = values | self._run(self.moved, (len(self.groups), trials), values)
        unit_rows = self.unit_values | unit_rows
        return {path: rows[path] for path in self.wanted}, {path: unit_rows[path] for path in self.wanted_units}

    def _units(self, drawn: Mapping[tuple[str, str], Array], trials: int, values: dict[str, Array]) -> dict[str, Array]:
        """Evaluate the moving unit rows, adding them to the accounts in the order of the ids; by NumPy some units at a time."""
        count = len(self.numbers.units)
        here = {path: self.unit_values[path] for path in self.unit_read}
        here.update({path: array for (sheet, path), array in drawn.items() if sheet == "unit"})
        program = self.unit_moved
        if isinstance(program, Accelerated):
            moved = dict.fromkeys(program.plan.wanted)
            stored, summed = [p for p in moved if p in self.wanted_units], [p for p in moved if p in self.sums]
            found = program.summed(self.periods, (count, trials), here, stored, summed, self.group_of)
            if found is not None:
                values.update({f"units:{path}": array for path, array in found[1].items()})
                return found[0]
            program = program.reference
        step = max(1, COLUMNS // trials)
        kept: dict[str, list[Array]] = {}
        for first in range(0, count, step):
            part = slice(first, min(first + step, count))
            inside = {path: _members(array, part, count) for path, array in here.items()}
            rows = self._run(program, (part.stop - part.start, trials), inside)
            for path, row in rows.items():
                if path in self.sums:
                    name = f"units:{path}"
                    if first == 0:
                        shape = (*row.shape[:-2], len(self.groups), trials)
                        values[name] = np.zeros(shape)
                    for offset in range(part.start, part.stop):
                        if offset in self.account_of:
                            values[name][..., self.account_of[offset], :] += row[..., offset - part.start, :]
                if path in self.wanted_units:
                    kept.setdefault(path, []).append(row)
        return {path: parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-2) for path, parts in kept.items()}

    def _summed(self, array: Array, path: str, trials: int) -> Array:
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
        return program.checked(self.periods, shape, values)


def _sums_read(plan: Plan) -> list[str]:
    return [path for path, row in plan.rows.items() if row.formula.op == "units"]


def _members(array: Array, part: slice, count: int) -> Array:
    return array[..., part, :] if array.ndim >= 2 and array.shape[-2] == count and count > 1 else array


def prepared(inputs: Mapping[str, Array], schedules: Mapping[str, Array], members: int) -> dict[str, Array]:
    """Inputs as (members, 1); schedules padded with an opening and a closing period, as (periods + 2, members, 1)."""
    values = {path: np.asarray(array, dtype=float)[:, None] for path, array in inputs.items()}
    for path, array in schedules.items():
        full = np.zeros((array.shape[0] + 2, array.shape[1], 1))
        full[1:-1, :, 0] = array
        values[path] = full
    return values
