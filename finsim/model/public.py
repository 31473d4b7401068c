"""财政资金与专款专用：what the project takes from the budget year by year, and whether restricted money stayed in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import TOLERANCE, Block, Input, Schedule, Text, line, maximum, minimum, total, where

if TYPE_CHECKING:
    from finsim.model.account import Business, SourceSum
    from finsim.model.funding import Debts, Funding


class PublicMoney(Block):
    """财政承受能力."""

    title = Text("财政资金", "Public money")
    fiscal: list[SourceSum]
    sources: list[SourceSum]
    business: Business
    funding: Funding
    debts: Debts

    debt_limit = Input("债务限额", "debt limit", ge=0, default=0)
    flagged = Input("声明的禁止事项数", "forbidden practices declared", unit="1", ge=0, default=0)
    budget = Schedule("可安排财政资金", "budget available", unit="万元")
    committed = Schedule("已有支出责任", "commitments of the budget", unit="万元")
    limited = Schedule("有预算上限", "the budget is limited", unit="1")

    @line("财政资金支出", "fiscal outlay")
    def outlay(self):
        """Grants in the year they are paid, and operating subsidies."""
        return total(s.received for s in self.fiscal) + self.business.subsidy

    @line("预算余额", "budget left")
    def left(self):
        return self.budget - self.committed - self.outlay

    @line("超出预算", "beyond the budget")
    def beyond(self):
        return self.limited * maximum(0, -self.left)

    @line("超出债务限额", "beyond the debt limit")
    def over_limit(self):
        """Bonds outstanding against the limit, where one is stated."""
        over = maximum(0, self.debts.bonds_closing - self.debt_limit)
        return where(self.debt_limit > TOLERANCE, over, 0)

    @line("闲置债券资金", "idle bond money", stock=True)
    def idle(self):
        """At hand for more than twelve months: what was unspent a year ago and is still (黄色提示)."""
        return minimum(self.funding.unspent.prev, self.funding.unspent)

    @line("通过：财政资金", "passes: public money", unit="1")
    def passes(self):
        """Within the budget and the debt limit, and nothing forbidden declared or found."""
        wrong = self.beyond.total + self.over_limit.total + self.flagged
        return where(wrong > TOLERANCE, 0, 1)

    @line("越界资金", "money that left its works")
    def astray(self):
        """The check row of every source, without its sign."""
        return total(maximum(s.astray, -s.astray) for s in self.sources)

    @line("通过：专款专用", "passes: ring-fence", unit="1")
    def ring_fenced(self):
        """No restricted yuan pays for an ineligible work."""
        return where(self.astray.total > 2 * TOLERANCE, 0, 1)
