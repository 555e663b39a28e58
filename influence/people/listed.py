"""A list of people as somebody keeps it: a text of one person a line, or a table with a column that says who."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from influence.contract.errors import InfluenceError

Entry = tuple[str, ...]
"""Somebody by each way in which a row names them: the first that is known here counts."""
_COLUMNS = (
    *("account", "accounts", "person", "id", "email", "e-mail", "mail", "address", "e-mail address"),
    *("email address", "handle", "user", "username", "name", "full name"),
)
"""Columns that say who it is, the surest first."""
_TABLES = {".csv": ",", ".tsv": "\t"}
_LARGEST = 10_000_000
"""Bytes: a list of people is no archive."""


class ListError(InfluenceError):
    """A list of people that cannot be read, in one sentence with the file and the line."""


def read_list(path: Path) -> list[Entry]:
    """Return the people whom a file names, each once: a line each, or a row each of a .csv or .tsv file.

    What follows a # at the beginning of a line is a comment. A table's first row may name its columns; without one its
    first column says who. A cell may name several accounts with semicolons.

    Raises:
        ListError: the file cannot be read, is too large, or names nobody.
    """
    text = _text(path)
    separator = _TABLES.get(path.suffix.lower())
    rows = _lines(text) if separator is None else _rows(path, text, separator)
    found = list(dict.fromkeys(rows))
    if not found:
        raise ListError(f"{path} names nobody: write one account, e-mail address or name a line")
    return found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ListError(f"{path} is larger than 10 MB: a list holds one person a line and nothing else")
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ListError(f"{path}, line {line} is not text in UTF-8") from error
    except OSError as error:
        raise ListError(f"{path} cannot be read: {error.strerror}") from error
    if "\0" in text:
        raise ListError(f"{path} is no text: write one account, e-mail address or name a line")
    return text


def _lines(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        said = line.strip()
        if said and not said.startswith("#"):
            yield (said,)


def _rows(path: Path, text: str, separator: str) -> Iterator[Entry]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, separator))
    wanted: Sequence[int] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if wanted is None:
                wanted = _columns(cells)
                if wanted:
                    continue
                wanted = (0,)
            entry = tuple(
                part.strip()
                for place in wanted
                if place < len(cells)
                for part in cells[place].split(";")
                if part.strip()
            )
            if entry:
                yield entry
    except csv.Error as error:
        raise ListError(f"{path}, line {reader.line_num} is not readable as a table: {error}") from error


def _delimiter(text: str, separator: str) -> str:
    """Return what parts the cells: a .csv file of many countries has semicolons."""
    first = text.partition("\n")[0]
    return ";" if separator == "," and first.count(";") > first.count(",") else separator


def _columns(cells: Sequence[str]) -> list[int]:
    """Return the columns that say who it is, the surest first; none where the row is no heading."""
    names = [cell.casefold() for cell in cells]
    return [names.index(name) for name in _COLUMNS if name in names]
