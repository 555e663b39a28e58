"""Single mails in folders and archives (Maildir, .eml): read as one mailbox, whatever they lie in."""

import json
import mailbox
import tarfile
import zipfile

import pytest

from connectors.mail.files import Mail
from influence.contract.files import open_export
from influence.contract.records import Activity, Person, SetAside, Unsaid


def mail(number, **fields):
    given = {
        "From": "Ann Lee <ann@acme.example>",
        "To": "bob@acme.example",
        "Subject": f"Budget {number}",
        "Date": f"Mon, 5 Jan 2026 09:{number:02}:00 +0100",
        "Message-ID": f"<m{number}@acme.example>",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    header = "".join(f"{name}: {value}\n" for name, value in given.items())
    return f"{header}\nNumber {number}.\n".encode()


@pytest.fixture
def maildir(tmp_path):
    """A Maildir with a subfolder, as Dovecot and Python's own library write it."""
    place = tmp_path / "Maildir"
    box = mailbox.Maildir(place)
    box.add(mail(1))
    box.add(mail(2, In_Reply_To="<m1@acme.example>"))
    box.add_folder("Sent").add(mail(3))
    for name in ("dovecot.index.log", "dovecot-uidlist", "subscriptions"):
        (place / name).write_bytes(b"V 1\n")
    box.close()
    return place


@pytest.fixture
def letters(tmp_path):
    """A folder of .eml files, three of them from a program."""
    place = tmp_path / "letters"
    (place / "old").mkdir(parents=True)
    (place / "1.eml").write_bytes(mail(1))
    for number in (2, 3, 4):
        robot = mail(number, From="robot@acme.example", Auto_Submitted="auto-generated")
        (place / "old" / f"{number}.EML").write_bytes(robot)
    return place


def as_zip(folder):
    place = folder.with_suffix(".zip")
    with zipfile.ZipFile(place, "w") as packed:
        for file in folder.rglob("*"):
            if file.is_file():
                packed.write(file, file.relative_to(folder.parent))
    return place


def as_tar(folder):
    place = folder.with_suffix(".tar.gz")
    with tarfile.open(place, "w:gz") as packed:
        packed.add(folder, folder.name)
    return place


def unpacked(folder):
    return folder


def names(workspace):
    return sorted(row["id"] for row in workspace.store.engine.arrow("SELECT id FROM activities").to_pylist())


@pytest.mark.parametrize("packed", [unpacked, as_zip, as_tar])
def test_a_maildir_is_read_with_its_subfolders_and_without_the_servers_own_files(workspace, maildir, packed):
    one = workspace()
    done = one.import_path(packed(maildir))
    assert ["mail:m1@acme.example", "mail:m2@acme.example", "mail:m3@acme.example"] == names(one)
    assert (3, 0, [], {}) == (
        done.summary.stored,
        done.summary.aside,
        done.not_recognised,
        done.unreadable,
    )


@pytest.mark.parametrize("packed", [unpacked, as_zip, as_tar])
def test_what_many_single_mails_tell_of_a_sender_counts_together(letters, packed):
    with open_export(packed(letters)) as export:
        assert Mail().claims(list(export.files))
        found = [record for _, record in Mail().parse_export(export)]
    assert 4 == sum(isinstance(one, Activity) for one in found)
    assert [("email:robot@acme.example",)] == [
        one.accounts for one in found if isinstance(one, Person) and one.bot
    ]


def test_a_mail_read_from_a_folder_and_from_an_mbox_is_one_mail(workspace, maildir, tmp_path):
    box = mailbox.mbox(tmp_path / "all.mbox")
    box.add(mail(1))
    box.close()
    one = workspace()
    one.import_path(tmp_path / "all.mbox")
    done = one.import_path(maildir)
    assert (2, 1) == (done.summary.stored, done.summary.known)


def test_a_single_mail_is_read_by_itself(workspace, letters):
    one = workspace()
    one.import_path(letters / "1.eml")
    assert ["mail:m1@acme.example"] == names(one)


def test_a_file_among_them_that_is_no_mail_and_a_delivery_half_done_are_set_aside(maildir):
    (maildir / "new" / "99.x").write_bytes(b"\0\1\2")
    (maildir / "tmp" / "98.x").write_bytes(mail(9)[:40])
    with open_export(maildir) as export:
        found = {name: one for name, one in Mail().parse_export(export) if isinstance(one, SetAside)}
    assert {"new/99.x": "the file holds no mail", "tmp/98.x": "a delivery that was not finished"} == {
        name: one.reason for name, one in found.items()
    }


@pytest.mark.parametrize(
    ("inside", "claimed"),
    [
        (["cur/1", "new/2", "dovecot-uidlist", ".Sent/cur/3"], True),
        (["a.eml", "b/c.EML"], True),
        (["a.eml", "calendar.ics"], False),
        (["x/a.eml", "x/a.metadata.json", "x/labels.json"], True),
        (["a.eml", "b.metadata.json"], False),
        (["a.eml", "labels.json"], False),
        (["all.mbox"], False),
        (["dovecot-uidlist"], False),
        ([], False),
    ],
)
def test_a_folder_is_claimed_only_where_nothing_else_lies_in_it(inside, claimed):
    assert claimed is Mail().claims(inside)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [(["8", "5"], Unsaid.DRAFT), (["3"], Unsaid.TRASH), (["4"], Unsaid.SPAM), (["7", "2"], None)],
)
def test_where_a_mail_of_proton_lay_is_told_by_the_file_beside_it(tmp_path, labels, kind):
    (tmp_path / "a.eml").write_bytes(mail(1))
    beside = {"Version": 1, "Payload": {"ID": "a", "LabelIDs": labels}}
    (tmp_path / "a.metadata.json").write_text(json.dumps(beside))
    with open_export(tmp_path) as export:
        found = [one for _, one in Mail().parse_export(export)]
    assert [kind] == [one.unsaid for one in found if isinstance(one, Activity)]


def test_a_mail_of_proton_whose_file_beside_it_is_damaged_is_set_aside(tmp_path):
    (tmp_path / "a.eml").write_bytes(mail(1))
    (tmp_path / "a.metadata.json").write_text("{")
    with open_export(tmp_path) as export:
        found = [one for _, one in Mail().parse_export(export)]
    assert [SetAside] == [type(one) for one in found]
