"""A column that came with a later version leaves every row of before as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from influence.contract.records import Person, Rows
from influence.store.store import Store

POST = {"id": "m1", "time": "2026-01-05T09:00:00Z", "actor": "x:1", "verb": "post"}
ANN = Person("p1", "Ann", ("x:1",), organisation="Acme")
KEY_BEFORE = "3dcd3a00-ba4b-3c52-fe3f-35acb4003f68"
"""The key of that row in a store of version 7, when people had no first contact and no outcome."""


def people(store: Store, *who: Person) -> int:
    with store.batch("crm", "people") as batch:
        for one in who:
            batch.add(one, "crm.csv")
    return batch.summary.stored


def test_a_row_without_them_keeps_its_key() -> None:
    store = Store()
    people(store, ANN)
    assert store.engine.arrow("SELECT key::VARCHAR AS key FROM people_log")["key"].to_pylist() == [KEY_BEFORE]


def test_a_store_of_before_is_opened_and_knows_its_rows_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.duckdb")
    people(store, ANN)
    for log, column in (("people_log", "first_contact"), ("people_log", "outcome"), ("activity_log", "tags")):
        store.engine.run("DROP VIEW IF EXISTS activities; DROP VIEW IF EXISTS unsaid_activities")
        store.engine.run(f"ALTER TABLE {log} DROP COLUMN {column}")
    store.engine.run("UPDATE meta SET value = '7' WHERE key = 'version'")
    store.close()
    again = Store(tmp_path / "store.duckdb")
    assert people(again, ANN) == 0
    assert again.engine.arrow("SELECT tags FROM activities").num_rows == 0


def test_another_outcome_or_first_contact_is_another_row() -> None:
    store = Store()
    told = [Person("p1", accounts=("x:1",), outcome=word) for word in ("won", "lost", "won")]
    assert people(store, *told) == 2
    assert people(store, Person("p1", accounts=("x:1",), first_contact=date(2026, 3, 1))) == 1
    rows = store.engine.arrow("SELECT first_contact, outcome FROM people_log ORDER BY seq").to_pylist()
    assert rows[0] == {"first_contact": None, "outcome": "won"}
    assert rows[2] == {"first_contact": date(2026, 3, 1), "outcome": None}


@pytest.mark.parametrize(
    ("kind", "row", "said"),
    [
        (
            "people",
            {"person": "p1", "accounts": "x:1", "first_contact": "last spring"},
            "first_contact is not a day",
        ),
        ("activities", {**POST, "rating": "4 stars"}, "rating is not a number from 0 (the worst mark) to 1"),
        ("activities", {**POST, "rating": "4"}, "rating is not a number from 0 (the worst mark) to 1"),
    ],
)
def test_what_is_no_day_or_no_rating_is_set_aside(kind: str, row: dict[str, str], said: str) -> None:
    store = Store()
    with store.batch("test", "test") as batch:
        batch.add(Rows(kind, pa.Table.from_pylist([row | {"line": 1}])), "file")
    [reason] = store.engine.arrow("SELECT reason FROM quarantine")["reason"].to_pylist()
    assert reason.startswith(said)
    assert (batch.summary.stored, batch.summary.aside) == (0, 1)


def test_tags_ratings_and_reactions_of_a_table_are_kept() -> None:
    store = Store()
    with store.batch("test", "test") as batch:
        row = POST | {"tags": "Climate; #ai", "rating": "0.75", "reaction": "love", "line": 1}
        batch.add(Rows("activities", pa.Table.from_pylist([row])), "file")
    assert store.engine.arrow("SELECT tags, rating, reaction FROM activities").to_pylist() == [
        {"tags": ["ai", "climate"], "rating": 0.75, "reaction": "love"}
    ]
