"""能否平衡：separate tests, each with its value, threshold, period and verdict (1 passes, 0 fails).

A balance standard is a named set of these tests; the built-in one is bond cover and yearly liquidity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import (
    TOLERANCE,
    Block,
    Input,
    Schedule,
    Text,
    line,
    minimum,
    otherwise,
    ratio,
    total,
    where,
)

if TYPE_CHECKING:
    from finsim.model.account import Business, Contributed, Investment, Scale, SourceSum
    from finsim.model.cash import CashPlan
    from finsim.model.flows import ProjectFlow
    from finsim.model.funding import Debts, Funding
    from finsim.model.lender import Lender
    from finsim.model.loans import Bridge
    from finsim.model.profit import Profit
    from finsim.model.public import PublicMoney
    from finsim.model.tax import IncomeTax, Surcharges


class Cover(Block):
    """本息覆盖倍数：undiscounted, before debt service, tested unrounded."""

    title = Text("本息覆盖倍数", "Debt cover")
    business: Business
    surcharges: Surcharges
    tax: IncomeTax
    debts: Debts
    profit: Profit
    investment: Investment

    threshold = Input("覆盖倍数要求", "cover required", unit="倍", ge=0, le=10)
    income_tax_counted = Input("扣除所得税", "income tax deducted (1 yes, 0 no)", unit="1", ge=0, le=1)
    subsidy_counted = Input("计入补贴收入", "subsidies counted (1 yes, 0 no)", unit="1", ge=0, le=1, default=0)
    counted = Schedule("计入收益的年份", "years whose income counts", unit="1")

    @line("可用于偿债的收益", "income for debt service")
    def income(self):
        """Project income less operating cost in cash, taxes and surcharges, and replacement."""
        cash_cost = self.business.cost + self.surcharges.surcharges + self.income_tax_counted * self.tax.tax
        earned = self.business.revenue + self.subsidy_counted * self.profit.subsidy
        return self.counted * (earned - cash_cost - self.business.sustaining)

    @line("专项债券本息", "bond service")
    def service(self):
        return self.debts.special_service

    @line("建设期债券付息", "coupons during construction")
    def construction_service(self):
        return self.investment.under_construction * self.debts.special_interest

    @line("全部债务本息", "service of all debt")
    def all_service(self):
        return self.debts.repaid + self.debts.interest_paid - self.debts.refinancing

    @line("债券本息覆盖倍数（全口径）", "bond cover (full)", unit="倍")
    def full(self):
        """Denominator: principal, every coupon and fees."""
        return ratio(self.income.total, self.service.total)

    @line("债券本息覆盖倍数（运营期）", "bond cover (operating)", unit="倍")
    def operating(self):
        """Denominator less the coupons paid from capital during construction."""
        return ratio(self.income.total, self.service.total - self.construction_service.total)

    @line("全部债务本息覆盖倍数", "cover of all debt", unit="倍")
    def all_debt(self):
        return ratio(self.income.total, self.all_service.total)

    @line("通过：全口径覆盖", "passes: full bond cover", unit="1")
    def full_passes(self):
        """Without a bond the cover of all debt stands in; without any debt there is nothing to cover."""
        instead = otherwise(self.all_debt, self.threshold)
        return where(otherwise(self.full, instead) >= self.threshold, 1, 0)

    @line("通过：运营期覆盖", "passes: operating bond cover", unit="1")
    def operating_passes(self):
        instead = otherwise(self.all_debt, self.threshold)
        return where(otherwise(self.operating, instead) >= self.threshold, 1, 0)

    @line("通过：全部债务覆盖", "passes: cover of all debt", unit="1")
    def all_debt_passes(self):
        return where(otherwise(self.all_debt, self.threshold) >= self.threshold, 1, 0)


class Liquidity(Block):
    """年度流动性：accumulated surplus, signed and unrestricted, not negative at any year end."""

    title = Text("年度流动性", "Yearly liquidity")
    cash: CashPlan
    bridges: list[Bridge]

    @line("短期借款只借不还", "bridged without end", unit="1")
    def endless(self):
        return total(b.endless for b in self.bridges)

    @line("资金短缺", "short of funds", unit="1")
    def short(self):
        """Also in a year that is only bridged by a short-term loan that rolls over and is never repaid."""
        return where(self.cash.accumulated < -TOLERANCE, 1, minimum(1, self.endless))

    @line("最低累计盈余资金", "lowest accumulated surplus")
    def lowest(self):
        return self.cash.accumulated.lowest

    @line("短缺年数", "years short of funds", unit="年")
    def years(self):
        return self.short.total

    @line("待落实资金峰值", "peak of funds still to be secured")
    def peak(self):
        return self.cash.unfunded.highest

    @line("首次短缺前的年数", "years before the first shortage", unit="1")
    def clear(self):
        """1 in each year up to which there has been no shortage."""
        return where(self.short.to_date > 0.5, 0, 1)

    @line("首次短缺期号", "period of the first shortage", unit="1")
    def first(self):
        return where(self.years > 0.5, self.clear.total + 1, 0)

    @line("通过：年度流动性", "passes: yearly liquidity", unit="1")
    def passes(self):
        return where(self.years > 0.5, 0, 1)


class Recovery(Block):
    """投资回收：does the project itself pay back, whoever paid for it. The verdict is on R3."""

    title = Text("投资回收", "Recovery of investment")
    business: Business
    surcharges: Surcharges
    funding: Funding
    profit: Profit
    project: ProjectFlow

    discount_rate = Input("财务基准收益率", "discount rate", unit="1", ge=0, le=0.3)

    @line("净收益", "net income")
    def income(self):
        return self.business.revenue - self.business.cost - self.surcharges.surcharges

    @line("R1 净收益与总投资之比", "R1 net income over total investment", unit="倍")
    def r1(self):
        return ratio(self.income.total, self.funding.total_investment.total)

    @line("R2 净收益与总投资及运营期利息之比", "R2 net income over investment and interest", unit="倍")
    def r2(self):
        return ratio(self.income.total, self.funding.total_investment.total + self.profit.interest.total)

    @line("R3 财务净现值", "R3 net present value")
    def r3(self):
        return self.project.npv

    @line("通过：投资回收", "passes: recovery", unit="1")
    def passes(self):
        return where(self.r3 < -TOLERANCE, 0, 1)


class Scorecard(Block):
    """评价结果：who pays, per household, and the verdict of the scenario's balance standard."""

    title = Text("评价结果", "Scorecard")
    scale: Scale
    contributed: Contributed
    cover: Cover
    natures: dict[str, list[SourceSum]]
    standard: list[str]
    liquidity: Liquidity
    recovery: Recovery
    lender: Lender
    public: PublicMoney

    @line("财政资金", "fiscal grants")
    def grants(self):
        return total(s.paid for s in self.natures["fiscal"])

    @line("居民出资", "residents")
    def residents(self):
        return total(s.paid for s in self.natures["residents"])

    @line("管线单位出资", "pipeline operators")
    def operators(self):
        return total(s.paid for s in self.natures["operators"])

    @line("其他出资", "other contributors")
    def others(self):
        return total(s.paid for s in self.natures["others"])

    @line("户均财政资金", "fiscal money per household", unit="万元/户")
    def grants_per_household(self):
        return ratio(self.grants.total, self.scale.households)

    @line("户均居民出资", "residents' burden per household", unit="万元/户")
    def residents_per_household(self):
        return ratio(self.residents.total, self.scale.households)

    @line("非债务资金占总投资比例", "share of investment not financed by debt", unit="1")
    def own_share(self):
        return self.lender.own_share

    @line("是否平衡", "balanced", unit="1")
    def balanced(self):
        """1 where every test of the balance standard passes."""
        verdicts = {
            "cover_full": self.cover.full_passes,
            "cover_operating": self.cover.operating_passes,
            "cover_all_debt": self.cover.all_debt_passes,
            "liquidity": self.liquidity.passes,
            "recovery": self.recovery.passes,
            "lender": self.lender.passes,
            "public_money": self.public.passes,
            "ring_fence": self.public.ring_fenced,
        }
        return minimum(1, *(verdicts[name] for name in self.standard))
