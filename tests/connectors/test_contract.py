"""What holds for every connector: found by its entry point, tried on its payloads and on hostile files."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.connector import Connector, ConnectorError
from influence.contract.files import Member
from influence.contract.records import Activity, Encounter, Note, Person, Record, Rows, SetAside
from tests.kit.connector_records import (
    bytes_member,
    connector,
    connectors,
    file_member,
    payloads,
    reads_files,
    recognised_by,
    told,
)
from tests.kit.places import SHARED

NAMES = [one.name for one in connectors()]
SECRET = re.compile(r"(?i)(pwd=|passw|bearer |token=|api[_-]?key|secret|[?&](key|sig|auth)=)")


def _ids(records: list[Record]) -> Iterator[str]:
    for record in records:
        if isinstance(record, Activity | Encounter) and record.id:
            yield record.id
        elif isinstance(record, Rows) and "id" in record.table.column_names:
            yield from (value for value in record.table.column("id").to_pylist() if value)


def _rows(records: list[Record]) -> int:
    """Count the rows that the records stand for; claims on people and notes are none."""
    tables = sum(len(record.table) for record in records if isinstance(record, Rows))
    return tables + sum(isinstance(record, Activity | Encounter | SetAside) for record in records)


@pytest.mark.parametrize("name", NAMES)
def test_a_connector_has_a_name_a_title_and_a_source(name: str) -> None:
    one = connector(name)
    assert name == one.name
    assert one.title
    assert one.source.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_a_connector_has_a_payload(name: str) -> None:
    assert name in {path.parent.name for path in payloads()}


@pytest.mark.parametrize("path", payloads(), ids=lambda path: f"{path.parent.name}-{path.name}")
class TestEveryPayload:
    def test_is_recognised_by_one_connector_whatever_its_name(self, path: Path) -> None:
        member = bytes_member(path.read_bytes(), "unnamed")
        expected = [path.parent.name] if reads_files(connector(path.parent.name)) else []
        assert expected == recognised_by(member) or (not expected and len(recognised_by(member)) == 1)

    def test_is_read_as_expected(self, path: Path) -> None:
        expected = json.loads(path.with_name(path.name + ".expected.json").read_text("utf-8"))
        assert expected == told(connector(path.parent.name).parse(file_member(path)))

    def test_is_read_the_same_twice(self, path: Path) -> None:
        one, member = connector(path.parent.name), file_member(path)
        assert told(one.parse(member)) == told(one.parse(member))

    def test_gives_ids_that_are_unique_and_times_that_have_a_zone(self, path: Path) -> None:
        records = list(connector(path.parent.name).parse(file_member(path)))
        ids = list(_ids(records))
        times = [r.time for r in records if isinstance(r, Activity | Encounter) and r.time is not None]
        assert len(set(ids)) == len(ids)
        assert all(time.utcoffset() is not None for time in times)

    def test_gives_every_record_the_line_on_which_it_stands(self, path: Path) -> None:
        last = path.read_bytes().count(b"\n") + 1
        for record in connector(path.parent.name).parse(file_member(path)):
            if isinstance(record, Rows):
                assert all(1 <= line <= last for line in record.table.column("line").to_pylist())
            elif not isinstance(record, Note):
                assert record.line is not None
                assert 1 <= record.line <= last

    def test_keeps_nothing_that_smells_of_a_secret(self, path: Path) -> None:
        records = list(connector(path.parent.name).parse(file_member(path)))
        assert SECRET.search(json.dumps(told(records))) is None

    def test_cut_off_anywhere_is_read_or_refused_in_a_sentence(self, path: Path) -> None:
        content = path.read_bytes()
        one = connector(path.parent.name)
        for end in range(0, len(content), max(1, len(content) // 40)):
            _read_or_refuse(one, bytes_member(content[:end]))


def _read_or_refuse(one: Connector, member: Member) -> list[Record]:
    try:
        return list(one.parse(member))
    except ConnectorError as error:
        refusal = str(error)
    assert re.fullmatch(r"[^\n\0]{20,600}", refusal)
    return []


HOSTILE = {
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


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_read_or_refused_in_a_sentence(name: str, content: bytes) -> None:
    member = bytes_member(content)
    if reads_files(connector(name)):
        connector(name).recognises(member, member.head())
    _read_or_refuse(connector(name), member)


@pytest.mark.parametrize("name", ["activities", "people", "encounters", "ties", "mail-log", "chart", "mail"])
@settings(max_examples=25, deadline=None)
@given(noise=st.binary(max_size=400))
def test_noise_after_a_good_beginning_loses_no_good_row(name: str, noise: bytes) -> None:
    first = next(path for path in payloads() if path.parent.name == name)
    beginning = first.read_bytes()
    good = _rows(list(connector(name).parse(bytes_member(beginning))))
    people = sum(isinstance(r, Person) for r in connector(name).parse(bytes_member(beginning)))
    records = list(connector(name).parse(bytes_member(beginning + b"\n" + noise)))
    read = _rows(records) + (sum(isinstance(r, Person) for r in records) if name == "chart" else 0)
    assert read >= good + (people if name == "chart" else 0)


class _LongLine(io.RawIOBase):
    """A beginning and then one line of 100 MB, made while it is read; it knows how much was asked for at once."""

    def __init__(self, beginning: bytes, end: bytes) -> None:
        super().__init__()
        self.beginning, self.end, self.left = io.BytesIO(beginning), io.BytesIO(end), 100_000_000

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self.beginning.read(len(buffer))
        if not piece and self.left:
            piece = b"x" * min(len(buffer), self.left)
            self.left -= len(piece)
        piece = piece or self.end.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize(
    ("name", "beginning", "end", "reason"),
    [
        (
            "activities",
            b"time,actor,verb\n2026-01-05T09:00:00Z,x:1,post\n",
            b"\n2026-01-05T09:00:00Z,x:2,post\n",
            "line 3 is longer than 32 MiB; write the file as Parquet",
        ),
        (
            "activities",
            b'{"time":1,"actor":"x:1","verb":"post"}\n{"time":"',
            b'"}\n{"time":1,"actor":"x:2","verb":"post"}\n',
            "line 2 is longer than 32 MiB; write the file as Parquet",
        ),
        (
            "mail",
            b"From a Mon Jan  5 09:00:00 2026\nFrom: a@b.example\nDate: Mon, 5 Jan 2026 09:00:00 Z\n\n",
            b"\n\nFrom a Mon Jan  5 09:00:00 2026\nDate: Mon, 5 Jan 2026 09:00:00 Z\n\n",
            "the message has no sender that can be read",
        ),
    ],
    ids=["csv", "json lines", "mbox"],
)
def test_a_line_of_100_mb_is_never_held_and_the_rows_after_it_are_read(
    name: str, beginning: bytes, end: bytes, reason: str
) -> None:
    import tracemalloc

    member = Member("long", 0, lambda: io.BufferedReader(_LongLine(beginning, end)))
    tracemalloc.start()
    records = list(connector(name).parse(member))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [reason] == [record.reason for record in records if isinstance(record, SetAside)]
    assert _rows(records) == (2 if name == "mail" else 3)
    assert peak < 80_000_000


OWN_RECORDINGS = {
    "facebook-page": {"facebook"},
    "linkedin": {"linkedin-export"},
    "microsoft": {"ms-graph", "ms-teams", "yammer"},  # the last holds one list of users of Graph
    "request-tracker": {"service-desk-rt"},
    "slack": {"slack", "slack-export"},
    "x": {"twitter-archive", "twitter-v1", "twitter-x-v2"},
}
"""Folders of recordings that belong to a connector of another name."""
OWN_ENDINGS = {"calendar": {".ics"}, "mail": {".mbox", ".eml"}, "vcard": {".vcf"}}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared recordings are not on this machine")
@pytest.mark.parametrize("name", NAMES)
def test_no_recording_of_another_system_is_taken_for_ones_own(name: str) -> None:
    folders, endings = OWN_RECORDINGS.get(name, {name}), OWN_ENDINGS.get(name, set())
    foreign = [
        path
        for path in (SHARED / "payloads").rglob("*.*")
        if path.suffix in {".json", ".html", ".ics", ".mbox", ".js", ".xml", ".vcf"} - endings
        and path.relative_to(SHARED / "payloads").parts[0] not in folders
    ]
    taken = [path.name for path in foreign if _takes(name, file_member(path))]
    assert [] == taken
    assert len(foreign) > 100


def _takes(name: str, member: Member) -> bool:
    one = connector(name)
    return reads_files(one) and one.recognises(member, member.head())
