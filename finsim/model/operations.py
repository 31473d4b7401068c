"""经营合计：what the operated assets of a unit earn and cost together."""

from __future__ import annotations

from finsim.model.costs import Cost, Replacement
from finsim.model.streams import Stream
from finsim.sheet import Block, Text, line, total


class Operations(Block):
    """经营合计：the unit's income and cost together.

    streams   what the company earns; of these ``owners`` and ``public`` are in the first place the owners' and the public's
    bays      streams whose quantity is parking bays
    """

    title = Text("经营合计", "Operations")
    streams: list[Stream]
    owners: list[Stream]
    public: list[Stream]
    bays: list[Stream]
    subsidies: list[Stream]
    untaxed: list[Stream]
    costs: list[Cost]
    elements: dict[str, list[Cost]]
    replacements: list[Replacement]

    @line("经营收入", "revenue")
    def revenue(self):
        return total(s.revenue for s in self.streams)

    @line("运营的车位", "bays in operation", unit="位")
    def bays_operated(self):
        """A bay that opens in the middle of a year counts for its part of the year."""
        return total(s.quantity * s.operated * s.open for s in self.bays)

    @line("车位收入", "income of bays")
    def bay_income(self):
        return total(s.revenue for s in self.bays)

    @line("补贴收入", "operating subsidies")
    def subsidy(self):
        return total(s.revenue for s in self.subsidies)

    @line("其中：不征税补贴", "of which not taxed")
    def untaxed_subsidy(self):
        return total(s.revenue for s in self.untaxed)

    @line("减计收入", "income relieved from income tax")
    def relieved(self):
        return total(s.relieved for s in self.streams)

    @line("房产税（从租）", "property tax on rent")
    def property_tax(self):
        return total(s.property_tax for s in self.streams)

    @line("留给业主的公共收益", "common income left to the owners")
    def left_to_owners(self):
        """After their reasonable cost; ceded only as far as they consent."""
        return total(s.left for s in self.owners)

    @line("留给公共的收入（非税收入）", "income left to the public purse")
    def left_to_public(self):
        return total(s.left for s in self.public)

    @line("归出资方的收入", "income of who financed it")
    def taken(self):
        return total(s.taken for s in [*self.streams, *self.subsidies])

    @line("经营成本", "operating cost")
    def cost(self):
        return total(c.cost for c in self.costs)

    @line("外购原材料费", "materials")
    def materials(self):
        return total(c.cost for c in self.elements["materials"])

    @line("外购燃料及动力费", "fuel and power")
    def power(self):
        return total(c.cost for c in self.elements["power"])

    @line("工资及福利费", "wages and benefits")
    def wages(self):
        return total(c.cost for c in self.elements["wages"])

    @line("修理费", "repairs")
    def repairs(self):
        return total(c.cost for c in self.elements["repairs"])

    @line("其他费用", "other costs")
    def others(self):
        return total(c.cost for c in self.elements["others"])

    @line("可变成本", "variable cost")
    def variable(self):
        return total(c.variable for c in self.costs)

    @line("净收益", "net income")
    def net(self):
        return self.revenue - self.cost

    @line("销项税额", "output VAT")
    def output_vat(self):
        return total(s.output_vat for s in self.streams)

    @line("其中：简易计税的增值税", "of which VAT by the simplified method")
    def simplified_vat(self):
        return total(s.simplified_vat for s in self.streams)

    @line("运营进项税额", "operating input VAT")
    def input_vat(self):
        return total(c.input_vat for c in self.costs)

    @line("维持运营投资", "replacement")
    def sustaining(self):
        return total(r.cost for r in self.replacements)

    @line("维持运营投资进项税额", "input VAT of replacement")
    def sustaining_vat(self):
        return total(r.input_vat for r in self.replacements)

    @line("更新资产折旧", "depreciation of replacements")
    def written_off(self):
        return total(r.depreciation for r in self.replacements)
