"""计算期与期初余额：how long the account is looked at, and what it had before the first year."""

from __future__ import annotations

from finsim.sheet import Block, Input, Schedule, Text, line, where


class Horizon(Block):
    """计算期."""

    title = Text("计算期", "Timeline")

    year = Schedule("年份", "calendar year", unit="年份")

    @line("剩余年数", "years left", unit="年", stock=True)
    def years_left(self):
        """This year counts."""
        return self.years_left.next + 1

    @line("计算期末年", "last year", unit="1")
    def last(self):
        return where(self.years_left < 1.5, 1, 0)


class Opening(Block):
    """期初余额：what stands in the books when the timeline begins; equity is what assets exceed debts by."""

    title = Text("期初余额", "Opening balances")

    cash = Input("期初货币资金", "opening cash", ge=0, default=0)
    fixed = Input("期初固定资产净值", "opening fixed assets, net", ge=0, default=0)
    fixed_life = Input("期初固定资产剩余折旧年限", "remaining life of opening fixed assets", unit="年", ge=1, le=70, default=1)
    depreciation = Schedule("列明的期初固定资产折旧", "depreciation of opening fixed assets as stated", unit="万元")
    vat_credit = Input("期初留抵税额", "opening VAT credit", ge=0, default=0)

    @line("期初资产", "opening assets")
    def assets(self):
        return self.cash + self.fixed + self.vat_credit
