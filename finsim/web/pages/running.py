"""What every card that runs a job has: settings, run and cancel, progress, and what it tells when it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from finsim.report.wording import rounded
from finsim.web.address import PAGES, Shown, View
from finsim.web.components import Children, aria
from finsim.web.jobs import EACH, Busy, Job, TooMany
from finsim.web.questions import Question, job_of, remembered
from finsim.web.site import Site, at, owner
from finsim.web.texts import Words

BETWEEN_LOOKS = 300
"""Milliseconds between two looks at a live job."""


def controls(name: str, words: Words, run: str, fields: list[Children]) -> list[Children]:
    """The settings with run and cancel, the progress, and the place of refusals; the tab remembers what it has asked."""
    form = html.Div(
        [
            *fields,
            html.Button(run, id=f"{name}-run", className="button primary", type="button"),
            html.Button(words("cancel"), id=f"{name}-cancel", className="button", type="button", disabled=True),
        ],
        className="form",
    )  # fmt: skip
    bar = html.Progress(id=f"{name}-bar", value="0", max="100", **aria(label=words("progress")))
    progress = html.Div([bar, html.Span(id=f"{name}-status", className="note")], className="progress")
    return [
        dcc.Store(id=f"{name}-jobs", storage_type="session"),
        dcc.Store(id=f"{name}-asked"),
        dcc.Interval(id=f"{name}-pulse", interval=BETWEEN_LOOKS, disabled=True),
        html.Div([form, progress], className="controls"),
        html.P(id=f"{name}-problem", className="problem", role="alert"),
    ]


def connect(
    app: Dash, site: Site, name: str, part: str, place: Callable[[View], str], settings: list[State],
    ask: Callable[..., Question | str], follow: Callable[[Shown, Any, str], Question | None], tell: Callable[[Any, Shown], Children],
) -> None:  # fmt: skip
    """Connect the controls.

    part      the part of the site where they stand
    place     what a question is about: the tab remembers one for each place
    ask       the question of the settings, or what is wrong with them in words
    follow    the question that a view is about, from what the tab remembers and the address
    tell      what is shown of an answer, in the element ``name-outcome``; what was asked goes to the store ``name-asked``
    """
    jobs = site.jobs

    @app.callback(
        Output(f"{name}-jobs", "data"), Output(f"{name}-problem", "children"), Input(f"{name}-run", "n_clicks"),
        State(f"{name}-jobs", "data"), State(*at(part)), *settings, prevent_initial_call=True,
    )  # fmt: skip
    def start(_: int, names: Any, address: str, *values: Any) -> Any:
        shown = site.shown(address)
        before = jobs.get(remembered(names, place(shown.view)).get("job"))
        if before is not None and before.live:
            return no_update, ""
        question = ask(shown, *values)
        if isinstance(question, str):
            return no_update, question
        job = ""
        try:
            if not jobs.answered(question.key):
                job = jobs.start(question.work, *question.arguments, total=question.total, owner=owner(), key=question.key)
        except TooMany:
            return no_update, shown.words("too_many", count=EACH)
        except Busy:
            return no_update, shown.words("busy")
        entry = {"job": job, "at": address, **question.settings}
        return {**(names if isinstance(names, dict) else {}), place(shown.view): entry}, ""

    @app.callback(Input(f"{name}-cancel", "n_clicks"), State(f"{name}-jobs", "data"), State(*at(part)), prevent_initial_call=True)
    def cancel(_: int, names: Any, address: str) -> None:
        jobs.cancel(remembered(names, place(site.shown(address).view)).get("job"))

    @app.callback(
        Output(f"{name}-status", "children"), Output(f"{name}-bar", "value"), Output(f"{name}-run", "disabled"), Output(f"{name}-cancel", "disabled"),
        Output(f"{name}-pulse", "disabled"), Output(f"{name}-asked", "data"), Output(f"{name}-outcome", "children"),
        Input(f"{name}-pulse", "n_intervals"), Input(f"{name}-jobs", "data"), Input(*at(part)), State(f"{name}-asked", "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def look(_: int, names: Any, address: str, told: Any) -> Any:
        shown = site.shown(address)
        question = follow(shown, names, address)
        entry = remembered(names, place(shown.view))
        job = job_of(jobs, question, entry) if question else None
        live = job is not None and job.live
        share = "0" if job is None else str(round(100 * job.done / job.total, 1))
        state = status(job, question, shown.words), share, live or not shown.scenario.draws, not live, not live
        if live and ctx.triggered_id == f"{name}-pulse":
            return *state, no_update, no_update
        if question is None or job is None or job.state != "done" or job.result is None:
            return (*state, None, []) if told else (*state, no_update, no_update)  # nothing stands there: nothing waits for it
        return *state, {"key": question.key, "place": place(shown.view), "path": PAGES[shown.view.page], **question.settings}, tell(job.result, shown)


def status(job: Job | None, question: Question | None, words: Words) -> str:
    """How a job is doing, in words."""
    if job is None or question is None:
        return words("idle")
    numbers = {"done": f"{job.done:,}", "total": f"{job.total:,}", "seconds": rounded(job.seconds, 1)}
    if job.state == "failed":
        return words("failed_job", reason=job.reason)
    if job.state == "done":
        return words("done", seed=question.settings["seed"], **numbers)
    if job.state == "running":
        return words("preparing") if job.left is None else words("running", left=rounded(job.left, 0), **numbers)
    return words(job.state, **numbers)
