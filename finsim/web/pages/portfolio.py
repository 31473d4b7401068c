"""片区组合: what each way of grouping the units comes to, every account in a row, and how totals were split."""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from finsim.report import portfolio, tables
from finsim.web.address import Shown, groupings
from finsim.web.components import Children, aria, card, current, data_table, disclosure, figure_of, link, pill
from finsim.web.site import Site
from finsim.web.texts import Words
from finsim.web.why import ELSEWHERE


def panel(_: Words) -> html.Div:
    return html.Div(id="portfolio-page", className="stack")


def connect(app: Dash, site: Site) -> None:
    site.fills(app, "portfolio", "portfolio-page")(lambda shown: [content(shown)])


def content(shown: Shown) -> list[Children]:
    return [_groupings(shown), _accounts(shown), _splits(shown)]


def _groupings(shown: Shown) -> html.Section:
    """The verdict of every grouping, side by side; each leads to its accounts."""
    words, wording, view = shown.words, shown.wording, shown.view
    found = [portfolio.pooled(shown.desk.result(view.variant, by)) for by in groupings(shown.scenario)]
    items = []
    for one in found:
        whole = one.balanced == one.accounts
        state = pill("pass", words("all_balance")) if whole else pill("fail", words("some_balance", balanced=one.balanced, count=one.accounts))
        name = link(words(f"by_{one.by}"), view.link(by=one.by), "account-name")
        where = "" if one.by == view.by else f"{ELSEWHERE}{view.scenario}~{view.variant}~{one.by}"
        why = f"account|{shown.desk.result(view.variant, one.by).accounts[0].id}|+liquidity.peak|{where}"
        gap = html.Span([words("gap_of_all"), figure_of(f"gap.{one.by}", one.gap, wording.amount(one.gap), wording.unit("万元"), why)], className="note facts")
        items.append(html.Li([name, state, gap], className="account chosen" if one.by == view.by else "account", **current(one.by == view.by)))
    best = min(found, key=lambda one: (one.accounts - one.balanced, one.gap))
    finding = words("groupings_finding", by=words(f"by_{best.by}"), balanced=best.balanced, count=best.accounts, gap=wording.sum_of_money(best.gap))
    return card(words("groupings"), finding, [html.Ul(items, className="accounts", **aria(label=words("groupings")))], "groupings", wide=True)


def _accounts(shown: Shown) -> html.Section:
    words, wording, result = shown.words, shown.wording, shown.result
    links = [shown.view.link(page="overview", account=account.id) for account in result.accounts]
    more: dict[str, Any] = {"links": links, "sortable": True}
    table = data_table(portfolio.accounts(result, wording), words("account_table"), kind="grid-table", **more)
    finding = words("accounts_finding", count=len(result.accounts), balanced=portfolio.pooled(result).balanced)
    return card(words("account_table"), finding, [table], "account-table", unit=wording.unit("万元"), wide=True)


def _splits(shown: Shown) -> html.Section:
    words, scenario = shown.words, shown.scenario
    if len(scenario.units) == 1 or not scenario.splits:
        return card(words("splits"), words("no_splits"), [], "splits", wide=True)
    rules = data_table(tables.splits(scenario, shown.wording), words("splits"), kind="words")
    finding = words("splits_finding", count=len(scenario.units))
    return card(words("splits"), finding, [disclosure(words("show_data"), rules, "splits-data")], "splits", wide=True)
