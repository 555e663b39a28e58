"""Which person is meant, where more than one is called what was typed: asked on a terminal, listed elsewhere."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from influence.cli.saying import ask, say
from influence.contract.wording import counted, plain

if TYPE_CHECKING:
    from influence.people.directory import Ambiguous, Meant

_SHOWN = 20


class WhoIsMeant(Exception):
    """A command met a name of several people; `asked` holds them."""

    def __init__(self, asked: Ambiguous) -> None:
        super().__init__(str(asked))
        self.asked = asked


def instead(given: Sequence[str], asked: Ambiguous) -> list[str]:
    """Return the words of a command with the person meant in place of the name, as somebody at a terminal chooses.

    Raises:
        click.ClickException: nobody is there to choose, or the name is not among the words; it lists the commands.
        click.Abort: whoever was asked stopped.
    """
    shown = asked.meant[:_SHOWN]
    rest = len(asked.meant) - len(shown)
    more = [f"  … and {rest:,} more: influence people --find {shlex.quote(asked.words)}"] if rest else []
    head = f"{len(asked.meant):,} people are called {asked.words!r}"
    if asked.words not in given:
        raise click.ClickException("\n".join([f"{head}:", *(f"  {_line(one)}" for one in shown), *more]))
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        commands = (
            f"  {_line(one)}\n    {shlex.join(['influence', *_with(given, asked, one)])}" for one in shown
        )
        raise click.ClickException("\n".join([f"{head}; say which:", *commands, *more]))
    lines = [f"  {number}  {_line(one)}" for number, one in enumerate(shown, start=1)]
    say(f"{head}:", *lines, *more, err=True)
    number = ask("Which one?", type=click.IntRange(1, len(shown)), err=True)
    return _with(given, asked, shown[number - 1])


def _line(one: Meant) -> str:
    who = one.who
    accounts = "; ".join(who.accounts[:5]) + ("; …" if len(who.accounts) > 5 else "")
    return plain(
        f"{who.name} ({who.person}): {accounts or 'no account'}, {counted(one.acts, 'activity', 'activities')}"
    )


def _with(given: Sequence[str], asked: Ambiguous, one: Meant) -> list[str]:
    at = list(given).index(asked.words)
    return [*given[:at], one.who.person, *given[at + 1 :]]
