"""Whatever columns a table comes with, its rows land or are set aside with a reason: none is lost or raises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.records import Rows
from influence.store.incoming import readable
from influence.store.schema import KINDS
from influence.store.store import Store
from influence.store.summary import Summary

PLAIN = {
    "activities": {"id": "1", "time": "2026-01-05T09:00:00Z", "actor": "x:1", "verb": "post"},
    "encounters": {"people": "x:1;x:2", "kind": "in_person", "evidence": "declared"},
    "people": {"person": "p", "accounts": "x:1"},
    "ties": {"source": "x:1", "target": "x:2"},
}
LONG = st.integers(-(2**63) + 1, 2**63 - 1) | st.sampled_from([2**63 - 1, 10**17, 1_767_603_600])
WORDS = st.text(max_size=8) | st.sampled_from(
    ["9" * 26, "9" * 400, "1e400", "nan", "infinity", "300000-01-01T00:00:00Z", "2026-01-05T09:00:00Z"]
)
REALS = st.floats() | st.sampled_from([1e26, 9.3e18, 1e17])
COLUMNS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.string(), WORDS),
    (pa.large_string(), WORDS),
    (pa.binary(), st.binary(max_size=6)),
    (pa.binary(2), st.binary(min_size=2, max_size=2)),
    (pa.bool_(), st.booleans()),
    (pa.int64(), LONG),
    (pa.uint64(), st.integers(0, 2**64 - 1)),
    (pa.float64(), REALS),
    (pa.decimal128(38, 2), st.decimals(-(10**30), 10**30, places=2)),
    (pa.decimal256(60, 0), st.just(Decimal(10**59))),
    (pa.list_(pa.string()), st.lists(st.none() | WORDS, max_size=3)),
    (pa.large_list(pa.int64()), st.lists(LONG, max_size=3)),
    (pa.list_(pa.string(), 2), st.lists(WORDS, min_size=2, max_size=2)),
    (pa.list_(pa.list_(pa.string())), st.lists(st.lists(WORDS, max_size=2), max_size=2)),
    (pa.struct({"a": pa.string()}), st.fixed_dictionaries({"a": WORDS})),
    (pa.map_(pa.string(), pa.int64()), st.lists(st.tuples(WORDS, LONG), max_size=2)),
]
AS_NUMBERS = [
    *(pa.timestamp(unit, zone) for unit in ("s", "ms", "us", "ns") for zone in (None, "UTC")),
    *(pa.date64(), pa.duration("s"), pa.time64("ns")),
]


@st.composite
def columns(draw: st.DrawFn) -> pa.Array:
    if draw(st.booleans()):
        of = draw(st.sampled_from(AS_NUMBERS))
        return pa.array(draw(st.lists(st.none() | LONG, min_size=1, max_size=4)), pa.int64()).cast(of)
    of, values = draw(st.sampled_from(COLUMNS))
    made = pa.array(draw(st.lists(st.none() | values, min_size=1, max_size=4)), of)
    return made.dictionary_encode() if of == pa.string() and draw(st.booleans()) else made


FIELDS = [(kind, field) for kind in KINDS for field in KINDS[kind].given]
STORE = Store(keep_text=True)


def brought_in(kind: str, table: pa.Table, zone: str | None = None, store: Store = STORE) -> Summary:
    lines = pa.array(range(table.num_rows), pa.int64())
    with store.batch("file", "test") as batch:
        batch.add(Rows(kind, table.append_column("line", lines), zone), "file")
    return batch.summary


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(where=st.sampled_from(FIELDS), values=columns(), zone=st.sampled_from([None, "Europe/Oslo"]))
def test_no_column_of_any_type_ends_an_import(
    where: tuple[str, str], values: pa.Array, zone: str | None
) -> None:
    kind, field = where
    plain = {name: pa.array([value] * len(values)) for name, value in PLAIN[kind].items()}
    done = brought_in(kind, pa.table({**plain, field: values}), zone)
    assert len(values) == done.read
    assert done.read == done.stored + done.known + done.aside


@pytest.mark.parametrize(
    "time",
    [
        pa.array(["9" * 26]),
        pa.array(["9" * 400]),
        pa.array(["1e400"]),
        pa.array(["300000-01-01T00:00:00Z"]),
        pa.array(["2026-01-05T09:00:00+99:99"]),
        pa.array(["2026-01-05 09:00:00-1700"]),
        pa.array([float("nan")]),
        pa.array([float("-inf")]),
        pa.array([2**63 - 1]),
        pa.array([2**62]).cast(pa.timestamp("s", "UTC")),
        pa.array([-(2**62)]).cast(pa.timestamp("ns", "UTC")),
        pa.array([2**31 - 1], pa.int32()).cast(pa.date32()),
    ],
    ids=str,
)
def test_a_time_that_no_calendar_has_is_set_aside_with_its_reason(time: pa.Array) -> None:
    store = Store()
    row = {name: pa.array([value]) for name, value in PLAIN["activities"].items()} | {"time": time}
    assert 1 == brought_in("activities", pa.table(row), store=store).aside
    [told] = store.quarantine()
    assert str(told["reason"]).startswith("time '")


def test_a_weight_that_is_no_number_is_set_aside() -> None:
    row = {name: pa.array([value] * 2) for name, value in PLAIN["ties"].items()}
    done = brought_in(
        "ties", pa.table({**row, "weight": pa.array([float("nan"), float("inf")])}), store=Store()
    )
    assert (0, 2) == (done.stored, done.aside)


def test_bytes_that_are_no_text_become_text() -> None:
    offsets, letters = pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"a\xff")
    broken = pa.StringArray.from_buffers(1, offsets, letters)
    assert ["a\N{REPLACEMENT CHARACTER}"] == readable(pa.table({"id": broken}))["id"].to_pylist()


def test_a_moment_is_the_same_however_it_is_written() -> None:
    second = 1_767_603_600
    store = Store()
    for time in (
        pa.array(["2026-01-05T09:00:00Z"]),
        pa.array(["2026-01-05 10:00:00+01:00"]),
        pa.array([str(second)]),
        pa.array([second * 1000]),
        pa.array([float(second)]),
        pa.array([second], pa.timestamp("s", "UTC")),
        pa.array([second * 10**9], pa.timestamp("ns", "UTC")),
    ):
        row = {name: pa.array([value]) for name, value in PLAIN["activities"].items()} | {"time": time}
        brought_in("activities", pa.table(row), store=store)
    assert 1 == store.engine.arrow("SELECT count(*) AS n FROM activity_log")["n"][0].as_py()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", [pa.array([None], pa.string()), pa.array([[]], pa.list_(pa.string()))])
def test_a_column_in_which_nothing_stands_is_as_one_that_is_not_there(kind: str, empty: pa.Array) -> None:
    plain = {name: pa.array([value]) for name, value in PLAIN[kind].items()}
    others = dict.fromkeys(KINDS[kind].given, empty) | plain
    stores = Store(), Store()
    for store, columns in zip(stores, (plain, others), strict=True):
        assert 1 == brought_in(kind, pa.table(columns), store=store).stored
    log = f"SELECT * EXCLUDE (seq, batch, key) FROM {KINDS[kind].log}"  # noqa: S608 - our own words
    bare, full = (store.engine.arrow(log).to_pylist() for store in stores)
    assert bare == full


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("x:1;nobody", "to: 'nobody' is not an account, which is written system:identifier"),
        ("x:1;x:2 x:3", "to: 'x:2 x:3' holds more than one account: write a semicolon"),
    ],
)
def test_what_is_no_account_or_more_than_one_is_told(to: str, reason: str) -> None:
    store = Store()
    row = {name: pa.array([value]) for name, value in {**PLAIN["activities"], "to": to}.items()}
    assert 1 == brought_in("activities", pa.table(row), store=store).aside
    [told] = store.quarantine()
    assert str(told["reason"]).startswith(reason)


@pytest.mark.parametrize(
    "actor", ["email:a@x.example b@x.example", "email:a@x.example,b@x.example", "x:1 x:2"]
)
def test_two_accounts_where_one_acts_are_set_aside_and_never_one_person(actor: str) -> None:
    store = Store()
    row = {name: pa.array([value]) for name, value in PLAIN["activities"].items()}
    assert 1 == brought_in("activities", pa.table(row | {"actor": pa.array([actor])}), store=store).aside
    [told] = store.quarantine()
    assert str(told["reason"]).endswith("holds more than one account: write a semicolon between them")
