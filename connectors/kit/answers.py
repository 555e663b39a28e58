"""JSON that others wrote: how much of it is read, what becomes of odd characters, and its items one by one.

Every way in which JSON is read goes through here: answers of services, files of exports, lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO
from math import isfinite
from typing import Any, NamedTuple

from connectors.kit.limits import LARGEST_ANSWER
from connectors.kit.lists import setting_aside
from connectors.kit.text import ODD, clean, decoded
from influence.contract.connector import Changed, ConnectorError
from influence.contract.files import Member
from influence.contract.records import Deleted, Note, Record, Rows, SetAside

DEEPEST = 800
"""How far values may be nested within each other."""
ODD_SHAPES = (
    ConnectorError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What reading a value may raise that has another shape than it should have."""
_LONGEST_NUMBER = 400
_LONGEST_WORD = 12
"""Characters of what a text may end within: a word such as -Infinity, or an escaped character in two halves."""
_FLAT = 200
"""How deep values are nested at most in what `flattened` leaves."""
_MARK = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
"""A text, or where a list or an object begins or ends."""
_TRIPS = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)|NaN|Infinity|[0-9]{400}|[0-9][eE]\+?[0-9]{3}")
_ESCAPED = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


class LeftOut(ValueError):
    """Why an item is no activity of a person, in a few words."""


class NoJson(ValueError):
    """Why something cannot be read as JSON; the sentence goes on from what it is."""


class CutOff(NoJson):
    """What there is of a value may go on where the text ends."""


class TooDeep(NoJson):
    """A value in which others are nested too deep; see `flattened`."""

    def __init__(self) -> None:
        super().__init__("is nested too deep")


class At(NamedTuple):
    """A value of a file, and the line on which it begins."""

    line: int
    value: Any


def as_member(name: str, body: bytes) -> Member:
    """Make a raw reply the file that `parse` reads.

    >>> as_member("page-1.json", b"[]").open().read()
    b'[]'
    """
    return Member(name, len(body), lambda: BytesIO(body))


def written(name: str, value: Any) -> Member:
    """Write what was gathered from answers as the file that `parse` reads.

    >>> written("page.json", {"items": []}).open().read()
    b'{"items": []}'
    """
    return as_member(name, json.dumps(value).encode())


def written_beside(name: str, told: Mapping[str, Any], raw: bytes) -> Member:
    """Write a raw answer as it came (`answer`) beside what it does not tell itself.

    >>> written_beside("page.json", {"site": "acme"}, b"[]").open().read()
    b'{"site": "acme", "answer": []}'
    """
    return as_member(name, json.dumps(told)[:-1].encode() + b', "answer": ' + raw + b"}")


def _finite(text: str) -> float | None:
    """Return a number, and nothing for one beyond all measure: it would be larger than every other for ever."""
    value = float(text)
    return value if isfinite(value) else None


def _countable(text: str) -> int | None:
    """Return a whole number, and nothing for one of so many digits that Python does not read it."""
    return int(text) if len(text) <= _LONGEST_NUMBER else None


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=lambda _: None)
_PATIENT = json.JSONDecoder(parse_float=_finite, parse_constant=lambda _: None, parse_int=_countable)
"""Reads the same, whole numbers without end too; it is ten times slower."""


def value_at(text: str, at: int, decoder: json.JSONDecoder = _DECODER) -> tuple[Any, int]:
    """Read the value that begins at a place; return it, its odd characters replaced, and where it ends.

    Raises:
        NoJson: there is none.
        CutOff: it may go on where the text ends.
        TooDeep: others are nested too deep in it.

    >>> value_at('[1, "cut \\\\ud83d"] rest', 0)
    ([1, 'cut \\ufffd'], 17)
    """
    try:
        value, end = decoder.raw_decode(text, at)
    except RecursionError:
        raise TooDeep from None
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated") or error.pos >= len(text) - _LONGEST_WORD
        raise (CutOff if is_cut else NoJson)(f"is not JSON: {clean(str(error), 120)}") from None
    except (
        ValueError
    ) as error:  # a whole number of thousands of digits, or what a decoder of another kind refuses
        if decoder is not _DECODER:
            raise NoJson(f"is not JSON: {clean(str(error), 120)}") from None
        return value_at(text, at, _PATIENT)
    if text.count("[", at, end) + text.count("{", at, end) > DEEPEST and not _is_shallow(value):
        raise TooDeep
    return (_mended(value) if _ESCAPED.search(text, at, end) else value), end


def parsed(text: str, decoder: json.JSONDecoder = _DECODER) -> Any:
    """Read a text that is one value.

    Raises:
        NoJson: it is none, or more than one.
    """
    bare = text.strip(" \t\r\n")
    value, end = value_at(bare, 0, decoder)
    if end < len(bare):
        raise NoJson(f"is not JSON: there is more after it ends at character {end}")
    return value


def flattened(text: str, at: int = 0) -> tuple[str, int]:
    """Return the value that begins at a place, null in place of what is nested too deep, and where it ends.

    >>> deep = "[1, " + "[" * 90_000 + "]" * 90_000 + "]"
    >>> flat, end = flattened(deep)
    >>> len(flat) < 500, end == len(deep)
    (True, True)
    """
    kept, depth, since = list[str](), 0, at
    for mark in _MARK.finditer(text, at):
        if mark[0] in {"[", "{"}:
            depth += 1
            if depth == _FLAT + 1:
                kept += text[since : mark.start()], "null"
        elif mark[0] in {"]", "}"}:
            depth -= 1
            since = mark.end() if depth == _FLAT else since
            if depth <= 0:
                return "".join([*kept, text[since : mark.end()]]), mark.end()
    return "".join([*kept, text[since:] if depth <= _FLAT else ""]), len(text)


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [below for one in level for below in _below(one) if isinstance(below, dict | list)]
        if not level:
            return True
    return False


def _below(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _mended(value: Any) -> Any:
    """Replace the odd characters in all texts; not by recursion, since values may be deeper than the stack."""
    held = [value]
    waiting: list[Any] = [held]
    while waiting:
        place = waiting.pop()
        if isinstance(place, dict):
            pairs = [(ODD.sub("\ufffd", key), below) for key, below in place.items()]
            place.clear()
            place.update(pairs)
        for key, below in list(place.items() if isinstance(place, dict) else enumerate(place)):
            if isinstance(below, str):
                place[key] = ODD.sub("\ufffd", below)
            elif isinstance(below, dict | list):
                waiting.append(below)
    return held[0]


def flat(text: str) -> Any:
    """Read a text that is one value, without what is nested too deep in it.

    Raises:
        NoJson: it is none, or more than one.
    """
    try:
        return parsed(text)
    except TooDeep:
        return parsed(flattened(text)[0])


def text_of(member: Member, largest: int, errors: str = "strict") -> str:
    """Return a whole file as text, its odd characters replaced; with `errors` "replace" bytes that are none too.

    Raises:
        NoJson: it is larger than `largest`, or not UTF-8.
    """
    with member.open() as stream:
        content = stream.read(largest + 1)
    if len(content) > largest:
        raise NoJson(f"is larger than {largest // 1024 // 1024:,} MiB")
    try:
        return decoded(content)
    except UnicodeDecodeError:
        if errors == "replace" and b"\0" not in content[:4]:
            return content.decode("utf-8", errors)
        raise NoJson("is not UTF-8, as JSON must be") from None


def read(member: Member) -> Any:
    """Read a raw answer, or a saved one, as JSON.

    What is nested too deep in it, and bytes that are no text, are left out of it: the rest of a page is read.

    Raises:
        Changed: it is not JSON, or larger than 64 MiB.
    """
    try:
        return flat(text_of(member, LARGEST_ANSWER, "replace"))
    except NoJson as reason:
        raise Changed(f"{member.name} {reason}") from None


def mended(body: bytes) -> bytes:
    """Write an answer that a library will parse anew where Python's own reading would trip over something odd in it.

    >>> mended(b'{"a": "half \\\\ud83d", "b": NaN, "c": [1]}')
    b'{"a": "half \\\\ufffd", "b": null, "c": [1]}'
    >>> mended(b"<html>NaN"), mended(b"[1]")
    (b'<html>NaN', b'[1]')
    """
    if body[:1] not in {b"{", b"["}:
        return body
    text = body.decode("utf-8", "replace")
    nested = text.count("[") + text.count("{") > DEEPEST
    if not (nested or _TRIPS.search(text) or "\ufffd" in text):
        return body
    try:
        return json.dumps(flat(text)).encode()
    except NoJson:
        return body


# --- what an answer holds ---------------------------------------------------------------------------------


def needed(row: Any, name: str, where: str) -> Any:
    """Return a field that must be there.

    Raises:
        Changed: it is not; the service's answer has another shape than it had.

    >>> needed({"id": 7}, "id", "the post")
    7
    """
    if not isinstance(row, Mapping) or name not in row:
        raise Changed(f"{where} has no {name!r}: the service's answer no longer has the shape it had")
    return row[name]


def needed_list(row: Any, name: str, where: str) -> list[Any]:
    """Return a list that must be there.

    Raises:
        Changed: it is not, or it is no list.
    """
    found = needed(row, name, where)
    if not isinstance(found, list):
        raise Changed(f"{name!r} in {where} is no list: the service's answer no longer has the shape it had")
    return found


def listed(answer: Any, *names: str) -> list[Any]:
    """Return the list in an answer: the answer itself, or what stands under the first of `names` that is there.

    Raises:
        Changed: something else stands there.

    >>> listed([1], "items"), listed({"items": [2]}, "value", "items"), listed({}, "items")
    ([1], [2], [])
    """
    if isinstance(answer, list):
        return answer
    if answer is not None and not isinstance(answer, Mapping):
        raise Changed(f"where a list should be is {clean(str(answer), 40)!r}: the answer has changed")
    name = next((name for name in names if answer and name in answer), None)
    found = None if name is None or answer is None else answer[name]
    if found is None:
        return []
    if not isinstance(found, list):
        raise Changed(f"{name!r} is no list: the service's answer no longer has the shape it had")
    return found


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object as it is, and an empty one in place of anything else.

    >>> mapping({"id": 1}), mapping(None)
    ({'id': 1}, {})
    """
    return value if isinstance(value, Mapping) else {}


def identifier(value: Any, what: str) -> str:
    """Return an identifier as text.

    Raises:
        Changed: it is missing, or is no identifier.

    >>> identifier(17, "id")
    '17'
    """
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not text or len(text) > 500 or re.search(r"[\s\x00-\x1f]", text):
        raise Changed(f"{what} is {clean(str(value), 40)!r}, which is no identifier")
    return text


def whole(value: Any, what: str) -> int:
    """Return a number that the service gave an item, also where it is written as text.

    Raises:
        Changed: it is none.

    >>> whole("12", "the ticket's id")
    12
    """
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,18}", str(value)):
        raise Changed(f"{what} is {clean(str(value), 40)!r}, which is no number: the answer has changed")
    return int(value)


# --- items one by one -------------------------------------------------------------------------------------


def each(
    items: Iterable[Any], read_one: Callable[[Any], Iterable[Record]], what: str, key: str = "id"
) -> Iterator[Record]:
    """Yield the records of each item; one that cannot be read is set aside with its reason, and the rest goes on.

    `what` and its `key` or number name an item of an answer, which is one line to the store. Where items
    are values of a file (`At`), the line says which; what was set aside already is passed on.

    Raises:
        Changed: the items are no list.

    >>> [one.reason for one in each([{}], lambda row: row["id"], "comment")]
    ["comment 1 cannot be read: it has no 'id'"]
    >>> list(each([At(3, {})], lambda at: at.value["id"], "the post"))
    [SetAside(reason="the post cannot be read: it has no 'id'", line=3)]
    """
    if items is None or isinstance(items, str | Mapping) or not isinstance(items, Iterable):
        raise Changed(f"where a list of items ({what}) should be there is none: the answer has changed")
    for number, item in enumerate(items, 1):
        if isinstance(item, SetAside):
            yield item
        elif isinstance(item, At):
            yield from guarded(partial(read_one, item), what, item.line)
        else:
            yield from guarded(partial(read_one, item), f"{what} {_called(item, key) or number}")


def guarded(read_it: Callable[[], Iterable[Record]], what: str, line: int = 1) -> Iterator[Record]:
    """Yield what is read, on its line; where it cannot be, the reason, in which `what` names the item.

    What was read before something odd in it stays, and so does the rest where a list in it is odd (`lists`).
    """
    found = list[Record]()
    with setting_aside() as odd:
        try:
            for record in read_it():
                found.append(record)
        except LeftOut as reason:
            found = [SetAside(f"{what}: {reason}" if what else str(reason), line)]
        except ODD_SHAPES as error:
            found.append(SetAside(f"{what} cannot be read: {told(error)}" if what else told(error), line))
    found += (SetAside(f"{what}: {reason}" if what else reason, line) for reason in odd)
    for one in found:
        yield one if isinstance(one, Note | Rows) or one.line is not None else replace(one, line=line)


@contextmanager
def shape_expected() -> Iterator[None]:
    """Say that the answer has changed where anything is of another shape than it should be.

    What stands in an item is set aside by `each`; this is for what holds the items.

    Raises:
        Changed: something is.
    """
    try:
        yield
    except ConnectorError:
        raise
    except ODD_SHAPES as error:
        raise Changed(f"the service's answer no longer has the shape it had ({told(error)})") from error


def told(error: Exception) -> str:
    """Say why something could not be read, in a few words."""
    match error:
        case RecursionError():
            return "it is nested too deep"
        case ConnectorError():
            return clean(str(error), 300)
        case KeyError():
            return f"it has no {clean(str(error), 80)}"
        case ValueError():
            return clean(str(error), 160)
    return clean(f"{type(error).__name__}: {error}", 160)


def _called(item: Any, key: str) -> str:
    known = item.get(key) if isinstance(item, Mapping) else None
    return clean(str(known), 80) if isinstance(known, int | str) and not isinstance(known, bool) else ""


def once(records: Iterable[Record]) -> Iterator[Record]:
    """Leave out what was said already: the same person, and the same row under the same id.

    >>> from influence.contract.records import Person
    >>> list(once([Person("p1"), Person("p1")])) == [Person("p1")]
    True
    """
    said: set[Record | str] = set()
    for record in records:
        key = getattr(record, "id", None) or record
        if isinstance(record, Rows) or key not in said:
            said.add(key) if not isinstance(record, Rows | Deleted) else None
            yield record
