"""The blocks of one structure, each formula read once: rows, inputs and schedules by path, checked and picklable."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from finsim.sheet.block import Block, Bounds, Declared, Input, Schedule, UnitSum, line
from finsim.sheet.errors import FormulaError, SheetError
from finsim.sheet.expression import (
    NOTHING,
    Expression,
    calculates_with_missing,
    may_miss,
    number,
    number_or_row,
    operands,
    path_of,
)
from finsim.sheet.text import Text


@dataclass(frozen=True)
class Section:
    """An instance of a block: a heading of the sheet with the rows below it."""

    path: str
    label: Text
    title: Text
    note: str


@dataclass(frozen=True)
class Row:
    """A calculated row. ``start`` is what ``.prev`` reads in the first period; ``cell`` says that it has one value only."""

    path: str
    section: str
    label: Text
    unit: str
    formula: Expression
    start: Expression | None
    cell: bool
    missing: bool
    stock: bool
    check: bool
    note: str
    written: str
    """Module and line of the formula, such as ``model/loans.py:42``."""


@dataclass(frozen=True)
class InputRow:
    path: str
    section: str
    label: Text
    unit: str
    bounds: Bounds
    default: float | None
    help: Text | None
    yearly: bool = False


@dataclass(frozen=True)
class ScheduleRow:
    path: str
    section: str
    label: Text
    unit: str


@dataclass(frozen=True)
class Model:
    """All rows of one sheet, in the order of the blocks. ``units`` maps a unit-sum row to the unit row that it adds up."""

    sections: dict[str, Section]
    rows: dict[str, Row]
    inputs: dict[str, InputRow]
    schedules: dict[str, ScheduleRow]
    units: dict[str, str]
    order: tuple[str, ...]
    """Paths of everything, as displayed."""

    def label(self, path: str) -> Text:
        return self.item(path).label

    def item(self, path: str) -> Row | InputRow | ScheduleRow:
        return self.rows.get(path) or self.inputs.get(path) or self.schedules[path]


@dataclass(frozen=True)
class _Read:
    """A row whose formula has been read and not yet checked."""

    block: Block
    declared: line | UnitSum
    formula: Expression
    start: Expression | None


def reads(row: Row | _Read) -> list[tuple[Expression, str]]:
    """Operands of the row, each with the way it is read: same, prev, next, to_date, whole, or start."""
    begins = [] if row.start is None else operands(row.start)
    return [*operands(row.formula), *((leaf, "start") for leaf, _ in begins)]


def build(blocks: Sequence[Block], units: Model | None = None) -> Model:
    """Read every formula of ``blocks`` once and check that the names, the missing values and the unit sums hold.

    Circularity is the planner's to find, since it depends on periods. Raises :class:`SheetError` naming the row.
    """
    sections: dict[str, Section] = {}
    inputs: dict[str, InputRow] = {}
    schedules: dict[str, ScheduleRow] = {}
    sums: dict[str, str] = {}
    read: dict[str, _Read] = {}
    order: list[str] = []
    for block in blocks:
        if block.path in sections:
            raise _error(
                block.path, block.label, Text("两个块同用一个路径", "two blocks have one path"),
            )  # fmt: skip
        note = inspect.cleandoc(type(block).__doc__ or "").split("\n\n")[0]
        sections[block.path] = Section(block.path, block.label, type(block).title, note)
        for declared in type(block).declarations():
            path = _path(block, declared)
            if path in inputs or path in schedules or path in read:
                raise _error(path, declared.label, Text("两行同名", "two rows have one name"))
            order.append(path)
            if isinstance(declared, Input):
                inputs[path] = InputRow(
                    path, block.path, declared.label, declared.unit, declared.bounds, declared.default, declared.help,
                    declared.yearly,
                )  # fmt: skip
            elif isinstance(declared, Schedule):
                schedules[path] = ScheduleRow(path, block.path, declared.label, declared.unit)
            elif isinstance(declared, UnitSum):
                formula = _summed(block, declared, path, units)
                sums[path] = path_of(formula)
                read[path] = _Read(block, declared, formula, None)
            elif isinstance(declared, line):
                read[path] = _Read(block, declared, _formula(block, declared, path), _start(block, declared, path))
    _check_names(read, inputs.keys() | schedules.keys())
    timeless = _timeless(read)
    cells, missing = _cells(read, timeless), _missing(read)
    _check_openings(read, timeless, missing, units)
    _check_yearly(read, timeless, inputs, units)
    rows = {
        path: Row(
            path, r.block.path, r.declared.label, r.declared.unit, r.formula, r.start, path in cells, path in missing,
            _is_stock(r, units), isinstance(r.declared, line) and r.declared.check,
            r.declared.note if isinstance(r.declared, line) else "", _written(r.declared),
        )
        for path, r in read.items()
    }  # fmt: skip
    return Model(sections, rows, inputs, schedules, sums, tuple(order))


def _is_stock(read: _Read, units: Model | None) -> bool:
    """A sum over the units of what stands at year end stands at year end too."""
    if isinstance(read.declared, line):
        return read.declared.stock
    summed = None if units is None else units.rows.get(path_of(read.formula))
    return summed is not None and summed.stock


# ---- reading ---------------------------------------------------------------------------------------------------
def _path(block: Block, declared: Declared) -> str:
    return f"{block.path}.{declared.name}" if block.path else declared.name


def _formula(block: Block, declared: line, path: str) -> Expression:
    try:
        return number_or_row(declared.formula(block))
    except FormulaError as error:
        raise _error(path, declared.label, error.message) from error
    except AttributeError as error:
        raise _unknown(path, declared.label, error.name or "?", _attributes(error.obj)) from error
    except NameError as error:
        raise _unknown(path, declared.label, error.name or "?", ()) from error
    except TypeError as error:
        raise _error(path, declared.label, Text(f"公式不成立（{error}）", f"not a formula ({error})")) from error


def _attributes(owner: object) -> Iterable[str]:
    """Names that a formula may have meant after a dot."""
    if isinstance(owner, Block):
        return {d.name for d in type(owner).declarations()} | type(owner).links()
    return [name for name in dir(Expression) if name[0] != "_"] if isinstance(owner, Expression) else ()


def _start(block: Block, declared: line, path: str) -> Expression | None:
    start = declared.start
    if start is None or isinstance(start, int | float):
        return None if start is None else number(start)
    if not isinstance(block, start.owner):
        raise _error(
            path, declared.label,
            Text(
                f"起始值「{start.label.zh}」不是本块的行：请在本块另设一行",
                f"its start '{start.label.en}' is no row of this block: give the block one",
            ),
        )  # fmt: skip
    return start.symbol(_path(block, start))


def _summed(block: Block, declared: UnitSum, path: str, units: Model | None) -> Expression:
    """The unit sum: of a row with its period, of an input or one-cell row without."""
    unit: Block = getattr(block, "unit")  # noqa: B009 - the link is declared by the subclass
    target = _path(unit, declared.of)
    known = units.rows.keys() | units.inputs.keys() if units else set()
    if units is None or target not in known:
        raise _unknown(path, declared.label, target, known)
    if not isinstance(unit, declared.of.owner):
        has, wants = type(unit).__name__, declared.of.owner.__name__
        raise _error(
            path, declared.label,
            Text(f"汇总 {wants} 的行，而 {unit.path} 是 {has}", f"sums a row of {wants}, but {unit.path} is {has}"),
        )  # fmt: skip
    row = units.rows.get(target)
    if row and row.missing:
        raise _error(
            path, declared.label,
            Text(f"可能无值的行 {target} 不能汇总", f"a row that may have no value cannot be summed: {target}"),
        )  # fmt: skip
    return Expression("units", (), target if row is None or row.cell else (target, 0))


# ---- checking --------------------------------------------------------------------------------------------------
def _check_names(read: dict[str, _Read], given: Collection[str]) -> None:
    names = read.keys() | set(given)
    for path, row in read.items():
        for leaf, _ in reads(row):
            if leaf.op != "units" and path_of(leaf) not in names:
                raise _unknown(path, row.declared.label, path_of(leaf), names)


def _timeless(read: dict[str, _Read]) -> set[str]:
    """Rows with no period left in them: all operands are inputs, such rows, or measures over the whole of a row."""

    def varies(leaf: Expression, way: str) -> bool:
        if leaf.op == "row" and way == "same":
            return path_of(leaf) not in timeless
        return way != "whole" and leaf.op != "input" and isinstance(leaf.data, tuple)

    timeless = set(read)
    changed = True
    while changed:
        gone = {p for p in timeless if any(varies(leaf, way) for leaf, way in operands(read[p].formula))}
        timeless -= gone
        changed = bool(gone)
    return timeless


def _cells(read: dict[str, _Read], timeless: set[str]) -> set[str]:
    """Timeless rows that have one value only.

    One that is read over the periods has a value in each of them, and so has a constant or the sum of no instances: what
    a structure without bonds says of its bonds is 0 in every period, as it would be a number in every period with bonds.
    """
    cells = set(timeless)
    for path in timeless:
        if _sums_nothing(read[path].formula) or not any(True for _ in operands(read[path].formula)):
            cells.discard(path)
    for row in read.values():
        cells -= {path_of(leaf) for leaf, way in operands(row.formula) if leaf.op == "row" and way != "same"}
    changed = True
    while changed:
        gone = {
            path for path in cells
            if any(way == "same" and leaf.op == "row" and path_of(leaf) not in cells for leaf, way in operands(read[path].formula))
        }  # fmt: skip
        cells -= gone
        changed = bool(gone)
    return cells


def _sums_nothing(formula: Expression) -> bool:
    return formula is NOTHING or any(_sums_nothing(child) for child in formula.args)


def _missing(read: dict[str, _Read]) -> set[str]:
    """Rows that may have no value; arithmetic on one is refused, so that an NA never turns into a number."""
    missing: set[str] = set()
    changed = True
    while changed:
        found = {path for path, row in read.items() if path not in missing and may_miss(row.formula, missing)}
        missing |= found
        changed = bool(found)
    for path, row in read.items():
        if calculates_with_missing(row.formula, missing):
            raise _error(
                path, row.declared.label,
                Text(
                    "对可能无值的行做运算；请先用 otherwise(行, 代替值) 说明无值时取什么",
                    "arithmetic on a row that may have no value; say what stands instead: otherwise(row, value)",
                ),
            )  # fmt: skip
    return missing


def _check_openings(read: dict[str, _Read], timeless: set[str], missing: set[str], units: Model | None) -> None:
    """What ``.prev`` reads in the first period is one number, and it is known."""
    for path, row in read.items():
        for leaf, way in reads(row):
            other = path_of(leaf)
            one_number = leaf.op == "input" or (leaf.op == "row" and other in timeless and other not in missing)
            if way == "start" and not one_number:
                raise _error(
                    path, row.declared.label,
                    Text(
                        f"起始值 {other} 必须是一个数：参数，或只有一个值且必有值的行",
                        f"its start must be one number, an input or a row with one value that never lacks: {other}",
                    ),
                )  # fmt: skip
            if way == "prev" and leaf.op == "row" and units is not None and read[other].formula.op == "units":
                summed = units.rows.get(path_of(read[other].formula))
                if summed is not None and summed.start is not None:
                    raise _error(
                        path, row.declared.label,
                        Text(
                            f"单元合计 {other} 没有期初值，而所汇总的行有：请把 .prev 写在单元表中",
                            f"the unit sum {other} has no opening value, but the row it adds up has one: "
                            "take .prev on the unit's sheet",
                        ),
                    )  # fmt: skip


def _check_yearly(read: dict[str, _Read], timeless: set[str], inputs: dict[str, InputRow], units: Model | None) -> None:
    """An input that may have a value for every period is read by rows that have one for every period."""
    for path, row in read.items():
        for leaf, way in reads(row):
            given = units.inputs if units is not None and leaf.op == "units" else inputs if leaf.op == "input" else {}
            other = path_of(leaf)
            if other in given and given[other].yearly and (path in timeless or way == "start"):
                raise _error(
                    path, row.declared.label,
                    Text(
                        f"{other} 可以逐年取值，不能用作起始值，也不能用在没有年份的行或单元合计中",
                        f"{other} may differ by year: it can be no start, and no row without a period and no unit sum may read it",
                    ),
                )  # fmt: skip


def _written(declared: Declared) -> str:
    if not isinstance(declared, line):
        return ""
    code = declared.formula.__code__
    return f"{'/'.join(PurePath(code.co_filename).parts[-2:])}:{code.co_firstlineno}"


# ---- refusing --------------------------------------------------------------------------------------------------
def _error(path: str, label: Text, why: Text) -> SheetError:
    return SheetError(Text(f"{path}「{label.zh}」：{why.zh}", f"{path} '{label.en}': {why.en}"))


def _unknown(path: str, label: Text, name: str, names: Iterable[str]) -> SheetError:
    near = difflib.get_close_matches(name, sorted(names), n=3)
    zh = f"；相近的名称：{'、'.join(near)}" if near else ""
    en = f"; did you mean {', '.join(near)}?" if near else ""
    return _error(path, label, Text(f"用到不存在的名称 {name}{zh}", f"uses an unknown name: {name}{en}"))
