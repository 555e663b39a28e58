"""The command line: thin shells over `Workspace`. Exit 0 done, 1 the work failed, 2 wrong usage.

May use everything; nothing uses it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

import click

from influence import __version__
from influence.cli import (
    campaigning,
    comparing,
    importing,
    live,
    met,
    people,
    programme,
    reporting,
    rights,
    serving,
    tracking,
    waiting,
    workspace,
)
from influence.cli.meant import WhoIsMeant, instead
from influence.cli.options import OF_SPARK
from influence.cli.saying import say, told_harmlessly
from influence.cli.stopping import heard
from influence.contract.errors import InfluenceError, by_hand
from influence.contract.secrecy import hushed
from influence.contract.wording import plain


class _Group(click.Group):
    """Turns every expected error into one sentence on standard error and exit code 1.

    Where more than one person is called what was typed, it asks on a terminal which is meant, and goes on.
    """

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        given = list(sys.argv[1:] if args is None else args)
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a letter that the terminal does not know
        while True:
            try:
                with heard():
                    return super().main(list(given), *rest, **extra)
            except WhoIsMeant as error:
                given = _chosen(given, error)

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        with told_harmlessly():
            return super().make_context(*given, **more)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with told_harmlessly():
                return super().invoke(ctx)
        except click.NoSuchOption as error:
            raise _not_by_spark(error) if error.option_name in OF_SPARK else error from None
        except (RuntimeError, SystemError) as error:
            if by_hand(error):
                raise KeyboardInterrupt from error
            raise
        except InfluenceError as error:
            from influence.people.directory import Ambiguous  # Arrow: `--help` must not wait for it

            if isinstance(error, Ambiguous):
                raise WhoIsMeant(error) from error
            raise click.ClickException(hushed(plain(str(error)))) from error


def _not_by_spark(error: click.NoSuchOption) -> click.UsageError:
    asks = sorted(
        name for name, command in main.commands.items() if any(p.name == "engine" for p in command.params)
    )
    return click.UsageError(
        f"this is not asked of Spark: {', '.join(asks)} are; the rest goes with a workspace, into which "
        "`influence import --lake` brings a lake",
        error.ctx,
    )


def _chosen(given: list[str], error: WhoIsMeant) -> list[str]:
    try:
        return instead(given, error.asked)
    except click.ClickException as nobody:
        nobody.show()
    except click.Abort:
        say("Aborted!", err=True)
    sys.exit(1)


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


_ROOMS = (
    workspace,
    importing,
    live,
    reporting,
    comparing,
    tracking,
    campaigning,
    programme,
    people,
    met,
    waiting,
    rights,
    serving,
)
for _room in _ROOMS:
    for _command in _room.COMMANDS:
        main.add_command(_command)
