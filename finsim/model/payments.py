"""各方出资合计：which source pays which work, what the sources pay together, and what is left to the account."""

from __future__ import annotations

from finsim.model.construction import Construction
from finsim.model.sources import Source
from finsim.model.works import Work
from finsim.sheet import Block, Text, line, share, total, where


class Pay(Block):
    """One source paying one eligible work; earlier sources have paid before it."""

    title = Text("支付", "Payment")
    source: Source
    work: Work
    earlier: list[Pay]

    @line("待付", "need")
    def need(self):
        return self.work.called - total(p.paid for p in self.earlier)

    @line("支付", "paid")
    def paid(self):
        return self.need * self.source.rate


class Contributions(Block):
    """各方出资合计：what the sources pay together and what is left to the account.

    funds        住宅专项维修资金
    levels       fiscal sources by whose budget they come from
    taxing       sources that are income of the company as far as they pay for its assets; ``untaxed`` are none (不征税收入)
    basic        what fiscal sources pay for 基础类 works
    concessions  what fiscal sources pay for works under a concession
    """

    title = Text("各方出资", "Contributions")
    sources: list[Source]
    funds: list[Source]
    levels: dict[str, list[Source]]
    taxing: list[Source]
    untaxed: list[Source]
    basic: list[Pay]
    concessions: list[Pay]
    construction: Construction

    @line("各方出资", "contributed")
    def contributed(self):
        return total(s.paid for s in self.sources)

    @line("实物出资", "given in kind")
    def given(self):
        return total(s.given for s in self.sources)

    @line("出资到账", "received")
    def received(self):
        return total(s.received for s in self.sources)

    @line("应收拨款", "receivable", stock=True)
    def receivable(self):
        return total(s.receivable for s in self.sources)

    @line("中央财政支出", "outlay of the central budget")
    def central(self):
        return total(s.received for s in self.levels["central"])

    @line("省级财政支出", "outlay of the provincial budget")
    def province(self):
        return total(s.received for s in self.levels["province"])

    @line("市级财政支出", "outlay of the city budget")
    def city(self):
        return total(s.received for s in self.levels["city"])

    @line("县级财政支出", "outlay of the county budget")
    def county(self):
        return total(s.received for s in self.levels["county"])

    @line("用于基础类的财政资金", "fiscal money for basic works")
    def fiscal_for_basic(self):
        return total(p.paid for p in self.basic)

    @line("特许经营工程竣工后拨付的财政资金", "fiscal money for concession works in arrears")
    def concession_arrears(self):
        """Granted for the works and paid after a year or more of operation."""
        return total(p.paid * p.source.arrears * where(p.source.lag > 0, 1, 0) for p in self.concessions)

    @line("其中：公积金", "of which out of the housing fund")
    def housing_fund(self):
        return total(s.housing_fund for s in self.sources)

    @line("其中：让渡公共收益", "of which out of ceded common income")
    def ceded_income(self):
        return total(s.ceded_income for s in self.sources)

    @line("维修资金余额", "maintenance funds", stock=True)
    def trust(self):
        """The owners' money, neighbourhood by neighbourhood: never the account's, never pooled."""
        return total(s.unused for s in self.funds)

    @line("退回的未用额度", "entitlement returned")
    def returned(self):
        """What the payers, the maintenance funds apart, have not been asked for by the last year."""
        return total(s.returned for s in self.sources) - total(s.returned for s in self.funds)

    @line("主体承担投资", "left to the account")
    def gap(self):
        return self.construction.paid - self.contributed

    @line("用于企业资产的出资", "contributed to the company's assets")
    def for_assets(self):
        return total(s.for_assets for s in self.sources)

    @line("专项应付款", "special payable", stock=True)
    def payable(self):
        """Contributions to works not yet accepted: owed until completion (专项应付款)."""
        return (self.payable.prev + self.contributed) * (1 - self.construction.done)

    @line("竣工核销的专项应付款", "settled at completion")
    def settled(self):
        return self.payable.prev + self.contributed - self.payable

    @line("专项应付款中用于企业资产", "special payable for the company's assets", stock=True)
    def payable_for_assets(self):
        return (self.payable_for_assets.prev + self.for_assets) * (1 - self.construction.done)

    @line("竣工转入资本公积的出资", "kept in the company's assets at completion")
    def kept(self):
        """The rest of what is settled leaves with the works that are handed over."""
        return self.payable_for_assets.prev + self.for_assets - self.payable_for_assets

    @line("应税的出资", "contributions taxed")
    def taxed(self):
        """For the company's assets, when it arrives."""
        return total((s.received + s.given) * s.assets_share for s in self.taxing)

    @line("不得扣除的折旧摊销", "depreciation not deductible")
    def not_deductible(self):
        """Of each work, in the share that money paid which is not taxed (财税〔2011〕70号)."""
        return total(
            p.work.depreciation * share(p.paid.total, p.work.paid.total) for s in self.untaxed for p in s.pays.values()
        )
