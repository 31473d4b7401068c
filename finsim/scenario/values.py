"""One stated number: its value in the unit of its input, how a programme total is split, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from finsim.scenario.quantity import QuantityError, check, convert
from finsim.sheet import Input, Text

FACT_KEYS = ("households", "area", "buildings", "neighbourhoods", "equal")
"""Keys by which a programme total of the catalogue may be split over units."""


@dataclass(frozen=True)
class Stated:
    """A number as the scenario states it.

    ``split`` names the fact by which a programme total is divided over the units; ``source`` a key of ``sources``;
    ``assumed`` the range of an assumption. With neither, the source of the block or of the file applies.
    """

    number: float
    split: str | None = None
    source: str | None = None
    assumed: tuple[float, float] | None = None
    note: str = ""


def refusal(what: Text, allowed: Text, remedy: Text) -> PydanticCustomError:
    """An error of a value that carries its sentences through pydantic."""
    return PydanticCustomError("finsim", "refused", {"what": what, "allowed": allowed, "remedy": remedy})


def stated(declared: Input) -> Any:
    """The annotation of a field that holds the value of ``declared``."""

    def validate(given: object) -> Stated:
        return read_stated(given, declared)

    return Annotated[Stated, BeforeValidator(validate)]


def read_stated(given: object, declared: Input) -> Stated:
    """Read a number, a text with its unit, or a mapping of value or total with its source."""
    if isinstance(given, Stated):
        return given
    parts = given if isinstance(given, dict) else {"value": given}
    keys = {"value", "total", "split", "source", "assumed", "note"}
    unknown = [str(key) for key in parts if key not in keys]
    if unknown or ("value" in parts) == ("total" in parts):
        raise refusal(
            Text("数值的写法不对。", "This is not how a value is written."),
            Text("value 或 total 二者之一，另可有 split、source、assumed、note", "one of value or total, with split, source, assumed, note"),
            Text(f"删去 {'、'.join(unknown)}" if unknown else "只写 value 或只写 total。",
                 f"remove {', '.join(unknown)}" if unknown else "write either value or total."),
        )  # fmt: skip
    split = parts.get("split")
    if ("total" in parts) != (split is not None) or (split is not None and split not in FACT_KEYS):
        raise refusal(
            Text("合计数须写明分摊依据。", "A programme total must say how it is split over the units."),
            Text(f"split: {' | '.join(FACT_KEYS)}", f"split: {' | '.join(FACT_KEYS)}"),
            Text("例如 {total: 1588, split: households}。", "For example {total: 1588, split: households}."),
        )
    number = _number(parts.get("value", parts.get("total")), declared)
    assumed = parts.get("assumed")
    bounds: tuple[float, float] | None = None
    if assumed is not None:
        if not isinstance(assumed, list) or len(assumed) != 2:
            raise refusal(
                Text("假设须给出范围。", "An assumption needs a range."),
                Text("assumed: [低, 高]", "assumed: [low, high]"),
                Text("例如 assumed: [0.6, 0.95]。", "For example assumed: [0.6, 0.95]."),
            )
        low, high = (_number(end, declared, bounded=False) for end in assumed)
        if not low <= number <= high:
            raise refusal(
                Text("取值不在其假设范围内。", "The value lies outside its assumed range."),
                Text(f"{low:g} 至 {high:g}", f"{low:g} to {high:g}"),
                Text("改正取值或范围。", "Correct the value or the range."),
            )
        bounds = (low, high)
    for key in ("source", "note"):
        if not isinstance(parts.get(key, ""), str):
            raise refusal(
                Text(f"{key} 应为文字。", f"{key} must be text."), Text("文字", "text"),
                Text("加引号写成文字。", "Write it as text in quotes."),
            )  # fmt: skip
    return Stated(number, split, parts.get("source"), bounds, parts.get("note", ""))


def _number(given: object, declared: Input, bounded: bool = True) -> float:
    b = declared.bounds
    try:
        number = convert(given, declared.unit)
        if bounded:
            check(number, b.ge, b.gt, b.le, b.lt, declared.unit)
    except QuantityError as error:
        what = Text(f"{declared.label.zh}：{error.what.zh}", f"{declared.label.en}: {error.what.en}")
        raise refusal(what, error.allowed, error.remedy) from None
    return number
