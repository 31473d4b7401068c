"""Where simple engines go wrong with subsidies: the model's rows are the right figure and not the wrong one.

The right figure is worked out here without finsim; the wrong one is worked out as the mistake would.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.support.cases import Sheet, differs

Account = Callable[..., Sheet]

SUPPORTED = """
timeline: {first: 2021, last: 2031}
catalogue:
  works: {w: {label: 工程, label_en: works, category: 其他, owner: company, amount: 2000, life: 10, residual: 0, years: 2021}}
  streams: {fee: {label: 收费, label_en: fees, quantity: 400, price: 1 万元, times: 1, occupancy: 1, ours: 1, vat_rate: 6%}}
finance: {capital: {own: {label: 资本金, label_en: equity, amount: 2000}}}
tax: {rate: 25%}
surcharges: {on_vat: 10%, on_revenue: 0}
"""
"""An asset of 2000 that earns 400 a year; 500 of support come in one form or another."""

PAID_FOR = """
timeline: {first: 2021, last: 2031}
catalogue:
  works:
    own: {label: 企业部分, label_en: the company's part, category: 其他, owner: company, amount: 1200, life: 20, residual: 0, years: 2021}
    given: {label: 政府出资部分, label_en: the government's part, category: 其他, owner: company, amount: 800, life: 20, residual: 0, years: 2021}
  sources: {grant: {label: 政府出资, label_en: government, nature: fiscal, pays: {works: [given]}, amount: 800}}
  streams: {payment: {label: 政府付费, label_en: payment, quantity: 0, price: 1 万元, times: 1, occupancy: 1, ours: 1}}
  costs: {running: {label: 成本, label_en: cost, amount: 100}}
finance: {loans: {l: {label: 贷款, label_en: loan, commitment: 1200, rate: 6%, drawn: 2021, draws: end, repay: {method: equal_principal, years: [2022, 2031]}}}}
tax: {rate: 25%}
"""
"""Of an asset of 2000 the government pays 800; yearly payments must repay 120 of a loan of 1200."""


def grant(tax: str) -> str:
    return f"catalogue: {{sources: {{g: {{label: 补助, label_en: grant, nature: fiscal, tax: {tax}, pays: {{}}, amount: 500}}}}}}"


def test_p15_form_of_a_subsidy(account: Account) -> None:
    """Capital, debt or grant: capital is paid in by somebody, debt is served, a grant is neither."""
    as_grant = account(SUPPORTED, grant("capital"))
    as_capital = account(SUPPORTED, """
finance: {capital: {own: {amount: 1500}, state: {label: 政府资本金, label_en: government capital, payer: government, amount: 500}}}
""")  # fmt: skip
    as_debt = account(SUPPORTED, """
finance:
  capital: {own: {amount: 1500}}
  loans: {lent: {label: 转贷, label_en: on-lent, commitment: 500, rate: 2%, drawn: 2021, draws: end, repay: {method: bullet, years: [2031, 2031]}}}
""")  # fmt: skip
    forms = (as_grant, as_capital, as_debt)
    assert [f["funding.total_investment"].sum() for f in forms] == [2000] * 3
    assert [f["equity_flow.capital"].sum() for f in forms] == [1500, 2000, 1500]
    assert [f["debts.closing"][0] for f in forms] == [0, 0, 500]
    assert [f["balance_sheet.capital"][-1] for f in forms] == [1500, 2000, 1500]
    assert [f["balance_sheet.reserve"][-1] for f in forms] == [500, 0, 0]
    assert [f["lender.service"].sum() for f in forms] == pytest.approx([0, 0, 500 + 10 * 10])
    assert [f["lender.company_share"] for f in forms] == pytest.approx([0.75] * 3), "1500 are the company's own"
    assert [f["lender.own_share"] for f in forms] == pytest.approx([1, 1, 0.75])


def test_p15_taxable_or_not_and_for_assets_or_for_income(account: Account) -> None:
    """Each subsidy by itself. Profit before it is 400 − 12 % × 20 of surcharges − 200 of depreciation."""
    profit = 400 - 2.4 - 200
    income = "catalogue: {{streams: {{s: {{label: 补贴, label_en: support, kind: {}, ours: 1, stated: {{2022: 500}}}}}}}}"
    right = {
        grant("capital"): (0, profit * 0.25),
        grant("untaxed"): (0, (profit + 500 / 10) * 0.25),  # depreciation of what it paid is not deductible
        grant("taxed"): (500 * 0.25, profit * 0.25),
        income.format("subsidy"): (0, (profit + 500) * 0.25),
        income.format("untaxed_subsidy"): (0, profit * 0.25),
    }
    for change, expected in right.items():
        result = account(SUPPORTED, change)
        assert tuple(result["tax.tax"][:2]) == pytest.approx(expected), change
        assert result.of("operations.output_vat", 2022) == pytest.approx(24), "a subsidy bears no VAT"
        assert result.of("surcharges.surcharges", 2022) == pytest.approx(2.4)
    assert len({tuple(np.round(e, 6)) for e in right.values()}) == 4, "only capital and an untaxed subsidy agree"
    both = account(SUPPORTED, grant("untaxed"), """
catalogue: {sources: {h: {label: 奖补, label_en: award, nature: fiscal, tax: taxed, pays: {}, amount: 300}}}
""")  # fmt: skip
    assert tuple(both["tax.tax"][:2]) == pytest.approx((300 * 0.25, (profit + 50) * 0.25)), "two grants, two treatments"


def test_p17_depreciation_of_the_part_that_the_government_paid(account: Account) -> None:
    """Depreciation frees cash for principal: with all of the asset in its base 298.67 a year are enough, else 312.

    Which it is, the owner of the government's part says, and, for tax alone, what its money is to income tax.
    """

    def least(depreciation: float) -> float:
        """Payment whose profit after tax, with depreciation, is the principal of the first year."""
        return 100 + depreciation + 1200 * 0.06 + (120 - depreciation) / 0.75

    whole, part = least(2000 / 20), least(1200 / 20)
    assert (whole, part) == pytest.approx((298.6667, 312), abs=1e-4)
    owned = "catalogue: {works: {given: {owner: company}}}"
    handed = "catalogue: {works: {given: {owner: government}}}"
    untaxed = "catalogue: {sources: {grant: {tax: untaxed}}}"
    for change, right, wrong in ((owned, whole, part), (handed, part, whole), (untaxed, part, whole)):
        paid, other = (
            account(PAID_FOR, change, f"catalogue: {{streams: {{payment: {{quantity: {q}}}}}}}") for q in (right, wrong)
        )
        assert paid.of("cash.accumulated", 2022) == pytest.approx(0, abs=1e-9)
        assert paid["liquidity.lowest"] == pytest.approx(0, abs=1e-9)
        differs(other.of("cash.accumulated", 2022), 0, by=9)
        assert (other["liquidity.passes"] == 1) == (wrong > right)


def test_p38_grant_counted_as_a_source_and_again_as_income(account: Account) -> None:
    """What pays for works is in the funding, once: no subsidy of the profit statement, no inflow of the project or of
    capital."""
    with_grant, without = account(SUPPORTED, grant("capital")), account(SUPPORTED)
    assert with_grant["contributions.contributed"].sum() == 500 and not with_grant["profit.subsidy"].any()
    for row in ("profit.before_tax", "project_flow.before_tax", "project_flow.after_tax"):
        assert with_grant[row] == pytest.approx(without[row]), row
    raised = with_grant["contributions.contributed"] + with_grant["funding.capital_drawn"]
    assert raised == pytest.approx(with_grant["funding.uses"]) and raised[0] == 2000
    came_in = with_grant["cash.operating_in"] + with_grant["cash.financing_in"]
    assert came_in.sum() == pytest.approx(2000 + 10 * 424), "fees with VAT, capital of 1500 and the grant, once"
    assert with_grant["public.outlay"].sum() == 500
    twice = account(SUPPORTED, grant("capital"), """
catalogue: {streams: {s: {label: 补贴, label_en: support, kind: subsidy, ours: 1, stated: {2022: 500}}}}
""")  # fmt: skip
    differs(with_grant["project_flow.npv"], twice["project_flow.npv"], by=500 / 1.05**2 - 1)
    differs(with_grant["public.outlay"].sum(), twice["public.outlay"].sum(), by=499)
    differs(with_grant["profit.net"].sum(), twice["profit.net"].sum(), by=374)
