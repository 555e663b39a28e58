"""Parquet files, read a part at a time: a few bytes may stand for any number of rows, texts and list elements.

Limits are looked up in the file's footer before anything is read. Texts that may repeat too often are read as numbers
of a dictionary, and written out for no more rows at once than memory has room for.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np

from connectors.tables.parquet_footer import Damaged, chunks
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside
from influence.contract.unpacking import MOST_TIMES, SMALLEST_CEILING

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

MARK = b"PAR1"
_ROWS, _BUFFER = 100_000, 1024 * 1024
"""Rows that are held at once, and bytes of each column that are read at once."""
_HELD = 128 * 1024 * 1024
"""Bytes of rows that are held at once, so that a row of more is set aside."""
_MANY = 10_000_000
"""Rows or values that any file may hold; a larger one holds no more than it has bytes."""


@dataclass(frozen=True)
class ParquetFile:
    """An opened file: the `names` of its columns, and how many `rows` its footer promises."""

    member: Member
    file: pa.parquet.ParquetFile
    source: IO[bytes]

    @property
    def names(self) -> list[str]:
        """The columns in their order."""
        return list(self.file.schema_arrow.names)

    @property
    def rows(self) -> int:
        """How many rows there should be."""
        return int(self.file.metadata.num_rows)

    def tables(self, wanted: Collection[str]) -> Iterator[tuple[int, pa.Table] | SetAside]:
        """Yield these columns part by part, each with the number of its first row, counted from 1.

        Raises:
            Unreadable: it is larger than anything is that was packed so small, or damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        leaves = [one for one in self._leaves() if one.column in wanted]
        self._refuse_too_large(leaves)
        repeated = self._repeated(leaves)
        file = pq.ParquetFile(self.source, buffer_size=_BUFFER, read_dictionary=repeated)
        size, row = self._rows_at_once(leaves), 1
        left = _ceiling(self.member)
        for batch in self._batches(file, size, [name for name in self.names if name in wanted]):
            if row + len(batch) > self.rows + 1:
                raise Unreadable(
                    f"{self.member.name}: the Parquet file holds more rows than it says; get it again"
                )
            sizes = sum((_sizes(column) for column in batch.columns), np.zeros(len(batch), np.int64))
            left -= int(sizes.sum())
            if left < 0:
                raise Unreadable(_too_large(self.member))
            yield from _written_out(pa.Table.from_batches([batch]), sizes, row)
            row += len(batch)

    @staticmethod
    def _batches(file: pa.parquet.ParquetFile, size: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Yield rows of one part at a time where lists hold numbers of a dictionary: each part has its own."""
        import pyarrow.types as kinds

        types = [field.type for field in file.schema_arrow]
        if not any(kinds.is_nested(kind) and kind != _without_dictionary(kind) for kind in types):
            yield from file.iter_batches(batch_size=size, columns=columns)
            return
        for part in range(file.metadata.num_row_groups):
            yield from file.iter_batches(batch_size=size, columns=columns, row_groups=[part])

    def _leaves(self) -> Iterator[_Leaf]:
        try:
            parts = chunks(self.source)
        except Damaged as error:
            raise Unreadable(_damaged(self.member, str(error))) from None
        there = [self.file.metadata.num_columns] * self.file.metadata.num_row_groups
        if [len(part) for part in parts] != there:
            raise Unreadable(_damaged(self.member, "not every part of it has every column"))
        for number in range(self.file.metadata.num_columns):
            column = self.file.metadata.schema.column(number)
            yield _Leaf(
                column.path.split(".")[0],
                column.path,
                column.physical_type,
                max(0, column.length),
                tuple(part[number].values for part in parts),
                tuple(part[number].bytes for part in parts),
            )

    def _refuse_too_large(self, leaves: list[_Leaf]) -> None:
        most = max([self.rows, *(sum(leaf.values) for leaf in leaves)])
        if most > max(_MANY, self.member.size):
            raise Unreadable(
                f"{self.member.name}: the Parquet file says that it holds {most:,} values in "
                f"{self.member.size:,} bytes; nothing of it was read"
            )
        fixed = sum(leaf.width * sum(leaf.values) for leaf in leaves)
        if max(fixed, sum(sum(leaf.bytes) for leaf in leaves)) > _ceiling(self.member):
            raise Unreadable(_too_large(self.member))

    def _rows_at_once(self, leaves: list[_Leaf]) -> int:
        """Return how many rows take no more than the memory there is, by the part that takes most for each."""
        metadata, most = self.file.metadata, _ROWS
        for group in range(metadata.num_row_groups):
            held = sum(leaf.bytes[group] + 8 * leaf.values[group] for leaf in leaves)
            most = min(most, _HELD * metadata.row_group(group).num_rows // max(1, held))
        return max(1, most)

    def _repeated(self, leaves: list[_Leaf]) -> list[str]:
        """Name the columns of texts that could take too much memory when each is written out as often as it stands.

        A part's dictionary comes whole with its first rows; where these have no text, nothing is known of it.

        Raises:
            Unreadable: there are such texts within others than plain lists.
        """
        import pyarrow.parquet as pq

        texts = {leaf.path: leaf for leaf in leaves if leaf.kind == "BYTE_ARRAY"}
        file = pq.ParquetFile(self.source, buffer_size=_BUFFER, read_dictionary=list(texts))
        found = dict[str, _Leaf]()
        for group in range(file.metadata.num_row_groups):
            asked = {path: leaf for path, leaf in texts.items() if path not in found}
            if not asked:
                break
            columns = list(dict.fromkeys(leaf.column for leaf in asked.values()))
            first = next(file.iter_batches(batch_size=1, row_groups=[group], columns=columns), None)
            for path, leaf in asked.items():
                longest = 0 if first is None else _longest(first.column(leaf.column))
                if first is not None and (not longest or longest * leaf.values[group] > _HELD):
                    found[path] = leaf
        for leaf in found.values():
            if not _is_plain(self.file.schema_arrow.field(leaf.column).type) and sum(leaf.values) > _ROWS:
                raise Unreadable(
                    f"{self.member.name}: the column {leaf.column!r} holds neither values nor lists of them"
                )
        return list(found)


@dataclass(frozen=True)
class _Leaf:
    """What the footer says of a column, or of the elements of its lists: how many, and bytes, in each part."""

    column: str
    path: str
    kind: str
    width: int
    values: tuple[int, ...]
    bytes: tuple[int, ...]


@contextmanager
def opened(member: Member) -> Iterator[ParquetFile]:
    """Open a Parquet file.

    Raises:
        Unreadable: it is damaged, also where that shows only while it is read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with member.open() as stream, _steppable(stream) as source:
        try:  # without a buffer a row group of any size is read whole
            yield ParquetFile(member, pq.ParquetFile(source, buffer_size=_BUFFER), source)
        except (pa.ArrowException, OSError) as error:
            reason = str(error).split("\n", 1)[0][:120]
            raise Unreadable(_damaged(member, reason)) from None


@contextmanager
def _steppable(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """A packed member steps back only by starting anew, so it waits in a temporary file."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as waiting:
        shutil.copyfileobj(stream, waiting)
        waiting.seek(0)
        yield waiting


def _damaged(member: Member, reason: str) -> str:
    return f"{member.name}: the Parquet file is damaged ({reason}); get it again"


def _ceiling(member: Member) -> int:
    return max(SMALLEST_CEILING, MOST_TIMES * member.size)


def _too_large(member: Member) -> str:
    return (
        f"{member.name}: the Parquet file unpacks to more than {_ceiling(member) / 1e6:,.0f} MB, "
        f"{MOST_TIMES} times its size; it is not read"
    )


# --- texts that are numbers of a dictionary --------------------------------------------------------------------


def _is_plain(kind: pa.DataType) -> bool:
    import pyarrow.types as kinds

    inner = kind.value_type if kinds.is_list(kind) or kinds.is_large_list(kind) else kind
    return not kinds.is_nested(inner)


def _longest(column: pa.Array) -> int:
    """Return the bytes of the longest text of a column's dictionary; 0 where none is known."""
    import pyarrow.compute as pc

    lengths = _lengths(column)
    return 0 if lengths is None else pc.max(lengths).as_py() or 0


def _lengths(column: pa.Array) -> pa.Array | None:
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    while kinds.is_list(column.type) or kinds.is_large_list(column.type):
        column = column.values
    if not kinds.is_dictionary(column.type) or kinds.is_primitive(column.type.value_type):
        return None
    return pc.binary_length(column.dictionary)


def _sizes(column: pa.Array) -> NDArray[np.int64]:
    """Return how many bytes each row takes once its texts are written out, beyond what it takes already."""
    import pyarrow.types as kinds

    if kinds.is_list(column.type) or kinds.is_large_list(column.type):
        up_to = np.concatenate([[0], np.cumsum(_sizes(column.values))])
        at = column.offsets.to_numpy(zero_copy_only=False)
        return np.asarray(up_to[at[1:]] - up_to[at[:-1]])
    lengths = _lengths(column)
    if lengths is None:
        return np.zeros(len(column), np.int64)
    taken = lengths.take(column.indices).fill_null(0)
    return np.asarray(taken.to_numpy(zero_copy_only=False), np.int64)


def _written_out(
    table: pa.Table, sizes: NDArray[np.int64], row: int
) -> Iterator[tuple[int, pa.Table] | SetAside]:
    """Yield a table in slices, no more of it than may be held at once, without dictionaries."""
    import pyarrow as pa

    plain = pa.schema([field.with_type(_without_dictionary(field.type)) for field in table.schema])
    up_to, start = np.concatenate([[0], np.cumsum(sizes)]), 0
    while start < len(table):
        end = int(np.searchsorted(up_to, up_to[start] + _HELD, "right")) - 1
        if end == start:
            yield SetAside(f"the row takes more than {_HELD // 1024 // 1024} MiB", row + start)
            start += 1
            continue
        yield row + start, table.slice(start, end - start).cast(plain)
        start = end


def _without_dictionary(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa
    import pyarrow.types as kinds

    if kinds.is_dictionary(kind):
        return kind.value_type
    if kinds.is_list(kind) and kinds.is_dictionary(kind.value_type):
        return pa.list_(kind.value_type.value_type)
    if kinds.is_large_list(kind) and kinds.is_dictionary(kind.value_type):
        return pa.large_list(kind.value_type.value_type)
    return kind
