"""What the pages say, in both languages, each page in a module of its own. A name in braces is filled in."""

from __future__ import annotations

from finsim.sheet import Text
from finsim.web.texts import (
    comparison,
    exports,
    frame,
    inputs,
    library,
    overview,
    portfolio,
    probability,
    statements,
    why,
)

PARTS = (frame, overview, statements, probability, comparison, portfolio, library, inputs, exports, why)
TEXTS: dict[str, Text] = {key: text for part in PARTS for key, text in part.TEXTS.items()}
assert len(TEXTS) == sum(len(part.TEXTS) for part in PARTS), "a text has one place"


class Words:
    """The texts in one language.

    >>> Words("zh")("years", count=33, first=2023, last=2055)
    '33 年（2023–2055）'
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, key: str, **values: object) -> str:
        return TEXTS[key].say(self.lang).format(**values)
