"""Verdicts of an account: one test each, with value, threshold, margin, year and reason."""

from __future__ import annotations

import math
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
    lowest = result.cell("lender.lowest", account)
    value = None if math.isnan(lowest) else lowest
    required = result.value("account", account, "lender.dscr_required", None)
    parts = {
        Text("偿债备付率", "DSCR"): "dscr_passes", Text("贷款期覆盖", "LLCR"): "llcr_passes",
        Text("资本金比例", "capital ratio"): "capital_passes",
    }  # fmt: skip
    failed = [name for name, row in parts.items() if result.cell(f"lender.{row}", account) < 0.5]
    passed = result.cell("lender.passes", account) > 0.5
    wrong = failed or [Text("特许经营剩余年限", "tail")]
    reason = (
        Text("贷款人条件均满足。", "Every condition of the lender is met.") if passed
        else Text(f"未满足：{'、'.join(t.zh for t in wrong)}。", f"Not met: {', '.join(t.en for t in wrong)}.")
    )  # fmt: skip
    margin = None if value is None else value - required
    return Verdict(
        "lender", Text("贷款人条件", "lender's tests"), passed, True, value, required, margin, None, reason, "倍"
    )


def public_money(result: Result, account: str) -> Verdict:
    beyond = result.cell("public.beyond", account)
    passed = result.cell("public.passes", account) > 0.5
    flags = round(result.value("account", account, "public.flagged", None))
    reason = Text(
        f"超出预算 {beyond:,.2f} 万元，声明的禁止事项 {flags} 项。",
        f"Beyond the budget {beyond:,.2f} (CNY 10,000); forbidden practices declared: {flags}.",
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
