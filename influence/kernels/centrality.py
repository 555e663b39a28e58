"""Compiled loops over a network: PageRank, betweenness, core numbers, structural holes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Floats, Indices, check_rows, check_within
from influence.kernels.compiling import compiled

_BATCHES = 8  # fixed, so that sums do not depend on the number of cores


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
    n = check_rows(indptr, indices, weights)
    alike = np.full(n, 1 / max(n, 1))
    alpha = surfer.alpha
    p = alike if surfer.personal is None else surfer.personal
    d = p if surfer.dangling is None else surfer.dangling
    x: Floats = alike if iteration.start is None else iteration.start
    if not n == p.size == d.size == x.size:
        raise ValueError("personal, dangling and start must have one share for each node")
    rows = np.repeat(np.arange(n), np.diff(indptr))
    out = np.bincount(rows, weights, n)
    share, stuck = weights / np.where(out > 0, out, 1)[rows], out == 0
    for _ in range(iteration.max_iter):
        new: Floats = alpha * (_carried(indptr, indices, share, x) + x[stuck].sum() * d) + (1 - alpha) * p
        change, x = np.abs(new - x).sum(), new
        if change < iteration.tol:
            return x
    return None


@compiled
def _carried(indptr: Indices, indices: Indices, share: Floats, x: Floats) -> Floats:
    arriving = np.zeros(x.size)
    for u in range(x.size):
        for e in range(indptr[u], indptr[u + 1]):
            arriving[indices[e]] += x[u] * share[e]
    return arriving


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
    batches = [
        batch for batch in np.array_split(np.ascontiguousarray(pivots, np.int64), _BATCHES) if batch.size
    ]
    sums, squares = np.zeros(n), np.zeros(n)
    with ThreadPoolExecutor(min(cpu_count() or 1, _BATCHES)) as threads:
        for part in threads.map(lambda batch: _dependencies(indptr, indices, batch), batches):
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
    n = check_rows(indptr, indices)
    if not np.array_equal(np.bincount(indices, minlength=n), np.diff(indptr)):
        raise ValueError("core numbers need an undirected network: every tie in both rows")
    return _core_number(indptr, indices)


@compiled
def _core_number(indptr: Indices, indices: Indices) -> NDArray[np.int64]:
    n = indptr.size - 1
    core = np.empty(n, np.int64)
    for v in range(n):
        core[v] = indptr[v + 1] - indptr[v]
    begin = np.zeros(indices.size + 2, np.int64)  # where the nodes of each degree begin in `order`
    for v in range(n):
        begin[core[v] + 1] += 1
    begin = np.cumsum(begin)
    fill, order, place = begin.copy(), np.empty(n, np.int64), np.empty(n, np.int64)
    for v in range(n):
        place[v] = fill[core[v]]
        order[place[v]] = v
        fill[core[v]] += 1
    # peel the node with the fewest ties left; `order` stays sorted by what is left, in bins as in a bucket sort
    for i in range(n):
        v = order[i]
        for e in range(indptr[v], indptr[v + 1]):
            u = indices[e]
            if core[u] > core[v]:
                # one tie fewer: u changes places with the first of its bin, and the border passes over it
                swap = order[begin[core[u]]]
                order[place[u]], order[begin[core[u]]] = swap, u
                place[swap], place[u] = place[u], begin[core[u]]
                begin[core[u]] += 1
                core[u] -= 1
    return core


def structural_holes(indptr: Indices, indices: Indices, weights: Floats) -> tuple[Floats, Floats]:
    """Return Burt's constraint and effective size of every node; not a number for a node without ties.

    The rows must be symmetric and sorted, with the mutual weight a of each pair (`Network.undirected`).
    With p_uv = a_uv / Σ_w a_uw and m_vw = a_vw / max_x a_vx:

    constraint(u) = Σ_v (p_uv + Σ_w p_uw p_wv)², a bare number: the lower, the more open the network around u;
    effective size(u) = Σ_v (1 − Σ_w p_uw m_vw), in people: contacts that do not know each other.

    Every inner sum runs over triangles, which are listed once, from their least connected corner:
    O(ties^1.5), where the plain loop needs Σ degree².

    Source: Burt 1992, Structural Holes, chapter 2; Burt 2004, Am. J. Sociology 110(2), doi:10.1086/421787.

    Raises:
        ValueError: the rows are not well formed, not symmetric, or not sorted.

    >>> constraint, size = structural_holes(np.array([0, 2, 3, 4]), np.array([1, 2, 0, 0]), np.ones(4))
    >>> constraint.tolist(), size.tolist()
    ([0.5, 1.0, 1.0], [2.0, 1.0, 1.0])
    """
    n = check_rows(indptr, indices, weights)
    rows = np.repeat(np.arange(n), np.diff(indptr))
    keys = rows * n + indices
    opposite = np.sort(indices.astype(np.int64) * n + rows)
    if (keys[1:] <= keys[:-1]).any() or not np.array_equal(opposite, keys):
        raise ValueError("structural holes need an undirected network, each row sorted, each neighbour once")
    return _structural_holes(indptr, indices, weights)


@compiled
def _structural_holes(indptr: Indices, indices: Indices, weights: Floats) -> tuple[Floats, Floats]:
    n = indptr.size - 1
    part, strength = np.empty(indices.size), np.empty(indices.size)  # p and m of every tie
    for u in range(n):
        row = weights[indptr[u] : indptr[u + 1]]
        if row.size > 0:
            part[indptr[u] : indptr[u + 1]] = row / row.sum()
            strength[indptr[u] : indptr[u + 1]] = row / np.max(row)
    indirect, overlap = _over_triangles(indptr, indices, part, strength)
    constraint, size = np.full(n, np.nan), np.full(n, np.nan)
    for u in range(n):
        if indptr[u] < indptr[u + 1]:
            constraint[u], size[u] = 0.0, 0.0
        for e in range(indptr[u], indptr[u + 1]):
            constraint[u] += (part[e] + indirect[e]) ** 2
            size[u] += 1.0 - overlap[e]
    return constraint, size


@compiled
def _over_triangles(
    indptr: Indices, indices: Indices, part: Floats, strength: Floats
) -> tuple[Floats, Floats]:
    """Sum p_uw p_wv and p_uw m_vw over the triangles u, v, w, for every tie u → v."""
    n = indptr.size - 1
    back = _opposite(indptr, indices)
    begin, upward = _upward(indptr, indices)
    indirect, overlap = np.zeros(indices.size), np.zeros(indices.size)
    # the tie from u to each node above it, so that a triangle closes in O(1)
    tie_to = np.full(n, -1, np.int64)
    for u in range(n):
        for i in range(begin[u], begin[u + 1]):
            tie_to[indices[upward[i]]] = upward[i]
        for i in range(begin[u], begin[u + 1]):
            uv = upward[i]
            v = indices[uv]
            for j in range(begin[v], begin[v + 1]):
                vw = upward[j]
                uw = tie_to[indices[vw]]
                if uw < 0:
                    continue
                vu, wv, wu = back[uv], back[vw], back[uw]
                # each triangle is seen once but adds to six ties: x → y by way of z, for every order of its corners
                for xy, xz, zy, yz in (
                    (uv, uw, wv, vw),
                    (vu, vw, wu, uw),
                    (uw, uv, vw, wv),
                    (wu, wv, vu, uv),
                    (vw, vu, uw, wu),
                    (wv, wu, uv, vu),
                ):
                    indirect[xy] += part[xz] * part[zy]
                    overlap[xy] += part[xz] * strength[yz]
        for i in range(begin[u], begin[u + 1]):
            tie_to[indices[upward[i]]] = -1
    return indirect, overlap


@compiled
def _opposite(indptr: Indices, indices: Indices) -> NDArray[np.int64]:
    """Find for every tie u → v the place of v → u; sorted rows meet their opposites in order."""
    back, place = np.empty(indices.size, np.int64), indptr[:-1].copy()
    for u in range(indptr.size - 1):
        for e in range(indptr[u], indptr[u + 1]):
            back[e] = place[indices[e]]
            place[indices[e]] += 1
    return back


@compiled
def _upward(indptr: Indices, indices: Indices) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List each node's ties to those with more ties than itself (or as many, and a larger index).

    A triangle then has one corner from which both ties lead up; no node has more than √(number of ties) such.
    """
    n = indptr.size - 1
    begin, upward = np.zeros(n + 1, np.int64), np.empty(indices.size // 2, np.int64)
    count = 0
    for u in range(n):
        degree = indptr[u + 1] - indptr[u]
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            other = indptr[v + 1] - indptr[v]
            if other > degree or (other == degree and v > u):
                upward[count] = e
                count += 1
        begin[u + 1] = count
    return begin, upward
