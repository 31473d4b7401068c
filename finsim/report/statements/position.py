"""资产负债表与借款还本付息计划表: what there is at year end, and how debts are served."""

from __future__ import annotations

from finsim.model.structure import Structure
from finsim.report.statements.entries import Entry, Statement, heading, row
from finsim.sheet import Text


def balance_sheet(s: Structure) -> Statement:
    """Contributions not yet settled are current (they leave at completion); bonds stand with the loans for construction."""
    return Statement(
        "balance_sheet",
        Text("资产负债表", "Balance sheet"),
        (
            row("1", "资产", "assets", "balance_sheet.total_assets", strong=True),
            row("1.1", "流动资产总额", "current assets", "balance_sheet.current"),
            row("1.1.1", "货币资金", "money", "balance_sheet.money"),
            row("1.1.2", "应收账款", "receivables", "balance_sheet.receivables"),
            row("1.1.3", "预付账款", "prepayments", "balance_sheet.prepaid"),
            row("1.1.4", "存货", "inventories", "balance_sheet.inventories"),
            row("1.1.5", "其他", "other", "balance_sheet.other_current"),
            row("1.2", "在建工程", "construction in progress", "balance_sheet.in_progress"),
            row("1.3", "固定资产净值", "fixed assets, net", "balance_sheet.fixed"),
            row("1.4", "无形及其他资产净值", "intangible and other assets, net", "balance_sheet.intangible"),
            row("1.5", "可抵扣增值税形成资产", "VAT credit", "balance_sheet.vat_credit"),
            row("2", "负债及所有者权益", "liabilities and equity", "balance_sheet.claims", strong=True),
            row(
                "2.1", "流动负债总额", "current liabilities",
                "balance_sheet.current_liabilities", "balance_sheet.special_payable",
            ),
            row("2.1.1", "短期借款", "short-term loans", "balance_sheet.bridges"),
            row("2.1.2", "应付账款", "payables", "balance_sheet.payables"),
            row("2.1.3", "预收账款", "advances received", "balance_sheet.advances"),
            row("2.1.4", "其他", "other", "balance_sheet.unfunded", "balance_sheet.special_payable"),
            row("2.1.4.1", "待落实资金", "funds still to be secured", "balance_sheet.unfunded"),
            row("2.1.4.2", "专项应付款", "special payable", "balance_sheet.special_payable"),
            row("2.2", "建设投资借款", "debt for construction", "balance_sheet.loans_closing", "balance_sheet.bonds_closing"),
            row("2.2.1", "借款", "loans", "balance_sheet.loans_closing"),
            row("2.2.2", "应付债券", "bonds", "balance_sheet.bonds_closing"),
            row("2.3", "流动资金借款", "working-capital loan", "balance_sheet.working_loans"),
            row("2.4", "负债小计", "liabilities", "balance_sheet.liabilities", strong=True),
            row("2.5", "所有者权益", "equity", "balance_sheet.equity", strong=True),
            row("2.5.1", "资本金", "paid-in capital", "balance_sheet.capital"),
            row("2.5.2", "资本公积", "capital reserve", "balance_sheet.reserve"),
            row("2.5.3", "累计盈余公积金", "reserves", "balance_sheet.reserves"),
            row("2.5.4", "累计未分配利润", "retained earnings", "balance_sheet.retained"),
            row("", "资产负债率", "liabilities over assets", "balance_sheet.leverage"),
            row("", "勾稽：资产减负债及所有者权益", "check: assets less claims", "balance_sheet.difference"),
        ),
    )  # fmt: skip


def debt(s: Structure) -> Statement:
    """A block for each loan, then for each bond, then all together with the two ratios."""
    blocks: list[list[Entry]] = []
    for i, (name, label) in enumerate(s.loans, 1):
        path = f"loans.{name}."
        title = Text(f"借款 {i}：{label.zh}", f"loan {i}: {label.en}")
        blocks.append(_block(len(blocks), title, path, (f"{path}draw", f"{path}rolled_up"), f"{path}interest_paid"))
    working = Text("流动资金借款", "working-capital loan")
    blocks.append(_block(len(blocks), working, "working_loan.", ("working_loan.draw",), "working_loan.interest"))
    for name, label in s.short_loans:
        path = f"short_loans.{name}."
        title = Text(f"短期借款：{label.zh}", f"short-term loan: {label.en}")
        blocks.append(_block(len(blocks), title, path, (f"{path}draw",), f"{path}interest"))
    for name, label in s.bonds:
        path = f"bonds.{name}."
        title = Text(f"债券：{label.zh}", f"bond: {label.en}")
        blocks.append(_block(len(blocks), title, path, (f"{path}proceeds",), f"{path}interest", "债务"))
    n = len(blocks) + 1
    closing = [entry.rows[0] for block in blocks for entry in block[-1:]]
    return Statement(
        "debt",
        Text("借款还本付息计划表", "Debt service"),
        (
            *(entry for block in blocks for entry in block),
            heading(f"{n}", "借款和债券合计", "loans and bonds together"),
            row(f"{n}.1", "期初余额", "opening balance", *closing, opening=True),
            row(f"{n}.2", "当期还本付息", "debt service with fees", "cash.repaid", "cash.interest_paid", strong=True),
            row(f"{n}.2.1", "还本", "principal", "cash.repaid"),
            row(f"{n}.2.2", "付息", "interest", "cash.interest_paid", "-debts.fees"),
            row(f"{n}.2.3", "债券发行费及还本付息手续费", "issue and payment fees of bonds", "debts.fees"),
            row(f"{n}.3", "期末余额", "closing balance", "debts.all_closing", strong=True),
            row("", "利息备付率", "ICR", "lender.icr"),
            row("", "偿债备付率", "DSCR", "lender.dscr"),
        ),
    )


def _block(
    before: int, title: Text, path: str, came: tuple[str, ...], interest: str, kind: str = "借款"
) -> list[Entry]:
    n = before + 1
    loan = kind == "借款"
    return [
        heading(f"{n}", *title),
        row(f"{n}.1", f"期初{kind}余额", "opening balance", f"{path}closing", opening=True),
        row(
            "",
            "当期借款及转入本金的利息" if loan else "当期发行",
            "drawn, with interest rolled up" if loan else "issued",
            *came,
        ),
        row(f"{n}.2", "当期还本付息", "debt service", f"{path}repaid", interest),
        row(f"{n}.2.1", "还本", "principal", f"{path}repaid"),
        row(f"{n}.2.2", "付息", "interest", interest),
        row(f"{n}.3", f"期末{kind}余额", "closing balance", f"{path}closing"),
    ]
