"""The form of a scenario file, made from the blocks' inputs plus names, choices, dates and sources.

Every number a block declares as ``Input`` is a field here under the same name, so a scenario path is a row path.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from finsim.model.balance import Cover, Recovery
from finsim.model.debt import Bond, Loan
from finsim.model.facts import Facts
from finsim.model.operations import Cost, Stream
from finsim.model.sources import Source, Stake
from finsim.model.statements import Assets
from finsim.model.structure import NATURES, STANDARD_TESTS
from finsim.model.tax import IncomeTax, Surcharges
from finsim.model.works import Construction, Work
from finsim.scenario.fields import (
    BondTerm,
    CouponsAYear,
    DocumentName,
    Id,
    Issued,
    ItemId,
    Label,
    LabelEn,
    Link,
    Phasing,
    SplitRule,
    Title,
    TitleEn,
    Version,
    Words,
    Years,
    refused,
)
from finsim.scenario.values import stated
from finsim.sheet import Block, Input, Text

CATALOGUE = ("works", "sources", "streams", "costs")
"""The lists of the catalogue."""
FINANCE = ("capital", "bonds", "loans")
"""The lists of finance; each entry is divided over the units."""
LONGEST = 60
"""Years a timeline may have."""
DIVISIBLE = frozenset({Work.amount, Work.quantity, Source.amount, Stream.quantity, Cost.amount})
"""Inputs that may be stated as a total of the programme."""

Category = Literal["基础类", "完善类", "提升类", "其他"]
Network = Literal["供水", "排水", "供电", "供气", "供热", "通信"]
M = TypeVar("M", bound="Terms")


class Terms(BaseModel):
    """A mapping of the file: unknown keys are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


def with_inputs(
    base: type[M], block: type[Block], optional: frozenset[Input] = frozenset(), without: str = ""
) -> type[M]:
    """``base`` with a field for every input of ``block``; those with a default, or ``optional``, may be left out."""
    fields: dict[str, Any] = {}
    for declared in block.declarations():
        if isinstance(declared, Input) and declared.name != without:
            default = ... if declared.default is None and declared not in optional else None
            field = Field(default, title=declared.label.zh, description=declared.label.en)
            fields[declared.name] = (stated(declared, declared in DIVISIBLE), field)
    return create_model(base.__name__.removeprefix("_"), __base__=base, **fields)


# ---- the file's head ---------------------------------------------------------------------------------------
class SourceNote(Terms):
    """来源：what document a figure comes from."""

    document: DocumentName
    document_en: DocumentName
    link: Link = ""
    date: datetime.date | None = None
    note: Words = ""


class Timeline(Terms):
    first: int = Field(ge=1990, le=2100)
    last: int = Field(ge=1990, le=2200)

    @model_validator(mode="after")
    def of_some_years(self) -> Self:
        if not 2 <= self.last - self.first + 1 <= LONGEST:
            raise refused(
                Text("计算期过短或过长。", "The timeline is too short or too long."), Text(f"2 至 {LONGEST} 年", f"2 to {LONGEST} years"),
                Text("改 first 或 last。", "Change first or last."),
            )  # fmt: skip
        return self


class Named(Terms):
    label: Label
    label_en: LabelEn
    source: str | None = None
    note: Words = ""


class Section(Terms):
    source: str | None = None


# ---- catalogue ---------------------------------------------------------------------------------------------
class Reprice(Terms):
    """调价：from ``first`` on, every ``every`` years."""

    every: int = Field(ge=1, le=30)
    first: int


class _Work(Named):
    category: Category
    network: Network | None = None
    owner: Literal["company", "owners", "operator", "government"]
    years: Years | None = None
    phasing: Phasing | None = None


class Pays(Terms):
    """适用范围：which works a source may pay (专款专用); without any key, all."""

    works: list[str] | None = None
    category: list[Category] | None = None
    network: list[Network] | None = None


class _Source(Named):
    nature: Literal[NATURES]  # type: ignore[valid-type]
    pays: Pays


class _Stream(Named):
    repriced: Reprice | None = None


class _Cost(Named):
    serves: list[str] = []
    repriced: Reprice | None = None


# ``owner`` decides whether a work is the company's asset, so ``owned`` is not typed by hand; only the company's assets
# need life and residual value.
WorkTerms = with_inputs(_Work, Work, optional=frozenset({Work.life, Work.residual}), without="owned")
SourceTerms = with_inputs(_Source, Source)
StreamTerms = with_inputs(_Stream, Stream)
CostTerms = with_inputs(_Cost, Cost)


class Catalogue(Terms):
    works: dict[ItemId, WorkTerms] = {}  # type: ignore[valid-type]
    sources: dict[ItemId, SourceTerms] = {}  # type: ignore[valid-type]
    streams: dict[ItemId, StreamTerms] = {}  # type: ignore[valid-type]
    costs: dict[ItemId, CostTerms] = {}  # type: ignore[valid-type]


# ---- units -------------------------------------------------------------------------------------------------
class _Unit(Named):
    id: Id
    district: Label | None = None
    district_en: LabelEn | None = None
    values: dict[str, Any] = {}


UnitTerms = with_inputs(_Unit, Facts)


class Table(Terms):
    table: str
    source: str | None = None


# ---- finance -----------------------------------------------------------------------------------------------
Face = stated(Stake.face)


class CapitalTerms(Named):
    amount: Face  # type: ignore[valid-type]
    split: SplitRule | None = None


class _Bond(Named):
    face: Face  # type: ignore[valid-type]
    split: SplitRule | None = None
    issued: Issued
    term: BondTerm
    coupons_a_year: CouponsAYear


class Segment(Terms):
    method: Literal["equal_principal", "annuity", "bullet"]
    years: Years


def _segments(given: object) -> object:
    return [given] if isinstance(given, dict) else given


class _Loan(Named):
    commitment: Face  # type: ignore[valid-type]
    split: SplitRule | None = None
    drawn: Years
    draws: Literal["start", "middle", "end"]
    repay: Annotated[list[Segment], BeforeValidator(_segments), Field(min_length=1)]


BondTerms = with_inputs(_Bond, Bond)
LoanTerms = with_inputs(_Loan, Loan, without="draw_weight")


class Finance(Terms):
    split: SplitRule | None = None
    capital: dict[ItemId, CapitalTerms] = {}
    bonds: dict[ItemId, BondTerms] = {}  # type: ignore[valid-type]
    loans: dict[ItemId, LoanTerms] = {}  # type: ignore[valid-type]


# ---- accounts, tests, variants -----------------------------------------------------------------------------
class _CoverTerms(Section):
    income_until: Literal["end", "maturity"]


class Group(Terms):
    id: Id
    label: Label
    label_en: LabelEn
    units: list[str] = Field(min_length=1)


class Balance(Terms):
    by: Literal["unit", "district", "all"]
    accounts: list[Group] | None = None
    standard: Annotated[list[Literal[STANDARD_TESTS]], Field(min_length=1)]  # type: ignore[valid-type]


def _changes(given: object) -> object:
    for key in ("finsim", "variants", "default_variant"):
        if isinstance(given, dict) and key in given:
            raise refused(
                Text(f"变体不能改 {key}。", f"A variant cannot change {key}."), Text("方案的其他内容", "any other part of the scenario"),
                Text(f"从 set 中删去 {key}。", f"Remove {key} from set."),
            )  # fmt: skip
    return given


class Variant(Terms):
    label: Label
    label_en: LabelEn
    note: Words = ""
    note_en: Words = ""
    set: Annotated[dict[str, Any], BeforeValidator(_changes)] = {}


# ---- the whole ---------------------------------------------------------------------------------------------
class ScenarioFile(Terms):
    """A whole scenario."""

    finsim: Version
    title: Title
    title_en: TitleEn
    note: Words = ""
    note_en: Words = ""
    sources: dict[Id, SourceNote] = {}
    source: str | None = None
    timeline: Timeline
    construction: with_inputs(Section, Construction) | None = None  # type: ignore[valid-type]
    catalogue: Catalogue
    units: Any
    finance: Finance
    assets: with_inputs(Section, Assets)  # type: ignore[valid-type]
    tax: with_inputs(Section, IncomeTax)  # type: ignore[valid-type]
    surcharges: with_inputs(Section, Surcharges)  # type: ignore[valid-type]
    cover: with_inputs(_CoverTerms, Cover)  # type: ignore[valid-type]
    recovery: with_inputs(Section, Recovery)  # type: ignore[valid-type]
    balance: Balance
    uncertain: dict[str, Any] = {}
    variants: dict[Id, Variant] = {}
    default_variant: str | None = None


LISTS = (
    ("sources",),
    ("variants",),
    *(("catalogue", kind) for kind in CATALOGUE),
    *(("finance", kind) for kind in FINANCE),
)
"""Where entries stand that hold, or do not, each by itself."""


def _optional(annotation: Any) -> Any:
    return (annotation | None, None)


Draft: type[Terms] = create_model(
    "Draft", __base__=Terms, **{name: _optional(field.annotation) for name, field in ScenarioFile.model_fields.items()}
)
"""A scenario of which some parts are missing."""
