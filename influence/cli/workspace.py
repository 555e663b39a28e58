"""The house: init, connectors, doctor, demo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from influence.cli.giving import made_folder
from influence.cli.options import json_option, opened, progress, workspace_option
from influence.cli.saying import say, say_json
from influence.contract.headline import sentences
from influence.kernels.ahead import compile_ahead

if TYPE_CHECKING:
    from influence.store.repairing import Repaired


@click.command()
@click.argument("where", metavar="[FOLDER]", type=click.Path(path_type=Path), required=False)
@click.option(
    "--for",
    "reports_for",
    multiple=True,
    metavar="PERSON",
    help="Whose reports it is for; about anybody else a basis is asked for. Again for several.",
)
@click.option(
    "--pseudonymous",
    is_flag=True,
    help="Hold keyed pseudonyms in place of accounts, and no names; the key is kept in the keyring.",
)
@workspace_option
@click.pass_context
def init(
    context: click.Context,
    where: Path | None,
    folder: Path,
    reports_for: tuple[str, ...],
    *,
    pseudonymous: bool,
) -> None:
    """Make a workspace in FOLDER (else as -w says, or in the current folder): its settings and its store."""
    from influence.workspace.workspace import Workspace

    typed = context.get_parameter_source("folder") is ParameterSource.COMMANDLINE
    if where is not None and typed and where.resolve() != folder.resolve():
        raise click.UsageError(f"FOLDER is {where} and -w is {folder}: say it once")
    compile_ahead()
    folder = where or folder
    Workspace.create(folder, reports_for, pseudonymous=pseudonymous).close()
    say(f"Made a workspace in {folder}; bring activity in with: influence import PATH")


@click.command()
@json_option
def connectors(as_json: bool) -> None:
    """List what can be brought in: from files, live, or both; what each still needs; and how to get it.

    Tables that a ready-made mapping reads, and kinds that are known and not read as they are, stand at the end.
    """
    from influence.contract import plugins

    rows = [_row(name) for name in plugins.names("influence.connectors")]
    rows += [*_ready_made(), *_unread()]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        say(f"{row['name']:<16} {row['from']:<14} {row['state']}")
        say(f"{'':<16} {row['reads']}. {row['how'][:1].upper()}{row['how'][1:]}")
        if row["connect"]:
            say(f"{'':<16} {row['connect']}")


def _row(name: str) -> dict[str, str]:
    from influence.contract import plugins

    try:
        connector = plugins.load("influence.connectors", name)
    except plugins.PluginError as error:  # one that is broken hides no other
        return {"name": name, "reads": "nothing", "from": "", "state": str(error), "how": "", "connect": ""}
    return {
        "name": name,
        "reads": connector.title,
        "from": _from(connector),
        "state": _state(connector),
        "how": connector.source,
        "connect": _command(name, connector) if hasattr(connector, "fetch") else "",
    }


def _ready_made() -> Iterator[dict[str, str]]:
    """Yield the tables for which a mapping of their columns comes along."""
    from influence.contract import plugins

    for name in plugins.names("influence.connectors"):
        with suppress(plugins.PluginError):  # a broken one is told in its own row
            connector = plugins.load("influence.connectors", name)
            for mapping, reads in getattr(connector, "ready_made", {}).items():
                how = (
                    f"influence import FILE --as {name} --set mapping={mapping}, where it is not recognised."
                )
                yield {**_EMPTY, "name": mapping, "reads": reads, "state": _state(connector), "how": how}


def _unread() -> Iterator[dict[str, str]]:
    """Yield the kinds of files that are known and that nothing here reads as they are."""
    from influence.contract.unread_kinds import KINDS

    for kind in KINDS:
        if kind.reader:
            continue  # it stands in the connector's own row, with what it needs
        yield {
            **_EMPTY,
            "name": kind.name,
            "reads": kind.what,
            "state": "not read as it is",
            "how": f"{kind.cure}.",
        }


_EMPTY = {"name": "", "reads": "", "from": "files", "state": "", "how": "", "connect": ""}


def _command(name: str, connector: Any) -> str:
    """Write the command that connects it, with the options that it needs and the secrets that it asks for."""
    needed = "".join(f" --set {option}=…" for option in getattr(connector, "required", ()))
    secrets = [*getattr(connector, "given", ())] if hasattr(connector, "sign_in") else [*connector.secrets]
    asks = ["lets you sign in"] if hasattr(connector, "sign_in") else []
    asks += [f"asks for {', '.join(secrets).replace('_', ' ')}"] if secrets else []
    return f"influence connect {name}{needed}" + (f"  ({' and '.join(asks)})" if asks else "")


def _from(connector: Any) -> str:
    files = hasattr(connector, "parse_export") or getattr(connector, "recognises", None) is not None
    live = hasattr(connector, "fetch")
    return "files and live" if files and live else "live" if live else "files"


def _state(connector: Any) -> str:
    """Say what is missing."""
    from influence.store.recognising import lacking

    live = {"httpx": "live"} if hasattr(connector, "fetch") else {}
    extras = lacking(getattr(connector, "needs", live))
    return f"needs: pip install 'networked-influence[{','.join(extras)}]'" if extras else "ready"


@click.command()
@workspace_option
@json_option
@click.option(
    "--repair", is_flag=True, help="Save what can be read of a damaged store into a new one beside it."
)
def doctor(folder: Path, as_json: bool, repair: bool) -> None:
    """List the imports, and what was set aside with its file, line and reason.

    Where the store is damaged, --repair saves what can be read of it into a new one and counts what is lost.
    """
    if repair:
        _repair(folder, as_json)
        return
    with opened(folder) as workspace:
        found = workspace.doctor()
    if as_json:
        say_json(found)
        return
    for row in found["imports"]:
        say(
            f"{row['done']}  {row['source']}: {row['read']:,} read = {row['stored']:,} stored "
            f"+ {row['known']:,} already known + {row['aside']:,} set aside"
            + (f" ({row['again']:,} of them before too)" if row["again"] else "")
        )
    say(f"{len(found['quarantine']):,} set aside" + (":" if found["quarantine"] else ""))
    for row in found["quarantine"]:
        line = f", line {row['line']}" if row["line"] is not None else ""
        say(f"  {row['file']}{line}: {row['reason']}")
    for doubt in (*found["conflicts"], *found["doubts"]):
        say(f"  {doubt}")
    for broken in found["readings"]:
        say(broken)
    if found["linkage"]["left_out"]:
        say(
            f"{found['linkage']['left_out']:,} pairs of people at most were not compared: they share "
            "only a name or handle that very many have"
        )


def _repair(folder: Path, as_json: bool) -> None:
    from influence.workspace.workspace import Workspace

    with progress("Reading the store"):
        done = Workspace.repair(folder)
    tables = {
        one.name: {"rows": one.rows, "saved": one.saved, "lost": one.lost, "poorer": one.poorer}
        for one in done.tables
    }
    if as_json:
        say_json(
            {
                "path": str(done.path) if done.path else None,
                "tables": tables,
                "changes_lost": done.changes_lost,
                "batches_lost": done.batches_lost,
                "secret_lost": done.secret_lost,
            }
        )
        return
    saved = sum(one.saved for one in done.tables)
    if done.path is None:
        say(f"Nothing is damaged: all {saved:,} rows can be read")
        return
    say(f"Saved {saved:,} rows into {done.path}")
    for line in _what_is_lost(done):
        say(f"  {line}")
    store = folder / "influence.duckdb"
    say(
        f"The damaged store is as it was. To go on with the new one: rm -f {store}.wal && mv {done.path} {store}"
    )


def _what_is_lost(done: Repaired) -> Iterator[str]:
    for one in done.tables:
        if one.lost is None:
            yield f"{one.name}: {one.saved:,} saved; how many are lost nothing tells"
        elif one.lost:
            yield f"{one.name}: {one.saved:,} of {one.rows:,} saved, {one.lost:,} lost"
        if one.poorer:
            yield f"{one.name}: {one.poorer:,} of these without a text, a tag or the like"
    if done.changes_lost:
        yield "the last changes are lost: their log could not be read; import or pull again"
    if done.batches_lost:
        yield f"{done.batches_lost:,} imports are no longer listed, though their rows are there"
    if done.secret_lost:
        yield "what makes a row known again is lost: begin a new workspace before you import the same files again"


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    callback=made_folder,
    default="demo",
    show_default=True,
    help="The folder to make.",
)
@click.option("--seed", default=1, show_default=True, help="Another number makes another company.")
def demo(folder: Path, seed: int) -> None:
    """Build an invented company in a new workspace and write the report on one of its leaders."""
    from influence.workspace.workspace import Workspace

    with progress("Inventing a company"):
        workspace, leader = Workspace.demo(folder, seed)
    with workspace, progress("Measuring"):
        found = workspace.report(leader)
        written = [file for name in ("json", "csv", "html") for file in workspace.write(found, name)]
    say(f"Made an invented company in {folder}; ask about anybody in it: influence report NAME -w {folder}")
    for line in sentences(found):
        say(line)
    say(f"The report on {found.leader['name']}: {written[-1].resolve()}")


COMMANDS = (
    init,
    connectors,
    doctor,
    demo,
)
