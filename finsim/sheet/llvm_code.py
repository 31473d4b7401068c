"""A plan written out as LLVM code: all its stages for a few trials at a time, each operation on a vector of trials.

The operations and their order are those of :mod:`finsim.sheet.numpy_backend`; none is contracted or reordered, and only what
a known 0 or 1 decides is left out (:mod:`finsim.sheet.folding`). So the numbers are the same, and the processor remembers
what it was asked that cannot be done (a division by nothing, an overflow). Values that later stages read stay in a scratch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from finsim.sheet.errors import FormulaError
from finsim.sheet.expression import WHOLE, Expression, operands, path_of
from finsim.sheet.folding import Folding, Known
from finsim.sheet.llvm_text import FRAME, LANES, TOGETHER, VECTOR, Code, Emitter, literal
from finsim.sheet.model import Row, reads
from finsim.sheet.planner import Plan, given_of
from finsim.sheet.text import Text

_ARITHMETIC = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv", "sum": "fadd"}
_COMPARED = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge"}
_NAN, _INFINITE = float("nan"), float("inf")


def write(
    plan: Plan, folding: Folding, drawn: Collection[str],
    stored: Collection[str], summed: Collection[str], peaks: Collection[str] = (),
) -> Code:  # fmt: skip
    """The code for one number of periods; ``drawn`` are those of the values read that differ from trial to trial.

    Wanted rows are ``stored`` for every member, or ``summed`` over the members of each group, or both; or their ``peaks`` kept.
    """
    writer, periods = _Writer(plan, folding, drawn, stored, summed, peaks), folding.periods
    for number in range(len(plan.stages)):
        writer.stage(number)
    numbers = ", ".join(f"double {written}" for written in writer.numbers or [literal(0.0)])
    text = FRAME.format(
        count=max(1, len(writer.numbers)), numbers=numbers, vector=VECTOR, lanes=LANES, end=writer.block,
        pointers="\n".join(writer.pointers), body="\n".join(writer.body), cells=len(writer.cells), slots=len(writer.slot_of),
        rows=periods + 2, together=TOGETHER * LANES, lanes_less_one=LANES - 1, series=len(writer.fixed_series) * (periods + 2), sums=len(writer.summed) * (periods + 2),
    )  # fmt: skip
    return Code(
        text, tuple(writer.drawn), tuple(writer.cells), tuple(writer.fixed_series), tuple(writer.wanted), tuple(writer.summed),
        tuple(writer.peaks), (len(writer.slot_of) * (periods + 2) + len(writer.peaks)) * LANES,
    )  # fmt: skip


class _Writer(Emitter):
    """Writes stages as LLVM code.

    ``values`` knows the vector that holds each part of a formula: what does not change over the periods is calculated before
    the stage that first needs it and known from then on, the rest is known until its period is over.
    """

    def __init__(
        self, plan: Plan, folding: Folding, drawn: Collection[str],
        stored: Collection[str], summed: Collection[str], peaks: Collection[str],
    ) -> None:  # fmt: skip
        self.plan, self.folding, self.periods = plan, folding, folding.periods
        self.path = ""
        """The row whose formula is being written."""
        self.leaf = folding.at(None)
        """What is known of a leaf in the periods for which code is being written."""
        self.folded: dict[Expression, Known] = {}
        self.given = given_of(plan)
        self.drawn = [name for name in self.given if name in drawn]
        fixed = [name for name in self.given if name not in drawn]
        self.cells = {name: i for i, name in enumerate(name for name in fixed if not self.given[name])}
        self.fixed_series = {name: i for i, name in enumerate(name for name in fixed if self.given[name])}
        self.wanted = dict.fromkeys(stored)
        self.summed = {path: i for i, path in enumerate(dict.fromkeys(summed))}
        self.peaks = {path: i for i, path in enumerate(dict.fromkeys(peaks))}
        self.stage_of = {path: number for number, stage in enumerate(plan.stages) for path in stage.rows}
        self.read_until = dict(self.stage_of)
        for path, row in plan.rows.items():
            for leaf, _ in reads(row):
                if leaf.op == "row" and path_of(leaf) in self.stage_of:
                    self.read_until[path_of(leaf)] = max(self.read_until[path_of(leaf)], self.stage_of[path])
        super().__init__()
        self.pointers: list[str] = []
        self.slot_of: dict[str, int] = {}
        self.lasting: dict[Expression, str] = {}
        self.passing: dict[Expression, str] = {}
        self.running: dict[str, str] = {}
        """In a loop over periods the row's value of this period; ``carried`` of the one before, ``sums`` to date."""
        self.carried: dict[str, str] = {}
        self.sums: dict[str, str] = {}
        self.series: dict[Expression, bool] = {}
        self.addresses: dict[str, str] = {}
        for i, name in enumerate([*self.drawn, *(f"wanted:{path}" for path in self.wanted)]):
            self.addresses[name] = f"%base_{i}"
            self.pointers += [
                f"  %base_at_{i} = getelementptr ptr, ptr %table, i64 {i}",
                f"  %base_{i} = load ptr, ptr %base_at_{i}",
            ]

    # ---- stages ------------------------------------------------------------------------------------------------
    def stage(self, number: int) -> None:
        stage = self.plan.stages[number]
        rows = {path: self.plan.rows[path] for path in stage.rows}
        self.passing = {}
        if stage.direction == "cell":
            for path, row in rows.items():
                self.path = path
                self.lasting[Expression("row", (), (path, 0))] = value = self.value(row.formula)
                if path in self.wanted:
                    self.store(value, self.element(f"wanted:{path}", None))
                self._add(path, value, "0")
            return
        forward = stage.direction == "forward"
        leaves = [(path_of(leaf), way) for row in rows.values() for leaf, way in operands(row.formula)]
        carried = dict.fromkeys(path for path, way in leaves if way in ("prev", "next") and path in rows)
        summed = dict.fromkeys(path for path, way in leaves if way == "to_date")
        for path in rows:
            if self.read_until[path] > number and path not in self.wanted and self.throughout(path) is None:
                self.slot_of[path] = len(self.slot_of)
        nothing = self.number(0.0)
        begins: dict[str, str] = {}
        self.leaf, self.folded = self.folding.at(1), {}
        for path, row in rows.items():
            begins[path] = nothing if row.start is None else self.value(row.start)
            if self.folding.rows[path][0] != 0.0:
                if self.kept(path):
                    self.store(begins[path], self.stored(path, "0"))
                self._add(path, begins[path], "0")
        self.leaf, self.folded = self.folding.at(None), {}
        for self.path, row in rows.items():
            self._before(row.formula)
        if not forward:
            for path in summed:
                self._sum_to_date(path)
        carry = {f"{path}.before": begins[path] if forward else nothing for path in carried}
        carry |= {f"{path}.sum": nothing for path in summed} if forward else {}
        for span in self.folding.phases(rows, not forward):
            self.leaf, self.folded = self.folding.during(span), {}
            carry = self._phase(span, rows, carry, list(carried), list(summed) if forward else [])
        self.leaf, self.folded = self.folding.at(None), {}

    def _phase(
        self, span: range, rows: Mapping[str, Row], carry: dict[str, str], carried: list[str], summed: list[str]
    ) -> dict[str, str]:
        """A loop over some of the periods; gives what it carries out of it."""
        with self.over_periods(carry, span) as (t, now, after):
            self.passing = {}
            self.carried = {path: now[f"{path}.before"] for path in carried}
            self.sums = {path: now[f"{path}.sum"] for path in summed}
            for path in summed:
                if path not in rows:
                    self.sums[path] = self.vector(f"fadd {VECTOR} {self.sums[path]}, {self.load(path, t)}")
            for path, row in rows.items():
                self.path = path
                known = self.leaf(Expression("row", (), (path, 0)))
                self.running[path] = value = self.value(row.formula, t) if known is None else self.number(known)
                if path in self.sums:
                    self.sums[path] = self.vector(f"fadd {VECTOR} {self.sums[path]}, {value}")
                if known != 0.0:
                    if self.kept(path):
                        self.store(value, self.stored(path, t))
                    self._add(path, value, t)
            after |= {f"{path}.before": self.running[path] for path in carried}
            after |= {f"{path}.sum": self.sums[path] for path in summed}
        self.running, self.carried, self.sums, self.passing = {}, {}, {}, {}
        return after

    def _add(self, path: str, value: str, t: str) -> None:
        """Add the row of a member to the sum of its group, and see whether it is the greatest."""
        if path in self.peaks:
            place = self.shared(f"add i64 %peaks, {self.peaks[path]}")
            address = self.vector(f"getelementptr {VECTOR}, ptr %scratch, i64 {place}")
            size = self.vector(f"call {VECTOR} @llvm.fabs.v{LANES}f64({VECTOR} {value})")
            before = self.vector(f"load {VECTOR}, ptr {address}, align 8")
            self.store(self.vector(f"call {VECTOR} @llvm.maxnum.v{LANES}f64({VECTOR} {size}, {VECTOR} {before})"), address)
        if path not in self.summed:
            return
        period = self.shared(f"mul i64 {t}, {len(self.summed)}")
        begin = self.shared(f"getelementptr {VECTOR}, ptr %member_sums, i64 {period}")
        address = self.vector(f"getelementptr {VECTOR}, ptr {begin}, i64 {self.summed[path]}")
        before = self.vector(f"load {VECTOR}, ptr {address}, align 8")
        self.store(self.vector(f"fadd {VECTOR} {before}, {value}"), address)

    def _before(self, node: Expression) -> None:
        """Calculate what of a formula does not change over the periods, before the loop over them."""
        if node.op == "number" or node.op == "to_date":
            return
        if not self.changes(node) and not node.condition:
            self.value(node)
        else:
            for child in node.args:
                self._before(child)

    def _sum_to_date(self, path: str) -> None:
        """A stage that goes backward reads sums to date that have been taken before it."""
        self.slot_of[f"to date:{path}"] = len(self.slot_of)
        with self.over_periods({"sum": self.number(0.0)}, range(1, self.periods + 1)) as (t, now, after):
            after["sum"] = value = self.vector(f"fadd {VECTOR} {now['sum']}, {self.load(path, t)}")
            self.store(value, self.stored(f"to date:{path}", t))

    # ---- formulas ----------------------------------------------------------------------------------------------
    def changes(self, node: Expression) -> bool:
        """Whether a part of a formula may differ from period to period."""
        if node not in self.series:
            if node.op == "row":
                path = path_of(node)
                row = self.plan.rows.get(path)
                found = self.given[path] if row is None else not row.cell
            elif node.op == "units":
                found = isinstance(node.data, tuple)
            elif node.op in ("schedule", "to_date"):
                found = True
            else:
                found = node.op not in WHOLE and any(self.changes(child) for child in node.args)
            self.series[node] = found
        return self.series[node]

    def value(self, node: Expression, t: str | None = None) -> str:
        """The vector of a part of a formula in period ``t``; outside a loop over periods (None), of what has no period."""
        known = self.folding.fold(node, self.leaf, self.folded)
        if known is not None:
            return self.number(known) if not node.condition else f"splat (i1 {str(bool(known)).lower()})"
        found = self.lasting.get(node) or self.passing.get(node)
        if found is None:
            found = self.operation(node, t)
            place = self.lasting if t is None and not node.condition and not self.changes(node) else self.passing
            place[node] = found
        return found

    def operation(self, node: Expression, t: str | None) -> str:
        op = node.op
        if op == "number":
            assert isinstance(node.data, float)
            return self.number(node.data)
        if op in ("missing", "nothing"):
            return self.number(_NAN if op == "missing" else 0.0)
        if op == "input":
            return self.read(path_of(node), None)
        if op == "units":
            return self.read(f"units:{path_of(node)}", t if isinstance(node.data, tuple) else None)
        if op in ("row", "schedule"):
            return self.row(node, t)
        if op in WHOLE:
            return self.whole(op, path_of(node.args[0]))
        if op == "to_date":
            path = path_of(node.args[0])
            return self.sums[path] if path in self.sums else self.load(f"to date:{path}", t or "1")
        simpler = self.simpler(node)
        if simpler is not None:
            return self.value(simpler, t)
        parts = [self.value(child, t) for child in node.args]
        if op in _ARITHMETIC:
            result = parts[0]
            for part in parts[1:]:
                result = self.vector(f"{_ARITHMETIC[op]} {VECTOR} {result}, {part}")
            return result
        if op in ("min", "max"):
            result = parts[0]
            for part in parts[1:]:
                result = self.extreme(op, result, part)
            return result
        if op in _COMPARED:
            return self.vector(f"fcmp {_COMPARED[op]} {VECTOR} {parts[0]}, {parts[1]}")
        if op in ("and", "or"):
            return self.vector(f"{op} <{LANES} x i1> {parts[0]}, {parts[1]}")
        if op == "not":
            return self.vector(f"xor <{LANES} x i1> {parts[0]}, splat (i1 true)")
        if op == "known":
            return self.vector(f"fcmp ord {VECTOR} {parts[0]}, {parts[0]}")
        if op == "where":
            return self.chosen(*parts)
        if op == "neg":
            return self.vector(f"fneg {VECTOR} {parts[0]}")
        if op == "sqrt":
            return self.vector(f"call {VECTOR} @llvm.sqrt.v{LANES}f64({VECTOR} {parts[0]})")
        if op == "power":
            assert isinstance(node.data, int)
            result = parts[0]
            for _ in range(node.data - 1):
                result = self.vector(f"fmul {VECTOR} {result}, {parts[0]}")
            return result
        if op in ("ratio", "share"):
            return self.quotient(parts[0], parts[1], _NAN if op == "ratio" else 0.0)
        raise FormulaError(Text(f"{self.path} 的 {op} 没有向量代码", f"no vector code for {op} in {self.path}"))

    def simpler(self, node: Expression) -> Expression | None:
        """What an operation comes to where one of its parts is known to be 0 or 1."""
        known = [self.folding.fold(child, self.leaf, self.folded) for child in node.args]
        args = node.args
        match node.op:
            case "add" | "sum" | "sub":
                # 0 − x stays: it is 0 where x is
                left = [child for i, child in enumerate(args) if known[i] != 0.0 or (i == 0 and node.op == "sub")]
                if len(left) < len(args):
                    return left[0] if len(left) == 1 else Expression(node.op, tuple(left))
            case "mul" if 1.0 in known:
                return args[1 - known.index(1.0)]
            case "div" if known[1] == 1.0:
                return args[0]
            case "where" if known[0] is not None and not self.folding.may_fail(args[2 if known[0] else 1]):
                return args[1 if known[0] else 2]
            case "and" | "or" if (node.op == "and") in known:
                return args[1 - known.index(node.op == "and")]
        return None

    def whole(self, op: str, path: str) -> str:
        """A measure over all periods, from the first to the last."""
        zero, one, nan = self.number(0.0), self.number(1.0), self.number(_NAN)
        if op == "total":  # from −0, to which any number may be added as it is
            begin = {"sum": self.number(-0.0)}
        elif op == "average":
            begin = {"sum": self.number(-0.0), "count": zero}
        else:
            begin = {"best": self.number(_INFINITE if op == "lowest" else -_INFINITE), "count": zero}
        with self.over_periods(begin, range(1, self.periods + 1)) as (t, now, after):
            value = self.load(path, t)
            if op != "total":
                known = self.vector(f"fcmp ord {VECTOR} {value}, {value}")
                more = self.vector(f"fadd {VECTOR} {now['count']}, {one}")
                after["count"] = self.chosen(known, more, now["count"])
                value = self.chosen(known, value, begin.get("best", zero))
            if "sum" in begin:
                after["sum"] = self.vector(f"fadd {VECTOR} {now['sum']}, {value}")
            else:
                after["best"] = self.extreme("min" if op == "lowest" else "max", now["best"], value)
        if op == "total":
            return after["sum"]
        any_known = self.vector(f"fcmp ogt {VECTOR} {after['count']}, {zero}")
        if op != "average":
            return self.chosen(any_known, after["best"], nan)
        count = self.extreme("max", after["count"], one)
        return self.chosen(any_known, self.vector(f"fdiv {VECTOR} {after['sum']}, {count}"), nan)

    # ---- what is stored ----------------------------------------------------------------------------------------
    def row(self, node: Expression, t: str | None) -> str:
        path, shift = node._place()
        if path in self.running or path in self.carried:
            return self.carried[path] if shift else self.running[path]
        if t is None:  # a start is the same in all periods
            return self.load(path, "1" if self.changes(node) else None)
        if not self.changes(node):
            return self.load(path, None)
        return self.load(path, self.shared(f"add i64 {t}, {shift}") if shift else t)

    def kept(self, path: str) -> bool:
        return (path in self.slot_of or path in self.wanted) and self.throughout(path) is None

    def throughout(self, path: str) -> Known:
        """What is known of a row in all periods, before the first and after the last alike: then it need not be stored."""
        known = set(self.folding.rows.get(path, [None]))
        return known.pop() if len(known) == 1 else None

    def load(self, path: str, t: str | None) -> str:
        """A row or schedule in period t, wherever it stands."""
        if path in self.given:
            return self.read(path, t)
        known = self.throughout(path)
        if known is not None:
            return self.number(known)
        assert t is not None
        return self.vector(f"load {VECTOR}, ptr {self.stored(path, t)}, align 8")

    def stored(self, path: str, t: str) -> str:
        """Address of a calculated row in period t."""
        if path not in self.slot_of:
            return self.element(f"wanted:{path}", t)
        row = self.shared(f"mul i64 {t}, %slots")
        period = self.shared(f"getelementptr {VECTOR}, ptr %scratch, i64 {row}")
        return self.vector(f"getelementptr {VECTOR}, ptr {period}, i64 {self.slot_of[path]}")

    def read(self, name: str, t: str | None) -> str:
        """A given value; one that is the same in all trials fills a vector."""
        if name in self.addresses:
            return self.vector(f"load {VECTOR}, ptr {self.element(name, t)}, align 8")
        if t is None:
            address = self.vector(f"getelementptr double, ptr %member_cells, i64 {self.cells[name]}")
        else:
            count = len(self.fixed_series)
            offset = self.shared(f"mul i64 {t}, {count}")
            period = self.shared(f"getelementptr double, ptr %member_series, i64 {offset}")
            address = self.vector(f"getelementptr double, ptr {period}, i64 {self.fixed_series[name]}")
        return self.filled(self.vector(f"load double, ptr {address}"))

    def element(self, name: str, t: str | None) -> str:
        """Address of a drawn value or of a wanted row, for the running trials."""
        at = "%at"
        if t is not None:
            offset = self.shared(f"mul i64 {t}, %columns")
            at = self.shared(f"add i64 {offset}, %at")
        return self.vector(f"getelementptr double, ptr {self.addresses[name]}, i64 {at}")
