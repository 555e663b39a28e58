"""Signs that somebody who has not yet responded to a leader will: what both did before a cut, and nothing after it.

A sign is about what people did towards others, never about who or what somebody is. Those asked about are people, no
bots, who did something in the 90 days before the cut and have not responded to the leader themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from influence.advice.history import History
from influence.kernels.arrays import Codes, Flags, Floats, Indices, Ints
from influence.times import DAY

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

RECENT = 90 * DAY
HALF_LIFE = 30
"""Days after which an act counts half in what is recent."""
SLOW = 180
"""Days after which an act counts half in ties that last."""
MOST_ASKED = 1_500
"""Of more who could be asked about for one leader, these are."""
AT_ONCE = ACTS_AT_ONCE = 6_000_000
"""So many leaders times people, and so many acts, are held at once."""
_LEAST = -1000.0
"""Half-lives after which an act counts no less any more: a number can hold it, so that nothing is taken for nothing."""
STEPS, BACK = 4, 0.15
"""Of the walk from the leader along ties: how many steps, and how likely each goes back to the leader."""

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
    if not len(own):
        return Asked(own, own, np.zeros((0, len(SIGNS))))
    return _Pairs(_Known(history.before(cut), cut), own, np.asarray(also, np.int64)).asked()


def came(history: History, asked: Asked, since: int, until: int) -> Flags:
    """Tell of each pair whether that person first responded to that leader in a time."""
    pairs, first = history.first_responses
    wanted = asked.leader * history.people + asked.person
    place = np.minimum(np.searchsorted(pairs, wanted), max(len(pairs) - 1, 0))
    if not len(pairs):
        return np.zeros(len(asked), bool)
    found: Flags = (pairs[place] == wanted) & (first[place] >= since) & (first[place] < until)
    return found


def _parts(of: int) -> list[slice]:
    """Return the stretches of so many acts that are held at once; at least one."""
    return [slice(n, n + ACTS_AT_ONCE) for n in range(0, max(of, 1), ACTS_AT_ONCE)]


def _matrix(weight: Floats, row: Indices, column: Indices, shape: tuple[int, int]) -> csr_matrix:
    """Return a sparse matrix; what falls into one place is added up, a row or column below 0 is left out."""
    from scipy.sparse import coo_matrix

    kept = (row >= 0) & (column >= 0)
    return coo_matrix((weight[kept], (row[kept], column[kept])), shape).tocsr()


def _places(some: Ints, of: int) -> Codes:
    """Return the place of each of so many people among some, −1 where it has none."""
    found = np.full(of, -1, np.int32)
    found[some] = np.arange(len(some))
    return found


class _Known:
    """What is known before a cut; a leader could be advised about `people` only: a tenth of all, say."""

    def __init__(self, before: History, cut: int) -> None:
        self.before, self.cut = before, cut
        recent = np.zeros(before.people, bool)
        recent[before.author[np.searchsorted(before.time, cut - RECENT) :]] = True
        self.people = np.flatnonzero(recent & before.asked)

    def faded(self, time: Ints, half_life: float = HALF_LIFE) -> Floats:
        """Return what an act of some moment counts at the cut."""
        weight: Floats = np.exp2(np.maximum((time - self.cut) / (half_life * DAY), _LEAST))
        return weight

    def _weight(self, time: Ints, half_life: float | None) -> Floats:
        return np.ones(len(time)) if half_life is None else self.faded(time, half_life)

    def acts(
        self, row: Indices, column: Indices, shape: tuple[int, int], time: Ints, half_life: float | None
    ) -> csr_matrix:
        """Return how often, or by what counts of it now, acts of some moments fall into each place."""
        return reduce(
            add,
            (
                _matrix(self._weight(time[part], half_life), row[part], column[part], shape)
                for part in _parts(len(time))
            ),
        )

    def tally(self, who: Indices, many: int, time: Ints, half_life: float | None) -> Floats:
        """Return how many acts, or what counts of them now, are of each of so many."""
        found = np.zeros(many)
        for part in _parts(len(who)):
            found += np.bincount(who[part], self._weight(time[part], half_life), minlength=many)
        return found

    # --- who answered whom: each pair once ----------------------------------------------------------------

    @cached_property
    def target(self) -> Codes:
        found: Codes = (self.before.first_responses[0] // self.before.people).astype(np.int32)
        return found

    @cached_property
    def responder(self) -> Codes:
        found: Codes = (self.before.first_responses[0] % self.before.people).astype(np.int32)
        return found

    def answers(self, half_life: float | None = None) -> Floats:
        """How often, or by what counts of it now, the one answered the other."""
        pairs, _, place = self.before.pairs
        return self.tally(place, len(pairs), self.before.responded, half_life)

    def passed(self) -> Floats:
        """How likely an item of the one comes to the other."""
        made = np.bincount(self.before.author, minlength=self.before.people)
        found: Floats = np.minimum(self.answers() / np.maximum(made[self.target], 1), 0.999)
        return found

    # --- ties: whichever of the two responded -------------------------------------------------------------

    @cached_property
    def tied(self) -> Ints:
        """Everybody who has a tie."""
        found = np.zeros(self.before.people, bool)
        found[self.target] = found[self.responder] = True
        return np.flatnonzero(found)

    @cached_property
    def ties(self) -> csr_matrix:
        """What the ties among those tied count: a row and a column each."""
        place = _places(self.tied, self.before.people)
        shape = len(self.tied), len(self.tied)
        half = _matrix(self.answers(SLOW), place[self.target], place[self.responder], shape)
        found: csr_matrix = (half + half.T).tocsr()
        return found

    def degree(self) -> Ints:
        """With how many each of all people has a tie."""
        found = np.zeros(self.before.people, np.int64)
        found[self.tied] = np.diff(self.ties.indptr)
        return found

    def walk(self, leaders: Ints) -> Floats:
        """Personalised PageRank from each leader over the ties: a row a leader, a column one of `people`."""
        place = _places(self.tied, self.before.people)[leaders]
        start = np.zeros((len(self.tied), len(leaders)))
        there = np.flatnonzero(place >= 0)
        start[place[there], there] = BACK
        each, here = np.asarray(self.ties.sum(axis=1)), start.copy()
        # of the first step only the leaders' own ties, of the last only the steps to those who are asked about
        here[:, there] += (1 - BACK) * (self.ties[place[there]].toarray() * (1 / each[place[there]])).T
        for _ in range(STEPS - 2):
            here = start + (1 - BACK) * (self.ties @ (here / each))
        column, tied, ties = self._ties_of_people
        found = np.zeros((len(leaders), len(self.people)))
        found[:, column] = (start[tied] + (1 - BACK) * (ties @ (here / each))).T
        return found

    @cached_property
    def _ties_of_people(self) -> tuple[Ints, Ints, csr_matrix]:
        """Those of `people` who have a tie, their places among all who have one, and their rows of `ties`."""
        place = _places(self.tied, self.before.people)[self.people]
        column = np.flatnonzero(place >= 0)
        return column, place[column].astype(np.int64), self.ties[place[column]]

    # --- of one side: by person code ----------------------------------------------------------------------

    def _count(self, who: Indices, time: Ints, half_life: float | None = None) -> Floats:
        found: Floats = np.log1p(self.tally(who, self.before.people, time, half_life))
        return found

    @cached_property
    def lately(self) -> Floats:
        return self._count(self.before.author, self.before.time, HALF_LIFE)

    def _ago(self, latest: bool) -> Floats:
        """Return the days since everybody's latest (or first) item, as a logarithm."""
        time, author = self.before.time, self.before.author
        at = np.full(self.before.people, time[0] if len(time) else self.cut)
        for part in _parts(len(time))[:: 1 if latest else -1]:
            at[author[part][:: 1 if latest else -1]] = time[part][:: 1 if latest else -1]
        found: Floats = np.log1p((self.cut - at) / DAY)
        return found

    def of_people(self) -> Iterator[Floats]:
        """Yield what is known of everybody alone, but for their channels."""
        before, first = self.before, self.before.first_responses[1]
        yield self._count(before.author, before.time)
        yield self.lately
        yield self._ago(latest=True)
        yield self._ago(latest=False)
        yield self._count(before.responder, before.responded)
        yield self._count(before.responder, before.responded, HALF_LIFE)
        yield self._count(self.responder, first)
        yield self._count(self.responder, first, HALF_LIFE)
        yield self._count(before.target, before.responded, HALF_LIFE)

    def of_leaders(self) -> Iterator[Floats]:
        """Yield what is known of leaders alone."""
        first = self.before.first_responses[1]
        yield self.lately
        yield self._count(self.target, first, HALF_LIFE)
        yield self._count(self.target, first)
        yield self._ago(latest=True)


class _Pairs:
    """Some leaders and, of each, whom they could be advised about; every sign has a value a pair.

    Signs are told one after the other, so that matrices of one alone are held: those of leaders (`_own`: a row a
    leader) and those of the others who were chosen (`_theirs`: a column each).
    """

    def __init__(self, known: _Known, leaders: Ints, also: Ints) -> None:
        self.known, self.leaders, self.before = known, leaders, known.before
        everybody = known.before.people
        self._leader, place = _places(leaders, everybody), _places(known.people, everybody)
        self._busiest = np.argsort(-known.lately[known.people], kind="stable")
        self._answered = self._own(np.ones(len(known.target)), place, len(known.people))
        chosen = [self._chosen(some, also) for some in self._some(max(len(known.tied), len(known.people)))]
        self.row, column, self.walk = (np.concatenate(of) for of in zip(*chosen, strict=True))
        self.person = known.people[column]
        self.others, self.column = np.unique(self.person, return_inverse=True)
        self._other = _places(self.others, everybody)

    def _some(self, people: int) -> list[slice]:
        """Return stretches of leaders: as many as are held at once with so many people each."""
        many = max(1, AT_ONCE // max(people, 1))
        return [slice(n, n + many) for n in range(0, len(self.leaders), many)]

    def _chosen(self, some: slice, also: Ints) -> tuple[Ints, Ints, Floats]:
        """Return whom some leaders are asked about: row and column of each pair, and how near the walk comes."""
        people, own = self.known.people, self.leaders[some]
        walk = self.known.walk(own)
        kept = self._answered[some].toarray() == 0
        kept &= people[None, :] != own[:, None]
        if kept.shape[1] > MOST_ASKED:
            named = np.isin(people, also)
            kept = np.array([self._most(*row) for row in zip(kept, walk, strict=True)]) | kept & named
        row, column = np.nonzero(kept)
        return row + some.start, column, walk[row, column]

    def _most(self, kept: Flags, walk: Floats) -> Flags:
        """Of those who can be asked about for one leader leave `MOST_ASKED`: who did most lately, who is nearest.

        Of those who are as near as the last of them, who did most. All are told apart without sorting all.
        """
        busiest, half = self._busiest[kept[self._busiest]], MOST_ASKED // 2
        others, left = busiest[half:], MOST_ASKED - half
        near = walk[others]
        edge = -np.partition(-near, left - 1)[left - 1] if len(near) > left else -np.inf
        nearer, last = others[near > edge], others[near == edge]
        found: Flags = np.zeros(len(kept), bool)
        found[np.concatenate([busiest[:half], nearer, last[: left - len(nearer)]])] = True
        return found

    def asked(self) -> Asked:
        """Return the pairs with their signs."""
        leader = self.leaders[self.row]
        signs = np.empty((len(leader), len(SIGNS)))
        for column, values in enumerate(self._signs(leader)):
            signs[:, column] = values
        return Asked(leader, self.person, signs)

    def _signs(self, leader: Ints) -> Iterator[Floats]:
        channels = self.known.acts(
            self.before.author,
            self.before.channel,
            (self.before.people, int(self.before.channel.max(initial=0)) + 1),
            self.before.time,
            SLOW,
        )
        yield from map(np.log1p, self._acts())
        yield from map(np.log1p, self._through_others())
        yield from map(np.log1p, self._in_conversations())
        yield np.log1p(self._in_channels(channels))
        yield np.log1p(self._at_hours(leader))
        yield np.log1p(self.walk * 1000)
        yield np.log1p(self._cascade())
        yield from (part[self.person] for part in self.known.of_people())
        yield np.log1p(np.diff(channels.indptr)[self.person])
        yield from (part[leader] for part in self.known.of_leaders())

    # --- matrices: of what the leaders have, and of what the others have -----------------------------------

    def _own(self, weight: Floats, column: Codes, many: int) -> csr_matrix:
        """Return what counts of answers to leaders, a column the responder's place."""
        known = self.known
        return _matrix(weight, self._leader[known.target], column[known.responder], (len(self.leaders), many))

    def _theirs(self, weight: Floats) -> csr_matrix:
        """Return what counts of their answers: a row who was answered."""
        shape = self.before.people, len(self.others)
        return _matrix(weight, self.known.target, self._other[self.known.responder], shape)

    def _at(self, own: csr_matrix, theirs: csr_matrix | None = None) -> Floats:
        """Return the values at the pairs of a matrix, or of the product of two: a row a leader, a column an other."""
        found = np.empty(len(self.row))
        for some in self._some(len(self.others)):
            rows = slice(*np.searchsorted(self.row, (some.start, some.stop)))
            part = own[some] if theirs is None else own[some] @ theirs
            found[rows] = part.toarray()[self.row[rows] - some.start, self.column[rows]]
        return found

    # --- signs of two -------------------------------------------------------------------------------------

    def _acts(self) -> Iterator[Floats]:
        """Yield what the leader answered them, wrote to them, was written by them: ever, and lately."""
        before = self.before
        shape = len(self.leaders), len(self.others)
        for leader, other, time in (
            (before.responder, before.target, before.responded),
            (before.writer, before.reader, before.wrote),
            (before.reader, before.writer, before.wrote),
        ):
            row, column = self._leader[leader], self._other[other]
            for half_life in (None, HALF_LIFE):
                yield self._at(self.known.acts(row, column, shape, time, half_life))

    def _through_others(self) -> Iterator[Floats]:
        """Yield who both have to do with: contacts, those who answer the leader, those whom both answer."""
        known, everybody = self.known, self.before.people
        ever, lately = np.ones(len(known.target)), known.answers(HALF_LIFE)
        yield from self._contacts(ever, lately)
        each, once = np.arange(everybody, dtype=np.int32), self._theirs(ever)
        mine = self._own(ever, each, everybody)
        yield self._at(mine, once)
        now = np.minimum(lately, 1)
        yield self._at(self._own(now, each, everybody), self._theirs(now))
        yield self._at(mine, self._ties(ever, self._other, len(self.others)).sign())
        shape = len(self.leaders), everybody
        yield self._at(_matrix(ever, self._leader[known.responder], known.target, shape), once)

    def _ties(self, weight: Floats, column: Codes, many: int) -> csr_matrix:
        """Return what counts of everybody's ties of both directions, a column a place."""
        one, other = self.known.target, self.known.responder
        shape = self.before.people, many
        found: csr_matrix = _matrix(weight, one, column[other], shape) + _matrix(
            weight, other, column[one], shape
        )
        return found

    def _contacts(self, ever: Floats, lately: Floats) -> Iterator[Floats]:
        """Yield the contacts of both, weighed by what sharing one is worth (Adamic and Adar): ever, and lately."""
        from scipy.sparse import diags

        worth = diags(1 / np.log(np.maximum(self.known.degree(), 2) + 1))
        for weight in (ever, lately):
            mine = self._ties(weight, self._leader, len(self.leaders))
            theirs = self._ties(weight, self._other, len(self.others))
            if weight is ever:
                mine, theirs = mine.sign(), theirs.sign()
            yield self._at((mine.T @ worth).tocsr(), theirs)

    def _in_conversations(self) -> Iterator[Floats]:
        """Yield the conversations in which both were, weighed by what sharing one is worth: ever, and lately."""
        from scipy.sparse import diags

        conversation, author = self.before.conversation, self.before.author
        own = np.zeros(int(conversation.max(initial=0)) + 1, bool)
        own[conversation[self._leader[author] >= 0]] = True
        item = np.flatnonzero(own[conversation])
        among = (np.cumsum(own, dtype=np.int32) - 1)[conversation[item]]
        shape = self.before.people, int(own.sum())
        lately = self.known.acts(author[item], among, shape, self.before.time[item], HALF_LIFE)
        ever = lately.sign()
        worth = diags(1 / np.log(np.asarray(ever.sum(axis=0)).ravel() + 1.5))
        for were in (ever, lately.minimum(1)):
            yield self._at((were[self.leaders] @ worth).tocsr(), were[self.others].T.tocsr())

    def _in_channels(self, channels: csr_matrix) -> Floats:
        """Return the cosine between the channels in which both are."""
        dots = self._at(channels[self.leaders].sqrt(), channels[self.others].sqrt().T.tocsr())
        return self._alike(dots, np.sqrt(np.asarray(channels.sum(axis=1)).ravel()))

    def _at_hours(self, leader: Ints) -> Floats:
        """Return the cosine between the hours of the day at which both are active."""
        before, someone = self.before, np.unique(np.concatenate([self.leaders, self.others]))
        place, hours = _places(someone, before.people), np.zeros((len(someone), 24))
        for part in _parts(len(before.time)):
            who, hour = place[before.author[part]], (before.time[part] // (DAY // 24)) % 24
            hours += np.bincount((who * 24 + hour)[who >= 0], minlength=hours.size).reshape(hours.shape)
        length = np.zeros(before.people)
        length[someone] = np.sqrt((hours * hours).sum(axis=1))
        dots = np.einsum("ij,ij->i", hours[place[leader]], hours[place[self.person]])
        return self._alike(dots, length)

    def _alike(self, dots: Floats, length: Floats) -> Floats:
        scale = np.maximum(length[self.leaders[self.row]] * length[self.person], 1e-12)
        found: Floats = dots / scale
        return found

    def _cascade(self) -> Floats:
        """Return how likely an item of the leader comes to them by one other."""
        passed, everybody = self.known.passed(), self.before.people
        each = np.arange(everybody, dtype=np.int32)
        return self._at(self._own(passed, each, everybody), self._theirs(passed))
