"""What the footer of a Parquet file says of each part of each column, read without Arrow.

Arrow's reader ends the whole program where statistics contradict the schema, as soon as such a part is only asked how
large it is. The footer is Thrift in its compact form; what is not asked for is passed over and takes no room.

Source: https://parquet.apache.org/docs/file-format/metadata/ and Thrift's compact protocol.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any, NamedTuple, TypeAlias

Wanted: TypeAlias = Mapping[int, Any]
"""Which fields of a struct are read, by number; of each, which fields of what it holds."""
_TRUE, _FALSE, _BYTE, _SHORT, _LONG, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 4, 6, 7, 8, 9, 10, 12
_DEEPEST, _WIDEST = 16, 63
"""Structs within structs, and bits of a number."""
_PARTS, _COLUMNS, _TOLD, _VALUES, _BYTES = 4, 1, 3, 5, 6
_WANTED: Wanted = {_PARTS: {_COLUMNS: {_TOLD: {_VALUES: {}, _BYTES: {}}}}}


class Chunk(NamedTuple):
    """How many `values` a part of a column holds, and how many `bytes` it takes unpacked."""

    values: int
    bytes: int


class Damaged(ValueError):
    """The footer cannot be read."""


def chunks(stream: IO[bytes]) -> list[list[Chunk]]:
    """Return of each part of a file, in order, what its footer says of each column.

    Raises:
        Damaged: it is cut, or says what no footer says.
    """
    end = stream.seek(-8, io.SEEK_END)
    size = int.from_bytes(stream.read(4), "little")
    if size > end:
        raise Damaged("its footer is larger than the file")
    stream.seek(end - size)
    try:
        told = _Thrift(stream.read(size)).struct(_WANTED)
        return [[_chunk(column[_TOLD]) for column in part[_COLUMNS]] for part in told.get(_PARTS, ())]
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise Damaged("its footer cannot be read") from error


def _chunk(told: Mapping[int, int]) -> Chunk:
    found = Chunk(told[_VALUES], told[_BYTES])
    if min(found) < 0:
        raise Damaged("its footer tells of less than nothing")
    return found


class _Thrift:
    """Values of Thrift, one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at, self.deep = content, 0, 0

    def struct(self, wanted: Wanted) -> Mapping[int, Any]:
        """Read a struct: those of its fields that are wanted, by their numbers."""
        self.deep += 1
        if self.deep > _DEEPEST:
            raise Damaged("its footer holds more within one another than any footer does")
        found, field = dict[int, Any](), 0
        while (head := self._byte()) != 0:
            field = field + (head >> 4) if head >> 4 else self._signed()
            kind = head & 15
            value = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, wanted.get(field, {}))
            if field in wanted:
                found[field] = value
        self.deep -= 1
        return found

    def _value(self, kind: int, wanted: Wanted) -> Any:
        if _SHORT <= kind <= _LONG:
            return self._signed()
        if kind in (_LIST, _SET):
            return self._list(wanted)
        if kind == _STRUCT:
            return self.struct(wanted)
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in (_DOUBLE, _BINARY):
            many = 8 if kind == _DOUBLE else self._number()
            self.at += many
            return None
        raise Damaged("its footer holds what no footer holds")

    def _list(self, wanted: Wanted) -> list[Any]:
        head, found = self._byte(), []
        for _ in range(head >> 4 if head >> 4 < 15 else self._number()):
            value = self._value(head & 15, wanted)
            if wanted:
                found.append(value)
        return found

    def _byte(self) -> int:
        self.at += 1
        return self.content[self.at - 1]

    def _number(self) -> int:
        found = shift = 0
        while (byte := self._byte()) & 128:
            found |= (byte & 127) << shift
            shift += 7
            if shift > _WIDEST:
                raise Damaged("its footer holds a number without end")
        return found | byte << shift

    def _signed(self) -> int:
        number = self._number()
        return number >> 1 ^ -(number & 1)
