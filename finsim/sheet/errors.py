"""Errors of the sheet: always in both languages, always naming the row."""

from __future__ import annotations

from finsim.sheet.text import Text


class FormulaError(TypeError):
    """A formula does something a sheet cannot: raised by the expression, before the row is known."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message.en


class SheetError(Exception):
    """The rows do not make a sheet. ``message`` holds the sentence in Chinese and English."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return f"{self.message.zh} / {self.message.en}"
