"""Charts and tables say what the result says."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from finsim.report import figures, findings, likelihoods, tables
from finsim.report.comparison import Side, surplus
from finsim.report.likelihoods import Outcome
from finsim.report.statements import statements
from finsim.report.wording import Wording
from finsim.result import Result, run
from finsim.risk.importance import tornado
from finsim.risk.shifts import plane
from finsim.risk.study import study
from finsim.scenario.loading import load
from finsim.sheet import Text

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
CASES = [("card", "all"), ("card", "unit"), ("density", "all"), ("density", "unit")]


@cache
def result_of(variant: str, by: str) -> Result:
    return run(load(SCENARIO, variant), by)


def drawn(chart: figures.Chart) -> go.Figure:
    """As Plotly takes it, which refuses what it does not know."""
    return go.Figure(chart.figure)


@pytest.mark.parametrize(("variant", "by"), CASES)
def test_sources_and_uses_both_add_up_to_the_investment(variant: str, by: str) -> None:
    result = result_of(variant, by)
    for account in result.accounts:
        sources, uses = figures.funds(result, account.id, Wording())
        whole = result.totals(account.id)["investment"]
        assert sum(flow[1] for flow in sources) == pytest.approx(whole)
        assert sum(flow[1] for flow in uses) == pytest.approx(whole)


@pytest.mark.parametrize(("variant", "by"), CASES)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("money", ["万元", "亿元"])
def test_every_chart_has_a_sentence_and_a_full_table(variant: str, by: str, lang: str, money: str) -> None:
    result, wording = result_of(variant, by), Wording(lang, money)
    for make in (figures.sources_and_uses, figures.cash_flow, figures.cover):
        chart = make(result, result.accounts[0].id, wording)
        assert chart.finding.endswith("。" if lang == "zh" else ".") and len(chart.finding) > 10
        assert chart.table.body and {len(row) for row in chart.table.body} == {len(chart.table.head)}
        assert not drawn(chart).layout.template.layout.dragmode


def test_cash_flow_shows_the_rows_of_the_sheet() -> None:
    result = result_of("card", "all")
    chart = figures.cash_flow(result, "all", Wording())
    year = result.years.index(2030)
    row = dict(zip(chart.table.head, chart.table.body[year], strict=True))
    assert row["年份"] == "2030"
    assert row["停车月租"] == f"{result.series('streams.parking_monthly.revenue', 'all')[year]:,.2f}"
    assert row["累计盈余资金"] == f"{result.series('cash.accumulated', 'all')[year]:,.2f}"
    assert row["经营成本"] == f"−{result.series('operations.cost', 'all')[year]:,.2f}"
    bars = sum(sum(trace.y) for trace in drawn(chart).data if trace.type == "bar")
    totals = result.totals("all")
    taxes = sum(result.cell(path, "all") for path in ("surcharges.surcharges", "vat.payable", "tax.tax"))
    out = totals["operating_cost"] + taxes + totals["interest"] + totals["principal"]
    assert bars == pytest.approx(totals["revenue"] - out)


def test_many_streams_are_shown_as_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    result = result_of("card", "all")
    before = figures.flows(result, "all", Wording())
    monkeypatch.setattr(figures, "STREAMS", figures.STREAMS[:3])
    after = figures.flows(result, "all", Wording())
    assert [name for name, *_ in after][2] == "其他收入"
    assert sum(sum(amounts) for _, amounts, _ in after) == pytest.approx(sum(sum(amounts) for _, amounts, _ in before))


def test_names_are_no_markup() -> None:
    result = result_of("card", "all")
    works = tuple(
        (name, Text(f"<a href='https://example.com'>{x.zh}</a>", x.en)) for name, x in result.scenario.structure.works
    )
    scenario = replace(result.scenario, structure=replace(result.scenario.structure, works=works))
    chart = figures.sources_and_uses(replace(result, scenario=scenario), "all", Wording())
    labels = "".join(drawn(chart).data[0].node.label).replace("<br>", "")
    assert "＜a href" in labels and "<" not in labels


def test_sentences_name_amount_years_and_threshold() -> None:
    result, wording = result_of("card", "all"), Wording()
    assert findings.headline(result, "all", wording) == "不能平衡：年度流动性未通过"
    verdict = findings.verdict(result, "all", wording).replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "1.38 倍，达到要求的 1.20 倍" in verdict
        and "2027 年末首次出现资金缺口，共 2 年" in verdict
        and "99.95 万元" in verdict
    )
    assert "below the required 1.20" in findings.verdict(result_of("density", "all"), "all", Wording("en"))


def test_fan_has_a_line_and_bands() -> None:
    years, levels = (2023, 2024, 2025), (0.05, 0.25, 0.5, 0.75, 0.95)
    lines = [[float(10 * i + t) for t in range(3)] for i in range(5)]
    chart = figures.fan(years, levels, lines, "…", Wording())
    assert [t.name for t in drawn(chart).data if t.showlegend is not False] == ["5–95 百分位", "25–75 百分位", "中位数"]
    assert chart.table.body[2] == ("2025", "2.00", "12.00", "22.00", "32.00", "42.00")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_statements_have_a_column_for_each_year(lang: str) -> None:
    result = result_of("card", "all")
    for statement in statements(result.scenario.structure):
        table = tables.statement(result, "all", statement, Wording(lang))
        assert table.head[2:] == tuple(map(str, result.years)) and len(table.body) == len(statement.entries)
        assert {len(row) for row in table.body} == {len(table.head)}


def test_nothing_is_a_dash_and_missing_is_blank() -> None:
    result = result_of("card", "all")
    debt = next(s for s in statements(result.scenario.structure) if s.id == "debt")
    rows = {row[0].split("\N{EN SPACE}")[1]: row for row in tables.statement(result, "all", debt, Wording()).body}
    assert rows["还本"][2] == "–"
    assert rows["偿债备付率（倍）"][2] == ""


def test_charts_of_what_is_likely_and_of_schemes_are_charts() -> None:
    scenario = load(SCENARIO.parent / "two-loans.yaml")
    found = study(scenario, 512, 1)
    outcome, bars = Outcome("fnpv", Wording()), tornado(found, "fnpv")
    tornado_chart = likelihoods.tornado(outcome, bars, float(found.came["fnpv"].mean()), "all")
    assert [len(bar.x) for bar in drawn(tornado_chart).data] == [min(len(bars), likelihoods.SHOWN)] * 2
    axes = [np.linspace(bar.at_low, bar.at_high, 3) for bar in bars[:2]]
    keys = [bar.variable.key for bar in bars[:2]]
    planes = [plane(scenario, *keys, *axes, name, scenario.by, "all") for name in ("fnpv", "passes.cover_full")]
    cells = drawn(likelihoods.two_inputs(outcome, planes[0], planes[1], "…", None, "all")).data[0]
    assert np.array(cells.z) == pytest.approx(planes[0].outcomes.T)
    values = np.sort(found.came["fnpv"])
    spread = {"edges": [values[0], values[255], values[-1]], "shares": [0.5, 0.5], "quantiles": np.quantile(values, [i / 100 for i in range(101)]), "missing": 0}
    bar, line = drawn(likelihoods.distribution(outcome, [i / 100 for i in range(101)], spread, "all")).data
    assert list(bar.y) == [50.0, 50.0] and line.x[50] == pytest.approx(np.median(values))
    sides = [Side(name, result_of(name, "all"), "all", {}) for name in ("card", "density")]
    lines = drawn(surplus(sides, "…", "…", Wording())).data
    assert [line.y[-1] for line in lines] == pytest.approx([float(side.result.series("cash.accumulated", "all")[-1]) for side in sides])
