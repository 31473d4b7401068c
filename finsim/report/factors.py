"""Uncertain inputs in words: their names, their numbers, and where an account fails, in a sentence."""

from __future__ import annotations

import math

from finsim.report.units import unit_words
from finsim.report.wording import MINUS, Wording
from finsim.risk.discovery import Box, Limit
from finsim.risk.study import Variable
from finsim.scenario.goals import Named
from finsim.sheet import TOLERANCE, Text

DEPENDENT = Text(
    "输入之间有相关：指数按各自独立时计算，只说明模型对输入的反应，不能分清相关输入各自的作用。",
    "Some inputs are correlated: the indices are of independent inputs; they tell how the model responds, not which of the correlated inputs acts.",
)  # fmt: skip


def said(found: Box | None, wording: Wording, lang: str) -> str:
    """Where it fails, in a sentence."""
    if found is None or not found.limits:
        return Text("没有一组输入能把未通过的情形区分出来。", "No set of inputs tells the failures apart.").say(lang)
    limits = [limit_of(limit, wording, lang) for limit in found.limits]
    return Text(
        f"多在 {'，且 '.join(limits)} 时未通过：其中 {found.density:.0%} 未通过，占全部未通过的 {found.coverage:.0%}（全部模拟中 {found.overall:.0%} 未通过）。",
        f"Fails mostly when {' and '.join(limits)}: {found.density:.0%} of these fail, {found.coverage:.0%} of all failures ({found.overall:.0%} of all trials fail).",
    ).say(lang)  # fmt: skip


def limit_of(limit: Limit, wording: Wording, lang: str) -> str:
    """Between which values of an input."""
    name, unit = wording.name(limit.variable.label), f" {unit_words(limit.variable.unit, lang)}".rstrip()
    low, high = (input_number(limit.variable, end) for end in (limit.low, limit.high))
    if math.isinf(limit.low):
        return f"{name} ≤ {high}{unit}"
    if math.isinf(limit.high):
        return f"{name} ≥ {low}{unit}"
    return f"{low} ≤ {name} ≤ {high}{unit}"


def named(variable: Variable) -> str:
    """An input within the name of a number (``report.trials``)."""
    return ":".join(variable.key)


def shown_number(value: float) -> str:
    """A number of an input or of an outcome, with about four digits."""
    if math.isnan(value):
        return "—"
    if abs(value) < TOLERANCE:  # what rounding leaves of nothing
        return "0"
    return f"{value:z,.0f}" if abs(value) >= 10_000 else f"{value:z,.2f}" if abs(value) >= 100 else f"{value:z.4g}"


def input_number(variable: Variable, value: float) -> str:
    """A number of an input without its unit; rates, shares and factors in percent."""
    text = f"{100 * value:z.4g}%" if variable.unit == "1" else shown_number(value)
    return text.replace("-", MINUS)


def shown_name(variable: Variable | Named, wording: Wording) -> str:
    """An input with its unit, that of its number."""
    unit = unit_words(variable.unit, wording.lang)
    if not unit:
        return wording.name(variable.label)
    return f"{wording.name(variable.label)}（{unit}）" if wording.lang == "zh" else f"{wording.name(variable.label)} ({unit})"
