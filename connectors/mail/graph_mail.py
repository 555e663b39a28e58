"""What Graph says of a mail: who it is by, where it lay, and whether somebody said it; no text is asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.addresses import Mailbox, address_account, is_placeholder, mailboxes, unaddressed
from connectors.kit.answers import identifier, needed
from connectors.kit.lists import rows_of
from connectors.kit.text import clean
from connectors.kit.times import moment
from connectors.mail.folders import NOWHERE, Place, place_of
from connectors.mail.people_in_headers import Claims
from connectors.mail.senders import Sender, sender_of
from connectors.mail.unsaid import by_message_class, is_by_person, unsaid_by
from influence.contract.records import Activity, Note, Record, SetAside, Unsaid, Verb

_IN_REPLY_TO, _CLASS = "string 0x1042", "string 0x1a"
"""The extended properties PidTagInReplyToId and PidTagMessageClass, where a message's headers are not given."""
_ANSWERS = ("meetingaccepted", "meetingtenativelyaccepted", "meetingtentativelyaccepted", "meetingdeclined")
_ID = re.compile(r"<([^<>\s]{1,500})>")


@dataclass(frozen=True)
class _Header:
    """The fields of a mail: what Graph tells in properties of its own goes before what the headers say."""

    fields: Mapping[str, str]
    named: Mapping[str, list[Mailbox]]

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def mailboxes(self, name: str) -> Sequence[Mailbox]:
        return self.named.get(name) or mailboxes(self.fields.get(name, ""))


@dataclass
class MailReading:
    """Reads the mail of one answer, and remembers what it has claimed and left out."""

    place: Place = NOWHERE
    claims: Claims = field(default_factory=Claims)
    left_out: Counter[str] = field(default_factory=Counter)

    def lies_in(self, folder: Any, owner: Any) -> None:
        """Note the name of the folder that an answer is of, and whose mailbox it is."""
        place = place_of(clean(str(folder or ""), 200))
        outbox = (address_account(owner) or place.outbox) if place.outbox else None
        self.place = Place(outbox, place.unsaid)

    def records(self, mail: Mapping[str, Any]) -> Iterator[Record]:
        """Yield the activity that a mail is, and what it tells of people."""
        header = _header(mail)
        sender = sender_of(header)
        actor = _account(sender.author) if sender else None
        dated = mail.get("sentDateTime") or mail.get("receivedDateTime")
        if mail.get("isDraft") and not (actor and dated):
            yield SetAside("a draft that was never sent")
            return
        if sender is None or actor is None:
            yield SetAside("the message has no sender that can be read")
            return
        addressees = [one for name in ("to", "cc", "bcc") for one in header.mailboxes(name)]
        written = _written(mail, header)
        unsaid = Unsaid.DRAFT if mail.get("isDraft") else self.place.unsaid or written
        yield self._activity(mail, sender, actor, addressees, unsaid)
        if unsaid is Unsaid.SPAM:
            return
        named = [
            one for one in (sender.author, sender.typist, *addressees) if one and address_account(one.address)
        ]
        own = [one for one in named if one.address not in sender.lists]
        yield from self.claims.of_entries([(one, "") for one in own], 1)
        for address in filter(address_account, sender.lists):
            yield from self.claims.of_bot(f"email:{address}", 1)
        if not (written and is_by_person(header, written)):
            self.claims.count_sender(actor, automatic=written is not None)

    def _activity(
        self,
        mail: Mapping[str, Any],
        sender: Sender,
        actor: str,
        addressees: Sequence[Mailbox],
        unsaid: Unsaid | None,
    ) -> Activity:
        answered = _answered(mail)
        message_id = _bare(needed(mail, "internetMessageId", "the message"))
        typist = _account(sender.typist) if sender.typist else None
        return Activity(
            id=f"mail:{message_id}",
            time=moment(mail.get("sentDateTime") or mail.get("receivedDateTime"), "sentDateTime"),
            actor=actor,
            verb=Verb.REPLY if answered else Verb.MESSAGE,
            parent=f"mail:{answered}" if answered and answered != message_id else None,
            to=self._accounts(addressees, actor),
            subject=clean(str(mail.get("subject") or "")) or None,
            outbox=(_account(sender.outbox) if sender.outbox else None) or self.place.outbox,
            typist=typist if typist != actor else None,
            unsaid=unsaid,
        )

    def _accounts(self, addressees: Sequence[Mailbox], actor: str) -> tuple[str, ...]:
        found = [mail_account(one) for one in addressees]
        nameless = sum(account is None for account in found)
        if nameless:
            self.left_out["addressees without an address of their own were left out"] += nameless
        return tuple(dict.fromkeys(account for account in found if account and account != actor))

    def at_end(self) -> Iterator[Record]:
        """Tell what only all mails together tell."""
        yield from self.claims.at_end()
        yield from (Note(f"{number:,} {what}") for what, number in self.left_out.items())


def mailbox_of(recipient: Any) -> Mailbox:
    """Return the name and the address of a recipient."""
    told = (recipient or {}).get("emailAddress") or {}
    return Mailbox(
        clean(str(told.get("name") or ""), 200), clean(str(told.get("address") or ""), 500).lower()
    )


def mail_account(mailbox: Mailbox) -> str | None:
    """Return the account of an address, also of an Exchange name; None for nobody's."""
    if mailbox.address.startswith("/o="):
        return f"exchange:{mailbox.address}"
    return None if is_placeholder(mailbox.address) else address_account(mailbox.address)


def _account(mailbox: Mailbox) -> str | None:
    """Return the account of an address, or of a name that stands without one beside a list or another person."""
    return mail_account(mailbox) if mailbox.address else unaddressed(mailbox.name)


def _header(mail: Mapping[str, Any]) -> _Header:
    given = rows_of(mail, "internetMessageHeaders")
    fields = {str(one.get("name")).lower(): str(one.get("value") or "") for one in given}
    sender = mailbox_of(mail.get("from") or mail.get("sender"))
    told = {
        "from": [sender] if sender.address else [],
        "sender": [mailbox_of(mail.get("sender"))],
        "to": list(map(mailbox_of, rows_of(mail, "toRecipients"))),
        "cc": list(map(mailbox_of, rows_of(mail, "ccRecipients"))),
        "bcc": list(map(mailbox_of, rows_of(mail, "bccRecipients"))),
        "reply-to": list(map(mailbox_of, rows_of(mail, "replyTo"))),
    }
    subject = str(mail.get("subject") or "")
    return _Header(fields | {"from": f"{sender.name} <{sender.address}>", "subject": subject}, told)


def _extended(mail: Mapping[str, Any], name: str) -> str:
    found = rows_of(mail, "singleValueExtendedProperties")
    return next((str(one.get("value")) for one in found if _property(one.get("id")) == name), "")


def _property(name: Any) -> str:
    return re.sub(r"0x0+", "0x", str(name).lower())


def _written(mail: Mapping[str, Any], header: _Header) -> Unsaid | None:
    """Tell what nobody said by Graph's kinds of a mail, by Exchange's class, or by the header."""
    kind = str(mail.get("@odata.type") or "").lower()
    if (
        kind.endswith(".eventmessageresponse")
        or str(mail.get("meetingMessageType") or "").lower() in _ANSWERS
    ):
        return Unsaid.CALENDAR_ANSWER
    return by_message_class(_extended(mail, _CLASS).replace("\x00", "")) or unsaid_by(header)


def _bare(message_id: Any) -> str:
    found = _ID.search(str(message_id))
    return found[1] if found else identifier(str(message_id).strip(), "internetMessageId")


def _answered(mail: Mapping[str, Any]) -> str | None:
    """Return the id of the message that this one answers: In-Reply-To, else the last of References."""
    header = _header(mail)
    said = header.text("in-reply-to") or _extended(mail, _IN_REPLY_TO)
    found = _ID.findall(said[:5000])[:1] or _ID.findall(header.text("references")[:50_000])[-1:]
    return found[0] if found else None
