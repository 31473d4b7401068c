"""Jiujiang: published figures stand as in the source, amounts are those of plain arithmetic, the README tells what comes out."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

import finsim
from finsim.result import Result
from finsim.risk.trials import simulate
from finsim.scenario.loading import check, load
from finsim.scenario.scenario import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "jiujiang"
FILE = FOLDER / "jiujiang.yaml"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
VARIANTS = ("free", "free_award", "late", "top_adverts", "break_even", "residents")
PRICE = "catalogue.streams.cabin.price"
with (FOLDER / "units.csv").open(encoding="utf-8", newline="") as stream:
    ROWS = {row["编号"]: row for row in csv.DictReader(stream)}
RENEWED = [one for one, row in ROWS.items() if int(row["户数"]) and one != "guilin"]
CENTRE = [one for one in RENEWED if ROWS[one]["所属县区"] in ("浔阳区", "濂溪区", "经开区")]
LIFTS = {one: int(row["加装电梯数"]) for one, row in ROWS.items() if int(row["加装电梯数"])}
QUANTITIES = {heading: float(cell) for heading, cell in ROWS["guilin"].items() if heading.endswith("·工程量")}
UNIT_COST = (150, 180, 600, 550, 300, 150, 350, 120, 150, 9000, 8000, 1500)  # of the columns of quantities


def total(heading: str, units: list[str]) -> int:
    return sum(int(ROWS[one][heading]) for one in units)


@cache
def scenario(variant: str, *changes: str) -> Scenario:
    return load(FILE, variant, changes)


@cache
def result(variant: str, by: str = "accounts", *changes: str) -> Result:
    return finsim.run(scenario(variant, *changes), by)


def told(number: float, style: str = ",.0f") -> str:
    return "—" if number != number else format(number, style).replace("-", "−").replace("−0", "0", number > -0.5)


def test_it_checks_clean_and_says_what_is_synthetic() -> None:
    assert check(FILE) == []
    base = load(FILE)
    assert tuple(variant.id for variant in base.variants) == VARIANTS
    assert base.variant is not None and base.variant.id == "free" and base.by == "accounts"
    solved = scenario("break_even").origin("unit", "streams.cabin.price", "e7")
    assert (solved.kind, solved.source) == ("solved", ""), "what is solved comes from its goal"
    assert base.origin("unit", "facts.households", "x1").source == "synthetic"
    assert {name for name, source in base.sources.items() if not source.link} == {"practice", "synthetic", "income_tax_law"}


def test_published_figures_are_as_in_their_sources() -> None:
    base = scenario("free")
    assert (total("小区数", RENEWED), total("户数", RENEWED)) == (133, 70_000)
    for path, figure in (("sources.lift_award.per_lift", 100_000), ("sources.centre_award.per_household", 500)):
        assert result("free").value("unit", "x1", path, None) == figure
        assert (base.origin("unit", path, "x1").kind, base.origin("unit", path, "x1").source) == ("published", "practice")
    card = load(FOLDER.parent / "published" / "ruichang-2025.yaml")
    whole = finsim.run(card, "all")
    names = ("asphalt", "paving", "rainwater", "sewage", "water", "telecom", "gas", "security", "lighting", "parking", "charging", "bicycles")
    for name, figure in zip(names, QUANTITIES.values(), strict=True):
        assert whole.value("unit", "guilin", f"works.{name}.quantity", None) == figure
        assert result("free").value("unit", "guilin", f"works.{name}.quantity", None) == figure
        assert base.origin("unit", f"works.{name}.quantity", "guilin").source == "ruichang"
    for key in ("investment", "equity", "bonds", "revenue", "operating_cost"):
        assert result("free").totals("ruichang")[key] == pytest.approx(whole.totals("all")[key], abs=0.01), key
    assert result("free").cell("cover.full", "ruichang") == pytest.approx(whole.cell("cover.full", "all"), abs=1e-4)


@pytest.mark.parametrize("variant", ["free", "residents"])
def test_the_prize_between_governments_is_no_source_and_no_stream(variant: str) -> None:
    assert "不是任何项目的收入" in scenario(variant).sources["practice"].note
    names = {path.split(".")[1] for path in result(variant).rows if path.startswith(("sources.", "streams."))}
    owners = {"lift_owners"} if variant == "residents" else set()
    assert names == owners | {
        "central", "centre_award", "operators", "local", "roof_owners", "roof_award", "lift_award",
        "cabin", "solar", "parking", "charging", "property",
    }  # fmt: skip
    assert sum(result(variant).totals(account)["revenue"] for account in ("centre", "counties", "roofs")) == 0


def cost(units: list[str]) -> float:
    built = sum(float(ROWS[one][heading]) * yuan for one in units for heading, yuan in zip(QUANTITIES, UNIT_COST, strict=True))
    return (built + total("建筑面积", units) * (128.2444 + 38.443)) / 10_000


@pytest.mark.parametrize(("account", "units"), [("centre", CENTRE), ("counties", [u for u in RENEWED if u not in CENTRE])])
def test_who_pays_for_renovation(account: str, units: list[str]) -> None:
    found, households = result("free", "unit"), total("户数", units)
    paid = {s: sum(found.cell(f"sources.{s}.paid", u, "unit") for u in units) for s in ("central", "centre_award", "operators", "local")}
    networks = sum(float(ROWS[u][f"{name}·工程量"]) * yuan for u in units for name, yuan in (("给水及消防管", 300), ("弱电管线", 150), ("燃气管", 350)))
    award = 0.05 * households if account == "centre" else 0
    assert paid["central"] == pytest.approx(0.4 * households)
    assert paid["centre_award"] == pytest.approx(award), "500 yuan per household in the centre only"
    assert paid["operators"] == pytest.approx(networks / 4 / 10_000)
    assert sum(paid.values()) == pytest.approx(cost(units))
    cells = " | ".join(told(x) for x in (cost(units), *(paid[s] for s in ("central", "centre_award", "operators", "local"))))
    assert f"（{households:,} 户） | {cells} |" in README
    if account == "centre":
        assert f"每户 {paid['local'] / households:.2f} 万元" in README and f"投资的 {100 * award / cost(units):.1f} %" in README


def test_the_award_reaches_lifts_of_four_floors_and_several_owners() -> None:
    eligible = {"e7": 160, "e6": 91}
    assert sum(LIFTS.values()) == 281 == round(70_000 / (897 / 3.6))
    for unit in LIFTS:
        assert result("free_award", "unit").cell("sources.lift_award.paid", unit, "unit") == pytest.approx(10 * eligible.get(unit, 0))
    paid = result("residents").totals("lifts")
    assert (paid["grants"], paid["residents"]) == (pytest.approx(2510), pytest.approx(281 * 60 - 2510))
    assert f"每台 {paid['residents'] / 281:.1f} 万元" in README


@pytest.mark.parametrize(("variant", "price", "let"), [("free", 1000, 0.75), ("top_adverts", 2500, 0.93)])
def test_income_and_upkeep_of_lifts(variant: str, price: float, let: float) -> None:
    found = result(variant)
    for year in (2022, 2030, 2041):
        steps = 1.05 ** max(0, (year - 2022) // 3)
        adverts, power = 281 * price * 12 * let * steps / 10_000, 2810 * 950 * 0.4143 * 0.994 ** (year - 2022) / 10_000
        assert found.value("account", "lifts", "streams.cabin.charges", year) == pytest.approx(adverts)
        assert found.value("account", "lifts", "streams.solar.charges", year) == pytest.approx(power)
        assert found.value("account", "lifts", "costs.upkeep.cost", year) == pytest.approx(281 * 0.8 * steps)
        assert found.value("account", "lifts", "costs.selling.cost", year) == pytest.approx(0.15 * adverts / 1.06)
    assert found.totals("lifts")["investment"] == pytest.approx(281 * 64 + found.totals("lifts")["interest_rolled_up"])


def test_residents_advance_the_roofs_and_are_reimbursed_a_year_later_or_two() -> None:
    for variant, owed in (("free", (616, 0, 0)), ("late", (616, 616, 0))):
        found = result(variant)
        assert [found.value("account", "roofs", "contributions.receivable", y) for y in (2020, 2021, 2022)] == pytest.approx(owed)
        paid = found.totals("roofs")
        assert (paid["investment"], paid["residents"], paid["grants"]) == pytest.approx((880, 264, 616))
        assert found.value("account", "roofs", "capital.roof_advance.draw", 2020) == pytest.approx(616)
    assert "880 的防水，居民自付 264，先垫 616" in README


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_readme_tells_what_comes_out(variant: str) -> None:
    found = result(variant)
    income = sum(found.value("account", "lifts", f"streams.{s}.charges", 2022) for s in ("cabin", "solar")) * 10_000 / 281
    paid, chosen = found.totals("lifts"), found.scenario.variant
    assert chosen is not None
    cells = [
        f"`{variant}` {chosen.label.zh}", "—" if variant == "residents" else told(income), told(paid["grants"]), told(paid["residents"]),
        told(found.cell("recovery.r1", "lifts"), ".3f"), told(found.cell("recovery.r3", "lifts")), told(found.cell("cover.all_debt", "lifts"), ".3f"),
        told(found.cell("liquidity.peak", "lifts")), "平" if found.balanced("lifts") else "不平",
    ]  # fmt: skip
    assert f"| {' | '.join(cells)} |" in README
    assert max(found.checks().values()) < 1e-6


def test_a_year_of_delay_turns_a_surplus_into_a_shortage() -> None:
    prompt, late = (result(v).value("account", "lifts", "cash.accumulated", 2022) for v in ("free_award", "late"))
    assert f"由结余 {told(prompt)} 变为短缺 {told(-late)}" in README and prompt - late == pytest.approx(2510)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "variant", "row", "target"),
    [("只够维护和大修，一分投资也不收回", "free", "recovery.r1", 0), ("20 年收回投资，不计利息", "free", "recovery.r1", 1),
     ("财务净现值为 0（4%）", "free", "recovery.r3", 0), ("七成贷款 15 年还清、年年不缺，没有奖补", "free", "result.balanced", 0.5),
     ("同上，奖补竣工一年后到账", "free_award", "result.balanced", 0.5), ("同上，奖补再晚一年到账", "late", "result.balanced", 0.5)],
)  # fmt: skip
def test_the_income_a_lift_needs(text: str, variant: str, row: str, target: float) -> None:
    """Two yuan less does not do, two more do; power brings 3,936 yuan a lift."""
    line = re.search(rf"\| {re.escape(text)} \| ([\d,]+) \| ([\d,]+) \|", README)
    assert line
    price, income = (int(cell.replace(",", "")) for cell in line.groups())
    assert income == pytest.approx(price * 12 * 0.75 + 9500 * 0.4143, abs=5)
    less, more = (result(variant, "accounts", f"{PRICE}={price + d} 元").cell(row, "lifts") for d in (-2, 2))
    assert less < target < more


@pytest.mark.parametrize("by", ["all", "accounts", "district", "unit"])
def test_groupings(by: str) -> None:
    found = result("free", by)
    balanced = sum(found.balanced(account.id) for account in found.accounts), len(found.accounts)
    assert balanced == {"all": (0, 1), "accounts": (4, 5), "district": (4, 5), "unit": (12, 16)}[by]
    assert max(found.checks().values()) < 1e-6
    assert all(result("break_even", by).balanced(account.id) for account in found.accounts)
    assert "五个主体平四个，16 个单元平 12 个，全部合起来不平" in README


@pytest.mark.slow
def test_probability() -> None:
    """README: 1,024 trials of the same seed; each interval holds what 256 of them give."""
    for variant, account, words in (("break_even", "lifts", "`break_even`"), ("free", "ruichang", "平衡概率")):
        found = re.search(rf"{words} ([\d.]+) %（([\d.]+)—([\d.]+)）", README)
        p = simulate(scenario(variant), 256, 1, "accounts").probability(account)
        assert found and p.low * 100 < float(found[3]) and float(found[2]) < p.high * 100
    assert simulate(scenario("top_adverts"), 96, 1, "accounts").probability("lifts").value == 0
