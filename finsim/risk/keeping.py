"""Every trial in a file: a Parquet table with a line for each trial and account, written in chunks, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from finsim.risk.failure import sum_of
from finsim.risk.sampling import Key, yearly
from finsim.risk.study import ROWS, column, told
from finsim.scenario.scenario import Account, Scenario
from finsim.sheet import Text
from finsim.sheet.errors import SheetError
from finsim.sheet.numpy_backend import Array


class TrialFile:
    """Columns: variant, account, trial; ``passes.…`` of every test, every indicator; every uncertain input, of the units their mean,
    of a path the mean over the years under its name with ``.mean``.

    Used as a context: the file appears under its name when the block ends without an error, and not otherwise.
    """

    def __init__(self, path: Path, scenarios: Sequence[Scenario]) -> None:
        """For trials of these variants of one file; an input that only some of them draw is empty in the others."""
        self.path, self._part = path, path.with_name(f".{path.name}.part")
        self.inputs = list(dict.fromkeys(
            column(draw.path, (draw.sheet, draw.path) in yearly(scenario.draws)) for scenario in scenarios for draw in scenario.draws
        ))  # fmt: skip
        self._writer: Any = None
        try:
            import pyarrow as arrow  # large, and needed for nothing else
            from pyarrow import parquet
        except ImportError:
            raise SheetError(
                Text("保存逐次结果需要 pyarrow：pip install pyarrow。", "Keeping every trial needs pyarrow: pip install pyarrow.")
            ) from None
        self._arrow, self._parquet = arrow, parquet

    def __enter__(self) -> TrialFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._writer is not None:
            self._writer.close()
        if kind is None and self._writer is not None:
            self._part.replace(self.path)
        else:
            self._part.unlink(missing_ok=True)

    def add(
        self, scenario: Scenario, accounts: Sequence[Account], start: int, trials: int, drawn: Mapping[Key, Array], rows: Mapping[str, Array]
    ) -> None:
        """The next trials of a scenario: rows as the engine gives them."""
        count = len(accounts)
        place = {unit: i for i, unit in enumerate(scenario.numbers.units)}
        columns: dict[str, Any] = {
            "variant": np.repeat(scenario.variant.id if scenario.variant else "", count * trials),
            "account": np.repeat([account.id for account in accounts], trials),
            "trial": np.tile(np.arange(start, start + trials), count),
        }
        for name, path in ROWS.items():
            full = np.broadcast_to(sum_of(rows[path]), (count, trials)).ravel()
            columns[name] = full > 0.5 if name.startswith("passes.") else full
        columns |= {path: np.full(count * trials, np.nan) for path in self.inputs}
        for key, values in drawn.items():
            own = [told(key, values, [place[unit] for unit in one.units]) for one in accounts]
            columns[column(key[1], values.ndim == 3)] = np.concatenate([np.broadcast_to(one, (trials,)) for one in own])
        table = self._arrow.table(columns)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._part, table.schema, compression="zstd")
        self._writer.write_table(table)
