"""A file that a reader hands in: a scenario, an edited workbook of finsim, or a list of neighbourhoods, as the text of a scenario."""

from __future__ import annotations

import base64
import dataclasses
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from finsim.importing.start import scenario_of, table_text
from finsim.importing.workbook import Edited, read_workbook
from finsim.scenario.document import parse
from finsim.scenario.loading import one_file
from finsim.scenario.problems import Problem, ScenarioError
from finsim.scenario.refusals import Refusal
from finsim.scenario.writing import as_yaml
from finsim.sheet import Text

ENDINGS = (".yaml", ".yml", ".xlsx")
_ENDING = Refusal(
    Text("不能接收这种文件。", "Files of this kind are not taken."),
    Text("情景文件 .yaml，改过的 finsim 工作簿或小区一览表 .xlsx", "a scenario .yaml, an edited finsim workbook or a list of neighbourhoods .xlsx"),
    Text("另存为其中一种后再上传。", "Save it as one of these and hand it in again."),
)  # fmt: skip
_EXTENDS = Refusal(
    Text("这个文件要用到另外的文件。", "This file needs other files."), Text("不需要其他文件的情景", "a scenario that needs no other file"),
    Text("先合成一个文件：finsim show 文件 --one > 新文件.yaml", "Put it together first: finsim show FILE --one > new.yaml"),
)  # fmt: skip


def scenario_text(name: str, contents: str) -> tuple[str, str]:
    """Name without its ending, and the text of the scenario, of a file as the browser sends it (``data:…;base64,…``).

    Raises ``ScenarioError`` with every problem and its place in the file.
    """
    file = PurePosixPath(name.replace("\\", "/"))
    try:
        data = base64.b64decode(contents.partition(",")[2], validate=True)
    except ValueError:
        data = b""
    if file.suffix.lower() not in ENDINGS:
        raise ScenarioError([_problem(_ENDING, name, file.suffix)])
    if file.suffix.lower() == ".xlsx":
        return file.stem, _of_workbook(data, name)
    document = parse(data, name)
    for path in (("extends",), ("units", "table")):
        if (stated := document.get(path)) is not None:
            place = document.place_of(path)
            raise ScenarioError([dataclasses.replace(_problem(_EXTENDS, name, str(stated)), line=place.line, path=".".join(path))])
    return file.stem, data.decode("utf-8-sig")


def _of_workbook(data: bytes, name: str) -> str:
    """The scenario of a workbook. It is read from a folder of its own, under a name that is not the reader's."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(data)
        try:
            read = read_workbook(path)
            if isinstance(read, Edited):
                return as_yaml(read.document.value)
            (Path(folder) / "units.csv").write_text(table_text(read), "utf-8")
            file = Path(folder) / "scenario.yaml"
            file.write_text(scenario_of(read, Path(name).stem, name, "units.csv"), "utf-8")
            return one_file(file)
        except ScenarioError as error:
            raise ScenarioError([dataclasses.replace(one, file=name) for one in error.problems]) from None


def _problem(refusal: Refusal, name: str, found: str) -> Problem:
    return Problem(name, None, "", refusal.what, found, refusal.allowed, refusal.remedy)
