"""One stated number: its value in the unit of its input, how a programme total is split, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from finsim.scenario.fields import refused
from finsim.scenario.parsing import UNSEEN
from finsim.scenario.policy import Policies
from finsim.scenario.quantity import QuantityError, check, convert
from finsim.scenario.wanted import Wanted, read_wanted
from finsim.sheet import Input, Text
from finsim.sheet.block import Bounds

FACT_KEYS = ("households", "area", "buildings", "neighbourhoods", "entrances", "lifts", "equal")
"""Keys by which a programme total of the catalogue may be split over units."""
Weights = tuple[tuple[str, float], ...]
"""Facts with their weights, which add up to 1."""
_NUMBERS = ("value", "total", "policy")
_KEYS = (*_NUMBERS, "solve", "split", "source", "assumed", "note")


class Declared(Protocol):
    """What is known of an input, whether as its block declares it or as a row of the sheet."""

    @property
    def label(self) -> Text: ...
    @property
    def unit(self) -> str: ...
    @property
    def bounds(self) -> Bounds: ...


@dataclass(frozen=True)
class Stated:
    """A number as the scenario states it.

    ``split`` names the facts by which a programme total is divided over the units, each with its weight (因素法);
    ``source`` a key of ``sources``; ``assumed`` the range of an assumption; ``policy`` the policy value that it is. With none
    of them, the source of the block or of the file applies. ``wanted`` is what a number that is solved must bring about; until
    it is found ``number`` is the low end of its range, and ``high`` the other end.
    """

    number: float
    split: Weights | None = None
    source: str | None = None
    assumed: tuple[float, float] | None = None
    note: str = ""
    policy: str | None = None
    wanted: Wanted | None = None
    high: float | None = None


@dataclass(frozen=True)
class Quantity:
    """What a field says of itself: the input whose value it holds, and whether that may be a programme total or solved."""

    declared: Input
    divisible: bool
    solvable: bool


def stated(declared: Input, divisible: bool = False, solvable: bool = True) -> Any:
    """The annotation of a field that holds the value of ``declared``."""

    def validate(given: object, info: ValidationInfo) -> Stated:
        try:
            return read_stated(given, declared, divisible, info.context, solvable)
        except QuantityError as error:
            raise refused(error.what, error.allowed, error.remedy) from None

    return Annotated[Stated, BeforeValidator(validate), Quantity(declared, divisible, solvable)]


ANSWERS = {"是": 1.0, "否": 0.0}
"""How a question of yes or no may be answered, besides true and false."""


def _answer(given: object) -> Stated:
    parts = given if isinstance(given, dict) else {"value": given}
    value = parts.get("value")
    number = float(value) if isinstance(value, bool) else ANSWERS.get(value) if isinstance(value, str) else None
    if number is None or parts.keys() - {"value", "source", "note"}:
        raise refused(
            Text("这是一个是非问题。", "This is a question of yes or no."), Text("true（是）或 false（否）", "true or false"),
            Text("例如 {value: false, source: 来源编号}。", "For example {value: false, source: a key of sources}."),
        )  # fmt: skip
    try:
        return Stated(number, source=_text(parts, "source"), note=_text(parts, "note") or "")
    except QuantityError as error:
        raise refused(error.what, error.allowed, error.remedy) from None


Answer = Annotated[Stated, BeforeValidator(_answer), WithJsonSchema({"type": ["boolean", "string", "object"]})]
"""Yes (1) or no (0), with its source."""


def read_stated(
    given: object, declared: Declared, divisible: bool = False, policies: Policies | None = None, solvable: bool = False
) -> Stated:
    """Read a number, a text with its unit, or a mapping with its source; a ``divisible`` one may be a programme total.

    ``{policy: name}`` is the policy value of that name on the date of ``policies``; a ``solvable`` one may say what it must
    bring about instead. Raises :class:`QuantityError`.
    """
    parts = given if isinstance(given, dict) else {"value": given}
    if "solve" in parts:
        return _solved(parts, declared, divisible, solvable)
    unknown = [str(key) for key in parts if key not in _KEYS]
    if unknown or sum(key in parts for key in _NUMBERS) != 1 or ("policy" in parts and "source" in parts):
        raise QuantityError(
            Text("数值的写法不对。", "This is not how a value is written."),
            Text("value、total、policy 三者之一，另可有 split、source、assumed、note", "one of value, total or policy, with split, source, assumed, note"),
            Text(f"删去 {'、'.join(unknown)}。", f"Remove {', '.join(unknown)}.") if unknown
            else Text("只写 value、total、policy 之一；policy 自带来源。", "Write one of value, total and policy; a policy value has its source."),
        )  # fmt: skip
    if "policy" in parts:
        number = _bounded((policies or Policies({})).number(parts["policy"], declared.unit), declared)
    else:
        number = _number(parts.get("value", parts.get("total")), declared)
    return Stated(
        number, _split(parts, divisible), _text(parts, "source"), _range(parts, number, declared), _text(parts, "note") or "",
        _text(parts, "policy"),
    )  # fmt: skip


def _solved(parts: dict[Any, Any], declared: Declared, divisible: bool, solvable: bool) -> Stated:
    """A value that is left to be solved; with a split it is a programme total."""
    unknown = [str(key) for key in parts if key not in ("solve", "split", "source", "note")]
    if not solvable:
        raise QuantityError(
            Text("这里的数值不能求解。", "A value here cannot be solved."), Text("数值", "a number"),
            Text("写数值；可求解的是目录、融资和各章的数值。", "Write a number; what can be solved are values of the catalogue, of finance and of the chapters."),
        )  # fmt: skip
    if unknown:
        raise QuantityError(
            Text("求解的数值不能同时写明取值。", "A value that is solved is not stated as well."),
            Text("solve，另可有 split、source、note", "solve, with split, source, note"),
            Text(f"删去 {'、'.join(unknown)}。", f"Remove {', '.join(unknown)}."),
        )
    wanted = read_wanted(parts["solve"], declared.bounds)
    low, high = _number(wanted.low, declared), _number(wanted.high, declared)
    if not low < high:
        raise QuantityError(
            Text("求解范围的下限不低于上限。", "The low end of the range is not below the high end."),
            Text("between: [低, 高]", "between: [low, high]"), Text("改 between。", "Correct between."),
        )  # fmt: skip
    whole = {"total": low} if "split" in parts else {}
    split = _split({**parts, **whole}, divisible)
    return Stated(low, split, _text(parts, "source"), None, _text(parts, "note") or "", wanted=wanted, high=high)


def _split(parts: dict[Any, Any], divisible: bool) -> Weights | None:
    """The keys of a programme total; rates and prices are the same for all units and cannot be split."""
    split = parts.get("split")
    if "total" not in parts and split is None:
        return None
    keys = " | ".join(FACT_KEYS)
    if not divisible:
        raise QuantityError(
            Text("这个数值不能按单元分摊。", "This value cannot be split over the units."), Text("value", "value"),
            Text("写成 value；只有金额和数量的合计可以分摊。", "Write value; only total amounts and quantities are split."),
        )  # fmt: skip
    weights = split if isinstance(split, dict) else {split: 1} if isinstance(split, str) else {}
    if "total" not in parts or not weights or any(key not in FACT_KEYS for key in weights):
        raise QuantityError(
            Text("合计数须写明分摊依据。", "A programme total must say how it is split over the units."),
            Text(f"split: {keys}，或 {{依据: 权重}}", f"split: {keys}, or {{key: weight}}"),
            Text("例如 {total: 1588, split: households}。", "For example {total: 1588, split: households}."),
        )
    numbers = {str(key): convert(weight, "1") for key, weight in weights.items()}
    if min(numbers.values()) < 0 or abs(sum(numbers.values()) - 1) > 1e-9:
        raise QuantityError(
            Text(f"分摊权重合计为 {sum(numbers.values()):.6g}，不是 1。", f"The weights of the split add up to {sum(numbers.values()):.6g}, not 1."),
            Text("不小于 0，合计为 1", "at least 0, and 1 in all"),
            Text("改权重，例如 split: {households: 60%, buildings: 40%}。", "Correct the weights, for example split: {households: 60%, buildings: 40%}."),
        )  # fmt: skip
    return tuple(numbers.items())


def _range(parts: dict[Any, Any], number: float, declared: Declared) -> tuple[float, float] | None:
    """The range of an assumption, which holds the value."""
    if "assumed" not in parts:
        return None
    ends = parts["assumed"]
    if not isinstance(ends, list) or len(ends) != 2:
        raise QuantityError(
            Text("假设须给出范围。", "An assumption needs a range."), Text("assumed: [低, 高]", "assumed: [low, high]"),
            Text("例如 assumed: [0.6, 0.95]。", "For example assumed: [0.6, 0.95]."),
        )  # fmt: skip
    low, high = (_number(end, declared) for end in ends)
    if not low <= number <= high:
        unit = "" if declared.unit == "1" else f" {declared.unit}"
        raise QuantityError(
            Text("取值不在其假设范围内。", "The value lies outside its assumed range."),
            Text(f"{low:g} 至 {high:g}{unit}", f"{low:g} to {high:g}{unit}"),
            Text("改正取值或范围。", "Correct the value or the range."),
        )
    return low, high


def _text(parts: dict[Any, Any], key: str) -> str | None:
    text = parts.get(key)
    if text is None or (isinstance(text, str) and not UNSEEN.search(text)):
        return text
    raise QuantityError(
        Text(f"{key} 应为文字。", f"{key} must be text."), Text("文字", "text"),
        Text("加引号写成文字。", "Write it as text in quotes."),
    )  # fmt: skip


def _number(given: object, declared: Declared) -> float:
    try:
        number = convert(given, declared.unit)
    except QuantityError as error:
        raise _of(declared, error) from None
    return _bounded(number, declared)


def _bounded(number: float, declared: Declared) -> float:
    b = declared.bounds
    try:
        check(number, b.ge, b.gt, b.le, b.lt, declared.unit)
    except QuantityError as error:
        raise _of(declared, error) from None
    return number


def _of(declared: Declared, error: QuantityError) -> QuantityError:
    what = Text(f"{declared.label.zh}：{error.what.zh}", f"{declared.label.en}: {error.what.en}")
    return QuantityError(what, error.allowed, error.remedy)
