"""Both languages say the same, and numbers are written as accounts write them."""

import re
from pathlib import Path
from string import Formatter

import pytest

from finsim.report import likelihoods
from finsim.report.comparison import MODES
from finsim.report.figures import SAID
from finsim.report.wording import Wording, rounded
from finsim.web.address import GROUPINGS, PAGES
from finsim.web.pages.exports import KINDS
from finsim.web.texts import TEXTS, Words

CHINESE = re.compile(r"[\u2e80-\u9fff\uff01-\uff60]")


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_have_the_same_places(key: str) -> None:
    assert places(TEXTS[key].zh) == places(TEXTS[key].en)
    assert TEXTS[key].zh and TEXTS[key].en


def test_english_is_english() -> None:
    chinese = [key for key, text in (TEXTS | SAID | likelihoods.SAID).items() if CHINESE.search(text.en)]
    assert chinese == ["other_language", "to_other_language"]  # how to come back to Chinese


def test_every_text_is_used() -> None:
    web = Path(__file__).parents[2] / "finsim" / "web"
    code = "".join(path.read_text("utf-8") for path in web.rglob("*.py") if path.parent.name != "texts")
    made = {f"mode_{mode}" for mode in MODES} | {"inputs_only", "inputs_all"} | {f"export_{kind}" for kind in KINDS} | {f"export_{kind}_note" for kind in KINDS}
    made |= {f"page_{page}" for page in PAGES} | {f"by_{by}" for by in (*GROUPINGS, "accounts")} | {"queued", "cancelled", "interrupted", "map_across", "map_down"}
    assert [key for key in TEXTS if f'"{key}"' not in code and key not in made] == []


def test_words_are_filled_in() -> None:
    assert Words("en")("years", count=33, first=2023, last=2055) == "33 years (2023–2055)"


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (58.15, 1, "58.2"),
        (-99.94635, 2, "−99.95"),
        (1234567.5, 0, "1,234,568"),
        (-0.0004, 2, "0.00"),
        (1e-7, 4, "0.0000"),
        (2.5, 0, "3"),
    ],
)
def test_rounding(value: float, decimals: int, shown: str) -> None:
    assert rounded(value, decimals) == shown


def test_money_in_either_unit() -> None:
    wan, yi, english = Wording("zh", "万元"), Wording("zh", "亿元"), Wording("en", "万元")
    assert (wan.amount(31511.75), yi.amount(31511.75)) == ("31,511.75", "3.1512")
    assert yi.sum_of_money(31511.75) == "3.1512\N{NO-BREAK SPACE}亿元"
    assert english.sum_of_money(-99.946) == "CNY\N{NO-BREAK SPACE}−0.9995\N{NO-BREAK SPACE}million"
    assert (wan.amount(None), wan.value(None, "万元"), wan.value(4e-7, "万元")) == ("—", "", "–")


def test_years_as_spans() -> None:
    assert Wording("zh").years([2027, 2029, 2030, 2031]) == "2027、2029–2031"
