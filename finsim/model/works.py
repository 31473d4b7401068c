"""改造内容与建设进度：what is built, when, and whose it is afterwards.

Amounts are 万元 at the prices of the year of spending, flows at period end. A delay moves the planned progress, the
spending and the start of operation together.
"""

from __future__ import annotations

from finsim.model.facts import Facts
from finsim.sheet import TOLERANCE, Block, Input, Schedule, Text, line, maximum, minimum, total, where

YUAN = 10_000
"""元 in one 万元."""


class Construction(Block):
    """建设进度：the unit's programme as a whole."""

    title = Text("建设进度", "Construction")
    works: list[Work]

    number = Schedule("期号", "period number", unit="1")
    delay = Input("工期延误", "delay", unit="年", ge=0, le=2, default=0)
    overrun = Input("造价超支率", "cost overrun", unit="1", ge=-0.5, le=2, default=0)

    @line("计划造价", "budget")
    def budget(self):
        return total(w.budget for w in self.works)

    @line("计划未完工", "planned unfinished", unit="1")
    def unfinished(self):
        """1 in each period at whose end the plan still has works to do."""
        return where(total(w.budget * (1 - w.planned) for w in self.works) > TOLERANCE, 1, 0)

    @line("竣工期", "completion", unit="1")
    def finish(self):
        """Period at whose end the works are complete, delay included; a unit without works operates from the beginning."""
        return where(self.budget > TOLERANCE, self.unfinished.total + 1 + self.delay, 0)

    @line("已竣工", "completed", unit="1", stock=True)
    def done(self):
        return where(self.number + 1e-6 >= self.finish, 1, 0)

    @line("运营年限", "years in operation", unit="年", stock=True)
    def age(self):
        """Years since completion at period end; operation starts the day after completion."""
        return maximum(0, self.number - self.finish)

    @line("当年运营比例", "share of the year in operation", unit="1")
    def operated(self):
        return minimum(1, self.age)

    @line("建设投资", "cost of works")
    def cost(self):
        return total(w.cost for w in self.works)

    @line("尚未运营的投资", "cost of works not yet in operation", stock=True)
    def waiting(self):
        """Decides which share of interest is construction interest, unit by unit."""
        return self.cost.to_date * (1 - self.operated)

    @line("在建工程", "works in progress", stock=True)
    def in_progress(self):
        return total(w.in_progress for w in self.works)

    @line("当期交付", "accepted")
    def accepted(self):
        return total(w.accepted for w in self.works)

    @line("交付形成企业资产", "accepted as the company's assets")
    def accepted_assets(self):
        return total(w.accepted_asset for w in self.works)

    @line("企业资产原值", "company's assets at cost", stock=True)
    def assets(self):
        return total(w.asset for w in self.works)

    @line("折旧", "depreciation")
    def depreciation(self):
        return total(w.depreciation for w in self.works)

    @line("可抵扣工程进项税额", "creditable input VAT of works")
    def creditable_vat(self):
        return total(w.creditable_vat for w in self.works)


class Work(Block):
    """One kind of works (改造内容)."""

    title = Text("改造内容", "Works")
    facts: Facts
    construction: Construction

    amount = Input("造价总额", "amount", ge=0, default=0)
    per_household = Input("每户造价", "cost per household", unit="元/户", ge=0, default=0)
    per_area = Input("每平方米造价", "cost per square metre", unit="元/㎡", ge=0, default=0)
    per_building = Input("每栋造价", "cost per building", unit="元/栋", ge=0, default=0)
    quantity = Input("工程量", "quantity", unit="1", ge=0, default=0)
    unit_cost = Input("单位造价", "unit cost", unit="元", ge=0, default=0)
    owned = Input("形成企业资产比例", "share that becomes the company's asset", unit="1", ge=0, le=1)
    life = Input("折旧年限", "depreciation life", unit="年", ge=1, le=70)
    residual = Input("残值率", "residual value", unit="1", ge=0, le=1)
    vat_rate = Input("进项税率", "rate of input VAT", unit="1", ge=0, le=0.2, default=0)
    planned = Schedule("计划累计进度", "planned progress to date", unit="1")

    @line("计划造价", "budget")
    def budget(self):
        by_facts = (
            self.per_household * self.facts.households
            + self.per_area * self.facts.area
            + self.per_building * self.facts.buildings
        )
        return self.amount + (by_facts + self.unit_cost * self.quantity) / YUAN

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

    @line("当期造价", "cost")
    def cost(self):
        return self.budget * (1 + self.construction.overrun) * (self.progress - self.progress.prev)

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
        return self.cost * self.owned * self.vat_rate / (1 + self.vat_rate)

    @line("交付形成资产", "accepted as an asset")
    def accepted_asset(self):
        """The company's share, at cost without its VAT; the others' share stays with its VAT."""
        return self.accepted * self.owned / (1 + self.vat_rate * (1 - self.owned))

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
