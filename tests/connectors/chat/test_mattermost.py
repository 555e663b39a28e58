"""Mattermost: threads and direct messages of a bulk export, and recorded answers."""

from __future__ import annotations

import json

import pytest

from connectors.chat.mattermost import Mattermost
from influence.contract.connector import Unreadable
from influence.contract.records import Activity, Person, Record, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED

VERSION = '{"type": "version", "version": 1}'


def read(*lines: object) -> list[Record]:
    member = member_of("\n".join([VERSION, *map(json.dumps, lines)]).encode(), "bulk.jsonl")
    assert ["mattermost"] == recognised_by(member)
    return list(Mattermost().parse(member))


def test_a_group_is_told_by_its_members_and_what_is_alike_is_not_one() -> None:
    post = {
        "channel_members": ["cy", "ann", "bo"],
        "user": "ann",
        "message": "x",
        "create_at": 1_767_603_600_000,
    }
    told = [
        one for one in read(*[{"type": "direct_post", "direct_post": post}] * 2) if isinstance(one, Activity)
    ]
    assert [("mattermost:@cy", "mattermost:@bo")] * 2 == [one.to for one in told]
    assert 2 == len({one.id for one in told})


def test_an_odd_line_is_set_aside_with_its_number() -> None:
    records = read(
        {"type": "post", "post": {"user": "", "create_at": 1}}, ["x"], {"type": "user", "user": {}}
    )
    assert [2, 3, 4] == [one.line for one in records if isinstance(one, SetAside)]


def test_another_file_is_refused() -> None:
    with pytest.raises(Unreadable, match="no bulk export"):
        list(Mattermost().parse(member_of(b'{"type": "post"}')))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared recordings are not on this machine")
def test_recorded_answers_are_read() -> None:
    folder = next((SHARED / "payloads/mattermost").rglob("mattermost_posts.json")).parent
    posts = member_of(folder / "mattermost_posts.json")
    assert ["mattermost"] == recognised_by(posts)
    told = [one for one in Mattermost().parse(posts) if isinstance(one, Activity)]
    known = {one.id for one in told}
    assert {Verb.MESSAGE, Verb.REPLY} == {one.verb for one in told}
    assert all(one.parent in known for one in told if one.parent)
    user = member_of(folder / "mattermost_user_valcos.json")
    assert ["mattermost:@valcos"] == [
        one.accounts[1] for one in Mattermost().parse(user) if isinstance(one, Person)
    ]
