"""What every command shares: options, the workspace, progress, JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from influence.contract.wording import plain

if TYPE_CHECKING:
    from influence.workspace import Workspace

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
    """Give a command `--since` and `--until`."""
    until = click.option("--until", metavar="DATE", help="Up to, not including, this date.")
    since = click.option("--since", metavar="DATE", help="From this date on, e.g. 2026-01-01.")
    return since(until(command))


def json_option(command: _Command) -> _Command:
    """Give a command `--json`, passed as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")(command)


@contextmanager
def opened(folder: Path, wait: float = 0) -> Iterator[Workspace]:
    """Open the workspace in a folder for one command; where another program holds it, wait so many seconds."""
    from influence.store.engine import InUse  # DuckDB and NumPy: `--help` must not wait for them
    from influence.workspace import Workspace

    until = time.monotonic() + wait
    while True:
        try:
            workspace = Workspace(folder)
            break
        except InUse:
            if time.monotonic() >= until:
                raise
            time.sleep(0.2)
    with workspace:
        yield workspace


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
