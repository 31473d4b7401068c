"""Small entries of a scenario file: names, years, shares, dates and split rules, each with the words that refuse it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeGuard

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from finsim.scenario.parsing import UNSEEN
from finsim.scenario.policy import Policies
from finsim.scenario.quantity import QuantityError, check, convert
from finsim.sheet import Text

SPLIT_KEYS = ("need", "need_then", "investment", "income", "area", "households", "equal")
"""Keys by which capital, bonds and loans may be split over units."""


def refused(what: Text, allowed: Text, remedy: Text) -> PydanticCustomError:
    """An error of a value that carries its sentences through pydantic."""
    return PydanticCustomError("finsim", "refused", {"what": what, "allowed": allowed, "remedy": remedy})


def is_whole(given: object) -> TypeGuard[int]:
    """Whether it was written as a whole number: ``true`` is not 1."""
    return isinstance(given, int) and not isinstance(given, bool)


# ---- what an editor checks ---------------------------------------------------------------------------------
_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\s*[+-]?[0-9]"}]}
_YEARS = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}]}
_CHOICE = {"type": ["integer", "string", "object"]}
"""A year, a date, or either with its source."""


# ---- texts -------------------------------------------------------------------------------------------------
_MARKUP = re.compile(r"[<>\t\r\n]")


def _line(longest: int) -> Callable[[str], str]:
    """One line of plain text: names end up in charts, which read < and > as markup."""

    def plain(text: str) -> str:
        if not 1 <= len(text) <= longest:
            raise refused(
                Text("名称为空或过长。", "The name is empty or too long."),
                Text(f"1 至 {longest} 个字符", f"1 to {longest} characters"),
                Text("写一个简短的名称；细节写在 note。", "Write a short name; details belong in note."),
            )
        bad = _MARKUP.search(text) or UNSEEN.search(text)
        if bad:
            raise refused(
                Text("名称中有不能使用的字符。", "The name has a character that cannot be used."),
                Text("一行文字，不含 <、>、换行和控制字符", "one line of text without <, >, line ends or control characters"),
                Text("删去该字符；小于、大于请用文字。", "Remove it; write less and greater in words."),
            )  # fmt: skip
        return text

    return plain


def _words(text: str) -> str:
    """A remark: any text that can be seen."""
    if len(text) > 2000 or UNSEEN.search(text):
        raise refused(
            Text("文字过长或有看不见的控制字符。", "The text is too long or has an invisible control character."),
            Text("2000 个字符以内", "up to 2000 characters"),
            Text("缩短文字，或重新键入。", "Shorten the text or type it again."),
        )
    return text


def _document(text: str) -> str:
    if not text:
        raise refused(
            Text("没有写明是什么文件。", "It does not say what document this is."), Text("文件名称", "the name of the document"),
            Text("写出文件名称和文号或条款。", "Write the document's name and its number or clause."),
        )  # fmt: skip
    return _words(text)


def _link(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s<>\"']+", text):
        raise refused(
            Text("不是网址。", "This is not a web address."), Text("http:// 或 https:// 开头", "http:// or https:// first"),
            Text("写完整的网址，没有就删去 link。", "Write the whole address, or delete link if there is none."),
        )  # fmt: skip
    return text


Label = Annotated[str, AfterValidator(_line(60))]
LabelEn = Annotated[str, AfterValidator(_line(80))]
Title = Annotated[str, AfterValidator(_line(120))]
TitleEn = Annotated[str, AfterValidator(_line(160))]
Words = Annotated[str, AfterValidator(_words)]
DocumentName = Annotated[str, AfterValidator(_document)]
Link = Annotated[str, AfterValidator(_link)]


# ---- ids ---------------------------------------------------------------------------------------------------
def _id(pattern: str, zh: str, en: str) -> Callable[[str], str]:
    def well_written(name: str) -> str:
        if not re.fullmatch(pattern, name):
            raise refused(
                Text("编号写法不对。", "This is not how an id is written."), Text(zh, en),
                Text("改编号；名称写在 label。", "Change the id; the name belongs in label."),
            )  # fmt: skip
        return name

    return well_written


_of_item = _id(
    "[a-z][a-z0-9_]{0,39}",
    "小写字母开头，只含小写字母、数字和 _，40 个以内",
    "a small letter first, then small letters, digits and _, up to 40",
)
_of_others = _id(
    "[A-Za-z][A-Za-z0-9_-]{0,39}",
    "字母开头，只含字母、数字、- 和 _，40 个以内",
    "a letter first, then letters, digits, - and _, up to 40",
)
ItemId = Annotated[str, AfterValidator(_of_item)]
"""Of works, sources, streams, costs and debts: part of the names of their rows."""
Id = Annotated[str, AfterValidator(_of_others)]
"""Of units, accounts, variants and documents."""


# ---- years, shares and choices -----------------------------------------------------------------------------
def _pair_of_years(given: object) -> tuple[int, int]:
    years = [given, given] if is_whole(given) else given
    if isinstance(years, list) and len(years) == 2 and all(map(is_whole, years)) and years[0] <= years[1]:
        return years[0], years[1]
    raise refused(
        Text("年份区间写法不对。", "This is not a span of years."), Text("[首年, 末年]，或一个年份", "[first, last], or one year"),
        Text("例如 [2023, 2026]。", "For example [2023, 2026]."),
    )  # fmt: skip


def _share(given: object) -> float:
    try:
        number = convert(given, "1")
        check(number, ge=0.0, le=1.0)
    except QuantityError as error:
        raise refused(error.what, error.allowed, error.remedy) from None
    return number


def _adding_up(shares: dict[int, float]) -> dict[int, float]:
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise refused(
            Text(f"分年比例合计为 {sum(shares.values()):.6g}，不是 1。", f"The shares of the years add up to {sum(shares.values()):.6g}, not 1."),
            Text("合计为 1", "1 in all"), Text("改分年比例。", "Correct the shares."),
        )  # fmt: skip
    return shares


def _rate(given: object) -> float:
    try:
        number = convert(given, "1")
        check(number, ge=0.0, le=0.2)
    except QuantityError as error:
        raise refused(error.what, error.allowed, error.remedy) from None
    return number


def _money(given: object) -> float:
    try:
        return convert(given, "万元")
    except QuantityError as error:
        raise refused(error.what, error.allowed, error.remedy) from None


def _issued(given: object) -> datetime.date | int:
    if isinstance(given, datetime.date) or is_whole(given):
        return given
    raise refused(
        Text("发行时间写法不对。", "This is not a date of issue."), Text("日期或年份", "a date or a year"),
        Text("例如 2023-06-30，或 2023（年末发行）。", "For example 2023-06-30, or 2023 (issued at year end)."),
    )  # fmt: skip


def _one_of(*choices: int) -> Callable[[object], int]:
    listed = ", ".join(map(str, choices))

    def chosen(given: object) -> int:
        if is_whole(given) and given in choices:
            return given
        raise refused(
            Text("不是允许的选项。", "This is not one of the choices."), Text(listed.replace(", ", "、"), listed),
            Text("改为允许的选项之一。", "Use one of the choices."),
        )  # fmt: skip

    return chosen


@dataclass(frozen=True)
class Choice:
    """A date or a number of years and, as of any other value, where it comes from."""

    value: datetime.date | int
    source: str | None = None
    assumed: tuple[datetime.date | int, datetime.date | int] | None = None
    note: str = ""
    policy: str | None = None


def _of_policy(name: str, policies: Policies | None) -> object:
    """A policy value that is a whole number."""
    try:
        number = (policies or Policies({})).number(name, "期/年")
    except QuantityError as error:
        raise refused(error.what, error.allowed, error.remedy) from None
    return int(number) if number.is_integer() else number


def _choice(read: Callable[[object], Any]) -> Callable[[object, ValidationInfo], Choice]:
    """Read a plain entry, ``{value, source | assumed: [low, high], note}`` or ``{policy, note}``; ``read`` checks every date in it."""

    def validate(given: object, info: ValidationInfo) -> Choice:
        parts = given if isinstance(given, dict) else {"value": given}
        policy = None
        if "policy" in parts and parts.keys() <= {"policy", "note"}:
            policy = str(parts["policy"])
            parts = {"value": _of_policy(policy, info.context), "note": parts.get("note", "")}
        assumed = parts.get("assumed")
        pair = [read(end) for end in assumed] if isinstance(assumed, list) else []
        source, note = parts.get("source"), parts.get("note", "")
        value = read(parts.get("value"))
        fits = len(pair) == 2 and len({type(end) for end in (value, *pair)}) == 1 and pair[0] <= value <= pair[1]
        if (
            parts.keys() - {"value", "source", "assumed", "note"}
            or not (assumed is None or fits)
            or not isinstance(note, str)
            or not (source is None or isinstance(source, str))
        ):
            raise refused(
                Text("取值或其范围写法不对。", "The value or its range is not written as it should be."),
                Text("{value: 取值, assumed: [最早, 最晚], note: 理由}", "{value: …, assumed: [earliest, latest], note: reason}"),
                Text("取值须在 assumed 的范围之内。", "The value must lie within the range of assumed."),
            )  # fmt: skip
        return Choice(value, source, (pair[0], pair[1]) if pair else None, note, policy)

    return validate


Years = Annotated[tuple[int, int], BeforeValidator(_pair_of_years), WithJsonSchema(_YEARS)]
Share = Annotated[float, BeforeValidator(_share), WithJsonSchema(_NUMBER)]
Money = Annotated[float, BeforeValidator(_money), WithJsonSchema(_NUMBER)]
Phasing = Annotated[dict[int, Share], AfterValidator(_adding_up)]
Amounts = Annotated[dict[int, Money], Field(min_length=1)]
"""Amounts in 万元 by year."""
Issued = Annotated[Choice, BeforeValidator(_choice(_issued)), WithJsonSchema(_CHOICE)]
Version = Annotated[int, BeforeValidator(_one_of(1)), WithJsonSchema({"enum": [1]})]
BOND_TERMS = (1, 2, 3, 5, 7, 10, 15, 20, 30)
"""Years a special bond may run (财库〔2020〕36号)."""
Term = Annotated[Choice, BeforeValidator(_choice(_one_of(*range(1, 31)))), WithJsonSchema(_CHOICE)]
"""Years a bond may run."""
LossYears = Annotated[int, BeforeValidator(_one_of(5, 10)), WithJsonSchema({"enum": [5, 10]})]
"""Years for which a loss may be made good (企业所得税法第十八条；财税〔2018〕76号)."""
Rate = Annotated[float, BeforeValidator(_rate), WithJsonSchema(_NUMBER)]
RatePath = Annotated[dict[int, Rate], Field(min_length=1)]
"""Rates by the year from which they hold."""
CouponsAYear = Annotated[Choice, BeforeValidator(_choice(_one_of(1, 2))), WithJsonSchema({"anyOf": [{"enum": [1, 2]}, {"type": "object"}]})]


def _names(given: object) -> tuple[str, ...]:
    """A list of ids; in a cell of a table, between blanks, commas or semicolons."""
    names = re.findall(r"[^\s,，;；、]+", given) if isinstance(given, str) else given
    if isinstance(names, list) and all(isinstance(name, str) and name for name in names):
        return tuple(names)
    raise refused(
        Text("相邻单元写法不对。", "This is not a list of neighbours."), Text("单元编号的列表", "a list of ids of units"),
        Text("写成 [甲, 乙]；表格中用分号隔开。", "Write [a, b]; in a table put semicolons between them."),
    )  # fmt: skip


Neighbours = Annotated[tuple[str, ...], BeforeValidator(_names), WithJsonSchema({"type": ["array", "string"]})]


def _one_or_several(given: object) -> object:
    return (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else given


Counties = Annotated[
    tuple[Label, ...], Field(min_length=1), BeforeValidator(_one_or_several), WithJsonSchema({"type": ["array", "string"]})
]
"""A county, or a list of them."""


# ---- finance split over units ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Split:
    """融资分摊规则: by a key, or by shares listed unit by unit."""

    by: str
    listed: tuple[tuple[str, float], ...] = ()


def _split(given: object) -> Split:
    """``{by: need}`` or ``{listed: {unit: share}}``."""
    if isinstance(given, dict) and len(given) == 1:
        if given.get("by") in SPLIT_KEYS:
            return Split(given["by"])
        listed = given.get("listed")
        if isinstance(listed, dict) and listed:
            return Split("listed", tuple((str(unit), _share(share)) for unit, share in listed.items()))
    keys = " | ".join(SPLIT_KEYS)
    raise refused(
        Text("融资分摊规则写法不对。", "This is not a rule for splitting finance over units."),
        Text(f"by: {keys}，或 listed: {{单元: 份额}}", f"by: {keys}, or listed: {{unit: share}}"),
        Text("例如 split: {by: need}。", "For example split: {by: need}."),
    )


SplitRule = Annotated[
    Split,
    BeforeValidator(_split),
    WithJsonSchema(
        {
            "type": "object", "additionalProperties": False, "minProperties": 1, "maxProperties": 1,
            "properties": {"by": {"enum": list(SPLIT_KEYS)}, "listed": {"type": "object", "additionalProperties": _NUMBER}},
        }
    ),
]  # fmt: skip
