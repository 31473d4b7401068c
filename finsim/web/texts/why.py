"""为什么: the explanation of a number."""

from finsim.sheet import Text

TEXTS = {
    "why": Text("这个数的由来", "Why this number"),
    "why_hint": Text("点按任一数字可看它的由来；表中可用方向键移动，按回车打开。", "Select any number to see where it comes from; in a table, arrow keys move and Enter opens."),
    "why_back": Text("返回：", "Back to: "),
    "why_close": Text("关闭", "Close"),
    "why_formula": Text("计算式", "Formula"),
    "why_parts": Text("由这些数得出", "From these numbers"),
    "why_each_year": Text("{name}（{first}–{last} 年）", "{name} ({first}–{last})"),
    "why_each_unit": Text("{name}（{count} 个单元）", "{name} ({count} units)"),
    "why_each_account": Text("{name}（{count} 个主体）", "{name} ({count} accounts)"),
    "why_elsewhere": Text("属于另一方案：{scheme}", "Of another scheme: {scheme}"),
    "why_tried": Text("属于试算（未保存），其中改动了：{changes}", "Of a trial that is not kept, in which these inputs were changed: {changes}"),
    "why_change": Text("{name} {before} → {after} {unit}", "{name} {before} → {after} {unit}"),
    "why_from": Text("从哪里来", "Where it comes from"),
    "why_allowed": Text("允许范围", "Allowed"),
    "why_note": Text("说明", "Remark in the file"),
    "why_default": Text("方案没有写，取缺省值。", "Not stated in the scenario: the default is taken."),
    "why_inputs": Text("在“假设与来源”中查看和试改", "See it and try another value under Inputs"),
    "why_row": Text("计算表的行", "Row of the sheet"),
    "why_written": Text("公式所在", "Where the formula is written"),
    "why_sum": Text("合计 {amount}", "{amount} in all"),
    "why_total": Text("各年合计", "all years"),
    "why_unknown": Text("这里没有这个数。", "There is no such number here."),
}  # fmt: skip
