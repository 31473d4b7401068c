"""片区组合: the units and accounts of the scenario, and how totals were split."""

from __future__ import annotations

from dash import Dash, html

from finsim.report import tables
from finsim.web.address import Shown
from finsim.web.components import Children, card, data_table, disclosure
from finsim.web.site import Site
from finsim.web.texts import Words


def panel(_: Words) -> html.Div:
    return html.Div(id="portfolio-page", className="stack")


def connect(app: Dash, site: Site) -> None:
    site.fills(app, "portfolio", "portfolio-page")(content)


def content(shown: Shown) -> list[Children]:
    """The rules of splitting."""
    words, wording, scenario = shown.words, shown.wording, shown.scenario
    if len(scenario.units) == 1:
        return [card(words("splits"), words("no_splits"), [], "splits", wide=True)]
    finding = words("splits_finding", count=len(scenario.units)) if scenario.splits else words("no_splits")
    rules = data_table(tables.splits(scenario, wording), words("splits"), kind="words")
    content = [disclosure(words("show_data"), rules, "splits-data")] if scenario.splits else []
    return [card(words("splits"), finding, content, "splits", wide=True)]
