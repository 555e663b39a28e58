"""Folders of several things, as downloads are: exports, archives and files side by side, and none is lost."""

import json
import shutil
import zipfile

import pytest

from influence import Workspace
from influence.store.recognising import ReadingError
from tests.connectors.social.test_reddit_export import WHOLE
from tests.kit.places import PAYLOADS

MAIL = PAYLOADS / "mail/exchange.mbox"
DISCORD = {
    "account/user.json": '{"id": "10000", "username": "ann"}',
    "messages/c20000/channel.json": '{"id": "20000", "type": "GUILD_TEXT", "name": "general"}',
    "messages/c20000/messages.json": '[{"ID": 1, "Timestamp": "2026-01-05 09:00:00", "Contents": ""}]',
}


def put(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def brought(path, tmp_path):
    with Workspace.create(tmp_path / "workspace") as workspace:
        done = workspace.import_path(path)
        return done, {name: one.stored + one.known for name, one in done.by_connector.items()}


@pytest.fixture
def alone(tmp_path):
    """What each of the parts gives by itself."""
    put(tmp_path / "reddit", WHOLE)
    put(tmp_path / "discord", DISCORD)
    paths = {"reddit": tmp_path / "reddit", "discord": tmp_path / "discord", "mail": MAIL}
    return {name: brought(path, tmp_path / f"of-{name}")[1][name] for name, path in paths.items()}


def test_what_lies_beside_an_export_is_read_by_what_knows_it(tmp_path, alone):
    folder = tmp_path / "downloads"
    put(folder / "reddit", WHOLE)
    shutil.copy(MAIL, folder / "mail.mbox")
    done, counts = brought(folder, tmp_path)
    assert {"reddit": alone["reddit"], "mail": alone["mail"]} == counts
    assert "1 beside the export of reddit, read by themselves: mail.mbox" in done.notes


def test_exports_side_by_side_are_read_each_by_its_own(tmp_path, alone):
    folder = tmp_path / "downloads"
    put(folder / "a", WHOLE)
    put(folder / "b", DISCORD)
    shutil.copy(MAIL, folder / "mail.mbox")
    assert alone == brought(folder, tmp_path)[1]


def test_archives_in_a_folder_are_opened_and_documents_are_not(tmp_path, alone):
    folder = tmp_path / "downloads"
    folder.mkdir()
    zipped(folder / "reddit.zip", WHOLE)
    zipped(folder / "letter.docx", {"word/document.xml": "<a/>", "word/styles.xml": "<a/>"})
    (folder / "cut.zip").write_bytes((folder / "reddit.zip").read_bytes()[:200])
    shutil.copy(MAIL, folder / "mail.mbox")
    done, counts = brought(folder, tmp_path)
    assert {"reddit": alone["reddit"], "mail": alone["mail"]} == counts
    assert ["cut.zip", "letter.docx"] == sorted({*done.not_recognised, *done.unreadable})


def test_exports_that_lie_in_each_other_are_asked_about_and_nothing_is_read(tmp_path):
    folder = tmp_path / "downloads"
    put(folder, WHOLE | DISCORD)
    with pytest.raises(ReadingError, match="'discord' and 'reddit' each find an export of theirs"):
        brought(folder, tmp_path)


def test_an_archive_of_several_exports_stops_nothing_beside_it(tmp_path, alone):
    folder = tmp_path / "downloads"
    folder.mkdir()
    zipped(folder / "both.zip", WHOLE | DISCORD)
    shutil.copy(MAIL, folder / "mail.mbox")
    done, counts = brought(folder, tmp_path)
    assert {"mail": alone["mail"]} == counts
    assert "each find an export of theirs" in done.unreadable["both.zip"]


def x_archive(who, number):
    account = {"account": {"username": who, "accountId": number, "accountDisplayName": who}}
    post = {"id_str": f"1{number}", "created_at": "Mon Jan 05 09:00:00 +0000 2026", "full_text": "hi"}
    return {
        "data/account.js": f"window.YTD.account.part0 = {json.dumps([account])}",
        "data/tweets.js": f"window.YTD.tweets.part0 = {json.dumps([{'tweet': post}])}",
    }


def slack_export(who, number):
    return {
        "users.json": json.dumps([{"id": f"U{number}", "profile": {"real_name": who}}]),
        "channels.json": json.dumps([{"id": f"C{number}", "name": "general"}]),
        "general/2026-01-05.json": json.dumps(
            [{"type": "message", "user": f"U{number}", "text": "x", "ts": f"176760000{number}.000100"}]
        ),
    }


def mastodon_archive(who, number):
    me = f"https://s.example/users/{who}"
    when = {"published": "2026-01-05T09:00:00Z", "to": ["https://www.w3.org/ns/activitystreams#Public"]}
    status = {"id": f"{me}/statuses/{number}", "type": "Note", "attributedTo": me, "content": "x", **when}
    made = {"id": f"{status['id']}/activity", "type": "Create", "actor": me, "object": status, **when}
    return {
        "actor.json": json.dumps({"id": me, "type": "Person", "preferredUsername": who}),
        "outbox.json": json.dumps({"type": "OrderedCollection", "orderedItems": [made]}),
    }


def linkedin_export(who, number):
    columns = (
        "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,"
        "FOLDER"
    )
    urls = f"https://www.linkedin.com/in/{who}", "https://www.linkedin.com/in/bo"
    return {
        "Connections.csv": "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n",
        "Profile.csv": f"First Name,Last Name,Maiden Name\n{who},Lee,\n",
        "messages.csv": f"{columns}\n{number},,{who} Lee,{urls[0]},Bo,{urls[1]},2026-01-05 09:00:00 UTC,,hi,INBOX\n",
    }


def facebook_export(who, number):
    said = {"sender_name": who, "timestamp_ms": 1767600000000 + int(number), "content": "x"}
    talk = {
        "participants": [{"name": who}, {"name": "Bo"}],
        "messages": [said],
        "thread_path": f"inbox/{who}_1",
    }
    return {
        f"messages/inbox/{who}_1/message_1.json": json.dumps(talk),
        "personal_information/profile_information/profile_information.json": json.dumps(
            {"profile_v2": {"name": {"full_name": who}}}
        ),
    }


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize(
    ("export", "system"),
    [
        (x_archive, "x:{number}"),
        (slack_export, "slack:U{number}"),
        (mastodon_archive, "mastodon:{who}@s.example"),
        (linkedin_export, "linkedin:in/{who}"),
        (facebook_export, "facebook-name:{who}"),
    ],
)
def test_two_exports_of_one_kind_side_by_side_are_each_their_owners(tmp_path, export, system, packed):
    people = {"ann": "7", "eve": "8"}
    files = {
        f"{who}/{name}": text for who, number in people.items() for name, text in export(who, number).items()
    }
    files |= {"talk.mbox": MAIL.read_text(encoding="utf-8")}
    if packed:
        zipped(tmp_path / "downloads.zip", files)
    else:
        put(tmp_path / "downloads", files)
    path = tmp_path / ("downloads.zip" if packed else "downloads")
    with Workspace.create(tmp_path / "workspace") as workspace:
        done = workspace.import_path(path)
        actors = workspace.store.engine.arrow("SELECT DISTINCT actor FROM activities").to_pylist()
    expected = {system.format(who=who, number=number) for who, number in people.items()}
    assert expected == {
        row["actor"] for row in actors if row["actor"].partition(":")[0] == system.partition(":")[0]
    }
    assert any("each read by itself: ann, eve" in note for note in done.notes)
    assert done.by_connector["mail"].stored


def test_of_two_exports_side_by_side_one_that_is_damaged_stops_not_the_other(tmp_path):
    put(tmp_path / "downloads" / "ann", x_archive("ann", "7"))
    put(
        tmp_path / "downloads" / "eve",
        x_archive("eve", "8") | {"data/tweets.js": "window.YTD.tweets.part0 = ["},
    )
    done, counts = brought(tmp_path / "downloads", tmp_path)
    assert {"x": 1} == counts
    assert done.summary.aside


def test_two_discord_packages_side_by_side_are_read_each_by_itself(tmp_path):
    put(tmp_path / "downloads" / "a", DISCORD)
    put(
        tmp_path / "downloads" / "b", {name: text.replace("10000", "10001") for name, text in DISCORD.items()}
    )
    _, counts = brought(tmp_path / "downloads", tmp_path)
    assert 2 <= counts["discord"]
