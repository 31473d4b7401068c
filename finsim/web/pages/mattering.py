"""什么要紧: which inputs move an outcome of the account, where a test only just passes, and when it mostly fails."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
import numpy as np
from dash import Dash, Input, Output, State, html

from finsim.model.structure import BALANCED
from finsim.report import likelihoods
from finsim.report.factors import input_number, limit_of, named, said, shown_name
from finsim.report.figures import Table
from finsim.report.likelihoods import Outcome
from finsim.report.trials import BALANCE
from finsim.report.wording import MINUS, Wording, rounded
from finsim.risk.discovery import Box, Limit
from finsim.risk.importance import Bar
from finsim.risk.sampling import Key
from finsim.risk.shifts import all_factors, plane
from finsim.risk.study import BALANCES, Outcomes, Variable, variable
from finsim.verdicts import ROWS
from finsim.web.address import Shown
from finsim.web.components import Children, aria, asking, card, chart_card, data_table, disclosure, graph
from finsim.web.markup import still
from finsim.web.pages import running
from finsim.web.questions import SEED, Question, settings_of, study, study_place, valid
from finsim.web.site import Site, at
from finsim.web.texts import Words
from finsim.web.work import EXPLAINED, STUDIED, TEST_OF

ENGINES_KEPT = 6
NOTHING: list[Children] = []


def panel(words: Words) -> html.Div:
    wording = Wording(words.lang)
    outcomes = [{"value": name, "label": Outcome(name, wording).label} for name in (BALANCES, *EXPLAINED)]
    portal = {"withinPortal": False}
    choice = dmc.Select(id="study-of", label=words("which_outcome"), data=outcomes, value=EXPLAINED[0], allowDeselect=False, comboboxProps=portal)
    top = html.Section(
        [
            html.H2(words("mattering"), id="study-title"),
            html.P(words("mattering_finding", count=f"{STUDIED:,}"), className="finding"),
            *running.controls("study", words, words("mattering_run"), []),
            html.Div(id="study-outcome", **aria(live="polite")),
            html.Div(choice, className="form", id="study-choice", hidden=True),
        ],
        className="card wide", **aria(labelledby="study-title"),
    )  # fmt: skip
    axes = [
        dmc.Select(id=f"map-{axis}", label=words(f"map_{axis}"), data=[], searchable=True, allowDeselect=False, comboboxProps=portal, nothingFoundMessage=words("nothing_found"))
        for axis in ("across", "down")
    ]  # fmt: skip
    two = html.Section(
        [html.H2(words("map_title"), id="map-title"), html.Div(axes, className="form"), html.Div(id="map-body")],
        id="map", className="card wide", hidden=True, **aria(labelledby="map-title"),
    )  # fmt: skip
    return html.Div([top, html.Div(id="study-charts", className="grid"), two], className="stack", id="study")


def connect(app: Dash, site: Site) -> None:
    running.connect(app, site, "study", "mattering", study_place, [State("risk-seed", "value")], _ask, _follow, sentences)

    @app.callback(
        Output("study-charts", "children"), Output("study-choice", "hidden"), Output("map", "hidden"),
        Output("map-across", "data"), Output("map-down", "data"), Output("map-across", "value"), Output("map-down", "value"),
        Input("study-asked", "data"), Input("study-of", "value"), Input(*at("mattering")), prevent_initial_call=True,
    )  # fmt: skip
    def fill(asked: Any, name: str, address: str) -> Any:
        shown = site.shown(address)
        found = _found(site, asked, shown)
        if found is None:
            return NOTHING, True, True, [], [], None, None
        if name not in found["outcomes"]:
            return html.P(shown.words("study_no_outcome"), className="finding"), False, True, [], [], None, None
        inputs = [{"value": str(i), "label": shown.wording.name(which.label)} for i, which in enumerate(_variables(found, shown))]
        first, second = (str(bar[0]) for bar in found["outcomes"][name]["tornado"][:2]) if len(inputs) > 1 else (None, None)
        return content(found, name, shown), False, len(inputs) < 2, inputs, inputs, first, second

    @app.callback(
        Output("map-body", "children"), Input("map-across", "value"), Input("map-down", "value"), Input("study-asked", "data"),
        Input("study-of", "value"), Input(*at("mattering")), prevent_initial_call=True,
    )  # fmt: skip
    def draw(across: Any, down: Any, asked: Any, name: str, address: str) -> Any:
        shown = site.shown(address)
        found = _found(site, asked, shown)
        if found is None or name not in found["outcomes"] or across is None or down is None:
            return NOTHING
        if across == down:
            return html.P(shown.words("map_alike"), className="problem")
        return _map(found, name, int(across), int(down), shown)


def _ask(shown: Shown, seed: Any) -> Question:
    return study(shown, seed if valid(STUDIED, seed) else SEED)


def _follow(shown: Shown, names: Any, address: str) -> Question | None:
    settings = settings_of(names, study_place(shown.view), address)
    return study(shown, settings["seed"]) if settings else None


def _found(site: Site, asked: Any, shown: Shown) -> Mapping[str, Any] | None:
    """What the study that is shown found."""
    if not isinstance(asked, dict) or asked.get("place") != study_place(shown.view):
        return None
    job = site.jobs.answer(str(asked.get("key")))
    return None if job is None else job.result


def _variables(found: Mapping[str, Any], shown: Shown) -> list[Variable]:
    return [variable(shown.scenario, (sheet, path)) for sheet, path in found["inputs"]]


def _test(name: str) -> str:
    return TEST_OF.get(name, BALANCED)


def _row_of(test: str) -> str:
    """The row that a test looks at; "" for all that are counted."""
    return BALANCE if test == BALANCED else ROWS[test][0]


def _test_name(test: str, shown: Shown) -> str:
    if test == BALANCED:
        return shown.words("standard")
    return next(shown.wording.name(v.label) for v in shown.result.verdicts(shown.account) if v.id == test)


# ---- in words ----------------------------------------------------------------------------------------------------
def sentences(found: Mapping[str, Any], shown: Shown) -> list[Children]:
    """Where each test mostly fails."""
    words, variables = shown.words, _variables(found, shown)
    items, text = [], NOTHING
    for test, box in found["boxes"].items():
        if not box["failing"] or box["failing"] == 1:
            text = [words("always_passes" if not box["failing"] else "always_fails")]
        else:
            text = _linked(_box(box, variables), _row_of(test), shown)
        items.append(html.Li([html.Strong(_test_name(test, shown)), "：" if words.lang == "zh" else ": ", *text]))
    return [html.H3(words("fails_when")), still(html.Ul(items, className="sentences"))]


def _linked(box: Box | None, row: str, shown: Shown) -> list[Children]:
    """Where it fails, in a sentence in which every limit opens its explanation."""
    rest, pieces = said(box, shown.wording, shown.lang), []
    for limit in box.limits if box else ():
        text = limit_of(limit, shown.wording, shown.lang)
        before, _, rest = rest.partition(text)
        pieces += [before, asking(text, f"account|{shown.account}|~{row}~limit~{named(limit.variable)}|", "limit")]
    return [*pieces, rest]


def _box(box: Mapping[str, Any], variables: list[Variable]) -> Box | None:
    if "limits" not in box:
        return None
    limits = tuple(Limit(variables[i], -math.inf if low is None else low, math.inf if high is None else high) for i, low, high in box["limits"])
    return Box(limits, box["density"], box["coverage"], box["support"], box["overall"])


# ---- of an outcome -----------------------------------------------------------------------------------------------
def content(found: Mapping[str, Any], name: str, shown: Shown) -> list[Children]:
    """The tornado, the rank regression, and the table of elasticities and break-even values."""
    words, wording, variables = shown.words, shown.wording, _variables(found, shown)
    own, outcome = found["outcomes"][name], Outcome(name, shown.wording)
    bars = [Bar(variables[i], low, high, at_low, at_high) for i, at_low, low, at_high, high in own["tornado"]]
    weights = Table(
        (words("study_input"), words("study_coefficient"), words("study_correlation")),
        tuple((wording.name(variables[i].label), _signed(b), _signed(r)) for i, b, r in own["weights"]),
        rows=tuple(f"account|{shown.account}|~{outcome.row}~{{}}~{named(variables[i])}|" for i, _, _ in own["weights"]),
        columns=(None, "coefficient", "correlation"),
    )
    finding = words("study_regression_finding", share=wording.percent(own["r2"], 0))
    moved = name if name in found["shifts"] else "cover_full" if "cover_full" in found["outcomes"] else EXPLAINED[0]
    test = _test(name)
    said_of = Outcome(moved, Wording(words.lang, wording.money)).label
    elastic = words("study_elasticities_finding", outcome=said_of if words.lang == "zh" else said_of.lower(), test=_test_name(test, shown))
    return [
        chart_card(likelihoods.tornado(outcome, bars, own["mean"], shown.account), words),
        still(card(words("study_regression"), finding, [data_table(weights, words("study_regression"))], "regression")),
        still(card(words("study_elasticities"), elastic, [data_table(_elasticities(found, moved, test, shown), words("study_elasticities"))], "elasticities", wide=True)),
    ]


def _elasticities(found: Mapping[str, Any], name: str, test: str, shown: Shown) -> Table:
    words, wording, outcome = shown.words, shown.wording, Outcome(name, shown.wording)
    head = ("study_input", "study_stated", "study_elasticity", "study_break_even", "study_break_even_by", "study_less", "study_more")
    shifts = {(sheet, path): rest for sheet, path, *rest in found["shifts"][name]}
    switches = {(sheet, path): (base, value) for sheet, path, base, value in found["switches"][test]}
    body, rows = [], []
    for key in dict.fromkeys([*shifts, *switches]):
        base, coefficient, less, more = shifts.get(key, (switches.get(key, (0.0,))[0], None, None, None))
        value, which = switches[key][1] if key in switches else None, variable(shown.scenario, key)
        even = words("study_none") if value is None else input_number(which, value)
        change = f"{'+' if value > base else ''}{wording.percent(value / base - 1)}" if value is not None and base else "—"
        cells = (input_number(which, base), "—" if coefficient is None else _signed(coefficient, 2), even if key in switches else "—", change)
        body.append((shown_name(which, wording), *cells, outcome.number(less), outcome.number(more)))
        rows.append(f"account|{shown.account}|~{{}}~{named(which)}|")
    tested = _row_of(test)
    columns = (None, "~stated", f"{outcome.row}~elasticity", f"{tested}~break_even", f"{tested}~change", f"{outcome.row}~less", f"{outcome.row}~more")
    title = f"{words('study_break_even')}：{_test_name(test, shown)}" if words.lang == "zh" else f"{words('study_break_even')}: {_test_name(test, shown)}"
    return Table(tuple(title if key == "study_break_even" else words(key) for key in head), tuple(body), rows=tuple(rows), columns=columns)


def _signed(value: float, decimals: int = 3) -> str:
    text = rounded(value, decimals)
    return text if text.startswith(MINUS) else f"+{text}"


# ---- two inputs --------------------------------------------------------------------------------------------------
def _map(found: Mapping[str, Any], name: str, across: int, down: int, shown: Shown) -> list[Children]:
    view = shown.view
    keys: list[Key] = [(sheet, path) for sheet, path in found["inputs"]]
    factors = _engines(shown)
    at_across, at_down = (np.array(found["cells"][i]) for i in (across, down))
    test, verdicts = _test(name), {v.id: v for v in shown.result.verdicts(shown.account)}
    grids = [
        plane(shown.scenario, keys[across], keys[down], at_across, at_down, outcome, view.by, view.account, factors)
        for outcome in (name, f"passes.{test}")
    ]  # fmt: skip
    threshold = 0.0 if name == "peak_unfunded" else verdicts[test].threshold if test in verdicts else None
    chart = likelihoods.two_inputs(Outcome(name, shown.wording), grids[0], grids[1], _test_name(test, shown), threshold, view.account)
    return [html.P(chart.finding, className="finding"), graph(chart, shown.words), still(disclosure(shown.words("show_data"), data_table(chart.table, chart.title), "map-data"))]


class _Engines:
    """What calculates maps, kept for the accounts looked at last: making one takes longer than many maps."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], Outcomes] = {}

    def __call__(self, shown: Shown) -> Outcomes:
        key = shown.scenario.digest, shown.view.by, shown.view.account
        found = self._kept.pop(key, None) or all_factors(shown.scenario, shown.view.by, shown.view.account)
        self._kept[key] = found
        for old in list(self._kept)[:-ENGINES_KEPT]:
            self._kept.pop(old, None)
        return found


_engines = _Engines()
