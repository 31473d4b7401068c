"""What holds of finsim as a whole: which module may import which, and that every declared row is read, named and proved."""

import ast
import importlib
import inspect
import itertools
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import finsim.model
from finsim.model.structure import NATURES, STANDARD_TESTS, Sheets, Structure, sheets
from finsim.report.units import unit_words
from finsim.sheet import Block, Input, Schedule, Text
from finsim.sheet.block import Declared
from finsim.sheet.expression import operands, path_of
from finsim.sheet.model import Model

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "finsim").rglob("*.py"))
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")

LONGEST = 400

SHEET = {"sheet"}
MODEL = SHEET | {"model"}
SCENARIO = MODEL | {"scenario"}
MEASURES = {"indicators", "borrowing", "coverage", "break_even", "subsidy"}
RESULT = SCENARIO | MEASURES | {
    "result", "verdicts", "flags", "scope", "allocation", "solve", "risk", "portfolio", "record", "files", "difference",
}  # fmt: skip
REPORT = RESULT | {"report"}
MAY_IMPORT = {
    "sheet": SHEET, "model": MODEL, "scenario": SCENARIO,
    **dict.fromkeys(MEASURES, SHEET | MEASURES),
    "result": RESULT, "verdicts": RESULT, "flags": RESULT, "scope": RESULT, "allocation": RESULT, "solve": RESULT, "risk": RESULT,
    "portfolio": RESULT, "record": RESULT, "difference": RESULT, "files": set(),
    "report": REPORT, "importing": REPORT | {"importing"}, "finsim": REPORT, "cli": REPORT | {"cli", "importing"}, "web": REPORT | {"web", "importing"},
}  # fmt: skip
"""What each part of finsim may import of finsim. ``finsim`` is the package itself, which names what others use."""


# ---- modules ----------------------------------------------------------------------------------------------
def part(module: str) -> str:
    """Part of finsim that a module belongs to: ``sheet`` of ``finsim.sheet.words``.

    >>> part("finsim.sheet.words"), part("finsim.result"), part("finsim")
    ('sheet', 'result', 'finsim')
    """
    return module.split(".")[1] if "." in module else module


def named(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of every import of finsim, wherever it stands; ``from finsim import x`` is ``finsim.x`` if a module."""
    here = named(path)
    package = here if path.name == "__init__.py" else here.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            names = [source]
            if source == "finsim":
                names = [f"finsim.{a.name}" if _is_module(a.name) else source for a in node.names]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.split(".")[0] == "finsim")


def _is_module(name: str) -> bool:
    return (ROOT / "finsim" / name).is_dir() or (ROOT / "finsim" / f"{name}.py").exists()


def test_imports_point_one_way() -> None:
    assert MODULES
    wrong = [
        f"{path.relative_to(ROOT)}:{number} imports {name}"
        for path in MODULES
        for number, name in imported(path)
        if part(name) not in MAY_IMPORT[part(named(path))]
    ]
    assert not wrong, "\n".join(["imports against the grain:", *wrong])


def test_the_application_is_read_like_the_rest() -> None:
    """The test above would pass if it saw no imports at all."""
    assert [name for _, name in imported(ROOT / "app.py")] == ["finsim.web.app"]
    assert "finsim.result" in [name for _, name in imported(ROOT / "finsim" / "cli" / "common.py")], "under TYPE_CHECKING"
    assert all(of_finsim in MAY_IMPORT for of_finsim in (part(named(path)) for path in MODULES))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


# ---- what the model declares ------------------------------------------------------------------------------
def blocks() -> list[type[Block]]:
    for module in pkgutil.iter_modules(finsim.model.__path__, "finsim.model."):
        importlib.import_module(module.name)
    found = itertools.chain.from_iterable(_below(Block))
    return sorted(found, key=lambda block: (block.__module__, inspect.getsourcelines(block)[1]))


def _below(block: type[Block]) -> Iterator[list[type[Block]]]:
    yield [sub for sub in block.__subclasses__() if sub.__module__.startswith("finsim.model.")]
    for sub in block.__subclasses__():
        yield from _below(sub)


def declared() -> Iterator[tuple[str, Declared]]:
    return ((f"{block.__name__}.{d.name}", d) for block in blocks() for d in block.declarations())


def two_of_everything() -> Sheets:
    """The sheets of a programme with two works, sources of each nature, streams, and so on."""

    def two(kind: str) -> tuple[tuple[str, Text], ...]:
        return tuple((f"{kind}-{i}", Text(f"{kind} {i}", f"{kind} {i}")) for i in (1, 2))

    works, streams = two("work"), two("stream")
    payers = tuple((f"{nature}-{i}", nature) for nature in NATURES for i in (1, 2))
    sources = tuple((name, Text(name, name)) for name, _ in payers)
    return sheets(
        Structure(
            works=works, sources=sources, streams=streams, costs=two("cost"), capital=two("capital"), bonds=two("bond"),
            loans=two("loan"), pays=tuple((name, tuple(w for w, _ in works)) for name, _ in sources),
            natures=payers,
            serves=tuple((cost, tuple(s for s, _ in streams)) for cost, _ in two("cost")), standard=STANDARD_TESTS,
            replacements=two("replacement"), short_loans=two("short-loan")[:1],
            refinances=(("bond-2", ("bond-1",)),), treatments=tuple((s, "taxed" if s.endswith("1") else "untaxed") for s, _ in payers),
            ramps=tuple((stream, 2) for stream, _ in streams),
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def both() -> Sheets:
    return two_of_everything()


def test_every_input_and_schedule_is_read_by_a_formula(both: Sheets) -> None:
    read = {
        path_of(leaf)
        for model in (both.unit, both.account)
        for row in model.rows.values()
        for formula in [row.formula, *([] if row.start is None else [row.start])]
        for leaf, _ in operands(formula)
    }
    given = both.unit.inputs | both.unit.schedules | both.account.inputs | both.account.schedules
    unread = given.keys() - read - {"bonds.bond-1.refinanced"}  # it refinances nothing
    assert sorted(unread) == [], "given by the scenario and read by no formula"


def test_every_input_and_schedule_of_the_model_stands_on_a_sheet(both: Sheets) -> None:
    """Two of everything leaves no block out: otherwise the tests of this module would miss its rows."""
    on_sheets = {item.label for model in (both.unit, both.account) for item in _items(model)}
    missing = [name for name, d in declared() if isinstance(d, Input | Schedule) and d.label not in on_sheets]
    assert not missing
    titles = {section.title for model in (both.unit, both.account) for section in model.sections.values()}
    assert {block.title for block in blocks()} == titles


def test_labels_speak_both_languages() -> None:
    wrong = [
        f"{name}: {words!r}"
        for name, d in declared()
        for words in [d.label, *([d.help] if isinstance(d, Input) and d.help else [])]
        if not speaks_both(words)
    ]
    assert not wrong, "\n".join(wrong)


def test_units_of_measure_speak_both_languages() -> None:
    """Rates, shares and factors have none."""
    units = {d.unit for _, d in declared()}
    assert "1" in units and "万元" in units
    for unit in units - {"1"}:
        assert unit and unit_words(unit, "zh") == unit
        assert unit_words(unit, "en").strip() and not CHINESE.search(unit_words(unit, "en")), unit


def test_titles_speak_both_languages() -> None:
    assert blocks()
    wrong = [b.__name__ for b in blocks() if "title" not in vars(b) or not speaks_both(b.title)]
    assert not wrong


def test_generated_labels_speak_both_languages(both: Sheets) -> None:
    """Instances carry the scenario's words; what the structure itself names is checked here."""
    wrong = [
        section.path
        for model in (both.unit, both.account)
        for section in model.sections.values()
        if not section.label.zh.strip() or not section.label.en.strip()
    ]
    assert not wrong
    losses = [section.label for section in both.account.sections.values() if section.path.startswith("tax.losses.")]
    assert losses and all(speaks_both(label) for label in losses)


def speaks_both(words: Text) -> bool:
    """Whether both are there, without spaces around them, and nothing Chinese is left in the English."""
    return all(w and w == w.strip() for w in words) and not CHINESE.search(words.en)


def test_rows_of_a_section_have_labels_of_their_own(both: Sheets) -> None:
    for model in (both.unit, both.account):
        for lang in ("zh", "en"):
            count = Counter((item.section, item.label.say(lang)) for item in _items(model))
            assert [place for place, n in count.items() if n > 1] == []


def _items(model: Model) -> Iterator:  # type: ignore[type-arg]
    return (model.item(path) for path in model.order)


# ---- what the cases prove ---------------------------------------------------------------------------------
INSTANCE = re.compile(
    r"^(?:(sources|streams)\.[^.]+(\.pays|\.ramp_table)\.[^.]+"
    r"|(works|sources|streams|costs|replacements|bonds|capital|loans|short_loans|tax\.losses|stakes\.\w+)\.[^.]+)(?=\.)"
)


def generic(path: str) -> str:
    """A row's path without the instances' ids.

    >>> [generic(p) for p in ("loans.l.before.need", "sources.city.pays.roof.paid", "tax.losses.3.used", "tax.paid")]
    ['loans.*.before.need', 'sources.*.pays.*.paid', 'tax.losses.*.used', 'tax.paid']
    """
    return INSTANCE.sub(lambda m: f"{m[1]}.*{m[2]}.*" if m[2] else f"{m[3]}.*", path, count=1)


def proved() -> dict[str, set[str]]:
    """Rows, by sheet, that some case of tests/cases names with a value."""
    found: dict[str, set[str]] = {"unit": set(), "account": set()}
    for path in sorted((ROOT / "tests" / "cases").glob("*.yaml")):
        for entry in YAML(typ="safe").load(path.read_text("utf-8"))["expect"]:
            if "row" in entry:
                found["unit" if "unit" in entry else "account"].add(generic(entry["row"]))
    return found


@pytest.mark.parametrize("sheet", ["unit", "account"])
def test_every_row_has_a_case(sheet: str, both: Sheets) -> None:
    model: Model = getattr(both, sheet)
    rows = dict.fromkeys(generic(path) for path in model.rows)
    named_in_cases = proved()[sheet]
    missing = [row for row in rows if row not in named_in_cases]
    assert not missing, "\n".join([f"no case in tests/cases expects these rows of the {sheet} sheet:", *missing])


def test_paths_of_cases_are_made_generic() -> None:
    """Ids in the sheets of two of everything are all that is replaced, and all that must be."""
    assert generic("loans.l.before.need") == "loans.*.before.need"
    assert generic("sources.city.pays.roof.paid") == "sources.*.pays.*.paid"
    assert generic("sources.city.paid") == "sources.*.paid"
    assert generic("tax.losses.3.used") == "tax.losses.*.used"
    assert generic("streams.rent.ramp_table.1.part") == "streams.*.ramp_table.*.part"
    assert generic("stakes.bonds.b.amount") == "stakes.bonds.*.amount"
    assert generic("tax.paid") == "tax.paid"
    both = two_of_everything()
    left = {generic(path) for model in (both.unit, both.account) for path in model.rows}
    assert not [path for path in left if re.search(r"-\d|\.\d", path)]
