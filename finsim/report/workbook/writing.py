"""One workbook per account: its sheets written in the order in which they need each other, shown in the order of reading."""

from __future__ import annotations

import datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter

from finsim.files import write_whole
from finsim.report.workbook.book import (
    ACCOUNT,
    AMBER,
    BLUE,
    CHECKS,
    COVER,
    GREEN,
    INPUTS,
    MEASURES,
    RATES,
    RED,
    SERIES,
    STATEMENTS,
    SUMS,
    Book,
)
from finsim.report.workbook.calculation import write_account, write_unit
from finsim.report.workbook.checks import write_checks
from finsim.report.workbook.cover import write_cover
from finsim.report.workbook.inputs import write_inputs
from finsim.report.workbook.measures import write_measures
from finsim.report.workbook.paper import Paper, clean
from finsim.report.workbook.rates import write_rates
from finsim.report.workbook.series import write_series, write_sums
from finsim.report.workbook.tables import write_statements
from finsim.report.workbook.text import SCENARIO, write_scenario
from finsim.result import Result

_CREATED = datetime.datetime(2000, 1, 1)  # fixed: the same result gives the same file, bit for bit


def write(result: Result, account: str, path: Path, scenario: str = "") -> None:
    """Write the live workbook of one account of ``result``, whole or not at all.

    ``scenario`` is the text of the scenario as one file that needs no other; with it the book can be imported again.
    Raises ``KeyError`` for an account that the result does not have, ``SheetError`` for a row that no spreadsheet can hold.
    """
    write_whole(path, _written(result, account, scenario))


def _written(result: Result, account: str, scenario: str) -> bytes:
    chosen = {a.id: a for a in result.accounts}[account]
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    title = f"{result.scenario.title.zh} · {chosen.label.zh}"
    workbook.set_properties(
        {"title": clean(title)[:200], "comments": f"finsim {result.scenario.digest}", "created": _CREATED}
    )
    book = Book(result, chosen, Paper(workbook, title))
    page = book.paper.page
    cover = page(COVER, BLUE)
    inputs, series = page(INPUTS, AMBER), page(SERIES, AMBER)
    sums = page(SUMS, AMBER) if book.merged else None
    units = [(unit, page(book.names[unit.id], BLUE)) for unit in book.units]
    own = page(ACCOUNT, BLUE)
    statements, measures, rates, checks = page(STATEMENTS, GREEN), page(MEASURES, GREEN), page(RATES, GREEN), page(CHECKS, RED)
    write_inputs(book, inputs)
    write_series(book, series)
    if sums is not None:
        write_sums(book, sums)
    for unit, sheet in units:
        write_unit(book, sheet, unit.id, unit.label)
    write_account(book, own)
    write_statements(book, statements)
    write_rates(book, rates)
    write_measures(book, measures)
    outcome = write_checks(book, checks, [*(sheet for _, sheet in units), own])
    write_cover(book, cover, outcome)
    if scenario:
        write_scenario(page(SCENARIO, AMBER), scenario)
    cover.sheet.activate()
    workbook.close()
    return buffer.getvalue()
