"""The helpers of the workbook tests, tried on a small workbook whose values are known."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.support.libreoffice import recalculate
from tests.support.sheets import Reader, poison, recalculated, stored

# Formula, its value at a price of 100, its value at a price of 250.
FORMULAS = [
    ("=B1*2", 200.0, 500.0),
    ('=A1&"："&B1', "单价：100", "单价：250"),
    ("=B1>200", False, True),
    ("='参 数'!A1+B4", 241.0, 541.0),
    ("=1/(B1-100)", "#DIV/0!", 1 / 150),
    ("=IRR(B2:D2,0.1)", 0.130662386291807, 0.130662386291807),
]
FIRST = 4  # the row of the first formula


def results(read: Reader) -> list[Any]:
    return rounded(read("计算", FIRST + i, 2) for i in range(len(FORMULAS)))


def rounded(values: Iterable[Any]) -> list[Any]:
    return [round(value, 12) if isinstance(value, float) else value for value in values]


AT_100 = rounded(at_100 for _, at_100, _ in FORMULAS)
AT_250 = rounded(at_250 for _, _, at_250 in FORMULAS)


@pytest.fixture
def poisoned(tmp_path: Path) -> Path:
    """The workbook with right values stored at first, then with zeros in their place."""
    honest, target = tmp_path / "诚实.xlsx", tmp_path / "测算表.xlsx"
    with xlsxwriter.Workbook(honest) as book:
        sheet, parameters = book.add_worksheet("计算"), book.add_worksheet("参 数")
        sheet.write_row("A1", ["单价", 100])
        sheet.write_row("A2", ["流量", -100, 60, 60])
        sheet.write_datetime("B3", date(2023, 6, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        parameters.write("A1", 41)
        for i, (formula, value, _) in enumerate(FORMULAS):
            sheet.write_formula(FIRST - 1 + i, 1, formula, None, value)
    assert results(stored(honest)) == AT_100
    poison(honest, target)
    return target


@pytest.fixture
def edited(poisoned: Path, tmp_path: Path) -> Path:
    """The same workbook after a user typed another price, poisoned again."""
    saved, target = tmp_path / "已改.xlsx", tmp_path / "改价.xlsx"
    book = openpyxl.load_workbook(poisoned)
    book["计算"]["B1"] = 250
    book.save(saved)
    poison(saved, target)
    return target


def test_poison_changes_the_values_of_formulas_only(poisoned: Path) -> None:
    read = stored(poisoned)
    assert results(read) == [0.0] * len(FORMULAS)
    assert [read("计算", 1, column) for column in (1, 2, 3)] == ["单价", 100.0, None]
    formulas = openpyxl.load_workbook(poisoned)["计算"]
    assert [formulas.cell(FIRST + i, 2).value for i in range(len(FORMULAS))] == [row[0] for row in FORMULAS]


def test_poison_refuses_a_workbook_without_formulas(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "values.xlsx") as book:
        book.add_worksheet().write("A1", 1)
    with pytest.raises(ValueError, match="no formula"):
        poison(tmp_path / "values.xlsx", tmp_path / "poisoned.xlsx")


def test_formualizer_recalculates(poisoned: Path, edited: Path) -> None:
    assert results(recalculated(poisoned)) == AT_100
    assert results(recalculated(edited)) == AT_250


def test_both_readers_give_the_same_kinds_of_values(poisoned: Path) -> None:
    for read in (stored(poisoned), recalculated(poisoned)):
        assert read("计算", 3, 2) == date(2023, 6, 1)
        assert read("计算", 99, 9) is None
        assert isinstance(read("计算", 1, 2), float)
        with pytest.raises(KeyError):
            read("没有", 1, 1)


def test_formualizer_refuses_what_it_cannot_compute(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "loop.xlsx") as book:
        book.add_worksheet("计算").write_formula("A1", "=A1+1")
    with pytest.raises(ValueError, match="Circ"):
        recalculated(tmp_path / "loop.xlsx")("计算", 1, 1)


@pytest.mark.libreoffice
def test_libreoffice_recalculates(poisoned: Path, edited: Path, tmp_path: Path) -> None:
    folder = tmp_path / "重算"
    assert results(stored(recalculate(poisoned, folder))) == AT_100
    assert results(stored(recalculate(edited, folder))) == AT_250


@pytest.mark.libreoffice
def test_libreoffice_says_when_it_could_not_convert(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="did not convert"):
        recalculate(tmp_path / "missing.xlsx", tmp_path / "out")


def test_libreoffice_never_overwrites(poisoned: Path) -> None:
    with pytest.raises(FileExistsError):
        recalculate(poisoned, poisoned.parent)
