"""A scenario on the desk: its variants, and the results asked for so far."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

from finsim.result import Result, run
from finsim.scenario.document import Document
from finsim.scenario.loading import variants_of
from finsim.scenario.scenario import Scenario
from finsim.web.trial import Items, used

RESULTS_KEPT = 64


class Desk:
    """The scenario of a file, or of a document that needs no other, with each of its variants.

    ``name`` is that of the file, without its ending; ``document`` gives a variant as one that needs no other file. Making one raises ``ScenarioError`` if the file or one of its
    variants does not hold.
    """

    def __init__(self, source: Path | Document, name: str) -> None:
        found = variants_of(source)
        self.name, self.default = name, found.default
        self.scenarios, self.document = found.scenarios, lru_cache(None)(found.document)
        self._result = lru_cache(RESULTS_KEPT)(self._run)
        self._calculating = Lock()

    def scenario(self, variant: str) -> Scenario:
        return self.scenarios[variant]

    def result(self, variant: str, by: str) -> Result:
        """The result of a variant for a grouping, calculated once, also if several parts of a page ask at a time."""
        with self._calculating:
            return self._result(variant, by)

    def _run(self, variant: str, by: str) -> Result:
        return run(self.scenarios[variant], by)

    @cached_property
    def items(self) -> dict[str, Items]:
        """The inputs that each variant uses."""
        return {name: used(scenario) for name, scenario in self.scenarios.items()}
