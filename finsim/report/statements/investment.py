"""投资与资金筹措：works, interest during construction, working capital, uses and sources of total investment."""

from __future__ import annotations

from finsim.model.structure import Structure
from finsim.report.statements.entries import CONSTRUCTION, Entry, Statement, absent, each, heading, of_which, row
from finsim.sheet import Text


def construction(s: Structure) -> Statement:
    own = ("-investment.accepted_assets", "-investment.accepted_intangible")
    return Statement(
        "construction",
        Text("建设投资估算表", "Construction investment"),
        (
            row("1", "建设投资", "construction investment", "investment.cost", strong=True),
            *each("1", s.works, "works.{}.cost"),
            row("", "其中：可抵扣进项税额", "of which creditable input VAT", "investment.creditable_vat"),
            row("2", "当期支付", "paid in the year", "investment.paid"),
            row("3", "应付质保金增加", "increase of retention payable", "funding.withheld"),
            row("", "应付质保金（期末）", "retention payable at year end", "investment.withheld"),
            row("4", "竣工交付", "accepted at completion", "investment.accepted", strong=True),
            row("4.1", "形成固定资产", "as fixed assets", "investment.accepted_assets"),
            row("4.2", "形成无形资产", "as intangible assets", "investment.accepted_intangible"),
            row("4.3", "移交其他产权人", "handed over to other owners", "investment.accepted", *own),
            row("", "在建工程（期末，不含利息）", "works in progress, without interest", "investment.in_progress"),
        ),
    )


def interest(s: Structure) -> Statement:
    """Only what belongs to works not yet in operation: afterwards interest is an expense."""
    loans = tuple(f"loans.{name}.closing" for name, _ in s.loans) or ("debts.loans_closing",)
    bonds = tuple(f"bonds.{name}.closing" for name, _ in s.bonds) or ("debts.bonds_closing",)
    return Statement(
        "interest",
        Text("建设期利息估算表", "Interest during construction"),
        (
            heading("1", "借款", "loans"),
            _building("1.1", "建设期利息", "interest during construction", "debts.loan_interest"),
            _building("1.1.1", "期初借款余额", "opening balance", *loans, opening=True),
            _building("1.1.2", "当期借款", "drawn", "debts.drawn"),
            _building("1.1.3", "当期应计利息", "interest accrued", "debts.loan_interest"),
            *of_which(s.loans if len(s.loans) > 1 else (), "loans.{}.interest", during=CONSTRUCTION),
            _building(
                "", "减：现金支付的利息", "less interest paid in cash", "debts.loan_interest", "-debts.rolled_up"
            ),
            _building("", "减：当期还本", "less principal repaid", "debts.loans_repaid"),
            _building("1.1.4", "期末借款余额", "closing balance", "debts.loans_closing"),
            absent("1.2", "其他融资费用", "other financing fees"),
            _building("1.3", "小计", "subtotal", "debts.loan_interest"),
            heading("2", "债券", "bonds"),
            _building("2.1", "建设期利息", "interest during construction", "debts.coupons"),
            _building("2.1.1", "期初债务余额", "opening balance", *bonds, opening=True),
            _building("2.1.2", "当期债务金额", "issued", "debts.proceeds"),
            _building("2.1.3", "当期应计利息", "interest accrued", "debts.coupons"),
            *of_which(s.bonds if len(s.bonds) > 1 else (), "bonds.{}.interest", during=CONSTRUCTION),
            _building("", "减：现金支付的利息", "less interest paid in cash", "debts.coupons"),
            _building("", "减：当期还本", "less principal repaid", "debts.bonds_repaid"),
            _building("2.1.4", "期末债务余额", "closing balance", "debts.bonds_closing"),
            _building("2.2", "其他融资费用", "other financing fees", "debts.fees"),
            _building("2.3", "小计", "subtotal", "debts.coupons", "debts.fees"),
            row("3", "合计", "total", "funding.capitalised", strong=True),
            _building("3.1", "建设期利息合计", "interest during construction", "debts.loan_interest", "debts.coupons"),
            _building("3.2", "其他融资费用合计", "other financing fees", "debts.fees"),
        ),
    )


def _building(number: str, zh: str, en: str, *rows: str, opening: bool = False) -> Entry:
    """The share that belongs to works not yet in operation."""
    return row(number, zh, en, *rows, opening=opening, during=CONSTRUCTION)


def working_capital(s: Structure) -> Statement:
    parts = ("receivables", "inventories", "cash", "prepaid")
    return Statement(
        "working_capital",
        Text("流动资金估算表", "Working capital"),
        (
            row("1", "流动资产", "current assets", "working_capital.assets", strong=True),
            row("1.1", "应收账款", "receivables", "working_capital.receivables"),
            row("1.2", "存货", "inventories", "working_capital.inventories"),
            absent("1.2.1", "原材料", "materials"),
            absent("1.2.2", "燃料/其他材料", "fuel and other materials"),
            absent("1.2.3", "在产品", "work in progress"),
            absent("1.2.4", "产成品", "finished goods"),
            row("1.3", "现金", "cash", "working_capital.cash"),
            row("1.4", "预付账款", "prepayments", "working_capital.prepaid"),
            row(
                "1.5", "列明的流动资金", "working capital as stated", "working_capital.assets",
                *(f"-working_capital.{part}" for part in parts),
            ),
            row("2", "流动负债", "current liabilities", "working_capital.liabilities", strong=True),
            row("2.1", "应付账款", "payables", "working_capital.payables"),
            row("2.2", "预收账款", "advances received", "working_capital.advances"),
            row("3", "流动资金", "working capital", "working_capital.needed", strong=True),
            row("4", "流动资金当期增加额", "increase of working capital", "working_capital.added"),
        ),
    )  # fmt: skip


def uses_and_sources(s: Structure) -> Statement:
    """Sources equal uses in every year: what nobody has found yet is a source of its own (待落实), never hidden."""
    capitalised = ("debts.capitalised_interest", *(f"loans.{n}.draw" for n, _ in s.loans))
    for_interest = (*capitalised, *(f"-loans.{n}.net_draw" for n, _ in s.loans))
    for_works = ("funding.bond_used", *(f"loans.{n}.net_draw" for n, _ in s.loans))
    debt = ("funding.bond_used", "debts.drawn", "debts.capitalised_interest", "working_loan.draw")
    others = (
        "contributions.contributed", "funding.from_surplus", "funding.shortage", "funding.withheld", "-funding.advanced",
    )  # fmt: skip
    after = len(s.sources)
    return Statement(
        "investment",
        Text("项目总投资使用计划与资金筹措表", "Uses and sources of total investment"),
        (
            row("1", "总投资", "total investment", "funding.total_investment", strong=True),
            row("1.1", "建设投资", "construction investment", "investment.cost"),
            *each("1.1", s.works, "works.{}.cost"),
            row("1.2", "建设期利息", "interest and fees during construction", "funding.capitalised"),
            row("1.3", "流动资金", "working capital", "funding.working_capital"),
            row("2", "资金筹措", "funding", "funding.capital_drawn", *debt, *others, strong=True),
            row("2.1", "项目资本金", "capital", "funding.capital_drawn"),
            *of_which(s.capital, "capital.{}.draw"),
            row("2.1.1", "用于建设投资", "for works", "funding.capital_for_works"),
            row("2.1.2", "用于流动资金", "for working capital", "funding.capital_for_working"),
            row("2.1.3", "用于建设期利息", "for construction interest", "funding.capital_for_interest"),
            row("2.2", "债务资金", "debt", *debt),
            row("2.2.1", "用于建设投资", "for works", *for_works),
            *each("2.2.1", s.loans, "loans.{}.net_draw"),
            row(f"2.2.1.{len(s.loans) + 1}", "债券资金支出", "bond money used", "funding.bond_used"),
            row("2.2.2", "用于建设期利息", "for construction interest", *for_interest),
            row("2.2.3", "用于流动资金", "for working capital", "working_loan.draw"),
            row("2.3", "其他资金", "other funds", *others),
            *each("2.3", s.sources, "sources.{}.paid"),
            row(f"2.3.{after + 1}", "以经营结余支付", "paid from the operating surplus", "funding.from_surplus"),
            row(f"2.3.{after + 2}", "待落实资金（建设资金缺口）", "still to be secured", "funding.shortage"),
            row(f"2.3.{after + 3}", "应付质保金增加", "increase of retention payable", "funding.withheld"),
            row(f"2.3.{after + 4}", "减：垫付的应收拨款", "less receivables bridged", "-funding.advanced"),
            row("", "未支出债券资金（期末）", "bond money unspent at year end", "funding.unspent"),
            row("", "尚欠建设资金（期末）", "construction money owed at year end", "funding.owed"),
            row("", "待落实资金（期末）", "funds still to be secured at year end", "cash.unfunded"),
            row("", "勾稽：来源减运用", "check: sources less uses", "funding.difference"),
        ),
    )
