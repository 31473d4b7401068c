"""税：增值税、税金及附加、企业所得税. Each account is its own taxpayer; losses and credits never merge across accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import Block, Input, Text, line, maximum, minimum, total

if TYPE_CHECKING:
    from finsim.model.account import Business, Investment
    from finsim.model.statements import Profit


class ValueAddedTax(Block):
    """增值税：output less input, the credit carried forward, never negative."""

    title = Text("增值税", "Value-added tax")
    investment: Investment
    business: Business

    @line("当期进项税额", "input VAT")
    def input_vat(self):
        return self.business.input_vat + self.investment.creditable_vat

    @line("期末留抵税额", "credit carried forward", stock=True)
    def credit(self):
        return maximum(0, self.credit.prev + self.input_vat - self.business.output_vat)

    @line("应纳增值税", "VAT payable")
    def payable(self):
        return maximum(0, self.business.output_vat - self.input_vat - self.credit.prev)


class Surcharges(Block):
    """税金及附加：on VAT paid, or as a share of revenue where the source states it so."""

    title = Text("税金及附加", "Taxes and surcharges")
    vat: ValueAddedTax
    business: Business

    on_vat = Input("附加占增值税比例", "surcharges on VAT paid", unit="1", ge=0, le=0.2)
    on_revenue = Input("税金及附加占收入比例", "taxes and surcharges on revenue", unit="1", ge=0, le=0.2)

    @line("税金及附加", "taxes and surcharges")
    def surcharges(self):
        return self.on_vat * self.vat.payable + self.on_revenue * self.business.revenue


class Loss(Block):
    """亏损年度：losses of one age; the oldest are made good first and expire after five years (企业所得税法第十八条)."""

    title = Text("可弥补亏损", "Loss carried forward")
    tax: IncomeTax
    younger: Loss | None
    older: list[Loss]

    @line("期初可弥补亏损", "opening", stock=True)
    def opening(self):
        return self.tax.new_loss.prev if self.younger is None else self.younger.closing.prev

    @line("本期弥补", "used")
    def used(self):
        return minimum(self.opening, maximum(0, self.tax.profit.before_tax) - total(x.used for x in self.older))

    @line("期末可弥补亏损", "closing", stock=True)
    def closing(self):
        return self.opening - self.used


class IncomeTax(Block):
    """企业所得税 on the account's profit after relief of the losses of five years."""

    title = Text("企业所得税", "Income tax")
    profit: Profit
    losses: list[Loss]

    rate = Input("所得税率", "income tax rate", unit="1", ge=0, le=0.5)

    @line("当期亏损", "loss of the year")
    def new_loss(self):
        return maximum(0, -self.profit.before_tax)

    @line("弥补以前年度亏损", "loss relief")
    def relief(self):
        return total(x.used for x in self.losses)

    @line("应纳税所得额", "taxable income")
    def taxable(self):
        return maximum(0, self.profit.before_tax) - self.relief

    @line("所得税", "income tax")
    def tax(self):
        return self.rate * self.taxable
