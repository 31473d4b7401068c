"""不确定的输入：which input is drawn, for which units, from which distribution."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel

from finsim.scenario.account_inputs import settable_of_account
from finsim.scenario.context import Context
from finsim.scenario.distributions import (
    KINDS,
    Discrete,
    Distribution,
    DistributionError,
    Empirical,
    Event,
    MeanReverting,
)
from finsim.scenario.document import Path
from finsim.scenario.goals import input_name
from finsim.scenario.quantity import QuantityError, check, convert
from finsim.scenario.scenario import Draw
from finsim.scenario.uncertain_form import Uncertain
from finsim.scenario.unit_inputs import settable
from finsim.sheet import Text
from finsim.sheet.model import InputRow
from finsim.sheet.numpy_backend import Array

MOST_OBSERVED = 10_000
"""Values that an empirical distribution may have."""
_WITHOUT_UNIT = {"lognormal": (1,), "beta": (0, 1)}
"""Parameters that are plain numbers, by their place."""


def draws(context: Context) -> list[Draw]:
    """Every entry under ``uncertain`` that holds. What is drawn for one unit stands after what is drawn for all."""
    entries = context.form.uncertain or {}
    solved = {input_name(at) for at, _ in context.solved}
    of_units = settable(context)
    of_all = of_units | settable_of_account(context)
    found = [draw for name, given in entries.items() if (draw := _draw(context, name, given, of_units if name.startswith("units.") else of_all, solved))]
    if len(found) == len(entries) and not any(problem.path.startswith("uncertain.") for problem in context.problems):
        _check_independence(context, found)
    return sorted(found, key=lambda draw: draw.unit != "")


def _check_independence(context: Context, draws: list[Draw]) -> None:
    """Units that share nothing make the whole nearly certain: such a run must say why they do not."""
    drawn = {unit for draw in draws if draw.sheet == "unit" for unit in ([draw.unit] if draw.unit else context.units.ids)}
    shares = any(draw.sheet == "account" or draw.shared for draw in draws)
    if context.form.independent and shares:
        context.refuse(
            ("independent",), Text("写明各单元互不相关，却有共同因素。", "The units are said to be independent, yet they share something."), context.form.independent,
            Text("没有任何 shared 大于 0、没有主体的抽样输入时才写", "only where no shared is above 0 and no input of the account is drawn"), Text("删去 independent。", "Remove independent."),
        )  # fmt: skip
    elif len(drawn) > 1 and not shares and not context.document.get(("independent",)):
        context.refuse(
            ("uncertain",), Text("几个单元一起计算，却没有任何共同因素：合计会显得几乎没有风险。",
                                 "Several units are calculated together and share nothing: their sum would seem nearly free of risk."), "",
            Text("至少一项 shared 大于 0，或写明 independent: 理由", "a shared above 0 for one input at least, or independent: reason"),
            Text("例如造价写 shared: 0.5；确实互不相关时写 independent: 各小区由不同城市实施。",
                 "For example shared: 0.5 for costs; if they are truly independent, say why: independent: each is in another city."),
        )  # fmt: skip


def _draw(context: Context, name: str, given: Uncertain, inputs: Mapping[str, InputRow], solved: Collection[str]) -> Draw | None:
    at: Path = ("uncertain", name)
    unit, path = "", name
    if name.startswith("units."):
        unit, _, path = name.removeprefix("units.").partition(".")
        if not context.known_unit(at, unit):
            return None
    if not context.known(at, path, inputs, Text("没有这个输入。", "There is no such input.")):
        return None
    if path in solved:
        context.refuse(
            at, Text("求解得出的输入在每次模拟中不变，不能抽样。", "An input that is solved is the same in every trial and cannot be drawn."), path,
            Text("其他输入", "other inputs"), Text("删去这一项，或直接写明取值。", "Remove the entry, or state the value."),
        )  # fmt: skip
        return None
    kind = _kind(context, at, given)
    if kind is None:
        return None
    row, factor, terms = inputs[path], given.factor, getattr(given, kind)
    if kind == "path" and not row.yearly:
        _refuse_path(context, (*at, kind), path, inputs)
        return None
    sheet = "unit" if path in context.sheets.unit.inputs else "account"
    shared = _shared(context, at, given.shared, sheet == "unit" and not unit)
    distribution = _distribution(context, (*at, kind), kind, terms, "1" if factor else row.unit)
    stated = (context.unit_inputs if sheet == "unit" else context.account_inputs).get(path, np.empty(0))
    scales = np.unique(stated) if factor else (1.0,)
    if distribution is None or not _within(context, (*at, kind), terms, row, distribution, scales):
        return None
    if isinstance(distribution, MeanReverting):
        own = np.broadcast_to(stated, len(context.units.ids))[[context.units.ids.index(unit)]] if unit else stated
        if not _begins_within(context, (*at, kind), distribution, np.ones(1) if factor else own):
            return None
    return Draw(sheet, path, unit, distribution, factor, shared, context.document.place_of(at))


def _kind(context: Context, at: Path, given: Uncertain) -> str | None:
    """The name of the one distribution that an entry gives."""
    kinds = [kind for kind in KINDS if getattr(given, kind) is not None]
    if len(kinds) == 1:
        return kinds[0]
    context.refuse(
        at, Text("不确定性的写法不对。", "This is not how uncertainty is written."), ", ".join(kinds),
        Text(f"一种分布（{'、'.join(KINDS)}），另可有 shared（0 至 1）、factor（true 或 false）",
             f"one distribution ({', '.join(KINDS)}), with shared (0 to 1) and factor (true or false)"),
        Text("例如 {triangular: [0.6, 0.85, 0.95], shared: 0.5}。", "For example {triangular: [0.6, 0.85, 0.95], shared: 0.5}."),
    )  # fmt: skip
    return None


def _shared(context: Context, at: Path, given: Any, per_unit: bool) -> float | None:
    """The correlation between units through one city-wide factor; with several units it must be said."""
    path = (*at, "shared") if given is not None else at
    if not per_unit:
        if given is not None:
            context.refuse(
                path, Text("这个输入只有一个取值，没有共同因素。", "This input has one value only: there is nothing to share."), given,
                Text("不写 shared", "no shared"), Text("删去 shared。", "Remove shared."),
            )  # fmt: skip
        return None
    if given is None and len(context.units.ids) <= 1:
        return None
    try:
        shared = convert(given, "1")
        check(shared, ge=0.0, le=1.0)
    except QuantityError:
        context.refuse(
            path, Text("多个单元一起计算时须写明共同因素的比重。", "With several units, say how much one city-wide factor is shared."), "" if given is None else given,
            Text("shared: 0 至 1", "shared: 0 to 1"),
            Text("例如 shared: 0.5；确实相互独立时写 shared: 0。", "For example shared: 0.5; write shared: 0 if they are truly independent."),
        )  # fmt: skip
        return None
    return shared if len(context.units.ids) > 1 else None


def _distribution(context: Context, path: Path, kind: str, given: Any, unit: str) -> Distribution | None:
    """The distribution with its parameters in the unit of the input; shapes, spreads of logarithms and probabilities have none."""
    form = KINDS[kind]
    where = path
    try:
        if kind == "event":
            return Event(convert(given.probability, "1"), convert(given.value, unit))
        if kind == "path":
            ends = {name: convert(getattr(given, name), unit) for name in ("mean", "sd", "low", "high")}
            return MeanReverting(speed=convert(given.speed, "1"), **ends)
        if kind == "discrete":
            pairs = sorted((convert(value, unit), convert(share, "1")) for value, share in map(_pair, given))
            return Discrete(tuple(value for value, _ in pairs), tuple(share for _, share in pairs))
        if len(given) > MOST_OBSERVED:
            raise DistributionError(Text(f"超过 {MOST_OBSERVED:,} 个数", f"more than {MOST_OBSERVED:,} numbers"))
        numbers = []
        for i, value in enumerate(given):
            where = (*path, i)
            numbers.append(convert(value, "1" if i in _WITHOUT_UNIT.get(kind, ()) else unit))
        where = path
        return Empirical(tuple(sorted(numbers))) if kind == "empirical" else form(*numbers)
    except QuantityError as error:
        found = given[int(where[-1])] if where != path else shown_terms(given)
        context.refuse(where if kind == "empirical" else path, error.what, found, error.allowed, error.remedy)
    except (DistributionError, TypeError) as error:  # TypeError: too few or too many
        names = Text("[[数值, 概率], …]", "[[value, probability], …]") if kind == "discrete" else _parameters(form)
        reason = getattr(error, "message", Text("参数个数不对", "the wrong number of parameters"))
        remedy = Text("按这个顺序写参数。", "Give the parameters in this order.")
        if kind in ("discrete", "empirical", "event", "path"):
            remedy = Text("按上述要求改写。", "Write it as required.")
        context.refuse(
            path, Text(f"{form.label.zh}的参数不对：{reason.zh}。", f"Wrong parameters of the {form.label.en} distribution: {reason.en}."),
            _brief(shown_terms(given)), names, remedy,
        )  # fmt: skip
    return None


def _pair(given: Any) -> tuple[Any, Any]:
    """A value of a discrete distribution with its probability."""
    if not isinstance(given, list) or len(given) != 2:
        raise DistributionError(Text("每项应为 [数值, 概率]", "an item is no [value, probability]"))
    return given[0], given[1]


def _parameters(form: type[Distribution]) -> Text:
    if form is Empirical:
        return Text(f"2 至 {MOST_OBSERVED:,} 个数", f"2 to {MOST_OBSERVED:,} numbers")
    if form is Event:
        return Text("{probability: 概率, value: 发生时的取值}", "{probability: …, value: what the input then is}")
    if form is MeanReverting:
        return Text("{mean: 均值, speed: 每年回归的比例, sd: 标准差, low: 下限, high: 上限}", "{mean: …, speed: share made up each year, sd: …, low: …, high: …}")
    names = ", ".join(inspect.signature(form).parameters)
    return Text(f"[{names}]", f"[{names}]")


def shown_terms(given: Any) -> Any:
    """What the file says, as plain values."""
    return given.model_dump() if isinstance(given, BaseModel) else given


def _brief(given: Any) -> Any:
    return [*given[:20], "…"] if isinstance(given, list) and len(given) > 20 else given


def _refuse_path(context: Context, at: Path, path: str, inputs: Mapping[str, InputRow]) -> None:
    """Most inputs have one value for all years."""
    named = (name.split(".") for name, row in inputs.items() if row.yearly)
    listed = "、".join(dict.fromkeys(".".join([parts[0], *(["…"] if len(parts) > 2 else []), parts[-1]]) for parts in named))
    context.refuse(
        at, Text(f"“{inputs[path].label.zh}”不是逐年适用的输入，不能随年份变动。", f"'{inputs[path].label.en}' is not applied year by year: it can have no path."), path,
        Text(f"逐年适用的输入：{listed}", f"inputs applied year by year: {listed.replace('、', ', ')}"),
        Text("改用其他分布，或改写逐年适用的输入。", "Use another distribution, or name an input that is applied year by year."),
    )  # fmt: skip


def _begins_within(context: Context, path: Path, distribution: MeanReverting, begins: Array) -> bool:
    """Whether what the first year has lies between the ends."""
    outside = [float(value) for value in begins if not distribution.low <= value <= distribution.high]
    if outside:
        context.refuse(
            path, Text("路径从所列的值（倍数从 1）开始，而它不在上下限之间。", "A path begins at what is stated (a factor at 1), which is not between its ends."), outside[0],
            Text(f"{distribution.low:g} 至 {distribution.high:g}", f"{distribution.low:g} to {distribution.high:g}"),
            Text("放宽 low、high，或改所列的值。", "Widen low and high, or change what is stated."),
        )  # fmt: skip
    return not outside


def _within(
    context: Context, path: Path, given: Any, row: InputRow, distribution: Distribution, scales: Iterable[float]
) -> bool:
    """Whether every value that can be drawn, times any of the ``scales``, is one that the input may have."""
    b = row.bounds
    try:
        for end in distribution.support:
            for scale in scales:
                check(float(end * scale) if scale else 0.0, b.ge, b.gt, b.le, b.lt, row.unit)
    except QuantityError as error:
        context.refuse(
            path, Text(f"可能抽到“{row.label.zh}”不允许的数值。", f"Values may be drawn that '{row.label.en}' cannot have."), _brief(shown_terms(given)), error.allowed,
            Text("收窄分布；正态、对数正态分布可加上限。", "Narrow the distribution; a normal or lognormal one may be given a high end."),
        )  # fmt: skip
        return False
    return True
