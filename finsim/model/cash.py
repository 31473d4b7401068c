"""财务计划现金流量表 (《方法与参数》第三版): all money, year by year; what is restricted, and what is still to be secured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import Block, Text, line, maximum, minimum, total

if TYPE_CHECKING:
    from finsim.model.account import Business, Contributed, Investment
    from finsim.model.funding import Debts, Funding
    from finsim.model.horizon import Opening
    from finsim.model.loans import Loan
    from finsim.model.profit import Appropriation, Profit
    from finsim.model.tax import IncomeTax, Surcharges, ValueAddedTax
    from finsim.model.working_capital import WorkingCapital, WorkingCapitalLoan


class CashPlan(Block):
    """财务计划现金流量表."""

    title = Text("财务计划现金流量表", "Financial plan cash flow")
    business: Business
    investment: Investment
    contributed: Contributed
    vat: ValueAddedTax
    surcharges: Surcharges
    profit: Profit
    tax: IncomeTax
    appropriation: Appropriation
    debts: Debts
    loans: list[Loan]
    working: WorkingCapital
    working_loan: WorkingCapitalLoan
    funding: Funding
    opening: Opening

    @line("经营活动现金流入", "operating inflow")
    def operating_in(self):
        return self.business.revenue + self.business.output_vat + self.profit.subsidy

    @line("经营活动现金流出", "operating outflow")
    def operating_out(self):
        return self.before_tax_out + self.tax.tax

    @line("所得税前的经营活动现金流出", "operating outflow before income tax")
    def before_tax_out(self):
        return self.business.cost + self.business.input_vat + self.surcharges.surcharges + self.vat.payable

    @line("经营活动净现金流量", "operating cash flow")
    def operating(self):
        return self.operating_in - self.operating_out

    @line("建设投资付现", "works paid in cash")
    def works(self):
        """Without what was given in kind."""
        return self.investment.paid - self.contributed.given

    @line("维持运营投资付现", "replacement paid")
    def sustaining(self):
        return self.business.sustaining + self.business.sustaining_vat

    @line("收回流动资金", "working capital set free")
    def set_free(self):
        return maximum(0, -self.working.added) + self.working.recovered

    @line("投资活动净现金流量", "investing cash flow")
    def investing(self):
        return self.set_free - self.works - self.sustaining - self.funding.working_capital

    @line("短期借款前的筹资流入", "financing inflow before short-term loans")
    def long_in(self):
        own = self.contributed.received + self.funding.capital_drawn + self.working_loan.draw
        return own + self.debts.drawn + self.debts.proceeds

    @line("筹资活动现金流入", "financing inflow")
    def financing_in(self):
        return self.long_in + self.debts.bridged

    @line("支付的利息及费用", "interest and fees paid")
    def interest_paid(self):
        return self.debts.interest_paid + self.working_loan.interest + self.debts.bridge_interest

    @line("偿还债务本金", "principal repaid")
    def repaid(self):
        return self.debts.repaid + self.working_loan.repaid + self.debts.bridges_repaid

    @line("应付利润", "dividends paid")
    def dividends(self):
        return self.appropriation.to_preferred + self.appropriation.dividends

    @line("筹资活动现金流出", "financing outflow")
    def financing_out(self):
        return self.interest_paid + self.repaid + self.dividends

    @line("筹资活动净现金流量", "financing cash flow")
    def financing(self):
        return self.financing_in - self.financing_out

    @line("净现金流量", "net cash flow")
    def net(self):
        return self.operating + self.investing + self.financing

    @line("分配前净现金流量", "net cash flow before dividends")
    def net_before(self):
        return self.operating + self.investing + self.financing_in - self.interest_paid - self.repaid

    @line("期初货币资金", "cash at the beginning")
    def opening_cash(self):
        return self.opening.cash

    @line("资金余额", "balance of funds", start=opening_cash, stock=True)
    def balance(self):
        """All money, signed, restricted money included."""
        return self.balance.prev + self.net

    # ---- what a short-term loan, reserves and dividends are worked out from --------------------------------
    @line("短期借款前资金余额（所得税前）", "balance before short-term loan and income tax")
    def before_bridge(self):
        flows = self.operating_in - self.before_tax_out + self.investing + self.long_in
        paid = self.debts.interest_paid + self.working_loan.interest + self.repaid
        return self.balance.prev + flows - paid

    @line("短期资金缺口（所得税前）", "gap before income tax")
    def gap(self):
        """What is missing when the reserve has paid the year's service: signed, a shortage is positive."""
        return self.restricted - self.before_bridge

    @line("限定用途资金", "restricted money", stock=True)
    def restricted(self):
        """Unspent bond money and sinking funds."""
        return self.funding.unspent + self.debts.sinking

    @line("偿债准备金目标", "debt service reserve aimed at", stock=True)
    def reserve_target(self):
        """Months of the next year's service (DSRA)."""
        return total(x.reserve_months / 12 * x.next_service for x in self.loans)

    @line("偿债准备金", "debt service reserve", stock=True)
    def reserve(self):
        """Filled from what is left. The year's service, never less than was set aside for it, has used it up before."""
        left = self.balance.prev + self.net_before - self.restricted
        return minimum(self.reserve_target, maximum(0, left))

    @line("分配前可动用资金", "money before dividends")
    def before_dividends(self):
        return self.balance.prev + self.net_before - self.restricted - self.reserve

    @line("提前还款前净现金流量", "net cash flow before prepayment")
    def net_unswept(self):
        """Before short-term loans and dividends too."""
        loans = self.debts.agreed + total(x.capacity + x.to_dscr for x in self.loans)
        repaid = loans + self.debts.bonds_repaid + self.working_loan.repaid + self.debts.bridges_repaid
        interest = self.debts.interest_paid + self.working_loan.interest
        operating = self.operating_in - self.before_tax_out - self.tax.before_bridge
        return operating + self.investing + self.long_in - repaid - interest

    @line("可提前还款的资金", "money that may be swept")
    def sweepable(self):
        """The surplus of the year before, as far as this year's flows and what it must set aside do not need it."""
        left = self.accumulated.prev + self.net_unswept - self.restricted + self.restricted.prev
        return maximum(0, minimum(self.accumulated.prev, left))

    # ---- what is left --------------------------------------------------------------------------------------
    @line("累计盈余资金", "accumulated surplus", start=opening_cash, stock=True)
    def accumulated(self):
        """Signed and unrestricted: unspent bond money, sinking funds and reserves do not count."""
        return self.balance - self.restricted - self.reserve

    @line("待落实资金", "funds still to be secured", stock=True)
    def unfunded(self):
        """What has been spent and is not there: a liability (资产负债表 2.1.4), repaid first."""
        return maximum(0, -self.accumulated)

    @line("货币资金", "cash", stock=True)
    def cash(self):
        return maximum(0, self.accumulated) + self.restricted + self.reserve

    @line("现金检查", "cash check", check=True)
    def difference(self):
        """Cash less the funds still to be secured is the opening cash and the sum of all flows to date."""
        return self.cash - self.unfunded - self.opening_cash - self.net.to_date

    @line("资金筹措与现金流量勾稽", "funding agrees with the cash flow", check=True)
    def funding_difference(self):
        """Change of the money at hand less operations, debt service in operation, and works paid from the surplus or owed."""
        bonds = self.debts.proceeds - self.debts.refinancing - self.funding.bond_used
        change = self.balance - self.balance.prev - bonds
        paid = self.profit.interest - self.debts.rolled_up + self.debts.capitalised_interest
        service = paid + self.repaid - self.debts.bridged - self.debts.refinancing
        arrived = self.contributed.receivable.prev - self.contributed.receivable + self.funding.advanced
        other = arrived + self.set_free - self.sustaining - self.dividends
        return change - (self.operating - service + other - self.funding.from_surplus - self.funding.shortage)
