"""成果."""

from finsim.sheet import Text

TEXTS = {
    "exports": Text("带走成果", "Take along"),
    "exports_finding": Text("都是当前情景、变体、口径和主体的成果，各带参数版本。", "All of the scenario, variant, grouping and account shown, each with its digest."),
    "take": Text("下载", "Download"),
    "take_this": Text("下载{name}", "Download: {name}"),
    "taken": Text("已生成 {name}。", "Made {name}."),
    "export_workbook": Text("工作簿（活公式）", "Workbook with live formulas"),
    "export_workbook_note": Text("所选主体的全部计算，Excel 里改数即重算；改过的可在情景库上传。", "All calculations of the chosen account; change a number and it calculates; hand an edited one in at the library."),
    "export_figures": Text("指标表（CSV）", "Table of figures (CSV)"),
    "export_figures_note": Text("每个平衡主体一行：结论、各项检验、合计与指标。", "A row for each account: verdict, tests, totals and indicators."),
    "export_results": Text("结果（JSON）", "Results (JSON)"),
    "export_results_note": Text("与 finsim run --json 相同。", "The same as finsim run --json."),
    "export_record": Text("可复算的记录（JSON）", "Record that can be calculated again (JSON)"),
    "export_record_note": Text("情景、版本和结果；finsim replay 逐数核对。", "Scenario, versions and results; finsim replay compares every figure."),
    "export_scenario": Text("情景文件（YAML）", "Scenario (YAML)"),
    "export_scenario_note": Text("一个文件，含全部变体，不需要其他文件。", "One file with all variants that needs no other."),
    "reproduce": Text("复现", "Reproduce"),
    "reproduce_finding": Text("下载情景文件后，在终端得到同样的结果（参数版本 {digest}）：", "With the scenario downloaded, a terminal gives the same (digest {digest}):"),
}  # fmt: skip
