"""Calls and short messages as SMS Backup & Restore and Super Backup write them on Android: XML, one element an entry.

Reference: SyncTech, Fields in XML Backup Files (synctech.com.au/sms-backup-restore/fields-in-xml-backup-files).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from connectors.chat.phone_entries import Entry, Way
from connectors.kit.line_blocks import BOM
from connectors.kit.text import clean
from connectors.kit.xml_elements import Element, elements
from influence.contract.files import Member
from influence.contract.records import SetAside

_ALL = re.compile(rb"<(?:smses|calls|allsms|alllogs)[\s>]")
_ONE = re.compile(rb"<(?:sms|mms|call|log)\s")
_CALLS: dict[str, Way | str] = {
    "1": Way.IN,
    "2": Way.OUT,
    "3": Way.IN,
    "4": Way.IN,
    "5": Way.IN,
    "6": "the caller was refused: the number is on the telephone's list of those",
}
"""Incoming, outgoing, missed, voicemail, rejected, refused."""
_TEXTS: dict[str, Way | str] = {
    "1": Way.IN,
    "2": Way.OUT,
    "3": "a draft that was never sent",
    "4": "a message that waits to be sent",
    "5": "a message that could not be sent",
    "6": "a message that waits to be sent",
}
_FROM, _TO = "137", {"151", "130", "129"}
_OWN = "insert-address-token"
_MEDIA = re.compile(rb"\sdata\s?=\s?[\"']")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
_UNKNOWN = frozenset(("(unknown)", "null", ""))
_CHUNK, _NAME = 64 * 1024, 16
"""Bytes that are read at once, and those in which the name of the field fits."""


def is_backup(head: bytes) -> bool:
    """Tell a backup by its outermost element and the fields of its first entry.

    >>> is_backup(b'<?xml version="1.0"?><calls count="1"><call number="+47" date="1" type="2"/></calls>')
    True
    >>> is_backup(b"<calls><call>none</call></calls>")
    False
    """
    found = _ALL.search(head[:_CHUNK])
    before = head[: found.start()].removeprefix(BOM).lstrip() if found else b""
    begins = found is not None and (not before or before.startswith(b"<"))
    fields = (b" date=", b" type=" if b"<mms" not in head else b" msg_box=")
    return begins and _ONE.search(head) is not None and all(name in head for name in fields)


def entries(member: Member) -> Iterator[Entry | SetAside]:
    """Yield each entry; one that says that nothing was sent is set aside with the reason."""
    light = replace(member, content=lambda: io.BufferedReader(_WithoutMedia(member.open())))
    for element in elements(light, frozenset(("sms", "mms", "call", "log"))):
        if isinstance(element, SetAside):
            yield element
            continue
        try:
            yield _multimedia(element) if element.tag == "mms" else _entry(element)
        except ValueError as reason:
            yield SetAside(str(reason), element.line)


def _way(ways: dict[str, Way | str], told: str | None) -> Way:
    way = ways.get(told or "")
    if isinstance(way, Way):
        return way
    raise ValueError(way or f"an entry of the type {clean(told or '', 20)!r}, which is not known")


def _entry(element: Element) -> Entry:
    told, is_call = element.attributes, element.tag in {"call", "log"}
    number = told.get("number" if is_call else "address") or ""
    return Entry(
        kind="call" if is_call else "text",
        when=told.get("date") or "",
        way=_way(_CALLS if is_call else _TEXTS, told.get("type")),
        others=(number,),
        names=_names(told.get("contact_name", told.get("name"))),
        text=None if is_call else told.get("body"),
        line=element.line,
    )


def _names(told: str | None) -> tuple[str, ...]:
    """Return the name of the contact."""
    name = clean(told or "", 200)
    return () if name.lower() in _UNKNOWN else (name,)


def _multimedia(element: Element) -> Entry:
    """Read a message of several parts: who sent it and to whom stands in it, the owner as a word or a number."""
    told = element.attributes
    way = _way(_TEXTS, told.get("msg_box"))
    addresses = [one for block in element.all("addrs") for one in block.all("addr")]
    listed = [(one.attributes.get("address") or "", one.attributes.get("type") or "") for one in addresses]
    sender = next((number for number, kind in listed if kind == _FROM and number != _OWN), "")
    to = [number for number, kind in listed if kind in _TO and number not in {_OWN, "", sender}]
    parts = [one for block in element.all("parts") for one in block.all("part")]
    text = "\n".join(
        one.attributes.get("text") or "" for one in parts if one.attributes.get("ct") == "text/plain"
    )
    whole = [one for one in (told.get("address") or "").split("~") if one and one != _OWN]
    others = [sender, *to] if way is Way.IN and sender else to or whole
    return Entry(
        kind="text",
        when=told.get("date") or "",
        way=way,
        others=tuple(dict.fromkeys(others)) or tuple(whole),
        names=_names(told.get("contact_name")) if len(others) == 1 else (),
        text=text or None,
        line=element.line,
    )


class _WithoutMedia(io.RawIOBase):
    """The file without the pictures in it, which stand as attributes of many megabytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._ready, self._tail, self._within = stream, b"", b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            chunk = self._stream.read(_CHUNK)
            if not chunk and not self._tail:
                return 0
            self._ready = self._light(self._tail + chunk, last=not chunk)
        piece, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def _light(self, chunk: bytes, *, last: bool) -> bytes:
        """Return a chunk without the letters of pictures in `data`; its end, which may be half a name, waits."""
        kept, self._tail = list[bytes](), b""
        while chunk:
            if self._within:
                chunk = chunk.lstrip(_BASE64)
                self._within = not chunk
            if found := _MEDIA.search(chunk):
                kept.append(chunk[: found.end()])
                self._within, chunk = True, chunk[found.end() :]
                continue
            end = len(chunk) if last else max(0, len(chunk) - _NAME)
            kept.append(chunk[:end])
            self._tail = chunk[end:]
            break
        return b"".join(kept)

    def close(self) -> None:
        self._stream.close()
        super().close()
