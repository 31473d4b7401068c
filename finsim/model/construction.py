"""建设进度：the unit's programme as a whole, whatever its works are. Flows at period end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import TOLERANCE, Block, Input, Schedule, Text, line, maximum, minimum, total, where

if TYPE_CHECKING:
    from finsim.model.works import Work


class Construction(Block):
    """建设进度：the unit's programme as a whole."""

    title = Text("建设进度", "Construction")
    works: list[Work]
    basic: list[Work]
    fixed: list[Work]
    intangible: list[Work]

    number = Schedule("期号", "period number", unit="1")
    year = Schedule("年份", "calendar year", unit="年份")
    delay = Input("工期延误", "delay", unit="年", ge=0, le=2, default=0)
    overrun = Input("造价超支率", "cost overrun", unit="1", ge=-0.5, le=2, default=0)

    @line("计划造价", "budget")
    def budget(self):
        """Works that another programme pays count: the unit operates when they too are complete."""
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

    @line("其中：基础类", "of which basic works")
    def basic_cost(self):
        """基础类：what keeps people safe and housed; the budget is to pay most of it."""
        return total(w.cost for w in self.basic)

    @line("由其他项目支付的工程", "works paid by another programme")
    def elsewhere(self):
        return total(w.elsewhere for w in self.works)

    @line("居民未出资而不建的工程", "works not built for want of residents' money")
    def unbuilt(self):
        return total(w.unbuilt for w in self.works)

    @line("因承诺出资不足未实施的工程", "works not released for want of pledges")
    def withdrawn(self):
        return total(w.withdrawn for w in self.works)

    @line("建设投资支付", "paid for works")
    def paid(self):
        """What is due in the year: the cost without the retention withheld, and the retention released."""
        return total(w.paid for w in self.works)

    @line("应付质保金", "retention payable", stock=True)
    def withheld(self):
        return total(w.withheld for w in self.works)

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

    @line("交付形成固定资产", "accepted as fixed assets")
    def accepted_assets(self):
        return total(w.accepted_asset for w in self.fixed)

    @line("交付形成无形资产", "accepted as intangible assets")
    def accepted_intangible(self):
        return total(w.accepted_asset for w in self.intangible)

    @line("固定资产原值", "fixed assets at cost", stock=True)
    def assets(self):
        return total(w.asset for w in self.fixed)

    @line("无形资产原值", "intangible assets at cost", stock=True)
    def intangibles(self):
        return total(w.asset for w in self.intangible)

    @line("折旧", "depreciation")
    def depreciation(self):
        return total(w.depreciation for w in self.fixed)

    @line("摊销", "amortisation")
    def amortisation(self):
        return total(w.depreciation for w in self.intangible)

    @line("房产税（从价）", "property tax on cost")
    def property_tax(self):
        return total(w.property_tax for w in self.fixed)

    @line("可抵扣工程进项税额", "creditable input VAT of works")
    def creditable_vat(self):
        return total(w.creditable_vat for w in self.works)
