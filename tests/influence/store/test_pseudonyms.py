"""A workspace of pseudonyms holds no name, no address and no handle of anybody, and still says who answered whom."""

import shutil

import keyring
import pytest
from click.testing import CliRunner
from keyring.backends import fail

from influence import Workspace
from influence.analysis.questions import WorkspaceError
from influence.cli import main
from influence.contract.testing import Remembered
from influence.secrets.keys import PSEUDONYMS
from influence.secrets.places import SecretError
from influence.store.store import StoreError
from tests.influence.secrets.test_keeping import Vault
from tests.kit.canaries import FRIEND, LEADER, Canary, flock, heard, heard_in_tables, written
from tests.kit.played import PLAYED
from tests.kit.served import served

KEY = "a long word that nobody guesses"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(PSEUDONYMS, KEY)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A folder of files in which people sit in every kind of source, and a workspace that took them."""
    folder = tmp_path_factory.mktemp("cage")
    written(folder / "sources", flock(4))
    with pytest.MonkeyPatch.context() as here:
        here.setenv(PSEUDONYMS, KEY)
        with Workspace.create(folder / "w", pseudonymous=True) as held:
            held.import_path(folder / "sources")
    return folder


@pytest.fixture
def cage(filled, tmp_path):
    """The same, for one test."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    with Workspace(tmp_path / "w") as held:
        yield held


def test_no_name_and_no_account_of_anybody_is_in_the_store_the_caches_or_the_reports(cage, tmp_path):
    cage.tracking.take(LEADER, over="8w")
    report = cage.report(LEADER)
    for kind in ("html", "json"):
        cage.write(report, kind)
    everybody = flock(4)
    assert [] == heard_in_tables(cage.store.engine, everybody)
    cage.close()
    assert [] == heard(tmp_path / "w", everybody)
    ours = ("ann@acme", "bo@acme", "ann berg", "bo ek", "mail.mbox")
    files = [file for file in (tmp_path / "w").rglob("*") if file.is_file() and file.suffix != ".toml"]
    told = b"".join(file.read_bytes().lower() for file in files)
    assert [] == [word for word in ours if word.encode() in told]


def test_who_answered_whom_is_the_same_as_with_names(cage, tmp_path):
    with Workspace.create(tmp_path / "named") as named:
        named.import_path(tmp_path / "sources")
        expected = named.report(LEADER, measures=["four-steps"]).findings
        found = cage.report(LEADER, measures=["four-steps"]).findings
        for name in ("reach_4", "reach_3"):
            assert expected[name].value == found[name].value, name
        counts = "SELECT count(*) AS n, count(DISTINCT actor) AS who FROM activities"
        assert named.store.engine.arrow(counts).to_pylist() == cage.store.engine.arrow(counts).to_pylist()


def test_a_leader_is_named_by_address_and_accounts_of_one_person_belong_together(cage):
    people = cage.analysis.people
    one = Canary(1)
    assert 1 == len({people.find(name) for name in (one.address, one.account, one.accounts[2])})
    assert people.find("Ann@acme.example") == people.find(LEADER) != people.find(FRIEND)


def test_by_a_pseudonym_somebody_is_found_without_the_key(cage, tmp_path, monkeypatch):
    pseudonym = cage.analysis.people.who[0].person
    cage.close()
    monkeypatch.setenv(PSEUDONYMS, "")
    with Workspace(tmp_path / "w") as held:
        assert 0 == held.analysis.people.find(pseudonym)


def test_the_same_again_adds_nothing(cage, tmp_path):
    assert 0 == cage.import_path(tmp_path / "sources").summary.stored


def test_without_the_key_or_with_another_nothing_comes_in(cage, tmp_path, monkeypatch):
    cage.close()
    monkeypatch.setenv(PSEUDONYMS, "another")
    with Workspace(tmp_path / "w") as held, pytest.raises(StoreError, match="the key is another"):
        held.import_path(tmp_path / "sources")
    monkeypatch.delenv(PSEUDONYMS)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        with Workspace(tmp_path / "w") as held, pytest.raises(SecretError, match="is not in the keyring"):
            held.import_path(tmp_path / "sources")
    finally:
        keyring.set_keyring(before)


def test_names_and_pseudonyms_never_stand_in_one_store(cage, tmp_path):
    with pytest.raises(WorkspaceError, match="a lake holds names"):
        cage.import_lake(tmp_path)
    cage.change_setting("privacy", "pseudonymous", False)
    cage.close()
    with Workspace(tmp_path / "w") as held, pytest.raises(StoreError, match="names would come beside them"):
        held.import_path(tmp_path / "sources")
    with Workspace.create(tmp_path / "named") as named:
        named.import_path(tmp_path / "sources")
        named.change_setting("privacy", "pseudonymous", True)
    with Workspace(tmp_path / "named") as named, pytest.raises(StoreError, match="holds names already"):
        named.import_path(tmp_path / "sources")


def pull_into(workspace, connector):
    for reply in connector.fetch(workspace.store.cursor("source"), Remembered()):
        with workspace.store.batch("source", connector.name, live=True) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)


@pytest.mark.parametrize("name", ["slack", "caldav"])
def test_a_pull_keeps_no_address_either_and_goes_on_where_it_stopped(name, tmp_path):
    make_service, make = PLAYED[name]
    with served(make_service()) as here, Workspace.create(tmp_path / "w", pseudonymous=True) as held:
        pull_into(held, make(here.url))
        cursor = held.store.cursor("source")
        kept = held.store.engine.arrow("SELECT cursor FROM cursors").column("cursor").to_pylist()
        rows = held.store.engine.arrow("SELECT count(*) AS n FROM activity_log").to_pylist()
        pull_into(held, make(here.url))
        again = held.store.engine.arrow("SELECT count(*) AS n FROM activity_log").to_pylist()
    assert cursor
    assert ["sealed"] == sorted(
        {word for one in kept for word in ("sealed", "127.0.0.1", "ann") if word in one}
    )
    assert rows == again


def test_the_key_is_made_in_the_keyring_and_nowhere_in_the_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(PSEUDONYMS)
    before, vault = keyring.get_keyring(), Vault()
    keyring.set_keyring(vault)
    try:
        done = CliRunner().invoke(main, ["init", str(tmp_path / "w"), "--pseudonymous"])
        assert 0 == done.exit_code, done.output
        with Workspace(tmp_path / "w") as held:
            held.import_path(written(tmp_path / "sources", flock(1)))
        assert not (tmp_path / "w/secrets.toml").exists()
    finally:
        keyring.set_keyring(before)


def test_without_a_keyring_and_a_key_no_workspace_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv(PSEUDONYMS)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        done = CliRunner().invoke(main, ["init", str(tmp_path / "w"), "--pseudonymous"])
    finally:
        keyring.set_keyring(before)
    assert 1 == done.exit_code
    assert f"set {PSEUDONYMS} to a long random word" in done.output
