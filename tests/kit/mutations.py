"""Files that are nearly right: recognised ones in which bytes, lines, values or members are others."""

import io
import re
import shutil
import struct
import tarfile
import tempfile
import zipfile
import zlib

ODD = (
    *(
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\xbd",
        b"\\ud83d",
        b"\x1b[31m",
        b"\x7f",
        b"\r",
        b"\n\n",
        b"\r\n",
    ),
    *(
        b"-1",
        b"0",
        b"1e400",
        b"NaN",
        b"9" * 40,
        b"9" * 5000,
        b"99999999999999999999999999",
        b"1970",
        b"-99999-01-01",
    ),
    *(
        b"null",
        b"true",
        b"[]",
        b"{}",
        b"[" * 2000,
        b'{"a":' * 2000,
        b"]]",
        b"}}",
        b'"',
        b"'",
        b"`",
        b"<",
        b"&",
        b"<!--",
    ),
    *(
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
        b"&b;",
        b"<![CDATA[",
        b"INTERVAL=0",
        b"COUNT=99999999",
        b"FREQ=SECONDLY",
    ),
    *(
        b"BYSETPOS=-366",
        b"TZID=Nowhere/None",
        b"BEGIN:VEVENT",
        b"END:VCALENDAR",
        b"BEGIN:VCARD",
        b"charset=utf-7",
    ),
    *(
        b"Content-Type: multipart/mixed; boundary=x",
        b"Content-Transfer-Encoding: base64",
        b"=?utf-8?q?=FF?=",
        b"From ",
    ),
    *(
        b"2026-99-99T99:99:99Z",
        b"9999-12-31T23:59:59-23:59",
        b"0001-01-01",
        b"../../x",
        b"/dev/zero",
        b"=cmd|'/C calc'!A0",
    ),
    *(b";" * 3000, b"," * 3000, b"\t" * 300, b"x" * 20_000, "é".encode("utf-16"), "ﷺ".encode(), "𝕏".encode()),
)
_VALUE = re.compile(rb'(?<=[:=,;> \n"])[\w.@+-]{1,40}(?=[,;:<\r\n"} ])')


def mutated(content, chance, others=()):
    """Return some content in which one to four things are others."""
    found = content
    for _ in range(chance.choice((1, 1, 2, 4))):
        found = chance.choice(_WAYS)(found, chance, others or (content,))
    return found[:2_000_000]


def _at(content, chance):
    return chance.randrange(len(content) + 1)


def _flip(content, chance, _):
    found = bytearray(content)
    for _ in range(chance.randrange(1, 9)):
        if found:
            found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def _drop(content, chance, _):
    at = _at(content, chance)
    return content[:at] + content[at + chance.choice((1, 4, 30, 400)) :]


def _insert(content, chance, _):
    at = _at(content, chance)
    return content[:at] + chance.choice(ODD) + content[at:]


def _value(content, chance, _):
    return valued(content, chance, chance.choice(ODD))


def valued(content, chance, value):
    """Put another value where one stands: what is most often found by programs that read fields."""
    places = list(_VALUE.finditer(content, chance.randrange(max(1, len(content) // 2))))
    at = _at(content, chance)
    begin, end = chance.choice(places[:400]).span() if places else (at, at)
    return content[:begin] + value + content[end:]


def _again(content, chance, _):
    at, size = _at(content, chance), chance.choice((1, 20, 300, 3000))
    return content[:at] + content[at : at + size] * chance.choice((2, 3, 50)) + content[at:]


def _end(content, chance, _):
    return content[: _at(content, chance)]


def _lines(content, chance, _):
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _splice(content, chance, others):
    other = chance.choice(others)
    return content[: _at(content, chance)] + other[_at(other, chance) :]


_WAYS = (_flip, _drop, _insert, _value, _value, _value, _again, _end, _lines, _splice)


# --- archives: what is in them, and how they are put together ------------------------------------------------


def zipped(files, chance=None, others=()):
    """A zip of files; with a chance, one member is changed, or its name is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _changed(files, chance, others):
            archive.writestr(name, content)
    return made.getvalue()


def tarred(files, chance=None, others=()):
    """A tar of files; with a chance, one member is changed, or is a link or a device."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in _changed(files, chance, others):
            info = tarfile.TarInfo(name)
            if chance and not chance.randrange(6):
                info.type = chance.choice(
                    (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)
                )
                info.linkname = chance.choice(("/etc/passwd", "../../x", name))
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


_NAMES = (
    "../../out",
    "/out",
    "a/../../out",
    "C:\\out",
    "a\0b",
    ".",
    "x" * 300,
    "é",
    "con",
    "-rf",
    "a\nb",
    "\x1b[31m",
)


def _changed(files, chance, others):
    rows = list(files.items())
    if chance and rows:
        at = chance.randrange(len(rows))
        name, content = rows[at]
        if not chance.randrange(4):
            rows[at] = (chance.choice(_NAMES), content)
        else:
            rows[at] = (name, mutated(content, chance, others))
    return rows


def zipped_many(path, first, many):
    """Write a zip of one file and so many of a byte beside it, as it streams: the library would keep a list of them."""
    at = 0
    with path.open("wb") as made, tempfile.TemporaryFile() as listed:
        for n in range(many + 1):
            name, content = ("mail.mbox", first) if n == 0 else (f"{n}", b"x")
            told = (10, 0, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(name), 0)
            made.write(struct.pack("<4s5H3L2H", b"PK\3\4", *told) + name.encode() + content)
            listed.write(struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, *told, 0, 0, 0, 0, at) + name.encode())
            at += 30 + len(name) + len(content)
        size = listed.tell()
        listed.seek(0)
        shutil.copyfileobj(listed, made)
        made.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, many + 1, many + 1, size, at))
        made.write(struct.pack("<4sLQL", b"PK\6\7", 0, at + size, 1))
        made.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[min(many + 1, 65_535)] * 2, size, at, 0))


def remade(archive, chance):
    """A zip (an .xlsx is one) in which one member is changed, and the rest fits together."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        files = {one.filename: found.read(one) for one in found.infolist()}
    return zipped(files, chance, list(files.values()))


def packed(content):
    """As gzip."""
    making = zlib.compressobj(wbits=31)
    return making.compress(content) + making.flush()
