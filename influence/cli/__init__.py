"""The command line: thin shells over `Workspace`. Exit 0 done, 1 the work failed, 2 wrong usage.

May use everything; nothing uses it.
"""

from __future__ import annotations

from typing import Any

import click

from influence import __version__
from influence.cli import importing, live, met, people, reporting, workspace
from influence.contract.errors import InfluenceError
from influence.contract.secrecy import hushed
from influence.contract.wording import plain


class _Group(click.Group):
    """Turns every expected error into one sentence on standard error and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InfluenceError as error:
            raise click.ClickException(hushed(plain(str(error)))) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="influence")
def main() -> None:
    """Show how far a leader's influence reaches beyond the people they have met.

    \b
    A first report:
      influence demo                          an invented company, and a report to look at
    \b
    Your own:
      influence init acme && cd acme          make a workspace
      influence import ~/mail.mbox            bring in activity, meetings and people
      influence report ann@acme.example       write the report

    Everything stays on this machine.
    """


for _room in (workspace, importing, live, reporting, people, met):
    for _command in _room.COMMANDS:
        main.add_command(_command)
