"""Jobs: progress, cancelling, workers that fail, die or hang, and ids that are not ids."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from finsim.risk.trials import simulate
from finsim.risk.workers import can_fork
from finsim.scenario.loading import load
from finsim.web import results
from finsim.web.jobs import EACH, Busy, Job, Jobs, TooMany
from tests.support.processes import children, lives, until

Report = Callable[[int], bool]


# What the workers do; a new process imports it from here.
def add(report: Report, *numbers: int) -> dict[str, Any]:
    report(1)
    return {"sum": sum(numbers), "process": os.getpid()}


def count_slowly(report: Report, steps: int) -> str:
    for done in range(steps):
        if not report(done):
            raise RuntimeError("told to stop")
        time.sleep(0.02)
    return "counted"


def fail(report: Report) -> None:
    raise ValueError("no such district")


def give_what_is_no_json(report: Report) -> float:
    return float("nan")


def leave(report: Report) -> None:
    raise SystemExit(3)


def hang(report: Report) -> None:
    report(1)
    while True:
        time.sleep(0.1)


def simulate_long(report: Report, file: str) -> None:
    simulate(load(Path(file)), 5_000_000, 1, progress=lambda done, trials: report(done))


_ready: list[bool] = []


def make_ready() -> None:
    _ready.append(True)


def told_ready(report: Report) -> bool:
    return _ready == [True]


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    with Jobs(lanes=1) as jobs:
        yield jobs


def wait_until(jobs: Jobs, name: str, holds: Callable[[Job], bool], seconds: float = 30) -> Job:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = jobs.get(name)
        assert job is not None
        if holds(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"still {jobs.get(name)}")


def ended(job: Job) -> bool:
    return not job.live


def process_of(jobs: Jobs, name: str) -> int:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(jobs._file)) as records:
        return int(records.execute("select process from jobs where id = ?", (name,)).fetchone()[0])


def test_result_comes_back(jobs: Jobs) -> None:
    job = wait_until(jobs, jobs.start(add, 1, 2, 39, total=3), ended)
    assert job.state == "done" and job.result["sum"] == 42
    assert (job.done, job.total) == (3, 3)
    assert job.result["process"] != os.getpid()


def test_worker_is_used_again(jobs: Jobs) -> None:
    first, second = (wait_until(jobs, jobs.start(add, total=1), ended) for _ in range(2))
    assert first.result["process"] == second.result["process"]


def test_progress_is_told(jobs: Jobs) -> None:
    name = jobs.start(count_slowly, 100, total=100)
    seen = {wait_until(jobs, name, lambda job, least=least: job.done > least).done for least in (0, 20, 40)}
    assert len(seen) == 3 and wait_until(jobs, name, ended).result == "counted"


def test_cancel_within_a_second(jobs: Jobs) -> None:
    name = jobs.start(count_slowly, 10_000, total=10_000)
    wait_until(jobs, name, lambda job: job.done > 0)
    begun = time.monotonic()
    jobs.cancel(name)
    job = wait_until(jobs, name, ended)
    assert job.state == "cancelled" and job.result is None and 0 < job.done < job.total
    assert time.monotonic() - begun < 1
    assert wait_until(jobs, jobs.start(add, 1, total=1), ended).state == "done"


def test_cancel_what_waits(jobs: Jobs) -> None:
    running = jobs.start(count_slowly, 10_000, total=10_000)
    waiting = jobs.start(count_slowly, 10_000, total=10_000)
    jobs.cancel(waiting)
    job = jobs.get(waiting)
    assert job is not None and job.state == "cancelled" and job.done == 0
    jobs.cancel(running)
    assert wait_until(jobs, running, ended).state == "cancelled"


def test_cancel_after_the_end_changes_nothing(jobs: Jobs) -> None:
    name = jobs.start(add, 5, total=1)
    done = wait_until(jobs, name, ended)
    jobs.cancel(name)
    assert jobs.get(name) == done


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_worker_is_an_interruption(jobs: Jobs) -> None:
    name = jobs.start(count_slowly, 10_000, total=10_000)
    wait_until(jobs, name, lambda job: job.done > 0)
    os.kill(process_of(jobs, name), signal.SIGKILL)
    assert wait_until(jobs, name, ended, seconds=3).state == "interrupted"
    assert wait_until(jobs, jobs.start(add, 1, total=1), ended).state == "done"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_worker_takes_no_other_job_along() -> None:
    with Jobs(lanes=2) as jobs:
        names = [jobs.start(count_slowly, 200, total=200) for _ in range(2)]
        for name in names:
            wait_until(jobs, name, lambda job: job.done > 0)
        os.kill(process_of(jobs, names[0]), signal.SIGKILL)
        assert [wait_until(jobs, name, ended).state for name in names] == ["interrupted", "done"]


@pytest.mark.skipif(not can_fork(), reason="processes are forked on Linux with two processors")
@pytest.mark.parametrize("how", ["killed", "cancelled"])
def test_the_processes_of_a_worker_end_with_its_job(jobs: Jobs, how: str) -> None:
    name = jobs.start(simulate_long, "scenarios/two-loans.yaml", total=5_000_000)
    wait_until(jobs, name, lambda job: job.done > 0, seconds=60)
    worker = process_of(jobs, name)
    assert until(lambda: len(children(worker)) == 2, 60)
    forked = children(worker)
    if how == "killed":
        os.kill(worker, signal.SIGKILL)
    else:
        jobs.cancel(name)
    assert wait_until(jobs, name, ended, seconds=5).state == {"killed": "interrupted"}.get(how, how)
    assert until(lambda: not any(lives(process) for process in forked), 5)


def test_worker_that_does_not_obey_is_ended(jobs: Jobs) -> None:
    name = jobs.start(hang, total=2)
    wait_until(jobs, name, lambda job: job.done > 0)
    jobs.cancel(name)
    assert wait_until(jobs, name, ended, seconds=10).state == "cancelled"
    assert wait_until(jobs, jobs.start(add, 1, total=1), ended).state == "done"


@pytest.mark.parametrize(
    ("work", "reason"),
    [(fail, "ValueError: no such district"), (give_what_is_no_json, "ValueError"), (leave, "SystemExit: 3")],
)
def test_failure_says_why(jobs: Jobs, work: Callable[..., Any], reason: str) -> None:
    job = wait_until(jobs, jobs.start(work, total=1), ended)
    assert job.state == "failed" and job.reason.startswith(reason)
    assert wait_until(jobs, jobs.start(add, 1, total=1), ended).state == "done"


def test_work_that_cannot_be_handed_over_fails(jobs: Jobs) -> None:
    job = wait_until(jobs, jobs.start(add, threading.Lock(), total=1), ended)
    assert job.state == "failed" and "pickle" in job.reason


@pytest.mark.parametrize("name", [None, "", "nobody", "' or 1=1 --", 7, ["x"], {"id": "x"}, "x" * 100_000])
def test_bad_ids_are_nobody(jobs: Jobs, name: object) -> None:
    jobs.start(add, 1, total=1)
    assert jobs.get(name) is None
    jobs.cancel(name)


def test_ids_cannot_be_guessed(jobs: Jobs) -> None:
    names = {jobs.start(add, total=1) for _ in range(5)}
    assert len(names) == 5 and all(len(name) >= 20 for name in names)


def test_queue_has_an_end() -> None:
    with Jobs(lanes=1, waiting=2) as jobs:
        names = [jobs.start(count_slowly, 10_000, total=10_000) for _ in range(3)]
        with pytest.raises(Busy):
            jobs.start(add, total=1)
        for name in names:
            jobs.cancel(name)
        wait_until(jobs, names[0], ended)
        assert wait_until(jobs, jobs.start(add, total=1), ended).state == "done"


def test_closing_stops_what_runs_and_removes_the_records() -> None:
    with Jobs(lanes=1) as jobs:
        name = jobs.start(count_slowly, 10_000, total=10_000)
        wait_until(jobs, name, lambda job: job.done > 0)
        process = process_of(jobs, name)
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    assert not jobs._folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


# ---- readers and questions ---------------------------------------------------------------------------------------
def test_a_reader_has_so_many_live_jobs_and_no_more() -> None:
    with Jobs(lanes=1) as jobs:
        names = [jobs.start(count_slowly, 10_000, total=10_000, owner="one") for _ in range(EACH)]
        with pytest.raises(TooMany):
            jobs.start(add, total=1, owner="one")
        other = jobs.start(add, total=1, owner="other")  # nobody else is held up
        jobs.cancel(names[-1])
        names.append(jobs.start(add, total=1, owner="one"))
        for name in names[:-1]:
            jobs.cancel(name)
        assert wait_until(jobs, other, ended).state == wait_until(jobs, names[-1], ended).state == "done"


def test_a_question_is_answered_once(jobs: Jobs) -> None:
    assert jobs.answer("sum of 1 and 2") is None and not jobs.answered("sum of 1 and 2")
    name = jobs.start(add, 1, 2, total=7, owner="one", key="sum of 1 and 2")
    done = wait_until(jobs, name, ended)
    answer = jobs.answer("sum of 1 and 2")
    assert answer is not None and (answer.state, answer.result, answer.total, answer.done) == ("done", done.result, 7, 7)
    assert jobs.answered("sum of 1 and 2") and jobs.answer(name) is None and jobs.answer("sum") is None


def test_jobs_for_the_same_question_do_not_disturb_each_other() -> None:
    with Jobs(lanes=2) as jobs:
        one, other = (jobs.start(count_slowly, 100, total=100, owner=owner, key="count") for owner in ("one", "other"))
        for name in (one, other):
            wait_until(jobs, name, lambda job: job.done > 0)
        jobs.cancel(one)
        assert wait_until(jobs, one, ended).state == "cancelled" and not jobs.answered("count")
        assert wait_until(jobs, other, ended).result == "counted"
        assert jobs.answered("count")
        cancelled = jobs.get(one)
        assert cancelled is not None and cancelled.state == "cancelled" and cancelled.result is None


def test_answers_outlive_the_server(tmp_path: Path) -> None:
    file = tmp_path / "results.sqlite"
    with Jobs(lanes=1, results=file) as jobs:
        wait_until(jobs, jobs.start(add, 40, 2, total=1, key="k"), ended)
    with Jobs(lanes=1, results=file) as jobs:
        answer = jobs.answer("k")
        assert answer is not None and answer.result["sum"] == 42


def test_what_was_not_asked_for_longest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MOST", 2)
    kept = results.Results(tmp_path / "results.sqlite")
    kept.begin()
    for key in ("a", "b"):
        kept.keep(key, "1", 1, 0.5)
        time.sleep(0.01)
    assert kept.get("a") is not None
    kept.keep("c", "1", 1, 0.5)
    assert [kept.has(key) for key in "abc"] == [True, False, True]


def test_a_question_is_told_apart_by_everything_in_it() -> None:
    one = {"digest": "d", "by": "all", "trials": 100, "seed": 1}
    others = [one | {"digest": "e"}, one | {"by": "unit"}, one | {"trials": 101}, one | {"seed": 2}]
    keys = {results.key_of("study", **one), results.key_of("simulation", **one), *(results.key_of("study", **other) for other in others)}
    assert len(keys) == 6 and results.key_of("study", **one) == results.key_of("study", **dict(reversed(one.items())))


def test_time_left() -> None:
    job = Job("", "running", 25, 100, 3.0, "", None)
    assert job.left == pytest.approx(9)
    assert Job("", "running", 0, 100, 3.0, "", None).left is None


def test_workers_are_ready_before_their_first_job() -> None:
    with Jobs(lanes=2, ready=make_ready) as jobs:
        names = [jobs.start(told_ready, total=1) for _ in range(4)]
        assert [wait_until(jobs, name, ended).result for name in names] == [True] * 4


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_worker_in_the_place_of_a_killed_one_is_ready() -> None:
    with Jobs(lanes=1, ready=make_ready) as jobs:
        name = jobs.start(count_slowly, 10_000, total=10_000)
        wait_until(jobs, name, lambda job: job.done > 0)
        os.kill(process_of(jobs, name), signal.SIGKILL)
        assert wait_until(jobs, name, ended).state == "interrupted"
        assert wait_until(jobs, jobs.start(told_ready, total=1), ended).result is True
