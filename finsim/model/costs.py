"""经营成本与维持运营投资：what the operated assets cost. Flows at period end, amounts as stated with or without VAT."""

from __future__ import annotations

from finsim.model.construction import Construction
from finsim.model.facts import Facts
from finsim.model.streams import Stream
from finsim.model.works import YUAN
from finsim.sheet import Block, Input, Schedule, Text, line, maximum, minimum, total


class Cost(Block):
    """One kind of operating cost: a sum a year, by facts of the unit, a share of the company's assets (修理), by use, a share of
    income, or stated year by year. A cost that starts before completion is an early service (前期物业服务).
    """

    title = Text("经营成本", "Operating cost")
    facts: Facts
    construction: Construction
    streams: list[Stream]

    amount = Input("每年金额", "amount a year", unit="万元/年", ge=0, default=0)
    per_household = Input("每户每年", "per household a year", unit="元/户", ge=0, default=0)
    per_area = Input("每平方米每年", "per square metre a year", unit="元/㎡", ge=0, default=0)
    per_building = Input("每栋每年", "per building a year", unit="元/栋", ge=0, default=0)
    per_neighbourhood = Input("每小区每年", "per neighbourhood a year", unit="元/个", ge=0, default=0)
    per_lift = Input("每部电梯每年", "per lift a year", unit="元/台", ge=0, default=0)
    share_of_assets = Input(
        "占企业资产原值比例", "share of the company's assets at cost", unit="1", ge=0, le=1, default=0
    )
    per_use = Input("每次", "per use", unit="元", ge=0, default=0)
    share_of_income = Input("占收入比例", "share of income", unit="1", ge=0, le=1, default=0)
    lag = Input(
        "竣工后开始发生的年数（负为提前）",
        "years from completion to the start (negative: before)",
        unit="年",
        ge=-10,
        le=30,
        default=0,
    )
    growth = Input("每次调价幅度", "change at each price step", unit="1", ge=-0.5, le=1, default=0, yearly=True)
    vat_rate = Input("进项税率", "rate of input VAT", unit="1", ge=0, le=0.5, default=0)
    vat_included = Input("金额含税（1 是，0 否）", "amounts include VAT (1 yes, 0 no)", unit="1", ge=0, le=1, default=0)
    credited = Input("进项税抵扣比例", "share of input VAT credited", unit="1", ge=0, le=1, default=1)
    variable_share = Input("年度金额中可变部分", "variable share of yearly amounts", unit="1", ge=0, le=1, default=0)
    repriced = Schedule("调价年", "years in which the price steps", unit="1")
    stated = Schedule("逐年列明金额", "amounts stated year by year", unit="万元")
    open = Schedule("发生期内", "within its years", unit="1")
    vat_change = Schedule("税率变动", "change of the rate of VAT", unit="1")

    @line("当年发生比例", "share of the year in operation", unit="1")
    def operated(self):
        return self.open * minimum(1, maximum(0, self.construction.number - self.construction.finish - self.lag))

    @line("价格指数", "price index", unit="1", start=1, stock=True)
    def index(self):
        return self.index.prev * (1 + self.growth * self.repriced)

    @line("一年的金额", "amounts of a whole year")
    def whole(self):
        """At the prices of the first year."""
        by_facts = (
            self.per_household * self.facts.households
            + self.per_area * self.facts.area
            + self.per_building * self.facts.buildings
            + self.per_neighbourhood * self.facts.neighbourhoods
            + self.per_lift * self.facts.lifts
        )
        return self.amount + by_facts / YUAN

    @line("年度金额", "yearly amounts")
    def yearly(self):
        """A share of assets goes with what they cost, not with prices."""
        by_assets = self.share_of_assets * (self.construction.assets + self.construction.intangibles)
        return (self.index * self.whole + by_assets) * self.operated + self.stated

    @line("随业务量变动的金额", "amounts by use and income")
    def by_use(self):
        uses = self.per_use * total(s.volume for s in self.streams) / YUAN
        return self.index * uses + self.share_of_income * total(s.revenue for s in self.streams)

    @line("适用进项税率", "rate of input VAT that applies", unit="1")
    def vat(self):
        return self.vat_rate + self.vat_change

    @line("计入成本系数", "share of the amounts that is cost", unit="1")
    def cost_share(self):
        """Without the VAT that is credited; VAT that is not credited is a cost."""
        return (1 + self.vat * (1 - self.credited)) / (1 + self.vat * self.vat_included)

    @line("成本", "cost")
    def cost(self):
        return (self.yearly + self.by_use) * self.cost_share

    @line("其中：可变成本", "of which variable")
    def variable(self):
        return (self.variable_share * self.yearly + self.by_use) * self.cost_share

    @line("进项税额", "input VAT")
    def input_vat(self):
        paid = (self.yearly + self.by_use) / (1 + self.vat * self.vat_included)
        return paid * self.vat * self.credited


class Replacement(Block):
    """维持运营投资：equipment replaced in named years, written off over its life."""

    title = Text("维持运营投资", "Replacement")

    amount = Input("每次更新投资", "cost each time", ge=0)
    vat_rate = Input("进项税率", "rate of input VAT", unit="1", ge=0, le=0.5, default=0)
    falls = Schedule("更新年", "years of replacement", unit="1")
    written_off = Schedule("当年折旧比例", "share of one replacement written off in the year", unit="1")

    @line("投资（不含税）", "cost without VAT")
    def cost(self):
        return self.amount * self.falls

    @line("进项税额", "input VAT")
    def input_vat(self):
        return self.cost * self.vat_rate

    @line("折旧", "depreciation")
    def depreciation(self):
        return self.amount * self.written_off

    @line("净值", "net", stock=True)
    def net(self):
        return self.net.prev + self.cost - self.depreciation
