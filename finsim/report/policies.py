"""政策取值：as a table on the terminal, as JSON, and as a page of the documentation, all from the same files.

``python -m finsim.report.policies`` writes ``docs/policy.md``; a test keeps that file current.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from finsim.report.terminal import WholeTable as Table
from finsim.report.units import unit_words
from finsim.scenario.policy import Entry, Policy, PolicyUse, entry_json
from finsim.scenario.policy_files import chapters
from finsim.scenario.quantity import QuantityError
from finsim.sheet import Text

NAME, LABEL, VALUE = Text("名称", "name"), Text("内容", "what it is"), Text("取值", "value")
PERIOD, DOCUMENT, CHECKED = Text("有效期", "in force"), Text("依据", "document"), Text("核对日", "checked")
CONFIDENCE, NOTE = Text("可信度", "confidence"), Text("说明", "note")
UNKNOWN = Text("无记录", "not known")
HEAD = Text(
    """# 政策取值

由 `finsim/data/policy/` 的文件生成，请勿手改。只记查到的事实：取值、有效期、依据、最后核对日和可信度。

- **有效期**：文件载明截止日的，到该日为止；被后文取代的，到后文施行前一日为止；“起”表示未见截止日。
- **核对日**：最后一次把取值同来源材料（网页存档或其转述）对照的日子；其后的修订可能未反映。问及核对日之后的日期，一律标为待核实。
- **可信度**：高为见到条文或直接记录；中、低标为**待核实**，原因见说明。没有网址的依据不标为高。

`finsim policy [名称] [--date 日期]` 打印这些取值。情景文件写明日期并引用名称，数值便带着依据、有效期和可信度：

```yaml
policy: {as_of: 2026-01-01}
tax: {rate: {policy: income_tax.rate}}
```

- 日期不在任何有效期内是错误，不会取最近的值；从该日起按已记录的日期推进，不再往后推测。
- 取值不能确知管到计算期末的，文件须写明此后怎样：减免写到期年，收入的税率写 `vat_changes`，其余标为假设（`assumed: [低, 高]`）。
- 单位为年份的输入（如 `vat_exempt_until`）引用政策，得到该政策有效的最后一个整年；`vat_rate` 按各年年末适用的税率逐年变动。
""",
    """# Policy values

Generated from the files in `finsim/data/policy/`; not edited by hand. Only what was found is recorded: value, period, document, the
day it was last checked, and how sure it is.

- **In force**: to the day that the document states; if it was superseded, to the eve of its successor; "from" means that no end is known.
- **Checked**: the day on which the value was last compared with its source (an archived page or an account of it); later
  amendments may be missing. For any later date a value without an end is marked *to be verified*.
- **Confidence**: high means that the text or a direct record was seen; medium and low are **to be verified**, for the reason in the
  note. A document without a link is never high.

`finsim policy [NAME] [--date DAY]` prints the values. A scenario states its date and names a value, which then carries its document,
period and confidence:

```yaml
policy: {as_of: 2026-01-01}
tax: {rate: {policy: income_tax.rate}}
```

- A date outside every period is an error, never the nearest value; from that date on the recorded calendar is followed, and no further.
- Where a value is not known to hold to the end of the timeline, the file says what applies afterwards: the year in which a relief
  ends, `vat_changes` for the rate of an income, otherwise an assumption (`assumed: [low, high]`).
- An input that is a year (such as `vat_exempt_until`) gets the last whole year in which the policy holds; `vat_rate` changes from
  year to year with the rate at each year's end.
""",
)


def shown(policy: Policy, entry: Entry, lang: str) -> str:
    """The value as people write it: 25%, 4,000 元/户, a list of what is allowed."""
    numbers = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    if policy.unit == "1":
        return ", ".join(f"{number * 100:.10g}%" for number in numbers)
    return f"{', '.join(f'{number:,.10g}' for number in numbers)} {unit_words(policy.unit, lang)}"


# ---- the terminal ------------------------------------------------------------------------------------------
def chosen(name: str, known: Iterable[str]) -> list[str]:
    """Names that are, or begin with, a name; part of a word will do."""
    exact = [one for one in known if one == name or one.startswith(f"{name}.")]
    return exact or [one for one in known if one.startswith(name)]


def not_known(found: Sequence[Policy], on: datetime.date | None) -> Text | None:
    """What to say where nothing that is asked for is known on the day."""
    if on is None or any(_entries(policy, on) for policy in found):
        return None
    known = [Text(f"{p.name} {p.periods.zh}", f"{p.name} {p.periods.en}") for p in found]
    return Text(
        f"没有 {on} 的记录。已知：{'；'.join(k.zh for k in known)}。",
        f"Not known on {on}. Known: {'; '.join(k.en for k in known)}.",
    )


def show_policies(found: Sequence[Policy], on: datetime.date | None, lang: str) -> None:
    """All periods, or what holds on a day."""
    table = _table((NAME, LABEL, VALUE, PERIOD, DOCUMENT, CHECKED, CONFIDENCE), lang)
    for policy in found:
        for entry in _entries(policy, on):
            table.add_row(policy.name, policy.label.say(lang), *_cells(policy, entry, on, lang))
        if on and not _entries(policy, on):
            table.add_row(policy.name, policy.label.say(lang), UNKNOWN.say(lang), policy.periods.say(lang))
    console = Console()
    console.print(table)
    if len(found) == 1:
        for entry in _entries(found[0], on):
            words = (entry.period.say(lang), entry.note.say(lang), entry.link)
            console.print(" · ".join(word for word in words if word), highlight=False, markup=False)


def policies_json(found: Sequence[Policy], on: datetime.date | None) -> list[dict[str, Any]]:
    """Every period that is shown; a policy that is not known on the day has none."""
    return [entry_json(policy, entry, on) for policy in found for entry in _entries(policy, on)]


def show_uses(console: Console, uses: Sequence[PolicyUse], lang: str) -> None:
    """Policy values of a scenario, one line each however many inputs they are."""
    if not uses:
        return
    title = Text(f"政策取值（{uses[0].as_of}）", f"policy values ({uses[0].as_of})")
    console.print(f"\n{title.say(lang)}", highlight=False)
    table = _table((LABEL, VALUE, PERIOD, DOCUMENT, CHECKED, CONFIDENCE), lang)
    for use in {use.policy.name: use for use in uses}.values():
        table.add_row(
            f"{use.policy.label.say(lang)} {use.policy.name}", *_cells(use.policy, use.entry, use.as_of, lang)
        )
    console.print(table)


def _table(head: Sequence[Text], lang: str) -> Table:
    """A name stays on one line, as it must be written."""
    table = Table()
    for word in head:
        table.add_column(word.say(lang), no_wrap=word is NAME)
    return table


def _cells(policy: Policy, entry: Entry, on: datetime.date | None, lang: str) -> tuple[str, ...]:
    return (
        shown(policy, entry, lang), entry.period.say(lang), entry.document.say(lang), entry.checked.isoformat(),
        entry.state(on).say(lang),
    )  # fmt: skip


def _entries(policy: Policy, on: datetime.date | None) -> tuple[Entry, ...]:
    if on is None:
        return policy.entries
    try:
        return (policy.on(on),)
    except QuantityError:
        return ()


# ---- the page ----------------------------------------------------------------------------------------------
def policy_page() -> str:
    """The whole page, Chinese first."""
    return "\n---\n\n".join("\n".join(_language(lang)) for lang in ("zh", "en"))


def _language(lang: str) -> Iterator[str]:
    yield HEAD.say(lang)
    head = (NAME, LABEL, VALUE, PERIOD, DOCUMENT, CHECKED, CONFIDENCE, NOTE)
    for chapter in chapters():
        yield f"## {chapter.title.say(lang)}\n"
        yield f"| {' | '.join(word.say(lang) for word in head)} |"
        yield "|---" * len(head) + "|"
        for policy in chapter.policies:
            for entry in policy.entries:
                value, period, document, checked, state = _cells(policy, entry, None, lang)
                linked = f"[{document}]({entry.link})" if entry.link else document
                cells = (
                    f"`{policy.name}`",
                    policy.label.say(lang),
                    value,
                    period,
                    linked,
                    checked,
                    state,
                    entry.note.say(lang),
                )
                yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
        yield ""


if __name__ == "__main__":
    Path("docs/policy.md").write_text(policy_page(), encoding="utf-8")
