"""People: who there is, with which accounts, why; found by any of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import pyarrow as pa

from influence.contract.errors import InfluenceError
from influence.people.accounts import Link, domains, token
from influence.people.names import canonical_name


class UnknownPerson(InfluenceError):
    """Nobody is known by that name; the sentence suggests the nearest."""


@dataclass(frozen=True)
class Who:
    """One person as the sources and the user describe them.

    `bot` is true of whatever is no single human being; `kind` says what it is then (bot, list, shared
    mailbox, deleted user) and `why` what tells.
    """

    person: str
    name: str
    accounts: tuple[str, ...] = ()
    organisation: str | None = None
    department: str | None = None
    site: str | None = None
    manager: str | None = None
    sphere: str | None = None
    bot: bool = False
    kind: str | None = None
    why: str | None = None

    def domains(self) -> set[str]:
        """Return the domains of the person's e-mail accounts."""
        return domains(self.accounts)


@dataclass
class People:
    """Everybody, in canonical order; a person's position in `who` is their code in all arrays.

    `merged` are ids of people who were merged into somebody; they still find them.
    """

    who: Sequence[Who]
    account_person: Mapping[str, int]
    conflicts: Sequence[str] = ()
    links: Sequence[Link] = ()
    merged: Mapping[str, int] = field(default_factory=dict)
    code: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.code = {**self.merged, **{one.person: code for code, one in enumerate(self.who)}}

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

    def why(self, code: int) -> list[Link]:
        """List the links that make a person's accounts one person, the surest first as they were made."""
        own = {*self.who[code].accounts, token(self.who[code].person)}
        return [link for link in self.links if link.one in own and link.other in own]

    def manager(self, one: Who) -> int | str | None:
        """Return the code of somebody's manager, given by id or by account; as given where that is nobody here."""
        key = one.manager or ""
        return self.code.get(key, self.account_person.get(key, one.manager))
