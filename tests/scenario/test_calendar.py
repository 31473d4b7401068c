"""Schedules by year: what is built when, when prices step, when a bond pays and a loan is repaid."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim.scenario.calendar import (
    BondYears,
    Segment,
    bond_years,
    even_progress,
    from_then_on,
    loan_years,
    phased_progress,
    price_steps,
    span,
)

YEARS = tuple(range(2023, 2056))


def in_years(array: np.ndarray, years: tuple[int, ...] = YEARS) -> dict[int, float]:
    """The years that are not nothing."""
    return {year: float(value) for year, value in zip(years, array, strict=True) if value}


# ---- works and prices --------------------------------------------------------------------------------------
def test_even_progress_does_the_same_share_each_year() -> None:
    assert even_progress(range(2022, 2028), 2023, 2026).tolist() == [0, 0.25, 0.5, 0.75, 1, 1]


def test_works_of_one_year_are_done_in_it() -> None:
    assert even_progress((2023, 2024, 2025), 2024, 2024).tolist() == [0, 1, 1]


def test_phased_progress_adds_up_its_shares() -> None:
    progress = phased_progress(range(2023, 2028), {2024: 0.3, 2026: 0.7})
    assert progress.tolist() == [0, 0.3, 0.3, 1, 1]


def test_phased_progress_closes_at_exactly_one() -> None:
    tenths = {2023 + i: 0.1 for i in range(10)}
    assert sum(tenths.values()) != 1.0
    assert phased_progress(YEARS, tenths)[9:].tolist() == [1.0] * (len(YEARS) - 9)


def test_phasing_may_be_written_in_any_order() -> None:
    early, late = {2023: 0.4, 2025: 0.6}, {2025: 0.6, 2023: 0.4}
    assert (phased_progress(YEARS, early) == phased_progress(YEARS, late)).all()


def test_prices_step_in_the_first_year_and_every_so_many_after_it() -> None:
    assert list(in_years(price_steps(YEARS, 2030, 3))) == [2030, 2033, 2036, 2039, 2042, 2045, 2048, 2051, 2054]
    assert list(in_years(price_steps(YEARS, 2030, 1))) == list(range(2030, 2056))
    assert in_years(price_steps(YEARS, 2056, 3)) == {}


def test_a_span_holds_both_its_ends() -> None:
    assert in_years(span(YEARS, 2030, 2032)) == {2030: 1, 2031: 1, 2032: 1}
    assert in_years(span(YEARS, 2032, 2030)) == {}


# ---- bonds -------------------------------------------------------------------------------------------------
def bullet(issued: datetime.date | int, term: int, often: int) -> BondYears:
    """A bond repaid whole at maturity."""
    year = issued if isinstance(issued, int) else issued.year
    return bond_years(YEARS, issued, term, often, {year + term: 1.0})


def test_a_level_bond_pays_coupons_on_what_is_outstanding() -> None:
    bond = bond_years(YEARS, 2023, 5, 1, {2026: 0.25, 2027: 0.25, 2028: 0.5})
    assert in_years(bond.coupon_years) == {2024: 1, 2025: 1, 2026: 1, 2027: 0.75, 2028: 0.5}
    assert in_years(bond.matured) == {2026: 0.25, 2027: 0.25, 2028: 0.5}


def test_a_bond_issued_before_the_timeline_begins_outstanding() -> None:
    bond = bond_years(YEARS, 2020, 10, 1, {2022: 0.2, 2025: 0.3, 2030: 0.5})
    assert bond.existing == 0.8
    assert in_years(bond.issued) == {}
    assert in_years(bond.coupon_years) == {**dict.fromkeys((2023, 2024, 2025), 0.8), **dict.fromkeys(range(2026, 2031), 0.5)}


def test_a_thirty_year_bond_of_mid_year_pays_in_31_calendar_years() -> None:
    bond = bullet(datetime.date(2023, 6, 30), 30, 2)
    coupons = in_years(bond.coupon_years)
    assert list(coupons) == list(range(2023, 2054))
    assert len(coupons) == 31
    assert sum(coupons.values()) == 30
    assert coupons[2023] == coupons[2053] == 0.5
    assert {coupons[year] for year in range(2024, 2053)} == {1.0}
    assert in_years(bond.issued) == {2023: 1}
    assert in_years(bond.matured) == {2053: 1}
    assert bond.maturity == 2053


def test_late_in_the_year_the_first_half_coupon_falls_in_the_next() -> None:
    coupons = in_years(bullet(datetime.date(2023, 9, 15), 5, 2).coupon_years)
    assert coupons == {2024: 1, 2025: 1, 2026: 1, 2027: 1, 2028: 1}


def test_issued_in_july_the_first_half_coupon_falls_in_january() -> None:
    assert in_years(bullet(datetime.date(2023, 7, 1), 1, 2).coupon_years) == {2024: 1}


def test_a_yearly_coupon_falls_on_the_day_of_issue() -> None:
    coupons = in_years(bullet(datetime.date(2023, 1, 1), 3, 1).coupon_years)
    assert coupons == {2024: 1, 2025: 1, 2026: 1}


@pytest.mark.parametrize("coupons_a_year", [1, 2])
def test_given_by_year_it_is_issued_at_year_end(coupons_a_year: int) -> None:
    bond = bullet(2024, 10, coupons_a_year)
    assert in_years(bond.issued) == {2024: 1}
    assert in_years(bond.coupon_years) == {year: 1.0 for year in range(2025, 2035)}
    assert in_years(bond.matured) == {2034: 1}
    assert bond.maturity == 2034


@given(
    st.dates(datetime.date(2023, 1, 1), datetime.date(2025, 12, 31)),
    st.sampled_from([1, 2, 3, 5, 7, 10, 15, 20, 30]),
    st.sampled_from([1, 2]),
)
def test_every_bond_pays_as_many_yearly_coupons_as_its_term(issued: datetime.date, term: int, often: int) -> None:
    bond = bullet(issued, term, often)
    paid = in_years(bond.coupon_years)
    assert sum(paid.values()) == term
    assert min(paid) >= issued.year
    assert max(paid) == bond.maturity == issued.year + term


# ---- loans -------------------------------------------------------------------------------------------------
def part(method: str, first: int, last: int, shares: dict[int, float] | None = None) -> Segment:
    return Segment(method, first, last, shares or {}, {})


def test_named_shares_are_shares_of_what_is_left() -> None:
    loan = loan_years(YEARS, [part("shares", 2025, 2027, {2025: 0.2, 2026: 0.3, 2027: 0.5})])
    assert closing(100, loan.instalment)[2:5] == pytest.approx([80, 50, 0])


def test_by_capacity_the_last_year_repays_the_rest() -> None:
    loan = loan_years(YEARS, [part("capacity", 2025, 2028)])
    assert in_years(loan.by_capacity) == {2025: 1, 2026: 1, 2027: 1}
    assert in_years(loan.instalment) == {2028: 1}


def test_a_rate_holds_until_the_next_step() -> None:
    rates = from_then_on(range(2023, 2029), {2025: 0.03, 2027: 0.035}, 0.04)
    assert rates.tolist() == [0.04, 0.04, 0.03, 0.03, 0.035, 0.035]


def closing(opening: float, instalment: np.ndarray) -> list[float]:
    """Balance at each year end when ``instalment`` of the opening balance is repaid."""
    balances = []
    for part in instalment:
        opening -= part * opening
        balances.append(opening)
    return balances


def test_equal_principal_repays_the_same_each_year() -> None:
    loan = loan_years(YEARS, [part("equal_principal", 2026, 2030)])
    assert in_years(loan.due) == {year: 1.0 for year in range(2026, 2031)}
    assert in_years(loan.instalment) == pytest.approx({2026: 1 / 5, 2027: 1 / 4, 2028: 1 / 3, 2029: 1 / 2, 2030: 1})
    assert in_years(loan.level) == {}
    assert closing(100, loan.instalment)[3:8] == pytest.approx([80, 60, 40, 20, 0])


def test_a_bullet_repays_all_in_its_last_year() -> None:
    loan = loan_years(YEARS, [part("bullet", 2024, 2028)])
    assert in_years(loan.instalment) == {2028: 1}
    assert in_years(loan.due) == {year: 1.0 for year in range(2024, 2029)}


def test_an_annuity_is_marked_and_left_to_the_rate() -> None:
    loan = loan_years(YEARS, [part("annuity", 2025, 2034)])
    assert in_years(loan.level) == in_years(loan.due) == {year: 1.0 for year in range(2025, 2035)}
    assert in_years(loan.instalment) == {}


def test_interest_only_then_equal_principal() -> None:
    loan = loan_years(YEARS, [part("bullet", 2025, 2027), part("equal_principal", 2028, 2031)])
    assert in_years(loan.due) == {year: 1.0 for year in range(2025, 2032)}
    assert in_years(loan.instalment) == pytest.approx({2028: 1 / 4, 2029: 1 / 3, 2030: 1 / 2, 2031: 1})
    assert closing(100, loan.instalment)[8] == 0


def test_equal_principal_then_an_annuity() -> None:
    loan = loan_years(YEARS, [part("equal_principal", 2025, 2026), part("annuity", 2027, 2034)])
    assert in_years(loan.instalment) == pytest.approx({2025: 1 / 10, 2026: 1 / 9})
    assert in_years(loan.level) == {year: 1.0 for year in range(2027, 2035)}


def test_equal_principal_then_the_rest_at_once() -> None:
    loan = loan_years(YEARS, [part("equal_principal", 2025, 2029), part("bullet", 2030, 2034)])
    assert closing(100, loan.instalment)[2:12] == pytest.approx([90, 80, 70, 60, 50, 50, 50, 50, 50, 0])
