"""概览: the accounts, the verdict with its tests, key figures, and the charts."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, dcc, html

from finsim.report import figures, findings, tables
from finsim.report.wording import Wording
from finsim.result import Verdict
from finsim.verdicts import ROWS
from finsim.web.address import Shown
from finsim.web.components import (
    Children,
    aria,
    asking,
    card,
    chart_card,
    current,
    data_table,
    figure_of,
    icon,
    link,
    pill,
    tag,
    threshold_of,
)
from finsim.web.markup import markup, still
from finsim.web.site import Site, at, read
from finsim.web.texts import Words


def panel(words: Words) -> html.Div:
    return html.Div(
        [
            dcc.Store(id="view-of"),
            still(html.Div(html.P(words("loading"), className="loading"), id="view-top", className="stack")),
            html.Div(id="view-charts", className="grid"),
        ],
        className="stack",
    )  # fmt: skip


def connect(app: Dash, site: Site) -> None:
    @app.callback(
        read("view-top"), Output("view-of", "data"), Input(*at("overview")), prevent_initial_call=True
    )
    def begin(address: str) -> Any:
        return markup(top(site.shown(address))), address

    @app.callback(Output("view-charts", "children"), Input("view-of", "data"), prevent_initial_call=True)
    def go_on(address: str) -> Any:
        """The charts, once the verdict stands there: drawing them keeps the browser busy."""
        return charts(site.shown(address))


def top(shown: Shown) -> list[Children]:
    """Everything above the charts."""
    accounts = [_accounts(shown)] if len(shown.result.accounts) > 1 else []
    return [*accounts, _verdict(shown), _tests(shown), *_flags(shown), *_missing(shown), _key_figures(shown)]


def charts(shown: Shown) -> list[Children]:
    """Sources and uses, yearly cash flow, cover, and the totals."""
    result, account, words, wording = shown.result, shown.account, shown.words, shown.wording
    total = words("total_of", amount=wording.amount(result.totals(account)["investment"]))
    return [
        chart_card(figures.sources_and_uses(result, account, wording), words, note=total),
        chart_card(figures.cash_flow(result, account, wording), words),
        chart_card(figures.cover(result, account, wording), words),
        still(_totals(shown)),
    ]


def _accounts(shown: Shown) -> html.Section:
    """The accounts with their verdicts; one is chosen."""
    result, view, words, wording = shown.result, shown.view, shown.words, shown.wording
    items = []
    for account in result.accounts:
        balanced, found = result.balanced(account.id), result.indicators(account.id)
        cover = words("cover_short", value=wording.times(found["cover_full"], 2))
        lowest = words("lowest_short", value=wording.amount(found["lowest_surplus"]))
        state = pill("pass", words("balances")) if balanced else pill("fail", words("not_balanced"))
        content = [
            html.Span(wording.name(account.label), className="account-name"),
            state,
            html.Span(f"{cover} · {lowest}", className="note"),
        ]
        if result.illustrative(account.id):
            content.append(tag(words("illustrative"), words("illustrative_why")))
        chosen = account.id == view.account
        name = link(content, view.link(account=account.id), "account chosen" if chosen else "account")
        items.append(html.Li(name, **current(chosen)))
    count = sum(result.balanced(a.id) for a in result.accounts)
    finding = words("accounts_finding", count=len(result.accounts), balanced=count)
    return html.Section(
        [html.Div([html.H2(words("accounts")), html.P(finding, className="finding")], className="inline"), html.Ul(items, className="accounts")],
        id="accounts", className="panel", **aria(label=words("accounts")),
    )  # fmt: skip


# ---- verdict and key figures -----------------------------------------------------------------------------------
def _verdict(shown: Shown) -> html.Section:
    result, account, wording = shown.result, shown.account, shown.wording
    state = "pass" if result.balanced(account) else "fail"
    text = html.Div(
        [html.H2(findings.headline(result, account, wording)), html.P(findings.verdict(result, account, wording))]
    )
    content = [html.Span(icon(state), className="disc"), text]
    return html.Section(
        content, id="verdict", className=f"verdict {state}", role="status", **aria(label=shown.words("verdict"))
    )


def at_once(shown: Shown) -> dict[str, str]:
    """What is told before the page itself is there, as plain texts."""
    result, account, words, wording = shown.result, shown.account, shown.words, shown.wording
    name = next(wording.name(one.label) for one in result.accounts if one.id == account)
    return {
        "product": words("product"), "title": wording.say(result.scenario.title), "account": name, "state": "pass" if result.balanced(account) else "fail",
        "headline": findings.headline(result, account, wording), "verdict": findings.verdict(result, account, wording), "loading": words("loading"),
    }  # fmt: skip


def _tests(shown: Shown) -> html.Ul:
    cards = [
        html.Li(_test(v, shown.account, shown.words, shown.wording), className="tile") for v in shown.result.verdicts(shown.account)
    ]
    return html.Ul(cards, className="tiles", id="tests", **aria(label=shown.words("tests")))


def _flags(shown: Shown) -> list[Children]:
    """Red and yellow flags under the tests, where there are any."""
    states = {"red": ("fail", "flag_red"), "yellow": ("watch", "flag_yellow")}
    items = [
        html.Li([pill(state, shown.words(word)), " ", shown.wording.say(flag.reason)])
        for flag in shown.result.flags(shown.account)
        for state, word in [states[flag.colour]]
    ]
    return [_listed(items, shown.words("flags"), "flags")] if items else []


def _missing(shown: Shown) -> list[Children]:
    """Mandatory works that units of the account lack."""
    units = next(a.units for a in shown.result.accounts if a.id == shown.account)
    missing = [one for one in shown.result.missing_works if one.unit.id in units]
    items = [html.Li([pill("watch", shown.words("flag_yellow")), " ", shown.wording.say(one.message)]) for one in missing]
    return [_listed(items, shown.words("warnings"), "warnings")] if items else []


def _listed(items: list[Children], title: str, name: str) -> html.Section:
    return html.Section([html.H2(title), html.Ul(items)], id=name, className="panel", **aria(label=title))


def _test(verdict: Verdict, account: str, words: Words, wording: Wording) -> list[Children]:
    value, threshold = ROWS[verdict.id]
    if verdict.value is None and verdict.passed:
        state, word = "none", words("not_applicable")
    else:
        state, word = ("pass", words("passed")) if verdict.passed else ("fail", words("failed"))
    money = verdict.unit == "万元"
    shown = wording.amount(verdict.value) if money else wording.times(verdict.value)
    required = threshold_of(verdict.threshold, verdict.unit, wording, words, verdict.at_most)
    role = words("counted" if verdict.counted else "reference")
    return [
        html.H3(wording.name(verdict.label)),
        figure_of(f"test.{verdict.id}", verdict.value, shown, wording.unit(verdict.unit), f"account|{account}|{value}|"),
        html.Div(
            [
                pill(state, word),
                asking(required, f"account|{account}|{threshold}|", "note") if threshold else html.Span(required, className="note"),
            ],
            className="tile-row",
        ),
        html.P([html.Span(role, className="role"), wording.say(verdict.reason)], className="reason"),
    ]


def _key_figures(shown: Shown) -> html.Ul:
    result, account, words, wording = shown.result, shown.account, shown.words, shown.wording
    totals, found, fiscal = result.totals(account), result.indicators(account), result.cell("result.fiscal", account)
    debt = totals["bonds"] + totals["loans"] + totals["interest_rolled_up"]
    whole, money = totals["investment"], wording.unit("万元")
    rate = result.value("account", account, "recovery.discount_rate", None)
    payback, household = found["payback"], Wording(words.lang).amount(found["grants_per_household"])
    if words.lang == "en" and found["grants_per_household"] is not None:
        household = f"{found['grants_per_household'] * 10_000:,.0f}"
    back = words("no_payback") if payback is None else words("payback_years", years=wording.times(payback, 1))
    borrowed = "debt=funding.bond_used,debts.drawn,debts.rolled_up"
    items: list[tuple[str, str, str, float | None, str, str, str]] = [
        ("total_investment", "funding.total_investment", "investment", found["total_investment"], wording.amount(whole), money,
         words("investment_note", amount=wording.amount(totals["financing_cost"]))),
        ("debt", borrowed, "debt", debt, wording.amount(debt), money,
         words("share_note", share=wording.percent(findings.debt_share(result, account)))),
        ("grants", "result.fiscal", "grants", fiscal, wording.amount(fiscal), money,
         words("grants_note", share=wording.percent(fiscal / whole if whole else None), amount=household)),
        ("cover_full", "cover.full", "cover", found["cover_full"], wording.times(found["cover_full"]), wording.unit("倍"), words("cover_note")),
        ("fnpv", "recovery.r3", "npv", found["fnpv"], wording.amount(found["fnpv"]), money,
         words("npv_note", rate=wording.percent(rate, 2), payback=back)),
    ]  # fmt: skip
    tiles: list[Any] = [
        html.Li(
            [html.H3(words(name)), figure_of(key, value, shown, unit, f"account|{account}|{what}|"), html.P(note, className="note")],
            className="tile",
        )
        for key, what, name, value, shown, unit, note in items
    ]
    return html.Ul(tiles, className="tiles", id="key-figures", **aria(label=words("key_figures")))


def _totals(shown: Shown) -> html.Section:
    words = shown.words
    table = data_table(tables.indicators(shown.result, shown.account, shown.wording), words("indicators"))
    finding = words("indicators_finding") + " " + words("why_hint")
    return card(words("indicators"), finding, [table], "indicators")
