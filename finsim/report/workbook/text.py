"""情景: the scenario itself, one line of its file in each row, so that ``finsim import`` can read an edited book back."""

from __future__ import annotations

from finsim.report.workbook.layout import BODY, LABEL
from finsim.report.workbook.paper import Page
from finsim.sheet import Text

SCENARIO = "情景"


def write_scenario(page: Page, scenario: str) -> None:
    page.title(
        Text("情景文件", "Scenario"),
        Text(
            "本簿所据的情景。修改请在黄底单元格；`finsim import 本簿` 把改动并回情景，请勿改动本表。",
            "What this book was made from. Edit the yellow cells; `finsim import` puts the changes back. Leave this sheet alone.",
        ),
    )
    page.sheet.set_column(LABEL, LABEL, 140)
    lines = scenario.splitlines()
    for number, line in enumerate(lines):
        page.text(BODY + number, LABEL, line, font_name="Consolas", font_size=8)
    page.finish(BODY + len(lines), LABEL)
