"""Compiled loops for everybody at once: balls around people, and reach in time.

A set of people is a row of 64-bit words, one bit a person, that are united by OR; or a sketch: the registers of a
HyperLogLog counter, a byte each, of which the greater stays. Import this module only where it is needed: it loads
numba.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import (
    Codes,
    Flags,
    Floats,
    Indices,
    Ints,
    Words,
    check_rows,
    check_within,
    integers,
    read_only,
)
from influence.kernels.compiling import compiled
from influence.kernels.cores import on_all_cores
from influence.kernels.rows import fixed

Bytes: TypeAlias = NDArray[np.uint8]
Sets: TypeAlias = NDArray[Any]
"""Exact sets (`Words`) or sketches (`Bytes`), a row each."""

EXACT_SETS = 16_384
"""Up to so many people a set is exact: 2 KiB each."""
SKETCH_BYTES = 100_000_000
"""What all sketches of balls may hold in memory."""
_BLOCK = 256  # registers of a sketch that are carried on at a time: the fewer, the more often queues are kept
_PARTS, _PART_TIES = 16, 100_000
_MOST_AT_ONCE = 4  # blocks of sketches in memory


def singletons(members: NDArray[np.bool_], registers: int | None = None, seed: int = 0) -> Sets:
    """Return for each node the set that holds only itself, or nothing where `members` is False.

    Exact sets where `registers` is None; else sketches of so many registers. A node falls into
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
    rows = np.zeros((n, registers), np.uint8)
    register, level = _hashed(node, registers, seed)
    rows[node, register] = level
    return rows


def _hashed(node: Ints, registers: int, seed: int) -> tuple[Ints, Bytes]:
    """Draw each node's register, and the level to which it raises it, from 1 up."""
    hashed = _mixed(node.astype(np.uint64) + np.uint64(seed) * np.uint64(0x1_0000_0000))
    # bit 31 is always set: there are no levels beyond 32
    rest = _mixed(hashed ^ np.uint64(0xD1B54A32D192ED03)) | np.uint64(1 << 31)
    # the lowest bit has as many ones below it and with it as the rest has zeros at its end, and one
    level = np.bitwise_count(rest ^ (rest - np.uint64(1)))
    return (hashed % np.uint64(registers)).astype(np.int64), level


def _mixed(x: Words) -> Words:
    """Scatter numbers over 64 bits (Steele, Lea, Flood 2014, SplitMix)."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed: Words = x ^ (x >> np.uint64(31))
    return mixed


def sizes(rows: Sets, registers: int | None = None) -> Floats:
    """Return how many are in each set; from a sketch with a relative standard error of 1.04 / √registers.

    The estimate is Ertl's improved raw one, which needs no table of corrections: α m² / (m σ(C0 / m) +
    Σ C_k 2^−k), with C_k the registers that stand at k (Ertl 2017, arXiv:1702.01284, algorithm 6).

    >>> sizes(singletons(np.ones(70, bool))).tolist() == [1.0] * 70
    True
    """
    if registers is None:
        counted: Floats = np.bitwise_count(rows).sum(axis=1).astype(np.float64)
        return counted
    sums = np.zeros((rows.shape[0], 2))
    _add_up(read_only(rows), sums)
    return _estimates(read_only(sums), registers)


@compiled
def _add_up(rows: Bytes, sums: Floats) -> None:
    """Add for each sketch how many registers are empty, and Σ 2^−k over the others: exactly, so in any order."""
    parts = 0.5 ** np.arange(256)
    for i in range(rows.shape[0]):
        empty, total = 0, 0.0
        for level in rows[i]:
            empty += level == 0
            total += parts[level]
        sums[i, 0] += empty
        sums[i, 1] += total - empty


@compiled
def _estimates(sums: Floats, registers: int) -> Floats:
    found = np.empty(sums.shape[0])
    for i in range(found.size):
        z = sums[i, 1] + registers * _sigma(sums[i, 0] / registers)
        found[i] = registers * registers / (2 * np.log(2.0) * z)
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


def registers_for(n: int, sets: int) -> int | None:
    """Choose sketches so that `sets` of them for each of n nodes fit the memory, 64 to 1,024 registers.

    None where exact sets do.

    >>> registers_for(5_000, 4), registers_for(100_000, 2)
    (None, 256)
    """
    if n <= EXACT_SETS:
        return None
    most = SKETCH_BYTES // (n * sets)
    return int(2 ** np.clip(np.log2(max(most, 1)) // 1, 6, 10))


def grown(indptr: Indices, indices: Indices, rows: Sets) -> Sets:
    """Unite each node's set with those of its neighbours along its ties: one step of HyperBall. O(ties · words).

    Source: Boldi and Vigna 2013, In-core computation of geometric centralities with HyperBall, ICDM workshops,
    doi:10.1109/ICDMW.2013.10, arXiv:1308.2144.

    Raises:
        ValueError: the rows of ties are not well formed, or there is not one set for each node.

    >>> grown(np.array([0, 1, 1]), np.array([1]), singletons(np.ones(2, bool)))[:, 0].tolist()
    [3, 2]

    >>> sizes(grown(np.array([0, 1, 1]), np.array([1]), singletons(np.ones(2, bool), 64)), 64).round().tolist()
    [2.0, 1.0]
    """
    n = check_rows(indptr, indices)
    if n != rows.shape[0]:
        raise ValueError("there must be one set for each node")
    after, ties, before = rows.copy(), fixed(indptr, indices), read_only(rows)
    parts = int(np.clip(indices.size // _PART_TIES, 1, _PARTS))
    cuts = [0, *np.searchsorted(indptr, indices.size * np.arange(1, parts) / parts).tolist(), n]
    # what is read stays as it was: else a set could go several steps in one
    list(on_all_cores(partial(_grow, *ties, before, after), cuts[:-1], cuts[1:], at_once=parts))
    return after


@compiled
def _grow(indptr: Indices, indices: Indices, rows: Sets, after: Sets, first: int, last: int) -> None:
    for u in range(first, last):
        for e in range(indptr[u], indptr[u + 1]):
            _unite(after[u], rows[indices[e]])


@compiled
def _unite(into: Sets, other: Sets) -> None:
    """Add one set to another: bits by OR; of registers the greater stays."""
    if into.itemsize == 1:
        for w in range(into.size):
            into[w] = max(into[w], other[w])
    else:
        for w in range(into.size):
            into[w] |= other[w]


def carried_on(sources: Indices, targets: Indices, times: Indices, delta: int, hands: int, own: Sets) -> Sets:
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
    course = _checked(sources, targets, times, hands, own.shape[0])
    return _carried_on(*course, delta, hands - 1, read_only(own))


def sizes_carried_on(
    sources: Indices,
    targets: Indices,
    times: Indices,
    delta: int,
    hands: int,
    members: Flags,
    *,
    registers: int,
    seed: int = 0,
) -> Floats:
    """Return the sizes of `carried_on` by sketches of `registers`, a multiple of 256, of which the members are counted.

    Registers do not depend on each other, so that blocks of them are carried on side by side, and none is
    kept. What it holds in memory grows with people and contacts, not with registers.

    Raises:
        ValueError: as `carried_on`, or `registers` is no multiple of 256.

    >>> contacts = np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([10, 12, 30])
    >>> sizes_carried_on(*contacts, 5, 4, np.ones(4, bool), registers=256).round().tolist()
    [2.0, 1.0, 1.0, 0.0]
    """
    if registers < 1 or registers % _BLOCK:
        raise ValueError(f"registers must be a multiple of {_BLOCK}")
    course = _checked(sources, targets, times, hands, members.size)
    node = np.flatnonzero(members)
    register, level = _hashed(node, registers, seed)

    def block(first: int) -> Floats:
        own, inside = np.zeros((members.size, _BLOCK), np.uint8), register // _BLOCK == first
        own[node[inside], register[inside] % _BLOCK] = level[inside]
        sums = np.zeros((members.size, 2))
        _add_up(read_only(_carried_on(*course, delta, hands - 1, read_only(own))), sums)
        return sums

    blocks = on_all_cores(block, range(registers // _BLOCK), at_once=_MOST_AT_ONCE)
    sums: Floats = np.sum(list(blocks), axis=0)
    return _estimates(read_only(sums), registers)


def _checked(
    sources: Indices, targets: Indices, times: Indices, hands: int, n: int
) -> tuple[Codes, Codes, Ints]:
    from_, to, when = integers(sources, "sources"), integers(targets, "targets"), integers(times, "times")
    if not from_.size == to.size == when.size:
        raise ValueError("sources, targets and times must have one length")
    if (when[1:] < when[:-1]).any() or hands < 1:
        raise ValueError("contacts must be sorted by time, and go through one hand at least")
    for name, nodes in (("sources", from_), ("targets", to)):
        check_within(nodes, 0, n, name)
    return read_only(from_, np.int32), read_only(to, np.int32), read_only(when)


class _Queues(NamedTuple):
    """For each node its contacts of the next δ, in a queue of two stacks of slots: added at `back`, dropped at `front`.

    Each stack is a chain of slots, of which the top is kept here (−1: empty). A slot in the front stack holds the
    union of itself and all below it; of the back stack `gathered` is the union, and `oldest` the time of its
    bottom. What is in the back stack was added after all of the front stack, and is dropped after it.
    """

    front: Indices
    back: Indices
    oldest: Indices
    gathered: Sets


class _Pool(NamedTuple):
    """The slots that all queues share: what a contact reaches in 1, 2, … hands, `when`, and the slot `after` it.

    `free` is the first free slot, from which the others are chained, and how many there are.
    """

    reach: Sets
    when: Indices
    after: Indices
    free: Indices


@compiled
def _carried_on(sources: Codes, targets: Codes, times: Ints, delta: int, levels: int, own: Sets) -> Sets:
    n, words = own.shape
    reached = np.zeros((n, words), own.dtype)
    queues = _Queues(
        np.full(n, -1, np.int64),
        np.full(n, -1, np.int64),
        np.zeros(n, np.int64),
        np.zeros((n, levels, words), own.dtype),
    )
    nothing = np.empty(0, np.int64)
    pool = _Pool(np.empty((0, levels, words), own.dtype), nothing, nothing, np.array([-1, 0]))
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
    reach = np.empty((had + extra, pool.reach.shape[1], pool.reach.shape[2]), pool.reach.dtype)
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
def _look(u: int, v: int, own: Sets, queues: _Queues, pool: _Pool, reached: Sets) -> int:
    """Work out what a contact u → v reaches in 1, 2, … hands; return the slot that holds it."""
    front, _, _, gathered = queues
    reach, _, after, free = pool
    slot, levels, top = int(free[0]), reach.shape[1], front[v]
    free[0] = after[slot]
    free[1] -= 1
    for h in range(levels):
        into = reach[slot, h]
        for w in range(own.shape[1]):  # many times faster than a slice
            into[w] = own[v, w]
        if h > 0:
            _unite(into, gathered[v, h - 1])
            if top >= 0:
                _unite(into, reach[top, h - 1])
    # one hand more than any slot holds: nobody carries the last hand on
    _unite(reached[u], own[v])
    if levels > 0:
        _unite(reached[u], gathered[v, levels - 1])
        if top >= 0:
            _unite(reached[u], reach[top, levels - 1])
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
        _unite(gathered[u, h], reach[slot, h])


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
        for h in range(reach.shape[1]):
            for w in range(reach.shape[2]):
                gathered[v, h, w] = 0
        while back[v] >= 0:  # each slot then holds the union of all behind it
            slot = back[v]
            back[v] = after[slot]
            if front[v] >= 0:
                for h in range(reach.shape[1]):
                    _unite(reach[slot, h], reach[front[v], h])
            after[slot], front[v] = front[v], slot
