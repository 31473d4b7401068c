"""Small scenarios of the tests, loaded as a file like any other and evaluated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from finsim.result import Result, run
from finsim.scenario.document import parse, read
from finsim.scenario.loading import load

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"

UNSAID = """
finsim: 1
title_en: case
source: case
sources: {case: {document: 手算例题, document_en: worked by hand}}
timeline: {first: 2021, last: 2030}
catalogue: {}
units: [{id: u, label: 单元, label_en: unit, households: 0, area: 0, buildings: 0, neighbourhoods: 0}]
finance: {split: {by: equal}}
assets: {right_share: 1, right_life: 10}
tax: {rate: 0}
surcharges: {on_vat: 0, on_revenue: 0}
cover: {threshold: 1.2, income_tax_counted: 0, income_until: end}
recovery: {discount_rate: 5%}
balance: {by: all, standard: [cover_full, liquidity]}
"""
"""What a scenario of a test leaves out."""


def evaluated(case: dict[str, Any], folder: Path) -> Result:
    """The case's scenario, loaded as a file like any other, and evaluated."""
    if "file" in case:
        return run(load(ROOT / case["file"], case.get("variant")), case.get("by"))
    scenario: Any = parse(UNSAID.encode(), "UNSAID").value
    for key, value in {"title": case["title"], **case["scenario"]}.items():
        scenario[key] = {**scenario[key], **value} if isinstance(scenario.get(key), dict) else value
    path = folder / "scenario.yaml"
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False  # the order of sources is the order of drawing
    yaml.dump(scenario, path)
    return run(load(path), case.get("by"))


class Sheet:
    """Rows of the one account of a scenario, or of one of its units: ``sheet["tax.tax"]``.

    A row is an array with a number for each year, a cell one number.
    """

    def __init__(self, result: Result, unit: str = "") -> None:
        self.result, self.unit = result, unit
        (self.account,) = (account.id for account in result.accounts)

    def __getitem__(self, path: str) -> Any:
        sheet, member = ("unit", self.unit) if self.unit else ("account", self.account)
        model = self.result.scenario.sheets.unit if self.unit else self.result.scenario.sheets.account
        read = self.result.cell if model.rows[path].cell else self.result.series
        return read(path, member, sheet)

    def of(self, path: str, year: int) -> float:
        """A row in one year."""
        return float(self[path][year - self.result.years[0]])


def account(folder: Path, scenario: str, *changes: str) -> Sheet:
    """The account of a scenario: the name of a case in ``tests/cases``, or YAML; then changes, each YAML too.

    A change has what it adds or has otherwise.
    """
    named = "\n" not in scenario
    found = read(CASES / f"{scenario}.yaml").at(("scenario",)) if named else parse(scenario.encode(), "scenario")
    for change in changes:
        found = found.merged(parse(change.encode(), "change"))
    return Sheet(evaluated({"title": "例", "scenario": found.value}, folder))


def differs(right: float, *wrong: float, by: float) -> None:
    """A test with this figure would catch the mistakes that give the others."""
    for figure in wrong:
        assert abs(right - figure) > by, f"{right} cannot be told from {figure}"
