"""A scenario file to start from: with example neighbourhoods, or with a table of one's own."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from finsim.importing.listing import Listing
from finsim.scenario.loading import load

_AMOUNTS = (
    "catalogue.works.parking.quantity", "catalogue.streams.parking.quantity", "catalogue.streams.premises.quantity",
    "catalogue.costs.running.amount", "finance.capital.company.amount", "finance.bonds.b2026.face", "finance.loans.bank.commitment",
)  # fmt: skip
"""Amounts of the example that grow with the number of households."""


def starting_file() -> str:
    """A commented scenario that checks and runs; every figure in it is an assumption to be replaced."""
    return (files("finsim") / "data" / "new.yaml").read_text("utf-8")


def table_text(listing: Listing) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*listing.headings, "来源"])
    writer.writerows([*row, "list"] for row in listing.rows)
    return stream.getvalue()


def scenario_of(listing: Listing, title: str, workbook: str, table: str) -> str:
    """The starting file with a table for its units; amounts of the example are scaled to its households."""
    yaml = YAML()
    yaml.width = 4096  # lines stay as they are
    yaml.indent(mapping=2, sequence=4, offset=2)
    document: Any = yaml.load(starting_file())
    example = sum(unit["households"]["value"] for unit in document["units"])
    document["title"], document["title_en"] = title, "Neighbourhoods of a list"
    document["note"] = f"改造单元取自 {workbook}；其余除政策取值外都是假设，须换成自己的资料。"
    document["note_en"] = f"The units are those of {workbook}; all else but the policy values is assumed and to be replaced."
    document["sources"] = {"list": {"document": f"片区一览表 {workbook}", "document_en": f"list of neighbourhoods {workbook}"}}
    document["units"] = {"table": table}
    for path in _AMOUNTS:
        stated = document
        for key in path.split("."):
            stated = stated[key]
        _scale(stated, listing.households / example)
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _scale(stated: Any, times: float) -> None:
    key = "total" if "total" in stated else "value"
    number, _, unit = str(stated[key]).partition(" ")
    scaled = _two_digits(float(number) * times)
    stated[key] = f"{scaled:g} {unit}" if unit else scaled
    stated["assumed"] = [min(scaled, _two_digits(stated["assumed"][0] * times)), max(scaled, _two_digits(stated["assumed"][1] * times))]


def _two_digits(number: float) -> float:
    """Rounded, so that nobody takes it for a figure that was found out."""
    rounded = float(f"{number:.2g}")
    return int(rounded) if rounded.is_integer() else rounded


def proved(texts: dict[str, str], name: str) -> None:
    """The files hold what a scenario must: they are loaded before they are written. Raises ``ScenarioError``."""
    with TemporaryDirectory() as folder:
        for file, text in texts.items():
            (Path(folder) / file).write_text(text, "utf-8")
        load(Path(folder) / name)
