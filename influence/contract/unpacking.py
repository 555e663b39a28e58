"""What is packed, as a stream of what is in it: what goes wrong is said in one way, and nothing unpacks without end."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from importlib import import_module
from pathlib import Path
from typing import IO, Any


class DamagedMember(OSError):
    """A file in a folder or an archive that cannot be read on, in a few words; the others can."""


DAMAGED_MEMBER = (DamagedMember,)
"""What reading one file of an archive may raise: a wrong checksum, a cut, a password, an unknown packing."""
PACKED = {".gz": ("gzip", b"\x1f\x8b"), ".bz2": ("bz2", b"BZh"), ".xz": ("lzma", b"\xfd7zXZ\0")}
"""Endings of one file that is packed alone, what unpacks it (not every build of Python has all), and how it begins."""
SMALLEST_CEILING, MOST_TIMES = 64 * 1024 * 1024, 200
"""Bytes that anything may be when it is unpacked, and how many times its packed size a larger one may be."""
_PIECE = 65_536


def unpacked_name(name: str) -> str:
    """Return the name of what is in a file, which is packed alone or as it lies.

    >>> unpacked_name("a/day.csv.GZ"), unpacked_name("a/day.csv"), unpacked_name("a/.gz")
    ('a/day.csv', 'a/day.csv', 'a/.gz')
    """
    before, dot, ending = name.rpartition(".")
    is_packed = f"{dot}{ending}".lower() in PACKED and before and not before.endswith("/")
    return before if is_packed else name


def one_unpacked(file: Path, most: int) -> IO[bytes]:
    """Unpack one file; what never was packed is read as it lies: browsers unpack and leave the name.

    Raises:
        DamagedMember: it cannot be opened, or is neither.
    """
    by, begins = PACKED[file.suffix.lower()]
    with opened(file) as stream:  # what cannot be opened says so
        first = stream.read(1024)
    if not first.startswith(begins):
        if b"\0" not in first:
            return opened(file)
        raise DamagedMember(f"it does not begin as a file that {by} packed; get it again")
    try:
        packed = import_module(by).open(file)
    except ImportError:
        raise DamagedMember(f"this Python cannot unpack {file.suffix}; unpack it first") from None
    return Unpacked(Unpacking(packed, most))


def opened(file: str | Path) -> IO[bytes]:
    """Open a file as it lies.

    Raises:
        DamagedMember: it cannot be opened.
    """
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise DamagedMember(error.strerror or str(error)) from None


def ceiling(packed: int) -> int:
    """Return how many bytes may come out of so many packed ones."""
    return max(SMALLEST_CEILING, MOST_TIMES * packed)


def broken() -> tuple[type[Exception], ...]:
    """Return what the libraries raise at an archive that is damaged, anywhere in it."""
    import lzma  # not in every Python build

    return (
        *(OSError, EOFError, ValueError, OverflowError, RuntimeError, NotImplementedError, struct.error),
        *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    )


class Unpacking(io.RawIOBase):
    """A file of an archive while it is unpacked: whatever goes wrong is said in one way."""

    def __init__(self, packed: IO[bytes], most: int | None = None) -> None:
        self._packed, self._most, self._given = packed, most, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: Any) -> int:
        """Unpack some more.

        Raises:
            DamagedMember: it cannot be, or is more than anything is that was packed so small.
        """
        try:
            piece = self._packed.read1(len(into))  # type: ignore[attr-defined]
        except broken() as error:
            raise DamagedMember(f"{error}; get it again") from None
        self._given += len(piece)
        if self._most is not None and self._given > self._most:
            raise DamagedMember(
                f"it unpacks to more than {self._most / 1e6:,.0f} MB, {MOST_TIMES} times its size"
            )
        into[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close what it unpacks, too."""
        self._packed.close()
        super().close()


class UpToDamage(io.RawIOBase):
    """What can be read of a stream: it ends where it is damaged."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: Any) -> int:
        """Read some more; 0 is the end, or the damage."""
        try:
            piece = self._stream.read(len(into))
        except DamagedMember:
            return 0
        into[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close what it reads, too."""
        self._stream.close()
        super().close()


class Unpacked(io.BufferedReader):
    """What is unpacked, or made of that: where it is damaged, all that stands before that is given first."""

    def __init__(self, unpacking: io.RawIOBase) -> None:
        super().__init__(unpacking, _PIECE)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes; fewer at the end, and before the place where it is damaged.

        Raises:
            DamagedMember: it is damaged right here.
        """
        if size is None or size < 0:
            return super().read(size)
        pieces, left = list[bytes](), size
        try:
            while left and (piece := self.read1(left)):
                pieces.append(piece)
                left -= len(piece)
        except DamagedMember:
            if not pieces:
                raise
        return b"".join(pieces)
