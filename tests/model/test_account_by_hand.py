"""``account-in-full.yaml`` worked out anew, without finsim: opening balances, works with retention, a grant in arrears,
capital, loan with reserve, working capital and its loan, tax, appropriation, cash, balance sheet and tests, all at once.

Small cases prove each of them by arithmetic; this proves how they meet. Plain Python, year by year, from the inputs.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy_financial as npf
import pytest
from ruamel.yaml import YAML

CASE: Any = YAML(typ="safe").load(Path(__file__).parents[1] / "cases" / "account-in-full.yaml")
NEAR = 0.000001
NONE = math.nan
DISCOUNT = 0.05
"""What the cases leave unsaid: tests/test_cases.py."""
Rows = dict[str, list[float]]


def part(text: str | float) -> float:
    """``20%`` as 0.2; a number as it is."""
    return float(text.rstrip("%")) / 100 if isinstance(text, str) else float(text)


def over(a: float, b: float) -> float:
    return a / b if abs(b) > NEAR else NONE


def working_capital(days: Any, revenue: float, goods: float, wages: float, cost: float) -> dict[str, float]:
    """周转次数 = 360 ÷ days; receivables and prepayments by cost, advances by revenue."""
    of = {
        "receivables": cost * days["receivable_days"] / 360, "inventories": goods * days["inventory_days"] / 360,
        "cash": wages * days["cash_days"] / 360, "prepaid": goods * days["prepaid_days"] / 360,
        "payables": goods * days["payable_days"] / 360, "advances": revenue * days["advance_days"] / 360,
    }  # fmt: skip
    of["assets"] = of["receivables"] + of["inventories"] + of["cash"] + of["prepaid"]
    of["liabilities"] = of["payables"] + of["advances"]
    of["needed"] = of["assets"] - of["liabilities"]
    return of


def by_hand(scenario: Any) -> tuple[Rows, dict[str, float]]:
    """Rows by year, and what is one number."""
    years = range(scenario["timeline"]["first"], scenario["timeline"]["last"] + 1)
    catalogue, finance, opening = scenario["catalogue"], scenario["finance"], scenario["opening"]
    work, grant = catalogue["works"]["w"], catalogue["sources"]["grant"]["amount"]
    loan, terms = finance["loans"]["l"], scenario["appropriation"]
    rate, working_rate = part(loan["rate"]), part(scenario["working_loan"]["rate"])
    tax_rate, retention = part(scenario["tax"]["rate"]), work["amount"] * part(work["retention"])
    first, last = years[0], years[-1]
    repaid_in = range(loan["repay"]["years"][0], loan["repay"]["years"][1] + 1)
    instalment = loan["commitment"] / len(repaid_in)
    assert work["years"] == first and loan["draws"] == "end" and loan["reserve_months"] == 12
    assert catalogue["sources"]["grant"] | {"arrears": 1, "lag": 1} == catalogue["sources"]["grant"]

    def stated(item: Any, year: int) -> float:
        return float(item["stated"].get(year, 0))

    def service(year: int, debt: float) -> float:
        """Interest and principal of a year that begins with this debt."""
        return rate * debt + (instalment if year in repaid_in else 0)

    rows: Rows = {}
    capital = debt = working_debt = tied_up = retained = reserves = reserve_fund = losses = invested = statutory = 0.0
    net_works, net_old, surplus = 0.0, float(opening["fixed"]), float(opening["cash"])
    for year in years:
        start, final = year == first, year == last
        revenue = stated(catalogue["streams"]["fee"], year)
        goods, wages = (stated(catalogue["costs"][name], year) for name in ("goods", "staff"))
        cost = goods + wages
        # ---- investment and who pays for it; the grant counts at once, its money comes a year later and is bridged
        works = work["amount"] - retention if start else retention if year == first + 1 else 0.0
        receivable, received = (grant, 0.0) if start else (0.0, grant if year == first + 1 else 0.0)
        w = working_capital(scenario["working_capital"], revenue, goods, wages, cost)
        added, recovered = w["needed"] - tied_up, w["needed"] if final else 0.0
        tied_up = w["needed"] - recovered
        borrowed = max(0.0, part(scenario["working_loan"]["debt_share"]) * w["needed"] - working_debt)
        working_repaid = working_debt + borrowed if final else 0.0
        working_interest = working_rate * (working_debt + borrowed)
        working_debt += borrowed - working_repaid
        need = works + added - borrowed  # what is bridged for the grant takes its place
        released = sum(c["amount"] for c in finance["capital"].values() if min(c["phasing"]) <= year)
        drawn = min(released - capital, need)
        lent = min(loan["commitment"], need - drawn) if start else 0.0
        assert drawn + lent == pytest.approx(need)
        capital += drawn
        invested += (work["amount"] if start else 0.0) + added
        # ---- profit and tax: a loss is made good in the next years
        interest = rate * debt + working_interest
        old = min(opening["fixed"] / opening["fixed_life"], net_old)
        new = 0.0 if start else work["amount"] / work["life"]
        ebitda = revenue - cost
        ebit = ebitda - old - new
        profit = ebit - interest
        used = min(losses, max(0.0, profit))
        tax = tax_rate * max(0.0, profit - used)
        losses += max(0.0, -profit) - used
        net = profit - tax
        # ---- cash, the reserve first, then dividends
        due = service(year, debt) - rate * debt
        net_before = ebitda - tax - works - added + recovered + received + drawn + borrowed + lent
        net_before -= interest + due + working_repaid
        debt_before, debt = debt, debt + lent - due
        target = service(year + 1, debt)
        held = surplus + reserve_fund + net_before
        before_bridge = held + tax  # no short-term loan, but the balance that one would be worked out from
        sweepable = max(0.0, min(surplus, surplus + net_before))
        reserve_fund = min(target, max(0.0, held))
        payable = held - reserve_fund
        opening_retained = retained
        room = part(terms["reserve_cap"]) if "reserve_cap" in terms else 0.5
        earned = max(0.0, min(net, net + retained))
        legal = min(part(terms["reserve_rate"]) * earned, max(0.0, room * capital - statutory))
        statutory += legal
        distributable = net + retained - legal
        preferred = max(0.0, min(terms["preferred"], distributable, payable))
        optional = part(terms["optional_rate"]) * max(0.0, distributable - preferred)
        ordinary = part(terms["payout"]) * max(0.0, distributable - preferred - optional)
        ordinary = min(ordinary, payable - preferred)
        retained = distributable - preferred - optional - ordinary
        reserves += legal + optional
        dividends = preferred + ordinary
        surplus = payable - dividends
        # ---- balance sheet
        net_old -= old
        net_works = float(work["amount"]) if start else net_works - new
        held_working = {name: 0.0 if final else value for name, value in w.items()}
        withheld = retention if start else 0.0
        money = surplus + reserve_fund + held_working["cash"]
        goods_and_claims = held_working["receivables"] + held_working["prepaid"] + held_working["inventories"]
        current = money + goods_and_claims + receivable
        assets = current + net_works + net_old + opening["vat_credit"]
        short_term = held_working["payables"] + withheld + held_working["advances"]
        own = sum(float(opening[name]) for name in ("cash", "fixed", "vat_credit"))
        claims = short_term + debt + working_debt + capital + own + grant + reserves + retained
        assert assets == pytest.approx(claims), year
        # ---- cash flows of project, equity and investors
        residual = net_works + net_old if final else 0.0
        inflow = revenue + recovered + residual
        adjusted = tax_rate * max(0.0, ebit)
        project = inflow - works - cost - added
        equity_out = drawn + due + working_repaid + interest + cost + tax
        disposal = residual + surplus + reserve_fund if final else 0.0
        budget = scenario["public"]["budget"].get(year, 0)
        found = {f"working_capital.{name}": value for name, value in w.items()} | {
            "working_capital.added": added, "working_capital.recovered": recovered, "working_capital.level": tied_up,
            "working_loan.wanted": working_debt + working_repaid, "working_loan.draw": borrowed,
            "working_loan.repaid": working_repaid, "working_loan.interest": working_interest,
            "working_loan.closing": working_debt, "horizon.last": float(final), "loans.l.yearly_rate": rate,
            "loans.l.rolling": work["amount"] / (work["amount"] + opening["fixed"]) if start else 0.0,
            "loans.l.agreed": due, "loans.l.next_service": target,
            "debts.all_closing": debt + working_debt, "funding.working_capital": added, "funding.advanced": receivable,
            "funding.withheld": withheld - (retention if year == first + 1 else 0.0),
            "funding.uses": works + added + receivable, "funding.capital_for_working": added - borrowed,
            "funding.capital_for_works": drawn - added + borrowed, "assets.opening_net": net_old,
            "assets.opening_depreciation": old, "profit.long_interest": rate * debt_before,
            "profit.interest_before": interest, "profit.variable_cost": goods,
            "profit.fixed_cost": wages + old + new + interest, "profit.before_bridge": profit,
            "profit.for_service": ebitda - tax, "profit.repayable": net + old + new, "tax.effective": tax_rate,
            "tax.base_before": profit, "tax.base": profit,
            "tax.before_bridge": tax, "tax.open_losses": losses, "appropriation.opening": opening_retained,
            "appropriation.available": net + opening_retained, "appropriation.distributable": distributable,
            "appropriation.payable": payable, "appropriation.to_preferred": preferred,
            "appropriation.optional": optional,
            "appropriation.statutory": statutory, "appropriation.reserves": reserves, "cash.before_tax_out": cost,
            "cash.works": works, "cash.set_free": recovered, "cash.long_in": received + drawn + borrowed + lent,
            "cash.interest_paid": interest, "cash.repaid": due + working_repaid, "cash.dividends": dividends,
            "cash.net_before": net_before, "cash.net_unswept": net_before, "cash.before_bridge": before_bridge,
            "cash.gap": -before_bridge, "cash.reserve_target": target, "cash.reserve": reserve_fund,
            "cash.before_dividends": payable, "cash.sweepable": sweepable, "balance_sheet.money": money,
            "balance_sheet.receivables": held_working["receivables"], "balance_sheet.prepaid": held_working["prepaid"],
            "balance_sheet.inventories": held_working["inventories"], "balance_sheet.other_current": receivable,
            "balance_sheet.payables": held_working["payables"] + withheld,
            "balance_sheet.advances": held_working["advances"],
            "balance_sheet.current_liabilities": short_term, "balance_sheet.working_loans": working_debt,
            "balance_sheet.total_assets": assets, "balance_sheet.reserves": reserves, "project_flow.inflow": inflow,
            "project_flow.outflow": works + cost + added, "project_flow.before_tax": project, "project_flow.ebit": ebit,
            "project_flow.after_tax": project - adjusted,
            "project_flow.discounted_after_tax": (project - adjusted) / (1 + DISCOUNT) ** (year - first + 1),
            "equity_flow.residual": residual, "equity_flow.arrears": received, "equity_flow.recovered": recovered,
            "equity_flow.inflow": inflow + received, "equity_flow.capital": drawn,
            "equity_flow.principal": due + working_repaid,
            "equity_flow.interest": interest, "equity_flow.outflow": equity_out, "investor_flow.dividends": dividends,
            "investor_flow.disposal": disposal, "investor_flow.inflow": dividends + disposal,
            "investor_flow.paid_in": drawn,
            "investor_flow.net": dividends + disposal - drawn, "lender.available": ebitda - tax,
            "lender.dscr_with_cash": NONE,  # no debt falls due at once
            "lender.service": due + interest, "lender.icr": over(ebit, interest), "lender.opening": debt_before,
            "lender.owing": float(year) if debt_before > NEAR else 0.0, "lender.company_capital": drawn,
            "public.outlay": received, "public.left": budget - received if budget else NONE,
            "public.beyond": max(0.0, received - budget) if budget else 0.0,
        }  # fmt: skip
        for name, value in found.items():
            rows.setdefault(name, []).append(value)
    for name in ("before_tax", "after_tax"):
        flows = rows[f"project_flow.{name}"]
        rows[f"project_flow.{name}_to_date"] = [sum(flows[: i + 1]) for i in range(len(flows))]
    return rows, cells(rows, opening, invested, grant, rate)


def cells(rows: Rows, begun: Any, invested: float, grant: float, rate: float) -> dict[str, float]:
    """Measures over all years, and the coverage of the debt's and the project's life, which looks ahead."""
    available, opening, service = (rows[f"lender.{name}"] for name in ("available", "opening", "service"))
    owing = [debt > NEAR for debt in opening]
    began = owing.index(True)
    for name, counted in (("life", owing), ("project", [True] * len(owing))):
        rows[f"lender.value_of_{name}"] = [
            sum(
                cash * used / (1 + rate) ** (k - max(i, began) + 1)
                for k, (cash, used) in enumerate(zip(available, counted, strict=True))
                if k >= max(i, began)
            )
            for i in range(len(available))
        ]
    rows["lender.rate"] = [0.0] * began + [rate] * (len(owing) - began)
    rows["lender.llcr"] = [over(v, d) for v, d in zip(rows["lender.value_of_life"], opening, strict=True)]
    rows["lender.plcr"] = [over(v, d) for v, d in zip(rows["lender.value_of_project"], opening, strict=True)]
    rows["lender.llcr_in_service"] = rows["lender.llcr"]
    capital, own = sum(rows["lender.company_capital"]), begun["cash"] + begun["fixed"] + begun["vat_credit"]
    debts = [debt + working for debt, working in zip([*opening[1:], 0.0], rows["working_loan.closing"], strict=True)]

    def least(values: list[float]) -> float:
        return min(v for v in values if not math.isnan(v))

    dscr = [over(a, s) for a, s in zip(available, service, strict=True)]
    found = {
        "opening.assets": own, "vat.opening_credit": begun["vat_credit"], "assets.opening_fixed": begun["fixed"],
        "cash.opening_cash": begun["cash"],
        "balance_sheet.opening_equity": own,
        "lender.lowest_icr": least(rows["lender.icr"]), "lender.lowest_llcr": least(rows["lender.llcr"]),
        "lender.covenant": least(dscr), "lender.own_share": (capital + grant) / invested,
        "lender.with_bonds": (capital + grant) / invested, "lender.company_share": capital / invested,
        "lender.gearing": max(debts) / invested, "lender.maturity": max(rows["lender.owing"]),
        "lender.dscr_passes": float(least(dscr) >= 1.3), "lender.llcr_passes": float(least(rows["lender.llcr"]) >= 0),
        "lender.capital_passes": float((capital + grant) / invested >= 0.2),
        "project_flow.npv": float(npf.npv(DISCOUNT, [0.0, *rows["project_flow.before_tax"]])),
        "project_flow.npv_after_tax": float(npf.npv(DISCOUNT, [0.0, *rows["project_flow.after_tax"]])),
        "public.passes": float(sum(rows["public.beyond"]) <= NEAR),
    }  # fmt: skip
    return {**found, "lender.passes": min(found[f"lender.{name}_passes"] for name in ("dscr", "llcr", "capital"))}


def test_every_value_of_the_account() -> None:
    rows, single = by_hand(CASE["scenario"])
    first, wrong = CASE["scenario"]["timeline"]["first"], []
    for entry in CASE["expect"]:
        row, value, period = entry["row"], entry["value"], entry.get("period")
        if period is None:
            pairs = [(single[row], value)]
        elif period == "total":
            pairs = [(sum(rows[row]), value)]
        else:
            pairs = list(zip(rows[row][period - first :], value if isinstance(value, list) else [value], strict=False))
        for ours, given in pairs:
            stated = NONE if given == "none" else given
            if not (abs(ours - stated) <= entry.get("tol", CASE["tol"]) or (math.isnan(ours) and math.isnan(stated))):
                wrong.append(f"{row} {period}: {ours}, expected {given}")
    assert not wrong, "\n".join(wrong)
