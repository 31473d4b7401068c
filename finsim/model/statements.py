"""财务报表：利润、财务计划现金流量、资产负债. Headings and order follow 《建设项目经济评价方法与参数》（第三版）."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import Block, Input, Text, line, maximum, minimum, share

if TYPE_CHECKING:
    from finsim.model.account import Business, Contributed, Investment
    from finsim.model.debt import Debts, Funding
    from finsim.model.tax import IncomeTax, Surcharges, ValueAddedTax


class Assets(Block):
    """资产形成：what accepted works and capitalised interest become.

    Works of others are handed over at completion against the contributions received for them (专项应付款). What the company
    paid itself for works that it hands over becomes its operating right, or is written off against capital reserve, in the
    share that the scenario states.
    """

    title = Text("资产形成", "Assets formed")
    investment: Investment
    contributed: Contributed
    funding: Funding

    right_share = Input(
        "自筹移交工程计入经营权比例", "share of self-financed handed-over works kept as an operating right",
        unit="1", ge=0, le=1,
    )  # fmt: skip
    right_life = Input("经营权摊销年限", "amortisation life of the operating right", unit="年", ge=1, le=70)

    @line("当期交付占比", "share accepted", unit="1")
    def accepted_share(self):
        return share(self.investment.accepted, self.investment.accepted + self.investment.in_progress)

    @line("交付中企业资产占比", "company's share of what is accepted", unit="1")
    def own_share(self):
        return share(self.investment.accepted_assets, self.investment.accepted)

    @line("在建利息", "construction interest in progress", stock=True)
    def interest_in_progress(self):
        return (self.interest_in_progress.prev + self.funding.capitalised) * (1 - self.accepted_share)

    @line("当期转出利息", "construction interest accepted")
    def interest_accepted(self):
        return self.interest_in_progress.prev + self.funding.capitalised - self.interest_in_progress

    @line("利息形成资产原值", "interest in assets at cost", stock=True)
    def interest_asset(self):
        return self.interest_asset.prev + self.interest_accepted * self.own_share

    @line("利息形成资产净值", "interest in assets, net", stock=True)
    def interest_net(self):
        return self.interest_net.prev + self.interest_accepted * self.own_share - self.interest_depreciation

    @line("利息形成资产折旧", "depreciation of interest in assets")
    def interest_depreciation(self):
        """At the rate of the works that it was spent on."""
        rate = share(self.investment.depreciation, self.investment.assets.prev)
        return minimum(self.interest_asset.prev * rate, self.interest_net.prev)

    @line("当期移交", "handed over")
    def handed_over(self):
        works = self.investment.accepted - self.investment.accepted_assets
        return works + self.interest_accepted * (1 - self.own_share)

    @line("经营权增加", "operating right added")
    def right_added(self):
        """What the company paid itself: handed over less the contributions received for the works handed over."""
        received = self.contributed.settled - self.contributed.kept
        return self.right_share * maximum(0, self.handed_over - received)

    @line("经营权原值", "operating right at cost", stock=True)
    def right(self):
        return self.right.prev + self.right_added

    @line("摊销", "amortisation")
    def amortisation(self):
        return minimum(self.right.prev / self.right_life, self.right_net.prev)

    @line("经营权净值", "operating right, net", stock=True)
    def right_net(self):
        return self.right_net.prev + self.right_added - self.amortisation

    @line("折旧", "depreciation")
    def depreciation(self):
        return self.investment.depreciation + self.interest_depreciation

    @line("固定资产净值", "fixed assets, net", stock=True)
    def fixed_net(self):
        added = self.investment.accepted_assets + self.interest_accepted * self.own_share
        return self.fixed_net.prev + added - self.depreciation


class Profit(Block):
    """利润与利润分配表."""

    title = Text("利润表", "Profit statement")
    business: Business
    surcharges: Surcharges
    assets: Assets
    debts: Debts
    funding: Funding
    tax: IncomeTax

    @line("利息支出", "interest expense")
    def interest(self):
        return self.debts.interest - self.funding.capitalised

    @line("总成本费用", "total cost")
    def total_cost(self):
        return self.business.cost + self.assets.depreciation + self.assets.amortisation + self.interest

    @line("利润总额", "profit before tax")
    def before_tax(self):
        return self.business.revenue - self.surcharges.surcharges - self.total_cost

    @line("净利润", "net profit")
    def net(self):
        return self.before_tax - self.tax.tax

    @line("累计未分配利润", "retained earnings", stock=True)
    def retained(self):
        return self.retained.prev + self.net

    @line("息税前利润", "EBIT")
    def ebit(self):
        return self.before_tax + self.interest

    @line("息税折旧摊销前利润", "EBITDA")
    def ebitda(self):
        return self.ebit + self.assets.depreciation + self.assets.amortisation


class CashPlan(Block):
    """财务计划现金流量表."""

    title = Text("财务计划现金流量表", "Financial plan cash flow")
    business: Business
    investment: Investment
    contributed: Contributed
    vat: ValueAddedTax
    surcharges: Surcharges
    tax: IncomeTax
    debts: Debts
    funding: Funding

    @line("经营活动现金流入", "operating inflow")
    def operating_in(self):
        return self.business.revenue + self.business.output_vat

    @line("经营活动现金流出", "operating outflow")
    def operating_out(self):
        taxes = self.surcharges.surcharges + self.vat.payable + self.tax.tax
        return self.business.cost + self.business.input_vat + taxes

    @line("经营活动净现金流量", "operating cash flow")
    def operating(self):
        return self.operating_in - self.operating_out

    @line("投资活动净现金流量", "investing cash flow")
    def investing(self):
        return -self.investment.cost

    @line("筹资活动现金流入", "financing inflow")
    def financing_in(self):
        own = self.contributed.contributed + self.funding.capital_drawn
        return own + self.debts.drawn + self.debts.proceeds

    @line("筹资活动现金流出", "financing outflow")
    def financing_out(self):
        return self.debts.interest_paid + self.debts.repaid

    @line("筹资活动净现金流量", "financing cash flow")
    def financing(self):
        return self.financing_in - self.financing_out

    @line("净现金流量", "net cash flow")
    def net(self):
        return self.operating + self.investing + self.financing

    @line("资金余额", "balance of funds", stock=True)
    def balance(self):
        """All money, signed, bond money not yet spent included."""
        return self.balance.prev + self.net

    @line("累计盈余资金", "accumulated surplus", stock=True)
    def accumulated(self):
        """Signed and unrestricted: unspent bond money does not count."""
        return self.balance - self.funding.unspent

    @line("待落实资金", "funds still to be secured", stock=True)
    def unfunded(self):
        """What has been spent and is not there: a liability (资产负债表 2.1.4), repaid first."""
        return maximum(0, -self.accumulated)

    @line("货币资金", "cash", stock=True)
    def cash(self):
        return maximum(0, self.accumulated) + self.funding.unspent

    @line("现金检查", "cash check", check=True)
    def difference(self):
        """Cash less the funds still to be secured is the sum of all flows to date."""
        return self.cash - self.unfunded - self.net.to_date

    @line("资金筹措与现金流量勾稽", "funding agrees with the cash flow", check=True)
    def funding_difference(self):
        """Change of the money at hand less operations, debt service in operation, and works paid from the surplus or owed."""
        change = self.balance - self.balance.prev - self.debts.proceeds + self.funding.bond_used
        service = self.debts.interest - self.funding.capitalised + self.debts.repaid
        return change - (self.operating - service - self.funding.from_surplus - self.funding.shortage)


class BalanceSheet(Block):
    """资产负债表."""

    title = Text("资产负债表", "Balance sheet")
    investment: Investment
    contributed: Contributed
    funding: Funding
    assets: Assets
    debts: Debts
    vat: ValueAddedTax
    cash: CashPlan
    profit: Profit

    @line("流动资产总额", "current assets", stock=True)
    def current(self):
        return self.cash.cash

    @line("在建工程", "construction in progress", stock=True)
    def in_progress(self):
        return self.investment.in_progress + self.assets.interest_in_progress

    @line("固定资产净值", "fixed assets, net", stock=True)
    def fixed(self):
        return self.assets.fixed_net

    @line("无形及其他资产净值", "intangible assets, net", stock=True)
    def intangible(self):
        return self.assets.right_net

    @line("可抵扣增值税形成的资产", "VAT credit", stock=True)
    def vat_credit(self):
        return self.vat.credit

    @line("资产", "assets", stock=True)
    def total_assets(self):
        return self.current + self.in_progress + self.fixed + self.intangible + self.vat_credit

    @line("其他流动负债（待落实资金）", "other current liabilities (funds still to be secured)", stock=True)
    def unfunded(self):
        return self.cash.unfunded

    @line("建设投资借款", "loans", stock=True)
    def loans(self):
        return self.debts.loans_closing

    @line("应付债券", "bonds", stock=True)
    def bonds(self):
        return self.debts.bonds_closing

    @line("专项应付款", "special payable", stock=True)
    def special_payable(self):
        return self.contributed.payable

    @line("负债小计", "liabilities", stock=True)
    def liabilities(self):
        return self.unfunded + self.loans + self.bonds + self.special_payable

    @line("资本金", "paid-in capital", stock=True)
    def capital(self):
        return self.capital.prev + self.funding.capital_drawn

    @line("资本公积", "capital reserve", stock=True)
    def reserve(self):
        """Contributions kept in the company's assets, less self-financed works given away."""
        given = self.assets.handed_over - self.assets.right_added
        return self.reserve.prev + self.contributed.settled - given

    @line("累计未分配利润", "retained earnings", stock=True)
    def retained(self):
        return self.profit.retained

    @line("所有者权益", "equity", stock=True)
    def equity(self):
        return self.capital + self.reserve + self.retained

    @line("负债及所有者权益", "liabilities and equity", stock=True)
    def claims(self):
        return self.liabilities + self.equity

    @line("资产减负债及权益", "assets less liabilities and equity", check=True)
    def difference(self):
        return self.total_assets - self.claims
