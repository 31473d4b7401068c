"""资本金：paid in on need, up to its amount or in proportion to investment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.sources import Stake
from finsim.sheet import Block, Input, Schedule, Text, UnitSum, line, maximum, minimum, total

if TYPE_CHECKING:
    from finsim.model.account import Investment
    from finsim.model.funding import Debts, Funding
    from finsim.model.loans import Loan


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
    """资本金：one payer's."""

    title = Text("资本金", "Capital")
    unit: Stake
    need_before: NeedBefore
    investment: Investment
    debts: Debts
    beside: list[Loan]

    amount = UnitSum(Stake.face, label=Text("承诺额", "amount committed"))
    share = Input("占投资比例", "share of investment", unit="1", ge=0, le=1, default=0)
    dynamic = Input("投资含建设期利息（1 是，0 否）", "of investment with construction interest (1 yes, 0 no)", unit="1", ge=0, le=1, default=1)
    released = Schedule("累计可投入比例", "share that may be paid in to date", unit="1")

    @line("按比例应投入", "in proportion to investment")
    def proportional(self):
        """C = s (K + q (N − C)): K investment with the interest already known, N what is still to be found, q the construction
        interest of one more drawn. Solved for C, so that the share holds exactly although interest depends on it.
        """
        known = self.investment.paid + self.dynamic * self.debts.known_interest
        one_more = self.dynamic * total(x.marginal for x in self.beside)
        return self.share * (known + one_more * self.need_before.need) / (1 + self.share * one_more)

    @line("已投入", "paid in to date", stock=True)
    def paid(self):
        return self.paid.prev + self.draw

    @line("按比例应投入累计", "in proportion to date", stock=True)
    def proportional_to_date(self):
        return self.proportional_to_date.prev + self.proportional

    @line("投入", "paid in")
    def draw(self):
        may = self.amount * self.released + self.proportional_to_date - self.paid.prev
        return minimum(maximum(0, may), self.need_before.need)
