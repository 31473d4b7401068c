"""报表: the statements of the account, one at a time, with its checks; each can be taken along as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from finsim.report import tables
from finsim.report.reasons import Number
from finsim.report.statement_file import csv_of
from finsim.report.statements import Statement, platform_checks, statements
from finsim.report.statements.entries import UNDER_CONSTRUCTION
from finsim.result import CHECK_LIMIT
from finsim.scenario.goals import full_label
from finsim.sheet import TOLERANCE
from finsim.web.address import Shown
from finsim.web.components import Children, aria, asking, card, current, data_table, link, pill
from finsim.web.site import Site, at
from finsim.web.texts import Words

GROUPS = {
    "statements_investment": ("construction", "interest", "working_capital", "investment"),
    "statements_operation": ("operations", "cost", "depreciation", "amortisation", "profit"),
    "statements_flows": ("project_flow", "equity_flow", "investor_flow", "cash_plan"),
    "statements_position": ("balance_sheet", "debt"),
    "statements_platform": ("budget",),
}
"""The chapters under which statements are listed."""
SMALLEST = 1e-6
"""A deviation below this, in 万元, is told as less than it."""


def panel(words: Words) -> html.Div:
    download = html.Button(words("download_csv"), id="statement-download", type="button", className="button")
    top = html.Div([html.Div(id="statement-title"), download], className="card-top")
    statement = html.Section([top, html.Div(id="statement-table"), dcc.Download(id="statement-file")], id="statement", className="card")
    listed = html.Nav(id="statements-list", className="statements-list", **aria(label=words("statements")))
    return html.Div(
        [html.Div([listed, statement], className="statements"), html.Div(id="statement-checks")],
        id="statements-page", className="stack",
    )  # fmt: skip


def connect(app: Dash, site: Site) -> None:
    site.fills(app, "statements", "statements-list", "statement-title", "statement-table", "statement-checks")(
        lambda shown: (contents(shown), title(shown), table(shown), checks(shown))
    )

    @app.callback(
        Output("statement-file", "data"), Input("statement-download", "n_clicks"), State(*at("statements")), prevent_initial_call=True
    )
    def download(_: Any, address: str) -> dict[str, str]:
        shown = site.shown(address)
        one, view = chosen(shown), shown.view
        name = "-".join(part for part in (shown.desk.name, view.variant, view.account, one.id) if part)
        content = csv_of(shown.result, shown.account, one, shown.wording)
        return {"content": content, "filename": f"{name}.csv", "type": "text/csv;charset=utf-8"}


def chosen(shown: Shown) -> Statement:
    """The statement of the address; the first one where it names none."""
    listed = statements(shown.scenario.structure)
    return next((one for one in listed if one.id == shown.view.statement), listed[0])


def contents(shown: Shown) -> list[Children]:
    """The statements, each a link, by chapter."""
    titles = {one.id: shown.wording.name(one.title) for one in statements(shown.scenario.structure)}
    here, found = chosen(shown).id, []
    for group, names in GROUPS.items():
        items = [
            html.Li(link(titles[name], shown.view.link(statement=name)), **current(name == here)) for name in names
        ]
        found += [html.P(shown.words(group), className="nav-group"), html.Ul(items)]
    return found


def title(shown: Shown) -> list[Children]:
    words, off = shown.words, max(shown.result.checks().values())
    heading = html.H2([shown.wording.name(chosen(shown).title), html.Span(shown.wording.unit("万元"), className="unit")])
    return [
        heading, html.P(words("statements_finding", largest=_off(off)), className="finding"),
        html.P(words("why_hint"), className="note"),
    ]  # fmt: skip


def table(shown: Shown) -> html.Div:
    """The statement, its years marked as those of construction and of operation."""
    one, words = chosen(shown), shown.words
    building = shown.result.series(UNDER_CONSTRUCTION, shown.account)
    marks = [
        words("year_construction" if share > 1 - TOLERANCE else "year_operation" if share < TOLERANCE else "year_both")
        for share in building
    ]
    made = tables.statement(shown.result, shown.account, one, shown.wording)
    return data_table(replace(made, marks=("", "", *marks)), shown.wording.name(one.title), kind="statement")


def checks(shown: Shown) -> html.Section:
    """Every check row of the account, and with the platform's statement the checks of the platform."""
    result, account, words, wording = shown.result, shown.account, shown.words, shown.wording
    model = result.scenario.sheets.account
    items = []
    for path, row in model.rows.items():
        if not row.check:
            continue
        years = (None,) if row.cell else result.years
        off, year = max(((abs(result.value("account", account, path, year)), year) for year in years), key=lambda found: found[0])
        number = asking(words("check_off", value=_off(off)), str(Number("account", account, path, year)), "note")
        items.append(html.Li([_state(off <= CHECK_LIMIT, words), html.Span(wording.name(full_label(model, path))), number]))
    content: list[Children] = [html.Ul(items, className="checks")]
    if chosen(shown).id in GROUPS["statements_platform"]:
        found = [
            html.Li([_state(one.holds, words), html.Span(wording.name(one.check)), html.Span(wording.say(one.found), className="note")])
            for one in platform_checks(result, account)
        ]
        content += [html.H3(words("check_platform")), html.Ul(found, className="checks", id="platform-checks")]
    return card(words("checks"), words("checks_finding"), content, "checks", wide=True)


def _state(holds: bool, words: Words) -> html.Span:
    return pill("pass", words("check_holds")) if holds else pill("fail", words("check_fails"))


def _off(value: float) -> str:
    return f"< {SMALLEST:.6f}" if value < SMALLEST else f"{value:.6f}"
