"""Two evaluations of one programme that must agree: trials with single runs, scaled money, other groupings, another order."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings

from finsim.result import run
from finsim.scenario.loading import load
from finsim.sheet.numpy_backend import Array
from tests.model.programmes import MONEY, Drawn, Programme, Sizes, drawings, evaluated, scaled, seeds, sizes, trial
from tests.model.test_properties import few, near

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@given(sizes, seeds)
@settings(few, max_examples=5)
def test_a_trial_is_the_scenario_with_its_inputs(size: Sizes, seed: int) -> None:
    """Bit for bit: what is calculated once for all, and how units and trials are put together, changes nothing."""
    programme = size.programme()
    drawn = drawings(programme, 3, np.random.default_rng(seed))
    together = evaluated(programme, drawn, 3)
    with mock.patch("finsim.model.engine.COLUMNS", 15):  # five units at a time
        in_parts = evaluated(programme, drawn, 3)
    for number in range(3):
        alone = evaluated(trial(programme, drawn, number))
        for run_ in (together, in_parts):
            same_bits(run_.accounts, number, alone.accounts)
            same_bits(run_.units, number, alone.units)


def same_bits(rows: Mapping[str, Array], number: int, alone: Mapping[str, Array]) -> None:
    for path, row in rows.items():
        column = row[..., number if row.shape[-1] > 1 else 0]
        ours, theirs = np.broadcast_arrays(column, alone[path][..., 0])
        np.testing.assert_array_equal(ours, theirs, path)


@given(sizes, seeds)
@settings(few, max_examples=5)
def test_money_scales(size: Sizes, seed: int) -> None:
    programme = size.programme()
    money_scales(programme, drawings(programme, 3, np.random.default_rng(seed)))


PER_ONE = {"万元/户", "元/户/年", "元/㎡/年", "元/位/年"}
"""Units of money by household, area or bay: these do not scale."""


def money_scales(programme: Programme, drawn: Drawn) -> None:
    """Every amount × 128 (a power of two, so that nothing is rounded otherwise): money × 128, ratios and verdicts the same."""
    base, more = evaluated(programme, drawn, 3), evaluated(*scaled(programme, drawn, 128), 3)
    for model, ours, theirs in (
        (programme.sheets.account, base.accounts, more.accounts),
        (programme.sheets.unit, base.units, more.units),
    ):
        for path, row in model.rows.items():
            factor = 128 if row.unit in MONEY or row.unit in PER_ONE else 1
            np.testing.assert_allclose(theirs[path], factor * ours[path], rtol=1e-9, atol=1e-4, err_msg=path)


@given(sizes, seeds)
@settings(few, max_examples=5)
def test_regrouping_keeps_the_sums(size: Sizes, seed: int) -> None:
    """What an account reads from its units adds up to the same whatever the grouping."""
    programme, random = size.programme(), np.random.default_rng(seed)
    drawn = {key: a for key, a in drawings(programme, 3, random).items() if key[0] == "unit"}
    units = range(len(programme.numbers.units))
    cuts = sorted(random.choice(np.arange(1, len(units)), 3, replace=False))
    parts = [sorted(int(u) for u in part) for part in np.split(random.permutation(len(units)), cuts)]
    whole, some, alone = (
        evaluated(regrouped(programme, groups), drawn, 3) for groups in ([[*units]], parts, [[u] for u in units])
    )
    for path in programme.sheets.account.units:
        near(some.accounts[path].sum(axis=-2, keepdims=True), whole.accounts[path])
        near(alone.accounts[path].sum(axis=-2, keepdims=True), whole.accounts[path])


def regrouped(programme: Programme, groups: list[list[int]]) -> Programme:
    """The same units in other accounts, all with the numbers and dates of the first account."""
    n = programme.numbers
    inputs = {path: a[:1] for path, a in n.account_inputs.items()}
    schedules = {path: a[:, :1] for path, a in n.account_schedules.items()}
    numbers = dataclasses.replace(n, account_inputs=inputs, account_schedules=schedules)
    return dataclasses.replace(programme, numbers=numbers, groups=groups)


@pytest.mark.parametrize("by", ["all", "unit"])
def test_order_of_units_in_the_file_changes_no_bit(by: str, tmp_path: Path) -> None:
    heading, *lines = csv.reader((SCENARIOS / "songxian-2023.csv").read_text(encoding="utf-8").splitlines())
    (tmp_path / "songxian-2023.yaml").write_bytes((SCENARIOS / "songxian-2023.yaml").read_bytes())
    with (tmp_path / "songxian-2023.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *reversed(lines)])
    ours, theirs = run(load(SCENARIOS / "songxian-2023.yaml"), by), run(load(tmp_path / "songxian-2023.yaml"), by)
    for account in ours.accounts:
        for path, row in ours.scenario.sheets.account.rows.items():
            if row.cell:
                np.testing.assert_array_equal(ours.cell(path, account.id), theirs.cell(path, account.id), path)
            else:
                np.testing.assert_array_equal(ours.series(path, account.id), theirs.series(path, account.id), path)
