"""Facts of the units and what follows from them: tables in both languages, neighbours, counties, needed facts, derived inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finsim.scenario.loading import check, load
from finsim.sheet import Text

MINIMAL = (Path(__file__).parents[1] / "bad" / "minimal.yaml").read_text(encoding="utf-8")
UNITS = MINIMAL[MINIMAL.index("units:\n") : MINIMAL.index("finance:\n")]
CHINESE = """编号,名称,英文名称,户数,建筑面积,楼栋数,小区数,所属县区,所属县区（英文）,实施企业,实施企业（英文）,单元门数,层数,加装电梯数,2000年底前建成比例,承诺出资,相邻单元
a,甲,A,300,2 万㎡,8,1,甲县,county A,甲城投,company A,24,6,12,80%,50 万元,b；c
b,乙,B,200,1.5 万㎡,6,1,甲县,county A,,,18,3,0,100%,0,a
c,丙,C,100,1 万㎡,3,1,乙县,county B,,,9,7,4,0.5,20,a
"""
ENGLISH = CHINESE.replace(
    CHINESE.splitlines()[0],
    "id,label,label_en,households,area,buildings,neighbourhoods,county,county_en,company,company_en,entrances,floors,lifts,"
    "old_share,pledged,neighbours",
)


def written(tmp_path: Path, table: str, *changes: tuple[str, str]) -> Path:
    text = MINIMAL
    for old, new in (*changes, (UNITS, "units: {table: units.csv}\n")):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (tmp_path / "units.csv").write_text(table, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "s.yaml"


@pytest.mark.parametrize("table", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_a_table_holds_every_fact(table: str, tmp_path: Path) -> None:
    scenario = load(written(tmp_path, table))
    a, b, c = scenario.units
    assert (a.county, a.company, a.floors, a.neighbours) == (
        Text("甲县", "county A"),
        Text("甲城投", "company A"),
        6,
        ("b", "c"),
    )
    assert (b.company, b.neighbours, c.floors) == (Text("", ""), ("a",), 7)
    facts = {
        name: scenario.numbers.unit_inputs[f"facts.{name}"].tolist()
        for name in ("entrances", "lifts", "old_share", "pledged")
    }
    assert facts == {"entrances": [24, 18, 9], "lifts": [12, 0, 4], "old_share": [0.8, 1, 0.5], "pledged": [50, 0, 20]}
    assert scenario.origin("unit", "facts.lifts", "b").kind == "published"


def test_facts_that_nothing_needs_may_be_left_out(tmp_path: Path) -> None:
    plain = "\n".join(",".join(line.split(",")[:7]) for line in CHINESE.splitlines()) + "\n"
    scenario = load(written(tmp_path, plain))
    assert scenario.numbers.unit_inputs["facts.old_share"].tolist() == [1, 1, 1]
    assert scenario.origin("unit", "facts.old_share", "a").kind == "default"
    assert scenario.units[0].county == Text("", "") and scenario.units[0].neighbours == ()


def test_a_source_reaches_the_high_buildings_of_its_county(tmp_path: Path) -> None:
    own = (
        "      per_household: 4000 元/户\n",
        "      per_lift: 10 万元/台\n      county: 甲县\n      floors_from: 4\n",
    )
    scenario = load(written(tmp_path, CHINESE, own))
    assert scenario.numbers.unit_inputs["sources.central.eligible"].tolist() == [1, 0, 0]
    origin = scenario.origin("unit", "sources.central.eligible")
    assert (origin.kind, origin.note.en) == ("derived", "Follows from county and floors_from.")


def test_a_factor_formula_leaves_out_other_counties_and_is_derived(tmp_path: Path) -> None:
    total = "      amount: {total: 90 万元, split: {households: 60%, buildings: 40%}}\n      county: 甲县\n"
    scenario = load(written(tmp_path, CHINESE, ("      per_household: 4000 元/户\n", total)))
    amounts = scenario.numbers.unit_inputs["sources.central.amount"]
    np.testing.assert_allclose(
        amounts, [90 * (0.6 * 300 / 500 + 0.4 * 8 / 14), 90 * (0.6 * 200 / 500 + 0.4 * 6 / 14), 0]
    )
    assert scenario.origin("unit", "sources.central.amount").kind == "derived"
    assert [(note.rule.en) for note in scenario.splits][1] == "households 0.6, buildings 0.4"


def test_a_ramp_is_one_input_a_year_that_may_be_drawn(tmp_path: Path) -> None:
    ramp = ("      ours: 100%\n", "      ours: 100%\n      ramp: [60%, {value: 80%, assumed: [0.7, 0.9]}, 100%]\n")
    text = written(tmp_path, CHINESE, ramp)
    draw = "  streams.bays.ramp_table.1.reached: {triangular: [0.5, 0.6, 0.7], shared: 0}\n"
    text.write_text(text.read_text("utf-8").replace("uncertain:\n", f"uncertain:\n{draw}"), encoding="utf-8")
    scenario = load(text)
    assert [scenario.numbers.unit_inputs[f"streams.bays.ramp_table.{i}.reached"].tolist() for i in (1, 2, 3)] == [
        [0.6],
        [0.8],
        [1],
    ]
    assert scenario.origin("unit", "streams.bays.ramp_table.2.reached").assumed == (0.7, 0.9)


@pytest.mark.parametrize(
    "path", ["works.parking.by_others", "sources.central.eligible", "sources.central.renewal", "streams.bays.consent"]
)
def test_what_follows_from_other_keys_is_neither_stated_nor_drawn(path: str, tmp_path: Path) -> None:
    file = written(tmp_path, CHINESE)
    draw = f"  {path}: {{uniform: [0, 1], shared: 0}}\n"
    file.write_text(file.read_text("utf-8").replace("uncertain:\n", f"uncertain:\n{draw}"), encoding="utf-8")
    assert [(p.path, p.what.en) for p in check(file)] == [(f"uncertain.{path}", "There is no such input.")]


def test_the_concession_cuts_the_life(tmp_path: Path) -> None:
    for years, life in ((10, 10), (30, 20)):
        concession = ("      residual: 5%\n", f"      concession_years: {years}\n")
        scenario = load(written(tmp_path, CHINESE, concession))
        assert scenario.numbers.unit_inputs["works.parking.life"].tolist() == [life]
        assert scenario.numbers.unit_inputs["works.parking.residual"].tolist() == [0]
        assert scenario.structure.intangible == ("parking",)
        assert scenario.origin("unit", "works.parking.life").kind == "derived"


def test_rates_change_from_a_year_on(tmp_path: Path) -> None:
    rate = ("      ours: 100%\n", "      ours: 100%\n      vat_rate: 9%\n      vat_changes: {2030: 6%, 2035: 13%}\n")
    scenario = load(written(tmp_path, CHINESE, rate))
    change = scenario.numbers.unit_schedules["streams.bays.vat_change"][:, 0]
    np.testing.assert_allclose(change[[0, 4, 8, 9, -1]], [0, -0.03, -0.03, 0.04, 0.04])


def test_income_is_taken_in_the_units_that_the_financier_reaches(tmp_path: Path) -> None:
    takes = (
        "      per_household: 4000 元/户\n",
        "      amount: 5\n      county: 乙县\n      takes: {streams: [bays], years: [2028, 2029]}\n",
    )
    scenario = load(written(tmp_path, CHINESE, takes))
    leaves = scenario.numbers.unit_schedules["streams.bays.leaves"]
    assert leaves.sum(axis=0).tolist() == [0, 0, 2] and leaves[2:4, 2].tolist() == [1, 1]
