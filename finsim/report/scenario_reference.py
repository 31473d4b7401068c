"""The reference of the scenario file, in Chinese and English, made from its forms. ``python -m finsim.report.scenario_reference``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from finsim.scenario.reference import Form, Key, scenario_form
from finsim.sheet.block import Bounds

PAGE = Path(__file__).parents[2] / "docs" / "scenario.md"
_HEAD = """# 情景文件的写法 · How a scenario is written

由程序从表单生成，与软件所检查的完全一致。Generated from the forms that finsim checks.

- 数值可以写成数、带单位的文字（`4000 元/户`、`4.1%`、`1.2 亿元`、`3 个月`），或 `{value: …, source: 来源, note: 说明}`、
  `{value: …, assumed: [低, 高], note: 理由}`，或引用政策取值 `{policy: income_tax.rate}`（见 policy.md）；标 ÷ 的可写合计 `{total: …, split: households}`，按单元分摊。
  A value is a number, a text with its unit, a mapping with its source or its range of assumption, or a policy value; one marked ÷ may be a total
  that is split over the units.
- 每个数值都要有来源，或标为假设并给出范围；本段或本文件的 `source` 是默认来源，只为它所在的文件作证。
  Every value has a source or is an assumption with a range; `source` of a part or of the file is the default, for its own file only.
- `extends: 文件`（一个或多个）引用别的方案，逐层叠加；`remove: [路径]` 删项；`units: {table: 表格, override: {单元: {…}}}` 逐个改值。
  `extends` lays a file over others, `remove` takes entries out, `override` gives single units other values.
- 编辑器补全：`finsim schema -o scenario.schema.json`，再在文件首行写 `# yaml-language-server: $schema=scenario.schema.json`。
  For completion in an editor, write the schema to a file and name it in the first line.

● 必填 required　÷ 可写合计并分摊 may be a total that is split
"""


def page() -> str:
    """The page in Markdown."""
    return "\n".join([_HEAD, *_sections(scenario_form(), "")])


def _sections(form: Form, path: str) -> Iterator[str]:
    title = path or "方案 · scenario"
    yield f"\n## {title}\n"
    yield "| 键 key | | 含义 | meaning | 单位 unit | 范围 range | 缺省 default |"
    yield "|---|---|---|---|---|---|---|"
    yield from (_row(key) for key in form.keys)
    for key in form.keys:
        for inner, several in key.forms:
            where = f"{path}.{key.name}" if path else key.name
            yield from _sections(inner, f"{where}.*" if several else where)


def _row(key: Key) -> str:
    mark = ("●" if key.required else "") + ("÷" if key.divisible else "")
    unit = "" if key.unit == "1" else key.unit
    limits = "、".join(str(choice) for choice in key.choices) or _limits(key.bounds)
    default = "" if key.default in (None, (), [], {}, "") or key.forms else _shown(key.default)
    cells = (f"`{key.name}`", mark, key.meaning.zh, key.meaning.en, unit, limits, default)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _limits(bounds: Bounds) -> str:
    low = f"≥ {_shown(bounds.ge)}" if bounds.ge is not None else f"> {_shown(bounds.gt)}" if bounds.gt is not None else ""
    high = f"≤ {_shown(bounds.le)}" if bounds.le is not None else f"< {_shown(bounds.lt)}" if bounds.lt is not None else ""
    return " ".join(part for part in (low, high) if part)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
