"""Rows of a small talk by hours, and the ego that a measure is asked about."""

from datetime import UTC, datetime, timedelta

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)


def row(name, hours, actor, parent=None, verb=None, **more):
    """An activity of X so many hours after the beginning; an answer where there is a parent, else a post."""
    verb = verb or ("reply" if parent else "post")
    time = (DAY0 + timedelta(hours=hours)).isoformat()
    return {"id": name, "time": time, "actor": f"x:{actor}", "verb": verb, "parent": parent, **more}


def asking(leader):
    """Return a function that gives the ego of a workspace: of this leader, if no other is named."""

    def ego_of(workspace, since=None, until=None, leader=leader):
        return workspace.ego(leader, since, until)

    return ego_of
