"""What the replies of a connector come to: its activities, and what a workspace keeps of them."""

from influence.contract.records import Activity
from influence.contract.testing import Remembered
from influence.store.pulling import look_again
from tests.kit.live_contract import pulled, store_of


def replies(connector, cursor=None):
    """Everything that one fetch yields."""
    return list(connector.fetch(cursor or {}, Remembered()))


def activities(connector, found):
    """The activities of some replies, by their id; a later one replaces an earlier one."""
    records = [record for reply in found for record in connector.parse(reply.member)]
    return {record.id: record for record in records if isinstance(record, Activity)}


def pull_again(workspace, connector):
    """Pull once more into a workspace; returns how many rows were stored, and the ids of its activities."""
    stored = 0
    for reply in connector.fetch(workspace.store.cursor("source"), Remembered()):
        with workspace.store.batch("source", connector.name) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)
        stored += batch.summary.stored
    return stored, ids(workspace)


def looked_again(workspace, connector):
    """Ask what became of all that is stored; returns the account of it, and the ids of the activities left."""
    done = look_again(workspace.store, "source", lambda: connector, Remembered(), lambda _: None)
    assert done is not None
    assert not done.failed, done.failed
    return done, ids(workspace)


def ids(workspace):
    """The ids of the activities that count."""
    rows = workspace.store.engine.arrow("SELECT id FROM activities").to_pylist()
    return {row["id"] for row in rows}


def kept(workspace, activity):
    """What the store says now of one activity."""
    (row,) = workspace.store.engine.arrow("SELECT * FROM activities WHERE id = ?", [activity]).to_pylist()
    return row


__all__ = [
    "Remembered",
    "activities",
    "ids",
    "kept",
    "looked_again",
    "pull_again",
    "pulled",
    "replies",
    "store_of",
]
