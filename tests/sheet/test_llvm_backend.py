"""Vector code gives what the reference gives, bit for bit, and gives way to it wherever it cannot."""

from __future__ import annotations

import dataclasses
import logging
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from finsim.model.engine import Engine
from finsim.risk.trials import Sampler
from finsim.scenario.loading import load
from finsim.sheet import Block, Input, Schedule, Text, line, minimum, ratio, share, where
from finsim.sheet import llvm_backend as backend
from finsim.sheet import llvm_code as code
from finsim.sheet.errors import SheetError
from finsim.sheet.expression import Expression
from finsim.sheet.llvm_backend import Accelerated, accelerated
from finsim.sheet.llvm_text import LANES, TOGETHER
from finsim.sheet.model import build
from finsim.sheet.numpy_backend import Array, Program, compile_plan, refuse_infinite
from finsim.sheet.planner import Plan, plan
from tests.sheet.models import random_model, random_sheets, random_values, stored
from tests.sheet.test_trials import GROUPS, TRIALS, numbers_of

ROOT = Path(__file__).parents[2]
randoms = st.integers(0, 2**32 - 1).map(Random)

pytest.importorskip("llvmlite")
if platform.machine().lower() not in ("x86_64", "amd64"):
    pytest.skip("no vector code for this processor", allow_module_level=True)


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Vector code from the first column on, and nothing remembered of other tests."""
    monkeypatch.setattr(backend, "FEWEST", 0)
    monkeypatch.delenv(backend.SWITCH, raising=False)
    backend._kept.clear()
    backend._possible.cache_clear()
    yield
    backend._possible.cache_clear()


def agree(found: Mapping[str, Array], expected: Mapping[str, Array]) -> None:
    assert found.keys() == expected.keys()
    for path, array in expected.items():
        np.testing.assert_array_equal(found[path], np.broadcast_to(array, found[path].shape), err_msg=path)


def without_failing(whole: Plan, error: SheetError) -> Program:
    """The same with any number for a row that failed: the processor need not notice a failure that nothing wanted depends on."""
    path = error.message.en.split()[0]
    rows = {**whole.rows, path: dataclasses.replace(whole.rows[path], formula=Expression("number", (), 7.25))}
    return compile_plan(dataclasses.replace(whole, rows=rows))


# ---- random models ---------------------------------------------------------------------------------------------
@settings(max_examples=80, deadline=None)
@given(randoms, st.integers(1, 6), st.integers(1, 3), st.sampled_from([LANES, LANES + 1, 2 * LANES, 3 * LANES - 1]))
def test_random_models(random: Random, periods: int, members: int, trials: int) -> None:
    model = random_model(random)
    drawn = [path for path in model.inputs if random.random() < 0.5]
    arrays = random_values(random, model, periods, members, trials, drawn)
    values = {path: stored(array) if path in model.schedules else array for path, array in arrays.items()}
    whole = plan(model.rows, [path for path in model.rows if random.random() < 0.6])
    if not whole.wanted:
        return
    program = accelerated(whole, periods, {path: array for path, array in values.items() if path not in drawn})
    assert isinstance(program, Accelerated)
    found = program._fast(periods, (members, trials), values)
    try:
        expected = compile_plan(whole)(periods, (members, trials), values)
    except SheetError as error:
        if found is not None:
            agree(found, without_failing(whole, error)(periods, (members, trials), values))
            return
        with pytest.raises(SheetError) as same:
            program(periods, (members, trials), values)
        assert str(same.value) == str(error)
        return
    assert found is not None, "no failure in the reference"
    agree(found, expected)


@settings(max_examples=30, deadline=None)
@given(randoms)
def test_sums_over_units(random: Random) -> None:
    """Of the six units one belongs to no account."""
    sheets = random_sheets(random)
    numbers, drawn = numbers_of(random, sheets, TRIALS)
    found: list[object] = []
    for name in ("llvm", "numpy"):
        try:
            made = Engine(sheets, numbers, GROUPS, sheets.account.rows, sheets.unit.rows, drawn, name)
            found.append(made(drawn, TRIALS))
        except SheetError as error:
            found.append(str(error))
    if isinstance(found[1], str):
        assert found[0] == found[1]
        return
    for ours, theirs in zip(*found, strict=True):  # type: ignore[call-overload]
        for path, array in theirs.items():
            np.testing.assert_array_equal(*np.broadcast_arrays(ours[path], array), err_msg=path)


@settings(max_examples=30, deadline=None)
@given(randoms, st.sampled_from([LANES, LANES * TOGETHER + 3, 2 * LANES * TOGETHER]), st.sampled_from([1, 10**6]))
def test_accounts_a_few_at_a_time_and_the_greatest_of_every_unit_row(random: Random, trials: int, columns: int) -> None:
    sheets = random_sheets(random)
    numbers, drawn = numbers_of(random, sheets, trials)
    peaks = [("unit", path) for path in sheets.unit.rows] + [("account", path) for path in list(sheets.account.rows)[::2]]
    wanted = list(sheets.account.rows)[1::2]
    try:
        plain = Engine(sheets, numbers, GROUPS, sheets.account.rows, sheets.unit.rows, drawn, "numpy")
        rows, units = plain(drawn, trials)
    except SheetError:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("finsim.model.engine.TOGETHER", columns)
        for name in ("llvm", "numpy"):
            made = Engine(sheets, numbers, GROUPS, wanted, (), drawn, name, peaks)
            found, found_units = made(drawn, trials)
            for path in wanted:
                np.testing.assert_array_equal(*np.broadcast_arrays(found[path], rows[path]), err_msg=path)
            greatest = [(found[path], rows[path], path) for sheet, path in peaks if sheet == "account"]
            greatest += [(found_units[path], array, path) for path, array in units.items()]
            for peak, array, path in greatest:
                assert peak.shape == (1, 1)
                if not np.isnan(array).any():
                    assert peak == np.abs(array).max(), (name, path)


# ---- scenarios -------------------------------------------------------------------------------------------------
def scenarios() -> list[object]:
    found: list[object] = []
    for file in sorted((ROOT / "scenarios").rglob("*.yaml")):
        if file.name == "base.yaml":
            continue  # a part of yichang-85
        marks = [pytest.mark.slow] if "yichang" in file.name else []
        for variant in YAML(typ="safe").load(file.read_text("utf-8")).get("variants") or [None]:
            found.append(pytest.param(file, variant, id=f"{file.stem}-{variant}", marks=marks))
    return found


@pytest.mark.parametrize(("file", "variant"), scenarios())
def test_every_row_of_every_scenario(file: Path, variant: str | None) -> None:
    """Where nothing is uncertain, every input is drawn and its value of the file comes up in each trial."""
    scenario = load(file, variant)
    trials, numbers, sheets = LANES + 1, scenario.numbers, scenario.sheets
    sampler = Sampler(scenario, 1)
    if scenario.draws:
        drawn = sampler(0, trials)
    else:
        given = {("unit", path): array for path, array in numbers.unit_inputs.items()}
        given |= {("account", path): array for path, array in numbers.account_inputs.items()}
        drawn = {key: np.repeat(array[:, None], trials, axis=1) for key, array in given.items()}
    place = {unit: i for i, unit in enumerate(numbers.units)}
    groups = [[place[unit] for unit in account.units] for account in scenario.accounts(None)]
    rows, units = sheets.account.rows, sheets.unit.rows
    fast, plain = (Engine(sheets, numbers, groups, rows, units, drawn, name, yearly=sampler.yearly) for name in ("llvm", "numpy"))
    assert isinstance(fast.moved, Accelerated) and isinstance(fast.unit_moved, Accelerated)
    expected, found = plain(drawn, trials), fast(drawn, trials)
    assert all(program._compiled and None not in program._compiled.values() for program in (fast.moved, fast.unit_moved))
    for ours, theirs in zip(found, expected, strict=True):
        for path, array in theirs.items():
            np.testing.assert_array_equal(*np.broadcast_arrays(ours[path], array), err_msg=path)


# ---- by hand ---------------------------------------------------------------------------------------------------
class Loan(Block):
    title = Text("贷款", "Loan")
    rate = Input("利率", "rate", unit="1")
    draw = Input("提款", "draw")
    due = Schedule("到期", "due", unit="1")
    flag = Schedule("建设期", "construction", unit="1")

    @line("余额", "closing", start=draw)
    def closing(self):
        return self.closing.prev * (1 - self.due) + self.draw * self.flag

    @line("利息", "interest")
    def interest(self):
        return self.rate * self.closing.prev

    @line("每元", "per yuan")
    def quotient(self):
        return minimum(self.interest / self.rate, 1e9)

    @line("倍数", "cover")
    def cover(self):
        return ratio(self.draw, self.interest)

    @line("份额", "part")
    def part(self):
        return where(self.flag > 0.5, share(self.closing, self.closing.total), 0)


LOAN = build([Loan("loan")])
PERIODS, SHAPE = 3, (2, 2 * LANES + 1)


def loan(rates: Array | None = None, wanted: tuple[str, ...] = tuple(LOAN.rows)) -> tuple[Plan, dict[str, Array]]:
    random = np.random.default_rng(1)
    values = {
        "loan.rate": random.uniform(0.01, 0.1, SHAPE) if rates is None else rates,
        "loan.draw": np.array([[100.0], [0.0]]),
        "loan.due": stored([0.1, 0.2, 0.5]), "loan.flag": stored([1.0, 0.0, 0.0]),
    }  # fmt: skip
    return plan(LOAN.rows, wanted), values


def fast(a_plan: Plan, values: dict[str, Array]) -> Program | Accelerated:
    return accelerated(a_plan, PERIODS, {path: array for path, array in values.items() if path != "loan.rate"})


def test_a_loan_by_hand() -> None:
    a_plan, values = loan()
    program = fast(a_plan, values)
    rows = program(PERIODS, SHAPE, values)
    agree(rows, compile_plan(a_plan)(PERIODS, SHAPE, values))
    np.testing.assert_allclose(rows["loan.closing"][:, 0, 0], [100, 190, 152, 76, 0])
    np.testing.assert_allclose(rows["loan.interest"][1, 0], 100 * values["loan.rate"][0])
    assert np.isnan(rows["loan.cover"][1:-1, 1]).all()
    refuse_infinite(a_plan, rows)


def test_a_division_by_nothing_is_the_error_of_the_reference() -> None:
    """One trial of one member: the minimum over it would hide that the quotient is infinite."""
    rates = np.full(SHAPE, 0.05)
    rates[0, -1] = 0.0
    a_plan, values = loan(rates)
    with pytest.raises(SheetError, match=r"loan\.quotient") as expected:
        compile_plan(a_plan)(PERIODS, SHAPE, values)
    with pytest.raises(SheetError) as found:
        fast(a_plan, values)(PERIODS, SHAPE, values)
    assert str(found.value) == str(expected.value)


def test_what_is_0_in_a_period_is_not_calculated_there() -> None:
    """Construction ends after the first year: later there is no share to calculate. A division that may fail stays."""
    a_plan, values = loan()
    program = fast(a_plan, values)
    assert isinstance(program, Accelerated)
    assert program.folding.rows["loan.part"] == [0.0, None, 0.0, 0.0, 0.0]
    assert program.folding.rows["loan.quotient"] == [0.0, None, None, None, 0.0]


def test_a_vector_is_not_longer_than_the_trials_and_a_call_not_smaller_than_compiling_is_worth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_plan, values = loan()
    program = fast(a_plan, values)
    assert isinstance(program, Accelerated)
    few = {path: array[..., : LANES - 1] for path, array in values.items()}
    program(PERIODS, (2, LANES - 1), few)
    monkeypatch.setattr(backend, "FEWEST", 10**6)
    program(PERIODS, SHAPE, values)
    assert not program._compiled
    monkeypatch.setattr(backend, "FEWEST", 1)
    program(PERIODS, SHAPE, values)
    assert program._compiled


def test_the_same_plan_is_compiled_once() -> None:
    (first, values), (again, _) = loan(), loan()
    assert fast(first, values) is fast(again, values)
    assert fast(first, values) is not fast(first, values | {"loan.flag": stored([1.0, 1.0, 0.0])}), "another 0 is known"
    assert fast(first, values) is not fast(loan(wanted=("loan.part",))[0], values)


# ---- giving way ------------------------------------------------------------------------------------------------
def test_a_switch() -> None:
    a_plan, values = loan()
    assert isinstance(fast(a_plan, values), Accelerated)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(backend.SWITCH, "numpy")
        assert isinstance(fast(a_plan, values), Program)
        assert isinstance(accelerated(a_plan, PERIODS, values, "llvm"), Accelerated), "the caller has the last word"
        patch.setenv(backend.SWITCH, "fortran")
        with pytest.raises(ValueError, match="numpy or llvm, not fortran"):
            fast(a_plan, values)


@pytest.mark.parametrize("what", ["no llvmlite", "another processor"])
def test_where_there_can_be_no_vector_code_it_is_said_once(
    what: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if what == "no llvmlite":
        monkeypatch.setitem(sys.modules, "llvmlite", None)
        monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    else:
        monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    a_plan, values = loan()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            program = fast(a_plan, values)
            assert isinstance(program, Program)
            agree(program(PERIODS, SHAPE, values), compile_plan(a_plan)(PERIODS, SHAPE, values))
    (record,) = caplog.records
    assert record.getMessage().startswith("calculating with NumPy: ")
    assert ("llvmlite" if what == "no llvmlite" else "riscv64") in record.getMessage()


def test_an_operation_that_cannot_be_written_leaves_the_plan_to_the_reference(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(code, "_ARITHMETIC", {})
    a_plan, values = loan()
    program = fast(a_plan, values)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            agree(program(PERIODS, SHAPE, values), compile_plan(a_plan)(PERIODS, SHAPE, values))
    (record,) = caplog.records
    assert "loan.closing" in record.getMessage()


def test_commands_that_simulate_nothing_do_not_load_the_compiler() -> None:
    program = (
        "import sys; from finsim.cli import main\n"
        "try: main(['check', 'scenarios/two-loans.yaml'])\n"
        "except SystemExit as end: assert not end.code, end\n"
        "assert 'llvmlite' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
