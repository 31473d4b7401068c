"""The statements: every row exists, and what adds up on paper adds up in the numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finsim.report.statements import Entry, Statement, amounts, statements
from finsim.result import Result, run
from finsim.scenario.loading import load

SONGXIAN = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"


@pytest.fixture(scope="module")
def result() -> Result:
    return run(load(SONGXIAN), "all")


@pytest.fixture(scope="module")
def tables(result: Result) -> dict[str, Statement]:
    return {table.id: table for table in statements(result.scenario.structure)}


def by_number(result: Result, table: Statement) -> dict[str, np.ndarray]:
    return {
        entry.number: np.array([np.nan if v is None else v for v in amounts(result, "all", entry)[0]])
        for entry in table.entries
    }


def same(left: np.ndarray, right: np.ndarray) -> bool:
    return bool(np.allclose(left, right, rtol=0, atol=5e-7))


def test_the_statements_come_in_the_order_of_a_report(tables: dict[str, Statement]) -> None:
    assert list(tables) == [
        "investment", "operations", "profit", "project_flow", "cash_plan", "balance_sheet", "debt"
    ]  # fmt: skip
    for table in tables.values():
        numbers = [entry.number for entry in table.entries]
        assert len({*numbers}) == len(numbers), table.id


def test_parts_add_up_to_their_wholes(result: Result, tables: dict[str, Statement]) -> None:
    rows = {name: by_number(result, table) for name, table in tables.items()}
    wholes = [("investment", "1"), ("investment", "1.1"), ("investment", "2"), ("investment", "2.1"), ("investment", "2.2"),
              ("investment", "2.3"), ("operations", "1"), ("operations", "2"), ("profit", "3"), ("project_flow", "1"),
              ("project_flow", "2"), ("cash_plan", "1.1"), ("cash_plan", "1.2"), ("cash_plan", "3.1"), ("cash_plan", "3.2"),
              ("balance_sheet", "1"), ("balance_sheet", "2.6")]  # fmt: skip
    for name, whole in wholes:
        depth = whole.count(".") + 1
        parts = [v for n, v in rows[name].items() if n.startswith(f"{whole}.") and n.count(".") == depth]
        assert parts and same(rows[name][whole], sum(parts, np.zeros(len(result.years)))), (name, whole)


def test_the_arithmetic_that_the_labels_name(result: Result, tables: dict[str, Statement]) -> None:
    rows = {name: by_number(result, table) for name, table in tables.items()}
    investment, profit, flow = rows["investment"], rows["profit"], rows["project_flow"]
    cash, balance, debt = rows["cash_plan"], rows["balance_sheet"], rows["debt"]
    assert same(investment["1"], investment["2"])
    assert same(profit["4"], profit["1"] - profit["2"] - profit["3"])
    assert same(profit["8"], profit["4"] - profit["7"])
    assert same(flow["3"], flow["1"] - flow["2"])
    assert same(cash["1"], cash["1.1"] - cash["1.2"])
    assert same(cash["2"], -cash["2.1"])
    assert same(cash["3"], cash["3.1"] - cash["3.2"])
    assert same(cash["4"], cash["1"] + cash["2"] + cash["3"])
    assert same(cash["5"], np.cumsum(cash["4"]))
    assert same(cash["6"], cash["5"] - cash["5.1"])
    assert same(balance["1"], balance["2"])
    assert same(balance["2"], balance["2.5"] + balance["2.6"])
    assert same(balance["2.5"], balance["2.1"] + balance["2.2"] + balance["2.3"] + balance["2.4"])
    for i in range(1, 4):
        assert same(debt[f"{i}.1"] + debt[f"{i}.2"] - debt[f"{i}.3.1"], debt[f"{i}.4"])
        assert same(debt[f"{i}.3"], debt[f"{i}.3.1"] + debt[f"{i}.3.2"])
    assert debt["4"][0] == 0 and same(debt["4"][1:], debt["4.2"][:-1])


def test_balances_and_ratios_have_no_total(result: Result, tables: dict[str, Statement]) -> None:
    entries: dict[str, Entry] = {e.number: e for e in tables["debt"].entries}
    assert amounts(result, "all", entries["1.1"])[1] is None
    assert amounts(result, "all", entries["1.4"])[1] is None
    assert amounts(result, "all", entries["5"])[1] is None
    assert amounts(result, "all", entries["1.3.1"])[1] == pytest.approx(5000)
