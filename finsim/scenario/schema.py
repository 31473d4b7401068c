"""The form of a scenario file, made from the blocks' inputs plus names, choices, dates and sources.

Every number a block declares as ``Input`` is a field here under the same name, so a scenario path is a row path.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, create_model, model_validator

from finsim.model.assets import Assets
from finsim.model.balance import Cover, Recovery
from finsim.model.bonds import Bond
from finsim.model.capital import Capital
from finsim.model.construction import Construction
from finsim.model.flows import ProjectFlow
from finsim.model.horizon import Opening
from finsim.model.lender import Lender
from finsim.model.loans import Bridge, Loan
from finsim.model.profit import Appropriation
from finsim.model.public import PublicMoney
from finsim.model.sources import Stake
from finsim.model.structure import LEVELS, STANDARD_TESTS, WITHOUT_BOND
from finsim.model.tax import IncomeTax, Surcharges, ValueAddedTax
from finsim.model.working_capital import WorkingCapital, WorkingCapitalLoan
from finsim.scenario.catalogue_form import CATALOGUE, Catalogue
from finsim.scenario.fields import (
    Amounts,
    CouponsAYear,
    DocumentName,
    Id,
    Issued,
    ItemId,
    Label,
    LabelEn,
    Link,
    LossYears,
    Phasing,
    RatePath,
    Share,
    SplitRule,
    Term,
    Title,
    TitleEn,
    Version,
    Words,
    Years,
    refused,
)
from finsim.scenario.form import Named, Section, Terms, with_inputs
from finsim.scenario.uncertain_form import Dependence, Uncertain
from finsim.scenario.values import Answer, stated
from finsim.sheet import Text

FINANCE = ("capital", "bonds", "loans")
"""The lists of finance whose entries are divided over the units."""
LONGEST = 60
"""Years a timeline may have."""


def _optional(annotation: Any) -> Any:
    return (annotation | None, None)


# ---- the file's head ---------------------------------------------------------------------------------------
class SourceNote(Terms):
    """来源：what document a figure comes from; ``assumed``: none, its figures are assumptions that it explains."""

    document: DocumentName
    document_en: DocumentName
    link: Link = ""
    date: datetime.date | None = None
    note: Words = ""
    assumed: bool = False


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


class PolicyDate(Terms):
    """The date on which policy values are taken, and from which they are followed."""

    as_of: datetime.date


# ---- finance -----------------------------------------------------------------------------------------------
Face = stated(Stake.face)


class _Capital(Named):
    amount: Face | None = None  # type: ignore[valid-type]
    split: SplitRule | None = None
    payer: Literal["company", "government", "social"] = "company"
    phasing: Phasing | None = None

    @model_validator(mode="after")
    def of_some_size(self) -> Self:
        if (self.amount is None) == (getattr(self, "share", None) is None):
            raise refused(
                Text("资本金须写 amount 或 share 二者之一。", "Capital needs either amount or share."),
                Text("amount: 万元，或 share: 占投资比例", "amount in 万元, or share of investment"),
                Text("只写其中一个。", "Give one of them."),
            )
        return self


class BondRepayment(Terms):
    """还本方式：level in equal parts from year ``first``, or the shares named by year; without it, whole at maturity."""

    method: Literal["level", "shares"]
    first: int | None = None
    shares: Phasing | None = None


class _Bond(Named):
    kind: Literal["special", "corporate"] = "special"
    face: Face | None = None  # type: ignore[valid-type]
    split: SplitRule | None = None
    issued: Issued
    term: Term
    coupons_a_year: CouponsAYear
    repay: BondRepayment | None = None
    refinances: list[str] = []
    set_aside: Phasing | None = None

    @model_validator(mode="after")
    def of_some_size(self) -> Self:
        if (self.face is None) == (not self.refinances):
            raise refused(
                Text("债券须写 face 或 refinances 二者之一。", "A bond needs either face or refinances."),
                Text("face: 万元，或 refinances: [所接续的债券]", "face in 万元, or refinances: [bonds that mature]"),
                Text("只写其中一个。", "Give one of them."),
            )
        return self


class Segment(Terms):
    """还本段：its way of repayment and its years; ``shares`` of the debt, or ``amounts``, by year where it names them."""

    method: Literal["equal_principal", "annuity", "bullet", "capacity", "sculpted", "shares", "amounts"]
    years: Years
    shares: Phasing | None = None
    amounts: Amounts | None = None

    @model_validator(mode="after")
    def named(self) -> Self:
        for key in ("shares", "amounts"):
            if (getattr(self, key) is not None) != (self.method == key):
                raise refused(
                    Text(f"{key} 与还款方式不符。", f"{key} does not go with the way of repayment."),
                    Text(f"method: {key} 时写 {key}", f"{key} with method: {key}"),
                    Text(f"补上或删去 {key}。", f"Add or remove {key}."),
                )
        return self


def _segments(given: object) -> object:
    return [given] if isinstance(given, dict) else given


class _Loan(Named):
    commitment: Face  # type: ignore[valid-type]
    split: SplitRule | None = None
    drawn: Years
    draws: Literal["start", "middle", "end"]
    phasing: Phasing | None = None
    rate_path: RatePath | None = None
    rolls: Years | None = None
    repay: Annotated[list[Segment], BeforeValidator(_segments), Field(min_length=1)]


class _ShortLoan(Named):
    years: Years


CapitalTerms = with_inputs(_Capital, Capital)
BondTerms = with_inputs(_Bond, Bond, without="existing_share")
LoanTerms = with_inputs(_Loan, Loan, without="draw_weight")
ShortLoanTerms = with_inputs(_ShortLoan, Bridge)


class Finance(Terms):
    split: SplitRule | None = None
    capital: dict[ItemId, CapitalTerms] = {}  # type: ignore[valid-type]
    bonds: dict[ItemId, BondTerms] = {}  # type: ignore[valid-type]
    loans: dict[ItemId, LoanTerms] = {}  # type: ignore[valid-type]
    short_loans: Annotated[dict[ItemId, ShortLoanTerms], Field(max_length=1)] = {}  # type: ignore[valid-type]


# ---- opening balances, working capital, taxes, public money -----------------------------------------------
class _Opening(Section):
    """期初余额：opening assets are written off over ``fixed_life``, or as ``depreciation`` says year by year."""

    depreciation: Amounts | None = None

    @model_validator(mode="after")
    def written_off_in_one_way(self) -> Self:
        if self.depreciation is not None and getattr(self, "fixed_life", None) is not None:
            raise refused(
                Text("期初固定资产的折旧写了两种。", "Depreciation of opening fixed assets is stated in two ways."),
                Text("fixed_life，或逐年列明的 depreciation", "fixed_life, or depreciation stated year by year"),
                Text("删去其中一个。", "Remove one of them."),
            )
        return self


class _WorkingCapital(Section):
    added: Amounts | None = None


class _ValueAddedTax(Section):
    """增值税：``shown`` net or gross in the cash flow statements; the net cash flow is the same."""

    shown: Literal["net", "gross"] = "net"


class _Tax(Section):
    reduction: dict[int, Share] = {}
    loss_years: LossYears = 5


RED_FLAGS = (
    "advances_repaid_by_budget", "guaranteed_return", "buy_back", "works_as_government_services",
    "availability_payment_in_concession", "public_assets_pledged", "concession_to_own_company",
)  # fmt: skip
"""Forbidden practices that no row can find: the scenario says of each whether there is one, and where that is written."""

Declared: type[Terms] = create_model("Declared", __base__=Terms, **{name: _optional(Answer) for name in RED_FLAGS})


class _Public(Section):
    """财政：the own budget of the place.

    budget     what it can spend on the programme, by year; a year that is not named has no limit here, and what is spent in
               it is shown as outlay without a stated budget
    committed  what is committed already, of the same years
    to_others  awards that it pays to others than the account
    own        the levels whose money is of the own budget; grants of the others come from above
    split      how budget, debt limit and awards are divided over the units, if not as finance is
    """

    budget: Amounts | None = None
    committed: Amounts | None = None
    to_others: Amounts | None = None
    own: Annotated[list[Literal[LEVELS]], Field(min_length=1)] = ["city", "county"]  # type: ignore[valid-type]
    split: SplitRule | None = None
    declared: Declared = Declared()  # type: ignore[valid-type]


OpeningTerms = with_inputs(_Opening, Opening)
WorkingCapitalTerms = with_inputs(_WorkingCapital, WorkingCapital)
WorkingLoanTerms = with_inputs(Section, WorkingCapitalLoan)
ValueAddedTaxTerms = with_inputs(_ValueAddedTax, ValueAddedTax)
AppropriationTerms = with_inputs(Section, Appropriation)
ProjectFlowTerms = with_inputs(Section, ProjectFlow)
LenderTerms = with_inputs(Section, Lender)
PublicTerms = with_inputs(_Public, PublicMoney, without=(*RED_FLAGS, "debt_limited"))


# ---- accounts, tests, variants -----------------------------------------------------------------------------
class _CoverTerms(Section):
    income_until: Literal["end", "maturity"]


class Group(Terms):
    id: Id
    label: Label
    label_en: LabelEn
    units: list[str] = Field(min_length=1)


WithoutBond = Literal[WITHOUT_BOND]  # type: ignore[valid-type]
StandardTests = Annotated[list[Literal[STANDARD_TESTS]], Field(min_length=1)]  # type: ignore[valid-type]


class Standard(Terms):
    """平衡标准：a named set of tests, and what it lets apply instead of bond cover to an account without a special bond."""

    label: Label
    label_en: LabelEn
    tests: StandardTests
    without_bond: WithoutBond = WITHOUT_BOND[0]


class Balance(Terms):
    """``standard`` is a list of tests, the id of a named set, or ``default``: full bond cover of 1.2 and yearly liquidity."""

    by: Literal["unit", "district", "all"]
    accounts: list[Group] | None = None
    standard: StandardTests | str
    without_bond: WithoutBond | None = None
    standards: dict[Id, Standard] = {}


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
    remove: list[str] = []


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
    policy: PolicyDate | None = None
    construction: with_inputs(Section, Construction) | None = None  # type: ignore[valid-type]
    catalogue: Catalogue
    units: Any
    finance: Finance
    opening: OpeningTerms = OpeningTerms()  # type: ignore[valid-type]
    working_capital: WorkingCapitalTerms = WorkingCapitalTerms()  # type: ignore[valid-type]
    working_loan: WorkingLoanTerms = WorkingLoanTerms()  # type: ignore[valid-type]
    assets: with_inputs(Section, Assets)  # type: ignore[valid-type]
    vat: ValueAddedTaxTerms = ValueAddedTaxTerms()  # type: ignore[valid-type]
    tax: with_inputs(_Tax, IncomeTax)  # type: ignore[valid-type]
    surcharges: with_inputs(Section, Surcharges)  # type: ignore[valid-type]
    appropriation: AppropriationTerms = AppropriationTerms()  # type: ignore[valid-type]
    project_flow: ProjectFlowTerms = ProjectFlowTerms()  # type: ignore[valid-type]
    lender: LenderTerms = LenderTerms()  # type: ignore[valid-type]
    public: PublicTerms = PublicTerms()  # type: ignore[valid-type]
    cover: with_inputs(_CoverTerms, Cover, without="to_the_end")  # type: ignore[valid-type]
    recovery: with_inputs(Section, Recovery)  # type: ignore[valid-type]
    balance: Balance
    uncertain: dict[str, Uncertain] = {}
    dependence: list[Dependence] = []
    independent: Words = ""
    variants: dict[Id, Variant] = {}
    default_variant: str | None = None


LISTS = (
    ("sources",),
    ("uncertain",),
    ("variants",),
    *(("catalogue", kind) for kind in CATALOGUE),
    *(("finance", kind) for kind in (*FINANCE, "short_loans")),
    ("balance", "standards"),
)
"""Where entries stand that hold, or do not, each by itself."""


Draft: type[Terms] = create_model(
    "Draft", __base__=Terms, **{name: _optional(field.annotation) for name, field in ScenarioFile.model_fields.items()}
)
"""A scenario of which some parts are missing."""
