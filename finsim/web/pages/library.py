"""情景库: the scenarios that can be opened."""

from __future__ import annotations

from dash import Dash, dcc, html

from finsim.web.address import Shown
from finsim.web.components import Children, aria, card, current
from finsim.web.site import Site
from finsim.web.texts import Words


def panel(_: Words) -> html.Div:
    return html.Div(id="library-page", className="stack")


def connect(app: Dash, site: Site) -> None:
    @site.fills(app, "library", "library-page")
    def content(shown: Shown) -> list[Children]:
        """The scenarios, each a link to its overview."""
        words = shown.words
        items = []
        for entry in site.library.files():
            chosen = entry.id == shown.view.scenario
            address = shown.view.link(scenario=entry.id, page="overview")
            link = dcc.Link(shown.wording.say(entry.title), href=address, className="account chosen" if chosen else "account")
            items.append(html.Li(link, **current(chosen)))
        listed = html.Ul(items, className="accounts", **aria(label=words("page_library")))
        return [card(words("page_library"), words("library_finding", count=len(items)), [listed], "library", wide=True)]
