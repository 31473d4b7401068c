"""Verdicts of an account: one test each, with value, threshold, margin, year and reason."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from finsim import flags
from finsim.sheet import TOLERANCE, Text

if TYPE_CHECKING:
    from finsim.result import Result

WITHOUT_BOND = {
    "cover_all_debt": Text("全部债务本息覆盖", "cover of all debt"),
    "recovery": Text("投资回收", "recovery of investment"),
    "lender": Text("贷款人条件", "the lender's tests"),
}
"""What a balance standard may let apply to an account without a special bond."""


ROWS = {
    "cover_full": ("cover.full", "cover.threshold"), "cover_operating": ("cover.operating", "cover.threshold"),
    "cover_all_debt": ("cover.all_debt", "cover.threshold"), "liquidity": ("liquidity.lowest", ""),
    "recovery": ("recovery.r3", ""), "lender": ("lender.covenant", "lender.dscr_required"),
    "public_money": ("public.beyond", ""), "ring_fence": ("public.astray", ""),
}  # fmt: skip
"""Row of each test's value (a series is summed), and of its threshold ("" where that is nothing)."""


@dataclass(frozen=True)
class Verdict:
    """One test of an account: value against threshold, with the margin, the year concerned and the reason.

    ``period`` is the year that decides: the first short of money, the worst for the lender, the first beyond the budget, the
    last whose income counts. ``at_most`` marks a value that must not exceed the threshold; others must reach it.
    """

    id: str
    label: Text
    passed: bool
    counted: bool
    value: float | None
    threshold: float
    margin: float | None
    period: int | None
    reason: Text
    unit: str
    at_most: bool = False


def verdicts(result: Result, account: str) -> Iterator[Verdict]:
    """Cover, liquidity and recovery always; the others where the balance standard counts them."""
    counted = result.scenario.structure.standard
    yield cover(result, account, "full", Text("债券本息覆盖（全口径）", "bond cover (full)"))
    yield cover(result, account, "operating", Text("债券本息覆盖（运营期）", "bond cover (operating)"))
    yield cover(result, account, "all_debt", Text("全部债务本息覆盖", "cover of all debt"))
    yield liquidity(result, account)
    yield recovery(result, account)
    if "lender" in counted or _instead(result, account) == "lender":
        yield lender(result, account)
    if "public_money" in counted:
        yield public_money(result, account)
    if "ring_fence" in counted:
        yield ring_fence(result, account)


def _counted(result: Result, test: str) -> bool:
    return test in result.scenario.structure.standard


def _instead(result: Result, account: str) -> str:
    """What counts instead of bond cover: "" where there is a bond, or where the standard does not count its cover."""
    structure = result.scenario.structure
    bond = not math.isnan(result.cell("cover.full", account))
    return "" if bond or not {"cover_full", "cover_operating"} & set(structure.standard) else structure.without_bond


# ---- a. cover ----------------------------------------------------------------------------------------------
def cover(result: Result, account: str, kind: str, label: Text) -> Verdict:
    threshold = result.value("account", account, "cover.threshold", None)
    number = result.cell(f"cover.{kind}", account)
    value = None if math.isnan(number) else number
    passed = result.cell(f"cover.{kind}_passes", account) > 0.5
    row, years = ("income_for_all", "debt_years") if kind == "all_debt" else ("income", "bond_years")
    income = result.cell(f"cover.{row}", account)
    counted = [year for year, n in zip(result.years, result.series(f"cover.{years}", account), strict=True) if n > 0.5]
    if value is None:
        reason = _without(result, kind, passed)
    else:
        verb = Text("达到", "reaches") if passed else Text("低于", "is below")
        reason = Text(
            f"可用于偿债的收益 {income:z,.2f} 万元，覆盖倍数 {value:.3f}，{verb.zh}要求的 {threshold:g} 倍。",
            f"Income for debt service {income:z,.2f} (CNY 10,000); cover {value:.3f} {verb.en} the required {threshold:g}.",
        )
    margin = None if value is None else value - threshold
    period = None if value is None else counted[-1] if counted else None
    name = f"cover_{kind}"
    return Verdict(name, label, passed, _counted(result, name), value, threshold, margin, period, reason, "倍")


def _without(result: Result, kind: str, passed: bool) -> Text:
    """There is no such debt: what the balance standard lets apply instead, and whether that is passed."""
    none = Text("没有这类债务，本项不适用", "There is no such debt: not applicable")
    other = result.scenario.structure.without_bond
    if kind == "all_debt" or f"cover_{kind}" not in result.scenario.structure.standard or other not in WITHOUT_BOND:
        return Text(f"{none.zh}。", f"{none.en}.")
    word, said = WITHOUT_BOND[other], Text("通过", "passed") if passed else Text("未通过", "failed")
    return Text(
        f"{none.zh}；平衡标准改看{word.zh}：{said.zh}。",
        f"{none.en}; the balance standard looks at {word.en} instead: {said.en}.",
    )


# ---- b. liquidity ------------------------------------------------------------------------------------------
def liquidity(result: Result, account: str) -> Verdict:
    lowest = result.cell("liquidity.lowest", account)
    first = round(result.cell("liquidity.first", account))
    passed = result.cell("liquidity.passes", account) > 0.5
    accumulated = result.series("cash.accumulated", account)
    worst = result.years[int(np.argmin(accumulated))]
    year = result.years[first - 1] if first else worst
    if passed:
        reason = Text(
            f"各年末累计盈余资金均不为负，最低 {lowest:z,.2f} 万元。",
            f"Accumulated surplus is never negative; lowest {lowest:z,.2f} (CNY 10,000).",
        )
    else:
        years = round(result.cell("liquidity.years", account))
        endless = round(result.cell("liquidity.endless", account))
        rolled = Text(
            f"其中 {endless} 年只靠短期借款借新还旧，终未还清。",
            f" In {endless} of them a short-term loan is only repaid by the next one, and in the end not at all.",
        )
        said = rolled if endless else Text("", "")
        reason = Text(
            f"{year} 年末首次出现资金缺口，共 {years} 年；{worst} 年末最大，为 {-lowest:z,.2f} 万元。{said.zh}",
            f"First short at the end of {year}, for {years} years; largest at the end of {worst}: {-lowest:z,.2f} (CNY 10,000).{said.en}",
        )
    label = Text("年度流动性", "yearly liquidity")
    counted = _counted(result, "liquidity")
    return Verdict("liquidity", label, passed, counted, lowest, 0.0, lowest, year, reason, "万元")


# ---- c. recovery -------------------------------------------------------------------------------------------
def recovery(result: Result, account: str) -> Verdict:
    value = result.cell("recovery.r3", account)
    passed = result.cell("recovery.passes", account) > 0.5
    r1 = result.cell("recovery.r1", account)
    rate = result.value("account", account, "recovery.discount_rate", None)
    word = Text("不为负", "not negative") if passed else Text("为负", "negative")
    shown = "—" if math.isnan(r1) else f"{r1:.2f}"
    reason = Text(
        f"按 {rate:.2%} 折现，项目自身财务净现值{word.zh}；净收益为总投资的 {shown} 倍。",
        f"At {rate:.2%} the project's own net present value is {word.en}; net income is {shown} times total investment.",
    )
    label = Text("投资回收（财务净现值）", "recovery of investment (net present value)")
    counted = _counted(result, "recovery") or _instead(result, account) == "recovery"
    return Verdict("recovery", label, passed, counted, value, 0.0, value, result.years[-1], reason, "万元")


# ---- d. the lender's tests ---------------------------------------------------------------------------------
LENDER = {
    "dscr_passes": Text("偿债备付率", "DSCR"), "llcr_passes": Text("贷款期覆盖", "LLCR"),
    "capital_passes": Text("资本金比例", "capital ratio"),
    "company_passes": Text("企业现金资本金比例", "company's cash capital ratio"), "gearing_passes": Text("债务占比", "gearing"),
    "tail_passes": Text("特许经营剩余年限", "tail of the concession"),
}  # fmt: skip


def lender(result: Result, account: str) -> Verdict:
    covenant = result.cell("lender.covenant", account)
    value = None if math.isnan(covenant) else covenant
    required = result.value("account", account, "lender.dscr_required", None)
    failed = [name for row, name in LENDER.items() if result.cell(f"lender.{row}", account) < 0.5]
    passed = result.cell("lender.passes", account) > 0.5
    tested = result.series("lender.tested", account)
    year = None if value is None else result.years[int(np.nanargmin(tested))]
    reason = (
        Text("贷款人条件均满足。", "Every condition of the lender is met.") if passed
        else Text(f"未满足：{'、'.join(t.zh for t in failed)}。", f"Not met: {', '.join(t.en for t in failed)}.")
    )  # fmt: skip
    reason = _joined(reason, _lowest(result, account, year, value))
    label = Text("贷款人条件", "lender's tests")
    margin = None if value is None else value - required
    return Verdict("lender", label, passed, True, value, required, margin, year, reason, "倍")


def _lowest(result: Result, account: str, year: int | None, value: float | None) -> Text:
    """The worst year's DSCR, and what counts in it where a bullet falls due."""
    if year is None:
        return Text("没有还本付息。", "There is no debt service.")
    t = result.years.index(year)
    counted = Text("", "")
    if result.series("lender.bullet", account)[t] > 0.5:
        with_cash = result.value("account", account, "lender.with_cash", None) > 0.5
        counted = Text("（集中还本年，计入期初盈余资金）", " (a bullet year, opening cash counted)") if with_cash else Text(
            "（集中还本年，不计期初盈余资金）", " (a bullet year, opening cash not counted)"
        )  # fmt: skip
    return Text(
        f"考核的偿债备付率 {year} 年最低，为 {value:.3f}{counted.zh}。",
        f"The DSCR of the covenant is lowest in {year}: {value:.3f}{counted.en}.",
    )


# ---- e. public money, f. ring-fence ------------------------------------------------------------------------
def public_money(result: Result, account: str) -> Verdict:
    beyond, over = result.series("public.beyond", account), result.series("public.over_limit", account)
    passed = result.cell("public.passes", account) > 0.5
    wrong = [y for y, a, b in zip(result.years, beyond, over, strict=True) if a > TOLERANCE or b > TOLERANCE]
    found = tuple(flags.flags(result, account))
    reason = _joined(
        _budget(result, account),
        Text(f"超出债务限额最多 {max(over):z,.2f} 万元。", f"Beyond the debt limit at most {max(over):z,.2f} (CNY 10,000).")
        if result.value("account", account, "public.debt_limited", None) > 0.5
        else Text("未列债务限额。", "No debt limit is stated."),
        flags.listed(found, "red", Text("红线问题", "Forbidden")),
        flags.listed(found, "yellow", Text("提示（不影响结论）", "To be looked at (does not fail the test)")),
    )  # fmt: skip
    value = float(beyond.sum())
    label = Text("财政资金", "public money")
    year = wrong[0] if wrong else None
    return Verdict("public_money", label, passed, True, value, 0.0, -value, year, reason, "万元", at_most=True)


def _budget(result: Result, account: str) -> Text:
    """Outlay against the budget; without one nothing is compared, which is said."""
    outlay, beyond = result.cell("public.outlay", account), result.cell("public.beyond", account)
    limited = [year for year in result.years if result.value("account", account, "public.limited", year) > 0.5]
    if not limited:
        return Text(
            f"本级财政支出 {outlay:z,.2f} 万元，没有列明预算，未作比较。",
            f"Outlay of the own budget {outlay:z,.2f} (CNY 10,000); no budget is stated to compare it with.",
        )
    years = flags.spans(limited)
    return Text(
        f"本级财政支出 {outlay:z,.2f} 万元，超出 {years.zh} 年预算 {beyond:z,.2f} 万元。",
        f"Outlay of the own budget {outlay:z,.2f}, of which beyond the budget of {years.en} {beyond:z,.2f} (CNY 10,000).",
    )


def ring_fence(result: Result, account: str) -> Verdict:
    astray = result.series("public.astray", account)
    passed = result.cell("public.ring_fenced", account) > 0.5
    value = float(astray.sum())
    reason = Text(
        f"支付不符合用途或流出本县区的资金 {value:z,.2f} 万元。",
        f"Money that paid for ineligible works or left its county: {value:z,.2f} (CNY 10,000).",
    )
    year = None if passed else result.years[int(np.argmax(astray > TOLERANCE))]
    label = Text("专款专用", "ring-fence")
    return Verdict("ring_fence", label, passed, True, value, 0.0, -value, year, reason, "万元", at_most=True)


def _joined(*parts: Text) -> Text:
    said: Sequence[Text] = [part for part in parts if part.zh]
    return Text("".join(part.zh for part in said), " ".join(part.en for part in said))
