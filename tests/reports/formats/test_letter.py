"""A digest of snapshots: plain text, a page and a mail that say the same, in which nothing of others runs."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from influence.contract.details.trend import SphereMove
from influence.contract.findings import Conversation
from influence.contract.language import speaking
from influence.contract.tracked import Digest, Moved, Movers, Tracked
from reports.formats.letter import NoAddress, as_mail, as_page, as_text
from tests.kit.sample_report import NOTICE, sample_report

HOSTILE = "<script>alert(1)</script>"
MOVED = Moved(
    since="2025-12-01T00:00:00+00:00",
    until="2026-01-01T00:00:00+00:00",
    was=20.2,
    now=31.8,
    came=Movers(14, 12.0, ("Ada Brandt", HOSTILE)),
    returned=Movers(2, 1.6, ("Bo Ek",)),
    lapsed=Movers(3, 2.0, ("Cem Lund",)),
    apart=True,
    spheres=(
        SphereMove("customer", 4.0, 12.0),
        SphereMove("partner", 6.0, 3.0),
        SphereMove("media", 1.1, 1.2),
    ),
    conversations=(Conversation("c", "2026-01-03T00:00:00+00:00", "p0", 9, 8, 7.2, channel="#a\nb"),),
)
TRACKED = Tracked(
    sample_report(),
    taken="2026-07-02T06:30:00+00:00",
    version="0.1.0",
    number=4,
    moved=MOVED,
    alerts=("nothing of chat was brought in since 1 Jun 2026",),
)
ONE = Digest((TRACKED,), NOTICE)


def test_it_says_what_moved_whose_doing_it_is_and_what_to_look_at() -> None:
    said = " ".join(as_text(ONE).split())
    for words in (
        NOTICE,
        "It was 20 in the snapshot before (1 Dec 2025 to 31 Dec 2025): more than chance may move.",
        "14 people new, 2 back after a pause, 3 not seen this time.",
        f"Those who came and count most: Ada Brandt and {HOSTILE}.",
        "By sphere: customers +8 and partners −3.",
        "Of new conversations one in #a b brought most: 7 people never met.",
        "Look at: - Nothing of chat was brought in since 1 Jun 2026.",
        "Snapshot 4, taken on 2 Jul 2026 and kept as it was told.",
    ):
        assert words in said


def test_its_lines_fit_a_mail() -> None:
    assert max(map(len, as_text(ONE).splitlines())) <= 78


@pytest.mark.parametrize(
    ("apart", "end"),
    [(False, "chance alone may move so much"), (None, "whether that is chance alone cannot be told")],
)
def test_a_move_that_chance_may_make_is_no_move(apart: bool | None, end: str) -> None:
    told = replace(TRACKED, moved=replace(MOVED, apart=apart))
    assert end in " ".join(as_text(Digest((told,))).split())


def test_the_first_and_those_that_cannot_be_compared_say_so() -> None:
    first, unlike = replace(TRACKED, moved=None), replace(TRACKED, moved=None, reason="that is so")
    assert "This is the first snapshot; the next one says what moved." in as_text(Digest((first,)))
    assert "It cannot be compared with the snapshot before: that is so." in as_text(Digest((unlike,)))


def test_whoever_came_has_mostly_been_met_and_nobody_came_say_so() -> None:
    none = replace(MOVED, came=Movers(), returned=Movers(), lapsed=Movers())
    little = replace(MOVED, came=Movers(14, 0.3), returned=Movers(), lapsed=Movers())
    said = {
        one: " ".join(as_text(Digest((replace(TRACKED, moved=move),))).split())
        for one, move in {"none": none, "little": little}.items()
    }
    assert "Nobody is new, and nobody stayed away." in said["none"]
    assert "14 people new, 0 back after a pause, 0 not seen this time; most of them have" in said["little"]


def test_a_snapshot_older_than_the_others_says_that_it_is_no_news() -> None:
    window = {**TRACKED.report.window, "until": "2026-05-01T00:00:00+00:00"}
    said = " ".join(
        as_text(Digest((TRACKED, replace(TRACKED, report=replace(TRACKED.report, window=window))))).split()
    )
    assert 1 == said.count("it ends earlier than others here, and no newer one was taken")


def test_about_several_leaders_nobody_else_is_named() -> None:
    both = Digest(
        (TRACKED, replace(TRACKED, report=replace(TRACKED.report, leader={"person": "q", "name": "Quy"})))
    )
    for said in (as_text(both), as_page(both)):
        assert "Mara Lindqvist" in said
        assert "Quy" in said
        assert "Ada Brandt" not in said


def test_what_others_wrote_is_shown_and_never_run() -> None:
    page = as_page(ONE)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_a_mail_holds_both_and_reads_back() -> None:
    mail = message_from_bytes(as_mail(ONE, ["ann@acme.example"], "Bo <bo@acme.example>"), policy=default)
    text, page = mail.iter_parts()
    assert (mail["To"], mail["From"]) == ("ann@acme.example", "Bo <bo@acme.example>")
    assert text.get_content().split() == as_text(ONE).split()
    assert page.get_content().split() == as_page(ONE).split()


@pytest.mark.parametrize("address", ["a@b.example\nBcc: c@d.example", "a@b.example\r\n\r\nHello"])
def test_an_address_is_no_place_for_another_header(address: str) -> None:
    with pytest.raises(NoAddress, match="is no address for a mail"):
        as_mail(ONE, [address], None)


@pytest.mark.parametrize("language", ["sv", "da", "de", "fi"])
def test_another_language_says_all_of_it(language: str) -> None:
    english = {
        "kept as it was told",
        "Look at",
        "people new",
        "By sphere",
        "more than chance",
        "brought in since",
    }
    with speaking(language):
        said = as_text(ONE)
    assert {words for words in english if words in said} == set()
