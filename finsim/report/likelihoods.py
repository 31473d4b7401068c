"""Charts of what is likely and of what matters: a distribution, a tornado, and a map of two inputs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from finsim.report.factors import input_number, named, shown_name
from finsim.report.figures import BLUE, INK, NAVY, ORANGE, RULE, SOFT, SOLID, Chart, Table, Trace, styled, vertical
from finsim.report.wording import Wording
from finsim.result import INDICATORS
from finsim.risk.importance import Bar
from finsim.risk.shifts import Plane
from finsim.risk.study import BALANCES
from finsim.sheet import Text

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
SHOWN = 8
"""Inputs that a chart has room for; the table has all."""

SAID = {
    "percentile": Text("百分位", "percentile"),
    "from": Text("自", "from"),
    "to": Text("至", "to"),
    "share": Text("占模拟次数", "share of trials"),
    "spread": Text(
        "一半的模拟在 {p25} 与 {p75} 之间，中位数 {p50}；二十次中约一次低于 {p5}，约一次高于 {p95}。",
        "Half of the trials lie between {p25} and {p75}, the median is {p50}; about one in twenty is below {p5}, one in twenty above {p95}.",
    ),
    "input": Text("输入", "input"),
    "at_low": Text("最低一成时的取值", "its lowest tenth"),
    "low": Text("此时结果的平均", "mean outcome there"),
    "at_high": Text("最高一成时的取值", "its highest tenth"),
    "lowest": Text("输入在最低一成", "input in its lowest tenth"),
    "highest": Text("输入在最高一成", "input in its highest tenth"),
    "tornado": Text("龙卷风图：{outcome}", "Tornado: {outcome}"),
    "widest": Text(
        "“{first}”最要紧：它在最低一成时平均 {low}，在最高一成时平均 {high}{second}。条末是该输入在其中的平均取值。",
        "“{first}” matters most: the mean is {low} where it is in its lowest tenth, and {high} in its highest{second}. At the ends of a bar stands the mean of the input there.",
    ),
    "next": Text("；其次是“{name}”", "; next is “{name}”"),
    "nothing_moves": Text("各输入变动时，它都不变。", "It does not change with any input."),
    "map": Text("两个输入一起变：{outcome}", "Two inputs at once: {outcome}"),
    "all_pass": Text("其余按所列，图中所有取值组合都通过“{test}”。", "With everything else as stated, all combinations shown pass “{test}”."),
    "all_fail": Text("其余按所列，图中没有一个取值组合通过“{test}”。", "With everything else as stated, no combination shown passes “{test}”."),
    "some_pass": Text(
        "其余按所列，{count} 个取值组合中 {passing} 个通过“{test}”（✓），其余未通过（×）；粗线是两者的分界。",
        "With everything else as stated, {passing} of {count} combinations pass “{test}” (✓), the others fail (×); the thick line divides them.",
    ),
    "balances": Text("是否平衡", "balance"),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """An indicator, or whether an account balances, as it is told to one reader."""

    name: str
    wording: Wording

    @property
    def label(self) -> str:
        return self.wording.name(Text("平衡概率", "probability of balance") if self.name == BALANCES else _indicators()[self.name][0])

    @property
    def row(self) -> str:
        """Its row on the sheet of the account; "" for whether it balances."""
        return next((path for key, path, _, _ in INDICATORS if key == self.name), "")

    @property
    def money(self) -> bool:
        return self.name != BALANCES and _indicators()[self.name][1] == "万元"

    @property
    def unit(self) -> str:
        return "%" if self.name == BALANCES else self.wording.unit(_indicators()[self.name][1])

    def scaled(self, value: float) -> float:
        """As a number on an axis."""
        return 100 * value if self.name == BALANCES else self.wording.scaled(value) if self.money else value

    def number(self, value: float | None) -> str:
        if self.name == BALANCES:
            return self.wording.percent(value)
        return self.wording.amount(value) if self.money else self.wording.times(value)

    def brief(self, value: float) -> str:
        return self.wording.brief(value) if self.money else self.number(value)


def _indicators() -> dict[str, tuple[Text, str]]:
    return {key: (label, unit) for key, _, label, unit in INDICATORS}


# ---- a distribution ----------------------------------------------------------------------------------------------
def distribution(outcome: Outcome, levels: Sequence[float], found: Mapping[str, Any], account: str) -> Chart:
    """The histogram, and the distribution function that takes its place when it is asked for; a line stands at a threshold.

    ``found`` has ``quantiles`` at ``levels``, and ``shares`` of the trials between ``edges``.
    """
    wording, edges = outcome.wording, [outcome.scaled(edge) for edge in found["edges"]]
    point = len(edges) == 2 and edges[0] == edges[1]
    width = max(1.0, abs(edges[0])) / 20 if point else edges[1] - edges[0]
    middles = edges[:1] if point else [(a + b) / 2 for a, b in itertools.pairwise(edges)]
    shares = found["shares"]
    bars = {
        "type": "bar", "x": middles, "y": [100 * share for share in shares], "width": width * 0.94, "marker": {"color": BLUE}, "showlegend": False,
        "hovertemplate": "%{x:,.4~r}  %{y:.2f}%<extra></extra>",
    }  # fmt: skip
    line = {
        "type": "scatter", "x": [outcome.scaled(q) for q in found["quantiles"]], "y": [100 * level for level in levels], "mode": "lines", "visible": False,
        "line": {"color": BLUE, "width": 2.5}, "showlegend": False, "hovertemplate": "%{x:,.4~r}  %{y:.1f}%<extra></extra>",
    }  # fmt: skip
    title = {"text": f"{outcome.label}（{outcome.unit}）" if wording.lang == "zh" else f"{outcome.label} ({outcome.unit})", "font": {"size": 12}}
    figure = styled(
        [bars, line], xaxis={"tickformat": ",~r", "nticks": 6, "title": title}, yaxis={"ticksuffix": "%", "rangemode": "tozero"},
        shapes=[vertical(middles[0], {"color": INK, "width": 2.5}) | {"yref": "paper"}],
    )  # fmt: skip
    head = tuple(wording.name(SAID[key]) for key in ("from", "to", "share"))
    body = [
        (outcome.number(a), outcome.number(b), wording.percent(share, 2))
        for (a, b), share in zip(itertools.pairwise(found["edges"]), shares, strict=True)
    ]
    quantiles = {f"p{p}": outcome.number(found["quantiles"][list(levels).index(p / 100)]) for p in (5, 25, 50, 75, 95)}
    finding = wording.say(SAID["spread"]).format(**quantiles)
    rows = (f"account|{account}|~{outcome.row}|{{}}",) * len(body)
    return Chart("distribution", outcome.label, outcome.unit, finding, figure, Table(head, tuple(body), rows=rows, columns=(None, None, "")))


def percentiles(outcome: Outcome, levels: Sequence[float], found: Mapping[str, Any], account: str) -> Table:
    head = (outcome.wording.name(SAID["percentile"]), outcome.label)
    places = [list(levels).index(p / 100) for p in PERCENTILES]
    body = tuple((f"P{p}", outcome.number(found["quantiles"][i])) for p, i in zip(PERCENTILES, places, strict=True))
    return Table(head, body, rows=(f"account|{account}|~{outcome.row}|{{}}",) * len(body), columns=(None, ""))


# ---- what matters ------------------------------------------------------------------------------------------------
def tornado(outcome: Outcome, bars: Sequence[Bar], mean: float, account: str) -> Chart:
    """Mean outcome in the lowest and the highest tenth of each input, from the mean of all trials; widest on top."""
    wording, shown = outcome.wording, [bar for bar in bars[:SHOWN] if bar.width > 0]
    traces, middle = list[Trace](), outcome.scaled(mean)
    places = list(range(len(shown)))
    for name, ends, colour, pattern in (
        ("lowest", [(bar.low, bar.at_low) for bar in shown], ORANGE, {"shape": "/", "fgcolor": "#8a5a00", "size": 5, "solidity": 0.25}),
        ("highest", [(bar.high, bar.at_high) for bar in shown], BLUE, None),
    ):
        traces.append({
            "type": "bar", "y": places, "x": [outcome.scaled(value) - middle for value, _ in ends], "base": middle, "orientation": "h",
            "width": 0.42, "offset": -0.05, "name": wording.name(SAID[name]), "marker": {"color": colour, "pattern": pattern, "line": {"width": 0}},
            "text": [f" {input_number(bar.variable, at)} " for bar, (_, at) in zip(shown, ends, strict=True)], "textposition": "outside",
            "textfont": {"color": INK, "size": 11}, "cliponaxis": False, "constraintext": "none",
            "customdata": [outcome.number(value) for value, _ in ends], "hovertemplate": "%{customdata}<extra></extra>",
        })  # fmt: skip
    names = [
        {"text": _clean(shown_name(bar.variable, wording)), "x": 0, "xref": "paper", "xanchor": "left", "y": place - 0.3, "showarrow": False,
         "font": {"size": 12, "color": INK}}
        for place, bar in zip(places, shown, strict=True)
    ]  # fmt: skip
    reached = [outcome.scaled(value) for bar in shown for value in (bar.low, bar.high)] or [middle]
    room = 0.22 * (max(reached) - min(reached) or 1.0)
    percent = "%" if outcome.name == BALANCES else ""
    figure = styled(
        traces, barmode="overlay", margin={"t": 34, "b": 30}, annotations=names, shapes=[vertical(middle, SOLID)],
        xaxis={"range": [min(reached) - room, max(reached) + room], "showgrid": True, "gridcolor": RULE, "nticks": 6, "tickformat": ",~r", "ticksuffix": percent},
        yaxis={"range": [len(shown) - 0.4, -0.6], "showticklabels": False, "showgrid": False},
    )  # fmt: skip
    head = tuple(wording.name(SAID[key]) for key in ("input", "at_low", "low", "at_high", "low"))
    body = [(shown_name(b.variable, wording), input_number(b.variable, b.at_low), outcome.number(b.low), input_number(b.variable, b.at_high), outcome.number(b.high)) for b in bars]
    rows = tuple(f"account|{account}|~{outcome.row}~{{}}~{named(b.variable)}|" for b in bars)
    table = Table(head, tuple(body), rows=rows, columns=(None, "at_lowest", "lowest", "at_highest", "highest"))
    return Chart("tornado", wording.say(SAID["tornado"]).format(outcome=outcome.label), outcome.unit, _widest(outcome, shown), figure, table)


def _widest(outcome: Outcome, bars: Sequence[Bar]) -> str:
    wording = outcome.wording
    if not bars:
        return wording.say(SAID["nothing_moves"])
    first = bars[0]
    second = wording.say(SAID["next"]).format(name=wording.say(bars[1].variable.label)) if len(bars) > 1 else ""
    names = {"first": wording.say(first.variable.label), "low": outcome.number(first.low), "high": outcome.number(first.high)}
    return wording.say(SAID["widest"]).format(second=second, **names)


def two_inputs(outcome: Outcome, grid: Plane, passes: Plane, test: str, threshold: float | None, account: str) -> Chart:
    """An outcome at values of two inputs, with the line between what passes a test (its name in words) and what fails it.

    Colour tells on which side of ``threshold`` the outcome is, or how large it is where there is none; every cell also says ✓ or ×.
    """
    wording, right = outcome.wording, passes.outcomes.T > 0.5
    values = grid.outcomes.T  # rows are the values of ``down``
    numbers = np.vectorize(outcome.scaled, otypes=[float])(values)
    across, down = (
        [input_number(which, float(at)) for at in axis] for which, axis in ((grid.across, grid.at_across), (grid.down, grid.at_down))
    )
    signs = [["✓" if ok else "×" for ok in row] for row in right]
    balance = outcome.name == BALANCES
    texts = signs if balance else [
        [f"{outcome.brief(float(value))}<br>{sign}" for value, sign in zip(row, marks, strict=True)] for row, marks in zip(values, signs, strict=True)
    ]  # fmt: skip
    middle = 50.0 if balance else None if threshold is None else outcome.scaled(threshold)
    reach = float(np.nanmax(np.abs(numbers - (middle or 0.0)))) or 1.0
    poor, good = ("#8cc0e2", "#f3b48b") if outcome.name == "peak_unfunded" else ("#f3b48b", "#8cc0e2")
    colours: dict[str, Any] = {"colorscale": [[0, poor], [0.5, "#ffffff"], [1, good]], "zmin": (middle or 0.0) - reach, "zmax": (middle or 0.0) + reach}
    if middle is None:
        colours = {"colorscale": [[0, "#ffffff"], [1, "#8cc0e2"]]}
    names = [_clean(shown_name(which, wording)) for which in (grid.across, grid.down)]
    cells = {
        "type": "heatmap", "z": numbers.tolist(), "x": list(range(len(across))), "y": list(range(len(down))), "text": texts, "texttemplate": "%{text}",
        "textfont": {"size": 11, "color": INK}, "showscale": False, "xgap": 1, "ygap": 1, **colours,
        "customdata": [[f"{names[0]} {a}<br>{names[1]} {d}" for a in across] for d in down], "hovertemplate": "%{customdata}<br>%{text}<extra></extra>",
    }  # fmt: skip
    x, y = _boundary(right)
    divide = {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": {"color": NAVY, "width": 4}, "hoverinfo": "skip", "showlegend": False}
    above = {"text": names[1], "x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4}
    figure = styled(
        [cells, divide], margin={"t": 28}, annotations=[above | {"showarrow": False, "font": {"size": 12, "color": SOFT}}],
        xaxis=_values(across) | {"title": {"text": names[0], "font": {"size": 12, "color": SOFT}}}, yaxis=_values(down) | {"showgrid": False},
    )  # fmt: skip
    count, passing = right.size, int(right.sum())
    key = "all_pass" if passing == count else "all_fail" if not passing else "some_pass"
    finding = wording.say(SAID[key]).format(count=count, passing=passing, test=test)
    corner = f"{names[1]} ＼ {names[0]}" if wording.lang == "zh" else f"{names[1]} \\ {names[0]}"
    body = [(d, *(f"{'' if balance else outcome.number(float(v)) + ' '}{s}" for v, s in zip(row, marks, strict=True))) for d, row, marks in zip(down, values, signs, strict=True)]
    label = wording.name(SAID["balances"]) if balance else outcome.label
    rows = tuple(f"account|{account}|~{outcome.row}~at~{{}}~{named(grid.down)}={float(at)!r}|" for at in grid.at_down)
    columns = (None, *(f"{named(grid.across)}={float(at)!r}" for at in grid.at_across))
    table = Table((corner, *across), tuple(body), rows=rows, columns=columns)
    return Chart("two_inputs", wording.say(SAID["map"]).format(outcome=label), "" if balance else outcome.unit, finding, figure, table)


def _values(texts: Sequence[str]) -> dict[str, Any]:
    """An axis with a place for each value."""
    return {"tickvals": list(range(len(texts))), "ticktext": list(texts), "ticks": "", "range": [-0.5, len(texts) - 0.5]}


def _boundary(right: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[list[float | None], list[float | None]]:
    """The sides that cells of two kinds share, as pieces of a line."""
    x: list[float | None] = []
    y: list[float | None] = []
    for i, j in zip(*np.nonzero(right[:, 1:] != right[:, :-1]), strict=True):
        x += [j + 0.5, j + 0.5, None]
        y += [i - 0.5, i + 0.5, None]
    for i, j in zip(*np.nonzero(right[1:] != right[:-1]), strict=True):
        x += [j - 0.5, j + 0.5, None]
        y += [i + 0.5, i + 0.5, None]
    return x, y


def _clean(text: str) -> str:
    return text.replace("<", "＜").replace(">", "＞")
