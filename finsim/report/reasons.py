"""Why a number on a page or in a table is what it is: the cell, sum, share or measure behind it, down to inputs with their source.

``Result.explain`` says it of one cell of a row. What a reader sees is more than cells: totals over the years, entries of
statements, shares, measures of a whole row. Each has a name here, short enough to stand beside the number and in an address,
and a reason whose parts have names in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from finsim.report.statements import Entry, Term, statements
from finsim.report.statements.entries import CONSTRUCTION, OPERATION, UNDER_CONSTRUCTION
from finsim.result import WHOLE_ROW, Operand, Result
from finsim.scenario.goals import full_label
from finsim.scenario.scenario import Origin
from finsim.sheet import Text
from finsim.sheet.model import Model

FLOW = "project_flow.before_tax"
"""The row whose rate of return and payback are told."""
LONGEST = 4_000
"""Letters in the name of a number: a sum of very many rows has fewer."""
_OPENING = "opening"
_SAID = {
    "taxes": Text("税费", "taxes"),
    "debt_service": Text("还本付息", "debt service"),
    "other_income": Text("其他收入", "other income"),
    "operating_cost": Text("经营成本", "operating cost"),
    "debt": Text("债务融资", "debt"),
    "sum": Text("合计", "sum"),
    "sums": Text("加总的数", "A sum"),
    "share": Text("比例", "share"),
    "measure": Text("整行指标", "Measure of a whole row"),
    "all_years": Text("各年合计", "sum over all years"),
    "all_accounts": Text("全部平衡主体", "All accounts"),
    "of_all": Text("各平衡主体合计；没有数值的不计", "sum over all accounts; one without a value adds nothing"),
    "given": Text("由方案给出的数", "a number that the scenario gives"),
    "opening": Text("上年末的", "at the end of the year before: "),
    CONSTRUCTION: Text("在建部分：", "part of works not yet in operation: "),
    OPERATION: Text("运营部分：", "part of works in operation: "),
    "firr": Text(
        "使下列各年净现金流量现值之和为 0 的折现率；没有或有多个这样的折现率时不取值",
        "the rate at which the yearly net cash flows below are worth nothing together; none is given where there is no such rate, or several",
    ),
    "payback": Text(
        "累计净现金流量由负转为不再为负的时点，从第一年年初起算，年内按直线；期内不能转正时不取值",
        "when the cumulative net cash flow stops being negative for good, from the beginning of the first year, straight within the year; none is given where it never does",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """Names a number: what it is of which member of a sheet, in which year (None: a cell, or all years together).

    ``what`` is one of
      profit.net                  a row, input or schedule
      profit.net,-tax.tax         a signed sum; a row may be limited: ``opening:``, ``construction:`` or ``operation:`` before it
      taxes=tax.tax,vat.payable   a sum with a name
      @balance_sheet:7            an entry of a statement
      a/b                         one of the above over another
      firr, payback               a measure of the whole cash flow
      +liquidity.peak             a row of all accounts added up
      ~…                          what trials gave, or a changed input: ``report.trials``
    """

    sheet: str
    member: str
    what: str
    year: int | None = None

    def __str__(self) -> str:
        return f"{self.sheet}|{self.member}|{self.what}|{'' if self.year is None else self.year}"

    @classmethod
    def named(cls, text: str) -> Number:
        """The number of a name. Raises ``LookupError`` for what is none.

        >>> Number.named("account|all|cash.accumulated|2027").year
        2027
        """
        sheet, mark, rest = text.partition("|")
        found = rest.rsplit("|", 2)
        if not mark or len(found) != 3 or not (found[2].isdecimal() or not found[2]) or len(text) > LONGEST:
            raise LookupError(text[:100])
        return cls(sheet, found[0], found[1], int(found[2]) if found[2] else None)


@dataclass(frozen=True)
class Part:
    """One of the numbers that another is made of. ``number`` names it where it can be followed; ``sign`` is 0 in a formula.

    ``where`` stands after the name where it is of another scheme than the number itself.
    """

    sheet: str
    member: str
    what: str
    label: Text
    year: int | None
    value: float | None
    unit: str
    sign: int = 0
    kind: str = "row"
    origin: Origin | None = None
    number: Number | None = None
    where: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a number is what it is.

    ``origin`` is there for what the scenario gives; ``rows`` are paths on the sheet, ``written`` the module and line of its
    formula; ``all_years`` says that it is a sum over the years.
    """

    number: Number
    section: Text
    label: Text
    unit: str
    value: float | None
    words: Text
    parts: tuple[Part, ...] = ()
    origin: Origin | None = None
    rows: str = ""
    written: str = ""
    all_years: bool = False


# ---- naming ------------------------------------------------------------------------------------------------
def named(term: Term) -> str:
    """A term by its name.

    >>> named(Term("debts.closing", -1, opening=True))
    '-opening:debts.closing'
    """
    limits = [*([term.during] if term.during else []), *([_OPENING] if term.opening else [])]
    return ("-" if term.sign < 0 else "") + ":".join([*limits, term.path])


def of_entry(statement: str, position: int, entry: Entry) -> str:
    """What an entry of a statement is: the row itself where it is one, "" where it has no amounts."""
    if not entry.terms:
        return ""
    plain = len(entry.terms) == 1 and named(entry.terms[0]) == entry.terms[0].path
    return entry.terms[0].path if plain else f"@{statement}:{position}"


def _terms(what: str) -> tuple[Term, ...]:
    found = []
    for name in what.split(","):
        *limits, path = name.removeprefix("-").split(":")
        during = next((limit for limit in limits if limit in (CONSTRUCTION, OPERATION)), "")
        found.append(Term(path, -1 if name.startswith("-") else 1, _OPENING in limits, during))
    return tuple(found)


# ---- explaining --------------------------------------------------------------------------------------------
def reason(result: Result, number: Number) -> Reason:
    """Why the number is what it is. Raises ``LookupError`` if the result has no such number."""
    members = {"account": [a.id for a in result.accounts], "unit": list(result.scenario.numbers.units)}
    if number.member not in members[number.sheet]:
        raise LookupError(number.member)
    if number.year is not None and number.year not in result.years:
        raise LookupError(number.year)
    if number.what in WHOLE_ROW:
        return _measure(result, number)
    if number.what.startswith("+"):
        return _of_all(result, number)
    if "/" in number.what:
        return _share(result, number)
    if number.what.startswith("@"):
        return _entry(result, number)
    name, mark, what = number.what.rpartition("=")
    terms = _terms(what)
    if not mark and len(terms) == 1 and terms[0].sign > 0:
        if terms[0].during:
            return _during(result, number, terms[0])
        if not terms[0].opening:
            return _row(result, number)
    return _sum(result, number, terms, _SAID["sums"], _SAID[name if mark else "sum"])


def _row(result: Result, number: Number) -> Reason:
    model, path = _model(result, number.sheet), number.what
    item = model.item(path)
    section = model.sections[item.section].label
    if path in model.inputs or (path in model.schedules and number.year is not None):
        origin = _origin(result, number)
        value = _known(result.value(number.sheet, number.member, path, number.year))
        once = replace(number, year=None) if path in model.inputs else number
        return Reason(once, section, item.label, item.unit, value, _SAID["given"], origin=origin, rows=path)
    cell = path in model.rows and model.rows[path].cell
    if number.year is None and not cell:
        value, years = _known(_amount(result, number, Term(path))), tuple(_each_year(result, number, Term(path)))
        return Reason(number, section, item.label, item.unit, value, _SAID["all_years"], years, rows=path, all_years=True)
    found = result.explain(path, None if cell else number.year, number.member, number.sheet)
    parts = tuple(_operand(result, operand) for operand in found.operands)
    number = replace(number, year=found.year)
    return Reason(number, section, found.label, found.unit, found.value, found.words, parts, rows=path, written=found.written)


def _operand(result: Result, operand: Operand) -> Part:
    inside = operand.year is None or operand.year in result.years
    number = Number(operand.sheet, operand.member, operand.path, operand.year) if inside else None
    return Part(
        operand.sheet, operand.member, operand.path, operand.label, operand.year, operand.value, operand.unit, 0, operand.kind,
        operand.origin, number,
    )  # fmt: skip


def _sum(result: Result, number: Number, terms: tuple[Term, ...], section: Text, label: Text) -> Reason:
    parts = tuple(_term(result, number, term) for term in terms)
    values = [part.sign * part.value for part in parts if part.value is not None]
    value = sum(values, 0.0) if len(values) == len(parts) else None
    rows = ", ".join(("−" if term.sign < 0 else "") + term.path for term in terms)
    words = Text(*(_spoken(parts, lang) for lang in ("zh", "en")))
    return Reason(number, section, label, parts[0].unit, value, words, parts, rows=rows, all_years=number.year is None)


def _spoken(parts: tuple[Part, ...], lang: str) -> str:
    """The sum in words."""
    said = "".join(f" {'−' if part.sign < 0 else '+'} {part.label.say(lang)}" for part in parts)
    return said.removeprefix(" + ").strip()


def _entry(result: Result, number: Number) -> Reason:
    name, _, position = number.what.removeprefix("@").partition(":")
    shown = next((one for one in statements(result.scenario.structure) if one.id == name), None)
    if shown is None or not position.isdecimal():
        raise LookupError(number.what)
    entry = shown.entries[int(position)]
    if not entry.terms:
        raise LookupError(number.what)
    only = entry.terms[0]
    if len(entry.terms) == 1 and only.sign > 0 and only.during:
        return replace(_during(result, number, only), section=shown.title, label=entry.label)
    return _sum(result, number, entry.terms, shown.title, entry.label)


def _during(result: Result, number: Number, term: Term) -> Reason:
    """A row's share that belongs to works not yet, or already, in operation."""
    model = _model(result, number.sheet)
    item = model.item(term.path)
    value = _known(_amount(result, number, term))
    if number.year is None:
        parts, words = tuple(_each_year(result, number, term)), _SAID["all_years"]
    else:
        own, share = _term(result, number, replace(term, during="")), _term(result, number, Term(UNDER_CONSTRUCTION))
        parts, less = (replace(own, sign=0), replace(share, sign=0)), "" if term.during == CONSTRUCTION else "1 − "
        words = Text(*(f"{own.label.say(lang)} × ({less}{share.label.say(lang)})" for lang in ("zh", "en")))
    label, section = _prefixed(term.during, item.label), model.sections[item.section].label
    return Reason(number, section, label, item.unit, value, words, parts, rows=term.path, all_years=number.year is None)


def _share(result: Result, number: Number) -> Reason:
    if number.what.count("/") > 1:
        raise LookupError(number.what)
    part, whole = (reason(result, replace(number, what=what)) for what in number.what.split("/"))
    value = part.value / whole.value if part.value is not None and whole.value else None
    parts = tuple(
        Part(number.sheet, number.member, one.number.what, one.label, one.number.year, one.value, one.unit, number=one.number)
        for one in (part, whole)
    )  # fmt: skip
    words = Text(f"{part.label.zh} ÷ {whole.label.zh}", f"{part.label.en} ÷ {whole.label.en}")
    return Reason(number, part.section, _SAID["share"], "1", value, words, parts, all_years=part.all_years)


def _measure(result: Result, number: Number) -> Reason:
    label, unit = WHOLE_ROW[number.what]
    value = result.indicators(number.member)[number.what]
    rows = [FLOW] if number.what == "firr" else [f"{FLOW}_to_date", FLOW]
    parts = tuple(part for row in rows for part in _each_year(result, number, Term(row)))
    return Reason(number, _SAID["measure"], label, unit, value, _SAID[number.what], parts, rows=", ".join(rows))


def _of_all(result: Result, number: Number) -> Reason:
    """A row of all accounts of the grouping, added up; one without a value adds nothing."""
    row = number.what.removeprefix("+")
    parts = tuple(replace(part_of(result, replace(number, member=account.id, what=row)), sign=1) for account in result.accounts)
    value = sum((part.value or 0.0 for part in parts), 0.0)
    return Reason(number, _SAID["all_accounts"], parts[0].label, parts[0].unit, value, _SAID["of_all"], parts, rows=row)


# ---- parts -------------------------------------------------------------------------------------------------
def part_of(result: Result, number: Number) -> Part:
    """A row or an input as a part of another number; an input with its source."""
    part = replace(_term(result, number, Term(number.what)), sign=0)
    return replace(part, origin=_origin(result, number)) if part.kind == "input" else part


def _each_year(result: Result, number: Number, term: Term) -> Iterator[Part]:
    for year in result.years:
        yield replace(_term(result, replace(number, year=year), term), sign=0)


def _term(result: Result, number: Number, term: Term) -> Part:
    """A term as a part of the number, before its sign."""
    model, term_alone = _model(result, number.sheet), replace(term, sign=1)
    item, label, year = model.item(term.path), full_label(model, term.path), number.year
    if term.opening:
        label = _prefixed(_OPENING, label)
    if term.during:
        label = _prefixed(term.during, label)
    elif term.opening and year is not None:
        year -= 1
    what = named(term_alone) if term.during else term.path
    inside = year is None or year in result.years
    given = term.path in model.inputs or term.path in model.schedules
    return Part(
        number.sheet, number.member, what, label, year, _known(_amount(result, number, term_alone)), item.unit, term.sign,
        "input" if given else "row", None, Number(number.sheet, number.member, what, year) if inside else None,
    )  # fmt: skip


def _amount(result: Result, number: Number, term: Term) -> float:
    """The term before its sign, in the year of the number or over all years."""
    model, sheet, member = _model(result, number.sheet), number.sheet, number.member
    if number.year is None:
        once = term.path in model.inputs or (term.path in model.rows and model.rows[term.path].cell)
        if once:
            return result.value(sheet, member, term.path, None)
        if term.path in model.rows and not (term.during or term.opening):
            return result.cell(term.path, member, sheet)
        return float(np.array([_amount(result, replace(number, year=year), term) for year in result.years]).sum())
    value = result.value(sheet, member, term.path, number.year - term.opening)
    if term.during:
        building = result.value(sheet, member, UNDER_CONSTRUCTION, number.year)
        value *= building if term.during == CONSTRUCTION else 1 - building
    return value


def _prefixed(key: str, label: Text) -> Text:
    return Text(*(f"{_SAID[key].say(lang)}{label.say(lang)}" for lang in ("zh", "en")))


def _model(result: Result, sheet: str) -> Model:
    return result.scenario.sheets.unit if sheet == "unit" else result.scenario.sheets.account


def _origin(result: Result, number: Number) -> Origin | None:
    if number.what in _model(result, number.sheet).schedules:
        return result.scenario.origins.get((number.sheet, number.what))
    return result.scenario.origin(number.sheet, number.what, number.member if number.sheet == "unit" else "")


def _known(value: float) -> float | None:
    return None if value != value else float(value)
