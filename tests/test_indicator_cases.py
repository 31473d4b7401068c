"""Every case in ``tests/cases/indicators``: published figures that one function of finsim gives, no whole project.

A case is written by someone who knows the example:

    conforms    id of the published case, in ``tests/data/published_cases.yaml``
    title       what it shows
    source      where it is printed
    grade       how far it can be relied on
    expect      figures with their values:
      key       the figure's name in the list of published ones; left out for an identity that nobody published
      measure   the function of ``finsim`` that gives it
      given     its arguments by name: a number, a list, a calculation in words (``1000 × 6%``), or another measure and given
      part      which part of a result that has several, by name or counted from 1
      period    which period of a series, counted from 1, or ``total``; left out, ``value`` is the whole list
      arithmetic a calculation, instead of ``measure``, that may name what ``given`` says: a step between the source's
                figures that is no measure
      value     what is published
      printed_unit, tol  the unit of its last digit, and the difference that rounding on the way explains
      source_convention, ours  where the source is off: why, and the right figure
      why       the derivation of what nobody published
"""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tests.support.arithmetic
from finsim import borrowing, break_even, coverage, indicators, subsidy
from tests.conformance import DIFFERS, Record, case_files, check, published, table, verdict
from tests.support.arithmetic import arithmetic

CASES = [(path, case) for path, case in case_files() if path.parent.name == "indicators"]
MODULES = (indicators, borrowing, coverage, break_even, subsidy)
KEYS = {
    "key", "measure", "given", "part", "period", "arithmetic", "value", "printed_unit", "tol", "source_convention", "ours", "why",
}  # fmt: skip
each_case = pytest.mark.parametrize(("path", "case"), CASES, ids=[path.stem for path, _ in CASES])


def argument(value: Any) -> Any:
    """What ``given`` says, as a function takes it: a series as an array."""
    if isinstance(value, dict):
        return figure(value)
    if isinstance(value, list):
        return np.array([argument(item) for item in value], dtype=float)
    if isinstance(value, str):
        calculated = arithmetic(value)
        assert calculated is not None, f"no number: {value}"
        return calculated
    return value


def figure(entry: dict[str, Any]) -> Any:
    """The number or series that an entry asks for."""
    given = {name: argument(value) for name, value in entry.get("given", {}).items()}
    if "arithmetic" in entry:
        return arithmetic(entry["arithmetic"], {name: float(value) for name, value in given.items()})
    function = next(getattr(module, entry["measure"]) for module in MODULES if hasattr(module, entry["measure"]))
    found = function(**given)
    part, period = entry.get("part"), entry.get("period")
    if part is not None:
        found = getattr(found, part) if isinstance(part, str) else found[part - 1]
    assert not isinstance(found, tuple), f"{entry['measure']} has several parts: say which"
    return found if period is None else found.sum() if period == "total" else found[period - 1]


def records(case: dict[str, Any]) -> list[Record]:
    made = []
    for entry in case["expect"]:
        convention = entry.get("source_convention", "")
        name = entry.get("key") or f"({entry.get('part') or entry.get('measure', 'arithmetic')})"
        grade = case["grade"] if "key" in entry else "derived"
        values, ours, right = (np.atleast_1d(x) for x in (entry["value"], figure(entry), entry.get("ours", np.nan)))
        assert values.shape == ours.shape, f"{name}: {values.size} published, {ours.size} ours"
        for i, (value, our) in enumerate(zip(values, ours, strict=True)):
            key = name if values.size == 1 else f"{name} {i + 1}"
            told = (float(value), float(entry["printed_unit"]), float(entry["tol"]), float(our))
            made.append(
                Record(case["conforms"], grade, key, *told, convention, float(right[i]) if convention else None)
            )
    return made


@each_case
def test_case(path: Path, case: dict[str, Any], record_property: Any) -> None:
    check(records(case), record_property)


@each_case
def test_the_case_is_the_published_one(path: Path, case: dict[str, Any]) -> None:
    """Grade, values and tolerances are those of the list; nothing else is written that would be ignored."""
    assert case.keys() <= {"conforms", "title", "source", "grade", "note", "expect"}
    assert {"conforms", "title", "source", "grade", "expect"} <= case.keys()
    assert path.stem == case["conforms"].lower()
    assert case["grade"] == published()[case["conforms"]]["grade"]
    printed = {entry["key"]: entry for entry in published()[case["conforms"]]["printed"]}
    for entry in case["expect"]:
        assert entry.keys() <= KEYS, entry.keys() - KEYS
        assert ("measure" in entry) != ("arithmetic" in entry)
        assert ("source_convention" in entry) == ("ours" in entry)
        assert ("key" in entry) != ("why" in entry), "published, or derived here"
        if "key" in entry:
            assert {name: entry[name] for name in ("key", "value", "printed_unit", "tol")} == printed[entry["key"]]


def test_there_are_cases() -> None:
    assert {path.name for path, _ in CASES} == {p.name for p in Path(__file__).parent.glob("cases/indicators/*.yaml")}
    assert CASES


def test_a_case_may_say_that_its_source_is_off() -> None:
    """CN-LOAN-01 carries whole numbers forward: 642 is owed before the last payment, 643.85 in truth."""
    of_loan = {"debt": 2364.88, "rate": 0.06, "periods": 4, "period": [2, 3]}
    entry = {"key": "annuity.opening", "measure": "annuity_balance", "given": of_loan, "value": [1250, 642]}
    said = {"printed_unit": 1.0, "tol": 0.01, "source_convention": "whole numbers", "ours": [1251.26, 643.85]}
    found = records({"conforms": "CN-LOAN-01", "grade": "A", "expect": [{**entry, **said}]})
    assert [verdict(record) for record in found] == [DIFFERS, DIFFERS]
    assert [record.key for record in found] == ["annuity.opening 1", "annuity.opening 2"]
    assert table(found).count("differs as said: whole numbers") == 2


def test_examples_of_arithmetic() -> None:
    assert doctest.testmod(tests.support.arithmetic).failed == 0


def test_a_misspelt_measure_or_part_does_not_pass() -> None:
    with pytest.raises(StopIteration):
        figure({"measure": "nvp", "given": {}})
    with pytest.raises(AttributeError):
        figure({"measure": "loan_schedule", "given": {"debt": 1, "principal": [1], "rate": 0}, "part": "interests"})
    with pytest.raises(AssertionError, match="several parts"):
        figure({"measure": "irr", "given": {"flows": [-1, 2]}})
    with pytest.raises(AssertionError, match="no number"):
        argument("about 6%")
