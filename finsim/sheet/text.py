"""A text in the two languages finsim speaks."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def say(self, lang: str) -> str:
        """The words in one language, `zh` or `en`."""
        return {"zh": self.zh, "en": self.en}[lang]
