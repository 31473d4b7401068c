"""流动资金：what operation ties up, by days of turnover or as stated, and the loan for it.

It is part of total investment in the year it is first needed and recovered in the last year (《方法与参数》第三版 流动资金估算表).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import Block, Input, Schedule, Text, line, maximum

if TYPE_CHECKING:
    from finsim.model.account import Business
    from finsim.model.horizon import Horizon

DAYS = 360
"""周转次数 = 360 ÷ 最低周转天数."""


class WorkingCapital(Block):
    """流动资金估算."""

    title = Text("流动资金", "Working capital")
    business: Business
    horizon: Horizon

    receivable_days = Input("应收账款周转天数", "days of receivables", unit="天", ge=0, le=360, default=0)
    inventory_days = Input("存货周转天数", "days of inventories", unit="天", ge=0, le=360, default=0)
    cash_days = Input("现金周转天数", "days of cash", unit="天", ge=0, le=360, default=0)
    prepaid_days = Input("预付账款周转天数", "days of prepayments", unit="天", ge=0, le=360, default=0)
    payable_days = Input("应付账款周转天数", "days of payables", unit="天", ge=0, le=360, default=0)
    advance_days = Input("预收账款周转天数", "days of advances received", unit="天", ge=0, le=360, default=0)
    stated = Schedule("列明的流动资金", "working capital as stated", unit="万元")

    @line("应收账款", "receivables", stock=True)
    def receivables(self):
        """年经营成本 ÷ 周转次数 (third edition: operating cost, not revenue)."""
        return self.business.cost * self.receivable_days / DAYS

    @line("存货", "inventories", stock=True)
    def inventories(self):
        return (self.business.materials + self.business.power) * self.inventory_days / DAYS

    @line("现金", "cash held", stock=True)
    def cash(self):
        """(年工资福利 + 年其他费用) ÷ 周转次数."""
        return (self.business.wages + self.business.others) * self.cash_days / DAYS

    @line("预付账款", "prepayments", stock=True)
    def prepaid(self):
        return (self.business.materials + self.business.power) * self.prepaid_days / DAYS

    @line("流动资产", "current assets", stock=True)
    def assets(self):
        return self.receivables + self.inventories + self.cash + self.prepaid + self.stated

    @line("应付账款", "payables", stock=True)
    def payables(self):
        return (self.business.materials + self.business.power) * self.payable_days / DAYS

    @line("预收账款", "advances received", stock=True)
    def advances(self):
        return self.business.revenue * self.advance_days / DAYS

    @line("流动负债", "current liabilities", stock=True)
    def liabilities(self):
        return self.payables + self.advances

    @line("流动资金", "working capital", stock=True)
    def needed(self):
        return self.assets - self.liabilities

    @line("流动资金当期增加额", "increase of working capital")
    def added(self):
        return self.needed - self.level.prev

    @line("回收流动资金", "working capital recovered")
    def recovered(self):
        """All of it at the end of the last year."""
        return self.horizon.last * self.needed

    @line("期末占用的流动资金", "working capital tied up at year end", stock=True)
    def level(self):
        return self.needed - self.recovered


class WorkingCapitalLoan(Block):
    """流动资金借款：drawn when working capital is needed, for the whole year; renewed until it is repaid in the last year."""

    title = Text("流动资金借款", "Working-capital loan")
    working: WorkingCapital
    horizon: Horizon

    debt_share = Input("流动资金借款比例", "share of working capital borrowed", unit="1", ge=0, le=1, default=0)
    rate = Input("流动资金借款利率", "interest rate", unit="1", ge=0, le=0.2, default=0, yearly=True)

    @line("应借额", "to be borrowed", stock=True)
    def wanted(self):
        return self.debt_share * maximum(0, self.working.needed)

    @line("借款", "draw")
    def draw(self):
        return maximum(0, self.wanted - self.closing.prev)

    @line("还本", "repaid")
    def repaid(self):
        return maximum(0, self.closing.prev - self.wanted) + self.horizon.last * self.wanted

    @line("利息", "interest")
    def interest(self):
        """A whole year's interest, on what is drawn in the year too."""
        return self.rate * (self.closing.prev + self.draw)

    @line("期末余额", "closing", stock=True)
    def closing(self):
        return self.closing.prev + self.draw - self.repaid
