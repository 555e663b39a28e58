"""What is part of a campaign: the posts that began something on its subject, and who responded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from influence.analysis.report import Analysis
from influence.contract.campaigned import CampaignError, Stated
from influence.contract.language import day_in_english
from influence.kernels.arrays import Flags, Ints
from influence.network.log_queries import system_of
from influence.network.responses import Responses
from influence.reach.ego import Ego
from influence.times import Window, day_at

OFTEN = 0.1
"""A system in which this part of what is on the subject was said is one in which the campaign ran."""


@dataclass(frozen=True)
class Touching:
    """Who responded when by which item: arrays of one length, in order of time."""

    item: Ints
    person: Ints
    time: Ints

    def where(self, mask: Flags | slice) -> Touching:
        """Return those that a mask or a stretch chooses."""
        return Touching(self.item[mask], self.person[mask], self.time[mask])

    def within(self, window: Window) -> Touching:
        """Return those of a window."""
        return self.where(window.stretch(self.time))


class Held:
    """A campaign's part of the log, in its window, of everybody or as far as it is one leader's (a person's code).

    `whole` is everything on record, `part` what is on the subject of the campaign and what answers it, at any time.
    """

    def __init__(
        self, stated: Stated, whole: Analysis, part: Analysis, window: Window, leader: int | None
    ) -> None:
        self.stated, self.whole, self.part = stated, whole, part
        self.window, self.leader = window, leader

    @cached_property
    def ego(self) -> Ego | None:
        """The leader in the campaign, where it is one leader's."""
        return None if self.leader is None else Ego(self.part, self.leader, self.window)

    @cached_property
    def items(self) -> Ints:
        """What is part of it in the window, as items of the part."""
        return np.flatnonzero(self.window.holds(self.part.log.items.time))

    @cached_property
    def posts(self) -> Ints:
        """What began something: items of one's own that answer nothing on the subject; the leader's, if there is one.

        Raises:
            CampaignError: nothing on the subject was said in the window, or the leader said nothing of it.
        """
        log = self.part.log
        begun = log.items.made.copy()
        begun[log.counted_links().child] = False
        begun &= self.window.holds(log.items.time)
        if not begun.any():
            raise CampaignError(self._nothing())
        if self.leader is not None:
            begun &= log.items.author == self.leader
            if not begun.any():
                raise CampaignError(
                    f"{self.whole.people.who[self.leader].name} posted nothing in {self.stated.name}; leave --leader "
                    "out to see all of it"
                )
        return np.flatnonzero(begun)

    def _nothing(self) -> str:
        times, zone = self.part.log.items.time, self.whole.settings.zone
        days = [day_in_english(day_at(int(one), zone)) for one in (times[0], times[-1])] if len(times) else []
        there = f"what there is runs from {days[0]} to {days[1]}" if days else "there is nothing at all"
        return (
            f"nothing of {self.stated.name} was posted in its window; {there}: change since and until, or what belongs "
            "to it (`influence tags` lists tags and channels)"
        )

    @cached_property
    def posted(self) -> Ints:
        """Who posted, by person code, without programs."""
        who = np.unique(self.part.log.items.author[self.posts]).astype(np.int64)
        return np.setdiff1d(who, sorted(self.whole.bots))

    @cached_property
    def responded(self) -> Ints:
        """Who responded and did not post, by person code."""
        return np.setdiff1d(np.unique(self.drawn.person), self.posted)

    @cached_property
    def ever(self) -> Touching:
        """Every response on the subject at any time, to anybody or first-hand and passed on to the leader."""
        if self.ego is not None:
            return Touching(self.ego.ever.item, self.ego.ever.person.astype(np.int64), self.ego.ever.time)
        return self.responses(self.part, self.part.log.counted())

    @cached_property
    def drawn(self) -> Touching:
        """The responses of the window."""
        return self.ever.within(self.window)

    @cached_property
    def systems(self) -> frozenset[str]:
        """Where it ran: the systems in which a tenth of it or more was said, or else most."""
        names, counts = np.unique(system_of(self.part.tables, self.items), return_counts=True)
        kept = counts >= min(OFTEN * counts.sum(), counts.max())
        return frozenset(names[kept].tolist())

    def everything_there(self) -> Touching:
        """Return every response there was in these systems, on any subject: to anybody, or to the leader."""
        if self.leader is None:
            found = self.responses(self.whole, self.whole.log.counted())
        else:
            ever = Ego(self.whole, self.leader, self.window).ever
            found = Touching(ever.item, ever.person.astype(np.int64), ever.time)
        there = np.isin(system_of(self.whole.tables, found.item), sorted(self.systems))
        return found.where(there)

    @staticmethod
    def responses(population: Analysis, found: Responses) -> Touching:
        """Return who responded by which item, each item once; programs left out."""
        item, first = np.unique(found.item, return_index=True)
        kept = ~np.isin(found.responder[first], sorted(population.bots))
        return Touching(item[kept], found.responder[first][kept].astype(np.int64), found.time[first][kept])

    def known_as(self, codes: Sequence[int]) -> tuple[str, ...]:
        """Return the names of people, by the alphabet: nobody is ranked."""
        return tuple(sorted((one.name for one in self.whole.people.some(codes)), key=str.casefold))
