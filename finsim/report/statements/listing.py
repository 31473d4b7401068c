"""All statements of a structure, in the order of a feasibility report."""

from __future__ import annotations

from finsim.model.structure import Structure
from finsim.report.statements import flows, investment, operation, platform, position
from finsim.report.statements.entries import Statement


def statements(structure: Structure) -> list[Statement]:
    """The statements of any account of this structure."""
    s = structure
    return [
        investment.construction(s), investment.interest(s), investment.working_capital(s), investment.uses_and_sources(s),
        operation.revenue(s), operation.cost(s), operation.depreciation(s), operation.amortisation(s),
        flows.project_flow(s), flows.equity_flow(s), flows.investor_flow(s),
        operation.profit(s), flows.cash_plan(s), position.balance_sheet(s), position.debt(s), platform.budget(s),
    ]  # fmt: skip
