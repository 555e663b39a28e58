"""Folders of several things, as downloads are: exports, archives and files side by side, and none is lost."""

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
