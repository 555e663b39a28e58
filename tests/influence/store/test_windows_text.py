"""Text as programs of Windows save it is imported as other text is: UTF-16 with its mark or without, a line on top."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from influence import Workspace
from influence.contract.testing import member_of

LOG = "sender,recipient,time\nann@acme.example,bo@acme.example,2026-01-05T09:00:00Z\n"
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260105T090000Z\r\nLOCATION:Råd\r\n"
    "ORGANIZER:mailto:ann@acme.example\r\nATTENDEE:mailto:bo@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
ON_TOP = ["#TYPE System.Management.Automation.PSCustomObject", "sep=,", '"sep=,"', "\ufeffsep=,"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize(
    ("text", "count"),
    [(LOG, "SELECT count(*) AS n FROM activities"), (EVENT, "SELECT count(*) AS n FROM encounters")],
)
def test_wider_text_is_read_as_other_text_is(text: str, count: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    with Workspace.create(tmp_path / "work") as work:
        work.import_path(tmp_path / "a.txt")
        assert [{"n": 1}] == work.store.engine.arrow(count).to_pylist()


@pytest.mark.parametrize("line", ON_TOP)
def test_a_line_over_a_table_leaves_its_rows_their_numbers(line: str) -> None:
    read = member_of(f"{line}\r\n{LOG}".encode()).open().read()
    assert f"\n{LOG}".encode() == read


@pytest.mark.parametrize(
    "text", [LOG, "#Type,a\n1,2\n", "sep=;x\n", "sender;x\n", '<?xml version="1.0"?><a/>']
)
def test_other_text_stays_what_it_is(text: str) -> None:
    assert text.encode() == member_of(text.encode()).open().read()


ROWS = "sender,recipient,time\n" + "".join(
    f"ann@acme.example,bo{at * 7919 % 99991}@acme.example,2026-01-05T09:{at % 60:02d}:{at // 60 % 60:02d}Z\n"
    for at in range(3000)
)


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.zip"])
@pytest.mark.parametrize("beyond", [1, 2, 3])
def test_text_that_is_cut_within_a_character_loses_that_line_and_says_so(
    name: str, beyond: int, tmp_path: Path
) -> None:
    emoji = LOG.replace("bo@", "bo\U0001f389@") * 2
    whole = ("sender,recipient,time\n" + LOG.partition("\n")[2] + emoji.partition("\n")[2]).encode("utf-16")
    cut = whole[: whole.index("\U0001f389".encode("utf-16-le")) + beyond]
    packed(tmp_path / name, cut)
    with Workspace.create(tmp_path / "work") as work:
        done = work.import_path(tmp_path / name)
        assert (2, 1) == (done.summary.read, done.summary.stored)
        (row,) = work.store.engine.arrow("SELECT line, reason FROM quarantine").to_pylist()
        assert 3 == row["line"]


def packed(path: Path, content: bytes) -> None:
    """Write a file as it is, or packed as its ending says."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(content))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("log.csv", content)
    else:
        path.write_bytes(content)


def test_what_is_packed_and_cut_is_read_up_to_there_in_every_width(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16"):
        text = gzip.compress(ROWS.encode(encoding))
        (tmp_path / f"{encoding}.csv.gz").write_bytes(text[: len(text) * 2 // 3])
        with Workspace.create(tmp_path / encoding) as work:
            work.import_path(tmp_path / f"{encoding}.csv.gz")
            (there,) = work.store.engine.arrow("SELECT count(*) AS n FROM activities").to_pylist()
            assert 1_800 < there["n"] < 2_200, encoding
            (row,) = work.store.engine.arrow("SELECT reason FROM quarantine").to_pylist()
            assert "ended before the end-of-stream marker" in row["reason"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_chat_that_is_packed_and_cut_is_read_up_to_there(encoding: str, tmp_path: Path) -> None:
    lines = (
        f"[05.01.26, 09:{at // 60:02d}:{at % 60:02d}] Ann Lee: {at * 7919 % 99991}\n" for at in range(3000)
    )
    chat = "[05.01.26, 08:00:00] Ann Lee: \u200eMessages are end-to-end encrypted.\n" + "".join(lines)
    text = gzip.compress(chat.encode(encoding))
    (tmp_path / "chat.txt.gz").write_bytes(text[: len(text) * 2 // 3])
    with Workspace.create(tmp_path / "work") as work:
        work.import_path(tmp_path / "chat.txt.gz", zone="UTC", options={"dates": "day-first"})
        (there,) = work.store.engine.arrow("SELECT count(*) AS n FROM activities").to_pylist()
        assert 1_500 < there["n"] < 2_500


CALLS = (
    '<?xml version={q}1.0{q} encoding={q}{says}{q} standalone={q}yes{q} ?>\r\n<calls count="1">\r\n'
    '<call number="+4712345678" duration="3" date="1767603600000" type="2" contact_name="Bo Ök" />\r\n</calls>\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("says", ["UTF-16", "utf-16", "UTF-8"])
def test_xml_is_read_whatever_it_says_of_its_width(says: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "calls.xml").write_bytes(CALLS.format(q="'", says=says).encode(encoding))
    with Workspace.create(tmp_path / "work") as work:
        done = work.import_path(tmp_path / "calls.xml", options={"owner": "+4787654321"})
        assert (1, 1) == (done.summary.read, done.summary.stored)
        assert ["Bo Ök"] == [
            person.name for person in work.analysis.people.who if person.name.startswith("Bo")
        ]


def test_xml_in_another_narrow_coding_says_so_itself() -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?><a>\u00e9</a>'.encode("windows-1252")
    assert text == member_of(text).open().read()


def test_xml_that_became_narrow_keeps_its_lines() -> None:
    text = '<?xml version="1.0"\n encoding="UTF-16"?>\n<a/>\n'
    assert text.replace("UTF-16", "UTF-8").encode() == member_of(text.encode("utf-16")).open().read()
