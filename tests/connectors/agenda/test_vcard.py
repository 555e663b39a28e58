"""Contact cards: who people are, which card is evidence of having met, and what is no person."""

import pytest

from connectors.agenda.vcard import LONGEST_LINE, ContactCards
from influence.contract.connector import Unreadable
from influence.contract.records import Encounter, Evidence, Modality, Note, Person, SetAside
from influence.contract.testing import member_of

OWNER = "me@acme.example"


def card(*lines, version="3.0"):
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def read(*cards, owner=OWNER):
    return list(ContactCards(owner=owner).parse(member_of(b"".join(cards))))


def people(*cards):
    return [one for one in read(*cards) if isinstance(one, Person)]


def encounters(*cards, owner=OWNER):
    return [one for one in read(*cards, owner=owner) if isinstance(one, Encounter)]


def reasons(*cards):
    return [one.reason for one in read(*cards) if isinstance(one, SetAside)]


ANN = ("FN:Ann Lee", "N:Lee;Ann;;;", "EMAIL:Ann@partner.example")


def test_a_contact_with_a_number_is_undated_evidence_of_having_met_the_owner():
    [found] = encounters(card(*ANN, "TEL;TYPE=CELL:+47 900 00 000"))
    assert ("email:me@acme.example", "email:ann@partner.example") == found.people
    assert (Evidence.CONTACT, Modality.UNKNOWN, None) == (found.evidence, found.kind, found.time)


@pytest.mark.parametrize(
    "line", ["TEL;TYPE=FAX:5555555", "TEL;TYPE=WORK,FAX:5555555", "TEL;PAGER:5555555", "TEL:", "TEL:none"]
)
def test_a_contact_without_a_number_to_call_is_no_evidence(line):
    assert [] == encounters(card(*ANN, line))


def test_no_number_is_kept():
    assert "90000000" not in repr(read(card(*ANN, "TEL:90000000")))


def test_without_an_owner_the_contacts_are_people_and_the_user_is_told_what_is_missing():
    found = read(card(*ANN, "TEL:90000000"), owner=None)
    assert [Person, Note] == [type(one) for one in found]
    assert "1 contacts with a phone number" in found[1].text
    assert "--set owner=ADDRESS" in found[1].text


def test_the_owners_own_card_is_no_encounter():
    assert [] == encounters(card("FN:Me", "EMAIL:me@acme.example", "TEL:90000000"))


def test_the_owner_may_be_any_account():
    [found] = encounters(card(*ANN, "TEL:90000000"), owner="x:12")
    assert "x:12" == found.people[0]


def test_all_addresses_of_a_card_are_one_persons():
    [found] = people(card(*ANN, "EMAIL:ann@home.example", "EMAIL:mailto:ann@third.example", "EMAIL:not one"))
    assert (
        "email:ann@partner.example",
        "email:ann@home.example",
        "email:ann@third.example",
    ) == found.accounts


def test_given_and_family_name_come_before_the_name_shown_with_its_titles():
    assert "Ann Lee" == people(card("FN:Dr. Ann Lee MBA", *ANN[1:]))[0].name
    assert "Ann B. Lee" == people(card("FN:Ann B. Lee", "EMAIL:a@b.example"))[0].name
    assert "Lee" == people(card("N:Lee;;;;", "EMAIL:a@b.example"))[0].name


def test_a_contact_without_an_address_is_known_by_name():
    assert ("name:ann lee",) == people(card(*ANN[:2]))[0].accounts


def test_escapes_do_not_split_and_folded_lines_are_joined():
    [found] = people(card(*ANN[:2], "EMAIL:ann@part", " ner.example", r"ORG:Lee\, Sons\; Co;Sales;North"))
    assert ("email:ann@partner.example",) == found.accounts
    assert ("Lee, Sons; Co", "Sales") == (found.organisation, found.department)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("KIND:group", "a group of contacts, not a person"),
        ("X-ADDRESSBOOKSERVER-KIND:group", "a group of contacts, not a person"),
        ("KIND:org", "the card of an organisation, not of a person"),
        ("X-ABShowAs:COMPANY", "the card of an organisation, not of a person"),
        ("KIND:location", "the card of a place, not of a person"),
    ],
)
def test_what_is_no_person_is_set_aside(line, reason):
    assert [reason] == reasons(card(*ANN, line))


def test_a_card_with_neither_name_nor_address_and_a_copy_are_set_aside():
    bare, one = card("TEL:90000000"), card(*ANN)
    assert [
        "the card states neither a name nor an e-mail address",
        "a copy of the card on line 5",
    ] == reasons(bare, one, one)


def test_a_card_that_is_cut_off_is_set_aside_and_the_ones_before_it_are_read():
    found = read(card(*ANN), b"BEGIN:VCARD\r\nFN:Bob Fox\r\nEMAIL:bob@acme.example\r\n")
    assert [Person, SetAside] == [type(one) for one in found]
    assert "the card is cut off: its END:VCARD is missing" == found[1].reason


def test_the_card_of_an_agent_inside_a_card_is_not_the_persons():
    agent = ("AGENT:", "BEGIN:VCARD", "FN:Bob Fox", "EMAIL:bob@acme.example", "TEL:90000000", "END:VCARD")
    assert [("email:ann@partner.example",)] == [one.accounts for one in people(card(*ANN, *agent))]
    assert [] == encounters(card(*ANN, *agent))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=98ys=\r\ntein Vik", "Øystein Vik"),
        (b"FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=D8ystein Vik", "Øystein Vik"),
        (b"FN;CHARSET=windows-1251:\xc0\xed\xed\xe0 \xcb\xe8", "Анна Ли"),
        ("FN:Øystein Vik".encode("latin-1"), "Øystein Vik"),
        (b"FN;CHARSET=no-such;ENCODING=QUOTED-PRINTABLE:=D8ystein Vik", "Øystein Vik"),
        (b"FN;CHARSET=undefined;ENCODING=QUOTED-PRINTABLE:=D8ystein Vik", "Øystein Vik"),
        ("FN:Øystein\u202e Vik".encode(), "Øystein Vik"),
    ],
)
def test_names_are_read_in_the_encodings_that_phones_write(line, name):
    [found] = people(b"BEGIN:VCARD\r\nVERSION:2.1\r\n" + line + b"\r\nEMAIL:a@b.example\r\nEND:VCARD\r\n")
    assert name == found.name


def test_a_photo_of_many_megabytes_on_one_line_is_read_past():
    photo = "PHOTO;ENCODING=b:" + "A" * (40 * LONGEST_LINE)
    assert ["Ann Lee"] == [one.name for one in people(card(photo, *ANN))]


def test_a_file_without_a_card_is_refused():
    with pytest.raises(Unreadable, match="holds no contact card; one begins with BEGIN:VCARD"):
        read(b"FN:Ann Lee\r\n")


def test_the_same_contact_has_the_same_id_when_its_number_changes_and_another_owner_another():
    first, second = (encounters(card("UID:1", *ANN, f"TEL:{number}"))[0].id for number in (1111, 2222))
    assert first == second
    assert first != encounters(card("UID:1", *ANN, "TEL:1111"), owner="bob@acme.example")[0].id


def test_cards_that_others_recorded_are_all_read(shared):
    folder = shared / "payloads" / "vcard"
    if not folder.is_dir():
        pytest.skip("../shared/payloads/vcard is not here")
    found = {path.name: list(ContactCards(OWNER).parse(member_of(path))) for path in folder.rglob("*.vcf")}
    assert 10 == len(found)
    assert all(isinstance(one, Person | Encounter) for records in found.values() for one in records)
    counts = {name: sum(isinstance(one, Person) for one in records) for name, records in found.items()}
    assert {"John_Doe_ANDROID.vcf": 6, "gmail-list.vcf": 3, "rfc2426-example.vcf": 2} == {
        name: count for name, count in counts.items() if count > 1
    }
    assert "John Doe" == found["John_Doe_EVOLUTION.vcf"][0].name
