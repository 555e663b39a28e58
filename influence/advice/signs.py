"""Signs that somebody who has not yet responded to a leader will: what both did before a cut, and nothing after it.

A sign is about what people did towards others, never about who or what somebody is. Those asked about are people, no
bots, who did something in the 90 days before the cut and have not responded to the leader themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from influence.kernels.arrays import Flags, Floats, Ints
from influence.network.doings import written_to_few_by_all
from influence.times import DAY, Window

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix, csr_matrix

    from influence.reach.population import Population

RECENT = 90 * DAY
HALF_LIFE = 30
"""Days after which an act counts half in what is recent."""
SLOW = 180
"""Days after which an act counts half in ties that last."""
WRITTEN_TO = 8
MOST_ASKED = 1_500
"""Of more who could be asked about for one leader, these are."""
AT_ONCE = 12_000_000
"""So many leaders times people are held at once."""
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
        """Return the history of a window; the one that was asked for last is not read again."""
        held = _LAST.get(population)
        if held is None or held[0] != window:
            held = _LAST[population] = window, cls._read(population, window)
        return held[1]

    @classmethod
    def _read(cls, population: Population, window: Window) -> History:
        items, responses = population.log.items, population.responses(window)
        kept = window.stretch(items.time)
        item, reader = written_to_few_by_all(population.tables, WRITTEN_TO, window)
        asked = np.ones(len(population.people), bool)
        asked[sorted(population.bots)] = False
        return cls(
            asked,
            np.arange(kept.start, kept.stop),
            items.time[kept],
            items.author[kept].astype(np.int64),
            items.conversation[kept],
            population.channels[kept],
            responses.item,
            responses.time,
            responses.responder.astype(np.int64),
            responses.target.astype(np.int64),
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
        earlier = History(
            self.asked,
            *(one[items] for one in (self.item, self.time, self.author, self.conversation, self.channel)),
            *(one[responses] for one in (self.response, self.responded, self.responder, self.target)),
            *(one[writing] for one in (self.letter, self.wrote, self.writer, self.reader)),
        )
        pair, first = self.first_responses
        earlier.__dict__["first_responses"] = pair[first < cut], first[first < cut]
        return earlier

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


_LAST: WeakKeyDictionary[Population, tuple[Window, History]] = WeakKeyDictionary()
"""The window that was asked for last, and its history."""

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


def asked_at(
    history: History, cut: int, leaders: Sequence[int] | Ints, also: Sequence[int] | Ints = ()
) -> Asked:
    """Return whom some leaders could be advised about at a cut, with their signs.

    Of more than `MOST_ASKED` for one leader: half of them those who did most lately, the others by the walk from the
    leader; and `also`, as far as they can be asked about.
    """
    own = np.asarray(leaders, np.int64)
    known = _Known(history.before(cut), cut)
    at_once = max(1, AT_ONCE // max(history.people, 1))
    parts = [_Pairs(known, own[n : n + at_once], also).asked() for n in range(0, len(own), at_once)]
    if not parts:
        return Asked(own, own, np.zeros((0, len(SIGNS))))
    return Asked(
        *(np.concatenate(of) for of in zip(*((p.leader, p.person, p.signs) for p in parts), strict=True))
    )


def came(history: History, asked: Asked, since: int, until: int) -> Flags:
    """Tell of each pair whether that person first responded to that leader in a time."""
    pairs, first = history.first_responses
    wanted = asked.leader * history.people + asked.person
    place = np.minimum(np.searchsorted(pairs, wanted), max(len(pairs) - 1, 0))
    if not len(pairs):
        return np.zeros(len(asked), bool)
    found: Flags = (pairs[place] == wanted) & (first[place] >= since) & (first[place] < until)
    return found


def _shared(conversation: Ints, author: Ints) -> tuple[Ints, Ints]:
    """Return the items of conversations in which more than one wrote, and a number for the conversation of each.

    In all others nobody meets anybody; they are most of a large log.

    >>> [part.tolist() for part in _shared(np.array([4, 4, 5, 7, 7]), np.array([1, 1, 2, 1, 3]))]
    [[3, 4], [0, 0]]
    """
    writer = np.zeros(int(conversation.max(initial=0)) + 1, author.dtype)
    writer[conversation] = author
    shared = np.zeros(len(writer), bool)
    shared[conversation[author != writer[conversation]]] = True
    item = np.flatnonzero(shared[conversation])
    return item, (np.cumsum(shared) - 1)[conversation[item]]


class _Known:
    """All that is known before a cut, as sparse matrices: of answers a row is the responder, a column the target.

    Of the others (`people`) only those are kept whom a leader could be advised about: a tenth of all, say.
    """

    def __init__(self, before: History, cut: int) -> None:
        self.before, self.cut = before, cut
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
        """How often each responded to each."""
        return self._responses(np.ones(len(self.before.responder)))

    @cached_property
    def answers_lately(self) -> csr_matrix:
        return self._responses(self.faded(self.before.responded))

    @cached_property
    def once(self) -> csr_matrix:
        return self.answers.sign()

    @cached_property
    def tied(self) -> csr_matrix:
        """Who has a tie with which of the others, whichever of the two responded."""
        found: csr_matrix = (self.once + self.once.T).sign()[:, self.people]
        return found

    @cached_property
    def answered(self) -> tuple[csr_matrix, csr_matrix]:
        """Whom each of the others answers, a column each: ever, and lately."""
        return self.once[self.people].T.tocsr(), self.answers_lately[self.people].T.minimum(1).tocsr()

    @cached_property
    def between(self) -> tuple[csr_matrix, ...]:
        """How often each answered each of the others, wrote to them, and was written to by them: ever, and lately."""
        before = self.before
        weights = np.ones(len(before.writer)), self.faded(before.wrote)
        written = [self._matrix(before.writer, before.reader, weight) for weight in weights]
        forth = [part[:, self.people] for part in (self.answers, self.answers_lately, *written)]
        return *forth, *(part[self.people].T.tocsr() for part in written)

    @cached_property
    def contacts(self) -> tuple[tuple[csr_matrix, csr_matrix], ...]:
        """Ties of all time and lately, weighed by what sharing one is worth (Adamic and Adar), and the others'."""
        from scipy.sparse import diags

        ever, lately = (ties + ties.T for ties in (self.answers, self.answers_lately))
        ever = ever.sign()
        degree = np.asarray(ever.sum(axis=1)).ravel()
        worth = diags(1 / np.log(np.maximum(degree, 2) + 1))
        return tuple(((ties @ worth).tocsr(), ties[:, self.people]) for ties in (ever, lately))

    @cached_property
    def in_conversations(self) -> tuple[tuple[csr_matrix, csr_matrix], ...]:
        """Who was in which conversation, of all time and lately, weighed by what sharing is worth, and the others."""
        from scipy.sparse import diags

        item, among = _shared(self.before.conversation, self.before.author)
        author, many = self.before.author[item], int(among.max(initial=0)) + 1
        ever = self._matrix(author, among, np.ones(len(among)), many).sign()
        lately = self._matrix(author, among, self.faded(self.before.time[item]), many).minimum(1)
        worth = diags(1 / np.log(np.asarray(ever.sum(axis=0)).ravel() + 1.5))
        return tuple(((part @ worth).tocsr(), part[self.people].T.tocsr()) for part in (ever, lately))

    @cached_property
    def in_channels(self) -> csr_matrix:
        kept = self.before.channel >= 0
        many = int(self.before.channel.max(initial=0)) + 1
        weight = self.faded(self.before.time[kept], SLOW)
        return self._matrix(self.before.author[kept], self.before.channel[kept], weight, many)

    @cached_property
    def haunts(self) -> list[tuple[csr_matrix, csr_matrix, Floats]]:
        """In which channels everybody is, and at which hours of the day; the same of the others, and its length."""
        hour = (self.before.time // (DAY // 24)) % 24
        at_hours = self._matrix(self.before.author, hour, np.ones(len(hour)), 24)
        return [
            (of, of[self.people].T.tocsr(), np.sqrt(np.asarray(of.multiply(of).sum(axis=1)).ravel()))
            for of in (self.in_channels.sqrt(), at_hours)
        ]

    @cached_property
    def turned(self) -> csr_matrix:
        """A step along ties of both directions, from the column to the row."""
        from scipy.sparse import diags

        slow = self._responses(self.faded(self.before.responded, SLOW))
        ties = slow + slow.T
        step = diags(1 / np.maximum(np.asarray(ties.sum(axis=1)).ravel(), 1e-12)) @ ties
        found: csr_matrix = step.T.tocsr()
        return found

    @cached_property
    def passed(self) -> csr_matrix:
        """How likely an item of the column comes to the row."""
        from scipy.sparse import diags

        made = np.bincount(self.before.author, minlength=self.before.people)
        found: csr_matrix = (self.answers @ diags(1 / np.maximum(made, 1))).minimum(0.999).tocsr()
        return found

    @cached_property
    def passed_to_them(self) -> csr_matrix:
        """The same of the others, a column each."""
        return self.passed[self.people].T.tocsr()

    def walk(self, leaders: Ints) -> Floats:
        """Personalised PageRank from each leader over ties of both directions: a row a leader."""
        start = np.zeros((self.before.people, len(leaders)))
        start[leaders, np.arange(len(leaders))] = 1
        here = start
        for _ in range(STEPS):
            here = BACK * start + (1 - BACK) * (self.turned @ here)
        return here.T

    # --- of one side: by person code ----------------------------------------------------------------------

    def _count(self, who: Ints, weight: Floats | None = None) -> Floats:
        found: Floats = np.log1p(np.bincount(who, weight, minlength=self.before.people))
        return found

    @cached_property
    def lately(self) -> Floats:
        return self._count(self.before.author, self.faded(self.before.time))

    @cached_property
    def busiest(self) -> Ints:
        """Places in `people`, those who did most lately first."""
        found: Ints = np.argsort(-self.lately[self.people], kind="stable")
        return found

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

    @cached_property
    def of_people(self) -> list[Floats]:
        before, (_, responder, new) = self.before, self._ties
        once = np.asarray(self.in_channels.sign().sum(axis=1)).ravel()
        return [
            self._count(before.author),
            self.lately,
            self._ago(latest=True),
            self._ago(latest=False),
            self._count(before.responder),
            self._count(before.responder, self.faded(before.responded)),
            self._count(responder),
            self._count(responder, new),
            self._count(before.target, self.faded(before.responded)),
            np.log1p(once),
        ]

    @cached_property
    def of_leaders(self) -> list[Floats]:
        target, _, new = self._ties
        return [self.lately, self._count(target, new), self._count(target), self._ago(latest=True)]


class _Pairs:
    """Some leaders and, of each, whom they could be advised about; every sign has a value a pair."""

    def __init__(self, known: _Known, leaders: Ints, also: Sequence[int] | Ints) -> None:
        self.known, self.leaders = known, leaders
        self._walk = known.walk(leaders)
        kept = known.answers[:, leaders].toarray().T[:, known.people] == 0
        kept &= known.people[None, :] != leaders[:, None]
        if kept.shape[1] > MOST_ASKED:
            named = np.isin(known.people, np.asarray(also, np.int64))
            kept = (
                np.array([self._most(row, walk) for row, walk in zip(kept, self._walk, strict=True)])
                | kept & named
            )
        self.row, self.column = np.nonzero(kept)
        self.person = known.people[self.column]

    def _most(self, kept: Flags, walk: Floats) -> Flags:
        """Of those who can be asked about for one leader leave `MOST_ASKED`: who did most lately, who is nearest.

        Of those who are as near as the last of them, who did most. All are told apart without sorting all.
        """
        busiest, half = self.known.busiest[kept[self.known.busiest]], MOST_ASKED // 2
        others, left = busiest[half:], MOST_ASKED - half
        near = walk[self.known.people[others]]
        edge = -np.partition(-near, left - 1)[left - 1] if len(near) > left else -np.inf
        nearer, last = others[near > edge], others[near == edge]
        found: Flags = np.zeros(len(kept), bool)
        found[np.concatenate([busiest[:half], nearer, last[: left - len(nearer)]])] = True
        return found

    def asked(self) -> Asked:
        """Return the pairs with their signs."""
        leader = self.leaders[self.row]
        signs = [np.log1p(part) for part in self._of_pairs()]
        signs += [part[self.person] for part in self.known.of_people]
        signs += [part[leader] for part in self.known.of_leaders]
        return Asked(leader, self.person, np.column_stack(signs))

    def _at(self, rows: csr_matrix | csc_matrix) -> Floats:
        """Return the values at the pairs of sparse rows: a row a leader, a column one of those asked about."""
        found: Floats = rows.toarray()[self.row, self.column]
        return found

    def _of_pairs(self) -> list[Floats]:
        known, own = self.known, self.leaders
        return [
            *(self._at(part[own]) for part in known.between),
            *(self._at(weighed[own] @ theirs) for weighed, theirs in known.contacts),
            *self._reached(),
            *(self._at(weighed[own] @ theirs) for weighed, theirs in known.in_conversations),
            *(self._alike(*one) for one in known.haunts),
            self._walk[self.row, self.person] * 1000,
            self._at(known.passed[:, own].T.tocsr() @ known.passed_to_them),
        ]

    def _reached(self) -> list[Floats]:
        """How many of those who respond to the leader one answers or has a tie with; and who answers the same."""
        once, lately, own = self.known.once, self.known.answers_lately, self.leaders
        to_me, (theirs, theirs_lately) = once[:, own].T.tocsr(), self.known.answered
        return [
            self._at(to_me @ theirs),
            self._at(lately[:, own].T.tocsr().minimum(1) @ theirs_lately),
            self._at(to_me @ self.known.tied),
            self._at(once[own] @ theirs),
        ]

    def _alike(self, of: csr_matrix, theirs: csr_matrix, length: Floats) -> Floats:
        """Return the cosine between what leaders and others have."""
        dots = self._at(of[self.leaders] @ theirs)
        scale = np.maximum(length[self.leaders[self.row]] * length[self.person], 1e-12)
        found: Floats = dots / scale
        return found
