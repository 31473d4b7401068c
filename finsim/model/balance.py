"""能否平衡：separate tests, each with its value, threshold, period and verdict (1 passes, 0 fails).

A balance standard is a named set of these tests; the built-in one is bond cover and yearly liquidity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.lender import ROUNDING
from finsim.sheet import TOLERANCE, Block, Input, Text, known, line, maximum, minimum, otherwise, ratio, total, where

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
    from finsim.model.working_capital import WorkingCapitalLoan


class Cover(Block):
    """本息覆盖倍数：undiscounted, before debt service, tested unrounded.

    without_bond   what the balance standard says applies to an account without a special bond
    """

    title = Text("本息覆盖倍数", "Debt cover")
    business: Business
    surcharges: Surcharges
    tax: IncomeTax
    debts: Debts
    profit: Profit
    investment: Investment
    funding: Funding
    working_loan: WorkingCapitalLoan
    recovery: Recovery
    lender: Lender
    without_bond: str

    threshold = Input("覆盖倍数要求", "cover required", unit="倍", ge=0, le=10)
    income_tax_counted = Input("扣除所得税", "income tax deducted (1 yes, 0 no)", unit="1", ge=0, le=1)
    subsidy_counted = Input("计入补贴收入", "subsidies counted (1 yes, 0 no)", unit="1", ge=0, le=1, default=0)
    to_the_end = Input("收益算到计算期末（1 是，0 到最后到期年）", "income counts to the end (1) or to the last maturity (0)", unit="1", ge=0, le=1)

    @line("可用于偿债的年收益", "income for debt service of a year")
    def earned(self):
        """Project income less operating cost in cash, taxes and surcharges, and replacement; a year that earns is a year of operation."""
        cash_cost = self.business.cost + self.surcharges.surcharges + self.income_tax_counted * self.tax.tax
        earned = self.business.revenue + self.subsidy_counted * self.profit.subsidy
        return earned - cash_cost - self.business.sustaining

    @line("计入债券覆盖的年份", "years counted for bonds", unit="1")
    def bond_years(self):
        """To the end of operation, or to the last maturity of a special bond."""
        return maximum(self.to_the_end, minimum(1, total(b.until_maturity for b in self.debts.special)))

    @line("计入全部债务覆盖的年份", "years counted for all debt", unit="1")
    def debt_years(self):
        """To the end of operation, or to the last maturity of any bond or loan."""
        bonds = total(b.until_maturity for b in self.debts.bonds)
        return maximum(self.to_the_end, minimum(1, bonds + total(x.until_maturity for x in self.debts.loans)))

    @line("可用于偿债的收益", "income for debt service")
    def income(self):
        return self.bond_years * self.earned

    @line("可用于偿还全部债务的收益", "income for the service of all debt")
    def income_for_all(self):
        return self.debt_years * self.earned

    @line("专项债券本息", "bond service")
    def service(self):
        return self.debts.special_service

    @line("资本金支付的建设期债券付息", "coupons that capital pays during construction")
    def construction_service(self):
        """As far as capital pays them: a coupon that no capital pays is left to the income."""
        coupons = self.investment.under_construction * self.debts.special_coupons
        return minimum(coupons, self.funding.capital_for_interest)

    @line("全部债务本息", "service of all debt")
    def all_service(self):
        """Loans for working capital and short-term loans, which are drawn again or recovered, with their interest."""
        long = self.debts.repaid + self.debts.interest_paid - self.debts.refinancing
        return long + self.working_loan.interest + self.debts.bridge_interest

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
        return ratio(self.income_for_all.total, self.all_service.total)

    @line("没有专项债券时的结论", "verdict without a special bond", unit="1")
    def instead(self):
        """What the balance standard says applies instead; of ``nothing``, having no bond is enough."""
        no_bond = where(known(self.full), 0, 1)
        tests = {"cover_all_debt": self.all_debt_passes, "recovery": self.recovery.passes, "lender": self.lender.passes}
        return tests.get(self.without_bond, no_bond)

    @line("通过：全口径覆盖", "passes: full bond cover", unit="1")
    def full_passes(self):
        reached = where(otherwise(self.full, 0) >= self.threshold - ROUNDING, 1, 0)
        return where(known(self.full), reached, self.instead)

    @line("通过：运营期覆盖", "passes: operating bond cover", unit="1")
    def operating_passes(self):
        reached = where(otherwise(self.operating, 0) >= self.threshold - ROUNDING, 1, 0)
        return where(known(self.operating), reached, self.instead)

    @line("通过：全部债务覆盖", "passes: cover of all debt", unit="1")
    def all_debt_passes(self):
        """Without any debt there is nothing to cover."""
        return where(otherwise(self.all_debt, self.threshold) >= self.threshold - ROUNDING, 1, 0)


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
        """Income less operating cost in cash, taxes and surcharges, and replacement, over all years."""
        return self.business.revenue - self.business.cost - self.surcharges.surcharges - self.business.sustaining

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

    @line("财政投入", "fiscal money")
    def fiscal(self):
        """Grants, and the capital that the government pays in."""
        return self.grants + self.public.injected

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
        return ratio(self.fiscal.total, self.scale.households)

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
