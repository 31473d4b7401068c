"""Scenario files at random: everything that the form of a scenario has, in combinations nobody would write, by seed.

They are written as YAML and loaded like any other file, so they go the whole way from the form to the rows. One in twenty has more
than twenty years, one in twenty-five more units than a book has sheets for. Amounts are those of ``tests.model.programmes``:
often nothing, often at an end of what is allowed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from finsim.model.assets import Assets
from finsim.model.balance import Cover, Recovery
from finsim.model.bonds import Bond
from finsim.model.capital import Capital
from finsim.model.construction import Construction
from finsim.model.costs import Cost, Replacement
from finsim.model.facts import Facts
from finsim.model.flows import ProjectFlow
from finsim.model.horizon import Opening
from finsim.model.lender import Lender
from finsim.model.loans import Bridge, Loan
from finsim.model.profit import Appropriation
from finsim.model.public import PublicMoney
from finsim.model.sources import Source, Stake
from finsim.model.streams import RampYear, Stream
from finsim.model.structure import (
    BELONGS,
    ELEMENTS,
    LEVELS,
    NATURES,
    STANDARD_TESTS,
    STREAM_KINDS,
    TAX_TREATMENTS,
    WITHOUT_BOND,
)  # fmt: skip
from finsim.model.tax import IncomeTax, Surcharges, ValueAddedTax
from finsim.model.working_capital import WorkingCapital, WorkingCapitalLoan
from finsim.model.works import Work
from finsim.scenario.catalogue_form import BY_QUANTITY
from finsim.scenario.fields import BOND_TERMS, SPLIT_KEYS
from finsim.scenario.form import DIVISIBLE
from finsim.scenario.loading import load
from finsim.scenario.problems import ScenarioError
from finsim.scenario.scenario import Scenario
from finsim.scenario.schema import FINANCE, RED_FLAGS
from finsim.sheet import Block, Input
from finsim.sheet.model import InputRow
from tests.model.programmes import amounts

Terms = dict[Any, Any]
CATEGORIES = ("基础类", "完善类", "提升类", "其他")
LOCATIONS = ("红线外", "公共部分", "建筑物本体", "户内")
NETWORKS = ("供水", "排水", "供电", "供气", "供热", "通信")
OWNERS = ("company", "company", "owners", "operator", "government")
METHODS = ("equal_principal", "annuity", "bullet", "capacity", "sculpted", "shares", "amounts")
SECTIONS = (
    "construction", "opening", "working_capital", "working_loan", "assets", "vat", "tax", "surcharges", "appropriation",
    "project_flow", "lender", "public", "cover", "recovery",
)  # fmt: skip
COUNTED = {key: getattr(Facts, key) for key in ("households", "area", "buildings", "neighbourhoods", "entrances")}
TOTALS = (*COUNTED, "equal")


def random_scenario(seed: int) -> Scenario:
    """The scenario that a seed stands for. Where a split has nothing to go by, finance is divided in equal parts."""
    document = random_document(seed)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"random-{seed}.yaml"
        try:
            return _loaded(document, path)
        except ScenarioError as error:
            if not all(problem.path.endswith("split") for problem in error.problems):
                raise
        finance = document["finance"]
        for terms in (finance, document["public"], *(entry for kind in FINANCE for entry in finance[kind].values())):
            if "split" in terms:
                terms["split"] = {"by": "equal"}
        return _loaded(document, path)


def random_book(seed: int) -> Callable[[], tuple[Scenario, None, str]]:
    """What a book of it is made from: one of its accounts, grouped as it says."""

    def case() -> tuple[Scenario, None, str]:
        scenario = random_scenario(seed)
        accounts = scenario.accounts()
        return scenario, None, accounts[seed % len(accounts)].id

    return case


def _loaded(document: Terms, path: Path) -> Scenario:
    yaml = YAML(typ="safe", pure=True)
    yaml.representer.ignore_aliases = lambda _: True
    yaml.dump(document, path)
    return load(path)


def random_document(seed: int) -> Terms:
    return _Author(np.random.default_rng(seed)).document(seed)


class _Author:
    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        first = self.whole(2020, 2027)
        length = self.whole(21, 33) if self.chance(0.05) else self.whole(4, 9)
        self.years = range(first, first + length)
        self.first, self.last = first, first + length - 1
        self.units = [f"u{i:02}" for i in range(1, 1 + (22 if self.chance(0.04) else self.whole(1, 3)))]
        self.works: Terms = {}
        self.reached: dict[str, list[str]] = {}
        """Works that each source may pay."""

    # ---- chance --------------------------------------------------------------------------------------------
    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)

    def whole(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high + 1))

    def one(self, choices: Sequence[Any]) -> Any:
        return choices[self.whole(0, len(choices) - 1)]

    def some(self, choices: Collection[Any], probability: float = 0.5, least: int = 0) -> list[Any]:
        chosen = [x for x in choices if self.chance(probability)]
        return chosen if len(chosen) >= least else list(choices)[:least]

    def year(self, low: int | None = None, high: int | None = None) -> int:
        return self.whole(self.first if low is None else low, self.last if high is None else high)

    def span(self, low: int | None = None, high: int | None = None) -> list[int]:
        return sorted((self.year(low, high), self.year(low, high)))

    def shares(self, years: Collection[int]) -> Terms:
        """Of one whole, in sixteenths, so that they add up exactly."""
        ends = [0, *sorted(self.whole(0, 16) for _ in range(len(years) - 1)), 16]
        return {year: (b - a) / 16 for year, a, b in zip(years, ends, ends[1:], strict=False)}

    def yearly(self, high: float) -> Terms:
        return {year: round(float(self.random.uniform(0, high)), 2) for year in self.some(self.years, 0.5, least=1)}

    # ---- values --------------------------------------------------------------------------------------------
    def number(self, declared: Input) -> float:
        row = InputRow(declared.name, "", declared.label, declared.unit, declared.bounds, declared.default, None)
        return float(f"{amounts(row, 1, self.random)[0]:.6g}")

    def value(self, declared: Input) -> Any:
        """As a number, with its unit, with its source, as an assumption with its range, or as a total to be split."""
        number = self.number(declared)
        way = self.random.random()
        if declared in DIVISIBLE and way < 0.3:
            weights = {"households": 0.5, "area": 0.5} if self.chance(0.3) else self.one(TOTALS)
            return {"total": number * len(self.units), "split": weights}
        if way < 0.4:
            return {"value": number, "source": "other", "note": "见表"}
        if way < 0.5:
            return {"value": number, "assumed": [number, number], "note": "假设"}
        if way < 0.6 and declared.unit == "1" and (declared.bounds.le or 0) == 1:
            return f"{round(number * 100, 4)}%"
        return number

    def inputs(self, block: type[Block], without: Collection[str] = (), probability: float = 0.4) -> Terms:
        """What has a default is sometimes left out."""
        return {
            declared.name: self.value(declared)
            for declared in block.declarations()
            if isinstance(declared, Input) and declared.name not in without
            and (declared.default is None or self.chance(probability))
        }  # fmt: skip

    def named(self, prefix: str, zh: str, most: int, least: int = 0) -> dict[str, Terms]:
        return {
            f"{prefix}{i}": {"label": f"{zh}{i}", "label_en": f"{prefix} {i}"} | self.told()
            for i in range(1, 1 + self.whole(least, most))
        }  # fmt: skip

    def told(self) -> Terms:
        return self.maybe("source", lambda: "other", 0.1) | self.maybe("note", lambda: "说明", 0.1)

    # ---- the file ------------------------------------------------------------------------------------------
    def document(self, seed: int) -> Terms:
        catalogue = self.catalogue()
        balance: Terms = {"by": self.one(("unit", "district", "all")), "standard": self.some(STANDARD_TESTS, 0.5, least=1)}
        if self.chance(0.3):
            own = {"label": "自定", "label_en": "own", "tests": balance["standard"]}
            balance["standards"] = {"own": own | self.maybe("without_bond", lambda: self.one(WITHOUT_BOND), 0.8)}
            balance["standard"] = "own"
        else:
            balance |= self.maybe("without_bond", lambda: self.one(WITHOUT_BOND))
        if self.chance(0.3):
            cut = self.whole(1, len(self.units))
            parts = [part for part in (self.units[:cut], self.units[cut:]) if part]
            balance["accounts"] = [
                {"id": f"a{i}", "label": f"主体{i}", "label_en": f"account {i}", "units": part} for i, part in enumerate(parts, 1)
            ]  # fmt: skip
        document = {
            "finsim": 1, "title": f"随机方案 {seed}", "title_en": f"random scenario {seed}",
            "note": "随机生成", "note_en": "made at random",
            "sources": {
                "invented": {"document": "虚构", "document_en": "invented", "assumed": True},
                "other": {"document": "另一文件", "document_en": "another document", "link": "https://example.org/",
                          "date": datetime.date(2024, 5, 6), "note": "备注"},
            },
            "source": "invented", "timeline": {"first": self.first, "last": self.last},
            "policy": {"as_of": datetime.date(2024, 1, 1)},
            "construction": self.inputs(Construction), "catalogue": catalogue, "units": [*map(self.unit, self.units)],
            "finance": self.finance(), "opening": self.opening(),
            "working_capital": self.inputs(WorkingCapital) | self.maybe("added", lambda: self.yearly(30)),
            "working_loan": self.inputs(WorkingCapitalLoan), "assets": self.inputs(Assets), 
            "vat": self.inputs(ValueAddedTax) | self.maybe("shown", lambda: self.one(("net", "gross"))),
            "tax": self.inputs(IncomeTax) | self.maybe("loss_years", lambda: self.one((5, 10)))
            | self.maybe("reduction", lambda: {year: self.one((0, 0.5, 1)) for year in self.some(self.years)}),
            "surcharges": self.inputs(Surcharges), "appropriation": self.inputs(Appropriation),
            "project_flow": self.inputs(ProjectFlow), "lender": self.inputs(Lender) | {"with_cash": self.one((0, 1))},
            "public": self.public(),
            "cover": self.inputs(Cover, without=["to_the_end"]) | {"income_until": self.one(("end", "maturity"))},
            "recovery": self.inputs(Recovery), "balance": balance,
        } | self.drawn() | self.maybe("variants", self.variants, 0.15)  # fmt: skip
        for section in self.some(SECTIONS, 0.2):
            document[section]["source"] = "other"
        return document

    def opening(self) -> Terms:
        found = self.inputs(Opening, probability=0.2)
        if self.chance(0.2):  # not more is written off than stands in the books
            found.pop("fixed_life", None)
            found |= {"fixed": 50, "depreciation": self.yearly(50 / len(self.years))}
        return found

    def public(self) -> Terms:
        """Commitments name the years of the budget; every forbidden practice is answered."""
        found = self.inputs(PublicMoney, without=[*RED_FLAGS, "debt_limited"])
        if self.chance(0.4):
            found["budget"] = self.yearly(300)
            found |= self.maybe("committed", lambda: {year: amount / 3 for year, amount in found["budget"].items()})
        found |= self.maybe("to_others", lambda: self.yearly(20), 0.3) | self.maybe("own", lambda: self.some(LEVELS, least=1), 0.3)
        found |= self.maybe("split", self.split, 0.3)
        return found | {"declared": {flag: {"value": self.chance(0.1), "source": "other"} for flag in RED_FLAGS}}

    def drawn(self) -> Terms:
        """Uncertain inputs, half the time; two of them may be correlated."""
        found = self.maybe("uncertain", self.uncertain, 0.5)
        paths = [path for path, terms in found.get("uncertain", {}).items() if "path" not in terms]
        if len(paths) > 1 and self.chance(0.5):
            found["dependence"] = [{"between": paths[:2], "rank": self.one((0.4, "-30%"))}]
        elif "uncertain" in found and self.chance(0.3):
            for terms in found["uncertain"].values():
                terms |= {"shared": 0} if "shared" in terms else {}
            found["independent"] = "各单元互不相关"
        return found

    def uncertain(self) -> Terms:
        """Each distribution for some input, in turn."""
        shared = {"shared": self.one((0.5, 1, "30%"))} if len(self.units) > 1 else {}
        low, high = sorted(round(float(x), 3) for x in self.random.uniform(0, 1, 2))
        kinds: Terms = {
            "triangular": [low, low, high], "pert": [low, high, high], "uniform": [low, high], "normal": [0.5, 0.2, low, high],
            "lognormal": [0.5, 0.3, low, high], "beta": [2, 1.5, low, high], "discrete": [[low, "40%"], [high + 0.1, 0.6]],
            "empirical": [high, low, low], "event": {"probability": "30%", "value": high},
        }  # fmt: skip
        inputs = self.some(("construction.overrun", *(f"works.{name}.amount" for name in self.works)), 0.7, least=1)
        drawn = {path: {kind: kinds[kind]} | shared for path in inputs for kind in [self.one([*kinds])]}
        for terms in drawn.values():
            terms |= self.maybe("factor", lambda: True, 0.3)
        path = {"mean": low, "speed": "30%", "sd": self.one((0, 0.1)), "low": 0, "high": 1}
        return drawn | self.maybe(f"works.{next(iter(self.works))}.price_growth", lambda: {"path": path, "factor": True} | shared)

    def variants(self) -> Terms:
        """One that changes a number; it is never the file's default."""
        named = {"label": "变体", "label_en": "variant", "note": "另一折现率", "note_en": "another rate"}
        return {"other": named | {"set": {"recovery.discount_rate": 0.05}, "remove": ["note"]}}

    def maybe(self, key: str, make: Any, probability: float = 0.4) -> Terms:
        return {key: make()} if self.chance(probability) else {}

    # ---- units ---------------------------------------------------------------------------------------------
    def begins(self) -> Terms:
        """Any year from which the works of the catalogue still end in time."""
        done = [years["years"] if "years" in years else [*years["phasing"]] for years in self.works.values()]
        first, last = min(years[0] for years in done), max(years[-1] for years in done)
        return self.maybe("begins", lambda: self.year(high=self.last - (last - first)), 0.3)

    def unit(self, name: str) -> Terms:
        number = self.units.index(name)
        side = "东" if number % 2 else "西"
        english = "east" if number % 2 else "west"
        beside = [self.units[i] for i in (number - 1, number + 1) if 0 <= i < len(self.units)]
        own = [f"works.{self.one([*self.works])}.amount", "construction.delay"]
        facts = self.inputs(Facts, probability=1)
        if number < 2:  # a total can be split by them
            facts |= {key: 1 + self.number(declared) for key, declared in COUNTED.items()}
        return facts | {
            "id": name, "label": f"小区{number + 1}", "label_en": f"neighbourhood {number + 1}", "neighbours": beside,
            "county": f"{side}县", "county_en": f"{english} county", "company": f"{side}城公司", "company_en": f"{english} company",
            "floors": self.whole(6 if number < 2 else 3, 18), "values": {path: self.one((0, 0.4, 1)) for path in self.some(own, 0.2)}, **self.told(), **self.begins(),
                    "district": f"{side}片区", "district_en": f"{english} district",
        }  # fmt: skip

    # ---- catalogue -----------------------------------------------------------------------------------------
    def catalogue(self) -> Terms:
        streams, costs = self.named("s", "收入", 3), self.named("c", "成本", 3)
        sources, replacements = self.named("p", "资金", 4), self.named("r", "更新", 2)
        self.works = self.named("w", "工程", 4, least=1)
        for number, terms in enumerate(self.works.values()):
            self.work(terms, number > 0)
        for name, terms in sources.items():
            self.source(name, terms)
        self.exclude(sources)
        paid = {work for works in self.reached.values() for work in works}
        for name, terms in self.works.items():
            if name in paid and self.chance(0.5):
                terms["if_unpaid"] = self.one(("not_built", "not_built", "account"))
            if terms.get("if_unpaid") == "not_built":
                terms.pop("retention", None)
        for terms in streams.values():
            self.stream(terms)
        free = [*streams]
        for terms in sources.values():
            if free and self.chance(0.2):
                terms["takes"] = {"streams": [free.pop()], "years": self.span()}
        for terms in costs.values():
            terms |= self.inputs(Cost) | {"element": self.one(ELEMENTS), "serves": self.some(streams)} | self.operated()
            terms |= self.maybe("vat_changes", lambda: {self.year(): self.one((0, 0.03, 0.09))}, 0.2)
        for terms in replacements.values():
            terms |= self.inputs(Replacement) | {"years": sorted(self.year() for _ in range(self.whole(1, 2))), "life": self.whole(1, 8)}
        mandatory = {"m": {"label": "必改", "label_en": "mandatory", "works": [next(iter(self.works))], "source": "other", "note": "说明"}}
        return self.maybe("mandatory", lambda: mandatory, 0.2) | {
            "works": self.works, "sources": sources, "streams": streams, "costs": costs, "replacements": replacements,
        }  # fmt: skip

    def work(self, terms: Terms, may_be_others: bool) -> None:
        begin = self.year(high=self.first + len(self.years) // 3)
        years = range(begin, min(begin + self.whole(1, 4), self.last + 1))
        terms |= self.inputs(Work, without=("owned", "by_others", "life", "residual"), probability=0.3)
        terms |= {"category": self.one(CATEGORIES), "owner": self.one(OWNERS)}
        terms |= self.maybe("location", lambda: self.one(LOCATIONS), 0.6) | self.maybe("network", lambda: self.one(NETWORKS))
        terms |= {"years": [years[0], years[-1]]} if self.chance(0.6) else {"phasing": self.shares(years)}
        terms |= self.maybe("paid_by_others", lambda: True, 0.1 * may_be_others)
        if "amount" not in terms and self.chance(0.7):
            terms["amount"] = self.value(Work.amount)
        if terms["owner"] == "company":
            terms |= {"asset": self.one(("fixed", "intangible")), "life": self.whole(1, 30)}
            if self.chance(0.3):
                terms["concession_years"] = self.whole(3, 30)
            else:
                terms["residual"] = self.value(Work.residual)

    def source(self, name: str, terms: Terms) -> None:
        open_to = [work for work, own in self.works.items() if not own.get("paid_by_others")]
        nature = terms["nature"] = self.one(NATURES)
        if nature == "maintenance_fund":  # it pays for common parts only
            open_to = [work for work in open_to if self.works[work].get("location") in LOCATIONS[1:3]]
            nature = terms["nature"] = nature if open_to else "others"
        others = {"maintenance_fund": ("interest_rate", "renewal"), "residents": ("by_housing_fund", "by_ceded_income")}
        without = [key for own, keys in others.items() if own != nature for key in keys]
        terms |= self.inputs(Source, without=("eligible", *without), probability=0.3)
        if nature == "fiscal":
            terms |= self.maybe("level", lambda: self.one(LEVELS), 0.7)
        terms |= self.maybe("tax", lambda: self.one(TAX_TREATMENTS), 0.5)
        terms |= self.maybe("county", lambda: self.one([f"{side}县" for side in "西东"[: len(self.units)]]), 0.2)
        terms |= self.maybe("floors_from", lambda: self.whole(1, 6), 0.2)
        if not any(terms.get(key) for key in ("amount", "per_household", "share_of_cost")) and self.chance(0.6):
            terms["share_of_cost"] = self.value(Source.share_of_cost)
        open_to = open_to or [work for work, own in self.works.items() if not own.get("paid_by_others")]
        key = "works" if nature == "maintenance_fund" else self.one(("works", "category", "location", "network", ""))
        choices = {"works": open_to, "category": CATEGORIES, "location": LOCATIONS, "network": NETWORKS}
        wanted = self.some(choices[key], 0.5) if key else []
        reached = [w for w in open_to if (w if key == "works" else self.works[w].get(key)) in wanted]
        if nature == "maintenance_fund":
            wanted = reached = wanted or open_to
        terms["pays"] = {key: wanted} if reached else {}
        self.reached[name] = reached or open_to

    def exclude(self, sources: Mapping[str, Terms]) -> None:
        """Sources that pay no work together may exclude each other."""
        for name, terms in sources.items():
            apart = [other for other in sources if not {*self.reached[name]} & {*self.reached[other]}]
            terms |= self.maybe("excludes", lambda apart=apart: apart, 0.3)

    def stream(self, terms: Terms) -> None:
        belongs = self.one((*BELONGS, "company"))
        without = ["owners_cost", "consent"] if belongs != "owners" else []
        if self.chance(0.3):
            terms["ramp"] = [self.value(RampYear.reached) for _ in range(self.whole(1, 4))]
            without += ["ramp_first", "ramp_rise"]
        if self.chance(0.2):
            without += BY_QUANTITY
        terms |= self.inputs(Stream, without=without) | self.operated(must=self.chance(0.1) or "quantity" in without)
        terms |= {"kind": self.one((*STREAM_KINDS, "revenue")), "belongs": belongs, "needs": self.some(self.works, 0.2)}
        terms |= self.maybe("vat_changes", lambda: {self.year(): self.one((0, 0.03, 0.09))}, 0.3)
        terms |= self.maybe("bays" if terms["kind"] == "revenue" else "for_bonds", lambda: True, 0.3)

    def operated(self, must: bool = False) -> Terms:
        found = self.maybe("years", self.span, 0.3)
        found |= self.maybe("repriced", lambda: {"every": self.whole(1, 4), "first": self.year()})
        return found | self.maybe("stated", lambda: self.yearly(60), 1.0 if must else 0.1)

    # ---- finance -------------------------------------------------------------------------------------------
    def finance(self) -> Terms:
        capital, loans, short = self.named("k", "资本金", 2), self.named("l", "贷款", 2), self.named("b", "过桥", 1)
        for terms in capital.values():
            self.capital(terms)
        for terms in loans.values():
            self.loan(terms)
        for terms in short.values():
            terms |= self.inputs(Bridge) | {"years": self.span()}
        return {
            "split": self.split(), "capital": capital, "bonds": self.bonds(), "loans": loans, "short_loans": short,
        }  # fmt: skip

    def split(self) -> Terms:
        if self.chance(0.2):
            return {"listed": self.shares(self.units)}
        return {"by": self.one(SPLIT_KEYS)}

    def capital(self, terms: Terms) -> None:
        terms |= {"payer": self.one(("company", "government", "social"))} | self.inputs(Capital, without=["share"])
        terms |= self.maybe("split", self.split, 0.2) | self.maybe("phasing", lambda: self.shares(self.years[:3]), 0.3)
        terms |= {"share": self.value(Capital.share)} if self.chance(0.4) else {"amount": self.value(Stake.face)}

    def bonds(self) -> Terms:
        """Some were issued before the timeline, some pay the principal of those that mature."""
        found: Terms = {}
        maturities: dict[str, int] = {}
        for name, terms in self.named("d", "债券", 3).items():
            due = [other for other, year in maturities.items() if year < self.last]
            issued = self.year(self.first - 3, self.last - 1)
            if due and self.chance(0.5):
                issued = maturities[due[0]]
                terms["refinances"] = [other for other in due if maturities[other] == issued]
            else:
                terms |= {"face": self.value(Stake.face)} | self.maybe("split", self.split, 0.2)
            special = self.chance(0.7)
            allowed = BOND_TERMS if special else range(1, 31)
            term = self.one([t for t in allowed if self.first < issued + t <= self.last])
            matures = maturities[name] = issued + term
            date: Any = issued if self.chance(0.5) else datetime.date(issued, self.whole(1, 12), self.whole(1, 28))
            terms |= self.inputs(Bond, without=["existing_share"])
            terms |= {
                "kind": "special" if special else "corporate", "coupons_a_year": self.one((1, 2)),
                "issued": {"value": date, "assumed": [date, date], "note": "计划"} if self.chance(0.2) else date,
                "term": {"value": term, "source": "other"} if self.chance(0.2) else term,
            }  # fmt: skip
            if self.chance(0.3):
                terms["repay"] = {"method": "level", "first": self.year(issued + 1, matures)}
            elif self.chance(0.3):
                years = range(issued + 1, matures + 1)
                terms["repay"] = {"method": "shares", "shares": self.shares(years)}
            terms |= self.maybe("set_aside", lambda: self.shares([*self.years][-4:]), 0.3)
            found[name] = terms
        return found

    def loan(self, terms: Terms) -> None:
        drawn = self.span(high=self.last - 1)
        cuts = sorted({*(self.year(drawn[1] + 1) for _ in range(self.whole(0, 2))), self.year(drawn[1] + 1)})
        begins = [self.year(high=cuts[0]), *(cut + 1 for cut in cuts[:-1])]
        segments = []
        for begin, end in zip(begins, cuts, strict=True):
            method, years = self.one(METHODS), range(begin, end + 1)
            segment: Terms = {"method": method, "years": [begin, end]}
            if method == "shares":
                segment["shares"] = self.shares(years)
            elif method == "amounts":
                segment["amounts"] = {year: self.whole(0, 80) for year in self.some(years, 0.6, least=1)}
            segments.append(segment)
        terms |= self.inputs(Loan, without=["draw_weight"]) | {"commitment": self.value(Stake.face)}
        terms |= {"drawn": drawn, "draws": self.one(("start", "middle", "end"))} | self.maybe("split", self.split, 0.2)
        terms["repay"] = segments if len(segments) > 1 or self.chance(0.5) else segments[0]
        terms |= self.maybe("phasing", lambda: self.shares(range(drawn[0], drawn[1] + 1)), 0.3)
        terms |= self.maybe("rate_path", lambda: {self.year(): round(float(self.random.uniform(0, 0.1)), 4)}, 0.3)
        if cuts[-1] > self.first and self.chance(0.3):
            terms["rolls"] = self.span(high=cuts[-1] - 1)
