"""What is known is known exactly, however many rows come at once and however much is there already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.records import Activity, Rows, Verb
from influence.store.store import Store
from influence.store.summary import Summary

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ROW = st.tuples(st.integers(0, 6), st.integers(0, 2), st.booleans() | st.just(False))
"""Which id, which version of it, and whether it is a deletion."""


@dataclass
class Told:
    """What a store must say, worked out row by row."""

    keys: set[tuple[int, int, bool]] = field(default_factory=set)
    newest: dict[int, tuple[int, bool]] = field(default_factory=dict)

    def shown(self) -> dict[int, int]:
        return {name: version for name, (version, deleted) in self.newest.items() if not deleted}

    def add(self, rows: list[tuple[int, int, bool]]) -> Summary:
        before, stored = self.shown(), 0
        for row in rows:
            if row not in self.keys:
                self.keys.add(row)
                self.newest[row[0]] = row[1:]
                stored += 1
        after = self.shown()
        return Summary(
            *(len(rows), stored, len(rows) - stored, 0),
            new=len(after.keys() - before.keys()),
            changed=sum(after[name] != before[name] for name in after.keys() & before.keys()),
            deleted=len(before.keys() - after.keys()),
        )


def activity(name: int, version: int, deleted: bool) -> Activity:
    when = START + timedelta(hours=name)
    return Activity(f"m{name}", when, "x:1", Verb.POST, channel=str(version), deleted=deleted)


@settings(max_examples=15, deadline=None)
@given(batches=st.lists(st.lists(ROW, max_size=30), max_size=5))
def test_each_batch_tells_exactly_what_it_stored_and_what_that_changed(
    batches: list[list[tuple[int, int, bool]]],
) -> None:
    store, told = Store(), Told()
    for rows in batches:
        with store.batch("file", "test") as batch:
            for row in rows:
                batch.add(activity(*row), "file")
        assert told.add(rows) == batch.summary
    held = store.engine.arrow("SELECT id, channel FROM activities").to_pylist()
    assert {f"m{name}": str(version) for name, version in told.shown().items()} == {
        row["id"]: row["channel"] for row in held
    }


def table(first: int, count: int, **columns: Any) -> pa.Table:
    numbers = np.arange(first, first + count)
    return pa.table(
        {
            "id": pa.array([f"a{n}" for n in numbers]),
            "time": pa.array(numbers * 60_000_000 + 1_767_603_600_000_000).cast(pa.timestamp("us", "UTC")),
            "actor": pa.array([f"x:{n % 7}" for n in numbers]),
            "verb": pa.array(["post"] * count),
            "line": pa.array(numbers),
        }
        | columns
    )


def brought_in(store: Store, *tables: pa.Table) -> Summary:
    with store.batch("file", "test") as batch:
        for one in tables:
            batch.add(Rows("activities", one), "file")
    return batch.summary


def test_rows_are_kept_in_the_order_in_which_they_came_however_they_were_cut() -> None:
    store = Store()
    many = 300_000
    done = brought_in(store, table(0, many), table(many - 10, 20))
    assert (many + 20, many + 10, 10) == (done.read, done.stored, done.known)
    out = "SELECT count(*) AS n FROM activity_log WHERE id <> 'a' || (seq - 1)"
    assert 0 == store.engine.arrow(out)["n"][0].as_py()
    assert (0, 1000) == (lambda again: (again.stored, again.known))(brought_in(store, table(5000, 1000)))


def test_a_store_with_keys_as_text_is_brought_up_and_knows_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "influence.duckdb"
    old = Store(path)
    brought_in(old, table(0, 50))
    for log in ("activity_log", "encounter_log", "people_log", "tie_log", "term_log"):
        old.engine.run(
            f"ALTER TABLE {log} ALTER key SET DATA TYPE VARCHAR USING replace(key::VARCHAR, '-', '')"
        )
    old.engine.run("UPDATE meta SET value = '6' WHERE key = 'version'")
    old.close()
    new = Store(path)
    assert (5, 50) == (lambda done: (done.stored, done.known))(brought_in(new, table(0, 55)))
    assert 55 == new.engine.arrow("FROM activities").num_rows


def test_files_that_nobody_knows_are_each_kept_once() -> None:
    store = Store()
    with store.batch("file", "test") as batch:
        for number in range(5000):
            batch.refuse(f"file {number % 2500}", "a file of no known kind")
    assert 2500 == len(store.quarantine())
    assert Summary() == batch.summary
