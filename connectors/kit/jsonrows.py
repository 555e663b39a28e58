"""Rows of one JSON document: a list, or the list under a key, each row with the line on which it starts.

A document that breaks off gives the rows before the break and then the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside

LARGEST = 512 * 1024 * 1024
"""Bytes of the largest document that is read at once."""
Row: TypeAlias = tuple[int, dict[str, Any]]
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[\s,]*")
_ODD_CHARACTER = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_UNPAIRED = re.compile(r"[\0\ud800-\udfff]")


def text_of(member: Member) -> str:
    """Read a whole document as text.

    Raises:
        Unreadable: it is larger than 512 MiB, or is not UTF-8.
    """
    with member.open() as stream:
        body = stream.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Unreadable(f"{member.name}: the file is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{member.name}: the file is not UTF-8 text, so it is no JSON") from None


def document(member: Member) -> Any:
    """Read a whole document; characters that are no text are replaced.

    Raises:
        Unreadable: it is no JSON, or is nested beyond all measure.
    """
    text = text_of(member)
    try:
        return _mended(json.loads(text), text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{member.name}: the file is no JSON ({str(error)[:80]})") from None


def rows(member: Member, *keys: str) -> Iterator[Row | SetAside]:
    """Yield each object of a list, or of the list under the first of `keys` that there is, with its line.

    What is no object is set aside.

    Raises:
        Unreadable: there is no such list.

    >>> from io import BytesIO
    >>> member = Member("day.json", 0, lambda: BytesIO(b'[{"ts": 1},' + b"\\n" + b'{"ts": 2}]'))
    >>> list(rows(member))
    [(1, {'ts': 1}), (2, {'ts': 2})]
    """
    text = text_of(member)
    starts = (_start(text, key) for key in (None, *keys))
    at = next((start for start in starts if start is not None), None)
    if at is None:
        named = f"a JSON list, or an object with the list {keys[0]!r}" if keys else "a JSON list"
        raise Unreadable(f"{member.name}: the file should be {named}, and is not")
    yield from _items(text, at)


def _start(text: str, key: str | None) -> int | None:
    pattern = r"\s*\[" if key is None else rf'\s*\{{(?s:.*?)"{re.escape(key)}"\s*:\s*\['
    found = re.match(pattern, text)
    return found.end() if found else None


def _items(text: str, at: int) -> Iterator[Row | SetAside]:
    odd = _ODD_CHARACTER.search(text) is not None
    counted, line = 0, 1
    while True:
        if space := _SPACE.match(text, at):
            at = space.end()
        if text[at : at + 1] == "]":
            return
        line += text.count("\n", counted, at)
        counted = at
        try:
            item, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield SetAside("the JSON breaks off or is damaged here; what follows is not read", line)
            return
        if isinstance(item, dict):
            yield line, _mended(item, text) if odd else item
        else:
            yield SetAside("the row is no JSON object", line)


def _mended(value: Any, text: str) -> Any:
    return _without_halves(value) if _ODD_CHARACTER.search(text) else value


def _without_halves(value: Any) -> Any:
    """Replace NUL and halves of surrogate pairs, which no store takes, in all texts."""
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else _UNPAIRED.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_halves(one) for one in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(one) for key, one in value.items()}
    return value
