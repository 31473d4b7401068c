"""The result of one run: every row of every unit and account, the verdicts with their reasons, and the explanation of any cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from finsim import flags, indicators, scope, verdicts
from finsim.flags import Flag as Flag
from finsim.model.engine import Engine
from finsim.scenario.goals import GoalReached, full_label
from finsim.scenario.scenario import Account, Origin, Scenario
from finsim.scope import MissingWork
from finsim.sheet import TOLERANCE, Text
from finsim.sheet.errors import SheetError
from finsim.sheet.expression import Expression, operands, path_of
from finsim.sheet.model import Model
from finsim.sheet.numpy_backend import Array
from finsim.sheet.words import sentence
from finsim.verdicts import Verdict as Verdict

INDICATORS: tuple[tuple[str, str, Text, str], ...] = (
    ("total_investment", "funding.total_investment", Text("项目总投资", "total investment"), "万元"),
    ("cover_full", "cover.full", Text("债券本息覆盖倍数（全口径）", "bond cover (full)"), "倍"),
    ("cover_operating", "cover.operating", Text("债券本息覆盖倍数（运营期）", "bond cover (operating)"), "倍"),
    ("cover_all_debt", "cover.all_debt", Text("全部债务本息覆盖倍数", "cover of all debt"), "倍"),
    ("lowest_surplus", "liquidity.lowest", Text("最低累计盈余资金", "lowest accumulated surplus"), "万元"),
    ("peak_unfunded", "liquidity.peak", Text("待落实资金峰值", "peak of funds still to be secured"), "万元"),
    ("r1", "recovery.r1", Text("R1 净收益与总投资之比", "R1 net income over total investment"), "倍"),
    ("r2", "recovery.r2", Text("R2 净收益与总投资及利息之比", "R2 net income over investment and interest"), "倍"),
    ("fnpv", "recovery.r3", Text("R3 财务净现值", "R3 net present value"), "万元"),
    ("dscr_lowest", "lender.lowest", Text("最低偿债备付率", "lowest DSCR"), "倍"),
    (
        "grants_per_household",
        "result.grants_per_household",
        Text("户均财政资金", "fiscal money per household"),
        "万元/户",
    ),
    (
        "residents_per_household",
        "result.residents_per_household",
        Text("户均居民出资", "residents' burden per household"),
        "万元/户",
    ),
    ("own_share", "result.own_share", Text("非债务资金占总投资比例", "share not financed by debt"), "1"),
    ("short_years", "liquidity.years", Text("短缺年数", "years short of funds"), "年"),
    ("basic_share", "measures.basic_share", Text("基础类财政承担比例", "fiscal share of basic works"), "1"),
    ("leverage", "measures.leverage", Text("财政资金撬动倍数", "leverage of fiscal money"), "倍"),
    ("social_share", "measures.social_share", Text("社会资本占总投资比例", "social capital, share of investment"), "1"),
    ("income_per_household", "measures.per_household", Text("户均年经营收入", "income per household a year"), "元/户/年"),
    ("income_per_area", "measures.per_area", Text("每平方米年经营收入", "income per square metre a year"), "元/㎡/年"),
    ("income_per_bay", "measures.per_bay", Text("每车位年收入", "income per bay a year"), "元/位/年"),
)
"""Key in JSON, row (a series is summed), label and unit."""

WHOLE_ROW: dict[str, tuple[Text, str]] = {
    "firr": (Text("财务内部收益率（税前）", "internal rate of return before tax"), "1"),
    "payback": (Text("投资回收期", "payback period"), "年"),
}
"""Indicators that no row of the sheet is: label and unit."""

TOTALS: tuple[tuple[str, str, Text], ...] = (
    ("investment", "funding.total_investment", Text("项目总投资", "total investment")),
    ("works", "investment.cost", Text("建设投资", "cost of works")),
    ("financing_cost", "funding.capitalised", Text("建设期利息及融资费用", "construction interest and financing cost")),
    ("grants", "result.grants", Text("财政资金", "fiscal grants")),
    ("operators", "result.operators", Text("管线单位出资", "pipeline operators")),
    ("residents", "result.residents", Text("居民出资", "residents")),
    ("others", "result.others", Text("其他出资", "other contributors")),
    ("equity", "funding.capital_drawn", Text("资本金", "capital")),
    ("bonds", "funding.bond_used", Text("专项债券", "special bonds")),
    ("loans", "debts.drawn", Text("银行贷款", "bank loans")),
    ("interest_rolled_up", "debts.rolled_up", Text("转入本金的贷款利息", "loan interest rolled up")),
    ("from_surplus", "funding.from_surplus", Text("以经营结余支付", "paid from the operating surplus")),
    ("unfunded", "funding.shortage", Text("建设资金缺口", "shortage of construction money")),
    ("revenue", "operations.revenue", Text("经营收入", "revenue")),
    ("operating_cost", "operations.cost", Text("经营成本", "operating cost")),
    ("income_tax", "tax.tax", Text("所得税", "income tax")),
    ("interest", "debts.interest_paid", Text("支付的利息及费用", "interest and fees paid")),
    ("principal", "debts.repaid", Text("还本", "principal repaid")),
)
"""Totals over all years; investment = the sources from grants to unfunded."""


@dataclass(frozen=True)
class Operand:
    """One operand of an explained cell; ``path`` can be explained in turn unless it is an input."""

    sheet: str
    member: str
    path: str
    label: Text
    year: int | None
    value: float | None
    unit: str
    kind: str
    origin: Origin | None


@dataclass(frozen=True)
class Explanation:
    """Why a cell is what it is."""

    sheet: str
    member: str
    path: str
    label: Text
    section: Text
    unit: str
    year: int | None
    value: float | None
    words: Text
    note: str
    written: str
    operands: tuple[Operand, ...]


CHECK_LIMIT = 1e-6
"""A check row may differ from nothing by this much, in 万元."""


class CheckError(SheetError):
    """A check row is not nothing: the model contradicts itself, so it gives no result."""


def refuse_contradiction(checks: Mapping[str, float]) -> None:
    """Raise :class:`CheckError` where a check row, given by its greatest absolute value, is not nothing."""
    for path, worst in checks.items():
        if worst > CHECK_LIMIT:
            raise CheckError(
                Text(
                    f"检查行 {path} 不为 0（最大 {worst:.3g} 万元）：计算自相矛盾，不给出结果；请报告此问题并附上方案文件。",
                    f"Check row {path} is not nothing (at most {worst:.3g}, CNY 10,000): the model contradicts itself and "
                    "gives no result; please report this with the scenario file.",
                )
            )


def run(scenario: Scenario, by: str | None = None) -> Result:
    """Evaluate the scenario at its stated values, for one grouping of its units (``unit``, ``district``, ``all``)."""
    accounts = scenario.accounts(by)
    place = {unit: i for i, unit in enumerate(scenario.numbers.units)}
    groups = [[place[unit] for unit in account.units] for account in accounts]
    sheets = scenario.sheets
    engine = Engine(sheets, scenario.numbers, groups, sheets.account.rows, wanted_units=sheets.unit.rows)
    rows, unit_rows = engine()
    result = Result(scenario, by or scenario.by, accounts, rows, unit_rows)
    refuse_contradiction(result.checks())
    return result


@dataclass(frozen=True)
class Result:
    """Rows as (periods + 2, members, 1), cells as (members, 1); members are accounts, and units in the order of their ids."""

    scenario: Scenario
    by: str
    accounts: tuple[Account, ...]
    rows: Mapping[str, Array]
    unit_rows: Mapping[str, Array]

    @property
    def years(self) -> tuple[int, ...]:
        return self.scenario.years

    @cached_property
    def _position(self) -> dict[tuple[str, str], int]:
        accounts = {("account", a.id): i for i, a in enumerate(self.accounts)}
        return accounts | {("unit", u): i for i, u in enumerate(self.scenario.numbers.units)}

    def _model(self, sheet: str) -> Model:
        return self.scenario.sheets.unit if sheet == "unit" else self.scenario.sheets.account

    # ---- looking up ----------------------------------------------------------------------------------------
    def series(self, path: str, member: str, sheet: str = "account") -> Array:
        """One row of one member, a number per year."""
        rows = self.unit_rows if sheet == "unit" else self.rows
        array, i = rows[path], self._position[sheet, member]
        assert not self._model(sheet).rows[path].cell, f"{path} is one cell"
        return array[1:-1, i if array.shape[1] > 1 else 0, 0]

    def cell(self, path: str, member: str, sheet: str = "account") -> float:
        """A row that is one cell, or the total of a series over the years."""
        rows = self.unit_rows if sheet == "unit" else self.rows
        array, i = rows[path], self._position[sheet, member]
        if self._model(sheet).rows[path].cell:
            return float(array[i if array.shape[0] > 1 else 0, 0])
        return float(self.series(path, member, sheet).sum())

    def value(self, sheet: str, member: str, path: str, year: int | None) -> float:
        """Value of any row, input or schedule; ``year`` one before the first gives the opening value."""
        model, i = self._model(sheet), self._position[sheet, member]
        n = self.scenario.numbers
        if path in model.inputs:
            array = (n.unit_inputs if sheet == "unit" else n.account_inputs)[path]
            return float(array[i if len(array) > 1 else 0])
        if path in model.rows and model.rows[path].cell:
            return self.cell(path, member, sheet)
        t = (year or 0) - self.years[0] + 1
        if path in model.schedules:
            array = (n.unit_schedules if sheet == "unit" else n.account_schedules)[path]
            return float(array[t - 1, i if array.shape[1] > 1 else 0]) if 1 <= t <= len(self.years) else 0.0
        array = (self.unit_rows if sheet == "unit" else self.rows)[path]
        return float(array[t, i if array.shape[1] > 1 else 0, 0])

    # ---- verdicts ------------------------------------------------------------------------------------------
    def balanced(self, account: str) -> bool:
        return self.cell("result.balanced", account) > 0.5

    def illustrative(self, account: str) -> bool:
        """Whether the account's figures rest on a split of programme totals (示意)."""
        size = len(self.scenario.units)
        chosen = next(a for a in self.accounts if a.id == account)
        return bool(self.scenario.splits) and size > 1 and len(chosen.units) < size

    def verdicts(self, account: str) -> tuple[Verdict, ...]:
        return tuple(verdicts.verdicts(self, account))

    def flags(self, account: str) -> tuple[Flag, ...]:
        """Red flags, declared or found, then yellow ones: what is forbidden, and what is worth a question."""
        return tuple(flags.flags(self, account))

    @cached_property
    def missing_works(self) -> tuple[MissingWork, ...]:
        """Mandatory works that a unit lacks: a warning, no test."""
        return scope.missing_works(self.scenario, self.unit_rows)

    def indicators(self, account: str) -> dict[str, float | None]:
        """Every indicator of the account by its key; None where there is none. Calculated once: a rate of return takes a while."""
        if account not in self._indicators:
            self._indicators[account] = self._calculated_indicators(account)
        return dict(self._indicators[account])

    @cached_property
    def _indicators(self) -> dict[str, dict[str, float | None]]:
        return {}

    def _calculated_indicators(self, account: str) -> dict[str, float | None]:
        found = {key: _number(self.cell(path, account)) for key, path, _, _ in INDICATORS}
        rate, status = rate_of_return(self.series("project_flow.before_tax", account))
        found["firr"] = _number(float(rate))
        found["firr_status"] = int(status)
        found["payback"] = _number(float(indicators.payback(self.series("project_flow.before_tax", account))))
        return found

    def totals(self, account: str) -> dict[str, float]:
        return {key: self.cell(path, account) for key, path, _ in TOTALS}

    def checks(self) -> dict[str, float]:
        """Greatest absolute value of every check row over all members and periods (must be nothing)."""
        found: dict[str, float] = {}
        for sheet, rows in (("unit", self.unit_rows), ("account", self.rows)):
            for path, row in self._model(sheet).rows.items():
                if row.check:
                    found[f"{sheet}:{path}"] = float(np.abs(rows[path]).max())
        return found

    def goals(self) -> tuple[GoalReached, ...]:
        """The check "target − result" of every input that was solved; it applies to the base case in the file's grouping.

        Loading has found it to hold there. In trials, in another grouping and once an input is changed the solved value stays
        as it is, so target less result is not nothing and nothing is checked.
        """
        found = []
        for goal in self.scenario.goals if self.by == self.scenario.by else ():
            position = self._position["account", goal.account]
            result = float(goal.pick(self.rows[goal.row], position, self.years)[0])
            found.append(GoalReached(goal, result, goal.target - result, goal.holds(result)))
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and texts; a value that does not exist is null."""
        s = self.scenario
        return {
            "scenario": {
                "title": s.title.zh, "title_en": s.title.en, "digest": s.digest,
                "variant": s.variant.id if s.variant else None, "by": self.by,
                "missing_works": [m.to_json() for m in self.missing_works],
                "splits": [{"subject": n.subject.zh, "rule": n.rule.zh, "subject_en": n.subject.en, "rule_en": n.rule.en} for n in s.splits],
                "policies": [use.to_json() for use in s.policies],
            },
            "solved": [reached.to_json() for reached in self.goals()],
            "accounts": [
                {
                    "id": a.id, "label": a.label.zh, "label_en": a.label.en, "units": list(a.units),
                    "illustrative": self.illustrative(a.id), "balanced": self.balanced(a.id),
                    "tests": [
                        {
                            "id": v.id, "counted": v.counted, "passed": v.passed, "value": v.value, "threshold": v.threshold,
                            "margin": v.margin, "period": v.period, "reason": v.reason.zh, "reason_en": v.reason.en,
                        }
                        for v in self.verdicts(a.id)
                    ],
                    "flags": [f.to_json() for f in self.flags(a.id)], "public_money": flags.by_year(self, a.id),
                    "indicators": self.indicators(a.id), "totals": self.totals(a.id),
                }
                for a in self.accounts
            ],
        }  # fmt: skip

    # ---- explaining ----------------------------------------------------------------------------------------
    def explain(self, path: str, year: int | None, member: str, sheet: str = "account") -> Explanation:
        """Value, formula in words and operands of one cell."""
        model = self._model(sheet)
        row = model.rows[path]
        found: list[Operand] = []
        for leaf, way in operands(row.formula):
            found += self._operands(sheet, member, leaf, way, year)
        if row.start is not None and year == self.years[0]:
            for leaf, way in operands(row.start):
                found += self._operands(sheet, member, leaf, way, year)
        names = self._summed_names(model)
        return Explanation(
            sheet, member, path, row.label, model.sections[row.section].label, row.unit, None if row.cell else year,
            _number(self.value(sheet, member, path, year)), sentence(row, model, names), row.note, row.written, tuple(found),
        )  # fmt: skip

    def _summed_names(self, model: Model) -> Mapping[str, Text]:
        unit = self.scenario.sheets.unit
        return {source: unit.label(source) for source in model.units.values()}

    def _operands(self, sheet: str, member: str, leaf: Expression, way: str, year: int | None) -> Iterator[Operand]:
        path = path_of(leaf)
        if leaf.op == "units":
            account = next(a for a in self.accounts if a.id == member)
            for unit in account.units:
                yield self._operand("unit", unit, path, year)
            return
        if way in ("whole", "to_date"):
            last = self.years[-1] if way == "whole" else (year or self.years[-1])
            for y in range(self.years[0], last + 1):
                yield self._operand(sheet, member, path, y)
            return
        shift = {"prev": -1, "next": 1}.get(way, 0)
        yield self._operand(sheet, member, path, None if year is None else year + shift)

    def _operand(self, sheet: str, member: str, path: str, year: int | None) -> Operand:
        model = self._model(sheet)
        item = model.item(path)
        kind = "input" if path in model.inputs else "schedule" if path in model.schedules else "row"
        origin = None
        if kind == "input":
            origin = self.scenario.origin(sheet, path, member if sheet == "unit" else "")
        elif kind == "schedule":
            origin = self.scenario.origins.get((sheet, path))
        once = kind == "input" or (kind == "row" and model.rows[path].cell)
        return Operand(
            sheet, member, path, full_label(model, path), None if once else year,
            _number(self.value(sheet, member, path, year)), item.unit, kind, origin,
        )  # fmt: skip


def rate_of_return(flow: Array) -> tuple[float, int]:
    """The internal rate of return of a flow of money, (periods,), and its status; what rounding leaves of nothing earns nothing."""
    if not (np.max(flow) > TOLERANCE and np.min(flow) < -TOLERANCE):
        return math.nan, indicators.NONE
    rate, status = indicators.irr(flow)
    return float(rate), int(status)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
