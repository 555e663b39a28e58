"""Which accounts are one person, by exact keys: a people table, accounts given together, one name in one domain.

An account that nobody claims is a person of its own, whose id is the account.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from influence.engine import Engine

_SAME_NAME_CAP = 8
"""More accounts than this under one name in one domain are not joined: it is a role, not a person."""


class UnknownPerson(Exception):
    """Nobody is known by that name; the sentence suggests the nearest."""


@dataclass(frozen=True)
class Who:
    """One person as the sources describe them."""

    person: str
    name: str
    accounts: tuple[str, ...] = ()
    organisation: str | None = None
    department: str | None = None
    site: str | None = None
    manager: str | None = None
    sphere: str | None = None
    bot: bool = False

    def domains(self) -> set[str]:
        """Return the domains of the person's e-mail accounts."""
        return {domain for account in self.accounts if (domain := domain_of(account))}


@dataclass
class People:
    """Everybody, in canonical order; a person's position in `who` is their code in all arrays."""

    who: Sequence[Who]
    account_person: Mapping[str, int]
    conflicts: Sequence[str] = ()
    code: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.code = {one.person: code for code, one in enumerate(self.who)}

    def __len__(self) -> int:
        return len(self.who)

    def table(self) -> pa.Table:
        """Return account and person code, for joins."""
        accounts = list(self.account_person)
        codes = [self.account_person[account] for account in accounts]
        return pa.table({"account": pa.array(accounts, pa.string()), "person": pa.array(codes, pa.int32())})

    def find(self, words: str) -> int:
        """Return the code of the person meant by an id, an account, an e-mail address or a full name.

        Raises:
            UnknownPerson: nobody, or more than one person, is known by that name.
        """
        for key in (words, words.lower(), f"email:{words.lower()}"):
            if key in self.code:
                return self.code[key]
            if key in self.account_person:
                return self.account_person[key]
        wanted = canonical_name(words)
        named = [code for code, one in enumerate(self.who) if wanted and canonical_name(one.name) == wanted]
        if len(named) == 1:
            return named[0]
        raise UnknownPerson(self._ambiguous(words, named) if named else self._nearest(words))

    def _ambiguous(self, words: str, named: list[int]) -> str:
        ids = ", ".join(self.who[code].person for code in named[:5])
        return f"{len(named)} people are called {words!r}: {ids}; name one of them"

    def _nearest(self, words: str) -> str:
        names = {one.name.lower(): f"{one.name} ({one.person})" for one in self.who}
        names |= {one.person.lower(): f"{one.name} ({one.person})" for one in self.who}
        near = [names[key] for key in get_close_matches(words.lower(), list(names), n=6, cutoff=0.5)]
        unique = list(dict.fromkeys(near))[:3]
        hint = f"; did you mean {' or '.join(unique)}?" if unique else "; `influence people` lists everybody"
        return f"nobody here is called {words!r}{hint}"

    def manager(self, one: Who) -> int | str | None:
        """Return the code of somebody's manager, given by id or by account; as given where that is nobody here."""
        key = one.manager or ""
        return self.code.get(key, self.account_person.get(key, one.manager))

    def team(self, leader: int) -> set[int]:
        """Return the codes of the leader's direct and indirect reports; a cycle of managers ends the walk."""
        below: dict[int, list[int]] = defaultdict(list)
        for code, one in enumerate(self.who):
            manager = self.manager(one)
            if isinstance(manager, int):
                below[manager].append(code)
        team: set[int] = set()
        waiting = [leader]
        while waiting:
            for report in below[waiting.pop()]:
                if report not in team and report != leader:
                    team.add(report)
                    waiting.append(report)
        return team


def canonical_name(name: str | None) -> str:
    """Return a full name as `first last`, lower case, without accents, initials, titles and brackets.

    Empty where it is not a full name (one word, or more than four).

    >>> canonical_name("Kitchen, Louise"), canonical_name("John J. Lavorato"), canonical_name("Sales")
    ('louise kitchen', 'john lavorato', '')
    """
    plain = unicodedata.normalize("NFKD", name or "")
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = re.sub(r"[(\[<].*|[@/].*|['\"]", "", plain)
    last, comma, first = plain.partition(",")
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", f"{first} {last}" if comma else plain)
    full = [word.lower() for word in words if len(word) > 1 and word.lower() not in _TITLES]
    return " ".join(full) if 2 <= len(full) <= 4 else ""


_TITLES = {"mr", "mrs", "ms", "dr", "prof", "jr", "sr", "ii", "iii", "phd"}


def domain_of(account: str) -> str | None:
    """Return the domain of an e-mail account.

    >>> domain_of("email:ann@acme.com"), domain_of("x:12")
    ('acme.com', None)
    """
    system, _, address = account.partition(":")
    return address.rpartition("@")[2] or None if system == "email" and "@" in address else None


def resolve(engine: Engine) -> People:
    """Read all claims and all accounts from the store and say who is who."""
    claims = engine.arrow("SELECT * FROM people_log ORDER BY seq").to_pylist()
    names = _names_of_accounts(claims)
    bearers = {account: _bearer(given) for account, given in names.items()}
    joined = _Accounts()
    for claim in claims:
        own = claim["accounts"] if claim["person"] is not None else _uncontested(claim, bearers)
        joined.claim(claim["person"], own)
    uses = _uses(engine)
    for account in uses:
        joined.add(account)
    _join_by_name(joined, names, {account for account, bearer in bearers.items() if bearer is None})
    return _describe(joined, claims, names, uses)


def _uses(engine: Engine) -> dict[str, int]:
    """Return every account that the store speaks of, and how often each acted."""
    rows = engine.arrow("""
        SELECT account, sum(acted)::BIGINT AS acted FROM (
            SELECT actor AS account, count(*) AS acted FROM activities GROUP BY actor
            UNION ALL SELECT DISTINCT unnest(addressees), 0 FROM activities
            UNION ALL SELECT DISTINCT unnest(mentions), 0 FROM activities
            UNION ALL SELECT DISTINCT unnest(people), 0 FROM encounters
            UNION ALL SELECT DISTINCT source, 0 FROM tie_log UNION ALL SELECT DISTINCT target, 0 FROM tie_log)
        GROUP BY account ORDER BY account""")
    return dict(zip(rows.column("account").to_pylist(), rows.column("acted").to_pylist(), strict=True))


class _Accounts:
    """Accounts joined into people (union-find); two people of a people table are never joined."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._stated: dict[str, str] = {}
        self.conflicts: list[str] = []

    def add(self, account: str) -> str:
        return self._root(self._above.setdefault(account, account))

    def seen(self, account: str) -> bool:
        return account in self._above

    def _root(self, account: str) -> str:
        while self._above[account] != account:
            self._above[account] = self._above[self._above[account]]
            account = self._above[account]
        return account

    def claim(self, person: str | None, accounts: Sequence[str]) -> None:
        """Join accounts that belong together; `person` is the id that a people table gives them."""
        first = self._person_root(person) if person is not None else None
        for account in accounts:
            root = self.add(account)
            first = root if first is None else self._join(first, root, account)

    def _person_root(self, person: str) -> str:
        root = self.add(f"\0{person}")
        self._stated.setdefault(root, person)
        return root

    def _join(self, one: str, other: str, account: str) -> str:
        one, other = self._root(one), self._root(other)
        if one == other:
            return one
        mine, theirs = self._stated.get(one), self._stated.get(other)
        if mine is not None and theirs is not None:
            self.conflicts.append(
                f"{account} is claimed for {mine!r} and for {theirs!r}; it stays with {theirs!r}"
            )
            return one
        self._above[other] = one
        if theirs is not None:
            self._stated[one] = theirs
        return one

    def join(self, one: str, other: str) -> None:
        self._join(self.add(one), self.add(other), other)

    def stated(self, account: str) -> str | None:
        return self._stated.get(self.add(account))

    def groups(self) -> list[tuple[str | None, list[str]]]:
        """Return each person's stated id (if any) and accounts, sorted."""
        members: dict[str, list[str]] = defaultdict(list)
        for account in sorted(self._above):
            root = self._root(account)
            members[root] += [] if account.startswith("\0") else [account]
        return [(self._stated.get(root), accounts) for root, accounts in members.items()]


def _names_of_accounts(claims: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for claim in claims:
        for account in claim["accounts"] if claim["name"] else ():
            names[account][claim["name"]] += 1
    return names


def _bearer(names: Mapping[str, int]) -> str | None:
    """Return whose an account is by the names given for it: last name and first letter; None if contested.

    Three quarters of the names must agree; without a full name it is the empty string.

    >>> _bearer({"Lavorato, John": 3, "Theresa Lavorato": 1}), _bearer({"Ann Berg": 1, "Bo Ek": 1})
    ('lavorato j', None)
    """
    votes: Counter[str] = Counter()
    for name, count in names.items():
        if full := canonical_name(name):
            votes[f"{full.split()[-1]} {full[0]}"] += count
    if not votes:
        return ""
    best, count = votes.most_common(1)[0]
    return best if count * 4 >= votes.total() * 3 else None


def _uncontested(claim: Mapping[str, Any], bearers: Mapping[str, str | None]) -> list[str]:
    """Return the accounts of a claim that are not, by most of the names given for them, somebody else's."""
    named = _bearer({claim["name"]: 1}) if claim["name"] else ""
    return [
        account
        for account in claim["accounts"]
        if (bearer := bearers.get(account, "")) is not None and (not bearer or not named or bearer == named)
    ]


def _join_by_name(joined: _Accounts, names: Mapping[str, Counter[str]], shared: Set[str]) -> None:
    """Join accounts of one domain that bear one full name; `name:` accounts go where the name is unique.

    An account that two people seem to share joins nobody, and namesakes with different initials stay apart.
    """
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    bearers: dict[str, list[str]] = defaultdict(list)
    for account in sorted(names.keys() - shared):
        for name in {canonical_name(name) for name in names[account]} - {""}:
            bearers[name].append(account)
            if domain := domain_of(account):
                alike[name, domain].append(account)
    for accounts in alike.values():
        stated = {joined.stated(account) for account in accounts} - {None}
        initials = {_initials(name) for account in accounts for name in names[account]} - {""}
        if len(accounts) <= _SAME_NAME_CAP and len(stated) < 2 and len(initials) < 2:
            for account in accounts[1:]:
                joined.join(accounts[0], account)
    for name, accounts in bearers.items():
        if joined.seen(f"name:{name}") and len({joined.add(account) for account in accounts}) == 1:
            joined.join(accounts[0], f"name:{name}")


def _initials(name: str) -> str:
    """Return the middle initials of a name, lower case.

    >>> _initials("Taylor, Mark E."), _initials("Mark Taylor")
    ('e', '')
    """
    return "".join(letter.lower() for letter in re.findall(r"(?<=\s)([A-Za-z])(?:\.|\b)(?!\w)", name))


def _describe(
    joined: _Accounts,
    claims: Sequence[Mapping[str, Any]],
    names: Mapping[str, Counter[str]],
    uses: Mapping[str, int],
) -> People:
    described: list[tuple[Who, list[str]]] = []
    stated, claimed = _attributes(claims)
    for person, accounts in joined.groups():
        if person is None and all(account.startswith("name:") for account in accounts):
            continue  # words of a calendar that match nobody by name
        described.append((_who(person, accounts, stated, claimed, names, uses), accounts))
    described.sort(key=lambda pair: pair[0].person)
    account_person = {account: code for code, (_, accounts) in enumerate(described) for account in accounts}
    return People([who for who, _ in described], account_person, joined.conflicts)


def _attributes(
    claims: Iterable[Mapping[str, Any]],
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the newest stated value of each attribute, by person id and by claimed account."""
    by_person: dict[str, dict[str, Any]] = defaultdict(dict)
    by_account: dict[str, dict[str, Any]] = defaultdict(dict)
    for claim in claims:
        given = {key: claim[key] for key in _GIVEN if claim[key] is not None}
        if claim["person"] is not None:
            by_person[claim["person"]].update(given)
        else:
            for account in claim["accounts"]:
                by_account[account].update(given)
    return by_person, by_account


_GIVEN = ("name", "organisation", "department", "site", "manager", "sphere", "bot")


def _who(
    person: str | None,
    accounts: Sequence[str],
    stated: Mapping[str, Mapping[str, Any]],
    claimed: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, Counter[str]],
    uses: Mapping[str, int],
) -> Who:
    given: dict[str, Any] = {}
    for account in accounts:
        given |= claimed.get(account, {})
    given |= {"name": _best_name(accounts, names)}
    given |= stated.get(person, {}) if person is not None else {}
    ident = person if person is not None else _main_account(accounts, uses)
    return Who(
        person=ident,
        name=given.get("name") or ident.partition(":")[2] or ident,
        accounts=tuple(accounts),
        bot=bool(given.get("bot")),
        **{key: given.get(key) for key in ("organisation", "department", "site", "manager", "sphere")},
    )


def _main_account(accounts: Sequence[str], uses: Mapping[str, int]) -> str:
    """Choose the account that names the person: the e-mail address used most, else the account used most."""
    return min(accounts, key=lambda a: (not a.startswith("email:"), -uses.get(a, 0), a))


def _best_name(accounts: Sequence[str], names: Mapping[str, Counter[str]]) -> str | None:
    votes: Counter[str] = Counter()
    for account in accounts:
        votes.update(names.get(account, Counter()))
    full = {name: count for name, count in votes.items() if canonical_name(name)} or votes
    if not full:
        return None
    best = min(full, key=lambda name: (-full[name], "," in name, len(name), name))
    last, comma, first = best.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() and last.strip() else best
