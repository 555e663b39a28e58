"""Who a message is by: the author that a mailing list hid, in whose name it went out, and who typed it.

References: RFC 5322, 3.6.2 (From and Sender), RFC 2369 (List-Post), RFC 9057 (Author); X-Original-From as Google
Groups, Sympa and others write it where a list puts itself in place of the author (DMARC).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.kit.addresses import (
    LONGEST_ENTRY,
    Mailbox,
    display_name,
    email_account,
    is_placeholder,
    mailboxes,
    shares_a_name,
)
from connectors.mail.unsaid import Header
from influence.contract.no_person import is_nobodys, sign_of

LONGEST_SHOWN = 500
_SIGNS = (" of ", " von ", " af ", " av ", " de ", " di ", " par ", "sent by", "namens ")
"""What stands in every entry in which more than one is named: few are looked at more closely."""
_BEHALF = re.compile(
    r"\s(?:on behalf of|im auftrag von|på vegne af|på vegne av|på uppdrag av|de la part de|en nombre de|em nome de"
    r"|per conto di|namens)\s+",
    re.IGNORECASE,
)
_TYPED = re.compile(
    r"^(?P<author>.{2,200}?)(?<!\s)\s*+[-,;(\[]?\s*+\b(?:sent by|gesendet von|sendt af|sendt av|skickat av"
    r"|envoyé par)\b:?\s+"
    r"(?P<typist>[^<>()\[\]]{2,200})",
    re.IGNORECASE,
)
_VIA = re.compile(
    r"^['\" ]*+(?P<author>.{1,200}?)(?<!['\" ])['\" ]*\s\(?(?:via|by way of)\s+(?P<list>[^()]{1,200})",
    re.IGNORECASE,
)
_VIA_SURE = re.compile(
    r"^['\" ]*+(?P<author>.{1,200}?)(?<!['\" ])['\" ]*\s\(?(?:via|by way of|über|durch|per"
    r"|par|tramite|por|gennem|genom|gjennom|przez|kautta|через)\s+(?P<list>[^()]{1,200})",
    re.IGNORECASE,
)
"""Said in another language too, where the address proves to be the list's own."""
_POSTS = re.compile(r"mailto:([^\s<>?,;]{1,300}@[^\s<>?,;]{1,250})")
_LIST_ID = re.compile(r"<([^<>\s]{1,250})>")
_ENCODED = re.compile(
    r"([\w.+-]{1,64})=(?:40)?([\w-]{1,63}(?:\.[\w-]{1,63}){1,6})@(?:dmarc\.|lists?\.|groups\.).+"
)
"""An author's address within the list's: `bo=40beta.example@dmarc.lists.example`, `bo=beta.example@groups.example`."""
_NO_TYPIST = re.compile(r"^owner-|[-+.](?:bounces?|owner|request|admin|return|confirm)(?:[-+=].*)?$|=")
_PLAIN = re.compile(r"[^\W\d_]+(?:[._-][^\W\d_]+){0,4}\d{0,2}")
"""A local part that may be a person's; services put long numbers and keys there."""
_OF_EXCHANGE = re.compile(r"<[^<>]*$|<[^<>]*>")


@dataclass(frozen=True)
class Sender:
    """The author of a message, with the entry of `X-From` that is theirs.

    `outbox` is in whose name it went out and `typist` who typed it, where somebody else did; `lists` are
    addresses that lists, or programs that write for people, own.
    """

    author: Mailbox
    entry: str = ""
    outbox: Mailbox | None = None
    typist: Mailbox | None = None
    lists: tuple[str, ...] = ()


def sender_of(header: Header) -> Sender | None:
    """Return who a message is by; None where nobody is named."""
    found = _in_one(header.mailboxes("from")) or header.mailboxes("sender")
    if not found:
        return None
    posts = _posts(header, found[0].address)
    entry, shown = header.text("x-from")[:LONGEST_ENTRY], header.text("from")[:LONGEST_SHOWN]
    behind = _behind_list(header, found[0], shown, posts)
    if behind is not None:
        return behind
    lowered = f"{entry[:LONGEST_SHOWN]} {shown}".lower()
    if any(sign in lowered for sign in _SIGNS):
        for text in filter(None, (entry[:LONGEST_SHOWN], shown)):
            if two := _on_behalf(text, found[0], posts) or _typed_for(text, found[0], posts):
                return two
    return Sender(found[0], entry, typist=_typist(header, found[0], posts), lists=posts)


def _posts(header: Header, written: str) -> tuple[str, ...]:
    """Return the addresses of a list: where one posts to it, and the sender's where the list's id is made of it."""
    stated = [address.lower() for address in _POSTS.findall(header.text("list-post"))]
    ids = _LIST_ID.findall(header.text("list-id").lower()[:LONGEST_SHOWN])
    own = [written] if written and written.replace("@", ".") in ids else []
    return tuple(dict.fromkeys((*stated, *own)))


def _in_one(found: Sequence[Mailbox]) -> Sequence[Mailbox]:
    """Return who stands in From: a surname before a comma that nobody quoted is part of a name, and nobody else."""
    if len(found) != 2 or found[0].address or not (found[1].address and found[1].name):
        return found
    return [Mailbox(f"{found[1].name} {found[0].name}", found[1].address)]


# --- in somebody's name -----------------------------------------------------------------------------------


def _on_behalf(text: str, written: Mailbox, posts: tuple[str, ...]) -> Sender | None:
    """Read `X on behalf of Y`; where only one address stands there it is that of whose name it bears, else X's."""
    parts = _BEHALF.split(text, maxsplit=1)
    if len(parts) < 2:
        return None
    typist, author = (_mailbox(part) for part in parts)
    if not (typist.name or typist.address) or not author.name:
        return None
    if typist.address:
        return Sender(typist, _entry(parts[0]), outbox=author, lists=posts)
    is_authors = shares_a_name(author.name, written.address) and not shares_a_name(
        typist.name, written.address
    )
    if is_authors:
        author = Mailbox(author.name, written.address)
        return Sender(author, _entry(parts[1]), outbox=author, typist=typist, lists=posts)
    writer = Mailbox(typist.name, written.address)
    return Sender(writer, _entry(parts[0]), outbox=Mailbox(author.name, ""), lists=posts)


def _typed_for(text: str, written: Mailbox, posts: tuple[str, ...]) -> Sender | None:
    found = _TYPED.match(text.strip(" \"'"))
    if not found:
        return None
    author, typist = display_name(found["author"]), display_name(found["typist"])
    if not (author and typist) or author.lower() == typist.lower():
        return None
    return Sender(Mailbox(author, written.address), typist=Mailbox(typist, ""), lists=posts)


def _mailbox(text: str) -> Mailbox:
    plain = text.replace('"', " ")
    address = next((one.address for one in mailboxes(plain) if one.address), "")
    return Mailbox(display_name(plain), address)


def _entry(text: str) -> str:
    return text.strip() if "<" in text else ""


def _typist(header: Header, author: Mailbox, posts: Sequence[str]) -> Mailbox | None:
    """Return the person in `Sender` who is not the author: no list, no program, no other address of the author."""
    found = next(iter(header.mailboxes("sender")), None)
    if found is None or not found.address or found.address in {author.address, *posts}:
        return None
    listed = header.text("list-id") or posts
    if listed or _is_no_person(found) or _is_authors(found, author):
        return None
    home, domain = (one.address.partition("@")[2] for one in (author, found))
    inside = domain == home or domain.endswith(f".{home}") or home.endswith(f".{domain}")
    return found if inside or (_is_named(found) and not _names_domain(found)) else None


def _is_no_person(sender: Mailbox) -> bool:
    local = sender.address.partition("@")[0]
    odd = bool(_NO_TYPIST.search(local)) or not (sender.name or _PLAIN.fullmatch(local))
    return odd or is_placeholder(sender.address) or sign_of(email_account(sender.address)) is not None


def _is_authors(sender: Mailbox, author: Mailbox) -> bool:
    """Tell another address of the author: the same local part, the same name, or an unnamed address with theirs."""
    local, own = (one.address.partition("@")[0].partition("+")[0] for one in (sender, author))
    if local == own or (sender.name and sender.name.lower() == author.name.lower()):
        return True
    return shares_a_name(author.name, sender.address) and not _is_named(sender)


def _is_named(mailbox: Mailbox) -> bool:
    """Tell an address that bears the name of a person as it is shown: two words, the last in the address."""
    words = re.findall(r"[^\W\d_]{2,}", mailbox.name)
    return len(words) >= 2 and shares_a_name(words[-1], mailbox.address)


def _names_domain(mailbox: Mailbox) -> bool:
    domain = mailbox.address.partition("@")[2]
    return any(word in domain for word in re.findall(r"[^\W\d_]{3,}", mailbox.name.lower()))


# --- behind a list ----------------------------------------------------------------------------------------


def _behind_list(header: Header, written: Mailbox, shown: str, posts: tuple[str, ...]) -> Sender | None:
    """Return the author of a message in which a list stands in place of them; None where no list does."""
    original = header.mailboxes("x-original-from")
    own = written.address in posts
    encoded = _ENCODED.fullmatch(written.address) if "=" in written.address else None
    if not (own or original or encoded or "via " in shown.lower() or " by way of " in shown.lower()):
        return None
    display = _OF_EXCHANGE.sub(" ", shown).strip()
    via = (_VIA_SURE if own else _VIA).match(display)
    name = display_name(via["author"].strip("'\" ")) if via else ""
    if not (original and original[0].address != written.address):
        by_list = own or encoded or (via and _is_list_of(header, written, via["list"]))
        if not by_list:
            return _of_program(written, via, posts)
    author = _author(header, name or written.name, {written.address, *posts}, original, encoded)
    if author is None and not name:
        return None
    lists = tuple(dict.fromkeys((*posts, *(() if encoded else (written.address,)))))
    return Sender(author or Mailbox(name, ""), lists=tuple(filter(None, lists)))


def _is_list_of(header: Header, written: Mailbox, name: str) -> bool:
    """Tell whether `via NAME` names a list: its headers say so, or its address bears that name."""
    listed = header.text("list-id") or header.text("list-post")
    return bool(listed) or (
        shares_a_name(name, written.address) and not is_nobodys(email_account(written.address))
    )


def _of_program(written: Mailbox, via: re.Match[str] | None, posts: tuple[str, ...]) -> Sender | None:
    """Return the service that writes `Ann Lee via Service` from an address of its own: it is no person."""
    if via and _names_domain(Mailbox(via["list"], written.address)):
        return Sender(Mailbox("", written.address), lists=(*posts, written.address))
    return None


def _author(
    header: Header,
    name: str,
    lists: set[str],
    original: Sequence[Mailbox],
    encoded: re.Match[str] | None,
) -> Mailbox | None:
    for one in (*original, *header.mailboxes("author")):
        if one.address and one.address not in lists:
            return Mailbox(_person_of(one.name) or name, one.address)
    if encoded:
        return Mailbox(name, f"{encoded[1]}@{encoded[2]}".lower())
    answers = [one for one in header.mailboxes("reply-to") if one.address and one.address not in lists]
    asked = answers if len(answers) == 1 else []
    for one in asked:
        if _is_author(one, name, lists):
            return Mailbox(one.name or name, one.address)
    copied = (one for one in header.mailboxes("cc") if one.address not in lists)
    for one in copied:
        if name and one.name.lower() == name.lower():
            return one
    sent = [one for one in header.mailboxes("x-original-sender") if one.address and one.address not in lists]
    return Mailbox(name, sent[0].address) if sent and not is_nobodys(email_account(sent[0].address)) else None


def _person_of(name: str) -> str:
    return "" if " via " in name else name


def _is_author(answer: Mailbox, name: str, lists: set[str]) -> bool:
    """Tell whether the address that answers go to is the author's: not a list's or another person's."""
    if is_nobodys(email_account(answer.address)):
        return False
    words = set(re.findall(r"\w{2,}", answer.name.lower()))
    if words:
        return not name or bool(words & set(re.findall(r"\w{2,}", name.lower())))
    homes = {address.partition("@")[2] for address in lists}
    return shares_a_name(name, answer.address) or answer.address.partition("@")[2] not in homes
