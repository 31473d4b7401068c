"""组合：a scenario made of several files, and of changes named by path.

``extends:`` names one or several files below the scenario's folder. They are read depth-first and laid over each other in
their order; the file itself comes on top. ``remove:`` takes entries out again. A change by path, ``catalogue.streams.parking.price``,
is short for the mappings it leads through; it may stand in a variant's ``set`` and on the command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PureWindowsPath

from finsim.scenario.document import Document, Place, parse, read
from finsim.scenario.document import Path as Where
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.refusals import Refusal
from finsim.scenario.words import listed, near, shown
from finsim.sheet import Text

DEEPEST = 16
"""Files that may extend each other in a row."""
UNIT_KEYS = ("table", "sheet", "list", "source", "override")
"""Keys of ``units`` that are no ids of units."""
COMMAND_LINE = "--set"
"""What stands as the file of a change made on the command line."""

_OUTSIDE = Refusal(
    Text("所引用的文件须在方案所在的文件夹内。", "A file that is extended must be in the scenario's folder."),
    Text("方案文件夹内的 .yaml 文件", "a .yaml file in the scenario's folder"),
    Text("把文件放到方案的文件夹内，写相对路径。", "Put the file into the scenario's folder and write its relative path."),
)
_FORM = Refusal(
    Text("extends 的写法不对。", "This is not how extends is written."), Text("一个文件名，或文件名的列表", "a file name, or a list of them"),
    Text("例如 extends: base.yaml，或 extends: [base.yaml, policy.yaml]。", "For example extends: base.yaml, or extends: [base.yaml, policy.yaml]."),
)  # fmt: skip
_REMOVE = Refusal(
    Text("remove 的写法不对。", "This is not how remove is written."), Text("路径的列表", "a list of paths"),
    Text("例如 remove: [catalogue.sources.central]。", "For example remove: [catalogue.sources.central]."),
)  # fmt: skip
_ASSIGNMENT = Refusal(
    Text("修改的写法不对。", "This is not how a change is written."), Text("路径=数值", "path=value"),
    Text("例如 --set \"catalogue.streams.parking.price=150 元\"。", "For example --set \"catalogue.streams.parking.price=150 元\"."),
)  # fmt: skip


# ---- files on top of each other ----------------------------------------------------------------------------
def compose(path: Path) -> Document:
    """The document of a scenario file with everything that it extends. Raises :class:`ScenarioError`."""
    return _composed(path, path.parent.resolve(), ())


def _composed(path: Path, folder: Path, above: tuple[Path, ...]) -> Document:
    own = read(path)
    if not isinstance(own.value, dict):
        return own
    result: Document | None = None
    for name, place in _extended(own):
        below = _inside(path.parent, folder, name, place)
        if below.resolve() in [one.resolve() for one in (*above, path)]:
            chain = listed([one.name for one in (*above, path, below)])
            raise _refused(_cycle(chain), place, "extends", name)
        if len(above) >= DEEPEST:
            raise _refused(_OUTSIDE._replace(what=Text("文件引用层数过多。", "Too many files extend each other.")), place, "extends", name)
        if not below.is_file():
            raise _refused(_missing(below), place, "extends", name)
        base = _composed(below, folder, (*above, path))
        result = base if result is None else layered(result, base)
    own, removed = _removed(own.without(("extends",)))
    if result is None:
        return without(own, removed)
    whole = layered(without(result, removed), own)
    return Document(whole.value, {**whole.places, (): own.place_of(())}, whole.former)


def _extended(document: Document) -> list[tuple[str, Place]]:
    assert isinstance(document.value, dict)
    given = document.value.get("extends", [])
    names = given if isinstance(given, list) else [given]
    if not all(isinstance(name, str) for name in names):
        raise _refused(_FORM, document.place_of(("extends",)), "extends", shown(given))
    at = [("extends", i) if isinstance(given, list) else ("extends",) for i in range(len(names))]
    return [(str(name), document.place_of(where)) for name, where in zip(names, at, strict=True)]


def _inside(beside: Path, folder: Path, name: str, place: Place) -> Path:
    """The file that is meant; outside the scenario's folder nothing is read."""
    written = PureWindowsPath(name)  # it knows both kinds of slashes, and drives
    path = beside / name
    outside = written.anchor or written.suffix.lower() not in (".yaml", ".yml") or not path.resolve().is_relative_to(folder)
    if outside or "\\" in name:
        raise _refused(_OUTSIDE, place, "extends", name)
    return path


def layered(base: Document, top: Document) -> Document:
    """``top`` laid over ``base``. Units are replaced as a whole unless only some of their values are overridden."""
    units = top.value.get("units") if isinstance(top.value, dict) else None
    stood = base.value.get("units") if isinstance(base.value, dict) else None
    if isinstance(units, list) or (isinstance(units, dict) and units.keys() & {"table", "list"}):
        base = base.without(("units",))
    elif isinstance(units, dict) and isinstance(stood, list):
        base = base.moved(("units",), ("units", "list"))
    return base.merged(top)


# ---- entries taken out -------------------------------------------------------------------------------------
def without(document: Document, removed: Iterable[tuple[str, Place]]) -> Document:
    """The document without the entries at these paths. Raises :class:`ScenarioError` for one that is not there."""
    for text, place in removed:
        path = split(text)
        if refusal := missing_at(document, path, Text("没有可删除的这一项。", "There is no such entry to remove.")):
            raise _refused(refusal, place, "remove", text)
        document = document.without(path)
    return document


def missing_at(document: Document, path: Where, what: Text) -> Refusal | None:
    """Why there is nothing at a path, with the key that was perhaps meant; None where there is something."""
    for length, key in enumerate(map(str, path)):
        inner = document.get(path[:length])
        keys = [str(known) for known in inner] if isinstance(inner, dict) else []
        if key not in keys:
            return Refusal(what, listed(keys), near(key, keys, Text("改为已有的路径。", "Use a path that is there.")))
    return None


def taken(document: Document) -> tuple[Document, list[tuple[str, Place]]]:
    """The changes of a variant, each path unfolded, and the paths it removes."""
    document, removed = _removed(document)
    return unfolded(document.at(("set",)) if document.get(("set",)) else Document({}, {})), removed


def _removed(document: Document) -> tuple[Document, list[tuple[str, Place]]]:
    given = document.get(("remove",))
    if given is None:
        return document, []
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise _refused(_REMOVE, document.place_of(("remove",)), "remove", shown(given))
    removed = [(str(text), document.place_of(("remove", i))) for i, text in enumerate(given)]
    return document.without(("remove",)), removed


# ---- changes by path ---------------------------------------------------------------------------------------
def split(text: str) -> Where:
    """A path as people write it. ``units.d1.area`` is a value of one unit; an input under ``values`` or ``uncertain`` keeps its dots.

    >>> split("finance.bonds.b1.face"), split("units.d1.area"), split("uncertain.streams.parking.price")
    (('finance', 'bonds', 'b1', 'face'), ('units', 'override', 'd1', 'area'), ('uncertain', 'streams.parking.price'))
    """
    parts: list[str] = text.split(".")
    if parts[0] == "units" and len(parts) > 1 and parts[1] not in UNIT_KEYS:
        parts.insert(1, "override")
    kept = 1 if parts[0] == "uncertain" else parts.index("values") + 1 if parts[0] == "units" and "values" in parts else None
    if kept is not None and len(parts) > kept:
        parts = [*parts[:kept], ".".join(parts[kept:])]
    return tuple(int(part) if part.isascii() and part.isdigit() else part for part in parts)


def unfolded(document: Document) -> Document:
    """A document whose topmost keys may be paths, as the mappings they lead through."""
    if not isinstance(document.value, dict):
        return document
    result = Document({}, {(): document.place_of(())})
    for key in document.value:
        path = split(key) if isinstance(key, str) else (key,)
        result = result.merged(document.at((key,)).under(path))
    return result


def assigned(changes: Iterable[str]) -> Document:
    """Changes of the command line, each ``path=value``. Raises :class:`ScenarioError`."""
    result = Document({}, {})
    for change in changes:
        path, sign, value = change.partition("=")
        if not sign or not path.strip() or not value.strip():
            raise _refused(_ASSIGNMENT, Place(COMMAND_LINE, None), "", change)
        said = parse(f"value: {value}".encode(), COMMAND_LINE).at(("value",))
        said = Document(said.value, dict.fromkeys(said.places, Place(f"{COMMAND_LINE} {change}", None)))
        result = result.merged(said.under(split(path.strip())))
    return result


# ---- words -------------------------------------------------------------------------------------------------
def _cycle(chain: Text) -> Refusal:
    return Refusal(
        Text("文件互相引用，成了循环。", "The files extend each other in a circle."), chain,
        Text("删去其中一个 extends。", "Remove one of the extends."),
    )  # fmt: skip


def _missing(path: Path) -> Refusal:
    found = sorted(one.name for one in path.parent.glob("*.yaml"))[:20] if path.parent.is_dir() else []
    remedy = near(path.name, found, Text("检查文件名和所在文件夹。", "Check the name and the folder."))
    return Refusal(Text("找不到所引用的文件。", "There is no such file to extend."), listed(found), remedy)


def _refused(refusal: Refusal, place: Place, path: str, found: str) -> ScenarioError:
    return ScenarioError([Problem(place.file, place.line, path, found=found, **refusal._asdict())])


