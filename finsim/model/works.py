"""改造内容：what is built, when, what of it is paid, and whose it is afterwards.

Amounts are 万元 at the prices of the year of spending, flows at period end. A delay moves the planned progress, the
spending and the start of operation together. The rows run from the plan to the cost: what is completed, less what another
programme pays, is called from the sources; what residents alone would pay and do not is not built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.construction import Construction
from finsim.model.facts import Facts
from finsim.sheet import Block, Input, Schedule, Text, line, maximum, minimum, share, total, where

if TYPE_CHECKING:
    from finsim.model.payments import Pay

YUAN = 10_000
"""元 in one 万元."""


class Work(Block):
    """One kind of works (改造内容). ``last`` is its last payer where residents alone decide on it, else empty."""

    title = Text("改造内容", "Works")
    facts: Facts
    construction: Construction
    last: list[Pay]

    amount = Input("造价总额", "amount", ge=0, default=0)
    per_household = Input("每户造价", "cost per household", unit="元/户", ge=0, default=0)
    per_area = Input("每平方米造价", "cost per square metre", unit="元/㎡", ge=0, default=0)
    per_building = Input("每栋造价", "cost per building", unit="元/栋", ge=0, default=0)
    per_neighbourhood = Input("每小区造价", "cost per neighbourhood", unit="元/个", ge=0, default=0)
    per_entrance = Input("每单元门造价", "cost per entrance", unit="元/门", ge=0, default=0)
    per_lift = Input("每部电梯造价", "cost per lift", unit="元/台", ge=0, default=0)
    quantity = Input("工程量", "quantity", unit="1", ge=0, default=0)
    unit_cost = Input("单位造价", "unit cost", unit="元", ge=0, default=0)
    other_fee = Input("工程建设其他费率", "other fees on the cost of construction", unit="1", ge=0, le=1, default=0)
    contingency = Input("预备费率", "contingency", unit="1", ge=0, le=0.5, default=0)
    price_growth = Input("造价年涨幅", "growth of prices a year", unit="1", ge=-0.2, le=0.5, default=0, yearly=True)
    audit_cut = Input("审减率", "cut by the audit of accounts", unit="1", ge=0, le=0.5, default=0)
    per_pledge = Input(
        "每元承诺出资可实施的造价（0 为不挂钩）", "works released per yuan pledged (0: all)", unit="1", ge=0, default=0
    )
    by_others = Input(
        "由其他项目直接支付（1 是，0 否）", "paid by another programme (1 yes, 0 no)", unit="1", ge=0, le=1
    )
    owned = Input("形成企业资产比例", "share that becomes the company's asset", unit="1", ge=0, le=1)
    life = Input("折旧年限", "depreciation life", unit="年", ge=1, le=70)
    residual = Input("残值率", "residual value", unit="1", ge=0, le=1)
    vat_rate = Input("进项税率", "rate of input VAT", unit="1", ge=0, le=0.5, default=0)
    input_vat = Input("造价中的进项税额", "input VAT in the cost", ge=0, default=0)
    retention = Input("质保金比例", "retention", unit="1", ge=0, le=0.2, default=0)
    warranty = Input("质保期", "warranty after completion", unit="年", ge=0, le=10, default=0)
    property_tax_rate = Input("房产税（从价，占原值）", "property tax on cost", unit="1", ge=0, le=0.02, default=0)
    planned = Schedule("计划累计进度", "planned progress to date", unit="1")

    # ---- how much ------------------------------------------------------------------------------------------
    @line("工程费用", "cost of construction")
    def direct(self):
        by_facts = (
            self.per_household * self.facts.households
            + self.per_area * self.facts.area
            + self.per_building * self.facts.buildings
            + self.per_neighbourhood * self.facts.neighbourhoods
            + self.per_entrance * self.facts.entrances
            + self.per_lift * self.facts.lifts
        )
        return self.amount + (by_facts + self.unit_cost * self.quantity) / YUAN

    @line("计划造价", "budget")
    def budget(self):
        """工程费用、工程建设其他费 and 预备费 on both, at the prices of the first year."""
        return self.direct * (1 + self.other_fee) * (1 + self.contingency)

    @line("可实施比例", "share released", unit="1")
    def scope(self):
        """Works tied to what residents and society pledge are released up to so many yuan per yuan pledged."""
        return where(self.per_pledge > 0, minimum(1, share(self.per_pledge * self.facts.pledged, self.budget)), 1)

    @line("因承诺出资不足未实施", "not released for want of pledges")
    def withdrawn(self):
        return self.budget * (1 - self.scope)

    @line("造价指数", "price index", unit="1", start=1, stock=True)
    def index(self):
        """1 in the first year."""
        return self.index.prev * (1 + self.price_growth * where(self.construction.number > 1.5, 1, 0))

    # ---- when ----------------------------------------------------------------------------------------------
    @line("推迟一年的计划进度", "plan one year late", unit="1", stock=True)
    def planned_one_late(self):
        return self.planned.prev

    @line("推迟两年的计划进度", "plan two years late", unit="1", stock=True)
    def planned_two_late(self):
        return self.planned_one_late.prev

    @line("累计进度", "progress to date", unit="1", stock=True)
    def progress(self):
        """The plan moved by the delay, straight between whole years: 0.4 years late is 0.6 of the plan, 0.4 of the plan a year late."""
        late = self.construction.delay
        return (
            self.planned * maximum(0, 1 - late)
            + self.planned_one_late * minimum(late, 2 - late)
            + self.planned_two_late * maximum(0, late - 1)
        )

    @line("完成造价", "value completed")
    def value(self):
        """At the prices of the year, with the overrun, less what the audit cuts."""
        factor = self.scope * (1 + self.construction.overrun) * (1 - self.audit_cut) * self.index
        return self.budget * factor * (self.progress - self.progress.prev)

    @line("由其他项目支付", "paid by another programme")
    def elsewhere(self):
        """Value without cash: the other programme pays the contractor."""
        return self.value * self.by_others

    # ---- what is paid --------------------------------------------------------------------------------------
    @line("质保期满", "retention due", unit="1", stock=True)
    def released(self):
        return where(self.construction.number + 1e-6 >= self.construction.finish + self.warranty, 1, 0)

    @line("应付质保金", "retention payable", stock=True)
    def withheld(self):
        """Withheld from what is paid during construction, until the warranty ends."""
        return (self.withheld.prev + self.retention * (self.value - self.elsewhere)) * (1 - self.released)

    @line("待筹资金", "called")
    def called(self):
        """What the sources are asked for: the work done without the retention, and the retention that is released."""
        return self.value - self.elsewhere + self.withheld.prev - self.withheld

    @line("居民未出资而不建", "not built for want of residents' money")
    def unbuilt(self):
        """Of works that only residents decide on, what nobody has paid; never left to the account."""
        return total(p.need - p.paid for p in self.last)

    @line("当期造价", "cost")
    def cost(self):
        return self.value - self.elsewhere - self.unbuilt

    @line("当期支付", "paid")
    def paid(self):
        return self.called - self.unbuilt

    @line("未建成比例", "share not built", unit="1")
    def missing(self):
        """Over all years, of the plan: what needs these works earns so much less."""
        return 1 - self.scope * (1 - share(self.unbuilt.total, self.unbuilt.total + self.cost.total))

    # ---- whose it is ---------------------------------------------------------------------------------------
    @line("进项税占造价比例", "share of VAT in the cost", unit="1")
    def vat_share(self):
        return self.vat_rate / (1 + self.vat_rate) + share(self.input_vat, self.budget)

    @line("在建工程", "in progress", stock=True)
    def in_progress(self):
        """Without creditable VAT, which is an asset of its own."""
        return (self.in_progress.prev + self.cost - self.creditable_vat) * (1 - self.construction.done)

    @line("当期交付", "accepted")
    def accepted(self):
        return self.in_progress.prev + self.cost - self.creditable_vat - self.in_progress

    @line("可抵扣进项税额", "creditable input VAT")
    def creditable_vat(self):
        """Only works that become the company's assets carry a credit (增值税法: 用于应税项目)."""
        return self.cost * self.owned * self.vat_share

    @line("交付形成资产", "accepted as an asset")
    def accepted_asset(self):
        """The company's share, at cost without its VAT; the others' share stays with its VAT."""
        return share(self.accepted * self.owned * (1 - self.vat_share), 1 - self.owned * self.vat_share)

    @line("资产原值", "asset at cost", stock=True)
    def asset(self):
        return self.asset.prev + self.accepted_asset

    @line("折旧", "depreciation")
    def depreciation(self):
        """Straight line from the year after acceptance, until the residual value is left."""
        depreciable = self.asset.prev * (1 - self.residual)
        return minimum(depreciable / self.life, depreciable - self.depreciated.prev)

    @line("累计折旧", "depreciated to date", stock=True)
    def depreciated(self):
        return self.depreciated.prev + self.depreciation

    @line("净值", "net", stock=True)
    def net(self):
        return self.asset - self.depreciated

    @line("房产税", "property tax")
    def property_tax(self):
        """On the asset's cost at the beginning of the year (从价计征: 原值 × (1 − 减除比例) × 1.2 %, as one rate)."""
        return self.property_tax_rate * self.asset.prev
