"""All statements of a structure, in the order of a feasibility report."""

from __future__ import annotations

from finsim.model.structure import Structure
from finsim.report.statements import flows, investment, operation, platform, position
from finsim.report.statements.entries import Statement
from finsim.report.statements.flows import Vat


def statements(structure: Structure, vat: Vat = "net") -> list[Statement]:
    """The statements of any account of this structure, with value-added tax net or gross in the cash flows."""
    s = structure
    return [
        investment.construction(s), investment.interest(s), investment.working_capital(s), investment.uses_and_sources(s),
        operation.revenue(s), operation.cost(s), operation.depreciation(s), operation.amortisation(s),
        flows.project_flow(s, vat), flows.equity_flow(s, vat), flows.investor_flow(s),
        operation.profit(s), flows.cash_plan(s), position.balance_sheet(s), position.debt(s), platform.budget(s),
    ]  # fmt: skip
