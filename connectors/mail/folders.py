"""What the folder of a message says of it: sent mail, a draft, spam, trash; in the languages of mail programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from connectors.kit.addresses import REMEMBERED, email_account
from connectors.kit.text import clean
from connectors.mail.unsaid import Header, phrases
from influence.contract.records import Unsaid

_SENT = phrases(
    """sent|sent items|sent mail|sent-mail|sent messages|sent objects|gesendet|gesendete objekte|gesendete elemente
    |gesendete nachrichten|gesendete mails|envoyés|messages envoyés|éléments envoyés|courrier envoyé|skickat|skickade
    |skickade objekt|skickade meddelanden|skickad e-post|sendt|sendte|sendt post|sendte elementer|sendte meddelelser
    |sendte meldinger|sendte mails|sendt mail|sendte e-mails|lähetetyt|lähetetyt kohteet|lähetetyt viestit|verzonden
    |verzonden items|verzonden berichten|enviados|elementos enviados|mensajes enviados|itens enviados|enviadas
    |mensagens enviadas|inviati|posta inviata|messaggi inviati|elementi inviati|wysłane|elementy wysłane|odeslané
    |odeslaná pošta|отправленные|надіслані|odoslaná pošta|odoslané|elküldött|elküldött elemek|elküldött üzenetek|trimise
    |elemente trimise|gönderilmiş|gönderilmiş postalar|gönderilmiş öğeler|gönderilenler|poslano|απεσταλμένα|נשלח
    |דואר שנשלח|פריטים שנשלחו|المرسل|البريد المرسل|العناصر المرسلة|terkirim|item terkirim|đã gửi|thư đã gửi|ส่งแล้ว
    |已发送|已发送邮件|已傳送|寄件備份|送信済み|送信済みメール|送信済みアイテム|보낸편지함|보낸 편지함"""
)
_UNSAID = {
    Unsaid.DRAFT: """draft|drafts|templates|unsent messages|outbox|entwurf|entwürfe|vorlagen|postausgang|brouillon
    |brouillons|boîte d'envoi|modèles|kladde|kladder|udbakke|utkast|utkorg|mallar|utboks|luonnos|luonnokset|lähtevät
    |concept|concepten|borrador|borradores|bozze|bozza|rascunho|rascunhos|wersje robocze|szkice|koncepty|черновики
    |草稿|草稿匣|下書き|чернетки|rozpísané|piszkozatok|piszkozat|ciorne|schițe|taslaklar|taslak|nacrti|skice|osnutki
    |πρόχειρα|טיוטות|טיוטה|مسودات|المسودات|draf|thư nháp|bản nháp|แบบร่าง|จดหมายร่าง|초안|임시보관함|임시 보관함
    |送信トレイ|寄件匣|보낼 편지함|giden kutusu|esborranys""",
    Unsaid.SPAM: """spam|junk|junk e-mail|junk email|junk mail|bulk mail|quarantine|unerwünscht|spamverdacht
    |junk-e-mail|unerwünschte werbung|pourriel|pourriels|courrier indésirable|indésirables|uønsket mail|uønsket post
    |uønsket e-mail|søppelpost|useriøs e-post|skräppost|skräp|roskaposti|roskapostit|ongewenste e-mail|ongewenst
    |ongewenste reclame|correo no deseado|no deseado|posta indesiderata|indesiderata|lixo eletrônico|lixo eletrónico
    |wiadomości-śmieci|nevyžádaná pošta|nevyžiadaná pošta|спам|нежелательная почта|небажана пошта|levélszemét
    |mesaje nedorite|istenmeyen|istenmeyen postalar|gereksiz e-posta|önemsiz e-posta|neželjena pošta|ανεπιθύμητα
    |ανεπιθύμητη αλληλογραφία|דואר זבל|ספאם|البريد العشوائي|بريد مزعج|غير المرغوب فيها|thư rác|สแปม|จดหมายขยะ
    |垃圾邮件|垃圾郵件|迷惑メール|スパム|스팸|스팸함|스팸 메일|정크 메일""",
    Unsaid.TRASH: """trash|deleted|deleted items|deleted messages|deleted objects|wastebasket|papierkorb|gelöscht
    |gelöschte elemente|gelöschte objekte|gelöschte nachrichten|corbeille|éléments supprimés|messages supprimés
    |papirkurv|slettet post|slettede elementer|slettet|slettede meddelelser|slettede meldinger|søppel|papperskorg
    |papperskorgen|borttaget|borttagna objekt|borttagna meddelanden|roskakori|poistetut|poistetut kohteet
    |poistetut viestit|prullenbak|verwijderd|verwijderde items|verwijderde berichten|papelera|elementos eliminados
    |eliminados|cestino|posta eliminata|elementi eliminati|lixeira|itens excluídos|kosz|elementy usunięte|koš
    |odstraněná pošta|odstránená pošta|удаленные|удалённые|корзина|видалені|кошик|törölt elemek|törölt üzenetek|kuka
    |lomtár|elemente șterse|coș de gunoi|coșul de gunoi|çöp kutusu|çöp|silinmiş öğeler|silinmiş postalar|smeće
    |κάδος απορριμμάτων|κάδος|διαγραμμένα|אשפה|פריטים שנמחקו|المهملات|سلة المهملات|العناصر المحذوفة|sampah|thùng rác
    |ถังขยะ|已删除|已删除邮件|垃圾桶|刪除的郵件|已刪除的郵件|ゴミ箱|削除済みアイテム|휴지통|지운 편지함|paperera""",
}
_KIND = {name: kind for kind, names in _UNSAID.items() for name in phrases(names)}
_LABEL = _KIND | {"bin": Unsaid.TRASH, "rubbish": Unsaid.TRASH}
"""Google's English in Britain says "Bin", which elsewhere is a folder of programs."""
_ENDING = re.compile(r"\.(mbox|mbx|mbs|sbd|mailbox|imapmbox|partial\.mbox|emlx?)$")
_COPY = re.compile(r"[ _-]?\(?\d{1,3}\)?$")
_MAILDIR = re.compile(r"[/\\](?:cur|new)[/\\][^/\\]*$")
_FLAGS = re.compile(r"[/\\](?:cur|new)[/\\][^/\\]*[:;!]2,([A-Za-z]*)$")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_DELIVERED = re.compile(rb"^Delivered-To: *([\w.+-]{1,64}@[\w.-]{3,200})\r?$", re.MULTILINE)
_ORDER = (Unsaid.DRAFT, Unsaid.SPAM, Unsaid.TRASH)


@dataclass(frozen=True)
class Place:
    """Where a message lies: the `outbox` account if among sent mail, `unsaid` if among what nobody said.

    `names` is what the place is called, which may say whose it is.
    """

    outbox: str | None = None
    unsaid: Unsaid | None = None
    names: str = ""


NOWHERE = Place()
OWNER = "x-mailbox-owner"
"""The field in which a live connector writes whose mailbox it read; beside it stand labels like those of Takeout."""


@lru_cache(maxsize=REMEMBERED)
def place_of(path: str) -> Place:
    r"""Return what the path of a file of mail, or of a folder on a server, tells.

    >>> place_of("Ann Lee/Sent.mbox")
    Place(outbox='mailbox:ann lee/sent', unsaid=None, names='ann lee/sent')
    >>> place_of("Maildir/.Entw&APw-rfe/cur/1").unsaid, place_of("INBOX/Papierkorb/Alt").unsaid
    (None, <Unsaid.TRASH: 'trash'>)
    >>> place_of("Maildir/cur/17.host:2,DS").unsaid, place_of("me@acme.example/Sent Items").outbox
    (<Unsaid.DRAFT: 'draft'>, 'email:me@acme.example')
    """
    flags = _FLAGS.search(path)
    held = "DT" if flags is None else flags[1]
    marked = {Unsaid.DRAFT: "D" in held, Unsaid.TRASH: "T" in held} if flags else {}
    folder = _MAILDIR.sub("", path)
    parts = list(_parts(folder))
    kinds = {_KIND[part] for _, part in parts if part in _KIND} | {kind for kind in marked if marked[kind]}
    unsaid = next((kind for kind in _ORDER if kind in kinds), None)
    ends = [end for end, part in parts if part in _SENT]
    name = _ENDING.sub("", folder[: ends[-1] if ends else None].lower())
    if not ends:
        return Place(None, unsaid, name)
    address = _ADDRESS.search(name)
    return Place(email_account(address[0]) if address else f"mailbox:{name}", unsaid, name)


def _parts(folder: str) -> Iterator[tuple[int, str]]:
    """Yield the names of the folders within each other, in lower case, with the place where each ends."""
    for found in re.finditer(r"[^/\\]+", folder):
        inside = re.finditer(r"[^.]+", found[0]) if found[0].startswith((".", "INBOX.")) else [found]
        for one in inside:
            end = one.end() + (0 if one is found else found.start())
            name = _ENDING.sub("", one[0].casefold()).strip(" '_")
            yield end, name if name in _KIND or name in _SENT else _COPY.sub("", name)


def place_of_labels(labels: str) -> tuple[bool, Unsaid | None]:
    """Tell by Gmail's labels, divided by commas, whether a message was sent by the owner, and what it is else.

    >>> place_of_labels("Sent,Opened"), place_of_labels('"Entwürfe","Wichtig"')
    ((True, None), (False, <Unsaid.DRAFT: 'draft'>))
    """
    names = {label.strip(' "').casefold() for label in labels.split(",")}
    kinds = {_LABEL[name] for name in names if name in _LABEL}
    return not names.isdisjoint(_SENT), next((kind for kind in _ORDER if kind in kinds), None)


def place_live(header: Header) -> Place:
    """Return where a message lies as a live connector wrote before its header, and nothing else of it says."""
    is_sent, unsaid = place_of_labels(header.text("x-gmail-labels"))
    return Place(header.text(OWNER) or None if is_sent else None, unsaid)


def place_in(header: Header, place: Place, owner: str | None) -> Place:
    """Return where a message lies: as its own fields say, which exports write, else as its file does.

    `owner` is the account whose mailbox it is, where that is known.
    """
    if folder := header.text("x-folder"):
        place = _of_exchange(header, place_of(folder))
    unsaid, outbox, names = place.unsaid, place.outbox, place.names
    if labels := header.text("x-gmail-labels"):
        is_sent, unsaid = place_of_labels(labels)
        held = f"mailbox:{names}" if names else None
        outbox = owner or outbox or held if is_sent else None
    if header.text("x-mozilla-draft-info") or header.text("x-unsent").strip() == "1":
        unsaid = Unsaid.DRAFT
    elif unsaid is None and _is_deleted(header.text("x-mozilla-status")):
        unsaid = Unsaid.TRASH
    return Place(outbox, unsaid, names)


def _of_exchange(header: Header, place: Place) -> Place:
    origin = clean(header.text("x-origin")).lower()
    if not (place.outbox and origin):
        return place
    return Place(f"mailbox:{origin}", place.unsaid, f"{origin} {clean(header.text('x-filename'))}")


def _is_deleted(status: str) -> bool:
    """Tell what Thunderbird deleted and will take out of its file later."""
    found = re.fullmatch(r"[0-9a-fA-F]{4}", status.strip())
    return bool(found) and bool(int(status, 16) & 0x0008)


def delivered_to(head: bytes) -> str | None:
    """Return the account to which an export of Gmail says that its mail was delivered."""
    found = _DELIVERED.search(head) if b"X-Gmail-Labels:" in head else None
    return email_account(found[1].decode("ascii")) if found else None


def place_written(labels: str, owner: str | None) -> bytes:
    """Write where a message lies as a live connector puts it before the header.

    Both fields are written always, and the first of a name counts: no header of somebody's mail says so instead.

    >>> place_written("Sent", "email:ann@acme.example")
    b'X-Gmail-Labels: Sent\\nX-Mailbox-Owner: email:ann@acme.example\\n'
    """
    return f"X-Gmail-Labels: {clean(labels, 500)}\nX-Mailbox-Owner: {clean(owner or '', 500)}\n".encode()
