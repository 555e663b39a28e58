"""Compiled loops of the independent cascade: reverse reachable sets, and which people cover most of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from influence.kernels.arrays import Floats, Ints
from influence.kernels.compiling import compiled
from influence.kernels.tournament import replay, seated


class Chances(NamedTuple):
    """Rows of people, each with a probability: those of row i are `people[indptr[i]:indptr[i + 1]]`.

    So come the ties of a cascade (a row for each person) and what could be done (a row for each act).
    """

    indptr: Ints
    people: Ints
    probability: Floats


class Beliefs(NamedTuple):
    """What is known of the probability of each tie: Beta(a, b). Both are empty where each is known for sure."""

    a: Floats
    b: Floats


class Memberships(NamedTuple):
    """Which of `total` sets each person is in: those of person p are `sets[start[p]:start[p + 1]]`."""

    start: Ints
    sets: Ints
    total: int


@compiled
def draw_reverse_sets(
    ties: Chances, roots: Ints, hops: int, most: int, random: np.random.Generator, beliefs: Beliefs
) -> tuple[Ints, Ints]:
    """Draw, for each root, who would reach it in one run of the cascade: where each set begins, and all end to end.

    The row of a person in `ties` are those who may reach them. No new set is begun once `most` people are in
    the sets; at most `hops` ties back are followed. A probability below 0 is drawn from `beliefs`, and written,
    when its row is first walked: most never are. Of a row of many ties that are all unlikely only
    those that may succeed are looked at.

    Source: Guo, Wang, Wei, Chen 2020, Influence Maximization Revisited, SIGMOD, doi:10.1145/3318464.3389740.

    >>> ties, sure = Chances(np.array([0, 1, 1]), np.array([1]), np.ones(1)), Beliefs(np.empty(0), np.empty(0))
    >>> [row.tolist() for row in draw_reverse_sets(ties, np.array([0, 1]), 2, 9, np.random.default_rng(1), sure)]
    [[0, 2, 3], [0, 1, 1]]
    """
    indptr, people = ties.indptr, ties.indptr.size - 1
    offsets = np.zeros(roots.size + 1, np.int64)
    rows = _Rows(ties, np.zeros(people), np.zeros(people))
    # the set that somebody was last put in: no clearing between sets
    seen, members = np.full(people, -1, np.int64), np.empty(max(16, 2 * roots.size), np.int64)
    made, filled = 0, int(np.int64(0))  # no constant, for which all would be compiled once more
    for i in range(roots.size):
        # asked between sets only: a set cut short would leave out those farthest from its root
        if filled >= most:
            break
        at, members = filled, _with_room(members, filled + 1)
        members[filled], seen[roots[i]] = roots[i], i
        filled += 1
        # the set is its own queue: each member's row is walked once, so that each tie is thrown at most once
        level_end, depth = filled, 0
        while at < filled and depth < hops:
            v = members[at]
            if members.size < filled + indptr[v + 1] - indptr[v]:
                members = _with_room(members, filled + indptr[v + 1] - indptr[v])
            if rows.leap[v] == 0.0:
                _look_at(v, rows, random, beliefs)
            if rows.leap[v] > 0.0:
                filled = _leap(v, rows, random, _Drawn(seen, members), i, filled)
            else:
                filled = _throw(v, rows, random, _Drawn(seen, members), i, filled)
            at += 1
            if at == level_end:
                level_end = filled
                depth += 1
        made = i + 1
        offsets[made] = filled
    return offsets[: made + 1], members[:filled]


class _Rows(NamedTuple):
    """The rows of ties, how likely the likeliest tie of each is, and −1 / ln(1 − that), by which one leaps.

    Instead of the latter, 0: the row was not looked at yet, −1: its ties are thrown one by one.
    """

    ties: Chances
    likeliest: Floats
    leap: Floats


class _Drawn(NamedTuple):
    """The set that each person was last put in, and the members of all sets, end to end, with room for more."""

    seen: Ints
    members: Ints


_LIKELY, _HARDLY = 0.3, 1e-9
"""Where the likeliest tie is likelier, to throw all takes no longer; where it is less likely, a leap has no bound."""


@compiled
def _with_room(members: Ints, wanted: int) -> Ints:
    while members.size < wanted:
        members = np.concatenate((members, np.empty_like(members)))
    return members


@compiled
def _look_at(v: int, rows: _Rows, random: np.random.Generator, beliefs: Beliefs) -> None:
    """Draw what is only believed of a row, and choose how its ties are thrown."""
    indptr, _, probability = rows.ties
    likeliest = 0.0
    for tie in range(indptr[v], indptr[v + 1]):
        if probability[tie] < 0:
            probability[tie] = random.beta(beliefs.a[tie], beliefs.b[tie])
        likeliest = max(likeliest, probability[tie])
    rows.likeliest[v] = likeliest
    rows.leap[v] = -1 / np.log1p(-likeliest) if _HARDLY < likeliest < _LIKELY else -1.0


@compiled
def _throw(v: int, rows: _Rows, random: np.random.Generator, drawn: _Drawn, i: int, filled: int) -> int:
    """Throw the ties of v one by one, and put in set i who succeeds; return how many members there are."""
    indptr, sources, probability = rows.ties
    for tie in range(indptr[v], indptr[v + 1]):
        u = sources[tie]
        if drawn.seen[u] != i and (probability[tie] >= 1 or random.random() < probability[tie]):
            drawn.members[filled], drawn.seen[u] = u, i
            filled += 1
    return filled


@compiled
def _leap(v: int, rows: _Rows, random: np.random.Generator, drawn: _Drawn, i: int, filled: int) -> int:
    """Do as `_throw` does, in law: leap from one success of the likeliest chance to the next, and thin them out.

    How many throws of chance p fail before one succeeds is the whole part of an exponential's −1 / ln(1 − p) fold.
    """
    indptr, sources, probability = rows.ties
    likeliest, mean = rows.likeliest[v], rows.leap[v]
    tie, end = indptr[v], indptr[v + 1]
    while True:
        leap = mean * random.standard_exponential()
        if leap >= end - tie:
            return filled
        tie += np.int64(leap)
        u, p = sources[tie], probability[tie]
        if drawn.seen[u] != i and (p == likeliest or random.random() * likeliest < p):
            drawn.members[filled], drawn.seen[u] = u, i
            filled += 1
        tie += 1


@compiled
def gain_of_acts(membership: Memberships, acts: Chances) -> Floats:
    """Return how many sets each act is expected to cover when it is done alone.

    >>> who = Memberships(np.array([0, 1, 3]), np.array([0, 0, 1]), 2)
    >>> gain_of_acts(who, Chances(np.array([0, 1, 1]), np.array([1]), np.ones(1))).tolist()
    [2.0, 0.0]
    """
    left, trial = np.ones(membership.total), np.ones(membership.total)
    covered = np.empty(acts.indptr.size - 1)
    for act in range(covered.size):
        covered[act] = _gain(act, membership, acts, trial, left)
    return covered


@compiled
def _gain(act: int, membership: Memberships, acts: Chances, trial: Floats, left: Floats) -> float:
    """Add up what an act covers of what is left of the sets; `trial` equals `left` before and after."""
    start, of_member, _ = membership
    indptr, people, chance = acts
    gain = 0.0
    # a set may hold several people of the act: what the first leaves of it is all that the next can cover
    for j in range(indptr[act], indptr[act + 1]):
        for at in range(start[people[j]], start[people[j] + 1]):
            gain += trial[of_member[at]] * chance[j]
            trial[of_member[at]] *= 1 - chance[j]
    for j in range(indptr[act], indptr[act + 1]):
        for at in range(start[people[j]], start[people[j] + 1]):
            trial[of_member[at]] = left[of_member[at]]
    return gain


@compiled
def greedy_choice(membership: Memberships, acts: Chances, k: int) -> tuple[Ints, Floats]:
    """Choose up to k acts, each time the one that covers most of what is left; return them and what each adds.

    Old gains are bounds, since gains only shrink: the largest is worked out again until it stays the largest
    (Minoux 1978, doi:10.1007/BFb0006528). Of equals the first is chosen.

    >>> who = Memberships(np.array([0, 1, 3]), np.array([0, 0, 1]), 2)
    >>> [row.tolist() for row in greedy_choice(who, Chances(np.array([0, 1, 1]), np.array([1]), np.ones(1)), 1)]
    [[0], [2.0]]
    """
    start, of_member, sets = membership
    indptr, people, chance = acts
    count = indptr.size - 1
    left, trial = np.ones(sets), np.ones(sets)
    bound, fresh = gain_of_acts(membership, acts), np.zeros(count, np.int64)
    winner = seated(bound)
    chosen, adds = np.empty(min(k, count), np.int64), np.empty(min(k, count))
    for turn in range(chosen.size):
        while fresh[winner[1]] != turn:
            best = winner[1]
            bound[best] = _gain(best, membership, acts, trial, left)
            fresh[best] = turn
            replay(winner, bound, best)
        best = winner[1]
        if bound[best] <= 0:
            return chosen[:turn], adds[:turn]
        chosen[turn], adds[turn] = best, bound[best]
        for j in range(indptr[best], indptr[best + 1]):
            for at in range(start[people[j]], start[people[j] + 1]):
                left[of_member[at]] *= 1 - chance[j]
                trial[of_member[at]] = left[of_member[at]]
        bound[best] = -1.0  # below every gain, even none: it does not stand again
        replay(winner, bound, best)
    return chosen, adds


@compiled
def reached_by(ties: Chances, seeds: Ints, runs: int, hops: int, random: np.random.Generator) -> int:
    """Return how many people so many runs of the cascade reach in all, the seeds counted in each run.

    The row of a person in `ties` are those whom they may reach; each of the seeds is given once.
    """
    indptr, targets, probability = ties
    seen = np.full(indptr.size - 1, -1, np.int64)
    queue = np.empty(indptr.size - 1, np.int64)  # nobody is reached twice in a run, so that all fit
    total = 0
    for run in range(runs):
        queue[: seeds.size] = seeds
        seen[seeds] = run
        filled, at, depth = seeds.size, 0, 0
        level_end = filled
        while at < filled and depth < hops:
            for tie in range(indptr[queue[at]], indptr[queue[at] + 1]):
                v = targets[tie]
                if seen[v] != run and random.random() < probability[tie]:
                    seen[v] = run
                    queue[filled] = v
                    filled += 1
            at += 1
            if at == level_end:
                level_end = filled
                depth += 1
        total += filled
    return total
