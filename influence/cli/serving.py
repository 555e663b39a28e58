"""The dashboard: serve."""

from __future__ import annotations

from pathlib import Path

import click

from influence.cli.options import basis_option, opened, workspace_option
from influence.cli.saying import say
from influence.contract import plugins
from influence.contract.language import ENGLISH, known

DASHBOARDS = "influence.dashboards"
PORT = 8321


@click.command()
@click.option(
    "--for",
    "only",
    multiple=True,
    metavar="PERSON",
    help="Show only this leader, and nothing of anybody else; may be repeated. Needs --read-only.",
)
@click.option("--read-only", is_flag=True, help="Show, and let nothing be changed.")
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port; 0 takes a free one.",
)
@click.option("--no-browser", is_flag=True, help="Print the link, which works once, and open no browser.")
@click.option("--language", default=ENGLISH, show_default=True, metavar="CODE", help="In which language.")
@workspace_option
@basis_option
def serve(
    only: tuple[str, ...], port: int, folder: Path, language: str, *, read_only: bool, no_browser: bool
) -> None:
    """Show the workspace as pages in your browser, on this machine only, until you press Ctrl-C.

    The link that opens it works once; nobody else on this machine or in the network comes in without one.

    \b
    influence serve
    influence serve --for ann@acme.example --read-only --port 8400
    """
    if only and not read_only:
        raise click.UsageError("--for shows some leaders and lets nothing be changed: add --read-only")
    run = plugins.load(DASHBOARDS, "pages")
    spoken = known(language).code
    with opened(folder, asks=False) as workspace:
        run(
            workspace,
            port=port,
            only=only,
            read_only=read_only,
            browser=not no_browser,
            language=spoken,
            tell=say,
        )


COMMANDS = (serve,)
