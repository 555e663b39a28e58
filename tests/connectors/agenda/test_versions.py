"""A meeting is one meeting: whichever versions of it come, in which order and over how many imports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.agenda.icalendar_files import Calendar
from influence.contract.testing import member_of
from influence.store.batch import Summary
from influence.store.store import Store
from tests.kit.draws import draws

UNTIL = "2026-06-30"
ANN, BOB, CY = (f"mailto:{name}@acme.example" for name in ("ann", "bob", "cy"))
GUESTS = (f"ORGANIZER:{ANN}", f"ATTENDEE:{BOB}", f"ATTENDEE:{CY}")


def event(
    *lines: str, uid: str = "1", start: str = "20260504T090000Z", guests: Iterable[str] = GUESTS
) -> str:
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}", f"DTSTART:{start}", *guests, *lines, "END:VEVENT"))


def ics(*events: str, head: str = "VERSION:2.0") -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", head, *events, "END:VCALENDAR", "")).encode()


def bring_in(store: Store, *files: bytes, owner: str | None = None) -> Summary:
    with store.batch("calendars", "calendar") as batch:
        for number, file in enumerate(files):
            name = f"{number}.ics"
            for record in Calendar(owner=owner, until=UNTIL).parse(member_of(file, name)):
                batch.add(record, name)
    return batch.summary


def told(store: Store) -> list[tuple[Any, ...]]:
    rows = store.engine.arrow(
        "SELECT id, time, list_sort(people) AS people, place FROM encounters"
    ).to_pylist()
    return sorted((row["id"], row["time"].isoformat(), *row["people"], row["place"] or "") for row in rows)


def after(*imports: bytes | Sequence[bytes], owner: str | None = None) -> list[tuple[Any, ...]]:
    """What is told after some imports, each of one file or of several."""
    store = Store()
    for files in imports:
        bring_in(store, *([files] if isinstance(files, bytes) else files), owner=owner)
    found = told(store)
    store.close()
    return found


def days(found: list[tuple[Any, ...]]) -> list[str]:
    return sorted(row[1][5:10] for row in found)


# --- the law ------------------------------------------------------------------------------------------------


@st.composite
def versions(draw: st.DrawFn) -> list[bytes]:
    """Versions of one meeting, oldest first: once or weekly, moved, shortened, changed at one time, called off."""
    found = []
    for number in range(draw(st.integers(2, 4))):
        day, weeks = draw(st.integers(1, 28)), draw(st.integers(0, 4))
        lines = [f"SEQUENCE:{number}", f"LOCATION:Room {number}", "DTSTAMP:20260101T000000Z"]
        start = f"2026{draw(st.sampled_from(['05', '07']))}{day:02}T090000Z"
        guests = draw(st.sampled_from([GUESTS, GUESTS[:2], (GUESTS[0], f"ATTENDEE;PARTSTAT=DECLINED:{BOB}")]))
        lines += draw(st.sampled_from([[], [], ["STATUS:CANCELLED"], ["SUMMARY:Postponed: plan"]]))
        changed = []
        if weeks:
            lines.append(f"RRULE:FREQ=WEEKLY;COUNT={weeks}")
            lines += draw(st.sampled_from([[], [f"EXDATE:{start}"]]))
            if draw(st.booleans()):
                more = ("SEQUENCE:0", f"RECURRENCE-ID:{start}", "LOCATION:Elsewhere")
                changed.append(event(*more, start=start.replace("T09", "T15")))
        found.append(ics(event(*lines, start=start, guests=guests), *changed))
    return found


@settings(max_examples=draws(10, 60), deadline=None)
@given(st.data())
def test_whatever_comes_when_the_newest_version_holds(data: st.DataObject) -> None:
    known = data.draw(versions())
    order = data.draw(st.permutations(known))
    cut = data.draw(st.integers(0, len(order)))
    imports = [order[:cut], *order[cut:]] if cut else order
    assert after(known[-1], owner="bob@acme.example") == after(*imports, owner="bob@acme.example")


@settings(max_examples=draws(6, 20), deadline=None)
@given(versions())
def test_twice_adds_nothing_and_every_row_is_accounted_for(known: list[bytes]) -> None:
    store = Store()
    first = bring_in(store, *known)
    before = told(store)
    again = bring_in(store, *known)
    assert (0, before) == (again.stored, told(store))
    for summary in (first, again):
        assert summary.read == summary.stored + summary.known + summary.aside
    store.close()


@settings(max_examples=draws(6, 20), deadline=None)
@given(st.permutations(range(4)), st.integers(1, 4))
def test_changes_to_one_time_of_a_series_come_in_any_order(order: list[int], at_once: int) -> None:
    series = ics(event("SEQUENCE:0", "RRULE:FREQ=WEEKLY;COUNT=3"))
    apart = [
        ics(event(f"SEQUENCE:{n}", "RECURRENCE-ID:20260511T090000Z", start=f"2026051{n}T100000Z"))
        for n in (1, 2)
    ]
    files = [series, *apart, ics(event("SEQUENCE:0", uid="2"))]
    ordered = [files[n] for n in order]
    found = after(ordered[:at_once], *ordered[at_once:])
    assert ["05-04", "05-04", "05-12", "05-18"] == days(found)


# --- what a version changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        (event("SEQUENCE:1", "RRULE:FREQ=WEEKLY;UNTIL=20260511T090000Z"), ["05-04", "05-11"]),
        (event("SEQUENCE:1", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260511T090000Z"), ["05-04", "05-18"]),
        (event("SEQUENCE:1", "RRULE:FREQ=WEEKLY;COUNT=2", start="20260505T090000Z"), ["05-05", "05-12"]),
        (event("SEQUENCE:0", "RRULE:FREQ=WEEKLY;COUNT=1"), ["05-04"]),
        (event("SEQUENCE:1", start="20260506T090000Z"), ["05-06"]),
        (event("SEQUENCE:1", "STATUS:CANCELLED"), []),
        (event("SEQUENCE:1", "STATUS:CANCELLED", "RECURRENCE-ID:20260511T090000Z"), ["05-04", "05-18"]),
        (event("RECURRENCE-ID:20260511T090000Z", start="20260513T090000Z"), ["05-04", "05-13", "05-18"]),
        (event("SEQUENCE:1", start="20260706T090000Z"), []),
    ],
    ids=[
        "shorter",
        "one out",
        "moved",
        "shorter, unnumbered",
        "once",
        "off",
        "one off",
        "one moved",
        "ahead",
    ],
)
def test_a_series_given_again_says_all_its_times(changed: str, left: list[str]) -> None:
    series = ics(event("SEQUENCE:0", "RRULE:FREQ=WEEKLY;COUNT=3"))
    assert left == days(after(series, ics(changed)))
    assert left == days(after([series, ics(changed)]))


def test_a_series_that_was_shortened_stays_so_when_the_old_file_comes_again() -> None:
    long, short = (ics(event("SEQUENCE:0", f"RRULE:FREQ=WEEKLY;COUNT={n}")) for n in (3, 1))
    assert ["05-04"] == days(after(long, short, long, short))


def test_times_before_the_years_that_are_listed_stay() -> None:
    def weekly(number: int) -> bytes:
        rule = f"RRULE:FREQ=YEARLY;COUNT={14 - number}"
        return ics(event(f"SEQUENCE:{number}", rule, start="20150504T090000Z"))

    store = Store()
    for number, until in ((0, "2018-01-01"), (1, UNTIL)):
        with store.batch("calendar", "calendar") as batch:
            for record in Calendar(until=until).parse(member_of(weekly(number))):
                batch.add(record, "a.ics")
    assert ["2015", "2016", "2017", "2022", "2023", "2024", "2025", "2026"] == sorted(
        row[1][:4] for row in told(store)
    )


def test_who_declined_was_not_there_and_the_others_were() -> None:
    asked = ics(event("SEQUENCE:0"))
    answered = (GUESTS[0], f"ATTENDEE;PARTSTAT=DECLINED:{BOB}", f"ATTENDEE:{CY}")
    declined = ics(event("SEQUENCE:0", "DTSTAMP:20260501T000000Z", guests=answered))
    store = Store()
    bring_in(store, asked)
    bring_in(store, declined, owner="bob@acme.example")
    assert [] == told(store)
    bring_in(store, declined, owner="cy@acme.example")
    [found] = told(store)
    assert ("email:ann@acme.example", "email:cy@acme.example") == found[2:4]


def test_two_peoples_calendars_hold_one_meeting() -> None:
    hers, his = (ics(event(), head=f"X-WR-CALNAME:{name}@acme.example") for name in ("ann", "bob"))
    assert 1 == len(after([hers, his]))
    assert 1 == len(after(hers, his))


def test_a_withdrawal_before_its_meeting_holds_and_is_counted_once() -> None:
    store = Store()
    off = bring_in(store, ics(event("SEQUENCE:1"), head="METHOD:CANCEL"))
    assert (1, 0, 0, 1) == (off.read, off.stored, off.known, off.aside)
    bring_in(store, ics(event("SEQUENCE:0")))
    assert [] == told(store)
    assert ["the meeting was cancelled"] == [row["reason"] for row in store.quarantine()]
    bring_in(store, ics(event("SEQUENCE:2")))
    assert 1 == len(told(store))


def test_an_answer_to_an_invitation_is_no_newer_version_of_it() -> None:
    answer = ics(event("DTSTAMP:20260601T000000Z", guests=GUESTS[:2]), head="METHOD:REPLY")
    assert after(ics(event("DTSTAMP:20260501T000000Z"))) == after(
        ics(event("DTSTAMP:20260501T000000Z")), answer
    )


def test_a_shared_calendar_that_shows_no_guests_withdraws_nothing() -> None:
    assert 1 == len(after(ics(event("SEQUENCE:0")), ics(event("SEQUENCE:1", guests=()))))


# --- stores of an older version -----------------------------------------------------------------------------

_AS_IT_WAS = """
DROP VIEW encounters;
ALTER TABLE encounter_log ALTER key SET DATA TYPE VARCHAR USING replace(key::VARCHAR, '-', '');
ALTER TABLE encounter_log DROP COLUMN meeting;
ALTER TABLE encounter_log DROP COLUMN version;
ALTER TABLE encounter_log DROP COLUMN absent;
CREATE VIEW encounters AS SELECT * FROM encounter_log
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq DESC) = 1 AND NOT deleted;
UPDATE encounter_log SET id = 'calendar:' || md5(id || time), key = md5(key);
DROP TABLE exposure_log;
DROP TABLE sent_log;
UPDATE meta SET value = '3' WHERE key = 'version';
"""


def test_what_an_older_store_knows_by_its_time_is_not_counted_twice(tmp_path: Path) -> None:
    path = tmp_path / "influence.duckdb"
    weekly = ics(event("SEQUENCE:0", "RRULE:FREQ=WEEKLY;COUNT=3"), event(uid="2", start="20260507T090000Z"))
    store = Store(path)
    bring_in(store, weekly)
    new = told(store)
    store.engine.run(_AS_IT_WAS)
    store.close()
    store = Store(path)
    assert days(new) == days(told(store))
    bring_in(store, weekly)
    assert new == told(store)
    assert 0 == bring_in(store, weekly).stored
    store.close()
