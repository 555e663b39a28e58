"""The command line: thin shells over `Workspace`. Exit 0 done, 1 the work failed, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from influence import __version__

if TYPE_CHECKING:
    from influence.reading import Imported
    from influence.workspace import Workspace

_Command = TypeVar("_Command", bound=Callable[..., Any])

_EXPECTED = (
    "ArchiveError",
    "EmptyWindow",
    "EngineError",
    "PluginError",
    "ReadingError",
    "SettingsError",
    "SourceError",
    "StoreError",
    "UnknownPerson",
    "WorkspaceError",
)


class _Group(click.Group):
    """Turns every expected error into one sentence on standard error and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if any(kind.__name__ in _EXPECTED for kind in type(error).__mro__):
                raise click.ClickException(" ".join(str(error).split())) from error
            raise


def _workspace_option(command: _Command) -> _Command:
    return click.option(
        "-w",
        "--workspace",
        "folder",
        type=click.Path(path_type=Path),
        envvar="INFLUENCE_WORKSPACE",
        default=".",
        help="The workspace; the current folder if left out (or INFLUENCE_WORKSPACE).",
    )(command)


def _window_options(command: _Command) -> _Command:
    until = click.option("--until", metavar="DATE", help="Up to, not including, this date.")
    since = click.option("--since", metavar="DATE", help="From this date on, e.g. 2026-01-01.")
    return since(until(command))


def _json_option(command: _Command) -> _Command:
    return click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")(command)


@contextmanager
def _opened(folder: Path) -> Iterator[Workspace]:
    from influence.workspace import Workspace  # DuckDB and NumPy: `--help` must not wait for them

    with Workspace(folder) as workspace:
        yield workspace


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


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def init(folder: Path) -> None:
    """Make a workspace in FOLDER (the current folder if left out): its settings and its store."""
    from influence.workspace import Workspace

    Workspace.create(folder).close()
    click.echo(f"Made a workspace in {folder}; bring activity in with: influence import PATH")


@main.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--as", "connector", metavar="NAME", help="Read every file as this kind (see: influence connectors)."
)
@click.option("--zone", metavar="ZONE", help="The time zone of times that state none, e.g. Europe/Stockholm.")
@click.option("--set", "options", multiple=True, metavar="OPTION=VALUE", help="An option of the connector.")
@click.option(
    "--map", "draft", is_flag=True, help="Only write a first mapping of a table beside it, to be edited."
)
@_workspace_option
@_json_option
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
    with _opened(folder) as workspace:
        for path in paths:
            with _progress(f"Reading {path.name}") as step:
                done = workspace.import_path(
                    path, connector=connector, zone=zone, options=chosen, progress=step
                )
            _tell_imported(path, done, as_json=as_json)


def _write_draft(path: Path) -> None:
    from influence import plugins
    from influence.archive import members

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


@contextmanager
def _progress(title: str) -> Iterator[Callable[[Any], None]]:
    """Show what is being read on a terminal; say nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status(escape(title)) as status:
        yield lambda what: status.update(escape(f"{title}: {what}"))


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


@main.command()
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
@_workspace_option
def connect(connector: str, name: str | None, options: tuple[str, ...], keep_in: str, folder: Path) -> None:
    """Set up a live source: says what it will read, asks for its secrets, and how to take it back.

    \b
    influence connect imap --set host=mail.acme.example --set user=ann@acme.example
    influence pull
    """
    from influence.reading import made
    from influence.secrets import Secrets

    source, chosen = name or connector, _pairs(options)
    with _opened(folder) as workspace:
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
    tokens = (
        live.sign_in(click.echo, given.__getitem__) if hasattr(live, "given") else live.sign_in(click.echo)
    )
    return given | dict(tokens)


def _asked(names: tuple[str, ...]) -> dict[str, str]:
    answers = {}
    for name in names:
        words = f"{name.replace('_', ' ').capitalize()} (empty if there is none)"
        answers[name] = click.prompt(words, hide_input=True, default="", show_default=False)
    return {name: answer for name, answer in answers.items() if answer}


@main.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]…")
@_workspace_option
@_json_option
def pull(names: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Fetch what is new from live sources (all of them if none is named); it goes on where it stopped."""
    with _opened(folder) as workspace, _progress("Fetching") as step:
        fetched = workspace.pull(names, progress=step)
    for source, done in fetched.items():
        _tell_imported(Path(source), done, as_json=as_json)
    if not fetched and not as_json:
        click.echo("There is no live source yet; add one with: influence connect NAME")


@main.command()
@click.argument("leader")
@_window_options
@click.option(
    "--format",
    "formats",
    default="html",
    show_default=True,
    help="html, json, csv; several with commas.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The file to write (default: reports/)."
)
@_workspace_option
def report(
    leader: str, since: str | None, until: str | None, formats: str, output: Path | None, folder: Path
) -> None:
    """Report how far LEADER's influence reaches: an e-mail address, an account, a person's id or a full name.

    \b
    influence report "Louise Kitchen" --since 2000-05-01 --until 2001-12-31 --format html,json,csv
    """
    with _opened(folder) as workspace, _progress("Measuring"):
        found = workspace.report(leader, since, until)
        wanted = [name.strip() for name in formats.split(",") if name.strip()]
        written = [
            file for name in wanted for file in workspace.write(found, name, _place(output, name, wanted))
        ]
    headline = found.findings["reach_4"]
    if headline.value is not None:
        low, high = headline.low or 0.0, headline.high or 0.0
        click.echo(
            f"{found.leader['name']} reached {headline.value:.1f} people never met "
            f"(bounds {low:.1f} to {high:.1f})."
        )
    for file in written:
        click.echo(f"Wrote {file}")


def _place(output: Path | None, name: str, wanted: list[str]) -> Path | None:
    return output.with_suffix(f".{name}") if output is not None and len(wanted) > 1 else output


@main.command()
@click.option("--find", metavar="WORDS", help="Only people whose name or account holds these words.")
@_workspace_option
@_json_option
def people(find: str | None, folder: Path, as_json: bool) -> None:
    """List everybody: id, name and accounts, and who is a bot."""
    with _opened(folder) as workspace:
        everybody = workspace.people()
    words = (find or "").lower()
    chosen = [one for one in everybody if words in " ".join((one.person, one.name, *one.accounts)).lower()]
    if as_json:
        click.echo(json.dumps([vars_of(one) for one in chosen], ensure_ascii=False))
        return
    for one in chosen:
        bot = " (bot)" if one.bot else ""
        click.echo(f"{one.person}\t{one.name}{bot}\t{'; '.join(one.accounts)}")


def vars_of(one: Any) -> dict[str, Any]:
    """Return the fields of a record with slots or without, ready for JSON."""
    from dataclasses import asdict

    return asdict(one)


@main.command()
@_window_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["graphml", "gexf", "parquet"]),
    default="graphml",
    show_default=True,
    help="Gephi and yEd read the first two.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write.")
@_workspace_option
def network(since: str | None, until: str | None, format_: str, output: Path, folder: Path) -> None:
    """Write the network of responses: an arrow runs from the one responded to; its weight counts responses."""
    with _opened(folder) as workspace:
        written = workspace.write_network(output, format_, since, until)
    click.echo(f"Wrote {output}: {written:,} people")


@main.command()
@_json_option
def connectors(as_json: bool) -> None:
    """List what can be brought in: from files, live, or both; what each still needs; and how to get it."""
    from influence import plugins

    rows = []
    for name in plugins.names("influence.connectors"):
        connector = plugins.load("influence.connectors", name)
        rows.append(
            {
                "name": name,
                "reads": connector.title,
                "from": _from(connector),
                "state": _state(connector),
                "how": connector.source,
            }
        )
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['name']:<16} {row['from']:<14} {row['state']}")
        click.echo(f"{'':<16} {row['reads']}. {row['how']}")


def _from(connector: Any) -> str:
    files = hasattr(connector, "parse_export") or getattr(connector, "recognises", None) is not None
    live = hasattr(connector, "fetch")
    return "files and live" if files and live else "live" if live else "files"


def _state(connector: Any) -> str:
    """Say what is missing: `needs` maps a module to the extra that brings it."""
    from importlib.util import find_spec

    live = {"httpx": "live"} if hasattr(connector, "fetch") else {}
    missing = [
        extra for module, extra in getattr(connector, "needs", live).items() if find_spec(module) is None
    ]
    return f"needs: pip install 'networked-influence[{','.join(missing)}]'" if missing else "ready"


@main.command()
@_workspace_option
@_json_option
def doctor(folder: Path, as_json: bool) -> None:
    """List the imports, and what was set aside with its file, line and reason."""
    with _opened(folder) as workspace:
        found = workspace.doctor()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in found["imports"]:
        click.echo(
            f"{row['done']}  {row['source']}: {row['read']:,} read = {row['stored']:,} stored "
            f"+ {row['known']:,} already known + {row['aside']:,} set aside"
        )
    click.echo(f"{len(found['quarantine']):,} set aside" + (":" if found["quarantine"] else ""))
    for row in found["quarantine"]:
        line = f", line {row['line']}" if row["line"] is not None else ""
        click.echo(f"  {row['file']}{line}: {row['reason']}")
    for conflict in found["conflicts"]:
        click.echo(f"  {conflict}")


@main.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default="demo",
    show_default=True,
    help="The folder to make.",
)
@click.option("--seed", default=1, show_default=True, help="Another number makes another company.")
def demo(folder: Path, seed: int) -> None:
    """Build an invented company in a new workspace and write the report on one of its leaders."""
    from influence.workspace import Workspace

    with _progress("Inventing a company"):
        workspace, leader = Workspace.demo(folder, seed)
    with workspace, _progress("Measuring"):
        found = workspace.report(leader)
        written = [file for name in ("json", "csv", "html") for file in workspace.write(found, name)]
    click.echo(
        f"Made an invented company in {folder}; ask about anybody in it: influence report NAME -w {folder}"
    )
    click.echo(f"The report on {found.leader['name']}: {written[-1].resolve()}")
