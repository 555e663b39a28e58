"""What lies in a mailbox and nobody said: told from somebody's mail, and kept with its kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.mail.files import Mail
from connectors.mail.folders import place_of, place_of_labels
from influence import Workspace
from influence.contract.connector import ConnectorError
from influence.contract.records import Activity, Person, Record, SetAside, Unsaid
from influence.contract.testing import member_of

AUTOMATIC, RECEIPT, ANSWER = Unsaid.AUTOMATIC, Unsaid.RECEIPT, Unsaid.CALENDAR_ANSWER
DRAFT, SPAM, TRASH = Unsaid.DRAFT, Unsaid.SPAM, Unsaid.TRASH


def mail(body: str = "Hello.", **fields: str) -> bytes:
    given = {
        "From": "Bo Ek <bo@beta.example>",
        "Date": "Mon, 5 Jan 2026 09:00:00 +0100",
        "To": "ann@acme.example",
        "Subject": "Re: Plan",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    header = "".join(f"{name}: {value}\n" for name, value in given.items() if value)
    return f"From x Mon Jan  5 09:00:00 2026\n{header}\n{body}\n\n".encode()


def read(content: bytes, name: str = "one.mbox") -> list[Record]:
    return list(Mail().parse(member_of(content, name)))


def kind(body: str = "Hello.", *, file: str = "one.mbox", **fields: str) -> Unsaid | None:
    return next(one.unsaid for one in read(mail(body, **fields), file) if isinstance(one, Activity))


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Auto_Submitted": "auto-generated; owner-email=ann@acme.example"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "Plan"},
        {"Precedence": "auto_reply", "List_Id": "<plans.acme.example>"},
        {"Precedence": "bulk"},
        {"X_Failed_Recipients": "cy@gamma.example"},
        {"X_Auto_Response_Suppress": "All", "In_Reply_To": "<a1@acme.example>"},
        {"X_Auto_Response_Suppress": "OOF", "Return_Path": "<>"},
        {"Content_Type": 'multipart/report; report-type="delivery-status"; boundary=b'},
        {"Content_Class": "urn:content-classes:dsn"},
    ],
)
def test_what_a_program_sent_says_so_in_its_header(fields: dict[str, str]) -> None:
    assert AUTOMATIC == kind(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "no"},
        {"Auto_Submitted": "No (by hand)"},
        {"X_Autoreply": "no"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Auto_Response_Suppress": "None", "In_Reply_To": "<a1@acme.example>"},
        {"Precedence": "bulk", "List_Id": "<plans.acme.example>"},
        {"Precedence": "list"},
        {"X_Spam_Flag": "YES"},
    ],
)
def test_what_many_notices_and_lists_carry_makes_no_mail_automatic(fields: dict[str, str]) -> None:
    assert kind(**({"Auto_Submitted": "no"} | fields)) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Plan",
        "Out of Office: Plan",
        "Out of Office AutoReply: Plan",
        "Out of office Re: Plan",
        "[Auto-Reply] Plan",
        "Autosvar: Plan",
        "Automatisk svar: Plan",
        "Automatiskt svar: Plan",
        "Automaattinen vastaus: Plan",
        "Automatische Antwort: Plan",
        "Abwesenheitsnotiz: Plan",
        "=?utf-8?q?R=C3=A9ponse_automatique_=3A_Plan?=",
        "Automatisch antwoord: Plan",
        "Respuesta automática: Plan",
        "自動応答：Plan",
        "Bo Ek is out of the office.",
        "AUTO: Bo Ek is out of the office (returning 12.01.2026)",
    ],
)
def test_the_words_of_a_reply_in_absence_count_as_programs_write_them(subject: str) -> None:
    assert AUTOMATIC == kind(Subject=subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office space in Oslo",
        "Out of Office - Bo Ek",
        "Out of Office Monday",
        "Re: Automatic reply: Plan",
        "SV: Autosvar: Plan",
        "Re: Bo Ek is out of the office.",
        "Is the automatic reply: on?",
        "Semester: which weeks?",
        "Read: the new book",
        "Tentative: agenda",
        "Accepted papers: a list",
    ],
)
def test_words_that_people_write_are_theirs(subject: str) -> None:
    assert kind(Subject=subject) is None


def test_a_word_that_people_write_too_counts_where_it_answers() -> None:
    assert AUTOMATIC == kind(Subject="Frånvaro: Plan", In_Reply_To="<a1@acme.example>")


def test_a_receipt_is_told_by_its_report() -> None:
    assert RECEIPT == kind(
        Content_Type="multipart/report; boundary=b;\n report-type=disposition-notification"
    )
    assert RECEIPT == kind(Content_Class="urn:content-classes:mdn", Subject="Gelesen: Plan")
    assert RECEIPT == kind(Content_Type="multipart/report; boundary=b", Subject="Læst: Plan")
    assert RECEIPT == kind(Subject="Gelesen: Plan", In_Reply_To="<a1@acme.example>")
    body = "--b\nContent-Type: message/disposition-notification\n\nOriginal-Recipient: x\n--b--\n"
    assert RECEIPT == kind(body, Content_Type="multipart/report; boundary=b", Subject="Lu : Plan")


PLAIN = "--b\nContent-Type: text/plain\n\nYes\n"
REPLY_INSIDE = PLAIN + '--b\nContent-Type: text/calendar; charset="utf-8";\n method=REPLY\n\n'


def test_an_answer_to_an_invitation_is_told_by_its_calendar_part() -> None:
    assert ANSWER == kind(Content_Type='text/calendar; charset=utf-8; method="REPLY"')
    assert ANSWER == kind(REPLY_INSIDE, Content_Type="multipart/alternative; boundary=b")


def test_an_invitation_and_an_answer_that_is_only_passed_on_are_mail() -> None:
    invitation = REPLY_INSIDE.replace("REPLY", "REQUEST")
    assert kind(invitation, Content_Type="multipart/alternative; boundary=b") is None
    passed_on = (
        f"--c\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n\n{REPLY_INSIDE}"
    )
    assert kind(passed_on, Content_Type="multipart/mixed; boundary=c") is None


@pytest.mark.parametrize("subject", ["Accepted: Plan", "Zugesagt: Plan", "Avslått: Plan", "Accepté : Plan"])
def test_an_answer_to_an_invitation_is_told_by_the_words_of_its_program(subject: str) -> None:
    assert ANSWER == kind(Subject=subject)


def test_a_word_that_people_write_too_is_an_answer_where_exchange_says_so() -> None:
    assert ANSWER == kind(Subject="Mit Vorbehalt: Plan", Content_Class="urn:content-classes:calendarmessage")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("Drafts,Opened", DRAFT),
        ("Entwürfe,Wichtig", DRAFT),
        ("=?UTF-8?Q?Entw=C3=BCrfe,Ge=C3=B6ffnet?=", DRAFT),
        ("Spam,Unread", SPAM),
        ('"Trash","Opened"', TRASH),
        ("Bin", TRASH),
        ("Papirkurv,Trash,Draft", DRAFT),
        ("Inbox,Trash talk", None),
        ("Archived,Opened", None),
    ],
)
def test_the_labels_of_takeout_say_what_is_a_draft_or_filed_away(
    labels: str, expected: Unsaid | None
) -> None:
    assert expected == kind(X_Gmail_Labels=labels)


def test_thunderbirds_marks_say_what_is_a_draft_or_deleted() -> None:
    assert DRAFT == kind(X_Mozilla_Draft_Info="internal/draft; vcard=0; receipt=0", X_Mozilla_Status="0000")
    assert TRASH == kind(X_Mozilla_Status="0009")
    assert kind(X_Mozilla_Status="0001") is None
    assert kind(X_Mozilla_Status="none") is None


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("Drafts", DRAFT),
        ("Takeout/Mail/Brouillons.mbox", DRAFT),
        ("Mail/Junk E-Mail/mbox", SPAM),
        ("Maildir/.Trash.2025/cur/17.host:2,S", TRASH),
        ("Maildir/cur/17.host:2,DS", DRAFT),
        ("Maildir/cur/17.host:2,ST", TRASH),
        ("Maildir/cur/17.host!2,S", None),
        ("Profile/Gelöschte Elemente.sbd/Alt", TRASH),
        ("Trash-1.mbox", TRASH),
        ("Drafts of the budget.mbox", None),
        ("bin/mail.mbox", None),
        ("Junkers/Inbox", None),
    ],
)
def test_the_place_of_a_file_says_what_is_a_draft_or_filed_away(file: str, expected: Unsaid | None) -> None:
    assert expected == kind(file=file)


def test_what_was_thrown_away_counts_where_the_user_says_so_and_a_draft_never_does() -> None:
    def kinds(content: bytes, name: str) -> list[Unsaid | None]:
        found = Mail(trash="counts").parse(member_of(content, name))
        return [one.unsaid for one in found if isinstance(one, Activity)]

    assert [None] == kinds(mail(), "Trash")
    assert [AUTOMATIC] == kinds(mail(Auto_Submitted="auto-replied"), "Trash")
    assert [DRAFT] == kinds(mail(), "Drafts")
    with pytest.raises(ConnectorError, match="say counts"):
        Mail(trash="yes")


def test_trash_that_counts_comes_back_from_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "Trash").write_bytes(mail(Message_ID="<1@beta.example>"))
    with Workspace.create(tmp_path / "w") as workspace:
        workspace.import_path(tmp_path / "Trash")
        counted = "SELECT count(*) AS n FROM activities"
        assert [0] == workspace.store.engine.arrow(counted)["n"].to_pylist()
        workspace.import_path(tmp_path / "Trash", connector="mail", options={"trash": "counts"})
        assert [1] == workspace.store.engine.arrow(counted)["n"].to_pylist()


def test_the_folder_of_an_exchange_export_says_what_is_filed_away() -> None:
    assert TRASH == kind(X_Folder="\\Ek, Bo\\Deleted Items", X_Origin="EK-B")


def test_where_it_lies_goes_before_how_it_was_written() -> None:
    assert SPAM == kind(X_Gmail_Labels="Spam", Auto_Submitted="auto-generated")


def test_what_spam_says_of_names_is_not_believed() -> None:
    found = read(mail(From="Ann Lee <prize@spam.example>", X_Gmail_Labels="Spam"))
    assert [] == [one for one in found if isinstance(one, Person)]


def test_a_person_who_was_often_away_is_no_program() -> None:
    away = mail(Subject="Automatic reply: Plan", Auto_Submitted="auto-replied")
    assert not [one for one in read(away * 4) if isinstance(one, Person) and one.bot]


def test_a_mailbox_in_which_everybody_is_automatic_is_read_and_counted(tmp_path: Path) -> None:
    senders = [f"Robot {number} <r{number}@beta.example>" for number in range(5)]
    notices = [
        mail(f"No. {n}", From=who, Auto_Submitted="auto-generated") for who in senders for n in range(3)
    ]
    (tmp_path / "all.mbox").write_bytes(b"".join(notices))
    with Workspace.create(tmp_path / "workspace") as workspace:
        done = workspace.import_path(tmp_path / "all.mbox")
        said = workspace.store.engine.arrow("SELECT count(*) AS n FROM activities").to_pylist()
    assert (15, 0, {"automatic": 15}) == (done.summary.stored, done.summary.aside, dict(done.unsaid))
    assert [{"n": 0}] == said


def test_nothing_unsaid_is_set_aside() -> None:
    kinds = [mail(X_Gmail_Labels=label) for label in ("Drafts", "Spam", "Trash")]
    found = read(b"".join(kinds))
    assert [DRAFT, SPAM, TRASH] == [one.unsaid for one in found if isinstance(one, Activity)]
    assert [] == [one for one in found if isinstance(one, SetAside)]


def test_a_hostile_header_takes_no_time() -> None:
    long = "re " * 30_000
    assert kind(Subject=long, Content_Type="text/calendar;" * 60_000, X_Gmail_Labels="," * 50_000) is None


def test_a_name_of_any_language_is_known_in_any_case() -> None:
    assert ("mailbox:gesendete objekte", None) == (
        place_of("GESENDETE OBJEKTE.mbox").outbox,
        place_of("GESENDETE OBJEKTE.mbox").unsaid,
    )
    assert (True, None) == place_of_labels("Enviados")
