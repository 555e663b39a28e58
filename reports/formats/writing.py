"""Writing a file whole or not at all."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from influence.contract import durably
from influence.contract.errors import InfluenceError


def write_whole(path: Path, held: str | bytes) -> Path:
    """Write a text as UTF-8, or bytes as they are, whole or not at all (`durably.whole`); readable by its owner only.

    Half a surrogate pair, which UTF-8 cannot hold, is written as its escape.

    Raises:
        OSError: the folder is missing or may not be written; whatever stood at `path` is untouched.
    """
    with durably.whole(path, durably.OWNER) as stream:
        stream.write(encodable(held).encode() if isinstance(held, str) else held)
    return path


_WHEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]{0,200}>)[^<]*")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def dateless(packed: bytes) -> bytes:
    """Pack an office document again without the time at which it was made: the same report gives the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as made, zipfile.ZipFile(stream, "w") as again:
        for info in made.infolist():
            part = made.read(info)
            if info.filename.endswith(".xlsx"):
                part = dateless(part)
            if info.filename == "docProps/core.xml":
                part = _WHEN.sub(rb"\g<1>1980-01-01T00:00:00Z", part)
            again.writestr(zipfile.ZipInfo(info.filename, _LONG_AGO), part, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


class CannotWrite(InfluenceError):
    """A report that cannot be given out in a format, in one sentence that names the cure."""


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Import what an extra of this package brings.

    Raises:
        CannotWrite: it is not installed; the sentence holds the command that installs it.
    """
    try:
        yield
    except ModuleNotFoundError:
        raise CannotWrite(f"{what} need: pip install 'networked-influence[{extra}]'") from None


def encodable(text: str) -> str:
    r"""Return a text as UTF-8 can hold it: half a surrogate pair as its escape.

    >>> encodable("Ada \ud800")
    'Ada \\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode()
