"""Outlook's own files: an item that was saved (.msg), a data file (.pst, .ost). They become mail, and are read as such.

References: MS-OXMSG (.msg), MS-PST (.pst). The libraries: python-oxmsg (MIT), libpff-python (LGPL-3.0-or-later). The
latter is written in C and reads what anybody may have written, so it runs in a process of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import IO, ClassVar

from connectors.mail import outlook_items as items
from connectors.mail.files import Mail
from connectors.mail.outlook_items import Item, Value
from influence.contract.connector import MissingExtra, Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Record, SetAside
from influence.contract.unread_kinds import refusal

_OLE, _PST = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"!BDN"
_MSG_MARK = "__properties_version1.0".encode("utf-16-le")
_LARGEST_MSG = 512 * 1024 * 1024
_LONGEST = 6 * 3600
"""Seconds after which the reading of a data file is given up."""
_NAMES = {items.TIME: "date", items.NUMBER: "int", items.BYTES: "binary"} | dict.fromkeys(items.TEXTS, "str")
"""What the library calls the kinds of values."""


@dataclass(frozen=True)
class Outlook:
    """The mail of a file of Outlook; what else lies in it is set aside with its kind.

    `zone` and `trash` mean what they do for mail.
    """

    zone: str | None = None
    trash: str | None = None

    name: ClassVar[str] = "outlook"
    title: ClassVar[str] = "Outlook: mail in a data file (.pst, .ost), or saved by itself (.msg)"
    source: ClassVar[str] = (
        "In Outlook: File, Open & Export, Import/Export, Export to a file (.pst); or save as .msg."
    )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the first bytes, where the package that reads such a file is installed."""
        if head.startswith(_PST):
            return find_spec("pypff") is not None
        return _is_msg(head) and find_spec("oxmsg") is not None

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield what the mail in the file tells.

        Raises:
            Unreadable: it is no file of Outlook, or damaged.
            MissingExtra: the package that reads it is not installed.
        """
        head = member.head()
        if not (head.startswith(_PST) or _is_msg(head)):
            told = refusal(member.name, head)
            raise Unreadable(
                f"{member.name}: {told or 'this is neither a data file of Outlook nor an item of it'}"
            )
        if find_spec("pypff" if head.startswith(_PST) else "oxmsg") is None:
            raise MissingExtra(f"{member.name}: {refusal(member.name, head)}")
        if head.startswith(_PST):
            yield from self._data_file(member)
        else:
            yield from self._saved(member)

    def _saved(self, member: Member) -> Iterator[Record]:
        item = _msg_item(member)
        if why := items.no_mail(item):
            yield SetAside(why)
            return
        content = items.as_mail(item)
        yield from self._mail().parse(Member(member.name, len(content), partial(BytesIO, content)))

    def _data_file(self, member: Member) -> Iterator[Record]:
        with _unpacked(member) as (folders, told):
            yield from told
            if not folders:
                raise Unreadable(f"{member.name}: there is no mail in the data file")
            for folder, record in self._mail().parse_export(Export(member.name, folders)):
                # its line is one of the mbox between, which nobody sees
                yield SetAside(f"{folder}: {record.reason}") if isinstance(record, SetAside) else record

    def _mail(self) -> Mail:
        return Mail(zone=self.zone, trash=self.trash)


def _is_msg(head: bytes) -> bool:
    return head.startswith(_OLE) and _MSG_MARK in head


def _msg_item(member: Member) -> Item:
    """Read an item that was saved by itself.

    Raises:
        Unreadable: it is damaged.
    """
    from oxmsg import Message

    if member.size > _LARGEST_MSG:
        raise Unreadable(f"{member.name}: the item is larger than 512 MiB")
    with member.open() as stream:
        content = BytesIO(stream.read())
    try:
        message = Message.load(content)
        properties = _values(message.properties, items.PROPERTIES)
        recipients = [items.recipient(_values(one.properties, items.RECIPIENT)) for one in message.recipients]
    except Exception as error:  # the library raises whatever a damaged part leads it to
        raise Unreadable(f"{member.name}: the item is damaged ({type(error).__name__})") from None
    return Item(properties, recipients)


def _values(properties: object, wanted: frozenset[int]) -> dict[int, Value]:
    found: dict[int, Value] = {}
    for one in properties:  # type: ignore[attr-defined]
        if one.pid in wanted and (value := _value(properties, one.pid, one.ptyp)) is not None:
            found[one.pid] = value
    return found


def _value(properties: object, number: int, kind: int) -> Value | None:
    if kind not in _NAMES:
        return None
    value: Value | None = getattr(properties, f"{_NAMES[kind]}_prop_value")(number)
    return value


@contextmanager
def _unpacked(member: Member) -> Iterator[tuple[dict[str, Member], list[SetAside]]]:
    """Have another process write each folder of a data file as an mbox; give these, and what is no mail.

    Raises:
        Unreadable: the file is damaged, or the process ended badly.
    """
    with tempfile.TemporaryDirectory() as waiting:
        source, into = Path(waiting, "file"), Path(waiting, "folders")
        into.mkdir()
        with member.open() as stream, source.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        command = [sys.executable, "-m", "connectors.mail.outlook_folders", str(source), str(into)]
        try:
            ended = subprocess.run(command, capture_output=True, timeout=_LONGEST, check=False)  # noqa: S603 - our own
        except subprocess.TimeoutExpired:
            raise Unreadable(f"{member.name}: the file was not read within six hours") from None
        if ended.returncode:
            raise Unreadable(
                f"{member.name}: this is an Outlook data file (.pst or .ost), and it is damaged, or of a kind that is"
                " not read; get it again, or turn it into mbox with: readpst -r -o mail FILE"
            )
        listed = Path(into, "list.txt").read_text(encoding="utf-8").splitlines()
        aside = [SetAside(line[2:]) for line in listed if line.startswith("! ")]
        names = [line[2:].partition(" ") for line in listed if line.startswith("# ")]
        yield {f"{member.name}/{name}": _written(into / number, name) for number, _, name in names}, aside


def _written(path: Path, name: str) -> Member:
    def opened() -> IO[bytes]:
        return path.open("rb")

    return Member(name, path.stat().st_size, opened)
