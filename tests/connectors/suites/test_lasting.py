"""Microsoft, Viva Engage, Google and Slack through the command line: each connection lasts over pulls and kills.

Microsoft and Viva Engage sign in alike: with every change each is tried in one way, by `make hostile` in both.
"""

import signal
import tomllib
from dataclasses import dataclass

import pytest

from influence import Workspace
from tests.kit import command_line
from tests.kit.command_line import Held, influence, said
from tests.kit.draws import LONG
from tests.kit.google_service import GoogleService
from tests.kit.live_contract import stored
from tests.kit.microsoft_service import MicrosoftService
from tests.kit.served import served
from tests.kit.slack_service import SlackService


@dataclass
class Source:
    """A source, the service that plays it, and what a person does to connect it."""

    name: str
    service: object
    options: tuple[str, ...]
    typed: str
    secret: str
    page: str
    """Of which request an answer is held back while the pull is killed."""


def microsoft(url, service):
    options = ("client_id=app", "parts=mail", f"server={url}/v1.0", f"login={url}")
    return Source("microsoft", service, options, "", "token_cache", "/messages/delta")


def yammer(url, service):
    options = ("client_id=app", f"server={url}/api/v1", f"login={url}")
    return Source("yammer", service, options, "", "token_cache", "/messages.json")


def google(url, service):
    service.rotates = True
    options = ("client_id=app", "parts=mail", f"server={url}", f"login={url}/auth", f"token_url={url}/token")
    return Source("google", service, options, "client-secret\n", "refresh_token", "/mail/messages")


def slack(url, service):
    return Source(
        "slack",
        service,
        ("client_id=app", f"address={url}/api/"),
        "\nplaceholder\nclient-secret\n",
        "refresh_token",
        "conversations.history",
    )


SOURCES = {
    "microsoft": (microsoft, MicrosoftService),
    "yammer": (yammer, MicrosoftService),
    "google": (google, GoogleService),
    "slack": (slack, SlackService),
}


def each_source(but):
    names = [name for name in SOURCES if LONG or name != but]
    return pytest.mark.parametrize("source", [SOURCES[name] for name in names], ids=names, indirect=True)


@pytest.fixture
def source(request):
    make, kind = request.param
    service = kind()
    service.instead = {}

    def answer(asked):
        end = next((end for end in service.instead if asked.path.endswith(end)), None)
        return service.instead[end](asked) if end else service.answer(asked)

    with served(answer) as here:
        yield make(here.url, service)


def connected(folder, source):
    options = [word for option in source.options for word in ("--set", option)]
    return command_line.connected(folder, source.name, options, source.typed)


def kept(folder, source):
    return tomllib.loads((folder / "w/secrets.toml").read_text())[source.name][source.secret]


def ids(folder):
    workspace = Workspace(folder / "w")
    found = set(stored(workspace))
    workspace.close()
    return found


@each_source(but="yammer")
def test_tokens_rotate_over_three_pulls_with_a_kill_in_between(tmp_path, source):
    told = connected(tmp_path, source)
    assert f"Connected as '{source.name}'" in told
    known = [kept(tmp_path, source)]

    page = Held(source.service.answer)
    source.service.instead[source.page] = page
    with influence(tmp_path, "pull", source.name) as running:
        assert page.reached.wait(60)
        running.send_signal(signal.SIGKILL)
        assert -signal.SIGKILL == running.wait(60)
    page.go.set()
    source.service.instead.clear()
    known.append(kept(tmp_path, source))

    for _ in range(2):
        code, told = said(tmp_path, "pull", source.name)
        assert 0 == code, told
        known.append(kept(tmp_path, source))
        assert known[-1] not in told
    assert len(set(known)) == len(known)
    assert len(ids(tmp_path)) >= 7


@each_source(but="microsoft")
def test_a_permission_taken_back_is_one_sentence_and_after_connecting_again_the_pull_goes_on(
    tmp_path, source
):
    connected(tmp_path, source)
    assert 0 == said(tmp_path, "pull", source.name)[0]
    before = ids(tmp_path)
    service = source.service
    tokens = getattr(service, "tokens", None)
    for good in (getattr(tokens, "refresh", None), getattr(service, "refresh", None)):
        if good is not None:
            good.clear()
    code, told = said(tmp_path, "pull", source.name)
    assert 1 == code
    assert 1 == told.count("connect again")
    assert "Traceback" not in told
    for good in (getattr(tokens, "refresh", None), getattr(service, "refresh", None)):
        if good is not None:
            good.add("placeholder")
    connected_again(tmp_path, source)
    code, told = said(tmp_path, "pull", source.name)
    assert 0 == code, told
    assert before == ids(tmp_path)


def connected_again(folder, source):
    settings = (folder / "w/influence.toml").read_text()
    told = connected(folder, source)
    assert settings == (folder / "w/influence.toml").read_text(), told
