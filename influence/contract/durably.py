"""A file that is replaced whole and for good: a kill or a loss of power leaves the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

OWNER = 0o600
"""What others may do with a file of this house: nothing."""


def replace(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file anew; when this returns it outlives a loss of power.

    `mode` is what others may do with it, from its first byte on; left out, it is as it was, and nothing for a new one.
    Where the path is a link, what it leads to is written.

    Raises:
        OSError: it cannot be written; what was there is there still.
        UnicodeEncodeError: half a surrogate pair stands in the text.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "settings"
    >>> replace(file, "zone = 1")
    >>> file.read_text()
    'zone = 1'
    """
    content = text.encode()
    with whole(path, mode) as file:
        file.write(content)


@contextmanager
def whole(path: Path, mode: int | None = None) -> Iterator[BinaryIO]:
    """Give a file to fill that takes the place of another once it is filled; see `replace`.

    Raises:
        OSError: it cannot be written; what was there is there still.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():  # a pipe, a device: there is nothing to take the place of
        with target.open("wb") as file:
            yield file
        return
    if mode is None:
        mode = target.stat().st_mode & 0o777 if target.exists() else OWNER
    waiting = target.with_name(f".{target.name}.new")
    waiting.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            waiting.chmod(mode)  # whatever the umask leaves of it
            yield file
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(target)
    except BaseException:
        with suppress(OSError):
            waiting.unlink(missing_ok=True)
        raise
    _settle(target.parent)


def take_the_place(waiting: Path, target: Path) -> None:
    """Let a file that is filled and closed take the place of another: afterwards there is the one or the other, whole.

    Raises:
        OSError: it cannot; what was there is there still.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "old").write_text("1"), (folder / "new").write_text("2")
    >>> take_the_place(folder / "new", folder / "old")
    >>> [file.name for file in folder.iterdir()], (folder / "old").read_text()
    (['old'], '2')
    """
    with waiting.open("rb+") as file:
        os.fsync(file.fileno())
    waiting.replace(target)
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """Let the new name of a file outlive a loss of power too, where a system lets a folder be opened for that."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
