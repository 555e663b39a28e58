"""Compiled loops of label propagation, with Python's own random numbers so that a seed means the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from influence.kernels.arrays import Floats, Indices, Ints, check_rows
from influence.kernels.compiling import compiled

_LENGTH, _MIDDLE = 624, 397  # of the Mersenne Twister


def propagated(indptr: Indices, indices: Indices, order: Ints) -> Ints:
    """Return each node's label after semi-synchronous propagation, which draws nothing.

    Nodes are coloured greedily in the given order; then colour by colour each takes the label that most of its
    neighbours have (of equals its own, else the largest), until everybody has such a label.

    Source: Cordasco and Gargano 2010, Community detection via semi-synchronous label propagation algorithms,
    doi:10.1109/BASNA.2010.5730298.

    Raises:
        ValueError: the rows are not well formed.

    >>> propagated(np.array([0, 1, 2, 3, 4]), np.array([1, 0, 3, 2]), np.arange(4)).tolist()
    [1, 1, 3, 3]
    """
    n = check_rows(indptr, indices)
    colour = _coloured(indptr, indices, order)
    return _propagated(indptr, indices, np.argsort(colour, kind="stable"), np.arange(n))


def propagated_at_random(
    indptr: Indices, indices: Indices, weights: Floats, state: Ints, by_queue: bool
) -> Ints:
    """Return each node's label after asynchronous propagation; `state` (625 numbers) moves on with what is drawn.

    Each node takes the label of most weight among its neighbours, of equals one that is drawn: in rounds over
    everybody, each in a new order, until nobody changes; or (`by_queue`) from a queue to which the neighbours of
    whoever changed return.

    Source: Raghavan, Albert, Kumara 2007, doi:10.1103/PhysRevE.76.036106; Traag and Šubelj 2023, Large network
    community detection by fast label propagation, Sci. Rep. 13, doi:10.1038/s41598-023-29610-z.

    Raises:
        ValueError: the rows are not well formed.

    >>> from random import Random
    >>> rows = np.array([0, 1, 2, 3, 4]), np.array([1, 0, 3, 2])
    >>> label = propagated_at_random(*rows, np.ones(4), np.array(Random(1).getstate()[1]), True)
    >>> bool(label[0] == label[1] != label[2] == label[3])
    True
    """
    check_rows(indptr, indices, weights)
    return (_by_queue if by_queue else _in_rounds)(indptr, indices, weights, state)


@compiled
def _coloured(indptr: Indices, indices: Indices, order: Ints) -> Ints:
    n = indptr.size - 1
    colour, taken_by = np.full(n, -1, np.int64), np.full(n + 1, -1, np.int64)
    for v in order:
        for e in range(indptr[v], indptr[v + 1]):
            if colour[indices[e]] >= 0:
                taken_by[colour[indices[e]]] = v
        first = 0
        while taken_by[first] == v:
            first += 1
        colour[v] = first
    return colour


@compiled
def _propagated(indptr: Indices, indices: Indices, order: Ints, label: Ints) -> Ints:
    held = np.zeros(label.size, np.int64)  # how many neighbours have each label; 0 again after each node
    changed = True
    while changed:
        changed = False
        for v in order:
            most, best = 0, label[v]
            for e in range(indptr[v], indptr[v + 1]):
                held[label[indices[e]]] += 1
            for e in range(indptr[v], indptr[v + 1]):
                other = label[indices[e]]
                if held[other] > most or (held[other] == most and other > best):
                    most, best = held[other], other
            if held[label[v]] < most:
                label[v], changed = best, True
            for e in range(indptr[v], indptr[v + 1]):
                held[label[indices[e]]] = 0
            held[best] = 0
    return label


@compiled
def _in_rounds(indptr: Indices, indices: Indices, weights: Floats, state: Ints) -> Ints:
    n = indptr.size - 1
    label, held, ties = np.arange(n), np.zeros(n), np.empty(n, np.int64)
    changed = True
    while changed:
        changed = False
        order = np.arange(n)
        _shuffle(order, state)
        for v in order:
            if indptr[v] == indptr[v + 1]:
                continue
            count = _heaviest(indptr, indices, weights, v, label, held, ties)
            own = False
            for i in range(count):
                own = own or ties[i] == label[v]
            if not own:
                label[v], changed = ties[_below(count, state)], True
    return label


@compiled
def _by_queue(indptr: Indices, indices: Indices, weights: Floats, state: Ints) -> Ints:
    n = indptr.size - 1
    label, held, ties = np.arange(n), np.zeros(n), np.empty(n, np.int64)
    queue, queued = np.arange(n), np.ones(n, np.bool_)
    _shuffle(queue, state)
    first, waiting = 0, n
    while waiting > 0:
        v = queue[first]
        first, waiting, queued[v] = (first + 1) % n, waiting - 1, False
        if indptr[v] == indptr[v + 1]:
            continue
        count = _heaviest(indptr, indices, weights, v, label, held, ties)
        chosen = ties[_below(count, state)]
        if chosen == label[v]:
            continue
        label[v] = chosen
        for e in range(indptr[v], indptr[v + 1]):
            w = indices[e]
            if label[w] != chosen and not queued[w]:
                queue[(first + waiting) % n] = w
                waiting, queued[w] = waiting + 1, True
    return label


@compiled
def _heaviest(
    indptr: Indices, indices: Indices, weights: Floats, v: Any, label: Ints, held: Floats, ties: Ints
) -> int:
    """Fill in the labels of most weight around a node, in the order in which they are met; return how many."""
    count = 0
    for e in range(indptr[v], indptr[v + 1]):
        held[label[indices[e]]] = 0.0
    for e in range(indptr[v], indptr[v + 1]):
        held[label[indices[e]]] += weights[e]
    most = held[label[indices[indptr[v]]]]
    for e in range(indptr[v], indptr[v + 1]):
        most = max(most, held[label[indices[e]]])
    for e in range(indptr[v], indptr[v + 1]):
        other = label[indices[e]]
        if held[other] == most:
            ties[count] = other
            count += 1
            held[other] = np.nan  # listed once
    return count


@compiled
def _shuffle(order: Ints, state: Ints) -> None:
    for i in range(order.size - 1, 0, -1):
        j = _below(i + 1, state)
        order[i], order[j] = order[j], order[i]


@compiled
def _below(n: int, state: Ints) -> int:
    """Draw a number below n, as Python's Random does."""
    bits = 0
    while n >> bits:
        bits += 1
    drawn = _word(state) >> (32 - bits)
    while drawn >= n:
        drawn = _word(state) >> (32 - bits)
    return drawn


@compiled
def _word(state: Ints) -> int:
    """Draw 32 bits of the Mersenne Twister; the last number of its state is how many of the others are used up.

    Source: Matsumoto and Nishimura 1998, doi:10.1145/272991.272995.
    """
    if state[_LENGTH] >= _LENGTH:
        for i in range(_LENGTH):
            mixed = (state[i] & 0x80000000) | (state[(i + 1) % _LENGTH] & 0x7FFFFFFF)
            twist = 0x9908B0DF if mixed & 1 else 0
            state[i] = state[(i + _MIDDLE) % _LENGTH] ^ (mixed >> 1) ^ twist
        state[_LENGTH] = 0
    word = state[state[_LENGTH]]
    state[_LENGTH] += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C5680
    word ^= (word << 15) & 0xEFC60000
    return int(word ^ (word >> 18))
