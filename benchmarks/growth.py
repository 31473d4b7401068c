"""How time and memory grow with the units, the trials, the rows and the years; a table and a chart.

    python benchmarks/engine.py growth [--trials 10000] [--most 1000000]

Every point is a process of its own, so that its peak of memory is its own. Time is the processor time of this process and of the
two that it forks, from the loaded scenario to the finished sample, compiling included. Memory is the sum of their peaks: at
most so much is taken, for what they share is counted in each.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHART = ROOT / "docs" / "images" / "growth.svg"
CITY, PROJECT = ROOT / "scenarios" / "yichang-85", ROOT / "scenarios" / "songxian-2023.yaml"
UNITS = (1, 7, 85, 850)

_ONE = """
import json, sys
sys.path.insert(0, "benchmarks")
from pathlib import Path
from used import memory, processor_time
from finsim.risk.trials import simulate
from finsim.scenario.loading import load
scenario = load(Path(sys.argv[1]))
before, begin = memory(), processor_time()
first = []
def progress(done, trials):
    first.append(processor_time() - begin)
    return True
simulate(scenario, int(sys.argv[2]), 1, sys.argv[3], progress)
used, rows = processor_time() - begin, len(scenario.sheets.unit.rows) + len(scenario.sheets.account.rows)
peak = memory()
print(json.dumps({"s": used, "first": first[0], "before": before, "MiB": peak, "rows": rows}))
"""

Point = dict[str, float]


def growth(trials: int, most: int) -> None:
    """Measure all points, print the table and draw the chart."""
    with tempfile.TemporaryDirectory() as folder:
        by_units = [(n, _measured(_city(Path(folder), n), trials, "all")) for n in UNITS]
        _table("units", [(f"{n:,}", trials, point) for n, point in by_units])
        steps = [count for count in (1_000, 10_000, 100_000, 1_000_000) if count <= most]
        by_trials = [(count, _measured(PROJECT, count, "all")) for count in steps]
        _table("trials, seven districts", [(f"{count:,}", count, point) for count, point in by_trials])
        larger = [
            (name, trials, _measured(file, trials, "all"))
            for name, file in (("as it is", PROJECT), *_doubled(Path(folder)))
        ]
        _table("rows and years, seven districts", larger)
    CHART.write_text(_chart(
        (f"单元数（{trials:,} 次） · units, {trials:,} trials", [(n, p["s"], p["MiB"]) for n, p in by_units]),
        ("次数（七个片区） · trials, seven districts", [(count, p["s"], p["MiB"]) for count, p in by_trials]),
    ), encoding="utf-8")  # fmt: skip
    print(f"chart: {CHART.relative_to(ROOT)}")


def _measured(file: Path, trials: int, by: str) -> Point:
    done = subprocess.run(
        [sys.executable, "-c", _ONE, str(file), str(trials), by], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: Point = json.loads(done.stdout)
    return found


def _table(name: str, points: list[tuple[str, int, Point]]) -> None:
    print(f"{name:34} trials      rows   processor s   ms per trial   first result s   peak MiB (loaded)")
    for label, trials, p in points:
        print(
            f"  {label:32} {trials:9,} {p['rows']:5.0f} {p['s']:10.1f} {1000 * p['s'] / trials:13.3f} {p['first']:14.2f}"
            f" {p['MiB']:14,.0f} ({p['before']:,.0f})",
            flush=True,
        )


# ---- scenarios of other sizes ----------------------------------------------------------------------------------
def _city(folder: Path, units: int) -> Path:
    """The city of 85 with its first units only, or with all of them several times under new ids; one account."""
    target = folder / f"city-{units}"
    target.mkdir()
    # one county for all, and bonds split by area: so it is a scenario however few there are
    base = _one_county((CITY / "base.yaml").read_text(encoding="utf-8")).replace("need_then", "area")
    (target / "base.yaml").write_text(base, encoding="utf-8")
    head, *lines = csv.reader(_one_county((CITY / "districts.csv").read_text(encoding="utf-8")).splitlines())
    repeated = [
        [f"{line[0]}r{i // len(lines)}", *line[1:]]
        for i, line in ((i, lines[i % len(lines)]) for i in range(units))
    ]  # fmt: skip
    neighbours = head.index("相邻单元")
    for line in repeated:
        line[neighbours] = ""
    with (target / "districts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *repeated])
    text = (CITY / "yichang-85.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^  accounts:.*?(?=^  standard:)", "", text)
    (target / "city.yaml").write_text(text, encoding="utf-8")
    return target / "city.yaml"


def _one_county(text: str) -> str:
    return text.replace("伍家岗区", "西陵区").replace("Wujiagang District", "Xiling District")


def _doubled(folder: Path) -> Iterator[tuple[str, Path]]:
    """The seven districts with every work and every stream twice, and with 60 years, the most there may be, for 33."""
    (folder / "songxian-2023.csv").write_bytes(PROJECT.with_suffix(".csv").read_bytes())
    text = PROJECT.read_text(encoding="utf-8")
    twice = text
    for kind in ("works", "streams"):  # every line "    id:" between this part of the catalogue and the next
        items = re.search(rf"(?ms)^  {kind}:[^\n]*\n(.*?)(?=^  \w|^\w)", text)
        assert items is not None
        again = re.sub(r"(?m)^    (\w+):$", r"    \1_again:", items[1])
        twice = twice.replace(items[1], items[1] + again)
    longer = re.sub(r"last: (\d+)", lambda last: f"last: {int(last[1]) + 27}", text, count=1)
    for name, changed in (("works and streams twice", twice), ("60 years instead of 33", longer)):
        file = folder / f"{name.replace(' ', '-')}.yaml"
        file.write_text(changed, encoding="utf-8")
        yield name, file


# ---- the chart -------------------------------------------------------------------------------------------------
_WIDE, _HIGH, _EDGE = 420, 300, 60


def _chart(*panels: tuple[str, list[tuple[float, float, float]]]) -> str:
    """Time and memory over size, both axes logarithmic, in SVG; a dashed line grows in proportion."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE * len(panels)} {_HIGH + 40}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for i, (title, points) in enumerate(panels):
        parts += _panel(i * _WIDE, title, points)
    return "\n".join([*parts, "</svg>\n"])


def _panel(left: float, title: str, points: list[tuple[float, float, float]]) -> Iterator[str]:
    from math import ceil, floor, log10

    sizes = [size for size, _, _ in points]
    values = [value for _, *pair in points for value in pair]
    low_x, high_x = log10(sizes[0]), log10(sizes[-1])
    low_y, high_y = floor(log10(min(values))), ceil(log10(max(values)))

    def at(size: float, value: float) -> str:
        x = left + _EDGE + (log10(size) - low_x) / (high_x - low_x) * (_WIDE - 2 * _EDGE)
        y = _HIGH - (log10(value) - low_y) / (high_y - low_y) * (_HIGH - _EDGE)
        return f"{x:.1f},{y:.1f}"

    yield f'<text x="{left + _WIDE / 2}" y="20" text-anchor="middle" font-weight="bold">{title}</text>'
    for power in range(low_y, high_y + 1):
        x, y = at(sizes[0], 10.0**power).split(",")
        yield f'<path d="M{x} {y}h{_WIDE - 2 * _EDGE}" stroke="#ddd"/>'
        yield f'<text x="{float(x) - 6}" y="{float(y) + 4}" text-anchor="end">{10.0**power:,.10g}</text>'
    for size in sizes:
        x = at(size, 10.0**low_y).split(",")[0]
        yield f'<text x="{x}" y="{_HIGH + 18}" text-anchor="middle">{size:,}</text>'
    top = points[-1][1]
    begin = max(sizes[0], sizes[-1] * 10.0**low_y / top)
    yield f'<text x="{left + _EDGE}" y="40" fill="#888">┄ 成正比 · in proportion</text>'
    yield f'<path d="M{at(begin, top * begin / sizes[-1])} L{at(sizes[-1], top)}" stroke="#888" stroke-dasharray="4 4"/>'
    for column, colour, mark, name in ((1, "#0b5cad", "circle", "处理器秒 · processor s"), (2, "#b3420e", "rect", "峰值内存 · peak MiB")):
        line = [at(point[0], point[column]) for point in points]
        yield f'<polyline points="{" ".join(line)}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for place in line:
            x, y = (float(number) for number in place.split(","))
            shape = f'cx="{x}" cy="{y}" r="4"' if mark == "circle" else f'x="{x - 4}" y="{y - 4}" width="8" height="8"'
            yield f'<{mark} {shape} fill="{colour}"/>'
        key = left + _EDGE + (column - 1) * 160
        yield f'<text x="{key}" y="{_HIGH + 36}" fill="{colour}">{"●" if mark == "circle" else "■"} {name}</text>'
