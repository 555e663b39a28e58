"""No secret comes out: not in a log of any library, an error, a report, the store, or the arguments of a process."""

import json
import logging
import os
import secrets as chance
import threading
import urllib.error
import urllib.request
from functools import partial
from urllib.parse import quote

import pytest

from connectors.kit.browser import Waiting
from influence.contract.connector import ConnectorError, NotAuthorised
from influence.contract.secrecy import hushed
from influence.contract.testing import PLACEHOLDER, Remembered
from tests.kit.figures import measured
from tests.kit.played import PLAYED
from tests.kit.served import Said, served
from tests.kit.slack_service import SlackService

CANARIES = 20


# --- logs ----------------------------------------------------------------------------------------------------


@pytest.fixture
def everything_logged():
    """Every logger of every library, at its most talkative."""
    lines = []

    class Keeping(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler, root = Keeping(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.parametrize("name", PLAYED)
def test_no_secret_stands_in_any_log_of_a_pull(name, everything_logged):
    make_service, make = PLAYED[name]
    with served(make_service()) as here:
        list(make(here.url).fetch({}, Remembered()))
        sent = [one for one in here.asked if PLACEHOLDER in f"{dict(one.headers)} {one.query} {one.body}"]
    told = [line for line in everything_logged if PLACEHOLDER in line]
    assert [] == told[:3]
    measured(
        "secrets",
        f"logs of {name}",
        told=f"{len(everything_logged):,} lines, {len(sent)} requests signed, 0 secrets",
    )


@pytest.mark.parametrize("name", PLAYED)
def test_no_secret_stands_in_an_error(name):
    canary = f"canary-{chance.token_hex(12)}"
    _, make = PLAYED[name]

    def echoes(asked):  # a service that tells what it was sent
        told = f"{asked.headers.get('Authorization')} {dict(asked.headers)} {asked.query} {asked.body!r} {canary}"
        return Said({"ok": False, "error": told, "error_description": told, "message": told}, 401)

    with served(echoes) as here:
        told = refusal(make(here.url), canary)
    assert canary not in hushed(told)


def refusal(connector, secret):
    """The sentence in which a pull ends."""
    try:
        list(connector.fetch({}, Remembered(secret)))
    except ConnectorError as error:
        return str(error)
    return ""


# --- commands ------------------------------------------------------------------------------------------------


def test_of_twenty_canaries_none_is_found_anywhere(tmp_path, commands):
    canaries = [f"canary{n:02}{chance.token_hex(12)}" for n in range(CANARIES)]
    service = SlackService()
    service.tokens = {canaries[0]}
    in_environment = {"INFLUENCE_SLACK_TOKEN": canaries[0]} | {
        f"INFLUENCE_SOURCE{n}_TOKEN": canaries[n] for n in range(1, 10)
    }

    def answer(asked):
        if "echo" in asked.path:
            told = f"{dict(asked.headers)} {asked.query} {asked.body!r}"
            return Said({"msg": told, "error": told, "result": "error"}, 401)
        return service.answer(asked)

    said = []
    typed = partial(commands, folder=tmp_path, **in_environment)
    with served(answer) as here:
        said.append(typed("init", "ws"))
        sources = f'\n[sources.slack]\nconnector = "slack"\naddress = "{here.url}/api/"\n'
        for n in range(1, 10):
            sources += f'\n[sources.source{n}]\nconnector = "mastodon"\nserver = "{here.url}/echo"\n'
        kept = ""
        for n in range(10, CANARIES):
            sources += f'\n[sources.kept{n}]\nconnector = "zulip"\nurl = "{here.url}/echo"\n'
            sources += 'email = "ann@acme.example"\n'
            kept += f'[kept{n}]\napi_key = "{canaries[n]}"\n'
        with (tmp_path / "ws/influence.toml").open("a") as settings:
            settings.write(sources)
        (tmp_path / "ws/secrets.toml").write_text(kept)
        (tmp_path / "ws/secrets.toml").chmod(0o600)
        report = ["report", "slack:U0ANN", "--format", "json"]
        said += [typed(*words) for words in (["pull"], ["pull", "slack"], ["doctor"], ["people"], report)]
        seen = f"{[(one.headers.as_string(), one.body) for one in here.asked]}"
    used = [one for one in canaries if one in seen or quote(one) in seen]
    assert canaries[0] in used
    assert len(used) >= 5, "canaries that nobody sends prove nothing"
    told = json.dumps(said)
    assert [] == [one for one in canaries if one in told]
    for path in (tmp_path / "ws").rglob("*"):
        if path.is_file() and path.name != "secrets.toml":
            content = path.read_bytes()
            assert [] == [one for one in canaries if one.encode() in content], path.name
    measured(
        "secrets",
        "canaries",
        told=f"{CANARIES} hidden, {len(used)} of them sent to services, 0 found elsewhere",
    )


def test_no_option_takes_a_secret_where_other_users_of_the_machine_see_it(tmp_path, commands):
    commands("init", "ws", folder=tmp_path)
    code, said, _ = commands("connect", "slack", "--set", "token=canary", folder=tmp_path)
    assert code == 1
    assert "has no option 'token'" in said


# --- signing in ----------------------------------------------------------------------------------------------


def forged(state):
    """A hundred answers that are not the one: without a state, with nearly ours, with ours in the wrong place."""
    near = [
        state[:-1],
        state + "x",
        state.upper() if state.upper() != state else "x",
        state[::-1],
        "",
        "\0",
        "é" * 20,
    ]
    paths = [f"/?code=stolen&state={quote(one)}" for one in near]
    paths += [
        "/?code=stolen",
        "/",
        f"/?State={state}&code=x",
        f"/#state={state}&code=x",
        "/?state[]=&code=x",
        "/favicon.ico",
    ]
    paths += [f"/?code=stolen&state={chance.token_urlsafe(24)}" for _ in range(100 - len(paths))]
    return paths


def test_a_hundred_forged_answers_are_refused_and_the_true_one_is_taken():
    waiting, state, came = Waiting(0), chance.token_urlsafe(24), []
    listening = threading.Thread(target=lambda: came.append(waiting.back(state, 60)))
    listening.start()
    refused = 0
    for path in forged(state):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(waiting.address + path.lstrip("/"))  # noqa: S310 - this machine
        refused += 1
    assert [] == came
    with urllib.request.urlopen(f"{waiting.address}?state={state}&code=true") as answer:  # noqa: S310 - this machine
        assert 200 == answer.status
    listening.join(10)
    waiting.server_close()
    assert [f"{waiting.address}?state={state}&code=true"] == came
    assert 100 == refused
    measured("secrets", "forged answers to a sign-in", told=f"{refused} refused, the true one taken")


def test_it_listens_on_this_machine_alone():
    waiting = Waiting(0)
    assert "127.0.0.1" == waiting.server_address[0]
    with pytest.raises(NotAuthorised, match="nobody answered in time"):
        waiting.back("state", 0.05)
    waiting.server_close()


# --- a keyring -----------------------------------------------------------------------------------------------


def test_a_secret_lives_in_a_keyring_that_works(tmp_path):
    backends = pytest.importorskip(
        "keyrings.alt.file", reason="keyrings.alt is not installed (pip install keyrings.alt)"
    )
    import keyring

    from influence.secrets.keeping import Secrets
    from influence.secrets.places import InKeyring

    before, vault = keyring.get_keyring(), backends.PlaintextKeyring()
    vault.file_path = str(tmp_path / "vault")
    keyring.set_keyring(vault)
    try:
        here = Secrets(tmp_path, "slack", InKeyring(tmp_path, None))
        here.keep("token", "canary")
        assert "canary" == Secrets(tmp_path, "slack", InKeyring(tmp_path, None)).get("token")
        assert not (tmp_path / "secrets.toml").exists()
        assert os.stat(vault.file_path).st_size  # noqa: PTH116 - what the backend wrote
    finally:
        keyring.set_keyring(before)
