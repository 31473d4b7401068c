"""Commands that calculate: run, simulate, replay, diff, explain, solve, workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from finsim.cli.common import (
    FILE,
    SHARE,
    WrongUse,
    account_of,
    command,
    keep,
    load,
    one_of,
    option_by,
    option_json,
    option_save,
    option_set,
    option_variant,
    print_json,
    progress_bar,
    result_of,
    self_contained,
    writing,
)  # fmt: skip
from finsim.sheet.text import Text


@click.command()
@click.argument("file", type=FILE)
@option_by
@option_variant
@option_set
@click.option("--statements", is_flag=True, help="列出全部财务报表 · with every financial statement")
@option_save
@option_json
@click.pass_obj
@command
def run(
    lang: str, file: Path, by: str | None, variant: str | None, changes: tuple[str, ...], statements: bool,
    save: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """按基准取值计算：各平衡主体是否平衡，及其原因。

    Evaluate at stated values: does each account balance, and why.
    """
    from finsim.report.screen import show_result

    result = result_of(file, variant, by, changes)
    if save:
        from finsim.record import record_of_run

        keep(record_of_run(result, self_contained(result.scenario, file), changes), save, lang)
    if as_json:
        content = result.to_json()
        if statements:
            from finsim.report.statements import statements_json

            for account in content["accounts"]:
                account["statements"] = statements_json(result, account["id"])
        print_json(content)
        return
    show_result(result, lang)
    if statements:
        from finsim.report.printed import show_statements

        show_statements(result, lang)


@click.command()
@click.argument("file", type=FILE)
@click.option("--trials", type=click.IntRange(1, 10_000_000), required=True, help="模拟次数；有 --until 或 --wanted 时为上限 · number of trials, with --until or --wanted the most")
@click.option("--seed", type=click.IntRange(0), required=True, help="随机种子 · seed")
@click.option(
    "--sampler", type=click.Choice(["lhs", "sobol", "plain"]), default="lhs", show_default=True,
    help="分块拉丁超立方、Sobol（限一个平衡主体）、独立抽样 · Latin hypercubes, Sobol (one account), independent trials",
)
@click.option("--until", type=SHARE, metavar="0.5%", help="概率的 95% 区间半宽达到此值即停 · stop when the probability is known to ± this")
@click.option("--save-trials", type=FILE, metavar="FILE.parquet", help="逐次保存全部输入和结果（须装 pyarrow） · keep every trial (needs pyarrow)")
@click.option("--wanted", type=SHARE, metavar="90%", help="判定是否达到此概率：达标、不达标、无法判定 · is this probability reached, missed, or undecided")
@option_by
@option_variant
@option_set
@option_save
@option_json
@click.pass_obj
@command
def simulate(
    lang: str, file: Path, trials: int, seed: int, sampler: Any, until: float | None, wanted: float | None,
    by: str | None, variant: str | None, changes: tuple[str, ...], save: Path | None, save_trials: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """蒙特卡洛模拟：平衡的概率及置信区间；文件中的各变体并列给出。

    Monte Carlo: the probability of balance with its interval, for all variants of the file side by side.
    """
    from contextlib import nullcontext

    from finsim.report.sampled import show_samples
    from finsim.risk.keeping import TrialFile
    from finsim.risk.trials import simulate as simulate_scenario

    chosen = load(file, variant, by, changes)
    others = [v.id for v in chosen.variants if chosen.variant is None or v.id != chosen.variant.id]
    scenarios = [chosen, *(load(file, other, by, changes) for other in others)]
    samples = []
    with writing(save_trials or file, lang), TrialFile(save_trials, scenarios) if save_trials else nullcontext() as kept:
        for number, scenario in enumerate(scenarios, 1):
            name = scenario.variant.label.say(lang) if scenario.variant else scenario.title.say(lang)
            with progress_bar(f"{number}/{len(scenarios)} {name}", lang) as progress:
                samples.append(simulate_scenario(scenario, trials, seed, by, progress, sampler, until, wanted, keep=kept))
    if save:
        from finsim.record import record_of_simulation

        resolved = [(sample, self_contained(sample.scenario, file)) for sample in samples]
        keep(record_of_simulation(resolved, trials, changes), save, lang)
    if as_json:
        content = samples[0].to_json()
        content["variants"] = {
            s.scenario.variant.id: {
                "label": s.scenario.variant.label.zh,
                "digest": s.scenario.digest,
                "trials": s.trials,
                "probability": s.probability_of_all().to_json(),
                "accounts": [
                    {"id": a.id, "probability": s.probability(a.id).to_json()}
                    | ({"decision": s.decisions[a.id].to_json()} if a.id in s.decisions else {})
                    for a in s.accounts
                ],
            }
            for s in samples
            if s.scenario.variant
        }
        print_json(content)
    else:
        show_samples(samples, lang)


@click.command()
@click.argument("record", type=FILE)
@option_json
@click.pass_obj
@command
def replay(lang: str, record: Path, as_json: bool) -> None:
    """按记录复算，逐数核对；有一个数不同即退出码 1。

    Calculate a record again and compare every figure bit for bit; exit code 1 if one differs.
    """
    from finsim.record import replay as calculate_again
    from finsim.report.replayed import replay_json, show_replay

    with progress_bar(record.name, lang) as progress:
        done = calculate_again(record, progress)
    print_json(replay_json(done)) if as_json else show_replay(done, lang)
    if not done.same:
        raise SystemExit(1)


@click.command()
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
    result = result_of(file, variant, by, changes)
    sheet = "unit" if unit else "account"
    if unit:
        member = one_of(unit, list(result.scenario.numbers.units), lang)
    else:
        result, member = account_of(result, account, by, lang)
    model = result.scenario.sheets.unit if unit else result.scenario.sheets.account
    one_of(row, list(model.rows), lang)
    if model.rows[row].cell:
        year = None
    elif year is None or year not in result.years:
        first, last = result.years[0], result.years[-1]
        raise WrongUse(Text(f"该行逐年计算，请写年份 {first}–{last}。", f"Give a year, {first}–{last}.").say(lang))
    show_explanation(result, sheet, member, row, year, deep, lang)


@click.command()
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
    from finsim.scenario.writing import as_yaml

    if output.suffix.lower() != ".xlsx":
        raise WrongUse(Text("输出文件须以 .xlsx 结尾。", "The output must end in .xlsx.").say(lang))
    result, member = account_of(result_of(file, variant, by, changes), account, by, lang)
    text = as_yaml(self_contained(result.scenario, file, changes).value)
    with writing(output, lang):
        write(result, member, output, text)
    click.echo(Text(f"已写入 {output}", f"Wrote {output}").say(lang))


@click.command()
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@click.option("--variant-a", metavar="V", help="第一个方案的变体 · variant of the first")
@click.option("--variant-b", metavar="V", help="第二个方案的变体 · variant of the second")
@option_by
@option_json
@click.pass_obj
@command
def diff(
    lang: str, first: Path, second: Path, variant_a: str | None, variant_b: str | None, by: str | None, as_json: bool
) -> None:
    """比较两个方案：哪些输入不同，结果差多少，哪个输入影响最大。

    Compare two scenarios: which inputs differ, what follows, and which input moves what most.
    """
    from finsim.difference import compare
    from finsim.report.differences import difference_json, show_difference

    scenarios = [load(first, variant_a, by), load(second, variant_b, by)]
    documents = [self_contained(scenario, file) for scenario, file in zip(scenarios, (first, second), strict=True)]
    with progress_bar(f"{first.name} ↔ {second.name}", lang) as progress:
        found = compare((scenarios[0], documents[0]), (scenarios[1], documents[1]), by, progress)
    if as_json:
        print_json(difference_json(found))
    else:
        show_difference(found, lang)


@click.command()
@click.argument("file", type=FILE)
@click.option("--input", metavar="PATH", required=True, help="要求解的输入，如 streams.parking.price、loans.bank.commitment · the input")
@click.option("--test", metavar="TEST", default="", help="恰好通过的检验，如 cover_full；balanced 为全部计入的检验 · the test to be just passed")
@click.option("--row", metavar="ROW", default="", help="或：平衡主体表的一行，如 lender.lowest · or a row of the account's sheet")
@click.option("--period", metavar="YEAR", help="逐年的行：年份，或 lowest、highest、total · the year, for a row by year")
@click.option("--target", type=float, default=float("nan"), help="该行的目标值（该行的单位） · what the row must be, in its unit")
@click.option("--goal", "sense", type=click.Choice(["equals", "at_least", "at_most"]), default="equals", show_default=True, help="等于、不低于、不高于目标 · how it meets the target")
@click.option("--between", type=float, nargs=2, metavar="A B", help="求解范围（该输入的单位） · the range to look in, in the unit of the input")
@click.option("--account", metavar="A", default="", help="平衡主体 · an account")
@click.option("--unit", metavar="U", default="", help="只变动一个改造单元 · of one unit only")
@click.option("--factor", is_flag=True, help="求解对现有取值的倍数 · a factor on the stated values")
@option_by
@option_variant
@option_set
@option_json
@click.pass_obj
@command
def solve(lang: str, file: Path, by: str | None, variant: str | None, changes: tuple[str, ...], as_json: bool, **question: Any) -> None:
    """求解：某个输入取多少，一项检验恰好通过，或一行恰好达到目标。

    What must an input be for a test to be just passed, or for a row to meet its target?
    """
    from finsim.report.solution import show_solution
    from finsim.solve import SolveError
    from finsim.solve import solve as solve_for

    scenario, period = load(file, variant, by, changes), question.pop("period")
    try:
        solution = solve_for(scenario, period=int(period) if period and period.isdigit() else period, by=by, **question)
    except SolveError as error:
        raise WrongUse(error.message.say(lang)) from None
    if as_json:
        print_json(solution.to_json())
    else:
        show_solution(solution, lang)
