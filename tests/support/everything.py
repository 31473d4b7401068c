"""A programme in which nearly every row of the account's sheet has something to say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from finsim.model.structure import sheets
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario
from finsim.sheet import Text
from finsim.sheet.numpy_backend import Array

SCENARIO = Path(__file__).parents[2] / "scenarios" / "two-loans.yaml"
EVERYTHING = {
    "working_capital.receivable_days": 45, "working_capital.inventory_days": 60, "working_capital.cash_days": 30,
    "working_capital.prepaid_days": 20, "working_capital.payable_days": 25, "working_capital.advance_days": 10,
    "working_loan.debt_share": 0.7, "working_loan.rate": 0.04, "appropriation.reserve_rate": 0.1, "appropriation.payout": 0.6,
    "appropriation.optional_rate": 0.05, "appropriation.preferred": 1, "appropriation.while_owing": 1, "vat.refunded": 0.5,
    "opening.cash": 5, "opening.fixed": 120, "opening.fixed_life": 8, "opening.vat_credit": 6, "short_loans.s.limit": 500,
    "short_loans.s.rate": 0.05, "bonds.b2026.payment_fee": 0.005, "bonds.b2026.as_capital": 0.3,
    "loans.policy_bank.capitalised": 0.5, "streams.parking.vat_rate": 0.09, "costs.running.vat_rate": 0.06,
    "works.parking.vat_rate": 0.09, "works.body.retention": 0.03, "works.body.warranty": 2, "works.parking.owned": 0.8,
    "sources.central.arrears": 0.5, "sources.central.lag": 1, "sources.residents.in_kind": 0.4, "replacements.r.amount": 60,
    "replacements.r.vat_rate": 0.13, "streams.grant.ours": 1, "works.body.owned": 0.3, "works.body.property_tax_rate": 0.0084,
    "works.body.life": 25, "loans.policy_bank.existing": 40, "loans.commercial_bank.reserve_months": 3,
    "streams.premises.income_relief": 0.1, "streams.premises.relief_until": 2200,
}  # fmt: skip
"""Numbers that give nearly every row something to say."""


def everything() -> Scenario:
    """The example, with working capital, VAT, retention, arrears, replacement, subsidies, dividends and opening balances."""
    scenario = load(SCENARIO)
    s, n = scenario.structure, scenario.numbers
    structure = replace(
        s, replacements=(("r", Text("更新", "replacement")),), short_loans=(("s", Text("过桥", "bridge")),),
        streams=(*s.streams, ("grant", Text("补贴", "grant"))), kinds=(*s.kinds, ("grant", "subsidy")),
        elements=(("running", "power"), ("collection", "materials")), intangible=(s.works[-1][0],),
        treatments=(("central", "untaxed"), ("residents", "taxed")),
    )  # fmt: skip
    parts: dict[str, dict[str, Array]] = {}
    periods = len(n.years)
    for sheet, model in (("unit", sheets(structure).unit), ("account", sheets(structure).account)):
        inputs, schedules = dict(getattr(n, f"{sheet}_inputs")), dict(getattr(n, f"{sheet}_schedules"))
        for path, item in model.inputs.items():
            inputs.setdefault(path, np.array([item.default or 0.0]))
            if path in EVERYTHING:
                inputs[path] = np.array([float(EVERYTHING[path])])
        for path in model.schedules:
            schedules.setdefault(path, np.zeros((periods, 1)))
        parts |= {f"{sheet}_inputs": inputs, f"{sheet}_schedules": schedules}
    falls = np.zeros((periods, 1))
    falls[8] = falls[16] = 1
    written_off = np.zeros((periods, 1))
    written_off[9:17], written_off[17:] = 1 / 8, 1 / 8
    parts["unit_schedules"] |= {"replacements.r.falls": falls, "replacements.r.written_off": written_off}
    parts["unit_schedules"]["streams.grant.stated"] = np.array([0.0, 0.0, *[7.0] * (periods - 2)])[:, None]
    put_by = np.array([0.0] * 4 + [0.2, 0.4, 0.6, 0.8, 1.0] + [0.0] * (periods - 9))[:, None]
    parts["account_schedules"] |= {
        "short_loans.s.available": np.ones((periods, 1)), "bonds.b2026.set_aside": put_by,
        "opening.depreciation": np.array([0.0, *[20.0] * 6, *[0.0] * (periods - 7)])[:, None],
        "working_capital.stated": np.array([0.0, 0.0, *[12.0] * (periods - 2)])[:, None],
    }  # fmt: skip
    assert not {*EVERYTHING} - {*parts["unit_inputs"], *parts["account_inputs"]}
    unsaid = next(origin for origin in scenario.origins.values() if origin.kind == "default")
    paths = [(sheet, path) for sheet in ("unit", "account") for path in parts[f"{sheet}_inputs"]]
    origins = dict.fromkeys(paths, unsaid) | dict(scenario.origins)
    return replace(scenario, structure=structure, numbers=replace(n, **parts), origins=origins)
