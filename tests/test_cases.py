"""Every case in ``tests/cases``: a scenario and what its rows must be, worked out by hand or published.

A case is written by someone who knows a 测算表:

    title       what it shows
    source      where published numbers come from
    scenario    a scenario; what it leaves out is in UNSAID below
    file        or a scenario file of the repository, with ``variant`` and ``by`` where wanted
    expect      rows with their values:
      row       path of the row; of the unit's sheet where ``unit`` says which unit
      account   which account, where there are several
      period    the year, or ``total``; left out for a row that has one value only
      value     a number, ``none`` where there must be no value, or a list for the years from ``period`` on
      tol       allowed difference, if not 0.005
      why       the arithmetic. Written with + − × ÷ ^ % and brackets only, it is calculated here and must give the value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from finsim.result import Result, run
from finsim.scenario.document import parse, read
from finsim.scenario.loading import load
from finsim.sheet import TOLERANCE
from tests.support.arithmetic import arithmetic

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "tests" / "cases").glob("*.yaml"))
TOL = 0.005

UNSAID = """
finsim: 1
title_en: case
source: case
sources: {case: {document: 手算例题, document_en: worked by hand}}
timeline: {first: 2021, last: 2030}
catalogue: {}
units: [{id: u, label: 单元, label_en: unit, households: 0, area: 0, buildings: 0, neighbourhoods: 0}]
finance: {split: {by: equal}}
assets: {right_share: 1, right_life: 10}
tax: {rate: 0}
surcharges: {on_vat: 0, on_revenue: 0}
cover: {threshold: 1.2, income_tax_counted: 0, income_until: end}
recovery: {discount_rate: 5%}
balance: {by: all, standard: [cover_full, liquidity]}
"""


def evaluated(case: dict[str, Any], folder: Path) -> Result:
    """The case's scenario, loaded as a file like any other, and evaluated."""
    if "file" in case:
        return run(load(ROOT / case["file"], case.get("variant")), case.get("by"))
    scenario: Any = parse(UNSAID.encode(), "UNSAID").value
    for key, value in {"title": case["title"], **case["scenario"]}.items():
        scenario[key] = {**scenario[key], **value} if isinstance(scenario.get(key), dict) else value
    path = folder / "scenario.yaml"
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False  # the order of sources is the order of drawing
    yaml.dump(scenario, path)
    return run(load(path), case.get("by"))


def expected(case: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int | str | None, float]]:
    """Every expected value with its entry and period."""
    for entry in case["expect"]:
        period, value = entry.get("period"), entry["value"]
        if isinstance(value, list):
            yield from ((entry, period + i, _number(v)) for i, v in enumerate(value))
        else:
            yield entry, period, _number(value)


def _number(value: float | str) -> float:
    return math.nan if value == "none" else float(value)


def found(result: Result, entry: dict[str, Any], period: int | str | None) -> float:
    sheet = "unit" if "unit" in entry else "account"
    model = result.scenario.sheets.unit if sheet == "unit" else result.scenario.sheets.account
    member = entry.get("unit") or entry.get("account") or result.accounts[0].id
    assert "account" in entry or "unit" in entry or len(result.accounts) == 1, "several accounts: say which"
    assert entry["row"] in model.rows, f"no such row on the sheet of the {sheet}: {entry['row']}"
    assert (period is None) == model.rows[entry["row"]].cell, f"{entry['row']}: period left out, or not to be given"
    if period is None or period == "total":
        return result.cell(entry["row"], member, sheet)
    return float(result.series(entry["row"], member, sheet)[int(period) - result.years[0]])


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_case(path: Path, tmp_path: Path) -> None:
    case: Any = read(path).value
    result = evaluated(case, tmp_path)
    wrong = []
    for entry, period, value in expected(case):
        ours = found(result, entry, period)
        if not (abs(ours - value) <= entry.get("tol", TOL) or (math.isnan(ours) and math.isnan(value))):
            place = " ".join(str(entry[key]) for key in ("unit", "account") if key in entry)
            wrong.append((f"{entry['row']} {place}".strip(), period or "", value, ours, ours - value))
    table = "".join(f"\n{row:44} {when!s:>6} {v:>16,.6f} {o:>16,.6f} {d:>16,.6f}" for row, when, v, o, d in wrong)
    assert not wrong, (
        f"{path.stem}: {case['title']}\n{'row':44} {'period':>6} {'expected':>16} {'ours':>16} {'less':>16}{table}"
    )
    checks = {name: off for name, off in result.checks().items() if off > TOLERANCE}
    assert not checks, f"{path.stem}: {checks}"


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_arithmetic_of_the_case(path: Path) -> None:
    """What ``why`` calculates is what the case expects; nothing of finsim takes part."""
    case: Any = read(path).value
    keys = {"row", "unit", "account", "period", "value", "tol", "why", "key", "source_convention", "ours"}
    assert case.keys() <= {"title", "source", "note", "scenario", "file", "variant", "by", "expect", "conforms"}
    for entry, period, value in expected(case):
        assert entry.keys() <= keys, f"{entry['row']}: {entry.keys() - keys}"
        reason = str(entry.get("why", ""))
        if not isinstance(entry["value"], list) and (calculated := arithmetic(reason)) is not None:
            assert calculated == pytest.approx(value, abs=max(entry.get("tol", TOL), 1e-9)), (
                f"{entry['row']} {period}: {reason}"
            )
