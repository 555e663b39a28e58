"""Calls and short messages of a telephone: the backups and tables that programs for Android and iPhone write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

from connectors.chat import phone_tables
from connectors.chat.phone_backup import entries, is_backup
from connectors.chat.phone_entries import Entry, Log, account_of
from connectors.kit.answers import At
from connectors.kit.csv_files import columns_of, rows
from connectors.kit.day_order import DayOrder
from connectors.kit.phones import country_given
from connectors.kit.text import clean
from connectors.kit.times import named_zone
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.files import Member
from influence.contract.records import Record, SetAside


@dataclass(frozen=True)
class Phone:
    """Who called or wrote to whom.

    `owner` is the number of the telephone, or another account of whose it is: a log does not say it. `country` is the
    calling code (+47) for numbers that state none, `zone` for times that state none, and `dates` is `day-first` or
    `month-first` where the dates of a table do not tell.
    """

    owner: str = ""
    country: str = ""
    zone: str | None = None
    dates: str = ""

    name: ClassVar[str] = "phone"
    title: ClassVar[str] = "a telephone's calls and short messages: SMS Backup & Restore (XML), tables (CSV)"
    source: ClassVar[str] = (
        "Make a backup with such a program on the telephone, or a table with iMazing and the like."
    )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a backup by its elements, a table by the numbers and the ways that stand in its columns."""
        if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
            return is_backup(head)
        return phone_tables.is_log(head)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield each call and message.

        Raises:
            Unreadable: it is no log of a telephone, or does not tell whose it is or when its times are.
        """
        head = member.head()
        country, zone = country_given(self.country), named_zone(self.zone)
        if is_backup(head):
            log = Log(self._owner(member, country), country)
            for entry in entries(member):
                yield from [entry] if isinstance(entry, SetAside) else _told(log, entry, "", zone)
        elif phone_tables.is_log(head):
            yield from self._table(member, country, zone)
        else:
            raise Unreadable(
                f"{member.name}: there are no calls or messages in it as programs for telephones write"
            )

    def _owner(self, member: Member, country: str) -> str:
        if ":" in self.owner:
            return clean(self.owner, 200)
        account = account_of(self.owner, country) if self.owner else None
        if account is None:
            raise Unreadable(
                f"{member.name}: a log does not say whose telephone it is; give its number, as in "
                "--set owner=+4791234567"
            )
        return account

    def _table(self, member: Member, country: str, zone: ZoneInfo | None) -> Iterator[Record]:
        roles = phone_tables.roles_of(columns_of(member))
        two_sided = {"from", "to"} <= set(roles)
        log = Log("" if two_sided else self._owner(member, country), country)
        talks = phone_tables.Talks()
        order = self._order(member, roles, zone, talks)
        for item in rows(member):
            if isinstance(item, SetAside):
                yield item
                continue
            try:
                entry = phone_tables.entry_of(item.value, roles, item.line, talks)
            except ValueError as reason:
                yield SetAside(str(reason), item.line)
                continue
            yield from _told(log, entry, order, zone)

    def _order(
        self, member: Member, roles: dict[str, str], zone: ZoneInfo | None, talks: phone_tables.Talks
    ) -> str:
        """Return the order of days, told by all rows; learn who takes part in which conversation.

        Raises:
            Unreadable: some time states no zone, and none is given.
            ConnectorError: the dates do not tell their order.
        """
        order = DayOrder()
        for item in rows(member.up_to_damage()):
            if isinstance(item, At):
                talks.learn(item.value, roles)
                told = phone_tables.time_of(item.value, roles)
                if zone is None and told and phone_tables.states_no_zone(told):
                    raise Unreadable(
                        f"{member.name}: its times state no zone; say which it is, as in --zone Europe/Oslo"
                    )
                with suppress(ValueError):
                    phone_tables.learn(told, order)
        return order.decided(self.dates, member.name)


def _told(log: Log, entry: Entry, order: str, zone: ZoneInfo | None) -> Iterator[Record]:
    try:
        time = phone_tables.moment_of(entry.when, order, zone)
    except (ValueError, OverflowError, OSError, ConnectorError) as reason:
        yield SetAside(clean(str(reason), 160), entry.line)
        return
    yield from log.records(entry, time)
