"""What is said of every test of the balance standard, and of the flags and warnings that fail none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from finsim.cli import main
from finsim.importing.start import starting_file
from finsim.result import Result, run
from finsim.scenario.document import parse, read
from finsim.scenario.loading import load
from finsim.scenario.schema import RED_FLAGS
from finsim.verdicts import Verdict
from tests.support.cases import evaluated

CASES = Path(__file__).parent / "cases"
CASE = CASES / "account-in-full.yaml"
NO_FLAG = {name: {"value": False, "source": "case"} for name in RED_FLAGS}


@pytest.fixture
def result(tmp_path: Path) -> Callable[..., Result]:
    """The case in full with other sections, tested by the three standards."""

    def run(case: str = CASE.stem, **sections: dict[str, Any]) -> Result:
        found: Any = read(CASES / f"{case}.yaml").value
        scenario = found["scenario"]
        scenario["balance"] = {"by": "all", "standard": ["lender", "public_money", "ring_fence"]}
        scenario["lender"] = {"with_cash": 0, **scenario.get("lender", {})}
        public = scenario.get("public", {})
        scenario["public"] = {**public, "declared": {**NO_FLAG, **public.get("declared", {})}}
        for name, terms in sections.items():
            scenario[name] = {**scenario.get(name, {}), **terms}
        return evaluated(found, tmp_path)

    return run


def verdict(result: Result, name: str) -> Verdict:
    return next(v for v in result.verdicts("all") if v.id == name)


def flagged(result: Result) -> dict[str, str]:
    return {flag.id: flag.colour for flag in result.flags("all")}


def test_a_standard_that_does_not_count_them_does_not_show_them(tmp_path: Path) -> None:
    shown = {v.id for v in evaluated(read(CASE).value, tmp_path).verdicts("all")}
    assert shown.isdisjoint({"lender", "public_money", "ring_fence"})


# ---- a. cover ----------------------------------------------------------------------------------------------
def covered(tmp_path: Path, case: str, **balance: Any) -> Result:
    found: Any = read(CASES / f"{case}.yaml").value
    found["scenario"]["balance"] = {"by": "all", **balance}
    return evaluated(found, tmp_path)


def test_bonds_and_all_debt_are_covered_to_their_own_last_maturity(tmp_path: Path) -> None:
    found = covered(tmp_path, "verdicts-horizons", standard=["cover_full", "cover_all_debt"])
    full, all_debt = verdict(found, "cover_full"), verdict(found, "cover_all_debt")
    assert full.period == 2024 and full.value == pytest.approx(280 / 109)
    assert all_debt.period == 2026 and all_debt.value == pytest.approx(480 / 224)
    assert "280.00" in full.reason.zh and "480.00" in all_debt.reason.en


def test_a_bond_issued_late_is_covered_to_its_later_maturity(tmp_path: Path) -> None:
    case: Any = read(CASES / "verdicts-horizons.yaml").value
    case["scenario"]["finance"]["bonds"]["b"]["late"] = 1
    found = evaluated(case, tmp_path)
    assert list(found.series("cover.bond_years", "all")) == [1, 1, 1, 1, 1, 0, 0, 0]
    assert found.cell("cover.full", "all") == pytest.approx(380 / 109)


def test_coupons_that_no_capital_pays_stay_in_the_operating_cover(tmp_path: Path) -> None:
    """Without capital, coupons of construction are left to income; fees are never taken off."""
    case: Any = read(CASES / "bond-by-date.yaml").value
    case["scenario"]["finance"]["capital"]["owner"]["amount"] = 10
    found = evaluated(case, tmp_path)
    assert found.cell("cover.construction_service", "all") == pytest.approx(10)
    assert found.cell("cover.operating", "all") == pytest.approx(2900 / (1901.095 - 10))


def test_cover_is_tested_unrounded_and_what_is_exactly_reached_is_reached(tmp_path: Path) -> None:
    """Income of eight times 0.1 on a bond of 1 at 0 %, which floats make a trifle less than the 0.8 required."""
    case: Any = {
        "title": "t",
        "scenario": {
            "catalogue": {
                "works": {"w": {"label": "工程", "label_en": "w", "category": "其他", "owner": "owners", "amount": 1, "years": 2021}},
                "streams": {"f": {"label": "收费", "label_en": "f", "ours": 1, "stated": {y: 0.1 for y in range(2021, 2029)}}},
            },
            "finance": {"bonds": {"b": {"label": "债券", "label_en": "b", "face": 1, "issued": 2021, "term": 7, "coupons_a_year": 1, "coupon": 0}}},
            "cover": {"threshold": 0.8},
        },
    }  # fmt: skip
    assert sum([0.1] * 8) < 0.8, "or this proves nothing"
    assert evaluated(case, tmp_path).cell("cover.full_passes", "all") == 1
    case["scenario"]["catalogue"]["streams"]["f"]["stated"][2028] = 0.09999
    assert evaluated(case, tmp_path).cell("cover.full_passes", "all") == 0


def test_the_set_says_what_applies_without_a_bond(tmp_path: Path) -> None:
    """Works of 100 that earn nothing: no debt to cover, but the project does not recover."""
    by_cover = covered(tmp_path, "verdicts-no-debt", standard=["cover_full"])
    assert by_cover.balanced("all")
    assert "全部债务本息覆盖：通过" in verdict(by_cover, "cover_full").reason.zh
    by_recovery = covered(tmp_path, "verdicts-no-debt", standard=["cover_full"], without_bond="recovery")
    assert not by_recovery.balanced("all")
    assert "recovery of investment instead: failed" in verdict(by_recovery, "cover_full").reason.en
    assert verdict(by_recovery, "recovery").counted
    nothing = covered(tmp_path, "verdicts-no-debt", standard=["cover_full"], without_bond="nothing")
    assert nothing.balanced("all") and verdict(nothing, "cover_full").reason.zh == "没有这类债务，本项不适用。"
    named = {"strict": {"label": "严", "label_en": "strict", "tests": ["cover_full"], "without_bond": "lender"}}
    by_lender = covered(tmp_path, "verdicts-no-debt", standard="strict", standards=named)
    assert by_lender.cell("cover.instead", "all") == by_lender.cell("lender.passes", "all")
    assert "贷款人条件" in verdict(by_lender, "cover_full").reason.zh and verdict(by_lender, "lender")


def test_the_built_in_standard_is_full_cover_and_liquidity(tmp_path: Path) -> None:
    found = covered(tmp_path, "verdicts-horizons", standard="default")
    assert found.scenario.structure.standard == ("cover_full", "liquidity")


# ---- d. the lender -----------------------------------------------------------------------------------------
def test_the_covenant_of_a_bullet_year_counts_opening_cash_or_not(result: Callable[..., Result]) -> None:
    """The bond of 100 falls due at once in 2024: 40 a year, and 100 set aside for it."""
    plain = verdict(result("lender-bullet", lender={"with_cash": 0}), "lender")
    saved = verdict(result("lender-bullet", lender={"with_cash": 1}), "lender")
    assert plain.value == pytest.approx(40 / 103) and plain.period == 2024
    assert saved.value == pytest.approx(140 / 103) and saved.period == 2024
    assert "不计期初盈余资金" in plain.reason.zh and "opening cash counted" in saved.reason.en


def test_opening_cash_counts_in_no_other_year(result: Callable[..., Result]) -> None:
    """Equal instalments in 2023 and 2024: no bullet, whatever is agreed."""
    for with_cash in (0, 1):
        found = verdict(result(lender={"dscr_required": 2.5, "with_cash": with_cash}), "lender")
        assert not found.passed and found.value == pytest.approx(347.875 / 221.5)
        assert found.period == 2023 and "偿债备付率" in found.reason.zh and "DSCR" in found.reason.en


def test_everything_that_is_not_met_is_named(result: Callable[..., Result]) -> None:
    terms = {
        "dscr_required": 5, "llcr_required": 4, "capital_required": 0.9, "company_required": 0.6, "gearing_limit": 0.3,
        "concession_end": 2025, "tail_required": 5,
    }  # fmt: skip
    run = result(lender=terms)
    found = verdict(run, "lender")
    assert found.reason.en.startswith(
        "Not met: DSCR, LLCR, capital ratio, company's cash capital ratio, gearing, tail of the concession."
    )
    assert not run.balanced("all")


def test_capital_of_the_government_is_not_the_companys_cash(result: Callable[..., Result]) -> None:
    base = result()
    case: Any = read(CASE).value
    capital = case["scenario"]["finance"]["capital"]
    capital["first"]["payer"] = "government"
    other = result(finance={**case["scenario"]["finance"], "capital": capital})
    assert base.cell("lender.company_share", "all") == pytest.approx(630 / 1060)
    assert other.cell("lender.company_share", "all") == pytest.approx(80 / 1060)
    assert other.cell("lender.own_share", "all") == base.cell("lender.own_share", "all")
    assert other.cell("public.injected", "all") - base.cell("public.injected", "all") == pytest.approx(550)


# ---- e. public money ---------------------------------------------------------------------------------------
def test_the_budget_the_debt_limit_and_what_is_declared(result: Callable[..., Result]) -> None:
    beyond = verdict(result(), "public_money")
    assert not beyond.passed and beyond.value == pytest.approx(200 - 150)
    assert beyond.period == 2022 and beyond.at_most and beyond.margin == pytest.approx(-50)
    within = verdict(result(public={"budget": {2022: 200}}), "public_money")
    assert within.passed and "0.00" in within.reason.zh and within.period is None
    declared = {**NO_FLAG, "buy_back": {"value": True, "source": "case"}}
    found = result(public={"budget": {2022: 200}, "declared": declared})
    promised = verdict(found, "public_money")
    assert not promised.passed and flagged(found) == {"buy_back": "red"}
    assert "承诺回购：方案声明有此情形（手算例题）" in promised.reason.zh and "Forbidden: buy-back" in promised.reason.en


@pytest.mark.parametrize("name", RED_FLAGS)
def test_each_forbidden_practice_fails_the_test_by_its_own_name(result: Callable[..., Result], name: str) -> None:
    found = result(public={"budget": {2022: 200}, "declared": {**NO_FLAG, name: True}})
    assert not verdict(found, "public_money").passed
    (flag,) = found.flags("all")
    assert (flag.id, flag.colour, flag.amount) == (name, "red", None)
    assert flag.label.zh in verdict(found, "public_money").reason.zh


def test_without_a_budget_nothing_is_compared_and_that_is_said(result: Callable[..., Result]) -> None:
    found = result("sources-arrears-and-kind")
    public = verdict(found, "public_money")
    assert public.passed and "没有列明预算，未作比较" in public.reason.zh and "未列债务限额" in public.reason.zh
    assert flagged(found) == {"unbudgeted": "yellow"}
    (flag,) = found.flags("all")
    assert flag.amount == pytest.approx(60) and flag.years == (2021, 2022, 2023), "30 % of 200, in part a year after completion"
    assert "To be looked at (does not fail the test): outlay in years without a stated budget" in public.reason.en


def test_a_debt_limit_of_nothing_is_a_limit(result: Callable[..., Result]) -> None:
    """Only special bonds of the government count: the bank's loan does not, nor do the company's own bonds."""
    finance = read(CASES / "verdicts-horizons.yaml").value["scenario"]["finance"]  # type: ignore[index,call-overload]
    found = result("verdicts-horizons", public={"debt_limit": 0}, finance=finance)
    assert not verdict(found, "public_money").passed
    assert list(found.series("public.over_limit", "all")[:4]) == [100, 100, 100, 0]
    finance["bonds"]["b"]["kind"] = "corporate"
    other = result("verdicts-horizons", public={"debt_limit": 0}, finance=finance)
    assert verdict(other, "public_money").passed


def test_yellow_flags_are_shown_and_fail_nothing(result: Callable[..., Result]) -> None:
    found = result("flags-pledged-twice")
    assert flagged(found) == {"pledged_twice": "yellow"}
    assert verdict(found, "public_money").passed and "重复质押的收益：2022–2025 年，167.40 万元" in verdict(found, "public_money").reason.zh
    idle = {flag.id: flag for flag in result("flags-bond-money").flags("all")}
    assert idle["idle"].amount == pytest.approx(50), "a balance at its highest, not added up"
    assert idle["coupons_from_bonds"].colour == "red" and idle["coupons_from_bonds"].years == (2022, 2023)


def test_whose_budget_is_the_own_one_is_stated(result: Callable[..., Result]) -> None:
    """Matching of the county counts as the city's own only where the city's budget is looked at."""
    case: Any = read(CASES / "public-money.yaml").value
    public = case["scenario"]["public"]
    county = result("public-money")
    city = result("public-money", public={**public, "declared": NO_FLAG, "own": ["city"]})
    assert county.cell("public.from_above", "all") == pytest.approx(60)
    assert city.cell("public.from_above", "all") == pytest.approx(60 + 90)
    assert county.cell("public.outlay", "all") - city.cell("public.outlay", "all") == pytest.approx(90)


def test_accounts_share_one_budget(tmp_path: Path) -> None:
    """Two units of one county, in accounts of their own: each is held to its share, so that together they keep within it."""
    case: Any = read(CASES / "public-money.yaml").value
    scenario = case["scenario"]
    scenario["units"].append({**scenario["units"][0], "id": "v"})
    scenario["public"] |= {"declared": NO_FLAG, "split": {"listed": {"u": 0.75, "v": 0.25}}}
    scenario["balance"] = {"by": "unit", "standard": ["public_money"]}
    found = evaluated(case, tmp_path)
    for account, share in (("u", 0.75), ("v", 0.25)):
        assert found.cell("public.budget_share", account) == share
        assert list(found.series("public.available", account)[:3]) == pytest.approx([90 * share, 50 * share, 50 * share])
        assert found.series("public.awards", account)[2] == pytest.approx(45 + 2 * share)
    assert found.illustrative("u")


# ---- f. ring-fence -----------------------------------------------------------------------------------------
def test_restricted_money_stays_with_its_works(result: Callable[..., Result]) -> None:
    found = verdict(result(), "ring_fence")
    assert found.passed and found.value == pytest.approx(0) and found.period is None


def test_a_maintenance_fund_of_another_county_is_not_renewed_here(tmp_path: Path) -> None:
    """What is renewed each year stays in the county of the fund, as what it began with does."""
    case: Any = read(CASES / "sources-by-county.yaml").value
    case["scenario"]["catalogue"]["sources"] = {
        "fund": {"label": "维修资金", "label_en": "fund", "nature": "maintenance_fund", "county": "甲县", "pays": {}, "amount": 5, "renewal": 3}
    }  # fmt: skip
    case["scenario"]["balance"] = {"by": "all", "standard": ["ring_fence"]}
    found = evaluated(case, tmp_path)
    paid = [found.cell("sources.fund.paid", unit, "unit") for unit in ("a", "b", "c")]
    assert paid == pytest.approx([5 + 3, 5 + 3, 0]), "2021: what it holds and what is renewed"
    assert verdict(found, "ring_fence").passed and found.cell("public.astray", "all") == pytest.approx(0)


def test_money_that_pays_where_it_does_not_reach_fails(result: Callable[..., Result]) -> None:
    """The row looks at what is paid, not at what the rules allow: forced, it is found."""
    base = result("sources-by-county")
    rows = dict(base.rows)
    rows["public.astray"] = rows["public.astray"].copy()
    rows["public.astray"][1, 0, 0] = 7.0
    rows["public.ring_fenced"] = rows["public.ring_fenced"] * 0
    moved = verdict(Result(base.scenario, base.by, base.accounts, rows, base.unit_rows), "ring_fence")
    assert not moved.passed and moved.period == 2021 and "7.00" in moved.reason.zh


# ---- mandatory works, screen and JSON ----------------------------------------------------------------------
@pytest.fixture
def two_loans(tmp_path: Path) -> Path:
    """The invented example, in which drains and the clearing of illegal buildings are mandatory."""
    text = Path("scenarios/two-loans.yaml").read_text(encoding="utf-8")
    mandatory = """
  mandatory:
    drains: {label: 雨污分流, label_en: separate drains, works: [pipes]}
    clearing: {label: 违法建筑拆除, label_en: clearing of illegal buildings}
"""
    text = text.replace("\n  streams:", f"{mandatory}\n  streams:", 1)
    text = text.replace("      streams.parking.quantity: 110\n", "      streams.parking.quantity: 110\n      works.pipes.per_area: 0\n")
    path = tmp_path / "mandatory.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_unit_without_a_mandatory_work_is_listed(two_loans: Path) -> None:
    found = run(load(two_loans))
    listed = [(one.unit.id, one.work.id) for one in found.missing_works]
    assert listed == [("east", "clearing"), ("west", "clearing"), ("river", "drains"), ("river", "clearing")]
    assert found.missing_works[2].message.zh == "河滨小区（river）缺少必须改造的内容“雨污分流”：pipes 没有造价。"
    assert [one["unit"] for one in found.to_json()["scenario"]["missing_works"]] == ["east", "west", "river", "river"]


def test_the_warning_is_printed_and_is_no_problem(two_loans: Path) -> None:
    for command, lang, said in (("check", "zh", "提醒：河滨小区"), ("run", "en", "warning: Riverside (river) lacks")):
        done = CliRunner().invoke(main, ["--lang", lang, command, str(two_loans)])
        assert done.exit_code == 0, done.output
        assert said.replace(": ", "：") in done.output


def test_flags_and_years_stand_in_json_and_on_the_screen(tmp_path: Path) -> None:
    case: Any = read(CASES / "public-money.yaml").value
    found = evaluated(case, tmp_path)
    account = json.loads(json.dumps(found.to_json()))["accounts"][0]
    assert {f["id"]: (f["colour"], f["amount"], f["years"]) for f in account["flags"]} == {
        "buy_back": ("red", None, []), "bonds_after": ("red", 60, [2024]), "concession_paid": ("red", 40, [2022]),
        "subsidy_unbudgeted": ("yellow", 9, [2024]), "unbudgeted": ("yellow", 49, [2024]), "idle": ("yellow", 60, [2025]),
    }  # fmt: skip
    assert account["public_money"]["outlay"] == pytest.approx([50, 45, 52, 49, 0, 0])
    assert account["public_money"]["left"] == [pytest.approx(40), pytest.approx(5), pytest.approx(-2), None, None, None]
    assert account["indicators"]["basic_share"] == pytest.approx(0.5)
    path = tmp_path / "scenario.yaml"
    assert YAML(typ="safe").load(path.read_text("utf-8"))["title"] == case["title"]
    shown = CliRunner().invoke(main, ["run", str(path)]).output
    assert "红线：建成后发行的债券：2024 年，60.00 万元" in shown
    assert "提示：闲置债券资金：2025 年，60.00 万元" in shown


def test_the_example_of_the_documentation_is_one(tmp_path: Path) -> None:
    """What ``docs/balance-tests.md`` shows loads on top of the invented example, and warns as it says."""
    example = Path("docs/balance-tests.md").read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    base: Any = read(Path("scenarios/two-loans.yaml")).value
    shown: Any = parse(example.encode(), "docs").value
    base["catalogue"]["mandatory"] = shown["catalogue"]["mandatory"]
    base["public"] = shown["public"]
    base["balance"] |= shown["balance"]
    path = tmp_path / "documented.yaml"
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(base, path)
    found = run(load(path))
    assert {one.work.id for one in found.missing_works} == {"clearing"}
    assert verdict(found, "public_money").passed and flagged(found) == {}


def test_no_verdict_shows_a_minus_before_nothing(tmp_path: Path) -> None:
    """What rounding leaves of nothing is 0.00, not −0.00."""
    path = tmp_path / "start.yaml"
    path.write_text(starting_file(), "utf-8")
    result = run(load(path))
    assert -1e-9 < result.cell("liquidity.lowest", "all") < 0
    assert "-0.00" not in "".join(f"{v.reason.zh}{v.reason.en}" for v in result.verdicts("all"))
    assert "-0.00" not in CliRunner().invoke(main, ["run", str(path)]).output
