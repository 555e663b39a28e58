"""The claims that every connector and every measure keeps: a plug-in's tests take them over, and ours are the same.

For pytest: a class of your own test module that inherits the claims and says what they are about.

    class TestGuestBook(PayloadClaims, HostileClaims):
        connector = GuestBook()
        payload = Path("payloads/book.txt")  # beside it book.txt.expected.json: what `as_rows` gives

    class TestBell(LiveClaims):
        def make(self): return Bell(rings="rings.txt")

    class TestFirstHour(MeasureClaims):
        measure = staticmethod(first_hour)
        def egos(self): ...
"""

from __future__ import annotations

import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from influence.contract.connector import ConnectorError, Reply, Secret
from influence.contract.files import Member
from influence.contract.findings import Finding
from influence.contract.records import Activity, Encounter, Note, Record, Rows

SECRET = re.compile(r"(?i)(pwd=|passw|bearer |token=|api[_-]?key|secret|[?&](key|sig|auth)=)")
"""What smells of a secret that a recording or a record should not hold."""
PLACEHOLDER = "placeholder"
"""What stands for every secret in a test."""
HOSTILE: Mapping[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n  \n",
    "nul bytes": b"\0" * 1000,
    "utf-16": "time,actor,verb\n2026-01-05T09:00:00Z,x:1,post\n".encode("utf-16"),
    "latin-1": "time,actor,verb\n2026-01-05,x:1,æøå\n2026-01-05,x:1,æøå\n".encode("latin-1"),
    "half a parquet": b"PAR1" + b"\xff" * 100,
    "deep json": b'{"time":' + b"[" * 100_000 + b"\n",
    "html": b"<!doctype html><script>alert(1)</script>",
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "broken calendar": b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\nBEGIN:\n:\n;",
    "broken mail": b"From x Mon Jan  5 09:00:00 2026\n:\nFrom: <<<>>>,\nDate: =?x?q?=?=\n\n",
    "one long header": b"From: a@b.example\nTo: " + b"<" * 200_000 + b"\nDate: x\n\n",
}
"""Files that nobody wrote in good faith, or that broke on the way."""


def member_of(content: bytes | Path, name: str = "file") -> Member:
    """Make of bytes, or of a file on disk, the file that a connector is given.

    >>> member_of(b"time,actor").head()
    b'time,actor'
    """
    if isinstance(content, Path):
        return Member(content.name, content.stat().st_size, lambda: content.open("rb"))
    return Member(name, len(content), lambda: io.BytesIO(content))


def as_rows(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Write records as plain values, without what is empty, as they stand in an `.expected.json`.

    >>> from influence.contract.records import Deleted
    >>> as_rows([Deleted("mail:1", line=1)])
    [{'record': 'Deleted', 'id': 'mail:1', 'line': 1}]
    """
    return [{"record": type(record).__name__, **_values(record)} for record in records]


def _values(record: Record) -> dict[str, Any]:
    if isinstance(record, Rows):
        return {"kind": record.kind, "rows": [_kept(row) for row in record.table.to_pylist()]}
    return _kept(asdict(record))


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    plain = {key: _plain(value) for key, value in row.items()}
    return {key: value for key, value in plain.items() if value not in (None, [], False, "")}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def read_or_refused(connector: Any, member: Member) -> list[Record]:
    """Read a file whole; a refusal must be one sentence, and nothing else may be raised."""
    try:
        return list(connector.parse(member))
    except ConnectorError as error:
        refusal = str(error)
    assert re.fullmatch(r"[^\n\0]{20,600}", refusal), f"no sentence: {refusal!r}"
    return []


def _ids(records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        if isinstance(record, Activity | Encounter) and record.id:
            yield record.id
        elif isinstance(record, Rows) and "id" in record.table.column_names:
            yield from (value for value in record.table.column("id").to_pylist() if value)


class ConnectorClaims:
    """What holds for `connector` whatever it reads."""

    connector: Any

    def test_it_has_a_name_a_title_and_a_source(self) -> None:
        """A user is told what it reads, and how such a file is had."""
        assert self.connector.name
        assert self.connector.title
        assert self.connector.source.endswith("."), "the source is a sentence"


class PayloadClaims:
    """What holds when `connector` reads `payload`, a recording beside which its expected records stand."""

    connector: Any
    payload: Path

    def _read(self) -> list[Record]:
        return list(self.connector.parse(member_of(self.payload)))

    def test_it_is_read_as_expected(self) -> None:
        """The records are those that stand beside the payload."""
        expected = json.loads(self.payload.with_name(self.payload.name + ".expected.json").read_text("utf-8"))
        assert expected == as_rows(self._read())

    def test_it_is_read_the_same_twice(self) -> None:
        """Nothing hangs on what was read before."""
        assert as_rows(self._read()) == as_rows(self._read())

    def test_ids_are_unique_and_times_have_a_zone(self) -> None:
        """An id stands for one thing, and a moment is a moment everywhere."""
        records = self._read()
        ids = list(_ids(records))
        times = [r.time for r in records if isinstance(r, Activity | Encounter) and r.time is not None]
        assert len(set(ids)) == len(ids)
        assert all(time.utcoffset() is not None for time in times)

    def test_every_record_says_on_which_line_it_stands(self) -> None:
        """What is wrong with a row can be found in the file."""
        last = self.payload.read_bytes().count(b"\n") + 1
        for record in self._read():
            if isinstance(record, Rows):
                assert all(1 <= line <= last for line in record.table.column("line").to_pylist())
            elif not isinstance(record, Note):
                assert record.line is not None
                assert 1 <= record.line <= last

    def test_nothing_that_smells_of_a_secret_is_kept(self) -> None:
        """No token, key or password comes into the store."""
        assert SECRET.search(json.dumps(as_rows(self._read()))) is None

    def test_cut_off_anywhere_it_is_read_or_refused_in_a_sentence(self) -> None:
        """A download that broke loses what is missing, and no more."""
        content = self.payload.read_bytes()
        for end in range(0, len(content), max(1, len(content) // 40)):
            read_or_refused(self.connector, member_of(content[:end]))


class HostileClaims:
    """What holds when `connector` is given files that it should refuse."""

    connector: Any
    hostile: ClassVar[Mapping[str, bytes]] = HOSTILE

    def test_a_hostile_file_is_read_or_refused_in_a_sentence(self) -> None:
        """There is no traceback, whatever stands in a file."""
        for content in self.hostile.values():
            member = member_of(content)
            if hasattr(self.connector, "recognises"):
                self.connector.recognises(member, member.head())
            read_or_refused(self.connector, member)


class Remembered:
    """Secrets in memory, for tests: by name, or the placeholder.

    >>> known = Remembered(user="ann")
    >>> known.keep("token", "t-2")
    >>> known.get("user"), known.get("token"), known.get("password")
    ('ann', 't-2', 'placeholder')
    """

    def __init__(self, otherwise: str = PLACEHOLDER, **known: str) -> None:
        self.known, self._otherwise = known, otherwise

    def get(self, name: str) -> str:
        """Return a secret by its name."""
        return self.known.get(name, self._otherwise)

    def keep(self, name: str, value: str) -> None:
        """Keep a renewed secret."""
        self.known[name] = value


class LiveClaims(ABC):
    """What holds for a connector that pulls; `make` makes a fresh one, over a service that a test plays."""

    @abstractmethod
    def make(self) -> Any:
        """Make the connector anew."""

    def secret(self) -> Secret:
        """Return the secrets of the source: every one is the placeholder until another is kept."""
        return Remembered()

    def _replies(self, cursor: Mapping[str, Any]) -> Iterator[Reply]:
        return iter(self.make().fetch(cursor, self.secret()))

    def test_it_says_who_it_signed_in_as(self) -> None:
        """One line for a person, in which no secret stands."""
        who = self.make().signed_in_as(self.secret())
        assert re.fullmatch(r"[^\n\0]{2,200}", who), f"no line: {who!r}"
        assert PLACEHOLDER not in who

    def _rows(self, replies: Iterable[Reply]) -> set[str]:
        connector = self.make()
        rows = [row for reply in replies for row in as_rows(connector.parse(reply.member))]
        return {json.dumps(row, sort_keys=True) for row in rows}

    def test_something_is_fetched_and_every_cursor_can_be_kept(self) -> None:
        """A cursor is plain JSON: it comes back from the store as it went in."""
        replies = list(self._replies({}))
        assert replies
        for reply in replies:
            assert json.loads(json.dumps(reply.cursor)) == reply.cursor

    def test_a_fetch_that_is_cut_goes_on_where_it_stopped(self) -> None:
        """Cut after any reply and resumed, it brings what a whole one brings."""
        replies = list(self._replies({}))
        whole = self._rows(replies)
        for cut in range(1, min(len(replies), 6)):
            rest = self._replies(replies[cut - 1].cursor)
            assert whole == self._rows(replies[:cut]) | self._rows(rest), f"cut after {cut} replies"

    def test_no_secret_stands_in_a_reply_or_a_cursor(self) -> None:
        """What is kept may be shown to anybody who helps."""
        for reply in self._replies({}):
            with reply.member.open() as stream:
                assert PLACEHOLDER.encode() not in stream.read()
            assert PLACEHOLDER not in json.dumps(reply.cursor)


class MeasureClaims(ABC):
    """What holds for `measure`, a function of an ego, on each of the `egos` that a test makes."""

    measure: Callable[[Any], Mapping[str, Finding]]

    @abstractmethod
    def egos(self) -> Iterable[Any]:
        """Make the egos: of an ordinary log, of an empty one, of one without times. See `Workspace.ego`."""

    def _found(self) -> Iterator[tuple[str, Finding]]:
        for ego in self.egos():
            yield from self.measure(ego).items()

    def test_it_says_what_it_finds_and_finds_that(self) -> None:
        """`influence measures` tells before what a report shows after; a finding bears its own name."""
        said = set(getattr(self.measure, "finds", ()))
        assert said, "say it with the decorator `finds`"
        for name, finding in self._found():
            assert name in said
            assert name == finding.name

    def test_what_has_no_value_has_a_reason(self) -> None:
        """The report says why it cannot tell."""
        for _, finding in self._found():
            assert finding.value is not None or finding.reason

    def test_bounds_and_intervals_are_in_order(self) -> None:
        """No lower bound is above the upper one, and the value is not outside both."""
        for name, finding in self._found():
            if finding.low is not None and finding.high is not None:
                assert finding.low <= finding.high, name
                assert finding.value is None or finding.low - 1e-9 <= finding.value <= finding.high + 1e-9, (
                    name
                )
            if finding.interval is not None:
                assert finding.interval[0] <= finding.interval[1], name

    def test_a_finding_is_the_same_as_json_and_back(self) -> None:
        """Another program reads what this one wrote."""
        for name, finding in self._found():
            body = json.loads(json.dumps(finding.as_json(), allow_nan=False))
            assert body == json.loads(json.dumps(Finding.from_json(name, body).as_json()))
