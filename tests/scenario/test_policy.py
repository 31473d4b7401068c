"""Policy values: that their files are valid, which of them holds on a day, and how a scenario uses them."""

from __future__ import annotations

import datetime
import re
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from ruamel.yaml import YAML

from finsim.report.policies import policy_page
from finsim.report.screen import source_line
from finsim.report.workbook import write
from finsim.result import run
from finsim.scenario import loading, policy_files
from finsim.scenario.document import Place
from finsim.scenario.fields import BOND_TERMS
from finsim.scenario.loading import load
from finsim.scenario.policy import Entry, Policies, Policy
from finsim.scenario.policy_files import DATA, chapters, policies, read_chapters, value
from finsim.scenario.problems import ScenarioError
from finsim.scenario.quantity import QuantityError
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text

ROOT = Path(__file__).parents[2]
FILES = sorted(DATA.glob("*.yaml"))
GOOD = (ROOT / "tests" / "bad" / "minimal.yaml").read_text("utf-8")
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
TIMELINE = "timeline: {first: 2026, last: 2040}\n"
PRICE = "      price: 150 元\n"


# ---- the files ---------------------------------------------------------------------------------------------
def written(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


def test_there_are_files_of_several_subjects() -> None:
    assert {path.stem for path in FILES} == {"bonds", "company", "grants", "lending", "local", "tax"}
    assert len(policies()) == sum(len(written(path)["values"]) for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_valid(path: Path) -> None:
    """Read again without the program: types, both languages, links, dates in order, every document used."""
    content = written(path)
    assert content["title"] and not CHINESE.search(content["title_en"])
    used = set()
    for key, document in content["documents"].items():
        assert document["document"] and not CHINESE.search(document["document_en"]), key
        assert re.fullmatch(r"https?://\S+", document.get("link", "http://none")), key
    for name, item in content["values"].items():
        assert re.fullmatch(r"[a-z][a-z0-9_.]+", name)
        assert item["label"] and item["label_en"] and not CHINESE.search(item["label_en"]), name
        assert isinstance(item["unit"], str)
        for entry in item["entries"]:
            assert type(entry["from"]) is type(entry["checked"]) is date, name
            assert entry["confidence"] in ("high", "medium", "low"), name
            assert ("note" in entry) == ("note_en" in entry), name
            assert not CHINESE.search(entry.get("note_en", "")), name
            assert entry["from"] <= entry.get("to", date.max), name
            used.add(entry["document"])
            if entry["confidence"] == "high":
                assert "link" in content["documents"][entry["document"]], name
            else:
                assert entry["note"], f"{name}: what is to be verified must be said"
        for earlier, later in pairwise(item["entries"]):
            assert earlier.get("to", earlier["from"]) < later["from"], name
    assert used == content["documents"].keys()


def test_the_files_come_with_the_package() -> None:
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"][
        "finsim"
    ]
    found = {path for pattern in packaged for path in (ROOT / "finsim").glob(pattern)}
    assert set(FILES) <= found


def test_the_page_is_current() -> None:
    """After a change of a file: python -m finsim.report.policies."""
    page = (ROOT / "docs" / "policy.md").read_text("utf-8")
    assert page == policy_page()
    assert all(page.count(f"`{name}`") >= 2 for name in policies())
    english = page.split("\n---\n\n")[1]
    links = re.compile(r"\]\([^)]*\)")
    left = {line for line in links.sub("]", english).splitlines() if CHINESE.search(line)}
    assert not left


# ---- which holds on a day ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "on", "number"),
    [
        ("vat.goods", date(2019, 4, 1), 0.13),
        ("vat.modern_services", date(2025, 12, 31), 0.06),
        ("vat.modern_services", date(2026, 1, 1), 0.06),
        ("income_tax.rate", date(2023, 6, 1), 0.25),
        ("community_care.vat", date(2027, 12, 31), 0.0),
        ("community_care.income_relief", date(2026, 1, 1), 0.1),
        ("capital.minimum", date(2023, 6, 1), 0.2),
        ("company.reserve_rate", date(2024, 6, 30), 0.1),
        ("company.reserve_cap", date(2024, 7, 1), 0.5),
        ("bonds.as_capital_limit", date(2025, 1, 1), 0.3),
        ("bonds.payment_fee", date(2026, 6, 1), 0.00005),
        ("vat.small_scale_limit", date(2026, 6, 1), 500.0),
        ("grants.renewal.west", date(2025, 6, 1), 12.0),
        ("grants.central.weight.households", date(2019, 12, 31), 0.4),
        ("grants.central.weight.households", date(2020, 1, 1), 0.3),
    ],
)
def test_a_value_on_a_day(name: str, on: date, number: float) -> None:
    assert value(name, on) == number


@pytest.mark.parametrize(
    ("name", "on"),
    [
        ("community_care.vat", date(2028, 1, 1)),
        ("community_care.vat", date(2019, 5, 31)),
        ("bonds.agency_fee.five_years", date(2026, 1, 1)),
        ("grants.central.per_household", date(2025, 5, 21)),
        ("vat.parking", date(2025, 12, 31)),
    ],
)
def test_a_day_outside_every_period_is_an_error(name: str, on: date) -> None:
    with pytest.raises(QuantityError) as caught:
        value(name, on)
    assert name in caught.value.what.zh and str(on) in caught.value.what.en
    for entry in policies()[name].entries:
        assert (
            str(entry.begins) in caught.value.allowed.zh and str(entry.until) in caught.value.allowed.en
        ) or not entry.until


def test_what_stands_in_the_program_agrees_with_the_files() -> None:
    on = date(2026, 1, 1)
    assert value("bonds.terms", on) == BOND_TERMS
    assert {value("income_tax.loss_years", on), value("income_tax.loss_years_high_tech", on)} == {5, 10}
    for place in ("city", "town", "elsewhere"):
        parts = [
            value(f"surtax.urban_maintenance.{place}", on),
            value("surtax.education", on),
            value("surtax.local_education", on),
        ]
        assert value(f"surtax.{place}", on) == pytest.approx(sum(parts), abs=1e-12)  # type: ignore[arg-type]
    for on in (date(2019, 12, 31), date(2020, 1, 1)):
        kinds = ["area", "households", "buildings", "neighbourhoods", *(["performance"] if on.year == 2020 else [])]
        assert sum(value(f"grants.central.weight.{kind}", on) for kind in kinds) == pytest.approx(1)  # type: ignore[misc]


def test_what_is_not_sure_is_marked() -> None:
    """What the material calls sure is sure; what it infers, quotes or drafts is not."""
    on = date(2026, 6, 1)
    unsure = {name for name, policy in policies().items() if policy.entries[-1].uncertain()}
    for name in (
        "vat.parking",
        "vat.electricity",
        "vat.property_management",
        "bonds.issue_fee",
        "bonds.cover.review",
        "grants.central.per_household",
        "anqing.residents.share",
        "jiamusi.residents.per_area",
        "platform.rate.over_five_years",
    ):
        assert name in unsure
    assert policies()["anqing.residents.share"].entries[0].confidence == "low"
    for name in (
        "vat.modern_services",
        "community_care.vat",
        "income_tax.rate",
        "bonds.terms",
        "bonds.as_capital_limit",
    ):
        assert not policies()[name].on(on).uncertain(on), name


def policy(*periods: tuple[date, date | None, float], checked: date = date(2026, 1, 1)) -> Policy:
    said = Text("据", "by")
    entries = tuple(
        Entry(begins, None, until, number, said, "", checked, "high", Text("", "")) for begins, until, number in periods
    )
    return Policy("x.rate", said, "1", entries, Place("x.yaml", 1))


def test_nothing_is_sure_after_the_day_it_was_checked() -> None:
    open_, ended = policy((date(2020, 1, 1), None, 0.1)), policy((date(2020, 1, 1), date(2030, 12, 31), 0.1))
    assert [open_.entries[0].uncertain(day) for day in (date(2026, 1, 1), date(2026, 1, 2))] == [False, True]
    assert not ended.entries[0].uncertain(date(2029, 1, 1)), "its document says that it holds"


def test_the_calendar_is_followed_by_the_end_of_each_year() -> None:
    """16 % to March 2019, 13 % from April: 2019 has 13 %. The relief after it ends in June 2022: 2022 is not known."""
    changing = policy(
        (date(2018, 5, 1), date(2019, 3, 31), 0.16), (date(2019, 4, 1), date(2021, 6, 30), 0.13), (date(2021, 7, 1), date(2022, 6, 30), 0.0),
    )  # fmt: skip
    known = Policies({"x.rate": changing}, date(2018, 6, 1))
    assert known.by_year("x.rate", tuple(range(2016, 2026))) == {2018: 0.16, 2019: 0.13, 2020: 0.13, 2021: 0.0}
    assert known.number("x.rate", "年份") == 2018, "the last whole year of 16 %"
    assert changing.known_until(date(2018, 6, 1)) == date(2022, 6, 30)
    assert changing.holds_until(date(2018, 6, 1)) == date(2019, 3, 31)


def test_a_gap_ends_what_is_known_and_a_renewal_does_not() -> None:
    gap = policy((date(2020, 1, 1), date(2021, 12, 31), 0.1), (date(2022, 1, 2), None, 0.1))
    renewed = policy((date(2020, 1, 1), date(2021, 12, 31), 0.1), (date(2022, 1, 1), None, 0.1))
    assert gap.holds_until(date(2020, 6, 1)) == date(2021, 12, 31)
    assert renewed.holds_until(date(2020, 6, 1)) is None


# ---- files that are wrong ----------------------------------------------------------------------------------
FILE = """title: 税
title_en: taxes
documents:
  law: {document: 某法, document_en: a law, link: https://example.org/law}
  talk: {document: 口头, document_en: a talk}
values:
  tax.rate:
    label: 税率
    label_en: rate
    unit: "1"
    entries:
      - {from: 2020-01-01, to: 2020-12-31, value: 10%, document: law, checked: 2026-01-01, confidence: high}
      - {from: 2021-01-01, value: 12%, document: law, checked: 2026-01-01, confidence: high}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("from: 2021-01-01, value", "from: 2020-12-31, value", 13, "重叠"),
        ("from: 2021-01-01, value", "from: 2019-01-01, value", 13, "重叠"),
        ("to: 2020-12-31", "to: 2019-12-31", 12, "早于"),
        ("value: 12%", "value: 12 元", 13, "单位"),
        ("value: 12%", "value: 百分之十二", 13, "不是数值"),
        ("from: 2021-01-01, value", "value", 13, "缺少必填项 from"),
        ("checked: 2026-01-01, confidence: high}\n      - {from: 2021", "checked: 去年, confidence: high}\n      - {from: 2021", 12, "应为日期"),
        ("12%, document: law", "12%, document: lav", 13, "没有登记"),
        ("12%, document: law", "12%, document: talk", 13, "不能标为 high"),
        ("link: https://example.org/law", "link: example.org", 4, "不是网址"),
        ("    label_en: rate\n", "", 7, "缺少必填项 label_en"),
        ("  tax.rate:", "  Tax:", 7, "名称写法"),
        ("12%, document", "12%, note: 只有中文, document", 13, "一种语言"),
        ("confidence: high}\n      -", "confidence: sure}\n      -", 12, "选项"),
        ("value: 12%, doc", "valeu: 12%, doc", 13, "valeu"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert FILE.count(old) == 1, old
    path = tmp_path / "tax.yaml"
    path.write_text(FILE.replace(old, new), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_chapters([path])
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == (path.as_posix(), line)
    assert words in problem.say("zh")
    assert problem.remedy.zh and problem.remedy.en


def test_a_name_stands_once_in_all_files(tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path in paths:
        path.write_text(FILE, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_chapters(paths)
    (problem,) = caught.value.problems
    assert problem.file == paths[1].as_posix() and "a.yaml:7" in problem.remedy.zh


def test_a_file_that_is_right_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tax.yaml"
    path.write_text(FILE, "utf-8")
    ((rate,),) = [chapter.policies for chapter in read_chapters([path])]
    assert [(e.begins.year, e.until, e.value, e.document.en) for e in rate.entries] == [
        (2020, date(2020, 12, 31), 0.1, "a law"), (2021, None, 0.12, "a law"),
    ]  # fmt: skip


# ---- in a scenario -----------------------------------------------------------------------------------------
def scenario(
    folder: Path, *changes: tuple[str, str], as_of: str = "2026-06-01", variant: str | None = None
) -> Scenario:
    text = GOOD.replace(TIMELINE, f"{TIMELINE}policy: {{as_of: {as_of}}}\n")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "scenario.yaml"
    path.write_text(text, "utf-8")
    return load(path, variant)


RATE = ("tax: {rate: 25%}", "tax: {rate: {policy: income_tax.rate}}")
SURTAX = ("on_vat: 0,", "on_vat: {policy: surtax.town},")


def test_a_value_has_its_document_and_says_how_sure_it_is(tmp_path: Path) -> None:
    made = scenario(tmp_path, RATE, SURTAX)
    assert made.numbers.account_inputs["tax.rate"] == [0.25]
    assert made.numbers.account_inputs["surcharges.on_vat"] == [0.1]
    sure, unsure = made.origin("account", "tax.rate"), made.origin("account", "surcharges.on_vat")
    assert (sure.kind, sure.word.en, unsure.kind, unsure.word) == (
        "published",
        "sourced",
        "unverified",
        Text("待核实", "to be verified"),
    )
    assert made.sources[sure.source].document.zh == "《中华人民共和国企业所得税法》第四条"
    for lang, words in (
        ("zh", ("企业所得税法", "income_tax.rate", "2008-01-01 起", "2026-11-28 核对")),
        ("en", ("Income Tax Law", "from 2008-01-01", "checked")),
    ):
        assert all(word in source_line(made, sure, lang) for word in words)
    assert "待核实（中）" in unsure.note.zh and "to be verified (medium)" in unsure.note.en
    assert not CHINESE.search(unsure.note.en)


def test_results_name_the_policy_values_they_stand_on(tmp_path: Path) -> None:
    result = run(scenario(tmp_path, RATE, SURTAX))
    used = result.to_json()["scenario"]["policies"]
    assert [(u["path"], u["name"], u["value"], u["uncertain"]) for u in used] == [
        ("surcharges.on_vat", "surtax.town", 0.1, True), ("tax.rate", "income_tax.rate", 0.25, False),
    ]  # fmt: skip
    assert (
        used[1]
        | {"as_of": "2026-06-01", "from": "2008-01-01", "to": None, "checked": "2026-11-28", "confidence": "high"}
        == used[1]
    )
    (operand,) = [o for o in result.explain("tax.effective", 2030, "all").operands if o.path == "tax.rate"]
    assert operand.origin is not None and operand.origin.source == "policy.income_tax.rate"


def test_the_workbook_shows_document_and_state(tmp_path: Path) -> None:
    result = run(scenario(tmp_path, RATE, SURTAX))
    write(result, "all", tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx", read_only=True)["假设"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
    for path, kind, document, note in (
        ("tax.rate", "有来源 sourced", "企业所得税法", "2008-01-01 起"), ("surcharges.on_vat", "待核实 to be verified", "财综〔2010〕98号", "待核实（中）"),
    ):  # fmt: skip
        assert rows[path][12] == kind
        assert document in rows[path][13] and note in rows[path][14]


def test_the_numbers_are_those_of_a_value_typed_by_hand(tmp_path: Path) -> None:
    dear = ("price: 150 元", "price: 1500 元")
    by_policy, by_hand = run(scenario(tmp_path, dear, RATE)), run(scenario(tmp_path, dear))
    assert by_hand.rows.keys() == by_policy.rows.keys()
    assert all(np.array_equal(by_policy.rows[row], by_hand.rows[row], equal_nan=True) for row in by_hand.rows)
    assert by_hand.rows["tax.tax"].any()


def test_units_are_converted(tmp_path: Path) -> None:
    """500 万元 a year as a budget, and 5 元/㎡ paid by the residents."""
    per_area = ("      per_household: 4000 元/户\n", "      per_area: {policy: chengdu.maintenance_fund.per_area}\n")
    made = scenario(
        tmp_path,
        per_area,
        (
            "tax: {rate: 25%}",
            "tax: {rate: 25%}\npublic: {debt_limit: {policy: grants.renewal.east, assumed: [0, 90000]}}",
        ),
        as_of="2025-06-01",
    )
    assert made.numbers.unit_inputs["sources.central.per_area"] == [5]
    assert made.numbers.account_inputs["public.debt_limit"] == [80_000], "8 亿元"


def test_an_assumption_keeps_its_document(tmp_path: Path) -> None:
    origin = scenario(
        tmp_path, ("threshold: 1.2", "threshold: {policy: bonds.cover.review, assumed: [1.1, 1.3], note: 常用}")
    ).origin("account", "cover.threshold")
    assert (origin.kind, origin.assumed, origin.source) == ("assumed", (1.1, 1.3), "policy.bonds.cover.review")
    assert "待核实" in origin.note.zh and origin.note.zh.endswith("常用")


def vat(made: Scenario) -> list[float]:
    """Rate of output VAT by year: exempt, the base rate, and what is added to it."""
    inputs, change = made.numbers.unit_inputs, made.numbers.unit_schedules["streams.bays.vat_change"]
    exempt = np.array(made.years) <= inputs["streams.bays.vat_exempt_until"][0]
    return list(np.where(exempt, 0, inputs["streams.bays.vat_rate"][0] + change[:, 0]))


def test_a_relief_that_ends_is_followed_by_what_the_file_states(tmp_path: Path) -> None:
    """Exempt to the end of 2027, then 6 %: by changes of the rate, or by the year until which income is exempt."""
    as_stated = [0.0, 0.0] + [0.06] * 13
    changes = (PRICE, PRICE + "      vat_rate: {policy: community_care.vat}\n      vat_changes: {2028: 6%}\n")
    until = (
        PRICE,
        PRICE + "      vat_rate: {policy: vat.modern_services}\n      vat_exempt_until: {policy: community_care.vat}\n",
    )
    assert vat(scenario(tmp_path, changes)) == pytest.approx(as_stated)
    assert vat(scenario(tmp_path, until)) == pytest.approx(as_stated)
    relief = (
        PRICE,
        PRICE
        + "      income_relief: {policy: community_care.income_relief}\n      relief_until: {policy: community_care.income_relief}\n",
    )
    inputs = scenario(tmp_path, relief).numbers.unit_inputs
    assert (inputs["streams.bays.income_relief"][0], inputs["streams.bays.relief_until"][0]) == (0.1, 2027)


def test_a_rate_that_changes_in_the_timeline_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """9 % to June 2029, 8 % from July: 2029 has 8 %; what the file states from 2035 on comes after it."""
    other = policy((date(2026, 1, 1), date(2029, 6, 30), 0.09), (date(2029, 7, 1), None, 0.08))
    monkeypatch.setattr(loading, "policies", lambda: {"x.rate": other})
    rate = PRICE + "      vat_rate: {policy: x.rate}\n"
    made = scenario(tmp_path, (PRICE, rate))
    assert vat(made) == pytest.approx([0.09] * 3 + [0.08] * 12)
    assert made.origins["unit", "streams.bays.vat_change"].kind == "derived"
    assert vat(scenario(tmp_path, (PRICE, rate + "      vat_changes: {2035: 5%}\n"))) == pytest.approx(
        [0.09] * 3 + [0.08] * 6 + [0.05] * 6
    )
    with pytest.raises(ScenarioError, match="assumed"):  # an input that cannot change must say so
        scenario(tmp_path, ("tax: {rate: 25%}", "tax: {rate: {policy: x.rate}}"))


def test_what_is_granted_once_needs_no_afterwards(tmp_path: Path) -> None:
    grant = ("per_household: 4000 元/户", "per_household: {policy: grants.central.per_household}")
    made = scenario(tmp_path, grant, as_of="2025-05-20")
    assert made.origin("unit", "sources.central.per_household").kind == "unverified"


def test_coupons_a_year(tmp_path: Path) -> None:
    dated = ("issued: 2026", "issued: 2026-06-30")
    twice = scenario(tmp_path, dated, ("coupons_a_year: 1", "coupons_a_year: {policy: bonds.coupons_a_year}"))
    by_hand = scenario(tmp_path, dated, ("coupons_a_year: 1", "coupons_a_year: 2"))
    path = "bonds.special.coupon_years"
    assert (twice.numbers.account_schedules[path] == by_hand.numbers.account_schedules[path]).all()
    assert twice.numbers.account_schedules[path][0, 0] == 0.5, "June to December"
    assert twice.origins["account", path].source == "policy.bonds.coupons_a_year"
    assert [use.path for use in twice.policies] == [path]


def test_a_variant_may_state_another_value_or_another_date(tmp_path: Path) -> None:
    """A stated value takes the place of a policy value whole, and a date changes all of them."""
    tables = "  base: {label: 基准, label_en: base}\n"
    more = tables + "  own: {label: 自定, label_en: own, set: {tax: {rate: {value: 20%, assumed: [0.1, 0.3]}}}}\n"
    more += "  old: {label: 旧, label_en: old, set: {policy: {as_of: 2021-09-01}}}\n"
    own = scenario(tmp_path, RATE, (tables, more), variant="own")
    old = scenario(tmp_path, RATE, (tables, more), variant="old")
    assert (own.numbers.account_inputs["tax.rate"][0], own.policies) == (0.2, ())
    assert [use.as_of for use in old.policies] == [date(2021, 9, 1)]


def test_the_digest_covers_the_policy_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = scenario(tmp_path, RATE).digest
    assert first == scenario(tmp_path, RATE).digest
    others = {
        scenario(tmp_path).digest,
        scenario(tmp_path, RATE, as_of="2025-06-01").digest,
        scenario(tmp_path, RATE, SURTAX).digest,
    }
    moved = {
        "income_tax.rate": Policy(
            "income_tax.rate", Text("甲", "a"), "1", (policies()["income_tax.rate"].entries[0],), Place("", 1)
        )
    }
    higher = policy((date(2008, 1, 1), None, 0.26))
    monkeypatch.setattr(loading, "policies", lambda: moved)
    assert scenario(tmp_path, RATE).digest == first, "a label decides nothing"
    monkeypatch.setattr(
        loading,
        "policies",
        lambda: {"income_tax.rate": Policy("income_tax.rate", higher.label, "1", higher.entries, higher.place)},
    )
    others.add(scenario(tmp_path, RATE).digest)
    assert len(others | {first}) == 5


def test_scenarios_that_name_no_policy_keep_their_digest(tmp_path: Path) -> None:
    """The date alone decides nothing."""
    path = tmp_path / "without.yaml"
    path.write_text(GOOD, "utf-8")
    assert load(path).digest == scenario(tmp_path).digest


# ---- the scenarios of the repository -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("file", "names"),
    [
        (
            "songxian-2023",
            {"income_tax.rate", "bonds.coupons_a_year", "bonds.cover.review", "grants.central.per_household"},
        ),
        ("two-loans", {"income_tax.rate", "surtax.city"}),
    ],
)
def test_which_policy_values_a_scenario_uses(file: str, names: set[str]) -> None:
    made = load(ROOT / "scenarios" / f"{file}.yaml")
    assert {use.policy.name for use in made.policies} == names
    for use in made.policies:
        assert made.sources[f"policy.{use.policy.name}"].document == use.entry.document


def test_the_chapters_are_read_once() -> None:
    assert chapters() is chapters() and policies() is policy_files.policies()
    assert isinstance(next(iter(policies().values())).entries[0].begins, datetime.date)
