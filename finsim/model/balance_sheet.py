"""资产负债表 (《方法与参数》第三版): it balances in every period of every trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import Block, Text, line, ratio

if TYPE_CHECKING:
    from finsim.model.account import Contributed, Investment
    from finsim.model.assets import Assets
    from finsim.model.bonds import Bond
    from finsim.model.cash import CashPlan
    from finsim.model.funding import Debts, Funding
    from finsim.model.horizon import Horizon, Opening
    from finsim.model.loans import Loan
    from finsim.model.profit import Appropriation
    from finsim.model.tax import ValueAddedTax
    from finsim.model.working_capital import WorkingCapital, WorkingCapitalLoan


class BalanceSheet(Block):
    """资产负债表."""

    title = Text("资产负债表", "Balance sheet")
    investment: Investment
    contributed: Contributed
    funding: Funding
    assets: Assets
    debts: Debts
    bonds: list[Bond]
    loans: list[Loan]
    vat: ValueAddedTax
    cash: CashPlan
    working: WorkingCapital
    working_loan: WorkingCapitalLoan
    appropriation: Appropriation
    opening: Opening
    horizon: Horizon

    @line("货币资金", "money", stock=True)
    def money(self):
        return self.cash.cash + self.working.cash * (1 - self.horizon.last)

    @line("应收账款", "receivables", stock=True)
    def receivables(self):
        return self.working.receivables * (1 - self.horizon.last)

    @line("预付账款", "prepayments", stock=True)
    def prepaid(self):
        return self.working.prepaid * (1 - self.horizon.last)

    @line("存货", "inventories", stock=True)
    def inventories(self):
        return self.working.inventories * (1 - self.horizon.last)

    @line("其他流动资产", "other current assets", stock=True)
    def other_current(self):
        """Receivables from payers in arrears, and working capital stated as one sum."""
        return self.contributed.receivable + self.working.stated * (1 - self.horizon.last)

    @line("流动资产总额", "current assets", stock=True)
    def current(self):
        return self.money + self.receivables + self.prepaid + self.inventories + self.other_current

    @line("在建工程", "construction in progress", stock=True)
    def in_progress(self):
        return self.investment.in_progress + self.assets.interest_in_progress

    @line("固定资产净值", "fixed assets, net", stock=True)
    def fixed(self):
        return self.assets.fixed_net

    @line("无形及其他资产净值", "intangible and other assets, net", stock=True)
    def intangible(self):
        return self.assets.intangible_net

    @line("可抵扣增值税形成的资产", "VAT credit", stock=True)
    def vat_credit(self):
        return self.vat.credit

    @line("资产", "assets", stock=True)
    def total_assets(self):
        return self.current + self.in_progress + self.fixed + self.intangible + self.vat_credit

    @line("短期借款", "short-term loans", stock=True)
    def bridges(self):
        return self.debts.bridges_closing

    @line("应付账款", "payables", stock=True)
    def payables(self):
        """With retention not yet due."""
        return self.working.payables * (1 - self.horizon.last) + self.investment.withheld

    @line("预收账款", "advances received", stock=True)
    def advances(self):
        return self.working.advances * (1 - self.horizon.last)

    @line("其他流动负债（待落实资金）", "other current liabilities (funds still to be secured)", stock=True)
    def unfunded(self):
        return self.cash.unfunded

    @line("流动负债总额", "current liabilities", stock=True)
    def current_liabilities(self):
        return self.bridges + self.payables + self.advances + self.unfunded

    @line("建设投资借款", "loans for construction", stock=True)
    def loans_closing(self):
        return self.debts.loans_closing

    @line("应付债券", "bonds", stock=True)
    def bonds_closing(self):
        return self.debts.bonds_closing

    @line("流动资金借款", "working-capital loan", stock=True)
    def working_loans(self):
        return self.working_loan.closing

    @line("专项应付款", "special payable", stock=True)
    def special_payable(self):
        return self.contributed.payable

    @line("负债小计", "liabilities", stock=True)
    def liabilities(self):
        long_term = self.loans_closing + self.bonds_closing + self.working_loans + self.special_payable
        return self.current_liabilities + long_term

    @line("资本金", "paid-in capital", stock=True)
    def capital(self):
        return self.capital.prev + self.funding.capital_drawn

    @line("期初净资产", "equity at the beginning")
    def opening_equity(self):
        """What assets of the beginning exceed debts of the beginning by."""
        equity = self.opening.assets
        for bond in self.bonds:
            equity = equity - bond.existing
        for loan in self.loans:
            equity = equity - loan.existing
        return equity

    @line("资本公积", "capital reserve", start=opening_equity, stock=True)
    def reserve(self):
        """Contributions kept in the company's assets, less self-financed works given away; equity of the beginning."""
        given = self.assets.handed_over - self.assets.right_added
        return self.reserve.prev + self.contributed.settled - given

    @line("累计盈余公积金", "reserves", stock=True)
    def reserves(self):
        return self.appropriation.reserves

    @line("累计未分配利润", "retained earnings", stock=True)
    def retained(self):
        return self.appropriation.retained

    @line("所有者权益", "equity", stock=True)
    def equity(self):
        return self.capital + self.reserve + self.reserves + self.retained

    @line("负债及所有者权益", "liabilities and equity", stock=True)
    def claims(self):
        return self.liabilities + self.equity

    @line("资产负债率", "liabilities over assets", unit="1")
    def leverage(self):
        return ratio(self.liabilities, self.total_assets)

    @line("资产减负债及权益", "assets less liabilities and equity", check=True)
    def difference(self):
        return self.total_assets - self.claims
