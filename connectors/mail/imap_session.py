"""One signed-in IMAP connection (RFC 3501, 9051): only TLS, time-outs everywhere, and retries that are bounded.

The standard library's imaplib is enough: it has time-outs, and what it lacks (retries, folder names in
modified UTF-7, answers cut into messages) is here.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from connectors.kit.limits import LARGEST_ANSWER, deadline
from influence.contract.connector import Changed, ConnectorError, NotAuthorised

TIMEOUT = 60.0
"""Seconds that the server may take for any one answer."""
TRIES = 4
_Answer = TypeVar("_Answer")
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_FLAGS = re.compile(rb"\bFLAGS \(([^()]{0,2000})\)")
_LIST = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:\\.|[^"\\])*"|NIL) (?P<name>.*)', re.DOTALL)
_BUSY = re.compile(rb"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", re.IGNORECASE)
"""What a server that refuses for now says (RFC 5530): not that something is wrong with what was asked."""
_BROKEN = (imaplib.IMAP4.abort, OSError, EOFError)


@dataclass(frozen=True)
class Folder:
    """A folder that can be opened: its name as the server writes it, as people read it, and its marks."""

    raw: str
    shown: str
    flags: frozenset[str]


@dataclass(frozen=True)
class Fetched:
    """A message as the server holds it, and its marks (`\\\\draft`, `\\\\deleted`), lower-case."""

    raw: bytes
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Opened:
    """A folder that was opened: `validity` changes when its numbering starts anew; `count` messages."""

    validity: int
    count: int


class _Bounded(imaplib.IMAP4_SSL):
    """Reads no more of one answer than is held in memory; the standard library reads what the server announces."""

    def __init__(self, begun: Callable[[socket.socket], None], *given: Any, **more: Any) -> None:
        self._begun, self.left = begun, LARGEST_ANSWER
        super().__init__(*given, **more)

    def open(self, *given: Any, **more: Any) -> None:
        super().open(*given, **more)
        self._begun(self.sock)

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            largest = LARGEST_ANSWER // 1024 // 1024
            raise ConnectorError(f"{self.host} answers with more than {largest:,} MiB; the rest is not read")


@dataclass
class Session:
    """A connection that is made when it is needed, and made again where it breaks.

    Raises:
        NotAuthorised: the server does not accept the name and the password.
        ConnectorError: it cannot be reached, or not safely.
    """

    host: str
    port: int
    user: str
    password: str
    sleep: Callable[[float], None] = time.sleep
    _connection: Any = None
    _folder: str | None = None
    _sockets: list[socket.socket] = field(default_factory=list)

    def folders(self) -> list[Folder]:
        """List the folders that hold messages, in the order of their names."""
        lines = self._do(lambda imap: _good(imap.list(), "the list of folders"))
        found = (_folder(line) for line in lines)
        return sorted((one for one in found if one), key=lambda one: one.shown)

    def open(self, folder: Folder) -> Opened | None:
        """Open a folder for reading only; None where the server refuses it."""
        self._folder = None
        return self._do(lambda imap: self._select(imap, folder.raw))

    def uids(self, since: int) -> list[int]:
        """List the numbers of the messages after `since` in the open folder, ascending.

        One line each, since imaplib refuses lines longer than a million bytes.
        """
        lines = self._do(
            lambda imap: _good(imap.uid("FETCH", f"{since + 1}:*", "(UID)"), "the list of messages")
        )
        found = (_UID.search(_whole(line)) for line in lines if line)
        return sorted({uid for one in found if one and (uid := int(one[1])) > since})

    def messages(self, uids: list[int], body_bytes: int) -> dict[int, Fetched]:
        """Fetch the header and the beginning of the body of messages, without marking them as read."""
        items = f"(UID FLAGS BODY.PEEK[HEADER] BODY.PEEK[TEXT]<0.{body_bytes}>)"
        lines = self._do(
            lambda imap: _good(imap.uid("FETCH", ",".join(map(str, uids)), items), "the messages")
        )
        return dict(_messages(lines))

    def holds(self, message_id: str) -> bool:
        """Tell whether the open folder holds a message of that Message-ID (without its brackets)."""
        lines = self._do(
            lambda imap: _good(
                imap.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"'), "the search for a message"
            )
        )
        return any(re.search(rb"\d", line) for line in lines if isinstance(line, bytes))

    def close(self) -> None:
        """Sign out."""
        if self._connection is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                self._connection.logout()
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown()
            self._connection = None
        self._sockets.clear()

    def _do(self, ask: Callable[[Any], _Answer]) -> _Answer:
        """Ask the server; where the connection breaks connect again, up to three times."""
        for attempt in range(TRIES):
            try:
                with deadline(lambda: self._sockets, self.host):
                    imap = self._connected()
                    imap.left = LARGEST_ANSWER
                    return ask(imap)
            except ConnectorError:
                self._drop()
                raise
            except _BROKEN as error:
                self._drop()
                if attempt == TRIES - 1 or isinstance(error, ssl.SSLCertVerificationError):
                    raise ConnectorError(self._unreachable(error)) from error
                self.sleep(float(2**attempt))
            except imaplib.IMAP4.error as error:
                raise Changed(f"{self.host} answers what cannot be read: {_plain(error)}") from error
        raise AssertionError("the last try returns or raises")

    def _connected(self) -> Any:
        if self._connection is None:
            context = ssl.create_default_context()
            imap = _Bounded(self._sockets.append, self.host, self.port, ssl_context=context, timeout=TIMEOUT)
            self._connection = imap
            self._sign_in(imap)
            if self._folder is not None:
                self._select(imap, self._folder)
        return self._connection

    def _sign_in(self, imap: imaplib.IMAP4_SSL) -> None:
        told = f"\0{self.user}\0{self.password}".encode()
        try:
            if "AUTH=PLAIN" in imap.capabilities:
                imap.authenticate("PLAIN", lambda _: told)
            else:
                imap.login(self.user, self.password)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
            if _BUSY.search(str(error).encode()):
                raise imaplib.IMAP4.abort(_plain(error)) from None
            self._drop()
            raise NotAuthorised(
                f"{self.host} does not accept the password of {self.user}; many providers want an app password "
                "(see docs/connectors); connect again"
            ) from None

    def _select(self, imap: Any, raw: str) -> Opened | None:
        status, data = imap.select(_quoted(raw), readonly=True)
        if status != "OK":
            return None
        _, validity = imap.response("UIDVALIDITY")
        if not validity or validity[0] is None:
            raise Changed(f"{self.host} states no UIDVALIDITY of a folder: its messages cannot be followed")
        self._folder = raw
        return Opened(int(validity[0]), int(data[0] or 0))

    def _unreachable(self, error: Exception) -> str:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"{self.host} has no certificate that can be trusted ({error.verify_message}); nothing was sent"
        return f"{self.host} cannot be reached over TLS on port {self.port}: {_plain(error)}"


def _good(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    status, data = answer
    if status != "OK":
        told = b" ".join(line for line in data if isinstance(line, bytes))
        kind = imaplib.IMAP4.abort if _BUSY.search(told) else imaplib.IMAP4.error
        raise kind(f"{what} was refused ({status})")
    return [line for line in data if line is not None]


def _plain(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))[:200] or type(error).__name__


def _folder(line: Any) -> Folder | None:
    """Read a line of LIST; None for a folder that only holds others."""
    text, literal = line if isinstance(line, tuple) else (line, None)
    found = _LIST.match(text)
    if not found:
        return None
    flags = frozenset(found["flags"].decode("ascii", "replace").lower().split())
    name = literal if literal is not None else _unquoted(found["name"].strip())
    if {"\\noselect", "\\nonexistent"} & flags:
        return None
    return Folder(name.decode("ascii", "surrogateescape"), shown_name(name.decode("utf-8", "replace")), flags)


def _unquoted(name: bytes) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", name[1:-1]) if name[:1] == b'"' else name


def _quoted(raw: str) -> bytes:
    name = raw.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}"'.encode("ascii", "surrogateescape")


def shown_name(raw: str) -> str:
    """Read a folder's name in modified UTF-7 (RFC 3501, 5.1.3).

    >>> shown_name("M&APg-ten/R&AOU-d &- T")
    'Møten/Råd & T'
    """
    return re.sub(r"&([A-Za-z0-9+,]*)-", _shifted, raw)


def _shifted(found: re.Match[str]) -> str:
    packed = found[1].replace(",", "/")
    if not packed:
        return "&"
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be")
    except ValueError:
        return found[0]


def _whole(line: Any) -> bytes:
    return b" ".join(line) if isinstance(line, tuple) else bytes(line)


def _messages(lines: list[Any]) -> Iterator[tuple[int, Fetched]]:
    """Put together what imaplib gives in pieces: a tuple for each literal, and text around them."""
    told, parts = b"", {b"HEADER": b"", b"TEXT": b""}
    for line in lines:
        text, literal = line if isinstance(line, tuple) else (line, None)
        told += text
        found = re.search(rb"BODY\[(HEADER|TEXT)\][^\[]*$", text)
        if literal is not None and found:
            parts[found[1]] = literal
        if literal is None and text.endswith(b")"):
            if (uid := _UID.search(told)) and b"BODY[HEADER]" in told:
                whole = parts[b"HEADER"].rstrip(b"\r\n") + b"\r\n\r\n" + parts[b"TEXT"]
                yield int(uid[1]), Fetched(whole, _flags(told))
            told, parts = b"", {b"HEADER": b"", b"TEXT": b""}


def _flags(told: bytes) -> frozenset[str]:
    found = _FLAGS.search(told)
    return frozenset(found[1].decode("ascii", "replace").lower().split()) if found else frozenset()
