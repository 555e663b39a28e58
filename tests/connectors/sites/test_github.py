"""GitHub: the recordings of three other projects, and a small GitHub of our own on this machine, pulled twice."""

import json
from itertools import count

import pytest

from connectors.sites.github import GitHub
from influence import Workspace
from influence.contract.connector import ConnectorError, RateLimited
from influence.contract.records import Activity, SetAside
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.loopback import answering, pull_into, rows

ANN, BEN, CY = ({"login": name, "id": 100 + n, "type": "User"} for n, name in enumerate(("ann", "ben", "cy")))


def parsed(body):
    return list(GitHub().parse(member_of(json.dumps(body).encode())))


def bodies(path):
    """The answers in a recording: a plain one, a list of exchanges (octokit), or raw lines (PyGithub)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".txt":
        return [
            json.loads(line) for line in text.split("\n") if line.startswith(("[{", '{"')) and _is_json(line)
        ]
    found = json.loads(text)
    exchanges = isinstance(found, list) and found and isinstance(found[0], dict) and "scope" in found[0]
    return [exchange["response"] for exchange in found] if exchanges else [found]


def _is_json(line):
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def test_every_recording_is_read_or_is_no_conversation(shared):
    files = [
        path
        for path in (shared / "payloads/github").rglob("*")
        if path.is_file() and path.name != "SOURCE.txt"
    ]
    reasons, activities, foreign = set(), 0, set()
    for path in files:
        for body in bodies(path):
            member = member_of(json.dumps(body).encode(), path.name)
            if not GitHub().recognises(member, member.head()):
                foreign.add(path.name)
                continue
            for record in GitHub().parse(member):
                activities += isinstance(record, Activity)
                if isinstance(record, SetAside):
                    reasons.add(record.reason.split(": ", 1)[1])
    assert 89 == len(files)
    assert activities > 40
    assert {
        "neither issue nor comment nor review",
        "a review without words of its own; its comments are read for themselves",
        "written by an account that no longer exists",
    } == reasons
    assert "rate_limit" in foreign


def test_a_login_in_code_in_a_quote_or_in_an_address_is_no_mention():
    body = "@Ben and `@code`, ann@cy.example, @acme/team\n> @quoted\n```\n@block\n```\nthanks @cy."
    row = {
        "url": "https://api.github.com/repos/acme/site/issues/comments/1",
        "issue_url": "https://api.github.com/repos/acme/site/issues/1",
        "id": 1,
        "user": ANN,
        "created_at": "2026-01-05T09:00:00Z",
        "body": body,
    }
    assert [("github-login:ben", "github-login:cy")] == [
        record.mentions for record in parsed([row]) if isinstance(record, Activity)
    ]


def test_an_item_that_names_another_host_is_never_asked_for_there():
    hub = Hub()
    hub.issue(ANN, "x", url="http://127.0.0.1:1/repos/acme/site/issues/1", reactions=1)
    with answering(hub.answer) as (address, asked):
        list(GitHub("acme/site", url=address).fetch({}, Remembered()))
    assert "/repos/acme/site/issues/1/reactions" in [path for path, *_ in asked]


class Hub:
    """A small GitHub: its lists by time of change, a page at a time, as the service documents them."""

    def __init__(self, page=2):
        self.clock, self.page = count(1), page
        self.lists = {"issues": [], "issues/comments": [], "pulls/comments": []}
        self.more = {}
        self.headers = {}

    def now(self):
        return f"2026-06-01T00:{next(self.clock) // 2:02d}:00Z"  # two at a time have the very same one

    def add(self, kind, path, user, **more):
        at, number = self.now(), 1 + sum(map(len, self.lists.values()))
        row = {
            "url": f"https://api.github.com/repos/acme/site/{path.format(number)}",
            "id": 1000 + number,
            "user": user,
            "created_at": at,
            "updated_at": at,
            "body": "",
            **more,
        }
        self.lists[kind].append(row)
        return row

    def issue(self, user, body, pull=False, reactions=0, **more):
        number = 1 + len(self.lists["issues"])
        told = {"number": number, "title": "t", "body": body, "reactions": {"total_count": reactions}}
        if pull:
            told["pull_request"] = {"url": f"https://api.github.com/repos/acme/site/pulls/{number}"}
        return self.add("issues", f"issues/{number}", user, **told, **more)

    def comment(self, user, issue):
        return self.add(
            "issues/comments",
            "issues/comments/{}",
            user,
            issue_url=f"https://api.github.com/repos/acme/site/issues/{issue['number']}",
        )

    def answer(self, path, params):
        number, size = int(params.get("page", 1)), self.page
        path = path.removeprefix("/repos/acme/site/")
        if path == "/search/issues":
            since = params["q"].partition("updated:>=")[2]
            found = [row for row in self.lists["issues"] if row["updated_at"] >= since]
        elif path in self.lists:
            found = [row for row in self.lists[path] if row["updated_at"] >= params.get("since", "")]
        else:
            found, size = self.more.get(path, []), 100
        found = sorted(found, key=lambda row: row.get("updated_at", ""))[(number - 1) * size : number * size]
        return 200, {"items": found} if path == "/search/issues" else found, self.headers


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr("connectors.sites.github.AT_ONCE", 2)  # so that a handful of items are several pages
    made = Hub()
    issue, pull = made.issue(ANN, "what do you think, @cy?", reactions=1), made.issue(BEN, "", pull=True)
    for user in (BEN, CY, ANN):
        made.comment(user, issue)
    made.more["issues/1/reactions"] = [
        {"id": 1, "user": CY, "content": "+1", "created_at": "2026-06-01T09:00:00Z"}
    ]
    link = "https://api.github.com/repos/acme/site/pulls/2"
    made.more["pulls/2/reviews"] = [
        {
            "id": 2,
            "user": ANN,
            "state": "APPROVED",
            "body": "",
            "pull_request_url": link,
            "submitted_at": made.now(),
        }
    ]
    made.more["issues/1/comments"] = made.lists["issues/comments"]
    assert pull["number"] == 2
    return made


def test_a_repository_is_pulled_once_and_then_only_what_is_new_or_changed(hub, tmp_path):
    with answering(hub.answer) as (address, asked), Workspace.create(tmp_path / "w") as workspace:
        connector = GitHub("acme/site", url=address)
        pull_into(workspace, connector)
        assert [("comment", 3), ("post", 2), ("react", 2)] == rows_by_verb(workspace)
        assert {"Bearer placeholder"} == {headers["Authorization"] for _, _, headers in asked}
        assert [] == pull_into(workspace, connector)
        hub.comment(CY, hub.lists["issues"][0])
        assert 1 == len(pull_into(workspace, connector))
        assert [("comment", 4), ("post", 2), ("react", 2)] == rows_by_verb(workspace)


def rows_by_verb(workspace):
    verbs = [verb for verb, _ in rows(workspace, "verb, id")]
    return sorted((verb, verbs.count(verb)) for verb in set(verbs))


def test_what_one_person_is_involved_in_is_pulled_across_repositories(hub, tmp_path):
    with answering(hub.answer) as (address, asked), Workspace.create(tmp_path / "w") as workspace:
        pull_into(workspace, GitHub(user="ann", url=address))
        assert [("comment", 3), ("post", 2), ("react", 2)] == rows_by_verb(workspace)
        assert "involves:ann" == asked[0][1]["q"]
        assert [] == pull_into(workspace, GitHub(user="ann", url=address))


def test_a_pull_cut_at_any_reply_and_resumed_is_the_same(hub, tmp_path):
    with answering(hub.answer) as (address, _):
        check_fetch(tmp_path, lambda: GitHub("acme/site", url=address), Remembered(), 6)


def test_a_page_of_items_of_the_very_same_second_does_not_stop_the_pull(hub, tmp_path):
    for row in hub.lists["issues/comments"]:
        row["updated_at"] = "2026-06-01T00:30:00Z"
    hub.lists["issues/comments"] += [{**row, "id": row["id"] + 50} for row in hub.lists["issues/comments"]]
    for n, row in enumerate(hub.lists["issues/comments"]):
        row["url"] = f"https://api.github.com/repos/acme/site/issues/comments/{n}"
    with answering(hub.answer) as (address, _), Workspace.create(tmp_path / "w") as workspace:
        pull_into(workspace, GitHub("acme/site", url=address))
        assert ("comment", 6) in rows_by_verb(workspace)
        assert [] == pull_into(workspace, GitHub("acme/site", url=address))


def test_a_used_up_hour_stops_the_pull_with_the_seconds_to_wait(hub):
    hub.headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}
    with answering(hub.answer) as (address, asked), pytest.raises(RateLimited, match="used up") as told:
        list(GitHub("acme/site", url=address).fetch({}, Remembered()))
    assert told.value.seconds > 1000
    assert 1 == len(asked)


@pytest.mark.parametrize(
    "options", [{"repositories": "acme"}, {"repositories": "../x/y"}, {}, {"user": "a b"}]
)
def test_what_is_no_repository_and_no_login_is_refused_before_anything_is_sent(options):
    with pytest.raises(ConnectorError, match=r"owner/name"):
        list(GitHub(**options).fetch({}, Remembered()))
