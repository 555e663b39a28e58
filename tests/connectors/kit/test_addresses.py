"""Addresses as Exchange wraps them: the account that they stand for."""

import pytest

from connectors.kit.addresses import email_account, mailboxes

LONG = (
    "IMCEAEX-_o=VINDHALL_ou=Exchange+20Administrative+20Group+20+28FYDIBOHF23SPDLT+29_cn=Recipients_cn="
    "0a1b2c3d4e5f60718293a4b5c6d7e8f9-Ida+20Holm+5FBerg@eurprd02.prod.outlook.example"
)
SHORT = "exchange:/o=vindhall/ou=exchange administrative group (fydibohf23spdlt)/cn=recipients/cn="


@pytest.mark.parametrize(
    ("address", "account"),
    [
        (LONG, f"{SHORT}0a1b2c3d4e5f60718293a4b5c6d7e8f9-ida holm_berg"),
        ("imceasmtp-ida+2Eholm+40vind+2Eexample@acme.example", "email:ida.holm@vind.example"),
        ("IMCEAEX-ida@acme.example", "email:imceaex-ida@acme.example"),
        ("IMCEASMTP-ida@acme.example", "email:imceasmtp-ida@acme.example"),
        ("IMCEAFAX-ida+4012@acme.example", "email:imceafax-ida+4012@acme.example"),
    ],
)
def test_an_address_that_exchange_wrapped_is_the_account_it_stands_for_and_any_other_stays(address, account):
    assert account == email_account(address)


@pytest.mark.parametrize("entry", [f"Ida Holm <{LONG}>", f'"Holm, Ida" <{LONG}>', f"<{LONG}>", LONG])
def test_a_wrapped_address_is_read_whole_however_long(entry):
    (found,) = mailboxes(entry)
    assert LONG.lower() == found.address


def test_an_endless_wrapped_address_is_no_address():
    assert [""] == [each.address for each in mailboxes("IMCEAEX-" + "+2" * 100_000)]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("Bo Ek [mailto:bo@beta.example]", ("Bo Ek", "bo@beta.example")),
        ("Bo Ek/Oslo/ACME@ACME", ("Bo Ek", "")),
        ('"CN=Bo Ek/OU=Oslo/O=ACME" <bo@beta.example>', ("Bo Ek", "bo@beta.example")),
        ("CN=Bo Ek/OU=Oslo/O=ACME@ACME", ("Bo Ek", "")),
        ("a/b@beta.example", ("", "a/b@beta.example")),
    ],
)
def test_names_as_notes_and_outlook_write_them_are_names(entry, expected):
    assert (expected,) == mailboxes(entry)
