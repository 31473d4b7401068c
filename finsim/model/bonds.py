"""专项债券及其他债券. A bond bears interest on its full face from its issue date, paid in cash and never rolled up.

Schedules prepared from the scenario say when it is issued, how many years of coupon fall due on what is outstanding, and
which shares are repaid, so bullet, level and stated repayment are one formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.sources import Stake
from finsim.sheet import TOLERANCE, Block, Input, Schedule, Text, UnitSum, line, total, where

if TYPE_CHECKING:
    from finsim.model.horizon import Horizon


class Bond(Block):
    """债券：one tranche."""

    title = Text("债券", "Bond")
    unit: Stake
    horizon: Horizon
    refinances: list[Bond]

    face = UnitSum(Stake.face, label=Text("申请额", "amount asked"))
    granted = Input("获批比例", "share of the quota granted", unit="1", ge=0, le=1, default=1)
    late = Input("推迟发行", "issued late", unit="年", ge=0, le=1, default=0)
    refinanced = Input("再融资比例", "share of the principal refinanced", unit="1", ge=0, le=1, default=1)
    coupon = Input("票面利率", "coupon", unit="1", ge=0, le=0.1)
    issue_fee = Input("发行费率", "issue fee", unit="1", ge=0, le=0.01, default=0)
    payment_fee = Input("还本付息手续费率", "payment fee", unit="1", ge=0, le=0.01, default=0)
    as_capital = Input("用作资本金比例", "share used as capital", unit="1", ge=0, le=1, default=0)
    existing_share = Input("期初未偿还比例", "share outstanding at the beginning", unit="1", ge=0, le=1, default=0)
    issued = Schedule("发行年", "year of issue", unit="1")
    coupon_years = Schedule("当年付息年数（按未偿还比例）", "years of coupon paid, on what is outstanding", unit="年")
    matured = Schedule("还本比例", "share repaid", unit="1")
    set_aside = Schedule("偿债备付金累计比例", "share set aside", unit="1")

    @line("发行额", "amount")
    def amount(self):
        """The quota granted, or the principal that it refinances."""
        return sum((self.refinanced * b.amount for b in self.refinances), self.face * self.granted)

    @line("期初余额", "outstanding at the beginning")
    def existing(self):
        return self.amount * self.existing_share

    @line("债券资金到位", "proceeds")
    def proceeds(self):
        """A quota a year late moves issue, coupons and repayment by a year; in between, straight."""
        return self.amount * (self.issued * (1 - self.late) + self.issued.prev * self.late)

    @line("其中：再融资", "of which refinancing")
    def refinancing(self):
        """Pays the principal of the bond that matures, and no works."""
        return total([self.proceeds] if self.refinances else [])

    @line("付息", "interest")
    def interest(self):
        """Coupons whose dates fall in the year: half the yearly coupon on each semi-annual date."""
        years = self.coupon_years * (1 - self.late) + self.coupon_years.prev * self.late
        return self.amount * self.coupon * years

    @line("还本", "repaid")
    def repaid(self):
        """What is left is due in the last year."""
        due = self.amount * (self.matured * (1 - self.late) + self.matured.prev * self.late)
        return where(self.horizon.last > 0, self.closing.prev + self.proceeds, due)

    @line("期末余额", "closing", start=existing, stock=True)
    def closing(self):
        return self.closing.prev + self.proceeds - self.repaid

    @line("到期前的年份", "years up to maturity", unit="1")
    def until_maturity(self):
        """1 up to the year in which the last of it is repaid: a bond issued late matures later."""
        return where(self.closing.prev > TOLERANCE, 1, self.until_maturity.next)

    @line("集中还本的年份", "years of a bullet", unit="1")
    def lump(self):
        """1 where more than half of the principal falls due at once."""
        due = self.matured * (1 - self.late) + self.matured.prev * self.late
        return where(due > 0.5, 1, 0)

    @line("偿债备付金", "sinking fund", stock=True)
    def sinking(self):
        """Set aside for this bond only, until it is repaid; a bond that comes late is provided for late."""
        return self.amount * (self.set_aside * (1 - self.late) + self.set_aside.prev * self.late)

    @line("发行费用", "issue cost")
    def issue_cost(self):
        return self.proceeds * self.issue_fee

    @line("还本付息手续费", "payment cost")
    def payment_cost(self):
        return (self.interest + self.repaid) * self.payment_fee

    @line("到期清偿检查", "repaid in full", check=True)
    def settled(self):
        return self.existing + self.proceeds.total - self.repaid.total
