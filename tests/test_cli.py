"""The command line as a user meets it: what it prints, and its exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

import finsim
from finsim.cli import main
from finsim.cli.common import Refused, progress_bar
from finsim.result import INDICATORS

FILE = "scenarios/songxian-2023.yaml"
TESTS = ["cover_full", "cover_operating", "cover_all_debt", "liquidity", "recovery"]


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"COLUMNS": "160", "FINSIM_LANG": None})


def numbers(content: Any) -> list[float]:
    if isinstance(content, dict):
        return [n for value in content.values() for n in numbers(value)]
    if isinstance(content, list):
        return [n for value in content for n in numbers(value)]
    return [content] if isinstance(content, float) else []


@pytest.mark.parametrize("command", ["check", "show", "schema", "run", "simulate", "replay", "diff", "explain", "workbook", "policy"])
def test_help_speaks_both_languages(command: str) -> None:
    text = call(command, "--help").output
    words = ("Check", "Print", "Evaluate", "Monte Carlo", "Calculate", "Compare", "Why", "Write", "Policy values")
    assert any("一" <= c <= "鿿" for c in text)
    assert any(word in text for word in words)


def test_check_says_that_there_is_nothing_to_mend() -> None:
    done = call("check", FILE)
    assert (done.exit_code, done.output) == (0, f"{FILE}：没有问题。\n")


def test_show_gives_what_the_variant_makes_of_the_file() -> None:
    content = YAML(typ="safe", pure=True).load(call("show", "scenarios/two-loans.yaml", "--variant", "high_subsidy").output)
    assert content["catalogue"]["sources"]["central"]["per_household"] == "6000 元/户" and "variants" not in content
    assert content["units"]["river"]["values"]["streams.parking.quantity"] == 110
    part = call("show", FILE, "units.d2.households").output
    assert part == "376\n"


def test_show_origin_names_the_line_and_what_was_replaced() -> None:
    done = call("show", FILE, "units.d2", "--origin", "--set", "units.d2.households=400")
    assert "units.d2.households: 400   ← --set units.d2.households=400   替换了 376 (scenarios/songxian-2023.csv:3)" in done.output
    assert "units.d2.buildings: 11   ← scenarios/songxian-2023.csv:3\n" in done.output
    assert "replaced 376" in call("--lang", "en", "show", FILE, "units.d2", "--origin", "--set", "units.d2.households=400").output


def test_show_of_a_part_that_is_not_there_offers_the_near_one() -> None:
    done = call("show", FILE, "units.d2.housholds")
    assert done.exit_code == 1 and "是否想写 households？" in done.output


@pytest.mark.parametrize("command", [["run"], ["simulate", "--trials", "1024", "--seed", "1"]])
def test_a_change_of_the_command_line_moves_the_result(command: list[str]) -> None:
    plain, changed = (json.loads(call(*command, FILE, "--json", *more).output) for more in ([], ["--set", "finance.bonds.b2023.coupon=5%"]))
    assert plain["scenario"]["digest"] != changed["scenario"]["digest"]
    assert changed["accounts"][0]["tests"][0]["value"] < plain["accounts"][0]["tests"][0]["value"]
    assert call("run", FILE, "--set", "finance.bonds.b2023.copon=5%").exit_code == 1


def test_run_gives_the_verdict_of_every_test() -> None:
    done = call("run", FILE)
    assert done.exit_code == 0
    for word in ("不平衡", "债券本息覆盖（全口径）", "1.382", "2027 年末首次出现资金缺口", "分摊规则", "31,511.75"):
        assert word in done.output


def test_run_in_english_has_no_chinese_but_digits() -> None:
    done = call("--lang", "en", "run", FILE, "--by", "unit")
    assert done.exit_code == 0
    assert "does not balance" in done.output and "illustrative" in done.output
    assert not [c for c in done.output if "一" <= c <= "鿿"]


def test_json_of_run_has_the_agreed_shape_and_plain_numbers() -> None:
    content = json.loads(call("run", FILE, "--by", "unit", "--json").output)
    assert content["scenario"]["title"].startswith("嵩县") and len(content["scenario"]["digest"]) == 16
    assert [a["id"] for a in content["accounts"]] == ["d1", "d2", "d3", "d4", "d5", "d6", "d7"]
    for account in content["accounts"]:
        assert isinstance(account["balanced"], bool) and account["units"] == [account["id"]]
        assert [t["id"] for t in account["tests"]] == TESTS
        for test in account["tests"]:
            assert {"passed", "value", "threshold", "margin", "period", "reason"} <= test.keys()
        names = ("investment", "grants", "residents", "operators", "equity", "bonds", "loans", "unfunded")
        assert set(names) <= account["totals"].keys()
        sources = ("grants", "operators", "residents", "others", "equity", "bonds", "loans")
        paid = sum(account["totals"][k] for k in (*sources, "interest_rolled_up", "from_surplus", "unfunded"))
        assert paid == pytest.approx(account["totals"]["investment"], abs=1e-6)
    assert all(math.isfinite(n) for n in numbers(content))


def test_json_is_what_python_gives() -> None:
    content = json.loads(call("run", FILE, "--variant", "density", "--json").output)
    assert content == json.loads(json.dumps(finsim.run(finsim.load(FILE, "density")).to_json()))


def test_simulate_shows_every_variant_beside_the_probability() -> None:
    done = call("simulate", FILE, "--trials", "200", "--seed", "1")
    assert done.exit_code == 0
    assert "项目卡口径" in done.output and "全国平均密度" in done.output and "95% 置信区间" in done.output


def test_simulate_shows_the_accounts_that_a_variant_lists() -> None:
    done = call("simulate", "scenarios/two-loans.yaml", "--trials", "500", "--seed", "1")
    assert done.exit_code == 0
    for account in ("整个项目（跨片区组合）", "东园与河滨", "西园"):
        assert account in done.output


def test_json_of_simulate_adds_probability_and_quantiles() -> None:
    content = json.loads(call("simulate", FILE, "--trials", "200", "--seed", "1", "--json").output)
    assert (content["trials"], content["seed"]) == (200, 1)
    assert set(content["variants"]) == {"card", "density"}
    account = content["accounts"][0]
    for probability in (content["probability"], account["probability"], content["variants"]["density"]["probability"]):
        assert probability["low"] <= probability["value"] <= probability["high"]
        assert (probability["level"], probability["method"]) == (0.95, "clopper-pearson")  # none balances
    assert set(account["quantiles"]) == {key for key, _, _, _ in INDICATORS}
    cover = account["quantiles"]["cover_full"]
    assert list(cover) == ["p5", "p10", "p25", "p50", "p75", "p90", "p95"]
    assert list(cover.values()) == sorted(cover.values())
    assert all(math.isfinite(n) for n in numbers(content))


def test_explain_names_the_operands_and_where_inputs_stand() -> None:
    done = call("explain", FILE, "sources.central.granted", "--unit", "d2")
    assert done.exit_code == 0
    for word in (
        "150.40 万元",
        "每户标准",
        "4,000.00 元/户",
        "376.00 户",
        "scenarios/songxian-2023.csv:3",
        "songxian-2023.yaml:",
    ):
        assert word in done.output


def test_explain_deep_goes_down_to_the_inputs() -> None:
    shallow = call("explain", FILE, "contributions.gap", "2024", "--account", "d1").output
    deep = call("explain", FILE, "contributions.gap", "2024", "--account", "d1", "--deep").output
    assert "造价总额" not in shallow and "造价总额" in deep
    assert "songxian-2023.yaml:" in deep


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["explain", FILE, "fundng.need", "2024"], "funding.need"),
        (["explain", FILE, "funding.need"], "2023–2055"),
        (["explain", FILE, "funding.need", "1999"], "2023–2055"),
        (["explain", FILE, "funding.need", "2024", "--account", "nobody"], "all"),
        (["explain", FILE, "funding.need", "2024", "--unit", "d1", "--account", "all"], "只能用一个"),
        (["run", FILE, "--by", "moon"], "moon"),
        (["run", FILE, "--by", "accounts"], "balance.accounts"),
        (["simulate", FILE, "--trials", "0", "--seed", "1"], "0"),
        (["workbook", FILE, "-o", "book.pdf"], ".xlsx"),
        (["workbook", FILE, "--by", "unit", "-o", "book.xlsx"], "--account"),
        (["policy", "incometax"], "income_tax.rate"),
        (["policy", "vat", "--date", "tomorrow"], "tomorrow"),
    ],
)
def test_wrong_use_is_told_with_exit_code_2(arguments: list[str], words: str) -> None:
    done = call(*arguments)
    assert (done.exit_code, words in done.output) == (2, True), done.output


def test_run_names_the_policy_values_it_stands_on() -> None:
    output = call("run", FILE).output
    assert "政策取值（2023-06-01）" in output and "income_tax.rate" in output and "待核实（中）" in output


def test_policy_lists_what_begins_with_a_name() -> None:
    every, some = call("policy").output, call("policy", "community_care").output
    assert "bonds.terms" in every and "income_tax.rate" in every
    assert "bonds.terms" not in some and some.count("2027-12-31") >= 3 and some.count("2019-06-01") >= 3
    one = call("policy", "community_care.vat", "--date", "2026-06-01").output
    assert "2026年第7号" in one and "2019-06-01" not in one and "https://" in one


def test_policy_on_a_day_that_is_not_known_is_an_error() -> None:
    done = call("policy", "community_care.vat", "--date", "2028-01-01")
    assert (done.exit_code, "2026-01-01 至 2027-12-31" in done.output) == (1, True)


def test_policy_in_english_has_no_chinese() -> None:
    done = call("--lang", "en", "policy")
    assert done.exit_code == 0 and "verified" in done.output and "(low)" in done.output
    assert not [c for c in done.output if "一" <= c <= "鿿"]


def test_policy_as_json() -> None:
    (entry,) = json.loads(call("policy", "income_tax.rate", "--json").output)
    assert (entry["value"], entry["from"], entry["to"], entry["confidence"], entry["uncertain"]) == (0.25, "2008-01-01", None, "high", False)
    assert entry["document"] and entry["document_en"] and entry["link"].startswith("https://")


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_problem_of_the_scenario_is_told_with_exit_code_1(command: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("finsim: 1\nfinsim: 2\n", encoding="utf-8")
    done = call(command, str(broken))
    assert done.exit_code == 1
    assert "broken.yaml:2" in done.output and "改法" in done.output and "Traceback" not in done.output
    assert call("run", FILE, "--variant", "nothing").exit_code == 1


@pytest.mark.parametrize("arguments", [["run", FILE], ["simulate", FILE, "--trials", "20", "--seed", "1"]])
def test_a_model_that_contradicts_itself_gives_no_result(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finsim.result.CHECK_LIMIT", -1.0)
    done = call(*arguments)
    assert (done.exit_code, "计算自相矛盾" in done.output, "Traceback" in done.output) == (1, True, False)


def test_the_command_line_starts_without_the_engine() -> None:
    """Help must come at once: numpy and pydantic are imported by the commands that need them."""
    code = "import sys, finsim.cli; print([m for m in ('numpy', 'pydantic', 'plotly', 'dash') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- simulate until ----------------------------------------------------------------------------------------
def test_simulate_stops_at_a_precision_and_tells_a_verdict() -> None:
    command = ("simulate", "scenarios/two-loans.yaml", "--trials", "20000", "--seed", "1", "--variant", "base")
    content = json.loads(call(*command, "--until", "2%", "--json").output)
    p = content["accounts"][0]["probability"]
    assert content["trials"] < 20_000 and (p["high"] - p["low"]) / 2 <= 0.02
    content = json.loads(call(*command, "--wanted", "90%", "--json").output)
    decision = content["accounts"][0]["decision"]
    assert decision["outcome"] == "missed" and decision["trials"] == content["trials"] == 1024
    assert content["variants"]["base"]["accounts"][0]["decision"] == decision
    assert "不达标（1,024 次）" in call(*command, "--wanted", "0.9").output
    assert "不平衡时" in call(*command, "--wanted", "0.9").output


@pytest.mark.parametrize(("option", "value"), [("--until", "0"), ("--wanted", "90"), ("--wanted", "甲"), ("--sampler", "halton")])
def test_a_goal_or_sampler_that_cannot_be_is_wrong_use(option: str, value: str) -> None:
    assert call("simulate", FILE, "--trials", "10", "--seed", "1", option, value).exit_code == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", [("sensitivity", "--outcome", "cover_full"), ("simulate", "--seed", "1", "--wanted", "90%")], ids=lambda command: command[0])
def test_a_narrow_terminal_cuts_nothing_off(command: tuple[str, ...], lang: str) -> None:
    name, *options = command
    done = CliRunner().invoke(main, ["--lang", lang, name, "scenarios/two-loans.yaml", "--trials", "128", *options], env={"COLUMNS": "70", "FINSIM_LANG": None})
    assert done.exit_code == 0 and "…" not in done.output and "%" in done.output


def test_sobol_is_for_a_single_account() -> None:
    done = call("simulate", FILE, "--trials", "10", "--seed", "1", "--sampler", "sobol", "--by", "unit")
    assert done.exit_code == 1 and "只能用于一个平衡主体" in done.output and "--sampler lhs" in done.output
    assert call("simulate", FILE, "--trials", "10", "--seed", "1", "--sampler", "sobol", "--by", "all").exit_code == 0


def test_an_interrupt_that_was_lost_stops_at_the_next_chunk() -> None:
    """Python ignores what is raised while it clears an object away."""

    class Cleared:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)  # to this thread: os.kill may reach it later, through another

    with pytest.raises(Refused, match="已中断，完成 2/10"), progress_bar("", "zh") as count:
        assert count(1, 10)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "unraisablehook", lambda _: None)
            Cleared()
        count(2, 10)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
