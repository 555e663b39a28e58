"""What belongs to tags and topics of one's own: who responded to the leader's items that carry them."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Carried(Detail):
    """One tag or topic: the leader's items that carry it, their responses, and from how many people.

    `never_met` are those of them who had never met the leader, weighed, with the range `least` to `most`; `weeks` the
    responses in each whole week of the window, in order, where it is one of the leading few; `voices` how many items of
    the voices that the settings name carry it, None where none are named.
    """

    name: str
    items: int | None
    responses: int | None
    people: int | None
    never_met: float | None
    least: float | None
    most: float | None
    weeks: tuple[int, ...] = ()
    voices: int | None = None


@dataclass(frozen=True)
class Tags(Detail, of=("tags",), nameless=()):
    """The leader's tags by responses, of `of` tags those that drew most, and every topic of the settings in its order.

    `first_week` is the day on which the first week begins. `unread` are topics with words where no words are kept.
    """

    tags: tuple[Carried, ...] = ()
    of: int | None = None
    topics: tuple[Carried, ...] = ()
    first_week: str | None = None
    unread: tuple[str, ...] = ()
