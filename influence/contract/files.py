"""Files as a user has them: one file (by gzip, bzip2 or xz too), a folder, a zip or a tar; all look the same from here.

Nothing is unpacked beside the user's files, no link is followed, and no name inside an archive is ever used as a path.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from errno import ENAMETOOLONG
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from influence.contract.errors import InfluenceError
from influence.contract.unpacking import (
    MOST_TIMES,
    PACKED,
    DamagedMember,
    Unpacked,
    Unpacking,
    UpToDamage,
    broken,
    ceiling,
    one_unpacked,
    opened,
    unpacked_name,
)
from influence.contract.wide_text import as_plain_text

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


MOST_FILES = 250_000
"""Files that an archive may hold: a list of very many would take more memory than a program may."""
_LONGEST_LIST, _IN_THE_LIST, _SHORTEST = 64 * 1024 * 1024, b"PK\1\2", 46
"""Bytes that the list of a zip's files may have; how an entry of it begins, and how short it may be."""


@dataclass(frozen=True)
class Member:
    """One readable file: `name` for people, `content` opens its bytes from the start, as they lie.

    `packed_as` is the name under which it lies, where it is packed alone and `name` is what is in it.
    """

    name: str
    size: int
    content: Callable[[], IO[bytes]]
    packed_as: str = ""

    @property
    def found_as(self) -> str:
        """The name under which its owner finds it."""
        return self.packed_as or self.name

    def open(self) -> IO[bytes]:
        """Open it from the start; text that a program of Windows saved reads as other text does (`as_plain_text`)."""
        return as_plain_text(self.content())

    def up_to_damage(self) -> Member:
        """Return what can be read of it: to be looked through before it is read, when its damage is told."""
        return replace(self, content=lambda: io.BufferedReader(UpToDamage(self.content())))

    def head(self) -> bytes:
        """Read the first bytes, by which the kind of the file is recognised."""
        with self.open() as stream:
            return stream.read(HEAD)


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ArchiveError(f"{path}: neither a file nor a folder; name one of these")
        yield
    except FileNotFoundError:
        raise ArchiveError(f"{path}: there is no such file or folder") from None
    except PermissionError:
        raise ArchiveError(f"{path}: no permission to read it") from None
    except broken() as error:
        if getattr(error, "errno", None) == ENAMETOOLONG:
            raise ArchiveError(f"{str(path)[:80]}…: no file or folder has so long a name") from None
        raise ArchiveError(f"{path}: the archive is damaged or cut off ({error}); get it again") from None


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

    def below(self, folder: str) -> Export:
        """Return what lies in a folder of it, under the names that it has here; `folder` ends with `/`."""
        return Export(f"{self.name}/{folder[:-1]}", _Below(self.files, folder))


class _Below(Mapping[str, Member]):
    """Those of many files that lie in a folder: no more is held than their names."""

    def __init__(self, files: Mapping[str, Member], folder: str) -> None:
        self._files, self._names = files, dict.fromkeys(name for name in files if name.startswith(folder))

    def __getitem__(self, name: str) -> Member:
        if name not in self._names:
            raise KeyError(name)
        return self._files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@contextmanager
def open_export(path: Path) -> Iterator[Export]:
    """Open a folder, zip or tar whole. A tar waits unpacked in a temporary folder, under names of our own.

    Raises:
        ArchiveError: as for `members`.
    """
    with tempfile.TemporaryDirectory() as waiting, ExitStack() as held:
        with _plain_errors(path):
            if path.is_file() and _is_tar(path):
                found = list(_unpacked(path, Path(waiting)))
            elif path.is_file() and zipfile.is_zipfile(path):
                found = list(_zip_members(held.enter_context(_zip(path))))
            elif path.is_dir():
                yield Export(path.name, _Folder(path))
                return
            else:
                found = list(members(path))
        yield Export(path.name, {member.name: member for member in found})


def children(path: Path) -> list[Path]:
    """List what lies in a folder itself, links and what macOS leaves behind left out, in the order of their names.

    Within anything else nothing lies.

    Raises:
        ArchiveError: as for `members`.
    """
    with _plain_errors(path):
        found = path.iterdir() if path.is_dir() else ()
        return sorted(child for child in found if not child.is_symlink() and not _left_behind(child.name))


def names(path: Path) -> list[str]:
    """List the names of the files in a folder, zip or tar; a single file has none inside.

    Raises:
        ArchiveError: as for `members`.
    """
    with _plain_errors(path):
        if path.is_dir():
            return [unpacked_name(name) for name, _ in _listed(path)]
        if path.is_file() and zipfile.is_zipfile(path):
            with _zip(path) as archive:
                return [info.filename for info in archive.infolist() if not info.is_dir()]
        if path.is_file() and _is_tar(path):
            return [info.name for info, _ in _tar_files(path)]
        return []


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except (EOFError, zlib.error):
        if path.suffix.lower() in PACKED and not path.stem.lower().endswith(".tar"):
            return False  # one file that was cut: what stands before the cut is read
        raise


def members(path: Path) -> Generator[Member, None, None]:
    """Yield every file in `path`, in the order of its name (a tar: in its own order, streamed once).

    A member of a tar must be read before the next one is asked for. One that cannot be read, or that is larger than
    anything is that was packed so small, raises `DamagedMember` when it is.

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
            with _zip(path) as archive:
                yield from _zip_members(archive)
        elif _is_tar(path):
            yield from _tar(path)
        else:
            yield _single(path, path.name)


def _folder(path: Path) -> Iterator[Member]:
    """Yield the files below a folder in the order of their names."""
    return (closed or _single(path / name, name) for name, closed in _listed(path))


def _listed(path: Path) -> Iterator[tuple[str, Member | None]]:
    """Yield the names of the files below a folder in their order; those within few folders are held at a time.

    A folder into which nobody may look stands for what is in it, as a file that says so when it is opened.
    """
    waiting = [_within(path, "")]
    while waiting:
        found = next(waiting[-1], None)
        if found is None:
            waiting.pop()
        elif isinstance(found, Member):
            yield found.name, found
        elif found.endswith("/"):
            waiting.append(_within(path / found, found))
        else:
            yield found, None


def _within(path: Path, within: str) -> Iterator[str | Member]:
    """Yield what lies in a folder itself, by its name below the first one, a folder with `/`; or why it is closed."""
    names, folders = list[str](), set[str]()
    try:
        with os.scandir(path) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    folders.add(entry.name)
                elif not entry.is_file(follow_symlinks=False) or _left_behind(entry.name):
                    continue
                names.append(entry.name)  # of a million no more is held
    except OSError as error:
        yield Member(within.removesuffix("/") or path.name, 0, partial(_closed, error))
        return
    names.sort()
    yield from (f"{within}{name}/" if name in folders else within + name for name in names)


class _Folder(Mapping[str, Member]):
    """The files of a folder by their names: of a million no more is held than these."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found = {unpacked_name(name): closed or name for name, closed in _listed(path)}

    def __getitem__(self, name: str) -> Member:
        found = self._found[name]
        return found if isinstance(found, Member) else _single(self._path / found, found)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _closed(error: OSError) -> IO[bytes]:
    raise DamagedMember(error.strerror or str(error))


def _left_behind(name: str) -> bool:
    """Tell a file that macOS leaves behind."""
    return name == ".DS_Store" or name.startswith("._")


def _single(file: Path, name: str) -> Member:
    """Return a file as it lies, or what is packed in it alone, under the name that it had before."""
    try:
        size = file.stat().st_size
    except OSError as error:
        return Member(name, 0, partial(_closed, error))
    if file.suffix.lower() in PACKED:
        return Member(unpacked_name(name), size, partial(one_unpacked, file, ceiling(size)), name)
    return Member(name, size, partial(opened, os.fspath(file)))  # of a million files few bytes each


# --- zip ------------------------------------------------------------------------------------------------------


def zip_of(stream: IO[bytes], name: str) -> zipfile.ZipFile:
    """Open a zip whose list of files is bounded: the library makes an object of each, before it gives the first.

    Raises:
        ArchiveError: it holds more than MOST_FILES.
    """
    return zipfile.ZipFile(cast("IO[bytes]", _Listed(stream, name)))


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with path.open("rb") as file, zip_of(file, str(path)) as archive:
        yield archive


def _too_many(name: str) -> ArchiveError:
    return ArchiveError(
        f"{name}: the archive holds more than {MOST_FILES:,} files; unpack it and name the folder instead"
    )


class _Listed:
    """The file of a zip: the list of what it holds is read at once, and looked at before it is gone through."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, size: int = -1) -> bytes:
        """Read on.

        Raises:
            ArchiveError: it is a list of too many files.
        """
        if size > _LONGEST_LIST:
            raise _too_many(self._name)
        found = self._stream.read(size)
        if len(found) > MOST_FILES * _SHORTEST and found.count(_IN_THE_LIST) > MOST_FILES:
            raise _too_many(self._name)
        return found


def _zip_members(archive: zipfile.ZipFile) -> Iterator[Member]:
    """Yield the files of a zip; those that cannot be meant say so when they are opened."""
    found = [info for info in archive.infolist() if not info.is_dir()]
    left = ceiling(os.fstat(archive.fp.fileno()).st_size) if archive.fp else 0
    taken = set[int]()
    for info in found:
        content: Callable[[], IO[bytes]] = partial(_unzipped, archive, info)
        if info.header_offset in taken:
            content = partial(_refuse, "it lies where another file of the archive lies")
        elif info.file_size > min(left, ceiling(info.compress_size)):
            told = f"{info.file_size / 1e6:,.0f} MB, more than {MOST_TIMES} times its size in the archive"
            content = partial(_refuse, f"it unpacks to {told}, or the archive as a whole does")
        else:
            left -= info.file_size
            taken.add(info.header_offset)
        yield Member(info.filename, info.file_size, content)


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return Unpacked(Unpacking(archive.open(info)))
    except RuntimeError as error:  # a password
        raise DamagedMember(f"{error}; unpack it first") from None
    except broken() as error:
        raise DamagedMember(f"{error}; get it again") from None


def _refuse(reason: str) -> IO[bytes]:
    raise DamagedMember(reason)


# --- tar ------------------------------------------------------------------------------------------------------


def _tar_files(path: Path) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    """Yield the files of a tar, which is streamed once.

    Raises:
        ArchiveError: it unpacks to more than anything does that was packed so small, or holds too many files.
    """
    most = ceiling(path.stat().st_size)
    with tarfile.open(path, "r|*") as archive:
        for number, info in enumerate(archive, 1):
            archive.members.clear()  # type: ignore[attr-defined]  # it keeps all that went by
            if number > MOST_FILES:
                raise _too_many(str(path))
            if info.isfile():
                if not info.issparse() and info.offset_data + info.size > most:
                    raise ArchiveError(
                        f"{path}: the archive unpacks to more than {most / 1e6:,.0f} MB, {MOST_TIMES} times its "
                        "size; nothing of it was read"
                    )
                yield info, archive


def _with_holes(info: tarfile.TarInfo) -> Member:
    """Name a file of which only parts lie in the tar: a few bytes could unpack to any number."""
    return Member(info.name, info.size, partial(_refuse, "a file with holes; pack it again without --sparse"))


def _unpacked(path: Path, folder: Path) -> Iterator[Member]:
    for number, (info, archive) in enumerate(_tar_files(path)):
        if info.issparse():
            yield _with_holes(info)
            continue
        place = folder / str(number)
        with place.open("wb") as waiting:
            shutil.copyfileobj(archive.extractfile(info), waiting)  # type: ignore[arg-type]
        yield Member(info.name, info.size, partial(opened, place))


def _tar(path: Path) -> Iterator[Member]:
    """Stream the tar; each file waits in a temporary file, since a packed stream cannot step back."""
    for info, archive in _tar_files(path):
        if info.issparse():
            yield _with_holes(info)
            continue
        with tempfile.NamedTemporaryFile() as waiting:
            shutil.copyfileobj(archive.extractfile(info), waiting)  # type: ignore[arg-type]
            waiting.flush()
            yield Member(info.name, info.size, partial(opened, Path(waiting.name)))
