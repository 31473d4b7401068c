"""From a checked form to numbers: values per unit, schedules, splits and groupings, each with its origin."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from finsim.model.engine import Engine, Numbers
from finsim.model.structure import Structure, sheets
from finsim.scenario import calendar
from finsim.scenario.distributions import KINDS
from finsim.scenario.document import Document, Path, Place
from finsim.scenario.problems import Problem, ScenarioError, dotted
from finsim.scenario.quantity import QuantityError, check, convert
from finsim.scenario.scenario import (
    Account,
    Draw,
    Origin,
    Scenario,
    SourceEntry,
    SplitNote,
    Unit,
    VariantNote,
)
from finsim.scenario.schema import BOND_TERMS
from finsim.scenario.values import Stated
from finsim.sheet import Text
from finsim.sheet.model import InputRow
from finsim.sheet.numpy_backend import Array

ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
KINDS_OF_TERMS = ("works", "sources", "streams", "costs")
KEY_NAMES = {
    "households": Text("户数", "households"), "area": Text("建筑面积", "floor area"),
    "buildings": Text("楼栋数", "buildings"), "neighbourhoods": Text("小区数", "neighbourhoods"),
    "equal": Text("平均", "equal parts"), "need": Text("主体承担投资", "investment left to the account"),
    "investment": Text("建设投资", "cost of works"), "income": Text("净收益", "net income"),
    "listed": Text("列明份额", "listed shares"),
}  # fmt: skip
NONE = Text("", "")


def resolve(
    form: Any, document: Document, units: list[Any], places: list[Place], table: Document, chosen: str | None
) -> Scenario:
    """Numbers of the scenario; raises :class:`ScenarioError` with every problem found."""
    return _Resolver(form, document, units, places, table, chosen).scenario()


class _Resolver:
    def __init__(
        self, form: Any, document: Document, units: list[Any], places: list[Place], table: Document, chosen: str | None
    ) -> None:
        self.form, self.document, self.table, self.chosen = form, document, table, chosen
        order = sorted(range(len(units)), key=lambda i: units[i].id)
        self.shown = units
        self.units = [units[i] for i in order]
        self.unit_places = [places[i] for i in order]
        self.years = tuple(range(form.timeline.first, form.timeline.last + 1))
        self.problems: list[Problem] = []
        self.origins: dict[tuple[str, str], Origin] = {}
        self.unit_origins: dict[tuple[str, str], Origin] = {}
        self.unit_inputs: dict[str, Array] = {}
        self.unit_schedules: dict[str, Array] = {}
        self.account_inputs: dict[str, Array] = {}
        self.account_schedules: dict[str, Array] = {}
        self.splits: list[SplitNote] = []

    # ---- problems ------------------------------------------------------------------------------------------
    def refuse(
        self,
        path: Path,
        what: Text,
        found: object = "",
        allowed: Text = NONE,
        remedy: Text = NONE,
        place: Place | None = None,
    ) -> None:
        at = place or self.document.place_of(path)
        self.problems.append(Problem(at.file, at.line, dotted(path), what, str(found), allowed, remedy))

    def known(self, path: Path, name: str, names: list[str], what: Text) -> bool:
        if name in names:
            return True
        near = difflib.get_close_matches(name, names, n=1)
        remedy = (
            Text(f"是否想写 {near[0]}？", f"Did you mean {near[0]}?")
            if near
            else Text("改为已有的编号。", "Use an id of the file.")
        )
        self.refuse(path, what, name, Text("、".join(names), ", ".join(names)), remedy)
        return False

    def year(self, path: Path, *years: int) -> bool:
        first, last = self.years[0], self.years[-1]
        outside = [y for y in years if not first <= y <= last]
        for y in outside:
            self.refuse(
                path, Text("年份超出计算期。", "The year is outside the timeline."), y, Text(f"{first} 至 {last}", f"{first} to {last}"),
                Text("改年份，或延长 timeline。", "Change the year or lengthen the timeline."),
            )  # fmt: skip
        return not outside

    # ---- the whole -----------------------------------------------------------------------------------------
    def scenario(self) -> Scenario:
        form = self.form
        if form.timeline.first >= form.timeline.last or len(self.years) > 60:
            self.refuse(
                ("timeline",), Text("计算期须为 2 至 60 年。", "The timeline must be 2 to 60 years."), len(self.years),
                Text("2 至 60 年", "2 to 60 years"), Text("改 first 或 last。", "Change first or last."),
            )  # fmt: skip
            raise ScenarioError(self.problems)
        self.check_sources()
        structure = self.structure()
        if self.problems:
            raise ScenarioError(self.problems)
        self.sheets = sheets(structure)
        self.facts()
        self.construction_and_catalogue()
        self.unit_values()
        self.accounts_inputs()
        self.schedules()
        draws = self.draws()
        listed = self.listed_accounts()
        if self.problems:
            raise ScenarioError(self.problems)
        self.finance_shares()
        if self.problems:
            raise ScenarioError(self.problems)
        names = {unit.id: unit for unit in self.units}
        return Scenario(
            file=self.document.file_of(()), title=Text(form.title, form.title_en), note=Text(form.note, form.note_en),
            variant=next((v for v in self.variants() if v.id == self.chosen), None), variants=tuple(self.variants()),
            structure=structure, numbers=self.numbers(), by=form.balance.by if not listed else "accounts",
            units=tuple(
                Unit(u.id, Text(u.label, u.label_en), Text(u.district or u.label, u.district_en or u.label_en))
                for u in (names[s.id] for s in self.shown)
            ),
            listed=tuple(listed), draws=tuple(draws), origins=self.origins, unit_origins=self.unit_origins,
            splits=tuple(self.splits),
            sources={
                key: SourceEntry(Text(s.document, s.document_en), s.link, s.date.isoformat() if s.date else "", s.note)
                for key, s in form.sources.items()
            },
        )  # fmt: skip

    def variants(self) -> Iterator[VariantNote]:
        for name, v in self.form.variants.items():
            yield VariantNote(name, Text(v.label, v.label_en), Text(v.note, v.note_en))

    def numbers(self) -> Numbers:
        return Numbers(
            self.years, tuple(u.id for u in self.units), self.unit_inputs, self.unit_schedules,
            self.account_inputs, self.account_schedules,
        )  # fmt: skip

    # ---- structure -----------------------------------------------------------------------------------------
    def structure(self) -> Structure:
        catalogue, finance = self.form.catalogue, self.form.finance
        groups = [(("catalogue", kind), getattr(catalogue, kind)) for kind in KINDS_OF_TERMS]
        groups += [(("finance", kind), getattr(finance, kind)) for kind in ("capital", "bonds", "loans")]
        for path, items in groups:
            for name in items:
                if not ID.fullmatch(name):
                    self.refuse(
                        (*path, name), Text("编号写法不对。", "This is not how an id is written."), name,
                        Text("小写字母开头，只含小写字母、数字和 _", "a small letter first, then small letters, digits and _"),
                        Text("改编号；名称写在 label。", "Change the id; the name belongs in label."),
                    )  # fmt: skip
        works = list(catalogue.works)
        pays = []
        for name, source in catalogue.sources.items():
            path: Path = ("catalogue", "sources", name, "pays", "works")
            for work in source.pays.works or ():
                self.known(path, work, works, Text("没有这项改造内容。", "There is no such work."))
            eligible = tuple(
                work for work, terms in catalogue.works.items()
                if (source.pays.works is None or work in source.pays.works)
                and (source.pays.category is None or terms.category in source.pays.category)
                and (source.pays.network is None or terms.network in source.pays.network)
            )  # fmt: skip
            if not eligible and works:
                self.refuse(
                    path[:-1], Text("该资金没有可支付的改造内容。", "This source has no work that it may pay."), "",
                    Text("、".join(works), ", ".join(works)), Text("放宽适用范围。", "Widen what it pays."),
                )  # fmt: skip
            pays.append((name, eligible))
        serves = []
        for name, cost in catalogue.costs.items():
            for stream in cost.serves:
                path = ("catalogue", "costs", name, "serves")
                self.known(path, stream, list(catalogue.streams), Text("没有这项收入。", "There is no such stream."))
            serves.append((name, tuple(cost.serves)))

        def labels(items: Any) -> tuple[tuple[str, Text], ...]:
            return tuple((name, Text(terms.label, terms.label_en)) for name, terms in items.items())

        return Structure(
            *(labels(getattr(catalogue, kind)) for kind in KINDS_OF_TERMS),
            *(labels(getattr(finance, kind)) for kind in ("capital", "bonds", "loans")),
            pays=tuple(pays), serves=tuple(serves), standard=tuple(dict.fromkeys(self.form.balance.standard)),
            natures=tuple((name, source.nature) for name, source in catalogue.sources.items()),
        )  # fmt: skip

    # ---- origins -------------------------------------------------------------------------------------------
    def check_sources(self) -> None:
        self.source_known(("source",), self.form.source)

    def source_known(self, path: Path, name: str | None, place: Place | None = None) -> None:
        if name is not None and name not in self.form.sources:
            keys = list(self.form.sources)
            self.refuse(
                path, Text("没有登记这个来源。", "There is no such source."), name, Text("、".join(keys), ", ".join(keys)),
                Text("在 sources 中登记，或改为已有的来源。", "Register it under sources, or use one that is there."), place,
            )  # fmt: skip

    def origin_of(self, stated: Stated, path: Path, inherited: str | None, place: Place | None = None) -> Origin:
        """Its own source or assumption, else the source of its block, else that of the file; else it does not load."""
        at = place or self.document.place_of(path)
        self.source_known(path, stated.source, place)
        note = Text(stated.note, stated.note)
        if stated.split:
            key = KEY_NAMES[stated.split]
            note = Text(
                f"合计 {stated.number:g}，按{key.zh}分摊。{stated.note}",
                f"Total {stated.number:g}, split by {key.en}. {stated.note}",
            )
        if stated.assumed is not None:
            return Origin("assumed", at, stated.source or "", stated.assumed, note)
        source = stated.source or inherited or self.form.source
        if source is None:
            self.refuse(
                path, Text("这个数值没有来源，也没有标为假设。", "This value has neither a source nor a range of assumption."), f"{stated.number:g}",
                Text("source: 来源编号，或 assumed: [低, 高]", "source: a key of sources, or assumed: [low, high]"),
                Text("写明来源，或写成 {value: …, assumed: [低, 高], note: 理由}。",
                     "State the source, or write {value: …, assumed: [low, high], note: reason}."), place,
            )  # fmt: skip
        return Origin("published", at, source or "", None, note)

    # ---- units ---------------------------------------------------------------------------------------------
    def facts(self) -> None:
        for name in ("households", "area", "buildings", "neighbourhoods"):
            values = [getattr(u, name) for u in self.units]
            self.unit_inputs[f"facts.{name}"] = np.array([v.number for v in values])
            for unit, value, place in zip(self.units, values, self.unit_places, strict=True):
                self.unit_origins[f"facts.{name}", unit.id] = self.origin_of(
                    value, ("units", unit.id, name), unit.source, place
                )
            self.origins["unit", f"facts.{name}"] = self.unit_origins[f"facts.{name}", self.units[0].id]
        for unit, place in zip(self.units, self.unit_places, strict=True):
            self.source_known(("units", unit.id, "source"), unit.source, place)

    def construction_and_catalogue(self) -> None:
        self.section("construction", self.form.construction, ("construction",))
        for kind in KINDS_OF_TERMS:
            for name, terms in getattr(self.form.catalogue, kind).items():
                path: Path = ("catalogue", kind, name)
                self.source_known((*path, "source"), terms.source)
                self.section(f"{kind}.{name}", terms, path)
        for name, terms in self.form.catalogue.works.items():
            self.owner(name, terms)

    def section(self, prefix: str, terms: Any, path: Path) -> None:
        """Inputs of one section of the unit sheet, the same for all units or split over them."""
        for row in self.sheets.unit.inputs.values():
            if row.section == prefix and not (
                prefix.startswith("works.") and row.path.endswith((".owned", ".life", ".residual"))
            ):
                name = row.path.rpartition(".")[2]
                stated = getattr(terms, name, None) if terms is not None else None
                self.unit_input(row, stated, (*path, name), getattr(terms, "source", None))

    def unit_input(self, row: InputRow, stated: Stated | None, path: Path, inherited: str | None) -> None:
        if stated is None:
            assert row.default is not None
            self.unit_inputs[row.path] = np.array([row.default])
            self.origins["unit", row.path] = Origin("default", self.document.place_of(path))
            return
        self.origins["unit", row.path] = self.origin_of(stated, path, inherited)
        if stated.split is None:
            self.unit_inputs[row.path] = np.array([stated.number])
            return
        shares = self.fact_shares(stated.split, path)
        self.unit_inputs[row.path] = stated.number * shares
        label = self.sheets.unit.sections[row.section].label
        self.splits.append(
            SplitNote(Text(f"{label.zh}·{row.label.zh}", f"{label.en}: {row.label.en}"), KEY_NAMES[stated.split])
        )

    def fact_shares(self, key: str, path: Path) -> Array:
        weights = np.ones(len(self.units)) if key == "equal" else self.unit_inputs[f"facts.{key}"]
        if weights.sum() <= 0:
            self.refuse(
                path, Text("分摊依据全为 0。", "The key of the split is 0 for all units."), key, NONE,
                Text("改用其他依据。", "Use another key."),
            )  # fmt: skip
            return np.zeros(len(self.units))
        return weights / weights.sum()

    def owner(self, name: str, terms: Any) -> None:
        """The owner after completion decides whether a work is the company's asset; then its life must be stated."""
        path: Path = ("catalogue", "works", name)
        ours = terms.owner == "company"
        place = self.document.place_of((*path, "owner"))
        note = Text("由 owner 得出。", "Follows from owner.")
        self.unit_inputs[f"works.{name}.owned"] = np.array([float(ours)])
        self.origins["unit", f"works.{name}.owned"] = Origin("derived", place, note=note)
        for key, neutral in (("life", 1.0), ("residual", 0.0)):
            row = self.sheets.unit.inputs[f"works.{name}.{key}"]
            stated = getattr(terms, key)
            if ours and stated is None:
                self.refuse(
                    (*path, key), Text(f"企业资产须写明{row.label.zh}。", f"A company's asset needs its {row.label.en}."), "", NONE,
                    Text(f"补上 {key}，或改 owner。", f"Add {key}, or change the owner."),
                )  # fmt: skip
            if not ours or stated is None:
                self.unit_inputs[row.path] = np.array([neutral])
                self.origins["unit", row.path] = Origin(
                    "derived",
                    place,
                    note=Text("不形成企业资产，不提折旧。", "Not the company's asset: no depreciation."),
                )
            else:
                self.unit_input(row, stated, (*path, key), terms.source)

    def unit_values(self) -> None:
        """Values that one unit has instead of the catalogue's."""
        for i, (unit, place) in enumerate(zip(self.units, self.unit_places, strict=True)):
            for path, given in unit.values.items():
                at: Path = ("units", unit.id, "values", path)
                row = self.sheets.unit.inputs.get(path)
                if row is None or path.startswith("stakes."):
                    names = [p for p in self.sheets.unit.inputs if not p.startswith("stakes.")]
                    near = difflib.get_close_matches(path, names, n=1)
                    self.refuse(
                        at, Text("没有这个输入。", "There is no such input."), path, NONE,
                        Text(f"是否想写 {near[0]}？", f"Did you mean {near[0]}?") if near else Text("改列名。", "Change the heading."), place,
                    )  # fmt: skip
                    continue
                number = self.converted(row, given, at, place)
                if number is None:
                    continue
                full = np.broadcast_to(self.unit_inputs[path], (len(self.units),)).copy()
                full[i] = number
                self.unit_inputs[path] = full
                source = unit.source or self.form.source
                self.unit_origins[path, unit.id] = self.origin_of(Stated(number, source=source), at, None, place)

    def converted(self, row: InputRow, given: object, path: Path, place: Place | None = None) -> float | None:
        b = row.bounds
        try:
            number = convert(given, row.unit)
            check(number, b.ge, b.gt, b.le, b.lt, row.unit)
            return number
        except QuantityError as error:
            self.refuse(path, error.what, given, error.allowed, error.remedy, place)
            return None

    # ---- accounts ------------------------------------------------------------------------------------------
    def accounts_inputs(self) -> None:
        finance = self.form.finance
        sections: dict[str, tuple[Any, Path]] = {
            name: (getattr(self.form, name), (name,)) for name in ("assets", "tax", "surcharges", "cover", "recovery")
        }
        for kind in ("bonds", "loans"):
            for name, terms in getattr(finance, kind).items():
                sections[f"{kind}.{name}"] = (terms, ("finance", kind, name))
        for row in self.sheets.account.inputs.values():
            terms, path = sections[row.section]
            name = row.path.rpartition(".")[2]
            if name == "draw_weight":
                weight = {"start": 1.0, "middle": 0.5, "end": 0.0}[terms.draws]
                self.account_inputs[row.path] = np.array([weight])
                place = self.document.place_of((*path, "draws"))
                note = Text(
                    "由 draws 得出（年中提款按半年计息）。", "Follows from draws (drawn through the year: half a year)."
                )
                self.origins["account", row.path] = Origin("derived", place, note=note)
                continue
            stated = getattr(terms, name)
            if stated is None:
                assert row.default is not None
                self.account_inputs[row.path] = np.array([row.default])
                self.origins["account", row.path] = Origin("default", self.document.place_of(path))
                continue
            if stated.split:
                self.refuse(
                    (*path, name),
                    Text("主体参数不能分摊。", "A value of the account cannot be split."),
                    stated.split,
                    NONE,
                    Text("写成 value。", "Write it as value."),
                )
            self.account_inputs[row.path] = np.array([stated.number])
            self.origins["account", row.path] = self.origin_of(stated, (*path, name), terms.source)

    def schedules(self) -> None:
        years, form = self.years, self.form
        self.unit_schedules["construction.number"] = np.arange(1.0, len(years) + 1)[:, None]
        for name, terms in form.catalogue.works.items():
            self.unit_schedules[f"works.{name}.planned"] = self.progress(name, terms)[:, None]
        for kind in ("streams", "costs"):
            for name, terms in getattr(form.catalogue, kind).items():
                step = terms.repriced
                steps = calendar.price_steps(years, step.first, step.every) if step else np.zeros(len(years))
                self.unit_schedules[f"{kind}.{name}.repriced"] = steps[:, None]
        ends = [years[0]]
        for name, terms in form.finance.bonds.items():
            path: Path = ("finance", "bonds", name)
            first = terms.issued.year if isinstance(terms.issued, datetime.date) else terms.issued
            assert terms.term in BOND_TERMS
            if self.year((*path, "issued"), first):
                self.year((*path, "term"), first + terms.term)
            bond = calendar.bond_years(years, terms.issued, terms.term, terms.coupons_a_year)
            for key in ("issued", "coupon_years", "matured"):
                self.account_schedules[f"bonds.{name}.{key}"] = getattr(bond, key)[:, None]
            ends.append(bond.maturity)
        for name, terms in form.finance.loans.items():
            path = ("finance", "loans", name)
            spans = [segment.years for segment in terms.repay]
            self.year((*path, "drawn"), *terms.drawn)
            self.year((*path, "repay"), *(y for pair in spans for y in pair))
            if any(b[0] != a[1] + 1 for a, b in zip(spans, spans[1:], strict=False)) or spans[-1][1] <= terms.drawn[1]:
                self.refuse(
                    (*path, "repay"), Text("还款期须首尾相接，并在最后一次提款之后结束。", "Repayment must run without gaps and end after the last draw."),
                    spans, NONE, Text("改 years。", "Change years."),
                )  # fmt: skip
            loan = calendar.loan_years(years, terms.drawn, [(s.method, s.years) for s in terms.repay])
            for key in ("available", "due", "instalment", "level"):
                self.account_schedules[f"loans.{name}.{key}"] = getattr(loan, key)[:, None]
            ends.append(spans[-1][1])
        until = years[-1] if form.cover.income_until == "end" else max(ends)
        self.account_schedules["cover.counted"] = calendar.span(years, years[0], until)[:, None]

    def progress(self, name: str, terms: Any) -> Array:
        path: Path = ("catalogue", "works", name)
        if (terms.years is None) == (terms.phasing is None):
            self.refuse(
                path, Text("须写明建设年份：years 或 phasing 二者之一。", "Say when it is built: either years or phasing."), "",
                Text("years: [首年, 末年]，或 phasing: {年: 比例}", "years: [first, last], or phasing: {year: share}"),
                Text("补上其中一个。", "Give one of them."),
            )  # fmt: skip
            return np.ones(len(self.years))
        if terms.years is not None:
            self.year((*path, "years"), *terms.years)
            return calendar.even_progress(self.years, *terms.years)
        if not self.year((*path, "phasing"), *terms.phasing):
            return np.ones(len(self.years))
        if abs(sum(terms.phasing.values()) - 1) > 1e-9 or min(terms.phasing.values()) < 0:
            self.refuse(
                (*path, "phasing"), Text("分年比例须非负且合计为 1。", "The shares of the years must not be negative and must add up to 1."),
                f"{sum(terms.phasing.values()):g}", Text("合计 1", "1 in all"), Text("改分年比例。", "Correct the shares."),
            )  # fmt: skip
        return calendar.phased_progress(self.years, terms.phasing)

    # ---- finance split over units ---------------------------------------------------------------------------
    def finance_shares(self) -> None:
        """Each unit's part of every capital amount, bond and loan, by the stated rule at base values."""
        finance = self.form.finance
        items = [
            (kind, name, terms, getattr(terms, {"capital": "amount", "bonds": "face", "loans": "commitment"}[kind]))
            for kind in ("capital", "bonds", "loans") for name, terms in getattr(finance, kind).items()
        ]  # fmt: skip
        measures: dict[str, Array] = {}
        for kind, name, terms, stated in items:
            rule = terms.split or finance.split
            path: Path = ("finance", kind, name)
            key = "listed" if rule.listed is not None else rule.by
            if rule.listed is not None:
                weights = self.listed_weights(rule, path)
            elif key in ("need", "investment", "income"):
                measures = measures or self.measured()
                weights = measures[key]
            else:
                weights = np.ones(len(self.units)) if key == "equal" else self.unit_inputs[f"facts.{key}"]
            if weights.sum() <= 0:
                self.refuse(
                    (*path, "split"), Text("分摊依据全为 0。", "The key of the split is 0 for all units."), key, NONE,
                    Text("改用其他依据。", "Use another key."),
                )  # fmt: skip
                continue
            row = f"stakes.{kind}.{name}.face"
            self.unit_inputs[row] = stated.number * weights / weights.sum()
            origin = self.origin_of(stated, path, terms.source)
            word = KEY_NAMES[key]
            self.origins["unit", row] = Origin(
                origin.kind if len(self.units) == 1 else "derived", origin.place, origin.source, origin.assumed,
                Text(f"合计 {stated.number:g}，按{word.zh}分摊。{stated.note}", f"Total {stated.number:g}, split by {word.en}. {stated.note}"),
            )  # fmt: skip
            self.splits.append(SplitNote(Text(terms.label, terms.label_en), word))

    def listed_weights(self, rule: Any, path: Path) -> Array:
        ids = [u.id for u in self.units]
        shares = dict(rule.listed)
        for unit in shares:
            self.known((*path, "split"), unit, ids, Text("没有这个改造单元。", "There is no such unit."))
        if abs(sum(shares.values()) - 1) > 1e-9:
            self.refuse(
                (*path, "split"), Text("份额合计须为 1。", "The shares must add up to 1."), f"{sum(shares.values()):g}",
                Text("合计 1", "1 in all"), Text("改份额。", "Correct the shares."),
            )  # fmt: skip
        return np.array([shares.get(unit, 0.0) for unit in ids])

    def measured(self) -> dict[str, Array]:
        """Need, investment and net income of each unit over the whole timeline, before any finance."""
        rows = {"need": "contributions.gap", "investment": "construction.cost", "income": "operations.net"}
        inputs = self.unit_inputs | {p: np.zeros(1) for p in self.sheets.unit.inputs if p.startswith("stakes.")}
        numbers = Numbers(self.years, tuple(u.id for u in self.units), inputs, self.unit_schedules, {}, {})
        engine = Engine(self.sheets, numbers, [], (), wanted_units=tuple(rows.values()))
        _, unit_rows = engine()
        sums = {key: unit_rows[row][1:-1].sum(axis=0)[:, 0] for key, row in rows.items()}
        return {key: np.maximum(np.broadcast_to(value, (len(self.units),)), 0.0) for key, value in sums.items()}

    # ---- groupings and uncertainty -------------------------------------------------------------------------
    def listed_accounts(self) -> list[Account]:
        ids = [u.id for u in self.units]
        taken: dict[str, str] = {}
        accounts = []
        for i, group in enumerate(self.form.balance.accounts or ()):
            path: Path = ("balance", "accounts", i, "units")
            for unit in group.units:
                if self.known(path, unit, ids, Text("没有这个改造单元。", "There is no such unit.")) and unit in taken:
                    self.refuse(
                        path, Text("一个单元属于两个平衡主体。", "A unit is in two accounts."), unit, NONE,
                        Text("只留在一个主体中。", "Keep it in one of them."),
                    )  # fmt: skip
                taken[unit] = group.id
            accounts.append(Account(group.id, Text(group.label, group.label_en), tuple(sorted(group.units))))
        missing = [unit for unit in ids if accounts and unit not in taken]
        if missing:
            self.refuse(
                ("balance", "accounts"), Text("有单元不属于任何平衡主体。", "Some units are in no account."), ", ".join(missing), NONE,
                Text("把它们列入某个主体。", "List them in an account."),
            )  # fmt: skip
        return accounts

    def draws(self) -> Iterator[Draw] | list[Draw]:
        found = []
        for name, given in self.form.uncertain.items():
            draw = self.draw(name, given)
            if draw is not None:
                found.append(draw)
        return found

    def draw(self, name: str, given: Any) -> Draw | None:
        at: Path = ("uncertain", name)
        path, unit = name, ""
        if name.startswith("units."):
            _, unit, path = (*name.split(".", 2), "", "")[:3]
            if not self.known(
                at, unit, [u.id for u in self.units], Text("没有这个改造单元。", "There is no such unit.")
            ):
                return None
        sheet = "unit" if path in self.sheets.unit.inputs else "account"
        inputs = self.sheets.unit.inputs if sheet == "unit" else self.sheets.account.inputs
        names = [p for p in [*self.sheets.unit.inputs, *self.sheets.account.inputs] if not p.startswith("stakes.")]
        if not self.known(at, path, names, Text("没有这个输入。", "There is no such input.")):
            return None
        row = inputs[path]
        kinds = [key for key in given if key in KINDS] if isinstance(given, dict) else []
        unknown = (
            [key for key in given if key not in (*KINDS, "shared", "factor")]
            if isinstance(given, dict)
            else [str(given)]
        )
        if len(kinds) != 1 or unknown or not isinstance(given[kinds[0]], list):
            self.refuse(
                at, Text("不确定性的写法不对。", "This is not how uncertainty is written."), ", ".join(map(str, unknown)),
                Text(f"一种分布：{'、'.join(KINDS)}；另可有 shared、factor", f"one distribution of {', '.join(KINDS)}; with shared, factor"),
                Text("例如 {triangular: [0.6, 0.85, 0.95], shared: 0.5}。", "For example {triangular: [0.6, 0.85, 0.95], shared: 0.5}."),
            )  # fmt: skip
            return None
        factor = given.get("factor", False)
        shared = given.get("shared")
        many = len(self.units) > 1 and sheet == "unit" and not unit
        if many and not (isinstance(shared, int | float) and not isinstance(shared, bool) and 0 <= shared <= 1):
            self.refuse(
                (*at, "shared"), Text("多个单元一起计算时须写明共同因素的比重。", "With several units, say how much one city-wide factor is shared."),
                "" if shared is None else shared, Text("0 至 1", "0 to 1"),
                Text("例如 shared: 0.5；确实相互独立时写 shared: 0。", "For example shared: 0.5; write shared: 0 if they are truly independent."),
            )  # fmt: skip
            return None
        unit_word = "1" if factor is True else row.unit
        try:
            parameters = [
                convert(value, unit_word if kinds[0] != "lognormal" or i != 1 else "1")
                for i, value in enumerate(given[kinds[0]])
            ]
            distribution = KINDS[kinds[0]](*parameters)
        except QuantityError as error:
            self.refuse((*at, kinds[0]), error.what, given[kinds[0]], error.allowed, error.remedy)
            return None
        except (ValueError, TypeError) as error:
            form = KINDS[kinds[0]]
            wanted = ", ".join(form.__dataclass_fields__)
            self.refuse(
                (*at, kinds[0]), Text(f"{form.label.zh}的参数不对。", f"Wrong parameters of the {form.label.en} distribution."),
                given[kinds[0]], Text(wanted, wanted), Text("按顺序写参数。", f"Give the parameters in order ({error})."),
            )  # fmt: skip
            return None
        low, high = distribution.support
        base = self.unit_inputs if sheet == "unit" else self.account_inputs
        scale = (float(np.min(base[path])), float(np.max(base[path]))) if factor is True else (1.0, 1.0)
        try:
            for end in (low * scale[0], high * scale[1]):
                if abs(end) < 1e300:
                    check(end, row.bounds.ge, row.bounds.gt, row.bounds.le, row.bounds.lt, row.unit)
        except QuantityError as error:
            self.refuse((*at, kinds[0]), error.what, given[kinds[0]], error.allowed, error.remedy)
            return None
        return Draw(
            sheet, path, unit, distribution, factor is True, float(shared) if many else None,
            self.document.place_of(at),
        )  # fmt: skip
