"""How the loops are compiled, and where they are kept; importing this loads numba, so import a kernel where needed.

A loop is compiled on its first call for arrays of a kind, and read from a file from then on. The files lie in the
folder that NUMBA_CACHE_DIR names, else in the user's own folder for such things. Where neither can be written,
each process compiles for itself; nothing is said, and no number changes.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar, cast

import numba
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a loop over arrays on its first call, and keep it for the next process.

    It runs without the interpreter's lock, so that threads run side by side.
    """
    dispatcher = numba.njit(nogil=True)(function)
    dispatcher._cache = _Kept(f"{function.__module__}.{function.__qualname__}")
    # numba is untyped: the cast keeps the signature that callers are checked against
    return cast("_Function", dispatcher)


@cache
def folder() -> Path | None:
    """Return the folder where compiled loops are kept, or nothing where none can be written.

    It must be the user's own: what is read from it is run.
    """
    try:
        kept = Path(numba.config.CACHE_DIR or _users_folder()) / "networked-influence"
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
    named = os.environ.get("XDG_CACHE_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".cache"


@cache
def _stamp() -> str:
    """Tell this state of all loops from any other, since one that calls another holds a copy of it."""
    digest = sha256(f"{numba.__version__} {sys.version}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


class _Kept:
    """The files of one loop, one for each kind of arrays: what numba asks of a cache.

    numba's own has an index that two processes may write at once, and fails where a file is cut or the disk full.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the loop as it was compiled, or nothing where its file is missing, cut or changed."""
        target.refresh()
        path = self._path(signature, target.codegen())
        try:
            held = path.read_bytes() if path else b""
        except OSError:
            return None
        # code that was damaged would not fail, it would be run
        if sha256(held[32:]).digest() != held[:32]:
            return None
        return CompileResult._rebuild(target, *pickle.loads(held[32:]))

    def save_overload(self, signature: Any, result: Any) -> None:
        """Write the loop, whole or not at all."""
        path = self._path(signature, result.codegen)
        if path is None or result.lifted or result.library.has_dynamic_globals:
            return
        held = dumps(result._reduce())
        try:
            with NamedTemporaryFile(dir=path.parent, delete=False) as file:
                try:
                    file.write(sha256(held).digest() + held)
                    file.close()
                    Path(file.name).replace(path)
                except OSError:  # the disk is full, or another process reads the file where that forbids it
                    Path(file.name).unlink(missing_ok=True)
        except OSError:  # the folder has been closed or removed
            return

    def _path(self, signature: Any, codegen: Any) -> Path | None:
        kept = folder()
        if kept is None:
            return None
        kind = sha256(f"{self._name} {signature!r} {codegen.magic_tuple()!r}".encode()).hexdigest()[:24]
        return kept / f"{self._name}-{kind}"
