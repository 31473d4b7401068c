"""Numbers with units, and their bounds."""

import contextlib
import doctest
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsim.scenario import quantity
from finsim.scenario.quantity import QuantityError, check, convert
from finsim.sheet.text import Text


@pytest.mark.parametrize(
    ("value", "unit", "number"),
    [
        (12, "万元", 12.0),
        (-0.5, "1", -0.5),
        ("1,234.5 万元", "万元", 1234.5),
        ("-1,234,567 元", "元", -1234567.0),
        ("1.2 亿元", "万元", 12000.0),
        ("4000 元", "万元", 0.4),
        ("0.4万元/户", "元/户", 4000.0),
        ("4000 元/户", "元/户", 4000.0),
        ("62 元/㎡", "元/㎡", 62.0),
        ("62 元/m2", "元/㎡", 62.0),
        ("62 元 / 平方米", "元/㎡", 62.0),
        ("0.3 万元/位·月", "元/位·月", 3000.0),
        ("4.1%", "1", 0.041),
        ("４．１％", "1", 0.041),
        ("5‰", "1", 0.005),
        ("5%/年", "1/年", 0.05),
        ("0.05/年", "1/年", 0.05),
        ("1.5 万平方米", "㎡", 15000.0),
        ("15000 m2", "万㎡", 1.5),
        ("3 个月", "年", 0.25),
        ("30 年", "月", 360.0),
        ("６２０ 户", "户", 620.0),
        ("8 kWh", "kWh", 8.0),
        ("620", "户", 620.0),
    ],
)
def test_converts(value: int | float | str, unit: str, number: float) -> None:
    assert convert(value, unit) == number


@pytest.mark.parametrize(
    ("value", "unit", "what", "allowed"),
    [
        ("4.1%", "万元", "Wrong unit: this value is in 万元.", "元, 万元, 亿元"),
        ("4000 元/㎡", "元/户", "Wrong unit: this value is in 元/户.", "元/户, 万元/户, 亿元/户"),
        ("500 元/位·年", "元/位·月", "Wrong unit: this value is in 元/位·月.", "元/位·月, 万元/位·月"),
        ("500 元/月·位", "元/位·月", "Wrong unit: this value is in 元/位·月.", "元/位·月, 万元/位·月"),
        ("500 元", "元/户", "Wrong unit: this value is in 元/户.", "元/户"),
        ("4 户", "1", "Wrong unit: this value is in a decimal share.", "%, ‰"),
        ("4 成", "1", "Wrong unit: this value is in a decimal share.", "%, ‰"),
        ("4 栋", "个", "Wrong unit: this value is in 个.", "个"),
        ("4,1", "万元", "This is not a number.", "元, 万元, 亿元"),
        ("12,34 元", "万元", "This is not a number.", "元, 万元, 亿元"),
        ("约3000", "万元", "This is not a number.", "元, 万元, 亿元"),
        ("3000~4000 元", "万元", "This is not a number.", "元, 万元, 亿元"),
        ("3 000", "万元", "This is not a number.", "元, 万元, 亿元"),
        ("九", "个", "This is not a number.", "个"),
        ("٣", "个", "This is not a number.", "个"),
        ("", "个", "This is not a number.", "个"),
        ("9" * 16, "个", "This is not a number.", "个"),
        (True, "个", "This is not a number.", "个"),
        (None, "个", "This is not a number.", "个"),
        ([1], "个", "This is not a number.", "个"),
        (float("nan"), "个", "The number is too large or not finite.", "个"),
        (float("-inf"), "个", "The number is too large or not finite.", "个"),
        (10**400, "个", "The number is too large or not finite.", "个"),
    ],
)
def test_refuses(value: object, unit: str, what: str, allowed: str) -> None:
    with pytest.raises(QuantityError) as caught:
        convert(value, unit)
    assert caught.value.what.en == what
    assert caught.value.allowed.en.startswith(f"a number, or one with its unit: {allowed}")
    assert all(text.zh and text.en for text in (caught.value.what, caught.value.allowed, caught.value.remedy))


@given(st.floats(0, 1e9).map(lambda number: round(number, 6)))
def test_per_cent_is_the_nearest_float(number: float) -> None:
    assert convert(f"{number:.6f}%", "1") == float(f"{number:.6f}e-2")


@given(st.text())
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with contextlib.suppress(QuantityError):
        assert isinstance(convert(text, "元/户"), float)


@pytest.mark.parametrize(
    ("number", "bounds", "unit"),
    [
        (0, {"ge": 0, "le": 1}, "1"),
        (1, {"ge": 0, "le": 1}, "1"),
        (0.5, {"gt": 0, "lt": 1}, "1"),
        (-7, {}, "万元"),
    ],
)
def test_inside(number: float, bounds: dict[str, float], unit: str) -> None:
    check(number, **bounds, unit=unit)


PER_CENT = Text("百分数请写成 4.1%。", "Write per cent as 4.1%.")
WITHIN = Text("改为允许范围内的数值。", "Write a number within the range.")


@pytest.mark.parametrize(
    ("number", "bounds", "unit", "allowed", "remedy"),
    [
        (4.1, {"ge": 0, "le": 1}, "1", Text("0 至 1", "0 to 1"), PER_CENT),
        (4.1, {"gt": 0, "lt": 1}, "1", Text("大于 0 且小于 1", "more than 0 and less than 1"), PER_CENT),
        (4.1, {"le": 0.02}, "1", Text("不大于 0.02", "at most 0.02"), WITHIN),
        (101, {"le": 1.5}, "1", Text("不大于 1.5", "at most 1.5"), WITHIN),
        (4.1, {"le": 1}, "年", Text("不大于 1 年", "at most 1 年"), WITHIN),
        (0, {"gt": 0}, "万元", Text("大于 0 万元", "more than 0 万元"), WITHIN),
        (1, {"lt": 1}, "万元", Text("小于 1 万元", "less than 1 万元"), WITHIN),
        (
            -1,
            {"ge": 0, "lt": 1},
            "户",
            Text("不小于 0 户 且小于 1 户", "at least 0 户 and less than 1 户"),
            WITHIN,
        ),
        (float("nan"), {"ge": 0}, "1", Text("不小于 0", "at least 0"), WITHIN),
    ],
)
def test_outside(number: float, bounds: dict[str, float], unit: str, allowed: Text, remedy: Text) -> None:
    with pytest.raises(QuantityError) as caught:
        check(number, **bounds, unit=unit)
    assert caught.value.what.zh == "数值超出允许范围。"
    assert caught.value.allowed == allowed
    assert caught.value.remedy == remedy


def test_the_error_reads_in_both_languages_and_passes_between_processes() -> None:
    error = QuantityError(Text("错。", "Wrong."), Text("数值", "a number"), WITHIN)
    assert str(error) == "错。 Wrong."
    assert pickle.loads(pickle.dumps(error)).remedy == WITHIN


def test_the_example_in_the_documentation() -> None:
    assert doctest.testmod(quantity) == (0, 1)
