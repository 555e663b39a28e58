"""Compiled loops of the independent cascade: reverse reachable sets, and which people cover most of them."""

from __future__ import annotations

import numpy as np

from influence.kernels.arrays import Floats, Ints
from influence.kernels.compiling import compiled


@compiled
def draw_reverse_sets(
    indptr: Ints,
    sources: Ints,
    probability: Floats,
    roots: Ints,
    hops: int,
    most: int,
    random: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Draw, for each root, who would reach it in one run of the cascade: the sets end to end, and where each begins.

    No new set is begun once `most` people are in them; at most `hops` ties back are followed.
    """
    offsets = np.zeros(roots.size + 1, np.int64)
    members = np.empty(max(16, 2 * roots.size), np.int64)
    seen = np.full(indptr.size - 1, -1, np.int64)
    made, filled = 0, 0
    for i in range(roots.size):
        if filled >= most:
            break
        first = filled
        if filled == members.size:
            members = np.concatenate((members, np.empty_like(members)))
        members[filled] = roots[i]
        seen[roots[i]] = i
        filled += 1
        level_end, at, depth = filled, first, 0
        while at < filled and depth < hops:
            v = members[at]
            for tie in range(indptr[v], indptr[v + 1]):
                u = sources[tie]
                if seen[u] != i and random.random() < probability[tie]:
                    if filled == members.size:
                        members = np.concatenate((members, np.empty_like(members)))
                    members[filled] = u
                    seen[u] = i
                    filled += 1
            at += 1
            if at == level_end:
                level_end = filled
                depth += 1
        made = i + 1
        offsets[made] = filled
    return offsets[: made + 1], members[:filled]


@compiled
def gain_of_acts(
    start: Ints, of_member: Ints, sets: int, indptr: Ints, people: Ints, chance: Floats
) -> Floats:
    """Return how many sets each act covers when it is done alone; acts are rows of people with their chances."""
    left, trial = np.ones(sets), np.ones(sets)
    covered = np.empty(indptr.size - 1)
    for act in range(covered.size):
        covered[act] = _gain(act, start, of_member, indptr, people, chance, trial, left)
    return covered


@compiled
def _gain(
    act: int,
    start: Ints,
    of_member: Ints,
    indptr: Ints,
    people: Ints,
    chance: Floats,
    trial: Floats,
    left: Floats,
) -> float:
    """Add up what an act covers of what is left of the sets; `trial` equals `left` before and after."""
    gain = 0.0
    for j in range(indptr[act], indptr[act + 1]):
        for at in range(start[people[j]], start[people[j] + 1]):
            gain += trial[of_member[at]] * chance[j]
            trial[of_member[at]] *= 1 - chance[j]
    for j in range(indptr[act], indptr[act + 1]):
        for at in range(start[people[j]], start[people[j] + 1]):
            trial[of_member[at]] = left[of_member[at]]
    return gain


@compiled
def greedy_choice(
    start: Ints, of_member: Ints, sets: int, indptr: Ints, people: Ints, chance: Floats, k: int
) -> tuple[Ints, Floats]:
    """Greedy with old gains as bounds (they can only shrink): the largest is worked out again until it stays."""
    count = indptr.size - 1
    left, trial = np.ones(sets), np.ones(sets)
    bound, fresh = np.full(count, np.inf), np.full(count, -1, np.int64)
    chosen, adds = np.empty(min(k, count), np.int64), np.empty(min(k, count))
    for turn in range(chosen.size):
        best = np.argmax(bound)
        while fresh[best] != turn:
            bound[best] = _gain(int(best), start, of_member, indptr, people, chance, trial, left)
            fresh[best] = turn
            best = np.argmax(bound)
        if bound[best] <= 0:
            return chosen[:turn], adds[:turn]
        chosen[turn], adds[turn] = best, bound[best]
        for j in range(indptr[best], indptr[best + 1]):
            for at in range(start[people[j]], start[people[j] + 1]):
                left[of_member[at]] *= 1 - chance[j]
                trial[of_member[at]] = left[of_member[at]]
        bound[best] = -1.0
    return chosen, adds


@compiled
def reached_by(
    indptr: Ints,
    targets: Ints,
    probability: Floats,
    seeds: Ints,
    runs: int,
    hops: int,
    random: np.random.Generator,
) -> int:
    """Return how many people so many runs of the cascade reach in all, the seeds counted in each run."""
    seen = np.full(indptr.size - 1, -1, np.int64)
    queue = np.empty(indptr.size - 1, np.int64)
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
