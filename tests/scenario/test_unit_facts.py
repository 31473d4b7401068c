"""Facts of the units and what follows from them: tables in both languages, neighbours, counties, needed facts, derived inputs."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest

import finsim.scenario.catalogue_form
from finsim.result import run
from finsim.scenario.catalogue_form import input_headings
from finsim.scenario.loading import check, load
from finsim.scenario.problems import ScenarioError
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


def test_a_source_may_reach_several_counties_each_with_a_unit(tmp_path: Path) -> None:
    before, after = "      per_household: 4000 元/户\n", "      per_household: 500 元/户\n      county: [甲县, 乙县]\n"
    scenario = load(written(tmp_path, CHINESE, (before, after + "      floors_from: 7\n")))
    assert scenario.numbers.unit_inputs["sources.central.eligible"].tolist() == [0, 0, 1]
    with pytest.raises(ScenarioError) as refused:
        load(written(tmp_path, CHINESE, (before, after.replace("乙县", "丙县"))))
    assert [(p.path, p.found) for p in refused.value.problems] == [("catalogue.sources.central.county", "丙县")]


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


# ---- the year in which a unit begins -----------------------------------------------------------------------
def beginning(*years: object) -> str:
    """The table with a column of the year in which works begin."""
    first, *lines = CHINESE.splitlines()
    cells = [f"{line},{'' if year is None else year}" for line, year in zip(lines, years, strict=True)]
    return "\n".join([f"{first},开工年份", *cells]) + "\n"


def test_works_of_a_unit_move_to_the_year_in_which_it_begins(tmp_path: Path) -> None:
    """The catalogue's works run 2026–2027; parking is moved a year behind the pipes, and both move together."""
    of_parking = "      category: 完善类\n      owner: company\n      years: "
    later = (f"{of_parking}[2026, 2027]\n", f"{of_parking}2027\n")
    schedules = load(written(tmp_path, beginning(None, 2026, 2029), later)).numbers.unit_schedules
    pipes, parking = (schedules[f"works.{name}.planned"][:6].T.tolist() for name in ("pipes", "parking"))
    assert pipes == [[0.5, 1, 1, 1, 1, 1], [0.5, 1, 1, 1, 1, 1], [0, 0, 0, 0.5, 1, 1]]
    assert parking == [[0, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1]]


def test_a_unit_that_begins_later_pays_and_earns_later(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, beginning(None, None, 2029)))
    result = run(scenario, "unit")
    spent, earned = result.series("investment.cost", "c"), result.series("operations.revenue", "c")
    # 9,000 yuan a household, and its part of 300: half in each of two years
    assert [round(x, 6) for x in spent[:6]] == [0, 0, 0, 70, 70, 0]
    assert next(year for year, x in zip(scenario.years, earned, strict=True) if x > 0) == 2031
    assert result.cell("investment.cost", "a") == pytest.approx(300 * 0.9 + 300 / 2)
    earned = result.series("operations.revenue", "a")
    assert next(year for year, x in zip(scenario.years, earned, strict=True) if x > 0) == 2028


def test_a_scenario_in_which_no_unit_begins_elsewhere_is_what_it_was(tmp_path: Path) -> None:
    plain, named = load(written(tmp_path, CHINESE)), load(written(tmp_path, beginning(2026, 2026, None)))
    assert plain.digest == named.digest
    assert plain.numbers.unit_schedules["works.pipes.planned"].shape[1] == 1


@pytest.mark.parametrize(
    ("year", "said"),
    [(2025, "2026 至 2039 年"), (2040, "2026 至 2039 年"), (1900, "1990 至 2200 年份"), ("明年", "不是数值")],
)
def test_a_year_in_which_works_cannot_begin_is_refused(year: object, said: str, tmp_path: Path) -> None:
    (problem,) = check(written(tmp_path, beginning(None, year, None)))
    assert (problem.path, problem.line) == ("units.b.begins", 3)
    assert said in problem.allowed.zh + problem.what.zh and problem.allowed.en


def test_a_bond_is_for_the_units_that_need_it_until_the_next_one_comes(tmp_path: Path) -> None:
    """a and b build in 2026 and 2027, c in 2028 and 2029: the first bond is theirs by need, the second is c's alone."""
    second = (
        "  loans:\n    bank:\n",
        "    second: {label: 第二批, label_en: second, face: 90 万元, issued: 2028-06-30, term: 10, coupons_a_year: 2, "
        "coupon: 3%}\n"
        "  loans:\n    bank:\n",
    )
    drawn = ("drawn: [2026, 2027]", "drawn: [2027, 2028]")
    path = written(tmp_path, beginning(None, None, 2028), ("by: need", "by: need_then"), second, drawn)
    scenario = load(path)

    def faces(name: str) -> list[float]:
        return scenario.numbers.unit_inputs[f"stakes.{name}.face"].tolist()

    # a year's pipes and parking of a: 135 + 75; the grant of 120 is spent in the first, so 90 are left, then 210;
    # of b two thirds of it, of c one third
    assert faces("bonds.special") == pytest.approx([180, 120, 0])
    assert faces("bonds.second") == pytest.approx([0, 0, 90])
    # the second year of a and b, the first of c
    assert faces("loans.bank") == pytest.approx([300 * need / 380 for need in (210, 140, 30)])
    scenario = load(written(tmp_path, beginning(None, None, 2028), second))
    assert faces("bonds.second") == pytest.approx([45, 30, 15]), "by the need of all years"


# ---- headings that name an input ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("停车月租·数量", "streams.bays.quantity"),
        ("parking: charges a year", "streams.bays.times"),
        ("works.pipes.amount", "works.pipes.amount"),
    ],
)
def test_a_heading_may_name_an_input_in_words(heading: str, path: str, tmp_path: Path) -> None:
    first, *lines = CHINESE.splitlines()
    cells = [f"{line},{number}" for line, number in zip(lines, (30, 20, 10), strict=True)]
    scenario = load(written(tmp_path, "\n".join([f"{first},{heading}", *cells])))
    assert scenario.numbers.unit_inputs[path].tolist() == [30, 20, 10]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("停车月租·数", "是否想写 停车月租·数量？"),
        ("停车月租·数量,streams.bays.quantity", "两列同名"),
        ("栏目", "输入的路径或名称"),
    ],
)
def test_a_heading_that_names_no_input_is_refused(heading: str, said: str, tmp_path: Path) -> None:
    first, *lines = CHINESE.splitlines()
    table = "\n".join([f"{first},{heading}", *(line + ",1" * len(heading.split(",")) for line in lines)])
    (problem,) = check(written(tmp_path, table))
    assert said in problem.what.zh + problem.allowed.zh + problem.remedy.zh
    assert problem.line == 1


def test_words_that_name_two_inputs_name_none() -> None:
    assert doctest.testmod(finsim.scenario.catalogue_form).failed == 0
    two = {name: {"label": "停车", "label_en": f"parking {name}"} for name in ("monthly", "hourly")}
    found = input_headings({"streams": two, "costs": 5})
    assert "停车·数量" not in found
    assert found["parking hourly: quantity"] == "streams.hourly.quantity"
