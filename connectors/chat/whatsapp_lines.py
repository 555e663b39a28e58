"""The lines of a chat that WhatsApp exported: when, who, what; and which of them a person wrote.

The program writes dates, its own lines and what stands for pictures in the language of the telephone. What is a
message is therefore told by marks that are the same in all of them where there are such: on an iPhone U+200E stands
before what the program says, on Android nobody's name stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.kit.day_order import Written, read_written
from connectors.kit.line_blocks import line_blocks
from connectors.kit.text import clean
from influence.contract.files import Member
from influence.contract.records import SetAside

MARKS = "\ufeff\u200e\u200f\u202a\u202b\u202c"
LONGEST_TEXT = 100_000
_MARK = "\u200e"
_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb\u300c'
"""What no sender has in their name, and a line of the program where it names a group."""
_BEHIND = re.compile(r"[\u200e\u200f]*(\]|\s[-\u2013]|:)\s")
_FILE = re.compile(r"<[^<>]{1,200}>|.{1,200}\.\w{2,5} [(<][^()<>]{3,40}[)>]")
_LEFT_OUT = re.compile(
    r"omitted|weggelassen|ausgeschlossen|utelämn|utesl|udelad|jätettiin pois|jätetty pois|absent|omis|retiré"
    r"|omess|omitid|omiti|ocult|weggelaten|utelat|pomini|vynech|отсутств|пропущ|вилучен|dahil edilme|kihagy|omis"
    r"|dihilang|παραλ|省略|忽略|略過|略过|含まれて|생략|제외|استبعاد|הושמט",
    re.IGNORECASE,
)
_DELETED = re.compile(
    r"(?=.{0,60}(?:message|nachricht|meddeland|besked|viest|melding|bericht|mensaje|mensagem|messaggio|сообщени|wiadomoś"
    r"|zpráv|mesaj|üzenet|повідомл|μήνυμα|メッセージ|消息|訊息|메시지|رسالة|הודעה|pesan))"
    r".{0,60}(?:deleted|gelöscht|rader|slette|poist|supprim|verwijderd|elimin|apag|удал|usuni|smaz|silin|töröl|видал"
    r"|șters|διαγρ|削除|删除|刪除|삭제|حذف|נמחק|dihapus).{0,40}",
    re.IGNORECASE,
)
_CALL = re.compile(
    r".{0,30}(?:\bcall\b|anruf|samtal|opkald|puhelu|\bappel|anrop|oproep|llamada|chamada).{0,40}",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\bgrou?ppe|\bgroup|\bgrupp|\bryhmä|\bgruppo\b|\bgrupo\b|\bgroep", re.IGNORECASE)
_ENCRYPTED = re.compile(
    r"WhatsApp|end-to-end|de bout en bout|päästä päähän|hela vägen|(?:en|de|in)?cr[iy]p?t[oa]|krypt|chiffr|cifrad"
    r"|versleutel|verschlüssel|salattu|szyfrow|šifr|titkos|titkoš|şifre|κρυπτο|шифр|enkripsi|mã hóa|暗号化|加密|암호화"
    r"|مشفر|رمزنگاری|מוצפנ|เข้ารหัส|एन्क्रिप्ट",
    re.IGNORECASE,
)
_CREATED = re.compile(
    r"(?:created|erstellt|skapa|oprett|loi|luonut|créé|opprett).{0,60}?[\"\u201c\u201e\u00ab\u2019']\s?(.{1,100}?)\s?[\"\u201d\u201c\u00bb\u2019']"
    r"|[\"\u201c\u201e\u00ab]\s?(.{1,100}?)\s?[\"\u201d\u201c\u00bb].{0,20}(?:erstellt|skapa|oprett|luonut|créé|opprett)",
    re.IGNORECASE,
)
_PROOF = re.compile(
    r"\u200e|-WA\d{4}\."
    r"|^[^\[\n]{8,40} [-\u2013] [^:\n]{1,100}: <(?=[^<>]*[ \u3040-\uffdc])[^\d<>\[\]()=/\\_.-]{4,60}>\s*$",
    re.MULTILINE,
)
"""What WhatsApp alone writes: its mark, its names of files, and on Android words in brackets for what was left out."""
_NAMED = re.compile(r"(?:.*/)?[^/]*WhatsApp[^/]*\.txt", re.IGNORECASE)


@dataclass
class Line:
    """One line of the export and those that follow it without a time: when, by whom, what."""

    number: int
    at: Written
    sender: str
    text: str
    size: int = 0

    def kind(self) -> str:
        """Tell what it is: a message, or a line of the program, a message deleted, a call."""
        said = self.text.strip(MARKS + " \n\u2068\u2069")
        if not self.sender or any(mark in self.sender for mark in '"\u201c\u201e\u00ab'):
            return "program"
        short = len(said) <= 120 and "\n" not in said
        if short and _DELETED.fullmatch(said):
            return "deleted"
        if not self.text.startswith(_MARK) or "\n" in said:
            return "message"
        if _FILE.match(said) or "://" in said or (short and _LEFT_OUT.search(said)):
            return "message"
        is_call = short and _CALL.fullmatch(said) and not self.is_about_encryption()
        return "call" if is_call else "program"

    def words(self) -> str | None:
        """Return what somebody wrote; None where it is only a sign that something was sent along."""
        said = self.text.strip(MARKS + " \n")
        is_sign = _FILE.fullmatch(said) or (self.text.startswith(_MARK) and _LEFT_OUT.search(said))
        return None if is_sign else said or None

    def is_about_a_group(self) -> bool:
        """Tell whether a line of the program names a group."""
        return _GROUP.search(self.text[:300]) is not None

    def is_about_encryption(self) -> bool:
        """Tell the line with which every export begins."""
        return _ENCRYPTED.search(self.text[:500]) is not None

    def created(self) -> str:
        """Return the name of the group that was created; empty where it tells none."""
        found = _CREATED.search(self.text[:300])
        return clean(found[1] or found[2], 100) if found else ""


def read_line(raw: str, number: int = 1) -> Line | None:
    """Read a line that begins with a time; None for one that goes on from another.

    >>> line = read_line("[05.01.26, 09:00:12] Ann Lee: Hei")
    >>> line.sender, line.text, line.at.local("day-first").isoformat()
    ('Ann Lee', 'Hei', '2026-01-05T09:00:12')
    >>> read_line("1/5/26, 9:00\\u202fPM - Ann: x").at.clock, read_line("and so on")
    ((21, 0, 0), None)
    """
    bare = raw.lstrip(MARKS)
    brackets = bare.startswith("[")
    bare = bare.removeprefix("[")
    at = read_written(bare)
    behind = _BEHIND.match(bare, at.end) if at is not None else None
    if at is None or behind is None or brackets != (behind[1] == "]"):
        return None
    rest = bare[behind.end() :].rstrip("\r\n")
    sender, colon, text = rest.partition(": ")
    if not colon and rest.endswith(":"):
        sender, colon, text = rest[:-1], ":", ""
    if not colon or len(sender) > 200 or any(mark in sender for mark in _QUOTES):
        sender, text = "", rest
    who = clean(sender.strip(MARKS + " ").removeprefix("~"), 200)
    return Line(number, at, who, text, len(text))


def lines_of(member: Member) -> Iterator[Line | SetAside]:
    """Yield the lines that begin with a time, each with those that go on from it; what stands before is set aside."""
    held: Line | None = None
    with member.open() as stream:
        for block in line_blocks(stream):
            for at in range(len(block)):
                raw, number = block.line(at).decode("utf-8", "replace"), block.number(at)
                found = None if number in block.long else read_line(raw, number)
                if found is not None:
                    if held is not None:
                        yield held
                    held = found
                elif held is None:
                    if raw.strip(MARKS + " \r\n"):
                        yield SetAside("the line stands before the first message", number)
                elif held.size < LONGEST_TEXT:
                    held.text += "\n" + raw.rstrip("\r\n")[:LONGEST_TEXT]
                    held.size += len(raw)
    if held is not None:
        yield held


def is_in_another_coding(member: Member) -> bool:
    """Tell whether none of the letters beyond ASCII in a file is written in UTF-8."""
    found = False
    with member.open() as stream:
        for block in line_blocks(stream):
            if block.content.isascii():
                continue
            odd = set(block.not_utf8().tolist())
            if any(at not in odd and not block.line(at).isascii() for at in range(len(block))):
                return False
            found = found or bool(odd)
    return found


def is_chat(head: bytes, name: str = "") -> bool:
    """Tell the beginning of an exported chat by its lines and by what only WhatsApp writes: a log has times, too.

    Where no line of the beginning is WhatsApp's own, its name for the file may stand for it; never without lines.

    >>> is_chat("[05.01.26, 09:00:12] Ann: Hei\\n[05.01.26, 09:01:12] Bo: \\u200e<attached: a.jpg>\\n".encode())
    True
    >>> is_chat(b"[2026-01-05 09:00:12] INFO: started\\n[2026-01-05 09:00:13] ERROR: ended\\n")
    False
    """
    text = head.decode("utf-8", "replace")
    raw = text.strip(MARKS + " \r\n").split("\n")[:400]
    if read_line(raw[0]) is None:
        return False
    found = [line for one in raw if (line := read_line(one)) is not None]
    if not any(line.sender for line in found):
        return False
    begins = (line for line in found[:3] if line.kind() != "message")
    is_its_own = any(line.is_about_encryption() for line in begins) or _PROOF.search(text) is not None
    return is_its_own or _NAMED.fullmatch(name) is not None
