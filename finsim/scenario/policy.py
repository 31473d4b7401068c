"""政策取值：what a statute or a published practice says, by date, and which of it holds on the scenario's date.

A period ends on the day that its document states, or on the eve of the next one; a date outside every period is an error,
never the nearest value. From the scenario's date on the recorded calendar is followed as far as it goes and no further.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from finsim.scenario.document import Place
from finsim.scenario.quantity import QuantityError, convert
from finsim.scenario.words import allowed, near
from finsim.sheet import Text

SOURCE = "policy."
"""What the key of a source begins with that is the document of a policy value; no id has a point."""
CONFIDENCE = {"high": Text("高", "high"), "medium": Text("中", "medium"), "low": Text("低", "low")}
UNVERIFIED = Text("待核实", "to be verified")
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One period of a policy value.

    ``value``   in the unit of the policy; several numbers where it is a list of what is allowed
    ``ends``    the last day, where the document states one
    ``until``   the last day it holds: its stated end, or the eve of the next period; None while it is open
    ``checked`` the last day on which it was compared with its source
    """

    begins: datetime.date
    ends: datetime.date | None
    until: datetime.date | None
    value: float | tuple[float, ...]
    document: Text
    link: str
    checked: datetime.date
    confidence: str
    note: Text

    @property
    def period(self) -> Text:
        if self.until:
            return Text(f"{self.begins} 至 {self.until}", f"{self.begins} to {self.until}")
        return Text(f"{self.begins} 起", f"from {self.begins}")

    def uncertain(self, on: datetime.date | None = None) -> bool:
        """Whether somebody should verify it: not sure in itself, or not looked at since before the day that is asked for."""
        unended = self.until is None and on is not None and on > self.checked
        return self.confidence != "high" or unended

    def state(self, on: datetime.date | None = None) -> Text:
        """High, or to be verified, with how sure it is."""
        word = CONFIDENCE[self.confidence]
        if not self.uncertain(on):
            return word
        return Text(f"{UNVERIFIED.zh}（{word.zh}）", f"{UNVERIFIED.en} ({word.en})")


@dataclass(frozen=True)
class Policy:
    """A policy value with its periods, in the order of their dates."""

    name: str
    label: Text
    unit: str
    entries: tuple[Entry, ...]
    place: Place

    def on(self, day: datetime.date) -> Entry:
        """What holds on a day. Raises :class:`QuantityError` with the periods that are known."""
        for entry in self.entries:
            if entry.begins <= day and (entry.until is None or day <= entry.until):
                return entry
        raise QuantityError(
            Text(f"政策取值 {self.name} 没有 {day} 的记录。", f"The policy value {self.name} is not known on {day}."),
            self.periods,
            Text("改日期；或改写 value，并写明来源或假设范围。", "Change the date; or write a value with its source or assumed range."),
        )  # fmt: skip

    @property
    def periods(self) -> Text:
        found = [entry.period for entry in self.entries]
        return Text("、".join(p.zh for p in found), ", ".join(p.en for p in found))

    def followed(self, day: datetime.date) -> Iterator[Entry]:
        """The period that holds on a day and those that follow it without a gap."""
        current = self.on(day)
        yield current
        for later in self.entries[self.entries.index(current) + 1 :]:
            if current.until is None or later.begins != current.until + _DAY:
                return
            yield later
            current = later

    def known_until(self, day: datetime.date) -> datetime.date | None:
        """The last day known from a day on, whatever the values; None while it is open."""
        return list(self.followed(day))[-1].until

    def holds_until(self, day: datetime.date) -> datetime.date | None:
        """The last day on which the value of a day is known to hold; None while it is open."""
        last = self.on(day)
        for entry in self.followed(day):
            if entry.value != last.value:
                break
            last = entry
        return last.until


@dataclass(frozen=True)
class Policies:
    """All policy values, and the date of the scenario."""

    known: Mapping[str, Policy]
    as_of: datetime.date | None = None

    def find(self, name: Any) -> tuple[Policy, Entry]:
        """A policy value and what holds on the date. Raises :class:`QuantityError`."""
        day = self.date
        if not isinstance(name, str) or name not in self.known:
            raise QuantityError(
                Text("没有这个政策取值。", "There is no such policy value."), allowed(str(name), self.known),
                near(str(name), self.known, Text("finsim policy 列出全部名称。", "finsim policy lists all names.")),
            )  # fmt: skip
        return self.known[name], self.known[name].on(day)

    def number(self, name: Any, unit: str) -> float:
        """The value in the unit of an input. An input that is a year gets the last whole year in which the value is known to hold.

        Raises :class:`QuantityError`.
        """
        policy, entry = self.find(name)
        if isinstance(entry.value, tuple):
            raise QuantityError(
                Text(f"政策取值 {name} 是一组允许的取值，不是一个数。", f"The policy value {name} is a list of what is allowed, not one number."),
                Text("一个数的政策取值", "a policy value that is one number"), Text("写出所用的 value。", "Write the value that is used."),
            )  # fmt: skip
        return self._last_year(policy) if unit == "年份" else _in_unit(policy, entry.value, unit)

    def by_year(self, name: str, years: tuple[int, ...]) -> dict[int, float]:
        """The value at the end of each year, from the year of the date on, as far as it is known."""
        found: dict[int, float] = {}
        for entry in self.known[name].followed(self.date):
            assert isinstance(entry.value, float)
            for year in years:
                end = datetime.date(year, 12, 31)
                if end >= self.date and entry.begins <= end and (entry.until is None or end <= entry.until):
                    found[year] = entry.value
        return found

    @property
    def date(self) -> datetime.date:
        if self.as_of is None:
            raise QuantityError(
                Text("用到政策取值，却没有写明日期。", "A policy value is used, but no date is stated."),
                Text("policy: {as_of: 日期}", "policy: {as_of: date}"),
                Text("在文件前部写 policy: {as_of: 2023-06-01}。", "Write policy: {as_of: 2023-06-01} near the head of the file."),
            )  # fmt: skip
        return self.as_of

    def _last_year(self, policy: Policy) -> float:
        last = policy.holds_until(self.date)
        if last is None:
            raise QuantityError(
                Text(f"政策取值 {policy.name} 没有截止日。", f"The policy value {policy.name} has no end."), policy.periods,
                Text("写出年份。", "Write the year."),
            )  # fmt: skip
        return float(last.year if (last + _DAY).year > last.year else last.year - 1)


@dataclass(frozen=True)
class PolicyUse:
    """An input of a scenario, ``path``, that is a policy value, and what held on the scenario's date."""

    path: str
    policy: Policy
    entry: Entry
    as_of: datetime.date

    @property
    def identity(self) -> str:
        """What of it decides results: which value, from which period."""
        return (
            f"{self.path} {self.policy.name} {self.as_of} {self.entry.value!r} {self.entry.begins} {self.entry.until}"
        )

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "as_of": self.as_of.isoformat(), **entry_json(self.policy, self.entry, self.as_of)}


def entry_json(policy: Policy, entry: Entry, on: datetime.date | None = None) -> dict[str, Any]:
    """Plain values of one period; ``uncertain`` where somebody should verify it."""
    return {
        "name": policy.name, "label": policy.label.zh, "label_en": policy.label.en, "unit": policy.unit,
        "value": list(entry.value) if isinstance(entry.value, tuple) else entry.value,
        "from": entry.begins.isoformat(), "to": entry.until.isoformat() if entry.until else None,
        "document": entry.document.zh, "document_en": entry.document.en, "link": entry.link,
        "checked": entry.checked.isoformat(), "confidence": entry.confidence, "uncertain": entry.uncertain(on),
        "note": entry.note.zh, "note_en": entry.note.en,
    }  # fmt: skip


def _in_unit(policy: Policy, number: float, unit: str) -> float:
    """Its number in the unit of an input; what is counted in another thing is refused."""
    if policy.unit == unit:
        return number
    try:
        return convert(f"{number:.12f} {'%' if policy.unit == '1' else policy.unit}", unit)
    except QuantityError as error:
        raise QuantityError(
            Text(f"政策取值 {policy.name} 的单位不符。", f"The policy value {policy.name} has another unit."), error.allowed,
            Text("换一个政策取值，或写 value。", "Name another policy value, or write a value."),
        ) from None  # fmt: skip
