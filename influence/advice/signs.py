"""Signs that somebody who has not yet responded to a leader will: what both did before a cut, and nothing after it.

A sign is about what people did towards others, never about who or what somebody is. Those asked about are people, no
bots, who did something in the 90 days before the cut and have not responded to the leader themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from influence.kernels.arrays import Flags, Floats, Ints
from influence.network.doings import channel_by_item, written_to_few_by_all
from influence.times import DAY, Window

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from influence.reach.population import Population

RECENT = 90 * DAY
HALF_LIFE = 30
"""Days after which an act counts half in what is recent."""
SLOW = 180
"""Days after which an act counts half in ties that last."""
WRITTEN_TO = 8
STEPS, BACK = 4, 0.15
"""Of the walk from the leader along ties: how many steps, and how likely each goes back to the leader."""


@dataclass(frozen=True)
class History:
    """What everybody did, in order of time (microseconds), by person code.

    `item`, `time`, `author`, `conversation`, `channel` (−1: none) are of items; `response` (an item), `responded` (its
    time), `responder`, `target` of responses; `letter` (an item), `wrote` (its time), `writer`, `reader` of what was
    written to at most eight people. `asked` tells who can be asked about.
    """

    asked: Flags
    item: Ints
    time: Ints
    author: Ints
    conversation: Ints
    channel: Ints
    response: Ints
    responded: Ints
    responder: Ints
    target: Ints
    letter: Ints
    wrote: Ints
    writer: Ints
    reader: Ints

    @classmethod
    def of(cls, population: Population, window: Window) -> History:
        """Read the history of a window."""
        items, responses = population.log.items, population.responses(window)
        kept = np.flatnonzero(window.holds(items.time))
        item, reader = written_to_few_by_all(population.tables, WRITTEN_TO, window)
        asked = np.ones(len(population.people), bool)
        asked[sorted(population.bots)] = False
        order = np.argsort(responses.time, kind="stable")
        return cls(
            asked,
            kept,
            items.time[kept],
            items.author[kept].astype(np.int64),
            items.conversation[kept],
            channel_by_item(population.tables, len(items))[kept],
            responses.item[order],
            responses.time[order],
            responses.responder[order].astype(np.int64),
            responses.target[order].astype(np.int64),
            item,
            items.time[item],
            items.author[item].astype(np.int64),
            reader,
        )

    def before(self, cut: int) -> History:
        """Return what was done before a moment."""
        items, responses, writing = (
            slice(0, int(np.searchsorted(times, cut))) for times in (self.time, self.responded, self.wrote)
        )
        return History(
            self.asked,
            *(one[items] for one in (self.item, self.time, self.author, self.conversation, self.channel)),
            *(one[responses] for one in (self.response, self.responded, self.responder, self.target)),
            *(one[writing] for one in (self.letter, self.wrote, self.writer, self.reader)),
        )

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.asked)

    @cached_property
    def first_responses(self) -> tuple[Ints, Ints]:
        """Each pair target · people + responder that there is, sorted, and when that response came first."""
        pair, first = np.unique(self.target * self.people + self.responder, return_index=True)
        return pair, self.responded[first]

    def leaders(self, most: int, least: int = 5) -> Ints:
        """Return up to so many people to whom most different people responded, at least `least` of them, most first."""
        responders = np.bincount(self.first_responses[0] // self.people, minlength=self.people)
        responders[~self.asked] = 0
        best = np.argsort(-responders, kind="stable")[:most]
        found: Ints = best[responders[best] >= least]
        return found


SIGNS = (
    "answered_them", "answered_them_lately", "wrote_to_them", "wrote_to_them_lately",
    "wrote_to_leader", "wrote_to_leader_lately", "shared_contacts", "shared_contacts_lately",
    "answers_those_reached", "answers_those_reached_lately", "ties_with_those_reached", "answers_the_same",
    "shared_conversations", "shared_conversations_lately", "shared_channels", "same_hours", "walk", "cascade",
    "active", "active_lately", "seen_ago", "known_for", "answers", "answers_lately", "answers_how_many",
    "new_ties_lately", "answered_lately", "channels",
    "leader_active_lately", "leader_new_lately", "leader_reached", "leader_seen_ago",
)  # fmt: skip

OF_PAIRS = SIGNS.index("leader_active_lately")
"""Signs before this one differ between the people of one leader; the others are the leader's own."""


@dataclass(frozen=True)
class Asked:
    """Pairs of a leader and somebody not reached at a cut: one row a pair, one column a sign (`SIGNS`)."""

    leader: Ints
    person: Ints
    signs: Floats

    def __len__(self) -> int:
        return len(self.leader)

    def where(self, kept: Flags | Ints) -> Asked:
        """Return the pairs that a mask or positions choose."""
        return Asked(self.leader[kept], self.person[kept], self.signs[kept])


def asked_at(history: History, cut: int, leaders: Sequence[int] | Ints) -> Asked:
    """Return everybody whom some leaders could be advised about at a cut, with their signs."""
    own = np.asarray(leaders, np.int64)
    known = _Known(history.before(cut), cut, own)
    signs = known.signs()
    kept = ~known.responded_to[:, known.people]
    kept &= known.people[None, :] != own[:, None]
    row, column = np.nonzero(kept)
    return Asked(own[row], known.people[column], signs[row, column])


def came(history: History, asked: Asked, since: int, until: int) -> Flags:
    """Tell of each pair whether that person first responded to that leader in a time."""
    pairs, first = history.first_responses
    wanted = asked.leader * history.people + asked.person
    place = np.minimum(np.searchsorted(pairs, wanted), max(len(pairs) - 1, 0))
    if not len(pairs):
        return np.zeros(len(asked), bool)
    found: Flags = (pairs[place] == wanted) & (first[place] >= since) & (first[place] < until)
    return found


class _Known:
    """All that is known before a cut, as sparse matrices; rows of answers are leaders, columns people asked about."""

    def __init__(self, before: History, cut: int, leaders: Ints) -> None:
        self.before, self.cut, self.leaders = before, cut, leaders
        recent = np.zeros(before.people, bool)
        recent[before.author[before.time >= cut - RECENT]] = True
        self.people = np.flatnonzero(recent & before.asked)

    def faded(self, time: Ints, half_life: float = HALF_LIFE) -> Floats:
        """Return what an act of some moment counts at the cut."""
        weight: Floats = np.exp2(-(self.cut - time) / (half_life * DAY))
        return weight

    def _matrix(self, row: Ints, column: Ints, weight: Floats, columns: int | None = None) -> csr_matrix:
        from scipy.sparse import coo_matrix

        shape = self.before.people, columns or self.before.people
        return coo_matrix((weight, (row, column)), shape).tocsr()

    def _responses(self, weight: Floats) -> csr_matrix:
        return self._matrix(self.before.responder, self.before.target, weight)

    @cached_property
    def answers(self) -> csr_matrix:
        """How often each responded to each: row the responder, column the target."""
        return self._responses(np.ones(len(self.before.responder)))

    @cached_property
    def answers_lately(self) -> csr_matrix:
        return self._responses(self.faded(self.before.responded))

    @cached_property
    def answers_slow(self) -> csr_matrix:
        return self._responses(self.faded(self.before.responded, SLOW))

    @cached_property
    def responded_to(self) -> Flags:
        """Who has responded to each leader: a row a leader."""
        found: Flags = self.answers[:, self.leaders].toarray().T > 0
        return found

    def signs(self) -> Floats:
        """Return a value for each leader, person asked about and sign."""
        size = len(self.leaders), len(self.people)
        pairs = [np.log1p(part) for part in self._pairs()]
        people = [np.broadcast_to(part[None, :], size) for part in self._of_people()]
        leaders = [np.broadcast_to(part[:, None], size) for part in self._of_leaders()]
        found: Floats = np.stack([*pairs, *people, *leaders], axis=2)
        return found

    def _at(self, rows: csr_matrix) -> Floats:
        """Return the columns of those asked about of some sparse rows."""
        found: Floats = rows[:, self.people].toarray()
        return found

    def _pairs(self) -> list[Floats]:
        own = self.leaders
        wrote = self._matrix(self.before.writer, self.before.reader, np.ones(len(self.before.writer)))
        wrote_lately = self._matrix(self.before.writer, self.before.reader, self.faded(self.before.wrote))
        return [
            self._at(self.answers[own]),
            self._at(self.answers_lately[own]),
            self._at(wrote[own]),
            self._at(wrote_lately[own]),
            self._at(wrote[:, own].T.tocsr()),
            self._at(wrote_lately[:, own].T.tocsr()),
            *self._contacts(),
            *self._reached(),
            *self._conversations(),
            self._channels(),
            self._hours(),
            self._walk() * 1000,
            self._cascade(),
        ]

    def _contacts(self) -> list[Floats]:
        """Adamic and Adar's shared contacts, of all time and lately."""
        from scipy.sparse import diags

        found = []
        for ties in (self.answers, self.answers_lately):
            either = ties + ties.T
            if ties is self.answers:
                either = either.sign()
                self_degree = np.asarray(either.sum(axis=1)).ravel()
            worth = diags(1 / np.log(np.maximum(self_degree, 2) + 1))
            found.append(self._at((either[self.leaders] @ worth @ either).tocsr()))
        return found

    def _reached(self) -> list[Floats]:
        """How many of those who respond to the leader one answers or has a tie with; and who answers the same."""
        once = self.answers.sign()
        to_me = once[:, self.leaders].T.tocsr()
        lately = self.answers_lately
        return [
            self._at((to_me @ once.T).tocsr()),
            self._at((lately[:, self.leaders].T.tocsr().minimum(1) @ lately.T.minimum(1)).tocsr()),
            self._at((to_me @ (once + once.T).sign()).tocsr()),
            self._at((once[self.leaders] @ once.T).tocsr()),
        ]

    def _conversations(self) -> list[Floats]:
        from scipy.sparse import diags

        before = self.before
        code, conversation = np.unique(before.conversation, return_inverse=True)
        ever = self._matrix(before.author, conversation, np.ones(len(conversation)), len(code)).sign()
        lately = self._matrix(before.author, conversation, self.faded(before.time), len(code)).minimum(1)
        worth = diags(1 / np.log(np.asarray(ever.sum(axis=0)).ravel() + 1.5))
        return [self._at((part[self.leaders] @ worth @ part.T).tocsr()) for part in (ever, lately)]

    @cached_property
    def _in_channels(self) -> csr_matrix:
        kept = self.before.channel >= 0
        many = int(self.before.channel.max(initial=0)) + 1
        return self._matrix(
            self.before.author[kept],
            self.before.channel[kept],
            self.faded(self.before.time[kept], SLOW),
            many,
        )

    def _channels(self) -> Floats:
        return self._alike(self._in_channels.sqrt())

    def _hours(self) -> Floats:
        hour = (self.before.time // (DAY // 24)) % 24
        return self._alike(self._matrix(self.before.author, hour, np.ones(len(hour)), 24))

    def _alike(self, of: Any) -> Floats:
        """Return the cosine between what leaders and others have."""
        length = np.sqrt(np.asarray(of.multiply(of).sum(axis=1)).ravel())
        dots = self._at((of[self.leaders] @ of.T).tocsr())
        scale = np.maximum(length[self.leaders][:, None] * length[self.people][None, :], 1e-12)
        found: Floats = dots / scale
        return found

    def _walk(self) -> Floats:
        """Personalised PageRank from each leader over ties of both directions."""
        from scipy.sparse import diags

        ties = self.answers_slow + self.answers_slow.T
        step = diags(1 / np.maximum(np.asarray(ties.sum(axis=1)).ravel(), 1e-12)) @ ties
        start = np.zeros((len(self.leaders), self.before.people))
        start[np.arange(len(self.leaders)), self.leaders] = 1
        here, turned = start, step.T.tocsr()
        for _ in range(STEPS):
            here = BACK * start + (1 - BACK) * (turned @ here.T).T
        found: Floats = here[:, self.people]
        return found

    def _cascade(self) -> Floats:
        """How likely an item of the leader comes to somebody by one hand between, by how often each answers each."""
        from scipy.sparse import diags

        made = np.bincount(self.before.author, minlength=self.before.people)
        passed = (self.answers @ diags(1 / np.maximum(made, 1))).minimum(0.999)
        first = passed.tocsr()[:, self.leaders].T.tocsr()
        return self._at((first @ passed.T).tocsr())

    # --- of one side ------------------------------------------------------------------------------------

    def _count(self, who: Ints, weight: Floats | None = None) -> Floats:
        found: Floats = np.log1p(np.bincount(who, weight, minlength=self.before.people))
        return found

    @cached_property
    def _lately(self) -> Floats:
        return self._count(self.before.author, self.faded(self.before.time))

    def _ago(self, latest: bool) -> Floats:
        """Return the days since everybody's latest (or first) item, as a logarithm."""
        at = np.full(self.before.people, self.before.time[0] if len(self.before.time) else self.cut)
        time, author = self.before.time, self.before.author
        if latest:
            at[author] = time
        else:
            at[author[::-1]] = time[::-1]
        found: Floats = np.log1p((self.cut - at) / DAY)
        return found

    @cached_property
    def _ties(self) -> tuple[Ints, Ints, Floats]:
        """Who first responded to whom: target, responder, and what that counts now."""
        pair, first = self.before.first_responses
        return pair // self.before.people, pair % self.before.people, self.faded(first)

    def _of_people(self) -> list[Floats]:
        before, (_, responder, new) = self.before, self._ties
        once = np.asarray(self._in_channels.sign().sum(axis=1)).ravel()
        every = [
            self._count(before.author),
            self._lately,
            self._ago(latest=True),
            self._ago(latest=False),
            self._count(before.responder),
            self._count(before.responder, self.faded(before.responded)),
            self._count(responder),
            self._count(responder, new),
            self._count(before.target, self.faded(before.responded)),
            np.log1p(once),
        ]
        return [part[self.people] for part in every]

    def _of_leaders(self) -> list[Floats]:
        target, _, new = self._ties
        every = [self._lately, self._count(target, new), self._count(target), self._ago(latest=True)]
        return [part[self.leaders] for part in every]
