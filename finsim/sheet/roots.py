"""The one positive root of many polynomials at once, where it can be proved to be the only one.

Halley's iteration from one starting point, each column on its own, then a proof (Laguerre): dividing the polynomial by
(v − root) leaves coefficients that all have one sign, so nothing positive is a second root; and the root is then as exact as
the coefficients. What cannot be proved so is left to the caller. With vector code or without, the bits are the same.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from finsim.sheet.llvm_backend import MachineCode, use_llvm
from finsim.sheet.llvm_text import literal
from finsim.sheet.numpy_backend import Array

LOW, HIGH, BEGIN = 0.5, 1.25, 0.93
"""Between which roots are looked for, and from where."""

CLOSE = 1e-6
"""A step that is followed by none that could be told from rounding: the next would be of the order of its cube."""

MOST = 12
"""Steps after which a column is given up."""

_TOGETHER = 8192
"""Columns at a time, so that what is calculated stays in the processor's cache."""


def only_root(terms: Array, backend: str | None = None) -> tuple[Array, NDArray[np.bool_]]:
    """Root v of Σ terms[k] × v^k for each column of ``terms`` (terms, columns), and whether it is proved to be the only one.

    Both have the shape (columns,); where nothing is proved the number says nothing. ``backend`` as for
    :func:`~finsim.sheet.llvm_backend.accelerated`.
    """
    count, columns = terms.shape
    root, proved = np.full(columns, BEGIN), np.zeros(columns, dtype=bool)
    if count < 2:
        return root, proved
    if columns >= LANES and use_llvm(backend):
        flat = np.ascontiguousarray(terms)
        marks, scratch = np.empty(columns), np.empty(count * LANES)
        _compiled()(flat.ctypes.data, root.ctypes.data, marks.ctypes.data, scratch.ctypes.data, count, columns)
        return root, marks > 0.0
    for first in range(0, columns, _TOGETHER):
        part = slice(first, first + _TOGETHER)
        root[part], proved[part] = _some(terms[:, part])
    return root, proved


def _some(terms: Array) -> tuple[Array, NDArray[np.bool_]]:
    v = np.full(terms.shape[1], BEGIN)
    moving = np.ones(terms.shape[1], dtype=bool)
    with np.errstate(all="ignore"):
        for _ in range(MOST):
            value, slope, bend = terms[-1].copy(), np.zeros_like(v), np.zeros_like(v)
            for term in terms[-2::-1]:
                bend *= v
                bend += slope
                slope *= v
                slope += value
                value *= v
                value += term
            step = value * slope / (slope * slope - value * bend)
            moved = v - step
            moved = np.where(moved > LOW, moved, LOW)
            moved = np.where(moved < HIGH, moved, HIGH)
            v = np.where(moving, moved, v)
            moving &= ~(np.abs(step) <= CLOSE)
            if not moving.any():
                break
        value, lowest, highest = terms[-1].copy(), terms[-1].copy(), terms[-1].copy()
        for term in terms[-2:0:-1]:
            value *= v
            value += term
            np.minimum(lowest, value, out=lowest)
            np.maximum(highest, value, out=highest)
    inside = ~moving & (v > LOW) & (v < HIGH)
    return v, inside & ((lowest >= 0.0) & (highest > 0.0) | (highest <= 0.0) & (lowest < 0.0))


# ---- vector code -----------------------------------------------------------------------------------------------
LANES = 16
"""Columns in one vector: enough that no operation waits for the one before it."""

_TEXT = """\
declare <W x double> @llvm.fabs.vWf64(<W x double>)

define i32 @roots(ptr %terms, ptr %root, ptr %proved, ptr %scratch, i64 %count, i64 %columns) #0 {
entry:
  %end = sub i64 %columns, W
  %top = sub i64 %count, 1
  %before_top = sub i64 %count, 2
  br label %each
each:
  %first = phi i64 [0, %entry], [%following, %proof]
  %beyond = icmp sgt i64 %first, %end
  %at = select i1 %beyond, i64 %end, i64 %first
  br label %copy
copy:
  %k = phi i64 [0, %each], [%next_k, %copy]
  %row = mul i64 %k, %columns
  %place = add i64 %row, %at
  %from = getelementptr double, ptr %terms, i64 %place
  %copied = load <W x double>, ptr %from, align 8
  %to = getelementptr <W x double>, ptr %scratch, i64 %k
  store <W x double> %copied, ptr %to, align 8
  %next_k = add i64 %k, 1
  %copying = icmp slt i64 %next_k, %count
  br i1 %copying, label %copy, label %begin
begin:
  %last_at = getelementptr <W x double>, ptr %scratch, i64 %top
  %last = load <W x double>, ptr %last_at, align 8
  br label %halley
halley:
  %steps = phi i64 [0, %begin], [%next_steps, %stepped]
  %v = phi <W x double> [splat (double BEGIN), %begin], [%new_v, %stepped]
  %moving = phi <W x i64> [splat (i64 -1), %begin], [%still, %stepped]
  br label %horner
horner:
  %h = phi i64 [%before_top, %halley], [%next_h, %horner]
  %value = phi <W x double> [%last, %halley], [%value2, %horner]
  %slope = phi <W x double> [zeroinitializer, %halley], [%slope2, %horner]
  %bend = phi <W x double> [zeroinitializer, %halley], [%bend2, %horner]
  %bend1 = fmul <W x double> %bend, %v
  %bend2 = fadd <W x double> %bend1, %slope
  %slope1 = fmul <W x double> %slope, %v
  %slope2 = fadd <W x double> %slope1, %value
  %value1 = fmul <W x double> %value, %v
  %term_at = getelementptr <W x double>, ptr %scratch, i64 %h
  %term = load <W x double>, ptr %term_at, align 8
  %value2 = fadd <W x double> %value1, %term
  %next_h = sub i64 %h, 1
  %more_h = icmp sge i64 %next_h, 0
  br i1 %more_h, label %horner, label %stepped
stepped:
  %above = fmul <W x double> %value2, %slope2
  %square = fmul <W x double> %slope2, %slope2
  %cross = fmul <W x double> %value2, %bend2
  %under = fsub <W x double> %square, %cross
  %step = fdiv <W x double> %above, %under
  %moved = fsub <W x double> %v, %step
  %over_low = fcmp ogt <W x double> %moved, splat (double LOW)
  %moved1 = select <W x i1> %over_low, <W x double> %moved, <W x double> splat (double LOW)
  %under_high = fcmp olt <W x double> %moved1, splat (double HIGH)
  %moved2 = select <W x i1> %under_high, <W x double> %moved1, <W x double> splat (double HIGH)
  %moves = icmp ne <W x i64> %moving, zeroinitializer
  %new_v = select <W x i1> %moves, <W x double> %moved2, <W x double> %v
  %size = call <W x double> @llvm.fabs.vWf64(<W x double> %step)
  %far = fcmp ugt <W x double> %size, splat (double CLOSE)
  %far_mask = sext <W x i1> %far to <W x i64>
  %still = and <W x i64> %moving, %far_mask
  %any_still = icmp ne <W x i64> %still, zeroinitializer
  %any_bits = bitcast <W x i1> %any_still to iW
  %any = icmp ne iW %any_bits, 0
  %next_steps = add i64 %steps, 1
  %may_step = icmp slt i64 %next_steps, MOST
  %again = and i1 %any, %may_step
  br i1 %again, label %halley, label %prove
prove:
  %has_inner = icmp sge i64 %before_top, 1
  br i1 %has_inner, label %inner, label %proof
inner:
  %p = phi i64 [%before_top, %prove], [%next_p, %inner]
  %partial = phi <W x double> [%last, %prove], [%partial2, %inner]
  %lowest = phi <W x double> [%last, %prove], [%lowest2, %inner]
  %highest = phi <W x double> [%last, %prove], [%highest2, %inner]
  %partial1 = fmul <W x double> %partial, %new_v
  %inner_at = getelementptr <W x double>, ptr %scratch, i64 %p
  %inner_term = load <W x double>, ptr %inner_at, align 8
  %partial2 = fadd <W x double> %partial1, %inner_term
  %lower = fcmp olt <W x double> %partial2, %lowest
  %lowest2 = select <W x i1> %lower, <W x double> %partial2, <W x double> %lowest
  %higher = fcmp ogt <W x double> %partial2, %highest
  %highest2 = select <W x i1> %higher, <W x double> %partial2, <W x double> %highest
  %next_p = sub i64 %p, 1
  %more_p = icmp sge i64 %next_p, 1
  br i1 %more_p, label %inner, label %proof
proof:
  %least = phi <W x double> [%last, %prove], [%lowest2, %inner]
  %greatest = phi <W x double> [%last, %prove], [%highest2, %inner]
  %rested = icmp eq <W x i64> %still, zeroinitializer
  %above_low = fcmp ogt <W x double> %new_v, splat (double LOW)
  %below_high = fcmp olt <W x double> %new_v, splat (double HIGH)
  %inside1 = and <W x i1> %rested, %above_low
  %inside = and <W x i1> %inside1, %below_high
  %not_below = fcmp oge <W x double> %least, zeroinitializer
  %some_above = fcmp ogt <W x double> %greatest, zeroinitializer
  %positive = and <W x i1> %not_below, %some_above
  %not_above = fcmp ole <W x double> %greatest, zeroinitializer
  %some_below = fcmp olt <W x double> %least, zeroinitializer
  %negative = and <W x i1> %not_above, %some_below
  %one_sign = or <W x i1> %positive, %negative
  %sure = and <W x i1> %inside, %one_sign
  %mark = select <W x i1> %sure, <W x double> splat (double ONE), <W x double> zeroinitializer
  %root_at = getelementptr double, ptr %root, i64 %at
  store <W x double> %new_v, ptr %root_at, align 8
  %mark_at = getelementptr double, ptr %proved, i64 %at
  store <W x double> %mark, ptr %mark_at, align 8
  %following = add i64 %first, W
  %unfinished = icmp slt i64 %following, %columns
  br i1 %unfinished, label %each, label %done
done:
  ret i32 0
}

attributes #0 = { nounwind "no-stack-arg-probe" }
"""


@cache
def _compiled() -> MachineCode:
    numbers = {"BEGIN": BEGIN, "LOW": LOW, "HIGH": HIGH, "CLOSE": CLOSE, "ONE": 1.0}
    text = _TEXT.replace("vWf64", f"v{LANES}f64").replace("<W x", f"<{LANES} x").replace("iW", f"i{LANES}")
    text = text.replace(", W\n", f", {LANES}\n").replace("MOST", str(MOST))
    for name, value in numbers.items():
        text = text.replace(f"double {name}", f"double {literal(value)}")
    return MachineCode(text, "roots", 4, 2)
