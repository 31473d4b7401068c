"""情景库."""

from finsim.sheet import Text

TEXTS = {
    "library_finding": Text("{count} 个情景可以打开。", "{count} scenarios can be opened."),
}  # fmt: skip
