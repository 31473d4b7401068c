"""Every trial in a file, and chunks of trials on the executors of others: same bits, whole or not at all."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from finsim.cli import main
from finsim.risk.keeping import TrialFile
from finsim.risk.stopping import Cancelled
from finsim.risk.study import BALANCES
from finsim.risk.trials import simulate
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario

FILE = Path(__file__).parents[2] / "scenarios" / "two-loans.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(FILE)


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        yield pool


# ---- executors ---------------------------------------------------------------------------------------------
def test_two_processes_and_threads_give_the_same_bits(scenario: Scenario, processes: ProcessPoolExecutor) -> None:
    here = simulate(scenario, 6000, 3, "district").to_json()
    assert simulate(scenario, 6000, 3, "district", executor=processes).to_json() == here
    with ThreadPoolExecutor(3) as threads:
        assert simulate(scenario, 6000, 3, "district", executor=threads).to_json() == here


def test_both_back_ends_give_the_same_bits(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = simulate(scenario, 5000, 3).to_json()
    monkeypatch.setenv("FINSIM_BACKEND", "numpy")
    assert simulate(scenario, 5000, 3).to_json() == vector


def test_a_worker_that_is_killed_loses_nothing(scenario: Scenario) -> None:
    here = simulate(scenario, 30_000, 3).to_json()
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        killed = []

        def kill(done: int, trials: int) -> bool:
            if not killed and pool._processes:  # the first chunk is calculated here
                killed.append(next(iter(pool._processes)))
                os.kill(killed[0], signal.SIGKILL)
            return True

        assert simulate(scenario, 30_000, 3, progress=kill, executor=pool).to_json() == here
        assert killed


def read(path: Path) -> dict[str, np.ndarray]:
    return {name: np.array(column) for name, column in pq.read_table(path).to_pydict().items()}


# ---- a file of all trials ----------------------------------------------------------------------------------
def test_the_file_has_every_trial_and_says_what_the_sample_says(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "trials.parquet"
    with TrialFile(path, [scenario]) as kept:
        sample = simulate(scenario, 3000, 3, "district", keep=kept)
    table = read(path)
    assert len(table["trial"]) == 2 * 3000 and set(table["variant"]) == {"base"}
    for account in sample.accounts:
        own = {name: column[table["account"] == account.id] for name, column in table.items()}
        assert own["trial"].tolist() == list(range(3000))
        assert own[BALANCES].mean() == sample.probability(account.id).value
        assert float(np.quantile(own["cover_full"], 0.5)) == pytest.approx(sample.quantiles(account.id, "cover_full", (0.5,))[0], rel=5e-3)
    occupancy = table["streams.parking.occupancy"]
    assert occupancy.min() >= 0.7 and occupancy.max() <= 0.98 and {"loans.commercial_bank.rate"} <= set(table)


def test_a_run_that_is_stopped_leaves_no_file(scenario: Scenario, tmp_path: Path) -> None:
    with pytest.raises(Cancelled), TrialFile(tmp_path / "trials.parquet", [scenario]) as kept:
        simulate(scenario, 30_000, 3, progress=lambda done, trials: False, keep=kept)
    assert list(tmp_path.iterdir()) == []


def test_the_command_keeps_all_variants(tmp_path: Path) -> None:
    path = tmp_path / "all.parquet"
    told = CliRunner().invoke(main, ["simulate", str(FILE), "--trials", "300", "--seed", "1", "--save-trials", str(path)])
    assert told.exit_code == 0, told.output
    table = read(path)
    assert set(table["variant"]) == {"base", "high_subsidy", "two_accounts"}


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none" / "all.parquet"
    told = CliRunner().invoke(main, ["simulate", str(FILE), "--trials", "300", "--seed", "1", "--save-trials", str(path)])
    assert told.exit_code == 2 and "无法写入" in told.stderr
