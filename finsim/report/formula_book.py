"""公式书：every row of both sheets with its formula in words, generated from the rows themselves.

``python -m finsim.report.formula_book`` writes ``docs/formulas.md``; a test keeps that file current.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from finsim.model.structure import Sheets, Structure, sheets
from finsim.report.units import unit_words
from finsim.sheet import Text
from finsim.sheet.model import InputRow, Model, Row
from finsim.sheet.words import sentence

HEAD = Text(
    "# 公式书\n\n由程序中的行生成，请勿手改。每类改造内容、资金、收入、成本、债券、贷款只列一份；方案中有几项就有几份。",
    "# Formula book\n\nGenerated from the rows of the program; not edited by hand. One work, source, stream, cost, bond and loan "
    "stands for all of them.",
)
SHEETS = (Text("改造单元表", "Unit sheet"), Text("平衡主体表", "Account sheet"))
COLUMNS = (
    (Text("行", "row"), Text("名称", "name"), Text("单位", "unit"), Text("公式或允许范围", "formula or allowed range"), Text("出处", "written in")),
)  # fmt: skip


def one_of_each() -> Structure:
    """A structure in which every kind of block stands once, under its general name."""

    def one(zh: str, en: str) -> tuple[tuple[str, Text], ...]:
        return (("x", Text(zh, en)),)

    return Structure(
        works=one("改造内容", "work"), sources=one("资金来源", "source"), streams=one("收入", "stream"), costs=one("成本", "cost"),
        capital=one("资本金", "capital"), bonds=one("专项债券", "bond"), loans=one("银行贷款", "loan"),
        pays=(("x", ("x",)),), natures=(("x", "fiscal"),), serves=(("x", ("x",)),), standard=("cover_full", "liquidity"),
        replacements=one("更新", "replacement"), ramps=(("x", 1),), short_loans=one("短期借款", "short-term loan"),
    )  # fmt: skip


def formula_book() -> str:
    """The whole book, Chinese first."""
    made = sheets(one_of_each())
    return "\n\n---\n\n".join("\n".join(_language(made, lang)) for lang in ("zh", "en")) + "\n"


def _language(made: Sheets, lang: str) -> Iterator[str]:
    yield HEAD.say(lang)
    for title, model in zip(SHEETS, (made.unit, made.account), strict=True):
        yield f"\n## {title.say(lang)}"
        yield from _sheet(model, made.unit, lang)


def _sheet(model: Model, unit: Model, lang: str) -> Iterator[str]:
    summed = {source: unit.label(source) for source in model.units.values()}
    for section in model.sections.values():
        yield f"\n### {section.title.say(lang)}"
        if lang == "zh" or not _chinese(section.note):
            yield f"\n{section.note}"
        head = " | ".join(column.say(lang) for column in COLUMNS[0])
        yield f"\n| {head} |\n|{'---|' * len(COLUMNS[0])}"
        for path in model.order:
            item = model.item(path)
            if item.section != section.path:
                continue
            formula, written = "", ""
            if isinstance(item, Row):
                formula, written = sentence(item, model, summed).say(lang), f"`{item.written}`" if item.written else ""
            elif isinstance(item, InputRow):
                formula = _range(item, lang)
            name = path.replace(".x.", ".*.").removesuffix(".x")
            cells = (f"`{name}`", item.label.say(lang), unit_words(item.unit, lang), _cell(formula), written)
            yield f"| {' | '.join(cells)} |"


def _range(item: InputRow, lang: str) -> str:
    b = item.bounds
    low = f"≥ {b.ge:g}" if b.ge is not None else f"> {b.gt:g}" if b.gt is not None else ""
    high = f"≤ {b.le:g}" if b.le is not None else f"< {b.lt:g}" if b.lt is not None else ""
    word = Text("输入", "input").say(lang)
    return ", ".join([word, *(part for part in (low, high) if part)])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


if __name__ == "__main__":
    Path("docs/formulas.md").write_text(formula_book(), encoding="utf-8")
