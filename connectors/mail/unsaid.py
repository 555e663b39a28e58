"""What lies in a mailbox and nobody said: automatic replies and mail, receipts, and answers to invitations.

References: RFC 3834 (automatic mail), RFC 3464 (delivery reports), RFC 8098 (receipts), RFC 5546 (calendar answers),
MS-OXCMAIL (X-Auto-Response-Suppress, Content-Class). A word in a subject counts only as the beginning that a mail
program writes, up to the colon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from connectors.kit.addresses import Mailbox
from influence.contract.records import Unsaid


class Header(Protocol):
    """The fields of a message by their lower-case names."""

    def text(self, name: str) -> str:
        """Return a field as text, empty where it is missing."""

    def mailboxes(self, name: str) -> Sequence[Mailbox]:
        """Return the entries of a field that holds addresses."""


def phrases(text: str) -> frozenset[str]:
    """Return what stands between the bars of a long list.

    >>> sorted(phrases("out of office|autosvar"))
    ['autosvar', 'out of office']
    """
    return frozenset(part.strip() for part in text.split("|"))


_AUTOMATIC = phrases(
    """automatic reply|automatic response|auto reply|auto-reply|autoreply|auto response|auto-response|autoresponse
    |away from office|away from the office|out of office|out of office autoreply|out-of-office
    |out of office reply|out of the office reply|vacation reply|automatisk svar|autosvar|automatiskt svar
    |frånvarande|fraværsmelding|fraværsmeddelelse|fraværsassistent|frånvaromeddelande|automaattinen vastaus
    |automaattivastaus|poissaoloilmoitus|poissaoloviesti|automatische antwort|automatisches antwort
    |automatische rückmeldung|automatische rückantwort|abwesenheitsnotiz|abwesenheitsmeldung
    |abwesenheitsassistent|réponse automatique|message d'absence|absence du bureau|absent du bureau
    |automatisch antwoord|afwezigheidsbericht|respuesta automática|fuera de la oficina|fuera de oficina
    |risposta automatica|fuori sede|fuori ufficio|resposta automática|resposta automàtica|fora do escritório
    |odpowiedź automatyczna|automatyczna odpowiedź|automatická odpověď|automatická odpoveď|automatikus válasz
    |răspuns automat|otomatik yanıt|автоматический ответ|автоответ|автоматична відповідь|автоматичен отговор
    |αυτόματη απάντηση|automaatvastus|automātiska atbilde|automatinis atsakymas|sjálfvirkt svar
    |automatski odgovor|samodejni odgovor
    |自動応答|自動返信|自動返答|不在通知|自动答复|自動回覆|自动回复|외출 중|부재중|자동 회신|자동 응답|자동 답장
    |תשובה אוטומטית|מענה אוטומטי|رد تلقائي|الرد التلقائي|balasan otomatis|trả lời tự động|ตอบกลับอัตโนมัติ
    |automated reply|automated response|yahoo! auto response|poza biurem|autoodpowiedź|mimo kancelář|házon kívül
    |irodán kívül|ofis dışında|otomatik cevap|автовідповідь|вне офиса|εκτός γραφείου|automātiskā atbilde
    |undeliverable|undelivered mail returned to sender|mail delivery failed
    |delivery status notification (failure)|unzustellbar|nicht zustellbar|non remis|kan ikke leveres
    |kunne ikke leveres|olevererbart|går inte att leverera"""
)
_ABSENT = phrases(
    """auto|ooo|away|vacation|out of the office|away from my mail|abwesend|abwesenheit|nicht im büro|außer haus
    |fravær|fraværende|ikke til stede|ikke på kontoret|frånvaro|inte på kontoret|poissa|poissa toimistosta|absence
    |absent|absente|afwezig|niet aanwezig|ausente|assente|nieobecny|urlaub|ferie|semester|loma"""
)
"""Words that people write too: they count where the message answers another."""
_ANSWERED = phrases(
    """accepted|declined|zugesagt|angenommen|abgelehnt|accepteret|afvist|accepterat|accepterad|avböjt|avböjd|godtatt
    |avslått|akseptert|hyväksytty|hylätty|accepté|acceptée|refusé|refusée|geaccepteerd|geweigerd|aceptado|aceptada
    |rechazado|rechazada|accettato|accettata|rifiutato|rifiutata|aceito|aceite|recusado|zaakceptowane|zaakceptowano
    |odrzucone|odrzucono|přijato|odmítnuto|принято|отклонено|tentatively accepted|new time proposed|prijaté|odmietnuté
    |kabul edildi|reddedildi|elfogadva|elutasítva|prihvaćeno|odbijeno|acceptat|acceptată|respins|respinsă|прийнято
    |відхилено|приета|отхвърлена|έγινε αποδοχή|απορρίφθηκε|התקבל|התקבלה|נדחה|נדחתה|تم القبول|تم الرفض|diterima|ditolak
    |đã chấp nhận|đã từ chối|ตอบรับ|ปฏิเสธ|承諾|承諾済み|辞退|辞退済み|已接受|接受|已拒绝|已拒絕|拒絕
    |수락됨|수락|거절됨|거절"""
)
_PERHAPS = phrases(
    """tentative|mit vorbehalt|unter vorbehalt|vorläufig zugesagt|vorbehaltlich|foreløbig|foreløbigt accepteret
    |foreløpig|preliminärt|preliminär|alustava|alustavasti hyväksytty|provisoire|voorlopig|provisional|provvisorio
    |provisório|wstępnie|nezávazně|nezáväzne|feltételes|feltételesen|geçici|provizoriu|под вопросом|під питанням|仮承諾
    |仮の予定|暂定|暫訂|暫定|미정|임시"""
)
"""Words that people write too: they count where Exchange says that it is a message of the calendar."""
LONGEST_KIND = 2_000
"""Characters of the type of a message that are looked at."""
_READ = phrases(
    """read|not read|gelesen|ungelesen|nicht gelesen|læst|ikke læst|läst|inte läst|lest|ikke lest|luettu|lu|non lu
    |gelezen|leído|letto|lido|lida|przeczytane|przeczytano|přečteno|přečtené|prečítané|прочтено|прочитано|elolvasva
    |olvasott|okundu|citit|pročitano|διαβάστηκε|נקרא|開封済み|既読|已读|已讀|읽음"""
)
_REPLY_WORDS = frozenset(
    ("re", "sv", "aw", "antw", "vs", "fw", "fwd", "vb", "wg", "res", "rép", "r", "odp", "ynt")
)
_BY_RULE = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-failure-recipients",
    "x-autogenerated",
    "x-fc-machinegenerated",
)
_FAILED = "x-failed-recipients"
_NOTES = re.compile(
    r"(?:auto: )?.{2,80}?\s(?:is out of the office|ist außer haus|est absente?(?:\(e\))? du bureau"
    r"|está fuera de la oficina|está fora do escritório|è fuori ufficio|is niet op kantoor|är inte på kontoret"
    r"|er ikke på kontoret|er ikke til stede|on poissa toimistosta|jest poza biurem)(?:\.?|\s*\([^()]*\)?\.?)$",
    re.IGNORECASE,
)
"""As Lotus Notes says it, as a whole subject."""
_BY_ITS_WORD = re.compile(r"auto-?(?:respon|repl)|automatic repl", re.IGNORECASE)
_NAMING_PROGRAM = ("x-mailer", "x-post-messageclass", "precedence")
"""Fields in which some programs name what they are: `Precedence: auto-reply`."""
_REPORT = re.compile(r"report-type\s*=\s*\"?([\w-]+)")
_METHOD = re.compile(r"text/calendar\s*;(?:(?!text/calendar)[^\n])*?method\s*=\s*\"?(?:reply|counter)\b")
_METHOD_INSIDE = re.compile(
    rb"^content-type:\s*text/calendar\s*;(?:[^\r\n]|\r?\n[ \t]){0,300}?method\s*=\s*\"?(?:reply|counter)\b",
    re.IGNORECASE | re.MULTILINE,
)
_EXCHANGE: Mapping[str, Unsaid] = {
    "ipm.schedule.meeting.resp": Unsaid.CALENDAR_ANSWER,
    "ipm.note.rules.ooftemplate": Unsaid.AUTOMATIC,
    "ipm.note.rules.replytemplate": Unsaid.AUTOMATIC,
}


def unsaid_by(header: Header, body: bytes = b"") -> Unsaid | None:
    """Tell by a message's header, and the parts of its body, that a program wrote it; None for somebody's mail."""
    kind = header.text("content-type")[:LONGEST_KIND].lower()
    begins = beginning(header.text("subject"))
    return (
        _report(kind, header, begins, body)
        or _calendar_answer(kind, begins, header, body)
        or (Unsaid.AUTOMATIC if is_absence(header, begins) or is_by_program(header) else None)
    )


def by_message_class(name: str) -> Unsaid | None:
    """Tell by the class that Exchange gives an item.

    >>> by_message_class("REPORT.IPM.Note.IPNRN"), by_message_class("IPM.Schedule.Meeting.Resp.Pos")
    (<Unsaid.RECEIPT: 'receipt'>, <Unsaid.CALENDAR_ANSWER: 'calendar answer'>)
    """
    name = name.strip().lower()
    if name.startswith("report."):
        return Unsaid.RECEIPT if name.endswith(("ipnrn", "ipnnrn")) else Unsaid.AUTOMATIC
    return next((kind for begins, kind in _EXCHANGE.items() if name.startswith(begins)), None)


def beginning(subject: str) -> str:
    """Return what a subject says before its first colon, in lower case, without the brackets and a `Re` at its end.

    >>> beginning("Out of Office Re: Plan"), beginning("[Auto-Reply] Plan"), beginning("Out of office space in Oslo")
    ('out of office', 'auto-reply', '')
    """
    text = subject.strip()[:80].replace("\uff1a", ":")
    if text.startswith(("[", "【")):
        return re.split("[]】]", text[1:], maxsplit=1)[0].strip().casefold()
    before, colon, _ = text.partition(":")
    words = before.casefold().split()
    if not colon or not words:
        return ""
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in _REPLY_WORDS else words)


def is_by_person(header: Header, kind: Unsaid) -> bool:
    """Tell what a mail program sent in a person's name: an answer to an invitation, a receipt, a reply in absence."""
    return kind is not Unsaid.AUTOMATIC or is_absence(header)


def is_absence(header: Header, begins: str | None = None) -> bool:
    """Tell by its subject a reply that a person's mail program gave in their absence: they are no program."""
    subject = header.text("subject")
    begins = beginning(subject) if begins is None else begins
    if begins in _AUTOMATIC or (begins in _ABSENT and _answers(header)):
        return True
    whole = subject[:200].strip()
    if whole.casefold() in _AUTOMATIC and _answers(header):
        return True
    return begins not in _REPLY_WORDS and bool(_NOTES.match(whole))


def is_by_program(header: Header) -> bool:
    """Tell by what programs write into the header of the mail that they send, whether to answer or not."""
    submitted = re.match(r"\s*([\w-]*)", header.text("auto-submitted").lower())
    if (submitted and submitted[1] not in {"", "no"}) or any(_says_so(header, name) for name in _BY_RULE):
        return True
    if any(_BY_ITS_WORD.search(header.text(name)[:200]) for name in _NAMING_PROGRAM):
        return True
    if header.text("delivered-to").strip().lower() == "autoresponder":
        return True
    precedence = header.text("precedence").strip().lower()
    listed = header.text("list-id") or header.text("list-post")
    if precedence == "auto_reply" or (precedence in {"bulk", "junk"} and not listed):
        return True
    return bool(header.text(_FAILED)) or (_says_so(header, "x-auto-response-suppress") and _answers(header))


def _says_so(header: Header, name: str) -> bool:
    value = header.text(name)
    return bool(value) and value.strip().lower() not in {"", "no", "none", "false", "0"}


def _answers(header: Header) -> bool:
    """Tell what answers another message, or has the empty return path of an answer that a program gives."""
    return bool(header.text("in-reply-to").strip()) or header.text("return-path").strip() == "<>"


def _report(kind: str, header: Header, begins: str, body: bytes) -> Unsaid | None:
    """Tell a receipt or a report of delivery by its type or class; a receipt without either by its word."""
    content_class = header.text("content-class").lower()
    if content_class in {"urn:content-classes:mdn", "urn:content-classes:dsn"}:
        return Unsaid.RECEIPT if content_class.endswith("mdn") else Unsaid.AUTOMATIC
    if not kind.startswith(("multipart/report", "message/d")):
        return Unsaid.RECEIPT if begins in _READ and _answers(header) else None
    stated = _REPORT.search(kind)
    told = stated[1] if stated else kind + body[:20_000].decode("latin-1").lower()
    is_receipt = "disposition-notification" in told or (not stated and begins in _READ)
    return Unsaid.RECEIPT if is_receipt else Unsaid.AUTOMATIC


def _calendar_answer(kind: str, begins: str, header: Header, body: bytes) -> Unsaid | None:
    """Tell an answer to an invitation by its calendar part, else by Exchange's class or the program's words."""
    by_word = begins in _ANSWERED or (
        begins in _PERHAPS and header.text("content-class").lower() == "urn:content-classes:calendarmessage"
    )
    inside = kind.startswith("multipart/") and b"text/calendar" in body and _holds_answer(body)
    return Unsaid.CALENDAR_ANSWER if by_word or inside or _METHOD.search(kind) else None


def _holds_answer(body: bytes) -> bool:
    """Tell a calendar part with an answer; one in a message that is only forwarded is not this sender's."""
    return bool(_METHOD_INSIDE.search(body.partition(b"message/rfc822")[0]))
