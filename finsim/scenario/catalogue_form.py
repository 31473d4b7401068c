"""The catalogue and the units of a scenario file: what is built, who pays, what is earned and spent, and where."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from finsim.model.costs import Cost, Replacement
from finsim.model.facts import Facts
from finsim.model.sources import Source
from finsim.model.streams import RampYear, Stream
from finsim.model.structure import BELONGS, ELEMENTS, LEVELS, NATURES, STREAM_KINDS, TAX_TREATMENTS
from finsim.model.works import Work
from finsim.scenario.fields import (
    Amounts,
    Counties,
    Id,
    ItemId,
    Label,
    LabelEn,
    Neighbours,
    Phasing,
    Share,
    Years,
    refused,
)
from finsim.scenario.form import Named, Terms, with_inputs
from finsim.scenario.values import stated
from finsim.sheet import Block, Input, Text

BLOCKS: dict[str, type[Block]] = {
    "works": Work, "sources": Source, "streams": Stream, "costs": Cost, "replacements": Replacement,
}  # fmt: skip
"""The block whose inputs the entries of a list of the catalogue have."""
CATALOGUE = tuple(BLOCKS)
"""The lists of the catalogue."""
BY_QUANTITY = ("quantity", "price", "times", "occupancy")
"""What a stream needs unless its amounts are stated year by year."""

Category = Literal["基础类", "完善类", "提升类", "其他"]
Location = Literal["红线外", "公共部分", "建筑物本体", "户内"]
Network = Literal["供水", "排水", "供电", "供气", "供热", "通信"]
Reached = stated(RampYear.reached)
Floors = stated(Input("层数", "floors", unit="层", ge=1, le=100), solvable=False)
Begins = stated(Input("开工年份", "year in which works begin", unit="年份", ge=1990, le=2200), solvable=False)
VatChanges = Annotated[dict[int, Share], Field(min_length=1)]


class Reprice(Terms):
    """调价：from ``first`` on, every ``every`` years."""

    every: int = Field(ge=1, le=30)
    first: int


# ---- works and sources -------------------------------------------------------------------------------------
class _Work(Named):
    category: Category
    location: Location | None = None
    network: Network | None = None
    owner: Literal["company", "owners", "operator", "government"]
    asset: Literal["fixed", "intangible"] = "fixed"
    concession_years: Annotated[int, Field(ge=1, le=70)] | None = None
    paid_by_others: bool = False
    if_unpaid: Literal["account", "not_built"] = "account"
    years: Years | None = None
    phasing: Phasing | None = None


class Pays(Terms):
    """适用范围：which works a source may pay (专款专用); without any key, all. Several keys hold together."""

    works: list[str] | None = None
    category: list[Category] | None = None
    network: list[Network] | None = None
    location: list[Location] | None = None


class Takes(Terms):
    """The income that goes to who financed it, and in which years."""

    streams: Annotated[list[str], Field(min_length=1)]
    years: Years


class _Source(Named):
    nature: Literal[NATURES]  # type: ignore[valid-type]
    level: Literal[LEVELS] | None = None  # type: ignore[valid-type]
    tax: Literal[TAX_TREATMENTS] = "capital"  # type: ignore[valid-type]
    county: Counties | None = None
    floors_from: Annotated[int, Field(ge=1, le=100)] | None = None
    pays: Pays
    excludes: list[str] = []
    takes: Takes | None = None


# ---- operation ---------------------------------------------------------------------------------------------
class _Stream(Named):
    """``bays``: its quantity is parking bays; ``for_bonds``: a subsidy that the budget pays towards the service of bonds."""

    kind: Literal[STREAM_KINDS] = "revenue"  # type: ignore[valid-type]
    belongs: Literal[BELONGS] = "company"  # type: ignore[valid-type]
    needs: list[str] = []
    bays: bool = False
    for_bonds: bool = False
    years: Years | None = None
    ramp: Annotated[list[Reached], Field(min_length=1, max_length=30)] | None = None  # type: ignore[valid-type]
    vat_changes: VatChanges | None = None
    repriced: Reprice | None = None
    stated: Amounts | None = None

    @model_validator(mode="after")
    def of_some_amount(self) -> Self:
        """By quantity and price, or stated year by year."""
        left_out = [key for key in BY_QUANTITY if getattr(self, key) is None]
        if left_out and (self.stated is None or len(left_out) < len(BY_QUANTITY)):
            raise refused(
                Text(f"缺少 {'、'.join(left_out)}。", f"{', '.join(left_out)} missing."),
                Text(f"{'、'.join(BY_QUANTITY)}，或逐年列明的 stated", f"{', '.join(BY_QUANTITY)}, or stated year by year"),
                Text(f"补上 {'、'.join(left_out)}。", f"Add {', '.join(left_out)}."),
            )  # fmt: skip
        return self


class _Cost(Named):
    element: Literal[ELEMENTS] = "others"  # type: ignore[valid-type]
    serves: list[str] = []
    years: Years | None = None
    vat_changes: VatChanges | None = None
    repriced: Reprice | None = None
    stated: Amounts | None = None


class _Replacement(Named):
    years: Annotated[list[int], Field(min_length=1)]
    life: int = Field(ge=1, le=70)


# What follows from other keys is not typed by hand: ``owner`` decides whether a work is the company's asset, and only such a
# work needs life and residual value; ``county`` and ``floors_from`` decide which units a source reaches.
WorkTerms = with_inputs(_Work, Work, optional={Work.life, Work.residual}, without=("owned", "by_others"))
SourceTerms = with_inputs(_Source, Source, without="eligible")
StreamTerms = with_inputs(_Stream, Stream, optional={Stream.quantity, Stream.price, Stream.times, Stream.occupancy})
CostTerms = with_inputs(_Cost, Cost)
ReplacementTerms = with_inputs(_Replacement, Replacement)


class Mandatory(Named):
    """必须改造的内容：the works of which a unit must have one at least."""

    works: list[str] = []


class Catalogue(Terms):
    works: dict[ItemId, WorkTerms] = {}  # type: ignore[valid-type]
    sources: dict[ItemId, SourceTerms] = {}  # type: ignore[valid-type]
    streams: dict[ItemId, StreamTerms] = {}  # type: ignore[valid-type]
    costs: dict[ItemId, CostTerms] = {}  # type: ignore[valid-type]
    replacements: dict[ItemId, ReplacementTerms] = {}  # type: ignore[valid-type]
    mandatory: dict[ItemId, Mandatory] = {}


# ---- units -------------------------------------------------------------------------------------------------
class _Unit(Named):
    """``begins``: the year in which its works begin, where that is not the catalogue's; all its works move with it."""

    id: Id
    district: Label | None = None
    district_en: LabelEn | None = None
    county: Label | None = None
    county_en: LabelEn | None = None
    company: Label | None = None
    company_en: LabelEn | None = None
    floors: Floors | None = None  # type: ignore[valid-type]
    begins: Begins | None = None  # type: ignore[valid-type]
    neighbours: Neighbours = ()
    values: dict[str, Any] = {}


UnitTerms = with_inputs(_Unit, Facts, solvable=False)


class Table(Terms):
    """改造单元: of a table, or of a list that a file extended; ``override`` gives single units other values."""

    table: str | None = None
    sheet: str | None = None
    list: Any = None
    source: str | None = None
    override: dict[str, dict[str, Any]] = {}


def input_headings(catalogue: object) -> dict[str, str]:
    """What the heading of a table may call an input of the catalogue → its path. What would mean two inputs means none.

    >>> input_headings({"streams": {"street": {"label": "道路泊位", "label_en": "street bays"}}})["道路泊位·数量"]
    'streams.street.quantity'
    """
    found: dict[str, list[str]] = {}
    for kind, block in BLOCKS.items():
        entries = catalogue.get(kind) if isinstance(catalogue, dict) else None
        for name, terms in entries.items() if isinstance(entries, dict) else ():
            labels = (terms.get("label"), terms.get("label_en")) if isinstance(terms, dict) else (None, None)
            for declared in block.declarations():
                if isinstance(declared, Input):
                    path = f"{kind}.{name}.{declared.name}"
                    found.setdefault(f"{labels[0]}·{declared.label.zh}", []).append(path)
                    found.setdefault(f"{labels[1]}: {declared.label.en}", []).append(path)
    return {heading: paths[0] for heading, paths in found.items() if len(paths) == 1}
