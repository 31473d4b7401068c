"""资金来源：who pays for the works before capital, bonds and loans, in drawing order (专款专用).

A waterfall, period by period: available = unused of last period + accrued now, within the caps; in order, each source pays
at most what its eligible works still need, spread over them pro rata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.construction import Construction
from finsim.model.facts import Facts
from finsim.model.works import YUAN
from finsim.sheet import Block, Input, Text, line, maximum, minimum, share, total, where

if TYPE_CHECKING:
    from finsim.model.payments import Pay


class Source(Block):
    """One payer, in drawing order. 住宅专项维修资金 is one too: what it holds bears interest and is renewed (续筹)."""

    title = Text("资金来源", "Source of funds")
    facts: Facts
    construction: Construction
    pays: dict[str, Pay]

    amount = Input("核定额", "amount", ge=0, default=0)
    per_household = Input("每户标准", "amount per household", unit="元/户", ge=0, default=0)
    per_area = Input("每平方米标准", "amount per square metre", unit="元/㎡", ge=0, default=0)
    per_building = Input("每栋标准", "amount per building", unit="元/栋", ge=0, default=0)
    per_neighbourhood = Input("每小区标准", "amount per neighbourhood", unit="元/个", ge=0, default=0)
    per_entrance = Input("每单元门标准", "amount per entrance", unit="元/门", ge=0, default=0)
    per_lift = Input("每部电梯标准", "amount per lift", unit="元/台", ge=0, default=0)
    newer_weight = Input(
        "2000 年后建成的折算权重", "weight of what was built after 2000", unit="1", ge=0, le=1, default=1
    )
    eligible = Input("适用于本单元（1 是，0 否）", "reaches this unit (1 yes, 0 no)", unit="1", ge=0, le=1)
    share_of_cost = Input("承担比例", "share of eligible cost", unit="1", ge=0, le=1, default=0)
    cap = Input("封顶额（0 为不封顶）", "cap (0: none)", ge=0, default=0)
    cap_per_household = Input("每户封顶额（0 为不封顶）", "cap per household (0: none)", unit="元/户", ge=0, default=0)
    cap_share = Input(
        "占适用造价上限（0 为不设）", "cap as a share of eligible cost (0: none)", unit="1", ge=0, le=1, default=0
    )
    realised = Input("到位率", "share that arrives", unit="1", ge=0, le=1, default=1)
    in_kind = Input("实物（捐物投工）比例", "share in kind", unit="1", ge=0, le=1, default=0)
    arrears = Input("竣工后拨付比例", "share paid in arrears", unit="1", ge=0, le=1, default=0)
    lag = Input("竣工后拨付年数", "years from completion to payment in arrears", unit="年", ge=0, le=10, default=0)
    interest_rate = Input("维修资金存款利率", "interest on the maintenance fund", unit="1", ge=0, le=0.1, default=0, yearly=True)
    renewal = Input("维修资金每年续筹", "renewal of the maintenance fund", unit="万元/年", ge=0, default=0)
    by_housing_fund = Input(
        "其中用公积金支付的比例", "share paid out of the housing fund", unit="1", ge=0, le=1, default=0
    )
    by_ceded_income = Input(
        "其中用让渡公共收益支付的比例", "share paid out of ceded common income", unit="1", ge=0, le=1, default=0
    )

    # ---- entitlement ---------------------------------------------------------------------------------------
    @line("标准折算系数", "weight of the standards", unit="1")
    def weight(self):
        """Stock built after 2000 may count in part; elsewhere than in its county a source does not count at all."""
        return self.eligible * (self.facts.old_share + self.newer_weight * (1 - self.facts.old_share))

    @line("核定出资", "granted")
    def granted(self):
        """Before the caps, and before what fails to arrive."""
        by_facts = (
            self.per_household * self.facts.households
            + self.per_area * self.facts.area
            + self.per_building * self.facts.buildings
            + self.per_neighbourhood * self.facts.neighbourhoods
            + self.per_entrance * self.facts.entrances
            + self.per_lift * self.facts.lifts
        )
        return self.eligible * self.amount + self.weight * by_facts / YUAN

    @line("适用造价", "eligible cost")
    def eligible_cost(self):
        return total(p.work.called for p in self.pays.values())

    @line("封顶前总额", "claim before the caps")
    def claim(self):
        """With its share of the eligible cost of all years."""
        return self.granted + self.eligible * self.share_of_cost * self.eligible_cost.total

    @line("总额封顶后", "claim within the cap")
    def capped(self):
        return where(self.cap > 0, minimum(self.claim, self.cap), self.claim)

    @line("每户封顶后", "claim within the cap per household")
    def ceiling(self):
        by_households = self.cap_per_household * self.facts.households / YUAN
        return where(self.cap_per_household > 0, minimum(self.capped, by_households), self.capped)

    @line("可得额", "entitlement")
    def entitled(self):
        return self.realised * minimum(self.granted, self.ceiling)

    @line("按比例计提额度", "earned as a share of cost")
    def earned(self):
        """Up to what the caps leave."""
        share_of_cost = self.eligible * self.share_of_cost * self.eligible_cost
        return minimum(self.realised * share_of_cost, maximum(0, self.realised * self.ceiling - self.allowed.prev))

    @line("累计可得额", "entitlement to date", start=entitled, stock=True)
    def allowed(self):
        return self.allowed.prev + self.earned

    # ---- what it holds -------------------------------------------------------------------------------------
    @line("期初余额", "opening", stock=True)
    def opening(self):
        return self.unused.prev

    @line("存款利息", "interest")
    def interest(self):
        return self.opening * self.interest_rate

    @line("续筹", "renewed")
    def renewed(self):
        """In every year of the timeline, as far as it is collected."""
        every_year = self.construction.number - self.construction.number.prev
        return self.eligible * self.realised * self.renewal * every_year

    @line("本期新增额度", "accrued")
    def accrued(self):
        return self.earned + self.interest + self.renewed

    @line("本期可用", "available")
    def available(self):
        """What it holds, at most what its share of the eligible cost to date still leaves room for."""
        held = self.opening + self.accrued
        room = maximum(0, self.cap_share * self.eligible_cost.to_date - self.spent.prev)
        return where(self.cap_share > 0, minimum(held, room), held)

    @line("待付", "need")
    def need(self):
        return total(p.need for p in self.pays.values())

    @line("支付", "paid")
    def paid(self):
        return minimum(self.available, self.need)

    @line("支付率", "rate of payment", unit="1")
    def rate(self):
        return share(self.paid, self.need)

    @line("累计支付", "paid to date", stock=True)
    def spent(self):
        return self.spent.prev + self.paid

    @line("可用额度余额", "unused", start=entitled, stock=True)
    def unused(self):
        return self.opening + self.accrued - self.paid

    @line("期末未用额度", "unused in the end")
    def returned(self):
        """In the last year. It is returned to the payer; a maintenance fund stays with its neighbourhood."""
        return where(self.construction.number.next > 0, 0, self.unused)

    # ---- how the money comes -------------------------------------------------------------------------------
    @line("欠拨款到期", "arrears due", unit="1", stock=True)
    def due(self):
        return where(self.construction.number + 1e-6 >= self.construction.finish + self.lag, 1, 0)

    @line("应收拨款", "receivable", stock=True)
    def receivable(self):
        """Paid in arrears: it counts as paid for the works, the money comes after acceptance and is bridged until then."""
        return (self.receivable.prev + self.arrears * self.paid) * (1 - self.due)

    @line("实物出资", "given in kind")
    def given(self):
        """Value on both sides, no cash (捐物、投工)."""
        return self.in_kind * (1 - self.arrears) * self.paid

    @line("到账", "received")
    def received(self):
        return self.paid - self.given + self.receivable.prev - self.receivable

    @line("竣工后到账的奖补", "received in arrears")
    def awarded(self):
        return self.receivable.prev + self.arrears * self.paid - self.receivable

    @line("其中：公积金", "of which out of the housing fund")
    def housing_fund(self):
        """A way to pay one's own part, not a second payer."""
        return self.by_housing_fund * self.paid

    @line("其中：让渡公共收益", "of which out of ceded common income")
    def ceded_income(self):
        return self.by_ceded_income * self.paid

    @line("其中：用于企业资产", "of which for the company's assets")
    def for_assets(self):
        return total(p.paid * p.work.owned for p in self.pays.values())

    @line("用于企业资产的比例", "share for the company's assets", unit="1")
    def assets_share(self):
        return share(self.for_assets.total, self.paid.total)

    @line("专款专用检查", "ring-fence check", check=True)
    def ring_fence(self):
        """What it pays equals what its eligible works receive from it."""
        return self.paid - total(p.paid for p in self.pays.values())

    @line("适用范围以外的支付", "paid where it does not reach")
    def outside(self):
        """In a unit of another county, or whose buildings are not high enough."""
        return (1 - self.eligible) * self.paid


class Stake(Block):
    """融资分摊：the unit's part of a capital amount, bond or loan of the programme."""

    title = Text("融资分摊", "Share of financing")

    face = Input("分摊额", "face", ge=0)


class BudgetShare(Block):
    """预算分摊：the unit's part of the budget and of the debt limit of the place."""

    title = Text("预算分摊", "Share of the budget")

    share = Input("预算分摊比例", "share of the budget", unit="1", ge=0, le=1)
