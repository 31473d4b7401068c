"""概览."""

from finsim.sheet import Text

TEXTS = {
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
    "indicators": Text("合计与指标", "Totals and indicators"),
    "indicators_finding": Text("全部年份合计；总投资等于财政资金至建设资金缺口各项来源之和。", "Over all years; total investment is the sum of the sources from fiscal grants to shortage."),
}  # fmt: skip
