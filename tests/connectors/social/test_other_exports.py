"""What exports of social sites tell by a link, in another file, language or shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.social.facebook_export import FacebookExport
from connectors.social.linkedin import LinkedIn, _day
from connectors.social.mastodon import Mastodon
from connectors.social.mastodon_records import read_outbox
from connectors.social.x import X
from influence.contract.connector import Unreadable
from influence.contract.files import open_export
from influence.contract.records import Activity, Person, Record, SetAside, Verb
from influence.contract.testing import member_of


def acts(records: list[Record]) -> list[Activity]:
    return [record for record in records if isinstance(record, Activity)]


def tweet(text: str, number: str = "2008100000000000001", link: str = "", **more: Any) -> dict[str, Any]:
    urls = [{"expanded_url": link}] if link else []
    told = {"id_str": number, "full_text": text, "created_at": "Mon Jan 05 09:00:00 +0000 2026"}
    return {"tweet": {**told, "entities": {"user_mentions": [], "urls": urls}, **more}}


def archive(folder: Path, **files: list[Any]) -> list[Record]:
    account = {"account": {"accountId": "100", "username": "annlee", "accountDisplayName": "Ann Lee"}}
    for name, rows in {"account": [account], **files}.items():
        plain = name.replace("_", "-")
        text = f"window.YTD.{name}.part0 = {json.dumps(rows)}"
        (folder / f"{plain}.js").write_text(text, "utf-8")
    with open_export(folder) as found:
        return [record for _, record in X().parse_export(found)]


@pytest.mark.parametrize(
    "link",
    [
        "https://twitter.com/bo_ek/status/12",
        "https://x.com/bo_ek/status/12?s=20",
        "http://mobile.twitter.com/bo_ek/statuses/12",
        "https://twitter.com/#!/bo_ek/status/12",
    ],
)
def test_a_link_to_a_post_is_a_quote_of_it_and_names_its_author(link: str, tmp_path: Path) -> None:
    (found,) = acts(archive(tmp_path, tweets=[tweet("So true", link=link)]))
    assert (Verb.QUOTE, "x:12", ("x-handle:bo_ek",)) == (found.verb, found.parent, found.mentions)


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/annlee/status/2008100000000000001",
        "https://x.com/bo_ek/status/12/photo/1",
        "https://x.com/bo_ek",
    ],
)
def test_a_link_to_something_else_is_no_quote(link: str, tmp_path: Path) -> None:
    (found,) = acts(archive(tmp_path, tweets=[tweet("Look", link=link)]))
    assert (Verb.POST, None, ()) == (found.verb, found.parent, found.mentions)


def test_posts_in_communities_count_and_long_posts_name_all_whom_they_name(tmp_path: Path) -> None:
    note = {
        "noteTweetId": "77",
        "createdAt": "2026-01-05T09:00:00.000Z",
        "core": {"text": "Long and longer @cy_ray", "mentions": [{"screenName": "cy_ray"}]},
    }
    other = tweet(
        "In the community",
        "2008100000000000005",
        in_reply_to_status_id_str="12",
        in_reply_to_user_id_str="200",
    )
    records = archive(
        tmp_path, tweets=[tweet("Long and")], community_tweet=[other], note_tweet=[{"noteTweet": note}]
    )
    found = {act.id: act for act in acts(records)}
    assert ["x:2008100000000000001", "x:2008100000000000005"] == sorted(found)
    assert ("x-handle:cy_ray",) == found["x:2008100000000000001"].mentions
    assert Verb.REPLY is found["x:2008100000000000005"].verb
    assert not [record for record in records if isinstance(record, SetAside)]


def test_a_long_post_of_the_api_names_whom_it_names_beyond_280_characters() -> None:
    mention = {"username": "annlee", "id": "100"}
    post = {
        "id": "7",
        "author_id": "200",
        "created_at": "2026-01-05T09:00:00Z",
        "edit_history_tweet_ids": ["7"],
        "text": "Long …",
        "note_tweet": {"text": "Long @annlee", "entities": {"mentions": [mention]}},
    }
    (found,) = acts(list(X().parse(member_of(json.dumps({"data": [post]}).encode()))))
    assert (("x:100",), "Long @annlee") == (found.mentions, found.text)


PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
STATUS = "https://social.example/users/ann/statuses/115840000000000001"


def entry(to: Any, kind: str = "Create", thing: Any = None) -> Activity:
    note = {"id": STATUS, "type": "Note", "published": "2026-01-05T09:00:00Z", "to": to, "content": "Hi"}
    row = {"type": kind, "actor": "https://social.example/users/ann", "published": "2026-01-05T09:00:00Z"}
    (found,) = acts(list(read_outbox(row | {"object": thing or note}, 1, None)))
    return found


@pytest.mark.parametrize("to", [PUBLIC, [PUBLIC], {"id": PUBLIC}, [{"id": "as:Public"}], "as:Public"])
def test_a_public_status_is_public_however_its_address_is_written(to: Any) -> None:
    assert Verb.POST is entry(to).verb


@pytest.mark.parametrize(
    "to", [None, [], "https://other.example/users/bo", {"id": "https://other.example/users/bo"}]
)
def test_a_private_status_stays_a_message(to: Any) -> None:
    assert Verb.MESSAGE is entry(to).verb


def test_a_boost_may_hold_what_it_boosts() -> None:
    found = entry([], "Announce", {"id": STATUS, "type": "Note"})
    assert (Verb.SHARE, "mastodon:social.example/115840000000000001") == (found.verb, found.parent)


def test_a_backup_of_mastodon_archive_tells_who_answered_and_what_was_favoured() -> None:
    def account(acct: str) -> dict[str, str]:
        return {"acct": acct, "display_name": acct[:3].title(), "url": f"https://social.example/@{acct}"}

    def status(number: str, acct: str, **more: Any) -> dict[str, Any]:
        told = {"id": number, "created_at": "2026-01-05T09:00:00Z", "content": "Hi", "account": account(acct)}
        return {**told, "in_reply_to_account_id": None, **more}

    backup = {
        "account": {**account("ann"), "statuses_count": 1},
        "statuses": [status("115840000000000001", "ann")],
        "mentions": [status("115840000000000002", "bo@other.example", in_reply_to_id="115840000000000001")],
        "favourites": [status("115840000000000003", "cy@other.example")],
    }
    found = acts(list(Mastodon().parse(member_of(json.dumps(backup).encode()))))
    assert [Verb.POST, Verb.POST, Verb.REACT, Verb.REPLY] == sorted((act.verb for act in found), key=str)
    assert ["mastodon:ann@social.example"] == [act.actor for act in found if act.verb is Verb.REACT]


CONNECTED = "\n\nVorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Vernetzt am\nBo,Ek,https://www.linkedin.com/in/bo-ek,,Beta,CEO,{}\n"


@pytest.mark.parametrize(
    "day", ["05 Jan. 2026", "5 janv. 2026", "5 de enero de 2026", "2026年1月5日", "5. januar 2026"]
)
def test_connections_are_read_in_any_language(day: str) -> None:
    content = f'Notizen:\n"Beim Export …"{CONNECTED.format(day)}'.encode()
    member = member_of(content, "Connections.csv")
    connector = LinkedIn(owner="https://www.linkedin.com/in/ann-lee")
    assert connector.recognises(member, content)
    (found,) = acts(list(connector.parse(member)))
    assert ("linkedin:in/bo-ek", "2026-01-05") == (found.actor, found.time.date().isoformat())


def test_a_day_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        _day("05 Foo 2026")


def test_quotes_behind_a_backslash_do_not_break_a_row(tmp_path: Path) -> None:
    (tmp_path / "Profile.csv").write_text("First Name,Last Name\nAnn,Lee\n", "utf-8")
    link = "https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A700000000000000000"
    rows = f'2026-01-10 09:00:00,{link}1,"He said \\"yes\\", and\nleft"\n2026-01-11 09:00:00,{link}2,Fine\n'
    (tmp_path / "Comments.csv").write_text(f"Date,Link,Message\n{rows}", "utf-8")
    (tmp_path / "Shares.csv").write_text(
        "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n", "utf-8"
    )
    with open_export(tmp_path) as found:
        records = [record for _, record in LinkedIn().parse_export(found)]
    assert ['He said "yes", and\nleft', "Fine"] == [act.text for act in acts(records)]


def test_an_encrypted_chat_of_messenger_is_read() -> None:
    def message(who: str, **more: Any) -> dict[str, Any]:
        return {
            "senderName": who,
            "timestamp": 1767600000000,
            "text": "Hi",
            "type": "text",
            "isUnsent": False,
            **more,
        }

    rows = [
        message("Bo Ek", reactions=[{"actor": "Ann Lee", "reaction": "❤"}]),
        message("Ann Lee", isUnsent=True),
    ]
    chat = {"participants": ["Bo Ek", "Ann Lee"], "threadName": "Bo Ek_12", "messages": rows}
    member = member_of(json.dumps(chat).encode())
    assert FacebookExport().recognises(member, member.head())
    records = list(FacebookExport().parse(member))
    assert [(Verb.MESSAGE, "Bo Ek"), (Verb.REACT, "Ann Lee")] == [
        (act.verb, act.actor.partition(":")[2]) for act in acts(records)
    ]
    assert {"Bo Ek", "Ann Lee"} == {record.name for record in records if isinstance(record, Person)}
    cut = list(FacebookExport().parse(member_of(json.dumps(chat).encode()[:-40])))
    assert [Verb.MESSAGE, Verb.REACT] == [act.verb for act in acts(cut)]
    assert 1 == sum(isinstance(record, SetAside) for record in cut)


def test_an_export_of_facebook_as_html_is_told_to_be_one(tmp_path: Path) -> None:
    folder = tmp_path / "your_facebook_activity" / "messages" / "inbox" / "bo_1"
    folder.mkdir(parents=True)
    (folder / "message_1.html").write_text("<html></html>", "utf-8")
    with open_export(tmp_path) as found:
        assert FacebookExport().claims(list(found.files))
        with pytest.raises(Unreadable, match="JSON"):
            list(FacebookExport().parse_export(found))
