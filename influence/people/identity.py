"""Which accounts are one person: decisions first, then exact keys, one name in one domain, then likelihood.

An account that nobody claims is a person of its own, whose id is the account. Everything is worked out anew
from what the sources say and the user decided; nothing is ever merged so that it cannot be taken apart.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from influence.contract.language import day_in_english
from influence.people.accounts import (
    DECIDED,
    NAMED,
    OWNED,
    PROBABLE,
    STATED,
    Accounts,
    Link,
    token,
)
from influence.people.addresses import one_owner
from influence.people.decisions import Decision, Decisions
from influence.people.describing import described
from influence.people.directory import People
from influence.people.names import (
    bearer_of,
    canonical_name,
    contradict,
    domain_of,
    initials,
    parse_name,
    public_mail,
    suffix_of,
)
from influence.people.uses import Uses
from influence.store.engine import Engine

_SAME_NAME_CAP = 8
"""More accounts than this under one name in one domain are not joined: it is a role, not a person."""


@dataclass(frozen=True)
class Sources:
    """What the store says of accounts: claims in order, names given for each account, and how often each acted."""

    claims: Sequence[Mapping[str, Any]]
    names: Mapping[str, Counter[str]]
    uses: Uses

    @classmethod
    def read(cls, engine: Engine) -> Sources:
        """Read them from the store."""
        claims = engine.arrow("SELECT * FROM people_log ORDER BY seq").to_pylist()
        return cls(claims, names_of_accounts(claims), Uses.read(engine))

    def claimed(self) -> set[str]:
        """Return every account that a source describes."""
        return {account for claim in self.claims for account in claim["accounts"]}


@dataclass(frozen=True)
class Joining:
    """Accounts joined by decisions and exact keys, read from the store once; likely links may still come to them."""

    sources: Sources
    decided: Sequence[Decision]
    joined: Accounts

    @classmethod
    def read(cls, engine: Engine) -> Joining:
        """Read all claims, accounts and decisions, and join what is certain."""
        sources, decided = Sources.read(engine), Decisions(engine).standing()
        return cls(sources, decided, exact(sources, decided))

    def people(self) -> People:
        """Say who is who by what is joined so far."""
        return described(
            self.joined, self.sources.claims, self.sources.uses, self.sources.names, self.decided
        )

    def with_links(self, likely: Iterable[Link]) -> People:
        """Say who is who with what is likely too."""
        for link in likely:
            self.joined.join(link)
        return self.people()


def resolve(engine: Engine) -> People:
    """Say who is who by the claims, accounts, decisions and likely links in the store."""
    return Joining.read(engine).with_links(likely_links(engine))


def exact(sources: Sources, decided: Sequence[Decision] = ()) -> Accounts:
    """Join accounts by what the user decided and by exact keys alone.

    What only acted or was addressed, and may belong to nothing else, is a person of its own and is not taken in.
    """
    bearers = {account: bearer_of(given) for account, given in sources.names.items()}
    joined = Accounts()
    _decide(joined, decided)
    for claim in sources.claims:
        _claim(joined, claim, bearers)
    named, _ = sources.uses.split(account for one in decided for account in (*one.accounts, *one.others))
    looked_at = sources.claimed().union(sources.uses.to_join(), named)
    for account in sorted(looked_at):
        joined.add(account)
    shared = {account for account, bearer in bearers.items() if bearer is None}
    for owner, accounts in one_owner(looked_at - shared).items():
        joined.claim(accounts[0], accounts[1:], OWNED, f"both are {owner}")
    about = (account for one in decided for account in (*one.accounts, *one.others))
    _join_by_name(joined, sources.names, shared, _called(looked_at.union(about)))
    return joined


LIKELY = """
    SELECT one, other, weight, reasons FROM link_log
    WHERE verdict = 'linked' AND run = (SELECT max(run) FROM link_log)"""
"""What the last linkage joined."""


def likely_links(engine: Engine) -> list[Link]:
    """Return what the last linkage joined, the surest first."""
    return as_links(engine.arrow(f"{LIKELY} ORDER BY weight DESC, one, other"))


def as_links(rows: pa.Table) -> list[Link]:
    """Return rows of `LIKELY` as links."""
    return [
        Link(row["one"], row["other"], PROBABLE, row["reasons"], row["weight"]) for row in rows.to_pylist()
    ]


def to_be_asked(engine: Engine) -> list[dict[str, Any]]:
    """Return the pairs that the last linkage left to the user: `one`, `other`, `probability`, `reasons`."""
    rows = engine.arrow("""
        SELECT one, other, probability, reasons FROM link_log
        WHERE verdict = 'review' AND run = (SELECT max(run) FROM link_log) ORDER BY probability DESC, one, other""")
    return list(rows.to_pylist())


def _decide(joined: Accounts, decided: Sequence[Decision]) -> None:
    """Follow the decisions from the newest: what an older one says against it is overruled."""
    for one in reversed(decided):
        sides = [*one.accounts, *one.others]
        if one.verb == "same":
            why = f"decided by {one.author} on {day_in_english(one.decided)}" + (
                f": {one.reason}" if one.reason else ""
            )
            joined.claim(sides[0], sides[1:], DECIDED, why)
        elif one.verb == "apart":
            for account in one.accounts:
                for other in one.others:
                    joined.part(account, other)


def _claim(joined: Accounts, claim: Mapping[str, Any], bearers: Mapping[str, str | None]) -> None:
    stated = claim["person"] is not None
    own = list(claim["accounts"]) if stated else _uncontested(claim, bearers)
    if stated:
        own.insert(0, token(claim["person"]))
    if own:
        joined.claim(own[0], own[1:], STATED, f"given together by {claim['source']}")


def names_of_accounts(claims: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """Return the names given for each account that is claimed, and how often each."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for claim in claims:
        for account in claim["accounts"] if claim["name"] else ():
            names[account][claim["name"]] += 1
    return names


def _uncontested(claim: Mapping[str, Any], bearers: Mapping[str, str | None]) -> list[str]:
    """Return the accounts of a claim that are not, by most of the names given for them, somebody else's."""
    named = bearer_of({claim["name"]: 1}) if claim["name"] else ""
    return [
        account
        for account in claim["accounts"]
        if (bearer := bearers.get(account, "")) is not None and (not bearer or not named or bearer == named)
    ]


def _called(accounts: Iterable[str]) -> dict[str, list[str]]:
    """Return the accounts that are names, by the full name that each is, however it is written.

    >>> _called(["name:jörg müller", "name:dr. jorg t. muller", "name:sales", "email:a@b.example"])
    {'jorg muller': ['name:dr. jorg t. muller', 'name:jörg müller']}
    """
    found: dict[str, list[str]] = defaultdict(list)
    for account in sorted(one for one in accounts if one.startswith("name:")):
        if full := canonical_name(account.removeprefix("name:")):
            found[full].append(account)
    return dict(found)


def _join_by_name(
    joined: Accounts,
    names: Mapping[str, Counter[str]],
    shared: Set[str],
    called: Mapping[str, Sequence[str]],
) -> None:
    """Join accounts of one domain that bear one full name; `name:` accounts go where the name is unique.

    An account that two people seem to share joins nobody, and namesakes with different initials stay apart.
    """
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    bearers: dict[str, list[str]] = defaultdict(list)
    for account in sorted(names.keys() - shared):
        for name in {canonical_name(name) for name in names[account]} - {""}:
            bearers[name].append(account)
            if (domain := domain_of(account)) and not public_mail(domain):
                alike[name, domain].append(account)
    for (name, domain), accounts in alike.items():
        stated = {joined.stated(account) for account in accounts} - {None}
        if len(accounts) > _SAME_NAME_CAP or len(stated) > 1:
            continue
        for alone in _told_apart(accounts, names):
            if not _numbered(alone):
                joined.claim(alone[0], alone[1:], NAMED, f"one name, {name}, in one domain, {domain}")
    _join_called(joined, names, bearers, called)


def _join_called(
    joined: Accounts,
    names: Mapping[str, Counter[str]],
    bearers: Mapping[str, Sequence[str]],
    called: Mapping[str, Sequence[str]],
) -> None:
    """Join accounts that are a name to the only person who bears it."""
    for name in sorted(bearers.keys() & called.keys()):
        accounts = bearers[name]
        if len({joined.add(account) for account in accounts}) == 1:
            given = [one for account in accounts for one in names[account] if canonical_name(one) == name]
            fit = (one for one in called[name] if not _is_another(one.removeprefix("name:"), given))
            for account in fit:
                joined.join(Link(accounts[0], account, NAMED, f"the only person called {name}"))


def _is_another(called: str, given: Iterable[str]) -> bool:
    """Tell whether a name cannot be theirs who bear the given ones: another initial or suffix.

    >>> _is_another("ann c. lee", ["Ann B. Lee"]), _is_another("ann b. lee", ["Ann Lee"])
    (True, False)
    """
    parsed = parse_name(called)
    return any(parsed and (one := parse_name(name)) and contradict(parsed, one) for name in given)


def _told_apart(accounts: Sequence[str], names: Mapping[str, Counter[str]]) -> list[list[str]]:
    """Sort accounts of one full name by initial and suffix; all stay together unless two of those differ.

    >>> names = {"a": Counter(["Leo Lind Jr."]), "b": Counter(["Leo Lind III"]), "c": Counter(["Leo Lind"])}
    >>> _told_apart(["a", "b", "c"], names), _told_apart(["b", "c"], names)
    ([['a'], ['b'], ['c']], [['b', 'c']])
    """
    marks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for account in accounts:
        middle, suffix = (
            max(map(part, names[account]), key=len, default="") for part in (initials, suffix_of)
        )
        marks[middle, suffix].append(account)
    told = [{mark[part] for mark in marks} - {""} for part in (0, 1)]
    return list(marks.values()) if max(map(len, told)) > 1 else [list(accounts)]


def _numbered(accounts: Sequence[str]) -> bool:
    """Tell whether some addresses differ by a number only, as those of namesakes do.

    >>> _numbered(["email:bo.ek@a.example", "email:bo.ek2@a.example"]), _numbered(["email:bo@a.b", "email:bo.ek@a.b"])
    (True, False)
    """
    return len({re.sub(r"\d", "", account.partition("@")[0]) for account in accounts}) < len(set(accounts))
