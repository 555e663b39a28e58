"""Tables whose columns stand apart by blanks, and tables without a header: rows by the names of their columns.

A file without a header has the columns `column 1`, `column 2` and so on. Lines that begin with # or % are remarks, as
collections of networks write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from connectors.kit.line_blocks import BOM
from influence.contract.files import Member
from influence.contract.records import SetAside

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_LOOKED_AT = 20
_LONGEST = 64 * 1024


def is_spaced(head: bytes) -> bool:
    """Tell whether the first lines have the same number of values, two at least, with blanks between them.

    >>> is_spaced(b"time from to\\n1 2 3\\n4 5 6\\n"), is_spaced(b"time,from to\\n1,2\\n"), is_spaced(b"some words\\n")
    (True, False, False)
    """
    lines = [line for line in _whole_lines(head) if line]
    if len(lines) < 2 or any(re.search(r"[,;\t\"{}<>]", line) for line in lines):
        return False
    widths = {len(line.split()) for line in lines}
    return len(widths) == 1 and min(widths) >= 2 and any(_NUMBER.fullmatch(one) for one in lines[1].split())


def _whole_lines(head: bytes) -> list[str]:
    text = head.removeprefix(BOM).decode("utf-8", "replace")
    lines = text.splitlines()[: _LOOKED_AT + 1]
    whole = lines if text.endswith("\n") or len(lines) <= 1 else lines[:-1]
    return [line.strip() for line in whole[:_LOOKED_AT] if not line.lstrip().startswith(("#", "%"))]


def columns_of(member: Member) -> list[str]:
    """Return the names of the columns: those of the first line, or numbered where that holds a number."""
    first = next(iter(_whole_lines(member.head()))).split()
    return first if _is_header(first) else numbered(len(first))


def numbered(width: int) -> list[str]:
    """Name columns that have no names."""
    return [f"column {place}" for place in range(1, width + 1)]


def _is_header(values: Sequence[str]) -> bool:
    return not any(map(_NUMBER.fullmatch, values))


def rows(member: Member) -> Iterator[tuple[int, list[str]] | SetAside]:
    """Yield each row with its line; one of another width is set aside."""
    width, seen = len(columns_of(member)), False
    with member.open() as stream:
        for line, raw in enumerate(iter(lambda: stream.readline(_LONGEST), b""), 1):
            try:
                text = raw.removeprefix(BOM).decode("utf-8").strip()
            except UnicodeDecodeError:
                yield SetAside("the line is not UTF-8", line)
                continue
            values = text.split()
            if not values or text.startswith(("#", "%")):
                continue
            if not seen and _is_header(values):
                seen = True
                continue
            seen = True
            if len(values) == width:
                yield line, values
            else:
                yield SetAside(f"fields in the row: {len(values)}, in the header: {width}", line)
