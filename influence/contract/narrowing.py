"""What a report is narrowed to: tags, topics, channels, spheres; and how that is said."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from influence.contract.errors import InfluenceError
from influence.contract.language import listing, message, translated
from influence.contract.wording import number, plain

_MARKS = "#\uff03"


class NarrowingError(InfluenceError):
    """A report cannot be narrowed so; the sentence says what there is instead."""


def bare(tag: str) -> str:
    """Return a tag as the store keeps it: in small letters, without its sign.

    >>> bare(" #ClimateAction ")
    'climateaction'
    """
    return unicodedata.normalize("NFC", tag.strip().lstrip(_MARKS)).lower()


def is_tag(mark: str) -> bool:
    """Tell a tag from a word by its sign."""
    return mark.strip().startswith(tuple(_MARKS))


@dataclass(frozen=True)
class Narrowing:
    """Which part of the log counts. Of one kind any will do ("or"), different kinds all hold ("and"); empty: all of it.

    Tags are written with or without their #, in any case. A tag or a channel may end with `*`: whatever begins so.

    >>> Narrowing(tags=["#Climate", "climate"]), bool(Narrowing())
    (Narrowing(tags=('climate',), topics=(), channels=(), spheres=()), False)
    """

    tags: Sequence[str] = ()
    topics: Sequence[str] = ()
    channels: Sequence[str] = ()
    spheres: Sequence[str] = ()

    def __post_init__(self) -> None:
        for kind, clean in (
            ("tags", bare),
            ("topics", str.strip),
            ("channels", str.strip),
            ("spheres", str.strip),
        ):
            given = getattr(self, kind)
            named = [clean(one) for one in ([given] if isinstance(given, str) else given)]
            if not all(one.strip("*") for one in named):
                raise NarrowingError(f"one of the {kind} is empty: name it, or leave the option out")
            object.__setattr__(self, kind, tuple(dict.fromkeys(named)))

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    @property
    def by_items(self) -> bool:
        """Whether it asks what an item is about or where it stands, which a tie without items cannot answer."""
        return bool(self.tags or self.topics or self.channels)


EVERYTHING = Narrowing()


_UNNAMED = message("Only a part of what is on record counts here; which part is left out, as names are.")


@dataclass(frozen=True)
class Narrowed:
    """What a report was narrowed to, and what that left: `items` of the `of` that the workspace holds.

    `unread` are topics with words that could not be looked for, since no words are kept here. A copy without names
    tells no tag and no channel, and `to` is then empty.
    """

    to: Narrowing = field(default_factory=Narrowing)
    items: int = 0
    of: int = 0
    unread: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as the JSON of a report has it, without what is empty."""
        asked = {one.name: list(getattr(self.to, one.name)) for one in fields(self.to)}
        body = {name: named for name, named in asked.items() if named}
        return (
            body
            | {"items": self.items, "of": self.of}
            | ({"unread": list(self.unread)} if self.unread else {})
        )

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Narrowed:
        """Read it back: `Narrowed.from_json(n.as_json()) == n`."""
        asked = {one.name: tuple(body.get(one.name, ())) for one in fields(Narrowing)}
        return cls(Narrowing(**asked), body["items"], body["of"], tuple(body.get("unread", ())))

    def sentences(self) -> list[str]:
        """Say in the language spoken what counts and what does not.

        >>> Narrowed(Narrowing(tags=["climate"]), 40, 900).sentences()
        ['Only what is tagged #climate counts here, and what answers it.', 'That is 40 of the 900 items on record.']
        """
        left = translated("That is {n} of the {of} items on record.").format(
            n=number(self.items), of=number(self.of)
        )
        said = [*(self._asked() or [translated(_UNNAMED)]), left]
        return [*said, tags_alone(self.unread)] if self.unread else said

    def _asked(self) -> list[str]:
        """Say what is kept, kind by kind: all of them hold."""
        patterns = (
            (
                [f"#{one}" for one in self.to.tags],
                translated("Only what is tagged {names} counts here, and what answers it."),
            ),
            (self.to.topics, translated("Only what is on {names} counts here, and what answers it.")),
            (self.to.channels, translated("Only what was said in {names} counts here, and what answers it.")),
            (
                self.to.spheres,
                translated("Beside the leader only people of these spheres count here: {names}."),
            ),
        )
        return [pattern.format(names=any_of(names)) for names, pattern in patterns if names]


def tags_alone(topics: Sequence[str]) -> str:
    """Say of some topics that their words could not be looked for."""
    pattern = translated(
        "Of {topics} only the tags were looked for, since neither the words nor the text of messages are kept here: "
        "set keep_terms = true under [privacy] in influence.toml and import again."
    )
    return pattern.format(topics=listing([plain(one) for one in topics]))


def any_of(words: Sequence[str]) -> str:
    """Join words of which any will do, in the language spoken.

    >>> any_of(["#a"]), any_of(["#a", "#b", "#c"])
    ('#a', '#a, #b or #c')
    """
    told = [plain(word) for word in words]
    if len(told) < 2:
        return "".join(told)
    return translated("{first} or {last}").format(first=", ".join(told[:-1]), last=told[-1])
