"""People: who there is, with which accounts, why; found by anything that they are called."""

from __future__ import annotations

import re
from collections import ChainMap, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.errors import InfluenceError
from influence.kernels.arrays import Codes, Ints
from influence.people.accounts import Link, token
from influence.people.columns import Everyone, Numbered, Who, as_rows, whole
from influence.people.names import LONGEST, canonical_name, fold

_SHOWN_WITH_ID = re.compile(r"(.{1,200}) \(([^()]{1,500})\)")
"""A name and an id as the suggestions print them."""
_LONGEST_ACCOUNT = 2000


class UnknownPerson(InfluenceError):
    """Nobody is known by that name; the sentence suggests the nearest."""


@dataclass(frozen=True)
class Meant:
    """Somebody who may be meant: who it is, and how many activities are theirs."""

    who: Who
    acts: int


class Ambiguous(UnknownPerson):
    """More than one person is called that: `words` as they were given, `meant` the people, the most active first."""

    def __init__(self, words: str, meant: Sequence[Meant]) -> None:
        self.words, self.meant = words, meant
        ids = ", ".join(each.who.person for each in meant[:5])
        more = f" and {len(meant) - 5:,} more" if len(meant) > 5 else ""
        self.near = tuple((each.who.person, each.who.name) for each in meant[:5])
        super().__init__(f"{len(meant)} people are called {words!r}: {ids}{more}; name one of them")


@dataclass
class People:
    """Everybody, in canonical order; a person's position in `who` is their code in all arrays.

    `merged` are ids of people who were merged into somebody; they still find them. `acts` counts each person's
    activities, and `also` lists every name that a source gives for an account of theirs. `pseudonym` gives what stands
    for an account where accounts are not held.
    """

    who: Sequence[Who]
    account_person: Mapping[str, int]
    conflicts: Sequence[str] = ()
    links: Sequence[Link] = ()
    merged: Mapping[str, int] = field(default_factory=dict)
    acts: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    also: pa.Array = field(default_factory=lambda: pa.array([], pa.list_(pa.string())))
    pseudonym: Callable[[str], str] | None = None

    def __len__(self) -> int:
        return len(self.who)

    @cached_property
    def rows(self) -> pa.Table:
        """Everybody as columns (`columns.TOLD`), for what is asked of many."""
        return self.who.rows if isinstance(self.who, Everyone) else as_rows(self.who)

    @cached_property
    def code(self) -> Mapping[str, int]:
        """The code of everybody by id, also of those who were merged."""
        person = whole(self.rows, "person")
        if not isinstance(self.who, Everyone):  # made by hand, in any order
            return {**self.merged, **{one: code for code, one in enumerate(person.to_pylist())}}
        ids = Numbered(person, np.arange(len(person), dtype=np.int32))
        return ChainMap(ids, self.merged)  # type: ignore[arg-type]  # nobody writes to it

    def told(self, name: str) -> Iterator[tuple[int, Any]]:
        """Return the code of everybody of whom something is told in a column of `rows`, and what."""
        column = whole(self.rows, name)
        codes = pc.indices_nonzero(column.is_valid())
        return zip(codes.to_pylist(), column.take(codes).to_pylist(), strict=True)

    @cached_property
    def placed(self) -> list[int]:
        """The codes of those of whom anything tells where they belong: sphere, house or department."""
        placed = {code for name in ("sphere", "organisation", "department") for code, _ in self.told(name)}
        accounts = self.table()
        mailed = pc.starts_with(accounts.column("account"), "email:")
        return sorted(placed.union(accounts.column("person").filter(mailed).to_pylist()))

    def table(self) -> pa.Table:
        """Return account and person code, for joins."""
        known = self.account_person
        if isinstance(known, Numbered):
            return pa.table({"account": known.words, "person": pa.array(known.numbers, pa.int32())})
        return pa.table(
            {"account": pa.array(known.keys(), pa.string()), "person": pa.array(known.values(), pa.int32())}
        )

    def ids(self, codes: Ints | Codes) -> list[str]:
        """Return the ids of some people by code."""
        ids: list[str] = self.rows.column("person").take(pa.array(codes)).to_pylist()
        return ids

    def some(self, codes: Sequence[int]) -> list[Who]:
        """Return some people by code: quicker than one after the other."""
        return self.who.some(codes) if isinstance(self.who, Everyone) else [self.who[code] for code in codes]

    def find(self, words: str) -> int:
        """Return the code of the person meant: by an id, an account, an address, a handle with or without @, or a name.

        Case, accents and the order of first and last name do not matter where they tell nobody apart. A name in
        use goes before one that only a source gives, and a name before a handle.

        Raises:
            Ambiguous: more than one person is called that.
            UnknownPerson: nobody is; the sentence suggests the nearest.
        """
        said = words.strip()
        if not said:
            raise UnknownPerson("nobody is named: say an id, an account, an e-mail address or a name")
        if (code := self.known(said)) is not None:
            return code
        if len(said) > LONGEST:
            raise UnknownPerson(f"nobody here is called {said[:40]!r}… ({len(said):,} characters)")
        raise self._unknown(said)

    def known(self, words: str) -> int | None:
        """Return the code of the person meant, as `find` does; None where nobody is.

        Raises:
            Ambiguous: more than one person is called that.
        """
        said = words.strip()
        if (code := self._exactly(said)) is not None:
            return code
        if not said or len(said) > LONGEST:
            return None
        for way in _ways(said):
            if found := self._called.get(way):
                return self._one(words, found)
        if found := self._handles.get(_handle(said)) or self._held_as(self.by_handle(said)):
            return self._one(words, found)
        shown = _SHOWN_WITH_ID.fullmatch(said)
        return self._exactly(shown[2]) if shown else None

    def among(self, codes: Sequence[int]) -> People:
        """Return some people alone: who is looked for there is found or not whoever else there is."""
        place = {code: n for n, code in enumerate(codes)}
        who = self.some(codes)
        return People(
            who,
            {account: n for n, one in enumerate(who) for account in one.accounts},
            merged={one: place[code] for one, code in self.merged.items() if code in place},
            also=self.also.take(pa.array(codes, pa.int64())) if len(self.also) else self.also,
            pseudonym=self.pseudonym,
        )

    def owners(self, accounts: Iterable[str]) -> tuple[set[int], list[str]]:
        """Return the people who own some accounts, and the accounts by which nobody is known, or more than one."""
        codes, missing = set(), []
        for words in accounts:
            try:
                codes.add(self.find(words))
            except UnknownPerson:
                missing.append(self.told_as(words))
        return codes, missing

    def told_as(self, words: str) -> str:
        """Return how somebody whom settings or a plan name is called in what is told: as they are named there.

        Where accounts are not held, it is the pseudonym, of somebody who is here and of somebody who is not.
        """
        if self.pseudonym is None:
            return words
        code = self.known(words)
        return self.pseudonym(words.strip()) if code is None else self.who[code].person

    def _exactly(self, said: str) -> int | None:
        if len(said) > _LONGEST_ACCOUNT:
            return None
        return self._first(self.written(said))

    def written(self, words: str) -> Iterator[str]:
        """Yield as what an account may be held that somebody typed, the likeliest first: pseudonyms come last."""
        keys = (words, words.lower(), f"email:{words.lower()}", f"mastodon:{words.lower().lstrip('@')}")
        yield from keys
        if self.pseudonym is not None:
            yield from map(self.pseudonym, keys)

    def by_handle(self, words: str) -> list[str]:
        """Return what may stand for an account of which the handle was typed; [] without pseudonyms."""
        if self.pseudonym is None:
            return []
        return [self.pseudonym(f"{system}:{_handle(words)}") for system in self._systems]

    def _held_as(self, accounts: Iterable[str]) -> list[int]:
        return [self.account_person[account] for account in accounts if account in self.account_person]

    def _first(self, keys: Iterable[str]) -> int | None:
        for key in keys:
            for known in (self.code, self.account_person):
                if key in known:
                    return known[key]
        return None

    def _one(self, words: str, found: Iterable[int]) -> int:
        codes = sorted(set(found), key=lambda code: (-self._acted(code), code))
        if len(codes) > 1:
            raise Ambiguous(words, [Meant(self.who[code], self._acted(code)) for code in codes])
        return codes[0]

    def _acted(self, code: int) -> int:
        return int(self.acts[code]) if len(self.acts) else 0

    @cached_property
    def _called(self) -> Mapping[tuple[int, str], list[int]]:
        """Everybody by each way to write what they are called, else by what a source calls them."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        given: dict[tuple[int, str], list[int]] = defaultdict(list)
        for code, one in enumerate(self.who):
            for way in _ways(one.name):
                found[way].append(code)
        for code, names in enumerate(self.also.to_pylist()):
            for way in {way for name in names for way in _ways(name)}:
                given[way].append(code)
        return {**given, **found}

    @cached_property
    def _systems(self) -> list[str]:
        return sorted({account.partition(":")[0] for account in self.account_person})

    @cached_property
    def _handles(self) -> Mapping[str, list[int]]:
        """Everybody by what stands last in each of their accounts."""
        found: dict[str, list[int]] = defaultdict(list)
        for account, code in self.account_person.items():
            for way in spellings(account):
                found[way].append(code)
        return found

    def _unknown(self, words: str) -> UnknownPerson:
        near = self._nearest(words.lower())
        told = " or ".join(f"{one.name} ({one.person})" for one in near)
        hint = f"; did you mean {told}?" if near else "; `influence people` lists everybody"
        error = UnknownPerson(f"nobody here is called {words!r}{hint}")
        error.near = tuple((one.person, one.name) for one in near)
        return error

    def _nearest(self, said: str) -> list[Who]:
        """Return up to three people: first those called so, the most active first, then those spelt alike."""
        names = {one.name.lower(): code for code, one in enumerate(self.who)}
        begun = [code for name, code in names.items() if any(one.startswith(said) for one in name.split())]
        begun.sort(key=lambda code: (-self._acted(code), code))
        names |= {one.person.lower(): code for code, one in enumerate(self.who)}
        alike = [names[key] for key in get_close_matches(said, list(names), n=6, cutoff=0.5)]
        return [self.who[code] for code in dict.fromkeys([*begun, *alike])][:3]

    def why(self, code: int) -> list[Link]:
        """List the links that make a person's accounts one person, the surest first as they were made."""
        own = {*self.who[code].accounts, token(self.who[code].person)}
        return [link for link in self.links if link.one in own and link.other in own]

    def manager(self, one: Who) -> int | str | None:
        """Return the code of somebody's manager, given by id or by account; as given where that is nobody here."""
        key = one.manager or ""
        return self.code.get(key, self.account_person.get(key, one.manager))


def spellings(account: str) -> set[str]:
    """Return what an account is called for short: its identifier, what stands last in it, what stands before the @.

    >>> sorted(spellings("slack:T1/U7")), sorted(spellings("mastodon:ann@social.example"))
    (['t1/u7', 'u7'], ['ann', 'ann@social.example'])
    """
    whole = _handle(account.partition(":")[2])
    last = whole.rpartition("/")[2]
    return {whole, last, last.partition("@")[0]} - {""}


def _handle(words: str) -> str:
    return words.strip().lower().removeprefix("/").removeprefix("u/").lstrip("@")


def _ways(name: str) -> list[tuple[int, str]]:
    """Return the ways to write a name, from as it stands to without accents, order, initials and suffix.

    What begins with an @ is a handle and no name.

    >>> _ways("Lind Jr., Léo")
    [(0, 'lind jr., léo'), (1, 'leo lind jr'), (2, 'leo lind')]
    """
    if name.startswith("@"):
        return []
    last, comma, first = name[:LONGEST].partition(",")
    turned = f"{first} {last}" if comma and first.strip() else name
    plain = " ".join(re.findall(r"\w+", fold(turned)))
    return [(n, way) for n, way in enumerate((name.casefold(), plain, fold(canonical_name(name)))) if way]
