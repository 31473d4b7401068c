"""What the commands share: options, errors as messages, the scenario and account that are meant, progress.

Exit code 0 done, 1 a problem of the scenario, 2 wrong use. Each command imports what it needs when it runs.
"""

from __future__ import annotations

import functools
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from finsim.sheet.text import Text

if TYPE_CHECKING:
    from finsim.result import Result
    from finsim.scenario.document import Document
    from finsim.scenario.scenario import Scenario

GROUPINGS = ("unit", "district", "all", "accounts")
FILE = click.Path(path_type=Path)


class Share(click.ParamType[float]):
    """A number between 0 and 1, as 0.5 or as 50%."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from finsim.scenario.quantity import QuantityError, check, convert

        try:
            share = convert(value, "1")
            check(share, gt=0.0, lt=1.0)
        except QuantityError as error:
            self.fail(f"{error.what.zh} {error.what.en}", param, ctx)
        return share


SHARE = Share()


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


def option_save(command: Callable[..., Any]) -> Callable[..., Any]:
    text = "把方案、版本和结果存为记录，供 finsim replay 复算 · keep a record that finsim replay calculates again"
    return click.option("--save", type=FILE, metavar="RECORD.json", help=text)(command)


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


def load(file: Path, variant: str | None, by: str | None, changes: tuple[str, ...] = ()) -> Scenario:
    from finsim.scenario.loading import load

    scenario = load(file, variant, changes)
    if by == "accounts" and not scenario.listed:
        lang = click.get_current_context().obj
        message = Text("文件没有列明平衡主体（balance.accounts）。", "The file lists no accounts (balance.accounts).")
        raise WrongUse(message.say(lang))
    return scenario


def result_of(file: Path, variant: str | None, by: str | None, changes: tuple[str, ...]) -> Result:
    from finsim.result import run

    return run(load(file, variant, by, changes), by)


def self_contained(scenario: Scenario, file: Path, changes: tuple[str, ...] = ()) -> Document:
    from finsim.scenario import loading

    return loading.self_contained(file, scenario.variant.id if scenario.variant else None, changes)


def account_of(result: Result, account: str | None, by: str | None, lang: str) -> tuple[Result, str]:
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
    return result, one_of(account, list(found), lang)


def one_of(name: str, names: list[str], lang: str) -> str:
    if name in names:
        return name
    import difflib

    near = difflib.get_close_matches(name, names, n=5) or names[:8]
    listed = ", ".join(near)
    raise WrongUse(Text(f"没有 {name}；相近的有：{listed}", f"There is no {name}; near ones: {listed}").say(lang))


def print_json(content: object) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def keep(record: Mapping[str, Any], path: Path, lang: str) -> None:
    from finsim.record import save

    with writing(path, lang):
        save(record, path)
    click.echo(Text(f"已存记录 {path}", f"Kept the record {path}").say(lang), err=True)


@contextmanager
def writing(path: Path, lang: str) -> Iterator[None]:
    """Say why a file could not be written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise WrongUse(Text(f"无法写入 {path}：{reason}", f"Cannot write {path}: {reason}").say(lang)) from None


@contextmanager
def _pressed() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: the interrupt of one that is pressed while Python clears something away is lost."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield lambda: False  # somebody else sees to it
        return
    pressed = False

    def noted(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, noted)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def progress_bar(title: str, lang: str) -> Iterator[Callable[[int, int], bool]]:
    """A progress bar on a terminal, told how much is done of how much; Ctrl-C stops and says how far it came."""
    done = total = 0

    def count(now: int, whole: int) -> bool:
        nonlocal done, total
        done, total = now, whole
        if pressed():
            raise KeyboardInterrupt
        return True

    try:
        with _pressed() as pressed:
            if not sys.stderr.isatty():
                yield count
                return
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task(title, total=None)

                def advance(now: int, whole: int) -> bool:
                    bar.update(task, completed=now, total=whole)
                    return count(now, whole)

                yield advance
    except KeyboardInterrupt:
        raise Refused(
            Text(f"已中断，完成 {done:,}/{total:,}。", f"Stopped after {done:,} of {total:,}.").say(lang)
        ) from None
