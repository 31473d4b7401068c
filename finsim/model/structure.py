"""The structure of a programme: which works, sources, streams and debts there are, and how they are linked.

Numbers are not here. Programmes with one structure share one pair of sheets, read and planned once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from finsim.model.account_sheet import account_blocks
from finsim.model.construction import Construction
from finsim.model.costs import Cost, Replacement
from finsim.model.facts import Facts
from finsim.model.operations import Operations
from finsim.model.payments import Contributions, Pay
from finsim.model.sources import BudgetShare, Source, Stake
from finsim.model.streams import RampYear, Stream
from finsim.model.works import Work
from finsim.sheet import Block, Text
from finsim.sheet.model import Model, build
from finsim.sheet.planner import check

NATURES = ("fiscal", "operators", "residents", "maintenance_fund", "owners", "social", "others")
"""财政、管线单位、居民、住宅专项维修资金、原产权单位、社会资本、其他."""
LEVELS = ("central", "province", "city", "county")
"""Whose budget a fiscal source comes from."""
BELONGS = ("company", "owners", "public")
"""Whose income a stream is before anything is ceded."""
STANDARD_TESTS = (
    "cover_full", "cover_operating", "cover_all_debt", "liquidity", "recovery", "lender", "public_money", "ring_fence",
)  # fmt: skip
WITHOUT_BOND = ("cover_all_debt", "recovery", "lender", "nothing")
"""What a balance standard may let apply to an account that has no special bond."""
BALANCED = "balanced"
PASSES = {
    "cover_full": "cover.full_passes",
    "cover_operating": "cover.operating_passes",
    "cover_all_debt": "cover.all_debt_passes",
    "liquidity": "liquidity.passes",
    "recovery": "recovery.passes",
    "lender": "lender.passes",
    "public_money": "public.passes",
    "ring_fence": "public.ring_fenced",
    BALANCED: "result.balanced",
}
"""For each test, and for the whole balance standard, the row that is 1 where it passes."""
STREAM_KINDS = ("revenue", "subsidy", "untaxed_subsidy")
"""经营收入、补贴收入、不征税的补贴收入."""
TAX_TREATMENTS = ("capital", "untaxed", "taxed")
"""What money for the company's assets is to income tax: 作为资本投入，不征税，折旧可扣除; 不征税收入，折旧不得扣除
(财税〔2011〕70号); 应税收入，折旧可扣除."""
ELEMENTS = ("materials", "power", "wages", "repairs", "others")
"""生产要素法：外购原材料、外购燃料及动力、工资及福利、修理、其他."""


@dataclass(frozen=True)
class Structure:
    """Ids in order, each with its label.

    pays         the works of a source
    serves       the streams of a cost
    kinds        what a stream is, where it is no revenue
    elements     the element of production of a cost, where it is not "others"
    intangible   works that become intangible assets of the company
    not_special  bonds that are no special bonds (公司信用类债券、项目收益票据)
    not_company  capital that others than the company pay in
    refinances   the bonds whose principal a bond refinances
    short_loans  facilities for a year's shortage of cash, at most one
    loss_years   years for which a loss may be made good: 5, or 10 for high-tech enterprises
    not_built    works that are not built as far as their sources do not pay
    levels       whose budget a fiscal source comes from, where it says so
    treatments   what a source is to income tax, where it is not capital
    belongs      whose income a stream is, where it is not the company's
    needs        the works without which a stream earns nothing
    ramps        how many years of operation a stream's table of the ramp has
    gross_vat    whether the cash flow statements show value-added tax gross
    without_bond what the balance standard lets apply to an account without a special bond
    own          fiscal sources of the own budget; the others come from higher ones
    government   capital that the government pays in
    support      subsidies that the budget pays towards the service of bonds
    social       capital that social investors pay in
    basic        works of 基础类
    concessions  works that the company holds under a concession
    bays         streams whose quantity is parking bays
    """

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
    replacements: tuple[tuple[str, Text], ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    elements: tuple[tuple[str, str], ...] = ()
    intangible: tuple[str, ...] = ()
    not_special: tuple[str, ...] = ()
    not_company: tuple[str, ...] = ()
    refinances: tuple[tuple[str, tuple[str, ...]], ...] = ()
    short_loans: tuple[tuple[str, Text], ...] = ()
    loss_years: int = 5
    not_built: tuple[str, ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    belongs: tuple[tuple[str, str], ...] = ()
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ramps: tuple[tuple[str, int], ...] = ()
    gross_vat: bool = False
    treatments: tuple[tuple[str, str], ...] = ()
    without_bond: str = WITHOUT_BOND[0]
    own: tuple[str, ...] = ()
    government: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    social: tuple[str, ...] = ()
    basic: tuple[str, ...] = ()
    concessions: tuple[str, ...] = ()
    bays: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Sheets:
    """The two sheets of a structure: one for units, one for accounts. Equal only to itself."""

    unit: Model
    account: Model


@lru_cache(maxsize=64)
def sheets(structure: Structure) -> Sheets:
    """Both sheets of the structure, every formula read and checked once. Raises ``SheetError``."""
    blocks, roots = _unit(structure)
    unit = build(blocks)
    account = build(account_blocks(structure, roots), units=unit)
    check(unit)
    check(account)
    return Sheets(unit, account)


def _unit(s: Structure) -> tuple[list[Block], Mapping[str, Block]]:
    facts = Facts("facts")
    works: dict[str, Work] = {}
    listed: list[Work] = []
    basic: list[Work] = []
    fixed: list[Work] = []
    intangible: list[Work] = []
    construction = Construction("construction", works=listed, basic=basic, fixed=fixed, intangible=intangible)
    for name, label in s.works:
        works[name] = Work(f"works.{name}", label, facts=facts, construction=construction, last=[])
    listed += works.values()
    for name, work in works.items():
        (intangible if name in s.intangible else fixed).append(work)
    basic += [works[name] for name in s.basic]
    sources: dict[str, Source] = {}
    payments: dict[str, list[Pay]] = {name: [] for name, _ in s.works}
    blocks: list[Block] = [facts, construction, *listed]
    for name, label in s.sources:
        pays: dict[str, Pay] = {}
        source = sources[name] = Source(f"sources.{name}", label, facts=facts, construction=construction, pays=pays)
        blocks.append(source)
        for paid in dict(s.pays)[name]:
            earlier = list(payments[paid])
            pay = Pay(
                f"sources.{name}.pays.{paid}",
                Text(f"{label.zh}支付{works[paid].label.zh}", f"{label.en} for {works[paid].label.en}"),
                source=source, work=works[paid], earlier=earlier,
            )  # fmt: skip
            payments[paid].append(pay)
            pays[paid] = pay
            blocks.append(pay)
    for optional in s.not_built:
        works[optional].last += payments[optional][-1:]
    natures, levels, treatments = dict(s.natures), dict(s.levels), dict(s.treatments)
    contributions = Contributions(
        "contributions", sources=list(sources.values()), construction=construction,
        funds=[source for name, source in sources.items() if natures.get(name) == "maintenance_fund"],
        levels={level: [source for name, source in sources.items() if levels.get(name) == level] for level in LEVELS},
        taxing=[source for name, source in sources.items() if treatments.get(name) == "taxed"],
        untaxed=[source for name, source in sources.items() if treatments.get(name) == "untaxed"],
        basic=_fiscal(s, sources, s.basic), concessions=_fiscal(s, sources, s.concessions),
    )  # fmt: skip
    streams: dict[str, Stream] = {}
    ramped: list[RampYear] = []
    for name, label in s.streams:
        needed = [works[needs] for needs in dict(s.needs).get(name, ())]
        stream = Stream(f"streams.{name}", label, construction=construction, works=needed, ramped=[])
        years = dict(s.ramps).get(name, 0)
        stream.ramped += [_ramp_year(stream, number, last=number == years) for number in range(1, years + 1)]
        streams[name] = stream
        ramped += stream.ramped
    costs = {
        name: Cost(
            f"costs.{name}", label, facts=facts, construction=construction,
            streams=[streams[x] for x in dict(s.serves)[name]],
        )
        for name, label in s.costs
    }  # fmt: skip
    kinds, elements, belongs = dict(s.kinds), dict(s.elements), dict(s.belongs)
    replacements = [Replacement(f"replacements.{name}", label) for name, label in s.replacements]
    operations = Operations(
        "operations", costs=list(costs.values()), replacements=replacements,
        streams=[stream for name, stream in streams.items() if name not in kinds],
        owners=[stream for name, stream in streams.items() if belongs.get(name) == "owners"],
        public=[stream for name, stream in streams.items() if belongs.get(name) == "public"],
        bays=[streams[name] for name in s.bays],
        subsidies=[stream for name, stream in streams.items() if name in kinds],
        untaxed=[stream for name, stream in streams.items() if kinds.get(name) == "untaxed_subsidy"],
        elements={e: [cost for name, cost in costs.items() if elements.get(name, "others") == e] for e in ELEMENTS},
    )  # fmt: skip
    stakes = {
        f"{kind}.{name}": Stake(f"stakes.{kind}.{name}", label)
        for kind, items in (("capital", s.capital), ("bonds", s.bonds), ("loans", s.loans))
        for name, label in items
    }
    blocks += [
        contributions, *streams.values(), *ramped, *costs.values(), *replacements, operations, *stakes.values(),
        BudgetShare("stakes.public.budget"),
    ]  # fmt: skip
    return blocks, {block.path: block for block in blocks}


def _fiscal(s: Structure, sources: Mapping[str, Source], works: tuple[str, ...]) -> list[Pay]:
    """What fiscal sources pay for some of the works."""
    return [sources[name].pays[work] for name, nature in s.natures if nature == "fiscal" for work in works if work in sources[name].pays]


def _ramp_year(stream: Stream, number: int, last: bool) -> RampYear:
    label = Text(f"{stream.label.zh}运营第 {number} 年", f"{stream.label.en}, year {number} of operation")
    return RampYear(f"{stream.path}.ramp_table.{number}", label, stream=stream, number=number, last=last)
