"""The simulation card: settings, run and cancel, progress, and the probabilities of all variants side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from finsim.report import figures, findings
from finsim.report.wording import Table
from finsim.risk.intervals import METHODS
from finsim.sheet import Text
from finsim.web.address import Shown, View
from finsim.web.components import Children, aria, current, data_table, disclosure, figure_of, graph
from finsim.web.jobs import Busy, Job
from finsim.web.site import Site
from finsim.web.texts import Words
from finsim.web.work import simulate_variants

FEWEST, MOST = 100, 1_000_000
BETWEEN_LOOKS = 300
"""Milliseconds between two looks at a live job."""


def panel(words: Words) -> html.Section:
    """The card as it stands before anything has been run. Job ids are kept by the tab, one for each grouping."""
    separator = {"thousandSeparator": ",", "allowDecimal": False, "allowNegative": False, "hideControls": True}
    form = html.Div(
        [
            dmc.NumberInput(id="risk-trials", label=words("trials"), value=10_000, min=FEWEST, max=MOST, step=1000, **separator),
            dmc.NumberInput(id="risk-seed", label=words("seed"), value=1, min=0, max=2**31 - 1, **separator | {"thousandSeparator": ""}),
            html.Button(words("run"), id="risk-run", className="button primary", type="button"),
            html.Button(words("cancel"), id="risk-cancel", className="button", type="button", disabled=True),
        ],
        className="form",
    )  # fmt: skip
    progress = html.Div(
        [html.Progress(id="risk-bar", value="0", max="100", **aria(label=words("progress"))), html.Span(id="risk-status", className="note")],
        className="progress",
    )  # fmt: skip
    return html.Section(
        [
            dcc.Store(id="risk-jobs", storage_type="session"),
            dcc.Interval(id="risk-pulse", interval=BETWEEN_LOOKS, disabled=True),
            html.Div(html.H2(words("risk"), id="risk-title"), className="card-top"),
            html.P(id="risk-finding", className="finding"),
            html.Div([form, progress], className="controls"),
            html.P(id="risk-problem", className="problem", role="alert"),
            html.Div(id="risk-outcome", className="halves", **aria(live="polite")),
        ],
        id="risk", className="card wide", **aria(labelledby="risk-title"),
    )  # fmt: skip


def connect(app: Dash, site: Site) -> None:
    jobs = site.jobs

    @app.callback(
        Output("risk-jobs", "data"), Output("risk-problem", "children"), Input("risk-run", "n_clicks"),
        State("risk-trials", "value"), State("risk-seed", "value"), State("risk-jobs", "data"), State("url", "pathname"), State("url", "search"),
        prevent_initial_call=True,
    )  # fmt: skip
    def start(_: int, trials: Any, seed: Any, names: Any, pathname: str, search: str) -> Any:
        shown = site.shown(pathname, search)
        words, key = shown.words, _key(shown.view)
        job = jobs.get(_name(names, shown.view))
        if job is not None and job.live:
            return no_update, ""
        if not (isinstance(trials, int) and FEWEST <= trials <= MOST and isinstance(seed, int) and 0 <= seed < 2**31):
            return no_update, words("bad_numbers", low=f"{FEWEST:,}", high=f"{MOST:,}")
        scenarios = tuple(shown.desk.scenarios.values())
        try:
            name = jobs.start(simulate_variants, scenarios, trials, seed, shown.view.by, total=trials * len(scenarios))
        except Busy:
            return no_update, words("busy")
        return {**(names if isinstance(names, dict) else {}), key: name}, ""

    @app.callback(
        Input("risk-cancel", "n_clicks"), State("risk-jobs", "data"), State("url", "pathname"), State("url", "search"),
        prevent_initial_call=True,
    )  # fmt: skip
    def cancel(_: int, names: Any, pathname: str, search: str) -> None:
        jobs.cancel(_name(names, site.shown(pathname, search).view))

    @app.callback(
        Output("risk-finding", "children"), Output("risk-status", "children"), Output("risk-bar", "value"), Output("risk-run", "disabled"),
        Output("risk-cancel", "disabled"), Output("risk-pulse", "disabled"), Output("risk-outcome", "children"),
        Input("risk-pulse", "n_intervals"), Input("risk-jobs", "data"), Input("url", "pathname"), Input("url", "search"),
    )  # fmt: skip
    def follow(_: int, names: Any, pathname: str, search: str) -> Any:
        shown = site.shown(pathname, search)
        words, draws = shown.words, len(shown.scenario.draws)
        finding = words("risk_finding", count=draws) if draws else words("no_draws")
        job = jobs.get(_name(names, shown.view))
        live = job is not None and job.live
        share = "0" if job is None else str(round(100 * job.done / job.total, 1))
        if live and ctx.triggered_id == "risk-pulse":
            outcome: Any = no_update
        else:
            done = job is not None and job.state == "done"
            outcome = _outcome(job.result, shown) if job is not None and done else []
        return finding, _status(job, words), share, live or not draws, not live, not live, outcome


def _key(chosen: View) -> str:
    """What a job is about, whatever is looked at of it."""
    return f"{chosen.scenario} {chosen.by}"


def _name(names: Any, chosen: View) -> object:
    """The id of the job that this tab has started for the scenario and grouping, if any."""
    return names.get(_key(chosen)) if isinstance(names, dict) else None


def _status(job: Job | None, words: Words) -> str:
    if job is None:
        return words("idle")
    numbers = {"done": f"{job.done:,}", "total": f"{job.total:,}", "seconds": f"{job.seconds:.1f}"}
    if job.state == "failed":
        return words("failed_job", reason=job.reason)
    if job.state == "done":
        return words("done", seed=job.result["seed"], **numbers)
    return words(job.state, **numbers)


# ---- what was found ---------------------------------------------------------------------------------------------
def _outcome(found: Mapping[str, Any], shown: Shown) -> list[Children]:
    """The probability of every variant for the chosen account, the tests side by side, and the fan chart."""
    words, wording, years = shown.words, shown.wording, shown.scenario.years
    account = found["variants"][shown.view.variant]["accounts"][shown.account]
    last, middle = [line[-1] for line in account["fan"]], len(found["levels"]) // 2
    finding = findings.fan(years, last[0], last[middle], last[-1], found["trials"], wording)
    chart = figures.fan(years, found["levels"], account["fan"], finding, wording)
    left = [
        html.Ul([_probability(found, name, shown) for name in found["variants"]], className="probabilities"),
        html.H3(words("tests_by_variant")),
        data_table(_side_by_side(found, shown), words("tests_by_variant"), "tall"),
    ]
    right = [
        html.H3([chart.title, html.Span(chart.unit, className="unit")]),
        html.P(finding, className="finding"),
        graph(chart, words),
        disclosure(words("show_data"), data_table(chart.table, chart.title), "fan-data"),
    ]
    warnings = [html.P(shown.wording.say(Text(**warning)), className="note") for warning in found["variants"][shown.view.variant]["warnings"]]
    return [html.Div([*left, *warnings]), html.Div(right)]


def _probability(found: Mapping[str, Any], name: str, shown: Shown) -> html.Li:
    """The probability of one variant for the chosen account, with its interval."""
    words, percent = shown.words, shown.wording.percent
    p = found["variants"][name]["accounts"][shown.account]["probability"]
    interval = words("confidence", level=percent(p["level"], 0), low=percent(p["low"], 2), high=percent(p["high"], 2), method=shown.wording.say(METHODS[p["method"]]))
    failing = findings.failing(found["variants"][name]["accounts"][shown.account]["failure"], shown.wording)
    content = [
        html.H3(_title(found, name, shown)),
        figure_of(f"probability.{name}", p["value"], percent(p["value"])),
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
    return Table(tuple(head), tuple(zip(names, *columns, strict=True)))
