"""What a user reads about a file that is wrong: the whole text in both languages, for every file in tests/bad.

Each of these files is ``minimal.yaml`` with one thing spoilt; the text beside it (``.txt``) is what must be said, in Chinese
and then in English. After a change of words, ``PYTHONPATH=. python tests/scenario/test_bad.py`` writes the texts anew, to be
read before they are kept.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from finsim.scenario.loading import check, load
from finsim.scenario.problems import ScenarioError
from finsim.scenario.refusals import DEEPEST, LARGEST

BAD = Path(__file__).parents[1] / "bad"
GOOD = "minimal.yaml"
FILES = sorted(path.name for path in BAD.glob("*.yaml") if path.name != GOOD)


def refusal(name: str | Path) -> ScenarioError:
    """Why a scenario does not load; it is named as the user would name it, from its own folder."""
    with pytest.raises(ScenarioError) as caught:
        load(name)
    return caught.value


@pytest.mark.parametrize("name", FILES)
def test_it_says_what_is_wrong(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    error = refusal(name)
    assert f"{error}\n" == Path(name).with_suffix(".txt").read_text(encoding="utf-8")
    for problem in error.problems:
        assert problem.file in (name, f"{Path(name).stem}.csv")
        assert problem.line
        assert problem.what.zh and problem.what.en
        assert problem.remedy.zh and problem.remedy.en
    assert check(name) == list(error.problems)


def test_every_file_has_its_text_and_every_text_its_file() -> None:
    assert len(FILES) >= 28
    assert sorted(path.with_suffix(".yaml").name for path in BAD.glob("*.txt")) == FILES
    assert {path.stem for path in BAD.glob("*.csv")} <= {Path(name).stem for name in FILES}


def test_nothing_is_wrong_with_the_file_that_they_are_made_from() -> None:
    assert check(BAD / GOOD) == []
    assert load(BAD / GOOD).title.zh == "最小方案（虚构）"


def test_three_errors_in_three_chapters_are_told_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    told = [problem.path for problem in refusal("three-errors.yaml").problems]
    assert told == ["catalogue.works.pipes.owner", "catalogue.costs.running.serves", "units.b.households"]


def test_ten_megabytes_of_nesting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("deep.yaml").write_text("finsim: " + "[" * 10 * 2**20, encoding="utf-8")
    (problem,) = refusal("deep.yaml").problems
    assert problem.say("zh") == ("deep.yaml\n  文件过大。\n  允许：4 MiB 以内\n  改法：改造单元较多时请放入表格文件。")
    assert problem.say("en") == (
        "deep.yaml\n  The file is too large.\n  Allowed: up to 4 MiB\n  Fix: Put many units in a table."
    )


def test_nesting_in_a_file_that_is_not_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("deep.yaml").write_text("finsim:\n  " + "[" * (LARGEST // 2), encoding="utf-8")
    (problem,) = refusal("deep.yaml").problems
    assert problem.say("zh") == f"deep.yaml:2\n  嵌套过深。\n  允许：{DEEPEST} 层以内\n  改法：检查括号和缩进。"
    assert problem.say("en") == (
        f"deep.yaml:2\n  The nesting is too deep.\n  Allowed: up to {DEEPEST} levels\n"
        "  Fix: Check the brackets and the indentation."
    )


def test_a_file_that_cannot_be_read_has_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.yaml").mkdir()
    for name, zh, en in (
        ("gone.yaml", "找不到该文件。", "There is no such file."),
        ("folder.yaml", "这是文件夹，不是文件。", "This is a folder, not a file."),
    ):
        (problem,) = refusal(name).problems
        assert (problem.file, problem.line, problem.what.zh, problem.what.en) == (name, None, zh, en)
        assert check(name) == [problem]


def test_a_variant_that_is_not_there() -> None:
    with pytest.raises(ScenarioError) as caught:
        load(BAD / GOOD, "basis")
    (problem,) = caught.value.problems
    assert problem.line and problem.path == "variants"
    assert problem.remedy.zh == "是否想写 base？"


def _write_texts() -> None:
    import os

    os.chdir(BAD)
    for name in FILES:
        Path(name).with_suffix(".txt").write_text(f"{refusal(name)}\n", encoding="utf-8")


if __name__ == "__main__":
    _write_texts()
