"""Loading: variants, tables, units, what a file may say in several ways, and that a wrong file is refused, never a crash."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from finsim.risk.sampling import Sampler
from finsim.scenario.composing import compose
from finsim.scenario.distributions import Beta, Discrete, Empirical, Event, Lognormal, MeanReverting, Normal, Triangular
from finsim.scenario.document import read
from finsim.scenario.loading import check, load, load_document, self_contained
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.scenario import Scenario

MINIMAL = (Path(__file__).parents[1] / "bad" / "minimal.yaml").read_text(encoding="utf-8")
UNITS = MINIMAL[MINIMAL.index("units:\n") : MINIMAL.index("finance:\n")]
TABLE = """id,label,label_en,households,area,buildings,neighbourhoods
a,甲,A,300,2 万㎡,8,1
b,乙,B,200,1.5 万㎡,6,1
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """The minimal scenario with pieces of its text replaced, written as ``s.yaml``, with ``units.csv`` beside it if given."""
    monkeypatch.chdir(tmp_path)

    def written(*changes: tuple[str, str], table: str | bytes = b"", more: str = "") -> Path:
        text = MINIMAL
        if table:
            changes = (*changes, (UNITS, "units: {table: units.csv}\n"))
            Path("units.csv").write_bytes(table.encode() if isinstance(table, str) else table)
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        Path("s.yaml").write_text(text + more, encoding="utf-8")
        return Path("s.yaml")

    return written


def problems(path: Path) -> list[tuple[str, str]]:
    """Where something is wrong, and what."""
    return [(f"{problem.file}:{problem.line} {problem.path}", problem.what.en) for problem in check(path)]


def face(scenario: Scenario, name: str = "bonds.special") -> Any:
    return scenario.numbers.unit_inputs[f"stakes.{name}.face"]


# ---- variants ----------------------------------------------------------------------------------------------
VARIANTS = """  dear:
    label: 高价
    label_en: dear
    set: {catalogue: {streams: {bays: {price: 200 元}}}}
"""


def test_a_variant_stands_on_top_of_the_file(write: Write) -> None:
    path = write(more=VARIANTS)
    base, dear = load(path), load(path, "dear")
    assert base.variant and dear.variant and (base.variant.id, dear.variant.id) == ("base", "dear")
    assert base.numbers.unit_inputs["streams.bays.price"].tolist() == [150]
    assert dear.numbers.unit_inputs["streams.bays.price"].tolist() == [200]
    line = MINIMAL.count("\n") + 4
    assert dear.origin("unit", "streams.bays.price").place == ("s.yaml", line)
    assert base.origin("unit", "streams.bays.price").place.line == MINIMAL[: MINIMAL.index("price:")].count("\n") + 1
    assert base.digest != dear.digest


def test_without_a_default_the_file_is_taken_as_it_stands(write: Write) -> None:
    scenario = load(write(("default_variant: base\n", "")))
    assert scenario.variant is None
    assert [variant.id for variant in scenario.variants] == ["base"]


def test_what_only_a_variant_spoils_names_the_variant(write: Write) -> None:
    late = "  late: {label: 晚, label_en: late, set: {timeline: {last: 2034}}}\n"
    dear = VARIANTS.replace("200 元", "200 元/户")
    assert [
        (problem.path, problem.what.zh)
        for problem in check(write(more=dear + late + late.replace("late:", "later:", 1)))
    ] == [
        ("finance.bonds.special.term", "变体 late、later：债券在 2036 年到期，超出计算期。"),
        ("finance.loans.bank.repay", "变体 late、later：年份超出计算期。"),
        ("catalogue.streams.bays.price", "变体 dear：单价：单位不符：此处应为元。"),
    ]


def test_what_is_wrong_in_the_file_is_told_once_however_many_variants_it_has(write: Write) -> None:
    path = write(("coupon: 2.6%", "coupon: 26"), more=VARIANTS)
    assert [problem.path for problem in check(path)] == ["finance.bonds.special.coupon"]
    for variant in (None, "base", "dear"):
        with pytest.raises(ScenarioError) as caught:
            load(path, variant)
        assert list(caught.value.problems) == check(path)


def test_a_variant_may_take_another_table(write: Write, tmp_path: Path) -> None:
    (tmp_path / "fewer.csv").write_text(TABLE.replace(",300,", ",100,"), encoding="utf-8")
    path = write(table=TABLE, more="  fewer: {label: 少, label_en: fewer, set: {units: {table: fewer.csv}}}\n")
    assert load(path, "fewer").numbers.unit_inputs["facts.households"].tolist() == [100, 200]
    (tmp_path / "fewer.csv").write_text(TABLE.replace(",300,", ",-3,"), encoding="utf-8")
    (problem,) = check(path)
    assert (problem.file, problem.line, problem.path) == ("fewer.csv", 2, "units.a.households")
    assert problem.what.en.startswith("Variant fewer: households")


# ---- everything in one go ----------------------------------------------------------------------------------
def test_a_part_without_its_form_does_not_hide_what_is_wrong_elsewhere(write: Write) -> None:
    path = write(
        ("price: 150 元", "price: 150 元/户"),  # the stream does not hold; the cost that serves it and what is drawn do
        ("category: 完善类", "category: 完善"),  # a work does not hold
        ("term: 10", "term: 15"),
        ("works: [pipes]", "works: [pipes, parking, roof]"),
        ("tax: {rate: 25%}", "tax: {rate: 25}"),
        table=TABLE.replace(",200,", ",二百,").replace("neighbourhoods", "neighbourhoods,streams.bays.quantity").replace(",1\n", ",1,40\n"),
        more="  x: 5\n",
    )  # fmt: skip
    assert [problem.path for problem in check(path)] == [
        "catalogue.works.parking.category",
        "catalogue.sources.central.pays.works",
        "catalogue.streams.bays.price",
        "finance.bonds.special.term",
        "tax.rate",
        "variants.x",
        "units.b.households",
    ]


def test_a_misspelt_required_key_is_told_once(write: Write) -> None:
    (problem,) = check(write(("occupancy: 85%", "ocupancy: 85%")))
    assert problem.path == "catalogue.streams.bays.ocupancy"
    assert problem.remedy.en == "Did you mean occupancy?"


def test_a_source_that_is_no_text_does_not_make_every_value_sourceless(write: Write) -> None:
    assert [problem.path for problem in check(write(("source: invented\n", "source: 5\n")))] == ["source"]


# ---- tables ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        "\ufeff" + TABLE.replace("\n", "\r\n"),
        TABLE.replace("a,甲", '"a", "甲"').replace('"a", "', '"a","') + "\n,,,,,,\n",
        TABLE.replace("id,label,label_en,households,area,buildings,neighbourhoods", "编号,名称,英文名称,户数,建筑面积,楼栋数,小区数"),
        "".join(f"{line},,\n" for line in TABLE.splitlines()),
        "".join(TABLE.splitlines(keepends=True)[i] for i in (0, 2, 1)),
    ],
    ids=["plain", "from Excel", "quoted", "Chinese headings", "empty columns", "other order"],
)  # fmt: skip
def test_a_table_says_the_same_as_a_list(write: Write, table: str) -> None:
    listed = load(write())
    tabled = load(write(table=table))
    for name, array in listed.numbers.unit_inputs.items():
        assert (tabled.numbers.unit_inputs[name] == array).all(), name
    assert set(tabled.units) == set(listed.units)
    assert tabled.origin("unit", "facts.area", "b").place.file == "units.csv"


def test_a_table_may_have_a_column_for_any_input_of_units(write: Write) -> None:
    table = (
        TABLE.replace("neighbourhoods", "neighbourhoods,streams.bays.quantity")
        .replace("8,1", "8,1,30")
        .replace("6,1", "6,1,")
    )
    scenario = load(write(table=table))
    assert scenario.numbers.unit_inputs["streams.bays.quantity"].tolist() == [30, 80]
    assert scenario.origin("unit", "streams.bays.quantity", "a").place == ("units.csv", 2)
    assert scenario.origin("unit", "streams.bays.quantity", "b").kind == "assumed"


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("area", "aera", "units.csv:1 units.table", "Unknown heading."),
        ("area", "户数", "units.csv:1 units.table", "Two columns have one heading."),
        ("a,甲", "a,<b>甲", "units.csv:2 units.a.label", "The name has a character that cannot be used."),
        ("a,甲", "a,甲\u200b", "units.csv:2 units.a.label", "The name has a character that cannot be used."),
        ("a,甲", "1,甲", "units.csv:2 units.1.id", "This is not how an id is written."),
        ("8,1\n", "8,1,5\n", "units.csv:2 units.table", "This line has another number of cells than the headings."),
        ("a,甲", 'a,"甲', "units.csv:3 units.table", "This is not CSV."),
        ("neighbourhoods", "neighbourhoods,facts.area", "units.csv:2 units.table", "This line has another number of cells than the headings."),
    ],
)  # fmt: skip
def test_a_wrong_table_names_its_line(write: Write, old: str, new: str, where: str, what: str) -> None:
    assert (where, what) in problems(write(table=TABLE.replace(old, new, 1)))


def test_a_column_without_heading_must_be_empty(write: Write) -> None:
    table = TABLE.replace("neighbourhoods", "neighbourhoods,").replace("8,1", "8,1,7").replace("6,1", "6,1,")
    assert problems(write(table=table)) == [("units.csv:2 units.table", "A column with content has no heading.")]


def test_a_table_in_utf_16_says_how_to_save_it(write: Write) -> None:
    (problem,) = check(write(table=TABLE.encode("utf-16")))
    assert (problem.file, problem.line, problem.what.en) == ("units.csv", 1, "The file is UTF-16.")
    assert "CSV UTF-8" in problem.remedy.zh and "CSV UTF-8" in problem.remedy.en


def test_an_unknown_column_is_told_once_for_all_lines(write: Write) -> None:
    table = TABLE.replace("neighbourhoods", "neighbourhoods,streams.bay.quantity").replace(",1\n", ",1,5\n")
    assert problems(write(table=table)) == [("units.csv:1 units.streams.bay.quantity", "There is no such input.")]


@pytest.mark.parametrize(
    "name", ["../units.csv", "/etc/units.csv", r"..\units.csv", r"c:units.csv", "units.txt", "units"]
)
def test_a_table_stands_beside_the_scenario(write: Write, name: str) -> None:
    path = write((UNITS, f"units: {{table: '{name}'}}\n"))
    (problem,) = check(path)
    assert problem.what.en == "The table must be a .csv or .xlsx file in the scenario's folder."


@pytest.mark.parametrize("units", ["[]", "5", "甲", "{tabel: units.csv}", "{}"])
def test_there_must_be_units(write: Write, units: str) -> None:
    assert {problem.path.partition(".")[0] for problem in check(write((UNITS, f"units: {units}\n")))} == {"units"}


# ---- units -------------------------------------------------------------------------------------------------
OF_B = "buildings: 6, neighbourhoods: 1"


def test_a_unit_may_have_values_of_its_own(write: Write) -> None:
    own = "values: {streams.bays.quantity: {value: 20, assumed: [10, 30], note: 现场清点}, works.pipes.per_household: 0.5 万元/户}"
    scenario = load(write((OF_B, f"{OF_B}, {own}")))
    assert scenario.numbers.unit_inputs["streams.bays.quantity"].tolist() == [80, 20]
    assert scenario.numbers.unit_inputs["works.pipes.per_household"].tolist() == [9000, 5000]
    origin = scenario.origin("unit", "streams.bays.quantity", "b")
    assert (origin.kind, origin.assumed, origin.note.zh) == ("assumed", (10, 30), "现场清点")


FOLLOWS = ["works.pipes.life", "works.pipes.owned", "stakes.bonds.special.face"]


@pytest.mark.parametrize("name", [*FOLLOWS, "facts.area", "tax.rate", "loans.bank.draw_weight"])
def test_what_follows_from_other_parts_has_no_value_of_its_own(write: Write, name: str) -> None:
    path = write((OF_B, f"{OF_B}, values: {{{name}: 1}}"))
    assert [what for _, what in problems(path)] == ["There is no such input."]


def test_a_district_is_one_whatever_its_units_are_called(write: Write) -> None:
    east = "district: 城东, district_en: East"
    path = write(("buildings: 8, ", f"buildings: 8, {east}, "), ("buildings: 6, ", f"buildings: 6, {east}, "))
    assert [account.units for account in load(path).accounts("district")] == [("a", "b")]
    other = write(("buildings: 8, ", f"buildings: 8, {east}, "), ("buildings: 6, ", f"buildings: 6, {east}ern, "))
    assert [what for _, what in problems(other)] == ["One district has two English names."]


# ---- uncertainty -------------------------------------------------------------------------------------------
DRAW = "streams.bays.occupancy: {triangular: [0.6, 0.85, 0.95], shared: 0.5}"


def test_parameters_of_a_distribution_may_have_units(write: Write) -> None:
    given = """bonds.special.coupon: {triangular: [2.1%, 2.6%, 3.1%]}
  works.pipes.per_household: {normal: [0.9 万元/户, 500 元/户, 8000, 1 万元/户], shared: 50%}
  costs.running.share_of_income: {lognormal: [100%, 0.1, 90%, 120%], factor: true, shared: 0}"""
    coupon, pipes, running = load(write((DRAW, given))).draws
    assert (coupon.sheet, coupon.shared, coupon.distribution) == ("account", None, Triangular(0.021, 0.026, 0.031))
    assert (pipes.sheet, pipes.shared, pipes.distribution) == ("unit", 0.5, Normal(9000, 500, 8000, 10000))
    assert (running.factor, running.shared, running.distribution) == (True, 0.0, Lognormal(1, 0.1, 0.9, 1.2))


def test_a_normal_distribution_may_have_a_low_end_only(write: Write) -> None:
    given = "streams.bays.price: {normal: [150 元, 20 元, 0 元], shared: 0.5}"
    assert [draw.distribution for draw in load(write((DRAW, given))).draws] == [Normal(150, 20, 0)]
    found = problems(write((DRAW, "streams.bays.price: {normal: [150 元, 20 元], shared: 0.5}")))
    assert [where for where, _ in found] == ["s.yaml:81 uncertain.streams.bays.price.normal"]


def test_a_path_may_have_units(write: Write) -> None:
    given = """loans.bank.rate: {path: {mean: 3.5%, speed: 30%, sd: 0.4%, low: 2%, high: 6%}}
  units.b.streams.bays.growth: {path: {mean: 2, speed: 1, sd: 0, low: 0.5, high: 3}, factor: true}
  streams.bays.occupancy: {path: {mean: 80%, speed: 0.25, sd: 5%, low: 40%, high: 95%}, shared: 0.4}"""
    rate, occupancy, growth = load(write((DRAW, given))).draws
    assert rate.distribution == MeanReverting(mean=0.035, speed=0.3, sd=0.004, low=0.02, high=0.06)
    assert (rate.sheet, rate.shared, growth.unit, growth.factor, occupancy.shared) == ("account", None, "b", True, 0.4)
    assert growth.distribution == MeanReverting(2, 1, 0, 0.5, 3)


def test_what_is_drawn_for_one_unit_stands_after_what_is_drawn_for_all(write: Write) -> None:
    path = write((DRAW, "units.b.streams.bays.occupancy: {uniform: [0.5, 0.6]}\n  " + DRAW))
    assert [draw.unit for draw in load(path).draws] == ["", "b"]


@pytest.mark.parametrize("name", [*FOLLOWS, "loans.bank.draw_weight", "units.b.tax.rate", "units.b", "nothing"])
def test_only_what_is_stated_can_be_drawn(write: Write, name: str) -> None:
    found = problems(write((DRAW, f"{name}: {{uniform: [0.1, 0.2]}}")))
    assert [what for _, what in found] == ["There is no such input."]


@pytest.mark.parametrize(
    "given",
    [
        "streams.bays.occupancy: {uniform: [0.5, 1.01], shared: 0}",
        "streams.bays.occupancy: {uniform: [-0.01, 1], shared: 0}",
        "streams.bays.occupancy: {lognormal: [0.8, 0.1], shared: 0}",
        "streams.bays.occupancy: {normal: [0.8, 0.1, 0.5], shared: 0}",
        "streams.bays.occupancy: {uniform: [0.9, 1.2], factor: true, shared: 0}",
        "streams.bays.quantity: {uniform: [-0.1, 1], factor: true, shared: 0}",
        "construction.overrun: {lognormal: [0.1, 0.5], shared: 0}",
    ],
)
def test_nothing_can_be_drawn_that_the_input_cannot_have(write: Write, given: str) -> None:
    ((_, what),) = problems(write((DRAW, given)))
    assert what.startswith("Values may be drawn that")


APART = "streams.bays.occupancy: {uniform: [0.6, 0.9], shared: 0}"


def test_units_that_share_nothing_must_say_why(write: Write) -> None:
    ((where, what),) = problems(write((DRAW, APART)))
    assert where == "s.yaml:80 uncertain" and "share nothing" in what
    assert check(write((DRAW, APART), more="independent: 各小区由不同城市实施\n")) == []
    assert check(write((DRAW, f"{APART}\n  bonds.special.coupon: {{uniform: [2%, 3%]}}"))) == [], "an input of the account is common"
    assert check(write((DRAW, "units.b.streams.bays.occupancy: {uniform: [0.6, 0.9]}"))) == [], "one unit only"
    single = "\n  ".join(f"units.{unit}.streams.bays.occupancy: {{uniform: [0.6, 0.9]}}" for unit in "ab")
    assert [where for where, _ in problems(write((DRAW, single)))] == ["s.yaml:80 uncertain"]


def test_with_one_unit_nothing_need_be_shared(write: Write) -> None:
    one = UNITS[: UNITS.index("  - {id: b")]
    path = write((UNITS, one), (", shared: 0.5}", "}"))
    assert [draw.shared for draw in load(path).draws] == [None]


def test_a_range_that_does_not_hold_its_value_is_told_with_its_unit(write: Write) -> None:
    (problem,) = check(write(("4000 元/户", "{value: 0.4 万元/户, assumed: [0.2, 0.5]}")))
    assert (problem.what.en, problem.allowed.zh) == ("The value lies outside its assumed range.", "0.2 至 0.5 元/户")


def test_values_and_probabilities_may_have_units(write: Write) -> None:
    given = """works.pipes.per_household: {discrete: [[1 万元/户, 20%], [9000 元/户, 0.8]], shared: 50%}
  bonds.special.coupon: {event: {probability: 10%, value: 3.1%}}
  streams.bays.occupancy: {empirical: [90%, 0.8, 0.7, 0.8], shared: 0.5}
  costs.running.share_of_income: {beta: [2, 3, 90%, 120%], factor: true, shared: 0.5}"""
    coupon, event, bays, running = load(write((DRAW, given))).draws
    assert coupon.distribution == Discrete((9000, 10_000), (0.8, 0.2))
    assert event.distribution == Event(0.1, 0.031) and event.sheet == "account"
    assert bays.distribution == Empirical((0.7, 0.8, 0.8, 0.9))
    assert running.distribution == Beta(2, 3, 0.9, 1.2)


def test_an_event_that_does_not_happen_leaves_what_is_stated(write: Write) -> None:
    given = "streams.bays.occupancy: {event: {probability: 30%, value: 0.5}, shared: 0.5}\n  works.pipes.per_household: {event: {probability: 30%, value: 1.5}, factor: true, shared: 0.5}"
    scenario = load(write((DRAW, given)))
    drawn = Sampler(scenario, 1)(0, 1000)
    for path, happened in (("streams.bays.occupancy", lambda stated: 0.5), ("works.pipes.per_household", lambda stated: 1.5 * stated)):
        for values, stated in zip(drawn["unit", path], np.broadcast_to(scenario.numbers.unit_inputs[path], 2), strict=True):
            assert set(values.tolist()) == {float(stated), float(happened(stated))}
            assert (values == happened(stated)).mean() == pytest.approx(0.3, abs=0.05)


def test_observed_values_come_from_a_column_beside_the_file(write: Write, tmp_path: Path) -> None:
    path = write((DRAW, "streams.bays.occupancy: {empirical: {table: seen.csv, column: 出租率}, shared: 0.5}"))
    path.with_name("seen.csv").write_text("小区,出租率\n东园,80%\n西园,0.7\n南园,\n", "utf-8")
    (draw,) = load(path).draws
    assert draw.distribution == Empirical((0.7, 0.8))
    alone = self_contained(path)
    assert alone.value["uncertain"]["streams.bays.occupancy"]["empirical"] == ["80%", "0.7"]
    assert load_document(alone).digest == load(path).digest
    with pytest.raises(ScenarioError, match="引用了另外的表格"):
        load_document(compose(path))


# ---- splits ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "faces", "rule"),
    [
        ("households", [180, 120], "households"),
        ("area", [300 * 4 / 7, 300 * 3 / 7], "floor area"),
        ("equal", [150, 150], "equal parts"),
        ("investment", [180, 120], "cost of works"),
        ("income", [150, 150], "net income"),
        ("need", [180, 120], "investment left to the account"),
    ],
)
def test_finance_is_divided_by_the_key_that_is_named(write: Write, key: str, faces: list[float], rule: str) -> None:
    scenario = load(write(("by: need", f"by: {key}")))
    assert face(scenario) == pytest.approx(faces)
    assert [split.rule.en for split in scenario.splits if split.subject.en == "special bond"] == [rule]


def test_listed_shares_may_leave_a_unit_out(write: Write) -> None:
    path = write(("face: 300 万元", "face: 300 万元\n      split: {listed: {b: 100%}}"))
    scenario = load(path)
    assert face(scenario).tolist() == [0, 300]
    assert face(scenario, "loans.bank") == pytest.approx([180, 120])


def test_a_total_of_the_programme_is_divided_over_the_units(write: Write) -> None:
    for key, amounts in {
        "households": [180, 120],
        "buildings": [300 * 8 / 14, 300 * 6 / 14],
        "equal": [150, 150],
    }.items():
        scenario = load(write(("split: households}", f"split: {key}}}")))
        assert scenario.numbers.unit_inputs["works.parking.amount"] == pytest.approx(amounts)


# ---- whatever is written -----------------------------------------------------------------------------------
WHOLE: Any = read(Path(__file__).parents[1] / "bad" / "minimal.yaml").value


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a document below its top."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from paths(one, (*path, key))


SCALARS = st.one_of(
    st.booleans(), st.integers(-(10**15) + 1, 10**15 - 1), st.floats(-1e9, 1e9), st.integers(2020, 2045),
    st.dates(datetime.date(2020, 1, 1), datetime.date(2045, 12, 31)), st.text(max_size=8),
    st.sampled_from(["4.1%", "300 元/户", "万元", "a", "b", "pipes", "bays", "need", "area", "company", "bullet", "units.b.tax.rate"]),
)  # fmt: skip
KEYS = st.sampled_from(
    [
        "value",
        "total",
        "split",
        "assumed",
        "source",
        "by",
        "listed",
        "table",
        "triangular",
        "shared",
        "a",
        "Ä",
        "x.y",
        2026,
    ]
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """The minimal scenario with one to three parts dropped, replaced by anything, renamed or doubled."""
    document = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(list(paths(document))))
        parent = document
        for key in path:
            parent = parent[key]
        match draw(st.sampled_from(["drop", "replace", "rename or double"])):
            case "drop":
                del parent[last]
            case "replace":
                parent[last] = draw(VALUES)
            case _ if isinstance(parent, dict):
                parent[draw(KEYS)] = parent.pop(last)
            case _:
                parent.append(copy.deepcopy(parent[last]))
    return document


@given(mutated())
@settings(max_examples=100)
def test_any_file_loads_or_is_refused_with_a_place_and_a_remedy(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.yaml"
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.dump(document, path)
    try:
        scenario = load(path)
    except ScenarioError as error:
        assert error.problems
        for problem in error.problems:
            assert complete(problem), problem
    else:
        assert all(np.isfinite(array).all() for array in scenario.numbers.unit_inputs.values())


def complete(problem: Problem) -> bool:
    """It says where, what and how to mend it, in both languages."""
    return bool(problem.file.endswith("mutated.yaml") and problem.line and all(problem.what) and all(problem.remedy))
