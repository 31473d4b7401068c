"""What came of calculating a record again, on the terminal and as plain data."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from finsim.record import Difference, Replay
from finsim.report.terminal import WholeTable as Table
from finsim.sheet import Text

SHOWN = 20
"""Differences that are listed."""
_SAID = {
    "what": Text("项目", "what"), "recorded": Text("记录", "recorded"), "now": Text("现在", "now"), "variant": Text("方案变体", "variant"),
    "same": Text("✔ 全部数值与记录逐位相同。", "✔ Every figure is the same as recorded, bit for bit."),
    "digest": Text("✘ 情景摘要与记录不同：公式、政策数值或情景已变。", "✘ The digest is not the one recorded: formulas, policy values or the scenario changed."),
    "figures": Text("✘ 与记录不同的数值：", "✘ Figures that differ from the record:"),
    "versions": Text("版本与记录不同：", "Versions that differ from the record:"),
}  # fmt: skip


def show_replay(replay: Replay, lang: str) -> None:
    """The verdict first, then what differs."""
    console = Console()
    digests = ", ".join(run["digest"] for run in replay.record["runs"])
    console.print(f"digest {digests}", highlight=False)
    if replay.same:
        console.print(_SAID["same"].say(lang), highlight=False)
    for title, found in (("digest", replay.digests), ("figures", replay.figures), ("versions", replay.versions)):
        if not found:
            continue
        console.print(_SAID[title].say(lang), highlight=False)
        table = Table(*(_SAID[key].say(lang) for key in ("variant", "what", "recorded", "now")))
        for one in found[:SHOWN]:
            table.add_row(one.variant, one.path, str(one.recorded), str(one.now))
        console.print(table)
        if len(found) > SHOWN:
            console.print(f"… {len(found)}", highlight=False)


def replay_json(replay: Replay) -> dict[str, Any]:
    """Plain data: whether all is the same, and what differs."""
    return {
        "same": replay.same,
        "digests": [run["digest"] for run in replay.record["runs"]],
        "different": {
            "digests": _plain(replay.digests), "figures": _plain(replay.figures), "versions": _plain(replay.versions),
        },
    }  # fmt: skip


def _plain(differences: tuple[Difference, ...]) -> list[dict[str, object]]:
    return [dict(vars(one)) for one in differences]
