"""The inputs of the scenario with where each comes from; other values can be tried, and taken along as a file."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from finsim.report import findings
from finsim.report.comparison import input_name, input_title
from finsim.report.units import unit_words
from finsim.report.wording import Table, Wording, in_full
from finsim.report.workbook.inputs import Given
from finsim.result import Result
from finsim.scenario.problems import placed
from finsim.scenario.scenario import Account, Scenario
from finsim.web.address import Shown
from finsim.web.components import Children, aria, card, data_table, disclosure, figure_of, pill
from finsim.web.library import Full
from finsim.web.markup import markup
from finsim.web.questions import inputs_place
from finsim.web.site import Site, at, owner
from finsim.web.texts import Words
from finsim.web.trial import Items, Trial, allowed, editable, tried, written
from finsim.web.why import TRIED

_FINDINGS = (
    ("cover_full", "cover.full", "cover", "倍"), ("lowest_surplus", "liquidity.lowest", "lowest", "万元"), ("fnpv", "recovery.r3", "npv", "万元"),
)  # fmt: skip


# ---- layout ----------------------------------------------------------------------------------------------------
def panel(words: Words) -> html.Section:
    """The card, in which the sections are filled in once the variant is known."""
    buttons = [
        html.Button(words("try"), id="inputs-try", className="button primary", type="button"),
        html.Button(words("download"), id="inputs-download", className="button", type="button", disabled=True),
        dmc.TextInput(id="inputs-name", label=words("name")),
        dmc.TextInput(id="inputs-note", label=words("note"), className="wide-field"),
        html.Button(words("keep_as"), id="inputs-keep", className="button", type="button", disabled=True),
    ]
    content = [
        dcc.Store(id="inputs-variant"), dcc.Store(id="inputs-typed"), dcc.Store(id="inputs-refused"), dcc.Store(id="inputs-trial"),
        dcc.Download(id="inputs-file"),
        html.Div(id="inputs-sections"),
        html.Div([html.Div(buttons, className="form"), html.P(id="inputs-problem", className="problem", role="alert")], className="controls"),
        html.Div(id="inputs-outcome", **aria(live="polite")),
    ]  # fmt: skip
    found = card(words("inputs"), "", content, "inputs", wide=True)
    found.children[1].id = "inputs-finding"  # type: ignore[index, union-attr, unused-ignore]
    return found


def _sections(variant: str, items: Items, words: Words) -> list[html.Details]:
    """Every section of the sheet that has inputs, closed; its rows come when it is opened."""
    found = []
    for key, members in _grouped(items).items():
        title = words("inputs_section", name=Wording(words.lang).name(members[0].section), count=len(members))
        rows = html.Div(id={"type": "inputs-rows", "section": key})
        details = disclosure(title, rows, f"inputs-{variant}-{key}")
        details.children[0].id = {"type": "inputs-open", "section": key}
        found.append(details)
    return found


def _grouped(items: Items) -> dict[str, list[Given]]:
    """By section; what the units have of a bond or loan stands with its terms."""
    found: dict[str, list[Given]] = {}
    for item in items.values():
        found.setdefault(item.row.section.removeprefix("stakes."), []).append(item)
    return found


def _rows(members: list[Given], shown: Shown) -> html.Div:
    """The table of a section, drawn in the browser with a field where another number may be typed."""
    words, scenario, account = shown.words, shown.scenario, _account(shown)
    head = [words(key) for key in ("input", "value", "unit", "allowed", "assumed_range", "kind", "source", "place")]
    fields = [{"id": item.id, "name": f"{input_title(item, Wording(words.lang))} {_unit(item, words)}".rstrip()} if editable(item) else None for item in members]
    names = ["" if editable(item) else f"{input_name(item, account)}{{}}" for item in members]
    content = {
        "head": head, "body": [_row(item, scenario, words) for item in members], "strong": [], "fields": fields,
        "rows": names, "columns": [None, "", *[None] * (len(head) - 2)],
    }  # fmt: skip
    data: dict[str, Any] = {"data-table": json.dumps(content, ensure_ascii=False)}
    label = Wording(words.lang).name(members[0].section)
    return html.Div(className="scroll words inputs", tabIndex=0, role="group", **data, **aria(label=label))


def _account(shown: Shown) -> Account:
    return next(one for one in shown.scenario.accounts(shown.view.by) if one.id == shown.account)


def _row(item: Given, scenario: Scenario, words: Words) -> list[str]:
    origin, source = item.origin, scenario.sources.get(item.origin.source)
    notes = (item.member if item.unit else None, item.row.help)
    label = "\n".join([Wording(words.lang).name(item.row.label), *(note.say(words.lang) for note in notes if note)])
    assumed = ""
    if origin.assumed:
        low, high = map(in_full, origin.assumed)
        assumed = words("of_total", low=low, high=high) if item.split else f"{low} – {high}"
    document = source.document.say(words.lang) if source else ""
    place = placed(PurePath(origin.place.file).name, origin.place.line)
    return [label, written(item.value), _unit(item, words), allowed(item.row.bounds), assumed, origin.word.say(words.lang), document, place]


def _unit(item: Given, words: Words) -> str:
    return unit_words(item.row.unit, words.lang)


def _outcome(trial: Trial, where: str, shown: Shown) -> list[Children]:
    """What differs, and the verdicts and key figures of both; ``where`` stands after the names of the trial's numbers."""
    words, changes = shown.words, sorted(trial.changes, key=lambda c: not c.typed)
    body = [
        (input_title(c.item, Wording(words.lang)), _unit(c.item, words), in_full(c.item.value), in_full(c.new), words("typed" if c.typed else "followed"))
        for c in changes
    ]
    rows = tuple(f"{input_name(c.item, _account(shown))}{{}}" for c in changes)
    table = Table(tuple(words(key) for key in ("input", "unit", "was", "is", "change")), tuple(body), rows=rows, columns=(None, None, "", where, None))
    sides = [_side("before", shown.result, "", shown), _side("after", trial.result(shown.view.by), where, shown)]
    return [
        html.H3(words("differences")), data_table(table, words("differences")),
        html.Ul(sides, className="probabilities", id="inputs-sides"),
    ]  # fmt: skip


def _side(name: str, result: Result, where: str, shown: Shown) -> html.Li:
    """The verdict, the tests and the key figures of one of the two, for the account that is shown."""
    account, words, wording = shown.account, shown.words, shown.wording
    found, tests = result.indicators(account), []
    for test in result.verdicts(account):
        state = pill("pass", words("passed")) if test.passed else pill("fail", words("failed"))
        tests.append(html.Li([state, " ", wording.name(test.label)]))
    figures: list[Children] = []
    for key, row, label, unit in _FINDINGS:
        value = found[key]
        number = wording.amount(value) if unit == "万元" else wording.times(value)
        figures += [html.Dt(words(label)), html.Dd(figure_of(f"{name}.{key}", value, number, wording.unit(unit), f"account|{account}|{row}|{where}"))]
    headline = html.P(findings.headline(result, account, wording), className="headline")
    return html.Li([html.H3(words(name)), headline, html.Dl(figures), html.Ul(tests)], id=f"inputs-{name}")


# ---- callbacks -------------------------------------------------------------------------------------------------
def connect(app: Dash, site: Site) -> None:
    trials = site.trials

    here_now = State(*at("inputs"))
    told = ("inputs-outcome", "data-html"), ("inputs-download", "disabled"), ("inputs-keep", "disabled")

    @app.callback(
        Output("inputs-sections", "children"), Output("inputs-finding", "children"), Output("inputs-variant", "data"),
        Input(*at("inputs")), State("inputs-variant", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def fill(address: str, before: Any) -> Any:
        here = site.shown(address)
        if inputs_place(here.view) == before:  # what was typed stays
            return no_update, no_update, no_update
        mine = here.desk.items[here.view.variant]
        assumed = sum(item.origin.kind == "assumed" for item in mine.values())
        return _sections(here.view.variant, mine, here.words), here.words("inputs_finding", count=len(mine), assumed=assumed), inputs_place(here.view)

    @app.callback(
        Output({"type": "inputs-rows", "section": MATCH}, "children"), Input({"type": "inputs-open", "section": MATCH}, "n_clicks"),
        State({"type": "inputs-open", "section": MATCH}, "id"), here_now, prevent_initial_call=True,
    )  # fmt: skip
    def open_section(clicks: Any, name: Any, address: str) -> Any:
        here = site.shown(address)
        members = _grouped(here.desk.items[here.view.variant]).get(str(name["section"]))
        return _rows(members, here) if members and clicks == 1 else no_update

    @app.callback(
        Output("inputs-trial", "data"), Output("inputs-problem", "children"), Output("inputs-refused", "data"), *(Output(*one) for one in told),
        Input("inputs-typed", "data"), here_now, State("inputs-keep", "disabled"), prevent_initial_call=True,
    )  # fmt: skip
    def attempt(data: Any, address: str, first: Any) -> Any:
        here = site.shown(address)
        words, desk, variant = here.words, here.desk, here.view.variant
        given = data.get("typed") if isinstance(data, dict) else None
        typed = {key: str(value) for key, value in given.items()} if isinstance(given, dict) else {}
        found = tried(inputs_place(here.view), here.scenario, desk.document(variant), desk.items[variant], typed)
        if isinstance(found, Trial):
            name = trials.keep(found)
            usable = (False, False) if first else (no_update, no_update)
            return name, html.A(words("see_differences"), href="#inputs-outcome"), no_update, markup(_outcome(found, f"{TRIED}{name}", here)), *usable
        problem = found[""].say(words.lang) if "" in found else words("bad_inputs", count=len(found)) if found else words("nothing_changed")
        return no_update, problem, {key: said.say(words.lang) for key, said in found.items()}, no_update, no_update, no_update

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("finsim", "refused"), Input("inputs-refused", "data"), prevent_initial_call=True
    )

    @app.callback([Output(*one, allow_duplicate=True) for one in told], Input(*at("inputs")), State("inputs-trial", "data"), prevent_initial_call=True)
    def follow(address: str, name: Any) -> Any:
        here, trial = site.shown(address), trials.get(name)
        if trial is None or trial.of != inputs_place(here.view):
            return "", True, True
        return markup(_outcome(trial, f"{TRIED}{name}", here)), False, False

    @app.callback(
        Output("url", "search", allow_duplicate=True), Output("inputs-problem", "children", allow_duplicate=True), Input("inputs-keep", "n_clicks"),
        State("inputs-trial", "data"), State("inputs-name", "value"), State("inputs-note", "value"), here_now,
        prevent_initial_call=True,
    )  # fmt: skip
    def keep(_: Any, name: Any, title: Any, note: Any, address: str) -> Any:
        here, trial = site.shown(address), trials.get(name)
        if trial is None:
            return no_update, no_update
        title = str(title or "") or here.words("copy_of", name=here.desk.name)
        try:
            key = site.library.keep(owner(), title, trial.text, str(note or ""), here.desk.name)
        except Full:
            return no_update, here.words("library_full")
        return here.view.query(scenario=key), html.Span(here.words("kept_as", name=title))

    @app.callback(
        Output("inputs-file", "data"), Input("inputs-download", "n_clicks"), State("inputs-trial", "data"), here_now,
        prevent_initial_call=True,
    )  # fmt: skip
    def download(_: Any, name: Any, address: str) -> Any:
        trial = trials.get(name)
        if trial is None:
            return no_update
        return {"content": trial.text, "filename": f"{site.shown(address).desk.name}-trial.yaml", "type": "text/yaml"}
