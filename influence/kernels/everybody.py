"""Compiled loops over the log for all leaders at once. Import it only where it is needed: it loads numba."""

from __future__ import annotations

from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Floats, Indices, Rows, check_within
from influence.kernels.compiling import compiled
from influence.kernels.conversations import Replies, checked_replies


def everybodys_depth(
    replies: Replies,
    delta: int,
    k_max: int,
    *,
    leading: NDArray[np.bool_] | None = None,
    most: int | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int16]] | None:
    """Return `conversations.conversation_depth` for all leaders at once: where above 0, as (item, leader, depth).

    One pass over the links in order of time: an item has the leaders of its parents, over the links with
    0 < wait ≤ `delta`, one hand further where the author changes; and each parent's author. An item has at most
    `k_max` leaders for a single parent. Rows come in order of items. Only authors that are `leading` count, a
    flag for each author. None where there would be more than `most` rows.

    Raises:
        ValueError: as `conversations.checked_replies`, or an author has no flag.

    >>> replies = Replies(np.array([1, 2]), np.array([0, 1]), np.array([0, 5, 9]), np.array([7, 8, 9]))
    >>> [row.tolist() for row in everybodys_depth(replies, 10, 4)]
    [[1, 2, 2], [7, 7, 8], [1, 2, 1]]
    """
    said = checked_replies(replies, k_max)
    people = int(said.author.max()) + 1 if said.author.size else 0
    flags = np.ones(people, np.bool_) if leading is None else leading
    if flags.size < people:
        raise ValueError("there must be one flag for each author")
    limit = np.iinfo(np.int64).max if most is None else most
    begin, leaders, depths = _everybodys_depth(said, delta, k_max, flags, limit)
    if begin[-1] < 0:
        return None
    return np.repeat(np.arange(said.time.size), np.diff(begin)), leaders, depths


class _Nearest(NamedTuple):
    """The leaders `seen` at the item in hand, and the `least` depth of each leader there (above k_max: not seen)."""

    seen: Indices
    least: Indices


@compiled
def _everybodys_depth(
    replies: Replies, delta: int, k_max: int, leading: NDArray[np.bool_], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int16]]:
    child, parent, time, author = replies
    begin = np.zeros(time.size + 1, np.int64)
    # a guess, but never less than one item can hold: then doubling once always makes room for the next
    room = 4 * child.size + leading.size
    leaders, depths = np.empty(room, np.int32), np.empty(room, np.int16)
    least = np.where(leading, k_max + 1, -1)  # nothing is nearer than −1: who does not lead is never taken
    nearest, link, count = _Nearest(np.empty(leading.size, np.int32), least), 0, 0
    for c in range(time.size):
        found, me = 0, author[c]
        while link < child.size and child[link] == c:
            p = parent[link]
            link += 1
            # a wait above 0 also puts the parent earlier in order, so that its rows are all written
            if not 0 < time[c] - time[p] <= delta:
                continue
            hand = 1 if author[p] != me else 0
            for row in range(begin[p], begin[p + 1]):
                found = _lower(leaders[row], depths[row] + hand, me, k_max, nearest, found)
            found = _lower(author[p], hand, me, k_max, nearest, found)
        if count + found > most:
            begin[-1] = -1  # no place in the rows: the sign that they were not finished
            break
        if count + found > leaders.size:
            leaders, depths = np.concatenate((leaders, leaders)), np.concatenate((depths, depths))
        for i in range(found):
            leader = nearest.seen[i]
            leaders[count], depths[count] = leader, least[leader]
            # only what was touched is set back: clearing all would cost items · leaders
            least[leader] = k_max + 1
            count += 1
        begin[c + 1] = count
    return begin, leaders[:count].copy(), depths[:count].copy()


@compiled
def _lower(leader: int, depth: int, me: int, k_max: int, nearest: _Nearest, found: int) -> int:
    """Take a leader at a depth if that is less than before; nobody leads themselves."""
    # whoever is not seen yet stands at k_max + 1, so that this also refuses what has gone too far
    if leader == me or depth >= nearest.least[leader]:
        return found
    if nearest.least[leader] > k_max:
        nearest.seen[found] = leader
        found += 1
    nearest.least[leader] = depth
    return found


def evidence_of_pairs(
    pairs: tuple[Indices, Indices, Indices],
    met_at: Rows,
    encounters: tuple[Indices, Floats, Floats, Indices, Indices],
    systems: tuple[Rows, Rows],
    features: int,
) -> tuple[Floats, NDArray[np.int8], Floats]:
    """Return what encounters say about pairs (leader, v) by a moment `first`: Π(1 − s), what is known, amounts.

    What is known is the sum of 1 (some evidence, whatever its date), 2 (v has an account in a system that the
    leader's encounters name), 4 (declared never met) and 8 (declared met; the latest declaration stands).
    Amounts are pairs × `features`: the sum of the shares of each sort of evidence by `first`.

    Pairs come sorted by leader; moments are microseconds or `UNDATED`. `met_at` are the encounters of each person
    as rows, in order of time, the undated before; `encounters` their time, strength, share, feature (−1: none)
    and what they declare (−1: nothing, 0: never, 1: met). `systems` are those that the encounters of each
    person name, and those in which each has an account, as rows.
    O(Σ over pairs of the encounters and systems of v).

    Raises:
        ValueError: the arrays differ in length, or the pairs are not sorted.

    >>> together = np.array([0, 1, 2]), np.array([0, 0])  # ann and bob in one encounter
    >>> one = np.array([5]), np.array([0.9]), np.array([1.0]), np.array([0]), np.array([-1])
    >>> none = np.zeros(3, int), np.empty(0, int)
    >>> pair = np.array([0]), np.array([1]), np.array([7])
    >>> miss, known, amounts = evidence_of_pairs(pair, together, one, (none, none), 1)
    >>> round(float(miss[0]), 9), known.tolist(), amounts.tolist()
    (0.1, [1], [[1.0]])
    """
    leader, person, first = pairs
    if not leader.size == person.size == first.size or (leader[1:] < leader[:-1]).any():
        raise ValueError("pairs must be sorted by leader and have one moment each")
    time, strength, share, feature, declares = encounters
    met = _Encounters(*met_at, time, strength, share, feature, declares)
    return _evidence_of_pairs(leader, person, first, met, _Systems(*systems[0], *systems[1]), features)


class _Encounters(NamedTuple):
    """Who was where: the encounters of person p are `encounter[begin[p]:begin[p + 1]]`; the others by encounter."""

    begin: Indices
    encounter: Indices
    time: Indices
    strength: Floats
    share: Floats
    feature: Indices
    declares: Indices


class _Systems(NamedTuple):
    """The systems that the encounters of each person name, and those in which each has an account, as rows."""

    named_begin: Indices
    named: Indices
    owned_begin: Indices
    owned: Indices


@compiled
def _evidence_of_pairs(
    leader: Indices,
    person: Indices,
    first: Indices,
    met: _Encounters,
    systems: _Systems,
    features: int,
) -> tuple[Floats, NDArray[np.int8], Floats]:
    miss, known = np.ones(leader.size), np.zeros(leader.size, np.int8)
    amounts = np.zeros((leader.size, features))
    # marked with the leader, not with a flag: the marks of the leader before need no clearing
    present = np.full(met.time.size, -1, np.int64)
    most = max(
        systems.named.max() if systems.named.size else 0, systems.owned.max() if systems.owned.size else 0
    )
    speaks = np.full(most + 1, -1, np.int64)
    for i in range(leader.size):
        u, v, said = leader[i], person[i], -1
        if i == 0 or leader[i - 1] != u:
            present[met.encounter[met.begin[u] : met.begin[u + 1]]] = u
            speaks[systems.named[systems.named_begin[u] : systems.named_begin[u + 1]]] = u
        for e in met.encounter[met.begin[v] : met.begin[v + 1]]:
            if present[e] != u:  # the leader was not there
                continue
            if met.declares[e] >= 0:
                said = met.declares[e]  # they come in order of time: the latest stands
                continue
            known[i] |= met.strength[e] > 0  # at any time: later evidence does not count, but is not nothing
            if met.time[e] <= first[i]:
                miss[i] *= 1 - met.strength[e]
                if features > 0 and met.feature[e] >= 0:
                    amounts[i, met.feature[e]] += met.share[e]
        for system in systems.owned[systems.owned_begin[v] : systems.owned_begin[v + 1]]:
            known[i] |= 2 if speaks[system] == u else 0
        known[i] |= 4 << said if said >= 0 else 0
    return miss, known, amounts


def cover(
    begin: Indices, person: Indices, weight: Floats, people: int, most: int
) -> tuple[NDArray[np.int64], Floats]:
    """Choose leaders one by one, each time who adds most cover; return them, and the cover after each.

    The cover of a set S of leaders is Σ_v max_{u in S} weight(u, v): submodular, so that the greedy choice covers
    at least 1 − 1/e of what the best choice of as many could (Nemhauser, Wolsey, Fisher 1978,
    doi:10.1007/BF01588971); what a leader adds is worked out again only when they come first (Minoux 1978,
    doi:10.1007/BFb0006528). Leader i reaches `person[begin[i]:begin[i + 1]]`; of equals the first is chosen. It
    ends after `most`, or when nobody adds anything.

    Raises:
        ValueError: the rows are not well formed, or a person is not one of the `people`.

    >>> chosen, covered = cover(np.array([0, 2, 4, 5]), np.array([0, 1, 1, 2, 3]), np.ones(5), 4, 3)
    >>> chosen.tolist(), covered.tolist()
    ([0, 1, 2], [2.0, 3.0, 4.0])
    """
    well_formed = begin.size > 0 and begin[0] == 0 and begin[-1] == person.size == weight.size
    if not well_formed or (np.diff(begin) < 0).any():
        raise ValueError("begin must rise from 0 to the number of pairs, each with its weight")
    check_within(person, 0, people, "person")
    return _cover(begin, person, weight, people, min(most, begin.size - 1))


@compiled
def _cover(
    begin: Indices, person: Indices, weight: Floats, people: int, most: int
) -> tuple[NDArray[np.int64], Floats]:
    best = np.zeros(people)
    chosen, covered = np.empty(most, np.int64), np.empty(most)
    # the heap gives the least, hence the sign; of equal promises the lower number, hence the first leader
    waiting = [(-weight[begin[u] : begin[u + 1]].sum(), u) for u in range(begin.size - 1)]
    heapify(waiting)
    count, total = 0, 0.0
    while count < most and len(waiting) > 0:
        promised, u = waiting[0]
        adds = 0.0
        for i in range(begin[u], begin[u + 1]):
            adds += max(weight[i] - best[person[i]], 0.0)
        if adds <= 0:
            heappop(waiting)
        elif adds < -promised:  # promises only fall (submodular): who keeps theirs on top is the best of all
            heapreplace(waiting, (-adds, u))
        else:
            heappop(waiting)
            for i in range(begin[u], begin[u + 1]):
                best[person[i]] = max(best[person[i]], weight[i])
            total += adds
            chosen[count], covered[count] = u, total
            count += 1
    return chosen[:count], covered[:count]
