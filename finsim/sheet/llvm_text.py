"""The text of LLVM code: vectors of trials, constants, loops over periods, and the frame around what a plan calculates."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from finsim.sheet.expression import TOLERANCE

LANES = 8
"""Trials in one vector: two or more registers, so that one operation need not wait for the one before it."""

TOGETHER = 4
"""Vectors of trials calculated for one member after the other: its values of each year are then still in the cache."""

VECTOR = f"<{LANES} x double>"

FRAME = """\
@numbers = internal global [{count} x double] [{numbers}]

declare {vector} @llvm.sqrt.v{lanes}f64({vector})
declare {vector} @llvm.fabs.v{lanes}f64({vector})
declare {vector} @llvm.maxnum.v{lanes}f64({vector}, {vector})
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

define i32 @run(
  ptr %table, ptr %cells, ptr %series, ptr %scratch, ptr %groups, ptr %sums, ptr %targets, ptr %out, i64 %members, i64 %trials, i64 %places
) #0 {{
  %found = alloca i32
  %changed = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %found)
  %before = load i32, ptr %found
  %cleared = and i32 %before, -64
  store i32 %cleared, ptr %changed
  call void @llvm.x86.sse.ldmxcsr(ptr %changed)
  call void @columns(
    ptr %table, ptr %cells, ptr %series, ptr %scratch, ptr %groups, ptr %sums, ptr %targets, ptr %out, i64 %members, i64 %trials, i64 %places
  )
  call void @llvm.x86.sse.stmxcsr(ptr %changed)
  call void @llvm.x86.sse.ldmxcsr(ptr %found)
  %after = load i32, ptr %changed
  ret i32 %after
}}

define internal void @columns(
  ptr %table, ptr %cells, ptr %series, ptr %scratch, ptr %groups, ptr %sums, ptr %targets, ptr %out, i64 %members, i64 %trials, i64 %places
) #0 {{
entry:
  %last = sub i64 %trials, {lanes}
  %columns = mul i64 %members, %trials
  %slots = add i64 {slots}, 0
  %peaks = mul i64 {slots}, {rows}
{pointers}
  br label %each_trial
each_trial:
  %trial = phi i64 [0, %entry], [%next_trial, %trial_done]
  %next_trial = add i64 %trial, {together}
  %over = icmp slt i64 %next_trial, %trials
  %stop = select i1 %over, i64 %next_trial, i64 %trials
  %taken = sub i64 %stop, %trial
  %filled = add i64 %taken, {lanes_less_one}
  %vectors = udiv i64 %filled, {lanes}
  %rooms = mul i64 %places, %vectors
  br label %clear
clear:
  %c = phi i64 [0, %each_trial], [%next_c, %clearing]
  %uncleared = icmp slt i64 %c, %rooms
  br i1 %uncleared, label %clearing, label %each_member
clearing:
  %clear_at = getelementptr {vector}, ptr %sums, i64 %c
  store {vector} zeroinitializer, ptr %clear_at, align 8
  %next_c = add i64 %c, 1
  br label %clear
each_member:
  %member = phi i64 [0, %clear], [%next_member, %member_done]
  %first = mul i64 %member, %trials
  %cell_offset = mul i64 %member, {cells}
  %member_cells = getelementptr double, ptr %cells, i64 %cell_offset
  %series_offset = mul i64 %member, {series}
  %member_series = getelementptr double, ptr %series, i64 %series_offset
  %group_at = getelementptr i64, ptr %groups, i64 %member
  %group = load i64, ptr %group_at
  %sum_offset = mul i64 %group, {sums}
  br label %each_vector
each_vector:
  %vector = phi i64 [%trial, %each_member], [%next_vector, %{end}]
  %room = phi i64 [%sum_offset, %each_member], [%next_room, %{end}]
  %beyond = icmp sgt i64 %vector, %last
  %in_member = select i1 %beyond, i64 %last, i64 %vector
  %at = add i64 %first, %in_member
  %member_sums = getelementptr {vector}, ptr %sums, i64 %room
{body}
  %next_vector = add i64 %vector, {lanes}
  %next_room = add i64 %room, %places
  %unfinished = icmp slt i64 %next_vector, %stop
  br i1 %unfinished, label %each_vector, label %member_done
member_done:
  %next_member = add i64 %member, 1
  %again = icmp slt i64 %next_member, %members
  br i1 %again, label %each_member, label %give
give:
  %g = phi i64 [0, %member_done], [%next_g, %giving]
  %ungiven = icmp slt i64 %g, %rooms
  br i1 %ungiven, label %giving, label %trial_done
giving:
  %sum_at = getelementptr {vector}, ptr %sums, i64 %g
  %sum = load {vector}, ptr %sum_at, align 8
  %g_vector = udiv i64 %g, %places
  %g_place = urem i64 %g, %places
  %g_lanes = mul i64 %g_vector, {lanes}
  %g_trial = add i64 %trial, %g_lanes
  %g_beyond = icmp sgt i64 %g_trial, %last
  %g_in_member = select i1 %g_beyond, i64 %last, i64 %g_trial
  %target_at = getelementptr i64, ptr %targets, i64 %g_place
  %target = load i64, ptr %target_at
  %out_row = mul i64 %target, %trials
  %out_place = add i64 %out_row, %g_in_member
  %out_at = getelementptr double, ptr %out, i64 %out_place
  store {vector} %sum, ptr %out_at, align 8
  %next_g = add i64 %g, 1
  br label %give
trial_done:
  %more = icmp slt i64 %next_trial, %trials
  br i1 %more, label %each_trial, label %done
done:
  ret void
}}

attributes #0 = {{ noinline nounwind "no-stack-arg-probe" }}
"""
"""For some trials at a time all members, so that sums over them stay in the cache. The last vector is moved back to end with the last trial: some trials are then calculated twice, the same."""


@dataclass(frozen=True)
class Code:
    """Code of ``run(table, cells, series, scratch, groups, sums, targets, out, members, trials, places)``.

    It gives the processor's status.

    table    addresses of the drawn values, in the order of ``drawn``, and of the rows ``stored``: each has all members and trials;
             the rows hold zeros, and a 0 that is known is not written again
    cells    what is the same in all trials, for each member one after the other: the values of ``cells``
    series   and the values of ``series`` in each period, from before the first to after the last
    scratch  room for ``scratch`` numbers, which are 0 at first; the last hold, in the end, one vector for each row of ``peaks``:
             its greatest absolute values, over all members and periods
    groups   number of the group to which each member is added, in the order of the members
    sums     room for ``TOGETHER`` vectors at each of ``places``: for each group in each period each row ``summed``
             (a cell stands in the place before the first period)
    targets  the place in ``out`` of each of these places
    out      the sums of all trials
    """

    text: str
    drawn: tuple[str, ...]
    cells: tuple[str, ...]
    series: tuple[str, ...]
    stored: tuple[str, ...]
    summed: tuple[str, ...]
    peaks: tuple[str, ...]
    scratch: int


class Emitter:
    """Writes code line by line; every operation gets a name of its own and is on a vector of trials."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        """Constants of the module, each with its place."""
        self.body: list[str] = []
        self.lines = self.body
        """Where code goes at present: ``body``, or the inside of a loop that is added to it later."""
        self.block = "each_vector"
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
