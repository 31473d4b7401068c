"""财务报表 as data: which rows stand in which statement, under the headings of 《建设项目经济评价方法与参数》（第三版）.

The workbook, the command line and the page show these same tables. Rows of the standard that this model does not have
(流动资金, 补贴收入, 盈余公积金 …) are left out and the numbers run on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from finsim.model.structure import Structure
from finsim.result import Result
from finsim.sheet import Text
from finsim.sheet.model import Model


@dataclass(frozen=True)
class Entry:
    """One row of a statement.

    rows     rows of the account's sheet, added up
    strong   a total, shown in bold
    opening  the balance at the end of the year before, instead of the year's own
    """

    number: str
    label: Text
    rows: tuple[str, ...]
    strong: bool = False
    opening: bool = False


@dataclass(frozen=True)
class Statement:
    """A table: a column per year and, for flows, a total."""

    id: str
    title: Text
    entries: tuple[Entry, ...]


def statements(structure: Structure) -> list[Statement]:
    """The statements of any account of this structure, in the order of a feasibility report."""
    return [
        _investment(structure),
        _operations(structure),
        _profit(),
        _project_flow(),
        _cash_plan(),
        _balance_sheet(),
        _debt(structure),
    ]


def amounts(result: Result, account: str, entry: Entry) -> tuple[list[float | None], float | None]:
    """The entry's value in each year, and its total; None where there is none (a balance or ratio has no total)."""
    model = result.scenario.sheets.account
    years = result.years
    shift = -1 if entry.opening else 0
    values = np.zeros(len(years))
    for path in entry.rows:
        values += [result.value("account", account, path, year + shift) for year in years]
    shown = [None if math.isnan(value) else float(value) for value in values]
    return shown, float(values.sum()) if has_total(entry, model) else None


def has_total(entry: Entry, model: Model) -> bool:
    """Whether a sum over the years means anything: for flows, not for balances, ratios and checks."""
    rows = [model.rows[path] for path in entry.rows]
    return not entry.opening and not any(row.stock or row.missing or row.check for row in rows)


def _row(number: str, zh: str, en: str, *rows: str, strong: bool = False, opening: bool = False) -> Entry:
    return Entry(number, Text(zh, en), rows, strong, opening)


def _each(number: str, items: Iterable[tuple[str, Text]], row: str) -> list[Entry]:
    """One entry per work, source, debt …: ``row`` names its row, with {} for its id."""
    return [Entry(f"{number}.{i}", label, (row.format(name),)) for i, (name, label) in enumerate(items, 1)]


def _investment(s: Structure) -> Statement:
    raised = ("funding.raised", "funding.from_surplus", "funding.shortage")
    debt = ("funding.bond_used", "debts.drawn", "debts.rolled_up")
    loans = _each("2.2", s.loans, "loans.{}.draw")
    return Statement(
        "investment",
        Text("项目总投资使用计划与资金筹措表", "Uses and sources of total investment"),
        (
            _row("1", "项目总投资", "total investment", "funding.total_investment", strong=True),
            _row("1.1", "建设投资", "construction investment", "investment.cost"),
            *_each("1.1", s.works, "works.{}.cost"),
            _row("1.2", "建设期利息及融资费用", "construction interest and financing cost", "funding.capitalised"),
            _row("2", "资金筹措", "funding", *raised, strong=True),
            _row("2.1", "项目资本金", "capital", "funding.capital_drawn"),
            *_each("2.1", s.capital, "capital.{}.draw"),
            _row("2.2", "债务资金", "debt", *debt),
            *loans,
            _row(f"2.2.{len(loans) + 1}", "专项债券资金支出", "special bond money used", "funding.bond_used"),
            _row(f"2.2.{len(loans) + 2}", "转入本金的贷款利息", "loan interest rolled up", "debts.rolled_up"),
            _row("2.3", "其他资金（各方出资）", "other funds (contributions)", "contributions.contributed"),
            *_each("2.3", s.sources, "sources.{}.paid"),
            _row("2.4", "以经营结余支付", "paid from the operating surplus", "funding.from_surplus"),
            _row(
                "2.5", "待落实：建设资金缺口", "still to be secured: shortage of construction money", "funding.shortage"
            ),
            _row("3", "未支出债券资金（期末）", "bond money unspent at year end", "funding.unspent"),
            _row("4", "尚欠建设资金（期末）", "construction money owed at year end", "funding.owed"),
            _row("5", "待落实资金（期末）", "funds still to be secured at year end", "cash.unfunded"),
            _row("6", "来源减运用", "sources less uses", "funding.difference"),
        ),
    )


def _operations(s: Structure) -> Statement:
    return Statement(
        "operations",
        Text("营业收入、经营成本、税金及附加和增值税估算表", "Revenue, operating cost and taxes on them"),
        (
            _row("1", "营业收入", "revenue", "operations.revenue", strong=True),
            *_each("1", s.streams, "streams.{}.revenue"),
            _row("2", "经营成本", "operating cost", "operations.cost", strong=True),
            *_each("2", s.costs, "costs.{}.cost"),
            _row("3", "税金及附加", "taxes and surcharges", "surcharges.surcharges"),
            _row("4", "增值税", "value-added tax", "vat.payable"),
            _row("4.1", "销项税额", "output VAT", "operations.output_vat"),
            _row("4.2", "进项税额", "input VAT", "vat.input_vat"),
            _row("4.3", "期末留抵税额", "credit carried forward", "vat.credit"),
        ),
    )


def _profit() -> Statement:
    return Statement(
        "profit",
        Text("利润与利润分配表", "Profit and appropriation"),
        (
            _row("1", "营业收入", "revenue", "operations.revenue"),
            _row("2", "税金及附加", "taxes and surcharges", "surcharges.surcharges"),
            _row("3", "总成本费用", "total cost", "profit.total_cost"),
            _row("3.1", "经营成本", "operating cost", "operations.cost"),
            _row("3.2", "折旧费", "depreciation", "assets.depreciation"),
            _row("3.3", "摊销费", "amortisation", "assets.amortisation"),
            _row("3.4", "利息支出", "interest", "profit.interest"),
            _row("4", "利润总额（1－2－3）", "profit before tax", "profit.before_tax", strong=True),
            _row("5", "弥补以前年度亏损", "loss relief", "tax.relief"),
            _row("6", "应纳税所得额", "taxable income", "tax.taxable"),
            _row("7", "所得税", "income tax", "tax.tax"),
            _row("8", "净利润（4－7）", "net profit", "profit.net", strong=True),
            _row("9", "累计未分配利润", "retained earnings", "profit.retained"),
            _row("10", "息税前利润", "EBIT", "profit.ebit"),
            _row("11", "息税折旧摊销前利润", "EBITDA", "profit.ebitda"),
        ),
    )


def _project_flow() -> Statement:
    inflow = ("operations.revenue", "recovery.vat_absorbed", "recovery.residual")
    outflow = ("investment.cost", "operations.cost", "surcharges.surcharges")
    return Statement(
        "project_flow",
        Text("项目投资现金流量表（所得税前）", "Project cash flow before income tax"),
        (
            _row("1", "现金流入", "inflow", *inflow),
            _row("1.1", "营业收入", "revenue", "operations.revenue"),
            _row("1.2", "抵扣的增值税", "VAT credit absorbed", "recovery.vat_absorbed"),
            _row("1.3", "回收固定资产余值", "residual value recovered", "recovery.residual"),
            _row("2", "现金流出", "outflow", *outflow),
            _row("2.1", "建设投资", "construction investment", "investment.cost"),
            _row("2.2", "经营成本", "operating cost", "operations.cost"),
            _row("2.3", "税金及附加", "taxes and surcharges", "surcharges.surcharges"),
            _row("3", "所得税前净现金流量（1－2）", "net cash flow before tax", "recovery.flow", strong=True),
            _row("4", "净现金流量现值", "discounted net cash flow", "recovery.discounted"),
        ),
    )


def _cash_plan() -> Statement:
    return Statement(
        "cash_plan",
        Text("财务计划现金流量表", "Financial plan cash flow"),
        (
            _row("1", "经营活动净现金流量（1.1－1.2）", "operating cash flow", "cash.operating", strong=True),
            _row("1.1", "现金流入", "inflow", "cash.operating_in"),
            _row("1.1.1", "营业收入", "revenue", "operations.revenue"),
            _row("1.1.2", "增值税销项税额", "output VAT", "operations.output_vat"),
            _row("1.2", "现金流出", "outflow", "cash.operating_out"),
            _row("1.2.1", "经营成本", "operating cost", "operations.cost"),
            _row("1.2.2", "增值税进项税额", "input VAT", "operations.input_vat"),
            _row("1.2.3", "税金及附加", "taxes and surcharges", "surcharges.surcharges"),
            _row("1.2.4", "增值税", "VAT paid", "vat.payable"),
            _row("1.2.5", "所得税", "income tax", "tax.tax"),
            _row("2", "投资活动净现金流量", "investing cash flow", "cash.investing", strong=True),
            _row("2.1", "现金流出：建设投资", "outflow: construction investment", "investment.cost"),
            _row("3", "筹资活动净现金流量（3.1－3.2）", "financing cash flow", "cash.financing", strong=True),
            _row("3.1", "现金流入", "inflow", "cash.financing_in"),
            _row("3.1.1", "项目资本金投入", "capital paid in", "funding.capital_drawn"),
            _row("3.1.2", "各方出资", "contributions", "contributions.contributed"),
            _row("3.1.3", "建设投资借款", "loans drawn", "debts.drawn"),
            _row("3.1.4", "债券", "bond proceeds", "debts.proceeds"),
            _row("3.2", "现金流出", "outflow", "cash.financing_out"),
            _row("3.2.1", "各种利息及费用支出", "interest and fees paid", "debts.interest_paid"),
            _row("3.2.2", "偿还债务本金", "principal repaid", "debts.repaid"),
            _row("4", "净现金流量（1＋2＋3）", "net cash flow", "cash.net", strong=True),
            _row("5", "资金余额", "balance of funds", "cash.balance"),
            _row("5.1", "其中：未支出债券资金", "of which bond money unspent", "funding.unspent"),
            _row("6", "累计盈余资金（5－5.1）", "accumulated surplus", "cash.accumulated", strong=True),
            _row("7", "待落实资金", "funds still to be secured", "cash.unfunded"),
        ),
    )


def _balance_sheet() -> Statement:
    return Statement(
        "balance_sheet",
        Text("资产负债表", "Balance sheet"),
        (
            _row("1", "资产", "assets", "balance_sheet.total_assets", strong=True),
            _row("1.1", "流动资产总额", "current assets", "balance_sheet.current"),
            _row("1.1.1", "货币资金", "cash", "cash.cash"),
            _row("1.2", "在建工程", "construction in progress", "balance_sheet.in_progress"),
            _row("1.3", "固定资产净值", "fixed assets, net", "balance_sheet.fixed"),
            _row("1.4", "无形及其他资产净值", "intangible assets, net", "balance_sheet.intangible"),
            _row("1.5", "可抵扣增值税形成的资产", "VAT credit", "balance_sheet.vat_credit"),
            _row("2", "负债及所有者权益（2.5＋2.6）", "liabilities and equity", "balance_sheet.claims", strong=True),
            _row("2.1", "流动负债：待落实资金", "current: funds still to be secured", "balance_sheet.unfunded"),
            _row("2.2", "建设投资借款", "loans", "balance_sheet.loans"),
            _row("2.3", "应付债券", "bonds", "balance_sheet.bonds"),
            _row("2.4", "专项应付款", "special payable", "balance_sheet.special_payable"),
            _row("2.5", "负债小计", "liabilities", "balance_sheet.liabilities", strong=True),
            _row("2.6", "所有者权益", "equity", "balance_sheet.equity", strong=True),
            _row("2.6.1", "资本金", "paid-in capital", "balance_sheet.capital"),
            _row("2.6.2", "资本公积", "capital reserve", "balance_sheet.reserve"),
            _row("2.6.3", "累计未分配利润", "retained earnings", "balance_sheet.retained"),
            _row("3", "资产减负债及权益", "assets less claims", "balance_sheet.difference"),
        ),
    )


def _debt(s: Structure) -> Statement:
    entries: list[Entry] = []
    blocks = [("bonds", "债券", *item) for item in s.bonds] + [("loans", "借款", *item) for item in s.loans]
    for i, (kind, word, name, label) in enumerate(blocks, 1):
        row = f"{kind}.{name}.{{}}".format
        paid = "interest" if kind == "bonds" else "interest_paid"
        drawn = [row("proceeds")] if kind == "bonds" else [row("draw"), row("rolled_up")]
        came = ("本期发行", "issued") if kind == "bonds" else ("本期借款及转入利息", "drawn and interest rolled up")
        title = Text(f"{word}：{label.zh} 期初余额", f"{label.en}: opening balance")
        entries += [
            Entry(f"{i}.1", title, (row("closing"),), opening=True),
            _row(f"{i}.2", *came, *drawn),
            _row(f"{i}.3", "当期还本付息", "debt service", row("repaid"), row(paid)),
            _row(f"{i}.3.1", "还本", "principal", row("repaid")),
            _row(f"{i}.3.2", "付息", "interest", row(paid)),
            _row(f"{i}.4", "期末余额", "closing balance", row("closing")),
        ]
    last = len(blocks) + 1
    return Statement(
        "debt",
        Text("借款还本付息计划表", "Debt service"),
        (
            *entries,
            _row(f"{last}", "借款和债券合计：期初余额", "all debt: opening balance", "debts.closing", opening=True),
            _row(
                f"{last}.1",
                "当期还本付息及费用",
                "debt service with fees",
                "debts.repaid",
                "debts.interest_paid",
                strong=True,
            ),
            _row(f"{last}.1.1", "还本", "principal", "debts.repaid"),
            _row(f"{last}.1.2", "付息及费用", "interest and fees", "debts.interest_paid"),
            _row(f"{last}.2", "期末余额", "closing balance", "debts.closing", strong=True),
            _row(f"{last + 1}", "偿债备付率", "DSCR", "lender.dscr"),
        ),
    )
