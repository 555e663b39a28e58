"""What is older than a rule says goes for good: by service, by source, by kind."""

from datetime import UTC, datetime

import pytest

from influence.rights.retention import prune, rules

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = {
    "activities": [
        {"id": "s:old", "time": "2024-12-31T00:00:00Z", "actor": "slack:1", "verb": "message", "to": ["slack:2"]},
        {"id": "s:new", "time": "2025-06-01T00:00:00Z", "actor": "slack:2", "verb": "reply", "parent": "s:old"},
        {"id": "s:react", "time": "2024-12-31T00:00:00Z", "actor": "slack:2", "verb": "react", "parent": "s:old"},
        {"id": "m:old", "time": "2023-12-31T00:00:00Z", "actor": "email:a@b.example", "verb": "message"},
    ],
    "encounters": [
        {"id": "e:old", "time": "2023-01-01T00:00:00Z", "people": ["email:a@b.example", "email:c@d.example"],
         "kind": "in_person", "evidence": "calendar"},
        {"id": "e:new", "time": "2026-01-01T00:00:00Z", "people": ["email:a@b.example", "email:c@d.example"],
         "kind": "in_person", "evidence": "calendar"},
    ],
}  # fmt: skip


def ids(held, log="activity_log"):
    return sorted(held.store.engine.arrow(f"SELECT id FROM {log}")["id"].to_pylist())  # noqa: S608 - ours


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        ({"slack.message": "1y"}, {"s:old"}),
        ({"slack": "1y"}, {"s:old", "s:react"}),
        ({"mail": "2y"}, {"m:old", "e:old"}),
        ({"calendar.meeting": "2y"}, {"e:old"}),
        ({"activities.jsonl": "1y"}, {"s:old", "s:react", "m:old"}),
        ({"slack": "9y"}, set()),
    ],
)
def test_a_rule_takes_what_is_older_and_nothing_else(workspace, rule, gone):
    held = workspace(**ROWS)
    before = {*ids(held), *ids(held, "encounter_log")}
    rehearsed = prune(held.store, rules(rule), now=NOW, rehearse=True)
    assert before == {*ids(held), *ids(held, "encounter_log")}, "a rehearsal takes nothing"
    done = prune(held.store, rules(rule), now=NOW)
    assert len(gone) == done.total == rehearsed.total
    assert before - gone == {*ids(held), *ids(held, "encounter_log")}


def test_a_rule_about_nothing_that_is_here_is_named(workspace):
    held = workspace(**ROWS)
    assert ("slakc",) == tuple(prune(held.store, rules({"slakc": "1y", "slack": "1y"}), now=NOW).idle)


def test_what_comes_in_older_than_the_rule_goes_again_and_its_bytes_with_it(workspace):
    held = workspace('[retention]\n"slack" = "1d"\n', activities=[
        {"id": "s:verylongidsings", "time": "2020-01-01T00:00:00Z", "actor": "slack:1", "verb": "message"},
        {"id": "x:1", "time": "2020-01-01T00:00:00Z", "actor": "x:1", "verb": "post"},
    ])  # fmt: skip
    assert ["x:1"] == ids(held)
    held.close()
    assert b"verylongidsings" not in (held.path / "influence.duckdb").read_bytes()


@pytest.mark.parametrize("length", ["2 years", "0d", "y", 3])
def test_a_length_that_is_none_is_refused(workspace, length):
    with pytest.raises(Exception, match=r"\[retention\] mail = .* should be a length such as 90d, 6m or 2y"):
        workspace(f"[retention]\nmail = {length!r}\n")
