"""目录：works, sources, streams and costs as the structure of the sheets, and how the entries refer to each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from finsim.model.structure import LEVELS, Structure
from finsim.scenario.context import Context
from finsim.scenario.scenario import MandatoryWork
from finsim.scenario.standard import standard_tests, without_bond
from finsim.scenario.words import listed
from finsim.sheet import Text


def structure(context: Context) -> Structure:
    """Every entry, so that one whose form does not hold is not missed elsewhere in the file."""
    tax = context.form.tax
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
        serves=tuple(
            _referring(context, "costs", "serves", "streams", Text("没有这项收入。", "There is no such stream."))
        ),
        standard=standard_tests(context),
        short_loans=_labels(context, "finance", "short_loans"),
        not_special=tuple(n for _, n, terms in context.entries("finance", "bonds") if terms.kind != "special"),
        government=tuple(n for _, n, terms in context.entries("finance", "capital") if terms.payer == "government"),
        social=tuple(n for _, n, terms in context.entries("finance", "capital") if terms.payer == "social"),
        not_company=tuple(n for _, n, terms in context.entries("finance", "capital") if terms.payer != "company"),
        refinances=tuple(_refinances(context)),
        loss_years=tax.loss_years if tax else 5,
        replacements=_labels(context, "catalogue", "replacements"),
        kinds=tuple(_unlike(context, "streams", "kind", "revenue")),
        elements=tuple(_unlike(context, "costs", "element", "others")),
        intangible=tuple(name for _, name, terms in context.entries("catalogue", "works") if _is_intangible(terms)),
        not_built=tuple(name for name, _ in _unlike(context, "works", "if_unpaid", "account")),
        own=tuple(_own(context)),
        basic=tuple(n for _, n, terms in context.entries("catalogue", "works") if terms.category == "基础类"),
        concessions=tuple(n for _, n, terms in context.entries("catalogue", "works") if terms.concession_years),
        bays=tuple(n for _, n, terms in context.entries("catalogue", "streams") if terms.bays),
        support=tuple(n for _, n, terms in context.entries("catalogue", "streams") if terms.for_bonds),
        without_bond=without_bond(context),
        levels=tuple(_unlike(context, "sources", "level", None)),
        treatments=tuple(_unlike(context, "sources", "tax", "capital")),
        belongs=tuple(_unlike(context, "streams", "belongs", "company")),
        needs=tuple(
            _referring(context, "streams", "needs", "works", Text("没有这项改造内容。", "There is no such work."))
        ),
        ramps=tuple(
            (name, len(terms.ramp)) for _, name, terms in context.entries("catalogue", "streams") if terms.ramp
        ),
        gross_vat=context.form.vat is not None and context.form.vat.shown == "gross",
    )


def _own(context: Context) -> Iterator[str]:
    """Fiscal sources of the own budget; one that does not say whose budget it comes from is the own budget's."""
    own = context.form.public.own if context.form.public else LEVELS
    for _, name, terms in context.entries("catalogue", "sources"):
        if terms.nature == "fiscal" and (terms.level is None or terms.level in own):
            yield name


def mandatory(context: Context) -> Iterator[MandatoryWork]:
    """What a unit must have among its works (必须改造的内容)."""
    works = _ids(context, "catalogue", "works")
    for path, name, terms in context.entries("catalogue", "mandatory"):
        context.source_known((*path, "source"), terms.source)
        what = Text("没有这项改造内容。", "There is no such work.")
        found = tuple(work for work in terms.works if context.known((*path, "works"), work, works, what))
        yield MandatoryWork(name, Text(terms.label, terms.label_en), found, terms.source or context.form.source or "")


def _refinances(context: Context) -> Iterator[tuple[str, tuple[str, ...]]]:
    bonds = context.names("finance", "bonds")
    for _, name, terms in context.entries("finance", "bonds"):
        if terms.refinances:
            yield name, tuple(other for other in terms.refinances if other in bonds)


def _is_intangible(terms: Any) -> bool:
    """特许经营权 is an intangible asset."""
    return terms.asset == "intangible" or terms.concession_years is not None


def _labels(context: Context, chapter: str, kind: str) -> tuple[tuple[str, Text], ...]:
    holding = {name: Text(terms.label, terms.label_en) for _, name, terms in context.entries(chapter, kind)}
    return tuple((name, holding.get(name, Text(name, name))) for name in _ids(context, chapter, kind))


def _unlike(context: Context, kind: str, key: str, usual: str | None) -> Iterator[tuple[str, str]]:
    """Entries whose choice is not the usual one, with the choice."""
    for _, name, terms in context.entries("catalogue", kind):
        if (choice := getattr(terms, key)) != usual:
            yield name, choice


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
    """Works that another programme pays need no money."""
    return not work.paid_by_others and (
        (pays.works is None or name in pays.works)
        and (pays.category is None or work.category in pays.category)
        and (pays.network is None or work.network in pays.network)
        and (pays.location is None or work.location in pays.location)
    )


def _referring(context: Context, kind: str, key: str, to: str, what: Text) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The entries of another list that each entry names: the streams a cost goes with, the works a stream needs."""
    holding = {name: terms for _, name, terms in context.entries("catalogue", kind)}
    names = _ids(context, "catalogue", to)
    for entry in _ids(context, "catalogue", kind):
        named = getattr(holding[entry], key) if entry in holding else ()
        path = ("catalogue", kind, entry, key)
        yield entry, tuple(name for name in named if context.known(path, name, names, what))
