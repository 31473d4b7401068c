"""The form of a scenario file, made from the blocks' inputs plus names, choices, dates and sources.

Every number a block declares as ``Input`` is a field here under the same name, so a scenario path is a row path.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from finsim.model.balance import Cover, Recovery
from finsim.model.debt import Bond, Loan
from finsim.model.facts import Facts
from finsim.model.operations import Cost, Stream
from finsim.model.sources import Source, Stake
from finsim.model.statements import Assets
from finsim.model.structure import STANDARD_TESTS
from finsim.model.tax import IncomeTax, Surcharges
from finsim.model.works import Construction, Work
from finsim.scenario.values import refusal, stated
from finsim.sheet import Block, Input, Text

BOND_TERMS = (1, 2, 3, 5, 7, 10, 15, 20, 30)
"""Years a special bond may run (财库〔2020〕36号)."""
FINANCE_KEYS = ("need", "investment", "income", "area", "households", "equal")
GROUPINGS = ("unit", "district", "all")

M = TypeVar("M", bound="Terms")


class Terms(BaseModel):
    """A mapping of the file: unknown keys are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


def with_inputs(base: type[M], block: type[Block], leave_out: frozenset[str] = frozenset()) -> type[M]:
    """``base`` with a field for every input of ``block``; inputs with a default may be left out."""
    fields: dict[str, Any] = {}
    for declared in block.declarations():
        if isinstance(declared, Input) and declared.name not in leave_out:
            kind = stated(declared)
            fields[declared.name] = (kind, ... if declared.default is None else None)
    return create_model(base.__name__.removeprefix("_"), __base__=base, **fields)


def _pair_of_years(given: object) -> object:
    years = [given, given] if isinstance(given, int) and not isinstance(given, bool) else given
    if (
        isinstance(years, list) and len(years) == 2
        and all(isinstance(y, int) and not isinstance(y, bool) for y in years) and years[0] <= years[1]
    ):  # fmt: skip
        return (years[0], years[1])
    raise refusal(
        Text("年份区间写法不对。", "This is not a span of years."), Text("[首年, 末年]", "[first, last]"),
        Text("例如 [2023, 2026]。", "For example [2023, 2026]."),
    )  # fmt: skip


Years = Annotated[tuple[int, int], BeforeValidator(_pair_of_years)]


class Named(Terms):
    label: str = Field(min_length=1, max_length=60)
    label_en: str = Field(min_length=1, max_length=80)
    source: str | None = None
    note: str = ""


class Reprice(Terms):
    """调价：from ``first`` on, every ``every`` years."""

    every: int = Field(ge=1, le=30)
    first: int


class _Work(Named):
    category: Literal["基础类", "完善类", "提升类", "其他"]
    network: Literal["供水", "排水", "供电", "供气", "供热", "通信"] | None = None
    owner: Literal["company", "owners", "operator", "government"]
    years: Years | None = None
    phasing: dict[int, float] | None = None


class Pays(Terms):
    """适用范围：which works a source may pay (专款专用); without any key, all."""

    works: list[str] | None = None
    category: list[str] | None = None
    network: list[str] | None = None


class _Source(Named):
    nature: Literal["fiscal", "operators", "residents", "others"]
    pays: Pays


class _Stream(Named):
    repriced: Reprice | None = None


class _Cost(Named):
    serves: list[str] = []
    repriced: Reprice | None = None


# Ownership decides whether a work is the company's asset, so ``owned`` is not typed by hand; life and residual value are
# needed for the company's assets only, which the resolver checks.
WorkTerms = with_inputs(_Work, Work, leave_out=frozenset({"owned", "life", "residual"}))
WorkTerms = create_model(
    "Work", __base__=WorkTerms,
    life=(stated(Work.life), None), residual=(stated(Work.residual), None),
)  # fmt: skip
SourceTerms = with_inputs(_Source, Source)
StreamTerms = with_inputs(_Stream, Stream)
CostTerms = with_inputs(_Cost, Cost)


class Catalogue(Terms):
    works: dict[str, WorkTerms] = {}  # type: ignore[valid-type]
    sources: dict[str, SourceTerms] = {}  # type: ignore[valid-type]
    streams: dict[str, StreamTerms] = {}  # type: ignore[valid-type]
    costs: dict[str, CostTerms] = {}  # type: ignore[valid-type]


def _split(given: object) -> object:
    """``{by: need}`` or ``{listed: {unit: share}}``."""
    if isinstance(given, dict) and len(given) == 1:
        if given.get("by") in FINANCE_KEYS:
            return Split(by=given["by"])
        listed = given.get("listed")
        if isinstance(listed, dict) and all(
            isinstance(v, int | float) and not isinstance(v, bool) and v >= 0 for v in listed.values()
        ):
            return Split(listed=tuple((str(unit), float(v)) for unit, v in listed.items()))
    raise refusal(
        Text("融资分摊规则写法不对。", "This is not a rule for splitting finance over units."),
        Text(f"by: {' | '.join(FINANCE_KEYS)}，或 listed: {{单元: 份额}}", f"by: {' | '.join(FINANCE_KEYS)}, or listed: {{unit: share}}"),
        Text("例如 split: {by: need}。", "For example split: {by: need}."),
    )  # fmt: skip


class Split(Terms):
    by: str | None = None
    listed: tuple[tuple[str, float], ...] | None = None


SplitRule = Annotated[Split, BeforeValidator(_split)]
Face = stated(Stake.face)


class CapitalTerms(Named):
    amount: Face  # type: ignore[valid-type]
    split: SplitRule | None = None


def _issued(given: object) -> object:
    if isinstance(given, datetime.date) or (isinstance(given, int) and not isinstance(given, bool)):
        return given
    raise refusal(
        Text("发行时间写法不对。", "This is not a date of issue."), Text("日期或年份", "a date or a year"),
        Text("例如 2023-06-30，或 2023（年末发行）。", "For example 2023-06-30, or 2023 (issued at year end)."),
    )  # fmt: skip


class _Bond(Named):
    face: Face  # type: ignore[valid-type]
    split: SplitRule | None = None
    issued: Annotated[Any, BeforeValidator(_issued)]
    term: Literal[1, 2, 3, 5, 7, 10, 15, 20, 30]
    coupons_a_year: Literal[1, 2]


BondTerms = with_inputs(_Bond, Bond)


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


LoanTerms = with_inputs(_Loan, Loan, leave_out=frozenset({"draw_weight"}))


class Finance(Terms):
    capital: dict[str, CapitalTerms] = {}
    bonds: dict[str, BondTerms] = {}  # type: ignore[valid-type]
    loans: dict[str, LoanTerms] = {}  # type: ignore[valid-type]
    split: SplitRule


class Group(Terms):
    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")
    label: str = Field(min_length=1, max_length=60)
    label_en: str = Field(min_length=1, max_length=80)
    units: list[str] = Field(min_length=1)


class Balance(Terms):
    by: Literal["unit", "district", "all"]
    accounts: list[Group] | None = None
    standard: Annotated[list[Literal[STANDARD_TESTS]], Field(min_length=1)]  # type: ignore[valid-type]


class SourceNote(Terms):
    """来源：what document a figure comes from."""

    document: str = Field(min_length=1)
    document_en: str = Field(min_length=1)
    link: str = ""
    date: datetime.date | None = None
    note: str = ""


class Timeline(Terms):
    first: int = Field(ge=1990, le=2100)
    last: int = Field(ge=1990, le=2150)


class _Unit(Named):
    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")
    district: str | None = None
    district_en: str | None = None
    values: dict[str, Any] = {}


UnitTerms = with_inputs(_Unit, Facts)


class Table(Terms):
    table: str
    source: str | None = None


class Variant(Terms):
    label: str = Field(min_length=1, max_length=60)
    label_en: str = Field(min_length=1, max_length=80)
    note: str = ""
    note_en: str = ""
    set: dict[str, Any] = {}


class _CoverTerms(Terms):
    source: str | None = None
    income_until: Literal["end", "maturity"]


class _Section(Terms):
    source: str | None = None


class ScenarioFile(Terms):
    """A whole scenario."""

    finsim: Literal[1]
    title: str = Field(min_length=1, max_length=120)
    title_en: str = Field(min_length=1, max_length=160)
    note: str = ""
    note_en: str = ""
    sources: dict[str, SourceNote] = {}
    source: str | None = None
    timeline: Timeline
    construction: with_inputs(_Section, Construction) | None = None  # type: ignore[valid-type]
    catalogue: Catalogue
    units: Any
    finance: Finance
    assets: with_inputs(_Section, Assets)  # type: ignore[valid-type]
    tax: with_inputs(_Section, IncomeTax)  # type: ignore[valid-type]
    surcharges: with_inputs(_Section, Surcharges)  # type: ignore[valid-type]
    cover: with_inputs(_CoverTerms, Cover)  # type: ignore[valid-type]
    recovery: with_inputs(_Section, Recovery)  # type: ignore[valid-type]
    balance: Balance
    uncertain: dict[str, Any] = {}
    variants: dict[str, Variant] = {}
    default_variant: str | None = None
