"""Random programmes: a structure, numbers for many units and accounts at once, and their evaluated rows.

Sizes come from hypothesis, so that a failure shrinks to few works, sources and debts; amounts come from a seed.
Extremes are frequent: nothing at all, the ends of the allowed range, bonds that come late, loans repaid while building.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from finsim.model.engine import Engine, Numbers
from finsim.model.structure import (
    BELONGS,
    ELEMENTS,
    LEVELS,
    NATURES,
    STANDARD_TESTS,
    STREAM_KINDS,
    TAX_TREATMENTS,
    WITHOUT_BOND,
    Sheets,
    Structure,
    sheets,
)
from finsim.scenario import calendar
from finsim.sheet import Text
from finsim.sheet.model import InputRow
from finsim.sheet.numpy_backend import Array

UNITS = 12
Drawn = Mapping[tuple[str, str], Array]

MONEY = {
    "万元": 1000.0,
    "万元/年": 100.0,
    "元/户": 20_000.0,
    "元/㎡": 300.0,
    "元/栋": 100_000.0,
    "元/个": 200_000.0,
    "元/门": 50_000.0,
    "元/台": 400_000.0,
    "元": 3000.0,
}
FACTS = {"户": 500.0, "㎡": 40_000.0, "栋": 30.0, "个": 10.0, "门": 60.0, "台": 40.0}
HIGHEST = {
    "times": 365.0,
    "quantity": 200.0,
    "life": 30.0,
    "right_life": 30.0,
    "rate": 0.2,
    "coupon": 0.1,
    "growth": 0.1,
    "price_growth": 0.1,
    "per_pledge": 3.0,
}
CHOICES = {
    "delay": (0, 0, 0.4, 1, 1.5, 2),
    "owned": (0, 1, 1, 0.5),
    "ramp_first": (1, 0.6, 0),
    "granted": (1, 1, 0.5, 0),
    "by_others": (0, 0, 0, 1),
    "eligible": (1, 1, 1, 0),
    "per_pledge": (0, 0, 0.5, 3),
    "retention": (0, 0, 0.05),
    "existing_share": (0,),
    "late": (0, 0, 0.5, 1),
    "capitalised": (1, 1, 0),
    "compounding": (1, 1, 2, 4, 12),
    "dscr": (1, 1.3),
    "sweep": (0, 0, 0.5, 1),
    "reserve_months": (0, 0, 6, 12),
    "share": (0, 0, 0.2),
    "dynamic": (0, 1),
    "after_losses": (0, 1),
    "while_owing": (0, 0, 1),
    "payout": (0, 0.5, 1),
    "reserve_rate": (0, 0.1),
    "debt_share": (0, 0.7, 1),
    "refunded": (0, 0, 0.5),
    "flagged": (0, 0, 1),
    "concession_end": (0, 2040),
    "set_aside": (0,),
    "input_vat": (0,),  # a part of the cost, which is drawn by itself
    "arrears": (0, 0, 0.5, 1),
    "in_kind": (0, 0, 0.5),
    "lag": (0, 0, -1, 0.5, 2),
    "vat_included": (0, 1),
    "vat_exempt_until": (0, 2024, 2200),
    "relief_until": (0, 2026, 2200),
}
PARTS = {"by_housing_fund": 0.5, "by_ceded_income": 0.5}
"""Shares of one whole."""


@dataclass(frozen=True)
class Programme:
    """``groups`` are the units of each account; every account has numbers and dates of its own."""

    structure: Structure
    numbers: Numbers
    groups: list[list[int]]

    @property
    def sheets(self) -> Sheets:
        return sheets(self.structure)


@dataclass(frozen=True)
class Run:
    """Rows of an evaluated programme. A row is (periods, members, trials), a cell (members, trials); 1 is "all the same"."""

    programme: Programme
    accounts: Mapping[str, Array]
    units: Mapping[str, Array]
    drawn: Drawn = field(default_factory=dict)

    def account(self, path: str) -> Array:
        return self._rows(path, "account")

    def unit(self, path: str) -> Array:
        return self._rows(path, "unit")

    def _rows(self, path: str, sheet: str) -> Array:
        model = self.programme.sheets.unit if sheet == "unit" else self.programme.sheets.account
        row = (self.units if sheet == "unit" else self.accounts)[path]
        return np.atleast_3d(row)[1:-1] if not model.rows[path].cell else row

    def series(self, path: str, sheet: str = "account") -> Array:
        """A row in every period, also where it is one cell."""
        row = self._rows(path, sheet)
        return row if row.ndim == 3 else np.broadcast_to(row, (len(self.programme.numbers.years), *row.shape))

    def given(self, path: str, sheet: str = "account") -> Array:
        """An input (members, trials) or a schedule (periods, members, 1)."""
        n = self.programme.numbers
        if (sheet, path) in self.drawn:
            return self.drawn[sheet, path]
        inputs, schedules = (
            (n.unit_inputs, n.unit_schedules) if sheet == "unit" else (n.account_inputs, n.account_schedules)
        )
        return inputs[path][:, None] if path in inputs else schedules[path][:, :, None]


def evaluated(programme: Programme, drawn: Drawn | None = None, trials: int = 1) -> Run:
    s = programme.sheets
    engine = Engine(s, programme.numbers, programme.groups, s.account.rows, s.unit.rows, drawn=list(drawn or ()))
    return Run(programme, *engine(drawn, trials), drawn or {})


@dataclass(frozen=True)
class Sizes:
    """How much there is of everything; amounts come from the seed."""

    works: int
    sources: int
    streams: int
    costs: int
    capital: int
    bonds: int
    loans: int
    years: int
    seed: int

    def programme(self) -> Programme:
        sizes = {
            kind: getattr(self, kind) for kind in ("works", "sources", "streams", "costs", "capital", "bonds", "loans")
        }
        return _programme(sizes, self.years, np.random.default_rng(self.seed))


seeds = st.integers(0, 2**32 - 1)
sizes = st.builds(
    Sizes, works=st.integers(1, 5), sources=st.integers(0, 4), streams=st.integers(0, 3), costs=st.integers(0, 2),
    capital=st.integers(0, 2), bonds=st.integers(0, 3), loans=st.integers(0, 3), years=st.integers(5, 35), seed=seeds,
)  # fmt: skip


def _programme(sizes: Mapping[str, int], years: int, random: np.random.Generator) -> Programme:
    ids = {kind: [f"{kind[0]}{i}" for i in range(1, n + 1)] for kind, n in sizes.items()}
    some = {s: [w for w in ids["works"] if random.random() < 0.6] or ids["works"][:1] for s in ids["sources"]}
    labels = {kind: tuple((name, Text(name, name)) for name in ids[kind]) for kind in sizes}
    structure = Structure(
        works=labels["works"], sources=labels["sources"], streams=labels["streams"], costs=labels["costs"],
        capital=labels["capital"], bonds=labels["bonds"], loans=labels["loans"],
        pays=tuple((s, tuple(works)) for s, works in some.items()),
        natures=tuple((s, str(random.choice(NATURES))) for s in ids["sources"]),
        serves=tuple((c, tuple(s for s in ids["streams"] if random.random() < 0.5)) for c in ids["costs"]),
        standard=STANDARD_TESTS,
        replacements=labels["costs"],
        kinds=_choices(ids["streams"], STREAM_KINDS, random), elements=_choices(ids["costs"], ELEMENTS, random),
        intangible=tuple(w for w in ids["works"] if random.random() < 0.3),
        not_built=tuple(w for w in ids["works"] if random.random() < 0.3 and any(w in works for works in some.values())),
        levels=_choices(ids["sources"], LEVELS, random), treatments=_choices(ids["sources"], TAX_TREATMENTS, random),
        belongs=_choices(ids["streams"], BELONGS, random),
        needs=tuple((x, tuple(w for w in ids["works"] if random.random() < 0.2)) for x in ids["streams"]),
        short_loans=labels["loans"][:1], loss_years=int(random.choice([5, 10])),
        not_special=tuple(b for b in ids["bonds"] if random.random() < 0.2),
        without_bond=str(random.choice(WITHOUT_BOND)), basic=tuple(ids["works"][::2]), concessions=tuple(ids["works"][1::2]),
        bays=tuple(ids["streams"][::2]), own=tuple(ids["sources"][:1]), government=tuple(ids["capital"][:1]), social=tuple(ids["capital"][1:]),
        ramps=tuple((x, int(random.integers(1, 5))) for x in ids["streams"] if random.random() < 0.5),
    )  # fmt: skip
    groups: list[list[int]] = []
    for unit in range(UNITS):
        if not groups or len(groups[-1]) >= random.integers(1, 5):
            groups.append([])
        groups[-1].append(unit)
    model = sheets(structure)
    timeline = tuple(range(2021, 2021 + years))
    inputs = {
        name: {
            row.path: amounts(row, members, random) * (not settled(structure, row.path))
            for row in sheet.inputs.values()
        }
        for name, sheet, members in (("unit", model.unit, UNITS), ("account", model.account, len(groups)))
    }
    numbers = Numbers(
        timeline, tuple(f"u{i:02}" for i in range(UNITS)), inputs["unit"], _unit_schedules(structure, timeline, random),
        inputs["account"], _account_schedules(structure, timeline, len(groups), random),
    )  # fmt: skip
    return Programme(structure, numbers, groups)


def _choices(ids: list[str], choices: tuple[str, ...], random: np.random.Generator) -> tuple[tuple[str, str], ...]:
    """A choice for each; the first is the usual one, which is not written."""
    return tuple((x, c) for x in ids if (c := str(random.choice(choices))) != choices[0])


def settled(structure: Structure, path: str) -> bool:
    """Inputs that cannot be chosen: a work that is not built if unpaid has no retention."""
    return path in {f"works.{name}.retention" for name in structure.not_built}


def amounts(row: InputRow, members: int, random: np.random.Generator) -> Array:
    """Numbers within the bounds of the input, often 0 or at an end."""
    name = row.path.rpartition(".")[2]
    if name in CHOICES:
        allowed = [float(x) for x in CHOICES[name] if row.bounds.ge is None or x >= row.bounds.ge]
        return random.choice(np.array(allowed), members)
    b = row.bounds
    low = b.ge if b.ge is not None else 0.0
    high = MONEY.get(row.unit) or FACTS.get(row.unit) or HIGHEST.get(name) or PARTS.get(name) or b.le or 1.0
    drawn = random.uniform(low, high, members)
    end = random.random(members)
    if row.unit in FACTS:
        return np.round(drawn)
    return np.where(end < 0.2, max(low, 0.0), np.where(end < 0.25, high, drawn))


def _unit_schedules(s: Structure, years: tuple[int, ...], random: np.random.Generator) -> dict[str, Array]:
    found = {
        "construction.number": np.arange(1.0, len(years) + 1)[:, None],
        "construction.year": np.array(years, dtype=float)[:, None],
    }

    def some(chance: float) -> Array:
        return (random.random((len(years), UNITS)) < chance).astype(float)

    for name, _ in s.works:
        begin = random.integers(0, max(1, len(years) // 3), UNITS)
        length = random.integers(1, 5, UNITS)
        columns = [
            calendar.even_progress(years, years[0] + b, years[0] + b + n - 1)
            for b, n in zip(begin, length, strict=True)
        ]
        found[f"works.{name}.planned"] = np.stack(columns, axis=1)
    for kind, items in (("streams", s.streams), ("costs", s.costs)):
        for name, _ in items:
            steps = calendar.price_steps(years, years[0] + int(random.integers(0, 6)), int(random.integers(1, 5)))
            found[f"{kind}.{name}.repriced"] = steps[:, None]
            found[f"{kind}.{name}.stated"] = some(0.1) * random.uniform(0, 100, (len(years), UNITS))
            found[f"{kind}.{name}.open"] = some(0.9)
            changed = calendar.changes(years, 0.0, {years[0] + int(random.integers(0, 9)): 0.03})
            found[f"{kind}.{name}.vat_change"] = changed[:, None]
    for name, _ in s.streams:
        found[f"streams.{name}.leaves"] = some(0.2)
    for name, _ in s.replacements:
        named = random.integers(years[0], years[-1] + 1, int(random.integers(1, 3)))
        falls, written_off = calendar.replacements(years, [int(y) for y in named], int(random.integers(1, 8)))
        found[f"replacements.{name}.falls"], found[f"replacements.{name}.written_off"] = (
            falls[:, None],
            written_off[:, None],
        )
    return found


def _account_schedules(
    s: Structure, years: tuple[int, ...], accounts: int, random: np.random.Generator
) -> dict[str, Array]:
    last = years[-1]
    columns: dict[str, list[Array]] = {}

    def put(prefix: str, schedule: object, *names: str) -> None:
        for name in names:
            columns.setdefault(f"{prefix}.{name}", []).append(getattr(schedule, name))

    for _ in range(accounts):
        for name, _label in s.bonds:
            issued = int(random.integers(years[0], last))
            term = int(random.choice([t for t in (1, 2, 3, 5, 7, 10, 15, 20, 30) if issued + t <= last]))
            date = issued if random.random() < 0.5 else datetime.date(issued, int(random.integers(1, 13)), 15)
            matures = issued + term
            first = int(random.integers(issued + 1, matures + 1))
            level = {year: 1 / (matures - first + 1) for year in range(first, matures + 1)}
            bond = calendar.bond_years(years, date, term, int(random.integers(1, 3)), level)
            put(f"bonds.{name}", bond, "issued", "coupon_years", "matured")
            held = np.array([0.5 * (issued < year < matures) * (random.random() < 0.3) for year in years])
            columns.setdefault(f"bonds.{name}.set_aside", []).append(held)
        for name, _label in s.loans:
            first = int(random.integers(years[0], last))
            drawn = (first, int(random.integers(first, last)))
            cuts = sorted({int(random.integers(first, last)) for _ in range(2)} | {last})
            methods = [str(random.choice(["equal_principal", "annuity", "bullet", "capacity", "sculpted"])) for _ in cuts]
            begins = [int(random.integers(first, cuts[0] + 1)), *(c + 1 for c in cuts[:-1])]
            segments = [calendar.Segment(m, b, c, {}, {}) for m, b, c in zip(methods, begins, cuts, strict=True)]
            repaid = calendar.loan_years(years, segments)
            put(f"loans.{name}", repaid, *vars(repaid))
            steps = {years[0] + int(random.integers(0, len(years))): float(random.uniform(-0.01, 0.01))}
            rolls = calendar.span(years, begins[0], begins[0] + 1) * (random.random() < 0.3) * (np.array(years) < last)
            for key, schedule in {
                "available": calendar.span(years, *drawn), "released": calendar.even_progress(years, *drawn),
                "rolls": rolls, "rate_change": np.maximum(0, calendar.from_then_on(years, steps, 0.0)),
            }.items():  # fmt: skip
                columns.setdefault(f"loans.{name}.{key}", []).append(schedule)
        for name, _label in s.capital:
            columns.setdefault(f"capital.{name}.released", []).append(np.ones(len(years)))
        for name, _label in s.short_loans:
            free = (np.array(years) < last) * (random.random() < 0.7)
            columns.setdefault(f"short_loans.{name}.available", []).append(free.astype(float))
        tied = np.cumsum([random.uniform(0, 30) * (random.random() < 0.3) for _ in years])
        columns.setdefault("working_capital.stated", []).append(tied)
        written_off = [random.uniform(0, 30) * (random.random() < 0.5) for _ in years]
        columns.setdefault("opening.depreciation", []).append(np.array(written_off) * (random.random() < 0.5))
        columns.setdefault("tax.reduction", []).append(np.array([float(random.choice([0, 0, 0.5, 1])) for _ in years]))
        columns.setdefault("public.budget", []).append(np.full(len(years), 100.0))
        columns.setdefault("public.committed", []).append(np.zeros(len(years)))
        columns.setdefault("public.to_others", []).append(np.full(len(years), 1.0))
        columns.setdefault("public.limited", []).append(np.full(len(years), float(random.random() < 0.5)))
        columns.setdefault("horizon.year", []).append(np.array(years, dtype=float))
    return {path: np.stack(row, axis=1) for path, row in columns.items()}


def scaled(programme: Programme, drawn: Drawn, factor: float) -> tuple[Programme, Drawn]:
    """Every amount of money times ``factor``."""
    n, inputs = programme.numbers, programme.sheets.unit.inputs
    money = {path for path, row in inputs.items() if row.unit in MONEY}
    more = {path: a * factor if path in money else a for path, a in n.unit_inputs.items()}
    more_drawn = {key: a * factor if key[0] == "unit" and key[1] in money else a for key, a in drawn.items()}
    dated = {path: a * factor if path.endswith(".stated") else a for path, a in n.unit_schedules.items()}
    account = programme.sheets.account
    owed = {p: a * factor if account.inputs[p].unit in MONEY else a for p, a in n.account_inputs.items()}
    timed = {p: a * factor if account.schedules[p].unit in MONEY else a for p, a in n.account_schedules.items()}
    for (sheet, path), a in drawn.items():
        if sheet == "account" and account.inputs[path].unit in MONEY:
            more_drawn[sheet, path] = a * factor
    numbers = dataclasses.replace(
        n, unit_inputs=more, unit_schedules=dated, account_inputs=owed, account_schedules=timed
    )
    return dataclasses.replace(programme, numbers=numbers), more_drawn


def drawings(programme: Programme, trials: int, random: np.random.Generator) -> dict[tuple[str, str], Array]:
    """About a third of the inputs drawn anew in each trial."""
    n, s = programme.numbers, programme.sheets
    found = {}
    for sheet, model, members in (("unit", s.unit, len(n.units)), ("account", s.account, len(programme.groups))):
        for path, row in model.inputs.items():
            if random.random() < 0.35 and not settled(programme.structure, path):
                found[sheet, path] = np.stack([amounts(row, members, random) for _ in range(trials)], axis=1)
    return found or {("unit", "construction.overrun"): np.zeros((len(n.units), trials))}


def trial(programme: Programme, drawn: Drawn, number: int) -> Programme:
    """The programme in which the inputs are what one trial draws."""
    n = programme.numbers
    changed = {
        sheet: {path: a[:, number] for (where, path), a in drawn.items() if where == sheet}
        for sheet in ("unit", "account")
    }
    numbers = dataclasses.replace(
        n, unit_inputs={**n.unit_inputs, **changed["unit"]}, account_inputs={**n.account_inputs, **changed["account"]}
    )
    return dataclasses.replace(programme, numbers=numbers)
