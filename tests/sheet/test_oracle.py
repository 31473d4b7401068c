"""The numbers of a program are those of a second, independent evaluator, for hand-written and random models."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finsim.sheet.errors import SheetError
from finsim.sheet.model import Model
from finsim.sheet.numpy_backend import Array, compile_plan, refuse_infinite
from finsim.sheet.planner import check, plan
from tests.sheet.models import random_model, random_values, stored
from tests.sheet.oracle import Circular, NotFinite, Oracle

PERIODS, MEMBERS, TRIALS = 5, 2, 2
randoms = st.integers(0, 2**32 - 1).map(Random)


def oracles(model: Model, values: dict[str, Array], periods: int) -> dict[tuple[int, int], Oracle]:
    """One for each column."""

    def pick(array: Array, m: int, i: int) -> float:
        return float(array[m % len(array), i % array.shape[1]])

    return {
        (m, i): Oracle(
            model, periods,
            {path: pick(values[path], m, i) for path in model.inputs},
            {path: [float(x) for x in values[path][:, m % values[path].shape[1]]] for path in model.schedules},
        )
        for m in range(MEMBERS) for i in range(TRIALS)
    }  # fmt: skip


def compare(model: Model, values: dict[str, Array], periods: int = PERIODS) -> None:
    columns = oracles(model, values, periods)
    program = compile_plan(plan(model.rows, list(model.rows)))
    given = {path: stored(array) if path in model.schedules else array for path, array in values.items()}
    try:
        expected = {path: {at: oracle.row(path) for at, oracle in columns.items()} for path in model.rows}
    except NotFinite:
        with pytest.raises(SheetError, match="is not a finite number"):
            refuse_infinite(program.plan, program(periods, (MEMBERS, TRIALS), given))
        return
    rows = program(periods, (MEMBERS, TRIALS), given)
    refuse_infinite(program.plan, rows)
    for path, row in model.rows.items():
        found = rows[path] if row.cell else rows[path][1:-1]
        for (m, i), column in expected[path].items():
            ours = np.broadcast_to(found[..., m, i], periods)
            np.testing.assert_array_equal(ours, column, err_msg=f"{path} = {row.formula}")
        assert row.cell or not rows[path][-1].any(), f"{path} has something after the last period"
        assert row.missing or not np.isnan(found).any(), f"{path} has no value where it must have one"


@settings(max_examples=80)
@given(randoms, st.integers(1, 6))
def test_random_models(random: Random, periods: int) -> None:
    model = random_model(random)
    check(model)
    drawn = [path for path in model.inputs if random.random() < 0.5]
    compare(model, random_values(random, model, periods, MEMBERS, TRIALS, drawn), periods)


@settings(max_examples=80)
@given(randoms)
def test_what_is_refused_as_circular_is_circular(random: Random) -> None:
    """Models whose rows read each other at random: those that are not refused give the numbers."""
    model = random_model(random, tangled=True)
    values = random_values(random, model, PERIODS, MEMBERS, TRIALS, [])
    try:
        check(model)
    except SheetError as error:
        if error.message.en.startswith("circular"):
            oracle = next(iter(oracles(model, values, PERIODS).values()))
            with pytest.raises((Circular, NotFinite)):
                for path in model.rows:
                    oracle.row(path)
        return
    compare(model, values)
