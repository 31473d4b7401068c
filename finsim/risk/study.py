"""A few thousand trials kept whole for one account: what was drawn of every uncertain input, beside what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from finsim.model.engine import COLUMNS, Engine
from finsim.model.structure import BALANCED, PASSES
from finsim.result import INDICATORS
from finsim.risk.exact import Floats
from finsim.risk.failure import sum_of
from finsim.risk.sampling import Design, Key, Sampler
from finsim.risk.stopping import Cancelled, Progress
from finsim.scenario.goals import full_label
from finsim.scenario.measured import numbers_of
from finsim.scenario.scenario import Account, Scenario
from finsim.sheet import Text
from finsim.sheet.errors import SheetError
from finsim.sheet.numpy_backend import Array

MOST = 65_536
"""Trials that are kept whole."""
ROWS = {f"passes.{test}": path for test, path in PASSES.items()} | {key: path for key, path, _, _ in INDICATORS}
"""Outcome → row of the account's sheet: ``passes.cover_full`` is 1 where that test passes, ``cover_full`` is the cover."""
BALANCES = f"passes.{BALANCED}"


@dataclass(frozen=True)
class Variable:
    """An uncertain input of a study: where it stands, what it is called, its unit; ``averaged`` is the mean of a path over the years."""

    key: Key
    label: Text
    unit: str
    averaged: bool = False

    @property
    def id(self) -> str:
        return column(self.key[1], self.averaged)


def column(path: str, averaged: bool) -> str:
    """What an input is called where it stands as one number a trial."""
    return f"{path}.mean" if averaged else path


class Outcomes:
    """What comes of given values of some inputs, for one account: 1 where a test passes, and every indicator."""

    def __init__(self, scenario: Scenario, account: Account, moved: set[Key], yearly: Collection[Key] = ()) -> None:
        """``yearly`` are those of the moved inputs that have a value for every year."""
        self.scenario, self.account = scenario, account
        place = {unit: i for i, unit in enumerate(scenario.numbers.units)}
        self.members = [place[unit] for unit in account.units]
        self.rows = ROWS
        wanted = list(dict.fromkeys(self.rows.values()))
        self.engine = Engine(scenario.sheets, scenario.numbers, [self.members], wanted, (), moved, yearly=yearly)
        self.step = max(1, COLUMNS // max(1, len(place)))

    def __call__(self, values: Mapping[Key, Array], count: int, progress: Progress | None = None) -> dict[str, Floats]:
        """By test and indicator, (count,); ``values`` gives each moved input as (members, count) or (members, 1), a yearly one
        as (years + 2, members, count).

        ``progress(done, count)`` is called after each chunk; when it returns False, :class:`Cancelled` is raised.
        """
        parts: list[dict[str, Floats]] = []
        for start in range(0, count, self.step):
            stop = min(start + self.step, count)
            chunk = {k: a[..., start:stop] if a.shape[-1] > 1 else np.repeat(a, stop - start, axis=-1) for k, a in values.items()}
            rows, _ = self.engine(chunk, stop - start)
            parts.append({name: np.broadcast_to(sum_of(rows[path])[0], (stop - start,)) for name, path in self.rows.items()})
            if progress is not None and not progress(stop, count):
                raise Cancelled(stop)
        return {name: np.concatenate([part[name] for part in parts]) for name in self.rows}

    def told(self, key: Key, values: Array) -> Floats:
        """An input as one number a trial: the account's, or the mean over its units."""
        return told(key, values, self.members)


@dataclass(frozen=True)
class Study:
    """``drawn`` is (inputs, trials); ``came`` has 1 or 0 for tests and the values of indicators, each (trials,)."""

    scenario: Scenario
    account: Account
    seed: int
    sampler: Design
    variables: tuple[Variable, ...]
    drawn: Floats
    came: Mapping[str, Floats]

    @property
    def trials(self) -> int:
        return int(self.drawn.shape[1])

    @property
    def dependent(self) -> bool:
        """Whether inputs are drawn together: then what one explains cannot be told from what another does."""
        return bool(self.scenario.dependence)


def study(
    scenario: Scenario, trials: int, seed: int, by: str | None = None, account: str = "", sampler: Design = "lhs",
    progress: Progress | None = None,
) -> Study:  # fmt: skip
    """Draw and calculate trials of one account, as :func:`finsim.simulate` does, and keep them; ``progress`` as there.

    Raises ``SheetError`` for an account that is not there or more than 65,536 trials.
    """
    if not 1 <= trials <= MOST:
        raise SheetError(Text(f"此分析逐次保存，次数须在 1 至 {MOST:,} 之间。", f"Trials are kept one by one here: between 1 and {MOST:,}."))
    chosen = account_of(scenario, by, account)
    drawing = Sampler(scenario, seed, sampler, by)
    outcomes = Outcomes(scenario, chosen, drawing.inputs, drawing.yearly)
    drawn = drawing(0, trials)
    told = np.array([outcomes.told(key, values) for key, values in drawn.items()])
    variables = tuple(variable(scenario, key, key in drawing.yearly) for key in drawn)
    return Study(scenario, chosen, seed, sampler, variables, told, outcomes(drawn, trials, progress))


def told(key: Key, values: Array, members: Sequence[int]) -> Floats:
    """An input as one number a trial: a path as the mean over the years, an input of the units as the mean over these."""
    of_year = values[1:-1].mean(axis=0) if values.ndim == 3 else values
    own: Floats = of_year[members].mean(axis=0) if key[0] == "unit" and len(of_year) > 1 else of_year[0]
    return own


def variable(scenario: Scenario, key: Key, averaged: bool = False) -> Variable:
    """``averaged``: told as the mean over the years of its path."""
    model = scenario.sheets.unit if key[0] == "unit" else scenario.sheets.account
    label = full_label(model, key[1])
    if averaged:
        label = Text(f"{label.zh}（各年平均）", f"{label.en} (mean over the years)")
    return Variable(key, label, model.inputs[key[1]].unit, averaged)


def account_of(scenario: Scenario, by: str | None, account: str) -> Account:
    """The account of that id; without one, the only account of the grouping."""
    accounts = {one.id: one for one in scenario.accounts(by)}
    if not account and len(accounts) == 1:
        return next(iter(accounts.values()))
    if account not in accounts:
        names = "、".join([*accounts][:20])
        raise SheetError(
            Text(f"请选择平衡主体：{names}", f"Choose an account: {names.replace('、', ', ')}")
            if not account else Text(f"没有平衡主体 {account}；可用：{names}", f"There is no account {account}; there are: {names.replace('、', ', ')}")
        )  # fmt: skip
    return accounts[account]


def outcome_label(name: str) -> Text:
    """What a test or an indicator is called."""
    if name == BALANCES:
        return Text("平衡概率", "probability of balance")
    if name.startswith("passes."):
        test = name.removeprefix("passes.")
        return Text(f"通过 {test} 的概率", f"probability of passing {test}")
    return {key: label for key, _, label, _ in INDICATORS}[name]


def base_values(scenario: Scenario, keys: set[Key]) -> dict[Key, Array]:
    """Inputs as stated, (members, 1)."""
    return {key: numbers_of(scenario, *key)[:, None] for key in keys}
