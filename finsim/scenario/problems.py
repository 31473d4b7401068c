"""What is wrong with a scenario: where, what was found, what is allowed, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from finsim.sheet.text import Text

_SHOWN = 80  # characters of what the user wrote; more would bury the remedy

_SAID = Text("填写：", "Found: ")
_ALLOWED = Text("允许：", "Allowed: ")
_REMEDY = Text("改法：", "Fix: ")


def dotted(path: Iterable[str | int]) -> str:
    """A path as people write it: `catalogue.streams.parking.occupancy`, items of a list by number from 0."""
    return ".".join(str(key) for key in path)


def placed(file: str, line: int | None) -> str:
    """A place as people write it: `districts.csv:3`; the whole file where no line is known."""
    return file if line is None else f"{file}:{line}"


@dataclass(frozen=True)
class Problem:
    """One thing to mend in one place of a file."""

    file: str
    line: int | None
    path: str
    what: Text
    found: str
    allowed: Text
    remedy: Text

    def say(self, lang: str) -> str:
        """Place, sentence, found and allowed, remedy: a line each, without the parts that are empty."""
        place = placed(self.file, self.line)
        evidence = [
            label.say(lang) + words
            for label, words in ((_SAID, _short(self.found)), (_ALLOWED, self.allowed.say(lang)))
            if words
        ]
        rows = [
            f"{place}  {self.path}".rstrip(),
            self.what.say(lang),
            "   ".join(evidence),
            _REMEDY.say(lang) + self.remedy.say(lang),
        ]
        return "\n  ".join(row for row in rows if row)


class ScenarioError(Exception):
    """A scenario that cannot be used, with every problem that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line or 0, p.path)))
        super().__init__(self.problems)

    def say(self, lang: str) -> str:
        """A headline with the count, then every problem."""
        count = len(self.problems)
        headline = Text(f"共 {count} 处问题：", f"{count} problem{'' if count == 1 else 's'}:")
        return "\n\n".join([headline.say(lang), *(problem.say(lang) for problem in self.problems)])

    def __str__(self) -> str:
        return f"{self.say('zh')}\n\n{self.say('en')}"


def _short(found: str) -> str:
    """What the user wrote, on one line and not too long."""
    line = " ".join(found.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
