"""资金使用效率：who carries 基础类 works, what fiscal money brings with it, and what the operated assets earn per household, ㎡ and bay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.works import YUAN
from finsim.sheet import TOLERANCE, Block, Text, line, ratio, total, where

if TYPE_CHECKING:
    from finsim.model.account import Business, Contributed, Investment, Scale, SourceSum
    from finsim.model.balance import Scorecard
    from finsim.model.capital import Capital
    from finsim.model.funding import Funding


class Measures(Block):
    """资金使用效率. Without what it is measured by (no households, no bays) a measure has no value."""

    title = Text("资金使用效率", "Use of money")
    scale: Scale
    business: Business
    contributed: Contributed
    investment: Investment
    funding: Funding
    scorecard: Scorecard
    social: list[SourceSum]
    social_capital: list[Capital]

    @line("基础类财政承担比例", "fiscal share of basic works", unit="1")
    def basic_share(self):
        """Fiscal money of every level paid to 基础类 works over their cost."""
        return ratio(self.contributed.fiscal_for_basic.total, self.investment.basic.total)

    @line("分年户均财政投入", "fiscal money per household by year", unit="万元/户")
    def fiscal_by_year(self):
        return ratio(self.scorecard.fiscal, self.scale.households)

    @line("财政资金撬动倍数", "leverage of fiscal money", unit="倍")
    def leverage(self):
        """Other money of the investment for each yuan of fiscal money."""
        return ratio(self.funding.total_investment.total - self.scorecard.fiscal.total, self.scorecard.fiscal.total)

    @line("社会资本投入", "social capital")
    def invested(self):
        """Sources and capital of social investors; the company's own capital is not theirs."""
        return total(s.paid for s in self.social) + total(c.draw for c in self.social_capital)

    @line("社会资本占总投资比例", "social capital, share of investment", unit="1")
    def social_share(self):
        return ratio(self.invested.total, self.funding.total_investment.total)

    @line("有经营收入的年份", "years that earn", unit="1")
    def earning(self):
        return where(self.business.revenue > TOLERANCE, 1, 0)

    @line("户均年经营收入", "income per household a year", unit="元/户/年")
    def per_household(self):
        """On average over the years that earn."""
        return ratio(self.business.revenue.total * YUAN, self.scale.households * self.earning.total)

    @line("每平方米年经营收入", "income per square metre a year", unit="元/㎡/年")
    def per_area(self):
        return ratio(self.business.revenue.total * YUAN, self.scale.area * self.earning.total)

    @line("每车位年收入", "income per bay a year", unit="元/位/年")
    def per_bay(self):
        """Of the streams whose quantity is bays, over the years in which each bay is in operation."""
        return ratio(self.business.bay_income.total * YUAN, self.business.bays.total)
