"""LinkedIn: the data export of a member."""

import zipfile

import pytest

from connectors.social.linkedin import LinkedIn, account_of
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Encounter, Note, Person, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by

MESSAGES = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,"
    "CONTENT,FOLDER\n"
    "2-a,,Bob Ray,https://www.linkedin.com/in/bob-ray,Ann Lee,https://www.linkedin.com/in/ann-lee,"
    "2026-01-05 09:30:00 UTC,,Would you speak?,INBOX\n"
    "2-b,,Ann Lee,https://www.linkedin.com/in/ann-lee,Cai Poe,https://www.linkedin.com/in/cai,"
    "2026-01-06 09:30:00 UTC,Re: you,Hello,SENT\n"
)
EXPORT = {
    "Profile.csv": "First Name,Last Name,Maiden Name,Headline\nAnn,Lee,,Builds things\n",
    "Email Addresses.csv": "Email Address,Confirmed,Primary,Updated On\n"
    "ann@acme.example,Yes,Yes,1/1/26\nold@acme.example,No,No,1/1/20\n",
    "Connections.csv": 'Notes:\n"Some addresses are missing."\n\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    'Bob,Ray,https://www.linkedin.com/in/bob-ray,bob@ray.example,"Ray, Inc.",Founder,05 Jan 2026\n'
    "Dee,Fox,https://www.linkedin.com/in/dee,,,,once upon a time\n",
    "messages.csv": MESSAGES,
    "Comments.csv": "Date,Link,Message\n"
    '2026-01-07 08:00:00,https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A7123,"Well said, Bob"\n',
    "Reactions.csv": "Date,Type,Link\n"
    "2026-01-07 08:01:00,LIKE,https://www.linkedin.com/feed/update/urn:li:activity:7123\n"
    "2026-01-07 08:01:00,LIKE,https://www.linkedin.com/feed/update/urn:li:activity:7123\n",
    "Shares.csv": "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
    "2026-01-08 08:00:00,https://www.linkedin.com/feed/update/urn:li:share:9,My view,,,MEMBER_NETWORK\n"
    "2026-01-08 09:00:00,https://www.linkedin.com/feed/update/urn:li:share:10,Read this,"
    "https://www.linkedin.com/feed/update/urn:li:activity:7123,,MEMBER_NETWORK\n",
    "Invitations.csv": "From,To,Sent At,Message,Direction\n",
}


def read(path, **options):
    assert LinkedIn().claims(names(path))
    with open_export(path) as export:
        return list(LinkedIn(**options).parse_export(export))


def written(folder, export=EXPORT):
    folder.mkdir(exist_ok=True)
    for name, content in export.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def of(kind, records):
    return [record for _, record in records if isinstance(record, kind)]


@pytest.mark.parametrize(
    ("word", "counts"),
    [("No", (1, 0, 0)), ("Nein", (1, 0, 0)), ("Yes", (0, 1, 0)), ("Kyllä", (0, 1, 0)), ("X", (0, 0, 1))],
)
def test_a_draft_is_told_in_every_language_and_an_unknown_word_is_believed_neither_way(word, counts):
    head, row, *_ = MESSAGES.splitlines()
    content = f"{head},IS MESSAGE DRAFT\n{row},{word}\n".encode()
    found = list(LinkedIn().parse(member_of(content, "messages.csv")))
    drafts = sum("drafts were left out" in one.text for one in found if isinstance(one, Note))
    assert counts == (
        sum(isinstance(one, Activity) for one in found),
        drafts,
        sum(isinstance(one, SetAside) for one in found),
    )


class TestExport:
    def test_the_owner_is_known_by_the_profiles_name_among_the_senders(self, tmp_path):
        owner = of(Person, read(written(tmp_path / "export")))[0]
        assert ("Ann Lee", ("linkedin:in/ann-lee", "email:ann@acme.example")) == (owner.name, owner.accounts)

    def test_without_a_profile_the_owner_is_who_is_in_every_message(self, tmp_path):
        without = {name: text for name, text in EXPORT.items() if name != "Profile.csv"}
        owner = of(Person, read(written(tmp_path / "export", without)))[0]
        assert "linkedin:in/ann-lee" == owner.accounts[0]

    def test_where_nothing_tells_the_owner_no_act_is_laid_at_anybodys_door(self, tmp_path):
        left = {name: EXPORT[name] for name in ("Connections.csv", "Comments.csv", "Shares.csv")}
        records = read(written(tmp_path / "export", left))
        assert [] == of(Activity, records)
        assert 3 == sum("--set owner=" in one.reason for one in of(SetAside, records))
        assert any("only the people are kept" in note.text for note in of(Note, records))

    def test_the_owner_can_be_named(self, tmp_path):
        left = {name: EXPORT[name] for name in ("Connections.csv", "Shares.csv")}
        records = read(written(tmp_path / "export", left), owner="https://www.linkedin.com/in/Ann-Lee/")
        assert {"linkedin:in/ann-lee"} == {
            one.actor for one in of(Activity, records) if one.verb is not Verb.FOLLOW
        }

    def test_a_connection_is_a_tie_since_a_day_and_no_encounter(self, tmp_path):
        records = read(written(tmp_path / "export"))
        (tie,) = (one for one in of(Activity, records) if one.verb is Verb.FOLLOW)
        assert ("linkedin:in/bob-ray", ("linkedin:in/ann-lee",), ()) == (tie.actor, tie.to, tie.mentions)
        assert "2026-01-05T00:00:00+00:00" == tie.time.isoformat()
        assert [] == of(Encounter, records)

    def test_a_connection_answers_nobody_in_the_store(self, workspace, tmp_path):
        one = workspace()
        with one.store.batch("export", "linkedin") as batch:
            for file, record in read(written(tmp_path / "export")):
                batch.add(record, file)
        follows = one.store.engine.arrow(
            "SELECT mentions, parent FROM activities WHERE verb = 'follow'"
        ).to_pylist()
        assert [{"mentions": [], "parent": None}] == follows

    def test_a_contacts_company_is_their_organisation(self, tmp_path):
        people = {one.organisation: one for one in of(Person, read(written(tmp_path / "export")))}
        assert "Bob Ray" == people["Ray, Inc."].name
        assert ("linkedin:in/bob-ray", "email:bob@ray.example") == people["Ray, Inc."].accounts

    def test_what_the_owner_did_stands_by_the_post_it_was_done_to(self, tmp_path):
        mine = [one for one in of(Activity, read(written(tmp_path / "export"))) if one.id.count("urn")]
        assert {
            (Verb.COMMENT, "linkedin:urn:li:activity:7123"),
            (Verb.REACT, "linkedin:urn:li:activity:7123"),
            (Verb.POST, "linkedin:urn:li:share:9"),
            (Verb.SHARE, "linkedin:urn:li:share:10"),
        } == {(one.verb, one.conversation) for one in mine}
        assert 5 == len({one.id for one in mine})

    def test_a_day_that_is_none_is_set_aside_and_files_that_are_not_read_are_named(self, tmp_path):
        records = read(written(tmp_path / "export"))
        assert ["the day 'once upon a time' on which they connected cannot be read"] == [
            one.reason for one in of(SetAside, records)
        ]
        assert ["files that are not read: 1 (Invitations.csv)"] == [note.text for note in of(Note, records)]

    def test_a_zip_in_a_folder_of_its_own_is_the_same(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "export.zip", "w") as packed:
            for name, content in EXPORT.items():
                packed.writestr(f"Basic_LinkedInDataExport/{name}", content)
        plain = sorted(one.id for one in of(Activity, read(written(tmp_path / "export"))))
        assert plain == sorted(one.id for one in of(Activity, read(tmp_path / "export.zip")))

    def test_a_file_that_is_no_text_is_set_aside_and_the_rest_is_read(self, tmp_path):
        folder = written(tmp_path / "export")
        (folder / "Comments.csv").write_bytes(b"\x80\xfe\x00\x01" * 20)
        (folder / "Reactions.csv").write_bytes(b"")
        records = read(folder)
        assert {"Comments.csv", "Connections.csv"} == {f for f, one in records if isinstance(one, SetAside)}
        assert {"linkedin:in/ann-lee", "linkedin:in/bob-ray"} == {one.actor for one in of(Activity, records)}

    def test_twice_the_same_import_is_once(self, workspace, tmp_path):
        one, records = workspace(), read(written(tmp_path / "export"))
        for expected in (len(of(Activity, records)), 0):
            with one.store.batch("export", "linkedin") as batch:
                for file, record in records:
                    batch.add(record, file)
            assert expected == batch.summary.stored


def test_a_recorded_export_is_read(shared):
    folder = shared / "payloads/linkedin-export/pedrofuentes+kawsay/tests/fixtures/linkedin"
    records = read(folder, owner="https://www.linkedin.com/in/pedro")
    assert (2, 2) == (
        sum(one.verb is Verb.FOLLOW for one in of(Activity, records)),
        sum(one.verb is Verb.MESSAGE for one in of(Activity, records)),
    )
    assert {"José García", "Æsop Fontaine", "Ana Lopez", "Pedro Fuentes"} <= {
        one.name for one in of(Person, records)
    }
    assert [("messages.csv", 5)] == [(file, one.line) for file, one in records if isinstance(one, SetAside)]


@pytest.mark.parametrize(
    ("address", "account"),
    [
        ("https://www.linkedin.com/in/Ann-Lee/", "linkedin:in/ann-lee"),
        ("linkedin.com/in/zo%C3%AB?trk=x", "linkedin:in/zoë"),
        ("https://www.linkedin.com/in/ACoAAB1xyZ", "linkedin:in/ACoAAB1xyZ"),
        ("https://linkedin.example/in/ann", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_profile_is_known_by_its_address(address, account):
    assert account == account_of(address)


def test_an_owner_that_is_no_profile_is_refused():
    with pytest.raises(ConnectorError, match="is no address of a profile"):
        list(LinkedIn(owner="Ann").parse(member_of(MESSAGES.encode(), "messages.csv")))


def test_a_file_that_means_nothing_alone_is_refused():
    with pytest.raises(Unreadable, match="import the whole export"):
        list(LinkedIn().parse(member_of(EXPORT["Comments.csv"].encode(), "Comments.csv")))


def test_another_folder_of_tables_is_not_claimed():
    assert not LinkedIn().claims(["messages.csv", "readme.txt"])
    assert not LinkedIn().claims(["Profile.csv", "Skills.csv"])


def test_messages_in_another_language_are_told_by_what_stands_below_the_header():
    header = "UNTERHALTUNGS-ID,TITEL,VON,ABSENDERPROFIL,AN,EMPFÄNGERPROFILE,DATUM,BETREFF,INHALT,ORDNER"
    row = "2-MTcz==,,Bo Ek,https://www.linkedin.com/in/bo-ek,Ann Lee,https://www.linkedin.com/in/ann-lee,"
    row += "2026-01-05 09:00:00 UTC,,hallo,INBOX"
    member = member_of(f"{header}\n{row}\n".encode(), "messages.csv")
    assert ["linkedin"] == recognised_by(member)
    (said,) = [one for one in LinkedIn().parse(member) if isinstance(one, Activity)]
    assert ("linkedin:in/bo-ek", ("linkedin:in/ann-lee",)) == (said.actor, said.to)
    trips = member_of(
        b"A,B,C,D,E,F,G,H,I,J\n12345678,,x,https://www.example.com/in/a,x,x,x,x,x,x\n", "messages.csv"
    )
    assert not LinkedIn().recognises(trips, trips.head())


def test_the_other_files_in_another_language_are_told_by_their_order(tmp_path):
    headers = {
        "Profile.csv": "Vorname,Nachname,Geburtsname,Slogan",
        "Email Addresses.csv": "E-Mail-Adresse,Bestätigt,Primär,Aktualisiert am",
        "Comments.csv": "Datum,Link,Nachricht",
        "Reactions.csv": "Datum,Typ,Link",
        "Shares.csv": "Datum,Beitragslink,Kommentar,Geteilte URL,Medien-URL,Sichtbarkeit",
    }
    german = EXPORT | {
        name: "\n".join([header, *EXPORT[name].split("\n")[1:]]) for name, header in headers.items()
    }
    english = read(written(tmp_path / "en"))
    assert of(Activity, english) == of(Activity, read(written(tmp_path / "de", german)))


def test_a_connection_of_older_exports_is_known_by_its_address():
    older = (
        "First Name,Last Name,Email Address,Company,Position,Connected On\nBo,Ek,bo@b.example,,,05 Jan 2026\n"
    )
    found = list(
        LinkedIn(owner="https://www.linkedin.com/in/ann").parse(member_of(older.encode(), "Connections.csv"))
    )
    assert [("email:bo@b.example", ("linkedin:in/ann",))] == [
        (one.actor, one.to) for one in found if isinstance(one, Activity)
    ]
