"""Who is forgotten is in nothing that commands left in the folder, but for files of the user's, which are named."""

import email.policy
import json
import re
import zlib
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from influence import Workspace
from influence.cli import main
from influence.rights.folder import CLOSED, NAMES_THEM, naming
from influence.rights.traces import traces_of
from tests.kit import programme_log
from tests.kit.canaries import cells, unpacked
from tests.kit.singing import LEADER, OTHER, account, rows

SINGS = re.compile("zyxm1quark")
"""The one who is forgotten: a mentee, who has met another, answers, posts and is named in the settings."""
SETTINGS = f"""
[chance]
draws = 100
[voices]
accounts = ["{OTHER}", "x:zyxo02quark"]
[campaigns.spring]
channels = ["zyxroomquark: private"]
since = "2026-03-02"
until = "2026-03-30"
voices = ["{OTHER}", "x:zyxo04quark"]
"""
COMMANDS = (
    ("programme", "start"),
    ("programme", "note", LEADER, "Ask Zyxm1quark Bird", "--advice", "given", "--about", "sooner"),
    ("programme", "note", OTHER, "Answer within a day"),
    ("programme", "sheet"),
    ("programme", "end"),
    ("track", LEADER, OTHER),
    *(("digest", LEADER, OTHER, "--format", kind) for kind in ("html", "txt", "eml")),
    ("digest", OTHER, "--format", "eml", "-o", "w/reports/of-one.eml"),
    ("campaign", "spring", "--format", "html,txt,json"),
    ("compare", LEADER, OTHER, "--measures", "four-steps", "--format", "html,txt"),
    ("report", LEADER, "--format", "html,json,csv,md,xlsx,graphml,gexf,parquet", "--measures", "four-steps"),
    ("report", LEADER, "--without-names", "--measures", "four-steps"),
    ("network", "--format", "gexf", "-o", "w/reports/network.gexf"),
    ("met", LEADER, "declare", OTHER, "--met", "--because", "Zyxm1quark Bird says so"),
    ("people", "sphere", OTHER, "customer"),
    ("access", OTHER, "-o", "w/told.json"),
)


def typed(*words):
    group, *rest = words
    done = CliRunner().invoke(main, [group, "-w", "w", *rest], catch_exceptions=False)
    assert 0 == done.exit_code, (words, done.output)
    return done.output


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    """A folder in which all that was typed; what it held of one person before, and the receipt of their forgetting."""
    folder = tmp_path_factory.mktemp("left")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        Workspace.create("w").close()
        (folder / "w/influence.toml").write_text(SETTINGS, encoding="utf-8")
        for kind, told in rows().items():
            (folder / f"{kind}.jsonl").write_text(
                "".join(json.dumps(row) + "\n" for row in told), encoding="utf-8"
            )
            typed("import", f"{kind}.jsonl", "--as", kind)
        mentees = [
            "Zyxm1quark@Cage.Example" if one == "m1" else account(one) for one in programme_log.MENTEES
        ]
        (folder / "w/programme.toml").write_text(programme_log.file(tuple(mentees)), encoding="utf-8")
        for words in COMMANDS:
            typed(*words)
        (folder / "w/influence.repaired.duckdb").write_bytes(b"DUCK\0\0" + zlib.compress(b"Zyxm1quark Bird"))
        before = heard(folder / "w")
        receipt = json.loads(typed("forget", OTHER, "--yes", "--reports", "--json"))
        yield SimpleNamespace(folder=folder, before=before, receipt=receipt)


def heard(folder):
    files = (file for file in folder.rglob("*") if file.is_file())
    return {
        file.name for file in files if any(SINGS.search(one.lower()) for one in (file.name, *texts(file)))
    }


def texts(file):
    yield from unpacked(file.read_bytes())
    if file.suffix == ".eml":
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        yield from (part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


def test_they_are_in_no_file_but_those_that_the_receipt_names(after):
    assert {"influence.duckdb", "influence.toml", "programme.toml", "told.json", "of-one.eml"} < after.before
    held = {(file.rpartition("/")[2], why) for file, why in after.receipt["held"]}
    assert {
        ("programme.toml", NAMES_THEM),
        ("told.json", NAMES_THEM),
        ("influence.repaired.duckdb", CLOSED),
    } == held
    assert {"programme.toml", "told.json"} == heard(after.folder / "w")


def test_they_are_in_no_row(after):
    with Workspace(after.folder / "w") as held:
        rows = list(cells(held.store.engine))
    assert rows
    assert set() == {(table, column) for table, column, text in rows if SINGS.search(text.lower())}


def test_the_programme_goes_on_without_them(after, monkeypatch):
    monkeypatch.chdir(after.folder)
    told = json.loads(typed("programme", "show", "--json"))
    assert ["zyxm0quark", "zyxm2quark"] == [one["person"] for one in told["sheets"]][:2]
    assert 5 == len(told["sheets"])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("copy.duckdb", b"DUCK\0\1\2", CLOSED),
        ("old.wal", b"\0\1\2", CLOSED),
        ("kept.bz2", b"BZh9\x01\x02", CLOSED),
        ("notes.txt", "An Ek, Zürich\n".encode("latin-1"), ""),
        ("notes-16.txt", "An Ek\n".encode("utf-16"), ""),
        ("notes.md", b"Ann Berg\n", NAMES_THEM),
        ("coded.eml", b"Content-Transfer-Encoding: base64\n\nQW5uIEIK\n", ""),
        (
            "mail.eml",
            b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nLi4uIEFu\nbiBCZXJn\n",
            NAMES_THEM,
        ),
        (
            "soft.eml",
            b"Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nAnn=20Be=\nrg\n",
            NAMES_THEM,
        ),
    ],
)
def test_a_file_that_cannot_be_looked_into_is_told_whatever_it_is_called(tmp_path, name, content, why):
    (tmp_path / name).write_bytes(content)
    one = type(
        "Who", (), {"person": "p-ann-b", "accounts": ("email:ann@acme.example",), "name": "Ann Berg"}
    )()
    assert ([why] if why else []) == [held.why for held in naming(tmp_path, traces_of(one, [], ["Ann Berg"]))]
