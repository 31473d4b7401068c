"""Which of the two a workbook is: an edited book of finsim, or a list of neighbourhoods."""

from __future__ import annotations

from pathlib import Path

from finsim.importing.edited import Edited, read_edited
from finsim.importing.listing import Listing, read_listing
from finsim.report.workbook.book import INPUTS
from finsim.scenario.spreadsheet import sheet_names, sheets

__all__ = ["Edited", "Listing", "read_workbook"]


def read_workbook(path: Path, sheet: str | None = None) -> Edited | Listing:
    """What stands in a workbook. Raises :class:`ScenarioError` with the address of every cell that cannot be used."""
    if INPUTS in sheet_names(path):
        return read_edited(path)
    return read_listing(sheets(path), path, sheet)
