"""Bringing files in: import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from influence.cli.options import json_option, opened, progress, workspace_option
from influence.cli.saying import say, say_json

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
    chosen = pairs(options)
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
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from None
    say(f"Wrote {target}; look through the lines with CHECK, then:")
    say(f"  influence import {path} --as table --set mapping={target}")


def pairs(options: tuple[str, ...]) -> dict[str, str]:
    """Read what was given by `--set`."""
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
            "unsaid": dict(done.unsaid),
        }
        say_json(body)
        return
    say(f"{path.name}: {done.summary}")
    if len(done.by_connector) > 1:
        for name, summary in sorted(done.by_connector.items()):
            say(f"  {name}: {summary}")
    if done.unsaid:
        say(f"  {done.counted_apart}")
    for note in done.notes:
        say(f"  note: {note}")
    for file, reason in done.unreadable.items():
        say(f"  not readable: {file}: {reason}", err=True)
    if done.not_recognised:
        shown = ", ".join(done.not_recognised[:3]) + (" …" if len(done.not_recognised) > 3 else "")
        say(f"  {len(done.not_recognised)} files of no known kind: {shown}")
    if done.summary.aside:
        say("  `influence doctor` lists what was set aside, with file, line and reason")


COMMANDS = (import_,)
