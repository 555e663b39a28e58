"""Signing in, against a real server on the loopback interface that plays the documented endpoints."""

import base64
import hashlib
import socket
import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connectors.kit.http import Service
from connectors.kit.sign_in import Application, Permission, SignedIn, by_device_code, by_loopback, kept
from influence.contract.connector import Changed, ConnectorError, NotAuthorised
from tests.kit.played_service import Played, serving


class Authority(Played):
    """Gives codes and tokens as RFC 6749, 7636 and 8628 say; `pending` is what it answers before the token."""

    def __init__(self, pending=()):
        super().__init__(None)
        self.pending, self.forms, self.busy = list(pending), [], 0
        self.challenge = ""

    def reply(self, _method, path, _query, headers, body):
        if self.busy:
            self.busy -= 1
            return 503, {}, {}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.forms.append((path, form, headers))
        if path == "/device":
            page = "https://acme.example/device"
            return (
                200,
                {},
                {
                    "device_code": "d1",
                    "user_code": "ABCD",
                    "verification_uri": page,
                    "interval": 1,
                    "expires_in": 60,
                },
            )
        if self.pending:
            return 400, {}, {"error": self.pending.pop(0)}
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenge:
                return 400, {}, {"error": "invalid_grant"}
        return 200, {}, {"access_token": "access", "refresh_token": "lasting", "expires_in": 3600}


@pytest.fixture
def authority():
    with serving(Authority()) as service:
        yield service


def application(service, **more):
    return Application(
        "app",
        "read offline_access",
        f"{service.url}/token",
        f"{service.url}/device",
        "https://acme.example/auth",
        **more,
    )


# --- a code on another screen -----------------------------------------------------------------------------


def test_a_person_is_told_where_to_type_which_code_and_the_tokens_come(authority):
    authority.pending = ["authorization_pending", "slow_down", "authorization_pending"]
    told, waits = [], []
    tokens = by_device_code(application(authority), told.append, sleep=waits.append)
    assert ["Open https://acme.example/device and type the code ABCD"] == told
    assert {"access_token": "access", "refresh_token": "lasting"} == tokens
    assert [1.0, 1.0, 6.0, 6.0] == waits


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("authorization_declined", "the permission was refused"),
        ("access_denied", "the permission was refused"),
        ("expired_token", "the code ran out"),
    ],
)
def test_a_refusal_is_told_as_one(authority, error, sentence):
    authority.pending = [error]
    with pytest.raises(NotAuthorised, match=sentence):
        by_device_code(application(authority), lambda _: None, sleep=lambda _: None)


def test_a_code_that_nobody_types_runs_out(authority):
    authority.pending = ["authorization_pending"] * 100
    with pytest.raises(NotAuthorised, match="ran out before it was typed"):
        by_device_code(application(authority), lambda _: None, sleep=lambda _: None)
    assert 60 == sum(path == "/token" for path, _, _ in authority.forms)


def test_an_application_that_the_service_does_not_know_says_what_to_check(authority):
    authority.pending = ["unauthorized_client"]
    with pytest.raises(ConnectorError, match="unauthorized_client; check client_id"):
        by_device_code(application(authority), lambda _: None, sleep=lambda _: None)


# --- the browser on this machine --------------------------------------------------------------------------


def browser(authority, *, before=(), fields=None, state=None):
    """Play the person: open what is told, and bring the answer to the address that is asked for."""
    answers = []

    def ask(told):
        query = {
            name: values[0] for name, values in parse_qs(urlsplit(told.removeprefix("Open ")).query).items()
        }
        authority.challenge = query["code_challenge"]
        answer = {"state": state or query["state"], **(fields or {"code": "c1"})}

        def visit():
            answers.extend(httpx.get(query["redirect_uri"] + path).status_code for path in before)
            answers.append(httpx.get(query["redirect_uri"], params=answer).status_code)

        threading.Thread(target=visit, daemon=True).start()

    return ask, answers


def test_a_person_signs_in_in_the_browser_and_only_the_verifier_redeems_the_code(authority):
    ask, answers = browser(authority)
    assert "lasting" == by_loopback(application(authority), ask, longest=20)["refresh_token"]
    form = authority.forms[-1][1]
    assert "c1" == form["code"]
    assert form["redirect_uri"].startswith("http://127.0.0.1:")
    assert len(form["code_verifier"]) >= 43
    assert authority.challenge != form["code_verifier"]
    assert [200] == answers


def test_an_answer_with_another_state_is_refused_and_the_waiting_goes_on(authority):
    ask, answers = browser(authority, before=["?state=forged&code=evil", "favicon.ico"])
    by_loopback(application(authority), ask, longest=20)
    assert [400, 400, 200] == answers
    assert "c1" == authority.forms[-1][1]["code"]


def test_a_forged_answer_alone_signs_nobody_in(authority):
    ask, _ = browser(authority, state="forged")
    with pytest.raises(NotAuthorised, match="nobody answered in time"):
        by_loopback(application(authority), ask, longest=0.5)
    assert [] == authority.forms


def test_a_refusal_in_the_browser_is_told_as_one(authority):
    ask, _ = browser(authority, fields={"error": "access_denied"})
    with pytest.raises(NotAuthorised, match=r"refused \(access_denied\)"):
        by_loopback(application(authority), ask, longest=20)


def test_a_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConnectorError, match=f"port {port} of this machine"):
            by_loopback(Application("app", "", "http://127.0.0.1:1/token"), print, port=port)


# --- renewing ---------------------------------------------------------------------------------------------


def test_an_access_token_is_renewed_when_it_runs_out_and_not_before(authority):
    clock = [0.0]
    permission = Permission(application(authority), "lasting-0", now=lambda: clock[0])
    assert {"Authorization": "Bearer access"} == permission.header()
    clock[0] = 3500.0
    permission.header()
    assert 1 == len(authority.forms)
    clock[0] = 3541.0
    permission.header()
    assert ["lasting-0", "lasting"] == [form["refresh_token"] for _, form, _ in authority.forms]


def test_a_permission_that_was_taken_back_is_not_authorised(authority):
    authority.pending = ["invalid_grant"]
    with pytest.raises(NotAuthorised, match="taken back or has run out; connect again"):
        Permission(application(authority), "x").header()


def test_a_busy_service_is_asked_again_and_a_dead_one_is_named(authority):
    authority.busy = 2
    waits = []
    assert Permission(application(authority), "x", sleep=waits.append).header()
    assert 2 == len(waits)
    gone = Application("app", "", "http://127.0.0.1:9/token")
    with pytest.raises(ConnectorError, match=r"127\.0\.0\.1 cannot be reached"):
        Permission(gone, "x", sleep=waits.append).header()
    assert 6 == len(waits)


def test_a_service_is_asked_with_the_permission():
    def answer(method, path, query, body):
        return {"said": [method, path, query.get("n"), body.decode()]}

    with serving(Played(answer)) as service:
        permission = Permission(Application("app", "", f"{service.url}/token"), "placeholder")
        asked = SignedIn(Service(f"{service.url}/v1"), permission)
        assert {"said": ["GET", "/v1/things", "7", ""]} == asked.get("/things", {"n": 7, "m": None})
        assert {"said": ["POST", "/v1/query", None, '{"a":1}']} == asked.post("/query", {"a": 1})
        assert 1 == service.signed_in


def test_a_secret_is_never_shown_and_never_sent_in_the_clear():
    told = Application("app", "", "https://acme.example/token", client_secret="placeholder")  # noqa: S106 - a placeholder
    assert "placeholder" not in repr(told)
    with pytest.raises(ConnectorError, match="is not https"):
        Application("app", "", "http://acme.example/token").checked()


def test_a_permission_that_does_not_last_is_refused():
    with pytest.raises(NotAuthorised, match="no lasting permission"):
        kept({"access_token": "x"})


def test_an_answer_that_is_no_json_is_told_as_changed():
    class Odd(Played):
        def reply(self, *_):
            return 200, {}, ["no object"]

    with serving(Odd(None)) as service, pytest.raises(Changed, match="is no JSON object"):
        Permission(application(service), "x").header()
