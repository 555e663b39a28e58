"""GitHub: the recordings of three other projects, and a small GitHub of our own on this machine, pulled twice."""

import json

import pytest
from click.testing import CliRunner

from connectors.sites.github import GitHub
from influence import Workspace
from influence.cli import main
from influence.contract.connector import ConnectorError, NotAuthorised, RateLimited, StoppedShort
from influence.contract.records import Activity, SetAside
from influence.contract.testing import Remembered, member_of
from tests.kit.github_service import ANN, CY
from tests.kit.github_service import GitHub as GitHubService
from tests.kit.live_contract import check_fetch
from tests.kit.loopback import pull_into, rows
from tests.kit.served import Said, served


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
    hub = GitHubService(page=2)
    hub.issue(ANN, "x", url="http://127.0.0.1:1/repos/acme/site/issues/1", reactions=1)
    with served(hub.answer) as here:
        list(GitHub("acme/site", url=here.url).fetch({}, Remembered()))
    assert "/repos/acme/site/issues/1/reactions" in [one.path for one in here.asked]


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr("connectors.sites.github.AT_ONCE", 2)  # so that a handful of items are several pages
    return GitHubService(page=2).discussion()


def test_a_repository_is_pulled_once_and_then_only_what_is_new_or_changed(hub, tmp_path):
    with served(hub.answer) as here, Workspace.create(tmp_path / "w") as workspace:
        connector = GitHub("acme/site", url=here.url)
        pull_into(workspace, connector)
        assert [("comment", 3), ("post", 2), ("react", 2)] == rows_by_verb(workspace)
        assert {"Bearer placeholder"} == {one.headers["Authorization"] for one in here.asked}
        assert [] == pull_into(workspace, connector)
        hub.comment(CY, hub.lists["issues"][0])
        assert 1 == len(pull_into(workspace, connector))
        assert [("comment", 4), ("post", 2), ("react", 2)] == rows_by_verb(workspace)


def rows_by_verb(workspace):
    verbs = [verb for verb, _ in rows(workspace, "verb, id")]
    return sorted((verb, verbs.count(verb)) for verb in set(verbs))


def test_what_one_person_is_involved_in_is_pulled_across_repositories(hub, tmp_path):
    with served(hub.answer) as here, Workspace.create(tmp_path / "w") as workspace:
        pull_into(workspace, GitHub(user="ann", url=here.url))
        assert [("comment", 3), ("post", 2), ("react", 2)] == rows_by_verb(workspace)
        assert "involves:ann" == here.asked[0].query["q"]
        assert [] == pull_into(workspace, GitHub(user="ann", url=here.url))


def test_a_pull_cut_at_any_reply_and_resumed_is_the_same(hub, tmp_path):
    with served(hub.answer) as here:
        check_fetch(tmp_path, lambda: GitHub("acme/site", url=here.url), Remembered(), 6)


def test_a_page_of_items_of_the_very_same_second_does_not_stop_the_pull(hub, tmp_path):
    for row in hub.lists["issues/comments"]:
        row["updated_at"] = "2026-06-01T00:30:00Z"
    hub.lists["issues/comments"] += [{**row, "id": row["id"] + 50} for row in hub.lists["issues/comments"]]
    for n, row in enumerate(hub.lists["issues/comments"]):
        row["url"] = f"https://api.github.com/repos/acme/site/issues/comments/{n}"
    with served(hub.answer) as here, Workspace.create(tmp_path / "w") as workspace:
        pull_into(workspace, GitHub("acme/site", url=here.url))
        assert ("comment", 6) in rows_by_verb(workspace)
        assert [] == pull_into(workspace, GitHub("acme/site", url=here.url))


def test_a_used_up_hour_stops_the_pull_with_the_seconds_to_wait(hub):
    hub.headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}
    with served(hub.answer) as here, pytest.raises(RateLimited, match="used up") as told:
        list(GitHub("acme/site", url=here.url).fetch({}, Remembered()))
    assert told.value.seconds > 1000
    assert 1 == len(here.asked)


def test_a_token_that_is_revoked_in_the_middle_ends_in_a_sentence_and_the_next_pull_goes_on(
    hub, tmp_path, monkeypatch
):
    allowed = {"first", "second"}

    def answer(asked):
        if asked.headers["Authorization"].removeprefix("Bearer ") not in allowed:
            return Said({"message": "Bad credentials"}, 401)
        if asked.path.endswith("/issues/comments"):
            allowed.discard("first")  # it is revoked after this answer
        asked.headers.replace_header("Authorization", "Bearer placeholder")
        return hub.answer(asked)

    def pull(token):
        monkeypatch.setenv("INFLUENCE_GITHUB_TOKEN", token)
        done = CliRunner().invoke(main, ["pull", "-w", str(tmp_path / "w")])
        with Workspace(tmp_path / "w") as workspace:
            return done, rows_by_verb(workspace)

    with served(answer) as here:
        with Workspace.create(tmp_path / "w") as workspace:
            options = {"repositories": "acme/site", "url": here.url}
            workspace.connecting("github", "github", options).keep({}, "file")
        broken, there = pull("first")
        assert (1, [("comment", 2), ("post", 2), ("react", 2)]) == (broken.exit_code, there)
        assert 1 == broken.output.count("does not accept the sign-in (401); connect again")
        assert not {"Traceback", "first"} & set(broken.output.split())
        done, there = pull("second")
        assert (0, [("comment", 3), ("post", 2), ("react", 2)]) == (done.exit_code, there)
        assert 1 == sum(one.path == "/repos/acme/site/issues/1/reactions" for one in here.asked)


def test_it_says_whose_the_token_is(hub):
    with served(hub.answer) as here:
        one = GitHub("acme/site", url=here.url)
        assert f"ann on {here.url.removeprefix('http://')}" == one.signed_in_as(Remembered())
        with pytest.raises(NotAuthorised, match="does not accept the sign-in") as told:
            one.signed_in_as(Remembered("never-shown"))
    assert "never-shown" not in str(told.value)


def test_lists_that_lead_nowhere_are_left_and_the_others_are_read(hub):
    reactions = hub.more["issues/1/reactions"] * 2

    def answer(asked):
        if asked.path.endswith("/site/issues"):
            return hub.lists["issues"]
        return reactions if asked.path.endswith("/reactions") else hub.answer(asked)

    found = []
    with served(answer) as here, pytest.raises(StoppedShort) as told:
        found.extend(GitHub("acme/site", url=here.url).fetch({}, Remembered()))
    assert "the list of changes went round in a circle" in str(told.value)
    assert "the list of details went round in a circle" in str(told.value)
    assert 60 > sum(one.path.endswith("/site/issues") for one in here.asked)
    assert "issues/comments" in found[-1].member.name.replace("-", "/")


@pytest.mark.parametrize(
    "options", [{"repositories": "acme"}, {"repositories": "../x/y"}, {}, {"user": "a b"}]
)
def test_what_is_no_repository_and_no_login_is_refused_before_anything_is_sent(options):
    with pytest.raises(ConnectorError, match=r"owner/name"):
        list(GitHub(**options).fetch({}, Remembered()))
