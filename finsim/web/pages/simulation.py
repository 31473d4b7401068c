"""The simulation card: settings, run and cancel, progress, and the probabilities of all variants side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, html, no_update

from finsim.report import figures, findings
from finsim.report.trials import ALL
from finsim.report.wording import Table
from finsim.risk.intervals import METHODS
from finsim.sheet import Text
from finsim.verdicts import ROWS
from finsim.web.address import Shown
from finsim.web.components import Children, aria, current, data_table, disclosure, figure_of, graph, link
from finsim.web.markup import still
from finsim.web.pages import running
from finsim.web.questions import (
    FEWEST,
    LARGEST_SEED,
    MOST,
    SEED,
    TRIALS,
    Question,
    of_address,
    place_of,
    settings_of,
    simulation,
    valid,
)
from finsim.web.site import Site, at
from finsim.web.texts import Words
from finsim.web.why import ELSEWHERE


def panel(words: Words) -> html.Section:
    """The card as it stands before anything has been run."""
    separator = {"thousandSeparator": ",", "allowDecimal": False, "allowNegative": False, "hideControls": True}
    fields = [
        dmc.NumberInput(id="risk-trials", label=words("trials"), value=TRIALS, min=FEWEST, max=MOST, step=1000, **separator),
        dmc.NumberInput(id="risk-seed", label=words("seed"), value=SEED, min=0, max=LARGEST_SEED, **separator | {"thousandSeparator": ""}),
    ]  # fmt: skip
    return html.Section(
        [
            html.Div([html.H2(words("risk"), id="risk-title"), html.Span(id="risk-more", className="note")], className="card-top"),
            html.P(id="risk-finding", className="finding"),
            *running.controls("risk", words, words("run"), fields),
            html.Div(id="risk-outcome", className="halves", **aria(live="polite")),
        ],
        id="risk", className="card wide", **aria(labelledby="risk-title"),
    )  # fmt: skip


def connect(app: Dash, site: Site) -> None:
    settings = [State("risk-trials", "value"), State("risk-seed", "value")]
    running.connect(app, site, "risk", "simulation", place_of, settings, _ask, _follow, _outcome)

    @app.callback(
        Output("risk-finding", "children"), Output("risk-more", "children"), Output("risk-trials", "value"), Output("risk-seed", "value"),
        Input(*at("simulation")), prevent_initial_call=True,
    )  # fmt: skip
    def fill(address: str) -> Any:
        shown = site.shown(address)
        words, draws, there = shown.words, len(shown.scenario.draws), of_address(address)
        finding = words("risk_finding", count=draws) if draws else words("no_draws")
        more: Children = link(words("more_probability"), shown.view.link(page="probability")) if shown.view.page == "overview" else []
        return finding, more, there.get("trials", no_update), there.get("seed", no_update)

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("finsim", "keepAsked"), Input("risk-asked", "data"), prevent_initial_call=True
    )


def _ask(shown: Shown, trials: Any, seed: Any) -> Question | str:
    if not valid(trials, seed):
        return shown.words("bad_numbers", low=f"{FEWEST:,}", high=f"{MOST:,}")
    return simulation(shown, trials, seed)


def _follow(shown: Shown, names: Any, address: str) -> Question | None:
    settings = settings_of(names, place_of(shown.view), address)
    return simulation(shown, **settings) if settings else None


# ---- what was found ---------------------------------------------------------------------------------------------
def _outcome(found: Mapping[str, Any], shown: Shown) -> list[Children]:
    """The probability of every variant for the chosen account, the tests side by side, and the fan chart."""
    words, wording, years = shown.words, shown.wording, shown.scenario.years
    account = found["variants"][shown.view.variant]["accounts"][shown.account]
    last, middle = [line[-1] for line in account["fan"]], len(found["levels"]) // 2
    finding = findings.fan(years, last[0], last[middle], last[-1], found["trials"], wording)
    chart = figures.fan(years, found["levels"], account["fan"], finding, wording)
    rows = tuple(f"account|{shown.account}|~cash.accumulated|{year}{{}}" for year in years)
    table = replace(chart.table, rows=rows, columns=(None, *("" for _ in found["levels"])))
    left = [
        html.Ul([_probability(found, name, shown) for name in found["variants"]], className="probabilities"),
        html.H3(words("tests_by_variant")),
        data_table(_side_by_side(found, shown), words("tests_by_variant"), "tall"),
    ]
    right = [
        still(html.H3([chart.title, html.Span(chart.unit, className="unit")])),
        html.P(finding, className="finding"),
        graph(chart, words),
        still(disclosure(words("show_data"), data_table(table, chart.title), "fan-data")),
    ]
    warnings = [html.P(shown.wording.say(Text(**warning)), className="note") for warning in found["variants"][shown.view.variant]["warnings"]]
    return [still(html.Div([*left, *warnings])), html.Div(right)]


def _probability(found: Mapping[str, Any], name: str, shown: Shown) -> html.Li:
    """The probability of one variant for the chosen account, with its interval."""
    words, percent = shown.words, shown.wording.percent
    p = found["variants"][name]["accounts"][shown.account]["probability"]
    interval = words("confidence", level=percent(p["level"], 0), low=percent(p["low"], 2), high=percent(p["high"], 2), method=shown.wording.say(METHODS[p["method"]]))
    failing = findings.failing(found["variants"][name]["accounts"][shown.account]["failure"], shown.wording)
    content = [
        html.H3(_title(found, name, shown)),
        figure_of(f"probability.{name}", p["value"], percent(p["value"]), why=f"account|{shown.account}|~|{_where(name, shown)}"),
        html.P(interval, className="note"),
        *([html.P(failing, className="note")] if failing else []),
    ]
    return html.Li(content, **current(name == shown.view.variant))


def _title(found: Mapping[str, Any], name: str, shown: Shown) -> str:
    """The name of a variant, marked if it is the one shown; the probability's own name where there are no variants."""
    note = shown.desk.scenario(name).variant
    title = shown.wording.name(note.label) if note else shown.words("probability_of")
    marked = name == shown.view.variant and len(found["variants"]) > 1
    return title + shown.words("this_variant") if marked else title


def _side_by_side(found: Mapping[str, Any], shown: Shown) -> Table:
    """A column for each variant, a row for the standard and for each test: probability and interval."""
    words, percent = shown.words, shown.wording.percent
    tests, several = shown.result.verdicts(shown.account), len(shown.result.accounts) > 1
    head, columns = [words("test")], []
    for name, variant in found["variants"].items():
        account = variant["accounts"][shown.account]
        cells = [account["probability"], *(account["tests"][v.id] for v in tests)]
        cells += [variant["all"]] if several else []
        head.append(_title(found, name, shown))
        columns.append([f"{percent(p['value'])}\n[{percent(p['low'], 2)}, {percent(p['high'], 2)}]" for p in cells])
    names = [words("standard"), *(shown.wording.name(v.label) for v in tests)]
    names += [words("all_accounts")] if several else []
    rows = [f"account|{shown.account}|~{row}|{{}}" for row in ("", *(ROWS[v.id][0] for v in tests), *([ALL] if several else []))]
    where = (None, *(_where(name, shown) for name in found["variants"]))
    return Table(tuple(head), tuple(zip(names, *columns, strict=True)), rows=tuple(rows), columns=where)


def _where(variant: str, shown: Shown) -> str:
    """After the name of a number of this variant."""
    return "" if variant == shown.view.variant else f"{ELSEWHERE}{shown.view.scenario}~{variant}~{shown.view.by}"
