"""方案对比."""

from finsim.sheet import Text

TEXTS = {
    "against": Text("与基准（当前方案）对比的方案，最多三个", "Schemes beside the baseline (the one shown), at most three"),
    "variants_of_it": Text("同一情景的变体", "Variants of the scenario"),
    "compared_figures": Text("结论与指标", "Verdict and figures"),
    "compared_finding": Text("以“{base}”为基准；能够平衡的：{balanced}。", "Against “{base}”; balanced: {balanced}."),
    "none_of_them": Text("都不能", "none"),
    "mode": Text("显示", "Show"),
    "mode_value": Text("数值", "Values"),
    "mode_difference": Text("与基准之差", "Differences"),
    "mode_percent": Text("与基准之差（%）", "Percentages"),
    "range": Text("范围", "Range"),
    "inputs_only": Text("仅看不同", "Only what differs"),
    "inputs_all": Text("全部", "All"),
    "compared_inputs": Text("输入", "Inputs"),
    "inputs_differ": Text("{count} 项输入不同。", "Inputs that differ: {count}."),
    "surplus_by_year": Text("累计盈余资金", "Accumulated surplus"),
    "surplus_finding": Text("“{worst}”的最低盈余最低。", "“{worst}” falls lowest."),
}  # fmt: skip
