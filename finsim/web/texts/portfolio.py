"""片区组合."""

from finsim.sheet import Text

TEXTS = {
    "splits": Text("分摊规则", "Rules of splitting"),
    "splits_finding": Text(
        "项目合计数按下列依据分到 {count} 个改造单元；单个主体的数字随之为示意值。",
        "Totals of the programme are divided over {count} units by these rules; figures of a single account are illustrative.",
    ),
    "no_splits": Text("没有需要分摊的合计数。", "No total is split."),
}  # fmt: skip
