"""The blocks of one structure, each formula read once: rows, inputs and schedules by path, checked and picklable."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from finsim.sheet.block import Block, Bounds, Declared, Input, Schedule, UnitSum, line
from finsim.sheet.errors import FormulaError, SheetError
from finsim.sheet.expression import (
    WHOLE,
    Expression,
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


def build(blocks: Sequence[Block], units: Model | None = None) -> Model:
    """Read every formula of ``blocks`` once and check that the names, the missing values and the unit sums hold.

    Circularity is the planner's to find, since it depends on periods. Raises :class:`SheetError` naming the row.
    """
    sections: dict[str, Section] = {}
    inputs: dict[str, InputRow] = {}
    schedules: dict[str, ScheduleRow] = {}
    sums: dict[str, str] = {}
    raw: dict[str, tuple[Block, line | UnitSum, Expression, Expression | None]] = {}
    order: list[str] = []
    for block in blocks:
        if block.path in sections:
            raise _twice(block.path, block.label)
        note = inspect.cleandoc(type(block).__doc__ or "").split("\n\n")[0]
        sections[block.path] = Section(block.path, block.label, type(block).title, note)
        for declared in type(block).declarations():
            path = path_of(declared.symbol(f"{block.path}.{declared.name}" if block.path else declared.name))
            if path in inputs or path in schedules or path in raw:
                raise _twice(path, declared.label)
            order.append(path)
            if isinstance(declared, Input):
                inputs[path] = InputRow(
                    path, block.path, declared.label, declared.unit, declared.bounds, declared.default, declared.help
                )
            elif isinstance(declared, Schedule):
                schedules[path] = ScheduleRow(path, block.path, declared.label, declared.unit)
            elif isinstance(declared, UnitSum):
                sums[path] = _summed(block, declared, path, units)
                raw[path] = block, declared, Expression("units", (), sums[path]), None
            elif isinstance(declared, line):
                raw[path] = block, declared, _read(block, declared, path), _start(block, declared, path)
    for path, (_, declared, formula, start) in raw.items():
        for leaf, _way in operands(formula) if start is None else [*operands(formula), *operands(start)]:
            if leaf.op != "units" and path_of(leaf) not in raw.keys() | inputs.keys() | schedules.keys():
                raise _unknown(path, declared.label, path_of(leaf), raw.keys() | inputs.keys() | schedules.keys())
    cells = _cells(raw, units)
    missing = _missing(raw)
    rows = {
        path: Row(
            path, block.path, declared.label, declared.unit, formula, start, path in cells, path in missing,
            isinstance(declared, line) and declared.stock, isinstance(declared, line) and declared.check,
            declared.note if isinstance(declared, line) else "", _written(declared),
        )
        for path, (block, declared, formula, start) in raw.items()
    }  # fmt: skip
    return Model(sections, rows, inputs, schedules, sums, tuple(order))


def _read(block: Block, declared: line, path: str) -> Expression:
    try:
        return number_or_row(declared.formula(block))
    except FormulaError as error:
        zh, en = error.message
        raise SheetError(Text(f"{path}「{declared.label.zh}」：{zh}", f"{path} '{declared.label.en}': {en}")) from None
    except AttributeError as error:
        names = [d.name for d in type(error.obj).declarations()] if isinstance(error.obj, Block) else []
        raise _unknown(path, declared.label, error.name or "?", names) from error
    except NameError as error:
        raise _unknown(path, declared.label, error.name or "?", ()) from error


def _start(block: Block, declared: line, path: str) -> Expression | None:
    if declared.start is None or isinstance(declared.start, int | float):
        return None if declared.start is None else number(declared.start)
    return declared.start.symbol(f"{block.path}.{declared.start.name}" if block.path else declared.start.name)


def _summed(block: Block, declared: UnitSum, path: str, units: Model | None) -> str:
    unit: Block = getattr(block, "unit")  # noqa: B009 - the link is declared by the subclass
    target = f"{unit.path}.{declared.of.name}" if unit.path else declared.of.name
    if units is None or target not in units.rows | units.inputs:
        raise _unknown(path, declared.label, target, units.rows if units else ())
    if target in units.rows and units.rows[target].missing:
        raise SheetError(
            Text(
                f"{path}：可能无值的行 {target} 不能汇总",
                f"{path}: a row that may have no value cannot be summed: {target}",
            )
        )
    return target


def _cells(
    raw: dict[str, tuple[Block, line | UnitSum, Expression, Expression | None]], units: Model | None
) -> set[str]:
    """Rows with no period left in them: all operands are inputs, cells, or measures over the whole of a row."""
    cells = set(raw)
    changed = True
    while changed:
        changed = False
        for path in sorted(cells):
            for leaf, way in operands(raw[path][2]):
                if leaf.op == "input" or way == "whole":
                    continue
                if leaf.op == "units":
                    assert units is not None
                    source = units.rows.get(path_of(leaf))
                    series = source is not None and not source.cell
                else:
                    series = way in ("prev", "next", "to_date") or path_of(leaf) not in cells
                if series:
                    cells.discard(path)
                    changed = True
                    break
    return cells


def _missing(raw: dict[str, tuple[Block, line | UnitSum, Expression, Expression | None]]) -> set[str]:
    """Rows that may have no value; arithmetic on one is refused, so that an NA never turns into a number."""
    missing: set[str] = set()

    def may_miss(node: Expression, path: str, label: Text) -> bool:
        if node.op in ("missing", "ratio"):
            for child in node.args:
                refuse(child, path, label)
            return True
        if node.op in ("row", "schedule"):
            return path_of(node) in missing
        if node.op == "where":
            _refuse_children(node.args[:1], path, label)
            if node.args[0].op == "known" and node.args[0].args[0] is node.args[1]:
                return may_miss(node.args[2], path, label)
            return any([may_miss(child, path, label) for child in node.args[1:]])
        if node.op == "known":
            return False
        if node.op in WHOLE and node.op != "total":
            return may_miss(node.args[0], path, label)
        _refuse_children(node.args, path, label)
        return False

    def refuse(node: Expression, path: str, label: Text) -> None:
        if may_miss(node, path, label):
            raise SheetError(
                Text(
                    f"{path}「{label.zh}」：对可能无值的行做运算；请先用 otherwise(行, 代替值) 说明无值时取什么",
                    f"{path} '{label.en}': arithmetic on a row that may have no value; say what stands instead: otherwise(row, value)",
                )
            )

    def _refuse_children(children: Iterable[Expression], path: str, label: Text) -> None:
        for child in children:
            refuse(child, path, label)

    changed = True
    while changed:
        changed = False
        for path, (_, declared, formula, _start) in raw.items():
            if path not in missing and may_miss(formula, path, declared.label):
                missing.add(path)
                changed = True
    for path, (_, declared, formula, _start) in raw.items():
        may_miss(formula, path, declared.label)
    return missing


def _written(declared: Declared) -> str:
    if not isinstance(declared, line):
        return ""
    code = declared.formula.__code__  # type: ignore[attr-defined]
    return f"{'/'.join(PurePath(code.co_filename).parts[-2:])}:{code.co_firstlineno}"


def _twice(path: str, label: Text) -> SheetError:
    return SheetError(Text(f"两行同名：{path}「{label.zh}」", f"two rows with one name: {path} '{label.en}'"))


def _unknown(path: str, label: Text, name: str, names: Iterable[str]) -> SheetError:
    near = difflib.get_close_matches(name, list(names), n=3)
    zh = f"；相近的名称：{'、'.join(near)}" if near else ""
    en = f"; did you mean {', '.join(near)}?" if near else ""
    return SheetError(
        Text(
            f"{path}「{label.zh}」用到不存在的名称 {name}{zh}", f"{path} '{label.en}' uses an unknown name: {name}{en}"
        )
    )
