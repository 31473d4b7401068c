"""What all pages share: the scenarios, the jobs, who is reading in which language, and how a page is filled in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from dash import Dash, Input, Output
from dash.exceptions import PreventUpdate
from flask import Response, g, has_request_context, request

from finsim.web.address import Shown, view
from finsim.web.components import Children
from finsim.web.jobs import Jobs
from finsim.web.library import Library
from finsim.web.markup import markup
from finsim.web.texts import Words
from finsim.web.trial import Trials

OWNER = "reader"
"""The cookie by which a reader is known again: a random name, which says nothing of the person."""
A_YEAR = 365 * 24 * 3600


class Site:
    """The library, the jobs and the trials of other inputs behind one server."""

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self.library, self.jobs, self.trials = library, jobs, Trials()

    def shown(self, address: str | None) -> Shown:
        """What the address asks for, for the reader of the request; a part that has not been shown yet has none, and stays as it is."""
        if not isinstance(address, str):
            raise PreventUpdate
        chosen = view(address, self.library)
        return Shown(self.library.desk(chosen.scenario), chosen, language())

    def fills(self, app: Dash, part: str, *ids: str) -> Callable[[Callable[[Shown], Sequence[Children]]], None]:
        """Decorator of a function that gives what is read in the elements of these ids, whenever a part of the site is to show another address."""

        def connect(content: Callable[[Shown], Sequence[Children]]) -> None:
            @app.callback([read(name) for name in ids], Input(*at(part)), prevent_initial_call=True)
            def fill(address: str) -> Any:
                return [markup(one) for one in content(self.shown(address))]

        return connect


def read(name: str, **more: Any) -> Output:
    """What a reader reads in an element, as HTML (``markup``)."""
    return Output(name, "data-html", **more)


def at(part: str) -> tuple[str, str]:
    """Where the browser keeps the address that a part of the site shows (``route`` in ``assets/page.js``)."""
    return f"at-{part}", "data"


def language() -> str:
    """The language of the request: a cookie says so, Chinese if none does."""
    return "en" if has_request_context() and request.cookies.get("lang") == "en" else "zh"


def words() -> Words:
    return Words(language())


def owner() -> str:
    """The name by which the reader of the request is known."""
    known = request.cookies.get(OWNER, "")
    if not known and "owner" not in g:
        g.owner = secrets.token_urlsafe(16)
    return known or str(g.owner)


def remember(response: Response) -> Response:
    """Tell the browser by which name its reader is known, if it does not know yet."""
    if not request.cookies.get(OWNER):
        response.set_cookie(OWNER, owner(), max_age=A_YEAR, httponly=True, samesite="Lax")
    return response
