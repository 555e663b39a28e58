"""Files as a user has them: one file, a folder, a zip or a tar; all look the same from here.

Nothing is unpacked beside the user's files, no link is followed, and no name inside an archive is ever used as a path.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from influence.contract.errors import InfluenceError

DAMAGED_MEMBER = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
"""What reading one file of an archive may raise: a wrong checksum, a cut, a password, an unknown packing."""
HEAD = 65_536
"""Bytes at the start of a file by which its kind is recognised."""


def kind_of(head: bytes) -> str:
    """Tell by its first bytes what kind of file it is at all: json, agenda, xml, packed, binary, or else text.

    Connectors name the kinds that they read beside their entry point, so that others need not be loaded.

    >>> kind_of(b' {"id": 1}'), kind_of(b"BEGIN:VCARD"), kind_of(b"time,actor"), kind_of(b"PAR1")
    ('json', 'agenda', 'text', 'packed')
    """
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:6].upper()
    if begins[:4] in {b"PAR1", b"PK\x03\x04"}:
        return "packed"
    if begins == b"BEGIN:":
        return "agenda"
    if b"\0" in head[:1024]:
        return "binary"
    return {b"{": "json", b"[": "json", b"<": "xml"}.get(begins[:1], "text")


class ArchiveError(InfluenceError):
    """A path that cannot be opened, in one sentence."""


@dataclass(frozen=True)
class Member:
    """One readable file: `name` for people, `open` for its bytes from the start."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    def head(self) -> bytes:
        """Read the first bytes, by which the kind of the file is recognised."""
        with self.open() as stream:
            return stream.read(HEAD)


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ArchiveError(f"{path}: there is no such file or folder") from None
    except PermissionError:
        raise ArchiveError(f"{path}: no permission to read it") from None
    except (EOFError, tarfile.TarError, zipfile.BadZipFile, OSError, _lzma_error()) as error:
        raise ArchiveError(f"{path}: the archive is damaged or cut off ({error}); get it again") from None


def _lzma_error() -> type[Exception]:
    import lzma  # not in every Python build

    return lzma.LZMAError


@dataclass(frozen=True)
class Export:
    """A folder, zip or tar that belongs together: any of its files can be opened, in any order."""

    name: str
    files: Mapping[str, Member]

    def member(self, name: str) -> Member:
        """Return a file by its name inside the export.

        Raises:
            KeyError: there is none of that name.
        """
        return self.files[name]


@contextmanager
def open_export(path: Path) -> Iterator[Export]:
    """Open a folder, zip or tar whole. A tar waits unpacked in a temporary folder, under names of our own.

    Raises:
        ArchiveError: as for `members`.
    """
    with tempfile.TemporaryDirectory() as waiting, ExitStack() as held:
        with _plain_errors(path):
            if path.is_file() and tarfile.is_tarfile(path):
                found = list(_unpacked(path, Path(waiting)))
            elif path.is_file() and zipfile.is_zipfile(path):
                found = list(_zip_members(held.enter_context(zipfile.ZipFile(path))))
            else:
                found = list(members(path))
        yield Export(path.name, {member.name: member for member in found})


def names(path: Path) -> list[str]:
    """List the names of the files in a folder, zip or tar; a single file has none inside.

    Raises:
        ArchiveError: as for `members`.
    """
    with _plain_errors(path):
        if path.is_dir():
            return [member.name for member in _folder(path)]
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return [info.filename for info in archive.infolist() if not info.is_dir()]
        if path.is_file() and tarfile.is_tarfile(path):
            with tarfile.open(path, "r|*") as packed:
                return [info.name for info in packed if info.isfile()]
        return []


def _unpacked(path: Path, folder: Path) -> Iterator[Member]:
    with tarfile.open(path, "r|*") as archive:
        for number, info in enumerate(archive):
            if info.isfile():
                place = folder / str(number)
                with place.open("wb") as waiting:
                    shutil.copyfileobj(archive.extractfile(info), waiting)  # type: ignore[arg-type]
                yield Member(info.name, info.size, lambda place=place: place.open("rb"))  # type: ignore[misc]


def members(path: Path) -> Iterator[Member]:
    """Yield every file in `path`, in the order of its name (a tar: in its own order, streamed once).

    A member of a tar must be read before the next one is asked for.

    Raises:
        ArchiveError: nothing is there, it may not be read, or the archive is damaged.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("time,actor")
    >>> [m.name for m in members(folder)]
    ['a.csv']
    """
    with _plain_errors(path):
        if path.is_dir():
            yield from _folder(path)
        elif not path.exists():
            raise FileNotFoundError
        elif zipfile.is_zipfile(path) and path.suffix.lower() not in {".xlsx", ".docx"}:
            yield from _zip(path)
        elif tarfile.is_tarfile(path):
            yield from _tar(path)
        else:
            yield Member(path.name, path.stat().st_size, lambda: path.open("rb"))


def _folder(path: Path) -> Iterator[Member]:
    files = sorted(
        Path(where) / name
        for where, _, names in os.walk(path, followlinks=False)
        for name in names
        if name != ".DS_Store" and not name.startswith("._")  # what macOS leaves behind
    )
    for file in files:
        if file.is_file() and not file.is_symlink():
            yield Member(str(file.relative_to(path)), file.stat().st_size, lambda file=file: file.open("rb"))  # type: ignore[misc]


def _zip(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        yield from _zip_members(archive)


def _zip_members(archive: zipfile.ZipFile) -> Iterator[Member]:
    for info in archive.infolist():
        if not info.is_dir():
            yield Member(info.filename, info.file_size, lambda info=info: archive.open(info))  # type: ignore[misc]


def _tar(path: Path) -> Iterator[Member]:
    """Stream the tar once; each file waits in a temporary file, since a packed stream cannot step back."""
    with tarfile.open(path, "r|*") as archive:
        for info in archive:
            if not info.isfile():
                continue
            with tempfile.NamedTemporaryFile() as waiting:
                shutil.copyfileobj(archive.extractfile(info), waiting)  # type: ignore[arg-type]
                waiting.flush()
                place = Path(waiting.name)
                yield Member(info.name, info.size, lambda place=place: place.open("rb"))  # type: ignore[misc]
