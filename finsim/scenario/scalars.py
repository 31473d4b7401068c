"""What a scalar without quotes means: a number, a date, true or false, a text, or nothing certain.

Quoted scalars are text and never come here.
"""

from __future__ import annotations

import datetime
import re
from typing import TypeAlias

from finsim.scenario import refusals
from finsim.scenario.refusals import Refusal

Scalar: TypeAlias = str | int | float | bool | datetime.date

# 15 digits are what a float, and Excel, holds exactly; two digits of exponent keep every number finite.
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

# Asked in this order, before the meanings above.
_REFUSED = tuple(
    (re.compile(pattern), refusal)
    for pattern, refusal in (
        (r"~|(?i:null)|", refusals.NO_VALUE),
        (r"(?i:yes|no|on|off)", refusals.YES_NO),
        (r"[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?", refusals.LEADING_ZERO),
        (r"[-+]?[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?", refusals.BASE_60),
        (r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?", refusals.UNDERSCORE),
        (r"[-+]?0(?:[xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)", refusals.NOT_DECIMAL),
        (r"[-+]?\.(?i:inf|nan)", refusals.NOT_FINITE),
    )
)
_ANY_LENGTH = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def plain(text: str) -> Scalar | Refusal:
    """The meaning of a scalar without quotes, or why it is refused.

    >>> plain("1e3"), plain("2023-06-30"), plain("4000 元/户"), plain("010").remedy.en
    (1000.0, datetime.date(2023, 6, 30), '4000 元/户', 'Drop the leading zero, or quote a code.')
    """
    for pattern, refusal in _REFUSED:
        if pattern.fullmatch(text):
            return refusal
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _ANY_LENGTH.fullmatch(text):
        return refusals.TOO_LONG
    if _DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return refusals.NO_SUCH_DAY
    return _TRUTH.get(text, text)
