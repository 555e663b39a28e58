"""How the loops are compiled; importing this loads numba, so import a kernel only where it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a loop over arrays on its first call, and keep it for the next process.

    It runs without the interpreter's lock, so that threads run side by side.
    """
    # numba is untyped: the cast keeps the signature that callers are checked against
    return cast("_Function", njit(cache=True, nogil=True)(function))
