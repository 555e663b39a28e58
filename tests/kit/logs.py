"""Small logs made at random, and how a test brings them into a workspace."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from influence import Workspace
from tests.kit.plain_reading import DAY

START = datetime(2026, 1, 1, tzinfo=UTC)
VERBS = ["post", "reply", "comment", "share", "quote", "react", "message", "edit", "follow", "view"]
HOUR = 3600


@st.composite
def logs(draw, systems=("a", "b")):
    """Six people with one or two accounts, up to 30 activities, up to 8 encounters, a calendar, a chart."""
    accounts = [f"{system}:{n}" for n in range(6) for system in systems]
    people = [
        {
            "person": f"p{n}",
            "accounts": draw(st.sampled_from([[f"{s}:{n}" for s in systems], [f"{systems[0]}:{n}"]])),
            "manager": draw(st.sampled_from([None, "p0", "p1", "p2"])),
            "site": draw(st.sampled_from([None, "here", "there"])),
            "bot": draw(st.integers(0, 7)) == 0 and n > 0,
        }
        for n in range(5)
    ]
    count = draw(st.integers(0, 30))
    with_parents = draw(st.booleans())
    times = sorted(draw(st.lists(st.integers(0, 60 * 24), min_size=count, max_size=count)))
    activities = []
    for n, hours in enumerate(times):
        row = {
            "id": f"i{n:02}",
            "time": hours * HOUR,
            "actor": draw(st.sampled_from(accounts)),
            "verb": draw(st.sampled_from(VERBS if with_parents else ["message", "post"])),
            "to": draw(st.lists(st.sampled_from(accounts), max_size=2)),
            "mentions": draw(st.lists(st.sampled_from(accounts), max_size=1)) if with_parents else [],
        }
        if with_parents and activities and draw(st.integers(0, 3)):
            row["parent"] = draw(st.sampled_from(activities))["id"]
        if draw(st.booleans()):
            row["channel"] = draw(st.sampled_from(["one", "two"]))
        activities.append(row)
    encounters = [draw(encounter(accounts, n)) for n in range(draw(st.integers(0, 8)))]
    encounters += draw(kept_calendar(accounts))
    since = draw(st.sampled_from([0, 10 * DAY]))
    until = draw(st.sampled_from([45 * DAY, 61 * DAY]))
    return activities, people, encounters, since, until


@st.composite
def kept_calendar(draw, accounts):
    """Meetings of p0, five a month, in some of the months before: what covers whom is told by them."""
    months = draw(st.lists(st.integers(-12, 1), max_size=14, unique=True))
    kinds = draw(st.lists(st.sampled_from(["in_person", "online", "unknown"]), min_size=1, max_size=3))
    with_ = draw(st.lists(st.sampled_from(accounts), min_size=1, max_size=3))
    return [
        {
            "id": f"k{month}-{n}",
            "people": ["a:0", with_[(month + n) % len(with_)]],
            "kind": kinds[(month + n) % len(kinds)],
            "evidence": "calendar",
            "time": int(month * 30.5 * DAY) + n * 5 * DAY,
        }
        for month in months
        for n in range(5)
    ]


@st.composite
def encounter(draw, accounts, n):
    evidence = draw(st.sampled_from(["calendar", "calendar", "event", "contact", "message", "declared"]))
    kinds = ["in_person", "never"] if evidence == "declared" else ["in_person", "online", "unknown"]
    row = {
        "id": f"e{n}",
        "people": draw(st.lists(st.sampled_from(accounts), min_size=1, max_size=4, unique=True)),
        "kind": draw(st.sampled_from(kinds)),
        "evidence": evidence,
        "time": draw(st.integers(0, 60)) * DAY + n,
    }
    if evidence not in {"declared"} and draw(st.booleans()):
        row["time"] = None
    if draw(st.integers(0, 3)) == 0:
        row["attendees"] = draw(st.integers(1, 40))
    return row


def weekly(leader, other, until, weeks=52):
    """A calendar that was kept for some weeks up to a day (ISO): a meeting online each week with somebody else."""
    last = datetime.fromisoformat(until).replace(tzinfo=UTC)
    return [
        {
            "time": (last - timedelta(days=7 * week, hours=1)).isoformat(),
            "people": [leader, other],
            "kind": "online",
            "evidence": "calendar",
        }
        for week in range(weeks)
    ]


def stored(folder, activities, people, encounters):
    """Bring a log into a new workspace as a user would: as JSON Lines."""
    for name, rows in (("activities", activities), ("people", people), ("encounters", encounters)):
        lines = [
            json.dumps(row | ({"time": iso(row["time"])} if row.get("time") is not None else {}))
            for row in rows
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    workspace = Workspace.create(folder / "workspace")
    for name, rows in (("activities", activities), ("people", people), ("encounters", encounters)):
        if rows:
            workspace.import_path(folder / f"{name}.jsonl", connector=name)
    return workspace


def iso(seconds):
    return (START + timedelta(seconds=seconds)).isoformat()


def post(ident, actor, day, **more):
    return {"id": ident, "time": iso(day * DAY), "actor": actor, "verb": "post", **more}


def reply(ident, actor, day, parent, **more):
    return post(ident, actor, day, parent=parent, **more) | {"verb": "reply"}
