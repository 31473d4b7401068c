"""Statements as plain data, for JSON."""

from __future__ import annotations

from typing import Any

from finsim.report.statements.entries import Entry, amounts
from finsim.report.statements.listing import statements
from finsim.report.statements.platform import platform_checks
from finsim.result import Result


def statements_json(result: Result, account: str) -> dict[str, Any]:
    """Every statement of an account. A value or total that does not exist is null; amounts are in 万元."""
    return {
        "years": list(result.years),
        "vat": "gross" if result.scenario.structure.gross_vat else "net",
        "tables": [
            {
                "id": table.id, "title": table.title.zh, "title_en": table.title.en,
                "rows": [_row(result, account, entry) for entry in table.entries],
            }
            for table in statements(result.scenario.structure)
        ],
        "platform_checks": [
            {"check": x.check.zh, "check_en": x.check.en, "holds": x.holds, "found": x.found.zh, "found_en": x.found.en}
            for x in platform_checks(result, account)
        ],
    }  # fmt: skip


def _row(result: Result, account: str, entry: Entry) -> dict[str, Any]:
    values, total = amounts(result, account, entry)
    return {
        "number": entry.number, "label": entry.label.zh, "label_en": entry.label.en,
        "unit": entry.unit(result.scenario.sheets.account), "rows": list(entry.rows), "total": total, "values": values,
    }  # fmt: skip
