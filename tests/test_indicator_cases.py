"""Every case in ``tests/cases/indicators``: published figures that one function of finsim gives, no whole project.

A case is written by someone who knows the example:

    conforms    id of the published case, in ``tests/data/published_cases.yaml``
    title       what it shows
    source      where it is printed
    grade       how far it can be relied on
    expect      figures with their values:
      key       the figure's name in the list of published ones; left out for an identity that nobody published
      measure   the function of ``finsim`` that gives it; ``given``, ``part``, ``period`` and ``arithmetic`` are those of
                :mod:`tests.support.measures`
      value     what is published
      printed_unit, tol  the unit of its last digit, and the difference that rounding on the way explains
      source_convention, ours  where the source is off: why, and the right figure
      why       the derivation of what nobody published
"""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest

import tests.support.arithmetic
from tests.conformance import DIFFERS, Record, case_files, check, published, recorded, table, verdict
from tests.support.measures import argument, figure

CASES = [(path, case) for path, case in case_files() if path.parent.name == "indicators"]
KEYS = {
    "key", "measure", "given", "part", "period", "arithmetic", "value", "printed_unit", "tol", "source_convention", "ours", "why",
}  # fmt: skip
each_case = pytest.mark.parametrize(("path", "case"), CASES, ids=[path.stem for path, _ in CASES])


def records(case: dict[str, Any]) -> list[Record]:
    return [record for entry in case["expect"] for record in recorded(case["conforms"], entry, figure(entry))]


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
    entry = {"measure": "annuity_balance", "given": of_loan, "value": [1250, 642]}
    said = {"printed_unit": 1.0, "tol": 0.01, "source_convention": "whole numbers", "ours": [1251.26, 643.85]}
    found = records({"conforms": "CN-LOAN-01", "grade": "A", "expect": [{**entry, **said}]})
    assert [verdict(record) for record in found] == [DIFFERS, DIFFERS]
    assert [record.key for record in found] == ["(annuity_balance) 1", "(annuity_balance) 2"]
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
