"""A scenario file is read entry by entry, and an entry once as long as its text stays: as the whole would be read."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finsim.scenario import entries
from finsim.scenario.document import Document, parse
from finsim.scenario.problems import ScenarioError
from finsim.scenario.refusals import DEEPEST, TOO_DEEP

ENTRIES = """# 说明
finsim: 1
title: 甲

note: >-
  一行
  又一行
sources:
  a: {document: "文 件", link: x}  # 来源
timeline: [2023,
  2050]
catalogue:
  works:
    # 造价
    pipes:
      price: 100 元

      note: |
        一
          二
    roofs: {price: 50 元}
  streams:
    parking:
      price:
        value: 150 元
        assumed:
        - 80
        - 150
units:
  - {id: d1, area: 100 ㎡}
  -
    id: d2
"""
PIECES = (
    "a: 1\n", "b:\n", "  c: 1\n", "- x\n", "  - y\n", "'", '"', "[", "]", "{", "}", "\n", "  ", "\t", "#", "# z\n", "? ", ": ", "|\n", "text: >-\n", "x: |2\n",
    "    k: v\n", "  k:\n", "  k: |\n", "     more\n", "      \n", "   # z\n", "  k: >2\n", "  - k: v\n", "      k: v\n        w\n", "    'q\n", "  parking:\n",
    "true:\n  a: 1\n", "  no:\n    a: 1\n", "null:\n  a: 1\n", f"{'k' * 1100}:\n  a: 1\n", "  3:\n    a: 1\n", "    'a':\n      b: 1\n", "  a :\n    b: 1\n",
    "---\n", "...\n", "%YAML 1.1\n", "&a ", "*a", "!!str ", "<<: ", "x: {\n", 'x: "abc\n', "title: 乙\n", "1: x\n", '"q": 1\n', "--- {a: 1}\n", "{a: 1}\n",
)  # fmt: skip


def read(text: str) -> Document:
    return parse(text.encode(), "x.yaml")


def outcome(text: str) -> object:
    try:
        found = read(text)
    except ScenarioError as error:
        return error.problems
    return repr((found.value, sorted(found.places.items(), key=repr)))


@settings(max_examples=400)
@given(st.lists(st.tuples(st.integers(0, len(ENTRIES)), st.booleans(), st.integers(0, 2), st.sampled_from(PIECES)), max_size=4), st.booleans())
@example([(0, False, 0, "  - y\n")], True)
@example([(0, False, 0, "--- {a: 1}\n")], True)
@example([(0, False, 0, "true:\n  a: 1\n")], True)
@example([(ENTRIES.index("  streams"), False, 0, "  no:\n    a: 1\n")], True)
@example([(0, False, 0, f"{'k' * 1100}:\n  a: 1\n")], True)
@example([(ENTRIES.index("        一"), False, 0, "    \n")], True)
def test_a_text_is_read_alike_as_a_whole_and_entry_by_entry(edits: list[tuple[int, bool, int, str]], begun: bool) -> None:
    text = ENTRIES if begun else ""
    for at, line, gone, piece in edits:
        at = text.rfind("\n", 0, at) + 1 if line else at
        text = text[:at] + piece + text[at + gone :]
    with pytest.MonkeyPatch.context() as patch:
        by_entry = outcome(text)
        patch.setattr(entries, "LONGEST", -1)
        assert outcome(text) == by_entry


def test_what_is_edited_is_read_again_and_nothing_else() -> None:
    read(ENTRIES)
    before = entries._entry.cache_info()
    edited = read(ENTRIES.replace("value: 150 元", "value: 151 元"))
    after = entries._entry.cache_info()
    assert after.misses - before.misses == 4 and after.hits > before.hits, "catalogue, its streams, parking and its price"
    assert edited.get(("catalogue", "streams", "parking", "price", "value")) == "151 元"
    assert edited.line_of(("catalogue", "works", "roofs", "price")) == 21 and edited.line_of(("units", 1, "id")) == 32
    moved = read("\n" * 3 + ENTRIES.replace("title: 甲", "title: 甲\ntitle_en: A"))
    assert moved.line_of(("units", 1, "id")) == 36 and moved.line_of(("finsim",)) == 5


def test_the_whole_text_is_what_is_told_of() -> None:
    with pytest.raises(ScenarioError) as caught:
        read(ENTRIES.replace("    roofs: {price", "    roofs: {price: {"))
    assert [problem.line for problem in caught.value.problems] == [22]


def test_what_is_too_deep_is_told_like_anywhere_else() -> None:
    for deep in (DEEPEST + 1, 430):
        with pytest.raises(ScenarioError) as caught:
            read("".join(f"{' ' * level}a:\n" for level in range(deep)) + f"{' ' * deep}b: 1\n")
        assert [(problem.line, problem.what) for problem in caught.value.problems] == [(DEEPEST + 1, TOO_DEEP.what)]


def test_what_a_reader_does_to_the_value_no_other_reader_sees() -> None:
    first: Any = read(ENTRIES).value
    first["catalogue"]["streams"]["parking"]["price"]["assumed"].append(200)
    first["units"].clear()
    assert read(ENTRIES).get(("catalogue", "streams", "parking", "price", "assumed")) == [80, 150]
    assert len(read(ENTRIES).value["units"]) == 2  # type: ignore[index, call-overload, arg-type]


def test_entries_of_one_text_have_values_of_their_own() -> None:
    twice: Any = read("pipes:\n  years: [2026]\nroofs:\n  years: [2026]\n").value
    twice["pipes"]["years"].append(2027)
    assert twice["roofs"]["years"] == [2026]
