"""How much of an answer is read, and for how long: limits that hold while it comes, not after."""

from __future__ import annotations

import random
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.kit.text import clean
from influence.contract.connector import ConnectorError, RateLimited

CONNECTING, SILENT = 10.0, 30.0
"""Seconds in which a service must take the connection, and say something more."""
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of the largest answer of a service that is read, unpacked."""
LONGEST_ANSWER = 300.0
"""Seconds in which an answer must be whole."""
LONGEST_WAIT = 120.0
"""Seconds: a service that asks to wait longer ends the fetch, which goes on from its cursor next time."""
TRIES = 5
PACKED = "gzip"
"""How an answer may be packed, and what a service is told of it."""
_PIECE = 64 * 1024
"""Bytes that are unpacked at once: a small piece may hold a thousand times its size."""


def within(
    pieces: Iterable[bytes],
    host: str,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[bytes]:
    """Pass on the pieces of an answer as they come.

    Raises:
        ConnectorError: there are more bytes than LARGEST_ANSWER, or it takes more seconds than LONGEST_ANSWER.

    >>> b"".join(within([b"[", b"]"], "acme.example"))
    b'[]'
    """
    end, size = now() + LONGEST_ANSWER, 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise ConnectorError(
                f"{host} answers with more than {LARGEST_ANSWER // 1024 // 1024:,} MiB; the rest is not read"
            )
        if now() > end:
            raise ConnectorError(
                f"{host} takes more than {LONGEST_ANSWER:.0f} seconds for one answer; try later"
            )
        yield piece


def unpacked(pieces: Iterable[bytes], how: str | None, host: str) -> Iterator[bytes]:
    """Unpack an answer a little at a time; `how` is its Content-Encoding.

    Raises:
        ConnectorError: it is packed in another way than was asked for, or is damaged.

    >>> from gzip import compress
    >>> b"".join(unpacked([compress(b"[1]")], "gzip", "acme.example"))
    b'[1]'
    """
    if (how or "").strip().lower() in {"", "identity"}:
        yield from pieces
        return
    if str(how).strip().lower() != PACKED:
        raise ConnectorError(
            f"{host} packs its answer in a way that was not asked for ({clean(str(how), 40)})"
        )
    unpacking = zlib.decompressobj(wbits=31)  # gzip
    try:
        for piece in pieces:
            rest = piece
            while rest:
                yield unpacking.decompress(rest, _PIECE)
                rest = unpacking.unconsumed_tail
        yield unpacking.flush()
        whole = unpacking.eof
    except zlib.error:
        whole = False
    if not whole:
        raise ConnectorError(f"{host} gives an answer that cannot be unpacked; try later")


@contextmanager
def deadline(sockets: Callable[[], Iterable[Any]], host: str) -> Iterator[None]:
    """Hang up where what is done here takes too long: a time-out alone begins anew with every byte.

    Raises:
        ConnectorError: it took more seconds than LONGEST_ANSWER.
    """
    seconds, late = LONGEST_ANSWER, threading.Event()

    def hang_up() -> None:
        late.set()
        for one in list(sockets()):
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)

    watch = threading.Timer(seconds, hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    except Exception:
        if not late.is_set():
            raise
    finally:
        watch.cancel()
    if late.is_set():
        raise ConnectorError(f"{host} takes more than {seconds:.0f} seconds for one answer; try later")


def is_busy(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether to wait: too many requests (GitHub says 403 and that none is left), or the server fails."""
    if status == 403:
        return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return status == 429 or status >= 500


def pause(host: str, status: int, headers: Mapping[str, str], attempt: int, tries: int = TRIES) -> float:
    """Return the seconds to wait after a busy answer, the `attempt`th from 0 of so many.

    Raises:
        RateLimited: it asks to wait longer than `LONGEST_WAIT`, or this was the last attempt.

    >>> pause("acme.example", 429, {"retry-after": "7"}, 0)
    7.0
    """
    asked = asked_to_wait(headers)
    if status < 500 and (attempt == tries - 1 or (asked or 0) > LONGEST_WAIT):
        wait = asked or backoff(attempt)
        raise RateLimited(f"{host} asks to wait {wait:.0f} seconds; pull again after that", wait)
    return min(asked if asked is not None else backoff(attempt), LONGEST_WAIT)


def backoff(attempt: int) -> float:
    """Return the seconds to wait where the service says nothing: twice as long each time."""
    return float(2**attempt) + random.random()  # noqa: S311 - it only spreads the load


def asked_to_wait(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds to wait by `Retry-After` or `x-rate-limit-reset`; None where neither says.

    A moment is compared with the service's own `Date`: the clock of this machine may be off.

    >>> asked_to_wait({"retry-after": "7"}), asked_to_wait({"x-rate-limit-reset": "110"}, now=lambda: 100)
    (7.0, 10.0)
    >>> told = {"date": "Fri, 27 Nov 2026 10:00:00 GMT", "retry-after": "Fri, 27 Nov 2026 10:00:09 GMT"}
    >>> asked_to_wait(told)
    9.0
    """
    there = _moment(headers.get("date"))
    today = there if there is not None else now()
    moment = _moment(headers.get("retry-after"))
    found = (
        _number(headers.get("retry-after")),
        moment - today if moment is not None else None,
        _number(headers.get("x-ratelimit-reset-after")),
        *(_until(headers.get(name), today) for name in ("x-rate-limit-reset", "x-ratelimit-reset")),
    )
    seconds = next((one for one in found if one is not None), None)
    return None if seconds is None else max(0.0, seconds)


def _until(told: str | None, today: float) -> float | None:
    """Return the seconds until a moment in seconds since 1970, or (Reddit) the seconds themselves."""
    seconds = _number(told)
    if seconds is None:
        return None
    return seconds - today if seconds > 1e6 or today < 1e6 else seconds


def _number(told: str | None) -> float | None:
    try:
        seconds = float(told or "")
    except ValueError:
        return None
    return seconds if abs(seconds) < 1e12 else None


def _moment(told: str | None) -> float | None:
    try:
        return parsedate_to_datetime(told or "").timestamp()
    except (ValueError, OverflowError):
        return None
