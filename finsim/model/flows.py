"""现金流量表 for profitability (《方法与参数》第三版): of the project before financing, of its capital, of its investors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import Block, Input, Text, line, maximum

if TYPE_CHECKING:
    from finsim.model.account import Business, Contributed, Investment
    from finsim.model.assets import Assets
    from finsim.model.balance import Recovery
    from finsim.model.cash import CashPlan
    from finsim.model.funding import Debts, Funding
    from finsim.model.horizon import Horizon
    from finsim.model.profit import Profit
    from finsim.model.tax import IncomeTax, Surcharges, ValueAddedTax
    from finsim.model.working_capital import WorkingCapital, WorkingCapitalLoan


class ProjectFlow(Block):
    """项目投资现金流量表：whoever pays for it, before any financing. Investment stands with its VAT and without interest."""

    title = Text("项目投资现金流量", "Project cash flow")
    business: Business
    investment: Investment
    vat: ValueAddedTax
    surcharges: Surcharges
    assets: Assets
    profit: Profit
    tax: IncomeTax
    working: WorkingCapital
    cash: CashPlan
    recovery: Recovery
    horizon: Horizon

    interest_in_ebit = Input(
        "调整所得税的折旧含建设期利息（1 是，0 否）", "adjusted tax counts depreciation of construction interest (1 yes, 0 no)",
        unit="1", ge=0, le=1, default=0,
    )  # fmt: skip

    @line("回收固定资产余值", "residual value recovered")
    def residual(self):
        """Book value at the end of the last year, without capitalised interest and without an operating right."""
        book = self.assets.fixed_net - self.assets.interest_net + self.assets.intangible_net - self.assets.right_net
        return self.horizon.last * book

    @line("现金流入", "inflow")
    def inflow(self):
        recovered = self.residual + self.working.recovered
        return self.business.revenue + self.profit.subsidy + self.vat.absorbed + recovered

    @line("现金流出", "outflow")
    def outflow(self):
        operation = self.business.cost + self.surcharges.surcharges + self.cash.sustaining
        return self.investment.paid + self.working.added + operation

    @line("所得税前净现金流量", "net cash flow before tax")
    def before_tax(self):
        return self.inflow - self.outflow

    @line("累计所得税前净现金流量", "cumulative net cash flow before tax", stock=True)
    def before_tax_to_date(self):
        return self.before_tax.to_date

    @line("融资前息税前利润", "EBIT before financing")
    def ebit(self):
        """Depreciation without construction interest (the strict form), and income that is not taxed left out.

        How grants for the investment are taxed is a matter of financing.
        """
        interest = (1 - self.interest_in_ebit) * self.assets.interest_depreciation
        return self.profit.ebit + interest - self.business.untaxed_subsidy - self.business.relieved

    @line("调整所得税", "adjusted income tax")
    def tax_adjusted(self):
        """On EBIT, whatever the financing: another number than the income tax of the profit statement."""
        return self.tax.effective * maximum(0, self.ebit)

    @line("所得税后净现金流量", "net cash flow after tax")
    def after_tax(self):
        return self.before_tax - self.tax_adjusted

    @line("累计所得税后净现金流量", "cumulative net cash flow after tax", stock=True)
    def after_tax_to_date(self):
        return self.after_tax.to_date

    @line("折现系数", "discount factor", unit="1", start=1, stock=True)
    def factor(self):
        """Flows sit at year end; the first year is discounted by one year."""
        return self.factor.prev / (1 + self.recovery.discount_rate)

    @line("税前净现金流量现值", "discounted cash flow before tax")
    def discounted(self):
        return self.before_tax * self.factor

    @line("税后净现金流量现值", "discounted cash flow after tax")
    def discounted_after_tax(self):
        return self.after_tax * self.factor

    @line("财务净现值（税前）", "net present value before tax")
    def npv(self):
        return self.discounted.total

    @line("财务净现值（税后）", "net present value after tax")
    def npv_after_tax(self):
        return self.discounted_after_tax.total


class EquityFlow(Block):
    """项目资本金现金流量表：draws of debt are no inflow, service is an outflow; a short-term loan nets out but for its interest."""

    title = Text("项目资本金现金流量", "Equity cash flow")
    business: Business
    contributed: Contributed
    profit: Profit
    vat: ValueAddedTax
    surcharges: Surcharges
    tax: IncomeTax
    assets: Assets
    working_loan: WorkingCapitalLoan
    debts: Debts
    funding: Funding
    cash: CashPlan
    project: ProjectFlow
    horizon: Horizon

    @line("回收资产余值", "residual value recovered")
    def residual(self):
        """Book value of the last year, capitalised interest included."""
        return self.project.residual + self.horizon.last * self.assets.interest_net

    @line("收回垫付拨款", "arrears received")
    def arrears(self):
        return maximum(0, self.contributed.receivable.prev - self.contributed.receivable)

    @line("收回流动资金", "working capital recovered")
    def recovered(self):
        return self.cash.set_free

    @line("现金流入", "inflow")
    def inflow(self):
        operation = self.business.revenue + self.profit.subsidy + self.vat.absorbed
        return operation + self.residual + self.recovered + self.arrears

    @line("项目资本金", "capital")
    def capital(self):
        """Paid in, and what the operating surplus pays towards investment."""
        return self.funding.capital_drawn + self.funding.from_surplus

    @line("借款本金偿还", "principal repaid")
    def principal(self):
        return self.debts.repaid - self.debts.refinancing + self.working_loan.repaid

    @line("借款利息支付", "interest paid")
    def interest(self):
        return self.profit.interest

    @line("现金流出", "outflow")
    def outflow(self):
        operation = self.business.cost + self.surcharges.surcharges + self.tax.tax + self.cash.sustaining
        return self.capital + self.principal + self.interest + operation

    @line("净现金流量", "net cash flow")
    def net(self):
        return self.inflow - self.outflow


class InvestorFlow(Block):
    """投资各方现金流量表：what investors get are distributions and what is left at the end, not retained cash."""

    title = Text("投资各方现金流量", "Investors' cash flow")
    funding: Funding
    cash: CashPlan
    equity: EquityFlow
    horizon: Horizon

    @line("实分利润", "dividends")
    def dividends(self):
        return self.cash.dividends

    @line("资产处置收益分配", "disposal of assets")
    def disposal(self):
        """In the last year: residual value and the surplus accumulated."""
        return self.equity.residual + self.horizon.last * (self.cash.cash - self.cash.unfunded)

    @line("现金流入", "inflow")
    def inflow(self):
        return self.dividends + self.disposal

    @line("实缴资本", "capital paid in")
    def paid_in(self):
        return self.funding.capital_drawn

    @line("净现金流量", "net cash flow")
    def net(self):
        return self.inflow - self.paid_in
