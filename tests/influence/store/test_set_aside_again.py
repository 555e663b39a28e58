"""A row that is set aside each time its file is brought in counts once; of a service every reply counts."""

import json

import pytest

from influence import Workspace
from influence.contract.records import SetAside
from influence.network.log_queries import set_aside
from influence.store.store import Store
from tests.kit.command_line import said

GOOD = {"id": "a", "time": "2026-01-05T09:00:00Z", "actor": "x:1", "verb": "post"}
BAD = {**GOOD, "id": "b", "time": "last spring"}


def brought_in(workspace, rows):
    """Bring the same file in, as it is now."""
    file = workspace.path.parent / "posts.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return workspace.import_path(file, connector="activities").summary


@pytest.fixture
def workspace(tmp_path):
    made = Workspace.create(tmp_path / "w")
    yield made
    made.close()


def test_a_file_that_comes_again_adds_only_what_was_not_set_aside_before(workspace):
    first, second, third = (
        brought_in(workspace, rows)
        for rows in ([GOOD, BAD, BAD], [GOOD, BAD, BAD], [GOOD, BAD, BAD, BAD | {"time": "next spring"}])
    )
    assert [(2, 0), (2, 2), (3, 2)] == [(one.aside, one.again) for one in (first, second, third)]
    assert {"posts.jsonl": (3, 1)} == set_aside(workspace.analysis.tables)
    assert [0, 2, 2] == [row["again"] for row in workspace.store.imports()]


def test_the_doctor_says_so(workspace):
    for _ in range(2):
        brought_in(workspace, [GOOD, BAD])
    workspace.close()
    told = said(workspace.path.parent, "doctor")[1]
    assert 1 == told.count("1 set aside (1 of them before too)")


def pulled(store, name, *, live):
    with store.batch("guests", "guests", live=live) as batch:
        for _ in range(3):
            batch.add(SetAside("a guest without a name"), name)
    return batch.summary.again


@pytest.mark.parametrize(("live", "again"), [(True, 0), (False, 3)])
def test_of_a_service_every_reply_counts_though_two_are_called_alike(live, again):
    store = Store()
    assert [0, again] == [pulled(store, "page-1.json", live=live) for _ in range(2)]


def test_a_store_of_before_is_brought_up_and_counts_what_came_again_once(tmp_path):
    store = Store(tmp_path / "store.duckdb")
    for name, reasons in (("a", ["x", "y"]), ("a", ["x", "y"]), ("a", ["x", "z"]), ("b", ["w"])):
        with store.batch(name, "recognised") as batch:
            for reason in reasons:
                batch.add(SetAside(reason), name)
    store.engine.run("ALTER TABLE batches DROP COLUMN again")
    store.engine.run("UPDATE meta SET value = '9' WHERE key = 'version'")
    store.close()
    # What is told of a batch that brought something new is not known any more: it counts, as it did before.
    assert [0, 2, 0, 0] == [row["again"] for row in Store(tmp_path / "store.duckdb").imports()]
