"""税：增值税、税金及附加、企业所得税. Each account is its own taxpayer; losses and credits never merge across accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import Block, Input, Schedule, Text, line, maximum, minimum, total

if TYPE_CHECKING:
    from finsim.model.account import Business, Contributed, Investment
    from finsim.model.funding import Debts
    from finsim.model.horizon import Opening
    from finsim.model.profit import Profit


class ValueAddedTax(Block):
    """增值税：output less input, the credit carried forward, never negative; by the simplified method without any input."""

    title = Text("增值税", "Value-added tax")
    investment: Investment
    business: Business
    opening: Opening

    refunded = Input("即征即退比例", "share of VAT refunded", unit="1", ge=0, le=1, default=0)

    @line("当期进项税额", "input VAT")
    def input_vat(self):
        return self.business.input_vat + self.business.sustaining_vat + self.investment.creditable_vat

    @line("一般计税的销项税额", "output VAT of the general method")
    def general(self):
        return self.business.output_vat - self.business.simplified_vat

    @line("期初留抵税额", "credit at the beginning")
    def opening_credit(self):
        return self.opening.vat_credit

    @line("期末留抵税额", "credit carried forward", start=opening_credit, stock=True)
    def credit(self):
        return maximum(0, self.credit.prev + self.input_vat - self.general)

    @line("应纳增值税", "VAT payable")
    def payable(self):
        return maximum(0, self.general - self.input_vat - self.credit.prev) + self.business.simplified_vat

    @line("增值税返还", "VAT refunded")
    def refund(self):
        """Taxable income of the company (补贴收入)."""
        return self.refunded * self.payable

    @line("抵扣的增值税", "VAT credit absorbed")
    def absorbed(self):
        """Output VAT collected that input VAT of investment spares: investment stands with its VAT in the cash flows."""
        return self.business.output_vat - self.business.input_vat - self.payable

    @line("留抵检查", "credit check", check=True)
    def difference(self):
        """Opening credit and input, less output and what is paid, is the closing credit."""
        change = self.credit.prev + self.input_vat - self.business.output_vat + self.payable
        return change - self.credit


class Surcharges(Block):
    """税金及附加：on VAT paid, or as a share of revenue where the source states it so, and property tax."""

    title = Text("税金及附加", "Taxes and surcharges")
    vat: ValueAddedTax
    business: Business
    investment: Investment

    on_vat = Input("附加占增值税比例", "surcharges on VAT paid", unit="1", ge=0, le=0.2)
    on_revenue = Input("税金及附加占收入比例", "taxes and surcharges on revenue", unit="1", ge=0, le=0.2)

    @line("附加税费", "surcharges")
    def added(self):
        return self.on_vat * self.vat.payable + self.on_revenue * self.business.revenue

    @line("房产税", "property tax")
    def property_tax(self):
        return self.business.property_tax + self.investment.property_tax

    @line("税金及附加", "taxes and surcharges")
    def surcharges(self):
        return self.added + self.property_tax


class Loss(Block):
    """亏损年度：losses of one age; the oldest are made good first and expire (企业所得税法第十八条)."""

    title = Text("可弥补亏损", "Loss carried forward")
    tax: IncomeTax
    younger: Loss | None
    older: list[Loss]

    @line("期初可弥补亏损", "opening", stock=True)
    def opening(self):
        return self.tax.new_loss.prev if self.younger is None else self.younger.closing.prev

    @line("本期弥补", "used")
    def used(self):
        return minimum(self.opening, maximum(0, self.tax.base) - total(x.used for x in self.older))

    @line("期末可弥补亏损", "closing", stock=True)
    def closing(self):
        return self.opening - self.used


class IncomeTax(Block):
    """企业所得税 on the account's profit, after what is not taxed and the losses of earlier years."""

    title = Text("企业所得税", "Income tax")
    profit: Profit
    business: Business
    contributed: Contributed
    debts: Debts
    losses: list[Loss]

    rate = Input("所得税率", "income tax rate", unit="1", ge=0, le=0.5)
    reduction = Schedule("减免比例", "share of the tax remitted", unit="1")

    @line("适用税率", "rate that applies", unit="1")
    def effective(self):
        return self.rate * (1 - self.reduction)

    @line("纳税调整", "adjustment for tax")
    def adjustment(self):
        """Contributions that are income, depreciation of what untaxed money paid; less income that is not taxed."""
        added = self.contributed.taxed + self.contributed.not_deductible
        return added - self.business.untaxed_subsidy - self.business.relieved

    @line("纳税调整后所得（短期借款利息前）", "income for tax before short-term interest")
    def base_before(self):
        return self.profit.before_bridge + self.adjustment

    @line("纳税调整后所得", "income for tax")
    def base(self):
        return self.base_before - self.debts.bridge_interest

    @line("短期借款前的所得税", "income tax before short-term interest")
    def before_bridge(self):
        """What capacity to repay is worked out with; the same as the tax in a year without a short-term loan."""
        return self.effective * maximum(0, self.base_before - total(x.opening for x in self.losses))

    @line("当期亏损", "loss of the year")
    def new_loss(self):
        return maximum(0, -self.base)

    @line("弥补以前年度亏损", "loss relief")
    def relief(self):
        return total(x.used for x in self.losses)

    @line("过期亏损", "losses expired")
    def expired(self):
        return self.losses[-1].closing

    @line("未弥补亏损", "losses not made good", stock=True)
    def open_losses(self):
        return self.open_losses.prev + self.new_loss - self.relief - self.expired

    @line("亏损检查", "losses check", check=True)
    def difference(self):
        """Losses used, expired and left are all losses."""
        return self.open_losses - self.new_loss - total(x.closing for x in self.losses[:-1])

    @line("应纳税所得额", "taxable income")
    def taxable(self):
        return maximum(0, self.base) - self.relief

    @line("所得税", "income tax")
    def tax(self):
        return self.effective * self.taxable
