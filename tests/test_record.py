"""Runs on record: what is kept, and that calculating it again gives the same bits or says what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from finsim.cli import main
from finsim.record import replay
from finsim.scenario.loading import load
from finsim.scenario.problems import ScenarioError

FILE = "scenarios/songxian-2023.yaml"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"COLUMNS": "160", "FINSIM_LANG": None})


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("record") / "run.json"
    change = "finance.bonds.b2023.coupon=3%"
    done = call("run", FILE, "--by", "district", "--set", change, "--save", str(path))
    assert done.exit_code == 0
    return path


def edited(path: Path, where: Path, change: Any) -> Path:
    record = json.loads(path.read_text("utf-8"))
    change(record)
    where.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    return where


def test_a_record_holds_all_that_is_needed(kept: Path) -> None:
    record = json.loads(kept.read_text("utf-8"))
    (run,) = record["runs"]
    assert run["by"] == "district"
    assert record["command"] == {"kind": "run", "changes": ["finance.bonds.b2023.coupon=3%"]}
    assert {"finsim", "model", "numpy", "python"} <= record["versions"].keys()
    assert run["digest"] == load(FILE, None, ["finance.bonds.b2023.coupon=3%"]).digest
    assert "table:" not in run["scenario"] and "片区一" in run["scenario"], "the table's units stand in it"
    origins = {(o["path"], o["unit"]): o for o in run["origins"]}
    assert origins["bonds.b2023.coupon", ""]["kind"] == "changed"
    assert origins["facts.households", "d1"]["file"] == "songxian-2023.csv"
    assert not [o for o in run["origins"] if "/" in str(o["file"])], "no path of this machine"
    assert len(run["results"]["accounts"]) == 7


def test_the_same_bits_come_out_again_without_the_file(kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    done = replay(kept)
    assert done.same and not done.versions
    assert "逐位相同" in call("replay", str(kept)).output


def test_a_simulation_is_replayed_with_every_variant(tmp_path: Path) -> None:
    path = tmp_path / "simulation.json"
    assert call("simulate", "scenarios/two-loans.yaml", "--trials", "2000", "--seed", "0", "--save", str(path)).exit_code == 0
    record = json.loads(path.read_text("utf-8"))
    assert record["command"] == {"kind": "simulate", "changes": [], "trials": 2000, "seed": 0, "sampler": "lhs"}
    assert [run["variant"] for run in record["runs"]] == ["base", "high_subsidy", "two_accounts"]
    assert [run["by"] for run in record["runs"]] == ["all", "all", "accounts"]
    content = json.loads(call("replay", str(path), "--json").output)
    assert content["same"] and content["digests"] == [run["digest"] for run in record["runs"]]


def test_a_simulation_that_stops_by_itself_is_replayed_to_the_same_trial(tmp_path: Path) -> None:
    path, command = tmp_path / "stopped.json", ["simulate", "scenarios/two-loans.yaml", "--trials", "20000", "--seed", "3"]
    assert call(*command, "--until", "3%", "--wanted", "95%", "--sampler", "plain", "--save", str(path)).exit_code == 0
    record = json.loads(path.read_text("utf-8"))
    assert {key: record["command"][key] for key in ("trials", "until", "wanted", "sampler")} == {
        "trials": 20_000, "until": 0.03, "wanted": 0.95, "sampler": "plain",
    }  # fmt: skip
    assert record["runs"][0]["results"]["accounts"][0]["decision"]["outcome"] == "missed"
    assert replay(path).same


def test_a_record_from_before_samplers_is_of_independent_trials(tmp_path: Path) -> None:
    path, other = tmp_path / "plain.json", tmp_path / "older.json"
    command = ["simulate", "scenarios/two-loans.yaml", "--trials", "300", "--seed", "3", "--sampler", "plain"]
    assert call(*command, "--save", str(path)).exit_code == 0
    assert replay(edited(path, other, lambda record: record["command"].pop("sampler"))).same


def test_a_figure_that_differs_is_named(kept: Path, tmp_path: Path) -> None:
    def change(record: Any) -> None:
        account = record["runs"][0]["results"]["accounts"][2]
        account["totals"]["revenue"] = account["totals"]["revenue"] * (1 + 1e-15)

    path = edited(kept, tmp_path / "moved.json", change)
    done = replay(path)
    (found,) = done.figures
    assert not done.same and found.path == "accounts.d3.totals.revenue" and found.recorded != found.now
    told = call("replay", str(path))
    assert told.exit_code == 1 and "accounts.d3.totals.revenue" in told.output


def test_another_scenario_or_version_is_said(kept: Path, tmp_path: Path) -> None:
    def change(record: Any) -> None:
        record["command"]["changes"] = ["finance.bonds.b2023.coupon=3.1%"]
        record["versions"]["numpy"] = "1.0"

    done = replay(edited(kept, tmp_path / "other.json", change))
    assert [d.path for d in done.digests] == ["digest"] and done.figures
    assert [(d.path, d.recorded) for d in done.versions] == [("numpy", "1.0")]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"record": 1}', '{"record": 2, "runs": []}', "[" * 100_000, "\\u0000",
     '{"record": 1, "versions": {}, "command": {"kind": "run", "changes": []}, "runs": [{"variant": "", "by": "sum", "digest": "", "scenario": "", "results": {}}]}',
     '{"record": 1, "versions": {}, "command": {"kind": "simulate", "changes": [], "trials": "9", "seed": 1}, "runs": [{}]}'],
)  # fmt: skip
def test_what_is_no_record_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "no.json"
    path.write_text(text, "utf-8")
    done = call("replay", str(path))
    assert done.exit_code == 1 and "这不是 finsim 的运行记录" in done.output


def test_a_record_reads_no_table(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("secret\n", "utf-8")

    def change(record: Any) -> None:
        run = record["runs"][0]
        run["scenario"] = run["scenario"][: run["scenario"].index("\nunits:")] + "\nunits: {table: units.csv}\n"

    with pytest.raises(ScenarioError) as caught:
        replay(edited(kept, tmp_path / "table.json", change))
    assert "引用了另外的表格" in caught.value.say("zh") and "secret" not in caught.value.say("zh")


def test_a_record_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    path.write_text("before", "utf-8")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    done = call("run", "scenarios/two-loans.yaml", "--save", str(path))
    assert done.exit_code == 2 and "No space left" in done.output
    assert path.read_text("utf-8") == "before" and list(tmp_path.iterdir()) == [path]


def test_explanations_and_tables_carry_the_digest() -> None:
    digest = load(FILE).digest
    assert digest in call("run", FILE).output
    assert digest in call("explain", FILE, "funding.bond_used", "2024").output
    assert load("scenarios/two-loans.yaml").digest in call("simulate", "scenarios/two-loans.yaml", "--trials", "1000", "--seed", "1").output
