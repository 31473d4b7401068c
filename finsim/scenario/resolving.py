"""From a checked form to a scenario: structure, inputs, schedules, splits, accounts and uncertainty, chapter by chapter."""

from __future__ import annotations

import dataclasses
from typing import Any

from finsim.model.structure import sheets
from finsim.scenario.account_inputs import account_inputs
from finsim.scenario.catalogue import mandatory, structure
from finsim.scenario.catalogue_checks import check_catalogue
from finsim.scenario.context import Context
from finsim.scenario.dependence import correlated
from finsim.scenario.document import Document
from finsim.scenario.grouping import listed_accounts, members
from finsim.scenario.policy import SOURCE, Policies
from finsim.scenario.policy_use import check_policies, policies_used
from finsim.scenario.problems import Problem
from finsim.scenario.scenario import Scenario, SourceEntry, VariantNote
from finsim.scenario.solving import goals_of
from finsim.scenario.splitting import check_rules, split_finance
from finsim.scenario.standard import check_standard
from finsim.scenario.uncertainty import draws
from finsim.scenario.unit_inputs import unit_inputs
from finsim.scenario.units import Units
from finsim.sheet import Text


def resolve(
    form: Any, document: Document, units: Units, policies: Policies, problems: list[Problem], variant: str
) -> Scenario | None:
    """The scenario of a form, or None and more ``problems``. A form or units that hold in part are checked in part."""
    if form.timeline is None:
        return None
    context = Context(form, document, units, policies, problems)
    context.source_known(("source",), form.source)
    shape = structure(context)
    context.sheets = sheets(shape)
    check_catalogue(context, shape)
    unit_inputs(context)
    account_inputs(context)
    check_policies(context)
    check_standard(context, shape)
    needed = tuple(mandatory(context))
    check_rules(context)
    accounts = tuple(listed_accounts(context))
    found = tuple(members(context))
    drawn = tuple(draws(context))
    dependence = tuple(correlated(context, drawn))
    if not problems:
        split_finance(context, shape)
    if problems:
        return None
    used = policies_used(context)
    variants = {
        name: VariantNote(name, Text(v.label, v.label_en), Text(v.note, v.note_en)) for name, v in form.variants.items()
    }
    scenario = Scenario(
        file=document.file_of(()), title=Text(form.title, form.title_en), note=Text(form.note, form.note_en),
        variant=variants.get(variant), variants=tuple(variants.values()), structure=shape, numbers=context.numbers(),
        units=found, by="accounts" if accounts else form.balance.by, listed=accounts, draws=drawn,
        origins=context.origins, unit_origins=context.unit_origins, splits=tuple(context.splits),
        sources={
            key: SourceEntry(Text(s.document, s.document_en), s.link, s.date.isoformat() if s.date else "", s.note, s.assumed)
            for key, s in form.sources.items()
        }
        | {SOURCE + use.policy.name: SourceEntry(use.entry.document, use.entry.link, "", "") for use in used},
        policies=used, mandatory=needed, dependence=dependence,
    )  # fmt: skip
    goals = goals_of(context, scenario.accounts())
    return None if problems else dataclasses.replace(scenario, goals=tuple(goals))
