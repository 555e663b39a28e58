"""What a user gives is read as far as it is whole; nothing in it costs more than it can be worth."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import shutil
import subprocess
import tarfile
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from influence.contract.files import ArchiveError, Member, members, names, open_export
from influence.contract.unpacking import DamagedMember

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
NAMES = ("a.csv", "b.csv", "c.csv", "d.csv")


def zipped(method: int = zipfile.ZIP_DEFLATED, **more: bytes) -> bytes:
    """Pack four files whose content is their name, many times over."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in more.items():
            archive.writestr(name, content)
        for name in NAMES:
            archive.writestr(name, f"{name}\n" * 200)
    return packed.getvalue()


def placed(folder: Path, content: bytes, name: str = "export.zip") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(member: Member) -> str:
    """Say why a file is not read; nothing where it is."""
    try:
        with member.open() as stream:
            stream.read()
    except DamagedMember as reason:
        return str(reason)
    return ""


def whole(path: Path) -> list[str]:
    return [member.name for member in members(path) if not refusal(member)]


def where_it_lies(content: bytes, number: int) -> int:
    """Return where a zip's list of files says at which byte one of them begins."""
    at = -1
    for _ in range(number + 1):
        at = content.index(b"PK\x01\x02", at + 1)
    return at + 42


@pytest.mark.parametrize("method", METHODS)
def test_of_a_damaged_zip_every_file_that_is_whole_is_read(tmp_path: Path, method: int) -> None:
    content, dice = zipped(method), Random(1)  # noqa: S311 - it only damages files
    for _ in range(40):
        at = dice.randrange(content.index(b"PK\x01\x02"))
        damaged = content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]
        assert len(whole(placed(tmp_path, damaged))) >= len(NAMES) - 1


@pytest.mark.parametrize("place", [2**32 - 7, 2**31, 3, 0])
def test_a_file_that_is_said_to_lie_elsewhere_takes_no_other_down(tmp_path: Path, place: int) -> None:
    content = bytearray(zipped())
    at = where_it_lies(content, 1)
    content[at : at + 4] = place.to_bytes(4, "little")
    assert ["a.csv", "c.csv", "d.csv"] == whole(placed(tmp_path, bytes(content)))


def test_a_zip_damaged_anywhere_is_read_in_part_or_refused_in_a_sentence(tmp_path: Path) -> None:
    dice = Random(2)  # noqa: S311 - it only damages files
    for _ in range(100):
        content = bytearray(zipped(dice.choice(METHODS)))
        for _ in range(dice.randrange(1, 4)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        path = placed(tmp_path, bytes(content))
        with suppress(ArchiveError):
            whole(path)


def test_many_entries_over_one_file_are_one_file(tmp_path: Path) -> None:
    content = bytearray(zipped())
    first = int.from_bytes(content[where_it_lies(content, 0) :][:4], "little")
    for number in range(1, len(NAMES)):
        at = where_it_lies(content, number)
        content[at : at + 4] = first.to_bytes(4, "little")
    path = placed(tmp_path, bytes(content))
    assert ["a.csv"] == whole(path)
    assert "it lies where another file of the archive lies" == refusal(list(members(path))[2])


def test_a_file_that_unpacks_to_more_than_can_be_meant_takes_no_other_down(tmp_path: Path) -> None:
    path = placed(tmp_path, zipped(bomb=bytes(80_000_000)))
    assert "it unpacks to 80 MB, more than 200 times its size" in refusal(next(members(path)))
    assert list(NAMES) == whole(path)


def test_all_files_of_an_archive_together_unpack_to_no_more_than_can_be_meant(tmp_path: Path) -> None:
    bombs = {f"bomb{number}": bytes(30_000_000) for number in range(3)}
    path = placed(tmp_path, zipped(**bombs))
    assert ["bomb0", "bomb1", *NAMES] == whole(path)


@pytest.mark.parametrize("read", [lambda path: list(members(path)), names])
def test_a_tar_that_unpacks_to_more_than_can_be_meant_is_refused(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "bomb.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        info = tarfile.TarInfo("zeros.csv")
        info.size = 80_000_000
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    with pytest.raises(ArchiveError, match=r"unpacks to more than \d+ MB"):
        read(path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for read in (lambda: list(members(tmp_path / "pipe")), lambda: names(tmp_path / "pipe")):
        with pytest.raises(ArchiveError, match="neither a file nor a folder"):
            read()
    with pytest.raises(ArchiveError), open_export(tmp_path / "pipe"):
        pass


def test_a_pipe_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.csv").write_text("time")
    assert ["a.csv"] == whole(tmp_path)


@pytest.mark.skipif(not shutil.which("tar"), reason="needs the program tar, which packs files with holes")
def test_a_file_with_holes_in_a_tar_is_named_and_the_others_are_read(tmp_path):
    with (tmp_path / "holes").open("wb") as file:
        file.truncate(1 << 20)
    (tmp_path / "whole").write_text("here")
    subprocess.run(["tar", "-S", "-cf", "both.tar", "holes", "whole"], cwd=tmp_path, check=True)
    holes, whole = members(tmp_path / "both.tar")
    with pytest.raises(DamagedMember, match="without --sparse"):
        holes.open()
    assert "whole" == whole.name


@pytest.mark.parametrize(
    ("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_what_is_packed_alone_is_read_under_its_own_name_alone_or_in_a_folder(tmp_path, ending, pack):
    (tmp_path / f"day.csv.{ending}").write_bytes(pack(b"time,actor"))
    for place in (tmp_path, tmp_path / f"day.csv.{ending}"):
        (member,) = members(place)
        assert ("day.csv", b"time,actor") == (member.name, member.head())


@pytest.mark.parametrize(
    "content",
    [b"no\0gzip", gzip.compress(b"a" * 900)[:-20], gzip.compress(b"0" * (65 << 20))],
    ids=["none", "cut", "without end"],
)
def test_what_is_no_gzip_was_cut_or_unpacks_without_end_is_refused_when_it_is_read(tmp_path, content):
    (tmp_path / "day.csv.gz").write_bytes(content)
    (member,) = members(tmp_path / "day.csv.gz")
    with pytest.raises(DamagedMember), member.open() as stream:
        list(iter(lambda: stream.read(1 << 20), b""))


def test_what_a_browser_unpacked_and_left_its_name_is_read_as_it_lies(tmp_path):
    (tmp_path / "day.csv.gz").write_bytes(b"time,actor")
    (member,) = members(tmp_path / "day.csv.gz")
    assert ("day.csv", "day.csv.gz", b"time,actor") == (member.name, member.found_as, member.head())


@pytest.mark.parametrize(
    ("ending", "pack", "least"), [("gz", gzip.compress, 299_000), ("xz", lzma.compress, 200_000)]
)
@pytest.mark.parametrize("piece", [7, 70_000, 1 << 20])
def test_what_stands_before_a_cut_is_given_before_it_is_told(tmp_path, ending, pack, least, piece):
    whole = b"".join(hashlib.sha256(bytes([n // 256, n % 256])).digest() for n in range(10_000))
    (tmp_path / f"day.csv.{ending}").write_bytes(pack(whole)[:-30])
    (member,) = members(tmp_path / f"day.csv.{ending}")
    read = []
    with member.open() as stream:
        pieces = iter(lambda: stream.read(piece), b"")
        with pytest.raises(DamagedMember, match="get it again"):
            read.extend(pieces)
    assert whole.startswith(b"".join(read))
    assert least < len(b"".join(read))


def test_of_an_export_in_a_folder_little_more_is_held_than_the_names_of_its_files(tmp_path):
    for number in range(3000):
        (tmp_path / f"message-of-a-long-conversation-{number:06}.json").touch()
    (tmp_path / "packed.json.gz").write_bytes(gzip.compress(b"{}"))
    tracemalloc.start()
    with open_export(tmp_path) as export:
        held = tracemalloc.get_traced_memory()[0]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (3001, b"{}") == (len(export.files), export.member("packed.json").head())
    assert held / 3001 < 220, f"{held / 3001:.0f} bytes a file"
    assert peak / 3001 < 400, f"{peak / 3001:.0f} bytes a file"


def test_the_files_of_a_folder_come_in_the_order_of_the_parts_of_their_names(tmp_path):
    for name in ("a/z.txt", "a.txt", "a/b/c.txt", "b/.DS_Store", "B.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert ["B.txt", "a/b/c.txt", "a/z.txt", "a.txt"] == names(tmp_path)


def test_a_folder_into_which_nobody_may_look_is_told_and_takes_no_other_down(tmp_path, monkeypatch):
    """One whose path is longer than the system takes cannot be looked into, not even by the owner of the machine."""
    (tmp_path / "top" / "b").mkdir(parents=True)
    (tmp_path / "top" / "b" / "mail.eml").write_text("x")
    monkeypatch.chdir(tmp_path / "top")
    for _ in range(20):
        Path("a" * 250).mkdir()
        os.chdir("a" * 250)
    os.chdir(tmp_path)
    found = {member.name[-8:]: member for member in members(tmp_path / "top")}
    with found.pop("mail.eml").open() as mail:
        assert b"x" == mail.read()
    [closed] = found.values()
    with pytest.raises(DamagedMember, match="too long"):
        closed.open()
