"""A workbook as LibreOffice Calc computes it, without a window."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

# Mode 0 is "always". Left alone, Calc believes the values stored in a file that says it comes from Excel.
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
  <item oor:path="/org.openoffice.Office.Calc/Formula/Load">
    <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
  </item>
</oor:items>
"""


EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false,false,false,false,-1"
"""Comma, quotation mark, UTF-8, from line 1, in English, numbers in full instead of as shown, every sheet."""


def recalculate(source: Path, target_dir: Path, seconds: int = 300) -> Path:
    """Write `source` to `target_dir` under its own name, every formula computed anew, and return that file."""
    target = target_dir / f"{source.stem}.xlsx"
    if target.exists():
        raise FileExistsError(f"{target} would be overwritten: name another target_dir")
    _convert([source], target_dir, "xlsx", seconds)
    if not target.exists():  # Calc may fail and return 0
        raise RuntimeError(f"LibreOffice did not convert {source}")
    return target


def export(sources: Sequence[Path], target_dir: Path, seconds: int = 600) -> None:
    """Write every sheet of all `sources` to `target_dir` as `book-sheet.csv`, every formula computed anew, in one go."""
    _convert(sources, target_dir, EVERY_SHEET, seconds)
    for source in sources:
        if not any(target_dir.glob(f"{source.stem}-*.csv")):
            raise RuntimeError(f"LibreOffice did not convert {source}")


def _convert(sources: Sequence[Path], target_dir: Path, form: str, seconds: int) -> None:
    """Each call has a profile of its own, so calls may run side by side and none sees the user's settings."""
    office = shutil.which("soffice")
    if office is None:
        raise RuntimeError("LibreOffice is missing; `bash .ci/test` installs it")
    with TemporaryDirectory() as folder:
        profile = Path(folder)
        (profile / "user").mkdir()
        (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
        command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
        command += ["--convert-to", form, "--outdir", str(target_dir), *map(str, sources)]
        done = subprocess.run(
            # soffice only starts the program that does the work; timeout, unlike Python, ends that one too.
            ["timeout", "--kill-after=10", str(seconds), *command],
            env=os.environ | {"LC_ALL": "C.UTF-8"},  # otherwise a Chinese file name is not found
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(f"LibreOffice did not convert {', '.join(map(str, sources))}:\n{done.stdout}{done.stderr}")
