"""Files that a page brings in: received piece by piece, read as an import reads them, and their copy taken away."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.language import listing, speaking, translated
from influence.contract.wording import plain
from reports.dashboard.asked import see
from reports.dashboard.desk import Desk
from reports.dashboard.door import ours
from reports.dashboard.sources import IMPORT
from reports.dashboard.work import Progress, Stopped

_LONGEST_WORD, _LONGEST_NAME, _NAMED = 1000, 200, 3
_HARMFUL = re.compile(r'[<>:"|?*\x00-\x1f]')


def receiving(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that takes files and begins to read them; it goes on when the page is closed."""

    async def endpoint(request: Request) -> Response:
        with speaking(desk.language):
            _may_bring(desk, request)
            desk.workspace.copies.mkdir(mode=0o700, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=desk.workspace.copies))
            try:
                files = await _received(request, folder)
                return _begin(desk, folder, files)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

    return endpoint


def _may_bring(desk: Desk, request: Request) -> None:
    """Refuse before anything is read.

    Raises:
        InfluenceError: nothing may be changed here, or a copy may not or cannot lie here.
        HTTPException: it is no form of ours, or does not say how long it is.
    """
    desk.open_to_all()
    desk.may_change()
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(403, "word")
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(413)
    if desk.workspace.settings.pseudonymous:
        raise InfluenceError(translated("This workspace holds no names, and a copy of a file would."))
    if 2 * int(length) > shutil.disk_usage(desk.workspace.path).free:
        raise InfluenceError(translated("This disk has no room for a copy of it."))
    _alone(desk)


def _alone(desk: Desk) -> None:
    if desk.works.running(IMPORT):
        raise InfluenceError(
            translated("Other files are being brought in. Send these again once that is done.")
        )


async def _received(request: Request, folder: Path) -> list[Path]:
    """Write the files of a form into a folder as they come.

    Raises:
        HTTPException: the form is not of this session, or is no form.
        InfluenceError: no file was chosen.
    """
    _, options = parse_options_header(request.headers["content-type"])
    form = _Form(options.get(b"boundary", b"-"), folder, lambda word: ours(request.scope["session"], word))
    try:
        async for chunk in request.stream():
            await run_in_threadpool(form.write, chunk)
        form.close()
    except FormParserError:
        raise HTTPException(400) from None
    finally:
        form.end()
    return form.files


class _Form:
    """A form while it comes: the word of its session first, then each file, written where it is to lie."""

    def __init__(self, boundary: bytes, folder: Path, admits: Callable[[str], bool]) -> None:
        self.files: list[Path] = []
        self._folder, self._admits, self._admitted = folder, admits, False
        self._word, self._header, self._said = bytearray(), bytearray(), bytearray()
        self._disposition, self._file, self._is_word = b"", None, False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._said.extend(data[start:end]),
                "on_header_end": self._headed,
                "on_headers_finished": self._open,
                "on_part_data": self._data,
                "on_part_end": self._part,
            },
        )

    _file: BinaryIO | None

    def write(self, chunk: bytes) -> None:
        """Take the next piece."""
        self._parser.write(chunk)

    def close(self) -> None:
        """Say that all of it came.

        Raises:
            HTTPException: no word came.
            InfluenceError: no file came.
        """
        self._parser.finalize()
        if not self._admitted:
            raise HTTPException(403, "word")
        if not self.files:
            raise InfluenceError(translated("No file was chosen."))

    def end(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._disposition, self._is_word = b"", False

    def _headed(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._said)
        self._header.clear()
        self._said.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename")
        self._is_word = name is None and options.get(b"name") == b"word"
        if name is None:
            return
        if not self._admitted:
            raise HTTPException(403, "word")
        if name:  # a field in which nothing was chosen sends a file without a name
            place = self._folder / str(len(self.files)) / harmless(name.decode("utf-8", "replace"))
            place.parent.mkdir()
            self._file = place.open("xb")
            self.files.append(place)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif self._is_word and len(self._word) + end - start <= _LONGEST_WORD:
            self._word.extend(data[start:end])

    def _part(self) -> None:
        self.end()
        if self._is_word:
            self._admitted = self._admits(self._word.decode("utf-8", "replace"))
            if not self._admitted:
                raise HTTPException(403, "word")


def harmless(name: str) -> str:
    r"""Return the name of a file without folders, and without what means something to a system or turns a line.

    >>> harmless("../../etc/passwd"), harmless("C:\\mail\\.a\nb.mbox"), harmless("..")
    ('passwd', 'a_b.mbox', 'file')
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(letter if letter.isprintable() else "_" for letter in _HARMFUL.sub("_", last))
    return shown.encode()[-_LONGEST_NAME:].decode(errors="ignore").strip(" .") or "file"


def _begin(desk: Desk, folder: Path, files: Sequence[Path]) -> Response:
    _alone(desk)  # somebody else may have sent some meanwhile
    names = [plain(file.name) for file in files]
    more = [translated("and {n} more").format(n=len(names) - _NAMED)] if len(names) > _NAMED else []
    title = translated("Bring in {files}").format(files=" ".join([listing(names[:_NAMED]), *more]))
    desk.works.start(IMPORT, title, lambda tell: _bring(desk, folder, files, tell))
    return see("/sources")


def _bring(desk: Desk, folder: Path, files: Sequence[Path], tell: Progress) -> list[str]:
    """Read each file as an import does, and return what became of it, line by line."""
    account: list[str] = []
    try:
        for file in files:
            size = _sized(file.stat().st_size)
            tell(f"{file.name}, {size}")
            account += (
                desk.said(line.replace(f"{file.parent}/", "")) for line in _read(desk, file, size, tell)
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        desk.changed()
    return account


def _sized(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"


def _read(desk: Desk, file: Path, size: str, tell: Progress) -> list[str]:
    try:
        done = desk.workspace.import_path(file, progress=tell)
    except Stopped:
        raise
    except InfluenceError as error:
        return [f"{file.name} ({size}): {str(error).removeprefix(f'{file}: ')}"]
    return [line for line, _ in done.lines(f"{file.name} ({size})")]
