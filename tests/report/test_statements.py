"""The statements: every row of the standard stands where the standard has it, and what adds up on paper adds up in numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from finsim.model.structure import ELEMENTS, NATURES, STANDARD_TESTS, Structure, sheets
from finsim.report.formula_book import one_of_each
from finsim.report.statements import (
    Entry,
    Statement,
    Term,
    amounts,
    has_total,
    platform_checks,
    statements,
    statements_json,
)
from finsim.result import Result, run
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array
from tests.support.everything import everything
from tests.support.scenarios import random_scenario

ROOT = Path(__file__).parents[2]
STANDARD: Mapping[str, Any] = YAML(typ="safe").load(ROOT / "tests" / "data" / "statements.yaml")
CHINESE = re.compile(r"[一-鿿（）：，、。]")


@dataclass(frozen=True)
class Line:
    """A row of the standard; "·" stands for no number."""

    number: str
    label: str
    formula: str


def lines(rows: list[str], n: int = 0) -> list[Line]:
    found = []
    for written in rows:
        text, _, formula = written.partition(" = ")
        number, label = text.split(" ", 1)
        found.append(Line(number.replace("n", str(n)), label, formula.replace("n", str(n))))
    return found


def standard(table: Statement) -> list[Line]:
    """The standard's rows of a statement; blocks repeat for every debt that has a heading in it."""
    own = STANDARD[table.id]
    found: list[Line] = []
    for entry in table.entries:
        if entry.heading and "blocks" in own:
            block = next(name for name in ("借款和债券合计", "债券", "借款") if name in entry.label.zh)
            found += [Line(entry.number, entry.label.zh, ""), *lines(own["blocks"][block], int(entry.number))]
    return found + lines(own["rows"])


# ---- programmes --------------------------------------------------------------------------------------------
def two_of_each() -> Structure:
    def two(kind: str) -> tuple[tuple[str, Text], ...]:
        return tuple((f"{kind}-{i}", Text(f"{kind} {i}", f"{kind} {i}")) for i in (1, 2))

    payers = tuple((f"{nature}-{i}", nature) for nature in NATURES for i in (1, 2))
    costs = tuple((element, Text(element, element)) for element in ELEMENTS for _ in (1,)) + two("cost")
    return Structure(
        works=two("work"), sources=tuple((name, Text(name, name)) for name, _ in payers), streams=two("stream") + two("subsidy"),
        costs=costs, capital=two("capital"), bonds=two("bond"), loans=two("loan"),
        pays=tuple((name, ("work-1", "work-2")) for name, _ in payers), natures=payers,
        serves=tuple((cost, ("stream-1",)) for cost, _ in costs), standard=STANDARD_TESTS, replacements=two("replacement"),
        kinds=(("subsidy-1", "subsidy"), ("subsidy-2", "untaxed_subsidy")), elements=tuple((x, x) for x in ELEMENTS),
        intangible=("work-2",), not_special=("bond-2",), short_loans=two("short-loan")[:1],
    )  # fmt: skip


EXAMPLES: dict[str, Callable[[], tuple[Scenario, str, str]]] = {
    "two-loans": lambda: (load(ROOT / "scenarios" / "two-loans.yaml"), "all", "all"),
    "river": lambda: (load(ROOT / "scenarios" / "two-loans.yaml"), "unit", "river"),
    "songxian": lambda: (load(ROOT / "scenarios" / "songxian-2023.yaml"), "all", "all"),
    "everything": lambda: (everything(), "all", "all"),
}
RANDOM = range(80, 88)


@dataclass(frozen=True)
class Run:
    result: Result
    account: str

    @property
    def tables(self) -> dict[str, Statement]:
        return {table.id: table for table in statements(self.result.scenario.structure)}

    def row(self, path: str) -> Array:
        return self.result.series(path, self.account)

    def values(self, entry: Entry) -> Array:
        """A number per year; nothing where the entry has none."""
        return np.array([np.nan if v is None else v for v in amounts(self.result, self.account, entry)[0]])

    def numbered(self, table: Statement) -> dict[str, Array]:
        return {e.number: np.nan_to_num(self.values(e)) for e in table.entries if e.number}

    def labelled(self, table: Statement, label: str) -> Array:
        return self.values(next(e for e in table.entries if e.label.zh == label))


@pytest.fixture(scope="module", params=EXAMPLES)
def an_example(request: pytest.FixtureRequest) -> Run:
    scenario, by, account = EXAMPLES[request.param]()
    return Run(run(scenario, by), account)


@pytest.fixture(scope="module", params=[*EXAMPLES, *RANDOM])
def a_run(request: pytest.FixtureRequest) -> Run:
    if request.param in EXAMPLES:
        scenario, by, account = EXAMPLES[request.param]()
    else:
        scenario, by, account = random_scenario(request.param), "all", "all"
    return Run(run(scenario, by), account)


def same(left: Array, right: Array) -> bool:
    return bool(np.allclose(left, right, rtol=0, atol=1e-6))


# ---- against the standard ----------------------------------------------------------------------------------
@pytest.mark.parametrize("structure", [one_of_each(), two_of_each()], ids=["one of each", "two of each"])
@pytest.mark.parametrize("gross", [False, True], ids=["net", "gross"])
def test_every_row_of_the_standard_stands_in_its_order(structure: Structure, gross: bool) -> None:
    tables = statements(replace(structure, gross_vat=gross))
    assert [table.id for table in tables] == list(STANDARD)
    for table in tables:
        assert table.title.zh == STANDARD[table.id]["title"]
        ours = iter((entry.number or "·", entry.label.zh) for entry in table.entries)
        for line in standard(table):
            alike = (line.number, line.label)
            assert any(mine == alike or _also(mine) == alike for mine in ours), f"{table.id}: {alike} missing or out of order"


def _also(mine: tuple[str, str]) -> tuple[str, str]:
    """A name to which we add in brackets what we leave out (原值（不含更新）)."""
    return mine[0], mine[1].partition("（不含")[0]


@pytest.mark.parametrize("structure", [one_of_each(), two_of_each()], ids=["one of each", "two of each"])
def test_rows_exist_and_speak_english(structure: Structure) -> None:
    model = sheets(structure).account
    users = {text.en for items in (structure.works, structure.sources, structure.streams) for _, text in items}
    for table in statements(structure):
        numbers = [entry.number for entry in table.entries if entry.number]
        assert len({*numbers}) == len(numbers), table.id
        for entry in table.entries:
            for term in entry.terms:
                assert term.path in model.rows, (table.id, entry.label.zh, term.path)
            assert entry.label.zh and entry.label.en and (entry.label.en in users or not CHINESE.search(entry.label.en))
            units = {model.rows[path].unit for path in entry.rows}
            assert len(units) <= 1 and not (entry.heading and entry.terms), entry.label.zh


def test_an_item_of_the_programme_stands_once_under_its_heading() -> None:
    tables = {table.id: table for table in statements(two_of_each())}
    operations = [e.label.zh for e in tables["operations"].entries if e.number.startswith("1.")]
    assert operations == ["stream 1", "stream 2"], "subsidies are no revenue"
    subsidies = [e.rows[0] for e in tables["profit"].entries if e.label.zh.startswith("其中：subsidy")]
    assert subsidies == ["streams.subsidy-1.revenue", "streams.subsidy-2.revenue"]
    costs = [e.number for e in tables["cost"].entries if e.rows and e.rows[0].startswith("costs.")]
    assert costs == ["1.1", "2.1", "3.1", "4.1", "5.1", "5.2", "5.3"]
    written_off = [e.label.zh for e in tables["amortisation"].entries if e.heading]
    assert written_off == ["work 2", "经营权", "合计"]


# ---- sums and formulas -------------------------------------------------------------------------------------
def operands(formula: str) -> Iterator[tuple[int, str, bool]]:
    """Sign, number and whether it is the year before's.

    >>> list(operands("1.1-2")), list(operands("3-3-"))
    ([(1, '1.1', False), (-1, '2', False)], [(1, '3', False), (-1, '3', True)])
    """
    before = formula.endswith("-")
    parts = re.findall(r"([+-]?)([0-9.]+)", formula)
    for i, (sign, number) in enumerate(parts):
        yield -1 if sign == "-" else 1, number, before and i == len(parts) - 1


def calculated(formula: str, rows: Mapping[str, Array], opening: float = 0.0) -> Array:
    if formula.startswith("Σ"):
        return np.cumsum(rows[formula[1:]]) + opening
    if formula.endswith("+…"):
        parent = formula.removesuffix("+…").rpartition(".")[0]
        below = [values for number, values in rows.items() if number.rpartition(".")[0] == parent]
        return np.sum(below, axis=0) if below else np.zeros(len(next(iter(rows.values()))))
    whole = np.zeros_like(next(iter(rows.values())))
    for sign, number, before in operands(formula):
        whole = whole + sign * (np.concatenate([[0.0], rows[number][:-1]]) if before else rows[number])
    return whole


def test_headings_are_what_their_formulas_say(a_run: Run) -> None:
    checked = 0
    for table in a_run.tables.values():
        rows = a_run.numbered(table)
        for line in standard(table):
            if line.formula:
                checked += 1
                opening = a_run.result.value("account", a_run.account, "opening.cash", None) if table.id == "cash_plan" else 0
                wanted, own = calculated(line.formula, rows, opening), rows[line.number]
                from_second = int(table.id == "debt" and line.formula.endswith("-"))  # debts may have an opening balance
                assert same(own[from_second:], wanted[from_second:]), (table.id, line.number, line.label, own - wanted)
    structure = a_run.result.scenario.structure
    assert checked >= (70 if len(structure.bonds + structure.loans) > 2 else 63), "63 without any debt's own rows"


def test_gross_and_net_of_vat_give_the_same_cash_flow(a_run: Run) -> None:
    structure = a_run.result.scenario.structure
    for name, wanted, more in (("project_flow", "3", ("2.6", "2.7")), ("equity_flow", "3", ("2.8", "2.9"))):
        both = [next(t for t in statements(replace(structure, gross_vat=gross)) if t.id == name) for gross in (False, True)]
        net, gross = (a_run.numbered(table) for table in both)
        labels = [{entry.label.zh for entry in table.entries} for table in both]
        vat = {"增值税销项税额", "增值税进项税额", "增值税"}
        assert "抵扣的增值税" in labels[0] and not vat & labels[0], "never mixed"
        assert vat <= labels[1] and "抵扣的增值税" not in labels[1], "never mixed"
        assert same(net[wanted], net["1"] - net["2"]) and same(gross[wanted], gross["1"] - gross["2"])
        assert same(net[wanted], gross[wanted])
        for rows in (net, gross):
            for heading in ("1", "2"):
                assert same(rows[heading], calculated(f"{heading}.1+…", rows)), (name, heading)
        assert {*more} <= {*gross} and not {*more} & {*net}


# ---- one statement against another --------------------------------------------------------------------------
def test_statements_agree(a_run: Run) -> None:
    rows = {name: a_run.numbered(table) for name, table in a_run.tables.items()}
    cost, profit, cash, debt = rows["cost"], rows["profit"], rows["cash_plan"], a_run.tables["debt"]
    balance, investment, operations = rows["balance_sheet"], rows["investment"], rows["operations"]
    last = rows["debt"][max(rows["debt"], key=lambda n: int(n.split(".")[0])).split(".")[0] + ".3"]
    assert same(investment["1"], investment["2"])
    assert same(investment["1.1"], rows["construction"]["1"])
    assert same(investment["1.2"], rows["interest"]["3"])
    assert same(rows["construction"]["1"], rows["construction"]["2"] + rows["construction"]["3"])
    assert same(rows["construction"]["4"], calculated("4.1+…", rows["construction"]))
    assert same(balance["1"], balance["2"])
    assert same(profit["1"], operations["1"]) and same(profit["2"], operations["2"])
    assert same(profit["3"], cost["10"]) and same(profit["19"], profit["5"] + cost["9"])
    assert same(profit["20"], profit["19"] + cost["7"] + cost["8"])
    adjusted = profit["5"] + a_run.labelled(a_run.tables["profit"], "纳税调整")
    assert same(profit["7"], np.maximum(0, adjusted) - profit["6"])
    assert same(cost["7"], a_run.labelled(_last(a_run.tables["depreciation"]), "当期折旧费"))
    assert same(cost["8"], a_run.labelled(_last(a_run.tables["amortisation"]), "当期摊销费"))
    assert same(balance["1.3"], a_run.labelled(_last(a_run.tables["depreciation"]), "净值"))
    assert same(balance["1.4"], a_run.labelled(_last(a_run.tables["amortisation"]), "净值"))
    assert same(balance["2.5.4"], profit["18"]) and same(np.diff(balance["2.5.3"]), (profit["12"] + profit["15"])[1:])
    # interest: charged to cost in operation, to the investment during construction, paid or rolled up
    rolled = a_run.row("debts.rolled_up")
    assert same(cash["3.2.1"] + rolled, cost["9"] + investment["1.2"])
    assert same(cash["3.2.2"], a_run.values(_of(debt, "还本", last=True)))
    paid = sum((a_run.values(e) for e in debt.entries if e.label.zh in ("付息", "债券发行费及还本付息手续费")), np.zeros(len(rolled)))
    whole = a_run.values(_of(debt, "付息", last=True)) + a_run.values(_of(debt, "债券发行费及还本付息手续费", last=True))
    assert same(paid - whole, a_run.values(_of(debt, "付息", last=True))), "blocks together are the total"
    assert same(whole, cash["3.2.1"])
    assert same(last, balance["2.1.1"] + balance["2.2"] + balance["2.3"])
    assert same(cash["3.2.3"], profit["14"] + profit["17"]) and same(cash["3.2.3"], rows["investor_flow"]["1.1"])
    assert same(cash["1.2.5"], profit["8"]) and same(rows["equity_flow"]["2.6"], profit["8"])
    assert same(cash["1.2.4"], operations["3.4"])
    restricted = [f"减：{x}" for x in ("未支出债券资金", "偿债备付金", "偿债准备金")]
    plan = a_run.tables["cash_plan"]
    free = cash["5"] - sum((a_run.labelled(plan, x) for x in restricted), np.zeros(len(rolled)))
    assert same(free, a_run.labelled(plan, "可动用的累计盈余资金（年度流动性检验）"))


def _last(table: Statement) -> Statement:
    """The block of totals of a schedule of assets."""
    start = max(i for i, entry in enumerate(table.entries) if entry.heading)
    return replace(table, entries=table.entries[start:])


def _of(table: Statement, label: str, last: bool = False) -> Entry:
    found = [entry for entry in table.entries if entry.label.zh == label]
    return found[-1 if last else 0]


def test_classes_of_assets_add_up(a_run: Run) -> None:
    for name in ("depreciation", "amortisation"):
        table = a_run.tables[name]
        start = max(i for i, entry in enumerate(table.entries) if entry.heading)
        for label in {e.label.zh for e in table.entries[:start] if e.terms}:
            above = [np.nan_to_num(a_run.values(e)) for e in table.entries[:start] if e.label.zh == label]
            whole = next(e for e in table.entries[start:] if e.label.zh.partition("（")[0] == label)
            assert same(np.sum(above, axis=0), a_run.values(whole)), (name, label)


def test_construction_interest_rolls_forward(a_run: Run) -> None:
    """期初 + 当期借款 + 应计利息 − 现金支付 − 还本 = 期末."""
    table = a_run.tables["interest"]
    for block in ("1.1", "2.1"):
        start = next(i for i, e in enumerate(table.entries) if e.number == f"{block}.1")
        end = next(i for i, e in enumerate(table.entries) if e.number == f"{block}.4")
        part = [e for e in table.entries[start:end] if not e.label.zh.startswith("其中")]
        moved = sum(((-1 if e.label.zh.startswith("减") else 1) * a_run.values(e) for e in part), np.zeros(len(a_run.result.years)))
        assert same(moved, a_run.values(table.entries[end]))


# ---- amounts -------------------------------------------------------------------------------------------------
def test_entries_subtract_open_and_divide_years() -> None:
    result = run(everything(), "all")
    years = len(result.years)

    def value(*terms: Term) -> Array:
        return np.array(amounts(result, "all", Entry("", Text("", ""), terms))[0])

    closing, interest = result.series("debts.loans_closing", "all"), result.series("debts.interest", "all")
    building = result.series("investment.under_construction", "all")
    assert 0 < building.sum() < years
    assert same(value(Term("debts.interest"), Term("debts.rolled_up", -1)), interest - result.series("debts.rolled_up", "all"))
    opening = value(Term("loans.policy_bank.closing", opening=True), Term("loans.commercial_bank.closing", opening=True))
    assert opening[0] == 40 and same(opening[1:], closing[:-1])
    assert same(value(Term("debts.interest", during="construction")), building * interest)
    assert same(value(Term("debts.interest", during="operation")), (1 - building) * interest)
    assert Entry("", Text("", ""), (Term("a.b"), Term("c.d", -1))).formula == "a.b-c.d"


def test_balances_ratios_and_blank_rows_have_no_total() -> None:
    scenario = load(ROOT / "scenarios" / "songxian-2023.yaml")
    result, model = run(scenario, "all"), scenario.sheets.account
    tables = {table.id: table for table in statements(scenario.structure)}
    debt = {entry.number: entry for entry in tables["debt"].entries}
    assert not any(has_total(debt[number], model) for number in ("1.1", "1.3")) and has_total(debt["1.2"], model)
    for name in ("利息备付率", "偿债备付率", "资产负债率", "可供分配的利润", "应付普通股股利"):
        entry = next(e for table in tables.values() for e in table.entries if e.label.zh == name)
        assert amounts(result, "all", entry)[1] is None, name
    blank = next(e for e in tables["operations"].entries if e.label.zh == "消费税")
    assert amounts(result, "all", blank) == ([None] * len(result.years), None)
    assert all(amounts(result, "all", e)[1] is None for e in tables["balance_sheet"].entries)
    for word in ("（期末", "余额", "原值", "净值", "累计"):
        named = [e for table in tables.values() for e in table.entries if word in e.label.zh]
        assert named and all(amounts(result, "all", e)[1] is None for e in named), word
    assert sum(amounts(result, "all", e)[1] or 0 for e in tables["debt"].entries if e.label.zh == "还本") == pytest.approx(
        2 * result.cell("cash.repaid", "all")
    ), "each block, and all together"


# ---- the platform's table ------------------------------------------------------------------------------------
def test_the_platform_accepts_the_example(an_example: Run) -> None:
    checks = platform_checks(an_example.result, an_example.account)
    assert len(checks) == 9
    assert [check.zh for check, holds, _ in checks if not holds] == []
    assert not any(CHINESE.search(check.en + found.en) for check, _, found in checks)


def test_the_platform_s_table_has_all_interest(a_run: Run) -> None:
    rows = a_run.numbered(a_run.tables["budget"])
    assert same(rows["22"] + rows["23"], a_run.row("funding.capitalised"))
    assert same(rows["42"] + rows["43"], a_run.row("profit.interest"))


def test_the_platform_finds_what_it_would_refuse() -> None:
    scenario = load(ROOT / "scenarios" / "two-loans.yaml")
    n = scenario.numbers
    schedules = dict(n.account_schedules)
    issued = np.zeros_like(schedules["bonds.b2026.issued"])
    issued[5] = 1  # 2031, years after completion
    schedules["bonds.b2026.issued"] = issued
    inputs = dict(n.unit_inputs) | {f"costs.{name}.{x}": np.zeros(1) for name, x in (("running", "amount"), ("collection", "share_of_income"))}
    capital = dict(n.account_inputs) | {"bonds.b2026.as_capital": np.array([1.0]), "tax.rate": np.array([0.0])}
    late = replace(scenario, numbers=replace(n, account_schedules=schedules, unit_inputs=inputs, account_inputs=capital))
    found = {check.zh: (holds, said.zh) for check, holds, said in platform_checks(run(late, "all"), "all")}
    assert found["专项债券只在建设期内发行"] == (False, "2031")
    assert found["项目运营成本 ≠ 0"] == (False, "0.00")
    assert found["Σ专项债券还本 = Σ专项债券"][0]


# ---- as plain data -------------------------------------------------------------------------------------------
def test_json_has_every_statement(a_run: Run) -> None:
    content = statements_json(a_run.result, a_run.account)
    assert content["years"] == list(a_run.result.years) and content["vat"] == ("gross" if a_run.result.scenario.structure.gross_vat else "net")
    assert [table["id"] for table in content["tables"]] == list(STANDARD)
    for made, table in zip(content["tables"], a_run.tables.values(), strict=True):
        assert [row["number"] for row in made["rows"]] == [entry.number for entry in table.entries]
        for row, entry in zip(made["rows"], table.entries, strict=True):
            assert (row["values"], row["total"]) == amounts(a_run.result, a_run.account, entry)
            assert row["rows"] == list(entry.rows)
    assert len(content["platform_checks"]) == 9
