"""Why somebody is likely to respond next: the two or three signs that carried their place, in words with evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np

from influence.advice.history import History
from influence.advice.signs import RECENT, SIGNS
from influence.contract.language import because
from influence.contract.wording import counted
from influence.kernels.arrays import Codes, Floats, Ints
from influence.network.log_queries import activity_ids, described, system_of
from influence.reach.ego import Ego
from influence.times import DAY, day_at

MOST = 3
"""Reasons that are told."""
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "reached": (
        "answers_those_reached", "answers_those_reached_lately", "ties_with_those_reached", "shared_contacts",
        "shared_contacts_lately", "walk", "cascade", "answers_the_same",
    ),
    "conversations": ("shared_conversations", "shared_conversations_lately"),
    "channel": ("shared_channels", "channels"),
    "wrote_to_leader": ("wrote_to_leader", "wrote_to_leader_lately"),
    "wrote_to_them": ("wrote_to_them", "wrote_to_them_lately"),
    "answered_them": ("answered_them", "answered_them_lately"),
    "lately": ("active", "active_lately", "seen_ago", "known_for", "answered_lately"),
    "new": ("new_ties_lately", "answers_lately", "answers", "answers_how_many"),
    "hours": ("same_hours",),
}  # fmt: skip
"""Which signs a reason stands for."""


class Reason(NamedTuple):
    """A reason in words, and the items that show it."""

    words: str
    items: tuple[int, ...] = ()


class Reasons:
    """Tells why, of one leader, some people and what was done before the end of the window."""

    def __init__(self, ego: Ego, history: History, people: Ints) -> None:
        self.ego, self.leader, self.history, self.people = ego, ego.leader, history, people
        self.until = ego.window.until
        self._tell: Mapping[str, Callable[[int], Reason | None]] = {
            "reached": self._reached,
            "conversations": self._conversations,
            "channel": self._channel,
            "wrote_to_leader": self._wrote_to_leader,
            "wrote_to_them": self._wrote_to_them,
            "answered_them": self._answered_them,
            "lately": self._lately,
            "new": self._new,
            "hours": lambda _: Reason(because("active at the same hours of the day as the leader")),
        }

    def told(self, parts: Floats) -> list[tuple[str, tuple[str, ...]]]:
        """Return of each the reasons that add most to their score, in words, and ids of activities that show them."""
        told = [self._most(person, added) for person, added in zip(self.people.tolist(), parts, strict=True)]
        shown = [[item for reason in reasons for item in reason.items] for reasons in told]
        ids = activity_ids(self.ego.tables, [item for items in shown for item in items])
        return [
            ("; ".join(reason.words for reason in reasons), tuple(dict.fromkeys(ids[item] for item in items)))
            for reasons, items in zip(told, shown, strict=True)
        ]

    def _most(self, person: int, parts: Floats) -> list[Reason]:
        added = {name: sum(float(parts[n]) for n in columns) for name, columns in _COLUMNS.items()}
        best = sorted((name for name in added if added[name] > 0), key=lambda name: -added[name])
        told = [reason for name in best if (reason := self._tell[name](person)) is not None][:MOST]
        return told or [reason for reason in [self._lately(person)] if reason]

    # --- each reason --------------------------------------------------------------------------------------

    @cached_property
    def _responders(self) -> Ints:
        """Who has responded to the leader."""
        found: Ints = np.unique(self.history.responder[self.history.target == self.leader])
        return found

    def _reached(self, person: int) -> Reason | None:
        history = self.history
        rows = np.flatnonzero((history.responder == person) & np.isin(history.target, self._responders))
        if not len(rows):
            return None
        who, last = _last_by(history.target[rows], rows)
        count = np.array([int((history.target[rows] == one).sum()) for one in who])
        best = np.argsort(-count, kind="stable")[:2]
        items = tuple(int(history.response[last[n]]) for n in best)
        names = [self._name(int(who[n])) for n in best]
        if len(names) == 1:
            return Reason(because("answered {one}, who answers the leader", one=names[0]), items)
        words = because(
            "answered {one} and {other}, who both answer the leader", one=names[0], other=names[1]
        )
        return Reason(words, items)

    def _name(self, code: int) -> str:
        return self.ego.people.who[code].name

    def _conversations(self, person: int) -> Reason | None:
        history = self.history
        theirs = np.flatnonzero(history.author == person)
        shared = theirs[np.isin(history.conversation[theirs], self._own_conversations)]
        if not len(shared):
            return None
        many = counted(len(np.unique(history.conversation[shared])), "conversation", "conversations")
        words = because("took part in {conversations} in which the leader did too", conversations=many)
        return Reason(words, (history.begin + int(shared[-1]),))

    @cached_property
    def _own_conversations(self) -> Ints:
        found: Ints = np.unique(self.history.conversation[self.history.author == self.leader])
        return found

    def _channel(self, person: int) -> Reason | None:
        item = self._in_channels.get(person, -1)
        name = self._channels.get(item)
        if name is None:
            return None
        return Reason(because("active in {channel}, where the leader is active too", channel=name), (item,))

    @cached_property
    def _channels(self) -> dict[int, str]:
        """The channels of the items that show one, asked for together; the whole of a service is no place."""
        items = sorted(self._in_channels.values())
        told = zip(items, described(self.ego.tables, items), system_of(self.ego.tables, items), strict=True)
        return {item: row["channel"] for item, row, system in told if row["channel"] != system}

    @cached_property
    def _in_channels(self) -> dict[int, int]:
        """Of each person the last item in the channel in which they and the leader were most active lately."""
        history = self.history
        recent = (history.time >= self.until - RECENT) & (history.channel >= 0)
        mine = np.bincount(history.channel[recent & (history.author == self.leader)], minlength=1)
        found = {}
        for person in self.people.tolist():
            rows = np.flatnonzero(recent & (history.author == person))
            theirs = np.bincount(history.channel[rows], minlength=len(mine))[: len(mine)]
            both = np.minimum(mine, theirs)
            if both.any():
                last = rows[history.channel[rows] == int(both.argmax())][-1]
                found[person] = history.begin + int(last)
        return found

    def _wrote_to_leader(self, person: int) -> Reason | None:
        rows = np.flatnonzero((self.history.writer == person) & (self.history.reader == self.leader))
        if not len(rows):
            return None
        words = because(
            "wrote to the leader {times}, last on {day}",
            times=counted(len(rows), "time", "times"),
            day=self._day(self.history.wrote[rows[-1]]),
        )
        return Reason(words, (int(self.history.letter[rows[-1]]),))

    def _wrote_to_them(self, person: int) -> Reason | None:
        rows = np.flatnonzero((self.history.writer == self.leader) & (self.history.reader == person))
        if not len(rows):
            return None
        words = because(
            "the leader wrote to them {times}, last on {day}",
            times=counted(len(rows), "time", "times"),
            day=self._day(self.history.wrote[rows[-1]]),
        )
        return Reason(words, (int(self.history.letter[rows[-1]]),))

    def _answered_them(self, person: int) -> Reason | None:
        rows = np.flatnonzero((self.history.responder == self.leader) & (self.history.target == person))
        if not len(rows):
            return None
        words = because(
            "the leader answered them {times}, last on {day}",
            times=counted(len(rows), "time", "times"),
            day=self._day(self.history.responded[rows[-1]]),
        )
        return Reason(words, (int(self.history.response[rows[-1]]),))

    def _lately(self, person: int) -> Reason | None:
        rows = np.flatnonzero(self.history.author == person)
        if not len(rows):
            return None
        last = int(rows[-1])
        days = (self.until - int(self.history.time[last])) // DAY
        item = (self.history.begin + last,)
        if days < 1:
            return Reason(because("last seen within the last day"), item)
        return Reason(because("last seen {days} ago", days=counted(days, "day", "days")), item)

    def _new(self, person: int) -> Reason | None:
        pair, first = self.history.first_responses
        mine = first[pair % self.history.people == person]
        many = int((mine >= self.until - RECENT).sum())
        if not many:
            return None
        people = counted(many, "person", "people")
        return Reason(because("answered {people} for the first time in the last 90 days", people=people))

    def _day(self, time: int) -> date:
        return day_at(int(time), self.ego.settings.zone)


_COLUMNS = {name: tuple(SIGNS.index(one) for one in signs) for name, signs in _GROUPS.items()}


def _last_by(who: Codes, rows: Ints) -> tuple[Codes, Ints]:
    """Return everybody once, and the last of the rows of each."""
    found, last = np.unique(who[::-1], return_index=True)
    return found, rows[::-1][last]
