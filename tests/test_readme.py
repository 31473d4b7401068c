"""The session in the README is run, line for line, and its pictures exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from finsim.cli import main

README = Path("README.md").read_text(encoding="utf-8")


def test_the_session_prints_what_the_readme_says() -> None:
    block = next(b for b in re.findall(r"```\n(.*?)```", README, re.S) if b.startswith("$ finsim"))
    output = ""
    for line in block.splitlines():
        if line.startswith("$ finsim "):
            done = CliRunner().invoke(main, shlex.split(line)[2:], env={"COLUMNS": "200"})
            assert done.exit_code == 0
            output = done.output
        else:
            assert line in output, line


def test_what_the_readme_names_is_there() -> None:
    for name in re.findall(r"\]\(((?!http)[^)]+)\)|`(scenarios/[^`]+)`|bash (\.ci/\w+)", README):
        path = next(filter(None, name))
        assert Path(path).exists(), path
