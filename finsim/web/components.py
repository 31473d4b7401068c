"""The pieces of the page: cards, pills, switches, charts with their sentence and table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from finsim.report.figures import Chart, configuration
from finsim.report.wording import Table, Wording
from finsim.web.markup import still
from finsim.web.texts import Words

Children = Any
"""What Dash takes as children: a component, a text, or a list of them."""


def aria(**words: str) -> dict[str, Any]:
    """What a piece is to those who do not see it."""
    return {f"aria-{name}": word for name, word in words.items()}


def current(chosen: bool) -> dict[str, Any]:
    return aria(current="true") if chosen else {}


def icon(name: str) -> html.Span:
    return html.Span(className=f"icon icon-{name}", **aria(hidden="true"))


def pill(state: str, text: str) -> html.Span:
    """A state by icon, word and colour: pass, fail, watch or none."""
    return html.Span([icon(state), text], className=f"pill pill-{state}")


def tag(text: str, title: str = "") -> html.Span:
    return html.Span(text, className="tag", title=title or None)


def figure_of(key: str, value: float | None, shown: str, unit: str = "", why: str = "") -> html.Span:
    """A number with its unit; the value with all its digits stands in ``data-value``.

    ``why`` is its name in ``report.reasons``: with it the number is a button that opens its explanation.
    """
    data: dict[str, Any] = {"data-figure": key, "data-value": "" if value is None else repr(value)}
    number: Any = asking(shown, why, "number", **data) if why else html.Span(shown, className="number", **data)
    return html.Span([number, html.Span(unit, className="unit")] if unit else [number], className="amount")


def asking(content: Children, why: str, kind: str = "", **more: Any) -> html.Button:
    """A number as a button that opens its explanation (``assets/why.js``)."""
    data: dict[str, Any] = {"data-why": why}
    return html.Button(content, type="button", className=f"why {kind}".rstrip(), **data, **more)


def link(content: Children, address: str, kind: str = "") -> html.A:
    """A way to another view, which is shown without loading the page again (``assets/page.js``)."""
    data: dict[str, Any] = {"data-view": ""}
    return html.A(content, href=address, className=kind or None, **data)


def switch(label: str, choices: Sequence[tuple[str, str]], chosen: str, name: str) -> html.Div:
    """A choice of one, as links: each address is a view of its own. ``choices`` are (address, text)."""
    items = [
        html.Li(
            link(text, address, "segment chosen" if text == chosen else "segment"),
            **current(text == chosen),
        )
        for address, text in choices
    ]
    return html.Div(
        [html.Span(label, id=f"{name}-label", className="switch-label"), html.Ul(items, className="segments", **aria(labelledby=f"{name}-label"))],
        className="switch", id=name,
    )  # fmt: skip


def data_table(table: Table, label: str, kind: str = "", links: Sequence[str] = (), sortable: bool = False) -> html.Div:
    """A table that scrolls within its own frame, drawn in the browser (``assets/page.js``).

    ``kind`` is "words" if no column holds numbers, "tall" if cells have two lines. ``links`` are where the rows lead;
    a ``sortable`` table is ordered by the column whose heading is pressed.
    """
    content = vars(table) | {"links": links, "sortable": sortable}
    data: dict[str, Any] = {"data-table": json.dumps(content, ensure_ascii=False)}
    return html.Div(className=f"scroll {kind}".rstrip(), tabIndex=0, role="group", **data, **aria(label=label))


def disclosure(summary: str, content: Children, name: str) -> html.Details:
    return html.Details([html.Summary(summary), content], id=name)


def card(
    title: str, finding: str, content: Sequence[Children], name: str, unit: str = "", note: str = "", wide: bool = False
) -> html.Section:
    """A card with a heading, the sentence that it proves, and its content."""
    heading = html.H2([title, html.Span(unit, className="unit")] if unit else title, id=f"{name}-title")
    top = still(html.Div([heading, html.Span(note, className="note")] if note else heading, className="card-top"))
    return html.Section(
        [top, html.P(finding, className="finding"), *content],
        id=name, className="card wide" if wide else "card", **aria(labelledby=f"{name}-title"),
    )  # fmt: skip


def graph(chart: Chart, words: Words, edits: bool = False) -> html.Div:
    """The one place where a chart is put on a page. With ``edits``, its lines can be dragged."""
    settings: Any = configuration(words.lang, chart.id) | ({"edits": {"shapePosition": True}} if edits else {})
    return html.Div(
        dcc.Graph(figure=chart.figure, config=settings, responsive=True),
        className=f"chart {chart.id}", role="figure", **aria(label=f"{chart.title}：{chart.finding}" if words.lang == "zh" else f"{chart.title}: {chart.finding}"),
    )  # fmt: skip


def chart_card(chart: Chart, words: Words, note: str = "") -> html.Section:
    """A chart with its sentence above and its data below."""
    name = chart.id.replace("_", "-")
    table = still(disclosure(words("show_data"), data_table(chart.table, chart.title), f"{name}-data"))
    return card(chart.title, chart.finding, [graph(chart, words), table], name, unit=chart.unit, note=note)


def threshold_of(value: float, unit: str, wording: Wording, words: Words, at_most: bool = False) -> str:
    """What a test requires, with its unit: "要求 ≥ 1.20 倍"; ``at_most`` where the value must not exceed it."""
    shown, said = (
        (wording.amount(value), wording.unit(unit)) if unit == "万元" else (wording.times(value, 2), wording.unit(unit))
    )
    if value == 0:
        shown, said = "0", ""
    space = "" if said == "×" else " "
    return words("threshold_at_most" if at_most else "threshold_at_least", value=shown, unit=space + said if said else "")
