"""报表."""

from finsim.sheet import Text

TEXTS = {
    "statements": Text("财务报表", "Statements"),
    "statements_finding": Text(
        "行次按《建设项目经济评价方法与参数》（第三版）；检查行（来源减运用、资产减负债及权益、现金检查）最大偏差 {largest} 万元。",
        "Rows follow the methods and parameters of project evaluation (third edition); the check rows (sources less uses, assets less claims, cash) are off by at most {largest} (CNY 10,000).",
    ),
    "statements_investment": Text("投资与资金筹措", "Investment and funding"),
    "statements_operation": Text("收入、成本与利润", "Revenue, cost and profit"),
    "statements_flows": Text("现金流量", "Cash flows"),
    "statements_position": Text("资产负债与还本付息", "Position and debt service"),
    "statements_platform": Text("政府债务平台", "Government-debt platform"),
    "year_construction": Text("建设", "building"),
    "year_operation": Text("运营", "operating"),
    "year_both": Text("建设·运营", "both"),
    "download_csv": Text("下载 CSV", "Download CSV"),
    "checks": Text("勾稽检查", "Checks"),
    "checks_finding": Text(
        "检查行逐年应为 0；列出本主体各年中的最大偏差。",
        "Check rows must be nothing in every year; the greatest deviation of this account is listed.",
    ),
    "check_holds": Text("相符", "agrees"),
    "check_fails": Text("不符", "differs"),
    "check_off": Text("最大偏差 {value} 万元", "off by at most {value} (CNY 10,000)"),
    "check_platform": Text("平台校验", "The platform's checks"),
}  # fmt: skip
