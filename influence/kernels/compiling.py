"""How the loops are compiled, and where they are kept; importing this loads numba, so import a kernel where needed.

A loop is compiled on its first call for arrays of a kind, and read from a file from then on. Where no file
can be written, each process compiles for itself; nothing is said, and no number changes.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import sleep
from typing import Any, TypeVar, cast

import numba
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from influence.kernels.kept import awaited, folder

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a loop over arrays on its first call, and keep it for the next process.

    It runs without the interpreter's lock, so that threads run side by side.
    """
    dispatcher = numba.njit(nogil=True)(function)
    dispatcher._cache = _Kept(f"{function.__module__}.{function.__qualname__}")  # type: ignore[attr-defined] # as numba does itself
    # numba is untyped: the cast keeps the signature that callers are checked against
    return cast("_Function", dispatcher)


class _Kept:
    """The files of one loop, one for each kind of arrays: what numba asks of a cache.

    numba's own has an index that two processes may write at once, and fails where a file is cut or the disk full.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._room = name.rsplit(".", 2)[-2]

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the loop as it was compiled, or nothing where its file is missing, cut or changed."""
        target.refresh()
        path = self._path(signature, target.codegen())
        held = _read(path)
        # who began before is done before: both would do the same work
        while path and not held and awaited(path.parent, self._room):
            sleep(0.01)
            held = _read(path)
        # code that was damaged would not fail, it would be run
        if sha256(held[32:]).digest() != held[:32]:
            return None
        parts = pickle.loads(held[32:])  # noqa: S301 - the user's own folder
        return CompileResult._rebuild(target, *parts)  # type: ignore[no-untyped-call]

    def save_overload(self, signature: Any, result: Any) -> None:
        """Write the loop, whole or not at all."""
        path = self._path(signature, result.codegen)
        if path is None or result.lifted or result.library.has_dynamic_globals:
            return
        held: bytes = dumps(result._reduce())  # type: ignore[no-untyped-call]
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


def _read(path: Path | None) -> bytes:
    try:
        return path.read_bytes() if path else b""
    except OSError:
        return b""
