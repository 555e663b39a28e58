"""Who read whose report stands in a log that shows where it was touched."""

import re

import pytest

from influence.rights.readings import Readings
from influence.store.store import Store

LOG = {
    "people": [
        {"person": "p1", "name": "Ann Berg", "accounts": ["x:1"]},
        {"person": "p2", "name": "Bo Ek", "accounts": ["x:2"]},
    ],
    "activities": [
        {"id": "x:a", "time": "2026-03-01T10:00:00Z", "actor": "x:1", "verb": "post"},
        {"id": "x:b", "time": "2026-03-02T10:00:00Z", "actor": "x:2", "verb": "reply", "parent": "x:a"},
    ],
}


@pytest.fixture
def log():
    readings = Readings(Store().engine, lambda: b"key")
    for number in range(1, 5):
        readings.record("report", [f"p{number}"], f"reason {number}", by="ann")
    return readings


def test_what_was_asked_by_whom_is_recorded_once_a_session(workspace):
    held = workspace(**LOG)
    held.report("x:1")
    held.report("x:1")
    held.compare(["x:1", "x:2"])
    held.organisation()
    told = [(one.seq, one.command, one.leaders) for one in held.readings.all()]
    assert [(1, "report", ("p1",)), (2, "compare", ("p1", "p2")), (3, "many", ())] == told
    assert [] == held.doctor()["readings"]
    assert ["report", "compare"] == [one.command for one in held.readings.about(["p1"])]


@pytest.mark.parametrize(
    ("touch", "told"),
    [
        ("UPDATE reading_log SET leaders = ['p9'] WHERE seq = 2", "reading 2 .*changed after"),
        ("UPDATE reading_log SET basis = 'another' WHERE seq = 3", "reading 3 .*changed after"),
        ("UPDATE reading_log SET read = read + INTERVAL 1 HOUR WHERE seq = 1", "reading 1 .*changed after"),
        ("UPDATE reading_log SET reader = 'bo' WHERE seq = 4", "reading 4 .*changed after"),
        ("DELETE FROM reading_log WHERE seq = 2", "2 to 2 are missing before reading 3"),
        ("DELETE FROM reading_log WHERE seq > 2", "3 to 4 were cut off"),
        ("DELETE FROM reading_log", "1 to 4 were cut off"),
        ("DELETE FROM meta WHERE key = 'readings'", "how long it is was taken out"),
    ],
)
def test_a_row_that_was_changed_taken_out_or_cut_off_is_named(log, touch, told):
    assert [] == log.broken()
    log._engine.run(touch)
    [first, *_] = log.broken()
    assert re.search(told, first), first


CUT = "DELETE FROM reading_log WHERE seq > 2"
EARLIER_END = "UPDATE meta SET value = '2 ' || (SELECT chained FROM reading_log WHERE seq = 2)"


@pytest.mark.parametrize("seal", ["", " || ' ' || split_part(value, ' ', 3)"])
def test_nobody_without_the_key_can_say_that_the_log_ends_earlier(log, seal):
    for touch in (CUT, f"{EARLIER_END}{seal} WHERE key = 'readings'"):
        log._engine.run(touch)
    assert ["what says how long it is was not sealed with the key of this workspace"] == [
        one.partition(": ")[2] for one in log.broken()
    ]


@pytest.mark.parametrize(
    ("touch", "told"),
    [
        ([CUT], "3 to 4 are missing before reading 5"),
        (["DELETE FROM reading_log"], "1 to 4 are missing before reading 5"),
        ([CUT, f"{EARLIER_END} WHERE key = 'readings'"], "broken at reading 3 "),
        ([CUT, "UPDATE meta SET value = '9223372036854775807 x y' WHERE key = 'readings'"], "at reading 3 "),
        (["DELETE FROM meta WHERE key = 'readings'"], "broken at reading 5 "),
    ],
)
def test_the_next_reading_does_not_cover_what_was_cut_off(log, touch, told):
    for each in touch:
        log._engine.run(each)
    log.record("report", ["p9"], by="bo")
    assert any(told in one for one in log.broken()), log.broken()


def test_a_log_that_was_written_anew_without_the_key_does_not_hold(log):
    forged = Readings(Store().engine, lambda: b"another key")
    forged.record("report", ["p1"], by="nobody")
    log._engine.run("DELETE FROM reading_log")
    log._engine.offer("forged", forged._engine.arrow("SELECT * FROM reading_log"))
    log._engine.run("INSERT INTO reading_log SELECT * FROM forged")
    assert any("changed after it was written" in one for one in log.broken())


def test_where_it_cannot_be_recorded_the_report_is_given_and_that_is_said(workspace):
    held = workspace(**LOG)
    (held.path / "secrets.toml").write_text("", encoding="utf-8")
    (held.path / "secrets.toml").chmod(0o644)
    assert "Ann Berg" == held.report("x:1").leader["name"]
    assert "can be read by others" in held.unrecorded
    assert [] == held.readings.all()


def test_another_key_is_no_key(workspace, monkeypatch):
    held = workspace(**LOG)
    held.report("x:1")
    monkeypatch.setenv("INFLUENCE_RIGHTS_KEY", "another key")
    [told] = held.doctor()["readings"]
    assert "is another than the one with which it was sealed" in told


def test_without_the_key_it_is_said_that_the_log_cannot_be_checked(workspace):
    held = workspace(**LOG)
    held.report("x:1")
    (held.path / "secrets.toml").unlink()
    [told] = held.doctor()["readings"]
    assert told.startswith("the log of readings cannot be checked: the key of")
