"""A JSON document of any size: held a piece at a time, and read as if it were held whole."""

import json
import random
import re
import tracemalloc
from io import BufferedReader, BytesIO, RawIOBase

import pytest

from connectors.kit import json_window
from connectors.kit.answers import At, as_member, parsed
from connectors.kit.json_files import items, rows, search, values
from connectors.kit.json_window import Window
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside
from tests.kit.draws import draws

BY_PIECES = (1, 2, 3, 7, 64, 1 << 20)
ATOMS = [
    1,
    -2.5,
    12345678901234567890,
    True,
    None,
    "",
    'a\\"b',
    "å 😀 \ud83d",
    "]}{[",
    "two\nlines",
    "\u0000",
]


def drawn(draw, depth=0):
    kind = draw.random()
    if depth > 3 or kind < 0.4:
        return draw.choice(ATOMS)
    if kind < 0.7:
        return [drawn(draw, depth + 1) for _ in range(draw.randrange(4))]
    return {draw.choice("abcå"): drawn(draw, depth + 1) for _ in range(draw.randrange(4))}


@pytest.fixture(params=BY_PIECES)
def piece(request, monkeypatch):
    monkeypatch.setattr(json_window, "PIECE", request.param)
    return request.param


def test_any_document_is_read_as_if_it_were_held_whole(piece):
    draw = random.Random(piece)  # noqa: S311 - the same every time
    for _ in range(draws(40, 2000)):
        told = [drawn(draw) for _ in range(draw.randrange(6))]
        text = json.dumps(told, ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 1]))
        body = text.encode("utf-8", "surrogatepass")
        whole, named = parsed(json.dumps(told)), b"a.b = " if piece > 9 else b""
        assert whole == [one.value for one in values(as_member("page.js", named + body))], text
        beside = b'{"x": {"rows": [9]}, "y": "\\"rows\\": [8]", "rows" : ' + body + b', "z": 1}'
        assert whole == [one.value for one in items(as_member("page", beside), "rows")], text


BAD = {
    b"none": "is not JSON: Expecting value",
    b'{"a": nul}': "is not JSON: Expecting value",
    b'{"a": "two\nlines"}': "is not JSON: Invalid control character",
    b'{"a" 1}': "is not JSON: Expecting ':' delimiter",
    b'{"a": "\xff\xfe"}': "is not UTF-8, as JSON must be",
    b"[" * 900 + b"]" * 900: "is nested too deep",
    b'{"a": "\\x"}': "is not JSON: Invalid",
    b"": None,
}


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_value_costs_no_other_and_is_found_by_its_line_or_its_byte(bad):
    many = b'{"long": "' + b"x" * 3000 + b'"},'
    one_line = b"\xef\xbb\xbf[" + many + bad + b', {"a": 1}]'
    lines = b"[" + many + b"\n" + bad + b'\n, {"a": 1}]'
    for body, place in ((one_line, (1, f" (byte {len(many) + 4:,})")), (lines, (2, ""))):
        _, *odd, last = values(as_member("page", body))
        assert {"a": 1} == last.value
        if BAD[bad] is None:
            assert [] == odd
            continue
        [aside] = odd
        assert place[0] == aside.line
        assert aside.reason.endswith(place[1])
        assert aside.reason.startswith(f"the value {BAD[bad]}")


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    ("number", "read"), [(b"NaN", None), (b"1e400", None), (b"9" * 5000, None), (b"1" * 30, int("1" * 30))]
)
def test_numbers_that_no_reader_agrees_on_are_read_as_in_an_answer(number, read):
    body = b'[{"a": ' + number + b'}, {"a": 1, "a": 2}]'
    assert [{"a": read}, {"a": 2}] == [one.value for one in values(as_member("page", body))]


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    "cut",
    [
        b'[{"a": 1}, {"a": [2',
        b'[{"a": 1}, {"a": "x',
        b'[{"a": 1}, {"a": "x\\',
        b'[{"a": 1}, tru',
        b'[{"a": 1},',
    ],
)
def test_a_document_that_breaks_off_gives_what_came_before_and_says_where(cut):
    for reads in (values, rows):
        first, last = reads(as_member("page", cut))
        assert (At(1, {"a": 1}), 1) == (first, last.line)
        assert "cut off here" in last.reason or "breaks off" in last.reason


def test_a_value_beyond_the_limit_is_passed_over_and_the_next_is_read(piece, monkeypatch):
    monkeypatch.setattr(json_window, "LARGEST_VALUE", 2000)
    large = b'{"a": ["' + b'\\\\\\"]}' * 1000 + b'", {"b": []}]}'
    body = b"[1,\n" + large + b",\n" + large.replace(b":", b"", 1) + b', "' + b"x" * 9000 + b'", 2]'
    told = list(values(as_member("page", body)))
    if piece > 9000:  # all of it is there already, so that nothing is lost by reading it
        assert [1, 1, 2] == [told[0].value, len(told[1].value), told[-1].value]
        return
    assert [At(1, 1), At(3, 2)] == [told[0], told[-1]]
    assert [2, 3, 3] == [one.line for one in told[1:-1]]
    assert {"the value is larger than 0 MiB"} == {one.reason for one in told[1:-1]}


def test_a_list_is_found_as_a_key_of_the_document_not_in_a_text_or_deeper():
    body = b'{"a": "\\"rows\\": [1]", "b": {"rows": [2]}, "rows": [3], "rows": [4]} {"rows": 5} {"rows": [6]}'
    assert [3, 4, 6] == [one.value for one in items(as_member("page", body), "rows")]
    for other in (b'{"rows": {"a": 1}}', b'{"other": [1]}', b'"rows"', b"", b"{", b'{"rows'):
        with pytest.raises(Unreadable, match="page: the file should be a JSON list, or an object with the"):
            list(rows(as_member("page", other), "rows"))


@pytest.mark.usefixtures("piece")
def test_what_is_read_before_a_packed_file_turns_out_damaged_is_kept():
    class Damaged(BufferedReader):
        def read(self, size=-1):
            if self.tell() >= 30:
                raise OSError("the checksum is wrong")
            return super().read(min(size, 10))

    body = b'[{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}, {"a": 5}]'
    told = []
    with pytest.raises(OSError, match="checksum"):
        told.extend(
            values(Member("page", 50, lambda: Damaged(BytesIO(body))))
        )  # extend keeps what came before
    assert [{"a": 1}, {"a": 2}] == [one.value for one in told][:2]


class Endless(RawIOBase):
    """A list of so many small objects, none of which is kept."""

    def __init__(self, count):
        self.left, self.ready = count, b"[\n"

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self.ready and self.left:
            self.ready, self.left = b'{"a": "'.ljust(1000 - 5, b"x") + b'"},\n', self.left - 1
        place = memoryview(buffer)
        some, self.ready = self.ready[: len(place)], self.ready[len(place) :]
        place[: len(some)] = some
        return len(some)


def test_memory_does_not_grow_with_the_document():
    tracemalloc.start()
    peaks = []
    for count in (5_000, draws(40_000, 200_000)):
        tracemalloc.reset_peak()
        stream = Endless(count)
        read = sum(isinstance(one, At) for one in rows(Member("page", 0, lambda stream=stream: stream)))
        assert count == read
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0] < 20e6


def test_bytes_are_counted_as_they_stand_in_the_file():
    body = '\ufeff[1, "å\x00", '.encode() + b'"\xff\xff", 2]'
    window = Window(BytesIO(body))
    assert window.takes("[")
    places = []
    while not window.takes("]"):
        window.skip_space()
        places.append((window.byte, window.value()))
    assert [4, 7, 14, 20] == [place for place, _ in places]
    assert ["å\ufffd", 2] == [places[1][1].value, places[3][1].value]
    assert isinstance(places[2][1], SetAside)


@pytest.mark.usefixtures("piece")
def test_a_pattern_is_found_across_pieces():
    body = b"x" * 70_000 + b'"path": "a/b"' + b"y" * 70_000
    assert search(as_member("page", body), re.compile(rb'"path": "(.{1,9}?)"'))[1] == b"a/b"


@pytest.mark.parametrize("stray", ["}", ":", "]}"])
def test_where_no_value_begins_none_is_passed_over(stray):
    window = Window(BytesIO(stray.encode()))
    with pytest.raises(json_window.Damaged, match=r"is no value|has no end"):
        window.pass_over()
