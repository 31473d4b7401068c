"""Whole-row measures against numpy-financial, published examples and their own definitions."""

import doctest
import itertools
import math
from pathlib import Path

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim import indicators
from finsim.indicators import (
    HIGHEST,
    LOWEST,
    NONE,
    ONE,
    SEVERAL,
    dynamic_payback,
    irr,
    irr_roots,
    npv,
    payback,
    return_on_equity,
    return_on_investment,
)
from finsim.result import rate_of_return, run
from finsim.scenario.loading import load

SONGXIAN = Path(__file__).parents[1] / "scenarios" / "songxian-2023.yaml"
amounts = st.floats(-1000, 1000).map(lambda x: round(x, 2))


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(indicators).failed == 0


# ---- net present value -------------------------------------------------------------------------------------
def test_npv_is_that_of_a_spreadsheet() -> None:
    """EN-NPF (numpy-financial documentation): 3065.22267 with the first flow today, a year more for ours."""
    flows = np.array([-40000.0, 5000, 8000, 12000, 30000])
    assert float(npv(0.08, flows)) * 1.08 == pytest.approx(3065.22267, abs=1e-5)


def test_npv_of_the_consultant_case() -> None:
    """CN-CONSULT-113500 (examw.com/shiti/96124379): 5901.22 with exact factors."""
    flows = np.array([-113500.0, 29878, 32824, 30052, 30052, 36394])
    assert float(npv(0.10, flows)) == pytest.approx(5901.22, abs=0.02)


@given(st.lists(amounts, min_size=1, max_size=40), st.floats(-0.2, 0.3))
def test_npv_is_numpy_financials(flows: list[float], rate: float) -> None:
    assert float(npv(rate, np.array(flows))) == pytest.approx(npf.npv(rate, [0, *flows]), rel=1e-9, abs=1e-6)


def test_the_first_flow_may_be_today_or_in_the_middle_of_the_year() -> None:
    flows = np.array([-100.0, 60.0, 60.0])
    assert float(npv(0.1, flows, first=0)) == pytest.approx(float(npf.npv(0.1, flows)))
    assert float(npv(0.1, flows, first=0.5)) == pytest.approx(float(npv(0.1, flows)) * 1.1**0.5)


def test_npv_at_many_rates() -> None:
    flows, rates = np.array([-100.0, 60.0, 60.0]), np.array([-0.5, 0.0, 0.1])
    assert npv(rates, flows).tolist() == [float(npv(rate, flows)) for rate in rates]
    many = np.stack([flows, 2 * flows, 3 * flows], axis=1)
    assert npv(rates, many).tolist() == [float(npv(rate, many[:, i])) for i, rate in enumerate(rates)]


@pytest.mark.parametrize("rate", [-1.0, -2.0, np.array([0.1, -1.0])])
def test_no_present_value_at_minus_100_per_cent(rate: float) -> None:
    with pytest.raises(ValueError, match="above −100 %"):
        npv(rate, np.array([-100.0, 60.0]))


@pytest.mark.parametrize("variant", ["card", "density"])
def test_r3_is_numpy_financials_npv(variant: str) -> None:
    """The row of the sheet, the function and numpy-financial agree on the flows of a whole scenario."""
    result = run(load(SONGXIAN, variant))
    flows, rate = (
        result.series("project_flow.before_tax", "all"),
        result.value("account", "all", "recovery.discount_rate", None),
    )
    assert result.cell("recovery.r3", "all") == pytest.approx(npf.npv(rate, [0, *flows]), abs=1e-6)
    assert result.cell("recovery.r3", "all") == pytest.approx(float(npv(rate, flows)), abs=1e-6)


# ---- internal rate of return -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("flows", "published", "tol", "source"),
    [
        ([-100000, 10000, 20000, 30000, 40000, 50000], 0.1201, 5e-5, "EN-IRR-SIMPLE, MathWorks irr"),
        ([-700000, 120000, 150000, 180000, 210000], -0.021, 5e-4, "EN-IRR-EXCEL, Excel IRR help, four years"),
        ([-700000, 120000, 150000, 180000, 210000, 260000], 0.087, 5e-4, "EN-IRR-EXCEL, five years"),
        ([-700000, 120000, 150000], -0.444, 5e-4, "EN-IRR-EXCEL, two years"),
        ([-100, 39, 59, 55, 20], 0.28095, 1e-5, "EN-NPF a, numpy-financial documentation"),
        ([-100, 0, 0, 74], -0.0955, 5e-5, "EN-NPF b"),
    ],
)
def test_published_irr(flows: list[float], published: float, tol: float, source: str) -> None:
    value, status = irr(np.array(flows, dtype=float))
    assert float(value) == pytest.approx(published, abs=tol), source
    assert int(status) == ONE


def test_several_roots_are_reported_and_none_is_chosen() -> None:
    """EN-IRR-MULTI (MathWorks irr): roots at −4.88 %, 100 % and 204.88 %."""
    flows = np.array([-1000.0, 6000, -10900, 5800])
    value, status = irr(flows)
    assert math.isnan(value) and int(status) == SEVERAL
    for root in (-0.0488, 1.0, 2.0488):
        assert float(npv(root, flows)) == pytest.approx(0, abs=0.2)

    np.testing.assert_allclose(irr_roots(flows), [-0.0488, 1.0, 2.0488], atol=1e-4)


def flows_with_roots(roots: list[float]) -> np.ndarray:
    """Flows whose present value is nothing at exactly these rates: the product of 1 − (1 + root) × discount factor."""
    flows = np.array([-100.0])
    for root in roots:
        flows = np.convolve(flows, [1.0, -(1 + root)])
    return flows


@pytest.mark.parametrize(
    "roots",
    [
        [0.1],
        [0.0],
        [-0.5],
        [0.1001, 0.1049],
        [0.0, 0.004],
        [-0.002, 0.002],
        [-0.98, 9.5],
        [0.051, 0.053, 0.2],
        [1.02, 1.04],
    ],
)
def test_roots_close_together_are_told_apart(roots: list[float]) -> None:
    """Also two that lie between two neighbouring points of the grid, and on either side of 0 %."""
    np.testing.assert_allclose(irr_roots(flows_with_roots(roots)), roots, atol=1e-9)
    status = int(irr(flows_with_roots(roots))[1])
    assert status == (ONE if len(roots) == 1 else SEVERAL)


@given(st.lists(st.sampled_from([*range(-45, 100), *range(105, 300, 25)]), min_size=1, max_size=4, unique=True))
def test_every_root_is_found(places: list[int]) -> None:
    """Roots two steps of the grid apart: from 1 % below 100 %, from 25 % above."""
    roots = sorted(place / 100 + 0.001 for place in places)
    np.testing.assert_allclose(irr_roots(flows_with_roots(roots)), roots, atol=1e-6)


@given(st.lists(amounts, min_size=2, max_size=12))
def test_no_more_roots_than_changes_of_sign_and_all_within_the_bounds(flows: list[float]) -> None:
    """Descartes' rule; ``irr`` and ``irr_roots`` tell the same story."""
    roots = irr_roots(np.array(flows))
    signs = [f > 0 for f in flows if f]
    assert len(roots) <= sum(a != b for a, b in itertools.pairwise(signs))
    assert np.all((roots > LOWEST) & (roots < HIGHEST))
    value, status = irr(np.array(flows))
    assert int(status) == min(len(roots), SEVERAL)
    assert math.isnan(value) or [float(value)] == roots.tolist()


def test_a_root_outside_the_bounds_is_not_reported() -> None:
    """1,400 % is a root, but beyond what is looked for."""
    assert irr_roots(np.array([-10.0, 150.0])).size == 0
    assert int(irr(np.array([-10.0, 150.0]))[1]) == NONE


def test_long_series_overflow_nothing() -> None:
    """50 years by month: (1 + rate)^600 has no place in a float at either end of the bounds."""
    flows = np.array([-100.0, *[1.0] * 600])
    value, status = irr(flows)
    assert int(status) == ONE and float(value) == pytest.approx(npf.rate(600, 1, -100, 0), abs=1e-9)


@pytest.mark.parametrize("flows", [[0.0, 0, 0], [10.0, 20, 30], [-10.0, -20, -30], [0.0, 0, 5], [-100.0, 220, -122]])
def test_no_root(flows: list[float]) -> None:
    """[−100, 220, −122] stays negative at every rate although its sign changes twice."""
    value, status = irr(np.array(flows))
    assert int(status) == NONE and math.isnan(value)


def test_a_double_root_is_not_one_rate() -> None:
    """−(1 − 1.1 / (1 + r))² only touches nothing at 10 %: whatever rounding makes of it, no single rate is claimed."""
    assert int(irr(np.array([-1.0, 2.2, -1.21]))[1]) != ONE


def test_a_root_at_0_per_cent_is_found_whatever_rounding_makes_of_it() -> None:
    """The sum of the flows is 0 from the first to the last, and a little more from the last to the first."""
    value, status = irr(np.array([-85.45828518664402] * 4 + [1.0, 1.0, 339.8331407465761]))
    assert int(status) == ONE and float(value) == pytest.approx(0, abs=1e-12)


def test_what_rounding_leaves_of_nothing_earns_no_return() -> None:
    """Outlays of 34,058 and 1e-12 in the thirtieth year: at −66.5 % that would weigh as much."""
    value, status = rate_of_return(np.array([-18809.0, -15249.0, *[0.0] * 27, 1e-12]))
    assert status == NONE and math.isnan(value)
    assert rate_of_return(np.array([-100.0, 60.0, 60.0])) == (pytest.approx(0.130662, abs=1e-6), ONE)


@given(st.lists(st.floats(1, 1000), min_size=1, max_size=30), st.integers(1, 5), st.floats(0.2, 3))
def test_irr_of_an_investment_is_numpy_financials(income: list[float], build: int, part: float) -> None:
    """Outlays first, income after: one sign change, one root."""
    flows = np.array([-part * sum(income) / build] * build + income)
    value, status = irr(flows)
    expected = npf.irr(flows)
    if -0.98 < expected < 9:
        assert int(status) == ONE and float(value) == pytest.approx(expected, abs=1e-7)


@given(st.lists(amounts, min_size=2, max_size=12))
def test_a_reported_root_is_a_root(flows: list[float]) -> None:
    value, status = irr(np.array(flows))
    assert (int(status) == ONE) == (not math.isnan(value))
    if int(status) == ONE:
        size = sum(abs(f) * (1 + float(value)) ** -i for i, f in enumerate(flows, 1))
        assert abs(float(npv(float(value), np.array(flows)))) <= 1e-9 * size


# ---- payback -----------------------------------------------------------------------------------------------
def test_published_payback() -> None:
    """CN-COST-2008-NPV12 (ttjzk.com/zaojia/2moniti3/615697.html): 5.79; CN-IND-NPV-VAT (kaotiyun.com/show/Rw75777K): 3.22."""
    assert float(payback(np.array([-1800, -1800, 369.48, 902.2, *[1302.2] * 7, 2264.48]))) == pytest.approx(
        5.79, abs=0.005
    )
    assert float(payback(np.array([-700, 137.11, *[459.85] * 4, 637.85]))) == pytest.approx(3.22, abs=0.005)


def test_the_last_crossing_counts() -> None:
    """Paid back after 2 years, then renewed works of year 3 are paid back half-way through year 4."""
    assert float(payback(np.array([-100.0, 100, -50, 100]))) == 3.5


def test_payback_from_the_start_of_production() -> None:
    """CN-COST-2008-NPV12: 5.79 years from the start of construction are 3.79 from production."""
    flows = np.array([-1800, -1800, 369.48, 902.2, *[1302.2] * 7, 2264.48])
    assert float(payback(flows, construction=2)) == pytest.approx(3.79, abs=0.005)
    assert float(payback(flows)) - float(payback(flows, construction=2)) == 2


def test_dynamic_payback_is_where_the_present_value_reaches_nothing() -> None:
    """At the rate of return the discounted flows are paid back at the end of the last year, at a higher rate never."""
    flows = np.array([-100.0, 30, 40, 50, 20])
    rate = float(irr(flows)[0])
    assert float(dynamic_payback(rate, flows)) == pytest.approx(5)
    assert math.isnan(dynamic_payback(rate + 0.01, flows))
    assert float(dynamic_payback(0.0, flows)) == float(payback(flows)) == 3.6
    assert float(dynamic_payback(0.05, flows, construction=1)) == float(dynamic_payback(0.05, flows)) - 1
    assert float(dynamic_payback(0.05, flows)) == pytest.approx(
        4 - (-100 / 1.05 + 30 / 1.05**2 + 40 / 1.05**3) / (50 / 1.05**4) - 1
    )


def test_payback_never_and_of_nothing() -> None:
    assert math.isnan(payback(np.array([-100.0, 50, 49])))
    assert math.isnan(payback(np.array([10.0, 10])))


def test_payback_to_the_last_fen() -> None:
    """2.7 is paid back by three times 0.9, though the computer's sum stays 4e-16 below nothing."""
    flows = np.array([-2.7, 0.9, 0.9, 0.9])
    assert np.cumsum(flows)[-1] < 0
    assert float(payback(flows)) == pytest.approx(4)


# ---- return on capital -------------------------------------------------------------------------------------
def test_returns_on_capital() -> None:
    """CN-COST-2018-VAT (66tiku.cn/855/632525.html): 12.37 % of 2200 + 200; no capital, no return."""
    assert float(return_on_investment(296.8, 2400.0)) == pytest.approx(0.1237, abs=5e-5)
    assert float(return_on_equity(75.0, 500.0)) == 0.15
    assert np.isnan(return_on_investment(np.array([10.0, 0.0]), 0.0)).all()
    assert math.isnan(return_on_equity(10.0, 0.0))


# ---- many flows at once ------------------------------------------------------------------------------------
def test_every_column_is_as_if_alone() -> None:
    random = np.random.default_rng(1)
    flows = random.normal(20, 50, (12, 3, 40))
    flows[0] -= 200
    values, statuses = irr(flows)
    worth, years, discounted = npv(0.05, flows), payback(flows), dynamic_payback(0.05, flows)
    assert values.shape == statuses.shape == worth.shape == years.shape == discounted.shape == (3, 40)
    assert {int(s) for s in statuses.flat} == {NONE, ONE, SEVERAL}
    for i, j in np.ndindex(3, 40):
        value, status = irr(flows[:, i, j])
        np.testing.assert_array_equal([value, status], [values[i, j], statuses[i, j]])
        np.testing.assert_array_equal(payback(flows[:, i, j]), years[i, j])
        np.testing.assert_array_equal(dynamic_payback(0.05, flows[:, i, j]), discounted[i, j])
        assert float(npv(0.05, flows[:, i, j])) == worth[i, j]
