"""平衡主体表：the chapters of the account's sheet, made from the structure and linked to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from finsim.model.account import (
    Business,
    Contributed,
    CostSum,
    Investment,
    ReplacementSum,
    Scale,
    SourceSum,
    StreamSum,
    WorkSum,
)
from finsim.model.assets import Assets
from finsim.model.balance import Cover, Liquidity, Recovery, Scorecard
from finsim.model.balance_sheet import BalanceSheet
from finsim.model.bonds import Bond
from finsim.model.capital import Capital, NeedBefore
from finsim.model.cash import CashPlan
from finsim.model.flows import EquityFlow, InvestorFlow, ProjectFlow
from finsim.model.funding import Debts, Funding
from finsim.model.horizon import Horizon, Opening
from finsim.model.lender import Lender
from finsim.model.loans import Bridge, Loan
from finsim.model.measures import Measures
from finsim.model.profit import Appropriation, Profit
from finsim.model.public import PublicMoney
from finsim.model.tax import IncomeTax, Loss, Surcharges, ValueAddedTax
from finsim.model.working_capital import WorkingCapital, WorkingCapitalLoan
from finsim.sheet import Block, Text

if TYPE_CHECKING:
    from finsim.model.structure import Structure

TOLD_APART = ("fiscal", "operators", "residents", "others")
"""Natures of payers that the scorecard tells apart; the rest are others."""


def account_blocks(s: Structure, units: Mapping[str, Block]) -> list[Block]:
    """Every block of the account's sheet in the order of a feasibility report; ``units`` are the blocks of the unit's."""
    scale = Scale("scale", unit=units["facts"])
    works = [WorkSum(f"works.{name}", label, unit=units[f"works.{name}"]) for name, label in s.works]
    sources = {n: SourceSum(f"sources.{n}", label, unit=units[f"sources.{n}"]) for n, label in s.sources}
    streams = [StreamSum(f"streams.{n}", label, unit=units[f"streams.{n}"]) for n, label in s.streams]
    replaced = [ReplacementSum(f"replacements.{n}", x, unit=units[f"replacements.{n}"]) for n, x in s.replacements]
    costs = [CostSum(f"costs.{n}", label, unit=units[f"costs.{n}"]) for n, label in s.costs]
    c = Chapters(s, units)
    apart = [(n, kind if kind in TOLD_APART else "others") for n, kind in s.natures]
    natures = {nature: [sources[n] for n, kind in apart if kind == nature] for nature in TOLD_APART}
    income = {stream.path.removeprefix("streams."): stream for stream in streams}
    capital = {paid.path.removeprefix("capital."): paid for paid in c.capital}
    public = PublicMoney(
        "public", unit=units["stakes.public.budget"], own=[sources[n] for n in s.own],
        higher=[sources[n] for n, kind in s.natures if kind == "fiscal" and n not in s.own],
        sources=list(sources.values()), government=[capital[n] for n in s.government],
        support=[income[n] for n in s.support], business=c.business, contributed=c.contributed,
        investment=c.investment, funding=c.funding, debts=c.debts, cash=c.cash, lender=c.lender, profit=c.profit,
    )  # fmt: skip
    scorecard = Scorecard(
        "result", scale=scale, contributed=c.contributed, cover=c.cover,
        natures=natures, standard=list(s.standard), liquidity=c.liquidity, recovery=c.recovery, lender=c.lender,
        public=public,
    )  # fmt: skip
    measures = Measures(
        "measures", scale=scale, business=c.business, contributed=c.contributed, investment=c.investment,
        funding=c.funding, scorecard=scorecard,
        social=[sources[n] for n, kind in s.natures if kind == "social"], social_capital=[capital[n] for n in s.social],
    )  # fmt: skip
    return [
        c.horizon, c.opening, scale, *works, c.investment, *sources.values(), c.contributed, *c.bonds, *c.queue, c.working,
        c.working_loan, *c.bridges, c.debts, c.funding, *streams, *costs, *replaced, c.business, c.vat, c.surcharges,
        c.assets, c.profit, c.tax, *c.losses, c.appropriation, c.cash, c.balance_sheet, c.project, c.equity, c.investors,
        c.cover, c.liquidity, c.recovery, c.lender, public, scorecard, measures,
    ]  # fmt: skip


B = TypeVar("B", bound=Block)


def opened(block: type[B], path: str, label: Text | None = None, **links: object) -> B:
    """A block whose other links are filled in later."""
    return block(path, label, **{name: links.get(name) for name in block.links()})


class Chapters:
    """The chapters that read each other. Each is made first; then links are filled in by name, both ways."""

    def __init__(self, s: Structure, units: Mapping[str, Block]) -> None:
        self.horizon, self.opening = opened(Horizon, "horizon"), opened(Opening, "opening")
        self.investment = opened(Investment, "investment", unit=units["construction"])
        self.contributed = opened(Contributed, "contributions", unit=units["contributions"])
        self.business = opened(Business, "operations", unit=units["operations"])
        self.working, self.working_loan = opened(WorkingCapital, "working_capital"), opened(WorkingCapitalLoan, "working_loan")
        self.debts, self.funding = opened(Debts, "debts"), opened(Funding, "funding")
        self.vat, self.surcharges, self.tax = opened(ValueAddedTax, "vat"), opened(Surcharges, "surcharges"), opened(IncomeTax, "tax")
        self.assets, self.profit, self.appropriation = opened(Assets, "assets"), opened(Profit, "profit"), opened(Appropriation, "appropriation")
        self.cash, self.balance_sheet = opened(CashPlan, "cash"), opened(BalanceSheet, "balance_sheet")
        self.project, self.equity = opened(ProjectFlow, "project_flow"), opened(EquityFlow, "equity_flow")
        self.investors = opened(InvestorFlow, "investor_flow")
        self.cover, self.liquidity, self.recovery = opened(Cover, "cover"), opened(Liquidity, "liquidity"), opened(Recovery, "recovery")
        self.lender = opened(Lender, "lender")
        self._bonds(s, units)
        self._queue(s, units)
        self.bridges = [opened(Bridge, f"short_loans.{name}", label) for name, label in s.short_loans]
        self._losses(s)
        for chapter in (*vars(self).values(), *self.bonds, *self.loans, *self.capital, *self.bridges):
            if isinstance(chapter, Block):
                self._link(chapter)
        self.lender.company = [c for c in self.capital if c.path.removeprefix("capital.") not in s.not_company]
        self.cover.without_bond = s.without_bond
        self.debts.special = [bond for bond in self.bonds if bond.path.removeprefix("bonds.") not in s.not_special]

    def _bonds(self, s: Structure, units: Mapping[str, Block]) -> None:
        made = {n: opened(Bond, f"bonds.{n}", label, unit=units[f"stakes.bonds.{n}"]) for n, label in s.bonds}
        for name, bond in made.items():
            bond.refinances = [made[other] for other in dict(s.refinances).get(name, ())]
        self.bonds = list(made.values())

    def _queue(self, s: Structure, units: Mapping[str, Block]) -> None:
        """Capital and loans in the order in which they are asked, each after what stands before it."""
        self.capital: list[Capital] = []
        self.loans: list[Loan] = []
        self.queue: list[Block] = []
        loans = {name: opened(Loan, f"loans.{name}", label, unit=units[f"stakes.loans.{name}"]) for name, label in s.loans}
        for name, label in s.capital:
            capital = opened(Capital, f"capital.{name}", label, unit=units[f"stakes.capital.{name}"])
            capital.beside = list(loans.values())[:1]
            self._asked(capital, self.capital)
        for loan in loans.values():
            self._asked(loan, self.loans)

    def _asked(self, block: Capital | Loan, asked: list[Capital] | list[Loan]) -> None:
        before = opened(NeedBefore, f"{block.path}.before", block.label, capital=list(self.capital), loans=list(self.loans))
        block.need_before = before
        self.queue += [before, block]
        asked.append(block)  # type: ignore[arg-type]
        before.funding = self.funding

    def _losses(self, s: Structure) -> None:
        """One block for each age that a loss may have; the older ones are used first."""
        self.losses: list[Loss] = []
        for age in range(1, s.loss_years + 1):
            label = Text(f"{age} 年前的亏损", f"losses of {age} year{'s' if age > 1 else ''} ago")
            younger = self.losses[-1] if self.losses else None
            self.losses.append(Loss(f"tax.losses.{age}", label, tax=self.tax, younger=younger, older=[]))
        for i, loss in enumerate(self.losses):
            loss.older = self.losses[i + 1 :]

    def _link(self, block: Block) -> None:
        """Fill in the links that bear the name of a chapter."""
        for name in block.links():
            if getattr(block, name) is None and hasattr(self, name):
                setattr(block, name, getattr(self, name))
