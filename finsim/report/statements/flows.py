"""现金流量表：of the project, of its capital, of its investors, and the financial plan.

Value-added tax stands net or gross in the flows of the project and of its capital. Net: revenue and cost without VAT, and the
credit of investment that output VAT absorbs as an inflow. Gross: output VAT in the inflow, input VAT of operation and VAT
paid in the outflow. Never both in one table; the net cash flow is the same.
"""

from __future__ import annotations

from finsim.model.structure import Structure
from finsim.report.statements.entries import Entry, Statement, absent, of_which, row
from finsim.sheet import Text


def _vat_in(number: str, gross: bool) -> Entry:
    if not gross:
        return row(number, "抵扣的增值税", "VAT credit absorbed", "vat.absorbed")
    return row(number, "增值税销项税额", "output VAT", "operations.output_vat")


def _vat_out(number: int, gross: bool) -> list[Entry]:
    if not gross:
        return []
    return [
        row(f"2.{number}", "增值税进项税额", "input VAT of operation", "operations.input_vat"),
        row(f"2.{number + 1}", "增值税", "VAT paid", "vat.payable"),
    ]


def _grossed(number: str, zh: str, en: str, path: str, gross: bool) -> Entry:
    """All inflow or outflow: gross, it is greater by the VAT that stands on both sides."""
    more = ("operations.input_vat", "vat.payable") if gross else ()
    return row(number, zh, en, path, *more, strong=True)


def project_flow(s: Structure) -> Statement:
    return Statement(
        "project_flow",
        Text("项目投资现金流量表", "Project cash flow"),
        (
            _grossed("1", "现金流入", "inflow", "project_flow.inflow", s.gross_vat),
            row("1.1", "营业收入", "revenue", "operations.revenue"),
            row("1.2", "补贴收入", "subsidies", "profit.subsidy"),
            row("1.3", "回收固定资产余值", "residual value recovered", "project_flow.residual"),
            row("1.4", "回收流动资金", "working capital recovered", "working_capital.recovered"),
            _vat_in("1.5", s.gross_vat),
            _grossed("2", "现金流出", "outflow", "project_flow.outflow", s.gross_vat),
            row("2.1", "建设投资", "construction investment", "investment.paid"),
            row("2.2", "流动资金", "working capital", "working_capital.added"),
            row("2.3", "经营成本", "operating cost", "operations.cost"),
            row("2.4", "营业税金及附加", "taxes and surcharges", "surcharges.surcharges"),
            row("2.5", "维持运营投资", "replacement", "cash.sustaining"),
            *_vat_out(6, s.gross_vat),
            row("3", "所得税前净现金流量", "net cash flow before tax", "project_flow.before_tax", strong=True),
            row("4", "累计所得税前净现金流量", "cumulative, before tax", "project_flow.before_tax_to_date"),
            row("5", "调整所得税", "adjusted income tax", "project_flow.tax_adjusted"),
            row("6", "所得税后净现金流量", "net cash flow after tax", "project_flow.after_tax", strong=True),
            row("7", "累计所得税后净现金流量", "cumulative, after tax", "project_flow.after_tax_to_date"),
            row("", "折现净现金流量（所得税前）", "discounted, before tax", "project_flow.discounted"),
            row("", "折现净现金流量（所得税后）", "discounted, after tax", "project_flow.discounted_after_tax"),
        ),
    )


def equity_flow(s: Structure) -> Statement:
    return Statement(
        "equity_flow",
        Text("项目资本金现金流量表", "Equity cash flow"),
        (
            _grossed("1", "现金流入", "inflow", "equity_flow.inflow", s.gross_vat),
            row("1.1", "营业收入", "revenue", "operations.revenue"),
            row("1.2", "补贴收入", "subsidies", "profit.subsidy"),
            row("1.3", "回收固定资产余值", "residual value recovered", "equity_flow.residual"),
            row("1.4", "回收流动资金", "working capital recovered", "equity_flow.recovered"),
            _vat_in("1.5", s.gross_vat),
            row("1.6", "收回垫付拨款", "arrears received", "equity_flow.arrears"),
            _grossed("2", "现金流出", "outflow", "equity_flow.outflow", s.gross_vat),
            row("2.1", "项目资本金", "capital", "equity_flow.capital"),
            row("2.2", "借款本金偿还", "principal repaid", "equity_flow.principal"),
            row("2.3", "借款利息支付", "interest paid", "equity_flow.interest"),
            row("2.4", "经营成本", "operating cost", "operations.cost"),
            row("2.5", "营业税金及附加", "taxes and surcharges", "surcharges.surcharges"),
            row("2.6", "所得税", "income tax", "tax.tax"),
            row("2.7", "维持运营投资", "replacement", "cash.sustaining"),
            *_vat_out(8, s.gross_vat),
            row("3", "净现金流量", "net cash flow", "equity_flow.net", strong=True),
        ),
    )


def investor_flow(s: Structure) -> Statement:
    return Statement(
        "investor_flow",
        Text("投资各方现金流量表", "Investors' cash flow"),
        (
            row("1", "现金流入", "inflow", "investor_flow.inflow", strong=True),
            row("1.1", "实分利润", "dividends", "investor_flow.dividends"),
            row("1.2", "资产处置收益分配", "disposal of assets", "investor_flow.disposal"),
            absent("1.3", "租赁费收入", "lease income"),
            absent("1.4", "技术转让或使用收入", "income from technology"),
            absent("1.5", "其他现金流入", "other inflow"),
            row("2", "现金流出", "outflow", "investor_flow.paid_in", strong=True),
            row("2.1", "实缴资本", "capital paid in", "investor_flow.paid_in"),
            absent("2.2", "租赁资产支出", "leased assets"),
            absent("2.3", "其他现金流出", "other outflow"),
            row("3", "净现金流量", "net cash flow", "investor_flow.net", strong=True),
        ),
    )


def cash_plan(s: Structure) -> Statement:
    """All money, value-added tax included."""
    invested = ("cash.works", "cash.sustaining", "funding.working_capital")
    return Statement(
        "cash_plan",
        Text("财务计划现金流量表", "Financial plan cash flow"),
        (
            row("1", "经营活动净现金流量", "operating cash flow", "cash.operating", strong=True),
            row("1.1", "现金流入", "inflow", "cash.operating_in"),
            row("1.1.1", "营业收入", "revenue", "operations.revenue"),
            row("1.1.2", "增值税销项税额", "output VAT", "operations.output_vat"),
            row("1.1.3", "补贴收入", "subsidies", "profit.subsidy"),
            absent("1.1.4", "其他流入", "other inflow"),
            row("1.2", "现金流出", "outflow", "cash.operating_out"),
            row("1.2.1", "经营成本", "operating cost", "operations.cost"),
            row("1.2.2", "增值税进项税额", "input VAT", "operations.input_vat"),
            row("1.2.3", "营业税金及附加", "taxes and surcharges", "surcharges.surcharges"),
            row("1.2.4", "增值税", "VAT paid", "vat.payable"),
            row("1.2.5", "所得税", "income tax", "tax.tax"),
            absent("1.2.6", "其他流出", "other outflow"),
            row("2", "投资活动净现金流量", "investing cash flow", "cash.investing", strong=True),
            row("2.1", "现金流入", "inflow: working capital set free", "cash.set_free"),
            row("2.2", "现金流出", "outflow", *invested),
            row("2.2.1", "建设投资", "construction investment", "cash.works"),
            row("2.2.2", "维持运营投资", "replacement", "cash.sustaining"),
            row("2.2.3", "流动资金", "working capital", "funding.working_capital"),
            absent("2.2.4", "其他流出", "other outflow"),
            row("3", "筹资活动净现金流量", "financing cash flow", "cash.financing", strong=True),
            row("3.1", "现金流入", "inflow", "cash.financing_in"),
            row("3.1.1", "项目资本金投入", "capital paid in", "funding.capital_drawn"),
            row("3.1.2", "建设投资借款", "loans drawn", "debts.drawn"),
            row("3.1.3", "流动资金借款", "working-capital loan", "working_loan.draw"),
            row("3.1.4", "债券", "bond proceeds", "debts.proceeds"),
            row("3.1.5", "短期借款", "short-term loans", "debts.bridged"),
            row("3.1.6", "其他流入", "contributions received", "contributions.received"),
            *of_which(s.sources, "sources.{}.received"),
            row("3.2", "现金流出", "outflow", "cash.financing_out"),
            row("3.2.1", "各种利息支出", "interest and fees paid", "cash.interest_paid"),
            row("3.2.2", "偿还债务本金", "principal repaid", "cash.repaid"),
            row("3.2.3", "应付利润（股利分配）", "dividends", "cash.dividends"),
            absent("3.2.4", "其他流出", "other outflow"),
            row("4", "净现金流量", "net cash flow", "cash.net", strong=True),
            row("5", "累计盈余资金", "accumulated surplus, all money", "cash.balance", strong=True),
            row("", "减：未支出债券资金", "less bond money unspent", "funding.unspent"),
            row("", "减：偿债备付金", "less sinking funds", "debts.sinking"),
            row("", "减：偿债准备金", "less debt service reserve", "cash.reserve"),
            row(
                "",
                "可动用的累计盈余资金（年度流动性检验）",
                "unrestricted surplus (test of liquidity)",
                "cash.accumulated",
                strong=True,
            ),
            row("", "待落实资金（期末）", "funds still to be secured", "cash.unfunded"),
        ),
    )
