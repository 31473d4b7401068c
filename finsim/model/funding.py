"""借款和债券合计；项目总投资使用计划与资金筹措：what debts cost together, and how uses and sources meet every year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import TOLERANCE, Block, Text, line, maximum, minimum, total, where

if TYPE_CHECKING:
    from finsim.model.account import Contributed, Investment
    from finsim.model.bonds import Bond
    from finsim.model.capital import Capital
    from finsim.model.cash import CashPlan
    from finsim.model.loans import Bridge, Loan
    from finsim.model.working_capital import WorkingCapital, WorkingCapitalLoan


class Debts(Block):
    """借款和债券合计. Long-term debts first; the loans for working capital and short-term needs stand apart."""

    title = Text("借款和债券合计", "Loans and bonds together")
    bonds: list[Bond]
    special: list[Bond]
    loans: list[Loan]
    working_loan: WorkingCapitalLoan
    bridges: list[Bridge]
    investment: Investment

    @line("债券资金到位", "bond proceeds")
    def proceeds(self):
        return total(b.proceeds for b in self.bonds)

    @line("其中：再融资", "of which refinancing")
    def refinancing(self):
        return total(b.refinancing for b in self.bonds)

    @line("债券付息", "bond interest")
    def coupons(self):
        return total(b.interest for b in self.bonds)

    @line("债券还本", "bond principal")
    def bonds_repaid(self):
        return total(b.repaid for b in self.bonds)

    @line("债券费用", "bond fees")
    def fees(self):
        return total(b.issue_cost + b.payment_cost for b in self.bonds)

    @line("债券期末余额", "bonds outstanding", stock=True)
    def bonds_closing(self):
        return total(b.closing for b in self.bonds)

    @line("偿债备付金", "sinking funds", stock=True)
    def sinking(self):
        return total(b.sinking for b in self.bonds)

    @line("债券应还本及备付", "principal and deposits due of bonds")
    def bonds_due(self):
        """Principal not refinanced, and what is set aside for it; what was set aside before pays at maturity."""
        return self.bonds_repaid - self.refinancing + self.sinking - self.sinking.prev

    @line("专项债券本息及费用", "service of special bonds")
    def special_service(self):
        """Principal once: refinancing adds interest only."""
        paid = total(b.interest + b.repaid + b.issue_cost + b.payment_cost for b in self.special)
        return paid - total(b.refinancing for b in self.special)

    @line("专项债券付息及费用", "interest and fees of special bonds")
    def special_interest(self):
        return total(b.interest + b.issue_cost + b.payment_cost for b in self.special)

    @line("专项债券付息", "interest of special bonds")
    def special_coupons(self):
        return total(b.interest for b in self.special)

    @line("新发专项债券", "special bonds issued for works")
    def special_issued(self):
        """Without what refinances others."""
        return total(b.proceeds - b.refinancing for b in self.special)

    @line("专项债券期末余额", "special bonds outstanding", stock=True)
    def special_closing(self):
        return total(b.closing for b in self.special)

    @line("用作资本金的债券", "bonds used as capital")
    def as_capital(self):
        return total(b.as_capital * (b.proceeds - b.refinancing) for b in self.bonds)

    @line("贷款提款", "loans drawn")
    def drawn(self):
        return total(x.draw for x in self.loans)

    @line("贷款利息", "loan interest")
    def loan_interest(self):
        return total(x.interest for x in self.loans)

    @line("已知的建设期利息", "construction interest already known")
    def known_interest(self):
        """Of bonds, and of loans on their opening balance; the year's draws are not known yet."""
        of_loans = total(x.yearly_rate * x.opening for x in self.loans)
        return self.investment.under_construction * (self.coupons + self.fees + of_loans)

    @line("贷款转入本金的利息", "loan interest rolled up")
    def rolled_up(self):
        return total(x.rolled_up for x in self.loans)

    @line("转入本金的建设期利息", "construction interest rolled up")
    def capitalised_interest(self):
        return total(x.capitalised_interest for x in self.loans)

    @line("期初贷款的建设期付息", "construction interest paid on opening loans")
    def paid_in_construction(self):
        return total(x.paid_in_construction for x in self.loans)

    @line("贷款约定还本", "loan principal agreed")
    def agreed(self):
        return total(x.agreed for x in self.loans)

    @line("贷款还本", "loan principal")
    def loans_repaid(self):
        return total(x.repaid for x in self.loans)

    @line("贷款期末余额", "loans outstanding", stock=True)
    def loans_closing(self):
        return total(x.closing for x in self.loans)

    @line("长期债务利息及费用", "interest and fees of long-term debt")
    def interest(self):
        return self.coupons + self.fees + self.loan_interest

    @line("长期债务支付的利息及费用", "interest and fees of long-term debt paid")
    def interest_paid(self):
        return self.interest - self.rolled_up

    @line("长期债务还本", "principal of long-term debt repaid")
    def repaid(self):
        return self.bonds_repaid + self.loans_repaid

    @line("长期债务期初余额", "long-term debt at the beginning", stock=True)
    def opening(self):
        """What was outstanding before the timeline counts in its first year."""
        return total(b.closing.prev for b in self.bonds) + total(x.opening for x in self.loans)

    @line("期初债务的利息及手续费", "interest and payment fees on debt at the beginning")
    def opening_interest(self):
        """Of the whole year, in construction too; not of what is drawn in the year."""
        of_bonds = total(where(b.closing.prev > TOLERANCE, b.interest + b.payment_cost, 0) for b in self.bonds)
        return of_bonds + total(x.yearly_rate * x.opening for x in self.loans)

    @line("长期债务期末余额", "long-term debt outstanding", stock=True)
    def closing(self):
        return self.bonds_closing + self.loans_closing

    @line("短期借款", "short-term loans drawn")
    def bridged(self):
        return total(b.draw for b in self.bridges)

    @line("短期借款利息", "interest of short-term loans")
    def bridge_interest(self):
        return total(b.interest for b in self.bridges)

    @line("短期借款还本", "short-term loans repaid")
    def bridges_repaid(self):
        return total(b.repaid for b in self.bridges)

    @line("短期借款期末余额", "short-term loans outstanding", stock=True)
    def bridges_closing(self):
        return total(b.closing for b in self.bridges)

    @line("用于总投资的债务期末余额", "debt for total investment outstanding", stock=True)
    def invested(self):
        return self.closing + self.working_loan.closing

    @line("全部债务期末余额", "all debt outstanding", stock=True)
    def all_closing(self):
        return self.invested + self.bridges_closing


class Funding(Block):
    """项目总投资使用计划与资金筹措：bond money first (it bears interest already), then capital, then loans, in order.

    What cannot be raised in a year stays owed: bonds, capital, loans and surplus of later years pay it.
    """

    title = Text("资金筹措", "Funding")
    investment: Investment
    contributed: Contributed
    debts: Debts
    working: WorkingCapital
    working_loan: WorkingCapitalLoan
    capital: list[Capital]
    cash: CashPlan

    @line("建设期利息及融资费用", "construction interest and financing cost")
    def capitalised(self):
        return self.investment.under_construction * self.debts.interest

    @line("流动资金", "working capital")
    def working_capital(self):
        """The year's increase; what becomes free goes back to cash."""
        return maximum(0, self.working.added)

    @line("项目总投资", "total investment")
    def total_investment(self):
        return self.investment.cost + self.capitalised + self.working_capital

    @line("应付质保金增加", "increase of retention payable")
    def withheld(self):
        return self.investment.withheld - self.investment.withheld.prev

    @line("垫付的应收拨款", "receivables bridged")
    def advanced(self):
        """Works that a payer in arrears will pay for: somebody finds the money until it arrives."""
        return maximum(0, self.contributed.receivable - self.contributed.receivable.prev)

    @line("主体需筹措", "to be found by the account")
    def need(self):
        """Works left by the contributors, what is bridged for them, interest and fees of construction that are paid in cash,
        working capital not borrowed for, and what is still owed."""
        bond_cost = self.investment.under_construction * (self.debts.coupons + self.debts.fees)
        construction = self.contributed.gap + self.advanced + bond_cost + self.debts.paid_in_construction
        return construction + self.working_capital - self.working_loan.draw + self.owed.prev

    @line("可用债券资金", "bond money at hand")
    def bond_money(self):
        return self.unspent.prev + self.debts.proceeds - self.debts.refinancing

    @line("债券资金支出", "bond money used")
    def bond_used(self):
        """Bond money pays works only, never a coupon (国办发〔2024〕52号: 不得用于债务利息)."""
        return minimum(self.bond_money, self.contributed.gap + self.works_owed.prev)

    @line("未支出债券资金", "bond money unspent", stock=True)
    def unspent(self):
        """Restricted while a bond is outstanding; what is left at maturity goes into the repayment."""
        return minimum(self.bond_money - self.bond_used, self.debts.bonds_closing)

    @line("资本金投入", "capital paid in")
    def capital_drawn(self):
        return total(c.draw for c in self.capital)

    @line("已筹措", "funds raised")
    def raised(self):
        own = self.contributed.contributed + self.bond_used + self.capital_drawn + self.working_loan.draw
        return own + self.debts.drawn + self.debts.capitalised_interest

    @line("资金运用", "uses")
    def uses(self):
        """Total investment less the retention not yet paid, and what is bridged for payers in arrears."""
        return self.total_investment - self.withheld + self.advanced

    @line("未筹措", "not raised")
    def uncovered(self):
        return self.uses + self.owed.prev - self.raised

    @line("以经营结余支付", "paid from the operating surplus")
    def from_surplus(self):
        at_hand = self.cash.accumulated + self.uncovered
        return minimum(self.uncovered, maximum(0, at_hand))

    @line("尚欠建设资金", "construction money owed", stock=True)
    def owed(self):
        """Carried in 待落实资金, a liability, never plugged."""
        return self.uncovered - self.from_surplus

    @line("尚欠工程款", "works owed", stock=True)
    def works_owed(self):
        """The part that bond money may pay: other money pays coupons and fees first."""
        return minimum(self.owed, self.contributed.gap + self.works_owed.prev - self.bond_used)

    @line("建设资金缺口", "shortage of construction money")
    def shortage(self):
        """What the year adds to the money owed; negative where an earlier shortage is made good."""
        return self.owed - self.owed.prev

    @line("资本金用于流动资金", "capital for working capital")
    def capital_for_working(self):
        return minimum(self.capital_drawn, self.working_capital - self.working_loan.draw)

    @line("资本金用于建设期利息", "capital for construction interest")
    def capital_for_interest(self):
        """Interest paid in cash, which loans bring themselves for their own draws only."""
        paid = self.investment.under_construction * (self.debts.coupons + self.debts.fees)
        return minimum(self.capital_drawn - self.capital_for_working, paid + self.debts.paid_in_construction)

    @line("资本金用于建设投资", "capital for works")
    def capital_for_works(self):
        return self.capital_drawn - self.capital_for_working - self.capital_for_interest

    @line("来源减运用", "sources less uses", check=True)
    def difference(self):
        return self.raised + self.from_surplus + self.shortage - self.uses
