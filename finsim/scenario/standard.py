"""平衡标准：which tests count, what applies without a bond, and what the tests that count must be told."""

from __future__ import annotations

from collections.abc import Iterator

from finsim.model.structure import WITHOUT_BOND, Structure
from finsim.scenario.context import Context
from finsim.scenario.schema import RED_FLAGS
from finsim.scenario.words import listed
from finsim.sheet import Text

BUILT_IN = "default"
"""Name of the built-in set: full bond cover and yearly liquidity."""
BUILT_IN_TESTS = ("cover_full", "liquidity")
BUILT_IN_COVER = 1.2


def standard_tests(context: Context) -> tuple[str, ...]:
    """The tests of the balance standard: listed, of the named set, or of the built-in one."""
    balance = context.form.balance
    if balance is None:
        return ()
    if not isinstance(balance.standard, str):
        return tuple(dict.fromkeys(balance.standard))
    if balance.standard in balance.standards:
        return tuple(dict.fromkeys(balance.standards[balance.standard].tests))
    what = Text("没有这个平衡标准。", "There is no such balance standard.")
    context.known(("balance", "standard"), balance.standard, [BUILT_IN, *balance.standards], what)
    return BUILT_IN_TESTS


def without_bond(context: Context) -> str:
    """What the set lets apply instead of bond cover to an account without a special bond."""
    balance = context.form.balance
    if balance is None:
        return WITHOUT_BOND[0]
    if not isinstance(balance.standard, str):
        return balance.without_bond or WITHOUT_BOND[0]
    if balance.without_bond:
        context.refuse(
            ("balance", "without_bond"), Text("没有债券时适用什么，由点名的平衡标准说明。", "What applies without a bond is said by the named set."),
            balance.without_bond, Text("standards 中该标准的 without_bond", "without_bond of the set under standards"),
            Text("移到 standards 中该标准之下。", "Move it to the set under standards."),
        )  # fmt: skip
    named = balance.standards.get(balance.standard)
    return named.without_bond if named else WITHOUT_BOND[0]


def check_standard(context: Context, shape: Structure) -> None:
    """What the tests that count leave to the scenario has no default: it must be stated."""
    _built_in_cover(context)
    if "public_money" in shape.standard:
        _answers(context)
    covered = {"cover_full", "cover_operating"} & set(shape.standard)
    if "lender" in shape.standard or (covered and shape.without_bond == "lender"):
        _covenant(context)


def _built_in_cover(context: Context) -> None:
    balance, cover = context.form.balance, context.form.cover
    built_in = balance and balance.standard == BUILT_IN and BUILT_IN not in balance.standards
    if built_in and cover and cover.threshold.number != BUILT_IN_COVER:
        context.refuse(
            ("cover", "threshold"), Text(f"内置平衡标准的覆盖要求是 {BUILT_IN_COVER} 倍。", f"The built-in balance standard requires a cover of {BUILT_IN_COVER}."),
            f"{cover.threshold.number:g}", Text(f"{BUILT_IN_COVER}", f"{BUILT_IN_COVER}"),
            Text("改为 1.2，或在 balance 中另列 standard。", "Write 1.2, or state another standard under balance."),
        )  # fmt: skip


def _answers(context: Context) -> None:
    """The test of public money asks of every forbidden practice whether there is one: no answer is not no."""
    public = context.form.public
    if public is None:
        return  # its form does not hold; that has been said
    open_ = [name for name in RED_FLAGS if getattr(public.declared, name) is None]
    if open_:
        context.refuse(
            ("public", "declared"), Text("财政资金检验须逐项回答有无红线问题。", "The test of public money asks whether there is any of the forbidden practices."),
            "", listed(open_),
            Text("每项写 {value: false, source: 来源编号}；有则写 true。", "Write {value: false, source: a key of sources} for each; true where there is one."),
        )  # fmt: skip


def _covenant(context: Context) -> None:
    lender = context.form.lender
    if lender is None or lender.with_cash is not None:
        return
    if names := list(_bullets(context)):
        context.refuse(
            ("lender", "with_cash"), Text("有债务集中到期，须写明当年偿债备付率是否计入期初盈余资金。", "Some debt falls due at once: say whether opening cash counts in the DSCR of that year."),
            ", ".join(names), Text("0（不计）或 1（计入）", "0 (it does not) or 1 (it does)"),
            Text("在 lender 中写 with_cash。", "State with_cash under lender."),
        )  # fmt: skip


def _bullets(context: Context) -> Iterator[str]:
    """Bonds and loans of which more than half falls due at once."""
    for kind, row in (("bonds", "matured"), ("loans", "lump")):
        for _, name, _ in context.entries("finance", kind):
            falls = context.account_schedules.get(f"{kind}.{name}.{row}")
            if falls is not None and falls.max() > 0.5:
                yield name
