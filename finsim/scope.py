"""必须改造的内容：which unit has none of the works that it must have. A warning: no test of money depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from finsim.model.engine import Engine
from finsim.scenario.scenario import MandatoryWork, Scenario, Unit
from finsim.sheet import TOLERANCE, Text
from finsim.sheet.numpy_backend import Array


@dataclass(frozen=True)
class MissingWork:
    """A unit and what it must have among its works and has not."""

    unit: Unit
    work: MandatoryWork

    @property
    def message(self) -> Text:
        if not self.work.works:
            why = Text("目录中没有对应的工程", "the catalogue has no such work")
        else:
            names = ", ".join(self.work.works)
            why = Text(f"{names} 没有造价", f"{names} cost nothing there")
        return Text(
            f"{self.unit.label.zh}（{self.unit.id}）缺少必须改造的内容“{self.work.label.zh}”：{why.zh}。",
            f"{self.unit.label.en} ({self.unit.id}) lacks a mandatory work, {self.work.label.en}: {why.en}.",
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "unit": self.unit.id, "work": self.work.id, "label": self.work.label.zh, "label_en": self.work.label.en,
            "message": self.message.zh, "message_en": self.message.en,
        }  # fmt: skip


def missing_works(scenario: Scenario, rows: Mapping[str, Array] | None = None) -> tuple[MissingWork, ...]:
    """Mandatory works that a unit lacks at stated values, in the order of the file.

    A work counts as there with what is built of it over all years, whoever pays: not what residents do not pay for, nor what
    is not released. ``rows`` are the unit rows of a run, where there is one.
    """
    if not scenario.mandatory:
        return ()
    names = dict.fromkeys(work for needed in scenario.mandatory for work in needed.works)
    wanted = [f"works.{name}.{row}" for name in names for row in ("value", "unbuilt")]
    if rows is None:
        _, rows = Engine(scenario.sheets, scenario.numbers, [], (), wanted_units=wanted)()
    built = {name: _total(scenario, rows, f"works.{name}.value") - _total(scenario, rows, f"works.{name}.unbuilt") for name in names}
    place = {unit: i for i, unit in enumerate(scenario.numbers.units)}
    return tuple(
        MissingWork(unit, needed)
        for unit in scenario.units
        for needed in scenario.mandatory
        if not any(built[name][place[unit.id]] > TOLERANCE for name in needed.works)
    )


def _total(scenario: Scenario, rows: Mapping[str, Array], path: str) -> Array:
    """Sum over the years, for each unit."""
    return np.broadcast_to(rows[path][1:-1, :, 0].sum(axis=0), (len(scenario.numbers.units),))
