"""Lines that are read together give what each gives alone: values, lines, and reasons of what is set aside."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest

from connectors.kit.json_columns import LineColumns
from connectors.kit.json_files import line_rows
from influence.contract.records import SetAside
from influence.contract.testing import member_of

COLUMNS = {
    "id": "id",
    "time": "time",
    "actor": "actor",
    "to": "to",
    "targets": "mentions",
    "mentions": "mentions",
}
LISTS = frozenset({"to", "mentions", "targets"})


def singly(content: bytes) -> tuple[list[dict[str, Any]], list[SetAside], set[str]]:
    rows, aside, unused = [], [], set()
    for item in line_rows(member_of(content), frozenset(COLUMNS), LISTS):
        if isinstance(item, SetAside):
            aside.append(item)
            continue
        told = {COLUMNS.get(key, key): value for key, value in item.value.items()}
        unused |= told.keys() - set(COLUMNS.values())
        found = {key: value for key, value in told.items() if key in COLUMNS.values() and value is not None}
        rows.append(found | {"line": item.line})
    return rows, aside, unused


def together(content: bytes) -> tuple[list[dict[str, Any]], list[SetAside], set[str], int]:
    lines = LineColumns(COLUMNS, LISTS)
    rows, aside = [], []
    for item in lines.of(io.BytesIO(content)):
        if isinstance(item, SetAside):
            aside.append(item)
        else:
            rows += [
                {key: value for key, value in row.items() if value is not None} for row in item.to_pylist()
            ]
    return rows, aside, set(lines.unused), lines.one_by_one


def plain_lines(count: int, **more: Any) -> bytes:
    row = {"id": "a", "time": "2026-01-05T09:00:00Z", "actor": "x:1", "to": ["x:2"], **more}
    return b"".join(json.dumps(row | {"id": f"a{at}"}).encode() + b"\n" for at in range(count))


ODD_TEXTS = [
    *('""', '"a"', r'"a\"b\\c\n\/"', r'"\u00e9\ud83d\ude00"', r'"\ud83d"', r'"\ude00\ud83d"', r'"a\u0000b"'),
    *('"zażółć 😀"', '"tab\there"', r'"\x"', '"open', r'"\u12g4"', '"a;b; ;c"', '"\x7f\u2028"', r'"\u000A"'),
]
ODD_NUMBERS = [
    *(
        "0",
        "-0",
        "1",
        "-1",
        "1.0",
        "1.50",
        "1e5",
        "1E400",
        "9" * 400,
        "1767225600.123456",
        "0.1",
        "0.10",
        "01",
    ),
    *(
        "0.30000000000000004",
        "12345678901234567890",
        "1.",
        ".5",
        "-",
        "+1",
        "NaN",
        "Infinity",
        "-0.0",
        "0.00001",
    ),
    *("1234567890.12345", "0.0001", "1234567890123456", "4294967296.5", "3999999999.999999", "2.5e-3"),
]
ODD_VALUES = [
    *("null", "true", "false", "True", "[]", "{}", '["x:1"]', '["x:1", "x:2"]', '["x:1",null]', '[["x:1"]]'),
    *(
        '[1,true,""]',
        '["a",]',
        '{"a":1}',
        '{"a":1,}',
        '{"a":{"b":[1]}}',
        "[1 2]",
        '[{"a":"b"}]',
        "[" * 900 + "]" * 900,
    ),
]
ODD_KEYS = [
    "id",
    "time",
    "actor",
    "to",
    "targets",
    "mentions",
    "Time",
    "TO",
    "odd",
    "Odd",
    "nøkkel",
    "",
    " time ",
    r"i\u0064",
    "a.b(c",
]


def odd_line(dice: random.Random) -> str:
    """One line: mostly an object, often an odd one."""
    keys = ["id", "time", "actor", "to", "odd"]
    if dice.random() < 0.3:
        keys = dice.sample(ODD_KEYS, dice.randint(0, 6))
    if dice.random() < 0.1:
        keys.append(dice.choice(keys or ["id"]))
    space = dice.choice(["", "", "", " ", "\t"])
    pairs = []
    for key in keys:
        usual = '["x:1","x:2"]' if key.lower() in LISTS else '"x:1"'
        odd = dice.choice(dice.choice([ODD_TEXTS, ODD_NUMBERS, ODD_VALUES]))
        pairs.append(f'"{key}"{space}:{space}{odd if dice.random() < 0.15 else usual}')
    whole = "{" + space + f"{space},{space}".join(pairs) + space + "}" + space
    return dice.choice(
        [*[whole] * 40, whole[:-1], whole + ",", whole * 2, "", "  ", "[1]", "\ufeff" + whole, whole + "\f"]
    )


@pytest.mark.parametrize("seed", range(12))
def test_lines_together_give_what_each_gives_alone(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret
    lines = [odd_line(dice).encode("utf-8", "surrogatepass") for _ in range(300)]
    lines += [b'{"id":"\xff"}', b'{"id":"a\0b"}', b'{"id":"cut \xf0\x9f"}', b'\xed\xa0\x80{"id":"a"}']
    dice.shuffle(lines)
    content = dice.choice([b"", b"\xef\xbb\xbf"]) + dice.choice([b"\n", b"\r\n"]).join(lines)
    *found, one_by_one = together(content)
    assert list(singly(content)) == found
    assert one_by_one < len(lines)


@pytest.mark.parametrize(
    ("value", "column"),
    [
        (value, column)
        for value in (*ODD_TEXTS, *ODD_NUMBERS, *ODD_VALUES)
        for column in ("time", "to", "odd")
    ],
)
def test_a_value_on_every_line_is_what_it_is_on_one(value: str, column: str) -> None:
    content = "".join(f'{{"id": "a{at}", "{column}": {value}}}\n' for at in range(60)).encode()
    assert list(singly(content)) == list(together(content)[:3])


def test_no_line_of_a_clean_file_is_read_by_itself() -> None:
    more = plain_lines(1000, mentions=["x:3"], extra={"a": 1})
    numbers = b"".join(b'{"time": %d.%d0, "extra": 2.5, "actor": "x:1"}\n' % (at, at) for at in range(300))
    rows, aside, unused, one_by_one = together(plain_lines(3000) + more + numbers)
    assert (4300, [], {"extra"}, 0) == (len(rows), aside, unused, one_by_one)
    assert list(range(1, 4301)) == [row["line"] for row in rows]
    assert {"time": "299.2990", "actor": "x:1", "line": 4300} == rows[-1]


def test_an_object_that_is_not_used_does_not_hide_a_number_nor_give_one() -> None:
    lines = [b'{"time": {"time": 5}}', b'{"odd": {"time": 5}, "time": 6}', b'{"time": 7.50, "odd": 1}']
    rows, aside, _, one_by_one = together(b"".join(line + b"\n" for line in lines * 100))
    assert (["6", "7.50"], 100, 100) == ([row["time"] for row in rows[:2]], len(aside), one_by_one)


def test_only_the_odd_line_of_a_clean_file_is_read_by_itself() -> None:
    lines = plain_lines(2000).split(b"\n")
    lines[700] = b'{"id": 1.50, "id": 2}'
    lines[900] = b"{"
    rows, aside, _, one_by_one = together(b"\n".join(lines))
    assert (1999, [901], 2) == (len(rows), [one.line for one in aside], one_by_one)
    assert {"id": "2", "line": 701} == rows[700]


def test_lines_of_many_shapes_are_read_for_good_in_any_order() -> None:
    dice = random.Random(5)  # noqa: S311 - no secret
    keys = ["id", "time", "actor", *(f"k{n}" for n in range(6))]
    content = b"".join(
        json.dumps(dict.fromkeys(dice.sample(keys, len(keys)), "v")).encode() + b"\n" for _ in range(400)
    )
    rows, aside, unused, _ = together(content)
    assert (400, [], set(keys[3:])) == (len(rows), aside, unused)
