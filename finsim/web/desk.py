"""What the server holds: one scenario file, its variants, and the results asked for so far."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from finsim.result import Result, run
from finsim.scenario.document import Document
from finsim.scenario.loading import load, self_contained
from finsim.scenario.scenario import Scenario

RESULTS_KEPT = 64


class Desk:
    """The scenario in a file with each of its variants; loading raises ``ScenarioError`` if one does not hold."""

    def __init__(self, file: str | Path) -> None:
        base = load(file)
        self.default = base.variant.id if base.variant else ""
        names = [v.id for v in base.variants]
        self.scenarios: dict[str, Scenario] = {name: load(file, name) for name in names} if names else {"": base}
        self.documents: dict[str, Document] = {name: self_contained(file, name) for name in self.scenarios}
        """Each of them as one file that needs no other."""
        self.name = Path(file).stem
        self._by_digest = {s.digest: s for s in self.scenarios.values()}
        self._result = lru_cache(RESULTS_KEPT)(self._run)

    def scenario(self, variant: str) -> Scenario:
        return self.scenarios[variant]

    def result(self, variant: str, by: str) -> Result:
        """The result of a variant for a grouping, calculated once."""
        return self._result(self.scenario(variant).digest, by)

    def _run(self, digest: str, by: str) -> Result:
        return run(self._by_digest[digest], by)
