"""报表: the statements, every cell a link to the account's calculation."""

from __future__ import annotations

from finsim.report.statements import Entry, amounts, has_total
from finsim.report.units import unit_words
from finsim.report.workbook.book import Book
from finsim.report.workbook.layout import BODY, ENGLISH, FIRST, ID, LABEL, ONCE, OPENING, UNIT, WORDS
from finsim.report.workbook.paper import FAINT, GREY, LINK, NAVY, SMALL, Page, number_format
from finsim.sheet import Text


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
    unit = model.rows[entry.rows[0]].unit
    strong = {"bold": True, "top": 1, "top_color": NAVY, "bg_color": FAINT} if entry.strong else {}
    light = strong | {"bold": False}
    page.text(line, ID, "+".join(entry.rows), font_size=8, font_color=GREY)
    label = f"{entry.number}  {entry.label.zh}"
    page.text(line, LABEL, label, indent=min(entry.number.count("."), 3), text_wrap=True, **strong)
    page.text(line, ENGLISH, entry.label.en, **SMALL | light)
    page.text(line, UNIT, unit_words(unit, "zh"), align="center", **light | {"font_color": GREY})
    origin = " + ".join(
        f"{model.sections[model.rows[p].section].label.zh}·{model.rows[p].label.zh}" for p in entry.rows
    )
    page.text(line, WORDS, f"上期 {origin}" if entry.opening else origin, **SMALL | light)
    page.height(line, (label, 28), (entry.label.en, 26), (origin, 26))
    look = {"num_format": number_format(unit), "font_color": LINK, **strong}
    values, total = amounts(book.result, book.account.id, entry)
    template = "+".join((book.before if entry.opening else book.yearly)(path) for path in entry.rows)
    drawn = page.paper.look(**look)
    for t, value in enumerate(values):
        page.put(line, FIRST + t, columns.fill(template, t), "" if value is None else value, drawn)
    if has_total(entry, model):
        page.formula(line, ONCE, f"SUM({columns.range(line)})", total or 0.0, **look | {"bold": True})
        page.blank(line, range(OPENING, OPENING + 1), **strong)
    else:
        page.blank(line, range(ONCE, OPENING + 1), **strong)
