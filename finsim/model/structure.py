"""The structure of a programme: which works, sources, streams and debts there are, and how they are linked.

Numbers are not here. Programmes with one structure share one pair of sheets, read and planned once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from finsim.model.account import (
    Business,
    Contributed,
    CostSum,
    Investment,
    Scale,
    SourceSum,
    StreamSum,
    WorkSum,
)
from finsim.model.balance import Cover, Lender, Liquidity, Recovery, Scorecard
from finsim.model.debt import Bond, Capital, Debts, Funding, Loan, NeedBefore
from finsim.model.facts import Facts
from finsim.model.operations import Cost, Operations, Stream
from finsim.model.sources import Contributions, Pay, Source, Stake
from finsim.model.statements import Assets, BalanceSheet, CashPlan, Profit
from finsim.model.tax import IncomeTax, Loss, Surcharges, ValueAddedTax
from finsim.model.works import Construction, Work
from finsim.sheet import Block, Text
from finsim.sheet.model import Model, build
from finsim.sheet.planner import check

NATURES = ("fiscal", "operators", "residents", "others")
STANDARD_TESTS = ("cover_full", "cover_operating", "cover_all_debt", "liquidity", "recovery")
YEARS_OF_LOSS_RELIEF = 5


@dataclass(frozen=True)
class Structure:
    """Ids in order, each with its label. ``pays`` names the works of a source, ``serves`` the streams of a cost."""

    works: tuple[tuple[str, Text], ...]
    sources: tuple[tuple[str, Text], ...]
    streams: tuple[tuple[str, Text], ...]
    costs: tuple[tuple[str, Text], ...]
    capital: tuple[tuple[str, Text], ...]
    bonds: tuple[tuple[str, Text], ...]
    loans: tuple[tuple[str, Text], ...]
    pays: tuple[tuple[str, tuple[str, ...]], ...]
    natures: tuple[tuple[str, str], ...]
    serves: tuple[tuple[str, tuple[str, ...]], ...]
    standard: tuple[str, ...]


@dataclass(frozen=True)
class Sheets:
    """The two sheets of a structure: one for units, one for accounts."""

    unit: Model
    account: Model


@lru_cache(maxsize=64)
def sheets(structure: Structure) -> Sheets:
    """Both sheets of the structure, every formula read and checked once. Raises ``SheetError``."""
    blocks, roots = _unit(structure)
    unit = build(blocks)
    account = build(_account(structure, roots), units=unit)
    check(unit)
    check(account)
    return Sheets(unit, account)


def _unit(s: Structure) -> tuple[list[Block], Mapping[str, Block]]:
    facts = Facts("facts")
    works: dict[str, Work] = {}
    listed: list[Work] = []
    construction = Construction("construction", works=listed)
    for name, label in s.works:
        works[name] = Work(f"works.{name}", label, facts=facts, construction=construction)
    listed += works.values()
    sources: dict[str, Source] = {}
    payments: dict[str, list[Pay]] = {name: [] for name, _ in s.works}
    blocks: list[Block] = [facts, construction, *listed]
    for name, label in s.sources:
        pays: dict[str, Pay] = {}
        source = sources[name] = Source(f"sources.{name}", label, facts=facts, pays=pays)
        blocks.append(source)
        for work in dict(s.pays)[name]:
            earlier = list(payments[work])
            pay = Pay(
                f"sources.{name}.pays.{work}",
                Text(f"{label.zh}支付{works[work].label.zh}", f"{label.en} for {works[work].label.en}"),
                source=source, work=works[work], earlier=earlier,
            )  # fmt: skip
            payments[work].append(pay)
            pays[work] = pay
            blocks.append(pay)
    contributions = Contributions("contributions", sources=list(sources.values()), construction=construction)
    streams = {name: Stream(f"streams.{name}", label, construction=construction) for name, label in s.streams}
    costs = {
        name: Cost(
            f"costs.{name}", label, facts=facts, construction=construction,
            streams=[streams[x] for x in dict(s.serves)[name]],
        )
        for name, label in s.costs
    }  # fmt: skip
    operations = Operations("operations", streams=list(streams.values()), costs=list(costs.values()))
    stakes = {
        f"{kind}.{name}": Stake(f"stakes.{kind}.{name}", label)
        for kind, items in (("capital", s.capital), ("bonds", s.bonds), ("loans", s.loans))
        for name, label in items
    }
    blocks += [contributions, *streams.values(), *costs.values(), operations, *stakes.values()]
    return blocks, {block.path: block for block in blocks}


def _account(s: Structure, units: Mapping[str, Block]) -> list[Block]:
    scale = Scale("scale", unit=units["facts"])
    work_sums = [WorkSum(f"works.{name}", label, unit=units[f"works.{name}"]) for name, label in s.works]
    source_sums = {n: SourceSum(f"sources.{n}", label, unit=units[f"sources.{n}"]) for n, label in s.sources}
    stream_sums = [StreamSum(f"streams.{n}", label, unit=units[f"streams.{n}"]) for n, label in s.streams]
    cost_sums = [CostSum(f"costs.{n}", label, unit=units[f"costs.{n}"]) for n, label in s.costs]
    investment = Investment("investment", unit=units["construction"])
    contributed = Contributed("contributions", unit=units["contributions"])
    business = Business("operations", unit=units["operations"])
    bonds = [Bond(f"bonds.{n}", label, unit=units[f"stakes.bonds.{n}"]) for n, label in s.bonds]
    capital: list[Capital] = []
    loans: list[Loan] = []
    queue: list[NeedBefore] = []
    debts = Debts("debts", bonds=bonds, loans=loans)
    losses: list[Loss] = []
    standard = list(s.standard)
    natures = {nature: [source_sums[n] for n, kind in s.natures if kind == nature] for nature in NATURES}
    vat = ValueAddedTax("vat", investment=investment, business=business)
    surcharges = Surcharges("surcharges", vat=vat, business=business)
    # Chapters refer to each other both ways; links that close such a circle are filled in afterwards.
    tax = IncomeTax("tax", profit=None, losses=losses)
    funding = Funding(
        "funding", investment=investment, contributed=contributed, debts=debts, capital=capital, cash=None
    )
    assets = Assets("assets", investment=investment, contributed=contributed, funding=funding)
    profit = Profit(
        "profit", business=business, surcharges=surcharges, assets=assets, debts=debts, funding=funding, tax=tax
    )
    cash = CashPlan(
        "cash", business=business, investment=investment, contributed=contributed, vat=vat,
        surcharges=surcharges, tax=tax, debts=debts, funding=funding,
    )  # fmt: skip
    tax.profit, funding.cash = profit, cash
    for kind, items in (("capital", s.capital), ("loans", s.loans)):
        for name, label in items:
            before = NeedBefore(
                f"{kind}.{name}.before", label, funding=funding, capital=list(capital), loans=list(loans)
            )
            stake = units[f"stakes.{kind}.{name}"]
            queue.append(before)
            if kind == "capital":
                capital.append(Capital(f"capital.{name}", label, unit=stake, need_before=before))
            else:
                loans.append(Loan(f"loans.{name}", label, unit=stake, investment=investment, need_before=before))
    for age in range(1, YEARS_OF_LOSS_RELIEF + 1):
        label = Text(f"{age} 年前的亏损", f"losses of {age} year{'s' if age > 1 else ''} ago")
        losses.append(Loss(f"tax.losses.{age}", label, tax=tax, younger=losses[-1] if losses else None, older=[]))
    for i, loss in enumerate(losses):
        loss.older = losses[i + 1 :]
    cover = Cover("cover", business=business, surcharges=surcharges, tax=tax, debts=debts, investment=investment)
    liquidity = Liquidity("liquidity", cash=cash)
    recovery = Recovery(
        "recovery", business=business, surcharges=surcharges, vat=vat, investment=investment, assets=assets,
        funding=funding, profit=profit,
    )  # fmt: skip
    return [
        scale, *work_sums, investment, *source_sums.values(), contributed,
        *bonds, *(b for pair in zip(queue, [*capital, *loans], strict=True) for b in pair), debts, funding,
        *stream_sums, *cost_sums, business, vat, surcharges, assets, profit, tax, *losses, cash,
        BalanceSheet(
            "balance_sheet", investment=investment, contributed=contributed, funding=funding, assets=assets,
            debts=debts, vat=vat, cash=cash, profit=profit,
        ),
        cover, liquidity, recovery, Lender("lender", profit=profit, tax=tax, debts=debts),
        Scorecard(
            "result", scale=scale, funding=funding, contributed=contributed, debts=debts, cover=cover,
            natures=natures, standard=standard, liquidity=liquidity, recovery=recovery,
        ),
    ]  # fmt: skip
