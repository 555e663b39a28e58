"""One JSON document as a table: its list of objects, each a row; what stands in an object within becomes a column.

The list is the document itself, or the first list of objects under a key of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from connectors.kit.json_files import keys_of, keys_within
from connectors.kit.json_files import rows as rows_under
from connectors.kit.json_window import Damaged, Window
from connectors.kit.line_blocks import BOM
from connectors.kit.text import clean
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside

_LOOKED_AT = 100
"""Rows whose keys are the columns."""
_MOST_COLUMNS = 1000
_DEEPEST = 3


def is_document(member: Member) -> bool:
    r"""Tell one document from lines that are an object each.

    >>> from connectors.kit.answers import as_member
    >>> is_document(as_member("a", b'{"tickets": [{"id": 1}]}')), is_document(as_member("a", b'{"id": 1}\n{"id": 2}'))
    (True, False)
    """
    head = member.head().removeprefix(BOM).lstrip()
    if head.startswith(b"["):
        return True
    if not head.startswith(b"{"):
        return False
    first, _, rest = head.partition(b"\n")
    return keys_of(first) is None or (not rest.strip() and _list_key(member) is not None)


def columns_of(member: Member) -> list[str]:
    """Return the names of the columns, those of objects within as `user name`.

    Raises:
        Unreadable: there is no list of objects in it.
    """
    some = (row for row in islice(rows(member), _LOOKED_AT) if not isinstance(row, SetAside))
    names = list(dict.fromkeys(name for row in some for name in row[1]))[:_MOST_COLUMNS]
    if not names:
        raise Unreadable(f"{member.name}: there is no list of objects in it that could be a table")
    return names


def rows(member: Member) -> Iterator[tuple[int, dict[str, str]] | SetAside]:
    """Yield each object of the list with its line.

    Raises:
        Unreadable: there is no list of objects in it.

    >>> from connectors.kit.answers import as_member
    >>> list(rows(as_member("a", b'{"n": 1, "comments": [{"id": 1, "user": {"name": "Ann"}}]}')))
    [(1, {'id': '1', 'user name': 'Ann'})]
    """
    key = _list_key(member)
    for row in rows_under(member, *([key] if key else [])):
        yield row if isinstance(row, SetAside) else (row.line, dict(_flat(row.value)))


def _list_key(member: Member) -> str | None:
    """Return the key of the first list that begins with an object; empty where the document is the list."""
    with member.open() as stream:
        window = Window(stream)
        window.skip_space()
        if window.follows("["):
            return ""
        try:
            if not window.takes("{"):
                return None
            for key in keys_within(window):
                if window.takes("["):
                    window.skip_space()
                    if window.follows("{"):
                        return key
                    _to_the_end(window)
                else:
                    window.pass_over()
        except Damaged:
            return None
    return None


def _to_the_end(window: Window) -> None:
    while not window.takes("]"):
        window.value()
        window.skip_space()


def _flat(row: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, value in row.items():
        name = f"{before}{clean(str(key), 200)}"
        if isinstance(value, Mapping):
            if depth < _DEEPEST:
                yield from _flat(value, f"{name} ", depth + 1)
        elif isinstance(value, list):
            if listed := _listed(value):
                yield name, listed
        elif value is not None and value != "":
            yield name, _text(value)


def _listed(values: Sequence[Any]) -> str:
    """Write a list of plain values, or of objects that have a name, an address or an id."""
    told = (_named(one) if isinstance(one, Mapping) else one for one in values)
    return ";".join(_text(one) for one in told if isinstance(one, str | int | float))


def _named(one: Mapping[str, Any]) -> Any:
    return next((one[key] for key in ("email", "name", "username", "id") if one.get(key)), None)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
