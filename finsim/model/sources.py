"""资金来源：who pays for the works before capital, bonds and loans, in drawing order (专款专用).

A waterfall, period by period: available = unused of last period + accrued now; in order, each source pays at most what its
eligible works still need, spread over them pro rata.
"""

from __future__ import annotations

from finsim.model.facts import Facts
from finsim.model.works import YUAN, Construction, Work
from finsim.sheet import Block, Input, Text, line, minimum, share, total


class Source(Block):
    """One payer, in drawing order."""

    title = Text("资金来源", "Source of funds")
    facts: Facts
    pays: dict[str, Pay]

    amount = Input("核定额", "amount", ge=0, default=0)
    per_household = Input("每户标准", "amount per household", unit="元/户", ge=0, default=0)
    per_area = Input("每平方米标准", "amount per square metre", unit="元/㎡", ge=0, default=0)
    per_building = Input("每栋标准", "amount per building", unit="元/栋", ge=0, default=0)
    per_neighbourhood = Input("每小区标准", "amount per neighbourhood", unit="元/个", ge=0, default=0)
    share_of_cost = Input("承担比例", "share of eligible cost", unit="1", ge=0, le=1, default=0)
    realised = Input("到位率", "share that arrives", unit="1", ge=0, le=1, default=1)

    @line("可得额", "entitlement")
    def entitled(self):
        by_facts = (
            self.per_household * self.facts.households
            + self.per_area * self.facts.area
            + self.per_building * self.facts.buildings
            + self.per_neighbourhood * self.facts.neighbourhoods
        )
        return self.realised * (self.amount + by_facts / YUAN)

    @line("本期新增额度", "accrued")
    def accrued(self):
        return self.realised * self.share_of_cost * total(p.work.cost for p in self.pays.values())

    @line("可用额度余额", "unused", start=entitled, stock=True)
    def unused(self):
        """What is left at the end is returned to the payer."""
        return self.unused.prev + self.accrued - self.paid

    @line("待付", "need")
    def need(self):
        return total(p.need for p in self.pays.values())

    @line("支付", "paid")
    def paid(self):
        return minimum(self.unused.prev + self.accrued, self.need)

    @line("支付率", "rate of payment", unit="1")
    def rate(self):
        return share(self.paid, self.need)

    @line("专款专用检查", "ring-fence check", check=True)
    def ring_fence(self):
        """What it pays equals what its eligible works receive from it."""
        return self.paid - total(p.paid for p in self.pays.values())


class Pay(Block):
    """One source paying one eligible work; earlier sources have paid before it."""

    title = Text("支付", "Payment")
    source: Source
    work: Work
    earlier: list[Pay]

    @line("待付", "need")
    def need(self):
        return self.work.cost - total(p.paid for p in self.earlier)

    @line("支付", "paid")
    def paid(self):
        return self.need * self.source.rate


class Contributions(Block):
    """各方出资合计：what the sources pay together and what is left to the account."""

    title = Text("各方出资", "Contributions")
    sources: list[Source]
    construction: Construction

    @line("各方出资", "contributed")
    def contributed(self):
        return total(s.paid for s in self.sources)

    @line("主体承担投资", "left to the account")
    def gap(self):
        return self.construction.cost - self.contributed

    @line("用于企业资产的出资", "contributed to the company's assets")
    def for_assets(self):
        return total(p.paid * p.work.owned for s in self.sources for p in s.pays.values())

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


class Stake(Block):
    """融资分摊：the unit's part of a capital amount, bond or loan of the programme."""

    title = Text("融资分摊", "Share of financing")

    face = Input("分摊额", "face", ge=0)
