"""利润与利润分配表 (《方法与参数》第三版): what the account earns, and who gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import TOLERANCE, Block, Input, Text, line, maximum, minimum, where

if TYPE_CHECKING:
    from finsim.model.account import Business
    from finsim.model.assets import Assets
    from finsim.model.balance_sheet import BalanceSheet
    from finsim.model.cash import CashPlan
    from finsim.model.funding import Debts, Funding
    from finsim.model.tax import IncomeTax, Surcharges, ValueAddedTax
    from finsim.model.working_capital import WorkingCapitalLoan


class Profit(Block):
    """利润."""

    title = Text("利润表", "Profit statement")
    business: Business
    vat: ValueAddedTax
    surcharges: Surcharges
    assets: Assets
    debts: Debts
    working_loan: WorkingCapitalLoan
    funding: Funding
    tax: IncomeTax

    @line("长期债务利息支出", "interest expense of long-term debt")
    def long_interest(self):
        return self.debts.interest - self.funding.capitalised

    @line("利息支出（短期借款前）", "interest expense before short-term loans")
    def interest_before(self):
        return self.long_interest + self.working_loan.interest

    @line("利息支出", "interest expense")
    def interest(self):
        """Three sources: long-term debt, working-capital loan, short-term loan."""
        return self.interest_before + self.debts.bridge_interest

    @line("补贴收入", "subsidies")
    def subsidy(self):
        return self.business.subsidy + self.vat.refund

    @line("总成本费用", "total cost")
    def total_cost(self):
        return self.business.cost + self.assets.depreciation + self.assets.amortisation + self.interest

    @line("可变成本", "variable cost")
    def variable_cost(self):
        return self.business.variable

    @line("固定成本", "fixed cost")
    def fixed_cost(self):
        return self.total_cost - self.variable_cost

    @line("息税折旧摊销前利润", "EBITDA")
    def ebitda(self):
        return self.business.revenue - self.surcharges.surcharges + self.subsidy - self.business.cost

    @line("息税前利润", "EBIT")
    def ebit(self):
        return self.ebitda - self.assets.depreciation - self.assets.amortisation

    @line("利润总额（短期借款利息前）", "profit before tax and short-term interest")
    def before_bridge(self):
        return self.ebit - self.interest_before

    @line("利润总额", "profit before tax")
    def before_tax(self):
        return self.business.revenue - self.surcharges.surcharges - self.total_cost + self.subsidy

    @line("净利润", "net profit")
    def net(self):
        return self.before_tax - self.tax.tax

    @line("可用于还本付息的资金", "cash for debt service")
    def for_service(self):
        """EBITDA less income tax and replacement; the tax before the interest of a short-term loan of the same year."""
        sustaining = self.business.sustaining + self.business.sustaining_vat
        return self.ebitda - self.tax.before_bridge - sustaining

    @line("可用于还本的资金", "cash for principal")
    def repayable(self):
        """净利润 + 折旧 + 摊销, or with a loss what depreciation leaves; equity-funded working capital is no deduction."""
        return self.for_service - self.interest_before


class Appropriation(Block):
    """利润分配：loss, reserve, dividends — capped by profit, by capital, by cash and by the terms of loans."""

    title = Text("利润分配", "Appropriation of profit")
    profit: Profit
    cash: CashPlan
    debts: Debts
    balance_sheet: BalanceSheet

    reserve_rate = Input("法定盈余公积金比例", "statutory reserve, of net profit", unit="1", ge=0, le=0.5, default=0)
    reserve_cap = Input("法定盈余公积金上限占资本金", "reserve at most, of capital", unit="1", ge=0, le=10, default=0.5)
    after_losses = Input("弥补亏损后提取（1 是，0 否）", "reserve only after losses (1 yes, 0 no)", unit="1", ge=0, le=1, default=1)
    preferred = Input("约定优先股股利", "preferred dividend a year", unit="万元/年", ge=0, default=0)
    optional_rate = Input("任意盈余公积金比例", "optional reserve", unit="1", ge=0, le=1, default=0)
    payout = Input("利润分配比例", "share of profit paid out", unit="1", ge=0, le=1, default=0)
    on_capital = Input("年分配上限占资本金（0 为不设）", "dividends at most, of capital (0: no limit)", unit="1", ge=0, le=10, default=0)
    while_owing = Input("还清贷款前可分配（1 是，0 否）", "dividends before loans are repaid (1 yes, 0 no)", unit="1", ge=0, le=1, default=0)

    @line("期初未分配利润", "opening retained earnings", stock=True)
    def opening(self):
        return self.retained.prev

    @line("可供分配的利润", "profit available")
    def available(self):
        return self.profit.net + self.opening

    @line("提取法定盈余公积金", "to statutory reserve")
    def reserve(self):
        """A share of net profit while that is positive, after making good losses, up to half of capital (公司法)."""
        base = maximum(0, minimum(self.profit.net, self.profit.net + self.after_losses * self.opening))
        room = maximum(0, self.reserve_cap * self.balance_sheet.capital - self.statutory.prev)
        return minimum(self.reserve_rate * base, room)

    @line("累计法定盈余公积金", "statutory reserve to date", stock=True)
    def statutory(self):
        """The optional reserve does not count against its limit."""
        return self.statutory.prev + self.reserve

    @line("可供投资者分配的利润", "profit available to investors")
    def distributable(self):
        return self.available - self.reserve

    @line("可用于分配的现金", "cash that may be paid out")
    def payable(self):
        """Nothing while a loan is outstanding, unless its terms allow; nothing that is restricted or still to be secured."""
        owing = self.debts.loans_closing + self.debts.bridges_closing
        allowed = where(owing > TOLERANCE, self.while_owing, 1)
        return allowed * maximum(0, self.cash.before_dividends)

    @line("应付优先股股利", "preferred dividend")
    def to_preferred(self):
        return maximum(0, minimum(minimum(self.preferred, self.distributable), self.payable))

    @line("提取任意盈余公积金", "to optional reserve")
    def optional(self):
        return self.optional_rate * maximum(0, self.distributable - self.to_preferred)

    @line("各投资方利润分配", "dividends")
    def dividends(self):
        left = self.payout * maximum(0, self.distributable - self.to_preferred - self.optional)
        capped = where(self.on_capital > 0, minimum(left, self.on_capital * self.balance_sheet.capital), left)
        return minimum(capped, self.payable - self.to_preferred)

    @line("未分配利润", "retained earnings", stock=True)
    def retained(self):
        return self.distributable - self.to_preferred - self.optional - self.dividends

    @line("累计盈余公积金", "reserves", stock=True)
    def reserves(self):
        return self.reserves.prev + self.reserve + self.optional
