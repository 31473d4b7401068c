"""The reference of the scenario file: nothing left unsaid, the page current, the schema as strict as an editor can be."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from finsim.cli import main
from finsim.report.scenario_reference import PAGE, page
from finsim.scenario.help import HELP
from finsim.scenario.reference import Form, Key, json_schema, scenario_form

ROOT = Path(__file__).parents[2]
SCENARIOS = [path for path in sorted((ROOT / "scenarios").rglob("*.yaml")) if path.name != "base.yaml"]
"""A base.yaml is a part that others extend."""
SCHEMA = json_schema()
CHECK = jsonschema.Draft202012Validator(SCHEMA)


def forms(form: Form) -> Iterator[Form]:
    yield form
    for key in form.keys:
        for inner, _ in key.forms:
            yield from forms(inner)


def keys() -> Iterator[tuple[str, Key]]:
    for form in forms(scenario_form()):
        yield from ((form.name, key) for key in form.keys)


def plain(path: Path) -> Any:
    """As an editor reads it: dates are text, keys are text."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(path.read_text("utf-8")), default=str))


def test_every_key_is_said_in_both_languages() -> None:
    for form, key in keys():
        assert re.search("[一-鿿]", key.meaning.zh), (form, key.name)
        assert key.meaning.en and not re.search("[一-鿿]", re.sub(r"[（(][^)）]*[)）]|万元|㎡|元", "", key.meaning.en)), (form, key.name)


def test_no_help_is_given_for_what_is_not_there() -> None:
    known = {f"{form}.{key.name}" for form, key in keys()} | {f"*.{key.name}" for _, key in keys()}
    assert HELP.keys() <= known, HELP.keys() - known


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m finsim.report.scenario_reference"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    done = CliRunner().invoke(main, ["schema"])
    assert done.exit_code == 0 and json.loads(done.output) == SCHEMA


def test_the_schema_is_written_to_a_file(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["schema", "-o", str(tmp_path / "scenario.schema.json")])
    assert done.exit_code == 0 and json.loads((tmp_path / "scenario.schema.json").read_text("utf-8")) == SCHEMA
    assert CliRunner().invoke(main, ["schema", "-o", str(tmp_path / "none" / "x.json")]).exit_code == 2


@pytest.mark.parametrize("path", SCENARIOS, ids=[str(path.relative_to(ROOT / "scenarios")) for path in SCENARIOS])
def test_an_editor_finds_nothing_wrong_with_a_scenario_that_loads(path: Path) -> None:
    assert not [error.message for error in CHECK.iter_errors(plain(path))]


def changed(where: str, value: Any) -> Any:
    content = plain(ROOT / "scenarios" / "two-loans.yaml")
    *path, last = where.split(".")
    inner = content
    for key in path:
        inner = inner[key]
    inner[last] = copy.deepcopy(value)
    return content


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("titel", "x"),
        ("catalogue.streams.parking.pric", 3),
        ("catalogue.streams.parking.price", "dear"),
        ("catalogue.streams.parking.price", -1),
        ("catalogue.streams.parking.occupancy", {"value": 1.2}),
        ("catalogue.streams.parking.occupancy", {"value": 0.9, "assumd": [0, 1]}),
        ("catalogue.works.pipes.owner", "nobody"),
        ("catalogue.works.pipes.years", [2026, 2027, 2028]),
        ("finance.loans.policy_bank.draws", "often"),
        ("finance.split", {"by": "whim"}),
        ("finance.bonds.b2026.coupons_a_year", 4),
        ("tax.loss_years", 7),
        ("timeline", {"first": 2026}),
        ("balance.by", "city"),
        ("finsim", 2),
    ],
)  # fmt: skip
def test_an_editor_finds_a_mistake(where: str, value: Any) -> None:
    assert list(CHECK.iter_errors(changed(where, value)))


def test_a_file_that_extends_another_may_leave_out_anything_but_misspell_nothing() -> None:
    assert not list(CHECK.iter_errors({"extends": "base.yaml", "tax": {"rate": "20%"}, "remove": ["variants.base"]}))
    assert list(CHECK.iter_errors({"tax": {"rate": "20%"}})), "without extends, the rest is missing"
    assert list(CHECK.iter_errors({"extends": "base.yaml", "tax": {"rat": "20%"}}))
