"""Archives that reach outside, that never end, or that hold a million files: nothing is written, and all is bounded.

`INFLUENCE_FUZZ` of more than a thousand (`make trust`) tries a real zip of a million entries, else one of the
fewest that are refused.
"""

import gzip
import io
import resource
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from influence import Workspace
from influence.contract import files
from influence.contract.errors import InfluenceError
from influence.contract.files import MOST_FILES
from influence.store.importing import read_path
from influence.store.store import Store
from tests.faults.test_fuzz import MANY, sheet
from tests.kit import small_company
from tests.kit.command_line import said
from tests.kit.figures import measured
from tests.kit.mutations import tarred, zipped, zipped_many
from tests.kit.places import ROOT

LONG = MANY > 1000
MAIL = small_company.mailbox(6).encode()
OUTSIDE = ("../../out.mbox", "/tmp/out.mbox", "a/../../../out.mbox", "C:\\out.mbox", "..\\..\\out.mbox")  # noqa: S108 - where nothing may be written


def brought(path, connector=None, **options):
    """What came of it: how many rows landed, or the sentence of its refusal."""
    try:
        done = read_path(
            Store(), path, connector=connector, zone=None, options=options, progress=lambda _: None
        )
    except InfluenceError as refused:
        return str(refused)
    assert done.summary.read == done.summary.stored + done.summary.known + done.summary.aside
    return done.summary.stored


def linked(kind, to):
    """A tar that holds a mailbox and a link or a device beside it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in (("mail.mbox", MAIL), ("link.mbox", None)):
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.linkname, info.devmajor = kind, to, 1
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def nested(depth, content):
    for n in range(depth):
        content = zipped({f"{n}.zip" if n else "mail.mbox": content})
    return content


HOSTILE = {
    **{f"a zip with {name}": zipped({name: MAIL, "mail.mbox": MAIL}) for name in OUTSIDE},
    "a link to a file of the machine": linked(tarfile.SYMTYPE, "/etc/passwd"),
    "a hard link outside": linked(tarfile.LNKTYPE, "../../etc/passwd"),
    "a device that never ends": linked(tarfile.CHRTYPE, ""),
    "a pipe": linked(tarfile.FIFOTYPE, ""),
    "a zip in a zip in a zip, fifty deep": nested(50, MAIL),
    "a thousand to one": zipped(
        {"mail.mbox": MAIL, "zeros.mbox": b"From " + b"\0" * (300_000_000 if LONG else 9_000_000)}
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_nothing_is_written_and_the_rest_is_read_or_it_is_refused(what, tmp_path):
    inside = tmp_path / "a/b/c"
    inside.mkdir(parents=True)
    (inside / "archive").write_bytes(HOSTILE[what])
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    came = brought(inside / "archive")
    seconds = time.process_time() - begun
    assert came == 6 or isinstance(came, str), came
    assert [inside / "archive"] == [path for path in tmp_path.rglob("*") if path.is_file()]
    assert seconds < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 512 * 1024
    told = "read" if came == 6 else f"refused: {came.rpartition(': ')[2][:80]}"
    measured("archives", what, told=f"{told}; 0 files outside, {seconds:.1f} s")


ALONE = """
import re, sys, time
from pathlib import Path
from influence.contract.errors import InfluenceError
from influence.store.importing import read_path
from influence.store.store import Store
def most():
    return int(re.search("VmHWM: *([0-9]+)", Path("/proc/self/status").read_text().replace("\\t", " "))[1])
before, begun = most(), time.process_time()
try:
    done = read_path(Store(), Path(sys.argv[1]), connector=None, zone=None, options={}, progress=lambda _: None)
    print(done.summary.stored)
except InfluenceError as refused:
    print(refused)
print(time.process_time() - begun, (most() - before) / 1024)
"""
"""What `ru_maxrss` says of a new process may be of the one that began it."""


def alone(path):
    """What came of it in a process of its own, with its seconds of processor and by how many MB that grew."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the memory of a process is read from /proc")
    command = [sys.executable, "-c", ALONE, str(path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    came, figures = told.splitlines()
    return came, *map(float, figures.split())


@pytest.mark.parametrize("entries", [2_000] + [MOST_FILES - 1] * LONG)
def test_a_zip_of_many_entries_is_read(tmp_path, entries):
    zipped_many(tmp_path / "many.zip", MAIL, entries)
    came, seconds, mb = alone(tmp_path / "many.zip")
    assert "6" == came
    assert seconds < 5 + entries / 400, "linear"
    assert mb < 512
    measured("archives", f"a zip of {entries + 1:,} files", told=f"read, in {seconds:.0f} s and {mb:,.0f} MB")


@pytest.mark.parametrize("entries", [1_000_000 if LONG else MOST_FILES])
def test_a_zip_of_a_million_entries_is_refused_in_a_sentence_before_they_are_gone_through(tmp_path, entries):
    zipped_many(tmp_path / "many.zip", MAIL, entries)
    came, seconds, mb = alone(tmp_path / "many.zip")
    assert "holds more than 250,000 files; unpack it and name the folder" in came
    assert seconds < 5
    assert mb < 512
    measured(
        "archives", f"a zip of {entries + 1:,} files", told=f"refused, in {seconds:.1f} s and {mb:,.0f} MB"
    )


def test_a_tar_and_a_workbook_of_too_many_files_are_refused_as_well(tmp_path, monkeypatch):
    (tmp_path / "many.xlsx").write_bytes(sheet())
    assert isinstance(brought(tmp_path / "many.xlsx", "table", mapping="zendesk"), int), "it is opened"
    monkeypatch.setattr(files, "MOST_FILES", 5)
    (tmp_path / "many.tar").write_bytes(tarred({f"{n}.mbox": MAIL for n in range(6)}))
    assert "holds more than 5 files" in brought(tmp_path / "many.tar")
    assert "holds more than 5 files" in brought(tmp_path / "many.xlsx", "table", mapping="zendesk")


MAP = "there are several files in it", "there is no file in it", "the file is damaged", "an Outlook data file"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("two.zip", zipped({"a.csv": b"Time,From\n1,x\n", "b.csv": b"Time,From\n1,x\n"}), MAP[0]),
        ("none.zip", zipped({}), MAP[1]),
        ("log.csv.gz", b"\0" * 100, MAP[2]),
        ("mail.pst", b"!BDN" + bytes(600), MAP[3]),
    ],
)
def test_a_first_mapping_of_what_is_no_table_is_refused_in_a_sentence(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    code, out = said(tmp_path, "import", str(tmp_path / name), "--map")
    assert 1 == code
    assert told in out
    assert [tmp_path / name] == [path for path in tmp_path.iterdir() if path.is_file()]


def test_a_first_mapping_is_written_of_the_one_table_in_a_zip(tmp_path):
    (tmp_path / "log.zip").write_bytes(zipped({"log.csv": b"Time,From,To\n2026-01-05,ann,bo\n"}))
    assert 0 == said(tmp_path, "import", str(tmp_path / "log.zip"), "--map")[0]
    assert "{From}" in (tmp_path / "log.toml").read_text(encoding="utf-8")


LOG = b"id,time,actor,verb\n" + b"".join(
    b"m%d,2026-01-05T09:00:00Z,x:%d,post\n" % (n, n) for n in range(2000)
)


@pytest.fixture(params=["alone", "in a folder"])
def packed(tmp_path, request):
    """A place for `day.csv.gz`, and the path that is brought in."""
    (tmp_path / "all").mkdir()
    file = tmp_path / "all" / "day.csv.gz"
    return file, file if request.param == "alone" else file.parent


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (bytes(100), "it does not begin as a file that gzip packed; get it again"),
        (b"id,time,actor,verb\n", "there is a header but no row below it"),
    ],
    ids=["no gzip", "unpacked by a browser, and empty"],
)
def test_what_is_wrong_with_one_packed_file_is_told_by_the_name_that_its_owner_sees(packed, content, told):
    packed[0].write_bytes(content)
    assert f"day.csv.gz: {told}" in brought(packed[1]).replace("the file is damaged: ", "")


def test_one_packed_file_that_was_cut_is_read_up_to_there_and_told_by_its_name(tmp_path, packed):
    packed[0].write_bytes(gzip.compress(LOG)[:-2000])
    with Workspace.create(tmp_path / "w") as work:
        done = work.import_path(packed[1])
    assert 500 < done.summary.stored < 2000
    assert ["day.csv.gz"] == list(done.unreadable)
    assert "get it again" in done.unreadable["day.csv.gz"]
