"""What the page says, in both languages. A name in braces is filled in."""

from __future__ import annotations

from finsim.sheet import Text

TEXTS: dict[str, Text] = {
    # the frame
    "product": Text("老旧小区改造资金平衡测算", "Renovation balance"),
    "subtitle": Text("融资方案测算与风险分析", "Funding and risk of old-neighbourhood renovation"),
    "loading": Text("正在载入……", "Loading …"),
    "no_script": Text("本页需要启用 JavaScript。", "This page needs JavaScript."),
    "skip": Text("跳到正文", "Skip to content"),
    "other_language": Text("English", "中文"),
    "to_other_language": Text("Switch to English", "切换到中文"),
    "navigation": Text("页内导航", "On this page"),
    "nav_group": Text("资金平衡", "Balance"),
    "nav_verdict": Text("平衡结论", "Verdict"),
    "nav_charts": Text("资金与现金流", "Funds and cash flow"),
    "nav_cover": Text("本息覆盖", "Debt cover"),
    "nav_risk": Text("概率分析", "Probability"),
    "nav_statements": Text("财务报表", "Statements"),
    "nav_splits": Text("分摊规则", "Rules of splitting"),
    "nav_inputs": Text("假设与来源", "Inputs"),
    # the heading
    "crumb": Text("资金平衡", "Balance"),
    "version": Text("参数版本 {digest}", "Inputs {digest}"),
    "years": Text("{count} 年（{first}–{last}）", "{count} years ({first}–{last})"),
    "illustrative": Text("示意", "illustrative"),
    "illustrative_why": Text("由合计数分摊而来，只作示意", "comes from splitting totals: illustrative only"),
    "assumed": Text("{count} 项参数为假设值", "{count} inputs are assumptions"),
    "model": Text("模型版本 {version}", "model version {version}"),
    "variant": Text("方案变体", "Variant"),
    "by": Text("平衡口径", "Balanced by"),
    "money": Text("金额单位", "Unit of money"),
    "by_unit": Text("小区内自求平衡", "Each unit alone"),
    "by_district": Text("大片区统筹", "Each district"),
    "by_all": Text("跨片区组合", "All districts together"),
    "by_accounts": Text("文件列明的主体", "Accounts listed in the file"),
    # accounts
    "accounts": Text("平衡主体", "Accounts"),
    "accounts_finding": Text(
        "{count} 个平衡主体中 {balanced} 个能够平衡；选择一个查看详情。",
        "{balanced} of {count} accounts balance; choose one to see it.",
    ),
    "cover_short": Text("覆盖 {value} 倍", "Cover {value}"),
    "lowest_short": Text("最低盈余 {value}", "lowest surplus {value}"),
    # verdict
    "verdict": Text("平衡结论", "Verdict"),
    "passed": Text("通过", "pass"),
    "failed": Text("未通过", "fail"),
    "not_applicable": Text("不适用", "not applicable"),
    "balances": Text("平衡", "balanced"),
    "not_balanced": Text("不平衡", "unbalanced"),
    "counted": Text("计入结论", "Counted"),
    "reference": Text("参考项", "For information"),
    "threshold_at_least": Text("要求 ≥ {value}{unit}", "Required ≥ {value}{unit}"),
    "threshold_at_most": Text("要求 ≤ {value}{unit}", "Required ≤ {value}{unit}"),
    "flags": Text("财政资金的红线与提示", "Flags of public money"),
    "flag_red": Text("红线", "red flag"),
    "flag_yellow": Text("提示", "to be looked at"),
    "warnings": Text("必须改造的内容", "Mandatory works"),
    "tests": Text("平衡检验", "Tests"),
    # key figures
    "key_figures": Text("主要指标", "Key figures"),
    "investment": Text("总投资", "Total investment"),
    "investment_note": Text("含建设期利息及费用 {amount}", "With construction interest and fees {amount}"),
    "debt": Text("债务融资", "Debt"),
    "share_note": Text("占总投资 {share}", "{share} of investment"),
    "grants": Text("财政资金", "Fiscal grants"),
    "grants_note": Text("占总投资 {share}，户均 {amount} 万元", "{share} of investment; CNY {amount} a household"),
    "cover": Text("本息覆盖倍数", "Debt cover"),
    "cover_note": Text("可偿债收益 ÷ 债券本息合计", "Income ÷ whole bond service"),
    "npv": Text("财务净现值", "Net present value"),
    "npv_note": Text("项目自身，折现率 {rate}；{payback}", "Of the project, at {rate}; {payback}"),
    "payback_years": Text("回收期 {years} 年", "payback {years} years"),
    "no_payback": Text("期内不能回收", "no payback within the period"),
    # charts and tables
    "show_data": Text("查看数据表", "Show data"),
    "total_of": Text("总投资 {amount}", "Total {amount}"),
    "statements": Text("财务报表", "Statements"),
    "statements_finding": Text(
        "行次按《建设项目经济评价方法与参数》（第三版）；检查行（来源减运用、资产减负债及权益、现金检查）最大偏差 {largest} 万元。",
        "Rows follow the methods and parameters of project evaluation (third edition); the check rows (sources less uses, assets less claims, cash) are off by at most {largest} (CNY 10,000).",
    ),
    "indicators": Text("合计与指标", "Totals and indicators"),
    "indicators_finding": Text("全部年份合计；总投资等于财政资金至建设资金缺口各项来源之和。", "Over all years; total investment is the sum of the sources from fiscal grants to shortage."),
    "splits": Text("分摊规则", "Rules of splitting"),
    "splits_finding": Text(
        "项目合计数按下列依据分到 {count} 个改造单元；单个主体的数字随之为示意值。",
        "Totals of the programme are divided over {count} units by these rules; figures of a single account are illustrative.",
    ),
    "no_splits": Text("没有需要分摊的合计数。", "No total is split."),
    # simulation
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
    # inputs
    "inputs": Text("假设与来源", "Inputs"),
    "inputs_finding": Text(
        "共 {count} 项输入，其中 {assumed} 项为假设；未采用的缺省不列。改写数值后按“试算”，先看差别再下载，原文件不变。",
        "{count} inputs, {assumed} of them assumptions; defaults not used are left out. Type other values and press Try to see what differs; the file itself stays as it is.",
    ),
    "inputs_section": Text("{name}（{count}）", "{name} ({count})"),
    "input": Text("参数", "Input"),
    "value": Text("取值", "Value"),
    "unit": Text("单位", "Unit"),
    "allowed": Text("允许范围", "Allowed"),
    "assumed_range": Text("假设范围", "Assumed"),
    "of_total": Text("合计 {low} 至 {high}", "{low} to {high} in total"),
    "kind": Text("性质", "Kind"),
    "source": Text("来源文件", "Source"),
    "place": Text("文件：行", "File: line"),
    "try": Text("试算", "Try"),
    "download": Text("下载情景", "Download scenario"),
    "nothing_changed": Text("没有改动任何数值。", "No value was changed."),
    "bad_inputs": Text("{count} 个数值不能采用，见各格下的说明；其余一律未变。", "Values that cannot be used: {count}. Each field says why; nothing else has changed."),
    "refused_input": Text("{what}允许：{allowed}", "{what} Allowed: {allowed}"),
    "no_number": Text("不是能用的数值。", "This is not a number that can be used."),
    "outside": Text("数值超出允许范围。", "The number is outside the allowed range."),
    "see_differences": Text("差别见下方", "See the differences below"),
    "follows": Text("这个数由方案的其他内容推出，不能单独改。", "This number follows from other parts of the scenario and cannot be changed alone."),
    "differences": Text("与原方案的差别", "Differences from the scenario"),
    "was": Text("原值", "Was"),
    "is": Text("现值", "Is"),
    "change": Text("改动", "Change"),
    "typed": Text("改写", "typed"),
    "followed": Text("随之变动", "follows"),
    "before": Text("原方案", "Before"),
    "after": Text("试算后", "After"),
    "lowest": Text("最低盈余", "Lowest surplus"),
}  # fmt: skip


class Words:
    """The texts in one language.

    >>> Words("zh")("years", count=33, first=2023, last=2055)
    '33 年（2023–2055）'
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, key: str, **values: object) -> str:
        return TEXTS[key].say(self.lang).format(**values)
