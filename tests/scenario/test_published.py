"""Five published project cards: their totals and printed covers come back, and what the issued batches make of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import finsim
from finsim.result import Result
from finsim.scenario.loading import check

FOLDER = Path(__file__).parents[2] / "scenarios" / "published"
ROUNDING = 0.005
"""万元: what income and cost may differ from the card, whose finest figures have two decimals."""


@dataclass(frozen=True)
class Card:
    """What a card prints, in 万元, and the terms of its bond.

    printed      预期收入（收益）as printed
    cost         成本
    gross        whether ``printed`` is before cost; the other cards print what is left after it
    rate, term   of the evaluator's one issue; the rate is inferred from ``cover``
    batches      face, coupon in per cent of the issued batches and of the rest, in the variant ``actual``
    actual       cover at those coupons, worked by hand
    """

    name: str
    investment: float
    own: float
    bonds: float
    printed: float
    cost: float
    cover: float
    rate: float
    term: int
    batches: tuple[tuple[float, float], ...]
    actual: float
    gross: bool = False

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.yaml"

    @property
    def net(self) -> float:
        return self.printed - self.cost if self.gross else self.printed

    @cache  # noqa: B019
    def result(self, variant: str) -> Result:
        return finsim.run(finsim.load(self.file, variant), "all")


CARDS = (
    Card(
        "xiapu-2024", 29428.51, 19428.51, 10000, 19615, 8349, 1.31, 2.5, 20,
        # 612 × 2.26 % + 2650 × 2.04 % + 6738 × 2.5 % = 13.8312 + 54.06 + 168.45 = 236.3412 a year
        # 10000 + 20 × 236.3412 = 14726.824; 19615 ÷ 14726.824 = 1.331923
        ((612, 2.26), (2650, 2.04), (6738, 2.5)), 1.331923,
    ),
    Card(
        "ruichang-2025", 4277, 2017, 2260, 6615, 3302, 1.54, 3.0, 30,
        # 1100 × 2.09 % + 1160 × 3.0 % = 22.99 + 34.8 = 57.79 a year
        # 2260 + 30 × 57.79 = 3993.7; 6615 ÷ 3993.7 = 1.656359
        ((1100, 2.09), (1160, 3.0)), 1.656359,
    ),
    Card(
        "puyang-2020", 155886, 65886, 90000, 236907, 156572, 1.28, 3.5, 30,
        # 2000 × 3.99 % + 15500 × 3.13 % + 72500 × 3.5 % = 79.8 + 485.15 + 2537.5 = 3102.45 a year
        # 90000 + 30 × 3102.45 = 183073.5; 236907 ÷ 183073.5 = 1.294054
        ((2000, 3.99), (15500, 3.13), (72500, 3.5)), 1.294054,
    ),
    Card(
        "wujiagang-2025", 10450.02, 6450.02, 4000, 6921.92, 1941, 1.31, 2.15, 15,
        # 500 × 2.26 % + 3500 × 2.37 % = 11.3 + 82.95 = 94.25 a year
        # 4000 + 15 × 94.25 = 5413.75; 6921.92 ÷ 5413.75 = 1.278581
        ((500, 2.26), (3500, 2.37)), 1.278581,
    ),
    Card(
        "sangzhi-2021", 13506.21, 3506.21, 10000, 22698.49, 2865, 1.24, 4.0, 15,
        # 5170 × 3.49 % + 4800 × 2.28 % + 30 × 4.0 % = 180.433 + 109.44 + 1.2 = 291.073 a year
        # 10000 + 15 × 291.073 = 14366.095; (22698.49 − 2865) ÷ 14366.095 = 19833.49 ÷ 14366.095 = 1.380576
        ((5170, 3.49), (4800, 2.28), (30, 4.0)), 1.380576, gross=True,
    ),
)  # fmt: skip
BY_NAME = {card.name: card for card in CARDS}
SHORT = {
    # (file, variant): first year short, years short, most that is short
    ("puyang-2020", "evaluator"): (2024, 3, 1658.54),
    ("puyang-2020", "actual"): (2025, 3, 1563.44),
    ("sangzhi-2021", "actual"): (2023, 2, 889.74),
}
"""Every variant that is short of cash at the end of some year; the others never are."""
WAITING = {("sangzhi-2021", "actual"): 180.433}
"""Bond money that pays no works: capital ran out before the second batch came, so a year's coupons were left to the surplus."""


def runs(*variants: str) -> Iterator[tuple[Card, str]]:
    yield from ((card, variant) for card in CARDS for variant in variants)


every_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
every_run = pytest.mark.parametrize(
    ("card", "variant"), [*runs("evaluator", "actual")], ids=lambda one: getattr(one, "name", one)
)


def test_every_file_is_tested() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(BY_NAME)


# ---- the files ---------------------------------------------------------------------------------------------
@every_card
def test_it_checks_clean_and_says_that_it_is_a_calibration(card: Card) -> None:
    assert check(card.file) == []
    scenario = finsim.load(card.file)
    assert scenario.variant is not None and scenario.variant.id == "evaluator"
    assert "标定" in scenario.note.zh and "calibration" in scenario.note.en
    for variant in scenario.variants:
        assert "标定" in variant.label.zh and "calibration" in variant.label.en
        assert variant.note.zh and variant.note.en


@every_run
def test_every_number_is_sourced_or_assumed_with_its_reason(card: Card, variant: str) -> None:
    scenario = finsim.load(card.file, variant)
    assert scenario.sources["card"].link.startswith("http")
    for (_, path), origin in scenario.origins.items():
        assert origin.kind in {"published", "assumed", "derived", "default"}, path
        assert origin.place.file and origin.place.line, path
        if origin.kind == "published":
            assert origin.source == "card", path
        if origin.kind == "assumed":  # the range of a date or a term stands in words
            assert origin.assumed or " 至 " in origin.note.zh, path
            assert origin.note.zh, path


def test_the_quantities_that_ruichang_prints_are_used() -> None:
    scenario = finsim.load(BY_NAME["ruichang-2025"].file)
    for path, number in {
        "facts.households": 1341, "facts.area": 114900, "streams.parking.quantity": 600, "streams.charging.quantity": 140,
        "streams.property.quantity": 114900, "works.asphalt.quantity": 30990, "works.sewage.quantity": 5170,
    }.items():  # fmt: skip
        assert scenario.numbers.unit_inputs[path].item() == number
        assert scenario.origin("unit", path, "guilin").kind == "published"


# ---- totals ------------------------------------------------------------------------------------------------
@every_run
def test_investment_and_its_funding_are_as_printed(card: Card, variant: str) -> None:
    result = card.result(variant)
    totals = result.totals("all")
    waiting = WAITING.get((card.name, variant), 0.0)
    assert card.own + card.bonds == pytest.approx(card.investment, abs=1e-6)
    assert totals["investment"] == pytest.approx(card.investment, abs=1e-6)
    assert totals["equity"] == pytest.approx(card.own, abs=1e-6)
    assert result.cell("debts.proceeds", "all") == pytest.approx(card.bonds, abs=1e-6)
    assert totals["bonds"] == pytest.approx(card.bonds - waiting, abs=1e-6)
    assert totals["from_surplus"] == pytest.approx(waiting, abs=1e-6)
    for key in ("grants", "operators", "residents", "others", "loans", "unfunded"):
        assert totals[key] == pytest.approx(0, abs=1e-6), key


@every_run
def test_income_and_cost_are_as_printed(card: Card, variant: str) -> None:
    result = card.result(variant)
    totals = result.totals("all")
    assert totals["revenue"] == pytest.approx(card.net + card.cost, abs=ROUNDING)
    assert totals["operating_cost"] == pytest.approx(card.cost, abs=ROUNDING)
    assert result.cell("cover.income", "all") == pytest.approx(card.net, abs=2 * ROUNDING)
    assert totals["income_tax"] == 0


def test_what_ruichang_prints_for_basic_facilities_is_what_its_works_cost() -> None:
    result = BY_NAME["ruichang-2025"].result("evaluator")
    other = result.cell("works.other.cost", "guilin", "unit")
    assert result.totals("all")["works"] - other == pytest.approx(3767.49, abs=1e-6)


# ---- cover -------------------------------------------------------------------------------------------------
@every_card
def test_the_printed_cover_comes_back_at_the_forecast_rate(card: Card) -> None:
    cover = card.result("evaluator").cell("cover.full", "all")
    assert cover == pytest.approx(card.net / (card.bonds * (1 + card.rate / 100 * card.term)), abs=1e-5)  # P(1 + r n)
    assert cover == pytest.approx(card.cover, abs=0.005)


@every_card
def test_cover_at_the_coupons_of_the_issued_batches(card: Card) -> None:
    result = card.result("actual")
    coupons = sum(face * coupon / 100 * card.term for face, coupon in card.batches)
    assert sum(face for face, _ in card.batches) == card.bonds
    assert result.cell("debts.coupons", "all") == pytest.approx(coupons, abs=1e-6)
    assert result.cell("cover.full", "all") == pytest.approx(card.actual, abs=2e-6)


def test_at_wujiagang_actual_coupons_were_above_the_forecast() -> None:
    card = BY_NAME["wujiagang-2025"]
    assert card.result("actual").cell("cover.full", "all") < card.result("evaluator").cell("cover.full", "all")


def test_wujiagang_bonds_are_covered_but_income_is_two_thirds_of_the_investment() -> None:
    result = BY_NAME["wujiagang-2025"].result("evaluator")
    assert result.cell("recovery.r1", "all") == pytest.approx(0.66, abs=0.005)  # 6921.92 ÷ 10450.02 = 0.6624
    passed = {test.id: test.passed for test in result.verdicts("all")}
    assert passed["cover_full"] and not passed["recovery"]


def test_whether_income_is_net_or_gross_decides_the_cover_of_sangzhi() -> None:
    card = BY_NAME["sangzhi-2021"]
    gross, net = card.result("evaluator"), card.result("card_net")
    assert gross.totals("all")["revenue"] == net.totals("all")["revenue"]
    assert net.totals("all")["operating_cost"] == 0
    assert gross.cell("cover.full", "all") == pytest.approx(1.24, abs=0.005)  # (22698.49 − 2865) ÷ 16000 = 1.2396
    assert net.cell("cover.full", "all") == pytest.approx(1.41866, abs=1e-5)  # 22698.49 ÷ 16000


# ---- year by year ------------------------------------------------------------------------------------------
@every_run
def test_yearly_liquidity_is_what_the_note_says(card: Card, variant: str) -> None:
    result = card.result(variant)
    liquidity = next(test for test in result.verdicts("all") if test.id == "liquidity")
    assert result.scenario.variant is not None
    note = result.scenario.variant.note
    assert result.balanced("all") == liquidity.passed == ((card.name, variant) not in SHORT)
    if liquidity.passed:
        assert result.cell("liquidity.peak", "all") == pytest.approx(0, abs=1e-6)
        assert "各年末均不缺现金" in note.zh and "short at no year end" in note.en
        return
    first, years, most = SHORT[card.name, variant]
    assert liquidity.period == first
    assert round(result.cell("liquidity.years", "all")) == years
    assert result.cell("liquidity.peak", "all") == pytest.approx(most, abs=ROUNDING)
    assert f"{most:,.2f}" in note.zh


@every_run
def test_all_debt_is_repaid_and_the_books_agree(card: Card, variant: str) -> None:
    result = card.result(variant)
    assert result.cell("debts.repaid", "all") == pytest.approx(card.bonds, abs=1e-6)
    assert result.series("cash.unfunded", "all")[-1] == pytest.approx(0, abs=1e-6)
    assert max(result.checks().values()) < 1e-6
