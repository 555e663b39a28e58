"""Living with services: connect, disconnect, pull."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from influence.cli.importing import pairs
from influence.cli.options import json_option, opened, progress, workspace_option
from influence.cli.saying import ask, say, say_json
from influence.contract.wording import counted
from influence.kernels.ahead import compile_ahead

if TYPE_CHECKING:
    from influence.store.pulling import Pulled
    from influence.workspace.connecting import Connecting
    from influence.workspace.workspace import Workspace

_NOTES = 10
_PLACES = {
    "keyring": "the system's keyring",
    "file": "secrets.toml in the workspace, which only you may read",
}


@click.command()
@click.argument("connector")
@click.option("--name", metavar="SOURCE", help="What to call the source (default: the connector's name).")
@click.option(
    "--set",
    "options",
    multiple=True,
    metavar="OPTION=VALUE",
    help="An option of the connector; empty, it goes back to its default.",
)
@click.option(
    "--keep-in",
    type=click.Choice(list(_PLACES)),
    help="Where the secrets are kept: the system's keyring (if nothing is said), or secrets.toml for your eyes only.",
)
@workspace_option
def connect(
    connector: str, name: str | None, options: tuple[str, ...], keep_in: str | None, folder: Path
) -> None:
    """Connect a live source, or renew the sign-in and the options of one that is there.

    It says what will be read and how to take it back, asks for what is missing (see: influence connectors), lets you
    sign in, and asks the service who you are. Only then is anything written: first the secrets, last the settings.

    \b
    influence connect imap --set host=mail.acme.example --set user=ann@acme.example
    influence connect imap --name home --set host=mail.home.example
    influence connect imap                   again: a new password; empty keeps the old one
    influence connect imap --set folders=    an option goes back to its default
    influence disconnect imap                forgets password and place; what was read stays

    Secrets are kept in the system's keyring, or with `--keep-in file` in secrets.toml of the workspace, for your eyes
    only; they are never in the settings or the store. An environment variable INFLUENCE_<SOURCE>_<SECRET>, such as
    INFLUENCE_IMAP_PASSWORD, comes before either: it is not asked for then.

    \b
    Every night at three, telling only what failed (crontab -e):
    0 3 * * * influence pull --quiet --wait 600 -w /home/ann/acme
    """
    chosen = pairs(options)
    with opened(folder) as workspace:
        source, connector = _meant(workspace, connector, name)
        connecting = workspace.connecting(source, connector, chosen)
        say(f"{connecting.kind.title}. {connecting.kind.reads}")
        if getattr(connecting.kind, "beforehand", ""):
            say(connecting.kind.beforehand)
        _ask_options(connecting)
        place = keep_in or connecting.kept_in() or "keyring"
        given = _signed_in(connecting, place)
        secrets, who = connecting.tried(given)
        _tell_who(connector, who)
        doubts = connecting.keep(secrets.given, place)
        if secrets.given:
            say(f"Its secrets are kept in {_PLACES[place]}.")
        for doubt in doubts:
            say(f"  {doubt}", err=True)
        told = "Renewed" if connecting.renews else "Connected as"
        say(f"{told} {source!r}; fetch with: influence pull {source}")
        say(f"To take it back: {connecting.kind.revoke}")


def _meant(workspace: Workspace, word: str, name: str | None) -> tuple[str, str]:
    """Return source and connector: to renew a source its own name is enough."""
    from influence.contract import plugins

    known = workspace.settings.sources
    if name is None and word in known and word not in plugins.names("influence.connectors"):
        return word, known[word]["connector"]
    return name or word, word


def _tell_who(connector: str, who: str | None) -> None:
    from influence.contract.secrecy import hushed

    if who is None:
        say(f"Whether the sign-in works was not tried: {connector!r} cannot tell before it is pulled.")
    else:
        say(f"Signed in as {hushed(who)}.")


def _ask_options(connecting: Connecting) -> None:
    """Ask for the options that are needed and not set; from a script they must be given."""
    missing = connecting.missing
    if missing and not sys.stdin.isatty():
        needed = " ".join(f"--set {option}=…" for option in missing)
        raise click.UsageError(f"{connecting.connector!r} reads nothing without: {needed}")
    for option in missing:
        connecting.options[option] = ask(_words(option)).strip()
    _ = connecting.live  # options that it does not take are told before anything secret is asked


def _signed_in(connecting: Connecting, place: str) -> dict[str, str]:
    """Walk the person through the connector's own sign-in where it has one, else ask for its secrets."""
    if not callable(getattr(connecting.kind, "sign_in", None)):
        return _asked(connecting, connecting.kind.secrets)
    if all(os.environ.get(connecting.secrets.variable(name)) for name in connecting.kind.secrets):
        say("The environment holds its secrets: nobody need sign in.")
        return {}
    connecting.secrets.try_place(place)
    given = _asked(connecting, getattr(connecting.kind, "given", ()))
    return connecting.sign_in(say, given)


def _asked(connecting: Connecting, names: tuple[str, ...]) -> dict[str, str]:
    answers = {}
    for name in names:
        variable = connecting.secrets.variable(name)
        if os.environ.get(variable):
            say(f"{_words(name)}: from {variable}")
            continue
        kept = connecting.secrets.knows(name)
        empty = "empty keeps the one before" if kept else "empty if there is none"
        answers[name] = _secret(f"{_words(name)} ({empty})")
    return {name: answer for name, answer in answers.items() if answer}


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _secret(words: str) -> str:
    """Ask for a secret without showing it; from a script it is the next line of what is piped in, or empty."""
    if sys.stdin.isatty():
        return str(ask(words, hide_input=True, default="", show_default=False))
    say(f"{words}: ")
    return sys.stdin.readline().rstrip("\r\n")


@click.command()
@click.argument("name", metavar="SOURCE")
@workspace_option
def disconnect(name: str, folder: Path) -> None:
    """Take a live source out: its secrets and its place are forgotten; what it brought stays.

    \b
    influence disconnect imap
    """
    with opened(folder) as workspace:
        done = workspace.disconnect(name)
    where = " and ".join(done.forgotten)
    gone = f"its secrets are gone from {where}" if where else "no secrets of it were kept"
    say(f"Disconnected {name!r}: {gone}, and where it had come to is forgotten.")
    for doubt in done.doubts:
        say(f"  {doubt}", err=True)
    for variable in done.variables:
        say(f"The environment still holds {variable}; take it away where you set it.")
    say(f"What it brought stays: {counted(done.stays, 'row', 'rows')}.")
    if done.revoke:
        say(f"To take the permission back: {done.revoke}")
    else:
        say("Its connector is not installed here: take the permission back in the settings of the service.")


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]…")
@click.option("-q", "--quiet", is_flag=True, help="Say only what failed: for cron.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait while another program holds the workspace (default: not at all).",
)
@workspace_option
@json_option
@click.pass_context
def pull(
    context: click.Context, names: tuple[str, ...], quiet: bool, wait: float, folder: Path, as_json: bool
) -> None:
    """Fetch what is new from live sources (all of them if none is named); it goes on where it stopped.

    Every source is asked, whatever becomes of the others; each has a line as it ends. What failed is told on standard
    error, and the exit code is 1 at the end. Nothing is ever asked of you, so it may run from cron.

    \b
    influence pull
    influence pull work home --json
    influence pull --quiet --wait 600
    """
    compile_ahead()
    with opened(folder, wait) as workspace, progress("Fetching") as step, _nobody_asked():
        fetched = workspace.pull(names, progress=step, ended=_teller(quiet=quiet, as_json=as_json))
    if not fetched and not as_json and not quiet:
        say("There is no live source yet; add one with: influence connect NAME")
    if any(done.summary.aside for done in fetched.values()) and not as_json and not quiet:
        say("`influence doctor` lists what was set aside, with file, line and reason")
    if any(done.failed for done in fetched.values()):
        context.exit(1)


@contextmanager
def _nobody_asked() -> Iterator[None]:
    """Let nobody read the keyboard: what asks there would wait for ever, from cron."""
    before: TextIO = sys.stdin
    with open(os.devnull, encoding="utf-8") as nothing:  # noqa: PTH123 - a device, no file
        sys.stdin = nothing
        try:
            yield
        finally:
            sys.stdin = before


def _teller(*, quiet: bool, as_json: bool) -> Callable[[str, Pulled], None]:
    def tell(source: str, done: Pulled) -> None:
        if as_json:
            if done.failed or not quiet:
                say_json(_body(source, done))
            return
        if not quiet and (done.summary.read or done.summary.deleted or not done.failed):
            say(f"{source}: {done}")
            notes = done.to_know
            for note in notes[:_NOTES]:
                say(f"  note: {note}")
            if len(notes) > _NOTES:
                say(f"  and {len(notes) - _NOTES:,} more notes: --json lists them")
        for file, reason in done.unreadable.items():
            say(f"{source}: not readable: {file}: {reason}", err=True)
        if done.failed:
            say(f"{source}: failed: {done.failed}", err=True)

    return tell


def _body(source: str, done: Pulled) -> Mapping[str, object]:
    return {
        "source": source,
        **vars(done.summary),
        "unreadable": done.unreadable,
        "notes": done.to_know,
        "unsaid": dict(done.unsaid),
        "note": done.note,
        "failed": done.failed or None,
    }


COMMANDS = (connect, disconnect, pull)
