"""Archives that reach outside, that never end, or that hold a million files: nothing is written, and all is bounded.

`INFLUENCE_FUZZ` of more than a thousand (`make trust`) tries a real zip of a million entries, else of two thousand.
"""

import io
import resource
import tarfile
import time
import zipfile

import pytest

from influence.contract.errors import InfluenceError
from influence.store.importing import read_path
from influence.store.store import Store
from tests.faults.test_fuzz import MANY
from tests.kit import small_company
from tests.kit.figures import measured
from tests.kit.mutations import zipped

LONG = MANY > 1000
ENTRIES = 1_000_000 if LONG else 2_000
MAIL = small_company.mailbox(6).encode()
OUTSIDE = ("../../out.mbox", "/tmp/out.mbox", "a/../../../out.mbox", "C:\\out.mbox", "..\\..\\out.mbox")  # noqa: S108 - where nothing may be written


def brought(path):
    """What came of it: how many rows landed, or the sentence of its refusal."""
    try:
        done = read_path(Store(), path, connector=None, zone=None, options={}, progress=lambda _: None)
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


def test_a_zip_of_very_many_entries_is_bounded(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mail.mbox", MAIL)
        for n in range(ENTRIES):
            archive.writestr(zipfile.ZipInfo(f"{n}"), b"x")
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    came = brought(path)
    seconds, kb = time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert came == 6 or isinstance(came, str)
    assert seconds < 30 + ENTRIES / 2000
    told = came if isinstance(came, str) else f"{came} messages read"
    measured(
        "archives",
        f"a zip of {ENTRIES:,} entries",
        told=f"{told[:100]}, in {seconds:.0f} s, {kb / 1024:,.0f} MB",
    )
