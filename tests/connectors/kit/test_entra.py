"""Signing in to Microsoft: the real msal against a service on this machine whose tokens rotate."""

import json
from dataclasses import dataclass

import pytest

from connectors.kit.entra import KEPT, Entra
from connectors.suites.microsoft import Microsoft
from influence.contract.connector import ConnectorError, NotAuthorised
from influence.contract.errors import SourceError
from influence.contract.testing import Remembered
from tests.kit.logged import logged
from tests.kit.microsoft_service import MicrosoftService
from tests.kit.served import Said, served


@pytest.fixture
def microsoft():
    service = MicrosoftService()
    with served(service.answer) as here:
        service.url, service.asked = here.url, here.asked
        yield service


def entra(service, **options):
    known = {
        "client_id": "app",
        "scopes": ["Mail.ReadBasic"],
        "login": service.url,
        "tenant": "organizations",
    }
    return Entra(**(known | options))


def connector(service, **options):
    known = {"client_id": "app", "parts": "mail", "until": "2026-02-20"}
    return Microsoft(server=f"{service.url}/v1.0", login=service.url, **(known | options))


def signed_in(service):
    return Remembered(otherwise="", **entra(service).by_device_code(lambda _: None))


def renewals(service):
    forms = [one.form for one in service.asked if one.path.endswith("/token")]
    return [form["refresh_token"] for form in forms if form["grant_type"] == "refresh_token"]


@dataclass
class Nothing:
    """Secrets of which none is known but one, and in which nothing can be kept."""

    name: str
    value: str

    def get(self, name):
        if name != self.name:
            raise SourceError("it is not known")
        return self.value

    def keep(self, *_):
        raise SourceError("there is no place where it can be kept")


# --- a code on another screen -----------------------------------------------------------------------------


def test_a_person_is_told_where_to_type_which_code_and_what_lasts_is_kept(microsoft):
    told = []
    kept = entra(microsoft).by_device_code(told.append)
    assert ["Open https://microsoft.com/devicelogin and type the code ABCD"] == told
    assert {KEPT[0]} == kept.keys()
    assert {"RefreshToken", "Account", "AppMetadata"} == json.loads(kept[KEPT[0]]).keys()


def test_what_is_kept_fits_the_smallest_store_with_a_refresh_token_as_long_as_microsofts(microsoft):
    tokens = microsoft.tokens.renewed
    microsoft.tokens.renewed = lambda old=None: tokens(old) | {"refresh_token": "0.A" + "x" * 1200}
    assert len(entra(microsoft).by_device_code(lambda _: None)[KEPT[0]]) < 2500


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("authorization_declined", "the permission was refused"),
        ("access_denied", "the permission was refused"),
        ("expired_token", "the code ran out"),
    ],
)
def test_a_refusal_is_told_as_one(microsoft, error, sentence):
    microsoft.refusal = error
    with pytest.raises(NotAuthorised, match=sentence):
        entra(microsoft).by_device_code(lambda _: None)


def test_an_application_that_microsoft_does_not_know_says_what_to_check(microsoft):
    microsoft.refusal = "unauthorized_client"
    with pytest.raises(ConnectorError, match=r"unauthorized_client \(AADSTS1: .*check client_id"):
        entra(microsoft).by_device_code(lambda _: None)


def test_a_permission_that_does_not_last_is_refused(microsoft):
    tokens = microsoft.tokens.renewed
    microsoft.tokens.renewed = lambda old=None: tokens(old) | {"refresh_token": None}
    with pytest.raises(NotAuthorised, match="no lasting permission"):
        entra(microsoft).by_device_code(lambda _: None)


def test_an_organisation_that_microsoft_does_not_know_is_told(microsoft):
    with served(lambda _: Said({"error": "invalid_tenant"}, 400)) as here:
        microsoft.url = here.url
        with pytest.raises(ConnectorError, match=r"knows no such organisation.*--set tenant="):
            entra(microsoft)


def test_a_missing_client_id_says_how_to_give_one(microsoft):
    with pytest.raises(ConnectorError, match="client_id is not set"):
        entra(microsoft, client_id="")


# --- renewing ---------------------------------------------------------------------------------------------


def test_each_pull_renews_with_the_token_that_the_one_before_it_was_given(microsoft):
    secret = signed_in(microsoft)
    for _ in range(3):
        list(connector(microsoft).fetch({}, secret))
    first, second, third = renewals(microsoft)
    fresh = microsoft.tokens.handed[::2]
    assert [first, second, third] == fresh[:3]
    assert fresh[3] in secret.get(KEPT[0])


def test_a_renewed_token_is_kept_before_it_is_used(microsoft):
    secret, when = signed_in(microsoft), []
    keep = secret.keep

    def noted(name, value):
        when.append(sum(one.path.startswith("/v1.0") for one in microsoft.asked))
        keep(name, value)

    secret.keep = noted
    list(connector(microsoft).fetch({}, secret))
    assert [0, 0] == when


def test_where_nothing_can_be_kept_the_token_that_is_good_is_not_used_up(microsoft):
    kept = signed_in(microsoft).get(KEPT[0])
    with pytest.raises(SourceError, match="no place where it can be kept"):
        list(connector(microsoft).fetch({}, Nothing(KEPT[0], kept)))
    assert [] == renewals(microsoft)


def test_a_refresh_token_from_before_is_good_and_is_carried_over(microsoft):
    class Old(Remembered):
        def get(self, name):
            if name not in self.known:
                raise SourceError("it is not known")
            return self.known[name]

    secret = Old(refresh_token="placeholder")  # noqa: S106 - a placeholder
    for _ in range(2):
        list(connector(microsoft).fetch({}, secret))
    assert ["placeholder", microsoft.tokens.handed[0]] == renewals(microsoft)
    assert "RefreshToken" in json.loads(secret.known["refresh_token"])


def test_a_sign_in_for_another_application_says_to_connect_again(microsoft):
    with pytest.raises(NotAuthorised, match="another application or another place; connect again"):
        list(connector(microsoft, client_id="other").fetch({}, signed_in(microsoft)))


def test_a_token_whose_time_is_over_in_the_middle_of_a_pull_is_renewed_once_and_the_pull_goes_on(microsoft):
    replies = connector(microsoft).fetch({}, secret := signed_in(microsoft))
    next(replies)
    microsoft.tokens.access.clear()
    assert len(list(replies)) == len(list(connector(microsoft).fetch({}, secret))) - 1
    assert 3 == len(renewals(microsoft))


def test_a_permission_taken_back_in_the_middle_of_a_pull_is_one_sentence_and_the_next_goes_on(microsoft):
    whole = [one.member.name for one in connector(microsoft).fetch({}, signed_in(microsoft))]
    fetched = connector(microsoft).fetch({}, signed_in(microsoft))
    first = next(fetched)
    microsoft.tokens.revoked = True
    with pytest.raises(NotAuthorised, match=r"taken back, or 90 days .* connect again"):
        list(fetched)
    microsoft.tokens.revoked = False
    rest = list(connector(microsoft).fetch(first.cursor, signed_in(microsoft)))
    assert len(whole) == 1 + len(rest)


def test_a_busy_sign_in_is_asked_again_and_a_dead_one_is_named(microsoft, monkeypatch):
    monkeypatch.setattr("connectors.kit.sessions.FIRST_WAIT", 0.01)
    secret = signed_in(microsoft)
    microsoft.busy = 2
    assert list(connector(microsoft).fetch({}, secret))
    microsoft.url = "http://127.0.0.1:9"
    with pytest.raises(ConnectorError, match=r"127\.0\.0\.1 cannot be reached"):
        entra(microsoft)


def test_it_says_by_which_name_one_signed_in(microsoft):
    assert "ann@acme.example in Microsoft 365" == connector(microsoft).signed_in_as(signed_in(microsoft))


def test_a_part_that_is_not_given_is_told_when_one_connects(microsoft):
    microsoft.graph.closed.add("/me/mailFolders/inbox")
    with pytest.raises(NotAuthorised, match="does not accept the sign-in"):
        connector(microsoft).signed_in_as(signed_in(microsoft))


# --- what must not get out --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/organizations/oauth2/v2.0/token", "/v1.0/me/mailFolders/delta"])
def test_a_service_that_sends_us_on_to_another_host_never_shows_it_a_token(microsoft, path):
    secret = signed_in(microsoft)
    with served(lambda _: {}) as other:

        def leading(asked):
            away = asked.path == path
            return Said({}, 307, {"Location": f"{other.url}/x"}) if away else microsoft.answer(asked)

        with served(leading) as here:
            microsoft.url = here.url
            with pytest.raises(ConnectorError, match="sends us on"):
                list(connector(microsoft).fetch({}, secret))
        assert [] == other.asked


def test_a_sign_in_that_names_another_host_for_its_tokens_is_refused(microsoft):
    def elsewhere(asked):
        told = microsoft.answer(asked)
        return {
            name: value.replace("login.microsoftonline.com", "evil.example") for name, value in told.items()
        }

    with served(elsewhere) as here:
        microsoft.url = here.url
        with pytest.raises(ConnectorError, match=r"sends the sign-in on to 'evil\.example'"):
            entra(microsoft)


def test_no_token_stands_in_any_log(microsoft):
    with logged() as text:
        secret = signed_in(microsoft)
        list(connector(microsoft).fetch({}, secret))
        microsoft.tokens.revoked = True
        with pytest.raises(NotAuthorised):
            list(connector(microsoft).fetch({}, secret))
    assert "msal" in repr(text.getvalue()) or text.getvalue()
    assert [] == [token for token in microsoft.tokens.handed if token in text.getvalue()]
