"""What every command shares: options, the workspace, progress, JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from influence.cli.saying import say
from influence.contract.wording import harmless, plain

if TYPE_CHECKING:
    from influence.workspace.campaigning import Campaigning
    from influence.workspace.workspace import Workspace

_Command = TypeVar("_Command", bound=Callable[..., Any])


def workspace_option(command: _Command) -> _Command:
    """Give a command `-w/--workspace`, passed as `folder`."""
    return click.option(
        "-w",
        "--workspace",
        "folder",
        type=click.Path(path_type=Path),
        envvar="INFLUENCE_WORKSPACE",
        default=".",
        help="The workspace; the current folder if left out (or INFLUENCE_WORKSPACE).",
    )(command)


@dataclass(frozen=True)
class Asked:
    """What a command asks: the workspace in a folder, or a lake by Spark with that folder's settings."""

    folder: Path
    engine: str
    lake: str | None
    master: str | None
    remote: str | None
    keep: bool
    near: bool

    @contextmanager
    def opened(self) -> Iterator[Campaigning]:
        """Open it for one command."""
        if self.engine != "spark":
            with opened(self.folder) as workspace:
                yield workspace
            return
        from influence.workspace.cluster import Cluster  # NumPy and Arrow: `--help` must not wait for them

        with Cluster(
            self.folder,
            str(self.lake),
            master=self.master,
            remote=self.remote,
            basis=_basis(),
            keep=self.keep,
            near=self.near,
        ) as cluster:
            yield cluster


OF_SPARK = ("--engine", "--lake", "--master", "--remote", "--keep")
"""What only commands that ask Spark take."""


def asked_options(command: _Command) -> _Command:
    """Give a command `-w` and `--engine`, with `--lake`, `--master` and `--remote` for Spark, passed as `asked`."""

    @wraps(command)
    def run(*given: Any, **more: Any) -> Any:
        more.setdefault("near", False)  # not every command offers it
        names = ("folder", "engine", "lake", "master", "remote", "keep", "near")
        asked = Asked(*(more.pop(name) for name in names))
        if asked.engine == "spark" and asked.lake is None:
            raise click.UsageError("--engine spark reads a lake: say which by --lake DIR")
        of_spark = asked.lake or asked.master or asked.remote or asked.keep or asked.near
        if asked.engine != "spark" and of_spark:
            raise click.UsageError(
                "--lake, --master, --remote, --keep and --near go with --engine spark; "
                "`influence import --lake` brings a lake in"
            )
        return command(*given, asked=asked, **more)

    keep = click.option(
        "--keep", is_flag=True, help="For Spark: keep what is worked out in the lake, for the next report."
    )
    remote = click.option("--remote", metavar="URL", help="A Spark Connect server, e.g. sc://host:15002.")
    master = click.option("--master", metavar="URL", help="A Spark master; this machine if left out.")
    lake = click.option(
        "--lake",
        metavar="DIR",
        help="For Spark: what `influence export` wrote; a folder, or an address that it can read.",
    )
    engine = click.option(
        "--engine",
        type=click.Choice(["duckdb", "spark"]),
        default="duckdb",
        show_default=True,
        help="Ask the workspace here, or a lake by Apache Spark (docs/scale.md).",
    )
    return workspace_option(engine(lake(master(remote(keep(basis_option(run)))))))  # type: ignore[return-value]  # click is untyped here


near_option = click.option(
    "--near",
    is_flag=True,
    help="For Spark: of the lake take only the conversations of those asked about; what needs everybody says so.",
)
"""For commands that tell of leaders by name; it goes above `asked_options`."""


def inner_workspace_option(command: _Command) -> _Command:
    """Give a command within a group `-w` as well; left out, it is the group's (kept as the context's object)."""
    return click.option(
        "-w",
        "--workspace",
        "folder",
        type=click.Path(path_type=Path),
        callback=lambda context, _, given: given or context.obj,
        help="The workspace; the current folder if left out (or INFLUENCE_WORKSPACE).",
    )(command)


def window_options(command: _Command) -> _Command:
    """Give a command `--since`, `--until` and `--last`, passed as `since` and `until`."""

    @wraps(command)
    def run(*given: Any, last: str | None, since: str | None, **more: Any) -> Any:
        if last is not None and since is not None:
            raise click.UsageError("--last and --since both say when the window begins: leave one out")
        return command(*given, since=since if last is None else last, **more)

    length = click.option(
        "--last",
        metavar="PERIOD",
        help="The last 7d, 4w, 6m or 1y on record, or the last whole week, month, quarter or year.",
    )
    until = click.option("--until", metavar="DATE", help="Up to, not including, this date.")
    since = click.option(
        "--since", metavar="DATE", help="From this date on, e.g. 2026-01-01; or a period, as --last."
    )
    return since(until(length(run)))  # type: ignore[return-value]  # click is untyped here


def narrowing_options(*, spheres: bool = True) -> Callable[[_Command], _Command]:
    """Give a command `--tag`, `--topic`, `--channel` and, where spheres are seen from somebody, `--sphere`.

    They are passed as `only`.
    """

    def give(command: _Command) -> _Command:
        @wraps(command)
        def run(*given: Any, **more: Any) -> Any:
            from influence.contract.narrowing import Narrowing  # Babel: `--help` must not wait for it

            only = Narrowing(
                **{kind: more.pop(kind, ()) for kind in ("tags", "topics", "channels", "spheres")}
            )
            return command(*given, only=only, **more)

        made = run
        for name, kind, metavar, told in _NARROWING:
            if kind != "spheres" or spheres:
                made = click.option(name, kind, multiple=True, metavar=metavar, help=told)(made)
        return made  # type: ignore[return-value]  # click is untyped here

    return give


_NARROWING = (
    (
        "--sphere",
        "spheres",
        "NAME",
        "Of others only people of this sphere, as those named see it: customer, partner, department … Again: either.",
    ),
    (
        "--channel",
        "channels",
        "NAME",
        "Only this channel, list or subreddit, and what answers it; * may end the name. Again: either.",
    ),
    (
        "--topic",
        "topics",
        "NAME",
        "Only this topic of [topics] in influence.toml, and what answers it. Again: either.",
    ),
    (
        "--tag",
        "tags",
        "TAG",
        "Only what has this tag, and what answers it, e.g. climate or 'climate*' (see: influence tags). Again: either. "
        "With --topic, --channel or --sphere both must hold.",
    ),
)
"""Options are listed in the order in which they are given last."""


def json_option(command: _Command) -> _Command:
    """Give a command `--json`, passed as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")(command)


_BASIS = "influence.basis"


def basis_option(command: _Command) -> _Command:
    """Give a command `--basis`, which `opened` hands to the workspace."""

    def keep(context: click.Context, _: click.Parameter, given: str | None) -> None:
        context.meta[_BASIS] = given

    return click.option(
        "--basis",
        metavar="WORDS",
        expose_value=False,
        callback=keep,
        help="Why you may read about somebody for whom the workspace is not; recorded with the reading.",
    )(command)


def _basis() -> str | None:
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_BASIS)


def _asked_why(told: str) -> str:
    return str(
        click.prompt(harmless(f"This workspace is not for reports about {told}. On what basis do you ask?"))
    )


@contextmanager
def opened(folder: Path, wait: float = 0, *, asks: bool = True) -> Iterator[Workspace]:
    """Open the workspace in a folder for one command; where another program holds it, wait so many seconds.

    Unless it `asks`, nobody at the terminal is asked on what basis they read: whoever reads sits elsewhere.
    """
    from influence.store.engine import InUse  # DuckDB and NumPy: `--help` must not wait for them
    from influence.workspace.workspace import Workspace

    until = time.monotonic() + wait
    while True:
        try:
            workspace = Workspace(
                folder, basis=_basis(), ask=_asked_why if asks and sys.stdin.isatty() else None
            )
            break
        except InUse:
            if time.monotonic() >= until:
                raise
            time.sleep(0.2)
    with workspace:
        yield workspace
    if workspace.unrecorded:
        say(f"Who read this could not be recorded: {workspace.unrecorded}", err=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[Any], None]]:
    """Show what is being read on a terminal; say nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status(escape(title)) as status:
        yield lambda what: status.update(escape(plain(f"{title}: {what}")))


class OfLeader(click.Group):
    """A group whose options may stand before or after LEADER; what follows a subcommand's name is its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the options before the words, up to the name of a subcommand."""
        takes = {name for param in self.params for name in param.opts if not getattr(param, "is_flag", False)}
        options: list[str] = []
        words: list[str] = []
        rest = list(args)
        while rest and not (words and rest[0] in self.commands):
            word = rest.pop(0)
            if word.startswith("-") and len(word) > 1:
                options.append(word)
                options += [rest.pop(0)] if word in takes and rest else []
            else:
                words.append(word)
        return super().parse_args(ctx, [*options, *words, *rest])
