"""What names one person: accounts, ids and names as they stand alone, and as they stand within other texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from influence.people.accounts import token
from influence.people.columns import Who
from influence.people.directory import People
from influence.people.names import fold

_SHORTEST, _DIGITS = 6, 8
"""A shorter word, or number, within a text may be anything."""
_SHORTEST_HANDLE, _SHORTEST_ID = 3, 4
_BEFORE, _AFTER = r"(^|[^\pL\pN])", r"($|[^\pL\pN])"
_LED_BY = r"([/@:=~])"
"""What stands before a handle in an address of the web, or where somebody is called by it."""


@dataclass(frozen=True)
class Traces:
    """What names one person.

    `exact` are their accounts and ids, `telling` those that are no short word or number, which may be anything where no
    ids stand; `names` what sources call them, but for names that somebody else bears;
    `words` what means them wherever it stands between other characters; `handles` what means them behind `/`, `@`, `:`,
    `=` and `~` only, since it may be a word of the language.
    """

    who: Who
    exact: frozenset[str]
    telling: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]
    handles: frozenset[str]

    @property
    def marked(self) -> list[str]:
        """The accounts and ids by which they would come in again."""
        return sorted(one for one in self.exact if not one.startswith(" "))

    @property
    def patterns(self) -> list[str]:
        """What finds them within a text, as the database reads it; what stands around it is group 1 and 3."""
        found = []
        if self.words:
            found.append(f"(?i){_BEFORE}({_any_of(self.words)}){_AFTER}")
        if self.handles:
            found.append(f"(?i){_LED_BY}({_any_of(self.handles)}){_AFTER}")
        return found

    @cached_property
    def _within(self) -> re.Pattern[str]:
        words = rf"(?<![\w.+%-])(?:{_any_of(self.words)})(?![\w-]|\.\w)" if self.words else r"(?!)"
        handles = rf"(?<=[/@:=~])(?:{_any_of(self.handles)})(?![\w-])" if self.handles else r"(?!)"
        return re.compile(f"{words}|{handles}", re.IGNORECASE)

    def is_one(self, text: str) -> bool:
        """Tell whether a text is one of their accounts, ids or names, and nothing else."""
        return text in self.telling or text in self.names

    def names_them(self, text: str) -> bool:
        """Tell whether a text names them."""
        return text in self.telling or self._within.search(text) is not None

    @cached_property
    def _ids(self) -> re.Pattern[str]:
        own = [one for one in self.exact if not one.startswith(" ")]
        long = [one for one in own if one in self.telling]
        alone = rf"(?<![\w.+%-])(?:{_any_of(long)})(?![\w-]|\.\w)" if long else r"(?!)"
        return re.compile(rf'"(?:{_any_of(own)})"|{alone}')

    def stands_in(self, text: str) -> bool:
        """Tell whether a file's text names them, also by an id: a network's, say, which knows them by nothing else.

        >>> ann = traces_of(Who("p1", "Ann Berg", ("email:ann@acme.example",)), [], [])
        >>> ann.stands_in('<node id="p1" />'), ann.stands_in("<node id='p12' />"), ann.names_them('<node id="p1" />')
        (True, False, False)
        """
        return self.names_them(text) or self._ids.search(text) is not None

    def taken_out(self, text: str) -> str:
        """Return a text without them.

        >>> ann = traces_of(Who("p1", "Ann Berg", ("email:ann@acme.example",)), [], [])
        >>> ann.taken_out("mail from Ann Berg <ann@acme.example>, not joann@acme.example")
        'mail from  <>, not joann@acme.example'
        """
        return self._within.sub("", text)


def traces(people: People, code: int) -> Traces:
    """Return what names somebody, and nobody else."""
    who = people.who[code]
    merged = [person for person, of in people.merged.items() if of == code]
    also = people.also[code].as_py() if len(people.also) else []
    others = {fold(one.name) for number, one in enumerate(people.who) if number != code}
    names = [name for name in {who.name, *(also or ())} if name and fold(name) not in others]
    return traces_of(who, merged, names)


def traces_of(who: Who, merged: Iterable[str], names: Iterable[str]) -> Traces:
    """Return what names somebody, from what is known of them."""
    ids = {who.person, *merged}
    exact = {*who.accounts, *ids, *map(token, ids)}
    called = frozenset(names) or frozenset([who.name])
    called = frozenset(name for name in called if name not in exact)
    words = {name for name in called if len(name) >= _SHORTEST or " " in name.strip()}
    handles = set[str]()
    for account in who.accounts:
        for word in _spelled(account):
            (words if _means_one(word) else handles).add(word)
    long = frozenset(word for word in handles if len(word) >= _SHORTEST_HANDLE)
    telling = frozenset(one for one in exact if _tells(one))
    return Traces(who, frozenset(exact), telling, called, frozenset(words), long)


def _spelled(account: str) -> Iterator[str]:
    """Yield an account as it may stand in a text, from the whole of it to what stands last in it."""
    identifier = account.partition(":")[2].strip()
    yield account
    for word in {identifier, identifier.lstrip("@"), identifier.rpartition("/")[2]}:
        if word and not word.isdigit():
            yield word
            yield quote(word, safe="")
        elif len(word) >= _DIGITS:
            yield word


def _tells(account: str) -> bool:
    """Tell whether an account or an id is no short word or number."""
    return ":" in account or (len(account.strip()) >= _SHORTEST_ID and not account.strip().isdigit())


def _means_one(word: str) -> bool:
    """Tell whether a word means one person wherever it stands: an address, a long number, no plain word."""
    if word.isdigit():
        return len(word) >= _DIGITS
    return len(word) >= _SHORTEST and not word.isalpha()


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of these words, the longest first; read alike by Python and by the database."""
    return "|".join(_literal(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _literal(word: str) -> str:
    return "".join(letter if letter.isalnum() or letter == " " else _escaped(letter) for letter in word)


def _escaped(letter: str) -> str:
    return f"\\{letter}" if letter.isascii() and letter.isprintable() else f"[{letter}]"
