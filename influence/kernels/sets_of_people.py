"""Compiled loops for everybody at once: balls around people, reach in time, elections, communities.

A set of people is a row of 64-bit words that is united by OR. It is exact (one bit a person), or a sketch:
registers of 32 bits in which the highest bit set is the register of a HyperLogLog counter, so that one loop
serves both. Import this module only where it is needed: it loads numba.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Floats, Indices, Words, check_rows, check_within, integers
from influence.kernels.compiling import compiled

EXACT_SETS = 16_384
"""Up to so many people a set is exact: 2 KiB each."""
SKETCH_BYTES = 400_000_000
"""What all sketches of one run may hold in memory."""


def singletons(members: NDArray[np.bool_], registers: int | None = None, seed: int = 0) -> Words:
    """Return for each node the set that holds only itself, or nothing where `members` is False.

    Exact sets where `registers` is None; else sketches of so many registers, an even number. A node falls into
    the register and raises it to the level that its hash says (Flajolet, Fusy, Gandouet, Meunier 2007,
    HyperLogLog, DMTCS AH).

    >>> singletons(np.array([True, False, True]))[:, 0].tolist()
    [1, 0, 4]
    """
    n = members.size
    node = np.flatnonzero(members)
    if registers is None:
        rows = np.zeros((n, (n + 63) // 64), np.uint64)
        rows[node, node // 64] = np.uint64(1) << (node % 64).astype(np.uint64)
        return rows
    rows = np.zeros((n, registers // 2), np.uint64)
    hashed = _mixed(node.astype(np.uint64) + np.uint64(seed) * np.uint64(0x1_0000_0000))
    register = (hashed % np.uint64(registers)).astype(np.int64)
    rest = _mixed(hashed ^ np.uint64(0xD1B54A32D192ED03)) | np.uint64(1 << 31)
    level = np.bitwise_count((rest & (~rest + np.uint64(1))) - np.uint64(1)).astype(np.int64)
    rows[node, register // 2] = np.uint64(1) << (level + 32 * (register % 2)).astype(np.uint64)
    return rows


def _mixed(x: Words) -> Words:
    """Scatter numbers over 64 bits (Steele, Lea, Flood 2014, SplitMix)."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed: Words = x ^ (x >> np.uint64(31))
    return mixed


def sizes(rows: Words, registers: int | None = None) -> Floats:
    """Return how many are in each set; from a sketch with a relative standard error of 1.04 / √registers.

    The estimate is Ertl's improved raw one, which needs no table of corrections: α m² / (m σ(C0 / m) +
    Σ C_k 2^−k + …), with C_k the registers that stand at k (Ertl 2017, arXiv:1702.01284, algorithm 6).

    >>> sizes(singletons(np.ones(70, bool))).tolist() == [1.0] * 70
    True
    """
    if registers is None:
        counted: Floats = np.bitwise_count(rows).sum(axis=1).astype(np.float64)
        return counted
    return _estimates(rows)


@compiled
def _estimates(rows: Words) -> Floats:
    m = 2 * rows.shape[1]
    found = np.empty(rows.shape[0])
    counts = np.empty(33, np.int64)
    for i in range(rows.shape[0]):
        counts[:] = 0
        for word in rows[i]:
            for half in (word & np.uint64(0xFFFFFFFF), word >> np.uint64(32)):
                level = 0
                while half > 0:
                    half >>= np.uint64(1)
                    level += 1
                counts[level] += 1
        z = m * _tau(1 - counts[32] / m)
        for level in range(31, 0, -1):
            z = 0.5 * (z + counts[level])
        z += m * _sigma(counts[0] / m)
        found[i] = m * m / (2 * np.log(2.0) * z)
    return found


@compiled
def _sigma(x: float) -> float:
    if x == 1.0:
        return np.inf
    total, part, before = x, 1.0, -1.0
    while total != before:
        x *= x
        before = total
        total += x * part
        part += part
    return total


@compiled
def _tau(x: float) -> float:
    if x in (0.0, 1.0):
        return 0.0
    total, part, before = 1.0 - x, 1.0, -1.0
    while total != before:
        x = np.sqrt(x)
        before = total
        part *= 0.5
        total -= (1.0 - x) ** 2 * part
    return total / 3


def registers_for(n: int, sets: int) -> int | None:
    """Choose sketches so that `sets` of them for each of n nodes fit the memory, 64 to 1,024 registers.

    None where exact sets do.

    >>> registers_for(5_000, 4), registers_for(100_000, 2)
    (None, 256)
    """
    if n <= EXACT_SETS:
        return None
    most = SKETCH_BYTES // (4 * n * sets)
    return int(2 ** np.clip(np.log2(max(most, 1)) // 1, 6, 10))


def grown(indptr: Indices, indices: Indices, rows: Words) -> Words:
    """Unite each node's set with those of its neighbours along its ties: one step of HyperBall. O(ties · words).

    Source: Boldi and Vigna 2013, In-core computation of geometric centralities with HyperBall, ICDM workshops,
    doi:10.1109/ICDMW.2013.10, arXiv:1308.2144.

    Raises:
        ValueError: the rows of ties are not well formed, or there is not one set for each node.

    >>> grown(np.array([0, 1, 1]), np.array([1]), singletons(np.ones(2, bool)))[:, 0].tolist()
    [3, 2]
    """
    if check_rows(indptr, indices) != rows.shape[0]:
        raise ValueError("there must be one set for each node")
    return _grown(indptr, indices, rows)


@compiled
def _grown(indptr: Indices, indices: Indices, rows: Words) -> Words:
    after = rows.copy()
    for u in range(rows.shape[0]):
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            for w in range(rows.shape[1]):
                after[u, w] |= rows[v, w]
    return after


def carried_on(
    sources: Indices, targets: Indices, times: Indices, delta: int, hands: int, own: Words
) -> Words:
    """Return for each node all that its contacts reach in time order: `kernels.respect_time` for everybody.

    The set of u unites `own[v]` over all nodes v that a path u → … → v of at most `hands` contacts reaches,
    times strictly rising, each wait at most `delta`. One pass from the last contact to the first: each node
    keeps what its contacts of the next `delta` reach in h hands, in a queue made of two stacks, so that the
    union over a sliding span costs O(1) unions a contact. O(contacts · hands · words) time.

    Raises:
        ValueError: lengths differ, times are not sorted, no such node, or `hands` is below 1.

    >>> own = singletons(np.ones(4, bool))
    >>> found = carried_on(np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([10, 12, 30]), 5, 4, own)
    >>> sizes(found).tolist()
    [2.0, 1.0, 1.0, 0.0]
    """
    from_, to, when = integers(sources, "sources"), integers(targets, "targets"), integers(times, "times")
    if not from_.size == to.size == when.size:
        raise ValueError("sources, targets and times must have one length")
    if (when[1:] < when[:-1]).any() or hands < 1:
        raise ValueError("contacts must be sorted by time, and go through one hand at least")
    for name, nodes in (("sources", from_), ("targets", to)):
        check_within(nodes, 0, own.shape[0], name)
    return _carried_on(from_, to, when, delta, hands - 1, own)


@compiled
def _carried_on(
    sources: Indices, targets: Indices, times: Indices, delta: int, levels: int, own: Words
) -> Words:
    n, words = own.shape
    reached = np.zeros((n, words), np.uint64)
    gathered = np.zeros((n, levels, words), np.uint64)  # the union of what stands in each node's newer stack
    front, back, oldest = np.full(n, -1, np.int64), np.full(n, -1, np.int64), np.zeros(n, np.int64)
    free = np.array([-1, 0])  # the first free slot, and how many there are
    nothing = np.empty(0, np.int64)
    pool, when, after = _more(np.empty((0, levels, words), np.uint64), nothing, nothing, free, 1024)
    slots, last = np.empty(times.size, np.int64), times.size
    while last > 0:
        t, first = times[last - 1], last - 1
        while first > 0 and times[first - 1] == t:
            first -= 1
        if free[1] < last - first:
            for x in range(n):
                _expire(x, t, delta, front, back, oldest, after, when, pool, gathered, free)
            if free[1] < last - first + when.size // 4:
                pool, when, after = _more(pool, when, after, free, when.size + last - first)
        for i in range(first, last):  # contacts at one time do not chain: all look, then all are added
            u, v = sources[i], targets[i]
            slots[i] = -1
            if u != v:
                _expire(v, t, delta, front, back, oldest, after, when, pool, gathered, free)
                slots[i] = _look(u, v, own, gathered, front, after, pool, free, reached)
        for i in range(first, last):
            if slots[i] >= 0:
                _add(sources[i], slots[i], t, back, oldest, after, when, pool, gathered)
        last = first
    return reached


@compiled
def _more(
    pool: Words, when: Indices, after: Indices, free: Indices, extra: int
) -> tuple[Words, Indices, Indices]:
    """Make room for more sets; the new slots are free."""
    had = when.size
    wide = np.empty((had + extra, pool.shape[1], pool.shape[2]), np.uint64)
    wide[:had] = pool
    times, links = np.empty(had + extra, np.int64), np.empty(had + extra, np.int64)
    times[:had], links[:had] = when, after
    for slot in range(had, had + extra):
        _release(slot, links, free)
    return wide, times, links


@compiled
def _release(slot: int, after: Indices, free: Indices) -> None:
    after[slot] = free[0]
    free[0] = slot
    free[1] += 1


@compiled
def _look(
    u: int,
    v: int,
    own: Words,
    gathered: Words,
    front: Indices,
    after: Indices,
    pool: Words,
    free: Indices,
    reached: Words,
) -> int:
    """Work out what a contact u → v reaches in 1, 2, … hands; return the slot that holds it."""
    slot, levels = int(free[0]), pool.shape[1]
    free[0] = after[slot]
    free[1] -= 1
    for w in range(own.shape[1]):
        found = own[v, w]
        for h in range(levels):
            pool[slot, h, w] = found
            found = own[v, w] | gathered[v, h, w]
            if front[v] >= 0:
                found |= pool[front[v], h, w]
        reached[u, w] |= found
    return slot


@compiled
def _add(
    u: int,
    slot: int,
    t: int,
    back: Indices,
    oldest: Indices,
    after: Indices,
    when: Indices,
    pool: Words,
    gathered: Words,
) -> None:
    """Put a contact on the newer stack of its source."""
    if back[u] < 0:
        oldest[u] = t
    when[slot], after[slot], back[u] = t, back[u], slot
    for h in range(pool.shape[1]):
        for w in range(pool.shape[2]):
            gathered[u, h, w] |= pool[slot, h, w]


@compiled
def _expire(
    v: int,
    t: int,
    delta: int,
    front: Indices,
    back: Indices,
    oldest: Indices,
    after: Indices,
    when: Indices,
    pool: Words,
    gathered: Words,
    free: Indices,
) -> None:
    """Drop the contacts of v that come more than `delta` after t, the latest first."""
    while True:
        while front[v] >= 0 and when[front[v]] - t > delta:
            slot = front[v]
            front[v] = after[slot]
            _release(slot, after, free)
        if front[v] >= 0 or back[v] < 0 or oldest[v] - t <= delta:
            return
        gathered[v] = 0
        while back[v] >= 0:  # turn the newer stack over: each slot then holds the union of all behind it
            slot = back[v]
            back[v] = after[slot]
            if front[v] >= 0:
                for h in range(pool.shape[1]):
                    for w in range(pool.shape[2]):
                        pool[slot, h, w] |= pool[front[v], h, w]
            after[slot], front[v] = front[v], slot
