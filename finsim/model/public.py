"""财政资金与专款专用：what the project takes from the budget year by year, what is forbidden, and whether restricted money stayed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.sources import BudgetShare
from finsim.sheet import (
    MISSING,
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
    total,
    where,
)

if TYPE_CHECKING:
    from finsim.model.account import Business, Contributed, Investment, SourceSum, StreamSum
    from finsim.model.capital import Capital
    from finsim.model.cash import CashPlan
    from finsim.model.funding import Debts, Funding
    from finsim.model.lender import Lender
    from finsim.model.profit import Profit


class PublicMoney(Block):
    """财政承受能力：the own budget of the place, its debt limit, red and yellow flags.

    own         fiscal sources of the own budget; those of ``higher`` come from above
    government  capital that the government pays in
    support     subsidies that the budget pays towards the service of bonds
    sources     every payer, whose restricted money must stay with its works and in its county
    """

    title = Text("财政资金", "Public money")
    unit: BudgetShare
    own: list[SourceSum]
    higher: list[SourceSum]
    sources: list[SourceSum]
    government: list[Capital]
    support: list[StreamSum]
    business: Business
    contributed: Contributed
    investment: Investment
    funding: Funding
    debts: Debts
    cash: CashPlan
    lender: Lender
    profit: Profit

    budget_share = UnitSum(BudgetShare.share)
    debt_limit = Input("债务限额", "debt limit", ge=0, default=0)
    debt_limited = Input("列有债务限额（1 是，0 否）", "a debt limit is stated (1 yes, 0 no)", unit="1", ge=0, le=1, default=0)
    advances_repaid_by_budget = Input("企业垫资由财政偿还", "company advances repaid by the budget", unit="1", ge=0, le=1, default=0)
    guaranteed_return = Input("承诺保底或固定回报", "guaranteed or fixed return", unit="1", ge=0, le=1, default=0)
    buy_back = Input("承诺回购", "buy-back", unit="1", ge=0, le=1, default=0)
    works_as_government_services = Input("以政府购买服务名义采购工程", "works bought as government services", unit="1", ge=0, le=1, default=0)
    availability_payment_in_concession = Input(
        "特许经营中财政补贴建设成本或付可用性费用", "construction-cost subsidy or availability payment in a concession", unit="1",
        ge=0, le=1, default=0,
    )  # fmt: skip
    public_assets_pledged = Input("抵押质押公益性资产", "public-good assets pledged", unit="1", ge=0, le=1, default=0)
    concession_to_own_company = Input("特许经营权出让给本级企业", "concession sold to one's own company", unit="1", ge=0, le=1, default=0)
    budget = Schedule("可安排财政资金", "budget available", unit="万元")
    committed = Schedule("已有支出责任", "commitments of the budget", unit="万元")
    limited = Schedule("列有预算的年份", "years whose budget is stated", unit="1")
    to_others = Schedule("付给第三方的奖补", "awards to third parties", unit="万元")

    # ---- what the own budget pays --------------------------------------------------------------------------
    @line("配套资金", "matching")
    def matching(self):
        """Of the own budget, in the year in which it is paid."""
        return total(s.received - s.awarded for s in self.own)

    @line("奖补资金", "awards")
    def awards(self):
        """After completion, and to third parties, which is no income of the account."""
        return total(s.awarded for s in self.own) + self.budget_share * self.to_others

    @line("资本金注入", "capital injected")
    def injected(self):
        return total(c.draw for c in self.government)

    @line("债券还本付息支持", "bond support")
    def bond_support(self):
        return total(s.revenue for s in self.support)

    @line("运营补贴", "operating subsidies")
    def subsidies(self):
        return self.business.subsidy - self.bond_support

    @line("本级财政支出", "outlay of the own budget")
    def outlay(self):
        return self.matching + self.awards + self.injected + self.bond_support + self.subsidies

    @line("上级财政资金", "money from higher budgets")
    def from_above(self):
        return total(s.received for s in self.higher)

    # ---- against the budget and the debt limit -------------------------------------------------------------
    @line("可用于本项目的预算", "budget for the project")
    def available(self):
        """Less existing commitments; an account has its share of it."""
        return self.budget_share * (self.budget - self.committed)

    @line("预算余额", "budget left")
    def left(self):
        """No value in a year whose budget is not stated."""
        return where(self.limited > 0.5, self.available - self.outlay, MISSING)

    @line("超出预算", "beyond the budget")
    def beyond(self):
        return self.limited * maximum(0, self.outlay - self.available)

    @line("未列预算年份的财政支出", "outlay in years without a stated budget")
    def unbudgeted(self):
        return (1 - self.limited) * self.outlay

    @line("超出债务限额", "beyond the debt limit")
    def over_limit(self):
        """Special bonds outstanding against the limit, where one is stated."""
        return self.debt_limited * maximum(0, self.debts.special_closing - self.budget_share * self.debt_limit)

    # ---- red flags -----------------------------------------------------------------------------------------
    @line("以债券资金付息", "coupons from bond money")
    def coupons_from_bonds(self):
        """Coupons of a year that ends short of money while bond money lies unspent: nothing else is there to pay them."""
        short = maximum(0, self.cash.unfunded - self.cash.unfunded.prev)
        return minimum(self.debts.special_coupons, short, self.funding.unspent)

    @line("建成后发行的债券", "bonds issued after construction")
    def bonds_after(self):
        """New special bonds of a year in which, and after which, no works are done."""
        still = self.investment.cost.total - self.investment.cost.to_date + self.investment.cost
        return where(still > TOLERANCE, 0, self.debts.special_issued)

    @line("特许经营工程竣工后的财政拨款", "fiscal money for a concession's works after completion")
    def concession_paid(self):
        return self.contributed.concession_arrears

    @line("声明的红线问题数", "forbidden practices declared", unit="1")
    def declared(self):
        promised = self.advances_repaid_by_budget + self.guaranteed_return + self.buy_back + self.works_as_government_services
        return promised + self.public_assets_pledged + self.concession_to_own_company + self.availability_payment_in_concession

    @line("发现的红线问题数", "forbidden practices found", unit="1")
    def found(self):
        amounts = (self.coupons_from_bonds, self.bonds_after, self.concession_paid)
        return total(where(amount.total > TOLERANCE, 1, 0) for amount in amounts)

    # ---- yellow flags --------------------------------------------------------------------------------------
    @line("运营期的专项债券本息", "service of special bonds in operation")
    def bond_service(self):
        """Without what is charged to construction."""
        return self.debts.special_service - self.investment.under_construction * self.debts.special_interest

    @line("运营期的其他长期债务本息", "service of other long-term debt in operation")
    def other_service(self):
        return self.debts.repaid - self.debts.refinancing + self.profit.long_interest - self.bond_service

    @line("未列入预算的补贴", "subsidies absent from the budget")
    def subsidy_unbudgeted(self):
        """Of the operation and of bonds, in years whose (medium-term) budget is not stated."""
        return (1 - self.limited) * (self.subsidies + self.bond_support)

    @line("重复质押的收益", "income pledged twice")
    def pledged_twice(self):
        """Special bonds come first; what other debts take of the same money beyond what bonds leave is pledged twice."""
        at_hand = maximum(0, self.lender.available) + self.lender.saved
        bonds, others = minimum(self.bond_service, at_hand), minimum(self.other_service, at_hand)
        return maximum(0, bonds + others - at_hand)

    @line("闲置债券资金", "idle bond money", stock=True)
    def idle(self):
        """At hand for more than twelve months: what was unspent a year ago and has not been used since, first in, first out."""
        return clip(self.funding.unspent.prev - self.funding.bond_used, 0, self.funding.unspent)

    # ---- verdicts ------------------------------------------------------------------------------------------
    @line("通过：财政资金", "passes: public money", unit="1")
    def passes(self):
        """Within the budget and the debt limit, and nothing forbidden declared or found. Yellow flags do not count."""
        wrong = self.beyond.total + self.over_limit.total + self.declared + self.found
        return where(wrong > TOLERANCE, 0, 1)

    @line("越界资金", "money that left its works or its county")
    def astray(self):
        """What a payer pays beyond what its eligible works receive from it, and what it pays where it does not reach."""
        return total(maximum(s.astray, -s.astray) + s.outside for s in self.sources)

    @line("通过：专款专用", "passes: ring-fence", unit="1")
    def ring_fenced(self):
        """No restricted yuan pays for an ineligible work, and none leaves its county."""
        return where(self.astray.total > 2 * TOLERANCE, 0, 1)
