"""A sheet of rows, each written once as a short Python formula. Knows no finance and imports nothing of ours."""

from finsim.sheet.block import Block, Input, Schedule, UnitSum, line
from finsim.sheet.expression import (
    MISSING,
    TOLERANCE,
    clip,
    known,
    maximum,
    minimum,
    otherwise,
    ratio,
    share,
    sqrt,
    total,
    where,
)
from finsim.sheet.text import Text

__all__ = [
    "MISSING",
    "TOLERANCE",
    "Block",
    "Input",
    "Schedule",
    "Text",
    "UnitSum",
    "clip",
    "known",
    "line",
    "maximum",
    "minimum",
    "otherwise",
    "ratio",
    "share",
    "sqrt",
    "total",
    "where",
]
