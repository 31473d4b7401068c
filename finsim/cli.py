"""The command line: check, run, simulate, explain, workbook. Chinese first; ``--lang en`` or FINSIM_LANG=en for English.

Exit code 0 done, 1 a problem of the scenario, 2 wrong use. Each command imports what it needs when it runs.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from finsim.sheet.text import Text

if TYPE_CHECKING:
    from finsim.result import Result
    from finsim.scenario.scenario import Scenario

GROUPINGS = ("unit", "district", "all", "accounts")
FILE = click.Path(path_type=Path)


class Refused(click.ClickException):
    """A problem of the scenario: told as it is, exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


class WrongUse(Refused):
    """A wrong word on the command line: exit code 2."""

    exit_code = 2


def option_variant(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--variant", metavar="V", help="方案变体 · a variant named in the file")(command)


def option_by(command: Callable[..., Any]) -> Callable[..., Any]:
    text = (
        "平衡口径：unit 小区内自求平衡，district 大片区统筹，all 跨片区组合，accounts 文件列明的主体 · "
        "grouping: each unit alone, by district, all together, or the accounts listed in the file"
    )
    return click.option("--by", type=click.Choice(GROUPINGS), help=text)(command)


def option_set(command: Callable[..., Any]) -> Callable[..., Any]:
    text = "改一个值：路径=数值，可多次 · change a value; may be repeated"
    return click.option("--set", "changes", metavar="PATH=VALUE", multiple=True, help=text)(command)


def option_json(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON")(command)


def command(body: Callable[..., None]) -> Callable[..., None]:
    """Turn every error a user can cause into a message; nothing else is caught."""

    @functools.wraps(body)
    def guarded(*args: Any, **kwargs: Any) -> None:
        from finsim.scenario.problems import ScenarioError
        from finsim.sheet.errors import SheetError

        lang = click.get_current_context().obj
        try:
            body(*args, **kwargs)
        except ScenarioError as error:
            raise Refused(error.say(lang)) from None
        except SheetError as error:
            raise Refused(error.message.say(lang)) from None

    return guarded


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    envvar="FINSIM_LANG",
    help="语言 · language",
    show_default=True,
)
@click.version_option(package_name="finsim")
@click.pass_context
def main(context: click.Context, lang: str) -> None:
    """老旧小区改造资金平衡与融资模式测算。

    Financial balance and funding of old-neighbourhood renovation.
    """
    context.obj = lang


@main.command()
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


@main.command()
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


@main.command()
@click.argument("file", type=FILE)
@option_by
@option_variant
@option_set
@click.option("--statements", is_flag=True, help="列出全部财务报表 · with every financial statement")
@option_json
@click.pass_obj
@command
def run(
    lang: str, file: Path, by: str | None, variant: str | None, changes: tuple[str, ...], statements: bool, as_json: bool
) -> None:  # fmt: skip
    """按基准取值计算：各平衡主体是否平衡，及其原因。

    Evaluate at stated values: does each account balance, and why.
    """
    from finsim.report.screen import show_result

    result = _result(file, variant, by, changes)
    if as_json:
        content = result.to_json()
        if statements:
            from finsim.report.statements import statements_json

            for account in content["accounts"]:
                account["statements"] = statements_json(result, account["id"])
        _print_json(content)
        return
    show_result(result, lang)
    if statements:
        from finsim.report.printed import show_statements

        show_statements(result, lang)


@main.command()
@click.argument("file", type=FILE)
@click.option("--trials", type=click.IntRange(1, 10_000_000), required=True, help="模拟次数 · number of trials")
@click.option("--seed", type=click.IntRange(0), required=True, help="随机种子 · seed")
@option_by
@option_variant
@option_set
@option_json
@click.pass_obj
@command
def simulate(
    lang: str, file: Path, trials: int, seed: int, by: str | None, variant: str | None, changes: tuple[str, ...],
    as_json: bool,
) -> None:  # fmt: skip
    """蒙特卡洛模拟：平衡的概率及置信区间；文件中的各变体并列给出。

    Monte Carlo: the probability of balance with its interval, for all variants of the file side by side.
    """
    from finsim.report.screen import show_samples
    from finsim.risk.trials import simulate as simulate_scenario

    chosen = _load(file, variant, by, changes)
    others = [v.id for v in chosen.variants if chosen.variant is None or v.id != chosen.variant.id]
    scenarios = [chosen, *(_load(file, other, by, changes) for other in others)]
    samples = []
    for number, scenario in enumerate(scenarios, 1):
        name = scenario.variant.label.say(lang) if scenario.variant else scenario.title.say(lang)
        with _progress(f"{number}/{len(scenarios)} {name}", trials, lang) as progress:
            samples.append(simulate_scenario(scenario, trials, seed, by, progress))
    if as_json:
        content = samples[0].to_json()
        content["variants"] = {
            s.scenario.variant.id: {
                "label": s.scenario.variant.label.zh,
                "digest": s.scenario.digest,
                "probability": s.probability_of_all().to_json(),
                "accounts": [{"id": a.id, "probability": s.probability(a.id).to_json()} for a in s.accounts],
            }
            for s in samples
            if s.scenario.variant
        }
        _print_json(content)
    else:
        show_samples(samples, lang)


@main.command()
@click.argument("file", type=FILE)
@click.argument("row")
@click.argument("year", type=int, required=False)
@click.option("--unit", metavar="U", help="改造单元 · a unit")
@click.option("--account", metavar="A", help="平衡主体 · an account")
@click.option("--deep", is_flag=True, help="追到输入为止 · follow every operand down to the inputs")
@option_by
@option_variant
@option_set
@click.pass_obj
@command
def explain(
    lang: str, file: Path, row: str, year: int | None, unit: str | None, account: str | None, deep: bool,
    by: str | None, variant: str | None, changes: tuple[str, ...],
) -> None:  # fmt: skip
    """说明一个数的由来：数值、公式、各运算数及其来源。

    Why a number is what it is: value, formula in words, operands, sources.
    """
    from finsim.report.screen import show_explanation

    if unit and account:
        raise WrongUse(Text("--unit 与 --account 只能用一个。", "Use either --unit or --account.").say(lang))
    result = _result(file, variant, by, changes)
    sheet = "unit" if unit else "account"
    if unit:
        member = _one_of(unit, list(result.scenario.numbers.units), lang)
    else:
        result, member = _account(result, account, by, lang)
    model = result.scenario.sheets.unit if unit else result.scenario.sheets.account
    _one_of(row, list(model.rows), lang)
    if model.rows[row].cell:
        year = None
    elif year is None or year not in result.years:
        first, last = result.years[0], result.years[-1]
        raise WrongUse(Text(f"该行逐年计算，请写年份 {first}–{last}。", f"Give a year, {first}–{last}.").say(lang))
    show_explanation(result, sheet, member, row, year, deep, lang)


@main.command()
@click.argument("file", type=FILE)
@click.option("-o", "--output", type=FILE, required=True, help="输出文件 .xlsx · output file")
@click.option("--account", metavar="ID", help="平衡主体 · an account")
@option_by
@option_variant
@option_set
@click.pass_obj
@command
def workbook(
    lang: str, file: Path, output: Path, account: str | None, by: str | None, variant: str | None, changes: tuple[str, ...]
) -> None:  # fmt: skip
    """生成带活公式的工作簿。

    Write a workbook with live formulas.
    """
    from finsim.report.workbook import write

    if output.suffix.lower() != ".xlsx":
        raise WrongUse(Text("输出文件须以 .xlsx 结尾。", "The output must end in .xlsx.").say(lang))
    result, member = _account(_result(file, variant, by, changes), account, by, lang)
    try:
        write(result, member, output)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WrongUse(Text(f"无法写入 {output}：{reason}", f"Cannot write {output}: {reason}").say(lang)) from None
    click.echo(Text(f"已写入 {output}", f"Wrote {output}").say(lang))


def _load(file: Path, variant: str | None, by: str | None, changes: tuple[str, ...] = ()) -> Scenario:
    from finsim.scenario.loading import load

    scenario = load(file, variant, changes)
    if by == "accounts" and not scenario.listed:
        lang = click.get_current_context().obj
        message = Text("文件没有列明平衡主体（balance.accounts）。", "The file lists no accounts (balance.accounts).")
        raise WrongUse(message.say(lang))
    return scenario


def _result(file: Path, variant: str | None, by: str | None, changes: tuple[str, ...]) -> Result:
    from finsim.result import run

    return run(_load(file, variant, by, changes), by)


def _account(result: Result, account: str | None, by: str | None, lang: str) -> tuple[Result, str]:
    """The result and the id of the wanted account; without ``--by`` every grouping is searched for it."""
    from finsim.result import run

    if account is None and len(result.accounts) == 1:
        return result, result.accounts[0].id
    found = {a.id: result for a in result.accounts}
    if by is None:
        scenario = result.scenario
        for other in ("all", "district", "unit"):
            for a in scenario.accounts(other):
                if a.id == account and a.id not in found:
                    return run(scenario, other), a.id
    if account is None:
        listed = ", ".join(found)
        raise WrongUse(
            Text(f"请用 --account 选择平衡主体：{listed}", f"Choose an account with --account: {listed}").say(lang)
        )
    return result, _one_of(account, list(found), lang)


def _one_of(name: str, names: list[str], lang: str) -> str:
    if name in names:
        return name
    import difflib

    near = difflib.get_close_matches(name, names, n=5) or names[:8]
    listed = ", ".join(near)
    raise WrongUse(Text(f"没有 {name}；相近的有：{listed}", f"There is no {name}; near ones: {listed}").say(lang))


def _print_json(content: object) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


@contextmanager
def _progress(title: str, trials: int, lang: str) -> Iterator[Callable[[int, int], bool] | None]:
    """A progress bar on a terminal; Ctrl-C stops and says how far it came."""
    done = 0

    def count(now: int, _: int) -> bool:
        nonlocal done
        done = now
        return True

    try:
        if not sys.stderr.isatty():
            yield count
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=trials)

            def advance(now: int, whole: int) -> bool:
                bar.update(task, completed=now)
                return count(now, whole)

            yield advance
    except KeyboardInterrupt:
        raise Refused(
            Text(f"已中断，完成 {done:,}/{trials:,} 次。", f"Stopped after {done:,} of {trials:,} trials.").say(lang)
        ) from None
