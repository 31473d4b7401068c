"""Numbers and texts as one reader wants them: in a language, and in 万元 or 亿元."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from finsim.report.units import unit_words
from finsim.sheet import TOLERANCE, Text

MONEY = {"万元": (1.0, 2), "亿元": (10_000.0, 4)}
"""Units of money that a reader can choose: how many 万元 each is, and its decimals (both show a hundred yuan)."""

NOTHING = "—"
MINUS = "−"


def rounded(value: float, decimals: int) -> str:
    """With thousands separators and a true minus sign; halves are rounded away from zero, as in accounts.

    >>> rounded(58.15, 1), rounded(-1234.5, 0), rounded(-0.001, 2)
    ('58.2', '−1,235', '0.00')
    """
    number = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return (MINUS if number < 0 else "") + f"{abs(number):,f}"


def in_full(number: float) -> str:
    """A number with its thousands and all the digits that a person wants to see, as inputs are listed.

    >>> in_full(-1234.50)
    '−1,234.5'
    """
    return f"{number:,.10g}".replace("-", MINUS)


@dataclass(frozen=True)
class Wording:
    """How one reader is spoken to. ``money`` is a key of :data:`MONEY`."""

    lang: str = "zh"
    money: str = "万元"

    def say(self, text: Text) -> str:
        return text.say(self.lang)

    def name(self, text: Text) -> str:
        """Words that stand by themselves: a heading, a label. English begins them with a capital."""
        said = self.say(text)
        return said if self.lang == "zh" else said[:1].upper() + said[1:]

    def unit(self, unit: str) -> str:
        """A unit in words; amounts in 万元 are told in the reader's unit of money."""
        return unit_words(self.money if unit == "万元" else unit, self.lang)

    def scaled(self, value: float) -> float:
        """An amount in 万元 as a number in the reader's unit, for an axis."""
        return value / MONEY[self.money][0]

    def amount(self, value: float | None) -> str:
        """An amount in 万元, without its unit."""
        if value is None:
            return NOTHING
        return rounded(self.scaled(value), MONEY[self.money][1])

    def brief(self, value: float) -> str:
        """An amount for a label in a chart, where the data table has the rest of its digits."""
        scaled, decimals = self.scaled(value), MONEY[self.money][1]
        return rounded(scaled, 0 if abs(scaled) >= 100 else min(decimals, 2) if abs(scaled) >= 10 else decimals)

    def sum_of_money(self, value: float | None) -> str:
        """An amount with its unit, for a sentence; English tells it in millions."""
        if value is None:
            return NOTHING
        if self.lang == "zh":
            return f"{self.amount(value)}\N{NO-BREAK SPACE}{self.unit('万元')}"
        return f"CNY {rounded(value / 100, 2 if abs(value) >= 100 else 4)} million".replace(" ", "\N{NO-BREAK SPACE}")

    def times(self, value: float | None, decimals: int = 3) -> str:
        return NOTHING if value is None else rounded(value, decimals)

    def percent(self, value: float | None, decimals: int = 1) -> str:
        return NOTHING if value is None else f"{rounded(100 * value, decimals)}%"

    def value(self, value: float | None, unit: str) -> str:
        """Any value by its unit, without the unit; what is nothing (less than half a fen) is a dash."""
        if value is None:
            return ""
        if unit == "万元":
            return "–" if abs(value) < TOLERANCE else self.amount(value)
        if unit == "倍":
            return self.times(value)
        return "–" if value == 0 else rounded(value, 4)

    def join(self, parts: list[str]) -> str:
        return ("；" if self.lang == "zh" else "; ").join(parts)

    def listed(self, parts: list[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(parts)

    def years(self, years: list[int]) -> str:
        """Years as spans: 2027、2029–2031."""
        spans: list[list[int]] = []
        for year in years:
            if spans and spans[-1][-1] == year - 1:
                spans[-1].append(year)
            else:
                spans.append([year])
        return self.listed([str(s[0]) if len(s) == 1 else f"{s[0]}–{s[-1]}" for s in spans])


@dataclass(frozen=True)
class Table:
    """Texts ready to be shown: a heading, and rows of the same length. The first column names the row.

    ``strong`` holds the positions of rows that are totals. ``rows`` and ``columns`` say what each number is, by its name in
    ``report.reasons``: the row's, with what the column says in place of {}; where the row has none ("") or the column says
    nothing (None) there is no number. ``marks`` are second lines of the heading.
    """

    head: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]
    strong: tuple[int, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[str | None, ...] = ()
    marks: tuple[str, ...] = ()
