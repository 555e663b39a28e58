"""Instagram and Threads: a download whole, whichever language it is in, and what is Facebook's."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from connectors.social.facebook_export import FacebookExport
from connectors.social.instagram import Instagram
from influence.contract.connector import Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED

TIME = 1_767_603_600
TALK = {
    "participants": [{"name": "Bo Ek"}, {"name": "Ann LÃ©e"}, {"name": "Instagram User"}],
    "messages": [
        {
            "sender_name": "Bo Ek",
            "timestamp_ms": TIME * 1000,
            "content": "hei",
            "reactions": [{"reaction": "\u00e2\u009d\u00a4", "actor": "Ann LÃ©e", "timestamp": TIME + 5}],
        },
        {
            "sender_name": "Ann LÃ©e",
            "timestamp_ms": TIME * 1000 + 1,
            "share": {"link": "https://www.instagram.com/p/X/"},
        },
        {"sender_name": "Instagram User", "timestamp_ms": TIME * 1000 + 2, "content": "gone"},
        {"sender_name": "Bo Ek", "timestamp_ms": TIME * 1000 + 3, "call_duration": 3},
        {"sender_name": "Bo Ek", "content": "when?"},
    ],
    "thread_path": "inbox/boek_17",
}
PROFILE = {
    "profile_user": [
        {
            "string_map_data": {
                "E-Mail": {"value": "ann@acme.example"},
                "Benutzername": {"value": "annlee"},
                "Name": {"value": "Ann LÃ©e"},
            }
        }
    ]
}
NEWER = [
    {
        "timestamp": TIME,
        "media": [],
        "label_values": [
            {"label": "URL", "value": "x", "href": "https://www.instagram.com/p/ABC/"},
            {
                "title": "Owner",
                "dict": [
                    {"dict": [{"label": "Name", "value": "Bo"}, {"label": "Username", "value": "bo_ek"}]}
                ],
            },
        ],
        "fbid": "17",
    }
]
FILES: dict[str, Any] = {
    "personal_information/personal_information/personal_information.json": PROFILE,
    "your_instagram_activity/messages/inbox/boek_17/message_1.json": TALK,
    "your_instagram_activity/likes/liked_posts.json": NEWER,
    "your_instagram_activity/comments/post_comments_1.json": [
        {
            "string_map_data": {
                "Kommentar": {"value": "fein"},
                "Medieninhaber": {"value": "bo_ek"},
                "Zeit": {"timestamp": TIME},
            }
        }
    ],
    "your_instagram_activity/media/posts_1.json": [
        {"media": [{"uri": "a.jpg", "creation_timestamp": TIME, "title": "see @bo_ek"}]},
        {"media": [{"uri": "b.jpg", "creation_timestamp": TIME}], "title": "two", "creation_timestamp": TIME},
    ],
    "connections/followers_and_following/followers_1.json": [
        {
            "title": "",
            "string_list_data": [
                {"href": "https://www.instagram.com/bo_ek", "value": "bo_ek", "timestamp": TIME}
            ],
        }
    ],
    "connections/followers_and_following/following.json": {
        "relationships_following": [
            {
                "title": "bo_ek",
                "string_list_data": [{"href": "https://www.instagram.com/_u/bo_ek", "timestamp": TIME}],
            },
            {"title": "", "string_list_data": [{"timestamp": TIME}]},
        ]
    },
    "ads_information/ads_clicked.json": {"impressions_history_ads_clicked": []},
}


def written(folder: Path, files: dict[str, Any]) -> Path:
    file = folder / "instagram-annlee.zip"
    with zipfile.ZipFile(file, "w") as packed:
        for name, body in files.items():
            packed.writestr(name, json.dumps(body))
    return file


def read(file: Path, **options: str) -> list[Record]:
    with open_export(file) as export:
        return [record for _, record in Instagram(**options).parse_export(export)]


def test_a_download_is_read_whole(tmp_path: Path) -> None:
    file = written(tmp_path, FILES)
    assert Instagram().claims(names(file))
    assert not FacebookExport().claims(names(file))
    records = read(file)
    acts = [one for one in records if isinstance(one, Activity)]
    ann, bo = "instagram:annlee", "instagram-name:Bo Ek"
    assert [
        (bo, Verb.MESSAGE, (ann,), ()),
        (ann, Verb.REACT, (), ()),
        (ann, Verb.MESSAGE, (bo,), ()),
        (ann, Verb.REACT, (), ("instagram:bo_ek",)),
        (ann, Verb.COMMENT, (), ("instagram:bo_ek",)),
        (ann, Verb.POST, (), ("instagram:bo_ek",)),
        (ann, Verb.POST, (), ()),
        ("instagram:bo_ek", Verb.FOLLOW, (ann,), ()),
        (ann, Verb.FOLLOW, ("instagram:bo_ek",), ()),
    ] == [(one.actor, one.verb, one.to, one.mentions) for one in acts]
    assert len(acts) == len({one.id for one in acts})
    assert ("❤", TIME + 5) == (acts[1].reaction, acts[1].time.timestamp())
    owner = next(one for one in records if isinstance(one, Person))
    assert ("Ann Lée", (ann, "email:ann@acme.example")) == (owner.name, owner.accounts)
    assert 3 == sum(isinstance(one, SetAside) for one in records)
    assert any("1 calls were left out" in one.text for one in records if isinstance(one, Note))


def test_without_a_profile_the_owner_is_asked_for(tmp_path: Path) -> None:
    rest = {name: body for name, body in FILES.items() if "personal_information" not in name}
    file = written(tmp_path, rest)
    reasons = [one.reason for one in read(file) if isinstance(one, SetAside)]
    assert 6 == sum("--set owner=annlee" in one for one in reasons)
    acts = [one for one in read(file, owner="@AnnLee") if isinstance(one, Activity)]
    assert 9 == len(acts)


def test_an_older_download_is_not_facebooks() -> None:
    inside = ["messages/inbox/bo_1/message_1.json", "likes/liked_posts.json", "profile.json"]
    assert Instagram().claims(inside)
    assert not FacebookExport().claims(inside)
    facebooks = [
        "messages/inbox/bo_1/message_1.json",
        "friends/friends.json",
        "likes_and_reactions/pages.json",
    ]
    assert not Instagram().claims(facebooks)
    assert FacebookExport().claims(facebooks)


def test_a_folder_of_several_exports_is_not_claimed_whole() -> None:
    assert not Instagram().claims(["a/your_instagram_activity/media/posts_1.json", "b/mails.mbox"])


def test_a_conversation_alone_may_be_of_either() -> None:
    talk = {
        "participants": [{"name": "Bo"}],
        "messages": [{"sender_name": "Bo", "timestamp_ms": TIME * 1000}],
    }
    assert ["facebook-export", "instagram"] == recognised_by(
        member_of(json.dumps(talk).encode(), "message_1.json")
    )
    theirs = {**talk, "thread_type": "Regular"}
    assert ["facebook-export"] == recognised_by(member_of(json.dumps(theirs).encode(), "message_1.json"))


def test_a_download_as_html_says_so(tmp_path: Path) -> None:
    file = written(tmp_path, {"your_instagram_activity/messages/inbox/a/message_1.html": "<html>"})
    with pytest.raises(Unreadable, match="format JSON"):
        read(file)
    with pytest.raises(Unreadable, match="import the whole download"):
        list(Instagram().parse(member_of(b'{"seen": []}')))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
@pytest.mark.parametrize(("folder", "count", "owner"), [("instagram", 1, ""), ("threads", 1, "annlee")])
def test_the_cases_are_read(folder: str, count: int, owner: str) -> None:
    place = SHARED / "cases/sources" / folder
    assert Instagram().claims(names(place))
    assert not FacebookExport().claims(names(place))
    records = read(place, owner=owner)
    assert count == sum(isinstance(one, Activity) for one in records)
