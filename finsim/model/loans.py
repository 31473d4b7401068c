"""银行贷款与短期借款：drawn on need up to the commitment, repaid as the scenario states.

The half-year rule (interest on half of the year's draw) is for loans drawn through the year; a draw at the beginning or the
end of a year bears a whole year's interest or none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.sources import Stake
from finsim.sheet import (
    TOLERANCE,
    Block,
    Input,
    Schedule,
    Text,
    UnitSum,
    clip,
    line,
    maximum,
    minimum,
    share,
    total,
    where,
)

if TYPE_CHECKING:
    from finsim.model.account import Investment
    from finsim.model.capital import NeedBefore
    from finsim.model.cash import CashPlan
    from finsim.model.funding import Debts
    from finsim.model.profit import Profit
    from finsim.model.tax import IncomeTax, Loss


class Loan(Block):
    """银行贷款."""

    title = Text("银行贷款", "Bank loan")
    unit: Stake
    investment: Investment
    need_before: NeedBefore
    debts: Debts
    profit: Profit
    cash: CashPlan

    commitment = UnitSum(Stake.face, label=Text("授信额", "commitment"))
    existing = Input("计算期初余额", "outstanding when the timeline begins", ge=0, default=0)
    rate = Input("年利率", "interest rate", unit="1", ge=0, le=0.2, yearly=True)
    compounding = Input("每年计息次数", "times a year that interest is charged", unit="次", ge=1, le=12, default=1)
    draw_weight = Input("当年提款计息系数", "share of the year that a draw bears interest", unit="1", ge=0, le=1)
    capitalised = Input("建设期利息转入本金比例", "share of construction interest rolled up", unit="1", ge=0, le=1, default=1)
    dscr = Input("还款目标偿债备付率", "DSCR aimed at", unit="倍", ge=1, le=10, default=1)
    sweep = Input("盈余提前还款比例", "share of the surplus swept", unit="1", ge=0, le=1, default=0)
    reserve_months = Input("偿债准备金月数", "months of service held in reserve", unit="月", ge=0, le=12, default=0)
    rate_change = Schedule("利率变动", "change of the rate", unit="1")
    released = Schedule("累计可提款比例", "share that may be drawn to date", unit="1")
    available = Schedule("可提款年", "years in which it may be drawn", unit="1")
    due = Schedule("还本年", "years of repayment", unit="1")
    rolls = Schedule("运营期利息转入本金的年份", "years of operation whose interest is rolled up", unit="1")
    instalment = Schedule("还本占期初余额比例", "share of the opening balance repaid", unit="1")
    level = Schedule("等额本息年", "annuity years", unit="1")
    fixed = Schedule("列明还本额", "repayment as stated", unit="万元")
    by_capacity = Schedule("最大能力还款年", "years of repayment by capacity", unit="1")
    sculpted = Schedule("按偿债备付率还款年", "years of repayment sculpted to the DSCR", unit="1")
    lump = Schedule("集中还本年", "years of a bullet", unit="1")

    @line("有效年利率", "effective yearly rate", unit="1")
    def yearly_rate(self):
        """(1 + r ÷ m)^m − 1 for a nominal rate charged m times a year (1, 2, 4 or 12)."""
        nominal = self.rate + self.rate_change
        often = where(self.compounding > 8, ((1 + nominal / 12) ** 6) ** 2 - 1, (1 + nominal / 4) ** 4 - 1)
        twice = where(self.compounding > 1.5, (1 + nominal / 2) ** 2 - 1, nominal)
        return where(self.compounding > 3, often, twice)

    @line("期初余额", "opening", stock=True)
    def opening(self):
        return self.closing.prev

    @line("已提款", "drawn to date", stock=True)
    def drawn(self):
        return self.drawn.prev + self.draw

    @line("转入本金的利息比例", "share of interest rolled up", unit="1")
    def rolling(self):
        """Construction interest until repayment begins (建设期利息), and the years of operation that the contract names."""
        construction = self.capitalised * self.investment.under_construction * (1 - self.due)
        return maximum(construction, self.rolls)

    @line("以现金支付的建设期利息比例", "share of interest that is construction interest paid in cash", unit="1")
    def paid_share(self):
        return maximum(0, self.investment.under_construction - self.rolling)

    @line("提款自付利息率", "share of a draw that pays its own interest", unit="1")
    def own_interest(self):
        """Interest of the year of drawing, where construction interest is paid in cash."""
        return self.yearly_rate * self.draw_weight * self.paid_share

    @line("提款", "draw")
    def draw(self):
        """It also brings the interest that it must pay itself: draw − own interest × draw = need."""
        left = maximum(0, self.commitment * self.released - self.drawn.prev)
        return minimum(left, self.need_before.need / (1 - self.own_interest)) * self.available

    @line("提款净额", "draw less its own interest")
    def net_draw(self):
        return self.draw * (1 - self.own_interest)

    @line("多提一元增加的建设期利息", "construction interest of one more drawn", unit="1")
    def marginal(self):
        """On which capital in proportion to dynamic investment is worked out (建设期利息与资本金互为因果)."""
        weight = self.yearly_rate * self.draw_weight * self.investment.under_construction
        return weight / (1 - self.own_interest)

    @line("利息", "interest")
    def interest(self):
        """On the opening balance and on the share of the year's draw that bears interest (half-year rule: 0.5)."""
        return self.yearly_rate * (self.opening + self.draw_weight * self.draw)

    @line("转入本金的利息", "interest rolled up")
    def rolled_up(self):
        return self.interest * self.rolling

    @line("其中：建设期利息", "of which construction interest")
    def capitalised_interest(self):
        return self.interest * minimum(self.rolling, self.investment.under_construction)

    @line("付息", "interest paid")
    def interest_paid(self):
        return self.interest - self.rolled_up

    @line("期初余额的建设期付息", "construction interest paid on the opening balance")
    def paid_in_construction(self):
        return self.yearly_rate * self.opening * self.paid_share

    @line("年金现值系数", "annuity value", unit="1", stock=True)
    def annuity(self):
        """Value at the beginning of the year of one paid at the end of each remaining year of repayment."""
        return (self.due + self.annuity.next) / (1 + self.yearly_rate)

    @line("约定还本", "repayment agreed")
    def agreed(self):
        """A share of the opening balance, the level payment less the year's interest, or an amount stated."""
        level = share(self.opening, self.annuity) - self.yearly_rate * self.opening
        return minimum(self.opening, self.instalment * self.opening + self.level * level + self.fixed)

    @line("先于本贷款的还本及备付", "principal and deposits that come first")
    def prior(self):
        """Of bonds, what is agreed of every loan, and what the loans before this one repay: no income repays twice."""
        earlier = total(x.capacity + x.to_dscr for x in self.need_before.loans)
        return self.debts.bonds_due + self.debts.agreed + earlier

    @line("最大能力还款", "repayment by capacity")
    def capacity(self):
        """What the year earns after tax and interest; the capital paid in for working capital is not part of it."""
        return self.by_capacity * clip(self.profit.repayable - self.prior, 0, self.opening - self.agreed)

    @line("按偿债备付率还本", "repayment sculpted to the DSCR")
    def to_dscr(self):
        """Service of all debt = cash for it ÷ DSCR; principal = that − interest − what comes first, not negative."""
        principal = self.profit.for_service / self.dscr - self.profit.interest_before - self.prior
        return self.sculpted * clip(principal, 0, self.opening - self.agreed)

    @line("盈余提前还本", "surplus swept")
    def swept(self):
        """Out of the unrestricted surplus of the year before that this year and the loans before this one leave."""
        left = self.opening - self.agreed - self.capacity - self.to_dscr
        surplus = self.cash.sweepable - total(x.swept for x in self.need_before.loans)
        return self.due * minimum(left, self.sweep * surplus)

    @line("还本", "repaid")
    def repaid(self):
        return self.agreed + self.capacity + self.to_dscr + self.swept

    @line("期末余额", "closing", start=existing, stock=True)
    def closing(self):
        return self.opening + self.draw + self.rolled_up - self.repaid

    @line("到期前的年份", "years up to maturity", unit="1")
    def until_maturity(self):
        """1 up to the last year of repayment agreed, even where it is repaid earlier; 0 for a loan never drawn."""
        return where((self.due > 0.5) & (self.repaid.total > TOLERANCE), 1, self.until_maturity.next)

    @line("下年约定本息", "service agreed of the next year")
    def next_service(self):
        """Interest that will be rolled up needs no cash."""
        interest = self.yearly_rate.next * self.closing
        level = share(self.closing, self.annuity.next) - interest
        agreed = self.instalment.next * self.closing + self.level.next * level + self.fixed.next
        return interest * (1 - self.rolling.next) + minimum(self.closing, agreed)

    @line("到期清偿检查", "repaid in full", check=True)
    def settled(self):
        return self.existing + self.draw.total + self.rolled_up.total - self.repaid.total


class Bridge(Block):
    """短期借款：covers a year's shortage of cash with its own interest, repaid in the next year (《方法与参数》：财务生存能力)."""

    title = Text("短期借款", "Short-term loan")
    cash: CashPlan
    tax: IncomeTax
    losses: list[Loss]

    limit = Input("授信上限", "limit", ge=0)
    rate = Input("年利率", "interest rate", unit="1", ge=0, le=0.2, yearly=True)
    available = Schedule("可借年", "years in which it may be drawn", unit="1")

    @line("应税所得（短期借款利息前）", "taxable income before its interest")
    def taxable(self):
        """Signed: profit before this year's bridge less the losses that may be made good."""
        return self.tax.base_before - total(x.opening for x in self.losses)

    @line("借款", "draw")
    def draw(self):
        """Pays the gap, its own interest and the tax that is left: S = gap + rate × S + t × max(0, income − rate × S).

        Solved in closed form: the greater of the solutions with and without tax.
        """
        gap, t = self.cash.gap, self.tax.effective
        taxed = (gap + t * self.taxable) / (1 - self.rate * (1 - t))
        untaxed = gap / (1 - self.rate)
        return self.available * clip(maximum(taxed, untaxed), 0, self.limit)

    @line("利息", "interest")
    def interest(self):
        """A year's interest, charged in the year of drawing."""
        return self.rate * self.draw

    @line("还本", "repaid")
    def repaid(self):
        return self.closing.prev

    @line("期末余额", "closing", stock=True)
    def closing(self):
        return self.closing.prev + self.draw - self.repaid

    @line("滚动借款年数", "years of renewal", unit="年")
    def renewed(self):
        """Years that begin and end with it: the longer, the less it is a bridge."""
        return where(minimum(self.draw, self.repaid) > TOLERANCE, 1, 0)

    @line("借新还旧终未还清", "never repaid but by the next one", unit="1")
    def endless(self):
        """1 in the years whose loan is only repaid by the next one, and so on until one is not repaid: no bridge, insolvency."""
        failed = where(self.cash.accumulated.next < -TOLERANCE, 1, 0)
        renewed = where(self.closing.next > TOLERANCE, self.endless.next, failed)
        return where(self.closing > TOLERANCE, renewed, 0)
