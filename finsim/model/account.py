"""平衡主体：the account's sums over its units. An account reads units only through these rows."""

from __future__ import annotations

from finsim.model.facts import Facts
from finsim.model.operations import Cost, Operations, Stream
from finsim.model.sources import Contributions, Source
from finsim.model.works import Construction, Work
from finsim.sheet import TOLERANCE, Block, Text, UnitSum, line, share, where


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


class SourceSum(Block):
    """One payer over the account's units."""

    title = Text("资金来源", "Source of funds")
    unit: Source

    paid = UnitSum(Source.paid)


class StreamSum(Block):
    """One kind of income over the account's units."""

    title = Text("经营收入", "Income")
    unit: Stream

    revenue = UnitSum(Stream.revenue)


class CostSum(Block):
    """One kind of operating cost over the account's units."""

    title = Text("经营成本", "Operating cost")
    unit: Cost

    cost = UnitSum(Cost.cost)


class Investment(Block):
    """建设投资合计：what the units spend and have accepted."""

    title = Text("建设投资", "Construction investment")
    unit: Construction

    cost = UnitSum(Construction.cost)
    waiting = UnitSum(Construction.waiting)
    in_progress = UnitSum(Construction.in_progress)
    accepted = UnitSum(Construction.accepted)
    accepted_assets = UnitSum(Construction.accepted_assets)
    assets = UnitSum(Construction.assets)
    depreciation = UnitSum(Construction.depreciation)
    creditable_vat = UnitSum(Construction.creditable_vat)

    @line("建设期占比", "share under construction", unit="1", stock=True)
    def under_construction(self):
        """Share of the works paid to date that is not yet in operation: interest is capitalised in this share.

        An account without works has no construction period.
        """
        in_operation = share(self.cost.to_date - self.waiting, self.cost.to_date)
        return where(self.cost.total > TOLERANCE, 1 - in_operation, 0)


class Contributed(Block):
    """各方出资合计：what the units' sources pay, and what they leave to the account."""

    title = Text("各方出资", "Contributions")
    unit: Contributions

    contributed = UnitSum(Contributions.contributed)
    gap = UnitSum(Contributions.gap)
    payable = UnitSum(Contributions.payable)
    settled = UnitSum(Contributions.settled)
    kept = UnitSum(Contributions.kept)


class Business(Block):
    """经营合计：income and cost of the account's units."""

    title = Text("经营合计", "Operations")
    unit: Operations

    revenue = UnitSum(Operations.revenue)
    cost = UnitSum(Operations.cost)
    output_vat = UnitSum(Operations.output_vat)
    input_vat = UnitSum(Operations.input_vat)
