"""The hour that comes twice and the hour that does not exist: in what is read, and in days and weeks that are counted.

One place puts its clocks an hour forward, the other half an hour, and in the other half of the year.
"""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from influence import Workspace
from influence.cli import main
from influence.store.importing import read_path
from influence.store.store import Store
from influence.times import HOUR, Window, calendar_weeks, exact, microseconds, stated
from tests.kit.draws import draws
from tests.kit.logs import START, stored
from tests.kit.plain_reading import PlainReading

NORTH, SOUTH = "Europe/Stockholm", "Australia/Lord_Howe"
BACK, FORTH = {NORTH: "2026-10-25", SOUTH: "2026-04-05"}, {NORTH: "2026-03-29", SOUTH: "2026-10-04"}
"""The Sundays on which clocks are put back, and forward."""
LENGTHS = {
    (NORTH, BACK[NORTH]): 25,
    (NORTH, FORTH[NORTH]): 23,
    (SOUTH, BACK[SOUTH]): 24.5,
    (SOUTH, FORTH[SOUTH]): 23.5,
}
"""How many hours these days have."""
SUNDAYS = list(LENGTHS)[:: draws(3, 1)]
ODD = {
    (NORTH, "2026-10-25T02:30:00"): "2026-10-25T00:30:00+00:00",
    (NORTH, "2026-10-25T03:00:00"): "2026-10-25T02:00:00+00:00",
    (NORTH, "2026-03-29T02:30:00"): "2026-03-29T01:30:00+00:00",
    (NORTH, "2026-03-29T03:00:00"): "2026-03-29T01:00:00+00:00",
    (SOUTH, "2026-04-05T01:45:00"): "2026-04-04T14:45:00+00:00",
    (SOUTH, "2026-04-05T02:00:00"): "2026-04-04T15:30:00+00:00",
    (SOUTH, "2026-10-04T02:15:00"): "2026-10-03T15:45:00+00:00",
    (SOUTH, "2026-10-04T02:30:00"): "2026-10-03T15:30:00+00:00",
}
"""Of a time that comes twice the first is meant; one that does not exist is told by a clock that nobody put forward."""


def written(kind, path, time, zone):
    """A file of one activity or meeting at a time without a zone, and how it is brought in."""
    local = datetime.fromisoformat(time)
    if kind == "calendar":
        at = f"TZID={zone}:{local:%Y%m%dT%H%M%S}"
        people = "".join(f"ATTENDEE:mailto:{who}@acme.example\r\n" for who in ("ann", "bo"))
        event = f"UID:one\r\nDTSTART;{at}\r\nDURATION:PT1M\r\nSUMMARY:talk\r\n{people}"
        path.write_text(f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}END:VEVENT\r\nEND:VCALENDAR\r\n")
        return {"connector": "calendar", "options": {}}
    if kind == "columns":
        table = {
            "id": ["1"],
            "time": pa.array([local], pa.timestamp("us")),
            "actor": ["x:1"],
            "verb": ["post"],
        }
        pq.write_table(pa.table(table), path)
        return {"connector": "activities", "options": {}}
    path.write_text(f"id,time,actor,verb\n1,{time},x:1,post\n")
    return {"connector": "activities", "options": {}}


@pytest.mark.parametrize("kind", ["text", "columns", "calendar"])
@pytest.mark.parametrize(("zone", "time"), ODD)
def test_a_time_without_a_zone_is_the_same_moment_whoever_reads_it(zone, time, kind, tmp_path):
    path = tmp_path / "file"
    store, how = Store(), written(kind, path, time, zone)
    read_path(store, path, zone=zone, progress=lambda _: None, **how)
    log = "encounter_log" if kind == "calendar" else "activity_log"
    [row] = store.engine.arrow(f"SELECT time FROM {log}").to_pylist()  # noqa: S608 - ours
    assert ODD[zone, time] == row["time"].astimezone(UTC).isoformat()


def seconds(day, zone):
    return int((datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)) - START).total_seconds())


@pytest.fixture(scope="module", params=SUNDAYS, ids=lambda one: " ".join(one))
def around(request, tmp_path_factory):
    """A post of Ann, and somebody else's answer each half hour of the day on which clocks are changed and around it."""
    zone, day = request.param
    after = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    since, until = seconds(day, zone), seconds(after, zone)
    rows = [{"id": "post", "time": since - 86_400, "actor": "x:0", "verb": "post"}]
    rows += [
        {
            "id": f"r{n}",
            "time": time,
            "actor": f"x:{n}",
            "verb": "reply",
            "parent": "post",
            "mentions": [],
            "to": [],
        }
        for n, time in enumerate(range(since - 7200, until + 7200, 1800), 1)
    ]
    people = [{"person": f"p{n}", "accounts": [f"x:{n}"]} for n in range(len(rows))]
    folder = tmp_path_factory.mktemp("around")
    stored(folder, rows, people, []).close()
    (folder / "workspace/influence.toml").write_text(f'zone = "{zone}"\n', encoding="utf-8")
    plain = PlainReading(rows, people, [], "p0", since, until)
    with Workspace(folder / "workspace") as held:
        yield held, plain, (zone, day, after)


def test_a_day_that_is_longer_or_shorter_is_counted_as_the_plain_reading_counts_it(around):
    held, plain, (zone, day, after) = around
    report = held.report("p0", day, after, measures=["four-steps"])
    expected = plain.numbers()
    for name in ("reach_3", "reach_4", "first_hand", "passed_on"):
        assert expected[name] == pytest.approx(report.findings[name].value), name
    answers = sum(plain.since <= row["time"] < plain.until for row in plain.activities)
    assert 2 * LENGTHS[zone, day] == answers == len(report.people)
    assert {plain.who(one.person) for one in report.people} == set(plain.steps())


def test_a_week_with_such_a_day_ends_at_midnight_of_the_place(around):
    held, _, (zone, day, after) = around
    monday = (date.fromisoformat(day) - timedelta(days=6)).isoformat()
    [(_, week)] = calendar_weeks(Window(stated(monday, zone), stated(after, zone)), zone)
    assert (6 * 24 + LENGTHS[zone, day]) * HOUR == week.until - week.since
    told = held.tracking.take("p0", every="week", over="1w")
    assert (monday, after) == (told.report.window["since"][:10], told.report.window["until"][:10])
    assert {"00:00:00"} == {told.report.window[edge][11:19] for edge in ("since", "until")}
    assert 4 + 2 * LENGTHS[zone, day] == len(told.report.people)
    assert not held.tracking.take("p0", every="week", over="1w").fresh
    assert told.report.window == held.tracking.latest()[0].report.window


def test_the_digest_names_the_days_of_the_place(around, tmp_path):
    held, _, (_, day, _) = around
    held.tracking.take("p0", every="week", over="1w")
    path = held.path
    held.close()
    done = CliRunner().invoke(
        main, ["digest", "p0", "--format", "txt", "-o", str(tmp_path / "d.txt"), "-w", str(path)]
    )
    assert 0 == done.exit_code, done.output
    last = date.fromisoformat(day)
    assert f" to {last.day} {last:%b} {last.year}\n" in (tmp_path / "d.txt").read_text("utf-8")


@pytest.mark.parametrize(("zone", "day"), SUNDAYS)
def test_what_was_put_off_waits_from_midnight_of_the_place(zone, day, tmp_path):
    """Bo asked Ann the day before; Ann put it off until the day after, and somebody posts as that day begins."""
    after = date.fromisoformat(day) + timedelta(days=1)
    begins = seconds(after.isoformat(), zone)
    rows = [
        {"id": "post", "time": begins - 3 * 86_400, "actor": "x:0", "verb": "post"},
        {"id": "asked", "time": begins - 86_400, "actor": "x:1", "verb": "reply", "parent": "post"},
        {"id": "late", "time": begins - 1, "actor": "x:2", "verb": "post"},
    ]
    people = [{"person": f"p{n}", "accounts": [f"x:{n}"]} for n in range(3)]
    stored(tmp_path, rows, people, []).close()
    (tmp_path / "workspace/influence.toml").write_text(f'zone = "{zone}"\n', encoding="utf-8")
    with Workspace(tmp_path / "workspace") as held:
        assert ["asked"] == [one.item for one in held.waiting.listed("p0")]
        held.waiting.snooze("p0", "asked", after)
        assert [] == held.waiting.listed("p0")
        more = {"id": "early", "time": exact((begins + 1) * 1_000_000 + microseconds(START)).isoformat()}
        (tmp_path / "more.jsonl").write_text(json.dumps(more | {"actor": "x:2", "verb": "post"}) + "\n")
        held.import_path(tmp_path / "more.jsonl", connector="activities")
        assert ["asked"] == [one.item for one in held.waiting.listed("p0")]
