"""Compiled loops over a network: PageRank, betweenness, core numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import cpu_count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from influence.contract.turns import steps
from influence.kernels.arrays import Codes, Floats, Indices, Ints, check_rows, check_within, read_only
from influence.kernels.compiling import compiled
from influence.kernels.cores import on_all_cores
from influence.kernels.rows import fixed, turned
from influence.kernels.triangles import structural_holes

__all__ = [
    "Iteration",
    "Surfer",
    "core_number",
    "dependencies",
    "pagerank",
    "pagerank_by_voters",
    "structural_holes",
]

_BATCHES = 8  # fixed, so that sums do not depend on the number of cores
_BLOCK_TIES, _MOST_BLOCKS = 100_000, 64  # the same for PageRank's blocks


class Surfer(NamedTuple):
    """How somebody wanders: with `alpha` along a tie, else to a node drawn by `personal`; by `dangling` where none.

    Both are shares that add up to 1, by default `personal` all alike and `dangling` as `personal`.
    """

    alpha: float = 0.85
    personal: Floats | None = None
    dangling: Floats | None = None


class Iteration(NamedTuple):
    """Where a power iteration starts (shares, by default all alike), when it has settled, and when it gives up."""

    start: Floats | None = None
    tol: float = 1e-10
    max_iter: int = 1000


_SURFER, _ITERATION = Surfer(), Iteration()


def pagerank(
    indptr: Indices,
    indices: Indices,
    weights: Floats,
    surfer: Surfer = _SURFER,
    iteration: Iteration = _ITERATION,
) -> Floats | None:
    """Return the PageRank of every node by power iteration, or None if it has not settled in `max_iter`.

    x(v) = α · (Σ_u x(u) · w(u, v) / Σ w(u, ·) + d(v) · Σ x(nodes without ties)) + (1 − α) · p(v), until the
    sum of all changes is below `tol`; α, p and d are the surfer's `alpha`, `personal` and `dangling`. Shares;
    they add up to 1.

    Source: Page, Brin, Motwani, Winograd 1999; Langville and Meyer 2004, Deeper inside PageRank, Internet
    Mathematics 1(3), doi:10.1080/15427951.2004.10129091.

    Raises:
        ValueError: the rows are not well formed, or an array has the wrong length.

    >>> pagerank(np.array([0, 1, 2]), np.array([1, 0]), np.array([1.0, 1.0])).tolist()
    [0.5, 0.5]
    """
    check_rows(indptr, indices, weights)
    return pagerank_by_voters(*turned(indptr, indices, weights), surfer, iteration)


def pagerank_by_voters(
    indptr: Indices,
    indices: Indices,
    weights: Floats,
    surfer: Surfer = _SURFER,
    iteration: Iteration = _ITERATION,
) -> Floats | None:
    """Return `pagerank` from rows that hold for each node those whose ties lead to it; on all cores.

    Each node gathers what its voters bring. The order of every sum is the same on any number of cores.

    Raises:
        ValueError: the rows are not well formed, or an array has the wrong length.

    >>> pagerank_by_voters(np.array([0, 1, 2]), np.array([1, 0]), np.array([1.0, 1.0])).tolist()
    [0.5, 0.5]
    """
    n = check_rows(indptr, indices, weights)
    alike = np.full(n, 1 / max(n, 1))
    p = alike if surfer.personal is None else surfer.personal
    d = p if surfer.dangling is None else surfer.dangling
    x: Floats = alike if iteration.start is None else iteration.start
    if not n == p.size == d.size == x.size:
        raise ValueError("personal, dangling and start must have one share for each node")
    given = np.bincount(indices, weights, n)
    part = np.divide(surfer.alpha, given, out=np.zeros(n), where=given > 0)
    votes = _Votes(*fixed(indptr, indices), read_only(weights, np.float64), read_only(part))
    blocks = _blocks(votes.indptr)
    bring, lost = part * x, float(x[given == 0].sum())
    with ThreadPoolExecutor(min(cpu_count() or 1, len(blocks))) as threads:
        each_block = threads.map if len(blocks) > 2 else map  # one takes less time than a thread's start
        for _ in steps(range(iteration.max_iter)):
            falling: Floats = surfer.alpha * lost * d + (1 - surfer.alpha) * p
            found = _Round(read_only(falling), read_only(x), read_only(bring), np.empty(n), np.empty(n))
            done = list(each_block(partial(_gathered, votes, found), blocks[:-1], blocks[1:]))
            change, lost = sum(each[0] for each in done), sum(each[1] for each in done)
            x, bring = found.after, found.brought
            if change < iteration.tol:
                return x
    return None


class _Votes(NamedTuple):
    """Who votes for whom, and what part of its own rank a voter brings for each unit of weight: α / Σ w, 0 if none."""

    indptr: Ints
    indices: Codes
    weights: Floats
    part: Floats


class _Round(NamedTuple):
    """One round: what falls to each node anyhow, its rank and what it brings before and after."""

    falling: Floats
    before: Floats
    bring: Floats
    after: Floats
    brought: Floats


def _blocks(indptr: Ints) -> list[int]:
    """Cut the nodes into blocks of about as many ties each, the same on every machine."""
    count = int(np.clip(indptr[-1] // _BLOCK_TIES, 1, _MOST_BLOCKS))
    inner = np.searchsorted(indptr, indptr[-1] * np.arange(1, count) / count)
    return [0, *inner.tolist(), indptr.size - 1]


@compiled
def _gathered(votes: _Votes, found: _Round, first: int, last: int) -> tuple[float, float]:
    """Bring a block of nodes one round on; return how much changed, and the rank of those who vote for nobody."""
    change, lost = 0.0, 0.0
    for v in range(first, last):
        x = found.falling[v]
        for e in range(votes.indptr[v], votes.indptr[v + 1]):
            x += votes.weights[e] * found.bring[votes.indices[e]]
        change += abs(x - found.before[v])
        if votes.part[v] == 0.0:
            lost += x
        found.after[v], found.brought[v] = x, x * votes.part[v]
    return change, lost


def dependencies(indptr: Indices, indices: Indices, pivots: Indices) -> tuple[Floats, Floats]:
    """Return Σ δ_s(v) and Σ δ_s(v)² over the pivots s, for every node v, along unweighted shortest paths.

    δ_s(v) = Σ_t σ_st(v) / σ_st is the dependency of s on v: of the targets t, how many s reaches through v
    (where several paths are as short, the share of them). Over all nodes as pivots the first sum is
    the betweenness of v, not normalised. A pivot given twice counts twice. O(pivots · ties) time, on all
    cores; the sums do not depend on how many cores there are.

    Source: Brandes 2001, A faster algorithm for betweenness centrality, J. Math. Sociology 25(2),
    doi:10.1080/0022250X.2001.9990249; Brandes and Pich 2007 for pivots, doi:10.1142/S0218127407018403.

    Raises:
        ValueError: the rows are not well formed, or a pivot is no node.

    >>> sums, squares = dependencies(np.array([0, 1, 2, 2]), np.array([1, 2]), np.arange(3))
    >>> sums.tolist()
    [0.0, 1.0, 0.0]
    """
    n = check_rows(indptr, indices)
    check_within(pivots, 0, n, "pivots")
    rows = fixed(indptr, indices)
    batches = [
        batch for batch in np.array_split(np.ascontiguousarray(pivots, np.int64), _BATCHES) if batch.size
    ]
    sums, squares = np.zeros(n), np.zeros(n)
    for part in on_all_cores(lambda batch: _dependencies(*rows, read_only(batch)), batches, at_once=_BATCHES):
        sums += part[0]
        squares += part[1]
    return sums, squares


@compiled
def _dependencies(indptr: Indices, indices: Indices, pivots: Indices) -> tuple[Floats, Floats]:
    n = indptr.size - 1
    sums, squares = np.zeros(n), np.zeros(n)
    distance, order = np.full(n, -1, np.int32), np.empty(n, np.int32)
    paths, share = np.zeros(n), np.zeros(n)  # paths are floats: their number grows beyond any integer
    for s in pivots:
        count = _shortest_paths(indptr, indices, s, distance, order, paths)
        # farthest first: a node's dependency is made of those one step further. What is kept of each is
        # (1 + δ) / σ, so that Brandes' sum over successors, σ_v / σ_w · (1 + δ_w), is one product for v
        for i in range(count - 1, -1, -1):
            v = order[i]
            through = 0.0
            for e in range(indptr[v], indptr[v + 1]):
                if distance[indices[e]] == distance[v] + 1:
                    through += share[indices[e]]
            dependency = through * paths[v]
            share[v] = (1.0 + dependency) / paths[v]
            if i > 0:  # the first is s itself, which is not between itself and others
                sums[v] += dependency
                squares[v] += dependency * dependency
        for i in range(count):  # only what s reaches: a pivot in a small part costs little
            distance[order[i]] = -1
            paths[order[i]] = 0.0
    return sums, squares


@compiled
def _shortest_paths(
    indptr: Indices, indices: Indices, s: int, distance: Indices, order: Indices, paths: Floats
) -> int:
    """Fill in how far each node reached is and by how many paths; return how many are reached."""
    distance[s], paths[s], order[0] = 0, 1.0, s
    first, count = 0, 1
    while first < count:
        v = order[first]
        first += 1
        for e in range(indptr[v], indptr[v + 1]):
            w = indices[e]
            if distance[w] < 0:
                distance[w] = distance[v] + 1
                order[count] = w
                count += 1
            # v comes from the queue after all its own predecessors: its number of paths is final by now
            if distance[w] == distance[v] + 1:
                paths[w] += paths[v]
    return count


def core_number(indptr: Indices, indices: Indices) -> NDArray[np.int64]:
    """Return for each node the largest k such that it is in a group whose members have k ties inside it.

    The rows must be symmetric (an undirected network); a tie given twice counts twice. O(ties).

    Source: Batagelj and Zaveršnik 2003, An O(m) algorithm for cores decomposition, arXiv:cs/0310049.

    Raises:
        ValueError: the rows are not well formed or not symmetric.

    >>> core_number(np.array([0, 2, 4, 7, 8]), np.array([1, 2, 0, 2, 0, 1, 3, 2])).tolist()
    [2, 2, 2, 1]
    """
    check_rows(indptr, indices)
    core = _core_number(*fixed(indptr, indices))
    if core.size + 1 != indptr.size:
        raise ValueError("core numbers need an undirected network: every tie in both rows")
    return core.astype(np.int64)


@compiled
def _core_number(indptr: Ints, indices: Codes) -> Codes:
    """Peel level by level; nothing is returned where not as many ties lead to a node as from it."""
    left = _both_ways(indptr, indices)
    waiting, peeled = np.arange(left.size).astype(np.int32), np.empty(left.size, np.int32)
    level, count = _next_level(left, waiting, left.size, -1)
    # all levels together pass over no more nodes than there are ties: who waits at level k has k ties left
    while count > 0:
        _peel(indptr, indices, left, peeled, _standing_at(left, waiting[:count], level, peeled))
        level, count = _next_level(left, waiting, count, level)
    return left


@compiled
def _both_ways(indptr: Ints, indices: Codes) -> Codes:
    """Count each node's ties; nothing where one has not as many that lead to it."""
    n = indptr.size - 1
    arriving = np.zeros(n, np.int32)
    for e in range(indices.size):
        arriving[indices[e]] += 1
    for v in range(n):
        if arriving[v] != indptr[v + 1] - indptr[v]:
            return arriving[:0]
    return arriving


@compiled
def _next_level(left: Codes, waiting: Codes, count: int, level: int) -> tuple[int, int]:
    """Keep those with more ties left than the level; return the fewest that one of them has, and how many they are."""
    lowest, kept = 2**31 - 1, 0
    for i in range(count):
        v = waiting[i]
        if left[v] > level:
            waiting[kept] = v
            kept += 1
            lowest = min(lowest, left[v])
    return lowest, kept


@compiled
def _standing_at(left: Codes, waiting: Codes, level: int, peeled: Codes) -> int:
    end = 0
    for v in waiting:
        if left[v] == level:
            peeled[end] = v
            end += 1
    return end


@compiled
def _peel(indptr: Ints, indices: Codes, left: Codes, peeled: Codes, end: int) -> None:
    """Take the ties of those who are peeled from their neighbours, and peel who falls to the same level."""
    i = 0
    while i < end:
        v = peeled[i]
        for e in range(indptr[v], indptr[v + 1]):
            u = indices[e]
            if left[u] > left[v]:
                left[u] -= 1
                if left[u] == left[v]:
                    peeled[end] = u
                    end += 1
        i += 1
