"""Components as HTML. What a reader only reads or follows is sent as text and drawn by the browser itself (``assets/page.js``):
every component that Dash knows of is looked at again whenever anything on the page changes."""

from __future__ import annotations

from html import escape
from typing import Any

from dash.development.base_component import Component

_NAMES = {"className": "class"}
"""Properties that HTML calls something else than Dash does; the others differ in capitals at most."""
_HTML = "dash_html_components"


def still(component: Component) -> Component:
    """The component with what is in it as HTML, where nothing has a callback or is a chart."""
    setattr(component, "data-html", markup(component.children))
    component.children = None
    return component


def markup(content: Any) -> str:
    """The HTML of components of ``dash.html``, texts, and lists of them; raises `TypeError` for what only Dash can draw."""
    if content is None:
        return ""
    if isinstance(content, list | tuple):
        return "".join(map(markup, content))
    if not isinstance(content, Component):
        return escape(str(content), quote=False)
    told: dict[str, Any] = content.to_plotly_json()  # type: ignore[no-untyped-call]
    properties: dict[str, Any] = told["props"]
    if told["namespace"] != _HTML or isinstance(properties.get("id"), dict):
        raise TypeError(f"{told['type']} {properties.get('id', '')} is drawn by Dash")
    name = told["type"].lower()
    inside = properties.pop("data-html", None) or markup(properties.pop("children", None))
    return f"<{name}{''.join(_attribute(key, value) for key, value in sorted(properties.items()))}>{inside}</{name}>"


def _attribute(key: str, value: Any) -> str:
    name = _NAMES.get(key, key.lower())
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
