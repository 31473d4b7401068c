"""Units of measure in words: inside finsim a unit is written once, in Chinese; English pages translate it."""

from __future__ import annotations

_WORDS = {
    "": "", "1": "", "万元": "CNY 10,000", "亿元": "CNY 100 m", "元": "CNY", "倍": "×", "户": "households", "㎡": "m²", "万㎡": "10,000 m²",
    "栋": "buildings", "个": "neighbourhoods", "年": "years", "年份": "year", "天": "days", "次": "uses", "月": "months", "kWh": "kWh",
    "门": "entrances", "台": "lifts", "期": "coupons", "位": "bays",
}  # fmt: skip
_PER = {
    "户": "household",
    "㎡": "m²",
    "栋": "building",
    "个": "neighbourhood",
    "门": "entrance",
    "台": "lift",
    "位": "bay",
    "年": "year",
    "次": "use",
    "月": "month",
}


def unit_words(unit: str, lang: str) -> str:
    """The unit in one language; "1" (rates, shares, factors) has none.

    >>> unit_words("万元/年", "en"), unit_words("元/户", "zh"), unit_words("1", "zh")
    ('CNY 10,000/year', '元/户', '')
    """
    if lang == "zh":
        return "" if unit == "1" else unit
    own, *per = unit.split("/")
    return "/".join([_WORDS.get(own, own), *(_PER.get(p, p) for p in per)])
