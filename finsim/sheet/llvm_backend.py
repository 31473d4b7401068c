"""The accelerator: a plan compiled to vector code, with the same bits as :mod:`finsim.sheet.numpy_backend`, many times faster.

It only stands in for the reference: without llvmlite, on another processor, for an operation it does not know, for few columns
and where a number is not finite, the reference calculates. ``FINSIM_BACKEND=numpy`` in the environment turns it off.
"""

from __future__ import annotations

import ctypes
import logging
import os
import platform
from collections import OrderedDict
from collections.abc import Callable, Collection
from functools import cache, cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finsim.sheet.errors import FormulaError
from finsim.sheet.folding import Folding
from finsim.sheet.llvm_code import write
from finsim.sheet.llvm_text import LANES, TOGETHER, Code
from finsim.sheet.numpy_backend import Array, Program, Values, compile_plan
from finsim.sheet.planner import Plan, given_of

SWITCH = "FINSIM_BACKEND"
"""Environment variable: ``numpy`` for the reference alone, ``llvm`` (or nothing) for vector code where possible."""

FEWEST = 1_000
"""Columns of one call from which compiling is worth its time."""

_IMPOSSIBLE = 1 | 4 | 8
"""Of the processor's status: an operation without a result, a division by nothing, an overflow."""

_log = logging.getLogger(__name__)


class Accelerated:
    """A program that calculates many columns with vector code; called like :class:`~finsim.sheet.numpy_backend.Program`."""

    def __init__(self, plan: Plan, drawn: Collection[str], folding: Callable[[], Folding]) -> None:
        self.plan, self.drawn, self._fold = plan, drawn, folding
        self.columns = 0
        """Columns asked for so far."""
        self._compiled: dict[tuple[frozenset[str], ...], _Compiled | None] = {}
        self._lock = Lock()  # two threads do not compile the same

    def by_numpy(self, shape: tuple[int, int]) -> Program:
        """The reference; few columns it calculates row by row, for which there is room."""
        return self._few if shape[0] * shape[1] < FEWEST else self._many

    @cached_property
    def _few(self) -> Program:
        return compile_plan(self.plan, rowwise=True)

    @cached_property
    def _many(self) -> Program:
        return compile_plan(self.plan)

    @cached_property
    def folding(self) -> Folding:
        """What is known of the rows; found out when it is first needed, for it takes time."""
        return self._fold()

    def __call__(self, periods: int, shape: tuple[int, int], values: Values) -> dict[str, Array]:
        """Calculate the wanted rows; shapes and errors are those of the reference."""
        rows = self._fast(periods, shape, values)
        return self.by_numpy(shape)(periods, shape, values) if rows is None else rows

    def checked(
        self, periods: int, shape: tuple[int, int], values: Values, peaks: Collection[str] = ()
    ) -> dict[str, Array]:
        """The wanted rows, of which none may hold a number that is not finite.

        From finite numbers the processor has made none without saying so; then there is nothing to look through. Of rows in
        ``peaks`` only the greatest absolute value is wanted: it may be given instead of the row, with the shape (1, 1).
        """
        rows = self._fast(periods, shape, values, peaks) if self._finite(values) else None
        return self.by_numpy(shape).checked(periods, shape, values) if rows is None else rows

    def summed(
        self, periods: int, shape: tuple[int, int], values: Values,
        stored: Collection[str], summed: Collection[str], groups: NDArray[np.int64], peaks: Collection[str] = (),
    ) -> tuple[dict[str, Array], dict[str, Array]] | None:  # fmt: skip
        """Some wanted rows for all members, and sums of some over the members of each group, in the order of the members.

        Of rows in ``peaks`` the first has the greatest absolute value only, as (1, 1).

        ``groups`` is the number of each member's group, −1 for none. Sums have the shape (periods + 2, groups, trials), or
        (groups, trials) of cells. None where the reference must calculate.
        """
        if not self._worth(shape) or not self._finite(values):
            return None
        code = self.compiled(stored, summed, peaks)
        return None if code is None else code(periods, shape, values, groups)

    def _fast(
        self, periods: int, shape: tuple[int, int], values: Values, peaks: Collection[str] = ()
    ) -> dict[str, Array] | None:
        """The wanted rows by vector code; None where it is not worth its time, cannot be made, or met a failure."""
        if not self._worth(shape):
            return None
        code = self.compiled(*self.apart(peaks))
        found = None if code is None else code(periods, shape, values, np.zeros(shape[0], dtype=np.int64))
        return None if found is None else found[0]

    def apart(self, peaks: Collection[str]) -> tuple[list[str], tuple[()], list[str]]:
        """The wanted rows: those that are stored, none summed, and those of which only the greatest value is kept."""
        wanted = self.plan.wanted
        return [path for path in wanted if path not in peaks], (), [path for path in wanted if path in peaks]

    def prepare(self, stored: Collection[str], summed: Collection[str], peaks: Collection[str]) -> None:
        """Compile before so many columns are asked for that it is worth its time; :meth:`compiled` says what."""
        self.columns += FEWEST
        self.compiled(stored, summed, peaks)

    def _worth(self, shape: tuple[int, int]) -> bool:
        self.columns += shape[0] * shape[1]
        return shape[1] >= LANES and self.columns >= FEWEST

    def _finite(self, values: Values) -> bool:
        return all(np.isfinite(values[name]).all() for name in self.drawn)

    def compiled(self, stored: Collection[str], summed: Collection[str], peaks: Collection[str]) -> _Compiled | None:
        """The code that stores and sums these rows, made once; None where an operation has none."""
        key = frozenset(stored), frozenset(summed), frozenset(peaks)
        if key in self._compiled:  # a process forked while another thread held the lock would wait for ever
            return self._compiled[key]
        with self._lock:
            if key not in self._compiled:
                try:
                    code = write(self.plan, self.folding, self.drawn, stored, summed, peaks)
                    self._compiled[key] = _Compiled(self.plan, code)
                except FormulaError as error:
                    _log.warning("calculating with NumPy: %s", error)
                    self._compiled[key] = None
            return self._compiled[key]


class _Compiled:
    """Code in memory, ready to run."""

    def __init__(self, plan: Plan, code: Code) -> None:
        self.plan, self.code = plan, code
        self._run = MachineCode(code.text, "run", 8, 3)

    def __call__(
        self, periods: int, shape: tuple[int, int], values: Values, groups: NDArray[np.int64]
    ) -> tuple[dict[str, Array], dict[str, Array]] | None:
        """Rows stored and rows summed; None where the processor met what has no finite result."""
        code, members = self.code, shape[0]
        rows = {path: np.zeros(shape if self.plan.rows[path].cell else (periods + 2, *shape)) for path in code.stored}
        drawn = [
            np.ascontiguousarray(np.broadcast_to(values[name], (*values[name].shape[:-2], *shape)), dtype=np.float64)
            for name in code.drawn
        ]  # fmt: skip
        table = np.array([array.ctypes.data for array in [*drawn, *rows.values()]], dtype=np.uintp)
        cells = np.empty((members, len(code.cells)))
        for i, name in enumerate(code.cells):
            cells[:, i] = values[name][:, 0]
        series = np.empty((members, periods + 2, len(code.series)))
        for i, name in enumerate(code.series):
            series[:, :, i] = values[name][:, :, 0].T
        count = int(groups.max()) + 1
        group = np.where(groups < 0, count, groups)  # members of no group have one of their own, not given back
        out = np.empty((len(code.summed), periods + 2, int(group.max()) + 1, shape[1]))
        places = out.size // shape[1]
        targets = np.ascontiguousarray(np.arange(places).reshape(out.shape[:3]).transpose(2, 1, 0))
        sums, scratch = _on_lines(places * TOGETHER * LANES), _on_lines(code.scratch)
        used = (table, cells, series, scratch, group, sums, targets, out)
        if self._run(*(array.ctypes.data for array in used), *shape, places) & _IMPOSSIBLE:
            return None
        peaks = scratch[code.scratch - len(code.peaks) * LANES :].reshape(-1, LANES).max(axis=1, initial=0.0)
        return rows | dict(zip(code.peaks, peaks.reshape(-1, 1, 1), strict=True)), {
            path: (out[i, 0] if self.plan.rows[path].cell else out[i])[..., :count, :] for i, path in enumerate(code.summed)
        }  # fmt: skip


_LINE = 64
"""Bytes that the processor's cache moves at a time."""


def _on_lines(count: int) -> Array:
    """Room for numbers, all 0, that begins where a line of the cache does: a vector that lies across two costs twice."""
    room = np.zeros(count + _LINE // 8)
    first = -room.ctypes.data % _LINE // 8
    return room[first : first + count]


# ---- choosing --------------------------------------------------------------------------------------------------
_MOST_KEPT = 32
_kept: OrderedDict[tuple[object, ...], Accelerated] = OrderedDict()


def accelerated(plan: Plan, periods: int, fixed: Values, backend: str | None = None) -> Program | Accelerated:
    """The program of a plan that will be run for many columns: vector code where possible, else the reference.

    ``fixed`` are the values that are the same in all trials, for all members that will be calculated; what else the plan
    reads is drawn. ``backend`` is ``"numpy"`` or ``"llvm"``, by default what the environment says. Programs stay in memory
    with their code, so that the next engine of the same structure need not compile again.
    """
    if not plan.wanted or not use_llvm(backend):
        return compile_plan(plan)
    given = given_of(plan)
    drawn = [name for name in given if name not in fixed]
    cells = {name: _common(fixed[name])[0] for name, series in given.items() if not series and name in fixed}
    series = {name: _common(fixed[name]) for name, series in given.items() if series and name in fixed}
    key = (periods, *drawn), _identity(plan), repr(cells), repr(series)
    program = _kept.pop(key, None)
    if program is None:
        known = {name: value for name, value in cells.items() if value is not None}
        program = Accelerated(plan, drawn, lambda: Folding(plan, periods, known, series))
    _kept[key] = program
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return program


def _common(array: Array) -> list[float | None]:
    """For a cell, or for each period of a series, the value that all members have; None where they differ."""
    rows = array.reshape(-1, array.shape[-2] * array.shape[-1])
    return [float(row[0]) if same else None for row, same in zip(rows, (rows == rows[:, :1]).all(axis=1), strict=True)]


def _identity(plan: Plan) -> tuple[object, ...]:
    """Equal for plans that say the same: an expression is one object wherever it is written, as long as a plan holds it."""
    rows = tuple((path, id(row.formula), id(row.start), row.cell, row.missing) for path, row in plan.rows.items())
    return rows, plan.stages, plan.wanted, plan.given_cells


def use_llvm(backend: str | None = None) -> bool:
    """Whether to calculate with vector code; ``backend`` as for :func:`accelerated`."""
    chosen = backend or os.environ.get(SWITCH) or "llvm"
    if chosen not in ("numpy", "llvm"):
        raise ValueError(f"{SWITCH} is numpy or llvm, not {chosen}")
    return chosen == "llvm" and _possible()


@cache
def _possible() -> bool:
    """Whether this machine can make vector code; why not is said once."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        _log.warning("calculating with NumPy: no vector code for the processor %s", platform.machine())
        return False
    try:
        import llvmlite.binding  # noqa: F401
    except ImportError as error:
        _log.warning("calculating with NumPy: %s", error)
        return False
    return True


# ---- compiling -------------------------------------------------------------------------------------------------
@cache
def _llvm() -> Any:
    """llvmlite, ready for this processor; imported when it is first needed."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


class MachineCode:
    """A function of an LLVM module in memory: called with addresses and then with whole numbers."""

    def __init__(self, text: str, name: str, addresses: int, numbers: int) -> None:
        llvm = _llvm()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=1
        )
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
        self._engine.finalize_object()
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * addresses, *[ctypes.c_int64] * numbers)
        self._run = kind(self._engine.get_function_address(name))

    def __call__(self, *arguments: int) -> int:
        return int(self._run(*arguments))

