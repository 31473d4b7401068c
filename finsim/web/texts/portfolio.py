"""片区组合."""

from finsim.sheet import Text

TEXTS = {
    "groupings": Text("平衡口径比较", "Ways of grouping"),
    "groupings_finding": Text(
        "“{by}”最好：{count} 个主体中 {balanced} 个平衡，待落实资金峰值合计 {gap}。",
        "“{by}” does best: {balanced} of {count} accounts balance; money still to be secured peaks at {gap} in all.",
    ),
    "all_balance": Text("全部平衡", "all balance"),
    "some_balance": Text("{balanced}/{count} 平衡", "{balanced} of {count} balance"),
    "gap_of_all": Text("待落实资金峰值合计 ", "still to be secured, peaks in all: "),
    "account_table": Text("各平衡主体", "Accounts"),
    "splits": Text("分摊规则", "Rules of splitting"),
    "splits_finding": Text(
        "项目合计数按下列依据分到 {count} 个改造单元；单个主体的数字随之为示意值。",
        "Totals of the programme are divided over {count} units by these rules; figures of a single account are illustrative.",
    ),
    "no_splits": Text("没有需要分摊的合计数。", "No total is split."),
}  # fmt: skip
