"""The web app: the frame around the pages, and the server."""

from __future__ import annotations

import gc
import logging
import signal
import sqlite3
import sys
from collections.abc import Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import dash_mantine_components as dmc
import waitress
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from flask import request

from finsim.scenario.problems import ScenarioError
from finsim.web import why
from finsim.web.address import PAGES, groupings
from finsim.web.components import aria
from finsim.web.jobs import Jobs
from finsim.web.library import Library, home
from finsim.web.pages import (
    comparison,
    distribution,
    exports,
    head,
    inputs,
    mattering,
    overview,
    portfolio,
    simulation,
    statements,
)
from finsim.web.pages import library as library_page
from finsim.web.security import LARGEST_REQUEST, loopback, protect
from finsim.web.site import Site, at, remember, words
from finsim.web.texts import Words
from finsim.web.work import make_ready

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
HOST, PORT = "127.0.0.1", 8050

_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>{metas}<title>{title}</title><link rel="icon" href="/assets/favicon.svg">{css}</head>
<body>
<noscript>{no_script}</noscript>
{at_once}
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

_PARTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "head": (head, tuple(PAGES)),
    "overview": (overview, ("overview",)),
    "simulation": (simulation, ("overview", "probability")),
    "distribution": (distribution, ("probability",)),
    "mattering": (mattering, ("probability",)),
    "statements": (statements, ("statements",)),
    "comparison": (comparison, ("comparison",)),
    "portfolio": (portfolio, ("portfolio",)),
    "library": (library_page, ("library",)),
    "inputs": (inputs, ("inputs",)),
    "exports": (exports, ("exports",)),
}
"""Each part of the site, with the pages on which it stands."""
_CHANGING = ("simulation", "comparison", "library")
"""Parts that show what a reader runs and keeps, which changes though the address does not."""

_AT_ONCE = """<div id="at-once" class="at-once" aria-hidden="true">
<div class="header"><span class="product">{product}</span></div>
<main class="stack"><div><p class="crumb">{account}</p><p class="title">{title}</p></div>
<section class="verdict {state}"><span class="disc"><span class="icon icon-{state}"></span></span>
<div><p class="headline">{headline}</p><p>{verdict}</p></div></section>
<p class="note">{loading}</p></main></div>"""
"""What the overview says before any script has run; ``page.js`` takes it away once the page stands there."""


class _App(Dash):
    """Dash, with a page in the reader's language, which says the verdict at once."""

    site: Site

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        said = words()
        entry = f'<div id="react-entry-point"><p class="loading">{said("loading")}</p></div>'
        lang = {"zh": "zh-CN", "en": "en"}[said.lang]
        return _PAGE.format(
            **parts | {"lang": lang, "title": said("product"), "no_script": said("no_script"), "app_entry": entry, "at_once": self.at_once()}
        )

    def at_once(self) -> str:
        shown = self.site.shown(request.full_path)
        return _AT_ONCE.format(**{key: escape(text) for key, text in overview.at_once(shown).items()}) if shown.view.page == "overview" else ""


def make_app(library: Library, jobs: Jobs) -> Dash:
    """The app for the scenarios of a library."""
    app = _App(
        __name__, compress=True, update_title="", add_log_handler=False, enable_mcp=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )  # fmt: skip
    app.site = site = Site(library, jobs)
    app.layout = lambda: _frame(words())
    for part in (why, *(part for part, _ in _PARTS.values())):
        part.connect(app, site)
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("finsim", "route"),
        [*(Output(f"part-{name}", "hidden") for name in _PARTS), *(Output(*at(name)) for name in _PARTS)],
        [Input("url", "pathname"), Input("url", "search")], [State("parts", "data"), *(State(*at(name)) for name in _PARTS)],
    )  # fmt: skip
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("finsim", "switchLanguage"),
        Input("language", "n_clicks"),
        State("language", "lang"),
        prevent_initial_call=True,
    )
    protect(app.server, app.csp_hashes())
    app.server.after_request(remember)
    return app


def _frame(words: Words) -> dmc.MantineProvider:
    """What stands on every page, and the parts of all pages, of which those of the page asked for are shown."""
    other = {"zh": "en", "en": "zh"}[words.lang]
    header = html.Header(
        [
            html.A(words("skip"), href="#main", className="skip"),
            html.Div([html.Span(words("product"), className="product"), html.Span(words("subtitle"), className="subtitle")]),
            html.Button(words("other_language"), id="language", type="button", lang=other, title=words("to_other_language")),
        ],
        className="header",
    )  # fmt: skip
    navigation = html.Nav(id="nav", className="nav", **aria(label=words("navigation")))
    parts = [html.Div(part.panel(words), id=f"part-{name}", hidden=True) for name, (part, _) in _PARTS.items()]
    main = html.Main(parts, id="main", tabIndex=-1, className="stack")
    where = [{"paths": [PAGES[page] for page in pages], "changes": name in _CHANGING} for name, (_, pages) in _PARTS.items()]
    stores = [dcc.Store(id="parts", data=where), *(dcc.Store(id=at(name)[0]) for name in _PARTS)]
    return dmc.MantineProvider(
        [dcc.Location(id="url", refresh=False), *stores, header, html.Div([navigation, main], className="body"), why.panel(words)],
        theme=_THEME, forceColorScheme="light",
    )  # fmt: skip


def serve(app: Dash, host: str = HOST, port: int = PORT) -> None:
    """Serve until Ctrl-C, to this machine only."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a request waits for others is nothing to tell
    waitress.serve(
        app.server, host=loopback(host), port=port, threads=8, max_request_body_size=LARGEST_REQUEST, ident=None
    )


def main(arguments: Sequence[str] = ()) -> None:
    """Serve the scenario file named by the first argument, or the one that comes along."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        library = Library(arguments[0] if arguments else SCENARIO)
    except ScenarioError as error:
        sys.exit(str(error))
    except (OSError, sqlite3.Error) as error:
        sys.exit(f"不能写入 {home()}：{error}；用 FINSIM_DATA 另指一个文件夹 · {home()} cannot be written; name another folder with FINSIM_DATA")
    desk = library.desk(library.default)
    scenario = desk.scenario(desk.default)
    ready = partial(make_ready, scenario, sorted(groupings(scenario), key=lambda by: by != scenario.by))
    with Jobs(results=home() / "results.sqlite", ready=ready) as jobs:
        app = make_app(library, jobs)
        print(f"http://{HOST}:{PORT}/  （Ctrl+C 结束 · Ctrl+C ends）", flush=True)
        try:
            gc.collect()
            gc.freeze()  # what has been loaded stays: it need not be looked through while readers wait
            serve(app)
        except OSError as error:
            sys.exit(f"不能在端口 {PORT} 提供网页：{error.strerror} · port {PORT} cannot be served: {error.strerror}")
