"""目录：works, sources, streams and costs as the structure of the sheets, and how the entries refer to each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from finsim.model.structure import Structure
from finsim.scenario.context import Context
from finsim.scenario.words import listed
from finsim.sheet import Text


def structure(context: Context) -> Structure:
    """Every entry, so that one whose form does not hold is not missed elsewhere in the file."""
    standard = context.form.balance.standard if context.form.balance else ()
    return Structure(
        works=_labels(context, "catalogue", "works"),
        sources=_labels(context, "catalogue", "sources"),
        streams=_labels(context, "catalogue", "streams"),
        costs=_labels(context, "catalogue", "costs"),
        capital=_labels(context, "finance", "capital"),
        bonds=_labels(context, "finance", "bonds"),
        loans=_labels(context, "finance", "loans"),
        pays=tuple(_pays(context)),
        natures=tuple((name, terms.nature) for _, name, terms in context.entries("catalogue", "sources")),
        serves=tuple(_serves(context)),
        standard=tuple(dict.fromkeys(standard)),
    )


def _labels(context: Context, chapter: str, kind: str) -> tuple[tuple[str, Text], ...]:
    holding = {name: Text(terms.label, terms.label_en) for _, name, terms in context.entries(chapter, kind)}
    return tuple((name, holding.get(name, Text(name, name))) for name in _ids(context, chapter, kind))


def _ids(context: Context, chapter: str, kind: str) -> list[str]:
    """Ids that can be part of the name of a row."""
    return [name for name in context.names(chapter, kind) if "." not in name]


def _pays(context: Context) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The works that each source may pay (专款专用)."""
    holding = {name: terms for _, name, terms in context.entries("catalogue", "sources")}
    works = {name: terms for _, name, terms in context.entries("catalogue", "works")}
    names = _ids(context, "catalogue", "works")
    for source in _ids(context, "catalogue", "sources"):
        if source not in holding:
            yield source, ()
            continue
        pays = holding[source].pays
        path = ("catalogue", "sources", source, "pays")
        for work in pays.works or ():
            context.known((*path, "works"), work, names, Text("没有这项改造内容。", "There is no such work."))
        eligible = tuple(name for name in names if name in works and _may_pay(pays, name, works[name]))
        if not eligible and len(works) == len(names) and set(pays.works or ()) <= set(names):
            context.refuse(
                path, Text("该资金没有可支付的改造内容。", "This source has no work that it may pay."), "", listed(names),
                Text("放宽适用范围，或删去这项资金。", "Widen what it pays, or remove the source."),
            )  # fmt: skip
        yield source, eligible


def _may_pay(pays: Any, name: str, work: Any) -> bool:
    return (
        (pays.works is None or name in pays.works)
        and (pays.category is None or work.category in pays.category)
        and (pays.network is None or work.network in pays.network)
    )


def _serves(context: Context) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The streams that each cost goes with."""
    holding = {name: terms for _, name, terms in context.entries("catalogue", "costs")}
    streams = _ids(context, "catalogue", "streams")
    for cost in _ids(context, "catalogue", "costs"):
        named = holding[cost].serves if cost in holding else ()
        path = ("catalogue", "costs", cost, "serves")
        what = Text("没有这项收入。", "There is no such stream.")
        yield cost, tuple(name for name in named if context.known(path, name, streams, what))
