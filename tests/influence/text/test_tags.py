"""Tags are kept of a message whose text is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from influence.contract.records import Activity, Verb
from influence.store.store import Store


def tags_of(text: str | None, *stated: str) -> list[str] | None:
    store = Store()
    with store.batch("test", "test") as batch:
        post = Activity("m1", datetime(2026, 1, 5, tzinfo=UTC), "x:1", Verb.POST, text=text, tags=stated)
        batch.add(post, "file")
    [row] = store.engine.arrow("SELECT tags, text FROM activities").to_pylist()
    assert row["text"] is None
    found: list[str] | None = row["tags"]
    return found


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Klima og #AI: we act. #ai", ["ai", "klima"]),
        ("(#öffentlich) \"#näköala\" '#2026goals'", ["2026goals", "näköala", "öffentlich"]),
        ("＃東京 and #a_b-c", ["a_b", "東京"]),
        ("Issue #7, C#sharp, &#39;x&#x27;, https://a.example/p#part https://a.example/#part", None),
        ("<#C024BE91L|general> is a channel", None),
        ("##Heading", None),
        ("#" + "a" * 101, None),
        ("", None),
        (None, None),
    ],
)
def test_tags_of_a_text(text: str | None, tags: list[str] | None) -> None:
    assert tags_of(text) == tags


def test_what_a_service_states_and_what_the_text_says_is_one_list() -> None:
    assert tags_of("We act: #climate", "#Climate", "Energy", " ") == ["climate", "energy"]


def test_one_tag_written_in_two_ways_is_one() -> None:
    assert tags_of("#Café #cafe\u0301") == ["café"]
