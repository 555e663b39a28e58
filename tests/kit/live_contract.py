"""What every live connector must hold, as one check that each one's test calls."""

import pytest

from influence import Workspace
from influence.contract.testing import Remembered


def store_of(workspace):
    """Everything that a pull left in the store, without batch numbers and order."""
    engine = workspace.store.engine
    tables = {
        "activities": "SELECT * EXCLUDE (seq, batch, subject, wording, key) FROM activities",
        "encounters": "SELECT * EXCLUDE (seq, batch, key) FROM encounters",
        "people": "SELECT DISTINCT * EXCLUDE (seq, batch, key) FROM people_log",
    }
    return {name: sorted(map(repr, engine.arrow(sql).to_pylist())) for name, sql in tables.items()}


def pulled(folder, connector, secret, *, cut=None):
    """Pull everything with a connector into a new workspace; `cut` stops after so many replies, then resumes."""
    from influence.store.batch import Summary  # the smallest piece that counts

    workspace = Workspace.create(folder)
    total = Summary()
    for limit in [cut, None] if cut is not None else [None]:
        replies = connector.fetch(workspace.store.cursor("source"), secret)
        for n, reply in enumerate(replies):
            if limit is not None and n >= limit:
                break
            with workspace.store.batch("source", connector.name, live=True) as batch:
                for record in connector.parse(reply.member):
                    batch.add(record, reply.member.name)
                batch.remember(reply.cursor)
            total += batch.summary
    return workspace, total


def check_fetch(tmp_path, connector, secret, replies):
    """A fetch cut at any reply and resumed leaves the same store as one that was not; twice adds nothing.

    `connector` is a function that makes a fresh connector (over a fresh recording); `replies` how many there are.
    """
    whole, _ = pulled(tmp_path / "whole", connector(), secret)
    expected = store_of(whole)
    assert any(expected.values()), "nothing was fetched"
    whole.close()
    for cut in range(min(replies, 6)):
        resumed, _ = pulled(tmp_path / f"cut-{cut}", connector(), secret, cut=cut)
        assert expected == store_of(resumed), f"cut after {cut} replies"
        resumed.close()


def pull_again(workspace, connector, secret):
    """Pull once more into a workspace that was pulled into before; return how many rows it added."""
    added = 0
    for reply in connector.fetch(workspace.store.cursor("source"), secret):
        with workspace.store.batch("source", connector.name) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)
        added += batch.summary.stored
    return added


def stored(workspace):
    """Return what is in the store by id: verb, actor and parent of each activity that is not deleted."""
    rows = workspace.store.engine.arrow("SELECT id, verb, actor, parent FROM activities WHERE NOT deleted")
    return {row["id"]: (row["verb"], row["actor"], row["parent"]) for row in rows.to_pylist()}


turned_odd = pytest.mark.parametrize(
    ("odd", "left"),
    [
        pytest.param({"start": "soon"}, [1, 2, 3, 5], id="a time that is none"),
        pytest.param({"attendees": 7}, [1, 2, 3, 5], id="guests that are none"),
        pytest.param(
            None, [1, 2, 3, 4, 5], id="no entry at all, which could be any of those that are missing"
        ),
    ],
)


def check_turned_odd(tmp_path, connector, service, odd, left):
    """Of a calendar whose third entry turns odd while its fourth is taken out, these days are left.

    `connector` is a function that makes a fresh connector over the service, which has `events` and `odd` ones by id.
    """
    workspace, _ = pulled(tmp_path / "w", connector(), Remembered())
    service.events.pop(3)
    shown = service.events[2]
    service.odd[shown["id"]] = odd and shown | odd
    pull_again(workspace, connector(), Remembered())
    found = workspace.store.engine.arrow("SELECT day(time) AS day FROM encounters ORDER BY day")
    assert left == found["day"].to_pylist()
    assert 0 < workspace.store.engine.arrow("SELECT * FROM quarantine").num_rows
    workspace.close()
