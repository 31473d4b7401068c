"""Tables on the terminal, of which nothing is cut off however narrow it is."""

from __future__ import annotations

from typing import Any

from rich.table import Table


class WholeTable(Table):
    """A table in which a text that has no room in its column goes on in the next line; Rich would end it with "…"."""

    def add_column(self, *given: Any, **more: Any) -> None:
        super().add_column(*given, **{"overflow": "fold", **more})
