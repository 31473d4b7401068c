"""Commands that ask how surely and why: sensitivity, need, compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from finsim.cli.common import (
    FILE,
    SHARE,
    WrongUse,
    command,
    load,
    one_of,
    option_by,
    option_json,
    option_set,
    option_variant,
    print_json,
    progress_bar,
)
from finsim.sheet.text import Text

_TRIALS = click.option("--trials", type=click.IntRange(16, 65_536), default=8192, show_default=True, help="模拟次数 · number of trials")
_SEED = click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="随机种子 · seed")
_ACCOUNT = click.option("--account", metavar="A", default="", help="平衡主体 · an account")


@click.command()
@click.argument("file", type=FILE)
@click.option("--outcome", metavar="NAME", default="balanced", show_default=True, help="平衡与否（balanced）、一项检验（passes.cover_full）或一个指标（cover_full、fnpv） · balance, a test or an indicator")
@click.option("--sobol", is_flag=True, help="另算 Sobol 指数（计算量为输入个数的倍数） · Sobol indices too")
@click.option("--grid", nargs=2, metavar="INPUT INPUT", help="改为基准下两个输入一起变动的表（不模拟） · instead: two inputs moved together on the base case")
@_TRIALS
@_SEED
@_ACCOUNT
@option_by
@option_variant
@option_set
@option_json
@click.pass_obj
@command
def sensitivity(
    lang: str, file: Path, outcome: str, sobol: bool, grid: tuple[str, str] | None, trials: int, seed: int, account: str,
    by: str | None, variant: str | None, changes: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """哪些输入要紧：龙卷风图、秩回归、单因素表、敏感度系数，以及多在什么情形下不通过。

    Which inputs matter: tornado, rank regression, one-factor table, elasticities, and where it mostly fails.
    """
    from finsim.report.mattering import Mattering, grid_json, mattering_json, show_grid, show_mattering
    from finsim.risk.discovery import discover
    from finsim.risk.importance import regression, tornado
    from finsim.risk.importance import sobol as indices
    from finsim.risk.shifts import one_factor, principal_shocks, two_factors
    from finsim.risk.study import BALANCES, ROWS, study

    outcome = BALANCES if outcome == "balanced" else one_of(outcome, list(ROWS), lang)
    scenario = load(file, variant, by, changes)
    if grid:
        if sobol:
            raise WrongUse(Text("--grid 与 --sobol 只能用一个。", "Use either --grid or --sobol.").say(lang))
        moved = two_factors(scenario, *grid, outcome, by, account)
        print_json(grid_json(moved, scenario.digest)) if as_json else show_grid(moved, scenario, lang)
        return
    studied = study(scenario, trials, seed, by, account)
    name = studied.account.id
    weights, r2 = regression(studied, outcome)
    found: Any = []
    if sobol:
        with progress_bar("Sobol", lang) as progress:
            found = indices(scenario, studied.account, outcome, trials, seed, progress)
    # what passes or fails has no percentages: then the table is of the cover, and the failures are those of that test
    tested = outcome.startswith("passes.")
    shown, test = ("cover_full", outcome.removeprefix("passes.")) if tested else (outcome, "balanced")
    result = Mattering(
        studied, outcome, shown, tornado(studied, outcome), weights, r2, one_factor(scenario, shown, by, name),
        principal_shocks(scenario, by, name), discover(studied, test), found,
    )  # fmt: skip
    print_json(mattering_json(result)) if as_json else show_mattering(result, lang)


@click.command()
@click.argument("file", type=FILE)
@click.option("--input", "input_", metavar="PATH", required=True, help="要定多少的输入，如 sources.county.per_household · the input")
@click.option("--probability", type=SHARE, metavar="90%", required=True, help="要达到的概率 · the probability wanted")
@click.option("--test", metavar="TEST", default="balanced", show_default=True, help="哪项检验 · the test")
@click.option("--between", type=float, nargs=2, metavar="A B", help="范围（该输入的单位） · the range, in the unit of the input")
@click.option("--unit", metavar="U", default="", help="只变动一个改造单元 · of one unit only")
@click.option("--factor", is_flag=True, help="求对现有取值的倍数 · a factor on the stated values")
@_TRIALS
@_SEED
@_ACCOUNT
@option_by
@option_variant
@option_set
@option_json
@click.pass_obj
@command
def need(
    lang: str, file: Path, input_: str, probability: float, test: str, between: tuple[float, float] | None, unit: str, factor: bool,
    trials: int, seed: int, account: str, by: str | None, variant: str | None, changes: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """要有这样的把握，补助、债券、价格或出租率须是多少。

    How much subsidy, bond, price or occupancy a wanted probability needs.
    """
    from finsim.report.mattering import needed_json, show_needed
    from finsim.risk.needed import needed

    scenario = load(file, variant, by, changes)
    found = needed(
        scenario, input_, probability, trials, seed, test=test, between=between, by=by, account=account, unit=unit, factor=factor
    )
    print_json(needed_json(found, scenario.digest)) if as_json else show_needed(found, scenario.digest, lang)


@click.command()
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@click.option("--variant-a", metavar="V", help="第一个方案的变体 · variant of the first")
@click.option("--variant-b", metavar="V", help="第二个方案的变体 · variant of the second")
@click.option("--indicator", metavar="NAME", default="cover_full", show_default=True, help="比较哪个指标 · which indicator")
@_TRIALS
@_SEED
@_ACCOUNT
@option_by
@option_json
@click.pass_obj
@command
def compare(
    lang: str, first: Path, second: Path, variant_a: str | None, variant_b: str | None, indicator: str, trials: int, seed: int,
    account: str, by: str | None, as_json: bool,
) -> None:  # fmt: skip
    """用同一组随机数比较两个方案：后者更有把握的程度及区间。

    Two schemes in the same trials: how much surer the second is, with a paired interval.
    """
    from finsim.report.mattering import compared_json, show_compared
    from finsim.result import INDICATORS
    from finsim.risk.comparison import compare as compare_studies
    from finsim.risk.study import study

    indicator = one_of(indicator, [key for key, _, _, _ in INDICATORS], lang)
    scenarios = [load(first, variant_a, by), load(second, variant_b, by)]
    one, other = (study(scenario, trials, seed, by, account) for scenario in scenarios)
    found = compare_studies(one, other, indicator)
    labels, digests = [s.variant.label if s.variant else s.title for s in scenarios], (scenarios[0].digest, scenarios[1].digest)
    print_json(compared_json(found, digests)) if as_json else show_compared(found, (labels[0], labels[1]), digests, lang)

