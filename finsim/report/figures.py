"""Charts of one account: each with its title, the sentence that it proves, and the table of its data.

A figure is written as Plotly's own JSON (data and layout): its Python classes take ten times as long to say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from finsim.report import findings
from finsim.report.wording import Table as Table
from finsim.report.wording import Wording
from finsim.result import Result
from finsim.sheet import TOLERANCE, Text

NAVY, BLUE, SKY, ORANGE, VERMILION, GREEN, PINK = (
    "#134a7c", "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#009E73", "#CC79A7",
)  # fmt: skip
INK, SOFT, FAINT, RULE, GREY = "#16202b", "#4a5866", "#5b6875", "#e3e8ee", "#7b8a9a"
FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",system-ui,sans-serif'
STREAMS = (NAVY, BLUE, SKY, "#a6cfec", "#d3e6f5", "#7f9db9")
FISCAL = (BLUE, SKY, "#2f8fc6", "#8cc8ee", "#1b5e91")

TEMPLATE = {
    "layout": {
        "font": {"family": FONT, "size": 12, "color": SOFT},
        "colorway": [NAVY, BLUE, SKY, GREEN, ORANGE, VERMILION, PINK],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "dragmode": False,
        "separators": ".,",
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": "#cfd6de", "font": {"family": FONT, "size": 12, "color": INK}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}, "itemwidth": 30, "entrywidthmode": "pixels", "itemclick": False, "itemdoubleclick": False},
        "xaxis": {"showgrid": False, "zeroline": False, "ticks": "outside", "tickcolor": RULE, "linecolor": RULE, "automargin": True, "fixedrange": True},
        "yaxis": {"gridcolor": RULE, "zeroline": False, "automargin": True, "tickformat": ",~r", "fixedrange": True},
    }
}  # fmt: skip
_OUT = {
    "operating_cost": ("operations.cost",),
    "taxes": ("surcharges.surcharges", "vat.payable", "tax.tax"),
    "debt_service": ("debts.interest_paid", "debts.repaid"),
}
"""What flows out, and the rows of each."""
_LONGEST_LABEL = 30  # Latin letters on one line beside a node, so that both sides find room on a phone


Figure = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """``unit`` is the unit of its amounts, ``finding`` the sentence that it proves, ``table`` the data behind it."""

    id: str
    title: str
    unit: str
    finding: str
    figure: Figure
    table: Table


SAID = {
    "sources_and_uses": Text("资金来源与使用", "Sources and uses of funds"),
    "cash_flow": Text("年度现金流与累计盈余资金", "Yearly cash flow and accumulated surplus"),
    "cover": Text("本息覆盖与偿债备付率", "Debt cover and yearly DSCR"),
    "fan": Text("累计盈余资金的不确定性", "Uncertainty of the accumulated surplus"),
    "total": Text("总投资", "total investment"),
    "source": Text("资金来源", "source"),
    "use": Text("资金使用", "use"),
    "amount": Text("金额", "amount"),
    "share": Text("占总投资", "share of investment"),
    "bonds": Text("专项债券", "special bonds"),
    "rolled_up": Text("转入本金的贷款利息", "loan interest rolled up"),
    "from_surplus": Text("以经营结余支付", "operating surplus"),
    "shortage": Text("建设资金缺口", "shortage of funds"),
    "financing_cost": Text("建设期利息及融资费用", "construction interest and fees"),
    "year": Text("年份", "year"),
    "revenue": Text("经营收入", "revenue"),
    "other_income": Text("其他收入", "other income"),
    "operating_cost": Text("经营成本", "operating cost"),
    "taxes": Text("税费", "taxes"),
    "debt_service": Text("还本付息", "debt service"),
    "accumulated": Text("累计盈余资金", "accumulated surplus"),
    "below_zero": Text("累计盈余资金，◆ 为负值", "accumulated surplus; ◆ below zero"),
    "dscr": Text("偿债备付率（DSCR）", "DSCR"),
    "below_one": Text("偿债备付率（DSCR），◆ 低于 1", "DSCR; ◆ below 1"),
    "too_low": Text("低于要求", "below required"),
    "required": Text("要求", "required"),
    "full": Text("债券本息（全口径）", "bonds, full"),
    "operating": Text("债券本息（运营期）", "bonds, operating"),
    "all_debt": Text("全部债务本息", "all debt"),
    "service": Text("当年还本付息", "debt service"),
    "closing": Text("期末债务余额", "debt outstanding"),
    "median": Text("中位数", "median"),
    "band": Text("{}–{} 百分位", "{}th–{}th percentile"),
    "percentile": Text("第 {} 百分位", "{}th percentile"),
}


def configuration(lang: str, name: str) -> dict[str, Any]:
    """What every chart on a page may do: be saved as a picture. Nothing is ever sent anywhere."""
    return {
        "displaylogo": False,
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "locale": {"zh": "zh-CN", "en": "en"}[lang],
        "responsive": True,
        "scrollZoom": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": 2},
    }


def sources_and_uses(result: Result, account: str, wording: Wording) -> Chart:
    """Who pays for what: sources to uses by way of total investment."""
    sources, uses = funds(result, account, wording)
    whole = sum(use[1] for use in uses)
    nodes = [*sources, (wording.name(SAID["total"]), whole, NAVY, ""), *uses]
    middle = len(sources)
    from_, to = [*range(middle), *[middle] * len(uses)], [*[middle] * len(sources), *range(middle + 1, len(nodes))]
    amounts = [flow[1] for flow in (*sources, *uses)]
    colours = [_faint(flow[2], 0.3) for flow in sources] + [_faint(GREY, 0.22)] * len(uses)
    labels = ["" if i == middle else _wrapped(f"{_plain(n)} {wording.brief(a)}") for i, (n, a, *_) in enumerate(nodes)]
    sankey = {
        "type": "sankey", "arrangement": "fixed", "domain": {"x": [0, 1], "y": [0, 1]}, "textfont": {"size": 12, "color": INK, "family": FONT},
        "node": {
            "label": labels, "color": [node[2] for node in nodes], "pad": 21, "thickness": 12, "line": {"width": 0},
            "customdata": [f"{_plain(n)} {wording.sum_of_money(a)}" for n, a, *_ in nodes],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        "link": {
            "source": from_, "target": to, "value": amounts, "color": colours,
            "customdata": [f"{_plain(n)} {wording.sum_of_money(a)}" for n, a, *_ in (*sources, *uses)],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    }  # fmt: skip
    figure = styled([sankey], margin={"l": 4, "r": 4, "t": 10, "b": 10})
    rows = [
        (f"{wording.name(SAID[kind])}：{name}" if wording.lang == "zh" else f"{wording.name(SAID[kind])}: {name}",
         wording.amount(amount), wording.percent(amount / whole if whole else None))
        for kind, items in (("source", sources), ("use", uses)) for name, amount, *_ in items
    ]  # fmt: skip
    named = tuple(f"account|{account}|{flow[3]}{{}}|" for flow in (*sources, *uses))
    head = (wording.name(SAID["source"]), wording.name(SAID["amount"]), wording.name(SAID["share"]))
    table = Table(head, tuple(rows), rows=named, columns=(None, "", "/funding.total_investment"))
    return _chart("sources_and_uses", wording, findings.funds(result, account, wording), figure, table)


Flow = tuple[str, float, str, str]
"""Name, amount in 万元, colour, row of the account's sheet."""


def funds(result: Result, account: str, wording: Wording) -> tuple[list[Flow], list[Flow]]:
    """Sources and uses of total investment that are not nothing; both add up to it."""
    structure, cell = result.scenario.structure, result.cell
    natures, fiscal = dict(structure.natures), 0

    def flow(label: Text, row: str, colour: str) -> Flow:
        return wording.name(label), cell(row, account), colour, row

    sources: list[Flow] = []
    for name, label in structure.sources:
        colour = {"fiscal": FISCAL[fiscal % len(FISCAL)], "residents": GREEN, "operators": "#6bb59a"}.get(
            natures[name], "#9aa7b4"
        )
        fiscal += natures[name] == "fiscal"
        sources.append(flow(label, f"sources.{name}.paid", colour))
    sources += [flow(x, f"capital.{n}.draw", PINK) for n, x in structure.capital]
    sources.append(flow(SAID["bonds"], "funding.bond_used", ORANGE))
    sources += [flow(x, f"loans.{n}.draw", VERMILION) for n, x in structure.loans]
    sources.append(flow(SAID["rolled_up"], "debts.rolled_up", "#e58b5a"))
    sources.append(flow(SAID["from_surplus"], "funding.from_surplus", "#8aa4bd"))
    sources.append(flow(SAID["shortage"], "funding.shortage", "#a63c00"))
    uses = [flow(x, f"works.{n}.cost", GREY) for n, x in structure.works]
    uses.append(flow(SAID["financing_cost"], "funding.capitalised", GREY))
    return [s for s in sources if s[1] > TOLERANCE], [u for u in uses if u[1] > TOLERANCE]


def cash_flow(result: Result, account: str, wording: Wording) -> Chart:
    """Income by stream above zero, operating cost, taxes and debt service below it; the accumulated surplus underneath."""
    years, columns = list(result.years), flows(result, account, wording)
    accumulated = result.series("cash.accumulated", account).tolist()
    traces: list[Trace] = []
    outflows = {wording.name(SAID["operating_cost"]): "#b7c1cb", wording.name(SAID["taxes"]): "#7b8a9a"}
    for i, (name, amounts, _) in enumerate(columns):
        marker: dict[str, Any] = {"color": outflows.get(name, STREAMS[i % len(STREAMS)]), "line": {"width": 0}}
        if name == wording.name(SAID["debt_service"]):
            marker = _hatched(ORANGE)
        traces.append({
            "type": "bar", "x": years, "y": [wording.scaled(a) for a in amounts], "name": _plain(name), "marker": marker,
            "customdata": [wording.amount(a) for a in amounts], "hovertemplate": "%{customdata}",
        })  # fmt: skip
    figure = styled(
        [*traces, *_line(years, accumulated, wording, "accumulated", 0.0)],
        barmode="relative", bargap=0.25, hovermode="x unified",
        xaxis=years_axis(years) | {"anchor": "y", "matches": "x2", "showticklabels": False}, yaxis={"anchor": "x", "domain": [0.406, 1]},
        xaxis2=years_axis(years) | {"anchor": "y2"}, yaxis2={"anchor": "x2", "domain": [0, 0.306]},
        shapes=[horizontal(0, SOLID), horizontal(0, SOLID, "2")], annotations=[_heading(wording.name(SAID["below_zero"]), 0.34)],
    )  # fmt: skip
    head = [wording.name(SAID["year"]), *(name for name, *_ in columns), wording.name(SAID["accumulated"])]
    body = [
        (str(y), *(wording.amount(a[t]) for _, a, _ in columns), wording.amount(accumulated[t]))
        for t, y in enumerate(years)
    ]
    rows = (None, *(what for *_, what in columns), "cash.accumulated")
    table = Table(tuple(head), tuple(body), rows=_yearly(account, years), columns=rows)
    return _chart("cash_flow", wording, findings.cash(result, account, wording), figure, table)


def flows(result: Result, account: str, wording: Wording) -> list[tuple[str, list[float], str]]:
    """Yearly amounts with their names: income by stream (the smallest together, if there are many), then outflows, negative.

    What each is stands last, by its name in ``report.reasons``.
    """
    series = result.series
    names = [(wording.name(x), f"streams.{n}.revenue") for n, x in result.scenario.structure.streams]
    streams = [(name, series(row, account), row) for name, row in names]
    streams = [s for s in streams if abs(s[1]).max() > TOLERANCE]
    if len(streams) > len(STREAMS):
        largest = sorted(streams, key=lambda s: -float(s[1].sum()))[: len(STREAMS) - 1]
        rest = [s for s in streams if not any(s is kept for kept in largest)]
        what = f"other_income={','.join(row for *_, row in rest)}"
        streams = [*largest, (wording.name(SAID["other_income"]), np.sum([s[1] for s in rest], axis=0), what)]
    out = []
    for name, rows in _OUT.items():
        amounts = np.sum([series(row, account) for row in rows], axis=0)
        if abs(amounts).max() > TOLERANCE:
            out.append((wording.name(SAID[name]), -amounts, f"{name}={','.join(f'-{row}' for row in rows)}"))
    return [(name, [float(a) for a in amounts], what) for name, amounts, what in (*streams, *out)]


def cover(result: Result, account: str, wording: Wording) -> Chart:
    """Cover over the whole life against what is required, and the debt service cover of each year."""
    threshold = result.value("account", account, "cover.threshold", None)
    ratios = {name: result.indicators(account)[f"cover_{name}"] for name in ("all_debt", "operating", "full")}
    years = list(result.years)
    dscr = [None if d != d else float(d) for d in result.series("lender.dscr", account)]
    known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    labels = [
        f"{wording.name(SAID[name])}  {wording.times(r)}{'' if r >= threshold else '  ' + wording.say(SAID['too_low'])}" for name, r in known.items()
    ]  # fmt: skip
    bars = {
        "type": "bar", "x": list(known.values()), "y": list(known), "orientation": "h", "showlegend": False, "width": 0.66, "text": labels,
        "textposition": "auto", "insidetextanchor": "start", "cliponaxis": False, "hoverinfo": "skip", "constraintext": "none", "textangle": 0,
        "insidetextfont": {"color": "#ffffff"}, "outsidetextfont": {"color": INK},
        "marker": {"color": [BLUE if r >= threshold else "#b34a00" for r in known.values()]},
    }  # fmt: skip
    furthest = max([threshold, *known.values()])
    required = {
        "text": f"{wording.name(SAID['required'])} {wording.times(threshold, 2)}", "font": {"color": INK}, "showarrow": False,
        "x": threshold, "y": 1, "yref": "y domain", "xanchor": "center", "yanchor": "bottom",
    }  # fmt: skip
    figure = styled(
        [bars, *_line(years, dscr, wording, "dscr", 1.0, ratio=True)],
        margin={"t": 26},
        xaxis={"anchor": "y", "range": [0, furthest * 1.15], "showgrid": True, "gridcolor": RULE, "tickformat": ".1f"},
        yaxis={"anchor": "x", "domain": [0.769, 1], "showticklabels": False},
        xaxis2=years_axis(years) | {"anchor": "y2"}, yaxis2={"anchor": "x2", "domain": [0, 0.539], "rangemode": "tozero", "tickformat": ".1f"},
        shapes=[vertical(threshold, DASHED), horizontal(1, DASHED, "2")], annotations=[required, _heading(wording.name(SAID["below_one"]), 0.56)],
    )  # fmt: skip
    service = result.series("lender.service", account)
    closing = result.series("debts.closing", account)
    head = tuple(wording.name(SAID[key]) for key in ("year", "dscr", "service", "closing"))
    body = [
        (str(y), wording.times(dscr[t]), wording.amount(service[t]), wording.amount(closing[t]))
        for t, y in enumerate(years)
    ]
    rows = (None, "lender.dscr", "lender.service", "debts.closing")
    table = Table(head, tuple(body), rows=_yearly(account, years), columns=rows)
    return _chart("cover", wording, findings.cover(result, account, wording), figure, table, unit=wording.unit("倍"))


def fan(
    years: Sequence[int], levels: Sequence[float], lines: Sequence[Sequence[float]], finding: str, wording: Wording
) -> Chart:
    """Accumulated surplus in the trials: one line of ``lines`` per level; levels are odd in number and symmetric."""
    traces, half = list[Trace](), len(levels) // 2
    percents = [round(100 * level) for level in levels]
    for i in range(half):
        name = wording.name(SAID["band"]).format(percents[i], percents[-1 - i])
        low, high = lines[i], lines[-1 - i]
        for amounts, fill in ((low, None), (high, "tonexty")):
            traces.append({
                "type": "scatter", "x": list(years), "y": [wording.scaled(a) for a in amounts], "mode": "lines", "line": {"width": 0}, "fill": fill,
                "fillcolor": _faint(BLUE, 0.16 + 0.2 * i), "name": name, "showlegend": fill is not None, "hoverinfo": "skip",
            })  # fmt: skip
    traces.append({
        "type": "scatter", "x": list(years), "y": [wording.scaled(a) for a in lines[half]], "mode": "lines", "line": {"color": NAVY, "width": 2.5},
        "name": wording.name(SAID["median"]),
        "customdata": [f"{wording.amount(m)}（{wording.amount(a)} … {wording.amount(b)}）" if wording.lang == "zh" else f"{wording.amount(m)} ({wording.amount(a)} … {wording.amount(b)})" for a, m, b in zip(lines[0], lines[half], lines[-1], strict=True)],
        "hovertemplate": "%{x}  %{customdata}<extra></extra>",
    })  # fmt: skip
    figure = styled(traces, hovermode="x", xaxis=years_axis(years), shapes=[horizontal(0, SOLID)])
    head = (wording.name(SAID["year"]), *(wording.name(SAID["percentile"]).format(p) for p in percents))
    body = [(str(y), *(wording.amount(line[t]) for line in lines)) for t, y in enumerate(years)]
    return _chart("fan", wording, finding, figure, Table(head, tuple(body)))


# ---- what the charts share ---------------------------------------------------------------------------------------
Trace = dict[str, Any]
SOLID: dict[str, Any] = {"color": INK, "width": 1}
DASHED: dict[str, Any] = {"color": INK, "width": 1.5, "dash": "dash"}


def _chart(
    name: str, wording: Wording, finding: str, figure: Figure, table: Table, unit: str | None = None
) -> Chart:
    return Chart(name, wording.name(SAID[name]), wording.unit("万元") if unit is None else unit, finding, figure, table)


def _yearly(account: str, years: Sequence[int]) -> tuple[str, ...]:
    """Names of numbers in a table with a row for each year."""
    return tuple(f"account|{account}|{{}}|{year}" for year in years)


def styled(traces: list[Trace], **layout: Any) -> Figure:
    """A figure with the common template; legend entries are as wide as the longest name, so that they stand in columns."""
    names = [trace["name"] for trace in traces if trace.get("name") and trace.get("showlegend") is not False]
    longest = max((sum(12.2 if ord(c) > 0x2E7F else 6.8 for c in name) for name in names), default=0.0)
    return {"data": traces, "layout": {"template": TEMPLATE, "autosize": True, "legend": {"entrywidth": round(longest) + 44}, **layout}}


def horizontal(value: float, line: dict[str, Any], panel: str = "") -> dict[str, Any]:
    """A line at one height, from side to side of a panel ("" or "2")."""
    return {"type": "line", "xref": f"x{panel} domain", "x0": 0, "x1": 1, "yref": f"y{panel}", "y0": value, "y1": value, "line": line}


def vertical(value: float, line: dict[str, Any]) -> dict[str, Any]:
    """A line at one place of the axis, from bottom to top."""
    return {"type": "line", "xref": "x", "x0": value, "x1": value, "yref": "y domain", "y0": 0, "y1": 1, "line": line}


def _line(years: list[int], values: Sequence[float | None], wording: Wording, name: str, limit: float, ratio: bool = False) -> list[Trace]:
    """In the lower panel a line, with a diamond at each year whose value lies below the limit."""
    shown = [None if v is None else v if ratio else wording.scaled(v) for v in values]
    said = [wording.times(v) if ratio else wording.amount(v) for v in values]
    lower: Trace = {"type": "scatter", "xaxis": "x2", "yaxis": "y2", "showlegend": False}
    line = {
        "x": years, "y": shown, "mode": "lines+markers", "name": wording.name(SAID[name]), "line": {"color": BLUE, "width": 2},
        "marker": {"size": 4}, "customdata": said, "hovertemplate": "%{customdata}",
    }  # fmt: skip
    below = [i for i, v in enumerate(values) if v is not None and v < limit - (0 if ratio else TOLERANCE)]
    marks = {
        "x": [years[i] for i in below], "y": [shown[i] for i in below], "mode": "markers", "hoverinfo": "skip",
        "marker": {"color": VERMILION, "symbol": "diamond", "size": 9},
    }  # fmt: skip
    return [lower | line, *([lower | marks] if below else [])]


def _heading(text: str, height: float) -> dict[str, Any]:
    """The name of the lower panel, whose upper edge is at this share of the height."""
    coloured = text.replace("◆", f'<span style="color:{VERMILION}">◆</span>')
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": height, "xanchor": "left", "yanchor": "bottom"}
    return {"text": coloured, "showarrow": False, "font": {"size": 12, "color": INK}, **place}


def years_axis(years: Sequence[int]) -> dict[str, Any]:
    """The first year, then every fifth of the calendar that is not close to it."""
    ticks = [years[0], *(y for y in years if y % 5 == 0 and y - years[0] >= 3)]
    return {"tickvals": ticks, "ticktext": [str(y) for y in ticks], "range": [years[0] - 0.7, years[-1] + 0.7]}


def _hatched(colour: str) -> dict[str, Any]:
    return {
        "color": "#fdf3e1",
        "line": {"width": 0},
        "pattern": {"shape": "/", "fgcolor": colour, "bgcolor": "#fdf3e1", "size": 6, "solidity": 0.35},
    }


def _faint(colour: str, share: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:.2f})"


def _plain(text: str) -> str:
    """A name from the user's file, with nothing in it that the chart would take for markup."""
    return text.replace("<", "＜").replace(">", "＞")


def _wrapped(text: str) -> str:
    """A long label on two lines, broken near its middle (at a space, if it has any)."""
    if sum(2 if ord(c) > 0x2E7F else 1 for c in text) <= _LONGEST_LABEL:
        return text
    middle = len(text) // 2
    spaces = [i for i, c in enumerate(text[:-1]) if c == " "]
    at = min(spaces, key=lambda i: abs(i - middle)) if len(spaces) > 1 else middle
    return text[:at] + "<br>" + text[at:].lstrip()
