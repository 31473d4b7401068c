"""The outcome of a simulation as tables on the terminal, in one language."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from finsim.report import findings
from finsim.report.screen import SAID, heading, number, show_splits
from finsim.report.solution import show_fixed
from finsim.report.terminal import WholeTable as Table
from finsim.report.wording import Wording
from finsim.risk.intervals import METHODS
from finsim.risk.sample import Sample
from finsim.risk.stopping import OUTCOMES, Decision
from finsim.sheet import Text

_SAID = SAID | {
    "probability": Text("平衡概率", "probability of balance"),
    "interval": Text("95% 置信区间", "95 % interval"),
    "failures": Text("不平衡时（万元）", "When it does not balance (CNY 10,000)"),
    "between": Text("相关的输入", "correlated inputs"),
    "rank": Text("秩相关，要求", "rank correlation, stated"),
    "found": Text("实得", "found"),
    "failing": Text("次数", "trials"),
    "mean_peak": Text("待落实资金峰值，平均", "peak of funds to be secured, mean"),
    "worst_peak": Text("全部模拟中最坏 5% 的平均", "mean of the worst 5% of all trials"),
    "mean_cover": Text("覆盖所缺收益，平均", "income missing for cover, mean"),
    "first": Text("最先未通过", "first to fail"),
    "method": Text("区间方法", "interval by"),
}
SAMPLERS = {
    "lhs": Text("分块拉丁超立方抽样", "Latin hypercubes by block"),
    "sobol": Text("加扰 Sobol 抽样", "scrambled Sobol points"),
    "plain": Text("独立抽样", "independent trials"),
}


def show_samples(samples: Sequence[Sample], lang: str) -> None:
    """Probabilities of all variants side by side: where inputs are assumed, no probability stands alone."""
    console = Console()
    first = samples[0]
    heading(console, first.scenario, first.by, lang)
    how, counts = SAMPLERS[first.sampler], " / ".join(dict.fromkeys(f"{sample.trials:,}" for sample in samples))
    trials = Text(f"{counts} 次模拟，种子 {first.seed}，{how.zh}", f"{counts} trials, seed {first.seed}, {how.en}")
    console.print(trials.say(lang), highlight=False)
    table = Table(*(_SAID[k].say(lang) for k in ("account", "variant", "probability", "interval", "method")))
    wanted = first.goal.wanted
    if wanted is not None:
        table.add_column(Text(f"是否达到 {wanted:.6g}", f"reaches {wanted:.6g}").say(lang))
    counted = list(dict.fromkeys(test for sample in samples for test in sample.scenario.structure.standard))
    for test in counted:
        table.add_column(f"{SAID['passed'].say(lang)} {test}")
    # a variant may list accounts of its own, and a standard of its own
    for account in dict.fromkeys((a.id, a.label) for sample in samples for a in sample.accounts):
        for sample in samples:
            if account not in [(a.id, a.label) for a in sample.accounts]:
                continue
            p = sample.probability(account[0])
            name = sample.scenario.variant.label.say(lang) if sample.scenario.variant else "—"
            own = sample.scenario.structure.standard
            tests = [f"{sample.test_probability(account[0], t).value:.1%}" if t in own else "—" for t in counted]
            interval = f"{p.low:.2%} – {p.high:.2%}"
            decision = sample.decisions.get(account[0])
            verdict = [_decided(decision).say(lang)] if decision else []
            method = METHODS[p.method].say(lang)
            table.add_row(account[1].say(lang), name, f"{p.value:.1%}", interval, method, *verdict, *tests)
    console.print(table)
    _show_failures(console, samples, lang)
    _show_dependence(console, samples[0], lang)
    _show_warnings(console, samples, lang)
    for sample in samples:
        show_fixed(console, sample.scenario, lang)
    show_splits(console, first.scenario, lang)


def _decided(decision: Decision) -> Text:
    word, trials = OUTCOMES[decision.outcome], f"{decision.trials:,}"
    return Text(f"{word.zh}（{trials} 次）", f"{word.en} ({trials} trials)")


def _show_failures(console: Console, samples: Sequence[Sample], lang: str) -> None:
    """What happens when an account does not balance; amounts in 万元. Nothing if all always do."""
    keys = ("account", "variant", "failing", "mean_peak", "worst_peak", "mean_cover", "first")
    table = Table(*(_SAID[key].say(lang) for key in keys), title=_SAID["failures"].say(lang), title_justify="left")
    for sample in samples:
        variant = sample.scenario.variant.label.say(lang) if sample.scenario.variant else "—"
        for i, account in enumerate(sample.accounts):
            found = sample.failures
            if breaks := found.first(i):
                worst = next(tail.mean for tail in found.tails(i, "peak_unfunded") if tail.level == 0.95)
                amounts = (found.mean(i, "peak_unfunded"), worst, found.mean(i, "cover_shortfall"))
                first = findings.first_break(vars(breaks[0]), int(found.failed[i]), Wording(lang))
                cells = (account.label.say(lang), variant, f"{found.failed[i]:,}", *(number(a, "万元") for a in amounts))
                table.add_row(*cells, first)
    if table.row_count:
        console.print(table)


def _show_dependence(console: Console, sample: Sample, lang: str) -> None:
    """Rank correlations stated and found, where there are any."""
    if sample.dependence:
        table = Table(*(_SAID[key].say(lang) for key in ("between", "rank", "found")), title_justify="left")
        for one in sample.dependence:
            table.add_row(" ~ ".join(one.between), f"{one.rank:.2f}", "—" if one.found is None else f"{one.found:.2f}")
        console.print(table)


def _show_warnings(console: Console, samples: Sequence[Sample], lang: str) -> None:
    for sample in samples:
        name = f"{sample.scenario.variant.label.say(lang)} · " if sample.scenario.variant else ""
        for warning in sample.warnings():
            console.print(f"{SAID['warning'].say(lang)}：{name}{warning.say(lang)}", highlight=False)
