"""Where what a command writes goes: into a file or folder that is named, or, with `-o -`, to standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence, Sized
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

PRINTED = Path("-")
"""The name that stands for standard output."""


def output_option(told: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command `-o/--output`, passed as `output`; `told` says which file or folder it is."""
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), help=f"{told}; - prints what is one file."
    )


def made_folder(_: click.Context, param: click.Parameter, given: Path) -> Path:
    """Refuse, as the callback of an option that names a folder to be made, to make one that is called `-`.

    Raises:
        UsageError: it is called so.
    """
    if given == PRINTED:
        raise click.UsageError(
            f"a folder is made here, which cannot be printed: name one after {param.opts[0]}"
        )
    return given


def kinds_asked(formats: str | None, output: Path | None, *, as_json: bool) -> list[str]:
    """Return the formats asked for, each once; where none is named the ending of the output says it.

    Raises:
        UsageError: files and JSON on the terminal are asked for at once, or more than one file is to be printed.

    >>> kinds_asked("html, pdf,html", None, as_json=False), kinds_asked(None, Path("a.txt"), as_json=False)
    (['html', 'pdf'], ['txt'])
    """
    if as_json and (formats or output):
        raise click.UsageError("--json prints; --format and -o write files: leave one out")
    kinds = [one.strip() for one in (formats or "").split(",") if one.strip()]
    if not kinds and output is not None and output != PRINTED:
        kinds = [output.suffix[1:] or "html"]
    kinds = list(dict.fromkeys(kinds))
    one_alone(output, kinds, "name one format by --format")
    return kinds


def one_alone(output: Path | None, what: Sized, cure: str) -> None:
    """Refuse to print anything but one thing; `cure` says how to ask for one.

    Raises:
        UsageError: it is to be printed, and is none or several.
    """
    if output == PRINTED and len(what) != 1:
        raise click.UsageError(f"-o - prints one file: {cure}, or name a place after -o")


def print_file(write: Callable[[Path], Sequence[Path]], name: str) -> None:
    """Print what `write` writes to a file of that name, byte for byte, and nothing else.

    Raises:
        ClickException: it writes several files, or no text and a terminal would show it.
    """
    with TemporaryDirectory() as waiting:
        files = write(Path(waiting) / name)
        if len(files) != 1:
            raise click.ClickException(
                f"{Path(name).suffix[1:]} is {len(files)} files, which cannot be printed: name a place after -o"
            )
        content = files[0].read_bytes()
    if sys.stdout.isatty() and not _is_text(content):
        raise click.ClickException(
            f"{Path(name).suffix[1:]} is no text to show on a terminal: send it on, or name a file after -o"
        )
    click.echo(content, nl=False)


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
