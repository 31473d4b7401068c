"""What is said of the lender's, the public-money and the ring-fence tests, where the balance standard counts them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from finsim.result import Result
from finsim.scenario.document import read
from finsim.verdicts import Verdict
from tests.support.cases import evaluated

CASE = Path(__file__).parent / "cases" / "account-in-full.yaml"


@pytest.fixture
def result(tmp_path: Path) -> Callable[..., Result]:
    """The case in full with other sections, tested by the three standards."""

    def run(**sections: dict[str, Any]) -> Result:
        case: Any = read(CASE).value
        case["scenario"] |= {"balance": {"by": "all", "standard": ["lender", "public_money", "ring_fence"]}}
        for name, terms in sections.items():
            case["scenario"][name] = {**case["scenario"].get(name, {}), **terms}
        return evaluated(case, tmp_path)

    return run


def verdict(result: Result, name: str) -> Verdict:
    return next(v for v in result.verdicts("all") if v.id == name)


def test_a_standard_that_does_not_count_them_does_not_show_them(tmp_path: Path) -> None:
    shown = {v.id for v in evaluated(read(CASE).value, tmp_path).verdicts("all")}
    assert shown.isdisjoint({"lender", "public_money", "ring_fence"})


def test_the_covenant_is_tested_and_shown_with_opening_cash_or_without(result: Callable[..., Result]) -> None:
    plain = verdict(result(lender={"dscr_required": 2.5}), "lender")
    saved = verdict(result(lender={"dscr_required": 2.5, "with_cash": 1}), "lender")
    assert not plain.passed and plain.value == pytest.approx(347.875 / 221.5)
    assert "偿债备付率" in plain.reason.zh and "DSCR" in plain.reason.en
    assert saved.passed and saved.value == pytest.approx(2.98964306)
    assert saved.margin == pytest.approx(2.98964306 - 2.5)


def test_everything_that_is_not_met_is_named(result: Callable[..., Result]) -> None:
    terms = {"dscr_required": 5, "llcr_required": 4, "capital_required": 0.9, "concession_end": 2025, "tail_required": 5}
    run = result(lender=terms)
    found = verdict(run, "lender")
    assert found.reason.en == "Not met: DSCR, LLCR, capital ratio, tail of the concession."
    assert not run.balanced("all")


def test_capital_of_the_government_is_not_the_companys_cash(result: Callable[..., Result]) -> None:
    base = result()
    case: Any = read(CASE).value
    capital = case["scenario"]["finance"]["capital"]
    capital["first"]["payer"] = "government"
    other = result(finance={**case["scenario"]["finance"], "capital": capital})
    assert base.cell("lender.company_share", "all") == pytest.approx(630 / 1060)
    assert other.cell("lender.company_share", "all") == pytest.approx(80 / 1060)
    assert other.cell("lender.own_share", "all") == base.cell("lender.own_share", "all")


def test_the_budget_the_debt_limit_and_what_is_declared(result: Callable[..., Result]) -> None:
    beyond = verdict(result(), "public_money")
    assert not beyond.passed and beyond.value == pytest.approx(200 - 150)
    within = verdict(result(public={"budget": {2022: 200}}), "public_money")
    assert within.passed and "0.00" in within.reason.zh
    declared = verdict(result(public={"budget": {2022: 200}, "declared": ["buy_back"]}), "public_money")
    assert not declared.passed and "1 项" in declared.reason.zh


def test_restricted_money_stays_with_its_works(result: Callable[..., Result]) -> None:
    assert verdict(result(), "ring_fence").passed
