"""What stands above every page of a scenario: its name and state, and the switches of the view."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from finsim.report.wording import Wording
from finsim.scenario.scenario import MODEL_VERSION
from finsim.web.address import MONEY_NAMES, Shown, groupings
from finsim.web.components import Children, current, link, switch, tag
from finsim.web.markup import markup
from finsim.web.site import Site, at, read
from finsim.web.texts import Words

GROUPS = {
    "nav_balance": ("overview", "statements", "probability", "comparison", "portfolio"),
    "nav_scenario": ("library", "inputs", "exports"),
}


def panel(words: Words) -> html.Div:
    """The head; the choice of an account is not shown where there is but one."""
    account = dmc.Select(
        id="account", label=words("account"), data=[], searchable=True, allowDeselect=False, comboboxProps={"withinPortal": False},
        nothingFoundMessage=words("nothing_found"),
    )  # fmt: skip
    return html.Div(
        [dcc.Store(id="head-of"), html.Div(id="head-title"), html.Div([html.Div(id="head-switches"), html.Div(account, id="head-account")], className="panel")],
        id="head", className="stack",
    )  # fmt: skip


def connect(app: Dash, site: Site) -> None:
    @app.callback(
        read("nav"), read("head-title"), read("head-switches"),
        Output("account", "data"), Output("account", "value"), Output("head-account", "hidden"), Output("head", "hidden"), Output("head-of", "data"),
        Input(*at("head")), prevent_initial_call=True,
    )  # fmt: skip
    def fill(address: str) -> Any:
        shown = site.shown(address)
        accounts = shown.scenario.accounts(shown.view.by)
        choices = [{"value": shown.view.link(account=account.id), "label": shown.wording.name(account.label)} for account in accounts]
        return (
            markup(navigation(shown)), markup(heading(shown)), markup(switches(shown)), choices, shown.view.link(), len(accounts) == 1,
            shown.view.page == "library", {"here": address, "shown": shown.view.link()},
        )  # fmt: skip

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("finsim", "choose"), Input("account", "value"), State("head-of", "data"), prevent_initial_call=True
    )


def navigation(shown: Shown) -> list[Children]:
    """The pages, each for the view that is shown."""
    words = shown.words
    found: list[Children] = []
    for group, pages in GROUPS.items():
        items = [
            html.Li(link(words(f"page_{page}"), shown.view.link(page=page)), **current(page == shown.view.page))
            for page in pages
        ]
        found += [html.P(words(group), className="nav-group"), html.Ul(items)]
    return found


def heading(shown: Shown) -> html.Div:
    scenario, result, view, words, wording = shown.scenario, shown.result, shown.view, shown.words, shown.wording
    account = next(a for a in result.accounts if a.id == view.account)
    years = scenario.years
    assumed = sum(o.kind == "assumed" for o in {**scenario.origins, **scenario.unit_origins}.values())
    facts = [
        words("version", digest=scenario.digest[:8]),
        words("years", count=len(years), first=years[0], last=years[-1]),
        words("model", version=MODEL_VERSION),
    ]
    tags = [tag(words("assumed", count=assumed))] if assumed else []
    if result.illustrative(view.account):
        tags.insert(0, tag(words("illustrative"), words("illustrative_why")))
    money = switch(
        words("money"), [(view.link(money=name), Wording(words.lang, unit).unit("万元")) for name, unit in MONEY_NAMES.items()],
        wording.unit("万元"), "money",
    )  # fmt: skip
    crumb = [words(f"page_{view.page}"), wording.name(account.label)]
    title = [
        html.P(" / ".join(crumb), className="crumb"),
        html.H1(wording.say(scenario.title)),
        html.P([" · ".join(facts), *tags], className="facts"),
    ]
    return html.Div([html.Div(title), money], className="heading")


def switches(shown: Shown) -> html.Div:
    scenario, view, words, wording = shown.scenario, shown.view, shown.words, shown.wording
    found: list[Children] = []
    if scenario.variants:
        choices = [(view.link(variant=v.id), wording.name(v.label)) for v in scenario.variants]
        chosen = next(wording.name(v.label) for v in scenario.variants if v.id == view.variant)
        found.append(switch(words("variant"), choices, chosen, "variant"))
    names = groupings(scenario)
    found.append(
        switch(words("by"), [(view.link(by=by), words(f"by_{by}")) for by in names], words(f"by_{view.by}"), "by")
    )
    notes = [
        wording.say(n)
        for n in (scenario.note, *([scenario.variant.note] if scenario.variant else []))
        if wording.say(n)
    ]
    return html.Div([html.Div(found, className="switches"), *(html.P(note, className="note") for note in notes)])
