"""Rows of a JSON Lines file: one object a line, its values as text or lists of text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from connectors.kit.csv_files import BOM, LONGEST_LINE, Lines
from influence.contract.files import Member
from influence.contract.records import SetAside

Row = dict[str, str | list[str] | None]


class _NotARow(ValueError):
    """Why a line is no row."""


def first_keys(member: Member) -> list[str]:
    """Read the keys of the first object of a JSON Lines file, however long its line; none where it is no such file."""
    with member.open() as stream:
        line = stream.readline(LONGEST_LINE).removeprefix(BOM)
        while line and not line.strip():
            line = stream.readline(LONGEST_LINE)
    return keys_of(line)


def keys_of(line: bytes) -> list[str]:
    """Read the keys of an object on one line; none where it is no object.

    >>> keys_of(b'{"time": 1, "actor": "x:1"}'), keys_of(b"[1]")
    (['time', 'actor'], [])
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return list(found) if isinstance(found, dict) else []


def rows(
    member: Member, wanted: frozenset[str], lists: frozenset[str]
) -> Iterator[tuple[int, Row] | SetAside]:
    """Yield each line as its number and its object, keys in lower case.

    Keys that are not `wanted` have no value here; `lists` names those whose values are lists. Numbers and
    truths become the text that stands in the file; a text in place of a list is split at `;`.
    """
    with member.open() as stream:
        lines = Lines(stream)
        for number, text in enumerate(lines, 1):
            if number in lines.bad:
                yield SetAside(f"line {number} {lines.bad.pop(number)}", number)
            elif text.strip():
                yield _row(number, text, wanted, lists)


def _row(number: int, text: str, wanted: frozenset[str], lists: frozenset[str]) -> tuple[int, Row] | SetAside:
    try:
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_number)
        if not isinstance(found, dict):
            raise _NotARow("the line is no JSON object")
        row = {
            key.lower(): _value(key, value, lists) if key.lower() in wanted else None
            for key, value in found.items()
        }
        if "\\u" in text:
            _refuse_half_characters(row)
    except _NotARow as error:
        return SetAside(str(error), number)
    except (ValueError, RecursionError) as error:
        return SetAside(f"the line is broken JSON ({str(error)[:80]})", number)
    return number, row


def _no_number(name: str) -> NoReturn:
    raise _NotARow(f"{name} is no number")


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


def _refuse_half_characters(row: Row) -> None:
    for value in row.values():
        text = "".join(value) if isinstance(value, list) else value or ""
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise _NotARow("the line holds a character that is no text (NUL or half a surrogate pair)")
