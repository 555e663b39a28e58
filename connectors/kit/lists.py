"""Lists within an item, each of whose values should be of one kind: what is of another is set aside, the rest is read.

`answers.guarded` gathers what is set aside here, beside the records of the item in which the list stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from influence.contract.connector import Changed

_odd: ContextVar[dict[str, None] | None] = ContextVar("_odd", default=None)


@contextmanager
def setting_aside() -> Iterator[dict[str, None]]:
    """Gather why values of lists that are read meanwhile are set aside.

    >>> with setting_aside() as odd:
    ...     objects([{"id": 1}, None], "users"), objects("all", "users")
    ([{'id': 1}], [])
    >>> list(odd)
    ["1 of 'users' is left out: it is no object", "'users' is left out: it is no list"]
    """
    found: dict[str, None] = {}
    token = _odd.set(found)
    try:
        yield found
    finally:
        _odd.reset(token)


def objects(value: Any, name: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list that may be missing; what is no object is set aside.

    Where nothing gathers it (a pull plans by an answer that is read afterwards) it is passed over.

    Raises:
        Changed: it is no list, and nothing gathers that.
    """
    found = _list(value, name)
    rows = [one for one in found if isinstance(one, Mapping)]
    _left_out(len(found) - len(rows), name, "object")
    return rows


def texts(value: Any, name: str) -> list[str]:
    """Return the texts of a list as `objects` returns objects.

    >>> texts(["a", "b"], "members")
    ['a', 'b']
    """
    found = _list(value, name)
    told = [one for one in found if isinstance(one, str)]
    _left_out(len(found) - len(told), name, "text")
    return told


def rows_of(value: Any, name: str) -> list[Mapping[str, Any]]:
    """Return the `objects` of a list in an object; both may be missing.

    >>> rows_of({"users": [{"id": 1}]}, "users"), rows_of({}, "users"), rows_of(None, "users")
    ([{'id': 1}], [], [])
    """
    if value is None or isinstance(value, Mapping):
        return objects((value or {}).get(name), name)
    _set_aside(f"what holds {name!r} is left out: it is no object")
    return []


def _list(value: Any, name: str) -> list[Any]:
    if value is not None and not isinstance(value, list):
        _set_aside(f"{name!r} is left out: it is no list")
        return []
    return value or []


def _left_out(many: int, name: str, called: str) -> None:
    gathered = _odd.get()
    if many and gathered is not None:
        why = f"are left out: they are no {called}s" if many > 1 else f"is left out: it is no {called}"
        gathered[f"{many:,} of {name!r} {why}"] = None


def _set_aside(reason: str) -> None:
    gathered = _odd.get()
    if gathered is None:
        raise Changed(f"{reason}: the service's answer no longer has the shape it had")
    gathered[reason] = None
