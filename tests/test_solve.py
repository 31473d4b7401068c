"""What is solved outside the sheet, against closed forms worked out here; and that it stays fixed once it is found."""

from __future__ import annotations

import functools
import json
import math
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from finsim import solve as module
from finsim.cli import main
from finsim.model.engine import Engine
from finsim.report.workbook import write
from finsim.result import run
from finsim.risk.sampling import Sampler
from finsim.risk.trials import simulate
from finsim.scenario.document import parse
from finsim.scenario.loading import check, load
from finsim.scenario.scenario import Scenario
from finsim.solve import SolveError, break_even, capital_for_share, debt_for_dscr, solve
from tests.support.cases import UNSAID
from tests.support.sheets import recalculated

EXAMPLE = "scenarios/sized-debt.yaml"
TWO_LOANS = "scenarios/two-loans.yaml"
CASH = {2022: 100, 2023: 120, 2024: 120, 2025: 120, 2026: 120, 2027: 120}
"""Cash for debt service of EN-PF-SCULPT, from the third year on."""
CAPACITY = sum(cash / 1.5 / 1.1**n for n, cash in enumerate(CASH.values(), 1))
"""The debt that it carries at a DSCR of 1.5 and 10 %: 336.30."""


def made(
    folder: Path, *, stream: Any = None, capital: Any = None, loan: Any = None, bond: Any = None, repay: Any = None, **more: Any
) -> Scenario:  # fmt: skip
    """A project of 1,000 万元 spent half in 2020 and half in 2021, with the cash of EN-PF-SCULPT unless another is given."""
    scenario: Any = parse(UNSAID.encode(), "UNSAID").value
    finance = scenario["finance"]
    if capital is not None:
        finance["capital"] = {"c": {"label": "资本金", "label_en": "capital", "amount": capital}}
    if loan is not None:
        finance["loans"] = {
            "l": {
                "label": "贷款", "label_en": "loan", "commitment": loan, "rate": 0.1, "dscr": 1.5, "drawn": [2020, 2021],
                "draws": "end", "repay": repay or {"method": "sculpted", "years": [2022, 2027]},
            }
        }  # fmt: skip
    if bond is not None:
        finance["bonds"] = {
            "b": {"label": "债券", "label_en": "bond", "face": bond, "issued": 2020, "term": 7, "coupons_a_year": 1, "coupon": 0.03}
        }  # fmt: skip
    scenario |= {
        "title": "求解", "timeline": {"first": 2020, "last": 2027},
        "catalogue": {
            "works": {"w": {"label": "工程", "label_en": "works", "category": "其他", "owner": "owners", "amount": 1000, "phasing": {2020: 0.5, 2021: 0.5}}},
            "streams": {"toll": {"label": "收入", "label_en": "toll", "ours": 1, **(stream or {"stated": CASH})}},
        },
        **more,
    }  # fmt: skip
    path = folder / "scenario.yaml"
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.dump(scenario, path)
    return load(path)


@functools.cache
def kept(file: str, variant: str | None = None) -> Scenario:
    """A scenario of the repository, loaded once: nothing of it changes."""
    return load(file, variant)


def left(row: str, between: list[float], **how: Any) -> dict[str, Any]:
    """What a file says of a value that is solved."""
    return {"solve": {"row": row, "between": between, **how}}


DSCR = left("lender.lowest", [0, 1000], at_least=1.5)


# ---- debt sized to a DSCR ----------------------------------------------------------------------------------
def test_sculpted_debt_is_the_present_value_of_cash_over_the_dscr(tmp_path: Path) -> None:
    """Drawn in the year before repayment begins, with enough capital before it."""
    scenario = made(tmp_path, capital=500, loan=0)
    solution = debt_for_dscr(scenario, "l", 1.5, 1000)
    assert (solution.status, solution.stated, solution.target) == ("found", 0, 1.5)
    assert solution.value == pytest.approx(CAPACITY, abs=1e-6)
    assert abs(solution.residual) <= 1.5e-9
    assert solution.scenario is not None
    service = run(solution.scenario).series("lender.service", "all")[2:]
    np.testing.assert_allclose(service, [cash / 1.5 for cash in CASH.values()], atol=1e-6)


def test_annuity_debt_is_the_present_value_of_equal_payments(tmp_path: Path) -> None:
    """The year with the least cash decides: 100 ÷ 1.25 a year for 6 years at 10 %."""
    scenario = made(tmp_path, capital=500, loan=0, repay={"method": "annuity", "years": [2022, 2027]})
    solution = debt_for_dscr(scenario, "l", 1.25, 1000)
    assert solution.value == pytest.approx(100 / 1.25 * (1 - 1.1**-6) / 0.1, abs=1e-6)


def test_the_file_finds_the_same_debt_as_the_question(tmp_path: Path) -> None:
    scenario = made(tmp_path, capital=500, loan=DSCR)
    (goal,) = scenario.goals
    assert (goal.path, goal.name) == ("finance.loans.l.commitment", "loans.l.commitment")
    assert goal.value == pytest.approx(CAPACITY, abs=1e-6) and goal.just
    assert run(scenario).cell("loans.l.commitment", "all") == goal.value


# ---- capital: a share of investment, with a minimum --------------------------------------------------------
SHARE = 0.25
PROPORTIONAL = SHARE * (1000 + 0.1 * 500) / (1 + SHARE * 0.1)
"""C = 25 % × (1000 + 10 % × (500 − C)): the loan drawn in 2020 for what capital leaves bears one year's interest."""


def test_capital_that_is_a_share_of_investment_with_interest(tmp_path: Path) -> None:
    solution = capital_for_share(made(tmp_path, capital=0, loan=1000), "c", SHARE, 100, 900)
    assert (solution.status, solution.value) == ("found", pytest.approx(PROPORTIONAL, abs=1e-6))


def test_the_minimum_decides_where_the_share_is_less(tmp_path: Path) -> None:
    solution = capital_for_share(made(tmp_path, capital=0, loan=1000), "c", SHARE, 300, 900)
    assert (solution.status, solution.value, solution.scenario) == ("everywhere", 300, None)
    scenario = made(tmp_path, capital=left("lender.own_share", [300, 900], at_least=SHARE), loan=1000)
    (goal,), (reached,) = scenario.goals, run(scenario).goals()
    assert (goal.value, goal.just, reached.holds) == (300, False, True)
    assert reached.difference == pytest.approx(SHARE - 300 / (1000 + 0.1 * (500 - 300)))


def test_two_values_that_move_each_other(tmp_path: Path) -> None:
    """Less capital means more interest rolled up, and so a smaller loan: both at once, in either order of solving."""
    scenario = made(tmp_path, capital=left("lender.own_share", [100, 900], at_least=SHARE), loan=DSCR)
    capital, loan = (goal.value for goal in scenario.goals)
    assert capital == pytest.approx(PROPORTIONAL, abs=1e-6)
    assert loan == pytest.approx(CAPACITY - 0.1 * (500 - PROPORTIONAL), abs=1e-6)
    assert all(reached.holds for reached in run(scenario).goals())


# ---- break-even and subsidy --------------------------------------------------------------------------------
SOLD = {"quantity": 100, "price": 1, "times": 1, "occupancy": 1}


def factors(rate: float) -> list[float]:
    return [1 / (1 + rate) ** n for n in range(1, 9)]


def test_break_even_price_is_cost_over_quantity_at_present_value(tmp_path: Path) -> None:
    """FNPV = 0 at 5 %: price × 100 × Σ v over the six years of operation = 500 v₁ + 500 v₂, in yuan."""
    v = factors(0.05)
    expected = 10_000 * 500 * (v[0] + v[1]) / (100 * sum(v[2:]))
    solution = solve(made(tmp_path, stream=SOLD), "streams.toll.price", row="recovery.r3", target=0, between=(0, 90_000))
    assert solution.value == pytest.approx(expected, rel=1e-10)
    assert abs(solution.residual) <= 5e-7
    tested = break_even(made(tmp_path, stream=SOLD), "streams.toll.price", "recovery", (0, 90_000))
    assert tested.value == pytest.approx(expected, rel=1e-8)
    assert (tested.target, tested.reached) == (0, pytest.approx(0, abs=5e-7))


def test_break_even_bond_is_income_over_cover_and_interest(tmp_path: Path) -> None:
    """Cover = 700 ÷ (P × (1 + 7 × 3 %)) = 1.2, passed from a billionth below on; just passed in the same run."""
    scenario = made(tmp_path, bond=100, balance={"by": "all", "standard": ["cover_full"]})
    solution = break_even(scenario, "bonds.b.face", between=(10, 5000))
    assert solution.value == pytest.approx(sum(CASH.values()) / (1.2 - 1e-9) / 1.21, rel=1e-12)
    assert solution.scenario is not None and run(solution.scenario).balanced("all")
    more = solve(solution.scenario, "bonds.b.face", row="cover.full", target=1.2, between=(10, 5000))
    assert more.value == pytest.approx(solution.value, rel=1e-9)


def test_the_least_grant_fills_the_gap(tmp_path: Path) -> None:
    """1,000 of works, 300 of capital, no income: 700."""
    scenario = made(
        tmp_path, capital=300, stream={"stated": {2022: 0}}, balance={"by": "all", "standard": ["liquidity"]},
        catalogue={
            "works": {"w": {"label": "工程", "label_en": "works", "category": "其他", "owner": "owners", "amount": 1000, "years": 2020}},
            "sources": {"g": {"label": "补助", "label_en": "grant", "nature": "fiscal", "pays": {}, "amount": 1}},
        },
    )  # fmt: skip
    solution = break_even(scenario, "sources.g.amount", between=(0, 2000))
    assert (solution.status, solution.value) == ("found", pytest.approx(700, abs=1e-5))
    assert solution.reached == 1.0, "every test that counts passes"


# ---- several units -----------------------------------------------------------------------------------------
MINIMAL = Path("tests/bad/minimal.yaml")
OWN = ("buildings: 6, neighbourhoods: 1}", "buildings: 6, neighbourhoods: 1, values: {streams.bays.price: 300 元}}")


def changed(folder: Path, *changes: tuple[str, str]) -> Scenario:
    """The minimal scenario of two units with pieces of its text replaced."""
    text = MINIMAL.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_prices_that_differ_are_solved_by_a_factor_or_unit_by_unit(tmp_path: Path) -> None:
    """Income is 80 bays × 85 % × (150 + 300); NPV is linear in it: the same income in every way."""
    scenario = changed(tmp_path, OWN)
    question: dict[str, Any] = {"row": "operations.revenue", "period": 2030, "target": 80 * 12 * 0.85 * 600 / 1e4}
    with pytest.raises(SolveError, match=r"在各单元不同.*differs between units"):
        solve(scenario, "streams.bays.price", **question)
    assert solve(scenario, "streams.bays.price", factor=True, **question).value == pytest.approx(600 / 450)
    assert solve(scenario, "streams.bays.price", unit="a", between=(0, 900), **question).value == pytest.approx(300)
    assert solve(scenario, "streams.bays.price", unit="b", between=(0, 900), **question).value == pytest.approx(450)
    filled = solve(scenario, "streams.bays.occupancy", factor=True, row="operations.revenue", period=2030, target=1)
    assert filled.goal.high == pytest.approx(1 / 0.85), "no factor fills more than all bays"
    with pytest.raises(SolveError, match="0 至 1"):
        solve(scenario, "streams.bays.occupancy", factor=True, between=(0.5, 1.5), test="cover_full")
    same = solve(changed(tmp_path), "streams.bays.price", **question)
    assert (same.value, same.stated) == (pytest.approx(300), 150)


def test_a_price_in_the_file_leaves_a_units_own_price_alone(tmp_path: Path) -> None:
    goal = "{solve: {row: operations.revenue, period: 2030, equals: 48.96 万元, between: [0 元, 900 元]}}"
    scenario = changed(tmp_path, OWN, ("price: 150 元", f"price: {goal}"))
    np.testing.assert_allclose(scenario.numbers.unit_inputs["streams.bays.price"], [300, 300])
    assert scenario.origin("unit", "streams.bays.price", "b").kind == "published"
    assert scenario.origin("unit", "streams.bays.price", "a").kind == "solved"


def test_a_programme_total_and_amounts_of_finance_keep_their_split(tmp_path: Path) -> None:
    total = "{solve: {row: investment.cost, period: total, equals: 950 万元, between: [0, 3000 万元]}, split: households}"
    scenario = changed(tmp_path, ("amount: {total: 300 万元, split: households}", f"amount: {total}"))
    pipes = 9000 * 500 / 1e4
    np.testing.assert_allclose(
        scenario.numbers.unit_inputs["works.parking.amount"], [(950 - pipes) * 0.6, (950 - pipes) * 0.4]
    )
    before = changed(tmp_path)
    solution = solve(before, "bonds.special.face", row="bonds.special.proceeds", period="total", target=200)
    assert (solution.value, solution.stated) == (pytest.approx(200), pytest.approx(300))
    assert solution.scenario is not None
    ratio = solution.scenario.numbers.unit_inputs["stakes.bonds.special.face"]
    np.testing.assert_allclose(ratio, before.numbers.unit_inputs["stakes.bonds.special.face"] * 2 / 3)


@pytest.mark.parametrize("goal", ["row: cover.full, equals: 1.2", "row: cover.full, at_least: 1.2", "test: cover_full"])
def test_a_value_that_moves_the_split_of_the_debt(goal: str, tmp_path: Path) -> None:
    """Bonds split by income: a's cover is 1.2 where the income of both is 1.2 × the service of the whole bond."""
    price = f"{{solve: {{{goal}, account: a, between: [50 元, 900 元]}}}}"
    scenario = changed(
        tmp_path, OWN, ("price: 150 元", f"price: {price}"), ("split: {by: need}", "split: {by: income}"), ("by: all", "by: unit")
    )  # fmt: skip
    result = run(scenario)
    income = sum(result.cell("cover.income", account) for account in "ab")
    assert income == pytest.approx(1.2 * 300 * (1 + 10 * 0.026), rel=1e-8)
    assert result.cell("cover.full", "a") == pytest.approx(1.2, abs=2e-9)


# ---- fixed once found --------------------------------------------------------------------------------------
def test_a_solved_value_is_the_same_in_every_trial() -> None:
    """The goal holds at the base case; in trials the debt stays, so its DSCR does not."""
    scenario = kept(EXAMPLE)
    drawn = Sampler(scenario, 7)
    engine = Engine(scenario.sheets, scenario.numbers, [[0]], ["loans.bank.commitment", "lender.lowest"], (), drawn.inputs)
    rows, _ = engine(drawn(0, 300), 300)
    assert set(rows["loans.bank.commitment"].ravel()) == {scenario.goals[1].value}
    assert np.ptp(rows["lender.lowest"]) > 0.1
    sample = simulate(scenario, 300, 7)
    assert sample.quantiles("all", "dscr_lowest", (0.05,))[0] < 1.2  # type: ignore[operator]


def test_a_draw_of_it_is_refused_and_a_draw_of_another_is_not() -> None:
    assert [problem.path for problem in check("tests/bad/solve-drawn.yaml")] == ["uncertain.streams.bays.occupancy"]
    assert check(EXAMPLE) == []


def test_the_digest_covers_value_and_goal(tmp_path: Path) -> None:
    solved, other = made(tmp_path, capital=500, loan=DSCR), made(tmp_path, capital=500, loan=left("lender.lowest", [0, 999], at_least=1.6))
    assert made(tmp_path, capital=500, loan=DSCR).digest == solved.digest
    plain = made(tmp_path, capital=500, loan=solved.goals[0].value)
    assert len({solved.digest, other.digest, plain.digest}) == 3
    for path, array in solved.numbers.unit_inputs.items():
        np.testing.assert_array_equal(array, plain.numbers.unit_inputs[path])


def test_each_variant_solves_what_it_leaves_to_be_solved() -> None:
    names = {variant: [goal.name for goal in kept(EXAMPLE, variant).goals] for variant in ("sized", "least_grant")}
    assert names == {
        "sized": ["capital.company.amount", "loans.bank.commitment"],
        "least_grant": ["sources.grant.amount", "capital.company.amount"],
    }
    assert run(kept(EXAMPLE, "least_grant")).balanced("all")
    assert kept(EXAMPLE, "least_grant").numbers.unit_inputs["stakes.loans.bank.face"] == 6000


# ---- how it is shown ---------------------------------------------------------------------------------------
def test_the_check_is_of_the_base_case_in_the_grouping_of_the_file() -> None:
    """With the debt fixed, nothing is checked in another grouping."""
    scenario = kept(EXAMPLE)
    capital, loan = run(scenario).goals()
    assert (capital.holds, loan.holds) == (True, True)
    assert abs(capital.difference) <= 1e-9 and abs(loan.difference) <= 1.3e-9
    assert run(scenario, "unit").goals() == ()


def test_explanation_and_json_say_what_it_was_solved_for() -> None:
    result = run(kept(EXAMPLE))
    (operand,) = result.explain("loans.bank.commitment", None, "all").operands
    assert operand.origin is not None and operand.origin.word == ("求解得出", "solved")
    assert "最低偿债备付率（lender.lowest）不低于 1.3" in operand.origin.note.zh
    assert "lowest DSCR (lender.lowest) is at least 1.3" in operand.origin.note.en
    loan = result.to_json()["solved"][1]
    assert {"input": "loans.bank.commitment", "row": "lender.lowest", "target": 1.3, "holds": True}.items() <= loan.items()
    assert json.loads(json.dumps(loan, allow_nan=False)) == loan


@pytest.mark.parametrize(
    ("goal", "formula"),
    [
        ({"row": "lender.lowest", "at_least": 1.5}, "ABS(1.5-"),
        ({"row": "lender.dscr", "period": 2027, "equals": 1.5}, "ABS(1.5-"),
        ({"row": "lender.dscr", "period": "lowest", "at_least": 1.5}, "MIN("),
        ({"row": "loans.l.repaid", "period": "total", "equals": 300}, "SUM("),
        ({"row": "loans.l.closing", "period": "highest", "at_most": 350}, "MAX("),
    ],
)
def test_the_workbook_checks_the_goal(goal: dict[str, Any], formula: str, tmp_path: Path) -> None:
    """Recalculated by an engine of its own: nothing as written, and more than the limit once the rate is changed."""
    import openpyxl

    result = run(made(tmp_path, capital=500, loan={"solve": {**goal, "between": [10, 1000]}}))
    book, path = tmp_path / "book.xlsx", tmp_path / "changed.xlsx"
    write(result, "all", book)

    def line(file: Path) -> int:
        rows = openpyxl.load_workbook(file)["检查"].iter_rows(min_col=2, max_col=4)
        (found,) = [row for row in rows if str(row[0].value).startswith("求解目标减结果")]
        assert formula in found[2].value
        return int(found[0].row)

    at = line(book)
    assert recalculated(book)("检查", at, 6) == "通过 pass"
    edited = openpyxl.load_workbook(book)
    inputs = edited["假设"]
    (cell,) = [row for row in inputs.iter_rows(min_col=1, max_col=14) if row[0].value == "units.u.stakes.loans.l.face" or row[0].value == "stakes.loans.l.face"]
    assert cell[12].value == "求解得出 solved"
    cell[5].value *= 1.1
    edited.save(path)
    assert recalculated(path)("检查", at, 6) == "未通过 fail"


# ---- answers that are no value, questions that cannot be asked ---------------------------------------------
@pytest.mark.parametrize(
    ("question", "status", "zh", "en"),
    [
        ({"row": "lender.own_share", "target": 2}, "none", "没有取值能达到目标 2：结果为", "No value between"),
        ({"row": "lender.own_share", "target": -1, "sense": "at_least"}, "everywhere", "处处达到目标，取最接近", "met everywhere"),
        ({"row": "investment.cost", "period": "total", "target": 1000}, "everywhere", "与取值无关", "whatever the value"),
        ({"row": "lender.dscr", "period": 2020, "target": 1}, "none", "没有数值", "has no value"),
        ({"row": "liquidity.years", "target": 0.5}, "none", "跳到另一侧", "jumps over"),
    ],
)
def test_answers_that_are_no_value(question: dict[str, Any], status: str, zh: str, en: str, tmp_path: Path) -> None:
    solution = solve(made(tmp_path, capital=500, loan=300), "capital.c.amount", between=(0, 1000), **question)
    assert (solution.status, solution.scenario) == (status, None)
    assert zh in solution.reason.zh and en in solution.reason.en
    json.dumps(solution.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    "written",
    [
        "5", "[]", "{}", "{test: [a]}", "{test: cover_full, row: cover.full}", "{row: [a], equals: 1, between: [0, 1]}",
        "{row: cover.full, equals: 1, at_least: 1, between: [0, 1]}", "{row: cover.full, equals: [1], between: [0, 1]}",
        "{row: cover.full, equals: true, between: [0, 1]}", "{row: cover.full, equals: 1, between: 5}",
        "{row: cover.full, equals: 1, between: [a, b]}", "{row: cover.full, equals: 1, account: 5, between: [0, 1]}",
        "{row: lender.dscr, equals: 1, period: [2030], between: [0, 1]}", "{row: lender.dscr, equals: 1, period: true, between: [0, 1]}",
        "{row: cover.full, equals: 1, between: [0, 1], start: 0}",
    ],
)  # fmt: skip
def test_whatever_stands_after_solve_is_refused_with_its_place(written: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    text = MINIMAL.read_text(encoding="utf-8")
    path.write_text(text.replace("price: 150 元", f"price: {{solve: {written}}}"), encoding="utf-8")
    (problem,) = [problem for problem in check(path) if problem.path.startswith("catalogue.streams.bays.price")]
    assert problem.line and all(problem.what) and all(problem.remedy)


def test_several_solutions_are_told_with_their_places() -> None:
    scenario = load(MINIMAL)
    solution = solve(scenario, "loans.bank.commitment", row="liquidity.lowest", target=-445, between=(0, 600))
    assert solution.status == "several" and math.isnan(solution.value)
    assert "约在 80.8594、202.734" in solution.reason.zh


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"input": "streams.parking.prise", "test": "cover_full"}, "是否想写 streams.parking.price"),
        ({"input": "stakes.loans.policy_bank.face", "test": "cover_full"}, "没有输入"),
        ({"input": "streams.parking.price", "test": "cover_ful"}, "是否想写 cover_full"),
        ({"input": "streams.parking.price", "row": "cover.ful", "target": 1}, "是否想写 cover.full"),
        ({"input": "streams.parking.price"}, "二者之一"),
        ({"input": "streams.parking.price", "row": "cover.full", "test": "cover_full"}, "二者之一"),
        ({"input": "streams.parking.price", "row": "cover.full"}, "目标值"),
        ({"input": "streams.parking.price", "row": "lender.dscr", "target": 1}, "2026–2050"),
        ({"input": "streams.parking.price", "row": "lender.dscr", "target": 1, "period": 2060}, "2026–2050"),
        ({"input": "streams.parking.price", "row": "cover.full", "target": 1, "period": 2030}, "不写期间"),
        ({"input": "streams.parking.price", "test": "cover_full", "by": "unit"}, "没有平衡主体"),
        ({"input": "streams.parking.price", "test": "cover_full", "unit": "nobody"}, "没有改造单元"),
        ({"input": "loans.policy_bank.rate", "test": "cover_full", "unit": "east"}, "没有改造单元"),
        ({"input": "streams.parking.occupancy", "test": "cover_full", "between": (0.5, 1.5)}, "0 至 1"),
        ({"input": "streams.parking.price", "test": "cover_full", "between": (9, 1)}, "低于上限"),
        ({"input": "loans.policy_bank.existing", "test": "cover_full"}, "求解范围"),
    ],
)
def test_questions_that_cannot_be_asked(question: dict[str, Any], words: str) -> None:
    with pytest.raises(SolveError) as caught:
        solve(kept(TWO_LOANS), **question)
    assert words in caught.value.message.zh
    assert caught.value.message.en and not [c for c in caught.value.message.en if "一" <= c <= "鿿"]


# ---- the command line --------------------------------------------------------------------------------------
def call(*arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments), env={"COLUMNS": "160", "FINSIM_LANG": None})


QUESTION = ("solve", TWO_LOANS, "--input", "bonds.b2026.face", "--test", "cover_full")


def test_the_command_answers_in_both_languages() -> None:
    done = call(*QUESTION)
    assert done.exit_code == 0, done.output
    assert "求得：专项债券·申请额 (bonds.b2026.face)" in done.output and "使 cover_full 检验通过" in done.output
    english = call("--lang", "en", *QUESTION)
    assert english.exit_code == 0 and not [c for c in english.output if "一" <= c <= "鿿"]
    assert "found" in english.output and "goal − result" in english.output


def test_json_of_the_command_is_what_python_gives() -> None:
    content = json.loads(call(*QUESTION, "--json").output)
    assert content == module.solve(kept(TWO_LOANS), "bonds.b2026.face", test="cover_full").to_json()
    assert content["status"] == "found" and content["reached"] == pytest.approx(1.2)


def test_the_command_takes_a_row_with_its_year_and_range() -> None:
    done = call(
        "solve", TWO_LOANS, "--input", "finance.loans.policy_bank.commitment", "--row", "loans.policy_bank.closing",
        "--period", "2028", "--target", "400", "--goal", "at_most", "--between", "100", "590", "--json",
    )  # fmt: skip
    content = json.loads(done.output)
    assert (content["status"], content["period"], content["between"]) == ("found", 2028, [100, 590])
    assert content["reached"] == pytest.approx(400, abs=5e-7)


def test_wrong_use_of_the_command() -> None:
    done = call("solve", TWO_LOANS, "--input", "streams.parking.prise", "--test", "cover_full")
    assert (done.exit_code, "是否想写 streams.parking.price" in done.output) == (2, True)
    assert call("solve", TWO_LOANS, "--test", "cover_full").exit_code == 2
    text = call("solve", "--help").output
    assert "求解" in text and "What must an input be" in text


def test_run_and_simulate_show_what_was_solved() -> None:
    done = call("run", EXAMPLE, "--variant", "least_grant")
    assert done.exit_code == 0
    for words in ("求解得出的输入", "sources.grant.amount", "capital.company.amount", "由范围一端决定"):
        assert words in done.output
    assert "loans.bank.commitment" not in done.output
    drawn = call("--lang", "en", "simulate", EXAMPLE, "--trials", "50", "--seed", "1")
    assert drawn.exit_code == 0 and "the same in every trial" in drawn.output


def test_the_commands_of_the_page_print_what_it_says() -> None:
    """Every ``$ finsim`` line of docs/solve.md, with the line below it."""
    lines = Path("docs/solve.md").read_text(encoding="utf-8").splitlines()
    commands = [i for i, words in enumerate(lines) if words.startswith("$ finsim ")]
    assert len(commands) >= 3
    for i in commands:
        done = call(*shlex.split(lines[i])[2:])
        assert done.exit_code == 0, done.output
        if not lines[i + 1].startswith(("$", "```")):
            assert lines[i + 1] in done.output
