"""Strict reading of scenario files: what is read, what is refused and where, and how documents merge."""

import datetime
import doctest
import pathlib
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finsim.scenario import refusals, scalars
from finsim.scenario.document import Document, Path, Place, Value, parse, read
from finsim.scenario.problems import Problem, ScenarioError
from finsim.sheet.text import Text


def document(text: str, file: str = "x.yaml") -> Document:
    return parse(text.encode(), file)


def problems(data: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        parse(data if isinstance(data, bytes) else data.encode(), "x.yaml")
    for problem in caught.value.problems:
        assert problem.file == "x.yaml"
        assert problem.what.zh and problem.what.en and problem.remedy.zh and problem.remedy.en
    return caught.value.problems


def paths(value: Value, path: Path = ()) -> Iterator[Path]:
    """The path of every mapping, list and scalar in a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2023", 2023),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        ("999999999999999", 999999999999999),
        ("0.85", 0.85),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("true", True),
        ("False", False),
        ("2023-06-30", datetime.date(2023, 6, 30)),
        ("2023-6-30", "2023-6-30"),
        ("4000 元/户", "4000 元/户"),
        ("4.1%", "4.1%"),
        ("1,234.5", "1,234.5"),
        ("-e1", "-e1"),
        ("1e", "1e"),
        ("y", "y"),
        ("嵩县", "嵩县"),
        ("e\u0301", "\u00e9"),
        ("'NO'", "NO"),
        ('"010"', "010"),
        ("'12:30'", "12:30"),
        ("''", ""),
        ("' 前后 '", "前后"),
        ("\u3000 12\u3000", 12),
        ("|\n  一\n  二\n", "一\n二"),
        ("[]", []),
        ("{}", {}),
        ("[1, {b: 2}]", [1, {"b": 2}]),
    ],
)
def test_a_value(written: str, value: Value) -> None:
    read_value = document(f"a: {written}").value
    assert read_value == {"a": value}
    assert isinstance(read_value, dict)
    assert type(read_value["a"]) is type(value)


def test_keys_are_texts_or_whole_numbers() -> None:
    keys = document("2023: 1\n'010': 2\n期初: 3\n-1: 4\nstreams.parking: 5").value
    assert keys == {2023: 1, "010": 2, "期初": 3, -1: 4, "streams.parking": 5}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_byte_order_mark_and_line_ends(mark: bytes, end: bytes) -> None:
    read_document = parse(mark + end.join([b"# c", b"a: 1", b"b:", b"  - 2", b"  - c: 3", b""]), "x.yaml")
    assert read_document.value == {"a": 1, "b": [2, {"c": 3}]}
    assert read_document.line_of(("b", 1, "c")) == 5


NESTED = "a:\n  b:\n    c: no\n"

REFUSED = [
    # data, line, path, what, found
    ("", 1, "", "The file is empty.", ""),
    ("# only a comment\n", 2, "", "The file is empty.", ""),
    ("---\n", 2, "", "The file is empty.", ""),
    ("- 1\n- 2\n", 1, "", "The outermost level is not `key: value` lines.", ""),
    ("嵩县\n", 1, "", "The outermost level is not `key: value` lines.", ""),
    ("a: 1\n---\nb: 2\n", 2, "", "There are several documents in one file.", "---"),
    ("a: 1\nb: [1,\nc: 2\n", 3, "", "This is not YAML: expected ',' or ']', but got '<stream end>'", "c: 2"),
    ("a: 1\nb: [1,\n\n", 2, "", "This is not YAML: expected the node content", "b: [1,"),
    (
        "a: 1\n\tb: 2\n",
        2,
        "",
        "This is not YAML: found character '\\t' that cannot start any token",
        "\tb: 2",
    ),
    ("a：1\nb: 2\n", 2, "", "This is not YAML: mapping values are not allowed here", "b: 2"),
    ("a: 1\nb: |\n  \n    x\n", 4, "", "This is not YAML: more indented follow up line than first in a block scalar.", "    x"),
    ('a: "\\U00110000"', 1, "", "This is not YAML: an escape or a version number", 'a: "\\U00110000"'),
    ('a: "\\UFFFFFFFF"', 1, "", "This is not YAML: an escape or a version number", 'a: "\\UFFFFFFFF"'),
    (f"%YAML {'1' * 5000}.1\n---\na: 1", 1, "", "This is not YAML", f"%YAML {'1' * 5000}.1"),
    (b"a: 1\nb: \xc0\xee\n", 2, "", "The file is not UTF-8 (perhaps GBK).", "c0"),
    ("a: 1".encode("utf-16"), 1, "", "The file is UTF-16.", "ff fe"),
    (b"\xfe\xff" + "a: 1".encode("utf-16-be"), 1, "", "The file is UTF-16.", "fe ff"),
    ("a: 1\nb: x\0y\n", 2, "", "There is an invisible control character.", "U+0000"),
    ("a: 1\nb: x\u2028y\n", 2, "", "There is an invisible control character.", "U+2028"),
    ("a: 1\nb: x\u202ey\n", 2, "", "There is an invisible control character.", "U+202E"),
    ("\ufeff\ufeffa: 1\n", 1, "", "There is an invisible control character.", "U+FEFF"),
    ('a:\n  b: "x\\0y"\n', 2, "a.b", "There is an invisible control character.", "U+0000"),
    ('a:\n  b: "\\ud800"\n', 2, "a.b", "There is an invisible control character.", "U+D800"),
    ("a:\n  b: &x 1\n", 2, "a.b", "YAML anchors (&) are not supported.", "&x"),
    ("a:\n  b: &x {c: 1}\n", 2, "a.b", "YAML anchors (&) are not supported.", "&x"),
    ("a:\n  - *x\n", 2, "a.0", "YAML aliases (*) are not supported.", "*x"),
    ("a:\n  <<: {b: 1}\n", 2, "a", "Merge keys (<<) are not supported.", "<<"),
    ("a: 1\nb: !!str 2\n", 2, "b", "YAML tags (!) are not supported.", "tag:yaml.org,2002:str"),
    ("a: 1\nb: ! 2\n", 2, "b", "YAML tags (!) are not supported.", "!"),
    ("a: 1\nb: !x [2]\n", 2, "b", "YAML tags (!) are not supported.", "!x"),
    ("a:\n  b: 1\n  c: 2\n  b: 3\n", 4, "a.b", "The key is there twice; the first is on line 2.", "b"),
    ("a:\n  2023: 1\n  '2023': 2\n", 3, "a.2023", "The key is there twice; the first is on line 2.", "2023"),
    ("é: 1\ne\u0301: 2\n", 2, "é", "The key is there twice; the first is on line 1.", "é"),
    ("a:\n  [b]: 1\n", 2, "a", "The key is neither a text nor a whole number.", ""),
    ("a:\n  {b: c}: 1\n", 2, "a", "The key is neither a text nor a whole number.", ""),
    ("a:\n  1.5: 1\n", 2, "a", "The key is neither a text nor a whole number.", "1.5"),
    ("a:\n  true: 1\n", 2, "a", "The key is neither a text nor a whole number.", "true"),
    ("a:\n  2023-06-30: 1\n", 2, "a", "The key is neither a text nor a whole number.", "2023-06-30"),
    ("a:\n  '': 1\n", 2, "a", "The key is neither a text nor a whole number.", ""),
    ("a:\n  on: 1\n", 2, "a", "Without quotes yes, no, on, off are ambiguous.", "on"),
    ("a:\n  010: 1\n", 2, "a", "With its leading zero the number may be read as octal.", "010"),
    ("a:\n  : 1\n", 2, "a", "There is no value here; a missing value never becomes 0.", ""),
    ("a:\n  b: 1\n\u3000c: 2\n", 3, "", "The key has blanks, perhaps full-width, around it.", "\u3000c"),
    (NESTED, 3, "a.b.c", "Without quotes yes, no, on, off are ambiguous.", "no"),
    ("a: NO", 1, "a", "Without quotes yes, no, on, off are ambiguous.", "NO"),
    ("a: Yes", 1, "a", "Without quotes yes, no, on, off are ambiguous.", "Yes"),
    ("a: off", 1, "a", "Without quotes yes, no, on, off are ambiguous.", "off"),
    ("a: 010", 1, "a", "With its leading zero the number may be read as octal.", "010"),
    ("a: -0123", 1, "a", "With its leading zero the number may be read as octal.", "-0123"),
    ("a: 00.5", 1, "a", "With its leading zero the number may be read as octal.", "00.5"),
    ("a: [1,000]", 1, "a.1", "With its leading zero the number may be read as octal.", "000"),
    ("a: 12:30", 1, "a", "Without quotes this may be read in base 60.", "12:30"),
    ("a: 1:30:00.5", 1, "a", "Without quotes this may be read in base 60.", "1:30:00.5"),
    ("a: 1_000", 1, "a", "A number has no underscores.", "1_000"),
    ("a: 1_000.5", 1, "a", "A number has no underscores.", "1_000.5"),
    ("a: 0x1F", 1, "a", "Hexadecimal, octal and binary numbers are refused.", "0x1F"),
    ("a: 0o17", 1, "a", "Hexadecimal, octal and binary numbers are refused.", "0o17"),
    ("a: 0b1", 1, "a", "Hexadecimal, octal and binary numbers are refused.", "0b1"),
    ("a: .nan", 1, "a", "Infinity and not-a-number are refused.", ".nan"),
    ("a: -.INF", 1, "a", "Infinity and not-a-number are refused.", "-.INF"),
    ("a: 1000000000000000", 1, "a", "The number has too many digits.", "1000000000000000"),
    (f"a: {'9' * 5000}", 1, "a", "The number has too many digits.", "9" * 5000),
    ("a: 1e400", 1, "a", "The number has too many digits.", "1e400"),
    ("a: 2023-02-30", 1, "a", "There is no such day in the calendar.", "2023-02-30"),
    ("a: null", 1, "a", "There is no value here; a missing value never becomes 0.", "null"),
    ("a: ~", 1, "a", "There is no value here; a missing value never becomes 0.", "~"),
    ("a:\nb: 1", 1, "a", "There is no value here; a missing value never becomes 0.", ""),
    ("a: \u3000\nb: 1", 1, "a", "There is no value here; a missing value never becomes 0.", "\u3000"),
    ("a:\n- 1\n-\n", 3, "a.1", "There is no value here; a missing value never becomes 0.", ""),
]


@pytest.mark.parametrize(("data", "line", "path", "what", "found"), REFUSED)
def test_refused(data: str | bytes, line: int, path: str, what: str, found: str) -> None:
    (problem,) = problems(data)
    assert (problem.line, problem.path, problem.found) == (line, path, found)
    assert problem.what.en.startswith(what)


def test_the_words_of_a_missing_value() -> None:
    (problem,) = problems("a:\n  b:\n")
    assert problem.say("zh") == (
        "x.yaml:2  a.b\n"
        "  此处没有填写；空缺不会当作 0。\n"
        "  允许：数值、文字、列表或下级内容\n"
        "  改法：删去该键，或写出数值（确为零时写 0）；{ } 中的文字含英文逗号时，给文字加引号。"
    )
    assert problem.remedy.en.startswith("Delete the key or write the number (0 if it is zero);")


def test_an_unclosed_part_names_the_line_it_began_on() -> None:
    (problem,) = problems("a: 1\nb: [1,\nc: 2\n")
    assert problem.what.zh == "YAML 写法有误（始于第 2 行的部分）。"
    assert problem.what.en.endswith("(in the part begun on line 2).")


def test_all_problems_at_once() -> None:
    found = problems("a: &x no\nb:\n  <<: *x\n  c: 010\n  c:\nd: !t 12:30\n")
    assert [(problem.line, problem.path) for problem in found] == [
        (1, "a"),
        (1, "a"),
        (3, "b"),
        (3, "b"),
        (4, "b.c"),
        (5, "b.c"),
        (5, "b.c"),
        (6, "d"),
        (6, "d"),
    ]


def test_after_a_syntax_error_only_that_one() -> None:
    assert [problem.line for problem in problems("a: no\nb: 010\nc: ]\n")] == [3]


@pytest.mark.parametrize("line", ["- no\n", "- \0\n"])
def test_reading_stops_at_the_hundredth_problem(line: str) -> None:
    assert len(problems("a:\n" + line * 1000)) == refusals.MOST_PROBLEMS


def test_deepest_nesting() -> None:
    deep = "[" * (refusals.DEEPEST - 1) + "]" * (refusals.DEEPEST - 1)
    document(f"a: {deep}")
    (problem,) = problems(f"a:\n  [{deep}]")
    assert problem.what.en == "The nesting is too deep."
    assert problem.allowed == Text("32 层以内", "up to 32 levels")
    assert problem.line == 2


@pytest.mark.parametrize("opening", ["[", "[\n", "{", "{a: ", "? ", "- ", "[[],"])
@pytest.mark.parametrize("size", [refusals.LARGEST // 16, 10 * 2**20])
def test_endless_nesting_is_refused_in_little_memory(opening: str, size: int) -> None:
    data = b"a: " + (opening.encode() * (size // len(opening))) if opening[0] in "[{" else opening.encode() * size
    tracemalloc.start()
    whats = {problem.what.en for problem in problems(data)}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert whats & {"The nesting is too deep.", "The file is too large."}
    assert peak < 40 * 2**20


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finsim.scenario.parsing.MOST_NODES", 10)
    document("a: [1, 2, 3, 4, 5, 6, 7]")  # with the mapping, its key and the list: ten
    (problem,) = problems("a: [1, 2, 3, 4, 5, 6, 7, 8]")
    assert problem.what.en == "There are too many values."


def test_a_file(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "方案.yaml"
    file.write_text("a: 1\n", encoding="utf-8")
    assert read(file) == Document({"a": 1}, {(): Place(file.as_posix(), 1), ("a",): Place(file.as_posix(), 1)})


def test_a_file_that_is_none(tmp_path: pathlib.Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (refusals.LARGEST + 1))
    cases = {
        tmp_path: refusals.FOLDER,
        tmp_path / "missing.yaml": refusals.MISSING,
        tmp_path / "nul\0.yaml": refusals.UNREADABLE,
        large: refusals.TOO_LARGE,
    }
    for path, refusal in cases.items():
        with pytest.raises(ScenarioError) as caught:
            read(path)
        (problem,) = caught.value.problems
        assert (problem.file, problem.line, problem.path) == (path.as_posix(), None, "")
        assert (problem.what, problem.allowed, problem.remedy) == refusal


BASE = """\
title: 方案
price: {value: 10, source: A}
works:
  roof:
    cost: 100
    share: 0.5
  pipes: [1, 2]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("title",), 1),
        (("works", "roof"), 4),
        (("works", "roof", "share"), 6),
        (("works", "pipes", 1), 7),
        (("works", "roof", "missing", "deeper"), 4),
        (("missing",), 1),
    ],
)
def test_line_of_the_longest_known_path(path: Path, line: int) -> None:
    assert document(BASE).line_of(path) == line
    assert document(BASE).file_of(path) == "x.yaml"


def test_a_document_made_in_python_has_no_lines() -> None:
    made = Document({"a": 1}, {})
    assert made.line_of(("a",)) is None
    assert made.file_of(("a",)) == ""


def test_part_of_a_document() -> None:
    part = document(BASE).at(("works", "roof"))
    assert part.value == {"cost": 100, "share": 0.5}
    assert part.places == {(): ("x.yaml", 4), ("cost",): ("x.yaml", 5), ("share",): ("x.yaml", 6)}
    assert document(BASE).at(("works", "pipes", 1)).value == 2
    for path in (("nothing",), ("works", "pipes", "first"), ("title", 0)):
        with pytest.raises(KeyError):
            document(BASE).at(path)


def test_merging_keeps_the_place_of_the_winner() -> None:
    base = document(BASE)
    override = document("works:\n  pipes: [3]\n  roof: {cost: 90}\n  lift: {cost: 8}\n", "y.yaml")
    merged = base.merged(override)
    assert merged.value == {
        "title": "方案",
        "price": {"value": 10, "source": "A"},
        "works": {"roof": {"cost": 90, "share": 0.5}, "pipes": [3], "lift": {"cost": 8}},
    }
    assert {path: (merged.file_of(path), merged.line_of(path)) for path in merged.places} == {
        (): ("x.yaml", 1),
        ("title",): ("x.yaml", 1),
        ("price",): ("x.yaml", 2),
        ("price", "value"): ("x.yaml", 2),
        ("price", "source"): ("x.yaml", 2),
        ("works",): ("x.yaml", 3),
        ("works", "roof"): ("x.yaml", 4),
        ("works", "roof", "cost"): ("y.yaml", 3),
        ("works", "roof", "share"): ("x.yaml", 6),
        ("works", "pipes"): ("y.yaml", 2),
        ("works", "pipes", 0): ("y.yaml", 2),
        ("works", "lift"): ("y.yaml", 4),
        ("works", "lift", "cost"): ("y.yaml", 4),
    }
    assert base == document(BASE)


@pytest.mark.parametrize(
    ("base", "override", "merged"),
    [
        ("{value: 1, source: A}", "{value: 2}", {"value": 2}),
        ("{value: 1, source: A}", "{total: 9, by: need}", {"total": 9, "by": "need"}),
        ("{value: 1, source: A}", "3", 3),
        ("{value: 1, source: A}", "{note: B}", {"value": 1, "source": "A", "note": "B"}),
        ("3", "{value: 2, source: B}", {"value": 2, "source": "B"}),
        ("{b: {c: 1}}", "{b: 2}", {"b": 2}),
        ("[1, 2]", "[3]", [3]),
    ],
)
def test_stated_quantities_are_replaced_whole(base: str, override: str, merged: Value) -> None:
    result = document(f"a: {base}").merged(document(f"a: {override}"))
    assert result.value == {"a": merged}
    assert set(result.places) == set(paths(result.value))


def test_a_part_merges_into_its_own_document() -> None:
    whole = document("a: 1\nvariants:\n  high: {a: 2}\n")
    merged = whole.merged(whole.at(("variants", "high")))
    assert isinstance(merged.value, dict)
    assert merged.value["a"] == 2
    assert merged.line_of(("a",)) == 3


PIECES = (
    *"-?:,[]{}#&*!|>'\"%@`\\ \n\t\r0189.e_~=<a+：\u3000",
    *("\\U", "\\x", "---", "...", "%YAML 1.1\n", "%TAG ! x\n", "!!str ", "<<: "),
    *("null", "yes", "2023-06-30", "12:30", "a: ", "- ", "? ", "\n  "),
)
YAML_LIKE = st.lists(st.sampled_from(PIECES), max_size=40).map(lambda pieces: "".join(pieces).encode())


@given(st.binary() | YAML_LIKE | st.text().map(lambda text: text.encode(errors="surrogatepass")))
@example(b"a: -e1")
@example(b'a: "\\UFFFFFFFF"')
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        result = parse(data, "x.yaml")
    except ScenarioError as error:
        assert error.problems
        assert error.say("zh") and error.say("en")
    else:
        assert isinstance(result.value, dict)


@given(YAML_LIKE)
def test_every_value_knows_its_line(data: bytes) -> None:
    try:
        result = parse(b"a: {x: 1}\nb:\n- [2]\n" + data, "x.yaml")
    except ScenarioError:
        return
    last = data.count(b"\n") + data.count(b"\r") + 4

    assert set(result.places) == set(paths(result.value))
    assert all(place.line is not None and 1 <= place.line <= last for place in result.places.values())


def test_the_example_in_the_documentation() -> None:
    assert doctest.testmod(scalars) == (0, 1)
