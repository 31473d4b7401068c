"""What matters, what a wanted probability needs, and two schemes in the same trials: tables on the terminal, and JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console

from finsim.report.factors import DEPENDENT, said, shown_name, shown_number
from finsim.report.terminal import WholeTable as Table
from finsim.report.wording import Wording
from finsim.risk.comparison import Compared
from finsim.risk.discovery import Box
from finsim.risk.exact import Floats
from finsim.risk.importance import Bar, Index, Weight
from finsim.risk.needed import Needed
from finsim.risk.shifts import GRID, SHIFTS, Grid, Shift
from finsim.risk.study import BALANCES, Study, Variable, outcome_label
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text

_SHOWN = 12
"""Inputs that a table lists."""


@dataclass(frozen=True)
class Mattering:
    """Everything that a study of one account and one outcome gave.

    ``shifts`` are of the indicator ``shown``; ``sobol`` is empty unless it was asked for.
    """

    study: Study
    outcome: str
    shown: str
    bars: Sequence[Bar]
    weights: Sequence[Weight]
    r2: float
    shifts: Sequence[Shift]
    shocks: tuple[Floats, Floats]
    box: Box | None
    sobol: Sequence[Index]


def show_mattering(found: Mattering, lang: str) -> None:
    console, wording = Console(), Wording(lang)
    study, label = found.study, outcome_label(found.outcome)
    console.print(f"{wording.name(study.scenario.title)} · {wording.name(study.account.label)} · {label.say(lang)}", style="bold")
    console.print(
        Text(f"{study.trials:,} 次模拟，种子 {study.seed} · digest {study.scenario.digest}",
             f"{study.trials:,} trials, seed {study.seed} · digest {study.scenario.digest}").say(lang), highlight=False
    )
    heads = (Text("输入", "input"), Text("最低一成时的取值", "its lowest tenth"), Text("结果", "outcome"),
             Text("最高一成时的取值", "its highest tenth"), Text("结果", "outcome"))  # fmt: skip
    table = _table(Text("龙卷风图（同一样本）", "Tornado (same sample)"), heads, lang)
    for bar in found.bars[:_SHOWN]:
        table.add_row(shown_name(bar.variable, wording), shown_number(bar.at_low), shown_number(bar.low), shown_number(bar.at_high), shown_number(bar.high))
    console.print(table)
    if found.weights:
        table = _table(
            Text(f"秩回归（解释 {found.r2:.0%}）", f"Rank regression (explains {found.r2:.0%})"),
            (Text("输入", "input"), Text("系数", "coefficient"), Text("秩相关", "rank correlation")), lang,
        )  # fmt: skip
        for weight in found.weights[:_SHOWN]:
            table.add_row(shown_name(weight.variable, wording), f"{weight.coefficient:+.3f}", f"{weight.correlation:+.3f}")
        console.print(table)
    if found.sobol:
        table = _table(
            Text("Sobol 指数（各输入按独立计）", "Sobol indices (inputs as independent)"),
            (Text("输入", "input"), Text("单独", "alone"), Text("含交互", "with interactions")), lang,
        )  # fmt: skip
        for index in found.sobol[:_SHOWN]:
            table.add_row(
                shown_name(index.variable, wording), f"{index.first:.3f} ± {index.first_error:.3f}", f"{index.total:.3f} ± {index.total_error:.3f}"
            )
        console.print(table)
        if study.dependent:
            console.print(DEPENDENT.say(lang), highlight=False)
    _show_shifts(console, found, wording, lang)
    if any(one.averaged for one in study.variables):
        console.print(PATHS.say(lang), highlight=False)
    console.print(said(found.box, wording, lang), highlight=False)


PATHS = Text(
    "逐年变动的输入：龙卷风图、秩回归和“多在何时不通过”看它各年的平均；Sobol 指数整条路径一起换；单因素表是基准，各年同一个取值。",
    "Inputs with a path over the years: tornado, regression and where it fails go by the mean over the years; Sobol indices exchange the whole path; the one-factor table is of the base case, alike in all years.",
)  # fmt: skip


def _show_shifts(console: Console, found: Mattering, wording: Wording, lang: str) -> None:
    places = [SHIFTS.index(shift) for shift in GRID]  # as many as the terminal has room for; all stand in the JSON
    heads = [Text("输入", "input"), *(Text(f"{shift:+.0%}", f"{shift:+.0%}") for shift in GRID), Text("敏感度系数", "elasticity")]
    table = _table(
        Text(f"单因素：{outcome_label(found.shown).zh}", f"One factor at a time: {outcome_label(found.shown).en}"), heads, lang
    )
    for shift in found.shifts[:_SHOWN]:
        cells = [shown_number(float(shift.outcomes[i])) for i in places]
        table.add_row(shown_name(shift.variable, wording), *cells, f"{shift.coefficient:+.2f}" if math.isfinite(shift.coefficient) else "—")
    if found.shown == "cover_full":
        names = (Text("债券本金，利息同比", "bond principal, interest in proportion"), Text("债券本金，利息不变", "bond principal, interest as it is"))
        for name, cover in zip(names, found.shocks, strict=True):
            table.add_row(wording.name(name), *(shown_number(float(cover[i])) for i in places), "")
    console.print(table)


def show_grid(found: Grid, scenario: Scenario, lang: str) -> None:
    console, wording = Console(), Wording(lang)
    console.print(f"{wording.name(scenario.title)} · {wording.name(found.account.label)} · {_outcome(found.outcome).say(lang)}", style="bold")
    console.print(f"digest {scenario.digest}", highlight=False)
    down, across = (f"{shown_name(named, wording)} {shown_number(base)}" for named, base in zip(found.inputs, found.base, strict=True))
    heads = [Text("↓  →", "↓  →"), *(Text(f"{shift:+.0%}", f"{shift:+.0%}") for shift in found.shifts)]
    table = _table(Text(f"↓ {down}\n→ {across}", f"↓ {down}\n→ {across}"), heads, lang)
    tested = found.outcome.startswith("passes.")
    for shift, row in zip(found.shifts, found.outcomes, strict=True):
        table.add_row(f"{shift:+.0%}", *(_passed(float(cell), lang) if tested else shown_number(float(cell)) for cell in row))
    console.print(table)


def _outcome(name: str) -> Text:
    """At the base case there is no probability."""
    if name == BALANCES:
        return Text("是否平衡", "whether it balances")
    if name.startswith("passes."):
        test = name.removeprefix("passes.")
        return Text(f"是否通过 {test}", f"whether {test} passes")
    return outcome_label(name)


def _passed(value: float, lang: str) -> str:
    return "—" if math.isnan(value) else Text("通过" if value > 0.5 else "未通过", "passes" if value > 0.5 else "fails").say(lang)


def show_needed(found: Needed, digest: str, lang: str) -> None:
    console, wording = Console(), Wording(lang)
    console.print(f"digest {digest}", highlight=False)
    name, unit = wording.name(found.named.label), wording.unit(found.named.unit) if found.named.unit != "1" else ""
    test = outcome_label(f"passes.{found.test}").say(lang)
    if found.status == "none":
        console.print(
            Text(f"范围内的任何{name}都达不到{test} {found.wanted:.0%}：{found.unreached:.1%} 的模拟始终未通过。",
                 f"No {name} of the range brings the {test} to {found.wanted:.0%}: {found.unreached:.1%} of the trials never pass.").say(lang),
            highlight=False,
        )  # fmt: skip
        return
    least = Text("至少" if found.rising else "至多", "at least" if found.rising else "at most").say(lang)
    console.print(f"{name}：{least} {found.value:,.6g} {unit}（{found.low:,.6g} – {found.high:,.6g}）", style="bold", highlight=False)
    console.print(
        Text(f"{test}达到 {found.wanted:.0%} 所需；现为 {found.stated:,.6g} {unit}。换一组随机数复核：{found.reached:.2%}（{found.reached_low:.2%} – {found.reached_high:.2%}）。",
             f"for a {test} of {found.wanted:.0%}; stated is {found.stated:,.6g} {unit}. In other trials: {found.reached:.2%} ({found.reached_low:.2%} – {found.reached_high:.2%}).").say(lang),
        highlight=False,
    )  # fmt: skip


def show_compared(found: Compared, names: tuple[Text, Text], digests: tuple[str, str], lang: str) -> None:
    console, wording = Console(), Wording(lang)
    console.print(f"digest {digests[0]} · {digests[1]}", highlight=False)
    one, other = (wording.name(name) for name in names)
    console.print(f"{other} − {one}", style="bold")
    console.print(
        Text(
            f"平衡概率相差 {found.more:+.2%}（{found.low:+.2%} 至 {found.high:+.2%}）；只有“{one}”平衡 {found.only_first:.2%}，只有“{other}”平衡 {found.only_second:.2%}。",
            f"Probability of balance {found.more:+.2%} ({found.low:+.2%} to {found.high:+.2%}); only “{one}” balances in {found.only_first:.2%}, only “{other}” in {found.only_second:.2%}.",
        ).say(lang),
        highlight=False,
    )  # fmt: skip
    label = outcome_label(found.indicator).say(lang)
    quantiles = "  ".join(f"P{round(level * 100)} {shown_number(value)}" for level, value in found.differences.items())
    console.print(
        Text(
            f"{label}：{found.better:.1%} 的模拟中后者较大，{found.equal:.1%} 相同；平均相差 {shown_number(found.mean)}，分位数 {quantiles}。",
            f"{label}: greater with the second in {found.better:.1%} of the trials, the same in {found.equal:.1%}; mean difference {shown_number(found.mean)}, quantiles {quantiles}.",
        ).say(lang),
        highlight=False,
    )  # fmt: skip


# ---- JSON --------------------------------------------------------------------------------------------------
def mattering_json(found: Mattering) -> dict[str, Any]:
    def of(variable: Variable) -> dict[str, Any]:
        return {"input": variable.id, "label": variable.label.zh, "label_en": variable.label.en, "unit": variable.unit}

    box_ = found.box and {
        "limits": [of(x.variable) | {"low": _plain(x.low), "high": _plain(x.high)} for x in found.box.limits],
        "density": found.box.density, "coverage": found.box.coverage, "support": found.box.support, "overall": found.box.overall,
    }  # fmt: skip
    return {
        "digest": found.study.scenario.digest, "account": found.study.account.id, "outcome": found.outcome,
        "trials": found.study.trials, "seed": found.study.seed,
        "tornado": [of(b.variable) | {"at_low": b.at_low, "low": _plain(b.low), "at_high": b.at_high, "high": _plain(b.high)} for b in found.bars],
        "regression": {"r2": _plain(found.r2), "inputs": [of(w.variable) | {"coefficient": w.coefficient, "correlation": w.correlation} for w in found.weights]},
        "sobol": [
            of(i.variable) | {"first": _plain(i.first), "first_error": _plain(i.first_error), "total": _plain(i.total), "total_error": _plain(i.total_error)}
            for i in found.sobol
        ],
        "dependent": found.study.dependent,
        "paths": [variable.key[1] for variable in found.study.variables if variable.averaged],
        "one_factor": {
            "indicator": found.shown, "shifts": list(SHIFTS),
            "inputs": [of(s.variable) | {"base": s.base, "outcomes": [_plain(float(x)) for x in s.outcomes], "elasticity": _plain(s.coefficient)} for s in found.shifts],
            "principal_with_interest": [_plain(float(x)) for x in found.shocks[0]],
            "principal_alone": [_plain(float(x)) for x in found.shocks[1]],
        },
        "discovery": box_,
    }  # fmt: skip


def grid_json(found: Grid, digest: str) -> dict[str, Any]:
    """``outcomes``: a list for each change of the first input, of the outcome at each change of the second; a test passes at 1."""
    return {
        "digest": digest, "account": found.account.id, "outcome": found.outcome,
        "inputs": [
            {"input": name, "label": named.label.zh, "label_en": named.label.en, "unit": named.unit, "base": base}
            for name, named, base in zip(found.names, found.inputs, found.base, strict=True)
        ],
        "shifts": list(found.shifts), "outcomes": [[_plain(float(cell)) for cell in row] for row in found.outcomes],
    }  # fmt: skip


def needed_json(found: Needed, digest: str) -> dict[str, Any]:
    numbers = ("value", "low", "high", "stated", "unreached", "reached", "reached_low", "reached_high", "wanted")
    return {
        "digest": digest, "input": found.named.path, "label": found.named.label.zh, "label_en": found.named.label.en, "unit": found.named.unit,
        "test": found.test, "status": found.status, "rising": found.rising, "trials": found.trials,
        **{key: _plain(getattr(found, key)) for key in numbers},
    }  # fmt: skip


def compared_json(found: Compared, digests: tuple[str, str]) -> dict[str, Any]:
    plain = {key: _plain(value) if isinstance(value, float) else value for key, value in vars(found).items() if key != "differences"}
    return {"digests": list(digests)} | plain | {"differences": {f"p{round(level * 100)}": _plain(value) for level, value in found.differences.items()}}


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _table(title: Text, heads: Sequence[Text], lang: str) -> Table:
    table = Table(*(head.say(lang) for head in heads), title=title.say(lang), title_justify="left", box=box.SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    return table
