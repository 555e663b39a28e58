"""Zendesk: its own export of tickets as JSON, and saved answers of its API with their comments.

References: Zendesk help, Exporting ticket, user, or organization data from your account (JSON: one ticket a line);
Zendesk developer docs, Tickets and Ticket Comments.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from connectors.kit.addresses import address_account
from connectors.kit.answers import each, identifier, mapping, shape_expected
from connectors.kit.json_files import holds, rows, values
from connectors.kit.lists import rows_of, texts
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Person, Record, Verb

_TICKET = (b'"requester"', b'"submitter"', b'"assignee"', b'"created_at"', b'"subject"')
_ANSWER = (b'"tickets"', b'"requester_id"', b'"submitter_id"', b'"created_at"', b'"raw_subject"')
_USERS = (b'"role"', b'"time_zone"', b'"locale"', b'"email"', b'"ticket_restriction"')
"""The export of users, or an answer that lists them."""


@dataclass(frozen=True)
class ZendeskExport:
    """Who asked, and every comment on a ticket; comments that only agents see are left out where `private` is `no`."""

    private: str = "yes"

    name: ClassVar[str] = "zendesk-export"
    title: ClassVar[str] = "Zendesk: the export of tickets as JSON, or saved answers of its API"
    source: ClassVar[str] = "Admin Center, Account, Tools, Reports, Export, JSON."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a ticket by its people, an answer by its fields."""
        return holds(head, _TICKET, _ANSWER, _USERS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield each ticket and its comments; one that cannot be read is set aside.

        Raises:
            Unreadable: it is neither.
        """
        head = member.head()
        if not self.recognises(member, head):
            raise Unreadable(f"{member.name}: this is no export of tickets from Zendesk")
        reader = _Tickets(self.private == "no")
        is_answer = holds(head, _ANSWER) or (b'"users"' in head and not holds(head, _TICKET))
        found = rows(member, "tickets", "users") if is_answer else values(member)
        with shape_expected():
            yield from each(found, lambda at: reader.read(mapping(at.value), at.line), "the ticket")


@dataclass
class _Tickets:
    """Makes records of tickets, and claims everybody once."""

    only_public: bool
    named: set[str] = field(default_factory=set)

    def read(self, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        """Yield what a row tells: a ticket with its comments, or somebody whom a list of users names."""
        is_ticket = any(name in row for name in ("requester", "requester_id", "subject"))
        return self.ticket(row, line) if is_ticket else self.user(row, line)

    def ticket(self, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        """Yield a ticket by who asked, and the comments on it; the first of them is the ticket itself."""
        key = identifier(row.get("id"), "the ticket's id")
        asked = yield from self._who(row, "requester", line)
        answers = ""
        if row.get("assignee") or row.get("assignee_id"):
            answers = yield from self._who(row, "assignee", line)
        yield Activity(
            id=f"zendesk:{key}",
            time=moment(row.get("created_at"), "created_at"),
            actor=asked,
            verb=Verb.POST,
            to=(answers,) if answers and answers != asked else (),
            conversation=f"zendesk:{key}",
            subject=clean(str(row.get("subject") or "")) or None,
            text=str(row.get("description") or "") or None,
            tags=tuple(clean(one, 100) for one in texts(row.get("tags"), "tags")),
            line=line,
        )
        for place, one in enumerate(rows_of(row, "comments")):
            if place and not (self.only_public and one.get("public") is False):
                yield from self._comment(one, key, line)

    def _comment(self, row: Mapping[str, Any], key: str, line: int) -> Iterator[Record]:
        author = yield from self._who(row, "author", line)
        yield Activity(
            id=f"zendesk:comment:{identifier(row.get('id'), 'the id of the comment')}",
            time=moment(row.get("created_at"), "created_at of the comment"),
            actor=author,
            verb=Verb.REPLY,
            parent=f"zendesk:{key}",
            conversation=f"zendesk:{key}",
            text=str(row.get("plain_body") or row.get("body") or "") or None,
            line=line,
        )

    def _who(self, row: Mapping[str, Any], part: str, line: int) -> Generator[Record, None, str]:
        """Return the account of somebody, who is told as an object or by the id alone."""
        told = mapping(row.get(part))
        account = (
            f"zendesk:user:{identifier(told.get('id') or row.get(f'{part}_id'), f'the id of the {part}')}"
        )
        name, mail = clean(str(told.get("name") or ""), 200), address_account(told.get("email"))
        yield from self.named_once(account, name, mail, line)
        return account

    def user(self, row: Mapping[str, Any], line: int) -> Iterator[Person]:
        """Yield somebody whom a list of users names."""
        account = f"zendesk:user:{identifier(row.get('id'), 'the id of the user')}"
        name, mail = clean(str(row.get("name") or ""), 200), address_account(row.get("email"))
        yield from self.named_once(account, name, mail, line)

    def named_once(self, account: str, name: str, mail: str | None, line: int) -> Iterator[Person]:
        """Yield somebody who was not named before; a number below zero is Zendesk itself."""
        program = account.startswith("zendesk:user:-")
        if account not in self.named and (name or mail or program):
            self.named.add(account)
            also = (mail,) if mail and not program else ()
            yield Person(name=name or None, accounts=(account, *also), bot=program or None, line=line)
