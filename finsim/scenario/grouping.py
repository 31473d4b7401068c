"""改造单元的归属：district, county and company of each unit, and the accounts that a file lists by name."""

from __future__ import annotations

from collections.abc import Iterator

from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.scenario import Account, Unit
from finsim.scenario.unit_facts import unit_names
from finsim.sheet import Text


def members(context: Context) -> Iterator[Unit]:
    """The units in the order of the file. A unit without a district is one by itself."""
    english: dict[tuple[str, str], str] = {}
    for row in context.units.rows:
        unit, names = row.terms, dict(unit_names(context, row, english))
        label = Text(unit.label, unit.label_en)
        yield Unit(
            unit.id, label, names["district"] if unit.district else label, names["county"], names["company"],
            unit.floors.number if unit.floors else None, unit.neighbours,
        )  # fmt: skip


def listed_accounts(context: Context) -> Iterator[Account]:
    """The accounts under ``balance.accounts``: every unit stands in exactly one."""
    groups = (context.form.balance and context.form.balance.accounts) or ()
    taken: dict[str, str] = {}
    seen: set[str] = set()
    for i, group in enumerate(groups):
        path: Path = ("balance", "accounts", i)
        if group.id in seen:
            context.refuse(
                (*path, "id"), Text("两个平衡主体编号相同。", "Two accounts have one id."), group.id, Text("每个编号只用一次", "each id once"),
                Text("改其中一个。", "Change one of them."),
            )  # fmt: skip
        seen.add(group.id)
        for unit in group.units:
            if context.known_unit((*path, "units"), unit) and unit in taken:
                context.refuse(
                    (*path, "units"), Text(f"该单元已列入平衡主体 {taken[unit]}。", f"The unit is listed in account {taken[unit]} already."), unit,
                    Text("每个单元只属于一个主体", "each unit in one account"), Text("只留在一个主体中。", "Keep it in one of them."),
                )  # fmt: skip
            taken.setdefault(unit, group.id)
        yield Account(group.id, Text(group.label, group.label_en), tuple(sorted(group.units)))
    missing = [unit for unit in context.units.ids if groups and unit not in taken]
    if missing:
        context.refuse(
            ("balance", "accounts"), Text("有单元不属于任何平衡主体。", "Some units are in no account."), ", ".join(missing),
            Text("每个单元属于一个主体", "each unit in one account"), Text("把它们列入某个主体。", "List them in an account."),
        )  # fmt: skip
