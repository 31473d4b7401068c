"""概率分析."""

from finsim.sheet import Text

TEXTS = {
    "risk": Text("平衡概率", "Probability of balance"),
    "trials": Text("模拟次数", "Trials"),
    "seed": Text("随机种子", "Seed"),
    "run": Text("运行模拟", "Run"),
    "cancel": Text("取消", "Cancel"),
    "progress": Text("模拟进度", "Progress of the simulation"),
    "risk_finding": Text(
        "对 {count} 项不确定参数抽样；各方案变体用同一种子一并模拟，概率不单独给出。",
        "{count} uncertain inputs are drawn; all variants run with the same seed, so that no probability stands alone.",
    ),
    "no_draws": Text("方案没有列出不确定参数（uncertain），无法模拟。", "The scenario lists no uncertain inputs, so there is nothing to simulate."),
    "idle": Text("当前口径尚未模拟。", "Not yet simulated for this grouping."),
    "queued": Text("排队中……", "Waiting …"),
    "running": Text("已完成 {done}/{total} 次 · 用时 {seconds} 秒", "{done} of {total} trials · {seconds} s"),
    "done": Text("已完成 {total}/{total} 次 · 用时 {seconds} 秒 · 种子 {seed}", "{total} of {total} trials · {seconds} s · seed {seed}"),
    "cancelled": Text("已取消（完成 {done}/{total} 次）。", "Cancelled after {done} of {total} trials."),
    "failed_job": Text("运行失败：{reason}", "Failed: {reason}"),
    "interrupted": Text("运行中断：计算进程已结束，请重新运行。", "Interrupted: the worker process ended. Please run again."),
    "busy": Text("排队的任务已满，请稍后再试。", "Too many runs are waiting; please try again later."),
    "bad_numbers": Text("模拟次数须为 {low} 至 {high} 的整数，种子须为非负整数。", "Trials must be a whole number from {low} to {high}, the seed a whole number from 0."),
    "confidence": Text("{level} 置信区间 {low}–{high}（{method}）", "{level} confidence interval {low}–{high} ({method})"),
    "probability_of": Text("平衡概率", "Probability of balance"),
    "this_variant": Text("（当前）", " (shown)"),
    "all_accounts": Text("全部主体同时平衡", "All accounts at once"),
    "standard": Text("平衡（计入结论的检验全部通过）", "Balance (all counted tests)"),
    "test": Text("检验", "Test"),
    "tests_by_variant": Text("各项检验的通过概率", "Probability of passing each test"),
}  # fmt: skip
