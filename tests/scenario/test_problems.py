"""Problems as the user reads them."""

import pickle

import pytest

from finsim.scenario.problems import Problem, ScenarioError, dotted
from finsim.sheet.text import Text

OUTSIDE = Problem(
    file="scenarios/x.yaml",
    line=42,
    path="catalogue.streams.parking.occupancy",
    what=Text("数值超出允许范围。", "The number is outside the allowed range."),
    found="4.1",
    allowed=Text("0 至 1", "0 to 1"),
    remedy=Text("百分数请写成 4.1%。", "Write per cent as 4.1%."),
)


def problem(file: str = "a.yaml", line: int | None = None, path: str = "", found: str = "") -> Problem:
    return Problem(file, line, path, Text("错。", "Wrong."), found, Text("", ""), Text("改。", "Mend."))


def test_a_problem_in_chinese() -> None:
    assert OUTSIDE.say("zh") == (
        "scenarios/x.yaml:42  catalogue.streams.parking.occupancy\n"
        "  数值超出允许范围。\n"
        "  填写：4.1   允许：0 至 1\n"
        "  改法：百分数请写成 4.1%。"
    )


def test_a_problem_in_english() -> None:
    assert OUTSIDE.say("en") == (
        "scenarios/x.yaml:42  catalogue.streams.parking.occupancy\n"
        "  The number is outside the allowed range.\n"
        "  Found: 4.1   Allowed: 0 to 1\n"
        "  Fix: Write per cent as 4.1%."
    )


def test_another_language_is_an_error() -> None:
    with pytest.raises(KeyError):
        OUTSIDE.say("fr")


def test_empty_parts_are_left_out() -> None:
    assert problem().say("zh") == "a.yaml\n  错。\n  改法：改。"


def test_what_was_found_is_shown_on_one_line_and_cut() -> None:
    found = problem(found="第一行\n第二行" + "长" * 200).say("zh").splitlines()[2]
    assert found.startswith("  填写：第一行 第二行长")
    assert found.endswith("长…")
    assert len(found) == len("  填写：") + 80


def test_problems_stand_in_the_order_of_the_file() -> None:
    places = [
        ("b.yaml", 1, ""),
        ("a.yaml", 10, "x"),
        ("a.yaml", 9, "z"),
        ("a.yaml", 10, "w"),
        ("a.yaml", None, ""),
    ]
    error = ScenarioError(problem(*place) for place in places)
    assert [(p.file, p.line, p.path) for p in error.problems] == [
        ("a.yaml", None, ""),
        ("a.yaml", 9, "z"),
        ("a.yaml", 10, "w"),
        ("a.yaml", 10, "x"),
        ("b.yaml", 1, ""),
    ]


def test_the_error_counts_and_speaks_both_languages() -> None:
    one, two = ScenarioError([OUTSIDE]), ScenarioError([OUTSIDE, problem()])
    assert one.say("en").startswith("1 problem:\n\nscenarios/x.yaml:42")
    assert two.say("en").startswith("2 problems:\n\na.yaml\n")
    assert two.say("zh").startswith("共 2 处问题：\n\na.yaml\n")
    assert str(two) == two.say("zh") + "\n\n" + two.say("en")


def test_the_error_passes_between_processes() -> None:
    assert pickle.loads(pickle.dumps(ScenarioError([OUTSIDE]))).problems == (OUTSIDE,)


def test_dotted() -> None:
    assert dotted(("units", 0, "price", 2023)) == "units.0.price.2023"
