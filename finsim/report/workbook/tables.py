"""报表: the statements, every cell a link to the account's calculation."""

from __future__ import annotations

from finsim.report.statements import Entry, Term, amounts, has_total
from finsim.report.statements.entries import CONSTRUCTION, UNDER_CONSTRUCTION
from finsim.report.units import unit_words
from finsim.report.workbook.book import Book
from finsim.report.workbook.layout import BODY, ENGLISH, FIRST, ID, LABEL, ONCE, OPENING, UNIT, WORDS
from finsim.report.workbook.paper import FAINT, GREY, LINK, NAVY, SMALL, Page, number_format
from finsim.sheet import Text

ABSENT = "本模型不设此项 not in this model"


def write_statements(book: Book, page: Page) -> None:
    """All statements one below the other, in the columns of the calculation."""
    page.title(
        Text(f"财务报表 · {book.label.zh}", f"Statements · {book.label.en}"),
        Text(
            "各行均链接自主体的计算表。单位：万元。", "Every row links to the account's calculation. Unit: CNY 10,000."
        ),
    )
    page.columns_with_years(book.columns, "引自（计算-主体） linked rows", "合计 total", "")
    page.sheet.set_column(WORDS, WORDS, 26)
    page.sheet.set_column(LABEL, LABEL, 36)
    page.sheet.set_column(OPENING, OPENING, 2)
    line = BODY
    for statement in book.statements:
        page.section(line, f"{statement.title.zh}  {statement.title.en}", book.columns.end)
        for entry in statement.entries:
            line += 1
            _entry(book, page, line, entry)
        line += 2
    page.finish(line - 2, book.columns.end, book.columns.pages, repeat=True)


def _entry(book: Book, page: Page, line: int, entry: Entry) -> None:
    model, columns = book.model, book.columns
    unit = entry.unit(model)
    strong = {"bold": True, "top": 1, "top_color": NAVY, "bg_color": FAINT} if entry.strong else {}
    light = strong | {"bold": False}
    label = f"{entry.number}  {entry.label.zh}" if entry.number else entry.label.zh
    indent = min(entry.number.count("."), 3) if entry.number else 3
    bold = {"bold": True} if entry.heading else strong
    page.text(line, LABEL, label, indent=0 if entry.heading else indent, text_wrap=True, **bold)
    page.text(line, ENGLISH, entry.label.en, **SMALL | light)
    if not entry.terms:
        if not entry.heading:
            page.text(line, WORDS, ABSENT, **SMALL)
        page.height(line, (label, 28), (entry.label.en, 26), (ABSENT, 26))
        return
    page.text(line, ID, entry.formula, font_size=8, font_color=GREY)
    page.text(line, UNIT, unit_words(unit, "zh"), align="center", **light | {"font_color": GREY})
    origin = entry.origin(model)
    page.text(line, WORDS, origin, **SMALL | light)
    page.height(line, (label, 28), (entry.label.en, 26), (origin, 26))
    look = {"num_format": number_format(unit), "font_color": LINK, **strong}
    values, total = amounts(book.result, book.account.id, entry)
    template = "".join(_term(book, term) for term in entry.terms).removeprefix("+")
    drawn = page.paper.look(**look)
    for t, value in enumerate(values):
        page.put(line, FIRST + t, columns.fill(template, t), "" if value is None else value, drawn)
    if has_total(entry, model):
        page.formula(line, ONCE, f"SUM({columns.range(line)})", total or 0.0, **look | {"bold": True})
        page.blank(line, range(OPENING, OPENING + 1), **strong)
    else:
        page.blank(line, range(ONCE, OPENING + 1), **strong)


def _term(book: Book, term: Term) -> str:
    """One row of the account, with its sign, as a template."""
    text = (book.before if term.opening else book.yearly)(term.path)
    if term.during:
        building = book.yearly(UNDER_CONSTRUCTION)
        text += f"*{building}" if term.during == CONSTRUCTION else f"*(1-{building})"
    return f"{'-' if term.sign < 0 else '+'}{text}"
