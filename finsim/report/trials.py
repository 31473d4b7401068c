"""Why a number of trials, of a study or of a changed input is what it is: what is calculated, as stated, and the inputs it hangs on.

What such a number is begins with ``~``:
  ~cover.full, ~                        what trials gave of a row, or of the tests that are counted
  ~all                                  whether all accounts balance at once
  ~cover.full~lowest~unit:costs.price   a measure (a key of MEASURES) of a row and an input
  ~cover.full~at~unit:costs.price=0.5   a row at values of inputs, with ~ between them
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from finsim.report.reasons import Number, Part, Reason, part_of, reason
from finsim.report.units import unit_words
from finsim.report.wording import in_full
from finsim.result import INDICATORS, Result
from finsim.risk.sampling import Key
from finsim.risk.shifts import STEP, one_factor, plane
from finsim.risk.study import BALANCES, Variable, variable
from finsim.sheet import Text
from finsim.sheet.errors import SheetError
from finsim.verdicts import ROWS

BALANCE = ""
"""In place of a row: whether all tests that are counted pass."""
ALL = "all"
_SAID = {
    "trials": Text("模拟", "Trials"),
    "study": Text("什么要紧", "What matters"),
    "balance": Text("是否平衡", "whether it balances"),
    "all_accounts": Text("全部平衡主体", "All accounts"),
    "all": Text("全部主体是否同时平衡", "whether all accounts balance at once"),
    "sampled": Text(
        "每次模拟抽取下列输入（这里列的是方案所写的取值），其余不变，重算下列的行；概率是通过的次数除以模拟次数，百分位是各次结果由小到大的位置",
        "each trial draws the inputs below (shown as the scenario states them), leaves the rest as it is and calculates the rows below; a probability is the share of the trials that pass, a percentile a place among the outcomes in rising order",
    ),
    "all_of": Text("各主体都平衡的模拟次数除以模拟次数；下列每个主体各有自己的概率", "the share of the trials in which every account balances; each account below has a probability of its own"),
    "mean_of_units": Text("下列各单元取值的平均", "the mean over the units below"),
    "sum_of_units": Text("下列各单元取值的合计", "the sum over the units below"),
    "stated": Text("方案所写的取值", "as stated"),
    "as_stated": Text("（下面列的是方案所写的取值，和按它们算出的数）", " (below stand the values as stated, and what they give)"),
    "at": Text("{inputs}，其余输入按方案所写，重算下列的行", "{inputs}, other inputs as stated: the rows below are calculated anew"),
}  # fmt: skip
MEASURES = {
    "at_lowest": (
        Text("最低一成时的取值", "its lowest tenth"),
        Text("取这个输入最低的一成模拟，它在其中的平均取值", "the mean of this input in the tenth of the trials in which it is lowest"),
    ),
    "at_highest": (
        Text("最高一成时的取值", "its highest tenth"),
        Text("取这个输入最高的一成模拟，它在其中的平均取值", "the mean of this input in the tenth of the trials in which it is highest"),
    ),
    "lowest": (
        Text("输入在最低一成时的平均", "mean where the input is in its lowest tenth"),
        Text("取这个输入最低的一成模拟，下列的行在其中的平均；是否平衡则是通过的比例", "the mean of the rows below in the tenth of the trials in which this input is lowest; of whether it balances, the share that passes"),
    ),
    "highest": (
        Text("输入在最高一成时的平均", "mean where the input is in its highest tenth"),
        Text("取这个输入最高的一成模拟，下列的行在其中的平均；是否平衡则是通过的比例", "the mean of the rows below in the tenth of the trials in which this input is highest; of whether it balances, the share that passes"),
    ),
    "coefficient": (
        Text("秩回归的标准化系数", "coefficient of the rank regression"),
        Text("把各次模拟的输入和结果都换成由小到大的名次并标准化，用全部输入回归结果，这个输入的系数", "inputs and outcome of the trials are replaced by their ranks and standardised, and the outcome regressed on all inputs: the coefficient of this one"),
    ),
    "correlation": (
        Text("秩相关", "rank correlation"),
        Text("各次模拟中，这个输入的名次与结果的名次之间的相关系数", "the correlation, over the trials, between the rank of this input and the rank of the outcome"),
    ),
    "limit": (
        Text("多在何时不通过", "when it mostly fails"),
        Text("在各次模拟中找出的界限：在这个界限之内，未通过的模拟远比其余的多", "a limit found in the trials: within it many more of them fail than elsewhere"),
    ),
    "stated": (Text("现值", "stated"), _SAID["stated"]),
    "elasticity": (
        Text("敏感度系数", "elasticity"),
        Text("这个输入单独变动 ±10%（各单元同比例）、其余按方案所写时，下列的行的变动率与输入变动率之比，取两者的平均", "this input moves alone by ±10% (in proportion in all units), others as stated: the relative change of the row below over that of the input, as the mean of the two"),
    ),
    "less": (
        Text("输入 −10% 时", "input at −10%"),
        Text("这个输入比方案所写小 10%（各单元同比例），其余按方案所写，重算下列的行", "this input is 10% less than stated (in proportion in all units), others as stated: the row below is calculated anew"),
    ),
    "more": (
        Text("输入 +10% 时", "input at +10%"),
        Text("这个输入比方案所写大 10%（各单元同比例），其余按方案所写，重算下列的行", "this input is 10% more than stated (in proportion in all units), others as stated: the row below is calculated anew"),
    ),
    "break_even": (
        Text("临界点", "break-even"),
        Text("只变这个输入（各单元同比例），其余按方案所写，使检验恰好通过的取值；检验看下列的行", "the value of this input, moved alone and in proportion in all units, others as stated, at which the test only just passes; it looks at the rows below"),
    ),
    "change": (
        Text("到临界点需变动", "change to break-even"),
        Text("临界点 ÷ 方案所写的取值 − 1；临界点是只变这个输入、使检验恰好通过的取值", "break-even ÷ the value as stated − 1; break-even is the value of this input, moved alone, at which the test only just passes"),
    ),
}  # fmt: skip
"""What a study tells of an input: its name, and how it is found."""
OF_INPUT = ("at_lowest", "at_highest")
"""Measures of the input alone."""
OF_BASE = ("elasticity", "less", "more", "break_even", "change")
"""Measures of the base case, for which nothing is drawn."""


def explained(result: Result, number: Number) -> Reason:
    """Why any number is what it is. Raises ``LookupError`` if the result has no such number."""
    if not number.what.startswith("~"):
        return reason(result, number)
    if number.sheet != "account" or number.member not in {account.id for account in result.accounts}:
        raise LookupError(number.member)
    if number.year is not None and number.year not in result.years:
        raise LookupError(number.year)
    row, _, measure = number.what.removeprefix("~").partition("~")
    if row == ALL:
        return _all_accounts(result, number)
    if not measure:
        return _sampled(result, number, row)
    kind, *keys = measure.split("~")
    if kind == "at":
        return _at(result, number, row, keys)
    if kind not in MEASURES or len(keys) != 1:
        raise LookupError(number.what)
    key = _key(result, keys[0])
    return _stated(result, number, key) if kind == "stated" else _measured(result, number, row, kind, key)


def _all_accounts(result: Result, number: Number) -> Reason:
    parts = tuple(
        Part("account", account.id, "~", _SAID["balance"], None, None, "", number=Number("account", account.id, "~")) for account in result.accounts
    )
    return Reason(number, _SAID["all_accounts"], _SAID["all"], "", None, _SAID["all_of"], parts)


def _sampled(result: Result, number: Number, row: str) -> Reason:
    """What trials gave: what is calculated in each of them, as stated, and what is drawn for it, with its source."""
    parts = (*_rows(result, number, row), *_drawn(result, number))
    return Reason(number, _SAID["trials"], _label(result, number, row), "", None, _SAID["sampled"], parts, rows=", ".join(_paths(result, number, row)))


def _measured(result: Result, number: Number, row: str, kind: str, key: Key) -> Reason:
    which, inputs = variable(result.scenario, key), _input(result, number, key)
    name, words = MEASURES[kind]
    label = which.label if kind in OF_INPUT else Text(*(f"{_label(result, number, row).say(lang)} · {which.label.say(lang)}" for lang in ("zh", "en")))
    parts = [*inputs, *([] if kind in OF_INPUT else _rows(result, number, row))]
    if kind in ("break_even", "change"):
        parts += [part_of(result, Number("account", number.member, path)) for path in dict.fromkeys(_thresholds(result, number, row))]
    if kind not in OF_BASE:
        parts += [part for part in _drawn(result, number) if (part.sheet, part.what) != key]
    value, unit = _moved(result, number, row, kind, key) if kind in ("elasticity", "less", "more") else (None, "")
    said = Text(*(f"{words.say(lang)}{_SAID['as_stated'].say(lang)}" for lang in ("zh", "en")))
    label = Text(*(f"{label.say(lang)} · {name.say(lang)}" for lang in ("zh", "en")))
    return Reason(number, _SAID["study"], label, unit, value, said, tuple(parts), rows=", ".join(_paths(result, number, row)))


def _moved(result: Result, number: Number, row: str, kind: str, key: Key) -> tuple[float | None, str]:
    """An indicator on the base case with the input moved, or its elasticity; with its unit."""
    name, unit = next(((name, unit) for name, path, _, unit in INDICATORS if path == row), ("", ""))
    if not name:
        raise LookupError(row)
    shifts = one_factor(result.scenario, name, result.by, number.member, (-STEP, STEP))
    found = next((shift for shift in shifts if shift.variable.key == key), None)
    if found is None:
        raise LookupError(key)
    if kind == "elasticity":
        return _known(found.coefficient), "1"
    return _known(float(found.outcomes[0 if kind == "less" else 1])), unit


def _stated(result: Result, number: Number, key: Key) -> Reason:
    """An input as stated: itself, where it is one number; else the mean over the units, or of amounts of finance the sum."""
    parts = _input(result, number, key)
    values = [part.value for part in parts if part.value is not None]
    total = key[1].startswith("stakes.")
    if len(parts) == 1 and parts[0].number is not None:
        return reason(result, parts[0].number)
    which = variable(result.scenario, key)
    value = (math.fsum(values) if total else math.fsum(values) / len(values)) if values else None
    label = Text(*(f"{which.label.say(lang)} · {MEASURES['stated'][0].say(lang)}" for lang in ("zh", "en")))
    return Reason(number, _SAID["study"], label, which.unit, value, _SAID["sum_of_units" if total else "mean_of_units"], tuple(parts), rows=key[1])


def _at(result: Result, number: Number, row: str, keys: Sequence[str]) -> Reason:
    """A row, or whether it balances, with inputs at other values: calculated anew."""
    places: list[tuple[Variable, float]] = []
    for text in keys:
        name, _, value = text.partition("=")
        try:
            places.append((variable(result.scenario, _key(result, name)), float(value)))
        except ValueError:
            raise LookupError(text) from None
    if not 1 <= len(places) <= 2 or not all(math.isfinite(value) for _, value in places):
        raise LookupError(number.what)
    outcome, unit = next(((name, unit) for name, path, _, unit in INDICATORS if path == row), (BALANCES, "1"))
    (across, first), (down, second) = places[0], places[-1]
    try:
        found = plane(result.scenario, across.key, down.key, np.array([first]), np.array([second]), outcome, result.by, number.member)
    except SheetError:
        raise LookupError(number.member) from None
    came = _known(float(found.outcomes[0, 0])) if row else None  # whether it balances is no number
    said = []
    for lang, joint in (("zh", "，"), ("en", ", ")):
        inputs = joint.join(f"{which.label.say(lang)} = {in_full(float(f'{value:.6g}'))} {unit_words(which.unit, lang)}".rstrip() for which, value in places)
        said.append(_SAID["at"].say(lang).format(inputs=inputs) + _SAID["as_stated"].say(lang))
    inputs_of = [part for which in dict.fromkeys(which.key for which, _ in places) for part in _input(result, number, which)]
    parts = (*inputs_of, *_rows(result, number, row))
    return Reason(number, _SAID["study"], _label(result, number, row), unit, came, Text(*said), parts, rows=", ".join(_paths(result, number, row)))


# ---- parts -------------------------------------------------------------------------------------------------
def _paths(result: Result, number: Number, row: str) -> list[str]:
    if row:
        return [row]
    return [ROWS[verdict.id][0] for verdict in result.verdicts(number.member) if verdict.counted]


def _thresholds(result: Result, number: Number, row: str) -> list[str]:
    thresholds = dict(ROWS.values())
    return [threshold for path in _paths(result, number, row) if (threshold := thresholds.get(path))]


def _label(result: Result, number: Number, row: str) -> Text:
    return result.scenario.sheets.account.item(row).label if row else _SAID["balance"]


def _rows(result: Result, number: Number, row: str) -> Iterator[Part]:
    rows = result.scenario.sheets.account.rows
    for path in _paths(result, number, row):
        cell = path in rows and rows[path].cell
        yield part_of(result, Number("account", number.member, path, None if cell else number.year))


def _input(result: Result, number: Number, key: Key) -> list[Part]:
    """An input in every unit of the account, or once, where it is the same in all of them."""
    sheet, path = key
    members = _units(result, number) if sheet == "unit" else [number.member]
    parts = [part_of(result, Number(sheet, member, path)) for member in members]
    alike = len({(part.value, part.origin) for part in parts}) == 1
    return parts[:1] if alike and not path.startswith("stakes.") else parts


def _drawn(result: Result, number: Number) -> Iterator[Part]:
    for draw in result.scenario.draws:
        members = [number.member] if draw.sheet == "account" else [unit for unit in _units(result, number) if draw.unit in ("", unit)]
        for member in members:
            yield part_of(result, Number(draw.sheet, member, draw.path))


def _units(result: Result, number: Number) -> Sequence[str]:
    return {account.id: account.units for account in result.accounts}[number.member]


def _key(result: Result, text: str) -> Key:
    sheet, _, path = text.partition(":")
    models = {"unit": result.scenario.sheets.unit, "account": result.scenario.sheets.account}
    if path not in models[sheet].inputs:
        raise LookupError(path)
    return sheet, path


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
