"""Compiled loops over triangles: Burt's structural holes, and how many triangles each node stands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from influence.kernels.arrays import Codes, Floats, Indices, Ints, check_rows, read_only
from influence.kernels.compiling import compiled
from influence.kernels.cores import on_all_cores
from influence.kernels.rows import fixed

_PARTS = (
    2  # fixed, so that sums do not depend on the number of cores; each part has sums of its own for every tie
)
_FEW = 10_000  # pairs of ties that one core looks at in less time than a thread takes to start


def structural_holes(indptr: Indices, indices: Indices, weights: Floats) -> tuple[Floats, Floats]:
    """Return Burt's constraint and effective size of every node; not a number for a node without ties.

    The rows must be symmetric and sorted, with the mutual weight a of each pair (`Network.undirected`).
    With s_u = Σ_w a_uw, p_uv = a_uv / s_u and m_vw = a_vw / max_x a_vx:

    constraint(u) = Σ_v (p_uv + Σ_w p_uw p_wv)², a bare number: the lower, the more open the network around u;
    effective size(u) = Σ_v (1 − Σ_w p_uw m_vw), in people: contacts that do not know each other.

    Both inner sums are one for u → v and v → u but for a factor: Σ_w p_uw p_wv = Σ_w (a_uw a_wv / s_w) / s_u and
    Σ_w p_uw m_vw = Σ_w a_uw a_wv / (s_u max_x a_vx). So each triangle, found once, adds to three pairs. On two cores;
    O(ties^1.5), where the plain loop needs Σ degree².

    Source: Burt 1992, Structural Holes, chapter 2; Burt 2004, Am. J. Sociology 110(2), doi:10.1086/421787.

    Raises:
        ValueError: the rows are not well formed, not symmetric, or not sorted.

    >>> constraint, size = structural_holes(np.array([0, 2, 3, 4]), np.array([1, 2, 0, 0]), np.ones(4))
    >>> constraint.tolist(), size.tolist()
    ([0.5, 1.0, 1.0], [2.0, 1.0, 1.0])
    """
    check_rows(indptr, indices, weights)
    ranked = _ranked(indptr, indices, weights)
    if ranked is None:
        raise ValueError("structural holes need an undirected network, each row sorted, each neighbour once")
    total, most = _strengths(ranked)
    inverse = np.divide(1.0, total, out=np.zeros(total.size), where=total > 0)
    sums = [np.zeros((ranked.upper.size, 2)) for _ in range(_PARTS)]
    _in_parts(ranked, lambda part, first, last: _gather(ranked, inverse, sums[part], first, last))
    return _holes(ranked, total, most, sums[0], sums[1])


def triangles(indptr: Indices, indices: Indices) -> Ints:
    """Return for each node in how many triangles it stands; the rows must be symmetric and sorted.

    O(ties^1.5), on two cores.

    Source: Latapy 2008, Main-memory triangle computations for very large (sparse (power-law)) graphs, Theoretical
    Computer Science 407, doi:10.1016/j.tcs.2008.07.017.

    Raises:
        ValueError: the rows are not well formed, not symmetric, or not sorted.

    >>> triangles(np.array([0, 2, 4, 7, 8]), np.array([1, 2, 0, 2, 0, 1, 3, 2])).tolist()
    [1, 1, 1, 0]
    """
    n = check_rows(indptr, indices)
    ranked = _ranked(indptr, indices, np.ones(indices.size))
    if ranked is None:
        raise ValueError("triangles need an undirected network, each row sorted, each neighbour once")
    found = [np.zeros(n, np.int64) for _ in range(_PARTS)]
    _in_parts(ranked, lambda part, first, last: _count(ranked, found[part], first, last))
    counted: Ints = np.sum(found, axis=0)[ranked.rank]
    return counted


class _Ranked(NamedTuple):
    """A network whose nodes are ranked by their number of ties, the fewest first; ties lead up, in rows by rank.

    `upper` has the ranks of the neighbours above each, sorted, from `begin` on; `indptr` and `indices` are the rows
    of the network as they were given; `order` is the node of each rank.
    """

    begin: Ints
    upper: Codes
    weights: Floats
    indptr: Ints
    indices: Codes
    order: Codes
    rank: Codes


def _ranked(indptr: Indices, indices: Indices, weights: Floats) -> _Ranked | None:
    """Rank the nodes, so that no row has more than √(2 · ties) neighbours above; None if rows are not symmetric."""
    rows, weights = fixed(indptr, indices), read_only(weights, np.float64)
    if not _mutual(*rows, weights):
        return None
    order = np.argsort(np.diff(rows[0]).astype(np.int32), kind="stable").astype(np.int32)
    rank = np.empty(order.size, np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    begin, upper, upward = _led_up(*rows, weights, read_only(order), read_only(rank))
    parts = (read_only(part) for part in (begin, upper, upward, *rows, order, rank))
    return _Ranked(*parts)


@compiled
def _mutual(indptr: Ints, indices: Codes, weights: Floats) -> bool:
    """Tell whether every tie stands in both rows with one weight; sorted rows meet their opposites in order."""
    place = indptr[:-1].copy()
    for u in range(indptr.size - 1):
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            if v == u or (e > indptr[u] and indices[e - 1] >= v):
                return False
            back = place[v]
            if back == indptr[v + 1] or indices[back] != u or weights[back] != weights[e]:
                return False
            place[v] += 1
    return True


@compiled
def _led_up(
    indptr: Ints, indices: Codes, weights: Floats, order: Codes, rank: Codes
) -> tuple[Ints, Codes, Floats]:
    n = order.size
    begin = np.zeros(n + 1, np.int64)
    for u in range(n):
        for e in range(indptr[u], indptr[u + 1]):
            if rank[indices[e]] > rank[u]:
                begin[rank[u] + 1] += 1
    for u in range(n):
        begin[u + 1] += begin[u]
    upper, upward = np.empty(begin[n], np.int32), np.empty(begin[n])
    place = begin[:-1].copy()
    for v in range(n):  # by rank: so each row below is filled in order
        for e in range(indptr[order[v]], indptr[order[v] + 1]):
            u = rank[indices[e]]
            if u < v:
                upper[place[u]], upward[place[u]] = v, weights[e]
                place[u] += 1
    return begin, upper, upward


def _in_parts(ranked: _Ranked, work: Callable[[int, int, int], None]) -> None:
    """Share the middle corners of all triangles out among parts that look at as many pairs of ties each."""
    n = ranked.order.size
    looked_at = np.cumsum(_looks(ranked.begin, ranked.upper))
    every = looked_at[-1] if n else 0
    cuts = [0, *np.searchsorted(looked_at, every * np.arange(1, _PARTS) / _PARTS).tolist(), n]
    parts = range(_PARTS), cuts[:-1], cuts[1:]
    list(on_all_cores(work, *parts, at_once=_PARTS) if every > _FEW else map(work, *parts))


@compiled
def _looks(begin: Ints, upper: Codes) -> Ints:
    looks = np.zeros(begin.size - 1, np.int64)
    for u in range(looks.size):
        for i in range(begin[u], begin[u + 1]):
            looks[upper[i]] += begin[u + 1] - i
    return looks


@compiled
def _first_at(ranked: _Ranked, first: int) -> Ints:
    """Find in each row the first neighbour of rank `first` or above."""
    at = ranked.begin[:-1].copy()
    for u in range(first):
        end = ranked.begin[u + 1]
        while at[u] < end:
            middle = (at[u] + end) // 2
            if ranked.upper[middle] < first:
                at[u] = middle + 1
            else:
                end = middle
    return at


@compiled
def _gather(ranked: _Ranked, inverse: Floats, sums: Floats, first: int, last: int) -> None:
    """Add a_uw a_wv / s_w and a_uw a_wv for the pairs u, v of all triangles whose middle corner is in a range of ranks.

    The corners are u < v < w by rank: who is below v looks at its neighbours beyond v, which v has marked.
    """
    begin, upper, weights, indptr, indices, order, rank = ranked
    at, tie_to = _first_at(ranked, first), np.full(order.size, -1, np.int32)
    for v in range(first, last):
        for j in range(begin[v], begin[v + 1]):
            tie_to[upper[j]] = j - begin[v]
        for e in range(indptr[order[v]], indptr[order[v] + 1]):
            u = rank[indices[e]]
            if u > v:
                continue
            uv = at[u]
            at[u] += 1
            if begin[v] == begin[v + 1]:
                continue
            a_uv, shared, met = weights[uv], 0.0, 0.0
            for uw in range(uv + 1, begin[u + 1]):
                w = upper[uw]
                if tie_to[w] < 0:
                    continue
                vw = begin[v] + tie_to[w]
                a_uw, a_vw = weights[uw], weights[vw]
                shared += a_uw * a_vw * inverse[w]
                met += a_uw * a_vw
                sums[uw, 0] += a_uv * a_vw * inverse[v]
                sums[uw, 1] += a_uv * a_vw
                sums[vw, 0] += a_uv * a_uw * inverse[u]
                sums[vw, 1] += a_uv * a_uw
            sums[uv, 0] += shared
            sums[uv, 1] += met
        for j in range(begin[v], begin[v + 1]):
            tie_to[upper[j]] = -1


@compiled
def _count(ranked: _Ranked, found: Ints, first: int, last: int) -> None:
    """Count the triangles of each rank whose middle corner is in a range of ranks."""
    begin, upper, _, indptr, indices, order, rank = ranked
    at, marked = _first_at(ranked, first), np.zeros(order.size, np.bool_)
    for v in range(first, last):
        for j in range(begin[v], begin[v + 1]):
            marked[upper[j]] = True
        for e in range(indptr[order[v]], indptr[order[v] + 1]):
            u = rank[indices[e]]
            if u > v:
                continue
            closed = 0
            at[u] += 1
            if begin[v] == begin[v + 1]:
                continue
            for uw in range(at[u], begin[u + 1]):
                if marked[upper[uw]]:
                    closed += 1
                    found[upper[uw]] += 1
            found[u] += closed
            found[v] += closed
        for j in range(begin[v], begin[v + 1]):
            marked[upper[j]] = False


@compiled
def _strengths(ranked: _Ranked) -> tuple[Floats, Floats]:
    """Return the sum and the greatest of the weights of each rank's ties."""
    total, most = np.zeros(ranked.order.size), np.zeros(ranked.order.size)
    for u in range(total.size):
        for i in range(ranked.begin[u], ranked.begin[u + 1]):
            v, a = ranked.upper[i], ranked.weights[i]
            total[u] += a
            total[v] += a
            most[u], most[v] = max(most[u], a), max(most[v], a)
    return total, most


@compiled
def _holes(ranked: _Ranked, total: Floats, most: Floats, one: Floats, other: Floats) -> tuple[Floats, Floats]:
    constraint, size = np.zeros(total.size), np.zeros(total.size)
    for u in range(total.size):
        node = ranked.order[u]
        for i in range(ranked.begin[u], ranked.begin[u + 1]):
            v = ranked.upper[i]
            there = ranked.order[v]
            bound, met = ranked.weights[i] + one[i, 0] + other[i, 0], one[i, 1] + other[i, 1]
            constraint[node] += (bound / total[u]) ** 2
            constraint[there] += (bound / total[v]) ** 2
            size[node] += 1.0 - met / (total[u] * most[v])
            size[there] += 1.0 - met / (total[v] * most[u])
    for u in range(total.size):
        if total[u] == 0.0:
            constraint[ranked.order[u]], size[ranked.order[u]] = np.nan, np.nan
    return constraint, size
