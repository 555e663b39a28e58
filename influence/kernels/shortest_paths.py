"""Compiled loops over shortest paths: how far everything is from a node, and what lies between."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import NamedTuple, TypeVar

import numpy as np

from influence.kernels.arrays import Codes, Flags, Floats, Indices, Ints, check_rows, check_within
from influence.kernels.compiling import compiled
from influence.kernels.cores import on_all_cores

_Part = TypeVar("_Part")
_BATCHES = 8  # fixed, so that sums do not depend on the number of cores
UNWEIGHTED = np.empty(0)
"""In place of weights: every tie is one step."""


def distances(
    indptr: Indices, indices: Indices, weights: Floats, sources: Ints, cutoff: float = np.inf
) -> tuple[Codes, Floats]:
    """Return what the nearest of some nodes reaches, the nearest first, and how far each is from it.

    `weights` are lengths of 0 or more (Dijkstra), or `UNWEIGHTED` (breadth first). Nothing further than `cutoff`
    is given, but the sources always. O(ties), or O(ties · log ties) with weights.

    Raises:
        ValueError: the rows are not well formed, a source is no node, or a weight is below 0.

    >>> reached, far = distances(np.array([0, 1, 2, 2]), np.array([1, 2]), UNWEIGHTED, np.array([0]))
    >>> reached.tolist(), far.tolist()
    ([0, 1, 2], [0.0, 1.0, 2.0])
    """
    n = check_rows(indptr, indices, _lengths(weights))
    check_within(sources, 0, n, "sources")
    distance, order = np.full(n, np.inf), np.empty(n, np.int32)
    count = _reach(indptr, indices, weights, sources, cutoff, distance, order)
    return order[:count], distance[order[:count]]


class Sums(NamedTuple):
    """Over the nodes that each source reaches: how many, how far together, and the sum of 1 / distance."""

    reached: Floats
    distance: Floats
    nearness: Floats


def distance_sums(indptr: Indices, indices: Indices, weights: Floats, sources: Ints, counted: Flags) -> Sums:
    """Return for every source the sums over the nodes it reaches that are `counted`, itself left out.

    Nodes at distance 0 add nothing to the nearness. As `distances` otherwise; on all cores.

    Raises:
        ValueError: as `distances`, or `counted` has not one flag for each node.

    >>> rows = np.array([0, 1, 2, 2]), np.array([1, 2])
    >>> [sums.tolist() for sums in distance_sums(*rows, UNWEIGHTED, np.array([0, 2]), np.full(3, True))]
    [[2.0, 0.0], [3.0, 0.0], [1.5, 0.0]]
    """
    n = check_rows(indptr, indices, _lengths(weights))
    check_within(sources, 0, n, "sources")
    if counted.size != n:
        raise ValueError("counted must have one flag for each node")
    parts = _in_batches(lambda some: _distance_sums(indptr, indices, weights, some, counted), sources)
    return Sums(*np.concatenate(parts, axis=1)) if parts else Sums(*np.empty((3, 0)))


class Between(NamedTuple):
    """What shortest paths between sources and targets pass, of every node and of every tie."""

    nodes: Floats
    ties: Floats
    ends: Floats
    """How many paths begin or end in each node, of those that lead somewhere."""


def between(
    indptr: Indices,
    indices: Indices,
    weights: Floats,
    sources: Ints,
    targets: Flags,
    even: bool = False,
) -> Between:
    """Return Σ δ_st over the sources s and the targets t, for every node inside a path and for every tie.

    δ_st(v) is the share of the shortest paths from s to t that pass v. `weights` are lengths above 0, or
    `UNWEIGHTED`. With `even`, what passes a node that is no target comes from all nodes before it alike, not by
    their paths (as networkx has it for ties between subsets). O(sources · ties) time, on all cores.

    Source: Brandes 2008, On variants of shortest-path betweenness centrality, Social Networks 30(2),
    doi:10.1016/j.socnet.2007.11.001.

    Raises:
        ValueError: the rows are not well formed, a source is no node, or a weight is not above 0.

    >>> path = np.array([0, 1, 2, 2]), np.array([1, 2])
    >>> passed = between(*path, UNWEIGHTED, np.arange(3), np.full(3, True))
    >>> passed.nodes.tolist(), passed.ties.tolist(), passed.ends.tolist()
    ([0.0, 1.0, 0.0], [2.0, 2.0], [2.0, 2.0, 2.0])
    """
    n = check_rows(indptr, indices, _lengths(weights))
    check_within(sources, 0, n, "sources")
    if weights.size and weights.min() == 0:
        raise ValueError("paths are counted only where every weight is above 0")
    parts = _in_batches(lambda some: _between(indptr, indices, weights, some, targets, even), sources)
    sums = Between(np.zeros(n), np.zeros(indices.size), np.zeros(n))
    for part in parts:
        for total, more in zip(sums, part, strict=True):
            total += more
    return sums


def _lengths(weights: Floats) -> Floats | None:
    if not weights.size:
        return None
    if not weights.min() >= 0:
        raise ValueError("a length must not be below 0")
    return weights


def _in_batches(loop: Callable[[Ints], _Part], sources: Ints) -> list[_Part]:
    batches = [
        some for some in np.array_split(np.ascontiguousarray(sources, np.int64), _BATCHES) if some.size
    ]
    return list(on_all_cores(loop, batches, at_once=_BATCHES))


@compiled
def _reach(
    indptr: Indices,
    indices: Indices,
    weights: Floats,
    sources: Indices,
    cutoff: float,
    distance: Floats,
    order: Codes,
) -> int:
    """Fill in how far each node reached is, the nearest first; return how many are reached."""
    if weights.size > 0:
        return _by_lengths(indptr, indices, weights, sources, cutoff, distance, order)
    count = 0
    for s in sources:
        if distance[s] != 0.0:
            distance[s], order[count] = 0.0, s
            count += 1
    first = 0
    while first < count:
        v = order[first]
        first += 1
        if distance[v] >= cutoff:
            break
        for e in range(indptr[v], indptr[v + 1]):
            w = indices[e]
            if distance[w] == np.inf:
                distance[w], order[count] = distance[v] + 1.0, w
                count += 1
    return count


@compiled
def _by_lengths(
    indptr: Indices,
    indices: Indices,
    weights: Floats,
    sources: Indices,
    cutoff: float,
    distance: Floats,
    order: Codes,
) -> int:
    count, pushed = 0, 0
    settled = np.zeros(distance.size, np.bool_)
    # of equals the one that was found first, as in networkx
    waiting = [(0.0, 0, np.int64(0)) for _ in range(0)]
    for s in sources:
        distance[s] = 0.0
        heappush(waiting, (0.0, pushed, np.int64(s)))
        pushed += 1
    while len(waiting) > 0:
        far, _, v = heappop(waiting)
        if settled[v]:
            continue
        settled[v], order[count] = True, v
        count += 1
        for e in range(indptr[v], indptr[v + 1]):
            w = indices[e]
            further = far + weights[e]
            if further <= cutoff and further < distance[w]:
                distance[w] = further
                heappush(waiting, (further, pushed, np.int64(w)))
                pushed += 1
    return count


@compiled
def _distance_sums(
    indptr: Indices, indices: Indices, weights: Floats, sources: Indices, counted: Flags
) -> Floats:
    n = indptr.size - 1
    sums = np.zeros((3, sources.size))
    distance, order = np.full(n, np.inf), np.empty(n, np.int32)
    for i in range(sources.size):
        count = _reach(indptr, indices, weights, sources[i : i + 1], np.inf, distance, order)
        for j in range(count):
            far = distance[order[j]]
            distance[order[j]] = np.inf  # only what was reached: a source in a small part costs little
            if counted[order[j]] and order[j] != sources[i]:
                sums[0, i] += 1.0
                sums[1, i] += far
                if far > 0.0:
                    sums[2, i] += 1.0 / far
    return sums


@compiled
def _between(
    indptr: Indices, indices: Indices, weights: Floats, sources: Indices, targets: Flags, even: bool
) -> tuple[Floats, Floats, Floats]:
    n = indptr.size - 1
    nodes, ties, ends = np.zeros(n), np.zeros(indices.size), np.zeros(n)
    distance, order = np.full(n, np.inf), np.empty(n, np.int32)
    # of each node: how many paths lead to it (as floats: beyond any integer), from how many nodes, and what it passes
    paths, before, passed = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(sources.size):
        s = sources[i]
        count = _reach(indptr, indices, weights, sources[i : i + 1], np.inf, distance, order)
        ends[s] += count - 1.0
        paths[s] = 1.0
        for j in range(count):
            v = order[j]
            for e in range(indptr[v], indptr[v + 1]):
                if distance[indices[e]] == distance[v] + (weights[e] if weights.size > 0 else 1.0):
                    paths[indices[e]] += paths[v]
                    before[indices[e]] += 1.0
        for j in range(count - 1, -1, -1):
            v = order[j]
            for e in range(indptr[v], indptr[v + 1]):
                w = indices[e]
                if distance[w] == distance[v] + (weights[e] if weights.size > 0 else 1.0):
                    share = paths[v] / paths[w]
                    own = 1.0 if targets[w] else 0.0
                    along = passed[w] / before[w] if even and not targets[w] else share * (own + passed[w])
                    ties[e] += along
                    passed[v] += along
            if j > 0:  # the first is s itself, which is not between itself and others
                nodes[v] += passed[v]
                ends[v] += 1.0
        for j in range(count):
            v = order[j]
            distance[v], paths[v], before[v], passed[v] = np.inf, 0.0, 0.0, 0.0
    return nodes, ties, ends
