"""Contacts over CardDAV (RFC 6352): what the phone keeps, wherever the provider speaks it.

Needs the extra `live`. A reply is a .vcf file, read as every other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.agenda.dav import ADDRESS_BOOKS, Dav, signed_in_as
from connectors.agenda.dav_sync import Ids, Pull, Reading
from connectors.agenda.vcard import ContactCards
from connectors.kit.answers import as_member
from connectors.kit.deletions import are_tombstones, tombstones
from influence.contract.connector import Reply, Secret, Unreadable
from influence.contract.files import Member
from influence.contract.records import Encounter, Record


@dataclass(frozen=True)
class CardDav:
    """Contacts of all address books of an account: who they are, and which of them have a number.

    `url` is the address that the provider states (or that of one address book), `user` the name to sign
    in with, `owner` the e-mail address of whoever keeps the contacts where that is another one.
    """

    url: str = ""
    user: str = ""
    owner: str | None = None

    name: ClassVar[str] = "carddav"
    title: ClassVar[str] = "contacts, live over CardDAV"
    source: ClassVar[str] = "Connect with the CardDAV address of your provider and an app password."
    secrets: ClassVar[tuple[str, ...]] = ("password",)
    required: ClassVar[tuple[str, ...]] = ("url", "user")
    beforehand: ClassVar[str] = (
        "Make an app password at your provider and give that; it holds until you delete it. Google lets nobody in here "
        "with a password: for Google use the connector google."
    )
    reads: ClassVar[str] = (
        "Names, e-mail addresses and organisations of your contacts, and whether they have a number."
    )
    revoke: ClassVar[str] = "Delete the app password at your provider."

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield new and changed contacts a hundred at a time, then what is gone.

        Raises:
            NotAuthorised, RateLimited, Changed: as they say.
            ConnectorError: there is no address book at the address, or it cannot be synchronised.
        """
        yield from Pull(self._dav(secret), Reading(".vcf", self._ids)).replies(cursor)

    def signed_in_as(self, secret: Secret) -> str:
        """Look for the address books, and say whose they are.

        Raises:
            NotAuthorised, RateLimited, Changed: as they say.
            ConnectorError: there is no address book at the address.
        """
        with closing(self._dav(secret)) as dav:
            return signed_in_as(dav)

    def _dav(self, secret: Secret) -> Dav:
        return Dav(self.url, self.user, secret.get("password"), ADDRESS_BOOKS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield a claim for each contact, an encounter where there is a number, or what is gone."""
        if are_tombstones(member):
            yield from tombstones(member)
        elif member.head().strip():
            yield from self._cards().parse(member)

    def _cards(self) -> ContactCards:
        return ContactCards(owner=self.owner or (self.user if "@" in self.user else None))

    def _ids(self, text: str) -> Ids:
        try:
            records = list(self._cards().parse(as_member("resource", text.encode())))
        except Unreadable:
            return {}
        return {record.id: None for record in records if isinstance(record, Encounter) and record.id}
