"""Snapshots are taken once, stay as they were told, and say what moved: through the workspace and the command."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from influence.tracking.timers import CannotTime, Timed, cron, systemd
from influence.tracking.tracking import NothingTracked
from influence.workspace.workspace import Workspace
from tests.kit.command_line import said
from tests.kit.places import COMPILED

MONDAY = date(2026, 1, 5)


def week(number: int, *who: str) -> list[dict[str, Any]]:
    """A post by Lea on a Monday, answered by some; and what ends the week on its Sunday."""
    day = MONDAY + timedelta(weeks=number)
    rows = [{"id": f"p{number}", "time": f"{day}T09:00:00Z", "actor": "x:lea", "verb": "post"}]
    rows += [
        {
            "id": f"r{number}{one}",
            "time": f"{day}T10:00:00Z",
            "actor": f"x:{one}",
            "verb": "reply",
            "parent": f"p{number}",
        }
        for one in who
    ]
    end = {
        "id": f"e{number}",
        "time": f"{day + timedelta(days=6)}T23:00:00Z",
        "actor": "x:bo",
        "verb": "post",
    }
    return [*rows, end]


def bring(workspace: Workspace, tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    workspace.import_path(file, connector="activities")


def test_a_snapshot_is_taken_once_and_stays_as_it_was_told(workspace: Any, tmp_path: Path) -> None:
    one = workspace(activities=[row for n in range(5) for row in week(n, "ann", "cy")])
    first = one.tracking.take("x:lea")
    assert (first.fresh, first.number, first.moved) == (True, 1, None)
    assert (first.report.window["since"], first.report.window["until"]) == (
        "2026-01-12T00:00:00+00:00",
        "2026-02-09T00:00:00+00:00",
    )
    late = {"id": "late", "time": "2026-02-02T10:30:00Z", "actor": "x:dee", "verb": "reply", "parent": "p4"}
    bring(one, tmp_path, [late])
    again = one.tracking.take("x:lea")
    assert (again.fresh, again.report, again.taken) == (False, first.report, first.taken)
    assert {row.person for row in again.report.people} == {"x:ann", "x:cy"}


def test_the_next_week_says_who_came_and_who_lapsed(workspace: Any, tmp_path: Path) -> None:
    one = workspace(
        activities=[*week(0, "old"), *week(1, "ann"), *(row for n in (2, 3) for row in week(n, "cy"))]
    )
    one.tracking.take("x:lea")
    bring(one, tmp_path, week(4, "ann", "dee"))
    second = one.tracking.take("x:lea")
    assert second.moved is not None
    assert (second.number, second.moved.came.names, second.moved.lapsed.names) == (2, ("dee",), ("old",))
    bring(one, tmp_path, week(5, "old"))
    third = one.tracking.take("x:lea")
    assert third.moved is not None
    assert (third.number, third.moved.returned.people, third.moved.came.people) == (3, 1, 0)
    assert [told.number for told in one.tracking.latest()] == [3]
    assert [3, 3, 4] == [round(each.value or 0) for each in third.past]
    assert [each.until for each in third.past][-1] == third.report.window["until"]
    (latest,) = one.tracking.latest(["x:lea"])
    assert (latest.moved, latest.fresh) == (third.moved, False)


def test_a_snapshot_holds_no_evidence_that_leads_to_a_message(workspace: Any) -> None:
    one = workspace(activities=[row for n in range(5) for row in week(n, "ann")])
    kept = one.tracking.take("x:lea").report
    assert (kept.responses, kept.network.nodes, kept.people[0].evidence) == ({}, (), ())


def test_months_are_tracked_by_months(workspace: Any) -> None:
    one = workspace(activities=[row for n in range(12) for row in week(n, "ann")])
    window = one.tracking.take("x:lea", "month").report.window
    assert (window["since"][:10], window["until"][:10]) == ("2026-02-01", "2026-03-01")


def test_what_cannot_be_meant_is_one_sentence(workspace: Any) -> None:
    one = workspace(activities=week(0, "ann"))
    with pytest.raises(NothingTracked, match="nobody is tracked yet: influence track LEADER"):
        one.tracking.latest()
    with pytest.raises(NothingTracked, match="of x:ann there is no snapshot yet"):
        one.tracking.latest(["x:ann"])
    with pytest.raises(NothingTracked, match="--over 'soon' is not a length such as 4w"):
        one.tracking.take("x:lea", over="soon")


@pytest.fixture
def tracked(tmp_path: Path) -> Path:
    """A workspace on disk in which Lea has been tracked, five weeks old."""
    with Workspace.create(tmp_path / "w") as one:
        bring(one, tmp_path, [row for n in range(5) for row in week(n, "ann", "cy")])
        one.tracking.take("x:lea")
    return tmp_path


def test_the_commands_tell_list_and_write(tracked: Path) -> None:
    code, told = said(tracked, "track", "x:lea")
    assert (code, "Snapshot 1, taken on" in told, "This is the first snapshot" in told) == (0, True, True)
    code, told = said(tracked, "track", "x:lea", "--list", "--json")
    assert [(row["since"][:10], row["until"][:10]) for row in json.loads(told)] == [
        ("2026-01-12", "2026-02-09")
    ]
    code, told = said(tracked, "digest")
    assert (code, (tracked / "w/reports/digest.html").exists()) == (0, True)
    code, told = said(
        tracked, "digest", "--format", "eml", "--to", "a@b.example\nBcc: c@d.example", "-o", "-"
    )
    assert (code, "is no address for a mail" in told, "Traceback" in told) == (1, True, False)
    code, told = said(tracked, "digest", "--to", "a@b.example")
    assert (code, "--to, --from and --send go with --format eml" in told) == (2, True)
    code, told = said(tracked, "track", "x:lea", "--quiet")
    assert (code, told) == (0, "")


def test_the_line_for_cron_does_what_it_says(tracked: Path) -> None:
    """The program is this one, and the shell is cron's; the workspace's name is one that a shell would take apart."""
    place = tracked / "w$(touch x) 50%"
    (tracked / "w").rename(place)
    line = cron(Timed("influence", place, ["x:lea"], "month"))
    schedule, command = line[:10], line[10:].replace("\\%", "%").replace("influence ", "$INFLUENCE ")
    known = {"INFLUENCE": f"{sys.executable} -m influence", "PATH": "/usr/bin:/bin", "HOME": str(tracked)}
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=COMPILED | known, cwd=tracked, capture_output=True, text=True
    )
    assert (schedule, done.returncode, done.stdout) == ("30 6 1 * *", 0, ""), done.stderr
    assert not (tracked / "x").exists()
    with Workspace(place) as one:
        assert 2 == len(one.store.engine.arrow("SELECT * FROM snapshot_log"))


def test_the_files_for_systemd_quote_what_it_would_take_for_something_else() -> None:
    written = systemd(Timed("influence", Path("/srv/a b"), ['50% $HOME "Lea"'], "week", ["lea@acme.example"]))
    assert 'ExecStart=influence track -w "/srv/a b" --every week --quiet "50%% $$HOME \\"Lea\\""' in written
    assert "--format eml --to lea@acme.example --send" in written
    assert "OnCalendar=Mon *-*-* 06:30:00" in written


def test_a_digest_is_sent_only_where_the_snapshots_were_taken() -> None:
    line = cron(Timed("influence", Path("/srv"), ["x:lea"], "week", ["lea@acme.example"]))
    assert line.endswith(
        "--quiet x:lea && influence digest -w /srv --format eml --to lea@acme.example --send x:lea >/dev/null\n"
    )


def test_no_timer_holds_a_name_of_two_lines() -> None:
    with pytest.raises(CannotTime, match="holds a character that no timer may hold"):
        cron(Timed("influence", Path("/srv"), ["Lea\n* * * * * rm"], "week"))
    assert shlex.split(cron(Timed("influence", Path("/srv"), ["Lea; rm"], "week")))[-1] == "Lea; rm"


@pytest.mark.parametrize(("every", "over"), [("week", None), ("week", "2w"), ("month", None)])
def test_the_next_snapshot_is_taken_as_the_last_one_was(workspace: Any, every: str, over: str | None) -> None:
    one = workspace(activities=[row for number in range(12) for row in week(number, "a", "b")])
    taken = one.tracking.take("x:lea", every, over)
    again = one.tracking.again("x:lea")
    assert (False, taken.report.window) == (again.fresh, again.report.window)


def test_a_clock_set_back_takes_no_snapshot_and_says_so(workspace: Any) -> None:
    one = workspace(activities=[row for number in range(12) for row in week(number, "a", "b")])
    one.tracking.take("x:lea")
    one.store.engine.run("UPDATE snapshot_log SET taken = taken + INTERVAL 3 DAY")
    assert not one.tracking.take("x:lea").fresh
    with pytest.raises(NothingTracked, match="set the clock right, then take it again"):
        one.tracking.take("x:lea", "month")
