"""Compiled loops for everybody at once: balls around people, and reach in time.

A set of people is a row of 64-bit words that is united by OR. It is exact (one bit a person), or a sketch:
registers of 32 bits in which the highest bit set is the register of a HyperLogLog counter, so that one loop
serves both. Import this module only where it is needed: it loads numba.
"""

from __future__ import annotations

from typing import NamedTuple

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
    # bit 31 is always set: no level is beyond what a register of 32 bits can hold
    rest = _mixed(hashed ^ np.uint64(0xD1B54A32D192ED03)) | np.uint64(1 << 31)
    # the lowest bit less 1 has as many ones as the rest has zeros at its end: so many heads in a row
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
    counts = np.empty(33, np.int64)  # of the registers at 0 (nothing yet) to 32
    for i in range(rows.shape[0]):
        counts[:] = 0
        for word in rows[i]:
            for half in (word & np.uint64(0xFFFFFFFF), word >> np.uint64(32)):
                level = 0
                while half > 0:  # only the highest bit counts: OR leaves those below it, which mean nothing
                    half >>= np.uint64(1)
                    level += 1
                counts[level] += 1
        # from the top, halving each time: Σ C_k 2^−k by Horner's rule, the ends put right by τ and σ
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
    after = rows.copy()  # what is read stays as it was: else a set could go several steps in one
    for u in range(rows.shape[0]):
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            for w in range(rows.shape[1]):
                after[u, w] |= rows[v, w]
    return after


def carried_on(
    sources: Indices, targets: Indices, times: Indices, delta: int, hands: int, own: Words
) -> Words:
    """Return for each node all that its contacts reach in time order: `conversations.respect_time` for everybody.

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


class _Queues(NamedTuple):
    """For each node its contacts of the next δ, in a queue of two stacks of slots: added at `back`, dropped at `front`.

    Each stack is a chain of slots, of which the top is kept here (−1: empty). A slot in the front stack holds the
    union of itself and all below it; of the back stack `gathered` is the union, and `oldest` the time of its
    bottom. What is in the back stack was added after all of the front stack, and is dropped after it.
    """

    front: Indices
    back: Indices
    oldest: Indices
    gathered: Words


class _Pool(NamedTuple):
    """The slots that all queues share: what a contact reaches in 1, 2, … hands, `when`, and the slot `after` it.

    `free` is the first free slot, from which the others are chained, and how many there are.
    """

    reach: Words
    when: Indices
    after: Indices
    free: Indices


@compiled
def _carried_on(
    sources: Indices, targets: Indices, times: Indices, delta: int, levels: int, own: Words
) -> Words:
    n, words = own.shape
    reached = np.zeros((n, words), np.uint64)
    queues = _Queues(
        np.full(n, -1, np.int64),
        np.full(n, -1, np.int64),
        np.zeros(n, np.int64),
        np.zeros((n, levels, words), np.uint64),
    )
    nothing = np.empty(0, np.int64)
    pool = _Pool(np.empty((0, levels, words), np.uint64), nothing, nothing, np.array([-1, 0]))
    pool = _more(pool, 1024)
    slots, last = np.empty(times.size, np.int64), times.size
    while last > 0:
        t, first = times[last - 1], last - 1
        while first > 0 and times[first - 1] == t:
            first -= 1
        if pool.free[1] < last - first:
            for x in range(n):
                _expire(x, t, delta, queues, pool)
            # a quarter must be free afterwards, or this sweep over all nodes would come back at once
            if pool.free[1] < last - first + pool.when.size // 4:
                pool = _more(pool, pool.when.size + last - first)
        for i in range(first, last):  # contacts at one time do not chain: all look, then all are added
            u, v = sources[i], targets[i]
            slots[i] = -1  # a contact of a node with itself carries nothing
            if u != v:
                _expire(v, t, delta, queues, pool)
                slots[i] = _look(u, v, own, queues, pool, reached)
        for i in range(first, last):
            if slots[i] >= 0:
                _add(sources[i], slots[i], t, queues, pool)
        last = first
    return reached


@compiled
def _more(pool: _Pool, extra: int) -> _Pool:
    """Make room for more sets; the new slots are free."""
    had = pool.when.size
    reach = np.empty((had + extra, pool.reach.shape[1], pool.reach.shape[2]), np.uint64)
    reach[:had] = pool.reach
    when, after = np.empty(had + extra, np.int64), np.empty(had + extra, np.int64)
    when[:had], after[:had] = pool.when, pool.after
    for slot in range(had, had + extra):
        _release(slot, after, pool.free)
    return _Pool(reach, when, after, pool.free)


@compiled
def _release(slot: int, after: Indices, free: Indices) -> None:
    after[slot] = free[0]
    free[0] = slot
    free[1] += 1


@compiled
def _look(u: int, v: int, own: Words, queues: _Queues, pool: _Pool, reached: Words) -> int:
    """Work out what a contact u → v reaches in 1, 2, … hands; return the slot that holds it."""
    front, _, _, gathered = queues
    reach, _, after, free = pool
    slot, levels, top = int(free[0]), reach.shape[1], front[v]
    free[0] = after[slot]
    free[1] -= 1
    for w in range(own.shape[1]):
        found = own[v, w]
        for h in range(levels):
            reach[slot, h, w] = found
            found = own[v, w] | gathered[v, h, w]
            if top >= 0:
                found |= reach[top, h, w]
        reached[u, w] |= found  # one hand more than any slot holds: nobody carries the last hand on
    return slot


@compiled
def _add(u: int, slot: int, t: int, queues: _Queues, pool: _Pool) -> None:
    """Put a contact on the newer stack of its source."""
    _, back, oldest, gathered = queues
    reach, when, after, _ = pool
    if back[u] < 0:
        oldest[u] = t
    when[slot], after[slot], back[u] = t, back[u], slot
    for h in range(reach.shape[1]):
        for w in range(reach.shape[2]):
            gathered[u, h, w] |= reach[slot, h, w]


@compiled
def _expire(v: int, t: int, delta: int, queues: _Queues, pool: _Pool) -> None:
    """Drop the contacts of v that come more than `delta` after t, the latest first."""
    front, back, oldest, gathered = queues
    reach, when, after, free = pool
    while True:
        while front[v] >= 0 and when[front[v]] - t > delta:
            slot = front[v]
            front[v] = after[slot]
            _release(slot, after, free)
        if front[v] >= 0 or back[v] < 0 or oldest[v] - t <= delta:
            return
        # nothing can be taken out of a union, so the back stack is turned over: once in the life of each slot
        gathered[v] = 0
        while back[v] >= 0:  # each slot then holds the union of all behind it
            slot = back[v]
            back[v] = after[slot]
            if front[v] >= 0:
                for h in range(reach.shape[1]):
                    for w in range(reach.shape[2]):
                        reach[slot, h, w] |= reach[front[v], h, w]
            after[slot], front[v] = front[v], slot
