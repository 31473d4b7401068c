"""Statements on the terminal and in JSON, as the command line gives them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from finsim.cli import main
from finsim.report.statements import statements
from finsim.scenario.loading import load

FILE = str(Path(__file__).parents[2] / "scenarios" / "two-loans.yaml")


def call(*arguments: str, columns: int = 160) -> str:
    done = CliRunner().invoke(main, list(arguments), env={"COLUMNS": str(columns), "FINSIM_LANG": None})
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_statement_is_printed_with_every_year(lang: str) -> None:
    said = call("--lang", lang, "run", FILE, "--statements")
    scenario = load(Path(FILE))
    for table in statements(scenario.structure):
        assert re.search(re.escape(table.title.say(lang)), said), table.id
    assert all(str(year) in said for year in scenario.years)
    assert "…" not in said.partition("建设投资估算表" if lang == "zh" else "Construction investment (")[2], "nothing is cut"
    if lang == "en":
        assert not re.search("[一-鿿]", said)


def test_without_the_option_statements_are_left_out() -> None:
    assert "资产负债表" not in call("run", FILE)
    assert "statements" not in json.loads(call("run", FILE, "--json"))["accounts"][0]


def test_json_has_the_statements_of_every_account() -> None:
    content = json.loads(call("run", FILE, "--by", "unit", "--statements", "--json"))
    assert [account["id"] for account in content["accounts"]] == ["east", "west", "river"]
    for account in content["accounts"]:
        tables = {table["id"]: table for table in account["statements"]["tables"]}
        total = next(row["total"] for row in tables["investment"]["rows"] if row["number"] == "1")
        assert total == pytest.approx(account["totals"]["investment"])
        assert all(len(row["values"]) == 25 for table in tables.values() for row in table["rows"])


def test_a_narrow_terminal_gets_fewer_years_side_by_side() -> None:
    wide, narrow = (call("run", FILE, "--statements", columns=columns) for columns in (200, 90))
    assert narrow.count("资产负债率") > wide.count("资产负债率") >= 1
