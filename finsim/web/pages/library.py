"""情景库: open, hand in, take along and drop scenarios; and the file of the one that is open, to be edited and kept."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from finsim.difference import differing
from finsim.report import differences
from finsim.report.wording import Table
from finsim.scenario.document import parse
from finsim.scenario.problems import Problem, ScenarioError, placed
from finsim.sheet.errors import SheetError
from finsim.web.address import Shown
from finsim.web.components import Children, aria, card, current, data_table, disclosure, link
from finsim.web.desk import Desk
from finsim.web.library import Entry, Full
from finsim.web.markup import markup, still
from finsim.web.received import ENDINGS, scenario_text
from finsim.web.security import LARGEST_FILE
from finsim.web.site import Site, at, language, owner, read
from finsim.web.texts import Words


# ---- layout ----------------------------------------------------------------------------------------------------
def panel(words: Words) -> html.Div:
    size = LARGEST_FILE // 2**20
    drop = dcc.Upload(
        html.Button([words("choose_file"), html.Span(words("or_drop"), className="note")], className="button drop", type="button"),
        id="upload", accept=",".join(ENDINGS), max_size=LARGEST_FILE, className="upload",
    )  # fmt: skip
    large: dict[str, Any] = {"data-upload-limit": str(LARGEST_FILE), "data-too-large": words("too_large", size=size)}
    received = [html.Div(drop, **large), html.P(id="upload-problem", className="problem", role="alert"), html.Div(id="upload-problems")]
    editor = html.Div(
        [html.Pre(id="yaml-lines", className="lines", **aria(hidden="true")), dcc.Textarea(id="yaml-text", className="code", wrap="off", spellCheck=False, title=words("yaml"))],
        className="editor", tabIndex=-1,
    )  # fmt: skip
    fields = [
        dmc.TextInput(id="yaml-name", label=words("name")),
        dmc.TextInput(id="yaml-note", label=words("note"), className="wide-field"),
    ]
    buttons = [
        html.Button(words("check_and_compare"), id="yaml-check", className="button primary", type="button"),
        *fields,
        html.Button(words("keep_as"), id="yaml-keep", className="button", type="button"),
        html.Button(words("download_yaml"), id="yaml-download", className="button", type="button"),
    ]
    edited = [
        dcc.Store(id="yaml-of"), dcc.Download(id="yaml-file"), editor,
        html.Div([html.Div(buttons, className="form"), html.P(id="yaml-problem", className="problem", role="alert")], className="controls"),
        html.Div(id="yaml-outcome", **aria(live="polite")),
    ]  # fmt: skip
    file = card(words("yaml"), "", edited, "yaml", wide=True)
    file.children[1].id = "yaml-finding"  # type: ignore[index, union-attr, unused-ignore]
    return html.Div(
        [
            html.H1(words("page_library")), html.Div(id="library-list", className="stack"),
            card(words("upload"), words("upload_finding", size=size), received, "uploading", wide=True),
            file,
        ],
        className="stack",
    )  # fmt: skip


def _lists(shown: Shown, files: Sequence[Entry], kept: Sequence[Entry]) -> list[Children]:
    words = shown.words
    own = words("kept_finding", count=len(kept)) if kept else words("none_kept")
    return [
        card(words("kept"), own, [_entries(shown, kept, True)] if kept else [], "kept", wide=True),
        still(card(words("files"), words("files_finding", count=len(files)), [_entries(shown, files, False)], "files", wide=True)),
    ]


def _entries(shown: Shown, entries: Sequence[Entry], kept: bool) -> html.Ul:
    words, items = shown.words, []
    for entry in entries:
        chosen = entry.id == shown.view.scenario
        title = shown.wording.say(entry.title)
        facts = [entry.note] if entry.note else []
        if entry.created is not None:
            facts.append(words("kept_on", time=datetime.datetime.fromtimestamp(entry.created).strftime("%Y-%m-%d %H:%M")))
        if entry.parent:
            facts.append(words("made_from", name=entry.parent))
        if not kept:
            facts.append(entry.name)
        name = link(title, shown.view.link(scenario=entry.id, page="overview"), "account-name")
        edit = link(words("open_file"), shown.view.link(scenario=entry.id, page="library"), "note")
        parts: list[Children] = [name, edit, html.Span(" · ".join(facts), className="note facts")]
        if kept:
            drop = html.Button(words("drop_for_good", name=title), id={"type": "library-drop", "id": entry.id}, className="button", type="button")
            parts.append(disclosure(words("drop"), drop, f"drop-{entry.id}"))
        items.append(html.Li(parts, className="account chosen" if chosen else "account", **current(chosen)))
    return html.Ul(items, className="accounts")


def problems_table(problems: Sequence[Problem], words: Words) -> html.Div:
    """Every problem with its place, what is written, what is allowed and how to mend it; a place leads to its line."""
    lang = words.lang
    body = [
        (placed(p.file, p.line), p.path, p.what.say(lang), p.found[:80], p.allowed.say(lang), p.remedy.say(lang)) for p in problems
    ]  # fmt: skip
    head = tuple(words(key) for key in ("place", "path", "what", "found", "allowed", "remedy"))
    return data_table(Table(head, tuple(body)), words("problems"), kind="words problems")


# ---- callbacks -------------------------------------------------------------------------------------------------
def connect(app: Dash, site: Site) -> None:
    library = site.library

    @app.callback(
        Output("library-list", "children"), Input(*at("library")), Input({"type": "library-drop", "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )  # fmt: skip
    def fill(address: str, _: Any) -> Any:
        if isinstance(ctx.triggered_id, dict) and any(one["value"] for one in ctx.triggered):
            library.drop(owner(), str(ctx.triggered_id["id"]))
        return _lists(site.shown(address), library.files(), library.kept(owner()))

    @app.callback(
        Output("yaml-text", "value"), Output("yaml-name", "value"), Output("yaml-finding", "children"), Output("yaml-of", "data"),
        Input(*at("library")), State("yaml-of", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def show(address: str, before: Any) -> Any:
        shown = site.shown(address)
        name = shown.view.scenario
        if name == before:  # what was typed stays
            return no_update, no_update, no_update, no_update
        finding, text = shown.words("yaml_finding", name=shown.desk.name), library.text(name)
        if text:
            parse(text.encode(), name)  # it will be checked: its entries are then known
        return text, shown.words("copy_of", name=shown.desk.name), finding, name

    @app.callback(
        read("yaml-outcome"), Output("yaml-problem", "children"), Input("yaml-check", "n_clicks"),
        State("yaml-text", "value"), State(*at("library")), prevent_initial_call=True,
    )  # fmt: skip
    def check(_: Any, text: Any, address: str) -> Any:
        found, problem = _checked(str(text or ""), site.shown(address))
        return markup(found), problem

    @app.callback(
        Output("url", "search"), read("yaml-outcome", allow_duplicate=True), Output("yaml-problem", "children", allow_duplicate=True),
        Input("yaml-keep", "n_clicks"), State("yaml-text", "value"), State("yaml-name", "value"), State("yaml-note", "value"),
        State(*at("library")), prevent_initial_call=True,
    )  # fmt: skip
    def keep(_: Any, text: Any, name: Any, note: Any, address: str) -> Any:
        shown = site.shown(address)
        try:
            key = library.keep(owner(), str(name or ""), str(text or ""), str(note or ""), shown.desk.name)
        except ScenarioError as error:
            return no_update, markup(problems_table(error.problems, shown.words)), shown.words("yaml_problems", count=len(error.problems))
        except Full:
            return no_update, "", shown.words("library_full")
        return shown.view.query(scenario=key), "", ""

    @app.callback(
        Output("url", "search", allow_duplicate=True), Output("upload-problem", "children"), Output("upload-problems", "children"),
        Input("upload", "contents"), State("upload", "filename"), State(*at("library")), prevent_initial_call=True,
    )  # fmt: skip
    def receive(contents: Any, name: Any, address: str) -> Any:
        if not contents:
            return no_update, no_update, no_update
        shown = site.shown(address)
        try:
            stem, text = scenario_text(str(name), str(contents))
            key = library.keep(owner(), stem, text)
        except ScenarioError as error:
            return no_update, shown.words("upload_problems", name=str(name), count=len(error.problems)), problems_table(error.problems, shown.words)
        except Full:
            return no_update, shown.words("library_full"), []
        return shown.view.query(scenario=key), "", []

    @app.callback(
        Output("yaml-file", "data"), Input("yaml-download", "n_clicks"), State("yaml-text", "value"), State("yaml-name", "value"),
        prevent_initial_call=True,
    )  # fmt: skip
    def download(_: Any, text: Any, name: Any) -> Any:
        return {"content": str(text or ""), "filename": f"{name or 'scenario'}.yaml", "type": "text/yaml"}

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("finsim", "numberLines"), Output("yaml-lines", "children"), Input("yaml-text", "value")
    )


def _checked(text: str, shown: Shown) -> tuple[Children, str]:
    """What is wrong with the text, or what differs from the scenario that is open."""
    words, lang = shown.words, language()
    try:
        desk = Desk(parse(text.encode(), f"{shown.desk.name}.yaml"), shown.desk.name)
    except ScenarioError as error:
        return problems_table(error.problems, words), words("yaml_problems", count=len(error.problems))
    variant = shown.view.variant if shown.view.variant in desk.scenarios else desk.default
    by = shown.view.by if shown.view.by != "accounts" or desk.scenario(variant).listed else "all"
    try:
        pairs = [(one.result(name, by), one.document(name)) for one, name in ((shown.desk, shown.view.variant), (desk, variant))]
        found = differing(*pairs)
    except SheetError as error:
        return [], error.message.say(lang)
    if not found.changes and not found.moved:
        return [html.P(words("no_difference"), className="finding")], ""
    inputs = Table(tuple(words(key) for key in ("path", "was", "is", "place")), tuple(differences.inputs(found, lang)))
    results = Table(tuple(words(key) for key in ("account", "figure", "was", "is", "change")), tuple(differences.results(found, lang)))
    return [
        html.H3(words("differences")), data_table(inputs, words("differences"), kind="words tall"),
        html.H3(words("different_results")), data_table(results, words("different_results"), kind="words tall") if found.moved else html.P(words("no_results_differ"), className="finding"),
    ], ""  # fmt: skip
