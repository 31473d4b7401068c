"""Yichang, 85 districts: the table is as told, amounts are those of plain arithmetic on it, verdicts by grouping."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

import finsim
from finsim.result import Result
from finsim.risk.sample import Sample
from finsim.risk.trials import simulate
from finsim.scenario.loading import check, load
from finsim.scenario.scenario import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "yichang-85"
FILE = FOLDER / "yichang-85.yaml"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
VARIANTS = ("cautious", "no_resources", "quota_cut", "card_income", "sized")
YEARS = range(2021, 2056)

# ---- the table, read without finsim ------------------------------------------------------------------------
with (FOLDER / "districts.csv").open(encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream))
IDS = [row["编号"] for row in ROWS]


def column(heading: str) -> list[float]:
    return [float(row[heading].removesuffix("%")) for row in ROWS]


HOUSEHOLDS, AREA, BUILDINGS, NEIGHBOURHOODS = map(column, ("户数", "建筑面积", "楼栋数", "小区数"))
LIFTS, PLEDGED, BEGINS = map(column, ("加装电梯数", "承诺出资", "开工年份"))
OLD = [share / 100 for share in column("2000年底前建成比例")]
STREET, PREMISES = map(column, ("匹配道路泊位·数量", "匹配公房·数量"))
BESIDE = {row["编号"]: row["相邻单元"].split("；") for row in ROWS}
BAYS, PILES, FACILITIES = 15.8, 0.68, 0.39
"""Of a neighbourhood, from the national figures: 85 ÷ 5.37, 3.66 ÷ 5.37, 2.1 ÷ 5.37."""


@cache
def scenario(variant: str, *changes: str) -> Scenario:
    return load(FILE, None if variant == "cautious" else variant, changes)  # it is the file's default


@cache
def result(variant: str, by: str, *changes: str) -> Result:
    return finsim.run(scenario(variant, *changes), by)


def test_it_checks_clean_and_says_that_the_districts_are_synthetic() -> None:
    assert check(FILE) == []
    base = scenario("cautious")
    assert tuple(variant.id for variant in base.variants) == VARIANTS
    assert base.variant is not None and base.variant.id == "cautious"
    assert "虚构合成" in base.title.zh and "synthetic" in base.title.en
    assert "虚构合成" in base.sources["synthetic"].document.zh
    assert base.origin("unit", "facts.households", "x01").source == "synthetic"
    assert base.by == "accounts"


# ---- 85 districts ------------------------------------------------------------------------------------------
def test_there_are_85_districts_in_16_areas_and_two_companies() -> None:
    base = scenario("cautious")
    assert [unit.id for unit in base.units] == IDS and len(set(IDS)) == 85
    assert len(base.accounts("unit")) == 85 and len(base.accounts("district")) == 16
    by_company = {
        company: tuple(sorted(row["编号"] for row in ROWS if row["实施企业"] == company))
        for company in {row["实施企业"] for row in ROWS}
    }
    assert {account.label.zh: account.units for account in base.accounts("accounts")} == by_company
    assert set(by_company) == {"西陵城市发展集团有限公司", "伍家新城投资控股集团有限公司"}
    assert all((row["所属县区"] == "西陵区") == row["实施企业"].startswith("西陵") for row in ROWS)


def reached(start: str, inside: set[str]) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        new = [one for one in BESIDE[todo.pop()] if one in inside and one not in found]
        found.update(new)
        todo += new
    return found


def test_neighbours_are_mutual_and_lie_side_by_side_on_a_grid_of_five_rows() -> None:
    for name, others in BESIDE.items():
        assert len(set(others)) == len(others) and name not in others
        for other in others:
            assert name in BESIDE[other], (name, other)
            (here, row), (there, beside) = divmod(IDS.index(name), 5), divmod(IDS.index(other), 5)
            assert abs(here - there) + abs(row - beside) == 1, (name, other)
    assert reached(IDS[0], set(IDS)) == set(IDS)


def test_every_area_holds_together_and_stays_in_one_county() -> None:
    for area in {row["所属片区"] for row in ROWS}:
        inside = [row for row in ROWS if row["所属片区"] == area]
        names = {row["编号"] for row in inside}
        assert reached(min(names), names) == names, area
        assert len({row["所属县区"] for row in inside}) == 1, area


def test_the_table_is_as_the_readme_says() -> None:
    totals = {
        "户": sum(HOUSEHOLDS), "㎡": sum(AREA), "个小区": sum(NEIGHBOURHOODS), "栋": sum(BUILDINGS), "部电梯": sum(LIFTS),
        "个道路泊位": sum(STREET), "㎡公房": sum(PREMISES), "万元承诺出资": sum(PLEDGED),
    }  # fmt: skip
    assert totals == {
        "户": 68291, "㎡": 5543090, "个小区": 491, "栋": 2364, "部电梯": 285, "个道路泊位": 3000, "㎡公房": 40000, "万元承诺出资": 7399,
    }  # fmt: skip
    for unit, total in totals.items():
        assert f"{total:,.0f} {unit}" in README, unit
    assert [BEGINS.count(year) for year in (2021, 2022, 2023, 2024)] == [21, 21, 21, 22]


def test_every_district_lies_within_the_ranges_it_was_drawn_from() -> None:
    for h, a, b, n, pledged in zip(HOUSEHOLDS, AREA, BUILDINGS, NEIGHBOURHOODS, PLEDGED, strict=True):
        assert 300 <= h <= 2500
        assert 52 <= a / h <= 115
        assert 50 <= h / n <= 400 or n == max(1, round(h / 400)) or h / (n - 1) > 50
        assert 20 - 1 <= h / b <= 110
        assert 5 - 0.3 <= pledged * 10_000 / a <= 20 + 0.3  # rounded to 万元


def test_districts_that_pledge_more_begin_earlier() -> None:
    """Seed of the order: 优先将承诺出资比例高的小区纳入改造."""
    rate = [pledged / area for pledged, area in zip(PLEDGED, AREA, strict=True)]
    latest = {year: min(r for r, y in zip(rate, BEGINS, strict=True) if y == year) for year in (2021, 2022, 2023)}
    for year, least in latest.items():
        assert least >= max(r for r, y in zip(rate, BEGINS, strict=True) if y > year) - 1e-12


# ---- where every number comes from -------------------------------------------------------------------------
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_number_is_sourced_or_assumed_with_range_and_reason(variant: str) -> None:
    varied = scenario(variant)
    origins = {**varied.origins, **{("unit", *key): origin for key, origin in varied.unit_origins.items()}}
    for key, origin in origins.items():
        assert origin.kind in {"published", "assumed", "derived", "default"}, key
        assert origin.place.file and origin.place.line, key
        assert not origin.source or origin.source in varied.sources, key
        if origin.kind == "published":
            assert origin.source, key
        if origin.kind == "assumed":  # the range of a date or a term stands in words
            assert (origin.assumed and origin.note.zh) or " 至 " in origin.note.zh or varied.sources[origin.source].assumed, key


def test_every_source_has_a_document_and_its_link_where_there_is_one() -> None:
    sources = scenario("cautious").sources
    without = {name for name, source in sources.items() if not source.link}
    assert without == {"mechanisms", "plan", "synthetic", "income_tax_law"}
    assert all(source.document.zh and source.document.en for source in sources.values())


def test_the_works_that_the_plan_prescribes_are_there_and_who_pays_is_as_it_says() -> None:
    """Item 9 of the draft plan: five works in every district. Item 11: windows, lifts and meters are the residents'."""
    shape = scenario("cautious").structure
    works, pays, natures = dict(shape.works), dict(shape.pays), dict(shape.natures)
    assert {"demolition", "drains", "fire", "telecom", "sanitation"} <= works.keys()
    assert set(shape.not_built) == {"lifts", "windows", "meters"}
    for source, paid in pays.items():
        if set(paid) & set(shape.not_built):
            assert natures[source] == "residents" and len(paid) == 1
    assert dict(shape.belongs) == {
        "parking": "owners",
        "adverts": "owners",
        "street": "public",
        "public_premises": "public",
    }


# ---- amounts, worked out from the table --------------------------------------------------------------------
PER_AREA = {
    "demolition": 8,
    "outside": 45,
    "drains": 75,
    "water": 30,
    "telecom": 20,
    "fire": 25,
    "sanitation": 8,
    "safety": 30,
    "other": 45,
}
BASIC = ("demolition", "outside", "drains", "water", "telecom", "fire", "sanitation")


def body() -> list[float]:
    """万元: 110 yuan a square metre, at most ten times what is pledged."""
    return [min(110 * a / 10_000, 10 * p) for a, p in zip(AREA, PLEDGED, strict=True)]


def works(bays: float, bay_cost: float, piles: float) -> dict[str, float]:
    """万元, whole programme."""
    found = {name: yuan * sum(AREA) / 10_000 for name, yuan in PER_AREA.items()}
    return found | {
        "body": sum(body()), "parking": bays * bay_cost / 10_000, "charging": piles * 0.8,
        "premises": FACILITIES * 100 * 491 * 2500 / 10_000,
        "lifts": 0.5 * 60 * sum(LIFTS), "windows": 0.2 * 0.3 * sum(HOUSEHOLDS), "meters": 0.6 * 0.08 * sum(HOUSEHOLDS),
    }  # fmt: skip


CAUTIOUS = works(BAYS * 491, 12_000, PILES * 491)
CARD = works(600 / 1341 * sum(HOUSEHOLDS), 9_000, 140 / 1341 * sum(HOUSEHOLDS))


@pytest.mark.parametrize(("variant", "expected"), [("cautious", CAUTIOUS), ("card_income", CARD)])
@pytest.mark.parametrize("by", ["all", "accounts", "district", "unit"])
def test_investment(variant: str, expected: Mapping[str, float], by: str) -> None:
    found = result(variant, by)
    ids = [account.id for account in found.accounts]
    for name, amount in expected.items():
        assert sum(found.cell(f"works.{name}.cost", one) for one in ids) == pytest.approx(amount, abs=0.05), name
    assert sum(found.cell("investment.cost", one) for one in ids) == pytest.approx(sum(expected.values()), abs=0.1)


def test_what_residents_do_not_pay_is_not_built_and_left_to_nobody() -> None:
    found = result("cautious", "all")
    unbuilt = 0.5 * 60 * sum(LIFTS) + 0.8 * 0.3 * sum(HOUSEHOLDS) + 0.4 * 0.08 * sum(HOUSEHOLDS)
    assert found.cell("investment.unbuilt", "all") == pytest.approx(unbuilt, abs=1e-6)
    withdrawn = 110 * sum(AREA) / 10_000 - sum(body())
    assert found.cell("investment.withdrawn", "all") == pytest.approx(withdrawn, abs=1e-6)


def test_the_central_grant_is_divided_by_area_households_buildings_and_neighbourhoods() -> None:
    found = result("cautious", "all")
    for i, unit in enumerate(IDS):
        share = (
            4 * AREA[i] / sum(AREA)
            + 3 * HOUSEHOLDS[i] / sum(HOUSEHOLDS)
            + BUILDINGS[i] / sum(BUILDINGS)
            + NEIGHBOURHOODS[i] / 491
        )
        assert found.cell("sources.central.granted", unit, "unit") == pytest.approx(27316 * share / 9, abs=1e-4)
        provincial = 300 * HOUSEHOLDS[i] * (OLD[i] + 0.5 * (1 - OLD[i])) / 10_000
        assert found.cell("sources.provincial.granted", unit, "unit") == pytest.approx(provincial, abs=1e-9)
    assert abs(27316 - 0.4 * 68291) < 1  # 4,000 yuan a household


def test_grants_are_what_the_rules_of_payment_give() -> None:
    """万元: 60 % of infrastructure, the two grants, 12 % each of city and district, 30 % of improvements."""
    basic = sum(CAUTIOUS[name] for name in (*BASIC, "body"))
    provincial = sum(300 * h * (o + 0.5 * (1 - o)) for h, o in zip(HOUSEHOLDS, OLD, strict=True)) / 10_000
    of_basic = 0.6 * (CAUTIOUS["outside"] + CAUTIOUS["drains"]) + 27316 + provincial + 0.24 * basic
    shared = 0.24 * CAUTIOUS["other"] + 0.3 * (CAUTIOUS["safety"] + CAUTIOUS["premises"])
    totals = result("cautious", "all").totals("all")
    assert totals["grants"] == pytest.approx(of_basic + shared, rel=0.005)
    assert totals["grants"] <= of_basic + shared + 1e-6, "no source pays more than it may"
    assert of_basic / basic > 0.6, "works of the basic kind are paid mainly by the budget"
    operators = 0.25 * (CAUTIOUS["water"] + CAUTIOUS["telecom"])
    assert totals["operators"] == pytest.approx(operators, abs=1e-6)
    residents = (
        0.09 * (CAUTIOUS["body"] + CAUTIOUS["safety"]) + CAUTIOUS["lifts"] + CAUTIOUS["windows"] + CAUTIOUS["meters"]
    )
    assert totals["residents"] == pytest.approx(residents, abs=1e-6)


def test_money_of_a_district_budget_stays_in_its_county() -> None:
    found = result("cautious", "all")
    for row in ROWS:
        other = "wujiagang" if row["所属县区"] == "西陵区" else "xiling"
        assert found.cell(f"sources.{other}.paid", row["编号"], "unit") == 0
    assert max(found.checks().values()) < 1e-6


@pytest.mark.parametrize("by", ["all", "accounts", "district", "unit"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_sources_are_uses_in_every_grouping(variant: str, by: str) -> None:
    found = result(variant, by)
    for account in found.accounts:
        t = found.totals(account.id)
        keys = (
            "grants",
            "operators",
            "residents",
            "others",
            "equity",
            "bonds",
            "loans",
            "interest_rolled_up",
            "from_surplus",
            "unfunded",
        )
        assert sum(t[key] for key in keys) == pytest.approx(t["investment"], abs=1e-5), account.id


# ---- income ------------------------------------------------------------------------------------------------
def test_matched_bays_earn_for_twenty_years_what_price_and_turnover_give() -> None:
    """Street bays: 3.5 turns a day at 3 yuan, three quarters in use, 5 % more every three years; VAT of 9 % within."""
    found = result("cautious", "all")
    for year in (2027, 2030, 2042):
        steps = (year - 2027) // 3 + 1
        charges = 3000 * 3.5 * 365 * 0.75 * 3 * 1.05**steps / 10_000
        assert found.value("account", "all", "streams.street.charges", year) == pytest.approx(charges, abs=1e-6)
        assert found.value("account", "all", "streams.street.revenue", year) == pytest.approx(charges / 1.09, abs=1e-6)
        rents = 40_000 * 25 * 12 * 0.88 * 1.05**steps / 10_000 * (0.8 if year == 2027 else 1)
        if year > 2027:
            assert found.value("account", "all", "streams.public_premises.charges", year) == pytest.approx(
                rents, abs=1e-6
            )
            fee = 0.3 * (charges + rents) / 1.09
            assert found.value("account", "all", "costs.concession.cost", year) == pytest.approx(fee, abs=1e-6)
    assert found.value("account", "all", "streams.street.charges", 2043) == 0


def test_without_the_match_the_same_income_stays_with_the_treasury() -> None:
    matched, kept = result("cautious", "all"), result("no_resources", "all")
    charges = sum(matched.cell(f"streams.{name}.charges", "all") for name in ("street", "public_premises"))
    assert kept.cell("operations.left_to_public", "all") == pytest.approx(charges, abs=1e-6)
    assert matched.cell("operations.left_to_public", "all") == pytest.approx(0, abs=1e-9)
    assert kept.cell("costs.concession.cost", "all") == 0
    assert 0 < kept.cell("cover.full", "all") < matched.cell("cover.full", "all")


def test_parking_is_the_owners_and_only_what_is_left_and_ceded_reaches_the_company() -> None:
    found = result("cautious", "all")
    charges = BAYS * 491 * 1200 * 0.9 * 1.05**2 / 10_000
    assert found.value("account", "all", "streams.parking.charges", 2030) == pytest.approx(charges, abs=1e-6)
    assert found.value("account", "all", "streams.parking.revenue", 2030) == pytest.approx(
        charges * 0.7 * 0.7 / 1.09, abs=1e-6
    )


# ---- verdicts ----------------------------------------------------------------------------------------------
COUPONS = (0.038, 0.033, 0.0313, 0.026)
FACES = {
    "cautious": (10_000, 25_000, 19_000, 35_000), "no_resources": (10_000, 25_000, 19_000, 35_000),
    "quota_cut": (10_000, 15_000, 11_400, 21_000), "card_income": (13_500, 30_500, 23_000, 38_000),
    "sized": (1_700, 4_200, 3_200, 6_000),
}  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_cover_is_income_over_principal_and_thirty_years_of_coupons(variant: str) -> None:
    found = result(variant, "all")
    service = sum(face * (1 + 30 * coupon) for face, coupon in zip(FACES[variant], COUPONS, strict=True))
    assert found.cell("cover.service", "all") == pytest.approx(service, abs=1e-6)
    net = found.totals("all")["revenue"] - found.totals("all")["operating_cost"]
    taxes = net - found.cell("cover.income", "all")  # surcharges, property tax, renewal of piles
    assert 0 < taxes < 0.2 * net
    assert found.cell("cover.full", "all") == pytest.approx(found.cell("cover.income", "all") / service, abs=1e-9)


def counted(variant: str, by: str) -> tuple[int, int]:
    found = result(variant, by)
    return sum(found.balanced(account.id) for account in found.accounts), len(found.accounts)


@pytest.mark.parametrize("variant", ["cautious", "no_resources", "quota_cut"])
@pytest.mark.parametrize("by", ["all", "accounts", "district", "unit"])
def test_with_cautious_income_nothing_balances_in_any_grouping(variant: str, by: str) -> None:
    assert counted(variant, by)[0] == 0
    whole = result(variant, "all")
    assert whole.cell("cover.full", "all") < 0.4 and whole.cell("recovery.r3", "all") < 0


def test_with_the_income_of_a_card_the_companies_balance_and_pooling_helps_the_districts_that_alone_do_not() -> None:
    assert counted("card_income", "all") == (1, 1)
    assert counted("card_income", "accounts") == (2, 2)
    areas, units = counted("card_income", "district"), counted("card_income", "unit")
    assert 0 < units[0] < 85 and areas[0] / areas[1] > units[0] / units[1]
    assert result("card_income", "all").cell("recovery.r3", "all") < 0, "the bonds balance, the project does not"


@pytest.mark.slow
def test_tranches_that_come_when_no_money_is_needed_break_districts_that_begin_early() -> None:
    """Split by the need of all years, a district of 2021 gets most of its bonds after it is built."""
    alone = result("card_income", "unit", "finance.split={by: need}")
    early = [row["编号"] for row in ROWS if row["开工年份"] == "2021"]
    assert not any(alone.balanced(one) for one in early)
    balanced = sum(alone.balanced(one) for one in IDS)
    assert balanced < counted("card_income", "unit")[0]
    assert f"只有 {balanced} 个片区" in README


@pytest.mark.slow
def test_a_quota_cut_breaks_even_the_income_of_a_card() -> None:
    changes = [f"finance.bonds.b{year}.granted=60%" for year in (2022, 2023, 2024)]
    cut = result("card_income", "accounts", *changes)
    for account in cut.accounts:
        passed = {test.id: test.passed for test in cut.verdicts(account.id)}
        assert passed["cover_full"] and not passed["liquidity"]


def test_bonds_sized_to_cautious_income_are_covered_and_the_budget_bears_the_rest() -> None:
    found = result("sized", "all")
    assert found.cell("cover.full", "all") == pytest.approx(1.30, abs=0.01)
    less_bonds = sum(FACES["cautious"]) - sum(FACES["sized"])
    more_capital = found.cell("funding.capital_drawn", "all") - result("cautious", "all").cell(
        "funding.capital_drawn", "all"
    )
    less_coupons = result("cautious", "all").totals("all")["financing_cost"] - found.totals("all")["financing_cost"]
    assert more_capital == pytest.approx(less_bonds - less_coupons, abs=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_readme_tells_what_comes_out(variant: str) -> None:
    """One line of the table of verdicts: label, bonds, cover, shortage, and how many accounts balance in each grouping."""
    whole = result(variant, "all")
    assert whole.scenario.variant is not None
    cells = [
        f"`{variant}` {whole.scenario.variant.label.zh}",
        f"{sum(FACES[variant]):,}",
        f"{whole.cell('cover.full', 'all'):.3f}",
    ]
    cells.append(f"{whole.cell('liquidity.peak', 'all'):,.0f}")
    cells += ["{}/{}".format(*counted(variant, by)) for by in ("all", "accounts", "district", "unit")]
    assert f"| {' | '.join(cells)} |" in README


# ---- probability -------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def sample() -> Sample:
    return simulate(scenario("card_income"), 1024, 1, "accounts")


@pytest.mark.slow
def test_probability_of_balance_of_the_two_companies(sample: Sample) -> None:
    assert sample.trials == 1024
    for account in ("xiling", "wujia"):
        p = sample.probability(account)
        assert 0 < p.low < p.value < p.high < 1
        cover, liquidity = (sample.test_probability(account, test).value for test in ("cover_full", "liquidity"))
        assert max(0, cover + liquidity - 1) <= p.value <= min(cover, liquidity)
    assert sample.probability_of_all().value <= min(sample.probability(a).value for a in ("xiling", "wujia"))


@pytest.mark.slow
def test_the_readme_gives_a_probability_that_the_sample_confirms(sample: Sample) -> None:
    """README: 4,096 trials of the same seed; each interval holds what 1,024 of them give."""
    told = re.search(
        r"\| `card_income` \| ([\d.]+) %（([\d.]+)—([\d.]+)） \| ([\d.]+) %（([\d.]+)—([\d.]+)） \|", README
    )
    assert told, "the table of probabilities"
    for account, (value, low, high) in zip(("xiling", "wujia"), (told.groups()[:3], told.groups()[3:]), strict=True):
        assert float(low) < float(value) < float(high)
        p = sample.probability(account)
        assert p.low * 100 < float(high) and float(low) < p.high * 100


@pytest.mark.slow
def test_with_cautious_income_no_trial_balances() -> None:
    few = simulate(scenario("cautious"), 96, 1, "accounts")
    assert few.probability_of_all().value == 0 and few.probability("xiling").value == 0
