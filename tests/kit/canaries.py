"""Invented people whose names nobody else bears, in many kinds of sources; and whether anything still sings of them."""

import base64
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass

LEADER, FRIEND = "email:ann@acme.example", "email:bo@acme.example"


@dataclass(frozen=True)
class Canary:
    """One of them, by number."""

    number: int

    @property
    def name(self):
        return f"Kanarie{self.number:03} Zyx{self.number:03}quark"

    @property
    def address(self):
        return f"kanarie{self.number:03}.zyx@cage.example"

    @property
    def account(self):
        return f"email:{self.address}"

    @property
    def handle(self):
        return f"kan{self.number:03}feather"

    @property
    def accounts(self):
        return [
            self.account,
            f"x-handle:{self.handle}",
            f"slack:T1/UKAN{self.number:03}SING",
            f"x:88000000{self.number:03}",
        ]

    @property
    def needles(self):
        """What no file may hold of them, in small letters."""
        words = (
            self.name,
            f"zyx{self.number:03}quark",
            self.address,
            self.handle,
            f"ukan{self.number:03}sing",
        )
        return [word.lower() for word in (*words, f"88000000{self.number:03}", f"kanarie{self.number:03}")]


def flock(many):
    return [Canary(number) for number in range(1, many + 1)]


def written(folder, canaries):
    """Write them into a folder of files of many kinds, and return the folder."""
    folder.mkdir()
    (folder / "mail.mbox").write_text("".join(_mail(one) for one in canaries), encoding="utf-8")
    (folder / "meetings.ics").write_text(_calendar(canaries), encoding="utf-8")
    (folder / "cards.vcf").write_text("".join(_card(one) for one in canaries), encoding="utf-8")
    for kind, rows in _rows(canaries).items():
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{kind}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def _mail(one):
    day = 1 + one.number % 27
    return (
        f"From x Thu Jan 01 00:00:00 2026\nFrom: {one.name} <{one.address}>\nTo: Ann <ann@acme.example>\n"
        f"Date: {day:02} Mar 2026 10:00:00 +0000\nMessage-ID: <m{one.number}.{one.address}>\n"
        f"Subject: seed {one.number}\n\nI am {one.name}.\n\n"
        "From x Thu Jan 01 00:00:00 2026\nFrom: Ann <ann@acme.example>\n"
        f"To: {one.name} <{one.address}>, bo@acme.example\n"
        f"Date: {day:02} Mar 2026 11:00:00 +0000\nMessage-ID: <a{one.number}@acme.example>\n"
        f"In-Reply-To: <m{one.number}.{one.address}>\nSubject: Re: seed {one.number}\n\n"
        f"Dear {one.name}, it was good to meet you yesterday.\n\n"
    )


def _calendar(canaries):
    meetings = "".join(
        f"BEGIN:VEVENT\r\nUID:{one.handle}-{one.number}\r\nDTSTART:20260201T1{one.number % 10}0000Z\r\n"
        f"DTEND:20260201T1{one.number % 10}3000Z\r\nSUMMARY:With {one.name}\r\nLOCATION:At {one.name}'s\r\n"
        f"ORGANIZER:mailto:ann@acme.example\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@acme.example\r\n"
        f"ATTENDEE;CN={one.name};PARTSTAT=ACCEPTED:mailto:{one.address}\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@acme.example\r\nEND:VEVENT\r\n"
        for one in canaries
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{meetings}END:VCALENDAR\r\n"


def _card(one):
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{one.name}\r\nEMAIL:{one.address}\r\nTEL:+4670{one.number:07}\r\n"
        f"ORG:Cage\r\nEND:VCARD\r\n"
    )


def _rows(canaries):
    people = [
        {"person": "p-ann", "name": "Ann Berg", "accounts": [LEADER], "organisation": "Acme"},
        {"person": "p-bo", "name": "Bo Ek", "accounts": [FRIEND], "organisation": "Acme"},
    ]
    activities, encounters, ties = [], [], []
    for one in canaries:
        email, handle, slack, x = one.accounts
        number, at = one.number, f"2026-0{1 + one.number % 5}-0{1 + one.number % 9}"
        people.append(
            {
                "person": f"p-kan{number:03}feather",
                "name": one.name,
                "accounts": one.accounts,
                "manager": "p-bo",
            }
        )
        people.append(
            {
                "person": f"p-egg{number}",
                "accounts": [f"x:egg{number}"],
                "manager": f"p-kan{number:03}feather",
            }
        )
        activities += [
            {"id": f"x:post{number}", "time": f"{at}T08:00:00Z", "actor": LEADER, "verb": "post", "channel": "news"},
            {
                "id": f"x:{one.handle}/1", "time": f"{at}T09:00:00Z", "actor": handle, "verb": "reply",
                "parent": f"x:post{number}", "url": f"https://x.example/{one.handle}/status/1", "text": "I agree",
            },
            {
                "id": f"x:answer{number}", "time": f"{at}T10:00:00Z", "actor": FRIEND, "verb": "reply",
                "parent": f"x:{one.handle}/1", "conversation": f"x:{one.handle}/1", "mentions": [x, LEADER],
                "url": f"https://x.example/bo/with/{one.handle}", "text": f"@{one.handle} {one.name} is right",
            },
            {
                "id": f"slack:{number}", "time": f"{at}T11:00:00Z", "actor": FRIEND, "verb": "message",
                "to": [slack, LEADER], "channel": f"Bo and {one.name}", "tags": [f"#{one.handle}", "news"],
            },
        ]  # fmt: skip
        encounters += [
            {"id": f"met:{number}", "time": f"{at}T12:00:00Z", "people": [LEADER, email], "kind": "in_person",
             "evidence": "declared", "place": f"the house of {one.name}"},
            {"id": f"three:{number}", "time": f"{at}T13:00:00Z", "people": [LEADER, email, FRIEND], "kind": "in_person",
             "evidence": "calendar"},
        ]  # fmt: skip
        ties.append({"source": email, "target": LEADER, "meaning": "met"})
    return {"people": people, "activities": activities, "encounters": encounters, "ties": ties}


def heard(folder, canaries):
    """Name what still sings of them: files below a folder, as they are and unpacked."""
    needles = {needle for one in canaries for needle in one.needles}
    pattern = re.compile("|".join(sorted(map(re.escape, needles), key=len, reverse=True)))
    found = set()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            for told in (file.name, *unpacked(file.read_bytes())):
                found |= {(file.name, hit) for hit in pattern.findall(told.lower())}
    return sorted(found)


def unpacked(content):
    """Every text in a file: its bytes in two ways, and what is packed in it."""
    yield content.decode("latin-1")
    yield content.decode("utf-16-le", "ignore")
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("latin-1")
    for packed in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", content):
        try:
            yield zlib.decompress(base64.b64decode(packed)).decode("utf-8", "replace")
        except (ValueError, zlib.error):
            continue


def cells(engine):
    """Yield table, column and text of every cell that a store holds, with what is packed unpacked."""
    columns = engine.arrow(
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns "
        "WHERE table_catalog = current_database() ORDER BY ALL"
    ).to_pylist()
    for row in columns:
        asked = f'SELECT DISTINCT "{row["c"]}" AS cell FROM "{row["t"]}"'  # noqa: S608 - ours
        for cell in engine.arrow(asked).column("cell").to_pylist():
            yield row["t"], row["c"], zlib.decompress(cell).decode() if isinstance(cell, bytes) else str(cell)


def heard_in_tables(engine, canaries):
    """Name the columns that still hold anything of them."""
    needles = [needle for one in canaries for needle in one.needles]
    return sorted(
        {
            (table, column, needle)
            for table, column, told in cells(engine)
            for needle in needles
            if needle in told.lower()
        }
    )
