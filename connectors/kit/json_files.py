"""JSON files of several shapes, read value by value: lines, one array, pages one after another, `name = […]`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn, TypeAlias

from connectors.kit.answers import At, NoJson, flat, parsed, text_of
from connectors.kit.json_window import PIECE, Damaged, Window
from connectors.kit.limits import LARGEST_ANSWER
from connectors.kit.line_blocks import BOM, LONGEST_LINE, LineBlock, line_blocks
from connectors.kit.text import decoded
from influence.contract.connector import Unreadable
from influence.contract.files import HEAD, Member
from influence.contract.records import SetAside

_ASSIGNED = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$]{1,200}\s*=\s*(?=[\[{])")

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


def document(member: Member) -> Any:
    """Read a whole document, without what is nested too deep in it.

    Raises:
        Unreadable: it is not JSON, or larger than 64 MiB.
    """
    try:
        return flat(text_of(member, LARGEST_ANSWER))
    except NoJson as reason:
        raise Unreadable(f"{member.name}: the file {reason}") from None


def search(member: Member, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
    """Find the first place of a document that a pattern of less than 64 KiB fits.

    >>> from connectors.kit.answers import as_member
    >>> search(as_member("page", b'{"path": "a/b"}'), re.compile(rb'"path": "(.{1,20})"'))[1]
    b'a/b'
    """
    with member.open() as stream:
        held = b""
        while piece := stream.read(PIECE):
            held = held[-HEAD:] + piece
            if found := pattern.search(held):
                return found
    return None


def rows(member: Member, *keys: str) -> Iterator[At | SetAside]:
    """Yield each object of a list as `items` does; what is none is set aside.

    Raises:
        Unreadable: there is no such list.

    >>> from connectors.kit.answers import as_member
    >>> list(rows(as_member("day.json", b'{"messages": [{"ts": 1}, 2]}'), "messages"))
    [At(line=1, value={'ts': 1}), SetAside(reason='the row is no JSON object', line=1)]
    """
    for found in items(member, *keys):
        is_row = isinstance(found, SetAside) or isinstance(found.value, dict)
        yield found if is_row else SetAside("the row is no JSON object", found.line)


def items(member: Member, *keys: str) -> Iterator[At | SetAside]:
    """Yield each value of a list, or of the lists under those of `keys` that there are; of each document in turn.

    A document that breaks off gives the rows before the break, then the reason.

    Raises:
        Unreadable: there is no such list.

    >>> from connectors.kit.answers import as_member
    >>> [tuple(one) for one in items(as_member("day.json", b'[{"ts": 1},' + b"\\n" + b'{"ts": 2}]'))]
    [(1, {'ts': 1}), (2, {'ts': 2})]
    """
    with member.open() as stream:
        window, found = Window(stream), 0
        window.skip_space()
        try:
            for _ in _lists(window, keys):
                found += 1
                yield from elements_within(window)
        except Damaged:
            if found:
                yield _cut(window)
    if not found:
        named = f"a JSON list, or an object with the list {keys[0]!r}" if keys else "a JSON list"
        raise Unreadable(f"{member.name}: the file should be {named}, and is not")


def _cut(window: Window) -> SetAside:
    return SetAside(
        f"the JSON breaks off or is damaged here; what follows is not read{window.place()}", window.line
    )


def _lists(window: Window, keys: Sequence[str]) -> Iterator[None]:
    """Stop within each list that is a document or stands in one under a key, which is to be read to its end.

    Raises:
        Damaged: a document breaks off.
    """
    while not window.ended():
        if window.takes("["):
            yield
        elif window.takes("{"):
            for key in keys_within(window):
                if key in keys and window.takes("["):
                    yield
                else:
                    window.pass_over()
        else:
            raise Damaged("is neither a list nor an object")
        window.skip_space()


def keys_within(window: Window) -> Iterator[str]:
    """Stop before the value of each key of an object, which is to be read or passed over."""
    while True:
        window.skip_space()
        if window.takes("}"):
            return
        key = window.value()
        window.skip_space()
        if not (isinstance(key, At) and isinstance(key.value, str) and window.takes(":")):
            raise Damaged("has a key that is none")
        window.skip_space()
        yield key.value


def elements_within(window: Window) -> Iterator[At | SetAside]:
    """Yield the values of a list up to its end.

    Raises:
        Damaged: it breaks off, or nothing shows where the next one begins.
    """
    while True:
        window.skip_space()
        if window.takes("]"):
            return
        yield window.value()


# --- values, however they are arranged --------------------------------------------------------------------


def values(member: Member) -> Iterator[At | SetAside]:
    """Yield each value with the line on which it begins; an array gives its elements.

    What is damaged is set aside and the rest goes on; where nothing can be found again after a break, one row
    says where it broke.

    Raises:
        Unreadable: nothing in the file is JSON.

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
    found = False
    with member.open() as stream:
        window = Window(stream)
        start = _ASSIGNED.match(window.text, window.at)
        window.go_to(start.end() if start else window.at)
        try:
            for one in _one_by_one(window):
                found = True
                yield one
        except Damaged:
            if not found:
                raise Unreadable(f"{member.name}: the file is not the JSON that it should be") from None
            yield SetAside("the file is cut off here", window.line) if window.ended() else _cut(window)


def _one_by_one(window: Window) -> Iterator[At | SetAside]:
    while True:
        window.skip_space()
        if window.ended():
            return
        if window.takes("["):
            yield from elements_within(window)
        else:
            yield window.value()


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
