"""finsim: does the renovation of an old neighbourhood balance its own books, under which funding, and how surely?

>>> import finsim
>>> scenario = finsim.load("scenarios/songxian-2023.yaml")
>>> finsim.run(scenario).balanced("all")
False
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from finsim.result import run
    from finsim.risk.trials import simulate
    from finsim.scenario.loading import load

__all__ = ["load", "run", "simulate"]

_HOMES = {"load": "finsim.scenario.loading", "run": "finsim.result", "simulate": "finsim.risk.trials"}


def __getattr__(name: str) -> Any:
    """Import each of the three on first use, so that ``import finsim`` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'finsim' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
