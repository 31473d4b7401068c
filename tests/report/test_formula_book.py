"""The formula book in the documentation is the one the rows give now."""

from __future__ import annotations

from pathlib import Path

from finsim.model.structure import sheets
from finsim.report.formula_book import formula_book, one_of_each


def test_the_book_is_current() -> None:
    """After a change of a row: python -m finsim.report.formula_book."""
    assert Path("docs/formulas.md").read_text(encoding="utf-8") == formula_book()


def test_every_row_stands_in_the_book() -> None:
    book = formula_book()
    for model in (sheets(one_of_each()).unit, sheets(one_of_each()).account):
        for path, row in model.rows.items():
            assert row.label.zh in book and row.label.en in book, path
