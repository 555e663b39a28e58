"""Rows of a small talk by hours, and the ego that a measure is asked about."""

from datetime import UTC, datetime, timedelta

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)


def row(name, hours, actor, parent=None, verb=None, **more):
    """An activity of X so many hours after the beginning; an answer where there is a parent, else a post."""
    verb = verb or ("reply" if parent else "post")
    time = (DAY0 + timedelta(hours=hours)).isoformat()
    return {"id": name, "time": time, "actor": f"x:{actor}", "verb": verb, "parent": parent, **more}


def answered(who, n, by):
    """`n` posts by one account, each answered by all of some others an hour later."""
    rows = []
    for i in range(n):
        rows.append(row(f"{who}{i}", i, who))
        rows += [row(f"{who}{i}{other}", i + 1, other, f"{who}{i}") for other in by]
    return rows


def asking(leader):
    """Return a function that gives the ego of a workspace: of this leader, if no other is named."""

    def ego_of(workspace, since=None, until=None, leader=leader):
        return workspace.ego(leader, since, until)

    return ego_of
