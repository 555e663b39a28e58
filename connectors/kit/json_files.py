"""JSON files of several shapes, read value by value: lines, one array, pages one after another, `name = […]`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from connectors.kit.csv_files import BOM, LONGEST_LINE, Lines
from connectors.kit.text import clean
from influence.contract.connector import Changed, Unreadable
from influence.contract.files import Member
from influence.contract.records import Record, SetAside

LARGEST_DOCUMENT = 1024 * 1024 * 1024
"""Bytes of the largest file that is not one value a line; it is held in memory."""
_ASSIGNED = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$]{1,200}\s*=\s*(?=[\[{])")
_SPACE = re.compile(r"[\s,;]*")
_HALF = re.compile("[\ud800-\udfff]")

Value: TypeAlias = tuple[int, Any]


def holds(head: bytes, *marks: tuple[bytes, ...]) -> bool:
    """Tell whether the beginning of a JSON file holds all the words of any one mark.

    >>> holds(b'{"acct": 1, "bot": 2}', (b'"acct"', b'"bot"')), holds(b'{"acct": 1}', (b'"acct"', b'"bot"'))
    (True, False)
    """
    begins = head.removeprefix(BOM).lstrip()[:1]
    return begins in {b"{", b"["} and any(all(word in head for word in mark) for mark in marks)


def values(member: Member) -> Iterator[Value | SetAside]:
    """Yield each value with the line on which it begins; an array gives its elements.

    A broken line of a JSON Lines file is set aside and the rest goes on; in a file that is one array or
    one object nothing can be found again after a break, so one row says where it broke.

    Raises:
        Unreadable: nothing in the file is JSON, or the file is too large to be held.

    >>> from connectors.kit.http import as_member
    >>> list(values(as_member("a.js", b'window.YTD.like.part0 = [ {"a": 1},' + bytes([10]) + b' {"a": 2} ]')))
    [(1, {'a': 1}), (2, {'a': 2})]
    """
    with member.open() as stream:
        first = stream.readline(LONGEST_LINE + 1)
        while first and not first.removeprefix(BOM).strip():
            first = stream.readline(LONGEST_LINE + 1)
    if _is_value(first):
        yield from _by_line(member)
    else:
        yield from _document(member)


def _is_value(line: bytes) -> bool:
    """Tell whether a line is one whole object."""
    if not line.removeprefix(BOM).lstrip().startswith(b"{"):
        return False
    try:
        json.loads(line.removeprefix(BOM))
    except (ValueError, RecursionError):
        return False
    return True


def _by_line(member: Member) -> Iterator[Value | SetAside]:
    with member.open() as stream:
        lines = Lines(stream)
        for number, text in enumerate(lines, 1):
            if number in lines.bad:
                yield SetAside(f"line {number} {lines.bad.pop(number)}", number)
            elif text.strip():
                try:
                    yield number, _whole(json.loads(text))
                except (ValueError, RecursionError) as error:
                    yield SetAside(f"the line is broken JSON ({clean(str(error), 80)})", number)


def _document(member: Member) -> Iterator[Value | SetAside]:
    text = _text(member)
    found, at, line, inside = 0, 0, 1, False
    decoder = json.JSONDecoder()
    if start := _ASSIGNED.match(text):
        at = start.end()
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
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if not found:
                raise Unreadable(f"{member.name}: the file is not the JSON that it should be") from None
            yield SetAside("the file is cut off or broken here; what comes after it is not read", line)
            return
        yield line, _whole(value)
        line, at, found = line + text.count("\n", at, end), end, found + 1
    if inside:
        yield SetAside("the file is cut off here", line)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _text(member: Member) -> str:
    with member.open() as stream:
        content = stream.read(LARGEST_DOCUMENT + 1)
    if len(content) > LARGEST_DOCUMENT:
        raise Unreadable(f"{member.name}: the file is larger than 1 GiB and not one JSON object a line")
    try:
        return content.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(f"{member.name}: the file is not UTF-8, as JSON must be") from None


def _whole(value: Any) -> Any:
    """Replace half surrogate pairs, which are no text and could not be stored."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return _mended(value)
    return value


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


def read_each(
    found: Iterable[Value | SetAside], read: Callable[[Any, int], Iterable[Record]], what: str
) -> Iterator[Record]:
    """Read values one by one; one that has another shape than expected is set aside and the rest goes on.

    >>> list(read_each([(3, {})], lambda row, line: [row["id"]], "post"))
    [SetAside(reason="the post cannot be read: it has no 'id'", line=3)]
    """
    for each in found:
        if isinstance(each, SetAside):
            yield each
            continue
        line, value = each
        try:
            records = list(read(value, line))
        except KeyError as error:
            yield SetAside(f"the {what} cannot be read: it has no {str(error)[:80]}", line)
        except (Changed, ValueError, TypeError, AttributeError) as error:
            yield SetAside(f"the {what} cannot be read: {clean(str(error), 160)}", line)
        else:
            yield from records


def or_set_aside(parse: Callable[[Member], Iterable[Record]]) -> Callable[[Member], Iterator[Record]]:
    """Make of a parser one that sets a whole file aside where it cannot be read, as an export wants it."""

    def lenient(member: Member) -> Iterator[Record]:
        try:
            yield from parse(member)
        except Unreadable as error:
            yield SetAside(str(error).partition(": ")[2])

    return lenient


def moment(value: Any) -> datetime:
    """Return the time that a service wrote, in UTC: ISO 8601 with its zone.

    Raises:
        ValueError: it is none, or states no zone.

    >>> moment("2026-01-05T09:00:00.000Z").isoformat()
    '2026-01-05T09:00:00+00:00'
    """
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"the time {str(value)[:40]!r} cannot be read") from None
    if time.tzinfo is None:
        raise ValueError(f"the time {str(value)[:40]!r} states no zone")
    return in_utc(time)


def in_utc(time: datetime) -> datetime:
    """Return a time in UTC.

    Raises:
        ValueError: it lies outside the calendar.
    """
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time lies outside the calendar") from None


def seconds(value: Any) -> datetime:
    """Return the time of so many seconds since 1970.

    Raises:
        ValueError: it is no such number.

    >>> seconds(1767603600).isoformat()
    '2026-01-05T09:00:00+00:00'
    """
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise ValueError(f"the time {str(value)[:40]!r} cannot be read") from None


def rows_of(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list that may be missing; what is no object is left out.

    >>> rows_of({"users": [{"id": 1}, None]}, "users"), rows_of({}, "users")
    ([{'id': 1}], [])
    """
    found = value.get(name)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []
