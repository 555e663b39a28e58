"""One entry of a telephone's log, whoever wrote it: a call or a short message, with whom, and which way it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from connectors.chat.tapbacks import Tapbacks
from connectors.kit.addresses import address_account
from connectors.kit.phones import number_account
from connectors.kit.repeats import Repeats
from connectors.kit.text import clean
from influence.contract.records import Activity, Person, Record, SetAside, Verb


class Way(Enum):
    """Which way it went."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True)
class Entry:
    """A call or a message; `others` are the numbers of all others, the sender first where it came in.

    `owner` is the number of whose telephone it is, where the row states it.
    """

    kind: str
    when: str
    way: Way
    others: tuple[str, ...]
    names: tuple[str, ...] = ()
    text: str | None = None
    owner: str = ""
    line: int = 1


@dataclass
class Log:
    """Turns entries into records; `owner` is the account of whose telephone it is."""

    owner: str
    country: str
    repeats: Repeats = field(default_factory=Repeats)
    named: set[tuple[str, str]] = field(default_factory=set)
    tapbacks: Tapbacks = field(default_factory=Tapbacks)

    def records(self, entry: Entry, time: datetime) -> Iterator[Record]:
        """Yield the activity of an entry, and who the others are where that is new."""
        owner = (self._account(entry.owner) if entry.owner else None) or self.owner
        others = [account for one in entry.others if (account := self._account(one))]
        if not others:
            yield SetAside("the entry has no number: it was withheld", entry.line)
            return
        for account, name in zip(others, entry.names or ("",) * len(others), strict=False):
            yield from self._person(account, name, entry.line)
        incoming = entry.way is Way.IN
        actor = others[0] if incoming else owner
        to = tuple(one for one in dict.fromkeys((owner, *others)) if one != actor)
        talk = "+".join(sorted({owner, *others}))
        key = f"{entry.kind}:{time:%Y%m%dT%H%M%S%f}:{actor}>{'+'.join(to)}"
        said = Activity(
            id=self.repeats.named(f"phone:{clean(key, 600)}"),
            time=time,
            actor=actor,
            verb=Verb.MESSAGE,
            to=to,
            conversation=f"phone:{clean(talk, 600)}",
            channel="phone:calls" if entry.kind == "call" else None,
            text=entry.text or None,
            line=entry.line,
        )
        yield self.tapbacks.told(said)

    def _person(self, account: str, name: str, line: int) -> Iterator[Person]:
        bot = True if account.startswith("sms-sender:") else None
        if (account, name) not in self.named and (name or bot):
            self.named.add((account, name))
            yield Person(name=name or account.partition(":")[2], accounts=(account,), bot=bot, line=line)

    def _account(self, told: str) -> str | None:
        return account_of(told, self.country)


def account_of(told: str, country: str) -> str | None:
    """Return the account of a number, of an address (iMessage has such), or of a service that signs with a word.

    >>> account_of("+47 912 34 567", ""), account_of("ann@acme.example", ""), account_of("DHL", "")
    ('phone:+4791234567', 'email:ann@acme.example', 'sms-sender:dhl')
    >>> account_of("-1", "") is None, account_of("Unknown number", "") is None
    (True, True)
    """
    number = number_account(told, country)
    if number or "@" in told:
        return number or address_account(told)
    word = clean(told, 20).lower()
    is_service = (
        2 < len(word) <= 11 and not word.startswith("-") and " " not in word and word not in _WITHHELD
    )
    return f"sms-sender:{word}" if is_service and any(map(str.isalpha, word)) else None


_WITHHELD = frozenset(
    (
        *("unknown", "private", "anonymous", "withheld", "restricted", "payphone", "null", "none"),
        *(
            "unbekannt",
            "anonym",
            "okänd",
            "dolt",
            "ukendt",
            "ukjent",
            "tuntematon",
            "inconnu",
            "masqué",
            "skjult",
        ),
    )
)
