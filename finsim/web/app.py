"""The web app: the frame around the view, its callbacks, and the server."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dash_mantine_components as dmc
import waitress
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from flask import has_request_context, request

from finsim.scenario.problems import ScenarioError
from finsim.web import inputs, overview, simulation
from finsim.web.address import Shown, view
from finsim.web.components import aria
from finsim.web.desk import Desk
from finsim.web.jobs import Jobs
from finsim.web.security import LARGEST_REQUEST, loopback, protect
from finsim.web.texts import Words

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
HOST, PORT = "127.0.0.1", 8050

_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>{metas}<title>{title}</title><link rel="icon" href="/assets/favicon.svg">{css}</head>
<body>
<noscript>{no_script}</noscript>
{app_entry}
<footer>{config}{scripts}{renderer}</footer>
</body>
</html>"""

_SHADES = ["#eef4fa", "#d8e6f3", "#b3cfe7", "#85b1d7", "#5a92c4", "#3a78b0", "#25639c", "#134a7c", "#0f3d68", "#0a2d4e"]
_THEME = {
    "fontFamily": "inherit",
    "primaryColor": "navy",
    "primaryShade": 7,
    "colors": {"navy": _SHADES},
    "defaultRadius": 6,
}

_SECTIONS = ("verdict", "charts", "cover", "risk", "statements", "splits", "inputs")
_ANCHORS = {"charts": "sources-and-uses"}


class _App(Dash):
    """Dash, with a page in the reader's language."""

    desk: Desk

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        words = Words(language())
        entry = f'<div id="react-entry-point"><p class="loading">{words("loading")}</p></div>'
        title = f"{self.desk.scenario(self.desk.default).title.say(words.lang)} · {words('product')}"
        lang = {"zh": "zh-CN", "en": "en"}[words.lang]
        return _PAGE.format(
            **parts | {"lang": lang, "title": _escaped(title), "no_script": words("no_script"), "app_entry": entry}
        )


def language() -> str:
    """The language of the request: a cookie says so, Chinese if none does."""
    return "en" if has_request_context() and request.cookies.get("lang") == "en" else "zh"


def make_app(file: str | Path, jobs: Jobs) -> Dash:
    """The app for one scenario file. Raises ``ScenarioError`` if the file does not hold."""
    app = _App(
        __name__, compress=True, update_title="", add_log_handler=False, enable_mcp=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )  # fmt: skip
    desk = app.desk = Desk(file)
    app.layout = lambda: _frame(Words(language()))

    @app.callback(
        Output("view-top", "children"),
        Output("view-charts", "children"),
        Output("view-bottom", "children"),
        Input("url", "search"),
    )
    def show(search: str) -> Any:
        shown = Shown(desk, view(search, desk), language())
        return overview.top(shown), overview.charts(shown), overview.bottom(shown)

    simulation.connect(app, desk, jobs, language)
    inputs.connect(app, desk, language)
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("finsim", "switchLanguage"),
        Input("language", "n_clicks"),
        State("language", "lang"),
        prevent_initial_call=True,
    )
    protect(app.server, app.csp_hashes())
    return app


def _frame(words: Words) -> dmc.MantineProvider:
    """What stands on every view; the view itself is filled in once the address is known."""
    other = {"zh": "en", "en": "zh"}[words.lang]
    header = html.Header(
        [
            html.A(words("skip"), href="#main", className="skip"),
            html.Div([html.Span(words("product"), className="product"), html.Span(words("subtitle"), className="subtitle")]),
            html.Button(words("other_language"), id="language", type="button", lang=other, title=words("to_other_language")),
        ],
        className="header",
    )  # fmt: skip
    items = [html.Li(html.A(words(f"nav_{name}"), href=f"#{_ANCHORS.get(name, name)}")) for name in _SECTIONS]
    navigation = html.Nav(
        [html.P(words("nav_group"), className="nav-group"), html.Ul(items)],
        className="nav",
        **aria(label=words("navigation")),
    )
    main = html.Main(
        [
            html.Div(html.P(words("loading"), className="loading"), id="view-top", className="stack"),
            html.Div([html.Div(id="view-charts", className="contents"), simulation.panel(words)], className="grid"),
            html.Div(id="view-bottom", className="stack"),
            inputs.panel(words),
        ],
        id="main", tabIndex=-1,
    )  # fmt: skip
    return dmc.MantineProvider(
        [dcc.Location(id="url"), header, html.Div([navigation, main], className="body")],
        theme=_THEME, forceColorScheme="light",
    )  # fmt: skip


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def serve(app: Dash, host: str = HOST, port: int = PORT) -> None:
    """Serve until Ctrl-C, to this machine only."""
    waitress.serve(
        app.server, host=loopback(host), port=port, threads=8, max_request_body_size=LARGEST_REQUEST, ident=None
    )


def main(arguments: Sequence[str] = ()) -> None:
    """Serve the scenario file named by the first argument, or the one that comes along."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Jobs() as jobs:
        try:
            app = make_app(arguments[0] if arguments else SCENARIO, jobs)
        except ScenarioError as error:
            sys.exit(str(error))
        print(f"http://{HOST}:{PORT}/  （Ctrl+C 结束 · Ctrl+C ends）", flush=True)
        try:
            serve(app)
        except OSError as error:
            sys.exit(f"不能在端口 {PORT} 提供网页：{error.strerror} · port {PORT} cannot be served: {error.strerror}")
