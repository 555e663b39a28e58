"""Mastodon: archives, answers of the API, and pulls from a service that answers as Mastodon documents it."""

import json
import zipfile
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from connectors.social.mastodon import Mastodon
from connectors.social.mastodon_records import time_of
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, Unreadable
from influence.contract.files import open_export
from influence.contract.records import Activity, Note, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.live_replies import activities, kept, over, pull_again, pulled, replies
from tests.kit.places import PAYLOADS

NOW = datetime(2026, 1, 8, 9, tzinfo=UTC)
HOME = "https://social.example"


def number(time, extra=0):
    return str((int(time.timestamp() * 1000) << 16) + extra)


OLD = number(datetime(2025, 9, 1, 9, tzinfo=UTC))
FIRST = number(datetime(2026, 1, 5, 9, tzinfo=UTC))
ANSWER = number(datetime(2026, 1, 5, 10, tzinfo=UTC))
BOOST = number(datetime(2026, 1, 6, 9, tzinfo=UTC))
OTHER = number(datetime(2026, 1, 4, 9, tzinfo=UTC))


def person(acct, **more):
    name, _, host = acct.partition("@")
    url = f"https://{host or 'social.example'}/@{name}"
    return {
        "id": str(sum(map(ord, acct))),
        "acct": acct,
        "username": name,
        "display_name": name.title(),
        "url": url,
        **more,
    }


def status(item_id, acct, **more):
    counts = dict.fromkeys(("replies_count", "reblogs_count", "favourites_count"), 0)
    body = {
        "id": item_id,
        "created_at": time_of(item_id).isoformat(),
        "account": person(acct),
        "content": "<p>…</p>",
        **counts,
    }
    return {
        **body,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "reblog": None,
        "mentions": [],
        **more,
    }


class Service:
    """A Mastodon server as its API is documented, two statuses a page, pages by the header Link."""

    def __init__(self):
        self.mine = [
            status(BOOST, "ann", reblog=status(OTHER, "bob@other.example")),
            status(FIRST, "ann", replies_count=1, favourites_count=2, reblogs_count=1),
            status(OLD, "ann"),
        ]
        self.answers = {FIRST: [status(ANSWER, "bob@other.example", in_reply_to_id=FIRST)]}
        self.lists = {
            f"statuses/{FIRST}/favourited_by": [person("bob@other.example"), person("cay")],
            f"statuses/{FIRST}/reblogged_by": [person("feed", bot=True)],
        }
        self.notified = [
            {
                "id": "7",
                "type": "favourite",
                "created_at": "2026-01-05T11:00:00Z",
                "account": person("cay"),
                "status": self.mine[1],
            },
            {"id": "8", "type": "follow", "created_at": "2026-01-05T12:00:00Z", "account": person("dee")},
        ]
        self.asked = []

    def __call__(self, request):
        assert "Bearer placeholder" == request.headers["authorization"]
        path, asked = request.url.path.removeprefix("/api/v1/"), dict(request.url.params)
        self.asked.append(path)
        if path == "accounts/verify_credentials":
            return httpx.Response(200, json=person("ann"))
        if path.endswith("/context"):
            return httpx.Response(
                200, json={"ancestors": [], "descendants": self.answers.get(path.split("/")[1], [])}
            )
        if path == "notifications":
            return httpx.Response(
                200, json=[n for n in self.notified if int(n["id"]) > int(asked.get("since_id") or 0)]
            )
        if path.startswith("accounts/"):
            return self.page(path, [s for s in self.mine if int(s["id"]) < int(asked.get("max_id", 10**19))])
        if path.endswith("/quotes"):
            return httpx.Response(404)
        return httpx.Response(200, json=self.lists.get(path, []))

    def page(self, path, rows):
        shown = rows[:2]
        link = f'<https://evil.example/{path}?max_id={shown[-1]["id"]}>; rel="next"' if rows[2:] else ""
        return httpx.Response(200, json=shown, headers={"Link": link, "X-RateLimit-Remaining": "299"})


def mastodon(service):
    return over(Mastodon, service, now=NOW, server=HOME)


def at(item_id):
    return f"mastodon:social.example/{item_id}"


class TestLive:
    def test_brings_statuses_answers_and_reactions(self):
        one = mastodon(Service())
        found = activities(one, replies(one))
        reactions = {f"{at(FIRST)}/react/bob@other.example", f"{at(FIRST)}/react/cay@social.example"}
        shares = {f"{at(FIRST)}/share/feed@social.example", f"{at(OTHER)}/share/ann@social.example"}
        follow = "mastodon:social.example/follow/dee@social.example/ann@social.example"
        assert {at(OLD), at(FIRST), at(ANSWER), at(OTHER), follow} | reactions | shares == set(found)
        assert at(FIRST) == found[at(ANSWER)].parent

    def test_a_favourite_is_dated_by_its_notification_and_else_at_the_status(self):
        one = mastodon(Service())
        found = activities(one, replies(one))
        assert datetime(2026, 1, 5, 11, tzinfo=UTC) == found[f"{at(FIRST)}/react/cay@social.example"].time
        assert datetime(2026, 1, 5, 9, tzinfo=UTC) == found[f"{at(FIRST)}/react/bob@other.example"].time

    def test_a_bot_is_told(self):
        one = mastodon(Service())
        people = [r for reply in replies(one) for r in one.parse(reply.member) if isinstance(r, Person)]
        assert {"mastodon:feed@social.example"} == {r.accounts[0] for r in people if r.bot}

    def test_cut_and_resumed_is_the_same_as_not_cut(self, tmp_path):
        count = len(replies(mastodon(Service())))
        assert count >= 6
        check_fetch(tmp_path, lambda: mastodon(Service()), Remembered(), count)

    def test_a_second_pull_adds_nothing_and_reads_no_old_page(self, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", mastodon(service), Remembered())
        service.asked.clear()
        assert 0 == pull_again(workspace, mastodon(service))[0]
        assert 1 == sum(path.endswith("/statuses") for path in service.asked)
        assert not [path for path in service.asked if path.endswith("ed_by")]
        workspace.close()

    def test_new_answers_come_and_deleted_statuses_and_boosts_go(self, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", mastodon(service), Remembered())
        newer = number(datetime(2026, 1, 7, 9, tzinfo=UTC))
        late = number(datetime(2026, 1, 7, 10, tzinfo=UTC))
        service.mine = [status(newer, "ann", replies_count=1), service.mine[2]]
        service.answers = {newer: [status(late, "cay", in_reply_to_id=newer)]}
        _, known = pull_again(workspace, mastodon(service))
        assert {at(newer), at(late), at(OLD)} <= known
        assert not {at(FIRST), f"{at(OTHER)}/share/ann@social.example"} & known
        workspace.close()

    def test_an_edit_is_the_same_status_with_other_content(self, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", mastodon(service), Remembered())
        service.mine[1] = {
            **service.mine[1],
            "mentions": [person("dee")],
            "edited_at": "2026-01-07T09:00:00Z",
        }
        assert 1 == pull_again(workspace, mastodon(service))[0]
        assert ["mastodon:dee@social.example"] == kept(workspace, at(FIRST))["mentions"]
        workspace.close()

    def test_the_next_page_is_asked_from_the_own_server_only(self):
        hosts = set()
        service = Service()

        def answer(request):
            hosts.add(request.url.host)
            return service(request)

        replies(mastodon(answer))
        assert {"social.example"} == hosts

    def test_a_page_that_repeats_itself_ends(self):
        def answer(request):
            if request.url.path.endswith("verify_credentials"):
                return httpx.Response(200, json=person("ann"))
            link = '<https://social.example/x?max_id=9>; rel="next"'
            return httpx.Response(200, json=[status(OLD, "ann")], headers={"Link": link})

        with pytest.raises(KeyError):
            activities(mastodon(answer), [])["nothing is asked before the fetch"]
        assert 5 >= len(replies(mastodon(answer)))

    def test_refusals_are_typed(self):
        with pytest.raises(NotAuthorised):
            replies(mastodon(lambda _: httpx.Response(401)))
        with pytest.raises(Changed, match="the account has no 'id'"):
            replies(mastodon(lambda _: httpx.Response(200, json={"error": "?"})))
        with pytest.raises(ConnectorError, match="say which server"):
            replies(over(Mastodon, Service()))
        with pytest.raises(ConnectorError, match=r"server is 'ann'; write its address"):
            replies(over(Mastodon, Service(), server="ann"))

    def test_no_token_stands_in_names_or_cursors(self):
        for reply in replies(mastodon(Service())):
            assert "placeholder" not in reply.member.name + json.dumps(reply.cursor) + reply.note


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "archive.zip"
    actor = {
        "id": "https://social.example/users/ann",
        "preferredUsername": "ann",
        "name": "Ann Lee",
        "type": "Person",
    }
    likes = [f"https://other.example/users/bob/statuses/{OTHER}", "https://pleroma.example/objects/0a-1b"]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("actor.json", json.dumps(actor))
        packed.write(PAYLOADS / "mastodon/outbox.json", "outbox.json")
        packed.writestr("likes.json", json.dumps({"type": "OrderedCollection", "orderedItems": likes}))
        packed.writestr("bookmarks.json", "{}")
    return path


def test_an_archive_gives_statuses_boosts_and_favourites(archive):
    with open_export(archive) as export:
        assert Mastodon().claims(list(export.files))
        told = list(Mastodon().parse_export(export))
    found = {r.id: r for _, r in told if isinstance(r, Activity)}
    assert 5 == len(found)
    assert {"mastodon:ann@social.example"} == {r.actor for r in found.values()}
    like = found[f"mastodon:other.example/{OTHER}/react/ann@social.example"]
    assert (Verb.REACT, time_of(OTHER)) == (like.verb, like.time)
    (aside,) = [r for _, r in told if isinstance(r, SetAside)]
    assert "does not say when" in aside.reason
    assert any("1 other files" in r.text for _, r in told if isinstance(r, Note))


def test_a_direct_status_is_a_message_to_its_people_and_mentions_nobody():
    one = status(FIRST, "ann", visibility="direct", mentions=[person("bob@other.example")])
    (found,) = [r for r in Mastodon().parse(member_of(json.dumps([one]).encode())) if isinstance(r, Activity)]
    assert (Verb.MESSAGE, ("mastodon:bob@other.example",), ()) == (found.verb, found.to, found.mentions)


def test_a_quote_has_what_it_quotes_as_its_parent():
    quoted = status(OTHER, "bob@other.example")
    one = status(FIRST, "ann", quote={"state": "accepted", "quoted_status": quoted})
    found = {
        r.id: r for r in Mastodon().parse(member_of(json.dumps(one).encode())) if isinstance(r, Activity)
    }
    assert (Verb.QUOTE, at(OTHER)) == (found[at(FIRST)].verb, found[at(FIRST)].parent)
    assert at(OTHER) in found


def test_a_page_of_strangers_needs_the_name_of_the_server():
    member = member_of(json.dumps([status(OTHER, "bob@other.example")]).encode())
    assert [True] == [
        isinstance(r, SetAside) and "--set server" in r.reason for r in Mastodon().parse(member)
    ]
    assert at(OTHER) in {r.id for r in Mastodon(server=HOME).parse(member) if isinstance(r, Activity)}


def test_every_recorded_answer_parses_or_its_refusal_is_right(shared):
    yaml = pytest.importorskip("yaml")
    counted, verbs = Counter(), Counter()
    for file in shared.glob("payloads/mastodon/**/*.yaml"):
        for exchange in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)["interactions"]:
            body = exchange["response"]["body"].get("string") or b""
            address = urlsplit(exchange["request"]["uri"])
            content = body if isinstance(body, bytes) else body.encode()
            one = Mastodon(server=f"{address.scheme}://{address.netloc}")
            try:
                records = list(one.parse(member_of(content, f"{address.path.strip('/')}.json")))
            except Unreadable:
                counted["not JSON"] += 1
                assert not content.strip().startswith((b"{", b"[")), address.path
                continue
            counted.update(type(r).__name__ for r in records)
            verbs.update(r.verb for r in records if isinstance(r, Activity))
            refused = {r.reason for r in records if isinstance(r, SetAside)}
            known = (
                "neither a status, a notification nor an account",
                "a notification of",
                "the status cannot be read: it is no object",
            )
            assert all(reason.startswith(known) for reason in refused), (address.path, refused)
            holds = exchange["request"]["method"] == "GET" and b'"account"' in content
            if holds and "/statuses" in address.path and not address.path.endswith("/history"):
                assert any(isinstance(r, Activity | Person) for r in records), address.path
    assert counted["Activity"] > 300
    assert {Verb.POST, Verb.REPLY, Verb.SHARE, Verb.REACT, Verb.MESSAGE, Verb.QUOTE} <= set(verbs)
