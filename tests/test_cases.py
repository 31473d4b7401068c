"""Every case in ``tests/cases``: a scenario and what its rows must be, worked out by hand or published.

A case is written by someone who knows a 测算表:

    title       what it shows
    source      where published numbers come from
    scenario    a scenario; what it leaves out is in ``UNSAID`` of tests/support/cases.py
    file        or a scenario file of the repository, with ``variant`` and ``by`` where wanted
    tol         allowed difference of its values, if not 0.005
    expect      rows with their values:
      row       path of the row; of the unit's sheet where ``unit`` says which unit
      account   which account, where there are several
      period    the year, or ``total``; left out for a row that has one value only
      value     a number, ``none`` where there must be no value, or a list for the years from ``period`` on
      tol       allowed difference, if not the case's own ``tol`` or 0.005
      why       the arithmetic. Written with + − × ÷ ^ % and brackets only, it is calculated here and must give the
                value. Where the value is a list it may be a list too, one calculation for each.

A case of a published example says so at its top, and which figures are the published ones:

    conforms    id of the example, in ``tests/data/published_cases.yaml``
    expect:
      key       name of the figure in that list, which says how exactly it is printed; ``tol`` may ask for more
      measure   instead of ``row`` where the figure is no row: a function of finsim, or ``arithmetic``, ``given`` rows and numbers
                (:mod:`tests.support.measures`)
      source_convention, ours  where the source is off or has a convention of its own: why, and the right figure
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from finsim.result import Result
from finsim.scenario.document import read
from finsim.sheet import TOLERANCE
from tests.conformance import ROUNDING, check, printed, recorded
from tests.support import cases
from tests.support.arithmetic import arithmetic
from tests.support.cases import evaluated
from tests.support.measures import figure

CASES = sorted(cases.CASES.glob("*.yaml"))
TOL = 0.005


# ---- what is expected, and what is found -------------------------------------------------------------------
def expected(entry: Mapping[str, Any]) -> list[float]:
    """What ours must be: the values of an entry, or, where its source is off, the right ones."""
    values = entry.get("ours", entry["value"])
    return [math.nan if v == "none" else float(v) for v in (values if isinstance(values, list) else [values])]


def tolerance(case: Mapping[str, Any], entry: Mapping[str, Any]) -> float:
    if "tol" in entry or "key" not in entry:
        return float(entry.get("tol", case.get("tol", TOL)))
    as_printed = printed(case["conforms"], entry["key"])
    narrow_or_wide = min if "source_convention" in entry else max
    return float(narrow_or_wide(as_printed["printed_unit"], as_printed["tol"]))


def found(result: Result, entry: Mapping[str, Any]) -> list[float]:
    """Ours: as many years of the row, from ``period`` on, as the entry has values; or the figure made of rows."""
    if "row" not in entry:
        return [float(v) for v in np.atleast_1d(figure(entry, partial(taken, result)))]
    if isinstance(entry["value"], list):
        years = range(entry["period"], entry["period"] + len(entry["value"]))
        return [taken(result, {**entry, "period": year}) for year in years]
    return [taken(result, entry, whole=False)]


def calculations(entry: Mapping[str, Any]) -> list[float | None]:
    """What ``why`` gives for each value of the entry; None where it is said in words."""
    value, why = entry["value"], entry.get("why", "")
    if not isinstance(why, list):
        return [None] * len(value) if isinstance(value, list) else [arithmetic(str(why))]
    assert isinstance(value, list) and len(why) == len(value), f"{entry['row']}: why has {len(why)} parts"
    found = [arithmetic(str(part)) for part in why]
    wrong = [
        part for part, v, calculated in zip(why, value, found, strict=True) if calculated is None and v != "none"
    ]
    assert not wrong, f"{entry['row']}: not arithmetic: {wrong}"
    return found


def taken(result: Result, entry: Mapping[str, Any], whole: bool = True) -> Any:
    """A row of one year, in total, or, where ``whole`` and no period is given, all its years."""
    path, period = entry["row"], entry.get("period")
    sheet = "unit" if "unit" in entry else "account"
    model = result.scenario.sheets.unit if sheet == "unit" else result.scenario.sheets.account
    member = entry.get("unit") or entry.get("account") or result.accounts[0].id
    assert "account" in entry or "unit" in entry or len(result.accounts) == 1, "several accounts: say which"
    assert path in model.rows, f"no such row on the sheet of the {sheet}: {path}"
    cell = model.rows[path].cell
    assert (period is None) == cell or (whole and not cell), f"{path}: period left out, or not to be given"
    if cell or period == "total":
        return result.cell(path, member, sheet)
    series = result.series(path, member, sheet)
    return series if period is None else float(series[int(period) - result.years[0]])


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_case(path: Path, tmp_path: Path, record_property: Any) -> None:
    case: Any = read(path).value
    result = evaluated(case, tmp_path)
    if "conforms" in case:
        keyed = [entry for entry in case["expect"] if "key" in entry]
        told = [record for entry in keyed for record in recorded(case["conforms"], entry, found(result, entry))]
        check(told, record_property)
    wrong = []
    for entry in case["expect"]:
        tol = tolerance(case, entry)
        for i, (value, ours) in enumerate(zip(expected(entry), found(result, entry), strict=True)):
            if not (abs(ours - value) <= tol * ROUNDING or (math.isnan(ours) and math.isnan(value))):
                place = " ".join(str(entry[key]) for key in ("unit", "account") if key in entry)
                name = f"{entry.get('row') or entry.get('key') or entry.get('measure', 'arithmetic')} {place}".strip()
                period = entry.get("period", "")
                wrong.append((name, period if not isinstance(period, int) else period + i, value, ours, ours - value))
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
    one_of = {"row", "measure", "arithmetic"}
    keys = one_of | {"unit", "account", "period", "value", "tol", "why", "key", "given", "part", "source_convention", "ours"}
    assert case.keys() <= {"title", "source", "note", "tol", "scenario", "file", "variant", "by", "expect", "conforms"}
    for entry in case["expect"]:
        name = entry.get("key") or entry.get("row")
        assert entry.keys() <= keys, f"{name}: {entry.keys() - keys}"
        assert len(entry.keys() & one_of) == 1, f"{name}: a row, a measure or arithmetic"
        assert ("source_convention" in entry) == ("ours" in entry) and ("key" in entry or "ours" not in entry), name
        if "key" in entry:
            assert entry["value"] == printed(case["conforms"], entry["key"])["value"], name
        for value, calculated in zip(expected(entry), calculations(entry), strict=True):
            if calculated is not None:
                assert calculated == pytest.approx(value, abs=max(tolerance(case, entry), 1e-9)), (
                    f"{name} {entry.get('period')}: {entry['why']}"
                )
