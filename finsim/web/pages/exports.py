"""成果: what can be taken along, and the command that gives the same again."""

from __future__ import annotations

import base64
import json
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from finsim.record import record_of_run
from finsim.report import spread
from finsim.report.workbook import write
from finsim.scenario.writing import as_yaml
from finsim.web.address import Shown
from finsim.web.components import Children, aria, card
from finsim.web.markup import still
from finsim.web.site import Site, at
from finsim.web.texts import Words

KINDS = ("workbook", "figures", "results", "record", "scenario")


def panel(words: Words) -> html.Div:
    items = [
        html.Li(
            [
                still(html.Div([html.H3(words(f"export_{kind}")), html.P(words(f"export_{kind}_note"), className="note")])),
                html.Button(words("take"), id=f"export-{kind}", className="button", type="button", **aria(label=words("take_this", name=words(f"export_{kind}")))),
            ],
            className="export",
        )
        for kind in KINDS
    ]  # fmt: skip
    content = [dcc.Download(id="export-file"), html.Ul(items, className="exports"), html.P(id="export-status", className="note", role="status")]
    return html.Div([card(words("exports"), words("exports_finding"), content, "exports", wide=True), html.Div(id="exports-page", className="stack")], className="stack")


def connect(app: Dash, site: Site) -> None:
    site.fills(app, "exports", "exports-page")(lambda shown: [commands(shown)])

    @app.callback(
        Output("export-file", "data"), Output("export-status", "children"), [Input(f"export-{kind}", "n_clicks") for kind in KINDS],
        State(*at("exports")), prevent_initial_call=True,
        running=[(Output(f"export-{kind}", "disabled"), True, False) for kind in KINDS],
    )  # fmt: skip
    def take(*given: Any) -> Any:
        kind = str(ctx.triggered_id).removeprefix("export-")
        if kind not in KINDS:
            return no_update, no_update
        shown = site.shown(given[-1])
        name, data = file(kind, shown, site.library.text(shown.view.scenario) or "")
        return {"content": base64.b64encode(data).decode(), "filename": name, "base64": True}, shown.words("taken", name=name)


def file(kind: str, shown: Shown, text: str) -> tuple[str, bytes]:
    """Name and bytes of what is taken along; ``text`` is the scenario with all its variants."""
    result, view = shown.result, shown.view
    name = "-".join(part for part in (shown.desk.name, view.variant, view.by) if part)
    if kind == "workbook":
        with TemporaryDirectory() as folder:
            path = Path(folder) / "book.xlsx"
            write(result, shown.account, path, as_yaml(shown.desk.document(view.variant).value))
            return f"{name}-{shown.account}.xlsx", path.read_bytes()
    if kind == "figures":
        return f"{name}.csv", spread.figures(result, shown.lang)
    if kind == "results":
        return f"{name}.json", _json(result.to_json())
    if kind == "record":
        return f"{name}-record.json", _json(record_of_run(result, shown.desk.document(view.variant)))
    return f"{shown.desk.name}.yaml", text.encode()


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode()


def commands(shown: Shown) -> list[Children]:
    """The commands that give the same on a terminal, from the scenario taken along."""
    view, words = shown.view, shown.words
    name = shlex.quote(f"{shown.desk.name}.yaml")
    chosen = (f" --variant {shlex.quote(view.variant)}" if view.variant else "") + f" --by {view.by}"
    account = f" --account {shlex.quote(shown.account)}" if len(shown.result.accounts) > 1 else ""
    lines = [
        f"finsim run {name}{chosen} --statements",
        f"finsim workbook {name}{chosen}{account} -o {shlex.quote(shown.desk.name)}.xlsx",
        f"finsim simulate {name}{chosen} --trials 10000 --seed 1" if shown.scenario.draws else "",
        f"finsim replay {shlex.quote('-'.join(part for part in (shown.desk.name, view.variant, view.by) if part))}-record.json",
    ]
    code = html.Pre("\n".join(line for line in lines if line), className="command", id="commands", tabIndex=0)
    return [card(words("reproduce"), words("reproduce_finding", digest=shown.scenario.digest), [code], "reproduce", wide=True)]
