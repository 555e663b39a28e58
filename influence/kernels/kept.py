"""Where compiled loops are kept: in the folder that NUMBA_CACHE_DIR names, else in the user's own for such things.

An installed package may be closed to writing; this folder need not be. Nothing here loads numba.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import time

AT_WORK = "at-work"
"""A file that is there while a process compiles, and says which process, and what for a report that runs beside it."""
_SILENT = 10


@cache
def folder() -> Path | None:
    """Return the folder where compiled loops are kept, or nothing where none can be written.

    It must be the user's own: what is read from it is run.
    """
    try:
        kept = Path(os.environ.get("NUMBA_CACHE_DIR") or _users_folder()) / "networked-influence"
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hasattr(os, "getuid") and (kept.stat().st_uid != os.getuid() or kept.stat().st_mode & 0o022):
            return None
        (kept / _stamp()).mkdir(exist_ok=True)
    except (OSError, RuntimeError):  # there is no home, or it is closed to writing
        return None
    return kept / _stamp()


def _users_folder() -> Path:
    if sys.platform == "win32" and "LOCALAPPDATA" in os.environ:
        return Path(os.environ["LOCALAPPDATA"])
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".cache"


@cache
def _stamp() -> str:
    """Tell this state of all loops from any other, since one that calls another holds a copy of it."""
    digest = sha256(f"{version('numba')} {sys.version}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def awaited(kept: Path, room: str) -> bool:
    """Tell whether another process compiles the loops of a module for whom this one is a report that waits for them.

    Of a process that has said nothing for ten seconds nothing is awaited: it was ended, or takes too long.
    """
    try:
        said, at = (kept / AT_WORK).read_text(encoding="ascii"), (kept / AT_WORK).stat().st_mtime
    except (OSError, ValueError):
        return False
    process, _, at_work_on = said.partition(" ")
    return at_work_on == room and process != str(os.getpid()) and abs(time() - at) < _SILENT
