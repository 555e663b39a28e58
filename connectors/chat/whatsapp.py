"""WhatsApp: a chat as the app exports it, as text (.txt) or as a zip of the text and what was sent along.

Reference: WhatsApp Help Centre, How to export your chat history. The text has no description of WhatsApp's own: the
shapes of its lines are those that open programs read (docs/connectors/whatsapp.md names them).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import ClassVar
from zoneinfo import ZoneInfo

from connectors.chat.whatsapp_lines import Line, is_chat, is_in_another_coding, lines_of
from connectors.kit.day_order import DayOrder
from connectors.kit.exports import each_file
from connectors.kit.phones import country_given, is_number, number_account
from connectors.kit.repeats import Repeats
from connectors.kit.text import clean
from connectors.kit.times import named_zone
from influence.contract.connector import Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb
from influence.contract.wide_text import as_utf8

_CHAT = re.compile(r"(?:.*/)?(?:_chat|[^/]{0,60}WhatsApp[^/]{0,100})\.txt")
_SENT_ALONG = re.compile(
    r"(?:.*/)?(?:[^/]*-WA\d{4,6}[^/]*|\d{8}-[^/]+|[^/]*\.(?:jpe?g|png|webp|gif|mp4|mov|opus|m4a|mp3|aac|vcf"
    r"|pdf|docx?|pptx?|heic|3gp|amr))",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"(?:.*/)?[^/]{0,60}WhatsApp[^/]{0,40}?(?: with | mit | med | avec | con | com | - |: |_)([^/]{1,100})"
)
_MENTION = re.compile(r"@\u2068([^\u2069\n]{1,100})\u2069|(?<![\w@])@(\d{7,15})\b")
_TOLD = {
    "program": "lines of the program itself (who joined or left, encryption)",
    "deleted": "messages that were deleted",
    "call": "calls",
}
_MOST_NAMES = 100_000
_FIRST_YEAR = 2009
"""WhatsApp began in it: a year of two digits before it is none of the common calendar (04 for 1404)."""


@dataclass(frozen=True)
class WhatsApp:
    """The messages of one chat.

    `zone` is where the telephone was, since no line says it. `dates` is `day-first` or `month-first` where the dates of
    the file do not tell. `chat` names the chat where the file does not; `country` is the calling code (+47) for
    numbers that state none. `encoding` is how the text is written where a program has saved it anew in another way.
    """

    zone: str | None = None
    dates: str = ""
    chat: str = ""
    country: str = ""
    encoding: str = ""

    name: ClassVar[str] = "whatsapp"
    title: ClassVar[str] = "WhatsApp: an exported chat (.txt, or the zip with what was sent along)"
    source: ClassVar[str] = "In the chat: More, Export chat; without media is enough."

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names inside: one text, named as WhatsApp names it, among pictures and the like alone."""
        texts = [name for name in names if _CHAT.fullmatch(name)]
        return len(texts) == 1 and all(_SENT_ALONG.fullmatch(name) for name in names if name not in texts)

    def recognises(self, member: Member, head: bytes) -> bool:
        """Tell a chat by its lines."""
        return is_chat(head, member.name)

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the messages of the text in a zip; what was sent along is counted.

        Raises:
            Unreadable: the text in it is no chat of WhatsApp, or leaves open how it is to be read.
        """
        texts = [name for name in export.files if _CHAT.fullmatch(name)]
        if len(texts) != 1 or not is_chat(export.member(texts[0]).head(), texts[0]):
            raise Unreadable(
                f"{export.name}: there is no chat in it as WhatsApp exports them; import its files one by one"
            )
        chat = self._chat(self._in_utf8(export.member(texts[0])), export.name)
        yield from each_file(export, texts, lambda member: chat.records(self._in_utf8(member)))
        if along := len(export.files) - 1:
            yield export.name, Note(f"{along:,} pictures and other files that were sent along are not read")

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the messages of one chat, and who wrote them.

        Raises:
            Unreadable: it is none, or leaves open in which zone or order of days it was written.
        """
        member = self._in_utf8(member)
        if next((line for line in lines_of(member.up_to_damage()) if isinstance(line, Line)), None) is None:
            raise Unreadable(f"{member.name}: no line in it begins with a time as WhatsApp writes it")
        yield from self._chat(member, member.name).records(member)

    def _in_utf8(self, member: Member) -> Member:
        if not self.encoding:
            return member
        try:
            b"a".decode(self.encoding, "replace")
        except LookupError:
            raise Unreadable(f"{member.name}: there is no encoding {clean(self.encoding, 40)!r}") from None
        return replace(member, content=lambda: as_utf8(member.open(), self.encoding))

    def _chat(self, member: Member, file: str) -> _Chat:
        zone, country = named_zone(self.zone), country_given(self.country)
        if zone is None:
            raise Unreadable(f"{file}: its times state no zone; say which it is, as in --zone Europe/Oslo")
        if is_in_another_coding(member.up_to_damage()):
            raise Unreadable(
                f"{file}: its letters are not in UTF-8, so that names cannot be told apart; export the chat again, or "
                "say how it is written, as in --set encoding=windows-1252"
            )
        told = _Told(DayOrder())
        told.learn(member.up_to_damage())
        order = told.days.decided(self.dates, file)
        return _Chat(told, order, zone, country, clean(self.chat, 100) or told.titled(file))


@dataclass
class _Told:
    """What the whole file tells, before its messages are read."""

    days: DayOrder
    senders: dict[str, None] = field(default_factory=dict)
    is_group: bool = False
    name: str = ""
    begun: str = ""

    def learn(self, member: Member) -> None:
        """Look at every line once."""
        for line in lines_of(member):
            if isinstance(line, SetAside):
                continue
            self.days.learn(line.at)
            self.begun = self.begun or "-".join(map(str, (*line.at.date, *line.at.clock)))
            kind = line.kind()
            if kind in {"message", "deleted"} and len(self.senders) < _MOST_NAMES:
                self.senders.setdefault(line.sender)
            elif kind == "program":
                self.is_group = self.is_group or line.is_about_a_group()
                self.name = line.created() or self.name or self._group_of(line)
        self.is_group = self.is_group or len(self.senders) > 2

    def _group_of(self, line: Line) -> str:
        """Return the name of the group in whose name the program speaks on an iPhone."""
        return line.sender if line.is_about_encryption() else ""

    def titled(self, file: str) -> str:
        """Return what the chat is called: two people by their names, a group by its own, else by when it began."""
        found = _TITLE.fullmatch(re.sub(r"\.(?:txt|zip)$", "", file, flags=re.IGNORECASE))
        title = self.name or (clean(found[1], 100) if found else "")
        if not self.is_group and len(self.senders) == 2:
            return " and ".join(sorted(self.senders))
        return title or f"begun {self.begun}"


@dataclass
class _Chat:
    """Reads the messages of one chat."""

    told: _Told
    order: str
    zone: ZoneInfo
    country: str
    title: str
    apart: Counter[str] = field(default_factory=Counter)
    named: set[str] = field(default_factory=set)
    repeats: Repeats = field(default_factory=Repeats)

    def records(self, member: Member) -> Iterator[Record]:
        """Yield the records of each line, then what was counted apart and how the dates were read."""
        for line in lines_of(member):
            if isinstance(line, SetAside):
                yield line
            elif (kind := line.kind()) == "message":
                yield from self._message(line)
            else:
                self.apart[kind] += 1
        if self.apart:
            counted = ", ".join(f"{count:,} {_TOLD[kind]}" for kind, count in self.apart.most_common())
            yield Note(f"counted apart, and no messages: {counted}")
        if self.told.days.reason:
            yield Note(f"dates are read {self.order}: {self.told.days.reason}")

    def _message(self, line: Line) -> Iterator[Record]:
        try:
            local = line.at.local(self.order)
            time = local.replace(tzinfo=self.zone).astimezone(UTC)
        except (ValueError, OverflowError):
            yield SetAside(f"the time cannot be read with the dates {self.order}", line.number)
            return
        if time.year < _FIRST_YEAR:
            yield SetAside(
                f"the year {time.year} is before there was WhatsApp: a date of another calendar", line.number
            )
            return
        actor = self._account(line.sender)
        if actor not in self.named:
            self.named.add(actor)
            name = None if is_number(line.sender) else line.sender
            yield Person(name=name, accounts=(actor,), line=line.number)
        yield Activity(
            id=self.repeats.named(f"whatsapp:{self.title}:{local:%Y%m%dT%H%M%S}:{line.sender}"),
            time=time,
            actor=actor,
            verb=Verb.MESSAGE,
            to=self._to(line.sender),
            mentions=tuple(dict.fromkeys(one for one in self._mentioned(line.text) if one != actor)),
            conversation=f"whatsapp:{self.title}",
            channel=f"whatsapp:{self.title}" if self.told.is_group else None,
            text=line.words(),
            line=line.number,
        )

    def _account(self, sender: str) -> str:
        return (
            number_account(sender, self.country) if is_number(sender) else None
        ) or f"whatsapp-name:{sender}"

    def _to(self, sender: str) -> tuple[str, ...]:
        """Return the other of two; in a group a message is to nobody in particular."""
        if self.told.is_group:
            return ()
        others = [one for one in self.told.senders if one != sender]
        if not others and self.title != sender and not self.title.startswith("begun "):
            others = [self.title]
        return tuple(self._account(one) for one in others[:1])

    def _mentioned(self, text: str) -> Iterator[str]:
        for found in _MENTION.finditer(text):
            name = clean((found[1] or "").removeprefix("~"), 200)
            yield self._account(name) if name else f"phone:+{found[2]}"
