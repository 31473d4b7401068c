"""分布: how an indicator of the account is distributed, and how likely it is to reach a value that the reader chooses.

The threshold moves in the browser (``assets/likelihood.js``), which is sent the quantiles once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html

from finsim.report import likelihoods
from finsim.report.likelihoods import Outcome
from finsim.report.wording import MONEY, Wording
from finsim.web.address import Shown
from finsim.web.components import Children, aria, data_table, disclosure, graph
from finsim.web.jobs import Jobs
from finsim.web.markup import still
from finsim.web.questions import place_of
from finsim.web.site import Site, at
from finsim.web.texts import TEXTS, Words
from finsim.web.work import DISTRIBUTED, POINTS, TEST_OF

AT_MOST = ("peak_unfunded",)
"""Indicators that are the better the smaller they are."""


def panel(words: Words) -> html.Section:
    outcomes = [{"value": name, "label": Outcome(name, Wording(words.lang)).label} for name in DISTRIBUTED]
    choice = dmc.Select(id="spread-of", label=words("which_outcome"), data=outcomes, value=DISTRIBUTED[0], allowDeselect=False, comboboxProps={"withinPortal": False})
    top = html.Div([html.H2(words("spread"), id="spread-title"), html.Div(choice, className="form")], className="card-top")
    return html.Section([top, html.Div(id="spread")], id="spread-card", className="card wide", **aria(labelledby="spread-title"))


def connect(app: Dash, site: Site) -> None:
    @app.callback(
        Output("spread", "children"), Input("risk-asked", "data"), Input("spread-of", "value"), Input(*at("distribution")),
        prevent_initial_call=True,
    )  # fmt: skip
    def fill(said: Any, name: str, address: str) -> Any:
        shown = site.shown(address)
        account = _account(site.jobs, said, shown)
        if account is None or name not in DISTRIBUTED:
            return html.P(shown.words("spread_none"), className="finding")
        found = account["distributions"].get(name)
        return content(account, name, found, shown) if found else html.P(shown.words("spread_missing"), className="finding")


def _account(jobs: Jobs, said: Any, shown: Shown) -> Mapping[str, Any] | None:
    """What the simulation that is shown found of the account."""
    if not isinstance(said, dict) or said.get("place") != place_of(shown.view):
        return None
    job = jobs.answer(str(said.get("key")))
    return None if job is None else job.result["variants"][shown.view.variant]["accounts"][shown.account] | {"trials": job.result["trials"]}


def content(account: Mapping[str, Any], name: str, found: Mapping[str, Any], shown: Shown) -> list[Children]:
    words, outcome = shown.words, Outcome(name, shown.wording)
    chart = likelihoods.distribution(outcome, POINTS, found, shown.account)
    data: dict[str, Any] = {"data-threshold": json.dumps(_threshold(account, name, found, shown), ensure_ascii=False)}
    left = [
        html.Div(className="threshold", key=f"{shown.view.link()} {name}", **data),
        graph(chart, words, edits=True),
        html.P(words("outside_bars"), className="note"),
        still(disclosure(words("show_data"), data_table(chart.table, chart.title), "spread-data")),
    ]
    partly = [html.P(words("spread_partly", count=f"{found['missing']:,}"), className="note")] if found["missing"] else []
    right = [html.H3(words("percentiles")), data_table(likelihoods.percentiles(outcome, POINTS, found, shown.account), words("percentiles")), *partly]
    return [html.P(chart.finding, className="finding"), html.Div([html.Div(left), still(html.Div(right, id="percentiles"))], className="halves two-to-one")]


def _threshold(account: Mapping[str, Any], name: str, found: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    """All that the browser needs to tell the probability of reaching a value."""
    outcome, wording, words = Outcome(name, shown.wording), shown.wording, shown.words
    points = [outcome.scaled(point) for point in found["quantiles"]]
    verdict = next((v for v in shown.result.verdicts(shown.account) if v.id == TEST_OF.get(name)), None)
    drawn = any(draw.path == "cover.threshold" for draw in shown.scenario.draws)
    at = outcome.scaled(0.0 if name in AT_MOST else verdict.threshold) if verdict else points[len(points) // 2]
    exact = verdict is not None and not found["missing"] and not drawn and not (verdict.id == "liquidity" and shown.scenario.structure.short_loans)
    p = account["tests"].get(TEST_OF.get(name, ""))
    texts = ("histogram", "cumulative", "threshold_slide", "likelihood_read")
    return {
        "why": f"account|{shown.account}|~{outcome.row}|",
        "points": points, "trials": account["trials"] - found["missing"], "atMost": name in AT_MOST, "at": at,
        "low": min(points[1], at), "high": max(points[-2], at),
        "counted": {"at": at, "value": p["value"], "low": p["low"], "high": p["high"]} if exact and verdict and p else None,
        "decimals": MONEY[wording.money][1] if outcome.money else 3,
        "words": {
            **{key: words(key) if key != "likelihood_read" else TEXTS[key].say(words.lang) for key in texts},
            "threshold": words("threshold", unit=outcome.unit),
            "likelihood": words("likelihood", outcome=outcome.label, sign="≤" if name in AT_MOST else "≥", value="{value}"),
            "counted": words("likelihood_counted", test=wording.name(verdict.label), low="{low}", high="{high}") if verdict else "",
        },
    }  # fmt: skip
