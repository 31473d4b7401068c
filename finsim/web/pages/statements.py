"""报表: every statement of the account."""

from __future__ import annotations

from dash import Dash, html

from finsim.report import tables
from finsim.report.statements import statements
from finsim.web.address import Shown
from finsim.web.components import Children, card, data_table, disclosure
from finsim.web.site import Site
from finsim.web.texts import Words


def panel(_: Words) -> html.Div:
    return html.Div(id="statements-page", className="stack")


def connect(app: Dash, site: Site) -> None:
    site.fills(app, "statements", "statements-page")(content)


def content(shown: Shown) -> list[Children]:
    """The statements, each in a disclosure."""
    result, account, words, wording = shown.result, shown.account, shown.words, shown.wording
    unit = wording.unit("万元")
    off = max(result.checks().values())
    largest = "< 0.000001" if off < 1e-6 else f"{off:.6f}"
    disclosures = []
    for statement in statements(result.scenario.structure):
        title = wording.say(statement.title)
        table = data_table(tables.statement(result, account, statement, wording), title)
        disclosures.append(disclosure(title, table, f"statement-{statement.id}"))
    finding = words("statements_finding", largest=largest)
    return [card(words("statements"), finding, disclosures, "statements", unit=unit, wide=True)]
