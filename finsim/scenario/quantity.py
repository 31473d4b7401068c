"""Numbers with units: what the user wrote, turned once into the unit of the input.

A number is already in the input's unit; a text says its own (`4000 元/户`, `4.1%`, `3 个月`). Only the part
before the slash is converted, within its family; the part behind it must be the input's. Conversion is exact
(fractions) and rounded once, so `4.1%` is the same float as 0.041.
"""

from __future__ import annotations

import math
import re
import unicodedata
from fractions import Fraction

from finsim.sheet.text import Text

_FAMILIES: tuple[dict[str, Fraction], ...] = (
    {"元": Fraction(1), "万元": Fraction(10**4), "亿元": Fraction(10**8)},
    {"1": Fraction(1), "%": Fraction(1, 100), "‰": Fraction(1, 1000)},
    {"㎡": Fraction(1), "万㎡": Fraction(10**4)},
    {"年份": Fraction(1)},
    {"年": Fraction(1), "月": Fraction(1, 12), "个月": Fraction(1, 12)},
)

_LARGEST = 1e15  # beyond 15 digits a float, and Excel, no longer holds every integer

# A comma stands before exactly three digits: `4,1` is a decimal comma to some, a typing error to others.
_QUANTITY = re.compile(r"([+-]?(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,15})?)\s*([^0-9.,]*)")


class QuantityError(ValueError):
    """A value that is no number in the unit of its input, or lies outside its bounds."""

    def __init__(self, what: Text, allowed: Text, remedy: Text) -> None:
        super().__init__(what, allowed, remedy)
        self.what = what
        self.allowed = allowed
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what.zh} {self.what.en}"


def convert(value: object, unit: str) -> float:
    """The value as a number in `unit`.

    >>> convert("0.4 万元/户", "元/户"), convert("4.1%", "1"), convert("3 个月", "年"), convert(62, "元/㎡")
    (4000.0, 0.041, 0.25, 62.0)
    """
    if isinstance(value, str):
        return _read(value, unit)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _no_number(unit)
    if not abs(value) < _LARGEST:  # so written, it refuses NaN too
        raise QuantityError(
            Text("数值过大，或不是有限的数。", "The number is too large or not finite."),
            _allowed(unit),
            Text("写出 15 位以内的数值。", "Write a number of at most 15 digits."),
        )
    return float(value)


def check(
    number: float,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    unit: str = "1",
) -> None:
    """Refuse a number outside its bounds: at least `ge`, above `gt`, at most `le`, below `lt`."""

    def inside(candidate: float) -> bool:
        return (
            (ge is None or candidate >= ge)
            and (gt is None or candidate > gt)
            and (le is None or candidate <= le)
            and (lt is None or candidate < lt)
        )

    if inside(number):
        return
    remedy = Text("改为允许范围内的数值。", "Write a number within the range.")
    if unit == "1" and 1 <= number <= 100 and inside(number / 100):
        remedy = Text(f"百分数请写成 {_shown(number)}%。", f"Write per cent as {_shown(number)}%.")
    raise QuantityError(
        Text("数值超出允许范围。", "The number is outside the allowed range."),
        _range(ge, gt, le, lt, unit),
        remedy,
    )


def _read(text: str, unit: str) -> float:
    """A text as a number in `unit`; without a unit of its own it is already in it, as in a table's cell."""
    written = _QUANTITY.fullmatch(_plain(text).strip())
    if written is None:
        raise _no_number(unit)
    number = Fraction(written[1].replace(",", ""))
    if not written[2]:
        return float(number)
    given, _, given_per = _spelled(written[2]).partition("/")
    own, _, own_per = _spelled(unit).partition("/")
    family = _family(own)
    given = given or "1"  # `0.05/年` is 0.05 of one, per year
    if given_per != own_per or given not in family:
        where = Text("小数", "a decimal share") if unit == "1" else Text(unit, unit)
        raise QuantityError(
            Text(f"单位不符：此处应为{where.zh}。", f"Wrong unit: this value is in {where.en}."),
            _allowed(unit),
            Text(f"换算成{where.zh}填写。", f"Convert the value to {where.en}."),
        )
    return float(number * family[given] / family[own])


def _plain(text: str) -> str:
    """One way of writing: half-width digits and signs, one square metre."""
    return unicodedata.normalize("NFKC", text).replace("m2", "㎡").replace("平方米", "㎡")


def _spelled(unit: str) -> str:
    """A unit in that one way, without blanks."""
    return "".join(_plain(unit).split())


def _family(own: str) -> dict[str, Fraction]:
    """The units a value in `own` may be written in; a unit without relatives stands alone."""
    return next((family for family in _FAMILIES if own in family), {own: Fraction(1)})


def _no_number(unit: str) -> QuantityError:
    return QuantityError(
        Text("不是数值。", "This is not a number."),
        _allowed(unit),
        Text(
            "只写一个数值，可带单位；小数点用“.”，千分位逗号三位一组，如 1,234.5；范围请写在 assumed。",
            "Write one number, with its unit if you like; a point is the decimal sign, a comma stands before "
            "three digits, as in 1,234.5; a range belongs in `assumed`.",
        ),
    )


def _allowed(unit: str) -> Text:
    """A number, or a text in one of the units of the family."""
    own, slash, per = _spelled(unit).partition("/")
    units = [relative + slash + per for relative in _family(own) if relative != "1"]
    return Text(f"数值，或带单位：{'、'.join(units)}", f"a number, or one with its unit: {', '.join(units)}")


def _range(ge: float | None, gt: float | None, le: float | None, lt: float | None, unit: str) -> Text:
    """The bounds in words."""
    suffix = "" if unit == "1" else f" {unit}"
    if ge is not None and le is not None and gt is None and lt is None:
        return Text(f"{_shown(ge)} 至 {_shown(le)}{suffix}", f"{_shown(ge)} to {_shown(le)}{suffix}")
    words = (
        (ge, Text("不小于", "at least")),
        (gt, Text("大于", "more than")),
        (le, Text("不大于", "at most")),
        (lt, Text("小于", "less than")),
    )
    parts = [(word, _shown(bound) + suffix) for bound, word in words if bound is not None]
    return Text(
        " 且".join(f"{word.zh} {bound}" for word, bound in parts),
        " and ".join(f"{word.en} {bound}" for word, bound in parts),
    )


def _shown(number: float) -> str:
    """A number as a person writes it: 4.1, not 4.100000000000001."""
    return f"{number:.12g}" if math.isfinite(number) else str(number)
