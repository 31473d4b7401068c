"""What is only read is sent as HTML: the same as Dash would draw, and a text stays a text."""

from html.parser import HTMLParser
from typing import Any

import dash_mantine_components as dmc
import pytest
from dash import dcc, html
from dash.development.base_component import Component
from hypothesis import given
from hypothesis import strategies as st

from finsim.report.wording import Table
from finsim.web.components import data_table, link, pill
from finsim.web.markup import markup, still


class Read(HTMLParser):
    """What a browser makes of a text: elements with their attributes, and the texts in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")))
def test_a_text_stays_a_text(text: str, title: str) -> None:
    found = Read(markup(html.P([text, html.B("b")], title=title)))
    assert found.elements == [("p", {"title": title}), ("b", {})] and "".join(found.texts) == text + "b"


def test_properties_are_those_of_html() -> None:
    data: dict[str, Any] = {"data-why": "a|b", "aria-label": "总"}
    number = html.Button("1 < 2", className="why", type="button", hidden=True, disabled=False, title=None, tabIndex=-1, **data)
    assert markup([number, 3, None, " & "]) == '<button aria-label="总" class="why" data-why="a|b" hidden tabindex="-1" type="button">1 &lt; 2</button>3 &amp; '
    assert markup(link("概览", "/?s=a&by=unit", "segment")) == '<a class="segment" data-view="" href="/?s=a&amp;by=unit">概览</a>'


def test_a_component_is_filled_in_with_what_was_in_it() -> None:
    inner = still(html.Div(pill("pass", "通过"), id="inner"))
    outer = still(html.Section([inner, html.P("二")], className="card"))
    assert outer.children is None and getattr(outer, "data-html") == (
        '<div id="inner"><span class="pill pill-pass"><span aria-hidden="true" class="icon icon-pass"></span>通过</span></div><p>二</p>'
    )
    table = Read(markup(data_table(Table(("项目", '"值"'), (("<甲>", "1"),)), "表"))).elements
    assert [name for name, _ in table] == ["div"] and '"<甲>"' in str(table[0][1]["data-table"]) and table[0][1]["tabindex"] == "0"


@pytest.mark.parametrize("component", [dcc.Graph(figure={}), dmc.Select(id="account"), html.Div(id={"type": "a", "id": 1}), dcc.Store(id="s")])
def test_what_only_dash_can_draw_is_not_lost_silently(component: Component) -> None:
    with pytest.raises(TypeError, match="is drawn by Dash"):
        still(html.Div([html.P("一"), component]))
