"""方案对比: the view against up to three other schemes, which may be variants of it or other scenarios."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from finsim.report import comparison
from finsim.report.comparison import MODES, Side
from finsim.scenario.problems import ScenarioError
from finsim.web.address import Shown, View, groupings
from finsim.web.components import Children, aria, card, chart_card, data_table, switch
from finsim.web.desk import Desk
from finsim.web.markup import markup
from finsim.web.pages import running
from finsim.web.questions import SEED, Question, settings_of, valid
from finsim.web.questions import comparison as comparison_of
from finsim.web.site import Site, at, owner, read
from finsim.web.texts import Words
from finsim.web.why import ELSEWHERE
from finsim.web.work import STUDIED

MOST = 3
"""Schemes beside the baseline."""
ONLY, ALL = "only", "all"


def panel(words: Words) -> html.Div:
    choice = dmc.MultiSelect(
        id="against", label=words("against"), data=[], maxValues=MOST, searchable=True, nothingFoundMessage=words("nothing_found"), hidePickedOptions=True,
    )  # fmt: skip
    same = html.Section(
        [
            html.H2(words("same_trials"), id="same-title"),
            html.P(words("same_trials_finding", count=f"{STUDIED:,}"), className="finding"),
            *running.controls("same", words, words("same_run"), []),
            html.Div(id="same-outcome", **aria(live="polite")),
        ],
        className="card wide", id="same", **aria(labelledby="same-title"),
    )  # fmt: skip
    found = [html.Div(id="comparison-figures"), html.Div(id="comparison-chart"), html.Div(id="comparison-inputs")]
    parts = [dcc.Store(id="against-of"), html.Div(choice, className="panel"), *found, same]
    return html.Div(parts, className="stack")


def connect(app: Dash, site: Site) -> None:
    def chosen_sides(shown: Shown) -> list[Side]:
        return sides(shown, against(shown), site)

    def ask(shown: Shown, seed: Any) -> Question | str:
        found = chosen_sides(shown)
        return comparison_of(found, seed if valid(STUDIED, seed) else SEED) if len(found) > 1 else shown.words("nothing_to_compare")

    def follow(shown: Shown, names: Any, address: str) -> Question | None:
        settings, found = settings_of(names, _place(shown.view), address), chosen_sides(shown)
        return comparison_of(found, settings["seed"]) if settings and len(found) > 1 else None

    def tell(found: Any, shown: Shown) -> Children:
        return data_table(comparison.in_the_same_trials(chosen_sides(shown), found, shown.wording), shown.words("same_trials"), kind="tall")

    running.connect(app, site, "same", "comparison", _place, [State("risk-seed", "value")], ask, follow, tell)

    @app.callback(
        Output("against", "data"), Output("against", "value"), Output("against-of", "data"),
        read("comparison-figures"), Output("comparison-chart", "children"), read("comparison-inputs"),
        Input(*at("comparison")), State("against-of", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def fill(address: str, before: Any) -> Any:
        shown = site.shown(address)
        chosen = against(shown)
        found = sides(shown, chosen, site)
        drawn = [shown.view.link(mode=""), *(side.result.scenario.digest for side in found)]
        here = {"here": address, "value": chosen, "link": shown.view.link(against="~~~"), "drawn": drawn}
        chart = no_update if before and before["drawn"] == drawn else _chart(shown, found)
        return _choices(shown, site), chosen, here, markup(_figures(shown, found)), chart, markup(_inputs(shown, found))

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("finsim", "compareWith"), Input("against", "value"), State("against-of", "data"), prevent_initial_call=True
    )


def _place(view: View) -> str:
    """What the trials are about."""
    return f"{view.scenario} {view.variant} {view.by} {view.account} {view.against}"


def against(shown: Shown) -> list[str]:
    """What is asked for; the other variants of the file where nothing is."""
    if shown.view.against:
        return [] if shown.view.against == "none" else shown.view.against.split(",")[:MOST]
    return [f"{shown.view.scenario}~{name}" for name in shown.desk.scenarios if name != shown.view.variant][:MOST]


def sides(shown: Shown, chosen: list[str], site: Site) -> list[Side]:
    """The baseline and the others, each with the same grouping and account where it has them, as a whole where it has not."""
    found = [_side(shown, shown.view.scenario, shown.desk, shown.view.variant)]
    for name in chosen:
        scenario, _, variant = name.partition("~")
        try:
            desk = site.library.desk(scenario)
        except (KeyError, ScenarioError):
            continue
        variant = variant if variant in desk.scenarios else desk.default
        found.append(_side(shown, scenario, desk, variant))
    return found


def _side(shown: Shown, scenario_id: str, desk: Desk, variant: str) -> Side:
    same = scenario_id == shown.view.scenario
    scenario, by, account = desk.scenario(variant), shown.view.by, shown.account
    if by not in groupings(scenario) or account not in {one.id for one in scenario.accounts(by)} or not same:
        by, account = "all", scenario.accounts("all")[0].id
    if not same and (shown.view.by, shown.account) == ("all", account):
        by = "all"
    label = shown.wording.name(scenario.variant.label) if scenario.variant else ""
    title = shown.wording.say(scenario.title)
    name = (label or title) if same else " · ".join(part for part in (title, label) if part)
    own = same and variant == shown.view.variant
    where = "" if own else f"{ELSEWHERE}{scenario_id}~{variant}~{by}~{account}"
    return Side(name, desk.result(variant, by), account, desk.items[variant], where)


def _choices(shown: Shown, site: Site) -> list[dict[str, Any]]:
    """Variants of the scenario, then other scenarios at their own choice of variant."""
    view, words = shown.view, shown.words
    own = [
        {"value": f"{view.scenario}~{name}", "label": shown.wording.name(one.variant.label)}
        for name, one in shown.desk.scenarios.items() if name != view.variant and one.variant
    ]  # fmt: skip
    groups = [{"group": words("variants_of_it"), "items": own}] if own else []
    for title, entries in (("kept", site.library.kept(owner())), ("files", site.library.files())):
        items = [{"value": f"{e.id}~", "label": shown.wording.say(e.title)} for e in entries if e.id != view.scenario]
        groups += [{"group": words(title), "items": items}] if items else []
    return groups


def _mode(shown: Shown) -> tuple[str, bool]:
    """How the others are told, and whether only inputs that differ are."""
    mode, _, listed = shown.view.mode.partition(",")
    return mode if mode in MODES else MODES[0], listed != ALL


def _figures(shown: Shown, found: list[Side]) -> html.Section:
    words, wording, (mode, only) = shown.words, shown.wording, _mode(shown)
    modes = [(shown.view.link(mode=f"{name},{ONLY if only else ALL}"), words(f"mode_{name}")) for name in MODES]
    table = data_table(comparison.figures(found, mode, wording), words("compared_figures"), kind="compared")
    balanced = [side.name for side in found if side.result.balanced(side.account)]
    finding = words("compared_finding", base=found[0].name, balanced=wording.listed(balanced) if balanced else words("none_of_them"))
    content = [switch(words("mode"), modes, words(f"mode_{mode}"), "mode"), table]
    return card(words("compared_figures"), finding, content, "compared", unit=wording.unit("万元"), wide=True)


def _chart(shown: Shown, found: list[Side]) -> html.Section:
    words = shown.words
    finding = words("surplus_finding", worst=min(found, key=lambda side: side.result.indicators(side.account)["lowest_surplus"] or 0.0).name)
    return chart_card(comparison.surplus(found, finding, words("surplus_by_year"), shown.wording), words)


def _inputs(shown: Shown, found: list[Side]) -> html.Section:
    words, wording, (mode, only) = shown.words, shown.wording, _mode(shown)
    ranges = [(shown.view.link(mode=f"{mode},{name}"), words(f"inputs_{name}")) for name in (ONLY, ALL)]
    table = data_table(comparison.inputs(found, wording, only), words("compared_inputs"), kind="compared")
    finding = words("inputs_differ", count=len(comparison.inputs(found, wording, True).body))
    content = [switch(words("range"), ranges, words(f"inputs_{ONLY if only else ALL}"), "range"), table]
    return card(words("compared_inputs"), finding, content, "compared-inputs", wide=True)
