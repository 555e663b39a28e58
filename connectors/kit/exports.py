"""Exports whose files belong together, read one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from connectors.kit.answers import ODD_SHAPES, told
from influence.contract.connector import ConnectorError
from influence.contract.files import Export, Member
from influence.contract.records import Record, SetAside
from influence.contract.unpacking import DAMAGED_MEMBER


def each_file(
    export: Export, names: Iterable[str], parse: Callable[[Member], Iterable[Record]]
) -> Iterator[tuple[str, Record]]:
    """Parse some files of an export one by one; a damaged one is set aside and the rest goes on."""
    for name in names:
        try:
            for record in parse(export.member(name)):
                yield name, record
        except ConnectorError as error:
            yield name, SetAside(str(error).removeprefix(f"{name}: "))
        except (*ODD_SHAPES, OSError, *DAMAGED_MEMBER) as error:
            yield name, SetAside(f"the file cannot be read: {told(error)}")


def name_in_zip(name: str) -> str:
    """Return the name that a file had before a zip that does not say so held it in UTF-8.

    Such names are read as code page 437, as the format has it; nearly no other text survives the way back.

    >>> name_in_zip("b\u251c\u255dro"), name_in_zip("b\u00fcro")
    ('b\u00fcro', 'b\u00fcro')
    """
    if name.isascii():
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return name
