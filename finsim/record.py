"""A run on record: the resolved scenario, digest, seed, versions and results, enough to calculate it again bit for bit."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finsim.files import write_whole
from finsim.result import Result, run
from finsim.risk.sample import Sample
from finsim.risk.sampling import DESIGNS
from finsim.risk.trials import simulate
from finsim.scenario.document import Document, parse
from finsim.scenario.loading import load_document
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.scenario import GROUPINGS, MODEL_VERSION, Origin, Scenario
from finsim.scenario.writing import as_yaml
from finsim.sheet import Text

FORM = 1
"""Of the record itself."""
LARGEST = 64 * 2**20  # bytes
MOST_DIFFERENCES = 1000

Json = Any


@dataclass(frozen=True)
class Difference:
    """One figure that came out otherwise, by its path in the results; None where there is none."""

    variant: str
    path: str
    recorded: object
    now: object


@dataclass(frozen=True)
class Replay:
    """What came of calculating a record again: versions that differ, digests that differ, figures that differ."""

    record: Mapping[str, Json]
    versions: tuple[Difference, ...]
    digests: tuple[Difference, ...]
    figures: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether every figure is the same, bit for bit."""
        return not self.digests and not self.figures


def versions() -> dict[str, str]:
    """What the figures may depend on."""
    packages = {name: importlib.metadata.version(name) for name in ("finsim", "numpy", "scipy")}
    return {**packages, "model": MODEL_VERSION, "python": platform.python_version(), "machine": platform.machine()}


# ---- keeping -----------------------------------------------------------------------------------------------
def record_of_run(result: Result, document: Document, changes: Sequence[str] = ()) -> dict[str, Json]:
    """The record of a run; ``document`` is the scenario's, self-contained, before its ``changes``."""
    command = {"kind": "run", "changes": list(changes)}
    return _record(command, [_run(result.scenario, result.by, document, result.to_json())])


def record_of_simulation(
    samples: list[tuple[Sample, Document]], trials: int, changes: Sequence[str] = ()
) -> dict[str, Json]:
    """The record of a simulation of at most so many trials, one entry for each variant."""
    first = samples[0][0]
    how = {"trials": trials, "seed": first.seed, "sampler": first.sampler}
    goal = {key: value for key, value in vars(first.goal).items() if value is not None}
    command = {"kind": "simulate", "changes": list(changes), **how, **goal}
    runs = [_run(sample.scenario, sample.by, document, sample.to_json()) for sample, document in samples]
    return _record(command, runs)


def save(record: Mapping[str, Json], path: Path) -> None:
    """Write a record, whole or not at all. Raises ``OSError``."""
    write_whole(path, (json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode())


def _record(command: dict[str, Json], runs: list[dict[str, Json]]) -> dict[str, Json]:
    return {"record": FORM, "versions": versions(), "command": command, "runs": runs}


def _run(scenario: Scenario, by: str, document: Document, results: dict[str, Json]) -> dict[str, Json]:
    return {
        "variant": scenario.variant.id if scenario.variant else "",
        "by": by,
        "digest": scenario.digest,
        "scenario": as_yaml(document.value),
        "origins": list(_origins(scenario)),
        "results": {key: value for key, value in results.items() if key not in ("scenario", "trials", "seed", "sampler")},
    }


def _origins(scenario: Scenario) -> Iterator[dict[str, Json]]:
    """Where every stated input came from: the resolved scenario stands in one file, its values came from several."""
    for (sheet, path), origin in scenario.origins.items():
        yield from _origin(sheet, path, "", origin)
    for (path, unit), origin in scenario.unit_origins.items():
        yield from _origin("unit", path, unit, origin)


def _origin(sheet: str, path: str, unit: str, origin: Origin) -> Iterator[dict[str, Json]]:
    if origin.kind != "default":
        place = {"file": Path(origin.place.file).name, "line": origin.place.line}
        yield {"sheet": sheet, "path": path, "unit": unit, "kind": origin.kind, "source": origin.source, **place}


# ---- calculating again -------------------------------------------------------------------------------------
def replay(path: Path, progress: Callable[[int, int], bool] | None = None) -> Replay:
    """Calculate a record again from its own scenario and say what differs.

    Raises :class:`ScenarioError` for a file that is no record, or whose scenario no longer loads.
    """
    record = _read(path)
    command, digests, figures = record["command"], [], []
    for recorded in record["runs"]:
        name = recorded["variant"]
        document = parse(recorded["scenario"].encode(), f"{path.name}:{name or command['kind']}")
        scenario = load_document(document, command["changes"])
        if scenario.digest != recorded["digest"]:
            digests.append(Difference(name, "digest", recorded["digest"], scenario.digest))
        if command["kind"] == "run":
            results = run(scenario, recorded["by"]).to_json()
        else:
            sampler = command.get("sampler", "plain")  # the only one there was when records did not say it
            how = (command["trials"], command["seed"], recorded["by"], progress, sampler)
            results = simulate(scenario, *how, command.get("until"), command.get("wanted")).to_json()
        now = json.loads(json.dumps({key: results[key] for key in recorded["results"] if key in results}))
        figures += [Difference(name, *parts) for parts in _compared(recorded["results"], now, "")]
    wanted, own = record["versions"], versions()
    changed = [Difference("", key, value, own.get(key)) for key, value in wanted.items() if own.get(key) != value]
    return Replay(record, tuple(changed), tuple(digests), tuple(figures[:MOST_DIFFERENCES]))


def _compared(recorded: Json, now: Json, path: str) -> Iterator[tuple[str, object, object]]:
    """Every figure that is not the same number, text or truth value."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*recorded, *now]):
            yield from _compared(recorded.get(key), now.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        for i, (one, other) in enumerate(zip(recorded, now, strict=True)):
            yield from _compared(one, other, f"{path}.{one.get('id', i) if isinstance(one, dict) else i}")
    elif recorded != now:
        yield path, recorded, now


def _read(path: Path) -> dict[str, Json]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        record = json.loads(data) if len(data) <= LARGEST else None
    except OSError as error:
        raise _refused(path, Text("无法读取该记录。", "The record cannot be read."), error.strerror or "") from None
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not _is_record(record):
        raise _refused(path, Text("这不是 finsim 的运行记录，或已损坏。", "This is no record of finsim, or it is damaged."))
    return record


def _is_record(record: dict[str, Json]) -> bool:
    if record.get("record") != FORM:
        return False
    command, runs, own = record.get("command"), record.get("runs"), record.get("versions")
    counted = isinstance(command, dict) and (
        command.get("kind") == "run"
        or (
            command.get("kind") == "simulate"
            and all(type(command.get(key)) is int for key in ("trials", "seed"))
            and command.get("sampler", "plain") in DESIGNS
            and all(isinstance(command.get(key, 0.5), float) and 0 < command.get(key, 0.5) < 1 for key in ("until", "wanted"))
        )
    )
    texts = ("variant", "digest", "scenario")
    return bool(
        counted
        and isinstance(command, dict)
        and isinstance(changes := command.get("changes"), list)
        and all(isinstance(change, str) for change in changes)
        and isinstance(own, dict)
        and isinstance(runs, list)
        and runs
        and all(isinstance(one, dict) and all(isinstance(one.get(key), str) for key in texts) for one in runs)
        and all(isinstance(one.get("results"), dict) and one.get("by") in GROUPINGS for one in runs)
    )


def _refused(path: Path, what: Text, found: str = "") -> ScenarioError:
    allowed = Text("run 或 simulate 用 --save 写出的 .json 文件", "a .json file that run or simulate wrote with --save")
    remedy = Text("检查文件名；不要手工改记录。", "Check the name; a record is not edited by hand.")
    return ScenarioError([Problem(path.as_posix(), None, "", what, found, allowed, remedy)])
