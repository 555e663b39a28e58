"""Mail: what headers tell, what is no mail, who owns a mailbox, and the Enron archive."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from connectors.kit.modality.telling import told_by
from connectors.mail.exchange_calendar import names_in
from connectors.mail.files import Mail
from influence import Workspace
from influence.contract.files import members
from influence.contract.records import Activity, Encounter, Modality, Note, Person, Record, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import connector
from tests.kit.places import SHARED

ENRON = SHARED / "data" / "enron_executives" / "enron_executives.tar.xz"
RECORDED = SHARED / "payloads" / "mbox"
needs_enron = pytest.mark.skipif(not ENRON.exists(), reason="the Enron archive is not on this machine")
needs_recorded = pytest.mark.skipif(
    not RECORDED.exists(), reason="the recorded mboxes are not on this machine"
)


def mail(body: str = "Hello.", **fields: str) -> bytes:
    given = {
        "From": "Ann Lee <ann@acme.example>",
        "Date": "Mon, 5 Jan 2026 09:00:00 +0100",
        "To": "bob@acme.example",
        "Subject": "Budget",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    header = "".join(f"{name}: {value}\n" for name, value in given.items() if value)
    return f"From x Mon Jan  5 09:00:00 2026\n{header}\n{body}\n\n".encode()


def read(*messages: bytes, zone: str | None = None) -> list[Record]:
    return list(Mail(zone=zone).parse(member_of(b"".join(messages))))


def activity(message: bytes, zone: str | None = None) -> Activity:
    return next(record for record in read(message, zone=zone) if isinstance(record, Activity))


def set_aside(message: bytes) -> str:
    return next(record.reason for record in read(message) if isinstance(record, SetAside))


def people(*messages: bytes) -> list[Person]:
    return [record for record in read(*messages) if isinstance(record, Person)]


def test_a_message_that_answers_another_is_a_reply() -> None:
    reply = activity(mail(In_Reply_To="<m1@acme.example>", References="<m0@acme.example>"))
    assert (Verb.REPLY, "mail:m1@acme.example") == (reply.verb, reply.parent)


def test_without_in_reply_to_the_last_reference_is_answered() -> None:
    assert activity(mail(References="<m0@a.example> <m9@a.example>")).parent == "mail:m9@a.example"


def test_a_message_does_not_answer_itself() -> None:
    assert activity(mail(Message_ID="<m1@a.example>", In_Reply_To="<m1@a.example>")).parent is None


def test_the_sender_is_not_among_the_addressees_and_nobody_is_twice() -> None:
    found = activity(
        mail(To="bob@acme.example, ANN@acme.example", Cc="Bob <BOB@acme.example>", Bcc="cy@acme.example")
    )
    assert found.to == ("email:bob@acme.example", "email:cy@acme.example")


def test_that_a_zone_is_not_known_by_its_name_is_told() -> None:
    told = [mail(Date="Thu, 1 Jan 2026 10:00:00 IST"), mail(Date="Thu, 1 Jan 2026 10:00:00 CET")]
    found = read(*told, zone="Asia/Tokyo")
    assert ["1 mails name a time zone that is not known, and are read in Asia/Tokyo"] == [
        one.text for one in found if isinstance(one, Note)
    ]


def test_a_date_without_zone_is_placed_in_the_zone_that_was_named() -> None:
    found = activity(mail(Date="Mon, 5 Jan 2026 09:00:00"), zone="Europe/Oslo")
    assert found.time == datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("", "the message has no date"),
        ("yesterday", "the date 'yesterday' cannot be read"),
        ("Mon, 5 Jan 2026 09:00:00", "states no time zone"),
        ("Mon, 21 Nov 0001 15:00:07 -0800", "the year of the date"),
        ("Mon, 31 Dec 1979 16:00:00 -0800", "mail is dated from 1980 to now"),
        ("Mon, 5 Jan 2099 09:00:00 +0100", "mail is dated from 1980 to now"),
        ("Mon, 5 Jan 9999 23:59:59 -2359", "cannot be meant"),
    ],
)
def test_a_date_that_cannot_be_meant_sets_the_message_aside(date: str, reason: str) -> None:
    assert reason in set_aside(mail(Date=date))


def test_copies_of_a_message_have_one_fingerprint_and_other_messages_another() -> None:
    one = activity(mail("Dear Bob,\n  see you.", Message_ID="<1@a.example>")).fingerprint
    copy = activity(
        mail(
            "Dear Bob, see=20\nyou.", Message_ID="<2@a.example>", Content_Transfer_Encoding="quoted-printable"
        )
    ).fingerprint
    other = activity(mail("Dear Cy, see you.", Message_ID="<1@a.example>")).fingerprint
    assert one == copy
    assert one != other


def test_no_word_of_the_body_is_kept(tmp_path: Path) -> None:
    file, place = tmp_path / "one.eml", tmp_path / "workspace"
    file.write_bytes(mail("confidential"))
    with Workspace.create(place) as workspace:
        assert 1 == workspace.import_path(file).summary.stored
    assert not [path for path in place.rglob("*") if path.is_file() and b"confidential" in path.read_bytes()]


def test_of_a_long_body_the_beginning_is_looked_at() -> None:
    assert 5_000 == len(activity(mail("word " * 9_000)).text or "")


def test_a_placeholder_address_is_never_one_person() -> None:
    told = [
        activity(mail(From="no.address@acme.example", X_From=f"{name}")).actor
        for name in ("Lee, Ann", "Fox, Bob")
    ]
    assert told == ["unaddressed:ann lee", "unaddressed:bob fox"]


def test_an_addressee_without_a_name_or_an_address_is_counted_in_a_note() -> None:
    notes = [record.text for record in read(mail(To="no.address@acme.example")) if isinstance(record, Note)]
    assert ["1 addressees with neither a name nor an address of their own were left out"] == notes


def test_a_person_who_once_sent_an_automatic_reply_is_no_bot() -> None:
    assert not any(person.bot for person in people(*[mail(Auto_Submitted="auto-replied")] * 2, mail()))


def test_an_address_from_which_only_programs_write_is_a_bot() -> None:
    bots = [person.accounts for person in people(*[mail(Auto_Submitted="auto-generated")] * 3) if person.bot]
    assert bots == [("email:ann@acme.example",)]


def test_somebody_who_writes_to_a_list_is_no_bot_but_the_list_is() -> None:
    listed = mail(List_Id="<plans.acme.example>", List_Post="<mailto:plans@acme.example>", Precedence="list")
    bots = [person.accounts for person in people(*[listed] * 4) if person.bot]
    assert bots == [("email:plans@acme.example",)]


def test_an_address_and_an_exchange_name_are_one_persons_only_where_they_agree() -> None:
    agree = people(mail(From="ann.lee@acme.example", X_From="Lee, Ann </O=ACME/CN=ALEE>"))
    differ = people(mail(From="sue.hall@acme.example", X_From="Lee, Ann </O=ACME/CN=ALEE>"))
    assert agree[0].accounts == ("email:ann.lee@acme.example", "exchange:/o=acme/cn=alee")
    assert not any("exchange:/o=acme/cn=alee" in person.accounts for person in differ)


def sent(sender: str, name: str, times: int) -> list[bytes]:
    folder = {"X_Folder": "\\Lee, Ann\\Sent Items", "X_Origin": "LEE-A", "X_FileName": "alee.pst"}
    return [mail(str(n), From=sender, X_From=name, **folder) for n in range(times)]


def owners(*messages: bytes) -> list[tuple[str, ...]]:
    return [person.accounts for person in people(*messages) if person.accounts[0].startswith("mailbox:")]


def test_a_mailbox_is_of_the_person_who_sent_most_of_its_sent_mail_and_has_its_name() -> None:
    messages = sent("ann.lee@acme.example", "Lee, Ann", 8) + sent("sue.hall@acme.example", "Hall, Sue", 2)
    assert owners(*messages) == [("mailbox:lee-a", "email:ann.lee@acme.example")]


def test_a_mailbox_is_its_bearers_though_an_assistant_wrote_nearly_all_of_its_sent_mail() -> None:
    messages = sent("ann.lee@acme.example", "Lee, Ann", 1) + sent("sue.hall@acme.example", "Hall, Sue", 19)
    assert [("mailbox:lee-a", "email:ann.lee@acme.example")] == owners(*messages)


def test_a_mailbox_whose_bearer_never_wrote_from_it_is_nobodys() -> None:
    assert [] == owners(*sent("sue.hall@acme.example", "Hall, Sue", 20))


def test_of_two_who_bear_a_mailboxs_name_it_is_the_one_who_wrote_most_or_nobodys() -> None:
    ann, al = sent("ann.lee@acme.example", "Lee, Ann", 8), sent("al.lee@acme.example", "Lee, Al", 2)
    assert [("mailbox:lee-a", "email:ann.lee@acme.example")] == owners(*ann, *al)
    assert [] == owners(*ann[:4], *sent("al.lee@acme.example", "Lee, Al", 4))


def test_a_line_of_a_text_that_begins_with_from_starts_no_message() -> None:
    text = "\nFrom May 12 at 10:30 in 2026 we plan.\nBut only then.\n\nFrom here on: nothing."
    assert len([record for record in read(mail(text)) if isinstance(record, Activity)]) == 1


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Conf Call w/Dave Delainey (he will call in)", Modality.ONLINE),
        ("Videomøte med Ann", Modality.ONLINE),
        ("https://teams.microsoft.com/l/meetup-join/1", Modality.ONLINE),
        ("EB2636:  Interview w/Mark Anderson", Modality.IN_PERSON),
        ("Lunch: Dan Leff", Modality.IN_PERSON),
        ("Mittagessen mit Ann", Modality.IN_PERSON),
        ("Mtg w/David Cox", Modality.UNKNOWN),
        ("2002 Budget", Modality.UNKNOWN),
    ],
)
def test_the_words_of_a_title_tell_how_people_met(title: str, kind: Modality) -> None:
    assert kind == told_by(title)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Mtg. w/Philippe Bibi, Louise Kitchen, Re: Strategy EB 2802A", ["philippe bibi", "louise kitchen"]),
        (
            "Mtg: Hunter Shively/Scott Neal/Tom Martin - Org Changes",
            ["hunter shively", "scott neal", "tom martin"],
        ),
        ("Brief Mtg. w/Skilling RE: Heath Scheisser EB 5007", ["heath scheisser"]),
        ("Board Meeting", []),
    ],
)
def test_full_names_in_a_title_become_accounts(title: str, names: list[str]) -> None:
    found = list(names_in(title, ""))
    assert [f"name:{name}" for name in names] == [account for account in found if account[5:] in names]


def test_an_odd_address_stays_as_it_is() -> None:
    found = activity(mail(From="legal <.taylor@acme.example>", To="m..taylor@acme.example"))
    assert ("email:.taylor@acme.example", ("email:m..taylor@acme.example",)) == (found.actor, found.to)


@cache
def enron() -> list[Record]:
    one = connector("mail")
    found: list[Record] = []
    for member in members(ENRON):
        if one.recognises(member, member.head()):
            found.extend(one.parse(member))
    return found


@needs_enron
class TestEnron:
    def test_every_message_is_an_activity_an_encounter_or_set_aside(self) -> None:
        kinds = Counter(type(record) for record in enron())
        assert kinds[Activity] + kinds[Encounter] + kinds[SetAside] == 14_912

    def test_what_is_set_aside_is_no_mail_or_has_no_usable_date_or_sender(self) -> None:
        reasons = Counter(
            re.sub(r"'.*'", "…", record.reason) for record in enron() if isinstance(record, SetAside)
        )
        assert {
            "a task, not a mail": 25,
            "a contact, not a mail": 7,
            "the year of the date … cannot be meant": 15,
            "the date … cannot be meant: mail is dated from 1980 to now": 14,
            "the message has no sender that can be read": 4,
            "a tentative entry that was never confirmed": 4,
        } == dict(reasons)

    def test_copies_in_several_folders_are_told_apart_from_messages(self) -> None:
        prints = {record.fingerprint for record in enron() if isinstance(record, Activity)}
        assert 9_900 < len(prints) < 10_000

    def test_every_mailbox_that_is_linked_belongs_to_its_owner(self) -> None:
        linked = {record.accounts for record in enron() if isinstance(record, Person)}
        owned: dict[str, set[str]] = {}
        for first, *rest in linked:
            if first.startswith("mailbox:"):
                owned.setdefault(first, set()).update(rest)
        assert {
            "mailbox:kitchen-l": {"email:louise.kitchen@enron.com"},
            "mailbox:lavorato-j": {"email:john.lavorato@enron.com"},
            "mailbox:lavorado-j": {"email:john.lavorato@enron.com", "email:lavorato@enron.com"},
            "mailbox:skilling-j": {"email:jeff.skilling@enron.com"},
            "mailbox:whalley-g": {"email:greg.whalley@enron.com"},
        } == owned

    def test_no_exchange_name_is_given_to_two_surnames(self) -> None:
        surnames: dict[str, set[str]] = {}
        for record in enron():
            if (
                isinstance(record, Person)
                and len(record.accounts) == 2
                and record.accounts[1].startswith("exchange:")
            ):
                surnames.setdefault(record.accounts[1], set()).add((record.name or "").split()[-1].lower())
        doubled = {account for account, names in surnames.items() if len(names) > 1}
        assert len(doubled) <= len(surnames) * 0.01
        assert len(surnames) > 1_000

    def test_no_executive_becomes_a_bot(self) -> None:
        bots = {record.accounts[0] for record in enron() if isinstance(record, Person) and record.bot}
        owners = {
            "louise.kitchen",
            "john.lavorato",
            "jeff.skilling",
            "greg.whalley",
            "sherri.sera",
            "liz.taylor",
        }
        assert "email:enron.announcements@enron.com" in bots
        assert not bots & {f"email:{owner}@enron.com" for owner in owners}

    def test_copies_of_a_calendar_entry_have_one_id(self) -> None:
        entries = [record for record in enron() if isinstance(record, Encounter)]
        assert len(entries) == 445
        assert len({entry.id for entry in entries}) == 370


def test_an_address_that_an_archive_masks_is_read_with_its_name() -> None:
    found = read(mail(From="ann at acme.example (=?ISO-8859-1?Q?Ann_L=F8e?=)"))
    assert [record.actor for record in found if isinstance(record, Activity)] == ["email:ann@acme.example"]
    assert [record.name for record in found if isinstance(record, Person)] == ["Ann Løe"]


@needs_recorded
@pytest.mark.parametrize(
    ("file", "activities", "aside"),
    [
        ("mbox_single", 1, 0),
        ("mbox_complex", 2, 0),
        ("mbox_no_fields", 4, 2),
        ("mbox_unknown_encoding", 1, 0),
        ("pipermail_2016_march", 1, 0),
        ("hyperkitty_2016_april", 3, 0),
    ],
)
def test_a_recorded_mbox_is_read(file: str, activities: int, aside: int) -> None:
    path = next(RECORDED.rglob(f"{file}.mbox"))
    kinds = Counter(type(record) for record in connector("mail").parse(member_of(path)))
    assert (activities, aside) == (kinds[Activity], kinds[SetAside])
