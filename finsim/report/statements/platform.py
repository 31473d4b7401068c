"""收支预算明细 of the government-debt platform, with the platform's own checks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from finsim.model.structure import Structure
from finsim.report.statements.entries import (
    CONSTRUCTION,
    OPERATION,
    UNDER_CONSTRUCTION,
    Entry,
    Statement,
    amounts,
    row,
    terms,
)
from finsim.result import Result
from finsim.sheet import TOLERANCE, Text
from finsim.sheet.numpy_backend import Array


class PlatformCheck(NamedTuple):
    """One of the platform's checks: what it asks, whether that holds, and what was found."""

    check: Text
    holds: bool
    found: Text


def budget(s: Structure) -> Statement:
    """Rows under the platform's codes. Refinancing bonds pay principal only: they are on neither side.

    Rows that the platform does not show to us by name have no code here.
    """
    special = [name for name, _ in s.bonds if name not in s.not_special]
    market = [name for name, _ in s.bonds if name in s.not_special]
    issued = _of(special, "bonds.{}.proceeds", "-bonds.{}.refinancing")
    borrowed = (
        "debts.drawn", "debts.capitalised_interest", "working_loan.draw",
        *_of(market, "bonds.{}.proceeds", "-bonds.{}.refinancing"),
    )  # fmt: skip
    own = ("funding.capital_drawn", "contributions.contributed")
    running = ("operations.cost", "surcharges.surcharges", "tax.tax", "cash.sustaining")
    in_construction = terms("debts.special_interest", during=CONSTRUCTION)
    in_operation = terms("debts.special_interest", during=OPERATION)
    market_building = (*terms("funding.capitalised"), *terms("-debts.special_interest", during=CONSTRUCTION))
    market_running = (*terms("profit.interest"), *terms("-debts.special_interest", during=OPERATION))
    return Statement(
        "budget",
        Text("收支预算明细", "Budget of income and spending"),
        (
            row("1", "建设资金来源", "sources of construction money", *own, *issued, *borrowed, strong=True),
            row("", "项目资本金及各方出资", "capital and contributions", *own),
            row("12", "地方政府专项债券", "special bonds", *issued),
            row("13", "其中：用于资本金", "of which used as capital", "debts.as_capital"),
            row("14", "项目单位市场化融资", "market borrowing of the project unit", *borrowed),
            Entry("", Text("项目建设期支出", "spending of construction"), (*terms("investment.cost", "funding.capitalised", "funding.working_capital"),), True),
            row("21", "项目建设成本", "construction cost", "investment.cost", "funding.working_capital"),
            Entry("22", Text("财务费用-专项债券付息（建设期）", "interest of special bonds during construction"), in_construction),
            Entry("23", Text("财务费用-市场化融资付息", "interest of market borrowing during construction"), market_building),
            row("3", "项目运营期收入", "income of operation", "operations.revenue", "profit.subsidy", strong=True),
            row("", "补贴收入", "subsidies", "profit.subsidy"),
            row("32", "项目自身经营收入", "the project's own income", "operations.revenue"),
            Entry("", Text("项目运营期支出", "spending of operation"), terms(*running, "profit.interest"), True),
            row("41", "项目运营成本", "operating cost, taxes and replacement", *running),
            Entry("42", Text("财务费用-专项债券付息支出（运营期）", "interest of special bonds during operation"), in_operation),
            Entry("43", Text("财务费用-市场化融资付息支出", "interest of market borrowing during operation"), market_running),
            row("5", "专项债券还本", "principal of special bonds", *_of(special, "bonds.{}.repaid", "-bonds.{}.refinancing")),
            row(
                "6", "市场化融资还本", "principal of market borrowing", "debts.loans_repaid", "working_loan.repaid",
                *_of(market, "bonds.{}.repaid", "-bonds.{}.refinancing"),
            ),
        ),
    )  # fmt: skip


def _of(names: list[str], *rows: str) -> tuple[str, ...]:
    return tuple(path.format(name) for name in names for path in rows)


def platform_checks(result: Result, account: str) -> list[PlatformCheck]:
    """The platform's checks of its table, as it would make them on entry.

    Balances of the beginning count as borrowed, and so does interest of operation that is rolled up.
    """
    s = result.scenario.structure
    rows = {entry.number: _yearly(result, account, entry) for entry in budget(s).entries if entry.number}
    total = {number: float(values.sum()) for number, values in rows.items()}
    rolled = result.cell("debts.rolled_up", account) - result.cell("debts.capitalised_interest", account)
    special = total["12"] + _opening(result, account, [f"bonds.{n}" for n, _ in s.bonds if n not in s.not_special])
    others = [*(f"bonds.{n}" for n in s.not_special), *(f"loans.{n}" for n, _ in s.loans)]
    market = total["14"] + rolled + _opening(result, account, others)
    capital = result.cell("funding.capital_drawn", account) + total["13"]
    whole = result.cell("funding.total_investment", account)
    building = result.series(UNDER_CONSTRUCTION, account) > TOLERANCE
    late = [
        year
        for year, issued, built in zip(result.years, rows["12"], building, strict=True)
        if issued > TOLERANCE and not built
    ]
    beyond = [
        year
        for year, used, issued in zip(result.years, rows["13"], rows["12"], strict=True)
        if used > issued + TOLERANCE
    ]
    interest = total["22"] + total["23"]
    return [
        _equal(Text("Σ专项债券还本 = Σ专项债券", "principal of special bonds repaid = special bonds issued"), total["5"], special),
        _equal(Text("Σ市场化融资还本 = Σ市场化融资", "principal of market borrowing repaid = market borrowing"), total["6"], market),
        _no_years(Text("专项债券只在建设期内发行", "special bonds are issued during construction only"), late),
        _no_years(Text("每年用于资本金 ≤ 专项债券", "used as capital ≤ special bonds, each year"), beyond),
        *(
            PlatformCheck(Text(f"{zh} ≠ 0", f"{en} ≠ 0"), abs(total[number]) > TOLERANCE, _amounts(total[number]))
            for number, zh, en in (
                ("41", "项目运营成本", "operating cost"), ("32", "项目自身经营收入", "the project's own income"),
                ("21", "项目建设成本", "construction cost"),
            )
        ),
        _at_most(Text("资本金总额 ≤ 总概算", "capital ≤ total estimate"), capital, whole),
        _at_most(Text("建设期付息 ≤ 建设支出", "interest during construction ≤ construction cost"), interest, total["21"]),
    ]  # fmt: skip


def _yearly(result: Result, account: str, entry: Entry) -> Array:
    return np.array([value or 0.0 for value in amounts(result, account, entry)[0]])


def _opening(result: Result, account: str, debts: list[str]) -> float:
    """What is owed when the timeline begins."""
    before = result.years[0] - 1
    return sum(result.value("account", account, f"{debt}.closing", before) for debt in debts)


def _amounts(*values: float) -> Text:
    return Text(*(word.join(f"{value + 0.0:,.2f}" for value in values) for word in ("、", ", ")))


def _equal(check: Text, left: float, right: float) -> PlatformCheck:
    return PlatformCheck(check, abs(left - right) <= TOLERANCE, _amounts(left, right))


def _at_most(check: Text, left: float, right: float) -> PlatformCheck:
    return PlatformCheck(check, left <= right + TOLERANCE, _amounts(left, right))


def _no_years(check: Text, years: list[int]) -> PlatformCheck:
    found = Text("、".join(map(str, years)) or "无", ", ".join(map(str, years)) or "none")
    return PlatformCheck(check, not years, found)
