"""片区组合 as tables: every unit or account in a row, and what each way of grouping them comes to."""

from __future__ import annotations

from dataclasses import dataclass

from finsim.report.wording import Table, Wording
from finsim.result import Result
from finsim.sheet import Text

_SAID = {
    "account": Text("平衡主体", "Account"), "district": Text("片区", "District"), "units": Text("单元数", "Units"), "verdict": Text("结论", "Verdict"),
    "balanced": Text("平衡", "balanced"), "unbalanced": Text("不平衡", "unbalanced"), "investment": Text("总投资", "Investment"),
    "grants": Text("财政资金", "Fiscal grants"), "debt": Text("债务", "Debt"), "cover": Text("本息覆盖倍数", "Debt cover"),
    "lowest": Text("最低盈余", "Lowest surplus"), "gap": Text("待落实资金峰值", "Peak still to be secured"), "npv": Text("财务净现值", "Net present value"),
    "household": Text("户均财政资金（万元）", "Fiscal money per household (CNY 10,000)"), "fails": Text("未通过的检验", "Tests failed"),
}  # fmt: skip
_COLUMNS = ("account", "district", "units", "verdict", "investment", "grants", "debt", "cover", "lowest", "gap", "npv", "household", "fails")

_WHY = {
    "investment": "funding.total_investment", "grants": "result.grants", "debt": "funding.bond_used,debts.drawn,debts.rolled_up", "cover": "cover.full",
    "lowest": "liquidity.lowest", "gap": "liquidity.peak", "npv": "recovery.r3", "household": "result.grants_per_household",
}  # fmt: skip
"""What the numbers of a column are, by their names in ``report.reasons``."""


@dataclass(frozen=True)
class Pooled:
    """What one grouping comes to. ``gap`` is the sum of the accounts' peaks of money still to be secured, in 万元."""

    by: str
    accounts: int
    balanced: int
    gap: float


def pooled(result: Result) -> Pooled:
    gaps = [result.indicators(account.id)["peak_unfunded"] or 0.0 for account in result.accounts]
    return Pooled(result.by, len(result.accounts), sum(result.balanced(account.id) for account in result.accounts), sum(gaps))


def accounts(result: Result, wording: Wording) -> Table:
    """Every account of the result: its verdict, what it costs and owes, and the tests that decide."""
    districts = {unit.id: unit.district for unit in result.scenario.units}
    body = []
    for account in result.accounts:
        found, totals = result.indicators(account.id), result.totals(account.id)
        places = list(dict.fromkeys(wording.name(districts[unit]) for unit in account.units))
        failed = [wording.name(v.label) for v in result.verdicts(account.id) if v.counted and not v.passed]
        debt = totals["bonds"] + totals["loans"] + totals["interest_rolled_up"]
        body.append(
            (
                wording.name(account.label), places[0] if len(places) == 1 else f"{len(places)}", f"{len(account.units)}",
                wording.say(_SAID["balanced" if result.balanced(account.id) else "unbalanced"]), wording.amount(totals["investment"]),
                wording.amount(totals["grants"]), wording.amount(debt), wording.times(found["cover_full"]), wording.amount(found["lowest_surplus"]),
                wording.amount(found["peak_unfunded"]), wording.amount(found["fnpv"]), wording.times(found["grants_per_household"], 2),
                ("、" if wording.lang == "zh" else ", ").join(failed),
            )
        )  # fmt: skip
    rows = tuple(f"account|{account.id}|{{}}|" for account in result.accounts)
    return Table(tuple(wording.name(_SAID[key]) for key in _COLUMNS), tuple(body), rows=rows, columns=tuple(_WHY.get(key) for key in _COLUMNS))
