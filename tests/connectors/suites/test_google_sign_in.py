"""Signing in to Google: the real google-auth and google-auth-oauthlib against a service on this machine."""

import socket
import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connectors.kit.browser import Waiting
from connectors.suites.google import SCOPES, Google
from connectors.suites.google_sign_in import Application
from influence.contract.connector import ConnectorError, NotAuthorised, RateLimited
from influence.contract.records import Note
from influence.contract.testing import LiveClaims, Remembered
from tests.kit.google_service import SCOPE, GoogleService
from tests.kit.logged import logged
from tests.kit.served import Said, served


@pytest.fixture
def google():
    service = GoogleService()
    with served(service.answer) as here:
        service.url, service.asked = here.url, here.asked
        yield service


def connector(service, **options):
    known = {"client_id": "app", "parts": "mail,calendar", "until": "2026-02-20"}
    places = {"server": service.url, "login": f"{service.url}/auth", "token_url": f"{service.url}/token"}
    return Google(**(known | places | options))


def browser(*, before=(), fields=None, state=None):
    """Play the person: visit what is told, or bring `fields` back to the address that waits for them.

    Returns what asks the person, what waits for all that the browser was answered, and what was told.
    """
    answers, told, visits = [], [], []

    def visit(address):
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        answers.extend(httpx.get(query["redirect_uri"] + path).status_code for path in before)
        if fields is None:
            answers.append(httpx.get(address, follow_redirects=True).status_code)
        else:
            given = {"state": state or query["state"], **fields}
            answers.append(httpx.get(query["redirect_uri"], params=given).status_code)

    def ask(sentence):
        told.append(sentence)
        if sentence.startswith("Open "):
            visits.append(threading.Thread(target=visit, args=(sentence.removeprefix("Open "),), daemon=True))
            visits[-1].start()

    def answered():
        for one in visits:
            one.join(30)
        return answers

    return ask, answered, told


def signed_in(service, **options):
    given = {"client_secret": "client-secret-1"}
    return Remembered(otherwise="", **connector(service, **options).sign_in(browser()[0], given))


def forms(service, grant):
    found = [one.form for one in service.asked if one.path == "/token"]
    return [form for form in found if form["grant_type"] == grant]


class TestPulling(LiveClaims):
    @pytest.fixture(autouse=True)
    def _service(self, google):
        self.service = google

    def make(self):
        return connector(self.service)


# --- in the browser of this machine -----------------------------------------------------------------------


def test_a_person_signs_in_in_the_browser_and_only_the_verifier_redeems_the_code(google):
    ask, answered, told = browser()
    kept = connector(google).sign_in(ask, {"client_secret": "client-secret-1"})
    query = parse_qs(urlsplit(told[0]).query)
    (form,) = forms(google, "authorization_code")
    assert {"client_secret", "refresh_token"} == kept.keys()
    assert (["offline"], ["consent"], ["S256"]) == (
        query["access_type"],
        query["prompt"],
        query["code_challenge_method"],
    )
    assert {f"{SCOPE}gmail.metadata", f"{SCOPE}calendar.events.readonly"} == set(query["scope"][0].split())
    assert len(form["code_verifier"]) >= 43
    assert [200] == answered()


def test_an_answer_with_another_state_is_refused_and_the_waiting_goes_on(google):
    ask, answered, _ = browser(before=["?state=forged&code=evil", "favicon.ico"])
    assert connector(google).sign_in(ask, {"client_secret": "s"})["refresh_token"]
    assert [400, 400, 200] == answered()


def test_a_browser_that_connects_and_says_nothing_does_not_hold_up_the_sign_in(google, monkeypatch):
    monkeypatch.setattr("connectors.kit.browser._Answer.timeout", 0.3)
    ask, _, told = browser()
    silent = socket.socket()

    def looked(sentence):
        here = urlsplit(parse_qs(urlsplit(sentence).query)["redirect_uri"][0])
        silent.connect((here.hostname, here.port))
        ask(sentence)

    with silent:
        assert connector(google).sign_in(looked, {"client_secret": "s"})["refresh_token"]
    assert told


def test_a_forged_answer_alone_signs_nobody_in(google):
    ask, _, _ = browser(fields={"code": "evil"}, state="forged")
    application = Application("app", "s", [f"{SCOPE}gmail.metadata"], token_url=f"{google.url}/token")
    with pytest.raises(NotAuthorised, match="nobody answered in time"):
        application.by_browser(ask, 0.5)
    assert [] == google.asked


def test_a_refusal_in_the_browser_is_told_as_one(google):
    ask, _, _ = browser(fields={"error": "access_denied"})
    with pytest.raises(NotAuthorised, match=r"refused \(access_denied\)"):
        connector(google).sign_in(ask, {})


def test_a_code_that_google_does_not_know_says_to_connect_again(google):
    ask, _, _ = browser(fields={"code": "other"})
    with pytest.raises(NotAuthorised, match="connect again"):
        connector(google).sign_in(ask, {"client_secret": "s"})


def test_a_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConnectorError, match=f"port {port} of this machine"):
            Waiting(port)


def test_who_gives_less_than_was_asked_for_is_told_what_is_not_read(google):
    google.given = [f"{SCOPE}calendar.events.readonly"]
    ask, _, told = browser()
    assert connector(google).sign_in(ask, {"client_secret": "s"})["refresh_token"]
    assert "Without their permission these parts are not read: mail" == told[-1]


def test_who_gives_nothing_of_it_is_not_signed_in(google):
    google.given = ["openid"]
    with pytest.raises(NotAuthorised, match="none of the permissions"):
        connector(google).sign_in(browser()[0], {"client_secret": "s"})


def test_a_missing_client_id_says_how_to_give_one(google):
    with pytest.raises(ConnectorError, match="client_id is not set"):
        connector(google, client_id="").sign_in(print, {})


def test_a_client_secret_is_never_shown():
    assert "placeholder" not in repr(Application("app", "placeholder", []))


# --- renewing ---------------------------------------------------------------------------------------------


def test_each_pull_renews_and_what_renews_it_stays(google):
    secret = signed_in(google)
    for _ in range(3):
        list(connector(google).fetch({}, secret))
    assert [secret.get("refresh_token")] * 3 == [
        one["refresh_token"] for one in forms(google, "refresh_token")
    ]


def test_should_google_change_what_renews_it_that_is_kept_before_it_is_used(google):
    secret, when = signed_in(google), []
    google.rotates, keep = True, secret.keep

    def noted(name, value):
        when.append(sum(one.path != "/token" for one in google.asked if one.path != "/auth"))
        keep(name, value)

    secret.keep = noted
    for _ in range(3):
        google.asked.clear()
        list(connector(google).fetch({}, secret))
    assert [0, 0, 0] == when


def test_a_permission_that_ended_says_that_testing_lasts_seven_days(google):
    secret = signed_in(google)
    google.revoked = True
    with pytest.raises(NotAuthorised, match=r"taken back.*\"testing\" after 7 days.*connect again"):
        list(connector(google).fetch({}, secret))


def test_a_permission_taken_back_in_the_middle_of_a_pull_is_one_sentence_and_the_next_goes_on(google):
    whole = list(connector(google).fetch({}, signed_in(google)))
    fetched = connector(google).fetch({}, signed_in(google))
    first = next(fetched)
    google.revoked = True
    with pytest.raises(NotAuthorised, match="connect again"):
        list(fetched)
    google.revoked = False
    assert len(whole) == 1 + len(list(connector(google).fetch(first.cursor, signed_in(google))))


def test_a_token_whose_time_is_over_in_the_middle_of_a_pull_is_renewed_and_the_pull_goes_on(google):
    fetched = connector(google).fetch({}, signed_in(google))
    next(fetched)
    google.access.clear()
    assert list(fetched)
    assert 2 == len(forms(google, "refresh_token"))


@pytest.mark.parametrize(
    ("withheld", "part"), [("mail", "mail"), ("calendar", "calendar"), ("drive", "drive")]
)
def test_a_part_that_was_not_given_is_passed_over_with_a_note_and_the_rest_is_read(google, withheld, part):
    google.withheld = {withheld}
    one = connector(google, parts="mail,calendar,drive")
    replies = list(one.fetch({}, signed_in(google)))
    records = [record for reply in replies for record in one.parse(reply.member)]
    notes = [record.text for record in records if isinstance(record, Note)]
    assert [True] == [note.startswith(f"{part} is not read: it was not given") for note in notes]
    assert {"mail", "calendar", "drive"} - {part} <= replies[-1].cursor.keys()


def test_a_limit_that_google_tells_as_a_refusal_ends_the_pull_and_the_next_goes_on(google):
    secret = signed_in(google)
    whole = len(list(connector(google).fetch({}, secret)))
    google.exhausted = {"/calendar/calendars/primary/events"}
    replies = []
    with pytest.raises(RateLimited, match="pull again in a minute"):
        replies.extend(connector(google).fetch({}, secret))
    google.exhausted.clear()
    assert whole == len(replies) + len(list(connector(google).fetch(replies[-1].cursor, secret)))


def test_where_no_part_is_given_the_pull_says_so(google):
    google.withheld = {"mail", "calendar"}
    with pytest.raises(NotAuthorised, match="does not accept the sign-in"):
        list(connector(google).fetch({}, signed_in(google)))


@pytest.mark.parametrize("part", list(SCOPES))
def test_it_says_whose_account_it_is_with_the_permissions_of_any_part(google, part):
    one = connector(google, parts=part)
    assert "ann@acme.example in Google" == one.signed_in_as(signed_in(google, parts=part))


# --- what must not get out --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/token", "/mail/profile"])
def test_a_service_that_sends_us_on_to_another_host_never_shows_it_a_token(google, path):
    secret = signed_in(google)
    with served(lambda _: {}) as other:

        def leading(asked):
            away = asked.path == path
            return Said({}, 307, {"Location": f"{other.url}/x"}) if away else google.answer(asked)

        with served(leading) as here:
            google.url = here.url
            with pytest.raises(ConnectorError, match="sends us on"):
                list(connector(google).fetch({}, secret))
        assert [] == other.asked


def test_no_token_stands_in_any_log(google):
    with logged() as text:
        secret = signed_in(google)
        list(connector(google, parts="calendar").fetch({}, secret))
        google.revoked = True
        with pytest.raises(NotAuthorised):
            list(connector(google).fetch({}, secret))
    assert "Requesting url" in text.getvalue()
    secrets = [
        *google.handed,
        "client-secret-1",
        *(one["code_verifier"] for one in forms(google, "authorization_code")),
    ]
    assert [] == [word for word in secrets if word in text.getvalue()]


def test_a_busy_sign_in_is_asked_again(google):
    secret, busy = signed_in(google), [503]

    def at_first(asked):
        return Said({}, busy.pop()) if busy and asked.path == "/token" else google.answer(asked)

    with served(at_first) as here:
        google.url = here.url
        assert list(connector(google).fetch({}, secret))
