"""What must agree between the entries of the catalogue: two keys of one entry, a source and its works, two sources."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from typing import Any

from finsim.model.structure import Structure
from finsim.scenario.context import Context
from finsim.scenario.document import Path
from finsim.scenario.words import listed
from finsim.sheet import Text

FUND = ("interest_rate", "renewal")
"""What only a maintenance fund has."""
MEANS = ("by_housing_fund", "by_ceded_income")
"""How residents pay their own part."""
CEDED = ("owners_cost", "consent")
"""What only the owners' income has."""
RAMP = ("ramp_first", "ramp_rise")
"""What a table of the ramp stands instead of."""


def check_catalogue(context: Context, shape: Structure) -> None:
    pays = dict(shape.pays)
    in_part = len(list(context.entries("catalogue", "sources"))) < len(pays)
    for path, name, terms in context.entries("catalogue", "works"):
        _work(context, path, terms, in_part or any(name in works for works in pays.values()))
    for path, _, terms in context.entries("catalogue", "sources"):
        _source(context, path, terms)
    for path, name, terms in context.entries("catalogue", "sources"):
        _exclusions(context, path, name, terms, pays)
        _common_parts(context, path, name, terms, pays)
    _taken_once(context)
    for path, _, terms in context.entries("catalogue", "streams"):
        _purpose(context, path, terms)
        if terms.ramp:
            _only(context, path, terms, RAMP, Text("已列明逐年达产率表 ramp。", "There is a table, ramp, already."))
        if terms.belongs != "owners":
            _only(
                context,
                path,
                terms,
                CEDED,
                Text("只适用于业主的公共收益。", "Only the owners' income has it."),
                "belongs: owners",
            )


def follows_from_others(context: Context) -> set[str]:
    """Inputs of the catalogue that other keys decide, or that do not apply: no unit states them, and none is drawn."""
    found: set[str] = set()

    def leave_out(kind: str, name: str, keys: Collection[str]) -> None:
        found.update(f"{kind}.{name}.{key}" for key in keys)

    for _, name, terms in context.entries("catalogue", "works"):
        leave_out("works", name, ["by_others"])
        if terms.owner != "company":
            leave_out("works", name, ["owned", "life", "residual"])
        if terms.concession_years:
            leave_out("works", name, ["life", "residual"])
        if terms.if_unpaid == "not_built":
            leave_out("works", name, ["retention"])
    for _, name, terms in context.entries("catalogue", "sources"):
        leave_out("sources", name, ["eligible"])
        if terms.nature != "maintenance_fund":
            leave_out("sources", name, FUND)
        if terms.nature != "residents":
            leave_out("sources", name, MEANS)
    for _, name, terms in context.entries("catalogue", "streams"):
        if terms.ramp:
            leave_out("streams", name, RAMP)
        if terms.belongs != "owners":
            leave_out("streams", name, CEDED)
    return found


# ---- one entry ---------------------------------------------------------------------------------------------
def _only(context: Context, path: Path, terms: Any, keys: Collection[str], what: Text, instead: str = "") -> None:
    """Refuse each of the keys that is stated."""
    for key in keys:
        if getattr(terms, key) is not None:
            context.refuse(
                (*path, key), Text(f"{key}：{what.zh}", f"{key}: {what.en}"), f"{getattr(terms, key).number:g}",
                Text(f"不写 {key}", f"no {key}"),
                Text(f"删去 {key}，或写 {instead}。", f"Remove {key}, or write {instead}.") if instead
                else Text(f"删去 {key}。", f"Remove {key}."),
            )  # fmt: skip


def _work(context: Context, path: Path, terms: Any, paid: bool) -> None:
    if terms.concession_years:
        if terms.owner != "company":
            context.refuse(
                (*path, "concession_years"), Text("只有企业持有的资产有特许经营期。", "Only the company's assets are held under a concession."),
                terms.concession_years, Text("owner: company", "owner: company"),
                Text("改 owner，或删去 concession_years。", "Change the owner, or remove concession_years."),
            )  # fmt: skip
        _only(
            context,
            path,
            terms,
            ["residual"],
            Text("特许经营期满无偿移交，残值为 0。", "Handed over free at the end of the concession: residual 0."),
        )
    if terms.if_unpaid == "not_built":
        if not paid:
            context.refuse(
                (*path, "if_unpaid"), Text("没有资金可支付这项工程，它不会建。", "No source may pay this work: it would never be built."),
                terms.if_unpaid, Text("至少一项可支付它的资金", "one source at least that may pay it"),
                Text("放宽某项资金的 pays，或删去 if_unpaid。", "Widen what a source pays, or remove if_unpaid."),
            )  # fmt: skip
        _only(
            context, path, terms, ["retention"],
            Text("不出资即不建的工程不留质保金。", "No retention on works that are not built if unpaid."), "if_unpaid: account",
        )  # fmt: skip


def _source(context: Context, path: Path, terms: Any) -> None:
    if terms.nature != "maintenance_fund":
        what = Text("只适用于住宅专项维修资金。", "Only a maintenance fund has it.")
        _only(context, path, terms, FUND, what, "nature: maintenance_fund")
    if terms.nature != "residents":
        what = Text("只适用于居民出资。", "Only residents pay in this way.")
        _only(context, path, terms, MEANS, what, "nature: residents")
    if terms.level and terms.nature != "fiscal":
        context.refuse(
            (*path, "level"), Text("只有财政资金分级次。", "Only fiscal money comes from a level of government."), terms.level,
            Text("nature: fiscal", "nature: fiscal"), Text("删去 level，或改 nature。", "Remove level, or change nature."),
        )  # fmt: skip
    means = sum(stated.number for key in MEANS if (stated := getattr(terms, key)))
    if means > 1 + 1e-9:
        context.refuse(
            (*path, MEANS[0]), Text("居民出资的支付方式合计超过全部。", "The ways in which residents pay add up to more than all."),
            f"{means:.6g}", Text("合计不超过 1", "1 in all at most"), Text("改比例。", "Correct the shares."),
        )  # fmt: skip


def _purpose(context: Context, path: Path, terms: Any) -> None:
    """The budget supports bonds with a subsidy; only what is earned is earned with bays."""
    subsidy = terms.kind != "revenue"
    for key, wrong, allowed in (
        ("for_bonds", terms.for_bonds and not subsidy, "kind: subsidy | untaxed_subsidy"),
        ("bays", terms.bays and subsidy, "kind: revenue"),
    ):
        if wrong:
            context.refuse(
                (*path, key), Text(f"{key} 与 kind 不符。", f"{key} does not go with this kind."), terms.kind, Text(allowed, allowed),
                Text(f"改 kind，或删去 {key}。", f"Change kind, or remove {key}."),
            )  # fmt: skip


# ---- two entries -------------------------------------------------------------------------------------------
def _exclusions(context: Context, path: Path, name: str, terms: Any, pays: dict[str, tuple[str, ...]]) -> None:
    """Sources that exclude each other (如中央补助与预算内投资) must not be able to pay one work in one county."""
    counties = {other: entry.county for _, other, entry in context.entries("catalogue", "sources")}
    for other in terms.excludes:
        if not context.known(
            (*path, "excludes"), other, list(pays), Text("没有这项资金。", "There is no such source.")
        ):
            continue
        both = [work for work in pays[name] if work in pays[other]]
        apart = terms.county and counties.get(other) and not {*terms.county} & {*counties[other]}
        if both and not apart:
            context.refuse(
                (*path, "excludes"), Text(f"与 {other} 互斥，却都可支付同一工程。", f"It excludes {other}, yet both may pay the same work."),
                ", ".join(both), Text("适用范围不相交", "nothing that both pay"),
                Text("改其中一项的 pays，使两者不付同一工程。", "Change what one of them pays, so that they pay no work together."),
            )  # fmt: skip


def _common_parts(context: Context, path: Path, name: str, terms: Any, pays: dict[str, tuple[str, ...]]) -> None:
    """住宅专项维修资金 pays for common parts only (《住宅专项维修资金管理办法》第十八条)."""
    if terms.nature != "maintenance_fund":
        return
    places = {work: entry.location for _, work, entry in context.entries("catalogue", "works")}
    outside = [work for work in pays[name] if places.get(work) in ("红线外", "户内")]
    if outside:
        context.refuse(
            (*path, "pays"), Text("维修资金只能用于共用部位、共用设施设备。", "A maintenance fund pays for common parts only."), ", ".join(outside),
            Text("location 为公共部分或建筑物本体的工程", "works whose location is 公共部分 or 建筑物本体"),
            Text("收窄 pays，例如 pays: {location: [建筑物本体]}。", "Narrow pays, for example pays: {location: [建筑物本体]}."),
        )  # fmt: skip


def _taken_once(context: Context) -> None:
    """The income of a stream goes to one financier at a time."""
    streams = [name for name in context.names("catalogue", "streams") if "." not in name]
    taking = [(path, name, terms) for path, name, terms in context.entries("catalogue", "sources") if terms.takes]
    for path, _, terms in taking:
        at = (*path, "takes")
        context.in_timeline((*at, "years"), *dict.fromkeys(terms.takes.years))
        for stream in terms.takes.streams:
            context.known((*at, "streams"), stream, streams, Text("没有这项收入。", "There is no such stream."))
    for (_, first, one), (path, _, two) in combinations(taking, 2):
        both = [stream for stream in two.takes.streams if stream in one.takes.streams]
        (begin, end), (from_, to) = one.takes.years, two.takes.years
        if both and begin <= to and from_ <= end:
            context.refuse(
                (*path, "takes"), Text(f"同一收入在同一年已归 {first}。", f"In one year the same income goes to {first} already."),
                listed(both).zh, Text("各年各归一方", "one taker a year"), Text("改 years 或 streams。", "Change years or streams."),
            )  # fmt: skip
