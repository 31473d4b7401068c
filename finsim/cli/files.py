"""Commands about scenario files: check, show."""

from __future__ import annotations

from pathlib import Path

import click

from finsim.cli.common import FILE, command, option_set, option_variant
from finsim.sheet.text import Text


@click.command()
@click.argument("file", type=FILE)
@click.pass_obj
@command
def check(lang: str, file: Path) -> None:
    """检查方案文件（含全部变体），列出所有问题。

    Check a scenario file with all its variants and list every problem.
    """
    from finsim.scenario.loading import check as check_file
    from finsim.scenario.problems import ScenarioError

    problems = check_file(file)
    if problems:
        raise ScenarioError(problems)
    click.echo(Text(f"{file}：没有问题。", f"{file}: no problems.").say(lang))


@click.command()
@click.argument("file", type=FILE)
@click.argument("path", required=False, default="")
@click.option("--origin", is_flag=True, help="每个值写在哪里、替换了什么 · where each value is written, and what it replaced")
@option_variant
@option_set
@click.pass_obj
@command
def show(lang: str, file: Path, path: str, origin: bool, variant: str | None, changes: tuple[str, ...]) -> None:
    """列出合成后的方案（引用、变体、改动都已并入），或其中一部分。

    Print the scenario, or a part of it, with everything it extends, the variant and the changes put together.
    """
    from finsim.report.composition import show_document
    from finsim.scenario.loading import resolved

    show_document(resolved(file, variant, changes), path, origin, lang)
