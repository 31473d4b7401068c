"""The text of LLVM code: vectors of trials, constants, loops over periods, and the frame around what a plan calculates."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from finsim.sheet.expression import TOLERANCE

LANES = 8
"""Trials in one vector: two or more registers, so that one operation need not wait for the one before it."""

VECTOR = f"<{LANES} x double>"

FRAME = """\
@numbers = internal global [{count} x double] [{numbers}]

declare {vector} @llvm.sqrt.v{lanes}f64({vector})
declare {vector} @llvm.fabs.v{lanes}f64({vector})
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

define i32 @run(
  ptr %table, ptr %cells, ptr %series, ptr %scratch, ptr %groups, ptr %sums, ptr %out, i64 %members, i64 %trials, i64 %places
) #0 {{
  %found = alloca i32
  %changed = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %found)
  %before = load i32, ptr %found
  %cleared = and i32 %before, -64
  store i32 %cleared, ptr %changed
  call void @llvm.x86.sse.ldmxcsr(ptr %changed)
  call void @columns(
    ptr %table, ptr %cells, ptr %series, ptr %scratch, ptr %groups, ptr %sums, ptr %out, i64 %members, i64 %trials, i64 %places
  )
  call void @llvm.x86.sse.stmxcsr(ptr %changed)
  call void @llvm.x86.sse.ldmxcsr(ptr %found)
  %after = load i32, ptr %changed
  ret i32 %after
}}

define internal void @columns(
  ptr %table, ptr %cells, ptr %series, ptr %scratch, ptr %groups, ptr %sums, ptr %out, i64 %members, i64 %trials, i64 %places
) #0 {{
entry:
  %last = sub i64 %trials, {lanes}
  %columns = mul i64 %members, %trials
  %slots = add i64 {slots}, 0
{pointers}
  br label %each_trial
each_trial:
  %trial = phi i64 [0, %entry], [%next_trial, %trial_done]
  %beyond = icmp sgt i64 %trial, %last
  %in_member = select i1 %beyond, i64 %last, i64 %trial
  br label %clear
clear:
  %c = phi i64 [0, %each_trial], [%next_c, %clearing]
  %uncleared = icmp slt i64 %c, %places
  br i1 %uncleared, label %clearing, label %each_member
clearing:
  %clear_at = getelementptr {vector}, ptr %sums, i64 %c
  store {vector} zeroinitializer, ptr %clear_at, align 8
  %next_c = add i64 %c, 1
  br label %clear
each_member:
  %member = phi i64 [0, %clear], [%next_member, %{end}]
  %first = mul i64 %member, %trials
  %at = add i64 %first, %in_member
  %cell_offset = mul i64 %member, {cells}
  %member_cells = getelementptr double, ptr %cells, i64 %cell_offset
  %series_offset = mul i64 %member, {series}
  %member_series = getelementptr double, ptr %series, i64 %series_offset
  %group_at = getelementptr i64, ptr %groups, i64 %member
  %group = load i64, ptr %group_at
  %sum_offset = mul i64 %group, {sums}
  %member_sums = getelementptr {vector}, ptr %sums, i64 %sum_offset
{body}
  %next_member = add i64 %member, 1
  %again = icmp slt i64 %next_member, %members
  br i1 %again, label %each_member, label %give
give:
  %g = phi i64 [0, %{end}], [%next_g, %giving]
  %ungiven = icmp slt i64 %g, %places
  br i1 %ungiven, label %giving, label %trial_done
giving:
  %sum_at = getelementptr {vector}, ptr %sums, i64 %g
  %sum = load {vector}, ptr %sum_at, align 8
  %out_row = mul i64 %g, %trials
  %out_place = add i64 %out_row, %in_member
  %out_at = getelementptr double, ptr %out, i64 %out_place
  store {vector} %sum, ptr %out_at, align 8
  %next_g = add i64 %g, 1
  br label %give
trial_done:
  %next_trial = add i64 %trial, {lanes}
  %more = icmp slt i64 %next_trial, %trials
  br i1 %more, label %each_trial, label %done
done:
  ret void
}}

attributes #0 = {{ noinline nounwind "no-stack-arg-probe" }}
"""
"""For some trials at a time all members, so that sums over them stay in the cache. The last vector is moved back to end with the last trial: some trials are then calculated twice, the same."""


class Emitter:
    """Writes code line by line; every operation gets a name of its own and is on a vector of trials."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        """Constants of the module, each with its place."""
        self.body: list[str] = []
        self.lines = self.body
        """Where code goes at present: ``body``, or the inside of a loop that is added to it later."""
        self.block = "each_member"
        """The block at the end of ``body``."""
        self.count = 0
        self.constants: dict[str, str] = {}
        self.indices: dict[str, str] = {}

    @contextmanager
    def over_periods(
        self, begin: dict[str, str], span: range
    ) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
        """A loop over a span of periods: the number of the period, what is carried into it, and, to be filled in, out of it."""
        name = self.name("loop")
        loop, before = name[1:], self.block
        head = [f"  br label {name}", f"{loop}:"]
        now = {key: self.name("carried") for key in begin}
        after: dict[str, str] = {}
        period, following = f"%t_{loop}", f"%n_{loop}"
        outer, self.lines = self.lines, []
        kept, self.constants, self.indices = (self.constants, self.indices), {}, {}
        yield period, now, after
        inside, self.lines = self.lines, outer
        self.constants, self.indices = kept
        phis = [f"  {period} = phi i64 [{span.start}, %{before}], [{following}, {name}]"]
        phis += [
            f"  {now[key]} = phi {VECTOR} [{begin[key]}, %{before}], [{after[key]}, {name}]" for key in begin
        ]
        self.lines += [
            *head, *phis, *inside,
            f"  {following} = add i64 {period}, {span.step}",
            f"  %e_{loop} = icmp eq i64 {following}, {span.stop}",
            f"  br i1 %e_{loop}, label %after_{loop}, label {name}",
            f"after_{loop}:",
        ]  # fmt: skip
        self.block = f"after_{loop}"

    def number(self, value: float) -> str:
        """A constant, read from memory: one that the compiler knew it would calculate with itself, and no flag be raised."""
        written = literal(value)
        if written not in self.constants:
            place = self.numbers.setdefault(written, len(self.numbers))
            address = self.vector(f"getelementptr double, ptr @numbers, i64 {place}")
            self.constants[written] = self.filled(self.vector(f"load double, ptr {address}"))
        return self.constants[written]

    def filled(self, scalar: str) -> str:
        one = self.vector(f"insertelement {VECTOR} poison, double {scalar}, i32 0")
        return self.vector(f"shufflevector {VECTOR} {one}, {VECTOR} poison, <{LANES} x i32> zeroinitializer")

    def vector(self, code: str) -> str:
        name = self.name("v")
        self.lines.append(f"  {name} = {code}")
        return name

    def name(self, kind: str) -> str:
        self.count += 1
        return f"%{kind}{self.count}"

    def quotient(self, part: str, whole: str, instead: float) -> str:
        size = self.vector(f"call {VECTOR} @llvm.fabs.v{LANES}f64({VECTOR} {whole})")
        nothing = self.vector(f"fcmp olt {VECTOR} {size}, {self.number(TOLERANCE)}")
        divisor = self.chosen(nothing, self.number(1.0), whole)
        return self.chosen(nothing, self.number(instead), self.vector(f"fdiv {VECTOR} {part}, {divisor}"))

    def chosen(self, condition: str, yes: str, no: str) -> str:
        return self.vector(f"select <{LANES} x i1> {condition}, {VECTOR} {yes}, {VECTOR} {no}")

    def extreme(self, op: str, first: str, second: str) -> str:
        """Of two equal numbers (0 and −0) the second, as NumPy has it."""
        better = self.vector(f"fcmp {'olt' if op == 'min' else 'ogt'} {VECTOR} {first}, {second}")
        return self.chosen(better, first, second)

    def store(self, value: str, address: str) -> None:
        self.lines.append(f"  store {VECTOR} {value}, ptr {address}, align 8")

    def shared(self, code: str) -> str:
        """What is calculated of an index, once in a loop."""
        if code not in self.indices:
            self.indices[code] = self.vector(code)
        return self.indices[code]


def literal(value: float) -> str:
    """A number as its bits, so that none is lost."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
