"""What holds for every connector: found by its entry point, tried on its payloads and on hostile files."""

from __future__ import annotations

import io
import re
import socket
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.connector import ConnectorError
from influence.contract.files import Member
from influence.contract.records import Activity, Encounter, Person, Record, Rows, SetAside
from influence.contract.testing import (
    HOSTILE,
    ConnectorClaims,
    HostileClaims,
    PayloadClaims,
    Remembered,
    member_of,
)
from tests.kit.connector_records import connector, connectors, payloads, reads_files, recognised_by
from tests.kit.places import PAYLOADS, SHARED

NAMES = [one.name for one in connectors()]


def _rows(records: list[Record]) -> int:
    """Count the rows that the records stand for; claims on people and notes are none."""
    tables = sum(len(record.table) for record in records if isinstance(record, Rows))
    return tables + sum(isinstance(record, Activity | Encounter | SetAside) for record in records)


@pytest.fixture
def _named(request, name):
    """Hand a claim the connector of that name."""
    request.instance.connector = connector(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("_named")
class TestEveryConnector(ConnectorClaims):
    def test_has_the_name_of_its_entry_point_and_a_payload(self, name: str) -> None:
        assert name == self.connector.name
        assert any((PAYLOADS / name).glob("*.expected.json"))


LIVE = [one.name for one in connectors() if callable(getattr(one, "fetch", None))]


@pytest.mark.parametrize("name", LIVE)
def test_a_live_connector_says_what_a_person_must_know(name: str) -> None:
    one: Any = connector(name)
    for told in (one.reads, one.revoke, *filter(None, [getattr(one, "beforehand", "")])):
        assert re.fullmatch(r"[A-Z][^\n]{10,1000}\.", told), told
    options = {field.name for field in fields(one)}
    assert set(getattr(one, "required", ())) <= options
    assert all(isinstance(secret, str) for secret in (*one.secrets, *getattr(one, "given", ())))
    assert callable(one.signed_in_as)


@pytest.mark.parametrize("name", LIVE)
def test_what_is_required_is_asked_for_before_anything_is_sent(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reached(*_: object) -> None:
        raise AssertionError("a service is looked for")

    monkeypatch.setattr(socket.socket, "connect", reached)
    monkeypatch.setattr(socket, "getaddrinfo", reached)
    one: Any = connector(name)
    if getattr(one, "required", ()):
        for ask in (lambda: one.signed_in_as(Remembered()), lambda: list(one.fetch({}, Remembered()))):
            with pytest.raises(ConnectorError):
                ask()


@pytest.fixture
def _of_payload(request, path):
    """Hand a claim a payload and the connector whose it is."""
    request.instance.payload, request.instance.connector = path, connector(path.parent.name)


@pytest.mark.parametrize("path", payloads(), ids=lambda path: f"{path.parent.name}-{path.name}")
@pytest.mark.usefixtures("_of_payload")
class TestEveryPayload(PayloadClaims):
    def test_is_recognised_by_one_connector_whatever_its_name(self, path: Path) -> None:
        member = member_of(path.read_bytes(), "unnamed")
        expected = [path.parent.name] if reads_files(self.connector) else []
        assert expected == recognised_by(member) or (not expected and len(recognised_by(member)) == 1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_read_or_refused_in_a_sentence(name: str, content: bytes) -> None:
    claims = HostileClaims()
    claims.connector, claims.hostile = connector(name), {"this": content}  # type: ignore[misc]
    claims.test_a_hostile_file_is_read_or_refused_in_a_sentence()


@pytest.mark.parametrize("name", ["activities", "people", "encounters", "ties", "mail-log", "chart", "mail"])
@settings(max_examples=25, deadline=None)
@given(noise=st.binary(max_size=400))
def test_noise_after_a_good_beginning_loses_no_good_row(name: str, noise: bytes) -> None:
    first = next(path for path in payloads() if path.parent.name == name)
    beginning = first.read_bytes()
    good = _rows(list(connector(name).parse(member_of(beginning))))
    people = sum(isinstance(r, Person) for r in connector(name).parse(member_of(beginning)))
    records = list(connector(name).parse(member_of(beginning + b"\n" + noise)))
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
    "instagram": {"facebook-export"},  # a conversation alone may be of either: the user is asked
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
    taken = [path.name for path in foreign if _takes(name, member_of(path))]
    assert [] == taken
    assert len(foreign) > 100


def _takes(name: str, member: Member) -> bool:
    one = connector(name)
    return reads_files(one) and one.recognises(member, member.head())
