"""偿债能力：what a bank's reviewer asks, year by year; the minimum counts, never the average."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import TOLERANCE, Block, Input, Text, line, maximum, minimum, otherwise, ratio, share, total, where

if TYPE_CHECKING:
    from finsim.model.account import Contributed
    from finsim.model.capital import Capital
    from finsim.model.cash import CashPlan
    from finsim.model.funding import Debts, Funding
    from finsim.model.horizon import Horizon
    from finsim.model.profit import Profit
    from finsim.model.tax import IncomeTax


ROUNDING = 0.000000001
"""A ratio that is exactly what is required, as capital in proportion is, may come out this much lower."""


class Lender(Block):
    """偿债能力与贷款人条件."""

    title = Text("偿债能力", "Solvency")
    profit: Profit
    tax: IncomeTax
    debts: Debts
    cash: CashPlan
    funding: Funding
    contributed: Contributed
    company: list[Capital]
    horizon: Horizon

    dscr_required = Input("偿债备付率要求", "DSCR required", unit="倍", ge=0, le=10, default=1.3)
    llcr_required = Input("贷款期覆盖倍数要求", "LLCR required", unit="倍", ge=0, le=10, default=0)
    capital_required = Input("资本金比例要求", "capital ratio required", unit="1", ge=0, le=1, default=0.2)
    company_required = Input("企业现金资本金比例要求", "company's cash capital ratio required", unit="1", ge=0, le=1, default=0)
    gearing_limit = Input("债务占总投资上限（0 为不设）", "gearing at most (0: none)", unit="1", ge=0, le=10, default=0)
    with_cash = Input("集中还本年计入期初盈余资金（1 是，0 否）", "in a bullet year opening cash counts (1 yes, 0 no)", unit="1", ge=0, le=1, default=0)
    bonds_as_capital = Input("专项债券可作资本金（1 是，0 否）", "bonds used as capital count (1 yes, 0 no)", unit="1", ge=0, le=1, default=1)
    concession_end = Input("特许经营到期年", "last year of the concession", unit="年份", ge=0, le=2200, default=0)
    tail_required = Input("到期后剩余特许经营年限要求", "years of concession required after maturity", unit="年", ge=0, le=30, default=0)

    @line("当年应还本付息", "debt service")
    def service(self):
        """Principal and all interest charged to cost; a short-term loan's principal too, the working-capital loan's not."""
        principal = self.debts.repaid - self.debts.refinancing + self.debts.bridges_repaid
        return principal + self.profit.interest

    @line("可用于还本付息的资金", "cash for debt service")
    def available(self):
        """EBITDA less the income tax of the profit statement (not 调整所得税) and replacement."""
        return self.profit.ebitda - self.tax.tax - self.cash.sustaining

    @line("偿债备付率", "DSCR", unit="倍")
    def dscr(self):
        return ratio(self.available, self.service)

    @line("集中还本年", "bullet year", unit="1")
    def bullet(self):
        """More than half of the principal of some bond or loan falls due at once."""
        lumps = total(b.lump for b in self.debts.bonds) + total(x.lump for x in self.debts.loans)
        return where(lumps > 0.5, 1, 0)

    @line("期初可用的盈余资金", "free cash at the beginning")
    def saved(self):
        """Unrestricted, and the sinking fund that is released for its own bond."""
        return maximum(0, self.cash.accumulated.prev) + maximum(0, self.debts.sinking.prev - self.debts.sinking)

    @line("集中还本年含期初盈余资金的偿债备付率", "DSCR with opening cash in a bullet year", unit="倍")
    def dscr_with_cash(self):
        """What has been saved for a bullet counts in the year in which it falls due; other years have no such value."""
        return ratio(self.available + self.saved, self.service * self.bullet)

    @line("考核的偿债备付率", "DSCR of the covenant", unit="倍")
    def tested(self):
        """In a bullet year with or without opening cash, as agreed; in other years without."""
        return where(self.with_cash * self.bullet > 0.5, self.dscr_with_cash, self.dscr)

    @line("最低偿债备付率", "lowest DSCR", unit="倍")
    def lowest(self):
        return self.dscr.lowest

    @line("考核的最低偿债备付率", "lowest DSCR of the covenant", unit="倍")
    def covenant(self):
        return self.tested.lowest

    @line("利息备付率", "ICR", unit="倍")
    def icr(self):
        """EBIT ÷ all interest charged to cost in the year."""
        return ratio(self.profit.ebit, self.profit.interest)

    @line("最低利息备付率", "lowest ICR", unit="倍")
    def lowest_icr(self):
        return self.icr.lowest

    @line("期初债务", "debt at the beginning", stock=True)
    def opening(self):
        return self.debts.opening

    @line("债务利率", "rate of debt", unit="1")
    def rate(self):
        """Weighted: the year's interest on debt at its beginning. After repayment the last rate goes on discounting."""
        return where(self.opening > TOLERANCE, share(self.debts.opening_interest, self.opening), self.rate.prev)

    @line("贷款期资金现值", "value of cash over the life of debt", stock=True)
    def value_of_life(self):
        """At the beginning of the year, this year's cash counted, discounted at the rate of debt."""
        owing = where(self.opening > TOLERANCE, 1, 0)
        return (self.available * owing + self.value_of_life.next) / (1 + self.rate)

    @line("运营期资金现值", "value of cash over the life of the project", stock=True)
    def value_of_project(self):
        return (self.available + self.value_of_project.next) / (1 + self.rate)

    @line("贷款期覆盖倍数", "LLCR", unit="倍")
    def llcr(self):
        """The last one is the last DSCR."""
        return ratio(self.value_of_life, self.opening)

    @line("项目期覆盖倍数", "PLCR", unit="倍")
    def plcr(self):
        return ratio(self.value_of_project, self.opening)

    @line("还款期贷款期覆盖倍数", "LLCR in years of service", unit="倍")
    def llcr_in_service(self):
        return ratio(self.value_of_life, self.opening * where(self.service > TOLERANCE, 1, 0))

    @line("最低贷款期覆盖倍数", "lowest LLCR", unit="倍")
    def lowest_llcr(self):
        return self.llcr_in_service.lowest

    @line("非债务资金比例", "share of investment not financed by debt", unit="1")
    def own_share(self):
        """Contributions and capital of all payers over total investment."""
        own = self.contributed.contributed.total + self.funding.capital_drawn.total
        return ratio(own, self.funding.total_investment.total)

    @line("含用作资本金债券的资本金比例", "capital ratio with bonds used as capital", unit="1")
    def with_bonds(self):
        own = self.contributed.contributed.total + self.funding.capital_drawn.total + self.debts.as_capital.total
        return ratio(own, self.funding.total_investment.total)

    @line("企业现金资本金比例", "company's cash capital ratio", unit="1")
    def company_share(self):
        """What the company pays in itself; capital of the government or of social investors is not its own cash."""
        return ratio(self.company_capital.total, self.funding.total_investment.total)

    @line("企业投入的资本金", "capital that the company pays in")
    def company_capital(self):
        return total(c.draw for c in self.company)

    @line("债务占总投资比例", "gearing", unit="1")
    def gearing(self):
        """Total investment counts all working capital, so its loan counts too."""
        return ratio(self.debts.invested.highest, self.funding.total_investment.total)

    @line("有债务的年份", "year with debt", unit="年份")
    def owing(self):
        return where(self.opening > TOLERANCE, self.horizon.year, 0)

    @line("债务到期年", "year in which debt is repaid", unit="年份")
    def maturity(self):
        return self.owing.highest

    @line("到期后剩余特许经营年限", "years of concession after maturity", unit="年")
    def tail(self):
        """The whole requirement where no concession ends."""
        return where(self.concession_end > 0.5, self.concession_end - self.maturity, self.tail_required)

    @line("通过：偿债备付率", "passes: DSCR", unit="1")
    def dscr_passes(self):
        """Without debt service there is nothing to cover."""
        return where(otherwise(self.covenant, self.dscr_required) >= self.dscr_required - ROUNDING, 1, 0)

    @line("通过：贷款期覆盖", "passes: LLCR", unit="1")
    def llcr_passes(self):
        return where(otherwise(self.lowest_llcr, self.llcr_required) >= self.llcr_required - ROUNDING, 1, 0)

    @line("通过：资本金比例", "passes: capital ratio", unit="1")
    def capital_passes(self):
        """Where nothing is invested there is nothing to ask for."""
        plain = otherwise(self.own_share, self.capital_required)
        counted = where(self.bonds_as_capital > 0.5, otherwise(self.with_bonds, self.capital_required), plain)
        return where(counted >= self.capital_required - ROUNDING, 1, 0)

    @line("通过：企业现金资本金", "passes: company's cash capital", unit="1")
    def company_passes(self):
        counted = otherwise(self.company_share, self.company_required)
        return where(counted >= self.company_required - ROUNDING, 1, 0)

    @line("通过：债务占比", "passes: gearing", unit="1")
    def gearing_passes(self):
        within = where(otherwise(self.gearing, 0) <= self.gearing_limit + ROUNDING, 1, 0)
        return where(self.gearing_limit > ROUNDING, within, 1)

    @line("通过：剩余特许经营年限", "passes: tail", unit="1")
    def tail_passes(self):
        return where(self.tail >= self.tail_required, 1, 0)

    @line("通过：贷款人条件", "passes: lender's tests", unit="1")
    def passes(self):
        capital = minimum(self.capital_passes, self.company_passes, self.gearing_passes)
        return minimum(self.dscr_passes, self.llcr_passes, capital, self.tail_passes)
