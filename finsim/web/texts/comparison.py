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
    "same_trials": Text("哪个更有把握", "Which is surer"),
    "same_trials_finding": Text(
        "各方案用同一组随机数各算 {count} 次，相差的只是方案本身；概率在文件写明的分布之下。",
        "Each scheme is calculated {count} times with the same random numbers, so that only the schemes differ; under the distributions of the files.",
    ),
    "same_run": Text("比较", "Compare"),
    "nothing_to_compare": Text("请先选择要对比的方案。", "Choose a scheme to compare with first."),
    "surplus_by_year": Text("累计盈余资金", "Accumulated surplus"),
    "surplus_finding": Text("“{worst}”的最低盈余最低。", "“{worst}” falls lowest."),
}  # fmt: skip
