"""Kinds of files that are known and not read as they are, each with the way to one that is.

This is the one table of them: an import says the name and the cure, and `influence connectors` lists all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

_OLE = rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOOKED_AT = 16_384
"""Bytes of a file in which its marks are looked for."""


@dataclass(frozen=True)
class UnreadKind:
    """A kind: its short `name`, `what` it is, the `cure`, and the marks that prove it.

    `reader` is the connector that does read it, where what it needs is installed. `begins` fits the beginning of the
    file, `holds` are words further on, all of which must be there; `called` fits the name of a file whose content
    proves nothing, since it is encrypted.
    """

    name: str
    what: str
    cure: str
    begins: re.Pattern[bytes] | None = None
    holds: tuple[bytes, ...] = ()
    called: re.Pattern[str] | None = None
    reader: str = ""

    def fits(self, name: str, head: bytes) -> bool:
        """Tell whether a file is of this kind."""
        if self.called is not None:
            return self.called.fullmatch(name.rpartition("/")[2]) is not None
        found = head[:_LOOKED_AT]
        begins = self.begins is None or self.begins.match(found) is not None
        return begins and all(mark in found for mark in self.holds)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


_bytes, _named = partial(re.compile, flags=re.DOTALL), partial(re.compile, flags=re.IGNORECASE)
_HTML = _bytes(rb"(?:\xef\xbb\xbf)?\s{0,200}<(?:!doctype html|html)", flags=re.IGNORECASE)
_EXTRA = "pip install 'networked-influence[outlook]'"
_MBOX = (
    f"install what reads it: {_EXTRA}; or turn it into mbox with: readpst -r -o mail FILE"
    " (package pst-utils or libpst), then import the folder mail"
)

_AND_SO = rb'"?,"?'
_CALENDARS = b"|".join(
    _AND_SO.join(name.encode() for name in line.split("|"))
    for line in (
        "Konu|Başlangıç Tarihi|Başlangıç Saati",
        "Тема|Дата начала|Время начала",
        "Předmět|Datum zahájení|Čas zahájení",
        "Tárgy|Kezdés dátuma|Kezdés időpontja",
        "件名|開始日|開始時刻",
        "主题|开始日期|开始时间",
        "제목|시작 날짜|시작 시간",
    )
)
"""How a calendar that Outlook exported begins in languages whose letters are in UTF-8; nobody has tried one yet."""

KINDS = (
    UnreadKind(
        "Outlook .pst, .ost", "an Outlook data file (.pst or .ost)", _MBOX, _bytes(rb"!BDN"), reader="outlook"
    ),
    UnreadKind(
        "Outlook .msg",
        "an item saved from Outlook (.msg)",
        f"install what reads it: {_EXTRA}; or save mail as .eml, or export the mailbox as .pst and turn that into mbox"
        " with readpst",
        _bytes(_OLE),
        (_wide("__properties_version1.0"),),
        reader="outlook",
    ),
    UnreadKind(
        "older Excel .xls",
        "a workbook of an older Excel (.xls)",
        "save it as .xlsx or as CSV in UTF-8",
        _bytes(_OLE),
        (_wide("Workbook"),),
    ),
    UnreadKind(
        "older Office",
        "a file of an older Office program, or an item saved from Outlook (.msg)",
        "save mail as .eml, or export the mailbox as .pst and turn that into mbox with readpst; save tables as CSV",
        _bytes(_OLE),
    ),
    UnreadKind(
        "Outlook for Mac .olm",
        "mail out of an archive of Outlook for Mac (.olm)",
        "drag the folder of mail from Outlook onto the desktop, which makes an .mbox, and import that",
        None,
        (b"<emails", b"OPFMessage"),
    ),
    UnreadKind(
        "Outlook mail as CSV",
        "mail that Outlook exported as a table, which has no dates",
        "export the mailbox as .pst instead, and turn that into mbox with readpst",
        _bytes(
            rb'(?:\xef\xbb\xbf)?(?:"?[^",:\r\n]{2,40}"?,){2}(?:"?[^",:()\r\n]{1,20}: ?\([^",()\r\n]{2,20}\)"?,){3}'
        ),
    ),
    UnreadKind(
        "Outlook calendar as CSV",
        "a calendar that Outlook exported as a table, which leaves out who was invited",
        "save the calendar as iCalendar (.ics) instead",
        _bytes(
            rb'(?:\xef\xbb\xbf)?"?(?:Subject"?,"?Start Date"?,"?Start Time|Betreff"?,"?Beginnt am"?,"?Beginnt um'
            rb'|.{3,5}"?,"?Startdat(?:um|o)"?,"?Starttid(?:spunkt)?|Objet"?,"?D[^,]{1,2}but"?,"?D[^,]{1,2}but'
            rb'|Oggetto"?,"?Data (?:di )?inizio"?,"?Ora (?:di )?inizio'
            rb'|Asunto"?,"?Fecha de (?:comienzo|inicio)"?,"?[^",]{5,20}'
            rb'|Onderwerp"?,"?Begindatum"?,"?Begintijd|Aihe"?,"?Alkamisp[^,]{1,2}iv[^,]{1,2}"?,"?Alkamisaika'
            rb'|Assunto"?,"?Data de in[^,]{1,2}cio"?,"?Hora de in[^,]{1,2}cio'
            rb'|Temat"?,"?Data rozpocz[^,]{3,6}"?,"?[^",]{5,30}|' + _CALENDARS + rb')"?,'
        ),
    ),
    UnreadKind(
        "contacts as CSV",
        "an address book as a table (Outlook, Google)",
        "export it as vCard (.vcf) instead",
        _bytes(
            rb'(?:\xef\xbb\xbf)?(?:(?:"?(?:Title|Name)"?,)?"?First Name"?,"?Middle Name"?,"?Last Name"?,[^\r\n]{0,6000}'
            rb"(?:E-mail Address|E-mail 1 - )"
            rb'|"?(?:Anrede|Titel|Titre)"?,"?(?:Vorname|Fornavn|F[^,]{1,2}rnamn|Pr[^,]{1,2}nom)"?,)'
        ),
    ),
    UnreadKind(
        "jCal, xCal",
        "a calendar as JSON or XML (jCal, xCal)",
        "export it as iCalendar (.ics) instead",
        _bytes(
            rb'\s{0,100}\[\s{0,100}"vcalendar"|[^<]{0,10}(?:<\?xml[^<>]{0,200}\?>)?\s{0,100}<(?:\w{1,20}:)?icalendar[\s>]'
        ),
    ),
    UnreadKind(
        "MMDF",
        "a mailbox of the kind MMDF",
        "open it in a mail program that knows it (mutt, Alpine), and save the messages as mbox",
        _bytes(rb"\x01{4}\r?\n"),
    ),
    UnreadKind(
        "winmail.dat",
        "the wrapping that Outlook puts around attachments (winmail.dat)",
        "it holds no mail of its own; import the mail in which it lay",
        _bytes(rb"\x78\x9f\x3e\x22"),
    ),
    UnreadKind(
        "Notes .nsf",
        "a database of HCL Notes (.nsf)",
        "copy the mail by IMAP (influence connect imap), or save it as .eml from Notes",
        _bytes(rb"\x1a\x00\x00\x04\x00\x00"),
    ),
    UnreadKind(
        "Signal backup",
        "a backup of Signal, which is encrypted",
        "open it with signalbackup-tools, which writes the messages as a table (CSV) or as SMS Backup & Restore does",
        called=_named(r"signal-\d{4}(?:-\d{2}){5}\.backup"),
    ),
    UnreadKind(
        "WhatsApp backup",
        "a backup of WhatsApp, which is encrypted",
        "export each chat from the app instead: More, Export chat",
        called=_named(r"(?:msgstore|wa)[^/]{0,40}\.db\.crypt\d{1,2}"),
    ),
    UnreadKind(
        "database of a telephone",
        "a database (SQLite), as Signal, WhatsApp, Viber and the iPhone keep their messages in",
        "let a program that knows it write a table or a backup: iMazing, SMS Backup & Restore, the app's own export",
        _bytes(rb"SQLite format 3\x00"),
    ),
    UnreadKind(
        "Telegram as HTML",
        "a chat that Telegram exported as HTML, for people to read",
        "export it again with the format JSON (machine-readable)",
        _HTML,
        (b"Exported Data", b"page_wrap"),
    ),
    UnreadKind(
        "Facebook, Instagram as HTML",
        "a page of Meta's export as HTML, for people to read",
        "ask for it again in the Accounts Centre, Download your information, with the format JSON",
        _HTML,
        (b"_a6-g",),
    ),
    UnreadKind(
        "Hangouts",
        "the messages of Hangouts, which Google has moved to Google Chat",
        "choose Google Chat in Takeout, and import that",
        _bytes(rb"\s{0,100}\{"),
        (b'"self_conversation_state"', b'"conversation_id"'),
    ),
    UnreadKind(
        "Purview report",
        "a list out of an eDiscovery export of Microsoft Purview that tells of no mail who wrote it to whom",
        "import the mails of the export, or its Results.csv or load file, which list sender and recipients",
        _bytes(
            rb"(?:\xef\xbb\xbf)?(?![^\r\n]{0,8000}(?:Sender or Created by|Email_sender))"
            rb'[^\r\n]{0,4000}(?:"?Export Item Id"?,|"?ExportItem Id"?,|"?Export_native_path"?,'
            rb'|"?Item Identity"?,"?Document ID"?,)'
        ),
    ),
    UnreadKind(
        "Purview load file",
        "the list of files of an eDiscovery export of Microsoft Purview, without who wrote to whom",
        "import the mails of the export, or have the load file written with its metadata",
        called=_named(r"export_load_?file\w{0,60}\.csv"),
    ),
    UnreadKind(
        "LINE",
        "a chat that LINE exported",
        "turn it into a table of time, sender and text, and import that: influence import FILE --map",
        _bytes(rb"(?:\xef\xbb\xbf)?\[LINE\] "),
    ),
    UnreadKind(
        "KakaoTalk",
        "a chat that KakaoTalk exported",
        "turn it into a table of time, sender and text, and import that: influence import FILE --map",
        _bytes(
            rb"(?:\xef\xbb\xbf)?[^\r\n]{0,200}(?:\xec\xb9\xb4\xec\xb9\xb4\xec\x98\xa4\xed\x86\xa1|KakaoTalk)"
            rb" ?[^\r\n]{0,60}\r?\n"
        ),
    ),
    UnreadKind(
        "chat of a Zoom meeting",
        "the chat of a Zoom meeting, which tells the hour and not the day",
        "import the calendar in which the meeting stands (.ics), or a table with the day: influence import FILE --map",
        _bytes(rb"(?:\xef\xbb\xbf)?\d\d:\d\d:\d\d\t ?From \s?[^\r\n]{1,200}"),
    ),
    UnreadKind(
        "who attended, Zoom, Teams",
        "the list of who attended an online meeting",
        "import the calendar in which the meeting stands (.ics), or a table of time, people and kind: docs/formats.md",
        _bytes(
            rb"(?:\xef\xbb\xbf)?(?:Name \(Original Name\),|Topic,Meeting ID,|Meeting ID,Topic,"
            rb"|First name,Last name,Email,Duration,Time joined,|Full Name[\t,]User Action[\t,]Timestamp"
            rb"|(?:1\. )?(?:Meeting )?Summary\r?\n"
            rb"|Date,(?:Event name|Event),[^\r\n]{0,200}Meeting code,Participant identifier,"
            rb"|1\. (?:Zusammenfassung|Sammanfattning|Sammendrag|Resum[^\t\r\n]{1,4}|R[^\t\r\n]{1,2}sum[^\t\r\n]{1,2}"
            rb"|Riepilogo|Samenvatting|Oversigt|Yhteenveto|Podsumowanie)\r?\n)"
        ),
    ),
    UnreadKind(
        "transcript of a meeting",
        "the transcript of a meeting or a film (WebVTT), which tells no day",
        "import the calendar in which the meeting stands (.ics), or a table with the day: influence import FILE --map",
        _bytes(rb"(?:\xef\xbb\xbf)?WEBVTT[ \t\r\n]"),
    ),
    UnreadKind(
        "guests of an event",
        "the list of guests of an event (Luma, Eventbrite), which names nobody who invited them",
        "write a table of time, people and kind: docs/formats.md; or import the calendar in which it stands (.ics)",
        _bytes(
            rb"(?:\xef\xbb\xbf)?(?:(?:api_id|guest_id),name,first_name,last_name,email,"
            rb"|\"?Order (?:ID|#|no\.)\"?,\"?Order date\"?,[^\r\n]{0,400}Attendee)",
            flags=re.IGNORECASE,
        ),
    ),
    UnreadKind(
        "subscribers, answers to a form",
        "a list of who subscribed or filled in a form (Mailchimp, Microsoft Forms), where nobody answers anybody",
        "import the mail in which they answered; where it does tell who wrote to whom: influence import FILE --map",
        _bytes(
            rb"(?:\xef\xbb\xbf)?(?:\"?Email Address\"?,[^\r\n]{0,400}\"?MEMBER_RATING\"?,"
            rb"|\"?ID\"?,\"?Start time\"?,\"?Completion time\"?,\"?Email\"?,\"?Name\"?,)"
        ),
    ),
    UnreadKind(
        "Substack",
        "the list of one's posts at Substack, which tells nothing that others did",
        "bring in its feed, with comments where it has them: influence connect feed",
        _bytes(rb"(?:\xef\xbb\xbf)?\"?post_id\"?,\"?post_date\"?,\"?is_published\"?,\"?email_sent_at\"?,"),
    ),
    UnreadKind(
        "Google My Activity",
        "what somebody searched and looked at (Google Takeout, My Activity), which names nobody else",
        "choose Mail, Calendar and Google Chat in Takeout, and import these",
        _bytes(rb"\s{0,100}\["),
        (b'"activityControls"', b'"header"', b'"products"'),
    ),
    UnreadKind(
        "Google Voice",
        "a call or a conversation of Google Voice as HTML (Google Takeout), for people to read",
        "write the calls and messages as a table of time, number and way (incoming, outgoing), and import that",
        None,
        (b"hChatLog",),
    ),
    UnreadKind(
        "TikTok",
        "the data of a TikTok account (JSON)",
        "turn its direct messages into a table of time, sender, recipient and text, and import that:"
        " influence import FILE --map",
        _bytes(rb"\s{0,100}\{"),
        (b'"Profile And Settings"', b'"Direct Message'),
    ),
    UnreadKind(
        "Snapchat",
        "a file of the chats of a Snapchat account (JSON)",
        "turn them into a table of time, sender, recipient and text, and import that: influence import FILE --map",
        _bytes(rb"\s{0,100}\{"),
        (b'"IsSender"', b'"Conversation Title"', b'"Media Type"'),
    ),
    UnreadKind(
        "Misskey",
        "the notes of a Misskey account (JSON)",
        "they name the notes that they answer and not whose those are; write a first mapping, and look it through:"
        " influence import FILE --map",
        _bytes(rb"\s{0,100}\["),
        (b'"renoteId"', b'"replyId"', b'"visibility"'),
    ),
    UnreadKind(
        "Trello",
        "a board of Trello (JSON)",
        "write a first mapping for its actions, and look it through: influence import FILE --map",
        _bytes(rb"\s{0,100}\{"),
        (b"https://trello.com/b/", b'"closed"'),
    ),
    UnreadKind(
        "Word document",
        "a Word document",
        "it holds no activity; save a table in it as CSV",
        _bytes(rb"PK\x03\x04"),
        (b"word/",),
    ),
    UnreadKind(
        "PDF", "a PDF, for people to read", "export the data as a table (CSV) or JSON", _bytes(rb"%PDF-")
    ),
    UnreadKind(
        "zip that was cut off",
        "a zip whose end is missing, or that lies in another archive",
        "get it again, or unpack it first and import what was in it",
        _bytes(rb"PK\x03\x04"),
    ),
    UnreadKind("RTF", "a text with formatting (RTF)", "save it as plain text or CSV", _bytes(rb"\{\\rtf")),
    UnreadKind(
        "7z, RAR, Zstandard",
        "an archive of a kind that is not opened",
        "unpack it first (7z x FILE, unrar x FILE, zstd -d FILE), and import what was in it",
        _bytes(rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x28\xb5\x2f\xfd"),
    ),
    UnreadKind(
        "web page",
        "a web page, for people to read",
        "ask the service for its export as JSON or CSV, or import its feed",
        _HTML,
    ),
)
"""The more special kinds stand before those that would fit as well."""


def unread_kind(name: str, head: bytes) -> UnreadKind | None:
    """Return the kind of a file that is known and not read; None for any other.

    >>> unread_kind("archive.pst", b"!BDN" + bytes(60)).name
    'Outlook .pst, .ost'
    >>> unread_kind("archive.pst", b"From ann@acme.example") is None
    True
    """
    return next((kind for kind in KINDS if kind.fits(name, head)), None)


def refusal(name: str, head: bytes) -> str | None:
    """Return what a file is and what to do, as a sentence that goes on from its name; None where its kind is not known.

    >>> refusal("a.pdf", b"%PDF-1.7")
    'this is a PDF, for people to read, and is not read as it is; export the data as a table (CSV) or JSON'
    """
    kind = unread_kind(name, head)
    return f"this is {kind.what}, and is not read as it is; {kind.cure}" if kind else None
