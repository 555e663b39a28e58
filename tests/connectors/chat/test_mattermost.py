"""Mattermost: threads and direct messages of a bulk export, and recorded answers."""

from __future__ import annotations

import json

import pytest

from connectors.chat.mattermost import Mattermost
from influence.contract.connector import Unreadable
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb
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


def post(user: str, at: int, **more: object) -> dict[str, object]:
    told = {
        "team": "acme",
        "channel": "town",
        "user": user,
        "message": "x",
        "create_at": 1_767_603_600_000 + at,
    }
    return {"type": "post", "post": {**told, **more}}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"type": "system_join_channel"}, "1 lines of the program"),
        ({"props": {"from_webhook": "true", "override_username": "CI"}}, "1 posts of programs in the name"),
        ({"props": {"from_bot": "true"}}, "1 posts of programs in the name"),
    ],
)
def test_what_a_program_wrote_in_the_name_of_an_account_is_counted(more: dict[str, object], why: str) -> None:
    records = read(post("ann", 1, **more), post("ann", 2))
    assert 1 == sum(isinstance(one, Activity) for one in records)
    assert any(why in one.text for one in records if isinstance(one, Note))


def test_a_bot_writes_in_its_own_name() -> None:
    bot = {"type": "bot", "bot": {"username": "jira", "owner": "ann"}}
    records = read(bot, post("jira", 1, props={"from_bot": "true"}))
    assert ["mattermost:@jira"] == [one.actor for one in records if isinstance(one, Activity)]


def test_between_whom_a_direct_post_is_stands_in_either_list_or_it_is_set_aside() -> None:
    direct = {"user": "bo", "message": "x", "create_at": 1_767_603_600_000}
    newer = {**direct, "participants": [{"username": "ann"}, {"username": "bo"}]}
    records = read(*({"type": "direct_post", "direct_post": one} for one in (newer, direct)))
    assert [("mattermost:@ann",)] == [one.to for one in records if isinstance(one, Activity)]
    assert [3] == [one.line for one in records if isinstance(one, SetAside)]


def test_a_list_of_posts_alone_is_read() -> None:
    told = {"id": "p" * 26, "create_at": 1_767_603_600_000, "user_id": "a" * 26, "channel_id": "c" * 26}
    member = member_of(json.dumps([{**told, "root_id": "", "message": "x"}]).encode())
    assert ["mattermost"] == recognised_by(member)
    assert [Verb.MESSAGE] == [one.verb for one in Mattermost().parse(member) if isinstance(one, Activity)]
