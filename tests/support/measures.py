"""Figures that a case asks for with ``measure`` or ``arithmetic``: one function of finsim, or a step between figures.

    measure     the function of ``finsim`` that gives it
    given       its arguments by name: a number, a list, a calculation in words (``1000 × 6%``), another measure and given,
                or, in the case of a scenario, a row (``{row: loans.l.opening, period: 2023}``; the whole row without a period)
    part        which part of a result that has several, by name or counted from 1
    period      which period of a series, counted from 1, or ``total``
    arithmetic  a calculation, instead of ``measure``, that may name what ``given`` says
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from finsim import borrowing, break_even, coverage, indicators, subsidy
from tests.support.arithmetic import arithmetic

MODULES = (indicators, borrowing, coverage, break_even, subsidy)

Rows = Callable[[Mapping[str, Any]], Any]
"""What a row is: its entry, as a case writes it, to a number or a series."""


def no_rows(entry: Mapping[str, Any]) -> Any:
    raise AssertionError(f"there is no scenario here to take a row from: {entry['row']}")


def argument(value: Any, rows: Rows = no_rows) -> Any:
    """What ``given`` says, as a function takes it: a series as an array."""
    if isinstance(value, dict):
        return figure(value, rows)
    if isinstance(value, list):
        return np.array([argument(item, rows) for item in value], dtype=float)
    if isinstance(value, str):
        calculated = arithmetic(value)
        assert calculated is not None, f"no number: {value}"
        return calculated
    return value


def figure(entry: Mapping[str, Any], rows: Rows = no_rows) -> Any:
    """The number or series that an entry asks for."""
    if "row" in entry:
        return rows(entry)
    given = {name: argument(value, rows) for name, value in entry.get("given", {}).items()}
    if "arithmetic" in entry:
        found = arithmetic(entry["arithmetic"], {name: float(value) for name, value in given.items()})
        assert found is not None, f"no calculation: {entry['arithmetic']}"
        return found
    function = next(getattr(module, entry["measure"]) for module in MODULES if hasattr(module, entry["measure"]))
    found = function(**given)
    part, period = entry.get("part"), entry.get("period")
    if part is not None:
        found = getattr(found, part) if isinstance(part, str) else found[part - 1]
    assert not isinstance(found, tuple), f"{entry['measure']} has several parts: say which"
    return found if period is None else found.sum() if period == "total" else found[period - 1]
