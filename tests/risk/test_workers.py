"""Two forked processes calculate the chunks: the same bits, whatever befalls them, and none of them is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, get_context
from pathlib import Path

import numpy as np
import pytest

from finsim.risk import workers
from finsim.risk.stopping import Cancelled
from finsim.risk.trials import simulate
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario
from finsim.sheet import llvm_backend
from tests.support.processes import children, lives, until

FILE = Path(__file__).parents[2] / "scenarios" / "two-loans.yaml"
TRIALS = 20_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(FILE)


@pytest.fixture(scope="module")
def alone(scenario: Scenario) -> object:
    """What one process finds."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("finsim.risk.trials.can_fork", lambda: False)
        return watched(scenario, lambda: None)[0]


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1})


def watched(scenario: Scenario, disturb: Callable[[], object]) -> tuple[object, list[int]]:
    """The result, and how many processes there were beside this one after each chunk; ``disturb`` is called after each."""
    seen: list[int] = []

    def progress(done: int, trials: int) -> bool:
        seen.append(len(active_children()))
        disturb()
        return True

    return simulate(scenario, TRIALS, 3, "district", progress).to_json(), seen


# ---- who calculates ----------------------------------------------------------------------------------------
def test_two_processes_calculate_what_one_does(scenario: Scenario, alone: object) -> None:
    found, seen = watched(scenario, lambda: None)
    assert found == alone
    assert (seen[0], set(seen[1:])) == (0, {2}), "the first chunk is calculated before they begin"
    assert active_children() == []


def test_each_process_calculates_and_this_one_does_not() -> None:
    with workers.forked(lambda start, stop: (start, stop, os.getpid())) as begin:
        waiting = [begin(i, i + 1) for i in range(4)]
        found = [wait() for wait in waiting]
    assert [(start, stop) for start, stop, _ in found] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    first, second, *again = (process for _, _, process in found)
    assert first != second and again == [first, second] and os.getpid() not in (first, second)


@pytest.mark.parametrize("backend", ["llvm", "numpy"])
def test_what_is_compiled_is_compiled_before_forking(
    scenario: Scenario, alone: object, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(llvm_backend.SWITCH, backend)
    forking = workers.forked

    def forked(calculate: Callable[[int, int], object]) -> object:
        def compiles(*_: object) -> None:
            raise AssertionError("compiled in a forked process")

        monkeypatch.setattr(llvm_backend.MachineCode, "__init__", compiles)
        return forking(calculate)

    monkeypatch.setattr(llvm_backend, "_kept", type(llvm_backend._kept)())
    monkeypatch.setattr("finsim.risk.trials.forked", forked)
    assert watched(scenario, lambda: None)[0] == alone


@pytest.mark.parametrize("processors", [{0}, {3}])
def test_one_processor_is_not_shared(scenario: Scenario, processors: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: processors)
    assert set(watched(scenario, lambda: None)[1]) == {0}


def test_few_trials_are_not_worth_forking(scenario: Scenario) -> None:
    seen: list[int] = []
    simulate(scenario, 2048, 3, progress=lambda done, trials: seen.append(len(active_children())) or True)
    assert set(seen) == {0}


def test_processes_that_cannot_be_had(scenario: Scenario, alone: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    assert watched(scenario, lambda: None)[0] == alone


def _trials_of(processes: Path) -> str:
    return str(simulate(load(processes), 3000, 1).to_json())


def test_a_worker_of_a_caller_may_fork_or_not(scenario: Scenario) -> None:
    """Workers of a pool may have processes of their own; those of multiprocessing.Pool may not."""
    here = _trials_of(FILE)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(_trials_of, FILE).result() == here
    with get_context("spawn").Pool(1) as pool:
        assert pool.apply(_trials_of, (FILE,)) == here


# ---- processes that die ------------------------------------------------------------------------------------
@pytest.mark.parametrize("many", [1, 2])
def test_processes_that_are_killed_lose_nothing(scenario: Scenario, alone: object, many: int) -> None:
    killed: list[int] = []

    def kill() -> None:
        for process in active_children()[: many - len(killed)]:
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            killed.append(process.pid)

    assert watched(scenario, kill)[0] == alone
    assert len(killed) == many and active_children() == []


def test_a_process_that_dies_while_it_sends() -> None:
    """It is waited for no longer: half of what it sends will not be followed by the rest."""
    with workers.forked(lambda start, stop: np.zeros(10_000_000)) as begin:
        wait = begin(0, 1)
        other = begin(1, 2)
        time.sleep(1)
        first = min(active_children(), key=lambda process: process.pid or 0)
        first.kill()
        with pytest.raises(workers.LOST):
            wait()
        assert other().shape == (10_000_000,)
        begin(2, 3)  # to the dead one
        assert begin(3, 4)().shape == (10_000_000,)


def test_an_error_is_met_again_where_it_can_be_told(capfd: pytest.CaptureFixture[str]) -> None:
    def fails(start: int, stop: int) -> float:
        return 1 / (start - start)

    with workers.forked(fails) as begin, pytest.raises(workers.LOST):
        begin(0, 1)()
    assert capfd.readouterr() == ("", "")


def test_a_run_that_is_cancelled_leaves_no_process(scenario: Scenario) -> None:
    seen: list[int] = []

    def progress(done: int, trials: int) -> bool:
        seen.append(len(active_children()))
        return len(seen) < 3

    with pytest.raises(Cancelled):
        simulate(scenario, 1_000_000, 3, progress=progress)
    assert seen[-1] == 2 and active_children() == []


# ---- this process ends -------------------------------------------------------------------------------------
@pytest.fixture
def command(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command in a group of its own, as from a terminal, with its two processes."""
    if not workers.can_fork():
        pytest.skip("one processor")
    code = "from finsim.cli import main; main()"
    arguments = ["simulate", str(FILE), "--trials", "5000000", "--seed", "1", "--save-trials", str(tmp_path / "trials.parquet")]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert until(lambda: len(children(process.pid)) == 2, 60)
        yield process
        process.kill()


def test_ctrl_c_ends_all_says_how_far_it_came_and_leaves_no_file(
    command: subprocess.Popen[str], tmp_path: Path
) -> None:
    forked = children(command.pid)
    assert until(lambda: (tmp_path / ".trials.parquet.part").exists(), 60)
    os.killpg(command.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, told = command.communicate(timeout=20)
    assert command.returncode == 1 and "已中断，完成" in told and "/5,000,000" in told and "Traceback" not in told, told
    assert not any(lives(process) for process in forked)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_command_that_is_killed(command: subprocess.Popen[str], how: signal.Signals) -> None:
    forked = children(command.pid)
    os.kill(command.pid, how)
    command.communicate(timeout=20)
    assert until(lambda: not any(lives(process) for process in forked), 5)
