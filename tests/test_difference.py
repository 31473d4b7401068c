"""Two scenarios compared: what differs, what follows, and which input did it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from finsim.cli import main
from finsim.difference import Difference, compare
from finsim.result import run
from finsim.scenario.loading import load, self_contained

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "two-loans.yaml"
DEAR, WHERE = "catalogue.streams.parking.price", "catalogue.streams.premises.price"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"COLUMNS": "160", "FINSIM_LANG": None})


def compared(first: Path, second: Path, *variants: str | None, by: str | None = None) -> Difference:
    one, other = variants or (None, None)
    return compare((load(first, one), self_contained(first, one)), (load(second, other), self_contained(second, other)), by)


def written(folder: Path, *pairs: tuple[str, str]) -> Path:
    text = BASE.read_text("utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "other.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_scenario_does_not_differ_from_itself() -> None:
    found = compared(BASE, BASE)
    assert not found.changes and not found.effects and not found.moved
    assert "都相同" in call("diff", str(BASE), str(BASE)).output


def test_words_and_ways_of_writing_are_no_difference(tmp_path: Path) -> None:
    other = written(
        tmp_path, ("title: 两笔贷款（虚构示例）", "title: 另一个名字"), ("label: 停车\n", "label: 车位\n"), ("coupon: 2.4%", "coupon: 0.024"),
        ("per_household: 4000 元/户", "per_household: 0.4 万元/户"),
    )  # fmt: skip
    found = compared(BASE, other)
    assert not found.changes and not found.moved


def test_each_input_is_told_with_both_places(tmp_path: Path) -> None:
    other = written(tmp_path, ("price: {value: 150 元", "price: {value: 165 元"), ("households: 300", "households: 330"))
    found = compared(BASE, other)
    assert [change.name for change in found.changes] == [DEAR, "units.river.households"]
    price, households = found.changes
    assert price.before == {"value": "150 元", "note": "元/位·月"} and price.places[0].file == BASE.as_posix()
    assert (households.before, households.after) == (300, 330) and households.places[1].file == other.as_posix()


def test_one_change_alone_is_the_whole_difference(tmp_path: Path) -> None:
    other = written(tmp_path, ("price: {value: 150 元", "price: {value: 165 元"))
    found = compared(BASE, other)
    ((effect, by),) = found.movers("fnpv")
    values = [run(load(path), "all").indicators("all")["fnpv"] for path in (BASE, other)]
    assert effect.change.name == DEAR and values[0] is not None and values[1] is not None
    assert by == pytest.approx(values[1] - values[0], abs=1e-9)


def test_the_strongest_mover_comes_first_and_the_rest_is_the_joint_effect(tmp_path: Path) -> None:
    """Price and occupancy multiply: together they do more than each alone, by exactly the product of the two rises."""
    other = written(tmp_path, ("price: {value: 150 元", "price: {value: 165 元"), ("occupancy: {value: 90%", "occupancy: {value: 97.2%"))
    found = compared(BASE, other)
    revenue = [moved for moved in found.moved if moved.name == "revenue"]
    movers = dict((effect.change.name, by) for effect, by in found.movers("fnpv"))
    assert list(movers) == [DEAR, "catalogue.streams.parking.occupancy"] and all(by > 0 for by in movers.values())
    assert movers[DEAR] / movers["catalogue.streams.parking.occupancy"] == pytest.approx(0.1 / 0.08, rel=0.02)
    assert len(revenue) == 1
    ((before, after),) = [(m.before, m.after) for m in revenue]
    parking = run(load(BASE), "all").cell("streams.parking.revenue", "all")
    assert after - before == pytest.approx(parking * (1.1 * 1.08 - 1), rel=1e-9)  # type: ignore[operator]


def test_an_entry_that_only_one_has_is_one_change(tmp_path: Path) -> None:
    text = BASE.read_text("utf-8")
    start, end = text.index("    commercial_bank:"), text.index("\nassets:")
    bank = text[start:end]
    other = written(tmp_path, (bank, ""), ("  loans.commercial_bank.rate: {triangular: [3.5%, 4.1%, 4.9%]}\n", ""))
    found = compared(BASE, other)
    names = [change.name for change in found.changes]
    assert names == ["finance.loans.commercial_bank", "uncertain.loans.commercial_bank.rate"]
    assert found.changes[0].after is None


def test_what_cannot_be_changed_alone_says_so(tmp_path: Path) -> None:
    """A bond that runs longer than the timeline loads only together with the longer timeline."""
    other = written(tmp_path, ("last: 2050", "last: 2060"), ("term: 10", "term: 30"))
    found = compared(BASE, other)
    refused = {effect.change.name for effect in found.effects if effect.refused}
    assert refused == {"finance.bonds.b2026.term"}
    assert "不能单独改变" in call("diff", str(BASE), str(other)).output


def test_units_are_matched_by_id_whatever_their_order(tmp_path: Path) -> None:
    text = BASE.read_text("utf-8")
    start, middle, end = text.index("  - id: east"), text.index("  - id: west"), text.index("  - id: river")
    other = written(tmp_path, (text[start:end], text[middle:end] + text[start:middle]))
    assert not compared(BASE, other).changes


def test_a_unit_that_only_one_has(tmp_path: Path) -> None:
    row = "  - {id: north, label: 北园, label_en: North, households: 100, area: 9000, buildings: 3, neighbourhoods: 1}\n"
    listed = ("units: [east, river]}", "units: [east, river, north]}")
    other = written(tmp_path, ("  - id: river\n", row + "  - id: river\n"), listed)
    found = compared(BASE, other, by="unit")
    assert [change.name for change in found.changes] == ["units.north"]
    assert [account.id for account in found.accounts] == ["east", "west", "river"]
    assert not found.effects[0].refused and "north" in call("diff", str(BASE), str(other), "--by", "unit").output


def test_variants_of_one_file_in_text_and_json() -> None:
    arguments = ["diff", str(BASE), str(BASE), "--variant-a", "base", "--variant-b", "high_subsidy"]
    content: Any = json.loads(call(*arguments, "--json").output)
    assert [one["path"] for one in content["inputs"]] == ["catalogue.sources.central.per_household"]
    assert content["inputs"][0]["after"]["value"] == "6000 元/户" and content["inputs"][0]["after"]["line"]
    assert content["digests"] == [load(BASE, variant).digest for variant in ("base", "high_subsidy")]
    assert {one["path"] for one in content["alone"]["grants_per_household"]} == {"catalogue.sources.central.per_household"}
    text = call("--lang", "en", *arguments).output
    assert "inputs that differ" in text and "fiscal money per household" in text
    assert "户均财政资金" in call(*arguments).output


def test_a_scenario_that_does_not_load_is_told(tmp_path: Path) -> None:
    other = written(tmp_path, ("coupon: 2.4%", "coupon: dear"))
    done = call("diff", str(BASE), str(other))
    assert done.exit_code == 1 and "other.yaml:" in done.output
