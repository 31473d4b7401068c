"""Verdicts of an account: one test each, with value, threshold, margin, year and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finsim.sheet import Text

if TYPE_CHECKING:
    from finsim.result import Result


@dataclass(frozen=True)
class Verdict:
    """One test of an account: value against threshold, with the margin, the year concerned and the reason."""

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


def lender(result: Result, account: str) -> Verdict:
    value = result.cell("lender.covenant", account)
    required = result.value("account", account, "lender.dscr_required", None)
    parts = {
        Text("偿债备付率", "DSCR"): "dscr_passes", Text("贷款期覆盖", "LLCR"): "llcr_passes",
        Text("资本金比例", "capital ratio"): "capital_passes",
        Text("特许经营剩余年限", "tail of the concession"): "tail_passes",
    }  # fmt: skip
    failed = [name for name, row in parts.items() if result.cell(f"lender.{row}", account) < 0.5]
    passed = result.cell("lender.passes", account) > 0.5
    reason = (
        Text("贷款人条件均满足。", "Every condition of the lender is met.") if passed
        else Text(f"未满足：{'、'.join(t.zh for t in failed)}。", f"Not met: {', '.join(t.en for t in failed)}.")
    )  # fmt: skip
    label = Text("贷款人条件", "lender's tests")
    return Verdict("lender", label, passed, True, value, required, value - required, None, reason, "倍")


def public_money(result: Result, account: str) -> Verdict:
    beyond = result.cell("public.beyond", account)
    passed = result.cell("public.passes", account) > 0.5
    over = max(result.series("public.over_limit", account))
    flags = round(result.value("account", account, "public.flagged", None))
    reason = Text(
        f"超出预算 {beyond:,.2f} 万元，超出债务限额最多 {over:,.2f} 万元，声明的禁止事项 {flags} 项。",
        f"Beyond the budget {beyond:,.2f}, beyond the debt limit at most {over:,.2f} (CNY 10,000); "
        f"forbidden practices declared: {flags}.",
    )
    label = Text("财政资金", "public money")
    return Verdict("public_money", label, passed, True, beyond, 0.0, -beyond, None, reason, "万元")


def ring_fence(result: Result, account: str) -> Verdict:
    astray = result.cell("public.astray", account)
    passed = result.cell("public.ring_fenced", account) > 0.5
    reason = Text(
        f"支付不符合用途的资金 {astray:,.2f} 万元。",
        f"Money that paid for ineligible works: {astray:,.2f} (CNY 10,000).",
    )
    return Verdict(
        "ring_fence", Text("专款专用", "ring-fence"), passed, True, astray, 0.0, -astray, None, reason, "万元"
    )
