"""平衡主体：the account's sums over its units. An account reads units only through these rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finsim.model.construction import Construction
from finsim.model.costs import Cost, Replacement
from finsim.model.facts import Facts
from finsim.model.operations import Operations
from finsim.model.payments import Contributions
from finsim.model.sources import Source
from finsim.model.streams import Stream
from finsim.model.works import Work
from finsim.sheet import TOLERANCE, Block, Text, UnitSum, line, share, where

if TYPE_CHECKING:
    from finsim.model.horizon import Opening


class Scale(Block):
    """改造规模 of the account."""

    title = Text("改造规模", "Scale")
    unit: Facts

    households = UnitSum(Facts.households)
    area = UnitSum(Facts.area)
    buildings = UnitSum(Facts.buildings)


class WorkSum(Block):
    """One kind of works over the account's units."""

    title = Text("改造内容", "Works")
    unit: Work

    cost = UnitSum(Work.cost)
    elsewhere = UnitSum(Work.elsewhere)
    unbuilt = UnitSum(Work.unbuilt)
    asset = UnitSum(Work.asset)
    depreciation = UnitSum(Work.depreciation)
    net = UnitSum(Work.net)


class SourceSum(Block):
    """One payer over the account's units."""

    title = Text("资金来源", "Source of funds")
    unit: Source

    paid = UnitSum(Source.paid)
    received = UnitSum(Source.received)
    unused = UnitSum(Source.unused)
    awarded = UnitSum(Source.awarded)
    astray = UnitSum(Source.ring_fence)
    outside = UnitSum(Source.outside)
    returned = UnitSum(Source.returned)


class StreamSum(Block):
    """One kind of income over the account's units."""

    title = Text("经营收入", "Income")
    unit: Stream

    charges = UnitSum(Stream.charges)
    revenue = UnitSum(Stream.revenue)


class CostSum(Block):
    """One kind of operating cost over the account's units."""

    title = Text("经营成本", "Operating cost")
    unit: Cost

    cost = UnitSum(Cost.cost)


class ReplacementSum(Block):
    """One kind of replacement over the account's units."""

    title = Text("维持运营投资", "Replacement")
    unit: Replacement

    cost = UnitSum(Replacement.cost)
    depreciation = UnitSum(Replacement.depreciation)
    net = UnitSum(Replacement.net)


class Investment(Block):
    """建设投资合计：what the units spend and have accepted."""

    title = Text("建设投资", "Construction investment")
    unit: Construction
    opening: Opening

    cost = UnitSum(Construction.cost)
    basic = UnitSum(Construction.basic_cost)
    elsewhere = UnitSum(Construction.elsewhere)
    unbuilt = UnitSum(Construction.unbuilt)
    withdrawn = UnitSum(Construction.withdrawn)
    paid = UnitSum(Construction.paid)
    withheld = UnitSum(Construction.withheld)
    waiting = UnitSum(Construction.waiting)
    in_progress = UnitSum(Construction.in_progress)
    accepted = UnitSum(Construction.accepted)
    accepted_assets = UnitSum(Construction.accepted_assets)
    accepted_intangible = UnitSum(Construction.accepted_intangible)
    assets = UnitSum(Construction.assets)
    intangibles = UnitSum(Construction.intangibles)
    depreciation = UnitSum(Construction.depreciation)
    amortisation = UnitSum(Construction.amortisation)
    creditable_vat = UnitSum(Construction.creditable_vat)
    property_tax = UnitSum(Construction.property_tax)

    @line("建设期占比", "share under construction", unit="1", stock=True)
    def under_construction(self):
        """Share of the works paid to date that is not yet in operation: interest is capitalised in this share.

        Assets of the beginning are in operation. An account without works has no construction period.
        """
        works = self.cost.to_date + self.opening.fixed
        return where(self.cost.total > TOLERANCE, 1 - share(works - self.waiting, works), 0)


class Contributed(Block):
    """各方出资合计：what the units' sources pay, and what they leave to the account."""

    title = Text("各方出资", "Contributions")
    unit: Contributions

    contributed = UnitSum(Contributions.contributed)
    given = UnitSum(Contributions.given)
    received = UnitSum(Contributions.received)
    receivable = UnitSum(Contributions.receivable)
    central = UnitSum(Contributions.central)
    province = UnitSum(Contributions.province)
    city = UnitSum(Contributions.city)
    county = UnitSum(Contributions.county)
    fiscal_for_basic = UnitSum(Contributions.fiscal_for_basic)
    concession_arrears = UnitSum(Contributions.concession_arrears)
    housing_fund = UnitSum(Contributions.housing_fund)
    ceded_income = UnitSum(Contributions.ceded_income)
    trust = UnitSum(Contributions.trust)
    returned = UnitSum(Contributions.returned)
    gap = UnitSum(Contributions.gap)
    payable = UnitSum(Contributions.payable)
    settled = UnitSum(Contributions.settled)
    kept = UnitSum(Contributions.kept)
    taxed = UnitSum(Contributions.taxed)
    not_deductible = UnitSum(Contributions.not_deductible)


class Business(Block):
    """经营合计：income and cost of the account's units."""

    title = Text("经营合计", "Operations")
    unit: Operations

    revenue = UnitSum(Operations.revenue)
    bays = UnitSum(Operations.bays_operated)
    bay_income = UnitSum(Operations.bay_income)
    subsidy = UnitSum(Operations.subsidy)
    untaxed_subsidy = UnitSum(Operations.untaxed_subsidy)
    relieved = UnitSum(Operations.relieved)
    property_tax = UnitSum(Operations.property_tax)
    left_to_owners = UnitSum(Operations.left_to_owners)
    left_to_public = UnitSum(Operations.left_to_public)
    taken = UnitSum(Operations.taken)
    cost = UnitSum(Operations.cost)
    materials = UnitSum(Operations.materials)
    power = UnitSum(Operations.power)
    wages = UnitSum(Operations.wages)
    repairs = UnitSum(Operations.repairs)
    others = UnitSum(Operations.others)
    variable = UnitSum(Operations.variable)
    output_vat = UnitSum(Operations.output_vat)
    simplified_vat = UnitSum(Operations.simplified_vat)
    input_vat = UnitSum(Operations.input_vat)
    sustaining = UnitSum(Operations.sustaining)
    sustaining_vat = UnitSum(Operations.sustaining_vat)
    written_off = UnitSum(Operations.written_off)
