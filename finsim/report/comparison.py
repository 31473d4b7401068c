"""方案对比: two to four schemes side by side, each against the first, which is the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from finsim.report.figures import GREEN, NAVY, ORANGE, SAID, SKY, SOLID, Chart, Trace, horizontal, styled, years_axis
from finsim.report.reasons import Part, Reason
from finsim.report.units import unit_words
from finsim.report.wording import NOTHING, Table, Wording, in_full
from finsim.report.workbook.inputs import Given
from finsim.result import INDICATORS, TOTALS, WHOLE_ROW, Result
from finsim.scenario.scenario import Account
from finsim.sheet import Text

SAME = 1e-9
"""Numbers that differ by less, in proportion to their size, are the same."""
MODES = ("value", "difference", "percent")
_SAID = {
    "figure": Text("项目", "Figure"), "unit": Text("单位", "Unit"), "input": Text("参数", "Input"), "verdict": Text("结论", "Verdict"),
    "balanced": Text("平衡", "balanced"), "unbalanced": Text("不平衡", "unbalanced"), "passed": Text("通过", "pass"), "failed": Text("未通过", "fail"),
    "same": Text("相同", "the same"), "measure": Text("同一组随机数", "In the same trials"), "chance": Text("平衡概率", "probability of balance"),
    "more": Text("平衡概率之差 [95% 配对区间]", "difference of the probability [95% paired interval]"),
    "only_first": Text("只有基准平衡的比例", "only the baseline balances"), "only_second": Text("只有它平衡的比例", "only this one balances"),
    "better": Text("大于基准的比例", "greater than the baseline's"), "equal": Text("与基准相同的比例", "the same as the baseline's"),
    "mean": Text("平均相差", "mean difference"), "percentile": Text("相差的百分位", "percentile of the difference"),
    "difference": Text("与基准之差", "difference from the baseline"), "percent": Text("与基准之差（%）", "difference from the baseline, %"),
    "trials": Text(
        "各方案用同一组随机数模拟，逐次与基准相比；下面分别列出两者在模拟中算的是什么",
        "the schemes are simulated with the same random numbers and compared with the baseline trial by trial; below stands what is calculated in the trials of each",
    ),
}  # fmt: skip
_COLOURS = ((NAVY, "solid"), (ORANGE, "dash"), (GREEN, "dot"), (SKY, "dashdot"))


@dataclass(frozen=True)
class Side:
    """One of the schemes: its name, its result with the account that is compared, and its inputs."""

    name: str
    result: Result
    account: str
    items: Mapping[str, Given]
    where: str = ""
    """After the names of its numbers; "" for the view itself."""

    def where_of(self, mode: str) -> str | None:
        """After the name of a number that tells how it differs from the view's; None for the view itself."""
        return f"{self.where}~{mode}" if self.where else None


OF_TRIALS = ("more", "only_first", "only_second", "better", "equal", "mean", "percentile")
"""How a scheme differs from the baseline in the same trials."""


def between(base: Reason, other: Reason, mode: str, names: tuple[Text, Text], where: str) -> Reason:
    """Why a number of one scheme differs from that of the baseline: both, each to be followed within its own scheme.

    ``mode`` is "difference", "percent" or one of OF_TRIALS; ``where`` stands after the names of the other scheme's numbers.
    Where the baseline has no value, it is the other's number itself, as in the table. Raises ``LookupError`` for another mode.
    """
    if mode not in (*MODES[1:], *OF_TRIALS):
        raise LookupError(mode)
    parts = [_side_of(one, base, name, at) for one, name, at in ((base, names[0], ""), (other, names[1], where))]
    label = Text(*(f"{base.label.say(lang)} · {_SAID[mode].say(lang)}" for lang in ("zh", "en")))
    if mode in OF_TRIALS:
        return replace(base, label=label, words=_SAID["trials"], value=None, parts=tuple(parts), origin=None)
    words = Text(f"{names[1].zh} − {names[0].zh}", f"{names[1].en} − {names[0].en}")
    value = None if base.value is None or other.value is None else other.value - base.value
    unit = base.unit
    if mode == "percent":
        words = Text(f"（{words.zh}）÷ |{names[0].zh}|", f"({words.en}) ÷ |{names[0].en}|")
        value, unit = None if value is None or not base.value or abs(base.value) <= SAME else 100 * value / abs(base.value), "%"
    return replace(base, label=label, unit=unit, value=value, words=words, parts=tuple(parts), origin=None, written="")


def _side_of(one: Reason, base: Reason, name: Text, where: str) -> Part:
    """The number of one of the schemes. It stands under the baseline's account, whose own may have another name."""
    label = Text(f"{name.zh}：{one.label.zh}", f"{name.en}: {one.label.en}")
    return Part(base.number.sheet, base.number.member, one.number.what, label, base.number.year, one.value, one.unit, number=one.number, where=where)

def figures(sides: Sequence[Side], mode: str, wording: Wording) -> Table:
    """Verdict, tests, indicators and totals; of all but the baseline the difference or the percentage, if ``mode`` asks for it."""
    body: list[tuple[str, ...]] = [(wording.name(_SAID["verdict"]), "", *(_balanced(side, wording) for side in sides))]
    tests = {v.id: v for side in sides for v in side.result.verdicts(side.account) if v.counted}
    for test in tests.values():
        cells = [next((v for v in side.result.verdicts(side.account) if v.id == test.id), None) for side in sides]
        body.append((wording.name(test.label), "", *(NOTHING if v is None else wording.say(_SAID["passed" if v.passed else "failed"]) for v in cells)))
    rows = [""] * len(body)
    for key, path, label, unit in INDICATORS:
        rows.append(path)
        body.append(_row(label, unit, [side.result.indicators(side.account)[key] for side in sides], mode, wording))
    rows += WHOLE_ROW
    for key, (label, unit) in WHOLE_ROW.items():
        body.append(_row(label, unit, [side.result.indicators(side.account)[key] for side in sides], mode, wording))
    for key, path, label in TOTALS[1:]:  # total investment stands among the indicators
        rows.append(path)
        body.append(_row(label, "万元", [side.result.totals(side.account)[key] for side in sides], mode, wording))
    named = tuple(f"account|{sides[0].account}|{row}|{{}}" if row else "" for row in rows)
    others = [side.where if mode == "value" else side.where_of(mode) for side in sides[1:]]
    head = (wording.name(_SAID["figure"]), wording.name(_SAID["unit"]), *(side.name for side in sides))
    return Table(head, tuple(body), (0,), named, (None, None, "", *others))


def inputs(sides: Sequence[Side], wording: Wording, only_different: bool) -> Table:
    """The inputs of all of them; only those that are not the same everywhere, if that is asked for. Blank where one has no such input."""
    body, rows = [], []
    account = next(one for one in sides[0].result.accounts if one.id == sides[0].account)
    for key in dict.fromkeys(key for side in sides for key in side.items):
        found = [side.items.get(key) for side in sides]
        item = next(one for one in found if one is not None)
        if not only_different or _differ([None if one is None else one.value for one in found]):
            values = ["" if one is None else in_full(one.value) for one in found]
            body.append((input_title(item, wording), unit_words(item.row.unit, wording.lang), *values))
            rows.append(f"{input_name(item, account)}{{}}")
    head = (wording.name(_SAID["input"]), wording.name(_SAID["unit"]), *(side.name for side in sides))
    return Table(head, tuple(body), rows=tuple(rows), columns=(None, None, *(side.where for side in sides)))


def input_title(item: Given, wording: Wording) -> str:
    """An input by its section and label, and the unit whose number it is."""
    return " · ".join(wording.name(part) for part in (*([item.member] if item.unit else []), item.section, item.row.label))


def input_name(item: Given, account: Account) -> str:
    """The name of an input's number (``report.reasons``); of one that is the same in all units, that of the account's first."""
    return f"{item.sheet}|{item.unit or (account.units[0] if item.sheet == 'unit' else account.id)}|{item.row.path}|"


def surplus(sides: Sequence[Side], finding: str, title: str, wording: Wording) -> Chart:
    """The accumulated surplus of each, year by year; blank in a year that is none of its own."""
    traces, rows = list[Trace](), {}
    for side, (colour, dash) in zip(sides, _COLOURS, strict=False):
        amounts = side.result.series("cash.accumulated", side.account).tolist()
        rows[side.name] = dict(zip(side.result.years, amounts, strict=True))
        traces.append({
            "type": "scatter", "x": list(side.result.years), "y": [wording.scaled(a) for a in amounts], "name": side.name.replace("<", "＜"),
            "mode": "lines", "line": {"color": colour, "dash": dash, "width": 2.5},
            "customdata": [wording.amount(a) for a in amounts], "hovertemplate": "%{customdata}",
        })  # fmt: skip
    years = sorted({year for side in sides for year in side.result.years})
    figure = styled(traces, hovermode="x unified", xaxis=years_axis(years), shapes=[horizontal(0, SOLID)])
    body = [(str(year), *(wording.amount(rows[side.name][year]) if year in rows[side.name] else "" for side in sides)) for year in years]
    named = tuple(f"account|{sides[0].account}|cash.accumulated|{year}{{}}" for year in years)
    table = Table((wording.name(SAID["year"]), *(side.name for side in sides)), tuple(body), rows=named, columns=(None, *(side.where for side in sides)))
    return Chart("surplus", title, wording.unit("万元"), finding, figure, table)


def in_the_same_trials(sides: Sequence[Side], found: Mapping[str, Any], wording: Wording) -> Table:
    """What the same trials say of every scheme but the first, against it: a column for each, a row for each measure."""
    percent, units, paths = wording.percent, {key: unit for key, _, _, unit in INDICATORS}, {key: path for key, path, _, _ in INDICATORS}
    labels = {key: wording.name(label) for key, _, label, _ in INDICATORS}
    body = [(wording.name(_SAID["chance"]), *(percent(chance) for chance in found["chances"]))]
    names = [f"account|{sides[0].account}|~|{{}}"]
    columns = found["found"]
    first = [next(iter(one.values())) for one in columns]

    def row(mode: str, label: Text, cells: Sequence[str], of: str = "") -> None:
        name, what = wording.name(label), labels.get(of, "")
        body.append((f"{what}：{name}" if what and wording.lang == "zh" else f"{what}: {name}" if what else name, "", *cells))
        names.append(f"account|{sides[0].account}|~{paths.get(of, '')}|{{}}~{mode}")

    row("more", _SAID["more"], [f"{_signed(percent(one['more']))}\n[{percent(one['low'], 2)}, {percent(one['high'], 2)}]" for one in first])
    row("only_first", _SAID["only_first"], [percent(one["only_first"]) for one in first])
    row("only_second", _SAID["only_second"], [percent(one["only_second"]) for one in first])
    for key in columns[0] if columns else ():
        row("better", _SAID["better"], [percent(one[key]["better"]) for one in columns], key)
        row("equal", _SAID["equal"], [percent(one[key]["equal"]) for one in columns], key)
        row("mean", _SAID["mean"], [_signed(_said(one[key]["mean"], units[key], wording)) for one in columns], key)
        for i, (level, _) in enumerate(columns[0][key]["differences"]):
            label = Text(f"相差的第 {100 * level:.0f} 百分位", f"difference, {100 * level:.0f}th percentile")
            row("percentile", label, [_signed(_said(one[key]["differences"][i][1], units[key], wording)) for one in columns], key)
    head = (wording.name(_SAID["measure"]), *(side.name for side in sides))
    return Table(head, tuple(body), rows=tuple(names), columns=(None, "", *(side.where for side in sides[1:])))


def _balanced(side: Side, wording: Wording) -> str:
    return wording.say(_SAID["balanced" if side.result.balanced(side.account) else "unbalanced"])


def _row(label: Text, unit: str, values: Sequence[float | None], mode: str, wording: Wording) -> tuple[str, ...]:
    first = values[0]
    cells = [_said(first, unit, wording)]
    for value in values[1:]:
        if mode == "value" or value is None or first is None:
            cells.append(_said(value, unit, wording))
        elif not _differ([first, value]):
            cells.append(wording.say(_SAID["same"]))
        elif mode == "percent":
            cells.append(_signed(wording.percent((value - first) / abs(first))) if abs(first) > SAME else NOTHING)
        else:
            cells.append(_signed(_said(value - first, unit, wording)))
    return wording.name(label), wording.unit(unit) if unit != "1" else "", *cells


def _said(value: float | None, unit: str, wording: Wording) -> str:
    if unit == "1":
        return wording.percent(value, 2)
    return wording.amount(value) if unit == "万元" else wording.times(value)


def _signed(text: str) -> str:
    return text if text.startswith(("−", NOTHING)) or not text.strip("0.,%") else f"+{text}"


def _differ(values: Sequence[float | None]) -> bool:
    known = [value for value in values if value is not None]
    return len(known) < len(values) or max(known) - min(known) > SAME * max(1.0, *(abs(value) for value in known))
