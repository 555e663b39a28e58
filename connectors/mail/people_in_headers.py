"""What the headers of one file of mail tell of people: which names and accounts stand together, what is a bot.

A claim is made once a file. Nobody becomes a bot by one automatic message, or by replies given in their absence, and
a mailbox is its owner's only where the mail that was sent from it says so: whoever bears its name, however much of it
others wrote.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from connectors.kit.addresses import (
    Mailbox,
    display_name,
    email_account,
    exchange_account,
    is_list_name,
    is_placeholder,
    shares_a_name,
)
from influence.contract.no_person import is_nobodys
from influence.contract.records import Person

FEWEST_AUTOMATIC = 3
FEWEST_SENT = 5
LARGE_MAJORITY = 0.6
SMALLEST_SHARE = 0.1


@dataclass
class Claims:
    """Collects claims while a file is read; `people` gives what each message adds, `at_end` the rest."""

    _read: set[tuple[Mailbox, str]] = field(default_factory=set)
    _made: set[tuple[str | None, tuple[str, ...]]] = field(default_factory=set)
    _bots: set[str] = field(default_factory=set)
    _automatic: Counter[str] = field(default_factory=Counter)
    _by_hand: set[str] = field(default_factory=set)
    _sent: dict[str, Counter[str]] = field(default_factory=dict)
    _bearers: dict[tuple[str, str], str] = field(default_factory=dict)

    def of_entries(self, entries: Iterable[tuple[Mailbox, str]], line: int) -> Iterator[Person]:
        """Yield what pairs of an entry of `From`/`To`/`Cc` and its `X-` entry tell, where it is new."""
        for pair in entries:
            if pair not in self._read:
                self._read.add(pair)
                mailbox, entry = pair
                if mailbox.address and not is_placeholder(mailbox.address):
                    yield from self._of_entry(mailbox, entry, line)

    def _of_entry(self, mailbox: Mailbox, entry: str, line: int) -> Iterator[Person]:
        account = email_account(mailbox.address)
        name = display_name(entry) or mailbox.name
        if is_nobodys(account) or is_list_name(name):
            yield from self.of_bot(account, line)
            return
        exchange = exchange_account(entry)
        agrees = shares_a_name(name, mailbox.address)
        accounts = (account, exchange) if exchange and agrees else (account,)
        if (agrees or (name and not entry)) and (name, accounts) not in self._made:
            self._made.add((name, accounts))
            yield Person(name=name, accounts=accounts, line=line)

    def of_bot(self, account: str, line: int) -> Iterator[Person]:
        """Yield that an account is a list's or a program's, where it is new."""
        if account not in self._bots:
            self._bots.add(account)
            yield Person(accounts=(account,), bot=True, line=line)

    def count_sender(self, account: str, *, automatic: bool) -> None:
        """Note that a message of this sender was, or was not, written by a program."""
        if automatic:
            self._automatic[account] += 1
        else:
            self._by_hand.add(account)

    def count_sent(self, mailbox: str, mailbox_names: str, sender: str, name: str) -> None:
        """Note who sent a message that lies among the sent mail of a mailbox."""
        self._sent.setdefault(mailbox, Counter())[sender] += 1
        if (mailbox, sender) not in self._bearers and names_agree(name, mailbox_names):
            self._bearers[mailbox, sender] = name

    def at_end(self) -> Iterator[Person]:
        """Yield what only the whole file tells: programs that write, and whose the mailboxes are."""
        for account, count in self._automatic.items():
            if count >= FEWEST_AUTOMATIC and account not in self._by_hand:
                yield from self.of_bot(account, 1)
        for mailbox, senders in self._sent.items():
            yield from self._owner(mailbox, senders)

    def _owner(self, mailbox: str, senders: Counter[str]) -> Iterator[Person]:
        """Give a mailbox to the one who bears its name; of several to the one who wrote most of its sent mail."""
        total = senders.total()
        if total < FEWEST_SENT:
            return
        named = {
            sender: self._bearers[mailbox, sender] for sender in senders if (mailbox, sender) in self._bearers
        }
        bearers = _by_person(named)
        written = [sum(senders[sender] for sender in accounts) for accounts in bearers]
        for accounts, count in zip(bearers, written, strict=True):
            if len(bearers) == 1 or count >= LARGE_MAJORITY * total:
                frequent = (sender for sender in accounts if senders[sender] >= SMALLEST_SHARE * count)
                yield Person(accounts=(mailbox, *sorted(frequent)), line=1)


def _by_person(named: Mapping[str, str]) -> list[list[str]]:
    """Put accounts together whose names are one person's: `Jeff Skilling`, `Jeffrey K. Skilling`, `J. Skilling`."""
    found: list[tuple[str, str, list[str]]] = []
    for account, name in sorted(named.items(), key=lambda one: -len(one[1])):
        words = re.findall(r"[a-z]+", name.lower())
        first, last = words[0], words[-1]
        same = [
            one for one in found if one[1] == last and (one[0].startswith(first) or first.startswith(one[0]))
        ]
        if same:
            same[0][2].append(account)
        else:
            found.append((first, last, [account]))
    return [accounts for _, _, accounts in found]


def names_agree(name: str, mailbox_names: str) -> bool:
    """Tell whether a person's name is that of a mailbox: `kitchen-l`, `louise kitchen.pst`, `lkitche`.

    >>> names_agree("Louise Kitchen", "kitchen-l"), names_agree("Sherri Sera", "skilling-j jskillin.nsf")
    (True, False)
    """
    words = re.findall(r"[a-z]+", name.lower())
    if len(words) < 2:
        return False
    first, last = words[0], words[-1]
    found = re.findall(r"[a-z]+", mailbox_names.lower())
    in_full = last in found and (first in found or first[0] in found)
    return in_full or any(len(token) >= 5 and (first[0] + last).startswith(token) for token in found)
