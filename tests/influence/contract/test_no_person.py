"""Programs, lists and shared mailboxes are told by how they are written, and nobody else is."""

from __future__ import annotations

import pytest

from influence.contract.no_person import BOT, LIST, SHARED, is_nobodys, sign_of, sign_of_name

PROGRAMS = """
    notifications@github.com jira@acme.atlassian.net calendar-notification@google.com azure-noreply@microsoft.com
    drive-shares-dm-noreply@google.com MAILER-DAEMON@mail.example messages-noreply@linkedin.com root@server.example
    no-reply@sharepointonline.com dse_na2@docusign.net autonotification@concursolutions.com acme@myworkday.com
    alerts@grafana.example do_not_reply@acme.example healthmailbox1234abcd@acme.example prvs=ab=x@acme.example
    microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@acme.example noreply+abc@acme.example www-data@web.example
    bugzilla-daemon@tracker.example builds@travis-ci.org invitations@linkedin.com scanner@acme.example
    autoresponder@acme.example jira-bot@acme.example noreply-accounts@google.com nonreply@acme.example
"""
PEOPLE = """
    norma.reply@acme.example jan.bot@acme.example emily.post@acme.example per.system@acme.example dse@acme.example
    tom.alert@acme.example all.good@acme.example all-mari@acme.example list.fox@acme.example hr.berg@acme.example
    root.anna@acme.example bo@alerts-company.example scan.lee@acme.example team.lee@acme.example abbot@acme.example
    robert@acme.example bounce.smith@acme.example allan@acme.example jenkins@acme.example media.kim@acme.example
"""


@pytest.mark.parametrize("address", PROGRAMS.split())
def test_a_program_is_no_person(address: str) -> None:
    kind, why = sign_of(f"email:{address}") or ("", "")
    assert BOT == kind
    assert why


@pytest.mark.parametrize("address", PEOPLE.split())
def test_a_person_whose_name_looks_like_a_sign_stays_a_person(address: str) -> None:
    assert sign_of(f"email:{address}") is None


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("email:all-staff@acme.example", LIST),
        ("email:dl-traders@acme.example", LIST),
        ("email:bo@lists.acme.example", LIST),
        ("email:acme.announcements@acme.example", LIST),
        ("email:customer-service@acme.example", SHARED),
        ("email:postmottak@acme.example", SHARED),
        ("github:renovate[bot]", BOT),
        ("slack:T1/USLACKBOT", BOT),
        ("github:web-flow", BOT),
    ],
)
def test_lists_shared_mailboxes_and_bots_of_services_are_told(account: str, kind: str) -> None:
    assert kind == (sign_of(account) or ("",))[0]


def test_a_handle_is_no_address_and_needs_a_sign_of_its_own() -> None:
    assert [None] * 4 == [sign_of(f"x-handle:{name}") for name in ("info", "root", "abbot", "system")]


def test_a_name_is_not_learnt_from_beside_the_address_of_a_program_but_beside_a_shared_one() -> None:
    told = ("notifications@github.com", "office@acme.example", "ann@acme.example")
    assert [True, False, False] == [is_nobodys(f"email:{address}") for address in told]


def test_a_shown_name_of_a_program_tells() -> None:
    assert BOT == (sign_of_name("Microsoft  Outlook") or ("",))[0]
    assert sign_of_name("Maria Postmaster") is None


def test_ten_thousand_letters_are_looked_at_in_part_and_quickly() -> None:
    assert sign_of("email:" + "a-" * 10_000 + "@acme.example") is None
    assert sign_of_name("x " * 10_000) is None
