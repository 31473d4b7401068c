"""The sentence that a verdict or a chart proves, with its amounts, years and thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finsim.report.wording import Wording
from finsim.result import Result
from finsim.sheet import TOLERANCE, Text

TESTS = {
    "cover_full": Text("债券本息覆盖（全口径）", "bond cover (full)"),
    "cover_operating": Text("债券本息覆盖（运营期）", "bond cover (operating)"),
    "cover_all_debt": Text("全部债务本息覆盖", "cover of all debt"),
    "liquidity": Text("年度流动性", "yearly liquidity"),
    "recovery": Text("投资回收（财务净现值）", "recovery of investment (net present value)"),
    "lender": Text("贷款人条件", "lender's tests"),
    "public_money": Text("财政资金", "public money"),
    "ring_fence": Text("专款专用", "ring-fence"),
}
"""Names of the tests, as the verdicts have them."""


def headline(result: Result, account: str, wording: Wording) -> str:
    """Balanced or not, and which tests of the balance standard say so."""
    counted = [v for v in result.verdicts(account) if v.counted]
    failed = [wording.say(v.label) for v in counted if not v.passed]
    if not failed:
        text = Text(
            f"可以平衡：{len(counted)} 项平衡检验全部通过",
            f"Balances: all {len(counted)} tests of the standard are passed",
        )
    else:
        text = Text(f"不能平衡：{wording.listed(failed)}未通过", f"Does not balance: fails {wording.listed(failed)}")
    return wording.say(text)


def verdict(result: Result, account: str, wording: Wording) -> str:
    """Why, in one sentence: cover against the threshold, and when and by how much money is short."""
    money, cell = wording.sum_of_money, result.cell
    found = {v.id: v for v in result.verdicts(account)}
    bonds = found["cover_full"].value is not None
    cover = found["cover_full" if bonds else "cover_all_debt"]
    income = money(cell("cover.income" if bonds else "cover.income_for_all", account))
    threshold = wording.times(cover.threshold, 2)
    if cover.value is None:
        first = Text("没有债务，", "There is no debt; ")
    else:
        ratio = wording.times(cover.value, 2)
        first = Text(
            f"可用于偿债的收益 {income}，为{'债券' if bonds else '全部债务'}本息的 {ratio} 倍，{'达到' if cover.passed else '低于'}要求的 {threshold} 倍；",
            f"Income for debt service is {income}, {ratio} times the {'bond service' if bonds else 'service of all debt'}, "
            f"{'reaching' if cover.passed else 'below'} the required {threshold}; ",
        )
    liquidity = found["liquidity"]
    lowest = money(abs(liquidity.value or 0.0))
    if liquidity.passed:
        second = Text(
            f"各年末累计盈余资金均不为负，最低 {lowest}。",
            f"accumulated surplus is never negative, {lowest} at its lowest.",
        )
    else:
        count, worst = round(cell("liquidity.years", account)), _worst_year(result, account)
        second = Text(
            f"{liquidity.period} 年末首次出现资金缺口，共 {count} 年，{worst} 年末最大，为 {lowest}。",
            f"money is first short at the end of {liquidity.period}, for {count} year{'s' if count > 1 else ''}, most at the end of {worst}: {lowest}.",
        )
    return wording.say(first) + wording.say(second)


def _worst_year(result: Result, account: str) -> int:
    return result.years[int(result.series("cash.accumulated", account).argmin())]


def funds(result: Result, account: str, wording: Wording) -> str:
    totals = result.totals(account)
    whole = totals["investment"]
    debt, fiscal = debt_share(result, account), totals["grants"] / whole if whole else 0.0
    parts = [
        wording.say(
            Text(f"债务占总投资 {wording.percent(debt)}", f"debt carries {wording.percent(debt)} of investment")
        ),
        wording.say(Text(f"财政资金占 {wording.percent(fiscal)}", f"fiscal grants {wording.percent(fiscal)}")),
    ]
    text = wording.listed(parts)
    if totals["unfunded"] > TOLERANCE:
        short = wording.sum_of_money(totals["unfunded"])
        text += wording.say(Text(f"；尚有 {short} 没有来源", f"; {short} has no source"))
    else:
        text += wording.say(Text("；各项建设资金均有来源", "; every use has its source"))
    return _sentence(text, wording)


def debt_share(result: Result, account: str) -> float:
    totals = result.totals(account)
    debt = totals["bonds"] + totals["loans"] + totals["interest_rolled_up"]
    return debt / totals["investment"] if totals["investment"] else 0.0


def cash(result: Result, account: str, wording: Wording) -> str:
    totals, money = result.totals(account), wording.sum_of_money
    service = totals["interest"] + totals["principal"]
    first = Text(
        f"全期经营收入 {money(totals['revenue'])}，经营成本 {money(totals['operating_cost'])}，还本付息 {money(service)}；",
        f"over all years revenue is {money(totals['revenue'])}, operating cost {money(totals['operating_cost'])}, debt service {money(service)}; ",
    )
    short = [y for y, a in zip(result.years, result.series("cash.accumulated", account), strict=True) if a < -TOLERANCE]
    if short:
        second = Text(
            f"{wording.years(short)} 年末累计盈余资金为负",
            f"accumulated surplus is negative at the end of {wording.years(short)}",
        )
    else:
        second = Text("累计盈余资金各年末均不为负", "accumulated surplus is never negative")
    return _sentence(wording.say(first) + wording.say(second), wording)


def cover(result: Result, account: str, wording: Wording) -> str:
    threshold = wording.times(result.value("account", account, "cover.threshold", None), 2)
    full = result.indicators(account)["cover_full"]
    passed = result.cell("cover.full_passes", account) > 0.5
    if full is None:
        first = Text("没有专项债券", "there is no special bond")
    else:
        ratio = wording.times(full, 2)
        first = Text(
            f"全口径覆盖 {ratio} 倍，{'达到' if passed else '低于'}要求的 {threshold} 倍",
            f"full cover of {ratio} {'reaches' if passed else 'is below'} the required {threshold}",
        )
    low = [y for y, d in zip(result.years, result.series("lender.dscr", account), strict=True) if d < 1]
    if low:
        second = Text(
            f"；{wording.years(low)} 年当年收益不足以还本付息",
            f"; income of the year falls short of debt service in {wording.years(low)}",
        )
    else:
        second = Text("；没有一年的偿债备付率低于 1", "; DSCR is below 1 in no year")
    return _sentence(wording.say(first) + wording.say(second), wording)


def fan(years: tuple[int, ...], low: float, median: float, high: float, trials: int, wording: Wording) -> str:
    """``low`` and ``high`` are the 5th and the 95th percentile of the last year."""
    money = wording.sum_of_money
    return _sentence(
        wording.say(
            Text(
                f"{trials:,} 次模拟中，{years[-1]} 年末累计盈余资金的中位数为 {money(median)}，九成落在 {money(low)} 至 {money(high)} 之间",
                f"in {trials:,} trials the accumulated surplus at the end of {years[-1]} has a median of {money(median)}; nine in ten lie between {money(low)} and {money(high)}",
            )
        ),
        wording,
    )


def failing(failure: Mapping[str, Any], wording: Wording) -> str:
    """What is missing when an account does not balance, and which test fails first; empty if it always balances."""
    count, money, gaps = failure["trials"], wording.sum_of_money, failure["gaps"]
    if not count:
        return ""
    peak, cover = gaps["peak_unfunded"], gaps["cover_shortfall"]
    worst, first = peak["tails"]["p95"]["cvar"], first_break(failure["first"][0], count, wording)
    parts = [
        Text(
            f"{count:,} 次不平衡中，待落实资金峰值平均 {money(peak['mean_when_failing'])}；全部模拟中最坏 5% 平均 {money(worst)}",
            f"in the {count:,} trials that fail, funds still to be secured peak at {money(peak['mean_when_failing'])} on average; "
            f"in the worst 5% of all trials at {money(worst)}",
        )
    ]
    if cover["mean_when_failing"]:
        missing = money(cover["mean_when_failing"])
        parts.append(Text(f"覆盖要求所缺收益平均 {missing}", f"income missing for cover is {missing} on average"))
    parts.append(Text(f"最先未通过的多为 {first}", f"most often the first to fail is {first}"))
    return _sentence(("；" if wording.lang == "zh" else "; ").join(wording.say(part) for part in parts), wording)


def first_break(first: Mapping[str, Any], failing: int, wording: Wording) -> str:
    """Year and name of a test that fails first, and in which share of the trials that fail."""
    share, test, year = wording.percent(first["count"] / failing, 0), TESTS[first["test"]], first["year"]
    if year is None:
        return wording.say(Text(f"{test.zh}（{share}）", f"{test.en} ({share})"))
    return wording.say(Text(f"{year} 年{test.zh}（{share}）", f"{test.en} in {year} ({share})"))


def _sentence(text: str, wording: Wording) -> str:
    return text + "。" if wording.lang == "zh" else text[0].upper() + text[1:] + "."
