"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, held: str | bytes) -> Path:
    """Write a text as UTF-8, or bytes as they are, beside `path`, then put it in place; readable by its owner only.

    Half a surrogate pair, which UTF-8 cannot hold, is written as its escape.

    Raises:
        OSError: the folder is missing or may not be written; whatever stood at `path` is untouched.
    """
    with whole(path) as stream:
        stream.write(held.encode("utf-8", "backslashreplace") if isinstance(held, str) else held)
    return path


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to fill that stands at `path` only once it is filled; readable by its owner only.

    Raises:
        OSError: the folder is missing or may not be written; whatever stood at `path` is untouched.
    """
    handle, waiting = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
        Path(waiting).replace(path)
    except BaseException:
        Path(waiting).unlink(missing_ok=True)
        raise
