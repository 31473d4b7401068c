"""Commands about scenario files and what they rest on: new, import, check, show, schema, policy."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from finsim.cli.common import (
    FILE,
    Refused,
    WrongUse,
    command,
    one_of,
    option_json,
    option_set,
    option_variant,
    print_json,
    writing,
)  # fmt: skip
from finsim.sheet.text import Text


@click.command()
@click.argument("file", type=FILE)
@click.pass_obj
@command
def new(lang: str, file: Path) -> None:
    """写一个带注释的起步方案，改成自己的项目即可。

    Write a commented scenario to start from.
    """
    from finsim.importing.start import starting_file

    _write({file: starting_file()}, lang)
    click.echo(Text(f"接着：finsim check {file}；finsim run {file}", f"Next: finsim check {file}; finsim run {file}").say(lang))


@click.command("import")
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, required=True, metavar="FILE.yaml", help="写成的方案文件 · the scenario to write")
@click.option("--sheet", metavar="NAME", help="小区一览表所在的工作表，缺省第一张 · the sheet with the list; by default the first")
@click.pass_obj
@command
def import_(lang: str, workbook: Path, output: Path, sheet: str | None) -> None:
    """把小区一览表，或改过的 finsim 工作簿，变成方案文件。

    Turn a list of neighbourhoods, or an edited finsim workbook, into a scenario file.
    """
    from finsim.importing.start import proved, scenario_of, table_text
    from finsim.importing.workbook import Edited, read_workbook
    from finsim.report.imported import show_changes, show_remarks
    from finsim.scenario.writing import as_yaml

    if output.suffix.lower() not in (".yaml", ".yml"):
        raise WrongUse(Text("输出文件须以 .yaml 结尾。", "The output must end in .yaml.").say(lang))
    read = read_workbook(workbook, sheet)
    if isinstance(read, Edited):
        _write({output: as_yaml(read.document.value)}, lang)
        show_changes(read.changes, read.scenario.digest, lang)
        return
    table = output.with_suffix(".csv")
    texts = {table.name: table_text(read), output.name: scenario_of(read, workbook.stem, workbook.name, table.name)}
    proved(texts, output.name)
    _write({table: texts[table.name], output: texts[output.name]}, lang)
    show_remarks(len(read.rows), read.remarks, lang)


def _write(texts: dict[Path, str], lang: str) -> None:
    """All of the files or none; none that is there is overwritten."""
    from finsim.files import write_whole

    for path in texts:
        if path.exists():
            raise WrongUse(
                Text(f"{path} 已存在，未改动。请换一个文件名。", f"{path} is there already and was left as it is. Choose another name.").say(lang)
            )
    written: list[Path] = []
    try:
        for path, text in texts.items():
            with writing(path, lang):
                write_whole(path, text.encode())
            written.append(path)
    except WrongUse:
        for path in written:
            path.unlink()
        raise
    for path in written:
        click.echo(Text(f"已写入 {path}", f"Wrote {path}").say(lang))


@click.command()
@click.argument("file", type=FILE)
@click.pass_obj
@command
def check(lang: str, file: Path) -> None:
    """检查方案文件（含全部变体），列出所有问题；各单元缺少的必须改造内容只作提醒。

    Check a scenario file with all its variants and list every problem; mandatory works that units lack are warnings.
    """
    from finsim.scenario.loading import check as check_file
    from finsim.scenario.loading import load
    from finsim.scenario.problems import ScenarioError
    from finsim.scope import missing_works

    problems = check_file(file)
    if problems:
        raise ScenarioError(problems)
    scenario = load(file)
    if scenario.mandatory:
        from finsim.report.screen import show_missing_works

        missing = [one for v in scenario.variants for one in missing_works(load(file, v.id))]
        show_missing_works(tuple({one.message: one for one in [*missing_works(scenario), *missing]}.values()), lang)
    click.echo(Text(f"{file}：没有问题。", f"{file}: no problems.").say(lang))


@click.command()
@click.argument("file", type=FILE)
@click.argument("path", required=False, default="")
@click.option("--origin", is_flag=True, help="每个值写在哪里、替换了什么 · where each value is written, and what it replaced")
@click.option("--one", is_flag=True, help="含全部变体、不需要其他文件的一个文件 · one file with all variants that needs no other")
@option_variant
@option_set
@click.pass_obj
@command
def show(lang: str, file: Path, path: str, origin: bool, one: bool, variant: str | None, changes: tuple[str, ...]) -> None:
    """列出合成后的方案（引用、变体、改动都已并入），或其中一部分。

    Print the scenario, or a part of it, with everything it extends, the variant and the changes put together.
    """
    from finsim.report.composition import show_document
    from finsim.scenario.loading import one_file, resolved

    if one:
        click.echo(one_file(file), nl=False)
        return
    show_document(resolved(file, variant, changes), path, origin, lang)


@click.command()
@click.option("-o", "--output", type=FILE, help="输出文件 .json；不写则输出到屏幕 · output file; without it, the screen")
@click.pass_obj
@command
def schema(lang: str, output: Path | None) -> None:
    """输出情景文件的 JSON Schema，供编辑器补全和检查。

    Print the JSON Schema of scenario files, with which an editor completes and checks them.
    """
    import json

    from finsim.files import write_whole
    from finsim.scenario.reference import json_schema

    text = json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    with writing(output, lang):
        write_whole(output, text.encode())
    click.echo(Text(f"已写入 {output}", f"Wrote {output}").say(lang))


@click.command()
@click.argument("name", required=False, default="")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="只列这一天有效的 · what is in force on a day")
@option_json
@click.pass_obj
@command
def policy(lang: str, name: str, on: datetime | None, as_json: bool) -> None:
    """政策取值及其有效期、依据、核对日、可信度；名称可只写开头。

    Policy values with period, document, last check and confidence; the beginning of a name will do.
    """
    from finsim.report.policies import chosen, not_known, policies_json, show_policies
    from finsim.scenario.policy_files import policies

    names = chosen(name, policies()) or [one_of(name, list(policies()), lang)]
    found, day = [policies()[one] for one in names], on.date() if on else None
    if told := not_known(found, day):
        raise Refused(told.say(lang))
    if as_json:
        print_json(policies_json(found, day))
    else:
        show_policies(found, day, lang)
