"""A stream in blocks of whole lines, so that many lines are looked at in one step; lines are numbered from 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

BOM = b"\xef\xbb\xbf"
BLOCK = 8 * 1024 * 1024
"""Bytes that are read at once."""
_PIECE = 256 * 1024
"""Bytes that are asked for at once: where a packed stream is damaged, no more than these are lost."""
LONGEST_LINE = 32 * 1024 * 1024
"""Bytes of the longest line that is read."""
TOO_LONG = f"is longer than {LONGEST_LINE // 1024 // 1024} MiB; write the file as Parquet"
_LINE_END = 10


@dataclass(frozen=True)
class LineBlock:
    """Some whole lines: `content`, the number of the `first`, and where each begins, with the end of the last.

    `long` are the numbers of those that were too long and are empty here.
    """

    first: int
    content: bytes
    bounds: NDArray[np.int64]
    long: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def line(self, at: int) -> bytes:
        """Return a line with its line end, by its place in the block."""
        return self.content[self.bounds[at] : self.bounds[at + 1]]

    def text(self, at: int, decode: Callable[[bytes], str]) -> str:
        """Return a line as text.

        Raises:
            ValueError: why it is none; the sentence goes on from the line.
        """
        if self.number(at) in self.long:
            raise ValueError(TOO_LONG)
        try:
            return decode(self.line(at))
        except UnicodeDecodeError:
            raise ValueError("is not UTF-8") from None

    def number(self, at: int) -> int:
        """Return the number of a line in its file."""
        return self.first + at

    @property
    def codes(self) -> NDArray[np.uint8]:
        """The bytes as numbers."""
        return np.frombuffer(self.content, np.uint8)

    def texts(self) -> pa.Array:
        """Return the lines as a column, which is right only where the block is UTF-8; nothing is copied."""
        import pyarrow as pa

        offsets = pa.py_buffer(self.bounds.astype(np.int32))
        return pa.StringArray.from_buffers(len(self), offsets, pa.py_buffer(self.content))

    def holding(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the lines in which some places of the content lie, each once."""
        return np.unique(np.searchsorted(self.bounds, places, side="right") - 1)

    def not_utf8(self) -> NDArray[np.int64]:
        """Return the lines that are not UTF-8.

        >>> block_of(b"a" + bytes([10, 255, 10]) + b"b").not_utf8().tolist()
        [1]
        """
        found, at = [], 0
        view = memoryview(self.content)
        while at < len(view):
            try:
                str(view[at:], "utf-8")
                break
            except UnicodeDecodeError as error:
                line = int(np.searchsorted(self.bounds, at + error.start, side="right")) - 1
                found.append(line)
                at = int(self.bounds[line + 1])
        return np.array(found, np.int64)

    def too_long(self) -> NDArray[np.int64]:
        """Return the lines that were longer than any that is read."""
        return np.array(sorted(self.long), np.int64) - self.first


def block_of(content: bytes, first: int = 1, long: frozenset[int] = frozenset()) -> LineBlock:
    """Make a block of lines.

    >>> block = block_of(b"a" + bytes([10]) + b"bc", first=7)
    >>> len(block), block.line(1), block.number(1)
    (2, b'bc', 8)
    """
    bounds = np.flatnonzero(np.frombuffer(content, np.uint8) == _LINE_END) + 1
    ends = [] if content.endswith(b"\n") or not content else [len(content)]
    return LineBlock(first, content, np.concatenate([[0], bounds, ends]).astype(np.int64), long)


def line_blocks(stream: IO[bytes]) -> Iterator[LineBlock]:
    """Yield the lines of a stream without its byte order mark; one that is too long is empty, and says so.

    Where the stream turns out to be damaged, the whole lines before that come first.
    """
    first, is_long = 1, False
    held = [stream.read(len(BOM)).removeprefix(BOM)]
    while True:
        chunk, damage = gathered(stream)
        begins, cut = chunk.find(b"\n"), chunk.rfind(b"\n") + 1
        is_long = is_long or sum(map(len, held)) + (begins if cut else len(chunk)) > LONGEST_LINE
        if is_long:
            held = []
        if cut:
            whole = memoryview(chunk)[begins if is_long else 0 : cut]
            block = block_of(b"".join([*held, whole]), first, frozenset({first} if is_long else ()))
            held, is_long = [chunk[cut:]], False
            first += len(block)
            yield block
        elif not is_long:
            held.append(chunk)
        if damage is not None:
            raise damage
        if not chunk:
            break
    if is_long or any(held):
        yield block_of(b"".join(held) or b"\n", first, frozenset({first} if is_long else ()))


def gathered(stream: IO[bytes], length: int = BLOCK) -> tuple[bytes, Exception | None]:
    """Read so many bytes; return what was read before an error with it."""
    pieces, size = list[bytes](), 0
    try:
        while size < length and (piece := stream.read(min(_PIECE, length - size))):
            pieces.append(piece)
            size += len(piece)
    except Exception as error:  # whatever a packed stream raises is raised again, after these lines
        return b"".join(pieces), error
    return b"".join(pieces), None
