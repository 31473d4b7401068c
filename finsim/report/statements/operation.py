"""收入、成本与利润：revenue with its taxes, total cost with its sub-schedules, profit and appropriation."""

from __future__ import annotations

from finsim.model.structure import ELEMENTS, Structure
from finsim.report.statements.entries import Entry, Statement, absent, each, heading, of_which, row
from finsim.sheet import Text

_ELEMENTS = (
    Text("外购原材料费", "materials"),
    Text("外购燃料及动力费", "fuel and power"),
    Text("工资及福利费", "wages and benefits"),
    Text("修理费", "repairs"),
    Text("其他费用", "other costs"),
)


def revenue(s: Structure) -> Statement:
    kinds = dict(s.kinds)
    earned = [item for item in s.streams if kinds.get(item[0], "revenue") == "revenue"]
    return Statement(
        "operations",
        Text("营业收入、税金及附加和增值税估算表", "Revenue, surcharges and value-added tax"),
        (
            row("1", "营业收入", "revenue", "operations.revenue", strong=True),
            *each("1", earned, "streams.{}.revenue"),
            row("2", "税金及附加", "taxes and surcharges", "surcharges.surcharges", strong=True),
            absent("2.1", "消费税", "consumption tax"),
            absent("2.2", "城市维护建设税", "city maintenance and construction tax"),
            absent("2.3", "教育费附加", "education surcharge"),
            absent("2.4", "地方教育附加", "local education surcharge"),
            row("2.5", "附加税费（2.2－2.4 合并计算）", "surcharges, 2.2 to 2.4 as one", "surcharges.added"),
            row("2.6", "房产税", "property tax", "surcharges.property_tax"),
            row("3", "增值税", "value-added tax", "vat.payable", strong=True),
            row("3.1", "销项税额", "output VAT", "operations.output_vat"),
            row("", "其中：简易计税", "of which by the simplified method", "operations.simplified_vat"),
            row("3.2", "进项税额（运营）", "input VAT of operation", "operations.input_vat"),
            row("3.3", "可抵扣固定资产进项税额", "input VAT of investment credited", "vat.absorbed"),
            row("", "期初留抵", "credit at the beginning", "vat.credit", opening=True),
            row(
                "",
                "当期投资进项税额",
                "input VAT of investment",
                "investment.creditable_vat",
                "operations.sustaining_vat",
            ),
            row("", "期末留抵", "credit at year end", "vat.credit"),
            row("3.4", "应纳增值税", "VAT payable", "vat.payable"),
            row("3.5", "增值税返还（计入补贴收入）", "VAT refunded, a subsidy", "vat.refund"),
        ),
    )


def cost(s: Structure) -> Statement:
    elements = dict(s.elements)
    entries: list[Entry] = []
    for number, (element, label) in enumerate(zip(ELEMENTS, _ELEMENTS, strict=True), 1):
        own = [item for item in s.costs if elements.get(item[0], "others") == element]
        entries += [row(str(number), *label, f"operations.{element}"), *each(str(number), own, "costs.{}.cost")]
    return Statement(
        "cost",
        Text("总成本费用估算表（生产要素法）", "Total cost by elements"),
        (
            *entries,
            row("6", "经营成本", "operating cost", "operations.cost", strong=True),
            row("7", "折旧费", "depreciation", "assets.depreciation"),
            row("8", "摊销费", "amortisation", "assets.amortisation"),
            row("9", "利息支出", "interest", "profit.interest"),
            row("9.1", "长期债务利息及费用", "interest and fees of long-term debt", "profit.long_interest"),
            row("9.2", "流动资金借款利息", "interest of the working-capital loan", "working_loan.interest"),
            row("9.3", "短期借款利息", "interest of short-term loans", "debts.bridge_interest"),
            row("10", "总成本费用合计", "total cost", "profit.total_cost", strong=True),
            row("", "其中：可变成本", "of which variable", "profit.variable_cost"),
            row("", "其中：固定成本", "of which fixed", "profit.fixed_cost"),
        ),
    )


def depreciation(s: Structure) -> Statement:
    classes = [_work(*item) for item in s.works if item[0] not in s.intangible]
    classes += [
        (label, (), f"replacements.{name}.depreciation", f"replacements.{name}.net") for name, label in s.replacements
    ]
    interest, before = (
        Text("建设期利息形成的资产", "capitalised interest"),
        Text("期初固定资产", "assets of the beginning"),
    )
    classes += [
        (interest, ("assets.interest_asset",), "assets.interest_depreciation", "assets.interest_net"),
        (before, ("assets.opening_fixed",), "assets.opening_depreciation", "assets.opening_net"),
    ]
    whole = ("investment.assets", "assets.interest_asset", "assets.opening_fixed")
    cost = Text("原值（不含更新）", "cost, without replacement") if s.replacements else Text("原值", "cost")
    return Statement(
        "depreciation",
        Text("固定资产折旧费估算表", "Depreciation of fixed assets"),
        (
            *_classes(classes, Text("当期折旧费", "depreciation")),
            heading("", "合计", "total"),
            row("", *cost, *whole),
            row("", "当期折旧费", "depreciation", "assets.depreciation", strong=True),
            row("", "净值", "net", "assets.fixed_net", strong=True),
        ),
    )


def amortisation(s: Structure) -> Statement:
    classes = [_work(*item) for item in s.works if item[0] in s.intangible]
    right = Text("经营权", "operating right")
    classes.append((right, ("assets.right",), "assets.right_amortisation", "assets.right_net"))
    return Statement(
        "amortisation",
        Text("无形资产和其他资产摊销估算表", "Amortisation of intangible and other assets"),
        (
            *_classes(classes, Text("当期摊销费", "amortisation")),
            heading("", "合计", "total"),
            row("", "原值", "cost", "investment.intangibles", "assets.right"),
            row("", "当期摊销费", "amortisation", "assets.amortisation", strong=True),
            row("", "净值", "net", "assets.intangible_net", strong=True),
        ),
    )


Class = tuple[Text, tuple[str, ...], str, str]
"""A class of assets: its name, and its rows of cost, of what is written off in the year, and of what is left."""


def _work(name: str, label: Text) -> Class:
    return label, (f"works.{name}.asset",), f"works.{name}.depreciation", f"works.{name}.net"


def _classes(classes: list[Class], written_off: Text) -> list[Entry]:
    found: list[Entry] = []
    for number, (label, cost, charge, net) in enumerate(classes, 1):
        found += [
            heading(str(number), *label),
            row("", "原值", "cost", *cost),
            row("", *written_off, charge),
            row("", "净值", "net", net),
        ]
    return found


def profit(s: Structure) -> Statement:
    kinds = dict(s.kinds)
    subsidies = [item for item in s.streams if kinds.get(item[0], "revenue") != "revenue"]
    to_ordinary = ("appropriation.distributable", "-appropriation.to_preferred", "-appropriation.optional")
    return Statement(
        "profit",
        Text("利润与利润分配表", "Profit and appropriation"),
        (
            row("1", "营业收入", "revenue", "operations.revenue"),
            row("2", "营业税金及附加", "taxes and surcharges", "surcharges.surcharges"),
            row("3", "总成本费用", "total cost", "profit.total_cost"),
            row("4", "补贴收入", "subsidies", "profit.subsidy"),
            *of_which(subsidies, "streams.{}.revenue"),
            row("", "其中：增值税返还", "of which VAT refunded", "vat.refund"),
            row("5", "利润总额", "profit before tax", "profit.before_tax", strong=True),
            row("", "纳税调整", "adjustment for tax", "tax.adjustment"),
            row("6", "弥补以前年度亏损", "loss relief", "tax.relief"),
            row("7", "应纳税所得额", "taxable income", "tax.taxable"),
            row("8", "所得税", "income tax", "tax.tax"),
            row("9", "净利润", "net profit", "profit.net", strong=True),
            row("10", "期初未分配利润", "opening retained earnings", "appropriation.opening"),
            row("11", "可供分配的利润", "profit available", "appropriation.available", balance=True),
            row("12", "提取法定盈余公积金", "to statutory reserve", "appropriation.reserve"),
            row("13", "可供投资者分配的利润", "available to investors", "appropriation.distributable", balance=True),
            row("14", "应付优先股股利", "preferred dividend", "appropriation.to_preferred"),
            row("15", "提取任意盈余公积金", "to optional reserve", "appropriation.optional"),
            row("16", "应付普通股股利", "available for ordinary dividends", *to_ordinary, balance=True),
            row("17", "各投资方利润分配", "dividends", "appropriation.dividends"),
            row("18", "未分配利润", "retained earnings", "appropriation.retained"),
            row("19", "息税前利润", "EBIT", "profit.ebit", strong=True),
            row("20", "息税折旧摊销前利润", "EBITDA", "profit.ebitda", strong=True),
        ),
    )
