"""The command line. Chinese first; ``--lang en`` or FINSIM_LANG=en for English."""

from __future__ import annotations

import click

from finsim.cli import asking, calculating, files


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


for _command in (
    files.new, files.import_, files.check, files.show, files.schema, files.policy,
    calculating.run, calculating.simulate, calculating.replay, calculating.explain, calculating.workbook,
    calculating.diff, calculating.solve, asking.sensitivity, asking.need, asking.compare,
):  # fmt: skip
    main.add_command(_command)
