"""报表."""

from finsim.sheet import Text

TEXTS = {
    "statements": Text("财务报表", "Statements"),
    "statements_finding": Text(
        "行次按《建设项目经济评价方法与参数》（第三版）；检查行（来源减运用、资产减负债及权益、现金检查）最大偏差 {largest} 万元。",
        "Rows follow the methods and parameters of project evaluation (third edition); the check rows (sources less uses, assets less claims, cash) are off by at most {largest} (CNY 10,000).",
    ),
}  # fmt: skip
