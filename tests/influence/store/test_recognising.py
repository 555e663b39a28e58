"""Connectors are loaded as they are asked, and the choice is the same as if all had been."""

import secrets
import subprocess
import sys
import tarfile

import pytest

from influence import Workspace
from influence.contract import plugins
from influence.contract.files import ArchiveError, kind_of
from influence.contract.testing import member_of
from influence.store.recognising import GROUP, Connectors, ReadingError
from tests.kit.connector_records import payloads

SAYS = plugins.says(GROUP)


@pytest.mark.parametrize("path", payloads(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_whoever_recognises_a_file_says_that_it_reads_files_of_that_kind(path):
    member = member_of(path)
    head = member.head()
    for name, kinds in SAYS.items():
        connector = plugins.load(GROUP, name)()
        if hasattr(connector, "recognises") and connector.recognises(member, head):
            assert kind_of(head) in kinds, name


def test_who_claims_folders_says_so():
    claims = {name for name in SAYS if hasattr(plugins.load(GROUP, name), "claims")}
    assert claims == {name for name, kinds in SAYS.items() if "export" in kinds}


def test_a_table_loads_no_connector_that_reads_no_tables(tmp_path):
    (tmp_path / "rows.csv").write_text("time,actor,verb\n2026-01-05T09:00:00Z,x:ann,post\n")
    script = (
        "import sys; from influence import Workspace\n"
        "with Workspace.create('ws') as ws: print(ws.import_path('rows.csv').summary.stored)\n"
        "print([name for name in sys.modules if name.startswith(('connectors.suites', 'connectors.agenda'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ["1", "[]"] == done.stdout.splitlines()


def test_a_folder_of_tables_loads_no_connector_that_reads_neither_exports_nor_tables(tmp_path):
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows/rows.csv").write_text("time,actor,verb\n2026-01-05T09:00:00Z,x:ann,post\n")
    script = (
        "import sys; from influence import Workspace\n"
        "with Workspace.create('ws') as ws: print(ws.import_path('rows').summary.stored)\n"
        "print([name for name in sys.modules if name.startswith(('connectors.suites', 'connectors.agenda'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ["1", "[]"] == done.stdout.splitlines()


def test_a_file_that_no_likely_connector_knows_is_still_shown_to_the_others():
    table = "time,actor,verb\n2026-01-05T09:00:00Z,x:ann,post\n".encode("utf-16")
    assert "activities" not in {name for name, kinds in SAYS.items() if kind_of(table) in kinds}
    found = Connectors(None, None, {}).reader(member_of(table))
    assert found is not None
    assert "activities" == found[0]


def test_a_file_that_two_could_read_is_refused_with_a_question():
    both = (
        b"source,target,weight,PrimaryCollaborator_PersonId,SecondaryCollaborator_PersonId\nx:1,x:2,1,1,2\n"
    )
    with pytest.raises(
        ReadingError, match=r"'ties' and 'viva-insights' could each read this; say .* --as ties"
    ):
        Connectors(None, None, {}).reader(member_of(both))
    named = Connectors("ties", None, {}).reader(member_of(both))
    assert named is not None
    assert "ties" == named[0]


def test_such_a_file_in_a_folder_does_not_keep_the_others_from_being_read(tmp_path):
    (tmp_path / "in").mkdir()
    both = "source,target,weight,PrimaryCollaborator_PersonId,SecondaryCollaborator_PersonId\nx:1,x:2,1,1,2\n"
    (tmp_path / "in/both.csv").write_text(both, "utf-8")
    (tmp_path / "in/rows.csv").write_text("time,actor,verb\n2026-01-05T09:00:00Z,x:ann,post\n", "utf-8")
    with Workspace.create(tmp_path / "ws") as workspace:
        done = workspace.import_path(tmp_path / "in")
    assert 1 == done.summary.stored
    assert "could each read this" in done.unreadable["both.csv"]


def test_an_option_that_no_connector_has_is_refused():
    with pytest.raises(ReadingError, match="no connector has an option 'colour'"):
        Connectors(None, None, {"colour": "red"})


def test_a_file_of_no_known_kind_has_no_reader():
    assert Connectors(None, None, {}).reader(member_of(b"\0\1\2")) is None


def test_who_reads_single_files_does_not_read_an_archive_for_its_names(tmp_path):
    (tmp_path / "noise").write_bytes(secrets.token_bytes(200_000))
    packed = tmp_path / "cut.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(tmp_path / "noise", "noise")
    packed.write_bytes(packed.read_bytes()[:100_000])
    assert Connectors("activities", None, {}).claimant(packed) is None
    with pytest.raises(ArchiveError):
        Connectors(None, None, {}).claimant(packed)


def test_a_folder_that_holds_exports_of_several_is_asked_about(tmp_path):
    for name in ("your_instagram_activity/media/posts_1.json", "account/user.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("[]")
    (tmp_path / "messages/c10000").mkdir(parents=True)
    (tmp_path / "messages/c10000/messages.json").write_text("[]")
    with pytest.raises(ReadingError, match=r"'discord' and 'instagram' each find .* --as discord"):
        Connectors(None, None, {}).claimant(tmp_path)
    assert "instagram" == Connectors("instagram", None, {}).claimant(tmp_path)[0]
