"""Large and hostile mail: cut and read in time that grows with its length, the same however it comes."""

from __future__ import annotations

import email
import io
from collections.abc import Callable
from email.message import Message as Letter
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from random import Random
from time import process_time

import pytest

from connectors.mail.files import Mail
from connectors.mail.headers import Message, body
from connectors.mail.mbox import LONGEST_BODY, RawMessage, messages
from influence.contract.records import Activity, Record, SetAside
from influence.contract.testing import member_of

SEPARATOR = b"From x Mon Jan  5 09:00:00 2026\n"
HEADER = b"From: ann@acme.example\nTo: bob@acme.example\nDate: Mon, 5 Jan 2026 09:00:00 +0100\n"
GOOD = SEPARATOR + HEADER + b"\nHello.\n\n"


class Dripping(io.BytesIO):
    """Gives a few bytes at a time, as packed files do."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 7, 7))


def read(*letters: bytes) -> list[Record]:
    return list(Mail().parse(member_of(b"".join(letters))))


def lines_read(records: list[Record]) -> list[int | None]:
    return [record.line for record in records if isinstance(record, Activity)]


def nested(depth: int) -> bytes:
    inside = b"Content-Type: text/plain\n\nHello\n"
    for number in range(depth):
        mark = b"b%d" % number
        inside = b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n%s--%s--\n" % (
            mark,
            mark,
            inside,
            mark,
        )
    return SEPARATOR + HEADER + inside + b"\n"


def test_a_letter_whose_parts_lie_too_deep_is_set_aside_and_the_others_are_read() -> None:
    records = read(GOOD, nested(1000), GOOD, nested(20))
    assert ["the parts of the message are nested too deep"] == [
        record.reason for record in records if isinstance(record, SetAside)
    ]
    assert 3 == len(lines_read(records))


@pytest.mark.parametrize(
    "field",
    [
        b"Content-Type: multipart/mixed" + b"; a=b" * 100_000,
        b'Content-Type: multipart/mixed; boundary="' + b'\\"' * 100_000,
        b"To: " + b"(" * 400_000,
        b"To: " + b"a@b.example, " * 40_000,
        b"X-To: " + b"a <b>, " * 60_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 30_000,
        b"References: " + b"<a@b> " * 80_000,
        b"From: " + b"a on behalf of " * 30_000,
        b"Received: " + b"x\n " * 150_000,
    ],
    ids=lambda field: field[:24].decode(),
)
def test_a_very_long_header_costs_no_more_than_its_length(field: bytes) -> None:
    began = process_time()
    records = read(GOOD, SEPARATOR + HEADER + field + b"\n\nHello.\n\n", GOOD)
    assert process_time() - began < 2
    assert lines_read(records)[0] == 1
    assert len(lines_read(records)) >= 2


@pytest.mark.parametrize("stream", [io.BytesIO, Dripping])
def test_a_mailbox_is_cut_the_same_however_it_comes(stream: Callable[[bytes], io.BytesIO]) -> None:
    content = b"".join(
        (
            GOOD,
            SEPARATOR + b"Subject: no blank line before\n\nx\n" + SEPARATOR + b"Subject: so this is text\n\n",
            SEPARATOR + b"and no field here\n\n",
            SEPARATOR.replace(b"\n", b"\r\n") + b"Subject: two\r\n lines\r\n\r\nCR\r\n \r\n",
            GOOD,
        )
    )
    found = list(messages(stream(content)))
    assert [1, 8, 18, 24] == [letter.line for letter in found]
    assert [["two lines"], b"CR\r\n \r\n"] == [found[2].fields()["subject"], found[2].body]


def test_of_a_letter_of_many_megabytes_the_beginning_is_held_and_the_next_one_is_found() -> None:
    long = SEPARATOR + HEADER + b"\n" + b"line\n" * 2_000_000 + b"\n"
    first, second = messages(io.BytesIO(long + GOOD))
    assert (1, LONGEST_BODY) == (first.line, len(first.body))
    assert (5 + 2_000_000 + 2, b"Hello.\n\n") == (second.line, second.body)


def test_the_first_text_is_the_one_that_the_standard_library_finds() -> None:
    dice = Random(1)  # noqa: S311 - it only makes letters
    for _ in range(150):
        content = _letter(dice, 0).as_bytes()
        if dice.random() < 0.3:
            content = content.replace(b"\n", b"\r\n")
        (raw,) = messages(io.BytesIO(content))
        assert _by_the_standard_library(raw) == body(Message(raw, raw.fields()))


def _letter(dice: Random, depth: int) -> Letter:
    mark = dice.choice(["a b", "=_x.y+z'?"])
    letter = MIMEMultipart(dice.choice(["mixed", "alternative", "digest"]), boundary=f"{mark}{depth}")
    for _ in range(dice.randrange(1, 4)):
        letter.attach(_part(dice, depth))
    letter.preamble = dice.choice([None, "This letter has several parts."])
    return letter


def _part(dice: Random, depth: int) -> Letter:
    if depth < 4 and dice.random() < 0.5:
        inside = _letter(dice, depth + 1)
        return inside if dice.random() < 0.7 else MIMEMessage(inside)
    if dice.random() < 0.4:
        return MIMEApplication(dice.randbytes(100))
    return MIMEText(" ".join(dice.choices(["Hello", "Grüße", "\n", "--", "日本"], k=20)), _charset="utf-8")


def _by_the_standard_library(raw: RawMessage) -> bytes:
    for part in email.message_from_bytes(raw.header + b"\n" + raw.body).walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content
    return b""
