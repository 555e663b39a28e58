"""Rows that are read together are those that Python's own reader finds, one by one, with their lines."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.kit.csv_columns import RowColumns
from influence.contract.records import SetAside

NAMES = ["a", "b", "c"]
Row = tuple[int, list[str | None]]


def plainly(content: bytes, delimiter: str) -> tuple[list[Row], list[SetAside]]:
    """Read row by row: a row that is none costs its first line."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    texts = [(line.decode() if is_text(line) else "") + "\n" for line in lines]
    texts[-1:] = [texts[-1][:-1]] if lines[-1] else []
    rows: list[Row] = []
    aside: list[SetAside] = []
    at, header_seen = 0, False
    while at < len(texts):
        reader = csv.reader(iter(texts[at:]), delimiter=delimiter, strict=True)
        try:
            row = next(reader)
        except csv.Error:
            if header_seen:
                aside.append(SetAside("", at + 1))
            at, header_seen = at + 1, True
            continue
        bad = [line for line in range(at, at + reader.line_num) if not is_text(lines[line])]
        if header_seen and (bad or (row and len(row) != len(NAMES))):
            aside.append(SetAside("", at + 1))
        elif header_seen and row:
            rows.append((at + 1, [value or None for value in row]))
        header_seen = header_seen or bool(row)
        at += reader.line_num
    return rows, aside


def is_text(line: bytes) -> bool:
    try:
        return "\0" not in line.decode()
    except UnicodeDecodeError:
        return False


def read(content: bytes, delimiter: str = ",") -> tuple[list[Row], list[SetAside], int]:
    columns = RowColumns(len(NAMES), delimiter, dict(enumerate(NAMES)))
    rows: list[Row] = []
    aside = []
    for item in columns.of(io.BytesIO(content)):
        if isinstance(item, SetAside):
            aside.append(item)
        else:
            rows += [(row["line"], [row[name] for name in NAMES]) for row in item.to_pylist()]
    return rows, aside, columns.one_by_one


def odd_bytes(dice: random.Random, delimiter: str, oddity: float) -> Iterator[bytes]:
    """Rows of three values, mostly as the rules say."""
    plain = ["x:1", "2026-01-05", "", '""', '"a, b; c\td"', '"say ""so"""', '"two\nlines"', "æ"]
    odd = [
        '5" wide',
        ' "b"',
        '"b" ',
        '"open',
        'close"',
        '"',
        '"""',
        '"a"b"',
        "a\rb",
        "\0",
        "a\n",
        '"\r\n\r\n"',
        delimiter,
    ]
    for _ in range(dice.randint(1, 80)):
        values = [dice.choice(odd if dice.random() < oddity else plain) for _ in NAMES]
        raw = delimiter.join(values).encode()
        if dice.random() < oddity:
            raw = dice.choice(
                [b"", b"\r", raw + delimiter.encode(), raw[:-3], b"\xff" + raw, b"  ", raw + b"\r"]
            )
        yield raw


@pytest.mark.parametrize("oddity", [0.0, 0.003, 0.02, 0.2])
def test_rows_together_are_those_that_each_is_alone(oddity: float) -> None:
    dice = random.Random(oddity)  # noqa: S311 - no secret
    for _ in range(150):
        delimiter = dice.choice(",;\t")
        end = dice.choice([b"\n", b"\r\n"])
        content = delimiter.join(NAMES).encode() + end + end.join(odd_bytes(dice, delimiter, oddity))
        content = dice.choice([b"", b"\xef\xbb\xbf", b"\n"]) + content + dice.choice([b"", b"\n", b"\r\n"])
        rows, aside, _ = read(content, delimiter)
        assert plainly(content, delimiter) == (rows, [SetAside("", one.line) for one in aside])


def test_no_row_of_a_clean_file_is_read_by_itself() -> None:
    content = b"a,b,c\r\n" + b'1,"two\r\nlines, ""quoted""",\r\n\r\n2,,"x"\r\n' * 20_000
    rows, aside, one_by_one = read(content)
    assert (40_000, [], 0) == (len(rows), aside, one_by_one)
    assert [(2, ["1", 'two\r\nlines, "quoted"', None]), (5, ["2", None, "x"])] == rows[:2]
    assert (80_000 - 3 + 4, ["2", None, "x"]) == rows[-1]


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    good = b"1,2,3\n" * 40_000
    rows, aside, one_by_one = read(b"a,b,c\n" + good + b'1,2,"open\n' + good + b'1,2,"x, y"\n')
    assert (80_001, [40_002], 1) == (len(rows), [one.line for one in aside], one_by_one)
    assert "a quote opens here and is not closed" in aside[0].reason


def test_quotes_that_never_close_on_every_line_are_read_in_bounded_time() -> None:
    content = b"a,b,c\n" + b'a","b\n' * 20_000
    rows, aside, _ = read(content)
    assert rows == []
    assert list(range(2, 20_002)) == [one.line for one in aside]


def test_an_odd_row_of_a_clean_file_is_the_only_one_read_by_itself() -> None:
    rows, aside, one_by_one = read(
        b"a,b,c\n" + b'1,"2",3\n' * 500 + b'1,5" wide,3\n1,2\n' + b'1,"2",3\n' * 500
    )
    assert (1001, [503], 1) == (len(rows), [one.line for one in aside], one_by_one)
    assert "fields in the row: 2, in the header: 3" == aside[0].reason


def test_a_row_that_goes_on_in_the_next_block_is_whole(monkeypatch: Any) -> None:
    monkeypatch.setattr("connectors.kit.line_blocks.BLOCK", 50)
    content = b"a,b,c\n" + b'1,"two\nlines",3\n' * 100
    rows, aside, _ = read(content)
    assert ([], [(2 + 2 * n, ["1", "two\nlines", "3"]) for n in range(100)]) == (aside, rows)
