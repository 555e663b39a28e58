"""Answers that a service has changed, or that somebody made up: read, set aside or refused, never a crash."""

import copy
import json
import random
import re

import pytest

from connectors.chat.matrix import Matrix
from connectors.chat.slack import Slack
from connectors.chat.yammer import Yammer
from connectors.chat.zulip import Zulip
from connectors.sites.discourse import Discourse
from connectors.sites.github import GitHub
from connectors.sites.request_tracker import RequestTracker
from connectors.sites.wordpress import WordPress
from connectors.social.bluesky import Bluesky
from connectors.social.facebook_page import FacebookPage
from connectors.social.hacker_news import HackerNews
from connectors.social.mastodon import Mastodon
from connectors.social.reddit import Reddit
from connectors.social.x import X
from connectors.social.youtube import YouTube
from connectors.suites.google import Google
from connectors.suites.microsoft import Microsoft
from influence.contract.connector import ConnectorError
from influence.contract.records import Activity, Encounter
from influence.contract.testing import Remembered, as_rows, member_of
from tests.kit.connector_records import places
from tests.kit.draws import draws
from tests.kit.places import PAYLOADS
from tests.kit.served import served

AT_ONCE = staticmethod(lambda _: None)
"""Nobody waits for a service that is asked again."""
CONNECTORS = (Yammer, Microsoft, Google, YouTube, HackerNews, FacebookPage)
ODD = (
    None,
    [],
    {},
    "",
    "x",
    5,
    -1,
    1e300,
    True,
    [None],
    [5],
    {"id": []},
    "\x00\u202e",
    "9" * 600,
    [[]],
    {"a": {"b": []}},
)
EVERY = (
    *(*CONNECTORS, Bluesky, Discourse, GitHub, Mastodon, Matrix, Reddit, RequestTracker, Slack, WordPress, X),
    Zulip,
)
"""Every connector that reads answers in JSON."""


def answers_of(*made):
    return [
        (one, path)
        for one in made
        for path in sorted((PAYLOADS / one.name).glob("*.json"))
        if "expected" not in path.name
    ]


ANSWERS = answers_of(*CONNECTORS)


def tried(act):
    """What came of it, or the sentence of its refusal; any other error is a crash, and fails the test."""
    try:
        return act(), None
    except ConnectorError as refused:
        return None, str(refused)


def changed(answer, at, odd):
    found = copy.deepcopy(answer)
    place = found
    for key in at[:-1]:
        place = place[key]
    place[at[-1]] = odd
    return found


@pytest.mark.parametrize(("made", "path"), answers_of(*EVERY), ids=lambda one: getattr(one, "name", ""))
def test_a_field_of_another_kind_is_read_set_aside_or_refused_in_a_sentence(made, path):
    answer = json.loads(path.read_text("utf-8"))
    chance = random.Random(7)  # noqa: S311 - it only picks samples
    everywhere = list(places(answer))
    for at in everywhere:
        for odd in chance.sample(ODD, 6):
            content = json.dumps(changed(answer, at, odd)).encode()
            records, refusal = tried(lambda: list(made().parse(member_of(content))))  # noqa: B023 - at once
            assert refusal is None or re.fullmatch(r"[^\n\0]{20,600}", refusal), at
            assert records is None or all(as_rows(records)), at
    assert len(everywhere) > 5


@pytest.mark.parametrize(
    "odd", [r"half \ud83d of a pair", r"a NUL \u0000", "1e400", "NaN", "[" * 300 + "]" * 300]
)
@pytest.mark.parametrize(("made", "path"), answers_of(*EVERY), ids=lambda one: getattr(one, "name", ""))
def test_what_is_no_text_and_no_number_is_replaced_wherever_it_stands(made, path, odd):
    answer = json.loads(path.read_text("utf-8"))
    written = f'"{odd}"' if "\\" in odd else odd
    for at in places(answer):
        content = json.dumps(changed(answer, at, "%%")).replace('"%%"', written).encode()
        records, _ = tried(lambda: list(made().parse(member_of(content))))  # noqa: B023 - at once
        assert re.search("[\0\ud800-\udfff]", repr(as_rows(records or ()))) is None, at
        json.dumps(as_rows(records or ()), ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(("made", "path"), answers_of(*EVERY), ids=lambda one: getattr(one, "name", ""))
def test_an_answer_nested_without_end_is_refused_in_a_sentence(made, path):
    answer = json.loads(path.read_text("utf-8"))
    everywhere = list(places(answer))
    for at in everywhere[:: max(1, len(everywhere) // draws(2, 40))]:
        content = (
            json.dumps(changed(answer, at, "%%")).replace('"%%"', '{"a":[' * 50_000 + "]}" * 50_000).encode()
        )
        _, refusal = tried(lambda: list(made().parse(member_of(content))))  # noqa: B023 - at once
        assert refusal is None or re.fullmatch(r"[^\n\0]{20,600}", refusal), at


@pytest.mark.parametrize(("made", "path"), ANSWERS, ids=lambda one: getattr(one, "name", ""))
def test_a_broken_item_takes_no_other_down(made, path):
    answer = json.loads(path.read_text("utf-8"))
    whole = list(made().parse(member_of(path.read_bytes())))
    items = next((value for value in answer.values() if isinstance(value, list) and len(value) > 1), None)
    if items is None:
        items = [answer]
        broken = {**answer, "unknown_field": {"x": []}}
    else:
        broken = answer
        items.insert(0, {"id": {"no": "id"}, "created_time": [], "snippet": 5})
    read = list(made().parse(member_of(json.dumps(broken).encode())))

    def kept(records):
        return [record.id for record in records if isinstance(record, Activity | Encounter)]

    assert kept(whole) == kept(read)


@pytest.mark.parametrize(
    "said", [[], 5, None, "text", {"error": {}}, {"value": {"no": "list"}}, [[5]], {"\ud83d": 1e300}]
)
@pytest.mark.parametrize(
    "made",
    [
        lambda url: Yammer("app", server=url, login=url),
        lambda url: Microsoft("app", server=url, login=url),
        lambda url: Google("app", server=url, token_url=f"{url}/token"),
        lambda url: YouTube("UCann", server=url),
        lambda url: HackerNews("ann", server=url),
        lambda url: FacebookPage("100", server=url),
        lambda url: Slack(address=f"{url}/"),
        lambda url: Zulip(url, "ann@acme.example"),
        lambda url: Matrix(url),
        lambda url: Discourse(url, people="ann"),
        lambda url: GitHub("acme/site", "ann", url),
        lambda url: RequestTracker(url),
        lambda url: WordPress(url),
        lambda url: Mastodon(url),
        lambda url: Bluesky("ann.example", url, url),
        lambda url: type("At", (X,), {"sleep": AT_ONCE})(client_id="app", server=url),
        lambda url: type("At", (Reddit,), {"sleep": AT_ONCE})("ann", server=url, login=url),
    ],
)
def test_a_service_that_answers_something_else_ends_in_a_sentence(made, said):
    def answer(asked):
        is_sign_in = asked.path.endswith("/token")
        return {"access_token": "access", "expires_in": 3600} if is_sign_in else said

    with served(answer) as service:
        replies, refusal = tried(lambda: list(made(service.url).fetch({}, Remembered())))
    assert service.asked
    assert replies is None or len(replies) < 10
    assert refusal is None or 20 <= len(refusal) <= 600
    json.dumps([reply.cursor for reply in replies or ()], ensure_ascii=False, allow_nan=False).encode()
