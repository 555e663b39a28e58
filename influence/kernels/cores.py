"""Parts of one calculation, worked out on all cores at a time; between any two it may be ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import Any, TypeVar

from influence.contract.turns import steps

_Part = TypeVar("_Part")


def on_all_cores(loop: Callable[..., _Part], *columns: Iterable[Any], at_once: int) -> Iterator[_Part]:
    """Yield what a loop makes of each row of some columns, in their order, on at most so many cores.

    A loop that lets go of the interpreter's lock (all that is `compiled` does) goes on beside the others. Of work that
    is ended (`contract.turns`) those parts that were not begun are left out.

    >>> list(on_all_cores(pow, [2, 3, 4], [2, 2, 2], at_once=2))
    [4, 9, 16]
    """
    with ThreadPoolExecutor(min(cpu_count() or 1, at_once)) as threads:
        try:
            yield from steps(threads.map(loop, *columns))
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
