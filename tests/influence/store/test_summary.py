"""The account of an import adds up, and says truly what it made of what is shown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.records import (
    Activity,
    Deleted,
    Encounter,
    Evidence,
    Exposure,
    Modality,
    Person,
    SetAside,
    Tie,
    Verb,
    Withdrawn,
)
from influence.store.store import Store
from tests.kit.draws import draws

DAYS = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
FEW = st.sampled_from(["a", "b", "c"])
ACTIVITIES = st.builds(
    lambda id_, day, who, gone: Activity(id_, DAYS[day], f"x:{who}", Verb.POST, deleted=gone),
    *(FEW, st.integers(0, 2), FEW, st.booleans()),
)
MEETINGS = st.builds(
    lambda id_, day, version: Encounter(
        (f"x:{id_}", "x:me"),
        Modality.ONLINE,
        Evidence.CALENDAR,
        DAYS[day],
        id=f"m{id_}{day}",
        meeting=f"m{id_}",
        version=version,
    ),
    *(FEW, st.integers(0, 2), st.none() | st.integers(0, 2)),
)
WITHDRAWN = st.builds(
    lambda id_, day, version: Withdrawn(f"m{id_}", f"m{id_}{day}" if day is not None else f"m{id_}", version),
    *(FEW, st.none() | st.integers(0, 2), st.integers(0, 2)),
)
DELETED = st.builds(Deleted, FEW | st.sampled_from(["ma0", "mb1"]))
ASIDE = st.builds(SetAside, FEW, st.integers(1, 3))
RECORDS = st.lists(ACTIVITIES | MEETINGS | WITHDRAWN | DELETED | ASIDE, max_size=12)


def shown(store):
    """What is shown: the content of each id."""
    sql = "SELECT id, key FROM activities UNION ALL SELECT id, key FROM encounters"
    return {row["id"]: row["key"] for row in store.engine.arrow(sql).to_pylist()}


def bring(store, records, *, live=True):
    with store.batch("here", "test", live=live) as batch:
        for record in records:
            batch.add(record, "file")
    return batch.summary


@given(st.lists(RECORDS, max_size=4), st.booleans())
@settings(max_examples=draws(12, 60), deadline=None)
def test_whatever_comes_adds_up_and_is_told_as_it_is(batches, live):
    store = Store()
    for records in batches:
        before = shown(store)
        found = bring(store, records, live=live)
        after = shown(store)
        assert found.read == found.stored + found.known + found.aside
        assert found.new - found.deleted == len(after) - len(before)
        assert min(vars(found).values()) >= 0
    store.close()


@given(RECORDS)
@settings(max_examples=draws(8, 25), deadline=None)
def test_one_batch_of_things_known_once_tells_them_one_by_one(records):
    once = list(
        {getattr(record, "id", None): record for record in records if isinstance(record, Activity)}.values()
    )
    store = Store()
    bring(
        store, [Activity("a", DAYS[0], "x:before", Verb.POST), Activity("b", DAYS[0], "x:before", Verb.POST)]
    )
    before = shown(store)
    found = bring(store, once)
    after = shown(store)
    assert found.new == len(after.keys() - before.keys())
    assert found.deleted == len(before.keys() - after.keys())
    assert found.changed == sum(after[key] != before[key] for key in after.keys() & before.keys())
    store.close()


def post(who, day=0):
    return Activity("a", DAYS[day], f"x:{who}", Verb.POST)


def shown_to(number):
    return Exposure("n", DAYS[0], "x:ann", "X", "impressions", number)


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([[post("ann")], [post("ann")]], (0, 0, 0)),
        ([[post("ann")], [post("bo")]], (0, 1, 0)),
        ([[post("ann")], [post("bo")], [post("ann")]], (0, 1, 0)),
        ([[post("ann")], [Deleted("a")]], (0, 0, 1)),
        ([[post("ann")], [Deleted("a")], [Deleted("a")]], (0, 0, 0)),
        ([[post("ann")], [Deleted("a")], [post("ann")]], (1, 0, 0)),
        ([[], [post("ann"), post("bo")]], (1, 0, 0)),
        ([[], [Deleted("a")]], (0, 0, 0)),
        ([[shown_to(1)], [shown_to(1)]], (0, 0, 0)),
        ([[], [shown_to(1), shown_to(2)]], (1, 0, 0)),
        ([[shown_to(1)], [shown_to(2)]], (0, 1, 0)),
        ([[], [Person("p", "Ann", ("x:ann",)), Tie("x:ann", "x:bo", "met")]], (2, 0, 0)),
    ],
)
def test_new_changed_and_deleted_are_what_they_say(batches, expected):
    store = Store()
    found = [bring(store, records) for records in batches][-1]
    assert expected == (found.new, found.changed, found.deleted)
    store.close()


def test_half_of_a_surrogate_pair_in_any_text_comes_in_as_a_mark():
    store = Store()
    odd = Activity("a\ud83d", DAYS[0], "x:\udd11", Verb.POST, mentions=("x:b\ud83d\udd11",))
    found = bring(store, [odd, SetAside("what \ud83d"), Deleted("\ud83d")])
    assert (3, 1, 1, 1) == (found.read, found.stored, found.known, found.aside)
    (row,) = store.engine.arrow("SELECT id, actor, mentions FROM activities").to_pylist()
    assert {"id": "a\ufffd", "actor": "x:\ufffd", "mentions": ["x:b🔑"]} == row
    store.close()
