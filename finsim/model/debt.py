"""专项债券与银行贷款：what carries the gap, and what it costs.

A bond bears interest on its full face from its issue date, paid in cash and never rolled up. The half-year rule (interest on
half of the year's draw) is for loans drawn through the year only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.sources import Stake
from finsim.sheet import Block, Input, Schedule, Text, UnitSum, line, maximum, minimum, share, total

if TYPE_CHECKING:
    from finsim.model.account import Contributed, Investment
    from finsim.model.statements import CashPlan


class Bond(Block):
    """专项债券：one tranche, repaid whole at maturity."""

    title = Text("专项债券", "Special bond")
    unit: Stake

    face = UnitSum(Stake.face, label=Text("申请额", "amount asked"))
    granted = Input("获批比例", "share of the quota granted", unit="1", ge=0, le=1, default=1)
    coupon = Input("票面利率", "coupon", unit="1", ge=0, le=0.1)
    issue_fee = Input("发行费率", "issue fee", unit="1", ge=0, le=0.01, default=0)
    payment_fee = Input("还本付息手续费率", "payment fee", unit="1", ge=0, le=0.01, default=0)
    issued = Schedule("发行年", "year of issue", unit="1")
    coupon_years = Schedule("当年付息年数", "years of coupon paid", unit="年")
    matured = Schedule("到期年", "year of maturity", unit="1")

    @line("发行额", "amount issued")
    def amount(self):
        return self.face * self.granted

    @line("债券资金到位", "proceeds")
    def proceeds(self):
        return self.amount * self.issued

    @line("付息", "interest")
    def interest(self):
        """Coupons whose dates fall in the year: half the yearly coupon on each semi-annual date."""
        return self.amount * self.coupon * self.coupon_years

    @line("还本", "repaid")
    def repaid(self):
        return self.amount * self.matured

    @line("期末余额", "closing", stock=True)
    def closing(self):
        return self.closing.prev + self.proceeds - self.repaid

    @line("发行费用", "issue cost")
    def issue_cost(self):
        return self.proceeds * self.issue_fee

    @line("还本付息手续费", "payment cost")
    def payment_cost(self):
        return (self.interest + self.repaid) * self.payment_fee

    @line("到期清偿检查", "repaid in full", check=True)
    def settled(self):
        return self.proceeds.total - self.repaid.total


class Loan(Block):
    """银行贷款：drawn on need up to its commitment, repaid by instalments prepared from the scenario."""

    title = Text("银行贷款", "Bank loan")
    unit: Stake
    investment: Investment
    need_before: NeedBefore

    commitment = UnitSum(Stake.face, label=Text("授信额", "commitment"))
    rate = Input("年利率", "interest rate", unit="1", ge=0, le=0.2)
    draw_weight = Input("当年提款计息系数", "share of the year that a draw bears interest", unit="1", ge=0, le=1)
    available = Schedule("可提款年", "years in which it may be drawn", unit="1")
    due = Schedule("还本年", "years of repayment", unit="1")
    instalment = Schedule("等额本金还本比例", "equal-principal share of the opening balance", unit="1")
    level = Schedule("等额本息年", "annuity years", unit="1")

    @line("期初余额", "opening", stock=True)
    def opening(self):
        return self.closing.prev

    @line("未提款额度", "undrawn", start=commitment, stock=True)
    def undrawn(self):
        return self.undrawn.prev - self.draw

    @line("提款自付利息率", "share of a draw that pays its own interest", unit="1")
    def own_interest(self):
        """Interest of the year of drawing, where construction interest is paid in cash because repayment has begun."""
        return self.rate * self.draw_weight * self.due * self.investment.under_construction

    @line("提款", "draw")
    def draw(self):
        """It also brings the interest that it must pay itself: draw − own interest × draw = need."""
        return minimum(self.undrawn.prev, self.need_before.need / (1 - self.own_interest)) * self.available

    @line("提款净额", "draw less its own interest")
    def net_draw(self):
        return self.draw * (1 - self.own_interest)

    @line("利息", "interest")
    def interest(self):
        """On the opening balance and on the share of the year's draw that bears interest (half-year rule: 0.5)."""
        return self.rate * (self.opening + self.draw_weight * self.draw)

    @line("转入本金的利息", "interest rolled up")
    def rolled_up(self):
        """Construction interest is added to the loan until repayment begins (建设期利息)."""
        return self.interest * self.investment.under_construction * (1 - self.due)

    @line("付息", "interest paid")
    def interest_paid(self):
        return self.interest - self.rolled_up

    @line("期初余额的建设期付息", "construction interest paid on the opening balance")
    def paid_in_construction(self):
        return self.rate * self.opening * self.due * self.investment.under_construction

    @line("年金现值系数", "annuity value", unit="1", stock=True)
    def annuity(self):
        """Value at the beginning of the year of one paid at the end of each remaining year of repayment."""
        return (self.due + self.annuity.next) / (1 + self.rate)

    @line("还本", "repaid")
    def repaid(self):
        """Equal principal: a share of the opening balance. Annuity: the level payment less the year's interest."""
        payment = share(self.opening, self.annuity)
        return self.instalment * self.opening + self.level * (payment - self.rate * self.opening)

    @line("期末余额", "closing", stock=True)
    def closing(self):
        return self.opening + self.draw + self.rolled_up - self.repaid

    @line("到期清偿检查", "repaid in full", check=True)
    def settled(self):
        return self.draw.total + self.rolled_up.total - self.repaid.total


class NeedBefore(Block):
    """待筹资金：what is still to be found when its turn comes, after what stands before it."""

    title = Text("待筹资金", "Still to be found")
    funding: Funding
    capital: list[Capital]
    loans: list[Loan]

    @line("待筹资金", "need")
    def need(self):
        found = total(c.draw for c in self.capital) + total(x.net_draw for x in self.loans)
        return self.funding.need - self.funding.bond_used - found


class Capital(Block):
    """资本金：paid in on need up to its amount."""

    title = Text("资本金", "Capital")
    unit: Stake
    need_before: NeedBefore

    amount = UnitSum(Stake.face, label=Text("承诺额", "amount committed"))

    @line("未投入额", "not yet paid in", start=amount, stock=True)
    def left(self):
        return self.left.prev - self.draw

    @line("投入", "paid in")
    def draw(self):
        return minimum(self.left.prev, self.need_before.need)


class Debts(Block):
    """借款和债券合计."""

    title = Text("借款和债券合计", "Loans and bonds together")
    bonds: list[Bond]
    loans: list[Loan]

    @line("债券资金到位", "bond proceeds")
    def proceeds(self):
        return total(b.proceeds for b in self.bonds)

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

    @line("贷款提款", "loans drawn")
    def drawn(self):
        return total(x.draw for x in self.loans)

    @line("贷款利息", "loan interest")
    def loan_interest(self):
        return total(x.interest for x in self.loans)

    @line("贷款转入本金的利息", "loan interest rolled up")
    def rolled_up(self):
        return total(x.rolled_up for x in self.loans)

    @line("期初贷款的建设期付息", "construction interest paid on opening loans")
    def paid_in_construction(self):
        return total(x.paid_in_construction for x in self.loans)

    @line("贷款还本", "loan principal")
    def loans_repaid(self):
        return total(x.repaid for x in self.loans)

    @line("贷款期末余额", "loans outstanding", stock=True)
    def loans_closing(self):
        return total(x.closing for x in self.loans)

    @line("利息及费用", "interest and fees")
    def interest(self):
        return self.coupons + self.fees + self.loan_interest

    @line("支付的利息及费用", "interest and fees paid")
    def interest_paid(self):
        return self.interest - self.rolled_up

    @line("还本合计", "principal repaid")
    def repaid(self):
        return self.bonds_repaid + self.loans_repaid

    @line("期末债务余额", "debt outstanding", stock=True)
    def closing(self):
        return self.bonds_closing + self.loans_closing


class Funding(Block):
    """项目总投资使用计划与资金筹措：bond money first (it bears interest already), then capital, then loans, in order.

    What cannot be raised in a year stays owed: bonds, capital, loans and surplus of later years pay it.
    """

    title = Text("资金筹措", "Funding")
    investment: Investment
    contributed: Contributed
    debts: Debts
    capital: list[Capital]
    cash: CashPlan

    @line("建设期利息及融资费用", "construction interest and financing cost")
    def capitalised(self):
        return self.investment.under_construction * self.debts.interest

    @line("项目总投资", "total investment")
    def total_investment(self):
        return self.investment.cost + self.capitalised

    @line("主体需筹措", "to be found by the account")
    def need(self):
        """Works left by the contributors, interest and fees of construction that are paid in cash, and what is still owed."""
        bond_cost = self.investment.under_construction * (self.debts.coupons + self.debts.fees)
        return self.contributed.gap + bond_cost + self.debts.paid_in_construction + self.owed.prev

    @line("可用债券资金", "bond money at hand")
    def bond_money(self):
        return self.unspent.prev + self.debts.proceeds

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
        return (
            self.contributed.contributed + self.bond_used + self.capital_drawn + self.debts.drawn + self.debts.rolled_up
        )

    @line("未筹措", "not raised")
    def uncovered(self):
        return self.total_investment + self.owed.prev - self.raised

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

    @line("来源减运用", "sources less uses", check=True)
    def difference(self):
        return self.raised + self.from_surplus + self.shortage - self.total_investment
