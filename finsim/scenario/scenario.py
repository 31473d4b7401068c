"""What is known after loading: the frozen scenario, its numbers as arrays, and the origin of every one of them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from finsim.model.engine import Numbers
from finsim.model.structure import Sheets, Structure, sheets
from finsim.scenario.distributions import Distribution
from finsim.scenario.document import Place
from finsim.scenario.goals import Goal
from finsim.scenario.policy import UNVERIFIED, PolicyUse
from finsim.scenario.words import UNSAID
from finsim.sheet import Text

MODEL_VERSION = "3"
"""Raised when a formula changes, so that the same file with other formulas has another digest."""

GROUPINGS = ("unit", "district", "all", "accounts")
"""小区内自求平衡、大片区统筹、跨片区组合，或文件列明的主体."""


@dataclass(frozen=True)
class Origin:
    """Where a number comes from.

    kind  published (a source says so) | unverified (a policy value that is to be verified) | assumed (with a range, its own or that of its source)
          | derived (worked out from other values by a stated rule) | changed (set on the command line)
          | solved (found outside the sheet for a goal, which the note says) | default (left out; the meaning is in the reference)
    """

    kind: str
    place: Place
    source: str = ""
    assumed: tuple[float, float] | None = None
    note: Text = UNSAID

    @property
    def word(self) -> Text:
        return {
            "published": Text("有来源", "sourced"),
            "unverified": UNVERIFIED,
            "assumed": Text("假设", "assumed"),
            "derived": Text("推算", "derived"),
            "changed": Text("命令行改动", "set on the command line"),
            "solved": Text("求解得出", "solved"),
            "default": Text("未采用", "not used"),
        }[self.kind]


@dataclass(frozen=True)
class Unit:
    """``company`` carries out the works; ``neighbours`` are the ids of the units beside it."""

    id: str
    label: Text
    district: Text
    county: Text = UNSAID
    company: Text = UNSAID
    floors: float | None = None
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """平衡主体：units whose books must balance together. ``units`` are ids, ascending."""

    id: str
    label: Text
    units: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """An uncertain input. ``unit`` is "" for all units; a ``factor`` multiplies the stated value instead of replacing it.

    ``shared`` is the correlation that units have through one city-wide factor; None where there is nothing to share.
    """

    sheet: str
    path: str
    unit: str
    distribution: Distribution
    factor: bool
    shared: float | None
    place: Place


@dataclass(frozen=True)
class Correlated:
    """Inputs whose ranks are correlated. ``ranks`` are the pairs stated, each with its rank correlation.

    ``lower`` is the Cholesky factor of the correlations of their normal scores: a row for each input, of which the numbers up
    to its own count. An input depends on those before it only, so one that is added last moves no other.
    """

    paths: tuple[str, ...]
    sheets: tuple[str, ...]
    ranks: tuple[tuple[str, str, float], ...]
    lower: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SplitNote:
    """An explicit rule by which something of the programme is divided over the units."""

    subject: Text
    rule: Text


@dataclass(frozen=True)
class MandatoryWork:
    """必须改造的内容：``works`` of which a unit must have one at least; none where the catalogue has no such work."""

    id: str
    label: Text
    works: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class VariantNote:
    id: str
    label: Text
    note: Text


@dataclass(frozen=True)
class SourceEntry:
    document: Text
    link: str
    date: str
    note: str
    assumed: bool = False
    """Whether it only explains assumptions."""


@dataclass(frozen=True)
class Scenario:
    """A loaded scenario: nothing of it changes after loading."""

    file: str
    title: Text
    note: Text
    variant: VariantNote | None
    variants: tuple[VariantNote, ...]
    structure: Structure
    numbers: Numbers
    units: tuple[Unit, ...]
    by: str
    listed: tuple[Account, ...]
    draws: tuple[Draw, ...]
    origins: Mapping[tuple[str, str], Origin]
    unit_origins: Mapping[tuple[str, str], Origin]
    """By (path, unit), where a unit has a value of its own."""
    splits: tuple[SplitNote, ...]
    sources: Mapping[str, SourceEntry]
    """Documents by key, also of the policy values (``policy.name``)."""
    policies: tuple[PolicyUse, ...]
    mandatory: tuple[MandatoryWork, ...] = ()
    dependence: tuple[Correlated, ...] = ()
    goals: tuple[Goal, ...] = ()
    """What the inputs that are solved bring about at the base case: as stated, in the grouping of the file."""

    @property
    def sheets(self) -> Sheets:
        return sheets(self.structure)

    @property
    def years(self) -> tuple[int, ...]:
        return self.numbers.years

    def accounts(self, by: str | None = None) -> tuple[Account, ...]:
        """The accounts of a grouping: unit, district, all, or the ones listed in the file (``accounts``)."""
        by = by or self.by
        if by == "accounts":
            return self.listed
        if by == "all":
            whole = Text("整个项目（跨片区组合）", "whole programme (all districts combined)")
            return (Account("all", whole, tuple(sorted(u.id for u in self.units))),)
        if by == "unit":
            return tuple(Account(u.id, u.label, (u.id,)) for u in self.units)
        districts: dict[Text, list[str]] = {}
        for unit in self.units:
            districts.setdefault(unit.district, []).append(unit.id)
        return tuple(
            Account(f"district-{i}" if len(ids) > 1 else ids[0], name, tuple(sorted(ids)))
            for i, (name, ids) in enumerate(districts.items(), 1)
        )

    def origin(self, sheet: str, path: str, unit: str = "") -> Origin:
        return self.unit_origins.get((path, unit)) or self.origins[sheet, path]

    @cached_property
    def digest(self) -> str:
        """Hash of everything that decides the results: structure, numbers, grouping, distributions, policy, model version.

        What is as it would be if it were left out of the file is left out here: a choice that finsim gains moves no scenario
        that does not make it.
        """
        n = self.numbers
        arrays = {
            f"{name}.{path}": np.asarray(array).tolist()
            for name, model in (("unit", self.sheets.unit), ("account", self.sheets.account))
            for kind, usual in (("inputs", {p: row.default for p, row in model.inputs.items()}), ("schedules", {}))
            for path, array in getattr(n, f"{name}_{kind}").items()
            if np.any(array != usual.get(path, 0))
        }
        chosen = {f.name: getattr(self.structure, f.name) for f in dataclasses.fields(self.structure)}
        usual = {f.name: f.default for f in dataclasses.fields(self.structure)}
        content: dict[str, object] = {
            "model": MODEL_VERSION,
            "years": n.years,
            "units": n.units,
            "arrays": arrays,
            "structure": sorted((name, repr(value)) for name, value in chosen.items() if value != usual[name]),
            "districts": [(u.id, u.district) for u in self.units],
            "listed": [(a.id, a.units) for a in self.listed],
            "draws": sorted(repr((d.sheet, d.path, d.unit, d.distribution, d.factor, d.shared)) for d in self.draws),
        }
        if self.policies:
            content["policies"] = sorted(use.identity for use in self.policies)
        if self.mandatory:
            content["mandatory"] = [(needed.id, needed.works) for needed in self.mandatory]
        if self.dependence:
            content["dependence"] = [(group.paths, sorted(group.ranks)) for group in self.dependence]
        if self.goals:
            content["goals"] = [(g.path, g.row, g.period, g.sense, g.target, g.account) for g in self.goals]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
