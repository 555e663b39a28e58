"""A process that writes each folder of an Outlook data file as an mbox; `outlook` runs it, as a library in C reads it.

`list.txt` beside them names the folders (`# NUMBER NAME`) and what was set aside (`! reason`).
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.kit.text import clean
from connectors.mail import outlook_items as items
from connectors.mail.outlook_items import Item, Value

_DEEPEST = 50
_LONGEST = 4 * 1024 * 1024
_SINCE = datetime(1601, 1, 1, tzinfo=UTC)
_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


def write_folders(source: Path, into: Path) -> None:
    """Write the folders of a data file.

    Raises:
        OSError: it is damaged.
    """
    import pypff

    data = pypff.file()
    data.open(str(source))
    listed: list[str] = []
    aside: Counter[str] = Counter()
    for number, (name, folder) in enumerate(_folders(data.get_root_folder(), "", 0)):
        path = into / str(number)
        with path.open("wb") as mbox:
            for mail in _mails(folder, aside):
                mbox.write(b"From - \n" + _FROM.sub(rb">\1", mail.replace(b"\r\n", b"\n")) + b"\n\n")
        if path.stat().st_size:
            listed.append(f"# {number} {clean(name, 500)}")
        else:
            path.unlink()
    listed += [f"! {count:,} times {why}" if count > 1 else f"! {why}" for why, count in aside.items()]
    (into / "list.txt").write_text("\n".join(listed), encoding="utf-8")


def _folders(folder: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    for below in folder.sub_folders:
        name = f"{path}{(below.name or 'folder').replace('/', '-')}"
        yield name, below
        if depth < _DEEPEST:
            yield from _folders(below, f"{name}/", depth + 1)


def _mails(folder: Any, aside: Counter[str]) -> Iterator[bytes]:
    for place in range(folder.number_of_sub_messages):
        try:
            item = _item(folder.get_sub_message(place))
        except (OSError, ValueError, AttributeError, UnicodeError):
            aside["an item is damaged"] += 1
            continue
        if why := items.no_mail(item):
            aside[why] += 1
        else:
            yield items.as_mail(item)


def _item(message: Any) -> Item:
    properties = {
        number: value
        for record in _records(message)
        for number, value in _values(record, items.PROPERTIES).items()
    }
    table = message.recipients if hasattr(message, "recipients") else None
    told = (_values(record, items.RECIPIENT) for record in _records(table)) if table is not None else ()
    return Item(properties, [items.recipient(one) for one in told])


def _records(item: Any) -> Iterator[Any]:
    yield from (item.get_record_set(place) for place in range(item.number_of_record_sets))


def _values(record: Any, wanted: frozenset[int]) -> dict[int, Value]:
    found: dict[int, Value] = {}
    for place in range(record.number_of_entries):
        entry = record.get_entry(place)
        if entry.entry_type in wanted and (value := _value(entry)) is not None:
            found.setdefault(entry.entry_type, value)
    return found


def _value(entry: Any) -> Value | None:
    if entry.value_type in items.TEXTS:
        return str(entry.get_data_as_string())[:_LONGEST]
    data: bytes = entry.get_data() or b""
    if entry.value_type == items.TIME:
        return _SINCE + timedelta(microseconds=int.from_bytes(data[:8], "little") // 10)
    if entry.value_type == items.NUMBER:
        return int.from_bytes(data[:4], "little")
    return data[:4000]


if __name__ == "__main__":
    try:
        write_folders(Path(sys.argv[1]), Path(sys.argv[2]))
    except (OSError, ValueError, ImportError):
        sys.exit(1)
