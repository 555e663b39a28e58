"""The folder of a workspace: which of its files name a person, and those taken away that may be made anew."""

from __future__ import annotations

import base64
import binascii
import html
import io
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

from influence.contract import durably
from influence.contract.files import ArchiveError, zip_of
from influence.rights.traces import Traces

_MOST = 256 << 20
"""Bytes of a file that is looked into."""
_OPAQUE = frozenset(
    (".pdf", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".parquet", ".arrow", ".7z", ".xz", ".gz")
)
"""Files whose letters stand nowhere as such."""
_PACKED = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")
"""How a page holds what its script reads: packed, in base 64."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""What stands in no text but one in UTF-16: a database, an archive, a picture, whatever its name."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MAIL = frozenset((".eml", ".mbox"))
NAMES_THEM, CLOSED = "names them", "cannot be looked into"
_LISTS = ("brand", "voices", "spheres", "teams", "audiences", "topics", "campaigns", "purpose")


@dataclass(frozen=True)
class Held:
    """A file of the folder, and why it may hold somebody."""

    file: Path
    why: str


def naming(folder: Path, traces: Traces, but: Sequence[Path] = ()) -> list[Held]:
    """List the files below a folder that name somebody, or that nobody can look into; those in `but` are left out."""
    apart = {file.resolve() for file in but}
    found = []
    for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if file.is_file() and not file.is_symlink() and file.resolve() not in apart:
            why = _why(file, folder, traces)
            found += [Held(file, why)] if why else []
    return found


def _why(file: Path, folder: Path, traces: Traces) -> str:
    told = str(file.relative_to(folder))
    plain = " ".join(re.split(r"[\W_]+", told))
    if traces.names_them(told) or traces.names_them(plain):
        return NAMES_THEM
    try:
        if file.suffix.lower() in _OPAQUE or file.stat().st_size > _MOST:
            return CLOSED
        content = file.read_bytes()
        told_in = (*_texts(content), *(_written(content) if file.suffix.lower() in _MAIL else ()))
        if any(map(traces.stands_in, told_in)):
            return NAMES_THEM
        return CLOSED if _is_closed(content) else ""
    except (OSError, ArchiveError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return CLOSED


def _is_closed(content: bytes) -> bool:
    """Whether a file holds more than its letters say: it is no text, and no archive that was looked into."""
    if zipfile.is_zipfile(io.BytesIO(content)) or content.startswith(_UTF_16):
        return False
    return _NO_TEXT.search(content) is not None


def _written(content: bytes) -> Iterator[str]:
    """Yield what the parts of a mail say, which its letters hold in base 64 or broken into lines."""
    for part in message_from_bytes(content).walk():
        held = part.get_payload(decode=True)
        if isinstance(held, bytes):
            yield from _texts(held)


def _texts(content: bytes) -> Iterator[str]:
    """Yield what a file says, as it stands and with what is written as a number; of an archive each of its files."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zip_of(io.BytesIO(content), "") as archive:
            for member in archive.infolist():
                if member.file_size <= _MOST:
                    yield member.filename
                    yield from _texts(archive.read(member))
        return
    for coding in ("utf-8", "utf-16-le"):
        text = content.decode(coding, "ignore")
        yield text
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), html.unescape(text))
    for packed in _PACKED.findall(content):
        with suppress(binascii.Error, zlib.error):
            yield zlib.decompress(base64.b64decode(packed)).decode("utf-8", "ignore")


def taken_away(files: Sequence[Path]) -> int:
    """Take files away, and return how many went; one that is gone already is no error.

    Raises:
        OSError: one may not be taken away.
    """
    gone = 0
    for file in files:
        with suppress(FileNotFoundError):
            file.unlink()
            gone += 1
    return gone


def emptied(folder: Path) -> int:
    """Take away all that lies in a folder of what may be made or sent anew, and return how many files that were."""
    files = sum(len(names) for _, _, names in os.walk(folder))
    shutil.rmtree(folder, ignore_errors=True)
    return files


def unlisted(settings: Path, traces: Traces) -> int:
    """Take somebody out of the lists of the settings, and return from how many; all else stays as a person wrote it.

    Raises:
        OSError: they cannot be written.
    """
    import tomlkit  # the command line must not wait for it

    if not settings.exists():
        return 0
    document: Any = tomlkit.parse(settings.read_text(encoding="utf-8"))
    changed = sum(_unlist(document[name], traces) for name in _LISTS if isinstance(document.get(name), dict))
    if changed:
        durably.replace(settings, tomlkit.dumps(document))
    return changed


def _unlist(section: Any, traces: Traces) -> int:
    changed = 0
    for key in list(section):
        if traces.is_one(key):
            del section[key]
            changed += 1
        elif isinstance(section[key], dict):
            changed += _unlist(section[key], traces)
        elif isinstance(section[key], list):
            places = [place for place, one in enumerate(section[key]) if _means(one, traces)]
            for place in reversed(places):
                del section[key][place]
            changed += bool(places)
    return changed


def _means(one: object, traces: Traces) -> bool:
    return isinstance(one, str) and (traces.is_one(one) or traces.names_them(one))
