"""为什么: any number of a page opens where it comes from, down to the inputs and their sources.

The frame holds one dialog. ``assets/why.js`` opens it, asks for the number that was chosen, and finds the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePath
from typing import Any

from dash import Dash, Input, State, dcc, html
from dash.exceptions import PreventUpdate

from finsim.report.comparison import between, input_title
from finsim.report.reasons import Number, Part, Reason
from finsim.report.statements import Entry, Term, has_total
from finsim.report.trials import explained
from finsim.report.units import unit_words
from finsim.report.wording import in_full
from finsim.result import Result
from finsim.scenario.problems import ScenarioError, placed
from finsim.scenario.scenario import Origin, Scenario
from finsim.sheet import Text
from finsim.web.address import Shown, groupings
from finsim.web.components import Children, aria, asking, link
from finsim.web.markup import markup
from finsim.web.questions import inputs_place
from finsim.web.site import Site, at, read
from finsim.web.texts import Words
from finsim.web.trial import Trial, allowed

ELSEWHERE = "|!"
"""After the name of a number that is not of the view itself, before its scheme: ``scenario~variant~by``, where the account is
another one ``~account``, and where it is a difference from the view's number ``~mode`` (``report.comparison.between``)."""
TRIED = f"{ELSEWHERE}~"
"""Before the id of a trial of other inputs of the view."""
FEW = 3
"""So many parts of one row stand in the list; more of them stand together under a heading of their own."""
OPEN = 12
"""A group of more parts than this is closed where it is not the only one."""


def panel(words: Words) -> html.Dialog:
    """The dialog, empty and closed."""
    back = html.Button(
        [html.Span("←", **aria(hidden="true")), " ", html.Span(words("why_back")), html.Span(id="why-before")],
        id="why-back", type="button", className="why-back", hidden=True,
    )  # fmt: skip
    close = html.Button(words("why_close"), id="why-close", type="button", className="button")
    return html.Dialog(
        [dcc.Store(id="why-asked"), html.Div([back, close], className="why-top"), html.Div(id="why-said")],
        id="why", className="why-drawer", **aria(label=words("why")),
    )  # fmt: skip


def connect(app: Dash, site: Site) -> None:
    @app.callback(
        read("why-said"), Input("why-asked", "data"), State(*at("head")),
        prevent_initial_call=True,
    )  # fmt: skip
    def explain(asked: Any, address: str) -> Any:
        if not isinstance(asked, dict):
            raise PreventUpdate
        data: dict[str, Any] = {"data-asked": str(asked.get("count", ""))}
        shown = site.shown(address)
        try:
            found: Children = said(str(asked.get("why", "")), shown, site)
        except (LookupError, ScenarioError):
            found = html.H2(shown.words("why_unknown"), tabIndex=-1)
        return markup(html.Div(found, **data))


def said(name: str, shown: Shown, site: Site) -> list[Children]:
    """What is said of the number of this name. Raises ``LookupError`` if there is none."""
    name, _, scheme = name.partition(ELSEWHERE)
    number = Number.named(name)
    if not scheme:
        return content(explained(shown.result, number), shown)
    if scheme.startswith("~"):
        tried = _tried(shown, scheme.removeprefix("~"), site)
        return content(explained(tried.result, number), tried)
    other, account, mode = _elsewhere(shown, scheme, site)
    found = explained(other.result, _there(number, account, other))
    if not mode:
        return content(found, other)
    base = explained(shown.result, number)
    if base.value is None and found.value is not None:  # there is nothing to differ from: as in the table, the number itself
        return content(found, other)
    return content(between(base, found, mode, _told_apart(shown, other), other.elsewhere), shown)


@dataclass(frozen=True)
class Tried(Shown):
    """A view with other inputs, which were tried on the page of inputs."""

    trial: Trial | None = None

    @property
    def scenario(self) -> Scenario:
        return self.trial.scenario if self.trial else super().scenario

    @property
    def result(self) -> Result:
        return self.trial.result(self.view.by) if self.trial else super().result


def _tried(shown: Shown, name: str, site: Site) -> Tried:
    trial = site.trials.get(name)
    if trial is None or trial.of != inputs_place(shown.view):
        raise LookupError(name)
    return Tried(shown.desk, shown.view, shown.lang, f"{TRIED}{name}", trial)


def _elsewhere(shown: Shown, scheme: str, site: Site) -> tuple[Shown, str, str]:
    """What stands beside the view in a comparison, with the account there and the kind of difference ("" for none).

    Raises ``LookupError`` if there is none.
    """
    names = scheme.split("~")
    if not 3 <= len(names) <= 5:
        raise LookupError(scheme)
    scenario, variant, by, account, mode = [*names, "", ""][:5]
    desk = site.library.desk(scenario)
    if by not in groupings(desk.scenario(variant)):
        raise LookupError(by)
    view = replace(shown.view, scenario=scenario, variant=variant, by=by)
    return replace(shown, desk=desk, view=view, elsewhere=f"{ELSEWHERE}{scenario}~{variant}~{by}"), account, mode


def _there(number: Number, account: str, other: Shown) -> Number:
    """The number in another scheme, whose account or units may have other names."""
    if not account:
        return number
    if number.sheet == "account":
        return replace(number, member=account)
    numbers = other.scenario.numbers
    if number.member in numbers.units or len(numbers.unit_inputs[number.what]) > 1:
        return number
    return replace(number, member=next(one.units[0] for one in other.result.accounts if one.id == account))  # it is the same in all


def _scheme(shown: Shown) -> Text:
    """The scenario and variant of a scheme, and how its units are grouped."""
    variant = shown.scenario.variant
    named = [shown.scenario.title, *([variant.label] if variant else [])]
    return Text(*(" · ".join([*(one.say(lang) for one in named), Words(lang)(f"by_{shown.view.by}")]) for lang in ("zh", "en")))


def _told_apart(one: Shown, other: Shown) -> tuple[Text, Text]:
    """Two schemes by no more of their names than tells them apart."""
    if one.view.scenario != other.view.scenario or one.scenario.variant is None or other.scenario.variant is None or one.view.by != other.view.by:
        return _scheme(one), _scheme(other)
    return one.scenario.variant.label, other.scenario.variant.label


def _whose(shown: Shown) -> str:
    """Of which scheme a number is that is not of the view; of a trial, which inputs are other than in the view."""
    words, wording = shown.words, shown.wording
    if not isinstance(shown, Tried) or shown.trial is None:
        return words("why_elsewhere", scheme=wording.name(_scheme(shown)))
    changes = [
        words(
            "why_change", name=input_title(c.item, wording),
            before=in_full(c.item.value), after=in_full(c.new), unit=unit_words(c.item.row.unit, shown.lang),
        ).rstrip()
        for c in shown.trial.changes
    ]  # fmt: skip
    return words("why_tried", changes=wording.join(changes))


def content(why: Reason, shown: Shown) -> list[Children]:
    """What is said of a number: what it is, its formula and parts, or its source."""
    words, wording = shown.words, shown.wording
    year = why.number.year
    when = str(year) if year is not None else words("why_total") if why.all_years else ""
    of_all = why.number.what.startswith(("+", "~all"))
    crumb = [*([] if of_all else [_member(why.number.sheet, why.number.member, shown)]), wording.name(why.section)]
    data: dict[str, Any] = {"data-value": "" if why.value is None else repr(why.value), "data-path": why.rows}
    number = html.Span(_shown(why.value, why.unit, shown, why.origin is not None), className="number", **data)
    found: list[Children] = [
        html.P(" / ".join(crumb), className="crumb"),
        html.H2([wording.name(why.label), " ", html.Span(when, className="unit")], tabIndex=-1),
    ]
    if shown.elsewhere:
        found.append(html.P(_whose(shown), className="note why-whose"))
    if why.value is not None or not why.number.what.startswith("~"):  # what trials gave only they can tell
        found.append(html.P([number, html.Span(wording.unit(why.unit), className="unit")], className="amount"))
    if why.origin is not None:
        found.append(_source(why, why.origin, shown))
    else:
        found += [html.H3(words("why_formula")), html.P(wording.name(why.words), className="why-formula")]
    if why.parts:
        found += [html.H3(words("why_parts")), html.Ul(list(_parts(why, shown)), className="why-parts")]
    found.append(_code(why, words))
    return found


def _member(sheet: str, member: str, shown: Shown) -> str:
    """The account or unit by its name."""
    if sheet == "unit":
        return next(shown.wording.name(unit.label) for unit in shown.scenario.units if unit.id == member)
    return next(shown.wording.name(account.label) for account in shown.result.accounts if account.id == member)


def _shown(value: float | None, unit: str, shown: Shown, given: bool = False) -> str:
    """Money to the hundredth, ratios to the thousandth; others with the digits that tell them apart, inputs with all."""
    wording = shown.wording
    if unit == "万元" or value is None:
        return wording.amount(value)
    if unit == "倍" and not given:
        return wording.times(value)
    return in_full(value if given else float(f"{value:.6g}"))


# ---- parts -----------------------------------------------------------------------------------------------------
def _parts(why: Reason, shown: Shown) -> Iterator[html.Li]:
    """The parts in their order; many years or units of one row stand together."""
    groups = [list(group) for _, group in groupby(why.parts, lambda part: (part.sheet, part.what, part.sign))]
    for group in groups:
        first = group[0]
        if len(group) <= FEW:
            yield from (html.Li(_part(part, why, shown)) for part in group)
            continue
        by_year, name = first.year != group[-1].year, shown.wording.name(first.label)
        if by_year:
            summary = shown.words("why_each_year", name=name, first=first.year, last=group[-1].year)
        else:
            summary = shown.words("why_each_unit" if first.sheet == "unit" else "why_each_account", name=name, count=len(group))
        unit = html.Span([_total(group, shown), shown.wording.unit(first.unit)], className="unit")
        cells = html.Ul([html.Li(_small(part, by_year, shown)) for part in group], className="why-cells")
        yield html.Li(html.Details([html.Summary([summary, unit]), cells], open=len(groups) == 1 or len(group) <= OPEN))


def _total(group: list[Part], shown: Shown) -> str:
    """What the parts of a group add up to, where that means anything: not for balances and ratios."""
    first = group[0]
    sheets = shown.scenario.sheets
    values = [part.value for part in group if part.value is not None]
    entry = Entry("", first.label, (Term(first.what),))
    if first.kind != "row" or ":" in first.what or first.what.startswith("~") or not has_total(entry, sheets.unit if first.sheet == "unit" else sheets.account):
        return ""
    return shown.words("why_sum", amount=_shown(sum(values), first.unit, shown)) + " "


def _part(part: Part, why: Reason, shown: Shown) -> Children:
    """A part on a line of its own: sign, name, amount, and where an input comes from."""
    sign = {1: "+", -1: "−", 0: ""}[part.sign]
    notes = [_member(part.sheet, part.member, shown)] if (part.sheet, part.member) != (why.number.sheet, why.number.member) else []
    if part.year is not None and part.year != why.number.year:
        notes.append(str(part.year))
    if part.origin is not None:
        notes += [shown.wording.say(part.origin.word), *_document(part.origin, shown), _place(part.origin)]
    name = [html.Span(shown.wording.name(part.label)), html.Span(" · ".join(notes), className="note")]
    unit = html.Span(shown.wording.unit(part.unit), className="unit")
    line: list[Children] = [html.Span(sign, className="sign"), html.Span(name, className="why-name"), _amount(part, shown, unit)]
    return asking(line, f"{part.number}{part.where or shown.elsewhere}", "why-part") if part.number else html.Div(line, className="why-part")


def _small(part: Part, by_year: bool, shown: Shown) -> Children:
    """A part in a group: its year, or its unit, and the amount."""
    name = str(part.year) if by_year else _member(part.sheet, part.member, shown)
    line = [html.Span(name), _amount(part, shown)]
    return asking(line, f"{part.number}{shown.elsewhere}", "why-part") if part.number else html.Div(line, className="why-part")


def _amount(part: Part, shown: Shown, *unit: html.Span) -> html.Span:
    data: dict[str, Any] = {"data-value": "" if part.value is None else repr(part.value)}
    if part.value is None and part.what.startswith("~"):
        return html.Span(className="why-amount", **data)
    return html.Span([_shown(part.value, part.unit, shown, part.kind != "row"), *unit], className="why-amount", **data)


# ---- sources ---------------------------------------------------------------------------------------------------
def _source(why: Reason, origin: Origin, shown: Shown) -> html.Div:
    """Where an input comes from, with the way to the page of inputs."""
    words, wording = shown.words, shown.wording
    source = shown.scenario.sources.get(origin.source)
    model = shown.scenario.sheets.unit if why.number.sheet == "unit" else shown.scenario.sheets.account
    given = model.inputs.get(why.number.what)
    rows: list[tuple[str, Children]] = [("kind", wording.say(origin.word))]
    if source:
        where = source.link if source.link.startswith(("http://", "https://")) else ""
        text = " · ".join([wording.say(source.document), *([source.date] if source.date else [])])
        rows.append(("source", html.A(text, href=where, target="_blank", rel="noreferrer") if where else text))
    if origin.assumed:
        low, high = map(in_full, origin.assumed)
        rows.append(("assumed_range", f"{low} – {high}"))
    if given and allowed(given.bounds):
        rows.append(("why_allowed", allowed(given.bounds)))
    notes = [note for note in (origin.note, given.help if given else None) if note and wording.say(note)]
    rows += [("why_note", _as_written(wording.say(note), words)) for note in notes]
    if origin.kind == "default":
        rows.append(("why_note", words("why_default")))
    rows.append(("place", html.Code(_place(origin))))
    listed = [item for key, said in rows for item in (html.Dt(words(key)), html.Dd(said))]
    link_there = link(words("why_inputs"), shown.view.link(page="inputs"), "why-inputs")
    return html.Div([html.H3(words("why_from")), html.Dl(listed, className="why-source"), link_there])


def _as_written(note: str, words: Words) -> html.Span:
    """A remark of the file, which has it in one language: its own words, marked as such where they are Chinese."""
    return html.Span(note, lang="zh" if any(ord(letter) > 0x2E7F for letter in note) else words.lang)


def _document(origin: Origin, shown: Shown) -> list[str]:
    source = shown.scenario.sources.get(origin.source)
    return [shown.wording.say(source.document)] if source else []


def _place(origin: Origin) -> str:
    return placed(PurePath(origin.place.file).name, origin.place.line)


def _code(why: Reason, words: Words) -> html.Dl:
    """Where the number stands on the sheet and its formula in the code, for whoever wants to go on."""
    rows = [("why_row", why.rows)] if why.rows else []
    rows += [("why_written", f"finsim/{why.written}")] if why.written else []
    return html.Dl([item for key, said in rows for item in (html.Dt(words(key)), html.Dd(html.Code(said)))], className="why-source why-code")
