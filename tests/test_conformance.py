"""Every published figure that can be relied on is compared: a key of the list without an entry in a case fails here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conformance import AGREES, DIFFERS, WRONG, Record, case_files, check, published, recorded, verdict

RELIABLE = [name for name, case in published().items() if case["grade"] in "AB"]


def compared(case: str) -> set[str]:
    """Keys that some case file compares."""
    return {
        entry["key"]
        for _, said in case_files()
        if said["conforms"] == case
        for entry in said["expect"]
        if "key" in entry
    }


@pytest.mark.parametrize("case", RELIABLE)
def test_every_printed_figure_is_compared(case: str) -> None:
    printed = {entry["key"] for entry in published()[case]["printed"]}
    missing = printed - compared(case)
    assert printed and not missing, f"{case}: no case file compares {sorted(missing)}"


def test_every_case_is_a_published_one() -> None:
    assert {case["conforms"] for _, case in case_files()} <= published().keys()


# ---- what is compared with what ----------------------------------------------------------------------------
def test_rounding_of_what_is_printed_is_allowed_and_no_more() -> None:
    ratio = Record("case", "A", "DSCR", published=2.32, printed_unit=0.01, tol=0.005, ours=2.33)
    assert verdict(ratio) == AGREES
    assert verdict(replace(ratio, ours=2.3301)) == WRONG
    assert verdict(replace(ratio, ours=float("nan"))) == WRONG


def test_a_source_that_is_off_says_why_and_what_is_right() -> None:
    said = {"source_convention": "three decimals", "right": 503.7077}
    annuity = Record("case", "B", "annuity", published=503.75, printed_unit=0.01, tol=0.06, ours=503.70768, **said)
    assert verdict(annuity) == DIFFERS
    assert verdict(replace(annuity, ours=503.75)) == WRONG, "the source's figure is not ours"
    assert verdict(replace(annuity, ours=503.72)) == WRONG, "the right one is held to the narrower tolerance"
    assert verdict(replace(annuity, right=None)) == WRONG
    assert verdict(replace(annuity, published=503.71)) == WRONG, "rounding needs no reason"


def test_a_reason_counts_for_the_values_that_are_off() -> None:
    """CN-COST-2012 prints 27 and 82.62: had it a convention of its own in the second year, only that would need it."""
    entry = {"key": "idc", "value": [27, 82.62], "source_convention": "whole year", "ours": [27, 109.62]}
    first, second = recorded("CN-COST-2012", entry, [27.0, 109.62])
    assert (first.source_convention, first.right, second.right) == ("", None, 109.62)
    assert [verdict(first), verdict(second)] == [AGREES, DIFFERS]


@pytest.mark.parametrize(
    ("entry", "ours", "said"),
    [
        ({"key": "roi"}, 0.1058, "prints no roi"),
        ({"key": "idc"}, 27.0, "2 published, 1 ours"),
        ({"key": "ROI", "ours": 0.11}, 0.11, "source_convention goes with ours"),
        ({"key": "ROI", "source_convention": "why", "ours": 0.1058}, 0.1058, "source_convention goes with ours"),
    ],
)
def test_an_entry_that_does_not_fit_the_list_is_refused(entry: dict[str, object], ours: float, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        recorded("CN-COST-2012", entry, ours)


def test_a_wrong_figure_fails_with_the_table_and_is_still_told() -> None:
    told: dict[str, object] = {}
    with pytest.raises(AssertionError, match=r"ROI .* WRONG"):
        check(recorded("CN-COST-2012", {"key": "ROI"}, 0.1157), told.__setitem__)
    assert len(told) == 1
    with pytest.raises(AssertionError, match="no figure"):
        check([], told.__setitem__)
