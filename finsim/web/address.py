"""The view that an address asks for. The query carries everything, so that a link opens the same view again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

from finsim.report.wording import MONEY, Wording
from finsim.result import Result
from finsim.scenario.scenario import Account, Scenario
from finsim.web.desk import Desk
from finsim.web.texts import Words

GROUPINGS = ("unit", "district", "all")
MONEY_NAMES = {"wan": "万元", "yi": "亿元"}
assert set(MONEY_NAMES.values()) == set(MONEY)


@dataclass(frozen=True)
class View:
    """A variant, a grouping (``by``), one of its accounts, and the unit of money (a key of MONEY_NAMES)."""

    variant: str
    by: str
    account: str
    money: str

    def link(self, **changes: str) -> str:
        """The address of this view with something changed; another grouping starts at its first account."""
        if "by" in changes:
            changes = {"account": "", **changes}
        view = replace(self, **changes)
        query = {"variant": view.variant, "by": view.by, "account": view.account, "money": view.money}
        return "?" + urlencode({key: value for key, value in query.items() if value})


def view(search: str | None, desk: Desk) -> View:
    """The view asked for; what is not there or left out falls back to the file's own choice."""
    asked = {key: values[0] for key, values in parse_qs((search or "").removeprefix("?")).items()}
    variant = asked.get("variant", "")
    if variant not in desk.scenarios:
        variant = desk.default or next(iter(desk.scenarios))
    scenario = desk.scenario(variant)
    by = asked.get("by", "")
    if by not in groupings(desk, variant):
        by = scenario.by
    accounts: tuple[Account, ...] = scenario.accounts(by)
    account = asked.get("account", "")
    if account not in {a.id for a in accounts}:
        account = accounts[0].id
    money = asked.get("money", "wan")
    return View(variant, by, account, money if money in MONEY_NAMES else "wan")


def groupings(desk: Desk, variant: str) -> tuple[str, ...]:
    return (*GROUPINGS, "accounts") if desk.scenario(variant).listed else GROUPINGS


@dataclass(frozen=True)
class Shown:
    """A view with everything at hand that it is made of, for a reader of one language."""

    desk: Desk
    view: View
    lang: str

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
