"""The view that an address asks for. The address carries everything, so that a link opens the same view again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

from finsim.report.wording import MONEY, Wording
from finsim.result import Result
from finsim.scenario.problems import ScenarioError
from finsim.scenario.scenario import Account, Scenario
from finsim.web.desk import Desk
from finsim.web.library import Library
from finsim.web.texts import Words

PAGES = {
    "overview": "/", "statements": "/statements", "probability": "/probability", "comparison": "/comparison",
    "portfolio": "/portfolio", "library": "/library", "inputs": "/inputs", "exports": "/exports",
}  # fmt: skip
"""Path of each page."""
GROUPINGS = ("unit", "district", "all")
MONEY_NAMES = {"wan": "万元", "yi": "亿元"}
assert set(MONEY_NAMES.values()) == set(MONEY)


@dataclass(frozen=True)
class View:
    """A page, and on it: a scenario of the library, a variant, a grouping (``by``), one of its accounts, the unit of money (a
    key of MONEY_NAMES), and on the page of statements the id of one ("" for the first)."""

    page: str
    scenario: str
    variant: str
    by: str
    account: str
    money: str
    against: str = ""
    """On the comparison: what stands beside it, as ``scenario~variant`` with commas between."""
    mode: str = ""
    statement: str = ""

    def link(self, **changes: str) -> str:
        """The address of this view with something changed; what hangs on what is changed starts anew."""
        return PAGES[changes.get("page", self.page)] + self.query(**changes)

    def query(self, **changes: str) -> str:
        """The part of the address from the question mark on."""
        if "scenario" in changes:
            changes = {"variant": "", "by": "", **changes}
        if "by" in changes:
            changes = {"account": "", **changes}
        view = replace(self, **changes)
        query = {"s": view.scenario, "variant": view.variant, "by": view.by, "account": view.account, "money": view.money}
        if view.page == "comparison":
            query |= {"with": view.against, "mode": view.mode}
        if view.page == "statements":
            query["statement"] = view.statement
        return "?" + urlencode({key: value for key, value in query.items() if value})


def page_of(pathname: str) -> str:
    """The page of a path; the overview for one that is none."""
    path = "/" + pathname.strip("/")
    return next((page for page, known in PAGES.items() if known == path), "overview")


def asked(address: str) -> dict[str, str]:
    """What the query of an address says."""
    return {key: values[0] for key, values in parse_qs(address.partition("?")[2]).items()}


def view(address: str, library: Library) -> View:
    """The view asked for; what is not there or left out falls back to the file's own choice."""
    pathname, query = address.partition("?")[0], asked(address)
    name, desk = _opened(query.get("s", ""), library)
    variant = query.get("variant", "")
    if variant not in desk.scenarios:
        variant = desk.default
    scenario = desk.scenario(variant)
    by = query.get("by", "")
    if by not in groupings(scenario):
        by = scenario.by
    accounts: tuple[Account, ...] = scenario.accounts(by)
    account = query.get("account", "")
    if account not in {a.id for a in accounts}:
        account = accounts[0].id
    money = query.get("money", "wan")
    money = money if money in MONEY_NAMES else "wan"
    own = {"against": query.get("with", ""), "mode": query.get("mode", ""), "statement": query.get("statement", "")}
    return View(page_of(pathname), name, variant, by, account, money, **own)


def _opened(name: str, library: Library) -> tuple[str, Desk]:
    """The scenario of this id; the first one where there is none, or where it does not hold any more."""
    try:
        return name, library.desk(name)
    except (KeyError, ScenarioError):
        return library.default, library.desk(library.default)


def groupings(scenario: Scenario) -> tuple[str, ...]:
    return (*GROUPINGS, "accounts") if scenario.listed else GROUPINGS


@dataclass(frozen=True)
class Shown:
    """A view with everything at hand that it is made of, for a reader of one language."""

    desk: Desk
    view: View
    lang: str
    elsewhere: str = ""
    """After the names of its numbers, where they are not of the view of the address."""

    @property
    def scenario(self) -> Scenario:
        return self.desk.scenario(self.view.variant)

    @property
    def result(self) -> Result:
        return self.desk.result(self.view.variant, self.view.by)

    @property
    def account(self) -> str:
        return self.view.account

    @property
    def words(self) -> Words:
        return Words(self.lang)

    @property
    def wording(self) -> Wording:
        return Wording(self.lang, MONEY_NAMES[self.view.money])
