"""不确定的输入：which input is drawn, for which units, from which distribution."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import numpy as np

from finsim.scenario.account_inputs import settable_of_account
from finsim.scenario.context import Context
from finsim.scenario.distributions import KINDS, Distribution, DistributionError
from finsim.scenario.document import Path
from finsim.scenario.goals import input_name, solved_values
from finsim.scenario.quantity import QuantityError, check, convert
from finsim.scenario.scenario import Draw
from finsim.scenario.unit_inputs import settable
from finsim.sheet import Text
from finsim.sheet.model import InputRow


def draws(context: Context) -> list[Draw]:
    """Every entry under ``uncertain`` that holds. What is drawn for one unit stands after what is drawn for all."""
    entries = context.form.uncertain or {}
    found = [draw for name, given in entries.items() if (draw := _draw(context, name, given))]
    return sorted(found, key=lambda draw: draw.unit != "")


def _draw(context: Context, name: str, given: Any) -> Draw | None:
    at: Path = ("uncertain", name)
    unit, path = "", name
    if name.startswith("units."):
        unit, _, path = name.removeprefix("units.").partition(".")
        if not context.known_unit(at, unit):
            return None
    inputs = settable(context) if unit else settable(context) | settable_of_account(context)
    if not context.known(at, path, inputs, Text("没有这个输入。", "There is no such input.")):
        return None
    if path in {input_name(solved) for solved, _ in solved_values(context.form)}:
        context.refuse(
            at, Text("求解得出的输入在每次模拟中不变，不能抽样。", "An input that is solved is the same in every trial and cannot be drawn."), path,
            Text("其他输入", "other inputs"), Text("删去这一项，或直接写明取值。", "Remove the entry, or state the value."),
        )  # fmt: skip
        return None
    kind = _kind(context, at, given)
    if kind is None:
        return None
    row, factor = inputs[path], given.get("factor", False)
    sheet = "unit" if path in context.sheets.unit.inputs else "account"
    shared = _shared(context, at, given.get("shared"), sheet == "unit" and not unit)
    distribution = _distribution(context, (*at, kind), kind, given[kind], "1" if factor else row.unit)
    stated = (context.unit_inputs if sheet == "unit" else context.account_inputs).get(path, np.empty(0))
    scales = np.unique(stated) if factor else (1.0,)
    if distribution is None or not _within(context, (*at, kind), given[kind], row, distribution, scales):
        return None
    return Draw(sheet, path, unit, distribution, factor, shared, context.document.place_of(at))


def _kind(context: Context, at: Path, given: Any) -> str | None:
    """The name of the one distribution that an entry gives."""
    parts: dict[str, Any] = given if isinstance(given, dict) else {}
    kinds = [key for key in parts if key in KINDS]
    unknown = [str(key) for key in parts if key not in (*KINDS, "shared", "factor")]
    if (
        len(kinds) == 1
        and not unknown
        and isinstance(parts[kinds[0]], list)
        and isinstance(parts.get("factor", False), bool)
    ):
        return kinds[0]
    context.refuse(
        at, Text("不确定性的写法不对。", "This is not how uncertainty is written."), ", ".join(unknown) or given,
        Text(f"一种分布及其参数列表（{'、'.join(KINDS)}），另可有 shared（0 至 1）、factor（true 或 false）",
             f"one distribution with a list of parameters ({', '.join(KINDS)}), with shared (0 to 1) and factor (true or false)"),
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


def _distribution(context: Context, path: Path, kind: str, given: list[Any], unit: str) -> Distribution | None:
    """The distribution with its parameters in the unit of the input; the spread of a lognormal has no unit."""
    form = KINDS[kind]
    try:
        return form(*(convert(value, "1" if kind == "lognormal" and i == 1 else unit) for i, value in enumerate(given)))
    except QuantityError as error:
        context.refuse(path, error.what, given, error.allowed, error.remedy)
    except (DistributionError, TypeError) as error:  # TypeError: too few or too many
        names = ", ".join(inspect.signature(form).parameters)
        reason = getattr(error, "message", Text("参数个数不对", "the wrong number of parameters"))
        context.refuse(
            path, Text(f"{form.label.zh}的参数不对：{reason.zh}。", f"Wrong parameters of the {form.label.en} distribution: {reason.en}."),
            given, Text(f"[{names}]", f"[{names}]"), Text("按这个顺序写参数。", "Give the parameters in this order."),
        )  # fmt: skip
    return None


def _within(
    context: Context, path: Path, given: list[Any], row: InputRow, distribution: Distribution, scales: Iterable[float]
) -> bool:
    """Whether every value that can be drawn, times any of the ``scales``, is one that the input may have."""
    b = row.bounds
    try:
        for end in distribution.support:
            for scale in scales:
                check(float(end * scale) if scale else 0.0, b.ge, b.gt, b.le, b.lt, row.unit)
    except QuantityError as error:
        context.refuse(
            path, Text(f"可能抽到“{row.label.zh}”不允许的数值。", f"Values may be drawn that '{row.label.en}' cannot have."), given, error.allowed,
            Text("收窄分布；对数正态分布可加下限和上限。", "Narrow the distribution; a lognormal one may be given a low and a high end."),
        )  # fmt: skip
        return False
    return True
