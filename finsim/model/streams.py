"""经营收入：what the operated assets earn, and whose income it is. Flows at period end, prices as stated with or without VAT."""

from __future__ import annotations

from finsim.model.construction import Construction
from finsim.model.works import YUAN, Work
from finsim.sheet import Block, Input, Schedule, Text, line, maximum, minimum, share, total, where


class RampYear(Block):
    """达产率表：one year of operation of a stream. The last one stated holds for all years after it."""

    title = Text("运营年达产率", "Ramp by year of operation")
    stream: Stream
    number: int
    last: bool

    reached = Input("达产率", "ramp", unit="1", ge=0, le=1)

    @line("当年处于该运营年的部分", "part of the year that falls in this year of operation", unit="1")
    def part(self):
        """A year of operation that begins 0.4 years late falls 0.6 in one calendar year and 0.4 in the next."""
        end = self.stream.age if self.last else minimum(self.stream.age, self.number)
        return maximum(0, end - maximum(self.stream.age - self.stream.operated, self.number - 1))


class Stream(Block):
    """One kind of income: quantity × uses a year × occupancy × price, or amounts stated year by year.

    An operating subsidy is a stream too: it is no revenue, bears no VAT, and is taxable or not as the scenario states.
    Common-part income of the owners less its reasonable cost is theirs; the company has the share that they cede.

    works    without which it does not earn: it earns as much less as these are not built
    ramped   its table of the ramp, if it has one
    """

    title = Text("经营收入", "Income")
    construction: Construction
    works: list[Work]
    ramped: list[RampYear]

    quantity = Input("数量", "quantity", unit="1", ge=0)
    price = Input("单价", "price", unit="元", ge=0)
    times = Input("每年计费次数", "charges a year", unit="次/年", ge=0)
    occupancy = Input("使用率", "occupancy", unit="1", ge=0, le=1, yearly=True)
    ours = Input("归运营主体比例", "share that is the company's", unit="1", ge=0, le=1)
    collected = Input("收缴率", "rate of collection", unit="1", ge=0, le=1, default=1)
    owners_cost = Input(
        "业主合理成本占收入比例", "the owners' reasonable cost, of income", unit="1", ge=0, le=1, default=0
    )
    consent = Input("业主同意让渡的比例", "share of the owners that consents to cede", unit="1", ge=0, le=1, default=1)
    lag = Input(
        "竣工后开始收费的年数（负为提前）",
        "years from completion to the start (negative: before)",
        unit="年",
        ge=-10,
        le=30,
        default=0,
    )
    ramp_first = Input("首年达产率", "ramp in the first year", unit="1", ge=0, le=1, default=1)
    ramp_rise = Input("达产率每年提高", "rise of the ramp a year", unit="1", ge=0, le=1, default=0)
    growth = Input("每次调价幅度", "change at each price step", unit="1", ge=-0.5, le=1, default=0, yearly=True)
    vat_rate = Input("销项税率", "rate of output VAT", unit="1", ge=0, le=0.5, default=0)
    vat_included = Input("价格含税（1 是，0 否）", "price includes VAT (1 yes, 0 no)", unit="1", ge=0, le=1, default=0)
    simplified = Input(
        "简易计税（1 是，0 否）", "simplified method of VAT (1 yes, 0 no)", unit="1", ge=0, le=1, default=0
    )
    vat_exempt_until = Input("免征增值税至", "exempt from VAT until", unit="年份", ge=0, le=2200, default=0)
    income_relief = Input(
        "所得税减计收入比例", "share of income relieved from income tax", unit="1", ge=0, le=1, default=0
    )
    relief_until = Input("减计收入至", "relief of income until", unit="年份", ge=0, le=2200, default=0)
    property_tax_rate = Input("房产税（从租）", "property tax on rent", unit="1", ge=0, le=0.12, default=0)
    repriced = Schedule("调价年", "years in which the price steps", unit="1")
    stated = Schedule("逐年列明金额", "amounts stated year by year", unit="万元")
    open = Schedule("经营期内", "within its years", unit="1")
    vat_change = Schedule("税率变动", "change of the rate of VAT", unit="1")
    leaves = Schedule("收入归出资方的比例", "share that goes to who financed it", unit="1")

    # ---- how much is charged -------------------------------------------------------------------------------
    @line("收费年限", "years in operation", unit="年", stock=True)
    def age(self):
        """Years since its start at period end."""
        return maximum(0, self.construction.number - self.construction.finish - self.lag)

    @line("当年收费比例", "share of the year in operation", unit="1")
    def operated(self):
        return minimum(1, self.age)

    @line("价格指数", "price index", unit="1", start=1, stock=True)
    def index(self):
        return self.index.prev * (1 + self.growth * self.repriced)

    @line("达产率", "ramp", unit="1")
    def ramp(self):
        """From the first year's by a rise a year, or by its table of years of operation."""
        straight = minimum(1, self.ramp_first + self.ramp_rise * maximum(0, self.age - 1))
        if self.ramped:
            return straight * share(total(year.reached * year.part for year in self.ramped), self.operated)
        return straight

    @line("计费量", "volume", unit="次")
    def volume(self):
        built = 1 - minimum(1, total(work.missing for work in self.works))
        return self.quantity * self.times * self.occupancy * self.ramp * self.operated * self.open * built

    @line("收费总额", "charges")
    def charges(self):
        """All that is charged, whoever it belongs to; with VAT where the price includes it."""
        return self.volume * self.price * self.index / YUAN + self.stated

    # ---- whose it is ---------------------------------------------------------------------------------------
    @line("实收", "collected")
    def income(self):
        return self.charges * self.collected

    @line("归出资方的收入", "income of who financed it")
    def taken(self):
        """社会资本、电梯公司等在约定年限内收取."""
        return self.income * self.leaves

    @line("业主合理成本", "the owners' reasonable cost")
    def upkeep(self):
        return (self.income - self.taken) * self.owners_cost

    @line("归运营主体的收费", "the company's part of the charges")
    def part(self):
        return (self.income - self.taken - self.upkeep) * self.ours * self.consent

    @line("留给业主、公共或他方的收费", "left to the owners, the public or others")
    def left(self):
        return self.income - self.taken - self.upkeep - self.part

    # ---- what the company has of it ------------------------------------------------------------------------
    @line("适用销项税率", "rate of output VAT that applies", unit="1")
    def vat(self):
        return where(self.construction.year <= self.vat_exempt_until, 0, self.vat_rate + self.vat_change)

    @line("收入", "revenue")
    def revenue(self):
        """The company's part, without VAT."""
        return self.part / (1 + self.vat_included * self.vat)

    @line("销项税额", "output VAT")
    def output_vat(self):
        return self.revenue * self.vat

    @line("其中：简易计税的增值税", "of which VAT by the simplified method")
    def simplified_vat(self):
        """Paid whole: no input VAT is set against it (增值税法第八条)."""
        return self.simplified * self.output_vat

    @line("减计收入", "income relieved from income tax")
    def relieved(self):
        return self.revenue * where(self.construction.year <= self.relief_until, self.income_relief, 0)

    @line("房产税", "property tax")
    def property_tax(self):
        """从租计征：a share of the rent."""
        return self.revenue * self.property_tax_rate
