"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> Path:
    """Write `text` as UTF-8 beside `path`, then put it in place; readable by its owner only.

    Half a surrogate pair, which UTF-8 cannot hold, is written as its escape.

    Raises:
        OSError: the folder is missing or may not be written; whatever stood at `path` is untouched.
    """
    handle, waiting = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            stream.write(text)
        Path(waiting).replace(path)
    except BaseException:
        Path(waiting).unlink(missing_ok=True)
        raise
    return path
