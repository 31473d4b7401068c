"""资产形成：what accepted works, capitalised interest and replacements become, and how they are written off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.sheet import TOLERANCE, Block, Input, Text, line, maximum, minimum, share, where

if TYPE_CHECKING:
    from finsim.model.account import Business, Contributed, Investment
    from finsim.model.funding import Funding
    from finsim.model.horizon import Opening


class Assets(Block):
    """资产形成.

    Works of others are handed over at completion against the contributions received for them (专项应付款). What the company
    paid itself for works that it hands over becomes its operating right, or is written off against capital reserve, in the
    share that the scenario states.
    """

    title = Text("资产形成", "Assets formed")
    investment: Investment
    contributed: Contributed
    funding: Funding
    business: Business
    opening: Opening

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
        own = self.investment.accepted_assets + self.investment.accepted_intangible
        return share(own, self.investment.accepted)

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
        """At the rate of the fixed assets that it was spent on (固定资产原值含建设期利息), else of the intangible ones."""
        fixed = share(self.investment.depreciation, self.investment.assets.prev)
        intangible = share(self.investment.amortisation, self.investment.intangibles.prev)
        rate = where(self.investment.assets.prev > TOLERANCE, fixed, intangible)
        return minimum(self.interest_asset.prev * rate, self.interest_net.prev)

    @line("当期移交", "handed over")
    def handed_over(self):
        own = self.investment.accepted_assets + self.investment.accepted_intangible
        return self.investment.accepted - own + self.interest_accepted * (1 - self.own_share)

    @line("经营权增加", "operating right added")
    def right_added(self):
        """What the company paid itself: handed over less the contributions received for the works handed over."""
        received = self.contributed.settled - self.contributed.kept
        return self.right_share * maximum(0, self.handed_over - received)

    @line("经营权原值", "operating right at cost", stock=True)
    def right(self):
        return self.right.prev + self.right_added

    @line("经营权摊销", "amortisation of the operating right")
    def right_amortisation(self):
        return minimum(self.right.prev / self.right_life, self.right_net.prev)

    @line("经营权净值", "operating right, net", stock=True)
    def right_net(self):
        return self.right_net.prev + self.right_added - self.right_amortisation

    @line("期初资产原值", "assets of the beginning")
    def opening_fixed(self):
        return self.opening.fixed

    @line("期初资产净值", "assets of the beginning, net", start=opening_fixed, stock=True)
    def opening_net(self):
        return self.opening_net.prev - self.opening_depreciation

    @line("期初资产折旧", "depreciation of assets of the beginning")
    def opening_depreciation(self):
        """As stated year by year, else in equal parts over the remaining life."""
        straight = self.opening_fixed / self.opening.fixed_life
        stated = self.opening.depreciation
        return minimum(where(stated.total > TOLERANCE, stated, straight), self.opening_net.prev)

    @line("折旧", "depreciation")
    def depreciation(self):
        works = self.investment.depreciation + self.interest_depreciation
        return works + self.business.written_off + self.opening_depreciation

    @line("摊销", "amortisation")
    def amortisation(self):
        return self.investment.amortisation + self.right_amortisation

    @line("固定资产净值", "fixed assets, net", start=opening_fixed, stock=True)
    def fixed_net(self):
        added = self.investment.accepted_assets + self.interest_accepted * self.own_share + self.business.sustaining
        return self.fixed_net.prev + added - self.depreciation

    @line("无形及其他资产净值", "intangible assets, net", stock=True)
    def intangible_net(self):
        added = self.investment.accepted_intangible + self.right_added
        return self.intangible_net.prev + added - self.amortisation
