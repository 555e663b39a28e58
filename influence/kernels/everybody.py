"""Compiled loops over the log for all leaders at once. Import it only where it is needed: it loads numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import UNDATED, Flags, Floats, Indices, check_within
from influence.kernels.compiling import compiled
from influence.kernels.conversations import Replies, checked_replies
from influence.kernels.tournament import replay, seated


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
    least = np.full(leading.size, -1, np.int64)  # nothing is nearer than −1: who does not lead is never taken
    for u in range(leading.size):
        if leading[u]:
            least[u] = k_max + 1
    nearest, link, count = _Nearest(np.empty(leading.size, np.int32), least), 0, 0
    for c in range(time.size):
        found, me = int(np.int64(0)), author[c]  # no constant, for which `_lower` would be compiled once more
        while link < child.size and child[link] == c:
            p = parent[link]
            link += 1
            # a wait above 0 also puts the parent earlier in order, so that its rows are all written
            if not 0 < time[c] - time[p] <= delta:
                continue
            hand = 1 if author[p] != me else 0
            for row in range(begin[p], begin[p + 1]):
                found = _lower(int(np.int64(leaders[row])), depths[row] + hand, me, k_max, nearest, found)
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


class Meetings(NamedTuple):
    """Who was where and what it tells: the encounters of person p are `encounter[begin[p]:begin[p + 1]]`, by time.

    Of each encounter: `time` in microseconds or `UNDATED`, `strength`, `share`, `feature` (−1: none), `sort`
    (0: no meeting, 1: a meeting, 2: one of unknown kind) and what it declares (−1: nothing, 0: never, 1: met).
    """

    begin: Indices
    encounter: Indices
    time: Indices
    strength: Floats
    share: Floats
    feature: Indices
    sort: Indices
    declares: Indices


class Calendars(NamedTuple):
    """When the entries of each person name which kinds of account, and which kinds each person has.

    The entries of person p are the rows `named_begin[p]:named_begin[p + 1]`, by kind and time; the kinds of account
    of p are `owned[owned_begin[p]:owned_begin[p + 1]]`.
    """

    named_begin: Indices
    kind: Indices
    time: Indices
    owned_begin: Indices
    owned: Indices


class Kept(NamedTuple):
    """How a calendar covers a month: how many months are looked at, their length, the entries and strength needed."""

    months: int
    month: int
    enough: int
    strong: float


class Evidence(NamedTuple):
    """What is on record about each pair by its moment.

    `missed` is Π(1 − s) over all evidence, `apart` over meetings alone; `strongest` the largest s; `said` what was
    declared (−1: nothing, 0: never, 1: met); `coverage` c; `lately` how many meetings of the months looked at tell more
    than they leave open; `amounts` (pairs × features) how much evidence there is of each sort.
    """

    missed: Floats
    apart: Floats
    strongest: Floats
    said: NDArray[np.int8]
    coverage: Floats
    lately: Indices
    amounts: Floats


def evidence_of_pairs(
    pairs: tuple[Indices, Indices, Indices],
    meetings: Meetings,
    calendars: Calendars,
    kept: Kept,
    features: int,
) -> Evidence:
    """Return what is on record about pairs (leader, v) by a moment `first`: evidence, declarations, coverage.

    Pairs come sorted by leader; moments are microseconds or `UNDATED`. Of the meetings of unknown kind of a pair only
    the strongest counts; the latest declaration stands, whatever its date. A month is covered if the leader's calendar
    has enough entries in it that name one of v's kinds of account.
    O(Σ over pairs of the encounters of v and its kinds of account · months).

    Raises:
        ValueError: the arrays differ in length, or the pairs are not sorted.

    >>> none, zero = np.empty(0, np.int64), np.zeros(1, np.int64)
    >>> one = zero + 5, np.array([0.9]), np.ones(1), zero, zero + 1, zero - 1
    >>> together = Meetings(np.array([0, 1, 2]), np.array([0, 0]), *one)  # ann and bob in one encounter
    >>> calendars = Calendars(np.zeros(3, np.int64), none, none, np.zeros(3, np.int64), none)
    >>> pair = zero, zero + 1, zero + 7
    >>> found = evidence_of_pairs(pair, together, calendars, Kept(12, 100, 4, 0.5), 1)
    >>> round(float(found.missed[0]), 9), found.lately.tolist(), found.coverage.tolist(), found.amounts.tolist()
    (0.1, [1], [0.0], [[1.0]])
    """
    leader, person = (np.ascontiguousarray(codes, np.int32) for codes in pairs[:2])
    first = pairs[2]
    if not leader.size == person.size == first.size or (leader[1:] < leader[:-1]).any():
        raise ValueError("pairs must be sorted by leader and have one moment each")
    found = Evidence(
        *(np.ones(leader.size), np.ones(leader.size), np.zeros(leader.size)),
        np.full(leader.size, -1, np.int8),
        np.zeros(leader.size),
        np.zeros(leader.size, np.int64),
        np.zeros((leader.size, features)),
    )
    _on_record(leader, person, first, meetings, kept, found)
    _covered(leader, person, first, calendars, kept, found.coverage)
    return found


@compiled
def _on_record(
    leader: Indices, person: Indices, first: Indices, meetings: Meetings, kept: Kept, found: Evidence
) -> None:
    # marked with the leader, not with a flag: the marks of the leader before need no clearing
    present = np.full(meetings.time.size, -1, np.int64)
    for i in range(leader.size):
        u, v, vague = leader[i], person[i], 0.0
        if i == 0 or leader[i - 1] != u:
            for at in range(meetings.begin[u], meetings.begin[u + 1]):
                present[meetings.encounter[at]] = u
        for e in meetings.encounter[meetings.begin[v] : meetings.begin[v + 1]]:
            if present[e] != u:  # the leader was not there
                continue
            if meetings.declares[e] >= 0:
                found.said[i] = meetings.declares[e]  # they come in order of time: the latest stands
            elif meetings.time[e] <= first[i]:
                _weigh(i, e, first[i], meetings, kept, found)
                vague = max(vague, meetings.strength[e] if meetings.sort[e] == 2 else 0.0)
        found.missed[i] *= 1 - vague
        found.apart[i] *= 1 - vague


@compiled
def _weigh(i: int, e: int, first: int, meetings: Meetings, kept: Kept, found: Evidence) -> None:
    """Add what one encounter tells of a pair; of those of unknown kind only the strongest counts, at the end."""
    strength, share, feature = meetings.strength[e], meetings.share[e], meetings.feature[e]
    found.strongest[i] = max(found.strongest[i], strength)
    if meetings.sort[e] != 2:
        found.missed[i] *= 1 - strength
        found.apart[i] *= 1 - strength if meetings.sort[e] == 1 else 1.0
    if feature >= 0:
        before = found.amounts[i, feature]
        found.amounts[i, feature] = max(before, share) if meetings.sort[e] == 2 else before + share
    # of a pair without a moment only undated evidence counts, and none of it is of the last year
    if meetings.sort[e] > 0 and strength >= kept.strong and first != UNDATED:
        found.lately[i] += meetings.time[e] > first - kept.months * kept.month


@compiled
def _covered(
    leader: Indices, person: Indices, first: Indices, calendars: Calendars, kept: Kept, coverage: Floats
) -> None:
    most = 0
    for kind in calendars.kind:
        most = max(most, kind)
    for kind in calendars.owned:
        most = max(most, kind)
    begin, end, whose = (
        np.zeros(most + 1, np.int64),
        np.zeros(most + 1, np.int64),
        np.full(most + 1, -1, np.int64),
    )
    covered = np.empty(kept.months, np.bool_)
    for i in range(leader.size):
        u, v = leader[i], person[i]
        if i == 0 or leader[i - 1] != u:
            _find_kinds(u, calendars, begin, end, whose)
        if first[i] == UNDATED:  # before everything: no month lies before it
            continue
        for month in range(kept.months):
            covered[month] = False
        for row in range(calendars.owned_begin[v], calendars.owned_begin[v + 1]):
            kind = calendars.owned[row]
            if whose[kind] == u:
                _mark_months(calendars.time, begin[kind], end[kind], first[i], kept, covered)
        months = 0
        for month in range(kept.months):
            months += covered[month]
        coverage[i] = months / kept.months


@compiled
def _find_kinds(u: int, calendars: Calendars, begin: Indices, end: Indices, whose: Indices) -> None:
    """Find where the entries that name each kind begin and end in the calendar of u."""
    for row in range(calendars.named_begin[u], calendars.named_begin[u + 1]):
        kind = calendars.kind[row]
        if whose[kind] != u:
            whose[kind], begin[kind] = u, row
        end[kind] = row + 1


@compiled
def _mark_months(times: Indices, begin: int, end: int, at: int, kept: Kept, covered: Flags) -> None:
    """Mark the months before a moment, the last first, in which there are enough of the entries from begin to end."""
    until = end
    for month in range(-1, kept.months):  # the month −1 is what comes after the moment
        since, above = begin, until
        while since < above:  # NumPy's search takes ten times as long to compile as this
            middle = (since + above) // 2
            if times[middle] <= at - (month + 1) * kept.month:
                since = middle + 1
            else:
                above = middle
        if month >= 0:
            covered[month] |= until - since >= kept.enough
        until = since


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
    codes = np.ascontiguousarray(person, np.int32)
    return _cover(begin, codes, weight, people, min(most, begin.size - 1))


@compiled
def _cover(
    begin: Indices, person: Indices, weight: Floats, people: int, most: int
) -> tuple[NDArray[np.int64], Floats]:
    best = np.zeros(people)
    chosen, covered = np.empty(most, np.int64), np.empty(most)
    promised = np.zeros(begin.size - 1)
    for u in range(promised.size):
        for i in range(begin[u], begin[u + 1]):
            promised[u] += weight[i]
    winner, count, total = seated(promised), 0, 0.0
    while count < most:
        u, adds = winner[1], 0.0
        if promised[u] <= 0:
            break
        for i in range(begin[u], begin[u + 1]):
            adds += max(weight[i] - best[person[i]], 0.0)
        if adds < promised[u]:  # promises only fall (submodular): who keeps theirs on top is the best of all
            promised[u] = adds
        else:
            promised[u] = 0.0
            for i in range(begin[u], begin[u + 1]):
                best[person[i]] = max(best[person[i]], weight[i])
            total += adds
            chosen[count], covered[count] = u, total
            count += 1
        replay(winner, promised, u)
    return chosen[:count], covered[:count]
