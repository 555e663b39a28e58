"""Bringing files in, and all of it out again: import, export."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from influence.cli.giving import made_folder
from influence.cli.options import json_option, opened, progress, workspace_option
from influence.cli.saying import say, say_json
from influence.kernels.ahead import compile_ahead

if TYPE_CHECKING:
    from influence.contract.files import Member
    from influence.store.importing import Imported
    from influence.store.lake import Lake


class _Named(click.Path):
    """A path that somebody names: an empty one, of a variable of a script that is not set, would be this folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("a path is empty; for this folder write .", param, ctx)
        return super().convert(value, param, ctx)


@click.command("import")
@click.argument("paths", nargs=-1, type=_Named(path_type=Path))
@click.option(
    "--as", "connector", metavar="NAME", help="Read every file as this kind (see: influence connectors)."
)
@click.option("--zone", metavar="ZONE", help="The time zone of times that state none, e.g. Europe/Stockholm.")
@click.option("--set", "options", multiple=True, metavar="OPTION=VALUE", help="An option of the connector.")
@click.option(
    "--map", "draft", is_flag=True, help="Only write a first mapping of a table beside it, to be edited."
)
@click.option(
    "--lake",
    metavar="DIR",
    type=_Named(path_type=Path),
    help="Bring a lake back, written by `influence export`, into a workspace that holds nothing yet.",
)
@workspace_option
@json_option
def import_(
    paths: tuple[Path, ...], draft: bool, lake: Path | None, folder: Path, as_json: bool, **how: Any
) -> None:
    """Bring in files, folders or archives; the kind of each file is recognised by its content.

    Importing the same thing twice adds nothing. What cannot be read is set aside and listed by
    `influence doctor`. Nothing of a PATH lands unless all of it was gone through.

    \b
    influence import mailboxes.tar.xz calendar.ics chart.csv
    influence import log.csv --as mail-log --zone Europe/Warsaw
    influence import reviews.xlsx --map
    influence import --lake everything -w new
    """
    if bool(paths) == (lake is not None):
        raise click.UsageError("say what to bring in: PATH…, or one --lake DIR")
    compile_ahead()
    if lake is not None:
        with opened(folder) as workspace, progress("Reading") as step:
            taken = workspace.import_lake(lake, progress=step)
        _tell_lake(f"Brought in {lake}", taken, as_json=as_json)
    elif draft:
        for path in paths:
            _write_draft(path)
    else:
        _bring_in(paths, folder, as_json=as_json, **how)


def _bring_in(
    paths: tuple[Path, ...],
    folder: Path,
    *,
    connector: str | None,
    zone: str | None,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    chosen = pairs(options)
    with opened(folder) as workspace:
        for path in paths:
            with progress(f"Reading {path.name}") as step:
                done = workspace.import_path(
                    path, connector=connector, zone=zone, options=chosen, progress=step
                )
            _tell_imported(path, done, as_json=as_json)


def _draft(table: Member, path: Path) -> str:
    """Draft a mapping; of what is no table at all the kind is named, with its cure."""
    from influence.contract import plugins
    from influence.contract.connector import Unreadable
    from influence.contract.unpacking import DAMAGED_MEMBER
    from influence.contract.unread_kinds import refusal

    try:
        text: str = plugins.load("influence.connectors", "table")().draft(table)
    except DAMAGED_MEMBER as error:
        raise click.ClickException(f"{path}: the file is damaged: {error}") from None
    except Unreadable as error:
        why = refusal(table.name, table.head())
        raise click.ClickException(f"{path}: {why}" if why else str(error)) from None
    return text


def _write_draft(path: Path) -> None:
    from influence.contract.files import members, names

    if not path.is_file():
        raise click.UsageError(f"--map reads one table, and {path} is no file")
    if len(names(path)) > 1:
        raise click.ClickException(f"{path}: there are several files in it; unpack it, and name the table")
    with closing(members(path)) as found:
        table = next(found, None)
        if table is None:
            raise click.ClickException(f"{path}: there is no file in it")
        text = _draft(table, path)
    target = path.with_suffix(".toml")
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
    for line, is_trouble in done.lines(path.name):
        say(line, err=is_trouble)
    if done.summary.aside:
        say("  `influence doctor` lists what was set aside, with file, line and reason")


@click.command()
@click.option(
    "--parquet",
    "target",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    callback=made_folder,
    help="A new folder.",
)
@workspace_option
@json_option
def export(target: Path, folder: Path, as_json: bool) -> None:
    """Write all that the workspace holds as a lake: Parquet files by month that any engine reads.

    It holds what was brought in and decided, and message text only where the workspace keeps it. Secrets of live
    sources stay here. Keep the lake's file `secret` from others: it guards the subjects of mail.

    \b
    influence export --parquet everything
    influence init new && influence import --lake everything -w new
    """
    with opened(folder) as workspace, progress("Writing") as step:
        lake = workspace.export_lake(target, progress=step)
    _tell_lake(f"Wrote {target}", lake, as_json=as_json)


def _tell_lake(done: str, lake: Lake, *, as_json: bool) -> None:
    if as_json:
        say_json({"lake": lake.folder, "rows": lake.rows, "files": dict(lake.files)})
        return
    say(f"{done}: {lake}")


COMMANDS = (import_, export)
