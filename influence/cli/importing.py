"""Bringing activity in: import, connect, pull."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from influence.cli.options import json_option, opened, progress, workspace_option

if TYPE_CHECKING:
    from influence.store.importing import Imported


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--as", "connector", metavar="NAME", help="Read every file as this kind (see: influence connectors)."
)
@click.option("--zone", metavar="ZONE", help="The time zone of times that state none, e.g. Europe/Stockholm.")
@click.option("--set", "options", multiple=True, metavar="OPTION=VALUE", help="An option of the connector.")
@click.option(
    "--map", "draft", is_flag=True, help="Only write a first mapping of a table beside it, to be edited."
)
@workspace_option
@json_option
def import_(
    paths: tuple[Path, ...],
    connector: str | None,
    zone: str | None,
    options: tuple[str, ...],
    draft: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """Bring in files, folders or archives; the kind of each file is recognised by its content.

    Importing the same thing twice adds nothing. What cannot be read is set aside and listed by
    `influence doctor`. Nothing of a PATH lands unless all of it was gone through.

    \b
    influence import mailboxes.tar.xz calendar.ics chart.csv
    influence import log.csv --as mail-log --zone Europe/Warsaw
    influence import reviews.xlsx --map
    """
    if draft:
        for path in paths:
            _write_draft(path)
        return
    chosen = _pairs(options)
    with opened(folder) as workspace:
        for path in paths:
            with progress(f"Reading {path.name}") as step:
                done = workspace.import_path(
                    path, connector=connector, zone=zone, options=chosen, progress=step
                )
            _tell_imported(path, done, as_json=as_json)


def _write_draft(path: Path) -> None:
    from influence.contract import plugins
    from influence.contract.files import members

    if not path.is_file():
        raise click.UsageError(f"--map reads one table, and {path} is no file")
    target = path.with_suffix(".toml")
    text = plugins.load("influence.connectors", "table")().draft(next(members(path)))
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(f"{target} is already there; move it away, or edit it") from None
    click.echo(f"Wrote {target}; look through the lines with CHECK, then:")
    click.echo(f"  influence import {path} --as table --set mapping={target}")


def _pairs(options: tuple[str, ...]) -> dict[str, str]:
    for option in options:
        if "=" not in option:
            raise click.UsageError(f"--set {option!r} should be OPTION=VALUE")
    return {name: value for name, _, value in (option.partition("=") for option in options)}


def _tell_imported(path: Path, done: Imported, *, as_json: bool) -> None:
    if as_json:
        body = {
            "path": str(path),
            **vars(done.summary),
            "by_connector": {name: vars(summary) for name, summary in done.by_connector.items()},
            "not_recognised": done.not_recognised,
            "unreadable": done.unreadable,
            "notes": done.notes,
        }
        click.echo(json.dumps(body, ensure_ascii=False))
        return
    click.echo(f"{path.name}: {done.summary}")
    if len(done.by_connector) > 1:
        for name, summary in sorted(done.by_connector.items()):
            click.echo(f"  {name}: {summary}")
    for note in done.notes:
        click.echo(f"  note: {note}")
    for file, reason in done.unreadable.items():
        click.echo(f"  not readable: {file}: {reason}", err=True)
    if done.not_recognised:
        shown = ", ".join(done.not_recognised[:3]) + (" …" if len(done.not_recognised) > 3 else "")
        click.echo(f"  {len(done.not_recognised)} files of no known kind: {shown}")
    if done.summary.aside:
        click.echo("  `influence doctor` lists what was set aside, with file, line and reason")


@click.command()
@click.argument("connector")
@click.option("--name", help="What to call the source (default: the connector's name).")
@click.option("--set", "options", multiple=True, metavar="OPTION=VALUE", help="An option of the connector.")
@click.option(
    "--keep-in",
    type=click.Choice(["keyring", "file"]),
    default="keyring",
    show_default=True,
    help="Where the secrets are kept: the system's keyring, or secrets.toml for your eyes only.",
)
@workspace_option
def connect(connector: str, name: str | None, options: tuple[str, ...], keep_in: str, folder: Path) -> None:
    """Set up a live source: says what it will read, asks for its secrets, and how to take it back.

    \b
    influence connect imap --set host=mail.acme.example --set user=ann@acme.example
    influence pull
    """
    from influence.secrets import Secrets
    from influence.store.recognising import made

    source, chosen = name or connector, _pairs(options)
    with opened(folder) as workspace:
        live = made(connector, chosen, live=True)
        click.echo(f"{live.title}. {live.reads}")
        found = _signed_in(live)
        workspace.connect(source, connector, chosen)
        secrets = Secrets(workspace.path, source)
        for secret, value in found.items():
            (secrets.keep_in_keyring if keep_in == "keyring" else secrets.keep_in_file)(secret, value)
        click.echo(f"Connected as {source!r}; fetch with: influence pull {source}")
        click.echo(f"To take it back: {live.revoke}")


def _signed_in(live: Any) -> dict[str, str]:
    """Walk the person through the connector's own sign-in where it has one, else ask for its secrets."""
    if not callable(getattr(live, "sign_in", None)):
        return _asked(live.secrets)
    given = _asked(getattr(live, "given", ()))
    return given | dict(live.sign_in(click.echo, given))


def _asked(names: tuple[str, ...]) -> dict[str, str]:
    answers = {}
    for name in names:
        words = f"{name.replace('_', ' ').capitalize()} (empty if there is none)"
        answers[name] = click.prompt(words, hide_input=True, default="", show_default=False)
    return {name: answer for name, answer in answers.items() if answer}


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]…")
@workspace_option
@json_option
def pull(names: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Fetch what is new from live sources (all of them if none is named); it goes on where it stopped."""
    with opened(folder) as workspace, progress("Fetching") as step:
        fetched = workspace.pull(names, progress=step)
    for source, done in fetched.items():
        _tell_imported(Path(source), done, as_json=as_json)
    if not fetched and not as_json:
        click.echo("There is no live source yet; add one with: influence connect NAME")


COMMANDS = (
    import_,
    connect,
    pull,
)
