"""运营：what the operated assets earn and cost, per unit. Prices exclude VAT; flows at period end."""

from __future__ import annotations

from finsim.model.facts import Facts
from finsim.model.works import YUAN, Construction
from finsim.sheet import Block, Input, Schedule, Text, line, maximum, minimum, total


class Stream(Block):
    """One kind of income: quantity × uses a year × occupancy × price."""

    title = Text("经营收入", "Income")
    construction: Construction

    quantity = Input("数量", "quantity", unit="1", ge=0)
    price = Input("单价（不含税）", "price without VAT", unit="元", ge=0)
    times = Input("每年计费次数", "charges a year", unit="次/年", ge=0)
    occupancy = Input("使用率", "occupancy", unit="1", ge=0, le=1)
    ours = Input("归运营主体比例", "share that is the company's", unit="1", ge=0, le=1)
    ramp_first = Input("首年达产率", "ramp in the first year", unit="1", ge=0, le=1, default=1)
    ramp_rise = Input("达产率每年提高", "rise of the ramp a year", unit="1", ge=0, le=1, default=0)
    growth = Input("每次调价幅度", "change at each price step", unit="1", ge=-0.5, le=1, default=0)
    vat_rate = Input("销项税率", "rate of output VAT", unit="1", ge=0, le=0.2, default=0)
    repriced = Schedule("调价年", "years in which the price steps", unit="1")

    @line("价格指数", "price index", unit="1", start=1, stock=True)
    def index(self):
        return self.index.prev * (1 + self.growth * self.repriced)

    @line("达产率", "ramp", unit="1")
    def ramp(self):
        return minimum(1, self.ramp_first + self.ramp_rise * maximum(0, self.construction.age - 1))

    @line("计费量", "volume", unit="次")
    def volume(self):
        return self.quantity * self.times * self.occupancy * self.ramp * self.construction.operated

    @line("收入", "revenue")
    def revenue(self):
        return self.volume * self.price * self.index * self.ours / YUAN

    @line("销项税额", "output VAT")
    def output_vat(self):
        return self.revenue * self.vat_rate


class Cost(Block):
    """One kind of operating cost: a sum a year, by households, by use, or a share of income."""

    title = Text("经营成本", "Operating cost")
    facts: Facts
    construction: Construction
    streams: list[Stream]

    amount = Input("每年金额", "amount a year", unit="万元/年", ge=0, default=0)
    per_household = Input("每户每年", "per household a year", unit="元/户", ge=0, default=0)
    per_use = Input("每次", "per use", unit="元", ge=0, default=0)
    share_of_income = Input("占收入比例", "share of income", unit="1", ge=0, le=1, default=0)
    growth = Input("每次调价幅度", "change at each price step", unit="1", ge=-0.5, le=1, default=0)
    vat_rate = Input("进项税率", "rate of input VAT", unit="1", ge=0, le=0.2, default=0)
    repriced = Schedule("调价年", "years in which the price steps", unit="1")

    @line("价格指数", "price index", unit="1", start=1, stock=True)
    def index(self):
        return self.index.prev * (1 + self.growth * self.repriced)

    @line("成本", "cost")
    def cost(self):
        yearly = (self.amount + self.per_household * self.facts.households / YUAN) * self.construction.operated
        by_use = self.per_use * total(s.volume for s in self.streams) / YUAN
        return self.index * (yearly + by_use) + self.share_of_income * total(s.revenue for s in self.streams)

    @line("进项税额", "input VAT")
    def input_vat(self):
        return self.cost * self.vat_rate


class Operations(Block):
    """经营合计：the unit's income and cost together."""

    title = Text("经营合计", "Operations")
    streams: list[Stream]
    costs: list[Cost]

    @line("经营收入", "revenue")
    def revenue(self):
        return total(s.revenue for s in self.streams)

    @line("经营成本", "operating cost")
    def cost(self):
        return total(c.cost for c in self.costs)

    @line("净收益", "net income")
    def net(self):
        return self.revenue - self.cost

    @line("销项税额", "output VAT")
    def output_vat(self):
        return total(s.output_vat for s in self.streams)

    @line("运营进项税额", "operating input VAT")
    def input_vat(self):
        return total(c.input_vat for c in self.costs)
