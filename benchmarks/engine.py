"""How fast the engine is: J30 beside two programs written by hand for it, seven districts, and a city of 85.

    python benchmarks/engine.py [j30 | songxian | yichang | growth] [--trials 10000] [--most 1000000]

Times are processor times of this process and of those that it forks (so that other work on the machine counts less), medians of
several runs; the ratios are between medians of one run of this program. numba, which only a yardstick needs, may be missing.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core for everyone

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import growth
import j30
import used
import yardsticks

from finsim.indicators import irr
from finsim.risk.trials import Sampler, simulate
from finsim.scenario.loading import load
from finsim.sheet.llvm_backend import SWITCH
from finsim.sheet.numpy_backend import Array

ROOT = Path(__file__).parents[1]
TOGETHER = {"numpy": 8192, "llvm": 2048}
"""Trials of J30 in one call of the engine: what fits the cache."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["j30", "songxian", "yichang"])
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--most", type=int, default=1_000_000, help="most trials in the chart of growth")
    chosen = parser.parse_args()
    environment()
    for part in chosen.parts:
        if part == "growth":
            growth.growth(chosen.trials, chosen.most)
        else:
            {"j30": common_job, "songxian": songxian, "yichang": yichang}[part](chosen.trials)


def environment() -> None:
    import llvmlite

    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
        cpu = f"{names[0]}, {len(names)} cores"
    print(f"{cpu}; {platform.system()}, Python {platform.python_version()}, NumPy {np.__version__}, llvmlite {llvmlite.__version__}")


# ---- J30 -------------------------------------------------------------------------------------------------------
def common_job(trials: int, runs: int = 15) -> None:
    draws = j30.draws(trials)
    programs: dict[str, Callable[[Array], tuple[Array, ...]]] = {
        "NumPy by hand": yardsticks.with_numpy,
        "finsim, NumPy": with_finsim("numpy"),
        "finsim, vector code": with_finsim("llvm"),
    }
    try:
        programs["numba by hand"] = yardsticks.with_numba()
    except ImportError:
        print("numba is not installed: no comparison with it")
    results = {name: program(draws) for name, program in programs.items()}  # compiles what must be compiled
    expected = results["NumPy by hand"]
    for name, found in results.items():
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8, err_msg=name)
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(runs):  # in turn, so that what else the machine does strikes all alike
        for name, program in programs.items():
            taken[name].append(processor_time(lambda program=program: program(draws)))
    median = {name: statistics.median(times) for name, times in taken.items()}
    print(f"J30, {trials:,} trials, both rates of return, one core, median of {runs} runs")
    for name, seconds in median.items():
        ratios = ", ".join(
            f"{median[other] / seconds:.2f} × {other}" for other in ("NumPy by hand", "numba by hand") if other in median
        )
        print(f"  {name:20} {trials / seconds / 1e6:6.2f} million trials/s   {ratios}")


def with_finsim(backend: str) -> Callable[[Array], tuple[Array, ...]]:
    """The model with this back end; rates of return by the same one."""
    made = j30.engine(backend)
    step = TOGETHER[backend]

    def run(draws: Array) -> tuple[Array, ...]:
        trials = draws.shape[1]
        project, dscr = np.empty((j30.YEARS, trials)), np.empty((j30.PAYMENTS, trials))
        rates, npv = np.empty((2, trials)), np.empty(trials)
        for first in range(0, trials, step):
            part = slice(first, min(first + step, trials))
            _, rows = made({("unit", path): draws[i, None, part] for i, path in enumerate(j30.DRAWN)}, part.stop - first)
            project[:, part] = rows["job.project"][1:-1, 0]
            dscr[:, part] = rows["job.dscr"][1 + j30.BUILT : 1 + j30.BUILT + j30.PAYMENTS, 0]
            npv[part] = rows["job.npv"][0]
            for i, path in enumerate(("job.project", "job.equity")):
                rates[i, part] = irr(rows[path][1:-1, 0], backend)[0]
        return project, dscr, rates[0], rates[1], npv

    return run


def processor_time(work: Callable[[], object]) -> float:
    begin = used.processor_time()
    work()
    return used.processor_time() - begin


# ---- programmes ------------------------------------------------------------------------------------------------
def songxian(trials: int) -> None:
    _programme("seven districts", ROOT / "scenarios" / "songxian-2023.yaml", trials)


def yichang(trials: int) -> None:
    _programme("city of 85 districts", ROOT / "scenarios" / "yichang-85" / "yichang-85.yaml", trials)


def _programme(name: str, file: Path, trials: int) -> None:
    scenario = load(file)
    print(f"{name}, {len(scenario.units)} units, {len(scenario.years)} years")
    for backend, count in (("llvm", trials), ("numpy", max(1, trials // 20))):
        os.environ[SWITCH] = backend
        wall = time.perf_counter()
        seconds = processor_time(lambda count=count: simulate(scenario, count, seed=1))
        passed = time.perf_counter() - wall
        sampler, step = Sampler(scenario, 1), min(count, 1024)
        drawing = processor_time(lambda sampler=sampler, step=step: sampler(0, step)) * count / step
        print(
            f"  {backend:5} {count:6,} trials: {passed:6.1f} s, of processors {seconds:6.1f} s; {count / passed:8,.0f} trials/s, "
            f"drawing {drawing / seconds:4.0%}, memory at most {used.memory():,.0f} MiB"
        )


if __name__ == "__main__":
    main()
