"""JSON files of several shapes, read value by value: lines, one array, pages one after another, `name = […]`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TypeAlias

from connectors.kit.answers import (
    LARGEST_FILE,
    At,
    NoJson,
    TooDeep,
    flat,
    flattened,
    parsed,
    text_of,
    value_at,
)
from connectors.kit.line_blocks import BOM, LONGEST_LINE, LineBlock, line_blocks
from connectors.kit.text import decoded
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside

_ASSIGNED = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$]{1,200}\s*=\s*(?=[\[{])")
_SPACE = re.compile(r"[\s,;]*")
_GOES_ON = re.compile(r"\s*[,\]]")
"""What stands after a value of a list."""
_CUT = "the JSON breaks off or is damaged here; what follows is not read"

Plain: TypeAlias = dict[str, str | list[str] | None]
"""An object of a line as a row of a table: its values as text or lists of text."""


def holds(head: bytes, *marks: tuple[bytes, ...]) -> bool:
    """Tell whether the beginning of a JSON file holds all the words of any one mark; of an empty one always.

    >>> holds(b'{"acct": 1, "bot": 2}', (b'"acct"', b'"bot"')), holds(b'{"acct": 1}', (b'"acct"', b'"bot"'))
    (True, False)
    """
    begins = head.removeprefix(BOM).lstrip()[:1]
    return begins in {b"{", b"["} and any(all(word in head for word in mark) for mark in marks)


# --- documents --------------------------------------------------------------------------------------------


def document_text(member: Member) -> str:
    """Read a whole document as text.

    Raises:
        Unreadable: it is larger than 1 GiB, or is not UTF-8.
    """
    try:
        return text_of(member, LARGEST_FILE)
    except NoJson as reason:
        raise Unreadable(f"{member.name}: the file {reason}") from None


def document(member: Member) -> Any:
    """Read a whole document, without what is nested too deep in it.

    Raises:
        Unreadable: it is not JSON, or too large.
    """
    text = document_text(member)
    try:
        return flat(text)
    except NoJson as reason:
        raise Unreadable(f"{member.name}: the file {reason}") from None


def rows(member: Member, *keys: str) -> Iterator[At | SetAside]:
    """Yield each object of a list, or of the list under the first of `keys` that there is.

    What is no object is set aside; a document that breaks off gives the rows before the break, then the reason.

    Raises:
        Unreadable: there is no such list.

    >>> from connectors.kit.answers import as_member
    >>> [tuple(row) for row in rows(as_member("day.json", b'[{"ts": 1},' + b"\\n" + b'{"ts": 2}]'))]
    [(1, {'ts': 1}), (2, {'ts': 2})]
    """
    text = document_text(member)
    starts = (_start(text, key) for key in (None, *keys))
    at = next((start for start in starts if start is not None), None)
    if at is None:
        named = f"a JSON list, or an object with the list {keys[0]!r}" if keys else "a JSON list"
        raise Unreadable(f"{member.name}: the file should be {named}, and is not")
    line = 1 + text.count("\n", 0, at)
    while True:
        end = _after_space(text, at)
        line, at = line + text.count("\n", at, end), end
        if text.startswith("]", at):
            return
        try:
            found, end = _one(text, at, line)
        except NoJson:
            yield SetAside(_CUT, line)
            return
        is_row = isinstance(found, SetAside) or isinstance(found.value, dict)
        yield found if is_row else SetAside("the row is no JSON object", line)
        line, at = line + text.count("\n", at, end), end


def _start(text: str, key: str | None) -> int | None:
    pattern = r"\s*\[" if key is None else rf'\s*\{{(?s:.*?)"{re.escape(key)}"\s*:\s*\['
    found = re.match(pattern, text)
    return found.end() if found else None


# --- values, however they are arranged --------------------------------------------------------------------


def values(member: Member) -> Iterator[At | SetAside]:
    """Yield each value with the line on which it begins; an array gives its elements.

    A broken line of a JSON Lines file is set aside and the rest goes on; in a file that is one array or
    one object nothing can be found again after a break, so one row says where it broke.

    Raises:
        Unreadable: nothing in the file is JSON, or the file is too large to be held.

    >>> from connectors.kit.answers import as_member
    >>> found = values(as_member("a.js", b'window.YTD.like.part0 = [ {"a": 1},' + bytes([10]) + b' {"a": 2} ]'))
    >>> [tuple(one) for one in found]
    [(1, {'a': 1}), (2, {'a': 2})]
    """
    if keys_of(_first_line(member)) is None:
        yield from _arranged(member)
        return
    for line in _lines(member):
        if isinstance(line, SetAside):
            yield line
            continue
        try:
            yield At(line.line, parsed(line.value))
        except NoJson as reason:
            yield SetAside(f"the line {reason}", line.line)


def _arranged(member: Member) -> Iterator[At | SetAside]:
    text = document_text(member)
    start = _ASSIGNED.match(text)
    at, line, found, inside = start.end() if start else 0, 1, 0, False
    while True:
        end = _after_space(text, at)
        if not inside and text.startswith("[", end):
            inside, end = True, _after_space(text, end + 1)
        while inside and text.startswith("]", end):
            inside, end = False, _after_space(text, end + 1)
        line, at = line + text.count("\n", at, end), end
        if at >= len(text):
            break
        try:
            one, end = _one(text, at, line)
        except NoJson:
            if not found:
                raise Unreadable(f"{member.name}: the file is not the JSON that it should be") from None
            yield SetAside(_CUT, line)
            return
        yield one
        line, at, found = line + text.count("\n", at, end), end, found + 1
    if inside:
        yield SetAside("the file is cut off here", line)


def _one(text: str, at: int, line: int) -> tuple[At | SetAside, int]:
    """Read the value that begins at a place, or say why it is not read, and where it ends.

    Raises:
        NoJson: it is damaged, and nothing shows where the next one begins.
    """
    try:
        value, end = value_at(text, at)
    except NoJson as reason:
        flat_one, end = flattened(text, at) if text.startswith(("{", "["), at) else ("", at)
        if not _GOES_ON.match(text, end):
            if isinstance(reason, TooDeep):  # a document of its own
                return At(line, parsed(flat_one)), end
            raise
        return SetAside(f"the value {reason}", line), end
    return At(line, value), end


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


# --- lines ------------------------------------------------------------------------------------------------


def _first_line(member: Member) -> bytes:
    with member.open() as stream:
        line = stream.readline(LONGEST_LINE + 1).removeprefix(BOM)
        while line and not line.strip():
            line = stream.readline(LONGEST_LINE + 1)
    return line


def keys_of(line: bytes) -> list[str] | None:
    """Read the keys of an object on one line; None where it is no object.

    >>> keys_of(b'{"time": 1, "actor": "x:1"}'), keys_of(b"[1]")
    (['time', 'actor'], None)
    """
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        return list(parsed(decoded(line)))
    except ValueError:
        return None


def first_keys(member: Member) -> list[str]:
    """Read the keys of the first object of a JSON Lines file, however long its line; none where it is no such file."""
    return keys_of(_first_line(member)) or []


def _lines(member: Member) -> Iterator[At | SetAside]:
    """Yield each line that is not empty, as text."""
    with member.open() as stream:
        for block in line_blocks(stream):
            for at in range(len(block)):
                line = _line(block, at)
                if line is not None:
                    yield line


def _line(block: LineBlock, at: int) -> At | SetAside | None:
    """Read a line as text; None where it is empty."""
    try:
        text = block.text(at, decoded)
    except ValueError as reason:
        return SetAside(f"line {block.number(at)} {reason}", block.number(at))
    return At(block.number(at), text) if text.strip() else None


def line_rows(member: Member, wanted: frozenset[str], lists: frozenset[str]) -> Iterator[At | SetAside]:
    """Yield each line as its number and its object (`Plain`), keys in lower case.

    Keys that are not `wanted` have no value here; `lists` names those whose values are lists. Numbers and
    truths become the text that stands in the file; a text in place of a list is split at `;`.
    """
    for line in _lines(member):
        yield line if isinstance(line, SetAside) else _plain(line, wanted, lists)


def line_row(
    block: LineBlock, at: int, wanted: frozenset[str], lists: frozenset[str]
) -> At | SetAside | None:
    """Read one line as `line_rows` does; None where it is empty."""
    line = _line(block, at)
    return _plain(line, wanted, lists) if isinstance(line, At) else line


class _NotARow(ValueError):
    """Why a line is no row."""


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


_AS_WRITTEN = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_number)


def _plain(line: At, wanted: frozenset[str], lists: frozenset[str]) -> At | SetAside:
    try:
        found = parsed(line.value, _AS_WRITTEN)
        if not isinstance(found, dict):
            raise _NotARow("the line is no JSON object")
        row: Plain = {
            key.lower(): _value(key, value, lists) if key.lower() in wanted else None
            for key, value in found.items()
        }
    except NoJson as reason:
        return SetAside(f"the line {reason}", line.line)
    except _NotARow as reason:
        return SetAside(str(reason), line.line)
    return At(line.line, row)


def _value(key: str, value: Any, lists: frozenset[str]) -> str | list[str] | None:
    if value is None or value == "":
        return None
    if isinstance(value, dict):
        raise _NotARow(f"{key[:60]!r} is an object where a plain value is expected")
    if key.lower() in lists:
        return _items(key, value)
    if isinstance(value, list):
        raise _NotARow(f"{key[:60]!r} is a list where one value is expected")
    return _scalar(value)


def _items(key: str, value: Any) -> list[str]:
    found = value if isinstance(value, list) else _scalar(value).split(";")
    if any(isinstance(item, dict | list) or item is None for item in found):
        raise _NotARow(f"{key[:60]!r} holds something that is not text")
    return [_scalar(item) for item in found]


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
