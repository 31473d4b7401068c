"""假设与来源."""

from finsim.sheet import Text

TEXTS = {
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
